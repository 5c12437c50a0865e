"""Identifiers of documents: stable from one rebuild to the next, and fit for a URL."""

import hashlib
import os
import re
import unicodedata
from pathlib import PurePath
from typing import Final

from index.readers.text import clean_line

MAX_LENGTH: Final = 200
_SEPARATORS: Final = re.compile(r"[/\\]+")
_SPACES: Final = re.compile(r"\s+")
_DROPPED_SUFFIXES: Final = (".gz", ".txt")


def usable_id(declared: str) -> str:
    """Return a declared identifier as one segment of a URL path; empty if nothing is left.

    Slashes become ``:``, white space ``-``. Characters that a URL must escape stay as they are:
    whoever makes the URL escapes them. What is longer than 200 characters is cut, and the digest
    of the whole put behind it.
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

    ``2019/rabat.txt.gz`` gives ``2019:rabat``. The ending of other formats stays, so that the
    identifier depends on no other file: ``rabat.txt`` and ``rabat.html`` are two documents.
    """
    name = display(relative.as_posix())
    for suffix in _DROPPED_SUFFIXES:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return usable_id(name)


def record_id(file_id: str, number: int) -> str:
    """Return the identifier of record ``number`` (its line, from 1) that declares none."""
    return f"{file_id}:{number}"


def display(path: str) -> str:
    """Return a path that can be printed and stored, bytes that are not UTF-8 written ``\\xE9``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
