"""Extraction of fixed documents, so that no change of results goes without a new version.

``golden.json`` has the version and, by document, a digest of its fields. Run this file to write it
anew.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from index.document import Document
from index.extract import ExtractionOptions, extract, extraction_version
from index.readers import read
from index.versions import EXTRACTION_VERSION

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "seeds", Path(__file__).with_name("golden_documents.jsonl"))
GOLDEN = Path(__file__).with_name("golden.json")
OPTIONS = (ExtractionOptions(), ExtractionOptions(reference_date=date(2020, 2, 12)))
COMMAND = f"python {Path(__file__).relative_to(ROOT)}"


def digest(document: Document) -> str:
    fields = [asdict(extract(document, options)) for options in OPTIONS]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def digests() -> dict[str, str]:
    documents = (item for item in read(SOURCES) if isinstance(item, Document))
    return {document.id: digest(document) for document in documents}


def test_other_results_have_another_version() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    results = digests()
    changed = sorted(
        id for id in {*results, *golden["digests"]} if results.get(id) != golden["digests"].get(id)
    )
    refresh = f"refresh with: {COMMAND}"
    assert golden["version"] == EXTRACTION_VERSION, f"EXTRACTION_VERSION was raised: {refresh}"
    assert not changed, f"raise EXTRACTION_VERSION and {refresh}"


def test_the_version_covers_the_vocabularies() -> None:
    version, _, vocabularies = extraction_version().partition(".")
    assert version == str(EXTRACTION_VERSION)
    assert len(bytes.fromhex(vocabularies)) == 8


if __name__ == "__main__":
    golden = {"version": EXTRACTION_VERSION, "digests": digests()}
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", "utf-8")
