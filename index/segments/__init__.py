"""A generation of the index: segments as they are written, and as one snapshot that searches read.

``segment`` writes, ``inverted_index`` has the posting lists of segments and their sum, ``manifest``
what a generation says of itself, ``snapshot`` an opened generation, ``lexicon`` its words as
documents write them. Useful for: what is kept of a document, and how segments are read as one. Not
for: layouts of files (``index.store``), or which generation is published (``index.publishing``).
"""

from index.segments.inverted_index import InvertedIndex, Lists, sum_postings
from index.segments.lexicon import SnapshotLexicon
from index.segments.manifest import (
    BuildRecord,
    Manifest,
    Report,
    SegmentEntry,
    parse_report,
    read_manifest,
)
from index.segments.segment import (
    AnalysedDocument,
    Draft,
    SegmentWriter,
    UnfitDocumentError,
    analyse_drafts,
    draft,
    write_segment,
)
from index.segments.snapshot import Snapshot

__all__ = [
    "AnalysedDocument",
    "BuildRecord",
    "Draft",
    "InvertedIndex",
    "Lists",
    "Manifest",
    "Report",
    "SegmentEntry",
    "SegmentWriter",
    "Snapshot",
    "SnapshotLexicon",
    "UnfitDocumentError",
    "analyse_drafts",
    "draft",
    "parse_report",
    "read_manifest",
    "sum_postings",
    "write_segment",
]
