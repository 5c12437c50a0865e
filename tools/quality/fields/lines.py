"""Count the lines of the organization facet over the press archives.

    python -m tools.quality.fields.lines [--every N]

A line is a value of the facet, with the label that most documents write, or that of the authority.
Printed are how many there are, how many stand in one document alone, groups of lines with equal
labels, lines that repeat a name of the authority but for case, accents or a legal form, and how
many lines a reader may see first.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable

from index.analysis import fold_key
from index.document import Document
from index.extract import ExtractionOptions, extract
from index.facets import VALUE_FACETS
from index.vocabularies import grammar, organizations
from tools.quality import press

ARCHIVES = ("fr", "en", "es", "de", "pt", "ar")
_CORPORATE = frozenset(("group", "groupe", "grupo", "gruppo", "holding"))


def count_lines(every: int = 1) -> tuple[int, int, Counter[str], dict[str, str]]:
    """Return documents, those without a line, documents by line, and the label of each line."""
    options = ExtractionOptions()
    facet = VALUE_FACETS["organization"]
    values_of = facet.values
    documents = bare = 0
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for language in ARCHIVES:
        for row in list(press(language))[::every]:
            document = Document(
                row["id"], row["text"], row.get("title") or "", row.get("date") or "",
                language=language,
            )  # fmt: skip
            values = values_of(document, extract(document, options)) if values_of else ()
            documents += 1
            bare += not values
            for value, label in values:
                counts[value] += 1
                written[value][label] += 1
    labels = {}
    for value, forms in written.items():
        label = max(forms.items(), key=lambda form: (form[1], form[0]))[0]
        labels[value] = facet.known_label(value, "fr") or label or value
    return documents, bare, counts, labels


def repeated(labels: Iterable[tuple[str, str]]) -> list[str]:
    """Return unknown lines whose label is a name of the authority but for a legal form."""
    known = {
        fold_key(name.text)
        for entry in organizations().entries.values()
        for name in entry.names
        if not name.ambiguous
    }
    legal = grammar("und")["legal"] | _CORPORATE
    repeats = []
    for value, label in labels:
        words = fold_key(label).split()
        while len(words) > 1 and words[-1] in legal:
            words.pop()
        if value.startswith("~") and " ".join(words) in known:
            repeats.append(value)
    return repeats


def main() -> None:
    """Print the figures, and the largest groups of equal labels."""
    parser = argparse.ArgumentParser(description="Count the lines of the organization facet.")
    parser.add_argument("--every", type=int, default=1, help="take every Nth document")
    documents, bare, counts, labels = count_lines(parser.parse_args().every)
    single = [value for value, count in counts.items() if count == 1]
    unknown = sum(value.startswith("~") for value in counts)
    groups: dict[str, list[str]] = defaultdict(list)
    for value, label in labels.items():
        groups[label].append(value)
    equal = sorted((values for values in groups.values() if len(values) > 1), key=len, reverse=True)
    weak = VALUE_FACETS["organization"].weak
    first = sum(
        count > 1 or not (weak and weak(value, labels[value])) for value, count in counts.items()
    )
    print(f"documents                      {documents:,}, without a line {bare:,}")
    print(f"lines                          {len(counts):,}, unknown to the authority {unknown:,}")
    print(f"lines in one document          {len(single):,} = {len(single) / len(counts):.0%}")
    print(f"lines that may be listed first {first:,}")
    print(f"groups of equal labels         {len(equal):,}, lines in them {sum(map(len, equal)):,}")
    print(f"lines that repeat the authority {len(repeated(labels.items())):,}")
    for values in equal[:8]:
        print(f"  {labels[values[0]]}: {', '.join(values)}")


if __name__ == "__main__":
    main()
