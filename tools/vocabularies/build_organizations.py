"""Build ``organizations.tsv`` from the rows made by hand and the shipping sources.

    python -m tools.vocabularies.build_organizations FOLDER

FOLDER holds ``eurovoc-76-international-orgs.jsonl``, ``supraverden-international-orgs.jsonl`` and
``oecd-dac-channels.jsonl``; ``index/vocabularies/README.md`` says what they are. Rows made by hand
decide identifiers, kinds and marks; a source adds names and identifiers to the row that already
bears one of its names, and a new row where it knows enough of an organization.
"""

import html
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from index.analysis import fold_key
from index.errors import TrouvailleError
from index.vocabularies import LANGUAGES, slug
from index.vocabularies.organizations import (
    COLUMNS,
    bare_key,
    load_organizations,
    parse_name,
    read_apart,
    similar_names,
)
from index.vocabularies.vocabulary import read_rows
from tools.vocabularies.typography import BODIES, begun, french_names, united, with_article

HERE = Path(__file__).parents[2] / "index" / "vocabularies"
HAND = HERE / "organizations-hand.txt"
LISTS = HERE / "organizations-lists.txt"
PACKAGES = HERE / "organizations-packages.txt"
APART = HERE / "organizations-apart.txt"
TARGET = HERE / "organizations.tsv"


@dataclass(slots=True)
class Draft:
    """One organization on its way into the authority; names are as written, with marks."""

    id: str
    kind: str
    parent: str = ""
    wikidata: str = ""
    eurovoc: str = ""
    context: str = ""
    sources: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, language: str, written: str) -> None:
        """Add a name unless the organization has it in that language already."""
        names = self.names.setdefault(language, [])
        if fold_key(written) not in {fold_key(name) for name in names}:
            names.append(written)

    def cells(self) -> list[str]:
        """Return the row of ``organizations.tsv``."""
        fixed = [self.id, self.kind, self.parent, self.wikidata, self.eurovoc]
        fixed += ["+".join(self.sources), self.context]
        return fixed + ["; ".join(self.names.get(code, ())) for code in ("mul", *LANGUAGES)]


def by_hand(path: Path = HAND) -> list[Draft]:
    """Read the rows made by hand.

    Raises VocabularyError for a malformed one, and for a second one with the same id.
    """
    drafts: list[Draft] = []
    ids: set[str] = set()
    for row in read_rows(path, "|"):
        if len(row.cells) < 6:
            raise row.error("expected: id | kind | parent | wikidata | context | LANGUAGE=names")
        id, kind, parent, wikidata, context, *named = row.cells
        if id in ids:
            raise row.error(f"another row has the id {id}")
        ids.add(id)
        draft = Draft(id, kind, parent, wikidata, "", context, ["trouvaille"])
        for cell in filter(None, named):
            code, equals, names = cell.partition("=")
            language = "mul" if code == "*" else code
            if not equals or language not in ("mul", *LANGUAGES):
                raise row.error(f"{cell[:20]!r} does not begin with a language and =")
            for written in filter(None, map(str.strip, names.split(";"))):
                draft.add(language, written)
        drafts.append(draft)
    return drafts


def _exact(name: str, kind: str) -> bool:
    """Say whether a listed name counts only as it is written: a short one, or of a newspaper."""
    if name[0] in "=~<^-" or (not name[0].isascii() and not name[0].isupper()):
        return False
    return " " not in name or (kind == "media" and len(name.split()) <= 3)


def _short_id(names: list[str], taken: set[str]) -> str:
    """Return the acronym among names as an identifier if it is free, else the first name."""
    for name in names:
        if name.startswith("=") and len(name) > 3 and slug(name) not in taken:
            return slug(name)
    return slug(names[0])


def from_lists(drafts: list[Draft], path: Path = LISTS) -> list[Draft]:
    """Read organizations from lists of names; names that ``drafts`` bear are passed over.

    Raises VocabularyError for a malformed row, and for a new name of an id that is taken.
    """
    ids = {draft.id for draft in drafts}
    borne = {
        (fold_key(parse_name(written, language).text), code)
        for draft in drafts
        for language, names in draft.names.items()
        for written in names
        for code in (LANGUAGES if language == "mul" else (language,))
    }
    added = []
    for row in read_rows(path, "|"):
        if len(row.cells) not in (3, 4) or row.cells[1] not in ("*", *LANGUAGES):
            raise row.error("expected: kind | LANGUAGE or * | name / other name; ... | cues")
        kind, code, listed, cues = (*row.cells, "")[:4]
        if kind == _ALSO:
            continue
        language = "mul" if code == "*" else code
        codes = LANGUAGES if code == "*" else (code,)
        for item in filter(None, map(str.strip, listed.split(";"))):
            names = [name.strip() for name in item.split(" / ")]
            id = _short_id(names, ids)
            new = [
                name
                for name in names
                if all(
                    (fold_key(parse_name(name, language).text), each) not in borne for each in codes
                )
            ]
            if not new:
                continue
            if id in ids:
                raise row.error(f"the id {id} is taken: write {' / '.join(new)} there")
            ambiguous = any(parse_name(name, language).ambiguous for name in new)
            draft = Draft(id, kind, context=cues if ambiguous else "", sources=["trouvaille"])
            for name in new:
                draft.add(language, f"^{name}" if _exact(name, kind) else name)
                borne |= {(fold_key(parse_name(name, language).text), each) for each in codes}
            ids.add(id)
            added.append(draft)
    return added


_ALSO = "also"
"""The kind of rows that give known bodies further names."""


def further_names(drafts: list[Draft], path: Path = LISTS) -> None:
    """Add the names that rows of kind *also* give to bodies: ``Known name = name / other; ...``.

    Names that another body bears in that language are passed over. Raises VocabularyError for a
    body that no draft is.
    """
    bearers: dict[str, Draft] = {}
    borne: set[tuple[str, str]] = set()
    for draft in drafts:
        for language, names in draft.names.items():
            for written in names:
                key = fold_key(parse_name(written, language).text)
                bearers.setdefault(key, draft)
                borne.add((key, language))
    for row in read_rows(path, "|"):
        if row.cells[0] != _ALSO:
            continue
        _, language, listed = row.cells
        for item in filter(None, map(str.strip, listed.split(";"))):
            known, _, further = (part.strip() for part in item.partition("="))
            bearer = bearers.get(fold_key(known))
            if bearer is None:
                raise row.error(f"no organization has the name {known}")
            for name in filter(None, map(str.strip, further.split(" / "))):
                if (fold_key(name), language) not in borne:
                    borne.add((fold_key(name), language))
                    bearer.add(language, name)


_CUES = {
    "company": "groupe;entreprise;enseigne;magasin;marque;filiale;action;client;usine;salarie"
    ";company;store;shares;brand;subsidiary;retailer;konzern;unternehmen;handelskette;aktie;tochter;filiale"
    ";empresa;tienda;accionista;filial;azienda;negozi;marchio;loja;marca",
    "bank": "banque;bank;banco;banca;credit;kredit;actionnaire;shares",
    "car": "voiture;automobile;constructeur;berline;modele;moteur;carmaker;car ;cars ;engine;auto"
    ";motor;coche;carro;suv",
    "sport": "football;championnat;ligue;match;entraineur;coach;league;fussball;spiel;trainer;liga"
    ";partido;entrenador;campionato;allenatore;jogo;tecnico;basket;handball;rugby",
}
"""Beginnings of words beside which an ambiguous name of a package counts, by kind."""


CLUB_WORDS = frozenset(
    (
        *("fc", "ac", "cf", "sc", "afc", "as", "us", "rc", "sk", "fk"),
        *("cd", "ud", "sv", "bk", "hc", "bc", "kk", "sco", "ogc"),
    )
)
"""What the names of clubs begin or end with, in small letters."""
_INITIALS = frozenset(("f", "c"))
"""*F.C.*, its points left out."""


def _club_key(name: str) -> str:
    """Return a folded name without *FC* and the like, its words in order of letters."""
    words = fold_key(name).split()
    return " ".join(sorted(word for word in words if word not in CLUB_WORDS | _INITIALS) or words)


def from_packages(drafts: list[Draft], path: Path = PACKAGES, apart: Path = APART) -> list[Draft]:
    """Read organizations gathered from packages; names that ``drafts`` bear are passed over.

    One whose name is that of a draft but for a legal form and the like is that body, unless the
    two stand in the file ``apart``; the draft takes over its names. Raises VocabularyError for a
    malformed row.
    """
    ids = {draft.id for draft in drafts}
    parsed = [
        (draft, parse_name(written, language))
        for draft in drafts
        for language, names in draft.names.items()
        for written in names
    ]
    borne = {key for _, name in parsed for key in (fold_key(name.text), _club_key(name.text))}
    bearers = {bare_key(name.text): draft for draft, name in parsed if not name.ambiguous}
    two = read_apart(apart)
    added = []
    for row in read_rows(path, "|"):
        if len(row.cells) != 3 or row.cells[0] not in _CUES:
            raise row.error("expected: kind | source | name; name = Arabic name; ...")
        kind, source, items = row.cells
        for item in filter(None, map(str.strip, items.split(";"))):
            listed, _, arabic = (part.strip() for part in item.partition("="))
            marked = [name.strip() for name in listed.split(" / ")]
            names = [parse_name(name, "mul") for name in marked]
            id, key = slug(names[0].text), _club_key(names[0].text)
            if id in ids or key in borne:
                continue
            ambiguous = any(name.ambiguous for name in names)
            draft = Draft(id, "company" if kind == "car" else kind, sources=[source])
            draft.context = _CUES[kind] if ambiguous else ""
            known = None if ambiguous else bearers.get(bare_key(names[0].text))
            if known and frozenset((known.id, id)) not in two:
                draft = known
                draft.sources += [] if source in draft.sources else [source]
            for written, name in zip(marked, names, strict=True):
                if fold_key(name.text) not in borne:
                    draft.add("mul", written)
            if arabic and fold_key(arabic) not in borne:
                draft.add("ar", arabic)
                borne.add(fold_key(arabic))
            borne |= {key, *(fold_key(name.text) for name in names)}
            if draft is not known:
                ids.add(id)
                bearers |= {bare_key(name.text): draft for name in names if not name.ambiguous}
                added.append(draft)
    return added


class Record(NamedTuple):
    """One organization of a source: names and acronyms by language."""

    source: str
    kind: str
    wikidata: str
    eurovoc: str
    names: dict[str, list[str]]
    acronyms: dict[str, list[str]]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _split(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Part clean names from acronyms: one word with two capitals is an acronym."""
    long: list[str] = []
    short: list[str] = []
    for name in names:
        clean = " ".join(html.unescape(name).replace(";", ",").replace("\u2010", "-").split())
        capitals = sum(letter.isupper() for letter in clean)
        (short if " " not in clean and capitals > 1 else long).append(clean)
    return long, short


_CLASSES = frozenset(("23", "5644", "6114", "7137", "8386"))
"""Concepts of EuroVoc that are classes, with the bodies for labels: all UN regional commissions."""
_SEVERAL = frozenset(("2431", "2791"))
"""Concepts of EuroVoc whose further labels are other bodies: UN Volunteers for the UNDP."""


def eurovoc(path: Path) -> Iterator[Record]:
    """Read organizations of EuroVoc; concepts that name a class begin in lower case."""
    for concept in _lines(path):
        if concept["id"] in _CLASSES:
            continue
        names, acronyms = {}, {}
        further = {} if concept["id"] in _SEVERAL else concept["alt"]
        for language in LANGUAGES:
            written = [concept["labels"].get(language, ""), *further.get(language, ())]
            long, short = _split(filter(None, written))
            names[language] = [name for name in long if name[0].isupper()]
            acronyms[language] = short
        yield Record("eurovoc", "igo", "", concept["id"], names, acronyms)


def supraverden(path: Path) -> Iterator[Record]:
    """Read Supraverden's international organizations."""
    for each in _lines(path):
        names, acronyms = {}, {}
        for language in LANGUAGES:
            names[language], short = _split(each["names"].get(language, ()))
            acronyms[language] = [*short, *each["abbreviations"].get(language, ())]
        family = each["family"] or ""
        kind = "eu" if family.startswith("EU ") else "un" if family.startswith("UN ") else "igo"
        yield Record("supraverden", kind, each.get("wikidata") or "", "", names, acronyms)


def oecd(path: Path) -> Iterator[Record]:
    """Read the OECD's channels of aid; those without an abbreviation are classes of bodies."""
    for each in _lines(path):
        if each["abbreviations"] and each["category"]:
            names, acronyms = {}, {}
            for language in LANGUAGES:
                written = each["names"].get(language)
                names[language], short = _split([written] if written else [])
                acronym = each["abbreviations"].get(language)
                acronyms[language] = [*short, *([acronym] if acronym else [])]
            yield Record("oecd-dac", "ngo", "", "", names, acronyms)


_TOO_GENERAL = re.compile(
    r"statistical commission|regional commission|south cent|european schools|union state"
    r"|commission (?:for|on|de|du|sur|pour)|women|cooperation fund|global fund|special fund|other"
    r"|developing countr|universit|academy|secretariat|secretaria|programme$|forum$"
    r"|research council|garanties de marche|fonds fiduciaire|trust fund|conseil de la paix"
    r"|council of ministers|secretaire general|secretary general|secretario geral"
    r"|high commissioner|soudan du sud|south sudan|sudao do sul|^pays|^groupe|^group"
)


class Merger:
    """Adds the records of sources to the rows made by hand."""

    def __init__(self, drafts: list[Draft]) -> None:
        self.drafts = {draft.id: draft for draft in drafts}
        self.bearers: dict[tuple[str, str], str] = {}
        self.by_acronym: dict[str, dict[str, Draft]] = defaultdict(dict)
        self.by_wikidata = {draft.wikidata: draft.id for draft in drafts if draft.wikidata}
        for draft in drafts:
            for language, names in draft.names.items():
                for written in names:
                    self._claim(draft.id, language, written)

    def _claim(self, id: str, language: str, written: str) -> None:
        name = parse_name(written, language)
        if name.acronym:
            self.by_acronym[name.text][id] = self.drafts[id]
        if not name.ambiguous:
            for code in LANGUAGES if language == "mul" else (language,):
                self.bearers.setdefault((fold_key(name.text), code), id)

    def merge(self, record: Record) -> None:
        """Add a record to the row that it names, or make a row of it.

        Acronyms of a source want the name beside them: nobody has checked what else they mean.
        """
        draft = self._known(record) or self._new(record)
        if draft is None:
            return
        if record.source not in draft.sources:
            draft.sources.append(record.source)
        draft.wikidata = draft.wikidata or record.wikidata
        draft.eurovoc = draft.eurovoc or record.eurovoc
        self.by_wikidata.setdefault(record.wikidata, draft.id)
        for language in LANGUAGES:
            for name in record.names[language]:
                line = self.bearers.get((fold_key(name.partition(",")[0]), language)) == draft.id
                if self._good(name) and not ("," in name and line):
                    self._add(draft, language, name, name)
            for acronym in record.acronyms[language]:
                self._add(draft, language, "=~" + acronym, acronym)

    def _add(self, draft: Draft, language: str, written: str, name: str) -> None:
        if self.bearers.get((fold_key(name), language), draft.id) == draft.id:
            draft.add(language, written)
            self._claim(draft.id, language, written)

    def _good(self, name: str) -> bool:
        words = fold_key(name).split()
        if any(mark in name for mark in "([–/:") or " - " in name:  # a fund's line, not a body
            return False
        return len(words) > 1 and not _TOO_GENERAL.search(" ".join(words))

    def _known(self, record: Record) -> Draft | None:
        if record.wikidata in self.by_wikidata and record.wikidata:
            return self.drafts[self.by_wikidata[record.wikidata]]
        for language in LANGUAGES:
            for name in record.names[language]:
                for code in (language, *LANGUAGES):
                    # A row for several bodies names the main one before a comma.
                    for whole in (name, name.partition(",")[0]):
                        id = self.bearers.get((fold_key(whole), code))
                        if id:
                            return self.drafts[id]
        return self._of_acronym(record)

    def _of_acronym(self, record: Record) -> Draft | None:
        """Return the row that has an acronym of a record, and a similar name in a language."""
        for acronyms in record.acronyms.values():
            for acronym in acronyms:
                for draft in self.by_acronym[acronym].values():
                    two = record.wikidata and draft.wikidata
                    if not two and any(
                        similar_names(parse_name(written, language).text, name)
                        for language, written_names in draft.names.items()
                        for written in written_names
                        if language in LANGUAGES and "=" not in written
                        for name in record.names[language]
                    ):
                        return draft
        return None

    def _new(self, record: Record) -> Draft | None:
        names = [name for code in ("fr", "en") for name in record.names[code] if self._good(name)]
        if not names or len(names[0].split()) < 3:
            return None
        acronyms = [*record.acronyms["fr"], *record.acronyms["en"]]
        candidates = [slug(acronym) for acronym in acronyms if len(acronym) > 2]
        candidates += [slug(name)[:60].rstrip("-") for name in names]
        id = next((each for each in candidates if each not in self.drafts), "")
        if not id:
            return None
        self.drafts[id] = Draft(id, record.kind)
        return self.drafts[id]


def typeset(drafts: Iterable[Draft]) -> None:
    """Typeset the names of international bodies that no mark says how to read."""
    bodies = [draft for draft in drafts if draft.kind in BODIES]
    french = french_names(name for draft in bodies for name in draft.names.get("fr", ()))
    for draft in drafts:
        for language, names in draft.names.items():
            if draft.kind == "media" and names:
                names[:] = with_article(names)
            for place, name in enumerate(names):
                if not name[0].isalpha():
                    continue
                if language == "fr":
                    name = united(french(name) if draft.kind in BODIES else name)
                names[place] = begun(name) if draft.kind in BODIES else name


def write(drafts: Iterable[Draft], target: Path = TARGET) -> None:
    """Write the authority in order of id."""
    lines = ["# Built by build_organizations.py: change organizations-hand.txt instead."]
    lines.append("# " + "\t".join(COLUMNS))
    lines += ["\t".join(draft.cells()) for draft in sorted(drafts, key=lambda draft: draft.id)]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Build, check and report."""
    drafts = by_hand()
    drafts += from_lists(drafts)
    merger = Merger(drafts)
    for concept in eurovoc(folder / "eurovoc-76-international-orgs.jsonl"):
        merger.merge(concept)
    for each in supraverden(folder / "supraverden-international-orgs.jsonl"):
        merger.merge(each)
    for channel in oecd(folder / "oecd-dac-channels.jsonl"):
        merger.merge(channel)
    rows = list(merger.drafts.values())
    rows += from_packages(rows)
    further_names(rows)
    typeset(rows)
    write(rows)
    authority = load_organizations(TARGET, apart=APART)
    print(f"{len(authority.entries)} organizations in {TARGET.name}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except TrouvailleError as error:
        sys.exit(str(error))
