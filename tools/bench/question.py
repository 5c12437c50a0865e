"""What every system is asked, and what is kept of its answer to compare totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Literal, NamedTuple, Protocol

from index import Document, Fields

Entry = tuple[Document, Fields]
FACETS = ("organization", "theme", "lang")
PER_PAGE = 10
FACET_SIZE = 20


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in no system's syntax; without words it asks for every document."""

    kind: str
    words: tuple[str, ...] = ()
    operator: Literal["and", "or", "phrase", "prefix"] = "or"
    first: date | None = None
    last: date | None = None
    newest: bool = False
    facets: bool = False
    snippets: bool = False

    def with_facets(self) -> "Question":
        """Return the same question with facet counts."""
        return replace(self, facets=True)

    def with_snippets(self) -> "Question":
        """Return the same question with snippets."""
        return replace(self, snippets=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """An exact total, the ids of one page, and the counts of facet values where asked for."""

    total: int
    ids: tuple[str, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


class System(Protocol):
    """A search engine over one folder, asked from one thread."""

    name: str

    def ask(self, question: Question) -> Any:
        """Answer as an application needs it: all that is shown has been fetched."""
        ...

    def read(self, answer: Any) -> Answer:
        """Put an answer of ``ask`` into the common form; not timed."""
        ...

    def close(self) -> None:
        """Release the index."""
        ...


class Indexed(NamedTuple):
    """What indexing cost: processor seconds of all threads, and bytes on disk."""

    documents: int
    cpu_seconds: float
    seconds: float
    bytes: int
    text_bytes: int

    @property
    def rate(self) -> float:
        """Documents per processor second."""
        return self.documents / max(self.cpu_seconds, 1e-9)


class Metered:
    """Hands out documents and keeps apart what making them costs."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = entries
        self.documents = 0
        self.text_bytes = 0
        self.cpu_seconds = 0.0
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Entry]:
        entries = iter(self._entries)
        while True:
            cpu, wall = process_time(), perf_counter()
            entry = next(entries, None)
            if entry is not None:
                self.documents += 1
                self.text_bytes += len(entry[0].title.encode()) + len(entry[0].text.encode())
            self.cpu_seconds += process_time() - cpu
            self.seconds += perf_counter() - wall
            if entry is None:
                return
            yield entry


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def published_day(fields: Fields) -> date | None:
    """Return the day of publication, the first it may be."""
    if fields.published is None:
        return None
    value = fields.published.value[:10]
    return date.fromisoformat((value + "-01-01")[:10] if len(value) < 10 else value)


def with_parents(fields: Fields) -> list[str]:
    """Return the themes of a document with those above them, as Trouvaille counts them."""
    found = set()
    for theme in fields.themes:
        found.add(theme.id)
        found.add(theme.id.partition("/")[0])
    return sorted(found)
