"""Where an index is, in a directory or on a cluster, and what commands do with it there."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index import build, publishing, vectors
from index.build import (
    BuildOptions,
    BuildResult,
    Described,
    Destination,
    Directory,
    Partial,
    Progress,
)
from index.document import Document
from index.embedding import Computed
from index.embedding import Progress as VectorProgress
from index.errors import SettingError, UsageError
from index.overview import Overview, cluster_overview, overview
from index.publishing import CheckResult, open_published
from index.segments import Snapshot

if TYPE_CHECKING:
    from index.opensearch import Archive, Cluster, Published

PASSWORD = "TROUVAILLE_OPENSEARCH_PASSWORD"
API_KEY = "TROUVAILLE_OPENSEARCH_API_KEY"
"""Variables of what nobody should write on a command line."""


class Documents(Protocol):
    """The stored documents of a generation."""

    def find(self, id: str) -> Document | None:
        """Return a document; None if it is absent."""

    def __iter__(self) -> Iterator[Document]: ...


class Location(Protocol):
    """An index. ``root`` is the directory of learned themes and of texts read in pictures.

    Methods raise what the functions of their names in ``index.build`` and ``index.publishing`` do.
    """

    @property
    def root(self) -> Path:
        """The directory."""

    def options(self) -> BuildOptions:
        """Return the options of the last build."""

    def rebuild(
        self,
        sources: Sequence[Path],
        options: BuildOptions,
        progress: Progress | None = None,
        partial: Partial | None = None,
    ) -> BuildResult:
        """Index the sources anew."""

    def update(
        self,
        sources: Sequence[Path],
        options: BuildOptions,
        progress: Progress | None = None,
        partial: Partial | None = None,
    ) -> BuildResult:
        """Index what is new or changed, delete what is gone."""

    def rollback(self, mode: int) -> Described:
        """Publish the previous generation again."""

    def check(self) -> CheckResult:
        """Look for damage."""

    def overview(self, *, formats: bool) -> Overview:
        """Describe the index."""

    def documents(self) -> AbstractContextManager[Documents]:
        """Open the stored documents."""

    def rebuild_shared(
        self, sources: Sequence[Path], options: BuildOptions, progress: Progress | None = None
    ) -> BuildResult:
        """Index the sources anew, with other machines. Raises UsageError without a cluster."""

    def compute_vectors(self, mode: int, progress: VectorProgress) -> Computed:
        """Compute the vectors that the published generation lacks; what is there stays."""

    def damaged_vectors(self) -> Sequence[str]:
        """Return a sentence for each file of vectors that is damaged."""

    def on_cluster(self, command: str) -> "OnCluster":
        """Return the place on a cluster. Raises UsageError if the index is in a directory."""


class _Built(ABC):
    """An index that is built in one way, wherever its documents go."""

    @abstractmethod
    def _destination(self, options: BuildOptions) -> Destination:
        """Return where they go."""

    def rebuild(
        self,
        sources: Sequence[Path],
        options: BuildOptions,
        progress: Progress | None = None,
        partial: Partial | None = None,
    ) -> BuildResult:
        """Index the sources anew."""
        return build.rebuild_into(self._destination(options), sources, options, progress, partial)

    def update(
        self,
        sources: Sequence[Path],
        options: BuildOptions,
        progress: Progress | None = None,
        partial: Partial | None = None,
    ) -> BuildResult:
        """Index what is new or changed, delete what is gone."""
        return build.update_into(self._destination(options), sources, options, progress, partial)


class _InSnapshot:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def find(self, id: str) -> Document | None:
        doc = self._snapshot.docnum(id)
        return None if doc is None else self._snapshot.stored_fields.get(doc)[0]

    def __iter__(self) -> Iterator[Document]:
        for doc in np.flatnonzero(self._snapshot.live).tolist():
            yield self._snapshot.stored_fields.get(doc)[0]


@dataclass(frozen=True)
class InDirectory(_Built):
    """An index of the embedded engine."""

    root: Path

    def _destination(self, options: BuildOptions) -> Destination:
        return Directory(self.root, options.mode)

    def options(self) -> BuildOptions:
        """Return the options of the last build."""
        with open_published(self.root) as snapshot:
            return build.options_of(snapshot.manifest.settings)

    def rollback(self, mode: int) -> Described:
        """Publish the previous generation again."""
        return publishing.rollback(self.root, mode)

    def check(self) -> CheckResult:
        """Compare every checksum, and look up terms that must be there."""
        return publishing.check(self.root)

    def overview(self, *, formats: bool) -> Overview:
        """Describe the index."""
        return overview(self.root, formats=formats)

    @contextmanager
    def documents(self) -> Iterator[Documents]:
        """Open the stored documents."""
        with open_published(self.root) as snapshot:
            yield _InSnapshot(snapshot)

    def rebuild_shared(
        self, sources: Sequence[Path], options: BuildOptions, progress: Progress | None = None
    ) -> BuildResult:
        """Raise UsageError: one machine writes a directory."""
        raise UsageError(
            "One machine builds the index of a directory.", "Leave --shared out, or use a cluster."
        )

    def compute_vectors(self, mode: int, progress: VectorProgress) -> Computed:
        """Compute the vectors that the published generation lacks; what is there stays."""
        return vectors.compute(self.root, mode, progress)

    def damaged_vectors(self) -> Sequence[str]:
        """Return a sentence for each file of vectors that is damaged."""
        covered = vectors.coverage(self.root)
        return [
            f"“{self.root / name}” is damaged: write it anew with `trouvaille vectors`."
            for name in (covered.damaged if covered else ())
        ]

    def on_cluster(self, command: str) -> "OnCluster":
        """Raise UsageError: the index is in a directory."""
        raise UsageError(
            f"`trouvaille {command}` is for an index on a cluster.",
            "Copy the index directory, or use --engine opensearch.",
        )


@dataclass(frozen=True)
class ClusterSettings:
    """Which index on which cluster, and who asks: the settings, as they are given."""

    urls: tuple[str, ...]
    name: str = "trouvaille"
    user: str = ""
    password_file: Path | None = None
    api_key_file: Path | None = None
    ca_file: Path | None = None
    seconds: float = 30.0

    def connect(self) -> "Cluster":
        """Return a client, which sends nothing yet. Raises SettingError, UsageError."""
        from index.opensearch import Address, Cluster, check_name

        check_name(self.name)
        password = _secret(self.password_file, "--opensearch-password-file", PASSWORD)
        api_key = _secret(self.api_key_file, "--opensearch-api-key-file", API_KEY)
        if self.user and api_key:
            raise SettingError(
                "Both a user and an API key are given for the cluster.", "Give one of them."
            )
        if self.user and not password:
            raise SettingError(
                f"The password of the user “{self.user}” is not given.",
                f"Set {PASSWORD}, or name a file with --opensearch-password-file.",
            )
        if self.ca_file is not None:
            _text(self.ca_file, "--opensearch-ca")
        return Cluster(
            Address.parse(
                ",".join(self.urls),
                user=self.user,
                password=password,
                api_key=api_key,
                ca_file=str(self.ca_file or ""),
                seconds=self.seconds,
            )
        )


def _secret(path: Path | None, flag: str, variable: str) -> str:
    """Return the first line of a file, or the value of a variable if no file is named."""
    text = environ.get(variable, "") if path is None else _text(path, flag)
    secret = text.strip().partition("\n")[0].strip()
    if not secret.isprintable():
        raise SettingError(
            f"{variable if path is None else flag}: a character in it cannot be sent.",
            "Write it again, as text.",
        )
    return secret


def _text(path: Path, flag: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(
            f"{flag}: “{path}” cannot be read ({reason}).", "Name a file that can be read."
        ) from error


class _OnIndex:
    def __init__(self, cluster: "Cluster", generation: "Published") -> None:
        self._cluster = cluster
        self._generation = generation

    def find(self, id: str) -> Document | None:
        from index.opensearch import stored_document

        return stored_document(self._cluster, self._generation, id)

    def __iter__(self) -> Iterator[Document]:
        from index.opensearch import stored_documents

        return stored_documents(self._cluster, self._generation)


class OnCluster(_Built):
    """An index on a cluster of OpenSearch. Nothing is sent before something is done with it."""

    def __init__(self, root: Path, settings: ClusterSettings) -> None:
        self.root = root
        self.settings = settings

    @property
    def name(self) -> str:
        """The name of the index."""
        return self.settings.name

    @cached_property
    def cluster(self) -> "Cluster":
        """The client."""
        return self.settings.connect()

    def _destination(self, options: BuildOptions) -> Destination:
        return self._archive()

    def _archive(self) -> "Archive":
        from index.opensearch import Archive

        return Archive(self.cluster, self.name, self.root)

    def _published(self) -> "Published":
        from index.opensearch import published

        return published(self.cluster, self.name)

    def options(self) -> BuildOptions:
        """Return the options of the last build."""
        return build.options_of(self._published().settings)

    def rollback(self, mode: int) -> Described:
        """Publish the previous generation again."""
        from index.opensearch import rollback

        return rollback(self.cluster, self.name)

    def check(self) -> CheckResult:
        """Compare what the cluster has with what was sent."""
        from index.opensearch import check, size

        found = check(self.cluster, self.name)
        generation, problems = found.generation, found.faults
        bytes = 0 if problems else size(self.cluster, self.name).bytes
        return CheckResult(
            generation.name, generation.documents, 0, bytes, found.searches, problems
        )

    def overview(self, *, formats: bool) -> Overview:
        """Describe the index."""
        return cluster_overview(self.cluster, self.name, formats=formats)

    @contextmanager
    def documents(self) -> Iterator[Documents]:
        """Open the stored documents."""
        yield _OnIndex(self.cluster, self._published())

    def rebuild_shared(
        self, sources: Sequence[Path], options: BuildOptions, progress: Progress | None = None
    ) -> BuildResult:
        """Index the sources anew, with all machines that do the same."""
        return build.rebuild_shared(self._archive(), sources, options, progress)

    def on_cluster(self, command: str) -> "OnCluster":
        """Return this place."""
        return self

    def compute_vectors(self, mode: int, progress: VectorProgress) -> Computed:
        """Compute the vectors that the published generation lacks; what is there stays."""
        from index.opensearch import compute_vectors

        return compute_vectors(self.cluster, self.name, progress)

    def damaged_vectors(self) -> Sequence[str]:
        """Return nothing: a vector is a part of its document."""
        return ()
