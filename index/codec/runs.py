"""Runs: a few hundred to a few thousand documents, inverted in one worker process.

A document's tokens become numbers through a dictionary; a stable sort by term then leaves them in
the order (term, document, position), which is all that inversion is. A run is written to a folder
of plain ``.npy`` files that only the merge reads.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.codec.dictionary import SEPARATOR, encode


class FieldTokens(NamedTuple):
    """The tokens of one field of one document, in the order of the text.

    ``positions`` runs parallel to ``terms``; None for a field that keeps none.
    """

    terms: Sequence[str]
    positions: Sequence[int] | NDArray[np.int32] | None


class _Vocabulary(defaultdict[str, int]):
    """Numbers terms in the order in which they come."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class _FieldRun:
    def __init__(self) -> None:
        self.vocabulary = _Vocabulary()
        self.terms: list[NDArray[np.int32]] = []
        self.docs: list[tuple[int, int]] = []  # document, number of its tokens
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
        self.tokens = 0

    def add(self, doc: int, fields: Mapping[str, FieldTokens]) -> None:
        """Add a document, all of it or, when anything in it is wrong, nothing.

        Documents come in ascending order of their number within the run.
        """
        ready = []
        for name, tokens in fields.items():
            run = self._fields[name]
            terms = np.fromiter(
                map(run.vocabulary.__getitem__, tokens.terms), np.int32, len(tokens.terms)
            )
            positions = None
            if tokens.positions is not None:
                positions = np.asarray(tokens.positions, np.int32)
                if positions.shape != terms.shape:
                    raise ValueError(f"{name}: {len(terms)} terms, {len(positions)} positions")
            ready.append((run, terms, positions))
        for run, terms, positions in ready:
            run.terms.append(terms)
            run.docs.append((doc, len(terms)))
            if positions is not None:
                run.positions.append(positions)
            self.tokens += len(terms)

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


def _invert(
    run: _FieldRun, encoded: list[tuple[bytes, int]]
) -> tuple[tuple[NDArray[Any], ...], list[bytes]]:
    terms = np.concatenate(run.terms) if run.terms else np.empty(0, np.int32)
    docs = np.repeat(*np.array(run.docs, np.int32).reshape(-1, 2).T)
    encoded.sort()
    rank = np.empty(len(encoded), np.int32)
    rank[[number for _, number in encoded]] = np.arange(len(encoded), dtype=np.int32)
    ranked = rank[terms]
    order = np.argsort(ranked, kind="stable")
    ranked, docs = ranked[order], docs[order]
    starts = np.flatnonzero(np.diff(ranked, prepend=-1) | np.diff(docs, prepend=-1))
    freqs = np.diff(starts, append=len(ranked)).astype(np.int32)
    of_posting = ranked[starts]
    frequency = np.bincount(of_posting, minlength=len(encoded)).astype(np.int32)
    # A term may be known from a document that was then refused: it has no posting, so no key.
    kept = np.flatnonzero(frequency)
    if run.positions:
        positions = np.concatenate(run.positions)[order]
        located = np.bincount(ranked, minlength=len(encoded))
    else:
        positions = np.empty(0, np.int32)
        located = np.zeros(len(encoded), np.int64)
    used = [encoded[number][0] for number in kept.tolist()]
    return (frequency[kept], located[kept], docs[starts], freqs, positions), used


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
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


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
