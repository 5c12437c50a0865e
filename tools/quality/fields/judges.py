"""Compare two judges who gave the same documents their themes apart from each other.

    python -m tools.quality.fields.judges [LANGUAGE ...] [--product]

For the main themes of each judge: how many the other has as main, finds acceptable, or would call
wrong. Parents count as themes. Nothing is extracted for this. ``--product`` also scores the themes
that the index gives, by each judge and by *either*: there a theme is right if one of the two has
it, and only those that both have as main must be found. Only totals are printed, so that nothing
is tuned on these documents. Returns 1 if no language has both files.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.quality.fields import themes
from tools.quality.fields.judged import JudgedThemes, judged_themes, languages

FIRST = "themes-sixth"
SECOND = "themes-sixth-second"

Pair = tuple[JudgedThemes, JudgedThemes]


class Agreement(NamedTuple):
    """What becomes of one judge's main themes with the other; the three add up to all of them."""

    main: int = 0
    acceptable: int = 0
    wrong: int = 0


def pairs(language: str) -> tuple[Pair, ...]:
    """Return the documents that both judged, in the order of the first; raises GoldError."""
    second = {each.document.id: each for each in judged_themes(language, SECOND)}
    return tuple(
        (each, second[each.document.id])
        for each in judged_themes(language, FIRST)
        if each.document.id in second
    )


def agreement(judged: Sequence[Pair]) -> Agreement:
    """Return how the second of each pair sees the main themes of the first."""
    return Agreement(
        main=sum(len(one.main & other.main) for one, other in judged),
        acceptable=sum(len(one.main & other.also) for one, other in judged),
        wrong=sum(len(one.main - other.main - other.also) for one, other in judged),
    )


def either(one: JudgedThemes, other: JudgedThemes) -> JudgedThemes:
    """Return both in one: main is what both have as main, acceptable whatever else one has."""
    main = one.main & other.main
    also = (one.main | one.also | other.main | other.also) - main
    return JudgedThemes(one.document, main, also, one.no_id + other.no_id)


def agreement_table(rows: dict[str, tuple[Pair, ...]]) -> Iterator[str]:
    """Yield a Markdown table, two rows a language: each judge's main themes seen by the other."""
    yield "| language | documents | main themes of | number | main | acceptable | wrong |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for language, judged in rows.items():
        turned = tuple((second, first) for first, second in judged)
        for name, seen in (("first", judged), ("second", turned)):
            counts = agreement(seen)
            number = sum(counts)
            shares = " | ".join(f"{each / max(number, 1):.1%}" for each in counts)
            yield f"| {language} | {len(judged)} | {name} | {number} | {shares} |"


def product_scores(
    judged: Sequence[Pair], extractor: themes.Extractor = themes.as_indexed
) -> dict[str, tuple[themes.DocumentScore, ...]]:
    """Score the extracted themes by the first judge, by the second, and by either."""
    assigned = [extractor(first.document) for first, _ in judged]
    views = {
        "first": [first for first, _ in judged],
        "second": [second for _, second in judged],
        "either": [either(*pair) for pair in judged],
    }
    return {
        name: tuple(map(themes.score, documents, assigned)) for name, documents in views.items()
    }


def main() -> int:
    """Print the agreement, and the scores of the product if they are asked for."""
    parser = argparse.ArgumentParser(description="Compare two judges of themes.")
    parser.add_argument("language", nargs="*", help="languages; all that both judged if none")
    parser.add_argument("--product", action="store_true", help="score the extracted themes too")
    options = parser.parse_args()
    both = [code for code in languages(FIRST) if code in languages(SECOND)]
    rows = {code: pairs(code) for code in both if code in (options.language or both)}
    if not rows:
        print(f"no language has both {FIRST} and {SECOND}", file=sys.stderr)
        return 1
    rows["all"] = tuple(pair for judged in rows.values() for pair in judged)
    print("\n".join(agreement_table(rows)))
    if options.product:
        scores = {
            f"{code}, {name}": of_judge
            for code, judged in rows.items()
            if code != "all"
            for name, of_judge in product_scores(judged).items()
        }
        for name in ("first", "second", "either"):
            of_all = [each for key, each in scores.items() if key.endswith(name)]
            scores[f"all, {name}"] = tuple(score for each in of_all for score in each)
        print()
        print("\n".join(themes.table(scores)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
