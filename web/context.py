"""What a route needs of the application it runs in: engine, settings, conditional answers."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import get_close_matches
from hashlib import blake2b
from importlib.metadata import version
from typing import cast

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from search.engine import Engine
from search.request import Fault, InvalidRequest, SearchRequest, parse_request
from web.i18n import negotiate
from web.links import parameters
from web.settings import Settings

VERSION = version("trouvaille")


def engine() -> Engine:
    """Return the engine of the application."""
    return cast(Engine, current_app.config["ENGINE"])


def settings() -> Settings:
    """Return the settings of the application."""
    return cast(Settings, current_app.config["SETTINGS"])


def asked(also: Collection[str] = ()) -> SearchRequest:
    """Read the search that the query string asks for; raises InvalidRequest."""
    wanted = parse_request(request.args.to_dict(flat=False), negotiate(), also)
    most = settings().max_per_page
    if wanted.per_page <= most:
        return wanted
    given = request.args.get("per_page", "")
    if given:
        bounds = {"minimum": "1", "maximum": str(most)}
        raise InvalidRequest((Fault("per_page", "out_of_range", given, bounds),))
    return replace(wanted, per_page=most)


def only(known: Collection[str]) -> None:
    """Raise InvalidRequest for every parameter that is not among ``known``."""
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
    """Read the parameter ``limit``; raises InvalidRequest."""
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
    """304: the caller has this answer already."""

    code = 304

    def __init__(self, tag: str) -> None:
        response = Response(status=304)
        _label(response, tag)
        super().__init__(response=response)


def tag(generation: str, *parts: str) -> str:
    """Return the entity tag of an answer.

    It stands for the generation of the index, what was asked, the reader's language, the address
    that links begin with, and the version of the program. It is weak: the time an answer took is
    in it and does not count.
    """
    key = "\n".join((VERSION, generation, negotiate(), g.base, request.endpoint or "", *parts))
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def search_parts(wanted: SearchRequest) -> Iterable[str]:
    """Return what stands for a search in an entity tag."""
    return (f"{name}={value}" for name, value in parameters(wanted))


def stop_if_known(*parts: str) -> str:
    """Return the tag of the answer to come; raises NotModified if the caller has that answer."""
    current = tag(engine().status().generation, *parts)
    if request.if_none_match.contains_weak(current):
        raise NotModified(current)
    return current


def labelled(response: Response, current: str) -> Response:
    """Give a response its tag, cache rule and language."""
    _label(response, current)
    return response


def _label(response: Response, current: str) -> None:
    response.set_etag(current, weak=True)
    # Kept by whoever likes, but asked about each time: a new generation shows at once.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
