"""Language, organizations, themes, dates: each a function of a document."""

from index.extract.extraction import (
    ExtractionOptions,
    extract,
    extraction_version,
)

__all__ = [
    "ExtractionOptions",
    "extract",
    "extraction_version",
]
