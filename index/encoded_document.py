"""One document, extracted and analysed, as everything that a segment writes of it.

This is made in the worker processes; what is left to the writer is to append.
"""

from collections.abc import Sequence
from typing import NamedTuple

from index.analysis import Part, Tokens, part, parts, tokens
from index.days import span
from index.document import Document, Fields
from index.facets import Values, facet_values
from index.store import Packed, pack

ANALYSIS_VERSION = "2"
"""Changes whenever the same document and fields would be written otherwise than before."""
MAX_ID_BYTES = 1024


class Record(NamedTuple):
    """All that is written of a document but its tokens; dates are days."""

    id: str
    facets: Sequence[Values]
    published: tuple[int, int, int] | None
    mentioned: Sequence[tuple[int, int]]
    packed: Packed


class Draft(NamedTuple):
    """A document that is yet to be analysed, see ``finish``."""

    record: Record
    title: list[Part]
    body: list[Part]


class EncodedDocument(NamedTuple):
    """A document ready to be written.

    ``tokens`` are those of all documents that were analysed together, of which this has the
    texts ``2 * number``, its title, and the next, its body.
    """

    record: Record
    tokens: Tokens
    number: int

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id


class UnfitDocumentError(ValueError):
    """A document that cannot be indexed, with the reason."""


def draft(document: Document, fields: Fields) -> Draft:
    """Lay out what is written of a document.

    Raises UnfitDocumentError for an id that is empty or too long.
    """
    if not document.id or len(document.id.encode("utf-8")) > MAX_ID_BYTES:
        raise UnfitDocumentError(f"its id is empty or longer than {MAX_ID_BYTES} bytes")
    language, mentioned = fields.language, fields.mentioned
    packed = pack(document, fields)
    record = Record(
        document.id,
        facet_values(document, fields),
        span(fields.published.value) if fields.published else None,
        [_days(one.first, one.last) for one in mentioned if one.first and one.last]
        if mentioned
        else (),
        packed,
    )
    if language.parts:
        body = parts(document.text, language.parts)
    else:
        body = [part(b"".join(packed.text), language.code)]
    return Draft(record, [part(document.title.encode(), language.code)], body)


def finish(drafts: Sequence[Draft]) -> list[EncodedDocument]:
    """Analyse documents; many at once, for arrays to pay."""
    made = tokens([text for each in drafts for text in (each.title, each.body)])
    return [EncodedDocument(each.record, made, number) for number, each in enumerate(drafts)]


def encode(document: Document, fields: Fields) -> EncodedDocument:
    """Analyse one document. Raises UnfitDocumentError."""
    return finish([draft(document, fields)])[0]


def _days(first: str, last: str) -> tuple[int, int]:
    """Return the day numbers of two ISO 8601 dates."""
    return span(first[:10])[0], span(last[:10])[0]
