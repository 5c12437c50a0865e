"""The innermost loops, each once in NumPy and once compiled by numba.

``active`` is the implementation in use: callers write ``kernels.active.decode_postings(...)`` and
need not know which one answers. It is NumPy until ``activate`` loads the compiled one, where numba
is installed. Both return the same values in the same order; scores may differ in the last bit.

A kernel takes arrays and numbers. It knows no file, no segment and no query.
"""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.arrays import Keys
from index.kernels import _numpy

__all__ = ["Kernels", "activate", "active", "available", "deactivate", "is_compiled"]

_log = logging.getLogger(__name__)

Docs = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Scores = NDArray[np.float32]


class Kernels(Protocol):
    """The interface that both implementations have."""

    def decode_postings(
        self, blob: Bytes, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> tuple[Docs, NDArray[Any], NDArray[np.int64]]:
        """Decode posting lists; list ``i`` is ``blob[starts[i]:stops[i]]``.

        Returns documents and frequencies, list after list, and the number of postings of each
        list. ``index.store.postings`` describes the format.
        """
        ...

    def position_starts(
        self,
        widths: Bytes,
        docs: Docs,
        freqs: NDArray[Any],
        counts: NDArray[np.int64],
        starts: NDArray[Any],
        has_positions: NDArray[np.bool_],
    ) -> NDArray[Any]:
        """Return the byte at which the positions of each posting begin, in the type of ``starts``.

        ``docs``, ``freqs`` and ``counts`` are those of ``decode_postings``; ``starts`` is where the
        positions of each list begin, ``widths`` the bytes of a position in each document.
        """
        ...

    def position_keys(
        self,
        docs: Docs,
        word_docs: Docs,
        freqs: NDArray[Any],
        starts: NDArray[Any],
        bounds: NDArray[np.int64],
        first: int,
        blob: Bytes,
        widths: Bytes,
        base: int,
    ) -> Keys:
        """Return the position keys of a word in ascending ``docs``, ascending.

        List ``i`` of the word is ``bounds[i]:bounds[i + 1]`` of ``word_docs``, ``freqs`` and
        ``starts`` (see ``position_starts``); the first ``first`` lists are of the first part, the
        others of the second. ``base`` is added to document numbers.
        """
        ...

    def proximity(
        self,
        keys: Keys,
        others: Keys,
        docs: Docs,
        window: int,
        first_weight: float,
        second_weight: float,
    ) -> Scores:
        """Return, for each of ``docs``, the sum of weight / distance over the keys in it.

        The distance is that to the nearest of ``others``, at least 1; keys further away than
        ``window`` count nothing. The weight is that of the part the key is in.
        """
        ...

    def score_word(
        self,
        docs: Docs,
        freqs: NDArray[Any],
        counts: NDArray[np.int64],
        fields: NDArray[np.int64],
        languages: NDArray[np.int64],
        form_weights: Scores,
        exact: NDArray[np.bool_],
        first_lengths: Scores,
        second_lengths: Scores,
        norms: Scores,
        field_weights: Scores,
        documents: NDArray[np.int64],
        k1: float,
        exact_weight: float,
        idf: float,
        size: int,
    ) -> tuple[Docs, Scores, NDArray[np.float64]]:
        """Score the postings of a word by BM25F; see ``search.scoring.bm25`` for the formulas.

        ``docs``, ``freqs`` and ``counts`` are postings, list after list. Each list has a field (0
        or 1), a language (0, 1, ...), the weight of its form, and whether its form is the exact
        word. ``norms`` holds, language after language and field after field, the factor of a
        length and what is added to it; ``documents`` the documents of each language. A positive
        ``idf`` is used instead of that of each language. ``size`` is above all document numbers.

        Returns the documents, ascending, the score of each in the language in which it scores
        best, and the idf of the word in each language.
        """
        ...

    def unite(self, parts: Sequence[tuple[Docs, Scores]], maximum: bool) -> tuple[Docs, Scores]:
        """Return the documents of two or more parts, with the sum or ``maximum`` of their scores.

        The documents of each part ascend and so do those returned. No score is below 0.
        """
        ...

    def top_documents(
        self, scores: Scores, docs: Docs, ranks: NDArray[np.int32], count: int
    ) -> NDArray[np.intp]:
        """Return the indices of the ``count`` highest scores, highest first.

        Equal scores come by ascending rank; ``ranks`` has the rank of every document.
        """
        ...

    def count_ordinals(
        self,
        cells: NDArray[np.unsignedinteger],
        slots: int,
        values: int,
        more_docs: Docs,
        more_ordinals: NDArray[np.int32],
        docs: NDArray[np.intp],
    ) -> NDArray[np.int64]:
        """Count the documents that have each ordinal; behind these, those that have none.

        ``docs`` ascend. ``index.store.doc_values`` describes cells and slots.
        """
        ...

    def top_ordinals(
        self, counts: NDArray[np.int64], ranks: NDArray[np.int64], size: int
    ) -> NDArray[np.int64]:
        """Return at most ``size`` ordinals with a count: highest count first, then by rank."""
        ...


active: Kernels = _numpy
"""The implementation in use."""

_loaded: Kernels | None = None


def available() -> bool:
    """Tell whether numba is installed."""
    return find_spec("numba") is not None


def activate() -> bool:
    """Use the compiled implementation in this process from now on; return whether it is in use.

    The first call ever compiles for some seconds; later ones load what was compiled. Where that
    fails although numba is installed, the reason is logged and NumPy stays in use.
    """
    global active, _loaded
    if _loaded is None and available():
        try:
            _loaded = _load()
        except Exception as error:
            _log.warning("Compiled loops are not used: %s: %s", type(error).__name__, error)
    active = _loaded or _numpy
    return is_compiled()


def deactivate() -> None:
    """Use NumPy again."""
    global active
    active = _numpy


def is_compiled() -> bool:
    """Tell whether the compiled implementation is in use."""
    return active is not _numpy


def _load() -> Kernels:
    from index.kernels import _compiled

    return _compiled
