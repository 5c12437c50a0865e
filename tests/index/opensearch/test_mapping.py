"""How many shards an index has, and what is refused of other mappings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Fields, Language
from index.errors import IndexUnavailable, IndexVersion
from index.opensearch import check, mapping, publish_documents, published
from index.opensearch.mapping import SHARD_BYTES, shards_for

GIBIBYTE = 1024**3


@given(st.integers(0, 30_000 * GIBIBYTE))
def test_no_shard_is_larger_than_it_should_be_and_none_is_needless(size: int) -> None:
    shards = shards_for(size)
    assert size <= shards * SHARD_BYTES
    assert shards == 1 or size > (shards - 1) * SHARD_BYTES


def test_shards_are_bounded() -> None:
    assert [shards_for(size * GIBIBYTE) for size in (0, 1, 30, 31, 300)] == [1, 1, 1, 2, 10]
    assert shards_for(10**18) == 1_024


def test_nothing_is_mapped_by_itself() -> None:
    for made in (mapping.documents(1, {}), mapping.words(), mapping.values(), mapping.control()):
        assert made["mappings"]["dynamic"] == "strict"


@pytest.mark.opensearch
def test_an_index_of_another_mapping_is_not_served(node: Any) -> None:
    name = node.new_name()
    document = Document("1", "un"), Fields(Language("fr"))
    index = publish_documents(node.cluster, name, [document]).name
    answer = node.cluster.request("GET", f"/{index}/_mapping")
    meta = answer[index]["mappings"]["_meta"]
    node.cluster.request("PUT", f"/{index}/_mapping", {"dynamic": "true"})
    assert [one for one in check(node.cluster, name).faults if "Somebody changed" in one]
    changed = {"_meta": {**meta, "mapping": "another"}}
    node.cluster.request("PUT", f"/{index}/_mapping", changed)
    with pytest.raises(IndexVersion, match="another version"):
        published(node.cluster, name)
    with pytest.raises(IndexUnavailable):
        node.cluster.request("PUT", f"/{index}/_doc/9", {"id": "9"})  # nobody writes into it
