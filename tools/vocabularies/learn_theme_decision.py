"""Fit the laws by which a theme is given to judged documents.

    python -m tools.vocabularies.learn_theme_decision

Prints the laws for ``index/extract/theme_decision.py``: logistic regressions, one for themes at
the top and one for those below, over the themes that something supports in a text. Then precision
and recall by language and by file with the laws that the module has, and with laws that were
fitted without that file. The documents on which themes are measured are not read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.analysis import fold_text
from index.extract import score_themes
from index.extract.organizations import find_organizations
from index.extract.theme_decision import (
    CHILD,
    TOP,
    Candidate,
    Law,
    candidates,
    chances,
    given,
)
from tools.quality.fields.counts import Counts
from tools.quality.fields.judged import JudgedThemes, judged_themes, languages, with_parents
from tools.quality.fields.themes import PARTS, UNREAD

RIDGE = 1.0
"""How much the weights of features of unit variance are held small."""
ACCEPTABLE = 0.5
"""What an acceptable theme counts beside a main or a false one."""
Laws = tuple[Law, Law]
"""For themes at the top, and for those below."""


class Text(NamedTuple):
    """A judged document and the themes that something supports in it."""

    language: str
    part: str
    judged: JudgedThemes
    supported: Mapping[str, Candidate]


def texts() -> Iterator[Text]:
    """Yield the judged documents on which nothing is measured."""
    for kind, part in PARTS.items():
        for language in languages(kind) if kind not in UNREAD else ():
            for judged in judged_themes(language, kind):
                title = judged.document.title
                lead = f"{title}\n\n" if title else ""
                text = lead + judged.document.text
                folded = fold_text(text)
                names = find_organizations(text, language, folded)
                scores = score_themes(text, language, folded, names, len(lead))
                yield Text(language, part, judged, candidates(scores))


def laws(read: Sequence[Text]) -> Laws:
    """Fit both laws."""
    return _law(read, below=False), _law(read, below=True)


def _law(read: Sequence[Text], *, below: bool) -> Law:
    rows, right, weighed = [], [], []
    for text in read:
        for id, candidate in text.supported.items():
            if ("/" in id) == below:
                main, also = id in text.judged.main, id in text.judged.also
                rows.append(candidate.features)
                right.append(float(main or also))
                weighed.append(ACCEPTABLE if also and not main else 1.0)
    return Law(*map(float, _logistic(np.array(rows), np.array(right), np.array(weighed))))


def _logistic(
    rows: NDArray[np.float64], right: NDArray[np.float64], weighed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, by Newton's method; the first is the bias."""
    mean, spread = rows.mean(0), rows.std(0)
    mean[0], spread[0] = 0.0, 1.0
    scaled = (rows - mean) / spread
    ridge = RIDGE * np.eye(len(mean))
    ridge[0, 0] = 0.0
    weights = np.zeros(len(mean))
    for _ in range(30):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (weighed * (right - chance)) - ridge @ weights
        bend = (scaled.T * (weighed * chance * (1 - chance))) @ scaled + ridge
        weights += np.linalg.solve(bend, slope)
    weights /= spread
    weights[0] -= weights @ mean
    return weights


def counts(text: Text, by: Laws) -> Counts:
    """Return how many themes of a text are right, missed, false and acceptable by these laws."""
    themes = with_parents(frozenset(given(chances(text.supported, *by))))
    judged = text.judged
    return Counts(
        len(themes & judged.main),
        len(judged.main - themes),
        len(themes - judged.main - judged.also),
        len(themes & judged.also),
    )


def table(read: Sequence[Text]) -> Iterator[str]:
    """Yield a Markdown table: the laws of the module, and laws that have not seen the file."""
    parts = dict.fromkeys(text.part for text in read)
    without = {part: laws([text for text in read if text.part != part]) for part in parts}
    sums: dict[tuple[str, str], tuple[Counts, Counts]] = defaultdict(lambda: (Counts(), Counts()))
    for text in read:
        now, unseen = counts(text, (TOP, CHILD)), counts(text, without[text.part])
        for key in (
            (text.language, text.part),
            (text.language, "all"),
            ("all", text.part),
            ("all", "all"),
        ):
            sums[key] = sums[key][0].plus(now), sums[key][1].plus(unseen)
    yield "| language | file | P | R | left out: P | R |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for (language, part), both in sorted(sums.items()):
        figures = (f"{100 * x:.1f}" for each in both for x in (each.precision, each.recall))
        yield f"| {language} | {part} | {' | '.join(figures)} |"


def main() -> None:
    """Print the laws and the table."""
    read = list(texts())
    for name, law in zip(("TOP", "CHILD"), laws(read), strict=True):
        print(f"{name} = Law({', '.join(f'{weight:.2f}' for weight in law)})")
    print("\n".join(table(read)))


if __name__ == "__main__":
    main()
