"""Wire text as agencies send it: IPTC 7901 and ANPA 1312.

A header stands before STX, the story before ETX; the closing line behind it, which others drop, has
the date.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_bytes
from index.readers.encodings import decode
from index.readers.formats import ReadOptions, SourceFile
from index.readers.items import author, given
from index.readers.reading import document

_MONTHS: Final = {
    month: number
    for number, months in enumerate(
        (
            "jan ene gen janv",
            "feb fév fev févr",
            "mar mär mrz mars",
            "apr avr abr avril",
            "may mai mag maj",
            "jun juin giu juni",
            "jul juil lug juli",
            "aug aoû ago août",
            "sep set sept",
            "oct okt ott out",
            "nov",
            "dec dez déc dic",
        ),
        1,
    )
    for month in months.split()
}
_CLOSING: Final = re.compile(
    r"(\d\d)(\d\d)(\d\d)\s+(?:(GMT|UTC|Z)\s+)?([^\W\d_]{3,4})\.?\s+(\d\d)\s*[\x00-\x20\x7f]*$"
)
_AP: Final = re.compile(r"-(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)GMT")
_KEYS: Final = re.compile(r"-(\d\d):(\d\d)-(\d\d)-(\d\d)-(\d\d)\b")
_TAIL: Final = 300
_LEAST: Final = 9
_ANPA: Final = re.compile(r"[\x16\s]*\x01?\w{1,3}\d{4}\x1f|[\x00-\x1f]*\x16\x16\x01")
_HEADER: Final = re.compile(r"\x01?\s*([A-Za-z]{2,4})\s?(\d{3,5})\s+(\d)\s+(\w{1,2})\s+(\d+)")
_BYLINE: Final = re.compile(r"(?:By|Von|Par|Por|De) \S")
_NO_TITLE: Final = re.compile(
    r"(?:REFILE|ADVISORY|URGENT|CORRECTION|CORRECTED|KILL|ATTENTION|ALERT|EILMELDUNG|\(?Eds:.*|"
    r"AP Photo.*|EDITOR.*|Associated Press.*|AP [\w ]+ Writer.*|%.*|"
    r"\d(?:ST|ND|RD|TH) (?:LEAD|NET|ROUNDUP|UPDATE|EXTRA).*|\d+\. (?:Zusammenfassung|Lead).*)",
    re.I,
)
_KEYWORD: Final = re.compile(r"[\w.'/-]+:?|[\w .-]{1,40}:|BC-\S+")
_HEAD_END: Final = re.compile(r"[=+]\s*\n")
_KILL: Final = re.compile(r"^\s*(?:KILL|MANDATORY KILL|BULLETIN KILL)\b", re.I)


def read_wire(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the documents of the messages of a wire file."""
    text, _ = decode(read_bytes(file, options.max_bytes), None, options.encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = re.split(r"(?=\x01)", text)
    messages = [part for part in parts if len(part.strip("\x00\x16\x7f \n")) > _LEAST]
    if not messages:
        raise RefusedError("empty", "it has no messages")
    for number, message in enumerate(messages, 1):
        part = file
        if len(messages) > 1:
            part = file._replace(id=f"{file.id}:{number}", name=f"{file.name}:{number}")
        elif text.startswith(("\x16", "\x7f")):
            message = text
        try:
            yield _message(message, part, options)
        except RefusedError as refused:
            yield Skipped(part.name, refused.kind, refused.reason)


def closing_date(text: str) -> str:
    """Return the date of the closing line of a message: ``131137 GMT Nov 13``."""
    tail = text[-_TAIL:]
    if (match := _CLOSING.search(tail)) and (month := _MONTHS.get(match[5].lower())):
        zone = "Z" if match[4] else ""
        return f"{_year(match[6])}-{month:02}-{match[1]}T{match[2]}:{match[3]}:00{zone}"
    if match := _AP.search(tail):
        month_, day, year, hour, minute = match.groups()
        return f"{_year(year)}-{month_}-{day}T{hour}:{minute}:00Z"
    if match := _KEYS.search(tail):
        hour, minute, day, month_, year = match.groups()
        return f"{_year(year)}-{month_}-{day}T{hour}:{minute}:00"
    return ""


def _year(two: str) -> str:
    return f"{'19' if two > '69' else '20'}{two}"


def _message(text: str, file: SourceFile, options: ReadOptions) -> Document:
    is_anpa = bool(_ANPA.match(text))
    title, by, slug, body = _anpa(text) if is_anpa else _iptc(text)
    header = _HEADER.search(text[:200])
    tags = [slug.strip(" /")]
    if header and not is_anpa:
        tags.append(header[4])
    made = document(
        file,
        options,
        text=body,
        title=title,
        date=closing_date(text),
        authors=[author(by)],
        tags=tags,
    )
    urgency = header[3] if header and not is_anpa else ""
    return replace(made, agency=given(slug=slug.strip(" /"), urgency=urgency))


def _anpa(text: str) -> tuple[str, str, str, str]:
    """Return title, by-line, slug and story of a message of ANPA 1312."""
    lines = text.partition("\x02")[2].partition("\x03")[0].split("\n")
    marked = ("^", "\x02")
    heads = [line.lstrip("^\x02\x08 ").rstrip(" <=").strip() for line in lines if _is_head(line)]
    slug = heads[0].split(",")[0] if heads else ""
    titles = [line for line in heads[1:] if line and not _NO_TITLE.fullmatch(line)]
    bylines = [line for line in titles if _BYLINE.match(line)]
    titles = [line for line in titles if line not in bylines]
    if not titles and lines:
        slug, titles = "", [lines[0].strip("\x02 <")]
    story = [line for line in lines if not line.startswith(marked)]
    return (
        titles[0] if titles else "",
        bylines[0].split(",")[0] if bylines else "",
        slug,
        _paragraphs("\n".join(story)),
    )


def _is_head(line: str) -> bool:
    return line.startswith("^") or "<" in line[-3:]


def _iptc(text: str) -> tuple[str, str, str, str]:
    """Return title, by-line, slug and story of a message of IPTC 7901."""
    header, _, body = text.partition("\x02")
    if not body:
        lines = text.strip("\x7f\x01 \n").split("\n")
        header, body = "\n".join(lines[:3]), "\n".join(lines[3:])
    body = body.partition("\x03")[0]
    slug = header.strip().split("\n")[-1].strip() if "\n" in header.strip() else ""
    parts = _HEAD_END.split(body, maxsplit=1)
    head, story = parts if len(parts) == 2 else body.partition("\n\n")[::2]
    lines = [line.strip(" =+") for line in head.split("\n") if line.strip(" =+")]
    bylines = [line for line in lines if _BYLINE.match(line)]
    titles = [line for line in lines if line not in bylines and not _NO_TITLE.fullmatch(line)]
    while len(titles) > 1 and _KEYWORD.fullmatch(titles[0]):
        titles = titles[1:]
    by = bylines[0].split(",")[0] if bylines else ""
    return " ".join(titles), by, slug, _paragraphs(story)


def _paragraphs(story: str) -> str:
    """Return a story by paragraphs, which are indented or behind an empty line."""
    story = re.sub(r"\n[ \t]{2,}", "\n\n", story)
    return "\n\n".join(" ".join(part.split()) for part in story.split("\n\n") if part.strip())
