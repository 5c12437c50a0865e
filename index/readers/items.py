"""Items of news agencies: what their states mean, their dates and by-lines.

A canceled item withdraws all its versions. A draft is withheld, and so is an item under an embargo
without end. Under another, it is a document that nobody finds before.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from index.document import Agency, Document, Skipped
from index.readers.content import clean, clean_line
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import usable_id
from index.readers.reading import document

_CANCELED: Final = frozenset(("canceled", "cancelled", "killed", "recalled", "spiked"))
_WITHHELD: Final = frozenset(
    ("withheld", "embargoed", "draft", "in_progress", "fetched", "submitted", "ingested", "routed")
) | {"scheduled", "unpublished", "under_review"}
_ISO: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_BY: Final = re.compile(r"^(?:By|Von|Par|Por|Di|De)\s+(?=\S)", re.I)
_MAX_NAME, _MAX_NAMES, _MAX_NOTE = 200, 100, 2_000
_URGENCIES: Final = tuple("123456789")
_SURE: Final = 200
_DETECTED: Final = frozenset(("ar", "de", "en", "es", "fr", "it", "pt"))
"""Characters from which on these languages are detected: agencies often declare another."""


def moment(written: str) -> str:
    """Return a date of an agency as ISO 8601: ``20160104T154334Z`` and its like."""
    match = _ISO.match(written.strip())
    if match is None:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    value = f"{year}-{month}-{day}"
    if hour:
        value += f"T{hour}:{minute}:{second or '00'}"
        if zone:
            value += zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return value


def author(line_of: str) -> str:
    """Return the author of a by-line."""
    return _BY.sub("", " ".join(line_of.split())).strip(" .,;=")


def given(
    *,
    subjects: Iterable[str] = (),
    organizations: Iterable[str] = (),
    persons: Iterable[str] = (),
    places: Iterable[str] = (),
    keywords: Iterable[str] = (),
    slug: str = "",
    urgency: str = "",
    note: str = "",
    corrected: bool = False,
) -> Agency | None:
    """Return what an agency says of an item, in bounds; None if it says nothing."""
    level = urgency.strip()
    agency = Agency(
        _names(subjects),
        _names(organizations),
        _names(persons),
        _names(places),
        _names(keywords),
        clean_line(slug)[:_MAX_NAME],
        int(level) if level in _URGENCIES else 0,
        clean(note)[:_MAX_NOTE],
        corrected,
    )
    return agency if agency != Agency() else None


def _names(values: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys(clean_line(value)[:_MAX_NAME] for value in values)
    return tuple(name for name in names if name)[:_MAX_NAMES]


def item(
    file: SourceFile,
    options: ReadOptions,
    *,
    id: str,
    text: str,
    status: str = "",
    embargo: str | None = None,
    language: str = "",
    given: Agency | None = None,
    **fields: Any,
) -> Document | Skipped:
    """Return the document of an item, or why it must not be found.

    ``given`` is what its agency says of it. ``embargo`` is a moment, or empty for one without end;
    None if there is none.
    """
    state = status.rpartition(":")[2].rpartition("/")[2].strip().lower()
    if state in _CANCELED:
        reason = f"its agency has withdrawn it ({state})"
        return Skipped(file.name, "withdrawn", reason, usable_id(id))
    if state in _WITHHELD:
        return Skipped(file.name, "withheld", f"it is not for publication ({state})")
    until = "" if embargo is None else end_of(embargo)
    if until is None:
        return Skipped(file.name, "withheld", "it is under an embargo without end")
    language = language.split("-")[0].split("_")[0].lower()
    if len(text) >= _SURE and language in _DETECTED:
        language = ""
    made = document(file, options, id=id, text=text, language=language, **fields)
    return replace(made, embargo=until, agency=given)


def end_of(embargo: str) -> str | None:
    """Return the end of an embargo in UTC; empty if it is past, None if there is no end."""
    try:
        until = datetime.fromisoformat(moment(embargo))
    except ValueError:
        return None
    until = until.astimezone(UTC) if until.tzinfo else until.replace(tzinfo=UTC)
    return until.strftime("%Y-%m-%dT%H:%M:%SZ") if until > datetime.now(UTC) else ""
