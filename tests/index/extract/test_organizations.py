import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Organization
from index.extract.organizations import find_organizations
from index.extract.organizations.automata import Automata
from index.vocabularies import organizations

DISPATCH = Path(__file__).parents[3] / "seeds" / "000_08b6df264ef907d1.txt"
SEVENTEEN = {
    *("onu", "uma", "ligue-arabe", "ue", "otan", "cen-sad", "oci", "cedeao", "manul", "omd"),
    *("oim", "cted", "interpol", "oaci", "onudc", "unoda", "frontex"),
}


def find(text: str, language: str) -> tuple[Organization, ...]:
    return find_organizations(text, language).organizations


def ids(text: str, language: str = "fr") -> set[str]:
    return {organization.id for organization in find(text, language)}


def test_the_dispatch_names_exactly_seventeen_organizations() -> None:
    assert ids(DISPATCH.read_text(encoding="utf-8")) == SEVENTEEN


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "L'ONU et l’Otan saluent l'accord d'Interpol.", {"onu", "otan", "interpol"}),
        ("fr", "Selon l'O.N.U., la FAO et l'Unesco", {"onu", "fao", "unesco"}),
        (
            "en",
            "The UN's envoy met NATO and World Bank officials.",
            {"onu", "otan", "banque-mondiale"},
        ),
        ("es", "La OMS y la OEA, según la Unión Europea.", {"oms", "oea", "ue"}),
        (
            "de",
            "Der Sprecher der Vereinten Nationen und des Internationalen Währungsfonds",
            {"onu", "fmi"},
        ),
        ("de", "ein Urteil des Europäischen Gerichtshofs", {"cjue"}),
        ("it", "L'Onu, la Nato e la Banca centrale europea", {"onu", "otan", "bce"}),
        ("pt", "O STF e a Organização das Nações Unidas", {"stf", "onu"}),
        ("ar", "قالت الأمم المتحدة إن منظمة الصحة العالمية", {"onu", "oms"}),
        ("ar", "وللأمم المتحدة وبالاتحاد الأوروبي ولمنظمة التجارة العالمية", {"onu", "ue", "omc"}),
        ("ar", "الإتحاد الإفريقي", {"ua"}),
    ],
)
def test_names_are_found_in_seven_languages(language: str, text: str, expected: set[str]) -> None:
    assert ids(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Le comité s'est réuni avec la commission et le conseil."),
        ("fr", "Comité et Conseil sont d'accord. Les oms et les nations en général."),
        ("fr", "UN HOMME BLESSÉ DANS UN ACCIDENT AU SUD DE LA VILLE"),
        ("fr", "Le Conseil de sécurité nationale s'est réuni."),
        ("en", "Who said it? It is not for us."),
        ("pt", "EU NÃO SEI O QUE É ISSO, DISSE ELE NO TRIBUNAL"),
        ("es", "Cuando eta es una letra griega"),
        ("fr", "Il a écrit sur Twitter et sur sa page Facebook."),
        ("fr", "Le produit intérieur brut (PIB) a reculé."),
    ],
)
def test_what_is_no_organization_is_left_out(language: str, text: str) -> None:
    assert ids(text, language) == set()


def test_an_acronym_means_what_the_document_says() -> None:
    text = "L'Union des arbitres (UA) a écrit. L'UA a reçu une réponse de l'UA."
    found = find(text, "fr")
    assert [each.id for each in found] == ["~union-des-arbitre"]
    assert not found[0].known
    assert len(found[0].spans) == 4


def test_a_known_long_form_binds_its_acronym() -> None:
    text = "L'Organisation mondiale des douanes (OMD-X) siège. L'OMD-X l'a dit."
    found = find(text, "fr")
    assert [(each.id, len(each.spans)) for each in found] == [("omd", 3)]


def test_an_ambiguous_acronym_needs_support() -> None:
    assert ids("L'UA est partie.") == set()
    assert ids("L'Union africaine se réunit. L'UA l'a dit.") == {"ua"}


def test_acronyms_belong_to_languages() -> None:
    assert "oms" in ids("L'OMS alerte.", "fr")
    assert ids("The OMS is a mail system.", "en") == set()


@pytest.mark.parametrize(
    "variant",
    [
        "Communauté économique des États de l'Afrique de l'Ouest",
        "Communauté économique des Etats de l’Afrique de l’Ouest",
        "COMMUNAUTÉ ÉCONOMIQUE DES ÉTATS DE L'AFRIQUE DE L'OUEST",
        "Communaute economique des Etats d'Afrique de l'Ouest",
        "Communauté économique\ndes États de  l'Afrique de l'Ouest",
        unicodedata.normalize("NFD", "Communauté économique des États de l'Afrique de l'Ouest"),
    ],
)
def test_case_accents_apostrophes_and_forms_do_not_matter(variant: str) -> None:
    assert ids(f"La {variant} se réunit.") == {"cedeao"}


@given(
    before=st.text(max_size=40),
    after=st.text(max_size=40),
    name=st.sampled_from(["Nations unies", "Nations Unies", "NATIONS-UNIES", "Nations-unies"]),
)
def test_a_name_is_found_whatever_surrounds_it(before: str, after: str, name: str) -> None:
    text = f"{before}\n\n{name}\n\n{after}"
    start = len(before) + 2
    spans = [span for each in find(text, "fr") if each.id == "onu" for span in each.spans]
    assert (start, start + len(name)) in spans


@given(
    text=st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "ONU",
                    "l'",
                    "(OMD)",
                    "Comité",
                    "الأمم المتحدة",
                    "و",
                    "Œ",
                    "\u0301",
                    "ﬁ",
                    "\n",
                    "UE",
                ]
            )
        ).map(" ".join),
    ),
    language=st.sampled_from(["fr", "en", "de", "ar", "und", "xx"]),
)
def test_spans_lie_in_any_text_and_are_ordered(text: str, language: str) -> None:
    found = find(text, language)
    for each in found:
        assert each.spans
        assert list(each.spans) == sorted(each.spans)
        for start, end in each.spans:
            assert 0 <= start < end <= len(text)
    assert find(text, language) == found


def test_a_long_list_of_pairs_is_read_in_one_pass() -> None:
    found = find("Union des arbitres (UA) " * 3000, "fr")
    assert [(each.id, len(each.spans)) for each in found] == [("~union-des-arbitre", 6000)]


def labels(text: str, language: str) -> list[str]:
    return [organization.label for organization in find(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", 'Lo publica hoy el diario peruano " La Hora Nueva ".', ["La Hora Nueva"]),
        ("it", 'Lo scrive il quotidiano "Gazzetta di Valdora".', ["Gazzetta di Valdora"]),
        ("it", "Lo riferisce l'agenzia di stampa Tarvis.", ["Tarvis"]),
        ("it", "Il leader del partito liberal democratico tace.", ["partito liberal democratico"]),
        ("de", "Das schreibt die Oberpfälzische Volkszeitung.", ["Oberpfälzische Volkszeitung"]),
        ("de", "Sie lehrt an der Technischen Universität Nord.", ["Technischen Universität Nord"]),
        ("de", "Das Bundesdenkmalamt prüft den Antrag.", ["Bundesdenkmalamt"]),
        ("de", "Er forscht an der University of Lorsden heute.", ["University of Lorsden"]),
        ("es", "Fuentes del sector crítico de CDC lo niegan.", ["CDC"]),
        ("de", "Das berichtet Meldewerk.com am Montag.", ["Meldewerk.com"]),
        (
            "it",
            "Scioperano i sindacati Trasporto Libero e OrSA Tpl.",
            ["Trasporto Libero", "OrSA Tpl"],
        ),
    ],
)
def test_names_are_known_by_their_shape(language: str, text: str, expected: list[str]) -> None:
    assert labels(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", 'En su editorial " Una bolsa penalizada " lo niega.'),
        ("es", "Juan Carlos Ferrero ganó. El marroquí se impuso a Ferrero por 6-4."),
        ("es", "Alineación: López, Irazusta y Armada."),
        ("it", "È morto ieri. Nato ad Alessandria, si laureò nel 1954."),
        ("it", "Il Presidente della Federazione Russa ha parlato."),
        ("de", "Er kam mit seiner achtjährigen Tochter Aysa."),
        ("de", "Dass die Gesellschaft die Kunst der Differenzierung lernt."),
        ("it", "Gioca nel Gruppo B contro i belgi."),
        ("de", "Gestern hat eine Nordische Stiftung gewarnt."),
    ],
)
def test_what_only_looks_like_a_body_is_none(language: str, text: str) -> None:
    assert labels(text, language) == []


def test_german_puts_the_name_of_a_company_in_the_genitive() -> None:
    assert ids("Nintendos neues Spiel verkauft sich gut.", "de") == {"nintendo"}


def test_a_german_name_ends_before_a_common_noun() -> None:
    assert labels("Das zahlte die Partei UMP Ende 2013.", "de") == ["UMP"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Il l'a dit à RTL lundi.", "rtl-fr"),
        ("de", "Das sagte er bei RTL am Montag.", "rtl-de"),
        ("it", "Lo ha detto a RTL ieri.", "rtl-102-5"),
        ("es", "Lo dijo en RTL el lunes.", "rtl-group"),
        ("fr", "La CGT appelle à la grève.", "cgt"),
        ("es", "La CGT convoca una huelga en Buenos Aires, Argentina.", "cgt-ar"),
        ("pt", "O PSD votou contra o projeto em Brasília.", "psd-br"),
        ("pt", "O PSD votou contra, disse Passos Coelho em Lisboa.", "psd-portugal"),
        ("fr", "La maire PS de Nantes a voté.", "ps-france"),
        ("fr", "Le ministre PS wallon Paul Furlan a voté.", "ps-belgique"),
        ("de", "Das Bundeskriminalamt in Wien ermittelt.", "bka-at"),
        ("de", "Das Bundeskriminalamt in Wiesbaden ermittelt.", "bka"),
        ("it", "Il PRI ha votato contro.", "pri-italie"),
        ("es", "El PRI votó en contra.", "pri-mexique"),
    ],
)
def test_a_shared_short_name_is_of_the_body_of_the_language_or_the_country(
    language: str, text: str, expected: str
) -> None:
    assert ids(text, language) == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der VW-Konzern und die SPD-Fraktion stimmten zu.", {"volkswagen", "spd"}),
        ("Das sagte ZBRK-Sprecher Huber.", {"~zbrk"}),
        ("Der Ex-ZBRK-Chef schweigt.", {"~zbrk"}),
        ("Das erklärte der Bayern-Trainer am Freitag.", {"bayern"}),
        ("Das Team gewann 2:0 gegen Köln.", {"fc-koln"}),
        ("Der Bayern-Tourismus wächst in Köln.", set()),
        ("Der IT-Chef und die US-Abgeordneten protestierten gegen Lärm.", set()),
        ("Die Linkspartei Syriza stimmte zu.", {"syriza"}),
        ("Iglesias Forderung war klar.", set()),
        ("Der US-Autohersteller General Motors liefert.", {"general-motors"}),
        ("Eine Gewerkschaft namens Zubrow streikt.", {"~zubrow"}),
    ],
)
def test_german_compounds_and_towns_name_the_body_inside(text: str, expected: set[str]) -> None:
    assert ids(text, "de") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فاز اتحاد بن قردان على شبيبة القيروان", {"us-ben-guerdane", "js-kairouan"}),
        ("فاز مستقبل جرزونة على مستقبل رادس في البطولة", {"~مستقبل-رادس"}),
        ("تحدث عن مستقبل تونس ومستقبل الاقتصاد", set()),
        ("قال رئيس حزب العدالة والتنمية في أنقرة", {"akp"}),
        ("قال رئيس حزب العدالة والتنمية في الرباط", {"pjd"}),
        ("في اليوم السابع من الشهر في الشرق الأوسط", set()),
    ],
)
def test_arabic_clubs_and_parties_by_their_bare_names(text: str, expected: set[str]) -> None:
    assert ids(text, "ar") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Der Ölkonzern Zubrow liefert.", {"~zubrow"}),
        ("de", "Das berichtet das Branchenmedium zubrow.at heute.", {"~zubrow-at"}),
        ("de", "Minister Stefan Huber (Grüne) sprach bei der Uno-Sitzung.", {"die-grunen", "onu"}),
        ("de", "Sie gewannen bei Eintracht Zubrow am Samstag.", {"~eintracht-zubrow"}),
        ("ar", 'ضد تنظيم "الدولة الإسلامية" في سوريا', {"etat-islamique"}),
        ("ar", "فاز على زوبروف يونايتد أمس", {"~زوبروف-يونايتد"}),
        ("ar", "قال النجم الأرجنتيني ميسي", set()),
    ],
)
def test_kinds_of_names_that_were_missed(language: str, text: str, expected: set[str]) -> None:
    assert ids(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, set())
            for text in (
                "Gewalt gegen Roma und Sinti nimmt zu.",
                "Die Versicherung gegen Sturm im Spiel des Windes ist teuer.",
                "Das Team protestiert gegen Stuttgart 21.",
                "Er klagt gegen Bayern.",
                "Zum Beispiel das Verfahren gegen Bremen.",
                "Das Team gewann den Prozess gegen Bremen.",
                "Nach dem Spiel wird gegen Hertha K. ermittelt.",
                "Das Frankfurt-Tor, der Salzburg-Manager und der Monaco-Star.",
                "Der Real-Boss, die Union-Anhänger, die Union-Fans, ein Sturm-Kapitän.",
            )
        ),
        ("Der Sieg gegen Köln war verdient.", {"fc-koln"}),
        ("Borussia Dortmund reist an. Es geht gegen Köln.", {"borussia-dortmund", "fc-koln"}),
        ("Der Sturm-Trainer sah Rapid Wien.", {"sturm-graz", "rapid-wien"}),
    ],
)
def test_a_town_is_a_german_club_only_where_it_plays(text: str, expected: set[str]) -> None:
    assert ids(text, "de") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("مستقبل باريس بعد الهجمات", "مستقبل بغداد", "قوافل تونس الطبية", "اتحاد مصر وسوريا"),
        *("شبيبة لبنان تتظاهر في مباراة", "هلال المغرب في كأس العالم"),
        *("اتحاد ألمانيا سنة 1990 والبطولة", "اتحاد فرنسا وألمانيا", "اتحاد الجهوي بتونس"),
    ],
)
def test_an_arabic_noun_and_a_place_are_a_club_only_in_sport(text: str) -> None:
    assert not [id for id in ids(text, "ar") if id.startswith("~")]


def test_an_arabic_noun_for_clubs_begins_other_names_too() -> None:
    assert labels("اتحاد غزة لكرة القدم", "ar") == ["اتحاد غزة لكرة القدم"]
    assert labels("قال اتحاد الفلاحين أمس", "ar") == ["اتحاد الفلاحين"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Der Chef des deutschen Bundeskriminalamts reiste nach Wien.", {"bka"}),
        ("de", "Das Bundeskriminalamt in Wien ermittelt.", {"bka-at"}),
        ("de", "FDP-Chef Lindner lobte das Schweizer Modell.", {"fdp"}),
        ("de", "Die Schweizer FDP stimmte zu.", {"fdp-ch"}),
        ("fr", "François Hollande (PS) a rencontré le ministre wallon Magnette.", {"ps-france"}),
        ("fr", "Le PS belge a voté.", {"ps-belgique"}),
        ("it", "Il presidente messicano Pena Nieto del PRI ha parlato.", {"pri-mexique"}),
        ("it", "Il PRI di La Malfa ha parlato del Messico.", {"pri-italie"}),
        ("fr", "Le PSD roumain a voté.", {"psd-roumanie"}),
        ("it", "Il PSD rumeno ha votato.", {"psd-roumanie"}),
        ("fr", "Le PSD portugais a voté.", {"psd-portugal"}),
        ("fr", "La BNP de Nick Griffin a perdu.", {"bnp"}),
        ("fr", "La BNP a publié ses résultats.", {"bnp-paribas"}),
        ("pt", "O Partido Socialista votou.", {"ps-portugal"}),
        ("de", "Die Linkspartei stimmte zu.", {"linke"}),
        ("de", "Die schwedische Linkspartei stimmte zu.", {"vansterpartiet"}),
        ("de", "Podemos gewann. Die Linkspartei jubelte.", {"podemos-es"}),
        ("de", "Die Linkspartei lobte im Bundestag Podemos.", {"linke", "bundestag", "podemos-es"}),
        ("de", "Yahoo verlor Nutzer.", {"yahoo"}),
        ("ar", "قال الحرس البحري التونسي إنه أنقذ مهاجرين", {"garde-maritime-tn"}),
        ("ar", "أعلنت هيئة الانتخابات في تونس", {"isie"}),
        ("ar", "فاز تشيلسي في الدوري", {"chelsea"}),
    ],
)
def test_a_cue_beside_a_shared_name_tells_its_country(
    language: str, text: str, expected: set[str]
) -> None:
    assert ids(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("pt", "O Partido Socialista francês votou.", "ps-portugal"),
        ("de", "Der ABC-Experte der Armee kam.", "abc-australie"),
        ("de", "Die französische Linkspartei stimmte zu.", "linke"),
        ("ar", "وصل إلى تونس وفد من الحرس البحري الإيطالي", "garde-maritime-tn"),
        ("ar", "وصل إلى تونس وفد من هيئة الانتخابات العراقية", "isie"),
        ("ar", "زار المجلس الرئاسي اليمني ليبيا", "conseil-presidentiel-libye"),
        ("ar", "الجيش الوطني الشعبي الصيني في الجزائر", "armee-algerienne"),
        ("ar", "قصف الخطوط التركية الأمامية", "turkish-airlines"),
        ("ar", "كانت حركة الشعب في الشارع كبيرة", "mouvement-peuple-tn"),
        ("ar", "الجائزة الوطنية الأولى", "wataniya-1"),
        ("ar", "نيكولا تيسلا عالم", "tesla"),
        ("de", "Die Praktiker kamen.", "praktiker"),
        ("de", "Der Malteser schlief.", "malteser"),
        ("en", "Kate McCann spoke to reporters.", "mccann"),
        ("fr", "Challenges et opportunités", "challenges"),
    ],
)
def test_a_name_of_one_country_is_none_of_another(language: str, text: str, wrong: str) -> None:
    assert wrong not in ids(text, language)


def test_names_in_arabic_letters_are_sought_in_whatever_language() -> None:
    for language in ("fr", "ar"):
        found = find_organizations("Amnesty International, الأمم المتحدة", language).organizations
        assert [one.id for one in found] == ["amnesty-international", "onu"]


def test_automata_take_any_iterable_once() -> None:
    traps = ["nations unies de la mode", "الامم المتحده للازياء"]
    entry = organizations().entries["onu"]
    once = Automata([entry], iter(traps), place_traps=iter(traps))
    again = Automata([entry], traps, place_traps=traps)
    text = f" {' '.join(traps)} "
    assert list(once.found(text)) == list(again.found(text))
    assert sum(found[2] == () for _, found in once.found(text)) == len(traps)
