"""Titles of web pages: without the name of the site, sections, kickers and headings of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.readers.headings import Heading, headings
from index.readers.titles import Page, page_title

TITLE = "Un accord sur la pêche"
SITE = "Le Phare du Soir"
MARKS = (
    *(" | ", "|", " - ", " – ", " — ", " -- ", " · ", " • ", " » ", " « ", " › ", " > ", " >> "),
    *(" :: ", "::", " : ", " / ", " // ", " ~ ", " │ ", " ¦ ", " → ", " ★ ", " ♥ ", " ▷ ", ": "),
    *(" @ ", "_"),
)
words = st.text("abcdefghij éüñ", min_size=12, max_size=60).map(lambda text: " ".join(text.split()))
titles = words.filter(lambda text: len(text) > 11)
names = st.sampled_from((SITE, "Zeitung.de", "صحيفة الفنار", "新华社网络", "L’Écho & fils"))


def page(title: str = "", *, og: str = "", shown: str = "", sites: tuple[str, ...] = ()) -> Page:
    """Return what is declared and shown, ``shown`` as HTML."""
    tree = html.fromstring(f"<html><body>{shown}<p>texte</p></body></html>")
    found = headings(tree, "//h1"), headings(tree, "//h2")
    return Page([og] if og else [], title, *found, sites, "")


@given(titles, names, st.sampled_from(MARKS))
def test_the_name_of_a_site_is_taken_off(title: str, site: str, mark: str) -> None:
    for whole in (f"{title}{mark}{site}", f"{site}{mark}{title}"):
        assert page_title(page(whole, sites=(site,))) == title
        assert page_title(page(whole, og=whole, sites=(site,))) == title
        home = f'<h1><a href="/">{site}</a></h1>'
        assert page_title(page(whole, shown=home)) == title
    assert page_title(page(f"{title} ({site})", sites=(site,))) == title
    assert page_title(page(title, sites=(site,))) == title


@given(titles, names, st.sampled_from((" | ", " » ", " > ", " :: ", " / ")))
def test_the_title_stands_between_a_section_and_the_site(title: str, site: str, mark: str) -> None:
    whole = f"Sport{mark}{title}{mark}{site}"
    assert page_title(page(whole, sites=(site,))) == title
    assert page_title(page(whole, shown=f"<h1>{title}</h1>")) == title
    assert page_title(page(whole, og=title, shown="<h1>Sport</h1>")) == title
    assert page_title(page(whole, shown="<h1>Sport</h1>", sites=(site,))) == title
    assert page_title(page(f"{title}{mark}{site}{mark}Toute l'actualité", sites=(site,))) == title


@pytest.mark.parametrize(
    "heading",
    [
        '<span class="kicker">Sommet de Genève</span> {}',
        '<span class="article__dachzeile">Sommet</span><span class="hidden">: </span><b>{}</b>',
        '<div class="topic-label">Sommet de Genève</div>{}',
        '<em class="surtitre">Sommet de Genève - </em>{}',
        '<span class="antetitulo">Sommet de Genève</span><br>{}',
        "<small>Sommet de Genève</small><br>{}",
        '<time datetime="2019-11-14">14 novembre</time> {}',
        '{} <span class="entry-subtitle">Les ministres ont parlé de pêche</span>',
        '<span class="label">Genève</span> {} <small>14 novembre</small>',
        "<style>.a{{margin:0}}</style><span class='sr-only'>Article :</span> {}",
    ],
)
def test_what_stands_apart_in_a_heading_is_not_its_title(heading: str) -> None:
    shown = f"<h1>{heading.format(TITLE)}</h1>"
    assert page_title(page(shown=shown)) == TITLE
    assert page_title(page(f"Sommet de Genève: {TITLE} | {SITE}", shown=shown)) == TITLE


def test_a_part_of_a_heading_is_the_title_that_is_declared() -> None:
    shown = f'<h1><a href="/sommet">Sommet de Genève</a> <i>{TITLE}</i></h1>'
    assert page_title(page(f"{TITLE} | {SITE}", og=TITLE, shown=shown)) == TITLE
    assert page_title(page(shown=shown)) == f"Sommet de Genève {TITLE}"
    short = '<h1><span class="title">La pêche</span> <small>au thon</small></h1>'
    assert page_title(page(shown=short)) == "La pêche au thon"  # too little would be left


@pytest.mark.parametrize(
    "first",
    [
        f'<h1><a href="/">{SITE}</a></h1>',
        f'<h1><a href="https://phare.example/index.html">{SITE}</a></h1>',
        f'<a rel="home" href="/fr/accueil"><h1>{SITE}</h1></a>',
        f'<h1 id="site-title">{SITE}</h1>',
    ],
)
@pytest.mark.parametrize("second", ["<h1>{}</h1>", "<h2>{}</h2>", "<h1>Menu</h1><h2>{}</h2>"])
def test_a_heading_of_the_site_is_not_the_title(first: str, second: str) -> None:
    shown = first + second.format(TITLE)
    assert page_title(page(f"{TITLE} | {SITE}", shown=shown)) == TITLE
    assert page_title(page(SITE, og=TITLE, shown=shown)) == TITLE


def test_a_heading_says_in_other_words_what_is_declared() -> None:
    shown = "<h1>Pourquoi les ministres de la pêche se réunissent à Genève</h1>"
    expected = "Pourquoi les ministres de la pêche se réunissent à Genève"
    assert page_title(page(f"Genève, un sommet | {SITE}", og="Un rendez-vous", shown=shown)) == (
        expected
    )
    others = "<h1>Genève</h1><h1>Lire aussi</h1>"
    assert page_title(page(og="Genève accueille un sommet", shown=others)) == (
        "Genève accueille un sommet"
    )
    assert page_title(page("Accueil", shown=shown)) == expected
    assert page_title(page(og=TITLE, shown="<h1>Rubriques</h1>")) == TITLE


def test_headings_without_text_and_of_pictures_are_passed_over() -> None:
    tree = html.fromstring('<div><h1></h1><h1><img alt="a"></h1><h1>&nbsp;b &amp;amp; c</h1></div>')
    assert headings(tree, "//h1") == [Heading("b & c", "b & c", ("b & c",), False)]
