"""The status page: what is served, since when, and what was left out of it."""

from collections import Counter

from flask import Blueprint, Response, make_response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from web.addresses import here
from web.context import VERSION, engine, only, settings
from web.i18n import language, negotiate, number

blueprint = Blueprint("status", __name__)

SHOWN = 200
"""Skipped files that the page names."""

KINDS = {
    "hidden": _l("Hidden"),
    "unknown": _l("Format that is not read"),
    "broken": _l("Damaged"),
    "empty": _l("Without text"),
    "huge": _l("Too large"),
    "binary": _l("Not text"),
    "duplicate": _l("Already in the archive"),
    "unreadable": _l("Could not be opened"),
}


@blueprint.get("/status")
def page() -> Response:
    """Show the state of the index."""
    only(("hl",))
    status = engine().status()
    skipped = engine().skipped()
    kinds = Counter(item.kind for item in skipped).most_common()
    paths = settings().skipped_paths
    response = make_response(
        render_template(
            "status.html",
            status=status,
            languages=[
                (language(code), number(count))
                for code, count in sorted(
                    status.languages.items(), key=lambda one: (-one[1], one[0])
                )
            ],
            kinds=[(KINDS.get(kind, kind), number(count)) for kind, count in kinds],
            skipped=[
                (item.path, KINDS.get(item.kind, item.kind), item.reason)
                for item in (skipped[:SHOWN] if paths else ())
            ],
            more=max(len(skipped) - SHOWN, 0) if paths else 0,
            settings=_settings(),
            version=VERSION,
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = negotiate()
    return response


@blueprint.app_context_processor
def _address() -> dict[str, str]:
    """Give the foot of every page the address of this one."""
    return {"status_address": here("/status", [])}


def _settings() -> list[tuple[str, str]]:
    """Return the settings that a reader may want to know of."""
    chosen = settings()
    limit = gettext(
        "%(rate)s a second, %(burst)s at once",
        rate=f"{chosen.rate_limit:g}",
        burst=chosen.rate_burst,
    )
    return [
        (gettext("Requests for each address"), limit if chosen.rate_limit else gettext("no limit")),
        (gettext("Results on a page, at most"), str(chosen.max_per_page)),
        (
            gettext("Questions in the log"),
            gettext("written") if chosen.log_queries else gettext("not written"),
        ),
    ]
