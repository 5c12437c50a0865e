"""An index directory as a Whoosh index.

For: opening an archive with Whoosh's own parser, collectors and facets (``open_index``), and
running Whoosh queries that our arrays do not evaluate (``SnapshotReader``). Not for: writing, which
``trouvaille rebuild`` and ``update`` do. Nothing here is pickled. See docs/whoosh.md.
"""

from index.whoosh.index import ArchiveIndex, open_index
from index.whoosh.reader import SnapshotReader
from index.whoosh.schema import schema

__all__ = ["ArchiveIndex", "SnapshotReader", "open_index", "schema"]
