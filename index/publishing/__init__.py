"""Which generation of an index is published: the lock, the pointer, publishing, checks, rollback.

``commit`` writes a generation beside the published one and publishes it by one rename;
``directory`` finds the published one for searches. Useful for: what happens when a build ends or is
interrupted. Not for: what a generation contains (``index.segments``), or what a build does before
(``index.build``).
"""

from index.publishing.commit import (
    FILE_MODE,
    CheckResult,
    Commit,
    LiveSegment,
    building,
    check,
    permissions,
    rollback,
    writing,
)
from index.publishing.directory import IndexDirectory, lock, open_published, read_pointer

__all__ = [
    "FILE_MODE",
    "CheckResult",
    "Commit",
    "IndexDirectory",
    "LiveSegment",
    "building",
    "check",
    "lock",
    "open_published",
    "permissions",
    "read_pointer",
    "rollback",
    "writing",
]
