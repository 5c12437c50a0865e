"""The systems that are measured, those whose packages are installed."""

import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from index import kernels
from tools.bench import sqlite_system, trouvaille_system, whoosh_system
from tools.bench.question import Entry, System


class Kind(NamedTuple):
    """How a system builds its index, and how it is opened; ``of`` names whose index it opens."""

    name: str
    build: Callable[[Iterable[Entry], Path], None]
    open: Callable[[Path], System]
    of: str = ""

    @property
    def index_name(self) -> str:
        """The name of the system whose index it opens, its own or another's."""
        return self.of or self.name


def kinds() -> dict[str, Kind]:
    """Return the systems by name, Trouvaille first: with compiled loops where these can be."""
    ours, plain = trouvaille_system.NAME, trouvaille_system.PLAIN
    found = [Kind(ours, trouvaille_system.build, trouvaille_system.Trouvaille)]
    if kernels.activate():
        found.append(Kind(plain, trouvaille_system.build, trouvaille_system.Plain, of=ours))
    found.append(Kind(whoosh_system.NAME, whoosh_system.build, whoosh_system.Whoosh))
    if importlib.util.find_spec("tantivy"):
        from tools.bench import tantivy_system

        found.append(Kind(tantivy_system.NAME, tantivy_system.build, tantivy_system.Tantivy))
    found.append(Kind(sqlite_system.NAME, sqlite_system.build, sqlite_system.SQLite))
    return {kind.name: kind for kind in found}
