"""Progress of a build: a bar on a terminal, a plain line now and then elsewhere, or nothing."""

import sys
from time import monotonic
from typing import Protocol, TextIO

BAR = 24
"""Characters of the bar."""


class Progress(Protocol):
    """Is told how far a build has come."""

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Report bytes read, of how many, and documents indexed and skipped."""

    def phase(self, name: str) -> None:
        """Report that another part of the work begins."""

    def finish(self) -> None:
        """Report the end."""


class Silent:
    """Shows nothing."""

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Do nothing."""

    def phase(self, name: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


class Lines:
    """Writes a line when a phase begins, and in between at most one every ``seconds``."""

    def __init__(self, stream: TextIO, seconds: float = 10.0) -> None:
        self._stream = stream
        self._seconds = seconds
        self._began = self._last = monotonic()

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Write a line if the last one is long ago."""
        now = monotonic()
        if now - self._last >= self._seconds:
            self._last = now
            self.phase(_figures(done, total, documents, skipped, now - self._began))

    def phase(self, name: str) -> None:
        """Write a line."""
        print(name, file=self._stream, flush=True)

    def finish(self) -> None:
        """Write nothing: the result follows."""


class Bar:
    """Redraws one line of a terminal, at most ten times a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = monotonic()
        self._last = 0.0
        self._width = 0

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Redraw the bar."""
        now = monotonic()
        if now - self._last < 0.1:
            return
        self._last = now
        filled = round(BAR * min(1.0, done / total)) if total else 0
        bar = "█" * filled + "░" * (BAR - filled)
        self.phase(f"{bar} {_figures(done, total, documents, skipped, now - self._began)}")

    def phase(self, name: str) -> None:
        """Show what is being done."""
        self._stream.write("\r" + name.ljust(self._width) + ("" if name else "\r"))
        self._stream.flush()
        self._width = len(name)

    def finish(self) -> None:
        """Leave an empty line for what comes next."""
        self.phase("")


def _figures(done: int, total: int, documents: int, skipped: int, seconds: float) -> str:
    share = f"{min(100, 100 * done // total)} %, " if total else ""
    rate = f", {documents / seconds:.0f} a second" if seconds >= 1 else ""
    left_out = f", {skipped} skipped" if skipped else ""
    return f"{share}{documents} documents{left_out}{rate}"


def progress_on(stream: TextIO | None = None) -> Progress:
    """Return a bar for a terminal, lines for anything else; on standard error by default."""
    stream = stream or sys.stderr
    return Bar(stream) if stream.isatty() else Lines(stream)
