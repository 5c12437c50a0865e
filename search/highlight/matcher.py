"""Where in a text the words of a query are.

A text is cut at spaces, which is quick; what a word stands for is decided once per surface form,
and only words that hold something wanted are looked for in the text and cut into the chunks of
``index.analysis``. Where that would not do (phrases, numbers), all of the text is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import ascii_lowercase
from time import perf_counter
from typing import NamedTuple

from index.analysis import (
    CHUNK,
    Analyzer,
    Token,
    analyse_chunk,
    analyzer,
    chunk_tokens,
    fold,
    parted,
)
from index.document import Span
from index.store import word_end
from search.query import Mark

_BLOCK = 1 << 13
_DIGIT = re.compile(r"\d")
_MAX_CACHED = 40
_LATIN_WORD = re.compile("[a-zA-Z\u00c0-\u024f]+")
_MAX_REMEMBERED = 1 << 14
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


class _Terms(NamedTuple):
    """What a surface form stands for: stemmed terms, folded words, and positions it takes."""

    forms: tuple[str, ...]
    words: tuple[str, ...]
    positions: int


class _Verdict(NamedTuple):
    """What a chunk holds that is wanted: hits, and words of phrases."""

    hits: tuple[Hit, ...]
    parts: tuple[Token, ...]


class _Judged:
    """The surface forms met so far in texts of one analyzer, for one query.

    ``telling`` are those that hold something wanted; ``verdicts`` are of chunks.
    """

    def __init__(self, suffix: str) -> None:
        self.analyzer = analyzer(suffix)
        self.known: dict[str, _Terms] = {}
        self.telling: set[str] = set()
        self.verdicts: dict[str, _Verdict] = {}


class Marker:
    """Finds the words of one query in many texts."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._judged: dict[str, _Judged] = {}
        self._in_phrases = frozenset(word for p in wanted.phrases for word in p.words)
        self._written = self._in_phrases.union(wanted.written)
        self._initials: dict[str, frozenset[str]] = {}
        self._prefixes = tuple(prefix for prefix, _ in wanted.prefixes)
        forms = [form for each in wanted.forms.values() for form in each]
        # Phrases need the place of every word; the digits of one number may stand apart.
        self._by_chunk = bool(wanted.phrases) or any(
            map(_DIGIT.search, (*forms, *self._written, *self._prefixes))
        )

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
                perf_counter() > deadline or (not thorough and self._complete(found, tokens))
            ):
                break
            judged = self._judged.get(suffix) or self._judged.setdefault(suffix, _Judged(suffix))
            if self._by_chunk:
                position = self._take_chunks(text, start, end, judged, position, found, tokens)
            else:
                self._take_words(text, start, end, judged, found)
        return _disjoint([*found, *self._phrases(tokens)])

    def _take_words(
        self, text: str, start: int, end: int, judged: _Judged, found: list[Hit]
    ) -> None:
        """Add the hits of a stretch that is looked through word by word."""
        stretch = parted(text[start:end])
        words = stretch.split()
        unique = set(words)
        initials = self._initials_of(judged.analyzer.suffix)
        self._judge(_beginning(unique, initials) if initials else unique, judged)
        if judged.telling.isdisjoint(unique):
            return
        at = 0
        for word in filter(judged.telling.__contains__, words):
            at = _place(stretch, word, at)
            last = start + at + len(word)
            # The chunk as the whole text has it: the dot of an acronym may have parted it.
            for match in CHUNK.finditer(text, start + at, end):
                if match.start() >= last:
                    break
                found += _moved_hits(self._verdict(match.group(), judged), match.start())
            at += len(word)

    def _take_chunks(
        self,
        text: str,
        start: int,
        end: int,
        judged: _Judged,
        position: int,
        found: list[Hit],
        tokens: list[Token],
    ) -> int:
        """Add the hits of a stretch, and its words of phrases; return the position behind it."""
        matches = list(CHUNK.finditer(text, start, end))
        surfaces = list(map(re.Match.group, matches))
        self._judge(set(surfaces), judged)
        for match, surface in zip(matches, surfaces, strict=True):
            if surface in judged.telling:
                verdict = self._verdict(surface, judged)
                found += _moved_hits(verdict, match.start())
                tokens += [_moved(token, match.start(), position) for token in verdict.parts]
            position += judged.known[surface].positions
        return position

    def _judge(self, surfaces: Iterable[str], judged: _Judged) -> None:
        """Take note of surface forms that were not met before; most hold nothing wanted."""
        forms = self.wanted.forms.get(judged.analyzer.suffix, {}).keys()
        written, prefixes, known = self._written, self._prefixes, judged.known
        remembered = _remembered.setdefault(judged.analyzer.suffix, {})
        for surface in surfaces:
            if surface in known:
                continue
            terms = remembered.get(surface) or _learn(surface, judged.analyzer, remembered)
            known[surface] = terms
            if (
                not forms.isdisjoint(terms.forms)
                or not written.isdisjoint(terms.words)
                or (prefixes and any(word.startswith(prefixes) for word in terms.words))
            ):
                judged.telling.add(surface)

    def _initials_of(self, suffix: str) -> frozenset[str]:
        """Return with which characters words that are wanted may begin; none: any of them."""
        if suffix not in _INITIALS_KEPT:
            return frozenset()
        if suffix not in self._initials:
            wanted = (*self.wanted.forms.get(suffix, ()), *self._written, *self._prefixes)
            self._initials[suffix] = _initials(fold(form)[:1] for form in wanted)
        return self._initials[suffix]

    def _verdict(self, surface: str, judged: _Judged) -> _Verdict:
        verdict = judged.verdicts.get(surface)
        if verdict is None:
            tokens = chunk_tokens(surface[:_MAX_CHUNK]).tokens
            words = [(token, self._word(token, judged.analyzer)) for token in tokens]
            verdict = judged.verdicts[surface] = _Verdict(
                tuple(Hit(one.start, one.end, word) for one, word in words if word is not None),
                tuple(token for token in tokens if token.folded in self._in_phrases),
            )
        return verdict

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

    def _complete(self, found: Iterable[Hit], tokens: Sequence[Token]) -> bool:
        seen = {hit.word for hit in found}
        if len(seen) + len(self.wanted.phrases) < len(self.wanted.numbers):
            return False
        seen.update(hit.word for hit in self._phrases(tokens))
        return seen == self.wanted.numbers

    def _phrases(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        if not tokens:
            return
        places: dict[str, dict[int, Token]] = {}
        for token in tokens:
            places.setdefault(token.folded, {})[token.position] = token
        for phrase in self.wanted.phrases:
            if all(word in places for word in phrase.words):
                yield from _occurrences(phrase, places)


# Languages in whose stems no word loses its first letter, but for one (yeux, œil).
_INITIALS_KEPT = frozenset({"ca", "de", "en", "es", "fr", "it", "pt"})
_SAME_INITIALS = {"o": "oy", "y": "oy"}
_LATIN_END = "\u024f"


@cache
def _spellings() -> dict[str, str]:
    """Return for each of a to z the Latin characters that fold to it or to it and more."""
    found: dict[str, str] = {}
    for char in map(chr, range(ord(_LATIN_END) + 1)):
        if char.isalpha():
            found[fold(char)[:1]] = found.get(fold(char)[:1], "") + char
    return {first: found[first] for first in ascii_lowercase}


def _initials(folded: Iterable[str]) -> frozenset[str]:
    spellings = _spellings()
    wanted = {each for first in folded for each in _SAME_INITIALS.get(first, first)}
    if not wanted or not wanted <= spellings.keys():
        return frozenset()
    return frozenset(char for first in wanted for char in spellings[first])


def _beginning(surfaces: Iterable[str], initials: frozenset[str]) -> list[str]:
    """Leave out what is surely one Latin word that begins otherwise."""
    return [
        surface
        for surface in surfaces
        if surface[0] in initials
        or not surface.isalpha()
        or not (surface.isascii() or _LATIN_WORD.fullmatch(surface))
    ]


# What surface forms stand for does not depend on the query: analyzer -> surface form -> terms.
_remembered: dict[str, dict[str, _Terms]] = {}


def _learn(surface: str, of_language: Analyzer, remembered: dict[str, _Terms]) -> _Terms:
    """Return what a surface form, of one chunk or several, stands for; short ones are kept."""
    chunks = [analyse_chunk(each[:_MAX_CHUNK]) for each in CHUNK.findall(surface)]
    terms = _Terms(
        tuple({form for c in chunks for token in c.tokens for form in of_language.forms(token)}),
        tuple({token.folded for c in chunks for token in c.tokens}),
        sum(chunk.positions for chunk in chunks),
    )
    if len(surface) <= _MAX_CACHED:
        if len(remembered) >= _MAX_REMEMBERED:
            remembered.clear()
        remembered[surface] = terms
    return terms


def _place(stretch: str, word: str, at: int) -> int:
    """Return where, from ``at`` on, a word stands between white space; it does."""
    while True:
        at = stretch.index(word, at)
        before, after = stretch[at - 1 : at], stretch[at + len(word) : at + len(word) + 1]
        if (not before or before.isspace()) and (not after or after.isspace()):
            return at
        at += 1


def _moved_hits(verdict: _Verdict, start: int) -> Iterator[Hit]:
    for hit in verdict.hits:
        yield Hit(start + hit.start, start + hit.end, hit.word)


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
