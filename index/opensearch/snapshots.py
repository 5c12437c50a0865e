"""Backups: the published generation in a repository of snapshots, and the way back from there.

A repository is a folder that all nodes share, or one that somebody has registered, such as S3. A
snapshot has the name of its generation and, if that has vectors, a digest of which: they come after
it was published. What was restored is a new generation, published as any.
"""

import re
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from index.errors import BuildFailed, ClusterUnavailable, IndexMissing, UsageError
from index.opensearch.client import Cluster
from index.opensearch.generations import (
    Published,
    check_name,
    delete_leftovers,
    delete_unserved,
    new_name,
    point,
    published,
    require_ours,
)
from index.opensearch.lock import LEASE, locked
from index.opensearch.vectors import coverage

_LONG_SECONDS: Final = 24 * 3600.0
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SNAPSHOT: Final = re.compile(r"(.+-\d{8}t\d{12})(?:-[0-9a-f]{8})?")

Json = dict[str, Any]


class Backup(NamedTuple):
    """A snapshot: its name, and when it was begun."""

    name: str
    begun: str

    @property
    def generation(self) -> str:
        """The generation that it is of; empty if it is none of ours."""
        ours = _SNAPSHOT.fullmatch(self.name)
        return ours[1] if ours else ""


def backup(cluster: Cluster, name: str, repository: str, folder: str = "") -> Backup:
    """Write the published generation into a repository; nothing is written twice.

    A generation that has other vectors since is another backup.
    With a ``folder``, which all nodes share, the repository is made there if it is not.
    Raises UsageError, BuildFailed, and what ``published`` does.
    """
    generation = published(cluster, name)
    _require_repository(cluster, repository, folder)
    called = _name(cluster, generation)
    path = f"/_snapshot/{repository}/{called}"
    found = cluster.request("GET", path, params={"ignore": 404}).get("snapshots", [])
    if found and found[0]["state"] == "IN_PROGRESS":
        raise BuildFailed(
            f"Another backup of “{generation.index}” is under way.", "Wait until it has ended."
        )
    if found and found[0]["state"] != "SUCCESS":
        cluster.request("DELETE", path, seconds=_LONG_SECONDS)
        found = []
    if not found:
        body = {
            "indices": f"{generation.index}*,{name}-control",
            "include_global_state": False,
        }
        params = {"wait_for_completion": "true"}
        answer = cluster.request("PUT", path, body, params, seconds=_LONG_SECONDS)
        found = [answer["snapshot"]]
    if found[0]["state"] != "SUCCESS":
        raise BuildFailed(
            f"The backup of “{generation.index}” is not whole ({found[0]['state']}).",
            "See that every shard is there, and try again.",
        )
    return Backup(called, found[0]["start_time"])


def _name(cluster: Cluster, generation: Published) -> str:
    """Return what the snapshot of a generation is called, with the vectors that it has now."""
    have = coverage(cluster, generation)
    if have is None:
        return generation.index
    which = f"{have.model} {have.documents} {have.missing}"
    return f"{generation.index}-{blake2b(which.encode(), digest_size=4).hexdigest()}"


def backups(cluster: Cluster, repository: str) -> list[Backup]:
    """Return the whole backups that a repository has, the oldest first. Raises UsageError."""
    _require_repository(cluster, repository, "")
    answer = cluster.request("GET", f"/_snapshot/{repository}/_all")
    found = [
        Backup(one["snapshot"], one["start_time"])
        for one in answer["snapshots"]
        if one["state"] == "SUCCESS"
    ]
    ours = (one for one in found if one.generation)
    return sorted(ours, key=lambda one: (one.begun, one.name))


def restore(
    cluster: Cluster, name: str, repository: str, snapshot: str = "", seconds: float = LEASE
) -> Published:
    """Publish a backup as a new generation: the latest of the archive, or that of a name.

    Raises UsageError, IndexMissing without a backup, IndexVersion if it is of another version of
    the program, BuildFailed.
    """
    check_name(name)
    require_ours(cluster, name)
    of = [
        one
        for one in backups(cluster, repository)
        if one.name == snapshot or (not snapshot and one.generation.rpartition("-")[0] == name)
    ]
    if not of:
        what = f"“{snapshot}”" if snapshot else f"backup of “{name}”"
        raise IndexMissing(f"The repository “{repository}” has no {what}.", "Name another.")
    snapshot, backed_up = f"{repository}/{of[-1].name}", of[-1].generation
    with locked(cluster, name, seconds) as lock:
        delete_leftovers(cluster, name)
        index = new_name(name)
        try:
            _restore(cluster, snapshot, backed_up, index, f"{backed_up}*")
            generation = published(cluster, index)
            count = cluster.request("GET", f"/{index}/_count")["count"]
            if count != generation.documents:
                raise BuildFailed(
                    f"The backup “{backed_up}” has {count} documents instead of"
                    f" {generation.documents}.",
                    "Restore another.",
                )
            _restore_report(cluster, snapshot, backed_up, name, index)
            lock.fence()
            point(cluster, name, index)
        except BaseException:
            delete_unserved(cluster, name, index)
            raise
        delete_leftovers(cluster, name)
    return published(cluster, name)


def _restore_report(cluster: Cluster, snapshot: str, backed_up: str, name: str, index: str) -> None:
    """Take the report of a generation over into the control index."""
    control = f"{backed_up.rpartition('-')[0]}-control"
    beside = f"{index}-units"  # which is deleted with the generation, too
    _restore(cluster, snapshot, control, beside, control)
    report = cluster.request("GET", f"/{beside}/_doc/{backed_up}")["_source"]
    cluster.request("PUT", f"/{name}-control/_doc/{index}", report)
    cluster.request("DELETE", f"/{beside}")


def _restore(cluster: Cluster, snapshot: str, before: str, after: str, indexes: str) -> None:
    body = {
        "indices": indexes,
        "include_global_state": False,
        "include_aliases": False,
        "rename_pattern": f"^{re.escape(before)}",
        "rename_replacement": after,
    }
    path = f"/_snapshot/{snapshot}/_restore"
    answer = cluster.request(
        "POST", path, body, {"wait_for_completion": "true"}, seconds=_LONG_SECONDS
    )
    failed = answer["snapshot"]["shards"]["failed"]
    if failed:
        raise BuildFailed(f"{failed} shards of the backup cannot be read.", "Restore another.")


def _require_repository(cluster: Cluster, repository: str, folder: str) -> None:
    """Make a repository in a folder, or see that there is one of this name. Raises UsageError."""
    if not _NAME.fullmatch(repository):
        raise UsageError(
            f"“{repository}” cannot be the name of a repository.",
            "Use small letters, digits, - and _.",
        )
    if folder:
        body = {"type": "fs", "settings": {"location": folder}}
        try:
            cluster.request("PUT", f"/_snapshot/{repository}", body)
        except ClusterUnavailable as error:
            if "repository" not in error.message:
                raise
            raise UsageError(
                f"The nodes cannot write backups into “{folder}” ({error.message}).",
                "Name a folder that all nodes share, and that path.repo of each of them has.",
            ) from error
    elif "status" in cluster.request("GET", f"/_snapshot/{repository}", params={"ignore": 404}):
        raise UsageError(
            f"The cluster has no repository “{repository}”.",
            "Name a folder that all nodes share, or register a repository, such as S3.",
        )
