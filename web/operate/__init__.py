"""TODO."""

from web.operate.configuration import add_config_option
from web.operate.observed import ObservedEngine
from web.operate.ratelimit import RateLimit
from web.operate.serving import address_options, limit_options, prepare, watch_options, web_settings
from web.operate.warming import preload, warm_up

__all__ = [
    "ObservedEngine",
    "RateLimit",
    "add_config_option",
    "address_options",
    "limit_options",
    "preload",
    "prepare",
    "warm_up",
    "watch_options",
    "web_settings",
]
