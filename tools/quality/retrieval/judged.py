"""Judged retrieval sets: documents, queries, judgements, and how an engine does on them."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tools.quality import DATA

FOLDER = DATA / "ir"
DEPTH = 10


@dataclass(frozen=True)
class Baseline:
    """Figures of others on the same queries: MRR@10, for Cranfield nDCG@10."""

    plain: float
    snowball: float
    lucene: float


@dataclass(frozen=True)
class JudgedSet:
    """One set; ``measure`` is the figure that is compared: ``mrr`` or ``ndcg``."""

    name: str
    measure: str
    baseline: Baseline

    @property
    def documents(self) -> Path:
        """The documents, as the JSON Lines reader takes them."""
        plain = FOLDER / self.name / "docs.jsonl"
        return plain if plain.exists() else plain.with_name("docs.jsonl.gz")

    def queries(self) -> dict[str, str]:
        """Return the text of each query by id."""
        with (FOLDER / self.name / "queries.jsonl").open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return {row["id"]: row["text"] for row in rows}

    def judgements(self) -> dict[str, dict[str, int]]:
        """Return the relevant documents of each query, with their grades (higher is better)."""
        judged: dict[str, dict[str, int]] = {}
        with (FOLDER / self.name / "qrels.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                judged.setdefault(row["query_id"], {})[row["doc_id"]] = int(row["relevance"])
        return judged


SETS = (
    JudgedSet("fr-servicepublic", "mrr", Baseline(0.623, 0.615, 0.647)),
    JudgedSet("fr-piaf", "mrr", Baseline(0.72, 0.75, 0.752)),
    JudgedSet("it-squad", "mrr", Baseline(0.769, 0.797, 0.797)),
    JudgedSet("en-cranfield", "ndcg", Baseline(0.517, 0.535, 0.530)),
)


class Figures(NamedTuple):
    """Means over the judged queries of a set, all of the first ten results.

    ``mrr``: reciprocal rank of the first relevant one; ``success``: share of the queries that
    have one; ``ndcg``: discounted gain, the gain being the grade itself; ``ndcg_exponential``:
    the same with a gain of 2^grade - 1, which is higher on Cranfield.
    """

    queries: int
    mrr: float
    success: float
    ndcg: float
    ndcg_exponential: float


def figures(found: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, int]]) -> Figures:
    """Score ranked document ids by query id; a query that is missing found nothing."""
    mrr = success = linear = exponential = 0.0
    for query, relevant in judged.items():
        grades = [relevant.get(id, 0) for id in found.get(query, ())][:DEPTH]
        ideal = sorted(relevant.values(), reverse=True)[:DEPTH]
        first = next((rank for rank, grade in enumerate(grades, 1) if grade > 0), None)
        if first is not None:
            mrr += 1 / first
            success += 1
        linear += _gain(grades) / _gain(ideal)
        exponential += _gain([2**g - 1 for g in grades]) / _gain([2**g - 1 for g in ideal])
    n = len(judged)
    return Figures(n, mrr / n, success / n, linear / n, exponential / n)


def mean(rows: Sequence[Figures]) -> Figures:
    """Return the means of figures, each with the same weight, and the number of all queries."""
    means = [sum(values) / len(rows) for values in zip(*(row[1:] for row in rows), strict=True)]
    return Figures(sum(row.queries for row in rows), *means)


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
