"""References to documents, as programs for bibliographies read them: RIS and BibTeX.

Each value stands on one line and is escaped, so that none can end its field or begin another.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple
from unicodedata import normalize
from urllib.parse import quote

from babel import Locale, UnknownLocaleError

from index.document import opening
from search import DocumentView, Result
from search.answers import web_address
from web.render import clean_text

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


class Citation(NamedTuple):
    """What a reference says of a document; ``published`` is empty for one without a date."""

    id: str
    title: str
    authors: Sequence[str]
    source: str
    published: str
    language: str
    keywords: Sequence[str]
    url: str
    is_mail: bool

    @property
    def date(self) -> tuple[str, str, str]:
        """Year, month and day of publication; empty where they are not known."""
        year, month, day = [*self.published[:10].split("-"), "", ""][:3]
        return year, month, day


Reference = Callable[[Citation, str], str]


def cited(document: Result | DocumentView) -> Citation:
    """Return what a reference says of a document; of a result, with ``credits``."""
    if isinstance(document, DocumentView):
        beginning = opening(document.text) if not document.title.strip() else ""
        keywords = document.agency.keywords if document.agency else ()
    else:
        beginning, keywords = document.opening, document.keywords
    sender = document.mail.sender if document.mail else ()
    return Citation(
        id=document.id,
        title=document.title.strip() or beginning or document.id,
        authors=[person.name or person.address for person in sender] or document.authors,
        source=document.source,
        published=document.published or "",
        language=document.language,
        keywords=[*(theme.label for theme in document.themes), *keywords],
        url=web_address(document.url) or "",
        is_mail=bool(sender),
    )


def ris(work: Citation, address: str) -> str:
    """Return a document, cited under an address, as a record of RIS."""
    year, month, day = work.date
    fields = [
        ("TY", "PCOMM" if work.is_mail else "NEWS"),
        ("TI", work.title),
        *(("AU", author) for author in work.authors),
        ("T2", work.source),
        ("PY", year),
        ("DA", f"{year}/{month}/{day}/" if year else ""),
        ("LA", "" if work.language == "und" else work.language),
        *(("KW", keyword) for keyword in work.keywords),
        ("UR", work.url),
        ("UR", address),
        ("DB", "Trouvaille"),
        ("AN", work.id),
    ]
    lines = [f"{tag}  - {value}" for tag, text in fields if (value := _line(text))]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def bibtex(work: Citation, address: str) -> str:
    """Return a document, cited under an address, as an entry of BibTeX."""
    year, month, day = work.date
    keywords = [f"{{{_tex(word)}}}" if "," in word else _tex(word) for word in work.keywords]
    fields = {
        "title": f"{{{_tex(work.title)}}}",
        "author": " and ".join(map(_person, work.authors)),
        "howpublished" if work.is_mail else "journal": _tex(work.source),
        "date": "-".join(filter(None, (year, month, day))),
        "year": year,
        "langid": _language(work.language),
        "keywords": ", ".join(keywords),
        "url": _NOT_IN_ADDRESS.sub(lambda sign: quote(sign[0]), work.url or address),
        "note": _tex(work.id),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value.strip("{}")]
    if month:
        lines.append(f"  month = {_MONTHS[int(month) - 1]},\n")
    kind = "misc" if work.is_mail else "article"
    return f"@{kind}{{{_key(work, year)},\n{''.join(lines)}}}\n\n"


def _line(text: str) -> str:
    """Return a text without what ends a line or shows it in another order."""
    return " ".join(str(clean_text(text)).translate(_DIRECTIONS).split())


def _tex(text: str) -> str:
    return _line(text).translate(_TEX)


def _person(name: str) -> str:
    return f"{{{_tex(name)}}}" if _SEVERAL.search(name) else _tex(name)


@lru_cache(maxsize=512)
def _language(code: str) -> str:
    """Return what LaTeX calls a language; nothing for one that has no name."""
    try:
        name = Locale.parse(code, sep="-", resolve_likely_subtags=False).english_name
    except (UnknownLocaleError, ValueError):
        return ""
    return (name or "").partition(" ")[0].lower()


def _key(work: Citation, year: str) -> str:
    """Return a key of ASCII that no other document has."""
    word = next(iter(re.findall(r"\w+", _line(work.source))), "")
    plain = normalize("NFKD", word).encode("ascii", "ignore").decode().replace("_", "").lower()
    own = blake2b(work.id.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"{plain}{year}-{own}" if plain or year else f"doc-{own}"
