"""The headings of a page, what designers set apart in them, and which are the name of the site.

A heading may hold more than the title: a line above it (a section, a series, the place), a line
below it, a date. They stand in elements of their own, most with a class that says what they are.
The name of the site is a heading that links to the first page.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from index.readers.markup import unescaped

_MOST: Final = 10
_HIDDEN: Final = frozenset(("script", "style", "noscript", "template", "svg", "button", "select"))
_APART: Final = frozenset(("small", "time", "sup"))
_LEAST: Final = 8
"""Letters of what is left of a heading without what stands apart."""
_APART_CLASS: Final = re.compile(
    r"(?:kicker|eyebrow|overline|roof-?line|dach-?zeile|top-?line|spitzmarke|tag-?line|byline"
    r"|(?:super|supra?|sur|over|pre|sub|sous|unter|sotto|sopra|ante)[-_]?(?:tit|head|line)\w*"
    r"|occhiello|catenaccio|sommario|cintillo|volanta|chapeu|rubri[ckq]\w*"
    r"|visually-?hidden|screen-?reader\w*|sr-?only)"
    r"|(?:^|[\s_-])(?:label|category|section|topic|badge|date|datetime|author|meta)(?:$|[\s_-])",
    re.I,
)
_SITE_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:site-?(?:title|name)|logo|brand)(?:$|[\s_-])", re.I
)
_HOME: Final = re.compile(
    r"(?:https?://web\.archive\.org/web/\w+/)?(?:(?:https?:)?//[^/?#]+)?"
    r"/?(?:[a-z]{2}/?)?(?:(?:index|home|default)\.\w+)?",
    re.I,
)
EDGES: Final = " :|-–—·•,/"
"""Marks between the parts of a heading, which belong to none."""


class Heading(NamedTuple):
    """A heading on one line, and the parts of it that stand apart from each other."""

    text: str
    short: str
    """The text without what its classes set apart."""
    parts: tuple[str, ...]
    """The texts of its elements."""
    is_site: bool
    """Whether it is the name of the site."""


def headings(tree: Any, path: str) -> list[Heading]:
    """Return the first headings of a page that a path finds and that have any text."""
    found = (_heading(element) for element in tree.xpath(path)[:_MOST])
    return [heading for heading in found if heading.text]


def one_line(text: str) -> str:
    """Return a text without references and soft hyphens, with single spaces."""
    return " ".join(unescaped(text).replace("\u00ad", "").split())


def _heading(element: Any) -> Heading:
    pieces = [(text, apart) for text, apart in _pieces(element, apart=False) if text]
    text = one_line("".join(text for text, _ in pieces))
    short = text
    if any(apart for _, apart in pieces):
        short = one_line("".join(text for text, apart in pieces if not apart)).strip(EDGES)
        short = short if sum(map(str.isalnum, short)) >= _LEAST else text
    parts = tuple(line for line in (one_line(text) for text, _ in pieces) if line)
    return Heading(text, short, parts, _is_site(element))


def _pieces(element: Any, *, apart: bool) -> Iterator[tuple[str, bool]]:
    """Yield each text of an element, and whether it stands apart."""
    yield element.text or "", apart
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag and tag not in _HIDDEN:
            below = apart or tag in _APART or bool(_APART_CLASS.search(child.get("class") or ""))
            if tag == "br":
                yield " ", apart
            yield from _pieces(child, apart=below)
        yield child.tail or "", apart


def _is_site(element: Any) -> bool:
    if _SITE_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return True
    links = [*element.iter("a"), *element.iterancestors("a")]
    return any(
        "home" in (link.get("rel") or "").split() or _HOME.fullmatch(link.get("href") or "#")
        for link in links
    )
