"""Build ``organizations.tsv`` from the rows made by hand and the shipping sources.

    python -m index.vocabularies.build_organizations FOLDER

FOLDER holds ``eurovoc-76-international-orgs.jsonl``, ``eurovoc-concepts.jsonl``,
``supraverden-international-orgs.jsonl`` and ``oecd-dac-channels.jsonl`` in the shapes that
README.md beside this file describes. Rows made by hand decide identifiers, kinds and marks; a
source adds names and identifiers to the row that already bears one of its names, and new rows
where it knows enough of an organization.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import TrouvailleError
from index.vocabularies.folding import fold_key
from index.vocabularies.organizations import COLUMNS, load_organizations
from index.vocabularies.rows import LANGUAGES, read_rows

HERE = Path(__file__).parent
HAND = HERE / "organizations-hand.txt"
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
    """Read the rows made by hand. Raises VocabularyError for a malformed one."""
    drafts = []
    for row in read_rows(path, "|"):
        if len(row.cells) < 6:
            raise row.fault("expected: id | kind | parent | wikidata | context | LANGUAGE=names")
        id, kind, parent, wikidata, context, *named = row.cells
        draft = Draft(id, kind, parent, wikidata, "", context, ["trouvaille"])
        for cell in filter(None, named):
            code, equals, names = cell.partition("=")
            language = "mul" if code == "*" else code
            if not equals or language not in ("mul", *LANGUAGES):
                raise row.fault(f"{cell[:20]!r} does not begin with a language and =")
            for written in filter(None, map(str.strip, names.split(";"))):
                draft.add(language, written)
        drafts.append(draft)
    return drafts


def write(drafts: Iterable[Draft], target: Path = TARGET) -> None:
    """Write the authority in order of id."""
    lines = ["# Built by build_organizations.py: change organizations-hand.txt instead."]
    lines.append("# " + "\t".join(COLUMNS))
    lines += ["\t".join(draft.cells()) for draft in sorted(drafts, key=lambda draft: draft.id)]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Build, check and report."""
    drafts = by_hand()
    write(drafts)
    authority = load_organizations(TARGET)
    print(f"{len(authority.entries)} organizations in {TARGET.name}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except TrouvailleError as error:
        sys.exit(str(error))
