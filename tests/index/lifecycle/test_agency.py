"""What agencies say of their items: themes, organizations, persons, places, keywords, urgency."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from index.document import Agency, Document
from index.extract import ExtractionOptions, extract
from index.readers import ReadOptions, list_files, read_file
from index.vocabularies import themes
from search import SearchRequest, WhooshEngine
from web import create_app

TEXT = "Le ministre a parlé hier soir du temps qu'il fait."
NINJS = json.dumps(
    {
        "uri": "urn:x:ninjs",
        "version": "4",
        "pubstatus": "usable",
        "state": "corrected",
        "versioncreated": "2024-03-12T09:00:00Z",
        "headline": "Un titre",
        "body_text": TEXT,
        "subject": [
            {"code": "medtop:20000373", "name": "trade"},
            {"code": "http://cv.iptc.org/newscodes/mediatopic/07000000"},
            {"code": "x:12345678"},
        ],
        "organisation": [{"name": "ONU"}, {"name": "Société Exemple du Littoral"}],
        "person": [{"name": "Zoé Exemple"}],
        "place": [{"name": "Rabat"}],
        "keywords": ["blé tendre", "export"],
        "slugline": "MAROC-BLE-EXPORT",
        "urgency": 2,
        "ednote": "Corrige le <b>prénom</b> au premier paragraphe.",
    }
)
G2 = f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:g2" version="2">
<itemMeta><provider literal="Agence"/><versionCreated>2024-03-12T09:00:00Z</versionCreated>
<pubStatus qcode="stat:usable"/><edNote>Nouveau chapeau.</edNote><signal qcode="sig:correction"/>
</itemMeta><contentMeta><urgency>1</urgency><slugline>PAIX</slugline><headline>Autre</headline>
<subject type="cpnat:abstract" qcode="subj:04008000"/>
<subject type="cpnat:organisation" literal="UNESCO"/>
<subject type="cpnat:person" qcode="p:1"/>
<subject type="cpnat:geoArea" qcode="g:1"><name>Genève</name></subject><keyword>traité</keyword>
</contentMeta><assert qcode="p:1"><name>Paul Essai</name></assert>
<contentSet><inlineData>{TEXT}</inlineData></contentSet></newsItem>"""
NITF = f"""<nitf><head><tobject><tobject.subject tobject.subject.refnum="15054000"/></tobject>
<docdata><doc-id id-string="nitf1"/><urgency ed-urg="5"/><du-key key="FOOT"/><correction
info="Le score"/><date.issue norm="20240312T090000Z"/><key-list><keyword key="ligue"/></key-list>
<identified-content><org value="SL/x">FIFA</org><person>Jean Essai</person>
<location><city>Lyon</city></location></identified-content></docdata></head>
<body><body.head><distributor><org>Agence</org></distributor><hedline><hl1>Match</hl1></hedline>
</body.head><body.content><p>{TEXT}</p></body.content></body></nitf>"""
WIRE = f"\x01afp123 3 i 100 MAR\nMAROC-PORT\n\x02Le titre =\n\n   {TEXT}\n\x03\n121137 GMT mar 24\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agency")
    source = folder / "source"
    source.mkdir()
    for name, content in (("a.json", NINJS), ("b.xml", G2), ("c.xml", NITF), ("d.txt", WIRE)):
        (source / name).write_text(content, "utf-8")
    rebuild(folder / "index", [source], BuildOptions(workers=0))
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> FlaskClient:
    return create_app(WhooshEngine(IndexDirectory(root / "index"))).test_client()


def test_every_format_keeps_what_its_agency_says(root: Path) -> None:
    found = {}
    for file in list_files([root / "source"]):
        for item in read_file(file, ReadOptions()):  # type: ignore[arg-type]
            assert isinstance(item, Document)
            found[file.path.name] = item.agency  # type: ignore[union-attr]
    assert found["a.json"] == Agency(
        ("medtop:20000373", "http://cv.iptc.org/newscodes/mediatopic/07000000", "x:12345678"),
        ("ONU", "Société Exemple du Littoral"),
        ("Zoé Exemple",),
        ("Rabat",),
        ("blé tendre", "export"),
        "MAROC-BLE-EXPORT",
        2,
        "Corrige le prénom au premier paragraphe.",
        True,
    )
    assert found["b.xml"] == Agency(
        ("subj:04008000", "p:1", "g:1"),
        ("UNESCO",),
        ("Paul Essai",),
        ("Genève",),
        ("traité",),
        "PAIX",
        1,
        "Nouveau chapeau.",
        True,
    )
    assert found["c.xml"] == Agency(
        ("15054000",),
        ("FIFA",),
        ("Jean Essai",),
        ("Lyon",),
        ("ligue",),
        "FOOT",
        5,
        "Le score",
        True,
    )
    assert found["d.txt"] == Agency(slug="MAROC-PORT", urgency=3)


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("person:zoe", ["urn:x:ninjs"]),
        ('person:"paul essai"', ["urn:x:g2"]),
        ("place:geneve", ["urn:x:g2"]),
        ("lieu:LYON", ["nitf1"]),
        ("keyword:ble", ["urn:x:ninjs"]),
        ('keyword:"blé tendre"', ["urn:x:ninjs"]),
        ("slug:maroc", ["d", "urn:x:ninjs"]),
        ("urgency:1", ["urn:x:g2"]),
        ("urgence:2 OR urgency:5", ["nitf1", "urn:x:ninjs"]),
        ("subject:15054000", ["nitf1"]),
        ("theme:economy/trade", ["urn:x:ninjs"]),
        ("theme:economy", ["urn:x:g2", "urn:x:ninjs"]),
        ("theme:health", ["urn:x:ninjs"]),
        ("theme:sport", ["nitf1"]),
        ("organization:ONU", ["urn:x:g2", "urn:x:ninjs"]),  # UNESCO is one of its bodies
        ("organization:UNESCO", ["urn:x:g2"]),
        ("ministre person:essai", ["nitf1", "urn:x:g2"]),
        ("person:personne", []),
    ],
)
def test_it_is_searched(root: Path, q: str, ids: list[str]) -> None:
    response = WhooshEngine(IndexDirectory(root / "index")).search(SearchRequest(q=q))
    assert sorted(result.id for result in response.results) == ids


def test_the_page_and_the_json_tell_it(client: FlaskClient) -> None:
    told = client.get("/api/documents/urn%3Ax%3Aninjs").get_json()
    assert told["agency"]["note"] == "Corrige le prénom au premier paragraphe."
    assert (told["agency"]["urgency"], told["agency"]["corrected"]) == (2, True)
    assert {one["value"]: one["given"] for one in told["themes"]} == {
        "economy/trade": True,
        "health": True,
    }
    assert told["organizations"][0]["spans"] == []
    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/document/urn%3Ax%3Aninjs?hl=en").text)
    page = " ".join(page.split())
    for expected in (
        "Health given by the agency",
        "Version 4 (corrected)",
        "Note of the agency Corrige le prénom au premier paragraphe.",
        "Persons Zoé Exemple",
        "Urgency 2",
        "Société Exemple du Littoral",
    ):
        assert expected in page
    assert client.get("/document/d?hl=fr").status_code == 200


def test_a_text_that_is_no_item_has_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (file,) = list_files([tmp_path])
    (item,) = read_file(file, ReadOptions())  # type: ignore[arg-type]
    assert isinstance(item, Document)
    assert item.agency is None


@given(st.integers(1, 17), st.integers(0, 999_999))
def test_every_code_of_the_older_scheme_has_a_theme(top: int, rest: int) -> None:
    """The first two digits are those of a Media Topic; a code of its own goes before."""
    vocabulary = themes()
    found = vocabulary.of_code(f"subj:{top:02}{rest:06}")
    assert found is not None
    assert found.split("/")[0] == vocabulary.of_code(f"medtop:{top:02}000000")


@given(st.sampled_from(sorted(themes().codes)))
def test_every_form_of_a_code_is_one_theme(code: str) -> None:
    forms = (f"medtop:{code}", code, f"http://cv.iptc.org/newscodes/mediatopic/{code}")
    assert {themes().of_code(form) for form in forms} == {themes().codes[code]}
    assert themes().of_code(f"x:{code}") is None
    assert themes().of_code(code + "1") is None


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_nothing_that_an_agency_says_fails(subjects: list[str], names: list[str]) -> None:
    item = Document("a", TEXT, agency=Agency(tuple(subjects), tuple(names)))
    fields = extract(item, ExtractionOptions())
    assert fields.failures == ()
    assert len({one.id for one in fields.organizations}) == len(fields.organizations)
