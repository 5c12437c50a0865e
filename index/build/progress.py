"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere, or nothing."""

import sys
from time import monotonic
from typing import Protocol, TextIO

BAR = 24


class Progress(Protocol):
    """Is told how far the work has come."""

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Tell of bytes read, of how many, and of documents indexed and skipped."""
        ...

    def phase(self, name: str) -> None:
        """Tell that another part of the work begins."""
        ...

    def finish(self) -> None:
        """Tell that there is no more to come."""
        ...


class Silent:
    """Says nothing."""

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Say nothing."""

    def phase(self, name: str) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""


class Lines:
    """Writes a line when a phase begins, and at most one every ``seconds`` in between."""

    def __init__(self, stream: TextIO, seconds: float = 10.0) -> None:
        self._stream = stream
        self._seconds = seconds
        self._began = self._last = monotonic()

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Write a line if the last one is long ago."""
        now = monotonic()
        if now - self._last >= self._seconds:
            self._last = now
            self._write(_figures(done, total, documents, skipped, now - self._began))

    def phase(self, name: str) -> None:
        """Write a line."""
        self._write(name)

    def finish(self) -> None:
        """Write nothing: the result says it."""

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class Bar:
    """Redraws one line of a terminal, ten times a second at most."""

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
        self._draw(f"{bar} {_figures(done, total, documents, skipped, now - self._began)}")

    def phase(self, name: str) -> None:
        """Show what is being done."""
        self._draw(name)

    def finish(self) -> None:
        """Leave an empty line for what comes next."""
        self._draw("")

    def _draw(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
        self._stream.flush()
        self._width = len(line)


def _figures(done: int, total: int, documents: int, skipped: int, seconds: float) -> str:
    share = f"{min(100, 100 * done // total)} %, " if total else ""
    rate = f", {documents / seconds:.0f} a second" if seconds >= 1 else ""
    left_out = f", {skipped} skipped" if skipped else ""
    return f"{share}{documents} documents{left_out}{rate}"


def progress_on(stream: TextIO | None = None) -> Progress:
    """Return a bar for a terminal, lines for anything else; on standard error by default."""
    stream = stream or sys.stderr
    return Bar(stream) if stream.isatty() else Lines(stream)
