"""How many candidates of a shard are enough for search across languages on a cluster.

    python -m tools.quality.candidates [--rows FILE]

Dispatches in six languages are encoded, and the questions and subjects of ``tools.quality.across``.
Of each question, the documents in other languages whose cosine is highest are compared with what a
cluster finds (``search.opensearch.across``): the same, where they are among the candidates that are
nearest by the estimate from signs. So many documents are taken for one shard. ``FILE`` keeps what
was encoded.
"""

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np

from index import embedding
from search.across import LEAST, LIMIT
from search.opensearch.across import CANDIDATES
from tools.bench.tables import Table
from tools.quality import press
from tools.quality.across import lines
from tools.quality.retrieval.judged import DEPTH

DRAWN: Final = {"ar": 3_600, "de": 1_026, "en": 3_600, "es": 598, "fr": 3_600, "pt": 3_600}
STEPS: Final = (8, 4, 2, 1)
"""Every so-many-th document is taken."""
COUNTS: Final = (20, 50, 100, 200, 500, CANDIDATES)


def encoded() -> dict[str, Any]:
    """Return rows with their languages, and the vectors of questions with theirs."""
    asked = lines("across-questions.tsv")
    wanted = {id for _, id, _ in asked}
    texts, languages = [], []
    for language, count in DRAWN.items():
        rows = list(press(language))
        step = max(1, len(rows) // count)
        for number, row in enumerate(rows):
            if number % step and row["id"] not in wanted:
                continue
            texts.append(embedding.encodable(language, row.get("title") or "", row["text"]))
            languages.append(language)
    made = embedding.hashed(texts)
    embedding.fill(made, texts, lambda rows, places: iter(()))
    spoken = [(language, text) for language, _, text in asked]
    spoken += [("fr", text) for text, _ in lines("across-subjects.tsv")]
    questions = embedding.encoder().encode([text for _, text in spoken])
    return {
        "rows": made,
        "langs": np.array(languages),
        "q": questions,
        "ql": np.array([language for language, _ in spoken]),
    }


def table(given: dict[str, Any]) -> Table:
    """Return in what share of the questions nothing is missed, by documents and candidates."""
    columns = ["documents of a shard", "first", *(f"{count} candidates" for count in COUNTS)]
    made = Table("Questions of which nothing is missed", columns)
    for step in STEPS:
        rows, languages = given["rows"][::step], given["langs"][::step]
        signs = np.where(rows[:, embedding.HASH :] > 0, np.float32(1), np.float32(-1))
        for first, least in ((DEPTH, 1e-6), (LIMIT, LEAST)):
            whole = np.zeros(len(COUNTS))
            for question, language in zip(given["q"], given["ql"], strict=True):
                others = np.flatnonzero(languages != language)
                cosines = embedding.nearness(rows[others], question)
                best = np.argsort(-cosines, kind="stable")[:first]
                best = best[cosines[best] >= least]
                estimates = signs[others] @ question
                ranks = np.argsort(np.argsort(-estimates, kind="stable"))[best]
                whole += [int(ranks.max(initial=-1)) < count for count in COUNTS]
            shares = [f"{share:.1%}" for share in whole / len(given["q"])]
            shown = f"{first} shown" if least > 0.1 else f"{first}"
            made.add(f"{len(rows):,}", shown, *shares)
    return made


def main() -> None:
    """Encode, or read what was encoded, and print the table."""
    parser = argparse.ArgumentParser(description="Count candidates of search across languages.")
    parser.add_argument("--rows", type=Path, help="file that keeps what was encoded (.npz)")
    options = parser.parse_args()
    if options.rows and options.rows.exists():
        with np.load(options.rows) as kept:
            given = dict(kept)
    else:
        given = encoded()
        if options.rows:
            np.savez(options.rows, **given)
    print(table(given).markdown())


if __name__ == "__main__":
    main()
