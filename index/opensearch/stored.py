"""What is stored of the documents of a generation, and its figures."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import time
from typing import Any, Final

from index.document import Document
from index.facets import VALUE_FACETS
from index.opensearch.client import Cluster
from index.opensearch.generations import Published
from index.opensearch.mapping import facet_field
from index.store import Head, decode_head, unpack

Json = dict[str, Any]

HEADS: Final[Json] = {
    "_source": False,
    "stored_fields": "_none_",
    "docvalue_fields": ["head", "second"],
}
"""What a search has for what results show of documents (``head_of`` its hits), and ``second``."""
TEXTS: Final[Json] = {**HEADS, "stored_fields": ["text"]}
"""The same with texts: ``pieces_of`` its hits."""
_TOGETHER = 200
"""Documents that are read together, with their texts."""


def head_of(hit: Json) -> Head:
    """Return what results show of a document."""
    # It comes without the padding, of which too much does no harm.
    return decode_head(b64decode(hit["fields"]["head"][0] + "=="))


def pieces_of(hit: Json) -> list[str]:
    """Return the text of a document in the pieces it is stored in."""
    pieces: list[str] = hit["fields"]["text"]
    return pieces


def stored_document(cluster: Cluster, generation: Published, id: str) -> Document | None:
    """Return a document; None if it is absent."""
    body = {"query": {"term": {"id": id}}, "size": 1, **TEXTS}
    hits = cluster.search(generation.index, body)["hits"]["hits"]
    return _document(hits[0]) if hits else None


def stored_documents(cluster: Cluster, generation: Published) -> Iterator[Document]:
    """Yield all documents, in the order they came."""
    everything: Json = {"match_all": {}}
    hits = cluster.walk(generation.index, everything, [{"place": "asc"}], _TOGETHER, **TEXTS)
    yield from map(_document, hits)


def stored_heads(cluster: Cluster, generation: Published) -> Iterator[Head]:
    """Yield what results show of all documents."""
    everything: Json = {"match_all": {}}
    hits = cluster.walk(generation.index, everything, [{"place": "asc"}], **HEADS)
    yield from map(head_of, hits)


def _document(hit: Json) -> Document:
    head = head_of(hit)
    return unpack(head, head.decode_details(), "".join(pieces_of(hit)))[0]


@dataclass(frozen=True, slots=True)
class Figures:
    """What documents of a generation have.

    ``filled`` counts those that have a field; ``most`` has the values that most documents have,
    their labels and counts, by facet; ``bytes`` counts all copies.
    """

    filled: Mapping[str, int]
    most: Mapping[str, list[tuple[str, str, int]]]
    first_date: str | None
    last_date: str | None
    embargoed: int
    words: int
    bytes: int
    deleted: int
    segments: int


def figures(cluster: Cluster, generation: Published, top: int) -> Figures:
    """Return the figures of a generation, with ``top`` values of each facet."""
    fields = {"title": "title_length", "date": "day"}
    fields |= {name: facet_field(name) for name in VALUE_FACETS}
    aggregations: Json = {
        name: {"filter": {"exists": {"field": field}}} for name, field in fields.items()
    }
    for name in VALUE_FACETS:
        values = {"field": facet_field(name), "size": top, "shard_size": 10_000}
        aggregations[f"top {name}"] = {"terms": values}
    aggregations |= {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}
    aggregations["embargoed"] = {"filter": {"range": {"embargo": {"gt": int(time())}}}}
    answer = cluster.search(generation.index, {"size": 0, "aggs": aggregations})["aggregations"]
    counts = {
        name: {one["key"]: one["doc_count"] for one in answer[f"top {name}"]["buckets"]}
        for name in VALUE_FACETS
    }
    labels = _labels(cluster, generation, {value for some in counts.values() for value in some})
    names = f"{generation.index},{generation.words},{generation.values}"
    stats = cluster.request("GET", f"/{names}/_stats/store,docs,segments")
    documents = stats["indices"][generation.index]["primaries"]
    return Figures(
        filled={name: answer[name]["doc_count"] for name in fields},
        most={
            name: [(value, labels.get((name, value), ""), count) for value, count in some.items()]
            for name, some in counts.items()
        },
        first_date=answer["first"].get("value_as_string"),
        last_date=answer["last"].get("value_as_string"),
        embargoed=answer["embargoed"]["doc_count"],
        words=stats["indices"][generation.words]["primaries"]["docs"]["count"],
        bytes=stats["_all"]["total"]["store"]["size_in_bytes"],
        deleted=documents["docs"]["deleted"],
        segments=documents["segments"]["count"],
    )


def _labels(
    cluster: Cluster, generation: Published, values: set[str]
) -> dict[tuple[str, str], str]:
    body = {"query": {"terms": {"value": sorted(values)}}, "size": 10_000}
    hits = cluster.search(generation.values, body)["hits"]["hits"]
    found = (hit["_source"] for hit in hits)
    return {(one["facet"], one["value"]): one["label"] for one in found}
