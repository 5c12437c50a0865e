"""Text read in scans and pictures. What needs Tesseract itself is skipped where it is missing."""

import random
import struct
import zlib
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from index.document import Document, Skipped
from index.errors import SettingError
from index.readers import ReadOptions, ocr, require_ocr
from tests.index.readers import made
from tests.index.readers.test_formats import altered, read

needs_tesseract = pytest.mark.skipif(
    "fra" not in ocr.installed(),
    reason="tesseract is not installed: apt install tesseract-ocr tesseract-ocr-fra",
)
LINES = (
    "Les ministres de la pêche se sont réunis jeudi",
    "à Rabat pour parler des frontières maritimes,",
    "où les navires de plusieurs pays se croisent.",
)
SENTENCE = " ".join(LINES)
NONSENSE = "Ohv plqlvwuhv gh od sëfkh vh vrqw uëxqlv mhxgl hw lov rqw sduoë ghv iurqwlëuhv " * 4


def pixels(*lines: str) -> tuple[int, int, bytes]:
    """Width, height and grey pixels of a page of text."""
    with pdfium.PdfDocument(made.pdf(*lines, sizes=[18] * len(lines))) as pdf:
        bitmap = pdf[0].render(scale=2, grayscale=True)
        data, stride = bytes(bitmap.buffer), bitmap.stride
        width, height = bitmap.width, bitmap.height
    rows = [data[row * stride : row * stride + width] for row in range(height)]
    return width, height, b"".join(rows)


def png(*lines: str) -> bytes:
    width, height, data = pixels(*lines)

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = b"".join(b"\0" + data[row * width : (row + 1) * width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def tiff(*pages: tuple[str, ...]) -> bytes:
    data = b"II*\0" + bytes(4)
    link = 4
    for lines in pages:
        width, height, shown = pixels(*lines)
        start = len(data)
        data += shown + bytes(len(shown) % 2)
        data = data[:link] + struct.pack("<I", len(data)) + data[link + 4 :]
        entries = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, start))
        entries += ((277, 1), (278, height), (279, len(shown)))
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        link = len(data)
        data += bytes(4)
    return data


def scanned(*pages: tuple[str, ...], layer: str = "") -> bytes:
    """A PDF whose pages are the same picture of text, over a text that nobody sees."""
    width, height, data = pixels(*pages[0])
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    )
    packed = zlib.compress(data)
    shown = "q 595 0 0 842 0 0 cm /I Do Q\n"
    if layer:
        shown += f"BT 3 Tr /F1 8 Tf 50 400 Td ({layer}) Tj ET\n"
    return made.pdf_of(
        [shown] * len(pages), more={1000: picture % (width, height, len(packed), packed)}
    )


def options(folder: Path | str = "", **more: int) -> ReadOptions:
    return ReadOptions(ocr="fra", ocr_cache=str(folder), **more)


def error_rate(text: str, wanted: str) -> float:
    """Edits between two texts, by characters."""
    row = list(range(len(wanted) + 1))
    for place, char in enumerate(text, 1):
        before, row[0] = row[0], place
        for at, other in enumerate(wanted, 1):
            change = before + (char != other)
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, change)
    return row[-1] / len(wanted)


FORMS = {"a.png": png(*LINES), "a.tif": tiff(LINES), "a.pdf": scanned(LINES)}


@needs_tesseract
@pytest.mark.parametrize("name", FORMS)
def test_text_is_read_in_pictures(name: str) -> None:
    (document,) = read(name, FORMS[name], options())
    assert isinstance(document, Document)
    assert error_rate(" ".join(document.text.split()), SENTENCE) < 0.03
    assert document.ocr
    assert document.pages == (0,)


@pytest.mark.parametrize("name", FORMS)
def test_it_is_off_by_default(name: str) -> None:
    (item,) = read(name, FORMS[name])
    assert isinstance(item, Skipped)
    assert item.kind == "scanned"
    assert "--ocr" in item.reason


@pytest.mark.long
@needs_tesseract
def test_pages_of_a_picture_and_of_a_book() -> None:
    (document,) = read("a.tif", tiff(LINES, LINES[1:]), options())
    assert isinstance(document, Document)
    assert len(document.pages) == 2
    assert document.text[document.pages[1] :].startswith("à Rabat")
    (document,) = read("a.pdf", scanned(LINES, LINES), options(ocr_pages=1))
    assert isinstance(document, Document)
    assert document.text.count("Rabat") == 1
    assert any("--ocr-pages" in note for _, note in document.notes)


@pytest.mark.long
@needs_tesseract
def test_a_text_layer_without_meaning_is_read_again() -> None:
    (document,) = read("a.pdf", scanned(LINES, layer=NONSENSE), options())
    assert isinstance(document, Document)
    assert document.ocr
    assert "frontières" in document.text
    assert "plqlvwuhv" not in document.text
    (document,) = read("a.pdf", scanned(LINES, layer=f"{SENTENCE} " * 4), options())
    assert isinstance(document, Document)
    assert not document.ocr
    (document,) = read("a.pdf", made.pdf(*LINES), options())
    assert isinstance(document, Document)
    assert not document.ocr


def test_a_text_layer_without_meaning_is_told() -> None:
    (document,) = read("a.pdf", scanned(LINES, layer=NONSENSE))
    assert isinstance(document, Document)
    assert any("--ocr" in note for _, note in document.notes)
    for text in (f"{SENTENCE} " * 4, "Lot 12 345 678 " * 20, "Thon Bar Mulet " * 9):
        (document,) = read("a.pdf", scanned(LINES, layer=text))
        assert isinstance(document, Document)
        assert document.notes == ()


@pytest.mark.long
@needs_tesseract
def test_what_was_read_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = scanned(LINES, LINES)
    (first,) = read("a.pdf", data, options(tmp_path, ocr_pages=1))  # as if it had been ended
    assert isinstance(first, Document)
    assert len(list(tmp_path.glob("*/*.txt"))) == 1
    (whole,) = read("a.pdf", data, options(tmp_path))
    monkeypatch.setattr(ocr, "PROGRAM", "no-such-program")
    (again,) = read("other name.pdf", data, options(tmp_path))
    assert isinstance(whole, Document)
    assert isinstance(again, Document)
    assert again.text == whole.text
    other = ReadOptions(ocr="fra+eng", ocr_cache=str(tmp_path))
    (item,) = read("a.pdf", data, other)
    assert isinstance(item, Skipped)
    assert item.kind == "scanned"


def test_a_page_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setattr(ocr, "PROGRAM", str(slow))
    monkeypatch.setattr(ocr, "installed", lambda: frozenset({"fra"}))
    (item,) = read("a.png", FORMS["a.png"], options(ocr_seconds=1))
    assert isinstance(item, Skipped)
    assert (item.kind, "--ocr-seconds" in item.reason) == ("huge", True)


def test_a_picture_that_says_to_be_enormous_is_refused() -> None:
    huge = bytearray(FORMS["a.png"])
    huge[16:24] = struct.pack(">II", 60_000, 60_000)
    (item,) = read("a.png", bytes(huge), options())
    assert isinstance(item, Skipped)
    assert item.kind == "huge"


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_altered_pictures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "PROGRAM", "no-such-program")
    monkeypatch.setattr(ocr, "installed", frozenset)
    chance = random.Random(name)
    for _ in range(200):
        for item in read(name, altered(FORMS[name][:300], chance), options()):
            assert isinstance(item, Skipped)
            assert item.reason


def test_languages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: frozenset({"fra"}))
    require_ocr("fra")
    with pytest.raises(SettingError, match="no language “ara”"):
        require_ocr("fra+ara")
    monkeypatch.setattr(ocr, "installed", frozenset)
    with pytest.raises(SettingError, match="not installed"):
        require_ocr("fra")
    with pytest.raises(SettingError, match="not languages of Tesseract"):
        ReadOptions(ocr="fra -c x=y")
