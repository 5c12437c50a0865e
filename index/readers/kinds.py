"""What a file is, told by its content: signatures, then structure.

A kind is a key of ``BY_CONTENT``. The name of a file decides only between plain texts: formats that
content cannot tell apart are those of ``FORMATS``, by suffix.
"""

import re
import zipfile
import zlib
from typing import Final

from index.readers.content import RefusedError, opened
from index.readers.encodings import byte_order_mark, unmarked_utf_16
from index.readers.formats import BY_CONTENT, Format, SourceFile, format_of

_HEAD: Final = 16 * 1024
_SIGNATURES: Final = (
    (b"\x1f\x8b", "compressed"),
    (b"BZh", "compressed"),
    (b"\xfd7zXZ\0", "compressed"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"{\\rt", "rtf"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"WARC/", "warc"),
    (b"filedesc://", "warc"),
)
_TAR_MARK: Final = slice(257, 262)


def format_by_content(file: SourceFile) -> Format | None:
    """Return the format of a file; None if no format reads it. Raises what ``opened`` does."""
    with opened(file) as (stream, _):
        head = stream.peek(_HEAD)[:_HEAD]
        if len(head) < _HEAD:  # a decompressing stream peeks as far as its first block
            head = stream.read(_HEAD)
    if not head:
        raise RefusedError("empty", "it is empty")
    kind = kind_of(head, file)
    return BY_CONTENT[kind] if kind in BY_CONTENT else format_of(file.path.name)


def kind_of(head: bytes, file: SourceFile) -> str:
    """Return the kind of a file from the bytes it begins with; empty if they do not tell."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    kind = next((kind for mark, kind in _SIGNATURES if head.startswith(mark)), "")
    if kind:
        return kind
    if head[_TAR_MARK] == b"ustar":
        return "tar"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_ole(file)
    return _kind_of_text(head, file)


# Zip and OLE: what they hold

_MIME_TYPES: Final = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_STREAMS: Final = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
    ("EncryptedPackage", "locked"),
    ("EncryptionInfo", "locked"),
)


def _kind_of_zip(file: SourceFile) -> str:
    try:
        with opened(file) as (stream, _), zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < _MAX_MIME_TYPE:
                mime_type = archive.read("mimetype").decode("ascii", "replace").strip()
                mime_type = mime_type.removesuffix("-template")
                if mime_type in _MIME_TYPES:
                    return _MIME_TYPES[mime_type]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, ValueError):
        return "zip"
    if "[Content_Types].xml" in names:
        if "xl/workbook.bin" in names:
            return "xlsb"
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind
    if "META-INF/container.xml" in names:
        return "epub"
    if any(name.endswith(".iwa") for name in names) or "Index.zip" in names:
        return "iwork"
    if any(name.startswith("archive/") and ".warc" in name for name in names):
        return "wacz"
    return "zip"


_MAX_MIME_TYPE: Final = 200


def _kind_of_ole(file: SourceFile) -> str:
    import olefile

    with opened(file) as (stream, _):
        try:
            with olefile.OleFileIO(stream) as ole:
                for name, kind in _STREAMS:
                    if ole.exists(name):
                        return kind
        except (OSError, ValueError, IndexError, TypeError):
            return "ole"
    return "ole"


# Text

# Atomic: what stands before the root is divided in one way only, however many comments there are.
_ROOT: Final = re.compile(
    r"(?>\s+|\ufeff|<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s[^\[>]*(?:\[.*?\]\s*)?>)*+"
    r"<([\w.-]+:)?([\w.-]+)",
    re.S | re.I,
)
_ROOTS: Final = {
    **dict.fromkeys(("rss", "RDF", "feed"), "feed"),
    **dict.fromkeys(
        [
            "newsMessage",
            "newsItem",
            "packageItem",
            "conceptItem",
            "knowledgeItem",
            "planningItem",
            "catalogItem",
            "contentSet",
            "newsItems",
        ],
        "newsml",
    ),
    "NewsML": "newsml1",
    "nitf": "nitf",
    "mediawiki": "mediawiki",
    "html": "html",
}
_FEEDS: Final = ("http://purl.org/rss/", "http://www.w3.org/2005/Atom", "<rss", "purl.org/atom/")
_MAIL_SUFFIXES: Final = (".eml", ".mht", ".mhtml", ".emlx")
_MAIL_FOLDERS: Final = ("cur", "new")
_MAIL_HEADER: Final = re.compile(r"([!-9;-~]+)[ \t]*:")
_MAIL_HEADERS: Final = frozenset(
    ("from", "date", "subject", "to", "message-id", "received", "return-path", "mime-version")
) | {"delivered-to", "reply-to", "content-type"}
_ONLY_IN_MAIL: Final = frozenset(("message-id", "received", "return-path", "mime-version"))
_POSTMARK: Final = re.compile(r"From (?:-[ \t]*|\S.*\d:\d\d.*)\n(?:>?[!-9;-~]+[ \t]*:)")
_WIRE: Final = re.compile(
    r"[\x16\x7f\x00\s]*(?:\x01\s*[A-Za-z]{1,5}\s?\d{3,5}[\s\x1f]"
    r"|[a-z]{2,4}\d{3,5} \d [a-z]{1,2} +\d{1,5} )"
)
_SUBTITLE: Final = re.compile(r"\s*\d+[ \t]*\n\d+:\d\d:\d\d[,.]\d+ *--> *\d+:\d\d:\d\d")
_MARKDOWN: Final = (".md", ".markdown")


def _kind_of_text(head: bytes, file: SourceFile) -> str:
    mark = byte_order_mark(head)
    encoding = (mark[0] if mark else unmarked_utf_16(head)) or "latin-1"
    text = head.decode(encoding, "replace").lstrip("\ufeff").replace("\r\n", "\n")
    text = text.removeprefix("ï»¿").lstrip("\0")
    suffix = file.path.suffix.lower()
    if text.lstrip().startswith("<"):
        return _kind_of_xml(text, suffix)
    if text.startswith("WEBVTT"):
        return "vtt"
    if _SUBTITLE.match(text):
        return "srt"
    if _WIRE.match(text):
        return "wire"
    if _POSTMARK.match(text):
        return "mbox"
    if _is_mail(text, suffix in _MAIL_SUFFIXES or file.path.parent.name in _MAIL_FOLDERS):
        return "mail"
    return "markdown" if suffix in _MARKDOWN else ""


def _kind_of_xml(text: str, suffix: str) -> str:
    root = _ROOT.match(text)
    kind = _ROOTS.get(root[2], "") if root else ""
    if not kind and root:
        kind = "html" if root[2].lower() == "html" else ""
    if kind == "feed":
        if "://wordpress.org/export/" in text:
            return "wxr"
        if not any(mark in text for mark in _FEEDS):
            return "" if suffix != ".xml" else "xml"
    if kind == "html" and format_of(f"a{suffix}"):
        return ""  # a page under the name of a page, or of a text that holds one
    if not kind and text.lstrip()[:9].lower() == "<!doctype" and "html" in text[:200].lower():
        return "" if format_of(f"a{suffix}") else "html"
    return kind or ("xml" if suffix == ".xml" else "")


def _is_mail(text: str, expected: bool) -> bool:
    """Return whether a text begins with the header of a mail; less is asked if one is expected."""
    names: set[str] = set()
    for line in text.lstrip().split("\n")[:_MAX_HEADER_LINES]:
        if line.startswith((" ", "\t")) and names:
            continue
        header = _MAIL_HEADER.match(line)
        if header is None:
            if line.strip() and not expected:
                return False
            break
        names.add(header[1].lower())
    known = names & _MAIL_HEADERS
    return len(known) >= (1 if expected else 3) and (expected or bool(names & _ONLY_IN_MAIL))


_MAX_HEADER_LINES: Final = 200
