"""The nearest vectors of a generation on a cluster, as what ``search.across`` asks for them.

A constant script estimates the cosine by the signs of a document's vector; of the ``CANDIDATES`` of
each shard that are nearest by that, another computes it of all bytes of the vector. The rows of the
nearest of all are fetched, and the same code as over an index directory decides.
"""

from time import monotonic
from typing import Final

import numpy as np

from index import embedding
from index.embedding import Coverage
from index.errors import ClusterUnavailable, SearchTimeout
from index.opensearch import HEADS, counted, having, rows_of
from search.across import Eligible
from search.opensearch.clauses import EVERYTHING, Json, all_of
from search.opensearch.counting import Filters
from search.opensearch.matching import Matcher
from search.opensearch.opened import Opened
from search.opensearch.reader import Reader

CANDIDATES: Final = 1_000
"""Documents of each shard whose cosine is computed; docs/opensearch.md says how many are enough."""
_FETCHED: Final = 10
"""Rows that are fetched beyond those asked for: the order of the best is decided by these."""
_COUNTED: Final = 1.0
_COUNTING: Final = 1.0
"""Seconds for which the number of vectors is taken to be the same, and that counting may take."""
_STEPS: Final = 8_191
"""A number of a question is sent as a character: at most so many steps from ``_ZERO``."""
_ZERO: Final = 8_192
# The question as it is and the signs of the document: the sum of the components of the question,
# each with the sign of the document's. Eight of them are looked up at once. A string is the only
# parameter that a script reads without a boxed number for each.
_ESTIMATE: Final = (
    "def bytes = doc['vector_signs'].value;"
    " byte[] ours = bytes.bytes; int at = bytes.offset; String theirs = params.eights;"
    " int sum = 0;"
    " for (int i = 0; i < 64; ++i) { sum += theirs.charAt((i << 8) | (ours[at + i] & 255)); }"
    " return sum;"
)
_COSINE: Final = (
    "def bytes = doc['vector'].value;"
    " byte[] ours = bytes.bytes; int at = bytes.offset + 16; String theirs = params.question;"
    " int sum = 0;"
    " for (int i = 0; i < 512; ++i) { sum += ours[at + i] * (theirs.charAt(i) - 8192); }"
    " return sum < 0 ? 0 : sum;"
)
SCRIPTS: Final = frozenset({_ESTIMATE, _COSINE})
"""The scripts that vectors are compared by; what was typed is in none of them."""


class Counted:
    """How far the documents that are open have vectors, asked for once a second; for threads."""

    def __init__(self) -> None:
        self._of: tuple[Opened, float, Coverage | None] | None = None

    def of(self, opened: Opened) -> Coverage | None:
        """Return it; None if there are none, or no model.

        While the cluster does not say, what it said last of the same documents; if it did not,
        raises ClusterUnavailable or SearchTimeout.
        """
        model = embedding.model()
        if model is None:
            return None
        known = self._of
        if known is None or known[0] is not opened or monotonic() - known[1] > _COUNTED:
            try:
                with opened.cluster.answering(_COUNTING):
                    found = counted(opened.search, model)
            except (ClusterUnavailable, SearchTimeout):
                if known is None or known[0] is not opened:
                    raise
                found = known[2]
            known = self._of = opened, monotonic(), found
        return known[2]

    def stamp(self, opened: Opened) -> str:
        """Return what changes with the vectors; empty if there are none, or no model.

        Raises what ``of`` does.
        """
        found = self.of(opened)
        return f"{found.model}-{found.documents}-{found.missing}" if found else ""


class IndexVectors:
    """The vectors of a generation, for one search: ``search.across.Vectors``.

    To find the nearest may take so many ``seconds``.
    """

    damage: tuple[str, ...] = ()
    """A vector is a part of its document: there is no file of its own to be damaged."""

    def __init__(
        self, opened: Opened, reader: Reader, found: Coverage | None, seconds: float
    ) -> None:
        self._seconds = seconds
        self._opened = opened
        self._reader = reader
        self.other = found is not None and found.model != embedding.model()
        self.missing = found.missing if found else opened.generation.documents

    def nearest(
        self, question: embedding.Vector, eligible: Eligible, limit: int, least: float
    ) -> list[tuple[int, float]]:
        """Return the numbers of the nearest eligible documents with their cosines."""
        with self._opened.cluster.answering(self._seconds):
            hits = self._opened.search(self._body(question, eligible, limit))["hits"]["hits"]
        if not hits:
            return []
        cosines = embedding.nearness(rows_of(hits), question)
        places = np.array([hit["fields"]["place"][0] for hit in hits])
        best = [at for at in np.lexsort((places, -cosines)).tolist() if cosines[at] >= least]
        return [(self._reader.add(hits[at]), float(cosines[at])) for at in best[:limit]]

    def _body(self, question: embedding.Vector, eligible: Eligible, limit: int) -> Json:
        """Return the search for the nearest; their rows and heads come with it."""
        passing = Filters(eligible.request).all()
        allowed = all_of(
            [
                Matcher(self._opened)(eligible.condition),
                having(str(embedding.model())),
                *([] if passing is None else [passing]),
            ]
        )
        size = limit + _FETCHED
        near = _scored(EVERYTHING, _COSINE, question=_as_text(question))
        return {
            "query": _scored(allowed, _ESTIMATE, eights=_as_text(_eights(question))),
            "rescore": {
                "window_size": max(CANDIDATES, size),
                "query": {
                    "rescore_query": near,
                    "query_weight": 0,
                    "rescore_query_weight": 1,
                },
            },
            "size": size,
            "track_total_hits": False,
            **HEADS,
            "docvalue_fields": [*HEADS["docvalue_fields"], "vector", "place"],
        }


def _eights(question: embedding.Vector) -> embedding.Vector:
    """Return, for each eight components, their sum with each 256 of their signs."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * np.float32(2) - 1
    return (question.reshape(-1, 8) @ bits.T).ravel()


def _as_text(numbers: embedding.Vector) -> str:
    """Return numbers as the characters around ``_ZERO``, in steps of which the largest has most."""
    steps = np.rint(numbers * (_STEPS / max(float(np.abs(numbers).max()), 1e-9)))
    return "".join(map(chr, (steps.astype(int) + _ZERO).tolist()))


def _scored(matching: Json, source: str, **params: object) -> Json:
    made = {"source": source, "lang": "painless", "params": params}
    return {"script_score": {"query": matching, "script": made}}
