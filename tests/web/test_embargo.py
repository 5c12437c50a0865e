"""Items under an embargo are not there before its end, and nobody has to rebuild for that."""

import json
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild, update
from index.overview import overview
from index.whoosh import open_index
from search import WhooshEngine
from tests.index.readers import made
from web import create_app

QUICK = BuildOptions(workers=0)
FIRST, SECOND = "2990-01-01T00:00:00Z", "2991-06-01T12:00:00+02:00"
ENDS = [datetime.fromisoformat(moment).timestamp() for moment in (FIRST, SECOND)]
OPEN = "Les ministres de la pêche se sont réunis à Rabat avec l'ONU."
SECRET = (
    "La Banque mondiale publie jeudi un rapport zygomatique sur les hippopotames de Tombouctou, "
    "dit l'Organisation mondiale du commerce à Genève."
)


def item(guid: str, text: str, until: str = "") -> bytes:
    embargo = f"<embargoed>{until}</embargoed>" if until else ""
    return made.g2(1, guid=guid, text=text, embargo=embargo)


ITEMS = {
    "urn:x:open": (OPEN, ""),
    "urn:x:other": ("Un hippopotame traverse le fleuve, dit la FAO. Numéro deux.", ""),
    "urn:x:first": (SECRET, FIRST),
    "urn:x:second": ("Le second rapport zygomatique parle des zygotes de l'UNESCO.", SECOND),
}
ADDRESSES = (
    "/api/search?q=",
    "/api/search?q=zygomatique",
    "/api/search?q=hippopotames",
    "/api/search?q=rapport&sort=date",
    "/api/search?q=hippopotames+rapport",
    "/api/search?q=zygomatiqe",
    "/api/search?q=zygo*",
    "/api/search?q=organization%3AUNESCO",
    "/api/search?q=&lang=fr&from=1990",
    "/api/suggest?q=zygo",
    "/api/suggest?q=rapport+zyg",
    "/api/suggest?q=unes",
    "/api/suggest?q=banque",
    "/api/facets/organization",
    "/api/facets/theme",
    *(f"/api/documents/{quote(id)}" for id in ITEMS),
    *(f"/api/documents/{quote(id)}/similar" for id in ITEMS),
    *(f"/document/{quote(id)}" for id in ITEMS),
    "/facet/organization",
    "/suggest.json?q=zygo",
    "/healthz",
    "/search?q=rapport",
    "/search?q=zygomatique",
    "/",
    "/search.csv?q=",
    "/search.ndjson?q=rapport",
    "/search.atom?q=",
    "/status",
)


def write(source: Path, ids: list[str], embargoed: bool = True) -> Path:
    source.mkdir()
    for number, id in enumerate(ITEMS):
        if id in ids:
            text, until = ITEMS[id]
            (source / f"{number}.xml").write_bytes(item(id, text, until if embargoed else ""))
    return source


def plain(client: FlaskClient, address: str) -> tuple[int, str]:
    """An answer without what tells one index, or one search, from another."""
    answer = client.get(address)
    text = answer.text
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)(?:\+\d+)?", "TIME", text)
    text = re.sub(r"\b\d\d:\d\d UTC", "TIME", text)
    text = re.sub(r'"(?:timings|took_ms)": ?(?:\{[^}]*\}|[\d.]+)', "", text)
    text = re.sub(r"\b[\d.,]+ ?(?:ms|Mo|s)\b|cursor=[\w-]+|\b[0-9a-f]{24}\b", "", text)
    text = re.sub(r'"(?:[\w-]*cursor|request_id|path)": ?"[^"]*"', "", text)
    return answer.status_code, re.sub(r"\d{10,}|source\w*|/tmp/\S*", "", text)


@pytest.fixture
def clock() -> list[float]:
    return [ENDS[0] - 1]


@pytest.fixture
def client(tmp_path: Path, clock: list[float]) -> FlaskClient:
    rebuild(tmp_path / "index", [write(tmp_path / "source", list(ITEMS))], QUICK)
    directory = IndexDirectory(tmp_path / "index", clock=lambda: clock[0])
    return create_app(WhooshEngine(directory)).test_client()


@pytest.fixture
def others(tmp_path: Path) -> list[FlaskClient]:
    """Indexes of what may be found before, between and after the two moments."""
    clients = []
    for count in (2, 3, 4):
        root = tmp_path / f"index{count}"
        source = write(tmp_path / f"source{count}", list(ITEMS)[:count], embargoed=False)
        rebuild(root, [source], QUICK)
        clients.append(create_app(WhooshEngine(IndexDirectory(root))).test_client())
    return clients


def test_an_item_is_not_there_before_its_time(
    client: FlaskClient, others: list[FlaskClient], clock: list[float]
) -> None:
    """Every answer is that of an index without it, and from the moment on of one with it."""
    for other, moments in zip(
        others,
        ((0.0, ENDS[0] - 0.001), (ENDS[0], ENDS[1] - 0.001), (ENDS[1], ENDS[1] + 1e9)),
        strict=True,
    ):
        expected = {address: plain(other, address) for address in ADDRESSES}
        for clock[0] in moments:
            assert {address: plain(client, address) for address in ADDRESSES} == expected


def test_no_answer_outlives_the_moment(client: FlaskClient, clock: list[float]) -> None:
    """Answers that are kept, here or by readers under their entity tags."""
    addresses = [address for address in ADDRESSES if "document" not in address]

    def tags(known: dict[str, str]) -> dict[str, str]:
        given = {}
        for address in addresses:
            asked = {"If-None-Match": known[address]} if known.get(address) else {}
            with client.get(address, headers=asked) as answer:
                answer.get_data()
                assert answer.status_code == 200, address
                given[address] = answer.headers.get("ETag", "")
        return given

    before = tags({})
    assert tags({}) == before  # kept by now
    clock[0] = ENDS[1]
    tags(before)
    found = json.loads(client.get("/api/search?q=zygomatique").text)
    assert found["total"] == 2


@pytest.mark.long
def test_it_survives_updates_and_compaction(tmp_path: Path, client: FlaskClient) -> None:
    for number in range(12):
        (tmp_path / "source" / f"{number}.txt").write_text(f"Encore un texte {number}.")
        update(tmp_path / "index", [tmp_path / "source"], QUICK)
    assert client.get("/api/search?q=zygomatique").get_json()["total"] == 0
    assert client.get("/api/search?q=").get_json()["total"] == 14
    assert overview(tmp_path / "index").embargoed == 2
    assert update(tmp_path / "index", [tmp_path / "source"], QUICK).published is False


def test_a_later_version_may_end_an_embargo_or_begin_one(
    tmp_path: Path, client: FlaskClient
) -> None:
    free = made.g2(2, guid="urn:x:first", text="Le rapport zygomatique est là.")
    held = made.g2(
        2, guid="urn:x:open", text="On attend.", embargo=f"<embargoed>{FIRST}</embargoed>"
    )
    (tmp_path / "source" / "free.xml").write_bytes(free)
    (tmp_path / "source" / "held.xml").write_bytes(held)
    update(tmp_path / "index", [tmp_path / "source"], QUICK)
    found = client.get("/api/search?q=").get_json()
    assert {one["id"] for one in found["results"]} == {"urn:x:first", "urn:x:other"}


def test_whoosh_does_not_find_it_either(tmp_path: Path, client: FlaskClient) -> None:
    with open_index(tmp_path / "index").reader() as reader:
        assert reader.doc_count() == 2
