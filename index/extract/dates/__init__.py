"""Dates of a document: when it was published, and the dates that its text mentions.

Not for: what a date means to the index (``index.days``) or which documents are found by one
(``search.facets``).
"""

from index.extract.dates.mentioned import mentioned, reference_day
from index.extract.dates.published import published

__all__ = ["mentioned", "published", "reference_day"]
