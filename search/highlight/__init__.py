"""TODO."""

from search.highlight.highlighter import Highlighter

__all__ = [
    "Highlighter",
]
