"""A document as a reader sees it: its text with everything marked that is known about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from index.document import MentionedDate
from search.response import DocumentView, Labelled
from web.i18n import month_or_day
from web.pages.text import Annotation, apart, marked, paragraphs

MAX_LISTED = 40
"""Matches that have a link of their own above the text."""
MAX_QUOTES = 6
"""Expressions quoted as the reason for a theme."""
MAX_QUOTE = 120
_NAMES, _EVIDENCE, _MATCHES = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the text, and the anchor of their place in it."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Named:
    """An organization of a document: how often the text names it, and where first."""

    one: Labelled
    mentions: int
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A theme of a document with the words that decided."""

    one: Labelled
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its marks, and what leads to them."""

    title: Markup
    paragraphs: list[Markup]
    matches: int
    listed: int
    organizations: tuple[Named, ...]
    themes: tuple[Reasoned, ...]


def reading(view: DocumentView) -> Reading:
    """Mark matches, organizations, dates and the reasons for themes in a text."""
    names, first_mentions = _names(view)
    evidence, themes = _evidence(view)
    matches = [
        Annotation(start, end, _MATCHES, "mark", {"id": f"m{number}"})
        for number, (start, end) in enumerate(sorted(view.highlights.body_offsets), 1)
    ]
    return Reading(
        title=marked(view.title, sorted(view.highlights.title_offsets)),
        paragraphs=paragraphs(view.text, [*names, *evidence, *matches]),
        matches=len(matches),
        listed=min(len(matches), MAX_LISTED),
        organizations=tuple(
            Named(
                one,
                len(view.organization_spans.get(one.value, ())),
                first_mentions.get(one.value),
            )
            for one in view.organizations
        ),
        themes=themes,
    )


def _names(view: DocumentView) -> tuple[list[Annotation], Mapping[str, str]]:
    """Return organizations and dates as annotations, and the anchor of each first mention."""
    canonical = {one.value: one.label for one in view.organizations}
    found: list[tuple[str, Annotation]] = []
    for value, spans in view.organization_spans.items():
        name = canonical.get(value, value)
        for start, end in spans:
            attributes = {"class": "org", "title": name}
            found.append((value, Annotation(start, end, _NAMES, "abbr", attributes)))
    of = {id(one): value for value, one in found}
    kept = apart(
        [one for _, one in found]
        + [
            # A bare weekday in a document without a date stays unresolved.
            _date(day)
            for day in view.mentioned
            if day.first and day.last
        ]
    )
    anchors: dict[str, str] = {}
    written = []
    for one in kept:
        value = of.get(id(one), "")
        if value and value not in anchors:
            anchors[value] = f"o{len(anchors) + 1}"
            attributes = {"id": anchors[value], **one.attributes}
            one = Annotation(one.start, one.end, one.layer, one.tag, attributes)
        written.append(one)
    return written, anchors


def _date(day: MentionedDate) -> Annotation:
    cut = {"year": 4, "month": 7}.get(day.precision, 10)
    first, last = day.first[:cut], day.last[:cut]
    said = month_or_day(first)
    if first != last:
        said = gettext("%(first)s to %(last)s", first=said, last=month_or_day(last))
    return Annotation(
        day.span.start, day.span.end, _NAMES, "time", {"datetime": first, "title": said}
    )


def _evidence(view: DocumentView) -> tuple[list[Annotation], tuple[Reasoned, ...]]:
    """Return the places that decided for themes, one annotation a place, and the themes."""
    spans = sorted({span for found in view.theme_evidence.values() for span in found})
    places = apart(
        [Annotation(start, end, _EVIDENCE, "span", {"class": "why"}) for start, end in spans]
    )
    anchored = [
        Annotation(one.start, one.end, one.layer, one.tag, {"id": f"w{n}", **one.attributes})
        for n, one in enumerate(places, 1)
    ]
    holding: dict[tuple[int, int], str] = {}
    at = 0
    for start, end in spans:
        while at < len(anchored) - 1 and anchored[at].end <= start:
            at += 1
        holding[start, end] = anchored[at].attributes["id"]
    themes = []
    for one in view.themes:
        quotes: dict[str, Quote] = {}
        for start, end in sorted(view.theme_evidence.get(one.value, ())):
            words = " ".join(view.text[start:end].split())[:MAX_QUOTE]
            quotes.setdefault(words.casefold(), Quote(words, holding[start, end]))
        themes.append(Reasoned(one, tuple(quotes.values())[:MAX_QUOTES]))
    return anchored, tuple(themes)
