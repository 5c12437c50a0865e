"""A search taken elsewhere: Excel, CSV, NDJSON, references, a feed, and OpenSearch for browsers."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from io import BufferedReader
from itertools import chain
from os import fstat
from typing import Any, cast
from urllib.parse import quote
from weakref import finalize
from xml.etree import ElementTree

import orjson
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import ServiceUnavailable

from index.analysis import direction
from index.facets import VALUE_FACETS
from search import (
    FACETS,
    RESULT_FIELDS,
    DateFacet,
    Engine,
    Parameter,
    Result,
    SearchRequest,
    SearchResponse,
    Suggestion,
)
from search.answers import selected
from web import assets, context, links
from web.context import HL, arguments, asked, engine, localized, operation, stop_if_known, tagged
from web.errors import NoSuchDocument, NoSuchFacet
from web.i18n import facet_label, gettext, negotiate, number
from web.links import PageLinks, language_parameter
from web.operate import OnePlace, give_way, hold, stop_if_left
from web.pages import joined, range_label
from web.paths import BELOW_API, path_of
from web.references import Reference, bibtex, cited, ris
from web.render import clean_text
from web.serialize import Serializer
from web.spreadsheet import MAX_ROWS, MEDIA_TYPE, Cell, Heading, Workbook, day
from web.table import COLUMNS, Value, Words, csv_line

blueprint = Blueprint("export", __name__)

_l = str  # Marks a label for the message catalogues of web/translations.

BATCH = 100
"""Results that are looked for and written at once, as many as a page has: a reader who pauses has
no more of them kept, and each extract of a text has the time that a page gives it."""
TABLE: dict[str, Any] = {"credits": True, "highlight": "true"}
"""What the columns of a table need of results."""
CHUNK = 1 << 16
"""Bytes of a file that are sent at once."""
MAX_FACET_ROWS = 10_000
"""Values of a facet that its table has at most."""
EXPORT_SECONDS = 10
"""What ``Retry-After`` says when too many exports are under way."""
FEED_SIZE = 50
SUGGESTIONS = 8
HEADINGS = Parameter(
    "headings",
    "`labels`: the first row is in the reader's language, and several values of a cell stand on one"
    " line, as people and spreadsheets read them.",
    "choice",
    ("names", "labels"),
    "names",
)
MAX_NAME = 40
"""Characters of a question in the name of a file."""
BOM = Parameter(
    "bom",
    "Whether the file begins with a byte order mark, without which spreadsheets misread accents.",
    "choice",
    ("yes", "no"),
    "yes",
)
ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"

_CLOCK = re.compile(r"([0-9:]*)(.*)")
# What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/search.ndjson")
@operation(HL, search=True, answer="application/x-ndjson")
def ndjson() -> Response:
    """All results, one JSON object a line.

    An object is as in the ``results`` of the endpoint.
    """
    serializer, fields = Serializer(g.base), asked().fields

    def line(result: Result) -> str:
        return orjson.dumps(selected(serializer.result(result), fields)).decode() + "\n"

    return _stream("application/x-ndjson", "", line, "ndjson")


@blueprint.get("/search.csv")
@operation(HL, BOM, HEADINGS, search=True, answer="text/csv")
def csv() -> Response:
    """All results as CSV.

    RFC 4180, UTF-8 with a byte order mark; several values of a cell stand on lines of it, or
    between semicolons with ``headings=labels``.
    """
    own = arguments()
    mark = "\ufeff" if own.choice("bom") == "yes" else ""
    labels = own.choice("headings") == "labels"
    own.check()
    address = Serializer(g.base).document_url
    words = Words.of_reader(address) if labels else Words(address)
    head = [gettext(column.label) if labels else column.name for column in COLUMNS]

    def row(result: Result) -> str:
        return csv_line([column.value(result, words) for column in COLUMNS], one_line=labels)

    return _stream("text/csv", mark + csv_line(head), row, "csv", **TABLE)


@blueprint.get("/search.xlsx")
@operation(HL, search=True, answer=MEDIA_TYPE)
def xlsx() -> Response:
    """The first 100,000 results as a workbook of Excel.

    Headings are in the reader's language, dates are dates, everything else is text. A second sheet
    tells what was searched for, and whether there are more results.
    """
    query = links.same_results(asked())
    response = localized(Response(mimetype=MEDIA_TYPE))
    response.automatically_set_content_length = False
    response.headers["Content-Disposition"] = _attached(query.q, "xlsx")
    place = _take_place(response, "WORKBOOKS")
    first = context.search(_walk(query, **TABLE))
    if request.method != "HEAD":
        file = _workbook(first, query)
        response.response = _read(file)
        response.call_on_close(file.close)
        response.content_length = fstat(file.fileno()).st_size
    place.leave()
    return response


def _read(file: BufferedReader) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, CHUNK), b"")


def _workbook(response: SearchResponse, query: SearchRequest) -> BufferedReader:
    """Write all results of a query as a workbook; return its file, which has no name."""
    words = Words.of_reader(Serializer(g.base).document_url)
    heads = [Heading(gettext(column.label), column.width) for column in COLUMNS]
    with Workbook(gettext("Results"), heads, rtl=direction(negotiate()) == "rtl") as book:
        for batch in _batches(engine(), response, MAX_ROWS):
            stop_if_left()
            for result in batch:
                book.add(column.cell(result, words) for column in COLUMNS)
        book.tell(gettext("About this search"), _about(query, response.total, book.rows))
        return book.finish()


def _about(query: SearchRequest, total: int, rows: int) -> Iterator[tuple[str, Cell]]:
    """Yield what was searched for, when, and how many results the table has."""
    yield gettext("Searched for"), query.q
    for sign, chosen in (("", query.selected), (f"{gettext('not')} ", query.excluded)):
        for facet, values in chosen.items():
            labels = (VALUE_FACETS[facet].known_label(one, negotiate()) or one for one in values)
            joint = gettext("and") if not sign and facet in query.all_of else gettext("or")
            yield facet_label(facet), sign + f" {joint} ".join(labels)
    if query.date_from or query.date_to or query.undated:
        yield facet_label("date"), range_label(query)
    yield gettext("Documents"), total
    if rows < total:
        yield (
            gettext("Note"),
            gettext("This table has the first %(count)s. CSV has all of them.", count=number(rows)),
        )
    yield gettext("Address"), PageLinks(query).shared()
    yield gettext("Day of the export"), day(date.today().isoformat())


@blueprint.get("/search.ris")
@operation(HL, search=True, answer="application/x-research-info-systems")
def search_ris() -> Response:
    """All results as references in RIS."""
    return _references(ris, "application/x-research-info-systems", "ris")


@blueprint.get("/search.bib")
@operation(HL, search=True, answer="application/x-bibtex")
def search_bibtex() -> Response:
    """All results as references in BibTeX."""
    return _references(bibtex, "application/x-bibtex", "bib")


@blueprint.get("/document/<id:id>/reference.ris")
@operation(HL, answer="application/x-research-info-systems")
def document_ris(id: str) -> Response:
    """A document as a reference in RIS."""
    return _reference(id, ris, "application/x-research-info-systems", "ris")


@blueprint.get("/document/<id:id>/reference.bib")
@operation(HL, answer="application/x-bibtex")
def document_bibtex(id: str) -> Response:
    """A document as a reference in BibTeX."""
    return _reference(id, bibtex, "application/x-bibtex", "bib")


def _references(write: Reference, mimetype: str, suffix: str) -> Response:
    # Entries are written when the request is over.
    documents = links.address(g.base, path_of("pages.document", id=""))

    def entry(result: Result) -> str:
        return write(cited(result), documents + links.quoted_path(result.id))

    return _stream(mimetype, "", entry, suffix, credits=True)


def _reference(id: str, write: Reference, mimetype: str, suffix: str) -> Response:
    arguments().check()
    tag = stop_if_known(None, id)
    view = engine().document(id, negotiate(), "")
    if view is None:
        raise NoSuchDocument()
    body = write(cited(view), links.address(g.base, path_of("pages.document", id=id)))
    response = tagged(Response(body, mimetype=mimetype), tag)
    response.headers["Content-Disposition"] = _attached(view.title, suffix)
    return response


def _attached(words: str, suffix: str) -> str:
    """Return the header that names a file: what was searched for, and the day (RFC 6266)."""
    said = _shortened("-".join(_words(words))).strip("-")
    name = "-".join(filter(None, ("trouvaille", said, date.today().isoformat()))) + f".{suffix}"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub("-+", "-", plain)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{exact}'


def _words(text: str) -> list[str]:
    """Return the words of a text, with their combining marks."""
    composed = unicodedata.normalize("NFC", text)
    kept = (char if char.isalnum() or _is_mark(char) else " " for char in composed)
    return "".join(kept).split()


def _shortened(name: str) -> str:
    """Cut a name at ``MAX_NAME`` characters, before the letter whose marks would be cut off."""
    end = MAX_NAME
    while 0 < end < len(name) and _is_mark(name[end]):
        end -= 1
    return name[:end]


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


@blueprint.get("/facet/<name>.csv")
@operation(HL, BOM, search=True, answer="text/csv")
def facet_csv(name: str) -> Response:
    """The counts of a facet as CSV: its most frequent values, or its dates without empty ones."""
    own = arguments()
    mark = "\ufeff" if own.choice("bom") == "yes" else ""
    own.check()
    query = replace(links.first_page(asked()), explain="false", across="false")
    label, count = facet_label(name), gettext("Documents")
    if name == "date":
        dated = replace(query, facets=("date",), per_page=1, highlight="false")
        dates = cast(DateFacet, context.search(dated).facets["date"])
        titles = (label, gettext("From"), gettext("To"), count, gettext("inferred date"))
        rows: list[tuple[Value, ...]] = [titles]
        rows += [one[: len(titles)] for one in dates.values if one.count]
        rows += [(gettext("undated"), "", "", dates.missing, "")] if dates.missing else []
    elif name in VALUE_FACETS:
        found = engine().facet(name, replace(query, facet_size=MAX_FACET_ROWS), "", 1).facet
        rows = [(label, gettext("Identifier"), count)]
        rows += [(clean_text(one.label), one.value, one.count) for one in found.values]
    else:
        raise NoSuchFacet(FACETS)
    body = mark + "".join(map(csv_line, rows))
    response = localized(Response(body, mimetype="text/csv"))
    response.headers["Content-Disposition"] = _attached(f"{name} {query.q}", "csv")
    return response


def _stream(
    mimetype: str,
    head: str,
    write: Callable[[Result], str],
    suffix: str,
    **shown: Any,
) -> Response:
    """Answer with all results, each as ``write`` returns it, with what is ``shown`` of them."""
    query = links.first_page(asked())
    response = localized(Response(mimetype=mimetype))
    hold(_take_place(response, "EXPORTS"))
    # The first batch is searched for now, so that an error still has a status of its own.
    batches = _batches(engine(), context.search(_walk(query, **shown)))
    response.response = chain([head], ("".join(map(write, batch)) for batch in batches))
    response.headers["Content-Disposition"] = _attached(query.q, suffix)
    return response


def _take_place(response: Response, kind: str) -> OnePlace:
    """Return a place among the exports of a kind, until the response is closed or given up.

    Raises ServiceUnavailable if there is none, or if too many of that kind are being read.
    """
    places = [OnePlace(current_app.config[name]) for name in (kind, f"READ_{kind}")]
    for place in places:
        finalize(response, place.leave)
    if not all(place.take() for place in places):
        for place in places:
            place.leave()
        raise ServiceUnavailable(retry_after=EXPORT_SECONDS)
    for place in places:
        response.call_on_close(place.leave)
    give_way()
    return places[0]


def _walk(query: SearchRequest, **shown: Any) -> SearchRequest:
    """Return the request for the first batch of all results, with what exports show of them."""
    plain = replace(query, facets=(), fields=RESULT_FIELDS, highlight="false", explain="false")
    return replace(plain, cursor="*", per_page=BATCH, **shown)


def _batches(
    engine: Engine, response: SearchResponse, most: int | None = None
) -> Iterator[Sequence[Result]]:
    """Yield all results, or the first of them, batch by batch; also after the request has ended."""
    sent = 0
    while True:
        yield response.results if most is None else response.results[: most - sent]
        sent += len(response.results)
        if not response.next_cursor or (most is not None and sent >= most):
            return
        response = engine.search(replace(response.request, cursor=response.next_cursor))


@blueprint.get("/search.atom")
@operation(HL, search=True, answer="application/atom+xml")
def atom() -> Response:
    """The newest results as an Atom feed.

    RFC 4287.
    """
    query = replace(links.first_page(asked()), fields=RESULT_FIELDS, explain="false")
    tag = stop_if_known(query)
    response = context.search(
        # A walk by cursor never leaves anything out for lack of time: a feed could not say so.
        replace(query, sort="-date", per_page=FEED_SIZE, cursor="*", facets=(), highlight="true")
    )
    return tagged(Response(_feed(response, query), mimetype="application/atom+xml"), tag)


def _feed(response: SearchResponse, query: SearchRequest) -> bytes:
    serializer = Serializer(g.base)
    html = serializer.address("pages.search", query)
    own = serializer.address("export.atom", query)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": negotiate()})
    subject = query.q or gettext("Newest documents")
    _add(feed, "title", f"Trouvaille: {subject}")
    _add(feed, "id", own)
    _add(feed, "link", rel="self", type="application/atom+xml", href=own)
    _add(feed, "link", rel="alternate", type="text/html", href=html)
    # All times of an archive are of one zone.
    dates = [_moment(result.published) for result in response.results if result.published]
    _add(feed, "updated", max(dates, default=_moment(None)))
    _add(_add(feed, "author"), "name", "Trouvaille")
    for result in response.results:
        _add_entry(feed, result)
    return _xml(feed)


def _add_entry(feed: ElementTree.Element, result: Result) -> None:
    entry = ElementTree.SubElement(feed, "entry", {"xml:lang": result.language})
    url = links.address(g.base, path_of("pages.document", id=result.id))
    _add(entry, "title", result.title or result.opening or result.id)
    _add(entry, "id", url)
    _add(entry, "link", rel="alternate", type="text/html", href=url)
    _add(entry, "updated", _moment(result.published))
    if result.published:
        _add(entry, "published", _moment(result.published))
    if result.source:
        _add(_add(entry, "author"), "name", result.source)
    for person in result.mail.sender if result.mail else ():
        author = _add(entry, "author")
        _add(author, "name", person.name or person.address)
        if person.address:
            _add(author, "email", person.address)
    if result.highlights.body:
        _add(entry, "summary", joined(result.highlights.body), type="html")
    for one in (*result.organizations, *result.themes, *result.countries, *result.persons):
        _add(entry, "category", term=one.value, label=one.label)


def _moment(published: str | None) -> str:
    """Return RFC 3339 for a date cut at its precision; the epoch for none."""
    if not published:
        return "1970-01-01T00:00:00Z"
    day, _, time = published.partition("T")
    day += "-01-01"[len(day) - 4 :] if len(day) < 10 else ""
    clock, zone = _CLOCK.match(time).groups()  # type: ignore[union-attr]
    return f"{day}T{clock or '00:00'}{':00' if len(clock) < 8 else ''}{zone or 'Z'}"


def _add(
    parent: ElementTree.Element, tag: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    """Append an element and return it."""
    attributes = {name: _NOT_XML.sub("", clean_text(one)) for name, one in attributes.items()}
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = _NOT_XML.sub("", str(clean_text(text))) or None
    return child


def _xml(root: ElementTree.Element) -> bytes:
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


@blueprint.get("/robots.txt")
@operation()
def robots() -> Response:
    """Keep crawlers out of what every search makes anew; documents and the first page are open."""
    closed = (
        *map(path_of, ("pages.search", "export.suggestions", "metrics.metrics")),
        *(path_of("pages.facet", name=""), BELOW_API),
    )
    root = request.script_root
    lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in closed)]
    return localized(Response("\n".join(lines) + "\n", mimetype="text/plain"))


@blueprint.get("/favicon.ico")
@operation()
def favicon() -> Response:
    """Show the icon to browsers that ask for it by this name."""
    with current_app.open_resource("static/icon.svg") as icon:
        return localized(Response(icon.read(), mimetype="image/svg+xml"))


@blueprint.get("/opensearch.xml")
@operation(HL)
def opensearch() -> Response:
    """Describe the search to browsers (OpenSearch 1.1)."""
    arguments().check()
    root = ElementTree.Element("OpenSearchDescription", {"xmlns": OPENSEARCH})
    _add(root, "ShortName", "Trouvaille")
    _add(root, "Description", gettext("Search the archive"))
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "OutputEncoding", "UTF-8")
    _add(root, "Language", negotiate())
    _add(root, "Image", g.base + path_of(assets.ENDPOINT, path="icon.svg"), type="image/svg+xml")
    for mimetype, relation, endpoint in (
        ("text/html", "results", "pages.search"),
        ("application/x-suggestions+json", "suggestions", "export.suggestions"),
        ("application/atom+xml", "results", "export.atom"),
        ("application/opensearchdescription+xml", "self", "export.opensearch"),
    ):
        template = links.address(g.base, path_of(endpoint), language_parameter())
        if relation != "self":
            template += ("&" if "?" in template else "?") + "q={searchTerms}"
        _add(root, "Url", type=mimetype, rel=relation, template=template)
    return localized(Response(_xml(root), content_type="application/opensearchdescription+xml"))


@blueprint.get("/suggest.json")
@operation(Parameter("q", "What was typed so far."), HL)
def suggestions() -> Response:
    """Complete what is being typed, in the form that browsers read (OpenSearch Suggestions)."""
    arguments().check()
    q = request.args.get("q", "")[:200]
    tag = stop_if_known(None, q)
    found = engine().suggest(q, SUGGESTIONS, negotiate())
    body = [
        q,
        [clean_text(suggestion.text) for suggestion in found],
        [facet_label(suggestion.kind) for suggestion in found],
        [_target(suggestion) for suggestion in found],
    ]
    response = Response(orjson.dumps(body), content_type="application/x-suggestions+json")
    return tagged(response, tag)


def _target(suggestion: Suggestion) -> str:
    """Return the address of the page that a completion stands for."""
    if suggestion.kind == "title":
        return links.address(
            g.base, path_of("pages.document", id=suggestion.value), language_parameter()
        )
    word = suggestion.kind == "word"
    pair = ("q", suggestion.text) if word else (suggestion.kind, suggestion.value)
    return links.address(g.base, path_of("pages.search"), [pair, *language_parameter()])
