"""HTML pages: main text, and what the page declares about itself."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_whole
from index.readers.encoding import decode
from index.readers.mapping import mapper
from index.readers.options import ReadOptions
from index.readers.page import declared_by
from index.readers.source import SourceFile
from index.readers.text import clean

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


def read_documents(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
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
