"""Writes posting lists; ``index.store.lists`` says how they are laid out."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from index.arrays import Numbers, narrowest, places, starts_of
from index.store.array_files import ArrayWriter, Place, write_array
from index.store.lists import PACKED, Bytes, Lists

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
