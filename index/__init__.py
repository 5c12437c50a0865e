"""Documents in, index out: reading, extraction, analysis, generations on disk."""
