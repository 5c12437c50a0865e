"""The archives that both engines answer over."""

import gzip
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.opensearch import Cluster, publish_documents
from search.engine import Engine
from search.opensearch import OpenSearchEngine
from search.results import Budget
from search.whoosh_engine import WhooshEngine
from tests.contract.requests import Entries

PLENTY = Budget(60.0, 60.0, 60.0, 60.0)
"""Seconds enough for a busy machine."""
PRESS = Path(__file__).parents[3] / "shared" / "data" / "press"
"""Dispatches beside the project; no text of theirs is in it."""
SHARES: Mapping[str, int] = {"fr": 800, "en": 500, "ar": 300, "pt": 200, "de": 100, "es": 100}
"""Dispatches of each language."""


class Both(NamedTuple):
    """Both engines over the same documents."""

    name: str
    embedded: Engine
    cluster: Engine
    documents: Entries
    analyzers: tuple[str, ...]

    @property
    def engines(self) -> tuple[Engine, Engine]:
        """The two."""
        return self.embedded, self.cluster


def press() -> Iterator[str]:
    """Yield the same dispatches every time, as JSON."""
    for language, count in SHARES.items():
        with gzip.open(PRESS / language / "dispatches.jsonl.gz", "rt", encoding="utf-8") as lines:
            records = list(lines)
        yield from random.Random(language).sample(records, count)


def built_press(folder: Path) -> Path:
    """Build an index of dispatches; return where it is."""
    (folder / "press").mkdir()
    (folder / "press" / "dispatches.jsonl").write_text("".join(press()), encoding="utf-8")
    rebuild(folder / "index", [folder / "press"], BuildOptions(workers=0))
    return folder / "index"


def both(name: str, root: Path, cluster: Cluster, index: str, shards: int) -> Both:
    """Publish the documents of an index on a cluster, too."""
    snapshot = IndexDirectory(root).current()
    documents = [snapshot.stored_fields.get(doc) for doc in snapshot.every.tolist()]
    publish_documents(cluster, index, documents, shards)
    embedded = WhooshEngine(IndexDirectory(root), PLENTY)
    engine = OpenSearchEngine(cluster, index, PLENTY)
    return Both(name, embedded, engine, documents, tuple(snapshot.analyzers))
