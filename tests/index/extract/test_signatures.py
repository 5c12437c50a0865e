"""A body that is named only as the source or by a signature is no organization of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.extract import ExtractionOptions, extract

OPTIONS = ExtractionOptions(persons=False)
MEDIA = {"afp": "AFP", "reuters": "Reuters", "le-monde": "Le Monde", "bfmtv": "BFMTV", "dpa": "dpa"}
STORIES = {
    "fr": "L'Union européenne a proposé jeudi une réforme des douanes.\nLe vote aura lieu en mai.",
    "en": "The European Union proposed a reform of customs on Thursday.\nThe vote is due in May.",
    "de": "Die Europäische Union hat am Donnerstag eine Zollreform geplant.\nIm Mai folgt mehr.",
    "es": "La Unión Europea propuso el jueves una reforma de las aduanas.\nEl voto será en mayo.",
    "it": "L'Unione europea ha proposto giovedì una riforma delle dogane.\nSi vota a maggio.",
    "pt": "A União Europeia propôs na quinta-feira uma reforma das alfândegas.\nO voto é em maio.",
}
SIGNED = (
    "BRUXELLES, 3 mars 2016 ({name}) - {story}",
    "BRUXELLES ({name}) — {story}",
    "BRUXELLES, {name} – {story}",
    "({name}) {story}",
    "{story} ({name})",
    "{story} (avec {name})",
    "{story}\n{name}",
    "{story}\n(Source: {name})",
    "{story}\nab/cd ({name})",
    "{story}\nUne vidéo de la séancepar {name}\nFin.",
)


def named(text: str, language: str = "fr", title: str = "", source: str = "") -> set[str]:
    document = Document("x", text, title=title, source=source, language=language)
    return {one.id for one in extract(document, OPTIONS).organizations}


@given(
    medium=st.sampled_from(sorted(MEDIA)),
    language=st.sampled_from(sorted(STORIES)),
    form=st.sampled_from(SIGNED),
    source=st.sampled_from(("", "Source {name}", "{name}", "Exemple avec {name}")),
)
def test_who_signs_is_no_organization_of_a_text(
    medium: str, language: str, form: str, source: str
) -> None:
    story, name = STORIES[language], MEDIA[medium]
    text, own = form.format(name=name, story=story), source.format(name=name)
    assert medium not in named(text, language, source=own)
    assert medium not in named(story, language, title=f"Une réforme - {name}", source=own)
    # What the text is about stays, and so does a medium that another one quotes.
    assert "ue" in named(text, language, source=own)
    if language == "fr" and medium != "dpa":
        quoting = f"{text}\nC'est ce que le ministre a dit à {name} lundi matin, devant la presse."
        assert (medium in named(quoting, source=own)) == (not own)
        assert medium in named(quoting, title=f"{name} change de patron demain", source=own)


@pytest.mark.parametrize("source", ["OMS", "Organisation mondiale de la santé"])
def test_a_body_that_publishes_is_one_of_its_texts(source: str) -> None:
    assert "oms" in named("L'OMS a annoncé lundi une campagne de vaccination.", source=source)
    assert "oms" not in named("Une campagne commence lundi.\n(OMS)", source=source)


def test_an_unknown_source_is_no_organization_of_its_texts() -> None:
    text = "Le ministre l'a dit à l'Agence Exemple Presse.\nLe Conseil de la Région Centre a voté."
    assert "~agence-exemple-presse" in named(text)
    assert "~agence-exemple-presse" not in named(text, source="Agence Exemple Presse")


@pytest.mark.parametrize(
    ("dateline", "language", "medium"),
    [
        ("RABAT, 14 novembre 2019 (AFP) —", "fr", "afp"),
        ("Paris (AFP) –", "fr", "afp"),
        ("RIO DE JANEIRO, 1er août (Exemple avec AFP) –", "fr", "afp"),
        ("PARIS, le lundi 3 mars (AFP)", "fr", "afp"),
        ("AFP -", "fr", "afp"),
        ("تونس 12 مارس 2019 (رويترز) -", "ar", "reuters"),
        ("سيدي بوزيد، 3 ماي (رويترز)", "ar", "reuters"),
        ("BERLIN (dpa) -", "de", "dpa"),
        ("Frankfurt am Main, Dienstag, 3. März (dpa/Reuters) -", "de", "reuters"),
        ("NEW YORK Reuters --", "en", "reuters"),
        ("LONDON, March 3 (Reuters) -", "en", "reuters"),
    ],
)
def test_a_medium_in_a_dateline_signs(dateline: str, language: str, medium: str) -> None:
    line = f"{dateline} {STORIES.get(language, 'قال رئيس الحكومة إن الوضع مستقر.')}"
    assert medium not in named(line, language)
    assert medium in named(f"{line}\n{NAMING[language].format(name=MEDIA[medium])}", language)


NAMING = {
    "fr": "Le directeur de l'agence {name} a quitté ses fonctions.",
    "ar": "وأعلنت وكالة رويترز عن خطة جديدة.",
    "de": "Die Nachrichtenagentur {name} hat einen neuen Chef.",
    "en": "The news agency {name} has named a new editor.",
}


@pytest.mark.parametrize(
    ("line", "language", "medium"),
    [
        ("Libération supprime cent postes – un plan social suivra.", "fr", "liberation"),
        ("PARIS QUITTE BFMTV – UN PLAN SOCIAL SUIVRA.", "fr", "bfmtv"),
        ("Paris, Libération supprime cent postes – un plan social.", "fr", "liberation"),
        ("USA : BFMTV ouvre un bureau – et Le Monde aussi.", "fr", "bfmtv"),
        ("RTL trennt sich von seinem Moderator – und das sofort.", "de", "rtl-de"),
        ("EU rügt Reuters wegen einer Meldung -- und das sofort.", "de", "reuters"),
        ("أعلنت قناة الجزيرة إغلاق مكتبها في القاهرة – وقالت إنها آسفة.", "ar", "al-jazeera"),
        ("اتهمت الحكومة (رويترز) بنشر خبر كاذب.", "ar", "reuters"),
        ("USA boykottieren die Agentur (Reuters) nach einer Meldung.", "de", "reuters"),
        ("Reuters opens an office in Rome – its third there.", "en", "reuters"),
    ],
)
def test_a_medium_that_a_first_line_is_about_stays(line: str, language: str, medium: str) -> None:
    assert medium in named(line, language)
