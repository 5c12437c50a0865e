"""Names that the archive's own documents, or its desk, teach."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from index.build import BuildOptions, names, rebuild, update
from index.commands.teaching import learn as command
from index.document import Document
from index.errors import IndexDamaged, VocabularyError
from index.extract import ExtractionOptions, LearnedName, LearnedNames, extract
from index.publishing import open_published

CLEAR = "Hier, la société Zubrow a ouvert une usine à Lyon, numéro {}."
BARE = "Demain, Zubrow présente ses comptes, a dit une porte-parole."
HERE = BuildOptions(workers=0)


def documents(*texts: str) -> list[Document]:
    return [Document(str(n), text, language="fr") for n, text in enumerate(texts)]


CLEARLY = [CLEAR.format(n) for n in range(3)]


def ids(text: str, taught: LearnedNames | None) -> list[str]:
    found = extract(Document("x", text, language="fr"), ExtractionOptions(names=taught))
    return [one.id for one in found.organizations]


def test_a_name_that_documents_establish_counts_where_it_stands_bare() -> None:
    taught = names.learn(documents(*CLEARLY, BARE)).names
    assert ids(BARE, None) == []
    assert ids(BARE, taught) == ids(CLEARLY[0], None) == ["~zubrow"]
    assert ids("Jean Zubrow est arrivé ; ZUBROW, zubrow.", taught) == []


@given(st.permutations([*CLEARLY, BARE, BARE.replace("Zubrow", "Zorbo")]))
def test_the_order_of_documents_teaches_nothing(texts: list[str]) -> None:
    ordered = names.learn(documents(*CLEARLY, BARE, BARE.replace("Zubrow", "Zorbo")))
    assert names.dumps(names.learn(documents(*texts))) == names.dumps(ordered)


@pytest.mark.parametrize(
    "others",
    [
        [f"{BARE} {n}" for n in range(20)],  # bare in nearly all
        [f"Un zubrow est passé {n} fois." for n in range(3)],  # a common word
        [f"Jean Zubrow est passé {n} fois." for n in range(5)],  # a surname
        [f"M. Zubrow a été élu président du club {n}." for n in range(9)],
        [f"Selon le Dr. Zubrow, {n} sont venus." for n in range(9)],
        CLEARLY[:2],  # established in too few
    ],
)
def test_what_may_be_something_else_is_not_learned(others: list[str]) -> None:
    clear = [] if others == CLEARLY[:2] else CLEARLY
    assert not names.learn(documents(*clear, *others)).learned


BEFORE = ("M. ", "Mme ", "MM. ", "Dr. ", "Me ", "le maire ", "l’ex-ministre ", "Xylo ", "J. ")
PERSONS = st.sampled_from(BEFORE).map(lambda before: f"Hier, {before}Zubrow a voté.")


@given(st.lists(PERSONS, min_size=1, max_size=3), st.booleans())
def test_a_person_of_the_name_is_no_body(persons: list[str], again: bool) -> None:
    taught = LearnedNames("fr", (LearnedName("Zubrow", "~zubrow", "fr"),))
    text = " ".join([*persons, *["Puis Zubrow a parlé."] * again])
    assert ids(text, taught) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le Zubrow a gagné. Selon Zubrow, tout va bien.", "fr"),
        ("Il était président. Zubrow a vendu.", "fr"),
        ("Gestern hat der Hersteller Zubrow verkauft.", "de"),
        ("The Zubrow report is out.", "en"),
    ],
)
def test_a_word_that_is_no_name_leaves_a_body_a_body(text: str, language: str) -> None:
    taught = LearnedNames(language, (LearnedName("Zubrow", "~zubrow", language),))
    found = extract(Document("x", text, language=language), ExtractionOptions(names=taught))
    assert "~zubrow" in [one.id for one in found.organizations]


def test_a_surname_that_a_group_has_too_is_not_learned() -> None:
    group = [f"Le groupe Kabore a annoncé {n} emplois." for n in range(3)]
    person = [f"M. Kabore a été élu président du club numéro {n}." for n in range(9)]
    assert names.learn(documents(*group)).learned
    assert not names.learn(documents(*group, *person)).learned


def test_copies_and_rules_of_one_document_count_once() -> None:
    both = "Le groupe Zobtex a investi. Zobtex SA vend des tissus, usine {}."
    assert not names.learn(documents(*[both.format(1)] * 9, both.format(2))).learned
    [(_, count)] = names.learn(documents(*map(both.format, range(3)))).learned
    assert count == 3


def test_the_version_is_of_the_names_alone(tmp_path: Path) -> None:
    few, more = (names.learn(documents(*map(CLEAR.format, range(n)))) for n in (3, 4))
    assert few.learned != more.learned
    assert few.names.version == more.names.version
    none = names.learn(documents(BARE))
    assert none.names.version not in ("", few.names.version)
    names.save(tmp_path, none)
    assert names.load(tmp_path) is None
    assert names.load_lesson(tmp_path) is not None
    names.save(tmp_path, few)
    assert names.load(tmp_path) == few.names


def test_an_acronym_that_is_refused_leaves_the_long_form(tmp_path: Path) -> None:
    text = "L'Organisation internationale du travail siège à Genève. L'OIT publie."
    taught = names.read_given(
        csv_file(tmp_path, "name,organization", "OIT,"), lambda id: None
    ).names
    found = extract(Document("x", text, language="fr"), ExtractionOptions(names=taught))
    [body] = found.organizations
    assert body.id == "oit"
    assert [text[slice(*span)] for span in body.spans] == ["Organisation internationale du travail"]


@pytest.mark.parametrize(
    "rows",
    [
        ("name,organization", "X Corp,", "X Corp,"),
        ("name,organization", "Zubrow,onu", "Zubrow,onu", "ZUBROW,onu"),
        ("id,name,organizations", "1,What a title,Zubrow", "1,,Zubrow"),
        ("id,name,organization,organizations", "1,,,Zubrow", ",Zorbo,onu,"),
    ],
)
def test_doubled_rows_and_further_columns_do_no_harm(tmp_path: Path, rows: tuple[str, ...]) -> None:
    lesson = names.read_given(csv_file(tmp_path, *rows), {"1": Document("1", BARE)}.get)
    assert len(lesson.given) + len(lesson.never) == len(set(rows[1:])) - ("What" in rows[1])


def test_an_acronym_that_two_documents_explain_is_of_the_body() -> None:
    texts = [f"L'Association zubrovienne de surf (AZDS) a {n} membres." for n in (3, 4)]
    taught = names.learn(documents(*texts)).names
    assert ids("Une enquête de l'AZDS et d'autres.", taught) == ids(texts[0], None)


def csv_file(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "names.csv"
    path.write_text("\n".join(rows), "utf-8")
    return path


def test_the_desk_gives_names_and_refuses_others(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, "name,organization", "Zorbo,onu", "Zubrow,Zubrow", "Le Monde,", "CNEWS,Zoneo"
    )
    taught = names.read_given(path, lambda id: None).names
    assert ids("Zorbo et Zubrow.", taught) == ["onu", "~zubrow"]
    assert ids("Selon Le Monde et l'ONU.", None) == ["le-monde", "onu"]
    assert ids("Selon Le Monde et l'ONU.", taught) == ["onu"]
    assert ids("Selon CNEWS.", taught) == ["~zoneo"], "the desk goes before the authority"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (("name,org", "a,b"), 1, "the columns are"),
        (("name,organization", "Zubrow"), 2, "1 cells"),
        (("name,organization", "Zu,onu"), 2, "fewer than 3"),
        (("name,organization", "Zubrow,onu", "zubrow,"), 3, "in one row, in one none"),
        (("name,organization", "zubrow,", "Zubrow,onu"), 3, "in one row, in one none"),
        (("id,name,organization", "1,,onu"), 2, "the name is empty"),
        (("name,organization", "Zubrow,onu", "Zubrow,ue"), 3, "is of onu"),
        (("id,organizations", "1,Zorbo"), 2, "does not stand"),
        (("id,organizations", "9,Zorbo"), 2, "no document"),
        ((), 1, "the file is empty"),
    ],
)
def test_a_bad_file_is_refused(
    tmp_path: Path, rows: tuple[str, ...], line: int, reason: str
) -> None:
    indexed = {"1": Document("1", BARE)}
    with pytest.raises(VocabularyError, match=rf"line {line}: .*{reason}"):
        names.read_given(csv_file(tmp_path, *rows), indexed.get)


def test_what_an_index_has_learned_is_used_counts_in_hashes_and_is_forgotten(
    tmp_path: Path,
) -> None:
    source, root = tmp_path / "in.jsonl", tmp_path / "index"
    rows = [{"id": f"d{n}", "text": text} for n, text in enumerate((*CLEARLY, BARE))]
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    rebuild(root, [source], HERE)

    def run(*arguments: str) -> dict[str, object]:
        ended = CliRunner().invoke(command, [*arguments, "--json", "--index", str(root)])
        assert ended.exit_code == 0, ended.output
        said: dict[str, object] = json.loads(ended.output)
        return said

    def bare() -> list[str]:
        with open_published(root) as generation:
            _, fields = generation.stored_fields.get(generation.docnum("d3") or 0)
        return [one.id for one in fields.organizations]

    assert run("--names", "--dry-run")["kept"] is False
    assert names.load(root) is None
    said = run("--names")
    assert said == run("--names"), "it teaches the same again"
    assert update(root, [source], HERE).changed == 4
    assert bare() == ["~zubrow"]
    assert run("--names", "--forget") == {"forgotten": True}
    assert update(root, [source], HERE).changed == 4
    assert bare() == []


def test_a_file_of_something_else_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "learned").mkdir()
    (tmp_path / "learned" / "names.json").write_bytes(b'{"format": 1}')
    with pytest.raises(IndexDamaged, match="is not what was learned"):
        names.load(tmp_path)
