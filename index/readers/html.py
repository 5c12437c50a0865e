"""What an HTML page declares about itself: JSON-LD, meta elements, ``time``, ``lang``.

HTML pages: main text, and what the page declares about itself.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, clean, decode, read_whole
from index.readers.mapping import mapper
from index.readers.source import ReadOptions, SourceFile

# In this order; the first that is there and not empty counts.
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
_TAG_NAMES: Final = ("article:tag", "news_keywords", "keywords")
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|WebPage)$")
_MAX_NESTING: Final = 20


def declared_by(tree: Any) -> dict[str, object]:
    """Return the fields of a document that a page (an lxml tree) declares, by our names."""
    linked = _linked_data(tree)
    metas = list(_metas(tree))
    fields: dict[str, object] = {
        "title": linked.get("headline"),
        "date": linked.get("datePublished"),
        "source": _name(linked.get("publisher")),
        "url": _first(tree, "//link[@rel='canonical']/@href"),
        "language": _first(tree, "/html/@lang") or _first(tree, "/html/@*[name()='xml:lang']"),
        "dateline": linked.get("dateline"),
        "tags": linked.get("keywords"),
    }
    for field, names in _META.items():
        if not _is_text(fields[field]):
            fields[field] = _meta(metas, names)
    if not fields["tags"]:
        fields["tags"] = _meta_tags(metas)
    if not _is_text(fields["title"]):
        fields["title"] = _first(tree, "//h1") or _first(tree, "//title")
    if not _is_text(fields["date"]):
        fields["date"] = _first(tree, "(//time[@pubdate] | //article//time)/@datetime")
    fields["language"] = _language(fields["language"])
    return {field: value for field, value in fields.items() if value}


def _first(tree: Any, path: str) -> str:
    """Return the first thing on an XPath, as text on one line."""
    for found in tree.xpath(path)[:1]:
        text = found if isinstance(found, str) else found.text_content()
        return " ".join(str(text).split())
    return ""


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield names (in lower case) and contents of meta elements and of itemprop attributes."""
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                yield name.strip().lower(), content


def _meta(metas: list[tuple[str, str]], names: tuple[str, ...]) -> str:
    for wanted in names:
        for name, content in metas:
            if name == wanted:
                return content
    return ""


def _meta_tags(metas: list[tuple[str, str]]) -> list[str]:
    for wanted in _TAG_NAMES:
        found = [content for name, content in metas if name == wanted]
        if found:
            return [tag.strip() for content in found for tag in content.split(",")]
    return []


def _linked_data(tree: Any) -> Mapping[str, object]:
    """Return the JSON-LD object that describes the article; empty if there is none."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in kinds) and (
                item.get("headline") or item.get("datePublished")
            ):
                return item
    return {}


def _objects(data: object, nesting: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the objects of JSON-LD, those of an array and of a ``@graph`` included."""
    if nesting > _MAX_NESTING:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, nesting + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(data.get(key), nesting + 1)


def _name(value: object) -> object:
    if isinstance(value, list) and value:
        value = value[0]
    return value.get("name") if isinstance(value, dict) else value


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _language(value: object) -> str:
    """Return ``fr`` for ``fr``, ``fr-FR`` and ``fr_FR``; nothing for several languages."""
    text = value.strip() if isinstance(value, str) else ""
    return re.split(r"[-_]", text)[0].lower() if "," not in text else ""


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


def read_html(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the one document of a page."""
    data = read_whole(file.path, options.max_bytes)
    found = _CHARSET.search(data[:_CHARSET_HEAD])
    page = decode(data, found[1].decode("ascii") if found else None, options.encoding)
    declared, text = _read_page(page)
    document = mapper({}).document({**declared, "text": text}, file.id, file.name)
    yield replace(document, date_origin="html")


def _read_page(page: str) -> tuple[dict[str, object], str]:
    """Return what a page declares and its main text; ``RefusedError`` if it is not HTML."""
    import trafilatura  # slow to import, and not needed for other formats

    for name in ("trafilatura", "htmldate", "justext"):  # we report what concerns the user
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # A declaration contradicts what is already characters; a doctype marks fragments as HTML.
        tree = trafilatura.load_html("<!DOCTYPE html>\n" + _XML_DECLARATION.sub("", clean(page)))
        if tree is None:
            raise RefusedError("empty", "the page has no text")
        declared = declared_by(tree)
        everything = _all_text(tree)
        found = trafilatura.bare_extraction(
            tree,
            # It halves the speed, and what the page declares is surer.
            with_metadata=not (declared.get("title") and declared.get("date")),
            include_comments=False,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except RefusedError:
        raise
    except Exception as error:  # a page must never end a build, whatever the library makes of it
        raise RefusedError("broken", f"it could not be read as HTML ({error!r})") from error
    if found is None:
        return declared, _without_title(everything, declared)
    for name, value in (
        ("title", found.title),
        ("date", found.date),
        ("source", found.sitename),
        ("url", found.url),
        ("language", found.language),
    ):
        if value and not declared.get(name):
            declared[name] = value
    # On a tiny page there is nothing to choose from, and the library breaks its lines.
    text = found.text if found.text and len(everything) > _TINY else everything
    return declared, _without_title(text, declared)


def _without_title(text: str, declared: Mapping[str, object]) -> str:
    """Drop a first line that only repeats the title."""
    first, _, rest = text.partition("\n")
    return rest if rest and first.strip() == declared.get("title") else text


def _all_text(tree: Any) -> str:
    """Return all text of a page, for pages too small for the extraction of main text."""
    pieces: list[str] = []
    for event, element in _walk(tree):
        name = _tag(element)
        if _BLOCKS.fullmatch(name):
            pieces.append("\n")
        if event == "end":
            pieces.append((element.tail or "").replace("\n", " "))
        elif name and not _NOT_TEXT.fullmatch(name):
            pieces.append((element.text or "").replace("\n", " "))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield ("start", element) and ("end", element), not entering what readers do not see.

    A stack and not recursion: broken pages nest thousands deep.
    """
    waiting: list[tuple[str, Any]] = [("start", tree)]
    while waiting:
        event, element = waiting.pop()
        yield event, element
        if event == "start":
            waiting.append(("end", element))
            if not _NOT_TEXT.fullmatch(_tag(element)):
                waiting += [("start", child) for child in reversed(element)]


def _tag(element: Any) -> str:
    """Return the name of an element; empty for comments and processing instructions."""
    return element.tag if isinstance(element.tag, str) else ""
