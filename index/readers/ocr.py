"""Text of scans and pictures, read by Tesseract's own program where it is installed.

What was read is kept in a folder, by the digest of the file and the languages: a build that is
ended goes on where it was, and the next one reads nothing twice. Each page is read by a process of
its own, which is ended when its time is over.
"""

import os
import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from index.analysis import function_words
from index.document import Document, Skipped
from index.errors import SettingError
from index.readers.content import RefusedError, clean, read_bytes
from index.readers.declared import title_of
from index.readers.formats import ReadOptions, SourceFile
from index.readers.reading import document

PROGRAM: Final = "tesseract"
MAX_PIXELS: Final = 50_000_000
"""Pixels of a page or a picture; A4 at 600 dots an inch has 35 million."""
DPI: Final = 300
_SHORT: Final = 3
"""The type of a number of two bytes in TIFF."""
_MIN_WORDS: Final = 3
_SUSPECT_WORDS: Final = 40
_FEW: Final = 0.05
_BEGINNING: Final = 20_000
_KNOWN_SCRIPT: Final = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f\u0620-\u06ff]")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@cache
def installed() -> frozenset[str]:
    """Return the languages that Tesseract has; none if it is not installed."""
    if shutil.which(PROGRAM) is None:
        return frozenset()
    command = [PROGRAM, "--list-langs"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return frozenset(line.strip() for line in done.stdout.splitlines()[1:])


def require_ocr(languages: str) -> None:
    """Raise SettingError unless Tesseract is installed and has these languages."""
    known = installed()
    if not known:
        raise SettingError(
            "--ocr needs the program tesseract, which is not installed.",
            "Install it and its languages (Debian: apt install tesseract-ocr tesseract-ocr-fra).",
        )
    missing = [language for language in languages.split("+") if language not in known]
    if missing:
        raise SettingError(
            f"Tesseract has no language “{missing[0]}”; it has {', '.join(sorted(known))}.",
            f"Install it (Debian: apt install tesseract-ocr-{missing[0].replace('_', '-')}).",
        )


class Scanner:
    """Reads the pages of one file of these bytes."""

    def __init__(self, data: bytes, options: ReadOptions) -> None:
        self._options = options
        digest = blake2b(data, digest_size=20)
        digest.update(f"\0{options.ocr}".encode())
        self._key = digest.hexdigest()
        self.read = 0
        """How many pages were read so far."""

    def page(self, number: int, picture: Callable[[], bytes], *arguments: str) -> str:
        """Return the text of a page, of which ``picture()`` returns the bytes of a picture.

        Raises ``RefusedError`` for more pages than may be read, and where there is no text to get.
        """
        if self.read >= self._options.ocr_pages:
            most = self._options.ocr_pages
            raise RefusedError("huge", f"it has more than {most:,} pages to read (see --ocr-pages)")
        self.read += 1
        folder = Path(self._options.ocr_cache, self._key[:2]) if self._options.ocr_cache else None
        kept = folder / f"{self._key[2:]}-{number}.txt" if folder else None
        if kept is not None and kept.is_file():
            return kept.read_text("utf-8")
        text = clean(_tesseract(picture(), self._options, arguments))
        if kept is not None:
            _keep(kept, text)
        return text


def _keep(path: Path, text: str) -> None:
    """Write a text so that it is there whole or not at all. A full disk costs only this."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)


def _tesseract(picture: bytes, options: ReadOptions, arguments: tuple[str, ...]) -> str:
    """Return the text that Tesseract reads in a picture. Raises ``RefusedError``."""
    # With osd, pages that are turned are read as well; a page with few letters only without.
    for mode in ("1", "3") if "osd" in installed() else ("3",):
        command = [PROGRAM, "stdin", "stdout", "-l", options.ocr, "--psm", mode, *arguments]
        try:
            done = subprocess.run(
                command,
                input=picture,
                capture_output=True,
                timeout=options.ocr_seconds,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            reason = f"a page took longer than {options.ocr_seconds:,} seconds (see --ocr-seconds)"
            raise RefusedError("huge", reason) from error
        except OSError as error:
            raise RefusedError("scanned", f"tesseract cannot be run ({error})") from error
        text = done.stdout.decode("utf-8", "replace").replace("\f", "\n")
        if text.strip() and not done.returncode:
            return text
    if done.returncode:
        raise RefusedError("scanned", f"tesseract failed (status {done.returncode})")
    return ""


# Pictures


def read_picture(file: SourceFile, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Yield the text of a picture, if text is to be read in pictures."""
    if not options.ocr:
        raise RefusedError("scanned", "it is a picture; text in pictures is not read (see --ocr)")
    data = read_bytes(file, options.max_bytes)
    if data.startswith(b"GIF8"):
        raise RefusedError("scanned", "it is a GIF picture, in which no text is read")
    sizes = _sizes(data)
    if max(sizes, default=0) > MAX_PIXELS:
        raise RefusedError("huge", f"it has more than {MAX_PIXELS:,} pixels")
    scanner = Scanner(data, options)
    pages = [
        scanner.page(number, lambda: data, "-c", f"tessedit_page_number={number}")
        for number in range(len(sizes) or 1)
    ]
    text = "\n\n".join(pages)
    if len(_WORD.findall(text)) < _MIN_WORDS:
        raise RefusedError("scanned", "no text was found in the picture")
    title = title_of((), file.path.name, text)
    yield document(file, options, pages=pages, title=title, ocr=True)


_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MAX_PICTURES: Final = 10_000


def _sizes(data: bytes) -> list[int]:
    """Return the pixels of each page of a PNG, JPEG or TIFF file, as far as it says."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
            return [width * height]
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
        return _tiff_sizes(data, "<" if data.startswith(b"II") else ">")
    except struct.error as error:
        raise RefusedError("broken", "the picture is damaged") from error


def _jpeg_size(data: bytes) -> list[int]:
    at = 2
    while at + 9 < len(data):
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return [width * height]
        at += 2 + length if data[at] == 0xFF and marker != 0xFF else 1
    return []


def _tiff_sizes(data: bytes, order: str) -> list[int]:
    sizes: list[int] = []
    seen: set[int] = set()
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    while at and at not in seen and len(sizes) < _MAX_PICTURES:
        seen.add(at)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        values = {}
        for entry in range(count):
            tag, kind = struct.unpack_from(f"{order}HH", data, at + 2 + 12 * entry)
            form = "H" if kind == _SHORT else "I"
            (values[tag],) = struct.unpack_from(f"{order}{form}", data, at + 10 + 12 * entry)
        sizes.append(values.get(256, 0) * values.get(257, 0))
        (at,) = struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)
    return sizes


# Pages of PDF


def rendered(page: Any) -> bytes:
    """Return a page of PDF as a grey picture (PGM), of ``DPI`` dots an inch unless it is large."""
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels, width = bytes(bitmap.buffer), bitmap.width
    starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
    picture = b"P5 %d %d 255\n" % (width, bitmap.height)
    picture += b"".join([pixels[start : start + width] for start in starts])
    bitmap.close()
    return picture


def sense(text: str) -> float:
    """Return the share of function words, of any language, among the words of a text."""
    words = _WORD.findall(text[:_BEGINNING].casefold())
    known = function_words()
    return sum(word in known for word in words) / len(words) if words else 0.0


def is_suspect(text: str) -> bool:
    """Return whether a text has so few function words that its letters may have no meaning.

    Only of scripts whose function words are known.
    """
    words = _WORD.findall(text[:_BEGINNING])
    known = sum(bool(_KNOWN_SCRIPT.match(word)) for word in words)
    return len(words) >= _SUSPECT_WORDS and known * 5 > len(words) * 4 and sense(text) < _FEW
