"""Heads: all that is kept of a document beside its text, in two parts.

The first part is what a result line shows; the second (details) is only read for a whole document
or for marks in its text. Both are JSON arrays, without names, on a line each: the dictionary they
are compressed with knows what is usual, and reading builds nothing that is not asked for.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from index.document import (
    Document,
    Fields,
    Language,
    MentionedDate,
    Organization,
    PublicationDate,
    Span,
    Theme,
)
from index.store.pieces import Piece

MAX_OPENING: Final = 90


class Head(NamedTuple):
    """What a result line shows of a document, decoded; ``details`` is not.

    ``published`` and ``precision`` are empty for a document without a date. ``organizations`` are
    pairs of id and label as the document writes it. ``opening`` is the beginning of the text,
    where there is no title.
    """

    id: str
    title: str
    source: str
    url: str
    language: str
    published: str
    precision: str
    organizations: Sequence[tuple[str, str]]
    themes: Sequence[str]
    opening: str
    details: bytes


class Details(NamedTuple):
    """The rest of a document but its text; spans are flat, see ``_flat``."""

    date: str
    date_origin: Any
    declared: str
    dateline: str
    tags: Sequence[str]
    path: str
    confidence: float
    language_origin: Any
    parts: Sequence[tuple[int, int, str]]
    published_origin: Any
    known: Sequence[bool]
    mentions: Sequence[Sequence[int]]
    evidence: Sequence[Sequence[int]]
    mentioned: Sequence[tuple[int, int, str, str, Any]]
    failures: Sequence[tuple[str, str]]
    piece_starts: Sequence[int]
    piece_positions: Sequence[int]

    def language_parts(self) -> tuple[tuple[Span, str], ...]:
        """Return the parts of the text in languages of their own."""
        return tuple((Span(start, end), code) for start, end, code in self.parts)


def opening(text: str) -> str:
    """Return the first words of a text, at most ``MAX_OPENING`` characters of them."""
    first = " ".join(text[: 4 * MAX_OPENING].split())
    if len(first) <= MAX_OPENING:
        return first
    return f"{first[:MAX_OPENING].rsplit(' ', 1)[0]} …"


def encode_head(document: Document, fields: Fields, pieces: Sequence[Piece]) -> bytes:
    """Return the head of a document as bytes. Raises TypeError for lone surrogates."""
    language, published = fields.language, fields.published
    organizations, themes, mentioned = fields.organizations, fields.themes, fields.mentioned
    # Most documents lack most of these: nothing is made of nothing.
    line = (
        document.id,
        document.title,
        document.source,
        document.url,
        language.code,
        published.value if published else "",
        published.precision if published else "",
        [(one.id, one.label) for one in organizations] if organizations else (),
        [one.id for one in themes] if themes else (),
        "" if document.title.strip() else opening(document.text),
    )
    details = (  # as in ``Details``
        document.date,
        document.date_origin,
        document.language,
        document.dateline,
        document.tags,
        document.path,
        language.confidence,
        language.origin,
        [(*span, code) for span, code in language.parts] if language.parts else (),
        published.origin if published else "",
        [one.known for one in organizations] if organizations else (),
        [_flat(one.spans) for one in organizations] if organizations else (),
        [_flat(one.evidence) for one in themes] if themes else (),
        [(*one.span, one.first, one.last, one.precision) for one in mentioned] if mentioned else (),
        fields.failures,
        [piece.start for piece in pieces] if pieces else (),
        [piece.position for piece in pieces] if pieces else (),
    )
    return orjson.dumps(line) + b"\n" + orjson.dumps(details)


def decode_head(data: bytes) -> Head:
    """Undo ``encode_head`` as far as result lines go. Raises ValueError or TypeError."""
    line, _, details = data.partition(b"\n")
    return Head(*orjson.loads(line), details)  # type: ignore[call-arg]


def decode_details(head: Head) -> Details:
    """Decode the rest of a head. Raises ValueError or TypeError for what is none."""
    return Details(*orjson.loads(head.details))


def whole(head: Head, details: Details, text: str) -> tuple[Document, Fields]:
    """Return the document and its fields. Raises ValueError or TypeError for what is none."""
    document = Document(
        id=head.id,
        text=text,
        title=head.title,
        date=details.date,
        date_origin=details.date_origin,
        language=details.declared,
        source=head.source,
        url=head.url,
        dateline=details.dateline,
        tags=tuple(details.tags),
        path=details.path,
    )
    return document, _fields(head, details)


def _fields(head: Head, details: Details) -> Fields:
    precision: Any = head.precision
    named = zip(head.organizations, details.mentions, details.known, strict=True)
    return Fields(
        language=Language(
            head.language,
            details.confidence,
            details.language_origin,
            details.language_parts(),
        ),
        organizations=tuple(
            Organization(id, label, spans(flat), known) for (id, label), flat, known in named
        ),
        themes=tuple(
            Theme(id, spans(flat)) for id, flat in zip(head.themes, details.evidence, strict=True)
        ),
        published=PublicationDate(head.published, precision, details.published_origin)
        if precision
        else None,
        mentioned=tuple(
            MentionedDate(Span(start, end), first, last, grain)
            for start, end, first, last, grain in details.mentioned
        ),
        failures=tuple((name, reason) for name, reason in details.failures),
    )


def _flat(given: Sequence[Span]) -> Sequence[int]:
    """Return each span as two small numbers: from the end of the one before, and its length."""
    if len(given) == 1:
        ((start, end),) = given
        return start, end - start
    flat: list[int] = []
    at = 0
    for start, end in given:
        flat += (start - at, end - start)
        at = end
    return flat


def spans(flat: Sequence[int]) -> tuple[Span, ...]:
    """Undo ``_flat``."""
    found = []
    at = 0
    for number in range(0, len(flat), 2):
        start = at + flat[number]
        at = start + flat[number + 1]
        found.append(Span(start, at))
    return tuple(found)
