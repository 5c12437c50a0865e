"""Runs: some millions of postings, inverted in memory and written down.

A document comes as its distinct terms with their frequencies and positions. Terms become numbers
through a dictionary, and a stable sort by term leaves the postings in the order (term, document),
which is all that inversion is. A run is a folder of plain ``.npy`` files that only the merge
reads.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import SEPARATOR, encode


class FieldPostings(NamedTuple):
    """One field of one document: distinct ``terms`` and how often each occurs.

    ``positions`` are those of the first term, ascending, then those of the second, and so on;
    None for a field that keeps none.
    """

    terms: Sequence[str]
    freqs: NDArray[np.int32]
    positions: NDArray[np.int32] | None


class _Vocabulary(defaultdict[str, int]):
    """Numbers terms in the order in which they come."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class _FieldRun:
    def __init__(self) -> None:
        self.vocabulary = _Vocabulary()
        self.terms: list[NDArray[np.int32]] = []
        self.docs: list[tuple[int, int]] = []  # document, number of its terms
        self.freqs: list[NDArray[np.int32]] = []
        self.positions: list[NDArray[np.int32]] = []


class Run(NamedTuple):
    """One run: ``keys`` sorted, then for each key its postings, for each posting its positions."""

    keys: list[bytes]
    frequency: NDArray[np.int32]
    """Postings of each key."""
    located: NDArray[np.int64]
    """Positions of each key; 0 in fields without."""
    docs: NDArray[np.int32]
    freqs: NDArray[np.int32]
    positions: NDArray[np.int32]


class RunBuilder:
    """Collects documents; ``finish`` inverts them."""

    def __init__(self) -> None:
        self._fields: dict[str, _FieldRun] = defaultdict(_FieldRun)
        self.size = 0
        """Postings and positions held."""

    def add(self, doc: int, fields: Mapping[str, FieldPostings]) -> None:
        """Add a document, all of it or, when anything in it is wrong, nothing.

        Documents come in ascending order of their number. Raises ValueError.
        """
        ready = []
        for name, (terms, freqs, positions) in fields.items():
            located = len(freqs) if positions is None else int(freqs.sum())
            if len(terms) != len(freqs) or located != len(
                freqs if positions is None else positions
            ):
                raise ValueError(f"{name}: terms, frequencies and positions do not agree")
            run = self._fields[name]
            numbers = np.fromiter(map(run.vocabulary.__getitem__, terms), np.int32, len(terms))
            ready.append((run, numbers, freqs, positions))
        for run, numbers, freqs, positions in ready:
            run.terms.append(numbers)
            run.docs.append((doc, len(numbers)))
            run.freqs.append(freqs)
            self.size += len(numbers)
            if positions is not None:
                run.positions.append(positions)
                self.size += len(positions)

    def finish(self) -> Run:
        """Invert what was added. The builder is spent afterwards."""
        keys: list[bytes] = []
        pieces: list[tuple[NDArray[Any], ...]] = []
        for name in sorted(self._fields):
            run = self._fields[name]
            prefix = name.encode() + SEPARATOR
            encoded = [(prefix + encode(term), number) for term, number in run.vocabulary.items()]
            inverted, used = _invert(run, encoded)
            keys.extend(used)
            pieces.append(inverted)
        columns = zip(*pieces, strict=True) if pieces else ([np.empty(0, np.int32)],) * 5
        frequency, located, docs, freqs, positions = (
            np.concatenate(list(column)) for column in columns
        )
        return Run(keys, frequency, located.astype(np.int64), docs, freqs, positions)


def places(starts: NDArray[np.integer], counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return start, start+1, ... for each of the ranges, one after another."""
    total = int(counts.sum())
    before = np.cumsum(counts, dtype=np.int64) - counts
    return np.repeat(starts - before, counts) + np.arange(total)


def _invert(
    run: _FieldRun, encoded: list[tuple[bytes, int]]
) -> tuple[tuple[NDArray[Any], ...], list[bytes]]:
    numbers = np.concatenate(run.terms) if run.terms else np.empty(0, np.int32)
    freqs = np.concatenate(run.freqs) if run.freqs else np.empty(0, np.int32)
    docs = np.repeat(*np.array(run.docs, np.int32).reshape(-1, 2).T)
    encoded.sort()
    rank = np.empty(len(encoded), np.int32)
    rank[[number for _, number in encoded]] = np.arange(len(encoded), dtype=np.int32)
    ranked = rank[numbers]
    order = np.argsort(ranked, kind="stable")
    frequency = np.bincount(ranked, minlength=len(encoded)).astype(np.int32)
    # A term may be known from a document that was then refused: it has no posting, so no key.
    kept = np.flatnonzero(frequency)
    located = np.zeros(len(encoded), np.int64)
    positions = np.empty(0, np.int32)
    if run.positions:
        starts = np.cumsum(freqs, dtype=np.int64) - freqs
        positions = np.concatenate(run.positions)[places(starts[order], freqs[order])]
        located = np.bincount(ranked, freqs, len(encoded)).astype(np.int64)
    used = [encoded[number][0] for number in kept.tolist()]
    return (frequency[kept], located[kept], docs[order], freqs[order], positions), used


def write_run(folder: Path, run: Run) -> None:
    """Write a run to a new folder."""
    folder.mkdir(parents=True)
    lengths = np.fromiter(map(len, run.keys), np.int32, len(run.keys))
    arrays: dict[str, NDArray[Any]] = {
        "lengths": lengths,
        "keys": np.frombuffer(b"".join(run.keys), np.uint8),
        "frequency": run.frequency,
        "located": run.located,
        "docs": run.docs,
        "freqs": run.freqs,
        "positions": run.positions,
    }
    for name, array in arrays.items():
        header = np.lib.format.header_data_from_array_1_0(array)
        with (folder / f"{name}.npy").open("wb") as file:
            # Not np.save, which does not say why it could not write.
            np.lib.format.write_array_header_1_0(file, header)
            file.write(np.ascontiguousarray(array).data)


def read_keys(folder: Path) -> list[bytes]:
    """Return the sorted keys of a run on disk."""
    blob = load(folder, "keys").tobytes()
    keys, at = [], 0
    for length in load(folder, "lengths").tolist():
        keys.append(blob[at : at + length])
        at += length
    return keys


def load_run(folder: Path) -> Run:
    """Return a run on disk, but for its keys (see ``read_keys``)."""
    names = ("frequency", "located", "docs", "freqs", "positions")
    return Run([], *(load(folder, name) for name in names))


def load(folder: Path, name: str) -> NDArray[Any]:
    """Return an array of a run on disk."""
    array: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array
