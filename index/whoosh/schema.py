"""The schema: which fields the documents of a snapshot have, as Whoosh's field types.

Words of title and body as written (``title``, ``body``) and stemmed (``title_fr``, ``body_fr`` and
so on, one pair for each analyzer in use), one field for each facet of values, ``published``, and
``id`` and ``url``.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from whoosh import query
from whoosh.columns import Column
from whoosh.fields import DATETIME, ID, STORED, TEXT, Schema

from index.analysis import EXACT_ANALYZER, analyzer
from index.document import PARTS
from index.facets import VALUE_FACETS, Facet
from index.segments import Snapshot

EPOCH: Final = int((datetime(1970, 1, 1) - datetime.min) / timedelta(microseconds=1))
"""1970-01-01 as Whoosh counts: microseconds since the first day of year 1."""
UNDATED: Final = 1 << 62
"""What the column of dates holds for a document without a date; such documents sort last."""


class ValueColumn(Column):  # type: ignore[misc]
    """The column type of a facet: a tuple of values for each document, the first one sorts."""

    def stores_lists(self) -> bool:
        """Return True: a document may have several values."""
        return True

    def default_value(self, reverse: bool = False) -> tuple[str, ...]:
        """Return the value of a document that has none."""
        return ()


class ValueField(ID):  # type: ignore[misc]
    """A facet, each of whose values is a term. In a query, any name of a value stands for it.

    A document has several values, so group by a facet with ``allow_overlap=True``; otherwise only
    the first value counts.
    """

    def __init__(self, facet: Facet) -> None:
        super().__init__(stored=True, sortable=ValueColumn())
        self._facet = facet

    def self_parsing(self) -> bool:
        """Return True: values are not analysed."""
        return True

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> query.Query:
        """Return the query for a value as it was typed."""
        return query.Term(fieldname, self._facet.canonical(qstring), boost=boost)

    def from_column_value(self, value: str | tuple[str, ...]) -> str | None:
        """Return the name of a group: the first value of a document, None where it has none."""
        return (value if isinstance(value, str) else next(iter(value), "")) or None


class DateColumn(Column):  # type: ignore[misc]
    """The column type of publication dates: microseconds since the first day of year 1."""

    reversible = True

    def default_value(self, reverse: bool = False) -> int:
        """Return the value of an undated document."""
        return UNDATED


class DateField(DATETIME):  # type: ignore[misc]
    """The beginning of the publication date, as its own clock shows it, without a zone."""

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=DateColumn())

    def from_column_value(self, value: int) -> datetime | None:
        """Return the date and time of a value; None for an undated document."""
        if value == UNDATED:
            return None
        return datetime.min + timedelta(microseconds=abs(value))


def snapshot_schema(snapshot: Snapshot) -> Schema:
    """Return the schema of a snapshot. It is made anew: whoever gets it may change it."""
    fields: dict[str, Any] = {"id": ID(stored=True, unique=True), "url": STORED()}
    for part in PARTS:
        fields[part] = TEXT(EXACT_ANALYZER, stored=True, multitoken_query="and")
        for suffix in snapshot.analyzers:
            chain = analyzer(suffix).chain
            fields[f"{part}_{suffix}"] = TEXT(chain, multitoken_query="and")
    fields.update((name, ValueField(facet)) for name, facet in VALUE_FACETS.items())
    return Schema(**fields, published=DateField())
