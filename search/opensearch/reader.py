"""Stored documents of one answer, by number: as they come, from 0 on.

``Reader`` is what the highlighter, the results and the relations of documents read. Not for several
threads.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index import Document, Fields
from index.analysis import analyse
from index.calendar import UNDATED_SECOND
from index.document import Span, fit
from index.opensearch import HEADS, TEXTS, head_of, key_term, pieces_of, term
from index.store import Details, Head, LongText, key_digest, unpack
from search.opensearch.clauses import Json, terms
from search.opensearch.opened import Opened

_TOGETHER = 1_000


class Reader:
    """Reads documents of one generation; also ``StoredTexts`` and ``Terms`` of them."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._heads: list[Head] = []
        self._pieces: list[Sequence[str] | None] = []
        self._seconds: list[int] = []
        self._number: dict[str, int] = {}
        self._analysed: dict[int, dict[str, dict[str, list[int]]]] = {}

    @property
    def stored_fields(self) -> "Reader":
        """What is stored of the documents."""
        return self

    def add(self, hit: Json) -> int:
        """Take a document of an answer; return its number."""
        head, fields = head_of(hit), hit["fields"]
        number = self._number.get(head.id)
        if number is None:
            number = self._number[head.id] = len(self._heads)
            self._heads.append(head)
            self._pieces.append(None)
            self._seconds.append(fields.get("second", (UNDATED_SECOND,))[0])
        if "text" in fields:
            self._pieces[number] = pieces_of(hit)
        return number

    def fetch(self, ids: Sequence[str], reading: Json) -> list[int]:
        """Read HEADS or TEXTS of documents by id; return their numbers, in the same order."""
        if not ids:
            return []
        body = {
            "query": terms("id", ids),
            "size": len(ids),
            "track_total_hits": False,
            **reading,
        }
        hits = self._opened.search(body)["hits"]["hits"]
        numbers = {self._heads[number].id: number for number in map(self.add, hits)}
        return [numbers[id] for id in ids if id in numbers]

    # Documents

    def docnum(self, id: str) -> int | None:
        """Return the number of the document with this id; None if there is none."""
        number = self._number.get(id)
        if number is None:
            numbers = self.fetch([id.encode("utf-8", "replace").decode()], HEADS)
            number = numbers[0] if numbers else None
        return number

    def keyed(self, field: str, key: str) -> NDArray[np.int32]:
        """Return the documents that have a key (see ``index.keys``), in the order they came."""
        numbers: list[int] = []
        after = None
        while True:
            body: Json = {
                "query": terms("keys", [key_term(key_digest(field, key))]),
                "size": _TOGETHER,
                "sort": [{"place": "asc"}],
                "track_total_hits": False,
                **HEADS,
            }
            if after is not None:
                body["search_after"] = after
            hits = self._opened.search(body)["hits"]["hits"]
            numbers += map(self.add, hits)
            if len(hits) < _TOGETHER:
                return np.array(numbers, np.int32)
            after = hits[-1]["sort"]

    @property
    def oldest_first(self) -> NDArray[np.int32]:
        """The rank of every document read so far: oldest first, undated last, then by id."""

        def key(number: int) -> tuple[bool, int, str]:
            second = self._seconds[number]
            return second == UNDATED_SECOND, second, self._heads[number].id

        ranks = np.empty(len(self._heads), np.int32)
        ranks[sorted(range(len(self._heads)), key=key)] = np.arange(len(self._heads))
        return ranks

    def head(self, doc: int) -> Head:
        """Return what a line of results shows of a document."""
        return self._heads[doc]

    def details(self, doc: int, head: Head) -> Details:
        """Return the languages and mentions of the document that ``head`` is of."""
        return head.decode_details()

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document."""
        pieces = self._pieces[doc]
        if pieces is None:
            self.fetch([self._heads[doc].id], TEXTS)
            pieces = self._pieces[doc] or [""]
        if not details.piece_starts:
            return pieces[0]
        return LongText(details.piece_starts, details.piece_positions, pieces.__getitem__)

    def get(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields."""
        head = self.head(doc)
        details = head.decode_details()
        return unpack(head, details, self.text(doc, details)[:])

    # Terms

    def exceeds(self, field: str, term: str, documents: int) -> bool:
        """Tell whether more than ``documents`` documents have a word as written."""
        return self._opened.statistics.count(terms(field, [fit(term)])) > documents

    def written_words(self, part: str, suffix: str, terms: Iterable[str]) -> frozenset[str]:
        """Return the words of all titles, or bodies, that have any of the terms, folded."""
        return self._opened.words.having(part, [term(suffix, form) for form in terms])

    def positions(self, field: str, term: str, doc: int) -> NDArray[np.int64]:
        """Return the positions of a term in one document, ascending; none if it lacks the term."""
        if doc not in self._analysed:
            head = self.head(doc)
            details = head.decode_details()
            text = self.text(doc, details)[:]
            parts = details.language_parts() or ((Span(0, len(text)), head.language),)
            analysed = analyse(text, parts)
            by_field = {f"body_{suffix}": stems for suffix, stems in analysed.stems.items()}
            self._analysed[doc] = {"body": analysed.exact, **by_field}
        return np.array(self._analysed[doc].get(field, {}).get(term, ()), np.int64)
