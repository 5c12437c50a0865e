"""What a worker process does: read, extract, analyse, and hand back what is to be written."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import NamedTuple

from index.build.reuse import Before, Reuse, opened
from index.document import Document, Fields, Skipped
from index.encoded_document import Draft, EncodedDocument, UnfitDocumentError, draft, finish
from index.extract import ExtractionOptions, extract
from index.garbage import collect_rarely
from index.readers import ReadOptions, SourceFile, read_file
from index.store import clean, content_hash


class Extracted(NamedTuple):
    """A document of an older segment, to be analysed anew and not extracted again."""

    document: Document
    fields: Fields
    hash: str


Item = Document | SourceFile | Extracted | Skipped
"""A document, a file to be read, a document with its fields; or what is only passed on."""


class Indexed(NamedTuple):
    """A document that is ready to be written."""

    encoded: EncodedDocument
    path: str
    hash: str
    failures: tuple[tuple[str, str], ...]
    reused: bool = False
    """Whether its fields are those that an older generation has."""


class Unchanged(NamedTuple):
    """A document that the index holds already, word for word."""

    id: str
    path: str


Outcome = Indexed | Unchanged | Skipped


@dataclass(frozen=True, slots=True)
class Job:
    """What workers must know: how to read and extract, and the content hashes already indexed.

    Fields of documents that are the same in the generation ``before`` are not extracted again.
    """

    reading: ReadOptions
    extraction: ExtractionOptions
    made_by: str
    known: Mapping[str, str] = field(default_factory=dict)
    before: Before | None = None


def process(items: list[Item], job: Job, reuse: Reuse | None = None) -> list[Outcome]:
    """Do a list of items, in order; whatever one of them raises is that one's own affair."""
    done = [outcome for item in items for outcome in _outcomes(item, job, reuse)]
    return _finished(done)


class _Drafted(NamedTuple):
    """A document on its way to be ``Indexed``."""

    draft: Draft
    path: str
    hash: str
    failures: tuple[tuple[str, str], ...]
    reused: bool = False


_Undone = _Drafted | Unchanged | Skipped


def _finished(done: list[_Undone]) -> list[Outcome]:
    """Analyse what is drafted, all together, or one by one to know which of them cannot be."""
    drafted = [outcome for outcome in done if isinstance(outcome, _Drafted)]
    try:
        encoded = iter(finish([outcome.draft for outcome in drafted]))
    except Exception as error:
        if len(done) > 1:
            return [outcome for each in done for outcome in _finished([each])]
        return [_broken(drafted[0].path, error)]
    return [
        Indexed(next(encoded), outcome.path, outcome.hash, outcome.failures, outcome.reused)
        if isinstance(outcome, _Drafted)
        else outcome
        for outcome in done
    ]


def _broken(name: str, error: Exception) -> Skipped:
    return Skipped(name, "broken", f"{type(error).__name__}: {error}")


def _outcomes(item: Item, job: Job, reuse: Reuse | None) -> Iterator[_Undone]:
    if isinstance(item, Extracted):
        yield _drafted(item.document, item.fields, item.hash)
    elif isinstance(item, Document):
        yield _document(item, job, reuse)
    elif isinstance(item, Skipped):
        yield item
    else:
        for read in read_file(item, job.reading):
            yield read if isinstance(read, Skipped) else _document(read, job, reuse)


def _document(document: Document, job: Job, reuse: Reuse | None) -> _Undone:
    try:
        document = clean(document)
        hash = content_hash(document, job.made_by)
        if job.known.get(document.id) == hash:
            return Unchanged(document.id, document.path)
        fields = reuse.fields(document, hash) if reuse else None
        if fields is not None:
            return _drafted(document, fields, hash)._replace(reused=True)
        return _drafted(document, extract(document, job.extraction), hash)
    except UnfitDocumentError as error:
        return Skipped(name_of(document), "broken", str(error))
    except Exception as error:  # one document must not cost another
        return _broken(name_of(document), error)


def _drafted(document: Document, fields: Fields, hash: str) -> _Drafted:
    return _Drafted(draft(document, fields), name_of(document), hash, fields.failures)


def name_of(item: Item) -> str:
    """Return the name under which an item is reported."""
    if isinstance(item, SourceFile):
        return item.name
    if isinstance(item, Skipped):
        return item.path
    document = item.document if isinstance(item, Extracted) else item
    return document.path or document.id


_job: Job | None = None
_reuse: Reuse | None = None


def start(job: Job) -> None:
    """Prepare a worker process."""
    global _job, _reuse
    _job = job
    _reuse = opened(job.before)
    collect_rarely()
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent has: a killed build must leave nothing running."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def process_here(items: list[Item]) -> list[Outcome]:
    """Do a list of items in a worker process that was prepared by ``start``."""
    if _job is None:
        raise RuntimeError("this process is not a worker")
    return process(items, _job, _reuse)
