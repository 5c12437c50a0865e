"""How names of international bodies are typeset.

French writes the first word of such a name with a capital, and proper names in it: *Organisation
des Nations unies*, *Banque centrale européenne* (Lexique des règles typographiques en usage à
l'Imprimerie nationale). Sources capitalise as they please; which words are common, the names
themselves tell: those that more of them write small. Every language begins a name with a capital.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

BODIES: Final = frozenset({"un", "igo", "eu"})
"""Kinds of bodies whose names are descriptions; others choose how theirs is written."""
_FRENCH: Final = re.compile(r"\b(?:des|du|pour|les|aux|l['’]|d['’]\w+)(?:\b|(?<=['’]))|\bde la\b")
"""What only a French name has."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PEOPLES: Final = re.compile(
    r"(?:européen|africain|caribéen|asiatique|arabe|nordique|andin|malgach|oriental|occidental|austral)"
    r"(?:ne|e)?s?",
    re.IGNORECASE,
)
"""Adjectives of peoples and directions, which are small however often sources capitalise them."""
_ARTICLE: Final = re.compile(
    r"^(?:le |la |les |l['’]|the |el |los |il |der |die |das |o |a )", re.I
)
_UNITED: Final = re.compile(r"\bNations Unies\b")


def french_names(names: Iterable[str]) -> Callable[[str], str]:
    """Return what typesets a French name, for the common words of the names of all bodies."""
    small, capital = Counter[str](), Counter[str]()
    for name in filter(_FRENCH.search, names):
        for word in _WORD.findall(name)[1:]:
            if word.islower():
                small[word] += 1
            elif word[1:].islower():
                capital[word.lower()] += 1
    common = {word for word, n in small.items() if n > capital[word]}

    def lower(match: re.Match[str]) -> str:
        word = match[0]
        is_common = word.lower() in common or _PEOPLES.fullmatch(word)
        return word.lower() if match.start() and word[1:].islower() and is_common else word

    def typeset(name: str) -> str:
        return _WORD.sub(lower, name) if _FRENCH.search(name) else name

    return typeset


def united(name: str) -> str:
    """Return a French name with *Nations unies*, whatever body it is of."""
    return _UNITED.sub("Nations unies", name)


def begun(name: str) -> str:
    """Return a name that begins with a capital, if it begins with a word."""
    return name[0].upper() + name[1:] if name[1:2].isalpha() else name


def with_article(names: list[str]) -> list[str]:
    """Return names of a newspaper, its full title before the one without an article."""
    first = _ARTICLE.sub("", names[0].lstrip("=^")).lower()
    titled = [
        name
        for name in names
        if _ARTICLE.match(bare := name.lstrip("=^")) and _ARTICLE.sub("", bare, 1).lower() == first
    ]
    return list(dict.fromkeys([*titled[:1], *names]))
