"""Texts are never mojibake: damage stays where it is, and is told."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from index.readers.encodings import decode, detect

TEXTS = {
    "fr": "Le conseil a tenu hier une longue séance à l’hôtel de ville, où l’été s’achève déjà.",
    "de": "Der Bürgermeister äußerte sich über die Finanzen: „Spaß“ sei nötig, große Löhne nicht.",
    "es": "El señor alcalde presidió ayer una sesión: ¿cuánto costará el año próximo la canción?",
    "pt": "A câmara não aprovou as contas; a população já não é ouvida na discussão do orçamento.",
    "it": "Il consiglio è riunito: la città non ha più libertà, perché la realtà è così, disse.",
    "ar": "عقد المجلس البلدي جلسة طويلة حول المالية وقال رئيس البلدية ان الامور تسير بشكل جيد.",
    "fa": "شورای شهر دیروز جلسه‌ای درباره امور مالی برگزار کرد و شهردار در آن سخن گفت.",
    "ru": "Городской совет провёл вчера долгое заседание о финансах, сообщил журналистам мэр.",
    "el": "Το δημοτικό συμβούλιο συνεδρίασε χθες για τα οικονομικά, δήλωσε ο δήμαρχος.",
    "he": "מועצת העיר קיימה אתמול ישיבה ארוכה בנושא הכספים, אמר ראש העיר לעיתונאים.",
    "tr": "Belediye meclisi dün mali işler için uzun bir oturum düzenledi, dedi başkan Şükrü Işık.",
    "pl": "Rada miejska odbyła wczoraj długą sesję poświęconą finansom, powiedział burmistrz Łódź.",
    "ja": "市議会は昨日、財政に関する長い会議を開いた。市長は記者団に問題はないと述べた。",
    "zh": "市议会昨天就财政问题召开了长时间的会议。市长对记者说，情况良好，没有问题。",
    "ko": "시의회는 어제 재정에 관한 긴 회의를 열었다. 시장은 기자들에게 문제가 없다고 말했다.",
    "hi": "नगर परिषद ने कल वित्त पर एक लंबी बैठक की, महापौर ने पत्रकारों से कहा।",
    "th": "สภาเทศบาลประชุมเรื่องการเงินเมื่อวานนี้ นายกเทศมนตรีกล่าวกับผู้สื่อข่าว",
    "vi": "Hội đồng thành phố hôm qua đã họp dài về tài chính, thị trưởng nói với các nhà báo.",
}
LANGUAGES = st.sampled_from(sorted(TEXTS))
BAD = (0x80, 0x92, 0x93, 0xA0, 0xAB, 0xBB, 0xE9, 0xFF, 0xC0)
STRAY = st.lists(st.sampled_from(BAD), max_size=3)
WRONG = st.sampled_from(
    [None, "utf-8", "iso-8859-1", "windows-1252", "cp1251", "cp1256", "iso-8859-15", "gb2312",
     "shift_jis", "us-ascii", "utf-16", "klingon"]
)  # fmt: skip


@given(LANGUAGES, st.integers(1, 4), st.data(), WRONG)
def test_stray_bytes_cost_nothing_but_themselves(
    language: str, times: int, data: st.DataObject, declared: str | None
) -> None:
    text = TEXTS[language] * times
    at = data.draw(st.integers(0, len(text) - 1))
    stray = bytes(data.draw(STRAY))
    before, behind = text[:at].encode(), text[at:].encode()
    decoded = decode(before + stray + behind, declared)
    # Some bytes that are added make a character of what follows, or end one that precedes.
    assume(not stray or (before + stray + behind).decode("utf-8", "replace").count("\ufffd"))
    assert decoded.text.startswith(text[:at])
    assert decoded.text.endswith(text[at + 3 :])
    assert len(decoded.text) <= len(text) + len(stray)
    assert bool(decoded.notes) == ("\ufffd" in decoded.text)


@given(LANGUAGES, st.integers(20, 400), WRONG)
@example("vi", 24, None)
def test_a_text_cut_inside_a_character(language: str, end: int, declared: str | None) -> None:
    data = (TEXTS[language] * 4).encode()[:end]
    decoded = decode(data, declared)
    whole = data.decode("utf-8", "ignore")
    assume(not whole.isascii())
    assert decoded.text in (whole, whole + "\ufffd")
    assert len(decoded.notes) == (decoded.text != whole)


def test_the_offset_of_the_damage_is_told() -> None:
    data = "Été à Évry".encode() + b"\x92" + "l’été".encode()
    assert decode(data).notes == (
        "1 place is not in the encoding utf-8 and became “\ufffd”, the first at byte 14",
    )


def test_a_signature_in_another_encoding() -> None:
    for language in ("fr", "de", "es", "pt", "it"):
        for signature in (
            "Signé : Élodie Légaré",
            "Jürgen Müßig",
            "© Agence, São Paulo",
        ):
            data = f"{TEXTS[language]}\n".encode() + signature.encode("cp1252") + b"\n"
            decoded = decode(data + TEXTS[language].encode())
            assert decoded.text.startswith(TEXTS[language])
            assert decoded.text.endswith(TEXTS[language])
            assert decoded.notes


SHORT = """Élysée|Déjà vu|été|À l’été|Île-de-France|São Paulo|El Niño|Señor|garçon|œuvre|Grüße
Straße|Größe|naïve|Noël|Übung|Çà et là|É|là|Ångström|Ærø|perché|città|canción|ação|Žižek|Škoda|DÉÇU
où ?|«Café»|« à »|10 €|crème brûlée|façade|coöperatie|l’ÉTÉ|ça va|n° 5|Málaga|más|¿Qué?|maçã"""


@pytest.mark.parametrize("text", [text for row in SHORT.split("\n") for text in row.split("|")])
def test_short_texts_are_not_guessed_into_chinese(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *((language, "cp1252") for language in ("fr", "de", "es", "pt", "it")),
        *(("fr", "iso8859-15"), ("pl", "cp1250"), ("ru", "cp1251"), ("ru", "koi8-r")),
        *(("ar", "cp1256"), ("el", "cp1253"), ("he", "cp1255"), ("zh", "gb18030")),
        *(("ja", "shift_jis"), ("ja", "euc-jp"), ("ko", "euc-kr")),
    ],
)
def test_other_encodings(language: str, encoding: str) -> None:
    text = TEXTS[language].replace("’", "'") if encoding == "iso8859-15" else TEXTS[language]
    if encoding == "cp1253":
        text = text.replace("ά", "ά")
    assert decode((text * 3).encode(encoding)).text == text * 3
    # What the document declares is believed where it may be.
    assert decode(text.encode(encoding), encoding).text == text


@pytest.mark.parametrize("text", ["Привет", "Россия", "Москва, 12 мая", "Ελλάδα", "القاهرة"])
def test_short_texts_of_other_scripts(text: str) -> None:
    encoding = {"П": "cp1251", "Р": "cp1251", "М": "cp1251", "Ε": "cp1253", "ا": "cp1256"}
    data = text.encode(encoding.get(text[0], "cp1255"))
    assert decode(data).text == text


@given(LANGUAGES, st.sampled_from(["utf-16-le", "utf-16-be"]), st.integers(0, 1))
def test_utf_16_without_a_mark(language: str, encoding: str, cut: int) -> None:
    text = f"{TEXTS[language]}\n{TEXTS[language]}"
    data = text.encode(encoding)
    decoded = decode(data[: len(data) - cut])
    assert decoded.text.startswith(text[:-1])
    assert bool(decoded.notes) == bool(cut)


@given(LANGUAGES, WRONG)
def test_marks_that_the_bytes_contradict(language: str, declared: str | None) -> None:
    text = TEXTS[language] * 2
    assert decode(b"\xef\xbb\xbf" + text.encode(), declared).text == text
    if " " in text and language != "ja":
        for mark in (b"\xff\xfe", b"\xfe\xff"):
            decoded = decode(mark + text.encode())
            assert text in decoded.text
    assert decode(b"\xef\xbb\xbf" + TEXTS["fr"].encode("cp1252")).text == TEXTS["fr"]


def test_a_guess_is_named() -> None:
    _, sure = detect("Été".encode("cp1252"))
    assert not sure
    assert "guess" in decode("Привет".encode("cp1251")).notes[0]
    assert not decode((TEXTS["fr"] * 3).encode("cp1252")).notes


@given(st.binary(max_size=300), WRONG, WRONG)
def test_nothing_breaks_it(data: bytes, declared: str | None, assumed: str | None) -> None:
    decoded = decode(data, declared, assumed)
    assert all(isinstance(note, str) for note in decoded.notes)
