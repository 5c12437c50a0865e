"""Words near to one that was typed: which words of the archive ``acord~`` stands for.

Words are compared as the unstemmed fields have them, by Damerau-Levenshtein distance (see
``index.store.spell``). Near words have three to ``MAX_LENGTH`` letters; the word itself is always
among them.

The words of a query, analysed: text as typed -> units that are asked for as a whole.

A unit is a word, a compound (``CEN-SAD``, ``10 000``) or a run of a script written without
spaces, which is looked for as the phrase of its pairs of characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from whoosh import query

from index.analysis import Token, analyzer, tokenize
from index.snapshot import Snapshot
from index.store import MAX_LENGTH, MIN_LENGTH, Near
from search.query.nodes import CompoundQuery, FuzzyQuery, PhraseQuery, PrefixQuery, WordQuery

MAX_SLIPS = 2
MAX_TERMS = 50
"""Words that one fuzzy word stands for at most."""
_LONG = 6
"""Letters of a word in which two slips are as likely as one in a shorter word."""


class FuzzyExpansion(NamedTuple):
    """The words near to a word, the nearest first, of these the most frequent first.

    ``cut`` when there were more than ``MAX_TERMS``.
    """

    terms: tuple[Near, ...]
    cut: bool


def is_comparable(word: str) -> bool:
    """Tell whether a folded word is one that near words are kept for: not a number, not short."""
    return MIN_LENGTH <= len(word) <= MAX_LENGTH and word.isalpha()


def slips(word: str) -> int:
    """Return how many slips a folded word is looked for with where none were asked for."""
    return 1 if len(word) < _LONG else MAX_SLIPS


def expand_fuzzy(word: str, distance: int, generation: Snapshot) -> FuzzyExpansion:
    """Return the words at most ``distance`` slips away from a folded one, itself first.

    Of deleted documents too: such a word finds nothing, and may take the place of another.
    """
    frequency: dict[tuple[str, int], int] = {(word, 0): 0}
    for segment, _ in generation.segments():
        for near in segment.spelling.near(word, distance):
            key = near.term, near.distance
            frequency[key] = frequency.get(key, 0) + near.frequency
    found = [Near(term, away, count) for (term, away), count in frequency.items()]
    found.sort(key=lambda near: (near.distance, -near.frequency, near.term))
    return FuzzyExpansion(tuple(found[:MAX_TERMS]), len(found) > MAX_TERMS)


class Unit(NamedTuple):
    """A word, compound or run: characters ``start`` to ``end`` of the text it came from.

    The stop words of a ``WordQuery`` are not decided yet: ``stops`` are the suffixes of the
    analyzers for which it is one. Elided articles are stop words everywhere.
    """

    text: str
    start: int
    end: int
    node: query.Query
    stops: frozenset[str] = frozenset()


def units(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the units of ``text``, in order."""
    return list(_units(text, tokenize(text), analyzers, fields))


def parts(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the words of a compound, each on its own; nothing for a number (``10 000``)."""
    tokens = [token for token in tokenize(text) if token.kind != "compound"]
    if all(token.kind == "number" for token in tokens):
        return []
    return list(_units(text, tokens, analyzers, fields))


def prefix_units(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the units of ``text``, whose last word is only the beginning of one."""
    before, last = _last_apart(text, analyzers, fields)
    if last is None:
        return []
    node = PrefixQuery(last.folded, fields)
    return [*before, Unit(text[last.start : last.end] + "*", last.start, last.end, node)]


def fuzzy_units(
    text: str, distance: int | None, analyzers: Sequence[str], fields: tuple[str, ...]
) -> list[Unit]:
    """Return the units of ``text``, whose last word may be spelt otherwise; none if it may not.

    ``distance`` is how many slips were asked for, None for as many as suit its length.
    """
    before, last = _last_apart(text, analyzers, fields)
    if last is None or not is_comparable(last.folded):
        return []
    if distance is None:
        distance = slips(last.folded)
    distance = min(distance, MAX_SLIPS)
    written = text[last.start : last.end]
    if not distance:
        exact = PhraseQuery([last.folded], fields)
        return [*before, Unit(f'"{written}"', last.start, last.end, exact)]
    node = FuzzyQuery(last.folded, distance, fields)
    return [*before, Unit(f"{written}~{distance}", last.start, last.end, node)]


def _last_apart(
    text: str, analyzers: Sequence[str], fields: tuple[str, ...]
) -> tuple[list[Unit], Token | None]:
    """Return the units of ``text`` but for its last word, and that; None if it has no word."""
    tokens = [token for token in tokenize(text) if token.kind != "compound"]
    if not tokens:
        return [], None
    last = tokens.pop()
    return list(_units(text, tokens, analyzers, fields)), last


def phrase_tokens(text: str) -> list[Token]:
    """Return the words of quoted text, one after another."""
    return [token for token in tokenize(text) if token.kind != "compound"]


def _units(
    text: str, tokens: Sequence[Token], analyzers: Sequence[str], fields: tuple[str, ...]
) -> Iterator[Unit]:
    compounds = [token for token in tokens if token.kind == "compound"]
    simple = [token for token in tokens if token.kind != "compound"]
    at = 0
    while at < len(simple):
        token = simple[at]
        if compounds and compounds[0].start <= token.start:
            compound = compounds.pop(0)
            last = _last(simple, at, compound.end)
            parts = [part.folded for part in simple[at : last + 1]]
            node: query.Query = CompoundQuery(_word(compound, analyzers, fields), parts)
        elif token.kind == "cjk":
            last = _last_of_run(simple, at)
            node = _run([pair.folded for pair in simple[at : last + 1]], fields)
        else:
            last = at
            node = _word(token, analyzers, fields)
        start, end = token.start, simple[last].end
        stops = frozenset[str]()
        if isinstance(node, WordQuery):
            stops = frozenset(analyzers).difference(node.forms)
        yield Unit(text[start:end], start, end, node, stops)
        at = last + 1


def _last(tokens: Sequence[Token], at: int, end: int) -> int:
    """Return the index of the last token from ``at`` on that begins before ``end``."""
    while at + 1 < len(tokens) and tokens[at + 1].start < end:
        at += 1
    return at


def _last_of_run(tokens: Sequence[Token], at: int) -> int:
    """Return the index of the last of the overlapping pairs from ``at`` on."""
    while at + 1 < len(tokens) and tokens[at + 1].start < tokens[at].end:
        at += 1
    return at


def _run(pairs: Sequence[str], fields: tuple[str, ...]) -> query.Query:
    if len(pairs) == 1 and len(pairs[0]) == 1:
        # Documents have pairs: a character alone is the first of one, or alone there too.
        return PrefixQuery(pairs[0], fields)
    return PhraseQuery(pairs, fields)


def _word(token: Token, analyzers: Sequence[str], fields: tuple[str, ...]) -> WordQuery:
    forms = _forms(token.normal, token.folded, token.kind, tuple(analyzers))
    return WordQuery(token.folded, forms, fields)


@lru_cache(maxsize=4096)
def _forms(
    normal: str, folded: str, kind: str, analyzers: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """Return the terms of a word in each analyzer's language that has any."""
    token = Token(normal, folded, 0, 0, 0, kind)
    forms = ((suffix, analyzer(suffix).forms(token)) for suffix in analyzers)
    return MappingProxyType({suffix: found for suffix, found in forms if found})
