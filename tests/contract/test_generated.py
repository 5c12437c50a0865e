"""Both engines over small archives of every make: few words, many of them repeated."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from index.build import index_documents
from index.document import (
    Country,
    DateOrigin,
    Document,
    Fields,
    Language,
    MentionedDate,
    NamedPerson,
    Organization,
    PublicationDate,
    Span,
    Theme,
)
from tests.contract import archives
from tests.contract.comparing import differences
from tests.contract.known import known_lines
from tests.contract.requests import REQUESTS, Entries, as_request, as_text, drawn

pytestmark = pytest.mark.opensearch
VOCABULARY = """
accord accords accordé accordcadre pêche pecher péché l’accord d'Europe europe européens avions
porte-avions porteavions port anti terrorisme antiterrorisme running runs ran the of les des Straße
Strasse Häuser Haus negociação negociações القرار قرارات المدارس 10 000 2012 A320 vitamine C ONU
otan Allemagne 日本経済 東京 cœur oeuvre"""
WORDS = VOCABULARY.split()
SOURCES = ("Agence A", "agence a", "Agence B", "")
DAYS = ("2021-03-04", "2021-12-31", "2022-01-01", "2024-02-29")
MENTIONED = [
    MentionedDate(Span(0, 1), first, last, "day")
    for first, last in (("2021-03-04", "2021-03-04"), ("2022-01-01", "2022-12-31"))
]


@st.composite
def entries(draw: st.DrawFn) -> Entries:
    """Draw an archive of up to 50 documents whose fields are given."""
    texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)
    some = st.sets
    documents = []
    for number in range(draw(st.integers(1, 50))):
        date = draw(st.sampled_from(("", *DAYS)))
        precision = draw(st.sampled_from((4, 7, 10)))
        named: Any = {4: "year", 7: "month", 10: "day"}[precision]
        origin = draw(st.sampled_from(get_args(DateOrigin)))
        organizations = draw(some(st.sampled_from(("onu", "otan", "~alpha-beta")), max_size=2))
        themes = draw(some(st.sampled_from(("culture", "culture/cinema", "sport")), max_size=2))
        fields = Fields(
            language=Language(draw(st.sampled_from(("fr", "en", "de", "ar", "pt", "ja")))),
            organizations=tuple(
                Organization(id, id.strip("~"), (Span(0, 1),), not id.startswith("~"))
                for id in sorted(organizations)
            ),
            themes=tuple(Theme(id) for id in sorted(themes)),
            countries=tuple(
                Country(id, (Span(0, 1),))
                for id in sorted(draw(some(st.sampled_from(("de", "fr")))))
            ),
            persons=tuple(
                NamedPerson(id, id.strip("~"), (Span(0, 1),), not id.startswith("~"))
                for id in sorted(draw(some(st.sampled_from(("emmanuel-macron", "~anne-martin")))))
            ),
            published=PublicationDate(date[:precision], named, origin) if date else None,
            mentioned=tuple(draw(st.lists(st.sampled_from(MENTIONED), max_size=2))),
        )
        title = draw(st.one_of(st.just(""), texts))[:60]
        source = draw(st.sampled_from(SOURCES))
        document = Document(f"d{number:02}", draw(texts), title=title, source=source)
        documents.append((document, fields))
    return documents


# A smaller example costs an archive on a cluster each time: the first that is found must do.
@settings(max_examples=settings.default.max_examples // 6, phases=[Phase.explicit, Phase.generate])
@given(entries(), st.lists(st.sampled_from(list(REQUESTS)), min_size=20, max_size=30, unique=True))
def test_small_archives_are_the_same(node: Any, entries: Entries, kinds: list[str]) -> None:
    index = node.new_name()
    with TemporaryDirectory() as folder:
        index_documents(Path(folder), entries)
        both = archives.both("generated", Path(folder), node.cluster, index, 2)
        try:
            for kind in kinds:
                for parameters in drawn(kind, both.documents, 1):
                    asked = as_request(parameters)
                    answers = [engine.search(asked) for engine in both.engines]
                    found = list(differences(asked, *answers))
                    _, unexplained = known_lines(asked, found, both.analyzers)
                    assert not unexplained, (kind, as_text(parameters))
        finally:
            node.delete(index)


def test_frequent_words_score_the_same(node: Any, tmp_path: Path) -> None:
    # What stands in titles and in bodies is counted by one number.
    often = [(title, body) for title in (0, 1, 3, 40) for body in (0, 1, 2, 700, 60_000)]
    entries: Entries = [
        (
            Document(f"{title}-{body}", "pêche europe " * body + "port", title="pêche " * title),
            Fields(language=Language("fr")),
        )
        for title, body in often
    ]
    index = node.new_name()
    index_documents(tmp_path, entries)
    both = archives.both("often", tmp_path, node.cluster, index, 1)
    try:
        for q in ("pêche", "peche", "pecher", "europe", "pêch*"):
            asked = as_request({"q": q, "per_page": "50", "highlight": "false"})
            assert list(differences(asked, *(each.search(asked) for each in both.engines))) == []
    finally:
        node.delete(index)
