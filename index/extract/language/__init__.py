"""TODO."""

from index.extract.language.detection import detect

__all__ = [
    "detect",
]
