"""Score the themes of documents against those a reader gave them, at both levels.

    python -m tools.quality.fields.themes [LANGUAGE ...] [--errors]

Precision is over what was assigned, main and acceptable themes being right; recall is over the
main ones. A sub-theme brings its parent on both sides. ``none`` counts documents without a theme.
``--errors`` lists both kinds of errors by theme, but not those of the last files, which stay ones
nobody tunes on.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.document import Document, Theme
from index.extract import ExtractionOptions, extract
from tools.quality.fields.counts import Counts
from tools.quality.fields.judged import JudgedThemes, judged_themes, languages, with_parents

Extractor = Callable[[Document], Sequence[Theme]]

PARTS = {
    "themes": "first",
    "themes-second": "second",
    "themes-held-out": "third",
    "themes-unseen": "unseen",
    "themes-fresh": "fresh",
    "themes-newest": "newest",
    "themes-last": "last",
    "themes-final": "final",
    "themes-read": "read",
    "themes-sixth": "sixth",
    "themes-seventh": "seventh",
}
"""The files of judged themes and what they are called."""
UNREAD = ("themes-sixth", "themes-seventh")
"""Those whose errors are not read, so that nothing is tuned on them."""


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """The themes of one document: those that were right, acceptable, false, missed."""

    judged: JudgedThemes
    assigned: tuple[Theme, ...]
    right: frozenset[str]
    accepted: frozenset[str]
    false: frozenset[str]
    missed: frozenset[str]


def as_indexed(document: Document) -> Sequence[Theme]:
    """Return the themes that the index gives a document."""
    return extract(document, ExtractionOptions()).themes


def score_themes(
    language: str, extractor: Extractor = as_indexed, kind: str = "themes"
) -> tuple[DocumentScore, ...]:
    """Score every judged document of a language; add their counts with :func:`total`."""
    judged = judged_themes(language, kind)
    return tuple(score(each, extractor(each.document)) for each in judged)


def score(judged: JudgedThemes, assigned: Sequence[Theme]) -> DocumentScore:
    """Score the themes assigned to one document."""
    themes = with_parents(frozenset(theme.id for theme in assigned))
    return DocumentScore(
        judged=judged,
        assigned=tuple(assigned),
        right=themes & judged.main,
        accepted=themes & judged.also,
        false=themes - judged.main - judged.also,
        missed=judged.main - themes,
    )


def total(scores: Sequence[DocumentScore], *, top_level: bool | None = None) -> Counts:
    """Return the counts over all documents: of top-level themes, of sub-themes, or of both."""

    def number(themes: frozenset[str]) -> int:
        return sum(top_level is None or ("/" not in theme) == top_level for theme in themes)

    counts = Counts()
    for each in scores:
        parts = (each.right, each.missed, each.false, each.accepted)
        counts = counts.plus(Counts(*(number(part) for part in parts)))
    return counts


def table(rows: dict[str, tuple[DocumentScore, ...]]) -> Iterator[str]:
    """Yield a Markdown table, three rows a language."""
    yield "| language | documents | none | level | main themes | assigned | P | R | F1 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for language, scores in rows.items():
        none = sum(not each.assigned for each in scores)
        for name, level in (("both", None), ("top", True), ("sub", False)):
            counts = total(scores, top_level=level)
            yield (
                f"| {language} | {len(scores)} | {none} | {name} | "
                f"{counts.right + counts.missed} | "
                f"{counts.right + counts.accepted + counts.false} | {counts.precision:.1%} | "
                f"{counts.recall:.1%} | {counts.f1:.1%} |"
            )


def errors(scores: Sequence[DocumentScore]) -> Iterator[str]:
    """Yield the errors by theme: what decided for a false one, where one was missed."""
    false: dict[str, list[str]] = defaultdict(list)
    missed: dict[str, list[str]] = defaultdict(list)
    for each in scores:
        document = each.judged.document
        evidence = {theme.id: theme.evidence for theme in each.assigned}
        for theme in sorted(each.false):
            words = [document.text[a:b] for a, b in evidence.get(theme, ())]
            false[theme].append(f"{document.id}: {', '.join(dict.fromkeys(words))}")
        for theme in sorted(each.missed):
            missed[theme].append(document.id)
    for theme, lines in sorted(false.items(), key=lambda item: -len(item[1])):
        yield f"false {theme}, {len(lines)}"
        yield from (f"  {line}" for line in lines)
    for theme, ids in sorted(missed.items(), key=lambda item: -len(item[1])):
        yield f"missed {theme}, {len(ids)}: {' '.join(ids)}"


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description="Score themes on judged documents.")
    parser.add_argument("language", nargs="*", help="languages; all that have gold if none")
    parser.add_argument("--errors", action="store_true", help="list the errors but of the unseen")
    options = parser.parse_args()
    rows = {}
    for kind, name in PARTS.items():
        for code in languages(kind):
            if not options.language or code in options.language:
                rows[f"{code}, {name}"] = score_themes(code, kind=kind)
    print("\n".join(table(rows)))
    if options.errors:
        for code, scores in rows.items():
            if code.endswith(tuple(PARTS[kind] for kind in UNREAD)):
                continue  # who reads its errors must draw another
            print(f"\n{code}")
            print("\n".join(errors(scores)))


if __name__ == "__main__":
    main()
