"""Plain text, with optional front matter: ``key: value`` lines between two lines ``---``.

Front matter is parsed by hand and not as YAML: values must stay as written (YAML makes a date of
``2019-11-14``, a boolean of ``no``), and ``title: Rabat : une réunion`` is an error in YAML.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from index.document import Document, Skipped
from index.readers.content import clean, clean_line, read_whole
from index.readers.encodings import decode
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mapping import Mapper, encoding_notes, noted
from index.readers.markup import unescaped

_FENCE: Final = re.compile(r"---[ \t]*$")
_END: Final = re.compile(r"(?:---|\.\.\.)[ \t]*$")
_PAIR: Final = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?$")
_END_OF_BYTES: Final = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.M)
_ENCODING: Final = re.compile(rb"^(?:encoding|charset)[ \t]*:[ \t]*[\"']?([\w.:-]+)", re.M | re.I)
_MAX_LINES: Final = 100
_HEAD: Final = 8192
"""Bytes in which an encoding may be declared."""
_BODY: Final = "\x00"
"""The name of the text below the front matter: no key of front matter has it."""


def read_text(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a text file."""
    data = read_whole(file, options.max_bytes)
    text, notes = decode(data, _declared_encoding(data), options.encoding)
    values, body = _split(text)
    names = Mapper({**options.mapping, "text": _BODY}, options.max_characters)
    document = names.document({**values, _BODY: body}, file.id, file.name)
    yield noted(document, encoding_notes(notes))


_TITLE_LINE: Final = re.compile(r"#{1,6}\s+(.+?)\s*#*\s*$", re.M)
_MARKS: Final = (
    (re.compile(r"^(?:```|~~~).*$", re.M), ""),
    (re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?=\S))", re.M), ""),
    (re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"(\*{1,3}|_{2,3}|`{1,2})(?=\S)([^\n]*?\S)\1"), r"\2"),
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.M), ""),
)


def read_markdown(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a Markdown file: front matter as in text, and no marks."""
    for document in read_text(file, options):
        if not isinstance(document, Document):
            yield document
            continue
        text = document.text
        heading = _TITLE_LINE.match(text)
        title = document.title or (heading[1] if heading else "")
        for mark, shown in _MARKS:
            text = mark.sub(shown, text)
        yield replace(document, title=clean_line(title), text=clean(text))


_CUE: Final = re.compile(r"^[ \t]*(?:\d+:)?\d+:\d\d[,.]\d+[ \t]*-->.*$")
_TAGS: Final = re.compile(r"</?[A-Za-z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_NOT_CUES: Final = ("WEBVTT", "NOTE", "STYLE", "REGION")


def read_subtitles(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a file of subtitles: what is said, without numbers and times."""
    text, notes = decode(read_whole(file, options.max_bytes), None, options.encoding)
    spoken: list[str] = []
    for block in re.split(r"\n[ \t]*\n", "\n".join(text.splitlines())):
        lines = block.strip("\ufeff\n").split("\n")
        cue = next((place for place, line in enumerate(lines) if _CUE.match(line)), None)
        if cue is not None and not lines[0].startswith(_NOT_CUES):
            spoken += lines[cue + 1 :]
    body = unescaped(_TAGS.sub("", "\n".join(spoken)))
    names = Mapper({"text": _BODY}, options.max_characters)
    yield noted(names.document({_BODY: body}, file.id, file.name), encoding_notes(notes))


def _split(text: str) -> tuple[Mapping[str, object], str]:
    """Return the values of the front matter, by key in lower case, and the text below it.

    Values may be quoted. ``[a, b]`` and lines ``- a`` below a key are lists; lines that begin with
    ``#`` are comments. Anything else is not front matter: there are no values then, and the text
    stays whole.
    """
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or not _FENCE.match(lines[0].rstrip("\r\n")):
        return {}, text
    values: dict[str, object] = {}
    key = ""
    for number, raw in enumerate(lines[1 : _MAX_LINES + 1], start=1):
        line = raw.rstrip()
        pair = _PAIR.match(line)
        if _END.match(line):
            return values, "".join(lines[number + 1 :])
        if not line or line.startswith("#"):
            continue
        if pair:
            key = pair[1].lower()
            values[key] = _unquoted((pair[2] or "").strip())
        elif line.lstrip().startswith("- ") and key:
            item = _unquoted(line.lstrip()[2:].strip())
            items = values[key]
            values[key] = [*items, item] if isinstance(items, list) else [item]
        else:
            break
    return {}, text


def _declared_encoding(data: bytes) -> str | None:
    """Return the encoding that the front matter declares, read before the text is decoded."""
    if not data.startswith(b"---"):
        return None
    head = data[:_HEAD]
    end = _END_OF_BYTES.search(head[3:])
    declaration = _ENCODING.search(head[: end.start() + 3] if end else head)
    return declaration[1].decode("ascii", "replace") if declaration else None


def _unquoted(value: str) -> object:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(item.strip()) for item in value[1:-1].split(",") if item.strip()]
    return value
