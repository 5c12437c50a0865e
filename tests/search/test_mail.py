"""Mail is found by sender, recipient, conversation, parent and content of what is attached."""

import random
from itertools import count
from pathlib import Path

import pytest

from index import IndexDirectory
from index.build import BuildOptions, rebuild, update
from search import SearchRequest, WhooshEngine
from tests.index.readers import made

QUICK = BuildOptions(workers=0)
SAME = made.attached("plan.txt", "Le plan de la rade.")
LETTERS = [
    made.letter(1, SAME, sender="Zoé Dupont-Martin <zoe@ministere.example>"),
    made.letter(2, answers="In-Reply-To: <1@exemple.example>\n", cc="Carla Été <c@x.example>"),
    made.letter(3, answers="References: <1@exemple.example> <2@exemple.example>\n"),
    made.letter(4, answers="In-Reply-To: <perdu@x.example>\n", to="محمد <m@y.example>"),
    made.letter(5, answers="References: <perdu@x.example>\n", to="山田太郎 <y@y.example>"),
    made.letter(6, SAME, made.attached("autre.txt", "Autre."), sender="Paul Zoé <paul@x.example>"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    return engine_of(tmp_path_factory.mktemp("mail"), LETTERS)


def engine_of(folder: Path, letters: list[bytes]) -> WhooshEngine:
    source = folder / "source"
    source.mkdir(exist_ok=True)
    for number, letter in enumerate(letters, 1):
        (source / f"{number}.eml").write_bytes(letter)
    (source / "note.txt").write_text("De : Zoé. À : Paul. Une note sans courrier.", "utf-8")
    rebuild(folder / "index", [source], QUICK)
    return WhooshEngine(IndexDirectory(folder / "index"))


def found(engine: WhooshEngine, q: str) -> list[str]:
    response = engine.search(SearchRequest(q=q, per_page=100))
    return sorted(result.id.removesuffix("@exemple.example") for result in response.results)


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("from:zoe", ["1", "1!plan.txt", "6", "6!autre.txt", "6!plan.txt"]),
        ("de:ZOÉ from:dupont", ["1", "1!plan.txt"]),
        ('von:"zoé dupont"', ["1", "1!plan.txt"]),
        ('from:"martin zoé"', []),
        ("from:Dupont-Martin", ["1", "1!plan.txt"]),
        ("from:zoe@ministere.example -plan", ["1"]),
        ("from:@ministere.example plan", ["1!plan.txt"]),
        ("cc:ete", ["2"]),
        ("cc:carla OR to:محمد", ["2", "4"]),
        ("to:山田", ["5"]),
        ("para:bruno from:paul", ["6", "6!autre.txt", "6!plan.txt"]),
        ("thread:1@exemple.example", ["1", "2", "3"]),
        ("thread:3@exemple.example", ["1", "2", "3"]),
        ("thread:4@exemple.example", ["4", "5"]),
        ("thread:perdu@x.example", ["4", "5"]),
        ("thread:6@exemple.example", ["6"]),
        ("parent:6@exemple.example", ["6!autre.txt", "6!plan.txt"]),
        ("from:personne", []),
    ],
)
def test_what_is_found(engine: WhooshEngine, q: str, ids: list[str]) -> None:
    assert found(engine, q) == sorted(name(engine, id) for id in ids)


def name(engine: WhooshEngine, id: str) -> str:
    """Return the id of a part: that of its file, which names it."""
    number, _, part = id.partition("!")
    return f"{number}.eml!{part}" if part else id


def test_a_value_of_nobody_is_told(engine: WhooshEngine) -> None:
    response = engine.search(SearchRequest(q="from:personne"))
    assert [notice.code for notice in response.warnings] == ["unknown_value"]


def test_the_tree_the_conversation_and_the_copies_of_a_document(engine: WhooshEngine) -> None:
    plan = engine.related("6.eml!plan.txt", "fr")
    assert plan is not None
    assert plan.tree is not None
    assert plan.tree.result.id == "6@exemple.example"
    assert [node.result.id for node in plan.tree.parts] == ["6.eml!plan.txt", "6.eml!autre.txt"]
    assert [copy.id for copy in plan.copies] == ["1@exemple.example"]
    assert (plan.attached, plan.messages, plan.conversation) == (1, 0, ())
    second = engine.related("2@exemple.example", "fr")
    assert second is not None
    assert [one.id[0] for one in second.conversation] == ["1", "2", "3"]
    assert (second.tree, second.messages, second.copies) == (None, 3, ())
    assert engine.related("note", "fr") == engine.related("note", "de")
    assert engine.related("rien", "fr") is None


def test_a_long_conversation_is_cut_around_the_message_and_counted(tmp_path: Path) -> None:
    root = "References: <1@exemple.example>\n"
    letters = [made.letter(1), *(made.letter(number, answers=root) for number in range(2, 41))]
    engine = engine_of(tmp_path, letters)
    related = engine.related("20@exemple.example", "fr")
    assert related is not None
    numbers = [int(one.id.partition("@")[0]) for one in related.conversation]
    assert numbers == list(range(10, 31))
    assert related.messages == 40
    assert len(found(engine, "thread:33@exemple.example")) == 40


def test_many_parts_are_cut_and_counted_but_the_one_asked_for_is_there(tmp_path: Path) -> None:
    parts = [made.attached(f"{number:03}.txt", f"Texte {number}.") for number in range(80)]
    engine = engine_of(tmp_path, [made.letter(1, *parts)])
    related = engine.related("1.eml!075.txt", "fr")
    assert related is not None
    assert related.tree is not None
    ids = [node.result.id for node in related.tree.parts]
    assert ids == [*(f"1.eml!{number:03}.txt" for number in range(50)), "1.eml!075.txt"]
    assert related.tree.more == 29


def test_conversations_are_what_answers_connect(tmp_path: Path) -> None:
    """Against a plain search in the graph of who answers whom, for random conversations."""
    chance = random.Random(5)
    numbers = count(1)
    edges: dict[str, set[str]] = {}
    letters = []
    for _ in range(60):
        own = f"{next(numbers)}@exemple.example"
        others = [
            f"{chance.randint(1, 70)}@exemple.example" for _ in range(chance.choice((0, 1, 1, 2)))
        ]
        references = " ".join(f"<{other}>" for other in others)
        letters.append(made.letter(int(own.split("@")[0]), answers=f"References: {references}\n"))
        edges.setdefault(own, set()).update(others)
        for other in others:
            edges.setdefault(other, set()).add(own)
    engine = engine_of(tmp_path, letters)
    for start in (1, 7, 30, 59, 65):
        reached, waiting = set(), [f"{start}@exemple.example"]
        while waiting:
            id = waiting.pop()
            if id not in reached:
                reached.add(id)
                waiting += edges.get(id, ())
        there = {id for id in reached if int(id.split("@")[0]) <= 60}
        if f"{start}@exemple.example" not in edges:
            there = set()
        ids = found(engine, f"thread:{start}@exemple.example")
        assert {f"{id}@exemple.example" for id in ids} == there


def test_an_update_keeps_keys_and_drops_those_of_deleted_mail(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, LETTERS)
    (tmp_path / "source" / "1.eml").unlink()
    (tmp_path / "source" / "7.eml").write_bytes(made.letter(7, sender="Zoé <z@x.example>"))
    update(tmp_path / "index", [tmp_path / "source"], QUICK)
    assert found(engine, "from:zoe") == ["6", "6.eml!autre.txt", "6.eml!plan.txt", "7"]
    assert found(engine, "thread:1@exemple.example") == ["2", "3"]
    related = engine.related("6.eml!plan.txt", "fr")
    assert related is not None
    assert related.copies == ()
