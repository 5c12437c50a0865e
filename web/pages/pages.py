"""The pages: search, document, the types of problems, the language to remember."""

from dataclasses import replace
from hashlib import blake2b
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, g, make_response, render_template, request
from flask_babel import gettext

from index.document import opening
from index.facets import SUGGESTED
from search.request import MAX_DEPTH, Fault, InvalidRequest, SearchRequest, parse_request
from search.response import DateFacet, FacetValue, SearchResponse, ValueFacet
from search.results import web_address
from web import i18n, links
from web.addresses import Addresses, here, language, plain
from web.context import asked, engine, only
from web.errors import NotFoundHere
from web.messages import FACETS, FAULTS, PROBLEMS, notice_detail
from web.pages import histogram
from web.pages.choices import chips, section
from web.pages.citation import citation
from web.pages.neighbours import Neighbours, neighbours
from web.pages.reading import reading
from web.pages.text import joined

blueprint = Blueprint("pages", __name__)

SIMILAR = 5
EXAMPLES = 4
NEWEST = 5
"""Documents on the first page, which must be light."""
REMEMBERED_SECONDS = 365 * 24 * 3600


@blueprint.get("/")
@blueprint.get("/search")
def search() -> Response:
    """Show the answer to a search, or the newest documents."""
    # A page shows marks whatever form the endpoint is asked for.
    wanted = replace(asked(also=("hl",)), highlight="true", months=histogram.MONTHS)
    response = engine().search(wanted)
    understood = response.request
    home = request.path == "/" and not links.parameters(understood)
    to = Addresses(understood)
    facets = response.facets
    dates = facets.get("date")
    return page(
        "search.html",
        response=response,
        results=response.results[:NEWEST] if home else response.results,
        request_=understood,
        to=to,
        chips=chips(response, to),
        warnings=[notice_detail(notice) for notice in response.warnings],
        pages=links.pages(response),
        numbers=page_numbers(response),
        first=(understood.page - 1) * understood.per_page + 1 if not understood.cursor else None,
        facet_labels=FACETS,
        sections={
            name: section(facet, to)
            for name, facet in facets.items()
            if isinstance(facet, ValueFacet)
        },
        drawing=histogram.drawing(dates, to) if isinstance(dates, DateFacet) else None,
        sorts={
            "relevance": gettext("Relevance"),
            "-date": gettext("Newest first"),
            "date": gettext("Oldest first"),
        },
        home=home,
        examples=_examples() if not response.total and response.documents else {},
        joined=joined,
    )


@blueprint.get("/document/<id:id>")
def document(id: str) -> Response:
    """Show a document, the matches of ``q`` marked, and where it stands in the results."""
    came_from, position = _way_here()
    view = engine().document(id, i18n.negotiate(), came_from.q)
    if view is None:
        raise NotFoundHere(gettext("There is no document with this identifier."))
    name = view.title or opening(view.text) or view.id
    to = Addresses(came_from)
    around = neighbours(engine(), came_from, id, position) if position else None
    return page(
        "document.html",
        view=view,
        name=name,
        reading=reading(view),
        to=to,
        around=around,
        back=_back(to, around),
        similar=engine().similar(id, SIMILAR, i18n.negotiate()) or (),
        source_url=web_address(view.url),
        citation=citation(view, name, to.permanent(view.id)),
    )


@blueprint.get("/docs/errors")
def errors() -> Response:
    """Explain each type of problem, under the anchor that its URI names."""
    only(("hl",))
    return page("docs_errors.html", problems=PROBLEMS, faults=FAULTS)


@blueprint.post("/language")
def remember() -> Response:
    """Remember the language of the page that the reader was on, or forget it; go back there.

    This sets the one cookie there is, and only for a reader who asks for it.
    """
    chosen = request.form.get("hl", "")
    response = make_response("", 303)
    response.headers["Location"] = request.script_root + _own_address(request.form.get("to", ""))
    response.headers["Cache-Control"] = "no-store"
    path = request.script_root or "/"
    if chosen in i18n.OFFERED:
        response.set_cookie(
            i18n.COOKIE,
            chosen,
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
    """Return an address of ours without its language; that of the search page for any other."""
    parts = urlsplit("".join(address.split()))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in address:
        return "/"
    if parts.path.startswith("//"):
        return "/"
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] != "hl"]
    query = links.encoded(kept)
    return f"{parts.path}{'?' + query if query else ''}"


def _way_here() -> tuple[SearchRequest, int | None]:
    """Return the search that led to a document, and the position of the document in it."""
    given = request.args.to_dict(flat=False)
    position = next(iter(given.pop("at", ())), "")
    came_from = plain(parse_request(given, i18n.negotiate(), also=("hl",)))
    if not position:
        return came_from, None
    known = position.isascii() and position.isdigit() and len(position) < 6
    if not known or not 1 <= int(position) < MAX_DEPTH:
        bounds = {"minimum": "1", "maximum": str(MAX_DEPTH - 1)}
        raise InvalidRequest((Fault("at", "out_of_range", position[:200], bounds),))
    return came_from, int(position)


def _back(to: Addresses, around: Neighbours | None) -> str:
    """Return the address of the page of results that a document stands on."""
    if around is None:
        return to.search()
    return to.page((around.position - 1) // to.request.per_page + 1)


def _examples() -> dict[str, tuple[FacetValue, ...]]:
    """Return what the archive holds most of, for a reader who found nothing."""
    whole = SearchRequest(facet_size=EXAMPLES, locale=i18n.negotiate())
    return {name: engine().facet(name, whole, "", 1).facet.values for name in SUGGESTED}


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


def page(template: str, **context: object) -> Response:
    """Render a page with its language and an entity tag."""
    response = make_response(render_template(template, **context))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = i18n.negotiate()
    response.set_etag(blake2b(response.get_data(), digest_size=12).hexdigest(), weak=True)
    response.make_conditional(request)
    return response


@blueprint.after_app_request
def _vary(response: Response) -> Response:
    """Tell caches that the cookie decides the language, except for the endpoint."""
    if not request.path.startswith("/api/"):
        response.vary.add("Cookie")
    return response


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    """Give every template its language, the other ones, and the addresses of its frame."""
    locale = i18n.negotiate()
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "hl"]
    path = "/" if request.path == "/language" else request.path
    root = request.script_root
    return {
        "locale": locale,
        "direction": "rtl" if locale in i18n.RIGHT_TO_LEFT else "ltr",
        "interface_languages": [
            (code, i18n.NAMES[code], links.address(root, path, [*kept, ("hl", code)]))
            for code in i18n.OFFERED
        ],
        "language_name": i18n.NAMES[locale],
        "language_asked": i18n.asked(),
        "language_remembered": i18n.remembered(),
        "language_address": f"{root}/language",
        "own_address": links.address("", path, kept),
        "language_fields": language(),
        "home_address": here("/", []),
        "search_address": here("/search", []),
        "search_action": f"{root}/search",
        "description_address": here("/opensearch.xml", []),
        "suggest_address": f"{root}/api/suggest",
        "document_address": f"{root}/document/",
        "base": g.base,
        "static_address": f"{root}/static",
    }
