"""Mail: messages and mailboxes. Attachments, also attached messages, are documents of their own.

Headers are decoded here and not by the standard library, whose newer policies lose undeclared bytes
and need gigabytes for a hostile subject.
"""

import base64
import binascii
import email
import email.policy
import quopri
import re
from collections.abc import Iterator
from datetime import date
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final, NamedTuple

from index.document import Document, Mail, Person, Skipped
from index.readers.content import RefusedError, opened, read_bytes
from index.readers.encodings import decode, unmarked_utf_16
from index.readers.formats import ReadOptions, SourceFile
from index.readers.markup import plain
from index.readers.reading import document, part_of, read_part, unique

_CHARSETS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "shift_jis": "cp932",
}
_WORD: Final = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s+(=\?)")
_FOLDED: Final = re.compile(r"\r?\n[ \t]*")
_MAX_DEPTH: Final = 50
_SIGNATURES: Final = frozenset(
    ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
) | {"message/delivery-status", "text/rfc822-headers", "application/ms-tnef-signature"}
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAY: Final = re.compile(rf"\b(\d{{1,2}})[ -]({'|'.join(_MONTHS)})[a-z]*[ -](\d{{4}})\b", re.I)
_UUENCODED: Final = re.compile(r"^begin [0-7]{3,4} (\S.*)\n((?:[ -`]{1,61}\n)+?)[` ]?\n?end$", re.M)


class Attachment(NamedTuple):
    """A file inside a message."""

    name: str
    data: bytes


def read_mail(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a message, and those of its attachments."""
    data = read_bytes(file, options.max_bytes)
    encoding = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}.get(data[:2], unmarked_utf_16(data))
    if encoding:
        data = data.decode(encoding, "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        yield from _message(file, options, message)
    except RecursionError as error:
        raise RefusedError("huge", "its parts are nested too deeply") from error


def _message(
    file: SourceFile, options: ReadOptions, message: Message
) -> Iterator[Document | Skipped]:
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[Attachment] = []
    _walk(message, texts, pages, attachments)
    text = "\n".join(texts)
    text = _UUENCODED.sub(lambda found: _uuencoded(found, attachments), text)
    headers = {key: header(message, key) for key in ("subject", "date", "message-id")}
    mail = people_and_thread(message)
    if not text.strip():
        text = plain("\n".join(pages))
    fields: dict[str, Any] = {
        "title": headers["subject"],
        "date": mail_date(headers["date"]),
        "authors": [person.name or person.address for person in mail.sender],
        "id": headers["message-id"].strip("<> \t"),
        "tags": header(message, "keywords"),
        "mail": mail,
    }
    try:
        made = document(file, options, text=text, **fields)
    except RefusedError as refused:
        if refused.kind != "empty" or not attachments:
            raise
        made = document(file, options, text=text, **{**fields, "title": attachments[0].name})
    yield made
    names = unique(attachment.name for attachment in attachments)
    for name, attachment in zip(names, attachments, strict=True):
        yield from read_part(file, name, attachment.data, options, made)


def _walk(
    part: Message,
    texts: list[str],
    pages: list[str],
    attachments: list[Attachment],
    depth: int = 0,
) -> None:
    """Sort the parts of a message into its text, the same as HTML, and attachments."""
    if depth > _MAX_DEPTH:
        raise RefusedError("huge", f"its parts are nested more than {_MAX_DEPTH} deep")
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else None
        if isinstance(inner, Message):
            subject = header(inner, "subject") or "message"
            attachments.append(Attachment(f"{subject[:80]}.eml", _bytes(inner)))
        return
    if not part.is_multipart() and kind.startswith("multipart/"):
        part = _with_its_boundary(part)
    if part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Message):
                _walk(inner, texts, pages, attachments, depth + 1)
        return
    name = _file_name(part)
    disposition = (header(part, "content-disposition").partition(";")[0]).strip().lower()
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
        text = text_of_bytes(data, _charset(part))
        if _parameter(part, "format") == "flowed":
            text = unflowed(text, delete_spaces=_parameter(part, "delsp") == "yes")
        (texts if kind == "text/plain" else pages).append(text)
    elif kind in _SIGNATURES or not (data or name) or kind.startswith("multipart/"):
        return
    elif not (kind.startswith("image/") and part["content-id"] and disposition != "attachment"):
        attachments.append(Attachment(name or _default_name(kind), data))


_BOUNDARY: Final = re.compile(r"^--(\S[^\r\n]{0,200}?)[ \t]*\r?$", re.M)


def _with_its_boundary(part: Message) -> Message:
    """Return a part that declares another boundary than it has, parsed by the latter."""
    payload = str(part.get_payload())
    boundary = _BOUNDARY.search(payload)
    if boundary is None or '"' in boundary[1]:
        return part
    head = f'Content-Type: multipart/mixed; boundary="{boundary[1]}"\n\n'
    return email.message_from_string(head + payload, policy=email.policy.compat32)


def _bytes(message: Message) -> bytes:
    try:
        return message.as_bytes(unixfrom=False)
    except (UnicodeError, LookupError, KeyError, ValueError, AttributeError):
        return str(message.get_payload()).encode("utf-8", "surrogateescape")


def _default_name(kind: str) -> str:
    import mimetypes

    return f"attachment{mimetypes.guess_extension(kind) or ''}"


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (UnicodeError, LookupError, ValueError, TypeError):
        name = None
    return decoded_header(name).replace("\n", " ") if name else ""


def _charset(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (UnicodeError, LookupError, ValueError, TypeError):
        charset = None
    return charset or ""


def _parameter(part: Message, name: str) -> str:
    """Return a parameter of the type of a part, in small letters."""
    try:
        value = part.get_param(name)
    except (UnicodeError, LookupError, ValueError, TypeError):
        value = None
    return value.lower() if isinstance(value, str) else ""


_QUOTES: Final = re.compile(r"(>*) ?(.*)", re.S)


def unflowed(text: str, *, delete_spaces: bool = False) -> str:
    """Return text of ``format=flowed`` (RFC 3676) with the lines of a paragraph joined."""
    lines: list[str] = []
    flows = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        quotes, content = _QUOTES.fullmatch(line).groups()  # type: ignore[union-attr]
        ends = content.endswith(" ") and content != "-- "
        if content not in ("", "-- ") and flows == f"f{quotes}":
            lines[-1] += content
        else:
            lines.append(f"{quotes} {content}" if quotes else content)
        flows = f"f{quotes}" if ends else ""
        if ends and delete_spaces:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _uuencoded(found: re.Match[str], attachments: list[Attachment]) -> str:
    lines = []
    for line in found[2].splitlines():
        try:
            lines.append(binascii.a2b_uu(line.encode("ascii", "replace")))
        except binascii.Error:
            size = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                lines.append(binascii.a2b_uu(line[: size + 1].encode("ascii", "replace")))
            except binascii.Error:
                continue
    attachments.append(Attachment(found[1].strip(), b"".join(lines)))
    return ""


# Headers


def header(message: Message, wanted: str) -> str:
    """Return the first header of a name, decoded; empty if there is none."""
    for key, value in message.raw_items():
        if key.lower() == wanted:
            return decoded_header(str(value), _charset(message))
    return ""


def people_and_thread(message: Message) -> Mail:
    """Return who wrote a message to whom, and the ids of the messages that it answers."""
    return Mail(
        _people(message, "from") or _people(message, "sender"),
        _people(message, "to"),
        _people(message, "cc"),
        answered_ids(message),
    )


def answered_ids(message: Message) -> tuple[str, ...]:
    """Return the ids of the messages that a message answers, the oldest first."""
    return message_ids(" ".join(header(message, key) for key in ("references", "in-reply-to")))


def message_ids(text: str) -> tuple[str, ...]:
    """Return the ids of messages in a text, each once."""
    ids = _MESSAGE_ID.findall(text) or _BARE_ID.findall(text)
    return tuple(dict.fromkeys("".join(id.split()) for id in ids))


_MESSAGE_ID: Final = re.compile(r"<([^<>]{1,998})>")
_BARE_ID: Final = re.compile(r"[^\s<>]+@[^\s<>]+")
_MAX_HEADER: Final = 200_000
"""Characters of a header that are read for addresses, which takes long."""


def _people(message: Message, wanted: str) -> tuple[Person, ...]:
    """Return the people of a header: addresses are divided before names are decoded."""
    charset = _charset(message)
    values = [str(value) for key, value in message.raw_items() if key.lower() == wanted]
    written = _FOLDED.sub(" ", ", ".join(values))[:_MAX_HEADER]
    try:
        pairs = getaddresses([written]) if re.search("[@:]", written) else [(written, "")]
    except (RecursionError, ValueError, IndexError):
        pairs = [(written, "")]
    return tuple(
        Person(decoded_header(name, charset).strip("'\" "), decoded_header(address, charset))
        for name, address in pairs
        if name or address
    )


def decoded_header(value: str, charset: str = "") -> str:
    """Return a header with its encoded words decoded, on one line."""
    try:
        raw = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        raw = value.encode("utf-8", "surrogateescape")
    if not raw.isascii() or ("=?" not in value and charset.endswith("utf-7")):
        value = text_of_bytes(raw, charset)
    value = _BETWEEN_WORDS.sub(r"\1\2", _FOLDED.sub(" ", value))
    pieces: list[str] = []
    pending, of, at = b"", "", 0
    for word in _WORD.finditer(value):
        if pending and (word.start() != at or word[1].lower() != of):
            pieces.append(text_of_bytes(pending, of))
            pending = b""
        pieces.append(value[at : word.start()])
        pending, of, at = pending + _word_bytes(word), word[1].lower(), word.end()
    if pending:
        pieces.append(text_of_bytes(pending, of))
    pieces.append(value[at:])
    return " ".join("".join(pieces).split())


def _word_bytes(word: re.Match[str]) -> bytes:
    text = word[3].encode("utf-8", "replace")
    try:
        if word[2] in "bB":
            return base64.b64decode(text + b"=" * (-len(text) % 4))
        return quopri.decodestring(text.replace(b"_", b" "))
    except (binascii.Error, ValueError):
        return text


def text_of_bytes(data: bytes, charset: str) -> str:
    """Return characters in the encoding that a mail declares, which may be wrong."""
    charset = charset.strip("\"' ").lower()
    charset = _CHARSETS.get(charset, charset)
    if charset == "utf-7":
        return data.decode("utf-7", "replace")
    if charset.startswith("iso-2022"):
        return data.decode(charset, "replace") if _is_codec(charset) else decode(data).text
    return decode(data, charset or None).text


def _is_codec(name: str) -> bool:
    import codecs

    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def mail_date(value: str) -> str:
    """Return the date of a mail as ISO 8601; only the day where the time is none."""
    if not value:
        return ""
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    day = _DAY.search(value)
    if day is None:
        return ""
    try:
        month = _MONTHS.index(day[2].lower()) + 1
        return date(int(day[3]), month, int(day[1])).isoformat()
    except ValueError:
        return ""


# Mailboxes

_POSTMARK: Final = re.compile(rb"From (?:-\s*$|\S*\s.*\d:\d\d)")
_PEEK: Final = 80
_LENGTH: Final = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.M | re.I)
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_IS_HEADER: Final = re.compile(rb">?[!-9;-~]+[ \t]*:|From ")
_IS_MAIL_HEADER: Final = re.compile(
    rb"(?:Return-Path|Message-ID|From|Received|Date|X-[\w-]+|Delivered-To|Subject|MIME-Version|To"
    rb"|Status|Content-Type|Reply-To|Sender):",
    re.I,
)


def split_mbox(file: SourceFile, options: ReadOptions) -> Iterator[SourceFile | Skipped]:
    """Yield the messages of a mailbox; memory does not grow with it."""
    for number, data in enumerate(_messages(file, options), 1):
        if isinstance(data, RefusedError):
            yield Skipped(f"{file.name}:{number}", data.kind, data.reason)
            continue
        part = part_of(file, f"{number}.eml", data, options)
        if isinstance(part, SourceFile):
            part = part._replace(name=f"{file.name}:{number}", id=f"{file.id}:{number}")
            if part.budget is not None:  # messages are no parts of a document
                part.budget.parts += 1
                part.budget.bytes += len(data)
        yield part


def _messages(file: SourceFile, options: ReadOptions) -> Iterator[bytes | RefusedError]:
    """Yield the messages of a mailbox.

    A message begins with a postmark before a header, which is one of mail if there is no empty line
    above; within a ``Content-Length`` that ends at a postmark, it does not.
    """
    lines: list[bytes] = []
    marks: list[int] = []
    size = 0
    blank, length = True, -1
    with opened(file) as (stream, _):
        while line := stream.readline(options.max_bytes + 1):
            if line.startswith(b"From ") and _POSTMARK.match(line):
                following = stream.peek(_PEEK)[:_PEEK]
                if (_IS_HEADER if blank else _IS_MAIL_HEADER).match(following):
                    if lines:
                        marks.append(len(lines))
                    if lines and (length < 0 or _body_size(lines) >= length):
                        yield from _cut(lines, marks, length, options)
                        lines, marks, size, length = [], [], 0, -1
            lines.append(line)
            size += len(line)
            if size > options.max_bytes:
                reason = f"the message is larger than {options.max_bytes:,} bytes"
                yield RefusedError("huge", reason)
                lines, marks, size, length = [], [], 0, -1
            blank = not line.strip()
            if (
                blank
                and length < 0
                and len(lines) > 1
                and not any(not one.strip() for one in lines[1:-1])
            ):
                declared = _LENGTH.search(b"".join(lines))
                length = int(declared[1]) if declared else -1
    if lines:
        yield from _cut(lines, [*marks, len(lines)], length, options)


def _body_size(lines: list[bytes]) -> int:
    whole = b"".join(lines)
    end = _HEADER_END.search(whole)
    return len(whole) - end.end() if end else 0


def _cut(
    lines: list[bytes], marks: list[int], length: int, options: ReadOptions
) -> Iterator[bytes]:
    """Yield the message of some lines; several, if its declared length ends at no postmark."""
    last = marks[-1]
    if length >= 0 and len(marks) > 1 and not 0 <= _body_size(lines[:last]) - length <= 4:
        starts = [0, *marks[:-1]]
        for start, end in zip(starts, marks, strict=True):
            yield _without_postmark(lines[start:end])
    else:
        yield _without_postmark(lines[:last])


def _without_postmark(lines: list[bytes]) -> bytes:
    first = lines[0].removeprefix(b"\xef\xbb\xbf")
    return b"".join(lines[1:] if first.startswith(b"From ") else lines)
