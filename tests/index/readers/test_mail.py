"""Mail: who wrote to whom, in which conversation, and texts as mail writes them."""

import base64
import quopri
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Person
from index.readers import ReadOptions, SourceFile, read_file
from index.readers.mail import unflowed
from tests.index.readers import made


def read(data: bytes, name: str = "a.eml") -> list[Document]:
    items = read_file(SourceFile(Path(name), name, "id", len(data), data), ReadOptions())
    return [item for item in items if isinstance(item, Document)]


def mail(data: bytes):
    (document,) = read(data)
    assert document.mail is not None
    return document.mail


def test_people_have_names_and_addresses() -> None:
    found = mail(
        made.letter(
            1,
            sender="=?utf-8?q?Dupont=2C_Zo=C3=A9?= <zoe@exemple.example>",
            to='"Essai, Bruno" <bruno@essai.example>, carla@essai.example,\n =?utf-8?b?w4k=?=\n'
            " =?utf-8?b?dMOp?= <e@essai.example>",
            cc="undisclosed-recipients:;",
        )
    )
    assert found.sender == (Person("Dupont, Zoé", "zoe@exemple.example"),)
    assert found.to == (
        Person("Essai, Bruno", "bruno@essai.example"),
        Person("", "carla@essai.example"),
        Person("Été", "e@essai.example"),
    )
    assert found.cc == ()
    assert found.thread == ("1@exemple.example",)


def test_undeclared_bytes_a_name_alone_and_a_comment() -> None:
    data = made.letter(1, sender="Zo\u00e9 <z@x.example>", to="Le secrétariat", cc="c@x (Carla)")
    found = mail(data.decode().encode("cp1252"))
    assert found.sender == (Person("Zoé", "z@x.example"),)
    assert found.to == (Person("Le secrétariat"),)
    assert found.cc == (Person("Carla", "c@x"),)


def test_hostile_headers_cost_no_message() -> None:
    nested = "(" * 20_000 + "x@y"
    many = ", ".join(f"p{n}@x.example" for n in range(3_000))
    (document,) = read(made.letter(1, to=nested, cc=many))
    assert document.mail is not None
    assert len(document.mail.cc) == 1_000
    assert any("3,000" in note for _, note in document.notes)


def test_a_thread_has_what_is_answered_and_the_message_itself() -> None:
    answers = "References: <a@x> <b@x>\n <c/d@x>\nIn-Reply-To: Your message of Monday <c/d@x>\n"
    assert mail(made.letter(4, answers=answers)).thread == (
        *("a@x", "b@x", "c:d@x"),
        "4@exemple.example",
    )
    own = mail(made.letter(4, answers="References: <4@exemple.example>\n"))
    assert own.thread == ("4@exemple.example",)
    nameless = made.letter(4).replace(b"Message-ID", b"X-Id")
    assert mail(nameless).thread == ("id",)


def test_parts_have_the_people_of_their_message_and_a_digest_of_their_file() -> None:
    inner = made.letter(9, made.attached("b.txt", "Deux."), sender="c@x.example").decode()
    inner = inner.replace('"B"', '"C"').replace("--B", "--C")
    forwarded = f"Content-Type: message/rfc822\n\n{inner}"
    one, other, copy = (made.attached(name, "Un.") for name in ("a.txt", "c.txt", "d.txt"))
    documents = read(made.letter(1, one, forwarded, other.replace("Un.", "Deux."), copy))
    by_id = {document.id.rpartition("!")[2]: document for document in documents}
    top, note, below = by_id["1@exemple.example"], by_id["a.txt"], by_id["9@exemple.example"]
    assert top.mail is not None
    assert note.mail is not None
    assert note.mail.sender == top.mail.sender
    assert note.mail.thread == ()
    assert below.mail is not None
    assert below.mail.sender == (Person("", "c@x.example"),)
    assert below.mail.thread == (below.id,)
    assert below.parent == top.id
    assert by_id["b.txt"].parent == below.id
    assert by_id["b.txt"].mail is not None
    assert by_id["b.txt"].mail.sender == below.mail.sender
    assert top.digest == ""
    assert note.digest == by_id["d.txt"].digest != by_id["c.txt"].digest != ""


HTML = "<html><body><p>L’été = <b>à</b> Rabat,<br>une ligne bien longue</p></body></html>"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_mail_of_html_only(charset: str) -> None:
    coded = {
        "quoted-printable": quopri.encodestring(HTML.encode(charset)),
        "base64": base64.encodebytes(HTML.encode(charset)),
        "8bit": HTML.encode(charset),
    }
    for encoding, body in coded.items():
        kind = f"Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: {encoding}"
        head = made.mail().partition(b"Content-Type")[0]
        (document,) = read(head + kind.encode() + b"\n\n" + body)
        assert document.text == "L’été = à Rabat,\nune ligne bien longue", encoding


def test_flowed_text_has_its_paragraphs() -> None:
    flowed = (
        "Une ligne \nqui va \njusqu'ici.\n Decalee\n> cite \n> encore\n>> autre\n-- \nAnne \n\nFin"
    )
    head = made.mail().partition(b"Content-Type")[0]
    (document,) = read(head + b"Content-Type: text/plain; format=flowed\n\n" + flowed.encode())
    assert document.text == (
        "Une ligne qui va jusqu'ici.\nDecalee\n> cite encore\n>> autre\n-- \nAnne \n\nFin"
    )
    spaced = b"Content-Type: text/plain; format=flowed; delsp=yes\n\nune \ndeux"
    assert read(head + spaced)[0].text == "unedeux"


@given(st.lists(st.text("ab >-", max_size=12), max_size=8).map("\n".join), st.booleans())
def test_flowing_loses_nothing_but_spaces_and_line_ends(text: str, delete: bool) -> None:
    letters = [char for char in text if char in "ab-"]
    assert [char for char in unflowed(text, delete_spaces=delete) if char in "ab-"] == letters


def test_altered_headers_never_cost_a_message() -> None:
    chance = random.Random(16)
    tokens = [
        "<",
        ">",
        "(",
        ")",
        '"',
        ",",
        ";",
        ":",
        "=?utf-8?q?",
        "?=",
        "\n ",
        "\udcff",
        "@",
        "\\",
    ]
    for _ in range(300):
        value = "".join(chance.choice([*tokens, "a", "b c"]) for _ in range(chance.randrange(40)))
        data = made.letter(1, to="X", answers="References: Y\n")
        data = data.replace(b"X", value.encode("utf-8", "surrogateescape"))
        (document,) = read(data.replace(b"Y", value.encode("utf-8", "surrogateescape")))
        assert document.mail is not None
        for person in (*document.mail.to, *document.mail.sender):
            f"{person}".encode()
        for other in document.mail.thread:
            assert other
            other.encode()
