from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.vocabularies import LANGUAGES
from web import i18n
from web.pages import joined
from web.pages.document import Annotation, annotated, apart, paragraphs

TEXT = "Un <accord> à Paris.\nL'ONU & l'OTAN l'ont dit.\n\nFin."


def annotation(start: int, end: int, layer: int = 0, tag: str = "mark", **more: str) -> Annotation:
    return Annotation(start, end, layer, tag, more)


def test_text_is_escaped_and_marked() -> None:
    assert annotated("a <b> c", [annotation(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"
    assert annotated("abc", []) == "abc"
    assert annotated("abc", [annotation(1, 1)]) == "abc"
    assert joined(["a … …", "b"]) == "a … b"


def test_attributes_are_escaped() -> None:
    written = annotated("ONU", [annotation(0, 3, 0, "abbr", title='"><script>')])
    assert written == '<abbr title="&#34;&gt;&lt;script&gt;">ONU</abbr>'


def test_elements_nest_where_annotations_cross() -> None:
    name = annotation(0, 6, 0, "abbr", id="o1", title="N")
    match = annotation(4, 9, 1, "mark", id="m1")
    assert annotated("abcdefghij", [match, name]) == (
        '<abbr id="o1" title="N">abcd<mark id="m1">ef</mark></abbr><mark>ghi</mark>j'
    )


def test_an_annotation_goes_on_in_the_next_paragraph_with_one_id() -> None:
    across = annotation(14, 26, 0, "span", id="w1")
    first, second, third = paragraphs(TEXT, [across])
    assert first == 'Un &lt;accord&gt; à <span id="w1">Paris.</span>'
    assert second == "<span>L&#39;ONU</span> &amp; l&#39;OTAN l&#39;ont dit."
    assert third == "Fin."


def test_of_one_layer_the_first_and_longest_stay() -> None:
    kept = apart([annotation(3, 5), annotation(0, 4), annotation(0, 9), annotation(9, 9)])
    assert [(one.start, one.end) for one in kept] == [(0, 9)]


@st.composite
def layered(draw: st.DrawFn) -> tuple[str, list[Annotation]]:
    text = draw(st.text(st.sampled_from("ab <&\n"), min_size=1, max_size=40))
    found: list[Annotation] = []
    for layer, tag in enumerate(("abbr", "span", "mark")):
        spans = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
        ones = [annotation(a, b, layer, tag, id=f"{tag}{n}") for n, (a, b) in enumerate(spans)]
        found += apart(ones)
    return text, found


@given(layered())
def test_no_character_is_lost_and_every_id_is_given_once(
    given_: tuple[str, list[Annotation]],
) -> None:
    text, annotations = given_
    shown = paragraphs(text, annotations)
    trees = [html.fragment_fromstring(f"<div>{one}</div>") for one in shown]
    lines = [line for line in text.split("\n") if line.strip()]
    assert [tree.text_content() for tree in trees] == lines
    ids = [id for tree in trees for id in tree.xpath(".//@id")]
    assert len(ids) == len(set(ids))
    for tree in trees:
        # What is inside a lower layer never holds one.
        assert not tree.xpath(".//mark//abbr|.//mark//span|.//span//abbr")


def test_the_undetermined_language_is_no_other() -> None:
    for code in LANGUAGES:
        name = i18n.language.into(code)
        assert name("und") not in {name(other) for other in LANGUAGES}
        assert name("zh-Hant") != name("und")
