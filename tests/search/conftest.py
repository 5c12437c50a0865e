"""A small archive whose documents are known field by field, and an engine over it."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from index import IndexDirectory
from index.build import index_documents
from index.document import (
    Country,
    DateOrigin,
    Document,
    Fields,
    Language,
    MentionedDate,
    NamedPerson,
    Organization,
    Precision,
    PublicationDate,
    Span,
    Theme,
)
from index.opensearch import publish_documents
from search.engine import Engine, SearchResponse
from search.opensearch import OpenSearchEngine
from search.request import parse_request
from search.results import Budget
from search.whoosh_engine import WhooshEngine

Entry = tuple[Document, Fields]
Search = Callable[..., SearchResponse]

ENGINES = ["embedded", pytest.param("opensearch", marks=pytest.mark.opensearch)]
"""The second asks a node at TROUVAILLE_OPENSEARCH; its tests are skipped without one."""

PLENTY = Budget(60.0, 60.0, 60.0, 60.0)
"""Seconds enough for a busy machine."""

WORDS = ("zanova", "mirka", "toluma", "bexandi")
ORGANIZATIONS = ("onu", "otan", "ue", "~alpha-beta", "~arsenal")
COUNTRIES = ("de", "fr", "xk")
PERSONS = ("emmanuel-macron", "~jean-dupont", "~anne-martin", "~macron")
"""Without ``~``, ``~arsenal`` and ``~macron`` are names that a vocabulary has."""
THEMES = ("culture/cinema", "culture/music", "conflict/peace", "conflict")
LANGUAGES = ("fr", "en", "ar")
SOURCES = ("Agence A", "Agence B", "")


class Entries(list[Entry]):
    """Documents with their fields; too many to show."""

    def __repr__(self) -> str:
        return f"<{len(self)} entries>"


def entry(
    id: str,
    text: str,
    title: str = "",
    language: str = "fr",
    date: str = "",
    organizations: Sequence[str] = (),
    themes: Sequence[str] = (),
    source: str = "",
    mentioned: Sequence[tuple[str, str]] = (),
    countries: Sequence[str] = (),
    persons: Sequence[str] = (),
    origin: DateOrigin = "metadata",
) -> Entry:
    """Make a document whose fields are given rather than extracted."""
    precision: Precision = {4: "year", 7: "month", 10: "day"}.get(len(date), "minute")  # type: ignore[assignment]
    fields = Fields(
        language=Language(language),
        organizations=tuple(
            Organization(id, id.strip("~").upper(), (Span(0, 1),), not id.startswith("~"))
            for id in organizations
        ),
        themes=tuple(Theme(id) for id in themes),
        published=PublicationDate(date, precision, origin) if date else None,
        countries=tuple(Country(code, (Span(0, 1),)) for code in countries),
        persons=tuple(
            NamedPerson(id, id.strip("~").title(), (Span(0, 1),), not id.startswith("~"))
            for id in persons
        ),
        mentioned=tuple(MentionedDate(Span(0, 1), first, last, "day") for first, last in mentioned),
    )
    return Document(id=id, text=text, title=title, source=source), fields


def random_entries(seed: int, count: int) -> Entries:
    """Make documents with every combination of values, some missing, some dates partial."""
    chance = random.Random(seed)
    speaking = random.Random(seed + 1)

    travelling = random.Random(seed + 2)
    naming = random.Random(seed + 3)
    finding = random.Random(seed + 4)

    def some(values: Sequence[str], chance: random.Random = chance) -> list[str]:
        return [value for value in values if chance.random() < 0.3]

    def date() -> str:
        year, month = chance.choice((2021, 2023, 2024)), chance.randint(1, 4)
        day = f"{year}-{month:02}-{chance.randint(1, 28):02}"
        return chance.choice(
            ("", day[:4], day[:7], day, day, f"{day}T{chance.randint(0, 3):02}:30Z")
        )

    def mentioned() -> list[tuple[str, str]]:
        """Make spans of days, months and years; some that nothing resolved."""
        spans = [("", "")] if speaking.random() < 0.2 else []
        for _ in range(speaking.choice((0, 0, 1, 2, 4))):
            year, month = speaking.choice((2021, 2023)), speaking.randint(1, 6)
            day = f"{year}-{month:02}-{speaking.randint(1, 28):02}"
            whole = [(f"{year}-01-01", f"{year}-12-31"), (f"{year}-{month:02}-01", day)]
            spans.append(speaking.choice([(day, day), *whole]))
        return spans

    return Entries(
        entry(
            f"d{number:03}",
            " ".join(["rien", *some(WORDS), *some(WORDS)]),
            language=chance.choice(LANGUAGES),
            date=date(),
            organizations=some(ORGANIZATIONS),
            themes=some(THEMES),
            source=chance.choice(SOURCES),
            mentioned=mentioned(),
            countries=some(COUNTRIES, travelling),
            persons=some(PERSONS, naming),
            origin=finding.choice(get_args(DateOrigin)),
        )
        for number in range(count)
    )


@pytest.fixture(scope="session")
def make_entry() -> Callable[..., Entry]:
    """Return the maker of documents with given fields."""
    return entry


@pytest.fixture(scope="session")
def entries() -> Entries:
    return random_entries(7, 150)


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    entries: Entries, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Engine:
    """Both engines over the random archive."""
    if request.param == "opensearch":
        return on_cluster(request.getfixturevalue("node"), entries)
    root = tmp_path_factory.mktemp("random")
    index_documents(root, entries)
    return WhooshEngine(IndexDirectory(root), PLENTY)


@pytest.fixture(params=ENGINES)
def engine_of(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Engine]]:
    """Either engine over the entries given; the next ones are another generation of its index."""
    if request.param == "opensearch":
        node = request.getfixturevalue("node")
        name = node.new_name()
        yield lambda *entries: on_cluster(node, entries, name)
        node.delete(name)
        return

    def build(*entries: Entry) -> Engine:
        index_documents(tmp_path, entries)
        return WhooshEngine(IndexDirectory(tmp_path), PLENTY)

    yield build


def on_cluster(node: Any, entries: Sequence[Entry], name: str = "") -> Engine:
    """Return the engine of a cluster over entries."""
    name = name or node.new_name()
    publish_documents(node.cluster, name, entries)
    return OpenSearchEngine(node.cluster, name, PLENTY)


@pytest.fixture(scope="session")
def search(engine: Engine) -> Search:
    """Search the random archive with parameters as a query string has them (from_ is from)."""

    def run(locale: str = "fr", **parameters: str | Sequence[str]) -> SearchResponse:
        args = {
            name.rstrip("_"): [value] if isinstance(value, str) else list(value)
            for name, value in parameters.items()
        }
        return engine.search(parse_request(args, locale))

    return run
