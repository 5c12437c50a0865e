"""Stock Whoosh behind the product's own web application, to be loaded as the product is.

Run as ``python -m tools.bench.stock_engine FOLDER STOCK WORKERS`` it serves the stock index beside
the product's own and prints the address. A searcher is kept for each thread.
"""

import sys
from pathlib import Path
from threading import local
from typing import Any

from flask import Flask

from index import IndexDirectory
from search.engine import FacetValue, Highlights, Result, SearchResponse, ValueFacet
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine
from tools.bench.question import Question
from tools.bench.whoosh_system import Page, Whoosh
from web import Settings, create_app
from web.operate import address_of, bind, run


class StockEngine(WhooshEngine):
    """Searches stock Whoosh; whatever else is asked comes from the product's own index."""

    def __init__(self, archive: IndexDirectory, folder: Path) -> None:
        super().__init__(archive)
        self._folder = folder
        self._local = local()

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a search whose words are joined by OR."""
        stock = self._stock()
        words = tuple(request.q.split(" OR "))
        page: Page = stock.ask(Question("http", words, facets=bool(request.facets)))
        return SearchResponse(
            request=request,
            understood=request.q,
            languages=("fr",),
            total=page.total,
            results=tuple(_result(stored) for stored in page.stored),
            facets={
                name: _facet(name, counts, request.facet_size)
                for name, counts in page.facets.items()
            },
            generation="stock",
            documents=stock.searcher.doc_count(),
        )

    def _stock(self) -> Whoosh:
        # Searchers of stock Whoosh may not be shared between threads.
        if not hasattr(self._local, "stock"):
            self._local.stock = Whoosh(self._folder)
        found: Whoosh = self._local.stock
        return found


def _result(stored: dict[str, Any]) -> Result:
    return Result(
        id=stored["id"],
        title=stored["title"],
        language="fr",
        direction="ltr",
        published=None,
        date_precision=None,
        source="",
        url="",
        organizations=(),
        themes=(),
        countries=(),
        persons=(),
        opening="",
        mail=None,
        authors=(),
        keywords=(),
        score=0.0,
        highlights=Highlights(),
    )


def _facet(name: str, counts: dict[str, int], size: int) -> ValueFacet:
    top = sorted(counts.items(), key=lambda line: (-line[1], line[0]))[:size]
    values = tuple(FacetValue(value, value, count) for value, count in top)
    return ValueFacet(name, size, len(counts), 0, values)


def main() -> None:
    """Serve until terminated."""
    folder, stock, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    listener = bind("127.0.0.1", 0)
    address = address_of(listener)

    def make() -> Flask:
        return create_app(StockEngine(IndexDirectory(folder), stock), Settings())

    run(
        listener,
        make,
        workers=workers,
        threads=4,
        ready=lambda: print(f"Serving on {address}", flush=True),
    )


if __name__ == "__main__":
    main()
