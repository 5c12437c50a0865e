"""Known organizations among the words of a query, whichever of their names was typed.

A name is a run of words as long as possible, from the left. Capitals decide as they do in
documents: names that mean something else in lower case (marked ambiguous or exact in the
authority, acronyms of two letters, acronyms that are stop words) must be typed with them.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from index.analysis import analyzer, tokenize
from index.vocabularies import LANGUAGES, Name, fold_key, name_key, organizations
from search.query.nodes import Word
from search.query.words import Unit

LONGEST = 16
"""Words of a name that are compared."""
_SHORT_ACRONYM = 3


class Named(NamedTuple):
    """The units ``first`` to ``last`` (excluded) name the organization ``id``."""

    first: int
    last: int
    id: str


class _Bearer(NamedTuple):
    id: str
    name: Name


def named(text: str, units: Sequence[Unit]) -> list[Named]:
    """Return the organizations that units of ``text`` name, in order, none overlapping."""
    names, beginnings = _names()
    keys = [_key(unit) for unit in units]
    found: list[Named] = []
    at = 0
    while at < len(units):
        longest = min(beginnings.get(keys[at].partition(" ")[0], 0), LONGEST, len(units) - at)
        for last in range(at + longest, at, -1):
            key = " ".join(filter(None, keys[at:last]))
            id = _meant(names.get(key, ()), text[units[at].start : units[last - 1].end])
            if id:
                found.append(Named(at, last, id))
                at = last
                break
        else:
            at += 1
    return found


def _key(unit: Unit) -> str:
    """Return a unit as the names are folded; ``O.N.U.`` is one word here."""
    if "." in unit.text and isinstance(unit.node, Word):
        return _folded(unit.node.literal)
    return _folded(unit.text)


_folded = lru_cache(maxsize=4096)(fold_key)


def _meant(bearers: Sequence[_Bearer], typed: str) -> str | None:
    """Return the organization of those that bear a name, None if it may be several or none."""
    meant = [each for each in bearers if _is_written(each.name, typed)]
    plain = [each for each in meant if not each.name.ambiguous and not each.name.former]
    ids = {each.id for each in plain or meant}
    return ids.pop() if len(ids) == 1 else None


def _is_written(name: Name, typed: str) -> bool:
    """Say whether the capitals that were typed are those of the name, where they matter."""
    if typed.replace(".", "") in (name.text, name.text.upper()):
        return True
    if name.ambiguous or name.exact:
        return False
    if name.acronym:
        return len(name.text) >= _SHORT_ACRONYM and not _is_stop_word(name.text)
    return True


@cache
def _is_stop_word(text: str) -> bool:
    token = tokenize(text)[0]
    return any(analyzer(suffix).is_stop(token) for suffix in LANGUAGES)


@cache
def _names() -> tuple[dict[str, tuple[_Bearer, ...]], dict[str, int]]:
    """Return who bears a folded name, and how many words names with a first word have at most."""
    bearers: dict[str, dict[_Bearer, None]] = {}
    beginnings: dict[str, int] = {}
    for key, bearer in _all():
        bearers.setdefault(key, {})[bearer] = None
        first, words = key.partition(" ")[0], key.count(" ") + 1
        beginnings[first] = max(beginnings.get(first, 0), words)
    return {key: tuple(found) for key, found in bearers.items()}, beginnings


def _all() -> Iterator[tuple[str, _Bearer]]:
    for id, entry in organizations().entries.items():
        for name in entry.names:
            if name.sought:
                yield name_key(name.text), _Bearer(id, name)
