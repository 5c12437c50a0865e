"""The original of a document: the file, or the part of a file, that it was read from.

A reader asks for a document, never for a path. The path is that which the index has of it, and must
lie in a source of the build, wherever links lead; of an index on a cluster, which other machines
write, also in a folder that the operator of this one names. A part is taken out by a process of its
own with the limits of a worker. So is a file that was written since the build: it is read again,
and refused if it is no longer what the index has.
"""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from os.path import isfile, realpath
from pathlib import Path, PurePath
from typing import IO, Any, Final, Literal

import orjson

from index.readers import format_of, path_id
from index.segments import Snapshot

SECONDS: Final = 30
"""How long a part may take to be taken out."""
_MAX_PLACES: Final = 50
"""Places in a path at which that of its file may end."""
_ENDS: Final = re.compile(r"[!:]")
_OF_MANY: Final = re.compile(r"\.(?:xml|rss|atom|rdf)(?:\.(?:gz|bz2|xz))?:[^!]*\Z", re.I)
_RECORD: Final = re.compile(r":\d+\Z")
_HEAD: Final = 16
_SHOWN: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
"""What a browser shows by itself and runs no script of, by how it begins."""
_OOXML: Final = "application/vnd.openxmlformats-officedocument"
_ODF: Final = "application/vnd.oasis.opendocument"
_TYPES: Final[Mapping[str, str]] = {
    ".docx": f"{_OOXML}.wordprocessingml.document",
    ".xlsx": f"{_OOXML}.spreadsheetml.sheet",
    ".pptx": f"{_OOXML}.presentationml.presentation",
    ".odt": f"{_ODF}.text",
    ".ods": f"{_ODF}.spreadsheet",
    ".odp": f"{_ODF}.presentation",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".rtf": "application/rtf",
    ".epub": "application/epub+zip",
    ".msg": "application/vnd.ms-outlook",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""Types of files that are saved; all others are only bytes, so that no browser runs them."""
_BYTES: Final = "application/octet-stream"
_CHANGED: Final = 3
"""The exit status of the process that takes a part out, if the file has changed."""

Reason = Literal["elsewhere", "missing", "changed", "unreadable"]


class NoOriginalError(Exception):
    """The original of a document cannot be given, for a ``reason``.

    ``elsewhere``: the index names no file of its own for it; ``missing``: the file is gone;
    ``changed``: it is no longer what was indexed; ``unreadable``: it cannot be taken out in time.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Original:
    """The content of a file, opened, and what a browser is told of it.

    Only one that is ``shown`` may be opened inside the browser; others are to be saved.
    ``modified`` is in seconds since 1970.
    """

    content: IO[bytes]
    name: str
    size: int
    modified: float
    media_type: str
    shown: bool


def has_file(path: str) -> bool:
    """Return whether the document of a path may have an original.

    Records of tables, JSON, feeds and exports have none: their file holds other documents.
    """
    if not path or path.startswith(("-:", "-!")) or _OF_MANY.search(path):
        return False
    file, _, record = path.rpartition(":")
    format = format_of(file) if record.isdecimal() else None
    return format is None or format.single


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index has of a document, and of the build that read it.

    The content hash is ``hash``, or that of the id in the file ``hashes``. ``folder`` is the index
    directory, if there is one: texts that were read in pictures lie in it.
    """

    id: str
    path: str
    settings: Mapping[str, Any]
    made_by: str
    hash: str = ""
    hashes: str = ""
    folder: str = ""


def original(snapshot: Snapshot, id: str, within: Sequence[Path] = ()) -> Original | None:
    """Return the original of a document; None without the document.

    It must lie in one of the folders ``within``, if there are any. Raises NoOriginalError.
    """
    doc = snapshot.docnum(id)
    if doc is None:
        return None
    indexed = Indexed(
        id,
        snapshot.stored_fields.details(doc, snapshot.stored_fields.head(doc)).path,
        snapshot.manifest.settings,
        snapshot.manifest.made_by,
        hashes=str(snapshot.folder / "sources.json"),
        folder=str(snapshot.folder.parents[1]),
    )
    return original_of(indexed, within)


def original_of(indexed: Indexed, within: Sequence[Path] = ()) -> Original:
    """Return the original of a document of any index, as ``original`` does."""
    settings = indexed.settings
    sources: Sequence[tuple[str, str]] = settings.get("sources", ())
    if not has_file(indexed.path):
        raise NoOriginalError("elsewhere")
    file, rest = _place(indexed.path, sources)
    roots = [[place for _, place in sources]]
    if within:
        roots.append([str(folder) for folder in within])
    content = _opened(file, [[realpath(root) for root in some] for some in roots])
    status = os.fstat(content.fileno())
    check = max(status.st_mtime, status.st_ctime) >= float(settings.get("began", 0))
    try:
        if rest or check:
            wanted = {"file": file, "rest": rest, "check": check, **asdict(indexed)}
            wanted["ids"] = list(_ids(file, sources))
            taken = _taken_out(wanted)
            if rest:
                content.close()
                content = BytesIO(taken)
    except NoOriginalError:
        content.close()
        raise
    name = _name(file, rest)
    head = content.read(_HEAD)
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    shown = next((kind for mark, kind in _SHOWN if head.startswith(mark)), "")
    media_type = shown or _TYPES.get(PurePath(name).suffix.lower(), _BYTES)
    return Original(content, name, size, status.st_mtime, media_type, bool(shown))


def _place(path: str, sources: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the file of a document, and what its path has behind it. Raises NoOriginalError."""
    for given, place in sources:
        behind = f"/{path}" if given == "." else path.removeprefix(given)
        if behind == path or (behind and behind[0] not in "/!:" and given[-1] != "/"):
            continue
        whole = place.rstrip("/") + ("/" if given[-1] == "/" else "") + behind
        ends = [match.start() for match in _ENDS.finditer(whole, len(place))]
        for end in (len(whole), *ends[: -_MAX_PLACES - 1 : -1]):
            if isfile(whole[:end]):
                return whole[:end], whole[end:]
    raise NoOriginalError("missing" if sources else "elsewhere")


def _opened(file: str, roots: Sequence[Sequence[str]]) -> IO[bytes]:
    """Open a file that lies in a folder of each list, links followed. Raises NoOriginalError."""
    real = realpath(file)
    if not all(any(PurePath(real).is_relative_to(root) for root in some) for some in roots):
        raise NoOriginalError("elsewhere")
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NoOriginalError("missing") from error
    content = os.fdopen(descriptor, "rb")
    opened = f"/proc/self/fd/{descriptor}"
    # A folder above it may just have become a link.
    moved = os.path.islink(opened) and realpath(opened) != real
    if moved or not stat.S_ISREG(os.fstat(descriptor).st_mode):
        content.close()
        raise NoOriginalError("elsewhere")
    return content


def _ids(file: str, sources: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the identifiers that a build may have given to a file."""
    for _, place in sources:
        base = PurePath(place) if os.path.isdir(place) else PurePath(place).parent
        if PurePath(file).is_relative_to(base):
            id = path_id(PurePath(file).relative_to(base))
            yield from (id, f"{path_id(PurePath(PurePath(place).name))}:{id}")


def _name(file: str, rest: str) -> str:
    """Return the name under which an original is saved."""
    name = PurePath(file).name
    if rest.startswith("!") and not _RECORD.search(rest):
        name = rest.rpartition("!")[2].rpartition("/")[2]
    elif rest:
        name = f"{PurePath(name).stem}-{rest.rpartition(':')[2]}.eml"
    printable = "".join(char if char.isprintable() else "_" for char in name)
    return printable[-_MAX_NAME:] or "original"


_MAX_NAME: Final = 150


def _taken_out(wanted: dict[str, Any]) -> bytes:
    """Return a part of a file, or check the whole, in a process. Raises NoOriginalError."""
    # The package may not be installed, only imported.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "index.build.parts"],
            input=orjson.dumps(wanted),
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoOriginalError("unreadable") from None
    if done.returncode:
        raise NoOriginalError("changed" if done.returncode == _CHANGED else "unreadable")
    return done.stdout
