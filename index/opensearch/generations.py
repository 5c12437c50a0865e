"""Generations on a cluster: which are there, which is served, the way back, what is deleted.

``NAME`` is an alias of the documents of the published generation, ``NAME-previous`` of those of
the one before. The indexes of a generation are ``NAME-TIME``, ``NAME-TIME-words`` and
``NAME-TIME-values``. ``NAME-control`` has the lock, and the report of every generation
(``reports``).
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from index.errors import (
    ClusterUnavailable,
    IndexDamaged,
    IndexMissing,
    IndexUnavailable,
    IndexVersion,
    SearchTimeout,
    UsageError,
)
from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.lock import locked
from index.versions import FORMAT_VERSION

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_MOMENT: Final = r"-\d{8}t\d{12}"
_ENDINGS: Final = ("-control", "-previous", "-words", "-values", "-units", "-report")
"""What the names of our own indexes and aliases end with."""
_REMEDY: Final = "Build it again with `trouvaille rebuild`."

_log: Final = logging.getLogger("trouvaille")

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
    is_current: bool
    """Whether its terms and its mapping are those of this version of the program."""

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
    if name.endswith(_ENDINGS):
        raise UsageError(
            f"“{name}” cannot be the name of an index: one of “{name.rpartition('-')[0]}” may have"
            " it.",
            "Choose another ending.",
        )


def require_ours(cluster: Cluster, name: str) -> None:
    """Raise UsageError if a name is that of an index, or an alias, which somebody else made."""
    index = aliased(cluster, name)
    if index is None:
        ours = not cluster.exists(f"/{name}")
    else:
        ours = re.fullmatch(re.escape(name) + _MOMENT, index) is not None
    if not ours:
        raise UsageError(
            f"The cluster has an index “{name}” that is not an index of Trouvaille.",
            "Choose another name with --opensearch-index.",
        )


def published(cluster: Cluster, name: str) -> Published:
    """Return the published generation. Raises IndexMissing, IndexVersion, IndexDamaged."""
    generation = described(cluster, name)
    if not generation.is_current:
        raise IndexVersion(
            f"“{generation.index}” was built by another version of the program.",
            "Bring it up to date with `trouvaille update`, or use `trouvaille rebuild`.",
        )
    return generation


def described(cluster: Cluster, index: str) -> Published:
    """Return what an index, or the one behind an alias, says of itself.

    Its terms and fields may be of another version of the program. Raises IndexMissing,
    IndexVersion if what is stored cannot be read, IndexDamaged.
    """
    cluster.check_version()
    # What the node knows itself: it answers while the cluster chooses another manager, too.
    answer = cluster.request("GET", f"/{index}/_mapping", params={"local": "true"})
    if len(answer) != 1:
        raise IndexMissing(f"The cluster has no index “{index}”.", _REMEDY)
    ((index, content),) = answer.items()
    meta = content["mappings"].get("_meta", {})
    if not meta:
        raise IndexDamaged(
            f"“{index}” is not an index of Trouvaille, or it was never finished.",
            "Choose another name with --opensearch-index, or use `trouvaille rebuild`.",
        )
    if meta.get("format", FORMAT_VERSION) != FORMAT_VERSION:
        raise IndexVersion(f"“{index}” was built by another version of the program.", _REMEDY)
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
            meta.get("mapping") == mapping.version(),
        )
    except KeyError as error:
        raise IndexDamaged(f"“{index}” was never finished ({error}).", _REMEDY) from error


def previous(cluster: Cluster, name: str) -> str:
    """Return the name of the generation before the published one; empty if there is none."""
    return aliased(cluster, f"{name}-previous") or ""


def rollback(cluster: Cluster, name: str) -> Published:
    """Publish the previous generation again. Raises IndexMissing if there is none."""
    check_name(name)
    require_ours(cluster, name)
    with locked(cluster, name) as lock:
        before = aliased(cluster, f"{name}-previous")
        if before is None:
            raise IndexMissing(
                f"The index “{name}” has no previous generation.",
                "The next build keeps the present one.",
            )
        published(cluster, before)
        lock.fence()
        point(cluster, name, before)
        return published(cluster, name)


def aliased(cluster: Cluster, alias: str) -> str | None:
    """Return the index of ours that an alias stands for; None if there is none."""
    # Without indexes, only who may see all of them would be told that there is no alias.
    indexes = f"{alias.removesuffix('-previous')}-*"
    answer = cluster.request("GET", f"/{indexes}/_alias/{alias}", params={"ignore": 404})
    return None if "status" in answer else next(iter(answer), None)


def new_name(name: str) -> str:
    """Return the name of the documents' index of a new generation; later ones sort behind."""
    return f"{name}-{datetime.now(UTC).strftime('%Y%m%dt%H%M%S%f')}"


def indexes_of(cluster: Cluster, name: str) -> list[str]:
    """Return the documents' indexes of all generations that are there, the oldest first."""
    ours = re.compile(re.escape(name) + _MOMENT + r"(?:-words|-values|-units|-report)?")
    found = filter(ours.fullmatch, cluster.request("GET", f"/{name}-*/_settings"))
    return sorted({"-".join(index.split("-")[: name.count("-") + 2]) for index in found})


def delete_unserved(cluster: Cluster, name: str, index: str) -> None:
    """Delete a generation unless it is served: the answer to its publication may be lost."""
    if aliased(cluster, name) != index:
        delete(cluster, name, index)


def delete(cluster: Cluster, name: str, index: str) -> None:
    """Delete a generation, whatever there is of it; one that is being backed up stays.

    It is a leftover of the next build then.
    """
    for ending in ("-report", "-units", "-values", "-words", ""):
        try:
            cluster.request("DELETE", f"/{index}{ending}", params={"ignore": 404})
        except ClusterUnavailable as error:
            if "being snapshotted" not in error.message:
                raise
            _log.info("“%s” is being backed up: the next build deletes it.", index)
            return
    cluster.request("DELETE", f"/{name}-control/_doc/{index}", params={"ignore": 404})


def delete_leftovers(cluster: Cluster, name: str, spared: str = "") -> None:
    """Delete all generations but the published and the previous one, while nobody else builds."""
    kept = {aliased(cluster, name), aliased(cluster, f"{name}-previous"), spared}
    for index in indexes_of(cluster, name):
        if index not in kept:
            delete(cluster, name, index)
        elif index != spared:
            cluster.request("DELETE", f"/{index}-units", params={"ignore": 404})


def point(cluster: Cluster, name: str, index: str) -> None:
    """Move both aliases at once: searches see one generation or the other."""
    before = aliased(cluster, name)
    older = aliased(cluster, f"{name}-previous")
    actions: list[Json] = []
    if before is not None:
        actions.append({"remove": {"index": before, "alias": name, "must_exist": True}})
        actions.append({"add": {"index": before, "alias": f"{name}-previous"}})
    if older is not None and older != before:
        actions.append({"remove": {"index": older, "alias": f"{name}-previous"}})
    actions.append({"add": {"index": index, "alias": name}})
    try:
        cluster.request("POST", "/_aliases", {"actions": actions})
    except IndexUnavailable:
        # It may have been done, and its answer lost: asked for again, it cannot be done.
        if aliased(cluster, name) != index:
            raise


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
    try:
        nodes = cluster.request("GET", path, params=params).get("nodes", {}).values()
    except (IndexUnavailable, SearchTimeout):  # one node is slow, or the user may not ask
        nodes = ()
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
