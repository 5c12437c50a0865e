"""The vectors of an index directory, as what ``search.across`` asks for the nearest."""

from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index import embedding, vectors
from search.across import Eligible
from search.facets import Filtered
from search.scoring import Evaluation


class DirectoryVectors:
    """The vectors of an index directory, opened for the snapshot that was searched last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._key: tuple[str, tuple[int, int] | None] | None = None
        self._vectors: vectors.Vectors | None = None

    def stamp(self) -> str:
        """Return what changes with the vectors; empty if there are none, or no model."""
        stamp = vectors.stamp(self._root) if embedding.model() else None
        return f"{stamp[0]}-{stamp[1]}" if stamp else ""

    def of(self, evaluation: Evaluation) -> "SnapshotVectors":
        """Return those of the snapshot of an evaluation."""
        snapshot = evaluation.snapshot
        key = snapshot.name, vectors.stamp(self._root)
        with self._lock:
            if self._vectors is None or self._key != key:
                self._vectors, self._key = vectors.Vectors(self._root, snapshot), key
            return SnapshotVectors(self._root, self._vectors, evaluation)


class SnapshotVectors:
    """The vectors of a snapshot, for one search: ``search.across.Vectors``."""

    def __init__(self, root: Path, opened: vectors.Vectors, evaluation: Evaluation) -> None:
        self._root = root
        self._opened = opened
        self._evaluation = evaluation
        self.other = opened.other
        self.missing = opened.missing

    @property
    def damage(self) -> list[str]:
        """The files that were left out, as they are damaged."""
        return sorted(path.relative_to(self._root).as_posix() for path in self._opened.damaged)

    def nearest(
        self, question: embedding.Vector, eligible: Eligible, limit: int, least: float
    ) -> list[tuple[int, float]]:
        """Return the numbers of the nearest eligible documents with their cosines."""
        snapshot = self._evaluation.snapshot
        allowed = np.zeros(snapshot.size, np.bool_)
        allowed[self._eligible(eligible)] = True
        return self._opened.nearest(question, snapshot, allowed, limit, least)

    def _eligible(self, eligible: Eligible) -> NDArray[np.int32]:
        docs = self._evaluation.hits(eligible.condition).docs
        return Filtered(docs, eligible.request, self._evaluation.snapshot).all
