"""The facet contract (docs/facets.md) against brute force."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Document, Fields, IndexDirectory
from index.build import index_documents
from index.calendar import day_number
from index.facets import VALUE_FACETS
from search.engine import DateFacet, FacetValue, SearchResponse, ValueFacet
from search.facets.counts import count_dates
from search.facets.dates import DayRanges
from search.request import SearchRequest
from search.results import Budget
from search.whoosh_engine import WhooshEngine

VALUES: Mapping[str, tuple[str, ...]] = {
    "organization": ("onu", "otan", "ue", "~alpha-beta", "~arsenal", "omc"),
    "theme": ("culture", "culture/cinema", "culture/music", "conflict", "conflict/peace", "sport"),
    "country": ("de", "fr", "xk", "jp"),
    "person": ("emmanuel-macron", "~jean-dupont", "~nobody"),
    "lang": ("fr", "en", "ar", "tlh"),
    "source": ("agence a", "agence b", "agence z"),
}


def chosen() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    def some(name: str) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(VALUES[name]), unique=True, max_size=2).map(tuple)

    return st.fixed_dictionaries({}, optional={name: some(name) for name in VALUES}).map(
        lambda selected: {name: values for name, values in selected.items() if values}
    )


DAYS = st.none() | st.dates(date(2020, 11, 1), date(2024, 6, 1))
REQUESTS = st.builds(
    SearchRequest,
    q=st.sampled_from(("", "", "zanova", "mirka toluma", "-bexandi", "introuvable")),
    selected=chosen(),
    excluded=chosen(),
    all_of=st.lists(st.sampled_from(list(VALUES)), unique=True).map(tuple),
    date_from=DAYS,
    date_to=DAYS,
    undated=st.sampled_from((None, None, "include", "exclude", "only")),
    date_field=st.sampled_from(("published", "mentioned")),
    interval=st.sampled_from(("auto", "year", "month", "day")),
    facet_size=st.sampled_from((1, 2, 20)),
    sort=st.sampled_from(("relevance", "-date", "date")),
)


def answering(q: str) -> Callable[[Document], bool]:
    words = q.replace("-", "").split()
    if q.startswith("-"):
        return lambda document: words[0] not in document.text.split()
    return lambda document: all(word in document.text.split() for word in words)


def carried(facet: str, document: Document, fields: Fields) -> set[str]:
    if facet == "organization":
        return {one.id for one in fields.organizations}
    if facet == "theme":
        themes = {one.id for one in fields.themes}
        return themes | {theme.split("/")[0] for theme in themes}
    if facet == "country":
        return {one.id for one in fields.countries}
    if facet == "person":
        return {one.id for one in fields.persons}
    if facet == "lang":
        return {fields.language.code}
    return {document.source.casefold()} - {""}


def days_of(fields: Fields, date_field: str) -> list[tuple[date, date]]:
    """Return the spans of days a document is counted at."""
    if date_field == "mentioned":
        return [
            (date.fromisoformat(one.first), date.fromisoformat(one.last))
            for one in fields.mentioned
            if one.first
        ]
    if fields.published is None:
        return []
    year, month, day = (*fields.published.value[:10].split("-"), "01", "01")[:3]
    return [(date(int(year), int(month), int(day)),) * 2]


def is_inferred(fields: Fields) -> bool:
    return fields.published is not None and fields.published.origin not in ("metadata", "html")


def passes(request: SearchRequest, document: Document, fields: Fields) -> bool:
    if not answering(request.q)(document):
        return False
    for facet in VALUE_FACETS:
        values = carried(facet, document, fields)
        selected = request.selected.get(facet)
        required = all if facet in request.all_of else any
        if selected and not required(value in values for value in selected):
            return False
        if values & set(request.excluded.get(facet, ())):
            return False
    days = days_of(fields, request.date_field)
    ranged = bool(request.date_from or request.date_to)
    if not days:
        return request.undated in ("include", "only") or (request.undated is None and not ranged)
    if request.undated == "only":
        return False
    return any(
        (request.date_from or first) <= last and first <= (request.date_to or last)
        for first, last in days
    )


def choosing(request: SearchRequest, facet: str, value: str) -> SearchRequest:
    """Choose a value alone in its facet, or beside the others if all are required.

    It is no longer excluded.
    """
    beside = request.selected.get(facet, ()) if facet in request.all_of else ()
    excluded = {name: values for name, values in request.excluded.items() if name != facet}
    rest = tuple(other for other in request.excluded.get(facet, ()) if other != value)
    return replace(
        request,
        selected={**request.selected, facet: (*beside, value)},
        excluded={**excluded, facet: rest} if rest else excluded,
        facets=(),
    )


def without_dates(request: SearchRequest) -> SearchRequest:
    return replace(request, date_from=None, date_to=None, undated=None, facets=())


def flat(values: tuple[FacetValue, ...]) -> Iterator[FacetValue]:
    for value in values:
        yield value
        yield from value.children


def value_facet(response: SearchResponse, name: str) -> ValueFacet:
    facet = response.facets[name]
    assert isinstance(facet, ValueFacet)
    return facet


def date_facet(response: SearchResponse) -> DateFacet:
    facet = response.facets["date"]
    assert isinstance(facet, DateFacet)
    return facet


@given(request=REQUESTS)
def test_contract(
    request: SearchRequest, engine: WhooshEngine, entries: list[tuple[Document, Fields]]
) -> None:
    def total(request: SearchRequest) -> int:
        return sum(passes(request, *entry) for entry in entries)

    response = engine.search(request)
    assert response.total == total(request)
    for name in VALUE_FACETS:
        facet = value_facet(response, name)
        listed = list(flat(facet.values))
        for value in listed:
            assert VALUE_FACETS[name].canonical(value.value) == value.value  # may be asked for
            chosen = choosing(request, name, value.value)
            assert value.count == total(chosen) == engine.search(chosen).total, (name, value)
            assert value.selected == (value.value in request.selected.get(name, ()))
            assert value.excluded == (value.value in request.excluded.get(name, ()))
        shown = [value.value for value in listed]
        assert len(shown) == len(set(shown))
        pinned = {*request.selected.get(name, ()), *request.excluded.get(name, ())}
        assert pinned <= set(shown)
        widens = name not in request.all_of
        free = replace(
            request,
            selected={n: v for n, v in request.selected.items() if n != name or not widens},
        )
        bare = [entry for entry in entries if not carried(name, *entry) and passes(free, *entry)]
        assert facet.missing == len(bare)
        counts = [value.count for value in facet.values if value.value not in pinned]
        if not any("/" in value or name == "theme" for value in pinned):
            assert counts == sorted(counts, reverse=True)

    dates = date_facet(response)
    dateless = without_dates(request)
    assert dates.missing == total(replace(dateless, undated="only"))
    for bucket in dates.values[:40]:
        days = (date.fromisoformat(bucket.first), date.fromisoformat(bucket.last))
        chosen = replace(dateless, date_from=days[0], date_to=days[1])
        assert bucket.count == total(chosen)
        guessed = [one for one in entries if passes(chosen, *one) and is_inferred(one[1])]
        assert bucket.inferred == (len(guessed) if request.date_field == "published" else 0)
    if not (request.date_from or request.date_to) and request.date_field == "published":
        assert sum(b.count for b in dates.values) + dates.missing == total(dateless)
    following = zip(dates.values, dates.values[1:], strict=False)
    for one, other in following:
        assert (date.fromisoformat(other.first) - date.fromisoformat(one.last)).days == 1


def test_a_document_counts_in_every_bucket_it_mentions(
    engine_of: Callable[..., WhooshEngine], make_entry: Callable[..., Any]
) -> None:
    engine = engine_of(
        make_entry(
            "a", "un", mentioned=[("2013-11-14", "2013-11-14"), ("2013-11-20", "2013-12-02")]
        ),
        make_entry("b", "deux", mentioned=[("2013-11-14", "2013-11-15")] * 3),
        make_entry("c", "trois", mentioned=[("", "")]),
    )
    request = SearchRequest(date_field="mentioned", interval="month")
    facet = date_facet(engine.search(request))
    assert [(b.value, b.count) for b in facet.values] == [("2013-11", 2), ("2013-12", 1)]
    assert facet.missing == 1
    day = replace(request, date_from=date(2013, 11, 14), date_to=date(2013, 11, 14))
    assert engine.search(day).total == 2
    assert engine.search(replace(request, undated="only")).total == 1
    gap = replace(request, date_from=date(2013, 11, 16), date_to=date(2013, 11, 19))
    assert engine.search(gap).total == 0


def test_selected_values_are_listed_beyond_the_size(search: Any) -> None:
    response = search(facet_size="1", lang=["ar", "tlh"], organization="~arsenal")
    langs = {value.value: value for value in value_facet(response, "lang").values}
    assert langs["ar"].selected
    assert langs["tlh"].selected
    assert langs["tlh"].count == 0
    assert "~arsenal" in {value.value for value in value_facet(response, "organization").values}


def test_unknown_value_gives_no_result_and_is_listed(search: Any) -> None:
    response = search(theme="nothing-so-called")
    assert response.total == 0
    (value,) = [v for v in value_facet(response, "theme").values if v.selected]
    assert (value.value, value.count) == ("nothing-so-called", 0)


def test_theme_covers_its_sub_themes(search: Any) -> None:
    response = search(theme="culture")
    culture = next(v for v in value_facet(response, "theme").values if v.value == "culture")
    assert culture.count == response.total
    assert {child.value for child in culture.children} == {"culture/cinema", "culture/music"}
    assert all(child.count <= culture.count for child in culture.children)


def test_selected_sub_theme_is_listed_under_its_theme(search: Any) -> None:
    response = search(theme="culture/music", facet_size="1", q="introuvable")
    (culture,) = value_facet(response, "theme").values
    assert culture.value == "culture"
    assert [(c.value, c.selected, c.count) for c in culture.children] == [
        ("culture/music", True, 0)
    ]


def test_labels_follow_the_locale(search: Any) -> None:
    def label(locale: str, facet: str, value: str) -> str:
        response = search(locale=locale)
        return next(v.label for v in value_facet(response, facet).values if v.value == value)

    assert label("fr", "lang", "fr") == "français"
    assert label("en", "lang", "fr") == "French"
    assert label("fr", "organization", "onu") != label("en", "organization", "onu")
    assert label("en", "organization", "~alpha-beta") == "ALPHA-BETA"
    assert label("zz", "lang", "fr") == "français"


def test_aliases_select_the_same_value(search: Any) -> None:
    ids = search(organization="onu").total
    for alias in ("ONU", "UN", "nations unies", "United Nations", "الأمم المتحدة"):
        response = search(organization=alias)
        assert response.request.selected["organization"] == ("onu",)
        assert response.total == ids
    response = search(organization=["Alpha-Beta", "~alpha-beta"], lang="English")
    assert response.request.selected == {"organization": ("~alpha-beta",), "lang": ("en",)}
    assert search(source="agence a").request.selected["source"] == ("agence a",)


def test_range_shows_its_own_buckets(search: Any) -> None:
    response = search(from_="2024", to="2024-03")
    dates = date_facet(response)
    assert dates.interval == "month"
    assert [bucket.value for bucket in dates.values] == ["2024-01", "2024-02", "2024-03"]
    assert all(bucket.selected for bucket in dates.values)
    assert sum(bucket.count for bucket in dates.values) == response.total
    assert dates.missing > 0


@pytest.mark.parametrize(
    ("parameters", "interval"),
    [
        ({}, "month"),
        ({"from_": "2024-02", "to": "2024-03"}, "day"),
        ({"interval": "year"}, "year"),
        ({"interval": "day", "from_": "2021", "to": "2024"}, "month"),
    ],
)
def test_interval(search: Any, parameters: dict[str, str], interval: str) -> None:
    assert date_facet(search(**parameters)).interval == interval


def test_facets_asked_for(search: Any) -> None:
    assert set(search(facets="lang,date").facets) == {"lang", "date"}
    assert search(facets="").facets == {}


def test_facet_out_of_time_is_truncated_and_still_lists_selections(
    entries: Any, tmp_path: Path
) -> None:
    index_documents(tmp_path, entries)
    hurried = WhooshEngine(IndexDirectory(tmp_path), Budget(facets=-1.0))
    response = hurried.search(SearchRequest(selected={"lang": ("fr",)}))
    assert all(facet.truncated for facet in response.facets.values())
    (value,) = value_facet(response, "lang").values
    assert (value.value, value.count) == ("fr", response.total)


def test_search_inside_a_facet(engine: WhooshEngine) -> None:
    page = engine.facet("organization", SearchRequest(q="zanova"), "nat", 1)
    assert {value.value for value in page.facet.values} == {"onu", "otan"}  # NATO
    for value in page.facet.values:
        chosen = SearchRequest(q="zanova", selected={"organization": (value.value,)})
        assert value.count == engine.search(chosen).total
    for prefix in ("ÜNITED na", "الأمم", "alpha", "béta"):
        assert engine.facet("organization", SearchRequest(), prefix, 1).total == 1, prefix
    assert engine.facet("organization", SearchRequest(), "tions", 1).total == 0


def test_pages_inside_a_facet(engine: WhooshEngine) -> None:
    request = SearchRequest(facet_size=2)
    pages = [engine.facet("organization", request, "", page) for page in (1, 2, 3, 4)]
    values = [value.value for page in pages for value in page.facet.values]
    assert len(values) == len(set(values)) == pages[0].total == 5
    assert pages[3].facet.values == ()
    counts = [value.count for page in pages for value in page.facet.values]
    assert counts == sorted(counts, reverse=True)
    with pytest.raises(KeyError):
        engine.facet("date", request, "", 1)


@given(
    years=st.lists(st.integers(1900, 2100), min_size=1, max_size=6).flatmap(
        lambda few: st.lists(st.integers(2010, 2020), max_size=300).map(lambda many: few + many)
    ),
    interval=st.sampled_from(("auto", "year")),
)
def test_a_trimmed_range_leaves_out_few_and_counts_them(years: list[int], interval: Any) -> None:
    days = np.sort(np.array([day_number(date(year, 6, 15)) for year in years], np.int32))
    dates = DayRanges(np.arange(len(days), dtype=np.int32), days, days, 0, single=True)
    request = SearchRequest(interval=interval, trimmed=True)
    found, plain = count_dates(request, dates), count_dates(replace(request, trimmed=False), dates)
    counts = [bucket.count for bucket in found.values]
    assert sum(counts) + found.before + found.after == len(years)
    assert max(found.before, found.after) <= max(len(years) / 100, 1)
    first, last = found.values[0].first, found.values[-1].last
    assert found.before == sum(date(year, 6, 15).isoformat() < first for year in years)
    assert found.after == sum(date(year, 6, 15).isoformat() > last for year in years)
    # What is left out is at least as long as what stays.
    kept = int(last[:4]) - int(first[:4]) + 1
    assert not found.before or int(first[:4]) - min(years) >= kept
    assert not found.after or max(years) - int(last[:4]) >= kept
    if not found.before and not found.after:
        assert found == plain


def test_one_wrong_date_does_not_rule_the_axis() -> None:
    days = np.array([day_number(date(1948, 12, 24)), *range(17_000, 17_100)], np.int32)
    dates = DayRanges(np.arange(len(days), dtype=np.int32), days, days, 0, single=True)
    found = count_dates(SearchRequest(trimmed=True), dates)
    assert (found.before, found.after, found.interval) == (1, 0, "month")
    assert len(count_dates(SearchRequest(), dates).values) > 60


def test_a_body_covers_its_organs(
    engine_of: Callable[..., WhooshEngine], make_entry: Callable[..., Any]
) -> None:
    engine = engine_of(
        make_entry("a", "un", organizations=["conseil-de-securite-onu"]),
        make_entry("b", "deux", organizations=["onu", "ctc"]),
        make_entry("c", "trois", organizations=["otan"]),
    )
    facet = value_facet(engine.search(SearchRequest()), "organization")
    listed = {value.value: value for value in facet.values}
    assert {name: value.count for name, value in listed.items()} == {"onu": 2, "otan": 1}
    assert facet.distinct == 2
    below = {child.value: child.count for child in listed["onu"].children}
    assert below == {"conseil-de-securite-onu": 2, "ctc": 1}
    assert engine.search(SearchRequest(selected={"organization": ("onu",)})).total == 2
    assert engine.search(SearchRequest(excluded={"organization": ("onu",)})).total == 1


def test_names_of_little_weight_are_not_listed_but_found(
    engine_of: Callable[..., WhooshEngine], make_entry: Callable[..., Any]
) -> None:
    engine = engine_of(
        make_entry("a", "un", organizations=["~zbrk", "~twice", "~interco-inc"]),
        make_entry("b", "deux", organizations=["~twice"]),
    )
    facet = value_facet(engine.search(SearchRequest()), "organization")
    assert [value.value for value in facet.values] == ["~twice", "~interco-inc"]
    assert facet.distinct == 3
    chosen = engine.search(SearchRequest(selected={"organization": ("~zbrk",)}))
    assert chosen.total == 1
    assert "~zbrk" in {value.value for value in value_facet(chosen, "organization").values}
    page = engine.facet("organization", SearchRequest(facet_size=10), "", 1)
    assert {value.value for value in page.facet.values} == {"~zbrk", "~twice", "~interco-inc"}
