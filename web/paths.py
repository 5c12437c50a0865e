"""Paths of the application by the endpoint that answers there: no path is written twice.

Routes declare them. Links are made from the map of routes, without a context for each: a page has
hundreds.
"""

import re
from collections.abc import Iterable
from typing import Final, cast

from flask import Flask, current_app, request

BELOW_API: Final = "/api/"
"""Below this path answers are for programs, and parameters that are not known are errors."""
_EXTENSION: Final = "trouvaille.paths"
_VARIABLE: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def install(app: Flask) -> None:
    """Read the map of routes, once all are in it."""
    rules = app.url_map.iter_rules()
    app.extensions[_EXTENSION] = {
        rule.endpoint: _VARIABLE.sub(r"{\1}", rule.rule.replace("{", "{{").replace("}", "}}"))
        for rule in rules
    }


def path_of(endpoint: str, /, **values: str) -> str:
    """Return the path of an endpoint below the root of the application; it is not quoted yet."""
    paths = cast("dict[str, str]", current_app.extensions[_EXTENSION])
    return paths[endpoint].format_map(values)


def is_for_programs() -> bool:
    """Tell whether the current request is one to the endpoint, known or not."""
    return any_below(request.path, (BELOW_API,))


def any_below(path: str, beginnings: Iterable[str]) -> bool:
    """Tell whether a path is one of these or below it."""
    return any(path.startswith(one) or path == one.rstrip("/") for one in beginnings)
