"""What files of Office and PDF declare about themselves, where programs wrote most of it.

A title may be the name of a file or of a template, an author the name of a machine, a date that of
a template: such values give way to what the text says.
"""

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

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


def is_title(title: str, file_name: str = "") -> bool:
    """Return whether a declared title is a title, and not what a program made up."""
    title = " ".join(title.split())
    stem = PurePath(file_name).stem
    return not (
        not title
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
    """Return a title without the number of its chapter."""
    return _NUMBER.sub("", title)


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
