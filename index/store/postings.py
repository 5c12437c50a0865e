"""Posting lists on disk: the documents, frequencies and positions of many lists.

``postings.blob`` holds, list after list::

    1 byte   width of a gap (1, 2 or 4 bytes) and, times 16, width of a frequency (0: all are 1)
    gaps     from each document to the next, the first from 0; little-endian
    freqs    how often each document has it

The widths are the smallest that hold every value of the list. A list that takes much less space
so is packed::

    1 byte   PACKED
    8 bytes  number of postings, number of steps
    steps    one byte each: a gap, or 255 for a part of the gap to the next document
    flags    one bit for each posting: whether its frequency is above 1
    freqs    one byte for each that is

``positions.blob`` holds, list after list, the positions in the first document, ascending, then
those in the second, and so on. ``positions.width`` is how many bytes a position takes in each
document: 1, 2 or 4, enough for all of its positions. ``postings.at`` and ``positions.at`` say where
the bytes of each list begin and those of the last one end. ``index.kernels`` decodes the lists.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import Keys, Numbers, bounds_of, narrowest, places, starts_of
from index.store.files import ArrayWriter, Folder, open_array, write_array

PACKED = 255
Bytes = NDArray[np.uint8]


class TermPostings(NamedTuple):
    """The documents of a term, ascending, and its frequency in each."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]


class ManyPostings(NamedTuple):
    """The postings of several lists, list after list; ``counts`` is the length of each list."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    counts: NDArray[np.int64]


class PositionedPostings(NamedTuple):
    """The postings of several lists of one word, and where the positions of each begin on disk.

    List ``n`` is ``bounds[n]`` to ``bounds[n + 1]``. The ``first`` so many lists are of the first
    part of documents, the others of the second. All documents are below ``end - 1``.
    """

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    starts: NDArray[Any]
    bounds: NDArray[np.int64]
    first: int
    end: int

    def within(self, mask: NDArray[np.bool_]) -> "PositionedPostings":
        """Return the postings of the documents in ``mask``; its last item stands for all above."""
        kept = mask.take(self.docs, mode="clip").nonzero()[0]
        docs, freqs, starts = self.docs.take(kept), self.freqs.take(kept), self.starts.take(kept)
        bounds = kept.searchsorted(self.bounds)
        return PositionedPostings(docs, freqs, starts, bounds, self.first, self.end)


class Lists(NamedTuple):
    """Posting lists as plain arrays, none of them empty, list after list.

    Each list has ``counts`` postings, each posting ``freqs`` ascending positions.
    """

    counts: Numbers
    docs: Numbers
    freqs: Numbers
    positions: Numbers

    def position_counts(self) -> NDArray[np.int64]:
        """Return how many positions each list has."""
        return np.add.reduceat(self.freqs, starts_of(self.counts), dtype=np.int64)


class PostingLists:
    """Reads posting lists; safe for threads."""

    def __init__(self, folder: Folder) -> None:
        self._postings = open_array(folder, "postings.blob")
        self._postings_at = open_array(folder, "postings.at")
        self._positions = open_array(folder, "positions.blob")
        self._positions_at = open_array(folder, "positions.at")
        self._width = open_array(folder, "positions.width")
        self.size = self._postings_at.size - 1

    @property
    def documents(self) -> int:
        """A number above that of every document."""
        return self._width.size

    def counts(self, numbers: NDArray[Any] | slice) -> NDArray[np.int64]:
        """Return the number of postings of each of some lists."""
        at = self._postings_at.all()
        starts, stops = at[:-1][numbers], at[1:][numbers]
        codes = self._postings.parts(starts, starts + 1)[starts]
        packed = np.flatnonzero(codes == PACKED)
        codes[packed] = 1
        counts: NDArray[np.int64] = (stops.astype(np.int64) - starts - 1) // (
            (codes & 15) + (codes >> 4)
        )
        for number in packed.tolist():
            start = int(starts[number])
            counts[number] = self._postings.slice(start + 1, start + 5).view("<u4")[0]
        return counts

    def postings(self, number: int) -> TermPostings:
        """Return the postings of one list."""
        docs, freqs, _ = self.many(np.array([number]))
        return TermPostings(docs, freqs)

    def many(self, numbers: NDArray[Any]) -> ManyPostings:
        """Return the postings of several lists, decoded together."""
        at = self._postings_at.all()
        starts, stops = at.take(numbers), at.take(numbers + 1)
        blob = self._postings.parts(starts, stops)
        bounds = starts.astype(np.int64), stops.astype(np.int64)
        return ManyPostings(*kernels.active.decode_postings(blob, *bounds))

    def sum(self, first: int, stop: int) -> NDArray[np.int32]:
        """Return how often each document has anything of the lists ``first`` to ``stop``."""
        at = self._postings_at.slice(first, stop + 1).astype(np.int64)
        return _summed(self._postings.slice(int(at[0]), int(at[-1])), at - at[0], self.documents)

    def bytes(self, first: int, stop: int) -> int:
        """Return how many bytes the lists ``first`` to ``stop`` (excluded) take."""
        return self._postings_at.item(stop) - self._postings_at.item(first)

    def positioned(
        self, parts: Sequence[NDArray[Any]], many: ManyPostings | None = None
    ) -> PositionedPostings:
        """Return the postings of a word with where their positions are, for ``keys``.

        ``parts`` are its lists in one or two parts of documents; ``many`` are their postings, if
        they have been read.
        """
        numbers = np.concatenate(parts)
        docs, freqs, counts = many or self.many(numbers)
        at = self._positions_at.all()
        starts, stops = at.take(numbers), at.take(numbers + 1)
        self._positions.parts(starts, stops)
        starts = kernels.active.position_starts(self._width.all(), docs, freqs, counts, starts)
        if freqs.itemsize > 1:
            freqs = freqs.astype(np.uint8 if freqs.max(initial=0) < 256 else np.int32, copy=False)
        end = int(docs.max(initial=-1)) + 2
        return PositionedPostings(docs, freqs, starts, bounds_of(counts), len(parts[0]), end)

    def keys(self, postings: PositionedPostings, docs: NDArray[np.int32], base: int = 0) -> Keys:
        """Return the position keys of a word in ascending ``docs``, ascending.

        ``base`` is added to the documents of the keys.
        """
        blob, widths = self._positions.trusted(), self._width.all()
        columns = postings.docs, postings.freqs, postings.starts, postings.bounds, postings.first
        return kernels.active.position_keys(docs, *columns, blob, widths, base)


# Summing


Totals = NDArray[np.int32]

_TOGETHER = 1 << 16
"""Bytes of packed lists that are decoded together: few enough to stay in the processor's caches."""
_ONE = np.int32(1)
"""Of the type of totals: ``np.add.at`` takes many times as long where it has to convert."""


def _summed(data: Bytes, at: NDArray[np.int64], documents: int) -> Totals:
    """Return how often each document has anything of successive posting lists.

    ``data`` holds the lists, ``at`` says where each begins and where the last ends; their
    documents are below ``documents``.
    """
    totals = np.zeros(documents, np.int32)
    codes = data.take(at[:-1])
    packed = (codes == PACKED).nonzero()[0]
    if len(packed):
        begins, ends = at.take(packed), at.take(packed + 1)
        cuts = np.diff((ends - begins).cumsum() // _TOGETHER).nonzero()[0] + 1
        for some in np.split(np.stack((begins, ends)), cuts, axis=1):
            _add_packed(totals, data, *some)
        # What is left: from the end of a packed list to the beginning of the next.
        edges = zip([0, *ends.tolist()], [*begins.tolist(), len(data)], strict=True)
        data = np.concatenate([data[start:stop] for start, stop in edges])
    plain = (codes != PACKED).nonzero()[0]
    if len(plain):
        _add_plain(totals, data, codes.take(plain), (at[1:] - at[:-1]).take(plain))
    return totals


def _add_packed(
    totals: Totals, data: Bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> None:
    heads = data.take((begins[:, None] + np.arange(1, 9)).ravel()).view("<u4").reshape(-1, 2)
    steps, flags, more = [], [], []
    spare, unused = [], 0  # bits at the end of flags
    places = zip(begins.tolist(), ends.tolist(), heads.tolist(), strict=True)
    for begin, end, (count, size) in places:
        after = begin + 9 + size
        last = after + -(-count // 8)
        steps.append(data[begin + 9 : after])
        flags.append(data[after:last])
        more.append(data[last:end])
        spare.append(unused)
        unused += -count % 8
    every = np.concatenate(steps)
    docs = every.astype(np.int32)
    first = 0
    for each in steps:
        held = docs[first : first + len(each)]
        np.add.accumulate(held, out=held)
        first += len(each)
    docs = docs[every != 255]
    np.add.at(totals, docs, _ONE)
    frequent = np.unpackbits(np.concatenate(flags)).view(np.bool_).nonzero()[0]
    frequent -= np.repeat(spare, list(map(len, more)))
    np.add.at(totals, docs.take(frequent), np.concatenate(more) - _ONE)


def _add_plain(totals: Totals, data: Bytes, codes: Bytes, sizes: NDArray[np.int64]) -> None:
    gaps, freqs = codes & 15, codes >> 4
    counts = (sizes - 1) // (gaps + freqs)
    # What each byte is of: the code of a list, one of its gaps, or one of its frequencies.
    kinds = np.zeros((len(codes), 3), np.uint8)
    kinds[:, 1], kinds[:, 2] = codes, codes | 128
    taken = np.ones((len(codes), 3), np.int64)
    taken[:, 1], taken[:, 2] = counts * gaps, counts * freqs
    kind = kinds.ravel().repeat(taken.ravel())
    for code in np.bincount(codes).nonzero()[0].tolist():
        docs = data[kind == code].view(f"<u{code & 15}").astype(np.int32)
        starts = counts[codes == code].cumsum()
        starts -= counts[codes == code]
        # The first gap of a list takes back where the list before it ended.
        last = np.add.reduceat(docs, starts)
        docs[starts[1:]] -= last[:-1]
        np.add.accumulate(docs, out=docs)
        if code >> 4:
            often = data[kind == code | 128].view(f"<u{code >> 4}")
            np.add.at(totals, docs, often.astype(np.int32))
        else:
            np.add.at(totals, docs, _ONE)


_WORTH = 256
"""Bytes that packing a list must save: a packed list is read alone."""


def blocks(sizes: Numbers, limit: int) -> Iterator[slice]:
    """Yield slices of lists that have at most ``limit`` items together, or are one list."""
    ends = np.cumsum(sizes, dtype=np.int64)
    start = done = 0
    while start < len(ends):
        stop = max(int(ends.searchsorted(done + limit, "right")), start + 1)
        yield slice(start, stop)
        start, done = stop, int(ends[stop - 1])


def document_widths(runs: Iterable[Lists]) -> NDArray[np.uint8]:
    """Return how many bytes a position takes in each document; it is in one run at most."""
    widths = np.empty(0, np.uint8)
    for lists in runs:
        more = int(lists.docs.max()) + 1 - len(widths)
        widths = np.concatenate([widths, np.ones(max(more, 0), np.uint8)])
        last = lists.positions[np.cumsum(lists.freqs, dtype=np.int64) - 1]
        wide = np.flatnonzero(last >= 1 << 8)
        docs, last = lists.docs[wide], last[wide]
        widths[docs] = np.maximum(widths[docs], 2)
        widths[docs[last >= 1 << 16]] = 4
    return widths


class ListWriter:
    """Writes posting lists, some at a time; ``widths`` are those of ``document_widths``."""

    def __init__(self, folder: Path, widths: NDArray[np.uint8]) -> None:
        write_array(folder / "positions.width", widths)
        self._folder, self._widths = folder, widths
        self._postings = ArrayWriter(folder / "postings.blob", np.uint8)
        self._positions = ArrayWriter(folder / "positions.blob", np.uint8)
        self._postings_sizes: list[NDArray[np.int64]] = []
        self._positions_sizes: list[NDArray[np.int64]] = []

    def add(self, lists: Lists) -> None:
        """Write the next lists."""
        data, sizes = _encoded_postings(lists)
        self._postings.append(data)
        self._postings_sizes.append(sizes)
        width = self._widths[lists.docs]
        self._positions.append(_narrowed(lists.positions, np.repeat(width, lists.freqs)))
        sizes = np.multiply(lists.freqs, width, dtype=np.int64)
        self._positions_sizes.append(np.add.reduceat(sizes, starts_of(lists.counts)))

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        self._postings.close()
        self._positions.close()
        for name, sizes in (
            ("postings.at", self._postings_sizes),
            ("positions.at", self._positions_sizes),
        ):
            every = np.concatenate([np.empty(0, np.int64), *sizes])
            write_array(self._folder / name, narrowest(bounds_of(every)))


def _narrowed(values: Numbers, widths: NDArray[np.uint8]) -> Bytes:
    """Return the bytes of integers, little-endian; each takes 1, 2 or 4 bytes."""
    widest = int(widths.max())
    if widest == 1:
        return values.astype(np.uint8)
    # Which bytes of an integer are kept, as the bytes of another one.
    kept = np.array([0, 1, 0x0101, 0, 0x01010101]).astype(f"<u{widest}")
    mask = kept[widths].view(np.bool_)
    return values.astype(f"<u{widest}", copy=False).view(np.uint8)[mask]


def _width(largest: Numbers) -> NDArray[np.uint8]:
    return np.where(largest < 1 << 8, 1, np.where(largest < 1 << 16, 2, 4)).astype(np.uint8)


def _encoded_postings(lists: Lists) -> tuple[Bytes, NDArray[np.int64]]:
    """Encode documents and frequencies; return the bytes, and how many each list takes."""
    counts, starts = lists.counts.astype(np.int64), starts_of(lists.counts)
    gaps = np.diff(lists.docs, prepend=lists.docs[:1])
    gaps[starts] = lists.docs[starts]
    gap_width = _width(np.maximum.reduceat(gaps, starts))
    largest = np.maximum.reduceat(lists.freqs, starts)
    freq_width = np.where(largest == 1, np.uint8(0), _width(largest))
    sizes = 1 + counts * (gap_width + freq_width)
    steps = counts + np.add.reduceat(gaps // 255, starts, dtype=np.int64)
    frequent = np.add.reduceat(lists.freqs > 1, starts, dtype=np.int64)
    packed_sizes = 9 + steps - (-counts // 8) + frequent
    packed = (sizes - packed_sizes > _WORTH) & (largest < 1 << 8)
    sizes = np.where(packed, packed_sizes, sizes)
    # The integers of each list: its code, gaps and frequencies, or the bytes of a packed list.
    items = np.where(packed, packed_sizes, 1 + counts + counts * (freq_width > 0))
    begin = starts_of(items)
    values = np.empty(int(items.sum()), np.uint32)
    widths = np.ones(len(values), np.uint8)
    values[begin] = gap_width | freq_width << 4
    for first, width, column, chosen in (
        (begin + 1, gap_width, gaps, ~packed),
        (begin + 1 + counts, freq_width, lists.freqs, ~packed & (freq_width > 0)),
    ):
        where = places(first[chosen], counts[chosen])
        values[where] = column[np.repeat(chosen, counts)]
        widths[where] = np.repeat(width[chosen], counts[chosen])
    for number in packed.nonzero()[0].tolist():
        postings = slice(starts[number], starts[number] + counts[number])
        data = _packed(gaps[postings], lists.freqs[postings])
        values[begin[number] : begin[number] + len(data)] = data
    return _narrowed(values, widths), sizes


def _packed(gaps: Numbers, freqs: Numbers) -> Bytes:
    """Return the bytes of one packed list."""
    parts = gaps // 255
    steps = np.full(len(gaps) + int(parts.sum()), 255, np.uint8)
    steps[np.cumsum(parts + 1) - 1] = gaps % 255
    frequent = freqs > 1
    code, head = np.array([PACKED], np.uint8), np.array([len(gaps), len(steps)], "<u4")
    flags, counts = np.packbits(frequent), freqs[frequent].astype(np.uint8)
    return np.concatenate((code, head.view(np.uint8), steps, flags, counts))
