"""Writes posting lists; ``index.codec.lists`` says how they are laid out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.codec.files import ArrayWriter, Place, write_array
from index.codec.lists import PACKED, Bytes, Lists, Numbers, narrowest, places, starts_of

_BLOCK = 1 << 21
"""Postings and positions that are encoded at once."""
_WORTH = 256
"""Bytes that packing a list must save: a packed list is read alone."""


def write_lists(folder: Place, lists: Lists) -> None:
    """Write posting lists, none of them empty."""
    widths = _document_widths(lists)
    write_array(folder / "positions.width", widths)
    blobs = [ArrayWriter(folder / f"{name}.blob", np.uint8) for name in ("postings", "positions")]
    sizes: list[list[NDArray[np.int64]]] = [[], []]
    for block in _blocks(lists):
        for blob, size, (data, taken) in zip(
            blobs, sizes, (_postings(block), _positions(block, widths)), strict=True
        ):
            blob.append(data)
            size.append(taken)
    for name, blob, size in zip(("postings", "positions"), blobs, sizes, strict=True):
        blob.close()
        at = np.zeros(len(lists.counts) + 1, np.int64)
        if size:
            np.cumsum(np.concatenate(size), out=at[1:])
        write_array(folder / f"{name}.at", narrowest(at))


def _document_widths(lists: Lists) -> NDArray[np.uint8]:
    """Return how many bytes a position takes in each document."""
    widths = np.ones(int(lists.docs.max()) + 1 if len(lists.docs) else 0, np.uint8)
    # Wider ones last: they overrule.
    found: dict[int, list[Numbers]] = {2: [], 4: []}
    for block in _blocks(lists):
        having = np.repeat(block.located > 0, block.counts)
        last = block.positions[np.cumsum(block.freqs[having], dtype=np.int64) - 1]
        wide = np.flatnonzero(last >= 1 << 8)
        docs, last = block.docs[having][wide], last[wide]
        found[2].append(docs)
        found[4].append(docs[last >= 1 << 16])
    for width, each in found.items():
        for docs in each:
            widths[docs] = width
    return widths


def _blocks(lists: Lists) -> Sequence[Lists]:
    """Cut the lists where a block is full."""
    ends, located_ends = (
        np.concatenate(([0], np.cumsum(each, dtype=np.int64)))
        for each in (lists.counts, lists.located)
    )
    full = np.arange(_BLOCK, int(ends[-1] + located_ends[-1]) + _BLOCK, _BLOCK)
    cuts = np.unique(np.searchsorted(ends + located_ends, full, side="left")).tolist()
    blocks = []
    start = 0
    for stop in (min(cut, len(lists.counts)) for cut in cuts):
        if stop > start:
            blocks.append(
                Lists(
                    lists.counts[start:stop],
                    lists.located[start:stop],
                    lists.docs[ends[start] : ends[stop]],
                    lists.freqs[ends[start] : ends[stop]],
                    lists.positions[located_ends[start] : located_ends[stop]],
                )
            )
            start = stop
    return blocks


def _width(largest: Numbers) -> NDArray[np.int64]:
    return np.where(largest < 1 << 8, 1, np.where(largest < 1 << 16, 2, 4))


def _postings(lists: Lists) -> tuple[Bytes, NDArray[np.int64]]:
    """Encode documents and frequencies; return the bytes, and how many each list takes."""
    starts = starts_of(lists.counts)
    gaps = lists.docs.astype(np.int64)
    gaps[1:] -= lists.docs[:-1]
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


def _packed_sizes(
    lists: Lists, gaps: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many bytes each list would take if it were packed."""
    steps = lists.counts + np.add.reduceat(gaps // 255, starts)
    sizes: NDArray[np.int64] = (
        1
        + 8
        + steps
        - (-lists.counts // 8)
        + np.add.reduceat(lists.freqs > 1, starts, dtype=np.int64)
    )
    return sizes


def _packed(gaps: NDArray[np.int64], freqs: Numbers) -> Bytes:
    parts = gaps // 255
    steps = np.full(len(gaps) + int(parts.sum()), 255, np.uint8)
    steps[np.cumsum(parts + 1) - 1] = gaps % 255
    more = freqs > 1
    head = np.array([len(gaps), len(steps)], "<u4").view(np.uint8)
    code = np.array([PACKED], np.uint8)
    return np.concatenate((code, head, steps, np.packbits(more), freqs[more].astype(np.uint8)))


def _positions(lists: Lists, widths: NDArray[np.uint8]) -> tuple[Bytes, NDArray[np.int64]]:
    """Encode positions; return the bytes, and how many each list takes."""
    freqs = np.where(np.repeat(lists.located > 0, lists.counts), lists.freqs, 0).astype(np.int64)
    width = widths[lists.docs]
    each = np.repeat(width, freqs)
    ends = np.cumsum(each, dtype=np.int64)
    blob = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for byte in range(int(each.max()) if len(each) else 0):
        wide = slice(None) if byte == 0 else np.flatnonzero(each > byte)
        blob[ends[wide] - each[wide] + byte] = (lists.positions[wide] >> 8 * byte) & 255
    return blob, np.add.reduceat(freqs * width, starts_of(lists.counts))


def _put(
    blob: Bytes, base: Numbers, width: Numbers, counts: Numbers, starts: Numbers, values: Numbers
) -> None:
    """Write the values of each list from its ``base`` on, ``width`` bytes each (0: not at all)."""
    for size in (1, 2, 4):
        which = np.flatnonzero(width == size)
        if not which.size:
            continue
        every = which.size == len(width)
        number = counts[which]
        chosen = values if every else values[places(starts[which], number)]
        where = np.repeat(base[which] - size * starts_of(number), number)
        where += size * np.arange(len(where))
        for byte in range(size):
            blob[where + byte] = (chosen >> 8 * byte) & 255
