"""TODO."""

from index.inverted_index.gathering import SECOND, Gathering, Lists
from index.inverted_index.segment_arrays import (
    Keys,
    Located,
    SegmentArrays,
    located,
    merged,
    write_terms,
)
from index.inverted_index.segment_postings import PostingsWriter, SegmentPostings

__all__ = [
    "SECOND",
    "Gathering",
    "Keys",
    "Lists",
    "Located",
    "PostingsWriter",
    "SegmentArrays",
    "SegmentPostings",
    "located",
    "merged",
    "write_terms",
]
