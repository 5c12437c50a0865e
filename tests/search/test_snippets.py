"""Marks in the right places, and nothing but marks in what is markup."""

import html
import itertools
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory, Span
from index.analysis import analyzer, tokenize
from index.build import index_documents
from search.highlight import snippets
from search.highlight.matcher import Hit, Matcher, field_terms
from search.query import parse
from search.request import SearchRequest
from search.results import Budget
from search.whoosh_engine import WhooshEngine

LANGUAGES = ("ar", "de", "en", "fr", "und")


def hits(q: str, text: str, language: str) -> list[Hit]:
    return Matcher(field_terms(parse(q, LANGUAGES).marks, "body")).hits(text, language)


def marked(q: str, text: str, language: str = "fr") -> list[str]:
    return [text[hit.start : hit.end] for hit in hits(q, text, language)]


def body(q: str, text: str, language: str = "fr") -> tuple[str, ...]:
    return fragments_of(text, hits(q, text, language))


def fragments_of(text: str, found: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(fragment.html for fragment in snippets.body(text, found))


def plain(fragments: Sequence[str]) -> str:
    return html.unescape(re.sub("</?mark>", "", " ".join(fragments)))


@pytest.mark.parametrize(
    ("q", "language", "text", "expected"),
    [
        ("accord", "fr", "L’accord, d'accords, désaccord", ["accord", "accords"]),
        ("peche", "fr", "La PÊCHE et les pêches", ["PÊCHE", "pêches"]),
        ("pêche", "fr", "la pe\u0302che", ["pe\u0302che"]),
        ("élections", "fr", "une election, l'ÉLECTION", ["election", "ÉLECTION"]),
        ("coeur", "fr", "Le cœur au cœur", ["cœur", "cœur"]),
        ("porte-avions", "fr", "Un porte-avions au port", ["porte-avions"]),
        ('"accord commercial"', "fr", "accord commercial, accords commerciaux, accord",
         ["accord commercial"]),
        ('"de la pêche"', "fr", "de la pêche de la mer", ["de la pêche"]),
        ("negoci*", "fr", "Négociations, négociateur, négoce", ["Négociations", "négociateur"]),
        ("accord -pêche", "fr", "accord de pêche", ["accord"]),
        ("title:accord pêche", "fr", "accord de pêche", ["pêche"]),
        ("USA", "fr", "Les U.S.A. et l'USA", ["U.S.A.", "USA"]),
        ("الاتفاق", "ar", "رحبت بالاتفاق واتفاقات", ["بالاتفاق", "واتفاقات"]),
        ("häuser", "de", "Das Haus, die Häuser, HAEUSER", ["Haus", "Häuser", "HAEUSER"]),
        ("straße", "de", "die STRASSE, Straßen", ["STRASSE", "Straßen"]),
        ("running", "en", "He runs and was running.", ["runs", "running"]),
        ("東京", "und", "東京都は大きい", ["東京"]),
    ],
)  # fmt: skip
def test_marks(q: str, language: str, text: str, expected: list[str]) -> None:
    assert marked(q, text, language) == expected


def test_stop_words_are_not_marked_beside_others() -> None:
    assert marked("accord de pêche", "l'accord de la pêche", "fr") == ["accord", "pêche"]


def test_parts_of_a_text_are_marked_in_their_language() -> None:
    text = "Les nations unies. The running nations."
    matcher = Matcher(field_terms(parse("run", LANGUAGES).marks, "body"))
    first, second = text.split(". ")[0], text
    parts = ((Span(0, len(first) + 2), "fr"), (Span(len(first) + 2, len(second)), "en"))
    assert [text[h.start : h.end] for h in matcher.hits(text, "fr", parts)] == ["running"]


def test_hit_at_the_end_of_a_long_text() -> None:
    text = "Rien à dire de ce sujet banal. " * 33_000 + "Enfin la pêche."
    assert len(text) > 1_000_000
    (fragment,) = body("pêche", text)
    assert fragment.endswith("Enfin la <mark>pêche</mark>.")
    assert fragment.startswith("… ")
    assert len(fragment) < 300


def test_one_fragment_for_each_word_that_needs_one() -> None:
    gap = "Une phrase sans rapport aucun avec le sujet. " * 20
    text = f"L'accord est signé. {gap}La pêche reprend. {gap}Le thon revient. {gap}Le thon."
    fragments = body("accord pêche thon", text)
    assert len(fragments) == 3
    for word, fragment in zip(("accord", "pêche", "thon"), fragments, strict=True):
        assert f"<mark>{word}</mark>" in fragment
        assert len(fragment) <= 250


def test_words_together_are_preferred() -> None:
    gap = "Une phrase sans rapport aucun avec le sujet. " * 20
    text = f"L'accord. L'accord. {gap} Un accord sur la pêche."
    fragments = body("accord pêche", text)
    assert any(
        "<mark>accord</mark>" in fragment and "<mark>pêche</mark>" in fragment
        for fragment in fragments
    )


def test_fragments_begin_and_end_with_sentences_or_words() -> None:
    text = "Début de texte assez long pour être coupé. " * 10 + "Un accord est signé. Fin. " * 20
    for fragment in body("accord", text):
        words = set(text.split())
        assert set(plain([fragment.strip("… ")]).split()) <= words


def test_without_hits_the_beginning() -> None:
    text = "  Première phrase. " + "Suite du texte. " * 50
    (fragment,) = fragments_of(text, ())
    assert fragment.startswith("Première phrase.")
    assert fragment.endswith(" …")
    assert fragments_of(" \n", ()) == ()
    assert fragments_of("Court.", ()) == ("Court.",)


def test_title_is_given_whole() -> None:
    title = "L'ONU salue l’accord commercial & <b>plus</b>"
    assert snippets.title(title, hits("accord", title, "fr")) == (
        "L'ONU salue l’<mark>accord</mark> commercial &amp; &lt;b&gt;plus&lt;/b&gt;",
    )
    assert snippets.title("", ()) == ()


HOSTILE = [
    "<script>alert(1)</script> accord <mark>x</mark> &amp;",
    "accord \u202eevil\u202c \u2066x\u2069 \u200f",
    "accord" + "\u0301" * 1_000_000,
    "a" * 1_000_000 + " accord",
    "accord " * 100_000,
    "accord\x00\x1b[31m\x07",
    "<" * 500 + "accord" + ">" * 500,
    "東" * 200_000 + "accord",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_safe_and_bounded(text: str) -> None:
    fragments = (*body("accord", text), *snippets.title(text, hits("accord", text, "fr")))
    for fragment in fragments:
        assert_safe(fragment)
        assert len(html.unescape(fragment)) < 2_000


def assert_safe(fragment: str) -> None:
    rest = re.sub("<mark>([^<>]*)</mark>", r"\1", fragment)
    assert not re.search("[<>\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", rest)
    assert not re.search("&(?!amp;|lt;|gt;)", rest)


@given(
    text=st.text(max_size=600)
    | st.lists(
        st.sampled_from(["accord", "pêche", "l’accord", "\n", ". ", "<b>", "&", "x", "é", "東京"]),
        max_size=200,
    ).map(" ".join),
    language=st.sampled_from(LANGUAGES),
)
def test_a_fragment_is_a_piece_of_the_text(text: str, language: str) -> None:
    found = hits("accord pêche 東京", text, language)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    visible = snippets.visible_text(text)
    for fragment in fragments_of(text, found):
        assert_safe(fragment)
        shown = plain([fragment]).removeprefix("… ").removesuffix(" …").strip()
        assert squeezed(shown) in squeezed(visible)
    if found:
        assert "<mark>" in "".join(fragments_of(text, found))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_highlights_of_an_answer(engine_of: Any, make_entry: Any) -> None:
    text = "Les accords de pêche. L'accord."
    engine = engine_of(make_entry("a", text, title="Un accord"))

    def highlights(highlight: Any, q: str = "accord") -> Any:
        return engine.search(SearchRequest(q=q, highlight=highlight)).results[0].highlights

    assert highlights("true").title == ("Un <mark>accord</mark>",)
    assert highlights("true").body == ("Les <mark>accords</mark> de pêche. L'<mark>accord</mark>.",)
    offsets = highlights("offsets")
    assert [text[start:end] for start, end in offsets.body_offsets] == ["accords", "accord"]
    assert (offsets.title_offsets, offsets.title, offsets.body) == (((3, 9),), (), ())
    assert highlights("false") == type(offsets)()
    assert highlights("true", "").body == (text,)

    view = engine.document("a", "fr", "pêche")
    assert [text[start:end] for start, end in view.highlights.body_offsets] == ["pêche"]
    assert engine.document("absent", "fr") is None


@given(
    words=st.lists(
        st.sampled_from(["accords", "L'accord", "10 000", "pêche", "CEN-SAD", "漢字", "x.", "\n"]),
        min_size=1,
        max_size=60,
    ),
    q=st.sampled_from(["accord", "peche accord", "10000", "acc*", "cen-sad OR 漢字"]),
)
def test_long_texts_have_the_hits_of_short_ones(words: list[str], q: str) -> None:
    text = " ".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.highlight.matcher.BLOCK", 20)
        by_block = Matcher(field_terms(parse(q, LANGUAGES).marks, "body")).hits(
            text, "fr", thorough=True
        )
    assert by_block == hits(q, text, "fr")


SPOKEN = ("ar", "ca", "de", "en", "es", "fr", "it", "nl", "pt", "ru", "und")
TRICKY = """accord accords l’Accord d'accords désaccord Œil yeux l'œil aujourd'hui porte-avions
10 000 1.000,5 2015 U.S.A. USA «pêche» pêches (pêche) pe\u0302che ÉLECTION élections, n.º 1ª
aªaccord C++ AT&T O'Brien Häuser haus, STRASSE straße ﬁn ſein dying die dit-il 東京都 الاتفاق
accord東accord بالاتفاق accord.» accord... x ; … — - ' . ,"""
PIECES = st.sampled_from([*TRICKY.split(), "\n", "\u00a0", "\t", "\x1c"])


@given(
    words=st.lists(PIECES | st.text(max_size=6), max_size=40),
    q=st.lists(PIECES | st.sampled_from(["acc*", '"accord pêche"', "dy*"]), min_size=1, max_size=3),
    glue=st.sampled_from([" ", " ", " ", ""]),
    language=st.sampled_from(SPOKEN),
)
def test_marks_are_those_of_every_token(
    words: list[str], q: list[str], glue: str, language: str
) -> None:
    text = glue.join(words)
    asked = field_terms(parse(" ".join(q), SPOKEN).marks, "body")
    found = Matcher(asked).hits(text, language)
    spoken = analyzer(language)
    forms = asked.forms.get(spoken.suffix, {})
    single = {
        (token.start, token.end)
        for token in tokenize(text)
        if token.folded in asked.words
        or any(form in forms for form in spoken.forms(token))
        or any(token.folded.startswith(prefix) for prefix, _ in asked.prefixes)
    }
    for start, end in single:
        assert any(hit.start <= start and end <= hit.end for hit in found)
    if not asked.phrases:
        marked_ones = {at for start, end in single for at in range(start, end)}
        assert marked_ones == {at for hit in found for at in range(hit.start, hit.end)}


def test_marks_of_dear_texts_are_bounded_and_said_to_be(tmp_path: Any, make_entry: Any) -> None:
    words = " ".join(f"mot{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(64))
    index_documents(
        tmp_path,
        [
            make_entry("again", "accord " * 200_000),
            make_entry("many", "accord pêche. " * 2_100),
            make_entry("rare", "rien " * 6_000 + words),
        ],
    )

    def highlights(q: str, form: Any, seconds: float = 60.0) -> Any:
        engine = WhooshEngine(IndexDirectory(tmp_path), Budget(snippets=seconds))
        results = engine.search(SearchRequest(q=q, highlight=form)).results
        return {result.id: result.highlights for result in results}

    for form in ("true", "offsets"):
        found = highlights("accord OR pêche", form)
        assert len("".join(found["again"].body)) < 5_000
        assert len(found["again"].body_offsets) <= snippets.MAX_OFFSETS
        assert found["again"].truncated == (form == "offsets")
        assert not found["many"].truncated
    assert highlights("accord", "offsets", 0.0)["again"].truncated
    rare = highlights(words, "true")["rare"]
    assert "<mark>motcl</mark>" in "".join(rare.body) or "<mark>motaa</mark>" in "".join(rare.body)
    assert not rare.truncated
    assert highlights(words, "true", 0.0)["rare"].truncated
