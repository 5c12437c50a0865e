"""Facets of more values than are counted at once: the first ones, exactly, whatever shards say."""

import random
from pathlib import Path
from typing import Any

import pytest

from index.build import index_documents
from index.document import Document, Fields, Language, Organization, Span, Theme
from search.opensearch import counting
from tests.contract import archives
from tests.contract.archives import Both
from tests.contract.comparing import differences
from tests.contract.requests import Entries, Parameters, as_request

pytestmark = pytest.mark.opensearch
SHARDS = 5
THEMES = ("sport", "economy", "health", "education", "environment", "religion", "conflict")


def entries() -> Entries:
    """Make documents of many sources: a few frequent ones, many of which each shard has few."""
    chance = random.Random(5)
    made = []
    for number in range(900):
        place = int(chance.paretovariate(0.35)) % 400
        named = [f"~org-{int(chance.paretovariate(0.4)) % 300}" for _ in range(chance.randrange(4))]
        fields = Fields(
            Language(chance.choice(("fr", "en"))),
            organizations=tuple(
                Organization(id, id.strip("~"), (Span(0, 1),), False) for id in sorted(set(named))
            ),
            themes=tuple(
                map(Theme, (["culture/cinema"] if number == 7 else chance.sample(THEMES, 3)))
            ),
        )
        text = " ".join(chance.choices(("accord", "pêche", "traité"), k=2))
        source = f"Agence {place:03}" if place % 7 else ""
        made.append((Document(f"d{number:03}", text, source=source), fields))
    return made


@pytest.fixture(scope="module")
def many(node: Any, tmp_path_factory: pytest.TempPathFactory) -> Both:
    root: Path = tmp_path_factory.mktemp("many")
    index_documents(root, entries())
    return archives.both("many", root, node.cluster, node.new_name(), SHARDS)


@pytest.fixture
def asked_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count at most 20 values at once, and let shards tell 3 at first; return what is asked for."""
    again: list[str] = []
    ask = counting.Counter._ask

    def counted(self: Any, facet: str, aggregations: Any) -> Any:
        again.append(facet)
        return ask(self, facet, aggregations)

    monkeypatch.setattr(counting, "MAX_VALUES", 20)
    monkeypatch.setattr(counting, "_SHARD_SIZE", 3)
    monkeypatch.setattr(counting.Counter, "_ask", counted)
    return again


@pytest.fixture(params=["asked again", "whole"])
def bound(request: pytest.FixtureRequest) -> list[str] | None:
    """Both ways to count: facets of more values than are counted at once, and of fewer."""
    again: list[str] | None = None
    if request.param == "asked again":
        again = request.getfixturevalue("asked_again")
    return again


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": ""},
        {"q": "accord", "facet_size": "3"},
        {"q": "", "facet_size": "1"},
        {"q": "", "facet_size": "60"},
        {"q": "pêche", "source": ["agence 003", "agence 399"], "facet_size": "5"},
        {"q": "", "exclude_source": ["agence 001", "agence 002"], "organization": "~org-1"},
        {"q": "traité -accord", "exclude_organization": "~org-2", "lang": "fr"},
        {"q": "", "theme": "culture/cinema", "facet_size": "1"},
        {"q": "", "exclude_theme": "culture/cinema", "facet_size": "1"},
        {"q": "zzyzx"},
    ],
)
def test_the_first_values_are_exact(
    many: Both, bound: list[str] | None, parameters: Parameters
) -> None:
    request = as_request(parameters)
    answers = [engine.search(request) for engine in many.engines]
    assert list(differences(request, *answers)) == []
    if answers[0].total and bound is not None:
        assert bound


@pytest.mark.parametrize("order", ["count", "name"])
@pytest.mark.parametrize("name", ["source", "organization"])
def test_pages_of_all_values_are_exact(
    many: Both, asked_again: list[str], name: str, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_MOST_BUCKETS", 60)
    for q, prefix, page in (("", "", 1), ("", "", 2), ("accord", "", 3), ("", "agence 1", 1)):
        request = as_request({"q": q, "exclude_source": "agence 001"})
        ours, theirs = (e.facet(name, request, prefix, page, order) for e in many.engines)
        assert ours == theirs
    assert len(asked_again) > 4
