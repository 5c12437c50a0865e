"""What was typed, cut into lexemes: words, quoted text, prefixes, operators, parentheses.

One pass over at most ``MAX_LENGTH`` characters. Nothing is an error: what has no meaning is left
out and a notice says so. The lexemes that come out are balanced and bounded: every parenthesis
has its other half, at most ``MAX_DEPTH`` are open at once, and there are at most ``MAX_LEAVES``
words, phrases, prefixes and fuzzy words, so that what reads them needs no limits of its own.

The syntax tree of a query: what was typed, before any analysis of its words.

    or     = and { OR and }
    and    = unit { [AND] unit }
    unit   = { NOT } [ field: ] ( words | prefix* | fuzzy~ | "quoted" | "(" or ")" )

NOT binds tighter than AND, AND (written or not) tighter than OR. Operators with nothing to join
are left out, with a notice.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from index.analysis import fold
from index.facets import FACETS
from search.response import Notice

MAX_LENGTH = 1_000
MAX_DEPTH = 30
MAX_LEAVES = 128
MAX_NEAR = 100

OPERATORS = {"AND": "AND", "ET": "AND", "OR": "OR", "OU": "OR", "NOT": "NOT", "SAUF": "NOT"}

FIELDS = {"title": "title", "titre": "title"} | {
    field: facet.name for facet in FACETS for field in (facet.name, *facet.fields)
}
"""Folded field names as typed before a colon, and the canonical field of each."""

_DOUBLE_QUOTES = '"“”„‟＂'
_CLOSERS = {
    **dict.fromkeys(_DOUBLE_QUOTES, _DOUBLE_QUOTES),
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
}
_NEAR = re.compile(r"~([0-9]{0,4})")
_FUZZY = re.compile(r"(.*[^~])~+([0-9]{0,4})")
_WORD_BREAK = re.compile(rf"[\s()（）{_DOUBLE_QUOTES}«»「」『』]")


class Kind(Enum):
    """What a lexeme is."""

    WORD = "word"
    PREFIX = "prefix"
    FUZZY = "fuzzy"
    EVERYTHING = "everything"
    QUOTED = "quoted"
    FIELD = "field"
    NOT = "not"
    AND = "and"
    OR = "or"
    OPEN = "("
    CLOSE = ")"


_LEAVES = (Kind.WORD, Kind.PREFIX, Kind.FUZZY, Kind.QUOTED, Kind.EVERYTHING)


class Lexeme(NamedTuple):
    """A piece of the query: characters ``start`` to ``end``; ``text`` is what counts of them.

    ``near`` is N of ``"..."~N`` and of ``word~N``. The text of a FIELD is its canonical name.
    """

    kind: Kind
    text: str
    start: int
    end: int
    near: int | None = None


@dataclass
class Notices:
    """Notices in order, each once."""

    found: list[Notice] = field(default_factory=list)

    def add(self, code: str, **values: str) -> None:
        """Add a notice unless the same is there."""
        notice = Notice(code, values)
        if notice not in self.found:
            self.found.append(notice)


def clean(text: str, notices: Notices) -> str:
    """Return ``text`` without control characters, at most ``MAX_LENGTH`` long.

    Every character that stays keeps its place: offsets into the answer are offsets into ``text``.
    """
    if len(text) > MAX_LENGTH:
        notices.add("query_cut", limit=str(MAX_LENGTH))
        text = _cut(text)
    if text.isprintable():
        return text
    cleaned = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text
    )
    if any(was != now and not was.isspace() for was, now in zip(text, cleaned, strict=True)):
        notices.add("control_characters")
    return cleaned


def lex(text: str, notices: Notices) -> list[Lexeme]:
    """Return the balanced and bounded lexemes of a cleaned query."""
    return _bounded(_balanced(_Lexer(text, notices).run(), notices), notices)


def _cut(text: str) -> str:
    """Cut at ``MAX_LENGTH``, before a word that would be cut in two unless it is a long one."""
    head = text[:MAX_LENGTH]
    if text[MAX_LENGTH].isspace():
        return head
    shorter = re.sub(r"\S{1,50}\Z", "", head)
    return shorter if shorter.strip() and shorter[-1].isspace() else head


class _Lexer:
    """One pass over the text; every step moves ``self.at`` forward."""

    def __init__(self, text: str, notices: Notices) -> None:
        self.text = text
        self.notices = notices
        self.at = 0
        self.lexemes: list[Lexeme] = []

    def run(self) -> list[Lexeme]:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char.isspace():
                self.at += 1
            elif char in "(（":
                self._add(Kind.OPEN, char, self.at + 1)
            elif char in ")）":
                self._add(Kind.CLOSE, char, self.at + 1)
            elif char in _CLOSERS:
                self._quoted(char)
            elif char in "-−+" and self._is_sign():
                if char != "+":
                    self._add(Kind.NOT, char, self.at + 1)
                else:
                    self.at += 1
            else:
                self._chunk()
        return self.lexemes

    def _add(self, kind: Kind, text: str, end: int, near: int | None = None) -> None:
        self.lexemes.append(Lexeme(kind, text, self.at, end, near))
        self.at = end

    def _is_sign(self) -> bool:
        """A sign stands before something and not inside a word."""
        before = self.text[self.at - 1] if self.at else " "
        after = self.text[self.at + 1 : self.at + 2]
        starts_something = bool(after) and (after.isalnum() or after in _CLOSERS or after in "(（")
        return starts_something and (before.isspace() or before in "(（")

    def _quoted(self, quote: str) -> None:
        ends = [self.text.find(closer, self.at + 1) for closer in _CLOSERS[quote]]
        end = min((end for end in ends if end >= 0), default=None)
        if end is None:
            self.notices.add("unbalanced_quote")
            self.at += 1
            return
        content = self.text[self.at + 1 : end]
        near = _NEAR.match(self.text, end + 1)
        if near is None:
            self._add(Kind.QUOTED, content, end + 1)
        else:
            words = min(int(near[1] or 0), MAX_NEAR)
            self._add(Kind.QUOTED, content, near.end(), words or None)

    def _chunk(self) -> None:
        # From the next character on: a closing mark that closes nothing begins a chunk.
        stop = _WORD_BREAK.search(self.text, self.at + 1)
        end = stop.start() if stop else len(self.text)
        chunk = self.text[self.at : end]
        name, colon, value = chunk.partition(":")
        if colon and len(name) <= 20 and (canonical := FIELDS.get(fold(name))):
            follows = value or (stop is not None and not stop[0].isspace() and stop[0] not in ")）")
            if follows:
                self._add(Kind.FIELD, canonical, self.at + len(name) + 1)
                if value:  # a value, even where it is spelt like an operator
                    self._word(end)
                return
        if chunk in OPERATORS:
            self._add(Kind[OPERATORS[chunk]], chunk, end)
        else:
            self._word(end)

    def _word(self, end: int) -> None:
        chunk = self.text[self.at : end]
        stem = chunk.rstrip("*")
        if not stem:
            self._add(Kind.EVERYTHING, chunk, end)
        elif "*" in stem:
            self.notices.add("wildcard_unsupported", word=chunk)
            self._add(Kind.WORD, chunk.replace("*", " "), end)
        elif stem != chunk:
            self._add(Kind.PREFIX, stem, end)
        elif (fuzzy := _FUZZY.fullmatch(chunk)) and self._is_fuzzy(*fuzzy.groups()):
            self._add(Kind.FUZZY, fuzzy[1], end, int(fuzzy[2]) if fuzzy[2] else None)
        else:
            self._add(Kind.WORD, chunk, end)

    def _is_fuzzy(self, word: str, number: str) -> bool:
        """Neither a value of a field, which may hold anything, nor a range (``5~10``)."""
        field = self.lexemes[-1] if self.lexemes else None
        is_value = (
            field is not None
            and (field.kind, field.end) == (Kind.FIELD, self.at)
            and field.text != "title"
        )
        return not is_value and not (number and word[-1].isdigit())


def _balanced(lexemes: Sequence[Lexeme], notices: Notices) -> list[Lexeme]:
    """Close what is open, leave out what closes nothing and what is nested too deep."""
    kept: list[Lexeme] = []
    depth = 0
    for lexeme in lexemes:
        if lexeme.kind is Kind.OPEN:
            depth += 1
            if depth > MAX_DEPTH:
                notices.add("too_deep", limit=str(MAX_DEPTH))
                continue
        elif lexeme.kind is Kind.CLOSE:
            if depth == 0:
                notices.add("unbalanced_parenthesis")
                continue
            depth -= 1
            if depth >= MAX_DEPTH:
                continue
        kept.append(lexeme)
    if depth:
        notices.add("unbalanced_parenthesis")
        end = lexemes[-1].end
        kept.extend(Lexeme(Kind.CLOSE, ")", end, end) for _ in range(min(depth, MAX_DEPTH)))
    return kept


def _bounded(lexemes: Sequence[Lexeme], notices: Notices) -> list[Lexeme]:
    """Leave out the words, phrases, prefixes and fuzzy words beyond ``MAX_LEAVES``."""
    kept: list[Lexeme] = []
    leaves = 0
    for lexeme in lexemes:
        if lexeme.kind in _LEAVES:
            leaves += 1
            if leaves > MAX_LEAVES:
                notices.add("too_many_words", limit=str(MAX_LEAVES))
                continue
        kept.append(lexeme)
    return kept


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a row, joined by nothing but spaces; ``start`` is where they begin in the query."""

    text: str
    start: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, typed with a star behind it."""

    text: str
    start: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FuzzyWord:
    """A word spelt nearly so; ``slips`` is how many slips were asked for, None for the usual."""

    text: str
    start: int
    slips: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class QuotedText:
    """QuotedText text; ``near`` is how many other words may stand between its words."""

    text: str
    start: int
    near: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Everything:
    """A star on its own."""


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but this."""

    clause: "Syntax"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; ``written`` when at least one AND between them was typed."""

    clauses: tuple["Syntax", ...]
    written: bool = False


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    clauses: tuple["Syntax", ...]


Syntax = Words | Prefix | FuzzyWord | QuotedText | Everything | Not | And | Or


def read(text: str, lexemes: Sequence[Lexeme], notices: Notices) -> Syntax | None:
    """Return the tree of balanced lexemes of ``text``; None if nothing was asked."""
    return _Reader(text, lexemes, notices).either(None)


class _Reader:
    """Recursive descent; its depth is bounded because the lexer bounds parentheses."""

    def __init__(self, text: str, lexemes: Sequence[Lexeme], notices: Notices) -> None:
        self.text = text
        self.lexemes = lexemes
        self.notices = notices
        self.at = 0

    def either(self, field: str | None) -> Syntax | None:
        """Read alternatives up to the end or the closing parenthesis."""
        clauses: list[Syntax] = []
        pending: str | None = None  # an OR whose left or right side is missing so far
        while (lexeme := self._peek()) and lexeme.kind is not Kind.CLOSE:
            if lexeme.kind is Kind.OR:
                if pending or not clauses:
                    self.notices.add("lone_operator", operator=lexeme.text)
                pending = lexeme.text
                self.at += 1
            elif clause := self._both(field):
                clauses.append(clause)
                pending = None
        if pending and clauses:
            self.notices.add("lone_operator", operator=pending)
        if len(clauses) > 1:
            return Or(tuple(clauses))
        return clauses[0] if clauses else None

    def _both(self, field: str | None) -> Syntax | None:
        """Read a conjunction up to OR, the end or the closing parenthesis."""
        clauses: list[Syntax] = []
        pending: str | None = None
        written = False
        while (lexeme := self._peek()) and lexeme.kind not in (Kind.CLOSE, Kind.OR):
            if lexeme.kind is Kind.AND:
                if pending or not clauses:
                    self.notices.add("lone_operator", operator=lexeme.text)
                pending = lexeme.text
                self.at += 1
            elif clause := self._unit(field):
                written = written or (pending is not None and bool(clauses))
                clauses.append(clause)
                pending = None
        if pending and clauses:
            self.notices.add("lone_operator", operator=pending)
        if len(clauses) > 1:
            return And(tuple(clauses), written)
        return clauses[0] if clauses else None

    def _unit(self, field: str | None) -> Syntax | None:
        negative = False
        operator: Lexeme | None = None
        own_field = field
        while (lexeme := self._peek()) and lexeme.kind in (Kind.NOT, Kind.FIELD):
            if lexeme.kind is Kind.NOT:
                negative = not negative
                operator = lexeme
            else:
                own_field = lexeme.text
            self.at += 1
        clause = self._leaf(own_field, alone=negative or own_field != field)
        if clause is None:
            if operator is not None:
                self.notices.add("lone_operator", operator=operator.text)
            return None
        return Not(clause) if negative else clause

    def _leaf(self, field: str | None, alone: bool) -> Syntax | None:
        lexeme = self._peek()
        if lexeme is None:
            return None
        if lexeme.kind is Kind.OPEN:
            self.at += 1
            clause = self.either(field)
            self.at += 1  # the closing parenthesis, which the lexer guarantees
            return clause
        if lexeme.kind is Kind.WORD:
            return self._words(field, alone)
        if lexeme.kind not in (Kind.PREFIX, Kind.FUZZY, Kind.QUOTED, Kind.EVERYTHING):
            return None
        self.at += 1
        if lexeme.kind is Kind.PREFIX:
            return Prefix(lexeme.text, lexeme.start, field)
        if lexeme.kind is Kind.FUZZY:
            return FuzzyWord(lexeme.text, lexeme.start, lexeme.near, field)
        if lexeme.kind is Kind.QUOTED:
            return QuotedText(lexeme.text, lexeme.start + 1, lexeme.near, field)
        return Everything()

    def _words(self, field: str | None, alone: bool) -> Words:
        """Read words in a row; one only behind NOT or a field, which bind to one word."""
        first = last = self.lexemes[self.at]
        self.at += 1
        texts = [first.text]
        while not alone and (lexeme := self._peek()) and lexeme.kind is Kind.WORD:
            texts.append(self.text[last.end : lexeme.start] + lexeme.text)
            last = lexeme
            self.at += 1
        return Words("".join(texts), first.start, field)

    def _peek(self) -> Lexeme | None:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else None
