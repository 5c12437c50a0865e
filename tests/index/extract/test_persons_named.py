"""Well-known full names are found in plain sentences; places that begin like names are not."""

from collections.abc import Sequence

import pytest

from index.document import Document
from index.extract import ExtractionOptions, extract

SENTENCES = {
    "fr": "Hier, {} a parlé aux journalistes.",
    "en": "Yesterday {} spoke to reporters.",
    "es": "Ayer {} habló con la prensa.",
    "pt": "Ontem {} falou aos jornalistas.",
    "de": "Gestern sprach {} mit der Presse.",
    "it": "Ieri {} ha parlato ai giornalisti.",
}
NAMES = """\
António Costa; Diego Costa; Lúcio Costa; Dominique de Villepin; Dominique Strauss-Kahn; Dominique
Voynet; Éric Zemmour; Eric Clapton; Julio Iglesias; Julio Cortázar; Tom Cruise; Claire Chazal;
Claire Danes; Clara Schumann; Maurice Ravel; Oscar Wilde; César Chávez; Noël Mamère; Noel
Gallagher; Gloria Estefan; Grace Kelly; Linda Evangelista; Vera Rubin; Viola Davis; Ida Lupino;
Marianne Faithfull; Lee Marvin; Sean Connery; Marcos Rojo; Mauricio Macri; Olaf Scholz; Ernst
Jünger; Pilar Bardem; Norma Shearer; Pete Sampras; Ray Charles; Rob Lowe; Helena Christensen; Nora
Ephron; Theo Waigel; Franco Zeffirelli; Armando Iannucci; Ali Khamenei; Dan Brown; Eli Wallach;
Evita Perón; Serena Williams; Frances McDormand; Reza Pahlavi; Kanye West; Oliver North; David
Villa; Brian May; Theresa May; Thomas More; Shaun White; Stephen King; Rene Russo; Plácido
Domingo; Arnoldo Alemán; Artur Mas; Bruno Mars; Bruno Fernandes; Bruno Le Maire; Nelson Mandela;
Michael Jackson; Lewis Hamilton; Bill Clinton; Roque Santa Cruz; Angela Merkel; Emmanuel Macron;
Jean-Claude Juncker; Ursula von der Leyen; Charles de Gaulle; Philippe de Villiers; Jair
Bolsonaro; Silvio Berlusconi; Matteo Salvini; Pedro Sánchez; Evo Morales; Boris Johnson; Joe
Biden; Barack Obama; Vladimir Putin; Nicola Sturgeon; Jacinda Ardern; Justin Trudeau; Ángela
Molina; Juan Guaidó; Hugo Chávez; Rafael Correa; Simone Veil; Gabriel Boric; Carlos Menem"""
ARABIC = "جون كيري; مارين لوبان; راشد الغنوشي; عبد الفتاح مورو; يوسف الشاهد; محمد صلاح"
ROMANCE = ("fr", "es", "pt", "it")
PLACES = """\
Costa Rica; Costa Brava; Costa del Sol; Costa Blanca; Costa d'Avorio; San Francisco; San José;
Santiago de Chile; Santiago de Compostela; Porto Alegre; Villa María; Vera Cruz; West Point;
Virginia Beach;
Victoria Falls; Carolina del Norte; Salvador de Bahia; João Pessoa; Carlos Paz; Ciudad Juárez; Monte
Carlo; Santa Rosa; Austin Texas; Jordan Valley; Georgia Tech; Paris Saint-Germain; Real Madrid;
El Salvador; Washington Post; Rosa Blanca; Marina di Carrara; Puerto Montt"""


def _listed(names: str) -> list[str]:
    return " ".join(names.split()).split("; ")


def _labels(sentence: str, names: Sequence[str], language: str) -> set[str]:
    text = "\n\n".join(sentence.format(name) for name in names)
    fields = extract(Document("d", text, language=language), ExtractionOptions())
    return {one.label for one in fields.persons}


@pytest.mark.parametrize("language", SENTENCES)
def test_well_known_names_are_found(language: str) -> None:
    names = _listed(NAMES)
    assert not set(names) - _labels(SENTENCES[language], names, language)


@pytest.mark.parametrize("language", ROMANCE)
def test_given_names_that_are_places_or_words_elsewhere_are_found(language: str) -> None:
    names = ["Jordan Bardella", "Carolina Herrera", "Will Smith", "Virginia Woolf"]
    assert not set(names) - _labels(SENTENCES[language], names, language)


def test_arabic_names_are_found() -> None:
    names = _listed(ARABIC)
    assert not set(names) - _labels("قال {} إن الموعد قريب.", names, "ar")


@pytest.mark.parametrize("language", SENTENCES)
def test_places_that_begin_like_names_are_no_persons(language: str) -> None:
    assert not _labels(SENTENCES[language], _listed(PLACES), language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "La Operación Carlos Gómez, el satélite Simón Bolívar, la serie Pablo Escobar."),
        ("es", "La delegación Álvaro Obregón y el huracán Andrés Gómez."),
        ("pt", "A Operação João de Barro e o Estatuto Carlos Chagas."),
        ("fr", "L'amendement Pierre Laurent, la tempête Anne Dupont, le télescope James Webb."),
        ("it", "L'operazione Carlo Rossi e l'uragano Maria Bianchi."),
        ("en", "The telescope James Webb and Operation John Smith."),
        ("de", "Der Satellit Karl Meier und der Orkan Anna Schmidt."),
        ("ar", "عملية الشهيد محمد الزواري."),
        ("ar", "مدير مدرسة الشهيد محمد الزواري."),
        ("es", "La calle General San Román está cortada. El cabo San Vicente es alto."),
        ("en", "The Rose Bowl is full. Will Congress vote? Senate Will Vote Today."),
    ],
)
def test_what_is_called_after_persons_is_none(language: str, text: str) -> None:
    assert not _labels("{}", [text], language)


@pytest.mark.parametrize(
    ("language", "text", "mentions"),
    [
        ("es", "Evo Morales Ayma renunció. Morales viajó.", ["Evo Morales Ayma", "Morales"]),
        ("pt", "Alexandre de Moraes votou. Hoje Moraes saiu.", ["Alexandre de Moraes", "Moraes"]),
        (
            "fr",
            "Philippe de Villiers parle. Hier, Villiers a ri.",
            ["Philippe de Villiers", "Villiers"],
        ),
        (
            "es",
            "Alberto Núñez Feijóo ganó. Feijóo y Núñez Feijóo son uno.",
            ["Alberto Núñez Feijóo", "Feijóo", "Núñez Feijóo"],
        ),
        ("es", "Marcó Griezmann, y Antoine Griezmann rio.", ["Griezmann", "Antoine Griezmann"]),
        ("pt", "O prefeito do Rio Marcelo Crivella ri.", ["Marcelo Crivella"]),
        ("pt", "António Costa está na Costa Rica. Costa ri.", ["António Costa", "Costa"]),
        ("es", "El rey Juan Carlos I abdicó.", ["Juan Carlos I"]),
        ("es", "Ayer Juan Carlos I calló.", ["Juan Carlos I"]),
        ("de", "Gestern starb Elisabeth II. in London.", ["Elisabeth II"]),
        ("fr", "Jordan Bardella, député européen, a ri.", ["Jordan Bardella"]),
        ("en", "The minister Dominique Voynet left.", ["Dominique Voynet"]),
        ("en", "He met Will Smith there.", ["Will Smith"]),
        ("en", "It names Paulo Rebelo de Crasto.", ["Paulo Rebelo de Crasto"]),
        ("es", "El general San Román calló.", ["San Román"]),
        ("ar", "قال النائب عن حركة النهضة عبد اللطيف المكي إن", ["عبد اللطيف المكي"]),
        ("ar", "والحارس فاروق بن مصطفى جاهزان.", ["فاروق بن مصطفى"]),
    ],
)
def test_how_a_person_is_written(language: str, text: str, mentions: list[str]) -> None:
    (person,) = extract(Document("d", text, language=language), ExtractionOptions()).persons
    assert [text[span.start : span.end] for span in person.spans] == mentions
