"""Score the persons found against those a reader found, distinct in each document.

    python -m tools.quality.fields.persons [LANGUAGE ...] [--part PART] [--errors]

Titles are judged and counted with the texts. Pairs are made as for organizations.
"""

import argparse

from index.extract import ExtractionOptions, extract
from tools.quality.fields.counts import table
from tools.quality.fields.judged import judged_persons, languages
from tools.quality.fields.organizations import DocumentScore, errors, score


def score_persons(language: str, part: str) -> tuple[DocumentScore, ...]:
    """Score every judged document of a language."""
    return tuple(
        score(judged, extract(judged.document, ExtractionOptions()).persons)
        for judged in judged_persons(language, part)
    )


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description="Score persons on judged documents.")
    parser.add_argument("language", nargs="*", help="languages; all that have gold if none")
    parser.add_argument("--part", default="persons", help="file of gold, for example fresh-persons")
    parser.add_argument("--errors", action="store_true", help="list the errors")
    options = parser.parse_args()
    codes = options.language or languages(options.part)
    scores = {code: score_persons(code, options.part) for code in codes}
    everything = tuple(one for of_language in scores.values() for one in of_language)
    print("\n".join(table("persons", {**scores, "all": everything})))
    if options.errors:
        print("\n".join(errors(everything)))


if __name__ == "__main__":
    main()
