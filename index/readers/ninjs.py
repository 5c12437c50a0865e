"""Items of news agencies in JSON: ninjs 1 to 3, and the archive of Superdesk."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError
from index.readers.formats import ReadOptions, SourceFile
from index.readers.items import author, given, item, moment
from index.readers.mapping import usable_id
from index.readers.markup import plain

_IDS: Final = ("uri", "guid", "_id", "altids")
_MARKS: Final = frozenset(
    ("versioncreated", "versionCreated", "pubstatus", "pubStatus", "contentcreated", "bodies")
) | {"contentCreated", "headlines", "firstcreated", "firstCreated", "body_xhtml", "body_html"}
_DATES: Final = tuple(
    name
    for stem in ("version", "content", "first")
    for name in (f"{stem}created", f"{stem}Created")
)
_BODIES: Final = ("body_html", "body_xhtml", "body_text", "body_nitf", "body_xml")
_CAPTIONS: Final = ("description_text", "description_html", "description_caption", "abstract")


def is_item(record: object) -> bool:
    """Return whether a record is an item of an agency."""
    return (
        isinstance(record, Mapping)
        and any(name in record for name in _IDS)
        and len(_MARKS.intersection(record)) >= 2
    )


def read_item(
    record: Mapping[str, Any], file: SourceFile, options: ReadOptions
) -> Iterator[Document | Skipped]:
    """Yield the document of an item, and those of its associations: pictures with their captions.

    Of an item that must not be found, only that is told.
    """
    made = _item(record, file, options)
    yield made
    if isinstance(made, Skipped):
        return
    for key, one in _associations(record):
        part = file._replace(name=f"{file.name}!{key}", id=usable_id(f"{file.id}!{key}"))
        try:
            inner = _item(one, part, options)
        except RefusedError as refused:
            inner = Skipped(part.name, refused.kind, refused.reason)
        yield replace(inner, parent=made.id) if isinstance(inner, Document) else inner


def _associations(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    given = record.get("associations")
    pairs = given.items() if isinstance(given, Mapping) else enumerate(_list(given), 1)
    for key, one in pairs:
        if isinstance(one, Mapping):
            yield _text(one.get("name")) or _text(key), one


def _item(record: Mapping[str, Any], file: SourceFile, options: ReadOptions) -> Document | Skipped:
    status = _text(record.get("pubstatus") or record.get("pubStatus"))
    state = _text(record.get("state"))
    if state and state not in ("published", "corrected"):
        status = state
    embargo = record.get("embargoed")
    return item(
        file,
        options,
        id=next(filter(None, (_text(record.get(name)) for name in _IDS[:3])), ""),
        version=_text(record.get("version") or record.get("_current_version")),
        text=_body(record),
        title=" ".join(plain(_title(record)).split()),
        date=next(filter(None, (moment(_text(record.get(name))) for name in _DATES)), ""),
        language=_text(record.get("language")),
        source=_named(record.get("provider") or record.get("infosources") or record.get("source")),
        url=_text(record.get("canonicalurl") or record.get("url")),
        dateline=_text(_mapping(record.get("dateline")).get("text") or record.get("located")),
        authors=[author(plain(_text(record.get("byline") or record.get("by"))))],
        tags=list(_tags(record)),
        status=status,
        embargo=None if embargo is None else moment(_text(embargo)),
        given=given(
            subjects=_codes(record),
            organizations=_names(record, "organisation", "organisations", "organization"),
            persons=_names(record, "person", "people", "persons"),
            places=_names(record, "place", "places"),
            keywords=map(_text, _list(record.get("keywords"))),
            slug=_text(record.get("slugline")),
            urgency=_text(record.get("urgency")),
            note=plain(_text(record.get("ednote") or record.get("correction"))),
            corrected=state == "corrected",
        ),
    )


def _codes(record: Mapping[str, Any]) -> Iterator[str]:
    for one in (*_list(record.get("subject")), *_list(record.get("subjects"))):
        subject = _mapping(one)
        yield _text(subject.get("code") or subject.get("qcode") or subject.get("uri"))


def _names(record: Mapping[str, Any], *fields: str) -> Iterator[str]:
    for field in fields:
        for one in _list(record.get(field)):
            yield _named(one)


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _main(values: object) -> str:
    """Return the value with the role main of a list, or else the first."""
    items = [one for one in map(_mapping, _list(values)) if _text(one.get("value"))]
    items.sort(key=lambda one: _text(one.get("role")).rpartition(":")[2] not in ("", "main"))
    return _text(items[0].get("value")) if items else ""


def _title(record: Mapping[str, Any]) -> str:
    return (
        _text(record.get("headline"))
        or _main(record.get("headlines"))
        or _text(record.get("title"))
        or _text(record.get("name"))
        or _text(record.get("slugline"))
    )


def _body(record: Mapping[str, Any]) -> str:
    body = next(filter(None, (_text(record.get(name)) for name in _BODIES)), "")
    body = body or _main(record.get("bodies"))
    captions = (_text(record.get(name)) for name in _CAPTIONS)
    return plain(body or next(filter(None, captions), "") or _main(record.get("descriptions")))


def _named(value: object) -> str:
    for one in _list(value):
        found = _text(_mapping(one).get("name") or _mapping(one).get("literal") or one)
        if found:
            return found
    return ""


def _tags(record: Mapping[str, Any]) -> Iterator[str]:
    for one in (*_list(record.get("subject")), *_list(record.get("subjects"))):
        subject = _mapping(one)
        for value in (
            subject.get("code") or subject.get("qcode") or subject.get("uri"),
            subject.get("name"),
        ):
            if _text(value):
                yield _text(value)
    yield from filter(None, map(_text, _list(record.get("keywords"))))
    yield _text(record.get("slugline"))
