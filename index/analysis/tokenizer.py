"""The tokenizer: text becomes tokens, the same way in every language.

A text is divided into *chunks*: a word with everything that hyphens, apostrophes or ampersands join
to it, a number with its separators, or a run of a script written without spaces. The tokens of a
chunk depend only on its characters, so they are computed once per surface form and cached.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import decimal

from index.analysis.folding import IGNORABLE, MARKS, fold, fold_all, fold_normal, normalize

MAX_TERM: Final = 100
"""Characters of a term; longer ones, mostly encoded data, are cut in texts and queries alike."""

_MAX_CACHED: Final = 200
_CACHE_SIZE: Final = 65_536
_MAX_COMPOUND_PARTS: Final = 6
_MAX_JOINS: Final = 99
"""Hyphens and apostrophes of a chunk. Without a bound, megabytes of ``a-a-`` would be one chunk."""


class Token(NamedTuple):
    """A word of a text.

    ``normal`` is normalised, with accents; ``folded`` is folded. ``position`` counts words from 0;
    ``start`` and ``end`` are characters of the text. ``kind`` is one of

    - ``word``, ``number``;
    - ``elision``: l', d', qu', dell' and so on, with a position of its own;
    - ``compound``: the joined form of ``porte-avions``, ``A320`` or ``10 000``, at the position of
      its first part and spanning all parts; its ``normal`` has hyphens between them;
    - ``cjk``: two neighbouring characters of a script written without spaces, or a single one.
    """

    normal: str
    folded: str
    position: int
    start: int
    end: int
    kind: str


class Chunk(NamedTuple):
    """The tokens of a chunk, with positions and offsets in it, and the number of positions."""

    tokens: tuple[Token, ...]
    positions: int


# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, bopomofo, Han,
# Hangul (whose particles are written on to the word).
SPACELESS = (
    "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u103f\u1050-\u109f\uaa60-\uaa7f\u1780-\u17d3\u1100-\u11ff"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u312f\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U0001b000-\U0001b16f"
    "\U00020000-\U0003134f"
)
APOSTROPHES = "'’ʼ`‘´′＇ʻ‛"
HYPHENS = r"\-‐‑﹣－"
_SPACES = " \u00a0\u2007\u2009\u202f"
# Letters in Unicode, but marks here: º and ª (n.º, 1ª) and the letter apostrophes.
_NOT_LETTERS = "ºªʼʻ_"

CHARACTER = rf"[^\W{_NOT_LETTERS}{SPACELESS}]"
_LETTER = rf"[^\W\d{_NOT_LETTERS}{SPACELESS}]"
INSIDE = f"[{MARKS}{IGNORABLE}]"
_WORD = rf"{CHARACTER}++(?:{INSIDE}++{CHARACTER}*+)*+"
_INITIAL = rf"{_LETTER}[{MARKS}]*+"
_END = rf"(?!{CHARACTER})"
_ACRONYM = rf"{_INITIAL}(?:\.{_INITIAL})+{_END}(?:\.{_END})?"
_SHARP = rf"{_LETTER}(?:\+\+|[#♯])(?![\w#+])"
_PART = rf"(?:{_SHARP}|{_ACRONYM}|{_WORD})"
_JOIN = rf"[{APOSTROPHES}{HYPHENS}&＆]"
_NUMBER = (
    rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}}(?!\d))++(?:[.,٫]\d++)?|\d++(?:[.,٫٬،'’]\d++)++)"
    rf"(?!{CHARACTER})"
)
_RUN = rf"[{SPACELESS}][{SPACELESS}{MARKS}{IGNORABLE}]*+"
# Most words are Latin letters before a space or a mark. Trying these first is only faster.
_LATIN = '[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]{2,}+(?=[ \n.,;:!?)»"])'
CHUNK: Final = re.compile(
    rf"{_LATIN}|{_NUMBER}|{_PART}(?:{_JOIN}{_PART}){{0,{_MAX_JOINS}}}+[{APOSTROPHES}]?|{_RUN}"
)

_PLAIN = re.compile(f"{_LETTER}++")
_RUN_START = re.compile(f"[{SPACELESS}]")
_UNIT = re.compile(rf".[{MARKS}{IGNORABLE}\u1160-\u11ff\uff9e\uff9f]*+", re.DOTALL)
_LEADING_MARKS = re.compile(f"{INSIDE}+")
# The non-joiner of Persian divides a word as a hyphen does.
_HYPHEN_SPLIT = re.compile(rf"[{HYPHENS}&＆]|(?<=[\u0620-\u06ff])\u200c+(?=[\u0620-\u06ff])")
_APOSTROPHE_SPLIT = re.compile(f"[{APOSTROPHES}]")
_DIGITS = re.compile(r"\d++")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,٬،'’])\d{3})(?:\1\d{3})*+(?:[.,٫]\d++)?")
_DECIMAL = re.compile(r"(\d++)[.,٫،](\d++)")
_SPACED = re.compile(f"[{_SPACES}]")
_NUMERAL = re.compile("[0-9][0-9.]*+")
_TRAILING = re.compile(f"[{IGNORABLE}]+$")


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that elide before a vowel, folded: French and Catalan, then Italian.
_ELISIONS = _words_of(
    """l d j m t s c n qu jusqu lorsqu puisqu quoiqu
    dell all nell sull dall coll pell gl agl dagl degl negl sugl un v dov com cos anch neanch
    quest quell nessun ciascun alcun qualcun senz"""
)
# M'Bappé and N'Djamena are names; an m' or n' that elides stands before a vowel.
_NEEDS_VOWEL = frozenset({"m", "n"})
_SHORT_ELISIONS = frozenset({"l", "d", "j", "t", "s", "c", "qu"}) | _NEEDS_VOWEL
_VOWELS = frozenset("aeiouyh0123456789")
# First halves of words that an apostrophe does not divide: aujourd'hui, prud'homme, presqu'île.
_UNDIVIDED = frozenset({"aujourd", "prud", "presqu", "entr"})
# English endings without a meaning of their own: John's, we'll, they've.
_CONTRACTIONS = frozenset({"s", "ll", "re", "ve", "d", "m"})
# Pronouns and particles after a hyphen make no compound: dit-il, celui-ci, tornou-se.
ENCLITICS = _words_of(
    """je tu il elle on nous vous ils elles ce ci la là le les lui leur moi toi soi y en t
    se lo os as o a me te lhe lhes vos nos"""
)

# Words that may be Persian, Latin or any other: letters and figures stand apart in all of them.
_RUNS = re.compile(r"\d+|\D+")
_MAX_RUNS = 5
"""Runs of letters and figures in a word; more are encoded data and stay whole."""
# 2e, 2ème; 1er, 1re, 1ère; 2nd; 21st, 3rd, 4th.
ORDINAL: Final = re.compile(
    r"(\d+)(?:i?[eèé]mes?|es?|th)|(\d*1)(?:ers?|[eè]?res?|st)|(\d*2)(?:nde?s?)|(\d*3)rd"
)
# XIXe, XIXème. In lower case only the long ending tells it from a word (vie).
_CENTURY = "(?:[IVX]+(?:es?|i?[eèé]mes?|[EÈÉ]MES?)|[ivx]+[eèé]mes?)"
_FIRST = re.compile(r"(?:[Ii]ers?|I[eè]?res?)")
NUMBERED: Final = f"(?:{_CENTURY}|{_FIRST.pattern})"
"""Words of letters alone that are ordinals."""
_NUMBERED = re.compile(NUMBERED)
_IS_CENTURY = re.compile(_CENTURY)
_ROMAN = re.compile("[IVX]+|[ivx]+")
# The endings of inclusive writing: directeur·rice·s, étudiant·e·s, intellectuel·le·s.
_INCLUSIVE = re.compile(
    r"(\w{2,})[·‧]((?:t?rice|ice|euse|enne|onne|esse|[eè]re|ne|te|le|se|ve|che|e)s?(?:[·‧]s)?|s)",
    re.I,
)
_CATALAN = re.compile("l[·‧]les", re.I)

_chunks: dict[str, Chunk] = {}


def tokenize(text: str) -> list[Token]:
    """Return the tokens of ``text``, in order of position and of ``start``. Never raises.

    >>> [(token.folded, token.kind) for token in tokenize("l’Accord")]
    [('l', 'elision'), ('accord', 'word')]
    """
    tokens: list[Token] = []
    position = 0
    for match in CHUNK.finditer(text):
        chunk = chunk_tokens(match.group())
        offset = match.start()
        for token in chunk.tokens:
            tokens.append(
                Token(
                    token.normal,
                    token.folded,
                    position + token.position,
                    offset + token.start,
                    offset + token.end,
                    token.kind,
                )
            )
        position += chunk.positions
    return tokens


def chunk_tokens(surface: str) -> Chunk:
    """Return the tokens of a chunk, a match of ``CHUNK``; those of short chunks are cached."""
    cached = _chunks.get(surface)
    if cached is not None:
        return cached
    chunk = analyse_chunk(surface)
    if len(surface) <= _MAX_CACHED:
        if len(_chunks) >= _CACHE_SIZE:
            _chunks.clear()
        _chunks[surface] = chunk
    return chunk


def analyse_chunk(surface: str) -> Chunk:
    """Return the tokens of a chunk without the cache."""
    if _PLAIN.fullmatch(surface) and not _NUMBERED.fullmatch(surface):
        token = _token(surface, 0, 0, len(surface), "word")
        return Chunk((token,), 1) if token.folded else Chunk((), 0)
    if _RUN_START.match(surface):
        tokens = list(_bigrams(surface))
    elif surface[0].isdecimal() and not _HYPHEN_SPLIT.search(surface):
        tokens = list(_number(surface))
    else:
        tokens = list(_words(surface))
    return Chunk(tuple(tokens), tokens[-1].position + 1 if tokens else 0)


def _token(surface: str, position: int, start: int, end: int, kind: str) -> Token:
    """Return the token of a surface that is one word."""
    normal = normalize(surface)[:MAX_TERM]
    return Token(normal, fold_normal(normal)[:MAX_TERM], position, start, end, kind)


def word_token(normal: str) -> Token:
    """Return the token of a text that is one word with this ``normal``, not elided."""
    (folded,) = folded_words([normal])
    return Token(normal, folded, 0, 0, len(normal), kind_of(normal))


def folded_words(normals: Sequence[str]) -> list[str]:
    """Return ``word_token(normal).folded`` of each word."""
    return [word[:MAX_TERM] for word in fold_all([word.replace("-", "") for word in normals])]


def kind_of(normal: str) -> str:
    """Return the kind of a token with this ``normal`` that is not elided."""
    if normal.isascii() and normal.isalpha():
        return "word"
    if "-" in normal:
        return "compound"
    if _NUMERAL.fullmatch(normal):
        return "number"
    return "cjk" if _RUN_START.match(normal) else "word"


def _bigrams(run: str) -> Iterator[Token]:
    """Yield the overlapping pairs of characters (with their marks) of a run."""
    units: list[tuple[str, int, int]] = []
    for match in _UNIT.finditer(run):
        normal = normalize(match.group())
        # NFKC changes the number of units: the first half of a Thai sara am is a mark on the
        # character before.
        if units and (marks := _LEADING_MARKS.match(normal)):
            before, start, _ = units[-1]
            units[-1] = (before + marks.group(), start, match.end())
            normal = normal[marks.end() :]
        for unit in _UNIT.findall(normal):
            units.append((unit, match.start(), match.end()))
    if len(units) == 1:
        unit, start, end = units[0]
        yield Token(unit, fold(unit), 0, start, end, "cjk")
    for position, (first, second) in enumerate(pairwise(units)):
        pair = first[0] + second[0]
        yield Token(pair, fold(pair), position, first[1], second[2], "cjk")


def _number(surface: str) -> Iterator[Token]:
    """Yield the tokens of digits and their separators, or of a word that begins with a digit."""
    written = _TRAILING.sub("", surface.rstrip(APOSTROPHES))
    if not written.isascii():
        written = "".join([str(decimal(char, char)) for char in written])
    if _SPACED.search(written):
        yield from _spaced_number(written)
    elif _GROUPED.fullmatch(written):
        # 1.000,5 and 1,000.5: the last separator is decimal when it differs from the first.
        group = re.search(r"\D", written)
        assert group is not None
        value = written.replace(group[0], "")
        yield _token(re.sub(r"\D", ".", value), 0, 0, len(written), "number")
    elif fraction := _DECIMAL.fullmatch(written):
        yield _token(f"{fraction[1]}.{fraction[2]}", 0, 0, len(written), "number")
    elif re.fullmatch(r"[\d.,٫٬،'’]+", written):
        for position, match in enumerate(_DIGITS.finditer(written)):
            yield _token(match[0], position, match.start(), match.end(), "number")
    else:
        yield from _words(surface)


def _spaced_number(written: str) -> Iterator[Token]:
    """Yield the groups of ``10 000``, and the number they make."""
    parts = list(re.finditer(rf"[^{_SPACES}]+", written))
    for position, part in enumerate(parts):
        value = re.sub(r"\D", ".", part[0])
        yield _token(value, position, part.start(), part.end(), "number")
        if position == 0:
            joined = re.sub(r"\D", ".", _SPACED.sub("", written))
            yield _token(joined, 0, 0, len(written), "compound")


class _Piece(NamedTuple):
    """A part of a word chunk: where it is, and whether it belongs to a compound."""

    text: str
    start: int
    end: int
    kind: str


def _words(surface: str) -> Iterator[Token]:
    """Yield the words of a chunk, with the compound that hyphens make of them."""
    pieces: list[_Piece] = []
    segments = list(_split(surface, 0, _HYPHEN_SPLIT))
    for text, start in segments:
        pieces += _segment(text, start)
    divided = [part for piece in pieces for part in _divided(piece)]
    if len(divided) <= _MAX_COMPOUND_PARTS:
        pieces = divided
    tokens = [
        token
        for piece in pieces
        if (token := _token(piece.text, 0, piece.start, piece.end, piece.kind)).folded
    ]
    pronoun = "&" not in surface and ends_in_pronoun([text for text, _ in segments])
    compound = _ordinal(surface, tokens) or (None if pronoun else _compound(tokens))
    for position, token in enumerate(tokens):
        yield token._replace(position=position)
        if compound is not None and token.start == compound.start:
            yield compound._replace(position=position)


def _split(text: str, offset: int, separator: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """Yield the non-empty parts between separators, with their offsets."""
    start = 0
    for match in separator.finditer(text):
        if match.start() > start:
            yield text[start : match.start()], offset + start
        start = match.end()
    if start < len(text):
        yield text[start:], offset + start


def _segment(text: str, offset: int) -> list[_Piece]:
    """Divide what stands between hyphens: elided words, then one word or several."""
    parts = list(_split(text, offset, _APOSTROPHE_SPLIT))
    pieces: list[_Piece] = []
    end = offset + len(text.rstrip(APOSTROPHES))
    # The article of "dell' Unione" ends its chunk: the apostrophe alone tells what it is.
    while parts and (len(parts) > 1 or end < offset + len(text)) and _elides(parts):
        part, start = parts.pop(0)
        pieces.append(_Piece(part, start, start + len(part), "elision"))
    if len(parts) > 1 and fold(parts[-1][0]) in _CONTRACTIONS:
        parts.pop()
    if not parts:
        return pieces
    if len(parts) > 1 and not _divides([part for part, _ in parts]):
        word = "".join(part for part, _ in parts)
        return [*pieces, _word_piece(word, parts[0][1], end)]
    for part, start in parts:
        last = start == parts[-1][1]
        pieces.append(_word_piece(part, start, end if last else start + len(part)))
    return pieces


def _word_piece(word: str, start: int, end: int) -> _Piece:
    """Make a word or number piece; the dots of an acronym go: U.S.A. is usa."""
    trailing = len(word) - len(_TRAILING.sub("", word))
    kind = "number" if word.isdecimal() else "word"
    if _IS_CENTURY.fullmatch(word) and (roman := _ROMAN.match(word)):
        word = f"{roman[0]}e"
    elif (inclusive := _INCLUSIVE.fullmatch(word)) and not _CATALAN.search(word):
        plural = inclusive[2][-1] in "sS" and inclusive[1][-1] not in "sSxX"
        word = inclusive[1] + "s" * plural
    return _Piece(word.replace(".", ""), start, end - trailing, kind)


def _elides(parts: list[tuple[str, int]]) -> bool:
    """Tell whether the first of ``parts`` is an elided word."""
    left = fold(parts[0][0])
    if left not in _ELISIONS:
        return False
    if len(parts) == 1 or left not in _SHORT_ELISIONS:
        return True
    right = parts[1][0]
    initial = fold(right[0])
    if initial[:1] in _VOWELS or not initial.isascii():
        return True
    # Acronyms are spelt out: l'FMI, l'SMS; a name such as N'DJAMENA is not one.
    return left not in _NEEDS_VOWEL and len(right) > 1 and right.replace(".", "").isupper()


def _divides(parts: list[str]) -> bool:
    """Tell whether an apostrophe divides words (sant'Agostino) or stands in one (O'Brien)."""
    if fold(parts[0]) in _UNDIVIDED:
        return False
    return all(len(part) >= 3 and fold(part).isascii() for part in parts)


def _divided(piece: _Piece) -> list[_Piece]:
    """Divide a word between letters and figures: A320 is A and 320."""
    text = piece.text
    runs = list(_RUNS.finditer(text))
    if not 1 < len(runs) <= _MAX_RUNS or len(text) != piece.end - piece.start:
        return [piece]
    return [
        _Piece(run[0], piece.start + run.start(), piece.start + run.end(), kind)
        for run in runs
        for kind in ("number" if run[0].isdecimal() else piece.kind,)
    ]


def _ordinal(surface: str, tokens: list[Token]) -> Token | None:
    """Return the number of an ordinal, the same however it is written: 2-e for 2ème."""
    if not tokens:
        return None
    ordinal = ORDINAL.fullmatch(normalize(surface))
    if ordinal is None and not _FIRST.fullmatch(surface):
        return None
    value = next(filter(None, ordinal.groups())) if ordinal else "1"
    return Token(f"{value}-e"[:MAX_TERM], f"{value}e"[:MAX_TERM], 0, 0, tokens[-1].end, "compound")


def ends_in_pronoun(parts: Sequence[str]) -> bool:
    """Tell whether what hyphens join is a word and a pronoun: dit-il, but not Saint-Lô."""
    last = parts[-1]
    name = last[:1].isupper() and not last.isupper() and parts[0][:1].isupper()
    return not name and normalize(last) in ENCLITICS


def _compound(tokens: list[Token]) -> Token | None:
    """Return the joined form of the words of a chunk, if they make a compound (AT&T does)."""
    words = list(tokens)
    while words and words[0].kind == "elision":
        words.pop(0)
    if not 2 <= len(words) <= _MAX_COMPOUND_PARTS:
        return None
    if all(token.kind == "number" for token in words):
        return None
    normal = "-".join(token.normal for token in words)[:MAX_TERM]
    folded = "".join(token.folded for token in words)
    if len(normal) == MAX_TERM or len(folded) > MAX_TERM:
        # Documents are indexed by what is left of ``normal``.
        (folded,) = folded_words([normal])
    return Token(normal, folded, 0, words[0].start, words[-1].end, "compound")
