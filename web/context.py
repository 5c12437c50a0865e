"""What a route uses of its application: settings, engine, parameters, conditional answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any, Literal, TypeVar, cast, get_args

import zstandard
from click import Choice, FloatRange, IntRange
from flask import Response, current_app, g, make_response, request
from werkzeug.exceptions import HTTPException

from index.vocabularies import LANGUAGES
from search import (
    PARAMETERS,
    Arguments,
    Engine,
    Fault,
    InvalidRequest,
    Parameter,
    SearchRequest,
    SearchResponse,
    parse_leniently,
)
from web import assets, i18n
from web.i18n import negotiate, own_names
from web.kept import Found, KeptAnswer, KeptAnswers, compressed
from web.links import address, language_parameter, page_address, parameters
from web.paths import is_for_programs, path_of
from web.render import environment

VERSION = version("trouvaille")

KEPT_MS = 300
"""An answer that took longer is not kept: there may have been no time for a better spelling."""

SLOW_MS = 1_000
"""A search that took longer is counted and logged as slow."""

MAX_REPEATED = 16_384
"""Bytes of an address that the links to other languages repeat; beyond, they lead to the home."""

HL = Parameter("hl", "The language of what is written for readers.", "choice", LANGUAGES)
PREFIX = Parameter(
    "prefix",
    "How a word of one of the value's names begins, in any language; "
    "case and accents do not matter.",
    default="",
)

Metrics = Literal["local", "on", "off"]
LogFormat = Literal["text", "json", "off"]


def _setting(default: Any, help: str, flag: str = "", **option: Any) -> Any:
    """Declare a setting: its default, and what the command line takes and says of it.

    Without ``flag`` it is named after the field. ``option`` are arguments of ``click.option``.
    """
    return field(default=default, metadata={"help": help, "flag": flag, "option": option})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of ``create_app``; see docs/settings.md."""

    base_url: str = _setting(
        "",
        "The public address behind a reverse proxy: https://example.org/archive.",
        metavar="URL",
    )
    proxies: int = _setting(
        0,
        "How many reverse proxies in front are trusted to set X-Forwarded headers.",
        "--proxy",
        metavar="N",
        type=IntRange(0, 10),
    )
    hosts: tuple[str, ...] = _setting(
        (),
        "A host name that requests may ask for; repeatable.  [default: names of this machine"
        " if the service listens on it alone and has no proxy, else any]",
        "--allowed-host",
        metavar="NAME",
        multiple=True,
    )
    cors_origins: tuple[str, ...] = _setting(
        (),
        "A site whose pages may read the endpoint, or * for all; repeatable.",
        "--cors",
        metavar="ORIGIN",
        multiple=True,
    )
    rate_limit: float = _setting(
        20.0,
        "Requests per second that one address may send to one process; 0 for no limit.",
        metavar="N",
        type=FloatRange(min=0),
    )
    rate_burst: int = _setting(
        100,
        "Requests that one address may send at once.",
        metavar="N",
        type=IntRange(min=1),
    )
    max_per_page: int = _setting(
        100, "The largest number of results per page.", metavar="N", type=IntRange(1, 100)
    )
    exports: int = _setting(
        2,
        "Exports that each process writes at once, beside one workbook and other requests.",
        metavar="N",
        type=IntRange(1, 64),
    )
    metrics: Metrics = _setting(
        "local",
        "Who may read /metrics: programs on this machine, everybody, nobody.",
        type=Choice(get_args(Metrics)),
    )
    log_format: LogFormat = _setting(
        "text",
        "The form of the log; off logs warnings and errors only.",
        type=Choice(get_args(LogFormat)),
    )
    log_queries: bool = _setting(False, "Log the address of every request, and with it the query.")
    originals: bool = _setting(True, "Offer the file that a document was read from.")
    originals_in: tuple[str, ...] = _setting(
        (),
        "A folder whose files are offered, and no others; repeatable."
        "  [default: all sources of an index directory, none of a cluster]",
        metavar="DIR",
        multiple=True,
    )
    skipped_paths: bool = _setting(True, "Name skipped files on the status page.")
    retry_after: int = 30
    """Seconds that Retry-After says while there is no index; not for the command line."""


def settings() -> Settings:
    """Return the settings of the application."""
    return cast(Settings, current_app.config["SETTINGS"])


def engine() -> Engine:
    """Return the engine of the application."""
    return cast(Engine, current_app.config["ENGINE"])


def search(query: SearchRequest) -> SearchResponse:
    """Answer a search; the log and the metrics of this request mention it."""
    response = engine().search(query)
    g.searched, g.searched_for = response, query
    g.found = Found(response.total, response.generation)
    if sum(response.timings.values()) > SLOW_MS:
        g.slow = ", ".join(f"{part} {ms:.0f} ms" for part, ms in response.timings.items())
    return response


def kept(query: SearchRequest) -> Response | None:
    """Return the answer to a search if it was given before; None if it must be searched for.

    Answers are kept under their entity tags, so that no other generation, language or address is
    answered with one. Raises NotModified if the reader has the answer already.
    """
    tag = stop_if_known(query, *_shown())
    answer = _answers().get(tag, g.promised[0])
    if answer is None:
        return None
    g.found = answer.found
    response = Response(zstandard.decompress(answer.body), headers=dict(answer.headers))
    g.by_zstd = response, answer.body
    return tagged(response, tag)


def keep(response: Response, searched: SearchResponse, tag: str) -> None:
    """Keep the answer to a search, unless there may be more in it the next time."""
    if _cut(searched) or sum(searched.timings.values()) > KEPT_MS:
        return

    def made() -> KeptAnswer:
        body = compressed(response.get_data())
        g.by_zstd = response, body
        headers = {
            name: response.headers[name]
            for name in ("Content-Type", "Link")
            if name in response.headers
        }
        return KeptAnswer(body, headers, g.found)

    _answers().put(tag, made)


def _answers() -> KeptAnswers:
    return cast(KeptAnswers, current_app.config["ANSWERS"])


View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and answers.

    It takes ``parameters``, and those of a search too if ``search``. ``answer`` is the shape of
    its JSON or, for other forms, the media type; None for a page. ``headers`` are those of its
    answer that no other operation has.
    """

    parameters: Mapping[str, Parameter]
    search: bool
    answer: Any
    headers: Mapping[str, str]


_OPERATIONS: dict[Callable[..., Any], Operation] = {}


def operation(
    *parameters: Parameter,
    search: bool = False,
    answer: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Callable[[View], View]:
    """Declare what a route takes and answers; see ``Operation``.

    ``arguments`` and ``asked`` accept what is declared and nothing else, and the OpenAPI
    description lists it.
    """
    declared = Operation({one.name: one for one in parameters}, search, answer, headers or {})

    def declare(view: View) -> View:
        _OPERATIONS[view] = declared
        return view

    return declare


def operation_of(endpoint: str | None) -> Operation | None:
    """Return what a route declares; None if it declares nothing."""
    return _OPERATIONS.get(current_app.view_functions[endpoint or ""])


def _current() -> Operation:
    declared = operation_of(request.endpoint)
    assert declared is not None, request.endpoint
    return declared


def given() -> dict[str, list[str]]:
    """Return the values of the query string by name.

    Those that no route declares stay for the endpoint, which refuses them. Everywhere else they
    are left out: whoever shares a link, or counts who follows it, adds some (``utm_source``).
    """
    values = request.args.to_dict(flat=False)
    declared = operation_of(request.endpoint) if request.endpoint else None
    if declared is None or is_for_programs():
        return values
    known = {*declared.parameters, *(PARAMETERS if declared.search else ())}
    return {name: values[name] for name in values if name in known}


def arguments() -> Arguments:
    """Return the arguments of this route, without those of a search.

    Whoever has read them calls ``check``, which raises InvalidRequest for all faults.
    """
    declared = _current()
    also = PARAMETERS if declared.search else ()
    return Arguments(given(), declared.parameters, also)


def asked() -> SearchRequest:
    """Return the search of the query string. Raises InvalidRequest."""
    search, faults = asked_leniently()
    if faults:
        raise InvalidRequest(faults)
    return search


def asked_leniently() -> tuple[SearchRequest, tuple[Fault, ...]]:
    """Return the search of the query string without what was not understood, and the faults."""
    pairs = tuple((name, tuple(values)) for name, values in given().items())
    return _asked(pairs, tuple(_current().parameters), negotiate(), settings().max_per_page)


@lru_cache(maxsize=256)
def _asked(
    given: tuple[tuple[str, tuple[str, ...]], ...], also: tuple[str, ...], locale: str, most: int
) -> tuple[SearchRequest, tuple[Fault, ...]]:
    return parse_leniently(dict(given), locale, also, _bounded_parameters(most))


def search_parameters() -> dict[str, Parameter]:
    """Return the parameters of a search with the bounds that the settings give them."""
    return _bounded_parameters(settings().max_per_page)


@cache
def _bounded_parameters(most: int) -> dict[str, Parameter]:
    per_page = PARAMETERS["per_page"]
    default = min(int(per_page.default or 1), most)
    return {**PARAMETERS, "per_page": replace(per_page, default=default, maximum=most)}


class NotModified(HTTPException):
    """304: the client has this answer already."""

    code = 304

    def __init__(self, tag: str) -> None:
        super().__init__(response=tagged(Response(status=304), tag))


def entity_tag(generation: str, query: SearchRequest | None, *parts: str) -> str:
    """Return the entity tag of an answer to a search, or to other ``parts`` of the request.

    It depends on the generation of the index and its vectors, the request, the reader's language,
    the address that links begin with, and the version of the program. It is weak: the answer holds
    the time that it took, which does not count.
    """
    searched = (f"{name}={value}" for name, value in parameters(query)) if query else ()
    vectors = g.vectors if query and query.q else ""
    served = (
        VERSION,
        assets.version(),
        generation,
        vectors,
        negotiate(),
        g.base,
        request.endpoint or "",
    )
    # Quoted, so that no value can pass for two.
    key = (*served, *parts, *searched)
    return blake2b(ascii(key).encode("ascii"), digest_size=16).hexdigest()


def stop_if_known(query: SearchRequest | None, *parts: str) -> str:
    """Return the tag of the answer to come. Raises NotModified if the client has that answer."""
    status = engine().status()
    # As they are before the search: an answer without newer ones must not seem to have them.
    g.vectors = status.vectors
    tag = entity_tag(status.generation, query, *parts)
    g.promised = status.generation, tag
    if request.if_none_match.contains_weak(tag):
        raise NotModified(tag)
    return tag


def answer_tag(searched: SearchResponse) -> str:
    """Return the entity tag of the answer to the search of this request, after ``kept``."""
    generation, tag = g.promised
    if searched.generation == generation:
        return cast(str, tag)
    g.vectors = ""  # those of another generation say nothing of this one's
    return entity_tag(searched.generation, g.searched_for, *_shown())


def tagged(response: Response, tag: str) -> Response:
    """Return the response with an entity tag, its language, and the rule for caches."""
    response.set_etag(tag, weak=True)
    return localized(response)


def localized(response: Response) -> Response:
    """Return the response with its language and the rule for caches.

    Anyone may keep it, but asks each time whether it still holds: a new generation of the index
    shows at once.
    """
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
    return response


def render(template: str, **context: object) -> str:
    """Return a page in the reader's language."""
    return environment(negotiate()).get_template(template).render(_frame() | context)


def page(template: str, **context: object) -> Response:
    """Render a page; 304 if the client has it already.

    Its entity tag is of the search that it answers, or of its content if there was none, or one
    that might find more the next time.
    """
    response = make_response(render(template, **context))
    searched: SearchResponse | None = g.get("searched")
    if searched and _is_page() and not _cut(searched):
        tag = answer_tag(searched)
        keep(response, searched, tag)
    else:
        tag = blake2b(response.get_data(), digest_size=12).hexdigest()
    tagged(response, tag).make_conditional(request)
    return response


def _is_page() -> bool:
    """Tell whether the answer is a page of a search; that of a document shows more than one."""
    return _current().answer is None and "id" not in (request.view_args or {})


def _cut(response: SearchResponse) -> bool:
    """Tell whether time ran out, so that the next answer may have more."""
    return (
        response.is_cut
        or any(facet.truncated for facet in response.facets.values())
        or any(result.highlights.truncated for result in response.results)
    )


def _shown() -> tuple[str, ...]:
    """Return what a page shows of its request, beside the search; the endpoint shows no more."""
    if not _is_page():
        return ()
    # Links to the last days change every day.
    today = date.today().isoformat()
    return request.full_path, today, str(i18n.asked()), str(i18n.remembered())


def _frame() -> dict[str, object]:
    """Return what every template uses: the languages, and the addresses of its frame."""
    known = given()
    pairs = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in known and name != "hl"
    ]
    path = "/" if request.endpoint == "pages.remember_language" else request.path
    if len(request.path) + len(request.query_string) > MAX_REPEATED:
        path, pairs = "/", []
    root = request.script_root
    own = address("", path, pairs)
    other = f"{root}{own}{'&' if pairs else '?'}hl="
    return {
        "interface_languages": [
            (code, name, f"{other}{code}") for code, name in own_names().items()
        ],
        "language_name": own_names()[negotiate()],
        "language_asked": i18n.asked(),
        "language_remembered": i18n.remembered(),
        "language_address": root + path_of("pages.remember_language"),
        "own_address": own,
        "language_fields": language_parameter(),
        "home_address": page_address("pages.home"),
        "search_address": page_address("pages.search"),
        "search_action": root + path_of("pages.search"),
        "status_address": page_address("pages.status"),
        "help_address": page_address("pages.help"),
        "api_docs_address": page_address("api.docs"),
        "description_address": page_address("export.opensearch"),
        "suggest_address": root + path_of("api.suggest"),
        "document_address": root + path_of("pages.document", id=""),
        "base": g.base,
        "static_address": root + path_of(assets.ENDPOINT, path=assets.version()),
    }
