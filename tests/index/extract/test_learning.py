"""Labelled documents teach themes, and what cannot teach is refused by line and reason."""

import csv
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.build import BuildOptions, Labelled, read_labelled, rebuild, update
from index.build.learning import dumps, forget, learn, load, loads, save, themes_of
from index.commands.teaching import learn as command
from index.document import Document
from index.errors import IndexDamaged, UsageError, VocabularyError
from index.extract import ExtractionOptions, extract
from index.publishing import open_published

HERE = BuildOptions(workers=0)
# Words that speak for a theme here and for nothing in the curated lists.
TAUGHT = {"sport/cycling": "guidon pédale selle", "lifestyle/food": "casserole fouet louche"}
FILLER = [
    "mardi",
    "jeudi",
    "samedi",
    "matin",
    "soir",
    "grand",
    "petit",
    "place",
    "rue",
    "maison",
    "porte",
    "arbre",
]


def examples(count: int, seed: int = 3) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        theme, words = list(TAUGHT.items())[number % 2]
        text = [*chance.choices(words.split(), k=4), *chance.choices(FILLER, k=12)]
        chance.shuffle(text)
        made.append((f"Le {' et la '.join(text)} numéro {number}.", theme))
    return made


def labelled(count: int) -> list[Labelled]:
    return [
        Labelled(text, 0, "fr", frozenset({theme, theme.partition("/")[0]}))
        for text, theme in examples(count)
    ]


def table(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_learns_what_the_labels_say_and_shows_why() -> None:
    lesson = learn(labelled(120))
    assert {each.theme for each in lesson.themes} >= set(TAUGHT)
    assert lesson.learned.f1 > 0.95
    assert lesson.curated.f1 < 0.3
    text = "Il a serré le guidon, puis lâché la pédale et quitté la selle."
    themes = extract(
        Document("x", text, language="fr"), ExtractionOptions(learned=lesson.model)
    ).themes
    assert [theme.id for theme in themes] == ["sport", "sport/cycling"]
    words = {text[start:end] for start, end in themes[1].evidence}
    assert words == {"guidon", "pédale", "selle"}


def test_teaches_always_the_same() -> None:
    first, second = learn(labelled(110)), learn(labelled(110))
    assert dumps(first.model) == dumps(second.model)
    assert dumps(loads(dumps(first.model))) == dumps(first.model)
    assert first.themes == second.themes


def test_languages_without_examples_keep_the_curated_themes() -> None:
    model = learn(labelled(120)).model
    document = Document("x", "The earthquake struck; an earthquake of magnitude 7.", language="en")
    assert (
        extract(document, ExtractionOptions(learned=model)).themes
        == extract(document, ExtractionOptions()).themes
    )


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(UsageError, match="90 labelled documents are too few"):
        learn(labelled(90))
    few = [each._replace(themes=frozenset({"weather"})) for each in labelled(120)]
    with pytest.raises(UsageError, match="No theme has enough examples"):
        learn(few)  # all have it: there is nothing to tell it from


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "empty"),
        ("text,label\na,b\n", 1, "columns are text, label"),
        ("text,text,themes\n", 1, "twice"),
        ("text,themes\nabc,weather\nabd,astrology\n", 3, "“astrology” is not a theme"),
        ("text,themes\nabc\n", 2, "1 cells, not 2"),
        ("text,themes\nabc,weather\nabc,weather\n", 3, "also in line 2"),
        ("id,themes\nnobody,weather\n", 2, "no document “nobody”"),
        ('text,themes\n"abc,weather\n', 2, "unexpected end"),
        ('text,themes\n"a\nb\nc",weather\nd,none\n', 5, "“none” is not a theme"),
    ],
)
def test_malformed_files_are_refused(content: str, line: int, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "labelled.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(VocabularyError) as caught:
        read_labelled(path, lambda id: None)
    assert f"line {line}:" in caught.value.message
    assert reason in caught.value.message


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labelled.csv"
    path.write_bytes(b"text,themes\nabc,weather\ncaf\xe9,weather\n")
    with pytest.raises(VocabularyError, match="line 3: it is not UTF-8"):
        read_labelled(path, lambda id: None)


def test_themes_go_by_id_or_label() -> None:
    assert themes_of("sport/tennis") == frozenset({"sport", "sport/tennis"})
    assert themes_of("Terrorisme; METEO | Climat") == frozenset(
        {"crime", "crime/terrorism", "weather", "environment", "environment/climate"}
    )
    assert themes_of("Arts, culture et médias") == frozenset({"culture"})
    assert themes_of("") == frozenset()


def test_the_next_build_uses_what_was_learned(tmp_path: Path) -> None:
    root = tmp_path / "index"
    sources = tmp_path / "sources.jsonl"
    rows = [
        {"id": f"d{number}", "text": text, "language": "fr", "tags": [theme]}
        for number, (text, theme) in enumerate(examples(120))
    ]
    sources.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    rebuild(root, [sources], HERE)
    runner = CliRunner()

    made = runner.invoke(command, ["--from-tags", "--dry-run", "--index", str(root)])
    assert made.exit_code == 0, made.output
    assert load(root) is None

    path = tmp_path / "labelled.csv"
    pairs = [(f"d{number}", theme) for number, (_, theme) in enumerate(examples(120))]
    path.write_text(table([("id", "themes"), *pairs]), "utf-8")
    made = runner.invoke(command, [str(path), "--index", str(root), "--json"])
    assert made.exit_code == 0, made.output
    told = json.loads(made.output)
    assert told["documents"] == 120
    assert {theme["theme"]: theme["decider"] for theme in told["themes"]}[
        "sport/cycling"
    ] != "curated"

    changed = update(root, [sources], HERE)
    assert changed.changed == 120
    with open_published(root) as generation:
        _, fields = generation.stored_fields.get(generation.docnum("d0") or 0)
    assert "sport/cycling" in [theme.id for theme in fields.themes]

    assert runner.invoke(command, ["--forget", "--index", str(root)]).exit_code == 0
    assert update(root, [sources], HERE).changed == 120


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    save(tmp_path, learn(labelled(100)).model)
    path = tmp_path / "learned" / "themes.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IndexDamaged, match="not what was learned"):
        load(tmp_path)
    assert forget(tmp_path)
    assert load(tmp_path) is None


def test_nothing_is_kept_where_something_else_is(tmp_path: Path) -> None:
    path = tmp_path / "labelled.csv"
    path.write_text(table([("text", "themes"), *examples(100)]), "utf-8")
    made = CliRunner().invoke(command, [str(path), "--index", str(tmp_path)])
    assert made.exit_code == 2
    assert "is not an index" in made.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["labelled.csv"]
