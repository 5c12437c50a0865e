"""Faults at the file operations of a command: ``python -m tools.faults --help``."""
