"""Quality of the extracted fields. ``python -m tools.quality.fields`` prints every table."""
