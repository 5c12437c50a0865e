"""Field filters as they are typed: ``lang:fr``, ``org:ONU``, ``date:2024..2025-02``."""

from datetime import date

from whoosh import query

from index.facets import VALUE_FACETS
from search.query.lexer import Notices
from search.query.nodes import Dated, HasValue
from search.request import period


def condition(field: str, typed: str, notices: Notices) -> tuple[query.Query, str] | None:
    """Return the filter and its normal form; None, with a notice, for what is no value."""
    typed = " ".join(typed.split())
    if not typed:
        return None
    if field == "date":
        return _dated(typed, notices)
    value = VALUE_FACETS[field].canonical(typed)
    shown = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
    return HasValue(field, value, typed), shown


def _dated(typed: str, notices: Notices) -> tuple[query.Query, str] | None:
    earliest, dots, latest = typed.partition("..")
    if not dots:
        latest = earliest
    try:
        periods = [period(text) for text in (earliest, latest) if text]
    except ValueError:
        periods = []
    if not periods:
        notices.add("invalid_date", value=typed)
        return None
    first: date | None = min(each.first for each in periods) if earliest else None
    last: date | None = max(each.last for each in periods) if latest else None
    shown = f"{first or ''}..{last or ''}" if first != last else f"{first}"
    return Dated(first, last), f"date:{shown}"
