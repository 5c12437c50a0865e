"""Analysis of fixed texts, so that no change of terms goes without a new version.

``golden.json`` has the version and a digest for each language and each facet. Run
this file to write it anew.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from index.analysis import analyse
from index.document import Document, Fields, Language, Organization, Span, Theme
from index.facets import VALUE_FACETS, facet_values
from index.readers import read
from index.versions import ANALYSIS_VERSION
from index.vocabularies import LANGUAGES

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "seeds", ROOT / "tests" / "index" / "extract" / "golden_documents.jsonl")
GOLDEN = Path(__file__).with_name("golden.json")
COMMAND = f"python {Path(__file__).relative_to(ROOT)}"
FIELDS = Fields(
    Language("fr"),
    (
        Organization("onu", "Nations unies", (Span(0, 13),), known=True),
        Organization("x:amis-du-port", "Amis du port", (Span(20, 32),), known=False),
    ),
    (Theme("sport/cycling"), Theme("economy")),
)


def digests() -> dict[str, str]:
    documents = [item for item in read(SOURCES) if isinstance(item, Document)]
    return {name: digest(results) for name, results in results_of(documents)}


def results_of(documents: list[Document]) -> Iterator[tuple[str, object]]:
    """Yield the terms of all texts in each language, and of the others; then the facet values."""
    for code in (*LANGUAGES, "und"):
        texts = [
            text
            for document in documents
            if document.language == code or code == "und"
            for text in (document.title, document.text)
        ]
        analysed = [analyse(text, ((Span(0, len(text)), code),)) for text in texts]
        yield code, [(each.exact, each.stems) for each in analysed]
    values = [facet_values(document, FIELDS) for document in documents]
    yield from zip(VALUE_FACETS, zip(*values, strict=True), strict=True)


def digest(results: object) -> str:
    raw = json.dumps(results, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(raw.encode()).hexdigest()[:16]


def test_other_terms_have_another_version() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    results = digests()
    # A facet that is new is no reason: an index that lacks its column is not opened.
    names = {*LANGUAGES, *golden["digests"]}
    changed = sorted(name for name in names if results.get(name) != golden["digests"].get(name))
    refresh = f"refresh with: {COMMAND}"
    assert golden["version"] == ANALYSIS_VERSION, f"ANALYSIS_VERSION was raised: {refresh}"
    assert not changed, f"{changed} changed: raise ANALYSIS_VERSION and {refresh}"


def test_every_language_has_words() -> None:
    languages = {item.language for item in read(SOURCES) if isinstance(item, Document)}
    assert {*LANGUAGES} <= languages


if __name__ == "__main__":
    golden = {"version": ANALYSIS_VERSION, "digests": digests()}
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", "utf-8")
