"""The headings of a page, what designers set apart in them, and which are the name of the site.

A heading may hold more than the title: a line above it (a section, a series, the place), a line
below it, a date. They stand in elements of their own, most with a class that says what they are.
The name of the site is a heading that links to the first page.
"""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from index.readers.markup import unescaped

_MOST: Final = 10
_HIDDEN: Final = frozenset(("script", "style", "noscript", "template", "svg", "button", "select"))
_APART: Final = frozenset(("small", "time"))
_LEAST: Final = 8
"""Letters of what is left of a heading without what stands apart."""
_APART_CLASS: Final = re.compile(
    r"(?-i:(?<![a-z])|(?=[A-Z]))"  # no ``sur`` in ``mesure``, no ``over`` in ``cover``
    r"(?:kicker|eyebrow|overline|roof-?line|dach-?zeile|top-?line|spitzmarke|tag-?line|byline"
    r"|(?:super|supra?|sur|over|pre|sub|sous|unter|sotto|sopra|ante)[-_]?(?:tit|head|line)\w*"
    r"|occhiello|catenaccio|sommario|cintillo|volanta|chapeu|rubri[ckq]\w*"
    r"|visually-?hidden|screen-?reader\w*|sr-?only)"
    r"|(?:^|[\s_-])(?:label|category|section|topic|badge|date|datetime|author|meta)"
    r"(?:$|[\s_-](?![_-]?(?:tit|headline|heading|name|text)))",
    re.I,
)
_SITE_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:site-?(?:title|name)|logo|brand)(?:$|[\s_-])", re.I
)
_HOME: Final = re.compile(
    r"(?:https?://web\.archive\.org/web/\w+/)?(?:(?:https?:)?//(?:www\.)?([^/?#:]+)(?::\d+)?)?"
    r"/?(?:(?:ar|bg|ca|cs|da|de|el|en|es|et|eu|fa|fi|fr|ga|gl|he|hi|hr|hu|id|is|it|ja|ko|lt|lv|nl|no"
    r"|pl|pt|ro|ru|sk|sl|sq|sr|sv|th|tr|uk|vi|zh)(?:/|$))?(?:(?:index|home|default)\.\w+)?",
    re.I,
)
"""The address of a first page, also of that in a language."""
EDGES: Final = " :|-–—·•,/"
"""Marks between the parts of a heading, which belong to none."""


class _Apart(IntEnum):
    """What says that a text stands apart."""

    NOT = 0
    ELEMENT = 1
    CLASS = 2


class Heading(NamedTuple):
    """A heading on one line, and the parts of it that stand apart from each other."""

    text: str
    short: str
    """The text without what stands apart at its edges."""
    parts: tuple[str, ...]
    """The texts of its elements."""
    is_site: bool
    """Whether it is the name of the site."""
    is_marked: bool = False
    """Whether a class says what stands apart, not only an element such as ``small``."""


def headings(tree: Any, path: str, host: str = "") -> list[Heading]:
    """Return the first headings of a page that a path finds and that have any text.

    ``host`` is that of the page, if it is known.
    """
    found = (_heading(element, host) for element in tree.xpath(path)[:_MOST])
    return [heading for heading in found if heading.text]


def one_line(text: str) -> str:
    """Return a text without references and soft hyphens, with single spaces."""
    return " ".join(unescaped(text).replace("\u00ad", "").split())


def _heading(element: Any, host: str) -> Heading:
    pieces = [(text, apart) for text, apart in _pieces(element) if text]
    text = one_line("".join(text for text, _ in pieces))
    parts = tuple(line for line in (one_line(text) for text, _ in pieces) if line)
    marked = any(apart is _Apart.CLASS for _, apart in pieces)
    return Heading(text, _short(text, pieces), parts, _is_site(element, text, host), marked)


def _short(text: str, pieces: Sequence[tuple[str, _Apart]]) -> str:
    """Return a heading without what stands apart at its edges, unless that is most of it."""
    own = [at for at, (piece, apart) in enumerate(pieces) if not apart and _letters(piece)]
    if not own or not any(apart for _, apart in pieces):
        return text
    short = one_line("".join(piece for piece, _ in pieces[own[0] : own[-1] + 1])).strip(EDGES)
    least = max(_LEAST, _letters(text) - _letters(short))
    return short if _letters(short) >= least else text


def _letters(text: str) -> int:
    """Return how many letters and digits a text has."""
    return sum(map(str.isalnum, text))


def _pieces(element: Any, apart: _Apart = _Apart.NOT) -> Iterator[tuple[str, _Apart]]:
    """Yield each text of an element, and what says that it stands apart."""
    yield element.text or "", apart
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag and tag not in _HIDDEN:
            below = apart
            if _APART_CLASS.search(child.get("class") or ""):
                below = _Apart.CLASS
            elif tag in _APART and not apart:
                below = _Apart.ELEMENT
            if tag == "br":
                yield " ", apart
            yield from _pieces(child, below)
        yield child.tail or "", apart


def _is_site(element: Any, text: str, host: str) -> bool:
    """Return whether a heading is the name of the site: all of it leads to the first page."""
    if _SITE_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return True
    if any(_leads_home(link, host) for link in element.iterancestors("a")):
        return True
    links = (link for link in element.iter("a") if _leads_home(link, host))
    return any(
        one_line("".join(piece for piece, _ in _pieces(link))).strip(EDGES) == text.strip(EDGES)
        for link in links
    )


def _leads_home(link: Any, host: str) -> bool:
    """Return whether a link leads to the first page, of no other host than that of the page."""
    if "home" in (link.get("rel") or "").split():
        return True
    home = _HOME.fullmatch((link.get("href") or "#").strip())
    if not home:
        return False
    other = (home[1] or host).casefold()
    return (
        not host
        or other == host
        or f".{other}".endswith(f".{host}")
        or f".{host}".endswith(f".{other}")
    )
