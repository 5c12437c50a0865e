"""Names that documents of the archive establish, so that they count in others, standing bare."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from index.vocabularies import Name, OrganizationEntry

LEARNED: Final = "learned"
"""The kind of entries that were learned."""


class LearnedName(NamedTuple):
    """A name, the organization that it is of, and the language in which it counts (empty: all)."""

    text: str
    id: str
    language: str


@dataclass(frozen=True)
class LearnedNames:
    """What an archive taught about names; two are equal if their versions are.

    ``names`` were established by documents, and count where nothing else was found. ``given`` come
    from a desk, and count before names of the authority. ``never`` are folded names that are of no
    organization.
    """

    version: str
    names: tuple[LearnedName, ...] = field(default=(), compare=False)
    given: tuple[LearnedName, ...] = field(default=(), compare=False)
    never: frozenset[str] = field(default=frozenset(), compare=False)

    def entries(self) -> Iterator[OrganizationEntry]:
        """Yield an entry for each name, as the matcher seeks it; those of the desk first."""
        for kind, names in (("", self.given), (LEARNED, self.names)):
            for name in names:
                arabic = not name.text.isascii() and name.language in ("ar", "")
                exact = not (arabic and name.text[0].isalpha() and not name.text[0].isupper())
                sought = Name(name.text, name.language or "mul", exact=exact)
                yield OrganizationEntry(name.id, kind, "", (), (sought,))
