"""Countries and territories: their names, demonyms and capitals in seven languages.

``countries.tsv`` has a row for each country, language and kind of form: the ISO 3166 code in lower
case, the language, ``name``, ``demonym`` or ``capital``, and the forms, which ``;`` separates. The
first name is that of CLDR. A row of language ``*`` and kind ``cue`` has beginnings of folded words
beside which an ambiguous form counts. Marks stand before a form:

=X    an acronym: in capitals
~X    ambiguous: counts only beside an unambiguous form of the same country, or a cue
?X    counts behind a preposition of place, or as an ambiguous one does
^X    in lower case it is a word: whoever asks for the country must write the capital
!X    with its accents: *Irã*, not *irá*
-X    resolves when somebody asks for it, never looked for in texts
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from index.analysis import name_key
from index.vocabularies.vocabulary import (
    LANGUAGES,
    Lazy,
    Vocabulary,
    best_claims,
    locale_of,
    read_phrases,
    read_rows,
    split_list,
)

FormKind = Literal["name", "demonym", "capital"]
_KINDS: Final = ("name", "demonym", "capital")


class CountryForm(NamedTuple):
    """One form that names a country in a language."""

    text: str
    language: str
    kind: FormKind
    acronym: bool = False
    ambiguous: bool = False
    placed: bool = False
    capital_needed: bool = False
    accented: bool = False
    sought: bool = True


@dataclass(frozen=True, slots=True)
class CountryEntry:
    """One country or territory. ``cues`` are beginnings of folded words."""

    id: str
    forms: tuple[CountryForm, ...]
    cues: tuple[str, ...] = ()

    def label(self, locale: str) -> str:
        """Return the name of CLDR in ``locale``; the French one where Babel has none."""
        return str(locale_of(locale).territories.get(self.id.upper()) or self._own("fr"))

    def all_names(self) -> Iterator[str]:
        """Yield every name, without demonyms and capitals."""
        return (form.text for form in self.forms if form.kind == "name")

    def _own(self, language: str) -> str:
        return next(form.text for form in self.forms if form.language == language)


@dataclass(frozen=True)
class Countries(Vocabulary[CountryEntry]):
    """All countries and territories."""

    traps: tuple[str, ...] = ()
    """Folded phrases that contain a form and mean something else."""


def load_countries(path: Path, traps: Path | None = None) -> Countries:
    """Read and check countries.

    Raises VocabularyError, with file, line and reason, for a malformed row, a country without a
    name in one of the languages, and a form that several countries bear in one language without a
    mark on all but one of them.
    """
    forms: dict[str, list[CountryForm]] = defaultdict(list)
    cues: dict[str, tuple[str, ...]] = {}
    bearers: dict[tuple[str, str], str] = {}
    row = None
    for row in read_rows(path, "\t"):
        if len(row.cells) != 4:
            raise row.error(f"{len(row.cells)} columns where 4 are expected")
        code, language, kind, cell = row.cells
        if len(code) != 2 or not code.isalpha() or code != code.lower():
            raise row.error(f"{code!r} is no code of a country (two small letters)")
        if kind == "cue":
            cues[code] = tuple(split_list(cell))
            continue
        if kind not in _KINDS:
            raise row.error(f"unknown kind {kind!r}")
        if language not in LANGUAGES:
            raise row.error(f"unknown language {language!r}")
        for marked in split_list(cell):
            form = _form(marked, language, kind)  # type: ignore[arg-type]  # one of _KINDS
            key = name_key(form.text)
            if not key:
                raise row.error(f"the form {marked!r} has no letter")
            if form.sought and not form.ambiguous:
                bearer = bearers.setdefault((key, language), code)
                if bearer != code:
                    raise row.error(f"{form.text!r} ({language}) is also of {bearer}; mark it ~")
            forms[code].append(form)
    entries = {
        code: CountryEntry(code, tuple(of), cues.get(code, ())) for code, of in forms.items()
    }
    for code, entry in entries.items():
        named = {form.language for form in entry.forms if form.kind == "name"}
        if row and (missing := set(LANGUAGES) - named):
            raise row.error(f"{code} has no name in {', '.join(sorted(missing))}")
    aliases = Lazy(lambda: best_claims(_claims(entries.values())))
    return Countries(entries, aliases, read_phrases(traps))


def _form(marked: str, language: str, kind: FormKind) -> CountryForm:
    text = marked.lstrip("=~?^!-")
    marks = marked[: len(marked) - len(text)]
    form = CountryForm(text.strip(), language, kind)
    if not marks:
        return form
    return form._replace(
        acronym="=" in marks,
        ambiguous="~" in marks,
        placed="?" in marks,
        capital_needed="^" in marks,
        accented="!" in marks,
        sought="-" not in marks,
    )


def _claims(entries: Iterable[CountryEntry]) -> Iterator[tuple[int, str, str]]:
    """Yield strength, folded name and id of every claim to a name."""
    for entry in entries:
        yield 3, entry.id, entry.id
        for form in entry.forms:
            if form.kind == "name":
                yield 2 - form.ambiguous, name_key(form.text), entry.id


@cache
def countries() -> Countries:
    """Return the countries that come with the product, read once."""
    folder = Path(__file__).parent
    return load_countries(folder / "countries.tsv", folder / "countries-traps.txt")
