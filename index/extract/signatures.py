"""Signatures: where a text names its source, and not what it is about.

News names who made it in its dateline (``PARIS, 3 mars (AFP) —``), in a line or a parenthesis of
its own (``avec AFP``), in the credit of a video (``par BFMTV``) and behind its title (``— Le
Monde``); and a newspaper names itself where people speak to it. None of that makes the body an
organization of the text.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from index.analysis import fold_text
from index.document import Document, Organization, Span
from index.extract.organizations import find_organizations
from index.facets import VALUE_FACETS, named_sources
from index.vocabularies import organizations as authority

_DATELINE_REACH: Final = 160
"""Characters of the first line in which a dateline may stand."""
_CREDIT_REACH: Final = 160
"""Characters that a line with the credit of a picture or a video has at most."""
_KEPT: Final = 1 << 12

_DASH = re.compile(r"\s*(?:--|[—–]|\s-(?=\s|$))")
_PLACE = re.compile(r"\W*[^\W\d_a-zß-öø-ÿ]{2,}")
"""What a dateline begins with: a place in capitals, or in a script without them."""
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
        (not text[lead:begin].strip() and _in_dateline(line, len(before), len(line) - len(after)))
        or _only_signs(line, inside)
        or _in_parenthesis(before, after, line, inside)
        or (not after.strip(' "”»') and len(line) <= _CREDIT_REACH and bool(_BY.search(before)))
    )


def _in_dateline(line: str, start: int, end: int) -> bool:
    """Tell whether a name stands before the dash of a dateline, or in its parenthesis."""
    dash = _DASH.search(line[:_DATELINE_REACH])
    if dash and end <= dash.start():
        return bool(_PLACE.match(line)) or line[:start].strip(" (") == ""
    closed = line[start - 1 : start] == "(" and line[end : end + 1] == ")"
    return closed and start < _DATELINE_REACH // 2 and bool(_PLACE.match(line) or start == 1)


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
