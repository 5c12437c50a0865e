"""Where in a text the words of a query are.

The text is cut into the chunks of ``index.analysis``; what a chunk holds is decided once per
surface form, so the cost is that of one regular expression over the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

from index.analysis import analyzer
from index.analysis.tokenizer import CHUNK, Token, chunk_tokens
from index.document import Span
from search.query import Mark

_BLOCK = 1 << 16
_BETWEEN = re.compile(r"[^\W\d_]\s(?=\s*[^\W\d_])")
_MAX_CACHED = 40
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
    """What a chunk holds: hits, words of phrases, and how many positions it takes."""

    hits: tuple[Hit, ...]
    parts: tuple[Token, ...]
    positions: int


class Marker:
    """Finds the words of one query in many texts."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._verdicts: dict[str, dict[str, _Verdict]] = {}
        self._analyzers = {suffix: analyzer(suffix) for suffix in wanted.forms}
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
        if len(text) > _BLOCK and not parts and not self._in_phrases:
            return self._hits_by_block(text, analyzer(language).suffix, deadline, thorough)
        found: list[Hit] = []
        tokens: list[Token] = []
        position = 0
        check = _BLOCK
        suffixes = _Suffixes(language, parts)
        verdicts = self._of(suffixes.at(0))
        for match in CHUNK.finditer(text):
            start = match.start()
            if start >= suffixes.until:
                verdicts = self._of(suffixes.at(start))
            verdict = self._verdict(match.group(), suffixes.current, verdicts)
            for hit in verdict.hits:
                found.append(Hit(start + hit.start, start + hit.end, hit.word))
            for token in verdict.parts:
                tokens.append(_moved(token, start, position))
            position += verdict.positions
            if start > check:
                check = start + _BLOCK
                if perf_counter() > deadline or (not thorough and self._complete(found, tokens)):
                    break
        return _disjoint([*found, *self._phrases(tokens)])

    def _hits_by_block(self, text: str, suffix: str, deadline: float, thorough: bool) -> list[Hit]:
        """Return the hits in a long text, looking closely only at blocks that have any.

        What words a block has, wherever they stand, is known many times sooner than where; but
        without the place of every word no phrase can be found, and no change of language.
        """
        verdicts = self._of(suffix)
        found: list[Hit] = []
        start = 0
        while start < len(text):
            end = _block_end(text, start)
            surfaces = set(CHUNK.findall(text, start, end))
            if any(self._verdict(surface, suffix, verdicts).hits for surface in surfaces):
                for match in CHUNK.finditer(text, start, end):
                    at = match.start()
                    for hit in self._verdict(match.group(), suffix, verdicts).hits:
                        found.append(Hit(at + hit.start, at + hit.end, hit.word))
            start = end
            if perf_counter() > deadline or (not thorough and self._complete(found, ())):
                break
        return _disjoint(found)

    def _of(self, suffix: str) -> dict[str, _Verdict]:
        return self._verdicts.setdefault(suffix, {})

    def _verdict(self, surface: str, suffix: str, verdicts: dict[str, _Verdict]) -> _Verdict:
        verdict = verdicts.get(surface)
        if verdict is None:
            verdict = self._judge(surface, suffix)
            if len(surface) <= _MAX_CACHED:
                verdicts[surface] = verdict
        return verdict

    def _judge(self, surface: str, suffix: str) -> _Verdict:
        # The analyzer remembers the terms of what it has met, and most have none that is wanted.
        entry = analyzer(suffix).entry(surface[:_MAX_CHUNK])
        forms = self.wanted.forms.get(suffix, ())
        if not any(form in forms for form, _ in entry.stems) and not any(
            word in self._written or word.startswith(self._prefixes) for word, _ in entry.exact
        ):
            return _Verdict((), (), entry.positions)
        chunk = chunk_tokens(surface[:_MAX_CHUNK])
        hits = []
        for token in chunk.tokens:
            word = self._word(token, suffix)
            if word is not None:
                hits.append(Hit(token.start, token.end, word))
        parts = tuple(token for token in chunk.tokens if token.folded in self._in_phrases)
        return _Verdict(tuple(hits), parts, chunk.positions)

    def _word(self, token: Token, suffix: str) -> int | None:
        wanted = self.wanted
        if token.folded in wanted.written:
            return wanted.written[token.folded]
        forms = wanted.forms.get(suffix)
        if forms:
            for form in self._analyzers[suffix].forms(token):
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
        places: dict[str, dict[int, Token]] = {}
        for token in tokens:
            places.setdefault(token.folded, {})[token.position] = token
        for phrase in self.wanted.phrases:
            if all(word in places for word in phrase.words):
                yield from _occurrences(phrase, places)


class _Suffixes:
    """Which analyzer the text has from a character on, for texts in several languages."""

    def __init__(self, language: str, parts: Sequence[tuple[Span, str]]) -> None:
        self._rest = list(parts)[::-1]
        self._language = language
        self.current = analyzer(language).suffix
        self.until = 0 if parts else float("inf")

    def at(self, start: int) -> str:
        while self._rest and start >= self._rest[-1][0].end:
            self._rest.pop()
        if self._rest and start >= self._rest[-1][0].start:
            self.until = self._rest[-1][0].end
            self.current = analyzer(self._rest[-1][1]).suffix
        else:
            self.until = self._rest[-1][0].start if self._rest else float("inf")
            self.current = analyzer(self._language).suffix
        return self.current


def _block_end(text: str, start: int) -> int:
    """Return where a block ends: between two words, so that no chunk is cut."""
    between = _BETWEEN.search(text, start + _BLOCK)
    return between.start() + 1 if between else len(text)


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
