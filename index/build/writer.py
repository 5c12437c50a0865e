"""The writer of a build: of all outcomes, what is indexed, what is reported, what is withdrawn."""

from collections.abc import Callable, Mapping
from os.path import abspath
from typing import Any, Final, Self

from index.build.destination import DocumentWriter
from index.build.pipeline import Indexed, Outcome, Unchanged
from index.build.sources import is_of_input
from index.document import Skipped, Standing, newer
from index.segments import Report

MAX_WITHDRAWN: Final = 100_000
"""Withdrawals that an index remembers: the latest."""
_OF_FOLDERS: Final = frozenset({"hidden", "link", "missing", "unreadable", "kept"})
"""Kinds of what is skipped where folders are listed, at every update."""


class BuildWriter:
    """Gives the documents of a build that are to be written to a ``DocumentWriter``.

    ``seen`` maps the id of every document to its path, ``hashes`` that of every written document to
    its content hash. Of documents with the same id the one with the highest version counts, else
    the first, and of those from standard input the last; a withdrawal takes a document away, in
    whatever order they come. Used as a context, it abandons what was not published.
    """

    def __init__(
        self,
        documents: DocumentWriter,
        withdrawn: Mapping[str, str] | None = None,
        standing: Callable[[str], Standing | None] = lambda id: None,
    ) -> None:
        """Begin. ``withdrawn`` is what was withdrawn before, with versions.

        ``standing`` returns the document of an id that is in the index and is not read again.
        """
        self._documents = documents
        self._standing = standing
        self.seen: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.report = Report()
        self.reused = 0
        self._unchanged: set[str] = set()
        self._versions: dict[str, str] = {}
        self._withdrawn = dict(withdrawn or {})
        self.deleted: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._documents.abandon()

    def take(self, outcome: Outcome) -> None:
        """Write or note one outcome."""
        if isinstance(outcome, Skipped):
            self._leave_out(outcome)
            return
        id = outcome.id if isinstance(outcome, Unchanged) else outcome.document.id
        version = outcome.version
        if self.withdraws(id, version):
            self._note_withdrawn(outcome.path)
            return
        before = self._before(id)
        if before is not None:
            if not newer(version, before.version) and (
                newer(before.version, version) or not is_of_input(outcome.path)
            ):
                reason = f"the identifier {id} was already given in {before.path}"
                kind = "superseded" if newer(before.version, version) else "duplicate"
                self.report.skipped.append(Skipped(outcome.path, kind, reason))
                return
            if newer(version, before.version):
                reason = f"a later version is in {outcome.path}"
                self.report.skipped.append(Skipped(before.path, "superseded", reason))
            if id in self.seen:
                self._drop(id)
        self.deleted.discard(id)
        self.seen[id] = outcome.path
        if version:
            self._versions[id] = version
        if isinstance(outcome, Indexed):
            self.reused += outcome.reused
            self._write(outcome)
            self.report.failures += [(outcome.path, *failure) for failure in outcome.failures]
        else:
            self._unchanged.add(outcome.path)

    def _before(self, id: str) -> Standing | None:
        """Return the document that has an id so far, in what was read or in the index."""
        if id in self.seen:
            return Standing(self.seen[id], self._versions.get(id, ""))
        return None if id in self.deleted else self._standing(id)

    def _leave_out(self, skipped: Skipped) -> None:
        """Note what is no document, and do what it asks."""
        if skipped.id and skipped.kind == "deleted":
            self.deleted.add(skipped.id)
            if skipped.id in self.seen:
                self._drop(skipped.id)
            return
        self.report.skipped.append(skipped)
        if skipped.id and skipped.kind == "withdrawn":
            self._withdraw(skipped)

    def _withdraw(self, withdrawal: Skipped) -> None:
        id = withdrawal.id
        before = self._withdrawn.get(id)
        # Where all versions are withdrawn, one more withdrawal changes nothing.
        if before is None or (
            before and (not withdrawal.version or newer(withdrawal.version, before))
        ):
            self._withdrawn.pop(id, None)  # the newest are kept longest
            self._withdrawn[id] = withdrawal.version
        if id in self.seen and self.withdraws(id, self._versions.get(id, "")):
            self._note_withdrawn(self.seen[id])
            self._drop(id)

    def _note_withdrawn(self, path: str) -> None:
        self.report.skipped.append(Skipped(path, "withdrawn", "its agency has withdrawn it"))

    def _drop(self, id: str) -> None:
        """Forget a document that was taken; one that is written already will not be live."""
        path = self.seen.pop(id)
        self._unchanged.discard(path)
        self._versions.pop(id, None)
        if self.hashes.pop(id, None) is not None:
            self._documents.remove(id)
            self.report.failures = [one for one in self.report.failures if one[0] != path]

    def withdraws(self, id: str, version: str = "") -> bool:
        """Return whether a version of a document is withdrawn."""
        withdrawn = self._withdrawn.get(id)
        return withdrawn is not None and not _outlives(version, withdrawn)

    def keep(self, id: str, version: str, path: str) -> bool:
        """Keep a document that is in the index but was not read, unless it is withdrawn."""
        if self.withdraws(id, version):
            self._note_withdrawn(path)
            return False
        self.seen[id] = path
        self._unchanged.add(path)
        return True

    def rewrite(self, outcome: Outcome) -> None:
        """Write a document of an older segment; its failures are in the report already."""
        if isinstance(outcome, Indexed):
            self._write(outcome)
        elif isinstance(outcome, Skipped):
            self.report.skipped.append(outcome)

    def _write(self, outcome: Indexed[Any]) -> None:
        self._documents.add(outcome.document, outcome.hash, outcome.failures)
        self.hashes[outcome.document.id] = outcome.hash

    def finish_report(
        self, before: Report | None = None, stays: Callable[[str], bool] | None = None
    ) -> None:
        """Complete the report with that of the generation before, and what is withdrawn.

        ``stays`` tells whether what was reported of a path was not read again.
        """
        if before is not None and stays is not None:
            told = {item.path for item in self.report.skipped}
            self.report.skipped += [
                item
                for item in before.skipped
                if item.kind not in _OF_FOLDERS and item.path not in told and stays(item.path)
            ]
        self.report.skipped.sort()
        unchanged = {abspath(path): path for path in self._unchanged}
        for path, name, reason in before.failures if before else ():
            if abspath(path) in unchanged:
                self.report.failures.append((unchanged[abspath(path)], name, reason))
            elif stays is not None and stays(path):
                self.report.failures.append((path, name, reason))
        self.report.failures.sort()
        self.report.withdrawn = dict([*self._withdrawn.items()][-MAX_WITHDRAWN:])


def _outlives(version: str, withdrawn: str) -> bool:
    """Return whether a version is later than the withdrawn one; none is if all are withdrawn."""
    return bool(withdrawn) and newer(version, withdrawn)
