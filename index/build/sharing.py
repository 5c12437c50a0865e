"""A rebuild that several machines share: each does some of the files, one of them publishes.

Every machine sees the same sources. Their files are divided into units of work, the same on every
machine. Whoever has time takes the next unit that nobody does, or that somebody has left. When all
are done, one machine goes through the outcomes in the order of the files, as one that did all of
the work would: which version of a document counts, what is withdrawn, what is reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from index.build.destination import Described, Failures, NewGeneration, Prepare
from index.build.pipeline import Indexed, Job, Outcome, name_of, rare_collections, run
from index.build.plan import (
    BuildOptions,
    BuildResult,
    made_by,
    no_documents,
    origin,
    result_of,
    settings_of,
    with_learned,
)
from index.build.progress import Progress
from index.build.sources import Reading, opened_sources
from index.build.writer import BuildWriter
from index.document import Skipped
from index.errors import UsageError
from index.readers import SourceFile, list_files
from index.segments import BuildRecord

UNIT_BYTES: Final = 16 * 1024 * 1024
UNIT_FILES: Final = 2_000
"""Bytes and files after which a unit of work is full; a file is never divided."""

Entry = SourceFile | Skipped
Told = list[Any]
"""An outcome as JSON, without the document."""


class Share(NewGeneration, Protocol):
    """The part of one machine in a rebuild."""

    def take(self) -> int | None:
        """Return a unit of work that is to be done now; None when all are done.

        Waits while other machines do the last ones.
        """

    def send(self, document: Any, hash: str, failures: Failures) -> int:
        """Send a document of the unit; return its place."""

    def done(self, outcomes: Sequence[Told]) -> None:
        """Complete the unit; does nothing if another machine has it by now."""

    def leads(self) -> bool:
        """Tell whether this machine publishes; waits while another does."""

    def outcomes(self) -> Iterator[Told]:
        """Yield the outcomes of all units, in their order."""

    def found(self, place: int, id: str) -> Any:
        """Return what the writer takes for a document that was sent."""

    def published(self) -> Described:
        """Return what another machine has published."""

    @property
    def began(self) -> float:
        """When the first machine began, in seconds since 1970."""


class SharedDestination(Protocol):
    """Where a rebuild of several machines goes."""

    @property
    def prepare(self) -> Prepare:
        """What makes documents ready for its writer."""

    @property
    def folder(self) -> Path | None:
        """The folder that has the learned themes."""

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, with versions."""

    def sharing(self, digest: str, units: int, size: int) -> AbstractContextManager[Share]:
        """Begin a rebuild of so many units, or join the machines that do the same.

        ``digest`` is that of sources and settings, ``size`` the bytes of sources.
        """


def rebuild_shared(
    destination: SharedDestination,
    sources: Sequence[Path],
    options: BuildOptions,
    progress: Progress | None = None,
) -> BuildResult:
    """Do what is left of a rebuild together with all machines that do the same.

    Ends on all of them when it is published. Raises what ``rebuild`` does, and UsageError for
    standard input.
    """
    progress = progress or Progress()
    options = with_learned(options, destination.folder)
    version = made_by(options.extraction)
    settings = settings_of(options)
    with opened_sources(sources) as opened, rare_collections():
        if opened.input is not None:
            raise UsageError("Standard input cannot be shared by machines.", "Name files.")
        entries = list(list_files(opened.files, options.reading))
        units = list(_units(entries))
        job = Job(options.reading, options.extraction, version, prepare=destination.prepare)
        size = sum(entry.size for entry in entries if isinstance(entry, SourceFile))
        digest = _digest(entries, version, settings)
        with destination.sharing(digest, len(units), size) as share:
            while (unit := share.take()) is not None:
                progress.phase(f"Reading and extracting, part {unit + 1} of {len(units)}")
                reading = Reading(opened, options.reading, entries=units[unit])
                told: list[Told] = []
                with closing(run(reading.items(), job, options.workers)) as outcomes:
                    for outcome in outcomes:
                        told.append(_told(outcome, share))
                        progress.step(reading.done, reading.total, len(told), 0, reading.kinds)
                share.done(told)
            progress.phase("Writing the index")
            if not share.leads():
                described = share.published()
                return BuildResult(described.name, described.documents, published=True)
            withdrawn = {} if options.forget_withdrawals else destination.withdrawn()
            with BuildWriter(share.writer, withdrawn) as writer:
                for told_one in share.outcomes():
                    writer.take(_outcome(told_one, share))
                if not writer.hashes:
                    raise no_documents(writer.report)
                writer.finish_report()
                settings |= origin(opened, share.began)
                record = BuildRecord(writer.hashes, writer.report, settings, version)
                described = share.publish(record)
            return result_of(described, writer, added=described.documents)


def _units(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Divide files, and what was skipped among them, into units of work."""
    unit: list[Entry] = []
    size = 0
    for entry in entries:
        unit.append(entry)
        size += entry.size if isinstance(entry, SourceFile) else 0
        if len(unit) == UNIT_FILES or size >= UNIT_BYTES:
            yield unit
            unit, size = [], 0
    if unit:
        yield unit


def _digest(entries: Sequence[Entry], version: str, settings: Mapping[str, Any]) -> str:
    """Return a digest of what all machines have to agree on."""
    digest = blake2b(orjson.dumps([version, settings]), digest_size=16)
    for entry in entries:
        size = entry.size if isinstance(entry, SourceFile) else -1
        digest.update(orjson.dumps([name_of(entry), size]))
    return digest.hexdigest()


def _told(outcome: Outcome, share: Share) -> Told:
    if isinstance(outcome, Skipped):
        return ["skipped", *outcome]
    if not isinstance(outcome, Indexed):
        raise TypeError("a rebuild knows no document")
    place = share.send(outcome.document, outcome.hash, outcome.failures)
    id = outcome.document.id
    return ["indexed", place, id, outcome.path, outcome.hash, outcome.failures, outcome.version]


def _outcome(told: Told, share: Share) -> Outcome:
    kind, *content = told
    if kind == "skipped":
        return Skipped(*content)
    place, id, path, hash, failures, version = content
    found = tuple((name, reason) for name, reason in failures)
    return Indexed(share.found(place, id), path, hash, found, version)
