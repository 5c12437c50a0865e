"""The dates that a text mentions, resolved to days as seen from the day of publication.

Nothing is guessed: an expression stays unresolved if it needs a reference day and there is none, or
if it names a day that does not exist.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from index.analysis import Folded
from index.calendar import month_period
from index.document import MentionedDate, Precision, PublicationDate, Span
from index.extract.dates.passages import scan
from index.extract.dates.scanner import UNITS, Expression, Token, table


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
                first, last = (day.isoformat() if day else "" for day in days[:2])
                mentions.append(MentionedDate(Span(start, end), first, last, days.precision))
    return tuple(mentions)


# Tense: the nearest cue in the sentence decides. Cues are in the tables of words.

_TENSE_REACH = 160
"""Characters before and behind a date in which cues are looked for."""
_CLAUSE = 45
"""Characters that a comma, a colon or a conjunction between cue and date counts for."""
_BEHIND = 12
"""Characters by which a cue behind the date is farther than one before it."""
_AHEAD = 10
"""Characters by which a cue of the future may be farther than one of the past."""
_ENDS = re.compile(r"[.!?…]+(?=[\s\"»”])|\n|[؟]")
_ASIDE = re.compile(r"\s?[\"»”]?\s?,\s")
"""Between a date and a verb of saying behind it: *lundi, a dit X*."""
_LIMITS = re.compile(r"[,;:()«»\"“”]|\s(?:que|qui|dont|alors|mais|and|who|that|but|ma|mas|pero)\s")
_NO_CUE = float("inf")
_ESCAPED_OR_NOT = re.compile(r"\\.|[^\\]+")


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
    future = _distance(cues[0], before, after)
    past = _distance(cues[1], before, after, past=True)
    if future == past == _NO_CUE:
        return 0
    return 1 if future <= past + _AHEAD else -1


def _lowered(text: str) -> str:
    """Return a text in lower case, each character in its place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(character.lower()[0] for character in text)


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return the patterns of future and past for texts in lower case; None without any.

    Patterns that ignore case take up to six times as long.
    """
    words = table(language)
    if not words.future:
        return None
    future, past = (
        re.compile(rf"(?<!\w)(?:{_ESCAPED_OR_NOT.sub(_lowered_literal, cues)})(?!\w)")
        for cues in (words.future, words.past)
    )
    return future, past


def _lowered_literal(part: re.Match[str]) -> str:
    return part[0] if part[0][0] == "\\" else part[0].lower()


def _distance(cues: re.Pattern[str], before: str, after: str, past: bool = False) -> float:
    """Return how far the nearest cue is from the date between the two texts.

    A cue of the ``past`` behind the date and a comma is a verb of saying.
    """
    distance = _NO_CUE
    for cue in cues.finditer(_lowered(before)):
        between = before[cue.end() :]
        distance = min(distance, len(between) + _CLAUSE * len(_LIMITS.findall(between)))
    cue_after = cues.search(_lowered(after))
    if cue_after and not (past and _ASIDE.fullmatch(after, 0, cue_after.start())):
        between = after[: cue_after.start()]
        far = len(between) + _BEHIND + _CLAUSE * len(_LIMITS.findall(between))
        distance = min(distance, far)
    return distance


# Resolution

_DAY = timedelta(days=1)
_REACH = 300
"""Characters between "the day before" and the day that it refers to, at most."""
_NEAR = 45
"""Days from the reference within which the tense does not choose the year of a date."""
_BESIDE = 2
"""Days after the reference up to which "this Monday" is the nearest, or the day before it."""
_FAR = 550
"""Days from the reference within which a weekday confirms the year of a date."""
_TUESDAY, _SATURDAY = 1, 5
_LONGEST_RANGE = 366
_LATEST_SHORT_YEAR = 20
"""Years after the reference at which a year of two digits lies at most."""
_HIJRI_YEARS = range(1300, 1500)
"""Years of the Hijra that a text of today may write, as if they were early ones."""
_DIRECTIONS = {"next": 1, "last": -1, "morrow": 1, "eve": -1}
"""The direction in time of a form, by the last part of its name."""

_Parts = Mapping[str, Token]


class _Days(NamedTuple):
    """The days from ``first`` to ``last`` inclusive, as precise as written; None: unresolved."""

    first: date | None = None
    last: date | None = None
    precision: Precision = "day"


_Resolved = tuple[int, int, _Days]
"""Where an expression starts and ends in the text, and the days that it means."""


class _Resolver:
    """Resolves the expressions of a text, in order; ``reference`` is the day of publication."""

    def __init__(self, text: str, language: str, reference: date | None) -> None:
        self._text = text
        self._language = language
        self._reference = reference
        self._last_day: tuple[int, date] | None = None
        """Where the last day that was mentioned ends, and the day."""

    def resolve(self, expression: Expression) -> list[_Resolved]:
        """Return what an expression means: nothing for a habit, several for a list."""
        resolved = self._resolved(expression)
        for _, end, (first, last, precision) in resolved:
            if first and precision == "day" and first == last:
                self._last_day = (end, first)
        return resolved

    def _resolved(self, expression: Expression) -> list[_Resolved]:
        if self._is_hijri(expression):
            return []
        match expression.form:
            case "habit":
                return []
            case "year" if any(
                token.letter == "U" and UNITS[token.value] != "year" for token in expression.tokens
            ):  # "the best week of 2018" is not all of it
                return []
            case "list":
                return self._list(expression)
            case "days":
                return self._day_range(expression)
            case "months":
                return self._month_range(expression)
            case "numerics":
                return self._numeric_range(expression)
            case "years":
                return _year_range(expression)
            case "short":
                return self._short(expression)
            case "weekday_day":
                return self._weekday_day(expression)
            case "day_and_weekday":
                return self._day_and_weekday(expression)
            case "night":
                return self._night(expression)
            case "night_day":
                return self._night_day(expression)
            case "bare_month":
                month = expression.parts["month"]
                return [(month.start, month.end, _Days(precision="month"))]
        return [_whole(expression, self._days(expression))]

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
            case "eve" | "morrow":
                return self._beside(expression)
        if self._reference is not None:
            return self._relative_days(expression, self._reference)
        unit = UNITS[parts["unit"].value] if "unit" in parts else ""
        if unit == "year":
            return _Days(precision="year")
        return _Days(precision="month" if unit == "month" or "month" in parts else "day")

    def _relative_days(self, expression: Expression, reference: date) -> _Days:
        parts = expression.parts
        direction = _DIRECTIONS.get(expression.form.rpartition("_")[2], 0)
        match expression.form:
            case "weekday":
                future = self._tense(expression) > 0
                return _one_day(_weekday(reference, parts["weekday"], future))
            case "weekday_this":
                near = _weekday(reference - _DAY, parts["weekday"], future=True)
                if (near - reference).days > _BESIDE:
                    near = _weekday(reference, parts["weekday"], self._tense(expression) > 0)
                return _one_day(near)
            case "weekday_next" | "weekday_last":
                beside = reference + direction * _DAY
                return _one_day(_weekday(beside, parts["weekday"], direction > 0))
            case "today_weekday":  # the weekday decides where the two differ by a day
                day = reference + parts["offset"].value * _DAY
                around = [day + shift * _DAY for shift in (0, -1, 1)]
                days = (day for day in around if day.weekday() == parts["weekday"].value)
                return _one_day(next(days, None))
            case "offset":
                return _one_day(_shifted(reference, parts["offset"].value))
            case "month_next" | "month_last":
                return _near_month(reference, parts["month"].value, direction)
            case "unit_next" | "unit_last" | "unit_this":
                if UNITS[parts["unit"].value] == "weekend":
                    return self._weekend(expression, reference, direction)
                return _unit_days(reference, parts["unit"].value, direction)
            case _:  # ago
                return _unit_days(reference, parts["unit"].value, -parts["count"].value)

    def _weekend(self, expression: Expression, reference: date, direction: int) -> _Days:
        """Return the weekend before or after a day, or "this" one.

        This one is past before Saturday where the tense is, and on Mondays and Tuesdays unless the
        tense is the future. In Arabic, which has weekends of different days, it begins on Friday,
        and its words name the end of a week.
        """
        weekday = reference.weekday()
        ends_week = "end-of-week" in table(self._language).rules
        if direction > 0:
            count = int(ends_week or weekday >= _SATURDAY)
        elif direction < 0:
            count = -1
        else:
            tense = 0 if weekday >= _SATURDAY - ends_week else self._tense(expression)
            count = -1 if tense < 0 or (weekday <= _TUESDAY and tense == 0) else 0
        days = _unit_days(reference, UNITS.index("weekend"), count)
        if ends_week and days.first:
            days = days._replace(first=_shifted(days.first, -1))
        return days

    def _tense(self, expression: Expression) -> int:
        return _tense(self._text, self._language, expression.start, expression.end)

    def _beside(self, expression: Expression) -> _Days:
        """Return the day before or after the one that was mentioned last, if that is near."""
        if self._last_day is None or expression.start - self._last_day[0] > _REACH:
            return _Days()
        return _one_day(_shifted(self._last_day[1], _DIRECTIONS[expression.form]))

    def _written_day(self, expression: Expression, parts: _Parts, suffix: str = "") -> date | None:
        day, month = parts[f"day{suffix}"].value, parts[f"month{suffix}"].value
        if year := parts.get(f"year{suffix}"):
            return _date(self._year(year), month, day)
        if "unclear" in parts and "weekday" not in parts:
            return None
        if suffix or not self._reference:
            return self._nearest(expression, month, day, parts.get(f"weekday{suffix}"))
        this = parts.get("this") or parts.get("this2")
        unit = this or parts.get("unit") or parts.get("unit2")
        if unit and UNITS[unit.value] == "year":
            shift = 0 if this else 1 if parts["turn"].letter == "X" else -1
            return _date(self._reference.year + shift, month, day)
        return self._nearest(
            expression, month, day, parts.get("weekday"), None if unit else parts.get("turn")
        )

    def _year(self, token: Token) -> int:
        """Return the year that is written; 0 for two digits without a reference.

        One of two digits lies at most 79 years before the reference and 20 after it, as ICU has it.
        """
        if token.letter not in "jJN":
            return token.value
        if self._reference is None:
            return 0
        last = self._reference.year + _LATEST_SHORT_YEAR
        return last - (last - token.value) % 100

    def _is_hijri(self, expression: Expression) -> bool:
        """Return whether an Arabic text may count the years of an expression from the Hijra."""
        return "hijri-years" in table(self._language).rules and any(
            (token.letter in "HQ" and token.value in _HIJRI_YEARS)
            or (token.letter in "DI" and max(_numbers(token)) in _HIJRI_YEARS)
            for name, token in expression.parts.items()
            if "month" not in expression.parts or name.startswith("numeric")
        )

    def _nearest(
        self,
        expression: Expression,
        month: int,
        day: int,
        weekday: Token | None,
        turn: Token | None = None,
    ) -> date | None:
        """Complete a day without a year: the nearest that the weekday and the tense allow.

        ``turn`` is a word for "last" or "next" beside it.
        """
        reference = self._reference
        if reference is None:
            return None
        years = range(reference.year - 6, reference.year + 7)
        days = [candidate for year in years if (candidate := _date(year, month, day))]

        def distance(day: date) -> int:
            return abs((day - reference).days)

        if turn:
            days = [day for day in days if (day > reference) == (turn.letter == "X")]
        if weekday:  # where no near year agrees, the text contradicts itself
            days = [day for day in days if day.weekday() == weekday.value and distance(day) < _FAR]
        nearest = min(days, key=distance, default=None)
        if nearest is None or weekday or turn or distance(nearest) < _NEAR:
            return nearest
        tense = self._tense(expression)
        agreeing = [day for day in days if (day - reference).days * tense >= 0]
        return min(agreeing, key=distance, default=nearest)

    def _numeric_day(self, token: Token) -> date | None:
        """Return the day of ``2019-04-03`` or ``03/04/2019``; the latter is unclear in English."""
        numbers = _numbers(token)
        if token.letter == "I":
            return _date(*numbers)
        first, second, year = numbers
        if token.letter in "Bo":
            year = self._year(Token("J", year, token.start, token.end))
        if self._language == "en" and first <= 12 and second <= 12 and first != second:
            return None
        return _date(year, second, first) or _date(year, first, second)

    def _numeric_range(self, expression: Expression) -> list[_Resolved]:
        """Resolve two days in figures; the first may lack the year, or the month too."""
        first, second = expression.parts["numeric"], expression.parts["numeric2"]
        if second.letter == "Z":
            (day, month), (day2, month2) = _numbers(first), _numbers(second)
            return self._between(
                expression,
                self._nearest(expression, month, day, None),
                self._nearest(expression, month2, day2, None),
            )
        last = self._numeric_day(second)
        if first.letter in "DIBo":
            start = self._numeric_day(first)
        elif last is None:
            start = None
        else:
            day, month = _numbers(first) if first.letter in "ZS" else (first.value, last.month)
            start = _date(last.year - ((month, day) > (last.month, last.day)), month, day)
        if _are_two(expression.parts):
            return _two(expression, first, second, _one_day(start), _one_day(last))
        return self._between(expression, start, last)

    def _between(
        self, expression: Expression, first: date | None, last: date | None
    ) -> list[_Resolved]:
        """Return the days from one to another, unresolved where they are none or too many."""
        if first and last and first <= last and (last - first).days <= _LONGEST_RANGE:
            return [_whole(expression, _Days(first, last))]
        return [_whole(expression, _Days())]

    def _short(self, expression: Expression) -> list[_Resolved]:
        """Resolve ``03/04``; of two readings the weekday chooses."""
        first, second = _numbers(expression.parts["short"])
        weekday = expression.parts.get("weekday")
        for day, month in ((first, second), (second, first)):
            nearest = self._nearest(expression, month, day, weekday)
            if nearest or weekday is None:
                return [_whole(expression, _one_day(nearest))]
        return []

    def _weekday_day(self, expression: Expression) -> list[_Resolved]:
        """Resolve "Monday 14": the nearest such day within a month."""
        day, weekday = expression.parts["day"].value, expression.parts["weekday"]
        if self._reference:
            shifts = sorted(range(-31, 32), key=abs)
            near = (self._reference + shift * _DAY for shift in shifts)
            nearest = next((d for d in near if (d.day, d.weekday()) == (day, weekday.value)), None)
            if nearest:
                return [_whole(expression, _one_day(nearest))]
        if weekday.letter == "W":
            return self._resolved(expression._replace(form="weekday"))
        return []

    def _day_and_weekday(self, expression: Expression) -> list[_Resolved]:
        """Resolve "Saturday 22 and Sunday": the second day follows the first."""
        parts = expression.parts
        last, weekday, second = (
            parts.get("month", parts["day"]),
            parts["weekday"],
            parts["weekday2"],
        )
        one = expression._replace(form="day" if "month" in parts else "weekday_day")
        ((*_, days),) = self._resolved(one)
        after = None
        if days.first and days.precision == "day":
            after = _shifted(days.first, (second.value - weekday.value) % 7)
        return _two(expression, parts.get("year", last), second, days, _one_day(after))

    def _list(self, expression: Expression) -> list[_Resolved]:
        resolved = []
        for token in expression.tokens:
            parts = {**expression.parts, "day": token}
            item = Expression("day", token.start, token.end, parts, [token])
            resolved.append(_whole(item, self._days(item)))
        return resolved

    def _day_range(self, expression: Expression) -> list[_Resolved]:
        """Resolve two days, or the days from one to another."""
        written = expression.parts
        month = written.get("month") or written["month2"]
        parts = {"month": month, "month2": month, **written}
        if "day3" in written:
            parts["day2"] = written["day3"]
        year = written.get("year2") or written.get("year")
        if year:
            parts = {"year": year, "year2": year, **parts}
        first = self._written_day(expression, parts)
        last = self._written_day(expression, parts, "2")
        if _are_two(parts):
            second = parts.get("weekday2", parts["day2"])
            return _two(expression, parts["day"], second, _one_day(first), _one_day(last))
        if first and last and first > last and "year" not in written:
            first = _date(first.year - 1, first.month, first.day)
        if first and last and first > last and "year2" not in written:
            last = _date(last.year + 1, last.month, last.day)
        return self._between(expression, first, last)

    def _night(self, expression: Expression) -> list[_Resolved]:
        """Resolve two days of the week, the second of which follows the first."""
        first, second = expression.parts["weekday"], expression.parts["weekday2"]
        before = after = None
        if self._reference:
            after = _weekday(self._reference, second, self._tense(expression) > 0)
            before = after - ((second.value - first.value) % 7) * _DAY
        if (second.value - first.value) % 7 > 1:
            return self._between(expression, before, after)
        return _two(expression, first, second, _one_day(before), _one_day(after))

    def _month_range(self, expression: Expression) -> list[_Resolved]:
        """Resolve two months, or the months from one to another."""
        parts = expression.parts
        token2 = parts.get("year2") or parts.get("year")
        token = parts.get("year") or token2
        if not (token and token2):
            return [_whole(expression, _Days(precision="month"))] if "between" in parts else []
        year, year2 = self._year(token), self._year(token2)
        month, month2 = parts["month"], parts["month2"]
        first, last = _month_days(year, month.value), _month_days(year2, month2.value)
        if _are_two(parts):
            return _two(expression, month, month2, first, last)
        if first.first and last.last and first.first > last.last and "year" not in parts:
            first = _month_days(year - 1, month.value)
        if first.first and last.last and first.first <= last.last:
            return [_whole(expression, _Days(first.first, last.last, "month"))]
        return []

    def _night_day(self, expression: Expression) -> list[_Resolved]:
        """Resolve "from Monday to Tuesday 5 March": the first day is before the second."""
        before, weekday = expression.parts["before"], expression.parts["weekday"]
        last = self._written_day(expression, expression.parts)
        first = _shifted(last, -((weekday.value - before.value) % 7)) if last else None
        if (weekday.value - before.value) % 7 > 1:
            return self._between(expression, first, last)
        return _two(expression, before, weekday, _one_day(first), _one_day(last))


def _year_range(expression: Expression) -> list[_Resolved]:
    """Resolve two years, or the years from one to another."""
    year, year2 = expression.parts["year"], expression.parts["year2"]
    first, last = _year_days(year.value), _year_days(year2.value)
    if _are_two(expression.parts):
        return _two(expression, year, year2, first, last) if "between" in expression.parts else []
    if year.value < year2.value:
        return [_whole(expression, _Days(first.first, last.last, "year"))]
    return []


def _whole(expression: Expression, days: _Days) -> _Resolved:
    """Return the days of a whole expression, unresolved unless both ends are known."""
    if not (days.first and days.last):
        days = _Days(precision=days.precision)
    return expression.start, expression.end, days


def _two(
    expression: Expression, first: Token, second: Token, days: _Days, days2: _Days
) -> list[_Resolved]:
    """Return two dates: one up to the end of ``first``, one from the start of ``second`` on."""
    return [(expression.start, first.end, days), (second.start, expression.end, days2)]


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


def _weekday(reference: date, weekday: Token, future: bool) -> date:
    """Return the nearest such day of the week in one direction, the reference included."""
    if future:
        return reference + ((weekday.value - reference.weekday()) % 7) * _DAY
    return reference - ((reference.weekday() - weekday.value) % 7) * _DAY


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
        case "weekend":
            saturday = _shifted(reference, 7 * count + _SATURDAY - reference.weekday())
            return _Days(saturday, _shifted(saturday, 1) if saturday else None)
        case _:
            return _one_day(_shifted(reference, count))


def _month_days(year: int, month: int) -> _Days:
    try:
        return _Days(*month_period(year, month), "month")
    except ValueError:
        return _Days(None, None, "month")


def _year_days(year: int) -> _Days:
    return _Days(_date(year, 1, 1), _date(year, 12, 31), "year")
