"""PDF: text by page, with what PDFium leaves to mend; title, authors, date and language.

Three repairs: Arabic letters of one glyph that come out turned round, words that are divided at the
end of a line, and presentation forms of letters.
"""

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from index.document import Document, Skipped
from index.readers.content import RefusedError, clean, read_bytes
from index.readers.declared import Line, largest, people, title_of, visible_date
from index.readers.formats import ReadOptions, SourceFile
from index.readers.ocr import DPI, Scanner, is_suspect, rendered, sense
from index.readers.reading import document, read_part, unique
from index.readers.xml import all_of, line, parse

MAX_PAGES: Final = 50_000
_PASSWORD: Final = 4
_FEW_LETTERS: Final = 10
_DATE: Final = re.compile(
    r"(?:D:)?(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:([Z+-])(\d\d)?'?(\d\d)?)?)?)?)?"
)
_XMP: Final = re.compile(rb"<(?:x:xmpmeta|rdf:RDF)\b.*?</(?:x:xmpmeta|rdf:RDF)>", re.S)
_DIVIDED: Final = re.compile("(?:\ufffe|\u00ad)[ \t]*(?:\r\n?|\n)?")
_FORMS: Final = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb50-\ufdfb\ufe70-\ufefc]")
_ARABIC: Final = re.compile("[\u0620-\u064a\u0671-\u06d3]")
_ALEF: Final = "\u0622\u0623\u0625\u0627"
_LAM: Final = "\u0644"


def read_pdf(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a PDF file, and those of the files attached to it."""
    data = read_bytes(file, options.max_bytes)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", 0) == _PASSWORD or "password" in str(error).lower():
            raise RefusedError("password", "it is protected by a password") from error
        raise RefusedError("broken", f"it cannot be read as PDF ({error})") from error
    try:
        yield from _documents(file, options, pdf, data)
    finally:
        pdf.close()


def _documents(
    file: SourceFile, options: ReadOptions, pdf: Any, data: bytes
) -> Iterator[Document | Skipped]:
    if not len(pdf):
        raise RefusedError("broken", "it has no pages")
    if len(pdf) > MAX_PAGES:
        raise RefusedError("huge", f"it has more than {MAX_PAGES:,} pages")
    pages, lines, bad = _pages(pdf, options.max_characters)
    ocr, failed = _read_pictures(pdf, pages, Scanner(data, options)) if options.ocr else (False, "")
    text = "\n\n".join(pages)
    info = pdf.get_metadata_dict(skip_empty=True)
    xmp = _xmp(data)
    titles = (xmp.get("title", ""), info.get("Title", ""))
    title = title_of(titles, file.path.name, text, largest(lines))
    letters = sum(map(str.isalpha, text[: 2000 + 4 * _FEW_LETTERS * len(pdf)]))
    if _is_garbage(text):
        reason = "its text cannot be read: its letters have no meaning (see --ocr)"
        raise RefusedError("scanned", failed or reason)
    if letters < _FEW_LETTERS * len(pdf) and (_has_pictures(pdf) or not (title or letters)):
        raise RefusedError("scanned", failed or "its pages are pictures (see --ocr)")
    made = document(
        file,
        options,
        pages=pages,
        title=title,
        date=visible_date(text) or _date(info.get("CreationDate", "")) or xmp.get("date", ""),
        tags=info.get("Keywords", "")[:1000],
        authors=people(_names(info.get("Author", "") or xmp.get("authors", ""))),
        notes=_notes(bad, failed, text, options),
        ocr=ocr,
    )
    yield made
    attachments = [pdf.get_attachment(number) for number in range(pdf.count_attachments())]
    names = unique(attachment.get_name() or "attachment" for attachment in attachments)
    for name, attachment in zip(names, attachments, strict=True):
        try:
            content = bytes(attachment.get_data())
        except pdfium.PdfiumError as error:
            yield Skipped(f"{file.name}!{name}", "broken", str(error))
            continue
        yield from read_part(file, name, content, options, made)


def _notes(bad: Sequence[int], failed: str, text: str, options: ReadOptions) -> Iterator[str]:
    """Yield what could not be read of a document."""
    yield from (f"page {page} cannot be read" for page in bad[:3])
    if failed:
        yield failed
    elif not options.ocr and is_suspect(text[:_BEGINNING]):
        yield "its letters may have no meaning (see --ocr)"


_BEGINNING: Final = 4000


def _read_pictures(pdf: Any, pages: list[str], scanner: Scanner) -> tuple[bool, str]:
    """Read those pages as pictures whose text is missing or has no meaning, in place.

    Return whether any was read, and why others could not be.
    """
    any_read = False
    for number, text in enumerate(pages):
        if not _needs_reading(pdf, number, text):
            continue
        page = pdf[number]
        try:
            read = scanner.page(number, partial(rendered, page), "--dpi", str(DPI))
        except RefusedError as refused:
            return any_read, refused.reason
        except pdfium.PdfiumError:
            continue
        finally:
            page.close()
        if sense(read) > 2 * sense(text) or not is_suspect(text):
            pages[number] = read
            any_read = any_read or bool(read)
    return any_read, ""


def _needs_reading(pdf: Any, number: int, text: str) -> bool:
    if sum(map(str.isalpha, text[:_HEAD])) < _FEW_LETTERS:
        return _has_pictures(pdf, [number], raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_TEXT)
    return _is_garbage(text) or is_suspect(text)


_HEAD: Final = 1000


# Text


def _pages(pdf: Any, max_characters: int) -> tuple[list[str], list[Line], list[int]]:
    """Return the text of every page, the lines of the first, and the pages that cannot be read."""
    pages: list[str] = []
    turned: list[tuple[int, list[str], list[tuple[int, int]]]] = []
    bad: list[int] = []
    sizes: list[tuple[float, int, int]] = []
    first = ""
    votes = total = 0
    for number in range(len(pdf)):
        try:
            page = pdf[number]
            text_page = page.get_textpage()
        except pdfium.PdfiumError:
            bad.append(number + 1)
            pages.append("")
            continue
        text = text_page.get_text_range(errors="replace")
        if _ARABIC.search(text):
            letters, runs, vote = _glyphs(text_page)
            votes += vote
            turned.append((number, letters, runs))
        if not number:
            first = text[:_TITLE_CHARS]
            if len(text) != text_page.count_chars():  # some characters have no letter, or two
                first = "".join(_letter(text_page, at) for at in range(_shown(text_page)))
            sizes = _sizes(text_page, first)
        pages.append(_mended(text))
        total += len(text)
        text_page.close()
        page.close()
        if total > max_characters:
            raise RefusedError("huge", f"its text is longer than {max_characters:,} characters")
    if votes > 0:
        for number, letters, runs in turned:
            for start, end in runs:
                letters[start:end] = reversed(letters[start:end])
            pages[number] = _mended("".join(letters))
            if not number:
                first = "".join(letters)
    return pages, [Line(size, _mended(first[start:end])) for size, start, end in sizes], bad


_TITLE_CHARS: Final = 6000
_LINE: Final = re.compile(r"[^\r\n]+")
_SAMPLED: Final = 7
"""Letters of a line whose sizes are looked at: each costs a call."""


def _shown(page: Any) -> int:
    count: int = page.count_chars()
    return min(count, _TITLE_CHARS)


def _letter(page: Any, at: int) -> str:
    return chr(raw.FPDFText_GetUnicode(page, at) or 32)


def _sizes(page: Any, text: str) -> list[tuple[float, int, int]]:
    """Return the height of the letters of each line, and the characters it goes from and to."""
    rect = raw.FS_RECTF()
    lines: list[tuple[float, int, int]] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        step = max(1, (end - start) // _SAMPLED)
        heights = sorted(
            abs(rect.top - rect.bottom)
            for at in range(start, end, step)
            if not text[at].isspace() and raw.FPDFText_GetLooseCharBox(page, at, rect)
        )
        if heights:
            lines.append((heights[len(heights) // 2], start, end))
    return lines


def _glyphs(page: Any) -> tuple[list[str], list[tuple[int, int]], int]:
    """Return the letters of a page, the runs of Arabic ones that share a glyph, and their vote.

    Letters of one glyph have one origin. The vote is how many more pairs of alef and lam than of
    lam and alef do: only the latter is a ligature, so the former came out turned round.
    """
    count = page.count_chars()
    letters = [_letter(page, at) for at in range(count)]
    x, y = ctypes.c_double(), ctypes.c_double()

    def origin(at: int) -> tuple[float, float]:
        raw.FPDFText_GetCharOrigin(page, at, x, y)
        return x.value, y.value

    runs: list[tuple[int, int]] = []
    vote = start = 0
    while start < count:
        end = start + 1
        if _ARABIC.match(letters[start]):
            place = origin(start)
            while end < count and _ARABIC.match(letters[end]) and origin(end) == place:
                end += 1
            if end - start > 1:
                runs.append((start, end))
                if letters[start] in _ALEF and letters[start + 1] == _LAM:
                    vote += 1
                elif letters[start] == _LAM and letters[start + 1] in _ALEF:
                    vote -= 1
        start = end
    return letters, runs, vote


def _mended(text: str) -> str:
    """Return the text of a page with divided words joined, in ordinary letters."""
    text = _DIVIDED.sub("", text)
    return clean(_FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text))


def _is_garbage(text: str) -> bool:
    """Return whether a text is made of characters that no text is made of."""
    strange = letters = digits = visible = 0
    for char, count in Counter(text[:20_000]).items():  # its characters are few
        if char.isspace():
            continue
        visible += count
        letters += count * char.isalpha()
        digits += count * char.isdigit()
        strange += count * (unicodedata.category(char) in _STRANGE)
    few_letters = letters * 4 < visible and digits * 3 <= visible  # figures make up for words
    return strange * 3 > visible or few_letters


_STRANGE: Final = ("Co", "Cn", "Cc", "So")


def _has_pictures(pdf: Any, pages: Sequence[int] = range(3), *kinds: int) -> bool:
    """Return whether one of some pages has a picture, or objects of other kinds."""
    for number in pages[: len(pdf)]:
        try:
            for _ in pdf[number].get_objects(filter=kinds or [raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
                return True
        except pdfium.PdfiumError:
            continue
    return False


# What it declares


def _names(authors: str) -> list[str]:
    return [name.strip() for name in re.split(r"[;\n]", authors)]


def _date(written: str) -> str:
    """Return a date of PDF as ISO 8601: ``D:20101204143835+01'00'``."""
    match = _DATE.match(written.strip())
    if not match or match[1] < "1985":
        return ""
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    if not month or not day:
        return year + (f"-{month}" if month else "")
    zone = ""
    if sign:
        zone = "Z" if sign == "Z" or not hours else f"{sign}{hours}:{minutes or '00'}"
    time = f"T{hour}:{minute}:{second or '00'}{zone}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _xmp(data: bytes) -> dict[str, str]:
    """Return title, authors and date of the XMP packet of a file, if it has one."""
    packets = list(_XMP.finditer(data))
    if not packets:
        return {}
    try:
        root = parse(packets[-1][0])
    except RefusedError:
        return {}
    found: dict[str, str] = {}
    for element in all_of(root, "title", "creator", "CreateDate"):
        tag = element.tag.rpartition("}")[2]
        items = [line(item) for item in all_of(element, "li")]
        if tag == "title":
            default = [line(i) for i in all_of(element, "li") if "x-default" in i.attrib.values()]
            found.setdefault("title", (default or items or [line(element)])[0])
        elif tag == "creator":
            found.setdefault("authors", "\n".join(items))
        else:
            found.setdefault("date", line(element))
    return found
