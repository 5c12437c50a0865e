"""The vectors of documents on a cluster, for search across languages.

A vector is a part of its document. So every filter of a search narrows it, an update carries it
over with the document, and it goes where the document goes: into copies, backups, and back with
them. It is written after a generation is published, into that generation: the same document is sent
once more, with its vector, to its place. A search finds one or the other, and nothing but the
vector tells them apart.
"""

import logging
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from index import embedding
from index.embedding import HASH, Computed, Coverage, Progress, Rows
from index.errors import BuildFailed, IndexUnavailable
from index.opensearch.bulk import Action, batches, bulk
from index.opensearch.client import Cluster
from index.opensearch.filling import is_worn, merge, refresh, written
from index.opensearch.generations import Published, aliased, previous, published
from index.opensearch.lock import Lock, locked
from index.opensearch.mapping import facet_field
from index.opensearch.read_back import Stored, encoded, stored

CHUNK: Final = 512
CHUNK_CHARACTERS: Final = 8 * 1024 * 1024
"""Documents, and characters of them, that are written together, and held in memory until then.

That is what is lost if the work is interrupted.
"""
_ATTEMPTS: Final = 5
_PAUSE: Final = 1.0
"""How often documents are sent while builds block the index, and the seconds in between."""
_ROWS_TOGETHER: Final = 1_000
_ROWS: Final[dict[str, Any]] = {
    "_source": False,
    "track_total_hits": False,
    "stored_fields": "_none_",
    "docvalue_fields": ["vector"],
}

Json = dict[str, Any]

_log: Final = logging.getLogger("trouvaille")


def compute_vectors(cluster: Cluster, name: str, progress: Progress = lambda *_: None) -> Computed:
    """Compute the vectors that the published generation lacks; what is there stays.

    May be interrupted and called again; builds go on meanwhile. ``progress`` gets documents done
    and to be done. Raises SettingError without the extra, IndexLocked if another process does the
    same, what ``published`` does, BuildFailed.
    """
    embedding.encoder()
    published(cluster, name)
    new = 0
    with locked(cluster, name, key="vectors", does="computes the vectors of") as lock:
        while True:
            generation = published(cluster, name)
            try:
                for count in _completed(cluster, name, generation, lock, progress):
                    new += count
            except (BuildFailed, IndexUnavailable):
                # A build may have deleted it, or begun to delete it.
                lock.require()
                if published(cluster, name).index == generation.index:
                    raise
            if published(cluster, name).index != generation.index:
                _delete_remains(cluster, generation.index)
            else:
                have = coverage(cluster, generation)
                documents = have.documents if have else 0
                return Computed(generation.index, documents, new, generation.documents - documents)


def coverage(cluster: Cluster, generation: Published) -> Coverage | None:
    """Return how far a generation has vectors; None if there are none at all."""
    return counted(lambda body: cluster.search(generation.index, body), embedding.model())


def counted(search: Callable[[Json], Json], model: str | None) -> Coverage | None:
    """Return how far the documents that a function searches have vectors of a model.

    Where there are none of it, of the one that most have; None if there are none at all.
    """
    models = {"terms": {"field": "vector_model", "size": 10}}
    answer = search({"size": 0, "aggs": {"models": models}})
    found = [str(bucket["key"]) for bucket in answer["aggregations"]["models"]["buckets"]]
    if not found:
        return None
    made_by = model if model in found else found[0]
    counts = {"have": {"filter": having(made_by)}, "lack": {"filter": _lacking(made_by)}}
    body = {"size": 0, "track_total_hits": True, "aggs": counts}
    answer = search(body)
    have, lack = (answer["aggregations"][name]["doc_count"] for name in ("have", "lack"))
    return Coverage(made_by, have, answer["hits"]["total"]["value"] - have - lack, lack)


def having(model: str) -> Json:
    """Return what matches the documents with a vector of a model."""
    is_there = [{"term": {"vector_model": model}}, {"exists": {"field": "vector_key"}}]
    return {"bool": {"filter": is_there}}


def row_of(hit: Json) -> bytes:
    """Return the row of a document, of a search for its field ``vector``."""
    # It comes without the padding, of which too much does no harm.
    return b64decode(hit["fields"]["vector"][0] + "==")


def rows_of(hits: Sequence[Json]) -> Rows:
    """Return the rows of documents, of a search for their field ``vector``."""
    joined: Rows = np.frombuffer(b"".join(map(row_of, hits)), np.int8)
    return joined.reshape(len(hits), embedding.ROW)


def signs(vectors: embedding.Vector | Rows) -> bytes:
    """Return which components are above 0: a bit each."""
    return np.packbits(vectors > 0).tobytes()


def _lacking(model: str) -> Json:
    """Return what matches the documents that have not been given a vector of a model."""
    known = {"terms": {facet_field("lang"): sorted(embedding.LANGUAGES)}}
    return {"bool": {"filter": [known], "must_not": [{"term": {"vector_model": model}}]}}


def _completed(
    cluster: Cluster, name: str, generation: Published, lock: Lock, progress: Progress
) -> Iterator[int]:
    """Give documents of a generation their vectors; yield how many were computed, now and then.

    Ends when there are no more, or when another generation is published. The index is blocked then,
    and merged if need be, whatever an interrupted run has left.
    """
    model, index = str(embedding.model()), generation.index
    lacking = _lacking(model)
    size = cluster.request("GET", f"/{index}/_count", {"query": lacking})["count"]
    before = [index, *filter(None, [previous(cluster, name)])]
    documents = stored(cluster, index, lacking)
    done = 0
    for chunk in _chunks(documents):
        texts = [
            embedding.encodable(one.fields.language.code, one.document.title, one.document.text)
            for one in chunk
        ]
        rows = embedding.hashed(texts)
        count = embedding.fill(
            rows, texts, lambda rows, places: _known(cluster, before, model, rows, places)
        )
        lock.require()
        _write(cluster, index, list(_actions(chunk, rows, model)))
        done += len(chunk)
        yield count
        progress(done, max(size, done))
        if aliased(cluster, name) != index:
            return
    _block(cluster, index, True)
    if is_worn(cluster, index):
        merge(cluster, index)


def _chunks(documents: Iterable[Stored]) -> Iterator[list[Stored]]:
    """Divide documents into what is written together."""
    chunk: list[Stored] = []
    size = 0
    for one in documents:
        chunk.append(one)
        size += len(one.document.text)
        if len(chunk) == CHUNK or size >= CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _known(
    cluster: Cluster, indexes: Sequence[str], model: str, rows: Rows, places: list[int]
) -> Iterator[int]:
    """Copy known vectors to the rows that have their hashes; yield where.

    Many documents may have the same: what is found is not asked for again.
    """
    wanted = {rows[place, :HASH].tobytes(): place for place in places}
    for index in indexes:
        more = True
        while wanted and more:
            keys = [key_of(hash) for hash in wanted]
            query = {"bool": {"filter": [{"terms": {"vector_key": keys}}, having(model)]}}
            body = {"query": query, "size": _ROWS_TOGETHER, **_ROWS}
            hits = cluster.search(index, body)["hits"]["hits"]
            before = len(wanted)
            for row in map(row_of, hits):
                if row[:HASH] in wanted:
                    place = wanted.pop(row[:HASH])
                    rows[place] = np.frombuffer(row, np.int8)
                    yield place
            more = len(hits) == _ROWS_TOGETHER and len(wanted) < before


def key_of(hash: bytes) -> int:
    """Return what a row is found by."""
    return int.from_bytes(hash[:8], "little", signed=True)


def _actions(chunk: Sequence[Stored], rows: Rows, model: str) -> Iterator[Action]:
    """Yield what writes documents with their rows; those of empty rows are only marked as seen."""
    for (one, document), row in zip(encoded(chunk), rows, strict=True):
        vector: Json = {"vector_model": model}
        if row.any():
            vector["vector"] = as_sent(row.tobytes())
            vector["vector_signs"] = as_sent(signs(row[HASH:]))
            vector["vector_key"] = key_of(row[:HASH].tobytes())
        yield written(document, one.entry.place, one.entry.hash, one.entry.failures, **vector)


def as_sent(value: bytes) -> str:
    """Return bytes as a field of a document has them."""
    return b64encode(value).decode()


def _write(cluster: Cluster, index: str, actions: Sequence[Action]) -> None:
    """Write into a published index, which is blocked before and after."""
    for attempt in range(1, _ATTEMPTS + 1):
        _block(cluster, index, False)
        try:
            for batch in batches(actions):
                bulk(cluster, index, batch)
            break
        except BuildFailed as error:  # an update has blocked it, to clone it
            if attempt == _ATTEMPTS or "block" not in error.message:
                raise
            time.sleep(_PAUSE)
        finally:
            try:
                _block(cluster, index, True)
            except IndexUnavailable as error:  # the end of the work does it again
                _log.warning("“%s” could not be blocked for writing: %s", index, error.message)
    refresh(cluster, index)


def _block(cluster: Cluster, index: str, blocked: bool) -> None:
    cluster.request("PUT", f"/{index}/_settings", {"index.blocks.write": blocked or None})


def _delete_remains(cluster: Cluster, index: str) -> None:
    """Delete what a late request made of the name of a generation that was deleted meanwhile.

    A cluster makes indexes that are written to, unless ``action.auto_create_index`` forbids it.
    """
    found = cluster.request("GET", f"/{index}/_mapping", params={"ignore": 404})
    if index in found and "_meta" not in found[index]["mappings"]:
        cluster.request("DELETE", f"/{index}", params={"ignore": 404})
