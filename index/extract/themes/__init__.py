"""Themes of a text: by the curated expressions of the vocabulary, and by a learned model.

``find_themes`` matches expressions; ``LearnedThemes`` then confirms, adds or removes themes. The
rest is for training a model, which happens in ``index.build``.
"""

from index.extract.themes.learned import (
    Decider,
    LearnedTheme,
    LearnedThemes,
    Vector,
    term_spans,
    vector,
)
from index.extract.themes.themes import find_themes

__all__ = [
    "Decider",
    "LearnedTheme",
    "LearnedThemes",
    "Vector",
    "find_themes",
    "term_spans",
    "vector",
]
