"""One module per format, one registry."""
