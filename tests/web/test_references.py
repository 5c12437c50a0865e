"""References: whatever a document says, each value stays in its field."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.document import Mail, Person
from search import DocumentView, Labelled
from search.engine import Highlights
from web.references import bibtex, cited, ris

VIEW = DocumentView(
    id="a/1",
    title="L'accord & la « pêche » : 50 % de {quotas}",
    text="Un accord.",
    language="fr",
    direction="ltr",
    language_confidence=1.0,
    published="2018-03-12T09:41:00Z",
    date_precision="minute",
    date_origin="metadata",
    source="Le Monde",
    url="https://example.org/a_b?c={d}",
    path="a.txt",
    tags=(),
    authors=("Jean Dupont", "Smith, Anne", "Barnes and Noble"),
    parent="",
    version="",
    organizations=(),
    themes=(Labelled("economy/trade", "Commerce"), Labelled("x", "Mer, pêche")),
    countries=(),
    persons=(),
    organization_spans={},
    country_spans={},
    person_spans={},
    theme_evidence={},
    highlights=Highlights(),
)
HERE = "http://localhost/document/a/1"


def ris_fields(record: str) -> list[tuple[str, str]]:
    lines = record.rstrip("\r\n").split("\r\n")
    assert all(
        re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n\x0b\x0c\x85\u2028\u2029]*", one) for one in lines
    )
    return [(line[:2], line[6:]) for line in lines]


def bibtex_fields(entry: str) -> dict[str, str]:
    """Return the fields of one entry as BibTeX reads it: by counting braces."""
    head = re.match(r"@(\w+)\{([a-z0-9-]+),\n", entry)
    assert head, entry
    fields, place = {"": head[1], "key": head[2]}, head.end()
    while entry[place] != "}":
        name = re.compile(r"  (\w+) = ").match(entry, place)
        assert name, entry[place:]
        start = end = name.end()
        depth = 0
        while entry[end] != "," or depth:
            depth += {"{": 1, "}": -1}.get(entry[end], 0)
            assert depth >= 0
            end += 1
        value = entry[start:end]
        fields[name[1]] = value[1:-1] if value.startswith("{") else value
        place = end + 2
    assert entry[place:] == "}\n\n"
    return fields


def plain(tex: str) -> str:
    """Undo what TeX needs."""
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}"}
    names |= {"textasciitilde": "~", "textasciicircum": "^"}
    return re.sub(r"\\(?:([a-z]+)\{\}|(.))", lambda at: names[at[1]] if at[1] else at[2], tex)


def test_a_document_as_a_reference() -> None:
    assert ris_fields(ris(cited(VIEW), HERE)) == [
        ("TY", "NEWS"),
        ("TI", VIEW.title),
        ("AU", "Jean Dupont"),
        ("AU", "Smith, Anne"),
        ("AU", "Barnes and Noble"),
        ("T2", "Le Monde"),
        ("PY", "2018"),
        ("DA", "2018/03/12/"),
        ("LA", "fr"),
        ("KW", "Commerce"),
        ("KW", "Mer, pêche"),
        ("UR", VIEW.url),
        ("UR", HERE),
        ("DB", "Trouvaille"),
        ("AN", "a/1"),
        ("ER", ""),
    ]
    fields = bibtex_fields(bibtex(cited(VIEW), HERE))
    assert fields[""] == "article"
    assert plain(fields["title"]) == f"{{{VIEW.title}}}"
    assert fields["author"] == "Jean Dupont and Smith, Anne and {Barnes and Noble}"
    assert (fields["journal"], fields["langid"]) == ("Le Monde", "french")
    assert (fields["date"], fields["year"], fields["month"]) == ("2018-03-12", "2018", "mar")
    assert fields["keywords"] == "Commerce, {Mer, pêche}"
    assert fields["url"] == "https://example.org/a_b?c=%7Bd%7D"


@pytest.mark.parametrize(
    ("published", "day", "names"),
    [
        (None, "", set()),
        ("2018", "2018///", {"date", "year"}),
        ("2018-03", "2018/03//", {"date", "year", "month"}),
        ("2018-03-12", "2018/03/12/", {"date", "year", "month"}),
    ],
)
def test_dates_have_their_precision(published: str | None, day: str, names: set[str]) -> None:
    view = replace(VIEW, published=published)
    assert dict(ris_fields(ris(cited(view), HERE))).get("DA", "") == day
    fields = bibtex_fields(bibtex(cited(view), HERE))
    assert names == {"date", "year", "month"} & set(fields)
    assert fields.get("date") == published


def test_mail_is_no_news() -> None:
    mail = Mail(sender=(Person("Anne", "anne@exemple.example"), Person("", "b@exemple.example")))
    view = replace(VIEW, mail=mail)
    fields = ris_fields(ris(cited(view), HERE))
    assert fields[0] == ("TY", "PCOMM")
    assert [value for tag, value in fields if tag == "AU"] == ["Anne", "b@exemple.example"]
    assert bibtex_fields(bibtex(cited(view), HERE))[""] == "misc"


@pytest.mark.parametrize("language", ["und", "sv"])
def test_only_a_known_language_is_told(language: str) -> None:
    tags = dict(ris_fields(ris(cited(replace(VIEW, language=language)), HERE)))
    assert tags.get("LA", "und") == language


@pytest.mark.parametrize("sign", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_no_field_reaches_into_the_next(sign: str) -> None:
    view = replace(VIEW, title=f"Un {sign}accord", source=f"{sign}Le Monde", id=f"a{sign}")
    for record in (ris(cited(view), HERE), bibtex(cited(view), HERE)):
        assert sign not in record
        assert "Un accord" in record


HOSTILE = st.text(
    st.sampled_from('ab{}\\%$#&_~^"@,=\n\r\t\u2028\x00é ') | st.characters(codec="utf-8")
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_value_leaves_its_field(title: str, source: str, author: str, id: str) -> None:
    view = replace(VIEW, title=title, source=source, authors=(author, "B"), id=id or "x")
    fields = ris_fields(ris(cited(view), HERE))
    assert [tag for tag, _ in fields].count("ER") == 1
    assert (fields[0], fields[-1]) == (("TY", "NEWS"), ("ER", ""))
    known = {"", "key", "title", "author", "journal", "date", "year", "month", "langid", "keywords"}
    entry = bibtex_fields(bibtex(cited(view), HERE))
    assert set(entry) <= {*known, "url", "note"}
    if " ".join(source.split()).isprintable():
        assert plain(entry.get("journal", "")) == dict(fields).get("T2", "")
    other = bibtex_fields(bibtex(cited(replace(view, id=f"{view.id}1")), HERE))
    assert other["key"] != entry["key"]


def test_a_search_as_references(client: FlaskClient) -> None:
    found = client.get("/api/search?q=ONU").get_json()
    records = client.get("/search.ris?q=ONU")
    assert records.mimetype == "application/x-research-info-systems"
    assert records.text.count("\r\nER  - ") == found["total"]
    entries = client.get("/search.bib?q=ONU").text
    assert len(set(re.findall(r"^@article\{(.*),$", entries, re.M))) == found["total"]
    for result in found["results"]:
        assert f"\r\nAN  - {result['id']}\r\n" in records.text


def test_a_page_offers_the_references_of_its_document(client: FlaskClient) -> None:
    first = client.get("/api/search?q=ONU").get_json()["results"][0]
    page: Any = html.document_fromstring(client.get(f"/document/{first['id']}?hl=de").text)
    for name, suffix in (("RIS", "ris"), ("BibTeX", "bib")):
        (link,) = page.xpath(f"//section[@aria-labelledby='about-citation']//a[.='{name}']/@href")
        answer = client.get(link)
        assert first["title"].split()[0] in answer.text
        assert f".{suffix}" in answer.headers["Content-Disposition"]
        tag = answer.headers["ETag"]
        assert client.get(link, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(f"/document/nothing/reference.{suffix}").status_code == 404
