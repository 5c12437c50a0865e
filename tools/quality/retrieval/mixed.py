"""All judged sets and dispatches of the press in one index, asked in several ways.

    python -m tools.quality.retrieval.mixed [--indexes DIR] [--queries N] [--ablation] [--json]
                                            [--write FILE]

A mixed archive is what readers have. The sets of ``judged`` are indexed together with dispatches
in six languages. Dispatches are indexed without their title and first sentence, and are asked for
by these: the right answer is the dispatch itself.

The kinds of questions, each drawn evenly from all there are:

- ``questions``: the questions of a set, as they are;
- ``key words``: the three rarest words of each question, as readers who type little do;
- ``headlines`` and ``leads``: titles and first sentences of dispatches.
"""

import argparse
import gzip
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from index import IndexDirectory
from index.analysis import ANALYZERS, analyzer, tokenize
from index.build import rebuild
from tools.quality import DATA
from tools.quality.retrieval.evaluate import VARIANTS, through_the_engine, with_parameters, write
from tools.quality.retrieval.judged import SETS, Figures, figures, mean

PRESS = {"fr": 6_000, "en": 3_000, "ar": 2_000, "pt": 1_500, "de": 800, "es": 600}
"""Dispatches of each language."""
GROUPS = ("questions", "headlines", "leads", "key words")
_SENTENCE = re.compile(r"[^\n]{60,300}?[.!?](?=\s)")
_KEY_WORDS = 3


class AskedKind(NamedTuple):
    """Questions of one kind and language, with the relevant documents of each."""

    name: str
    queries: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]


def dispatches(language: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield dispatches as they are indexed, with the title and the lead that were cut out."""
    path = DATA / "press" / language / "dispatches.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows[:: max(1, len(rows) // PRESS[language])]:
        text = str(row["text"])
        lead = _SENTENCE.match(text.lstrip("\ufeff"))
        rest = text[lead.end() :].strip() if lead else ""
        if len(rest) > 300 and lead:
            document = {"id": row["id"], "text": rest, "date": row["date"]}
            yield document, str(row["title"]), lead[0]


def write_documents(path: Path) -> list[AskedKind]:
    """Write all documents to a JSON Lines file and return what is asked about them."""
    kinds: list[AskedKind] = []
    frequency: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as file:
        for judged in SETS:
            opened = gzip.open if judged.documents.suffix == ".gz" else open
            with opened(judged.documents, "rt", encoding="utf-8") as lines:
                for line in lines:
                    file.write(line)
                    row = json.loads(line)
                    frequency.update({token.folded for token in tokenize(str(row["text"]))})
            kinds.append(
                AskedKind(f"{judged.name}, questions", judged.queries(), judged.judgements())
            )
        for language in PRESS:
            titles, leads = {}, {}
            for document, title, lead in dispatches(language):
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
                frequency.update({token.folded for token in tokenize(document["text"])})
                leads[document["id"]] = lead
                if len(title.split()) > 3:
                    titles[document["id"]] = title
            for name, asked in (("headlines", titles), ("leads", leads)):
                if len(asked) > 100:
                    own = {id: {id: 1} for id in asked}
                    kinds.append(AskedKind(f"press {language}, {name}", asked, own))
    for kind in [kind for kind in kinds if "leads" not in kind.name and "cran" not in kind.name]:
        words = {id: key_words(text, frequency) for id, text in kind.queries.items()}
        name = kind.name.replace("questions", "key words").replace("headlines", "key words")
        kinds.append(AskedKind(name, {id: text for id, text in words.items() if text}, kind.judged))
    return kinds


def key_words(text: str, frequency: Mapping[str, int]) -> str:
    """Return the three rarest words that some document has, in their order; empty if fewer."""
    words = [
        token
        for token in tokenize(text)
        if token.kind in ("word", "number") and frequency[token.folded]
        if not any(analyzer(suffix).is_stop(token) for suffix in ANALYZERS)
    ]
    rarest = sorted(words, key=lambda token: frequency[token.folded])[:_KEY_WORDS]
    chosen = [token for token in words if token in rarest]
    return (
        " ".join(text[token.start : token.end] for token in chosen[:_KEY_WORDS])
        if len(chosen) >= _KEY_WORDS
        else ""
    )


def drawn(kind: AskedKind, most: int) -> AskedKind:
    """Return at most so many questions, evenly drawn."""
    ids = [id for id in kind.queries if id in kind.judged]
    step = max(1, -(-len(ids) // most))
    kept = list(islice(ids, 0, None, step))
    return kind._replace(
        queries={id: kind.queries[id] for id in kept}, judged={id: kind.judged[id] for id in kept}
    )


def prepare(folder: Path, most: int) -> tuple[IndexDirectory, list[AskedKind]]:
    """Return the index, built in ``folder`` unless it is there, and what is asked."""
    documents = folder / "mixed.jsonl"
    kinds = [drawn(kind, most) for kind in write_documents(documents)]
    index = folder / "mixed"
    if not (index / "current").exists():
        rebuild(index, [documents])
    return IndexDirectory(index), kinds


def evaluate(kinds: Sequence[AskedKind], ask: Callable[[str], list[str]]) -> dict[str, Figures]:
    """Return the figures of each kind of question, and the means of each group."""
    rows = {
        kind.name: figures({id: ask(text) for id, text in kind.queries.items()}, kind.judged)
        for kind in kinds
    }
    for group in GROUPS:
        rows[f"all {group}"] = mean([row for name, row in rows.items() if name.endswith(group)])
    return rows


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(description="Score retrieval in one archive of all sets.")
    parser.add_argument("--indexes", type=Path, help="folder that keeps the index")
    parser.add_argument("--queries", type=int, default=400, help="questions of each kind")
    parser.add_argument("--ablation", action="store_true", help="leave parts of the ranking out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--write", type=Path, help="Markdown file whose table is replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        archive, kinds = prepare(options.indexes or Path(temporary), options.queries)
        rows = evaluate(kinds, through_the_engine(archive))
        variants = {
            name: evaluate(kinds, with_parameters(archive.current(), parameters))
            for name, parameters in (VARIANTS.items() if options.ablation else ())
        }
    if options.json:
        print(json.dumps({name: row._asdict() for name, row in rows.items()}))
        return
    lines = ["| asked | queries | MRR@10 | success@10 |", "| --- | --- | --- | --- |"]
    for name, row in rows.items():
        lines.append(f"| {name} | {row.queries} | {row.mrr:.3f} | {row.success:.3f} |")
    if variants:
        lines += ["", f"| variant | {' | '.join(GROUPS)} |", "| --- |" + " --- |" * len(GROUPS)]
    for name, found in variants.items():
        cells = (f"{found[f'all {group}'].mrr:.4f}" for group in GROUPS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if options.write:
        write(options.write, lines, "mixed figures")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
