"""The words by which organizations that no list knows are recognised, by language and role.

``organizations-grammar.txt`` says what the roles are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.vocabularies.folding import fold_key
from index.vocabularies.languages import LANGUAGES
from index.vocabularies.rows import read_rows

_ROLES_WORDS = (
    "legal suffix of direct head lower ministry court bare cue article said small and stop"
    " generic nation adjective club clubarticle acronymstop given indefinite"
    " place purpose weak common"
)
ROLES = frozenset(_ROLES_WORDS.split())

_HEADS = ("bare", "direct", "head", "lower", "ministry", "court")


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words of one language with those common to all, folded."""

    words: Mapping[str, frozenset[str]]
    nation: tuple[str, ...]
    adjective: tuple[str, ...]
    generic: tuple[str, ...]
    heads: frozenset[str]
    """Every word that a name may begin with and be recognised by."""

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words.get(role, frozenset())

    def is_nation(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives of nation do."""
        return len(word) > 3 and word.endswith(self.nation)

    def is_adjective(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives do."""
        return len(word) > 3 and word.endswith((*self.adjective, *self.nation))


def load_grammars(path: Path) -> dict[str, Grammar]:
    """Read the grammars of all languages, and of ``und`` with what is common to all.

    Raises VocabularyError, with file, line and reason, for a malformed row.
    """
    words: dict[str, dict[str, set[str]]] = {code: defaultdict(set) for code in (*LANGUAGES, "und")}
    for row in read_rows(path, "|"):
        if len(row.cells) != 3:
            raise row.fault("expected: language | role | words")
        code, role, listed = row.cells
        if code != "*" and code not in LANGUAGES:
            raise row.fault(f"unknown language {code!r}")
        if role not in ROLES:
            raise row.fault(f"unknown role {role!r}")
        folded = {fold_key(word) for word in listed.split(";")} - {""}
        for each in words if code == "*" else (code,):
            words[each][role] |= folded
    return {
        code: Grammar(
            {role: frozenset(each) for role, each in roles.items()},
            tuple(sorted(roles["nation"])),
            tuple(sorted(roles["adjective"])),
            tuple(f"{each} " for each in sorted(roles["generic"])),
            frozenset().union(*(roles[role] for role in _HEADS)),
        )
        for code, roles in words.items()
    }


@cache
def _grammars() -> dict[str, Grammar]:
    return load_grammars(Path(__file__).parent / "organizations-grammar.txt")


def grammar(language: str) -> Grammar:
    """Return the grammar of a language; that common to all for one without its own."""
    grammars = _grammars()
    return grammars.get(language, grammars["und"])
