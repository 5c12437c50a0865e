"""Builds of damaged files: none may end, nothing else may be lost, and each file must be named.

    python -m tools.quality.mutations FOLDER --count 250 --seed 1

``FOLDER`` has files of many formats, at any depth. From them, ``count`` others are made: bits are
turned, bytes cut off, blocks swapped, the beginning of one file is put before the end of another,
and numbers that may be lengths are changed. They are built with documents between them that are
sound. ``check`` holds the three laws; what breaks one is printed, and kept in ``--keep``.
"""

import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import click

from index.build import BuildOptions, rebuild
from index.publishing import open_published
from index.readers import ReadOptions

SOUND: Final = "Les ministres de la pêche se sont réunis à Rabat, dit le document {number}."
EVERY: Final = 10
"""Of so many files, one is sound."""
_MOST: Final = 1_000_000
"""Bytes of the files that are altered, at most: larger ones cost time and say no more."""
_LENGTHS: Final = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def turned_bits(data: bytearray, chance: random.Random, other: bytes) -> bytearray:
    """Turn up to twenty bits."""
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def cut(data: bytearray, chance: random.Random, other: bytes) -> bytearray:
    """Cut bytes off, at the end or at the beginning."""
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.8 else data[at:]


def swapped(data: bytearray, chance: random.Random, other: bytes) -> bytearray:
    """Let two blocks change places."""
    size = chance.choice((16, 512, 4096))
    first, second = (chance.randrange(len(data)) for _ in range(2))
    one, two = data[first : first + size], data[second : second + size]
    data[first : first + size], data[second : second + size] = two, one
    return data


def spliced(data: bytearray, chance: random.Random, other: bytes) -> bytearray:
    """Put the beginning of a file before the end of another, or one inside the other."""
    at, place = chance.randrange(len(data)), chance.randrange(len(other))
    if chance.random() < 0.5:
        return data[:at] + other[place:]
    return data[:at] + other[place : place + 20_000] + data[at:]


def lengthened(data: bytearray, chance: random.Random, other: bytes) -> bytearray:
    """Change numbers of one, two or four bytes, as lengths and offsets are."""
    for _ in range(chance.randint(1, 6)):
        width = chance.choice((1, 2, 4))
        at = chance.randrange(max(len(data) - width, 1))
        if chance.random() < 0.5:
            at = at % min(1024, len(data))  # most formats have them near the beginning
        value = chance.choice(_LENGTHS) & (1 << 8 * width) - 1
        data[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))
    return data


MUTATIONS: Final[Sequence[Callable[[bytearray, random.Random, bytes], bytearray]]] = (
    turned_bits,
    cut,
    swapped,
    spliced,
    lengthened,
)


class Mutant(NamedTuple):
    """An altered file, and how it was made."""

    name: str
    data: bytes
    made: str


def mutants(files: Mapping[str, bytes], count: int, seed: int) -> list[Mutant]:
    """Return altered files, those of equal seeds alike."""
    chance = random.Random(seed)
    names = sorted(name for name, data in files.items() if 0 < len(data) <= _MOST)
    made = []
    for number in range(count):
        name, other = chance.choice(names), chance.choice(names)
        data = bytearray(files[name])
        applied = []
        for _ in range(chance.choice((1, 1, 1, 2))):
            change = chance.choice(MUTATIONS)
            if data:
                data = change(data, chance, files[other])
                applied.append(change.__name__)
        short = name.replace("/", "-")[-60:]
        how = f"{name}: {', '.join(applied)} with {other} (seed {seed}, {number})"
        made.append(Mutant(f"{number:05}-{short}", bytes(data), how))
    return made


def build(folder: Path, altered: Sequence[Mutant], options: BuildOptions) -> Counter[str]:
    """Build altered files with sound ones between them, and hold the build to its laws.

    Return how many files came out as documents (``read``), and as each kind of what is skipped.
    Raises ``AssertionError`` for a law that is broken.
    """
    source = folder / "source"
    source.mkdir(parents=True)
    sound = {}
    for number, mutant in enumerate(altered):
        (source / mutant.name).write_bytes(mutant.data)
        if number % EVERY == 0:
            sound[f"{number:05}-"] = SOUND.format(number=number)
            (source / f"{number:05}-.txt").write_text(sound[f"{number:05}-"], "utf-8")
    rebuild(folder / "index", [source], options)
    snapshot = open_published(folder / "index")
    stored = [snapshot.stored_fields.get(doc)[0] for doc in snapshot.live.nonzero()[0].tolist()]
    texts = {document.id: document.text for document in stored}
    lost = [id for id, text in sound.items() if texts.get(id) != text]
    assert not lost, f"sound documents are missing or altered: {lost}"
    prefix = len(str(source)) + 1
    outcomes: dict[str, str] = {}
    for item in snapshot.report().skipped:
        assert item.kind, item
        assert item.reason, item
        outcomes[item.path[prefix : prefix + 5]] = item.kind
    outcomes |= {document.path[prefix : prefix + 5]: "read" for document in stored}
    nameless = [mutant.made for mutant in altered if mutant.name[:5] not in outcomes]
    assert not nameless, f"these are neither documents nor reported: {nameless}"
    return Counter(outcomes[mutant.name[:5]] for mutant in altered)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size <= _MOST
    }


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--count", default=250, help="Altered files of one build.")
@click.option("--builds", default=1, help="Builds, each with a seed of its own.")
@click.option("--seed", default=1, help="Seed of the first build.")
@click.option("--workers", default=1, help="Worker processes.")
@click.option("--max-seconds", default=20, help="Processor time for one document.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep a build that breaks a law here."
)
def main(
    folder: Path,
    count: int,
    builds: int,
    seed: int,
    workers: int,
    max_seconds: int,
    keep: Path | None,
) -> None:
    """Build altered files of FOLDER, and print what became of them."""
    files = _files(folder)
    options = BuildOptions(ReadOptions(max_seconds=max_seconds), workers=workers)
    total: Counter[str] = Counter()
    for number in range(seed, seed + builds):
        with TemporaryDirectory() as scratch:
            try:
                outcomes = build(Path(scratch) / "build", mutants(files, count, number), options)
            except BaseException as error:
                click.echo(f"seed {number}: {type(error).__name__}: {error}", err=True)
                if keep:
                    shutil.copytree(Path(scratch) / "build", keep, dirs_exist_ok=True)
                sys.exit(1)
        total += outcomes
        click.echo(f"seed {number}: {dict(outcomes.most_common())}")
    click.echo(f"{sum(total.values()):,} altered files: {dict(total.most_common())}")


if __name__ == "__main__":
    main()
