"""How many dates of French dispatches resolve to the right day; coverage on published cases.

Run from the root: ``python -m tools.quality.fields.dates``. The measures:

- weekday, day and month: every ``jeudi 14 novembre`` of the archive must be found and resolved to a
  day that is a Thursday, and to the year where one is written;
- bare weekday: the day and month of such dates are deleted where they lie within six days of the
  publication, and ``jeudi`` alone must resolve to the same day, also by how many days it is after
  the publication; a judged sample as well;
- day and month: the year of written dates is deleted where they lie within 300 days of the
  publication, and the day must be the same;
- the cases of Recognizers-Text, made for assistants that are told of appointments: dates whose
  day is expected and found, found wrong (another day), and sentences without a date in which one
  is found; those of dateparser, each a date alone.
"""

import re
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from index import MentionedDate, Span
from index.extract.dates import mentioned_dates
from index.extract.dates.scanner import expressions
from tools.quality import DATA, press, rows

GOLD = Path(__file__).parent / "gold" / "dates-fr.jsonl"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
_WRITTEN = re.compile(
    rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})(?P<rest> (?P<day>\d{{1,2}})(?:er)?"
    rf" (?P<month>{'|'.join(MONTHS)})(?: (?P<year>\d{{4}}))?)\b"
)
_NEAR = 6
_YEARLESS = 300
LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar")


_DAYS_PT = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira")
_DAYS_AR = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_ELSEWHERE = {
    "pt": (
        re.compile(rf"\b(?P<weekday>{'|'.join(_DAYS_PT)}) \((?P<day>\d{{1,2}})\)"),
        _DAYS_PT,
    ),
    "ar": (
        re.compile(
            rf"(?<!اليوم )(?<!أمس )\b(?P<weekday>{'|'.join(_DAYS_AR)}) (?P<day>\d{{1,2}})"
            r" (?!و)[^\W\d_]{3,9}(?: \d{4})?"
        ),
        _DAYS_AR,
    ),
}


class Share(NamedTuple):
    """How many of how many were right."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right:,} of {self.of:,} = {100 * self.right / max(self.of, 1):.1f} %"


def found_at(text: str, start: int, end: int, reference: date) -> MentionedDate | None:
    """Return what is found over the characters ``start`` to ``end``."""
    for found in mentioned_dates(text, [(Span(0, len(text)), "fr")], reference):
        if found.span.start < end and found.span.end > start:
            return found
    return None


def weekday_day_month(records: list[dict[str, Any]]) -> tuple[Share, int, list[str]]:
    """Score weekdays written with day and month by the weekday of what they resolve to.

    What contradicts itself (no such weekday within two years) is counted apart.
    """
    right = of = contradictory = 0
    errors = []
    for record in records:
        text, published = record["text"], date.fromisoformat(record["date"])
        for written in _WRITTEN.finditer(text):
            expected = possible_days(written, published)
            if not expected:
                contradictory += 1
                continue
            of += 1
            found = found_at(text, *written.span(), published)
            good = found is not None and bool({found.first, found.last} & expected)
            right += good
            if not good:
                value = found.first if found else None
                errors.append(f"{record['id']} {published}: {written.group()} -> {value}")
    return Share(right, of), contradictory, errors


def possible_days(written: re.Match[str], published: date) -> set[str]:
    """Return the days that weekday, day, month and year (if any) agree on, near a day."""
    year = int(written["year"] or 0)
    days = set()
    for candidate in [year] if year else range(published.year - 1, published.year + 2):
        try:
            day = date(candidate, MONTHS.index(written["month"]) + 1, int(written["day"]))
        except ValueError:
            continue
        if day.weekday() == WEEKDAYS.index(written["weekday"]):
            days.add(day.isoformat())
    return days


def true_day(written: re.Match[str], published: date) -> date | None:
    """Return the day within six of the publication that weekday, day and month agree on."""
    for shift in range(-_NEAR, _NEAR + 1):
        day = published + timedelta(shift)
        if (day.day, day.month, day.weekday()) == (
            int(written["day"]),
            MONTHS.index(written["month"]) + 1,
            WEEKDAYS.index(written["weekday"]),
        ):
            return day
    return None


Outcomes = dict[int, Share]
"""What was right by how many days the true day is after the publication."""


def added(outcomes: Outcomes, distance: int, right: bool) -> None:
    """Count one outcome."""
    before = outcomes.get(distance, Share(0, 0))
    outcomes[distance] = Share(before.right + right, before.of + 1)


def bare_weekday(records: list[dict[str, Any]]) -> tuple[Outcomes, list[str]]:
    """Score bare weekdays made by deleting the day and month behind them."""
    outcomes: Outcomes = {}
    errors = []
    for record in records:
        text, published = record["text"], date.fromisoformat(record["date"])
        for written in _WRITTEN.finditer(text):
            expected = true_day(written, published)
            if expected is None:
                continue
            start = written.start()
            before = re.sub(r"\b([Ll]e|[Dd]u) $", "", text[:start])
            bare = before + text[start : written.start("rest")] + text[written.end() :]
            at = len(before)
            found = found_at(bare, at, at + len(written["weekday"]), published)
            value = found.first if found else ""
            added(outcomes, (expected - published).days, value == expected.isoformat())
            if value != expected.isoformat():
                context = bare[max(0, at - 100) : at + 100].replace("\n", " ")
                far = (expected - published).days
                errors.append(f"{far:+} {record['id']} {published} not {value}: …{context}…")
    return outcomes, errors


def _dated(language: str) -> Iterator[tuple[dict[str, Any], date]]:
    """Yield the dispatches of a language whose day of publication is known, with that day."""
    for record in press(language):
        try:
            published = date.fromisoformat(record["date"])
        except ValueError:
            continue
        yield record, published


def year_deleted(language: str) -> tuple[Share, list[str]]:
    """Score days and months made by deleting the year behind them."""
    right = of = 0
    errors = []
    for record, published in _dated(language):
        text = record["text"]
        for one in expressions(text, language):
            month, year = one.parts.get("month"), one.parts.get("year")
            if one.form != "day" or month is None or year is None or year.letter not in "YR":
                continue
            if "weekday" in one.parts or year.start < month.end:
                continue
            try:
                expected = date(year.value, month.value, one.parts["day"].value)
            except ValueError:
                continue
            if abs(expected - published).days > _YEARLESS:
                continue
            day = max(month.end, one.parts["day"].end)
            bare = text[:day] + text[year.end :]
            found = mentioned_dates(bare, [(Span(0, len(bare)), language)], published)
            values = [each.first for each in found if each.span.start < day <= each.span.end]
            of += 1
            right += values[:1] == [expected.isoformat()]
            if values[:1] != [expected.isoformat()]:
                context = bare[max(0, day - 100) : day + 60].replace("\n", " ")
                errors.append(f"{record['id']} {published} {expected} not {values}: …{context}…")
    return Share(right, of), errors


def bare_elsewhere(language: str) -> Outcomes:
    """Score bare weekdays of Portuguese and Arabic archives whose day is deleted likewise.

    The day of the month beside the weekday tells the day, within six of the publication.
    """
    outcomes: Outcomes = {}
    pattern, names = _ELSEWHERE[language]
    for record, published in _dated(language):
        text = record["text"]
        for written in pattern.finditer(text):
            near = (published + timedelta(shift) for shift in range(-_NEAR, _NEAR + 1))
            weekday = names.index(written["weekday"])
            wanted = (int(written["day"]), weekday)
            expected = [day for day in near if (day.day, day.weekday()) == wanted]
            if expected:
                start, end = written.span("weekday")
                bare = text[:end] + text[written.end() :]
                whole = [(Span(0, len(bare)), language)]
                found = mentioned_dates(bare, whole, published)
                over = [one.first for one in found if one.span.start < end and one.span.end > start]
                far = (expected[0] - published).days
                added(outcomes, far, over[:1] == [expected[0].isoformat()])
    return outcomes


def by_distance(outcomes: Outcomes) -> list[str]:
    """Return the shares of all, of the days before, of the same day, and of each day after."""
    groups = [range(-_NEAR, _NEAR + 1), range(-_NEAR, 0), range(1), range(1, 2), range(2, 3)]
    groups.append(range(3, _NEAR + 1))
    shares = []
    for group in groups:
        counted = [share for distance, share in outcomes.items() if distance in group]
        shares.append(str(Share(sum(one.right for one in counted), sum(one.of for one in counted))))
    return shares


def judged() -> tuple[Share, list[str]]:
    """Score the bare weekdays of the gold: document, offsets and the day judged."""
    wanted = list(rows(GOLD))
    ids = {row["id"] for row in wanted}
    records = {record["id"]: record for record in press("fr") if record["id"] in ids}
    right = 0
    errors = []
    for row in wanted:
        record = records[row["id"]]
        published = date.fromisoformat(record["date"])
        found = found_at(record["text"], row["start"], row["end"], published)
        value = found.first if found else ""
        right += value == row["first"]
        if value != row["first"]:
            errors.append(f"{row['id']} {published} {row['first']} not {value}")
    return Share(right, len(wanted)), errors


class Cases(NamedTuple):
    """Dates of published cases: right, wrong, of how many; sentences without one, and junk."""

    right: int = 0
    wrong: int = 0
    of: int = 0
    without: int = 0
    junk: int = 0


def recognizers() -> dict[str, Cases]:
    """Score the cases of Recognizers-Text that its Python version supports, by language."""
    scores = dict.fromkeys(LANGUAGES, Cases())
    for row in rows(DATA / "dates" / "recognizers-text.jsonl.gz"):
        language = row["lang"]
        if language in scores and row["suite"] == "DateTimeModel" and not row["not_supported"]:
            scores[language] = _with_case(scores[language], row)
    return scores


def _with_case(score: Cases, row: dict[str, Any]) -> Cases:
    reference = date.fromisoformat(row["ref"][:10]) if row["ref"] else None
    found = {one.first for one in mentioned_dates(row["text"], _whole(row), reference)}
    if all(
        "date" not in result["TypeName"].removeprefix("datetimeV2") for result in row["results"]
    ):
        return score._replace(without=score.without + 1, junk=score.junk + bool(found))
    for result in row["results"]:
        if result["TypeName"] in ("datetimeV2.date", "datetimeV2.datetime"):
            values = (result.get("Resolution") or {}).get("values") or []
            wanted = {value["value"][:10] for value in values if value.get("value", "")[:1] > " "}
            right = bool(wanted & found)
            wrong = not right and bool(found - {""})
            score = score._replace(
                right=score.right + right, wrong=score.wrong + wrong, of=score.of + 1
            )
    return score


def dateparser() -> dict[str, Cases]:
    """Score the cases of dateparser, which are days alone and never without a date."""
    scores = dict.fromkeys(LANGUAGES, Cases())
    for row in rows(DATA / "dates" / "dateparser.jsonl"):
        if row["lang"] in scores and row["expected"]:
            reference = date.fromisoformat(row["ref"][:10]) if row["ref"] else None
            firsts = {one.first for one in mentioned_dates(row["text"], _whole(row), reference)}
            right = row["expected"][:10] in firsts
            score = scores[row["lang"]]
            scores[row["lang"]] = score._replace(
                right=score.right + right,
                wrong=score.wrong + (not right and bool(firsts - {""})),
                of=score.of + 1,
            )
    return scores


def _whole(row: dict[str, Any]) -> list[tuple[Span, str]]:
    return [(Span(0, len(row["text"])), row["lang"])]


def speed(records: list[dict[str, Any]]) -> float:
    """Return documents a second of processor time, dates alone."""
    began = time.process_time()
    for record in records:
        text = record["text"]
        mentioned_dates(text, [(Span(0, len(text)), "fr")], date.fromisoformat(record["date"]))
    return len(records) / (time.process_time() - began)


def main() -> None:
    """Print the table."""
    records = list(press("fr"))
    print("| measure | result |\n| --- | --- |")
    full, contradictory, full_errors = weekday_day_month(records)
    bare, bare_errors = bare_weekday(records)
    print(f"| weekday, day and month | {full} |")
    print(
        f"| the same, where weekday and date contradict each other (left out) | {contradictory} |"
    )
    if GOLD.exists():
        sample, sample_errors = judged()
        print(f"| bare weekday, judged sample | {sample} |")
        bare_errors += sample_errors
    print(f"| documents a second | {speed(records[:2000]):,.0f} |")
    print("\n| bare weekday | all | 1-6 days before | same day | 1 after | 2 after | 3-6 after |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(f"| fr | {' | '.join(by_distance(bare))} |")
    for language in _ELSEWHERE:
        print(f"| {language} | {' | '.join(by_distance(bare_elsewhere(language)))} |")
    print("\n| day and month, year deleted | within 300 days |\n| --- | --- |")
    for language in ("fr", "en", "es", "de", "pt", "ar"):
        yearless, errors = year_deleted(language)
        print(f"| {language} | {yearless} |")
        full_errors += errors
    print("\n| language | dates found | another day | no date said | but one found | dateparser |")
    print("| --- | --- | --- | --- | --- | --- |")
    alone = dateparser()
    for language, score in recognizers().items():
        days = Share(score.right, score.of)
        lone = Share(alone[language].right, alone[language].of)
        print(f"| {language} | {days} | {score.wrong} | {score.without} | {score.junk} | {lone} |")
    if "--errors" in sys.argv:
        print("\n".join(full_errors + bare_errors))


if __name__ == "__main__":
    main()
