"""Whatever is typed, it is only ever a value: no script, no key and no path is made of it."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.opensearch import Cluster, compute_vectors, publish_documents
from index.opensearch.mapping import documents as mapping
from search.opensearch import OpenSearchEngine, across, scores
from search.opensearch.relaxing import SCORE
from search.results import Budget
from tests.model import replaced_model
from tests.search.conftest import Entries
from web import create_app
from web.kept import KeptAnswers

pytestmark = pytest.mark.opensearch
SCRIPTS = {*scores.SCRIPTS, *across.SCRIPTS, SCORE}
FIELDS = set(mapping(1, {})["mappings"]["properties"])
BESIDE = {"word", "spelt", "title_terms", "body_terms", "completes", "facet", "value", "form"}
KEYS = re.findall(
    r"\w+",
    """
    query size from sort track_total_hits aggs _source stored_fields docvalue_fields passing
    search_after bool filter must should must_not minimum_should_match term terms prefix fuzzy
    wildcard match_phrase intervals match any_of all_of mode max_gaps ordered range exists ids
    values match_all match_none dis_max queries constant_score boost script_score script source
    params min_score rewrite fuzziness prefix_length transpositions _name value field missing
    min max cardinality precision_threshold include partition num_partitions shard_size
    date_histogram calendar_interval min_doc_count hard_bounds filters gte lte gt lt order
    index allow_partial_search_results cancel_after_time_interval preference in histogram
    top distinct counts inferred best least lang _score contained_by
    rescore window_size rescore_query query_weight rescore_query_weight models have lack
    """,
)
PARAMETERS = {
    "weight",
    "scale",
    "shift",
    "idf",
    "k1",
    "factor",
    "norms",
    "bodies",
    "eights",
    "question",
}
PARAMETERS |= {"title", "title_scale", "title_shift", "body", "body_scale", "body_shift"}
COUNTED = "top|missing|distinct|pinned|first|last|month|year"
NAMED = re.compile(rf"(group|readmitted)\d+|[a-z]+:({COUNTED})")
"""Names of aggregations: numbers, and those of facets."""
SUFFIX = re.compile(r"[a-z_]{0,12}")
PATH = re.compile(r"/((_msearch|(test-[0-9a-z-]+|_cluster/health)[-/_a-z0-9,]*))?")

PIECES = st.sampled_from(
    [
        *('"', "\\", "{", "}", "[", "]", "(", ")", "*", "?", "~", "^", ":", "/", "|", "-", "+"),
        *('"}}', '","script":{"source":"', "params.idf", "${jndi:ldap://x}", "{{x}}", "../_all"),
        *(" AND ", " OR ", " NOT ", "zanova", "mirka", "title:", "lang:fr", "theme:", "date:2021"),
        *("/fr/accord", "_id:*", "\n", "\x00", "\u202e", "é", "中文", "%22", "'; --", "<script>"),
    ]
)
TYPED = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=40))
NAMES = ("organization", "theme", "lang", "source", "exclude_theme", "from", "to", "cursor", "sort")


class Sent:
    """What a cluster is sent: paths, and bodies as they are read there."""

    def __init__(self, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        self.bodies: list[Any] = []
        send = cluster._transport.perform_request

        def perform_request(method: str, path: str, **given: Any) -> Any:
            self.paths.append(path)
            body = given.get("body") or b""
            self.bodies += [orjson.loads(line) for line in body.splitlines()]
            return send(method, path, **given)

        monkeypatch.setattr(cluster._transport, "perform_request", perform_request)


@pytest.fixture(scope="module")
def watched(node: Any, entries: Entries) -> Iterator[tuple[Any, Sent]]:
    name = node.new_name()
    publish_documents(node.cluster, name, entries)
    cluster = Cluster(node.cluster.address)
    app = create_app(OpenSearchEngine(cluster, name, Budget(60.0, 60.0, 60.0, 60.0)))
    app.config["ANSWERS"] = KeptAnswers(0)
    with pytest.MonkeyPatch.context() as monkeypatch, replaced_model():
        compute_vectors(node.cluster, name)
        yield app, Sent(cluster, monkeypatch)


@settings(max_examples=40)
@given(q=TYPED, name=st.sampled_from(NAMES), other=TYPED, id=TYPED)
@example(q='zanova","script":{"source":"1"}}', name="theme", other='"}}', id="../../_all")
@example(q='zan*va mi?ka tolum~ "mirka rien"~3', name="source", other="*", id="_search?q=*")
def test_what_is_typed_is_only_ever_a_value(
    watched: tuple[Any, Sent], q: str, name: str, other: str, id: str
) -> None:
    app, sent = watched
    sent.paths.clear()
    sent.bodies.clear()
    client = app.test_client()
    for path, given_ in (
        ("/api/search", {"q": q, name: other}),
        ("/api/search", {"q": q, name: other, "across": "true"}),
        ("/api/suggest", {"q": q}),
        ("/api/facets/organization", {"q": q, "prefix": other}),
    ):
        assert client.get(path, query_string=given_).status_code in (200, 400, 404)
    engine = app.config["ENGINE"]
    engine.document(id, "fr", q)
    engine.similar(id, 5, "fr")
    engine.related(id, "fr")
    assert [path for path in sent.paths if not PATH.fullmatch(path)] == []
    for body in sent.bodies:
        check(body)


def check(body: Any, above: str = "") -> None:
    """Fail where a body has a key or a script that is none of ours."""
    if isinstance(body, list):
        for item in body:
            check(item, above)
        return
    if not isinstance(body, dict):
        return
    if "script" in body:
        assert body["script"]["source"] in SCRIPTS
        assert set(body["script"].get("params", ())) <= PARAMETERS
    for key, value in body.items():
        known = key in {*KEYS, *FIELDS, *BESIDE, *PARAMETERS} or NAMED.fullmatch(key)
        assert known or (above == "norms" and SUFFIX.fullmatch(key)), (above, key)
        if key == "wildcard":
            ((_, pattern),) = value.items()
            assert re.fullmatch(r"[\w*]+", pattern["value"]), pattern
        check(value, key)
