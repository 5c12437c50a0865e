"""Many texts put in order by a few operations on arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import places

_WORD = 8
_BEGINNING = np.array([(1 << 64) - (1 << 64 - 8 * left) for left in range(_WORD)], np.uint64)
"""Which bits of a word are those of a text of which so many bytes are left."""


class Ordered(NamedTuple):
    """Texts in UTF-8, in the order of their bytes and each once; where each that was given is."""

    texts: list[bytes]
    place: NDArray[np.int64]


def ordered(texts: Sequence[str]) -> Ordered:
    """Put texts in order; none has a NUL or a new line.

    They are compared eight bytes at a time, as numbers: all by their first eight, then those that
    are alike so far and longer by the next, and so on.
    """
    if not texts:
        return Ordered([], np.empty(0, np.int64))
    data = np.frombuffer("\n".join(texts).encode() + b"\n" + bytes(_WORD), np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    rank = _ranks(data, starts, ends - starts)
    first = np.zeros(len(texts), np.bool_)
    first[rank] = True
    place = (np.cumsum(first) - 1)[rank]
    given = np.empty(int(np.count_nonzero(first)), np.int64)
    given[place] = np.arange(len(texts))
    sizes = ends[given] + 1 - starts[given]
    return Ordered(data[places(starts[given], sizes)].tobytes().split(b"\n")[:-1], place)


def _ranks(
    data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many texts stand before each in order; ``_WORD`` bytes follow the last."""
    words = np.ndarray((len(data) - _WORD + 1,), ">u8", data, strides=(1,))
    rank = np.zeros(len(starts), np.int64)
    undecided = np.arange(len(starts))
    depth = 0
    while len(undecided):
        word = words[starts[undecided] + depth].astype(np.uint64)
        left = lengths[undecided] - depth
        short = left < _WORD
        word[short] &= _BEGINNING[left[short]]
        # Those alike so far have one rank, that of the first of them.
        order = np.lexsort((word, rank[undecided])) if depth else np.argsort(word)
        undecided, word = undecided[order], word[order]
        alike = rank[undecided]
        new = np.ones(len(order), np.bool_)
        new[1:] = alike[1:] != alike[:-1]
        begin = _begins(new)
        new[1:] |= word[1:] != word[:-1]
        rank[undecided] = alike + _begins(new) - begin
        depth += _WORD
        single = new & np.append(new[1:], True)
        undecided = undecided[~single & (lengths[undecided] >= depth)]
    return rank


def _begins(new: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each place the last at or before it that is new."""
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
