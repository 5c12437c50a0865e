"""Documents in, index out: reading, extraction, analysis, and the files that searches read.

This door is for whoever reads an index. ``IndexDirectory(path).current()`` gives the published
``Snapshot``; ``SnapshotLexicon`` completes and corrects words over it. Indexes are written through
``index.build``, and by the commands of ``index.cli``. ``index.errors``, ``index.facets``,
``index.days`` and ``index.arrays`` are small shared modules, imported by name.
"""

from index.directory import IndexDirectory
from index.document import Document, Fields, MentionedDate, Skipped, Span
from index.lexicon import SnapshotLexicon
from index.snapshot import Snapshot

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
