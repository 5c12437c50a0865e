"""Office documents in ZIP archives: docx, xlsx, pptx, OpenDocument; and EPUB. All is streamed."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from posixpath import join, normpath
from typing import Any, Final, NamedTuple

from index.document import Document, Skipped
from index.readers.containers import read_member
from index.readers.content import RefusedError, opened
from index.readers.declared import (
    Line,
    first_line,
    is_title,
    largest,
    people,
    title_of,
    written_on,
)
from index.readers.formats import ReadOptions, SourceFile
from index.readers.reading import document, read_part, unique
from index.readers.xml import all_of, attribute_of, events, first_of, line, name, parse, text_of


class Shown(NamedTuple):
    """The text of a document, the title that the text shows, and its slides if it has any."""

    text: str
    title: str
    slides: Sequence[str] = ()


Reading = Callable[[zipfile.ZipFile, ReadOptions], Shown]


@contextmanager
def _archive(file: SourceFile) -> Iterator[zipfile.ZipFile]:
    try:
        with opened(file) as (stream, _), zipfile.ZipFile(stream) as archive:
            yield archive
    except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise RefusedError("broken", f"it is no whole document ({error})") from error


def _member(archive: zipfile.ZipFile, path: str, options: ReadOptions) -> bytes:
    """Return a member; nothing if there is none."""
    return read_member(archive, path, options.max_bytes) if path in archive.NameToInfo else b""


class _Text:
    """Text as it is gathered, within the characters that a document may have."""

    def __init__(self, options: ReadOptions) -> None:
        self.pieces: list[str] = []
        self._most = options.max_characters
        self._length = 0

    def add(self, piece: str) -> None:
        """Add a piece. Raises ``RefusedError`` when there are too many characters."""
        self.pieces.append(piece)
        self._length += len(piece)
        if self._length > 2 * self._most:
            raise RefusedError("huge", f"its text is longer than {self._most:,} characters")

    def __str__(self) -> str:
        return "".join(self.pieces)


# Office Open XML


def read_docx(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a .docx file, and those that are embedded in it."""
    return _read_ooxml(file, options, _docx)


def read_xlsx(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an .xlsx file, and those that are embedded in it."""
    return _read_ooxml(file, options, _xlsx)


def read_pptx(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of a .pptx file, and those that are embedded in it."""
    return _read_ooxml(file, options, _pptx)


def _read_ooxml(
    file: SourceFile, options: ReadOptions, read: Reading
) -> Iterator[Document | Skipped]:
    with _archive(file) as archive:
        core = _member(archive, "docProps/core.xml", options)
        declared = parse(core) if core else None
        text, shown, slides = read(archive, options)
        title = first_of(declared, "title") if declared is not None else ""
        made = document(
            file,
            options,
            text=text,
            pages=slides,
            title=title_of([title], file.path.name, text, shown),
            date=_core_date(declared, text, read is not _xlsx),
            tags=first_of(declared, "keywords") if declared is not None else "",
            authors=people([first_of(declared, "creator")] if declared is not None else ()),
        )
        yield made
        embedded = [path for path in archive.namelist() if "/embeddings/" in path]
        names = unique(path.rpartition("/")[2] for path in embedded)
        for part_name, path in zip(names, embedded, strict=True):
            try:
                data = read_member(archive, path, options.max_bytes)
            except RefusedError as refused:
                yield Skipped(f"{file.name}!{part_name}", refused.kind, refused.reason)
                continue
            yield from read_part(file, part_name, data, options, made)


def _core_date(core: Any, text: str, shown: bool) -> str:
    if core is None:
        return written_on("", "", text, shown=shown)
    return written_on(first_of(core, "created"), first_of(core, "modified"), text, shown=shown)


_SKIPPED: Final = frozenset(("Fallback", "del", "moveFrom", "instrText", "delText"))
_WORD_PARTS: Final = ("document", "footnotes", "endnotes", "comments")


def _docx(archive: zipfile.ZipFile, options: ReadOptions) -> Shown:
    styles = _Styles(_member(archive, "word/styles.xml", options))
    main = _main_part(archive, options) or "word/document.xml"
    folder = main.rpartition("/")[0]
    text, title, heading = _Text(options), "", ""
    lines: list[Line] = []
    for part in _WORD_PARTS:
        path = main if part == "document" else f"{folder}/{part}.xml"
        data = _member(archive, path, options)
        if not data and part == "document":
            raise RefusedError("broken", "it has no text part")
        paragraph, style, hidden = len(text.pieces), "", 0
        size, sizes = "", Counter[str]()
        for event, element in events(data) if data else ():
            tag = name(element)
            if tag in _SKIPPED:
                hidden += 1 if event == "start" else -1
            elif hidden:
                continue
            elif event == "start":
                if tag == "p":
                    paragraph, style, sizes = len(text.pieces), "", Counter()
                elif tag == "r":
                    size = ""
            elif tag == "t":
                text.add(element.text or "")
                sizes[size] += len(text.pieces[-1].strip())
            elif tag in ("tab", "tc"):
                text.add("\t")
            elif tag in ("br", "cr"):
                text.add("\n")
            elif tag == "noBreakHyphen":
                text.add("-")
            elif tag == "pStyle":
                style = next(iter(element.attrib.values()), "")
            elif tag == "sz":
                size = next(iter(element.attrib.values()), "")
            elif tag == "p":
                shown = " ".join("".join(text.pieces[paragraph:]).split())
                if style in styles.titles and not title:
                    title = shown
                elif style in styles.headings and not heading:
                    heading = shown
                if shown and sizes and len(lines) < _FIRST_PARAGRAPHS:
                    (most, _), *_ = sizes.most_common(1)
                    lines.append(Line(styles.size(style, most), shown))
                text.add("\n")
        text.add("\n")
    return Shown(str(text), title or largest(lines) or first_line(str(text)) or heading)


_FIRST_PARAGRAPHS: Final = 25
_USUAL_SIZE: Final = 20.0
"""Half points of letters where nothing says how large they are."""
_MAX_BASES: Final = 20


class _Styles:
    """The paragraph styles of a document: those called title or heading 1, and their sizes."""

    def __init__(self, data: bytes) -> None:
        self.titles, self.headings = {"Title"}, {"Heading1"}
        self._sizes: dict[str, str] = {}
        self._bases: dict[str, str] = {}
        self._usual = ""
        root = parse(data) if data else None
        for style in all_of(root, "docDefaults", "style") if root is not None else ():
            values = {
                name(one): next(iter(one.attrib.values()), "")
                for one in all_of(style, "name", "basedOn", "sz")
            }
            own = {key.rpartition("}")[2]: value for key, value in style.attrib.items()}
            id = own.get("styleId", "")
            if own.get("default") in ("1", "true") and own.get("type") == "paragraph":
                self._usual = id
            self._sizes[id] = values.get("sz", "")
            self._bases[id] = values.get("basedOn", "") if id else ""
            if values.get("name", "").lower() == "title":
                self.titles.add(id)
            elif values.get("name", "").lower() == "heading 1":
                self.headings.add(id)

    def size(self, style: str, own: str) -> float:
        """Return the size of letters of a style, which may have a size of their own."""
        style = style or self._usual
        for _ in range(_MAX_BASES):
            own = own or self._sizes.get(style, "")
            if own or not style:
                break
            style = self._bases.get(style, "")
        return float(own) if own.isdigit() else _USUAL_SIZE


def _main_part(archive: zipfile.ZipFile, options: ReadOptions) -> str:
    """Return the member that the relations of a package name as its document."""
    data = _member(archive, "_rels/.rels", options)
    for relation in all_of(parse(data), "Relationship") if data else ():
        if (relation.get("Type") or "").endswith("/officeDocument"):
            target = (relation.get("Target") or "").lstrip("/")
            return target if target in archive.NameToInfo else ""
    return ""


_DATE_FORMATS: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_DATE_CODE: Final = re.compile(r"[dmyhs]", re.I)
_NOT_CODE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DAY_ZERO: Final = datetime(1899, 12, 30)
_DAY_ZERO_1904: Final = datetime(1904, 1, 1)
_FIRST_CELLS: Final = 50
_MAX_STRINGS: Final = 2_000_000


def _xlsx(archive: zipfile.ZipFile, options: ReadOptions) -> Shown:
    book = _member(archive, _main_part(archive, options) or "xl/workbook.xml", options)
    root = parse(book)
    relations = _relations(archive, "xl/workbook.xml", options)
    strings = _shared_strings(_member(archive, "xl/sharedStrings.xml", options))
    dates = _date_styles(_member(archive, "xl/styles.xml", options))
    zero = _DAY_ZERO_1904 if attribute_of(root, "workbookPr", "date1904") in ("1", "true") else None
    text, title = _Text(options), ""
    for sheet in all_of(root, "sheet"):
        target = next(
            (relations[value] for value in sheet.attrib.values() if value in relations), ""
        )
        text.add(f"{sheet.get('name') or ''}\n")
        begin = len(text.pieces)
        if target in archive.NameToInfo:
            _cells(_member(archive, target, options), strings, dates, zero or _DAY_ZERO, text)
        title = title or first_line("".join(text.pieces[begin : begin + _FIRST_CELLS]))
        text.add("\n")
    for path in archive.namelist():
        if re.match(r"xl/(?:comments|drawings/drawing|threadedComments/)\w*\.xml", path):
            _shapes(_member(archive, path, options), text)
    return Shown(str(text), title)


def _cells(
    data: bytes, strings: Sequence[str], dates: set[int], zero: datetime, text: _Text
) -> None:
    kind, style, value, row_began = "", 0, "", False
    for event, element in events(data):
        tag = name(element)
        if event == "start":
            if tag == "c":
                kind, value = element.get("t") or "", ""
                style = int(element.get("s") or 0) if (element.get("s") or "0").isdigit() else 0
            elif tag == "row":
                row_began = False
        elif tag == "v" or (tag == "t" and kind == "inlineStr"):
            value += element.text or ""
        elif tag == "c" and value:
            shown = _shown(kind, style, value, strings, dates, zero)
            text.add(f"\t{shown}" if row_began else shown)
            row_began = True
        elif tag == "row" and row_began:
            text.add("\n")


def _shown(
    kind: str, style: int, value: str, strings: Sequence[str], dates: set[int], zero: datetime
) -> str:
    """Return the value of a cell as a reader sees it, nearly."""
    if kind == "s":
        number = int(value) if value.isdigit() else -1
        return strings[number] if 0 <= number < len(strings) else ""
    if kind in ("", "n"):
        try:
            figure = float(value)
            if style in dates and 0 < figure < 2_958_466:
                moment = zero + timedelta(days=figure)
                return moment.date().isoformat() if figure >= 1 else f"{moment:%H:%M}"
            return f"{figure:.15g}"
        except (ValueError, OverflowError):
            return value
    return {"1": "TRUE", "0": "FALSE"}.get(value, value) if kind == "b" else value


def _shared_strings(data: bytes) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    phonetic = 0
    for event, element in events(data) if data else ():
        tag = name(element)
        if tag == "rPh":
            phonetic += 1 if event == "start" else -1
        elif event == "end" and tag == "t" and not phonetic:
            pieces.append(element.text or "")
        elif event == "end" and tag == "si":
            strings.append("".join(pieces))
            pieces.clear()
            if len(strings) > _MAX_STRINGS:
                raise RefusedError("huge", f"it has more than {_MAX_STRINGS:,} texts of cells")
    return strings


def _date_styles(data: bytes) -> set[int]:
    """Return the numbers of the cell styles that show a date."""
    if not data:
        return set()
    root = parse(data)
    formats = {
        one.get("numFmtId"): _NOT_CODE.sub("", one.get("formatCode") or "")
        for one in all_of(root, "numFmt")
    }
    styles = next(all_of(root, "cellXfs"), ())
    found = set()
    for number, style in enumerate(styles):
        id = style.get("numFmtId") or ""
        code = formats.get(id)
        by_number = id.isdigit() and int(id) in _DATE_FORMATS
        if by_number if code is None else _DATE_CODE.search(code):
            found.add(number)
    return found


def _relations(archive: zipfile.ZipFile, path: str, options: ReadOptions) -> dict[str, str]:
    """Return the members that a member refers to, by the ids of the references."""
    folder, _, last = path.rpartition("/")
    data = _member(archive, f"{folder}/_rels/{last}.rels", options)
    return {
        one.get("Id") or "": normpath(join(folder, one.get("Target") or "")).lstrip("/")
        if not (one.get("Target") or "").startswith("/")
        else (one.get("Target") or "").lstrip("/")
        for one in (all_of(parse(data), "Relationship") if data else ())
    }


def _pptx(archive: zipfile.ZipFile, options: ReadOptions) -> Shown:
    show = "ppt/presentation.xml"
    relations = _relations(archive, show, options)
    text, title = _Text(options), ""
    slides = [
        relations[value]
        for slide in all_of(parse(_member(archive, show, options) or b"<a/>"), "sldId")
        for value in slide.attrib.values()
        if value in relations
    ]
    pages: list[str] = []
    for slide in slides:
        begin = len(text.pieces)
        shown = _shapes(_member(archive, slide, options), text)
        if not pages and is_title(shown) and len(shown) <= _MAX_SLIDE_TITLE:
            title = shown
        text.add("\n")
        for path in _relations(archive, slide, options).values():
            if "/notesSlides/" in path or "/comments" in path:
                _shapes(_member(archive, path, options), text)
                text.add("\n")
        pages.append("".join(text.pieces[begin:]))
    return Shown(str(text), title, pages)


_MAX_SLIDE_TITLE: Final = 150
_TITLE_SHAPES: Final = ("title", "ctrTitle")
_NOT_NOTES: Final = ("sldNum", "sldImg", "dt", "ftr", "hdr")


def _shapes(data: bytes, text: _Text) -> str:
    """Add the text of the shapes of a slide; return that of its title."""
    title, in_title, hidden, fallback = "", False, False, 0
    for event, element in events(data) if data else ():
        tag = name(element)
        if tag == "Fallback":
            fallback += 1 if event == "start" else -1
        elif fallback:
            continue
        elif event == "start" and tag == "sp":
            in_title = hidden = False
            begin = len(text.pieces)
        elif event == "start" and tag == "ph":
            in_title = element.get("type") in _TITLE_SHAPES
            hidden = element.get("type") in _NOT_NOTES
        elif event == "end" and tag in ("t", "text") and not hidden:
            text.add(element.text or "")
        elif (event == "end" and tag == "br" and not hidden) or (
            event == "end" and tag in ("p", "comment", "cm") and not hidden
        ):
            text.add("\n")
        elif event == "end" and tag == "tc":
            text.add("\t")
        elif event == "end" and tag == "sp":
            if in_title and not title:
                title = " ".join("".join(text.pieces[begin:]).split())
            in_title = hidden = False
    return title


# OpenDocument


def read_odf(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an .odt, .ods or .odp file."""
    with _archive(file) as archive:
        manifest = _member(archive, "META-INF/manifest.xml", options)
        if b"encryption-data" in manifest:
            raise RefusedError("password", "it is protected by a password")
        meta = _member(archive, "meta.xml", options)
        declared = parse(meta) if meta else None
        text, shown, slides = _odf(archive, options)
        title = first_of(declared, "title") if declared is not None else ""
        fields: dict[str, Any] = {}
        if declared is not None:
            created, changed = first_of(declared, "creation-date"), first_of(declared, "date")
            fields["date"] = written_on(created, changed, text)
            fields["authors"] = people([first_of(declared, "initial-creator", "creator")])
            fields["tags"] = [line(one) for one in all_of(declared, "keyword")]
        title = title_of([title], file.path.name, text, shown)
        yield document(file, options, text=text, pages=slides, title=title, **fields)


_ODF_HIDDEN: Final = frozenset(("tracked-changes", "forms", "date-style", "number-style"))
_NESTED: Final = frozenset(("span", "a", "ruby", "ruby-base", "meta", "meta-field", "title"))
_INLINE: Final = _NESTED | {"s", "tab", "line-break"}


def _odf(archive: zipfile.ZipFile, options: ReadOptions) -> Shown:
    text, title = _Text(options), ""
    styles: dict[str, str] = {}
    pages: list[str] = []
    hidden = cell = begin = 0
    paragraph, style, is_heading = 0, "", False
    for event, element in events(_member(archive, "content.xml", options) or b"<a/>", _INLINE):
        tag = name(element)
        if tag in _ODF_HIDDEN:
            hidden += 1 if event == "start" else -1
            continue
        if hidden:
            continue
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        if event == "start" and tag == "style":
            styles[attributes.get("name", "")] = attributes.get("parent-style-name", "")
        elif event == "start" and tag in ("p", "h"):
            paragraph, style = len(text.pieces), attributes.get("style-name", "")
            is_heading = tag == "h" and attributes.get("outline-level", "1") == "1"
        elif event == "end" and tag in ("p", "h"):
            text.add(_inline(element))
            if not title and (is_heading or "Title" in (style, styles.get(style))):
                title = " ".join("".join(text.pieces[paragraph:]).split())
            text.add("\n")
        elif event == "start" and tag == "table-cell":
            cell = len(text.pieces)
        elif event == "end" and tag == "table-cell":
            if len(text.pieces) > cell:  # cells stand beside each other
                text.pieces[-1] = "\t"
        elif event == "end" and tag == "table-row":
            text.add("\n")
        elif event == "end" and tag == "page":
            pages.append("".join(text.pieces[begin:]))
            begin = len(text.pieces)
    if pages:
        pages[-1] += "".join(text.pieces[begin:])
    return Shown(str(text), title, pages)


def _inline(element: Any) -> str:
    """Return the text of a paragraph of OpenDocument, with its spaces and tabs."""
    pieces = [element.text or ""]
    for one in element:
        tag = name(one)
        if tag == "s":
            pieces.append(" ")
        elif tag == "tab":
            pieces.append("\t")
        elif tag == "line-break":
            pieces.append("\n")
        elif tag in _NESTED:
            pieces.append(_inline(one))
        pieces.append(one.tail or "")
    return "".join(pieces)


# EPUB


def read_epub(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the document of an EPUB: its chapters in the order of the spine."""
    with _archive(file) as archive:
        container = _member(archive, "META-INF/container.xml", options)
        path = attribute_of(parse(container or b"<a/>"), "rootfile", "full-path")
        package = parse(_member(archive, path, options) or b"<a/>")
        folder = path.rpartition("/")[0]
        members = {one.get("id"): one.get("href") or "" for one in all_of(package, "item")}
        text = _Text(options)
        for reference in all_of(package, "itemref"):
            href = members.get(reference.get("idref"), "")
            chapter = normpath(join(folder, _unquoted(href)))
            data = _member(archive, chapter, options)
            if data:
                text.add(f"{_page_text(data)}\n\n")
        yield document(
            file,
            options,
            text=str(text),
            title=_epub_title(package),
            date=_epub_date(package),
            language=first_of(package, "language").split("-")[0].lower(),
            tags=[line(one) for one in all_of(package, "subject")],
            authors=people([line(one) for one in all_of(package, "creator")]),
        )


def _unquoted(href: str) -> str:
    from urllib.parse import unquote

    return unquote(href.partition("#")[0])


def _page_text(data: bytes) -> str:
    try:
        return text_of(parse(data))
    except RefusedError:  # HTML that is not XML
        from index.readers.encodings import decode
        from index.readers.markup import plain

        return plain(decode(data).text)


def _epub_title(package: Any) -> str:
    titles = list(all_of(package, "title"))
    for refinement in all_of(package, "meta"):
        if refinement.get("property") == "title-type" and line(refinement) == "main":
            wanted = (refinement.get("refines") or "").lstrip("#")
            titles.sort(key=lambda one: one.get("id") != wanted)
    return next((line(one) for one in titles if line(one)), "")


def _epub_date(package: Any) -> str:
    dates = [(one, line(one)) for one in all_of(package, "date")]
    for wanted in ("publication", "original-publication", ""):
        for one, value in dates:
            event = next((v for key, v in one.attrib.items() if key.endswith("event")), "")
            if value and event == wanted:
                return value
    return ""
