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
    " @ ",
)
COLONS = (" : ", ": ")
words = st.text("abcdefghij éüñ", min_size=12, max_size=60).map(lambda text: " ".join(text.split()))
titles = words.filter(lambda text: len(text) > 11)
names = st.sampled_from((SITE, "Zeitung.de", "صحيفة الفنار", "新华社网络", "L’Écho & fils"))


def page(
    title: str = "", *, og: str = "", shown: str = "", sites: tuple[str, ...] = (), host: str = ""
) -> Page:
    """Return what is declared and shown, ``shown`` as HTML."""
    tree = html.fromstring(f"<html><body>{shown}<p>texte</p></body></html>")
    found = headings(tree, "//h1", host), headings(tree, "//h2", host)
    return Page([og] if og else [], title, *found, sites, "")


@given(titles, names, st.sampled_from(MARKS))
def test_the_name_of_a_site_is_taken_off(title: str, site: str, mark: str) -> None:
    before = () if mark in COLONS else (f"{site}{mark}{title}",)
    for whole in (f"{title}{mark}{site}", *before):
        assert page_title(page(whole, sites=(site,))) == title
        assert page_title(page(whole, og=whole, sites=(site,))) == title
        home = f'<h1><a href="/">{site}</a></h1>'
        assert page_title(page(whole, shown=home)) == title
    assert page_title(page(f"{title} ({site})", sites=(site,))) == title
    assert page_title(page(title, sites=(site,))) == title


@given(
    titles.map(lambda title: f"{title} de quatre mots"),
    names,
    st.sampled_from((" | ", " » ", " > ", " :: ")),
)
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
        '{} <span class="entry-subtitle">La Suisse en parle</span>',
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
        f'<h1><a href="//phare.example/fr/"><b>{SITE}</b></a> </h1>',
        f'<a rel="home" href="/fr/accueil"><h1>{SITE}</h1></a>',
        f'<h1 id="site-title">{SITE}</h1>',
    ],
)
@pytest.mark.parametrize("second", ["<h1>{}</h1>", "<h2>{}</h2>", "<h1>Menu</h1><h2>{}</h2>"])
def test_a_heading_of_the_site_is_not_the_title(first: str, second: str) -> None:
    shown = first + second.format(TITLE)
    assert page_title(page(f"{TITLE} | {SITE}", shown=shown)) == TITLE
    assert page_title(page(SITE, og=TITLE, shown=shown)) == TITLE


def test_one_word_is_no_title_beside_a_sentence() -> None:
    sentence = "Wohnungsmarkt: Was die Stadt jetzt plant"
    shown = "<h1>Wohnungsmarkt</h1>"
    assert page_title(page(f"{sentence} | {SITE}", og=sentence, shown=shown)) == sentence
    assert page_title(page(f"Wohnungsmarkt | {SITE}", shown=shown)) == "Wohnungsmarkt"
    assert (
        page_title(page("首尔召开会议讨论气候 | 新华社网络", shown="<h1>首尔召开会议讨论气候</h1>"))
        == "首尔召开会议讨论气候"
    )


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


@pytest.mark.parametrize(
    "heading",
    [
        "1<sup>er</sup> mai : la fête du travail",
        "Le XXI<sup>e</sup> siècle commence",
        "Un studio de 9 m<sup>2</sup>",
        "Le <time>14 novembre</time>, le jour où tout a changé",
        "Un accord <small>sur la pêche</small>",
    ],
)
def test_small_letters_and_times_in_a_heading_belong_to_it(heading: str) -> None:
    text = html.fromstring(f"<p>{heading}</p>").text_content()
    assert page_title(page(f"{text} | {SITE}", og=text, shown=f"<h1>{heading}</h1>")) == text
    if "<small>" not in heading:
        assert page_title(page(shown=f"<h1>{heading}</h1>")) == text


@pytest.mark.parametrize(
    ("kind", "is_apart"),
    [
        *((f"{name}-title", False) for name in ("cover", "section", "topic", "measure")),
        *(("label__headline", False), ("recover-line", False), ("category-name", False)),
        *(("section", True), ("topic-label", True), ("article-overtitle", True)),
        *(("articleSubtitle", True), ("h1_surtitre", True)),
    ],
)
def test_a_class_tells_a_kicker_from_a_title(kind: str, is_apart: bool) -> None:
    shown = f'<h1><span class="{kind}">Sommet, Genève</span> {TITLE}</h1>'
    assert page_title(page(shown=shown)) == (TITLE if is_apart else f"Sommet, Genève {TITLE}")
    most = f'<h1><span class="{kind}">{TITLE}</span> à Genève</h1>'
    assert page_title(page(shown=most)) == f"{TITLE} à Genève"


@pytest.mark.parametrize(
    "heading",
    [
        'Review of <a href="https://www.python.org/">Python</a> 3.12',
        '<a href="https://www.python.org/">Python 3.12</a>',
        '<a href="/tv">Ce soir sur Arte</a>',
        '<a href="/">Le Phare</a> a cent ans',
    ],
)
def test_a_heading_with_a_link_is_no_name_of_the_site(heading: str) -> None:
    text = html.fromstring(f"<p>{heading}</p>").text_content()
    shown = f"<h1>{heading}</h1>"
    assert page_title(page(text, shown=shown, host="phare.example")) == text


@pytest.mark.parametrize(
    "heading",
    [
        *("Navigation", "Gérer vos cookies", "3 commentaires", "Newsletter abonnieren"),
        *("Ministère de l'Intérieur", "Politique"),
    ],
)
def test_an_only_heading_is_the_title_where_nothing_says_more(heading: str) -> None:
    title = "Un accord sur la pêche à Genève"
    shown = f"<h1>{heading}</h1>"
    assert page_title(page(title, shown=shown)) == title
    assert page_title(page(f"{title} | {SITE}", shown=shown, sites=(SITE,))) == title
    for less in ("", "Accueil", SITE):
        assert page_title(page(less, shown=shown, sites=(SITE,))) == heading


@pytest.mark.parametrize(
    "title",
    [
        *("Pour / contre la réforme des retraites", "PSG / Olympique de Marseille"),
        *("OM / Paris Saint-Germain", "Score 2 / 10"),
        "C | D | E : les voitures les plus vendues",
        "Sport | Un accord sur la pêche à Genève",
    ],
)
def test_declared_titles_stay_whole(title: str) -> None:
    assert page_title(page(og=title)) == title
    assert page_title(page(f"{title} - {SITE}", og=title, sites=(SITE,))) == title
    if not title.startswith(("C |", "Sport |")):
        assert page_title(page(title)) == title


@pytest.mark.parametrize(
    ("title", "site"),
    [
        ("Rouen, Le Havre - Paris - les trains supprimés", "Paris"),
        ("Trump - Time - and the cover of the year", "Time"),
        *(("The_Beacon", "Beacon"), ("A review of The_Beacon", "Beacon"), ("Le (Monde)", "Monde")),
        *(("Libération: une histoire", "Libération"), ("Libération : une histoire", "Libération")),
    ],
)
def test_the_name_of_a_site_among_the_words_of_a_title_stays(title: str, site: str) -> None:
    assert page_title(page(og=title, sites=(site,))) == title
    assert page_title(page(title, sites=(site,))) == title


def test_a_last_segment_that_has_little_of_the_name_of_the_site_stays() -> None:
    for title, site in (
        ("Un incendie - Paris", "Le Parisien"),
        ("Grève - retour à Paris", "Paris"),
    ):
        assert page_title(page(og=title, sites=(site,))) == title
    title = f"{TITLE} - Le Parisien Sport"
    assert page_title(page(og=title, sites=("Le Parisien",))) == TITLE


def test_an_underline_sets_apart_the_name_of_a_site_in_other_scripts() -> None:
    assert (
        page_title(page("渔业协定今天签署了_新华社网络", sites=("新华社网络",)))
        == "渔业协定今天签署了"
    )


@pytest.mark.parametrize(
    ("og", "heading"),
    [
        ("Macron reçoit le roi du Maroc", "Maroc"),
        ("Climate summit opens in Paris", "Climate"),
        (TITLE, f"Soutenez {SITE}"),
    ],
)
def test_the_heading_of_a_section_is_not_the_title(og: str, heading: str) -> None:
    shown = f"<h1>{heading}</h1>"
    for title in ("", og, f"{og} | {SITE}"):
        assert page_title(page(title, og=og, shown=shown, sites=(SITE,))) == og


def test_hostile_titles_and_headings_take_linear_time() -> None:
    title = "a: " * 20_000
    assert page_title(page(title, og=title, sites=("a",))) == title
    parts = "<b>xy</b> " * 20_000
    text = ("xy " * 20_000).strip()
    assert page_title(page(text, shown=f"<h1>{parts}</h1>")) == text
    many = page(shown=f"<h1>{parts}</h1>")._replace(declared=[TITLE] * 20_000)
    assert page_title(many) == TITLE
