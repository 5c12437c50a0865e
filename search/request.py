"""SearchRequest: the parameters of a search, parsed and validated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FACETS = ("organization", "theme", "date", "lang", "source")
VALUE_FACETS = ("organization", "theme", "lang", "source")

Sort = Literal["relevance", "-date", "date"]
Undated = Literal["include", "exclude", "only"]
Interval = Literal["auto", "year", "month", "day"]
Highlight = Literal["true", "false", "offsets"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search, valid by construction when it comes from ``parse_request``.

    ``selected`` and ``excluded`` map a value facet to canonical values (OR within a facet, AND
    between facets). ``date_from`` and ``date_to`` are inclusive days. ``cursor`` is ``"*"`` for
    the first page of a deep walk, then what the previous answer gave as ``next_cursor``.
    ``locale`` is the language of labels, an ISO 639-1 code.
    """

    q: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    undated: Undated | None = None
    date_field: Literal["published", "mentioned"] = "published"
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 20
    cursor: str | None = None
    facets: tuple[str, ...] = FACETS
    facet_size: int = 20
    interval: Interval = "auto"
    highlight: Highlight = "true"
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter that was not understood; ``code`` and ``values`` make the message."""

    parameter: str
    code: str
    value: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    suggestion: str | None = None


class InvalidRequest(Exception):
    """All faults of one request at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{fault.parameter}: {fault.code}" for fault in faults))
        self.faults = faults
