"""Persons in an index: found and counted by any of their names, or not kept at all."""

import json
from pathlib import Path

import click
from click.testing import CliRunner

from index import IndexDirectory
from index.commands import COMMANDS
from search import SearchRequest, WhooshEngine

GROUP = click.Group(commands=list(COMMANDS))
TEXTS = {
    "1": "Le président russe Vladimir Poutine a reçu Jean-Michel Dupont.",
    "2": "Putin said no. The spokesman, Jean-Michel Dupont, agreed.",
    "3": "Rien de neuf.",
}


def build(root: Path, command: str, *options: str) -> str:
    source = root / "a.jsonl"
    rows = [{"id": id, "text": text} for id, text in TEXTS.items()]
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    arguments = [command, str(source), "--index", str(root / "index"), "--workers", "0", *options]
    outcome = CliRunner().invoke(GROUP, arguments)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def answers(root: Path, **asked: object) -> tuple[list[str], dict[str, int]]:
    response = WhooshEngine(IndexDirectory(root / "index")).search(SearchRequest(**asked))  # type: ignore[arg-type]
    facet = response.facets["person"]
    return sorted(one.id for one in response.results), {
        value.value: value.count
        for value in facet.values  # type: ignore[union-attr]
    }


def test_persons_are_counted_chosen_and_searched(tmp_path: Path) -> None:
    build(tmp_path, "rebuild")
    assert answers(tmp_path)[1] == {"vladimir-putin": 2, "~jean-michel-dupont": 2}
    assert answers(tmp_path, selected={"person": ("vladimir-putin",)})[0] == ["1", "2"]
    assert answers(tmp_path, excluded={"person": ("~jean-michel-dupont",)})[0] == ["3"]
    assert answers(tmp_path, q="person:poutine")[0] == ["1", "2"]
    assert answers(tmp_path, q='person:"michel dupont"')[0] == ["1", "2"]


def test_an_archive_without_persons_has_none_until_it_is_asked_for(tmp_path: Path) -> None:
    build(tmp_path, "rebuild", "--no-persons")
    assert answers(tmp_path)[1] == {}
    assert answers(tmp_path, q="person:poutine")[0] == []
    build(tmp_path, "update")  # the index remembers
    assert answers(tmp_path)[1] == {}
    build(tmp_path, "update", "--persons")  # every document is extracted again
    assert answers(tmp_path)[1] == {"vladimir-putin": 2, "~jean-michel-dupont": 2}
    build(tmp_path, "update", "--no-persons")
    assert answers(tmp_path)[1] == {}
