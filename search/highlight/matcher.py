"""The highlight matcher: where in a text the words of a query are.

Tokens are those of ``index.analysis``: a text is divided into chunks, and what a chunk has is
worked out once for a query. To divide whole texts takes most of the time of an answer. The index
knows with which written words the terms of a query were found (some dozens, folded), so these are
sought in the squeezed text, as bytes, and only the chunks around them are analysed. A text is
divided whole if no code page fits it (scripts without spaces), or if nobody knows its words.
"""

import fnmatch
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from time import perf_counter
from typing import NamedTuple

from index import Span
from index.analysis import (
    CHUNK,
    Squeezed,
    Token,
    analyzer,
    chunk_tokens,
    spellings,
    squeeze,
    squeeze_word,
)
from index.store import word_end
from search.query import Mark

BLOCK = 1 << 13
"""Characters of a text between two looks at the clock."""
MOST_HITS = 50_000
"""Hits after which no further block of a text is read."""
_WHOLE = 1 << 16
"""Characters of a text up to which the words of phrases are sought before chunks are made."""
_MAX_CHUNK = 20_000
"""Characters that are matched of a chunk (encoded data has no spaces for long)."""
_UNCUT = 60
"""Characters of a word that the index keeps whole, whatever they are."""
_ENOUGH = 4
"""Bytes that words have in common when they are sought as one."""
_SHORT = 100
"""Characters of a region up to which its chunks are kept for the next text."""
_BETWEEN = "\n\n"
"""What stands between texts that are squeezed together: no piece reaches across."""
_APART = 1_000
"""Positions between regions: no phrase reaches across."""

WrittenWords = Callable[[str, Iterable[str]], frozenset[str]]
"""Returns the folded words that have any of some forms, given the suffix of their analyzer."""


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


class _ChunkMatches(NamedTuple):
    """What matches in a chunk: hits, and tokens that are part of a phrase; and its positions."""

    hits: tuple[Hit, ...]
    phrase_tokens: tuple[Token, ...]
    positions: int


class _Region(NamedTuple):
    """Characters of a text that are divided into chunks."""

    start: int
    end: int


class _Language:
    """What one query looks for in texts of one analyzer.

    ``stemmed`` are the folded words that any of its terms may be made of; None if that is unknown.
    ``chunks`` are the matches of the chunks met so far, ``regions`` the chunks of short regions.
    """

    def __init__(self, suffix: str, terms: FieldTerms, written: WrittenWords | None) -> None:
        self.analyzer = analyzer(suffix)
        self.forms: Mapping[str, int] = terms.forms.get(suffix, {})
        self.stemmed = written(suffix, self.forms) if written else None
        self.chunks: dict[str, _ChunkMatches] = {}
        self.regions: dict[str, list[tuple[int, _ChunkMatches]]] = {}
        # None if nothing is known of the words of texts.
        self.search = _Search({*(self.stemmed or ()), *terms.words}, terms) if written else None


class _Search:
    """The words of a query as bytes of squeezed texts."""

    def __init__(self, words: Iterable[str], terms: FieldTerms) -> None:
        self._words = frozenset(filter(None, map(squeeze_word, words)))
        prefixes = (squeeze_word(prefix) for prefix, _ in terms.prefixes)
        self._prefixes = tuple(filter(None, prefixes))
        self._needles = _needles([*self._words, *self._prefixes])
        self._phrases = [
            (max(map(squeeze_word, phrase.words), key=len), len(phrase.words) - 1)
            for phrase in terms.phrases
        ]
        self._most_others = max((others for _, others in self._phrases), default=0)

    def regions(
        self, text: str, squeezed: Squeezed, first: int, last: int
    ) -> Iterator[tuple[int, int]]:
        """Yield where words of the query may be, from byte ``first`` to ``last``, in any order.

        Of a phrase, its longest word is sought, with as many words around it.
        """
        data, words, prefixes = squeezed.data, self._words, self._prefixes
        for needle in self._needles:
            for begin, end in squeezed.find(needle, first, last):
                piece = data[begin:end]
                if (
                    piece in words
                    or (prefixes and piece.startswith(prefixes))
                    or not squeezed.is_word(text, begin, end)
                ):
                    yield squeezed.start(begin), squeezed.stop(end)
        for begin, end in squeezed.irregular(first, last):
            yield self._around(squeezed, begin, end, self._most_others)
        for longest, others in self._phrases:
            for needle in _needles([longest]):
                for begin, end in squeezed.find(needle, first, last):
                    if data[begin:end] == longest or not squeezed.is_word(text, begin, end):
                        yield self._around(squeezed, begin, end, others)

    def _around(self, squeezed: Squeezed, begin: int, end: int, words: int) -> tuple[int, int]:
        first, last = squeezed.before(begin, words), squeezed.after(end, words)
        return squeezed.start(first), squeezed.stop(last)


def _add(regions: list[_Region], start: int, end: int) -> None:
    """Add a region to those before it; what overlaps the last one makes that longer."""
    if regions and start <= regions[-1].end:
        start, end = regions[-1].start, max(regions.pop().end, end)
    regions.append(_Region(start, end))


def _needles(words: Iterable[bytes]) -> list[bytes]:
    """Return byte strings one of which is in every word; few, as each is sought in every text."""
    found: list[bytes] = []
    for needle in sorted({spelling for word in words if word for spelling in spellings(word)}):
        common = _common(found[-1], needle) if found else b""
        if common and len(common) >= min(_ENOUGH, len(found[-1])):
            found[-1] = common
        else:
            found.append(needle)
    return found


def _common(left: bytes, right: bytes) -> bytes:
    """Return what two byte strings begin with."""
    length = len(left) if left[:1] == right[:1] else 0
    while not right.startswith(left[:length]):
        length -= 1
    return left[:length]


class Matcher:
    """Finds the words of one query in many texts of one field.

    ``written`` returns the folded words that have any of some forms in an analyzer. If it is given,
    other words of the texts are passed over. A text whose words it does not know must not be
    matched then. ``late`` tells whether the last text was left before its end: see ``hits``.
    """

    def __init__(self, terms: FieldTerms, written: WrittenWords | None = None) -> None:
        self.terms = terms
        self._written = written
        self.late = False
        self._languages: dict[str, _Language] = {}
        self._prepared: dict[tuple[str, str], list[_Region]] = {}
        self._in_phrases = frozenset(word for phrase in terms.phrases for word in phrase.words)

    def prepare(self, texts: Iterable[tuple[str, str]]) -> None:
        """Look for the words of the query in texts that will be matched, each with its language.

        The short ones are squeezed and searched as one text, at a fraction of the time.
        """
        by_suffix: dict[str, list[str]] = {}
        for text, language in texts:
            if self.terms.numbers and len(text) <= BLOCK:
                by_suffix.setdefault(analyzer(language).suffix, []).append(text)
        for suffix, group in by_suffix.items():
            spoken = self._spoken(suffix)
            joined = _BETWEEN.join(group)
            squeezed = squeeze(joined) if spoken.search else None
            if spoken.search is None or squeezed is None:
                continue
            starts = list(accumulate([len(text) + len(_BETWEEN) for text in group], initial=0))
            regions: list[list[_Region]] = [[] for _ in group]
            for begin, stop in sorted(
                spoken.search.regions(joined, squeezed, 0, len(squeezed.data))
            ):
                # What stands around a word of a phrase may reach into other texts.
                for number in range(bisect_right(starts, begin) - 1, len(group)):
                    start = starts[number]
                    if stop <= start:
                        break
                    first, last = max(begin - start, 0), min(stop - start, len(group[number]))
                    if first < last:
                        _add(regions[number], first, last)
            self._prepared.update(
                ((text, suffix), found) for text, found in zip(group, regions, strict=True)
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
        (a moment of ``perf_counter``) or MOST_HITS.
        """
        self.late = False
        if not self.terms.numbers:
            return []
        hits: list[Hit] = []
        phrase_tokens: list[Token] = []
        position = read = 0
        key = text, analyzer(language).suffix
        prepared = None if parts else self._prepared.get(key)
        # Phrases reach from one block into the next.
        whole = self.terms.phrases and self._written and len(text) <= _WHOLE
        squeezed = squeeze(text) if whole and prepared is None else None
        for start, end, suffix in _blocks(text, language, parts):
            self.late = start > 0 and (perf_counter() > deadline or len(hits) > MOST_HITS)
            if start and (self.late or (not thorough and self._complete(hits, phrase_tokens))):
                break
            spoken = self._spoken(suffix)
            regions = prepared
            if regions is None:
                regions = self._regions(text, start, end, spoken, squeezed)
            for region in regions:
                if region.start != read:
                    position += _APART
                position = self._match(
                    text, region, start, end, spoken, position, hits, phrase_tokens
                )
                read = region.end
        return joined(hits, self._phrases(phrase_tokens))

    def _spoken(self, suffix: str) -> _Language:
        if suffix not in self._languages:
            self._languages[suffix] = _Language(suffix, self.terms, self._written)
        return self._languages[suffix]

    def _regions(
        self, text: str, start: int, end: int, spoken: _Language, squeezed: Squeezed | None
    ) -> list[_Region]:
        """Return in order where a block may have hits; regions do not overlap."""
        if spoken.search is None:
            return [_Region(start, end)]
        if squeezed is not None:
            first, last, base = squeezed.index(start), squeezed.index(end), 0
        else:
            block = text[start:end] if start or end < len(text) else text
            squeezed = None if self.terms.phrases else squeeze(block)
            if squeezed is None:
                return [_Region(start, end)]
            first, last, base = 0, len(squeezed.data), start
            text = block
        regions: list[_Region] = []
        for begin, stop in sorted(spoken.search.regions(text, squeezed, first, last)):
            _add(regions, base + begin, base + stop)
        return regions

    def _match(
        self,
        text: str,
        region: _Region,
        start: int,
        end: int,
        spoken: _Language,
        position: int,
        hits: list[Hit],
        phrase_tokens: list[Token],
    ) -> int:
        """Add the hits and tokens of phrases of a region; return the position of the next one.

        Of what a phrase needs beyond the block from ``start`` to ``end``, only that.
        """
        for offset, matches in self._chunks(text[region.start : region.end], spoken):
            offset += region.start
            if matches.hits and start <= offset < end:
                for first, last, word in matches.hits:
                    hits.append(Hit(offset + first, offset + last, word))
            for token in matches.phrase_tokens:
                phrase_tokens.append(
                    token._replace(
                        start=token.start + offset,
                        end=token.end + offset,
                        position=token.position + position,
                    )
                )
            position += matches.positions
        return position

    def _chunks(self, surface: str, spoken: _Language) -> list[tuple[int, _ChunkMatches]]:
        """Return the chunks of a region and where each begins in it."""
        chunks = spoken.regions.get(surface)
        if chunks is None:
            chunks = [
                (chunk.start(), self._chunk(chunk.group(), spoken))
                for chunk in CHUNK.finditer(surface)
            ]
            if len(surface) <= _SHORT:
                spoken.regions[surface] = chunks
        return chunks

    def _chunk(self, surface: str, spoken: _Language) -> _ChunkMatches:
        matches = spoken.chunks.get(surface)
        if matches is None:
            tokens, positions = chunk_tokens(surface[:_MAX_CHUNK])
            marks = [(token, self._mark(token, spoken)) for token in tokens]
            matches = spoken.chunks[surface] = _ChunkMatches(
                tuple(
                    Hit(token.start, token.end, mark) for token, mark in marks if mark is not None
                ),
                tuple(token for token in tokens if token.folded in self._in_phrases),
                positions,
            )
        return matches

    def _mark(self, token: Token, spoken: _Language) -> int | None:
        """Return the number of the mark that a token matches."""
        folded = token.folded
        if folded in self.terms.words:
            return self.terms.words[folded]
        terms = spoken.forms
        if terms and (spoken.stemmed is None or folded in spoken.stemmed or len(folded) > _UNCUT):
            for form in spoken.analyzer.forms(token):
                if form in terms:
                    return terms[form]
        for prefix, number in self.terms.prefixes:
            if folded.startswith(prefix):
                pattern = self.terms.patterns.get(number)
                if pattern is None or pattern.match(folded):
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


def _blocks(
    text: str, language: str, parts: Sequence[tuple[Span, str]]
) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and analyzer of blocks; each is in one language and not much over BLOCK."""
    if text and not parts and len(text) <= BLOCK:
        yield 0, len(text), analyzer(language).suffix
        return
    offset = 0
    for (start, end), code in (*parts, (Span(len(text), len(text)), language)):
        for first, last, spoken in ((offset, start, language), (start, end, code)):
            while first < last:
                cut = last if last - first <= BLOCK else min(last, word_end(text, first + BLOCK))
                yield first, cut, analyzer(spoken).suffix
                first = cut
        offset = max(offset, end)


def joined(hits: Iterable[Hit], more: Iterable[Hit]) -> list[Hit]:
    """Return the hits of both in order; overlapping ones become one."""
    joined: list[Hit] = []
    for hit in sorted([*hits, *more]):
        if joined and hit.start < joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(hit.end, joined[-1].end))
        else:
            joined.append(hit)
    return joined
