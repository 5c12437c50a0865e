"""What a route uses of its application: settings, engine, parameters, conditional answers."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import blake2b
from importlib.metadata import version
from typing import Literal, cast

from flask import Response, current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from search.engine import Engine
from search.request import Fault, InvalidRequest, SearchRequest, parse_request
from search.response import SearchResponse
from web.i18n import negotiate
from web.links import parameters

VERSION = version("trouvaille")

Metrics = Literal["local", "on", "off"]
LogFormat = Literal["text", "json", "off"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of ``create_app``; see docs/settings.md.

    ``base_url`` is the address that readers see, with any path, without a slash at its end; empty
    means that of the request. ``proxies`` is the number of reverse proxies in front whose
    ``X-Forwarded-*`` headers are trusted. ``hosts`` are the names, without port, that a request
    may ask for; none means any. ``cors_origins`` may read the endpoint from a browser (``*`` for
    every site).

    ``rate_limit`` is in requests a second for each reader's address, 0 for no limit, and
    ``rate_burst`` how many may come at once. ``max_per_page`` is how many results one page may
    ask for. ``retry_after`` is in seconds, sent while there is no index.

    ``metrics`` says who may read ``/metrics``: programs of this machine, everybody, nobody.
    ``log_format`` is that of the line for each request; ``log_queries`` adds the query to it.
    ``skipped_paths`` shows the paths of skipped files on the status page.
    """

    base_url: str = ""
    proxies: int = 0
    hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    rate_limit: float = 20.0
    rate_burst: int = 100
    max_per_page: int = 100
    retry_after: int = 30
    metrics: Metrics = "local"
    log_format: LogFormat = "text"
    log_queries: bool = False
    skipped_paths: bool = True


def settings() -> Settings:
    """Return the settings of the application."""
    return cast(Settings, current_app.config["SETTINGS"])


def engine() -> Engine:
    """Return the engine of the application."""
    return cast(Engine, current_app.config["ENGINE"])


def search(query: SearchRequest) -> SearchResponse:
    """Answer a search; the log and the metrics of this request mention it."""
    response = engine().search(query)
    g.searched = response
    return response


def asked(also: Collection[str] = ()) -> SearchRequest:
    """Return the search of the query string.

    ``also`` names further parameters of the route. Raises InvalidRequest.
    """
    query = parse_request(request.args.to_dict(flat=False), negotiate(), also)
    most = settings().max_per_page
    if query.per_page <= most:
        return query
    given = request.args.get("per_page", "")
    if given:
        bounds = {"minimum": "1", "maximum": str(most)}
        raise InvalidRequest((Fault("per_page", "out_of_range", given, bounds),))
    return replace(query, per_page=most)


def only(known: Collection[str]) -> None:
    """Raise InvalidRequest for every parameter that is not in ``known``."""
    faults = []
    for name in request.args:
        if name not in known:
            nearest = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
            faults.append(
                Fault(name[:100], "unknown_parameter", suggestion=nearest[0] if nearest else None)
            )
    if faults:
        raise InvalidRequest(tuple(faults))


def limit(default: int, maximum: int) -> int:
    """Return the parameter ``limit``. Raises InvalidRequest."""
    given = request.args.get("limit", "")
    if not given:
        return default
    bounds = {"minimum": "1", "maximum": str(maximum)}
    if not (given.isascii() and given.isdigit()):
        raise InvalidRequest((Fault("limit", "invalid_number", given[:200], bounds),))
    if len(given) > 9 or not 1 <= int(given) <= maximum:
        raise InvalidRequest((Fault("limit", "out_of_range", given[:200], bounds),))
    return int(given)


class NotModified(HTTPException):
    """304: the client has this answer already."""

    code = 304

    def __init__(self, tag: str) -> None:
        super().__init__(response=tagged(Response(status=304), tag))


def entity_tag(generation: str, query: SearchRequest | None, *parts: str) -> str:
    """Return the entity tag of an answer to a search, or to other ``parts`` of the request.

    It depends on the generation of the index, the request, the reader's language, the address
    that links begin with, and the version of the program. It is weak: the answer holds the time
    that it took, which does not count.
    """
    searched = (f"{name}={value}" for name, value in parameters(query)) if query else ()
    key = (VERSION, generation, negotiate(), g.base, request.endpoint or "", *parts, *searched)
    return blake2b("\n".join(key).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def stop_if_known(query: SearchRequest | None, *parts: str) -> str:
    """Return the tag of the answer to come. Raises NotModified if the client has that answer."""
    tag = entity_tag(engine().status().generation, query, *parts)
    if request.if_none_match.contains_weak(tag):
        raise NotModified(tag)
    return tag


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


def page(template: str, **context: object) -> Response:
    """Render a page, with an entity tag of its content; 304 if the client has it already."""
    response = make_response(render_template(template, **context))
    tag = blake2b(response.get_data(), digest_size=12).hexdigest()
    tagged(response, tag).make_conditional(request)
    return response
