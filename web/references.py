"""References to documents, as programs for bibliographies read them: RIS and BibTeX.

Each value stands on one line and is escaped, so that none can end its field or begin another.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Final
from unicodedata import normalize
from urllib.parse import quote

from babel import Locale, UnknownLocaleError

from index.document import opening
from search import DocumentView
from search.answers import web_address
from web.render import clean_text

MAX_REFERENCES: Final = 10_000
"""Documents of a search that are exported as references."""
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_TEX: Final = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "#$%&_"},
        # Braces are counted even where they are escaped.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_DIRECTIONS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Embeddings, overrides and isolates: one that is not closed would reach into the next field."""
_NOT_IN_ADDRESS: Final = re.compile(r"[\s{}\\]")
_SEVERAL: Final = re.compile(r"\band\b|,.*,", re.IGNORECASE)
"""What would make several people of one name, or parts of names of it."""

Reference = Callable[[DocumentView, str], str]


def ris(view: DocumentView, address: str) -> str:
    """Return a document, cited under an address, as a record of RIS."""
    year, month, day = _date(view)
    fields = [
        ("TY", "PCOMM" if _is_mail(view) else "NEWS"),
        ("TI", _title(view)),
        *(("AU", author) for author in _authors(view)),
        ("T2", view.source),
        ("PY", year),
        ("DA", f"{year}/{month}/{day}/" if year else ""),
        ("LA", "" if view.language == "und" else view.language),
        *(("KW", keyword) for keyword in _keywords(view)),
        ("UR", web_address(view.url) or ""),
        ("UR", address),
        ("DB", "Trouvaille"),
        ("AN", view.id),
    ]
    lines = [f"{tag}  - {value}" for tag, text in fields if (value := _line(text))]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def bibtex(view: DocumentView, address: str) -> str:
    """Return a document, cited under an address, as an entry of BibTeX."""
    year, month, day = _date(view)
    keywords = [f"{{{_tex(word)}}}" if "," in word else _tex(word) for word in _keywords(view)]
    fields = {
        "title": f"{{{_tex(_title(view))}}}",
        "author": " and ".join(map(_person, _authors(view))),
        "howpublished" if _is_mail(view) else "journal": _tex(view.source),
        "date": "-".join(filter(None, (year, month, day))),
        "year": year,
        "langid": _language(view.language),
        "keywords": ", ".join(keywords),
        "url": _NOT_IN_ADDRESS.sub(lambda sign: quote(sign[0]), web_address(view.url) or address),
        "note": _tex(view.id),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value.strip("{}")]
    if month:
        lines.append(f"  month = {_MONTHS[int(month) - 1]},\n")
    kind = "misc" if _is_mail(view) else "article"
    return f"@{kind}{{{_key(view, year)},\n{''.join(lines)}}}\n\n"


def _is_mail(view: DocumentView) -> bool:
    return bool(view.mail and view.mail.sender)


def _title(view: DocumentView) -> str:
    return view.title or opening(view.text) or view.id


def _authors(view: DocumentView) -> Sequence[str]:
    if view.mail and view.mail.sender:
        return [person.name or person.address for person in view.mail.sender]
    return view.authors


def _keywords(view: DocumentView) -> Iterator[str]:
    yield from (theme.label for theme in view.themes)
    yield from view.agency.keywords if view.agency else ()


def _date(view: DocumentView) -> tuple[str, str, str]:
    """Return year, month and day of publication; empty where they are not known."""
    year, month, day = [*(view.published or "")[:10].split("-"), "", ""][:3]
    return year, month, day


def _line(text: str) -> str:
    """Return a text without what ends a line or shows it in another order."""
    return " ".join(str(clean_text(text)).translate(_DIRECTIONS).split())


def _tex(text: str) -> str:
    return _line(text).translate(_TEX)


def _person(name: str) -> str:
    return f"{{{_tex(name)}}}" if _SEVERAL.search(name) else _tex(name)


def _language(code: str) -> str:
    """Return what LaTeX calls a language; nothing for one that has no name."""
    try:
        name = Locale.parse(code, sep="-", resolve_likely_subtags=False).english_name
    except (UnknownLocaleError, ValueError):
        return ""
    return (name or "").partition(" ")[0].lower()


def _key(view: DocumentView, year: str) -> str:
    """Return a key of ASCII that no other document has."""
    word = next(iter(re.findall(r"\w+", _line(view.source))), "")
    plain = normalize("NFKD", word).encode("ascii", "ignore").decode().replace("_", "").lower()
    own = blake2b(view.id.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"{plain}{year}-{own}" if plain or year else f"doc-{own}"
