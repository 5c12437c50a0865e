"""Everything that a generation on a cluster says, for comparing two of them."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from index.build import BuildOptions
from index.opensearch import published, report_of

HERE = BuildOptions(workers=0)

PIECES = [
    ("fr", "Accord de pêche", "L'Organisation des Nations unies salue l'accord sur la pêche."),
    ("en", "Trade talks", "The World Trade Organization opens talks about fishing subsidies."),
    ("ar", "بيان", "أعلنت الأمم المتحدة عن اتفاق جديد بشأن الصيد البحري في المنطقة."),
    ("de", "Handel", "Die Vereinten Nationen begrüßen das neue Abkommen über den Fischfang."),
]


def record(number: int, version: int = 0, /, **changes: Any) -> dict[str, Any]:
    """A record of an archive; others of its versions have other words, labels and languages."""
    language, title, text = PIECES[(number + version) % len(PIECES)]
    made = {
        "id": f"doc-{number:04}",
        "title": f"{title} {number}" if (number + version) % 3 else "",
        "text": f"{text} Numéro {number}, série {version % 7} ÉTÉ eté été.",
        "language": language,
        "source": ["Agence", "AGENCE", "Autre", ""][(number + version) % 4],
        "tags": [f"mot {version}"],
        "date": "" if number % 3 == 0 else f"2024-{1 + number % 12:02}-{1 + version % 28:02}",
    }
    return {**made, **changes}


def write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in records))
    return path


def item(number: int, version: int, status: str = "usable") -> dict[str, Any]:
    """A version of an item of an agency; every second is under an embargo."""
    language, title, text = PIECES[(number + version) % len(PIECES)]
    return {
        "uri": f"urn:x:{number}",
        "version": str(version),
        "versioncreated": "2024-03-12T09:00:00Z",
        "embargoed": f"2090-01-{1 + number % 28:02}T00:00:00Z" if number % 2 else None,
        "pubstatus": status,
        "language": language,
        "headline": f"{title} {number}",
        "body_text": f"{text} Version {version}.",
    }


def states(seed: int, count: int, documents: int = 25) -> list[list[dict[str, Any]]]:
    """Return states of an archive one after the other, with all that an update meets."""
    chance = random.Random(seed)
    found = []
    for at in range(count):
        records = []
        for number in range(documents):
            if chance.random() < 0.15:
                continue
            one = record(number, chance.choice((0, 0, 0, 0, at + 1)))
            if chance.random() < 0.05:
                one["text"] = one["title"] = ""
            records.append(one)
            if chance.random() < 0.1:
                records.append(record(number, 9))
        for number in range(6):
            status = chance.choice(("usable", "usable", "usable", "canceled"))
            records += [item(number, version) for version in chance.sample(range(1, 5), 2)]
            records.append(item(number, at, status))
        chance.shuffle(records)
        found.append([record(9_999), *records])
    return found


def without_lines(told: Any) -> Any:
    """Return what is told without lines of records: they are those of the day they were read."""
    return orjson.loads(re.sub(rb"(\.jsonl):\d+", rb"\1", orjson.dumps(told)))


def content(node: Any, name: str) -> dict[str, Any]:
    """Return everything that the published generation says, but for times and places."""
    generation = published(node.cluster, name)
    everything = node.cluster.everything
    sources = everything(generation.index, {"match_all": {}}, [{"place": "asc"}])
    documents = [{name: value for name, value in one.items() if name != "place"} for one in sources]
    ids = [one["id"] for one in documents]
    assert len(ids) == len(set(ids)) == generation.documents
    words = everything(generation.words, {"match_all": {}}, [{"word": "asc"}])
    values = everything(generation.values, {"match_all": {}}, [{"facet": "asc"}, {"value": "asc"}])
    report = report_of(node.cluster, name, generation.index)
    return {
        "documents": {one["id"]: without_lines(one) for one in documents},
        "words": {one["word"]: one for one in words},
        "values": {(one["facet"], one["value"]): one for one in values},
        "languages": generation.languages,
        "analyzers": generation.analyzers,
        "lengths": {
            name: {part: pytest.approx(mean) for part, mean in of.items()}
            for name, of in generation.lengths.items()
        },
        "embargoes": generation.embargoes,
        "skipped": sorted(tuple(one[1:]) for one in without_lines([*map(tuple, report.skipped)])),
        "failures": sorted(map(tuple, without_lines(report.failures))),
        "withdrawn": report.withdrawn,
    }
