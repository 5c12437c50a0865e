"""Indexing, the whole rebuild, opening, size and memory."""

import gc
import shutil
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

from index import Document
from index.build import BuildOptions, Progress, cores, rebuild
from index.extract import ExtractionOptions, extract
from index.readers import ReadOptions, read
from index.segments import analyse_drafts, draft
from tools.bench import memory, trouvaille_system
from tools.bench.context import Context
from tools.bench.question import Question
from tools.bench.registry import Kind
from tools.bench.tables import Section, Table, number, times
from tools.bench.timing import repeated

OURS = trouvaille_system.NAME
PHASE_DOCUMENTS = 2_000
MEGABYTE = 1_000_000


def indexing(context: Context) -> Section:
    """Analyse, invert and write documents whose fields are known, in one process."""
    section = Section("indexing", "Indexing")
    table = Table(
        "Analyse, invert, write; one process, fields known",
        [
            "",
            "documents per processor second",
            f"{OURS} is",
            "documents per second",
            "index, MB",
            "index ÷ text",
        ],
    )
    for name in context.kinds:
        context.path(name)  # several may open one index
    ours = context.costs[OURS]
    for name, cost in context.costs.items():
        table.add(
            name,
            number(cost.rate),
            times(ours.rate / cost.rate),
            number(cost.documents / cost.seconds),
            number(cost.bytes / MEGABYTE),
            number(cost.bytes / cost.text_bytes),
        )
    table.note = (
        f"{ours.documents:,} documents, {number(ours.text_bytes / MEGABYTE)} MB of text (UTF-8)."
        " Every index keeps the texts and the positions. Processor seconds are those of all"
        " threads: tantivy writes in a thread of its own."
    )
    section.tables.append(table)
    return section


class _Phases(Progress):
    """Remembers when each phase of a build began."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[tuple[str, float]] = []

    def phase(self, name: str) -> None:
        self.began.append((name, perf_counter()))

    def finish(self) -> None:
        self.began.append(("", perf_counter()))


def rebuilding(context: Context) -> Section:
    """Rebuild from the files: read, extract, analyse, write, publish."""
    section = Section("rebuild", "The whole rebuild")
    if not context.corpus.sources:
        section.text = "Synthetic documents come with their fields: there is nothing to rebuild."
        return section
    root = context.folder / "rebuilt"
    phases, workers = _Phases(), cores()
    start = perf_counter()
    result = rebuild(root, context.corpus.sources, BuildOptions(workers=workers), phases)
    total = perf_counter() - start
    phases.finish()
    table = Table(
        f"`trouvaille rebuild` of {result.documents:,} documents, {workers} workers",
        ["phase", "seconds", "documents per second"],
    )
    for (name, began), (_, ended) in zip(phases.began, phases.began[1:], strict=False):
        seconds = ended - began
        table.add(name, number(seconds), number(result.documents / seconds))
    table.add("all", number(total), number(result.documents / total))
    shutil.rmtree(root)
    section.tables += [table, _one_core(context)]
    return section


def _one_core(context: Context) -> Table:
    """Time each step on its own, on one core."""
    table = Table(
        "Each step alone, one process", ["step", "documents per processor second", "share"]
    )
    options = ReadOptions()
    start = process_time()
    documents = [
        one
        for one in islice(read(context.corpus.sources, options), PHASE_DOCUMENTS)
        if isinstance(one, Document)
    ]
    rates = {"read": len(documents) / max(process_time() - start, 1e-9)}
    # Those that come first are of one source: the steps behind are timed on a fair sample.
    entries = context.sample
    for document, _ in entries[:50]:
        extract(document, ExtractionOptions())
    start = process_time()
    for document, _ in entries:
        extract(document, ExtractionOptions())
    rates["extract"] = len(entries) / max(process_time() - start, 1e-9)
    for _ in range(2):  # the second time with the words of a long build in its caches
        start = process_time()
        for first in range(0, len(entries), 1024):
            analyse_drafts([draft(*entry) for entry in entries[first : first + 1024]])
        rates["analyse"] = len(entries) / max(process_time() - start, 1e-9)
    folder = context.folder / "one-core"
    start = process_time()
    trouvaille_system.build(entries, folder)
    took = process_time() - start
    shutil.rmtree(folder)
    writing = max(took - len(entries) / rates["analyse"], 1e-9)
    rates["invert, write, check, publish"] = len(entries) / writing
    whole = sum(1 / rate for rate in rates.values())
    for name, rate in rates.items():
        table.add(name, number(rate), f"{100 / rate / whole:.0f} %")
    return table


def opening(context: Context) -> Section:
    """Open an index and ask the first question of a new process's life."""
    section = Section("opening", "Opening and memory")
    table = Table(
        "Milliseconds, files in the page cache",
        ["", "open", "open and answer one question with three facets"],
    )
    question = context.drawn.questions["OR"][0].with_facets()
    rounds = 3 if context.quick else 9
    for name, kind in context.kinds.items():
        folder = context.path(name)

        def bare(folder: Path = folder, kind: Kind = kind) -> None:
            kind.open(folder).close()

        def answered(folder: Path = folder, kind: Kind = kind) -> None:
            system = kind.open(folder)
            system.ask(question)
            system.close()

        bare()
        gc.collect()
        table.add(
            name,
            number(repeated(bare, rounds, context.clock) * 1000),
            number(repeated(answered, rounds, context.clock) * 1000),
        )
    section.tables.append(table)
    if memory.available():
        section.tables.append(_memory(context))
    return section


def _memory(context: Context) -> Table:
    """Measure the second of two processes that answer the same questions."""
    table = Table(
        "Private memory of a second process, MB",
        [
            "",
            "programs and vocabularies",
            "index open",
            "questions answered",
            "because of the index",
            "of it written",
        ],
    )
    asked: list[Question] = [
        question.with_facets()
        for kind in ("OR", "AND", "phrase", "prefix")
        for question in context.drawn.questions[kind]
    ]
    for name in context.kinds:
        found = memory.second_process(name, context.path(name), asked)
        table.add(
            name,
            number(found.imported.private / MEGABYTE),
            number(found.opened.private / MEGABYTE),
            number(found.answered.private / MEGABYTE),
            number((found.answered.private - found.imported.private) / MEGABYTE),
            number((found.answered.written - found.imported.written) / MEGABYTE),
        )
    table.note = (
        f"After {len(asked)} questions with three facets, in both processes. Private memory is what"
        " no other process maps (unique set size); files mapped by both are not in it. Programs and"
        " vocabularies are loaded before `serve` has several processes."
    )
    return table
