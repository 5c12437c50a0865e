"""Extraction: all fields of a document, one extractor after another, and its version."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from index.analysis import Folded, fold_text
from index.calendar import AS_WRITTEN, says_nothing, time_zone
from index.document import (
    Agency,
    Country,
    Document,
    Fields,
    Language,
    MentionedDate,
    NamedPerson,
    Organization,
    Span,
    Theme,
)
from index.errors import TooSlowError
from index.extract.countries import find_countries, is_arabic
from index.extract.dates import mentioned_dates, publication_date, reference_day
from index.extract.language import detect_language
from index.extract.organizations import (
    LearnedNames,
    OrganizationMatches,
    find_organizations,
    find_places,
    given_organization,
    place_national,
)
from index.extract.persons import find_persons, given_person
from index.extract.signatures import without_source
from index.extract.themes import LearnedThemes, find_themes
from index.versions import EXTRACTION_VERSION
from index.vocabularies import DETECTED_LANGUAGES, own_file
from index.vocabularies import organizations as organization_vocabulary
from index.vocabularies import themes as themes_vocabulary


@cache
def extraction_version() -> str:
    """Return ``VERSION.DIGEST``: ``EXTRACTION_VERSION`` and a digest of the vocabulary files.

    Fields that were extracted under the same version need not be extracted again. The digest does
    not depend on the kind of line ends.
    """
    here = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for folder in (here, here.parent / "vocabularies"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".tsv", ".txt"):
                digest.update(path.name.encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    organization_vocabulary()
    themes_vocabulary()  # the archive's own file is checked before anything rests on it
    own = own_file()
    if own:
        digest.update(own.read_bytes().replace(b"\r\n", b"\n"))
    return f"{EXTRACTION_VERSION}.{digest.hexdigest()}"


_SHOWN = 60
"""Characters of a date that was not understood."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """The settings of extraction.

    ``reference_date`` is the day that relative dates refer to if a document has no date, and
    ``languages`` are those that detection chooses among.
    """

    reference_date: date | None = None
    languages: tuple[str, ...] = DETECTED_LANGUAGES
    file_times: bool = False
    """Whether the time of a file may date a document that nothing else dates."""
    time_zone: str = AS_WRITTEN
    """The zone of the tz database whose days are counted, and whose times are shown.

    By default every time keeps the zone that its document writes, and counts on the day it writes.
    """
    ner: bool = False
    """Full mode: whether a spaCy model looks for organizations too (``trouvaille[ner]``)."""
    persons: bool = True
    """Whether persons are looked for."""
    learned: LearnedThemes | None = None
    """The model of learned themes, if one was trained."""
    names: LearnedNames | None = None
    """The names of organizations that the archive taught, if any."""

    def __post_init__(self) -> None:
        """Raise SettingError for an unknown time zone."""
        time_zone(self.time_zone)


def extract(
    document: Document,
    options: ExtractionOptions,
    step: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Fields:
    """Return the fields of a document. ``failures`` names failed extractors.

    Each extractor runs within a ``step``, which may raise ``TooSlowError`` in it: the document is
    then without that field. What texts of a language or a script need is loaded outside of any
    step, with the first of them in a process. Raises nothing but ``MemoryError``.
    """
    attempt = _Attempts(step)
    _load("", False, options)
    language = attempt(
        "language",
        lambda: detect_language(document, options.languages),
        Language("und", 0.0, "none"),
    )
    lead = f"{document.title}\n\n" if document.title else ""
    folded = fold_text(lead + document.text)
    _load(language.code, is_arabic(folded.text), options)
    return _fields(document, language, lead, folded, options, attempt)


class _Attempts:
    """Runs extractors, each within a step, and notes which of them fail."""

    def __init__(self, step: Callable[[], AbstractContextManager[None]]) -> None:
        self._step = step
        self.failures: list[tuple[str, str]] = []

    def __call__(self, name: str, extractor: Callable[[], _Result], otherwise: _Result) -> _Result:
        try:
            with self._step():
                return extractor()
        except TooSlowError:
            self.failures.append((name, "it took too long (see --max-seconds)"))
        except MemoryError:  # the document is too large: whoever set the limit says so
            raise
        except Exception as error:  # one field of one document must not cost the document
            self.failures.append((name, f"{type(error).__name__}: {error}"))
        return otherwise


_SAMPLE = "Paris, 12.03.2024. Ban Ki-moon."
_ARABIC_SAMPLE = "قال محمد في باريس 12 مارس 2024."
"""Texts that need what almost all of a script do."""


@lru_cache(1)  # learned themes and names are large: those of one build are kept
def _loaded(_options: ExtractionOptions) -> set[tuple[str, bool]]:
    """Return the languages of texts, with and without Arabic letters, that were loaded for."""
    return set()


def _load(language: str, arabic: bool, options: ExtractionOptions) -> None:
    """Load what texts of a language need, with Arabic letters or without, once a process.

    Without a language, what finds out the language.
    """
    loaded = _loaded(options)
    if (language, arabic) in loaded:
        return
    loaded.add((language, arabic))
    sample = Document("", _ARABIC_SAMPLE if arabic else _SAMPLE)
    attempt = _Attempts(nullcontext)
    if language:
        _fields(sample, Language(language), "", fold_text(sample.text), options, attempt)
    else:
        attempt("language", lambda: detect_language(sample, options.languages), None)


def _fields(
    document: Document,
    language: Language,
    lead: str,
    folded: Folded,
    options: ExtractionOptions,
    attempt: _Attempts,
) -> Fields:
    """Return the fields of a document in a language; ``folded`` is ``lead`` and its text."""
    text = lead + document.text
    dated: tuple[Country, ...] = attempt("countries", lambda: _dated(document, language.code), ())
    matches = attempt(
        "organizations",
        lambda: find_organizations(
            text,
            language.code,
            folded,
            ner=options.ner,
            names=options.names,
            dated=dated[-1].id if dated else None,
        ),
        OrganizationMatches((), ()),
    )
    countries: tuple[Country, ...] = attempt(
        "countries",
        lambda: _countries(dated, text, language.code, folded, matches),
        (),
    )
    organizations = attempt(
        "organizations",
        lambda: without_source(
            place_national(text, matches.organizations, countries, len(lead)),
            document,
            text,
            len(lead),
            language.code,
        ),
        matches.organizations,
    )
    persons: tuple[NamedPerson, ...] = ()
    if options.persons:
        persons = attempt(
            "persons",
            lambda: find_persons(text, language.code, folded, matches.words, matches.organizations),
            (),
        )
    curated: tuple[Theme, ...] = attempt(
        "themes", lambda: find_themes(text, language.code, folded, matches, len(lead)), ()
    )
    themes, learned = curated, options.learned
    if learned is not None:
        themes = attempt(
            "learned themes", lambda: learned.decide(text, language.code, curated), curated
        )
    published = attempt(
        "dates",
        lambda: publication_date(
            document,
            options.reference_date,
            file_times=options.file_times,
            zone=time_zone(options.time_zone),
        ),
        None,
    )
    if not says_nothing(document.date) and not (
        published and published.origin == document.date_origin
    ):
        attempt.failures.append(("date", f"the date “{document.date[:_SHOWN]}” was not understood"))
    reference = reference_day(published, options.reference_date)
    mentioned: tuple[MentionedDate, ...] = attempt(
        "mentioned dates",
        lambda: _with_title(
            document.title,
            language.code,
            mentioned_dates(
                document.text,
                language.parts or ((Span(0, len(document.text)), language.code),),
                reference,
                folded,
                len(lead),
            ),
        ),
        (),
    )
    if lead:  # spans are those in the text
        organizations = tuple(
            Organization(each.id, each.label, _in_text(each.spans, len(lead)), each.known)
            for each in organizations
        )
        themes = tuple(Theme(theme.id, _in_text(theme.evidence, len(lead))) for theme in themes)
        countries = tuple(Country(each.id, _in_text(each.spans, len(lead))) for each in countries)
        persons = tuple(
            NamedPerson(each.id, each.label, _in_text(each.spans, len(lead)), each.known)
            for each in persons
        )
    if document.agency:
        given = document.agency
        themes = attempt("given themes", lambda: _with_given_themes(themes, given), themes)
        if options.persons:
            persons = attempt("given persons", lambda: _with_given_persons(persons, given), persons)
        organizations = attempt(
            "given organizations",
            lambda: _with_given_organizations(organizations, given, language.code),
            organizations,
        )
    return Fields(
        *(language, organizations, themes, published, mentioned),
        *(tuple(attempt.failures), countries, persons),
    )


def given_themes(agency: Agency) -> tuple[str, ...]:
    """Return the themes that an agency gave an item, by its codes of IPTC."""
    ids = (themes_vocabulary().of_code(code) for code in agency.subjects)
    return tuple(dict.fromkeys(id for id in ids if id))


def _with_given_themes(found: tuple[Theme, ...], agency: Agency) -> tuple[Theme, ...]:
    """Return the themes that an agency gave, and behind them those that were found beside them."""
    by_id = {theme.id: theme for theme in found}
    given = given_themes(agency)
    first = tuple(by_id.get(id) or Theme(id) for id in given)
    return first + tuple(theme for theme in found if theme.id not in given)


def _with_given_organizations(
    found: tuple[Organization, ...], agency: Agency, language: str
) -> tuple[Organization, ...]:
    by_id = {one.id: one for one in found}
    for name in agency.organizations:
        one = given_organization(name, language)
        if len(one.id) > 1:
            by_id.setdefault(one.id, one)
    return tuple(by_id.values())


def _with_given_persons(found: tuple[NamedPerson, ...], agency: Agency) -> tuple[NamedPerson, ...]:
    given = (given_person(name) for name in agency.persons)
    by_id = {one.id: one for one in (*(each for each in given if each), *found)}
    return tuple((by_id | {one.id: one for one in found}).values())


def _dated(document: Document, language: str) -> tuple[Country, ...]:
    """Return the countries of the dateline, which have no place in the text."""
    if not document.dateline:
        return ()
    line = fold_text(document.dateline)
    found = find_countries(document.dateline, language, line, find_places(line))
    return tuple(Country(each.id, ()) for each in found)


def _countries(
    dated: tuple[Country, ...],
    text: str,
    language: str,
    folded: Folded,
    matches: OrganizationMatches,
) -> tuple[Country, ...]:
    """Return the countries of a document, those of its dateline last."""
    found = find_countries(text, language, folded, matches.places, matches.organizations)
    known = {country.id for country in found}
    return (*found, *(each for each in dated if each.id not in known))


def _with_title(
    title: str, language: str, found: tuple[MentionedDate, ...]
) -> tuple[MentionedDate, ...]:
    """Return the dates of a text, and before them what only its title says, at no characters.

    Of a title count dates with a written year, which need no reference: a headline has no tense
    that tells which Monday is meant, and capitals that hide names.
    """
    days = {(one.first, one.last) for one in found} | {("", "")}
    dated = mentioned_dates(title, ((Span(0, len(title)), language),), None)
    only = {(one.first, one.last): one for one in dated if (one.first, one.last) not in days}
    return (*(replace(one, span=Span(0, 0)) for one in only.values()), *found)


def _in_text(spans: tuple[Span, ...], offset: int) -> tuple[Span, ...]:
    """Return the spans behind ``offset`` characters of title, counted from there."""
    new = tuple.__new__  # twice as fast as Span(...), and there are many
    return tuple(
        [new(Span, (start - offset, end - offset)) for start, end in spans if start >= offset]
    )
