from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from uri_template import expand

from index.facets import VALUE_FACETS
from search.engine import DateBucket
from search.request import FACETS, RESULT_FIELDS, SearchRequest, parse_request
from web import links

VALUES = {
    "organization": ("onu", "otan", "~comite-x", "a&b=c", "l'été +1"),
    "theme": ("economy", "economy/trade", "society", "society/x", "économie? #1"),
    "country": ("fr", "ye", "x&y"),
    "person": ("emmanuel-macron", "~jean-dupont", "~d'x&y"),
    "lang": ("fr", "ar", "en"),
    "source": ("AFP", "A, B; C", "%41", "../x"),
}
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


def chosen() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    return st.fixed_dictionaries(
        {
            name: st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)
            for name, values in VALUES.items()
        }
    )


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    """Requests as ``parse_request`` gives them."""
    q = draw(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(
            lambda t: not t or t.strip()
        )
    )
    first, last = sorted((draw(DAYS), draw(DAYS)))
    per_page = draw(st.integers(1, 100))
    walk = draw(st.booleans())
    return SearchRequest(
        q=q,
        selected=draw(chosen()),
        excluded=draw(chosen()),
        all_of=tuple(name for name in VALUE_FACETS if draw(st.booleans())),
        date_from=draw(st.sampled_from([None, first])),
        date_to=draw(st.sampled_from([None, last])),
        undated=draw(st.sampled_from([None, "include", "exclude", "only"])),
        sort=draw(st.sampled_from(["relevance", "-date", "date"])),
        page=1 if walk else draw(st.integers(1, 10_000 // per_page)),
        per_page=per_page,
        cursor="*" if walk else None,
        facets=tuple(name for name in FACETS if draw(st.booleans())),
        facet_size=draw(st.integers(1, 1000)),
        interval=draw(st.sampled_from(["auto", "year", "month", "day"])),
        highlight=draw(st.sampled_from(["true", "false", "offsets"])),
        fields=tuple(name for name in RESULT_FIELDS if draw(st.booleans())) or RESULT_FIELDS,
        links=draw(st.sampled_from(["full", "template"])),
    )


def reread(request: SearchRequest) -> SearchRequest:
    address = links.address("http://localhost", "/search", links.parameters(request))
    return parse_request(parse_qs(urlsplit(address).query, keep_blank_values=True), request.locale)


@given(requests())
def test_an_address_says_all_of_a_request(request: SearchRequest) -> None:
    # Names become canonical values on the way in: that is done once here, then nothing changes.
    once = reread(request)
    assert reread(once) == once
    bare = {"selected": {}, "excluded": {}, "all_of": ()}
    assert replace(once, **bare) == replace(request, **bare)
    assert once.all_of == tuple(name for name in request.all_of if once.selected.get(name))
    assert links.parameters(once) == links.parameters(reread(once))


@given(requests(), st.sampled_from(list(VALUE_FACETS)), st.data())
def test_toggling_twice_changes_nothing_else(
    request: SearchRequest, facet: str, data: st.DataObject
) -> None:
    value = data.draw(st.sampled_from(VALUES[facet]))
    once = links.toggled(request, facet, value)
    was = value in request.selected[facet]
    assert (value in once.selected.get(facet, ())) is not was
    assert value not in once.excluded.get(facet, ())
    assert (once.page, once.cursor) == (1, None)
    for other in VALUE_FACETS:
        if other != facet:
            assert once.selected.get(other, ()) == request.selected[other]
            assert once.excluded.get(other, ()) == request.excluded[other]
    untouched = ("q", "date_from", "date_to", "undated", "sort", "per_page", "facets", "interval")
    assert all(getattr(once, name) == getattr(request, name) for name in untouched)
    twice = links.toggled(once, facet, value)
    assert (value in twice.selected.get(facet, ())) is was


@given(requests(), DAYS)
def test_a_bucket_sets_the_range_and_lifts_it(request: SearchRequest, day: date) -> None:
    bucket = DateBucket(day.isoformat(), day.isoformat(), day.isoformat(), 1)
    once = links.dated(replace(request, date_from=None), bucket)
    assert (once.date_from, once.date_to) == (day, day)
    assert links.dated(once, bucket).date_from is None


def test_two_levels_of_one_theme_never_stand_side_by_side() -> None:
    request = SearchRequest(selected={"theme": ("economy", "society/x")})
    narrowed = links.toggled(request, "theme", "economy/trade")
    assert narrowed.selected["theme"] == ("society/x", "economy/trade")
    widened = links.toggled(narrowed, "theme", "society")
    assert widened.selected["theme"] == ("economy/trade", "society")
    assert links.toggled(narrowed, "theme", "economy/tradecraft").selected["theme"] == (
        *("society/x", "economy/trade", "economy/tradecraft"),
    )


@given(requests(), st.sampled_from(list(VALUE_FACETS)), DAYS, st.data())
def test_addresses_one_choice_away_say_what_the_requests_do(
    request: SearchRequest, facet: str, day: date, data: st.DataObject
) -> None:
    page = "http://localhost/api/search"
    near = links.FilterLinks(page, request, [("hl", "fr")])
    value = data.draw(st.sampled_from(VALUES[facet]))
    bucket = DateBucket("", day.isoformat(), day.isoformat(), 1)
    for found, wanted in (
        (near.toggled(facet, [value])[0], links.toggled(request, facet, value)),
        (near.excluded(facet, [value])[0], links.excluded(request, facet, value)),
        (near.buckets([bucket])[0], links.dated(request, bucket)),
        (near.own(), request),
        (near.whole(), links.first_page(request)),
        (near.undated(), links.undated(request)),
        (near.place(links.Place(7)), replace(request, page=7, cursor=None)),
        (near.place(links.Place(cursor="a_b-")), replace(request, page=1, cursor="a_b-")),
    ):
        written = [*links.parameters(wanted), ("hl", "fr")]
        assert found == f"{page}?{links.encoded(written)}"


@given(
    request=requests(),
    facet=st.sampled_from(list(VALUE_FACETS)),
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    days=st.tuples(DAYS, DAYS).map(sorted),
)
def test_templates_expand_to_the_addresses_of_the_values(
    request: SearchRequest, facet: str, text: str, days: list[date]
) -> None:
    to = links.FilterLinks("http://localhost/api/search", request)
    values = (*VALUES[facet], text)
    choose, exclude = to.templates(facet)
    irregular = to.irregular(facet, values)
    chosen, excluded = to.toggled(facet, values), to.excluded(facet, values)
    for number, value in enumerate(values):
        if number not in irregular:
            assert expand(choose, value=value) == chosen[number]
            assert expand(exclude, value=value) == excluded[number]
    if not request.selected[facet] and not request.excluded[facet]:
        # Ordinary values need no address of their own.
        assert set(irregular).isdisjoint(
            number
            for number, value in enumerate(values)
            if value.replace("/", "").isalnum() and ("/" not in value or facet == "theme")
        )
    first, last = (day.isoformat() for day in days)
    bucket = DateBucket(first, first, last, 1)
    if not to.is_range(bucket):
        template = to.range("{from}", "{to}")
        assert expand(template, **{"from": first, "to": last}) == to.buckets([bucket])[0]
