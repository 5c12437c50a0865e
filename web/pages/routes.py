"""The routes of the pages: search, document, facets, status, problems, language."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from flask import Blueprint, Response, current_app, make_response, request

from index.document import opening
from index.facets import SUGGESTED, VALUE_FACETS
from index.vocabularies import LANGUAGES
from search import FACETS as FACET_NAMES
from search import (
    MAX_DEPTH,
    RESULT_FIELDS,
    DateFacet,
    FacetOrder,
    FacetValue,
    Fault,
    Labelled,
    Parameter,
    Related,
    SearchRequest,
    SearchResponse,
    understood_as,
)
from search.answers import web_address
from search.query import in_own_words
from web import assets, context, i18n, links
from web.context import (
    HL,
    PREFIX,
    VERSION,
    arguments,
    asked_leniently,
    engine,
    localized,
    operation,
    page,
    render,
    settings,
)
from web.errors import PROBLEMS, NoSuchDocument, NoSuchFacet
from web.i18n import facet_label, gettext
from web.links import PageLinks, language_parameter, same_results
from web.operate import vary
from web.originals import original_address
from web.pages.document import Neighbours, citation, joined, neighbours, reading
from web.pages.facets import (
    MAX_MONTHS,
    SHOWN_ORDER,
    chips,
    counted,
    date_rows,
    histogram,
    is_medium,
    lines,
    presets,
    sections,
    steps,
    tags,
)
from web.paths import is_for_programs, path_of
from web.spreadsheet import MAX_ROWS

blueprint = Blueprint("pages", __name__)

_l = str  # Marks a sentence for the message catalogues of web/translations.

ORDER = Parameter("order", "`name` for the order of names, else by count.")
AT = Parameter("at", "Position in the results.", "number", maximum=MAX_DEPTH - 1)

SIMILAR = 5
PEOPLE = 20
"""Senders or recipients of a mail that its page names."""
EXPORTS = (
    ("export.xlsx", "Excel", MAX_ROWS),
    ("export.search_ris", "RIS", 0),
    ("export.search_bibtex", "BibTeX", 0),
    ("export.ndjson", "NDJSON", 0),
)
"""Forms of all results that a page offers, and how many documents each has at most."""
EXAMPLES = 4
MAX_OFFERS = 3
"""Themes and other values that a page offers for one query."""
MAX_LANGUAGES = 200
NEWEST = 5
"""Documents on the first page, which must be light."""
FACET_VALUES = 50
"""Values on a page of a facet."""
MAX_PREFIX = 200
MAX_SKIPPED = 200
"""Skipped files that the status page names."""
REMEMBERED_SECONDS = 365 * 24 * 3600


@blueprint.get("/", endpoint="home")
@blueprint.get("/search")
@operation(HL, search=True)
def search() -> Response:
    """Show the answer to a search, or the newest documents."""
    understood, faults = asked_leniently()
    # A page shows marks and explanations, whatever fields and highlights the parameters name.
    understood = replace(understood, fields=RESULT_FIELDS, highlight="true")
    query = replace(understood, beside=True, months=MAX_MONTHS, trimmed=True)
    answer = context.kept(query)
    if answer is not None:
        return answer
    response = context.search(query)
    understood = response.request
    home = request.endpoint == "pages.home" and not links.parameters(understood)
    to = PageLinks(understood)
    facets = response.facets
    dates = facets.get("date")
    return page(
        "search.html",
        response=response,
        results=response.results[:NEWEST] if home else response.results,
        request_=understood,
        to=to,
        chips=chips(response, to),
        faults=[(fault, _fault_sentence(fault)) for fault in faults],
        wrong_dates=_wrong_dates(faults),
        warnings=[notice.detail(gettext) for notice in response.warnings],
        pages=links.pages(response),
        understood_as=_understood_as(response),
        offers=_offers(response),
        numbers=_page_numbers(response),
        first=(understood.page - 1) * understood.per_page + 1 if not understood.cursor else None,
        facet_label=facet_label,
        counted=counted,
        sections=sections(facets.values(), to),
        facet_order=[name for name in SHOWN_ORDER if name in facets],
        histogram=histogram(dates, to) if isinstance(dates, DateFacet) else None,
        presets=presets(_newest(response.generation, response.documents), to),
        home=home,
        examples=_examples() if not response.total and response.documents else {},
        joined=joined,
        tags=tags,
        exports=EXPORTS,
        today=date.today().isoformat(),
    )


def _understood_as(response: SearchResponse) -> str:
    """Say how the query was read, if that surprises and no offer says so."""
    if any(facet != "theme" for facet, _ in response.names):
        return ""
    request = response.request
    return understood_as(request.q, response.understood, request.locale)


def _newest(generation: str, documents: int) -> str:
    """Return the date of the newest document of the archive; empty if none has one.

    It is kept for the archive as it is now, unless time ran out before all were looked at.
    """
    archive, (kept, day) = (generation, documents), current_app.config["NEWEST"]
    if kept == archive:
        return cast(str, day)
    newest = SearchRequest(sort="-date", undated="exclude", per_page=1, facets=(), fields=("id",))
    response = engine().search(newest)
    day = response.results[0].published or "" if response.results else ""
    if not any(notice.code == "out_of_time" for notice in response.warnings):
        current_app.config["NEWEST"] = archive, day
    return day


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that the whole query names: how many documents have it, in how many languages."""

    facet: str
    one: Labelled
    documents: int
    languages: int


def _offers(response: SearchResponse) -> list[Offer]:
    """Return what the whole query names, which is found in other languages too."""
    request = response.request
    offers = []
    for facet, one in response.names[:MAX_OFFERS]:
        if not request.selected.get(facet):
            having = SearchRequest(
                selected={facet: (one.value,)}, facet_size=MAX_LANGUAGES, locale=request.locale
            )
            found = engine().facet("lang", having, "", 1).facet
            documents = sum(value.count for value in found.values)
            offers.append(Offer(facet, one, documents, found.distinct))
    return [offer for offer in offers if offer.documents]


def _fault_sentence(fault: Fault) -> str:
    """Say what was not understood, of a date with examples in the reader's language."""
    if fault.code != "invalid_date":
        return fault.detail(gettext)
    day, month = i18n.month_or_day("2024-03-15"), i18n.month_or_day("2024-03")
    sentence = _l("Not a date: write 15/03/2024, %(day)s, %(month)s or 2024.")
    return gettext(sentence, day=day, month=month)


def _wrong_dates(faults: Sequence[Fault]) -> dict[str, str]:
    """Return what was typed as the ends of a range, if it was not understood."""
    if not any(fault.code in ("invalid_date", "empty_range") for fault in faults):
        return {}
    return {name: request.args.get(name, "")[:MAX_PREFIX] for name in ("from", "to")}


def _page_numbers(response: SearchResponse) -> list[int | None]:
    """Return the pages to link to around the current one; None stands for a gap."""
    count = links.pages(response).count
    if count is None or count < 2:
        return []
    current, last = response.request.page, min(count, MAX_DEPTH // response.request.per_page)
    near = {1, last, *range(max(current - 2, 1), min(current + 2, last) + 1)}
    numbers: list[int | None] = []
    for number in sorted(near):
        if numbers and number - (numbers[-1] or 0) > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def _examples() -> dict[str, tuple[FacetValue, ...]]:
    """Return the most frequent values of the archive, for a reader who found nothing."""
    everything = SearchRequest(facet_size=4 * EXAMPLES, locale=i18n.negotiate())
    examples = {}
    for name in SUGGESTED:
        values = engine().facet(name, everything, "", 1).facet.values
        shown = [value for value in values if not is_medium(name, value.value)]
        examples[name] = tuple(shown[:EXAMPLES])
    return examples


@blueprint.get("/document/<id:id>")
@operation(HL, AT, search=True)
def document(id: str) -> Response:
    """Show a document, the matches of ``q`` marked, and where it stands in the results."""
    asked, faults = asked_leniently()
    query, position = same_results(asked), _position()
    view = engine().document(id, i18n.negotiate(), query.q)
    if view is None:
        raise NoSuchDocument()
    name = view.title or opening(view.text) or view.id
    to = PageLinks(query)
    around = neighbours(context.search, query, id, position) if position else None
    return page(
        "document.html",
        view=view,
        name=name,
        faults=[(fault, _fault_sentence(fault)) for fault in faults],
        reading=reading(view),
        to=to,
        around=around,
        back=_back(to, around),
        similar=engine().similar(id, SIMILAR, i18n.negotiate()) or (),
        related=engine().related(id, i18n.negotiate()) or Related(),
        listed=PEOPLE,
        source_url=web_address(view.url),
        original=original_address(request.script_root, view),
        page_of_original=lambda number: original_address(request.script_root, view, number),
        citation=citation(view, name, to.permanent(view.id)),
    )


def _position() -> int | None:
    """Return the position of a document in the search that led to it. Raises InvalidRequest."""
    if not request.args.get("at"):
        return None
    own = arguments()
    position = own.number("at")
    own.check()
    return position


def _back(to: PageLinks, around: Neighbours | None) -> str:
    """Return the address of the page of results that a document stands on."""
    if around is None:
        return to.own()
    return to.changed(page=(around.position - 1) // to.request.per_page + 1)


@blueprint.get("/facet/<name>")
@operation(HL, PREFIX, ORDER, search=True)
def facet(name: str) -> Response:
    """Show the values of a facet: searched, paged, by count or by name; dates as a table."""
    if name == "date":
        return _dates()
    if name not in VALUE_FACETS:
        raise NoSuchFacet(FACET_NAMES)
    query, faults = asked_leniently()
    prefix = request.args.get("prefix", "")[:MAX_PREFIX]
    order: FacetOrder = "name" if request.args.get("order") == "name" else "count"
    results = same_results(query)
    sized = replace(results, facet_size=FACET_VALUES)
    found = engine().facet(name, sized, prefix, query.page, order)
    to = PageLinks(results)
    shown = {value.value for value in found.facet.values}
    carried = links.parameters(results)
    return page(
        "facet.html",
        name=name,
        facet_action=request.script_root + path_of("pages.facet", name=name),
        title=facet_label(name),
        lines=lines(name, [(_full_label(name, value), value) for value in found.facet.values], to),
        counted=counted(name, found.total),
        prefix=prefix,
        order=order,
        mode="all" if request.args.get(f"{name}_mode") == "all" else "any",
        faults=[(fault, _fault_sentence(fault)) for fault in faults],
        to=to,
        back=to.own(),
        carried_filters=[pair for pair in carried if pair[0] not in (name, f"{name}_mode")]
        + language_parameter(),
        kept_values=[value for value in query.selected.get(name, ()) if value not in shown],
        page_number=query.page,
        page_count=min(-(-found.total // FACET_VALUES), MAX_DEPTH // query.per_page),
        reach=MAX_DEPTH // query.per_page * FACET_VALUES,
        total=found.total,
    )


def _full_label(name: str, value: FacetValue) -> str:
    """Return the label of a value, after the label of the one above it."""
    facet = VALUE_FACETS[name]
    labels = [facet.known_label(above, i18n.negotiate()) for above in facet.above(value.value)]
    return " / ".join([*filter(None, reversed(labels)), value.label])


def _dates() -> Response:
    """Show the dates as a table: what the histogram shows, in words and numbers."""
    query, faults = asked_leniently()
    results = same_results(query)
    dated = replace(results, facets=("date",), per_page=1, highlight="false")
    dated = replace(dated, interval=query.interval)
    answer = context.kept(dated)
    if answer is not None:
        return answer
    response = context.search(dated)
    to = PageLinks(results)
    dates = cast(DateFacet, response.facets["date"])
    return page(
        "dates.html",
        title=facet_label("date"),
        dates=dates,
        rows=date_rows(dates, to),
        inferred=any(bucket.inferred for bucket in dates.values),
        faults=[(fault, _fault_sentence(fault)) for fault in faults],
        coarser=query.interval not in ("auto", dates.interval),
        csv=to.counts("date", interval=dates.interval),
        to=to,
        back=to.own(),
        steps=steps(to),
    )


@blueprint.get("/status")
@operation(HL)
def status() -> Response:
    """Show what is served, since when, and what was left out of it."""
    arguments().check()
    served, skipped = engine().status(), engine().skipped()
    shown = skipped[:MAX_SKIPPED] if settings().skipped_paths else ()
    body = render(
        "status.html",
        status=served,
        languages=sorted(served.languages.items(), key=lambda pair: (-pair[1], pair[0])),
        kinds=Counter(file.kind for file in skipped).most_common(),
        skipped=shown,
        more=len(skipped) - len(shown) if shown else 0,
        settings=settings(),
        version=VERSION,
    )
    return localized(make_response(body))


_FACETS = {
    "date": _l("When a document was published, as it says itself or as its text tells."),
    "source": _l("Where a document comes from; spellings of one name are one value."),
    "lang": _l("The language of the text."),
    "organization": _l("Organizations that a text names, by any of their names."),
    "theme": _l(
        "Subjects, told by the expressions of a text; a theme has the documents of its sub-themes"
        " too."
    ),
    "country": _l("Countries and territories that a text names, also by their people or capital."),
    "person": _l("Persons that a text names, by any of their names."),
}
"""What the help says of each facet."""
_OPERATORS = ("{0} AND {1}", "{0} OR {1}", "{0} NOT {2}", "({0} OR {1}) NOT {2}")


@blueprint.get("/help")
@operation(HL)
def help() -> Response:
    """Tell how to search, with examples that search."""
    arguments().check()
    words = gettext("border"), gettext("customs"), gettext("sea")
    examples = [example.format(*words) for example in _OPERATORS]
    return page(
        "help.html",
        to=PageLinks(SearchRequest()),
        operators=[in_own_words(example, i18n.negotiate()) for example in examples],
        facets=[(name, gettext(_FACETS[name])) for name in SHOWN_ORDER],
        facet_label=facet_label,
    )


@blueprint.get("/docs/errors")
@operation(HL)
def errors() -> Response:
    """Explain each type of problem, under the anchor that its URI names."""
    arguments().check()
    problems = [
        (kind, problem.status, *map(gettext, (problem.title, problem.detail, problem.remedy)))
        for kind, problem in PROBLEMS.items()
    ]
    return page("docs_errors.html", problems=problems)


@blueprint.post("/language")
def remember_language() -> Response:
    """Remember the language of the page that the reader was on, or forget it; go back there.

    This sets the only cookie of the service, and only for a reader who asks for it.
    """
    code = request.form.get("hl", "")
    response = make_response("", 303)
    response.headers["Location"] = request.script_root + _own_address(request.form.get("to", ""))
    response.headers["Cache-Control"] = "no-store"
    path = request.script_root or "/"
    if code in LANGUAGES:
        response.set_cookie(
            i18n.COOKIE,
            code,
            max_age=REMEMBERED_SECONDS,
            path=path,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(i18n.COOKIE, path=path)
    return response


def _own_address(address: str) -> str:
    """Return an address of this service without its language; that of the home page for others."""
    parts = urlsplit("".join(address.split()))
    own = parts.path.startswith("/") and not parts.path.startswith("//")
    # Two dots would lead out of the path that the service has.
    climbs = ".." in unquote(parts.path).split("/")
    if parts.scheme or parts.netloc or not own or climbs or "\\" in address:
        return "/"
    query = links.encoded([pair for pair in parse_qsl(parts.query) if pair[0] != "hl"])
    return f"{parts.path}{'?' + query if query else ''}"


@blueprint.after_app_request
def _vary(response: Response) -> Response:
    """Tell caches that the cookie decides the language, except for the endpoint."""
    if request.endpoint != assets.ENDPOINT and not is_for_programs():
        vary(response, "Cookie")
    return response
