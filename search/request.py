"""A search request: its parameters, how they are read from a query string, and its cursors.

``PARAMETERS`` declares every parameter; parsing and the OpenAPI description follow from it.
``parse_request`` reports all faults at once as ``InvalidRequest``.

A *cursor* is an opaque, URL-safe word that says where a walk through all results continues. It
holds the sort key of the last result (score, publication time, id), so that it stays valid when
the index changes, and fingerprints of request and generation, so that a wrong continuation is
noticed. Its checksum is against accidents, such as a link cut short by a mail program; a forged
cursor only reads results.
"""

import struct
import unicodedata
from base64 import b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from hashlib import blake2b
from typing import Literal, NamedTuple, cast, get_args

from index.calendar import Period
from index.facets import FACETS as _FACETS
from index.facets import VALUE_FACETS
from search.typed import ascii_digits, typed_day

_l = str  # Marks a sentence for the message catalogues of web/translations.

FACETS = tuple(facet.name for facet in _FACETS)
"""Names of all facets, in the order in which they are shown."""

RESULT_FIELDS = (
    *("id", "url", "title", "language", "direction", "published", "date_precision", "source"),
    *("source_url", "mail", "highlights", "page", "organizations", "themes", "countries"),
    *("persons", "score", "explanation"),
)
"""Names of all fields of a result of the endpoint, in their order."""
_MARKED = {"highlights", "page"}
"""Fields that matches are looked for in the text for."""

MAX_QUERY = 1_000
"""Characters of a query that are searched for."""
MAX_PER_PAGE = 100
MAX_FACET_SIZE = 1_000
MAX_DEPTH = 10_000
"""The last result that a page may have; further ones come by cursor."""
MAX_VALUES = 50
"""Values that a request may select or exclude, all facets together.

Every link of a page repeats them, so a page grows with the square of their number.
"""
MAX_VALUES_LENGTH = 2_000
"""Characters that these values may have together."""
_MAX_UNKNOWN = 20
"""Unknown names that are reported."""
_MAX_COMPARED = 50
"""Characters of a name or value for which a similar one is looked for."""

Sort = Literal["relevance", "-date", "date"]
Explain = Literal["false", "true"]
Across = Literal["false", "true"]
Links = Literal["full", "template"]
Mode = Literal["any", "all"]
Match = Literal["most", "all"]
Undated = Literal["include", "exclude", "only"]
Interval = Literal["auto", "year", "month", "day"]
Highlight = Literal["true", "false", "offsets"]
DateField = Literal["published", "mentioned"]
FacetOrder = Literal["count", "name"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search; valid if ``parse_request`` made it.

    - ``selected``, ``excluded``: canonical values by value facet. Selected values of one facet are
      alternatives, but of those in ``all_of`` all are required; facets are all required;
    - ``date_from``, ``date_to``: first and last day, of publication or as the text mentions them;
      ``date_field`` says which;
    - ``cursor``: ``"*"`` on the first page of a walk, then ``next_cursor`` of the response before;
    - ``fields``: those of each result that are answered; what only others need is not looked for;
    - ``links``: whether each facet value has its address, or each facet a template for all;
    - ``locale``: the language of labels, an ISO 639-1 code;
    - ``beside``: tell what there is in other languages where there are vectors, and say nothing
      where there are none. It is no parameter: pages do so;
    - ``months``: the most buckets of a month if ``interval`` is ``auto``. It is no parameter: pages
      have less room than other clients;
    - ``credits``: tell authors and keywords of each result. It is no parameter: exports do so;
    - ``trimmed``: leave out of the dates the few documents that are years away from all others. It
      is no parameter: pages draw what is left.
    """

    q: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_of: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    undated: Undated | None = None
    date_field: DateField = "published"
    sort: Sort = "relevance"
    match: Match = "most"
    page: int = 1
    per_page: int = 20
    cursor: str | None = None
    facets: tuple[str, ...] = FACETS
    facet_size: int = 20
    interval: Interval = "auto"
    highlight: Highlight = "true"
    explain: Explain = "false"
    across: Across = "false"
    fields: tuple[str, ...] = RESULT_FIELDS
    links: Links = "full"
    locale: str = "fr"
    beside: bool = False
    credits: bool = False
    months: int = 120
    trimmed: bool = False

    @property
    def marks(self) -> Highlight:
        """Which highlights are looked for: those of ``highlight``, none if no field shows them."""
        return "false" if _MARKED.isdisjoint(self.fields) else self.highlight

    @property
    def explained(self) -> bool:
        """Whether each result is explained."""
        return self.explain == "true" and "explanation" in self.fields


@dataclass(frozen=True, slots=True)
class Fault:
    """A parameter that was not understood; ``code`` names the sentence, ``values`` complete it."""

    parameter: str
    code: str
    value: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    suggestion: str | None = None

    def detail(self, translate: Callable[[str], str] = str) -> str:
        """Say what is wrong, and which name or value was probably meant."""
        sentence = FAULTS[self.code]
        if self.code == "out_of_range" and "maximum" not in self.values:
            sentence = _NO_MAXIMUM
        detail = translate(sentence) % defaultdict(str, self.values)
        if self.suggestion:
            meant = translate(_l("Did you mean “%(suggestion)s”?"))
            detail += " " + meant % {"suggestion": self.suggestion}
        return detail


FAULTS = {
    "unknown_parameter": _l("Unknown parameter."),
    "repeated_parameter": _l(
        "This parameter may be given only once; it was given %(count)s times."
    ),
    "invalid_choice": _l("Expected one of: %(choices)s."),
    "invalid_number": _l("Expected a whole number."),
    "out_of_range": _l("Expected a number from %(minimum)s to %(maximum)s."),
    "page_with_cursor": _l("A walk by cursor has no pages: give page or cursor, not both."),
    "page_too_deep": _l(
        "Page numbers reach the first %(limit)s results, here page %(last)s; use cursor=* for more."
    ),
    "invalid_cursor": _l("This is not a cursor: use the next_cursor of an answer unchanged, or *."),
    "cursor_mismatch": _l("This cursor belongs to another order of results: begin again with *."),
    "invalid_date": _l("Expected: 2024, 2024-03 or 2024-03-15."),
    "empty_range": _l("The range is empty: it ends (%(to)s) before it begins."),
    "too_many_values": _l("At most %(maximum)s values of facets can be chosen; %(count)s are."),
    "values_too_long": _l(
        "The chosen values of facets have at most %(maximum)s characters; these have %(count)s."
    ),
    "too_many_parameters": _l("An address has at most %(maximum)s parameters; this has %(count)s."),
}
"""The sentence of every code."""
_NO_MAXIMUM = _l("Expected a number of at least %(minimum)s.")


class InvalidRequest(Exception):
    """A request with faults: all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{fault.parameter}: {fault.code}" for fault in faults))
        self.faults = faults


Kind = Literal["text", "number", "choice", "choices", "date", "values"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query string: what it means, and which values it takes.

    ``kind`` says how it is read: ``text``; a ``number`` from 1 to ``maximum``; a ``choice`` of
    ``choices``, or several ``choices`` separated by commas; a partial ``date``; ``values`` of a
    facet, one each time the parameter is given.
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
        'The query: words, "phrases", -word, AND/OR/NOT or those of seven languages, some '
        "of them for their readers (Accept-Language), prefix*, fuzzy~, title:word. "
        "Never an error; beyond 1,000 characters it is cut, with a warning.",
        default=_DEFAULTS.q,
    ),
    *(
        Parameter(
            name,
            f"Only documents with this {facet.label.lower()}: {facet.meaning}. Repeated: any, "
            f"or as {name}_mode says.",
            "values",
        )
        for name, facet in VALUE_FACETS.items()
    ),
    *(
        Parameter(
            f"exclude_{name}",
            f"No documents with this {facet.label.lower()}: {facet.meaning}.",
            "values",
        )
        for name, facet in VALUE_FACETS.items()
    ),
    *(
        Parameter(
            f"{name}_mode",
            f"Whether a document needs any of the given values of {name}, or all of them.",
            "choice",
            get_args(Mode),
            "any",
        )
        for name in VALUE_FACETS
    ),
    Parameter(
        "from",
        "First day, inclusive, at the precision given: 2024, 2024-03 or 2024-03-15.",
        "date",
    ),
    Parameter("to", "Last day, inclusive, at the precision given.", "date"),
    Parameter(
        "undated",
        "Undated documents; by default they are left out if a range is given.",
        "choice",
        get_args(Undated),
    ),
    Parameter(
        "date_field",
        "Whether from, to, undated and the date facet are about the publication date or about the "
        "dates that the text mentions.",
        "choice",
        get_args(DateField),
        _DEFAULTS.date_field,
    ),
    Parameter(
        "sort",
        "Order of the results; by default relevance, or -date (newest first) if q is empty.",
        "choice",
        get_args(Sort),
    ),
    Parameter(
        "match",
        "Whether a page that the documents with all words do not fill goes on with those that have "
        "most of them; sorted by relevance only.",
        "choice",
        get_args(Match),
        _DEFAULTS.match,
    ),
    Parameter(
        "page",
        "Page number; page × per_page ≤ 10,000, beyond that use cursor.",
        "number",
        default=_DEFAULTS.page,
    ),
    Parameter(
        "per_page", "Results per page.", "number", default=_DEFAULTS.per_page, maximum=MAX_PER_PAGE
    ),
    Parameter(
        "cursor",
        "Walks through all results: begin with `*`, go on with the `next_cursor` of each answer.",
    ),
    Parameter(
        "facets",
        "Facets to count, separated by commas; all by default, none if empty.",
        "choices",
        FACETS,
    ),
    Parameter(
        "facet_size",
        "How many values of each facet to list.",
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
    Parameter(
        "explain",
        "Whether to tell of each result which words of the query it has, in which fields, how rare "
        "they are, and what they add to its score.",
        "choice",
        get_args(Explain),
        _DEFAULTS.explain,
    ),
    Parameter(
        "across",
        "Whether to list, beside the results, documents in other languages than the question that "
        "are about the same. Needs the extra `across` and the vectors of `trouvaille vectors`.",
        "choice",
        get_args(Across),
        _DEFAULTS.across,
    ),
    Parameter(
        "fields",
        "Fields of each result, separated by commas; all by default. What only the others need, "
        "such as highlights, is not looked for.",
        "choices",
        RESULT_FIELDS,
    ),
    Parameter(
        "links",
        "Whether each facet value has its address (`url`), or each facet a URI template (RFC 6570) "
        "for all of its values (`templates`), which is much shorter.",
        "choice",
        get_args(Links),
        _DEFAULTS.links,
    ),
)
PARAMETERS = {parameter.name: parameter for parameter in _DECLARED}
"""Every parameter of a search, by name."""


def parse_request(
    args: Mapping[str, Sequence[str]],
    locale: str,
    also: Collection[str] = (),
    parameters: Mapping[str, Parameter] = PARAMETERS,
) -> SearchRequest:
    """Return the request that arguments ask for. Raises InvalidRequest with all faults.

    The arguments are those of ``parse_leniently``.
    """
    request, faults = parse_leniently(args, locale, also, parameters)
    if faults:
        raise InvalidRequest(faults)
    return request


def parse_leniently(
    args: Mapping[str, Sequence[str]],
    locale: str,
    also: Collection[str] = (),
    parameters: Mapping[str, Parameter] = PARAMETERS,
) -> tuple[SearchRequest, tuple[Fault, ...]]:
    """Return the request without what is not understood in it, and all faults.

    ``args`` maps names to values, as ``Arguments`` takes them. ``parameters`` may have other bounds
    than ``PARAMETERS``; ``also`` are names that the caller reads itself. Of too many values of
    facets the first stay, of a repeated parameter the first value.
    """
    faults: list[Fault] = []
    left = dict(args)
    while True:
        arguments = Arguments(left, parameters, also)
        request = _request(arguments, locale)
        if not arguments.faults:
            return request, tuple(faults)
        faults += arguments.faults
        left = {name: left[name] for name in left if name in parameters or name in also}
        for fault in arguments.faults:
            _leave_out(left, fault)


def _request(arguments: "Arguments", locale: str) -> SearchRequest:
    """Return what arguments ask for, with defaults for what is wrong in them."""
    # One character more than is searched for: whoever reads it sees that it is too long.
    q = arguments.text("q")[: MAX_QUERY + 1]
    date_from, date_to = arguments.dates()
    sort = cast("Sort", arguments.choice("sort") or ("relevance" if q.strip() else "-date"))
    per_page = arguments.number("per_page")
    cursor = arguments.cursor(sort)
    selected, excluded = arguments.chosen()
    return SearchRequest(
        q=q,
        selected=selected,
        excluded=excluded,
        # All of no value is any: it asks for the same.
        all_of=tuple(
            name
            for name in VALUE_FACETS
            if arguments.choice(f"{name}_mode") == "all" and selected.get(name)
        ),
        date_from=date_from,
        date_to=date_to,
        undated=cast("Undated | None", arguments.choice("undated") or None),
        date_field=cast("DateField", arguments.choice("date_field")),
        sort=sort,
        match=cast("Match", arguments.choice("match")),
        page=arguments.page(per_page, cursor),
        per_page=per_page,
        cursor=cursor,
        facets=FACETS if "facets" not in arguments.args else arguments.several("facets"),
        facet_size=arguments.number("facet_size"),
        interval=cast("Interval", arguments.choice("interval")),
        highlight=cast("Highlight", arguments.choice("highlight")),
        explain=cast("Explain", arguments.choice("explain")),
        across=cast("Across", arguments.choice("across")),
        fields=arguments.several("fields") or RESULT_FIELDS,
        links=cast("Links", arguments.choice("links")),
        locale=locale,
    )


def _leave_out(args: dict[str, Sequence[str]], fault: Fault) -> None:
    """Remove what a fault is about; every fault has something to remove."""
    name = fault.parameter
    if fault.code in ("too_many_values", "values_too_long"):
        count = length = 0
        for choosing in _CHOOSING:
            kept = []
            for value in filter(str.strip, args.get(choosing, ())):
                count, length = count + 1, length + len(value)
                if count <= MAX_VALUES and length <= MAX_VALUES_LENGTH:
                    kept.append(value)
            args[choosing] = kept
    elif fault.code == "repeated_parameter":
        args[name] = [value for value in args[name] if value.strip()][:1]
    elif fault.code == "empty_range":
        args |= {"from": (), "to": ()}
    else:
        args.pop(name, None)


_CHOOSING = tuple(prefix + name for prefix in ("", "exclude_") for name in VALUE_FACETS)


class Arguments:
    """The arguments of one query string, read as their parameters declare.

    ``args`` maps a name to its values in the order given. Empty values count as not given, because
    forms send every field they have; only ``facets=`` asks for no facet. ``also`` are names that
    are not read here. Faults are collected for ``check``.
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
        unknown = [name for name in self.args if name not in names]
        for name in unknown[:_MAX_UNKNOWN]:
            suggestion = _nearest(name, names, 0.6)
            self.fault(_printable(name)[:100], "unknown_parameter", None, suggestion)

    def check(self) -> None:
        """Raise InvalidRequest if there is any fault."""
        if self.faults:
            raise InvalidRequest(tuple(self.faults))

    def fault(
        self, name: str, code: str, value: str | None, suggestion: str | None = None, **values: str
    ) -> None:
        """Add a fault; ``values`` complete its sentence."""
        shown = None if value is None else _printable(value)[:200]
        self.faults.append(Fault(name, code, shown, values, suggestion))

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that is given at most once, stripped; None without."""
        values = self.args.get(name, [])
        if len(values) > 1:
            self.fault(name, "repeated_parameter", values[1], count=str(len(values)))
        return values[0] if values else None

    def text(self, name: str) -> str:
        """Return a text, empty if it is not given."""
        value = self.one(name) or ""
        # Command lines that are not UTF-8 give lone surrogates, which no response can hold.
        return value.encode("utf-8", "replace").decode("utf-8")

    def choice(self, name: str) -> str:
        """Return one of the choices, or the default; empty if there is none."""
        parameter = self.parameters[name]
        value = self.one(name)
        if value is not None and value.strip().lower() in parameter.choices:
            return value.strip().lower()
        if value is not None:
            self._not_a_choice(parameter, value)
        return str(parameter.default or "")

    def _not_a_choice(self, parameter: Parameter, value: str) -> None:
        suggestion = _nearest(value.strip(), parameter.choices, 0.5)
        choices = ", ".join(parameter.choices)
        self.fault(parameter.name, "invalid_choice", value, suggestion, choices=choices)

    def number(self, name: str) -> int:
        """Return a number, or the default."""
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
        """Return the page. It must not be too deep, nor given together with a cursor."""
        page = self.number("page")
        given = next(iter(self.args.get("page", ())), None)
        if cursor is not None and given is not None:
            self.fault("page", "page_with_cursor", given)
        elif page * per_page > MAX_DEPTH:
            last = str(MAX_DEPTH // per_page)
            self.fault("page", "page_too_deep", given, limit=str(MAX_DEPTH), last=last)
        return page

    def cursor(self, sort: str) -> str | None:
        """Return the cursor, which must be for the order ``sort``."""
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
        first, last = self._period("from"), self._period("to")
        if first and last and first.first > last.last:
            self.fault("from", "empty_range", self.args["from"][0], to=self.args["to"][0])
        return first and first.first, last and last.last

    def _period(self, name: str) -> Period | None:
        value = self.one(name)
        if value is None:
            return None
        days = typed_day(value)
        if days is None:
            self.fault(name, "invalid_date", value)
        return days

    def several(self, name: str) -> tuple[str, ...]:
        """Return several of the choices, in the order in which they are declared."""
        parameter = self.parameters[name]
        given = {one.strip(): None for text in self.args.get(name, ()) for one in text.split(",")}
        unknown = [one for one in given if one and one not in parameter.choices]
        for one in unknown[:_MAX_UNKNOWN]:
            self._not_a_choice(parameter, one)
        return tuple(one for one in parameter.choices if one in given)

    def chosen(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """Return the selected and the excluded values, by facet; none if there are too many."""
        given = {name: self.args[name] for name in _CHOOSING if self.args.get(name)}
        if not given:
            return {}, {}
        count = sum(map(len, given.values()))
        length = sum(len(value) for values in given.values() for value in values)
        most = max(given, key=lambda name: sum(map(len, given[name])))
        if count > MAX_VALUES:
            bounds = {"maximum": str(MAX_VALUES), "count": str(count)}
            self.fault(most, "too_many_values", None, **bounds)
        elif length > MAX_VALUES_LENGTH:
            bounds = {"maximum": str(MAX_VALUES_LENGTH), "count": str(length)}
            self.fault(most, "values_too_long", None, **bounds)
        else:
            return self._facet_values(""), self._facet_values("exclude_")
        return {}, {}

    def _facet_values(self, prefix: str) -> dict[str, tuple[str, ...]]:
        """Return the distinct canonical values of every facet that has any."""
        chosen: dict[str, tuple[str, ...]] = {}
        for name, facet in VALUE_FACETS.items():
            texts = (_printable(text).strip() for text in self.args.get(prefix + name, ()))
            values = dict.fromkeys(facet.canonical(text) for text in texts if text)
            if values:
                chosen[name] = tuple(values)
        return chosen


def _integer(text: str) -> int | None:
    """Return the number that decimal digits of any script write; None if it is no number."""
    digits = ascii_digits(text.strip())
    unsigned = digits.removeprefix("-").removeprefix("+")
    if not (unsigned.isascii() and unsigned.isdigit()):
        return None
    # int() refuses thousands of digits; every parameter ends long before twelve.
    number = int(unsigned) if len(unsigned.lstrip("0")) <= 12 else 10**12
    return -number if digits.startswith("-") else number


def _nearest(text: str, choices: Collection[str], cutoff: float) -> str | None:
    """Return the choice that was probably meant."""
    if len(text) > _MAX_COMPARED:
        return None
    return next(iter(get_close_matches(text.lower(), choices, n=1, cutoff=cutoff)), None)


def _printable(text: str) -> str:
    """Return a text without control characters, lone surrogates and unassigned characters."""
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cs", "Cn"))


# Cursors

_HEAD = struct.Struct("<BB8s8sdq")
_VERSION = 1
_CHECKSUM_BYTES = 4
_SORTS = get_args(Sort)


class CursorError(ValueError):
    """The word is no cursor: cut, altered, or of another version."""


class Cursor(NamedTuple):
    """The sort key of the last result, and fingerprints of its request and generation.

    ``seconds`` is the publication time as in ``DateColumn.seconds``.
    """

    sort: str
    request: bytes
    generation: bytes
    score: float
    seconds: int
    id: str


def fingerprint(text: str) -> bytes:
    """Return 8 bytes that stand for a text."""
    return _digest(text.encode("utf-8", "surrogatepass"), 8)


def encode_cursor(cursor: Cursor) -> str:
    """Return a cursor as a word of letters, digits, ``-`` and ``_``."""
    payload = _HEAD.pack(
        _VERSION,
        _SORTS.index(cursor.sort),
        cursor.request,
        cursor.generation,
        cursor.score,
        cursor.seconds,
    ) + cursor.id.encode("utf-8", "surrogatepass")
    checksum = _digest(payload, _CHECKSUM_BYTES)
    return urlsafe_b64encode(checksum + payload).rstrip(b"=").decode("ascii")


def decode_cursor(word: str) -> Cursor:
    """Return the cursor that ``encode_cursor`` made a word of. Raises CursorError."""
    try:
        data = b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), b"-_", validate=True)
        payload = data[_CHECKSUM_BYTES:]
        if data[:_CHECKSUM_BYTES] != _digest(payload, _CHECKSUM_BYTES):
            raise CursorError("checksum")
        version, sort, request, generation, score, seconds = _HEAD.unpack_from(payload)
        if version != _VERSION:
            raise CursorError("version")
        id = payload[_HEAD.size :].decode("utf-8", "surrogatepass")
        return Cursor(_SORTS[sort], request, generation, score, seconds, id)
    except (ValueError, IndexError, struct.error) as error:
        raise CursorError(str(error)) from error


def _digest(data: bytes, size: int) -> bytes:
    return blake2b(data, digest_size=size).digest()
