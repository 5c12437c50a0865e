"""The words of a text as the rules for unknown organizations see them."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, compress
from typing import Generic, NamedTuple, TypeVar

from index.analysis import fold_key
from index.document import Span

T = TypeVar("T")
_PLAIN_WORD = r"[a-zA-Zà-öø-ÿ]{2,}+(?![\w!.+\xad-])"  # most words; tried first, it is fast
_WORD = re.compile(
    rf"({_PLAIN_WORD}|(?=[^\W_])(?:(?:[^\W\d_]\.){{2,}}|\d[\w.,%]*"
    r"|[^\W_]+(?:[-.+\xad][^\W_]+)*!?))"
)
_TIGHT_GAPS = frozenset(
    (
        *(" ", "\u00a0", "\n", "- ", " & ", ". & ", "'", "’", "' ", "’ "),
        *(" “", ' "', " «", " « ", " «\u00a0"),
    )
)
"""What may stand between the words of a name."""
_MARKS = " «“\"'’-–—("
_ENDS = frozenset(".!?:")
_ABBREVIATED = frozenset(("St", "Ste"))
"""Words whose full stop ends no sentence: ``Landesgericht St. Pölten``."""
_CACHED_WORDS = 60_000
PERSON_ROLE = "person"
"""The role of the words that may begin, end or announce the name of a person."""
_SHORT_NUMBER = 2
"""Digits of a number that may continue a name."""
_JOINTS_IN_A_ROW = 2
_LONGEST_BEFORE = 32
"""Characters before a span among which the word before it is sought."""
_LONGEST_CONTEXT = 45
"""Characters before a span among which one of several words is sought."""


class Word(NamedTuple):
    """One word: characters ``start`` to ``end``, and its folded form.

    ``tight``: no punctuation parts it from the word before. ``first``: it begins a sentence or a
    line.
    """

    start: int
    end: int
    text: str
    folded: str
    capital: bool
    tight: bool
    first: bool


class Candidate(NamedTuple):
    """What the rule called ``rule`` takes for the name of an organization.

    ``aliases`` are other forms of the name that the rest of the document may use. ``words`` is
    the number of words, for rules that look at a head; else 0.
    """

    span: Span
    rule: str
    aliases: tuple[str, ...] = ()
    words: int = 0


def fold_word(text: str) -> str:
    """Fold a word; one with punctuation inside stays one word."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return _folded(text)


@lru_cache(_CACHED_WORDS)
def _folded(text: str) -> str:
    return fold_key(text).replace(" ", "")


def word_before(text: str, span: Span) -> str:
    """Return the folded word that a space or an apostrophe parts from a span behind it."""
    before = text[max(0, span.start - _LONGEST_BEFORE) : span.start].replace("’", "'")
    return fold_key(before.replace("'", " ").rpartition(" ")[0].rpartition(" ")[2])


def stands_behind(text: str, span: Span, words: Collection[str], most: int = 0) -> bool:
    """Say whether one of some folded words stands before a span, ``most`` plain words between."""
    before = text[max(0, span.start - _LONGEST_CONTEXT) : span.start]
    for token in reversed(before.removesuffix(" ").split(" ")[-most - 1 :]):
        folded = fold_key(token)
        if token[-1:].isalnum() and (folded in words or folded.rpartition(" ")[2] in words):
            return True
        if not token.isalnum():
            return False
    return False


class LookedUp(Generic[T]):
    """What a table says of each word of a text: rules ask about few of them."""

    def __init__(self, texts: Sequence[str], table: Mapping[str, T]) -> None:
        self._texts = texts
        self._table = table

    def __getitem__(self, index: int) -> T:
        return self._table[self._texts[index]]


class Words:
    """The words of a text in order. A word is made when asked for: rules look at few of them.

    ``roles`` has the rules that each word as written may set off.
    """

    def __init__(self, text: str, roles: Mapping[str, Sequence[str]]) -> None:
        parts: list[str] = _WORD.split(text)  # a gap, a word, a gap, ..., a gap
        self._gaps, self._texts = parts[::2], parts[1::2]
        self._ends = list(accumulate(map(len, parts)))  # of gaps and words in turn
        self._words: list[Word | None] = [None] * len(self._texts)
        self._by_role: dict[str, list[int]] = {}
        all_roles = list(map(roles.__getitem__, self._texts))
        for index in compress(range(len(all_roles)), all_roles):
            for role in all_roles[index]:
                self._by_role.setdefault(role, []).append(index)

    def __len__(self) -> int:
        return len(self._words)

    def __getitem__(self, index: int) -> Word:
        word = self._words[index]
        if word is None:
            word = self._words[index] = self._make(index)
        return word

    def _make(self, index: int) -> Word:
        gap, text = self._gaps[index], self._texts[index]
        start, end = self._ends[2 * index : 2 * index + 2]
        capital = text[0].isupper()
        before = self._texts[index - 1] if index else ""
        tight, first = True, False
        if gap != " " or before[-1:] == "!":
            tight, first = self._parted(gap, before, capital)
        # Twice as fast as Word(...), and there are many words.
        return tuple.__new__(Word, (start, end, text, fold_word(text), capital, tight, first))

    @staticmethod
    def _parted(gap: str, before: str, capital: bool) -> tuple[bool, bool]:
        """Say whether a word is tight and first, by what stands before it."""
        exclaimed = before[-1:] == "!"
        initial = before in _ABBREVIATED or (len(before) == 1 and before.isupper())
        tight = not exclaimed and (gap in _TIGHT_GAPS or (initial and gap == ". "))
        mark = gap.strip(_MARKS)[:1]
        first = not tight and (not before or "\n" in gap or mark in _ENDS)
        if tight and gap == "\n":  # a line broken inside a sentence goes on in lower case
            return not capital, capital
        return tight, first

    def gap(self, index: int) -> str:
        """Return what stands before a word; before none, what stands behind the last one."""
        return self._gaps[index]

    def is_capital(self, index: int) -> bool:
        """Say whether a word has a capital; no word is made."""
        return self._texts[index][0].isupper()

    def slice(self, start: int, stop: int) -> list[Word]:
        """Return the words from ``start`` to ``stop``, those that there are."""
        return [self[index] for index in range(max(0, start), min(stop, len(self)))]

    def joined(self, index: int) -> bool:
        """Say whether there is a word ``index`` that is tight."""
        if index >= len(self._words):
            return False
        word = self._words[index]
        if word is None and index and self._gaps[index] == " ":  # most; no word is made
            return self._texts[index - 1][-1] != "!"
        return self[index].tight

    def span(self, first: int, last: int) -> Span:
        """Return the characters of words ``first`` to ``last``, both included."""
        return Span(self[first].start, self[last].end)

    def with_role(self, role: str) -> Sequence[int]:
        """Return the indices of the words that have a role, ascending."""
        return self._by_role.get(role, ())

    def texts(self) -> Sequence[str]:
        """Return the words as written."""
        return self._texts

    def looked_up(self, table: Mapping[str, T]) -> "LookedUp[T]":
        """Return what a table says of each word as written, looked up when it is asked for."""
        return LookedUp(self._texts, table)

    def at(self, start: int) -> int | None:
        """Return the word that begins at a character; None if none does."""
        end = bisect_left(self._ends, start)  # of the gap before it
        begins = end % 2 == 0 and end // 2 < len(self) and self._ends[end] == start
        return end // 2 if begins else None

    def phrases(self, role: str) -> Iterator[range]:
        """Yield the runs of tight words that hold a word with a role."""
        done = 0
        for index in self.with_role(role):
            if index >= done:
                first, done = index, index + 1
                while first and self.joined(first):
                    first -= 1
                while self.joined(done):
                    done += 1
                yield range(first, done)

    def capital_run(self, first: int, joints: frozenset[str], limit: int = 6) -> int:
        """Return the last word of the proper name of at most ``limit`` words that begins here.

        Words of ``joints`` may stand between capitalised ones, two in a row at most.
        """
        last = first
        index = first + 1
        while last - first + 1 < limit and self.joined(index):
            word = self[index]
            short_number = word.text.isdecimal() and len(word.text) <= _SHORT_NUMBER
            if word.capital or (short_number and index == last + 1):
                last = index
            elif word.folded not in joints or index - last > _JOINTS_IN_A_ROW:
                break
            index += 1
        return last

    def before_common(self, first: int, last: int, common: frozenset[str]) -> int:
        """Return the last word of a name before a common noun.

        German writes all nouns with a capital: ``die Partei UMP Ende 2013``.
        """
        for index in range(first + 1, last + 1):
            if self[index].folded in common:
                return index - 1
        return last


class Taken:
    """The characters of a text that belong to a name already."""

    def __init__(self, length: int) -> None:
        self._flags = bytearray(length)

    def take(self, span: Span) -> None:
        """Take the characters of a span."""
        self._flags[span.start : span.end] = b"\1" * (span.end - span.start)

    def is_free(self, span: Span) -> bool:
        """Say whether nothing of a span is taken."""
        return not any(self._flags[span.start : span.end])

    def take_free(self, spans: Iterable[Span]) -> list[Span]:
        """Take those of ``spans`` that are free, and return them."""
        free = [span for span in spans if self.is_free(span)]
        for span in free:
            self.take(span)
        return free
