"""Organizations that no list knows, by the rules for their names."""

import re
import time
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import index.vocabularies
from index.commands.building import rebuild
from index.document import Document, Organization
from index.errors import SettingError
from index.extract import ExtractionOptions, extract
from index.extract.organizations import find_organizations, require_models
from index.extract.organizations.words import Words, fold_word
from index.vocabularies import grammar
from index.vocabularies.vocabulary import read_rows


def find(text: str, language: str) -> tuple[Organization, ...]:
    return find_organizations(text, language).organizations


def test_a_bare_chamber_is_the_one_named_in_full() -> None:
    found = find("O Senado Federal votou. Depois, o Senado encerrou.", "pt")
    assert [each.id for each in found] == ["senado-br"]
    assert [each.id for each in find("Ontem o Senado votou.", "pt")] == ["senado-br"]
    assert [each.id for each in find("Ayer el Senado votó.", "es")] == ["~senado"]


def listed(*roles: str) -> list[tuple[str, str, str]]:
    """Return language, role and word of all that the grammar lists in some roles, else in all."""
    folder = Path(index.vocabularies.__file__).parent
    rows = read_rows(folder / "organizations-grammar.txt", "|")
    return [
        (code, role, word.strip())
        for code, role, words in (row.cells for row in rows)
        for word in words.split(";")
        if word.strip() and (not roles or role in roles)
    ]


QUOTING = {
    "fr": "Il cite le",
    "en": "They quote the",
    "es": "Cita el",
    "de": "Das meldet der",
    "it": "Cita il",
    "pt": "Cita o",
}


def test_every_cue_of_the_grammar_shows_the_name_behind_it() -> None:
    for code, _, cue in listed("cue"):
        written = re.sub(r"\b[a-z]", lambda one: one.group().upper(), cue) if code == "de" else cue
        text = f"{QUOTING[code]} {written} Zorvaquix"
        ends = {span.end for each in find(text, code) for span in each.spans}
        assert len(text) in ends, text


def test_every_word_of_the_grammar_stands_as_texts_have_it() -> None:
    beginnings = {"nation", "adjective", "generic"}  # and ends, which are no whole words
    for code, role, written in listed():
        if role in beginnings or code == "ar":
            continue
        words = [fold_word(text) for text in Words(written, defaultdict(tuple)).texts()]
        language = "und" if code == "*" else code
        assert " ".join(words) in grammar(language)[role], (code, role, written)


def unknown(text: str, language: str) -> list[str]:
    return [each.label for each in find(text, language) if not each.known]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "Shares of Zorbo Industries Inc rose.", ["Zorbo Industries Inc"]),
        ("en", "The Bank of Zubrowka and Zubrowkan Airways agreed.", 2),
        ("en", "Zorbo and Blimp Trading Corp said so.", 1),
        ("en", "officials of the University of Zubrowka", ["University of Zubrowka"]),
        ("fr", "Selon la Fédération zubrowkaise de pétanque, tout va.", 1),
        ("fr", "Le ministère de la Pêche et des Lacs a répondu.", 1),
        ("fr", "devant le tribunal administratif de Zubrow, jeudi", 1),
        ("fr", "la compagnie aérienne Zubrair a dit", ["Zubrair"]),
        ("fr", "selon le quotidien zubrowkais « Les Monts », jeudi", ["Les Monts"]),
        ("fr", "un avion de Zubrow Airlines", ["Zubrow Airlines"]),
        ("fr", "a indiqué la ZBRK dans un communiqué", ["ZBRK"]),
        ("es", "el presidente del Sindicato de Pescadores de Zubrow", 1),
        ("es", "según el Ministerio de Pesca", ["Ministerio de Pesca"]),
        ("es", "El gol del Alavés llegó tarde.", ["Alavés"]),
        ("de", "das Fischereiministerium teilte mit", ["Fischereiministerium"]),
        ("de", "Ein Sprecher des Landesgerichts sagte, das Landesgericht Zubrow", 1),
        ("it", "il ministero della Pesca ha detto", ["ministero della Pesca"]),
        ("it", "i ricercatori dell'Università di Zubrow", ["Università di Zubrow"]),
        ("pt", "segundo o Sindicato dos Pescadores de Zubrow", 1),
        ("ar", "قالت وزارة الصيد البحري في بلاغ", ["وزارة الصيد البحري"]),
        ("ar", "وزارة الصيد البحري بصدد التنسيق مع الولاية", ["وزارة الصيد البحري"]),
        ("ar", 'وفق صحيفة "زوبروفكا اليوم" الصادرة أمس', ["زوبروفكا اليوم"]),
        ("de", "am Landesgericht St. Zubrow verhandelt", ["Landesgericht St. Zubrow"]),
        ("en", "Bank of Zubrowka and Zorbo agreed", ["Bank of Zubrowka"]),
        ("ar", "أستاذ بجامعة زوبروفكا", ["جامعة زوبروفكا"]),
    ],
)
def test_names_of_bodies_are_recognised(language: str, text: str, names: list[str] | int) -> None:
    found = unknown(text, language)
    assert found == names if isinstance(names, list) else len(found) == names, found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Le Comité et la Commission. Le Conseil des ministres. Un Parlement fort."),
        ("fr", "Le patron de la compagnie Guillaume Zubrow a parlé."),
        ("fr", "le journal de vendredi, la chaîne explique Zubrow"),
        ("fr", "l'ADN, la TVA, le PIB et la RDC"),
        ("fr", "DANS LA ZBRK ON CRIE TOUT LE TEMPS"),
        ("en", "The Minister said in May that Corporate America and Zubrow"),
        ("es", "el gol de Valencia, la ciudad del Turia"),
        ("de", "Der Rat der Eltern und die Bewegung der Kinder"),
        ("it", "il Consiglio dei ministri e la società civile"),
        ("pt", "a CPI e o AVC, o Conselho de Ministros"),
        ("ar", "ولاية القيروان ومجلس الإدارة"),
        ("ar", "اتهم الاتحاد بالاستهداف الممنهج"),
        ("de", "Das gab der Konzern Mittwochabend bekannt."),
        ("de", "Er will eine Gesellschaft des gerechten Ausgleichs."),
    ],
)
def test_noise_is_kept_out(language: str, text: str) -> None:
    assert unknown(text, language) == []


def test_a_short_form_is_the_same_company() -> None:
    found = find("Zorbo Industries Inc rose. Zorbo said profits at Zorbo Industries fell.", "en")
    assert [(each.id, len(each.spans)) for each in found] == [("~zorbo-industrie", 3)]


def test_variants_of_a_name_are_one_organization() -> None:
    text = (
        "la Fédération zubrowkaise de pétanque, la FÉDÉRATION zubrowkaise de pétanque,"
        " la Federation zubrowkaise de petanque"
    )
    assert len(find(text, "fr")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "La Fédération zubrowkaise de pétanque (ZPQ) existe. La ZPQ joue.",
        "La ZPQ (Fédération zubrowkaise de pétanque) existe. La ZPQ joue.",
    ],
)
def test_an_acronym_belongs_to_its_long_form_in_either_order(text: str) -> None:
    found = find(text.replace("ZPQ", "FZP"), "fr")
    assert len(found) == 1
    assert found[0].id == "~federation-zubrowkaise-de-petanque"
    assert len(found[0].spans) == 3


def test_the_longest_name_counts() -> None:
    labels = [each.label for each in find("L'Association des amis de l'Unesco de Zubrow", "fr")]
    assert labels == ["Association des amis de l'Unesco de Zubrow"]
    assert [each.id for each in find("le syndicat CGT", "fr")] == ["cgt"]


@pytest.mark.parametrize(
    "text",
    ["a-t-il déclaré au Figaro.", "dans un entretien au Monde", "selon le Monde, qui cite"],
)
def test_contracted_articles_belong_to_newspapers(text: str) -> None:
    found = find(text, "fr")
    assert found[0].id in ("le-figaro", "le-monde")
    assert not found[0].label.startswith(("au", "le"))


def test_the_world_is_no_newspaper() -> None:
    assert find("Le meilleur coureur du Monde a gagné la Coupe du Monde.", "fr") == ()


def test_ids_leave_out_articles_and_legal_forms() -> None:
    assert [each.id for each in find("Le quotidien Le Zorbo Inc", "fr")] == ["~zorbo"]
    assert [each.id for each in find("la société Zorbo Corp et la société Zorbo", "fr")] == [
        "~zorbo"
    ]


@pytest.mark.parametrize(
    ("unit", "language"),
    [
        ("La société Zorbo Corp et l'Université de Zorbo, ", "fr"),
        ("Fédération de ", "fr"),
        ("ABC (Union de ", "fr"),
        ("A ", "en"),
        ("وزارة ال", "ar"),
    ],
)
def test_time_grows_with_the_text_alone(unit: str, language: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        find(unit * times, language)
        return time.process_time() - began

    seconds(10)
    assert seconds(4_000) < 40 * max(seconds(400), 0.005)


def has_models() -> bool:
    try:
        require_models()
    except SettingError:
        return False
    return True


HAS_MODEL = has_models()


@pytest.mark.skipif(HAS_MODEL, reason="the extra is installed")
def test_the_full_mode_says_what_it_needs() -> None:
    with pytest.raises(SettingError) as raised:
        require_models()
    assert "trouvaille[ner]" in raised.value.remedy


@pytest.mark.skipif(HAS_MODEL, reason="the extra is installed")
def test_a_build_in_full_mode_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("L'ONU siège.", encoding="utf-8")
    index = tmp_path / "index"
    outcome = CliRunner().invoke(rebuild, [str(source), "--index", str(index), "--ner"])
    assert outcome.exit_code == 2
    assert not index.exists()


@pytest.mark.skipif(not HAS_MODEL, reason="the extra trouvaille[ner] is not installed")
@pytest.mark.filterwarnings("ignore")
def test_the_full_mode_adds_and_takes_nothing_away() -> None:
    text = "Zubrowka Telecom et l'ONU ont signé avec Orange Business Services à Paris."
    document = Document("1", text, language="fr")
    plain = extract(document, ExtractionOptions()).organizations
    full = extract(document, ExtractionOptions(ner=True))
    assert not full.failures
    assert {each.id for each in plain} < {each.id for each in full.organizations}


@pytest.mark.parametrize(
    ("language", "text", "ids"),
    [
        ("fr", "La maire PS et le député LR ont parlé.", ["ps-france", "lr"]),
        ("pt", "O senador Fernando Pimentel (PT-MG) falou.", ["pt-brasil"]),
        (
            "fr",
            "Il a vu le musée d'Orsay et l'hôpital Necker.",
            ["~musee-d-orsay", "~hopital-necker"],
        ),
        ("fr", "Elle étudie à l'université George Washington.", ["~universite-george-washington"]),
        ("de", "Ein Sprecher des Bundesministeriums für Fischerei", 1),
        ("fr", "selon Le Courrier Picard", ["le-courrier-picard"]),
        ("pt", "Ele saiu da Cadeia Pública de Benfica.", []),
        ("en", "Hungarian shares <MTI> rose.", []),
        ("en", "COURT SAYS NO TO CRUDE OIL BANK\n\nNothing happened.", []),
        ("en", "ALLIED SAYS ZORBO INC GAINS\n\nZorbo Inc rose.", ["~zorbo"]),
        ("en", "STANDARD LIFE RISES\n\nNothing happened.", []),
    ],
)
def test_kinds_of_names_that_are_found_or_refused(
    language: str, text: str, ids: list[str] | int
) -> None:
    found = [one.id for one in find(text, language)]
    assert (len(found) if isinstance(ids, int) else found) == ids


BODIES = st.sampled_from(
    ("le ministère de la Santé", "le Sénat", "la Fédération française de surf")
)
TAILS = st.sampled_from(
    (
        "pour les profils",
        "sur la pandémie",
        "en marge de la prise",
        "en partenariat avec",
        "de la crise",
        "de laisser",
    )
)


@given(BODIES, TAILS)
def test_a_name_ends_before_what_follows_it(body: str, tail: str) -> None:
    alone = find(f"Hier, {body} a dit cela.", "fr")
    followed = find(f"Hier, {body} {tail} a dit cela.", "fr")
    assert [one.id for one in followed] == [one.id for one in alone]
    assert [one.label for one in followed] == [one.label for one in alone]


@pytest.mark.parametrize(
    "cue",
    [
        *("Garnhersteller", "US-Festplatten-Herstellers", "Mediaagentur", "Hotelkette"),
        *("US-Fernsehsenders", "Haussender", "US-Speicherchip-Produzenten"),
    ],
)
def test_a_german_compound_that_ends_with_a_cue_is_one(cue: str) -> None:
    def named(text: str) -> list[str]:
        return [one.label for one in find_organizations(text, "de").organizations]

    assert named(f"Die Zahlen des steirischen {cue} Zubrow sind gut.") == ["Zubrow"]
    assert named(f"Die Zahlen des steirischen {cue} Mittwochabend sind gut.") == []


@pytest.mark.parametrize(
    "phrase",
    [
        *("Filmproduzent Weinstein", "Drogenproduzent Escobar", "Musikproduzent Quincy Jones"),
        *("Theaterproduzent Zubrow", "Filmproduzenten Zubrow", "Olivenölproduzent Zubrow"),
        *("Kinobetreiber Huber", "Bordellbetreiber Rudloff", "Barbetreiber Zubrow"),
        *("Chefentwickler Miyamoto", "Softwareentwickler Zubrow", "Stadtentwickler Zubrow"),
        *("Bergkette Karwendel", "Gebirgskette Zagros", "Hügelkette Zubrow", "Inselkette Zubrow"),
        *(
            "Hunderttausender Zubrow",
            "Achttausender Zubrow",
            "Einsender Zubrow",
            "Halskette Zubrow",
            "Lichterkette Zubrow",
        ),
    ],
)
def test_a_german_compound_for_a_person_or_a_mountain_is_no_cue(phrase: str) -> None:
    text = f"Der {phrase} wurde am Montag erwähnt. Die {phrase} auch."
    assert not find_organizations(text, "de").organizations


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "de",
            [
                *("Die Datenbank PubMed", "Auf der Anklagebank Uli Hoeneß", "Die Werkbank Huber"),
                *("Die Staatskanzlei Dresden", "Die Brandstiftung Solingen"),
                *("Die Vertragspartei Schmidt", "Der Wundverband Hansaplast"),
                *("Der Heimatverein Köln", "Human Resources ist wichtig", "Die Wright Brothers"),
                *(
                    "Consumer Electronics sind teuer",
                    "Smart Partners sind gut",
                    "Die High Society feiert",
                ),
                *("Der NGO-Sprecher", "Der NRW-Chef", "Der AG-Vorstand", "Der KMU-Sprecher"),
                *("Die MINT-Experten", "Die KZ-Mitarbeiter", "Der SE-Vorstand"),
            ],
        ),
        (
            "en",
            [
                *(
                    "The company named Tim Cook chairman",
                    "The charity named Prince Harry as patron",
                ),
                *("The agency called President Zubrow", "A newspaper called Mr. Smith a liar"),
                *("The magazine named Paris the best city", "A firm said the paper called Zubrow"),
            ],
        ),
        (
            "es",
            [
                *("El canal llamado Beagle es largo", "El canal denominado Suez es largo"),
                "El partido llamado Clásico se jugó",
            ],
        ),
    ],
)
def test_common_nouns_and_verbs_make_no_name(language: str, texts: list[str]) -> None:
    assert [unknown(f"{text}.", language) for text in texts] == [[]] * len(texts)


def test_an_english_cue_with_an_article_is_called_by_its_name() -> None:
    assert unknown("He founded a small charity called Zubrow.", "en") == ["Zubrow"]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Das Gerät kommt im Mai, wie ZorvaBlog berichtet.", "ZorvaBlog"),
        ("de", "Der Papst komme im Mai, berichtete Zorvapress.", "Zorvapress"),
        ("de", "Die Fotos stammen von der amerikanischen XZQ.", "XZQ"),
        ("de", "Die Behörden, etwa die Drogenbehörde Xzora, schweigen.", "Xzora"),
        ("de", "Eva Muster (Katholische Aktion) nahm teil.", "Katholische Aktion"),
        ("ar", 'وفق ما أوردته "زورفا" اليوم.', "زورفا"),
        ("ar", "فازت الأهرامات في المباراة على فريق زورفا الهولندي اليوم.", "زورفا"),
        ("ar", 'وقالت مجموعة "زورفا" إن المصنع مغلق.', "زورفا"),
        ("ar", "قال المدير بوزارة الشباب و الرياضة اليوم", "وزارة الشباب و الرياضة"),
        ("ar", "نقل إلى مستشفى المنجي زورفا أمس", "مستشفى المنجي زورفا"),
        ("ar", "جلسة بين وزارة الصحة والنقابة العامة للصحة", "النقابة العامة للصحة"),
        ("fr", "Depuis lors, le Parti communiste espagnol gouverne.", "Parti communiste espagnol"),
        ("fr", "Depuis lors, le Parti socialiste espagnol gouverne.", "Parti socialiste espagnol"),
    ],
)
def test_whoever_reports_or_plays_is_named(language: str, text: str, name: str) -> None:
    assert name in [each.label for each in find(text, language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das sei falsch, berichtet Zorva. Peter Zorva war dort."),
        ("de", "Die Zahl der berichtete Vorfälle sank."),
        ("de", "Das Haus brenne, berichtet Nachbarin Anna Zorva."),
        ("fr", "L’équipe représentera la ville."),
        ("ar", "فاز في المباراة على نظيره الهولندي اليوم."),
        ("ar", "تحدث الوزير مع زورفا الهولندي اليوم."),
        ("ar", "أذنت النيابة العمومية بالاحتفاظ بهم."),
        ("ar", "نشر الصورة على فيسبوك."),
    ],
)
def test_persons_and_common_words_beside_the_same_words_are_none(language: str, text: str) -> None:
    assert not find(text, language)


def test_a_name_with_inner_capitals_may_be_written_plain() -> None:
    assert [each.id for each in find("Laut Yougov verliert die Partei.", "de")] == ["yougov"]
    assert [each.id for each in find("Das Puls-4-Interview lief gestern.", "de")] == ["puls-4"]
    assert not find("Le maire a reçu Jean-Michel Dupont et Mme Dupont.", "fr")


@pytest.mark.parametrize(
    ("language", "text", "ids"),
    [
        ("pt", "O senador Sérgio Zorva (PSD-AC) e Ana Zorva (PSC-RJ) falaram.", "psd-br psc-br"),
        ("pt", "O presidente da Câmara dos Deputados Eduardo Zorva falou.", "camara-br"),
        ("en", "ZORVA UPS QTLY DIV, SETS STOCK SPLIT\nThe dividend is due.", ""),
        ("en", "ZBRK UNIT GETS 36.7 MLN DLRS IN CONTRACTS\nThe work starts.", ""),
        (
            "en",
            "ZORVA RADIO AND ELECTRONICS INC 4TH QTR\nShr profit 15 cts.",
            "~zorva-radio-and-electronic",
        ),
        ("en", "The debt, mainly from the Japanese and U.S. Banks, was cut.", ""),
        ("en", "Suzuki Motor Co Ltd said so. Yesterday Zorva Inc agreed.", "suzuki ~zorva"),
        ("en", "Zorva Trust and Banking Co Ltd offered notes.", "~zorva-trust-and-banking"),
        ("en", "Mitsui Trust and Banking Co Ltd offered notes.", "~mitsui-trust-and-banking"),
        ("pt", "A Câmara de São Paulo votou ontem.", "~camara-de-sao-paulo"),
        ("fr", "Après les révélations du Monde, on attend. Le Monde change.", "le-monde"),
        ("fr", "Révèle El Pais, à la station Auber, selon le site Internet du média.", "el-pais"),
        ("en", "Yesterday Toyota, Lexus and Acura lost.", "toyota lexus acura"),
        ("en", "Yesterday Lexus lost. Toyota won, Acura lost.", "toyota"),
        ("pt", "A PPP da iluminação e o ICMS sobem.", ""),
    ],
)
def test_kinds_that_readers_met(language: str, text: str, ids: str) -> None:
    assert [one.id for one in find(text, language)] == ids.split()
