"""Documents in other languages that are about what the question is about.

A question and the documents have a vector each (``index.embedding``); those whose vectors are
nearest are listed, beside the results and never among them. The language of the question is the one
that it is detected in, if that is sure, else that of the interface; documents that are, or have
paragraphs, in it are left out. What looks for the nearest vectors is an engine's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from whoosh import query

from index import embedding
from index.errors import ClusterUnavailable, SearchTimeout
from index.extract import detect_text
from search.engine import InOtherLanguages, Notice, Notices, Result
from search.query import ParsedQuery, running_text
from search.request import SearchRequest

LIMIT = 5
LEAST = 0.38
"""The least nearness of a document that is listed; docs/retrieval.md has what it was chosen by."""
_SURE = 0.9


class Vectors(Protocol):
    """The vectors of a generation."""

    @property
    def other(self) -> bool:
        """Whether they were made by another model or version."""

    @property
    def missing(self) -> int:
        """How many documents have not been given one yet."""

    @property
    def damage(self) -> Sequence[str]:
        """The files that were left out, as they are damaged."""

    def nearest(
        self, question: embedding.Vector, eligible: "Eligible", limit: int, least: float
    ) -> list[tuple[int, float]]:
        """Return the numbers of the nearest eligible documents with their cosines, nearest first.

        Those of a cosine below ``least``, which is above 0, are left out. Raises SearchTimeout,
        ClusterUnavailable.
        """


class Eligible:
    """Which documents may be listed, whatever their words.

    They match ``condition``, and pass the filters of ``request``.
    """

    def __init__(self, request: SearchRequest, parsed: ParsedQuery, language: str) -> None:
        # The alternatives of a disjunction narrow nothing.
        parts = () if isinstance(parsed.tree, query.Or) else parsed.parts
        conditions = [clause.node for clause in parts if clause.condition]
        self.condition: query.Query = query.And([query.Every(), *conditions])
        others = {**request.excluded, "lang": (*request.excluded.get("lang", ()), language)}
        self.request = replace(request, excluded=others)


def nearest(
    request: SearchRequest,
    parsed: ParsedQuery,
    vectors: Callable[[], Vectors],
    notices: Notices,
    limit: int = LIMIT,
    least: float = LEAST,
) -> tuple[str, list[tuple[int, float]]]:
    """Return the language of the question, and the nearest documents in others.

    They pass the filters of the request and what narrows the query. ``notices`` gets what is in the
    way.
    """
    text = running_text(parsed.text, parsed.language)
    language = question_language(text, request.locale)
    if not text.strip() or not parsed.understood:
        return language, []
    if embedding.model() is None:
        notices.add("across_not_installed", install=embedding.INSTALL)
        return language, []
    if language not in embedding.LANGUAGES:
        notices.add("across_language", language=language)
        return language, []
    opened = vectors()
    if opened.other:
        notices.add("across_version")
        return language, []
    if opened.missing:
        notices.add("across_incomplete", count=str(opened.missing))
    found = opened.nearest(_vector(text), Eligible(request, parsed, language), limit, least)
    if opened.damage:
        notices.add("across_damaged", files=", ".join(opened.damage[:3]))
    return language, found


def in_other_languages(
    request: SearchRequest,
    parsed: ParsedQuery,
    stamp: Callable[[], str],
    vectors: Callable[[], Vectors],
    result: Callable[[int, float], Result],
) -> tuple[InOtherLanguages | None, Notices]:
    """Return what there is in other languages, if asked for, and what the reader should know.

    ``stamp`` returns what changes with the vectors, nothing if there are none; ``result`` makes a
    result of a document with its nearness. A walk by cursor has the results and nothing beside
    them. Whatever keeps documents from being found leaves the results as they are.
    """
    notices = Notices()
    asked = request.across == "true"
    beside = request.beside and request.page == 1
    if request.cursor is not None or not (asked or beside):
        return None, notices
    try:
        if not asked and not stamp():
            return None, notices
        language, near = nearest(request, parsed, vectors, notices)
    except (SearchTimeout, ClusterUnavailable):
        notices = Notices([Notice("across_out_of_time")])
        language = question_language(running_text(parsed.text, parsed.language), request.locale)
        found = InOtherLanguages(language, (), cut=True)
    else:
        found = InOtherLanguages(language, tuple(result(*one) for one in near))
    return found, notices if asked else Notices()


def question_language(text: str, locale: str) -> str:
    """Return the language of a question: as detected if sure, else that of the interface."""
    detected = detect_text(text)
    return detected.code if detected.confidence >= _SURE else locale


@lru_cache(maxsize=256)
def _vector(text: str) -> embedding.Vector:
    vector: embedding.Vector = embedding.encoder().encode([text])[0]
    return vector
