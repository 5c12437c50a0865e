from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import VocabularyError
from index.extract import find_themes
from index.vocabularies import LANGUAGES, grammar, organizations, themes
from index.vocabularies.grammar import load_grammars
from index.vocabularies.organizations import COLUMNS, load_organizations
from index.vocabularies.themes import load_themes, open_themes
from tools.vocabularies.build_organizations import (
    APART,
    TARGET,
    Draft,
    Merger,
    Record,
    by_hand,
    from_lists,
    from_packages,
    further_names,
)
from tools.vocabularies.typography import BODIES, french_names, with_article


def row(**cells: str) -> str:
    filled = {"kind": "igo", "source": "test", **cells}
    return "\t".join(filled.get(column, "") for column in COLUMNS)


def write(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "organizations.tsv"
    path.write_text("# comment\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_there_are_many_organizations_written_by_hand_in_seven_languages() -> None:
    drafts = by_hand()
    assert len(drafts) >= 500
    spoken = {code: sum(code in draft.names for draft in drafts) for code in LANGUAGES}
    assert all(count >= 100 for count in spoken.values()), spoken


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("ONU", "onu"),
        ("nations unies", "onu"),
        ("United Nations", "onu"),
        ("UN", "onu"),
        ("Vereinte Nationen", "onu"),
        ("الأمم المتحدة", "onu"),
        ("otan", "otan"),
        ("NATO", "otan"),
        ("Economic Community of West African States", "cedeao"),
        ("OMS", "oms"),
        ("Organização Mundial da Saúde", "oms"),
        ("Organisation de la Conférence islamique", "oci"),
    ],
)
def test_any_name_resolves_to_one_id(written: str, id: str) -> None:
    assert organizations().resolve(written) == id
    assert organizations().resolve(written.upper()) == id


def test_an_unknown_name_resolves_to_nothing() -> None:
    assert organizations().resolve("Confrérie imaginaire de Nulle-Part") is None
    assert themes().resolve("nulle part") is None


def test_labels_follow_the_locale_and_fall_back() -> None:
    authority = organizations()
    assert authority.label("onu", "fr") == "Organisation des Nations unies"
    assert authority.label("onu", "en") == "United Nations"
    assert authority.label("onu", "sv") == authority.label("onu", "fr")
    assert authority.label("~unknown", "fr") == "~unknown"
    for id in authority.entries:
        assert authority.label(id, "fr")
        assert authority.resolve(id) == id


@given(st.dates(date(1000, 1, 1)))
def test_a_body_has_one_name_on_a_day_and_that_of_today_outside_of_all_periods(day: date) -> None:
    authority = organizations()
    for id in ("cnews", "rn", "lrem", "engie", "daimler", "oci"):
        former = authority.label_at(id, "fr", day.isoformat())
        borne = [n.text for n in authority.entries[id].names if n.was_borne(day.isoformat())]
        assert former == (borne[0] if borne else None)
        assert former != authority.label(id, "fr")


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2016", "I-Télé"),
        ("2017-01", "I-Télé"),
        ("2017-02-26", "I-Télé"),
        ("2017-02-27", None),
        ("2017-02", None),
        ("2017", None),
        ("1998", None),
    ],
)
def test_a_period_ends_before_its_second_day(day: str, name: str | None) -> None:
    assert organizations().label_at("cnews", "fr", day) == name


@pytest.mark.parametrize("name", ["<X Bank @2017", "X Bank @1999/2017", "<X Bank @2017/1999"])
def test_a_period_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(VocabularyError, match=r"line 2.*former name"):
        load_organizations(write(tmp_path, row(id="x", fr=f"Y Bank; {name}")))


def test_every_theme_has_labels_and_every_child_a_parent() -> None:
    vocabulary = themes()
    for id in vocabulary.entries:
        parent = vocabulary.parent(id)
        assert parent is None or parent in vocabulary.entries
        for locale in LANGUAGES:
            assert vocabulary.label(id, locale) != id
        assert vocabulary.resolve(id) == id
    assert vocabulary.parent("crime/terrorism") == "crime"
    assert vocabulary.resolve("Terrorismo") == "crime/terrorism"
    assert vocabulary.resolve("ÉCONOMIE, AFFAIRES ET FINANCE") == "economy"


def test_every_child_theme_has_expressions() -> None:
    """In one language at least: a theme may be added before all languages have words for it."""
    bare = [id for id, entry in themes().entries.items() if "/" in id and not entry.expressions]
    assert not bare


def test_themes_imply_only_known_organizations() -> None:
    known = set(organizations().entries)
    for entry in themes().entries.values():
        assert {id for id in entry.organizations if not id.startswith("kind:")} <= known


def test_an_expression_finds_its_own_theme() -> None:
    for id, entry in themes().entries.items():
        for language, expressions in entry.expressions.items():
            text = ". ".join([each.text for each in expressions] * 2)[:1200]
            found = {theme.id for theme in find_themes(text, language)}
            strong = any(each.weight_of(1) >= 1 for each in expressions)
            assert not strong or id in found, (id, language)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["onu\tigo"], "2 columns"),
        ([row(id="ONU", fr="Nations unies")], "not an identifier"),
        ([row(id="onu", kind="band", fr="Nations unies")], "unknown kind"),
        ([row(id="onu", source="", fr="Nations unies")], "source"),
        ([row(id="onu")], "no name"),
        ([row(id="onu", fr="Nations unies; ...")], "no letter"),
        ([row(id="onu", fr="Nations unies"), row(id="onu", fr="Autre nom")], "stands also"),
        ([row(id="onu", fr="Nations unies"), row(id="x", fr="Nations-Unies")], "also a name of"),
        ([row(id="zorva", mul="Zorva"), row(id="x", fr="Zorva Group")], "also a name of zorva"),
        ([row(id="zorva", de="Zor-Va AG"), row(id="x", mul="The Zorva")], "also a name of zorva"),
        ([row(id="onu", fr="Nations unies; =NU")], "too short an acronym"),
        ([row(id="onu", parent="monde", fr="Nations unies")], "parent"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_reason(
    tmp_path: Path, rows: list[str], reason: str
) -> None:
    with pytest.raises(VocabularyError, match=reason) as refused:
        load_organizations(write(tmp_path, *rows))
    assert f"organizations.tsv, line {len(rows) + 1}" in str(refused.value)
    assert refused.value.exit_status == 2


def test_an_ambiguous_acronym_may_be_shared(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        row(id="ua", fr="Union africaine; =~UA"),
        row(id="artistes", fr="Union des artistes; =~UA"),
    )
    assert set(load_organizations(path).entries) == {"ua", "artistes"}


def test_two_bodies_whose_names_are_alike_stand_in_the_list_of_those(tmp_path: Path) -> None:
    apart = tmp_path / "apart.txt"
    two = [row(id="zorva", mul="Zorva"), row(id="x", mul="Zorva Group")]
    apart.write_text("x | zorva | the owner of others too\n", encoding="utf-8")
    assert set(load_organizations(write(tmp_path, *two), apart=apart).entries) == {"zorva", "x"}
    with pytest.raises(VocabularyError, match=r"also a name of zorva"):
        load_organizations(write(tmp_path, *two, row(id="y", mul="Zorva AG")), apart=apart)
    with pytest.raises(VocabularyError, match=r"apart\.txt, line 1: these two have no names"):
        load_organizations(write(tmp_path, two[0]), apart=apart)
    apart.write_text("x | zorva\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"apart\.txt, line 1: expected"):
        load_organizations(write(tmp_path, *two), apart=apart)


def test_an_acronym_and_a_similar_name_make_one_body(tmp_path: Path) -> None:
    two = [
        row(id="cidz", en="International Centre for Zorva Development; =~CIDZ"),
        row(id="zorva", en="International Center of Zorva Development; =~CIDZ"),
    ]
    with pytest.raises(VocabularyError, match=r"cidz and zorva have an acronym in common"):
        load_organizations(write(tmp_path, *two))
    apart = tmp_path / "apart.txt"
    apart.write_text("cidz | zorva | the old one and the new one\n", encoding="utf-8")
    assert len(load_organizations(write(tmp_path, *two), apart=apart).entries) == 2
    other = row(id="zoo", en="International Committee for Zoos; =~CIDZ")
    assert len(load_organizations(write(tmp_path, two[0], other)).entries) == 2
    countries = (
        row(id="cidz", context="+fr", en="Zorva Development Centre; =~CIDZ"),
        row(id="zorva", context="+be", en="Zorva Development Center; =~CIDZ"),
    )
    assert len(load_organizations(write(tmp_path, *countries)).entries) == 2
    with pytest.raises(VocabularyError, match="'zz' is no code of a country"):
        load_organizations(write(tmp_path, row(id="cidz", context="+zz", en="Zorva")))


def test_a_source_adds_to_the_row_with_its_acronym_and_a_similar_name() -> None:
    merger = Merger([Draft("cidz", "igo", names={"en": ["=~CIDZ", "Zorva Research Center"]})])
    names = {language: [] for language in LANGUAGES}
    given = names | {"en": ["Zorva Research Centre"]}
    merger.merge(Record("list", "ngo", "", "", given, names | {"en": ["CIDZ"]}))
    assert list(merger.drafts) == ["cidz"]
    other = names | {"en": ["Union of the Zorva Makers"]}
    merger.merge(Record("list", "ngo", "", "", other, names | {"en": ["CIDZ"]}))
    assert len(merger.drafts) == 2


def test_a_name_of_a_package_with_a_legal_form_is_that_of_the_body(tmp_path: Path) -> None:
    hand, packages, apart = (tmp_path / name for name in ("hand.txt", "packages.txt", "apart.txt"))
    hand.write_text("zorva|company||||*=Zorva\nyahoo|company||||*=Yahoo\n", encoding="utf-8")
    listed = "Zorva Group = زورفا; The Yahoo Company; Zynga; Zynga AG"
    packages.write_text(f"company | pack | {listed}\n", encoding="utf-8")
    apart.write_text("yahoo | the-yahoo-company | two\n", encoding="utf-8")
    drafts = by_hand(hand)
    added = from_packages(drafts, packages, apart)
    assert [draft.id for draft in added] == ["the-yahoo-company", "zynga"]
    assert drafts[0].names == {"mul": ["Zorva", "Zorva Group"], "ar": ["زورفا"]}
    assert drafts[0].sources == ["trouvaille", "pack"]
    assert added[1].names == {"mul": ["Zynga", "Zynga AG"]}
    assert added[1].sources == ["pack"]


def test_an_unreadable_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="cannot be read"):
        load_organizations(tmp_path / "absent.tsv")
    bad = tmp_path / "latin.tsv"
    bad.write_bytes(b"\xe9\xff\n")
    with pytest.raises(VocabularyError, match="cannot be read"):
        load_organizations(bad)


def test_no_two_of_our_organizations_bear_a_name() -> None:
    ours = load_organizations(TARGET, apart=APART)
    assert ours.entries.keys() == organizations().entries.keys()


def theme_folder(tmp_path: Path, themes_row: str, french: str) -> Path:
    (tmp_path / "themes.tsv").write_text(themes_row + "\n", encoding="utf-8")
    for language in LANGUAGES:
        (tmp_path / f"themes-{language}.txt").write_text("# none\n", encoding="utf-8")
    (tmp_path / "themes-fr.txt").write_text(french + "\n", encoding="utf-8")
    (tmp_path / "themes-organizations.txt").write_text("# none\n", encoding="utf-8")
    return tmp_path


GOOD = "crime\t\t\t" + "\t".join(["Crime"] * len(LANGUAGES))


@pytest.mark.parametrize(
    ("themes_row", "french", "reason"),
    [
        ("crime\tx", "", "2 columns"),
        (GOOD + "\n" + GOOD, "", "stands twice"),
        (GOOD.replace("crime", "crime/theft", 1), "", "parent of crime/theft"),
        (GOOD.removesuffix("Crime"), "", "needs a label"),
        (GOOD, "crime", "expected: theme"),
        (GOOD, "theft|vol", "unknown theme"),
        (GOOD, "crime|vol\ncrime|vols", "stands twice"),
        (GOOD, "crime|vol;Vol", "stands twice"),
        (GOOD, "crime|...", "no letter"),
    ],
)
def test_a_bad_theme_is_refused(tmp_path: Path, themes_row: str, french: str, reason: str) -> None:
    with pytest.raises(VocabularyError, match=reason):
        load_themes(theme_folder(tmp_path, themes_row, french))


def test_expressions_of_a_language_are_read_when_it_is_asked_for(tmp_path: Path) -> None:
    vocabulary = open_themes(theme_folder(tmp_path, GOOD, "crime|vol"))
    (tmp_path / "themes-ar.txt").write_text("theft|سرقه\n", encoding="utf-8")
    expressions = vocabulary.entries["crime"].expressions
    assert [each.text for each in expressions["fr"]] == ["vol"]
    with pytest.raises(VocabularyError, match="unknown theme"):
        expressions.get("ar")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Économie", "economy"),
        ("business", "economy"),
        ("Wirtschaft", "economy"),
        ("اقتصاد", "economy"),
        ("Insolite", "human-interest"),
        ("guerre", "conflict"),
        ("Arts, culture et médias", "culture"),
    ],
)
def test_a_part_of_a_label_is_an_alias(text: str, id: str) -> None:
    assert themes().resolve(text) == id


@pytest.mark.parametrize(
    "line", ["fr | head", "xx | head | a; b", "fr | noun | a; b", "fr | head | a | b"]
)
def test_a_malformed_grammar_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "grammar.txt"
    path.write_text(f"# roles\n{line}\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"grammar\.txt, line 2"):
        load_grammars(path)


def test_a_language_without_a_grammar_has_the_common_words() -> None:
    assert "inc" in grammar("nl")["legal"]
    assert not grammar("nl")["head"]


def test_labels_are_typeset_as_their_language_does() -> None:
    authority = organizations()
    bodies = [one for one in authority.entries.values() if one.kind in BODIES]
    typeset = french_names(
        name.text for one in bodies for name in one.names if name.language == "fr"
    )
    for one in bodies:
        french = one.label("fr")
        assert typeset(french) == french, one.id
        for language in LANGUAGES:
            label = one.label(language)
            assert not (label[0].islower() and label[1].isalpha()), (one.id, label)
    for one in authority.entries.values():
        names = [name.text for name in one.names if name.language == "fr"]
        assert not [name for name in names if "Nations Unies" in name], one.id
    assert authority.label("le-canard-enchaine", "fr") == "Le Canard enchaîné"
    assert with_article(["^Journal de Nulle Part", "Le Journal de Nulle Part"])[0].startswith("Le ")


def test_the_builder_refuses_an_id_in_two_rows(tmp_path: Path) -> None:
    hand, lists = tmp_path / "hand.txt", tmp_path / "lists.txt"
    hand.write_text("yahoo|company||||ar=ياهو\n", encoding="utf-8")
    lists.write_text("company | * | Yahoo; Zynga\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="the id yahoo is taken"):
        from_lists(by_hand(hand), lists)
    hand.write_text("yahoo|company||||*=Yahoo\n", encoding="utf-8")
    assert [draft.id for draft in from_lists(by_hand(hand), lists)] == ["zynga"]
    hand.write_text("yahoo|company||||*=Yahoo\nyahoo|company||||ar=ياهو\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="another row has the id yahoo"):
        by_hand(hand)


def test_a_list_gives_known_bodies_further_names(tmp_path: Path) -> None:
    hand, lists = tmp_path / "hand.txt", tmp_path / "lists.txt"
    hand.write_text("yahoo|company||||*=Yahoo\nzynga|company||||ar=زينغا\n", encoding="utf-8")
    lists.write_text("also | ar | Yahoo = ياهو / زينغا\n", encoding="utf-8")
    drafts = by_hand(hand)
    assert not from_lists(drafts, lists)
    further_names(drafts, lists)
    assert drafts[0].names == {"mul": ["Yahoo"], "ar": ["ياهو"]}  # the other is of another body
    lists.write_text("also | ar | Zorva = زورفا\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="no organization has the name Zorva"):
        further_names(drafts, lists)
