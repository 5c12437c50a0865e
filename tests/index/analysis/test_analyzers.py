"""Analyzers: inflections that find each other, words that nothing hides."""

import threading
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import ANALYZERS, PART_GAP, analyse, analyzer, direction, tokenize
from index.analysis.tokenizer import word_token
from index.document import Span

# Pairs that must share a form, per language.
PAIRS = {
    "ar": "الأمم/بالأمم الأمم/والأمم الأمم/للأمم الأمم/أمم حكومة/الحكومات حكومة/حكومه شركة/شركات "
    "اتفاق/الاتفاق اتفاق/اتفاقية اتفاقية/والاتفاقيات مجلس/لمجلس انتخاب/انتخابات مصري/المصرية "
    "مسلم/المسلمين وزارة/الوزارة وزارة/بوزارة لجنة/للجنة وطني/الوطنية لبنان/اللبنانية "
    "المُتَّحِدَة/المتحده والد/والده وكالة/الوكالة ألمانيا/بألمانيا",
    "ca": "acord/acords nació/nacions elecció/eleccions col·lecció/col·leccions",
    "cs": "dohoda/dohody vláda/vlády",
    "da": "aftale/aftaler regering/regeringen nation/nationer",
    "de": "Abkommen/Abkommens Haus/Häuser Straße/Strassen Müller/Mueller Müller/Muller "
    "Wahl/Wahlen Land/Länder Regierung/Regierungen vereint/vereinten",
    "el": "συμφωνία/συμφωνίες εκλογές/εκλογών κυβέρνηση/κυβερνήσεις",
    "en": "agreement/agreements city/cities negotiate/negotiating run/running policy/policies "
    "attack/attacked government/government's",
    "eo": "interkonsento/interkonsentoj",
    "es": "acuerdo/acuerdos nación/naciones comercial/comerciales elección/elecciones "
    "gobierno/gobiernos atacar/atacaron",
    "et": "valimine/valimised",
    "eu": "akordio/akordioak hauteskunde/hauteskundeak",
    "fa": "دولت/دولت‌ها توافق/توافقات",
    "fi": "vaali/vaalit talo/talossa",
    "fr": "accord/accords accord/l’accord commercial/commerciaux général/générale "
    "général/generaux œuvre/oeuvres pêche/peche négocier/négociations cheval/chevaux "
    "gouvernement/gouvernements européen/européennes attaque/attaques finir/finissent "
    "travail/travaux œil/yeux signer/signé cœur/coeurs accord-cadre/accords-cadres "
    "États-Unis/etats-unis porte-avions/porteavions",
    "hi": "समझौता/समझौते चुनाव/चुनावों",
    "hu": "választás/választások kormány/kormányok ház/házak",
    "it": "accordo/accordi nazione/nazioni città/citta elezione/elezioni commerciale/commerciali "
    "governo/governi unione/dell’Unione",
    "lt": "susitarimas/susitarimai rinkimai/rinkimų",
    "nl": "akkoord/akkoorden verkiezing/verkiezingen regering/regeringen land/landen huis/huizen",
    "no": "avtale/avtaler regjering/regjeringen nasjon/nasjoner",
    "pl": "umowa/umowy wybory/wyborów rząd/rządu",
    "pt": "acordo/acordos nação/nações eleição/eleicoes comercial/comerciais governo/governos",
    "ro": "acord/acorduri alegere/alegeri națiune/națiuni guvern/guvernul",
    "ru": "соглашение/соглашений нация/наций российский/российская Объединённых/объединенных",
    "sr": "споразум/споразуми избори/izbori",
    "sv": "avtal/avtalet val/valet regering/regeringen nation/nationer",
    "tr": "anlaşma/anlaşmalar seçim/seçimler ülke/ülkeler hükümet/hükümetler İstanbul/istanbul",
    "und": "Đà/da ŋandɛ/nande 日本/日本 สวัสดี/สวัสดี",
}


def forms(language: str, text: str) -> set[str]:
    found = analyzer(language)
    return {form for token in tokenize(text) for form in found.forms(token)}


@pytest.mark.parametrize(
    ("language", "pair"), [(code, pair) for code, line in PAIRS.items() for pair in line.split()]
)
def test_inflections_share_a_form(language: str, pair: str) -> None:
    left, right = pair.split("/")
    assert forms(language, left) & forms(language, right)


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [("ar", "لبنان", "لبن"), ("fr", "pêche", "péché"), ("fr", "œuf", "bœuf"), ("en", "new", "now")],
)
def test_different_words_have_different_accented_forms(
    language: str, left: str, right: str
) -> None:
    found = analyzer(language)
    assert found.forms(tokenize(left)[0])[0] != found.forms(tokenize(right)[0])[0]


def test_the_accented_form_comes_first() -> None:
    assert analyzer("fr").forms(tokenize("Pêches")[0]) == ("pêch", "pech")
    assert analyzer("fr").forms(tokenize("accords")[0]) == ("accord",)


@pytest.mark.parametrize(
    "word", ["les", "où", "sans", "cette", "ils", "plus", "ou", "meme", "L’", "qu'"]
)
def test_french_function_words(word: str) -> None:
    assert all(analyzer("fr").is_stop(token) for token in tokenize(word))
    assert forms("fr", word) == set()


@pytest.mark.parametrize("word", ["sûr", "été", "or", "mer", "n°5", "10", "USA", "avions"])
def test_french_content_words(word: str) -> None:
    assert forms("fr", word)


def test_a_word_is_a_function_word_in_its_own_language_only() -> None:
    (est,), (or_,) = tokenize("est"), tokenize("or")
    assert analyzer("fr").is_stop(est)
    assert not analyzer("en").is_stop(est)
    assert analyzer("en").is_stop(or_)
    assert not analyzer("fr").is_stop(or_)
    assert not analyzer("und").is_stop(or_)


@pytest.mark.parametrize(
    ("language", "word"), [("it", "Stati"), ("es", "Estado"), ("en", "US"), ("ar", "علي")]
)
def test_nouns_and_names_are_no_function_words(language: str, word: str) -> None:
    assert forms(language, word)


def test_languages_and_suffixes() -> None:
    assert analyzer("fr-CA").suffix == "fr"
    assert analyzer("nb") is analyzer("no")
    assert analyzer("zh").suffix == analyzer("").suffix == "und"
    assert all(analyzer(suffix).suffix == suffix for suffix in ANALYZERS)
    assert direction("ar") == direction("fa-IR") == "rtl"
    assert direction("fr") == direction("und") == "ltr"


WORD = st.text("abcdeilmnoprstuéèêçàïôœæßñüöåøąłșğ", min_size=2, max_size=14)
LATIN = sorted(set(ANALYZERS) - {"ar"})


@given(WORD, st.sampled_from(LATIN), st.integers(min_value=1, max_value=13))
def test_accents_case_and_unicode_form_never_hide_a_word(word: str, code: str, cut: int) -> None:
    found = analyzer(code)
    (token,) = tokenize(word)
    written = set(found.forms(token))
    if not written:
        return
    variants = [word.upper(), word.title(), word[:cut] + "\u00ad" + word[cut:], token.folded]
    variants += [unicodedata.normalize(form, word) for form in ("NFD", "NFKD", "NFKC")]
    variants += [f"l’{variant}" for variant in variants if token.folded[0] in "aeiou"]
    for variant in variants:
        last = [t for t in tokenize(variant) if t.kind != "elision"][-1]
        # "sur" for "sûr" is a function word: such words are looked for as written.
        assert found.is_stop(last) or written & set(found.forms(last))


@given(st.text(max_size=40), st.sampled_from(ANALYZERS))
def test_any_text_is_analysed(text: str, code: str) -> None:
    analysed = analyse(text, [(Span(0, len(text)), code)])
    tokens = tokenize(text)
    found = analyzer(code)
    assert analysed.length == len({token.position for token in tokens})
    assert set(analysed.exact) == {token.folded for token in tokens}
    assert set(analysed.stems) == {code}
    expected: dict[str, list[int]] = {}
    for token in tokens:
        for form in found.forms(token):
            expected.setdefault(form, []).append(token.position)
    assert analysed.stems[code] == expected
    for positions in (*analysed.exact.values(), *expected.values()):
        assert positions == sorted(positions)


def test_parts_are_analysed_in_their_own_language() -> None:
    text = "Les accords. The agreements."
    analysed = analyse(text, [(Span(0, 12), "fr"), (Span(13, len(text)), "en")])
    assert analysed.stems == {"fr": {"accord": [1]}, "en": {"agreement": [3 + PART_GAP]}}
    assert analysed.exact["the"] == [2 + PART_GAP]
    assert analysed.length == 4


def test_a_text_without_parts_is_undetermined() -> None:
    assert analyse("Les accords").stems == {"und": {"les": [0], "accords": [1]}}
    assert analyse("").length == 0


def test_analyzers_work_from_several_threads() -> None:
    words = [f"négoci{chr(97 + i % 26)}{chr(97 + i // 26)}tions" for i in range(500)]
    expected = [forms("fr", word) for word in words]
    failures: list[int] = []

    def run() -> None:
        found = analyzer("fr")
        for word, answer in zip(words, expected, strict=True):
            (token,) = tokenize(word)
            if set(found.analyse_words([token.normal]).forms[0]) != answer:
                failures.append(1)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@given(st.lists(st.one_of(WORD, st.text("abcéœß-1"), st.text()), max_size=9))
def test_forms_of_many_words_are_those_of_each(words: list[str]) -> None:
    normals = [t.normal for word in words for t in tokenize(word) if t.kind != "elision"]
    for code in ("fr", "en", "es", "pt", "ro", "ar", "de", "xx"):
        of = analyzer(code)
        alone = [word_token(normal) for normal in normals]
        folded, found = of.analyse_words(normals)
        assert folded == [token.folded for token in alone]
        assert found == [of.forms(token) for token in alone]
