"""Score the organizations found against those a reader found, distinct in each document.

    python -m tools.quality.fields.organizations [LANGUAGE ...] [--errors]
        [--part held-organizations] [--ner]

``--errors`` lists what was found in error and what was missed, by kind.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import Document, NamedPerson, Organization, Span
from index.errors import TrouvailleError
from index.extract import ExtractionOptions, extract
from index.extract.organizations import require_models
from tools.quality.fields.counts import Counts, table
from tools.quality.fields.judged import Entity, JudgedNames, judged_names, languages

Extractor = Callable[[Document], Sequence[Organization]]

PARTS = (
    "organizations",
    "held-organizations",
    "unseen-organizations",
    "fresh-organizations",
    "titled-organizations",
    "titled-second-organizations",
    "titled-third-organizations",
    "titled-fourth-organizations",
)
"""The gold by file."""

UNREAD = {
    "unseen-organizations": frozenset(("fr", "en", "pt", "ar")),
    "fresh-organizations": frozenset(("es", "de", "it")),
    "titled-organizations": frozenset(("en", "pt")),
    "titled-second-organizations": frozenset(("fr",)),
    "titled-fourth-organizations": frozenset(("de", "ar")),
}
"""The languages of a part whose errors nobody reads, and none are shown of, as it tunes nothing."""


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """How one document did, with its errors."""

    judged: JudgedNames
    counts: Counts
    false: tuple[Organization | NamedPerson, ...]
    missed: tuple[Entity, ...]


def as_indexed(document: Document) -> Sequence[Organization]:
    """Return the organizations that the index gives a document.

    The declared source is left out: it was not judged, and a medium to which people speak is an
    organization of the text for the judge, whoever published it.
    """
    return extract(replace(document, source=""), ExtractionOptions()).organizations


def in_full_mode(document: Document) -> Sequence[Organization]:
    """Return the organizations that the full mode, with a model for names, gives a document."""
    return extract(replace(document, source=""), ExtractionOptions(ner=True)).organizations


def score_organizations(
    language: str, extractor: Extractor = as_indexed, part: str = "organizations"
) -> tuple[DocumentScore, ...]:
    """Score every judged document of a language; add their counts with ``counts.total``.

    ``part`` names the gold, one of ``PARTS``.
    """
    return tuple(
        score(judged, extractor(judged.document)) for judged in judged_names(language, part)
    )


def score(judged: JudgedNames, found: Sequence[Organization | NamedPerson]) -> DocumentScore:
    """Score what was found in one document.

    Names found in the title alone have no span in the text and are left aside, the title not
    being judged but in ``titled-organizations``. What matches no entity but an optional span is
    neither right nor wrong.
    """
    in_text = [organization for organization in found if organization.spans]
    pairs = _match(in_text, judged.entities)
    rest = [each for number, each in enumerate(in_text) if number not in pairs.values()]
    false = tuple(each for each in rest if not _overlap(each.spans, judged.optional))
    missed = tuple(each for number, each in enumerate(judged.entities) if number not in pairs)
    return DocumentScore(judged, Counts(len(pairs), len(missed), len(false)), false, missed)


def _match(
    found: Sequence[Organization | NamedPerson], entities: Sequence[Entity]
) -> dict[int, int]:
    """Pair entities with findings one to one, as many as can be (augmenting paths)."""
    partners: dict[int, int] = {}
    fits = [
        [number for number, entity in enumerate(entities) if _overlap(each.spans, entity.spans)]
        for each in found
    ]

    def place(finding: int, tried: set[int]) -> bool:
        for entity in fits[finding]:
            if entity not in tried:
                tried.add(entity)
                if entity not in partners or place(partners[entity], tried):
                    partners[entity] = finding
                    return True
        return False

    for finding in range(len(found)):
        place(finding, set())
    return partners


def _overlap(these: Sequence[Span], those: Sequence[Span]) -> bool:
    """Whether two of the spans share at least half of the longer one."""
    return any(
        2 * (min(a.end, b.end) - max(a.start, b.start)) >= max(a.end - a.start, b.end - b.start)
        for a in these
        for b in those
    )


def errors(scores: Sequence[DocumentScore]) -> Iterator[str]:
    """Yield what was found in error, and what was missed by kind, each with its document."""
    for each in scores:
        for found in each.false:
            yield f"false {each.judged.document.id}: {_written(each, found.spans)!r} ({found.id})"
    missed: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, int] = defaultdict(int)
    for each in scores:
        for entity in each.judged.entities:
            kinds[entity.kind] += 1
        for entity in each.missed:
            missed[entity.kind].append(
                f"{each.judged.document.id}: {_written(each, entity.spans)!r}"
            )
    for kind, names in sorted(missed.items()):
        yield f"missed {kind}, {len(names)} of {kinds[kind]}"
        yield from (f"  {name}" for name in names)


def _written(score: DocumentScore, spans: Sequence[Span]) -> str:
    text = score.judged.document.text
    return " / ".join(dict.fromkeys(text[span.start : span.end] for span in spans))


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description="Score organizations on judged documents.")
    parser.add_argument("language", nargs="*", help="languages; all that have gold if none")
    parser.add_argument("--errors", action="store_true", help="list the errors")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0], help="the gold to score on")
    parser.add_argument("--ner", action="store_true", help="score the full mode")
    options = parser.parse_args()
    if options.ner:
        try:
            require_models()
        except TrouvailleError as error:
            sys.exit(str(error))
    codes = options.language or languages(options.part)
    extractor = in_full_mode if options.ner else as_indexed
    rows = {code: score_organizations(code, extractor, options.part) for code in codes}
    print("\n".join(table("organizations", rows)))
    if options.errors:
        for code, scores in rows.items():
            if code not in UNREAD.get(options.part, ()):
                print(f"\n{code}")
                print("\n".join(errors(scores)))


if __name__ == "__main__":
    main()
