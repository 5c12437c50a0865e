"""What a build left out, kept with its generation: in ``NAME-control``, beside the lock.

What one document is too small for is in ``NAME-TIME-report``, an index that others do not have.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import orjson

from index.document import Skipped
from index.errors import IndexDamaged
from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.pieces import Lists, divided, read_pieces, write_pieces
from index.segments import Report

_PREFIX = "report"


def keep_report(
    cluster: Cluster, name: str, index: str, report: Report, beside: Mapping[str, object]
) -> None:
    """Write the report of a generation, and what else is said of it."""
    pieces = divided(_lists(report))
    first, second, count = next(pieces, b"{}"), next(pieces, None), 0
    if second is not None:
        rest = f"{index}-{_PREFIX}"
        # A machine that died here may have made it.
        cluster.request("DELETE", f"/{rest}", params={"ignore": 404})
        cluster.create(f"/{rest}", mapping.pieces())
        count = write_pieces(cluster, rest, _PREFIX, chain([second], pieces))
    kept = {**orjson.loads(first), "pieces": count}
    cluster.request("PUT", f"/{name}-control/_doc/{index}", {**beside, "report": kept})


def _lists(report: Report) -> Lists:
    yield "withdrawn", report.withdrawn.items()
    yield "skipped", map(tuple, report.skipped)
    yield "failures", report.failures


def report_of(cluster: Cluster, name: str, index: str) -> Report:
    """Return the report of the generation of an index. Raises IndexDamaged if there is none."""
    report = Report()
    for kind, entries in _kept(cluster, name, index):
        if kind == "withdrawn":
            report.withdrawn.update(dict(entries))
        elif kind == "skipped":
            report.skipped += [Skipped(*entry) for entry in entries]
        elif kind == "failures":
            report.failures += [(path, what, reason) for path, what, reason in entries]
    return report


def withdrawn_of(cluster: Cluster, name: str, index: str) -> dict[str, str]:
    """Return what a generation remembers as withdrawn, with versions."""
    withdrawn: dict[str, str] = {}
    for kind, entries in _kept(cluster, name, index):
        if kind == "withdrawn":
            withdrawn.update(dict(entries))
    return withdrawn


def _kept(cluster: Cluster, name: str, index: str) -> Iterator[tuple[str, Any]]:
    found = cluster.request("GET", f"/{name}-control/_doc/{index}", params={"ignore": 404})
    kept = found.get("_source", {}).get("report")
    if kept is None:
        raise IndexDamaged(
            f"The report of “{index}” is missing.", "Build it again with `trouvaille rebuild`."
        )
    count = kept.pop("pieces", 0)
    yield from kept.items()
    yield from read_pieces(cluster, f"{index}-{_PREFIX}", _PREFIX, count)
