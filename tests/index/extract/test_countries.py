"""Countries that a text names, and what only looks like one."""

import pytest

from index.analysis import fold_text
from index.document import Document
from index.extract import ExtractionOptions, extract
from index.extract.countries import find_countries
from index.extract.organizations import find_organizations, find_places
from index.vocabularies import LANGUAGES, countries


def found(text: str, language: str) -> dict[str, list[str]]:
    folded = fold_text(text)
    matches = find_organizations(text, language, folded)
    named = find_countries(text, language, folded, matches.places, matches.organizations)
    return {one.id: [text[start:end] for start, end in one.spans] for one in named}


def ids(text: str, language: str) -> str:
    return " ".join(sorted(found(text, language)))


SAME = {
    "fr": "Le ministre allemand a parlé de la Turquie à Tokyo, avec des Égyptiens.",
    "en": "The German minister spoke of Turkey in Tokyo, with some Egyptians.",
    "es": "El ministro alemán habló de Turquía en Tokio, con unos egipcios.",
    "de": "Der deutsche Minister sprach in Tokio über die Türkei, mit Ägyptern.",
    "it": "Il ministro tedesco ha parlato della Turchia a Tokyo, con degli egiziani.",
    "pt": "O ministro alemão falou da Turquia em Tóquio, com uns egípcios.",
    "ar": "تحدث الوزير الألماني عن تركيا في طوكيو مع مصريين",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_sentence_in_seven_languages_names_the_same(language: str) -> None:
    assert ids(SAME[language], language) == "de eg jp tr"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_found_in_its_language(language: str) -> None:
    """All forms that no mark makes ambiguous, each by itself."""
    lost = []
    for id, entry in countries().entries.items():
        for form in entry.forms:
            marked = form.ambiguous or form.placed or not form.sought
            if form.language == language and not marked:
                text = f"… ; {form.text} ; …"
                folded = fold_text(text)
                named = find_countries(text, language, folded, find_places(folded))
                if [one.id for one in named] != [id]:
                    lost.append((form.text, named))
    assert not lost


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # Names, demonyms and capitals, inflected.
        ("fr", "L'Allemagne et les États-Unis négocient avec la Côte d’Ivoire.", "ci de us"),
        ("fr", "RABAT, 14 novembre 2019 (MAP) — Le conseil s'est réuni.", "ma"),
        ("fr", "Les Françaises battent les Sud-Coréennes.", "fr kr"),
        ("fr", "Selon le ministère russe de la Défense, un avion s'est écrasé.", "ru"),
        ("fr", "L'ambassade du Japon a confirmé.", "jp"),
        ("fr", "Le franco-algérien a été arrêté, une Belge aussi.", "be dz"),
        ("en", "Sales to the U.K. and the U.S., the Dutch firm said in Vienna.", "at gb nl us"),
        ("en", "WEST GERMANY, TANZANIA AGREE DEBT RESCHEDULING", "de tz"),
        ("en", "He was held in German custody.", "de"),
        ("es", "Un turista francés y dos marroquíes en EEUU.", "fr ma us"),
        ("de", "Deutschlands Kanzlerin traf Frankreichs Präsidenten in Wien.", "at de fr"),
        ("de", "Der US-Präsident und die französische Regierung, ein Österreicher.", "at fr us"),
        ("it", "Le turiste tedesche e i turchi sono arrivati a Roma.", "de it tr"),
        ("pt", "As brasileiras venceram as alemãs no Irã.", "br de ir"),
        ("ar", "وصل الرئيس الفرنسي إلى القاهرة قادما من الولايات المتحدة وبالمغرب", "eg fr ma us"),
        ("und", "Germany, Italia, Japon", "de it jp"),
        # Two countries of one name.
        ("fr", "La Corée a protesté. Séoul répond.", "kr"),
        ("fr", "Pyongyang : le dirigeant coréen a parlé.", "kp"),
        ("fr", "À Kinshasa, un ministre congolais.", "cd"),
        ("fr", "À Brazzaville, un ministre congolais.", "cg"),
        ("fr", "La République démocratique du Congo et le Congo-Brazzaville.", "cd cg"),
        ("en", "Niger and Nigeria, Guinea and Guinea-Bissau, South Sudan.", "gn gw ne ng ss"),
        ("fr", "Le Soudan du Sud, la Guinée équatoriale.", "gq ss"),
        # Ambiguous names by context.
        ("en", "The king met Syrian envoys in Jordan.", "jo sy"),
        ("en", "Michael Jordan scored. Jordan later left.", ""),
        ("en", "Georgia beat Alabama in Atlanta.", ""),
        ("en", "Georgia accused Russia of shelling Tbilisi.", "ge ru"),
        ("en", "Chad Smith drums.", ""),
        ("en", "Rebels crossed into Chad.", "td"),
        ("fr", "François Hollande et Hollande encore.", ""),
        ("fr", "Il vit en Hollande.", "nl"),
        ("fr", "La réunion a eu lieu ; la Réunion vote.", "re"),
        ("pt", "Irá um contingente menor.", ""),
        ("es", "Las reuniones seguirán.", ""),
        ("ar", "اتفاق مالي بين البلدين", ""),
        ("ar", "انتشرت القوات في مالي", "ml"),
        ("ar", "أصيب في قدمه اليمنى", ""),
        ("ar", "في مسقط رأسه", ""),
        # Words, languages, things.
        ("fr", "Il parle en anglais, apprend l'arabe, en porcelaine de chine.", ""),
        ("fr", "Une élégance à la française, en file indienne, au large de l'océan Indien.", ""),
        ("en", "She polished the china and ate turkey; a polish of the chad.", ""),
        ("en", "He answered in English. A Dutch auction of guinea pigs.", ""),
        ("en", "Native Americans of New Mexico; the Gulf of Mexico.", ""),
        ("de", "Er spricht Deutsch und auf englisch.", ""),
        ("es", "Responde en inglés. América Latina. Golfo de México.", ""),
        ("pt", "Ele fala inglês no hospital Sírio-Libanês.", ""),
        ("it", "Ha risposto in francese.", ""),
        ("ar", "زراعة القنب الهندي", ""),
        # Names inside other names.
        ("fr", "La Banque de France, Radio France, France 24, Air France et Le Parisien.", ""),
        ("fr", "La Française des Jeux ; Bourg-Saint-Maurice ; la Haute-Vienne.", ""),
        ("fr", "Paris Saint-Germain, Paris Hilton, le Tour de France, les Hauts-de-France.", ""),
        ("fr", "L'accord de Paris, le palais du Luxembourg, les petits suisses.", ""),
        ("fr", "La Côte d'Azur.", ""),
        ("en", "Bank of America, the New York Times, the Washington Post, Denzel Washington.", ""),
        ("de", "Die Deutsche Bank meldet Verluste.", ""),
        ("it", "Lo scrive La Repubblica; la AS Roma ha vinto.", ""),
        ("es", "El Real Madrid ganó al Madrid.", ""),
        ("fr", "La Banque de France, en France.", "fr"),
    ],
)
def test_what_a_text_names(language: str, text: str, expected: str) -> None:
    assert ids(text, language) == expected


def test_mentions_are_characters_of_the_text_in_order() -> None:
    text = "Berlin : l'Allemagne, les Allemands. Berlin encore."
    assert found(text, "fr") == {"de": ["Berlin", "Allemagne", "Allemands", "Berlin"]}
    assert found("وبالولايات المتحدة", "ar") == {"us": ["الولايات المتحدة"]}


def test_the_title_and_the_dateline_count() -> None:
    document = Document(
        "1",
        "Le conseil s'est réuni en Italie.",
        "Vu du Japon",
        language="fr",
        dateline="TUNIS, 3 mai",
    )
    named = {one.id: one.spans for one in extract(document, ExtractionOptions()).countries}
    assert set(named) == {"it", "jp", "tn"}
    assert named["jp"] == named["tn"] == ()
    assert len(named["it"]) == 1
