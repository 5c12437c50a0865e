"""An index directory is a Whoosh index: ``open_index`` opens it, read-only.

Whoosh's query parser, collectors, facets and highlighter work over the published generation;
docs/whoosh.md shows how. ``SnapshotReader`` is the same for one snapshot: search runs the queries
through it that its arrays do not evaluate. Nothing is written here, which ``trouvaille rebuild``
and ``update`` do, and nothing is pickled.
"""

from index.whoosh.reader import ArchiveIndex, SnapshotReader, open_index

__all__ = ["ArchiveIndex", "SnapshotReader", "open_index"]
