"""Markup inside records, words divided at the end of a line, and what nobody sees."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import tokenize
from index.readers.markup import is_visible, plain, undivided, unescaped

WORDS = st.sampled_from(
    ("gouvernement", "coopération", "démocratie", "Übersetzung", "economía", "città", "président")
)


@given(st.lists(WORDS, min_size=2, max_size=12), st.data())
def test_a_divided_word_is_found_whole(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    word = words[at]
    # Two letters are never parted from a word; -on, -ci would be words of their own.
    cut = data.draw(st.integers(2, len(word) - 3))
    mark = data.draw(st.sampled_from(["-", "‐", "\u00ad", "¬"]))
    space = data.draw(st.sampled_from(["", " ", "\t"]))
    written = [*words[:at], f"{word[:cut]}{mark}{space}\n{space}{word[cut:]}", *words[at + 1 :]]
    text = undivided(" ".join(written) + ".")
    found = {token.folded for token in tokenize(text)}
    assert {token.folded for token in tokenize(word)} <= found
    # Nothing else changes but where lines end.
    assert "".join(text.split()).replace("-", "") == "".join(words) + "."


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Le gouver-\nnement répond.", "Le gouver-nement\nrépond."),
        ("Gouvernement : le gouver-\nnement répond.", "Gouvernement : le gouvernement\nrépond."),
        ("La démo\u00ad\ncratie recule.", "La démocratie\nrecule."),
        ("un porte-avions, le porte-\navions", "un porte-avions, le porte-avions"),
        ("anti-\nconsti-\ntutionnel, fin", "anti-consti-tutionnel,\nfin"),
        ("Saint-\nDenis gagne", "Saint-Denis\ngagne"),
        ("Vor-\nund Nachteile", "Vor-\nund Nachteile"),
        ("- un\n- deux -\n- trois", "- un\n- deux -\n- trois"),
        ("2010-\n2011", "2010-\n2011"),
        ("fin -\nsuite", "fin -\nsuite"),
        ("fin-\n\nsuite", "fin-\n\nsuite"),
    ],
)
def test_what_is_put_together(text: str, joined: str) -> None:
    assert undivided(text) == joined


def test_a_zero_width_space_divides_no_word() -> None:
    assert [token.folded for token in tokenize("pré\u200bsident élu")] == ["president", "elu"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Des &laquo;&nbsp;ouvriers&nbsp;&raquo;", "Des «\u00a0ouvriers\u00a0»"),
        ("<p>Ils ont <b>march&eacute;</b></p><p>hier</p>", "Ils ont marché\n\nhier"),
        ("un<br>deux<br/>trois", "un\ndeux\ntrois"),
        ("<script>x</script><p>un</p><!-- deux -->", "un"),
        ("a < b et c > d", "a < b et c > d"),
        ("si x<p alors y>q", "si x<p alors y>q"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("AT&T, R&D, ?a=1&copy=2", "AT&T, R&D, ?a=1&copy=2"),
        ("&#146;&#x2019;&#8217;", "’’’"),
        ("<John@example.org>", "<John@example.org>"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_references_are_replaced_once(text: str) -> None:
    assert unescaped(html.escape(text)) == text
    assert unescaped(html.escape(html.escape(text))) == html.escape(text)


def test_invisible() -> None:
    for text in ("", " ", "\u200b", "\u00ad\ufeff", "\u2800", "\u3164\u3000", "\u200f\n"):
        assert not is_visible(text), text
    for text in ("a", "—", "…", "\u200b1", "😀", "ـ"):
        assert is_visible(text), text
