"""The dates that a text mentions, resolved to days as seen from the day of publication.

Nothing is guessed: an expression stays unresolved if it needs a reference day and there is none, or
if it names a day that does not exist.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from index.days import month_period
from index.document import MentionedDate, Precision, PublicationDate, Span
from index.extract.dates.scanner import Expression, Token, scan
from index.extract.dates.tables import UNITS, table
from index.vocabularies import Folded


def reference_day(published: PublicationDate | None, otherwise: date | None) -> date | None:
    """Return the day from which relative dates are counted.

    It is the day of publication if that is known to the day, and not from the time of a file.
    """
    if published and published.origin != "mtime" and len(published.value) >= 10:
        return date.fromisoformat(published.value[:10])
    return otherwise


def mentioned_dates(
    text: str,
    parts: Sequence[tuple[Span, str]],
    reference: date | None,
    folded: Folded | None = None,
    lead: int = 0,
) -> tuple[MentionedDate, ...]:
    """Return the dates in a text, in order, each of its ``parts`` read in its own language.

    ``first`` and ``last`` of a date that cannot be resolved are empty. ``folded``, where the caller
    has it, is the text folded with ``lead`` characters before it.
    """
    mentions = []
    for span, language in parts:
        resolver = _Resolver(text, language, reference)
        for expression in scan(text, span.start, span.end, language, folded, lead):
            for start, end, days in resolver.resolve(expression):
                first = days.first.isoformat() if days.first else ""
                last = days.last.isoformat() if days.last else ""
                mentions.append(MentionedDate(Span(start, end), first, last, days.precision))
    return tuple(mentions)


# Tense: the nearest cue in the sentence decides. Cues are in the tables of words.

_TENSE_REACH = 160
"""Characters before and behind a date in which cues are looked for."""
_CLAUSE = 45
"""Characters that a comma, a colon or a conjunction between cue and date counts for."""
_BEHIND = 12
"""Characters by which a cue behind the date is farther than one before it."""
_ENDS = re.compile(r"[.!?…]+(?=[\s\"»”])|\n|[؟]")
_LIMITS = re.compile(r"[,;:()«»\"“”]|\s(?:que|qui|dont|alors|mais|and|who|that|but|ma|mas|pero)\s")
_NO_CUE = float("inf")


def _tense(text: str, language: str, start: int, end: int) -> int:
    """Return the tense of the sentence around a date: 1 future, -1 past, 0 unknown."""
    cues = _cues(language)
    if cues is None:
        return 0
    begin = max(0, start - _TENSE_REACH)
    for sentence_end in _ENDS.finditer(text, begin, start):
        begin = sentence_end.end()
    stop = _ENDS.search(text, end, end + _TENSE_REACH)
    before, after = text[begin:start], text[end : stop.start() if stop else end + _TENSE_REACH]
    future, past = (_distance(pattern, before, after) for pattern in cues)
    if future == past == _NO_CUE:
        return 0
    return 1 if future <= past else -1


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return the patterns of future and past; None for a language without them."""
    words = table(language)
    if not words.future:
        return None
    future, past = (
        re.compile(rf"(?<!\w)(?:{cues})(?!\w)", re.IGNORECASE)
        for cues in (words.future, words.past)
    )
    return future, past


def _distance(cues: re.Pattern[str], before: str, after: str) -> float:
    """Return how far the nearest cue is from the date between the two texts."""
    distance = _NO_CUE
    for cue in cues.finditer(before):
        between = before[cue.end() :]
        distance = min(distance, len(between) + _CLAUSE * len(_LIMITS.findall(between)))
    cue_after = cues.search(after)
    if cue_after:
        between = after[: cue_after.start()]
        far = len(between) + _BEHIND + _CLAUSE * len(_LIMITS.findall(between))
        distance = min(distance, far)
    return distance


# Resolution

_DAY = timedelta(days=1)
_REACH = 300
"""Characters between "the day before" and the day that it refers to, at most."""
_NEAR = 91
"""Days from the reference within which the tense does not choose the year of a date."""
_FAR = 550
"""Days from the reference within which a weekday confirms the year of a date."""
_LONGEST_RANGE = 366

_Parts = Mapping[str, Token]


class _Days(NamedTuple):
    """The days from ``first`` to ``last`` inclusive, as precise as written; None: unresolved."""

    first: date | None
    last: date | None
    precision: Precision = "day"


class _Resolved(NamedTuple):
    """Characters of the text, and the days that they mean."""

    start: int
    end: int
    days: _Days


class _Resolver:
    """Resolves the expressions of a text, in order; ``reference`` is the day of publication."""

    def __init__(self, text: str, language: str, reference: date | None) -> None:
        self._text = text
        self._language = language
        self._reference = reference
        self._last_day: tuple[int, date] | None = None
        """Where the last day that was mentioned ends, and the day."""

    def resolve(self, expression: Expression) -> Iterator[_Resolved]:
        """Yield what an expression means: nothing for a habit, several for a list."""
        for resolved in self._resolved(expression):
            first, last, precision = resolved.days
            if first and precision == "day" and first == last:
                self._last_day = (resolved.end, first)
            yield resolved

    def _resolved(self, expression: Expression) -> Iterator[_Resolved]:
        match expression.form:
            case "habit":
                pass
            case "list":
                yield from self._list(expression)
            case "days":
                yield from self._day_range(expression)
            case "months":
                yield from self._month_range(expression)
            case "years":
                yield from self._year_range(expression)
            case "short":
                yield from self._short(expression)
            case "weekday_day":
                yield from self._weekday_day(expression)
            case "night":
                yield from self._night(expression)
            case "night_day":
                yield from self._night_day(expression)
            case "bare_month":
                month = expression.parts["month"]
                yield _Resolved(month.start, month.end, _Days(None, None, "month"))
            case _:
                yield _whole(expression, self._days(expression))

    def _days(self, expression: Expression) -> _Days:
        """Return the days of a form that means one day, week, month or year."""
        parts = expression.parts
        match expression.form:
            case "day":
                return _one_day(self._written_day(expression, parts))
            case "numeric":
                return _one_day(self._numeric_day(parts["numeric"]))
            case "month":
                return _month_days(parts["year"].value, parts["month"].value)
            case "year":
                return _year_days(parts["year"].value)
            case "eve":
                return self._beside(expression, -1)
            case "morrow":
                return self._beside(expression, 1)
        if self._reference is not None:
            return self._relative_days(expression, self._reference)
        unit = UNITS[parts["unit"].value] if "unit" in parts else ""
        if unit == "year":
            return _Days(None, None, "year")
        return _Days(None, None, "month" if unit == "month" or "month" in parts else "day")

    def _relative_days(self, expression: Expression, reference: date) -> _Days:
        parts = expression.parts
        match expression.form:
            case "weekday":
                return _one_day(_weekday(reference, parts, self._is_future(expression)))
            case "weekday_next":
                return _one_day(_weekday(reference + _DAY, parts, future=True))
            case "weekday_last":
                return _one_day(_weekday(reference - _DAY, parts, future=False))
            case "today_weekday":  # the weekday decides where the two differ by a day
                said = reference + parts["offset"].value * _DAY
                near = [said + shift * _DAY for shift in (0, -1, 1)]
                days = (day for day in near if day.weekday() == parts["weekday"].value)
                return _one_day(next(days, None))
            case "offset":
                return _one_day(_shifted(reference, parts["offset"].value))
            case "month_next":
                return _near_month(reference, parts["month"].value, 1)
            case "month_last":
                return _near_month(reference, parts["month"].value, -1)
            case "unit_next":
                return _unit_days(reference, parts["unit"].value, 1)
            case "unit_last":
                return _unit_days(reference, parts["unit"].value, -1)
            case "unit_this":
                return _unit_days(reference, parts["unit"].value, 0)
            case _:  # ago
                return _unit_days(reference, parts["unit"].value, -parts["count"].value)

    def _is_future(self, expression: Expression) -> bool:
        return _tense(self._text, self._language, expression.start, expression.end) > 0

    def _beside(self, expression: Expression, shift: int) -> _Days:
        """Return the day before or after the one that was mentioned last, if that is near."""
        if self._last_day is None or expression.start - self._last_day[0] > _REACH:
            return _Days(None, None)
        return _one_day(_shifted(self._last_day[1], shift))

    # Days

    def _written_day(self, expression: Expression, parts: _Parts, suffix: str = "") -> date | None:
        day, month = parts[f"day{suffix}"].value, parts[f"month{suffix}"].value
        year = parts.get(f"year{suffix}")
        if year:
            return _date(year.value, month, day)
        return self._nearest(expression, month, day, parts.get(f"weekday{suffix}"))

    def _nearest(
        self, expression: Expression, month: int, day: int, weekday: Token | None
    ) -> date | None:
        """Complete a day without a year: the nearest that the weekday and the tense allow."""
        reference = self._reference
        if reference is None:
            return None
        years = range(reference.year - 6, reference.year + 7)
        days = [found for year in years if (found := _date(year, month, day))]

        def distance(day: date) -> int:
            return abs((day - reference).days)

        if weekday:  # where no near year agrees, the text contradicts itself
            days = [day for day in days if day.weekday() == weekday.value and distance(day) < _FAR]
        nearest = min(days, key=distance, default=None)
        if nearest is None or weekday or distance(nearest) < _NEAR:
            return nearest
        tense = _tense(self._text, self._language, expression.start, expression.end)
        agreeing = [day for day in days if (day - reference).days * tense >= 0]
        return min(agreeing, key=distance, default=nearest)

    def _numeric_day(self, token: Token) -> date | None:
        """Return the day of ``2019-04-03`` or ``03/04/2019``; the latter is unclear in English."""
        numbers = _numbers(token)
        if token.letter == "I":
            return _date(*numbers)
        first, second, year = numbers
        if self._language == "en" and first <= 12 and second <= 12 and first != second:
            return None
        return _date(year, second, first) or _date(year, first, second)

    def _short(self, expression: Expression) -> Iterator[_Resolved]:
        """Resolve ``03/04``; of two readings the weekday chooses."""
        first, second = _numbers(expression.parts["short"])
        weekday = expression.parts.get("weekday")
        for day, month in ((first, second), (second, first)):
            found = self._nearest(expression, month, day, weekday)
            if found or weekday is None:
                yield _whole(expression, _one_day(found))
                return

    def _weekday_day(self, expression: Expression) -> Iterator[_Resolved]:
        """Resolve "Monday 14": the nearest such day within a month."""
        day, weekday = expression.parts["day"].value, expression.parts["weekday"]
        reference = self._reference
        shifts = sorted(range(-31, 32), key=abs)
        near = (reference + shift * _DAY for shift in shifts) if reference else ()
        found = next((d for d in near if (d.day, d.weekday()) == (day, weekday.value)), None)
        if found:
            yield _whole(expression, _one_day(found))
        elif weekday.letter == "W":
            yield from self._resolved(expression._replace(form="weekday"))

    def _list(self, expression: Expression) -> Iterator[_Resolved]:
        for token in expression.tokens:
            parts = {**expression.parts, "day": token}
            item = Expression("day", token.start, token.end, parts, [token])
            yield _whole(item, self._days(item))

    def _day_range(self, expression: Expression) -> Iterator[_Resolved]:
        parts = dict(expression.parts)
        parts.setdefault("month", parts.get("month2", parts["day"]))
        if "day3" in parts:
            parts["day2"] = parts["day3"]
        parts.setdefault("month2", parts["month"])
        if "year2" in parts:
            parts.setdefault("year", parts["year2"])
        first = self._written_day(expression, parts)
        last = self._written_day(expression, parts, "2")
        if _are_two(parts):
            day, day2 = parts["day"], parts["day2"]
            yield _Resolved(expression.start, day.end, _one_day(first))
            second = parts.get("weekday2", day2)
            yield _Resolved(second.start, expression.end, _one_day(last))
            return
        if first and last and first > last and "year" not in expression.parts:
            first = _date(first.year - 1, first.month, first.day)
        if first and last and first <= last and (last - first).days <= _LONGEST_RANGE:
            yield _whole(expression, _Days(first, last))
        else:
            yield _whole(expression, _Days(None, None))

    def _night(self, expression: Expression) -> Iterator[_Resolved]:
        """Resolve two days of the week, the second of which follows the first."""
        first, second = expression.parts["weekday"], expression.parts["weekday2"]
        before = after = None
        if self._reference:
            future = self._is_future(expression)
            after = _weekday(self._reference, {"weekday": second}, future)
            before = after - ((second.value - first.value) % 7) * _DAY
        yield _Resolved(expression.start, first.end, _one_day(before))
        yield _Resolved(second.start, expression.end, _one_day(after))

    def _night_day(self, expression: Expression) -> Iterator[_Resolved]:
        """Resolve "from Monday to Tuesday 5 March": the first day is before the second."""
        before, weekday = expression.parts["before"], expression.parts["weekday"]
        last = self._written_day(expression, expression.parts)
        first = _shifted(last, -((weekday.value - before.value) % 7)) if last else None
        yield _Resolved(before.start, before.end, _one_day(first))
        yield _Resolved(weekday.start, expression.end, _one_day(last))

    # Months and years

    def _month_range(self, expression: Expression) -> Iterator[_Resolved]:
        parts = expression.parts
        year2 = parts.get("year2") or parts.get("year")
        year = parts.get("year") or year2
        if not (year and year2):
            if parts.get("between"):
                yield _whole(expression, _Days(None, None, "month"))
            return
        month, month2 = parts["month"], parts["month2"]
        first, last = _month_days(year.value, month.value), _month_days(year2.value, month2.value)
        if _are_two(parts):
            yield _Resolved(expression.start, month.end, first)
            yield _Resolved(month2.start, expression.end, last)
            return
        if first.first and last.last and first.first > last.last and "year" not in parts:
            first = _month_days(year.value - 1, month.value)
            yield _whole(expression, _Days(first.first, last.last, "month"))
        elif first.first and last.last and first.first <= last.last:
            yield _whole(expression, _Days(first.first, last.last, "month"))

    def _year_range(self, expression: Expression) -> Iterator[_Resolved]:
        parts = expression.parts
        first, second = parts["year"], parts["year2"]
        if _are_two(parts):
            if parts.get("between"):
                yield _Resolved(expression.start, first.end, _year_days(first.value))
                yield _Resolved(second.start, second.end, _year_days(second.value))
        elif first.value < second.value:
            days = _Days(date(first.value, 1, 1), date(second.value, 12, 31), "year")
            yield _whole(expression, days)


def _whole(expression: Expression, days: _Days) -> _Resolved:
    """Return the days of a whole expression, unresolved unless both ends are known."""
    if not (days.first and days.last):
        days = _Days(None, None, days.precision)
    return _Resolved(expression.start, expression.end, days)


def _are_two(parts: _Parts) -> bool:
    """Return whether the parts are two dates joined by "and", and no range "between … and"."""
    between = parts.get("between")
    return parts["joint"].letter == "e" and not (between and between.letter == "g")


def _numbers(token: Token) -> list[int]:
    return [int(number) for number in re.split("[-/.]", token.text.rstrip("."))]


def _one_day(day: date | None) -> _Days:
    return _Days(day, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(day: date, days: int) -> date | None:
    try:
        return day + days * _DAY
    except OverflowError:
        return None


def _weekday(reference: date, parts: _Parts, future: bool) -> date:
    """Return the nearest such day of the week in one direction, the reference included."""
    weekday = parts["weekday"].value
    if future:
        return reference + ((weekday - reference.weekday()) % 7) * _DAY
    return reference - ((reference.weekday() - weekday) % 7) * _DAY


def _near_month(reference: date, month: int, direction: int) -> _Days:
    """Return the nearest month of that number strictly before or after that of the reference."""
    after = (month - reference.month) * direction > 0
    return _month_days(reference.year if after else reference.year + direction, month)


def _unit_days(reference: date, unit: int, count: int) -> _Days:
    """Return the day, week (from Monday), month or year so many units after the reference."""
    match UNITS[unit]:
        case "year":
            return _year_days(reference.year + count)
        case "month":
            months = reference.year * 12 + reference.month - 1 + count
            return _month_days(months // 12, months % 12 + 1)
        case "week":
            monday = _shifted(reference, 7 * count - reference.weekday())
            return _Days(monday, _shifted(monday, 6) if monday else None)
        case _:
            return _one_day(_shifted(reference, count))


def _month_days(year: int, month: int) -> _Days:
    try:
        return _Days(*month_period(year, month), "month")
    except ValueError:
        return _Days(None, None, "month")


def _year_days(year: int) -> _Days:
    return _Days(_date(year, 1, 1), _date(year, 12, 31), "year")
