"""Persons that a text names, what only looks like one, and who is the same."""

from pathlib import Path

import pytest

from index.document import Agency, Document
from index.extract import ExtractionOptions, extract
from index.vocabularies import never_persons


def named(text: str, language: str, title: str = "") -> dict[str, str]:
    """Return labels by identifier."""
    document = Document("d", text, title=title, language=language)
    fields = extract(document, ExtractionOptions())
    assert not fields.failures
    return {one.id: one.label for one in fields.persons}


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        # Given names, particles, hyphens, initials.
        ("fr", "Selon Jean-Michel Durand, rien ne change.", "Jean-Michel Durand"),
        ("fr", "Le directeur du domaine, Jean d'Orgemont, a porté plainte.", "Jean d'Orgemont"),
        ("fr", "Emmanuel MACHIN est arrivé.", "Emmanuel MACHIN"),
        ("en", "The suit names Ivan F. Delaware and others.", "Ivan F. Delaware"),
        ("es", "El libro de Alberto de Grandal es nuevo.", "Alberto de Grandal"),
        ("pt", "O deputado Paulo Rebelo de Crasto falou.", "Paulo Rebelo de Crasto"),
        ("de", "Gestern traf Ursula von der Heide ein.", "Ursula von der Heide"),
        ("it", "Lo dice Benedetto Della Valdora al giornale.", "Benedetto Della Valdora"),
        # Titles, roles, apposition.
        ("fr", "Le président Machinot a parlé.", "Machinot"),
        ("fr", "M. Machinot n'a rien dit.", "Machinot"),
        ("en", "Finance Minister Kiitsi Miyazova said so.", "Kiitsi Miyazova"),
        ("en", "Jorrio Dausterman, president of the institute, agreed.", "Jorrio Dausterman"),
        ("en", "The president of the institute, Jorrio Dausterman, agreed.", "Jorrio Dausterman"),
        ("de", "Finanzminister Stubbel sagte ab.", "Stubbel"),
        ("es", "El portavoz, Ignazi Anasagastu, lo niega.", "Ignazi Anasagastu"),
        ("it", "Il sindaco Brambillone ha firmato.", "Brambillone"),
        ("fr", "Le pape Clément est mort.", "pape Clément"),
        # Arabic.
        ("ar", "قال وزير العدل محمد الشابي إن القانون جاهز.", "محمد الشابي"),
        ("ar", "وأضاف أنيس بن عاشور أن الموعد قريب.", "أنيس بن عاشور"),
        # A given name that is a word too, a foreign one, one with a surname that no list has.
        ("ar", "تحدث محسن زرقون مطولا. وقال محسن زرقون كل شيء.", "محسن زرقون"),
        ("ar", "قال المحلل السياسي عادل اللطيفي كلمته.", "عادل اللطيفي"),
        ("ar", "فاز الأمريكي جون إيسنرو في المباراة.", "جون إيسنرو"),
        ("ar", "المدير التنفيذي محمد صالح قسوماتة: الموعد قريب.", "محمد صالح قسوماتة"),
        # A surname that the list has, one behind what a player does, one beside a verb of saying.
        ("es", "Lo vio ayer Ruberthio Gómez en casa.", "Ruberthio Gómez"),
        ("es", "Empató con un gol de Zuluaga en la segunda parte.", "Zuluaga"),
        ("es", "El técnico no irá, según dijo Garrido.", "Garrido"),
        ("es", "El técnico calló. Por su parte, Arteaga afirmó lo mismo.", "Arteaga"),
        ("pt", "Empatou com um gol de Tavares no segundo tempo.", "Tavares"),
        # Two surnames, a nation before a name, an age behind it, several cues beside a surname.
        ("es", "Habló de ello ayer Gutiérrez Valdorena.", "Gutiérrez Valdorena"),
        ("es", "Citó a Gómez de la Sernada con calma.", "Gómez de la Sernada"),
        ("es", "Ganó al japonés Kozzo Ishiwama en la final.", "Kozzo Ishiwama"),
        ("es", "El premio es de Txurruka Belandi, de 54 años, y de otros.", "Txurruka Belandi"),
        ("pt", "A vítima, Zarelda de Quintoso, 41 anos, passa bem.", "Zarelda de Quintoso"),
        ("es", "Será así, según Deichsel. Nada cambia, explicó Deichsel.", "Deichsel"),
        ("es", "Cerró la lista Jesús González.", "Jesús González"),
        ("pt", "O senador saiu, disse Tavares.", "Tavares"),
        ("ar", "التقى بيتر فيتسيكوف في المدينة.", "بيتر فيتسيكوف"),
        ("ar", "التقى نور الدين الوشتاني في المدينة.", "نور الدين الوشتاني"),
    ],
)
def test_a_person_is_found(language: str, text: str, label: str) -> None:
    assert label in named(text, language).values()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Un accident s'est produit rue Victor Hugo."),
        ("fr", "Les élèves du lycée Jean Moulin manifestent."),
        ("fr", "Elle a reçu le prix Albert Londres."),
        ("fr", "Le porte-avions Charles Martel a quitté Toulon."),
        ("fr", "Il a lu « Jean Barois » en un jour."),
        ("fr", "La ville est calme.\nPar Jean Dupont\nLa nuit aussi."),
        ("fr", "La ville est calme.\nJean Dupont"),
        ("fr", "Paris et Florence sont loin. Le président France Télévisions."),
        ("en", "The carrier USS Carl Mason sailed."),
        ("en", "He lives on John Carlton Street."),
        ("en", "The partnership Ivan Delaware and Co was founded."),
        ("en", "Prime Minister Thursday."),
        ("es", "Viven en la calle Antonio Maura."),
        ("es", "Un gol de Brasil bastó. Así lo dijo la ONU. Ayer Francia afirmó lo mismo."),
        ("ar", "قال الناطق الرسمي باسم الحكومة إن لجان جهوية ستزور سان خوسيه غدا."),
        ("ar", "هذا كلام جميل الوقع عن حسن الإدارة."),
        ("de", "Der Präsident Europas kommt. Die Art der Kontrollen ist offen."),
        ("pt", "Ele está na Cadeia Pública José Frederico Marques."),
        ("ar", "نقل إلى مستشفى فرحات حشاد بسوسة."),
        ("ar", "بين مدينة تونس والبحر."),
        ("ar", "الأمر غير واضح حتى الآن لأن التجارب مستمرة. أنا أملك بيتا."),
        ("es", "Será así, según el Zerkolo. Nada cambia, explicó Zerkolo en la nota."),
        ("es", "Nada cambia, explicó Zerkolo. El tren para en Zerkolo, según Zerkolo."),
        ("fr", "La petite Carmen, 3 ans, est sauve."),
        ("es", "Soltero, de 54 años, vive en la Costa Rica. La española Garza Motor cerró."),
    ],
)
def test_what_is_no_person(language: str, text: str) -> None:
    assert named(text, language) == {}


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "es",
            "dijo {0}; explicó {0}; ayer {0} aseguró eso; un gol de {0}; la dimisión de {0};"
            " según {0}, y lo explicó {0}",
        ),
        ("pt", "o ministro saiu, disse {0}; um gol de {0}; o passe de {0}"),
    ],
)
def test_ministries_places_and_things_are_no_persons_beside_a_cue(
    language: str, texts: str
) -> None:
    words = {
        "es": "Hacienda Sanidad Exteriores Interior Moncloa Tráfico Navidad Oro Verano Fomento"
        " Pascua Zarzuela Aragón Córdoba Osasuna Marina Trinidad Asunción Iglesias Triana",
        "pt": "Finanças Ouro Natal Verão Planalto Fazenda Saúde Itamaraty Flamengo Santos Placa",
    }
    for word in words[language].split():
        for text in texts.split("; "):
            assert named(f"Se vio aquí que {text.format(word)}.", language) == {}, (word, text)


def test_an_unlisted_word_beside_a_cue_is_a_surname_that_the_text_has() -> None:
    text = "Recordó Milbergo. Juan Milbergo calló. Fue un gol de Milbergo, dijo Hacienda."
    document = Document("d", text, language="es")
    (person,) = extract(document, ExtractionOptions()).persons
    assert person.id == "~juan-milbergo"
    assert len(person.spans) == 3


def test_names_of_one_person_are_one_line_and_all_are_mentions() -> None:
    text = (
        "Luiz Carlos da Silveira était là. Le maire Jean Dupont a parlé. Dupont a fini."
        " Marie Dupont l'a suivi. Dupont est partie."
    )
    document = Document("d", text, title="DUPONT PARLE", language="fr")
    persons = {one.id: one for one in extract(document, ExtractionOptions()).persons}
    assert list(persons) == ["~jean-dupont", "~luiz-carlos-da-silveira", "~marie-dupont"]
    written = [text[span.start : span.end] for span in persons["~jean-dupont"].spans]
    assert written == ["Jean Dupont", "Dupont"]
    written = [text[span.start : span.end] for span in persons["~marie-dupont"].spans]
    assert written == ["Marie Dupont", "Dupont"]


def test_an_arabic_surname_alone_is_a_mention() -> None:
    text = "قال راشد الغنوشي كلمته. وأضاف الغنوشي أن للغنوشي موقفا. شارع الغنوشي مغلق."
    (person,) = extract(Document("d", text, language="ar"), ExtractionOptions()).persons
    written = [text[span.start : span.end] for span in person.spans]
    assert written == ["راشد الغنوشي", "الغنوشي"]


def test_titles_and_initials_make_no_other_person() -> None:
    text = "Ivan F. Delaware resigned. Mr. Delaware said so. Ivan Delaware denied it."
    assert named(text, "en") == {"~ivan-delaware": "Ivan F. Delaware"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Le président russe Vladimir Poutine a parlé."),
        ("en", "Putin said no."),
        ("de", "Wladimir Putin sagte ab."),
        ("es", "Lo dijo Vladímir Putin."),
        ("ar", "أعلن الرئيس الروسي فلاديمير بوتين القرار."),
        ("ar", "رفض بوتين القرار."),
    ],
)
def test_a_known_person_is_one_in_all_languages(language: str, text: str) -> None:
    assert list(named(text, language)) == ["vladimir-putin"]


def test_arabic_names_are_one_in_both_scripts() -> None:
    arabic = named("قال وزير العدل محمد بن علي إن القانون جاهز.", "ar")
    assert list(arabic) == list(named("Le ministre Mohamed Ben Ali a parlé.", "fr"))
    assert list(arabic) == list(named("Minister Mohammed bin Ali said so.", "en"))


def test_persons_of_agencies_join_and_an_archive_may_have_none() -> None:
    agency = Agency(persons=("Zoé Exemple", "Vladimir Putin"))
    document = Document("d", "Jean Dupont parle.", language="fr", agency=agency)
    ids = {one.id for one in extract(document, ExtractionOptions()).persons}
    assert ids == {"~jean-dupont", "~zoe-exemple", "vladimir-putin"}
    assert extract(document, ExtractionOptions(persons=False)).persons == ()


def test_a_name_of_the_own_vocabulary_is_never_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.txt"
    path.write_text("never | person | Jean DUPONT ; Vladimir Poutine\n", "utf-8")
    monkeypatch.setenv("TROUVAILLE_VOCABULARY", str(path))
    never_persons.cache_clear()
    try:
        text = "Jean-Paul Durand et Jean Dupont ont vu Poutine. M. Dupont est sorti."
        assert named(text, "fr") == {"~jean-paul-durand": "Jean-Paul Durand"}
    finally:
        never_persons.cache_clear()
