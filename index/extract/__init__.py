"""The fields of a document: language, organizations, countries, themes, dates.

``extract`` computes them all from one document and its options; it knows nothing of files or of the
index. Names and expressions come from ``index.vocabularies``. The names of themes are for training
a model of them, which happens in ``index.build``.
"""

from index.extract.extraction import ExtractionOptions, extract, extraction_version, given_themes
from index.extract.language import detect_language, detect_text
from index.extract.organizations import LearnedName, LearnedNames
from index.extract.theme_decision import ThemeScore, candidates, chances, decided_themes, given
from index.extract.theme_expressions import find_expressions as find_theme_expressions
from index.extract.themes import (
    Decider,
    LearnedTheme,
    LearnedThemes,
    Vector,
    find_themes,
    score_themes,
    term_spans,
    vector,
)

__all__ = [
    "Decider",
    "ExtractionOptions",
    "LearnedName",
    "LearnedNames",
    "LearnedTheme",
    "LearnedThemes",
    "ThemeScore",
    "Vector",
    "candidates",
    "chances",
    "decided_themes",
    "detect_language",
    "detect_text",
    "extract",
    "extraction_version",
    "find_theme_expressions",
    "find_themes",
    "given",
    "given_themes",
    "score_themes",
    "term_spans",
    "vector",
]
