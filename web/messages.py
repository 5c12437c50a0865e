"""Every sentence that stands for a code: problems, faults, notices, facets.

Codes never change with the reader's language; these sentences do. A test checks that each code
that the search package can give has its sentence, and that the catalogues are complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from index import facets
from search.request import Fault
from search.response import Notice


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A type of problem: its HTTP status, its title, and what it means for the reader."""

    status: int
    title: LazyString
    detail: LazyString
    remedy: LazyString


PROBLEMS: Mapping[str, ProblemType] = {
    "invalid-parameter": ProblemType(
        400,
        _l("Invalid parameter"),
        _l("The value of a parameter was not understood."),
        _l("Correct what the list of errors names; everything wrong is listed at once."),
    ),
    "unknown-parameter": ProblemType(
        400,
        _l("Unknown parameter"),
        _l("The address holds a parameter that does not exist."),
        _l("Remove the parameter, or use the name that is suggested."),
    ),
    "page-too-deep": ProblemType(
        400,
        _l("Page too deep"),
        _l("The first 10,000 results are reached by page number, further ones by cursor."),
        _l("Ask with cursor=* instead of page, then with the next_cursor of each answer."),
    ),
    "bad-request": ProblemType(
        400,
        _l("Bad request"),
        _l("The request was not understood."),
        _l("Check the address and the headers of the request."),
    ),
    "not-found": ProblemType(
        404,
        _l("Not found"),
        _l("There is nothing at this address."),
        _l("Check the address, or search for the document: it may have left the archive."),
    ),
    "method-not-allowed": ProblemType(
        405,
        _l("Method not allowed"),
        _l("This address is only read."),
        _l("Use GET; parameters go into the address."),
    ),
    "rate-limited": ProblemType(
        429,
        _l("Too many requests"),
        _l("Too many requests came from this address in a short time."),
        _l("Wait for the seconds named by the Retry-After header, then ask again."),
    ),
    "internal-error": ProblemType(
        500,
        _l("Internal error"),
        _l("The request could not be answered because of an error in the service."),
        _l(
            "Try again; if it lasts, tell the operator the request identifier, which the log names."
        ),
    ),
    "index-unavailable": ProblemType(
        503,
        _l("Archive unavailable"),
        _l("The archive cannot be searched at the moment."),
        _l("Wait for the seconds named by the Retry-After header: the index may be under way."),
    ),
    "timeout": ProblemType(
        503,
        _l("Time exceeded"),
        _l("The answer took too long and was given up."),
        _l("Narrow the question, or ask again later."),
    ),
}

FACETS: Mapping[str, LazyString] = {facet.name: _l(facet.label) for facet in facets.FACETS}

FAULTS: Mapping[str, LazyString] = {
    "unknown_parameter": _l("Unknown parameter."),
    "repeated_parameter": _l("This parameter is given once at most; it came %(count)s times."),
    "invalid_choice": _l("Expected one of: %(choices)s."),
    "invalid_number": _l("Expected a whole number."),
    "out_of_range": _l("Expected a number from %(minimum)s to %(maximum)s."),
    "page_with_cursor": _l("A walk by cursor has no pages: give page or cursor, not both."),
    "page_too_deep": _l(
        "Pages reach %(limit)s results, here to page %(last)s; further results come with cursor=*."
    ),
    "invalid_cursor": _l("This is no cursor: take next_cursor of an answer as it is, or *."),
    "cursor_mismatch": _l("This cursor belongs to another order of results: begin again with *."),
    "invalid_date": _l("Expected: 2024, 2024-03 or 2024-03-15."),
    "empty_range": _l("The range is empty: it ends (%(to)s) before it begins."),
}

_NO_MAXIMUM = _l("Expected a number from %(minimum)s.")

NOTICES: Mapping[str, LazyString] = {
    "fuzzy_cut": _l(
        "Many words are spelt nearly like %(word)s: the %(limit)s nearest were looked for."
    ),
    "fuzzy_unsupported": _l(
        "In %(word)s, ~ was left out: it needs a word of three to 24 letters before it."
    ),
    "out_of_time": _l("Time ran out: a part of the question was left out."),
    "query_cut": _l("The question was cut after %(limit)s characters."),
    "control_characters": _l("Control characters were left out of the question."),
    "unbalanced_quote": _l("A quotation mark has no partner and was left out."),
    "unbalanced_parenthesis": _l("A parenthesis has no partner and was completed or left out."),
    "too_deep": _l("Parentheses beyond %(limit)s levels were left out."),
    "too_many_words": _l("Only the first %(limit)s words of the question were searched."),
    "empty_phrase": _l("Quotation marks with nothing to look for between them were left out."),
    "invalid_date": _l("“%(value)s” is no date and was left out; expected: 2024, 2024-03-15."),
    "generation_changed": _l("The archive was renewed on the way: results may be new or missing."),
    "lone_operator": _l("%(operator)s has nothing to join and was left out."),
    "nothing_understood": _l("The question holds no word to look for."),
    "prefix_too_short": _l("%(prefix)s begins too many words: more letters are needed before *."),
    "question": _l(
        "Read as a question in plain words: documents that have most of them come first."
    ),
    "relaxed": _l(
        "No document has all %(asked)s words: those that have most of them are shown,"
        " at least %(at_least)s."
    ),
    "unknown_value": _l("No document carries %(field)s:%(value)s."),
    "wildcard_unsupported": _l("In %(word)s, * is only understood at the end of a word."),
}


_OUT_OF_TIME: Mapping[str, LazyString] = {
    "alternatives": _l("Time ran out: what only %(left_out)s finds is missing."),
    "expansions": _l("Time ran out: not all words were looked for that %(left_out)s stands for."),
    "proximity": _l("Time ran out: it does not count for the order how close words are."),
    "relaxation": _l("Time ran out: documents with only some of the words were not looked for."),
}


class _Known(dict[str, str]):
    """Values of a sentence; one that was not given is left blank rather than an error."""

    def __missing__(self, key: str) -> str:
        return ""


def fault_detail(fault: Fault) -> str:
    """Say what is wrong with a parameter, and the name or value that was probably meant."""
    sentence = FAULTS.get(fault.code)
    if fault.code == "out_of_range" and "maximum" not in fault.values:
        sentence = _NO_MAXIMUM
    values = _Known(fault.values, parameter=fault.parameter, value=fault.value or "")
    said = str(sentence) % values if sentence else fault.code
    if fault.suggestion:
        meant = gettext("Did you mean “%(suggestion)s”?", suggestion=fault.suggestion)
        said = f"{said} {meant}"
    return said


def notice_detail(notice: Notice) -> str:
    """Say what a notice of the search stands for."""
    sentence = NOTICES.get(notice.code)
    if sentence is None:
        return notice.code
    if notice.code == "out_of_time":
        sentence = _OUT_OF_TIME.get(notice.values.get("part", ""), sentence)
    said = str(sentence) % _Known(notice.values)
    if notice.code == "relaxed" and notice.values.get("missing"):
        said += " " + gettext("In no document: %(missing)s.", missing=notice.values["missing"])
    return said
