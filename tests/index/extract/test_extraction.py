from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields as fields_of
from datetime import date
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Agency, Document
from index.errors import TooSlowError
from index.extract import ExtractionOptions, LearnedNames, LearnedThemes, extract, theme_expressions
from index.extract.organizations.automata import Automata

OPTIONS = ExtractionOptions()
GIVEN = Document(
    "x",
    "L'ONU parle du trafic d'armes en Italie. Jean Dupont est venu hier.",
    date="2020-03-02",
    language="fr",
    dateline="Tunis",
    agency=Agency(subjects=("medtop:15000000",), persons=("Ada Martin",), organizations=("Otan",)),
)


def test_a_title_counts_but_its_spans_do_not() -> None:
    fields = extract(Document("x", "La réunion est finie.", "L'ONU salue l'accord"), OPTIONS)
    assert [(each.id, each.spans) for each in fields.organizations] == [("onu", ())]


def test_all_fields_of_a_document() -> None:
    text = (
        "TUNIS, 3 mars 2020 (XXX) — L'ONU et l'Union européenne luttent contre le trafic d'armes."
    )
    fields = extract(Document("x", text), OPTIONS)
    assert fields.language.code == "fr"
    assert [each.id for each in fields.organizations] == ["onu", "ue"]
    assert [each.id for each in fields.themes] == ["crime", "crime/arms-trafficking"]
    assert fields.published
    assert fields.published.value == "2020-03-03"
    assert not fields.failures


@pytest.mark.parametrize(
    ("extractor", "field", "lost"),
    [
        ("detect_language", "language", {"language", "themes", "mentioned"}),
        ("find_places", "countries", {"countries"}),
        ("find_organizations", "organizations", {"organizations", "countries", "persons"}),
        ("find_countries", "countries", {"countries"}),
        ("without_source", "organizations", set()),
        ("find_persons", "persons", {"persons"}),
        ("find_themes", "themes", {"themes"}),
        ("publication_date", "dates", {"published", "mentioned"}),
        ("mentioned_dates", "mentioned dates", {"mentioned"}),
        ("given_themes", "given themes", {"themes"}),
        ("given_person", "given persons", {"persons"}),
        ("given_organization", "given organizations", {"organizations"}),
    ],
)
def test_a_failing_extractor_costs_its_field_and_what_is_found_by_it(
    extractor: str, field: str, lost: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("no")

    whole = extract(GIVEN, OPTIONS)
    monkeypatch.setattr(f"index.extract.extraction.{extractor}", broken)
    fields = extract(GIVEN, OPTIONS)
    assert {name for name, _ in fields.failures} == {field}
    assert {reason for _, reason in fields.failures} == {"ValueError: no"}
    differ = {
        each.name
        for each in fields_of(whole)
        if getattr(whole, each.name) != getattr(fields, each.name)
    }
    assert differ == {*lost, "failures"}


def test_learned_themes_that_fail_leave_the_curated_ones() -> None:
    class Broken:
        def decide(self, *_: object) -> None:
            raise ValueError("no")

    fields = extract(GIVEN, ExtractionOptions(learned=cast(LearnedThemes, Broken())))
    assert fields.failures == (("learned themes", "ValueError: no"),)
    assert fields.themes == extract(GIVEN, OPTIONS).themes


def test_an_extractor_that_takes_too_long_is_named_by_its_field() -> None:
    taken: list[str] = []

    @contextmanager
    def step(field: str, slow: str = "") -> Iterator[None]:
        taken.append(field)
        yield
        if field == slow:
            raise TooSlowError

    assert not extract(GIVEN, OPTIONS, step).failures
    for slow in set(taken):
        failures = extract(GIVEN, OPTIONS, partial(step, slow=slow)).failures
        assert {name for name, _ in failures} == {slow}
        assert all("too long" in reason for _, reason in failures)
    assert {"language", "themes", "given organizations"} <= set(taken)


def test_what_texts_need_is_loaded_once_and_is_no_document_s_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[tuple[object, bool]] = []
    timed = False

    @contextmanager
    def step(_: str) -> Iterator[None]:
        nonlocal timed
        timed = True
        yield
        timed = False

    automaton = Automata._automaton

    def automaton_of(self: Automata, arabic: bool) -> Any:
        loaded.append((arabic, timed))
        return automaton(self, arabic)

    def no_expressions(language: str, *_: object) -> dict[str, tuple[()]]:
        loaded.append((language, timed))
        return defaultdict(tuple)

    monkeypatch.setattr(Automata, "_automaton", automaton_of)
    monkeypatch.setattr(theme_expressions, "_by_form", no_expressions)
    monkeypatch.setattr(theme_expressions, "_LEXICONS", theme_expressions._Lexicons())
    # The automata of an archive's own names are made anew for each version of them.
    options = ExtractionOptions(names=LearnedNames("those of this test"))
    texts = {
        "fr": "Le président a visité la ville de Lyon.",
        "es": "El presidente visitó la ciudad el lunes.",
        "ar": "زار رئيس البلاد المدينة يوم الاثنين",
    }
    for language, text in (*texts.items(), *texts.items()):
        extract(Document("", text, language=language), options, step)
    ours = [each for each in loaded if isinstance(each[0], str)]
    assert ours == [("fr", False), ("es", False), ("ar", False)]
    automata = [each for each in loaded if not isinstance(each[0], str)]
    assert {arabic for arabic, _ in automata} == {False, True}
    assert not any(inside for _, inside in automata)


@given(
    text=st.text(max_size=400),
    title=st.text(max_size=60),
    language=st.sampled_from(["", "fr", "ar", "de", "zz"]),
)
def test_no_document_breaks_it(text: str, title: str, language: str) -> None:
    document = Document("x", text, title, language=language, date=title, path=title)
    fields = extract(document, ExtractionOptions(reference_date=date(2020, 1, 1)))
    assert {name for name, _ in fields.failures} <= {"date"}
    spans = [span for each in fields.organizations for span in each.spans]
    spans += [span for each in fields.themes for span in each.evidence]
    assert all(0 <= start < end <= len(text) for start, end in spans)
