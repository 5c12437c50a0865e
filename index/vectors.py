"""The vectors of an index directory, for search across languages; optional, beside the segments.

``vectors/KEY/START.array`` in the index directory has the rows (``index.embedding``) of 1,024
documents of a segment. KEY stands for the files of the segment and the model, so that a row is
never taken for that of another document or another model. ``vectors/model.json`` names the model.
Rows are written after a generation is published, a file at a time, and taken over by their hashes
when documents come to stand in another segment.
"""

import hashlib
import os
import shutil
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from index import embedding
from index.embedding import HASH, ROW, Computed, Coverage, Progress, Rows, Vector
from index.errors import BuildFailed, IndexUnavailable
from index.publishing import lock, open_published, permissions, read_pointer
from index.segments import SegmentEntry, Snapshot, read_manifest
from index.store import ASIDE, ArrayFile, make_folder, sync, write_array, write_durably

CHUNK = 1024
"""Documents of a file, which is what is lost if the work is interrupted."""

Mask = NDArray[np.bool_]


def stamp(root: Path) -> tuple[int, int] | None:
    """Return what changes whenever vectors were written; None if there are none."""
    try:
        status = os.stat(root / "vectors" / "model.json")
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


class Vectors:
    """The vectors of a snapshot, as far as they are there and sound; safe for threads.

    - ``other``: the vectors there are were made by another model or version;
    - ``missing``: documents of files that are not there;
    - ``damaged``: files that were left out.
    """

    def __init__(self, root: Path, snapshot: Snapshot) -> None:
        recorded = _recorded(root)
        self.other = recorded is not None and recorded != embedding.model()
        self.missing = 0
        self.damaged: set[Path] = set()
        self._files: list[tuple[int, ArrayFile]] = []
        for path, base, count in _chunks(root, snapshot):
            if not path.exists():
                self.missing += count
                continue
            try:
                self._files.append((base, _opened(path, count)))
            except IndexUnavailable:
                self.damaged.add(path)

    def nearest(
        self, question: Vector, snapshot: Snapshot, allowed: Mask, limit: int, least: float
    ) -> list[tuple[int, float]]:
        """Return the documents nearest to a question with their cosines, the nearest first.

        ``allowed`` tells of each document of the snapshot whether it may be returned; ``least`` is
        above 0. A document is returned only if its vector is of its own text.
        """
        docs, cosines = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for base, file in self._files:
            places = np.flatnonzero(allowed[base : base + file.size // ROW])
            if not len(places) or file.path in self.damaged:
                continue
            try:
                likeness = embedding.nearness(_rows(file)[places], question)
            except IndexUnavailable:
                self.damaged.add(file.path)
                continue
            near = likeness >= least
            docs.append(places[near] + base)
            cosines.append(likeness[near])
        found, likeness = np.concatenate(docs), np.concatenate(cosines)
        best = np.lexsort((found, -likeness))[:limit]
        pairs = zip(found[best].tolist(), likeness[best].tolist(), strict=True)
        return [(doc, cosine) for doc, cosine in pairs if self._is_own(doc, snapshot)]

    def _is_own(self, doc: int, snapshot: Snapshot) -> bool:
        """Tell whether a vector is of the text of its document; note the file where it is not."""
        base, file = self._files[bisect_right(self._files, doc, key=lambda pair: pair[0]) - 1]
        hash = _rows(file)[doc - base, :HASH].tobytes()
        own = embedding.digest(_encodable(snapshot, doc)) == hash
        if not own:
            self.damaged.add(file.path)
        return own


def coverage(root: Path) -> Coverage | None:
    """Read the vectors of the published generation; None if there are none at all.

    Works without the extra. Raises IndexMissing, IndexDamaged, IndexVersion.
    """
    recorded = _recorded(root)
    if recorded is None:
        return None
    with open_published(root) as snapshot:
        have, missing = 0, 0
        damaged: list[str] = []
        for path, base, count in _chunks(root, snapshot, recorded):
            live = snapshot.live[base : base + count]
            try:
                have += int(np.count_nonzero(_rows(_opened(path, count))[live].any(axis=1)))
            except IndexUnavailable:
                missing += int(np.count_nonzero(live))
                if path.exists():
                    damaged.append(path.relative_to(root).as_posix())
        without = snapshot.documents - have - missing
        return Coverage(recorded, have, without, missing, tuple(damaged))


def compute(root: Path, mode: int = 0o640, progress: Progress = lambda *_: None) -> Computed:
    """Compute the vectors that the published generation lacks; what is there stays.

    May be interrupted and called again. ``progress`` gets documents done and to be done. Raises
    SettingError without the extra, IndexLocked if another process does the same, IndexUnavailable,
    BuildFailed if files cannot be written.
    """
    embedding.encoder()
    read_pointer(root)
    try:
        with permissions(mode):
            return _compute(root, progress)
    except OSError as error:
        raise BuildFailed(
            f"“{root / 'vectors'}” could not be written: {error.strerror}.",
            "Check the directory and its disk and try again; what is written stays.",
        ) from error


def _compute(root: Path, progress: Progress) -> Computed:
    make_folder(root / "vectors")
    with lock(root / "vectors"):
        if _recorded(root) != embedding.model():
            for folder in _folders(root):
                shutil.rmtree(folder)
            _record(root)
        while True:
            with open_published(root) as snapshot:
                computed = _complete(root, snapshot, progress)
            # Updates go on meanwhile.
            if read_pointer(root).current == snapshot.name:
                _remove_unused(root)
                return computed


def _complete(root: Path, snapshot: Snapshot, progress: Progress) -> Computed:
    known = _Known(root)
    have, encoded = 0, 0
    for path, base, count in _chunks(root, snapshot):
        try:
            rows = _rows(_opened(path, count))
        except IndexUnavailable:
            rows, new = _encoded(snapshot, base, count, known)
            encoded += new
            make_folder(path.parent)
            aside = path.with_name(path.name + ASIDE)
            write_array(aside, rows.ravel())
            sync(aside)
            aside.replace(path)
            _record(root)
        live = snapshot.live[base : base + count]
        have += int(np.count_nonzero(rows[live].any(axis=1)))
        progress(base + count, snapshot.size)
    return Computed(snapshot.name, have, encoded, snapshot.documents - have)


def _encoded(snapshot: Snapshot, base: int, count: int, known: "_Known") -> tuple[Rows, int]:
    """Return the rows of documents, zeros for those without, and how many are new."""
    texts = [
        _encodable(snapshot, base + place) if is_live else ""
        for place, is_live in enumerate(snapshot.live[base : base + count].tolist())
    ]
    rows = embedding.hashed(texts)
    return rows, embedding.fill(rows, texts, known.fill)


def _encodable(snapshot: Snapshot, doc: int) -> str:
    """Return what is encoded of a document; empty if the model does not know its language."""
    head = snapshot.stored_fields.head(doc)
    if head.language not in embedding.LANGUAGES:
        return ""
    details = snapshot.stored_fields.details(doc, head)
    text = snapshot.stored_fields.text(doc, details)[: embedding.CHARACTERS]
    return embedding.encodable(head.language, head.title, text)


class _Known:
    """The rows of all segments, found by their hashes: 16 bytes of memory for each."""

    def __init__(self, root: Path) -> None:
        self._files: list[Rows] = []
        keys, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for folder in _folders(root):
            for path in folder.glob("*.array"):
                try:
                    rows = _rows(ArrayFile(path))
                except (IndexUnavailable, ValueError):
                    continue
                there = np.flatnonzero(rows.any(axis=1))
                keys.append(embedding.keys(rows[there]))
                places.append(there + CHUNK * len(self._files))
                self._files.append(rows)
        all_keys, all_places = np.concatenate(keys), np.concatenate(places)
        order = np.argsort(all_keys, kind="stable")
        self._keys, self._places = all_keys[order], all_places[order]

    def fill(self, rows: Rows, places: Sequence[int]) -> Iterator[int]:
        """Copy known vectors to the rows that have their hashes; yield where."""
        if not places or not len(self._keys):
            return
        wanted = embedding.keys(rows[list(places)])
        found = np.searchsorted(self._keys, wanted).clip(max=len(self._keys) - 1)
        for place, known in zip(places, self._places[found].tolist(), strict=True):
            row = self._files[known // CHUNK][known % CHUNK]
            if np.array_equal(row[:HASH], rows[place, :HASH]):
                rows[place] = row
                yield place


def _rows(file: ArrayFile) -> Rows:
    """Return the rows of a file, verified. Raises IndexUnavailable."""
    rows: Rows = file.all().reshape(-1, ROW)
    return rows


def _opened(path: Path, count: int) -> ArrayFile:
    """Open the file of so many documents. Raises IndexUnavailable."""
    file = ArrayFile(path)
    if file.dtype != np.int8 or file.size != count * ROW:
        raise IndexUnavailable(f"“{path}” has other documents.")
    return file


def _chunks(
    root: Path, snapshot: Snapshot, made_by: str | None = None
) -> Iterator[tuple[Path, int, int]]:
    """Yield the files of a snapshot: path, first document, number of documents.

    They are those of the model ``made_by``, or of the one that is installed.
    """
    segments = snapshot.manifest.segments
    bases = accumulate((segment.documents for segment in segments), initial=0)
    for segment, base in zip(segments, bases, strict=False):
        folder = root / "vectors" / _key(segment, made_by or embedding.model())
        for start in range(0, segment.documents, CHUNK):
            count = min(CHUNK, segment.documents - start)
            yield folder / f"{start:09}.array", base + start, count


def _key(segment: SegmentEntry, made_by: str | None) -> str:
    """Return what stands for the files of a segment and the model."""
    identity = orjson.dumps([segment, made_by], default=tuple, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(identity, digest_size=HASH).hexdigest()


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in (root / "vectors").iterdir() if path.is_dir())


def _recorded(root: Path) -> str | None:
    """Return the model that the vectors were made by; None without any, empty if it is damaged."""
    try:
        recorded: Any = orjson.loads((root / "vectors" / "model.json").read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError):
        return ""
    return str(recorded["model"]) if isinstance(recorded, dict) and "model" in recorded else ""


def _record(root: Path) -> None:
    """Write which model the vectors are of, anew: searches see that there are more."""
    write_durably(root / "vectors" / "model.json", orjson.dumps({"model": embedding.model()}))


def _remove_unused(root: Path) -> None:
    """Delete the vectors of segments that neither the published nor the previous generation has."""
    used: set[str] = set()
    for name in filter(None, read_pointer(root)):
        try:
            manifest = read_manifest(root / "generations" / name)
        except IndexUnavailable:
            return
        used.update(_key(segment, embedding.model()) for segment in manifest.segments)
    for folder in _folders(root):
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)
