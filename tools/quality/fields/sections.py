"""Score top-level themes against the sections and topics that publishers gave their texts.

    python -m tools.quality.fields.sections [LANGUAGE ...] [--every N]

Those labels are not judgements of themes: a text stands in one section whatever else it is about,
and sections such as "Panorama" or "local news" have no theme. So only texts of a mapped section
count; recall is over the theme of their section, precision over those of their themes that are
the theme of any mapped section. A text may have more themes than its section; what is right among
those counts as wrong here, and precision is a lower bound.
"""

import argparse
from collections import Counter
from itertools import islice
from typing import Any

from index import Document
from index.extract import ExtractionOptions, extract
from tools.quality import press
from tools.quality.fields.counts import Counts

SECTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "fr": {
        "politique": ("politics",),
        "societe/people": ("human-interest", "culture"),
        "societe/fait-divers": ("crime", "disaster"),
        "societe/insolite": ("human-interest",),
        "societe/culture": ("culture",),
        "societe/environnement": ("environment", "weather", "disaster"),
        "societe/high-tech": ("economy", "science"),
        "societe/media": ("culture",),
    },
    "ar": {
        "sport": ("sport",),
        "politic": ("politics",),
        "economy": ("economy",),
        "culture": ("culture",),
        "technology": ("economy", "science"),
    },
    "de": {
        "Web": ("economy", "science"),
        "Wirtschaft": ("economy", "labour"),
        "Sport": ("sport",),
        "Inland": ("politics",),
        "Etat": ("culture",),
        "Wissenschaft": ("science", "health", "environment"),
        "Kultur": ("culture",),
        "International": ("politics", "conflict"),
    },
    "pt": {
        "politica": ("politics", "crime"),
        "tv_celebridades": ("culture", "human-interest"),
        "ciencia_tecnologia": ("science", "economy"),
        "economia": ("economy",),
        "religiao": ("religion",),
    },
}
"""A section may go with either of several themes: one of them is expected, all are right."""

TOPICS = {
    "economy/business": "earn acq",
    "economy/banking": "money-fx interest dlr money-supply reserves",
    "economy/energy": "crude nat-gas gas fuel heat pet-chem",
    "economy/agriculture": (
        "grain wheat corn sugar oilseed veg-oil coffee livestock soybean cocoa cotton carcass rice"
        " barley palm-oil rubber rapeseed sorghum soy-meal meal-feed hog orange tea"
    ),
    "economy/trade": "trade bop",
    "economy/transport": "ship",
    "economy/macroeconomics": "gnp cpi ipi wpi lei",
    "economy/mining": "gold copper iron-steel alum zinc tin silver lead strategic-metal",
    "labour/employment": "jobs",
}
"""Reuters topics by our sub-themes."""


def themes_of(row: dict[str, Any], language: str) -> frozenset[str]:
    """Return the themes that the index gives a text."""
    document = Document(row["id"], row["text"], row.get("title") or "", language=language)
    return frozenset(theme.id for theme in extract(document, ExtractionOptions()).themes)


def sections(language: str, every: int) -> dict[str, Counts]:
    """Score by section; add them up for all."""
    mapped = SECTIONS[language]
    compared = frozenset(theme for expected in mapped.values() for theme in expected)
    counts: dict[str, Counts] = {}
    for row in islice(press(language), 0, None, every):
        expected = mapped.get(row.get("category") or "")
        if expected:
            found = themes_of(row, language) & compared
            right = bool(found & set(expected))
            wrong = len(found - set(expected))
            name = row["category"]
            one = Counts(int(right), int(not right), wrong, 0)
            counts[name] = counts.get(name, Counts()).plus(one)
    return counts


def topics(every: int) -> dict[str, Counts]:
    """Score sub-themes against the topics of the English texts that have one we map."""
    by_topic = {topic: theme for theme, names in TOPICS.items() for topic in names.split()}
    counts: dict[str, Counts] = {theme: Counts() for theme in TOPICS}
    for row in islice(press("en"), 0, None, every):
        listed = row["topics"]
        expected = {by_topic[topic] for topic in listed if topic in by_topic}
        if not expected:
            continue
        found = themes_of(row, "en")
        for theme in TOPICS:
            one = Counter(
                right=theme in expected and theme in found,
                missed=theme in expected and theme not in found,
                false=theme not in expected and theme in found,
            )
            counts[theme] = counts[theme].plus(Counts(one["right"], one["missed"], one["false"], 0))
    return counts


def main() -> None:
    """Print one table for all languages."""
    parser = argparse.ArgumentParser(description="Score themes against sections and topics.")
    parser.add_argument("language", nargs="*", help="languages; all that have labels if none")
    parser.add_argument("--every", type=int, default=7, help="score every n-th text only")
    options = parser.parse_args()
    print("| language | label | texts | P | R | F1 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for language in options.language or ("fr", "en", "de", "pt", "ar"):
        counts = topics(options.every) if language == "en" else sections(language, options.every)
        whole = Counts()
        for one in counts.values():
            whole = whole.plus(one)
        for name, one in [*counts.items(), ("all", whole)]:
            print(
                f"| {language} | {name} | {one.right + one.missed} | {one.precision:.0%} |"
                f" {one.recall:.0%} | {one.f1:.0%} |"
            )


if __name__ == "__main__":
    main()
