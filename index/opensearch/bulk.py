"""Bulk requests: many documents at once, sent again until they are done.

A cluster that is busy refuses a request, or some documents of it. These, and only these, are sent
again after a pause that grows, or that the cluster asks for.
"""

import logging
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from index.errors import BuildFailed, ClusterUnavailable
from index.opensearch.client import Cluster
from index.opensearch.refusals import AGAIN, DISK

BULK_DOCUMENTS: Final = 500
BULK_BYTES: Final = 8 * 1024 * 1024
"""Documents and bytes of a bulk request at most."""
BULK_SECONDS: Final = 120.0
"""Seconds after which a bulk request that gets no answer is sent again."""
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Seconds before a bulk request is sent again, each up to half as long again."""
_LONGEST_PAUSE: Final = 120.0
DISK_PAUSE: Final = 5.0
DISK_SECONDS: Final = 3600.0
"""Seconds between two requests while the disk of a node is nearly full, and until that is an error.
"""
_MOST_NAMED: Final = 5
"""Documents that a message names."""
_TOLD: Final = "errors,items.*.status,items.*.error"
"""What is wanted of the answer to a bulk request."""

Json = dict[str, Any]

_log = logging.getLogger(__name__)


class Action(NamedTuple):
    """What is done to one document: it is written as ``source`` (JSON), or deleted without one.

    ``key`` is its ``_id``; ``id`` is the document as it is named in messages.
    """

    key: str
    source: bytes | None
    id: str


class _Left(NamedTuple):
    """What a request did not do, why, and after how many seconds the cluster wants it again."""

    actions: Sequence[Action]
    reason: str = ""
    pause: float = 0.0


def bulk(
    cluster: Cluster, index: str, actions: Sequence[Action], pauses: Sequence[float] = PAUSES
) -> None:
    """Do what the actions say. To do so twice is harmless.

    Raises BuildFailed for documents that the cluster refuses, and names them; ClusterUnavailable if
    it takes no more; ClusterRefused, IndexMissing.
    """
    left = _sent_to_disk(cluster, index, actions)
    for pause in pauses:
        if not left.actions:
            return
        if DISK in left.reason:  # it was waited for long enough
            break
        longer = max(pause, min(left.pause, _LONGEST_PAUSE))
        time.sleep(longer * (1 + random.random() / 2))
        left = _sent_to_disk(cluster, index, left.actions)
    if left.actions:
        raise ClusterUnavailable(
            f"The cluster at {cluster.where} takes no more: {_named(left.actions)} could not be"
            f" written ({left.reason}).",
            "Give it more memory, disk or nodes, and run the command again.",
        )


def _sent_to_disk(cluster: Cluster, index: str, actions: Sequence[Action]) -> _Left:
    """Send actions; while a disk has no room for them, say so and wait."""
    left = _sent(cluster, index, actions)
    end = time.monotonic() + DISK_SECONDS
    waited = False
    while left.actions and DISK in left.reason and time.monotonic() < end:
        if not waited:
            _log.warning(
                "The disk of a node of the cluster at %s is nearly full: it takes no documents."
                " Free disk space; the work then goes on by itself.",
                cluster.where,
            )
        waited = True
        time.sleep(DISK_PAUSE)
        left = _sent(cluster, index, left.actions)
    if waited and DISK not in left.reason:
        _log.warning("The cluster at %s takes documents again.", cluster.where)
    return left


def _sent(cluster: Cluster, index: str, actions: Sequence[Action]) -> _Left:
    """Send actions once."""
    lines = []
    for action in actions:
        kind = "delete" if action.source is None else "index"
        lines.append(orjson.dumps({kind: {"_id": action.key}}))
        if action.source is not None:
            lines.append(action.source)
    body = b"\n".join(lines) + b"\n"
    try:
        answer = cluster.once("POST", f"/{index}/_bulk", body, {"filter_path": _TOLD}, BULK_SECONDS)
    except ClusterUnavailable as error:
        if error.status == 413 and len(actions) > 1:  # larger than what the cluster reads
            middle = len(actions) // 2
            bulk(cluster, index, actions[:middle])
            bulk(cluster, index, actions[middle:])
            return _Left(())
        if error.status == 413:
            raise BuildFailed(
                f"{_named(actions).capitalize()} is larger than what the cluster reads.",
                "Raise http.max_content_length of its nodes, or leave the document out.",
            ) from error
        if error.status and error.status not in AGAIN:
            raise
        return _Left(actions, error.message, error.retry_after)
    return _left(actions, answer)


def _left(actions: Sequence[Action], answer: Json) -> _Left:
    """Return the actions that were not done. Raises BuildFailed for what is refused."""
    if not answer.get("errors", True):
        return _Left(())
    items = answer.get("items", ())
    if len(items) != len(actions):
        return _Left(actions, "its answer was cut short")
    again: list[Action] = []
    refused: list[Action] = []
    reasons: list[str] = []
    for action, item in zip(actions, items, strict=True):
        (result,) = item.values()
        fault = result.get("error")
        if not fault:
            continue
        (again if result["status"] in AGAIN else refused).append(action)
        reasons.append(fault.get("reason", fault) if isinstance(fault, dict) else fault)
    if refused:
        raise BuildFailed(
            f"The cluster refuses {_named(refused)}: {reasons[0]}",
            "Leave out what it refuses, or report this.",
        )
    return _Left(again, reasons[0] if reasons else "")


def _named(actions: Sequence[Action]) -> str:
    """Name documents in a message."""
    names = ", ".join(action.id for action in actions[:_MOST_NAMED])
    if len(actions) == 1:
        return f"the document {names}"
    more = f" and {len(actions) - _MOST_NAMED} more" if len(actions) > _MOST_NAMED else ""
    return f"the documents {names}{more}"


def batches(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Divide actions into what one bulk request has."""
    batch: list[Action] = []
    size = 0
    for action in actions:
        batch.append(action)
        size += len(action.source or b"")
        if len(batch) == BULK_DOCUMENTS or size >= BULK_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
