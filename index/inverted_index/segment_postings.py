"""Postings of one segment: the only module that knows how they are stored."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.analysis import Tokens, Vocabulary
from index.inverted_index.segment_arrays import Keys, SegmentArrays, write_terms
from index.schema import PARTS, fit
from index.store import (
    ManyPostings,
    RunBuilder,
    SpellingWords,
    TermCount,
    TermPostings,
    WrittenWords,
    merge,
    numbers,
    vocabulary,
    write_run,
    write_words,
)

RUN_SIZE = 4_000_000
"""Tokens held in memory before they are written as a run: 150 MB while it is inverted."""

MOST_TABLES = 16
"""Tables of words (one for each process, begun anew now and then) whose numbers are kept."""

_LONG = 200
"""Postings of a list that is quicker read alone than together with others."""

_NOTHING = TermPostings(np.empty(0, np.int32), np.empty(0, np.uint8))


class PostingsWriter:
    """Writes the postings of one segment, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._run = RunBuilder()
        self._runs: list[Path] = []
        # The next number for every new key.
        self._numbers: dict[str, int] = defaultdict(count().__next__)
        # By the name of a table, the numbers of its words; -1 where these are not known.
        self._of_table: dict[str, NDArray[np.int32]] = {}
        # Documents that were analysed together come together.
        self._tokens: Tokens | None = None
        self._docs: list[int] = []
        self._which: list[int] = []

    def add(self, doc: int, tokens: Tokens, number: int) -> None:
        """Add one document, the texts of which in ``tokens`` begin with ``number`` times two.

        Documents come in ascending order.
        """
        if tokens is not self._tokens:
            self._gather()
            self._tokens = tokens
        self._docs.append(doc)
        self._which.append(number)

    def _gather(self) -> None:
        """Hand what was added of the last tokens over to the run."""
        tokens, self._tokens = self._tokens, None
        if tokens is None:
            return
        texts = len(tokens.lengths)
        doc_of = np.full((texts // len(PARTS), len(PARTS)), -1, np.int32)
        doc_of[self._which] = np.array(self._docs)[:, None]
        part_of = np.arange(texts, dtype=np.int32) % len(PARTS)
        docs = doc_of.ravel().take(tokens.texts)
        lists = (self._numbered(tokens.vocabulary) * np.int32(len(PARTS))).take(tokens.words)
        lists += part_of.take(tokens.texts)
        positions = tokens.positions
        if len(self._docs) < len(doc_of):
            added = docs >= 0
            lists, docs, positions = lists[added], docs[added], positions[added]
        self._run.add(lists, docs, positions)
        self._docs.clear()
        self._which.clear()
        if self._run.size >= RUN_SIZE:
            self._spill()

    def _numbered(self, words: Vocabulary) -> NDArray[np.int32]:
        known = self._of_table.get(words.table, np.empty(0, np.int32))
        last = int(words.numbers.max(initial=0))
        if last >= len(known):
            if len(self._of_table) > MOST_TABLES:
                self._of_table.clear()
            more = np.full(last + 1, -1, np.int32)
            known = self._of_table[words.table] = np.concatenate([known, more])
        found = known[words.numbers]
        new = np.flatnonzero(found < 0)
        keys = map(words.keys.__getitem__, new.tolist())
        found[new] = list(map(self._numbers.__getitem__, keys))
        known[words.numbers[new]] = found[new]
        return found

    def commit(self) -> None:
        """Merge the runs into the arrays of the segment."""
        self._gather()
        self._spill()
        lists = numbers(self._runs)
        found = vocabulary(list(self._numbers), lists)
        rank = np.zeros(len(self._numbers) * len(PARTS), np.int64)
        rank[lists] = found.rank
        merge(self._runs, rank, self._folder)
        write_terms(self._folder, found.fields, found.counts, found.lists)
        write_words(self._folder, found)
        for run in self._runs:
            shutil.rmtree(run)

    def _spill(self) -> None:
        folder = self._folder / f"run-{len(self._runs)}"
        write_run(folder, self._run.finish())
        self._runs.append(folder)
        self._run = RunBuilder()


class SegmentPostings:
    """Reads the postings of one segment; safe for threads. All may raise IndexDamaged."""

    def __init__(self, folder: Path) -> None:
        self._arrays = SegmentArrays(folder)
        self.written = WrittenWords(folder, self._arrays.dictionary)
        self.spelling = SpellingWords(folder)

    @property
    def fields(self) -> frozenset[str]:
        """The fields in which at least one document has a term."""
        return frozenset(self._arrays.dictionary.fields())

    def read(self, field: str, term: str) -> TermPostings:
        """Return all postings of a term; an unknown term has none."""
        number = self._find(field, term)
        return _NOTHING if number < 0 else self._arrays.postings(number)

    def lists(self, field: str, term: str) -> NDArray[np.uint32]:
        """Return the numbers of the posting lists that a term is the sum of."""
        number = self._find(field, term)
        if number < 0:
            return np.empty(0, np.uint32)
        return self._arrays.lists_of(range(number, number + 1))

    def many(self, lists: NDArray[np.uint32]) -> ManyPostings:
        """Return the postings of some lists, list after list."""
        return self._arrays.lists.many(lists)

    def begins(self, lists: NDArray[np.uint32], many: ManyPostings) -> NDArray[Any]:
        """Return where the positions of each posting of some lists begin, for ``keys``."""
        return self._arrays.lists.begins(lists, many)

    @property
    def located(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The bytes in which ``begins`` found positions to begin, and their widths by document."""
        return self._arrays.lists.located

    def keys(self, docs: NDArray[Any], freqs: NDArray[Any], begins: NDArray[Any]) -> Keys:
        """Return the documents and positions of some postings in a row."""
        return self._arrays.lists.keys(docs, freqs, begins)

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term, deleted ones included."""
        number = self._find(field, term)
        return 0 if number < 0 else self._arrays.frequency(number)

    def counts(self, lists: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return how many postings each of some lists has."""
        return self._arrays.lists.counts(lists)

    def starting(self, field: str, prefix: str) -> range:
        """Return the numbers of the terms that start with a prefix."""
        return self._arrays.dictionary.prefix(field, fit(prefix))

    def term(self, number: int) -> str:
        """Return the term of a number."""
        return self._arrays.dictionary.split(number).text.decode()

    def most_frequent(self, part: str, numbers: range, limit: int) -> list[TermCount]:
        """Return the terms, among successive ones of a part as written, that most documents have.

        Most first, at most ``limit``. In the body stop words and very short words are left out,
        and counts are exact; in titles they are upper bounds. Deleted documents are included.
        """
        return self.written.most_frequent(part, numbers, limit)

    def terms(self, numbers: range) -> list[str]:
        """Return the terms of successive numbers, in order of UTF-8."""
        return list(self._arrays.dictionary.terms(numbers))

    def held(self, numbers: range, live: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return how many documents, or ``live`` documents, hold each of successive terms."""
        if live is None and (self._arrays.list_counts(numbers) == 1).all():
            return self._arrays.frequencies(numbers)
        docs, _, counts = self._arrays.postings_of(numbers)
        of_list = np.repeat(np.arange(len(numbers)), self._arrays.list_counts(numbers))
        keys = np.repeat(of_list, counts) << 32 | docs
        if live is not None:
            keys = keys[live[docs]]
        keys.sort()
        first = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=first[1:])
        return np.bincount(keys[first] >> 32, minlength=len(numbers))

    def postings_of(self, numbers: range) -> ManyPostings:
        """Return the postings of the lists of successive terms, list after list."""
        return self._arrays.postings_of(numbers)

    def added(self, numbers: range) -> TermPostings:
        """Return the sum of the postings of successive terms."""
        return self._arrays.added(numbers)

    def docs_of(self, numbers: Sequence[int]) -> NDArray[np.int32]:
        """Return the documents that hold any of some terms, in no order and some repeatedly."""
        lists, _ = self._lists_of(numbers)
        return self._docs(lists)[0]

    def holding(self, numbers: Sequence[int], among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the documents ``among`` all hold each of some terms."""
        lists, which = self._lists_of(numbers)
        held = np.zeros(len(numbers), np.int64)
        alone = np.bincount(which, minlength=len(numbers))[which] == 1
        alone &= self._arrays.lists.counts(lists) > _LONG
        for at in np.flatnonzero(alone).tolist():
            docs = self._arrays.lists.postings(int(lists[at])).docs
            held[which[at]] = np.count_nonzero(among[docs])
        docs, of_list = self._docs(lists[~alone])
        hits = np.flatnonzero(among[docs])
        keys = which[~alone][of_list[hits]] << 32 | docs[hits]
        keys.sort()
        new = np.ones(len(keys), np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        return held + np.bincount(keys[new] >> 32, minlength=len(numbers))

    def _lists_of(self, numbers: Sequence[int]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the lists of terms, and at which index the term of each list is."""
        if isinstance(numbers, range):
            lists, held = self._arrays.lists_of(numbers), self._arrays.list_counts(numbers)
        else:
            of_terms = [self._arrays.lists_of(range(each, each + 1)) for each in numbers]
            lists = np.concatenate([np.empty(0, np.uint32), *of_terms])
            held = np.array(list(map(len, of_terms)), np.int64)
        return lists, np.repeat(np.arange(len(held)), held)

    def _docs(self, lists: NDArray[np.uint32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the documents in lists, the lists in no order, and at which index each is."""
        long = self._arrays.lists.counts(lists) > _LONG
        short = self._arrays.lists.many(lists[~long])
        parts = [self._arrays.lists.postings(number).docs for number in lists[long].tolist()]
        which = np.concatenate([np.flatnonzero(~long), np.flatnonzero(long)])
        counts = np.array([*short.counts.tolist(), *map(len, parts)], np.int64)
        return np.concatenate([short.docs, *parts]), np.repeat(which, counts)

    def _find(self, field: str, term: str) -> int:
        return self._arrays.dictionary.find(field, fit(term).encode("utf-8", "replace"))
