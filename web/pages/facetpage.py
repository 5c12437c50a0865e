"""All values of a facet on pages of their own, and the dates as a table."""

from dataclasses import replace
from typing import cast

from flask import Blueprint, Response, request
from flask_babel import gettext

from index.facets import VALUE_FACETS
from search.request import FACETS, FacetOrder, SearchRequest
from search.response import DateFacet, FacetValue
from web import links
from web.addresses import Addresses, language, plain
from web.context import asked, engine
from web.errors import NotFoundHere
from web.i18n import negotiate
from web.messages import FACETS as NAMES
from web.pages import histogram
from web.pages.choices import line
from web.pages.pages import page

blueprint = Blueprint("facetpage", __name__)

PER_PAGE = 50
MAX_PREFIX = 200


@blueprint.get("/facet/<name>")
def facet(name: str) -> Response:
    """Show the values of a facet: searched, paged, by count or by name; dates as a table."""
    if name == "date":
        return _dates()
    if name not in VALUE_FACETS:
        raise NotFoundHere(
            gettext("There is no such facet; there are: %(known)s.", known=", ".join(FACETS))
        )
    wanted = asked(also=("hl", "prefix", "order"))
    prefix = request.args.get("prefix", "")[:MAX_PREFIX]
    order: FacetOrder = "name" if request.args.get("order") == "name" else "count"
    search = replace(plain(wanted), facet_size=PER_PAGE)
    found = engine().facet(name, search, prefix, wanted.page, order)
    to = Addresses(plain(wanted))
    here = {"prefix": prefix, "order": order if order == "name" else ""}
    count = -(-found.total // PER_PAGE)
    shown = {value.value for value in found.facet.values}
    chosen = wanted.selected.get(name, ())
    return page(
        "facet.html",
        name=name,
        facet_action=f"{request.script_root}/facet/{name}",
        title=NAMES[name],
        lines=[line(name, value, to, _label(name, value)) for value in found.facet.values],
        found=found,
        prefix=prefix,
        order=order,
        orders={
            key: (said, to.facet(name, **(here | {"order": "" if key == "count" else key})))
            for key, said in (
                ("count", gettext("Most frequent first")),
                ("name", gettext("By name")),
            )
        },
        to=to,
        back=to.search(),
        carried_filters=_without(to.request, name),
        kept_values=[value for value in chosen if value not in shown],
        search_hidden=_search_fields(to.request, order),
        page_number=wanted.page,
        page_count=count,
        prev=to.facet(name, **here, page=str(min(wanted.page - 1, count)))
        if wanted.page > 1
        else None,
        next=to.facet(name, **here, page=str(wanted.page + 1)) if wanted.page < count else None,
    )


def _dates() -> Response:
    """Show the dates as a table: what the drawing shows, in words and numbers."""
    wanted = asked(also=("hl",))
    search = replace(
        plain(wanted), facets=("date",), per_page=1, highlight="false", interval=wanted.interval
    )
    response = engine().search(search)
    dates = cast(DateFacet, response.facets["date"])
    to = Addresses(plain(wanted))
    return page(
        "dates.html",
        title=NAMES["date"],
        dates=dates,
        to=to,
        back=to.search(),
        steps=histogram.steps(to.request, to),
        intervals=[
            (interval, said, to.facet("date", interval=interval))
            for interval, said in (
                ("year", gettext("Years")),
                ("month", gettext("Months")),
                ("day", gettext("Days")),
            )
        ],
    )


def _label(name: str, value: FacetValue) -> str:
    """Return the label of a value, that of a sub-theme behind the label of its theme."""
    if not VALUE_FACETS[name].levels or "/" not in value.value:
        return ""
    above = VALUE_FACETS[name].known_label(value.value.rpartition("/")[0], negotiate())
    return f"{above} / {value.label}" if above else ""


def _without(search: SearchRequest, name: str) -> links.Parameters:
    """Return what the form of choices carries along: everything but the choices in this facet."""
    return [pair for pair in links.parameters(search) if pair[0] != name] + language()


def _search_fields(search: SearchRequest, order: str) -> links.Parameters:
    """Return what the form that searches in the facet carries along."""
    more = [("order", order)] if order != "count" else []
    return links.parameters(search) + more + language()
