"""Measures of quality on judged documents.

The corpora are not in the repository. They are expected beside the checkout, in ``../shared/data``.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def press(language: str) -> Iterator[dict[str, Any]]:
    """Yield the dispatches of the press archive of a language."""
    return rows(DATA / "press" / language / "dispatches.jsonl.gz")
