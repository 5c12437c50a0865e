"""Generations: sets of segments that are opened, searched and replaced as one.

Document numbers run over the segments of a generation in order; ``size`` of them exist and
``documents`` of those are live. Everything here only reads; ``publishing`` writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.cache import ByteCache
from index.columns import FACETS, DateColumn, FacetColumn, SpanColumn, open_facet, open_lengths
from index.document import Document, Fields, Skipped
from index.errors import IndexDamaged, IndexMissing
from index.files import REMEDY, compare_sizes, load_array, read_json
from index.manifest import Manifest, read_manifest
from index.postings import SegmentPostings
from index.report import Report, read_report
from index.schema import PARTS
from index.stored import StoredDocuments

CACHE_BYTES = 64 * 1024 * 1024

__all__ = [
    "Archive",
    "DateColumn",
    "FacetColumn",
    "Generation",
    "Postings",
    "SpanColumn",
]


class Postings(NamedTuple):
    """The live documents that hold a term, ascending, and how often each holds it."""

    docs: NDArray[np.int32]
    freqs: NDArray[np.int32]


class _Positions(NamedTuple):
    """Positions of one term, those of ``docs[i]`` being ``flat[ends[i]:ends[i + 1]]``."""

    docs: NDArray[np.int32]
    ends: NDArray[np.int64]
    flat: NDArray[np.int32]


class Generation:
    """One published set of segments, opened for reading. Safe for threads; never changes.

    ``live`` says of every document number whether it is served; ``order`` ranks documents, newest
    first, then by id; ``lengths`` are positions in title and body; ``columns`` maps organization,
    theme, lang and source to their columns; ``dates`` are publication dates, ``mentioned`` those
    that the texts speak of.

    Arrays and maps stay valid as long as this object is referred to, even after its files have
    been deleted. Reading methods raise IndexDamaged where bytes are not what they should be.
    """

    def __init__(self, root: Path, name: str, cache_bytes: int = CACHE_BYTES) -> None:
        self.folder = root / "generations" / name
        self.name = name
        self.manifest: Manifest = read_manifest(self.folder)
        compare_sizes(self.folder, self.manifest.files)
        folders = [root / "segments" / segment.name for segment in self.manifest.segments]
        for folder, segment in zip(folders, self.manifest.segments, strict=True):
            compare_sizes(folder, segment.files)
        self.size = self.manifest.size
        self.documents = self.manifest.documents
        self.languages: Mapping[str, int] = MappingProxyType(dict(self.manifest.languages))
        self.live: NDArray[np.bool_] = load_array(self.folder / "live.npy", np.bool_)
        self.order: NDArray[np.int32] = load_array(self.folder / "order.npy", np.int32)
        self._postings = [SegmentPostings(folder / "whoosh") for folder in folders]
        self.analyzers = self._analyzers_used()
        self._stored = [StoredDocuments(folder) for folder in folders]
        sizes = [segment.documents for segment in self.manifest.segments]
        self._bases = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._whole = bool(self.live.all())
        self._cache = ByteCache(cache_bytes)
        # All is opened at once: a minute from now the files may have been deleted.
        columns = [folder / "columns" for folder in folders]
        self.columns: Mapping[str, FacetColumn] = MappingProxyType(
            {name: open_facet(columns, name, self.live) for name in FACETS}
        )
        self.dates = DateColumn(columns)
        self.mentioned = SpanColumn(columns)
        self.lengths: Mapping[str, NDArray[np.float32]] = MappingProxyType(
            {part: open_lengths(columns, part) for part in PARTS}
        )
        self._report = read_report(self.folder / "report.json")
        if not self.size == self._bases[-1] == len(self.live) == len(self.order):
            raise IndexDamaged(f"The counts in “{self.folder}” do not agree.", REMEDY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was cached; maps are let go of when the last array over them is."""
        self._cache = ByteCache(0)

    def _analyzers_used(self) -> tuple[str, ...]:
        """Return the suffixes of the analyzers that a text of this generation went through."""
        used = {analyzer(language).suffix for language in self.languages}
        for segment in self._postings:
            used.update(field.partition("_")[2] for field in segment.fields)
        return tuple(suffix for suffix in self.manifest.analyzers if suffix in used)

    # Terms

    def postings(self, field: str, term: str) -> Postings:
        """Return the live documents that hold a term in a field; none for an unknown one."""
        found: Postings = self._cache.get(
            ("postings", field, term), lambda: self._decode(field, term)
        )
        return found

    def positions(self, field: str, term: str, docs: NDArray[np.int32]) -> list[NDArray[np.int32]]:
        """Return the ascending positions of a term in each of ``docs``; empty where it is not."""
        held: _Positions = self._cache.get(
            ("positions", field, term), lambda: self._decode_positions(field, term)
        )
        if not len(held.docs):
            return [held.flat] * len(docs)
        at = np.minimum(np.searchsorted(held.docs, docs), len(held.docs) - 1)
        found = held.docs[at] == docs
        first = np.where(found, held.ends[at], 0)
        last = np.where(found, held.ends[at + 1], 0)
        return [held.flat[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]

    def terms(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return the first ``limit`` terms with a prefix, in order of code points.

        With each comes the number of live documents that hold it, never zero.
        """
        found: list[tuple[str, int]] = []
        for term in self._walk(field, prefix, limit):
            count = self.term_frequency(field, term[0]) if term[1] < 0 else term[1]
            if count:
                found.append((term[0], count))
            if len(found) >= limit:
                break
        return found

    def term_frequency(self, field: str, term: str) -> int:
        """Return how many live documents hold a term in a field."""
        if self._whole:
            return sum(segment.frequency(field, term) for segment in self._postings)
        return len(self.postings(field, term).docs)

    def vocabulary_size(self, field: str) -> int:
        """Return how many terms a field has, those of deleted documents included."""
        if len(self._postings) == 1:
            return len(self._postings[0].vocabulary(field))
        return len({term for part in self._postings for term in part.vocabulary(field)})

    def _walk(self, field: str, prefix: str, limit: int) -> Iterator[tuple[str, int]]:
        """Yield terms with their frequency, -1 where deletions leave it to be counted."""
        if len(self._postings) == 1 and self._whole:
            yield from self._postings[0].terms(field, prefix, limit)
            return
        # Terms of deleted documents fall away later, so there may have to be a second helping.
        wanted = max(limit, 64)
        while True:
            lists = [segment.terms(field, prefix, wanted) for segment in self._postings]
            full = [terms[-1][0] for terms in lists if len(terms) == wanted]
            complete_to = min(full, default=None)
            merged = sorted({term for terms in lists for term, _ in terms})
            live = [
                term
                for term in merged
                if (complete_to is None or term <= complete_to) and self.term_frequency(field, term)
            ]
            if complete_to is None or len(live) >= limit:
                yield from ((term, -1) for term in live)
                return
            wanted *= 4

    def _decode(self, field: str, term: str) -> tuple[Postings, int]:
        docs, freqs = [], []
        for segment, base in zip(self._postings, self._bases.tolist(), strict=False):
            block = segment.read(field, term, positions=False)
            docs.append(block.docs + np.int32(base) if base else block.docs)
            freqs.append(block.freqs)
        found = Postings(_join(docs), _join(freqs))
        if not self._whole:
            live = self.live[found.docs]
            found = Postings(found.docs[live], found.freqs[live])
        return found, found.docs.nbytes + found.freqs.nbytes + 256

    def _decode_positions(self, field: str, term: str) -> tuple[_Positions, int]:
        docs, freqs, flat = [], [], []
        for segment, base in zip(self._postings, self._bases.tolist(), strict=False):
            block = segment.read(field, term, positions=True)
            if int(block.freqs.sum()) != len(block.positions):
                raise IndexDamaged(f"Positions in “{self.folder}” do not agree.", REMEDY)
            docs.append(block.docs + np.int32(base))
            freqs.append(block.freqs)
            flat.append(block.positions.astype(np.int32))
        ends = np.concatenate([[0], np.cumsum(_join(freqs), dtype=np.int64)])
        held = _Positions(_join(docs), ends, _join(flat))
        return held, held.docs.nbytes + held.ends.nbytes + held.flat.nbytes + 256

    # Documents

    def stored(self, doc: int) -> tuple[Document, Fields]:
        """Return a document and its fields. Raises IndexError for a number that is not one."""
        if not 0 <= doc < self.size:
            raise IndexError(doc)
        segment = int(np.searchsorted(self._bases, doc, side="right")) - 1
        return self._stored[segment].get(doc - int(self._bases[segment]))

    def docnum(self, id: str) -> int | None:
        """Return the number of the live document with this id."""
        for segment, base in zip(self._postings, self._bases.tolist(), strict=False):
            found = segment.docnum(id)
            if found is not None and self.live[base + found]:
                return int(base) + found
        return None

    def report(self) -> list[Skipped]:
        """Return what was left out when this generation was built, and why."""
        return list(self._report.skipped)

    def full_report(self) -> Report:
        """Return what was left out: documents, and fields of documents."""
        return self._report

    def sources(self) -> dict[str, str]:
        """Return the content hash of every live document, by its id."""
        hashes: dict[str, str] = read_json(self.folder / "sources.json")
        return hashes


def _join(parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


class Pointer(NamedTuple):
    """What the file ``current`` says: the generation served, and the one kept behind it."""

    current: str
    previous: str


def read_pointer(root: Path) -> Pointer:
    """Read which generation is published. Raises IndexMissing where none is."""
    remedy = "Build one with `trouvaille rebuild SOURCE... --index DIR`."
    try:
        lines = (root / "current").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(f"There is no index in “{root}”.", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"“{root / 'current'}” cannot be read ({error}).", REMEDY) from error
    names = [*lines, "", ""][:2]
    if not names[0] or any("/" in name or name.startswith(".") for name in names):
        raise IndexDamaged(f"“{root / 'current'}” names no generation.", "Rebuild the index.")
    return Pointer(*names)


class Archive:
    """An index directory: whoever searches asks it for the generation of the moment."""

    def __init__(self, path: Path, cache_bytes: int = CACHE_BYTES) -> None:
        self.path = Path(path)
        self._cache_bytes = cache_bytes
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._generation: Generation | None = None

    def current(self) -> Generation:
        """Return the published generation, opening another only when another was published.

        Costs one ``stat`` when nothing changed. Raises IndexMissing, IndexDamaged, IndexVersion.
        """
        with self._lock:
            stamp = self._stamp()
            if self._generation is None or stamp is None or stamp != self._seen:
                self._generation = self._open()
                self._seen = stamp
            return self._generation

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = (self.path / "current").stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _open(self) -> Generation:
        name = read_pointer(self.path).current
        if self._generation is not None and self._generation.name == name:
            return self._generation
        while True:
            try:
                return Generation(self.path, name, self._cache_bytes)
            except IndexDamaged:
                # Two builds may have been published since the pointer was read.
                now = read_pointer(self.path).current
                if now == name:
                    raise
                name = now
