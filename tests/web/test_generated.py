"""Requests generated from the product's own description of its API, to the real application.

Half of them are as the description says, half are not. Each is answered as it is described: with a
status, headers, a media type and a body of the schema that it names, and with no server error.
"""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of

from index import IndexDirectory
from search.facets.counts import MAX_BUCKETS
from search.whoosh_engine import WhooshEngine
from web import create_app

MOST_BYTES = 500_000
"""No answer over the sample archive is longer, but for its links: exports hold all of it, once."""
MOST_LINKS = MAX_BUCKETS + 250
"""Links of an answer that repeat what was asked: one for each value of a facet, and few others."""


@pytest.fixture(scope="module")
def schema(archive: Path) -> Any:
    import schemathesis  # slow to import, and seldom needed

    app = create_app(WhooshEngine(IndexDirectory(archive)))
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param(500, marks=pytest.mark.long),
        pytest.param(10_000, marks=pytest.mark.exhaustive),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_request_is_answered_as_described(schema: Any, requests: int) -> None:
    from schemathesis import GenerationMode
    from schemathesis.checks import CHECKS

    # A schema cannot say which dates and pages exist, or which cursors were given out. More is
    # understood than it says: an empty value, spaces, capitals, the digits of other scripts.
    beyond_a_schema = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection"])
    operations = [operation.ok() for operation in schema.get_all_operations()]
    each = -(-requests // len(operations))
    asked = 0

    def check(case: Any) -> None:
        nonlocal asked
        asked += 1
        # This client takes answers as they come, compressed or not.
        answer = case.call(headers={"Accept-Encoding": "identity"})
        assert len(answer.content) < MOST_BYTES + MOST_LINKS * len(answer.request.url)
        case.validate_response(answer, excluded_checks=beyond_a_schema)

    for operation in operations:
        kinds = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
        settings(
            max_examples=each,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(given(case=one_of(kinds))(check))()
    assert asked >= requests
