"""One document, extracted and analysed, as everything that a segment writes of it.

This is made in the worker processes; what is left to the writer is to append.
"""

from collections.abc import Iterable
from typing import NamedTuple

from index.codec.runs import FieldPostings
from index.days import span
from index.document import Document, Fields, Span
from index.inversion import invert
from index.schema import PARTS
from index.stored import Packed, pack

ANALYSIS_VERSION = "1"
"""Changes whenever the same document and fields would be written otherwise than before."""
MAX_ID_BYTES = 1024


class EncodedDocument(NamedTuple):
    """A document ready to be written.

    ``postings`` maps a field of the schema to its postings; ``lengths`` are positions in title
    and body; facet values come with the label to remember (empty: none); dates are days.
    """

    id: str
    postings: dict[str, FieldPostings]
    lengths: tuple[int, int]
    facets: dict[str, list[tuple[str, str]]]
    published: tuple[int, int, int] | None
    mentioned: list[tuple[int, int]]
    packed: Packed


class UnfitDocumentError(ValueError):
    """A document that cannot be indexed, with the reason."""


def encode(document: Document, fields: Fields) -> EncodedDocument:
    """Analyse a document and lay out all that is written of it.

    Raises UnfitDocumentError for an id that is empty or too long.
    """
    if not document.id or len(document.id.encode("utf-8")) > MAX_ID_BYTES:
        raise UnfitDocumentError(f"its id is empty or longer than {MAX_ID_BYTES} bytes")
    language = fields.language
    title = invert(document.title, [(Span(0, len(document.title)), language.code)])
    parts = language.parts or ((Span(0, len(document.text)), language.code),)
    body = invert(document.text, parts)
    postings: dict[str, FieldPostings] = {}
    for part, text in zip(PARTS, (title, body), strict=True):
        postings[part] = text.exact
        for suffix, terms in text.stems.items():
            postings[f"{part}_{suffix}"] = terms
    return EncodedDocument(
        id=document.id,
        postings={field: items for field, items in postings.items() if items.terms},
        lengths=(title.length, body.length),
        facets=_facets(document, fields),
        published=span(fields.published.value) if fields.published else None,
        mentioned=[
            (day_number_of(item.first), day_number_of(item.last))
            for item in fields.mentioned
            if item.first and item.last
        ],
        packed=pack(document, fields),
    )


def day_number_of(value: str) -> int:
    """Return the day number of an ISO 8601 date."""
    return span(value[:10])[0]


def _facets(document: Document, fields: Fields) -> dict[str, list[tuple[str, str]]]:
    source = " ".join(document.source.split())
    return {
        # The authority has the labels of those it knows.
        "organization": sorted(
            {item.id: "" if item.known else item.label for item in fields.organizations}.items()
        ),
        "theme": [(id, "") for id in sorted(_with_parents(item.id for item in fields.themes))],
        "lang": [(fields.language.code, "")],
        "source": [(source, source)] if source else [],
    }


def _with_parents(themes: Iterable[str]) -> set[str]:
    """Return these themes and those above them: ``economy/trade`` is ``economy`` too."""
    found: set[str] = set()
    for theme in themes:
        steps = theme.split("/")
        found.update("/".join(steps[:depth]) for depth in range(1, len(steps) + 1))
    return found
