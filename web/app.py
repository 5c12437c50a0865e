"""The application: settings, errors, headers, language, and the routes of all rooms."""

import re
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import ceil
from typing import Any, cast
from urllib.parse import unquote_plus, urlsplit

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests
from werkzeug.routing import PathConverter
from werkzeug.sansio.utils import get_current_url

from search import Engine, Fault, InvalidRequest
from web import api, assets, errors, export, originals, pages, paths
from web.context import Settings
from web.context import settings as current_settings
from web.kept import ANSWER_BYTES, KeptAnswers
from web.operate import (
    REFUSED,
    ForwardedHeaders,
    Places,
    RateLimit,
    SlowLane,
    check_host,
    compression,
    give_way,
    guard,
    is_loopback,
    observe,
    vary,
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")
UNLIMITED = (assets.ENDPOINT, "api.health", "metrics.metrics")
"""Endpoints without a limit of requests."""
MAX_PARAMETERS = 500
"""Parameters in an address: more than choosing ``MAX_VALUES`` values of every facet takes."""

ORDINARY_LENGTH = 200
"""Characters of a query; those of a longer one may stand for very many words."""
ORDINARY_RESULTS = 25
ORDINARY_PARAMETERS = 40
WORKBOOKS = 1
"""Workbooks that a process makes at the same time, beside other exports."""
READ_EXPORTS = 32
"""Exports in a process, those included that wait for their readers without a thread."""
READ_WORKBOOKS = 4
"""Workbooks in a process, those included whose file is not yet sent: each lies on the disk."""
MAX_WAITING = 12
"""Dear requests that wait in a process."""
LANE_SECONDS = 10
"""How long a dear request waits for the others, and what ``Retry-After`` says if in vain."""


class DocumentId(PathConverter):
    """An identifier of a document in an address: any text, slashes included."""

    regex = ".+"
    part_isolating = False


class Application(Flask):
    """Flask without what it does for coroutines, of which we have none: it looks at each step."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself."""
        return func


def create_app(engine: Engine, settings: Settings | None = None) -> Flask:
    """Return the web application over an engine.

    It keeps no state of its own: several processes and threads may serve one each or share one.
    """
    settings = settings or Settings()
    app = Application(__name__, static_folder=None)
    app.config.update(
        ENGINE=engine,
        SETTINGS=settings,
        RATE_LIMIT=RateLimit(settings.rate_limit, settings.rate_burst),
        EXPORTS=Places(settings.exports),
        WORKBOOKS=Places(WORKBOOKS),
        READ_EXPORTS=Places(READ_EXPORTS),
        READ_WORKBOOKS=Places(READ_WORKBOOKS),
        NEWEST=(None, ""),
        ANSWERS=KeptAnswers(ANSWER_BYTES),
        SLOW_LANE=SlowLane(MAX_WAITING),
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    # Two slashes side by side are part of an identifier, not a mistake.
    app.url_map.merge_slashes = False
    app.url_map.converters["id"] = DocumentId
    for module in (errors, observe, guard, compression):
        module.install(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_leave_slow_lane)
    app.add_url_rule("/static/<path:path>", assets.ENDPOINT, assets.serve)
    for room in (api, pages, export, originals, observe):
        app.register_blueprint(room.blueprint)
    paths.install(app)
    if settings.proxies:
        app.wsgi_app = ForwardedHeaders(  # type: ignore[method-assign]
            app.wsgi_app, settings.proxies, prefix=not settings.base_url
        )
    path = urlsplit(settings.base_url).path.rstrip("/")
    if path:
        app.wsgi_app = _UnderPath(app.wsgi_app, path)  # type: ignore[method-assign]
    return app


def _begin() -> Response | None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
    settings = current_settings()
    own = _address(request.scheme, request.host, request.root_path) if request.host else ""
    g.base = settings.base_url.rstrip("/") or own
    if REFUSED in request.environ:
        abort(request.environ[REFUSED])
    check_host(settings.hosts)
    _check_rate(settings)
    _check_parameters()
    if request.method == "OPTIONS" and _allowed_origin():
        return _preflight()
    if _is_dear() and not request.environ.get(observe.WARMING):
        give_way()
        if not _slow_lane().enter(LANE_SECONDS):
            raise ServiceUnavailable(retry_after=LANE_SECONDS)
        g.in_slow_lane = True
    return None


@lru_cache(maxsize=64)
def _address(scheme: str, host: str, path: str) -> str:
    return get_current_url(scheme, host, path).rstrip("/")


def _is_dear() -> bool:
    """Tell whether a request asks for so much that it may take many times an ordinary search."""
    given, query_string = request.args, request.query_string
    per_page = given.get("per_page", "")
    return (
        len(given.get("q", "")) > ORDINARY_LENGTH
        or len(per_page) > 2
        or (per_page.isdecimal() and int(per_page) > ORDINARY_RESULTS)
        or query_string.count(b"&") > ORDINARY_PARAMETERS
    )


def _slow_lane() -> SlowLane:
    return cast(SlowLane, current_app.config["SLOW_LANE"])


def _leave_slow_lane(_: BaseException | None) -> None:
    if g.pop("in_slow_lane", False):
        _slow_lane().leave()


def _check_parameters() -> None:
    """Raise InvalidRequest for an address with more parameters than any of ours has.

    They are counted before they are read.
    """
    count = request.query_string.count(b"&") + 1
    if count > MAX_PARAMETERS:
        name = unquote_plus(re.split("[=&]", request.query_string[:100].decode("latin-1"))[0])
        values = {"maximum": str(MAX_PARAMETERS), "count": str(count)}
        raise InvalidRequest((Fault(name, "too_many_parameters", values=values),))


def _check_rate(settings: Settings) -> None:
    """Raise TooManyRequests if the reader's address sends too many requests.

    This machine itself has no limit: behind a proxy that is not trusted, all readers would share
    its address, and what an operator measures or watches from here must be answered.
    """
    reader = request.remote_addr or ""
    if not settings.rate_limit or request.endpoint in UNLIMITED or is_loopback(reader):
        return
    wait = cast(RateLimit, current_app.config["RATE_LIMIT"]).wait(reader)
    if wait:
        raise TooManyRequests(retry_after=ceil(wait))


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    if request.endpoint != assets.ENDPOINT:
        vary(response, "Accept-Language")
    if current_settings().cors_origins and paths.is_for_programs():
        vary(response, "Origin")
        origin = _allowed_origin()
        if origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = (
                "ETag, Link, Retry-After, Server-Timing, X-Request-Id"
            )
    return response


def _allowed_origin() -> str:
    """Return the origin that may read the answer: the request's, ``*`` for any, or nothing."""
    origins, origin = current_settings().cors_origins, request.headers.get("Origin", "")
    if not origin or not paths.is_for_programs():
        return ""
    if "*" in origins:
        return "*"
    return origin if origin in origins else ""


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, X-Request-Id"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


class _UnderPath:
    """WSGI middleware for an application that is served under a path, not on a host of its own.

    It does not matter whether the reverse proxy removes the path from what it passes on.
    """

    def __init__(
        self, application: Callable[[dict[str, Any], Any], Iterable[bytes]], path: str
    ) -> None:
        self.application = application
        self.path = path

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self.path
        if path == self.path or path.startswith(self.path + "/"):
            environ["PATH_INFO"] = path[len(self.path) :] or "/"
        return self.application(environ, start_response)
