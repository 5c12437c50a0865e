"""The command ``trouvaille search``."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import click
import orjson

from index.directory import IndexDirectory
from index.errors import UsageError
from index.facets import VALUE_FACETS
from search.answers import Presenter
from search.request import Fault, InvalidRequest, parse_request
from search.response import DateFacet, FacetValue, Result, SearchResponse, ValueFacet
from search.whoosh_engine import WhooshEngine

_FAULTS = {
    "invalid_choice": "expected one of {choices}",
    "invalid_number": "expected a whole number",
    "out_of_range": "expected {minimum} to {maximum}",
    "page_with_cursor": "a walk by cursor has no pages",
    "page_too_deep": "pages reach {limit} results; go on with --cursor '*'",
    "invalid_cursor": "not a cursor; begin with '*'",
    "cursor_mismatch": "this cursor belongs to another search; begin with '*'",
    "invalid_date": "expected 2024, 2024-03 or 2024-03-15",
    "empty_range": "the range ends ({to}) before it begins",
}
_SHOWN_VALUES = 5
# What documents name must not move the cursor of a terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_MARK = re.compile("<mark>(.*?)</mark>", re.DOTALL)


_Command = TypeVar("_Command", bound=Callable[..., object])


def _facet_options(command: _Command) -> _Command:
    """Add an option for each facet of values, and one that excludes its values."""
    for name, facet in reversed(VALUE_FACETS.items()):
        for flag, words in ((f"--exclude-{name}", "No document"), (f"--{name}", "Only documents")):
            about = f"{words} with {facet.meaning}; repeated: any."
            command = click.option(flag, multiple=True, metavar="VALUE", help=about)(command)
    return command


@click.command("search")
@click.argument("query", nargs=-1)
@click.option(
    "--index",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("trouvaille-index"),
    envvar="TROUVAILLE_INDEX",
    show_default=True,
    help="Index directory.",
)
@_facet_options
@click.option("--from", metavar="DATE", help="First day: 2024, 2024-03 or 2024-03-15.")
@click.option("--to", metavar="DATE", help="Last day, likewise.")
@click.option("--undated", metavar="include|exclude|only", help="Find undated documents?")
@click.option(
    "--date-field",
    metavar="published|mentioned",
    help="Whether --from, --to and the date facet speak of publication or of days mentioned.",
)
@click.option("--sort", metavar="relevance|-date|date", help="Order; -date is newest first.")
@click.option("--page", metavar="N")
@click.option("--per-page", metavar="N", help="Results on a page, 20 by default, 100 at most.")
@click.option("--cursor", metavar="CURSOR", help="'*', then next_cursor of each answer.")
@click.option("--facets", metavar="NAMES", help="Facets to count, separated by commas; '' none.")
@click.option("--facet-size", metavar="N", help="Values of each facet, 20 by default.")
@click.option("--interval", metavar="auto|year|month|day", help="Size of date buckets.")
@click.option("--highlight", metavar="true|false|offsets", help="How matches are shown in JSON.")
@click.option(
    "--locale",
    default="fr",
    envvar="TROUVAILLE_LOCALE",
    show_default=True,
    metavar="CODE",
    help="Language of labels.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as /api/search gives.")
def search(
    query: Sequence[str],
    folder: Path,
    locale: str,
    as_json: bool,
    **options: str | Sequence[str] | None,
) -> None:
    """Search an index.

    Options are the parameters of /api/search. What begins with a hyphen is written after --:
    trouvaille search -- accord -commercial
    """
    start = perf_counter()
    given = {"q": [" ".join(query)]}
    for name, value in options.items():
        if value is not None:
            given[name] = [value] if isinstance(value, str) else list(value)
    try:
        response = WhooshEngine(IndexDirectory(folder)).search(parse_request(given, locale))
    except InvalidRequest as invalid:
        reasons = "; ".join(_reason(fault) for fault in invalid.faults)
        raise UsageError(f"{reasons}.", "See `trouvaille search --help`.") from invalid
    took_ms = (perf_counter() - start) * 1000
    if as_json:
        written = Presenter().search(response, took_ms)
        click.echo(orjson.dumps(written, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(response):
            click.echo(line)


def _reason(fault: Fault) -> str:
    name = "QUERY" if fault.parameter == "q" else "--" + fault.parameter.replace("_", "-")
    sentence = _FAULTS.get(fault.code, fault.code).format_map({"maximum": "…", **fault.values})
    return f"{name} {fault.value}: {sentence}" if fault.value else f"{name}: {sentence}"


def _lines(response: SearchResponse) -> Iterator[str]:
    request = response.request
    asked = f" for {response.understood}" if response.understood else ""
    yield f"{response.total} of {response.documents} documents{asked}"
    for notice in response.warnings:
        yield f"Note: {Presenter().notice_detail(notice)}"
    if response.suggestion:
        yield f"Did you mean: {response.suggestion}"
    first = (request.page - 1) * request.per_page + 1
    for number, result in enumerate(response.results, first):
        yield ""
        yield from _result_lines(number, result)
    if response.facets and response.total:
        yield ""
    for name, facet in response.facets.items():
        shown = _facet_line(facet)
        if shown:
            yield f"{Presenter().facet_label(name)}: {_CONTROLS.sub('', shown)}"
    if response.next_cursor:
        yield f"Next: --cursor {response.next_cursor}"


def _result_lines(number: int, result: Result) -> Iterator[str]:
    title = result.highlights.title or (html.escape(result.title or result.id, quote=False),)
    yield f"{number:3}. {_terminal(title[0])}"
    about = (result.published or "undated", result.language, result.source, result.id)
    yield "     " + "  ".join(_CONTROLS.sub("", part) for part in about if part)
    for fragment in result.highlights.body:
        yield "     " + _terminal(fragment)


def _facet_line(facet: ValueFacet | DateFacet) -> str:
    if isinstance(facet, DateFacet):
        parts = [f"{bucket.value} ({bucket.count})" for bucket in facet.values if bucket.count]
        shown = parts[-_SHOWN_VALUES:]
        undated = [f"undated ({facet.missing})"] if facet.missing else []
        return ", ".join((["…"] if len(parts) > len(shown) else []) + shown + undated)
    values: list[FacetValue] = [value for value in facet.values if value.count or value.selected]
    parts = [f"{value.label} ({value.count})" for value in values[:_SHOWN_VALUES]]
    return ", ".join(parts + (["…"] if facet.distinct > _SHOWN_VALUES else []))


def _terminal(fragment: str) -> str:
    """Return a fragment of HTML as text, marks in bold (left out where there is no terminal)."""
    return html.unescape(_MARK.sub(lambda mark: click.style(mark[1], bold=True), fragment))
