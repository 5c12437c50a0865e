"""Report: what was left out of a generation, documents and fields of documents."""

from dataclasses import dataclass, field
from pathlib import Path

import orjson

from index.document import Skipped
from index.errors import IndexDamaged
from index.store import REMEDY, parse_json


@dataclass(slots=True)
class Report:
    """Documents that were skipped, and extractors that failed: (path, extractor, reason)."""

    skipped: list[Skipped] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """Return the report as JSON."""
        raw = {"skipped": [tuple(item) for item in self.skipped], "failures": self.failures}
        return orjson.dumps(raw)


def parse_report(data: bytes, path: Path) -> Report:
    """Parse a report that was read from ``path``. Raises IndexDamaged."""
    raw = parse_json(data, path)
    try:
        return Report(
            [Skipped(*item) for item in raw["skipped"]],
            [(name, extractor, reason) for name, extractor, reason in raw["failures"]],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"“{path}” of the index is damaged ({error!r}).", REMEDY) from error
