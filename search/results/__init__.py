"""TODO."""

from search.results.presenter import Json, Presenter, highlights, labelled, spans, web_address
from search.results.views import Labels, opening, view

__all__ = [
    "Json",
    "Labels",
    "Presenter",
    "highlights",
    "labelled",
    "opening",
    "spans",
    "view",
    "web_address",
]
