"""BM25F: what a match is worth.

For a word in one analyzer's language::

    tf'   = sum over fields of  weight * tf / (1 - b + b * length / mean length)
    score = idf * tf' * (k1 + 1) / (tf' + k1)
    idf   = ln(1 + (N - n + 0.5) / (n + 0.5))

Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004;
the idf is that of Lucene, which is never negative. ``N``, ``n`` and mean lengths are those of
the live documents that the analyzer's language has, so that a small language in a large archive
is weighed against itself.

The same is computed for the word as typed alone, and added with the weight ``exact``: of two
documents the one that has the very word comes first.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from index import kernels
from index.analysis import analyzer
from index.snapshot import Snapshot

Docs = NDArray[np.int32]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]
_NOWHERE: tuple[Docs, Scores] = np.empty(0, np.int32), np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of scoring.

    ``inexact`` is what an occurrence counts that only a secondary form of the word matched (its
    folded form, where the word was typed with accents). ``exact`` is what the word as typed adds
    to the word in any inflection, and ``proximity`` what two words close together add. ``slip`` is
    what a word counts for each slip that it is away from a fuzzy word: so little that among texts
    of average length the nearest word decides, however often a document has one further away.
    """

    k1: float = 1.2
    title_weight: float = 2.0
    title_b: float = 0.5
    body_weight: float = 1.0
    body_b: float = 0.85
    inexact: float = 0.8
    exact: float = 0.5
    proximity: float = 0.6
    slip: float = 0.45

    def weight(self, field: str) -> float:
        """Return the weight of ``title`` or ``body``."""
        return self.title_weight if field == "title" else self.body_weight

    def b(self, field: str) -> float:
        """Return how much the length of ``title`` or ``body`` counts, from 0 to 1."""
        return self.title_b if field == "title" else self.body_b


PARAMETERS = Parameters()


class CollectionStats(NamedTuple):
    """The documents that a word is weighed against: how many, and their mean field lengths."""

    documents: int
    mean_lengths: Mapping[str, float]


class SnapshotStats:
    """What scoring needs to know of a generation, per analyzer and over all documents."""

    def __init__(self, generation: Snapshot) -> None:
        self.lengths = generation.lengths
        self.everywhere = self._frame(generation.live)
        self._nowhere: Mask = np.zeros(generation.size, np.bool_)
        self._masks = _masks(generation)
        self._frames = {suffix: self._frame(mask) for suffix, mask in self._masks.items()}

    def mask(self, suffix: str) -> Mask:
        """Return which documents have a language that this analyzer is for."""
        return self._masks.get(suffix, self._nowhere)

    def frame(self, suffix: str) -> CollectionStats:
        """Return the documents of an analyzer's languages."""
        return self._frames.get(suffix, self.everywhere)

    def _frame(self, mask: Mask) -> CollectionStats:
        means = {}
        for field, lengths in self.lengths.items():
            held = lengths[mask & (lengths > 0)]
            means[field] = float(held.mean(dtype=np.float64)) if len(held) else 1.0
        return CollectionStats(int(np.count_nonzero(mask)), means)


_known: WeakKeyDictionary[Snapshot, SnapshotStats] = WeakKeyDictionary()
_frames_lock = Lock()


def statistics(generation: Snapshot) -> SnapshotStats:
    """Return the statistics of a generation, computed once."""
    with _frames_lock:
        known = _known.get(generation)
    if known is None:
        known = SnapshotStats(generation)
        with _frames_lock:
            _known[generation] = known
    return known


def _masks(generation: Snapshot) -> dict[str, Mask]:
    column = generation.columns["lang"]
    ordinals: dict[str, list[int]] = {}
    for ordinal, language in enumerate(column.values):
        ordinals.setdefault(analyzer(language).suffix, []).append(ordinal)
    return {suffix: column.mask(each) & generation.live for suffix, each in ordinals.items()}


def idf(frame: CollectionStats, matching: int) -> float:
    """Return the weight of a word that ``matching`` documents have."""
    documents = max(frame.documents, matching)
    return math.log(1.0 + (documents - matching + 0.5) / (matching + 0.5))


def norm(field: str, frame: CollectionStats, parameters: Parameters) -> tuple[float, float]:
    """Return what a length in a field is multiplied by, and what is added to that."""
    b = parameters.b(field)
    return b / frame.mean_lengths[field], 1.0 - b


def weighted(
    docs: NDArray[Any],
    frequency: NDArray[Any],
    field: str,
    frame: CollectionStats,
    lengths: Mapping[str, NDArray[np.float32]],
    parameters: Parameters,
    out: Scores | None = None,
) -> Scores:
    """Return the weighted frequency of a word in a field of each of ``docs``, by its length."""
    scale, shift = norm(field, frame, parameters)
    norms = lengths[field].take(docs)
    norms *= np.float32(scale)
    norms += np.float32(shift)
    weight = np.float32(parameters.weight(field))
    found: Scores = np.multiply(frequency, weight, out=out, dtype=np.float32)
    found /= norms
    return found


def saturated(total: Scores, weight: float | Scores, parameters: Parameters) -> Scores:
    """Return the scores of normalised frequencies of a word whose idf is ``weight``.

    Of several words, ``weight`` is the idf for each frequency.
    """
    scores: Scores = total * np.asarray(weight * (parameters.k1 + 1.0), np.float32)
    scores /= total + np.float32(parameters.k1)
    return scores


def factors(
    fields: Sequence[str], frames: Sequence[CollectionStats], parameters: Parameters
) -> tuple[Scores, Scores]:
    """Return what compiled loops need of fields: their norms, frame after frame, and weights."""
    norms = [
        number for frame in frames for name in fields for number in norm(name, frame, parameters)
    ]
    weights = [parameters.weight(name) for name in fields]
    return np.array(norms, np.float32), np.array(weights, np.float32)


def scored_by_loops(
    loops: kernels.Kernels,
    parts: Sequence[tuple[str, tuple[Docs, Scores]]],
    frame: CollectionStats,
    weight: float,
    statistics: SnapshotStats,
    parameters: Parameters,
) -> tuple[Docs, Scores]:
    """Return what has a term whose idf is ``weight`` in one or two fields, by compiled loops.

    Of each field, its name and the documents with their frequencies.
    """
    if len(parts) == 1:
        parts = [*parts, (parts[0][0], _NOWHERE)]
    names = [name for name, _ in parts]
    found: tuple[Docs, Scores] = loops.score_fields(
        *parts[0][1],
        *parts[1][1],
        *[statistics.lengths[name] for name in names],
        *factors(names, [frame], parameters),
        weight,
        parameters.k1,
    )
    return found
