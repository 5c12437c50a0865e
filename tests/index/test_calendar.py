"""Dates by themselves: every form that exports and people have, and nothing else."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from hypothesis import given
from hypothesis import strategies as st

from index.calendar import first_second, read_date, says_nothing, time_zone
from index.errors import SettingError
from index.vocabularies import LANGUAGES

FORMS = """
2019: 2019
2019-03: 2019/03, 03/2019, 201903, mars 2019, Mar-2019, März 2019, 2019年3月, 2019-W11
2019-03-12: 2019-3-12, 2019/03/12, 2019.03.12, 2019. 3. 12., 20190312, 12032019, 2019-W11-2
2019-03-12: 2019W112, 2019-071, 2019071, 12/03/2019, 12.3.2019, 12-03-19
2019-03-12: 2019-03-12Z, 2019-03-12+01:00
2019-03-12: le mardi 12 mars 2019, Publié le 12 mars 2019, mar. 12 mars 2019, Mardi 12/03/2019
2019-03-12: 12. Maerz 2019, 12-MAR-19, March 12th 2019, 12th of March 2019, 12 de marzo de 2019
2019-03-12: 12 марта 2019 г., 12 มีนาคม 2562, ngày 12 tháng 3 năm 2019, 2019 m. kovo 12 d.
2019-03-12: 2019年3月12日, 平成31年3月12日, 二〇一九年三月十二日, 民國108年3月12日
2019-03-12: 2019년 3월 12일, 2019年3月12日(火), 12 mars 2019 (heure de Paris)
2019-03-12: ۱۳۹۷/۱۲/۲۱, ۲۱ اسفند ۱۳۹۷, ١٢ مارس ٢٠١٩, ２０１９／０３／１２
2019-03-25: 03/25/2019
2019-12-03: 03/12/2019
2019-03-12T10:15: 2019-03-12 10:15, 12 mars 2019 à 10h15, 10:15 12/03/2019, 12.3.2019 klo 10.15
2019-03-12T10:15: 12 marzo 2019 alle ore 10:15, 12 de março de 2019 às 10:15, 201903121015
2019-03-12T17:30: 12/03/2019 5:30 PM, 12 mars 2019 17 h 30, 12. März 2019 17.30 Uhr
2019-03-12T17:30: 2019-03-12 下午 5:30
2019-03-12T18:00: 12 mars 2019 à 18h, March 12 2019 6 pm, 12. März 2019 18 Uhr
2019-03-12T00:05: 12 Mar 2019 12:05 AM
2019-03-12T10:15:00: Tue Mar 12 10:15:00 2019, 20190312101500, 2019-03-12-10.15.00.123456
2019-03-12T10:15:00: 2019-03-12 10:15:00 IST, 2019年3月12日 10時15分
2019-03-13T00:00:00: 2019-03-12T24:00:00
2019-03-12T10:15:00+01:00: Tue Mar 12 10:15:00 CET 2019, 2019-03-12T10:15:00 Europe/Paris
2019-03-12T10:15:00+01:00: 2019-03-12T10:15:00+01:00[Europe/Paris], 12/Mar/2019:10:15:00 +0100
2019-03-12T10:15:00+01:00: D:20190312101500+01'00', 2019-03-12 10:15:00 +0100 CET
2019-03-12T17:30-05:00: Mar. 12 2019 5:30 p.m. EST
2019-03-12T10:00:00Z: 1552384800, 1552384800.0, 1552384800123, 1552384800123456, 1.5523848e9
2019-03-12T10:00:00Z: /Date(1552384800000)/
"""
PAIRS = [
    (written, line.partition(": ")[0])
    for line in FORMS.strip().splitlines()
    for written in line.partition(": ")[2].split(", ")
]


@pytest.mark.parametrize(("written", "value"), PAIRS)
def test_forms(written: str, value: str) -> None:
    read = read_date(written)
    assert read is not None
    assert read.value == value


@pytest.mark.parametrize(
    "text",
    ["hier", "11%", "20 ans", "sa", "12", "31/02/2019", "2019-13-01", "2019-00-12", "2019-Q1",
     "9999999999", "99999999999999", "1440/07/05 هـ", "٥ رجب ١٤٤٠", "٥/٧/١٤٤٠", "mars 2019 Paris",
     "2019-2020", "12 mars", "12 listopada 2019", "", "9" * 200, "2019-W60-1", "0999-01-01"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


def test_a_time_that_is_not_understood_leaves_the_day() -> None:
    for written in ("2019-03-12T25:00:00", "2019-03-12 10:61", "2019-03-12 10:15:00 Nowhere/Land"):
        read = read_date(written)
        assert read is not None, written
        assert read.value.startswith("2019-03-12"), written


DAYS = st.dates(date(1970, 1, 1), date(2068, 12, 31))
MOMENTS = st.datetimes(datetime(1974, 1, 1), datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
LOCALES = (*LANGUAGES, "nl", "ru", "pl", "tr", "sv", "fi", "el", "cs", "hu", "uk", "ja", "ko", "zh")


@given(DAYS, st.sampled_from(LOCALES), st.sampled_from(["long", "full", "d MMM y", "d MMMM y"]))
def test_every_day_as_every_language_writes_it(day: date, locale: str, form: str) -> None:
    written = format_date(day, form, locale=Locale(locale))
    read = read_date(written, locale)
    assert read is not None, written
    assert read.value == day.isoformat(), written


@given(DAYS, st.sampled_from("/.- "), st.booleans())
def test_every_day_in_figures(day: date, divider: str, zeros: bool) -> None:
    two = "02" if zeros else ""
    forms = [f"{day.day:{two}}{divider}{day.month:{two}}{divider}{day.year}"]
    if divider != " ":
        forms.append(f"{day.year}{divider}{day.month:{two}}{divider}{day.day:{two}}")
    else:
        forms = [day.strftime(form) for form in ("%G-W%V-%u", "%Y-%j", "%Y%m%d", "%d-%b-%y")]
    for written in forms:
        read = read_date(written)
        assert read is not None, written
        assert read.value == day.isoformat(), written


@given(
    MOMENTS,
    st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Asia/Tokyo"]),
    st.sampled_from(["UTC", "Europe/Paris", "Asia/Tokyo", "America/Sao_Paulo"]),
)
def test_a_moment_is_the_same_in_every_form_and_zone(
    moment: datetime, written_in: str, archive: str
) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(written_in))
    zone = time_zone(archive)
    assert zone is not None
    seconds = int(there.timestamp())
    forms = [
        there.isoformat(),
        there.strftime("%a, %d %b %Y %H:%M:%S %z"),
        there.strftime("%d/%b/%Y:%H:%M:%S %z"),
        there.strftime("%Y%m%dT%H%M%S%z"),
        format_datetime(there, "MMM d, y h:mm:ss a ZZZZ", locale="en"),
        f"{there.isoformat()}[{written_in}]",
        str(seconds),
        str(seconds * 1000),
    ]
    for written in forms:
        read = read_date(written, zone=zone)
        assert read is not None, written
        value = datetime.fromisoformat(read.value)
        assert value == there, written
        # The day that is counted is that of the archive's zone.
        local = there.astimezone(zone)
        assert read.value[:10] == local.date().isoformat()
        assert first_second(read.value) == first_second(local.replace(tzinfo=None).isoformat())


@given(
    st.datetimes(datetime(1975, 1, 1), datetime(2099, 1, 1)).map(
        lambda m: m.replace(microsecond=0)
    ),
    st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters))),
)
def test_the_written_day_is_the_day(clock: datetime, zone: timezone) -> None:
    written = clock.replace(tzinfo=zone)
    for form in (written.isoformat(), written.strftime("%a, %d %b %Y %H:%M:%S %z")):
        read = read_date(form)
        assert read is not None, form
        assert datetime.fromisoformat(read.value) == written
        assert read.value[:19] == clock.isoformat()
        assert first_second(read.value) == first_second(clock.isoformat())


def test_a_time_without_a_zone_is_of_the_archive() -> None:
    paris = time_zone("europe/paris")
    read = read_date("2019-07-12 00:30", zone=paris)
    assert read is not None
    assert read.value == "2019-07-12T00:30+02:00"
    assert read_date("2019-07-12", zone=paris) == read_date("2019-07-12")
    with pytest.raises(SettingError):
        time_zone("Europe/Atlantis")


@given(st.text(max_size=120), st.sampled_from(["", "fr", "fa", "ar", "zz", "not a code"]))
def test_no_text_breaks_it(text: str, language: str) -> None:
    read = read_date(text, language)
    if read:
        first_second(read.value)


def test_missing_dates() -> None:
    for text in ("", " ", "-", "0", "0000-00-00", "0000-00-00 00:00:00", "NULL", "N/A", "s.d."):
        assert says_nothing(text), text
    assert not says_nothing("hier")
