"""Documents to measure on: dispatches on disk, or synthetic ones."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from index import Document, IndexDirectory
from tools.bench import synthetic
from tools.bench.question import Entry


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents with their fields, as often as they are wanted.

    ``drawn_from`` says from which of them questions are drawn; ``sources`` are the files of a
    whole rebuild, none for synthetic documents. No question asks for ``stop_words`` (nor for those
    of real languages).
    """

    title: str
    entries: Callable[[], Iterator[Entry]]
    drawn_from: Callable[[Document], bool]
    sources: tuple[Path, ...] = ()
    stop_words: frozenset[str] = frozenset()


def synthetic_corpus(documents: int) -> Corpus:
    """Return so many synthetic documents."""
    return Corpus(
        f"{documents:,} synthetic documents",
        lambda: synthetic.entries(documents),
        lambda document: True,
        stop_words=synthetic.stop_words(),
    )


def indexed_corpus(
    title: str, index: Path, sources: Sequence[Path], press: tuple[str, ...]
) -> Corpus:
    """Return the documents of an index; questions are drawn from those of ``press`` files."""

    return Corpus(
        title,
        lambda: indexed_entries(index),
        lambda document: document.path.startswith(press),
        tuple(sources),
    )


def indexed_entries(index: Path) -> Iterator[Entry]:
    """Yield the documents of an index with their fields."""
    with IndexDirectory(index).current() as snapshot:
        for doc in range(snapshot.size):
            yield snapshot.stored_fields.get(doc)


def sample(files: Sequence[Path], documents: int, folder: Path) -> list[Path]:
    """Write about so many of the documents of JSON Lines files, evenly, into files of their own.

    The records are taken over byte for byte; 0 takes all.
    """
    lines = {file: _count(file) for file in files}
    total = sum(lines.values())
    if not documents or documents >= total:
        return list(files)
    folder.mkdir(parents=True)
    written = []
    for number, file in enumerate(files):
        target = folder / f"{number}-{file.parent.name}-{file.name.removesuffix('.gz')}"
        kept = -(-documents * lines[file] // total)
        step = max(1.0, lines[file] / kept)
        with _opened(file) as source, target.open("wb") as sink:
            for line_number, line in enumerate(source):
                # One record each time the sampling line crosses a whole number.
                if int(line_number / step) != int((line_number - 1) / step) or not line_number:
                    sink.write(line)
        written.append(target)
    return written


def _opened(file: Path) -> IO[bytes]:
    if file.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return file.open("rb")


def _count(file: Path) -> int:
    with _opened(file) as source:
        return sum(1 for _ in source)


def long_documents(short: bool = False) -> tuple[str, list[Entry]]:
    """Return documents of a megabyte (or a tenth of one) and a word that ends each of them."""
    size = 100_000 if short else 1_000_000
    rare = "zyvoxa"
    text: list[str] = []
    made: list[Entry] = []
    length = 0
    for document, fields in synthetic.entries(100_000, seed=11):
        text.append(document.text)
        length += len(document.text) + 1
        if length >= size:
            text.append(f"Enfin {rare}.")
            made.append((replace(document, text="\n".join(text)), fields))
            text, length = [], 0
        if len(made) == 10:
            break
    return rare, made
