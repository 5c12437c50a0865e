"""What is asked again costs no search, and is never of an old generation."""

import json
import re
import tracemalloc
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from random import Random

import pytest
import zstandard
from flask.testing import FlaskClient

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search import SearchResponse, WhooshEngine
from search.request import SearchRequest
from web import create_app
from web.kept import ANSWER_BYTES, ANSWER_OVERHEAD, Found, KeptAnswer, KeptAnswers, compressed

PAGES = ("/", "/?hl=en", "/search?q=accord", "/search?q=accord&lang=fr&page=1", "/search?q=&x=y")


def searches(client: FlaskClient) -> float:
    told = re.search(r"^trouvaille_searches_total (\S+)", client.get("/metrics").text, re.M)
    return float(told[1]) if told else 0.0


def test_a_page_asked_again_costs_no_search(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord sur la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    client = create_app(WhooshEngine(IndexDirectory(tmp_path / "ix"))).test_client()
    tags = {}
    for address in PAGES:
        answer = client.get(address)
        assert client.get(address).headers["ETag"] == answer.headers["ETag"]
        tags[address] = answer.headers["ETag"]
    assert len(set(tags.values())) == len(PAGES)
    before = searches(client)
    for address, tag in tags.items():
        known = client.get(address, headers={"If-None-Match": tag})
        assert (known.status_code, known.data) == (304, b"")
        assert known.headers["ETag"] == tag
        assert known.headers["Cache-Control"] == "no-cache"
        assert set(known.headers["Vary"].split(", ")) == set(answer.headers["Vary"].split(", "))
    assert searches(client) == before
    for address, tag in tags.items():
        other = client.get(address, headers={"If-None-Match": tag, "Accept-Language": "de"})
        assert other.status_code == (304 if "hl=" in address else 200)
    # A page tells which language is remembered.
    client.set_cookie("hl", "fr")
    assert client.get("/", headers={"If-None-Match": tags["/"]}).status_code == 200
    client.delete_cookie("hl")
    source.write_text("Un accord sur la pêche et sur les ports.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    for address, tag in tags.items():
        anew = client.get(address, headers={"If-None-Match": tag})
        assert anew.status_code == 200
        assert anew.headers["ETag"] != tag


class CountingEngine(WhooshEngine):
    """Counts what it searches."""

    searched = 0

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search and count."""
        self.searched += 1
        return super().search(request)


ASKED = (*PAGES, "/api/search?q=accord", "/api/search?q=accord&highlight=offsets", "/facet/date")
ALIKE = ("/api/search?q=accord%0Asort%3Ddate", "/api/search?q=accord&sort=date")
"""Their parameters, one a line, are the same text."""


def without_times(body: bytes) -> bytes:
    return re.sub(rb'"took_ms":[0-9.]+', b"", body)


def test_an_answer_that_was_given_is_given_again_without_a_search(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord <b>sur</b> la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    engine = CountingEngine(IndexDirectory(tmp_path / "ix"))
    client = create_app(engine).test_client()
    first = {}
    for address in (*ASKED, *ALIKE):
        for language in ("fr", "ar"):
            headers = {"Accept-Language": language}
            first[address, language] = client.get(address, headers=headers)
    tags = {answer.headers["ETag"] for answer in first.values()}
    assert len(tags) == len(first) - 1  # ``hl=en`` is one language
    # And once for the newest document, whose date the pages of a generation have in common.
    assert engine.searched == len(tags) + 1
    counted = searches(client)
    for (address, language), answer in first.items():
        again = client.get(address, headers={"Accept-Language": language})
        assert without_times(again.data) == without_times(answer.data)
        for name in ("Content-Type", "Content-Language", "ETag", "Link", "Cache-Control", "Vary"):
            assert again.headers.get(name) == answer.headers.get(name), name
    assert engine.searched == len(tags) + 1
    assert searches(client) == counted + len(first)
    source.write_text("Un accord sur la pêche et sur les ports.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    anew = client.get("/api/search?q=ports").get_json()
    assert (anew["total"], client.get(ASKED[-1]).status_code) == (1, 200)
    assert engine.searched == len(tags) + 3


def test_answers_are_kept_in_bounded_memory(tmp_path: Path) -> None:
    source = tmp_path / "un.txt"
    source.write_text("Un accord sur la pêche.", "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    app = create_app(WhooshEngine(IndexDirectory(tmp_path / "ix")))
    kept = app.config["ANSWERS"]
    client = app.test_client()
    client.get("/search?q=accord")
    one = kept.held
    assert 0 < one < ANSWER_BYTES // 100
    app.config["ANSWERS"] = kept = type(kept)(3 * one)
    for number in range(20):
        client.get(f"/search?q=accord&page={number + 1}")
    assert 0 < kept.held <= 3 * one


@pytest.mark.long
def test_four_hundred_answers_in_turn_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers as long as those of a large archive cost one search each, not one each time."""
    # One that takes long, as when memory is tidied up meanwhile, is not kept: not the matter here.
    monkeypatch.setattr("web.context.KEPT_MS", 60_000)
    chance = Random(7)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(2_000)]
    source = tmp_path / "many.jsonl"
    documents = [
        {
            "title": " ".join(chance.choices(words, k=12)),
            "text": " ".join(chance.choices(words, k=300)),
            "source": f"Agence {' '.join(chance.choices(words, k=3))}",
            "date": f"{2000 + number % 24}-{1 + number % 12:02}-11",
        }
        for number in range(150)
    ]
    source.write_text("\n".join(map(json.dumps, documents)), "utf-8")
    rebuild(tmp_path / "ix", [source], BuildOptions(workers=0))
    engine = CountingEngine(IndexDirectory(tmp_path / "ix"))
    client = create_app(engine).test_client()
    more = "facet_size=60&interval=month&per_page=25"
    addresses = [f"/api/search?{more}&q={word}" for word in words[:400]]
    sizes = [len(client.get(address).data) for address in addresses]
    assert sum(sizes) / 400 > 25_000
    for _ in range(2):
        for address in addresses:
            client.get(address)
    assert engine.searched == 400


def test_kept_answers_take_the_memory_that_is_counted() -> None:
    pages = [f"{number} ".encode() * 20_000 for number in range(50)]
    tracemalloc.start()
    try:
        bodies = [compressed(page) for page in pages]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert list(map(zstandard.decompress, bodies)) == pages
    assert taken < sum(map(len, bodies)) + 50 * ANSWER_OVERHEAD


def answer(size: int) -> KeptAnswer:
    return KeptAnswer(bytes(size), {}, Found(1, ""))


def tag(name: object) -> str:
    return blake2b(str(name).encode(), digest_size=16).hexdigest()


ROOM = 100


def ask(kept: KeptAnswers, names: Iterable[object], generation: str = "1") -> int:
    """Ask for answers and keep those that are not there; return how many were."""
    there = 0
    for name in names:
        if kept.get(tag(name), generation):
            there += 1
        else:
            kept.put(tag(name), lambda: answer(9 * ANSWER_OVERHEAD))
        assert kept.held <= 10 * ROOM * ANSWER_OVERHEAD
    return there


def full() -> KeptAnswers:
    kept = KeptAnswers(10 * ROOM * ANSWER_OVERHEAD)
    for _ in range(3):
        ask(kept, range(ROOM))
    return kept


def test_more_than_there_is_room_for_in_turn_leaves_what_fits() -> None:
    kept = KeptAnswers(10 * ROOM * ANSWER_OVERHEAD)
    ask(kept, range(2 * ROOM))
    for _ in range(20):
        assert ask(kept, range(2 * ROOM)) >= 0.8 * ROOM


def test_what_is_asked_for_once_pushes_nothing_out_and_is_not_compressed() -> None:
    kept, made = full(), 0

    def make() -> KeptAnswer:
        nonlocal made
        made += 1
        return answer(1)

    before = ask(kept, range(ROOM))
    for number in range(5_000):
        assert not kept.get(tag(("once", number)), "1")
        kept.put(tag(("once", number)), make)
    assert made <= 50  # Counters are shared.
    assert ask(kept, range(ROOM)) >= before - made >= 0.8 * ROOM - made


def test_what_is_asked_for_now_takes_the_place_of_what_was() -> None:
    kept = full()
    for _ in range(1_000):
        ask(kept, range(ROOM, ROOM + 30))
    assert ask(kept, range(ROOM, ROOM + 30)) == 30


def test_a_new_generation_empties_it() -> None:
    kept = full()
    assert ask(kept, [*range(ROOM)], "2") == 0
    assert ask(kept, [*range(ROOM)], "2") >= 0.8 * ROOM


def test_an_answer_kept_by_zstd_is_sent_as_it_is(client: FlaskClient) -> None:
    address = "/search?q=ONU+OR+trait%C3%A9&per_page=7"
    packed = [client.get(address, headers={"Accept-Encoding": "zstd"}) for _ in range(2)]
    assert packed[0].data == packed[1].data
    assert zstandard.decompress(packed[0].data) == client.get(address).data
