"""The benchmark runs and its systems answer alike; how fast they are is for no test to say."""

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tools.bench.__main__ import main
from tools.bench.chart import Line, chart
from tools.bench.corpora import synthetic_corpus
from tools.bench.drawing import draw, sample_of
from tools.bench.registry import kinds
from tools.bench.synthetic import entries
from tools.bench.tables import Section, Table, put
from tools.bench.timing import Ask, race

ROOT = Path(__file__).parents[2]


def run(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    found = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench", "--quick", "--json", str(found), *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {section["name"]: section for section in json.loads(found.read_text("utf-8"))}


def rows(section: dict[str, Any], table: int) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in section["tables"][table]["rows"]}


@pytest.mark.long
def test_every_part_runs_and_answers_agree(tmp_path: Path) -> None:
    found = run(tmp_path, "--documents", "250")
    assert list(found) == [
        *("indexing", "searches", "agreement", "snippets", "suggestions"),
        *("pages", "opening", "rebuild", "http", "growth"),
    ]
    for section in found.values():
        for table in section["tables"]:
            assert table["rows"], table["title"]
            assert {len(row) for row in table["rows"]} == {len(table["columns"])}
    names = [kind.name for kind in kinds().values() if not kind.of]
    assert list(rows(found["indexing"], 0)) == names
    assert set(rows(found["searches"], 0)) >= {"AND", "OR", "phrase", "prefix", "date range"}
    for kind, (asked, totals, facets) in rows(found["agreement"], 0).items():
        assert totals == facets == asked, kind
    # The words of synthetic documents are the same words to every analysis.
    for kind, means in rows(found["agreement"], 1).items():
        assert len(set(means)) == 1, (kind, means)
    assert {row[3] for row in rows(found["http"], 0).values()} == {"0"}
    assert list(rows(found["growth"], 0)) == ["200", "1,000"]


@pytest.mark.long
def test_dispatches_on_disk_are_rebuilt_and_searched(tmp_path: Path) -> None:
    press = tmp_path / "press.jsonl"
    lines = [
        json.dumps({name: getattr(one, name) for name in ("id", "title", "text", "date")})
        for one, _ in entries(60)
    ]
    press.write_text("\n".join(lines), "utf-8")
    found = run(tmp_path, "--press", str(press), "--only", "rebuild,agreement")
    assert rows(found["rebuild"], 0)["all"]
    for kind, (asked, totals, facets) in rows(found["agreement"], 0).items():
        assert totals == facets == asked, kind


def test_unknown_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_synthetic_documents_are_the_same_whatever_their_number() -> None:
    first = list(entries(40))
    assert list(islice(entries(1_500), 40)) == first
    assert list(entries(40, seed=5)) != first
    assert len({document.id for document, _ in entries(1_200)}) == 1_200


def test_no_question_asks_for_a_stop_word() -> None:
    corpus = synthetic_corpus(300)
    sample = sample_of(corpus.entries(), corpus.drawn_from, 1)

    def asked(stop_words: frozenset[str]) -> set[str]:
        drawn = draw(sample, 40, 1, stop_words).questions
        kinds = ("AND", "OR", "phrase", "prefix")
        return {word for kind in kinds for question in drawn[kind] for word in question.words}

    assert len(asked(corpus.stop_words)) > 40
    assert not asked(corpus.stop_words) & corpus.stop_words
    # They are asked for if they may be: they are most of what is written.
    assert asked(frozenset()) & corpus.stop_words


def test_synthetic_words_follow_zipf_and_heaps() -> None:
    counts: dict[str, int] = {}
    sizes, distinct = [], []
    total = 0
    for number, (document, _) in enumerate(entries(2_000)):
        for word in document.text.replace(".", "").split():
            counts[word] = counts.get(word, 0) + 1
            total += 1
        if number % 200 == 199:
            sizes.append(total)
            distinct.append(len(counts))
    heaps = np.polyfit(np.log(sizes), np.log(distinct), 1)[0]
    assert 0.35 < heaps < 0.85
    ranked = sorted(counts.values(), reverse=True)[10:1_000]
    zipf = np.polyfit(np.log(np.arange(11, 1_001)), np.log(ranked), 1)[0]
    assert -1.2 < zipf < -0.8


def test_systems_take_turns_and_slow_ones_leave() -> None:
    asked: list[str] = []
    found = race(
        {"a": lambda question: asked.append(f"a{question}"), "b": lambda question: asked.sort()},
        [1, 2, 3],
        rounds=2,
        budget=60.0,
    )
    assert sorted(asked) == ["a1", "a1", "a1", "a2", "a2", "a2", "a3", "a3", "a3"]
    assert len(found["a"].settled) == len(found["a"].first) == 3
    order: list[str] = []
    asks: dict[str, Ask] = {name: lambda question, name=name: order.append(name) for name in "ab"}
    race(asks, [1, 2], rounds=0, budget=60.0)
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])
    order.clear()
    race(asks, [1, 2], rounds=0, budget=60.0, turns="question")
    assert order in (["a", "b", "b", "a"], ["b", "a", "a", "b"])
    once = race({"a": lambda question: None}, [1, 2], rounds=2, budget=0.0)["a"]
    assert once.later == []
    assert once.settled == once.first


def test_a_section_is_replaced_in_its_place() -> None:
    table = Table("Title", ["", "figure"])
    table.add("line", "1")
    section = Section("one", "One", [table])
    text = put("# Page\n\nBefore.\n", section)
    assert "| line | 1 |" in text
    table.rows[0][1] = "2"
    again = put(text + "\nBehind.\n", section)
    assert "| line | 2 |" in again
    assert "| line | 1 |" not in again
    assert again.startswith("# Page\n\nBefore.")
    assert again.endswith("Behind.\n")
    with pytest.raises(ValueError, match="Title"):
        table.add("too", "many", "cells")


def test_the_chart_is_well_formed() -> None:
    lines = [Line("a < b", [1e3, 1e4, 1e6], [0.5, 7.0, 90.0]), Line("c", [1e3, 1e6], [2.0, 2.0])]
    root = ElementTree.fromstring(chart([("A & B", lines), ("C", lines[1:])], "documents"))
    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}polyline")) == 3
