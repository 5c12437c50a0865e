"""Documents: what a reader yields, the fields that extraction adds, the parts that are searched.

Terms of a part stand in several fields of the inverted index: ``title`` and ``body`` hold words as
written, folded but not stemmed; ``title_<suffix>`` and ``body_<suffix>`` hold the stems of one
analyzer.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Precision = Literal["year", "month", "day", "minute", "second"]
DateOrigin = Literal["metadata", "html", "dateline", "text", "filename", "reference", "mtime"]
DECLARED: Final[tuple[DateOrigin, ...]] = ("metadata", "html")
"""The origins of dates that a document declares; it is inferred from others."""

PARTS = ("title", "body")
"""The parts of a document whose words are searched."""
MAX_TERM_BYTES = 255
"""Longer terms are cut, in documents and in queries alike."""
_SAFE_CHARACTERS = MAX_TERM_BYTES // 4
_VERSION_WORDS: Final = re.compile(r"[0-9]+|[^\W\d_]+")
_MAX_VERSION: Final = 100


def fit(term: str) -> str:
    """Cut a term at MAX_TERM_BYTES of UTF-8, between characters."""
    if len(term) <= _SAFE_CHARACTERS:
        return term
    encoded = term.encode("utf-8", "replace")
    return encoded[:MAX_TERM_BYTES].decode("utf-8", "ignore")


@dataclass(frozen=True, slots=True)
class Person:
    """A sender or recipient of mail; name or address may be missing."""

    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        if not self.name or not self.address:
            return self.name or self.address
        return f"{self.name} <{self.address}>"


@dataclass(frozen=True, slots=True)
class Mail:
    """Who wrote a message to whom, and in which conversation.

    ``thread`` has the ids of the messages that it answers, the oldest first, then its own. A part
    of a message has its people, and no ``thread``.
    """

    sender: tuple[Person, ...] = ()
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agency:
    """What a news agency says of an item beside its text.

    ``subjects`` are codes of IPTC; ``urgency`` is from 1 to 9, 0 where it is not given; ``note`` is
    what it tells editors, of a correction what was wrong.
    """

    subjects: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    slug: str = ""
    urgency: int = 0
    note: str = ""
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One document as a reader found it.

    ``id`` is stable from one rebuild to the next. ``text`` is plain text, paragraphs separated
    by newlines, never normalised: offsets anywhere in the product are characters of ``text``.
    Metadata are empty strings where the source declares none; ``date`` is kept as written.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    date_origin: DateOrigin = "metadata"
    language: str = ""
    source: str = ""
    url: str = ""
    dateline: str = ""
    tags: tuple[str, ...] = ()
    path: str = ""
    """The file it came from, as given to the command line, with ``:LINE`` in files of many and
    ``!NAME`` in containers."""
    notes: tuple[tuple[str, str], ...] = ()
    """What its reader noticed, as kind and sentence, for the report; not kept with the document."""
    authors: tuple[str, ...] = ()
    parent: str = ""
    """The ``id`` of the document that it is a part of: a mail, for its attachments."""
    version: str = ""
    """Of documents with one ``id`` the one with the higher version counts; see ``newer``."""
    mail: Mail | None = None
    digest: str = ""
    """Of what was attached to a document, a digest of the file: copies have the same."""
    agency: Agency | None = None
    embargo: str = ""
    """The moment until which nobody may find it, ISO 8601 in UTC; empty without one."""
    ocr: bool = False
    """Whether text of it was read in pictures."""
    pages: tuple[int, ...] = ()
    """The character of ``text`` at which each of its pages or slides begins; none without any."""


class Span(NamedTuple):
    """A piece of a document's text: characters ``start`` (included) to ``end`` (excluded)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a document: an ISO 639-1 code, ``und`` where none was recognised.

    ``confidence`` is from 0 to 1; ``parts`` divides the text when paragraphs differ in language.
    """

    code: str
    confidence: float = 1.0
    origin: Literal["metadata", "detected", "none"] = "detected"
    parts: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization that a document names.

    ``id`` is the authority's, or made from the name for one it does not know. ``label`` is the
    name as the document writes it; ``spans`` are all its mentions in the text.
    """

    id: str
    label: str
    spans: tuple[Span, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory that a document names, by its ISO 3166 code in lower case.

    ``spans`` are all its mentions in the text: names, demonyms, the capital.
    """

    id: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person that a document names.

    ``id`` is that of ``persons-known.txt``, or ``~`` and the name: all who bear one name have one
    id. ``label`` is the fullest name that the document writes; ``spans`` are all mentions in the
    text.
    """

    id: str
    label: str
    spans: tuple[Span, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of a document, with the expressions in its text that decided."""

    id: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """A publication date: ISO 8601 ``value`` cut at its ``precision``, and where it was found.

    ``2024``, ``2024-03``, ``2024-03-12``, ``2024-03-12T09:41`` or ``2024-03-12T09:41:00``. A time
    whose zone is known has its offset, which is the written one unless the archive has a zone of
    its own: ``2024-03-12T09:41:00+01:00``, ``2024-03-12T08:41:00Z``.
    """

    value: str
    precision: Precision
    origin: DateOrigin

    @property
    def is_inferred(self) -> bool:
        """Whether the document does not declare the date: it was found in its text or file."""
        return self.origin not in DECLARED


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """A date that the text speaks of: days ``first`` to ``last`` inclusive (ISO 8601).

    Both are empty where the text does not say enough to know them, and the day that it was
    published does not help: such a date is kept as said. ``span`` is (0, 0) where only the title
    says it.
    """

    span: Span
    first: str
    last: str
    precision: Precision


@dataclass(frozen=True, slots=True)
class Fields:
    """What extraction adds to a document.

    ``failures`` names the extractors that failed, with the reason: the document is indexed
    without those fields and the failure is reported. So is a declared ``date`` that was not
    understood.
    """

    language: Language
    organizations: tuple[Organization, ...] = ()
    themes: tuple[Theme, ...] = ()
    published: PublicationDate | None = None
    mentioned: tuple[MentionedDate, ...] = ()
    failures: tuple[tuple[str, str], ...] = field(default=())
    countries: tuple[Country, ...] = ()
    persons: tuple[NamedPerson, ...] = ()


class Skipped(NamedTuple):
    """A file or a record that was left out, by name and reason.

    ``kind`` is a stable word for counting, of those that docs/documents.md lists. One of kind
    ``withdrawn`` may have the ``id`` of a document that must not be found: all its versions up to
    ``version``, or all without one. One of kind ``deleted`` asks that the document ``id`` be
    deleted.
    """

    path: str
    kind: str
    reason: str
    id: str = ""
    version: str = ""


def page_at(pages: Sequence[int], character: int) -> int | None:
    """Return the number, from 1, of the page that has a character; None without pages."""
    return max(1, bisect_right(pages, character)) if pages else None


class Standing(NamedTuple):
    """Where a document of an index came from, and its version."""

    path: str
    version: str


def newer(version: str, than: str) -> bool:
    """Return whether a version follows another: numbers by value, other words in their order."""
    return _version_key(version) > _version_key(than)


def _version_key(version: str) -> list[tuple[int, str]]:
    return [
        (int(word), "") if word.isdigit() and word.isascii() else (-1, word)
        for word in _VERSION_WORDS.findall(version[:_MAX_VERSION])
    ]


MAX_OPENING: Final = 90


def opening(text: str) -> str:
    """Return the first words of a text, at most ``MAX_OPENING`` characters of them."""
    first = " ".join(text[: 4 * MAX_OPENING].split())
    if len(first) <= MAX_OPENING:
        return first
    return f"{first[:MAX_OPENING].rsplit(' ', 1)[0]} …"
