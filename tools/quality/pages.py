"""Titles and dates of web pages against the gold of Trafilatura and of htmldate.

    python -m tools.quality.pages TRAFILATURA HTMLDATE [--pages N] [--seed N] [--errors]

The arguments are checkouts of github.com/adbar/trafilatura and github.com/adbar/htmldate, whose
folders ``tests`` hold saved pages, and what a person read in them. A page is read as a build reads
it; beside it stands what Trafilatura finds alone, without the address of the page. A title is right
if it is the same but for white space; a date if it is the same day.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import trafilatura

from index.document import Document
from index.extract.dates import publication_date
from index.readers import read

_FOLDERS = ("cache", "eval", "test_set")
_MOST_BYTES = 400_000


class Page(NamedTuple):
    """A saved page, and its title and day as a person read them; empty if nobody did."""

    path: Path
    title: str
    day: str


def pages(tests: Path, file: str) -> Iterator[Page]:
    """Yield the pages of a file of gold that are there and not too large."""
    for row in json.loads((tests / file).read_text("utf-8")).values():
        for folder in _FOLDERS:
            path = tests / folder / row["file"]
            if path.is_file() and path.stat().st_size <= _MOST_BYTES:
                title, day = (row.get(name) for name in ("title", "date"))
                yield Page(
                    path,
                    title if isinstance(title, str) else "",
                    day if isinstance(day, str) and len(day) == len("2019-03-12") else "",
                )


def plain(text: str | None) -> str:
    """Return a title with single spaces."""
    return " ".join((text or "").split())


def gold(page: Page, what: str) -> str:
    """Return what a person read."""
    return plain(page.title if what == "title" else page.day)


def ours(page: Page) -> tuple[str, str]:
    """Return the title and the day that a build has of a page."""
    for item in read((page.path,)):
        if isinstance(item, Document):
            published = publication_date(item)
            return plain(item.title), published.value[:10] if published else ""
    return "", ""


def alone(page: Page) -> tuple[str, str]:
    """Return the title and the day that Trafilatura finds."""
    tree = trafilatura.load_html(page.path.read_bytes())
    if tree is None:
        return "", ""
    found = trafilatura.extract_metadata(tree)
    return plain(found.title), found.date or ""


def main() -> None:
    """Print the table, and the errors if they are asked for."""
    parser = argparse.ArgumentParser(description="Score titles and dates of web pages.")
    parser.add_argument("trafilatura", type=Path)
    parser.add_argument("htmldate", type=Path)
    parser.add_argument("--pages", type=int, default=300, help="pages drawn of each gold")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--errors", action="store_true", help="list what is not right")
    options = parser.parse_args()
    print("| gold | what | of | Trouvaille | Trafilatura alone | seconds | seconds alone |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    errors = []
    for name, tests, file in (
        ("Trafilatura", options.trafilatura / "tests", "evaldata.json"),
        ("htmldate", options.htmldate / "tests", "eval_default.json"),
        ("htmldate, Media Cloud", options.htmldate / "tests", "eval_mediacloud_2020.json"),
    ):
        drawn = sorted(pages(tests, file))
        drawn = random.Random(options.seed).sample(drawn, min(options.pages, len(drawn)))
        results, seconds = [], []
        for reader in (ours, alone):
            began = time.process_time()
            results.append([reader(page) for page in drawn])
            seconds.append(time.process_time() - began)
        for what, field in (("title", 0), ("day", 1)):
            judged = [index for index, page in enumerate(drawn) if gold(page, what)]
            right = [
                sum(gold(drawn[i], what) == found[i][field] for i in judged) for found in results
            ]
            if judged:
                shares = " | ".join(f"{n} ({n / len(judged):.1%})" for n in right)
                print(
                    f"| {name} | {what} | {len(judged)} | {shares} |"
                    f" {seconds[0]:.1f} | {seconds[1]:.1f} |",
                    flush=True,
                )
            errors += [
                f"{what} {drawn[i].path.name}: {gold(drawn[i], what)!r}"
                f" not {results[0][i][field]!r} (alone {results[1][i][field]!r})"
                for i in judged
                if gold(drawn[i], what) != results[0][i][field]
            ]
    if options.errors:
        print("\n".join(errors))


if __name__ == "__main__":
    main()
