"""Sentences in which persons, things and places stand where names of organizations may stand."""

import time

import pytest

from index.extract.organizations import find_organizations

NONE = {
    "de": [
        "Das Unternehmen meldet Gewinneinbruch. Die Kasse meldet Insolvenz.",
        "Der Verein meldet Umsatzplus.",
        "Die Wehr meldete Einsatzende. Der Sensor meldet Fehler.",
        "Wie Obmann berichtet, war es spät. Wie Vorsitzender berichtet, auch.",
        "Wie Ulrike berichtet, kam Karin. Wie Mustafa berichtet, nicht.",
        "Wie Homer berichtet, fiel die Stadt. Wie Tacitus berichtet, brannte sie.",
        "So berichtete Gott. Es war kalt, berichtete Mama.",
        "Gegen 20 Uhr meldete Strobl, der Brand sei gelöscht.",
        "Das sei falsch, berichtet Strobl. Wie McZorva berichtet, war es spät.",
        "Wie AktivistIn berichtet, war es laut. Wie Müller-Zorva berichtet, war es leise.",
        "Er traf Verdi in Mailand. Nabucco ist von Verdi. Man spielte das Verdi-Requiem.",
        "Der Frostriese Ymir und der Eisriese Thrym kamen. Der Dorfriese Goliath fiel.",
        "Das entstand im Studio Berlin. Das Studio Wien sendet. Das Fitnessstudio Graz schließt.",
        "Der Geheimdienst Seiner Majestät schweigt. Die Luxusmarke Europas wächst.",
        "Anmerkung (Letzte Bank): Dort saß er.",
        "Er hat den amerikanischen MBA und flog die russische MIG.",
        "Die Zeugin konnte kein Licht ins Dunkel bringen.",
    ],
    "fr": ["Le journal de Verdi. Il aime la musique de Verdi."],
    "es": ["Es la española ESO y la argentina AUH."],
    "en": ["The Foreign Affairs Minister and the Register of Births."],
    "ar": [
        "قرأ قصة علي بابا والأربعين حراميا",
        "اخترع نيكولا تسلا المحرك",
        "تحدث محمد عجيل وقال عجيل إنه سيعود",
        "المؤمنون كالبنيان المرصوص يشد بعضه بعضا",
        "قام بخطوة وحركة إلى الأمام",
        "شباب قسنطينة يحتجون على البطالة",
        "يخشى الأهالي على مستقبل القصرين",
        "بين وادي دجلة والفرات",
        "الجيش الملكي المغربي يستعد للمناورات",
        "جيش الإسلام فتح الأندلس",
        "عمره شاب عربي 21 عاما",
        'أعلنت "الحرب" على الفساد',
        'كشفت "مصادر" أن ذلك صحيح',
        'كشفت "فضيحة" كبيرة',
        'نشرت "صورة" قديمة',
        'نقلت "جثة" القتيل',
        'بثت "باب الحارة" أمس',
        'نشرت "كتاب الأم" سنة 1990',
        'نظم الأهالي حركة "احتجاجية" أمس',
        'صدرت له مجموعة "قصص" جديدة',
        "في المباراة تحدث مدرب منتخب التونسي اليوم",
        "في المباراة سجل لاعب وسط البرازيلي هدفا",
        "في المباراة أصيب حارس مرمى الإيطالي أمس",
        "في المباراة سجل مهاجم شاب الجزائري هدفا",
        "مباراة حضرها نجم سينما المصري أمس",
        "جرت المباراة في ملعب ماراكانا البرازيلي أمس",
        "جرت المباراة في ملعب رادس التونسي أمس",
        "قال عن المباراة على لسان ناطق الروسي أمس",
        'في المباراة كان فريق "عمل" كامل',
    ],
}


@pytest.mark.parametrize(("language", "text"), [(one, text) for one in NONE for text in NONE[one]])
def test_persons_things_and_places_are_no_organizations(language: str, text: str) -> None:
    assert [one.label for one in find_organizations(text, language).organizations] == []


@pytest.mark.parametrize(
    ("language", "text", "id"),
    [
        ("de", "Die Gewerkschaft Verdi ruft zum Streik.", "ver-di"),
        ("de", "Verdi-Chef Bsirske verhandelt.", "ver-di"),
        ("de", "Der Ölriese Zorva und der Internetgigant Zubrow wachsen.", "~zorva"),
        ("de", "Der Film kommt im Mai, wie ZorvaArena berichtet.", "~zorvaarena"),
        ("de", "Der Film komme im Mai, berichtet Zorva.com.", "~zorva-com"),
        ("ar", "فاز شباب قسنطينة في المباراة أمس", "شباب-قسنطينه"),
        ("ar", "قضت المحكمة الإدارية في تونس بذلك", "المحكمه-الاداريه"),
        ("ar", "أعلنت شركة علي بابا عن أرباحها", "alibaba"),
        ("ar", 'وفق ما ذكرت "زورفا" اليوم', "~زورفا"),
    ],
)
def test_the_same_words_name_bodies_beside_their_cues(language: str, text: str, id: str) -> None:
    assert id in [one.id for one in find_organizations(text, language).organizations]


@pytest.mark.parametrize(
    "text",
    [
        "حزب المستقبل المصري يشارك",
        "قضت المحكمة الإدارية بالقاهرة بذلك",
        "زار المكتبة الوطنية بباريس",
        "أعلنت هيئة السوق المالية السعودية ذلك",
        "قرر الاتحاد الليبي لكرة القدم ذلك في المباراة",
        "اجتمع اتحاد المرأة في الإمارات",
    ],
)
def test_bodies_of_other_countries_are_not_the_ones_of_the_authority(text: str) -> None:
    assert not [one.id for one in find_organizations(text, "ar").organizations if one.known]


def test_an_army_is_no_club() -> None:
    found = find_organizations("وصلت طلائع الجيش السوري أمس", "ar").organizations
    assert [one.id for one in found] == ["armee-syrienne"]


def test_the_words_of_a_text_are_not_read_again_for_each_verb() -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        find_organizations("Wie Zorva berichtet, kam. Peter Zorvaa. " * times, "de")
        return time.process_time() - began

    seconds(10)
    assert seconds(1600) < 16 * max(seconds(200), 0.005)
