"""TODO."""

from index.extract.organizations.organizations import Found, find_all

__all__ = [
    "Found",
    "find_all",
]
