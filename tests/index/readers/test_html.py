"""HTML: main text, declared title, date, language, source; small, old and broken pages."""

import pytest

PARAGRAPHS = [
    "GENÈVE (AEP) — Les ministres de l'<b>Organisation mondiale du commerce</b> se sont réunis "
    "jeudi pour préparer un accord sur la pêche, a indiqué le porte-parole de la conférence.",
    "Le texte prévoit une aide de <a href='/x'>300 millions</a> de dollars aux pays côtiers, dont "
    "la moitié sera versée avant la fin de l'année par les États membres.",
    "Une nouvelle session est prévue au printemps. Les négociateurs espèrent qu'un compromis "
    "sera trouvé d'ici là sur les subventions et sur le contrôle des navires.",
]
MENU = "".join(f"<li><a href='/{n}'>Rubrique {n}</a></li>" for n in range(12))


def page(head: str = "", attributes: str = "", body: str = "") -> str:
    text = body or "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><nav><ul>{MENU}</ul></nav>"
        f"<article><h1>Accord sur la pêche</h1>{text}</article>"
        "<footer>Mentions légales et contacts</footer><script>var x = 'secret';</script>"
        "</body></html>"
    )


def test_main_text_without_menu_footer_and_scripts(reading):
    document = reading({"a.html": page()}).only
    assert document.title == "Accord sur la pêche"
    assert document.text.startswith("GENÈVE (AEP) — Les ministres de l'Organisation mondiale du")
    assert document.text.count("\n") == 2
    for absent in ("Rubrique", "Mentions", "secret"):
        assert absent not in document.text


def test_json_ld(reading):
    head = """<title>Entente - Site</title><script type="application/ld+json">
    {"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "Z"},
     {"@type": ["NewsArticle"], "headline": "L'entente",
      "datePublished": "2019-11-14T09:30:00+01:00",
      "publisher": {"@type": "Organization", "name": "Agence"},
      "keywords": ["pêche", "OMC"]}]}
    </script><meta property="dc.date" content="2001">"""
    document = reading({"a.html": page(head, 'lang="fr-FR"')}).only
    assert document.title == "L'entente"
    assert (document.date, document.date_origin) == ("2019-11-14T09:30:00+01:00", "html")
    assert (document.source, document.language) == ("Agence", "fr")
    assert document.tags == ("pêche", "OMC")


def test_meta(reading):
    head = """<title>Entente - Site</title><meta property="og:title" content="L'entente">
    <meta property="article:published_time" content="2019-11-14T09:30:00Z">
    <meta property="og:site_name" content="Agence"><meta property="og:locale" content="fr_FR">
    <meta name="keywords" content="pêche, OMC"><link rel="canonical" href="https://example.org/1">"""
    document = reading({"a.htm": page(head)}).only
    assert (document.title, document.date) == ("L'entente", "2019-11-14T09:30:00Z")
    assert (document.source, document.language) == ("Agence", "fr")
    assert (document.url, document.tags) == ("https://example.org/1", ("pêche", "OMC"))


def test_time_element(reading):
    body = "<p><time datetime='2020-02-03'>3 février</time></p>" + PARAGRAPHS[0]
    assert reading({"a.html": page(body=body)}).only.date == "2020-02-03"


def test_broken_json_ld_is_ignored(reading):
    head = "<script type='application/ld+json'>{nope</script><meta name='date' content='2020'>"
    assert reading({"a.html": page(head)}).only.date == "2020"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8", "utf-16"])
def test_declared_charset(reading, encoding):
    head = f'<meta charset="{encoding}">'
    data = page(head).replace("—", "-").encode(encoding)
    assert "GENÈVE (AEP) - " in reading({"a.html": data}).only.text


def test_declared_charsets_that_detection_could_not_find(reading):
    head = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    data = f"<html><head>{head}</head><body><p>Да</p></body></html>".encode("cp1251")
    assert reading({"a.html": data}).only.text == "Да"


def test_xhtml_with_an_encoding_declaration(reading):
    data = (
        '<?xml version="1.0" encoding="iso-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml" '
        'xml:lang="es"><head><title>Año</title></head><body><p>Señal</p></body></html>'
    ).encode("latin-1")
    document = reading({"a.xhtml": data}).only
    assert (document.title, document.text, document.language) == ("Año", "Señal", "es")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>Petite <b>page</b>.<br>Fin.", "Petite page.\nFin."),
        ("sans balise é", "sans balise é"),
        ("<html><body>a<script>b</script><!-- c -->d</body></html>", "ad"),
        ("<p>a\x01b</p>", "a b"),
        ("<b><i><p>mal</b> imbriqué", "mal imbriqué"),
    ],
)
def test_small_and_odd_pages(reading, data, text):
    assert reading({"a.html": data}).only.text == text


@pytest.mark.parametrize("data", ["<!-- a -->", "<script>x</script>", "<html></html>"])
def test_a_page_without_text_is_empty(reading, data):
    assert reading({"a.html": data}).kinds == [("a.html", "empty")]


def test_compressed_page(reading):
    assert reading({"a.html.gz": page()}).only.id == "a.html"


def shown(title: str, heading: str, head: str = "") -> str:
    """Return a page with a title, a heading and more of its head."""
    return (
        f"<html><head><title>{title}</title>{head}</head><body><h1>{heading}</h1>"
        "<p>Les ministres se sont réunis pour parler de la pêche.</p></body></html>"
    )


SITE = '<meta property="og:site_name" content="Le Phare du Soir">'
CANONICAL = '<link rel="canonical" href="https://www.phare-du-soir.example/politique/accord">'


@pytest.mark.parametrize("mark", [" | ", " - ", " – ", " — ", " · ", " » ", " :: "])
@pytest.mark.parametrize("known_by", [SITE, CANONICAL])
def test_a_title_is_without_the_name_of_its_site(reading, mark, known_by):
    headline = "Un accord sur la pêche - enfin"
    for title in (
        f"{headline}{mark}Le Phare du Soir",
        f"{headline}{mark}Politique{mark}Le Phare du Soir",
    ):
        og = f'{known_by}<meta property="og:title" content="{title}">'
        assert reading({"a.html": shown(title, headline, og)}).only.title == headline
    og = f'{SITE}<meta property="og:title" content="Le Phare du Soir{mark}{headline}">'
    assert reading({"a.html": shown("Le Phare du Soir", "Rubriques", og)}).only.title == headline


def test_the_title_is_the_heading_that_the_declared_one_has(reading):
    title = "Un accord sur la pêche | Le Phare"
    page = shown(title, "Rubriques").replace("<p>", "<h1>Un accord sur la pêche</h1><p>", 1)
    assert reading({"a.html": page}).only.title == "Un accord sur la pêche"
    for title in ("Accueil", ""):
        page = shown(title, "Un accord sur la pêche")
        assert reading({"a.html": page}).only.title == "Un accord sur la pêche"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ('<meta name="date" content="2019-11-14T00:30:00+01:00">', "", "2019-11-14T00:30:00+01:00"),
        (
            '<meta name="date" content="bientôt"><meta name="dc.date" content="2019-11-14">',
            "",
            "2019-11-14",
        ),
        (
            '<meta name="dc.date" content="2019"><meta name="date" content="2019-11-14">',
            "",
            "2019-11-14",
        ),
        ("", '<article><time datetime="2019-11-14">hier</time></article>', "2019-11-14"),
        ("", "<span>14.11.2019</span>", "2019-11-14"),
        ("", "<div>Publié le 14 novembre 2019</div>", "2019-11-14"),
        (
            '<link rel="canonical" href="https://phare.example/2019/11/13/accord">'
            '<meta property="article:published_time" content="2019-11-14T02:10:00Z">',
            "",
            "2019-11-13",
        ),
        *(
            (
                f'<link rel="canonical" href="https://phare.example/accord-{day}">'
                '<meta property="article:published_time" content="2019-11-14T02:10:00Z">',
                "",
                expected,
            )
            for day, expected in (
                ("20191113", "2019-11-13"),
                ("nid13112019", "2019-11-13"),
                ("20191111", "2019-11-14T02:10:00Z"),
                ("120191113", "2019-11-14T02:10:00Z"),
            )
        ),
        (
            '<link rel="canonical" href="https://phare.example/2019/11/14/accord">',
            '<article><time datetime="2009-05-02">a</time><time datetime="2019-12-02">b</time>'
            "</article>",
            "2019-11-14",
        ),
    ],
)
def test_the_date_of_a_page_is_the_first_that_is_understood(reading, head, body, expected):
    page = shown("Un accord", "Un accord", head).replace("<p>", f"{body}<p>", 1)
    assert reading({"a.html": page}).only.date == expected
