"""Names that documents of the archive establish, so that they count in others, standing bare."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from index.analysis import function_words
from index.extract.organizations.words import fold_word
from index.vocabularies import LANGUAGES, Name, OrganizationEntry, person_grammar

LEARNED: Final = "learned"
"""The kind of entries that documents established."""
GIVEN: Final = "given"
"""The kind of entries that a desk gave."""
_BEFORE = 64
"""Characters before a name that are looked at."""
_SPACE = "[ \u00a0\u202f]"
_WORD_BEFORE = re.compile(rf"(?:([^\W\d_]+){_SPACE}+)?([^\W\d_][\w-]*)(\.?){_SPACE}+$")
_LONGEST_SHORT_TITLE = 4
"""Letters of titles that may end with a dot: behind others a sentence ends."""
_CAPITAL_TITLES = 2
"""Letters of titles that need a capital: ``me`` is a word, ``Me`` a lawyer."""
_OPENING = "«“„\"'‘(—–-• \t\u00a0\u202f"


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
        for kind, names in ((GIVEN, self.given), (LEARNED, self.names)):
            for name in names:
                arabic = not name.text.isascii() and name.language in ("ar", "")
                exact = not (arabic and name.text[0].isalpha() and not name.text[0].isupper())
                sought = Name(name.text, name.language or "mul", exact=exact)
                yield OrganizationEntry(name.id, kind, "", (), (sought,))


def may_be_surname(text: str, start: int, language: str) -> bool:
    """Say whether the word before a name makes it a person's: a title, an initial, another name.

    A word with a capital is no name if it is a function word that begins a sentence (``Le``), or
    a German noun behind one (``der Hersteller``).
    """
    before = text[max(0, start - _BEFORE) : start]
    match = _WORD_BEFORE.search(before)
    if match is None:
        return False
    earlier, word, dot = match.groups()
    if _is_title(word, dot, language):
        return True
    if not word[0].isupper() or (dot and len(word) > 1):
        return False
    common = function_words()
    if word.casefold() in common and _begins_sentence(before[: match.start(2)]):
        return False
    return not (language == "de" and earlier and earlier.islower() and earlier in common)


def _is_title(word: str, dot: str, language: str) -> bool:
    if dot and len(word) > _LONGEST_SHORT_TITLE:
        return False
    if word.islower() and (language == "en" or (len(word) <= _CAPITAL_TITLES and not dot)):
        return False
    folded = fold_word(word)
    codes = (language,) if language in LANGUAGES else LANGUAGES
    return any(person_grammar(code).kind(folded) in ("title", "crown") for code in codes)


def _begins_sentence(before: str) -> bool:
    bare = before.rstrip(_OPENING)
    return not bare or bare[-1] in ".!?…:;\n\r»”"
