"""Outlook: messages in .msg files (MAPI properties over OLE), and winmail.dat (TNEF)."""

import email
import email.policy
import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from index.document import Document, Mail, Person, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.formats import ReadOptions, SourceFile
from index.readers.mail import Attachment, answered_ids, message_ids, text_of_bytes
from index.readers.markup import plain
from index.readers.ole import code_page, decoded, ole_file, rtf_text
from index.readers.reading import document, read_part, unique

_SUBJECT, _SENDER, _SENDER_NAME, _BODY, _HTML, _RTF = 0x0037, 0x0042, 0x0C1A, 0x1000, 0x1013, 0x1009
_MESSAGE_ID: Final = 0x1035
_SENDER_ADDRESSES: Final = (0x5D01, 0x5D02, 0x0C1F, 0x0065)
_NAME, _ADDRESSES, _RECIPIENT_TYPE = 0x3001, (0x39FE, 0x3003), 0x0C15
_TO, _CC = 1, 2
_REFERENCES, _IN_REPLY_TO, _HEADERS = 0x1039, 0x1042, 0x007D
_DATES: Final = (0x0039, 0x0E06, 0x3007)
_CODE_PAGES: Final = (0x3FFD, 0x3FDE)
_NAMES: Final = (0x3707, 0x3704, 0x3001)
_DATA: Final = 0x3701
_CONTENT_ID, _HIDDEN_FLAG = 0x3712, 0x7FFE
_UNICODE, _BYTES_STRING, _BINARY, _OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_MAX_DEPTH: Final = 10


class _Properties:
    """The properties of a message or of an attachment inside an OLE file."""

    def __init__(self, ole: Any, prefix: str, header: int, encoding: str = "") -> None:
        self._ole = ole
        self._prefix = prefix
        data = self._stream("__properties_version1.0") or b""
        self._fixed: dict[int, bytes] = {}
        for at in range(header, len(data) - 15, 16):
            (tag,) = struct.unpack_from("<I", data, at)
            self._fixed[tag >> 16] = data[at + 8 : at + 16]
        number = next((self._fixed[id] for id in _CODE_PAGES if id in self._fixed), b"\0" * 4)
        self.encoding = encoding or code_page(struct.unpack_from("<I", number)[0])

    def _stream(self, name: str) -> bytes | None:
        path = self._prefix + name
        if not self._ole.exists(path):
            return None
        data: bytes = self._ole.openstream(path).read()
        return data

    def binary(self, id: int) -> bytes:
        """Return a property of bytes; none if it is missing."""
        return self._stream(f"__substg1.0_{id:04X}{_BINARY:04X}") or b""

    def text(self, id: int) -> str:
        """Return a property of characters; empty if it is missing."""
        wide = self._stream(f"__substg1.0_{id:04X}{_UNICODE:04X}")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._stream(f"__substg1.0_{id:04X}{_BYTES_STRING:04X}")
        return decoded(narrow, self.encoding).rstrip("\0") if narrow else ""

    def moment(self, id: int) -> str:
        """Return a property of time as ISO 8601; empty if it is missing."""
        return _moment(self._fixed.get(id, b""))

    def number(self, id: int) -> int:
        """Return a property of a number; 0 if it is missing."""
        return int.from_bytes(self._fixed.get(id, b"")[:4], "little")

    def flag(self, id: int) -> bool:
        """Return whether a property is true."""
        return any(self._fixed.get(id, b"")[:2])


def _moment(data: bytes) -> str:
    ticks = struct.unpack("<Q", data)[0] if len(data) == 8 else 0
    try:
        moment = _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return ""
    return moment.replace(microsecond=0).isoformat() if ticks else ""


def read_msg(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a .msg file, and those of its attachments."""
    with ole_file(file, options) as ole:
        yield from _message(file, options, ole, "", 32, None)


def _message(
    file: SourceFile,
    options: ReadOptions,
    ole: Any,
    prefix: str,
    header: int,
    parent: Document | None,
) -> Iterator[Document | Skipped]:
    of = _Properties(ole, prefix, header)
    text = of.text(_BODY)
    if not text.strip():
        page = of.binary(_HTML)
        text = plain(text_of_bytes(page, of.encoding) if page else of.text(_HTML))
    if not text.strip() and of.binary(_RTF):
        text = _compressed_rtf(of.binary(_RTF), of.encoding)
    made = document(
        file,
        options,
        id=of.text(_MESSAGE_ID).strip("<> ") if parent is None else "",
        text=text,
        title=of.text(_SUBJECT) or ("message" if not text.strip() else ""),
        date=next(filter(None, map(of.moment, _DATES)), ""),
        authors=[of.text(_SENDER_NAME) or of.text(_SENDER)],
        mail=_mail(ole, of, prefix),
    )
    if parent is not None:
        from dataclasses import replace

        made = replace(made, parent=parent.id)
    yield made
    folders = {
        path[prefix.count("/")]
        for path in ole.listdir()
        if "/".join(path).startswith(f"{prefix}__attach_version1.0_")
    }
    attachments = [(f"{prefix}{folder}/", folder) for folder in sorted(folders)]
    properties = [_Properties(ole, path, 8, of.encoding) for path, _ in attachments]
    labels = [next(filter(None, map(one.text, _NAMES)), "attachment") for one in properties]
    for (path, _), one, label in zip(attachments, properties, unique(labels), strict=True):
        inner = f"{path}__substg1.0_{_DATA:04X}{_OBJECT:04X}/"
        if ole.exists(f"{inner}__properties_version1.0"):
            if prefix.count("/") > 2 * _MAX_DEPTH:
                yield Skipped(f"{file.name}!{label}", "huge", "it is nested too deeply")
                continue
            part = file._replace(name=f"{file.name}!{label}", id=f"{file.id}!{label}")
            yield from _message(part, options, ole, inner, 24, made)
        elif not (one.text(_CONTENT_ID) and one.flag(_HIDDEN_FLAG)):
            yield from read_part(file, label, one.binary(_DATA), options, made)


def _mail(ole: Any, of: _Properties, prefix: str) -> Mail:
    """Return who wrote a message to whom, and what it answers."""
    sender = Person(of.text(_SENDER_NAME) or of.text(_SENDER), _address(of, _SENDER_ADDRESSES))
    people: dict[int, list[Person]] = {_TO: [], _CC: []}
    depth = prefix.count("/")
    folders = {path[depth] for path in ole.listdir() if _is_recipient("/".join(path), prefix)}
    for folder in sorted(folders)[:_MAX_RECIPIENTS]:
        one = _Properties(ole, f"{prefix}{folder}/", 8, of.encoding)
        person = Person(one.text(_NAME), _address(one, _ADDRESSES))
        people.setdefault(one.number(_RECIPIENT_TYPE), []).append(person)
    answered = f"{of.text(_REFERENCES)} {of.text(_IN_REPLY_TO)}"
    if not answered.strip():
        headers = email.message_from_string(of.text(_HEADERS), policy=email.policy.compat32)
        return Mail((sender,), tuple(people[_TO]), tuple(people[_CC]), answered_ids(headers))
    return Mail((sender,), tuple(people[_TO]), tuple(people[_CC]), message_ids(answered))


_MAX_RECIPIENTS: Final = 1_001


def _is_recipient(path: str, prefix: str) -> bool:
    return path.startswith(f"{prefix}__recip_version1.0_")


def _address(of: _Properties, ids: tuple[int, ...]) -> str:
    """Return an address of the Internet; those of a directory (``/O=…``) are none."""
    return next((text for text in map(of.text, ids) if "@" in text), "")


# Compressed RTF, [MS-OXRTFCP]

_RTF_START: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_UNCOMPRESSED: Final = b"MELA"
_WINDOW: Final = 4096
_MAX_RTF: Final = 64 * 1024 * 1024


def _compressed_rtf(data: bytes, encoding: str) -> str:
    """Return the text of RTF that Outlook compressed."""
    if data[8:12] == _UNCOMPRESSED:
        return rtf_text(data[16:].decode("latin-1"), encoding)
    window = bytearray(_RTF_START.ljust(_WINDOW, b"\0"))
    write = len(_RTF_START)
    output = bytearray()
    at = 16
    while at < len(data) and len(output) < _MAX_RTF:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(data):
                    break
                reference = data[at] << 8 | data[at + 1]
                at += 2
                read, length = reference >> 4, (reference & 15) + 2
                if read == write:
                    return rtf_text(output.decode("latin-1"), encoding)
                for step in range(length):
                    byte = window[(read + step) % _WINDOW]
                    output.append(byte)
                    window[write] = byte
                    write = (write + 1) % _WINDOW
            else:
                if at >= len(data):
                    break
                output.append(data[at])
                window[write] = data[at]
                write = (write + 1) % _WINDOW
                at += 1
    return rtf_text(output.decode("latin-1"), encoding)


# TNEF, [MS-OXTNEF]

_TITLE, _ATTACHMENT_DATA, _ATTACHMENT_BEGINS = 0x8010, 0x800F, 0x9002
_TNEF_SUBJECT, _TNEF_BODY, _TNEF_PROPERTIES, _ATTACHMENT_PROPERTIES = 0x8004, 0x800C, 0x9003, 0x9005
_TNEF_CODE_PAGE: Final = 0x9007


def read_tnef(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a winmail.dat file if it has a text, and those of its files."""
    data = read_bytes(file, options.max_bytes)
    encoding, subject, text = "cp1252", "", ""
    attachments: list[Attachment] = []
    message: Mapping[int, bytes] = {}
    for id, value in _attributes(data):
        if id == _TNEF_CODE_PAGE and len(value) >= 4:
            encoding = code_page(struct.unpack_from("<I", value)[0])
        elif id == _TNEF_SUBJECT:
            subject = decoded(value, encoding).rstrip("\0")
        elif id == _TNEF_BODY:
            text = decoded(value, encoding).rstrip("\0")
        elif id == _TNEF_PROPERTIES:
            message = _mapi(value)
        elif id == _ATTACHMENT_BEGINS:
            attachments.append(Attachment("", b""))
        elif attachments and id == _TITLE and not attachments[-1].name:
            name = decoded(value, encoding).rstrip("\0")
            attachments[-1] = attachments[-1]._replace(name=name)
        elif attachments and id == _ATTACHMENT_DATA:
            attachments[-1] = attachments[-1]._replace(data=value)
        elif attachments and id == _ATTACHMENT_PROPERTIES:
            names = _mapi(value)
            name = next((_wide(names[key], encoding) for key in _NAMES if key in names), "")
            attachments[-1] = attachments[-1]._replace(name=name or attachments[-1].name)
    if not text and _RTF in message:
        text = _compressed_rtf(message[_RTF], encoding)
    if not text and _HTML in message:
        text = plain(text_of_bytes(message[_HTML], encoding))
    if not attachments and not text.strip():
        raise RefusedError("empty", "it has no text and no files")
    made = document(
        file, options, text=text, title=subject or ("" if text.strip() else file.path.stem)
    )
    yield made
    names_of = unique(one.name or "attachment" for one in attachments)
    for name, one in zip(names_of, attachments, strict=True):
        yield from read_part(file, name, one.data, options, made)


def _wide(value: bytes, encoding: str) -> str:
    text = value.decode("utf-16-le", "replace") if b"\0" in value[:4] else decoded(value, encoding)
    return text.rstrip("\0")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield identifiers and values of TNEF attributes, as far as the data go."""
    at = 6
    while at + 9 <= len(data):
        id, length = struct.unpack_from("<xHxxI", data, at)
        yield id, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


_SIZES: Final = {0x0002: 4, 0x0003: 4, 0x000A: 4, 0x000B: 4, 0x0004: 4}
_EIGHT: Final = frozenset((0x0005, 0x0006, 0x0007, 0x0014, 0x0040))
_VARIABLE: Final = frozenset((_BYTES_STRING, _UNICODE, _BINARY, _OBJECT))
_MAX_VALUES: Final = 10_000


def _mapi(data: bytes) -> dict[int, bytes]:
    """Return the properties of a TNEF attribute that have bytes or characters, by id."""
    found: dict[int, bytes] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, _MAX_VALUES)):
            kind, id = struct.unpack_from("<HH", data, at)
            at += 4
            if id >= 0x8000:  # named: a GUID, then a number or a name
                (is_name,) = struct.unpack_from("<I", data, at + 16)
                at += 20
                if is_name:
                    (length,) = struct.unpack_from("<I", data, at)
                    at += 4 + (length + 3) // 4 * 4
                else:
                    at += 4
            several, kind = bool(kind & 0x1000), kind & 0x0FFF
            values = 1
            if several or kind in _VARIABLE:
                (values,) = struct.unpack_from("<I", data, at)
                at += 4
            for _ in range(min(values, _MAX_VALUES)):
                if kind in _VARIABLE:
                    (length,) = struct.unpack_from("<I", data, at)
                    found.setdefault(id, data[at + 4 : at + 4 + length])
                    at += 4 + (length + 3) // 4 * 4
                else:
                    at += 8 if kind in _EIGHT else 16 if kind == 0x0048 else _SIZES.get(kind, 4)
    except struct.error:
        pass
    return found
