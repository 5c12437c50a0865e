"""Posting lists: documents, frequencies and positions of many lists, each in one run of bytes.

``postings.blob`` holds, list after list::

    1 byte   width of a gap (1, 2 or 4 bytes) and, 16 times, width of a frequency (0: all are 1)
    gaps     from each document to the next, the first from 0; little-endian
    freqs    how often each document has it

The widths are the smallest that hold every value of the list. A list that takes much less so is
packed::

    1 byte   PACKED
    8 bytes  how many postings, how many steps
    steps    one byte each: a gap, or 255 for a part of the gap to the next document
    flags    one bit a posting: whether its frequency is above 1
    freqs    one byte for each that is

``positions.blob`` holds, for the
lists that have them, the positions of the first document, ascending, then those of the second, and
so on, in as many bytes as ``positions.width`` says of the document: one where no position of it
is above 255, as in most, else two or four. ``postings.at`` and ``positions.at`` say where the
bytes of each list begin. Reading lists is a few operations on arrays, whatever their length and,
for ``many``, their number.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import Numbers, places, starts_of
from index.store.array_files import ArrayFile, Place

PACKED = 255
_FEW = 32
"""Lists that are decoded faster one by one than together."""

Bytes = NDArray[np.uint8]


Keys = NDArray[np.int64]
"""Documents and positions in one number each: ``document << 32 | position``."""


class TermPostings(NamedTuple):
    """Document numbers, ascending, and the frequency in each."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]


class ManyPostings(NamedTuple):
    """The postings of several lists behind one another, ``counts`` of each."""

    docs: NDArray[np.int32]
    freqs: NDArray[Any]
    counts: NDArray[np.int64]


class Lists(NamedTuple):
    """Posting lists as plain arrays.

    Of each list ``counts`` postings and ``located`` positions (0: it keeps none), then all
    documents, frequencies and positions, list after list.
    """

    counts: Numbers
    located: Numbers
    docs: Numbers
    freqs: Numbers
    positions: Numbers


class PostingLists:
    """Reads posting lists; safe for threads."""

    def __init__(self, folder: Place) -> None:
        self._postings = ArrayFile(folder / "postings.blob")
        self._postings_at = ArrayFile(folder / "postings.at")
        self._positions = ArrayFile(folder / "positions.blob")
        self._positions_at = ArrayFile(folder / "positions.at")
        self._width = ArrayFile(folder / "positions.width")
        self.size = self._postings_at.size - 1

    @property
    def documents(self) -> int:
        """A number above that of every document."""
        return self._width.size

    def raw(self, first: int, stop: int) -> tuple[Bytes, NDArray[np.int64]]:
        """Return the bytes of lists ``first`` to ``stop`` (excluded), and where each begins there.

        Behind that stands where the last one ends.
        """
        at = self._postings_at.slice(first, stop + 1).astype(np.int64)
        return self._postings.slice(int(at[0]), int(at[-1])), at - at[0]

    def postings(self, number: int) -> TermPostings:
        """Return the postings of one list."""
        start, stop = self._postings_at.slice(number, number + 2).tolist()
        return _decoded(self._postings.slice(start, stop))

    def counts(self, numbers: NDArray[Any] | slice) -> NDArray[np.int64]:
        """Return how many postings each of some lists has."""
        at = self._postings_at.all()
        if isinstance(numbers, slice):
            starts, stops = at[:-1][numbers], at[1:][numbers]
        else:
            starts, stops = at[numbers], at[numbers + 1]
        codes = self._postings.parts(starts, starts + 1)[starts]
        packed = np.flatnonzero(codes == PACKED)
        codes[packed] = 1
        counts: NDArray[np.int64] = (stops.astype(np.int64) - starts - 1) // (
            (codes & 15) + (codes >> 4)
        )
        for at_ in packed.tolist():
            start = int(starts[at_])
            counts[at_] = self._postings.slice(start + 1, start + 5).view("<u4")[0]
        return counts

    def many(self, numbers: NDArray[Any]) -> ManyPostings:
        """Return the postings of several lists, decoded together."""
        if loops := kernels.active:
            at = self._postings_at.all()
            starts, stops = at.take(numbers), at.take(numbers + 1)
            blob = self._postings.parts(starts, stops)
            ranges = starts.astype(np.int64), stops.astype(np.int64)
            return ManyPostings(*loops.decode(blob, *ranges))
        if len(numbers) <= _FEW:
            return self._few(numbers)
        at = self._postings_at.all()
        starts = at[numbers].astype(np.int64)
        packed = self._postings.parts(starts, starts + 1)[starts] == PACKED
        if not packed.any():
            return self._plain(numbers)
        plain = self._plain(numbers[~packed])
        alone = [self.postings(number) for number in numbers[packed].tolist()]
        counts = np.empty(len(numbers), np.int64)
        counts[~packed] = plain.counts
        counts[packed] = [len(each.docs) for each in alone]
        begin = starts_of(counts)
        docs, freqs = np.empty(int(counts.sum()), np.int32), np.empty(int(counts.sum()), np.int32)
        where = places(begin[~packed], plain.counts)
        docs[where], freqs[where] = plain.docs, plain.freqs
        for first, each in zip(begin[packed].tolist(), alone, strict=True):
            docs[first : first + len(each.docs)] = each.docs
            freqs[first : first + len(each.docs)] = each.freqs
        return ManyPostings(docs, freqs, counts)

    def _few(self, numbers: NDArray[Any]) -> ManyPostings:
        """Return the postings of lists, decoded one by one."""
        at = self._postings_at.all()
        ends = at.take(numbers + 1).tolist()
        places = zip(at.take(numbers).tolist(), ends, strict=True)
        parts = [_decoded(self._postings.slice(start, stop)) for start, stop in places]
        if len(parts) == 1:
            docs, freqs = parts[0]
            return ManyPostings(docs, freqs, np.array([len(docs)], np.int64))
        if not parts:
            return self._plain(numbers)
        return ManyPostings(
            np.concatenate([docs for docs, _ in parts]),
            np.concatenate([freqs for _, freqs in parts]),
            np.array([len(docs) for docs, _ in parts], np.int64),
        )

    def _plain(self, numbers: NDArray[Any]) -> ManyPostings:
        """Return the postings of lists that are not packed."""
        if not len(numbers):
            nothing = np.empty(0, np.int64)
            return ManyPostings(nothing.astype(np.int32), nothing, nothing)
        at = self._postings_at.all()
        starts, stops = at[numbers].astype(np.int64), at[numbers + 1].astype(np.int64)
        data, starts = self._gathered(starts, stops)
        codes = data[starts]
        gap, freq = (codes & 15).astype(np.int64), (codes >> 4).astype(np.int64)
        counts = (stops - at[numbers] - 1) // (gap + freq)
        gaps = _get(data, starts + 1, gap, counts, 0)
        freqs = _get(data, starts + 1 + counts * gap, freq, counts, 1)
        docs = np.cumsum(gaps)
        first = starts_of(counts)
        docs -= np.repeat(docs[first] - gaps[first], counts)
        return ManyPostings(docs.astype(np.int32), freqs.astype(np.int32), counts)

    def _gathered(
        self, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> tuple[Bytes, NDArray[np.int64]]:
        """Return bytes that hold these ranges, and where each of them begins there."""
        if np.array_equal(stops[:-1], starts[1:]):
            return self._postings.slice(int(starts[0]), int(stops[-1])), starts - starts[0]
        sizes = stops - starts
        pieces = [
            self._postings.slice(start, stop)
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        ]
        return np.concatenate(pieces), starts_of(sizes)

    def begins(self, numbers: NDArray[Any], many: ManyPostings) -> NDArray[Any]:
        """Return where the positions of each posting of ``many`` begin in the blob.

        ``many`` are the postings of the lists ``numbers``, as ``self.many`` gives them.
        """
        # As narrow as can be: this is done for every posting, to find the positions of a few.
        kind = np.uint32 if self._positions.size < 1 << 32 else np.int64
        at = self._positions_at.all()
        starts, stops = at.take(numbers), at.take(numbers + 1)
        having = starts < stops
        if (loops := kernels.active) and kind is np.uint32 and many.freqs.dtype == np.int32:
            self._positions.parts(starts[having], stops[having])
            found: NDArray[Any] = loops.begins(
                self._width.all(),
                many.docs,
                many.freqs,
                many.counts,
                starts.astype(np.int64),
                having,
            )
            return found
        width = self._width.all().take(many.docs)
        sizes = np.multiply(width, many.freqs, dtype=kind, casting="unsafe")
        if not having.all():
            sizes *= having.repeat(many.counts)
        self._positions.parts(starts[having], stops[having])
        begin: NDArray[Any] = sizes.cumsum(dtype=kind)
        begin -= sizes
        first = many.counts.cumsum() - many.counts
        begin += (starts.astype(kind) - begin.take(first, mode="clip")).repeat(many.counts)
        return begin

    @property
    def located(self) -> tuple[Bytes, NDArray[np.uint8]]:
        """The bytes of positions, of which ``begins`` has verified some, and their widths."""
        return self._positions.trusted(), self._width.all()

    def positions(
        self, docs: NDArray[Any], freqs: NDArray[Any], begin: NDArray[Any]
    ) -> NDArray[np.int64]:
        """Return the positions of some postings in a row; ``begin`` is where ``begins`` says."""
        blob = self._positions.trusted()
        width = self._width.all().take(docs).astype(np.int64)
        ends = freqs.cumsum(dtype=np.int64)
        total = int(ends[-1]) if len(ends) else 0
        found = np.arange(total)
        widest = int(width.max(initial=1))
        if widest == 1:
            found += (begin - (ends - freqs)).repeat(freqs)
            return blob.take(found).astype(np.int64)
        each = width.repeat(freqs)
        found *= each
        found += (begin - width * (ends - freqs)).repeat(freqs)
        values = blob.take(found).astype(np.int64)
        for byte in range(1, widest):
            wide = (each > byte).nonzero()[0]
            values[wide] |= blob.take(found.take(wide) + byte).astype(np.int64) << 8 * byte
        return values

    def keys(self, docs: NDArray[Any], freqs: NDArray[Any], begin: NDArray[Any]) -> Keys:
        """Return the documents and positions of some postings in a row."""
        keys: Keys = (docs.astype(np.int64) << 32).repeat(freqs)
        keys += self.positions(docs, freqs, begin)
        return keys


def _decoded(data: Bytes) -> TermPostings:
    """Return the postings of one list from its bytes."""
    code = data.item(0)
    if code == PACKED:
        return _unpacked(data)
    gap, freq = code & 15, code >> 4
    count = (len(data) - 1) // (gap + freq)
    split = 1 + count * gap
    docs = _items(data[1:split], gap).cumsum(dtype=np.int32)
    return TermPostings(docs, _items(data[split:], freq) if freq else np.ones(count, np.uint8))


def _unpacked(data: Bytes) -> TermPostings:
    count, size = data[1:9].view("<u4").tolist()
    steps, flags = data[9 : 9 + size], 9 + size + -(-count // 8)
    docs = steps.cumsum(dtype=np.int32)
    if size > count:
        docs = docs[steps != 255]
    freqs = np.ones(count, np.uint8)
    # Where many are flagged, a mask takes several times as long as their places.
    flagged = np.unpackbits(data[9 + size : flags], count=count).view(np.bool_).nonzero()[0]
    freqs[flagged] = data[flags:]
    return TermPostings(docs, freqs)


def _items(data: Bytes, width: int) -> NDArray[Any]:
    return data if width == 1 else data.view(f"<u{width}")


def _get(
    data: Bytes, base: Numbers, width: Numbers, counts: Numbers, absent: int
) -> NDArray[np.int64]:
    """Read the values of each list, ``width`` bytes each; ``absent`` where that is 0."""
    found = np.full(int(counts.sum()), absent, np.int64)
    starts = starts_of(counts)
    for size in (1, 2, 4):
        which = np.flatnonzero(width == size)
        if not which.size:
            continue
        number = counts[which]
        where = np.repeat(base[which] - size * starts_of(number), number)
        where += size * np.arange(len(where))
        values = data[where].astype(np.int64)
        for byte in range(1, size):
            values |= data[where + byte].astype(np.int64) << 8 * byte
        if which.size == len(width):
            found = values
            break
        found[places(starts[which], number)] = values
    return found
