"""Highlighting: matches of a query in titles and texts, as HTML fragments or character offsets.

``Highlighter`` is the way in. ``matcher`` finds the words of the query in a text, ``snippets``
chooses the fragments to show and writes them as HTML. The room reads texts; it does not decide
which documents match.
"""

from search.highlight.highlighter import Highlighter

__all__ = ["Highlighter"]
