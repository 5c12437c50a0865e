"""The pages: search, document, the types of problems."""

from dataclasses import dataclass, replace
from hashlib import blake2b

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from search.presenter import web_address
from search.request import MAX_DEPTH, VALUE_FACETS, SearchRequest, Sort
from search.response import DateBucket, FacetValue, SearchResponse, ValueFacet
from search.views import opening
from web import links
from web.context import asked, engine, only
from web.errors import NotFoundHere
from web.i18n import OFFERED, month_or_day, negotiate
from web.messages import FACETS, FAULTS, PROBLEMS, notice_detail
from web.representation import SEARCH
from web.text import joined, marked, paragraphs

blueprint = Blueprint("pages", __name__)

SIMILAR = 5
FIRST_VALUES = 8
"""Values of a facet that are in sight; the others of the list unfold."""
MORE_VALUES = 100


class Addresses:
    """The addresses that the links of a page lead to, for one request."""

    def __init__(self, request: SearchRequest) -> None:
        self.request = request

    def search(self, wanted: SearchRequest | None = None) -> str:
        """Return the address of a search; of the page itself by default."""
        return _here("/search", links.parameters(wanted or self.request))

    def words(self, q: str) -> str:
        """Return the address of the same search with other words."""
        return self.search(replace(links.first_page(self.request), q=q))

    def toggled(self, facet: str, value: str) -> str:
        """Return the address that adds a value, or removes it if selected."""
        return self.search(links.toggled(self.request, facet, value))

    def bucket(self, bucket: DateBucket) -> str:
        """Return the address that sets the range to a bucket, or lifts it."""
        return self.search(links.dated(self.request, bucket))

    def undated_only(self) -> str:
        """Return the address of the undated documents alone."""
        return self.search(replace(links.undated(self.request), undated="only"))

    def sorted(self, sort: Sort) -> str:
        """Return the address of the same results in another order."""
        return self.search(replace(links.first_page(self.request), sort=sort))

    def page(self, number: int) -> str:
        """Return the address of another page."""
        return self.search(replace(self.request, page=number, cursor=None))

    def more(self) -> str:
        """Return the address with longer lists of facet values."""
        return self.search(replace(self.request, facet_size=MORE_VALUES))

    def document(self, id: str) -> str:
        """Return the address of a document, with the words to mark in it."""
        return _here(f"/document/{id}", [("q", self.request.q)] if self.request.q else [])

    def value(self, facet: str, value: str) -> str:
        """Return the address of all documents that carry a value."""
        return _here("/search", [(facet, value)])

    def export(self, path: str) -> str:
        """Return the address of the same search in another form."""
        return _here(path, links.parameters(links.first_page(self.request)))

    def api(self) -> str:
        """Return the address of the same answer from the endpoint."""
        return links.address(request.script_root, SEARCH, links.parameters(self.request))

    def raw(self, id: str) -> str:
        """Return the address of a document from the endpoint."""
        return links.address(request.script_root, f"/api/documents/{id}")

    def hidden(self, *left_out: str) -> links.Parameters:
        """Return what a form must carry along besides its own fields."""
        written = links.parameters(links.first_page(self.request))
        return [pair for pair in written if pair[0] not in left_out] + _language()


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter and the address that removes it."""

    facet: str
    label: str
    address: str
    excluded: bool = False


@blueprint.get("/")
@blueprint.get("/search")
def search() -> Response:
    """Show the answer to a search, or the newest documents."""
    # A page shows marks whatever form the endpoint is asked for.
    wanted = replace(asked(also=("hl",)), highlight="true")
    response = engine().search(wanted)
    understood = response.request
    return _page(
        "search.html",
        response=response,
        request_=understood,
        to=Addresses(understood),
        chips=chips(response),
        warnings=[notice_detail(notice) for notice in response.warnings],
        pages=links.pages(response),
        numbers=page_numbers(response),
        facet_labels=FACETS,
        sorts={
            "relevance": gettext("Relevance"),
            "-date": gettext("Newest first"),
            "date": gettext("Oldest first"),
        },
        home=request.path == "/" and not links.parameters(understood),
        more_values=MORE_VALUES,
        first_values=FIRST_VALUES,
        joined=joined,
    )


@blueprint.get("/document/<id:id>")
def document(id: str) -> Response:
    """Show a document, the matches of ``q`` marked."""
    only(("q", "hl"))
    q = request.args.get("q", "")
    view = engine().document(id, negotiate(), q)
    if view is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    return _page(
        "document.html",
        view=view,
        name=view.title or opening(view.text) or view.id,
        title=marked(view.title, sorted(view.highlights.title_offsets)),
        paragraphs=paragraphs(view.text, view.highlights.body_offsets),
        to=Addresses(SearchRequest(q=q)),
        similar=engine().similar(id, SIMILAR, negotiate()) or (),
        source_url=web_address(view.url),
    )


@blueprint.get("/docs/errors")
def errors() -> Response:
    """Explain each type of problem, under the anchor that its URI names."""
    only(("hl",))
    return _page("docs_errors.html", problems=PROBLEMS, faults=FAULTS)


def chips(response: SearchResponse) -> list[Chip]:
    """Return the chosen filters in the order of the facets, dates last."""
    request = response.request
    to = Addresses(request)
    found: list[Chip] = []
    for facet in VALUE_FACETS:
        labels = _labels(response, facet)
        name = str(FACETS[facet])
        for value in request.selected.get(facet, ()):
            label = labels.get(value, value)
            found.append(Chip(name, label, to.toggled(facet, value)))
        for value in request.excluded.get(facet, ()):
            address = to.search(links.readmitted(request, facet, value))
            found.append(Chip(name, labels.get(value, value), address, excluded=True))
    if request.date_from or request.date_to or request.undated:
        lifted = to.search(links.undated(request))
        found.append(Chip(str(FACETS["date"]), _range(request), lifted))
    return found


def page_numbers(response: SearchResponse) -> list[int | None]:
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


def _labels(response: SearchResponse, facet: str) -> dict[str, str]:
    counted = response.facets.get(facet)
    if not isinstance(counted, ValueFacet):
        return {}
    lines: list[FacetValue] = list(counted.values)
    lines += [child for value in counted.values for child in value.children]
    return {line.value: line.label for line in lines}


def _range(request: SearchRequest) -> str:
    first = month_or_day(request.date_from.isoformat()) if request.date_from else ""
    last = month_or_day(request.date_to.isoformat()) if request.date_to else ""
    if first and last:
        said = first if first == last else gettext("%(first)s to %(last)s", first=first, last=last)
    elif first:
        said = gettext("from %(first)s", first=first)
    elif last:
        said = gettext("until %(last)s", last=last)
    else:
        said = ""
    about = {
        "only": gettext("undated only"),
        "include": gettext("undated included"),
        "exclude": gettext("dated only"),
    }.get(request.undated or "", "")
    return ", ".join(part for part in (said, about) if part)


def _language() -> links.Parameters:
    chosen = request.args.get("hl", "")
    return [("hl", chosen)] if chosen in OFFERED else []


def _here(path: str, parameters: links.Parameters) -> str:
    return links.address(request.script_root, path, [*parameters, *_language()])


def _page(template: str, **context: object) -> Response:
    written = render_template(template, **context)
    response = make_response(written)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
    response.set_etag(blake2b(response.get_data(), digest_size=12).hexdigest(), weak=True)
    response.make_conditional(request)
    return response


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    """Give every template its language, the other ones, and the addresses of its frame."""

    def other(locale: str) -> str:
        kept = [pair for pair in request.args.items(multi=True) if pair[0] != "hl"]
        return links.address(request.script_root, request.path, [*kept, ("hl", locale)])

    names = {"fr": "Français", "en": "English"}
    return {
        "locale": negotiate(),
        "interface_languages": [(code, names[code], other(code)) for code in OFFERED],
        "language_fields": _language(),
        "home_address": _here("/", []),
        "search_address": _here("/search", []),
        "search_action": request.script_root + "/search",
    }
