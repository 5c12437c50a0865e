"""Signatures: where a text names its source, and not what it is about.

News names who made it in its dateline (``PARIS, 3 mars (AFP) —``), in a line or a parenthesis of
its own (``avec AFP``), in the credit of a video (``par BFMTV``) and behind its title (``— Le
Monde``); and a newspaper names itself where people speak to it. None of that makes the body an
organization of the text.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from index.analysis import fold_key, fold_text
from index.document import Document, Organization, Span
from index.extract.dates import fold_word, month_names, weekday_names
from index.extract.organizations import find_organizations
from index.facets import VALUE_FACETS, named_sources
from index.vocabularies import grammar
from index.vocabularies import organizations as authority

_DATELINE_REACH: Final = 160
"""Characters of the first line in which a dateline may stand."""
_CREDIT_REACH: Final = 160
"""Characters that a line with the credit of a picture or a video has at most."""
_KEPT: Final = 1 << 12

_DASH = re.compile(r"\s*(?:--|[—–]|\s-(?=\s|$))")
_SEPARATOR = re.compile(r"[,;:/|()\[\]·—–،]|--|(?<!\S)-|-(?!\S)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_NAME = "\0"
"""Stands for the name of a body where the parts of a dateline are judged."""
_WORD = re.compile(rf"{_NAME}|[^\W\d_]+(?:['’.-]+[^\W\d_]+)*")
_DATE_GLUE = frozenset(
    (
        *("le", "den", "am", "el", "il", "dia", "de", "del", "of", "er", "st", "nd", "rd", "th"),
        *("h", "uhr", "gmt", "utc", "سنة", "عام", "من"),
    )
)
_LONGEST_PLACE = 4
_LONGEST_CASELESS = 2
"""Words of a place in a script without capitals, where the words of a sentence look the same."""
_GLUE = re.compile(
    r"(?:[\W\d_]|\b(?:avec|with|mit|con|com|et|and|und|y|e|ed|par|by|von|por|da|per|via|from|the|"
    r"sources?|quellen?|fuentes?|fontes?|fonti|agences?|agency|agenc(?:y|ies)|agenturen?|agencias?|"
    r"agências?|agenzi[ae]|copyright|photos?|credits?|crédits?|foto|vidéo|video|مصدر|المصدر|مع|و|"
    r"وكالة|وكالات|[a-z]{2,4}(?=/)|(?<=/)[a-z]{2,4})\b)*",
    re.IGNORECASE,
)
"""What stands around the names in a line that only signs."""
_BY = re.compile(r"(?:par|by|von|por|di|بقلم)\s*(?:l['’]|the\s|der\s|o\s|a\s)?$")
_TITLE_END = re.compile(r"(?:\s[-–—|:]|\()\s*$")


def without_source(
    found: tuple[Organization, ...], document: Document, text: str, lead: int, language: str
) -> tuple[Organization, ...]:
    """Return the organizations that a document names otherwise than as its source.

    ``text`` has the title in front, ``lead`` characters. A medium that is the document's own source
    stays if the title names it; a body of another kind if the text does, but for signatures.
    """
    if not found:
        return found
    own = _bodies_of(document.source, language)
    names = {value for value, _ in named_sources(document.source)}
    spans = sorted(span for one in found for span in one.spans)

    def stays(one: Organization) -> bool:
        kind = _kind(one)
        is_own = one.id in own or VALUE_FACETS["source"].spelling(one.label) in names
        if not one.spans or not (is_own or kind == "media"):
            return True
        by_title = is_own and kind in ("media", "")
        places = (span for span in one.spans if span.start < lead or not by_title)
        return not all(_signs(text, span, lead, spans) for span in places)

    return tuple(one for one in found if stays(one))


def _kind(one: Organization) -> str:
    """Return what kind of body it is; empty for one that the authority does not know."""
    entry = authority().entries.get(one.id)
    return entry.kind if entry else ""


@lru_cache(_KEPT)
def _bodies_of(source: str, language: str) -> frozenset[str]:
    """Return the bodies that a source names: *Orange avec AFP* is by two."""
    if not source:
        return frozenset()
    resolved = (authority().resolve(name) for name, _ in named_sources(source))
    found = find_organizations(source, language, fold_text(source)).organizations
    return frozenset([*filter(None, resolved), *(one.id for one in found)])


def _signs(text: str, span: Span, lead: int, names: Sequence[Span]) -> bool:
    """Tell whether a name at a place says who made a text; ``names`` ascend."""
    if span.start < lead:
        begin, end = 0, lead
    else:
        begin = max(text.rfind("\n", 0, span.start) + 1, lead)
        end = text.find("\n", span.end)
    line = text[begin : end if end >= 0 else len(text)].rstrip()
    stop = begin + len(line)
    before, after = line[: span.start - begin], line[span.end - begin :]
    if span.start < lead:
        return bool(_TITLE_END.search(before)) and not after.strip(" ).")
    first, last = bisect_left(names, (begin, begin)), bisect_left(names, (stop, stop))
    inside = [Span(one.start - begin, one.end - begin) for one in names[first:last]]
    return (
        (
            not text[lead:begin].strip()
            and _in_dateline(line, len(before), len(line) - len(after), inside)
        )
        or _only_signs(line, inside)
        or _in_parenthesis(before, after, line, inside)
        or (not after.strip(' "”»') and len(line) <= _CREDIT_REACH and bool(_BY.search(before)))
    )


def _in_dateline(line: str, start: int, end: int, names: Sequence[Span]) -> bool:
    """Tell whether a name stands in a dateline: before its dash, or in its parenthesis.

    There is nothing else in it: a name that is the subject of a sentence signs nothing.
    """
    dash = _DASH.search(line[:_DATELINE_REACH])
    if dash and end <= dash.start():
        return _is_dateline(_marked(line[: dash.start()], names), line[dash.end() :].isupper())
    if not (line[start - 1 : start] == "(" and line[end : end + 1] == ")"):
        return False
    before = _marked(line[: start - 1], names)
    return (
        start < _DATELINE_REACH // 2
        and _is_dateline(before, False)
        and _begins_text(" ".join(_telling(before)))
    )


def _marked(line: str, names: Sequence[Span]) -> str:
    """Return a line with a mark in place of each name."""
    marked, end = "", 0
    for name in names:
        if end <= name.start and name.end <= len(line):
            marked, end = f"{marked}{line[end : name.start]}{_NAME}", name.end
    return marked + line[end:]


def _is_dateline(marked: str, shouted: bool) -> bool:
    """Tell whether a text has only places, dates and sources.

    A place beside a source needs capitals, which tell nothing if the line is ``shouted``.
    """
    inside = (part for match in _BRACKETS.finditer(marked) for part in _SEPARATOR.split(match[1]))
    if not all(_may_be_place([w for w in _telling(part) if w != _NAME]) for part in inside):
        return False
    for part in _SEPARATOR.split(_BRACKETS.sub(",", marked)):
        words = _telling(part)
        place = words[: words.index(_NAME)] if _NAME in words else words
        beside = len(place) < len(words)
        if beside and place and (shouted or not " ".join(place).isupper()):
            return False
        if not _may_be_place(place) or any(word != _NAME for word in words[len(place) :]):
            return False
    return True


def _may_be_place(words: list[str]) -> bool:
    """Tell whether words, perhaps none, have the capitals and the number of those of a place."""
    caseless = any(word[0].lower() == word[0].upper() for word in words)
    return (
        len(words) <= (_LONGEST_CASELESS if caseless else _LONGEST_PLACE)
        and not any(word[0].islower() for word in words)
        and grammar("ar")["named"].isdisjoint(map(fold_key, words))  # a medium: قناة
    )


def _begins_text(place: str) -> bool:
    """Tell whether a text may begin with a place, without a dash: in capitals, or a known one."""
    place = place.replace(_NAME, "").strip()
    return not place or place.isupper() or fold_key(place) in grammar("ar")["place"]


def _telling(part: str) -> list[str]:
    """Return the words of a part, and the marks, that neither date it nor join others."""
    return [
        word
        for word in _WORD.findall(part)
        if word == _NAME or not (fold_word(word) in _date_words() or _GLUE.fullmatch(word))
    ]


@cache
def _date_words() -> frozenset[str]:
    """Return the folded words that dates are written with."""
    months = (part for name in month_names() for part in name.split())
    return _DATE_GLUE.union(months, weekday_names())


def _only_signs(line: str, names: Sequence[Span]) -> bool:
    """Tell whether a line has nothing but names and what joins them."""
    rest, end = "", 0
    for name in names:
        if name.end <= len(line):
            rest, end = f"{rest}{line[end : name.start]} ", max(end, name.end)
    return bool(_GLUE.fullmatch(rest + line[end:]))


def _in_parenthesis(before: str, after: str, line: str, names: Sequence[Span]) -> bool:
    """Tell whether a name stands in a parenthesis behind the last sentence of a line."""
    opened, closed = before.rfind("("), after.find(")")
    if opened < 0 or closed < 0 or after[closed + 1 :].strip(" ."):
        return False
    if before[:opened].rstrip()[-1:] not in (".", "!", "?", "»", "”", '"', "…", "۔", "؟"):
        return False
    stop = len(line) - len(after) + closed
    inside = [
        Span(one.start - opened, one.end - opened)
        for one in names
        if opened <= one.start and one.end <= stop
    ]
    return _only_signs(line[opened:stop], inside)
