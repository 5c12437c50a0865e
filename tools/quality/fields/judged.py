"""The judged documents: what ``gold/`` says of them, checked against the corpus."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index import Document, Span
from tools.quality import DATA, press, rows
from tools.quality.fields import kind_corpus

GOLD = Path(__file__).resolve().parent / "gold"
ITALIAN = DATA / "ner" / "it-kind-wikinews-train.conll.gz"
LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar")
KINDS = frozenset(
    (
        "intergovernmental",
        "government",
        "court",
        "party",
        "union",
        "company",
        "bank",
        "media",
        "ngo",
        "armed-group",
        "sport",
        "education",
        "religious",
        "other",
    )
)


class GoldError(Exception):
    """The gold does not fit the corpus, or a line of it is malformed: file, line and reason."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One organization or person of a document; ``spans`` has each form of its name."""

    label: str
    kind: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class JudgedNames:
    """A document and its organizations; ``optional`` spans are neither right nor wrong."""

    document: Document
    entities: tuple[Entity, ...]
    optional: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class JudgedCountries:
    """A document and its countries by code; ``optional`` ones are neither right nor wrong."""

    document: Document
    countries: frozenset[str]
    optional: frozenset[str]


@dataclass(frozen=True, slots=True)
class JudgedThemes:
    """A document and its themes: to be found, acceptable, and (in words) without an id."""

    document: Document
    main: frozenset[str]
    also: frozenset[str]
    no_id: tuple[str, ...]


def languages(judged: str) -> tuple[str, ...]:
    """Return the languages that have gold of ``organizations``, ``persons`` and so on."""
    return tuple(code for code in LANGUAGES if (GOLD / f"{judged}-{code}.jsonl").exists())


def judged_names(language: str, part: str = "organizations") -> tuple[JudgedNames, ...]:
    """Read the judged organizations of a language; ``part`` is also another file.

    In parts that begin with ``titled`` the title was judged too: spans count characters of the
    title, an empty line and the text, and the document has them as its text. Raises GoldError for a
    changed text, a span outside it or a line that is malformed.
    """
    return tuple(
        JudgedNames(document, _entities(row, document, place), _optional(row, document, place))
        for place, row, document in _rows(part, language)
    )


def judged_countries(language: str, part: str = "countries") -> tuple[JudgedCountries, ...]:
    """Read the judged countries of a language; raises GoldError as :func:`judged_names` does.

    ``part`` names the file.
    """
    try:
        return tuple(
            JudgedCountries(
                document, frozenset(row["countries"]), frozenset(row.get("optional", ()))
            )
            for _, row, document in _rows(part, language)
        )
    except (KeyError, TypeError) as error:
        raise GoldError(f"{part}-{language}.jsonl: {error!r}") from error


def judged_persons(language: str, part: str = "persons") -> tuple[JudgedNames, ...]:
    """Read the judged persons of a language; the title is the first paragraph of the text.

    ``part`` names the file. Raises GoldError as :func:`judged_names` does.
    """
    judged = []
    for place, row, document in _rows(part, language):
        if document.title:
            text = f"{document.title}\n\n{document.text}"
            document = replace(document, title="", text=text)
        try:
            persons = [Entity("", "person", _spans(spans, document)) for spans in row["persons"]]
        except (KeyError, TypeError, ValueError) as error:
            raise GoldError(f"{place}: {error!r}") from error
        judged.append(JudgedNames(document, tuple(persons), _optional(row, document, place)))
    return tuple(judged)


def judged_themes(language: str, kind: str = "themes") -> tuple[JudgedThemes, ...]:
    """Read the judged themes of a language; raises GoldError as :func:`judged_names` does.

    ``kind`` names the file: ``themes-second`` and ``themes-held-out`` were held out until their
    errors were read, ``themes-unseen`` is.
    """
    judged = []
    for place, row, document in _rows(kind, language):
        try:
            main = with_parents(row["main"])
            also = with_parents(row["also"]) - main
            judged.append(JudgedThemes(document, main, also, tuple(row.get("no_id", ()))))
        except (KeyError, TypeError, AttributeError) as error:
            raise GoldError(f"{place}: {error!r}") from error
    return tuple(judged)


def with_parents(themes: list[str] | frozenset[str]) -> frozenset[str]:
    """Return the themes and the top-level themes they belong to."""
    return frozenset(themes) | {theme.partition("/")[0] for theme in themes}


def _rows(judged: str, language: str) -> Iterator[tuple[str, dict[str, Any], Document]]:
    path = GOLD / f"{judged}-{language}.jsonl"
    try:
        judged_rows = list(rows(path))
        documents = _documents(language, {row["id"] for row in judged_rows})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GoldError(f"{path.name}: {error!r}") from error
    if len({row["id"] for row in judged_rows}) < len(judged_rows):
        raise GoldError(f"{path.name}: a document stands twice")
    for number, row in enumerate(judged_rows, 1):
        place = f"{path.name}, line {number}"
        document = documents.get(row["id"])
        if document is None:
            raise GoldError(f"{place}: the corpus has no document {row['id']!r}")
        if hashlib.sha1(document.text.encode()).hexdigest() != row.get("sha1"):
            raise GoldError(f"{place}: the text of {row['id']!r} is not the one that was judged")
        if judged.startswith("titled") and document.title:
            document = replace(document, title="", text=f"{document.title}\n\n{document.text}")
        yield place, row, document


def _documents(language: str, wanted: set[str]) -> dict[str, Document]:
    if language == "it":  # no Italian press
        return {id: Document(id, kind_corpus.document(id, ITALIAN), language="it") for id in wanted}
    return {
        row["id"]: Document(
            id=row["id"],
            text=row["text"],
            title=row.get("title") or "",
            date=row.get("datetime") or row.get("date") or "",
            language=language,
            source=row.get("source") or "",
        )
        for row in press(language)
        if row["id"] in wanted
    }


def _entities(row: dict[str, Any], document: Document, place: str) -> tuple[Entity, ...]:
    try:
        entities = tuple(
            Entity(str(entity.get("label", "")), entity["kind"], _spans(entity["spans"], document))
            for entity in row["entities"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GoldError(f"{place}: {error!r}") from error
    for entity in entities:
        if entity.kind not in KINDS or not entity.spans:
            raise GoldError(f"{place}: kind {entity.kind!r}, {len(entity.spans)} spans")
    return entities


def _optional(row: dict[str, Any], document: Document, place: str) -> tuple[Span, ...]:
    try:
        return _spans(row.get("optional", ()), document)
    except (TypeError, ValueError) as error:
        raise GoldError(f"{place}: {error!r}") from error


def _spans(pairs: list[list[int]], document: Document) -> tuple[Span, ...]:
    spans = tuple(Span(start, end) for start, end in pairs)
    for span in spans:
        if not 0 <= span.start < span.end <= len(document.text):
            raise ValueError(f"span {tuple(span)} is outside the text")
    return spans
