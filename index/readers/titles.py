"""The title of a page among what it declares and shows, without the name of its site.

Pages declare a title for search engines and networks, often with the name of the site or of a
section, and show one as a heading. The heading that the declared titles contain is the title; else
the declared one, without the segments that are a name of the site.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_SEPARATOR: Final = re.compile(r"(\s+[|·•»«›‹]+\s+|\s+[-–—]{1,3}\s+|\s*\|\s*|\s*::\s*)")
_WORD: Final = re.compile(r"\w+")
_HOST: Final = re.compile(r"^(?:https?:)?//(?:www\.)?([^/:?#]+)")
_LEAST: Final = 8
"""Letters that a heading must have to be recognised in a declared title."""
_LEAST_DECLARED: Final = 15
"""Letters of a declared title that stands for a heading with more words before it."""
_LEAST_SITE: Final = 4
"""Letters of a name of a site that may be part of a segment, or the other way round."""
_MOST_LEFT_OUT: Final = 0.4
"""Share of a title that a heading of the second order may lack."""
_SHARED: Final = 0.5
"""Share of the words of a heading that the declared titles have."""


class Page(NamedTuple):
    """What titles are found in, each on one line.

    ``declared`` are titles for others, the best first; ``title`` is that of the element.
    """

    declared: Sequence[str]
    title: str
    headings: Sequence[str]
    subheadings: Sequence[str]
    sites: Iterable[str]
    """Names of the site."""
    url: str


def page_title(page: Page) -> str:
    """Return the title of a page; empty if it has none."""
    sites = _site_names(page)
    declared = [*page.declared, *([page.title] if page.title else [])]
    short = [without_site(title, sites) for title in declared]
    headings = [line for line in page.headings if _letters(line) and _letters(line) not in sites]
    for title in short[: len(page.declared)]:  # what stands before it is a kicker or a date
        letters = _letters(title)
        ending = [line for line in headings if _letters(line).endswith(letters)]
        if len(letters) >= _LEAST_DECLARED and ending:
            return next((line for line in ending if _letters(line) == letters), title)
    whole = [_letters(title) for title in declared]
    contained = [line for line in headings if _is_part(line, whole)]
    contained = contained or [
        line
        for line in page.subheadings
        if _is_part(line, whole)
        and len(_letters(line)) >= (1 - _MOST_LEFT_OUT) * min(map(len, map(_letters, short)))
    ]
    if contained:
        return max(contained, key=len)
    for title in short:
        letters = _letters(title)
        for line in headings:
            if len(letters) >= _LEAST and letters in _letters(line):
                return line
    words = {word for title in declared for word in _words(title)}
    for line in headings:
        own = _words(line)
        if not declared or (own and len(own & words) >= _SHARED * len(own)):
            return line
    named = [title for title in short if _letters(title) and _letters(title) not in sites]
    return next(iter([*named, *headings, *filter(None, short), *page.subheadings]), "")


def without_site(title: str, sites: Iterable[str]) -> str:
    """Return a title without the segments at its ends that are among the letters of ``sites``."""
    names = set(sites)
    parts = _SEPARATOR.split(title)
    while len(parts) > 2 and _names_site(parts[-1], names):
        parts = parts[:-2]
    while len(parts) > 2 and _letters(parts[0]) in names:
        parts = parts[2:]
    return "".join(parts).strip()


def _site_names(page: Page) -> set[str]:
    """Return the letters of the names that a page has for its site."""
    host = _HOST.match(page.url)
    names = {_letters(name) for name in page.sites}
    if host:
        names |= {_letters(host[1]), _letters(host[1].rpartition(".")[0])}
    segments = _SEPARATOR.split(page.title)
    if not page.declared and len(segments[0]) > len(segments[-1]):  # a slogan
        names.add(_letters(segments[-1]))
    return names - {""}


def _names_site(segment: str, names: set[str]) -> bool:
    letters = _letters(segment)
    return letters in names or any(
        min(len(name), len(letters)) >= _LEAST_SITE and (name in letters or letters in name)
        for name in names
    )


def _is_part(line: str, titles: Iterable[str]) -> bool:
    letters = _letters(line)
    return len(letters) >= _LEAST and any(letters in title for title in titles)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
