"""Suggestions: completions of a text being typed, by organizations, themes, words and titles."""

import re

from index.analysis import fold, tokenize
from index.facets import SUGGESTED
from search.engine import Lexicon
from search.facets import LocalizedFacet, LocalizedFacets
from search.response import Suggestion

MAX_TEXT = 100
"""A text of more characters gets no suggestions."""
_LAST_WORD = re.compile(r"\w+\Z")


def suggest(
    text: str, limit: int, lexicon: Lexicon, localized: LocalizedFacets
) -> tuple[Suggestion, ...]:
    """Return at most ``limit`` suggestions, kind after kind, the best of each kind first.

    Facet values complete the whole text: any word of any of their names may begin with it. Words
    and titles complete its last word. If there are too many, the kinds share the limit evenly.
    """
    text = text.lstrip()
    if not fold(text).strip() or limit < 1 or len(text) > MAX_TEXT:
        return ()
    kinds = [
        *(_values(localized.facet(name), text, limit) for name in SUGGESTED),
        _words(text, limit, lexicon),
        _titles(text, limit, lexicon),
    ]
    in_turn = sorted((rank, kind) for kind, items in enumerate(kinds) for rank in range(len(items)))
    shown = sorted((kind, rank) for rank, kind in in_turn[:limit])
    return tuple(kinds[kind][rank] for kind, rank in shown)


def _values(facet: LocalizedFacet, text: str, limit: int) -> list[Suggestion]:
    return [
        Suggestion(facet.names.name, facet.label(value), value, count)
        for value, count in facet.starting(text, limit)
    ]


def _words(text: str, limit: int, lexicon: Lexicon) -> list[Suggestion]:
    """Complete the last word, in the documents that have the words before it."""
    last = _LAST_WORD.search(text)
    prefix = fold(last[0]) if last else ""
    if last is None or not prefix:
        return []
    typed = text[: last.start()]
    suggestions = []
    for word, count in lexicon.completions(prefix, limit, _folded_words(typed)):
        completed = typed + lexicon.surface_form(word)
        suggestions.append(Suggestion("word", completed, completed, count))
    return suggestions


def _titles(text: str, limit: int, lexicon: Lexicon) -> list[Suggestion]:
    """Return the newest documents whose titles have the words, the last of them as a prefix."""
    *before, prefix = _folded_words(text) or [""]
    if len(prefix) < 2 and not before:
        return []
    heads = lexicon.titles(prefix, limit, before)
    return [Suggestion("title", head.title, head.id, 1) for head in heads]


def _folded_words(text: str) -> list[str]:
    return [token.folded for token in tokenize(text) if token.kind != "compound"]
