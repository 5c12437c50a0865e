"""Sentences as newspapers, courts, minutes, laws, programmes and essays write them.

Each is beside the days that a documentalist would read, seen from Thursday 14 November 2019. The
days were written down before the sentences were tried. Dates that stay as written are left out.
"""

from datetime import date
from pathlib import Path

import pytest

from index.document import Span
from index.extract.dates import mentioned_dates
from index.extract.dates.passages import scan
from index.extract.dates.scanner import expressions

REFERENCE = date(2019, 11, 14)
LINES = Path(__file__).with_name("dates_sentences.txt").read_text("utf-8").splitlines()
LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "ar")


def days(text: str, language: str) -> str:
    """Return the days of a sentence as the file has them."""
    whole = [(Span(0, len(text)), language)]
    found = [one for one in mentioned_dates(text, whole, REFERENCE) if one.first]
    ranges = (one.first if one.first == one.last else f"{one.first}..{one.last}" for one in found)
    return "; ".join(ranges) or "-"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_have_the_days_of_a_documentalist(language: str) -> None:
    cases = [line.split(" | ") for line in LINES if line.startswith(f"{language} | ")]
    assert len(cases) > 20
    wrong = {
        text: found for _, text, expected in cases if (found := days(text, language)) != expected
    }
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_their_passages_hold_every_date(language: str) -> None:
    for line in LINES:
        own, _, rest = line.partition(" | ")
        if own == language:
            text = rest.partition(" | ")[0]
            found = list(scan(text, 0, len(text), language))
            assert found == list(expressions(text, language)), text
