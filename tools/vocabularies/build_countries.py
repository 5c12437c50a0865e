"""Build ``index/vocabularies/countries.tsv``: countries and territories in seven languages.

    python -m tools.vocabularies.build_countries

Names and the cities of time zones are those of CLDR, as Babel has them. More names, capitals and
demonyms are written by hand in ``countries-names.txt``, ``countries-capitals.txt`` and
``countries-demonyms.txt``, which say what their marks mean. Demonyms are inflected here, so that
every form can be read in the result.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import babel
from babel import Locale

from index.analysis import fold_key
from index.vocabularies import LANGUAGES
from index.vocabularies.vocabulary import Row, read_rows, split_list

FOLDER: Final = Path(__file__).resolve().parents[2] / "index" / "vocabularies"
NO_COUNTRIES: Final = frozenset(
    ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA")
)
"""Codes of CLDR that ISO 3166-1 does not give to a country or territory."""
_UNUSUAL = re.compile(r"[(,]| - |chinoise de|SAR China|RAE de|RAS di|Sonderverwaltung|منطقة")
"""What a name of CLDR has that no text writes so."""
_MARKS = "=~?^!-"

Forms = dict[str, None]
Cells = dict[tuple[str, str, str], Forms]
"""Marked forms by code, language and kind, each once and in order."""


def main() -> None:
    """Write the file."""
    cells = build()
    lines = [
        f"# Built by tools/vocabularies/build_countries.py from CLDR (Babel {babel.__version__}) "
        "and countries-*.txt: change those.",
        "# code\tlanguage\tkind\tforms; the first name is that of CLDR",
    ]
    for (code, language, kind), forms in sorted(cells.items()):
        lines.append(f"{code}\t{language}\t{kind}\t{'; '.join(forms)}")
    (FOLDER / "countries.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def build() -> Cells:
    """Return every form of every country."""
    cells: Cells = {}
    codes = {code for code in map(str, Locale("en").territories) if len(code) == 2} - NO_COUNTRIES
    for code in codes:
        for language in LANGUAGES:
            name = Locale(language).territories[code]
            mark = "-" if _UNUSUAL.search(name) else ""
            cells[code.lower(), language, "name"] = {f"{mark}{_plain(name)}": None}
    for row in read_rows(FOLDER / "countries-names.txt", "|"):
        _add(cells, row, row.cells[1:], "name")
    for row in read_rows(FOLDER / "countries-capitals.txt", "|"):
        if row.cells[1]:
            mark, zone = _split_marks(row.cells[1])
            for language in LANGUAGES:
                zones = Locale(language).time_zones.get(zone, {})
                city = zones.get("city") or zone.rpartition("/")[2].replace("_", " ")
                if "(" not in city:
                    _put(cells, row, language, "capital", f"{mark}{_plain(city)}")
        _add(cells, row, row.cells[2:], "capital")
    for row in read_rows(FOLDER / "countries-demonyms.txt", "|"):
        if len(row.cells) != 1 + len(LANGUAGES):
            raise row.error(f"{len(row.cells)} cells where {1 + len(LANGUAGES)} are expected")
        for language, cell in zip(_ORDER, row.cells[1:], strict=True):
            for marked in split_list(cell):
                mark, text = _split_marks(marked)
                for form in inflected(text, language):
                    _put(cells, row, language, "demonym", f"{mark}{form}")
    return cells


_ORDER = ("fr", "en", "es", "de", "it", "pt", "ar")


def _add(cells: Cells, row: Row, written: tuple[str, ...], kind: str) -> None:
    for cell in written:
        language, _, forms = cell.partition("=")
        if language == "cue":
            cells[row.cells[0], "*", "cue"] = dict.fromkeys(map(fold_key, split_list(forms)))
            continue
        if language != "*" and language not in LANGUAGES:
            raise row.error(f"unknown language {language!r}")
        for each in LANGUAGES if language == "*" else (language,):
            for form in split_list(forms):
                if each != "ar" or language == "ar":
                    _put(cells, row, each, kind, form)


def _put(cells: Cells, row: Row, language: str, kind: str, marked: str) -> None:
    """Add a form; one that differs in its mark alone replaces the one that is there."""
    code = row.cells[0]
    if (code, language, "name") not in cells:
        raise row.error(f"{code!r} is no code of CLDR")
    forms = cells.setdefault((code, language, kind), {})
    key = fold_key(_split_marks(marked)[1])
    if kind != "name" and any(
        fold_key(_split_marks(name)[1]) == key for name in cells[code, language, "name"]
    ):
        return
    same = next((form for form in forms if fold_key(_split_marks(form)[1]) == key), None)
    if same is None:
        forms[marked] = None
    elif kind != "demonym" and _split_marks(same)[0] != _split_marks(marked)[0]:
        first = _split_marks(same)[1]  # as CLDR writes it
        cells[code, language, kind] = {
            (_split_marks(marked)[0] + first if form == same else form): None for form in forms
        }


def _split_marks(marked: str) -> tuple[str, str]:
    text = marked.lstrip(_MARKS)
    return marked[: len(marked) - len(text)], text


def _plain(name: str) -> str:
    """Return a name of CLDR without soft hyphens and with straight apostrophes."""
    return name.replace("\u00ad", "").replace("’", "'").replace("\u00a0", " ")


def inflected(text: str, language: str) -> list[str]:
    """Return the forms of a demonym; those that ``/`` joins are taken as they are."""
    forms = text.split("/") if "/" in text else list(_RULES[language](text))
    if language == "ar":
        forms += [_definite(form) for form in forms if text != _MALIAN and _takes_article(form)]
    return list(dict.fromkeys(forms))


def _endings(text: str, rules: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield what the first rule for the end of ``text`` makes of it.

    A rule is an ending and its forms; one that ends with ``+`` is added to the whole word.
    """
    for ending, forms in rules:
        if text.endswith(ending):
            stem = text.removesuffix(ending)
            for form in forms.split(","):
                yield text + form.removeprefix("+") if form.startswith("+") else stem + form
            return


def _french(text: str) -> Iterator[str]:
    return _endings(
        text,
        (
            ("ais", "ais,aise,aises"),
            ("ois", "ois,oise,oises"),
            ("ien", "ien,iens,ienne,iennes"),
            ("éen", "éen,éens,éenne,éennes"),
            ("yen", "yen,yens,yenne,yennes"),
            ("on", "on,ons,onne,onnes"),
            ("e", "+,+s"),
            ("", "+,+s,+e,+es"),
        ),
    )


def _english(text: str) -> Iterator[str]:
    return _endings(text, (("ese", "+"), ("ish", "+"), ("ch", "+"), ("ss", "+"), ("", "+,+s")))


def _spanish(text: str) -> Iterator[str]:
    return _endings(
        text,
        (
            ("o", "o,a,os,as"),
            ("és", "és,esa,eses,esas"),
            ("án", "án,ana,anes,anas"),
            ("ón", "ón,ona,ones,onas"),
            ("ís", "ís,isa,ises,isas"),
            ("ol", "ol,ola,oles,olas"),
            ("í", "í,íes,ís"),
            ("ú", "ú,úes,ús"),
            ("r", "r,res"),
            ("l", "l,la,les,las"),
            ("", "+,+s"),
        ),
    )


def _german(text: str) -> Iterator[str]:
    if text.endswith("isch") or not text[0].isupper():
        return _endings(text, (("", "+,+e,+en,+er,+es,+em"),))
    return _endings(
        text,
        (
            ("er", "er,ers,ern,erin,erinnen"),
            ("e", "e,en,in,innen"),
            ("i", "i,is"),
            ("", "+,+s,+en,+in,+innen"),
        ),
    )


def _italian(text: str) -> Iterator[str]:
    return _endings(
        text,
        (
            ("io", "io,ia,i,ie"),
            ("co", "co,ca,chi,che"),
            ("go", "go,ga,ghi,ghe"),
            ("o", "o,a,i,e"),
            ("e", "e,i"),
            ("ita", "ita,iti,ite"),
            ("ta", "ta,ti,te"),
            ("", "+"),
        ),
    )


def _portuguese(text: str) -> Iterator[str]:
    return _endings(
        text,
        (
            ("o", "o,a,os,as"),
            ("ês", "ês,esa,eses,esas"),
            ("ol", "ol,ola,óis,olas"),
            ("r", "r,res"),
            ("z", "z,zes"),
            ("", "+,+s"),
        ),
    )


def _arabic(text: str) -> Iterator[str]:
    """Yield a nisba: masculine, feminine, plurals; every word of several takes the ending."""
    for ending in ("", "ة", "ين", "ون", "ات", "ا"):
        yield " ".join(word + ending if word.endswith("ي") else word for word in text.split())


_MALIAN = "مالي"
"""Its definite forms are those of *financial*."""


def _takes_article(form: str) -> bool:
    """Say whether a form may have an article, and has none yet."""
    words = (word.lstrip(_MARKS) for word in form.split())
    return not form.endswith("يا") and not any(word.startswith("ال") for word in words)


def _definite(form: str) -> str:
    return " ".join(f"ال{word}" for word in form.split())


_RULES: Final[dict[str, Callable[[str], Iterator[str]]]] = {
    "fr": _french,
    "en": _english,
    "es": _spanish,
    "de": _german,
    "it": _italian,
    "pt": _portuguese,
    "ar": _arabic,
}

if __name__ == "__main__":
    main()
