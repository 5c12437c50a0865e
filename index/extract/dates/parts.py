"""Quarters, halves, first months and seasons of a year."""

from collections.abc import Mapping
from datetime import date

from index.extract.dates.days import Days, full_year, month_days, year_days
from index.extract.dates.others import Reading, reading
from index.extract.dates.scanner import Expression, Token
from index.extract.dates.words import UNITS, table

_WINTER, _SUMMER = 12, 6
"""The first months of seasons north of the equator."""
_MONTHS_OF_SEASON = 3
_TURNS = {"L": -1, "T": 0, "X": 1}


def part_of_year(
    expression: Expression, text: str, language: str, reference: date | None
) -> Days | None:
    """Return the days of a quarter, a half or a season of a year, as months; None for no date.

    A season has its three full months, as meteorology counts them. One that may lie on either side
    of the equator, or at both ends of a year, is somewhere in that year. Without a reference those
    of last and next year have no days.
    """
    read = reading(expression, text, language)
    if read is Reading.NOTHING:
        return None
    part, year = expression.parts["part"], _year(expression, reference)
    if not year:
        return Days(precision="month")
    if read is Reading.YEAR:
        return year_days(year)
    if part.letter == "/":
        return _months(year, *divmod(part.value, 100))
    if part.value == _WINTER or "two-hemispheres" in table(language).rules:
        return year_days(year)
    return _months(year, part.value, part.value + _MONTHS_OF_SEASON - 1)


def season_of_years(expression: Expression, language: str) -> Days:
    """Return the months of a season at the turn of two years: *hiver 2018-2019*."""
    year = expression.parts["year"].value
    turns = (_WINTER, _SUMMER) if "two-hemispheres" in table(language).rules else (_WINTER,)
    if not _are_next(expression.parts):
        return Days(precision="month")
    if expression.parts["part"].value not in turns:
        return _years(year)
    first, last = month_days(year, _WINTER), month_days(year + 1, 2)
    return Days(first.first, last.last, "month")


def joined_seasons(expression: Expression, language: str, reference: date | None) -> Days:
    """Return the months from one season to another: *Herbst/Winter 2019*, *primavera-estate 2020*.

    Where nothing tells which months they are the years.
    """
    parts = expression.parts
    year, first, last = _year(expression, reference), parts["part"].value, parts["part2"].value
    if not year or ("year2" in parts and not _are_next(parts)):
        return Days(precision="month")
    if "two-hemispheres" in table(language).rules or first >= last:
        return _years(year) if "year2" in parts else year_days(year)
    if last == _WINTER:
        return Days(month_days(year, first).first, month_days(year + 1, 2).last, "month")
    return _years(year) if "year2" in parts else _months(year, first, last + _MONTHS_OF_SEASON - 1)


def two_years(expression: Expression) -> Days | None:
    """Return the days of *la saison 2018-19*, *in 2018/19*; None for *in 2010-11*, a month."""
    parts = expression.parts
    named = any(token.letter == "=" for token in expression.tokens)
    joined = parts["joint"].text in "-–/" and _are_next(parts)
    return _years(parts["year"].value) if joined and (named or parts["year2"].value > 12) else None


def _years(year: int) -> Days:
    """Return the days of a year and the next one."""
    return Days(year_days(year).first, year_days(year + 1).last, "year")


def _are_next(parts: Mapping[str, Token]) -> bool:
    """Return whether the second of two years, which may have two digits, follows the first."""
    year, year2 = parts["year"], parts["year2"]
    after = str(year.value + 1)
    return year2.text in (after, after[2:])


def first_months(expression: Expression, reference: date | None) -> Days | None:
    """Return the first months of a year (*the first nine months of 2019*); None for weeks, days."""
    parts = expression.parts
    count, year = parts.get("count") or parts["count2"], _year(expression, reference)
    if UNITS[parts["months"].value] != "month":
        return None
    return _months(year, 1, count.value) if year else Days(precision="month")


def _months(year: int, first: int, last: int) -> Days:
    return Days(month_days(year, first).first, month_days(year, last).last, "month")


def _year(expression: Expression, reference: date | None) -> int | None:
    """Return the year that is written, or the one before, of or after the reference."""
    parts = expression.parts
    if year := parts.get("year"):
        return full_year(year.value, reference) if year.letter == "J" else year.value
    turn: Token = parts.get("turn") or parts["turn2"]
    unit = parts.get("unit") or parts["unit2"]
    if reference is None or UNITS[unit.value] != "year":
        return None
    return reference.year + _TURNS[turn.letter]
