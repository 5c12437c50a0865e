"""The highlight matcher: where in a text the words of a query are.

A text is split at spaces, which is fast. What a surface form (a word as the text writes it) stands
for is worked out once per form and kept; only forms that match are then located in the text and
split into the chunks of ``index.analysis``. Phrases and numbers need the positions of all words,
so for them the whole text is split into chunks.
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import ascii_lowercase
from time import perf_counter
from typing import NamedTuple

from index import Span
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
from index.store import word_end
from search.query import Mark

BLOCK = 1 << 13
"""Characters of a text between two looks at the clock."""
SAME_INITIAL = frozenset({"ca", "de", "en", "es", "fr", "it", "pt"})
"""Analyzers whose stems begin like the word, but for those that ``_INITIALS`` maps."""
_INITIALS = {"o": "oy", "y": "oy"}
"""Words that begin with one letter, stems that begin with any of several: œil, yeux."""

_DIGIT = re.compile(r"\d")
_LATIN_WORD = re.compile("[a-zA-Z\u00c0-\u024f]+")
_LATIN_END = "\u024f"
_MAX_CHUNK = 20_000
"""Characters that are matched of a chunk (encoded data has no spaces for long)."""
_CACHED_LENGTH = 40
_CACHED_FORMS = 1 << 14
"""Surface forms, and characters of one, that are kept for further queries, per analyzer."""


class Hit(NamedTuple):
    """Characters ``start`` to ``end`` (excluded) match the mark number ``word`` of the query."""

    start: int
    end: int
    word: int


class Phrase(NamedTuple):
    """Folded words, one after another; ``word`` is the number of the mark."""

    words: tuple[str, ...]
    word: int


@dataclass
class FieldTerms:
    """What the marks of a query highlight in one field; values are the numbers of the marks.

    ``forms`` maps the suffix of an analyzer to its terms. ``words`` are folded, and so are
    ``prefixes``. The words of a mark with one of the ``patterns`` match all of it.
    """

    forms: dict[str, dict[str, int]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    prefixes: list[tuple[str, int]] = field(default_factory=list)
    patterns: dict[int, re.Pattern[str]] = field(default_factory=dict)
    phrases: list[Phrase] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)


def field_terms(marks: Iterable[Mark], name: str) -> FieldTerms:
    """Return what the marks highlight in ``title`` or ``body``."""
    terms = FieldTerms()
    for number, mark in enumerate(marks):
        if name not in mark.fields:
            continue
        terms.numbers.add(number)
        for suffix, forms in mark.stems.items():
            for form in forms:
                terms.forms.setdefault(suffix, {}).setdefault(form, number)
        if mark.prefix:
            terms.prefixes.append((mark.prefix, number))
        if mark.pattern:
            terms.patterns[number] = re.compile(fnmatch.translate(mark.pattern))
        if len(mark.words) > 1 and mark.near is None:
            terms.phrases.append(Phrase(mark.words, number))
        else:
            for word in mark.words:
                terms.words.setdefault(word, number)
    return terms


class _Analysis(NamedTuple):
    """What a surface form stands for: index terms, folded words, and the positions it takes."""

    forms: tuple[str, ...]
    words: tuple[str, ...]
    positions: int


class _ChunkMatches(NamedTuple):
    """What matches in a chunk: hits, and tokens that are part of a phrase."""

    hits: tuple[Hit, ...]
    phrase_tokens: tuple[Token, ...]


class _Surfaces:
    """The surface forms of one analyzer that one query has met; ``matching`` are those that match.

    ``chunks`` are the matches of chunks.
    """

    def __init__(self, suffix: str) -> None:
        self.analyzer = analyzer(suffix)
        self.analyses: dict[str, _Analysis] = {}
        self.matching: set[str] = set()
        self.chunks: dict[str, _ChunkMatches] = {}


class Matcher:
    """Finds the words of one query in many texts of one field."""

    def __init__(self, terms: FieldTerms) -> None:
        self.terms = terms
        self._surfaces: dict[str, _Surfaces] = {}
        self._in_phrases = frozenset(word for phrase in terms.phrases for word in phrase.words)
        self._words = self._in_phrases.union(terms.words)
        self._first_letters: dict[str, frozenset[str]] = {}
        self._prefixes = tuple(prefix for prefix, _ in terms.prefixes)
        forms = [form for by_form in terms.forms.values() for form in by_form]
        # Phrases need the positions of all words; the digits of one number may stand apart.
        self._by_chunk = bool(terms.phrases) or any(
            map(_DIGIT.search, (*forms, *self._words, *self._prefixes))
        )

    def hits(
        self,
        text: str,
        language: str,
        parts: Sequence[tuple[Span, str]] = (),
        deadline: float = float("inf"),
        thorough: bool = False,
    ) -> list[Hit]:
        """Return the hits in ``text`` in order, without overlaps.

        ``parts`` are spans in languages other than ``language``. If not ``thorough``, reading ends
        with the block in which every mark of the query has a hit; in any case after ``deadline``
        (a moment of ``perf_counter``).
        """
        if not self.terms.numbers:
            return []
        hits: list[Hit] = []
        phrase_tokens: list[Token] = []
        position = 0
        for start, end, suffix in _blocks(text, language, parts):
            if start and (
                perf_counter() > deadline or (not thorough and self._complete(hits, phrase_tokens))
            ):
                break
            if suffix not in self._surfaces:
                self._surfaces[suffix] = _Surfaces(suffix)
            surfaces = self._surfaces[suffix]
            if self._by_chunk:
                position = self._match_chunks(
                    text, start, end, surfaces, position, hits, phrase_tokens
                )
            else:
                self._match_words(text, start, end, surfaces, hits)
        return joined(hits, self._phrases(phrase_tokens))

    def _match_words(
        self, text: str, start: int, end: int, surfaces: _Surfaces, hits: list[Hit]
    ) -> None:
        """Add the hits of a block, word by word."""
        block = parted(text[start:end])
        words = block.split()
        distinct = set(words)
        letters = self._letters(surfaces.analyzer.suffix)
        self._analyse(_beginning(distinct, letters) if letters else distinct, surfaces)
        if surfaces.matching.isdisjoint(distinct):
            return
        offset = 0
        for word in filter(surfaces.matching.__contains__, words):
            offset = _find_word(block, word, offset)
            last = start + offset + len(word)
            # A chunk of the text itself: ``parted`` may have split an acronym at its dots.
            for chunk in CHUNK.finditer(text, start + offset, end):
                if chunk.start() >= last:
                    break
                hits += _moved_hits(self._chunk(chunk.group(), surfaces), chunk.start())
            offset += len(word)

    def _match_chunks(
        self,
        text: str,
        start: int,
        end: int,
        surfaces: _Surfaces,
        position: int,
        hits: list[Hit],
        phrase_tokens: list[Token],
    ) -> int:
        """Add the hits and tokens of phrases of a block; return the position of the next one."""
        chunks = list(CHUNK.finditer(text, start, end))
        forms = list(map(re.Match.group, chunks))
        self._analyse(set(forms), surfaces)
        for chunk, surface in zip(chunks, forms, strict=True):
            if surface in surfaces.matching:
                matches = self._chunk(surface, surfaces)
                hits += _moved_hits(matches, chunk.start())
                phrase_tokens += [
                    token._replace(
                        start=token.start + chunk.start(),
                        end=token.end + chunk.start(),
                        position=token.position + position,
                    )
                    for token in matches.phrase_tokens
                ]
            position += surfaces.analyses[surface].positions
        return position

    def _analyse(self, forms: Iterable[str], surfaces: _Surfaces) -> None:
        """Analyse surface forms that were not met before, and note those that match."""
        terms = self.terms.forms.get(surfaces.analyzer.suffix, {}).keys()
        words, prefixes, analyses = self._words, self._prefixes, surfaces.analyses
        cached = _cache.setdefault(surfaces.analyzer.suffix, {})
        for surface in forms:
            if surface in analyses:
                continue
            analysis = cached.get(surface) or _analysed(surface, surfaces.analyzer, cached)
            analyses[surface] = analysis
            if (
                not terms.isdisjoint(analysis.forms)
                or not words.isdisjoint(analysis.words)
                or (prefixes and any(word.startswith(prefixes) for word in analysis.words))
            ):
                surfaces.matching.add(surface)

    def _letters(self, suffix: str) -> frozenset[str]:
        """Return the letters with which matching words may begin; empty if that is unknown."""
        if suffix not in SAME_INITIAL:
            return frozenset()
        if suffix not in self._first_letters:
            terms = (*self.terms.forms.get(suffix, ()), *self._words, *self._prefixes)
            self._first_letters[suffix] = _first_letters(fold(term)[:1] for term in terms)
        return self._first_letters[suffix]

    def _chunk(self, surface: str, surfaces: _Surfaces) -> _ChunkMatches:
        matches = surfaces.chunks.get(surface)
        if matches is None:
            tokens = chunk_tokens(surface[:_MAX_CHUNK]).tokens
            marks = [(token, self._mark(token, surfaces.analyzer)) for token in tokens]
            matches = surfaces.chunks[surface] = _ChunkMatches(
                tuple(
                    Hit(token.start, token.end, mark) for token, mark in marks if mark is not None
                ),
                tuple(token for token in tokens if token.folded in self._in_phrases),
            )
        return matches

    def _mark(self, token: Token, language: Analyzer) -> int | None:
        """Return the number of the mark that a token matches."""
        if token.folded in self.terms.words:
            return self.terms.words[token.folded]
        terms = self.terms.forms.get(language.suffix)
        if terms:
            for form in language.forms(token):
                if form in terms:
                    return terms[form]
        for prefix, number in self.terms.prefixes:
            if token.folded.startswith(prefix):
                pattern = self.terms.patterns.get(number)
                if pattern is None or pattern.match(token.folded):
                    return number
        return None

    def _complete(self, hits: Iterable[Hit], phrase_tokens: Sequence[Token]) -> bool:
        """Tell whether every mark has a hit."""
        seen = {hit.word for hit in hits}
        if len(seen) + len(self.terms.phrases) < len(self.terms.numbers):
            return False
        seen.update(hit.word for hit in self._phrases(phrase_tokens))
        return seen == self.terms.numbers

    def _phrases(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield where tokens make up phrases."""
        if not tokens:
            return
        by_word: dict[str, dict[int, Token]] = {}
        for token in tokens:
            by_word.setdefault(token.folded, {})[token.position] = token
        for phrase in self.terms.phrases:
            if all(word in by_word for word in phrase.words):
                yield from _occurrences(phrase, by_word)


def _occurrences(phrase: Phrase, by_word: Mapping[str, Mapping[int, Token]]) -> Iterator[Hit]:
    first, *rest = phrase.words
    for position, token in by_word[first].items():
        end = token.end
        for distance, word in enumerate(rest, 1):
            following = by_word[word].get(position + distance)
            if following is None:
                break
            end = following.end
        else:
            yield Hit(token.start, end, phrase.word)


@cache
def _spellings() -> dict[str, str]:
    """Return by letter from a to z the Latin characters whose folding begins with it."""
    spellings: dict[str, str] = {}
    for char in map(chr, range(ord(_LATIN_END) + 1)):
        if char.isalpha():
            spellings[fold(char)[:1]] = spellings.get(fold(char)[:1], "") + char
    return {first: spellings[first] for first in ascii_lowercase}


def _first_letters(folded: Iterable[str]) -> frozenset[str]:
    """Return the letters that words begin with whose terms begin with these folded letters."""
    spellings = _spellings()
    letters = {letter for first in folded for letter in _INITIALS.get(first, first)}
    if not letters or not letters <= spellings.keys():
        return frozenset()
    return frozenset(char for letter in letters for char in spellings[letter])


def _beginning(forms: Iterable[str], letters: frozenset[str]) -> list[str]:
    """Leave out every form that is one Latin word and begins with none of the letters."""
    return [
        surface
        for surface in forms
        if surface[0] in letters
        or not surface.isalpha()
        or not (surface.isascii() or _LATIN_WORD.fullmatch(surface))
    ]


# Analyzer -> surface form -> analysis. It does not depend on the query.
_cache: dict[str, dict[str, _Analysis]] = {}


def _analysed(surface: str, language: Analyzer, cached: dict[str, _Analysis]) -> _Analysis:
    """Analyse a surface form, which may be several chunks; short forms are kept in ``cached``."""
    chunks = [analyse_chunk(chunk[:_MAX_CHUNK]) for chunk in CHUNK.findall(surface)]
    tokens = [token for chunk in chunks for token in chunk.tokens]
    analysis = _Analysis(
        tuple({form for token in tokens for form in language.forms(token)}),
        tuple({token.folded for token in tokens}),
        sum(chunk.positions for chunk in chunks),
    )
    if len(surface) <= _CACHED_LENGTH:
        if len(cached) >= _CACHED_FORMS:
            cached.clear()
        cached[surface] = analysis
    return analysis


def _find_word(block: str, word: str, offset: int) -> int:
    """Return where a word stands between white space, from ``offset`` on; it must be there."""
    while True:
        offset = block.index(word, offset)
        end = offset + len(word)
        before, after = block[offset - 1 : offset], block[end : end + 1]
        if (not before or before.isspace()) and (not after or after.isspace()):
            return offset
        offset += 1


def _blocks(
    text: str, language: str, parts: Sequence[tuple[Span, str]]
) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and analyzer of blocks; each is in one language and not much over BLOCK."""
    offset = 0
    for (start, end), code in (*parts, (Span(len(text), len(text)), language)):
        for first, last, spoken in ((offset, start, language), (start, end, code)):
            while first < last:
                cut = last if last - first <= BLOCK else min(last, word_end(text, first + BLOCK))
                yield first, cut, analyzer(spoken).suffix
                first = cut
        offset = max(offset, end)


def _moved_hits(matches: _ChunkMatches, start: int) -> Iterator[Hit]:
    for hit in matches.hits:
        yield Hit(start + hit.start, start + hit.end, hit.word)


def joined(hits: Iterable[Hit], more: Iterable[Hit]) -> list[Hit]:
    """Return the hits of both in order; overlapping ones become one."""
    joined: list[Hit] = []
    for hit in sorted([*hits, *more]):
        if joined and hit.start < joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(hit.end, joined[-1].end))
        else:
            joined.append(hit)
    return joined
