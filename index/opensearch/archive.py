"""An archive on a cluster, as where a build goes (``index.build.destination``)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from index.document import Document, Fields
from index.errors import IndexDamaged
from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.encode import encode_drafts
from index.opensearch.filling import Generation
from index.opensearch.generations import (
    Published,
    aliased,
    check_name,
    delete_leftovers,
    require_ours,
)
from index.opensearch.lock import LEASE, locked
from index.opensearch.reports import withdrawn_of
from index.opensearch.sharing import Sharing
from index.opensearch.updating import Update
from index.segments import BuildRecord, draft

_TOGETHER: Final = 256
"""Documents that are encoded together."""


class Archive:
    """An archive on a cluster."""

    prepare = staticmethod(encode_drafts)

    def __init__(
        self,
        cluster: Cluster,
        name: str,
        folder: Path | None = None,
        shards: int = 0,
        lease_seconds: float = LEASE,
    ) -> None:
        """Describe one. Learned themes, and texts that were read in pictures, lie in ``folder``.

        Without a number of ``shards``, ``mapping.shards_for`` chooses it.
        A builder that is not heard of for ``lease_seconds`` loses the lock.
        """
        check_name(name)
        self.folder = folder
        self._cluster = cluster
        self.name = name
        self._shards = shards
        self._lease_seconds = lease_seconds

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, with versions."""
        index = aliased(self._cluster, self.name)
        if index is None:
            return {}
        with suppress(IndexDamaged):
            return withdrawn_of(self._cluster, self.name, index)
        return {}

    @contextmanager
    def building(self, size: int = 0) -> Iterator[Generation]:
        """Begin a generation of sources of so many bytes. Raises IndexLocked."""
        self._cluster.check_version()
        require_ours(self._cluster, self.name)
        with locked(self._cluster, self.name, self._lease_seconds) as lock:
            delete_leftovers(self._cluster, self.name)
            shards = self._shards_for(size)
            with Generation(self._cluster, self.name, lock, shards) as generation:
                yield generation

    @contextmanager
    def updating(self) -> Iterator[Update]:
        """Begin a generation with the documents of the published one. Raises IndexLocked."""
        self._cluster.check_version()
        require_ours(self._cluster, self.name)
        with (
            locked(self._cluster, self.name, self._lease_seconds) as lock,
            Update(self._cluster, self.name, lock, self._shards_for(0)) as update,
        ):
            yield update

    @contextmanager
    def sharing(self, digest: str, units: int, size: int = 0) -> Iterator[Sharing]:
        """Begin a rebuild of several machines, or join it. Raises IndexLocked."""
        self._cluster.check_version()
        require_ours(self._cluster, self.name)
        shards = self._shards_for(size)
        with Sharing(
            self._cluster, self.name, digest, units, shards, self._lease_seconds
        ) as sharing:
            yield sharing

    def _shards_for(self, size: int) -> int:
        """Return the number of shards for sources of a size, or for what is published if larger."""
        if self._shards:
            return self._shards
        index = aliased(self._cluster, self.name)
        if index is not None:
            stats = self._cluster.request("GET", f"/{index}/_stats/store")
            size = max(size, stats["_all"]["primaries"]["store"]["size_in_bytes"])
        return mapping.shards_for(size)


def publish_documents(
    cluster: Cluster, name: str, documents: Iterable[tuple[Document, Fields]], shards: int = 1
) -> Published:
    """Publish a generation of documents with their fields, analysed in this process."""
    entries = iter(documents)
    hashes: dict[str, str] = {}
    with Archive(cluster, name, shards=shards).building() as generation:
        while batch := list(islice(entries, _TOGETHER)):
            drafts = [draft(document, fields) for document, fields in batch]
            for encoded in encode_drafts(drafts):
                if encoded.id in hashes:
                    generation.remove(encoded.id)
                generation.add(encoded)
                hashes[encoded.id] = ""
        return generation.publish(BuildRecord(hashes))
