"""Facets: each is declared once, here.

The column on disk, the filter, the parameters ``NAME`` and ``exclude_NAME``, the field ``NAME:`` of
the query language, the options of ``trouvaille search``, the description of the endpoint and the
sections of the pages follow from the declaration. CONTRIBUTING.md says how to add one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from index.document import Document, Fields
from index.vocabularies import (
    countries,
    known_persons,
    languages,
    names_body,
    organizations,
    source_names,
    themes,
)

_KEPT = 1 << 14
"""Sources, and sets of themes, whose values are kept: most documents share them."""

_l = str  # Marks a label for the message catalogues of web/translations.

Values = Sequence[tuple[str, str]]
"""Values of one document, each with the label that the document writes (empty: none)."""


class Vocabulary(Protocol):
    """Names of values, in several languages."""

    def resolve(self, text: str, /) -> str | None:
        """Return the value that a text is or names; None for a text that it does not know."""

    def label(self, value: str, locale: str, /) -> str:
        """Return the name of a value in ``locale``; the value itself if it has none."""

    def names(self, value: str, /) -> Iterable[str]:
        """Return every name of a value, each once."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One property by which results are counted and narrowed.

    ``values`` returns the values of a document; it is None for the date facet, whose columns are
    numeric. ``label`` is English; the catalogues translate it. ``meaning`` says how a value is
    written. ``fields`` are further names of the field in the query language, folded. ``vocabulary``
    names values beyond what documents write. ``spelling`` makes one value of the ways to write it.
    ``parent`` returns the value that a value lies directly below, None for one at the top: a
    document with a value has all values above it. ``weak`` tells of a value with its label whether
    so little speaks for it that one document is not enough to list it. ``suggested`` values
    complete what a reader types.
    """

    name: str
    label: str
    meaning: str
    values: Callable[[Document, Fields], Values] | None = None
    fields: tuple[str, ...] = ()
    vocabulary: Callable[[], Vocabulary] | None = None
    spelling: Callable[[str], str] = str
    parent: Callable[[str], str | None] | None = None
    weak: Callable[[str, str], bool] | None = None
    suggested: bool = False

    def above(self, value: str) -> tuple[str, ...]:
        """Return the values above a value, the nearest first."""
        above: list[str] = []
        while self.parent and (value := self.parent(value) or ""):
            above.append(value)
        return tuple(above)

    def canonical(self, text: str) -> str:
        """Return the value that ``text`` (a value, an alias, a label) stands for.

        A text that no vocabulary knows is returned as given: documents may have it. So is a value
        beyond the vocabulary, which begins with ``~``: without it, it may be an alias of another.
        """
        if self.vocabulary and text.startswith("~"):
            return text
        return (self.vocabulary and self.vocabulary().resolve(text)) or self.spelling(text)

    def known_label(self, value: str, locale: str) -> str | None:
        """Return the name that the vocabulary has for a value; None if it has none."""
        label = self.vocabulary().label(value, locale) if self.vocabulary else value
        return label if label != value else None

    def known_names(self, value: str) -> tuple[str, ...]:
        """Return every name that the vocabulary has for a value, in all languages."""
        return tuple(self.vocabulary().names(value)) if self.vocabulary else ()


def _organizations(document: Document, fields: Fields) -> Values:
    if not fields.organizations:
        return ()
    # The authority has the labels of the organizations it knows.
    labels = {one.id: "" if one.known else one.label for one in fields.organizations}
    for one in fields.organizations:
        if one.known:
            labels.update(dict.fromkeys(_ORGANIZATION.above(one.id), ""))
    return sorted(labels.items())


def _countries(document: Document, fields: Fields) -> Values:
    return sorted((country.id, "") for country in fields.countries)


def _persons(document: Document, fields: Fields) -> Values:
    return sorted(
        {person.id: "" if person.known else person.label for person in fields.persons}.items()
    )


def _themes(document: Document, fields: Fields) -> Values:
    return _with_parents(tuple([theme.id for theme in fields.themes]))


@lru_cache(_KEPT)
def _with_parents(ids: tuple[str, ...]) -> Values:
    """Return these themes and those above them: ``economy/trade`` is ``economy`` too."""
    values: set[str] = set()
    for id in ids:
        steps = id.split("/")
        values.update("/".join(steps[:depth]) for depth in range(1, len(steps) + 1))
    return tuple((id, "") for id in sorted(values))


def _language(document: Document, fields: Fields) -> Values:
    return ((fields.language.code, ""),)


def _source(document: Document, fields: Fields) -> Values:
    return named_sources(document.source)


@lru_cache(_KEPT)
def named_sources(text: str) -> Values:
    """Return the sources of a document, one a line: the value of each, and how it is written."""
    lines = (_ANNOUNCED.sub("", " ".join(line.split())) for line in text.split("\n"))
    return tuple({_one_spelling(line): line for line in lines if line}.items())


@lru_cache(_KEPT)
def _one_spelling(name: str) -> str:
    """Return a name in small letters, composed, without what one writer adds and another does not.

    Apostrophes and hyphens are of one kind. The word “source”, quotation marks, points of initials
    and punctuation at the ends go. A name in ``sources.tsv`` stands for its source.
    """
    spelling = _plain_source(_ANNOUNCED.sub("", name.strip()))
    return _aliases().get(spelling, spelling)


def _plain_source(name: str) -> str:
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    composed = unicodedata.normalize("NFKC", visible.translate(_ALIKE))
    folded = unicodedata.normalize("NFKC", composed.casefold()).translate(_ALIKE)
    bare = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), _QUOTES.sub(" ", folded))
    spaced = " ".join(_AROUND_APOSTROPHE.sub("'", bare).split())
    return spaced.strip(_AT_ENDS) or " ".join(folded.split())


@cache
def _aliases() -> dict[str, str]:
    """Return the spelling of a source by those of its other names."""
    return {
        _plain_source(other): _plain_source(name)
        for name, others in source_names().items()
        for other in others
    }


_ANNOUNCED = re.compile(
    r"^(?:(?:(?:sources?|quellen?|fuentes?|fontes?|fonti|المصدر|مصدر)\s*:\s*|source\s+)(?=\S))+",
    re.IGNORECASE,
)
"""The word before a source: with a colon in any language, in French and English also without."""
_QUOTES = re.compile('["“”„«»‹›]')
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_AROUND_APOSTROPHE = re.compile(r"\s*'\s*")
_AT_ENDS = " .,;:!?-_/|*()[]"
_ALIKE = {**dict.fromkeys(map(ord, "’‘ʼ`´′＇ʻ"), "'"), **dict.fromkeys(map(ord, "‐‑–—−"), "-")}


_ORGANIZATION = Facet(
    "organization",
    _l("Organization"),
    "an identifier or any known name, in any language; a body covers its organs",
    _organizations,
    fields=("organisation", "org"),
    vocabulary=organizations,
    parent=lambda value: organizations().parent(value),
    weak=lambda value, label: value.startswith("~") and not names_body(label),
    suggested=True,
)

FACETS: tuple[Facet, ...] = (
    _ORGANIZATION,
    Facet(
        "theme",
        _l("Theme"),
        "an identifier or a label; a theme covers its sub-themes",
        _themes,
        vocabulary=themes,
        parent=lambda value: value.rpartition("/")[0] or None,
        suggested=True,
    ),
    Facet(
        "country",
        _l("Country"),
        "an ISO 3166 code (`fr`) or a name, in any language",
        _countries,
        fields=("pays", "land", "pais", "paese"),
        vocabulary=countries,
        suggested=True,
    ),
    Facet(
        "person",
        _l("Person"),
        "an identifier or a name, in any language",
        _persons,
        fields=("personne", "persona", "pessoa"),
        vocabulary=known_persons,
        suggested=True,
    ),
    Facet("date", _l("Date"), "a date"),
    Facet(
        "lang",
        _l("Language"),
        "an ISO 639-1 code or a name",
        _language,
        fields=("langue",),
        vocabulary=languages,
    ),
    Facet(
        "source",
        _l("Source"),
        "as the documents name it, whatever the case",
        _source,
        spelling=_one_spelling,
    ),
)
"""All facets, in the order in which they are shown."""

VALUE_FACETS = {facet.name: facet for facet in FACETS if facet.values}
"""The facets of values, by name: all but the date facet."""

SUGGESTED = tuple(facet.name for facet in FACETS if facet.suggested)
"""Names of the facets whose values complete what a reader types."""


def facet_values(document: Document, fields: Fields) -> list[Values]:
    """Return the values of a document in each of ``VALUE_FACETS``, in their order."""
    return [facet.values(document, fields) for facet in VALUE_FACETS.values() if facet.values]
