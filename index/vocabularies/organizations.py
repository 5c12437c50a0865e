"""The authority of organizations: one identifier per organization, whatever its name.

``organizations.tsv`` has one row per organization and these columns, separated by tabs: id,
kind, parent, wikidata, eurovoc, source, context, then the names in every language (``mul``),
fr, en, es, de, it, pt, ar. Names of a cell are separated by ``;`` and marked by what precedes
them:

=X    an acronym: recognised in capitals (or as written here), in the languages of its cell
=!X   an acronym of two letters that was checked to mean nothing else in its languages
~X    ambiguous: counts only beside a cue of ``context`` or an unambiguous name of the same
      organization; ``=~X`` for an acronym
<X    a former name
^X    exact: written with these capitals and no others
-X    resolves when somebody asks for it, never looked for in texts
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from index.vocabularies.folding import fold_key, name_key
from index.vocabularies.languages import LANGUAGES
from index.vocabularies.rows import Row, read_rows

COLUMNS = ("id", "kind", "parent", "wikidata", "eurovoc", "source", "context", "mul", *LANGUAGES)
_KINDS = (
    "igo un eu agency court bank company media ngo party union armed sport"
    " ministry parliament police university research religion forum"
)
KINDS = frozenset(_KINDS.split())
SHORT_ACRONYM = 3


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an organization, in ``language`` (``mul``: in all of them)."""

    text: str
    language: str
    acronym: bool = False
    ambiguous: bool = False
    former: bool = False
    sought: bool = True
    checked: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class OrganizationEntry:
    """One organization of the authority. ``context`` holds folded cues for ambiguous names."""

    id: str
    kind: str
    parent: str
    wikidata: str
    eurovoc: str
    source: str
    context: tuple[str, ...]
    names: tuple[Name, ...]

    def label(self, locale: str) -> str:
        """Return its name in ``locale``, else in French, in English, in any language."""
        for language in (locale, "mul", "fr", "en"):
            for acronym in (False, True):
                for name in self.names:
                    if name.language == language and name.acronym == acronym and not name.former:
                        return name.text
        return self.names[0].text if self.names else self.id


def parse_name(written: str, language: str) -> Name:
    """Read one name with its marks."""
    marks = written[: len(written) - len(written.lstrip("=!~<^-"))]
    return Name(
        written[len(marks) :].strip(),
        language,
        acronym="=" in marks,
        ambiguous="~" in marks,
        former="<" in marks,
        sought="-" not in marks,
        checked="!" in marks,
        exact="^" in marks,
    )


@dataclass(frozen=True, slots=True)
class OrganizationAuthority:
    """All organizations known by name, by identifier."""

    entries: Mapping[str, OrganizationEntry]
    traps: tuple[str, ...] = ()
    """Phrases that contain a known name and name something else, or nothing."""
    _aliases: dict[str, str] = field(default_factory=dict)

    def ids(self) -> Iterable[str]:
        """Return all identifiers."""
        return self.entries.keys()

    def label(self, id: str, locale: str) -> str:
        """Return the name of ``id`` in ``locale``; falls back to French, English, the id."""
        entry = self.entries.get(id)
        return entry.label(locale) if entry else id

    def names(self, id: str) -> Iterable[str]:
        """Return every name and acronym of ``id``, in all languages, each once."""
        entry = self.entries.get(id)
        return dict.fromkeys(name.text for name in entry.names) if entry else ()

    def resolve(self, text: str) -> str | None:
        """Return the id that ``text`` is, or is a name of, whatever its case and accents."""
        if text in self.entries:
            return text
        return self._aliases.get(fold_key(text))


def _entry(row: Row) -> OrganizationEntry:
    if len(row.cells) != len(COLUMNS):
        raise row.fault(f"{len(row.cells)} columns where {len(COLUMNS)} are expected")
    cells = dict(zip(COLUMNS, row.cells, strict=True))
    if not cells["id"] or cells["id"] != cells["id"].lower() or " " in cells["id"]:
        raise row.fault(f"{cells['id']!r} is no identifier (lower case, no spaces)")
    if cells["kind"] not in KINDS:
        raise row.fault(f"unknown kind {cells['kind']!r}")
    if not cells["source"]:
        raise row.fault("the source is missing")
    names = []
    for language in ("mul", *LANGUAGES):
        for written in filter(None, map(str.strip, cells[language].split(";"))):
            name = parse_name(written, language)
            if not name_key(name.text):
                raise row.fault(f"the name {written!r} has no letter")
            names.append(name)
    if not any(name.sought for name in names):
        raise row.fault(f"{cells['id']} has no name")
    context = tuple(fold_key(cue) for cue in cells["context"].split(";") if cue.strip())
    return OrganizationEntry(
        cells["id"],
        cells["kind"],
        cells["parent"],
        cells["wikidata"],
        cells["eurovoc"],
        cells["source"],
        context,
        tuple(names),
    )


def load_organizations(path: Path, traps: Path | None = None) -> OrganizationAuthority:
    """Read and check an authority.

    Raises VocabularyError, with file, line and reason, for a malformed row, a duplicate id, a
    name that two organizations bear in one language, a short acronym that two bear in any
    language without being marked ambiguous, and an unknown parent.
    """
    entries: dict[str, OrganizationEntry] = {}
    rows: dict[str, Row] = {}
    for row in read_rows(path, "\t"):
        entry = _entry(row)
        if entry.id in entries:
            raise row.fault(f"the id {entry.id} stands also in line {rows[entry.id].line}")
        entries[entry.id], rows[entry.id] = entry, row
    for entry in entries.values():
        if entry.parent and entry.parent not in entries:
            raise rows[entry.id].fault(f"the parent {entry.parent} is not in the authority")
    _check_bearers(entries, rows)
    phrases = tuple(fold_key(row.cells[0]) for row in read_rows(traps, "\t")) if traps else ()
    return OrganizationAuthority(entries, phrases, dict(_aliases(entries.values())))


def _check_bearers(entries: Mapping[str, OrganizationEntry], rows: Mapping[str, Row]) -> None:
    bearers: dict[tuple[str, str], tuple[OrganizationEntry, Name]] = {}
    for entry in entries.values():
        for name in entry.names:
            if name.ambiguous or not name.sought:
                continue
            scope = LANGUAGES if name.language == "mul" else (name.language,)
            for language in scope:
                key = (name_key(name.text), language)
                other, _ = bearers.setdefault(key, (entry, name))
                if other.id != entry.id:
                    raise rows[entry.id].fault(
                        f"{name.text!r} ({language}) is also a name of {other.id}; mark it ~"
                    )
            if (
                name.acronym
                and not name.checked
                and len(name_key(name.text).replace(" ", "")) < SHORT_ACRONYM
            ):
                raise rows[entry.id].fault(
                    f"{name.text!r} is too short an acronym to stand without ~ or !"
                )


def _aliases(entries: Iterable[OrganizationEntry]) -> Iterator[tuple[str, str]]:
    """Yield (folded name, id), the best claim last so that it wins in a mapping."""
    claims = []
    for entry in entries:
        claims.append((4, fold_key(entry.id), entry.id))
        for name in entry.names:
            strength = 3 - name.ambiguous - name.former - (not name.sought)
            claims.append((strength, name_key(name.text), entry.id))
    for _, alias, id in sorted(claims, key=lambda claim: (claim[0], claim[2])):
        yield alias, id


@cache
def organizations() -> OrganizationAuthority:
    """Return the authority that comes with the product, read once."""
    here = Path(__file__).parent
    return load_organizations(here / "organizations.tsv", here / "organizations-traps.txt")
