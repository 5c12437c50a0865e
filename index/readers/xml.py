"""XML of others: parsed without entities, network or huge trees; its text by blocks."""

import io
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from lxml import etree

from index.readers.content import RefusedError

_DECLARED: Final = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)[\"'][^>]*\?>")
_LATIN: Final = frozenset((b"iso-8859-1", b"latin1", b"windows-1252", b"cp1252", b"iso-8859-15"))
_MAX_ELEMENTS: Final = 5_000_000
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(data: bytes) -> Any:
    """Return the root of an XML document. Raises ``RefusedError`` if it is none.

    UTF-8 that declares a Latin encoding is read as UTF-8.
    """
    data = _mended(data)
    try:
        return etree.fromstring(data, etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("broken", f"it is not XML: {error}") from error


def _mended(data: bytes) -> bytes:
    data = data.lstrip()
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() in _LATIN and not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return data
        return data[declared.end() :]
    return data


def events(data: bytes | Any, kept: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the starts and ends of elements; each is cleared after its end.

    Elements whose names are in ``kept`` are cleared with the one that they are in. Raises
    ``RefusedError`` where the data are not XML.
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    count = 0
    try:
        walk = etree.iterparse(stream, events=("start", "end"), **_SAFE)
        for event, element in walk:
            count += 1
            if count > 2 * _MAX_ELEMENTS:
                raise RefusedError("huge", f"it has more than {_MAX_ELEMENTS:,} elements")
            yield event, element
            if event == "end" and name(element) not in kept:
                element.clear(keep_tail=True)
                before = element.getprevious()
                if before is not None:
                    parent = element.getparent()
                    if parent is not None:
                        parent.remove(before)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("broken", f"it is not XML: {error}") from error


def elements(stream: Any, tags: Collection[str], level: int = 2) -> Iterator[Any]:
    """Yield whole elements with these names up to a level below the root, then forget them.

    Raises ``RefusedError`` where the data are not XML.
    """
    depth = 0
    for event, element in events(stream, _Everything()):
        depth += 1 if event == "start" else -1
        if event == "end" and depth < level:
            if name(element) in tags:
                yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


class _Everything(frozenset[str]):
    """Every name."""

    def __contains__(self, _: object) -> bool:
        return True


def name(element: Any) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def line(element: Any) -> str:
    """Return the text of an element on one line; empty for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def all_of(element: Any, *names: str) -> Iterator[Any]:
    """Yield the elements below one that have one of these names, in any namespace."""
    return (one for one in element.iter() if name(one) in names)


def first_of(element: Any, *names: str) -> str:
    """Return the first text that is not empty of elements with these names, in their order."""
    for wanted in names:
        for one in all_of(element, wanted):
            if text := line(one):
                return text
    return ""


def attribute_of(element: Any, wanted: str, *attributes: str) -> str:
    """Return the first attribute of these that an element of this name has."""
    for one in all_of(element, wanted):
        for attribute in attributes:
            if value := one.get(attribute):
                return " ".join(value.split())
    return ""


_HEADINGS: Final = ("hl1", "hl2", "h1", "h2", "h3", "h4", "h5", "h6", "title", "caption")
_BLOCKS: Final = frozenset(
    (*_HEADINGS, "p", "li", "tr", "div", "br", "table", "pre", "block", "media-caption")
) | {"section", "blockquote", "dt", "dd", "body"}
_CELLS: Final = frozenset(("td", "th"))
_HIDDEN: Final = frozenset(("script", "style", "head", "template"))
_SPACES: Final = re.compile(r"[ \t\r\n]+")


def text_of(element: Any, hidden: Collection[str] = _HIDDEN) -> str:
    """Return the text of an element with its blocks on lines of their own."""
    pieces: list[str] = []
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        one, ended = stack.pop()
        tag = name(one).lower()
        if ended:
            pieces.append("\n" if tag in _BLOCKS else "\t" if tag in _CELLS else "")
            if one is not element and one.tail:
                pieces.append(_SPACES.sub(" ", one.tail))
            continue
        if tag and tag not in hidden:
            if tag in _BLOCKS:
                pieces.append("\n")
            if one.text:
                pieces.append(one.text if tag == "pre" else _SPACES.sub(" ", one.text))
            stack.append((one, True))
            stack += [(child, False) for child in reversed(one)]
        elif one is not element and one.tail:
            pieces.append(_SPACES.sub(" ", one.tail))
    return re.sub(r" *\n[ \n]*", "\n", "".join(pieces)).strip()
