"""How well files of many formats are read, measured on real files whose fields are known.

    python -m tools.quality.formats FOLDER

``FOLDER`` has ``MANIFEST.tsv``: a line a file with what must come out of it (``outcome``,
``title``, ``date``, ``language``, ``author``, ``documents``, ``attachments``, ``first_words``).
Every file is read by the readers that a build uses, and its fields are extracted as in a build. A
table is printed by format; ``--misses`` also prints what differs. A gold value that is empty is not
counted.
"""

import csv
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import click

from index.document import Document, Skipped
from index.extract import ExtractionOptions, extract
from index.readers import ReadOptions, SourceFile, read_file

COLUMNS: Final = ("outcome", "title", "date", "language", "author", "attachments", "first words")
_OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "ocr": ("scanned",),
    "password": ("password",),
    "damaged": ("broken", "empty"),
    "hostile": ("huge", "broken", "password"),
    "notdoc": ("unknown", "empty", "reference"),
    "withdrawn": ("withdrawn", "superseded"),
}
"""Outcomes of the manifest, and the kinds of skipped files that are these."""
_DOCUMENTS: Final = frozenset(("read", "partial"))
_COUNT: Final = 6
"""First words that are compared."""
_SHARE: Final = 0.75
_OUTLOOK: Final = ("msg/", "tnef/")
_LABELS: Final = frozenset(("from", "to", "cc", "recipients", "message", "rtf"))
_DAY: Final = 10


class Miss(NamedTuple):
    """A value that is not as the manifest has it."""

    file: str
    column: str
    found: str
    wanted: str


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text))).casefold()


_SITE: Final = re.compile(r" [-|–] [^-|–]+$")
"""The name of a site behind the title of a page, which is no part of it."""


def _letters(title: str) -> str:
    """Return a title without accents, which capitals may lack, and spaces, which PDF may lack."""
    decomposed = unicodedata.normalize("NFKD", _folded(title))
    return "".join(char for char in decomposed if char.isalnum())


def read_one(
    path: Path, name: str, options: ReadOptions | None = None
) -> tuple[list[Document], list[Skipped]]:
    """Return the documents of a file, and what was skipped of it."""
    options = options or ReadOptions()
    items = list(read_file(SourceFile(path, name, name, path.stat().st_size), options))
    return (
        [item for item in items if isinstance(item, Document)],
        [item for item in items if isinstance(item, Skipped)],
    )


def withdrawn(files: Mapping[str, tuple[list[Document], list[Skipped]]]) -> set[str]:
    """Return the ids that one of the files withdraws, as a build of all of them would."""
    return {
        item.id for _, skipped in files.values() for item in skipped if item.kind == "withdrawn"
    } - {""}


def compare(
    gold: Mapping[str, str], documents: list[Document], skipped: list[Skipped]
) -> Iterator[tuple[str, bool, str, str]]:
    """Yield column, whether it is right, what was found and what is wanted."""
    tops = [document for document in documents if not document.parent]
    kinds = {item.kind for item in skipped}
    wanted = gold["outcome"]
    if wanted in _DOCUMENTS:
        right = len(tops) >= int(gold["documents"] or 1)
    else:
        right = not documents and bool(kinds.intersection(_OUTCOMES[wanted]))
    found = f"{len(tops)} documents; {', '.join(f'{s.kind}: {s.reason}' for s in skipped)[:120]}"
    yield "outcome", right, found, f"{wanted} {gold['documents']}"
    if wanted not in _DOCUMENTS:
        return
    first = tops[0] if tops else Document("", "")
    fields = extract(first, ExtractionOptions()) if tops else None
    if gold["title"]:
        wanted = gold["title"]
        right = _letters(first.title) in (_letters(wanted), _letters(_SITE.sub("", wanted)))
        yield "title", right, first.title, wanted
    if gold["date"]:
        value = fields.published.value if fields and fields.published else ""
        yield "date", _same_date(first.date, value, gold["date"]), value or first.date, gold["date"]
    if gold["language"]:
        language = fields.language.code if fields else ""
        yield "language", language == gold["language"], language, gold["language"]
    if gold["author"]:
        authors = ", ".join(first.authors)
        people = [_folded(name) for name in re.split("[,;]", gold["author"])]
        yield (
            "author",
            all(name in _folded(authors) for name in people),
            authors,
            gold["author"],
        )
    if gold["attachments"]:
        items: list[Document | Skipped] = [*documents, *skipped]
        parts = len({item.path.split("!")[1] for item in items if _is_part(item)})
        yield "attachments", parts == int(gold["attachments"]), str(parts), gold["attachments"]
    words = _first_words(gold)
    if words:
        share = _share(words, _folded(" ".join(map(_said, documents))))
        yield "first words", share >= _SHARE, first.text[:80], " ".join(words)


def _is_part(item: Document | Skipped) -> bool:
    return "!" in item.path and (isinstance(item, Skipped) or bool(item.parent))


def _first_words(gold: Mapping[str, str]) -> list[str]:
    """Return the first words of the text that the manifest has, without what is not text."""
    text = re.sub(r"\[[^\]]*\]|\S*�\S*", " ", gold["first_words"])
    words = _folded(text).split()
    if gold["file"].startswith(_OUTLOOK):  # Tika's labels of the fields of a message
        words = [word for word in words if word not in _LABELS]
    return words[:_COUNT]


def _said(document: Document) -> str:
    return f"{document.title} {' '.join(document.authors)} {document.path} {document.text[:20_000]}"


def _share(words: list[str], text: str) -> float:
    """Return which share of words a text has; letters of an Arabic word may be turned round."""
    keys = {"".join(sorted(word)) for word in text.split()}
    together = text.replace(" ", "")
    return sum(word in together or "".join(sorted(word)) in keys for word in words) / len(words)


def _same_date(declared: str, value: str, wanted: str) -> bool:
    """Return whether a date is the wanted one: in the day as written, or the moment in UTC."""
    from index.calendar import read_date

    gold = read_date(wanted)
    utc = gold[0] if gold else wanted
    if len(wanted) <= _DAY:
        return value[: len(wanted)] == wanted or declared[: len(wanted)] == wanted
    return value[:16] == utc[:16]


_QUOTED: Final = re.compile("«([^»]{10,})»")


def error_rate(text: str, wanted: str) -> float:
    """Return the edits that turn the nearest part of a text into another, for each character."""
    text, wanted = " ".join(text.split()), " ".join(wanted.split())
    row = list(range(len(wanted) + 1))
    best = row[-1]
    for char in text:
        before, row[0] = row[0], 0  # the part may begin anywhere
        for at, other in enumerate(wanted, 1):
            change = before + (char != other)
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, change)
        best = min(best, row[-1])
    return best / len(wanted)


def read_scans(folder: Path, golds: list[dict[str, str]], languages: str) -> Iterator[str]:
    """Yield what OCR reads of the scans: the error rate where the note quotes their text."""
    for gold in golds:
        if gold["outcome"] != "ocr":
            continue
        options = ReadOptions(ocr=languages)
        documents, _ = read_one(folder / gold["file"], gold["file"], options)
        text = documents[0].text if documents else ""
        quoted = _QUOTED.search(gold["note"] or "")
        rate = f"{error_rate(text[:5000], quoted[1]):.3f}" if quoted else ""
        yield f"| {gold['file']} | {len(text):,} | {rate} |"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--misses", is_flag=True, help="Also print every value that is not as it must be.")
@click.option("--only", default="", help="Only files whose name begins so.")
@click.option("--ocr", default="", help="Read the scans with Tesseract, in these languages.")
def main(folder: Path, misses: bool, only: str, ocr: str) -> None:
    """Print how much of the files of FOLDER/MANIFEST.tsv is read right, by format.

    With ``--ocr`` only scans are read, and the error rate by characters is printed.
    """
    csv.field_size_limit(sys.maxsize)
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        golds = [
            row for row in csv.DictReader(lines, delimiter="\t") if row["file"].startswith(only)
        ]
    if ocr:
        click.echo("| scan | characters | error rate |\n| --- | ---: | ---: |")
        for line in read_scans(folder, golds, ocr):
            click.echo(line)
        return
    files = {gold["file"]: read_one(folder / gold["file"], gold["file"]) for gold in golds}
    gone = withdrawn(files)
    right: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    missed: list[Miss] = []
    for gold in golds:
        documents, skipped = files[gold["file"]]
        for document in documents:
            if document.id in gone:
                skipped.append(Skipped(document.path, "withdrawn", "by another file"))
        documents = [document for document in documents if document.id not in gone]
        format = gold["file"].split("/")[0]
        for column, is_right, found, wanted in compare(gold, documents, skipped):
            for name in (format, "all"):
                right[name, column][0] += is_right
                right[name, column][1] += 1
            if not is_right:
                missed.append(Miss(gold["file"], column, found, wanted))
    formats = [*dict.fromkeys(gold["file"].split("/")[0] for gold in golds), "all"]
    click.echo(f"| format | {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * len(COLUMNS)}")
    for format in formats:
        counts = (right.get((format, column)) for column in COLUMNS)
        cells = (f"{count[0]} of {count[1]}" if count else "" for count in counts)
        click.echo(f"| {format} | {' | '.join(cells)} |")
    for miss in missed if misses else ():
        click.echo(f"{miss.file}: {miss.column}: {miss.found[:160]!r}, not {miss.wanted[:100]!r}")


if __name__ == "__main__":
    main()
