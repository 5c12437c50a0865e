"""HTML pages: main text, and what the page declares about itself."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from index.document import Document, Skipped
from index.readers.content import RefusedError, read_whole
from index.readers.encoding import decode
from index.readers.mapping import mapper
from index.readers.options import ReadOptions
from index.readers.page import declared_by
from index.readers.walk import SourceFile

_CHARSET: Final = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)
_CHARSET_HEAD: Final = 4096
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
        tree = trafilatura.load_html(page)
        if tree is None:
            raise RefusedError("broken", "no HTML was found in it")
        declared = declared_by(tree)
        everything = _all_text(tree)
        found = trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except RefusedError:
        raise
    except Exception as error:  # a page must never end a build, whatever the library makes of it
        raise RefusedError("broken", f"it could not be read as HTML ({error!r})") from error
    if found is None:
        return declared, everything
    for name, value in (
        ("title", found.title),
        ("date", found.date),
        ("source", found.sitename),
        ("url", found.url),
        ("language", found.language),
    ):
        if value and not declared.get(name):
            declared[name] = value
    return declared, found.text or everything


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
