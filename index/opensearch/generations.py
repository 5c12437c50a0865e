"""Generations on a cluster: a new index is filled beside the one that is searched, and published.

``NAME`` is an alias of the documents of the published generation, ``NAME-previous`` of those of
the one before. The indexes of a generation are ``NAME-TIME``, ``NAME-TIME-words`` and
``NAME-TIME-values``.
``NAME-control`` has the lock, and the report of every generation.
"""

import os
import re
import socket
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NamedTuple, Self

import orjson

from index.analysis import ANALYZERS
from index.document import PARTS, Document, Fields
from index.errors import (
    BuildFailed,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexVersion,
    UsageError,
)
from index.facets import VALUE_FACETS
from index.opensearch import mapping
from index.opensearch.client import Action, Cluster, batches
from index.opensearch.encode import Encoded, document_key, encode_drafts
from index.opensearch.words import Counts
from index.segments import Report, draft
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION, PRODUCT

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_TOGETHER: Final = 256
"""Documents that are encoded together."""
_PENDING: Final = 2
"""Bulk requests on their way at once."""
_MERGE_SECONDS: Final = 3600.0
_REMEDY: Final = "Build it again with `trouvaille rebuild`."

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """What the published generation says of itself.

    ``index`` is the index of its documents. ``analyzers`` are those that any text went through;
    ``lengths`` are the mean lengths of titles and bodies by analyzer, of all documents under the
    empty name. ``embargoes`` are the seconds at which any of a document ends, ascending.
    """

    index: str
    built: str
    product: str
    documents: int
    languages: Mapping[str, int]
    analyzers: tuple[str, ...]
    lengths: Mapping[str, Mapping[str, float]]
    skipped: Mapping[str, int]
    made_by: str
    settings: Mapping[str, Any]
    embargoes: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name of the generation."""
        return self.index

    @property
    def words(self) -> str:
        """The index of its words."""
        return f"{self.index}-words"

    @property
    def values(self) -> str:
        """The index of its values."""
        return f"{self.index}-values"


def check_name(name: str) -> None:
    """Raise UsageError for what cannot be the name of an index."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"“{name}” cannot be the name of an index.", "Use small letters, digits, - and _."
        )


def published(cluster: Cluster, name: str) -> Published:
    """Return the published generation. Raises IndexMissing, IndexVersion, IndexDamaged."""
    # What the node knows itself: it answers while the cluster chooses another manager, too.
    answer = cluster.request("GET", f"/{name}/_mapping", params={"local": "true"})
    if len(answer) != 1:
        raise IndexMissing(f"The cluster has no index “{name}”.", _REMEDY)
    ((index, content),) = answer.items()
    meta = content["mappings"].get("_meta", {})
    if meta.get("format") != FORMAT_VERSION or meta.get("analysis") != ANALYSIS_VERSION:
        raise IndexVersion(f"“{index}” was built by another version of the program.", _REMEDY)
    missing = [facet for facet in VALUE_FACETS if facet not in meta["facets"]]
    if missing:
        raise IndexVersion(
            f"“{index}” was built before the facet “{missing[0]}” was declared.", _REMEDY
        )
    try:
        return Published(
            index,
            meta["built"],
            meta["product"],
            meta["documents"],
            dict(sorted(meta["languages"].items())),
            tuple(meta["analyzers"]),
            meta["lengths"],
            meta["skipped"],
            meta["made_by"],
            meta["settings"],
            tuple(meta["embargoes"]),
        )
    except KeyError as error:
        raise IndexDamaged(f"“{index}” was never finished ({error}).", _REMEDY) from error


def previous(cluster: Cluster, name: str) -> str:
    """Return the name of the generation before the published one; empty if there is none."""
    return _aliased(cluster, f"{name}-previous") or ""


def rollback(cluster: Cluster, name: str) -> Published:
    """Publish the previous generation again. Raises IndexMissing if there is none."""
    with locked(cluster, name):
        before = _aliased(cluster, f"{name}-previous")
        if before is None:
            raise IndexMissing(f"The index “{name}” has no previous generation.", "")
        _point(cluster, name, before)
        return published(cluster, name)


@contextmanager
def locked(cluster: Cluster, name: str) -> Iterator[None]:
    """Keep others from building. Raises IndexLocked."""
    check_name(name)
    control = f"{name}-control"
    if not cluster.exists(f"/{control}"):
        cluster.request("PUT", f"/{control}", mapping.control())
    owner = f"{socket.gethostname()} {os.getpid()}"
    lock = {"owner": owner, "time": _now()}
    answer = cluster.request(
        "PUT", f"/{control}/_doc/lock", lock, {"op_type": "create", "ignore": 409}
    )
    if answer.get("status") == 409:
        found = cluster.request("GET", f"/{control}/_doc/lock").get("_source", {})
        raise IndexLocked(
            f"Another process ({found.get('owner')}) builds “{name}” since {found.get('time')}.",
            f"Wait, or delete the document “lock” of “{control}” if it has ended.",
        )
    try:
        yield
    finally:
        cluster.request("DELETE", f"/{control}/_doc/lock")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _aliased(cluster: Cluster, alias: str) -> str | None:
    """Return the index that an alias stands for; None if there is none."""
    answer = cluster.request("GET", f"/_alias/{alias}", params={"ignore": 404})
    return None if "status" in answer else next(iter(answer), None)


def _point(cluster: Cluster, name: str, index: str) -> None:
    """Move both aliases at once: searches see one generation or the other."""
    before = _aliased(cluster, name)
    older = _aliased(cluster, f"{name}-previous")
    actions: list[Json] = []
    if before is not None:
        actions.append({"remove": {"index": before, "alias": name, "must_exist": True}})
        actions.append({"add": {"index": before, "alias": f"{name}-previous"}})
    if older is not None and older != before:
        actions.append({"remove": {"index": older, "alias": f"{name}-previous"}})
    actions.append({"add": {"index": index, "alias": name}})
    cluster.request("POST", "/_aliases", {"actions": actions})


class Generation:
    """A new generation that is being filled. Use as a context: what is not published is deleted."""

    def __init__(self, cluster: Cluster, name: str, shards: int = 1) -> None:
        self._cluster = cluster
        self._name = name
        moment = datetime.now(UTC).strftime("%Y%m%dt%H%M%S%f")
        self.index = f"{name}-{moment}"
        self._shards = shards
        self._counts = Counts()
        self._live: set[str] = set()
        self._embargoes: dict[str, int] = {}
        self._removed: set[str] = set()
        self._sent = 0
        self._ready: list[Action] = []
        self._pool = ThreadPoolExecutor(_PENDING)
        self._pending: deque[Future[None]] = deque()
        self._published = False
        cluster.request("PUT", f"/{self.index}", mapping.documents(shards, {}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.abandon()

    def add(self, document: Encoded, hash: str = "") -> None:
        """Send a document, now or soon; one with the same id is replaced."""
        beside = orjson.dumps({"place": self._sent, "hash": hash})
        source = document.source[:-1] + b"," + beside[1:]
        self._sent += 1
        self._live.add(document.id)
        self._removed.discard(document.id)
        self._embargoes[document.id] = document.embargo
        self._counts.add(document)
        self._ready.append(Action(document_key(document.id), source, document.id, self._sent))
        if len(self._ready) >= 2 * _TOGETHER:
            self._send()

    def remove(self, id: str) -> None:
        """Take a document away that was added. Its words are still counted."""
        if id in self._live:
            self._live.discard(id)
            self._embargoes.pop(id, None)
            self._removed.add(id)

    def _send(self) -> None:
        for batch in batches(self._ready):
            if len(self._pending) >= _PENDING:
                self._pending.popleft().result()
            self._pending.append(self._pool.submit(self._cluster.bulk, self.index, batch))
        self._ready = []

    def _settle(self) -> None:
        self._send()
        while self._pending:
            self._pending.popleft().result()
        for batch in batches(Action(document_key(id), None, id) for id in sorted(self._removed)):
            self._cluster.bulk(self.index, batch)

    def abandon(self) -> None:
        """Delete what was sent, unless it is published."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if not self._published:
            with suppress(Exception):
                self._delete(self.index)

    @property
    def writer(self) -> Self:
        """What takes its documents."""
        return self

    def publish(
        self,
        hashes: Mapping[str, str],
        report: Report,
        settings: Mapping[str, object],
        made_by: str,
    ) -> Published:
        """Complete, check and publish the generation. Raises BuildFailed.

        ``hashes`` came with the documents.
        """
        self._settle()
        cluster, index = self._cluster, self.index
        cluster.request("POST", f"/{index}/_refresh", seconds=_MERGE_SECONDS)
        count = cluster.request("GET", f"/{index}/_count")["count"]
        if count != len(self._live):
            raise BuildFailed(
                f"{len(self._live)} documents were sent and {count} arrived.",
                "The published generation still serves. Build again.",
            )
        self._write_beside(
            f"{index}-words", mapping.words(), map(_word_source, self._counts.words())
        )
        self._write_beside(
            f"{index}-values",
            mapping.values(),
            (orjson.dumps(value._asdict()) for value in self._counts.values()),
        )
        cluster.request(
            "POST", f"/{index}/_forcemerge", params={"max_num_segments": 1}, seconds=_MERGE_SECONDS
        )
        # The merge is not seen without it.
        cluster.request("POST", f"/{index}/_refresh", seconds=_MERGE_SECONDS)
        meta = {
            "format": FORMAT_VERSION,
            "analysis": ANALYSIS_VERSION,
            "product": PRODUCT,
            "built": _now(),
            "documents": count,
            "facets": list(VALUE_FACETS),
            "made_by": made_by,
            "settings": dict(settings),
            "embargoes": sorted({second for second in self._embargoes.values() if second}),
            "skipped": _counted(item.kind for item in report.skipped),
            **self._statistics(),
        }
        cluster.request("PUT", f"/{index}/_mapping", {"_meta": meta})
        source = {"time": meta["built"], "report": orjson.loads(report.to_bytes())}
        cluster.request("PUT", f"/{self._name}-control/_doc/{index}", source)
        for one in (index, f"{index}-words", f"{index}-values"):
            settled = {"index": {"auto_expand_replicas": "0-1", "blocks": {"write": True}}}
            cluster.request("PUT", f"/{one}/_settings", settled)
        _allow_clauses(cluster)
        _point(cluster, self._name, index)
        self._published = True
        self._delete_older()
        return published(cluster, self._name)

    def _statistics(self) -> Json:
        """Return the number of documents by language, and mean lengths by analyzer."""
        means = {part: {"avg": {"field": f"{part}_length"}} for part in PARTS}
        answer = self._cluster.search(
            self.index,
            {
                "size": 0,
                "aggs": {
                    "lang": {"terms": {"field": mapping.facet_field("lang"), "size": 10_000}},
                    "analyzers": {"terms": {"field": "analyzers", "size": 1_000}},
                    "analyzer": {"terms": {"field": "analyzer", "size": 1_000}, "aggs": means},
                    **means,
                },
            },
        )["aggregations"]
        used = {bucket["key"] for bucket in answer["analyzers"]["buckets"]}
        used |= {bucket["key"] for bucket in answer["analyzer"]["buckets"]}
        lengths = {bucket["key"]: _means(bucket) for bucket in answer["analyzer"]["buckets"]}
        languages = {bucket["key"]: bucket["doc_count"] for bucket in answer["lang"]["buckets"]}
        return {
            "languages": languages,
            "analyzers": [suffix for suffix in ANALYZERS if suffix in used],
            "lengths": {**lengths, "": _means(answer)},
        }

    def _write_beside(self, index: str, made_with: Json, sources: Iterable[bytes]) -> None:
        cluster = self._cluster
        cluster.request("PUT", f"/{index}", made_with)
        actions = (Action(str(place), source, index) for place, source in enumerate(sources))
        while some := list(islice(actions, 5_000)):
            cluster.bulk(index, some)
        cluster.request("POST", f"/{index}/_refresh", seconds=_MERGE_SECONDS)
        cluster.request(
            "POST", f"/{index}/_forcemerge", params={"max_num_segments": 1}, seconds=_MERGE_SECONDS
        )
        cluster.request("POST", f"/{index}/_refresh", seconds=_MERGE_SECONDS)

    def _delete(self, index: str) -> None:
        for one in (index, f"{index}-words", f"{index}-values"):
            self._cluster.request("DELETE", f"/{one}", params={"ignore": 404})
        control = f"{self._name}-control"
        self._cluster.request("DELETE", f"/{control}/_doc/{index}", params={"ignore": 404})

    def _delete_older(self) -> None:
        """Delete all generations but the published and the previous one."""
        kept = {_aliased(self._cluster, alias) for alias in (self._name, f"{self._name}-previous")}
        ours = re.compile(re.escape(self._name) + r"-\d{8}t\d{12}")
        for index in self._cluster.request("GET", f"/{self._name}-*/_settings"):
            if ours.fullmatch(index) and index not in kept:
                self._delete(index)


def _allow_clauses(cluster: Cluster) -> None:
    """Let queries have the clauses that a long question in many languages takes."""
    name = "indices.query.bool.max_clause_count"
    params = {"include_defaults": "true", "flat_settings": "true", "filter_path": f"*.{name}"}
    settings = cluster.request("GET", "/_cluster/settings", params=params)
    if max((int(group[name]) for group in settings.values()), default=0) < mapping.MAX_CLAUSES:
        body = {"persistent": {name: mapping.MAX_CLAUSES}}
        cluster.request("PUT", "/_cluster/settings", body)


def _means(answer: Json) -> dict[str, float]:
    return {part: answer[part]["value"] or 1.0 for part in PARTS}


def _counted(kinds: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


def _word_source(word: Any) -> bytes:
    source = {name: value for name, value in word._asdict().items() if value or name == "body"}
    return orjson.dumps(source)


def report_of(cluster: Cluster, name: str, generation: Published) -> Json:
    """Return the report of a generation as JSON; see ``index.segments.Report``."""
    found = cluster.request("GET", f"/{name}-control/_doc/{generation.index}")
    report: Json = found["_source"]["report"]
    return report


def publish_documents(
    cluster: Cluster, name: str, documents: Iterable[tuple[Document, Fields]], shards: int = 1
) -> Published:
    """Publish a generation of documents with their fields, analysed in this process."""
    entries = iter(documents)
    with locked(cluster, name), Generation(cluster, name, shards) as generation:
        while batch := list(islice(entries, _TOGETHER)):
            drafts = [draft(document, fields) for document, fields in batch]
            for encoded in encode_drafts(drafts):
                generation.add(encoded)
        return generation.publish({}, Report(), {}, "")


class Archive:
    """An archive on a cluster, as where a build goes (``index.build.destination``)."""

    prepare = staticmethod(encode_drafts)
    reuse_from = None

    def __init__(self, cluster: Cluster, name: str, shards: int = 1) -> None:
        check_name(name)
        self._cluster = cluster
        self._name = name
        self._shards = shards

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, with versions."""
        index = _aliased(self._cluster, self._name)
        if index is None:
            return {}
        path = f"/{self._name}-control/_doc/{index}"
        found = self._cluster.request("GET", path, params={"ignore": 404})
        return dict(found.get("_source", {}).get("report", {}).get("withdrawn", {}))

    @contextmanager
    def building(self) -> Iterator[Generation]:
        """Begin a generation. Raises IndexLocked."""
        self._cluster.check_version()
        with (
            locked(self._cluster, self._name),
            Generation(self._cluster, self._name, self._shards) as generation,
        ):
            yield generation


def check(cluster: Cluster, name: str) -> list[str]:
    """Return what is wrong with the published generation, a sentence for each fault.

    Raises what ``published`` does.
    """
    generation = published(cluster, name)
    faults = []
    health = cluster.request("GET", f"/_cluster/health/{generation.index}")
    if health["status"] == "red":
        faults.append(f"Shards of “{generation.index}” are missing: start the nodes they are on.")
    count = cluster.request("GET", f"/{generation.index}/_count")["count"]
    if count != generation.documents:
        faults.append(
            f"“{generation.index}” has {count} documents instead of {generation.documents}:"
            " rebuild it."
        )
    for index in (generation.words, generation.values):
        if not cluster.exists(f"/{index}"):
            faults.append(f"The index “{index}” is missing: rebuild it.")
    answer = cluster.request("GET", f"/{generation.index}/_mapping")
    wanted = mapping.documents(1, {})["mappings"]["properties"]
    found = answer[generation.index]["mappings"]["properties"]
    for field in wanted.keys() - found.keys():
        faults.append(f"“{generation.index}” has no field “{field}”: rebuild it.")
    return sorted(faults)


class Health(NamedTuple):
    """How the cluster is that has the published generation.

    - ``status``: of the generation: green; yellow if copies of shards are missing; red if shards
      are, so that nothing can be searched;
    - ``unassigned``: shards of the generation that no node has, copies included;
    - ``rejected_writes``, ``rejected_searches``: by all nodes since they started.
    """

    status: str
    nodes: int
    unassigned: int
    rejected_writes: int
    rejected_searches: int


_REJECTED: Final = (
    "nodes.*.thread_pool.write.rejected",
    "nodes.*.thread_pool.search.rejected",
    "nodes.*.indexing_pressure.memory.total.*_rejections",
)


def health(cluster: Cluster, generation: Published) -> Health:
    """Return how the cluster is. Raises ClusterUnavailable if it does not answer."""
    names = f"{generation.index},{generation.words},{generation.values}"
    found = cluster.request("GET", f"/_cluster/health/{names}", params={"local": "true"})
    params = {"filter_path": ",".join(_REJECTED)}
    path = "/_nodes/stats/thread_pool,indexing_pressure"
    nodes = cluster.request("GET", path, params=params).get("nodes", {}).values()
    pressed = [
        count
        for node in nodes
        for count in node.get("indexing_pressure", {}).get("memory", {}).get("total", {}).values()
    ]
    pools = [node["thread_pool"] for node in nodes]
    return Health(
        found["status"],
        found["number_of_nodes"],
        found["unassigned_shards"],
        sum(pool["write"]["rejected"] for pool in pools) + sum(pressed),
        sum(pool["search"]["rejected"] for pool in pools),
    )


@dataclass(frozen=True, slots=True)
class Size:
    """How large a generation is: bytes on disk, copies included, and primary shards."""

    documents: int
    bytes: int
    shards: int
    words: int


def size(cluster: Cluster, name: str) -> Size:
    """Return how large the published generation is."""
    generation = published(cluster, name)
    names = f"{generation.index},{generation.words},{generation.values}"
    stats = cluster.request("GET", f"/{names}/_stats/store,docs")
    health = cluster.request("GET", f"/_cluster/health/{generation.index}")
    return Size(
        generation.documents,
        stats["_all"]["total"]["store"]["size_in_bytes"],
        int(health["active_primary_shards"]),
        stats["indices"][generation.words]["primaries"]["docs"]["count"],
    )
