"""The syntax tree of a query: what was typed, before any analysis of its words.

    or     = and { OR and }
    and    = unit { [AND] unit }
    unit   = { NOT } [ field: ] ( words | prefix* | fuzzy~ | "quoted" | "(" or ")" )

NOT binds tighter than AND, AND (written or not) tighter than OR. Operators with nothing to join
are left out, with a notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from search.query.lexer import Kind, Lexeme, Notices


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
