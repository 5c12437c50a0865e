"""Builds: sources in, a published generation out.

For: rebuild, update, worker processes, progress, and learning themes and names from documents. Not
for: file layouts (``index.store``) or what publishing promises (``index.publishing``).
"""

from index.build import learning, names
from index.build.destination import Described, Destination
from index.build.directory import Directory
from index.build.learning import Labelled, Lesson, Score, from_tags, read_labelled
from index.build.plan import (
    BuildOptions,
    BuildResult,
    cores,
    index_documents,
    options_of,
    rebuild,
    rebuild_into,
    update,
    update_into,
)
from index.build.progress import Progress
from index.build.sharing import rebuild_shared
from index.build.sources import Partial
from index.build.watching import Watching

__all__ = [
    "BuildOptions",
    "BuildResult",
    "Described",
    "Destination",
    "Directory",
    "Labelled",
    "Lesson",
    "Partial",
    "Progress",
    "Score",
    "Watching",
    "cores",
    "from_tags",
    "index_documents",
    "learning",
    "names",
    "options_of",
    "read_labelled",
    "rebuild",
    "rebuild_into",
    "rebuild_shared",
    "update",
    "update_into",
]
