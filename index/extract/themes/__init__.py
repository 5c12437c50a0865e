"""TODO."""

from index.extract.themes.learned import LearnedThemes

__all__ = [
    "LearnedThemes",
]
