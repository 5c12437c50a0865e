"""Words beside each other in a query: what is one piece, and what belongs together.

- What is typed in one piece (``14:30``, ``12/03/2014``, ``12月25日``, an address) must be adjacent,
  or written as one word.
- Words typed apart are also found as one word: ``open street map`` finds *OpenStreetMap*. The
  reverse needs the words of the index, see ``search.scoring.spellings``.
- A single letter that means something (``vitamine C``, ``M le maudit``) belongs to the word beside
  it. Most such letters are stop words otherwise, elided articles and pronouns.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from whoosh import query

from index.analysis import Token
from search.query.nodes import CompoundQuery, LetterQuery, PhraseQuery, WordQuery
from search.query.words import Unit, units, word_node

_APART = re.compile(r"[\s,;!?()\[\]{}<>|«»\"“”„…、。，；！？（）「」『』،؛؟]")
"""What divides words, with or without white space."""
_MAX_PARTS = 6
"""Parts of a piece that may be written as one word."""
_MAX_JOINED = 3
"""Words typed apart that may be written as one."""
_MAX_WORD = 40
_ELIDED = frozenset("cdjlmnst")
_VOWELS = frozenset("aeiouyh")


def typed_units(text: str, analyzers: Sequence[str], fields: tuple[str, ...]) -> list[Unit]:
    """Return the units of ``text``; what is typed in one piece is one of them."""
    pieces: list[list[Unit]] = []
    for unit in units(text, analyzers, fields):
        if pieces and _is_one_piece(text, pieces[-1][-1], unit):
            pieces[-1].append(unit)
        else:
            pieces.append([unit])
    found = [
        piece[0] if len(piece) == 1 else _joined_unit(text, piece, analyzers, fields)
        for piece in pieces
    ]
    return _with_letters(text, found)


def _is_one_piece(text: str, before: Unit, after: Unit) -> bool:
    return before.tokens[-1].kind != "elision" and not _APART.search(text, before.end, after.start)


def _joined_unit(
    text: str, piece: Sequence[Unit], analyzers: Sequence[str], fields: tuple[str, ...]
) -> Unit:
    """Return the unit of words in one piece: a phrase, or the word that they make."""
    start, end = piece[0].start, piece[-1].end
    tokens = tuple(token for unit in piece for token in unit.tokens)
    words = tuple(token.folded for token in tokens)
    # Documents are indexed as pairs of characters: a single one is the beginning of a pair.
    is_open = tokens[-1].kind == "cjk" and len(words[-1]) == 1
    phrase = PhraseQuery(words, fields, is_open)
    kinds = {token.kind for token in tokens}
    node: query.Query = phrase
    if len(tokens) <= _MAX_PARTS and "cjk" not in kinds and kinds != {"number"}:
        normal = "-".join(token.normal for token in tokens)
        joined = Token(normal, "".join(words), 0, start, end, "compound")
        node = CompoundQuery(word_node(joined, analyzers, fields), words)
    return Unit(text[start:end], start, end, node, tokens=tokens)


def with_neighbours(text: str, found: Sequence[Unit]) -> list[Unit]:
    """Return units whose words know what they make in one piece with those beside them."""
    joined: list[list[str]] = [[] for _ in found]
    for first in range(len(found)):
        for last in range(first + 1, min(first + _MAX_JOINED, len(found))):
            run = found[first : last + 1]
            if not all(_is_plain(unit) for unit in run) or not _are_beside(text, run):
                break
            word = "".join(unit.tokens[0].folded for unit in run)
            if len(word) <= _MAX_WORD:
                for number in range(first, last + 1):
                    joined[number].append(word)
    return [
        unit._replace(node=replace(unit.node, joined=tuple(words)))
        if words and isinstance(unit.node, WordQuery)
        else unit
        for unit, words in zip(found, joined, strict=True)
    ]


def _is_plain(unit: Unit) -> bool:
    """Tell whether a unit is a word of at least two letters and a stop word nowhere."""
    word = unit.tokens[0].folded if unit.tokens else ""
    return isinstance(unit.node, WordQuery) and not unit.stops and len(word) > 1 and word.isalpha()


def _are_beside(text: str, run: Sequence[Unit]) -> bool:
    return all(text[left.end : right.start].isspace() for left, right in pairwise(run))


def _with_letters(text: str, found: Sequence[Unit]) -> list[Unit]:
    """Bind the single letters that mean something to the words beside them."""
    capitals = text.isupper() and len(text) > 1
    return [
        _bound(text, found, place, capitals) if _is_letter(unit) else unit
        for place, unit in enumerate(found)
    ]


def _is_letter(unit: Unit) -> bool:
    """Tell whether a unit is a single letter of a script with capitals, and a stop word."""
    if not isinstance(unit.node, WordQuery) or not unit.stops or len(unit.text) != 1:
        return False
    return unit.tokens[0].kind == "word" and unit.text.lower() != unit.text.upper()


def _bound(text: str, found: Sequence[Unit], place: int, capitals: bool) -> Unit:
    """Return a letter bound to the word before or after it; as it is if it means nothing."""
    unit = found[place]
    letter = unit.tokens[0].folded
    before = found[place - 1] if place else None
    after = found[place + 1] if place + 1 < len(found) else None
    if before is not None and not text[before.end : unit.start].isspace():
        before = None
    if after is not None and not text[unit.end : after.start].isspace():
        after = None
    follows = after.tokens[0].folded if after is not None and after.tokens else ""
    elided = letter in _ELIDED and follows[:1] in ("e" if letter == "c" else _VOWELS)
    if text[unit.end : unit.end + 1] == "." or (follows and elided):
        return unit
    typed_capital = unit.text.isupper() and not capitals
    ends = place + 1 == len(found)
    binds = typed_capital or ends or (letter in _ELIDED and after is not None)
    if binds and before is not None and isinstance(before.node, WordQuery) and not before.stops:
        node = LetterQuery(before.node, letter)
        return unit._replace(text=f"{before.text} {unit.text}", node=node, stops=frozenset())
    names = letter in _ELIDED or follows.isdecimal()
    if typed_capital and names and after is not None and isinstance(after.node, WordQuery):
        words = (letter, after.node.literal)
        written = f'"{unit.text} {after.text}"'
        node = PhraseQuery(words, after.node.fields)
        return unit._replace(text=written, node=node, stops=frozenset())
    return unit
