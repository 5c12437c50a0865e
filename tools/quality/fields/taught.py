"""Learn themes from publishers' labels and compare: curated list, classifier, the best of each.

    python -m tools.quality.fields.taught [fr] [en] [ar] [--most N]

The labels are those of ``sections.py``: of a section that may go with several themes the first
is taken. Scores are cross-validated, as ``trouvaille learn`` prints them.
"""

import argparse

from index import Document
from index.build import Labelled
from index.build.learning import labelled, learn
from tools.quality import press
from tools.quality.fields.sections import SECTIONS, TOPICS


def documents(language: str, most: int) -> list[Labelled]:
    """Return labelled texts of a language, spread over the whole of its press."""
    by_topic = {topic: theme for theme, names in TOPICS.items() for topic in names.split()}
    found = []
    for row in press(language):
        if language == "en":
            themes = {by_topic[topic] for topic in row["topics"] if topic in by_topic}
        else:
            themes = set(SECTIONS[language].get(row.get("category") or "", ())[:1])
        if themes:
            document = Document(row["id"], row["text"], row["title"] or "", language=language)
            parents = {theme.partition("/")[0] for theme in themes}
            found.append(labelled(document, frozenset(themes | parents)))
    return found[:: max(1, len(found) // most)][:most]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Compare curated and learned themes.")
    parser.add_argument("language", nargs="*")
    parser.add_argument("--most", type=int, default=3_000, help="texts of a language")
    options = parser.parse_args()
    print("| language | theme | texts | curated P R F1 | learned P R F1 | joined P R F1 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for language in options.language or ("fr", "en", "ar"):
        lesson = learn(documents(language, options.most))
        lines = [
            (each.theme, each.documents, (each.curated, each.learned, each.joined))
            for each in lesson.themes
        ]
        lines.append(("all", lesson.documents, (lesson.curated, lesson.learned, lesson.joined)))
        for name, count, scores in lines:
            cells = " | ".join(" ".join(f"{100 * value:.0f}" for value in s) for s in scores)
            print(f"| {language} | {name} | {count} | {cells} |")


if __name__ == "__main__":
    main()
