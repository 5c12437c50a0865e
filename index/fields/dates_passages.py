"""The passages of a text that may speak of a date, so that the rest of it need not be scanned.

Every date holds a word or number that announces one, and no word that means nothing in dates. A
text is cut at its spaces into pieces; a passage reaches from a piece that can be no part of a date
to the next such piece, where one between them announces a date.
"""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from index.fields.calendar_words import fold_word
from index.fields.dates_scanner import TOKEN, classify
from index.fields.dates_tables import table

_NO_PART, _PART, _ANNOUNCES = "-", "?", "!"
_ANNOUNCING = frozenset("WwMmIDSZYrVEUP")
"""Classes of tokens of which every form of a date has one."""
_MEANINGLESS = frozenset("x;")
_ENDS = ",.;:)"
_CACHED_PIECES = 50_000
_LONGEST_PIECE = 40


class _Pieces(dict[str, str]):
    """What pieces of texts in a language are to a date, found out when first asked for."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        words, by_first = table(language)
        phrases = [row for rows in by_first.values() for row in rows]
        self._in_phrases = {part for parts, _ in phrases for part in parts}
        self._with_meaning = self._in_phrases.union(words)
        self._announcing = {
            max(parts, key=len) for parts, meaning in phrases if meaning.letter in _ANNOUNCING
        }

    def __missing__(self, piece: str) -> str:
        if len(piece) > _LONGEST_PIECE:
            return _ANNOUNCES
        if len(self) >= _CACHED_PIECES:
            self.clear()
        word = piece.rstrip(_ENDS)
        if word.isalpha() and fold_word(word) not in self._with_meaning:
            kind = _NO_PART if word == piece else _PART
        else:
            kind = self._kind(piece)
        self[piece] = kind
        return kind

    def _kind(self, piece: str) -> str:
        meanings = []
        for match in TOKEN.finditer(piece):
            meaning = classify(match, self._language)
            word = fold_word(match[0])
            if word in self._announcing:
                return _ANNOUNCES
            if meaning:  # a silent mark has none
                meanings.append("?" if word in self._in_phrases else meaning.letter)
                if not _ANNOUNCING.isdisjoint(meaning.letter):
                    return _ANNOUNCES
        return _NO_PART if meanings and _MEANINGLESS.issuperset(meanings) else _PART


_pieces = cache(_Pieces)


def passages(text: str, language: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last characters of the passages of ``text[start:end]``, in order.

    Neighbours share the piece between them, which is a part of no date.
    """
    pieces = text[start:end].split(" ")
    kinds = "".join(map(_pieces(language).__getitem__, pieces))
    at = kinds.find(_ANNOUNCES)
    if at < 0:
        return
    ends = list(accumulate((len(piece) + 1 for piece in pieces), initial=start))
    while at >= 0:
        first = max(0, kinds.rfind(_NO_PART, 0, at))
        last = kinds.find(_NO_PART, at)
        if last < 0:
            last = len(kinds) - 1
        yield ends[first], ends[last + 1] - 1
        at = kinds.find(_ANNOUNCES, last + 1)
