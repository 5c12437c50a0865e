"""Archives to build from, and everything that an index answers, for comparing two of them."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from index.build import BuildOptions, rebuild
from index.document import PARTS
from index.facets import VALUE_FACETS
from index.segments import Snapshot

HERE = BuildOptions(workers=0)
"""Builds in the test's own process."""

PIECES = [
    (
        "fr",
        "Accord de pêche",
        "L'Organisation des Nations unies (ONU) salue l'accord sur la pêche.",
    ),
    ("fr", "Sommet à Bruxelles", "Les ministres de l'OTAN se réunissent jeudi 14 mars 2024."),
    ("en", "Trade talks", "The World Trade Organization opens talks about fishing subsidies."),
    ("ar", "بيان", "أعلنت الأمم المتحدة عن اتفاق جديد بشأن الصيد البحري في المنطقة."),
    ("de", "Handel", "Die Vereinten Nationen begrüßen das neue Abkommen über den Fischfang."),
    ("es", "Comercio", "La Organización Mundial del Comercio examina las nuevas normas de pesca."),
]


def record(number: int, **changes: Any) -> dict[str, Any]:
    """A record like those of an archive; every third has no date."""
    language, title, text = PIECES[number % len(PIECES)]
    made = {
        "id": f"doc-{number:04}",
        "title": f"{title} {number}",
        "text": f"{text} Numéro {number}, série {number % 7}.",
        "language": language,
        "source": f"Agence {number % 4}" if number % 5 else "",
        "date": "" if number % 3 == 0 else f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
    }
    return {**made, **changes}


def write_records(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in records), "utf-8")
    return path


def terms_of(snapshot: Snapshot, field: str) -> list[str]:
    """The terms of a field that a live document has, ascending."""
    segments = [segment.postings for segment in snapshot.inverted_index.segments]
    terms = {t for s in segments for t in s.dictionary.terms(s.prefix(field, ""))}
    return [t for t in sorted(terms) if snapshot.inverted_index.document_frequency(field, t)]


class Answers(NamedTuple):
    """Everything an index answers, free of document numbers."""

    postings: dict[tuple[str, str], dict[str, tuple[int, list[int]]]]
    facets: dict[str, dict[str, tuple[str, ...]]]
    counts: dict[str, dict[str, int]]
    labels: dict[str, dict[str, str]]
    dates: dict[str, tuple[int, int, int]]
    lengths: dict[str, tuple[float, float]]
    order: list[str]
    stored: dict[str, Any]
    report: list[Any]
    sources: dict[str, str]


def answers(generation: Snapshot) -> Answers:
    docs = np.flatnonzero(generation.live).astype(np.int32)
    stored = {}
    for doc in docs.tolist():
        document, fields = generation.stored_fields.get(doc)
        # The line is that of the day the document was indexed.
        stored[doc] = (replace(document, path=document.path.partition(":")[0]), fields)
    ids = {doc: pair[0].id for doc, pair in stored.items()}
    fields = [
        name for part in PARTS for name in (part, *(f"{part}_{s}" for s in generation.analyzers))
    ]
    postings = {}
    for field in fields:
        for term in terms_of(generation, field):
            found = generation.inverted_index.postings(field, term)
            frequency = generation.inverted_index.document_frequency(field, term)
            assert len(found.docs) == frequency
            postings[field, term] = {
                ids[doc]: (freq, generation.inverted_index.positions(field, term, doc).tolist())
                for doc, freq in zip(found.docs.tolist(), found.freqs.tolist(), strict=True)
            }
    columns = {name: generation.columns[name] for name in VALUE_FACETS}
    dates = generation.dates
    return Answers(
        postings,
        {name: {ids[doc]: column.of(doc) for doc in ids} for name, column in columns.items()},
        {
            name: dict(zip(column.values, column.tally(docs).counts.tolist(), strict=True))
            for name, column in columns.items()
        },
        {name: dict(column.labels) for name, column in columns.items()},
        {ids[doc]: (int(dates.days[doc]), int(dates.seconds[doc])) for doc in ids},
        {
            ids[doc]: (
                float(generation.lengths["title"][doc]),
                float(generation.lengths["body"][doc]),
            )
            for doc in ids
        },
        [ids[doc] for doc in sorted(ids, key=lambda doc: int(generation.order[doc]))],
        {ids[doc]: pair for doc, pair in stored.items()},
        sorted((item.kind, item.reason) for item in generation.report().skipped),
        generation.content_hashes(),
    )


@pytest.fixture(scope="session")
def sample_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    write_records(folder / "dispatches.jsonl", (record(number) for number in range(60)))
    (folder / "note.txt").write_text("Une note de l'ONU sur la pêche en haute mer.", "utf-8")
    (folder / "picture.bin").write_bytes(b"\0\1\2")
    return folder


@pytest.fixture(scope="session")
def sample_index(sample_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of ``sample_source``, not to be changed."""
    root = tmp_path_factory.mktemp("index") / "archive"
    rebuild(root, [sample_source], HERE)
    return root


@pytest.fixture
def index_of(sample_index: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies ``sample_index``, for tests that change it."""
    return lambda name: Path(shutil.copytree(sample_index, tmp_path / name))
