"""Documents of real size, and some made to cost much, cost themselves only."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from index.publishing import check, open_published

MB = 1_000_000
MOST_MEMORY = 1_400
"""MiB that the whole build may take: a worker's bound for one document, and what it has itself."""
ROWS = 20_000
"""Rows of a table. Each costs as much as any other; a million take fifty times as long."""
BUILD = dedent(
    """
    import atexit, resource, sys
    from web.cli import main
    def usage(who): return resource.getrusage(who).ru_maxrss // 1024
    @atexit.register
    def tell():
        print("MiB", usage(resource.RUSAGE_SELF), usage(resource.RUSAGE_CHILDREN), file=sys.stderr)
    main()
    """
)
LONG = "longer than 5,000,000 characters"
BYTES = "larger than 67,108,864 bytes"


def write_large(folder: Path) -> dict[str, str]:
    """Write large files; return for each why it is skipped, empty where it may be indexed."""
    page = "<html><head><title>Accord</title></head><body>%s</body></html>"
    sentence = "Le conseil municipal a tenu une longue séance consacrée aux finances. "
    line = {"text": "Un accord de pêche.", "language": "fr"}
    texts = {
        "line.jsonl": (json.dumps({"text": "mot " * 12 * MB}), LONG),
        "line-of-more.jsonl": (json.dumps(line | {"more": "x" * 50 * MB}), ""),
        "line-of-values.jsonl": (json.dumps(line | {"more": [{}] * 5 * MB}), "5,000,000 values"),
        "line-too-long.jsonl": ('{"text": "' + "x" * 70 * MB, "longer than 67,108,864 bytes"),
        "page.html": (page % f"<p>{sentence * 100}</p>" * 10_000, BYTES),
        "page-of-text.html": (page % (f"<p>{sentence * 100}</p>" * 400), ""),
        "page-of-tags.html": (page % ("<p>un</p>" * 300_000), "more than 200,000 tags"),
        "page-of-cells.html": (page % f"<table>{'<tr><td>x</td></tr>' * 30_000}</table>", ""),
        "text.txt": (sentence * 60_000, ""),
        "text-too-long.txt": (sentence * 80_000, LONG),
        "hyphens.txt": ("a-" * 1_200_000, ""),
        "one-word.txt": ("x" * 4 * MB, ""),
        "columns.csv": ("text" + ",x" * 4 * MB, "more than 10,000 columns"),
        "depth.json": ("[" * 4 * MB, "nested too deeply"),
    }
    for name, (text, _) in texts.items():
        (folder / name).write_text(text, "utf-8")
    with (folder / "mails.txt").open("w", encoding="utf-8") as file:  # 200 MB
        for number in range(2000):
            file.write(f"De : a{number}@example.org\nObjet : séance\n\n{sentence * 1400}\n\n")
    with gzip.open(folder / "newlines.txt.gz", "wb", 1) as packed:
        for _ in range(200):
            packed.write(b"\n" * MB)
    with gzip.open(folder / "rows.csv.gz", "wt", 1, "utf-8") as rows:
        rows.write("id,title,text,language\n")
        rows.writelines(f"r{n},Ligne {n},Un accord de pêche {n},fr\n" for n in range(ROWS))
    reasons = {name: reason for name, (_, reason) in texts.items()}
    return reasons | {"mails.txt": BYTES, "newlines.txt.gz": "more than 200 times its size"}


@pytest.mark.long
def test_large_documents_are_indexed_or_refused_by_name(tmp_path: Path) -> None:
    source, root = tmp_path / "source", tmp_path / "index"
    source.mkdir()
    reasons = write_large(source)
    options = ["--index", str(root), "--workers", "1", "--max-seconds", "20"]
    ended = subprocess.run(
        [sys.executable, "-c", BUILD, "rebuild", str(source), *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert ended.returncode == 0, ended.stderr
    *_, this, worker = ended.stderr.split()
    assert max(int(this), int(worker)) < MOST_MEMORY, ended.stderr
    assert not check(root).problems
    with open_published(root) as snapshot:
        indexed = set(snapshot.content_hashes())
        skipped = [(Path(item.path).name, item.reason) for item in snapshot.report().skipped]
    assert indexed >= {f"r{number}" for number in range(ROWS)}
    assert {name.partition(":")[0] for name, _ in skipped} <= reasons.keys()
    for name, reason in reasons.items():
        told = [why for path, why in skipped if path.partition(":")[0] == name]
        is_indexed = bool({name, name.removesuffix(".txt"), f"{name}:1"} & indexed)
        # What has no bound but those of time and memory is indexed or skipped for them.
        expected = [reason] if reason else ["longer than 20 seconds", "MiB of memory"]
        assert is_indexed != bool(told), (name, told)
        assert is_indexed <= (not reason), name
        assert all(any(bound in why for bound in expected) for why in told), (name, told)
