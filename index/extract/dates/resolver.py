"""Whether a sentence speaks of the future or of the past around a date: cues by language.

The nearest cue within the sentence decides; what stands directly before the date is the nearest.

The resolver of dates: expressions to days, seen from the day of publication.

Nothing is guessed: what needs a day of reference and has none, or says days that do not exist,
stays unresolved.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from index.days import month_period
from index.document import Precision
from index.extract.dates.scanner import Expression, Token
from index.extract.dates.tables import UNITS

_TENSE_REACH = 160
_CLAUSE = 45
"""Characters that a comma, a colon or a conjunction between cue and date counts for."""
_BEHIND = 12
"""Characters that a cue behind the date counts for over one before it."""
_ENDS = re.compile(r"[.!?…]+(?=[\s\"»”])|\n|[؟]")
_LIMITS = re.compile(r"[,;:()«»\"“”]|\s(?:que|qui|dont|alors|mais|and|who|that|but|ma|mas|pero)\s")

_FUTURE = {
    "fr": (
        r"(?:\w{2,}(?:er|ir|dr|vr|rr|ur|air|oir|ttr|îtr)|ser|fer|aur|ir)(?:a|ont|ez|ai|ons)"
        r"|doi(?:t|vent)|(?!aurai)\w{2,}r(?:ait|aient)|prochaine?s?|prévue?s?|attendue?s?"
        r"|programmée?s?|prévoi(?:t|ent)|va|vont|d'ici(?: à)?|à venir|à paraître|lendemain"
        r"|(?:pour|jusqu'à|jusqu'au|à partir(?: de| du)?|à compter de|d'ici|avant)(?: ce)?(?=\W*$)"
        r"|annonce|annoncent|appels?|appelle|appellent|(?:est|sont) appelée?s?|espère|demain"
        r"|organise(?:nt)?"
        r"|entre(?:nt)? en vigueur|début(?:e|ent)|sort(?:ent)?|risque(?:nt)?|à l'approche"
        r"|manifester|se tenir"
    ),
    "en": (
        r"will|won't|shall|due|scheduled|next|coming|upcoming|expected|plan(?:s|ned)?"
        r"|going to|to be|tomorrow|would|(?:by|until|for)(?=\W*$)"
    ),
    "es": (
        r"\w{3,}(?:rá|rán|remos)|prevé|previst[oa]s?|próxim[oa]s?|va a|van a|debe|deben|mañana"
        r"|(?:hasta|para)(?: el)?(?=\W*$)"
    ),
    "de": (
        r"soll|sollen|kommende[nrsm]?|nächste[nrsm]?|geplant|will|wollen|dürfte"
        r"|(?:bis|ab)(?=\W*$)|wird|werden"
    ),
    "it": (
        r"\w{3,}(?:rà|ranno|remo)|previst[oaie]|prossim[oaie]|deve|devono|domani"
        r"|(?:entro|fino a)(?=\W*$)"
    ),
    "pt": (
        r"\w{3,}(?:rá|rão)|previst[oa]s?|próxim[oa]s?|vai|vão|deve|devem|amanhã"
        r"|(?:até|para)(?: a)?(?=\W*$)"
    ),
    "ar": (
        r"و?س[يتن](?!وارت)\w{3,}|سوف|المقبل\w?|القادم\w?|المقرر|المزمع|غدا|المنتظر"
        r"|و?[يت](?:دور|نطلق|قام|عقد|نعقد|لتقي|لتئم|واجه|ؤدي|تواصل|ستضيف|نظم|نظر|شارك|حتضن|فتتح"
        r"|تميز)|إضراب|اضراب|وقفة احتجاجية|دع(?:ا|ت|وة)|موعدها?|البرنامج|برنامج المقابلات"
        r"|[اإ]لى غاية|[اإ]لى يوم(?=\W*$)|(?:بداية|ابتداء|إبتداء|انطلاقا) من|الممتدة من"
        r"|الساعة \d{1,2}[:.]\d\d(?! (?:صباحا|مساء|ليلا))|^ ?:(?=\s|$)|^ الساعة|تعيي?نات"
    ),
}
_PAST = {
    "fr": (
        r"(?:a|ont|ai|avons|aurait|auraient|avait|avaient|ayant|est|sont|était|étaient|été|s'est"
        r"|se sont)"
        r"(?: (?:pas|été|ainsi|donc|notamment|également|déjà|aussi|\w+ment))*"
        r" \w+(?:é|ée|és|ées|i|is|it|ie|ies|u|ue|us|ues|ert|erte|ort)"
        r"|\w+(?:(?<!r)ait|(?<!r)aient|èrent|irent|urent)|rapporte(?:nt)?|révèle(?:nt)?|indique(?:nt)?"
        r"|relève|précise|explique|affirme|assure|confie|selon|depuis(?=\W*$)|dernière?"
        r"|(?:diffusée?s?|publiée?s?|parue?|interrogée?|survenue?)"
    ),
    "en": (
        r"said|told|was|were|had|reported|announced|has|have|last|since(?=\W*$)|\w{3,}ed|met|held"
        r"|rose|fell|made|took|came|went|saw|did"
    ),
    "es": (
        r"\w{2,}(?:ó|aron|ieron|aba|aban|ía|ían)|ha|han|había|fue|fueron|dijo|desde(?: el)?(?=\W*$)"
        r"|pasado"
    ),
    "de": (
        r"wurde|wurden|hat|haben|hatte|hatten|war|waren|seit(?=\W*$)|sagte|ist|sind|\w{3,}te|kam"
        r"|gab|vergangene[nrsm]?|worden|ge\w{3,}t"
    ),
    "it": (
        r"(?:ha|hanno|è|sono|era|erano|stat[oaie]) \w+|\w{3,}(?:ava|avano|eva|evano|ò|arono|irono)"
        r"|scors[oa]"
    ),
    "pt": r"\w{2,}(?:ou|aram|eram|iram|eu|iu|ava|avam|ia|iam)|foi|foram|disse|tem|desde(?=\W*$)",
    "ar": (
        r"(?:قال|[أا]علن|[أا]كد|كان|شهد|تم|صرح|[أا]فاد|نظم|جرى|التقى|تمكن|[أا]لقى|[أا]صدر|حكم"
        r"|تحدّ?ث|غادر|هطل|رجّ?ح|توصل|استضاف|استهدف|اتصل|قتل|[أا]صيب|اندلع|[أا]وقف|درت)\w{0,2}"
        r"|الماضي\w?|منذ|المسجلة|المنقضي|تمكّنت"
    ),
}


_NO_CUE = float("inf")


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    if language not in _FUTURE:
        return None
    future, past = (
        re.compile(rf"(?<!\w)(?:{cues[language]})(?!\w)", re.IGNORECASE)
        for cues in (_FUTURE, _PAST)
    )
    return future, past


class Tense:
    """Says of a place in a text whether the sentence speaks of the future around it.

    1 for the future, -1 for the past, 0 where no cue stands near.
    """

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._cues = _cues(language)

    def __call__(self, start: int, end: int) -> int:
        """Return the tense around the characters ``start`` to ``end``."""
        if self._cues is None:
            return 0
        before, after = self._sentence(start, end)
        future, past = (_distance(cues, before, after) for cues in self._cues)
        if future == past == _NO_CUE:
            return 0
        return 1 if future <= past else -1

    def _sentence(self, start: int, end: int) -> tuple[str, str]:
        """Return what stands before and behind a date in its sentence."""
        begin = max(0, start - _TENSE_REACH)
        for found in _ENDS.finditer(self._text, begin, start):
            begin = found.end()
        stop = _ENDS.search(self._text, end, end + _TENSE_REACH)
        return self._text[begin:start], self._text[
            end : stop.start() if stop else end + _TENSE_REACH
        ]


def _distance(cues: re.Pattern[str], before: str, after: str) -> float:
    """Return how far the nearest cue is from the date between the two texts."""
    best = _NO_CUE
    for found in cues.finditer(before):
        between = before[found.end() :]
        best = min(best, len(between) + _CLAUSE * len(_LIMITS.findall(between)))
    found_after = cues.search(after)
    if found_after:
        between = after[: found_after.start()]
        far = len(between) + _BEHIND + _CLAUSE * len(_LIMITS.findall(between))
        best = min(best, far)
    return best


DAY = timedelta(days=1)
_REACH = 300
"""A day that "the day before" refers to stands at most so many characters before it."""
_MONTHS_AWAY = 183
_FAR = 550
_LONGEST_RANGE = 366


class Days(NamedTuple):
    """Days from ``first`` to ``last`` inclusive, said with a precision; None: unresolved."""

    first: date | None
    last: date | None
    precision: Precision


class Resolved(NamedTuple):
    """Characters of the text and the days they mean."""

    start: int
    end: int
    days: Days


UNRESOLVED = Days(None, None, "day")


class Resolver:
    """Resolves the expressions of one text in their order.

    ``reference`` is the day that the text was published, None if unknown. ``tense`` says of an
    expression whether its sentence speaks of the future (1), of the past (-1) or neither (0).
    ``language`` decides how 03/04/2019 is read: not at all in English.
    """

    def __init__(
        self, reference: date | None, language: str, tense: Callable[[int, int], int]
    ) -> None:
        self._reference = reference
        self._language = language
        self._tense = tense
        self._spoken: tuple[int, date] | None = None

    def resolve(self, expression: Expression) -> Iterator[Resolved]:
        """Yield what an expression means: nothing for a habit, several for a list."""
        handler = getattr(self, f"_{expression.form}", None)
        if handler is None:
            return
        for resolved in handler(expression):
            first = resolved.days.first
            if first and resolved.days.precision == "day" and first == resolved.days.last:
                self._spoken = (resolved.end, first)
            yield resolved

    # Days

    def _day(self, said: Expression) -> Iterator[Resolved]:
        found = self._written_day(said, "")
        yield _resolved(said, Days(found, found, "day"))

    def _written_day(self, said: Expression, suffix: str) -> date | None:
        parts = said.parts
        day, month = parts[f"day{suffix}"].value, parts[f"month{suffix}"].value
        weekday = parts.get(f"weekday{suffix}")
        year = parts.get(f"year{suffix}")
        if year:
            return _date(year.value, month, day)
        return self._nearest(month, day, weekday.value if weekday else None, said)

    def _nearest(self, month: int, day: int, weekday: int | None, said: Expression) -> date | None:
        """Complete a day without a year: the nearest that the weekday and the tense allow."""
        if self._reference is None:
            return None
        years = range(self._reference.year - 6, self._reference.year + 7)
        days = [found for year in years if (found := _date(year, month, day))]
        reference = self._reference

        def distance(found: date) -> int:
            return abs((found - reference).days)

        if weekday is not None:  # where no near year agrees, the text contradicts itself
            days = [day for day in days if day.weekday() == weekday and distance(day) < _FAR]

        nearest = min(days, key=distance, default=None)
        if nearest is None or weekday is not None or distance(nearest) < _MONTHS_AWAY // 2:
            return nearest
        tense = self._tense(said.start, said.end)
        wanted = [found for found in days if (found - reference).days * tense >= 0]
        return min(wanted, key=distance, default=nearest)

    def _numeric(self, said: Expression) -> Iterator[Resolved]:
        token = said.parts["numeric"]
        numbers = [int(part) for part in _split(token)]
        found: date | None
        if token.letter == "I":
            found = _date(*numbers)
        else:
            first, second, year = numbers
            if self._language == "en" and first <= 12 and second <= 12 and first != second:
                found = None
            else:
                found = _date(year, second, first) or _date(year, first, second)
        yield _resolved(said, Days(found, found, "day"))

    def _short(self, said: Expression) -> Iterator[Resolved]:
        first, second = (int(part) for part in _split(said.parts["short"]))
        weekday = said.parts.get("weekday")
        for day, month in ((first, second), (second, first)):
            found = self._nearest(month, day, weekday.value if weekday else None, said)
            if found or weekday is None:
                yield _resolved(said, Days(found, found, "day"))
                return

    def _weekday_day(self, said: Expression) -> Iterator[Resolved]:
        day, weekday = said.parts["day"].value, said.parts["weekday"]
        reference = self._reference
        near = []
        if reference:
            near = [reference + shift * DAY for shift in range(-31, 32)]
            near = [found for found in near if (found.day, found.weekday()) == (day, weekday.value)]
        if near and reference:
            found = min(near, key=lambda each: abs((each - reference).days))
            yield _resolved(said, Days(found, found, "day"))
        elif weekday.letter == "W":
            yield from self._weekday(said)

    def _list(self, said: Expression) -> Iterator[Resolved]:
        for token in said.tokens:
            parts = {**said.parts, "day": token}
            one = Expression("day", token.start, token.end, parts, [token])
            yield from self._day(one)

    def _days(self, said: Expression) -> Iterator[Resolved]:
        parts = dict(said.parts)
        parts.setdefault("month", parts.get("month2", parts["day"]))
        if "day3" in parts:
            parts["day2"] = parts["day3"]
        parts.setdefault("month2", parts["month"])
        if "year2" in parts:
            parts.setdefault("year", parts["year2"])
        whole = said._replace(parts=parts)
        first, last = self._written_day(whole, ""), self._written_day(whole, "2")
        joint = parts["joint"].letter
        between = parts.get("between")
        if joint == "e" and not (between and between.letter == "g"):
            day, day2 = parts["day"], parts["day2"]
            yield Resolved(said.start, day.end, Days(first, first, "day"))
            second = parts.get("weekday2", day2)
            yield Resolved(second.start, said.end, Days(last, last, "day"))
            return
        if first and last and first > last and "year" not in said.parts:
            first = _date(first.year - 1, first.month, first.day)
        if first and last and first <= last and (last - first).days <= _LONGEST_RANGE:
            yield _resolved(said, Days(first, last, "day"))
        else:
            yield _resolved(said, UNRESOLVED)

    # Days of the week and days counted from the reference

    def _weekday(self, said: Expression) -> Iterator[Resolved]:
        found = None
        if self._reference:
            future = self._tense(said.start, said.end) > 0
            found = _weekday(self._reference, said.parts["weekday"].value, future)
        yield _resolved(said, Days(found, found, "day"))

    def _weekday_next(self, said: Expression) -> Iterator[Resolved]:
        found = None
        if self._reference:
            found = _weekday(self._reference + DAY, said.parts["weekday"].value, future=True)
        yield _resolved(said, Days(found, found, "day"))

    def _weekday_last(self, said: Expression) -> Iterator[Resolved]:
        found = None
        if self._reference:
            found = _weekday(self._reference - DAY, said.parts["weekday"].value, future=False)
        yield _resolved(said, Days(found, found, "day"))

    def _night(self, said: Expression) -> Iterator[Resolved]:
        """Resolve two days of the week, the second of which follows the first."""
        first, second = said.parts["weekday"], said.parts["weekday2"]
        one = two = None
        if self._reference:
            future = self._tense(said.start, said.end) > 0
            two = _weekday(self._reference, second.value, future)
            one = two - ((second.value - first.value) % 7) * DAY
        yield Resolved(said.start, first.end, Days(one, one, "day"))
        yield Resolved(second.start, said.end, Days(two, two, "day"))

    def _night_day(self, said: Expression) -> Iterator[Resolved]:
        """Resolve "from Monday to Tuesday 5 March": the first day is before the second."""
        before, weekday = said.parts["before"], said.parts["weekday"]
        last = self._written_day(said, "")
        first = _shifted(last, -((weekday.value - before.value) % 7)) if last else None
        yield Resolved(before.start, before.end, Days(first, first, "day"))
        yield Resolved(weekday.start, said.end, Days(last, last, "day"))

    def _today_weekday(self, said: Expression) -> Iterator[Resolved]:
        """Resolve "today, Thursday": the weekday decides where the two differ by a day."""
        found = None
        if self._reference:
            said_day = self._reference + said.parts["offset"].value * DAY
            weekday = said.parts["weekday"].value
            near = [said_day + shift * DAY for shift in (0, -1, 1)]
            found = next((day for day in near if day.weekday() == weekday), None)
        yield _resolved(said, Days(found, found, "day"))

    def _offset(self, said: Expression) -> Iterator[Resolved]:
        found = None
        if self._reference:
            found = _shifted(self._reference, said.parts["offset"].value)
        yield _resolved(said, Days(found, found, "day"))

    def _eve(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._beside(said, -1))

    def _morrow(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._beside(said, 1))

    def _beside(self, said: Expression, shift: int) -> Days:
        if self._spoken is None or said.start - self._spoken[0] > _REACH:
            return UNRESOLVED
        found = _shifted(self._spoken[1], shift)
        return Days(found, found, "day")

    # Months, years and units of time

    def _month(self, said: Expression) -> Iterator[Resolved]:
        month, year = said.parts["month"].value, said.parts["year"].value
        yield _resolved(said, _month_days(year, month))

    def _months(self, said: Expression) -> Iterator[Resolved]:
        parts = said.parts
        year2 = parts.get("year2") or parts.get("year")
        year = parts.get("year") or year2
        if not (year and year2):
            if parts.get("between"):
                yield _resolved(said, Days(None, None, "month"))
            return
        first = _month_days(year.value, parts["month"].value)
        last = _month_days(year2.value, parts["month2"].value)
        between = parts.get("between")
        if parts["joint"].letter == "e" and not (between and between.letter == "g"):
            yield Resolved(said.start, parts["month"].end, first)
            yield Resolved(parts["month2"].start, said.end, last)
        elif first.first and last.last and first.first > last.last and "year" not in parts:
            first = _month_days(year.value - 1, parts["month"].value)
            yield _resolved(said, Days(first.first, last.last, "month"))
        elif first.first and last.last and first.first <= last.last:
            yield _resolved(said, Days(first.first, last.last, "month"))

    def _year(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, _year_days(said.parts["year"].value))

    def _years(self, said: Expression) -> Iterator[Resolved]:
        first, second = said.parts["year"], said.parts["year2"]
        between = said.parts.get("between")
        if said.parts["joint"].letter == "e" and not (between and between.letter == "g"):
            if between:
                yield Resolved(said.start, first.end, _year_days(first.value))
                yield Resolved(second.start, second.end, _year_days(second.value))
        elif first.value < second.value:
            days = Days(date(first.value, 1, 1), date(second.value, 12, 31), "year")
            yield _resolved(said, days)

    def _bare_month(self, said: Expression) -> Iterator[Resolved]:
        month = said.parts["month"]
        yield Resolved(month.start, month.end, Days(None, None, "month"))

    def _month_last(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._near_month(said, -1))

    def _month_next(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._near_month(said, 1))

    def _near_month(self, said: Expression, direction: int) -> Days:
        """Return the nearest month of a name strictly before or after that of the reference."""
        if self._reference is None:
            return Days(None, None, "month")
        month = said.parts["month"].value
        year = self._reference.year
        if (month - self._reference.month) * direction <= 0:
            year += direction
        return _month_days(year, month)

    def _unit_last(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._unit(said, -1))

    def _unit_next(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._unit(said, 1))

    def _unit_this(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._unit(said, 0))

    def _ago(self, said: Expression) -> Iterator[Resolved]:
        yield _resolved(said, self._unit(said, -said.parts["count"].value))

    def _unit(self, said: Expression, count: int) -> Days:
        """Return the day, week (from Monday), month or year so many units from the reference."""
        unit = UNITS[said.parts["unit"].value]
        precision: Precision = unit if unit in ("month", "year") else "day"  # type: ignore[assignment]
        reference = self._reference
        if reference is None:
            return Days(None, None, precision)
        if unit == "year":
            return _year_days(reference.year + count)
        if unit == "month":
            months = reference.year * 12 + reference.month - 1 + count
            return _month_days(months // 12, months % 12 + 1)
        if unit == "week":
            first = _shifted(reference, 7 * count - reference.weekday())
            return Days(first, _shifted(first, 6) if first else None, "day")
        found = _shifted(reference, count)
        return Days(found, found, "day")


def _resolved(said: Expression, days: Days) -> Resolved:
    return Resolved(
        said.start, said.end, days if days.first and days.last else Days(None, None, days.precision)
    )


def _split(token: Token) -> list[str]:
    return token.text.rstrip(".").replace("/", "-").replace(".", "-").split("-")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(day: date, days: int) -> date | None:
    try:
        return day + days * DAY
    except OverflowError:
        return None


def _weekday(reference: date, weekday: int, future: bool) -> date:
    """Return the nearest such day of the week, the reference included."""
    if future:
        return reference + ((weekday - reference.weekday()) % 7) * DAY
    return reference - ((reference.weekday() - weekday) % 7) * DAY


def _month_days(year: int, month: int) -> Days:
    if not 1 <= year <= 9999:
        return Days(None, None, "month")
    return Days(*month_period(year, month), "month")


def _year_days(year: int) -> Days:
    if not 1 <= year <= 9999:
        return Days(None, None, "year")
    return Days(date(year, 1, 1), date(year, 12, 31), "year")
