"""The automata of the names of the authority and of forms of countries, in all their spellings."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import NamedTuple

import ahocorasick

from index.analysis import fold_key
from index.extract.countries import PlaceForm, is_arabic
from index.vocabularies import Name, OrganizationEntry, grammar

TRAP = ""
"""The id of phrases that contain a name and name no organization."""
_ARABIC_ARTICLE = "ال"
_PREFIXES = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")
_PREFIXES_BEFORE_ARTICLE = ("و", "ف", "ب", "ك", "وب", "فب")
_CONTRACTED = ("لل", "ولل", "فلل")
_PREFIX_LENGTHS = (1, 2)
_BEFORE_DEMONYMS = ("وال", "بال", "لل", "ول", "وب")
"""The prefixes that demonyms are sought with: others are rare, and each costs memory."""
_SHORTEST_GENITIVE = 4
"""Letters of a name that German texts write with an ``s`` too."""


class Form(NamedTuple):
    """One way in which a name may stand in folded text."""

    id: str
    text: str
    languages: frozenset[str]
    """Languages of texts in which it counts; empty: all."""
    acronym: bool
    ambiguous: bool
    words: int
    exact: bool = False
    dotted: bool = False
    prefix: int = 0
    """Characters of an Arabic prefix, or of a contracted article, that are not part of the name."""
    cued: bool = False
    """Whether it counts only beside a word of the press: ``du Monde``, ``le Point``."""
    kind: str = ""


Found = tuple[int, tuple[Form, ...], tuple[PlaceForm, ...] | None]
"""The length of what stands in folded text, the names that it is, and the forms of countries."""


class Automata:
    """An automaton for each script, which find everything in one pass each.

    What is in Arabic letters is more than half of all, and is made when a text has such letters.
    ``places`` returns the forms of countries in Arabic letters, or all others.
    """

    def __init__(
        self,
        entries: Iterable[OrganizationEntry],
        traps: Iterable[str] = (),
        places: Callable[[bool], Iterable[tuple[str, PlaceForm]]] = lambda _: (),
        place_traps: Iterable[str] = (),
    ) -> None:
        self.entries = tuple(entries)
        self._traps, self._places, self._place_traps = tuple(traps), places, tuple(place_traps)
        self._latin = self._automaton(arabic=False)

    @cached_property
    def _arabic(self) -> ahocorasick.Automaton:
        return self._automaton(arabic=True)

    def _automaton(self, arabic: bool) -> ahocorasick.Automaton:
        forms: dict[str, list[Form]] = defaultdict(list)
        for entry in self.entries:
            for name in entry.names:
                if name.sought and is_arabic(name.text) == arabic:
                    for key, form in _forms(entry.id, entry.kind, name):
                        forms[key].append(form)
        for trap in self._traps:
            if is_arabic(trap) == arabic:
                words = len(trap.split())
                forms[trap].append(Form(TRAP, trap, frozenset(), False, False, words))
        places: dict[str, tuple[PlaceForm, ...]] = {}
        for base, place in self._places(arabic):
            for key, prefixed in _with_prefixes(base, place):
                places[key] = (*places.get(key, ()), prefixed)
        places.update((trap, ()) for trap in self._place_traps if is_arabic(trap) == arabic)
        automaton = ahocorasick.Automaton()
        for key in forms.keys() | places.keys():
            automaton.add_word(f" {key} ", (len(key), tuple(forms.get(key, ())), places.get(key)))
        automaton.make_automaton()
        return automaton

    def found(self, text: str) -> Iterator[tuple[int, Found]]:
        """Yield what stands in a folded text, with its last character."""
        if self._latin:  # an empty automaton refuses to iterate
            yield from self._latin.iter(text)
        if is_arabic(text) and self._arabic:
            yield from self._arabic.iter(text)


def _with_prefixes(key: str, place: PlaceForm) -> Iterator[tuple[str, PlaceForm]]:
    """Yield a form of a country, and what Arabic writes before it in the same word."""
    yield key, place
    if place.form.language == "ar":
        demonym = place.form.kind == "demonym"
        prefixed = (place, *(place._replace(prefix=length) for length in _PREFIX_LENGTHS))
        for longer, prefix in _arabic_prefixes(key):
            if not demonym or longer.startswith(_BEFORE_DEMONYMS):
                yield longer, prefixed[prefix]


def _forms(id: str, kind: str, name: Name) -> Iterator[tuple[str, Form]]:
    """Yield the folded forms under which a name is sought, with what each of them demands."""
    key = fold_key(name.text)
    words = len(key.split())
    languages = frozenset() if name.language == "mul" else frozenset((name.language,))
    if not name.acronym and not name.exact:
        languages = frozenset()  # a name in full is found in texts of any language
    form = Form(
        id, name.text, languages, name.acronym, name.ambiguous, words, name.exact, kind=kind
    )
    yield key, form
    if name.acronym and name.text.isalpha() and 2 <= len(name.text) <= 6:
        yield " ".join(key), form._replace(dotted=True)
    if name.language == "ar" and not name.text.isascii():
        yield from _arabic_forms(key, form)
        first, space, rest = key.partition(" ")
        # الجوهرة "أف أم"
        if space and (not rest.startswith(_ARABIC_ARTICLE) or first in _quoted_heads()):
            yield f"{first}  {rest}", form
            yield from _arabic_forms(f"{first}  {rest}", form)
    elif name.language == "mul" and words == 1 and _takes_genitive(name):
        yield f"{key}s", form._replace(text=f"{name.text}s", languages=frozenset(("de",)))
    elif (name.language == "de" and not name.acronym) or _is_german(name):
        for case in _german_cases(name.text):
            yield fold_key(case), form._replace(text=case) if name.exact else form
    if name.exact and name.text.startswith("Le "):
        for contracted in ("au", "du", "le"):
            yield f"{contracted}{key[2:]}", form._replace(prefix=3, cued=True)
    if not name.acronym and " de l" in key:
        yield key.replace(" de l ", " d "), form


@cache
def _quoted_heads() -> frozenset[str]:
    words = grammar("ar")
    return words["head"] | words["named"] | words["quoting"]


def _arabic_forms(key: str, form: Form) -> Iterator[tuple[str, Form]]:
    prefixed = (form, *(form._replace(prefix=length) for length in _PREFIX_LENGTHS))
    for longer, prefix in _arabic_prefixes(key):
        yield longer, prefixed[prefix]


def _arabic_prefixes(key: str) -> Iterator[tuple[str, int]]:
    """Yield a name with each prefix, and how many characters are no part of the name."""
    if key.startswith(_ARABIC_ARTICLE):
        for prefix in _PREFIXES_BEFORE_ARTICLE:
            yield prefix + key, len(prefix)
        for prefix in _CONTRACTED:
            yield prefix + key[2:], len(prefix) - 2
    else:
        for prefix in _PREFIXES:
            yield prefix + key, len(prefix)


def _german_cases(name: str) -> Iterator[str]:
    """Yield the cases of a German name: endings of its first adjective, genitive of its noun."""
    first, space, rest = name.partition(" ")
    if not space:
        yield from _genitives(name)
        return
    for ending in ("er", "es", "en", "e"):
        if first.endswith(ending) and len(first) > 5:
            stem = first[: -len(ending)]
            for other in ("e", "en", "er", "es", "em"):
                for noun in _genitives(rest) if " " not in rest else (rest,):
                    yield f"{stem}{other} {noun}"
            return


def _genitives(noun: str) -> tuple[str, ...]:
    return (noun,) if noun.endswith("s") else (noun, noun + "s", noun + "es")


def _takes_genitive(name: Name) -> bool:
    """Say whether German texts write a name with an ``s`` too: ``Nintendos Spiel``."""
    text = name.text
    proper = text.isalpha() and text.istitle() and not name.acronym
    return proper and len(text) >= _SHORTEST_GENITIVE and not text.endswith(("s", "x", "z"))


_GERMAN_NOUNS = ("Zeitung", "Nachrichten", "Presse", "Rundschau", "Tageszeitung", "Bank", "Bahn")


def _is_german(name: Name) -> bool:
    """Say whether a name that all languages use is a German one with an adjective."""
    first, _, rest = name.text.partition(" ")
    return name.language == "mul" and first.endswith("e") and rest.endswith(_GERMAN_NOUNS)
