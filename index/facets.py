"""The facet values of a document, each with the label to remember (empty: none)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from index.document import Document, Fields, Organization

_KEPT = 1 << 14
"""Sources, and sets of themes, whose values are kept: most documents share them."""

Values = Sequence[tuple[str, str]]


class Facets(NamedTuple):
    """The values of a document in each facet, in the order of ``index.store.columns.FACETS``."""

    organization: Values
    theme: Values
    lang: Values
    source: Values


def facets(document: Document, fields: Fields) -> Facets:
    """Return the values under which a document is counted."""
    return Facets(
        _organizations(fields.organizations) if fields.organizations else (),
        _themes(tuple([theme.id for theme in fields.themes])),
        _language(fields.language.code),
        _source(document.source),
    )


def _organizations(found: Sequence[Organization]) -> Values:
    # The authority has the labels of those it knows.
    return sorted({one.id: "" if one.known else one.label for one in found}.items())


@lru_cache(_KEPT)
def _themes(ids: tuple[str, ...]) -> Values:
    """Return these themes and those above them: ``economy/trade`` is ``economy`` too."""
    found: set[str] = set()
    for id in ids:
        steps = id.split("/")
        found.update("/".join(steps[:depth]) for depth in range(1, len(steps) + 1))
    return tuple((id, "") for id in sorted(found))


@lru_cache(_KEPT)
def _language(code: str) -> Values:
    return ((code, ""),)


@lru_cache(_KEPT)
def _source(written: str) -> Values:
    source = " ".join(written.split())
    return ((source, source),) if source else ()
