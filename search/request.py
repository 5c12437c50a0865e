"""Partial dates as API parameters write them: 2024, 2024-03, 2024-03-15.

Cursors: where a deep walk through results stands, as an opaque URL-safe word.

A cursor holds the sort key of the last result given (score, publication time, id), so it can be
continued in another generation of the index; and fingerprints of the request and of the
generation, so that a wrong continuation is noticed. The checksum is against accidents (a cursor
cut short by a mail program), not against forgers: a forged cursor only reads results.

SearchRequest: the parameters of a search, parsed and validated.
"""

import re
import struct
import unicodedata
from base64 import b64decode, urlsafe_b64encode
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from hashlib import blake2b
from typing import Literal, NamedTuple, cast, get_args

from index.facets import FACETS as _FACETS
from index.facets import VALUE_FACETS

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Period(NamedTuple):
    """The days that a partial date covers, both inclusive."""

    first: date
    last: date


def period(text: str) -> Period:
    """Return the days of ``2024``, ``2024-03`` or ``2024-03-15`` (any decimal digits).

    Raises ValueError for every other form and for days that no calendar has.
    """
    match = _PARTIAL.fullmatch(ascii_digits(text))
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Period(date(year, month, 1), date(year, month, _month_length(year, month)))
    return Period(date(year, month, day), date(year, month, day))


def ascii_digits(text: str) -> str:
    """Return ``text`` with the decimal digits of every script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _month_length(year: int, month: int) -> int:
    # monthrange raises IllegalMonthError (a ValueError), but accepts year 0 on some versions.
    date(year, month, 1)
    return monthrange(year, month)[1]


_HEAD = struct.Struct("<BB8s8sdq")
_VERSION = 1
_CHECKSUM_BYTES = 4
_SORTS = ("relevance", "-date", "date")


class CursorError(ValueError):
    """The word is not a cursor: cut, altered, or of another version."""


class Cursor(NamedTuple):
    """The last result given: its sort key, under which request, in which generation.

    ``seconds`` is the publication time as ``DateColumn.seconds`` has it.
    """

    sort: str
    request: bytes
    generation: bytes
    score: float
    seconds: int
    id: str


def fingerprint(text: str) -> bytes:
    """Return 8 bytes that stand for ``text``."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def encode_cursor(cursor: Cursor) -> str:
    """Return the cursor as a word of letters, digits, ``-`` and ``_``."""
    payload = _HEAD.pack(
        _VERSION,
        _SORTS.index(cursor.sort),
        cursor.request,
        cursor.generation,
        cursor.score,
        cursor.seconds,
    ) + cursor.id.encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(_checksum(payload) + payload).rstrip(b"=").decode("ascii")


def decode_cursor(word: str) -> Cursor:
    """Return what ``encode`` was given; raises CursorError."""
    try:
        data = b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), b"-_", validate=True)
        payload = data[_CHECKSUM_BYTES:]
        if data[:_CHECKSUM_BYTES] != _checksum(payload):
            raise CursorError("checksum")
        version, sort, request, generation, score, seconds = _HEAD.unpack_from(payload)
        if version != _VERSION:
            raise CursorError("version")
        id = payload[_HEAD.size :].decode("utf-8", "surrogatepass")
        return Cursor(_SORTS[sort], request, generation, score, seconds, id)
    except (ValueError, IndexError, struct.error) as error:
        raise CursorError(str(error)) from error


def _checksum(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_CHECKSUM_BYTES).digest()


FACETS = tuple(facet.name for facet in _FACETS)
"""Names of all facets, in the order in which they are shown."""

MAX_PER_PAGE = 100
MAX_FACET_SIZE = 1_000
MAX_DEPTH = 10_000
"""page x per_page at most; beyond it, a cursor."""

Sort = Literal["relevance", "-date", "date"]
Undated = Literal["include", "exclude", "only"]
Interval = Literal["auto", "year", "month", "day"]
Highlight = Literal["true", "false", "offsets"]
DateField = Literal["published", "mentioned"]
FacetOrder = Literal["count", "name"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search, valid by construction when it comes from ``parse_request``.

    ``selected`` and ``excluded`` map a value facet to canonical values (OR within a facet, AND
    between facets). ``date_from`` and ``date_to`` are inclusive days, of the publication or of
    what the text mentions, as ``date_field`` says. ``cursor`` is ``"*"`` for
    the first page of a deep walk, then what the previous answer gave as ``next_cursor``.
    ``locale`` is the language of labels, an ISO 639-1 code. ``months`` is the most buckets of a
    month that ``interval`` ``auto`` makes; it is no parameter: the page has less room.
    """

    q: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    undated: Undated | None = None
    date_field: DateField = "published"
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 20
    cursor: str | None = None
    facets: tuple[str, ...] = FACETS
    facet_size: int = 20
    interval: Interval = "auto"
    highlight: Highlight = "true"
    locale: str = "fr"
    months: int = 120


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


Kind = Literal["text", "number", "choice", "choices", "date", "values"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query string: what it means, and which values it takes.

    ``kind`` is how it is read: ``text`` as it is; ``number`` from 1 to ``maximum``; ``choice``
    one of ``choices``; ``choices`` any of them, separated by commas; ``date`` a partial date;
    ``values`` the values of a facet, one each time that the parameter is given.
    """

    name: str
    meaning: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    maximum: int | None = None


_DEFAULTS = SearchRequest()
_DECLARED = (
    Parameter(
        "q",
        'What to look for: words, "phrases", -word, AND/OR/NOT (ET/OU/SAUF), prefix*, fuzzy~, '
        "title:word. Never an error; beyond 1,000 characters it is cut, with a warning.",
        default=_DEFAULTS.q,
    ),
    *(
        Parameter(name, f"Only documents with {facet.meaning}. Repeated: any.", "values")
        for name, facet in VALUE_FACETS.items()
    ),
    *(
        Parameter(f"exclude_{name}", f"No document with {facet.meaning}.", "values")
        for name, facet in VALUE_FACETS.items()
    ),
    Parameter(
        "from",
        "First day, inclusive, at the precision given: 2024, 2024-03 or 2024-03-15.",
        "date",
    ),
    Parameter("to", "Last day, inclusive, at the precision given.", "date"),
    Parameter(
        "undated",
        "Undated documents: without it they are left out when a range is given.",
        "choice",
        get_args(Undated),
    ),
    Parameter(
        "date_field",
        "The date that from, to, undated and the date facet speak of: that of publication, or the "
        "days that the text mentions (a document has several).",
        "choice",
        get_args(DateField),
        _DEFAULTS.date_field,
    ),
    Parameter(
        "sort",
        "Order of the results; relevance by default, -date (newest first) when q is empty.",
        "choice",
        get_args(Sort),
    ),
    Parameter(
        "page",
        "Page; page × per_page ≤ 10,000, further by cursor.",
        "number",
        default=_DEFAULTS.page,
    ),
    Parameter(
        "per_page", "Results a page.", "number", default=_DEFAULTS.per_page, maximum=MAX_PER_PAGE
    ),
    Parameter(
        "cursor", "`*` to begin a walk through all results, then the `next_cursor` of each answer."
    ),
    Parameter(
        "facets",
        "Facets to count, separated by commas; empty for none; all by default.",
        "choices",
        FACETS,
    ),
    Parameter(
        "facet_size",
        "Values a facet.",
        "number",
        default=_DEFAULTS.facet_size,
        maximum=MAX_FACET_SIZE,
    ),
    Parameter(
        "interval", "Width of the date buckets.", "choice", get_args(Interval), _DEFAULTS.interval
    ),
    Parameter(
        "highlight",
        "Matches as HTML, not at all, or as character offsets.",
        "choice",
        get_args(Highlight),
        _DEFAULTS.highlight,
    ),
)
PARAMETERS = {parameter.name: parameter for parameter in _DECLARED}
"""Every parameter of a search, by name; ``parse_request`` and the OpenAPI description follow."""


def parse_request(
    args: Mapping[str, Sequence[str]],
    locale: str,
    also: Collection[str] = (),
    parameters: Mapping[str, Parameter] = PARAMETERS,
) -> SearchRequest:
    """Return the request that the parameters ask for.

    ``args`` maps a parameter to all its values in the order given, as read from a query string.
    An empty value stands for a parameter that was not given (a form sends every field it has),
    except that ``facets=`` asks for no facet. ``also`` names parameters that belong to the
    caller: they are not looked at and not unknown. ``parameters`` may have other bounds than
    ``PARAMETERS``. Raises InvalidRequest with all faults.
    """
    arguments = Arguments(args, parameters, also)
    q = arguments.text("q")
    date_from, date_to = arguments.dates()
    sort = cast("Sort", arguments.choice("sort") or ("relevance" if q.strip() else "-date"))
    per_page = arguments.number("per_page")
    cursor = arguments.cursor(sort)
    page = arguments.page(per_page, cursor)
    request = SearchRequest(
        q=q,
        selected=arguments.facet_values(""),
        excluded=arguments.facet_values("exclude_"),
        date_from=date_from,
        date_to=date_to,
        undated=cast("Undated | None", arguments.choice("undated") or None),
        date_field=cast("DateField", arguments.choice("date_field")),
        sort=sort,
        page=page,
        per_page=per_page,
        cursor=cursor,
        facets=arguments.facets(),
        facet_size=arguments.number("facet_size"),
        interval=cast("Interval", arguments.choice("interval")),
        highlight=cast("Highlight", arguments.choice("highlight")),
        locale=locale,
    )
    arguments.check()
    return request


class Arguments:
    """The arguments of one query string, read as their parameters declare.

    ``args`` maps a name to its values in the order given; empty values count as not given.
    ``also`` are names that are neither read here nor unknown. Faults are collected, so that
    ``check`` raises them all at once.
    """

    def __init__(
        self,
        args: Mapping[str, Sequence[str]],
        parameters: Mapping[str, Parameter],
        also: Collection[str] = (),
    ) -> None:
        self.args = {name: [value for value in args[name] if value.strip()] for name in args}
        self.parameters = parameters
        self.faults: list[Fault] = []
        names = (*parameters, *also)
        for name in self.args:
            if name not in names:
                nearest = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
                suggestion = nearest[0] if nearest else None
                self.faults.append(
                    Fault(_printable(name)[:100], "unknown_parameter", suggestion=suggestion)
                )

    def check(self) -> None:
        """Raise InvalidRequest if there is any fault."""
        if self.faults:
            raise InvalidRequest(tuple(self.faults))

    def fault(self, name: str, code: str, value: str | None = None, **values: str) -> None:
        """Note a fault; ``values`` are those of its sentence."""
        shown = None if value is None else _printable(value)[:200]
        self.faults.append(Fault(name, code, shown, values, values.get("suggestion")))

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that may be given once."""
        values = self.args.get(name, [])
        if len(values) > 1:
            self.fault(name, "repeated_parameter", values[1], count=str(len(values)))
        return values[0] if values else None

    def text(self, name: str) -> str:
        """Return a text; lone surrogates, which no answer can hold, become question marks."""
        value = self.one(name) or ""
        # Lone surrogates come from command lines that are not UTF-8; no answer can hold them.
        return value.encode("utf-8", "replace").decode("utf-8")

    def choice(self, name: str) -> str:
        """Return the choice, or its default; empty if it has none."""
        parameter = self.parameters[name]
        value = self.one(name)
        default = str(parameter.default or "")
        if value is None:
            return default
        if value.strip().lower() in parameter.choices:
            return value.strip().lower()
        self._not_a_choice(parameter, value)
        return default

    def _not_a_choice(self, parameter: Parameter, value: str) -> None:
        choices = parameter.choices
        nearest = get_close_matches(value.strip().lower(), choices, n=1, cutoff=0.5)
        more = {"suggestion": nearest[0]} if nearest else {}
        self.fault(parameter.name, "invalid_choice", value, choices=", ".join(choices), **more)

    def number(self, name: str) -> int:
        """Return the number, or its default."""
        parameter = self.parameters[name]
        default, maximum = int(parameter.default or 1), parameter.maximum
        value = self.one(name)
        number = default if value is None else _integer(value)
        bounds = {"minimum": "1"} if maximum is None else {"minimum": "1", "maximum": str(maximum)}
        if number is None:
            self.fault(name, "invalid_number", value, **bounds)
        elif number < 1 or (maximum is not None and number > maximum):
            self.fault(name, "out_of_range", value, **bounds)
        else:
            return number
        return default

    def page(self, per_page: int, cursor: str | None) -> int:
        """Return the page, which must not be too deep, nor given with a cursor."""
        page = self.number("page")
        given = next(iter(self.args.get("page", ())), None)
        if cursor is not None and given is not None:
            self.fault("page", "page_with_cursor", given)
        elif page * per_page > MAX_DEPTH:
            last = str(MAX_DEPTH // per_page)
            self.fault("page", "page_too_deep", given, limit=str(MAX_DEPTH), last=last)
        return page

    def cursor(self, sort: str) -> str | None:
        """Return the cursor, which must be one of results in the order ``sort``."""
        value = self.one("cursor")
        if value is None or value.strip() == "*":
            return value and "*"
        try:
            cursor = decode_cursor(value.strip())
        except CursorError:
            self.fault("cursor", "invalid_cursor", value)
            return None
        if cursor.sort != sort:
            self.fault("cursor", "cursor_mismatch", value)
        return value.strip()

    def dates(self) -> tuple[date | None, date | None]:
        """Return the first and the last day of the range."""
        first, last = self.period("from"), self.period("to")
        if first and last and first.first > last.last:
            self.fault("from", "empty_range", self.args["from"][0], to=self.args["to"][0])
        return first and first.first, last and last.last

    def period(self, name: str) -> Period | None:
        """Return the days of a partial date."""
        value = self.one(name)
        if value is None:
            return None
        try:
            return period(value.strip())
        except ValueError:
            self.fault(name, "invalid_date", value)
            return None

    def facets(self) -> tuple[str, ...]:
        """Return the names of the facets to count, in the order in which they are shown."""
        if "facets" not in self.args:
            return FACETS
        wanted = [name.strip() for value in self.args["facets"] for name in value.split(",")]
        for name in wanted:
            if name and name not in FACETS:
                self._not_a_choice(self.parameters["facets"], name)
        return tuple(name for name in FACETS if name in wanted)

    def facet_values(self, prefix: str) -> dict[str, tuple[str, ...]]:
        """Return the canonical values of every facet that has any, each once."""
        chosen: dict[str, tuple[str, ...]] = {}
        for name, facet in VALUE_FACETS.items():
            texts = (_printable(text).strip() for text in self.args.get(prefix + name, ()))
            values = dict.fromkeys(facet.canonical(text) for text in texts if text)
            if values:
                chosen[name] = tuple(values)
        return chosen


def _integer(text: str) -> int | None:
    """Return the number that the decimal digits of any script write; None if they do not."""
    digits = ascii_digits(text.strip())
    unsigned = digits.removeprefix("-").removeprefix("+")
    if not (unsigned.isascii() and unsigned.isdigit()):
        return None
    # int() refuses thousands of digits; no parameter means anything beyond twelve.
    number = int(unsigned) if len(unsigned.lstrip("0")) <= 12 else 10**12
    return -number if digits.startswith("-") else number


def _printable(text: str) -> str:
    """Return the text without control characters, lone surrogates and unassigned characters."""
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cs", "Cn"))
