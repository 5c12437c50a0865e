"""The fields of a document: language, organizations, themes, publication and mentioned dates.

``extract`` computes them all from one document and its options; it knows nothing of files or of the
index. Names and expressions come from ``index.vocabularies``.
"""

from index.extract.extraction import ExtractionOptions, extract, extraction_version
from index.extract.language import detect_language

__all__ = [
    "ExtractionOptions",
    "detect_language",
    "extract",
    "extraction_version",
]
