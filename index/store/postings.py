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

The sum of many successive posting lists, as a word's beginning asks for it.

Lists are decoded by the way in which they are laid out (see ``index.store.postings``), all of one
layout together, and added up by document.

Writes posting lists; ``index.store.postings`` says how they are laid out.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.arrays import Numbers, narrowest, places, starts_of
from index.store.files import ArrayFile, ArrayWriter, Place, write_array

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


Totals = NDArray[np.int32]

_TOGETHER = 1 << 16
"""Bytes of packed lists that are decoded together: few enough to stay in the processor's caches."""
_ONE = np.int32(1)
"""Of the type of totals: ``np.add.at`` takes many times as long where it has to convert."""


def added(data: Bytes, at: NDArray[np.int64], documents: int) -> Totals:
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


_BLOCK = 1 << 20
"""Postings and positions that are encoded at once."""
_WORTH = 256
"""Bytes that packing a list must save: a packed list is read alone."""
_LONG = 64
"""Postings of a list that is quicker written alone than together with others."""


def write_lists(folder: Place, lists: Lists) -> None:
    """Write posting lists, none of them empty."""
    writer = ListWriter(folder, document_widths([lists]))
    ends, located = np.cumsum(lists.counts), np.cumsum(lists.located)
    for block in blocks(lists.counts + lists.located):
        postings = slice(ends[block.start] - lists.counts[block.start], ends[block.stop - 1])
        positions = slice(
            located[block.start] - lists.located[block.start], located[block.stop - 1]
        )
        writer.add(
            Lists(
                lists.counts[block.start : block.stop],
                lists.located[block.start : block.stop],
                lists.docs[postings],
                lists.freqs[postings],
                lists.positions[positions],
            )
        )
    writer.close()


def blocks(sizes: Numbers) -> Iterator[range]:
    """Yield the lists that are to be written together, by how much is in each list."""
    ends = np.cumsum(sizes, dtype=np.int64)
    start = 0
    while start < len(ends):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + _BLOCK, "right")), start + 1)
        yield range(start, stop)
        start = stop


def document_widths(runs: Iterable[Lists]) -> NDArray[np.uint8]:
    """Return how many bytes a position takes in each document; it is in one run at most."""
    widths = np.empty(0, np.uint8)
    for lists in runs:
        if len(lists.docs):
            more = int(lists.docs.max()) + 1 - len(widths)
            widths = np.concatenate([widths, np.ones(max(more, 0), np.uint8)])
        docs, freqs = lists.docs, lists.freqs
        if not lists.located.all():
            having = np.repeat(lists.located > 0, lists.counts)
            docs, freqs = docs[having], freqs[having]
        last = lists.positions[np.cumsum(freqs, dtype=np.int64) - 1]
        wide = np.flatnonzero(last >= 1 << 8)
        docs, last = docs[wide], last[wide]
        widths[docs] = np.maximum(widths[docs], 2)
        widths[docs[last >= 1 << 16]] = 4
    return widths


class ListWriter:
    """Writes posting lists, none of them empty, some at a time.

    ``widths`` is how many bytes a position takes in each document.
    """

    def __init__(self, folder: Place, widths: NDArray[np.uint8]) -> None:
        write_array(folder / "positions.width", widths)
        self._folder = folder
        self._widths = widths
        self._postings = ArrayWriter(folder / "postings.blob", np.uint8)
        self._positions = ArrayWriter(folder / "positions.blob", np.uint8)
        self._sizes: list[NDArray[np.int64]] = []
        self._located: list[NDArray[np.int64]] = []

    def add(self, lists: Lists) -> None:
        """Write the next lists."""
        data, sizes = _postings(lists)
        self._postings.append(data)
        self._sizes.append(sizes)
        data, sizes = _positions(lists, self._widths)
        self._positions.append(data)
        self._located.append(sizes)

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        self._postings.close()
        self._positions.close()
        for name, sizes in (("postings", self._sizes), ("positions", self._located)):
            at = np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes]))
            write_array(self._folder / f"{name}.at", narrowest(at))


def _width(largest: Numbers) -> NDArray[np.int64]:
    return np.where(largest < 1 << 8, 1, np.where(largest < 1 << 16, 2, 4))


def _postings(lists: Lists) -> tuple[Bytes, NDArray[np.int64]]:
    """Encode documents and frequencies; return the bytes, and how many each list takes."""
    starts = starts_of(lists.counts)
    gaps = np.diff(lists.docs, prepend=lists.docs[:1])
    gaps[starts] = lists.docs[starts]
    gap_width = _width(np.maximum.reduceat(gaps, starts))
    largest = np.maximum.reduceat(lists.freqs, starts)
    freq_width = np.where(largest == 1, 0, _width(largest))
    sizes = 1 + lists.counts * (gap_width + freq_width)
    packed = _packed_sizes(lists, gaps, starts)
    pack = (sizes - packed > _WORTH) & (largest < 1 << 8)
    sizes = np.where(pack, packed, sizes)
    gap_width[pack] = freq_width[pack] = 0
    at = starts_of(sizes)
    blob = np.empty(int(sizes.sum()), np.uint8)
    blob[at] = np.where(pack, PACKED, gap_width + 16 * freq_width)
    _put(blob, at + 1, gap_width, lists.counts, starts, gaps)
    _put(blob, at + 1 + lists.counts * gap_width, freq_width, lists.counts, starts, lists.freqs)
    for number in np.flatnonzero(pack).tolist():
        start, stop = starts[number], starts[number] + lists.counts[number]
        data = _packed(gaps[start:stop], lists.freqs[start:stop])
        blob[at[number] : at[number] + sizes[number]] = data
    return blob, sizes


def _packed_sizes(lists: Lists, gaps: Numbers, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many bytes each list would take if it were packed."""
    steps = lists.counts + np.add.reduceat(gaps // 255, starts, dtype=np.int64)
    sizes: NDArray[np.int64] = (
        1
        + 8
        + steps
        - (-lists.counts // 8)
        + np.add.reduceat(lists.freqs > 1, starts, dtype=np.int64)
    )
    return sizes


def _packed(gaps: Numbers, freqs: Numbers) -> Bytes:
    if gaps.max() < 255:
        steps = gaps.astype(np.uint8)
    else:
        parts = gaps // 255
        steps = np.full(len(gaps) + int(parts.sum()), 255, np.uint8)
        steps[np.cumsum(parts + 1) - 1] = gaps % 255
    more = freqs > 1
    head = np.array([len(gaps), len(steps)], "<u4").view(np.uint8)
    code = np.array([PACKED], np.uint8)
    return np.concatenate((code, head, steps, np.packbits(more), freqs[more].astype(np.uint8)))


def _positions(lists: Lists, widths: NDArray[np.uint8]) -> tuple[Bytes, NDArray[np.int64]]:
    """Encode positions; return the bytes, and how many each list takes."""
    freqs = lists.freqs
    if not lists.located.all():
        freqs = freqs * np.repeat(lists.located > 0, lists.counts)
    width = widths[lists.docs]
    taken = np.multiply(freqs, width, dtype=np.int64)
    sizes = np.add.reduceat(taken, starts_of(lists.counts))
    most = int(width.max())
    if most == 1:
        return lists.positions.astype(np.uint8), sizes
    # Which bytes of an integer are kept, as the bytes of another one.
    kept = np.array([0, 1, 0x0101, 0, 0x01010101]).astype(f"<u{most}")
    mask = np.repeat(kept[width], freqs).view(np.bool_)
    return lists.positions.astype(f"<u{most}", copy=False).view(np.uint8)[mask], sizes


def _put(
    blob: Bytes, base: Numbers, width: Numbers, counts: Numbers, starts: Numbers, values: Numbers
) -> None:
    """Write the values of each list from its ``base`` on, ``width`` bytes each (0: not at all)."""
    long = counts > _LONG
    for size in (1, 2, 4):
        mine = width == size
        alone = mine & long
        three = (base[alone].tolist(), starts[alone].tolist(), counts[alone].tolist())
        for at, start, count in zip(*three, strict=True):
            blob[at : at + size * count].view(f"<u{size}")[:] = values[start : start + count]
        which = np.flatnonzero(mine & ~long)
        if not which.size:
            continue
        number = counts[which]
        chosen = values[places(starts[which], number)]
        where = np.repeat(base[which] - size * starts_of(number), number)
        where += size * np.arange(len(where))
        for byte in range(size):
            blob[where + byte] = (chosen >> 8 * byte) & 255
