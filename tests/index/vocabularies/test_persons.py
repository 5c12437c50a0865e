"""The lists of persons and given names are sound; malformed rows are refused with their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import VocabularyError
from index.vocabularies import LANGUAGES, known_persons, person_grammar, person_key, person_names
from index.vocabularies.persons import load_grammar, load_known, load_names


def test_every_name_of_a_known_person_finds_the_person() -> None:
    people = known_persons()
    for id, entry in people.entries.items():
        assert all(entry.label(code) for code in LANGUAGES)
        for name in (*entry.all_names(), *entry.alone):
            assert people.resolve(name) == id


def test_no_given_name_is_a_title_or_a_thing() -> None:
    for language in LANGUAGES:
        grammar = person_grammar(language)
        for role in ("title", "thing", "stop"):
            assert not (grammar.given & grammar[role]), (language, role)


def test_spellings_are_joined_and_others_are_not() -> None:
    assert person_key("Mohammed Ben Ali") == person_key("محمد بن علي")
    assert person_key("Édouard F. Martin Jr.") == "edouard martin"
    assert person_key("Jean-Pierre Dupont") != person_key("Jean Dupont")
    assert len(person_names().latin) > 5_000


@pytest.mark.parametrize(
    ("load", "text", "reason"),
    [
        (load_known, "a | A B\na | C D\n", "line 2: expected"),
        (load_known, "a | A B | xx=C\n", "line 1: 'xx=C' does not begin"),
        (load_known, "a | A B\nb | C D | fr=a b\n", "line 2: “a b” is also a name of a"),
        (load_names, "latin | anna\ngreek | anna\n", "line 2: expected"),
        (lambda path: load_grammar(path, "fr"), "fr | titel | m\n", "line 1: unknown role"),
        (lambda path: load_grammar(path, "fr"), "xx | title | m\n", "line 1: expected"),
    ],
)
def test_malformed_rows_are_refused(
    tmp_path: Path, load: Callable[[Path], object], text: str, reason: str
) -> None:
    path = tmp_path / "rows.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(VocabularyError, match=reason):
        load(path)
