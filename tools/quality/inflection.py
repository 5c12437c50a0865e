"""Count the singulars and plurals of the press that do not find each other.

    python -m tools.quality.inflection [--list] [LANGUAGE ...]

A pair is two words that differ by an ending of plurals (``ENDINGS``), each in at least five
documents. It is missed if its words have no form in common. Pairs of function words, and those that
``inflection-judged.txt`` names, which only look like singular and plural, are left out. There is no
Italian press; the passages of it-squad take its place.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from index.analysis import analyzer, fold, normalize
from tools.quality import DATA, rows

SEEN: Final = 5
ENDINGS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "fr": (("", "s"), ("", "x"), ("al", "aux"), ("ail", "aux")),
    "es": (("", "s"), ("", "es"), ("z", "ces")),
    "pt": (("", "s"), ("", "es"), ("m", "ns"), ("l", "is"), ("ão", "ões")),
    "de": (("", "s"), ("a", "en"), ("um", "en"), ("o", "en"), ("in", "innen"), ("nis", "nisse")),
    "en": (("", "s"), ("", "es"), ("y", "ies"), ("man", "men"), ("f", "ves"), ("fe", "ves")),
    "it": (("co", "chi"), ("go", "ghi"), ("ca", "che"), ("ga", "ghe"), ("o", "i"), ("a", "e")),
    "ar": (("", "ا"),),
}
"""Endings of the singular and of the plural, in Arabic of the indefinite accusative."""
_JUDGED = Path(__file__).with_name("inflection-judged.txt")
_WORD = re.compile(r"[^\W\d_]{3,}")


def documents(language: str) -> Iterator[set[str]]:
    """Yield the words of each document, normalised; of Arabic folded."""
    path = DATA / "press" / language / "dispatches.jsonl.gz"
    spelling = fold if language == "ar" else normalize
    for row in rows(path if path.exists() else DATA / "ir" / "it-squad" / "docs.jsonl"):
        yield set(map(spelling, _WORD.findall(f"{row.get('title', '')} {row['text']}")))


def judged() -> set[tuple[str, str, str]]:
    """Return the pairs that are none: language and both words."""
    lines = _JUDGED.read_text("utf-8").splitlines()
    fields = [line.split() for line in lines if line and not line.startswith("#")]
    return {(language, *pair.split("/", 1)) for language, *pairs in fields for pair in pairs}  # type: ignore[misc]


def pairs(language: str) -> list[tuple[str, str]]:
    """Return the pairs of words that may be singular and plural, in five documents each."""
    frequency: Counter[str] = Counter()
    for words in documents(language):
        frequency.update(words)
    known = {word for word, count in frequency.items() if count >= SEEN}
    found = {
        (word, other)
        for word in known
        for singular, plural in ENDINGS[language]
        if word.endswith(singular)
        and (other := word[: len(word) - len(singular)] + plural) in known
    }
    return sorted(found - {(one, other) for suffix, one, other in judged() if suffix == language})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Count plurals that do not find their singular.")
    parser.add_argument("--list", action="store_true", help="name the pairs that are missed")
    parser.add_argument("languages", nargs="*", default=list(ENDINGS))
    options = parser.parse_args()
    print("| language | pairs | missed | share |\n| --- | --- | --- | --- |")
    for language in options.languages:
        found = pairs(language)
        words = sorted({word for pair in found for word in pair})
        analysed = analyzer(language).analyse_words(words).forms
        forms = {word: set(of_word) for word, of_word in zip(words, analysed, strict=True)}
        real = [pair for pair in found if forms[pair[0]] and forms[pair[1]]]
        missed = [pair for pair in real if not forms[pair[0]] & forms[pair[1]]]
        share = len(missed) / max(len(real), 1)
        print(f"| {language} | {len(real):,} | {len(missed)} | {share:.1%} |")
        if options.list:
            print(" ".join(f"{one}/{other}" for one, other in missed))


if __name__ == "__main__":
    main()
