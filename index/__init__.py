"""Documents in, index out: reading, extraction, analysis, and the files that searches read.

This door is for whoever reads an index. ``IndexDirectory(path).current()`` gives the published
``Snapshot``; ``SnapshotLexicon`` completes and corrects words over it. Indexes are written through
``index.build``, and by the commands of ``index.commands``. ``index.errors``, ``index.facets`` and
``index.arrays`` are small shared modules, ``index.calendar`` a small room, all imported by name.
"""

from index.document import Document, Fields, MentionedDate, Skipped, Span
from index.publishing import IndexDirectory
from index.segments import Snapshot, SnapshotLexicon

__all__ = [
    "Document",
    "Fields",
    "IndexDirectory",
    "MentionedDate",
    "Skipped",
    "Snapshot",
    "SnapshotLexicon",
    "Span",
]
