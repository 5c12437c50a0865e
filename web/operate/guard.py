"""Protection against hostile documents, addresses and floods of requests."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from threading import BoundedSemaphore, Lock, RLock
from time import monotonic
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from web.operate.connection import GIVE_WAY, HOLD, IS_OPEN, Place

MAX_ADDRESSES = 10_000
"""Readers' addresses whose requests are counted; beyond that the least recent is forgotten."""

MAX_PREFIX = 200
"""Characters of a path that a reverse proxy puts before ours."""

_HOST = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\]|(?=.{1,253}(?::|$))[\w-]+(?:\.[\w-]+)*\.?)"
    r"(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_PREFIX = re.compile(r"(?:/(?:[\w.~-]|%[0-9A-Fa-f]{2})+)+/?", re.ASCII)

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_UNUSED_FEATURES = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb"),
)
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    # The query is in the address: no other site may learn it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
}


def install(app: Flask) -> None:
    """Send the security headers with every answer."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    if "Content-Security-Policy" in response.headers:  # a stricter one
        response.headers.extend(_OTHER_HEADERS)
    else:
        response.headers.extend(HEADERS)
    return response


_OTHER_HEADERS = {
    name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"
}


def is_host(text: str) -> bool:
    """Tell whether a text is a host name or an IP address, with or without a port."""
    parts = _HOST.fullmatch(text)
    if not parts or (parts["port"] and not is_port(parts["port"])):
        return False
    return not parts["ipv6"] or _is_ipv6(parts["ipv6"])


def is_port(text: str) -> bool:
    """Tell whether a text is the number of a port."""
    return text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535


def is_prefix(text: str) -> bool:
    """Tell whether a text can stand before every path of ours and leads to no other place."""
    plain = len(text) <= MAX_PREFIX and bool(_PREFIX.fullmatch(text))
    return plain and not {".", ".."} & set(text.split("/"))


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


class ForwardedHeaders:
    """WSGI middleware that believes the headers of the last ``count`` proxies where they are valid.

    A header whose value is not valid is ignored, as if it had not been sent. Without ``prefix``,
    that header is ignored too.
    """

    def __init__(
        self,
        application: Callable[[dict[str, Any], Any], Iterable[bytes]],
        count: int,
        *,
        prefix: bool,
    ) -> None:
        self._count = count
        self._valid = {
            "HTTP_X_FORWARDED_PROTO": {"http", "https"}.__contains__,
            "HTTP_X_FORWARDED_HOST": is_host,
            "HTTP_X_FORWARDED_PORT": is_port,
            "HTTP_X_FORWARDED_PREFIX": is_prefix if prefix else lambda text: False,
        }
        self._application = ProxyFix(
            application, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=count
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        for name, is_valid in self._valid.items():
            values = parse_list_header(environ.get(name, ""))
            if len(values) < self._count or not is_valid(values[-self._count]):
                environ.pop(name, None)
        return self._application(environ, start_response)


def check_host(hosts: tuple[str, ...]) -> None:
    """Raise BadRequest unless the host of the request is well-formed and, if any, in ``hosts``.

    A page of another site can resolve its own name to this machine, and the browser would let it
    read the answers (DNS rebinding). The host that it asks for reveals it.
    """
    host = request.host
    if not is_host(host):
        raise BadRequest()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if hosts and name.lower().rstrip(".") not in hosts:
        raise BadRequest()


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Tell whether an IP address is of this machine itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def give_way() -> None:
    """Let other requests of this process have their turn while this one computes or waits."""
    request.environ.get(GIVE_WAY, bool)()


def hold(place: Place) -> None:
    """Leave a place whenever this answer waits for its reader, and take it before it goes on."""
    request.environ.get(HOLD, bool)(place)


def stop_if_left() -> None:
    """Raise ClientDisconnected if whoever asked is gone; for what computes long before it sends."""
    if not request.environ.get(IS_OPEN, lambda: True)():
        raise ClientDisconnected


class Places:
    """A few places for answers. Those that wait for one have it in turn, before newcomers."""

    def __init__(self, number: int) -> None:
        self.free = number
        self.waiting: list[OnePlace] = []
        # Collecting garbage, which may begin at any step, leaves the places of lost answers.
        self.lock = RLock()


class OnePlace:
    """A place among a few for one answer, which may leave it and take one again."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._taken = False

    def take(self) -> bool:
        """Take a place that nobody waits for, unless it has one; tell whether it has one now."""
        with self._places.lock:
            return self._take()

    def take_in_turn(self) -> bool:
        """Take a place as ``take`` does, and wait for one from now on if there is none.

        Whoever waits asks again, and has a place when there is one for all who waited before.
        """
        with self._places.lock:
            taken = self._take()
            if not taken and self not in self._places.waiting:
                self._places.waiting.append(self)
            return taken

    def is_wanted(self) -> bool:
        """Tell whether others wait for a place."""
        return bool(self._places.waiting)

    def leave(self) -> None:
        """Leave the place if it has one, and wait for none any more."""
        with self._places.lock:
            self._wait_no_more()
            taken, self._taken = self._taken, False
            self._places.free += taken

    def _take(self) -> bool:
        waiting = self._places.waiting
        before = waiting.index(self) if self in waiting else len(waiting)
        if not self._taken and self._places.free > before:
            self._places.free -= 1
            self._taken = True
            self._wait_no_more()
        return self._taken

    def _wait_no_more(self) -> None:
        if self in self._places.waiting:
            self._places.waiting.remove(self)


class SlowLane:
    """Lets one of the dear requests compute in a process at a time, and ``waiting`` more wait.

    The threads of a process share one interpreter. A reader of an ordinary search then shares it
    with one dear search at most, and there are threads that no dear search can take.
    """

    def __init__(self, waiting: int) -> None:
        self._admitted = BoundedSemaphore(1 + waiting)
        self._place = BoundedSemaphore(1)

    def enter(self, seconds: float) -> bool:
        """Wait for the place; tell whether it was got within that time."""
        if not self._admitted.acquire(blocking=False):
            return False
        if self._place.acquire(timeout=seconds):
            return True
        self._admitted.release()
        return False

    def leave(self) -> None:
        """Give the place to the next."""
        self._place.release()
        self._admitted.release()


class RateLimit:
    """Token buckets, one for each reader's address, in the memory of one process.

    ``burst`` requests may come at once, then ``rate`` a second. Safe for threads. Each process
    counts for itself: with n processes an address may send up to n times as many requests.
    """

    def __init__(self, rate: float, burst: int, addresses: int = MAX_ADDRESSES) -> None:
        self.rate = rate
        self.burst = burst
        self._addresses = addresses
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._buckets)

    def wait(self, address: str, now: float | None = None) -> float:
        """Count a request; return 0 to let it through, else the seconds until one will be.

        ``now`` is in seconds of any clock that only goes forward.
        """
        key = _bucket_key(address)
        moment = monotonic() if now is None else now
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(self.burst), moment))
            tokens = min(self.burst, tokens + (moment - since) * self.rate)
            passed = tokens >= 1
            self._buckets[key] = (tokens - 1 if passed else tokens, moment)
            if len(self._buckets) > self._addresses:
                self._buckets.popitem(last=False)
        return 0.0 if passed else (1 - tokens) / self.rate


def _bucket_key(address: str) -> str:
    """Return what stands for a reader: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
