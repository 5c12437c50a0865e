"""Intake: outcomes in, one segment out; what was seen and what was left out is remembered."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from index.build.pipeline import Indexed, Outcome, Unchanged
from index.document import Skipped
from index.extract import ExtractionOptions, extraction_version
from index.manifest import Report
from index.segment import ANALYSIS_VERSION, SegmentWriter


def made_by(extraction: ExtractionOptions) -> str:
    """Name what turns a document into fields and terms; it is part of every content hash."""
    reference = extraction.reference_date
    return (
        f"extraction {extraction_version()}; analysis {ANALYSIS_VERSION};"
        f" languages {' '.join(extraction.languages)};"
        f" reference date {reference.isoformat() if reference else 'none'};"
        f" file times {extraction.file_times};"
        f"{' full mode;' if extraction.ner else ''}"
        f" learned themes {extraction.learned.version if extraction.learned else 'none'}"
    )


class Intake:
    """Writes documents into a segment that is begun with the first of them.

    ``seen`` maps the id of every document met to its path, ``hashes`` the id of every document
    written to its content hash. Left by an exception, nothing of the segment stays.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: SegmentWriter | None = None
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
        if self._writer is not None:
            self._writer.abandon()

    def take(self, outcome: Outcome) -> None:
        """Take one outcome; of several documents with one id the first counts."""
        if isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)
            return
        id = outcome.id if isinstance(outcome, Unchanged) else outcome.encoded.id
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

    def take_again(self, outcome: Outcome) -> None:
        """Take one outcome of documents that are in the index already."""
        if isinstance(outcome, Indexed):
            self._write(outcome._replace(failures=()))
        elif isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)

    def _write(self, outcome: Indexed) -> None:
        if self._writer is None:
            self._writer = SegmentWriter(self._folder)
        self._writer.add(outcome.encoded)
        self.hashes[outcome.encoded.id] = outcome.hash
        for extractor, reason in outcome.failures:
            self.report.failures.append((outcome.path, extractor, reason))

    def keep_failures(self, before: Iterable[tuple[str, str, str]]) -> None:
        """Take over the failures of documents that were not extracted again, and sort all."""
        kept = [failure for failure in before if failure[0] in self._unchanged]
        self.report.failures = sorted([*kept, *self.report.failures])

    def commit(self) -> int:
        """Finish the segment and return how many documents it holds."""
        if self._writer is None:
            raise RuntimeError("there is nothing to commit")
        documents = self._writer.commit().documents
        self._writer = None
        return documents
