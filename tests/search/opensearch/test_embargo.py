"""Documents under an embargo are hidden from an engine over a cluster until it ends."""

from typing import Any

import pytest

from index.document import Document, Fields, Language
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
    of = Fields(Language("fr"))
    documents = [Document(f"{n:02}", "Rien.", source=f"Agence {n:02}") for n in range(60)]
    secret = Document("z", "Un secret.", source="Zanova", embargo="2023-11-15T00:00:00Z")
    name = node.new_name()
    publish_documents(node.cluster, name, [(one, of) for one in [*documents, secret]])
    engine = OpenSearchEngine(node.cluster, name, clock=lambda: 1_700_000_000.0)
    assert not [one for one in engine.suggest("zanova", 5, "fr") if one.kind == "source"]
    assert [one.value for one in engine.suggest("agence 5", 20, "fr") if one.kind == "source"]
