"""Where in a text the words of a query are.

The text is cut into the chunks of ``index.analysis``; what a chunk holds is decided once per
surface form, so the cost is that of one regular expression over the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from time import perf_counter
from typing import NamedTuple

from index.analysis import Analyzer, analyzer
from index.analysis.tokenizer import CHUNK, Token, chunk_tokens
from index.document import Span
from index.pieces import word_end
from search.query import Mark

_BLOCK = 1 << 13
_SHORT = 1 << 13
# What has no space for so long (encoded data) is marked in its beginning only.
_MAX_CHUNK = 20_000


class Hit(NamedTuple):
    """Characters ``start`` to ``end`` answer to the query's word number ``word``."""

    start: int
    end: int
    word: int


class Phrase(NamedTuple):
    """Words as written, one after another."""

    words: tuple[str, ...]
    word: int


@dataclass
class Wanted:
    """What the marks of a query ask of one field; every mark has a number.

    ``forms`` maps the suffix of an analyzer to stemmed terms, ``written`` are folded words.
    """

    forms: dict[str, dict[str, int]] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    prefixes: list[tuple[str, int]] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)


def wanted(marks: Iterable[Mark], name: str) -> Wanted:
    """Return what the marks ask of the field ``name``, ``title`` or ``body``."""
    found = Wanted()
    for number, mark in enumerate(marks):
        if name not in mark.fields:
            continue
        found.numbers.add(number)
        for suffix, forms in mark.stems.items():
            for form in forms:
                found.forms.setdefault(suffix, {}).setdefault(form, number)
        if mark.prefix:
            found.prefixes.append((mark.prefix, number))
        if len(mark.words) > 1 and mark.near is None:
            found.phrases.append(Phrase(mark.words, number))
        else:
            for word in mark.words:
                found.written.setdefault(word, number)
    return found


class _Verdict(NamedTuple):
    """What a chunk holds that is wanted: hits, and words of phrases."""

    hits: tuple[Hit, ...]
    parts: tuple[Token, ...]


class _Judged:
    """The chunks met so far in texts of one analyzer.

    ``positions`` says how many each takes; ``telling`` are those that hold something wanted.
    """

    def __init__(self, suffix: str) -> None:
        self.analyzer = analyzer(suffix)
        self.positions: dict[str, int] = {}
        self.telling: dict[str, _Verdict] = {}


class Marker:
    """Finds the words of one query in many texts."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._judged: dict[str, _Judged] = {}
        self._in_phrases = frozenset(word for p in wanted.phrases for word in p.words)
        self._written = self._in_phrases.union(wanted.written)
        self._prefixes = tuple(prefix for prefix, _ in wanted.prefixes)

    def hits(
        self,
        text: str,
        language: str,
        parts: Sequence[tuple[Span, str]] = (),
        deadline: float = float("inf"),
        thorough: bool = False,
    ) -> list[Hit]:
        """Return the hits in ``text``, by start, none overlapping another.

        A long text is read until every word of the query was seen once, or to its end when
        ``thorough``; at the latest until ``deadline`` (a time of ``perf_counter``).
        """
        if not self.wanted.numbers:
            return []
        found: list[Hit] = []
        tokens: list[Token] = []
        position = 0
        for start, end, suffix in _stretches(text, language, parts):
            if start and (
                perf_counter() > deadline or (not thorough and self.complete(found, tokens))
            ):
                break
            judged = self._judged.get(suffix) or self._judged.setdefault(suffix, _Judged(suffix))
            matches, surfaces = _chunks(text, start, end)
            unique = set(surfaces)
            self._judge(unique.difference(judged.positions), judged)
            telling = judged.telling
            if not telling.keys().isdisjoint(unique):
                chosen = map(telling.__contains__, surfaces)
                for match in compress(matches or CHUNK.finditer(text, start, end), chosen):
                    at = match.start()
                    for hit in telling[match.group()].hits:
                        found.append(Hit(at + hit.start, at + hit.end, hit.word))
            if self._in_phrases:
                tokens += _parts(matches or CHUNK.finditer(text, start, end), judged, position)
                position += sum(map(judged.positions.__getitem__, surfaces))
        return _disjoint([*found, *self._phrases(tokens)])

    def _judge(self, surfaces: Iterable[str], judged: _Judged) -> None:
        """Take note of chunks that were not met before; most hold nothing that is wanted."""
        # The analyzer remembers the terms of what it has met.
        entry_of = judged.analyzer.entry
        forms = self.wanted.forms.get(judged.analyzer.suffix, {})
        written, prefixes = self._written, self._prefixes
        for surface in surfaces:
            entry = entry_of(surface[:_MAX_CHUNK])
            judged.positions[surface] = entry.positions
            for form, _ in entry.stems:
                if form in forms:
                    break
            else:
                for word, _ in entry.exact:
                    if word in written or (prefixes and word.startswith(prefixes)):
                        break
                else:
                    continue
            judged.telling[surface] = self._verdict(surface[:_MAX_CHUNK], judged.analyzer)

    def _verdict(self, surface: str, of_language: Analyzer) -> _Verdict:
        tokens = chunk_tokens(surface).tokens
        words = [(token, self._word(token, of_language)) for token in tokens]
        return _Verdict(
            tuple(Hit(token.start, token.end, word) for token, word in words if word is not None),
            tuple(token for token in tokens if token.folded in self._in_phrases),
        )

    def _word(self, token: Token, of_language: Analyzer) -> int | None:
        wanted = self.wanted
        if token.folded in wanted.written:
            return wanted.written[token.folded]
        forms = wanted.forms.get(of_language.suffix)
        if forms:
            for form in of_language.forms(token):
                if form in forms:
                    return forms[form]
        for prefix, word in wanted.prefixes:
            if token.folded.startswith(prefix):
                return word
        return None

    def complete(self, found: Iterable[Hit], tokens: Sequence[Token] = ()) -> bool:
        """Tell whether every word of the query has been seen; ``tokens`` are words of phrases."""
        seen = {hit.word for hit in found}
        if len(seen) + len(self.wanted.phrases) < len(self.wanted.numbers):
            return False
        seen.update(hit.word for hit in self._phrases(tokens))
        return seen >= self.wanted.numbers

    def _phrases(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        if not tokens:
            return
        places: dict[str, dict[int, Token]] = {}
        for token in tokens:
            places.setdefault(token.folded, {})[token.position] = token
        for phrase in self.wanted.phrases:
            if all(word in places for word in phrase.words):
                yield from _occurrences(phrase, places)


def _stretches(
    text: str, language: str, parts: Sequence[tuple[Span, str]]
) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of a text, none long or in two languages, with their analyzers."""
    at = 0
    for (start, end), code in (*parts, (Span(len(text), len(text)), language)):
        for first, last, spoken in ((at, start, language), (start, end, code)):
            while first < last:
                cut = last if last - first <= _BLOCK else min(last, word_end(text, first + _BLOCK))
                yield first, cut, analyzer(spoken).suffix
                first = cut
        at = max(at, end)


def _parts(matches: Iterable[re.Match[str]], judged: _Judged, position: int) -> Iterator[Token]:
    """Yield the words of phrases in chunks, the first of which stands at ``position``."""
    for match in matches:
        surface = match.group()
        if surface in judged.telling:
            for token in judged.telling[surface].parts:
                yield _moved(token, match.start(), position)
        position += judged.positions[surface]


def _chunks(text: str, start: int, end: int) -> tuple[list[re.Match[str]] | None, list[str]]:
    """Return the chunks of a stretch: matches (None: not looked for yet) and surface forms.

    What words there are is known sooner than where they stand, and in a long text most stretches
    have none that is wanted; in a short one, which was found for them, most have.
    """
    if len(text) > _SHORT:
        return None, CHUNK.findall(text, start, end)
    matches = list(CHUNK.finditer(text, start, end))
    return matches, list(map(re.Match.group, matches))


def joined(hits: Iterable[Hit], more: Iterable[Hit]) -> list[Hit]:
    """Return both kinds of hits, in order, those that overlap made one."""
    return _disjoint([*hits, *more])


def _moved(token: Token, start: int, position: int) -> Token:
    return token._replace(
        start=token.start + start, end=token.end + start, position=token.position + position
    )


def _occurrences(phrase: Phrase, places: Mapping[str, Mapping[int, Token]]) -> Iterator[Hit]:
    first, *rest = phrase.words
    for position, token in places[first].items():
        end = token.end
        for distance, word in enumerate(rest, 1):
            following = places[word].get(position + distance)
            if following is None:
                break
            end = following.end
        else:
            yield Hit(token.start, end, phrase.word)


def _disjoint(hits: list[Hit]) -> list[Hit]:
    """Return the hits in order, those that overlap made one."""
    joined: list[Hit] = []
    for hit in sorted(hits):
        if joined and hit.start < joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(hit.end, joined[-1].end))
        else:
            joined.append(hit)
    return joined
