"""Mapping of records (JSON objects, CSV rows, front matter) to documents, and their identifiers.

An identifier is the same in every rebuild, and is one segment of a URL path.
"""

import hashlib
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from index.document import Document
from index.readers.content import RefusedError, clean, clean_line
from index.readers.markup import is_visible, plain, undivided

MAX_LENGTH: Final = 200
MAX_FIELD: Final = 65_536
"""Characters of a title, of all tags, or of another field that is not the text."""
_SHOWN: Final = 3
"""Names of the text that are told where there is none."""
_SEPARATORS: Final = re.compile(r"[/\\]+")
_SPACES: Final = re.compile(r"\s+")
_DROPPED_SUFFIXES: Final = (".gz", ".bz2", ".xz", ".txt")


def usable_id(declared: str) -> str:
    """Return a declared identifier as one segment of a URL path; it may be empty.

    Slashes become ``:`` and white space ``-``. Other characters stay: whoever makes the URL escapes
    them. An identifier of more than 200 characters is cut and ends with a digest of the whole.
    """
    text = unicodedata.normalize("NFC", clean_line(declared))
    text = _SPACES.sub("-", _SEPARATORS.sub(":", text))
    if text in (".", ".."):  # which every browser would resolve away
        return "-" * len(text)
    if len(text) > MAX_LENGTH:
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
        return f"{text[: MAX_LENGTH - 17]}-{digest}"
    return text


def path_id(relative: PurePath) -> str:
    """Return the identifier of a file from its path relative to the source.

    ``2019/rabat.txt.gz`` gives ``2019:rabat``. Other suffixes stay: ``rabat.txt`` and
    ``rabat.html`` are two documents.
    """
    name = display(relative.as_posix())
    for suffix in _DROPPED_SUFFIXES:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return usable_id(name)


def display(path: str) -> str:
    """Return a printable path; bytes that are not UTF-8 are written ``\\xE9``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


DEFAULT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    field: tuple(names.split())
    for field, names in {
        "id": "id _id guid uuid identifier identifiant identificador identificativo kennung المعرف",
        "title": "title headline titre titular título titel überschrift schlagzeile titolo "
        "manchete العنوان عنوان",
        "text": "text body content full_text article_body texte corps contenu texto cuerpo "
        "contenido corpo conteúdo inhalt testo contenuto النص نص المحتوى",
        "date": "datetime date published datePublished published_at publication_date pub_date "
        "date_de_publication date_publication publié_le fecha fecha_de_publicación "
        "data_de_publicação data_di_pubblicazione data datum veröffentlicht erscheinungsdatum "
        "تاريخ_النشر التاريخ تاريخ",
        "language": "language lang langue idioma língua lingua sprache اللغة لغة",
        "source": "source agency publisher agence éditeur fuente agencia fonte agência agenzia "
        "quelle agentur المصدر مصدر",
        "url": "url link permalink lien enlace collegamento الرابط رابط",
        "dateline": "dateline",
        "tags": "tags keywords topics category categories mots_clés étiquettes catégorie thèmes "
        "palabras_clave etiquetas categoría palavras_chave categoria parole_chiave schlagwörter "
        "stichwörter kategorie الوسوم وسوم كلمات_مفتاحية",
    }.items()
}
"""Names that records use for each field of a document; the first with a value counts.

Case, accents, spaces, hyphens and underscores make no difference.
"""


@lru_cache(1 << 12)
def _name_key(name: str) -> str:
    """Return a name without what makes no difference."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in decomposed if char.isalnum() or char in ".")


_TAG_SEPARATORS: Final = re.compile(r"[;|\n]")
_QUOTED: Final = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_ESCAPE: Final = re.compile(r"\\(.)")


def noted(document: Document, notes: Sequence[tuple[str, str]]) -> Document:
    """Return a document with further notes."""
    return replace(document, notes=(*document.notes, *notes)) if notes else document


def encoding_notes(sentences: Iterable[str]) -> list[tuple[str, str]]:
    """Return the notes of a document whose encoding left something to say."""
    return [("encoding", sentence) for sentence in sentences]


class Mapper:
    """Makes documents of records, given the user's mapping of fields to names in records."""

    def __init__(
        self, mapping: Mapping[str, str], max_characters: int, *, markup: bool = False
    ) -> None:
        """Take values as they are or, with ``markup``, without the markup of web pages."""
        self._markup = markup
        self._max_characters = max_characters
        self.names = {**DEFAULT_NAMES, **{field: (name,) for field, name in mapping.items()}}
        self._keys = {
            field: tuple(dict.fromkeys(map(_name_key, names)))
            for field, names in self.names.items()
        }
        self._looked_for = {
            field: tuple(dict.fromkeys((*names, *self._keys[field])))
            for field, names in self.names.items()
        }

    def fields(self, columns: Iterable[str]) -> int:
        """Return the number of document fields for which there is a column."""
        present = set(map(_name_key, columns))
        return sum(not present.isdisjoint(keys) for keys in self._keys.values())

    def has_text(self, columns: Iterable[str]) -> bool:
        """Return whether there is a column for the text or the title."""
        return not {*self._keys["text"], *self._keys["title"]}.isdisjoint(map(_name_key, columns))

    def unused(self, columns: Iterable[str]) -> list[str]:
        """Return the columns that have a name and are of no field."""
        known = {key.partition(".")[0] for keys in self._keys.values() for key in keys}
        return [name for name in columns if name and _name_key(name) not in known]

    def document(
        self,
        record: Mapping[str, object],
        fallback_id: str,
        path: str,
        pages: Sequence[str] = (),
    ) -> Document:
        """Return the document of a record, or of the ``pages`` of its text.

        Raises ``RefusedError`` without text and title, or where fields are too long.
        """
        by_key: dict[str, object] = {}
        for name, value in record.items():
            by_key.setdefault(_name_key(name), value)
        record = {**by_key, **record}
        text = "\n\n".join(pages) or self._text(record, "text")
        if len(text) > self._max_characters:
            reason = f"its text is longer than {self._max_characters:,} characters"
            raise RefusedError("huge", reason)
        for field in DEFAULT_NAMES:
            if field != "text" and _length(self._value(record, field)) > MAX_FIELD:
                reason = f"its {field} is longer than {MAX_FIELD:,} characters"
                raise RefusedError("huge", reason)
        text, starts = _paged(pages) if pages else (undivided(clean(text)), ())
        title = clean_line(self._text(record, "title"))
        text, title = (value if is_visible(value) else "" for value in (text, title))
        if not text and not title:
            names = [name for name in self.names["text"] if name.isprintable()]
            looked_for = f" (looked for {', '.join(names[:_SHOWN])} …)" if len(names) > 1 else ""
            raise RefusedError("empty", f"it has no text{looked_for}")
        return Document(
            id=usable_id(_text(self._value(record, "id"))) or fallback_id,
            text=text,
            title=title,
            date=self._line(record, "date"),
            language=self._line(record, "language"),
            source="\n".join(self._sources(record)),
            url=self._line(record, "url"),
            dateline=self._line(record, "dateline"),
            tags=tuple(map(self._plain, _tags(self._value(record, "tags")))),
            path=path,
            pages=starts if text else (),
        )

    def declared_id(self, record: Mapping[str, object]) -> str:
        """Return the identifier that a record declares; empty if it has none."""
        by_key = {_name_key(name): value for name, value in record.items()}
        return usable_id(_text(self._value({**by_key, **record}, "id")))

    def _line(self, record: Mapping[str, object], field: str) -> str:
        return clean_line(self._text(record, field))

    def _text(self, record: Mapping[str, object], field: str) -> str:
        return self._plain(_text(self._value(record, field)))

    def _plain(self, text: str) -> str:
        return plain(text) if self._markup else text

    def _sources(self, record: Mapping[str, object]) -> tuple[str, ...]:
        """Return the sources of a list, also of one that is written in a string."""
        value = self._value(record, "source")
        text = _scalar(value).strip()
        if not isinstance(value, list | tuple) and not (text[:1] == "[" and text[-1:] == "]"):
            return (clean_line(self._plain(text)),)
        return tuple(map(self._plain, _tags(value)))

    def _value(self, record: Mapping[str, object], field: str) -> object:
        for name in self._looked_for[field]:
            value = record.get(name)
            if value is None:
                value = _lookup(record, name) if "." in name else None
                if value is None:
                    continue
            if _text(value).strip():
                return value
        return None


_PAGE: Final = "\f"
"""What stands between pages: ``clean`` leaves none in a text."""


def _paged(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Return a clean text of its pages, and the character at which each begins."""
    texts = list(map(clean, pages))
    together = f"\n{_PAGE}\n".join(texts)
    whole = undivided(together)
    if whole != together:
        texts = [clean(page) for page in whole.split(_PAGE)]
    starts: list[int] = []
    shown: list[str] = []
    at = 0
    for text in texts:
        starts.append(at)  # an empty page ends where it begins
        if text:
            shown.append(text)
            at += len(text) + 2
    last = max(0, at - 2)
    return "\n\n".join(shown), tuple(min(start, last) for start in starts)


def _lookup(record: Mapping[str, object], name: str) -> object:
    """Return the value called ``name``; ``meta.date`` is also ``date`` inside ``meta``."""
    if name in record or "." not in name:
        return record.get(name)
    value: object = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str:
    """Return a value as text, one line for each item of a list; empty for an object."""
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_scalar, value)))
    return _scalar(value)


def _length(value: object) -> int:
    """Return the characters of a value, and its items if it is a list."""
    if isinstance(value, list | tuple):
        return sum(len(item) + 1 if isinstance(item, str) else 1 for item in value)
    return len(value) if isinstance(value, str) else 0


def _scalar(value: object) -> str:
    """Return a string or a number as text; empty for NaN, by which tables mark missing values."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(value)
    return ""


def _tags(value: object) -> tuple[str, ...]:
    """Return the tags of a list, or of a string that separates them by ``;``, ``|`` or commas."""
    items = value if isinstance(value, list | tuple) else _split_tags(_scalar(value).strip())
    tags = (clean_line(_scalar(item)) for item in items)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _split_tags(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        # A list as JSON or Python writes it.
        quoted = [single or double for single, double in _QUOTED.findall(text)]
        if quoted:
            return [_ESCAPE.sub(r"\1", item) for item in quoted]
        text = text[1:-1]
    return _TAG_SEPARATORS.split(text) if _TAG_SEPARATORS.search(text) else text.split(",")
