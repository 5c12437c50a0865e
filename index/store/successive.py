"""The sum of many successive posting lists, as a word's beginning asks for it.

Lists are decoded by the way in which they are laid out (see ``index.store.lists``), all of one
layout together, and added up by document.
"""

import numpy as np
from numpy.typing import NDArray

from index.store.lists import PACKED, Bytes

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
