"""The benchmark: ``python -m tools.bench --help``."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index import IndexDirectory
from index.build import rebuild
from tools.bench.cluster_searches import URL, cluster
from tools.bench.context import Context
from tools.bench.corpora import Corpus, indexed_corpus, sample, synthetic_corpus
from tools.bench.growth import growth
from tools.bench.http import http
from tools.bench.indexing import indexing, opening, rebuilding
from tools.bench.pages import pages
from tools.bench.searching import agreement, searches, snippets, suggestions
from tools.bench.tables import Section, put
from tools.bench.timing import CLOCKS, TURNS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = DOCS / "benchmarks.md"
QUICK_DOCUMENTS = 400
MILLION = 1_000_000

PARTS: dict[str, Callable[[Context], Section]] = {
    "indexing": indexing,
    "searches": searches,
    "agreement": agreement,
    "snippets": snippets,
    "suggestions": suggestions,
    "pages": pages,
    "opening": opening,
    "rebuild": rebuilding,
    "http": http,
    "growth": growth,
    "cluster": cluster,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for and print their tables."""
    options = _options(arguments)
    possible = [name for name in PARTS if name != "cluster" or os.environ.get(URL)]
    names = options.only.split(",") if options.only else possible
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no part “{unknown[0]}”; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    # So that a run that is told to stop leaves no indexes behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # Where memory is a file system, large indexes are kept from it by TMPDIR.
    with tempfile.TemporaryDirectory(prefix="trouvaille-bench-") as temporary:
        folder = Path(temporary)
        corpus = _corpus(options, folder)
        sizes = (200, 1_000) if options.quick else (10_000, 100_000)
        context = Context(
            corpus,
            folder,
            questions=options.questions or (8 if options.quick else 60),
            rounds=options.rounds or (1 if options.quick else 3),
            budget=options.budget,
            quick=options.quick,
            clock=options.clock,
            turns=options.turns,
            growth_sizes=(*sizes, MILLION) if options.million else sizes,
            figures=options.write.parent if options.write else None,
        )
        sections = []
        where = environment(context)
        print(where, file=sys.stderr, flush=True)
        for name in names:
            section = PARTS[name](context)
            section.where = where
            sections.append(section)
            print(f"\n## {section.heading}\n\n{section.markdown()}", flush=True)
            if options.write:
                _write(section, options.write)
        context.close()
    if options.json:
        data = [section.data() for section in sections]
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _write(section: Section, page: Path) -> None:
    page.write_text(put(page.read_text("utf-8"), section).rstrip() + "\n", "utf-8")


def environment(context: Context) -> str:
    """Say what was measured on what."""
    packages = ", ".join(
        f"{name} {_version(name)}" for name in ("numpy", "numba", "whoosh3", "tantivy")
    )
    load = os.getloadavg()[0]
    return (
        f"{context.corpus.title}; {context.questions} questions of each kind,"
        f" {context.rounds} rounds, a budget of {context.budget:g} s; times by the clock of the"
        f" {'wall' if context.clock == 'wall' else 'processor'},"
        f" turns by {context.turns};"
        f" {_processor()}, {os.cpu_count()} processors, load {load:.1f} at the"
        f" beginning; Python {platform.python_version()}, {packages};"
        f" {datetime.now(UTC).date().isoformat()}."
    )


def _corpus(options: argparse.Namespace, folder: Path) -> Corpus:
    if not options.press:
        return synthetic_corpus(options.documents or (QUICK_DOCUMENTS if options.quick else 20_000))
    files = [*options.press, *options.others]
    if options.index:
        index, found = options.index, files
    else:
        index, found = folder / "corpus", sample(files, options.documents or 0, folder / "sources")
        print("Extracting the fields of the documents once.", file=sys.stderr)
        rebuild(index, found)
    with IndexDirectory(index).current() as generation:
        title = f"{generation.documents:,} documents of {len(files)} files"
    press = tuple(str(path) for path in found[: len(options.press)])
    return indexed_corpus(title, index, found, press)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few documents, few questions")
    parser.add_argument("--documents", type=int, metavar="N", help="so many of the documents")
    parser.add_argument(
        "--press",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="JSON Lines (.gz) of dispatches, from which questions are drawn;"
        " without any, documents are synthetic",
    )
    parser.add_argument(
        "--others",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="JSON Lines (.gz) of more documents, from which no questions are drawn",
    )
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="an index of all those files, from which the documents are taken with their fields",
    )
    parser.add_argument("--only", metavar="NAMES", help=f"of {','.join(PARTS)}")
    parser.add_argument("--questions", type=int, metavar="N", help="of each kind")
    parser.add_argument("--rounds", type=int, metavar="N", help="after the first")
    parser.add_argument(
        "--budget",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="for a system and a kind of question, after which it is asked in no more rounds",
    )
    parser.add_argument(
        "--clock",
        choices=list(CLOCKS),
        default="wall",
        help="cpu: processor time, for a machine that others use too",
    )
    parser.add_argument(
        "--turns",
        choices=TURNS,
        default="list",
        help="question: systems take turns at every question instead of every list of them",
    )
    parser.add_argument("--million", action="store_true", help="let it grow to a million")
    parser.add_argument(
        "--write",
        type=Path,
        nargs="?",
        const=PAGE,
        metavar="PAGE",
        help=f"put the tables into {PAGE.relative_to(ROOT)}, or another page",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args(arguments)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except ImportError:
        return "absent"


if __name__ == "__main__":
    sys.exit(main())
