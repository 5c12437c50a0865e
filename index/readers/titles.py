"""The title of a page among what it declares and shows, without the name of its site.

Pages declare a title for search engines and networks, often with the name of the site or of a
section, or in other words, and show one as a heading. A heading is the title if a declared one
says the same, contains it, or shares words with it; else the best declared one is, without the
segments that name the site, or ``title`` without those that name a section.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from index.readers.headings import EDGES, Heading

_SEPARATOR: Final = re.compile(
    r"(\s+(?:(?:[^\w\s&+…\"'.,;!?()\[\]-]+|[-–—]{1,3})\s+)+|\s*[|│∣¦]\s*|\s*::\s*)"
)
_SECTIONS: Final = re.compile(r"\s+(?:[|•»›>│∣¦→]|::)+\s+|\s*[|│∣¦]\s*")
"""Marks between a section and a title; a slash stands between rivals and results too."""
_CLOSE: Final = re.compile(r"\s*[(\[@:~]\s*|(?<=[\u0590-\uffff])_|\s_\s")
"""Marks that set apart the exact name of a site behind them; ``_`` joins words of small letters."""
_COLON: Final = re.compile(r"\s*[:：]\s*")
_WORD: Final = re.compile(r"\w+")
_HOST: Final = re.compile(
    r"(?:https?://web\.archive\.org/web/\w+/)?(?:https?:)?//(?:www\.)?([^/:?#]+)", re.I
)
_LEAST: Final = 8
"""Letters that a heading must have to be recognised in a declared title."""
_LEAST_SITE: Final = 4
"""Letters of a name of a site that may be part of a segment, or the other way round."""
_MOST_LEFT_OUT: Final = 0.4
"""Share of a title that a heading of the second order may lack."""
_LEAST_WORD: Final = 4
"""Letters of a word that counts when a heading is compared with a declared title."""
_LEAST_SHARED: Final = 2
"""Words that a heading shares with a declared title if it is a form of it."""
_MUCH_LONGER: Final = 2
"""Times that a title is longer than each section beside it."""
_LEAST_WORDS: Final = 4
"""Words of a title between sections."""
_MOST_DECLARED: Final = 10
"""Titles and names of the site that are looked at."""
_MOST_LETTERS: Final = 500
"""Characters of a title in which the name of a site is looked for."""
_MOST_PARTS: Final = 12
"""Elements of a heading of which some may be the title."""


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
    declared = page.declared[:_MOST_DECLARED]
    titles = [*declared, *([page.title] if page.title else [])]
    short = [without_site(title, sites) for title in titles]
    said = {_letters(title) for title in (*declared, *short[: len(declared)])}
    headings = _lines(page.headings, short, said, sites)
    subheadings = _lines(page.subheadings, short, said, sites)
    segments = {_letters(part) for part in _SEPARATOR.split(page.title)}
    others = [line for line in headings if _letters(line) not in segments]  # no section
    shown = (
        _same(short, [*headings, *subheadings])
        or _contained(declared, short, headings, subheadings)
        or _contained([page.title], short, headings, subheadings)
        or _containing(short, headings)
        or _related(short, others, page.sites)
    )
    if shown:
        return shown
    named = [title for title in short if _letters(title) not in {*sites, ""}]
    if not declared:
        named = [_main_segment(title) for title in named]
        if len(others) == 1 and not (named and _says_more(named[0], others[0])):
            return others[0]
    return next(iter([*named, *headings, *filter(None, short), *subheadings]), "")


def host_of(url: str) -> str:
    """Return the host of an address without ``www.``; empty if it has none."""
    host = _HOST.match(url)
    return host[1].casefold() if host else ""


def without_site(title: str, sites: Iterable[str]) -> str:
    """Return a title without the segments that are among the letters of ``sites``.

    What stands behind such a segment, a slogan or a section, goes with it if it is shorter than
    what is left. At least one segment stays.
    """
    names = set(sites)
    if len(title) > _MOST_LETTERS or _letters(title) in names:
        return title
    parts = _SEPARATOR.split(title)
    while len(parts) > 2 and _letters(parts[0]) in names and not _COLON.fullmatch(parts[1]):
        parts = parts[2:]
    for at in range(2, len(parts) - 1, 2):
        before, behind = "".join(parts[: at - 1]), "".join(parts[at + 2 :])
        if _letters(parts[at]) in names and _is_title(before) and len(before) > len(behind):
            parts = parts[: at - 1]
            break
    while len(parts) > 2 and _names_site(parts[-1], names):
        parts = parts[:-2]
    return _without_close("".join(parts).strip(), names)


def _without_close(title: str, names: set[str]) -> str:
    """Return a title without a name of the site behind a colon, a bracket or the like."""
    for mark in _CLOSE.finditer(title):
        before, behind = title[: mark.start()].strip(), title[mark.end() :]
        if _letters(behind) in names and _is_title(before):
            return before
    return title


def _is_title(text: str) -> bool:
    """Return whether a text is enough for a title: two words, or one that is long."""
    return len(_WORD.findall(text)) > 1 or len(_letters(text)) >= _LEAST


def _says_more(title: str, heading: str) -> bool:
    """Return whether a title has more than two words, and is longer than a heading."""
    return len(_WORD.findall(title)) > _LEAST_SHARED and len(_letters(title)) > len(
        _letters(heading)
    )


def _site_names(page: Page) -> set[str]:
    """Return the letters of the names that a page has for its site."""
    host = host_of(page.url)
    names = {_letters(name) for name in islice(page.sites, _MOST_DECLARED)}
    names |= {_letters(line.text) for line in (*page.headings, *page.subheadings) if line.is_site}
    if host:
        names |= {_letters(host), _letters(host.rpartition(".")[0])}
    if not page.declared:
        names.add(_letters(_slogan(page.title)))
    return names - {""}


def _slogan(title: str) -> str:
    """Return the last segment of a title, a name or slogan, that is shorter than the first.

    Behind a slash or a colon it may be a rival, a result or a person who speaks.
    """
    parts = _SEPARATOR.split(title)
    if len(parts) == 1 or parts[-2].strip() in ("/", ":") or len(parts[0]) <= len(parts[-1]):
        return ""
    return parts[-1] if len(_WORD.findall(parts[0])) >= _LEAST_WORDS else ""


def _lines(
    headings: Iterable[Heading], titles: Sequence[str], declared: set[str], sites: set[str]
) -> list[str]:
    """Return the headings that are no name of the site, without what is not their title.

    ``declared`` and ``sites`` are letters.
    """
    lines = [_cut(heading, titles, declared) for heading in headings if not heading.is_site]
    return [line for line in lines if _letters(line) not in {*sites, ""}]


def _cut(heading: Heading, titles: Sequence[str], declared: set[str]) -> str:
    """Return a heading without what stands around the title in it, in elements of its own."""
    parts = heading.parts
    if not heading.is_marked and _letters(heading.text) in declared:
        return heading.text
    if len(parts) > _MOST_PARTS:
        return heading.short
    sides = [" ".join(side) for at in range(1, len(parts)) for side in (parts[:at], parts[at:])]
    found = _same((title for title in titles if len(_letters(title)) >= _LEAST), sides)
    return found.strip(EDGES) or heading.short


def _same(titles: Iterable[str], lines: Sequence[str]) -> str:
    """Return the first line that says the same as a title."""
    said = {_letters(line): line for line in reversed(lines)}
    return next((said[title] for title in map(_letters, titles) if title in said), "")


def _contained(
    titles: Sequence[str], short: Sequence[str], headings: Sequence[str], others: Sequence[str]
) -> str:
    """Return the longest heading in titles, or one of the second order that is most of them."""
    whole = [_letters(title) for title in titles]
    least = (1 - _MOST_LEFT_OUT) * min((len(_letters(title)) for title in short), default=0)
    long = [line for line in others if len(_letters(line)) >= least]
    for lines in (headings, long):
        found = [line for line in lines if _is_part(line, whole) and not _is_label(line, short)]
        if found:
            return max(found, key=len)
    return ""


def _containing(titles: Iterable[str], lines: Sequence[str]) -> str:
    """Return the first line that contains a title."""
    said = [(_letters(line), line) for line in lines]
    for title in map(_letters, titles):
        for text, line in said:
            if len(title) >= _LEAST and title in text:
                return line
    return ""


def _related(titles: Sequence[str], lines: Sequence[str], sites: Iterable[str]) -> str:
    """Return the first line that says in other words what titles do.

    It shares two words with them, or it is the only one, shares a word, and is not much shorter.
    """
    words = {word for title in titles for word in _words(title) if len(word) >= _LEAST_WORD}
    words -= {word for name in islice(sites, _MOST_DECLARED) for word in _words(name)}
    least = min((len(title) for title in titles if title), default=0) / _MUCH_LONGER
    for line in lines:
        shared = len(words & _words(line))
        if shared >= _LEAST_SHARED or (shared and len(lines) == 1 and len(line) >= least):
            return line
    return ""


def _main_segment(title: str) -> str:
    """Return the segment of a title that is much longer than those of sections around it."""
    parts = _SECTIONS.split(title)
    longest = max(parts, key=len)
    if len(_WORD.findall(longest)) < _LEAST_WORDS:
        return title
    others = [part for part in parts if part is not longest]
    return longest if all(len(part) * _MUCH_LONGER <= len(longest) for part in others) else title


def _names_site(segment: str, names: set[str]) -> bool:
    """Return whether a segment is a name of the site, or more than half of one, or that of it."""
    letters = _letters(segment)
    for name in names:
        short, long = sorted((name, letters), key=len)
        if len(short) >= _LEAST_SITE and short in long and len(short) * 2 > len(long):
            return True
    return letters in names


def _is_part(line: str, titles: Iterable[str]) -> bool:
    letters = _letters(line)
    return len(letters) >= _LEAST and any(letters in title for title in titles)


def _is_label(line: str, titles: Iterable[str]) -> bool:
    """Return whether a heading is one word, of a subject, that titles have in longer segments."""
    if len(_WORD.findall(line)) > 1:
        return False
    word = _letters(line)
    segments = (part for title in titles for part in _SEPARATOR.split(title))
    return all(
        len(_WORD.findall(part)) >= _LEAST_WORDS for part in segments if word in _letters(part)
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
