"""The old formats of Office over OLE: doc, ppt and xls; xlsb; and RTF."""

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import olefile

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.declared import first_line, people, title_of, written_on
from index.readers.formats import ReadOptions, SourceFile
from index.readers.reading import document, part_of, read_part

_PASSWORD: Final = "it is protected by a password"
_CODE_PAGES: Final = {65001: "utf-8", 10000: "mac_roman", 1200: "utf-16-le"}
_FAULTS: Final = (OSError, ValueError, IndexError, TypeError, struct.error, AttributeError)


@contextmanager
def ole_file(file: SourceFile, options: ReadOptions) -> Iterator[Any]:
    """Open an OLE file. Raises ``RefusedError`` for one that is damaged, here or later."""
    data = read_bytes(file, options.max_bytes)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            yield ole
    except _FAULTS as error:
        raise RefusedError("broken", f"it is damaged ({error})") from error


def code_page(number: int | None) -> str:
    """Return the encoding of a code page of Windows."""
    if not number:
        return "cp1252"
    number &= 0xFFFF
    return {20127: "cp1252", 28591: "cp1252", 936: "gb18030"}.get(
        number, _CODE_PAGES.get(number, f"cp{number}")
    )


def decoded(data: bytes, encoding: str) -> str:
    """Return characters in an encoding; in windows-1252 if there is no such."""
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _declared(ole: Any, file: SourceFile, text: str, *, shown: bool = True) -> dict[str, Any]:
    """Return the fields of the summary of an OLE file."""
    summary = ole.get_metadata()
    encoding = code_page(summary.codepage)

    def value(raw: Any) -> str:
        shown = decoded(raw, encoding) if isinstance(raw, bytes) else str(raw or "")
        return " ".join(shown.replace("\0", " ").split())

    def moment(raw: Any) -> str:
        return raw.isoformat() if isinstance(raw, datetime) else ""

    title = value(summary.title)
    created, changed = moment(summary.create_time), moment(summary.last_saved_time)
    return {
        "title": title_of([title], file.path.name, text),
        "date": written_on(created, changed, text, shown=shown),
        "tags": value(summary.keywords)[:1000],
        "authors": people([value(summary.author)]),
    }


def _embedded(
    ole: Any, file: SourceFile, options: ReadOptions, made: Document
) -> Iterator[Document | Skipped]:
    """Yield the documents that were packed into an OLE file as files with their names."""
    for path in ole.listdir():
        if path[-1] == "\x01Ole10Native":
            packed = native(ole.openstream(path).read())
            if packed:
                yield from read_part(file, *packed, options, made)


def native(data: bytes) -> tuple[str, bytes] | None:
    """Return name and content of a file that Packager embedded; None if it is damaged."""
    try:
        label, rest = data[6:].split(b"\0", 1)
        _, rest = rest.split(b"\0", 1)
        skip = struct.unpack_from("<I", rest, 4)[0]
        rest = rest[8 + skip :]
        size = struct.unpack_from("<I", rest)[0]
    except (ValueError, struct.error):
        return None
    name = decoded(label, "cp1252").replace("\\", "/").rpartition("/")[2]
    return name or "embedded", rest[4 : 4 + size]


def split_ole_object(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield what is embedded in a document of Office as an OLE object."""
    with ole_file(file, options) as ole:
        if ole.exists("\x01Ole10Native"):
            packed = native(ole.openstream("\x01Ole10Native").read())
            if packed:
                yield part_of(file, *packed, options)
                return
        for name, label in (("CONTENTS", "content"), ("Package", "package")):
            if ole.exists(name):
                yield part_of(file, label, ole.openstream(name).read(), options)
                return
    raise RefusedError("unknown", "its content is of no format that is read")


# Word

_CLX: Final = 33
_COMPLEX: Final = 0x40000000
_FIELD_CODE: Final = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x15]*))?\x15")
_IN_WORD: Final = {7: "\t", 11: "\n", 12: "\n", 13: "\n", 30: "-", 31: None} | dict.fromkeys(
    (1, 2, 3, 4, 5, 6, 8, 19, 20, 21)
)
_MAX_FIELDS: Final = 50


def read_doc(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a .doc file of Word 6 or later."""
    with ole_file(file, options) as ole:
        main = ole.openstream("WordDocument").read()
        version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 10)[0]
        if flags & 0x0100:
            raise RefusedError("password", _PASSWORD)
        if version < 0x00C1:  # Word 6 and 95
            first, last = struct.unpack_from("<II", main, 24)
            text = decoded(main[first:last], "cp1252")
        else:
            table = ole.openstream("1Table" if flags & 0x0200 else "0Table").read()
            text = _pieces(main, table, options.max_characters)
        text = _without_fields(text)
        made = document(file, options, text=text, **_declared(ole, file, text))
        yield made
        yield from _embedded(ole, file, options, made)


def _pieces(main: bytes, table: bytes, most: int) -> str:
    """Return the text that the piece table of a file of Word 97 or later puts together."""
    at = 34 + 2 * struct.unpack_from("<H", main, 32)[0]
    count = struct.unpack_from("<H", main, at)[0]
    longs = struct.unpack_from(f"<{count}I", main, at + 2)
    at += 4 + 4 * count
    offset, length = struct.unpack_from("<II", main, at + 8 * _CLX)
    clx = table[offset : offset + length]
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise RefusedError("broken", "it has no table of its text")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    pieces = clx[at + 5 : at + 5 + size]
    number = (len(pieces) - 4) // 12
    starts = struct.unpack_from(f"<{number + 1}I", pieces)
    text: list[str] = []
    for piece in range(number):
        length = starts[piece + 1] - starts[piece]
        if length <= 0 or length > 2 * most:
            continue
        position = struct.unpack_from("<I", pieces, 4 * (number + 1) + 8 * piece + 2)[0]
        if position & _COMPLEX:
            begin = (position & ~_COMPLEX) // 2
            text.append(main[begin : begin + length].decode("cp1252", "replace"))
        else:
            text.append(main[position : position + 2 * length].decode("utf-16-le", "replace"))
    whole = "".join(text)
    body, notes, headers = longs[3:6]
    return whole[: body + notes] + "\r" + whole[body + notes + headers :]


def _without_fields(text: str) -> str:
    """Return a text of Word with the results of its fields and without their codes."""
    for _ in range(_MAX_FIELDS):
        shown = _FIELD_CODE.sub(lambda field: field[1] or "", text)
        if shown == text:
            break
        text = shown
    return text.translate(_IN_WORD)


# PowerPoint

_TEXT_CHARS, _TEXT_BYTES, _MASTER = 0x0FA0, 0x0FA8, 0x03F8
_IN_SLIDES: Final = {11: "\n", 13: "\n"}
_MAX_NESTING: Final = 30
_ENCRYPTED: Final = 0xF3D1C4DF


def read_ppt(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a .ppt file: the texts of its slides, each once."""
    with ole_file(file, options) as ole:
        if ole.exists("EncryptedSummary"):
            raise RefusedError("password", _PASSWORD)
        if ole.exists("Current User"):
            user = ole.openstream("Current User").read()
            if len(user) >= 16 and struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED:
                raise RefusedError("password", _PASSWORD)
        records = _records(ole.openstream("PowerPoint Document").read())
        cleaned = (
            text.replace("\r", "\n").replace("\x0b", "\n").strip("\0 \n") for text in records
        )
        text = "\n".join(dict.fromkeys(one for one in cleaned if one not in ("", "*")))
        made = document(file, options, text=text, **_declared(ole, file, text))
        yield made
        yield from _embedded(ole, file, options, made)


def _records(data: bytes) -> Iterator[str]:
    """Yield the texts of the records of a presentation, but not those of its masters."""
    ends = [len(data)]
    at = 0
    while ends:
        if at + 8 > ends[-1]:
            at = ends.pop()
            continue
        version, kind, length = struct.unpack_from("<HHI", data, at)
        at += 8
        end = min(at + length, ends[-1])
        if version & 15 == 15 and kind != _MASTER and len(ends) < _MAX_NESTING:
            ends.append(end)
            continue
        if kind == _TEXT_CHARS:
            yield data[at:end].decode("utf-16-le", "replace")
        elif kind == _TEXT_BYTES:
            yield data[at:end].decode("latin-1")
        at = end


# Excel


def read_xls(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an .xls file."""
    with ole_file(file, options) as ole:
        text = _tables(read_bytes(file, options.max_bytes), options.max_characters)
        fields = _declared(ole, file, text.partition("\n")[2], shown=False)
        made = document(file, options, text=text, **fields)
        yield made
        yield from _embedded(ole, file, options, made)


def read_xlsb(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an .xlsb file."""
    text = _tables(read_bytes(file, options.max_bytes), options.max_characters)
    yield document(file, options, text=text, title=first_line(text.partition("\n")[2]))


def _tables(data: bytes, most: int) -> str:
    """Return the text of the sheets of a workbook. calamine may panic: in a worker only."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        lines: list[str] = []
        length = 0
        for sheet in book.sheet_names:
            lines.append(sheet)
            for row in book.get_sheet_by_name(sheet).iter_rows():
                cells = [_cell(value) for value in row]
                if any(cells):
                    lines.append("\t".join(cell for cell in cells if cell))
                    length += len(lines[-1])
                if length > most:
                    raise RefusedError("huge", f"its text is longer than {most:,} characters")
            lines.append("")
    except python_calamine.PasswordError as error:
        raise RefusedError("password", _PASSWORD) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower():
            raise RefusedError("password", _PASSWORD) from error
        raise RefusedError("broken", f"it cannot be read as a table ({error})") from error
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).strip()


# RTF

_INFO: Final = re.compile(r"\{\\(title|author|keywords)\s?((?:[^{}\\]|\\.|\{[^{}]*\})*)\}", re.S)
_CREATED: Final = re.compile(
    r"\\creatim\\yr(\d+)\\mo(\d+)\\dy(\d+)(?:\\hr(\d+))?(?:\\min(\d+))?(?:\\sec(\d+))?"
)
_ANSI: Final = re.compile(r"\\ansicpg(\d+)")
_RTF_HEAD: Final = 200_000


def read_rtf(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an RTF file."""
    source = read_bytes(file, options.max_bytes).decode("latin-1")
    ansi = _ANSI.search(source[:_RTF_HEAD])
    encoding = code_page(int(ansi[1]) if ansi else None)
    text = rtf_text(source, encoding)
    head = source[:_RTF_HEAD]
    info = {
        match[1]: rtf_text(f"{{\\rtf1{ansi[0] if ansi else ''} {match[2]}}}", encoding).strip()
        for match in _INFO.finditer(head)
    }
    created = _CREATED.search(head)
    date = ""
    if created:
        year, month, day, hour, minute, _ = (int(part or 0) for part in created.groups())
        date = f"{year:04}-{month:02}-{day:02}" + (f"T{hour:02}:{minute:02}" if created[4] else "")
    title = info.get("title", "")
    yield document(
        file,
        options,
        text=text,
        title=title_of([title], file.path.name, text),
        date=date,
        tags=info.get("keywords", ""),
        authors=people([info.get("author", "")]),
    )


def rtf_text(source: str, encoding: str) -> str:
    """Return the text of RTF."""
    from striprtf.striprtf import rtf_to_text

    try:
        text: str = rtf_to_text(source, encoding=encoding, errors="replace")
    except LookupError:
        text = rtf_to_text(source, encoding="cp1252", errors="replace")
    return text.replace("|", "\t")
