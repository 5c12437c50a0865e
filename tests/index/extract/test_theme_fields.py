"""Short articles of everyday fields, told by ordinary words alone, and phrases that mislead."""

import pytest

from index.analysis import fold_text
from index.extract import find_themes
from index.extract.theme_decision import COMPANY, ThemeScore

TOLD = [
    (
        "es",
        "Una noche larga",
        "El sismo sacudió la costa y las réplicas siguieron hasta el alba.",
        "disaster/earthquake",
    ),
    (
        "es",
        "Cien años de la facultad",
        "La rectora y dos catedráticos hablaron en el aula magna.",
        "education/university",
    ),
    (
        "es",
        "Vivir en el centro",
        "El alquiler sube y los inquilinos buscan otro piso.",
        "economy/housing",
    ),
    (
        "es",
        "Un otoño seco",
        "Los agricultores temen por la cosecha de trigo.",
        "economy/agriculture",
    ),
    (
        "fr",
        "La tarte de ma tante",
        "Épluchez les pommes, salez, ajoutez beurre et farine. Une cuillère à soupe de sucre.",
        "lifestyle/food",
    ),
    (
        "es",
        "Como en casa",
        "Pelar las patatas, freír la cebolla con aceite, una pizca de sal y harina.",
        "lifestyle/food",
    ),
    (
        "de",
        "Wie bei der Oma",
        "Butter und Mehl verrühren, eine Prise Salz dazu, den Teig backen.",
        "lifestyle/food",
    ),
    (
        "en",
        "Sunday lunch",
        "Fry the onion in butter, add garlic and thyme, season with salt and bake.",
        "lifestyle/food",
    ),
    (
        "pt",
        "Domingo à mesa",
        "Misture a farinha e o leite, junte os ovos, uma pitada de sal e leve ao forno.",
        "lifestyle/food",
    ),
    (
        "ar",
        "غداء يوم الجمعة",
        "نضع ملعقة كبيرة من الزبدة في مقلاة ثم نضيف البصل والثوم والطماطم.",
        "lifestyle/food",
    ),
    (
        "en",
        "Rain stops nobody",
        "The keeper saved a free kick before a header from the winger hit the crossbar.",
        "sport/football",
    ),
    (
        "en",
        "Two hours in the sun",
        "She saved a break point with a backhand volley and won in straight sets.",
        "sport/tennis",
    ),
    (
        "en",
        "A bend too many",
        "The coach skidded, overturned and fell into a ravine; the wreckage was found at dawn.",
        "disaster/transport-accident",
    ),
    (
        "en",
        "An evening in the abbey",
        "The cellist led the sonata, then the minuet, and gave an encore.",
        "culture/music",
    ),
    (
        "pt",
        "Domingo de chuva",
        "O piloto perdeu a pole na última curva, trocou os pneus e subiu ao pódio.",
        "sport/motor-racing",
    ),
    (
        "fr",
        "Dimanche sous la pluie",
        "Le talonneur marque un essai après une mêlée, la pénalité passe avant la mi-temps.",
        "sport/rugby",
    ),
    (
        "fr",
        "Deux jours à pied",
        "Le sentier mène à un gîte, le petit déjeuner attend les randonneurs à l'auberge.",
        "economy/tourism",
    ),
    (
        "es",
        "Tarde de viento",
        "Rompió el servicio, salvó dos bolas de partido y ganó el tercer set sobre arcilla.",
        "sport/tennis",
    ),
    ("fr", "Un refuge", "Il accueille les victimes de violences conjugales.", "society/women"),
    (
        "de",
        "Zwei Stunden Hitze",
        "Sie wehrte einen Breakball ab, gewann das Tiebreak und jubelte nach dem Matchball.",
        "sport/tennis",
    ),
    (
        "es",
        "El río revive",
        "Una nutria, especie protegida, cría de nuevo en la ribera del humedal.",
        "environment/nature",
    ),
    (
        "es",
        "Lunes sin servidores",
        "Un ciberataque cifró los archivos y los piratas informáticos piden un rescate.",
        "crime/cybercrime",
    ),
    (
        "pt",
        "Nada circula",
        "A paralisação continua, os grevistas montaram piquete diante da garagem.",
        "labour/strike",
    ),
    (
        "it",
        "Serata all'abbazia",
        "La violoncellista apre con una sonata, poi il quartetto concede un bis.",
        "culture/music",
    ),
    (
        "ar",
        "صباح حزين",
        "انحرفت حافلة عن الطريق ثم انقلبت بعد اصطدام مع شاحنة وسقطت في واد.",
        "disaster/transport-accident",
    ),
    (
        "de",
        "Die Nacht am Fluss",
        "Das Wasser stieg über die Ufer, Sandsäcke lagen bereit, der Schlamm blieb.",
        "disaster/storm-flood",
    ),
    (
        "fr",
        "Adieu Jupiter",
        "La sonde spatiale est en orbite et photographie les cratères de la planète.",
        "science/space",
    ),
    (
        "pt",
        "Fim de tarde",
        "A passeata reuniu milhares, os manifestantes levavam faixas e cartazes.",
        "conflict/protest",
    ),
    (
        "en",
        "Half the town stays home",
        "The plant announced redundancies and job cuts, a shift was laid off.",
        "labour/employment",
    ),
    (
        "en",
        "The hide at dawn",
        "Breeding pairs of herons nest in the reeds and birdwatchers come from afar.",
        "environment/nature",
    ),
    (
        "en",
        "A vote of no thanks",
        "Residents gathered outside the town hall, waving placards and chanting.",
        "conflict/protest",
    ),
    (
        "fr",
        "Trois points au bout",
        "Menés au score, ils marquent sur une reprise de volée dans le temps additionnel.",
        "sport/football",
    ),
    (
        "it",
        "La minestra della nonna",
        "Fate rosolare la cipolla, unite il brodo e lasciate cuocere con un pizzico di sale.",
        "lifestyle/food",
    ),
    (
        "ar",
        "ليلة بلا نوم",
        "تسربت المياه إلى المنازل بعد أمطار غزيرة ووصلت السيول إلى المدرسة.",
        "disaster/storm-flood",
    ),
    (
        "fr",
        "Un engin patient",
        "Le rover a foré le sol martien, ses échantillons quitteront la planète rouge.",
        "science/space",
    ),
]
MISLEADING = [
    ("es", "El plan rector", "El principio rector del plan es la calma.", "education"),
    ("en", "Late strike", "A stunning strike in stoppage time settled it.", "labour"),
    ("en", "Town gets a solar farm", "The farm covers the hill.", "economy/agriculture"),
    ("pt", "Gritos na bancada", "A bancada cantou até ao fim.", "politics"),
    ("en", "The mayor's lunch", "Soup, speeches and talk of the port.", "lifestyle"),
    ("fr", "Le maire et le parc", "Il a fait tondre la pelouse et repeindre un banc.", "sport"),
    ("pt", "Um voto", "O tucano venceu no segundo turno e fez uma caminhada.", "environment"),
    ("es", "Una llamada", "La empresa opera desde mayo, opera bien y opera sola.", "culture"),
    ("es", "Viaje al norte", "Fuimos en un coche de alquiler.", "economy/housing"),
]


@pytest.mark.parametrize(("language", "title", "text", "theme"), TOLD)
def test_ordinary_words_tell_a_field(language: str, title: str, text: str, theme: str) -> None:
    found = find_themes(f"{title}\n\n{text}", language, title_length=len(title))
    assert theme in {each.id for each in found}


@pytest.mark.parametrize(("language", "title", "text", "theme"), MISLEADING)
def test_a_phrase_of_another_field_misleads_nobody(
    language: str, title: str, text: str, theme: str
) -> None:
    found = find_themes(f"{title}\n\n{text}", language, title_length=len(title))
    assert theme not in {each.id for each in found}


@pytest.mark.parametrize(
    ("words", "places", "points", "child", "top"),
    [
        ("ab", [(0, 0), (9, 9)], 0.75, True, False),
        ("abc", [(0, 0), (5, 5), (9, 9)], 0.5, True, True),
        ("ab", [(0, 0), (9, 9)], 0.7, False, False),  # too few points
        ("ab", [(0, 1), (1, 1)], 0.75, False, False),  # in one place
        ("a", [(0, 0), (9, 9)], 1.0, False, False),
    ],
)
def test_two_expressions_in_two_places_support_a_theme_and_three_one_at_the_top(
    words: str, places: list[tuple[int, int]], points: float, child: bool, top: bool
) -> None:
    score = ThemeScore(2.5, fold_text(""), 3, 2.5)
    score.weak, score.counts = dict.fromkeys(words, points), dict.fromkeys(words, 1)
    score.places = places
    assert (score.supported(), score.supported(COMPANY + 1)) == (child, top)


@pytest.mark.parametrize(("points", "enough"), [(2.5, True), (2.4, False)])
def test_an_expression_that_is_enough_by_itself_needs_all_points(
    points: float, enough: bool
) -> None:
    score = ThemeScore(2.5, fold_text(""), 3, 2.5)
    score.strong, score.counts, score.places, score.alone = {"a": points}, {"a": 2}, [(0, 0)], True
    assert score.supported() == score.rests_on_one == enough
