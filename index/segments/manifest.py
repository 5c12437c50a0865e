"""What is written down about a generation: its manifest, and the report of what was left out."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from index.document import Skipped
from index.errors import IndexDamaged, IndexVersion
from index.facets import VALUE_FACETS
from index.store import REMEDY, FileRecord, parse_json, read_json
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION

_REBUILD = "Rebuild it with `trouvaille rebuild`, or use the program that wrote it."


@dataclass(slots=True)
class Report:
    """What a build left out: skipped documents, and failed extractors as (path, name, reason).

    ``withdrawn`` are the ids of documents that must not be found, whatever sources come, each with
    the last version that is withdrawn; without one all are.
    """

    skipped: list[Skipped] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    withdrawn: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the report as JSON."""
        raw = {
            "skipped": [tuple(item) for item in self.skipped],
            "failures": self.failures,
            "withdrawn": self.withdrawn,
        }
        return orjson.dumps(raw)


def parse_report(data: bytes, path: Path) -> Report:
    """Parse a report that was read from ``path``. Raises IndexDamaged."""
    raw = parse_json(data, path)
    try:
        return Report(
            [Skipped(*item) for item in raw["skipped"]],
            [(name, extractor, reason) for name, extractor, reason in raw["failures"]],
            dict(raw["withdrawn"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"“{path}” of the index is damaged ({error!r}).", REMEDY) from error


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What a build tells of the generation that it publishes.

    ``hashes`` are the content hashes of its documents by id; ``settings`` those that an update goes
    on with; ``made_by`` names the versions and settings of extraction and analysis.
    """

    hashes: Mapping[str, str]
    report: Report = field(default_factory=Report)
    settings: Mapping[str, object] = field(default_factory=dict)
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment: how many documents it has, deleted ones included, and its files."""

    name: str
    documents: int
    files: Mapping[str, FileRecord]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation consists of.

    ``size`` counts all documents, ``documents`` the live ones. ``files`` are those beside the
    manifest. ``made_by`` names the versions and settings of extraction and analysis; ``format`` and
    ``analysis`` are those of ``index.versions``. ``facets`` are those that have a column.
    ``settings`` say how documents were read and extracted: ``update`` goes on with them.
    """

    name: str
    format: int
    analysis: int
    product: str
    built: str
    made_by: str
    size: int
    documents: int
    languages: Mapping[str, int]
    analyzers: tuple[str, ...]
    facets: tuple[str, ...]
    skipped: Mapping[str, int]
    failures: Mapping[str, int]
    settings: Mapping[str, Any]
    segments: tuple[SegmentEntry, ...]
    files: Mapping[str, FileRecord]

    def sizes(self) -> list[int]:
        """Return the size in bytes of every file of the generation."""
        files = [*self.files.values()]
        files += [file for segment in self.segments for file in segment.files.values()]
        return [file.size for file in files]

    def to_bytes(self) -> bytes:
        """Return the manifest as JSON, with a digest of itself."""
        body = orjson.dumps(self, default=tuple)
        envelope = {"sha256": hashlib.sha256(body).hexdigest(), "manifest": orjson.Fragment(body)}
        return orjson.dumps(envelope)

    def require_analysis(self) -> None:
        """Raise IndexVersion if the index has other terms than queries are analysed into."""
        if self.analysis != ANALYSIS_VERSION:
            raise IndexVersion(
                f"The words of the index were analysed by version {self.analysis} of the rules;"
                f" this program searches by version {ANALYSIS_VERSION}.",
                _REBUILD,
            )

    def require_facets(self) -> None:
        """Raise IndexVersion if a facet has been declared since the index was built."""
        missing = [name for name in VALUE_FACETS if name not in self.facets]
        if missing:
            raise IndexVersion(
                f"The index was built before the facet “{missing[0]}” was declared.", _REBUILD
            )


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a generation.

    Raises IndexVersion if the generation has another format, IndexDamaged if the manifest is not
    the one that was written, is that of another generation, or says what cannot be.
    """
    path = folder / "manifest.json"
    envelope = read_json(path)
    # Until format 5 a manifest had no digest.
    raw = envelope.get("manifest", envelope) if isinstance(envelope, dict) else None
    if not isinstance(raw, dict) or "format" not in raw:
        raise IndexDamaged(f"“{path}” is not the manifest of an index.", REMEDY)
    digest = hashlib.sha256(orjson.dumps(raw)).hexdigest()
    if raw is not envelope and digest != envelope.get("sha256"):
        raise IndexDamaged(f"“{path}” has been altered.", REMEDY)
    if raw["format"] != FORMAT_VERSION:
        raise IndexVersion(
            f"The index in “{folder.parent.parent}” has format {raw['format']};"
            f" this program reads format {FORMAT_VERSION}.",
            _REBUILD,
        )
    if raw is envelope or raw.get("name") != folder.name:
        raise IndexDamaged(f"“{path}” is the manifest of another generation.", REMEDY)
    for problem in _problems(raw):
        raise IndexDamaged(f"“{path}” cannot be the manifest of an index: {problem}.", REMEDY)
    return _manifest(raw)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(_NAME.fullmatch(value))


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)


def _are_counts(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _are_files(value: object, folders: bool = False) -> bool:
    """Tell whether these are records by name, or by a path below the folder if it has folders."""
    if not isinstance(value, dict):
        return False
    parts = [name.split("/") if folders else [name] for name in value]
    return all(all(map(_is_name, names)) for names in parts) and all(
        isinstance(record, list)
        and len(record) == 2
        and _is_count(record[0])
        and isinstance(record[1], str)
        and _DIGEST.fullmatch(record[1])
        for record in value.values()
    )


def _is_segment(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "documents", "files"}
        and _is_name(value["name"])
        and _is_count(value["documents"])
        and _are_files(value["files"], folders=True)
    )


def _are_segments(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(map(_is_segment, value))
        and len({segment["name"] for segment in value}) == len(value)
    )


_NAME = re.compile(r"(?!\.)[\w.:+-]{1,255}")
"""The name of a file or folder of an index: nothing that leads elsewhere."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SCHEMA: Mapping[str, Callable[[object], bool]] = {
    "name": _is_name,
    "format": _is_count,
    "analysis": _is_count,
    "product": _is_text,
    "built": _is_text,
    "made_by": _is_text,
    "size": _is_count,
    "documents": _is_count,
    "languages": _are_counts,
    "analyzers": _are_texts,
    "facets": _are_texts,
    "skipped": _are_counts,
    "failures": _are_counts,
    "settings": _is_object,
    "segments": _are_segments,
    "files": _are_files,
}
"""What a manifest says, and what each of it may be."""


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the fields of a manifest, and then with its counts."""
    for name in sorted(_SCHEMA.keys() ^ raw.keys()):
        yield f"“{name}” is missing" if name in _SCHEMA else f"“{name}” is unknown"
    for name, allows in _SCHEMA.items():
        if name in raw and not allows(raw[name]):
            yield f"“{name}” is not of the right kind"
    if raw["size"] != sum(segment["documents"] for segment in raw["segments"]):
        yield "“size” is not the number of documents of its segments"
    if raw["documents"] > raw["size"]:
        yield "“documents” is more than “size”"
    if raw["documents"] != sum(raw["languages"].values()):
        yield "“languages” do not add up to “documents”"


def _manifest(raw: dict[str, Any]) -> Manifest:
    segments = tuple(
        SegmentEntry(item["name"], item["documents"], _files(item["files"]))
        for item in raw.pop("segments")
    )
    return Manifest(
        segments=segments,
        analyzers=tuple(raw.pop("analyzers")),
        facets=tuple(raw.pop("facets")),
        files=_files(raw.pop("files")),
        **raw,
    )


def _files(raw: dict[str, Any]) -> dict[str, FileRecord]:
    return {name: FileRecord(*pair) for name, pair in raw.items()}
