"""Learn what the expressions of themes are worth.

    python -m tools.vocabularies.learn_theme_weights

Writes ``index/vocabularies/themes-weights.tsv``: for each expression that enough texts of the press
archives have, the points that it is worth. Nothing of the texts is written, only our own
expressions and a figure for each. ``=`` stands for the points of its class: in a language that has
it, an expression that the file lacks is rare, and of one word it decides nothing alone.

A text that has an expression is *about* its theme if the agency or the publisher filed it there
(topics of Reuters, sections, categories), or else if other expressions of the theme, or of those
beside it, stand in it too. The share of such texts, over what chance gives, tells what the
expression is worth: one that stands in texts of every kind decides nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from index.analysis import fold_text
from index.extract import find_theme_expressions
from index.extract.organizations import find_organizations
from index.vocabularies import Expression, themes
from tools.quality import press
from tools.quality.fields.sections import SECTIONS, TOPICS

WEIGHTS = Path(__file__).parents[2] / "index" / "vocabularies" / "themes-weights.tsv"
EVERY = {"fr": 3, "en": 4, "es": 1, "de": 1, "pt": 2, "ar": 2}
"""Every how manieth text of an archive is read."""
COMPLETE = ("fr",)
"""Languages for which expressions of the points of their class are written too: what is missing is
rare. A rare German word is mostly a compound that says enough; other archives are small, or of one
field.
"""
LEAST = 10
"""Texts that must have an expression before its weight is learned."""
COMPANY, RELATED = 1.5, 0.5
"""Points of other expressions that make a text one about the theme, and what those of related
themes are worth."""
DOUBT = 4.0
"""Texts that the class of the expression weighs as much as: few texts change little."""
STEPS: dict[float, tuple[tuple[float, float], ...]] = {
    2.0: ((0.35, 2.0), (0.2, 1.0), (0.1, 0.75), (-1.0, 0.5)),
    1.0: ((0.4, 1.0), (0.2, 0.75), (0.05, 0.5), (-1.0, 0.25)),
    0.5: ((0.6, 0.75), (0.35, 0.5), (0.15, 0.25), (-1.0, 0.0)),
}
"""By what an expression is worth by its class: the least share for each weight."""
PRIOR = {2.0: 0.6, 1.0: 0.5, 0.5: 0.35}


class Text(NamedTuple):
    """The expressions of a text by theme, and the themes that it was filed under, if any."""

    expressions: Mapping[str, frozenset[Expression]]
    filed: frozenset[str]
    decided: frozenset[str]
    """The themes for which the label says yes or no."""


def texts(language: str) -> Iterator[Text]:
    """Yield the texts of an archive."""
    for row in islice(press(language), 0, None, EVERY[language]):
        title = row.get("title") or ""
        text = f"{title}\n\n{row['text']}" if title else row["text"]
        folded = fold_text(text)
        covered = find_organizations(text, language, folded).covered
        found: dict[str, set[Expression]] = defaultdict(set)
        for hit in find_theme_expressions(text, folded, language, covered, themes()):
            found[hit.pattern.theme].add(hit.pattern.expression)
        expressions = {theme: frozenset(listed) for theme, listed in found.items()}
        yield Text(expressions, *_labels(row, language))


def _labels(row: Mapping[str, Any], language: str) -> tuple[frozenset[str], frozenset[str]]:
    if language == "en":
        topics = set(row["topics"])
        filed = frozenset(theme for theme, names in TOPICS.items() if topics & set(names.split()))
        return filed, frozenset(TOPICS) if filed else frozenset()
    section = SECTIONS.get(language, {}).get(row.get("category") or "", ())
    return frozenset(section), frozenset()


def is_about(text: Text, theme: str, but: Expression | None) -> bool:
    """Return whether a text is about a theme, whatever one expression of the theme says."""
    if theme in text.decided:
        return theme in text.filed
    named = but.text if but else ""
    top = theme.partition("/")[0]
    points = 0.0
    for id, expressions in text.expressions.items():
        if id.partition("/")[0] == top:
            share = 1.0 if id == theme else RELATED
            points += share * sum(_class(each) for each in expressions if each.text != named)
    filed = top in text.filed
    return points >= (COMPANY / 2 if filed else COMPANY)


def _class(expression: Expression) -> float:
    return expression._replace(learned=None).weight_of(len(expression.text.split()))


def weights(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield theme, expression and weight (``=``: that of its class) of what enough texts have."""
    read = list(texts(language))
    having: Counter[tuple[str, Expression]] = Counter()
    about: Counter[tuple[str, Expression]] = Counter()
    chance: Counter[str] = Counter()
    for text in read:
        for theme, expressions in text.expressions.items():
            chance[theme] += is_about(text, theme, None)
            for expression in expressions:
                having[theme, expression] += 1
                about[theme, expression] += is_about(text, theme, expression)
    for (theme, expression), number in having.items():
        if number < LEAST or expression.sure:
            continue
        default = _class(expression)
        share = (about[theme, expression] + DOUBT * PRIOR[default]) / (number + DOUBT)
        usual = chance[theme] / len(read)
        over_chance = (share - usual) / (1 - usual)
        weight = next(weight for least, weight in STEPS[default] if over_chance >= least)
        if weight != default:
            yield theme, expression.text, f"{weight:g}"
        elif language in COMPLETE:
            yield theme, expression.text, "="


def main() -> None:
    """Write the file."""
    lines = ["# language\ttheme\texpression\tweight, learned by learn_theme_weights.py"]
    for language in EVERY:
        rows = sorted(weights(language))
        lines += [f"{language}\t{theme}\t{text}\t{weight}" for theme, text, weight in rows]
        print(f"{language}: {len(rows)} expressions that enough texts have")
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
