"""Growth: the same questions over ever more documents, drawn as two curves."""

import shutil
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

import numpy as np

from tools.bench import memory, trouvaille_system
from tools.bench.chart import Line, chart
from tools.bench.context import SEED, Context, build
from tools.bench.corpora import synthetic_corpus
from tools.bench.drawing import draw, sample_of
from tools.bench.question import Indexed, Question
from tools.bench.tables import Section, Table, number, pair
from tools.bench.timing import Times, race

OURS = trouvaille_system.NAME
FIGURE = "growth.svg"


class Asked(NamedTuple):
    """Questions of one kind, what they took, and how many documents each finds."""

    questions: list[Question]
    times: Times
    matches: list[int]


class Point(NamedTuple):
    """What was measured at one number of documents."""

    documents: int
    cost: Indexed
    either: Asked
    both: Asked
    any_words: Asked
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
            "OR of any words finds",
            "OR of any words",
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
            number(mean(point.either.matches)),
            _ms(point.either),
            _ms(point.both),
            number(mean(point.any_words.matches)),
            _ms(point.any_words),
            number(_slope(point) * 1e9),
        )
    table.note = (
        "“Any words” are drawn with those that play the part of stop words: the hardest questions"
        " there are. The last column is the slope of a line through the times of both kinds of OR"
        " over what they find."
    )
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
    opened = race(
        {OURS: lambda path: kind.open(path).close()}, [folder] * 3, 2, 10.0, context.clock
    )[OURS]
    system = kind.open(folder)

    def ask(operator: str, stop_words: frozenset[str]) -> Asked:
        drawn = draw(sample, context.questions, SEED, stop_words).questions[operator]
        questions = [question.with_facets() for question in drawn]
        times = context.race({OURS: system.ask}, questions)[OURS]
        matches = [system.read(system.ask(question)).total for question in questions]
        return Asked(questions, times, matches)

    either, both = ask("OR", corpus.stop_words), ask("AND", corpus.stop_words)
    any_words = ask("OR", frozenset())
    system.close()
    private = None
    if memory.available():
        life = memory.second_process(OURS, folder, either.questions)
        private = (life.answered.private - life.imported.private) / 1e6
    shutil.rmtree(folder)
    return Point(size, cost, either, both, any_words, min(opened.settled), private)


def _ms(asked: Asked) -> str:
    return pair(asked.times.ms(50), asked.times.ms(95))


def _slope(point: Point) -> float:
    """Return seconds per document found, by least squares."""
    asked = (point.either, point.any_words)
    matches = [found for each in asked for found in each.matches]
    return float(np.polyfit(matches, [t for each in asked for t in each.times.settled], 1)[0])


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
                    Line("OR", sizes, [point.either.times.ms(95) for point in points]),
                    Line("AND", sizes, [point.both.times.ms(95) for point in points]),
                ],
            ),
        ],
        "documents",
    )
