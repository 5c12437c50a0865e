"""The archive's own themes: what a file adds, and which files are refused."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from index import vocabularies
from index.errors import VocabularyError
from index.extract import decided_themes, find_themes, score_themes
from index.extract.organizations import find_organizations
from index.vocabularies import (
    LANGUAGES,
    Expression,
    never_organizations,
    organizations,
    themes,
    with_own,
    with_own_organizations,
)
from index.vocabularies.themes import open_themes
from web.cli import cli as main

OWN = """\
# our own
theme | harbour | fr: Port autonome ; en: Harbour
theme | harbour/docks | fr: Dockers ; en: Dockers
theme | economy/shipyards | fr: Chantiers navals
fr | harbour | +port autonome ; ~grue portuaire
nl | harbour/docks | +havenarbeider
fr | sport/football | +tifo géant
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.txt"
    path.write_text(OWN, "utf-8")
    return path


def given_by(text: str, language: str, path: Path) -> set[str]:
    vocabulary = with_own(themes(), path)
    scores = score_themes(text, language, vocabulary=vocabulary)
    return decided_themes(scores).keys() & scores.keys()


def test_own_themes_are_found_beside_ours(own: Path) -> None:
    assert given_by("Le port autonome de Dakar s'agrandit.", "fr", own) == {"harbour"}
    assert "sport/football" in given_by("Un tifo géant.", "fr", own)
    assert "labour/strike" in given_by("La grève ! Une grève, des grévistes.", "fr", own)


def test_expressions_of_ours_are_read_when_their_language_is_asked_for(
    own: Path, tmp_path: Path
) -> None:
    for path in Path(vocabularies.__file__).parent.glob("themes*.t*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "themes-ar.txt").write_text("no theme | سرقة\n", "utf-8")
    own.write_text("fr | sport/football | +tifo géant\nnl | sport/football | +voetbal\n", "utf-8")
    expressions = with_own(open_themes(tmp_path), own).entries["sport/football"].expressions
    assert expressions["fr"][-1].text == "tifo géant"
    assert [each.text for each in expressions["nl"]] == ["voetbal"]
    assert expressions["de"] == themes().entries["sport/football"].expressions["de"]
    with pytest.raises(VocabularyError, match="unknown theme"):
        expressions.get("ar")


@pytest.mark.parametrize("language", [*LANGUAGES, "nl"])
def test_what_names_themes_are_their_expressions_that_are_not_weak(
    own: Path, language: str
) -> None:
    for vocabulary in (themes(), with_own(themes(), own)):
        named = {
            (id, each.text, each.exact)
            for id, entry in vocabulary.entries.items()
            for each in entry.expressions.get(language, ())
            if not each.weak
        }
        assert set(vocabulary.spellings(language)) == named


def test_expressions_may_be_in_any_language(own: Path) -> None:
    assert given_by("De havenarbeider werkt.", "nl", own) == {"harbour/docks"}


def test_labels_resolve_and_fall_back(own: Path) -> None:
    vocabulary = with_own(themes(), own)
    assert vocabulary.resolve("port autonome") == "harbour"
    assert vocabulary.label("economy/shipyards", "en") == "Chantiers navals"
    assert vocabulary.parent("harbour/docks") == "harbour"
    assert vocabulary.resolve("sport/football") == "sport/football"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (b"theme | a-b | fr: Port\ntheme | a-b | fr: Quai", 2, "stands twice"),
        (b"theme | sport | fr: Port", 1, "one of ours"),
        (b"theme | a/b | fr: Port\ntheme | a | fr: Quai", 1, "the parent of a/b"),
        (b"theme | a/b/c | fr: Port", 1, "is no id"),
        (b"theme | port | fr: Sport", 1, "is the label of sport"),
        (b"theme | port | fr: AB", 1, "is no label"),
        (b"theme | port | ", 1, "no label"),
        (b"fr | port | quai", 1, "neither one of ours"),
        (b"xx | sport | stade", 1, "code of a language"),
        (b"fr | sport | ab", 1, "fewer than 3 letters"),
        (b"fr | sport | kayak ; de la", 1, "de la” has only stop words"),
        (b"de | sport | in der", 1, "only stop words"),
        (b"fr | sport | kayak polo ; Kayak-polo", 1, "stands twice"),
        (b"fr | sport | kayak polo\nfr | sport | kayak polo", 2, "already"),
        (b"fr | sport/football | footballeur", 1, "already"),
        (b"fr | sport", 1, "expected"),
        (b"# fine\nfr | sport | \xff\xfe", 2, "not UTF-8"),
        (b"fr | sport | kayak\n" * 100_000, 2, "already"),
        (b"".join(b"fr | sport | kayak%d\n" % n for n in range(100_000)), 20_001, "20,000 rows"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_reason(
    tmp_path: Path, rows: bytes, line: int, reason: str
) -> None:
    path = tmp_path / "own.txt"
    path.write_bytes(rows)
    with pytest.raises(VocabularyError, match=rf"own\.txt, line {line}: .*{reason}"):
        with_own(themes(), path)


@settings(max_examples=15, deadline=None)
@given(data=st.binary(min_size=1, max_size=200))
def test_no_bytes_do_worse_than_being_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("own") / "own.txt"
    path.write_bytes(data)
    with suppress(VocabularyError):
        assert with_own(themes(), path).entries.keys() >= themes().entries.keys()


def test_a_build_with_a_bad_file_builds_nothing(tmp_path: Path) -> None:
    bad, source, index = tmp_path / "own.txt", tmp_path / "a.txt", tmp_path / "index"
    bad.write_text("fr | nothing | quai", "utf-8")
    source.write_text("Un texte.", "utf-8")
    # In a process of its own: a vocabulary is read once.
    result = subprocess.run(
        [sys.executable, "-c", "from web.cli import main; main()", "rebuild", source],
        env={**os.environ, "TROUVAILLE_VOCABULARY": str(bad), "TROUVAILLE_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode
    assert "own.txt, line 1" in result.stderr
    assert not index.exists() or not list(index.rglob("manifest*"))


def test_stop_words_count_for_no_points() -> None:
    vocabulary = themes()
    for text, points in (("courses de la montagne", 2.0), ("dans la montagne", 1.0)):
        assert vocabulary.points(Expression(text), "fr") == points
    for entry in vocabulary.entries.values():
        for language, listed in entry.expressions.items():
            for each in listed:
                assert vocabulary.says_something(each, language), (entry.id, language, each.text)


def test_the_command_checks_shows_and_tests(own: Path) -> None:
    run = CliRunner()
    checked = run.invoke(main, ["vocabulary", "check", str(own)])
    assert "3 themes and 4 expressions" in checked.output
    shown = run.invoke(main, ["vocabulary", "show", "football"])
    assert "sport/football" in shown.output
    tested = run.invoke(main, ["vocabulary", "test", "Le trafic d'armes continue au port."])
    assert "* crime/arms-trafficking" in tested.output
    assert "trafic d'armes" in tested.output
    assert run.invoke(main, ["vocabulary", "show", "xyzzy"]).exit_code == 2
    assert find_themes("", "fr") == ()


def test_own_organizations_are_known(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(
        "organization | port | fr: Port autonome de Zubrow | onu\norganization | onu | fr: Zonu\n",
        "utf-8",
    )
    known = with_own_organizations(organizations(), path)
    assert known.resolve("port autonome de zubrow") == "port"
    assert known.parent("port") == "onu"
    assert known.resolve("Zonu") == "onu"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (b"organization | a | fr: Zubrow\norganization | a | fr: Zorbo", 2, "stands twice"),
        (b"organization | a | fr: Zubrow\norganization | b | fr: zubrow", 2, "is a name of a"),
        (b"organization | a | fr: Zubrow | b\norganization | b | fr: Zorbo | a", 1, "circle"),
        (b"organization | a | fr: Zubrow | zz", 1, "the parent zz"),
        (b"organization | a | fr: Zu", 1, "three letters"),
        (b"organization | a | fr: \xff", 1, "not UTF-8"),
        (b"organization | a | ", 1, "no name"),
        (
            b"".join(b"organization | a%d | fr: Zub%d\n" % (n, n) for n in range(100_000)),
            20_001,
            "rows",
        ),
    ],
)
def test_bad_organizations_are_refused(tmp_path: Path, rows: bytes, line: int, reason: str) -> None:
    path = tmp_path / "own.txt"
    path.write_bytes(rows)
    with pytest.raises(VocabularyError, match=rf"line {line}: .*{reason}"):
        with_own_organizations(organizations(), path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("never | person | ", "names"),
        ("never | person | ;", "names"),
        ("theme | -- | fr: Port", "no id"),
        ("theme | -port | fr: Port", "no id"),
        ("theme | harbour/- | fr: Port", "no id"),
        ("organization | pad- | fr: Port autonome", "no id"),
        ("fr | sport/football | +tifo\x00géant", "control character"),
        ("theme | harbour | fr: Po\x07rt", "control character"),
    ],
)
def test_rows_that_say_nothing_or_cannot_be_asked_for_are_refused(
    tmp_path: Path, row: str, reason: str
) -> None:
    path = tmp_path / "own.txt"
    path.write_text(f"{row}\n", "utf-8")
    with pytest.raises(VocabularyError, match=reason):
        with_own(themes(), path)


def test_the_command_shows_an_organization_and_says_why_names_do_not_count() -> None:
    def said(*arguments: str) -> str:
        ended = CliRunner().invoke(main, ["vocabulary", *arguments])
        assert ended.exit_code == 0, ended.output
        return ended.output

    shown = said("show", "CNEWS")
    assert "I-Télé (former, 1999-11-04/2017-02-27)" in shown
    assert "conseil-de-securite-onu (un, below onu)" in said("show", "Security Council")
    tested = said(
        "test", "Le ministre Juan Carlos Ferrero a vu la banque mondiale et l'ONU à Paris."
    )
    assert "* onu: ONU" in tested
    assert "banque mondiale is not banque-mondiale: its capitals" in tested


def test_a_name_that_is_of_no_organization_is_never_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.txt"
    path.write_text("never | organization | Le Monde\n", "utf-8")
    text = "Selon Le Monde, l’ONU se tait."
    assert [one.id for one in find_organizations(text, "fr").organizations] == ["le-monde", "onu"]
    monkeypatch.setenv("TROUVAILLE_VOCABULARY", str(path))
    never_organizations.cache_clear()
    try:
        found = find_organizations(text, "fr").organizations
    finally:
        never_organizations.cache_clear()
    assert [one.id for one in found] == ["onu"]
