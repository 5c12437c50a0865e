"""Serving under a path: https://press.example.org/archive rather than a host of its own."""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class UnderPath:
    """Tells the application that it is served under ``path``.

    It does not matter whether the reverse proxy removes the path from what it passes on.
    """

    def __init__(self, application: Application, path: str) -> None:
        self.application = application
        self.path = path

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        asked = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self.path
        if asked == self.path or asked.startswith(self.path + "/"):
            environ["PATH_INFO"] = asked[len(self.path) :] or "/"
        return self.application(environ, start_response)
