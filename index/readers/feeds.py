"""Feeds: RSS, Atom and RDF, as feedparser reads them; an entry is a document."""

import io
from collections.abc import Iterator
from time import struct_time
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mail import mail_date
from index.readers.markup import plain
from index.readers.reading import document

_ZONED: Final = ("published", "updated", "created")


def read_feed(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the entries of a feed."""
    import feedparser

    feed = feedparser.parse(io.BytesIO(read_bytes(file, options.max_bytes)))
    if not feed.entries:
        raise RefusedError("empty", "the feed has no entries")
    source = _line(feed.feed.get("title"))
    language = str(feed.feed.get("language") or "").split("-")[0].lower()
    for number, entry in enumerate(feed.entries, 1):
        part = file._replace(id=f"{file.id}:{number}", name=f"{file.name}:{number}")
        contents = [str(one.get("value") or "") for one in entry.get("content") or ()]
        longest = max([*contents, str(entry.get("summary") or "")], key=len)
        authors = [str(one.get("name") or "") for one in entry.get("authors") or ()]
        try:
            yield document(
                part,
                options,
                id=str(entry.get("id") or entry.get("link") or ""),
                text=plain(longest),
                title=_line(entry.get("title")),
                date=_date(entry),
                language=language,
                source=source,
                url=str(entry.get("link") or ""),
                authors=authors or [str(entry.get("author") or "")],
                tags=[str(tag.get("term") or "") for tag in entry.get("tags") or ()],
            )
        except RefusedError as refused:
            yield Skipped(part.name, refused.kind, refused.reason)


def _line(value: object) -> str:
    return " ".join(plain(str(value or "")).split())


def _date(entry: Any) -> str:
    """Return the date of an entry as written, or as feedparser understood it."""
    from index.calendar import read_date

    for name in _ZONED:
        written = str(entry.get(name) or "")
        if written and read_date(written):
            return written if written[:1].isdigit() else mail_date(written) or written
        parsed = entry.get(f"{name}_parsed")
        if isinstance(parsed, struct_time):
            return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6])
        if written:
            return written
    return ""
