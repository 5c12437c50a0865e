"""Countries that a text names: by name, by demonym, or by their capital.

The automaton of organizations finds the forms of ``index.vocabularies.countries`` in the same pass.
Here the words around each of them decide:

1. Of overlapping forms the leftmost longest counts. A trap hides the forms inside it, and so does
   the name of an organization, unless it is a public body (*ministère russe de la Défense*).
2. A name behind a given name is a surname. A name or capital that touches another capitalised word
   is part of a longer name (*Washington Post*, *Renault France*).
3. A demonym behind *en*, *in*, *langue* is the name of a language.
4. An ambiguous form counts beside a sure form of the same country, or a cue. Of several countries
   that bear a form, the one named by a sure form elsewhere is meant, else the likeliest.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from index.analysis import Folded, fold_key, fold_text, name_key
from index.document import Country, Organization, Span
from index.vocabularies import (
    LANGUAGES,
    CountryForm,
    countries,
    function_words,
    grammar,
    organizations,
)


class PlaceForm(NamedTuple):
    """A form of a country as it is sought in folded text."""

    id: str
    form: CountryForm
    capitals: tuple[int, ...]
    """The words of which one must begin with a capital; none: any case counts."""
    prefix: int = 0
    """Characters of an Arabic prefix that are not part of the form."""


class PlaceMatch(NamedTuple):
    """Characters of the folded text that are a form of countries; without any, a trap."""

    start: int
    end: int
    forms: tuple[PlaceForm, ...]


_ARABIC = re.compile("[\u0621-\u063a\u0641-\u064a]")


@lru_cache(1)
def is_arabic(text: str) -> bool:
    """Say whether a text has an Arabic letter. Asked for again and again, it is read once."""
    return not text.isascii() and _ARABIC.search(text) is not None


def place_forms(arabic: bool) -> Iterator[tuple[str, PlaceForm]]:
    """Yield the forms to be sought, those in Arabic letters or all others, by folded key."""
    for id, entry in countries().entries.items():
        for form in entry.forms:
            if form.sought and is_arabic(form.text) == arabic:
                key = name_key(form.text)
                place = PlaceForm(id, form, _capitals(form))
                yield key, place
                if not form.text.isalpha():  # St. Helena: two spaces where a text has the point
                    written = fold_text(form.text).text[1:-1]
                    if written != key:
                        yield written, place
                if form.kind == "name" and form.language == "de" and key.isalpha():
                    yield f"{key}s", place
                if form.acronym and form.text.isalpha():
                    yield " ".join(key), place


def _capitals(form: CountryForm) -> tuple[int, ...]:
    """Return which words of a form begin with a capital, short ones only if there are no others."""
    if form.text.isalpha():
        return (0,) if form.text[0].isupper() else ()
    words = _WORD.findall(form.text)
    upper = [number for number, word in enumerate(words) if word[0].isupper()]
    long = [number for number in upper if len(words[number]) > _ARTICLE_LENGTH]
    return tuple(long or upper)


def find_countries(
    text: str,
    language: str,
    folded: Folded,
    matches: Iterable[PlaceMatch],
    named: Sequence[Organization] = (),
) -> tuple[Country, ...]:
    """Return the countries that ``text`` names, by first mention, with all mentions of each.

    ``matches`` are what the automaton found in ``folded``, ``named`` the organizations of the text.
    """
    hidden = _Hidden(named)
    sure: dict[str, list[Span]] = defaultdict(list)
    doubtful: list[tuple[Span, list[PlaceForm]]] = []
    last_end = -1
    for match in sorted(matches, key=lambda one: (one.start, -one.end)):
        if match.start < last_end:
            continue
        span = folded.span(match.start, match.end)
        if not match.forms:
            last_end = match.end
            continue
        forms = [
            place
            for place in match.forms
            if _is_of(place.form, language) and _fits_case(place, text, span)
        ]
        if not forms:
            continue
        last_end = match.end
        prefix = forms[0].prefix
        if prefix:
            span = folded.span(match.start + prefix, match.end)
        if named and hidden.covers(span, forms[0].form.kind == "name"):
            continue
        context = _Context(text, span, language, prefix > 0)
        forms = [form for form in forms if _may_count(form.form, context)]
        ids = {form.id for form in forms}
        if len(ids) == 1 and _is_sure(forms, context):
            sure[forms[0].id].append(span)
        elif ids:
            doubtful.append((span, forms))
    spans = {id: list(places) for id, places in sure.items()}
    for span, forms in doubtful:
        for id in _meant(forms, sure, folded.text):
            spans.setdefault(id, []).append(span)
    found = [Country(id, tuple(sorted(places))) for id, places in spans.items()]
    found.sort(key=lambda country: (country.spans[0], country.id))
    return tuple(found)


def _is_of(form: CountryForm, language: str) -> bool:
    """Say whether a form counts in texts of a language; in others, names and capitals do."""
    if form.language == language:
        return True
    if language in LANGUAGES:
        return False
    return not (form.ambiguous or form.acronym or form.placed or form.kind == "demonym")


def _meant(forms: Sequence[PlaceForm], sure: Iterable[str], folded: str) -> Iterable[str]:
    """Return the countries that a doubtful form stands for."""
    ids = list(dict.fromkeys(form.id for form in forms))
    backed = [id for id in ids if id in sure]
    if backed:
        return backed
    likely = [form.id for form in forms if not (form.form.ambiguous or form.form.placed)]
    if len(ids) > 1 and likely:
        return likely[:1]
    cued = (id for id in ids if any(f" {cue}" in folded for cue in countries().entries[id].cues))
    return tuple(cued)


# What hides a form: names of organizations.

_PUBLIC = frozenset(("ministry", "parliament", "police", "court"))
_PUBLIC_HEAD = re.compile(
    r"\b(?:minist|ambass|embass|embaj|embaix|botschaft|consul|konsul|gouvern|govern|gobier|regierung"
    r"|arme|army|ejercit|esercit|exercit|heer|marine|navy|air force|force|parl[aei]+m|senat|senad"
    r"|congre|kongre|assembl|asambl|polic|poliz|polit|gendarm|guardia|tribun|court|cour |corte"
    r"|gericht|justi|president|presiden|state department|foreign|treasury)"
    r"|وزار|سفار|قنصل|حكوم|جيش|برلمان|مجلس|رئاس|محكم|شرط|قوات|خارجي|داخلي"
)
"""What names of public bodies begin with, folded: their country is meant, too."""


class _Hidden:
    """The characters that belong to names of organizations but public bodies."""

    def __init__(self, named: Sequence[Organization]) -> None:
        spans = [span for one in named if not _is_public(one) for span in one.spans]
        spans.sort()
        self._starts = [span.start for span in spans]
        self._spans = spans

    def covers(self, span: Span, name: bool) -> bool:
        """Say whether a form is part of such a name; a country may be a body, as the Vatican is."""
        place = bisect_right(self._starts, span.start) - 1
        if place < 0 or self._spans[place].end < span.end:
            return False
        return not name or self._spans[place] != span


def _is_public(organization: Organization) -> bool:
    if organization.known:
        entry = organizations().entries.get(organization.id)
        return entry is not None and entry.kind in _PUBLIC
    return _PUBLIC_HEAD.search(fold_key(organization.label)) is not None


# The words around a form.

_WORD = re.compile(r"[^\W_]+")
_ARTICLE_LENGTH = 3
_WINDOW = 32
_PARTING = frozenset(" \u00a0'’")
_APOSTROPHES = ("'", "’")
_JOINED = re.compile(r"([A-ZÀ-Þ][\w’']*)-$")
_INITIAL = re.compile(r"\w-$|\b[A-ZÀ-Þ]\. $")
_AFTER = re.compile(r"[  ]([^\W_][\w’'-]*)")
_SENTENCE_MARKS = frozenset('.!?…:;\n\r"“”«»(–—-')
_NOUNS_IN_CAPITALS = frozenset(("de", "ar"))
"""Languages in which a capital beside a name says nothing."""


_SMALL_ADJECTIVES = frozenset(("fr", "es", "it", "pt"))
"""Languages in which adjectives of nations are written small."""


_BEHIND_DATELINE = re.compile(
    r"(?: \([\w /]{2,20}\))? ?(?:[-–—] |\.- )|, \d{1,2}\b| \([A-Z]{2,8}\)"
)
"""What follows a place that stands before a text: a dash, a date, an agency."""
_SEATS = frozenset(("be",))
"""Countries from whose capital most texts are of a union of states, the European one."""


class _Context:
    """A form in its text: the words before and behind it."""

    __slots__ = ("before", "language", "original", "prefixed", "span", "start_before", "text")

    def __init__(self, text: str, span: Span, language: str, prefixed: bool) -> None:
        self.text = text
        self.span = span
        self.language = language
        self.original = text[span.start : span.end]
        self.prefixed = prefixed
        """Whether an Arabic preposition is written before it."""
        self.before = ""
        """The word before, which a space or an apostrophe parts from the form."""
        end = span.start - 1
        if end > 0 and text[end] in _PARTING:
            if text[end - 1] in _APOSTROPHES:
                end -= 1
            start = end
            first = max(0, end - _WINDOW)
            while start > first and (text[start - 1].isalpha() or text[start - 1] == "-"):
                start -= 1
            self.before = text[start:end].lstrip("-")
            self.start_before = end - len(self.before)

    @property
    def elided(self) -> bool:
        """Whether an apostrophe stands before it."""
        return self.text[self.span.start - 1 : self.span.start] in _APOSTROPHES

    @property
    def after(self) -> str:
        """The word behind, which a space parts from the form."""
        match = _AFTER.match(self.text, self.span.end)
        return match.group(1) if match else ""

    def begins(self) -> bool:
        """Whether the word before begins a sentence."""
        earlier = self.text[max(0, self.start_before - 3) : self.start_before].rstrip(" \u00a0")
        return not earlier or earlier[-1] in _SENTENCE_MARKS

    def is_dateline(self) -> bool:
        """Whether it stands where a line begins with its place: ``QUITO - ``, ``Quito, 3 mar``."""
        begins = self.text[self.span.start - 1 : self.span.start] in ("", "\n")
        return begins and _BEHIND_DATELINE.match(self.text, self.span.end) is not None

    def is_joined(self) -> bool:
        """Whether a hyphen joins it to a word that names no country: ``Bourg-Saint-Maurice``."""
        start = self.span.start
        if self.text[start - 1 : start] != "-":
            return False
        match = _JOINED.search(self.text[max(0, start - _WINDOW) : start])
        return match is not None and countries().resolve(match.group(1)) is None

    def follows_given_name(self) -> bool:
        """Whether a person's given name stands before."""
        if not self.before[:1].isupper() or self.elided:
            return False
        return fold_key(self.before) in grammar("und")["given"]

    def is_within_name(self) -> bool:
        """Whether an adjective with a capital is part of a name: ``Unión Española``."""
        if self.language not in _SMALL_ADJECTIVES or not self.original[0].isupper():
            return False
        if self.original.isupper():
            return False
        if not self.before:
            start = self.span.start
            return _INITIAL.search(self.text[max(0, start - 4) : start]) is not None
        if self.begins():
            return False
        if self.language == "fr":
            return self.before[0].isupper() and not self.elided
        return True

    def touches_name(self) -> bool:
        """Whether another capitalised word stands before or behind, in a text that has others."""
        if self.language in _NOUNS_IN_CAPITALS or self.original.isupper():
            return False
        if self.is_joined():
            return True
        after = self.after
        if after and (after[0].isupper() or after[0].isdigit()):
            return after[0].isupper() or len(after) <= 2
        if not self.before[:1].isupper() or self.elided or self.begins():
            return False
        return self.before.lower() not in function_words().get(self.language, ())


def _fits_case(place: PlaceForm, text: str, span: Span) -> bool:
    """Say whether a form is written with its capital."""
    if place.form.language == "ar":
        return True
    original = text[span.start : span.end]
    if place.form.kind == "demonym" and not _has_accents(original, place.form.text):
        return False
    if not place.capitals:
        return True
    if place.form.accented and not _has_accents(original, place.form.text):
        return False
    if place.form.acronym:
        spaced = original.replace(".", "").isalpha() or "." in original
        return original.upper() == original and spaced
    words = _WORD.findall(original)
    if len(words) <= place.capitals[-1]:
        return original[:1].isupper()
    return any(words[number][0].isupper() for number in place.capitals)


def _has_accents(original: str, form: str) -> bool:
    """Say whether a form is written with its accents, but for capitals."""
    return original.isupper() or original[1:].lower() == form[1:].lower()


_LOCATIVES = {
    ("fr", "name"): "en la l au aux",
    ("fr", "capital"): "à vers depuis",
    ("en", "name"): "in into of from across inside neighbouring neighboring",
    ("en", "capital"): "in to from near outside",
    ("es", "name"): "en",
    ("es", "capital"): "en a desde",
    ("de", "name"): "in nach aus im",
    ("de", "capital"): "in nach aus bei",
    ("it", "name"): "in dalla nella della",
    ("it", "capital"): "a ad da",
    ("pt", "name"): "em na no",
    ("pt", "capital"): "em a",
    ("ar", "name"): "في من إلى الى",
    ("ar", "capital"): "في من إلى الى",
}
"""Words behind which a form is a place, by language and kind."""
_ARTICLES = {
    "fr": "le du au",
    "es": "el del al",
    "it": "la alla della dalla nella sulla",
    "pt": "o do ao no pelo",
}
"""Articles behind which the name of a town is that of its club or something else."""
_LANGUAGES = {
    "fr": "en langue d de parle parler parlait parlent apprendre apprend",
    "en": "speak speaks spoke speaking learn learned learning",
    "es": "en idioma lengua habla hablar hablan hablaba aprender aprende",
    "it": "in lingua parla parlare parlano parlava imparare",
    "pt": "em língua idioma bom fala falar falam falava aprender aprendeu",
    "de": "auf",
    "ar": "باللغة اللغة لغة",
}
"""Words behind which a demonym is the name of a language, in small letters."""
_MANNER = re.compile(r"\bà l(?:a |['’])$")
_LANGUAGE_AFTER = frozenset(
    ("language", "languages", "speaking", "speaker", "speakers", "lessons", "sprache", "sprachkurs")
)


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _may_count(form: CountryForm, context: _Context) -> bool:
    """Say whether the words around a form leave it its meaning."""
    if form.kind == "demonym":
        return not _is_language(form, context) and not (
            context.original[0].isupper() and context.follows_given_name()
        )
    if form.acronym or " " in form.text:
        return True
    if context.follows_given_name() or context.touches_name():
        return False
    if form.kind == "capital":
        return context.before.lower() not in _words(_ARTICLES.get(context.language, ""))
    return True


def _is_language(form: CountryForm, context: _Context) -> bool:
    """Say whether a demonym is the name of a language: ``en anglais``, ``in English``."""
    language = context.language
    after = context.after.lower() if language in ("en", "de") else ""
    if after in _LANGUAGE_AFTER:
        return True
    before = context.before.lower()
    if language == "en":
        alone = not after or after in function_words()["en"]
        return (before == "in" and alone) or before in _words(_LANGUAGES["en"])
    if language == "de":
        if not form.text.endswith("sch"):
            return False
        if context.original[0].islower():
            return before == "auf"
        return context.before != "" and not context.begins()
    if context.original[0].isupper():
        return False
    if (
        language == "fr"
        and before in ("la", "l")
        and _MANNER.search(context.text, context.span.start - 6, context.span.start)
    ):
        return True  # à la française
    return before in _words(_LANGUAGES.get(language, ""))


def _is_sure(forms: Sequence[PlaceForm], context: _Context) -> bool:
    """Say whether one of the forms counts by itself here."""
    for place in forms:
        form = place.form
        if form.ambiguous or (form.kind == "demonym" and context.is_within_name()):
            continue
        if not form.placed or context.prefixed:
            return True
        if form.kind == "capital" and place.id not in _SEATS and context.is_dateline():
            return True
        if context.before.lower() in _words(_LOCATIVES.get((form.language, form.kind), "")):
            return True
    return False
