"""How fast PDF files are read, beside PDFium alone.

    python -m tools.bench.pdf [--files 1000] [--pages 10]

Files of pages in French are written to a temporary folder. Then two processes read all of them, one
by the reader of a build and one by PDFium alone, which gives the text of every page; each file is
read once, in a process that has read nothing before. Times are those of the processor, without
those of starting.
"""

import multiprocessing
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

import click

_TEXT: Final = (
    "les ministres ont parlé de pêche et de frontières à Rabat où une réunion avait lieu jeudi sur"
    " la sécurité des navires qui croisent au large selon un communiqué du gouvernement publié hier"
    " dans la capitale pendant que des négociations commencent entre plusieurs pays"
)
_LINES: Final = 40
_PER_LINE: Final = 13


def write_pdf(path: Path, pages: int, chance: random.Random) -> None:
    """Write a PDF file with a title in large letters and lines of words on every page."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(pages))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        3: font,
    }
    for number in range(pages):
        lines = [" ".join(chance.choices(_TEXT.split(), k=_PER_LINE)) for _ in range(_LINES)]
        shown = f"BT /F1 {18 if not number else 11} Tf 16 TL 50 780 Td ({lines[0][:50]}) Tj T*\n"
        shown += "/F1 11 Tf\n" + "".join(f"({line}) Tj T*\n" for line in lines[1:]) + "ET"
        content = zlib.compress(shown.encode("cp1252"))
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (11 + 2 * number)
        )
        objects[11 + 2 * number] = (
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
            % (len(content), content)
        )
    data, places = b"%PDF-1.4\n", {}
    for id, content in objects.items():
        places[id] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (id, content)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (id, place) for id, place in places.items())
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        max(objects) + 1,
        len(data),
    )
    path.write_bytes(data + b"xref\n0 1\n0000000000 65535 f \n" + table + end)


def bare(paths: list[Path]) -> int:
    """Read all files by PDFium alone; return the characters."""
    import pypdfium2 as pdfium

    characters = 0
    for path in paths:
        with pdfium.PdfDocument(path.read_bytes()) as pdf:
            for number in range(len(pdf)):
                page = pdf[number]
                text = page.get_textpage()
                characters += len(text.get_text_range())
                text.close()
                page.close()
    return characters


def read(paths: list[Path]) -> int:
    """Read all files as a build does; return the characters."""
    from index.document import Document
    from index.readers import ReadOptions, SourceFile, read_file

    characters = 0
    options = ReadOptions()
    for path in paths:
        file = SourceFile(path, str(path), path.name, path.stat().st_size)
        characters += sum(
            len(item.text) for item in read_file(file, options) if isinstance(item, Document)
        )
    return characters


def seconds(reading: Callable[[list[Path]], int], paths: list[Path]) -> tuple[float, int]:
    """Return the seconds of processor that a new process takes for some files, and characters."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (reading.__name__, paths))


def _timed(name: str, paths: list[Path]) -> tuple[float, int]:
    reading: Callable[[list[Path]], int] = {"bare": bare, "read": read}[name]
    reading([])  # imports are no file's time
    began = process_time()
    characters = reading(paths)
    return process_time() - began, characters


def measured(files: int, pages: int, turns: int) -> Iterator[tuple[float, float]]:
    """Yield the seconds of PDFium alone and of the reader, for some turns."""
    with TemporaryDirectory() as folder:
        chance = random.Random(1)
        paths = [Path(folder, f"{number}.pdf") for number in range(files)]
        for path in paths:
            write_pdf(path, pages, chance)
        for _ in range(turns):
            alone, _characters = seconds(bare, paths)
            whole, characters = seconds(read, paths)
            if not characters:
                sys.exit("Nothing was read.")
            yield alone, whole


@click.command()
@click.option("--files", default=1000, show_default=True)
@click.option("--pages", default=10, show_default=True)
@click.option("--turns", default=3, show_default=True)
def main(files: int, pages: int, turns: int) -> None:
    """Print how fast PDF files are read, beside PDFium alone."""
    click.echo(
        "| PDFium, pages a second | reader, pages a second | share |\n| ---: | ---: | ---: |"
    )
    for alone, whole in measured(files, pages, turns):
        count = files * pages
        click.echo(f"| {count / alone:,.0f} | {count / whole:,.0f} | {alone / whole:.0%} |")


if __name__ == "__main__":
    main()
