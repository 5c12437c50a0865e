"""Postings of one segment: the only module that knows how they are stored."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.codec.merge import merge
from index.codec.reader import Located, SegmentArrays, TermPostings
from index.codec.runs import FieldPostings, RunBuilder, write_run
from index.schema import ID, fit, id_postings

RUN_SIZE = 8_000_000
"""Postings and positions held in memory before they are written as a run: about 100 MB."""

_NOTHING = TermPostings(np.empty(0, np.int32), np.empty(0, np.uint8))


class PostingsWriter:
    """Writes the postings of one segment, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._run = RunBuilder()
        self._runs: list[Path] = []

    def add(self, doc: int, id: str, postings: Mapping[str, FieldPostings]) -> None:
        """Add one document; if this raises, nothing of it was added."""
        self._run.add(doc, {ID: id_postings(id), **postings})
        if self._run.size >= RUN_SIZE:
            self._spill()

    def commit(self) -> None:
        """Merge the runs into the arrays of the segment."""
        self._spill()
        merge(self._runs, self._folder)
        for run in self._runs:
            shutil.rmtree(run)

    def _spill(self) -> None:
        folder = self._folder / f"run-{len(self._runs)}"
        write_run(folder, self._run.finish())
        self._runs.append(folder)
        self._run = RunBuilder()


class SegmentPostings:
    """Reads the postings of one segment; safe for threads. All may raise IndexDamaged."""

    def __init__(self, folder: Path) -> None:
        self._arrays = SegmentArrays(folder)

    @property
    def fields(self) -> frozenset[str]:
        """The fields in which at least one document has a term."""
        return frozenset(self._arrays.dictionary.fields())

    def read(self, field: str, term: str) -> TermPostings:
        """Return all postings of a term, views of the files; an unknown term has none."""
        number = self._find(field, term)
        return _NOTHING if number < 0 else self._arrays.postings(number)

    def positions(self, field: str, term: str, docs: NDArray[np.int32]) -> Located:
        """Return the positions of a term in ascending ``docs``; none where it is not."""
        number = self._find(field, term)
        if number < 0:
            return Located(np.zeros(len(docs) + 1, np.int64), np.empty(0, np.int64))
        return self._arrays.positions(number, docs)

    def docnum(self, id: str) -> int | None:
        """Return the number of the document with this id."""
        docs = self.read(ID, id).docs
        return int(docs[0]) if len(docs) else None

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term, deleted ones included."""
        number = self._find(field, term)
        return 0 if number < 0 else self._arrays.frequency(number)

    def starting(self, field: str, prefix: str) -> range:
        """Return the numbers of the terms that start with a prefix."""
        return self._arrays.dictionary.prefix(field, fit(prefix))

    def terms(self, numbers: range) -> list[str]:
        """Return the terms of successive numbers, in order of UTF-8."""
        return list(self._arrays.dictionary.terms(numbers))

    def frequencies(self, numbers: range) -> NDArray[np.int64]:
        """Return how many documents hold each of successive terms, deleted ones included."""
        return self._arrays.frequencies(numbers)

    def postings_of(self, numbers: range) -> TermPostings:
        """Return the postings of successive terms one after another, each ascending."""
        return self._arrays.postings_of(numbers)

    def _find(self, field: str, term: str) -> int:
        return self._arrays.dictionary.find(field, fit(term).encode("utf-8", "replace"))
