"""Language, organizations, themes, dates: each a function of a document."""

from index.extract.extraction import EXTRACTOR_VERSION, ExtractionOptions, extract

__all__ = [
    "EXTRACTOR_VERSION",
    "ExtractionOptions",
    "extract",
]
