from datetime import date
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engine import DateBucket
from search.request import SearchRequest, parse_request
from web import links
from web.links import PageLinks

VALUES = ("onu", "otan", "economy", "economy/trade", "a&b=c", "l'été +1", "%41")
SOME = st.dictionaries(
    st.sampled_from(["organization", "theme", "country", "source"]),
    st.lists(st.sampled_from(VALUES), unique=True, min_size=1, max_size=3).map(tuple),
)
REQUESTS = st.builds(
    SearchRequest,
    q=st.sampled_from(["", "accord", "l'été & co", "from=2016"]),
    selected=SOME,
    excluded=SOME,
    date_from=st.sampled_from([None, date(2016, 1, 1)]),
    date_to=st.sampled_from([None, date(2016, 12, 31), date(2018, 2, 3)]),
    undated=st.sampled_from([None, "include"]),
    sort=st.sampled_from(["date", "-date", "relevance"]),
    page=st.integers(1, 3),
    per_page=st.sampled_from([20, 5]),
    interval=st.sampled_from(["auto", "month"]),
)


def parsed(address: str) -> SearchRequest:
    return parse_request(parse_qs(urlsplit(address).query), "fr", also=("hl",))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    REQUESTS,
    st.sampled_from(["organization", "theme", "country", "source"]),
    st.sampled_from(VALUES),
)
def test_addresses_written_around_an_open_place_are_those_of_the_whole_request(
    client: FlaskClient, request: SearchRequest, facet: str, value: str
) -> None:
    with client.application.test_request_context("/search?hl=de"):
        to = PageLinks(request)
        for chosen, address in (
            (links.toggled(request, facet, value), to.toggled(facet, [value])[0]),
            (links.excluded(request, facet, value), to.excluded(facet, [value])[0]),
        ):
            written = [*links.parameters(chosen), ("hl", "de")]
            assert address == links.address("", "/search", written)
        for name, first, last in (
            ("2016", "2016-01-01", "2016-12-31"),
            ("2018-02", "2018-02-01", "2018-02-28"),
        ):
            bucket = DateBucket(name, first, last, 1)
            wanted = links.dated(request, bucket)
            found = parsed(to.buckets([bucket])[0])
            assert links.parameters(found) == links.parameters(wanted)


@given(REQUESTS, st.sampled_from(["organization", "theme"]), st.sampled_from(VALUES))
def test_excluding_twice_leaves_nothing_excluded(
    request: SearchRequest, facet: str, value: str
) -> None:
    once = links.excluded(request, facet, value)
    inside = value in request.excluded.get(facet, ())
    assert (value in once.excluded.get(facet, ())) != inside
    assert value not in once.selected.get(facet, ()) or inside
    twice = links.excluded(once, facet, value)
    assert (value in twice.excluded.get(facet, ())) == inside
    if facet == "theme" and not inside:
        for other in once.selected.get(facet, ()):
            assert not other.startswith(value + "/")
