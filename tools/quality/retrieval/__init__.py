"""Quality of ranking. ``python -m tools.quality.retrieval.evaluate`` prints the tables."""
