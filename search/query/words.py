"""Analysis of query text: text as typed becomes units, each searched as a whole.

A unit is a word, a compound (``CEN-SAD``, ``10 000``) or a run of a script written without spaces,
which is searched as the phrase of its pairs of characters.

A fuzzy word stands for the indexed words within an edit distance of one or two
(Damerau-Levenshtein, see ``index.store.suggest``) that have three to ``MAX_LENGTH`` letters.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from whoosh import query

from index.analysis import Token, analyzer, tokenize
from index.store import MAX_LENGTH, MIN_LENGTH, Near
from search.engine import Lexicon
from search.query.nodes import (
    CompoundQuery,
    FuzzyQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
)

MAX_EDITS = 2
MAX_TERMS = 50
"""Indexed words that one fuzzy word stands for at most."""
_RUN = 3
"""Function words in a row that may belong to a name or a title."""
_LONG = 6
"""Letters from which on a word is likely to have two misspellings."""


_SIGN = re.compile(r"[^\w\s]")


class Unit(NamedTuple):
    """Characters ``start`` to ``end`` of the analysed text; ``text`` is their normal form.

    ``stops`` are the analyzers (suffixes) for which a ``WordQuery`` is a stop word; the node does
    not know them yet. Elided articles are stop words everywhere. ``tokens`` are its words and
    numbers, without compounds.
    """

    text: str
    start: int
    end: int
    node: query.Query
    stops: frozenset[str] = frozenset()
    tokens: tuple[Token, ...] = ()


def units(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the units of ``text``, in order."""
    return list(_units(text, tokenize(text), analyzers, fields))


def compound_parts(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the words of a compound as units; none for a number (``10 000``) or a run."""
    tokens = phrase_tokens(text)
    if any(token.kind == "cjk" for token in tokens) or not _SIGN.search(text):
        return []
    return list(_units(text, tokens, analyzers, fields))


def prefix_units(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the units of ``text``, the last word of which is a prefix."""
    tokens = phrase_tokens(text)
    if not tokens:
        return []
    if text.isalnum() and len(tokens) > 1 and tokens[0].kind != "cjk":
        joined = "".join(token.folded for token in tokens)  # A32*
        return [Unit(f"{text}*", 0, len(text), PrefixQuery(joined, fields))]
    last = tokens.pop()
    typed = text[last.start : last.end]
    unit = Unit(f"{typed}*", last.start, last.end, PrefixQuery(last.folded, fields))
    return [*_units(text, tokens, analyzers, fields), unit]


def wildcard_pattern(text: str) -> str:
    """Return the folded pattern of a word with stars inside; empty if it is not supported.

    It has to begin with two letters, as a prefix has; between stars stand letters and digits.
    """
    pieces = re.split(r"\*+", text)
    folded = []
    for piece in pieces:
        match phrase_tokens(piece):
            case [_, _, *_] as tokens if piece.isalnum() and tokens[0].kind != "cjk":
                folded.append("".join(token.folded for token in tokens))
            case [Token(kind="word" | "number") as token] if token.end == len(piece):
                folded.append(token.folded)
            case [] if not piece:
                folded.append("")
            case _:
                return ""
    return "*".join(folded) if len(folded[0]) > 1 else ""


def fuzzy_units(
    text: str, edits: int | None, analyzers: Sequence[str], fields: tuple[str, ...]
) -> list[Unit]:
    """Return the units of ``text``, the last word of which may be misspelt.

    ``edits`` is the edit distance that was typed, None to choose it by length. The result is empty
    if the last word is one that fuzzy search does not support.
    """
    tokens = phrase_tokens(text)
    if not tokens or not has_near_words(tokens[-1].folded):
        return []
    last = tokens.pop()
    typed, word = text[last.start : last.end], last.folded
    edits = default_edits(word) if edits is None else min(edits, MAX_EDITS)
    node = FuzzyQuery(word, edits, fields) if edits else PhraseQuery((word,), fields)
    shown = f"{typed}~{edits}" if edits else f'"{typed}"'
    unit = Unit(shown, last.start, last.end, node)
    return [*_units(text, tokens, analyzers, fields), unit]


def phrase_tokens(text: str) -> list[Token]:
    """Return the tokens of quoted text; compounds are only their parts."""
    return [token for token in tokenize(text) if token.kind != "compound"]


def _units(
    text: str, tokens: Sequence[Token], analyzers: Sequence[str], fields: tuple[str, ...]
) -> Iterator[Unit]:
    compounds = [token for token in tokens if token.kind == "compound"]
    simple = [token for token in tokens if token.kind != "compound"]
    first = 0
    while first < len(simple):
        token, last = simple[first], first
        node: query.Query
        if compounds and compounds[0].start <= token.start:
            compound = compounds.pop(0)
            while last + 1 < len(simple) and simple[last + 1].start < compound.end:
                last += 1
            parts = [part.folded for part in simple[first : last + 1]]
            node = CompoundQuery(word_node(compound, analyzers, fields), parts)
        elif token.kind == "cjk":
            while last + 1 < len(simple) and simple[last + 1].start < simple[last].end:
                last += 1
            pairs = tuple(pair.folded for pair in simple[first : last + 1])
            # Documents are indexed as pairs: a single character is the beginning of one.
            alone = len(pairs) == 1 and len(pairs[0]) == 1
            node = PrefixQuery(pairs[0], fields) if alone else PhraseQuery(pairs, fields)
        else:
            node = word_node(token, analyzers, fields)
        stops = frozenset[str]()
        if isinstance(node, WordQuery):
            stops = frozenset(analyzers).difference(node.forms)
        start, end = token.start, simple[last].end
        written = text[start:end].rstrip("·‧")
        yield Unit(written, start, end, node, stops, tuple(simple[first : last + 1]))
        first = last + 1


def word_node(token: Token, analyzers: Sequence[str], fields: tuple[str, ...]) -> WordQuery:
    """Return the node of a token."""
    forms = _forms(token.normal, token.folded, token.kind, tuple(analyzers))
    return WordQuery(token.folded, forms, fields)


@lru_cache(maxsize=4096)
def _forms(
    normal: str, folded: str, kind: str, analyzers: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """Return the index terms of a word by analyzer; analyzers that drop it are missing."""
    token = Token(normal, folded, 0, 0, 0, kind)
    forms = ((suffix, analyzer(suffix).forms(token)) for suffix in analyzers)
    return MappingProxyType({suffix: terms for suffix, terms in forms if terms})


def has_near_words(word: str) -> bool:
    """Tell whether near words are indexed for a folded word: not for numbers and short words."""
    return MIN_LENGTH <= len(word) <= MAX_LENGTH and word.isalpha()


def default_edits(word: str) -> int:
    """Return the edit distance at which a word is searched if none was typed."""
    return 1 if len(word) < _LONG else MAX_EDITS


class FuzzyExpansion(NamedTuple):
    """Indexed words, the nearest first, equally near ones by descending frequency.

    ``cut`` if there were more than ``MAX_TERMS``.
    """

    terms: tuple[Near, ...]
    cut: bool


def expand_fuzzy(word: str, edits: int, lexicon: Lexicon) -> FuzzyExpansion:
    """Return the words within an edit distance of a folded word, itself first."""
    near = {word: Near(word, 0, 0), **lexicon.near_words(word, edits)}
    ranked = sorted(near.values(), key=lambda near: (near.distance, -near.frequency, near.term))
    return FuzzyExpansion(tuple(ranked[:MAX_TERMS]), len(ranked) > MAX_TERMS)


def function_word_runs(text: str, analyzers: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs of three stop words or more of one language, in lists of other words."""
    tokens = tokenize(text)
    for suffix in analyzers:
        run: list[str] = []
        for token in tokens:
            if token.kind == "word" and analyzer(suffix).is_stop(token):
                run.append(token.folded)
                continue
            if len(run) >= _RUN:
                yield tuple(run)
            run = []
