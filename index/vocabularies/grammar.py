"""The grammar by which organizations outside the authority are recognised.

``organizations-grammar.txt`` lists words by language and role, and says what the roles are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.analysis import fold_key
from index.vocabularies.vocabulary import LANGUAGES, read_rows

_HEAD_ROLES = frozenset(("bare", "direct", "head", "lower", "ministry", "court", "titled"))
_ROLE_NAMES = (
    "legal suffix loan of ordinary leading office cue plural article said small and stop generic"
    " nation adjective ideology club clubarticle acronymstop member given indefinite definite"
    " region joiner weak common own named alone body place purpose compound nocompound joined"
    " joinedsport nojoined called nocalled match matchend nomatch contest contestend"
    " commonclub reports reportsbehind quoted quoting opponent plain press giant industry"
    " partisan councillor facility facilityof participle pressbefore pressbehind pluralbody"
    " genericwhole genericstart genericpart bodyword bodystart bodyend commoncue chain street essay"
    " listing"
)
_ROLES = frozenset(_ROLE_NAMES.split()) | _HEAD_ROLES
_PHRASES = frozenset(
    (
        *("cue", "generic", "place", "match", "facility"),
        *("genericwhole", "genericstart", "genericpart"),
    )
)
"""Roles of several words too."""


def _as_in_texts(written: str) -> set[str]:
    """Fold a listed word or phrase in the ways that it stands in texts.

    A word with marks inside (``start-up``, ``s.a``) is one word to the rules, and several where a
    name is folded as a whole.
    """
    return {" ".join(fold_key(word).replace(" ", "") for word in written.split())} | {
        fold_key(written)
    } - {""}


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words of one language, with those common to all, folded, by role."""

    language: str
    words: Mapping[str, frozenset[str]]
    nation: tuple[str, ...]
    adjective: tuple[str, ...]
    generic: tuple[str, ...]
    heads: frozenset[str]
    """Every word that a name may begin with and be recognised by."""

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words[role]

    def is_nation(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives of nation do."""
        return len(word) > 3 and word.endswith(self.nation)

    def is_adjective(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives do."""
        return len(word) > 3 and word.endswith(self.adjective)


def load_grammars(path: Path) -> dict[str, Grammar]:
    """Read the grammars of all languages, and of ``und`` with what is common to all.

    Raises VocabularyError, with file, line and reason, for a malformed row.
    """
    words: dict[str, dict[str, set[str]]] = {code: defaultdict(set) for code in (*LANGUAGES, "und")}
    for row in read_rows(path, "|"):
        if len(row.cells) != 3:
            raise row.error("expected: language | role | words")
        code, role, listed = row.cells
        if code != "*" and code not in LANGUAGES:
            raise row.error(f"unknown language {code!r}")
        if role not in _ROLES:
            raise row.error(f"unknown role {role!r}")
        folded = set()
        for word in filter(None, map(str.strip, listed.split(";"))):
            if " " in word and role not in _PHRASES:
                raise row.error(f"{word!r} is no single word, as a {role} must be")
            folded |= _as_in_texts(word)
        for language in words if code == "*" else (code,):
            words[language][role] |= folded
    return {code: _grammar(code, roles) for code, roles in words.items()}


def _grammar(language: str, roles: Mapping[str, set[str]]) -> Grammar:
    words = {role: frozenset(roles.get(role, ())) for role in _ROLES}
    nation = words["nation"]
    return Grammar(
        language,
        words,
        tuple(nation),
        tuple(nation | words.get("adjective", frozenset())),
        tuple(f"{beginning} " for beginning in words.get("generic", ())),
        frozenset().union(*(words.get(role, ()) for role in _HEAD_ROLES)),
    )


@cache
def _grammars() -> dict[str, Grammar]:
    return load_grammars(Path(__file__).parent / "organizations-grammar.txt")


def grammar(language: str) -> Grammar:
    """Return the grammar of a language; what is common to all for one without its own."""
    grammars = _grammars()
    return grammars.get(language, grammars["und"])
