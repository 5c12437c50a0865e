"""Running the service: protection of readers, log and metrics, the server itself.

For what an operator sets and sees. Not for answers: these are in the rooms for programs and pages.
"""

from web.operate import compression, guard, observe
from web.operate.compression import vary
from web.operate.connection import IS_OPEN, REFUSED
from web.operate.guard import (
    ForwardedHeaders,
    OnePlace,
    Places,
    RateLimit,
    SlowLane,
    check_host,
    give_way,
    hold,
    is_host,
    is_loopback,
    is_prefix,
    stop_if_left,
)
from web.operate.observe import configure_log
from web.operate.serve import address_of, bind, preload, prepare, run

__all__ = [
    "IS_OPEN",
    "REFUSED",
    "ForwardedHeaders",
    "OnePlace",
    "Places",
    "RateLimit",
    "SlowLane",
    "address_of",
    "bind",
    "check_host",
    "compression",
    "configure_log",
    "give_way",
    "guard",
    "hold",
    "is_host",
    "is_loopback",
    "is_prefix",
    "observe",
    "preload",
    "prepare",
    "run",
    "stop_if_left",
    "vary",
]
