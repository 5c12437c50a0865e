"""List by theme and language how many documents rest on one expression alone.

    python -m tools.quality.fields.support [LANGUAGE ...] [--every N] [--all]

A document rests on one expression if nothing else in it speaks for the theme. Names the
expression that most of them rest on. Lists themes that at least ``LEAST`` documents have and of
which more than a fifth rest on one and the same expression, each with the reason why it may
(``REASONS``); returns 1 if a reason is missing. ``--all`` lists every theme.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from index.analysis import fold_text
from index.extract import decided_themes, score_themes
from index.extract.organizations import find_organizations
from tools.quality import press

LANGUAGES = ("fr", "en", "es", "de", "pt", "ar")
LEAST = 10
MOST = 0.2
REASONS: dict[tuple[str, str], str] = {
    ("fr", "crime/organised-crime"): "bande organisée is the name of the crime",
    ("fr", "labour/wages"): "salaire, in the title or three times",
    ("fr", "society/migration"): "migrant, in the title or three times",
    ("fr", "culture/visual-arts"): "musée, in the title or three times",
    ("fr", "politics/espionage"): "service de renseignement, in the title or twice",
    ("fr", "politics/human-rights"): "censure, in the title or twice",
    ("en", "health/care"): "hospital, in the title or twice",
    ("en", "health/medicine"): "pharmaceutical, in the title or three times",
    ("en", "economy/public-finance"): "tax, in the title or three times",
    ("en", "economy/development"): "World Bank, which lends for it, in the title or three times",
    ("en", "economy/housing"): "mortgage, in the title or three times",
    ("de", "society/migration"): "Migranten, in the title or three times",
    ("de", "politics/european-union"): "the European Parliament is named, which decides",
    ("pt", "crime/organised-crime"): "organização criminosa is the name of the crime",
    ("pt", "crime/terrorism"): "the Islamic State is named, which decides",
    ("ar", "science"): "البحث العلمي, scientific research, in the title or twice",
    ("ar", "disaster/explosion"): "انفجار, an explosion, in the title or twice",
    ("ar", "religion/islam"): "the month of Ramadan, in the title or three times",
    ("ar", "society/migration"): "هجرة, migration, in the title or twice",
}
"""Why documents of a theme in a language may rest on one expression: by language and theme."""


class Support(NamedTuple):
    """Of the documents that have a theme: how many rest on one expression, and on which one."""

    documents: int
    on_one: int
    most: str
    on_most: int


def support(language: str, every: int) -> dict[str, Support]:
    """Return the support of the themes of a language."""
    documents: Counter[str] = Counter()
    alone: dict[str, Counter[str]] = defaultdict(Counter)
    for row in islice(press(language), 0, None, every):
        title = row.get("title") or ""
        lead = f"{title}\n\n" if title else ""
        text = lead + row["text"]
        folded = fold_text(text)
        found = find_organizations(text, language, folded)
        scores = score_themes(text, language, folded, found, len(lead))
        for theme, score in decided_themes(scores).items():
            documents[theme] += 1
            if len(score.counts) == 1:
                alone[theme].update(score.counts.keys())
    return {
        theme: Support(number, alone[theme].total(), *_most(alone[theme]))
        for theme, number in sorted(documents.items())
    }


def _most(counts: Counter[str]) -> tuple[str, int]:
    return counts.most_common(1)[0] if counts else ("", 0)


def table(language: str, supports: dict[str, Support], every_theme: bool) -> Iterator[str]:
    """Yield the rows of a language."""
    for theme, (documents, on_one, most, on_most) in supports.items():
        share = on_most / documents
        if every_theme or (share > MOST and documents >= LEAST):
            reason = REASONS.get((language, theme), "" if share <= MOST else "none given")
            yield (
                f"| {language} | {theme} | {documents} | {on_one / documents:.0%} | {most} "
                f"| {share:.0%} | {reason} |"
            )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Count documents that rest on one expression.")
    parser.add_argument("language", nargs="*", default=LANGUAGES)
    parser.add_argument("--every", type=int, default=5, help="read every so manieth document")
    parser.add_argument("--all", action="store_true", help="list every theme")
    options = parser.parse_args()
    print("| language | theme | documents | rest on one expression | most on | share | reason |")
    print("| --- | --- | ---: | ---: | --- | ---: | --- |")
    missing = False
    for language in options.language:
        supports = support(language, options.every)
        for row in table(language, supports, options.all):
            missing |= "none given" in row
            print(row, flush=True)
        documents = sum(each.documents for each in supports.values())
        on_one = sum(each.on_one for each in supports.values())
        print(f"| {language} | all | {documents} | {on_one / documents:.0%} | | | |", flush=True)
    return int(missing)


if __name__ == "__main__":
    sys.exit(main())
