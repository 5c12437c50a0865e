"""A snapshot as a Whoosh reader: terms, postings and stored fields of all its live documents.

Text fields are read from the inverted index; facets, days and identifiers from doc values. A reader
holds no state but the snapshot, so any number of threads may use one.
"""

from collections.abc import Callable, Iterator
from datetime import date
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.formats import Format
from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar
from whoosh.reading import IndexReader, TermInfo, TermNotFound

from index.analysis import analyzer
from index.days import UNDATED_DAY, day_number, day_of
from index.facets import VALUE_FACETS
from index.snapshot import Snapshot
from index.whoosh.schema import schema

Docs = NDArray[np.int32]
Freqs = NDArray[Any]

_TERMS_TOGETHER = 1024
_BEHIND = 2**31 - 1


def _no_limit() -> None:
    """The check of a reader without a deadline."""


class SnapshotReader(IndexReader):  # type: ignore[misc]
    """Reads one snapshot; ``check`` is called now and then and may raise to stop a long query."""

    def __init__(self, snapshot: Snapshot, check: Callable[[], None] = _no_limit) -> None:
        self.snapshot = snapshot
        self.schema = schema(snapshot.analyzers)
        self._check = check

    # Terms

    def __contains__(self, term: tuple[str, str | bytes]) -> bool:
        return len(self._postings(*term)[0]) > 0

    def indexed_field_names(self) -> list[str]:
        """Return the names of all fields that have terms."""
        return [name for name, field in self.schema.items() if field.analyzer or name != "url"]

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every term of every field, in order."""
        return chain.from_iterable(self._of_field(name) for name in sorted(self.schema.names()))

    def terms_from(self, fieldname: str, prefix: str | bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms from this one on, running into the fields that follow."""
        later = (name for name in sorted(self.schema.names()) if name > fieldname)
        following = chain.from_iterable(self._of_field(name) for name in later)
        return chain(self._of_field(fieldname, _text(prefix)), following)

    def lexicon(self, fieldname: str) -> Iterator[bytes]:
        """Yield the terms of one field, in order."""
        return map(itemgetter(1), self._of_field(fieldname))

    def expand_prefix(self, fieldname: str, prefix: str | bytes) -> Iterator[bytes]:
        """Yield the terms of a field that start with a prefix, in order."""
        start = _text(prefix).encode()
        for _, text in self._of_field(fieldname, _text(prefix)):
            if not text.startswith(start):
                return
            yield text

    def term_info(self, fieldname: str, text: str | bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        docs, freqs = self._found(fieldname, text)
        lengths = self._lengths(fieldname)[docs]
        return TermInfo(
            weight=float(freqs.sum(dtype=np.int64)),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(freqs.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how often a term occurs."""
        return int(self._postings(fieldname, text)[1].sum(dtype=np.int64))

    def doc_frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how many documents hold a term."""
        return len(self._postings(fieldname, text)[0])

    def postings(
        self, fieldname: str, text: str | bytes, scorer: Any = None
    ) -> "PostingsMatcher | NullMatcher":
        """Return a matcher over the documents that hold a term. Raises TermNotFound."""
        docs, freqs = self._found(fieldname, text)
        term = fieldname, self.schema[fieldname].to_bytes(text)
        return PostingsMatcher(self, term, docs, freqs, self.schema[fieldname].format, scorer)

    def positions(self, fieldname: str, text: bytes, doc: int) -> list[int]:
        """Return the positions of a term in one document."""
        positions = self.snapshot.inverted_index.positions(fieldname, text.decode(), doc)
        return [int(position) for position in positions]

    def _found(self, fieldname: str, text: str | bytes) -> tuple[Docs, Freqs]:
        docs, freqs = self._postings(fieldname, text)
        if not len(docs):
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return docs, freqs

    def _postings(self, fieldname: str, text: str | bytes) -> tuple[Docs, Freqs]:
        """Return the live documents that hold a term, ascending, and how often each does."""
        self._check()
        if fieldname not in self.schema:
            raise TermNotFound(f"No field {fieldname}")
        term = _text(text)
        if self.schema[fieldname].analyzer:
            docs, freqs = self.snapshot.inverted_index.postings(fieldname, term)
            return docs, freqs
        docs = self._carrying(fieldname, term)
        return docs, np.ones(len(docs), np.int32)

    def _carrying(self, fieldname: str, value: str) -> Docs:
        snapshot = self.snapshot
        if fieldname == "id":
            number = snapshot.docnum(value)
            return np.array([] if number is None else [number], np.int32)
        mask = np.zeros(snapshot.size, np.bool_)
        if fieldname in snapshot.columns:
            column = snapshot.columns[fieldname]
            if value in column.ordinal:
                mask = column.mask([column.ordinal[value]])
        elif fieldname == "published" and (day := _day(value)) is not None:
            mask = snapshot.live & (snapshot.dates.days == day)
        return mask.nonzero()[0].astype(np.int32)

    def _of_field(self, fieldname: str, start: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield the terms of a field from ``start`` on, in order of their bytes."""
        if fieldname in self.schema and self.schema[fieldname].analyzer:
            segments = [
                self._of_segment(segment.postings.dictionary, fieldname, start)
                for segment in self.snapshot.inverted_index.segments
            ]
            terms = (term for term, _ in groupby(merge(*segments)))
        else:
            terms = (value.encode() for value in self._values(fieldname) if value >= start)
        return ((fieldname, term) for term in terms)

    def _of_segment(self, dictionary: Any, fieldname: str, start: str) -> Iterator[bytes]:
        first, end = dictionary.prefix(fieldname, start).start, dictionary.field(fieldname).stop
        for at in range(first, end, _TERMS_TOGETHER):
            self._check()
            for term in dictionary.terms(range(at, min(at + _TERMS_TOGETHER, end))):
                yield term.encode()

    def _values(self, fieldname: str) -> list[str]:
        """Return the values of a field that is no text, sorted; of ``id`` none are listed."""
        if fieldname in self.snapshot.columns:
            return sorted(self.snapshot.columns[fieldname].values)
        if fieldname != "published":
            return []
        days = np.unique(self.snapshot.dates.days[self.snapshot.live])
        return [day_of(day).isoformat() for day in days[days != UNDATED_DAY].tolist()]

    # Documents

    def doc_count_all(self) -> int:
        """Return the number of documents, deleted ones included."""
        return self.snapshot.size

    def doc_count(self) -> int:
        """Return the number of live documents."""
        return self.snapshot.documents

    def has_deletions(self) -> bool:
        """Tell whether any document is deleted."""
        return self.snapshot.documents < self.snapshot.size

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted; Whoosh also asks behind the last one."""
        return docnum < self.snapshot.size and not self.snapshot.live[docnum]

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return what is stored of a document."""
        document, fields = self.snapshot.stored_fields.get(docnum)
        values = {name: self.snapshot.columns[name].of(docnum) for name in VALUE_FACETS}
        return {
            **{name: list(of_document) for name, of_document in values.items()},
            "id": document.id,
            "title": document.title,
            "body": document.text,
            "url": document.url,
            "published": fields.published.value if fields.published else None,
        }

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the length of a field of a document, in positions."""
        return int(self._lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Return the length of a field in all documents together."""
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        """Return the shortest length of a field, among documents that have it."""
        lengths = self._lengths(fieldname)
        return int(lengths[lengths > 0].min(initial=_BEHIND)) if lengths.any() else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the longest length of a field."""
        return int(self._lengths(fieldname).max(initial=0))

    def _lengths(self, fieldname: str) -> NDArray[np.float32]:
        """Return the length of a field in every document: 0 where the document is in another."""
        part, _, suffix = fieldname.partition("_")
        if part not in self.snapshot.lengths:
            return np.ones(self.snapshot.size, np.float32)
        lengths = np.where(self.snapshot.live, self.snapshot.lengths[part], 0)
        if not suffix:
            return lengths
        column = self.snapshot.columns["lang"]
        codes = [code for code in column.values if analyzer(code).suffix == suffix]
        return np.where(column.mask([column.ordinal[code] for code in codes]), lengths, 0)

    # What Whoosh also asks of a reader

    def generation(self) -> int:
        """Return -1: generations have names here, not numbers."""
        return -1

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Return False: term vectors are not kept."""
        return False

    def has_column(self, fieldname: str) -> bool:
        """Tell whether Whoosh sorts by a column; by the terms of a field where it does not."""
        return fieldname == "published"

    def column_reader(
        self, fieldname: str, column: Any = None, reverse: bool = False, translate: bool = False
    ) -> list[bytes]:
        """Return the day of every document as bytes, empty for an undated one."""
        days, which = np.unique(self.snapshot.dates.days, return_inverse=True)
        written = [
            b"" if d == UNDATED_DAY else day_of(d).isoformat().encode() for d in days.tolist()
        ]
        return _Days([written[at] for at in which.tolist()])

    def close(self) -> None:
        """Do nothing: the snapshot belongs to who opened it."""


class _Days(list[bytes]):
    """A column as Whoosh reads it."""

    def sort_key(self, docnum: int) -> bytes:
        """Return what a document is sorted by."""
        return self[docnum]


class PostingsMatcher(LeafMatcher):  # type: ignore[misc]
    """Walks the postings of one term; the arrays are shared, the place in them is its own."""

    def __init__(
        self,
        reader: SnapshotReader,
        term: tuple[str, bytes],
        docs: Docs,
        freqs: Freqs,
        format: Format,
        scorer: Any,
    ) -> None:
        self._reader, self._term, self._docs, self._freqs = reader, term, docs, freqs
        self.format, self.scorer = format, scorer
        self._at = 0

    def is_active(self) -> bool:
        """Tell whether the matcher stands on a posting."""
        return self._at < len(self._docs)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def copy(self) -> "PostingsMatcher":
        """Return a matcher of its own at the same place."""
        other = PostingsMatcher(
            self._reader, self._term, self._docs, self._freqs, self.format, self.scorer
        )
        other._at = self._at
        return other

    def id(self) -> int:
        """Return the document under the matcher; behind the last, a number above all documents.

        Whoosh asks there too, where an AndNot stands in another.
        """
        return int(self._docs[self._at]) if self.is_active() else _BEHIND

    def all_ids(self) -> Iterator[int]:
        """Yield the documents from here on."""
        return iter(self._docs[self._at :].tolist())

    def next(self) -> bool:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, id: int) -> bool:
        """Go to the first document not below ``id``, never back."""
        if not self.is_active():
            raise ReadTooFar
        self._at = max(self._at, int(np.searchsorted(self._docs, id)))
        return True

    def replace(self, minquality: float = 0) -> "PostingsMatcher | NullMatcher":
        """Return this matcher, or one that matches nothing when nothing here is good enough."""
        if not self.is_active():
            return NullMatcher()
        if minquality and self.supports_block_quality() and self.max_quality() < minquality:
            return NullMatcher()
        return self

    def weight(self) -> float:
        """Return the frequency of the term in the document."""
        return float(self._freqs[self._at])

    def block_min_length(self) -> int:
        """Return the shortest document of the block: all postings are one block."""
        return int(self._lengths().min())

    def block_max_length(self) -> int:
        """Return the longest document of the block."""
        return int(self._lengths().max())

    def block_max_weight(self) -> float:
        """Return the largest frequency of the block."""
        return float(self._freqs.max())

    def skip_to_quality(self, minquality: float) -> int:
        """Leave the one block when it is not good enough."""
        if self.block_quality() > minquality:
            return 0
        self._at = len(self._docs)
        return 1

    def value(self) -> Any:
        """Return the posting's value as the field's format encodes it."""
        return self.format.encode(self.value_as("positions" if self._positional() else "frequency"))

    def value_as(self, astype: str) -> Any:
        """Return the posting's value decoded: ``positions``, ``frequency`` or ``weight``."""
        if astype == "positions" and self._positional():
            return self._reader.positions(*self._term, self.id())
        return int(self._freqs[self._at])

    def _positional(self) -> bool:
        return bool(self.format.supports("positions"))

    def _lengths(self) -> NDArray[np.float32]:
        return self._reader._lengths(self._term[0])[self._docs]


def _text(text: str | bytes) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _day(value: str) -> int | None:
    try:
        return day_number(date.fromisoformat(value))
    except ValueError:
        return None
