"""What readers type around the language: dates, spaces beside a colon, stars and question marks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import query

from search.query import parse
from search.typed import typed_period

ANALYZERS = ("de", "en", "fr")


def understood(typed: str) -> str:
    return parse(typed, ANALYZERS).understood


def codes(typed: str) -> set[str]:
    return {notice.code for notice in parse(typed, ANALYZERS).warnings}


MARCH = "date:2014-03-01..2014-03-31"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("date:12/03/2014", "date:2014-03-12"),
        ('date:"12 mars 2014"', "date:2014-03-12"),
        ("date:12.3.2014", "date:2014-03-12"),
        ("date:2014/03", MARCH),
        ("date:03/2014", MARCH),
        ("date:mars 2014 x", f"{MARCH} AND x"),
        ("x date: mars 2014", f"x AND {MARCH}"),
        ('date:"März 2014"', MARCH),
        ("date:>=2014", "date:2014-01-01.."),
        ("date:≥ 2014-03", "date:2014-03-01.."),
        ("date:>2014", "date:2015-01-01.."),
        ("date:<=2014", "date:..2014-12-31"),
        ("date:<2014", "date:..2013-12-31"),
        ("date:12/03/2014..15/03/2014", "date:2014-03-12..2014-03-15"),
        ("date:2014-2016", "date:2014-01-01..2016-12-31"),
        ('date:"mars 2014..mai 2014"', "date:2014-03-01..2014-05-31"),
        ("date:2014 mars", "date:2014-01-01..2014-12-31 AND mars"),
        ("date:(2014 OR 2016)", "date:2014-01-01..2014-12-31 OR date:2016-01-01..2016-12-31"),
        ("-date:mars 2014", f"NOT {MARCH}"),
    ],
)
def test_dates_as_people_type_them(typed: str, expected: str) -> None:
    assert understood(typed) == expected
    assert not codes(typed)


@given(st.dates(date(1, 1, 1), date(9999, 12, 30)), st.sampled_from(["", ">=", "<=", ">", "<"]))
def test_comparisons_divide_the_calendar(day: date, sign: str) -> None:
    first, last = typed_period(f"{sign}{day.isoformat()}") or (None, None)
    other = typed_period({">=": "<", "<": ">=", ">": "<=", "<=": ">"}.get(sign, "") + str(day))
    if sign and day > date(1, 1, 2):
        assert other is not None
        assert (first is None) != (last is None)
        edges = sorted(edge for edge in (first, last, *other) if edge)
        assert (edges[1] - edges[0]).days == 1
    elif not sign:
        assert first == last == day


@pytest.mark.parametrize("space", ["", " ", "\u00a0", "  "])
@pytest.mark.parametrize("before", ["", " ", "\u202f"])
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("title", "pêche", "title:pêche"),
        ("TITRE", '"la pêche"', 'title:"la pêche"'),
        ("title", "(pêche mer)", "title:pêche AND title:mer"),
        ("lang", "fr", "lang:fr"),
        ("Langue", "français", "lang:fr"),
        ("org", "ONU", "organization:onu"),
        ("source", "AFP", "source:AFP"),
        ("theme", "economy", "theme:economy"),
    ],
)
def test_spaces_beside_a_colon(
    name: str, before: str, space: str, value: str, expected: str
) -> None:
    typed = f"mot {name}{before}:{space}{value}"
    assert understood(typed) == f"mot AND {expected}"
    assert not codes(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Langue : débat", "Langue AND débat"),
        ("Date : rien", "Date AND rien"),
        ("Theme: quixotic", "Theme AND quixotic"),
        ("title:", "title"),
        ("title: ", "title"),
        ("(title: )", "title"),
        ("autre: mot", "autre AND mot"),
    ],
)
def test_a_word_before_a_colon_stays_a_word(typed: str, expected: str) -> None:
    assert understood(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ['"tribunal admin*"', '"admin* tribunal"', 'title:"admin*"', "tribun?l", "tribu??l", "?ribunal",
     "title:tribun?l", '"tribun?l"', "admin?*", 'source:"AF*"', "lang:f*", "*ment"],
)  # fmt: skip
def test_what_a_star_or_a_question_mark_cannot_do_is_said(typed: str) -> None:
    assert "wildcard_unsupported" in codes(typed)


@pytest.mark.parametrize("typed", ["tribunal ?", "tribunal?", "où ?", "5 * 4", "gouv*ment", "a* b"])
def test_nothing_is_said_of_other_marks(typed: str) -> None:
    assert "wildcard_unsupported" not in codes(typed)


SYMBOLS = st.text(st.sampled_from("€$%°?!-+*/.,;:#@&|^~_=<>[]{}😀→•"), min_size=1, max_size=8)


@given(SYMBOLS)
def test_symbols_find_nothing_and_say_so(typed: str) -> None:
    parsed = parse(typed, ANALYZERS)
    if "*" not in typed:
        assert parsed.tree == query.NullQuery
        assert "nothing_understood" in codes(typed)


def test_a_blank_query_asks_nothing() -> None:
    for typed in ("", " ", "\u00a0"):
        assert parse(typed, ANALYZERS).tree is None
        assert not codes(typed)


@pytest.mark.parametrize("mark", '"“”״')
def test_a_mark_within_a_hebrew_word_quotes_nothing(mark: str) -> None:
    parsed = parse(f"דובר צה{mark}ל", ANALYZERS)
    assert parsed.understood == "דובר AND צה״ל"
    assert not parsed.warnings
    assert parse('"צה" ל', ANALYZERS).understood == '"צה" AND ל'


def test_the_star_of_a_gender_stands_for_no_letters() -> None:
    parsed = parse("Politiker*innen", ANALYZERS)
    assert (parsed.understood, parsed.warnings) == ("Politiker-innen", ())
    for pattern in ("inn*en", "Polit*innenhof", "Polit*in"):
        assert parse(pattern, ANALYZERS).understood == pattern


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("−5 degrés", "5 AND degrés"),
        ("degrés −5", "degrés AND 5"),
        ("-5 degrés", "NOT 5 AND degrés"),
        ("degrés −pluie", "degrés AND NOT pluie"),
    ],
)
def test_a_minus_sign_belongs_to_its_number(typed: str, understood: str) -> None:
    assert parse(typed, ANALYZERS).understood == understood
    assert parse(understood, ANALYZERS).understood == understood
