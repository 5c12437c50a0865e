import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.extract import detect_language
from index.extract.language import declared_code, detect_text

SENTENCES = {
    "fr": "Les ministres se sont réunis hier pour parler de la sécurité des frontières.",
    "en": "The ministers met yesterday to talk about the security of the borders in the region.",
    "es": "Los ministros se reunieron ayer para hablar de la seguridad de las fronteras.",
    "de": "Die Minister trafen sich gestern, um über die Sicherheit der Grenzen zu sprechen.",
    "it": "I ministri si sono riuniti ieri per parlare della sicurezza delle frontiere.",
    "pt": "Os ministros reuniram-se ontem para falar da segurança das fronteiras na região.",
    "ar": "اجتمع الوزراء أمس للحديث عن أمن الحدود في المنطقة.",
    "nl": "De ministers kwamen gisteren bijeen om over de veiligheid van de grenzen te praten.",
    "sv": "Ministrarna träffades i går för att tala om säkerheten vid gränserna i regionen.",
    "ru": "Министры встретились вчера, чтобы поговорить о безопасности границ в регионе.",
    "uk": "Міністри зустрілися вчора, щоб поговорити про безпеку кордонів у регіоні їхніх країн.",
    "el": "Οι υπουργοί συναντήθηκαν χθες για να μιλήσουν για την ασφάλεια των συνόρων.",
    "zh": "各国部长昨天举行会议，讨论该地区的边境安全问题。",
    "ja": "閣僚たちは昨日、地域の国境の安全について話し合うために会合を開いた。",
    "ko": "장관들은 어제 이 지역의 국경 안보에 대해 논의하기 위해 만났다.",
    "th": "รัฐมนตรีประชุมกันเมื่อวานนี้เพื่อหารือเรื่องความมั่นคงชายแดน",
    "fa": "وزیران دیروز برای گفتگو درباره امنیت مرزهای چند کشور گرد هم آمدند.",
}


NEIGHBOURS = [
    ("ro", "Guvernul a anunțat ieri că va reduce impozitele pentru companiile mici."),
    ("ro", "Presedintele a declarat ca nu va semna legea pana la sfarsitul anului."),
    ("it", "Il governo ha annunciato ieri che ridurrà le imposte delle piccole imprese."),
    ("tr", "Cumhurbaşkanı dün yaptığı açıklamada seçimlerin erken yapılmayacağını söyledi."),
    ("pl", "Rząd ogłosił wczoraj, że nowe przepisy podatkowe będą dla małych firm."),
    ("vi", "Chính phủ đã công bố luật thuế mới vào hôm qua."),
    ("fa", "دولت دیروز اعلام کرد که مالیات شرکت‌های کوچک را کاهش می‌دهد."),
    ("fa", "رئیس جمهور در تهران سخنرانی کرد"),
    ("ar", "أعلنت الحكومة أمس عن قانون جديد للضرائب على الشركات الصغيرة"),
    ("ur", "حکومت نے کل چھوٹی کمپنیوں کے لیے نئے ٹیکس کا اعلان کیا ہے۔"),
    ("uk", "Уряд оголосив про нові податки для малого бізнесу."),
    ("ru", "Правительство объявило о новых налогах для малого бизнеса."),
    ("el", "Η κυβέρνηση ανακοίνωσε νέους φόρους για τις μικρές επιχειρήσεις."),
    ("hi", "सरकार ने छोटी कंपनियों के लिए नए करों की घोषणा की है।"),
]


@pytest.mark.parametrize(("code", "text"), NEIGHBOURS)
def test_a_sentence_is_told_from_its_neighbours(code: str, text: str) -> None:
    assert detect_text(text).code == code


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_languages_are_told_apart_in_any_case(code: str, text: str) -> None:
    assert detect_text(text).code == code
    assert detect_text(text.upper()).code == code


@pytest.mark.parametrize("text", ["", "   ", "12345 67", "ok", "... — !", "http://a.example/b"])
def test_too_little_text_has_no_language(text: str) -> None:
    language = detect_text(text)
    assert (language.code, language.origin) == ("und", "none")


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("FR_ca", "fr"),
        ("fra", "fr"),
        ("French", "fr"),
        ("العربية", "ar"),
        ("", ""),
        ("klingon", ""),
    ],
)
def test_declarations_are_understood(declared: str, code: str) -> None:
    assert declared_code(declared) == code


def test_a_plausible_declaration_wins() -> None:
    declared = detect_language(Document("x", SENTENCES["pt"], language="pt-BR"))
    assert (declared.code, declared.origin, declared.confidence) == ("pt", "metadata", 1.0)
    unusual = detect_language(Document("x", "Hyvää päivää, mitä kuuluu?", language="fi"))
    assert (unusual.code, unusual.origin) == ("fi", "metadata")


@pytest.mark.parametrize(("declared", "spoken"), [("en", "ar"), ("ar", "fr"), ("en", "ru")])
def test_an_implausible_declaration_does_not(declared: str, spoken: str) -> None:
    language = detect_language(Document("x", SENTENCES[spoken] * 3, language=declared))
    assert (language.code, language.origin) == (spoken, "detected")


def test_a_declaration_that_common_words_contradict_does_not() -> None:
    language = detect_language(Document("x", SENTENCES["fr"] * 3, language="en"))
    assert (language.code, language.origin) == ("fr", "detected")


@given(text=st.text(max_size=200))
def test_detection_is_deterministic_and_never_fails(text: str) -> None:
    first = detect_text(text)
    assert detect_text(text) == first
    assert 0.0 <= first.confidence <= 1.0
