"""The file that a document was read from, as it came, so that no browser runs anything of it.

A browser shows PDF and pictures by itself; everything else it saves. Each answer is its own
sandbox: whatever a file holds has no access to the service.
"""

from hashlib import blake2b
from pathlib import Path
from typing import Final, cast

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable, ServiceUnavailable
from werkzeug.utils import send_file

from index.originals import NoOriginalError, Original, has_file
from search import DocumentView
from web import links
from web.context import HL, arguments, engine, operation, settings
from web.errors import NoOriginal, NoSuchDocument
from web.operate import OnePlace, give_way
from web.paths import path_of

blueprint = Blueprint("originals", __name__)

POLICY: Final = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
_RETRY_SECONDS: Final = 10


@blueprint.get("/document/<id:id>/original")
@operation(
    HL,
    answer="*/*",
    headers={"Content-Disposition": "Its name, and whether it is to be saved (RFC 6266)."},
)
def original(id: str) -> Response:
    """Read the file, or the part of one, that a document came as.

    Ranges of it may be asked for.
    """
    arguments().check()
    if not settings().originals:
        raise NoOriginal("elsewhere")
    response = _answer(_found(id))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def original_address(base: str, view: DocumentView, page: int | None = None) -> str | None:
    """Return the address of the original of a document, of a PDF at a page; None without one.

    Without ``page`` it is that of the first match.
    """
    if not settings().originals or not has_file(view.path):
        return None
    page = page or next(iter(view.highlights.pages), None)
    fragment = f"#page={page}" if page and view.path.lower().endswith(".pdf") else ""
    return links.address(base, path_of("originals.original", id=view.id)) + fragment


def _found(id: str) -> Original:
    # A part is taken out by a process of its own: only few at a time.
    place = OnePlace(current_app.config["EXPORTS"])
    if not place.take():
        raise ServiceUnavailable(retry_after=_RETRY_SECONDS)
    try:
        give_way()
        found = engine().original(id, [*map(Path, settings().originals_in)])
    except NoOriginalError as error:
        raise NoOriginal(error.reason) from error
    finally:
        place.leave()
    if found is None:
        raise NoSuchDocument()
    return found


def _answer(found: Original) -> Response:
    tag = f"{request.path} {found.modified!r} {found.size}".encode("utf-8", "replace")
    response = send_file(
        found.content,
        request.environ,
        mimetype=found.media_type,
        as_attachment=not found.shown,
        download_name=found.name,
        last_modified=found.modified,
        conditional=False,
        etag=blake2b(tag, digest_size=12).hexdigest(),
        response_class=Response,
    )
    response.content_length = found.size
    response.call_on_close(found.content.close)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=found.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return cast(Response, response)
