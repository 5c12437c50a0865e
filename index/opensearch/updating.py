"""A new generation made of the published one: cloned, changed, checked, published.

The published index is never written to: its shards would show changes one after the other, and
there would be no way back. A clone of it costs little, as its files are links to those of the
published one. Where the terms or the mapping are of another version of the program, the new index
begins empty and every document is written.

A killed update leaves its clone. The next one finds there what was sent and goes on: what has the
same content hash is not extracted again. Words and values are cloned and changed only at the end,
by the documents that came and went.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from index.document import Document, Fields, Standing
from index.errors import ClusterUnavailable, IndexMissing
from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.encode import Encoded
from index.opensearch.filling import FILLED, Filling, changed_beside, is_worn, merge
from index.opensearch.generations import (
    Published,
    aliased,
    delete,
    delete_leftovers,
    described,
    indexes_of,
    new_name,
)
from index.opensearch.lock import Lock
from index.opensearch.read_back import (
    after,
    by_ids,
    by_places,
    encoded,
    heads,
    known,
    last_place,
    stored,
    up_to,
)
from index.opensearch.reports import report_of
from index.segments import BuildRecord, Report

_BLOCK: Final = 2**32
"""Places that an update may fill: each begins with a multiple, so that what a killed one still has
on its way is never taken for another's."""
_ATTEMPTS: Final = 5
"""How often a clone is tried while something else writes to the index."""
_SECONDS: Final = 600.0
"""Seconds that a clone may take."""

Json = dict[str, Any]
Failures = tuple[tuple[str, str], ...]


class Before:
    """The published generation, as what an update begins with."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        """Raise IndexMissing, IndexVersion, IndexDamaged."""
        index = aliased(cluster, name)
        if index is None:
            raise IndexMissing(
                f"The cluster has no index “{name}”.", "Build it with `trouvaille rebuild`."
            )
        self._cluster = cluster
        self._name = name
        self.published = described(cluster, index)
        self.name = index
        self.documents = self.published.documents
        self.made_by = self.published.made_by
        self.settings: Mapping[str, Any] = self.published.settings
        self._hashes: dict[str, str] | None = None

    def report(self) -> Report:
        """Return what its build left out."""
        return report_of(self._cluster, self._name, self.name)

    def content_hashes(self) -> Mapping[str, str]:
        """Return the content hashes of its documents by id, in their order."""
        if self._hashes is None:
            everything = known(self._cluster, self.name, {"match_all": {}})
            self._hashes = {one.id: one.hash for one in everything}
        return self._hashes

    def standings(self, ids: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Yield where documents are."""
        for query in by_ids(ids):
            for id, path, version in heads(self._cluster, self.name, query):
                yield id, Standing(path, version)


class _Again(NamedTuple):
    """A document that a killed update sent."""

    id: str
    place: int


class Update(Filling):
    """A generation that begins with the documents of the published one."""

    def __init__(self, cluster: Cluster, name: str, lock: Lock, shards: int = 1) -> None:
        """Clone the published generation, or go on with what a killed update left."""
        self._name = name
        self.before = Before(cluster, name)
        base = self.before.name
        self._anew = not self.before.published.is_current
        self._base_end = last_place(cluster, base)
        self._told = {"base": base, "mapping": mapping.version()}
        index = _left(cluster, name, base)
        self._goes_on = index is not None
        delete_leftovers(cluster, name, index or "")
        if index is None:
            index = self._begin(cluster, shards)
        else:  # it may have been completed, and not yet served
            cluster.request("PUT", f"/{index}/_settings", FILLED)
        cluster.request("POST", f"/{index}/_refresh")
        first = (last_place(cluster, index) // _BLOCK + 1) * _BLOCK
        super().__init__(cluster, name, index, lock, first)
        self._sent: dict[str, tuple[_Again, Failures]] = {}
        self._left_places: set[int] = set()
        self._taken: list[int] = []
        self._dropped: set[str] = set()
        hashes = dict(self.before.content_hashes())
        self._missing: set[str] = set()
        if self._anew:
            hashes = {}
        elif self._goes_on:
            there = {one.id for one in known(cluster, index, up_to(self._base_end))}
            self._missing = hashes.keys() - there
        if self._goes_on:
            for one in known(cluster, index, after(self._base_end)):
                self._left_places.add(one.place)
                self._sent[one.id] = _Again(one.id, one.place), one.failures
                hashes[one.id] = one.hash
        self.known: Mapping[str, str] = hashes

    def _begin(self, cluster: Cluster, shards: int) -> str:
        index = new_name(self._name)
        if self._anew:
            cluster.create(f"/{index}", mapping.documents(shards, {}))
        else:
            _clone(cluster, self.before.name, index)
        # From here on a killed update can be gone on with.
        cluster.request("PUT", f"/{self._name}-control/_doc/{index}", self._told)
        return index

    def abandon(self) -> None:
        """Leave it to ``__exit__``, which knows why."""

    def __exit__(self, *exception: object) -> None:
        # Of what the cluster could not take, or a person interrupted, the rest may come later.
        if isinstance(exception[1], ClusterUnavailable | KeyboardInterrupt):
            self._pool.shutdown(wait=True, cancel_futures=True)
            return
        super().abandon()

    def sent(self, id: str) -> tuple[_Again, Failures] | None:
        """Return a document that a killed update wrote, and what failed of it."""
        return self._sent.get(id)

    def add(
        self, document: Encoded | _Again, hash: str = "", failures: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Send a document, unless a killed update has sent it."""
        if isinstance(document, _Again):
            self._place_of[document.id] = document.place
            self._left_places.discard(document.place)
            self._taken.append(document.place)
        else:
            super().add(document, hash, failures)

    def drop(self, ids: Iterable[str]) -> None:
        """Leave documents of the published generation out."""
        self._dropped = set(ids)

    def again(
        self, everything: bool, may_stay_apart: bool
    ) -> Iterator[tuple[Document, Fields]] | None:
        """Return the documents that have to be analysed anew: all, or none."""
        if not self._anew:
            return None
        return (
            (one.document, one.fields)
            for one in stored(self._cluster, self.before.name, {"match_all": {}})
            if one.document.id not in self._dropped
        )

    def publish(self, record: BuildRecord) -> Published:
        """Complete, check and publish the generation. Raises BuildFailed."""
        if self._anew:
            return super().publish(record)
        self._gather()
        self._change_documents()
        self._change_beside()
        if is_worn(self._cluster, self.index):
            merge(self._cluster, f"{self.index},{self.index}-words,{self.index}-values")
        return self._complete(record)

    def _gather(self) -> None:
        self._settle()
        for query in by_places(self._taken):
            for _, document in encoded(stored(self._cluster, self.index, query)):
                self._counts.add(document)
        self._take_away_removed()
        self._delete(sorted(self._left_places))

    def _change_documents(self) -> None:
        """Delete documents of the published generation that are dropped; send again what lacks."""
        cluster, base = self._cluster, self.before.name
        for query in by_ids(sorted(self._dropped)):
            gone = list(stored(cluster, base, query))
            self._take_away(encoded(gone))
            self._delete(one.entry.place for one in gone)
        for query in by_ids(sorted(self._missing - self._dropped)):
            for one, document in encoded(stored(cluster, base, query)):
                self._send(document, one.entry.place, one.entry.hash, one.entry.failures)
        self._settle()

    def _change_beside(self) -> None:
        """Clone the words and values, and change those that documents came or went with."""
        for kind, actions in zip(
            ("words", "values"), changed_beside(self._counts, self._entries), strict=True
        ):
            index = f"{self.index}-{kind}"
            self._cluster.request("DELETE", f"/{index}", params={"ignore": 404})
            _clone(self._cluster, f"{self.before.name}-{kind}", index)
            self._bulk_beside(index, iter(actions))

    def _entries(self, kind: str, keys: list[str]) -> Iterator[Json]:
        index = f"{self.before.name}-{kind}"
        for begin in range(0, len(keys), 1_000):
            body = {"ids": keys[begin : begin + 1_000]}
            answer = self._cluster.request("POST", f"/{index}/_mget", body)
            yield from (entry["_source"] for entry in answer["docs"] if entry["found"])


def _left(cluster: Cluster, name: str, base: str) -> str | None:
    """Return the index that a killed update of a generation left, if it can be gone on with."""
    kept = {aliased(cluster, name), aliased(cluster, f"{name}-previous")}
    for index in reversed(indexes_of(cluster, name)):
        if index in kept:
            continue
        path = f"/{name}-control/_doc/{index}"
        source = cluster.request("GET", path, params={"ignore": 404}).get("_source", {})
        if source.get("base") == base and source["mapping"] == mapping.version():
            if cluster.exists(f"/{index}"):
                return index
            delete(cluster, name, index)
    return None


def _clone(cluster: Cluster, source: str, target: str) -> None:
    """Make an index with the documents of another, which nobody writes to meanwhile."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            cluster.create(
                f"/{source}/_clone/{target}",
                {"settings": {**FILLED, "index.refresh_interval": "-1"}},
                {"wait_for_active_shards": 1},
                seconds=_SECONDS,
            )
            return
        except ClusterUnavailable as error:
            if attempt == _ATTEMPTS or "must block write" not in error.message:
                raise
            # Vectors are written to it: they wait when it is blocked.
            cluster.request("PUT", f"/{source}/_settings", {"index.blocks.write": True})
