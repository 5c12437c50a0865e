"""The arrays of one segment, opened for reading.

Postings of one segment: the only module that knows how they are stored.

The posting lists of several terms, read and located together.

What a word asks of an index is many lists: of every form, in every language, in title and body.
They are decoded in one go, so that scoring them is a few operations on arrays.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.analysis import Tokens, Vocabulary
from index.arrays import narrowest, sum_over
from index.schema import PARTS, fit
from index.store import (
    ArrayFile,
    ByteCache,
    Dictionary,
    Keys,
    ManyPostings,
    Place,
    PostingLists,
    RunBuilder,
    SpellingWords,
    TermCount,
    TermPostings,
    WrittenWords,
    added,
    merge,
    numbers,
    vocabulary,
    write_array,
    write_dictionary,
    write_run,
    write_words,
)

_DENSE = 8
"""Bytes of successive lists for which an array over so many documents pays, for each of them."""


class Located(NamedTuple):
    """Positions in some documents: those in the i-th are ``flat[bounds[i]:bounds[i + 1]]``."""

    bounds: NDArray[np.int64]
    flat: NDArray[np.int64]

    def split(self) -> list[NDArray[np.int64]]:
        """Return the positions in each document."""
        return [self.flat[start:stop] for start, stop in pairwise(self.bounds.tolist())]


def located(keys: Keys, docs: NDArray[np.int32]) -> Located:
    """Return keys as positions in ascending ``docs``."""
    bounds = np.searchsorted(keys, docs.astype(np.int64) << 32)
    return Located(np.append(bounds, len(keys)), keys & 0xFFFFFFFF)


def write_terms(
    folder: Place,
    fields: Mapping[str, Sequence[bytes]],
    counts: NDArray[Any],
    lists: NDArray[Any],
) -> None:
    """Write the sorted terms of fields, and of which posting lists each is the sum.

    ``counts`` says of how many, term after term; ``lists`` are their numbers.
    """
    write_dictionary(folder, fields)
    at = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=at[1:])
    write_array(folder / "terms.at", narrowest(at))
    write_array(folder / "terms.lists", lists.astype(np.uint32))


class SegmentArrays:
    """Terms, postings and positions of one segment; safe for threads.

    A term is the sum of one or several posting lists: a list is what was written in one way in
    one language, and a stem, or a word without its accents, has all that leads to it.
    """

    def __init__(self, folder: Place) -> None:
        self.dictionary = Dictionary(folder)
        self.lists = PostingLists(folder)
        self._at = ArrayFile(folder / "terms.at")
        self._lists = ArrayFile(folder / "terms.lists")
        self._lengths: dict[str, NDArray[np.int64]] = {}

    def lists_of(self, numbers: range) -> NDArray[np.uint32]:
        """Return the posting lists of successive terms behind one another."""
        return self._lists.slice(self._at.item(numbers.start), self._at.item(numbers.stop))

    def list_counts(self, numbers: range) -> NDArray[np.int64]:
        """Return how many posting lists each of successive terms has."""
        at = self._at.slice(numbers.start, numbers.stop + 1).astype(np.int64)
        return at[1:] - at[:-1]

    def frequency(self, number: int) -> int:
        """Return how many documents hold a term."""
        lists = self.lists_of(range(number, number + 1))
        if len(lists) == 1:
            return int(self.lists.counts(lists)[0])
        return len(self.postings(number).docs)

    def frequencies(self, numbers: range) -> NDArray[np.int64]:
        """Return how many postings each of successive terms has in all of its lists.

        A document that has a term in two lists counts twice.
        """
        if not numbers:
            return np.empty(0, np.int64)
        counts = self.lists.counts(self.lists_of(numbers))
        starts = self._at.slice(numbers.start, numbers.stop).astype(np.int64)
        return np.add.reduceat(counts, starts - starts[0])

    def postings(self, number: int) -> TermPostings:
        """Return the postings of a term."""
        lists = self.lists_of(range(number, number + 1))
        if len(lists) == 1:
            return self.lists.postings(int(lists[0]))
        many = self.lists.many(lists)
        return merged(many.docs, many.freqs)

    def postings_of(self, numbers: range) -> ManyPostings:
        """Return the postings of the lists of successive terms behind one another."""
        return self.lists.many(self.lists_of(numbers))

    def added(self, numbers: range) -> TermPostings:
        """Return the sum of the postings of successive terms."""
        lists = self.lists_of(numbers)
        if len(lists) > 1 and (lists[1:] - lists[:-1] == 1).all():
            data, at = self.lists.raw(int(lists[0]), int(lists[-1]) + 1)
            if _DENSE * len(data) > self.lists.documents:
                total = added(data, at, self.lists.documents)
                having = (total > 0).nonzero()[0]
                return TermPostings(having.astype(np.int32), total.take(having))
        docs, freqs, _ = self.lists.many(lists)
        return merged(docs, freqs)

    def keys(self, number: int, docs: NDArray[np.int32]) -> Keys:
        """Return where a term is in ascending ``docs``, ascending."""
        lists = self.lists_of(range(number, number + 1))
        many = self.lists.many(lists)
        which = np.isin(many.docs, docs).nonzero()[0]
        begins = self.lists.begins(lists, many)[which]
        keys = self.lists.keys(many.docs[which], many.freqs[which], begins)
        keys.sort()
        return keys

    def lengths(self, field: str) -> NDArray[np.int64]:
        """Return the number of tokens of a field, by document, up to the last that has any.

        Added up from the postings of the field the first time, so exact; then kept.
        """
        if field not in self._lengths:
            docs, freqs, _ = self.postings_of(self.dictionary.field(field))
            self._lengths[field] = np.bincount(docs, weights=freqs).astype(np.int64)
        return self._lengths[field]


def merged(docs: NDArray[np.int32], freqs: NDArray[Any]) -> TermPostings:
    """Return the sum of several posting lists, given behind one another."""
    total = sum_over([docs], int(docs.max(initial=-1)) + 1)
    # Exact up to 2 ** 24 times in a document.
    summed = total.of([freqs.astype(np.float32)])
    return TermPostings(total.docs, summed.astype(np.int32))


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


SECOND = 1 << 31
"""Marks the key of a position in the second part of a document; no text has so many."""

_SPREAD_SHARE = 16
"""Documents that are sorted as quickly as one of so many is marked."""

_FIRST = np.zeros(1, np.int64)

Lists = tuple[NDArray[np.uint32], ...]
"""The numbers of posting lists, segment by segment."""


class Gathered(NamedTuple):
    """Postings of live documents in several lists, list after list within each segment.

    ``counts`` says how many there are of each list, the lists in the order in which they were
    asked for, segment after segment.
    """

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    counts: NDArray[np.int64]


class Spots(NamedTuple):
    """Postings of live documents of one segment, and where their positions begin.

    List ``n`` is from ``bounds[n]`` to ``bounds[n + 1]``. The ``first`` so many lists are of the
    first part that was asked for, the others of the second. All documents are below ``end`` - 1.
    """

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    begins: NDArray[Any]
    bounds: NDArray[np.int64]
    first: int
    end: int

    def among(self, wanted: NDArray[np.bool_]) -> "Spots":
        """Return the postings of wanted documents; of those above all as the last item says."""
        at = wanted.take(self.docs, mode="clip").nonzero()[0]
        docs, freqs, begins = self.docs.take(at), self.freqs.take(at), self.begins.take(at)
        return Spots(docs, freqs, begins, at.searchsorted(self.bounds), self.first, self.end)

    def marked(self) -> NDArray[np.bool_]:
        """Return which documents have a posting; none has that is read as the last item."""
        return _marked(self.docs, self.end)


class Gathering:
    """Reads posting lists of all segments; safe for threads.

    ``live`` is asked for when some document of the ``segments`` is deleted, else it is None.
    """

    def __init__(
        self,
        segments: Sequence[SegmentPostings],
        bases: Sequence[int],
        live: Callable[[], NDArray[np.bool_]] | None,
        cache: ByteCache,
    ) -> None:
        self._segments, self._bases, self._live, self._cache = segments, bases, live, cache
        self.nothing: Lists = tuple([np.empty(0, np.uint32) for _ in segments])
        """No posting lists."""

    def lists(self, field: str, term: str) -> Lists:
        """Return the posting lists of a term."""
        found: Lists = self._cache.get(("lists", field, term), lambda: self._find(field, term))
        return found

    def _find(self, field: str, term: str) -> tuple[Lists, int]:
        lists = tuple(segment.lists(field, term) for segment in self._segments)
        return lists, 200 + sum(each.nbytes for each in lists)

    def sizes(self, terms: Sequence[Lists]) -> NDArray[np.int64]:
        """Return how many postings the lists of each term have, deleted documents included.

        A document that has a term in several spellings counts once for each.
        """
        sizes = np.zeros(len(terms), np.int64)
        for number, segment in enumerate(self._segments):
            held = [lists[number] for lists in terms]
            if held:
                of_term = np.repeat(np.arange(len(held)), list(map(len, held)))
                counts = segment.counts(np.concatenate(held))
                sizes += np.bincount(of_term, counts, len(held)).astype(np.int64)
        return sizes

    def postings(self, lists: Lists) -> Gathered:
        """Return the postings of some lists."""
        if len(self._segments) == 1 and self._live is None:
            return Gathered(*self._many(0, lists[0]))
        parts = [self._part(number, numbers) for number, numbers in enumerate(lists)]
        return Gathered(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _part(self, number: int, lists: NDArray[np.uint32]) -> Gathered:
        many = self._many(number, lists)
        docs = many.docs + np.int32(self._bases[number])
        if self._live is None:
            return Gathered(docs, many.freqs, many.counts)
        alive = self._live()[docs]
        of = np.repeat(np.arange(len(lists)), many.counts)
        counts = np.bincount(of[alive], minlength=len(lists))
        return Gathered(docs[alive], many.freqs[alive], counts)

    def spots(self, parts: Sequence[Lists]) -> tuple[Spots, ...]:
        """Return where the postings of some lists are, segment by segment; see ``keys``."""
        return tuple(
            [self._spots(number, lists) for number, lists in enumerate(zip(*parts, strict=True))]
        )

    def _spots(self, number: int, parts: Sequence[NDArray[np.uint32]]) -> Spots:
        def read() -> tuple[Spots, int]:
            spots = self._located(number, parts)
            return spots, 200 + sum(each.nbytes for each in spots[:3])

        found: Spots = self._cache.get(
            ("spots", number, *[lists.tobytes() for lists in parts]), read
        )
        return found

    def _located(self, number: int, parts: Sequence[NDArray[np.uint32]]) -> Spots:
        segment, lists = self._segments[number], np.concatenate(parts)
        # What was read to score a word is asked for but once more.
        many = self._cache.take((number, lists.tobytes())) or segment.many(lists)
        docs, freqs, begins = many.docs, many.freqs, segment.begins(lists, many)
        if freqs.itemsize > 1:
            freqs = freqs.astype(np.uint8 if freqs.max(initial=0) < 256 else np.int32, copy=False)
        bounds = np.concatenate((_FIRST, many.counts.cumsum()))
        if self._live is not None:
            alive = self._live()[self._bases[number] :][docs]
            docs, freqs, begins = docs[alive], freqs[alive], begins[alive]
            bounds = np.concatenate((_FIRST, alive.cumsum())).take(bounds)
        return Spots(docs, freqs, begins, bounds, len(parts[0]), int(docs.max(initial=-1)) + 2)

    def documents(self, parts: Sequence[Lists]) -> int:
        """Return how many live documents are in any of some lists."""
        key = ("documents", *[lists.tobytes() for part in parts for lists in part])
        found: int = self._cache.get(key, lambda: (self._documents(parts), 200))
        return found

    def _documents(self, parts: Sequence[Lists]) -> int:
        return sum(int(np.count_nonzero(spots.marked())) for spots in self.spots(parts))

    def having_all(self, words: Sequence[tuple[Spots, ...]]) -> NDArray[np.int32]:
        """Return the documents that have each of some words (in any part), ascending."""
        found = []
        for base, spots in zip(self._bases, zip(*words, strict=True), strict=True):
            rarest, *others = sorted(spots, key=lambda each: len(each.docs))
            docs = rarest.docs
            if loops := kernels.active:
                docs = loops.ascending(docs, rarest.end)
                for other in others:
                    docs = loops.having(docs, other.docs, other.bounds)
                found.append(docs + np.int32(base) if base else docs)
                continue
            for other in others:
                docs = other.docs[_marked(docs, rarest.end).take(other.docs, mode="clip")]
            found.append(_ascending(docs, rarest.end) + np.int32(base))
        return found[0] if len(found) == 1 else np.concatenate(found)

    def narrowed(
        self, words: Sequence[tuple[Spots, ...]], docs: NDArray[np.int32]
    ) -> list[tuple[Spots, ...]]:
        """Return what there is of words in ascending ``docs``."""
        wanted = _marked(docs, int(docs[-1]) + 2 if len(docs) else 1)
        of_segments = [wanted[min(base, len(wanted) - 1) :] for base in self._bases]
        return [
            tuple([spots.among(here) for spots, here in zip(word, of_segments, strict=True)])
            for word in words
        ]

    def keys(self, words: Sequence[tuple[Spots, ...]], docs: NDArray[np.int32]) -> list[Keys]:
        """Return where each of some words is in ascending ``docs``, ascending.

        Positions in the second part of a document have the bit ``SECOND``.
        """
        narrow = all(spots.begins.dtype == np.uint32 for word in words for spots in word)
        if (loops := kernels.active) and narrow:
            return [self._located_in(word, docs, loops) for word in words]
        narrowed = self.narrowed(words, docs)
        found = [
            self._keys(number, spots) for number, spots in enumerate(zip(*narrowed, strict=True))
        ]
        if len(found) == 1:
            return found[0]
        return [np.concatenate(each) for each in zip(*found, strict=True)]

    def _located_in(
        self, word: tuple[Spots, ...], docs: NDArray[np.int32], loops: kernels.Kernels
    ) -> Keys:
        """Return where a word is in ascending ``docs``, ascending, by compiled loops."""
        found = []
        ends = [*docs.searchsorted(self._bases[1:]).tolist(), len(docs)]
        first = 0
        for number, (spots, end) in enumerate(zip(word, ends, strict=True)):
            base, (blob, widths) = self._bases[number], self._segments[number].located
            here = docs[first:end] - np.int32(base) if base else docs[first:end]
            places = spots.docs, spots.freqs, spots.begins, spots.bounds, spots.first
            found.append(loops.keys(here, *places, blob, widths, base, SECOND))
            first = end
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _keys(self, number: int, words: Sequence[Spots]) -> list[Keys]:
        """Return the keys of words in one segment."""
        docs = np.concatenate([spots.docs for spots in words])
        freqs = np.concatenate([spots.freqs for spots in words])
        begins = np.concatenate([spots.begins for spots in words])
        keys = self._segments[number].keys(docs, freqs, begins)
        if self._bases[number]:
            keys += self._bases[number] << 32
        # Of each word: where its postings begin, those in the second part, and where they end.
        bounds = [0]
        for spots in words:
            of_first = int(spots.bounds[spots.first])
            bounds += (bounds[-1] + of_first, bounds[-1] + len(spots.docs))
        ends = np.concatenate((_FIRST, freqs.cumsum(dtype=np.int64))).take(bounds).tolist()
        found = []
        for second in range(1, len(ends), 2):
            keys[ends[second] : ends[second + 1]] |= SECOND
            mine = keys[ends[second - 1] : ends[second + 1]]
            mine.sort(kind="stable")  # quickest where a few lists are in order already
            found.append(mine)
        return found

    def _many(self, number: int, lists: NDArray[np.uint32]) -> ManyPostings:
        def read() -> tuple[ManyPostings, int]:
            many = self._segments[number].many(lists)
            return many, 200 + sum(each.nbytes for each in many)

        found: ManyPostings = self._cache.get((number, lists.tobytes()), read)
        return found


def _marked(docs: NDArray[np.int32], end: int) -> NDArray[np.bool_]:
    """Return for the numbers below ``end`` which are in ``docs``."""
    marked = np.zeros(end, np.bool_)
    marked[docs] = True
    return marked


def _ascending(docs: NDArray[np.int32], end: int) -> NDArray[np.int32]:
    """Return documents, all below ``end``, in order and each once."""
    if _SPREAD_SHARE * len(docs) > end:
        return _marked(docs, end).nonzero()[0].astype(np.int32)
    docs = np.sort(docs)
    first = np.ones(len(docs), np.bool_)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    return docs[first]
