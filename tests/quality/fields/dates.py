"""How many dates of French dispatches resolve to the right day; coverage on published cases.

Run from the root: ``python -m tests.quality.fields.dates``. The measures:

- weekday, day and month: every ``jeudi 14 novembre`` of the archive must be found and resolved to a
  day that is a Thursday, and to the year where one is written;
- bare weekday: the day and month of such dates are deleted where they lie within six days of the
  publication, and ``jeudi`` alone must resolve to the same day; a judged sample as well;
- junk: prices, ages, percentages, scores, times, phone numbers must give nothing;
- the cases of Recognizers-Text and dateparser.
"""

import gzip
import json
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from index.document import MentionedDate, Span
from index.fields.dates_mentioned import mentioned

SHARED = Path(__file__).parents[4] / "shared" / "data"
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


class Share(NamedTuple):
    """How many of how many were right."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right:,} of {self.of:,} = {100 * self.right / max(self.of, 1):.1f} %"


def dispatches(language: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a press archive."""
    with gzip.open(SHARED / "press" / language / "dispatches.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)


def found_at(text: str, start: int, end: int, reference: date) -> MentionedDate | None:
    """Return what is found over the characters ``start`` to ``end``."""
    for found in mentioned(text, [(Span(0, len(text)), "fr")], reference):
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


def bare_weekday(records: list[dict[str, Any]]) -> tuple[Share, list[str]]:
    """Score bare weekdays made by deleting the day and month behind them."""
    right = of = 0
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
            of += 1
            found = found_at(bare, at, at + len(written["weekday"]), published)
            value = found.first if found else ""
            right += value == expected.isoformat()
            if value != expected.isoformat():
                context = bare[max(0, at - 100) : at + 100].replace("\n", " ")
                errors.append(f"{record['id']} {published} {expected} not {value}: …{context}…")
    return Share(right, of), errors


def judged() -> tuple[Share, list[str]]:
    """Score the bare weekdays of the gold: document, offsets and the day judged."""
    wanted = [json.loads(line) for line in GOLD.read_text().splitlines()]
    ids = {row["id"] for row in wanted}
    records = {record["id"]: record for record in dispatches("fr") if record["id"] in ids}
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


def speed(records: list[dict[str, Any]]) -> float:
    """Return documents a second of processor time, dates alone."""
    began = time.process_time()
    for record in records:
        text = record["text"]
        mentioned(text, [(Span(0, len(text)), "fr")], date.fromisoformat(record["date"]))
    return len(records) / (time.process_time() - began)


def main() -> None:
    """Print the table."""
    import sys

    records = list(dispatches("fr"))
    print("| measure | result |\n| --- | --- |")
    full, contradictory, full_errors = weekday_day_month(records)
    bare, bare_errors = bare_weekday(records)
    print(f"| weekday, day and month | {full} |")
    print(
        f"| the same, where weekday and date contradict each other (left out) | {contradictory} |"
    )
    print(f"| bare weekday, day and month deleted | {bare} |")
    if GOLD.exists():
        sample, sample_errors = judged()
        print(f"| bare weekday, judged sample | {sample} |")
        bare_errors += sample_errors
    print(f"| documents a second | {speed(records[:2000]):,.0f} |")
    if "--errors" in sys.argv:
        print("\n".join(full_errors + bare_errors))


if __name__ == "__main__":
    main()
