"""Evaluation against brute force over the analysed texts, and against Whoosh's own searcher."""

import fnmatch
import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from whoosh import query
from whoosh.query import spans
from whoosh.searching import Searcher

from index import IndexDirectory, Snapshot
from index.analysis import analyse, analyzer, fold, tokenize
from index.build import index_documents
from index.document import Document, Fields, Language, PublicationDate, Span
from index.errors import SearchTimeout
from index.facets import VALUE_FACETS
from index.publishing import LiveSegment, building
from index.segments import BuildRecord, analyse_drafts, draft, write_segment
from index.whoosh import SnapshotReader
from search.query import (
    AnalyzerFilter,
    DateFilter,
    FacetFilter,
    FuzzyQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordQuery,
    parse,
)
from search.scoring import PARAMETERS, Deadline, Evaluation, answer

Entry = tuple[Document, Fields]

WORDS = {
    "fr": "la le les des sans pêche péché pêches accord accords commercial l'accord aujourd'hui "
    "porte-avions CEN-SAD cen sad 10 000 œuvre signé n°5 U.S.A. OTAN paris à et",
    "en": "the of to be or not accord accords agreement fishing fished porte signed U.S.A. la "
    "paris mother-in-law 10,000 nations united C++",
    "de": "die der und Straße Straßen Übung sad Köln accord Vereinte Nationen",
    "ar": "في من اتفاق الاتفاق تجاري الأمم المتحدة إتفاق",
    "ja": "日本 日本経済 経済 新聞は 本",
    "cy": "cytundeb pêche the Paris",
}
QUERY_WORDS = sorted({word for words in WORDS.values() for word in words.split()})


def entries(seed: int, count: int, first: int = 0) -> list[Entry]:
    chance = random.Random(seed)
    made = []
    for number in range(first, first + count):
        language = chance.choice(list(WORDS))
        words = WORDS[language].split()
        title = " ".join(chance.choices(words, k=chance.randint(0, 4)))
        text = " ".join(chance.choices(words, k=chance.randint(1, 20)))
        parts: tuple[tuple[Span, str], ...] = ()
        if chance.random() < 0.2:
            other = " ".join(chance.choices(WORDS["en"].split(), k=5))
            parts = ((Span(0, len(text)), language), (Span(len(text), len(text + other)), "en"))
            text += other
        published = None
        if chance.random() < 0.7:
            day = f"{chance.choice((2023, 2024))}-0{chance.randint(1, 9)}-15"
            published = PublicationDate(day, "day", "metadata")
        fields = Fields(language=Language(language, parts=parts), published=published)
        source = chance.choice(("AFP", "Agence Nord", ""))
        made.append((Document(f"d{number:03}", text, title, source=source), fields))
    return made


@dataclass
class Analysed:
    """A document as brute force sees it: field -> term -> positions."""

    entry: Entry
    terms: Mapping[str, Mapping[str, Sequence[int]]]

    @property
    def suffix(self) -> str:
        return analyzer(self.entry[1].language.code).suffix

    def has(self, field: str, term: str) -> bool:
        return term in self.terms.get(field, {})


def analysed(entry: Entry) -> Analysed:
    document, fields = entry
    language = fields.language
    title = analyse(document.title, [(Span(0, len(document.title)), language.code)])
    whole = ((Span(0, len(document.text)), language.code),)
    body = analyse(document.text, language.parts or whole)
    terms: dict[str, Mapping[str, Sequence[int]]] = {}
    for name, text in (("title", title), ("body", body)):
        terms[name] = text.exact
        for suffix, stems in text.stems.items():
            terms[f"{name}_{suffix}"] = stems
    return Analysed(entry, terms)


def matches(node: query.Query, doc: Analysed) -> bool:
    """Tell whether a document matches, by the definition of each node."""
    match node:
        case WordQuery():
            return (
                any(
                    doc.has(f"{name}_{suffix}", form)
                    for name in node.fields
                    for suffix, forms in node.forms.items()
                    for form in forms
                )
                or doc.suffix in node.optional_in
                or (
                    doc.suffix in node.literal_in
                    and any(doc.has(name, node.literal) for name in node.fields)
                )
            )
        case PhraseQuery():
            return any(adjacent(doc, name, node.words) for name in node.fields)
        case NearQuery():
            return any(close(doc, name, node.words, node.distance) for name in node.fields)
        case PrefixQuery():
            return any(
                term.startswith(node.prefix) for name in node.fields for term in doc.terms[name]
            )
        case FuzzyQuery():
            return any(
                term == node.word or is_near(term, node)
                for name in node.fields
                for term in doc.terms[name]
            )
        case query.Wildcard():
            return any(fnmatch.fnmatchcase(term, node.text) for term in doc.terms[node.fieldname])
        case FacetFilter():
            document, fields = doc.entry
            values_of = VALUE_FACETS[node.facet].values
            assert values_of is not None
            return node.value in [value for value, _ in values_of(document, fields)]
        case DateFilter():
            published = doc.entry[1].published
            day = published.value if published else ""
            first = node.first.isoformat() if node.first else ""
            last = node.last.isoformat() if node.last else "9999"
            return bool(day) and first <= day <= last
        case AnalyzerFilter():
            return doc.suffix in node.suffixes
        case query.And():
            return all(matches(each, doc) for each in node.subqueries)
        case query.Or() | query.DisjunctionMax():
            return any(matches(each, doc) for each in node.subqueries)
        case query.Not():
            return not matches(node.query, doc)
        case query.Every():
            return True
    raise TypeError(node)


def is_near(term: str, node: FuzzyQuery) -> bool:
    fit = 3 <= len(term) <= 24 and term.isalpha()
    return fit and distance(node.word, term, swaps=True) <= node.distance


@cache
def distance(one: str, other: str, swaps: bool) -> int:
    """Return how many letters were added, dropped, changed or, of two neighbours, swapped."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        distance(one[:-1], other, swaps) + 1,
        distance(one, other[:-1], swaps) + 1,
        distance(one[:-1], other[:-1], swaps) + (one[-1] != other[-1]),
    ]
    if swaps and len(one) > 1 and len(other) > 1 and one[-2:] == other[-1] + other[-2]:
        ways.append(distance(one[:-2], other[:-2], swaps) + 1)
    return min(ways)


def adjacent(doc: Analysed, name: str, words: Sequence[str]) -> bool:
    terms = doc.terms[name]
    return any(
        all(start + offset in terms.get(word, ()) for offset, word in enumerate(words))
        for start in terms.get(words[0], ())
    )


def close(doc: Analysed, name: str, words: Sequence[str], distance: int) -> bool:
    places = [[(word, at) for at in doc.terms[name].get(word, ())] for word in words]
    return any(
        len(set(chosen)) == len(chosen)
        and max(at for _, at in chosen) - min(at for _, at in chosen) < len(words) + distance
        for chosen in itertools.product(*places)
    )


class Built:
    """A generation with what brute force needs; the live documents by number."""

    def __init__(self, snapshot: Snapshot, live: Mapping[int, Entry]) -> None:
        self.snapshot = snapshot
        self.docs = {number: analysed(entry) for number, entry in live.items()}

    def __repr__(self) -> str:
        return f"<{len(self.docs)} documents>"

    def expected(self, tree: query.Query) -> list[int]:
        return [number for number, doc in self.docs.items() if matches(tree, doc)]


@pytest.fixture(scope="module")
def one_segment(tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = entries(1, 120)
    root = tmp_path_factory.mktemp("one")
    return Built(index_documents(root, made), dict(enumerate(made)))


@pytest.fixture(scope="module")
def two_segments(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Documents in two segments, a third of those in the first deleted."""
    root = tmp_path_factory.mktemp("two")
    old, new = entries(1, 90), entries(2, 40, first=90)
    (first,) = index_documents(root, old).manifest.segments
    live = np.array([number % 3 != 0 for number in range(90)])
    with building(root) as site:
        info = write_segment(site.segment_folder, analyse_drafts([draft(*entry) for entry in new]))
        parts = [LiveSegment(first, live), LiveSegment.of(info)]
        site.publish(parts, BuildRecord({}))
    kept = {n: entry for n, entry in enumerate([*old, *new]) if n >= 90 or live[n]}
    return Built(IndexDirectory(root).current(), kept)


def queries() -> st.SearchStrategy[str]:
    word = st.sampled_from(QUERY_WORDS)
    phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
    slips = st.sampled_from(("~", "~", "~0", "~1", "~2"))
    leaf = st.one_of(
        word,
        word,
        phrase,
        phrase.map('"{}"'.format),
        st.builds('"{}"~{}'.format, phrase, st.integers(0, 6)),
        word.map(lambda each: f"{each[:2]}*"),
        word.map(lambda each: f"{each[:2]}*{each[-1:]}"),
        word.map("title:{}".format),
        st.builds("{}{}".format, word, slips),
        st.builds("{}{}".format, word.map(misspelt), slips),
        st.builds("title:{}{}".format, word.map(misspelt), slips),
        st.sampled_from(("lang:fr", "lang:de", "source:afp", "date:2024", "date:2023-05..", "*")),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds("{} {}".format, inner, inner),
            st.builds("({}) AND ({})".format, inner, inner),
            st.builds("({}) OR ({})".format, inner, inner),
            inner.map("NOT ({})".format),
        ),
        max_leaves=6,
    )


def misspelt(word: str) -> str:
    return word[:1] + word[2:3] + word[1:2] + word[4:]


@given(typed=queries())
def test_documents_are_those_that_match(typed: str, one_segment: Built) -> None:
    check(typed, one_segment)


@given(typed=queries())
def test_deleted_documents_never_match(typed: str, two_segments: Built) -> None:
    check(typed, two_segments)


def check(typed: str, built: Built) -> None:
    tree = parse(typed, built.snapshot.analyzers).tree
    assert tree is not None
    found = Evaluation(built.snapshot).hits(tree)
    assert found.docs.tolist() == built.expected(tree), repr(tree)
    assert found.docs.dtype == np.int32
    assert found.scores.dtype == np.float32
    assert len(found.scores) == len(found.docs)
    assert np.isfinite(found.scores).all()
    assert (found.scores >= 0).all()
    unscored = Evaluation(built.snapshot, scored=False).hits(tree)
    assert unscored.docs.tolist() == found.docs.tolist()
    again = Evaluation(built.snapshot).hits(tree)
    assert again.scores.tolist() == found.scores.tolist()


def stock() -> st.SearchStrategy[query.Query]:
    """Trees of Whoosh's own nodes, over unstemmed and stemmed fields.

    Not AndNot: Whoosh's gives a document too many when its right side is Every.
    """
    words = st.sampled_from(("la", "accord", "accords", "sad", "cen", "paris", "the", "10", "nul"))
    field = st.sampled_from(("title", "body", "body_fr", "body_en"))
    body_terms = words.map(lambda word: query.Term("body", word))
    leaf = st.one_of(
        st.builds(query.Term, field, words),
        st.builds(query.Phrase, field, st.lists(words, min_size=2, max_size=3)),
        st.builds(query.Prefix, field, st.sampled_from(("a", "acc", "p"))),
        # What arrays do not evaluate, and Whoosh does for them.
        st.builds(query.Wildcard, field, st.sampled_from(("a*d", "?a", "*s", "p?ris"))),
        st.builds(query.TermRange, field, words, words),
        st.builds(spans.SpanNear, body_terms, body_terms),
        st.just(query.Every()),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(query.And),
            st.lists(inner, min_size=1, max_size=3).map(query.Or),
            st.lists(inner, min_size=1, max_size=3).map(query.DisjunctionMax),
            inner.map(query.Not),
        ),
        max_leaves=5,
    )


def whoosh_searcher(snapshot: Snapshot) -> Searcher:
    """Open Whoosh's own searcher over the snapshot."""
    return Searcher(SnapshotReader(snapshot))


@given(tree=stock())
def test_agrees_with_whoosh(tree: query.Query, one_segment: Built) -> None:
    snapshot = one_segment.snapshot
    with whoosh_searcher(snapshot) as searcher:
        try:
            expected = sorted(searcher.docs_for_query(tree))
        except NotImplementedError:
            reject()  # Whoosh cannot estimate the size of a span in an And
    assert Evaluation(snapshot).hits(tree).docs.tolist() == expected


def test_our_nodes_may_stand_below_one_of_whoosh(one_segment: Built) -> None:
    snapshot = one_segment.snapshot
    french = FacetFilter("lang", "fr", "fr")
    words = parse("accord", snapshot.analyzers).tree
    (required, optional) = (
        Evaluation(snapshot).hits(node).docs.tolist() for node in (french, words)
    )
    hits = Evaluation(snapshot).hits(query.AndMaybe(french, words))
    assert hits.docs.tolist() == required
    assert set(hits.docs[hits.scores > hits.scores.min()].tolist()) <= set(optional)
    assert set(required) & set(optional)


Pair = tuple[query.Query, query.Query]


def pairs() -> st.SearchStrategy[Pair]:
    """Trees of our nodes, each with the tree of Whoosh's own nodes that means the same."""
    words = st.sampled_from(("la", "accord", "accords", "sad", "cen", "paris", "the", "10", "nul"))
    field = st.sampled_from(("title", "body"))

    def phrase(name: str, words: list[str]) -> Pair:
        same = query.Phrase(name, words) if len(words) > 1 else query.Term(name, words[0])
        return PhraseQuery(tuple(words), (name,)), same

    def word(suffix: str, forms: list[str], fields: tuple[str, ...]) -> Pair:
        terms = [query.Term(f"{name}_{suffix}", form) for name in fields for form in forms]
        return WordQuery(forms[0], {suffix: tuple(forms)}, fields), query.Or(terms)

    def wildcard(name: str, pattern: str) -> Pair:
        return WildcardQuery(pattern, (name,)), query.Wildcard(name, pattern)

    def join(kind: type[query.Query], inner: list[Pair]) -> Pair:
        ours, same = zip(*inner, strict=True)
        return kind(list(ours)), kind(list(same))

    leaf = st.one_of(
        st.builds(phrase, field, st.lists(words, min_size=1, max_size=3)),
        st.builds(
            word,
            st.sampled_from(("fr", "en")),
            st.lists(words, min_size=1, max_size=2, unique=True),
            st.sampled_from((("title",), ("body",), ("title", "body"))),
        ),
        st.builds(
            lambda name, start: (PrefixQuery(start, (name,)), query.Prefix(name, start)),
            field,
            st.sampled_from(("a", "acc", "p")),
        ),
        st.builds(wildcard, field, st.sampled_from(("ac*d", "fi*ed", "pa*", "ac*o*s"))),
    )
    kinds = st.sampled_from((query.And, query.Or, query.DisjunctionMax))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(join, kinds, st.lists(inner, min_size=1, max_size=3)),
            inner.map(lambda pair: (query.Not(pair[0]), query.Not(pair[1]))),
        ),
        max_leaves=5,
    )


@pytest.mark.parametrize("built", ["one_segment", "two_segments"])
@given(pair=pairs())
def test_arrays_find_what_whoosh_finds(
    pair: Pair, built: str, request: pytest.FixtureRequest
) -> None:
    snapshot = request.getfixturevalue(built).snapshot
    ours, same = pair
    with whoosh_searcher(snapshot) as searcher:
        # Whoosh's Not yields deleted documents.
        expected = sorted(doc for doc in searcher.docs_for_query(same) if snapshot.live[doc])
    assert Evaluation(snapshot).hits(ours).docs.tolist() == expected
    assert Evaluation(snapshot)._by_whoosh(same).docs.tolist() == expected
    # Below a node that runs through Whoosh's matchers, ours gives the same documents.
    below = query.Require(query.Every(), ours)
    assert Evaluation(snapshot).hits(below).docs.tolist() == expected


def test_a_boost_and_an_order_are_for_whoosh(one_segment: Built) -> None:
    snapshot = one_segment.snapshot
    terms = [query.Term("body", "accord"), query.Term("body", "accords")]
    plain, boosted = (
        Evaluation(snapshot).hits(query.Or(terms, boost=boost)) for boost in (1.0, 2.0)
    )
    assert boosted.docs.tolist() == plain.docs.tolist()
    assert (boosted.scores / plain.scores).tolist() == pytest.approx([2.0] * len(plain.docs))
    both = Evaluation(snapshot).hits(query.And(terms)).docs.tolist()
    ordered = Evaluation(snapshot).hits(query.Ordered(terms)).docs.tolist()
    assert 0 < len(ordered) < len(both)
    assert set(ordered) < set(both)


def test_a_deadline_ends_what_whoosh_evaluates(one_segment: Built) -> None:
    tree = query.Wildcard("body", "*")
    with pytest.raises(SearchTimeout):
        Evaluation(one_segment.snapshot, time=Deadline(-1)).hits(tree)


@given(word=st.sampled_from(QUERY_WORDS), slips=st.integers(1, 2))
def test_near_words_are_those_of_whoosh_where_it_knows_no_less(
    word: str, slips: int, one_segment: Built
) -> None:
    node = FuzzyQuery(fold(word), slips)
    assume(node.word.isalpha())
    terms = {
        t for doc in one_segment.docs.values() for name in node.fields for t in doc.terms[name]
    }
    # Whoosh knows no swapped letters, and we no short words.
    assume(
        all(
            (t == node.word or is_near(t, node)) == (distance(t, node.word, swaps=False) <= slips)
            for t in terms
        )
    )
    with whoosh_searcher(one_segment.snapshot) as searcher:
        near = [query.FuzzyTerm(n, node.word, maxdist=slips, prefixlength=0) for n in node.fields]
        expected = sorted(searcher.docs_for_query(query.Or(near)))
    assert Evaluation(one_segment.snapshot).hits(node).docs.tolist() == expected


@given(typed=queries(), share=st.floats(0.0, 1.25))
def test_what_is_found_in_time_is_right(typed: str, share: float, two_segments: Built) -> None:
    tree = parse(typed, two_segments.snapshot.analyzers).tree
    assert tree is not None
    expected = two_segments.expected(tree)
    # Clocks that go on by one second at each look.
    clock = itertools.count()
    time = Deadline(float("inf"), clock=clock.__next__)
    Evaluation(uncached(two_segments), time=time).hits(tree)
    needed = next(clock) - 1
    limit = int(share * needed)
    time = Deadline(limit, lenient=True, clock=itertools.count().__next__)
    evaluation = Evaluation(uncached(two_segments), time=time)
    try:
        found = evaluation.hits(tree).docs.tolist()
    except SearchTimeout:
        assert limit < needed
        return
    if limit < needed:
        assert {notice.code for notice in evaluation.notices} == {"out_of_time"}
        assert set(found) <= set(expected)
    else:
        assert found == expected


def uncached(built: Built) -> Snapshot:
    """Open the documents anew: what is cached takes no time."""
    root = built.snapshot.folder.parent.parent
    return Snapshot(root, built.snapshot.name)


def test_nothing_asked_matches_everything(two_segments: Built) -> None:
    found = answer(
        parse("", two_segments.snapshot.analyzers), Evaluation(two_segments.snapshot)
    ).matches
    assert found.docs.tolist() == list(two_segments.docs)
    assert not found.scored


def test_a_word_scores_by_bm25f(tmp_path: Path) -> None:
    made = [
        (Document(f"d{n}", text, title), Fields(language=Language("fr")))
        for n, (title, text) in enumerate(
            [
                ("Accord signé", "Un accord, des accords, une signature."),
                ("", "Les accords de Paris et de Londres tiennent bon"),
                ("Paris", "Rien ici"),
            ]
        )
    ]
    snapshot = index_documents(tmp_path, made)
    docs = [analysed(entry) for entry in made]
    lengths = {
        name: [max((max(at) for at in doc.terms[name].values()), default=-1) + 1 for doc in docs]
        for name in ("title", "body")
    }

    def bm25f(fields: Mapping[str, str], term: str, number: int) -> float:
        total = 0.0
        for name, field in fields.items():
            held = [each for each in lengths[name] if each]
            mean = sum(held) / len(held)
            b = PARAMETERS.title_b if name == "title" else PARAMETERS.body_b
            tf = len(docs[number].terms.get(field, {}).get(term, ()))
            total += PARAMETERS.weight(name) * tf / (1 - b + b * lengths[name][number] / mean)
        having = sum(any(doc.has(field, term) for field in fields.values()) for doc in docs)
        idf = math.log(1 + (len(docs) - having + 0.5) / (having + 0.5))
        return idf * total * (PARAMETERS.k1 + 1) / (total + PARAMETERS.k1)

    found = Evaluation(snapshot).hits(parse("accord", snapshot.analyzers).tree)
    (stem,) = analyzer("fr").forms(tokenize("accord")[0])
    expected = [
        bm25f({"title": "title_fr", "body": "body_fr"}, stem, number)
        + PARAMETERS.exact * bm25f({"title": "title", "body": "body"}, "accord", number)
        for number in (0, 1)
    ]
    assert found.docs.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx(expected, rel=1e-5)


def test_a_deadline_ends_a_search(one_segment: Built) -> None:
    tree = parse("accord pêche", one_segment.snapshot.analyzers).tree
    with pytest.raises(SearchTimeout):
        Evaluation(one_segment.snapshot, time=Deadline(-1)).hits(tree)


@pytest.mark.parametrize(
    "q",
    [
        "accord source:Reuters",
        "zzyzx source:Reuters",
        "zzyzx -source:Reuters",
        "zzyzx (accord OR source:Reuters)",
    ],
)
def test_an_unknown_value_is_said_and_matches_nothing(one_segment: Built, q: str) -> None:
    tree = parse(q, one_segment.snapshot.analyzers).tree
    evaluation = Evaluation(one_segment.snapshot)
    assert not len(evaluation.hits(tree).docs)
    assert [notice.code for notice in evaluation.notices] == ["unknown_value"]


def test_a_source_is_found_however_it_is_cased(one_segment: Built) -> None:
    snapshot = one_segment.snapshot
    typed = parse('source:"agence nord"', snapshot.analyzers).tree
    assert Evaluation(snapshot).hits(typed).docs.tolist() == [
        number for number, doc in one_segment.docs.items() if doc.entry[0].source == "Agence Nord"
    ]
