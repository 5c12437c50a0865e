"""TODO."""

from index.build.learning import Labelled, Lesson, Score, from_tags, read_labelled
from index.build.plan import (
    BuildOptions,
    BuildResult,
    cores,
    index_documents,
    options_of,
    rebuild,
    update,
)
from index.build.progress import Progress, Silent, progress_on

__all__ = [
    "BuildOptions",
    "BuildResult",
    "Labelled",
    "Lesson",
    "Progress",
    "Score",
    "Silent",
    "cores",
    "from_tags",
    "index_documents",
    "options_of",
    "progress_on",
    "read_labelled",
    "rebuild",
    "update",
]
