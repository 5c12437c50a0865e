"""A search taken elsewhere: all its results as CSV or NDJSON, the newest as an Atom feed."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from xml.etree import ElementTree

import orjson
from flask import Blueprint, Response, g
from flask_babel import gettext

from search.engine import Engine
from search.request import SearchRequest
from search.response import Result, SearchResponse
from web import links
from web.context import asked, engine, labelled, search_parts, stop_if_known
from web.i18n import negotiate
from web.pages import joined
from web.serialize import Writer

blueprint = Blueprint("feeds", __name__)

BATCH = 100
FEED_SIZE = 50
COLUMNS = (
    "id",
    "url",
    "title",
    "language",
    "published",
    "date_precision",
    "source",
    "source_url",
    "organizations",
    "themes",
    "score",
)
ATOM = "http://www.w3.org/2005/Atom"


@blueprint.get("/search.ndjson")
def ndjson() -> Response:
    """Stream all results, one JSON object a line, as in the endpoint's ``results``."""

    writer = Writer(g.base)

    def line(result: Result) -> str:
        return orjson.dumps(writer.result(result)).decode() + "\n"

    return _export("application/x-ndjson", "", line, "ndjson")


@blueprint.get("/search.csv")
def table() -> Response:
    """Stream all results as CSV (RFC 4180, UTF-8): several values of a cell stand on lines."""

    writer = Writer(g.base)

    def row(result: Result) -> str:
        told = writer.result(result)
        told["organizations"] = "\n".join(one.label for one in result.organizations)
        told["themes"] = "\n".join(one.label for one in result.themes)
        return _csv([_harmless(told[column]) for column in COLUMNS])

    return _export("text/csv", _csv(COLUMNS), row, "csv")


@blueprint.get("/search.atom")
def atom() -> Response:
    """Return the newest results as an Atom feed (RFC 4287)."""
    question = links.first_page(asked(also=("hl",)))
    current = stop_if_known(*search_parts(question))
    response = engine().search(
        # As the beginning of a walk: a feed has no place to say that something is missing.
        replace(question, sort="-date", per_page=FEED_SIZE, cursor="*", facets=(), highlight="true")
    )
    feed = Response(_feed(response, question), mimetype="application/atom+xml")
    return labelled(feed, current)


def _export(kind: str, head: str, write: Callable[[Result], str], suffix: str) -> Response:
    question = links.first_page(asked(also=("hl",)))
    wanted = replace(question, cursor="*", per_page=BATCH, facets=(), highlight="false")
    # The first batch is asked for now, so that what can go wrong still has a status of its own.
    first = engine().search(wanted)
    response = Response(_lines(engine(), first, head, write), mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="trouvaille.{suffix}"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
    return response


def _lines(
    engine: Engine, first: SearchResponse, head: str, write: Callable[[Result], str]
) -> Iterator[str]:
    """Yield all results, batch by batch; runs after the request has ended."""
    yield head
    answer = first
    while True:
        yield "".join(write(result) for result in answer.results)
        if not answer.next_cursor:
            return
        answer = engine.search(replace(answer.request, cursor=answer.next_cursor))


def _csv(cells: list[str] | tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (documents are not trusted)."""
    text = "" if value is None else str(value)
    dangerous = isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return "'" + text if dangerous else text


def _feed(response: SearchResponse, question: SearchRequest) -> bytes:
    writer = Writer(g.base)
    html, own = writer.at("/search", question), writer.at("/search.atom", question)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": negotiate()})
    subject = question.q or gettext("New documents")
    _add(feed, "title", f"Trouvaille: {subject}")
    _add(feed, "id", own)
    _add(feed, "link", rel="self", type="application/atom+xml", href=own)
    _add(feed, "link", rel="alternate", type="text/html", href=html)
    dates = [_moment(result.published) for result in response.results if result.published]
    _add(feed, "updated", max(dates, default="1970-01-01T00:00:00Z"))
    author = ElementTree.SubElement(feed, "author")
    _add(author, "name", "Trouvaille")
    for result in response.results:
        feed.append(_entry(result))
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(result: Result) -> ElementTree.Element:
    entry = ElementTree.Element("entry", {"xml:lang": result.language})
    address = links.address(g.base, f"/document/{result.id}")
    _add(entry, "title", result.title or result.opening or result.id)
    _add(entry, "id", address)
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(entry, "updated", _moment(result.published))
    if result.published:
        _add(entry, "published", _moment(result.published))
    if result.source:
        author = ElementTree.SubElement(entry, "author")
        _add(author, "name", result.source)
    if result.highlights.body:
        _add(entry, "summary", joined(result.highlights.body), type="html")
    for one in (*result.organizations, *result.themes):
        _add(entry, "category", term=one.value, label=one.label)
    return entry


def _add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
    child = ElementTree.SubElement(parent, tag, {k: _xml(v) for k, v in attributes.items()})
    child.text = _xml(text) or None


def _xml(text: str) -> str:
    """Return the text without the characters that XML 1.0 cannot hold."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r"
        or "\x20" <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char > "\uffff"
    )


def _moment(published: str | None) -> str:
    """Return RFC 3339 for a date cut at its precision; the epoch for none."""
    if not published:
        return "1970-01-01T00:00:00Z"
    day, _, time = published.partition("T")
    day += "-01-01"[len(day) - 4 :] if len(day) < 10 else ""
    time = time.removesuffix("Z") or "00:00:00"
    return f"{day}T{time}{':00' if len(time) == 5 else ''}Z"
