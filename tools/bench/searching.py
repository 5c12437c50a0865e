"""Searches of every kind, snippets, suggestions and better spellings."""

from statistics import mean
from typing import Any

from search.request import SearchRequest
from tools.bench import trouvaille_system, whoosh_system
from tools.bench.brute import answers
from tools.bench.context import Context
from tools.bench.question import Question, System
from tools.bench.tables import Section, Table, number, pair, times
from tools.bench.timing import Ask, Times, percentile
from tools.bench.trouvaille_system import Trouvaille
from tools.bench.whoosh_system import Whoosh

OURS = trouvaille_system.NAME
STOCK = whoosh_system.NAME
MOST_CHECKED = 5_000
"""Documents up to which totals and facets are also worked out by brute force."""


def searches(context: Context) -> Section:
    """Ask questions of every kind, with three facets and without."""
    section = Section("searches", "Searches")
    title = "Ten results and the exact total, {} facets"
    with_facets = _comparison(context, title.format("with three"))
    without = _comparison(context, title.format("without"))
    first_time = _comparison(context, "With three facets, each question for the first time")
    first_time.note = (
        "Each kind has words of its own. Files are in the page cache; what is read of them for the"
        " first time is compared with its checksum."
    )
    for kind, questions in context.drawn.questions.items():
        asked = [question.with_facets() for question in questions]
        took = _line(with_facets, kind, asked, context)
        _add(first_time, kind, with_facets.rows[-1][1], {n: t.only_first for n, t in took.items()})
    for kind, questions in context.drawn.questions.items():
        _line(without, kind, questions, context)
    section.tables = [with_facets, first_time, without]
    return section


def snippets(context: Context) -> Section:
    """Ask for ten results with marked fragments of their texts."""
    section = Section("snippets", "Snippets")
    table = _comparison(context, "Two words (OR), ten results with snippets, no facets")
    asked = [question.with_snippets() for question in context.drawn.questions["OR"]]
    _line(table, "documents as they are", asked, context)
    section.tables.append(table)
    systems, far = _long_documents(context)
    table = _comparison(context, "The same, the hit at the end of documents of 1 MB")
    far = far * min(10, context.questions)
    _line(table, "one word, ten documents", far, context, systems)
    section.tables.append(table)
    parts = Table("Of which Trouvaille spends on the snippets alone, ms", ["", "p50 / p95"])
    for name, system, questions in (
        ("documents as they are", context.system(OURS), asked),
        ("end of 1 MB", systems[OURS], far),
    ):
        took: list[float] = []

        def timed(question: Question, ask: Ask = system.ask, took: list[float] = took) -> None:
            answer: Any = ask(question)
            took.append(answer.timings["snippets"] / 1000)

        context.race({OURS: timed}, questions)
        parts.add(name, pair(percentile(took, 50), percentile(took, 95)))
    section.tables.append(parts)
    for system in systems.values():
        system.close()
    return section


def suggestions(context: Context) -> Section:
    """Complete what is being typed, and suggest better spellings."""
    section = Section("suggestions", "Suggestions and spelling")
    ours, stock = context.system(OURS), context.system(STOCK)
    assert isinstance(ours, Trouvaille)
    assert isinstance(stock, Whoosh)
    engine, searcher = ours.engine, stock.searcher

    def expand(beginning: str) -> object:
        reader = searcher.reader()
        found = [
            (reader.doc_frequency("body", term), term)
            for term in reader.expand_prefix("body", beginning)
        ]
        return sorted(found, reverse=True)[:10]

    def misspelt(word: str) -> SearchRequest:
        return SearchRequest(q=word, per_page=10, facets=(), highlight="false")

    table = Table(
        "Milliseconds, p50 / p95", ["", OURS, STOCK, "p50 ratio", "p95 ratio", f"{OURS}, first"]
    )
    for name, questions, asks in (
        (
            "ten completions of a beginning",
            context.drawn.beginnings,
            {OURS: lambda text: engine.suggest(text, 10, "fr"), STOCK: expand},
        ),
        (
            "a search for a misspelt word, with its better spelling",
            context.drawn.typos,
            {
                OURS: lambda word: engine.search(misspelt(word)),
                STOCK: lambda word: searcher.suggest("body", word, limit=1),
            },
        ),
    ):
        took = context.race(asks, questions)
        table.add(name, *_against(took, (STOCK,)))
    section.tables.append(table)
    found = [engine.search(misspelt(word)) for word in context.drawn.typos]
    suggested = sum(answer.suggestion is not None for answer in found)
    table.note = f"A better spelling was suggested for {suggested} of {len(found)} words."
    return section


def agreement(context: Context) -> Section:
    """Compare answers: all of ours with brute force, totals of all systems with each other."""
    section = Section("agreement", "Agreement")
    table = Table(
        "Questions whose total, and whose facet counts, are those of brute force",
        ["", "questions", "totals agree", "facets agree"],
    )
    others = [name for name in context.kinds if name != OURS]
    totals = Table("Documents found, on average", ["", OURS, *others])
    kinds = context.drawn.questions
    systems = context.systems()
    documents = context.costs[OURS].documents
    everything = [question.with_facets() for asked in kinds.values() for question in asked]
    expected = answers(context.corpus.entries(), everything) if documents <= MOST_CHECKED else None
    at = 0
    for kind, questions in kinds.items():
        asked = [question.with_facets() for question in questions]
        got = {
            name: [system.read(system.ask(question)) for question in asked]
            for name, system in systems.items()
        }
        if expected is not None:
            right = expected[at : at + len(asked)]
            at += len(asked)
            same = sum(a.total == b.total for a, b in zip(got[OURS], right, strict=True))
            facets = sum(
                all(
                    right_one.facets[name][value] == count
                    for name, counts in answer.facets.items()
                    for value, count in counts.items()
                )
                for answer, right_one in zip(got[OURS], right, strict=True)
            )
            table.add(kind, str(len(asked)), str(same), str(facets))
        means = [number(mean(answer.total for answer in got[name])) for name in (OURS, *others)]
        totals.add(kind, *means)
    totals.note = (
        "Systems differ in what they take for the same word; dates and everything are the same."
    )
    section.tables = [*([table] if expected is not None else []), totals]
    return section


def _comparison(context: Context, title: str) -> Table:
    others = [name for name in context.kinds if name != OURS]
    ratios = [f"{name} ÷ {OURS}, p50 / p95" for name in others]
    return Table(f"{title}: ms, p50 / p95", ["", "documents", OURS, *others, *ratios])


def _line(
    table: Table,
    name: str,
    questions: list[Question],
    context: Context,
    systems: dict[str, System] | None = None,
) -> dict[str, Times]:
    systems = systems or context.systems()
    asks: dict[str, Any] = {name: system.ask for name, system in systems.items()}
    took = context.race(asks, questions)
    ours = systems[OURS]
    matches = mean(ours.read(ours.ask(question)).total for question in questions)
    _add(table, name, number(matches), took)
    return took


def _add(table: Table, name: str, matches: str, took: dict[str, Times]) -> None:
    others = [name for name in took if name != OURS]
    shown = [pair(took[one].ms(50), took[one].ms(95)) for one in (OURS, *others)]
    ratios = [_ratio(took[one], took[OURS]) for one in others]
    table.add(name, matches, *shown, *ratios)


def _against(took: dict[str, Times], others: tuple[str, ...]) -> list[str]:
    ours = took[OURS]
    cells = [pair(took[name].ms(50), took[name].ms(95)) for name in (OURS, *others)]
    for name in others:
        cells += [times(took[name].ms(50) / ours.ms(50)), times(took[name].ms(95) / ours.ms(95))]
    return [*cells, pair(ours.only_first.ms(50), ours.only_first.ms(95))]


def _ratio(other: Times, ours: Times) -> str:
    return pair(other.ms(50) / ours.ms(50), other.ms(95) / ours.ms(95))


def _long_documents(context: Context) -> tuple[dict[str, System], list[Question]]:
    """Index a dozen documents of a megabyte, a word that is nowhere else at the end of each."""
    from tools.bench.corpora import Corpus, long_documents

    words, entries = long_documents(context.quick)
    corpus = Corpus("long", lambda: iter(entries), lambda document: True)
    systems: dict[str, System] = {}
    for name, kind in context.kinds.items():
        folder = context.folder / "long" / kind.index_name.replace(" ", "-").lower()
        folder.parent.mkdir(exist_ok=True)
        if not folder.exists():
            kind.build(corpus.entries(), folder)
        systems[name] = kind.open(folder)
    return systems, [Question("end of a long text", (words,), "or", snippets=True)]
