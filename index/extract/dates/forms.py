"""The forms of dates: regular expressions over the classes of words.

The letters of the classes of words are in ``words.py``, those of numbers in ``scanner.py``.
"""

import re
from functools import cache

from index.extract.dates.words import table

_ANY_YEAR = r"(?:Y|[RH](?!u)|[QK](?![xu]))"
"""A year of four digits. A round one before a noun is none: "le 12 juin 1500 personnes"."""
_PAUSE = r"(?=[;.)]|,(?!N)|$)"
"""What stands behind a year of two or three digits that has no apostrophe."""
_BEFORE_YEAR = r"(?:,|[dbptqf]{0,2}(?:U[db]?)?)"
_THAT_YEAR = rf"(?:{_ANY_YEAR}|J|[cj]{_PAUSE}|(?<![,dbptqfU])N{_PAUSE})"
_YEAR = rf"(?:{_BEFORE_YEAR}(?P<%s>{_THAT_YEAR}))?"
_UNCLEAR = r"(?P<unclear>j(?![uPU])|c(?![xuPU])|N(?=[apq]))"
"""A number behind a month that may be a year, or a count of something."""
_YEAR_IF_ANY = rf"(?:{_BEFORE_YEAR}(?P<year>{_THAT_YEAR})|{_UNCLEAR})?"
_WHICH_YEAR = (
    r"(?:[dbptlfq]{0,3}(?P<unit>U)?(?P<turn>[LX])(?!v)(?P<unit2>U)?"
    r"|[dbptlf]{0,2}(?:T(?P<this>U)|(?P<this2>U)T))?"
)
"""Behind a day and month: "last", "next", "of last year", "this year"."""
_WEEKEND = rf"[sv](?![LX]?[dbptlfq]{{0,3}}(?:[Mm]|{_ANY_YEAR}|[NO]\.?[db]?[Mm]))"
"""A weekend that is seen from a day, and not one of a month or year that stands behind it."""
_UNIT = rf"(?P<unit>U|{_WEEKEND})"
_DAY_OF_WEEK = r"(?:[tlfbT]?(?P<%s>[Ww])(?:(?<=w)\.)?,?\(?[tlf]{0,2})?"


def _day_month(suffix: str) -> str:
    day = rf"(?P<day{suffix}>[NO])\.?[db]?(?P<month{suffix}>[Mm])\.?"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


def _month_day(suffix: str) -> str:
    day = rf"(?P<month{suffix}>[Mm])\.?t?(?P<day{suffix}>[NO])"
    return _DAY_OF_WEEK % f"weekday{suffix}" + day


_THE_YEAR = rf"(?P<year>{_ANY_YEAR}|J)(?![u-]|;N)"
_SOME_YEAR = (
    rf"(?:[dbtfl]{{0,2}}(?:U[db]?)?{_THE_YEAR}"
    r"|[dbtfl]{0,3}(?:(?P<turn>[LXT])(?P<unit>U)|(?P<unit2>U)(?P<turn2>[LXT])))"
)
"""Behind a part of a year: the year, or "of last year"."""
_SEASON_YEARS = r"(?P<year>[YRHQ])(?:-|;)(?P<year2>[YR]|[NjJn](?!\.?[dbMm]))"
_SEASONS = r"(?P<part>&)(?:-|;|e[tl]{0,2})(?P<part2>&)"
_TWO_YEARS = r"(?P<year>[YR])(?P<joint>-|;)(?P<year2>[YRNjJn])"
_IN_YEAR = r"(?:q[tlb]?U?|U)(?P<year>[YRH])"
_WEEKDAY1 = r"(?:t?(?P<weekday>W)t?)?"
_WEEKDAY2 = r"(?:(?P<weekday2>W)t?)?"
_END = r"(?P<day2>[NO])\.?[db]?(?P<month2>[Mm])\.?" + _YEAR % "year2"

# Name, pattern, and the rule that a language must have for the form (empty: none).
_FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "days",
        rf"(?P<between>[fgb]?)(?:[tl]P?)?{_WEEKDAY1}(?P<day>[NO])\.?(?P<joint>a|-|e)a?[tl]?{_WEEKDAY2}{_END}",
        "",
    ),
    (
        "days",
        rf"(?P<between>[fgb]?)t?{_day_month('')}{_YEAR % 'year'}(?P<joint>a|-|e)a?[tl]?"
        rf"{_day_month('2')}{_YEAR % 'year2'}",
        "",
    ),
    (
        "days",
        rf"(?P<between>[fgb]?){_month_day('')}{_YEAR % 'year'}(?P<joint>a|-|e)a?"
        rf"(?:t?{_month_day('2')}|(?P<day3>N)(?![MmN])){_YEAR % 'year2'}",
        "month-first",
    ),
    (
        "day_and_weekday",
        rf"(?P<weekday>W)t?(?P<day>N)(?:[db]?(?P<month>[Mm])\.?{_YEAR % 'year'})?e[tl]?"
        r"(?P<weekday2>W)(?!t?\(?[NOLX])",
        "",
    ),
    ("night_day", rf"[fb]?(?P<before>W)a{_day_month('')}{_YEAR % 'year'}", ""),
    (
        "list",
        rf"(?P<list>[NO]\.?(?:(?:,|e)[tl]?[NO]\.?){{1,6}})[db]?(?P<month>[Mm])\.?{_YEAR % 'year'}",
        "",
    ),
    (
        "list",
        rf"(?P<month>[Mm])\.?(?P<list>N(?:,N){{1,5}},?eN)"
        rf"(?:{_BEFORE_YEAR}(?P<year>{_ANY_YEAR})|(?=[.;),]|$))",
        "month-first",
    ),
    ("told_day", rf"{_day_month('')}(?P<told>F)", ""),
    ("day", rf"{_IN_YEAR},?[tlf]?{_day_month('')}(?!{_ANY_YEAR})", ""),
    ("day", rf"{_IN_YEAR},?[tlf]?{_month_day('')}(?!,?{_ANY_YEAR}|[MmP])", "month-first"),
    ("day", rf"{_day_month('')}\((?P<year>[YRH])\)", ""),
    ("day", rf"[tl]?(?P<turn>[LX])t?{_day_month('')}(?!{_ANY_YEAR})", ""),
    ("day", rf"[tl]?(?P<turn>[LX])t?{_month_day('')}(?!,?{_ANY_YEAR}|[MmP])", "month-first"),
    ("day", rf"{_day_month('')}{_YEAR_IF_ANY}{_WHICH_YEAR}", ""),
    (
        "day",
        rf"(?<!q){_month_day('')}{_YEAR_IF_ANY}(?![MmP]){_WHICH_YEAR}",
        "month-first",
    ),
    (
        "numerics",
        rf"(?P<between>[fgb]?)[tl]?{_DAY_OF_WEEK % 'weekday'}"
        rf"(?P<numeric>[DIBZS]|N\.?(?=-)|(?<=[fgbtl])N\.?(?=[ae]))"
        rf"(?P<joint>a|-|e)a?[tl]?{_DAY_OF_WEEK % 'weekday2'}(?P<numeric2>[DIB])",
        "",
    ),
    (
        "numerics",
        rf"(?P<between>[fgb])[tl]?{_DAY_OF_WEEK % 'weekday'}(?P<numeric>Z)(?P<joint>a|-|e)a?[tl]?"
        rf"{_DAY_OF_WEEK % 'weekday2'}(?P<numeric2>Z)",
        "dotted-days",
    ),
    ("numeric", rf"{_DAY_OF_WEEK % 'weekday'}(?P<numeric>[DI])(?!z)", ""),
    ("month_day", r"(?P<day>[NO])[UP]?[dbf]{1,2}[tl]?(?P<turn>[LXT])(?P<unit>U)(?![LX])", ""),
    ("month_day", r"(?P<day>[NO])U?[dbf]{1,2}[tl]?(?P<unit>U)(?P<turn>[LX])", ""),
    ("month_day", r"(?<=[tl])(?P<day>N)(?P<turn>T)(?P<unit>U)", ""),
    ("month_day", r"(?P<day>N)\.(?:t|t?(?P<turn>[LXT]))(?P<unit>U)", "dotted-days"),
    ("numeric", r"[tlfbT]?(?P<weekday>[Ww])\.?,?\(?[tlf]{0,2}(?P<numeric>[Bo])", ""),
    ("numeric", r"[abdefglptq(](?P<numeric>B)", ""),
    ("numeric", r"[tf](?P<numeric>o)", "dotted-days"),
    ("short", r"(?P<weekday>[Ww])\.?,?\(?[tl]?(?P<short>S)\)?", ""),
    ("short", r"(?:(?P<weekday>[Ww])\.?,?\(?[tlf]{0,2}|[tf])(?P<short>Z)", "dotted-days"),
    (
        "months",
        rf"(?P<between>[fgb]?)(?P<month>M){_YEAR % 'year'}(?P<joint>a|-|e)a?"
        rf"(?P<month2>[Mm]){_YEAR % 'year2'}",
        "",
    ),
    (
        "months",
        rf"(?P<between>[fgb])(?P<month>m)(?P<joint>a|-|e)a?(?P<month2>[Mm]){_BEFORE_YEAR}"
        rf"(?P<year2>{_THAT_YEAR})",
        "",
    ),
    (
        "months",
        rf"(?P<between>[fgb]?)(?P<month>m){_BEFORE_YEAR}(?P<year>Y)(?P<joint>a|-|e)a?"
        rf"(?P<month2>[Mm]){_YEAR % 'year2'}",
        "ambiguous-months",
    ),
    ("month", rf"[pqbf]?(?P<month>[Mm])\.?,?[dbpq]{{0,2}}(?P<year>{_ANY_YEAR})(?!-?N)", ""),
    ("joined_seasons", rf"{_SEASONS}[dbtfl]{{0,2}}(?:U[db]?)?{_SEASON_YEARS}", ""),
    ("joined_seasons", rf"{_SEASONS}{_SOME_YEAR}", ""),
    ("season_of_years", rf"(?P<part>&)[dbtfl]{{0,2}}(?:U[db]?)?{_SEASON_YEARS}", ""),
    ("season_of_years", rf"(?P<part>&)b?p{_SEASON_YEARS}", "joined-prefixes"),
    ("part_of_year", rf"(?P<part>[/&]){_SOME_YEAR}", ""),
    ("part_of_year", rf"(?P<part>[/&])b?p{_THE_YEAR}", "joined-prefixes"),
    ("part_of_year", r"(?P<year>[YR])(?P<part>/)(?![dbtfl]{0,3}[YRULXT])", "modifier-first"),
    (
        "first_months",
        rf"(?:[O!](?P<count>[CN])|(?P<count2>[CN])[O!])(?P<months>[UP]){_SOME_YEAR}",
        "",
    ),
    ("years", r"(?P<between>[fgbpq]?)(?P<year>[YR])(?P<joint>a|e|-)(?P<year2>[YR])(?![u-])", ""),
    ("years", r"(?P<between>[fgb])(?P<year>H)(?P<joint>a|e)(?P<year2>[YH])(?![uxz-])", ""),
    ("two_years", rf"=[dbtfl]{{0,2}}{_TWO_YEARS}(?!-)", ""),
    ("two_years", rf"[pq]?[tl]?{_TWO_YEARS}=", ""),
    ("two_years", rf"[pq][tlb]?U?[tlbdf]?{_TWO_YEARS}(?<=[NjJ])(?!\.?[dbMm-])", ""),
    ("year", r"~W[db](?P<year>[YRH])", ""),
    ("year", r"(?:p-|[pq][tlb]?U?|U)[tlbdf]?(?P<year>[YR])(?![uNM-])", ""),
    ("year", r"\((?P<year>[YR])\)", ""),
    ("year", r"(?:[pq][tlb]?)?U[tlbdf]?(?P<year>[HQ])(?![uzNM-])", ""),
    ("early_year", r"[pq][tlb]?(?P<year>[HQ])(?![uzNMP-]|[ae]?[nNcjYRHQK])", ""),
    ("years", r"(?<=\()(?P<year>[HQ])(?P<joint>-)(?P<year2>[HQYR])(?=\))", ""),
    ("weekday_day", r"(?P<weekday>[Ww])\(?t?(?P<day>N)\)?(?![MmuUPN])", ""),
    ("weekday_day", r"(?P<weekday>W)t(?P<day>O)(?=[,.;)]|$)", ""),
    ("weekday_day", r"(?P<weekday>W),(?P<day>N)(?=[,;.)])", "weekday-comma-day"),
    ("habit", r"h[tlOi!]?W|fWaW(?!t?[NO])|[WMU]h|Wib?[Mm]|W(?=[db][Mm])", ""),
    ("habit", r"(?<=[iOL!])W(?=(?:[dbf][tl]?|q)(?:[Mm]|[Th]?U))", "modifier-first"),
    ("habit", r"(?<=[O!])W(?=(?:[dbf][tl]?|q)(?:[Mm]|[Th]?U))", "cased"),
    ("habit", r"W[db]?(?:F(?=U)|(?=UF))", ""),
    ("habit", r"~W(?!t?[NO])", ""),
    ("told_weekday", r"[tl]?(?P<weekday>W)(?P<told>F)", ""),
    ("told_weekday", r"(?P<told>F)(?P<weekday>W)", "modifier-first"),
    (
        "weekday_of_week",
        r"[tl]?[tTf]?(?P<weekday>W)[db]?[tl]?(?P<turn>[LX])(?P<unit>U)",
        "modifier-first",
    ),
    ("weekday_of_week", r"[tl]?[tTf]?(?P<weekday>W)[db]?[tl]?(?P<unit>U)(?P<turn>[LX])", ""),
    (
        "weekday_of_week",
        r"(?P<turn>[LX])(?P<unit>U)[dbtlf]?(?P<weekday>W)(?!t?\(?[NO])",
        "modifier-first",
    ),
    ("weekday_of_week", r"(?P<unit>U)(?P<turn>[LX])[dbtlf]?(?P<weekday>W)(?!t?\(?[NO])", ""),
    ("weeks_after", r"[tl]?X?(?P<weekday>W)(?P<unit>U)(?![dbLX-]|[pqa],?U|,qU)", "week-behind-day"),
    (
        "weeks_after",
        r"(?P<count>[CN])(?P<unit>[UP])(?P<joint>[tf])(?P<weekday>W)",
        "week-behind-day",
    ),
    ("weeks_after", r"(?P<weekday>W)q(?P<count>[Ciy])(?P<unit>[UP])", ""),
    ("weeks_after", r"(?<!T)(?P<weekday>W)q(?P<count>[Ci])", "days-in-eight"),
    ("weekday_next", r"[tl]?[tTf]?(?P<weekday>W)X", ""),
    ("weekday_next", r"X(?P<weekday>W)", "modifier-first"),
    ("weekday_last", r"[tl]?[tTf]?(?P<weekday>W)L", ""),
    ("weekday_last", r"L(?P<weekday>W)", "modifier-first"),
    ("today_weekday", r"(?P<offset>r),?\(?t?(?P<weekday>W)\)?", ""),
    (
        "night",
        r"(?P<weekday>W)(?P<joint>a)a?(?P<weekday2>w)(?!-|x|t?\(?[NOLX])",
        "weekday-comma-day",
    ),
    ("night", r"(?P<weekday>w)(?P<joint>a)a?(?P<weekday2>W)(?!t?\(?[NOLX])", "weekday-comma-day"),
    ("night", r"(?P<weekday>w)(?P<joint>a)(?P<weekday2>w)(?=[,.;)]|$)", "weekday-comma-day"),
    ("night", r"(?P<weekday>W)(?P<joint>a)(?P<weekday2>W)", ""),
    ("weekday_this", r"(?<=T)(?P<weekday>W)(?!-W)", "near-this"),
    ("weekday", r"(?<!l)(?P<weekday>W)(?!-W)", ""),
    ("month_last", r"[pqbf]?(?P<month>M)L", ""),
    ("month_next", r"[pqbf]?(?P<month>M)X", ""),
    ("month_last", r"L(?P<month>[Mm])", "modifier-first"),
    ("month_next", r"X(?P<month>[Mm])", "modifier-first"),
    ("ago_both", r"A(?P<count>[CNy])(?P<unit>[PU])e(?P<count2>[CNy])(?P<unit2>[PU])", ""),
    ("ago_both", r"(?P<count>[CNy])(?P<unit>[PU])e(?P<count2>[CNy])(?P<unit2>[PU])G", ""),
    ("from_day", r"(?P<count>[CNy])(?P<unit>[PU])(?P<joint>[pf])(?P<offset>r)", ""),
    ("from_day", r"(?P<offset>r)q(?P<count>[CNy])(?P<unit>[PU])", ""),
    ("ago", r"A(?P<count>[CNy])(?P<unit>[PUv])", ""),
    ("ago", r"(?P<count>[CNy])(?P<unit>[PUv])G", ""),
    ("unit_last", rf"(?<![CNy]){_UNIT}L", ""),
    ("unit_next", rf"(?<![CNy]){_UNIT}X", ""),
    ("unit_last", rf"(?<![Cy])L{_UNIT}", "modifier-first"),
    ("unit_next", rf"(?<![Cy])X{_UNIT}", "modifier-first"),
    ("unit_this", rf"T{_UNIT}(?![LX])", ""),
    ("unit_this", rf"(?P<unit>{_WEEKEND})(?<=s)", ""),
    ("offset", r"(?P<offset>r)", ""),
    ("eve", r"V", ""),
    ("morrow", r"E", ""),
    ("bare_month", r"(?:q|[pbf](?!Mt?[NO]))(?P<month>M)(?![hLX])", "month-first"),
    ("bare_month", r"[pqbf](?P<month>M)(?![hLX])", "day-first"),
)


@cache
def grammar(language: str) -> tuple[re.Pattern[str], dict[str, tuple[str, dict[str, str]]]]:
    """Return one pattern of all forms of a language, and what its groups are called in each."""
    alternatives = []
    groups: dict[str, tuple[str, dict[str, str]]] = {}
    rules = {"", *table(language).rules}
    rules |= {"day-first"} - {rule.replace("month", "day") for rule in rules}
    for number, (form, pattern, rule) in enumerate(_FORMS):
        if rule not in rules:
            continue
        names = dict.fromkeys(re.findall(r"\(\?P<(\w+)>", pattern))
        renamed = re.sub(r"\(\?P<(\w+)>", rf"(?P<f{number}_\1>", pattern)
        alternatives.append(f"(?P<f{number}>{renamed})")
        groups[f"f{number}"] = (form, {name: f"f{number}_{name}" for name in names})
    # Spares most attempts.
    starts = "(?=[A-Z!=abdefghlmpqrstvwy(/&~])(?=[^x;]{0,18}?[WwMmDIBoSZYRHQJrVEULPGsv&])"
    return re.compile(starts + "(?:" + "|".join(alternatives) + ")"), groups
