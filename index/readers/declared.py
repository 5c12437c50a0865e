"""What files of Office and PDF declare about themselves, where programs wrote most of it.

A title may be the name of a file or of a template, an author the name of a machine, a date that of
a template: such values give way to what the text says.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final, NamedTuple

from index.calendar import read_date

_SUFFIX: Final = re.compile(
    r"\.(?:pdf|docx?|dotx?|rtf|odt|pages|indd|qxd|pptx?|xlsx?|jpe?g|png|tiff?|txt|html?|tex|dvi|ps|"
    r"eps|cdr|ai|psd|pmd|p65|pub|wpd|tmp)$",
    re.I,
)
_JUNK_TITLE: Final = re.compile(
    r"(?:adobe photoshop pdf|powerpoint[ -]pr[aäé]sentation|activereports document|word document|"
    r"microsoft \w+.*|untitled(?:[ -]?\d+)?|sans titre|ohne titel|sin título|document\s*\d*|"
    r"dokument\s*\d*|presentation\s*\d*|présentation\s*\d*|präsentation\s*\d*|binder\s*\d+|"
    r"(?:diapositive|diapositiva|slide|folie)\s*(?:nr\.?|n°)?\s*\d+|kein folientitel|"
    r"titolo (?:del )?documento|title of document|document title|mettre le titre exact|"
    r"titre du document|titel des dokuments|click to (?:add|edit).*|normal|template|vorlage|"
    r"amt der oö|\W*|print|scan\w*|image\s*\d*|img[_ ]\d+|book\s*\d+|sheet\s*\d+|tabelle\s*\d+|"
    r"feuil(?:le)?\s*\d+|classeur\s*\d+|mappe\s*\d+|\w+druck|[a-z]+-modele.*|.*\.{3})",
    re.I,
)
_PATH: Final = re.compile(r"^(?:[A-Za-z]:\\|file:|/\w+/|\\\\)")
_JUNK_NAME: Final = re.compile(
    r"(?:admin(?:istrator|istrateur|istrador)?|user\d*|utilisateur|usuario|benutzer|owner|toshiba|"
    r"hewlett-packard.*|hp|dell|acer|asus|lenovo|samsung|python-docx|apache poi|openpyxl|"
    r"preferred customer|ibm user|dsi|unknown|author|autor|auteur|microsoft.*|office|pc\d*|"
    r"windows.*|valued \w+ customer|customer|test|home|default|root|guest|\W*)",
    re.I,
)
_MIN_LINE: Final = 3
_MAX_LINE: Final = 150
_LINES: Final = 12
_MAX_ONLY_LINE: Final = 80
_MAX_DATE: Final = 50
_MIN_DIGITS: Final = 5
_NUMBER: Final = re.compile(r"^\d{1,2}(?:\.\d+)*\.? (?=[^\W\d_])")
_PAGE_NUMBER: Final = re.compile(r"(?<=\w)\. \d{1,4}$")
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:\s?[-–/]\s?(?:\d\d){1,2})?")
_WORD: Final = re.compile(r"\w+")
_CLAUSE_END: Final = re.compile(r"[,;:–—]\s")
_MAX_TITLE: Final = 300
_MIN_CUT: Final = 100
_ENDS: Final = ".!?…؟。"
_MIN_LETTERS: Final = 8
_COVER_LINES: Final = 6
_SAME_SIZE: Final = 0.93
_STANDS_OUT: Final = 1.1


def is_title(title: str, file_name: str = "") -> bool:
    """Return whether a declared title is a title, and not what a program made up."""
    title = " ".join(title.split())
    stem = PurePath(file_name).stem
    return not (
        not title
        or len(title) > _MAX_TITLE
        or _SUFFIX.search(title)
        or _PATH.match(title)
        or _JUNK_TITLE.fullmatch(title)
        or title.casefold() in (file_name.casefold(), stem.casefold())
    )


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return the declared authors that are names."""
    return tuple(name for name in names if name and not _JUNK_NAME.fullmatch(name.strip()))


def first_line(text: str) -> str:
    """Return the line that a text begins with, if it looks like a title; else nothing."""
    lines = [line.strip() for line in text[: _LINES * _MAX_LINE].split("\n") if line.strip()]
    most = _MAX_LINE if len(lines) > 1 else _MAX_ONLY_LINE
    line = without_number(" ".join(lines[0].split())) if lines else ""
    if not _MIN_LINE <= len(line) <= most or line[-1] in ".,;:" or not line[0].isalnum():
        return ""
    return line if sum(map(str.isalpha, line)) * 2 > len(line) else ""


def without_number(title: str) -> str:
    """Return a title without the number of its chapter, or that of the page it heads."""
    return _PAGE_NUMBER.sub("", _NUMBER.sub("", title))


class Line(NamedTuple):
    """A line, or a paragraph, of the beginning of a text, and the size of its letters."""

    size: float
    text: str


def largest(lines: Sequence[Line]) -> str:
    """Return the first lines in the largest letters; nothing if none stand out.

    They are larger than most others or, on a cover, which has few lines, than the smallest. A year,
    or a span of years, that stands below them belongs to them.
    """
    sizes = sorted(line.size for line in lines if _has_words(line.text))
    usual = len(sizes) // 2 if len(sizes) > _COVER_LINES else 0
    if not sizes or sizes[-1] <= _STANDS_OUT * sizes[usual]:
        return ""
    least = sizes[-1] * _SAME_SIZE
    first = next(n for n, line in enumerate(lines) if line.size >= least and _has_words(line.text))
    title: list[str] = []
    for size, text in lines[first:]:
        if text.strip() and size < least and not _YEARS.fullmatch(text.strip()):
            break
        title.append(text)
    joined = without_number(" ".join(" ".join(title).split()))
    return joined if len(joined) <= _MAX_TITLE else ""


def _has_words(text: str) -> bool:
    return sum(map(str.isalpha, text)) > _MIN_LINE


def title_of(declared: Iterable[str], file_name: str, text: str, shown: str = "") -> str:
    """Return the title of a text.

    It is the first of the ``declared`` ones that is a title, more fully if the text shows more of
    it; else the words that the text begins with, if a name that a program made up begins so;
    else what the text shows as its title; else its first line.
    """
    declared = [" ".join(title.split()) for title in declared]
    for title in declared:
        if is_title(title, file_name):
            return shown if _has_more(shown, title) else _whole_clauses(title, text)
    for made_up in (*declared, PurePath(file_name).stem):
        named = _beginning(made_up, text)
        if named and not _has_more(shown, named):
            return named
    return shown or first_line(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _has_more(shown: str, title: str) -> bool:
    """Return whether what is shown is a title with more words or a year, and not many more."""
    words, wanted = _WORD.findall(shown.casefold()), _WORD.findall(title.casefold())
    if not len(wanted) < len(words) <= 2 * len(wanted) + 2:
        return False
    for start in range(len(words) - len(wanted) + 1):
        end = start + len(wanted)
        if words[start:end] == wanted:
            more = words[:start] + words[end:]
            return all(word.isalpha() or _YEARS.fullmatch(word) for word in more)
    return False


def _whole_clauses(title: str, text: str) -> str:
    """Return a title without the clause that a program cut off.

    It takes so many characters of the first sentence where nobody declares a title.
    """
    line = " ".join(text[: 4 * _MAX_TITLE].lstrip().partition("\n")[0].split())
    rest = line[len(title) :].strip()
    cut_off = line.startswith(title) and rest and title[-1] not in _ENDS and rest[0] not in _ENDS
    ends = [match.start() for match in _CLAUSE_END.finditer(title)]
    return title[: ends[-1]] if cut_off and len(title) >= _MIN_CUT and ends else title


def _beginning(made_up: str, text: str) -> str:
    """Return the words of the first line that a name made up by a program begins with."""
    name = _letters(_SUFFIX.sub("", made_up))
    line = next((line for line in text[:1000].split("\n") if line.strip()), "")
    words = line.split()
    for count in range(len(words), 0, -1):
        letters = _letters(" ".join(words[:count]))
        if name.startswith(letters):
            long = len(letters) >= max(_MIN_LETTERS, len(name) // 2)
            return " ".join(words[:count]).rstrip(" ,.;:-–") if long else ""
    return ""


def visible_date(text: str) -> str:
    """Return the first of the lines that a text begins with that is a whole date."""
    lines = [line.strip() for line in text[: _LINES * _MAX_LINE].split("\n") if line.strip()]
    for line in lines[:_LINES]:
        if len(line) < _MAX_DATE and sum(map(str.isdigit, line)) >= _MIN_DIGITS:
            read = read_date(line)
            if read and read[1] not in ("year", "month"):
                return line
    return ""


_TEMPLATES: Final = ("1601-", "2013-12-23T23:15", "1970-01-01", "1899-", "1900-", "0001-")
_BEGINNING: Final = 2000


def written_on(created: str, modified: str, text: str = "", *, shown: bool = True) -> str:
    """Return when a document was written: by itself, or as its program says.

    It was then created, or modified where the former is of a template: such a date is known, or the
    text begins with the year of the latter and never names the former. Without ``shown``, dates in
    the text are not its own.
    """
    if shown and (visible := visible_date(text)):
        return visible
    if not created or created.startswith(_TEMPLATES):
        return "" if modified.startswith(_TEMPLATES) else modified
    beginning = text[:_BEGINNING]
    if modified[:4] > created[:4] and modified[:4] in beginning and created[:4] not in beginning:
        return modified
    return created
