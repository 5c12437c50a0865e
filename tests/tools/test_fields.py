"""The gold fits the corpus, and the scorers count as they say."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.document import Document, Organization, Span, Theme
from tools.quality import DATA
from tools.quality.fields import judged as gold
from tools.quality.fields import organizations, themes
from tools.quality.fields.counts import Counts
from tools.quality.fields.judged import (
    Entity,
    GoldError,
    JudgedNames,
    JudgedThemes,
    judged_names,
    judged_themes,
    languages,
)

needs_corpus = pytest.mark.skipif(not DATA.exists(), reason="the corpus is not beside the checkout")

DOCUMENT = Document("d", "Alpha Beta and Gamma met Delta.")
JUDGED = JudgedNames(
    DOCUMENT,
    (Entity("", "company", (Span(0, 10), Span(0, 5))), Entity("", "company", (Span(15, 20),))),
    (Span(25, 30),),
)


def found(*spans: tuple[int, int]) -> Sequence[Organization]:
    return [Organization(f"~{a}", "", (Span(a, b),), False) for a, b in spans]


@needs_corpus
@pytest.mark.parametrize("language", languages("organizations"))
def test_gold_scores_full_marks_against_itself(language: str) -> None:
    for judged in judged_names(language):
        answers = [
            Organization(str(number), entity.label, entity.spans, False)
            for number, entity in enumerate(judged.entities)
        ]
        counts = organizations.score(judged, answers).counts
        assert counts == Counts(right=len(judged.entities))


@needs_corpus
@pytest.mark.parametrize("language", languages("themes"))
def test_every_theme_of_the_gold_is_in_the_vocabulary(language: str) -> None:
    from index.vocabularies import themes as vocabulary

    known = set(vocabulary().entries)
    for judged in judged_themes(language):
        assert judged.main | judged.also <= known
        assert not judged.main & judged.also


@needs_corpus
def test_gold_of_a_changed_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "organizations-fr.jsonl"
    line = (gold.GOLD / name).read_text("utf-8").splitlines()[0]
    monkeypatch.setattr(gold, "GOLD", tmp_path)
    (tmp_path / name).write_text(line.replace('"sha1": "', '"sha1": "0'), "utf-8")
    with pytest.raises(GoldError, match="line 1: the text"):
        judged_names("fr")


def test_distinct_organizations_are_paired_one_to_one() -> None:
    # Both answers fit the first entity: one of them is false, the second entity is missed.
    score = organizations.score(JUDGED, found((0, 10), (0, 5)))
    assert score.counts == Counts(right=1, missed=1, false=1)


def test_half_of_the_longer_span_is_enough_and_less_is_not() -> None:
    assert organizations.score(JUDGED, found((15, 25))).counts.right == 1
    assert organizations.score(JUDGED, found((15, 26))).counts.right == 0


def test_optional_spans_and_names_of_the_title_cost_nothing() -> None:
    in_title = Organization("~t", "", (), False)
    score = organizations.score(JUDGED, [*found((25, 30)), in_title])
    assert score.counts == Counts(missed=2)


def test_a_sub_theme_brings_its_parent_and_acceptable_ones_are_no_error() -> None:
    judged = JudgedThemes(
        DOCUMENT, frozenset({"economy", "economy/trade", "sport"}), frozenset({"health"}), ()
    )
    assigned = [Theme("economy/trade"), Theme("health"), Theme("weather")]
    score = themes.score(judged, assigned)
    assert themes.total([score]) == Counts(right=2, missed=1, false=1, accepted=1)
    assert themes.total([score], top_level=False) == Counts(right=1)
    assert themes.total([score]).precision == pytest.approx(3 / 4)
