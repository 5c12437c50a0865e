"""TODO."""

from index.build.labelled import Labelled, from_tags, read_labelled
from index.build.plan import BuildOptions, BuildResult
from index.build.progress import Progress, Silent, progress_on
from index.build.training import Lesson, Score

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
