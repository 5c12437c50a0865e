"""Where the documents of a build go: into the folders of an index, or wherever else takes them.

``rebuild_into`` and ``update_into`` know no more of it than ``Destination``. ``Directory`` is an
index directory (``index.build.directory``), ``Archive`` one on a cluster (``index.opensearch``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from index.document import Document, Fields, Standing
from index.segments import BuildRecord, Draft, Report

Failures = tuple[tuple[str, str], ...]
"""Extractors that failed of a document, with reasons."""
Prepare = Callable[[Sequence[Draft]], Sequence[Any]]
"""Makes documents ready, in their order; workers are sent it by name."""


class DocumentWriter(Protocol):
    """Takes the documents of a generation, each as ``Prepare`` made it."""

    def add(self, document: Any, hash: str, failures: Failures) -> None:
        """Write a document with its content hash, and what failed of it."""

    def remove(self, id: str) -> None:
        """Take the last document away that was added with an id."""

    def abandon(self) -> None:
        """Delete what was written; does nothing once it is published."""


class Described(Protocol):
    """A published generation."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def documents(self) -> int:
        """How many documents it has."""


class Basis(Described, Protocol):
    """The published generation, as what an update begins with."""

    @property
    def made_by(self) -> str:
        """The programs and settings that made it."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The options that it was built with."""

    def report(self) -> Report:
        """Return what its build left out."""

    def content_hashes(self) -> Mapping[str, str]:
        """Return the content hashes of its documents by id."""

    def standings(self, ids: Iterable[str]) -> Iterator[tuple[str, Standing]]:
        """Yield where documents are; those that it has not are left out."""


class NewGeneration(Protocol):
    """A generation that is being built, while nobody else builds."""

    @property
    def writer(self) -> DocumentWriter:
        """What takes its documents."""

    def publish(self, record: BuildRecord) -> Described:
        """Complete, check and publish it."""


class Update(NewGeneration, Protocol):
    """A generation that has most documents of the published one.

    It is filled in this order: ``sent`` and ``writer``, ``drop``, ``again``, ``publish``.
    """

    @property
    def before(self) -> Basis:
        """The published generation."""

    @property
    def known(self) -> Mapping[str, str]:
        """The content hashes of documents that need not be read again, by id."""

    def sent(self, id: str) -> tuple[Any, Failures] | None:
        """Return a document of ``known`` that a killed update wrote; None if it is published.

        What the writer takes again, and what failed of it.
        """

    def drop(self, ids: Iterable[str]) -> None:
        """Leave documents of the published generation out: deleted, or written anew."""

    def again(
        self, everything: bool, may_stay_apart: bool
    ) -> Iterator[tuple[Document, Fields]] | None:
        """Return the other documents that have to be written again, to keep the index quick.

        None if there are none. ``everything`` has to be if its analysis may be of another kind.
        """


class Destination(Protocol):
    """Where a build goes."""

    @property
    def prepare(self) -> Prepare:
        """What makes documents ready for its writer."""

    @property
    def folder(self) -> Path | None:
        """The index directory: its fields can be taken over, learned themes lie in it."""

    def withdrawn(self) -> dict[str, str]:
        """Return what the published generation remembers as withdrawn, with versions."""

    def building(self, size: int) -> AbstractContextManager[NewGeneration]:
        """Begin a generation; after an exception nothing of it stays.

        ``size`` are the bytes of its sources.
        """

    def updating(self) -> AbstractContextManager[Update]:
        """Begin a generation with the documents of the published one.

        Raises IndexMissing, IndexVersion, IndexDamaged.
        """
