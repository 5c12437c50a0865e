"""The title of a page among what it declares and shows, without the name of its site.

Pages declare a title for search engines and networks, often with the name of the site or of a
section, or in other words, and show one as a heading. A heading is the title if a declared one
says the same, contains it, or shares words with it; else the best declared one is, without the
segments that name the site or a section.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from index.readers.headings import EDGES, Heading

_SEPARATOR: Final = re.compile(
    r"(\s+(?:(?:[^\w\s&+…\"'.,;!?()\[\]-]+|[-–—]{1,3})\s+)+|\s*[|│∣¦]\s*|\s*::\s*)"
)
_SECTIONS: Final = re.compile(r"\s+(?:[|•»›>/│∣¦→]|::)+\s+|\s*[|│∣¦]\s*")
"""Marks between a section and a title."""
_CLOSE: Final = re.compile(r"\s*[(\[@:~]\s*|_")
"""Marks without a space before them that set apart the exact name of a site, and no other words."""
_WORD: Final = re.compile(r"\w+")
_HOST: Final = re.compile(r"^(?:https?:)?//(?:www\.)?([^/:?#]+)")
_LEAST: Final = 8
"""Letters that a heading must have to be recognised in a declared title."""
_LEAST_SITE: Final = 4
"""Letters of a name of a site that may be part of a segment, or the other way round."""
_MOST_LEFT_OUT: Final = 0.4
"""Share of a title that a heading of the second order may lack."""
_LEAST_WORD: Final = 4
"""Letters of a word that counts when a heading is compared with a declared title."""
_LEAST_SHARED: Final = 2
"""Words that one of several headings shares with a declared title if it is a form of it."""
_MUCH_LONGER: Final = 2
"""Times that a title is longer than each section beside it."""


class Page(NamedTuple):
    """What titles are found in, each on one line.

    ``declared`` are titles for others, the best first; ``title`` is that of the element.
    """

    declared: Sequence[str]
    title: str
    headings: Sequence[Heading]
    subheadings: Sequence[Heading]
    sites: Iterable[str]
    """Names of the site."""
    url: str


def page_title(page: Page) -> str:
    """Return the title of a page; empty if it has none."""
    sites = _site_names(page)
    titles = [*page.declared, *([page.title] if page.title else [])]
    short = [without_site(title, sites) for title in titles]
    headings = _lines(page.headings, short, sites)
    subheadings = _lines(page.subheadings, short, sites)
    segments = {_letters(part) for part in _SEPARATOR.split(page.title)}
    others = [line for line in headings if _letters(line) not in segments]  # no section
    shown = (
        _same(short, [*headings, *subheadings])
        or _contained(page.declared, short, headings, subheadings)
        or _contained([page.title], short, headings, subheadings)
        or _containing(short, headings)
        or _related(titles, others)
    )
    if shown:
        return shown
    if len(others) == 1 and not page.declared:
        return others[0]
    named = [_main_segment(title) for title in short if _letters(title) not in {*sites, ""}]
    return next(iter([*named, *headings, *filter(None, short), *subheadings]), "")


def without_site(title: str, sites: Iterable[str]) -> str:
    """Return a title without the segments that are among the letters of ``sites``.

    What stands behind such a segment, a slogan or a section, goes with it; at least one stays.
    """
    names = set(sites)
    if _letters(title) in names:
        return title
    parts = _SEPARATOR.split(title)
    while len(parts) > 2 and _letters(parts[0]) in names:
        parts = parts[2:]
    at = next((at for at in range(2, len(parts), 2) if _letters(parts[at]) in names), 0)
    parts = parts[: at - 1] if at else parts
    while len(parts) > 2 and _names_site(parts[-1], names):
        parts = parts[:-2]
    return _without_close("".join(parts).strip(), names)


def _without_close(title: str, names: set[str]) -> str:
    """Return a title without a name of the site that a colon or a bracket sets apart."""
    for mark in _CLOSE.finditer(title):
        before, behind = title[: mark.start()], title[mark.end() :]
        if _letters(before) and _letters(behind) in names:
            return before.strip()
        if _letters(behind) and _letters(before) in names:
            return behind.strip()
    return title


def _site_names(page: Page) -> set[str]:
    """Return the letters of the names that a page has for its site."""
    host = _HOST.match(page.url)
    names = {_letters(name) for name in page.sites}
    names |= {_letters(line.text) for line in (*page.headings, *page.subheadings) if line.is_site}
    if host:
        names |= {_letters(host[1]), _letters(host[1].rpartition(".")[0])}
    segments = _SEPARATOR.split(page.title)
    if not page.declared and len(segments[0]) > len(segments[-1]):  # a slogan
        names.add(_letters(segments[-1]))
    return names - {""}


def _lines(headings: Iterable[Heading], titles: Sequence[str], sites: set[str]) -> list[str]:
    """Return the headings that are no name of the site, without what is not their title."""
    lines = [_cut(heading, titles) for heading in headings if not heading.is_site]
    return [line for line in lines if _letters(line) not in {*sites, ""}]


def _cut(heading: Heading, titles: Sequence[str]) -> str:
    """Return a heading without what stands around the title in it, in elements of its own."""
    parts = heading.parts
    sides = [" ".join(side) for at in range(1, len(parts)) for side in (parts[:at], parts[at:])]
    found = _same((title for title in titles if len(_letters(title)) >= _LEAST), sides)
    return found.strip(EDGES) or heading.short


def _same(titles: Iterable[str], lines: Sequence[str]) -> str:
    """Return the first line that says the same as a title."""
    wanted = [_letters(title) for title in titles]
    return next((line for title in wanted for line in lines if _letters(line) == title), "")


def _contained(
    titles: Sequence[str], short: Iterable[str], headings: Sequence[str], others: Sequence[str]
) -> str:
    """Return the longest heading in titles, or one of the second order that is most of them."""
    whole = [_letters(title) for title in titles]
    least = (1 - _MOST_LEFT_OUT) * min((len(_letters(title)) for title in short), default=0)
    long = [line for line in others if len(_letters(line)) >= least]
    for lines in (headings, long):
        found = [line for line in lines if _is_part(line, whole)]
        if found:
            return max(found, key=len)
    return ""


def _containing(titles: Iterable[str], lines: Sequence[str]) -> str:
    """Return the first line that contains a title."""
    for title in map(_letters, titles):
        for line in lines:
            if len(title) >= _LEAST and title in _letters(line):
                return line
    return ""


def _related(titles: Iterable[str], lines: Sequence[str]) -> str:
    """Return the first line that says in other words what titles do."""
    words = {word for title in titles for word in _words(title) if len(word) >= _LEAST_WORD}
    least = min(len(lines), _LEAST_SHARED)
    return next((line for line in lines if len(words & _words(line)) >= least), "")


def _main_segment(title: str) -> str:
    """Return the segment of a title that is much longer than those of sections around it."""
    parts = _SECTIONS.split(title)
    longest = max(parts, key=len)
    others = [part for part in parts if part is not longest]
    return longest if all(len(part) * _MUCH_LONGER <= len(longest) for part in others) else title


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
