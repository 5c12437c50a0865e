"""Score retrieval through the public engine on judged sets of questions.

    python -m tools.quality.retrieval.evaluate [--set NAME] [--json] [--ablation]
                                               [--indexes DIR] [--write docs/retrieval.md]

Each set is indexed as any archive is, and each of its queries asked as a reader would, ten
results at a time. ``--ablation`` asks again with one part of the ranking left out at a time.
``--write`` replaces the table in a Markdown file. ``--indexes`` keeps the indexes, or uses those
that are there.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index import IndexDirectory, Snapshot
from index.build import rebuild
from search.query import parse
from search.request import SearchRequest
from search.scoring import PARAMETERS, Evaluation, Parameters, Ranking, answer
from search.whoosh_engine import WhooshEngine
from tools.quality.retrieval.judged import DEPTH, SETS, Figures, JudgedSet, figures

VARIANTS: Mapping[str, Parameters] = {
    "as released": PARAMETERS,
    "without the exact word": replace(PARAMETERS, exact=0.0),
    "without proximity": replace(PARAMETERS, proximity=0.0),
    "folded forms count in full": replace(PARAMETERS, inexact=1.0),
    "titles count as the body does": replace(PARAMETERS, title_weight=1.0),
    "titles are not searched": replace(PARAMETERS, title_weight=0.0),
    "b = 0.75 in the body": replace(PARAMETERS, body_b=0.75),
}


def index(judged: JudgedSet, folder: Path) -> IndexDirectory:
    """Return the index of a set, built in ``folder`` unless it is there."""
    path = folder / judged.name
    if not (path / "current").exists():
        rebuild(path, [judged.documents])
    return IndexDirectory(path)


def through_the_engine(archive: IndexDirectory) -> Callable[[str], list[str]]:
    """Return a function from a query to the ids of the first ten results."""
    engine = WhooshEngine(archive)

    def ask(text: str) -> list[str]:
        request = SearchRequest(q=text, per_page=DEPTH, facets=(), highlight="false")
        return [result.id for result in engine.search(request).results]

    return ask


def with_parameters(generation: Snapshot, parameters: Parameters) -> Callable[[str], list[str]]:
    """Return the same under other parameters than those of the engine."""

    def ask(text: str) -> list[str]:
        parsed = parse(text, generation.analyzers)
        matches = answer(parsed, Evaluation(generation, parameters=parameters)).matches
        ranked = Ranking(matches, "relevance", generation).slice(0, DEPTH)
        return [generation.stored_fields.get(doc)[0].id for doc, _ in ranked]

    return ask


def score(judged: JudgedSet, ask: Callable[[str], list[str]]) -> Figures:
    """Ask every query of a set and score the answers."""
    return figures({id: ask(text) for id, text in judged.queries().items()}, judged.judgements())


def table(rows: Mapping[str, Figures]) -> Iterator[str]:
    """Yield a Markdown table of the figures of sets beside those of others."""
    yield "| set | queries | compared by | plain BM25 | Snowball, folded | Lucene 9 | Trouvaille |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for judged in SETS:
        if judged.name in rows:
            found, base = rows[judged.name], judged.baseline
            measure = "nDCG@10" if judged.measure == "ndcg" else "MRR@10"
            yield (
                f"| {judged.name} | {found.queries} | {measure} | {base.plain:.3f} | "
                f"{base.snowball:.3f} | {base.lucene:.3f} | "
                f"**{getattr(found, judged.measure):.3f}** |"
            )
    yield ""
    yield "| set | MRR@10 | success@10 | nDCG@10, linear gain | nDCG@10, exponential gain |"
    yield "| --- | --- | --- | --- | --- |"
    for name, found in rows.items():
        yield (
            f"| {name} | {found.mrr:.3f} | {found.success:.3f} | {found.ndcg:.3f} | "
            f"{found.ndcg_exponential:.3f} |"
        )


def ablation_table(rows: Mapping[str, Mapping[str, Figures]]) -> Iterator[str]:
    """Yield a Markdown table of variants: for each set the figure it is compared by."""
    sets = [judged for judged in SETS if all(judged.name in found for found in rows.values())]
    yield " | ".join(["| variant", *(judged.name for judged in sets)]) + " |"
    yield "| --- |" + " --- |" * len(sets)
    for variant, found in rows.items():
        cells = [f"{getattr(found[judged.name], judged.measure):.4f}" for judged in sets]
        yield " | ".join([f"| {variant}", *cells]) + " |"


def write(path: Path, lines: Sequence[str], name: str = "figures") -> None:
    """Replace what stands between the marks of a name in a Markdown file."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{chr(10).join(lines)}\n{end}{after}", encoding="utf-8")


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(description="Score retrieval on judged sets of questions.")
    names = [judged.name for judged in SETS]
    parser.add_argument("--set", action="append", choices=names, help="only this set; repeatable")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--ablation", action="store_true", help="leave parts of the ranking out")
    parser.add_argument("--indexes", type=Path, help="folder that keeps the indexes")
    parser.add_argument("--write", type=Path, help="Markdown file whose table is replaced")
    options = parser.parse_args()

    rows: dict[str, Figures] = {}
    variants: dict[str, dict[str, Figures]] = {name: {} for name in VARIANTS}
    with tempfile.TemporaryDirectory() as temporary:
        for judged in SETS:
            if options.set and judged.name not in options.set:
                continue
            archive = index(judged, options.indexes or Path(temporary))
            rows[judged.name] = score(judged, through_the_engine(archive))
            if options.ablation:
                for variant, parameters in VARIANTS.items():
                    ask = with_parameters(archive.current(), parameters)
                    variants[variant][judged.name] = score(judged, ask)
    lines = list(table(rows))
    if options.ablation:
        lines += ["", *ablation_table(variants)]
    if options.write:
        write(options.write, lines)
    if options.json:
        print(json.dumps({name: found._asdict() for name, found in rows.items()}))
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
