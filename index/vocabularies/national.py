"""Bodies that every country has by the same name: ministries, parliaments, highest courts.

Such a body is ``BODY-COUNTRY``: ``interieur-fr`` is the ministry of the interior of France. Its
label is that of the body in the language of the reader, with the country behind it. The file
``national-bodies.txt`` lists the bodies, and says how.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.analysis import fold_key
from index.vocabularies.countries import countries
from index.vocabularies.vocabulary import LANGUAGES, read_rows

_MINISTRY = "ministry"
_HEADS = frozenset(
    ("ministere", "ministeres", "ministry", "ministries", "ministerio", "ministerios", "ministero")
)
_GERMAN_HEADS = ("ministerium", "ministeriums", "ministerien")
_ARABIC_HEADS = frozenset(("وزاره", "الوزاره"))


@dataclass(frozen=True, slots=True)
class NationalBody:
    """A body that every country has. ``names`` are folded, by language."""

    id: str
    ministry: bool
    labels: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]

    def label(self, locale: str) -> str:
        """Return the name in a language; the French one where it has none."""
        return self.labels.get(locale) or self.labels["fr"]


@dataclass(frozen=True)
class NationalBodies:
    """The bodies by id, and the rows of the authority that stand for one of a country."""

    bodies: Mapping[str, NationalBody]
    same: Mapping[str, str]
    whole: Mapping[str, str]
    """Bodies by their whole names, but for ministries."""

    def find(self, name: str) -> str | None:
        """Return the body that a name without its country is of."""
        folded = fold_key(name)
        words = folded.split()
        if not words:
            return None
        if words[0].endswith(_GERMAN_HEADS):
            return self._ministry(f" {folded}", ("de",), inside=True)
        if words[0] in _HEADS or words[0] in _ARABIC_HEADS or words[-1] == "ministry":
            return self._ministry(f" {folded}", LANGUAGES, inside=False)
        return self.whole.get(folded)

    def _ministry(self, folded: str, languages: Iterable[str], *, inside: bool) -> str | None:
        """Return the ministry of the word that stands first; of several, that of the first row."""
        places = [
            (folded.find(beginning if inside else f" {beginning}"), number, body.id)
            for number, body in enumerate(self.bodies.values())
            if body.ministry
            for language in languages
            for beginning in body.names.get(language, ())
        ]
        found = [place for place in places if place[0] >= 0]
        return min(found)[2] if found else None

    def of(self, body: str, country: str) -> str:
        """Return the id of a body of a country."""
        id = f"{body}-{country}"
        return self.same.get(id, id)

    def body_of(self, id: str) -> str | None:
        """Return the body that an id is of a country, or that a row of the authority stands for."""
        parts = self._parts_of(id)
        return parts[0].id if parts else None

    def country_of(self, id: str) -> str | None:
        """Return the country whose body an id is, or a row of the authority stands for."""
        parts = self._parts_of(id)
        return parts[1] if parts else None

    def _parts_of(self, id: str) -> tuple[NationalBody, str] | None:
        return self.parts(next((own for own, row in self.same.items() if row == id), id))

    def parts(self, id: str) -> tuple[NationalBody, str] | None:
        """Return the body and the country of an id; None if it is none of these."""
        name, _, country = id.rpartition("-")
        body = self.bodies.get(name)
        return (body, country) if body and country in countries().entries else None

    def label(self, id: str, locale: str) -> str | None:
        """Return the label of a body of a country: ``ministère de l'Intérieur (France)``."""
        parts = self.parts(id)
        if parts is None:
            return None
        body, country = parts
        return f"{body.label(locale)} ({countries().label(country, locale)})"

    def resolve(self, text: str) -> str | None:
        """Return the id that a label, or an id, stands for."""
        if self.parts(text):
            return self.same.get(text, text)
        name, bracket, country = text.rstrip().removesuffix(")").rpartition("(")
        code = countries().resolve(country.strip()) if bracket else None
        body = self.find(name) if code else None
        return self.of(body, code) if body and code else None


def load_national(path: Path, authority: Collection[str]) -> NationalBodies:
    """Read and check the bodies.

    Raises VocabularyError, with file, line and reason, for a malformed row, a body or a name that
    stands twice, and a row that names none of the ``authority``.
    """
    bodies: dict[str, NationalBody] = {}
    same: dict[str, str] = {}
    bearers: dict[str, str] = {}
    for row in read_rows(path, "|"):
        kind, id, *cells = row.cells
        if kind == "same":
            if len(cells) != 1 or cells[0] not in authority:
                raise row.error(f"{cells} is not one row of the authority")
            same[id] = cells[0]
            continue
        if kind not in (_MINISTRY, "other") or id in bodies:
            raise row.error(f"{kind!r} is no kind, or {id} stands twice")
        labels: dict[str, str] = {}
        names: dict[str, tuple[str, ...]] = {}
        for cell in cells:
            head, colon, listed = cell.partition(":")
            language, _, label = head.partition("=")
            if not colon or language not in LANGUAGES or not label:
                raise row.error(f"{cell!r} is not LANGUAGE=label: name, name")
            labels[language] = label.strip()
            names[language] = tuple(filter(None, map(fold_key, listed.split(","))))
            for name in names[language] if kind == "other" else ():
                if bearers.setdefault(name, id) != id:
                    raise row.error(f"{name!r} is also a name of {bearers[name]}")
        if "fr" not in labels:
            raise row.error("the French label is missing")
        bodies[id] = NationalBody(id, kind == _MINISTRY, labels, names)
    return NationalBodies(bodies, same, bearers)
