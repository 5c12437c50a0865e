"""Dates of a document: when it was published, and the dates that its text mentions.

The words of dates are in ``words-LANGUAGE.txt``, one file for each language. Not for: what a date
means to the index (``index.calendar``), or which documents are found by one (``search.facets``).
"""

from index.extract.dates.mentioned import mentioned_dates, reference_day
from index.extract.dates.published import publication_date
from index.extract.dates.words import fold_word, month_names, weekday_names

__all__ = [
    "fold_word",
    "mentioned_dates",
    "month_names",
    "publication_date",
    "reference_day",
    "weekday_names",
]
