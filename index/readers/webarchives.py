"""Archives of the web: WARC, ARC and WACZ. Every captured page is a file of its own."""

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from index.document import Skipped
from index.readers.content import RefusedError, opened
from index.readers.formats import ReadOptions, SourceFile
from index.readers.reading import part_of

_READ: Final = (
    "html",
    "pdf",
    "text/plain",
    "msword",
    "officedocument",
    "opendocument",
    "rss",
    "atom",
)
_NOT_READ: Final = ("javascript", "css", "json")
_FOUND: Final = frozenset(("response", "resource"))


def split_warc(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the pages and documents that a WARC or ARC file has captured.

    Redirections, revisits, requests, pictures, scripts and style sheets are none.
    """
    with opened(file) as (stream, _):
        yield from _records(file, stream, options)


def _records(file: SourceFile, stream: Any, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    met: set[str] = set()
    try:
        for record in ArchiveIterator(stream, arc2warc=True):
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type not in _FOUND or not _is_page(record) or address in met:
                continue
            met.add(address)
            data = record.content_stream().read(options.max_bytes + 1)
            if len(data) > options.max_bytes:
                reason = f"it is larger than {options.max_bytes:,} bytes"
                yield Skipped(f"{file.name}!{address}", "huge", reason)
                continue
            if data.strip():
                part = part_of(file, address or "page", data, options)
                if isinstance(part, SourceFile):
                    captured = record.rec_headers.get_header("WARC-Date") or ""
                    part = part._replace(
                        path=part.path.with_name(_name(address, record)),
                        captured=captured,
                        url=address,
                    )
                yield part
    except ArchiveLoadFailed as error:
        raise RefusedError("broken", f"it is no whole web archive ({error})") from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise RefusedError("broken", "the web archive is cut short or damaged") from error


def _is_page(record: Any) -> bool:
    if record.http_headers is not None and record.http_headers.get_statuscode()[:1] != "2":
        return False
    kind = _content_type(record)
    return any(one in kind for one in _READ) and not any(one in kind for one in _NOT_READ)


def _content_type(record: Any) -> str:
    headers = record.http_headers or record.rec_headers
    return str(headers.get_header("Content-Type") or "").lower()


def _name(address: str, record: Any) -> str:
    """Return a name of a file for a page: its address may end in anything."""
    last = unquote(urlsplit(address).path).rpartition("/")[2]
    kind = _content_type(record)
    if "html" in kind:
        return f"{last.partition('.')[0] or 'page'}.html"
    return last or ("page.txt" if "text/plain" in kind else "page")


def split_wacz(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the pages of a WACZ file: those of its WARC files."""
    try:
        with opened(file) as (stream, _), zipfile.ZipFile(stream) as archive:
            pages = _pages(archive, options)
            for name in archive.namelist():
                if name.startswith("archive/") and not name.endswith("/"):
                    with archive.open(name) as member:
                        for part in _records(file, member, options):
                            if pages and isinstance(part, SourceFile) and part.url not in pages:
                                continue
                            yield part
    except zipfile.BadZipFile as error:
        raise RefusedError("broken", f"it is no whole WACZ file ({error})") from error


def _pages(archive: zipfile.ZipFile, options: ReadOptions) -> set[str]:
    """Return the addresses of the pages that a WACZ file lists."""
    from index.readers.containers import read_member

    pages: set[str] = set()
    for name in ("pages/pages.jsonl", "pages/extraPages.jsonl"):
        if name not in archive.NameToInfo:
            continue
        for line in read_member(archive, name, options.max_bytes).splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict) and isinstance(value.get("url"), str):
                pages.add(value["url"])
    return pages
