"""Extraction: all fields of a document, one extractor after another, and its version."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

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
    PublicationDate,
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
    step: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> Fields:
    """Return the fields of a document. ``failures`` names failed extractors.

    Each extractor runs within a ``step`` for its field, which may raise ``TooSlowError`` in it: the
    document is then without that field. What texts of a language or a script need is loaded outside
    of any step, with the first of them in a process. Raises nothing but ``MemoryError``.
    """
    _load("", False, options)
    draft = _Draft(document, options)
    draft.run(_STEPS[:1], step)
    _load(draft.language.code, is_arabic(draft.folded.text), options)
    draft.run(_STEPS[1:], step)
    return draft.fields()


_NO_LANGUAGE = Language("und", 0.0, "none")
_NO_ORGANIZATIONS = OrganizationMatches((), ())
_NO_AGENCY = Agency()


@dataclass(slots=True)
class _Draft:
    """A document and its fields so far. A step that fails leaves its field as it was."""

    document: Document
    options: ExtractionOptions
    language: Language = _NO_LANGUAGE
    text: str = field(init=False)
    """The title and the text."""
    lead: int = field(init=False)
    """The characters before the text."""
    folded: Folded = field(init=False)
    dated: tuple[Country, ...] = ()
    """The countries of the dateline, which have no place in the text."""
    matches: OrganizationMatches = _NO_ORGANIZATIONS
    countries: tuple[Country, ...] = ()
    organizations: tuple[Organization, ...] = ()
    persons: tuple[NamedPerson, ...] = ()
    themes: tuple[Theme, ...] = ()
    published: PublicationDate | None = None
    mentioned: tuple[MentionedDate, ...] = ()
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def given(self) -> Agency:
        """What an agency gave beside the text."""
        return self.document.agency or _NO_AGENCY

    def __post_init__(self) -> None:
        """Fold the title and the text."""
        lead = f"{self.document.title}\n\n" if self.document.title else ""
        self.text, self.lead = lead + self.document.text, len(lead)
        self.folded = fold_text(self.text)

    def run(
        self, steps: Iterable["_Step"], step: Callable[[str], AbstractContextManager[object]]
    ) -> None:
        """Take steps, each within a ``step`` for its field, and note which of them fail."""
        for name, extractor, applies in steps:
            try:
                if applies(self):
                    with step(name):
                        extractor(self)
            except TooSlowError:
                self.failures.append((name, "it took too long (see --max-seconds)"))
            except MemoryError:  # the document is too large: whoever set the limit says so
                raise
            except Exception as error:  # one field of one document must not cost the document
                self.failures.append((name, f"{type(error).__name__}: {error}"))

    def fields(self) -> Fields:
        """Return the fields, with spans in the text."""
        organizations, persons = self.organizations, self.persons
        themes, countries = self.themes, self.countries
        if self.lead:
            organizations = tuple(
                Organization(each.id, each.label, _in_text(each.spans, self.lead), each.known)
                for each in organizations
            )
            persons = tuple(
                NamedPerson(each.id, each.label, _in_text(each.spans, self.lead), each.known)
                for each in persons
            )
            themes = tuple(Theme(each.id, _in_text(each.evidence, self.lead)) for each in themes)
            countries = tuple(
                Country(each.id, _in_text(each.spans, self.lead)) for each in countries
            )
        return Fields(
            *(self.language, organizations, themes, self.published, self.mentioned),
            *(tuple(self.failures), countries, persons),
        )


def _find_language(draft: _Draft) -> None:
    draft.language = detect_language(draft.document, draft.options.languages)


def _find_dated(draft: _Draft) -> None:
    line = fold_text(draft.document.dateline)
    found = find_countries(draft.document.dateline, draft.language.code, line, find_places(line))
    draft.dated = tuple(Country(each.id, ()) for each in found)


def _find_organizations(draft: _Draft) -> None:
    draft.matches = find_organizations(
        draft.text,
        draft.language.code,
        draft.folded,
        ner=draft.options.ner,
        names=draft.options.names,
        dated=draft.dated[-1].id if draft.dated else None,
    )
    draft.organizations = draft.matches.organizations


def _find_countries(draft: _Draft) -> None:
    matches = draft.matches
    found = find_countries(
        draft.text, draft.language.code, draft.folded, matches.places, matches.organizations
    )
    known = {country.id for country in found}
    draft.countries = (*found, *(each for each in draft.dated if each.id not in known))


def _place_organizations(draft: _Draft) -> None:
    """Say of which country national bodies are, and leave out whoever only signs the text."""
    placed = place_national(draft.text, draft.organizations, draft.countries, draft.lead)
    draft.organizations = without_source(
        placed, draft.document, draft.text, draft.lead, draft.language.code
    )


def _find_persons(draft: _Draft) -> None:
    matches = draft.matches
    draft.persons = find_persons(
        draft.text, draft.language.code, draft.folded, matches.words, matches.organizations
    )


def _find_themes(draft: _Draft) -> None:
    draft.themes = find_themes(
        draft.text, draft.language.code, draft.folded, draft.matches, draft.lead
    )


def _decide_learned_themes(draft: _Draft) -> None:
    if draft.options.learned:
        draft.themes = draft.options.learned.decide(draft.text, draft.language.code, draft.themes)


def _find_published(draft: _Draft) -> None:
    draft.published = publication_date(
        draft.document,
        draft.options.reference_date,
        file_times=draft.options.file_times,
        zone=time_zone(draft.options.time_zone),
    )
    date, declared = draft.document.date, draft.document.date_origin
    if not says_nothing(date) and not (draft.published and draft.published.origin == declared):
        draft.failures.append(("date", f"the date “{date[:_SHOWN]}” was not understood"))


def _find_mentioned(draft: _Draft) -> None:
    text, language = draft.document.text, draft.language
    found = mentioned_dates(
        text,
        language.parts or ((Span(0, len(text)), language.code),),
        reference_day(draft.published, draft.options.reference_date),
        draft.folded,
        draft.lead,
    )
    draft.mentioned = _with_title(draft.document.title, language.code, found)


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


def given_themes(agency: Agency) -> tuple[str, ...]:
    """Return the themes that an agency gave an item, by its codes of IPTC."""
    ids = (themes_vocabulary().of_code(code) for code in agency.subjects)
    return tuple(dict.fromkeys(id for id in ids if id))


def _add_given_themes(draft: _Draft) -> None:
    """Put the themes that an agency gave before those that were found beside them."""
    by_id = {theme.id: theme for theme in draft.themes}
    given = given_themes(draft.given)
    first = tuple(by_id.get(id) or Theme(id) for id in given)
    draft.themes = first + tuple(theme for theme in draft.themes if theme.id not in given)


def _add_given_persons(draft: _Draft) -> None:
    given = (given_person(name) for name in draft.given.persons)
    by_id = {one.id: one for one in (*(each for each in given if each), *draft.persons)}
    draft.persons = tuple(by_id.values())


def _add_given_organizations(draft: _Draft) -> None:
    by_id = {one.id: one for one in draft.organizations}
    for name in draft.given.organizations:
        one = given_organization(name, draft.language.code)
        if len(one.id) > 1:
            by_id.setdefault(one.id, one)
    draft.organizations = tuple(by_id.values())


class _Step(NamedTuple):
    field: str
    """What it makes, or adds to."""
    extractor: Callable[[_Draft], None]
    applies: Callable[[_Draft], object] = lambda draft: True


_STEPS = (
    _Step("language", _find_language),
    _Step("countries", _find_dated, lambda draft: draft.document.dateline),
    _Step("organizations", _find_organizations),
    _Step("countries", _find_countries),
    _Step("organizations", _place_organizations),
    _Step("persons", _find_persons, lambda draft: draft.options.persons),
    _Step("themes", _find_themes),
    _Step("learned themes", _decide_learned_themes, lambda draft: draft.options.learned),
    _Step("dates", _find_published),
    _Step("mentioned dates", _find_mentioned),
    _Step("given themes", _add_given_themes, lambda draft: draft.given.subjects),
    _Step(
        "given persons",
        _add_given_persons,
        lambda draft: draft.given.persons and draft.options.persons,
    ),
    _Step("given organizations", _add_given_organizations, lambda draft: draft.given.organizations),
)
"""The steps of extraction, in their order: only the first knows no language."""


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
    draft = _Draft(sample, options, Language(language))
    draft.run(_STEPS[1:] if language else _STEPS[:1], nullcontext)


def _in_text(spans: tuple[Span, ...], offset: int) -> tuple[Span, ...]:
    """Return the spans behind ``offset`` characters of title, counted from there."""
    new = tuple.__new__  # twice as fast as Span(...), and there are many
    return tuple(
        [new(Span, (start - offset, end - offset)) for start, end in spans if start >= offset]
    )
