"""What the page of a document shows: its marked text, why it has its themes, its neighbours.

A text becomes safe HTML in two steps. Annotations say which characters an element encloses;
``annotated`` and ``paragraphs`` escape the text and nest the elements properly.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup, escape

from index import MentionedDate
from index.analysis import direction
from search import MAX_DEPTH, DocumentView, Labelled, Result, SearchRequest, SearchResponse
from web.i18n import gettext, month_or_day, negotiate
from web.render import clean_text

MAX_LISTED = 40
"""Matches that have a link of their own above the text."""
MAX_QUOTES = 6
"""Expressions quoted as the reason for a theme."""
MAX_QUOTE = 120
_NAMES, _EVIDENCE, _MATCHES = 0, 1, 2
"""Layers of annotations."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """An element around the characters from ``start`` to ``end`` (exclusive) of a text.

    Elements of a higher ``layer`` stand inside those of a lower one and are cut at their edges.
    Elements of one layer must not overlap. Where an element is cut, only its first piece has the
    attribute ``id``.
    """

    start: int
    end: int
    layer: int
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def opening(self, first: bool) -> Markup:
        """Return the start tag of the first or a later piece."""
        attributes = "".join(
            f' {name}="{escape(value)}"'
            for name, value in self.attributes.items()
            if first or name != "id"
        )
        return Markup(f"<{self.tag}{attributes}>")

    @property
    def closing(self) -> Markup:
        """Return the end tag."""
        return Markup(f"</{self.tag}>")


@dataclass(frozen=True, slots=True)
class Quote:
    """An expression of the text, and the anchor of its place in it."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a document names: how often, and the first anchor."""

    one: Labelled
    mentions: int
    anchor: str | None


@dataclass(frozen=True, slots=True)
class ExplainedTheme:
    """A theme of a document with the expressions that decided for it."""

    one: Labelled
    quotes: tuple[Quote, ...]
    given: bool
    """Whether the agency gave it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as marked HTML, and the lists that lead into it."""

    title: Markup
    paragraphs: list[Markup]
    pages: Mapping[int, Sequence[int]]
    """The numbers of the pages that begin with a paragraph, by its place."""
    matches: int
    listed: int
    organizations: tuple[Named, ...]
    countries: tuple[Named, ...]
    persons: tuple[Named, ...]
    themes: tuple[ExplainedTheme, ...]


def reading(view: DocumentView) -> Reading:
    """Mark matches, organizations, dates and the evidence for themes in a text."""
    names, anchors = _names(view)
    evidence, themes = _evidence(view)
    matches = [
        Annotation(start, end, _MATCHES, "mark", {"id": f"m{number}"})
        for number, (start, end) in enumerate(sorted(view.highlights.body_offsets), 1)
    ]
    title_marks = [Annotation(*span, _MATCHES, "mark") for span in view.highlights.title_offsets]
    return Reading(
        title=annotated(view.title, title_marks),
        paragraphs=paragraphs(view.text, [*names, *evidence, *matches]),
        pages=page_borders(view.text, view.pages),
        matches=len(matches),
        listed=min(len(matches), MAX_LISTED),
        organizations=tuple(
            Named(one, len(view.organization_spans.get(one.value, ())), anchors.get(one.value))
            for one in view.organizations
        ),
        countries=tuple(
            Named(one, len(view.country_spans.get(one.value, ())), anchors.get(_country(one.value)))
            for one in view.countries
        ),
        persons=tuple(
            Named(one, len(view.person_spans.get(one.value, ())), anchors.get(_person(one.value)))
            for one in view.persons
        ),
        themes=themes,
    )


def _country(code: str) -> str:
    """Return what tells a country from an organization."""
    return f"country:{code}"


def _person(id: str) -> str:
    """Return what tells a person from an organization."""
    return f"person:{id}"


def _names(view: DocumentView) -> tuple[list[Annotation], Mapping[str, str]]:
    """Return names and dates as annotations, and the anchor of each first mention.

    Of countries and persons only the first mention is marked: texts are full of them.
    """
    labels = {organization.value: organization.label for organization in view.organizations}
    mentions: list[tuple[str, Annotation]] = []
    for value, spans in view.organization_spans.items():
        attributes = {"class": "org", "title": labels.get(value, value)}
        mentions += [(value, Annotation(*span, _NAMES, "abbr", attributes)) for span in spans]
    for code, spans in view.country_spans.items():
        for span in spans[:1]:
            mentions.append((_country(code), Annotation(*span, _NAMES, "span", {"class": "land"})))
    for person, spans in view.person_spans.items():
        for span in spans[:1]:
            mentions.append(
                (_person(person), Annotation(*span, _NAMES, "span", {"class": "person"}))
            )
    # A bare weekday in a document without a date stays unresolved and has no first day.
    # Dates that only the title says have no characters of the text.
    dates = [_date(day) for day in view.mentioned if day.first and day.last and any(day.span)]
    values = {id(annotation): value for value, annotation in mentions}
    anchors: dict[str, str] = {}
    annotations = []
    for annotation in apart([mention for _, mention in mentions] + dates):
        value = values.get(id(annotation), "")
        if value and value not in anchors:
            anchors[value] = f"o{len(anchors) + 1}"
            attributes = {"id": anchors[value], **annotation.attributes}
            annotation = replace(annotation, attributes=attributes)
        annotations.append(annotation)
    return annotations, anchors


def _date(day: MentionedDate) -> Annotation:
    cut = {"year": 4, "month": 7}.get(day.precision, 10)
    first, last = day.first[:cut], day.last[:cut]
    title = month_or_day(first)
    if first != last:
        title = gettext("%(first)s to %(last)s", first=title, last=month_or_day(last))
    attributes = {"datetime": first, "title": title}
    return Annotation(day.span.start, day.span.end, _NAMES, "time", attributes)


def _evidence(view: DocumentView) -> tuple[list[Annotation], tuple[ExplainedTheme, ...]]:
    """Return the evidence for themes as annotations, and the themes with quotes of it.

    Expressions may overlap. Each has the anchor of the annotation that covers its start.
    """
    spans = sorted({span for spans in view.theme_evidence.values() for span in spans})
    places = apart([Annotation(*span, _EVIDENCE, "span", {"class": "why"}) for span in spans])
    annotations = [
        replace(place, attributes={"id": f"w{number}", **place.attributes})
        for number, place in enumerate(places, 1)
    ]
    anchors: dict[tuple[int, int], str] = {}
    index = 0
    for start, end in spans:
        while index < len(annotations) - 1 and annotations[index].end <= start:
            index += 1
        anchors[start, end] = annotations[index].attributes["id"]
    themes = []
    for theme in view.themes:
        quotes: dict[str, Quote] = {}
        for start, end in sorted(view.theme_evidence.get(theme.value, ())):
            words = " ".join(view.text[start:end].split())[:MAX_QUOTE]
            quotes.setdefault(words.casefold(), Quote(words, anchors[start, end]))
        themes.append(
            ExplainedTheme(
                theme, tuple(quotes.values())[:MAX_QUOTES], theme.value in view.given_themes
            )
        )
    return annotations, tuple(themes)


# Annotated text as HTML.


def apart(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Return the annotations of one layer without those that overlap an earlier or longer one."""
    kept: list[Annotation] = []
    for annotation in sorted(annotations, key=lambda one: (one.start, -one.end)):
        if annotation.start < annotation.end and (not kept or annotation.start >= kept[-1].end):
            kept.append(annotation)
    return kept


def annotated(text: str, annotations: Sequence[Annotation]) -> Markup:
    """Return a text escaped and clean, with its annotations as properly nested elements."""
    return _joined(_pieces(text, 0, sorted(annotations, key=_order), set()))


def _joined(pieces: Iterator[Markup]) -> Markup:
    return Markup(clean_text("".join(pieces)))


def paragraphs(text: str, annotations: Sequence[Annotation]) -> list[Markup]:
    """Return the paragraphs of a text, one for each line that is not blank.

    An annotation that runs past the end of a line continues in the next paragraph.
    """
    waiting = sorted(annotations, key=_order, reverse=True)
    begun: set[int] = set()
    current: list[Annotation] = []
    markup: list[Markup] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while waiting and waiting[-1].start < end:
            current.append(waiting.pop())
        if line.strip():
            markup.append(_joined(_pieces(line, start, current, begun)))
        start = end + 1
        current = [annotation for annotation in current if annotation.end > start]
    return markup


def page_borders(text: str, starts: Sequence[int]) -> dict[int, list[int]]:
    """Return the numbers of the pages that begin with a paragraph, by its place in a text.

    Pages without text begin where the next one does. A single page has no borders.
    """
    borders: dict[int, list[int]] = {}
    place = at = 0
    for number, start in enumerate(starts if len(starts) > 1 else (), 1):
        place += sum(1 for line in text[at:start].split("\n") if line.strip())
        at = start
        borders.setdefault(place, []).append(number)
    return borders


def _order(annotation: Annotation) -> tuple[int, int]:
    return annotation.start, annotation.layer


def _pieces(
    text: str, offset: int, annotations: Sequence[Annotation], begun: set[int]
) -> Iterator[Markup]:
    """Yield the markup of a text that begins at character ``offset`` of the whole text.

    ``begun`` holds the ``id()`` of the annotations that already have a first piece.
    """
    edges: dict[int, tuple[list[Annotation], list[Annotation]]] = {}
    for annotation in annotations:
        start = max(annotation.start - offset, 0)
        end = min(annotation.end - offset, len(text))
        if start < end:
            edges.setdefault(start, ([], []))[0].append(annotation)
            edges.setdefault(end, ([], []))[1].append(annotation)
    opened: list[Annotation] = []
    position = 0
    for edge in sorted(edges):
        yield escape(text[position:edge])
        position = edge
        starting, ending = edges[edge]
        following = [annotation for annotation in opened if annotation not in ending] + starting
        following.sort(key=lambda annotation: annotation.layer)
        same = 0
        while same < min(len(opened), len(following)) and opened[same] is following[same]:
            same += 1
        for annotation in reversed(opened[same:]):
            yield annotation.closing
        for annotation in following[same:]:
            yield annotation.opening(id(annotation) not in begun)
            begun.add(id(annotation))
        opened = following
    yield escape(text[position:])


def joined(fragments: Sequence[str]) -> Markup:
    """Return the fragments of a highlight, already escaped, as one text."""
    return Markup(" ".join(fragments).replace("… …", "…"))


def citation(view: DocumentView, name: str, address: str) -> str:
    """Return title, source, date, identifier and permanent address as one line of plain text.

    Title and source are in the language of the document. Unicode isolates keep them apart from
    the sentence around them, which may run the other way.
    """
    parts = [gettext("“%(title)s”", title=_isolated(name))]
    if view.source:
        parts.append(_isolated(view.source))
    parts.append(month_or_day(view.published[:10]) if view.published else gettext("undated"))
    parts.append(_isolated(view.id))
    what = str(gettext(", ")).join(parts)
    return str(gettext("%(what)s. %(address)s", what=what, address=_isolated(address)))


def _isolated(text: str) -> str:
    """Return a text on one line, isolated if it or the sentence around it runs to the left."""
    line = " ".join(text.split())
    foreign = any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in text)
    return f"\u2068{line}\u2069" if foreign or direction(negotiate()) == "rtl" else line


# The documents before and after it.


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a document stands among the results of a search, counted from 1.

    ``found`` is false if the document is no longer near that position because the archive was
    renewed; it then has no neighbours.
    """

    position: int
    total: int
    found: bool
    before: Result | None = None
    after: Result | None = None


def neighbours(
    search: Callable[[SearchRequest], SearchResponse],
    request: SearchRequest,
    id: str,
    position: int,
) -> Neighbours:
    """Return the neighbours of a document in the results of a search.

    The archive may have been renewed since the link was written: a document that has moved a
    little is found at its new position.
    """
    size, page = page_around(position)
    response = search(
        replace(
            request,
            page=page,
            per_page=size,
            cursor=None,
            facets=(),
            highlight="false",
            match="all",
        )
    )
    first = (page - 1) * size + 1
    ids = [result.id for result in response.results]
    if id not in ids:
        return Neighbours(position, response.total, found=False)
    index = ids.index(id)
    if first + index != position and index in (0, len(ids) - 1):
        return neighbours(search, request, id, first + index)
    return Neighbours(
        position=first + index,
        total=response.total,
        found=True,
        before=response.results[index - 1] if index else None,
        after=response.results[index + 1] if index + 1 < len(ids) else None,
    )


def page_around(position: int) -> tuple[int, int]:
    """Return size and number of a page of results with a position and both of its neighbours.

    No page reaches deeper than MAX_DEPTH: at its end one neighbour may be left out.
    """
    index = position - 1
    for size in range(3, 101):
        page = max(index - 1, 0) // size
        if (index + 1) // size == page and (page + 1) * size <= MAX_DEPTH:
            return size, page + 1
    return 1, position
