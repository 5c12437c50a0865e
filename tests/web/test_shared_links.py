"""Links as others share them, and readers' languages as browsers send them."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index.vocabularies import LANGUAGES
from web.i18n import DEFAULT

ADDRESSES = (
    *("/", "/search", "/facet/source", "/facet/date", "/status", "/docs/errors", "/search.atom"),
    *("/search.csv", "/search.ndjson", "/opensearch.xml", "/suggest.json"),
)
TRACKERS = "fbclid=IwAR0&utm_source=x&utm_medium=y&gclid=1&mc_cid=2&ref=home&anything="


@pytest.mark.parametrize("address", ADDRESSES)
def test_unknown_parameters_are_ignored_outside_the_endpoint(
    client: FlaskClient, address: str
) -> None:
    plain = client.get(f"{address}?q=ONU")
    tracked = client.get(f"{address}?{TRACKERS}&q=ONU")
    assert tracked.status_code == plain.status_code == 200
    assert "fbclid" not in tracked.get_data(as_text=True)
    assert client.get(f"/api/search?{TRACKERS}&q=ONU").status_code == 400


def test_a_document_is_shown_to_who_follows_a_tracked_link(client: FlaskClient) -> None:
    id = client.get("/api/search?q=ONU").get_json()["results"][0]["id"]
    assert client.get(f"/document/{id}?{TRACKERS}&q=ONU&at=1").status_code == 200


def test_symbols_find_nothing_anywhere(client: FlaskClient) -> None:
    for typed in ("%E2%82%AC", "%F0%9F%98%80", "-", "%3F"):
        answer = client.get(f"/api/search?q={typed}").get_json()
        assert answer["total"] == 0
        assert [warning["code"] for warning in answer["warnings"]] == ["nothing_understood"]
        assert client.get(f"/search.ndjson?q={typed}").get_data() == b""


QUALITIES = st.sampled_from(["", ";q=1", ";q=0.9", ";q=0.5", ";q=0.1"])
REGIONS = st.sampled_from(["", "-CH", "-gb", "_DE", "-Latn-419", "-x-private"])
RANGES = st.lists(
    st.tuples(st.sampled_from([*LANGUAGES, "ja", "nl"]), REGIONS, QUALITIES), max_size=5
)


@given(ranges=RANGES)
def test_the_language_that_is_wanted_most(
    client: FlaskClient, ranges: list[tuple[str, ...]]
) -> None:
    header = ", ".join("".join(parts) for parts in ranges)
    wanted = sorted(ranges, key=lambda parts: -float(parts[2].partition("=")[2] or 1))
    expected = next((code for code, *_ in wanted if code in LANGUAGES), DEFAULT)
    answer = client.get("/docs/errors", headers={"Accept-Language": header})
    assert answer.headers["Content-Language"] == expected, header


def test_a_refused_language_is_not_given(client: FlaskClient) -> None:
    for header, expected in (("fr;q=0, *", "en"), ("*", DEFAULT), ("nl, *;q=0.1", DEFAULT)):
        answer = client.get("/docs/errors", headers={"Accept-Language": header})
        assert answer.headers["Content-Language"] == expected, header


def test_a_table_has_a_byte_order_mark_unless_told(client: FlaskClient) -> None:
    assert client.get("/search.csv?q=ONU").get_data().startswith(b"\xef\xbb\xbfid,")
    assert client.get("/search.csv?q=ONU&bom=no").get_data().startswith(b"id,")
    assert client.get("/search.csv?q=ONU&bom=maybe").status_code == 400
