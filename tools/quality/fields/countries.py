"""Score the countries found against those a reader found, distinct in each document.

    python -m tools.quality.fields.countries [LANGUAGE ...] [--errors]
        [--part unseen-countries]

Titles are judged with the texts. What is judged optional is neither right nor wrong.
"""

import argparse
from dataclasses import dataclass

from index.extract import ExtractionOptions, extract
from tools.quality.fields.counts import Counts, table
from tools.quality.fields.judged import JudgedCountries, judged_countries, languages

PARTS = ("countries", "unseen-countries")
"""The gold by file; errors made on the second are not read, as it tunes nothing."""


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """How one document did, with its errors."""

    judged: JudgedCountries
    false: frozenset[str]
    missed: frozenset[str]

    @property
    def counts(self) -> Counts:
        """Return how many were right, missed and false."""
        right = len(self.judged.countries) - len(self.missed)
        return Counts(right, len(self.missed), len(self.false))


def score_countries(language: str, part: str = PARTS[0]) -> tuple[DocumentScore, ...]:
    """Score every judged document of a language; ``part`` is one of ``PARTS``."""
    return tuple(_score(judged) for judged in judged_countries(language, part))


def _score(judged: JudgedCountries) -> DocumentScore:
    fields = extract(judged.document, ExtractionOptions())
    found = frozenset(country.id for country in fields.countries)
    false = found - judged.countries - judged.optional
    return DocumentScore(judged, false, judged.countries - found)


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description="Score countries on judged documents.")
    parser.add_argument("language", nargs="*", help="languages; all that have gold if none")
    parser.add_argument("--errors", action="store_true", help="list the errors")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0], help="the gold to score on")
    options = parser.parse_args()
    codes = options.language or languages(options.part)
    scores = {code: score_countries(code, options.part) for code in codes}
    everything = tuple(score for of_language in scores.values() for score in of_language)
    print("\n".join(table("countries", {**scores, "all": everything})))
    if options.errors and options.part == PARTS[0]:
        for of_language in scores.values():
            for score in of_language:
                if score.false or score.missed:
                    missed, false = sorted(score.missed), sorted(score.false)
                    print(f"{score.judged.document.id}: missed {missed}, false {false}")


if __name__ == "__main__":
    main()
