"""Stored fields: documents and what was extracted of them, as bytes; their ids; content hashes.

A document is stored as a *head* and a text. The head is two JSON arrays without names on a line
each: what a result line shows, and the details, which are only read for a whole document or for
marks in its text. (The dictionary that heads are compressed with knows what is usual.)

A long text is cut into pieces, each stored alone, so that one place can be read without the rest.
Postings say at which positions a term stands; the details say at which position each piece begins,
so the pieces that hold a term are known without reading any.

The ids of a segment stand in ``ids.*`` in the order of its documents, see ``Strings``;
``ids.sorted`` holds the documents in the order of their ids, so that an id is found by bisection.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from itertools import pairwise
from os.path import abspath
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from index.analysis import CHUNK, PART_GAP, chunk_tokens
from index.document import (
    Agency,
    Country,
    Document,
    Fields,
    Language,
    Mail,
    MentionedDate,
    NamedPerson,
    Organization,
    Person,
    PublicationDate,
    Span,
    Theme,
    opening,
)
from index.store.blocks import Blobs, BlobWriter, ByteCache
from index.store.files import Folder, Strings, open_array, write_array, write_strings

LONG: Final = 32_768
"""Characters from which on a text is kept in pieces."""
PIECE: Final = 2_048
"""Characters of a piece, at least."""

# Between two words that nothing ties together: no chunk is cut there.
_BETWEEN = re.compile(r"[^\W\d_]\s(?=\s*[^\W\d_])")


class Piece(NamedTuple):
    """The character and the position at which a piece begins."""

    start: int
    position: int


def word_end(text: str, start: int) -> int:
    """Return the first place from ``start`` on where a text may be cut, or its end."""
    between = _BETWEEN.search(text, start)
    return between.start() + 1 if between else len(text)


def cut(text: str, parts: Sequence[tuple[Span, str]]) -> tuple[Piece, ...]:
    """Return the pieces of a text and, behind them, its end; nothing for one that is not long.

    ``parts`` are its parts in several languages.
    """
    if len(text) < LONG:
        return ()
    starts = [0]
    while (end := word_end(text, starts[-1] + PIECE)) < len(text):
        starts.append(end)
    starts.append(len(text))
    return tuple(map(Piece, starts, _positions(text, parts, starts)))


def _positions(text: str, parts: Sequence[tuple[Span, str]], starts: Sequence[int]) -> list[int]:
    """Return the position of the first word from each of the ascending ``starts`` on."""
    found: list[int] = []
    base = 0
    for first, last in [span for span, _ in parts] or [Span(0, len(text))]:
        at = first
        while len(found) < len(starts) and starts[len(found)] < last:
            end = max(at, starts[len(found)])
            base += _taken(text, at, end)
            found.append(base)
            at = end
        base += _taken(text, at, last) + PART_GAP
    return found + [base] * (len(starts) - len(found))


def _taken(text: str, start: int, end: int) -> int:
    return sum(chunk_tokens(surface).positions for surface in CHUNK.findall(text, start, end))


class LongText:
    """A long text, read as far as it is asked for: slices give its characters.

    ``starts`` and ``positions`` are those of its pieces and of its end, see ``Piece``; ``read``
    returns the piece of a number, each is asked for once. Not for several threads.
    """

    def __init__(
        self, starts: Sequence[int], positions: Sequence[int], read: Callable[[int], str]
    ) -> None:
        self._starts = starts
        self._positions = positions
        self._read = read
        self._known: dict[int, str] = {}

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, wanted: slice) -> str:
        start, stop, step = wanted.indices(len(self))
        if start >= stop:
            return ""
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, stop)
        joined = "".join(self.piece(number) for number in range(first, last))
        begin = self._starts[first]
        return joined[start - begin : stop - begin : step]

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return len(self._starts) - 1

    def start(self, number: int) -> int:
        """Return the character at which a piece begins."""
        return self._starts[number]

    def piece(self, number: int) -> str:
        """Return one piece of the text."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._read(number)
        return known

    def at_position(self, position: int) -> int:
        """Return the number of the piece in which the word at a position begins."""
        return max(0, min(bisect_right(self._positions, position), self.pieces) - 1)

    def at_character(self, character: int) -> int:
        """Return the number of the piece that holds a character."""
        return max(0, min(bisect_right(self._starts, character), self.pieces) - 1)


class Head(NamedTuple):
    """What a result line shows of a document; ``details`` are not decoded yet.

    ``published`` and ``precision`` are empty for a document without a date. ``organizations`` are
    pairs of id and label as the document writes it. ``opening`` is the beginning of the text,
    where there is no title. ``people`` are sender, to and cc of a mail, each a list of names and
    addresses; nothing for what is no mail. ``persons`` are pairs of id and label, as organizations
    are.
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
    people: Sequence[Sequence[tuple[str, str]]]
    countries: Sequence[str]
    persons: Sequence[tuple[str, str]]
    details: bytes

    def mail(self) -> Mail | None:
        """Return who wrote a mail to whom; None for what is no mail."""
        if not self.people:
            return None
        sender, to, cc = (tuple([Person(*person) for person in some]) for some in self.people)
        return Mail(sender, to, cc)

    def decode_details(self) -> "Details":
        """Return the rest of the document but its text."""
        return Details(*orjson.loads(self.details))


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
    authors: Sequence[str]
    parent: str
    version: str
    thread: Sequence[str]
    digest: str
    pages: Sequence[int]
    embargo: str
    agency: Sequence[Any]
    ocr: bool
    country_mentions: Sequence[Sequence[int]]
    known_persons: Sequence[bool]
    person_mentions: Sequence[Sequence[int]]

    def of_agency(self) -> Agency | None:
        """Return what an agency says of the document; None if it is no item of one."""
        values: list[Any] = [
            tuple(value) if isinstance(value, list) else value for value in self.agency
        ]
        return Agency(*values) if values else None

    def language_parts(self) -> tuple[tuple[Span, str], ...]:
        """Return the parts of the text in languages of their own."""
        return tuple((Span(start, end), code) for start, end, code in self.parts)


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
        _people(document.mail) if document.mail else (),
        [one.id for one in fields.countries] if fields.countries else (),
        [(one.id, one.label) for one in fields.persons] if fields.persons else (),
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
        document.authors,
        document.parent,
        document.version,
        document.mail.thread if document.mail else (),
        document.digest,
        document.pages,
        document.embargo,
        astuple(document.agency) if document.agency else (),
        document.ocr,
        [_flat(one.spans) for one in fields.countries] if fields.countries else (),
        [one.known for one in fields.persons] if fields.persons else (),
        [_flat(one.spans) for one in fields.persons] if fields.persons else (),
    )
    return orjson.dumps(line) + b"\n" + orjson.dumps(details)


def _people(mail: Mail) -> list[list[tuple[str, str]]]:
    """Return sender, to and cc as ``Head.people`` has them."""
    return [
        [(person.name, person.address) for person in some]
        for some in (mail.sender, mail.to, mail.cc)
    ]


def decode_head(data: bytes) -> Head:
    """Undo ``encode_head`` as far as result lines go."""
    line, _, details = data.partition(b"\n")
    return Head(*orjson.loads(line), details)  # type: ignore[call-arg]


def unpack(head: Head, details: Details, text: str) -> tuple[Document, Fields]:
    """Return the document and the fields that were packed."""
    return _document(head, details, text), _fields(head, details)


def _document(head: Head, details: Details, text: str) -> Document:
    mail = head.mail()
    return Document(
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
        authors=tuple(details.authors),
        parent=details.parent,
        version=details.version,
        pages=tuple(details.pages),
        ocr=details.ocr,
        path=details.path,
        embargo=details.embargo,
        agency=details.of_agency(),
        mail=replace(mail, thread=tuple(details.thread)) if mail else None,
        digest=details.digest,
    )


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
        countries=tuple(
            Country(id, spans(flat))
            for id, flat in zip(head.countries, details.country_mentions, strict=True)
        ),
        persons=tuple(
            NamedPerson(id, label, spans(flat), known)
            for (id, label), flat, known in zip(
                head.persons, details.person_mentions, details.known_persons, strict=True
            )
        ),
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


HEAD_BATCH: Final = 4 * 1024 * 1024
TEXT_BATCH: Final = 16 * 1024 * 1024
"""Bytes that a writer keeps in memory, to learn what documents have in common."""
RECENT_BYTES: Final = 4 * 1024 * 1024
HEAD_COST: Final = 1_500
"""Bytes of a decoded head, beside twice those it is decoded from."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r":\d+\Z")
_TEXTS = (
    *("id", "text", "title", "date", "language", "source", "url", "dateline", "path"),
    *("parent", "version", "embargo"),
)


def clean(document: Document) -> Document:
    """Replace lone surrogates, which no encoding can write, one for one: offsets do not move."""
    mended: dict[str, Any] = {
        name: _SURROGATE.sub("\ufffd", getattr(document, name))
        for name in _TEXTS
        if _SURROGATE.search(getattr(document, name))
    }
    for name in ("tags", "authors"):
        values: tuple[str, ...] = getattr(document, name)
        if any(map(_SURROGATE.search, values)):
            mended[name] = tuple(_SURROGATE.sub("\ufffd", value) for value in values)
    return replace(document, **mended) if mended else document


def content_hash(document: Document, made_by: str) -> str:
    """Return a hash of a document, metadata included, and of the programs that would index it.

    ``made_by`` names the versions of extraction and analysis and their settings, so that a change
    of either counts as a change of every document. The line of a record in its file is left out:
    a record is not changed by one that was put before it. So is the way in which the path of the
    file was given: a source is the same by its relative and by its absolute path.
    """
    path = _LINE.sub("", document.path)
    if path and path != "-":  # which is standard input
        path = abspath(path)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(made_by.encode())
    digest.update(orjson.dumps(replace(document, path=path, notes=())))
    return digest.hexdigest()


class Packed(NamedTuple):
    """A document as the bytes that are kept: its head, and its text in one piece or several."""

    head: bytes
    text: tuple[bytes, ...]


def pack(document: Document, fields: Fields) -> Packed:
    """Turn a document and its fields into bytes.

    Raises ValueError or TypeError for lone surrogates: see ``clean``.
    """
    text = document.text
    pieces = cut(text, fields.language.parts)
    head = encode_head(document, fields, pieces)
    if not pieces:
        return Packed(head, (text.encode(),))
    return Packed(head, tuple(text[a.start : b.start].encode() for a, b in pairwise(pieces)))


class StoredWriter:
    """Writes packed documents one behind the other: ``heads.*`` and ``texts.*``.

    ``texts.long.array`` (int64) has for every document whose text has several pieces its number
    and how many pieces more than documents there are up to its end.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heads = BlobWriter(folder, "heads", HEAD_BATCH)
        self._texts = BlobWriter(folder, "texts", TEXT_BATCH)
        self._long: list[tuple[int, int]] = []

    def add(self, packed: Packed) -> None:
        """Add one document."""
        self._heads.add(packed.head)
        for piece in packed.text:
            self._texts.add(piece)
        if len(packed.text) > 1:
            self._long.append((self._heads.records - 1, self._texts.records - self._heads.records))

    def close(self) -> None:
        """Finish; the writer takes nothing more."""
        self._heads.close()
        self._texts.close()
        write_array(self._folder / "texts.long.array", np.asarray(self._long, np.int64).ravel())

    def abandon(self) -> None:
        """Let go of the files, whatever became of them."""
        self._heads.abandon()
        self._texts.abandon()


class StoredDocuments:
    """Reads what StoredWriter wrote; safe for threads. Reading raises IndexDamaged."""

    def __init__(self, folder: Folder) -> None:
        self._heads = Blobs(folder, "heads")
        self._texts = Blobs(folder, "texts")
        self._recent = ByteCache(RECENT_BYTES)
        long = open_array(folder, "texts.long.array").all().reshape(-1, 2)
        self._long: list[int] = long[:, 0].tolist()
        self._more: list[int] = [0, *long[:, 1].tolist()]

    def head(self, doc: int) -> Head:
        """Return what a result line shows of a document."""

        def read() -> tuple[Head, int]:
            data = self._heads.get(doc)
            return decode_head(data), HEAD_COST + 2 * len(data)

        head: Head = self._recent.get(doc, read)
        return head

    def text(self, doc: int, details: Details) -> str | LongText:
        """Return the text of a document, a long one as what reads it by pieces."""
        first = doc + self._more[bisect_left(self._long, doc)]

        def read(piece: int) -> str:
            return self._texts.get(first + piece).decode()

        if not details.piece_starts:
            return read(0)
        return LongText(details.piece_starts, details.piece_positions, read)

    def get(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields."""
        head = self.head(doc)
        details = head.decode_details()
        return unpack(head, details, self.text(doc, details)[:])


# Ids


def write_ids(folder: Path, ids: Sequence[str]) -> None:
    """Write the ids of documents, in their order. Of equal ones the last is found, see docnum."""
    encoded = [id.encode() for id in ids]
    order = sorted(range(len(ids) - 1, -1, -1), key=encoded.__getitem__)
    write_strings(folder, "ids", encoded)
    write_array(folder / "ids.sorted", np.array(order, np.uint32))


class Identifiers:
    """Reads ids; safe for threads. Reading raises IndexDamaged."""

    def __init__(self, folder: Folder) -> None:
        self._ids = Strings(folder, "ids")
        self._sorted = open_array(folder, "ids.sorted")

    def docnum(self, id: str) -> int | None:
        """Return the document that has an id; None if there is none."""
        encoded = id.encode("utf-8", "surrogatepass")
        order, size = self._sorted, self._sorted.size
        place = bisect_left(range(size), encoded, key=lambda rank: self._ids[order.item(rank)])
        doc = order.item(place) if place < size else -1
        return doc if doc >= 0 and self._ids[doc] == encoded else None

    def all(self) -> list[str]:
        """Return every id, in the order of the documents."""
        return [id.decode() for id in self._ids.read(0, len(self._ids))]
