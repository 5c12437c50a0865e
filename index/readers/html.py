"""HTML pages: the main text, and the fields that a page declares about itself.

Fields come from meta elements, JSON-LD, ``link``, ``time``, headings and ``lang``; htmldate finds a
date that only the text shows, and trafilatura the main text and what else is not declared.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, Final

from index.calendar import DAY_SECONDS, first_second, read_date
from index.document import Document, Skipped
from index.readers.content import RefusedError, clean, read_whole
from index.readers.encodings import decode
from index.readers.formats import ReadOptions, SourceFile
from index.readers.headings import headings, one_line
from index.readers.mapping import Mapper, encoding_notes, noted
from index.readers.markup import unescaped
from index.readers.titles import Page, host_of, page_title

_CHARSET: Final = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)
_CHARSET_HEAD: Final = 4096
_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml\b[^>]*>")
_TINY: Final = 500
"""Characters of text below which all of a page is its main text."""
_BLOCKS: Final = re.compile(
    "address|article|aside|blockquote|body|br|caption|dd|div|dl|dt|figcaption|figure|footer|form|"
    "h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul"
)
_NOT_TEXT: Final = re.compile(
    "head|script|style|noscript|template|svg|iframe|object|button|select|nav|footer"
)
# Names of meta elements by field; the first that has content counts.
_META: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"),
    "date": (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "parsely-pub-date",
        "dc.date.issued",
        "dcterms.issued",
        "dcterms.date",
        "dc.date",
        "citation_publication_date",
        "citation_date",
        "pubdate",
        "publish-date",
        "publication_date",
        "sailthru.date",
        "date",
    ),
    "source": ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher"),
    "url": ("og:url",),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale"),
    "dateline": ("dateline",),
}
_META_SITES: Final = ("og:site_name", "application-name", "twitter:site")
_META_TAGS: Final = ("article:tag", "news_keywords", "keywords")
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|WebPage)$")
_MAX_NESTING: Final = 20
MAX_TAGS: Final = 200_000
"""Tags of a page; the search for the main text takes a quarter of a millisecond for an element."""
_DEEP: Final = 250
"""Open elements from which on the parser may have dropped what is deeper."""


def read_html(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a page."""
    data = read_whole(file, options.max_bytes)
    charset = _CHARSET.search(data[:_CHARSET_HEAD])
    declared = charset[1].decode("ascii") if charset else None
    page, notes = decode(data, declared, options.encoding)
    if page.count("<") > MAX_TAGS:
        raise RefusedError("huge", f"the page has more than {MAX_TAGS:,} tags")
    fields, text = _read_page(page)
    document = Mapper({}, options.max_characters).document(
        {**fields, "text": text}, file.id, file.name
    )
    yield noted(replace(document, date_origin="html"), encoding_notes(notes))


def _read_page(page: str) -> tuple[dict[str, object], str]:
    """Return the fields of a page and its main text. Raises ``RefusedError`` if it is not HTML."""
    import htmldate
    import trafilatura  # slow to import, and not needed for other formats

    for name in ("trafilatura", "htmldate", "justext"):  # what concerns the user is reported here
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # A declaration contradicts what is already characters; a doctype marks fragments as HTML.
        tree = trafilatura.load_html("<!DOCTYPE html>\n" + _XML_DECLARATION.sub("", clean(page)))
        if tree is None:
            raise RefusedError("empty", "the page has no text")
        fields = _declared_fields(tree)
        all_text, deep = _all_text(tree)
        if not deep and _precision(fields.get("date")) is None:
            shown = htmldate.find_date(tree, original_date=True)
            fields["date"] = shown or fields.get("date", "")
        main = (
            None
            if deep
            else trafilatura.bare_extraction(
                tree,
                # It halves the speed, and what the page declares is more reliable.
                with_metadata=not fields.get("title"),
                include_comments=False,
                date_extraction_params={"original_date": True, "extensive_search": False},
            )
        )
    except RefusedError:
        raise
    except Exception as error:  # a page must never end a build, whatever the library makes of it
        raise RefusedError("broken", f"it could not be read as HTML ({error!r})") from error
    text = _streamed_text(page) if deep else all_text
    if main is not None:
        for field, value in (
            ("title", main.title),
            ("source", main.sitename),
            ("url", main.url),
            ("language", main.language),
        ):
            if value and not fields.get(field):
                fields[field] = value
        # On a tiny page there is nothing to choose from, and the library breaks its lines.
        if main.text and len(all_text) > _TINY:
            text = main.text
    first_line, _, rest = text.partition("\n")
    if rest and first_line.strip() == fields.get("title"):
        text = rest
    return fields, text


# Main text


def _all_text(tree: Any) -> tuple[str, bool]:
    """Return all text of a page that a reader sees, one line for each block.

    Also tell whether elements are nested so deeply that text may be missing.
    """
    pieces: list[str] = []
    depth = deepest = 0
    for event, element in _walk(tree):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        tag = _tag(element)
        if _BLOCKS.fullmatch(tag):
            pieces.append("\n")
        if event == "end":
            pieces.append((element.tail or "").replace("\n", " "))
        elif tag and not _NOT_TEXT.fullmatch(tag):
            pieces.append((element.text or "").replace("\n", " "))
    return _lines(pieces), deepest >= _DEEP


def _lines(pieces: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Stream(HTMLParser):
    """Collects the text of a page without a tree, whatever its depth."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        """The elements without text that are open; those of the same name are counted."""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line at a block, or a part without text."""
        if _BLOCKS.fullmatch(tag):
            self.pieces.append("\n")
        if (not self._hidden and _NOT_TEXT.fullmatch(tag)) or tag in self._hidden:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a line at a block, or a part without text."""
        if _BLOCKS.fullmatch(tag):
            self.pieces.append("\n")
        if tag in self._hidden:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not self._hidden:
            self.pieces.append(data.replace("\n", " "))


def _streamed_text(page: str) -> str:
    """Return all text of a page that a reader sees, without a parser that has a limit."""
    stream = _Stream()
    stream.feed(page)
    stream.close()
    return _lines(stream.pieces)


def _walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield ("start", element) and ("end", element); elements that are not shown stay closed.

    A stack instead of recursion: broken pages nest thousands deep.
    """
    stack: list[tuple[str, Any]] = [("start", tree)]
    while stack:
        event, element = stack.pop()
        yield event, element
        if event == "start":
            stack.append(("end", element))
            if not _NOT_TEXT.fullmatch(_tag(element)):
                stack += [("start", child) for child in reversed(element)]


def _tag(element: Any) -> str:
    """Return the name of an element; empty for comments and processing instructions."""
    return element.tag if isinstance(element.tag, str) else ""


# Declared fields


def _declared_fields(tree: Any) -> dict[str, object]:
    """Return the fields of a document that a page (an lxml tree) declares."""
    linked = _linked_data(tree)
    metas = list(_metas(tree))
    publisher = linked.get("publisher")
    if isinstance(publisher, list) and publisher:
        publisher = publisher[0]
    address = _first(tree, "//link[@rel='canonical']/@href") or "".join(
        _meta(metas, _META["url"])[:1]
    )
    fields: dict[str, object] = {
        "date": _date(tree, metas, linked, address),
        "source": publisher.get("name") if isinstance(publisher, dict) else publisher,
        "url": address,
        "language": _first(tree, "/html/@lang") or _first(tree, "/html/@*[name()='xml:lang']"),
        "dateline": linked.get("dateline"),
        "tags": linked.get("keywords"),
    }
    for field in ("source", "language", "dateline"):
        if not _is_text(fields[field]):
            fields[field] = next(iter(_meta(metas, _META[field])), "")
    if not fields["tags"]:
        contents = _meta(metas, _META_TAGS)
        fields["tags"] = [tag.strip() for content in contents for tag in content.split(",")]
    titles = [linked.get("headline"), *(_meta(metas, (name,)) for name in _META["title"])]
    host = host_of(address)
    fields["title"] = page_title(
        Page(
            [one_line(text) for title in titles for text in _texts(title)],
            one_line(_first(tree, "//title")),
            headings(tree, "//h1", host),
            headings(tree, "//h2", host),
            [*_texts(fields["source"]), *_meta_all(metas, _META_SITES)],
            str(fields["url"] or ""),
        )
    )
    fields["language"] = _language(fields["language"])
    return {field: _once_more(value) for field, value in fields.items() if value}


def _date(
    tree: Any, metas: list[tuple[str, str]], linked: Mapping[str, object], address: str
) -> str:
    """Return the date that a page declares.

    It is the first that is understood to the day, else the first that is understood at all.
    """
    declared = [
        *_meta_all(metas, _META["date"]),
        *_texts(linked.get("datePublished")),
        _first(tree, "//time[@pubdate]/@datetime") or _only_time(tree),
    ]
    declared = [text for text in declared if text]
    understood = [text for text in declared if _precision(text)]
    days = [text for text in understood if _precision(text) not in ("year", "month")]
    date = next(iter([*days, *understood, *declared]), "")
    return _local_day(date, address) or date


def _only_time(tree: Any) -> str:
    """Return the time of an article; empty if it has several, of comments or of other articles."""
    times = [str(time) for time in tree.xpath("//article//time/@datetime") if time]
    days = {read.value[:10] for time in times if (read := read_date(time))}
    return times[0] if times and len(days) < 2 else ""


_DAY_IN_ADDRESS: Final = re.compile(
    r"/(?P<y>\d{4})[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?:(?P<y2>(?:19|20)\d\d)(?P<m2>\d\d)(?P<d2>\d\d)"
    r"|(?P<d3>\d\d)(?P<m3>\d\d)(?P<y3>(?:19|20)\d\d))(?!\d)"
)
_OF_UTC: Final = re.compile(r"\d(?:Z| ?GMT| ?UTC|[+-]00:?00)$")


def _local_day(date: str, address: str) -> str:
    """Return the day in the address of a page beside whose time in UTC it stands, if any.

    A site writes its own day into addresses; in UTC it may be the one before or after.
    """
    utc = read_date(date) if _OF_UTC.search(date) else None
    for written in _DAY_IN_ADDRESS.finditer(address) if utc else ():
        year, month, day = (
            written[name] or written[f"{name}2"] or written[f"{name}3"] for name in "ymd"
        )
        local = read_date(f"{year}-{month}-{day}")
        if local and utc:
            apart = first_second(local.value) - first_second(utc.value[:10])
            if abs(apart) == DAY_SECONDS:
                return local.value
    return ""


def _precision(value: object) -> str | None:
    """Return how precise a declared date is; None if it is not understood."""
    read = read_date(one_line(value)) if isinstance(value, str) else None
    return read.precision if read else None


def _texts(value: object) -> list[str]:
    """Return the texts of a declared value that is one, or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text.strip()]


def _meta_all(metas: list[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    """Return the contents of the meta elements with any of ``names``, in the order of these."""
    return [content for name in names for other, content in metas if other == name]


def _once_more(value: object) -> object:
    """Replace references that a template or a script escaped a second time."""
    if isinstance(value, list):
        return [_once_more(item) for item in value]
    return unescaped(value) if isinstance(value, str) else value


def _first(tree: Any, path: str) -> str:
    """Return the first result of an XPath as text on one line; empty if there is none."""
    for result in tree.xpath(path)[:1]:
        text = result if isinstance(result, str) else result.text_content()
        return " ".join(str(text).split())
    return ""


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield the name (in lower case) and the content of each meta element that has both."""
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                yield name.strip().lower(), content


def _meta(metas: list[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    """Return the contents of the meta elements with the first of ``names`` that the page has."""
    for name in names:
        contents = [content for other, content in metas if other == name]
        if contents:
            return contents
    return []


def _linked_data(tree: Any) -> Mapping[str, object]:
    """Return the JSON-LD object that describes the article; empty if there is none."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            types = item.get("@type")
            types = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and _ARTICLE.search(name) for name in types) and (
                item.get("headline") or item.get("datePublished")
            ):
                return item
    return {}


def _objects(data: object, nesting: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the objects of JSON-LD, also those of an array and of a ``@graph``."""
    if nesting > _MAX_NESTING:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, nesting + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(data.get(key), nesting + 1)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _language(value: object) -> str:
    """Return ``fr`` for ``fr``, ``fr-FR`` and ``fr_FR``; empty for a list of languages."""
    text = value.strip() if isinstance(value, str) else ""
    return re.split(r"[-_]", text)[0].lower() if "," not in text else ""
