"""Front matter: ``key: value`` lines between two lines ``---`` at the top of a text.

Plain text, with optional front matter.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from index.document import Document, Skipped
from index.readers.content import decode, read_whole
from index.readers.mapping import mapper
from index.readers.source import ReadOptions, SourceFile

_FENCE: Final = re.compile(r"---[ \t]*$")
_END: Final = re.compile(r"(?:---|\.\.\.)[ \t]*$")
_PAIR: Final = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*))?$")
_ENCODING: Final = re.compile(rb"^(?:encoding|charset)[ \t]*:[ \t]*[\"']?([\w.:-]+)", re.M | re.I)
_MAX_LINES: Final = 100
_HEAD: Final = 8192


def split(text: str) -> tuple[Mapping[str, object], str]:
    """Return the values of the front matter and the text below; no values if there is none.

    Keys are in lower case. Values may be quoted; ``[a, b]`` and lines ``- a`` below a key are
    lists; lines that begin with ``#`` are comments. What looks different is no front matter and
    stays in the text.
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
            held = values[key]
            values[key] = [*held, item] if isinstance(held, list) else [item]
        else:
            return {}, text
    return {}, text


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that front matter declares, read before anything can be decoded."""
    if not data.startswith(b"---"):
        return None
    head = data[:_HEAD]
    end = re.search(rb"^(?:---|\.\.\.)[ \t]*\r?$", head[3:], re.M)
    found = _ENCODING.search(head[: end.start() + 3] if end else head)
    return found[1].decode("ascii", "replace") if found else None


def _unquoted(value: str) -> object:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(item.strip()) for item in value[1:-1].split(",") if item.strip()]
    return value


def read_text(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a text file."""
    data = read_whole(file.path, options.max_bytes)
    text = decode(data, declared_encoding(data), options.encoding)
    values, body = split(text)
    # The text is the body, whatever the front matter or the user call it elsewhere.
    names = mapper({**options.mapping, "text": "\x00"})
    yield names.document({**values, "\x00": body}, file.id, file.name)
