"""Report: what was left out of a generation, documents and fields of documents.

Manifest: what a generation says of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from index.document import Skipped
from index.errors import IndexDamaged, IndexVersion
from index.store import REMEDY, FileRecord, parse_json, read_json


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


FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """How the documents were read and extracted; ``update`` goes on with the same."""

    reference_date: str = ""
    languages: tuple[str, ...] = ()
    file_times: bool = False
    ner: bool = False
    encoding: str = ""
    max_bytes: int = 0
    include_hidden: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of a generation: its documents, and every file below it."""

    name: str
    documents: int
    files: Mapping[str, FileRecord]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a generation.

    ``size`` counts document numbers, ``documents`` the live ones; ``files`` are those beside the
    manifest. ``made_by`` names the versions of extraction and analysis.
    """

    name: str
    format: int
    product: str
    built: str
    made_by: str
    size: int
    documents: int
    languages: Mapping[str, int]
    analyzers: tuple[str, ...]
    skipped: Mapping[str, int]
    failures: Mapping[str, int]
    settings: Settings
    segments: tuple[SegmentEntry, ...]
    files: Mapping[str, FileRecord]

    def sizes(self) -> list[int]:
        """Return the size in bytes of every file of the generation."""
        files = [*self.files.values()]
        files += [file for segment in self.segments for file in segment.files.values()]
        return [file.size for file in files]

    def to_bytes(self) -> bytes:
        """Return the manifest as JSON."""
        return orjson.dumps(self, default=tuple, option=orjson.OPT_INDENT_2)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a generation. Raises IndexDamaged or IndexVersion."""
    path = folder / "manifest.json"
    raw = read_json(path)
    if not isinstance(raw, dict) or "format" not in raw:
        raise IndexDamaged(f"“{path}” is not the manifest of an index.", REMEDY)
    if raw["format"] != FORMAT_VERSION:
        raise IndexVersion(
            f"The index in “{folder.parent.parent}” has format {raw['format']};"
            f" this program reads format {FORMAT_VERSION}.",
            "Rebuild it with `trouvaille rebuild`, or use the program that wrote it.",
        )
    try:
        return _manifest(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"“{path}” is damaged ({error!r}).", REMEDY) from error


def _manifest(raw: dict[str, Any]) -> Manifest:
    segments = tuple(
        SegmentEntry(item["name"], item["documents"], _files(item["files"]))
        for item in raw.pop("segments")
    )
    settings = raw.pop("settings")
    settings["languages"] = tuple(settings["languages"])
    return Manifest(
        segments=segments,
        settings=Settings(**settings),
        analyzers=tuple(raw.pop("analyzers")),
        files=_files(raw.pop("files")),
        **raw,
    )


def _files(raw: dict[str, Any]) -> dict[str, FileRecord]:
    return {name: FileRecord(*pair) for name, pair in raw.items()}
