"""Parameters: what they mean, and every fault at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.request import (
    FACETS,
    MAX_VALUES,
    PARAMETERS,
    Fault,
    InvalidRequest,
    SearchRequest,
    parse_leniently,
    parse_request,
)


def parse(**parameters: str | list[str]) -> SearchRequest:
    args = {
        name.rstrip("_"): [value] if isinstance(value, str) else value
        for name, value in parameters.items()
    }
    return parse_request(args, "fr")


def faults(**parameters: str | list[str]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidRequest) as raised:
        parse(**parameters)
    return raised.value.faults


def fault(**parameters: str | list[str]) -> tuple[str, str]:
    (only,) = faults(**parameters)
    return only.parameter, only.code


def test_nothing_asked_gives_the_defaults() -> None:
    assert parse() == SearchRequest(sort="-date")
    assert parse(q="accord") == SearchRequest(q="accord")


def test_order_by_date_when_nothing_is_asked() -> None:
    assert parse(q="  ").sort == "-date"
    assert parse(q="", sort="relevance").sort == "relevance"
    assert parse(q="accord").sort == "relevance"


def test_values_of_a_facet() -> None:
    request = parse(
        organization=["ONU", "onu", "Inconnue"], exclude_theme="x", lang=["fr-FR", "EN"]
    )
    assert request.selected == {"organization": ("onu", "Inconnue"), "lang": ("fr", "en")}
    assert request.excluded == {"theme": ("x",)}


@pytest.mark.parametrize("text", ["français", "French", "FRANZÖSISCH", "fr", "fr_CA", "الفرنسية"])
def test_names_of_languages(text: str) -> None:
    assert parse(lang=text).selected == {"lang": ("fr",)}


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2024", "2024", (date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-02", "2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-03-15", "2024-03-15", (date(2024, 3, 15), date(2024, 3, 15))),
        ("٢٠٢٤", "٢٠٢٤-٠٣", (date(2024, 1, 1), date(2024, 3, 31))),
        ("0001", "9999", (date(1, 1, 1), date(9999, 12, 31))),
        ("2024-12", "", (date(2024, 12, 1), None)),
        ("12/03/2014", "mars 2014", (date(2014, 3, 12), date(2014, 3, 31))),
        ("2014/3", "12 de marzo de 2014", (date(2014, 3, 1), date(2014, 3, 12))),
    ],
)
def test_dates_at_the_precision_given(
    first: str, last: str, days: tuple[date, date | None]
) -> None:
    request = parse(from_=first, to=last)
    assert (request.date_from, request.date_to) == days


@pytest.mark.parametrize(
    "text",
    ["hier", "0000", "10000", "2024-13", "2024-00", "2024-02-30", "24", "2024-03-15T10:00",
     "-2024", "\x00", "1552384800", "mars 2024 Paris", "2" * 5000],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert fault(from_=text) == ("from", "invalid_date")


def test_empty_range() -> None:
    assert fault(from_="2024-04", to="2024-03") == ("from", "empty_range")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"page": "0"}, "out_of_range"),
        ({"page": "-1"}, "out_of_range"),
        ({"page": "1.5"}, "invalid_number"),
        ({"page": "½"}, "invalid_number"),
        ({"page": "501"}, "page_too_deep"),
        ({"page": "9" * 10_000}, "page_too_deep"),
        ({"per_page": "0"}, "out_of_range"),
        ({"per_page": "101"}, "out_of_range"),
        ({"facet_size": "1001"}, "out_of_range"),
        ({"facet_size": "many"}, "invalid_number"),
        ({"sort": "newest"}, "invalid_choice"),
        ({"undated": "maybe"}, "invalid_choice"),
        ({"interval": "week"}, "invalid_choice"),
        ({"highlight": "yes"}, "invalid_choice"),
        ({"facets": "theme,people"}, "invalid_choice"),
        ({"date_field": "modified"}, "invalid_choice"),
        ({"cursor": "not a cursor"}, "invalid_cursor"),
        ({"cursor": "é"}, "invalid_cursor"),
        ({"cursor": "A" * 60}, "invalid_cursor"),
    ],
)
def test_faults(parameters: dict[str, str], code: str) -> None:
    assert fault(**parameters) == (next(iter(parameters)), code)


def test_page_by_page_to_the_limit_exactly() -> None:
    assert parse(page="100", per_page="100").page == 100
    assert fault(page="101", per_page="100") == ("page", "page_too_deep")
    assert parse(page="٢").page == 2
    assert parse(page="+00002").page == 2


def test_page_and_cursor_exclude_each_other() -> None:
    assert fault(cursor="*", page="1") == ("page", "page_with_cursor")
    assert parse(cursor="*").cursor == "*"


def test_all_faults_at_once() -> None:
    found = faults(from_="hier", organisation="onu", page="0", sort=["date", "-date"], x="1")
    assert {(fault.parameter, fault.code) for fault in found} == {
        ("from", "invalid_date"),
        ("organisation", "unknown_parameter"),
        ("page", "out_of_range"),
        ("sort", "repeated_parameter"),
        ("x", "unknown_parameter"),
    }
    suggestions = {fault.parameter: fault.suggestion for fault in found}
    assert suggestions["organisation"] == "organization"
    assert suggestions["x"] is None


def test_parameters_of_the_caller_are_left_alone() -> None:
    assert parse_request({"prefix": ["x"]}, "fr", also=("prefix",)) == parse()


def test_empty_values_are_those_of_a_form_left_blank() -> None:
    assert parse(from_="", page=" ", lang="", sort=["", "date"]) == parse(sort="date")


def test_facets() -> None:
    assert parse().facets == FACETS
    assert parse(facets="").facets == ()
    assert parse(facets="lang, theme").facets == ("theme", "lang")
    assert parse(facets=["lang", "theme"]).facets == ("theme", "lang")


def test_control_characters_never_come_back() -> None:
    request = parse(organization="on\x00u\ud800", source="a\x1bb")
    assert request.selected == {"organization": ("onu",), "source": ("ab",)}
    (only,) = faults(sort="a\x1b[31m")
    assert only.value == "a[31m"
    assert parse(q="a\ud800b").q == "a?b"


@given(
    st.dictionaries(
        st.sampled_from(list(PARAMETERS)) | st.text(max_size=12),
        st.lists(st.text(max_size=30) | st.sampled_from(["2024", "*", "1"]), max_size=3),
        max_size=6,
    )
)
def test_any_parameters_give_a_request_or_named_faults(args: dict[str, list[str]]) -> None:
    found: tuple[Fault, ...] = ()
    try:
        request = parse_request(args, "fr")
    except InvalidRequest as invalid:
        found = invalid.faults
    else:
        assert request.page * request.per_page <= 10_000
        return
    assert found
    for each in found:
        f"{each.parameter}{each.value}".encode()


@given(
    args=st.dictionaries(
        st.sampled_from(("q", "from", "to", "sort", "page", "cursor", "facets", "lang", "zz")),
        st.text(max_size=8) | st.sampled_from(("2024", "2023", "date", "600", "*")),
    ),
    many=st.integers(0, 2 * MAX_VALUES),
)
def test_what_is_not_understood_loses_nothing_else(args: dict[str, str], many: int) -> None:
    sources = [f"source {number}" for number in range(many)]
    given = {**{name: [value] for name, value in args.items()}, "source": sources}
    request, faults = parse_leniently(given, "fr")
    wrong = {fault.parameter for fault in faults} | {"zz"}
    if "empty_range" in {fault.code for fault in faults}:
        wrong.add("to")
    left = len(request.selected.get("source", ()))
    assert min(many, MAX_VALUES - 1) <= left <= MAX_VALUES or left == many
    kept = {name: values for name, values in given.items() if name not in wrong}
    kept |= {"source": sources[:left], "lang": given.get("lang", [])}
    assert request == parse_request(kept, "fr")
    assert bool(faults) == bool(many > left or any(name in args for name in wrong))


def test_of_a_repeated_parameter_the_first_value_stays() -> None:
    request, faults = parse_leniently({"from": ["2023", "2024"], "x": ["1"]}, "fr")
    assert request == parse_request({"from": ["2023"]}, "fr")
    assert [fault.code for fault in faults] == ["unknown_parameter", "repeated_parameter"]
