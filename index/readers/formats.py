"""The registry of formats, and what a reader is given: a source file and the read options.

A format is one function of this room and one line: of ``FORMATS`` where the suffix of a file's name
tells it, of ``BY_CONTENT`` where its content does, see ``kinds``. CONTRIBUTING.md says how to add
one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from index.document import Document, Skipped
from index.errors import SettingError
from index.readers.encodings import is_encoding
from index.readers.mapping import DEFAULT_NAMES

Content = bytes


@dataclass(slots=True)
class Budget:
    """What the parts of one file may still take, all together: their number and their bytes.

    If only one part is ``wanted``, by its name, no other is read, and its content is kept as
    ``found``.
    """

    parts: int
    bytes: int
    wanted: str = ""
    found: "Content | None" = None


class SourceFile(NamedTuple):
    """A file to read, or a part of one: a member of an archive, an attachment of a mail.

    ``name`` is its path as given on the command line, printable; ``container.zip!member`` for a
    part. ``id`` is the identifier of its document, or the prefix of the identifiers of its records.
    ``size`` is in bytes on disk. A part has its content in ``data``, and ``path`` is only its name;
    ``depth`` is how many containers it is in, and ``budget`` what their parts may still take. A
    page of a web archive has the address and the moment at which it was ``captured``. Records of
    one that ``may_delete`` may ask that a document be deleted.
    """

    path: Path
    name: str
    id: str
    size: int
    data: bytes | None = None
    depth: int = 0
    budget: Budget | None = None
    captured: str = ""
    url: str = ""
    may_delete: bool = False


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How documents are read.

    ``mapping`` maps a field to the name that records use for it (``{"title": "headline"}``);
    other fields keep their default names. ``max_bytes`` limits a document after decompression: a
    whole file, or one record of a file of many; ``max_characters`` limits its text. A worker
    process may use ``max_seconds`` of processor time for one document, and ``max_memory`` MiB more
    than when it began. Containers are opened to a ``max_depth``; the parts of a file may be
    ``max_parts`` and have ``max_unpacked`` MiB, all together. ``tika`` is the address of a server
    that is given what no reader reads; none is empty. ``ocr`` are the languages in which text is
    read in pictures (``fra+ara``); without it none is. So are ``ocr_pages`` of a file at most, each
    within ``ocr_seconds``, and kept in the folder ``ocr_cache``. ``encoding`` is assumed for files
    that declare none; without it the encoding is detected. Symbolic links that lead out of their
    source are left out unless ``follow_links``.
    Raises ``SettingError`` for an unknown field or encoding, and for a bound below 1.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 64 * 1024 * 1024
    max_characters: int = 5_000_000
    max_seconds: int = 60
    max_memory: int = 1024
    max_depth: int = 10
    max_parts: int = 10_000
    max_unpacked: int = 1024
    include_hidden: bool = False
    follow_links: bool = False
    encoding: str | None = None
    tika: str = ""
    ocr: str = ""
    ocr_pages: int = 200
    ocr_seconds: int = 60
    ocr_cache: str = ""

    def __post_init__(self) -> None:
        for name in self.mapping:
            if name not in DEFAULT_NAMES:
                raise SettingError(
                    f"“{name}” is not a field of a document.",
                    f"The fields are {', '.join(DEFAULT_NAMES)}.",
                )
        for value, unit in (
            (self.max_bytes, "bytes"),
            (self.max_characters, "characters"),
            (self.max_seconds, "seconds"),
            (self.max_memory, "MiB"),
            (self.max_depth, "containers"),
            (self.max_parts, "parts"),
            (self.max_unpacked, "MiB"),
            (self.ocr_pages, "pages"),
            (self.ocr_seconds, "seconds"),
        ):
            if value < 1:
                raise SettingError(
                    f"The most that one document may take cannot be {value} {unit}.",
                    f"Give a number of {unit} of at least 1.",
                )
        address = urlsplit(self.tika)
        if self.tika and (address.scheme not in ("http", "https") or not address.hostname):
            raise SettingError(
                f"“{self.tika}” is not the address of a Tika server.",
                "Give one such as http://127.0.0.1:9998 to --tika.",
            )
        if self.ocr and not _OCR_LANGUAGES.fullmatch(self.ocr):
            raise SettingError(
                f"“{self.ocr}” are not languages of Tesseract.",
                "Give their names as `tesseract --list-langs` does, such as fra+ara, to --ocr.",
            )
        if self.encoding and not is_encoding(self.encoding):
            raise SettingError(
                f"“{self.encoding}” is not the name of an encoding.",
                "Give one such as utf-8, cp1252, iso-8859-15, windows-1251 or cp1256.",
            )


_OCR_LANGUAGES: Final = re.compile(r"\w+(?:\+\w+)*", re.ASCII)

Reader = Callable[[SourceFile, ReadOptions], Iterator[Document | Skipped]]
"""Yields the documents of one file. May raise ``RefusedError`` for the file as a whole."""
Splitter = Callable[[SourceFile, ReadOptions], Iterator[SourceFile | Skipped]]
"""Yields the parts of one file that is only a container. Raises as a ``Reader``."""


class Format(NamedTuple):
    """A format: the suffixes of its files and the function that reads them.

    ``reader`` is ``MODULE.FUNCTION`` in this room; the module is imported on first use. With
    ``single`` a worker process reads the file as a whole. Large files of many records are read by
    the main process, which hands the records to the workers. With ``splits`` the function is a
    ``Splitter``, and the parts of a large file go to the workers.
    """

    suffixes: tuple[str, ...]
    reader: str
    single: bool = False
    splits: bool = False

    def load(self) -> Reader:
        """Return the function that reads a file."""
        reader: Reader = self._function()
        return reader

    def splitter(self) -> Splitter | None:
        """Return the function that splits a file into parts; None if it is no mere container."""
        splitter: Splitter | None = self._function() if self.splits else None
        return splitter

    def _function(self) -> Any:
        module, _, function = self.reader.partition(".")
        return getattr(import_module(f"index.readers.{module}"), function)


FORMATS: Final = (
    Format((".txt", ".text"), "text.read_text", single=True),
    Format((".html", ".htm", ".xhtml"), "html.read_html", single=True),
    Format((".jsonl", ".ndjson"), "records.read_json_lines"),
    Format((".json",), "records.read_json"),
    Format((".csv", ".tsv"), "records.read_table"),
)
BY_CONTENT: Final[Mapping[str, Format]] = {
    kind: Format(
        tuple(f".{suffix}" for suffix in suffixes.split()),
        reader,
        single=True,
        splits=".split_" in reader,
    )
    for kind, suffixes, reader in (
        ("compressed", "gz bz2 xz", "containers.split_compressed"),
        ("zip", "zip", "containers.split_zip"),
        ("tar", "tar", "containers.split_tar"),
        ("archive", "7z rar", "containers.read_archive"),
        ("pdf", "pdf", "pdf.read_pdf"),
        ("docx", "docx docm dotx", "office.read_docx"),
        ("xlsx", "xlsx xlsm xltx", "office.read_xlsx"),
        ("pptx", "pptx pptm ppsx", "office.read_pptx"),
        ("odt", "odt ott", "office.read_odf"),
        ("ods", "ods ots", "office.read_odf"),
        ("odp", "odp otp", "office.read_odf"),
        ("epub", "epub", "office.read_epub"),
        ("doc", "doc dot", "ole.read_doc"),
        ("xls", "xls xlt", "ole.read_xls"),
        ("xlsb", "xlsb", "ole.read_xlsb"),
        ("ppt", "ppt pps", "ole.read_ppt"),
        ("rtf", "rtf", "ole.read_rtf"),
        ("mail", "eml", "mail.read_mail"),
        ("mbox", "mbox", "mail.split_mbox"),
        ("msg", "msg oft", "outlook.read_msg"),
        ("tnef", "dat tnef", "outlook.read_tnef"),
        ("srt", "srt", "text.read_subtitles"),
        ("vtt", "vtt", "text.read_subtitles"),
        ("markdown", "md markdown", "text.read_markdown"),
        ("newsml", "xml", "agency.read_newsml"),
        ("newsml1", "xml", "agency.read_newsml1"),
        ("nitf", "xml", "agency.read_nitf"),
        ("wire", "txt", "wire.read_wire"),
        ("feed", "rss atom xml", "feeds.read_feed"),
        ("warc", "warc arc", "webarchives.split_warc"),
        ("wacz", "wacz", "webarchives.split_wacz"),
        ("mediawiki", "xml", "exports.read_mediawiki"),
        ("wxr", "xml", "exports.read_wxr"),
        ("locked", "", "containers.read_locked"),
        ("ole", "", "ole.split_ole_object"),
        ("xml", "", "containers.read_unknown"),
        ("iwork", "", "containers.read_iwork"),
        ("html", "", "html.read_html"),
        ("picture", "png jpg jpeg gif tif tiff", "ocr.read_picture"),
    )
}
"""The formats that are known by their content, by kind; see ``kinds.kind_of``."""
COMPRESSED: Final = (".gz", ".bz2", ".xz")
SUFFIXES: Final = tuple(suffix for format in FORMATS for suffix in format.suffixes)
"""The suffixes that are read, in any case; each may be followed by one of ``COMPRESSED``."""


def format_of(name: str) -> Format | None:
    """Return the format of a file from its name; None if no format reads it."""
    name = name.lower()
    if name.endswith(COMPRESSED):
        name = name.rpartition(".")[0]
    for format in FORMATS:
        if name.endswith(format.suffixes) and name not in format.suffixes:
            return format
    return None
