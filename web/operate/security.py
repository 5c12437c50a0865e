"""What keeps readers safe from hostile documents, addresses and neighbours."""

import re
import sys
import unicodedata
from functools import cache
from ipaddress import ip_address
from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest

MAX_MARKS = 12
"""Combining marks on one letter that a page shows; no orthography needs as many."""

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    # A question is in the address: no other site learns it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "autoplay",
            "browsing-topics",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
        )
    ),
}

# C0 and C1 controls but tab and line ends; the two overrides of direction, which show text in
# another order than it has; noncharacters. Embeddings, isolates and marks of direction belong to
# honest text, and end with the element that they stand in.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ufffe\uffff]+")


def install(app: Flask) -> None:
    """Send the headers with every answer, and tame every text that a template writes."""
    app.after_request(_protect)
    app.jinja_env.finalize = tamed


def tamed(value: Any) -> Any:
    """Return a text as a page may show it; anything else as it is.

    Control characters and overrides of direction are left out; of a heap of combining marks the
    first ``MAX_MARKS`` stay. Applied to what is written, after offsets into it were used.
    """
    if not isinstance(value, str):
        return value
    text = str(value)
    clean = text if text.isprintable() else _CONTROLS.sub("", text)
    if not clean.isascii():
        clean = _heaps().sub(lambda heap: heap[0][:MAX_MARKS], clean)
    if clean == text:
        return value
    return Markup(clean) if isinstance(value, Markup) else clean


@cache
def _heaps() -> re.Pattern[str]:
    """Return what finds more than ``MAX_MARKS`` combining marks in a row."""
    ranges: list[list[int]] = []
    for point in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(point)) in ("Mn", "Me"):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    marks = "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
    return re.compile(f"[{marks}]{{{MAX_MARKS + 1},}}")


def check_host(hosts: tuple[str, ...]) -> None:
    """Raise BadRequest unless the host asked for is well-formed and one of ``hosts``, if any.

    A page of another site can have its own name lead to this machine and would then be let in by
    the browser (DNS rebinding); the name it asks for gives it away.
    """
    host = request.host
    if not host:
        raise BadRequest()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if hosts and name.lower().rstrip(".") not in hosts:
        raise BadRequest()


def is_loopback(address: str) -> bool:
    """Tell whether an address is of this machine itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
