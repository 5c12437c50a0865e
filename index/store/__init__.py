"""Postings, positions and dictionaries as contiguous, memory-mapped arrays."""
