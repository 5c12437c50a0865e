"""What an operator may set about the web application; see docs/settings.md."""

from dataclasses import dataclass
from typing import Literal

Metrics = Literal["local", "on", "off"]
LogFormat = Literal["text", "json", "off"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of ``create_app``.

    ``base_url`` is the address that readers see, with any path, without a slash at its end; empty
    means that of the request. ``proxies`` is the number of reverse proxies in front whose
    ``X-Forwarded-*`` headers are believed. ``hosts`` are the names, without port, that a request
    may ask for; none means any. ``cors_origins`` may read the endpoint from a browser (``*`` for
    every site).

    ``rate_limit`` is in requests a second for each reader's address, 0 for no limit, and
    ``rate_burst`` how many may come at once. ``max_per_page`` is how many results one page may
    ask for. ``retry_after`` is in seconds, told while there is no index.

    ``metrics`` says who may read ``/metrics``: programs of this machine, everybody, nobody.
    ``log_format`` is that of the line for each request; ``log_queries`` adds what was asked to it.
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
