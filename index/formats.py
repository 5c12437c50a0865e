"""The figures of an index by format, and what of the sources is not read, with the remedy.

A format is named by the ending of the file or part: ``pdf``, ``eml``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from index.document import Skipped
from index.store import Details

_RECORD: Final = re.compile(r":\d+\Z")
_ENDING: Final = re.compile(r"\.([^\W_]{1,8})(?:\.(?:gz|bz2|xz))?\Z")
NO_ENDING: Final = "without ending"
_REMEDIES: Final = {
    "export them as .mbox or .eml, for example by readpst": "pst ost",
    "export them as PDF": "pages numbers key pub one onetoc2 vsd vsdx dwg dxf indd ai ps eps xps "
    "djvu",
    "save them as .docx, .odt or PDF": "wpd wps sxw lwp hwp abw",
    "export their tables as .csv": "mdb accdb dbf sqlite db fp7 fmp12 sav dta parquet",
    "save them as PNG or TIFF": "heic heif webp bmp psd svg raw cr2 nef",
    "transcribe them to .srt, .vtt or .txt": "mp3 wav m4a ogg flac mp4 mov avi mkv webm wmv "
    "mpg mpeg",
    "unpack them": "cab arj lzh ace iso dmg rpm deb zst lz4 z",
    "print them to PDF or save them as HTML": "chm mobi azw azw3 lit prc",
}
_REMEDY: Final = {
    ending: remedy for remedy, endings in _REMEDIES.items() for ending in endings.split()
}
_OTHERWISE: Final = "convert them to a format that is read, or name a server with --tika"


class FormatFigures(NamedTuple):
    """What an index has of one format.

    ``files`` are those that gave documents, ``parts`` the documents that lie in containers,
    ``pictures`` those with text that was read in pictures, and ``skipped`` counts what was left out
    by kind.
    """

    format: str
    files: int
    documents: int
    parts: int
    pictures: int
    skipped: Mapping[str, int]


class Unread(NamedTuple):
    """Files of a kind that no reader reads, and what to do about it."""

    ending: str
    files: int
    remedy: str


def format_of_path(path: str) -> str:
    """Return the ending of a file, or of a part of one, in small letters."""
    name = _RECORD.sub("", path).rpartition("!")[2].rpartition("/")[2]
    match = _ENDING.search(name)
    if match is None or match.start() == 0:
        return "standard input" if path.startswith("-:") else NO_ENDING
    return match[1].lower()


def by_format(details: Iterable[Details], skipped: Iterable[Skipped]) -> tuple[FormatFigures, ...]:
    """Return the figures of each format, those with most documents first.

    ``details`` are those of all documents.
    """
    files: dict[str, set[str]] = {}
    documents: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    pictures: Counter[str] = Counter()
    left_out: dict[str, Counter[str]] = {}
    for one in details:
        path = one.path
        format = format_of_path(path)
        documents[format] += 1
        parts[format] += "!" in path
        pictures[format] += one.ocr
        files.setdefault(format, set()).add(_RECORD.sub("", path))
    for item in skipped:
        left_out.setdefault(format_of_path(item.path), Counter())[item.kind] += 1
    names = sorted({*documents, *left_out}, key=lambda name: (-documents[name], name))
    return tuple(
        FormatFigures(
            name,
            len(files.get(name, ())),
            documents[name],
            parts[name],
            pictures[name],
            dict(sorted(left_out.get(name, Counter()).items())),
        )
        for name in names
    )


def unread(skipped: Iterable[Skipped]) -> tuple[Unread, ...]:
    """Return the files of unknown formats by ending, the most frequent first."""
    counts = Counter(format_of_path(item.path) for item in skipped if item.kind == "unknown")
    return tuple(
        Unread(ending, count, _REMEDY.get(ending, _OTHERWISE))
        for ending, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def unread_lines(skipped: Iterable[Skipped]) -> Iterator[str]:
    """Yield a sentence for each kind of file that is not read."""
    for ending, count, remedy in unread(skipped):
        name = f"files {ending}" if ending == NO_ENDING else f".{ending}"
        yield f"{count:,} {name}: not read; {remedy}."


def table(figures: Iterable[FormatFigures]) -> Iterator[str]:
    """Yield the figures as a table for people."""
    yield f"{'format':16} {'files':>9} {'documents':>9} {'in others':>9} {'pictures':>9}  skipped"
    for one in figures:
        reasons = ", ".join(f"{kind} {count:,}" for kind, count in one.skipped.items())
        counts = f"{one.files:>9,} {one.documents:>9,} {one.parts:>9,} {one.pictures:>9,}"
        yield f"{one.format:16} {counts}  {reasons}".rstrip()
