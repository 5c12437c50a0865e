"""The inverted index: posting lists and positions, written by segment and read over all segments.

A *posting list* holds the documents of one word as written, in one language and one part of a
document (title or body). A *term* is the sum of one or several lists: a stem, or a word without
its accents, has all lists that lead to it. ``PostingsWriter`` writes the terms and lists of one
segment; ``SegmentPostings`` reads them; ``InvertedIndex`` reads those of all segments of a
snapshot, in the snapshot's document numbers and without deleted documents. ``index.store`` knows
how lists, terms and words are laid out on disk.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.analysis import Tokens, Vocabulary
from index.arrays import (
    Keys,
    count_distinct,
    positions_of,
    sorted_distinct,
    sum_over,
)
from index.document import PARTS, fit
from index.store import (
    ByteCache,
    Dictionary,
    Folder,
    Inverter,
    ManyPostings,
    PositionedPostings,
    PostingLists,
    SpellingWords,
    TermPostings,
    WrittenWords,
    vocabulary,
    write_terms,
    write_words,
)

MOST_TABLES = 16
"""Word tables (each process has one, begun anew now and then) whose list numbers are kept."""

_LONG = 200
"""Postings from which on a list is read faster alone than together with others."""
_DENSE_BYTES = 8
"""An array over all documents pays from one byte of lists for so many documents."""
_DENSE_DOCS = 16
"""Marking all documents pays from one document in so many; below, sorting is faster."""
_TERMS_TOGETHER = 4096
"""Terms with a prefix whose postings are read together."""
_OVERHEAD = 200
"""Bytes that a cached value takes beside its arrays."""

_NOTHING = TermPostings(np.empty(0, np.int32), np.empty(0, np.uint8))
_NO_LISTS = np.empty(0, np.uint32)

T = TypeVar("T")
Docs = NDArray[np.int32]
Mask = NDArray[np.bool_]
Lists = tuple[NDArray[np.uint32], ...]
"""Numbers of posting lists, one array per segment."""


def sum_postings(docs: Docs, freqs: NDArray[Any]) -> TermPostings:
    """Add up several posting lists given one behind the other; documents come out ascending."""
    total = sum_over([docs], int(docs.max(initial=-1)) + 1)
    # float32 is exact up to 2 ** 24 occurrences in a document.
    return TermPostings(total.docs, total.of([freqs.astype(np.float32)]).astype(np.int32))


class PostingsWriter:
    """Writes terms, postings and positions of one segment into a folder of their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._inverter = Inverter(folder)
        # Gives every new word the next number.
        self._numbers: dict[str, int] = defaultdict(count().__next__)
        # By the name of a word table: the number of each of its words, -1 if not looked up yet.
        self._table_numbers: dict[str, NDArray[np.int32]] = {}
        # Documents that were analysed together come one after another.
        self._tokens: Tokens | None = None
        self._docs: list[int] = []
        self._places: list[int] = []

    def add(self, doc: int, tokens: Tokens, place: int) -> None:
        """Add document number ``doc``: its texts are ``2 * place`` and the next of ``tokens``.

        Documents come in ascending order.
        """
        if tokens is not self._tokens:
            self._flush()
            self._tokens = tokens
        self._docs.append(doc)
        self._places.append(place)

    def _flush(self) -> None:
        """Move the documents that share the last tokens into the run."""
        tokens, self._tokens = self._tokens, None
        if tokens is None:
            return
        texts = len(tokens.lengths)
        doc_of = np.full((texts // len(PARTS), len(PARTS)), -1, np.int32)
        doc_of[self._places] = np.array(self._docs)[:, None]
        part_of = np.arange(texts, dtype=np.int32) % len(PARTS)
        docs = doc_of.ravel().take(tokens.texts)
        lists = (self._numbered(tokens.vocabulary) * np.int32(len(PARTS))).take(tokens.words)
        lists += part_of.take(tokens.texts)
        positions = tokens.positions
        if len(self._docs) < len(doc_of):
            used = docs >= 0
            lists, docs, positions = lists[used], docs[used], positions[used]
        self._inverter.add(lists, docs, positions)
        self._docs.clear()
        self._places.clear()

    def _numbered(self, words: Vocabulary) -> NDArray[np.int32]:
        """Return the number of each word of a vocabulary."""
        table = self._table_numbers.get(words.table, np.empty(0, np.int32))
        last = int(words.numbers.max(initial=0))
        if last >= len(table):
            if len(self._table_numbers) > MOST_TABLES:
                self._table_numbers.clear()
            more = np.full(last + 1, -1, np.int32)
            table = self._table_numbers[words.table] = np.concatenate([table, more])
        word_numbers = table[words.numbers]
        new = np.flatnonzero(word_numbers < 0)
        keys = map(words.keys.__getitem__, new.tolist())
        word_numbers[new] = list(map(self._numbers.__getitem__, keys))
        table[words.numbers[new]] = word_numbers[new]
        return word_numbers

    def commit(self) -> None:
        """Write the files of the segment."""
        self._flush()
        lists = self._inverter.numbers()
        terms = vocabulary(list(self._numbers), lists)
        rank = np.zeros(len(self._numbers) * len(PARTS), np.int64)
        rank[lists] = terms.rank
        self._inverter.write(rank)
        write_terms(self._folder, terms.texts, terms.fields)
        write_words(self._folder, terms)


class SegmentPostings:
    """Terms, postings and positions of one segment, deleted documents included; safe for threads.

    Documents and terms are numbered from 0 within the segment, terms in the order of fields and
    then of UTF-8. Whatever reads may raise IndexDamaged.
    """

    def __init__(self, folder: Folder) -> None:
        self.dictionary = Dictionary(folder)
        self.lists = PostingLists(folder)

    def find(self, field: str, term: str) -> int:
        """Return the number of a term; -1 if the segment has no such term."""
        return self.dictionary.find(field, fit(term).encode("utf-8", "replace"))

    def prefix(self, field: str, prefix: str) -> range:
        """Return the numbers of the terms with a prefix."""
        return self.dictionary.prefix(field, fit(prefix))

    def term(self, number: int) -> str:
        """Return the term with a number."""
        return self.dictionary.term(number)

    def term_lists(self, field: str, term: str) -> NDArray[np.uint32]:
        """Return the posting lists of a term; none for an unknown one."""
        number = self.find(field, term)
        return _NO_LISTS if number < 0 else self.dictionary.lists(range(number, number + 1))

    def frequency(self, number: int) -> int:
        """Return how many documents have a term."""
        lists = self.dictionary.lists(range(number, number + 1))
        if len(lists) == 1:
            return int(self.lists.counts(lists)[0])
        return len(self.postings(number).docs)

    def postings(self, number: int) -> TermPostings:
        """Return the postings of a term; none for the number -1."""
        if number < 0:
            return _NOTHING
        lists = self.dictionary.lists(range(number, number + 1))
        if len(lists) == 1:
            return self.lists.postings(int(lists[0]))
        docs, freqs, _ = self.lists.many(lists)
        return sum_postings(docs, freqs)

    def summed(self, terms: range) -> TermPostings:
        """Return the postings of successive terms added up."""
        lists = self.dictionary.lists(terms)
        if len(lists) > 1 and (lists[1:] - lists[:-1] == 1).all():
            first, stop = int(lists[0]), int(lists[-1]) + 1
            if _DENSE_BYTES * self.lists.bytes(first, stop) > self.lists.documents:
                total = self.lists.sum(first, stop)
                present = (total > 0).nonzero()[0]
                return TermPostings(present.astype(np.int32), total.take(present))
        docs, freqs, _ = self.lists.many(lists)
        return sum_postings(docs, freqs)

    def docs_of(self, terms: Sequence[int]) -> Docs:
        """Return the documents that have any of the terms, in no order, some repeatedly."""
        return self._docs(self._lists_by_term(terms)[0])[0]

    def count_within(self, terms: Sequence[int], mask: Mask) -> NDArray[np.int64]:
        """Return for each term how many of the documents in ``mask`` have it."""
        lists, term_of = self._lists_by_term(terms)
        counts = np.zeros(len(terms), np.int64)
        # No document is counted twice where a term has one list.
        alone = np.bincount(term_of, minlength=len(terms))[term_of] == 1
        alone &= self.lists.counts(lists) > _LONG
        for place in np.flatnonzero(alone).tolist():
            docs = self.lists.postings(int(lists[place])).docs
            counts[term_of[place]] = np.count_nonzero(mask[docs])
        docs, list_of = self._docs(lists[~alone])
        hits = np.flatnonzero(mask[docs])
        return counts + count_distinct(term_of[~alone][list_of[hits]], docs[hits], len(terms))

    def _lists_by_term(self, terms: Sequence[int]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the lists of some terms, and for each list the place of its term in ``terms``."""
        if isinstance(terms, range):
            lists, sizes = self.dictionary.lists(terms), self.dictionary.list_counts(terms)
        else:
            parts = [self.dictionary.lists(range(number, number + 1)) for number in terms]
            lists = np.concatenate([_NO_LISTS, *parts])
            sizes = np.array(list(map(len, parts)), np.int64)
        return lists, np.repeat(np.arange(len(sizes)), sizes)

    def _docs(self, lists: NDArray[np.uint32]) -> tuple[Docs, NDArray[np.int64]]:
        """Return the documents of some lists, and for each the place of its list in ``lists``."""
        long = self.lists.counts(lists) > _LONG
        short = self.lists.many(lists[~long])
        parts = [self.lists.postings(number).docs for number in lists[long].tolist()]
        places = np.concatenate([np.flatnonzero(~long), np.flatnonzero(long)])
        sizes = np.array([*short.counts.tolist(), *map(len, parts)], np.int64)
        return np.concatenate([short.docs, *parts]), np.repeat(places, sizes)


class SegmentTerms(NamedTuple):
    """What one segment of a snapshot knows of its terms, deleted documents included.

    Document ``n`` of the segment is document ``base + n`` of the snapshot.
    """

    base: int
    postings: SegmentPostings
    completion: WrittenWords
    spelling: SpellingWords


WordPostings = tuple[PositionedPostings, ...]
"""The positioned postings of one word, segment by segment."""


class InvertedIndex:
    """Terms, postings and positions of all segments of a snapshot; safe for threads.

    Documents are numbered over all segments and deleted ones are left out, unless a method says
    otherwise. Postings and positions that were read are kept in at most ``cache_bytes`` of memory.
    Whatever reads may raise IndexDamaged.
    """

    def __init__(
        self,
        folders: Sequence[Folder],
        bases: Sequence[int],
        live: Mask | None,
        cache_bytes: int,
    ) -> None:
        """Open the ``postings`` folder of every segment.

        ``bases`` are the first document numbers of the segments. ``live`` is the mask of live
        documents, None if no document is deleted.
        """
        self.segments: list[SegmentTerms] = []
        for folder, base in zip(folders, bases, strict=True):
            postings = SegmentPostings(folder)
            words = WrittenWords(folder, postings.dictionary)
            self.segments.append(SegmentTerms(base, postings, words, SpellingWords(folder)))
        self._bases, self._live = bases, live
        self._cache = ByteCache(cache_bytes)
        self.nothing: Lists = (_NO_LISTS,) * len(folders)
        """No posting lists."""
        self.whole = len(folders) == 1 and live is None
        """Whether there is one segment and nothing in it is deleted."""

    def close(self) -> None:
        """Drop what is cached."""
        self._cache.forget()

    def _cached(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what is kept under a key, or what ``read`` returns: arrays or a number."""

        def sized() -> tuple[T, int]:
            value = read()
            items = value if isinstance(value, tuple) else ()
            size = sum(item.nbytes for item in items if isinstance(item, np.ndarray))
            return value, _OVERHEAD + size

        value: T = self._cache.get(key, sized)
        return value

    # Terms

    def fields(self) -> set[str]:
        """Return the fields in which any document has a term, deleted documents included."""
        return {name for segment in self.segments for name in segment.postings.dictionary.fields}

    def vocabulary_size(self, field: str) -> int:
        """Return how many different terms a field has, those of deleted documents included."""
        dictionaries = [segment.postings.dictionary for segment in self.segments]
        if len(dictionaries) == 1:
            return len(dictionaries[0].field(field))
        return len({term for each in dictionaries for term in each.terms(each.field(field))})

    def postings(self, field: str, term: str) -> TermPostings:
        """Return the documents that have a term, ascending; none for an unknown term."""

        def read() -> TermPostings:
            parts = [
                segment.postings.postings(segment.postings.find(field, term))
                for segment in self.segments
            ]
            return parts[0] if self.whole else self._joined(parts)

        return self._cached((field, term), read)

    def _joined(self, parts: Sequence[TermPostings]) -> TermPostings:
        """Return postings of every segment as those of the snapshot."""
        docs = _concatenated(
            [_based(part.docs, base) for part, base in zip(parts, self._bases, strict=True)]
        )
        freqs = _concatenated([part.freqs for part in parts])
        return self._alive(docs, freqs)

    def _alive(self, docs: Docs, freqs: NDArray[Any]) -> TermPostings:
        if self._live is None:
            return TermPostings(docs, freqs)
        live = self._live[docs]
        return TermPostings(docs[live], freqs[live])

    def prefix_postings(
        self, field: str, prefix: str, goes_on: Callable[[], bool] = lambda: True
    ) -> TermPostings:
        """Return the postings of all terms with a prefix, added up.

        ``goes_on`` is asked from time to time; once it says no, the remaining terms are left out.
        """
        docs: list[Docs] = []
        freqs: list[NDArray[Any]] = []
        for segment, terms in self._prefix_terms(field, prefix):
            if docs and not goes_on():
                break
            part = segment.postings.summed(terms)
            docs.append(_based(part.docs, segment.base))
            freqs.append(part.freqs)
        postings = TermPostings(_concatenated(docs), _concatenated(freqs))
        if len(docs) > 1:
            postings = sum_postings(*postings)
        return self._alive(*postings)

    def _prefix_terms(self, field: str, prefix: str) -> Iterator[tuple[SegmentTerms, range]]:
        """Yield the terms with a prefix, a few thousand of one segment at a time."""
        for segment in self.segments:
            terms = segment.postings.prefix(field, prefix)
            for first in range(0, len(terms), _TERMS_TOGETHER):
                yield segment, terms[first : first + _TERMS_TOGETHER]

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents have a term."""
        if self._live is not None:
            return len(self.postings(field, term).docs)
        counts = (
            segment.postings.frequency(number)
            for segment in self.segments
            if (number := segment.postings.find(field, term)) >= 0
        )
        return sum(counts)

    def exceeds(self, field: str, term: str, documents: int) -> bool:
        """Tell whether more than ``documents`` documents have a term, reading few postings."""

        def compare() -> bool:
            lists = self.lists(field, term)
            if self._live is None:
                for segment, part in zip(self.segments, lists, strict=True):
                    if int(segment.postings.lists.counts(part).max(initial=0)) > documents:
                        return True
            exists = any(map(len, lists))
            return exists and self.document_frequency(field, term) > documents

        return self._cached(("exceeds", field, term, documents), compare)

    def positions(self, field: str, term: str, doc: int) -> NDArray[np.int64]:
        """Return the positions of a term in one document, ascending; none if it lacks the term."""
        postings = self.positioned([self.lists(field, term)])
        return positions_of(self.keys([postings], np.array([doc], np.int32))[0])

    # Posting lists

    def lists(self, field: str, term: str) -> Lists:
        """Return the posting lists of a term."""

        def find() -> Lists:
            return tuple([segment.postings.term_lists(field, term) for segment in self.segments])

        return self._cached(("lists", field, term), find)

    def has(self, field: str, term: str) -> bool:
        """Tell whether any document has a term, deleted documents included."""
        return any(segment.postings.find(field, term) >= 0 for segment in self.segments)

    def written_words(self, part: str, suffix: str, terms: Iterable[str]) -> frozenset[str]:
        """Return the folded words whose forms, in the analyzer ``suffix``, have any of the terms.

        Those are meant that any title or body has, deleted documents included.
        """
        lists = [self.lists(f"{part}_{suffix}", term) for term in terms]
        words: set[str] = set()
        for segment, parts in zip(self.segments, zip(*lists, strict=True), strict=bool(lists)):
            words.update(segment.postings.dictionary.words_of(part, np.concatenate(parts)))
        return frozenset(words)

    def prefix_lists(self, field: str, prefix: str) -> Lists:
        """Return the posting lists of all terms with a prefix."""

        def find() -> Lists:
            segments = [segment.postings for segment in self.segments]
            return tuple([each.dictionary.lists(each.prefix(field, prefix)) for each in segments])

        return self._cached(("prefix lists", field, prefix), find)

    def posting_counts(self, terms: Sequence[Lists]) -> NDArray[np.int64]:
        """Return how many postings the lists of each term have, deleted documents included.

        A document that has a term in several spellings counts once for each.
        """
        total = np.zeros(len(terms), np.int64)
        for number, segment in enumerate(self.segments):
            lists = [of_term[number] for of_term in terms]
            if lists:
                term_of = np.repeat(np.arange(len(lists)), list(map(len, lists)))
                counts = segment.postings.lists.counts(np.concatenate(lists))
                total += np.bincount(term_of, counts, len(lists)).astype(np.int64)
        return total

    def read(self, lists: Lists) -> ManyPostings:
        """Return the postings of some lists: segment after segment, there list after list."""
        parts = [self._read(number, part) for number, part in enumerate(lists)]
        if self.whole:
            return parts[0]
        for number, (docs, freqs, counts) in enumerate(parts):
            docs = _based(docs, self._bases[number])
            if self._live is not None:
                live = self._live[docs]
                list_of = np.repeat(np.arange(len(counts)), counts)
                counts = np.bincount(list_of[live], minlength=len(counts))
                docs, freqs = docs[live], freqs[live]
            parts[number] = ManyPostings(docs, freqs, counts)
        return ManyPostings(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _read(self, number: int, lists: NDArray[np.uint32]) -> ManyPostings:
        """Return the postings of some lists of one segment, deleted documents included."""

        read = self.segments[number].postings.lists.many
        return self._cached((number, lists.tobytes()), lambda: read(lists))

    # Positions

    def positioned(self, parts: Sequence[Lists]) -> WordPostings:
        """Return the postings of a word with where their positions are; see ``keys``.

        ``parts`` are the lists of the word in one or two parts of documents.
        """
        by_segment = enumerate(zip(*parts, strict=True))
        return tuple([self._positioned(number, lists) for number, lists in by_segment])

    def _positioned(self, number: int, parts: Sequence[NDArray[np.uint32]]) -> PositionedPostings:
        key = ("positioned", number, *[lists.tobytes() for lists in parts])
        return self._cached(key, lambda: self._read_positioned(number, parts))

    def _read_positioned(
        self, number: int, parts: Sequence[NDArray[np.uint32]]
    ) -> PositionedPostings:
        # What was read to score a word is asked for once more, here.
        many = self._cache.take((number, np.concatenate(parts).tobytes()))
        postings = self.segments[number].postings.lists.positioned(parts, many)
        if self._live is None:
            return postings
        return postings.within(self._live[self._bases[number] :])

    def count_documents(self, parts: Sequence[Lists]) -> int:
        """Return how many documents are in any of the lists of a word, in any part."""

        def read() -> int:
            by_segment = [_marked(part.docs, part.end) for part in self.positioned(parts)]
            return sum(map(int, map(np.count_nonzero, by_segment)))

        key = ("documents", *[lists.tobytes() for part in parts for lists in part])
        return self._cached(key, read)

    def intersection(self, words: Sequence[WordPostings]) -> Docs:
        """Return the documents that have every word, in any part, ascending."""
        found = []
        for base, postings in zip(self._bases, zip(*words, strict=True), strict=True):
            rarest, *others = sorted(postings, key=lambda word: len(word.docs))
            docs, end = rarest.docs, rarest.end
            if _DENSE_DOCS * len(docs) > end:
                mask = _marked(docs, end)
                for other in others:
                    end = min(end, other.end)
                    mask = mask[:end] & _marked(other.docs, other.end)[:end]
                docs = mask.nonzero()[0].astype(np.int32)
            else:
                for other in others:
                    docs = other.docs[_marked(docs, end).take(other.docs, mode="clip")]
                docs = sorted_distinct(docs)
            found.append(_based(docs, base))
        return _concatenated(found)

    def restricted(self, words: Sequence[WordPostings], docs: Docs) -> list[WordPostings]:
        """Return the postings of words in ascending ``docs``."""
        mask = _marked(docs, int(docs[-1]) + 2 if len(docs) else 1)
        masks = [mask[min(base, len(mask) - 1) :] for base in self._bases]
        return [
            tuple([part.within(here) for part, here in zip(word, masks, strict=True)])
            for word in words
        ]

    def keys(self, words: Sequence[WordPostings], docs: Docs) -> list[Keys]:
        """Return the keys of each word in ascending ``docs``, ascending."""
        ends = [*docs.searchsorted(self._bases[1:]).tolist(), len(docs)]
        found = []
        for word in words:
            parts, first = [], 0
            for segment, postings, end in zip(self.segments, word, ends, strict=True):
                here = _based(docs[first:end], -segment.base)
                parts.append(segment.postings.lists.keys(postings, here, segment.base))
                first = end
            found.append(_concatenated(parts))
        return found


def _based(docs: Docs, base: int) -> Docs:
    return docs + np.int32(base) if base else docs


def _concatenated(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def _marked(docs: Docs, end: int) -> Mask:
    """Return a mask of ``docs`` over the numbers below ``end``."""
    mask = np.zeros(end, np.bool_)
    mask[docs] = True
    return mask
