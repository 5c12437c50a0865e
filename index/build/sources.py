"""The sources of a build as items of work, and which documents they speak for.

``-`` is standard input, as JSON Lines. An update may read some files only and leave the others.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from os.path import abspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from index.build.pipeline import Item, has_one_reader, parts_of
from index.build.progress import Handed
from index.document import Document, Skipped
from index.errors import SourceError, UsageError
from index.readers import ReadOptions, SourceFile, display, list_files, read_file

SMALL: Final = 256 * 1024
"""Bytes up to which a file of many documents goes to a worker whole."""
_GZIP_RATIO: Final = 2.5
"""Characters of text in a byte of a compressed file, for the progress bar only."""
_PATH_ENDS: Final = re.compile(r"[/:!]|\Z")
"""Where in the path of a document that of its file, or of a folder above it, may end."""
STANDARD_INPUT: Final = Path("-")
_OF_INPUT: Final = ("-:", "-!")
"""How the paths of documents from standard input begin."""


class Partial(NamedTuple):
    """A build from some files, of sources that were listed already.

    ``files`` are all that were listed, by absolute path, and ``skipped`` what else was. Only those
    in ``read`` are read; the documents of the others stay, and so do those of files in ``spared``,
    which are not there. With ``adds``, what is read was not there before: nothing is looked for
    that might be gone.
    """

    files: Mapping[str, SourceFile]
    skipped: Sequence[Skipped]
    read: Set[str]
    spared: Set[str] = frozenset()
    adds: bool = False

    def leaves(self, path: str) -> bool:
        """Return whether the documents of a file stay as they are."""
        return path in self.spared or (path in self.files and path not in self.read)


def paths_above(path: str) -> Iterator[str]:
    """Yield the absolute paths of the folders and the file that a document may be in."""
    full = abspath(path)
    return (full[: end.start()] for end in _PATH_ENDS.finditer(full))


def is_of_input(path: str) -> bool:
    """Return whether a document came by standard input."""
    return path.startswith(_OF_INPUT)


@contextmanager
def opened_sources(sources: Sequence[Path]) -> Iterator["Sources"]:
    """Take the sources of a build; standard input is kept in a temporary file meanwhile.

    Raises UsageError if standard input is a terminal, SourceError if it cannot be kept.
    """
    files = [source for source in sources if source != STANDARD_INPUT]
    if len(files) == len(sources):
        yield Sources(files, None)
        return
    if sys.stdin.isatty():
        raise UsageError(
            "Standard input is a terminal.",
            "Pipe JSON Lines into the command, or name files instead of “-”.",
        )
    with TemporaryDirectory(prefix="trouvaille-") as folder:
        path = Path(folder) / "input.jsonl"
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise SourceError(
                f"Standard input could not be kept in “{folder}”: {error.strerror}.",
                "Make room there, or set TMPDIR to a folder on another disk.",
            ) from error
        yield Sources(files, SourceFile(path, "-", "-", path.stat().st_size, may_delete=True))


class Sources(NamedTuple):
    """Files and folders, and standard input if it is one of the sources."""

    files: Sequence[Path]
    input: SourceFile | None

    def speak_for(self, path: str, partial: Partial | None) -> bool:
        """Return whether a document of this path is gone if it was not read.

        Lines of standard input add and replace; what came by it stays until a line deletes it.
        """
        if not self.files or is_of_input(path):
            return False
        return not partial or not any(map(partial.leaves, paths_above(path)))


def _count(handed: dict[str, Handed], file: SourceFile) -> None:
    kind = file.path.name.lower().removesuffix(".gz").rpartition(".")[2]
    files, size = handed.get(kind, Handed(0, 0))
    handed[kind] = Handed(files + 1, size + file.size)


def places(files: Sequence[Path], before: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """Return how each source was given, and where it is.

    Documents that stay as they were ``before`` may have been given another way.
    """
    given = [(display(str(source)), abspath(source)) for source in files]
    whole = {place for _, place in given}
    older = [(name, place) for name, place in before if place in whole or not files]
    return list(dict.fromkeys((*given, *older)))[:_MAX_WAYS]


_MAX_WAYS: Final = 1000


class Reading:
    """The sources as items of work; counts how many of their bytes have been handed out."""

    def __init__(
        self,
        sources: Sources,
        options: ReadOptions,
        partial: Partial | None = None,
        entries: Sequence[SourceFile | Skipped] | None = None,
    ) -> None:
        """Measure the sources, or only these ``entries`` of theirs.

        Raises SourceError for one that cannot be read at all.
        """
        self._entries = entries
        self._sources = sources
        self._options = options
        self._partial = partial
        self.done = 0
        self._there: dict[str, Handed] = {}
        self._handed: dict[str, Handed] = {}
        for entry in self._list():
            if isinstance(entry, SourceFile):
                _count(self._there, entry)
        self.total = sum(handed.bytes for handed in self._there.values())

    def kinds(self) -> dict[str, tuple[Handed, Handed]]:
        """Return what has been handed out of each kind of file, and what there is of it."""
        return {
            kind: (self._handed.get(kind, Handed(0, 0)), there)
            for kind, there in self._there.items()
        }

    def _list(self) -> Iterator[SourceFile | Skipped]:
        if self._entries is not None:
            yield from self._entries
        elif self._partial is None:
            yield from list_files(self._sources.files, self._options)
        else:
            yield from self._partial.skipped
            files = self._partial.files.items()
            yield from (file for path, file in files if path in self._partial.read)
        if self._sources.input and self._sources.input.size:
            yield self._sources.input

    def items(self) -> Iterator[Item]:
        """Yield files, documents of large files, and skipped files, in a stable order."""
        for entry in self._list():
            if isinstance(entry, Skipped):
                yield entry
                continue
            _count(self._handed, entry)
            if entry.size <= SMALL:
                self.done += entry.size
                yield entry
            elif has_one_reader(entry):
                yield from parts_of(entry, self._options)
                self.done += entry.size
            else:
                yield from self._documents(entry)

    def _documents(self, file: SourceFile) -> Iterator[Document | Skipped]:
        begin = self.done
        ratio = _GZIP_RATIO if file.path.name.lower().endswith((".gz", ".bz2", ".xz")) else 1.0
        characters = 0
        for item in read_file(file, self._options):
            if isinstance(item, Document):
                characters += len(item.text)
                self.done = begin + min(file.size, int(characters / ratio))
            yield item
        self.done = begin + file.size
