"""The dates that a text mentions, resolved to days as seen from the day of publication.

Nothing is guessed: an expression stays unresolved if it needs a reference day and there is none, or
if it names a day that does not exist.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from index.analysis import Folded
from index.document import MentionedDate, PublicationDate, Span
from index.extract.dates.beside import is_before_christ, is_early_year, law_year, opens_sentence
from index.extract.dates.days import (
    DAY,
    SATURDAY,
    Days,
    full_year,
    month_days,
    near_month,
    one_day,
    shifted,
    unit_days,
    valid_date,
    weekday_near,
    year_days,
)
from index.extract.dates.parts import (
    first_months,
    joined_seasons,
    part_of_year,
    season_of_years,
    two_years,
)
from index.extract.dates.passages import scan
from index.extract.dates.scanner import Expression, Token
from index.extract.dates.tense import tense
from index.extract.dates.words import UNITS, fold_word, table


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


_REACH = 300
"""Characters between "the day before" and the day that it refers to, at most."""
_PAUSE = re.compile(r"\s*(?:[.,;:!?)]|$)")
_STORY = 200
"""Characters between a day with a year long past and one without a year of the same story."""
_OTHER_STORY = re.compile(
    r"[\n\"“”«»„]|\b(?:na[iî](?:t|ssait)|naquit|née?s?|fondé\w*|born|founded|geboren|gegründet"
    r"|nac(?:e|ió|id[oa])|fundad[oa]|fundó|nat[oa]|nacque|fondat[oa]|nasc\w+)\b"
)
"""Marks and words of birth and founding: what follows is told of another time."""
_LONGEST_STORY = 90
"""Days that a day may be after the one told before it."""
_NEAR = 45
"""Days from the reference within which the tense does not choose the year of a date."""
_BESIDE = 2
"""Days after the reference up to which "this Monday" is the nearest, or the day before it."""
_FAR = 550
"""Days from the reference within which a weekday confirms the year of a date."""
_TUESDAY = 1
_LONGEST_RANGE = 366
_HIJRI_YEARS = range(1300, 1500)
"""Years of the Hijra that a text of today may write, as if they were early ones."""
_WEEKS_OF_DAYS = {8: 1, 14: 2, 15: 2}
"""The weeks that so many days stand for behind a day of the week: *vendredi en huit*."""
_TURNS = {"L": -1, "T": 0, "X": 1}
_LONGEST_THIS = 12
_DIRECTIONS = {"next": 1, "last": -1, "morrow": 1, "eve": -1}
"""The direction in time of a form, by the last part of its name."""

_Parts = Mapping[str, Token]


_Resolved = tuple[int, int, Days]
"""Where an expression starts and ends in the text, and the days that it means."""


class _Resolver:
    """Resolves the expressions of a text, in order; ``reference`` is the day of publication."""

    def __init__(self, text: str, language: str, reference: date | None) -> None:
        self._text = text
        self._language = language
        self._reference = reference
        self._last_day: tuple[int, date] | None = None
        """Where the last day that was mentioned ends, and the day."""
        self._story: tuple[int, date] | None = None
        """Likewise of one that opens a sentence and is long past."""

    def resolve(self, expression: Expression) -> list[_Resolved]:
        """Return what an expression means: nothing for a habit, several for a list."""
        resolved = self._resolved(expression)
        for _, end, (first, last, precision) in resolved:
            self._story = None
            if first and precision == "day" and first == last:
                self._last_day = (end, first)
                if self._is_told(expression, first):
                    self._story = (end, first)
        return resolved

    def _is_told(self, expression: Expression, day: date) -> bool:
        """Return whether a day is long past and opens a sentence, as a story has it.

        Days of births, laws and foundings stand elsewhere and tell nothing of the next day.
        """
        return (
            self._reference is not None
            and (self._reference - day).days > _FAR
            and expression.form in ("day", "numeric")
            and opens_sentence(self._text, expression.start, self._language)
        )

    def _resolved(self, expression: Expression) -> list[_Resolved]:
        if self._is_hijri(expression) or self._is_before_christ(expression):
            return []
        match expression.form:
            case "habit":
                return []
            case "year" if any(
                (token.letter == "U" and UNITS[token.value] != "year")
                or token.text.lower() == "des"  # French *dès 2000* and *des 2000 billets*
                for token in expression.tokens
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
            case "two_years":
                if days := two_years(expression):
                    return [_whole(expression, days)]
                one = expression._replace(form="year", end=expression.parts["year"].end)
                return self._resolved(one) if expression.parts["joint"].letter == ";" else []
            case "short":
                return self._short(expression)
            case "weekday_day":
                return self._weekday_day(expression)
            case "day_and_weekday":
                return self._day_and_weekday(expression)
            case "early_year":
                return self._early_year(expression)
            case "told_day" | "told_weekday":
                return [_whole(expression, one_day(self._told_day(expression)))]
            case "weekday_of_week":
                return self._weekday_of_week(expression)
            case "weeks_after":
                return self._weeks_after(expression)
            case "month_day":
                return self._month_day(expression)
            case "night":
                return self._night(expression)
            case "night_day":
                return self._night_day(expression)
            case "first_months" | "part_of_year":
                days = self._part_of_year(expression)
                return [_whole(expression, days)] if days else []
            case "bare_month":
                month = expression.parts["month"]
                return [(month.start, month.end, Days(precision="month"))]
        return [_whole(expression, self._days(expression))]

    def _days(self, expression: Expression) -> Days:
        """Return the days of a form that means one day, week, month or year."""
        parts = expression.parts
        match expression.form:
            case "day":
                return one_day(self._written_day(expression, parts))
            case "numeric":
                return one_day(self._numeric_day(parts["numeric"]))
            case "month":
                return month_days(parts["year"].value, parts["month"].value)
            case "year":
                return year_days(parts["year"].value)
            case "joined_seasons":
                return joined_seasons(expression, self._language, self._reference)
            case "season_of_years":
                return season_of_years(expression, self._language)
            case "eve" | "morrow":
                return self._beside(expression)
        if self._reference is not None:
            return self._relative_days(expression, self._reference)
        unit = UNITS[parts["unit"].value] if "unit" in parts else ""
        if unit == "year":
            return Days(precision="year")
        return Days(precision="month" if unit == "month" or "month" in parts else "day")

    def _relative_days(self, expression: Expression, reference: date) -> Days:
        parts = expression.parts
        direction = _DIRECTIONS.get(expression.form.rpartition("_")[2], 0)
        match expression.form:
            case "weekday":
                future = self._tense(expression) > 0
                return one_day(weekday_near(reference, parts["weekday"].value, future))
            case "weekday_this":
                weekday = parts["weekday"].value
                near = weekday_near(reference - DAY, weekday, future=True)
                if (near - reference).days > _BESIDE:
                    near = weekday_near(reference, weekday, self._tense(expression) > 0)
                return one_day(near)
            case "weekday_next" | "weekday_last":
                beside = reference + direction * DAY
                return one_day(weekday_near(beside, parts["weekday"].value, direction > 0))
            case "today_weekday":  # the weekday decides where the two differ by a day
                day = reference + parts["offset"].value * DAY
                around = [day + shift * DAY for shift in (0, -1, 1)]
                days = (day for day in around if day.weekday() == parts["weekday"].value)
                return one_day(next(days, None))
            case "offset":
                return one_day(shifted(reference, parts["offset"].value))
            case "month_next" | "month_last":
                return near_month(reference, parts["month"].value, direction)
            case "unit_next" | "unit_last" | "unit_this":
                if UNITS[parts["unit"].value] == "weekend":
                    return self._weekend(expression, reference, direction)
                return unit_days(reference, parts["unit"].value, direction)
            case "ago_both":
                counts = {
                    UNITS[parts[f"unit{n}"].value]: parts[f"count{n}"].value for n in ("", "2")
                }
                if counts.keys() == {"week", "day"}:
                    return one_day(shifted(reference, -7 * counts["week"] - counts["day"]))
                if counts.keys() == {"year", "month"}:
                    months = 12 * counts["year"] + counts["month"]
                    return unit_days(reference, UNITS.index("month"), -months)
                return Days()
            case "from_day":
                if "joint" not in parts or parts["joint"].letter != "f":
                    return Days()
                origin = shifted(reference, parts["offset"].value)
                if origin is None:
                    return Days()
                return unit_days(origin, parts["unit"].value, parts["count"].value)
            case _:  # ago
                return unit_days(reference, parts["unit"].value, -parts["count"].value)

    def _part_of_year(self, expression: Expression) -> Days | None:
        if expression.form == "first_months":
            return first_months(expression, self._reference)
        return part_of_year(expression, self._text, self._language, self._reference)

    def _weekend(self, expression: Expression, reference: date, direction: int) -> Days:
        """Return the weekend before or after a day, or "this" one.

        This one is past before Saturday where the tense is, and on Mondays and Tuesdays unless the
        tense is the future. In Arabic, which has weekends of different days, it begins on Friday,
        and its words name the end of a week.
        """
        weekday = reference.weekday()
        ends_week = "end-of-week" in table(self._language).rules
        if direction > 0:
            count = int(ends_week or weekday >= SATURDAY)
        elif direction < 0:
            count = -1
        else:
            tense = 0 if weekday >= SATURDAY - ends_week else self._tense(expression)
            count = -1 if tense < 0 or (weekday <= _TUESDAY and tense == 0) else 0
        days = unit_days(reference, UNITS.index("weekend"), count)
        if ends_week and days.first:
            days = days._replace(first=shifted(days.first, -1))
        return days

    def _weekday_of_week(self, expression: Expression) -> list[_Resolved]:
        """Resolve "Monday of next week"; beside another unit the day of the week stands alone."""
        weekday, unit = expression.parts["weekday"], expression.parts["unit"]
        if UNITS[unit.value] != "week":
            return self._alone(expression, weekday, "weekday")
        if self._reference is None:
            return [_whole(expression, Days())]
        count = 1 if expression.parts["turn"].letter == "X" else -1
        monday = unit_days(self._reference, unit.value, count).first
        return [_whole(expression, one_day(shifted(monday, weekday.value) if monday else None))]

    def _weeks_after(self, expression: Expression) -> list[_Resolved]:
        """Resolve "Friday week", "a week from Monday", *vendredi en huit*, *in acht Tagen*.

        "A week on Monday" may be one that began on Monday, and stays as written.
        """
        parts = expression.parts
        weekday, unit = parts["weekday"], UNITS[parts["unit"].value] if "unit" in parts else "day"
        count = parts["count"].value if "count" in parts else 1
        if unit == "day":
            count = _WEEKS_OF_DAYS.get(count, 0) if "joint" not in parts else 0
        elif unit != "week":
            count = 0
        if not count or ("joint" not in parts and self._tense(expression) < 0):
            return self._alone(expression, weekday, self._form_of(weekday))
        if self._reference is None or ("joint" in parts and parts["joint"].letter != "f"):
            return [_whole(expression, Days())]
        day = weekday_near(self._reference + DAY, weekday.value, future=True)
        return [_whole(expression, one_day(shifted(day, 7 * count)))]

    def _form_of(self, weekday: Token) -> str:
        """Return the form of a day of the week that stands alone, or behind "this"."""
        before = self._text[max(0, weekday.start - _LONGEST_THIS) : weekday.start].split()
        words = table(self._language)
        meaning = words.words.get(fold_word(before[-1])) if before else None
        this = meaning is not None and meaning.letter == "T" and "near-this" in words.rules
        return "weekday_this" if this else "weekday"

    def _month_day(self, expression: Expression) -> list[_Resolved]:
        """Resolve "the 3rd of this month"; "3 of this week's games" is this week."""
        parts = expression.parts
        day, unit, turn = parts["day"], parts["unit"], parts.get("turn")
        count = _TURNS[turn.letter] if turn else 0
        counts = self._language == "en" and day.text.isdecimal()
        if UNITS[unit.value] != "month" or counts:
            form = ("unit_last", "unit_this", "unit_next")[count + 1]
            first = min(unit, turn or unit, key=lambda token: token.start)
            return self._alone(expression, unit, form, first)
        if self._reference is None:
            return [_whole(expression, Days())]
        month = unit_days(self._reference, unit.value, count).first
        found = valid_date(month.year, month.month, day.value) if month else None
        return [_whole(expression, one_day(found))]

    def _alone(
        self, expression: Expression, token: Token, form: str, first: Token | None = None
    ) -> list[_Resolved]:
        """Resolve a part of an expression, from ``first`` on, as if it were another form."""
        start, end = (first or token).start, max(token.end, (first or token).end)
        return self._resolved(expression._replace(form=form, start=start, end=end))

    def _early_year(self, expression: Expression) -> list[_Resolved]:
        """Resolve "in 1800" where what stands beside it shows a year."""
        year, start = expression.parts["year"], expression.start
        if is_early_year(self._text, self._language, start, year):
            return [_whole(expression, year_days(year.value))]
        return []

    def _told_day(self, expression: Expression) -> date | None:
        """Return the day before or after the one spoken of last: *le 3 mars suivant*."""
        parts = expression.parts
        if self._last_day is None or expression.start - self._last_day[0] > _REACH:
            return None
        last, direction = self._last_day[1], parts["told"].value
        if direction == 0:  # of the same year
            month = parts.get("month")
            return valid_date(last.year, month.value, parts["day"].value) if month else None
        if "month" not in parts:
            beside = shifted(last, direction)
            return weekday_near(beside, parts["weekday"].value, direction > 0) if beside else None
        years = (last.year, last.year + direction)
        days = [valid_date(year, parts["month"].value, parts["day"].value) for year in years]
        return next((day for day in days if day and (day - last).days * direction > 0), None)

    def _tense(self, expression: Expression) -> int:
        return tense(self._text, self._language, expression.start, expression.end)

    def _beside(self, expression: Expression) -> Days:
        """Return the day before or after the one that was mentioned last, if that is near."""
        if self._last_day is None or expression.start - self._last_day[0] > _REACH:
            return Days()
        return one_day(shifted(self._last_day[1], _DIRECTIONS[expression.form]))

    def _written_day(self, expression: Expression, parts: _Parts, suffix: str = "") -> date | None:
        day, month = parts[f"day{suffix}"].value, parts[f"month{suffix}"].value
        if year := parts.get(f"year{suffix}"):
            return valid_date(self._year(year), month, day)
        if "unclear" in parts and "weekday" not in parts:
            return None
        if suffix or not self._reference:
            return self._nearest(expression, month, day, parts.get(f"weekday{suffix}"))
        law = law_year(self._text, expression.start, self._language, self._reference)
        if law:
            token = Token("J" if law[1] == 2 else "Y", law[0], 0, 0)
            return valid_date(self._year(token), month, day)
        this = parts.get("this") or parts.get("this2")
        unit = this or parts.get("unit") or parts.get("unit2")
        if unit and UNITS[unit.value] == "year":
            shift = 0 if this else 1 if parts["turn"].letter == "X" else -1
            return valid_date(self._reference.year + shift, month, day)
        return self._nearest(
            expression, month, day, parts.get("weekday"), None if unit else parts.get("turn")
        )

    def _year(self, token: Token) -> int:
        """Return the year that is written; 0 for two digits without a reference."""
        if token.letter not in "jJN":
            return token.value
        return full_year(token.value, self._reference)

    def _is_hijri(self, expression: Expression) -> bool:
        """Return whether an Arabic text may count the years of an expression from the Hijra."""
        return "hijri-years" in table(self._language).rules and any(
            (token.letter in "HQ" and token.value in _HIJRI_YEARS)
            or (token.letter in "DI" and max(_numbers(token)) in _HIJRI_YEARS)
            for name, token in expression.parts.items()
            if "month" not in expression.parts or name.startswith("numeric")
        )

    def _is_before_christ(self, expression: Expression) -> bool:
        """Return whether the year of an expression, or of its month, is one before Christ."""
        parts = expression.parts
        year = parts.get("year2") or parts.get("year")
        if year is None and "month" not in parts:
            return False
        return is_before_christ(self._text, year.end if year else expression.end)

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
        days = [candidate for year in years if (candidate := valid_date(year, month, day))]

        def distance(day: date) -> int:
            return abs((day - reference).days)

        if turn:
            days = [day for day in days if (day > reference) == (turn.letter == "X")]
        if weekday:  # where no near year agrees, the text contradicts itself
            days = [day for day in days if day.weekday() == weekday.value and distance(day) < _FAR]
        nearest = min(days, key=distance, default=None)
        if nearest is None or weekday or turn:
            return nearest
        recent = distance(nearest) < _NEAR
        if not (recent and nearest <= reference) and (
            told := self._in_story(expression, month, day)
        ):
            return told
        if recent:
            return nearest
        tense = self._tense(expression)
        agreeing = [day for day in days if (day - reference).days * tense >= 0]
        return min(agreeing, key=distance, default=nearest)

    def _in_story(self, expression: Expression, month: int, day: int) -> date | None:
        """Return the day that follows one told before: both open a sentence, and it is past."""
        if self._story is None or expression.start - self._story[0] > _STORY:
            return None
        end, told = self._story
        years = (told.year, told.year + 1)
        days = [each for year in years if (each := valid_date(year, month, day))]
        found = next((each for each in days if 0 < (each - told).days <= _LONGEST_STORY), None)
        if (
            found is None
            or _OTHER_STORY.search(self._text, end, expression.start)
            or not opens_sentence(self._text, expression.start, self._language)
        ):
            return None
        return found if self._tense(expression) < 0 else None

    def _numeric_day(self, token: Token) -> date | None:
        """Return the day of ``2019-04-03`` or ``03/04/2019``; the latter is unclear in English."""
        numbers = _numbers(token)
        if token.letter == "I":
            return valid_date(*numbers)
        first, second, year = numbers
        if token.letter in "Bo":
            year = self._year(Token("J", year, token.start, token.end))
        if self._language == "en" and first <= 12 and second <= 12 and first != second:
            return None
        return valid_date(year, second, first) or valid_date(year, first, second)

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
            start = valid_date(last.year - ((month, day) > (last.month, last.day)), month, day)
        if _are_two(expression.parts):
            return _two(expression, first, second, one_day(start), one_day(last))
        return self._between(expression, start, last)

    def _between(
        self, expression: Expression, first: date | None, last: date | None, long: bool = False
    ) -> list[_Resolved]:
        """Return the days from one to another, unresolved where they are none or too many."""
        if first and last and first <= last and (long or (last - first).days <= _LONGEST_RANGE):
            return [_whole(expression, Days(first, last))]
        return [_whole(expression, Days())]

    def _short(self, expression: Expression) -> list[_Resolved]:
        """Resolve ``03/04``; of two readings the weekday chooses."""
        first, second = _numbers(expression.parts["short"])
        weekday = expression.parts.get("weekday")
        if weekday is None:
            return [_whole(expression, one_day(self._nearest(expression, second, first, None)))]
        both = ((first, second), (second, first))
        days = [self._nearest(expression, month, day, weekday) for day, month in both]
        near = [day for day in days if day]
        if not near or self._reference is None:
            return []
        reference = self._reference
        nearest = min(near, key=lambda day: abs((day - reference).days))
        return [_whole(expression, one_day(nearest))]

    def _weekday_day(self, expression: Expression) -> list[_Resolved]:
        """Resolve "Monday 14": the nearest such day within a month."""
        day, weekday = expression.parts["day"].value, expression.parts["weekday"]
        if self._reference:
            shifts = sorted(range(-31, 32), key=abs)
            near = (self._reference + shift * DAY for shift in shifts)
            nearest = next((d for d in near if (d.day, d.weekday()) == (day, weekday.value)), None)
            if nearest:
                return [_whole(expression, one_day(nearest))]
        if _PAUSE.match(
            self._text, expression.parts["day"].end
        ):  # "Sunday 31!" is none of this month
            return [_whole(expression, Days())]
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
            after = shifted(days.first, (second.value - weekday.value) % 7)
        return _two(expression, parts.get("year", last), second, days, one_day(after))

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
            return _two(expression, parts["day"], second, one_day(first), one_day(last))
        if first and last and first > last and "year" not in written:
            first = valid_date(first.year - 1, first.month, first.day)
        if first and last and first > last and "year2" not in written:
            last = valid_date(last.year + 1, last.month, last.day)
        return self._between(expression, first, last, "year" in written and "year2" in written)

    def _night(self, expression: Expression) -> list[_Resolved]:
        """Resolve two days of the week, the second of which follows the first."""
        first, second = expression.parts["weekday"], expression.parts["weekday2"]
        if not _moves(expression.parts["joint"]) and "w" in (first.letter, second.letter):
            alone = first if first.letter == "W" else second
            return self._alone(expression, alone, "weekday") if alone.letter == "W" else []
        if (second.value - first.value) % 7 > 1 and _moves(expression.parts["joint"]):
            days = [expression._replace(parts={"weekday": each}) for each in (first, second)]
            return [
                resolved
                for each in days
                for resolved in self._alone(each, each.parts["weekday"], "weekday")
            ]
        before = after = None
        if self._reference:
            after = weekday_near(self._reference, second.value, self._tense(expression) > 0)
            before = after - ((second.value - first.value) % 7) * DAY
        if (second.value - first.value) % 7 > 1:
            return self._between(expression, before, after)
        return _two(expression, first, second, one_day(before), one_day(after))

    def _month_range(self, expression: Expression) -> list[_Resolved]:
        """Resolve two months, or the months from one to another."""
        parts = expression.parts
        token2 = parts.get("year2") or parts.get("year")
        token = parts.get("year") or token2
        if not (token and token2):
            return [_whole(expression, Days(precision="month"))] if "between" in parts else []
        year, year2 = self._year(token), self._year(token2)
        month, month2 = parts["month"], parts["month2"]
        first, last = month_days(year, month.value), month_days(year2, month2.value)
        if _are_two(parts):
            return _two(expression, month, month2, first, last)
        if first.first and last.last and first.first > last.last and "year" not in parts:
            first = month_days(year - 1, month.value)
        if first.first and last.last and first.first <= last.last:
            return [_whole(expression, Days(first.first, last.last, "month"))]
        return []

    def _night_day(self, expression: Expression) -> list[_Resolved]:
        """Resolve "from Monday to Tuesday 5 March": the first day is before the second."""
        before, weekday = expression.parts["before"], expression.parts["weekday"]
        last = self._written_day(expression, expression.parts)
        first = shifted(last, -((weekday.value - before.value) % 7)) if last else None
        if (weekday.value - before.value) % 7 > 1:
            return self._between(expression, first, last)
        return _two(expression, before, weekday, one_day(first), one_day(last))


def _year_range(expression: Expression) -> list[_Resolved]:
    """Resolve two years, or the years from one to another."""
    year, year2 = expression.parts["year"], expression.parts["year2"]
    first, last = year_days(year.value), year_days(year2.value)
    if _are_two(expression.parts):
        return _two(expression, year, year2, first, last) if "between" in expression.parts else []
    if year.value < year2.value:
        return [_whole(expression, Days(first.first, last.last, "year"))]
    return []


def _whole(expression: Expression, days: Days) -> _Resolved:
    """Return the days of a whole expression, unresolved unless both ends are known."""
    if not (days.first and days.last):
        days = Days(precision=days.precision)
    return expression.start, expression.end, days


def _two(
    expression: Expression, first: Token, second: Token, days: Days, days2: Days
) -> list[_Resolved]:
    """Return two dates: one up to the end of ``first``, one from the start of ``second`` on."""
    return [(expression.start, first.end, days), (second.start, expression.end, days2)]


def _are_two(parts: _Parts) -> bool:
    """Return whether the parts are two dates joined by "and", and no range "between … and"."""
    joint, between = parts["joint"], parts.get("between")
    return _moves(joint) or (joint.letter == "e" and not (between and between.letter == "g"))


def _moves(joint: Token) -> bool:
    """Return whether something goes from one date to another, which is no range: *de 3 para 4*."""
    return joint.letter == "a" and joint.value == 1


def _numbers(token: Token) -> list[int]:
    return [int(number) for number in re.split("[-/.]", token.text.rstrip("."))]
