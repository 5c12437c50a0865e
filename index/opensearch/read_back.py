"""Documents of a cluster, read back: which there are, where they came from, what is stored."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from index.document import Document, Fields
from index.opensearch.client import Cluster
from index.opensearch.encode import Encoded, encode_drafts
from index.opensearch.stored import HEADS, TEXTS, head_of, pieces_of
from index.segments import draft
from index.store import unpack

_IDS: Final = 1_000
_WHOLE: Final = 200
"""Documents that are asked for at once: by id, and with their texts."""

Json = dict[str, Any]

_FIELDS: Final = ["id", "hash", "place"]
_KNOWN: Final[Json] = {"_source": ["failures"], "docvalue_fields": _FIELDS}


class Known(NamedTuple):
    """A document of an index: its ``_id``, its id, its content hash, what failed of it."""

    place: int
    id: str
    hash: str
    failures: tuple[tuple[str, str], ...]


class Stored(NamedTuple):
    """A document with its fields, as it was built; ``entry`` is where it is."""

    entry: Known
    document: Document
    fields: Fields


def after(place: int) -> Json:
    """Return what matches the documents behind a place."""
    return {"range": {"place": {"gt": place}}}


def up_to(place: int) -> Json:
    """Return what matches the documents up to a place."""
    return {"range": {"place": {"lte": place}}}


def last_place(cluster: Cluster, index: str) -> int:
    """Return the place of the last document; -1 without any."""
    body = {"size": 0, "aggs": {"last": {"max": {"field": "place"}}}}
    value = cluster.search(index, body)["aggregations"]["last"]["value"]
    return -1 if value is None else int(value)


def known(cluster: Cluster, index: str, query: Json) -> Iterator[Known]:
    """Yield which documents match, in the order of their places."""
    for hit in cluster.walk(index, query, [{"place": "asc"}], **_KNOWN):
        yield _known(hit)


def _known(hit: Json) -> Known:
    fields = hit["fields"]
    failures = hit.get("_source", {}).get("failures", ())
    return Known(
        fields["place"][0],
        fields["id"][0],
        fields["hash"][0],
        tuple((name, reason) for name, reason in failures),
    )


def by_ids(ids: Iterable[str]) -> Iterator[Json]:
    """Yield queries that together match the documents with some ids."""
    return _in_parts("id", ids)


def by_places(places: Iterable[int]) -> Iterator[Json]:
    """Yield queries that together match the documents at some places."""
    return _in_parts("place", places)


def _in_parts(field: str, values: Iterable[Any]) -> Iterator[Json]:
    rest = iter(values)
    while some := list(islice(rest, _IDS)):
        yield {"terms": {field: some}}


def heads(cluster: Cluster, index: str, query: Json) -> Iterator[tuple[str, str, str]]:
    """Yield id, path and version of the documents that match."""
    for hit in cluster.walk(index, query, [{"place": "asc"}], _IDS, **HEADS):
        head = head_of(hit)
        details = head.decode_details()
        yield head.id, details.path, details.version


def stored(cluster: Cluster, index: str, query: Json) -> Iterator[Stored]:
    """Yield the documents that match, as they were built."""
    body = {**TEXTS, **_KNOWN, "docvalue_fields": ["head", *_FIELDS]}
    for hit in cluster.walk(index, query, [{"place": "asc"}], _WHOLE, **body):
        head = head_of(hit)
        document, fields = unpack(head, head.decode_details(), "".join(pieces_of(hit)))
        yield Stored(_known(hit), document, fields)


def encoded(documents: Iterable[Stored]) -> Iterator[tuple[Stored, Encoded]]:
    """Yield documents with what was sent of them, analysed anew."""
    rest = iter(documents)
    while some := list(islice(rest, _WHOLE)):
        drafts = [draft(one.document, one.fields) for one in some]
        yield from zip(some, encode_drafts(drafts), strict=True)
