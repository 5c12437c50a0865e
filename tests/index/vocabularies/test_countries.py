"""Countries: every one of CLDR, by any of its names, in seven languages."""

from pathlib import Path

import pytest
from babel import Locale

from index.errors import VocabularyError
from index.vocabularies import LANGUAGES, countries
from index.vocabularies.countries import load_countries
from tools.vocabularies.build_countries import FOLDER, NO_COUNTRIES, build, inflected

CODES = sorted(
    code.lower()
    for code in map(str, Locale("en").territories)
    if len(code) == 2 and code not in NO_COUNTRIES
)


def test_every_country_of_cldr_is_there() -> None:
    assert sorted(countries().entries) == CODES
    assert len(CODES) >= 249


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_label_is_that_of_cldr_and_resolves(locale: str) -> None:
    for code in CODES:
        label = countries().label(code, locale)
        assert label == Locale(locale).territories[code.upper()]
        assert countries().resolve(label) in (code, "cg"), label  # the Congos share a name
        assert countries().resolve(code) == countries().resolve(code.upper()) == code


def test_labels_in_other_languages() -> None:
    assert countries().label("de", "sv") == "Tyskland"
    assert countries().label("xx", "fr") == "xx"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("allemagne", "de"),
        ("Germany", "de"),
        ("ألمانيا", "de"),
        ("ETATS UNIS", "us"),
        ("EE.UU.", "us"),
        ("UK", "gb"),
        ("Angleterre", "gb"),
        ("Ivory Coast", "ci"),
        ("RDC", "cd"),
        ("Burma", "mm"),
        ("Réunion", "re"),
        ("Hong Kong", "hk"),
        ("Côte d’Ivoire", "ci"),
        ("Turkey", "tr"),
    ],
)
def test_any_name_resolves(typed: str, code: str) -> None:
    assert countries().resolve(typed) == code


def test_demonyms_and_capitals_are_no_names() -> None:
    for typed in ("français", "Berlin", "Germans"):
        assert countries().resolve(typed) is None


def test_the_file_is_what_its_sources_make() -> None:
    written = {}
    for line in (FOLDER / "countries.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, language, kind, forms = line.split("\t")
            written[code, language, kind] = forms
    assert written == {key: "; ".join(forms) for key, forms in build().items()}


@pytest.mark.parametrize(
    ("language", "base", "forms"),
    [
        ("fr", "français", "français française françaises"),
        ("fr", "tunisien", "tunisien tunisiens tunisienne tunisiennes"),
        ("fr", "russe", "russe russes"),
        ("en", "German", "German Germans"),
        ("en", "Chinese", "Chinese"),
        ("es", "alemán", "alemán alemana alemanes alemanas"),
        ("es", "iraní", "iraní iraníes iranís"),
        ("de", "deutsch", "deutsch deutsche deutschen deutscher deutsches deutschem"),
        ("de", "Russe", "Russe Russen Russin Russinnen"),
        ("it", "turco", "turco turca turchi turche"),
        ("it", "francese", "francese francesi"),
        ("pt", "francês", "francês francesa franceses francesas"),
        ("pt", "alemão/alemã", "alemão alemã"),
        ("ar", "ألماني/ألمانية", "ألماني ألمانية الألماني الألمانية"),
    ],
)
def test_demonyms_are_inflected(language: str, base: str, forms: str) -> None:
    assert inflected(base, language) == forms.split()


def rows(*rows: str) -> str:
    named = [f"fr\t{language}\tname\tFrance" for language in LANGUAGES]
    return "\n".join([*named, *rows]) + "\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("fr\tfr\tname", "3 columns"),
        ("FR\tfr\tname\tFrance", "two small letters"),
        ("fr\tfr\tcity\tParis", "unknown kind"),
        ("fr\tnl\tname\tFrankrijk", "unknown language"),
        ("fr\tfr\tname\t...", "no letter"),
        ("be\tfr\tname\tFrance", "is also of fr"),
        ("be\tfr\tname\tBelgique", "has no name in"),
    ],
)
def test_a_bad_row_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "countries.tsv"
    path.write_text(rows(row), "utf-8")
    with pytest.raises(VocabularyError, match=reason) as refused:
        load_countries(path)
    assert "countries.tsv, line 8" in str(refused.value)
