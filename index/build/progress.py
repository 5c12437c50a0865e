"""How far a build has come: a bar on a terminal, elsewhere a line now and then."""

from time import monotonic
from typing import TextIO

_BAR = 24
"""Characters of the progress bar."""
_BAR_SECONDS, _LINE_SECONDS = 0.1, 10.0
"""Seconds between two bars on a terminal, and between two lines elsewhere."""


class Progress:
    """Shows how far a build has come: a bar on a terminal, elsewhere a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to ``stream``; show nothing if it is None."""
        self._stream = stream
        self._on_terminal = stream is not None and stream.isatty()
        self._began = self._last = monotonic()
        self._width = 0

    def step(self, done: int, total: int, documents: int, skipped: int) -> None:
        """Report bytes read, of how many, and documents indexed and skipped."""
        now = monotonic()
        if now - self._last < (_BAR_SECONDS if self._on_terminal else _LINE_SECONDS):
            return
        self._last = now
        share = min(1.0, done / total) if total else 0.0
        figures = f"{int(100 * share)} %, " if total else ""
        figures += f"{documents} documents"
        figures += f", {skipped} skipped" if skipped else ""
        seconds = now - self._began
        figures += f", {documents / seconds:.0f} a second" if seconds >= 1 else ""
        if self._on_terminal:
            figures = f"{'█' * round(_BAR * share):░<{_BAR}} {figures}"
        self.phase(figures)

    def phase(self, name: str) -> None:
        """Report that another part of the work begins."""
        if self._stream is None:
            return
        if self._on_terminal:
            self._stream.write("\r" + name.ljust(self._width) + ("" if name else "\r"))
            self._stream.flush()
            self._width = len(name)
        else:
            print(name, file=self._stream, flush=True)

    def finish(self) -> None:
        """Leave an empty line for what comes next."""
        if self._on_terminal:
            self.phase("")
