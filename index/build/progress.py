"""How far a build has come: a bar on a terminal, elsewhere a line now and then."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final, NamedTuple, TextIO

_BAR: Final = 24
"""Characters of the progress bar."""
_BAR_SECONDS, _LINE_SECONDS = 0.1, 10.0
"""Seconds between two bars on a terminal, and between two lines elsewhere."""
_SOON, _LITTLE = 3.0, 0.01
"""Seconds, and the share of the bytes, from which on the time left is estimated."""
_KINDS: Final = 4
"""Kinds of files that are named."""


class Handed(NamedTuple):
    """How many files of a kind, and of their bytes, have been handed out."""

    files: int
    bytes: int


class Progress:
    """Shows how far a build has come: a bar on a terminal, elsewhere a line now and then."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to ``stream``; show nothing if it is None."""
        self._stream = stream
        self._on_terminal = stream is not None and stream.isatty()
        self._began = self._last = monotonic()
        self._width = 0

    def step(
        self,
        done: int,
        total: int,
        documents: int,
        skipped: int,
        kinds: Callable[[], Mapping[str, tuple[Handed, Handed]]] = dict,
    ) -> None:
        """Report bytes read, of how many, and documents indexed and skipped.

        ``kinds`` returns for each kind of file what was read, and what there is of it.
        """
        now = monotonic()
        if now - self._last < (_BAR_SECONDS if self._on_terminal else _LINE_SECONDS):
            return
        self._last = now
        share = min(1.0, done / total) if total else 0.0
        figures = [f"{int(100 * share)} %"] if total else []
        figures.append(f"{documents:,} documents")
        if skipped:
            figures.append(f"{skipped:,} skipped")
        seconds = now - self._began
        if seconds >= 1:
            figures.append(f"{documents / seconds:,.0f} a second")
        if seconds >= _SOON and _LITTLE <= share < 1:
            figures.append(f"{_duration(seconds / share * (1 - share))} left")
        text = ", ".join(figures)
        if len(by_kind := kinds()) > 1:
            text += f" ({_shown(by_kind)})"
        if self._on_terminal:
            text = f"{'█' * round(_BAR * share):░<{_BAR}} {text}"
        self.phase(text)

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


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _shown(kinds: Mapping[str, tuple[Handed, Handed]]) -> str:
    """Return the files of the kinds that have most bytes: ``pdf 12/310, txt 800/900``."""
    largest = sorted(kinds.items(), key=lambda pair: (-pair[1][1].bytes, pair[0]))[:_KINDS]
    return ", ".join(f"{kind} {done.files:,}/{all.files:,}" for kind, (done, all) in largest)
