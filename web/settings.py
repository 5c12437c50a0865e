"""What an operator may set about the web application; see docs/settings.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of ``create_app``.

    ``base_url`` is the address that readers see, with any path, without a slash at its end; empty
    means that of the request. ``proxies`` is the number of reverse proxies in front whose
    ``X-Forwarded-*`` headers are believed. ``cors_origins`` may read the endpoint from a browser
    (``*`` for every site). ``retry_after`` is in seconds, told while there is no index.
    """

    base_url: str = ""
    proxies: int = 0
    cors_origins: tuple[str, ...] = ()
    retry_after: int = 30
