"""TODO."""

from index.build.learning import Labelled, Lesson, Score, from_tags, read_labelled
from index.build.plan import BuildOptions, BuildResult
from index.build.progress import Progress, Silent, progress_on

__all__ = [
    "BuildOptions",
    "BuildResult",
    "Labelled",
    "Lesson",
    "Progress",
    "Score",
    "Silent",
    "from_tags",
    "progress_on",
    "read_labelled",
]
