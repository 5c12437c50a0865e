"""An archive of several languages answers as one language alone does."""

import orjson
import pytest

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search import WhooshEngine, parse_request
from search.query import parse

REFORM = (
    "La réforme des retraites sera votée en mars. Le gouvernement a fixé le calendrier hier soir."
)
ROWS = [
    {"id": "fr", "lang": "fr", "text": REFORM},
    *(
        {"id": f"fr{n}", "lang": "fr", "text": f"Le maire de la ville {n} est la voix de l'été."}
        for n in range(30)
    ),
    # French function words are rare in other languages: they must not decide.
    {
        "id": "ar",
        "lang": "ar",
        "text": "مباراة كرة القدم: «quelle est la date» قال المدرب",
    },
    {
        "id": "en",
        "lang": "en",
        "text": "FRENCH GROUP: quelle est la de la est. Bonds were sold.",
    },
    *(
        {"id": f"ar{n}", "lang": "ar", "text": f"قال الوزير إن المباراة رقم {n} كانت جيدة جدا"}
        for n in range(30)
    ),
    *(
        {"id": f"en{n}", "lang": "en", "text": f"The minister said that match {n} was very good."}
        for n in range(30)
    ),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, ROWS)))
    rebuild(folder / "index", [folder / "rows.jsonl"], BuildOptions(workers=0))
    return WhooshEngine(IndexDirectory(folder / "index"))


@pytest.mark.parametrize(
    "q",
    [
        "Quelle est la date de la réforme des retraites ?",
        "quelle est la réforme des retraites",
        "Où est la réforme de la retraite ?",
    ],
)
def test_function_words_of_the_question_decide_nowhere(engine: WhooshEngine, q: str) -> None:
    first = engine.search(parse_request({"q": [q]}, "fr")).results[0]
    assert first.id.endswith("fr")


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("quelle est la date", "date"),
        ("what is the date of the reform", "date AND reform"),
        ("die Reform der Renten in der Stadt", "Reform AND Renten AND Stadt"),
        # One stop word does not tell the language: die, car and will are words of another one.
        ("die hard", "die AND hard"),
        ("car accident", "car AND accident"),
        ("will smith", "will AND smith"),
        # If there is nothing else, stop words are what is asked.
        ("être ou ne pas être", "être AND ou AND ne AND pas"),
    ],
)
def test_two_stop_words_tell_the_language(typed: str, understood: str) -> None:
    analyzers = ("ar", "de", "en", "es", "fr", "it", "pt", "und")
    parsed = parse(typed, analyzers)
    assert parsed.understood.replace(" OR ", " AND ") == understood
