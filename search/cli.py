"""The command ``trouvaille search``."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TypeVar

import click
import orjson

from index.commands import index_option
from index.errors import UsageError
from index.location import Location
from search.answers import Presenter
from search.engine import DateFacet, Result, SearchResponse, ValueFacet
from search.opening import open_engine
from search.request import PARAMETERS, Fault, InvalidRequest, parse_request

_SHOWN_VALUES = 5
# Control characters in documents must not act on the terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_MARK = re.compile("<mark>(.*?)</mark>", re.DOTALL)

_Command = TypeVar("_Command", bound=Callable[..., object])


def _parameter_options(command: _Command) -> _Command:
    """Add an option for every parameter of a search but the query."""
    for parameter in reversed(PARAMETERS.values()):
        if parameter.name != "q":
            command = click.option(
                "--" + parameter.name.replace("_", "-"),
                multiple=parameter.kind == "values",
                metavar="|".join(parameter.choices) if parameter.kind == "choice" else "VALUE",
                help=parameter.meaning,
            )(command)
    return command


@click.command("search")
@click.argument("query", nargs=-1)
@index_option
@_parameter_options
@click.option(
    "--locale",
    default="fr",
    envvar="TROUVAILLE_LOCALE",
    show_default=True,
    metavar="CODE",
    help="The language of labels.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, as /api/search gives."
)
def search(
    query: Sequence[str],
    index: Location,
    locale: str,
    as_json: bool,
    **options: str | Sequence[str] | None,
) -> None:
    """Search an index.

    Options are the parameters of /api/search. If a word begins with a hyphen, write -- before the
    query: trouvaille search -- accord -commercial
    """
    start = perf_counter()
    args = {"q": [" ".join(query)]}
    for name, value in options.items():
        if value is not None:
            args[name] = [value] if isinstance(value, str) else list(value)
    try:
        response = open_engine(index).search(parse_request(args, locale))
    except InvalidRequest as invalid:
        reasons = " ".join(_reason(fault) for fault in invalid.faults)
        raise UsageError(reasons, "See `trouvaille search --help`.") from invalid
    if as_json:
        answer = Presenter().search(response, (perf_counter() - start) * 1000)
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(response):
            click.echo(line)


def _reason(fault: Fault) -> str:
    name = "QUERY" if fault.parameter == "q" else "--" + fault.parameter.replace("_", "-")
    return f"{name}{' ' + fault.value if fault.value else ''}: {fault.detail()}"


def _lines(response: SearchResponse) -> Iterator[str]:
    request = response.request
    query = f" for {response.understood}" if response.understood else ""
    yield f"{response.total} of {response.documents} documents{query}"
    for notice in response.warnings:
        yield f"Note: {notice.detail()}"
    if response.suggestion:
        yield f"Did you mean: {response.suggestion}"
    first = (request.page - 1) * request.per_page + 1
    for number, result in enumerate(response.results, first):
        if number - first == response.division:
            yield f"\nand {response.more} that have most of the words:"
        yield ""
        yield from _result_lines(number, result)
    if response.across and response.across.results:
        yield "\nIn other languages:"
        for result in response.across.results:
            yield ""
            title = _CONTROLS.sub("", result.title or result.opening or result.id)
            yield f"     {title}  {result.language}  {result.score:.2f}  {result.id}"
    if response.facets and response.total:
        yield ""
    for name, facet in response.facets.items():
        values = _facet_values(facet)
        if values:
            yield f"{Presenter().facet_label(name)}: {_CONTROLS.sub('', values)}"
    if response.next_cursor:
        yield f"Next: --cursor {response.next_cursor}"


def _result_lines(number: int, result: Result) -> Iterator[str]:
    title = result.highlights.title or (html.escape(result.title or result.id, quote=False),)
    yield f"{number:3}. {_terminal(title[0])}"
    details = (result.published or "undated", result.language, result.source, result.id)
    yield "     " + "  ".join(_CONTROLS.sub("", part) for part in details if part)
    for fragment in result.highlights.body:
        yield "     " + _terminal(fragment)


def _facet_values(facet: ValueFacet | DateFacet) -> str:
    if isinstance(facet, DateFacet):
        buckets = [f"{bucket.value} ({bucket.count})" for bucket in facet.values if bucket.count]
        shown = buckets[-_SHOWN_VALUES:]
        undated = [f"undated ({facet.missing})"] if facet.missing else []
        return ", ".join((["…"] if len(buckets) > len(shown) else []) + shown + undated)
    values = [value for value in facet.values if value.count or value.selected]
    shown = [f"{value.label} ({value.count})" for value in values[:_SHOWN_VALUES]]
    return ", ".join(shown + (["…"] if facet.distinct > _SHOWN_VALUES else []))


def _terminal(fragment: str) -> str:
    """Return HTML as text, with marks in bold (plain if the output is no terminal)."""
    return html.unescape(_MARK.sub(lambda mark: click.style(mark[1], bold=True), fragment))
