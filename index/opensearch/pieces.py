"""Long lists in documents of bounded size: outcomes and counts of units of work, reports.

A cluster reads no request of more than ``http.max_content_length``, 100 MB by default.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from index.opensearch.bulk import Action, bulk
from index.opensearch.client import Cluster

PIECE_BYTES: Final = 4 * 1024 * 1024
"""Bytes that a piece has at most, unless one entry has more."""

Lists = Iterable[tuple[str, Iterable[Any]]]
"""Entries, in lists of some names."""


def divided(lists: Lists) -> Iterator[bytes]:
    """Yield the entries in their order, some at a time, as a JSON object of lists by name."""
    piece: dict[str, list[orjson.Fragment]] = {}
    size = 0
    for name, entries in lists:
        for entry in entries:
            encoded = orjson.dumps(entry)
            if piece and size + len(encoded) > PIECE_BYTES:
                yield orjson.dumps(piece)
                piece, size = {}, 0
            piece.setdefault(name, []).append(orjson.Fragment(encoded))
            size += len(encoded) + 1
    if piece:
        yield orjson.dumps(piece)


def write_pieces(cluster: Cluster, index: str, prefix: str, pieces: Iterable[bytes]) -> int:
    """Write pieces into documents of a prefix; return how many there are."""
    count = 0
    for piece in pieces:
        key = f"{prefix}-{count}"
        bulk(cluster, index, [Action(key, b'{"report":' + piece + b"}", key)])
        count += 1
    return count


def read_pieces(
    cluster: Cluster, index: str, prefix: str, count: int
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of pieces that were written, one document at a time."""
    for number in range(count):
        found = cluster.request("GET", f"/{index}/_doc/{prefix}-{number}")
        yield from found["_source"]["report"].items()
