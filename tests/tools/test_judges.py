"""Two judges of themes are compared as the tool says, on made-up judgements."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.document import Document, Theme
from tools.quality.fields import judged as gold
from tools.quality.fields import judges, themes
from tools.quality.fields.counts import Counts
from tools.quality.fields.judged import JudgedThemes


def judgement(id: str, main: str, also: str = "") -> JudgedThemes:
    return JudgedThemes(Document(id, "Text."), frozenset(main.split()), frozenset(also.split()), ())


PAIRS = (
    (judgement("a", "sport health", "weather"), judgement("a", "sport", "health culture")),
    (judgement("b", "politics"), judgement("b", "economy", "sport")),
)


def test_main_themes_are_main_acceptable_or_wrong_for_the_other() -> None:
    assert judges.agreement(PAIRS) == judges.Agreement(main=1, acceptable=1, wrong=1)
    turned = [(second, first) for first, second in PAIRS]
    assert judges.agreement(turned) == judges.Agreement(main=1, acceptable=0, wrong=1)


def test_the_table_has_each_judge_seen_by_the_other() -> None:
    _, _, first, second = judges.agreement_table({"fr": PAIRS})
    assert first == "| fr | 2 | first | 3 | 33.3% | 33.3% | 33.3% |"
    assert second == "| fr | 2 | second | 2 | 50.0% | 0.0% | 50.0% |"


def test_either_asks_for_what_both_have_and_accepts_what_one_has() -> None:
    both = judges.either(*PAIRS[0])
    assert both.main == {"sport"}
    assert both.also == {"health", "weather", "culture"}
    assert judges.either(*PAIRS[1]).main == frozenset()


def test_the_product_is_scored_by_each_judge_and_by_either() -> None:
    given = {"a": [Theme("health"), Theme("culture")], "b": [Theme("politics")]}

    def extractor(document: Document) -> Sequence[Theme]:
        return given[document.id]

    scores = judges.product_scores(PAIRS, extractor)
    counts = {name: themes.total(of_judge) for name, of_judge in scores.items()}
    assert counts == {
        "first": Counts(right=2, missed=1, false=1),
        "second": Counts(missed=2, false=1, accepted=2),
        "either": Counts(missed=1, accepted=3),
    }


def test_a_judge_who_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gold, "GOLD", tmp_path)
    monkeypatch.setattr(sys, "argv", ["judges"])
    assert judges.main() == 1
    assert judges.FIRST in capsys.readouterr().err
