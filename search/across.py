"""Documents in other languages that are about what the question is about.

A question and the documents have a vector each (``index.vectors``); those whose vectors are nearest
are listed, beside the results and never among them. The language of the question is the one that
it is detected in, if that is sure, else that of the interface; documents that are, or have
paragraphs, in it are left out.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from index import Snapshot, vectors
from index.extract import detect_text
from search.engine import Notices
from search.facets import Filtered
from search.query import ParsedQuery, running_text
from search.request import SearchRequest
from search.scoring import Evaluation

LIMIT = 5
LEAST = 0.38
"""The least nearness of a document that is listed; docs/retrieval.md has what it was chosen by."""
_SURE = 0.9


class Across:
    """The vectors of an index directory, opened for the snapshot that was searched last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._key: tuple[str, tuple[int, int] | None] | None = None
        self._vectors: vectors.Vectors | None = None

    def stamp(self) -> str:
        """Return what changes with the vectors; empty if there are none, or no model."""
        stamp = vectors.stamp(self._root) if vectors.model() else None
        return f"{stamp[0]}-{stamp[1]}" if stamp else ""

    def nearest(
        self,
        request: SearchRequest,
        parsed: ParsedQuery,
        evaluation: Evaluation,
        notices: Notices,
        limit: int = LIMIT,
        least: float = LEAST,
    ) -> tuple[str, list[tuple[int, float]]]:
        """Return the language of the question, and the nearest documents in others.

        They pass the filters of the request and what narrows the query. ``notices`` gets what is in
        the way.
        """
        snapshot = evaluation.snapshot
        text = running_text(parsed.text, parsed.language)
        language = question_language(text, request.locale)
        if not text.strip() or not parsed.understood:
            return language, []
        if vectors.model() is None:
            notices.add("across_not_installed", install=vectors.INSTALL)
            return language, []
        if language not in vectors.LANGUAGES:
            notices.add("across_language", language=language)
            return language, []
        opened = self._opened(snapshot)
        if opened.other:
            notices.add("across_version")
            return language, []
        if opened.missing:
            notices.add("across_incomplete", count=str(opened.missing))
        allowed = np.zeros(snapshot.size, np.bool_)
        allowed[_eligible(request, parsed, evaluation, language)] = True
        found = opened.nearest(_vector(text), snapshot, allowed, limit, least)
        if opened.damaged:
            names = sorted(path.relative_to(self._root).as_posix() for path in opened.damaged)
            notices.add("across_damaged", files=", ".join(names[:3]))
        return language, found

    def _opened(self, snapshot: Snapshot) -> vectors.Vectors:
        key = snapshot.name, vectors.stamp(self._root)
        with self._lock:
            if self._vectors is None or self._key != key:
                self._vectors, self._key = vectors.Vectors(self._root, snapshot), key
            return self._vectors


def question_language(text: str, locale: str) -> str:
    """Return the language of a question: as detected if sure, else that of the interface."""
    detected = detect_text(text)
    return detected.code if detected.confidence >= _SURE else locale


def _eligible(
    request: SearchRequest, parsed: ParsedQuery, evaluation: Evaluation, language: str
) -> NDArray[np.int32]:
    """Return the live documents that may be listed, whatever their words."""
    # The alternatives of a disjunction narrow nothing.
    parts = () if isinstance(parsed.tree, query.Or) else parsed.parts
    conditions = [clause.node for clause in parts if clause.condition]
    docs = evaluation.hits(query.And([query.Every(), *conditions])).docs
    others = {**request.excluded, "lang": (*request.excluded.get("lang", ()), language)}
    return Filtered(docs, replace(request, excluded=others), evaluation.snapshot).all


@lru_cache(maxsize=256)
def _vector(text: str) -> vectors.Vector:
    vector: vectors.Vector = vectors.encoder().encode([text])[0]
    return vector
