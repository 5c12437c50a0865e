"""Documents under an embargo are hidden from an engine over a cluster until it ends."""

from typing import Any

import pytest

from index.document import Document, Fields, Language, Organization, Span
from index.opensearch import publish_documents
from search.opensearch import OpenSearchEngine, opened
from search.request import SearchRequest

pytestmark = pytest.mark.opensearch


def test_documents_under_an_embargo_are_not_there_before_its_end(node: Any) -> None:
    moment = 1_700_000_000.0
    secret = Document("b", "Un secret sur la zanova.", embargo="2023-11-15T00:00:00Z")
    plain = Document("a", "Rien sur la mirka.")
    of = Fields(Language("fr"))
    name = node.new_name()
    publish_documents(node.cluster, name, [(plain, of), (secret, of)])
    before = OpenSearchEngine(node.cluster, name, clock=lambda: moment)
    after = OpenSearchEngine(node.cluster, name, clock=lambda: moment + 86_400)
    for engine, there in ((before, False), (after, True)):
        assert engine.status().documents == 1 + there
        assert engine.search(SearchRequest("zanova")).total == there
        assert bool(engine.document("b", "fr")) == there
        assert [one.text for one in engine.suggest("zan", 5, "fr")] == ["zanova"] * there
        answer = engine.search(SearchRequest())
        (language,) = answer.facets["lang"].values
        assert language.count == answer.total == 1 + there
    assert before.status().generation != after.status().generation


@pytest.mark.parametrize("most", [10_000, 40])
def test_values_of_hidden_documents_are_hidden_however_many_there_are(
    node: Any, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MAX_VALUES", most)
    entries = []
    for number in range(61):
        name = "Zanova" if number == 60 else f"Agence {number:02}"
        named = Organization(f"~{name.lower()}", name, (Span(0, 1),), known=False)
        embargo = "2023-11-15T00:00:00Z" if number == 60 else ""
        fields = Fields(Language("fr"), organizations=(named,))
        entries.append((Document(f"{number:02}", "Rien.", embargo=embargo), fields))
    archive = node.new_name()
    publish_documents(node.cluster, archive, entries)
    engine = OpenSearchEngine(node.cluster, archive, clock=lambda: 1_700_000_000.0)
    kinds = {text: {one.kind for one in engine.suggest(text, 9, "fr")} for text in ("zan", "agen")}
    assert kinds == {"zan": set(), "agen": {"organization"}}
