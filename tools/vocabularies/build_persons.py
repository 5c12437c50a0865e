"""Build ``index/vocabularies/persons-names.txt``: given names, and spellings of Arabic names.

    python -m tools.vocabularies.build_persons

Needs packages that the product does not: ``Faker==40.63.0`` (MIT), ``names==0.3.0`` (MIT, names of
the census of the United States) and ``arabic-name-romanizer==0.2.0`` (MIT, names of Wikidata, CC0).
Also reads the press of ``tools.quality``: what it writes without a capital is a word, no name.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

from babel import Locale

from index.analysis import fold_key
from index.vocabularies import LANGUAGES, countries, function_words, organizations
from index.vocabularies.vocabulary import read_rows, split_list
from tools.quality import press
from tools.vocabularies.build_countries import FOLDER

LOCALES: Final = (
    *("ar_AA", "cs_CZ", "da_DK", "de_AT", "de_CH", "de_DE", "en_GB", "en_IE", "en_IN", "en_NZ"),
    *("en_US", "es_AR", "es_CL", "es_CO", "es_ES", "es_MX", "fi_FI", "fr_BE", "fr_CA", "fr_CH"),
    *("fr_FR", "fr_QC", "hr_HR", "hu_HU", "it_IT", "nl_BE", "nl_NL", "no_NO", "pl_PL", "pt_BR"),
    *("pt_PT", "ro_RO", "sk_SK", "sl_SI", "sv_SE", "tr_TR", "en_PK", "en_KE", "ar_DZ"),
)
SPANISH: Final = ("es_AR", "es_CL", "es_CO", "es_ES", "es_MX")
_SPANISH_TOWNS: Final = frozenset(
    fold_key(
        "Avila Baeza Bilbao Burgos Caceres Castilla España Girona Granado Jaen Jerez Lorca Lugo"
        " Madrid Monreal Murcia Oviedo Ribera Salamanca Segovia Sevilla Soria Teruel Toledo"
        " Trujillo Valdivia Villanueva Villarreal Zamora Zaragoza"
    ).split()
)
_CENSUS_SHARE: Final = 0.004
"""Per cent of the people of the census from which on a name is taken."""
_ARABIC_SEEN, _LATIN_SEEN, _SURNAME_SEEN = 3, 4, 3
_JOINED_SEEN, _SPELLING_SHARE, _JOINED_SHARE = 6, 0.01, 0.6
_LOWER_SEEN, _LOWER_SHARE = 4, 0.15
"""Occurrences, and share of them without a capital, from which on a name is a word."""
_SHORTEST: Final = 3
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-z]+")
_ARABIC = re.compile("[\u0621-\u064a]+")
_ARTICLES: Final = frozenset(
    [
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einer",
        "einem",
        "im",
        "am",
        "vom",
        "zum",
        "zur",
        "ins",
    ]
)
_ARTICLE_SHARE = 0.25
"""Share of occurrences behind an article from which on a German word with a capital is a noun."""
_NAMED_SEEN, _NAMED_SHARE = 3, 0.4
"""Occurrences of an Arabic word, and share of them before another name: it is a given name."""


def main() -> None:
    """Write the file."""
    latin = latin_names()
    arabic, surnames, joined = arabic_names()
    lines = [
        "# Built by tools/vocabularies/build_persons.py from Faker 40.63.0 (MIT), names 0.3.0 (MIT,"
        " census of the United States) and arabic-name-romanizer 0.2.0 (Wikidata, CC0).",
        "# kind | folded names; join: Latin spellings and Arabic names that are one",
        *_rows("latin", latin),
        *_rows("arabic", arabic),
        *_rows("arabic-surname", surnames),
        *_rows("spanish-surname", spanish_surnames() - latin),
        *(f"join | {' '.join(names)}" for names in joined),
    ]
    (FOLDER / "persons-names.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(kind: str, names: set[str]) -> Iterator[str]:
    listed = sorted(names)
    for start in range(0, len(listed), 40):
        yield f"{kind} | {' '.join(listed[start : start + 40])}"


def latin_names() -> set[str]:
    """Return given names in Latin letters, without those that are words."""
    names: Counter[str] = Counter()
    for locale in LOCALES:
        provider: Any = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            listed = getattr(provider, attribute)
            if attribute.startswith("first_name") and isinstance(listed, Iterable):
                names.update({word for name in listed for word in fold_key(name).split()[:1]})
    for kind in ("male", "female"):
        census = files("names").joinpath(f"dist.{kind}.first").read_text("ascii")
        for line in census.splitlines():
            name, share, *_ = line.split()
            if float(share) >= _CENSUS_SHARE:
                names[fold_key(name)] += 1
    for _, latin, count in _units("given"):
        if count >= _LATIN_SEEN:
            names[fold_key(latin)] += 1
    kept = {name for name in names if len(name) >= _SHORTEST and _LATIN.fullmatch(name)}
    return kept - _words(kept) - _others()


def spanish_surnames() -> set[str]:
    """Return surnames of one word that the Spanish and Portuguese press writes with a capital."""
    names = {
        name
        for locale in SPANISH
        for name in import_module(f"faker.providers.person.{locale}").Provider.last_names
    }
    kept = {fold_key(name) for name in names if _WORD.fullmatch(name)} - _SPANISH_TOWNS
    for language in ("es", "pt"):
        for row in press(language):
            kept -= {fold_key(word) for word in _WORD.findall(row["text"]) if word[0].islower()}
    return kept - _others()


def _words(names: set[str]) -> set[str]:
    """Return the names that the press often writes without a capital, in German with an article."""
    words = set()
    for language in ("fr", "en", "es", "pt", "de"):
        seen, common = Counter[str](), Counter[str]()
        for row in press(language):
            before = ""
            for word in _WORD.findall(row["text"]):
                folded = fold_key(word)
                if folded in names:
                    seen[folded] += 1
                    common[folded] += word[0].islower()
                    common[folded] += language == "de" and before.lower() in _ARTICLES
                before = word
        share = _ARTICLE_SHARE if language == "de" else _LOWER_SHARE
        words |= {
            name
            for name, count in common.items()
            if count >= _LOWER_SEEN and count >= share * seen[name]
        }
    return words


def _others() -> set[str]:
    """Return what is no given name: function words, countries, capitals, organizations, titles."""
    others = {fold_key(word) for words in function_words().values() for word in words}
    for entry in countries().entries.values():
        others |= {fold_key(form.text) for form in entry.forms}
    for code in LANGUAGES:
        locale = Locale(code)
        for calendar in (locale.days, locale.months):
            others |= {fold_key(str(name)) for name in calendar["format"]["wide"].values()}
    known = organizations()
    others |= {name for name in known.aliases if " " not in name}
    for row in read_rows(FOLDER / "persons-grammar.txt", "|"):
        if row.cells[1] not in ("given", "doubtful", "foreign"):
            others |= {fold_key(word) for word in split_list(row.cells[2])}
    return others


def _units(role: str) -> Iterator[tuple[str, str, int]]:
    """Yield folded Arabic name, Latin spelling and count of the names of a role."""
    data = files("arabic_name_romanizer").joinpath("resources", "names.sqlite3")
    with sqlite3.connect(str(data)) as connection:
        rows = connection.execute(
            "select arabic_key, latin, sum(count) from units where role = ?"
            " and country not in ('IR', 'PK', 'AF') group by arabic_key, latin",
            (role,),
        )
        for arabic, latin, count in rows:
            yield fold_key(arabic), latin, count


def arabic_names() -> tuple[set[str], set[str], list[list[str]]]:
    """Return Arabic given names, surnames, and which spellings are one."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    counts: dict[str, Counter[str]] = {"given": Counter(), "surname": Counter()}
    for role, counter in counts.items():
        for arabic, latin, count in _units(role):
            counter[arabic] += count
            folded = "".join(fold_key(latin).split())
            spellings["".join(arabic.split())][folded] += count
    given = {name for name, count in counts["given"].items() if count >= _ARABIC_SEEN}
    given = {name for name in given if _ARABIC.fullmatch(name) and len(name) >= _SHORTEST}
    surnames = {name for name, count in counts["surname"].items() if count >= _SURNAME_SEEN}
    surnames = {name for name in surnames if _ARABIC.fullmatch(name) and len(name) >= _SHORTEST}
    given -= _not_followed(given, surnames) | _others()
    return given, surnames - given, list(_joined(spellings))


def _not_followed(given: set[str], surnames: set[str]) -> set[str]:
    """Return the given names that the Arabic press mostly writes without another name behind."""
    seen, named = Counter[str](), Counter[str]()
    for row in press("ar"):
        words = fold_key(row["text"]).split()
        for word, after in pairwise(words):
            if word in given:
                seen[word] += 1
                named[word] += after in given or after in surnames
    return {
        word
        for word, count in seen.items()
        if count >= _NAMED_SEEN and named[word] < _NAMED_SHARE * count
    }


def _joined(spellings: dict[str, Counter[str]]) -> Iterator[list[str]]:
    """Yield Arabic names with those Latin spellings that are mostly theirs, the commonest first."""
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for arabic, counter in spellings.items():
        for latin, count in counter.items():
            bearers[latin][arabic] += count
    yield ["ben", "bin", "ibn", "بن", "ابن"]
    for arabic, counter in sorted(spellings.items()):
        own = [
            latin
            for latin, count in counter.most_common()
            if _LATIN.fullmatch(latin)
            and len(latin) >= _SHORTEST
            and count >= _JOINED_SHARE * bearers[latin].total()
            and count >= _SPELLING_SHARE * counter.total()
        ]
        common = counter.most_common(1)[0][0]
        if own[:1] == [common] and counter.total() >= _JOINED_SEEN and _ARABIC.fullmatch(arabic):
            yield [*own, arabic]


if __name__ == "__main__":
    main()
