"""What it costs to make a page of the engine's answer."""

from time import perf_counter, process_time
from typing import Any, cast
from urllib.parse import quote

import numpy as np

from search.engine import Engine, SearchResponse
from search.request import SearchRequest
from tools.bench.context import Context
from tools.bench.tables import Section, Table, pair
from tools.bench.trouvaille_system import NAME, Trouvaille, request
from web import create_app


class Remembering:
    """An engine that answers a search again without searching: what remains is the page."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, SearchResponse] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def search(self, request: SearchRequest) -> SearchResponse:
        """Return the answer to a search."""
        key = repr(request)
        if key not in self._known:
            self._known[key] = self._engine.search(request)
        return self._known[key]


def pages(context: Context) -> Section:
    """Ask for search pages with all facets, and subtract the engine."""
    section = Section("pages", "Pages")
    ours = context.system(NAME)
    assert isinstance(ours, Trouvaille)
    client = create_app(cast(Engine, Remembering(ours.engine))).test_client()
    table = Table(
        "A search page with five facets over the engine's time: ms, p50 / p95",
        ["", "elapsed", "processor", "bytes of HTML"],
    )
    for name, more in (("two words", ""), ("the same, with filters", "&lang=fr&from=2011&to=2017")):
        elapsed, processor, sizes = [], [], []
        for question in context.drawn.questions["OR"]:
            address = f"/search?q={quote(request(question).q)}&hl=fr{more}"
            sizes.append(len(client.get(address).data))
            wall, cpu = perf_counter(), process_time()
            client.get(address)
            elapsed.append(1000 * (perf_counter() - wall))
            processor.append(1000 * (process_time() - cpu))
        table.add(
            name,
            pair(*np.percentile(elapsed, (50, 95))),
            pair(*np.percentile(processor, (50, 95))),
            pair(*np.percentile(sizes, (50, 95))),
        )
    section.tables.append(table)
    return section
