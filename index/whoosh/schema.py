"""The fields of an index as a Whoosh schema.

``title`` and ``body`` hold words as written; ``title_fr``, ``body_fr`` and so on the terms of one
analyzer. Each facet of values is a field of whole values; ``published`` has days (``2024-03-15``),
``id`` the identifier.
"""

from collections.abc import Iterable

from whoosh import query
from whoosh.columns import VarBytesColumn
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Positions

from index.analysis import WRITTEN, analyzer
from index.document import PARTS, fit
from index.facets import VALUE_FACETS


class TextField(FieldType):  # type: ignore[misc]
    """Analysed text; the several forms of one word are alternatives."""

    def __init__(self, analyzer: object, stored: bool) -> None:
        self.analyzer, self.stored = analyzer, stored
        self.format, self.scorable, self.multitoken_query = Positions(), True, "or"

    def to_bytes(self, value: object) -> bytes:
        """Return a term as bytes, cut as it is in the index."""
        if isinstance(value, (list, tuple)):
            value = value[0]
        return value if isinstance(value, bytes) else fit(str(value)).encode("utf-8", "replace")


class ValueField(FieldType):  # type: ignore[misc]
    """Whole values, each a term. In a query any name of a value stands for it."""

    def __init__(self, facet: str = "") -> None:
        self.format, self.scorable, self.stored = Existence(), False, True
        self._facet = VALUE_FACETS.get(facet)
        self.column_type = VarBytesColumn()

    def self_parsing(self) -> bool:
        """Return True: values are not analysed."""
        return True

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> query.Query:
        """Return the query for a value as it was typed."""
        value = self._facet.canonical(qstring) if self._facet else qstring
        return query.Term(fieldname, value, boost=boost)

    def parse_range(
        self,
        fieldname: str,
        start: str | None,
        end: str | None,
        startexcl: bool,
        endexcl: bool,
        boost: float = 1.0,
    ) -> query.Query:
        """Return the query for a range of values, in their alphabetical order."""
        return query.TermRange(fieldname, start, end, startexcl, endexcl, boost=boost)


def schema(analyzers: Iterable[str]) -> Schema:
    """Return the schema of an index with these analyzers, named by suffix."""
    fields = Schema(id=ValueField(), published=ValueField(), url=FieldType(Existence(), None))
    for name in VALUE_FACETS:
        fields.add(name, ValueField(name))
    for part in PARTS:
        fields.add(part, TextField(WRITTEN, stored=True))
        for suffix in analyzers:
            fields.add(f"{part}_{suffix}", TextField(analyzer(suffix).chain, stored=False))
    return fields
