"""Scripts for maintainers, run from a checkout as ``python -m tools.…``; not in the wheel."""
