"""TODO."""

from web.pages.text import joined

__all__ = [
    "joined",
]
