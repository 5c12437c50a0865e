"""What a build writes: outcomes of the pipeline in, one segment and a report out."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from index.build.pipeline import Indexed, Outcome, Unchanged
from index.document import Skipped
from index.extract import ExtractionOptions, extraction_version
from index.manifest import Report
from index.segment import SegmentWriter
from index.versions import ANALYSIS_VERSION


def made_by(extraction: ExtractionOptions) -> str:
    """Name the versions and settings that turn a document into fields and terms.

    Content hashes cover this text, so that a change of it has every document indexed again.
    """
    reference = extraction.reference_date
    return (
        f"extraction {extraction_version()}; analysis {ANALYSIS_VERSION};"
        f" languages {' '.join(extraction.languages)};"
        f" reference date {reference.isoformat() if reference else 'none'};"
        f" file times {extraction.file_times};"
        f"{' full mode;' if extraction.ner else ''}"
        f" learned themes {extraction.learned.version if extraction.learned else 'none'}"
    )


class BuildWriter:
    """Writes documents into a segment, which is begun with the first of them.

    ``seen`` maps the id of every document to its path, ``hashes`` that of every written document to
    its content hash. Used as a context, it deletes a segment that was not committed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segment: SegmentWriter | None = None
        self.seen: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.report = Report()
        self.reused = 0
        self._unchanged: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._segment is not None:
            self._segment.abandon()

    def take(self, outcome: Outcome) -> None:
        """Write or note one outcome. Of several documents with the same id the first counts."""
        if isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)
            return
        id = outcome.id if isinstance(outcome, Unchanged) else outcome.document.id
        if id in self.seen:
            reason = f"the identifier {id} was already given in {self.seen[id]}"
            self.report.skipped.append(Skipped(outcome.path, "duplicate", reason))
            return
        self.seen[id] = outcome.path
        if isinstance(outcome, Indexed):
            self.reused += outcome.reused
            self._write(outcome)
        else:
            self._unchanged.add(outcome.path)

    def rewrite(self, outcome: Outcome) -> None:
        """Write a document of an older segment; its failures are in the report already."""
        if isinstance(outcome, Indexed):
            self._write(outcome._replace(failures=()))
        elif isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)

    def _write(self, outcome: Indexed) -> None:
        if self._segment is None:
            self._segment = SegmentWriter(self._folder)
        self._segment.add(outcome.document)
        self.hashes[outcome.document.id] = outcome.hash
        for extractor, reason in outcome.failures:
            self.report.failures.append((outcome.path, extractor, reason))

    def keep_failures(self, before: Iterable[tuple[str, str, str]]) -> None:
        """Add the older failures of documents that have not changed, and sort all failures."""
        kept = [failure for failure in before if failure[0] in self._unchanged]
        self.report.failures = sorted([*kept, *self.report.failures])

    def commit(self) -> int:
        """Finish the segment; return how many documents it has."""
        if self._segment is None:
            raise RuntimeError("there is nothing to commit")
        documents = self._segment.commit().documents
        self._segment = None
        return documents
