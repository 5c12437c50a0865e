"""Trouvaille through its public engine: a SearchRequest in, a SearchResponse out."""

from collections.abc import Iterable
from pathlib import Path

from index import IndexDirectory, kernels
from index.build import index_documents
from search.engine import SearchResponse, ValueFacet
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine
from tools.bench.question import FACET_SIZE, FACETS, PER_PAGE, Answer, Entry, Question

NAME = "Trouvaille"
PLAIN = "Trouvaille, NumPy alone"


def build(entries: Iterable[Entry], folder: Path) -> None:
    """Analyse, invert, write and publish, in this process."""
    index_documents(folder, entries)


class Trouvaille:
    """The engine over an index directory, with compiled loops where these can be."""

    name = NAME
    compiled = True

    def __init__(self, folder: Path) -> None:
        self._archive = IndexDirectory(folder)
        self.generation = self._archive.current()
        self.engine = WhooshEngine(self._archive)

    def ask(self, question: Question) -> SearchResponse:
        """Search."""
        if self.compiled:
            kernels.activate()
        else:
            kernels.deactivate()
        return self.engine.search(request(question))

    def read(self, answer: SearchResponse) -> Answer:
        """Put an answer into the common form."""
        facets: dict[str, dict[str, int]] = {}
        for name, facet in answer.facets.items():
            assert isinstance(facet, ValueFacet)
            lines = [line for top in facet.values for line in (top, *top.children)]
            facets[name] = {line.value: line.count for line in lines}
        return Answer(answer.total, tuple(result.id for result in answer.results), facets)

    def close(self) -> None:
        """Let go of the index."""
        self.generation.close()


class Plain(Trouvaille):
    """The engine with NumPy alone."""

    name = PLAIN
    compiled = False


def request(question: Question) -> SearchRequest:
    """Return the request that a question makes."""
    return SearchRequest(
        q=typed(question),
        date_from=question.first,
        date_to=question.last,
        sort="-date" if question.newest else "relevance",
        per_page=PER_PAGE,
        facets=FACETS if question.facets else (),
        facet_size=FACET_SIZE,
        highlight="true" if question.snippets else "false",
    )


def typed(question: Question) -> str:
    """Return a question as a reader types it."""
    if question.operator == "phrase":
        return f'"{" ".join(question.words)}"'
    if question.operator == "prefix":
        return f"{question.words[0]}*"
    return f" {question.operator.upper()} ".join(question.words)
