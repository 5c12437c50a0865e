"""Growth: the same questions over ever more documents, drawn as two curves."""

import shutil
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import memory, trouvaille_system
from .chart import Line, chart
from .context import SEED, Context, build
from .corpora import synthetic_corpus
from .drawing import draw, sample_of
from .question import Indexed
from .tables import Section, Table, number, pair
from .timing import Times, race

OURS = trouvaille_system.NAME
FIGURE = "growth.svg"


class Point(NamedTuple):
    """What was measured at one number of documents."""

    documents: int
    cost: Indexed
    matches: list[int]
    either: Times
    both: Times
    opened: float
    private: float | None


def growth(context: Context) -> Section:
    """Index and search more and more synthetic documents."""
    section = Section("growth", "Growth")
    points = [_measure(size, context) for size in context.growth_sizes]
    table = Table(
        f"Synthetic documents, {OURS} alone; two words and three facets, ms, p50 / p95",
        [
            "documents",
            "documents per processor second",
            "index ÷ text",
            "open, ms",
            "private memory, MB",
            "OR finds",
            "OR",
            "AND",
            "µs per 1,000 found",
        ],
    )
    for point in points:
        table.add(
            f"{point.documents:,}",
            number(point.cost.rate),
            number(point.cost.bytes / point.cost.text_bytes),
            number(point.opened * 1000),
            "" if point.private is None else number(point.private),
            number(float(np.mean(point.matches))),
            pair(point.either.ms(50), point.either.ms(95)),
            pair(point.both.ms(50), point.both.ms(95)),
            number(_slope(point) * 1e9),
        )
    table.note = "The last column is the slope of a line through the times over the matches."
    section.tables.append(table)
    if context.figures is not None and len(points) > 1:
        (context.figures / FIGURE).write_text(_figure(points), "utf-8")
        section.text = f"![Indexing and searching over the number of documents]({FIGURE})"
    return section


def _measure(size: int, context: Context) -> Point:
    corpus = synthetic_corpus(size)
    folder = context.folder / f"growth-{size}"
    kind = context.kinds[OURS]
    cost = build(kind, corpus, folder)
    sample = sample_of(synthetic_corpus(min(size, 20_000)).entries(), corpus.drawn_from, SEED)
    drawn = draw(sample, context.questions, SEED, corpus.stop_words)
    opened = race(
        {OURS: lambda path: kind.open(path).close()}, [folder] * 3, 2, 10.0, context.clock
    )[OURS]
    system = kind.open(folder)
    times = {
        name: context.race(
            {OURS: system.ask}, [question.with_facets() for question in drawn.questions[name]]
        )[OURS]
        for name in ("OR", "AND")
    }
    asked = [question.with_facets() for question in drawn.questions["OR"]]
    matches = [system.read(system.ask(question)).total for question in asked]
    system.close()
    private = None
    if memory.available():
        life = memory.second_process(OURS, folder, asked)
        private = (life.answered.private - life.imported.private) / 1e6
    shutil.rmtree(folder)
    return Point(size, cost, matches, times["OR"], times["AND"], min(opened.settled), private)


def _slope(point: Point) -> float:
    """Return seconds per document found, by least squares."""
    return float(np.polyfit(point.matches, point.either.settled, 1)[0])


def _figure(points: Sequence[Point]) -> str:
    sizes = [float(point.documents) for point in points]
    return chart(
        [
            (
                "Indexing, processor seconds",
                [Line("", sizes, [point.cost.cpu_seconds for point in points])],
            ),
            (
                "Two words, three facets: p95, ms",
                [
                    Line("OR", sizes, [point.either.ms(95) for point in points]),
                    Line("AND", sizes, [point.both.ms(95) for point in points]),
                ],
            ),
        ],
        "documents",
    )
