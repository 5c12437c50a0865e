"""The lexer and the parser: a query as typed becomes a syntax tree.

The lexer makes one pass over at most ``MAX_QUERY`` characters. What has no meaning is left out
with a notice; nothing is an error. The lexemes that come out are balanced and bounded: every
parenthesis is closed, at most ``MAX_DEPTH`` are open at once, and there are at most ``MAX_LEAVES``
words, phrases, prefixes and fuzzy words. What reads them needs no limits of its own.

The grammar of the parser (recursive descent)::

    or     = and { OR and }
    and    = unit { [AND] unit }
    unit   = { NOT } [ field: ] ( words | prefix* | wild*card | fuzzy~ | "quoted" | "(" or ")" )

NOT binds tighter than AND, typed or not; AND binds tighter than OR. An operator that joins
nothing is left out with a notice. ``search.query.operators`` says which words are operators.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from index.analysis import fold
from index.facets import FACETS, VALUE_FACETS
from index.keys import KEY_FIELDS
from index.vocabularies import LANGUAGES
from search.engine import Notice, Notices
from search.query.entities import is_named
from search.query.operators import (
    arabic,
    is_function_word,
    is_lettered,
    is_sentence,
    operator,
    possible,
    signs_of_sentence,
)
from search.request import MAX_QUERY
from search.typed import typed_period

MAX_DEPTH = 30
MAX_LEAVES = 128
MAX_NEAR = 100

FIELDS = {
    "title": "title",
    "titre": "title",
    **{field: facet.name for facet in FACETS for field in (facet.name, *facet.fields)},
    **{field: key.name for key in KEY_FIELDS.values() for field in (key.name, *key.fields)},
}
"""Canonical field by folded name, as typed before a colon."""

_DOUBLE_QUOTES = '"“”„‟＂'
_CLOSERS = {
    **dict.fromkeys(_DOUBLE_QUOTES, _DOUBLE_QUOTES),
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
}
_GERSHAYIM = re.compile(r"(?<=[\u05d0-\u05ea])[\"“”](?=[\u05d0-\u05ea])")
"""A quotation mark within a Hebrew word: the acronym ``צה"ל``."""
_GENDER_STAR = re.compile(r"(?<=\w{3})\*(?=innen\b)")
"""The star of ``Politiker*innen``, which stands for no letters."""
_ANY_DOUBLE_QUOTE = re.compile(f"[{_DOUBLE_QUOTES}]")
_NEAR = re.compile(r"~([0-9]{0,4})")
_FUZZY = re.compile(r"(.*[^~])~+([0-9]{0,4})")
_FIELD = re.compile(r"([^\s:：]{1,20})(\s*)[:：](\s*)(?=[^\s)）])")
"""A name and a colon before something, as French spaces them too."""
_QUESTION_MARK = re.compile(r"\w\?+\w|\w\?+\*|\*\?|^\?+\w")
"""Question marks that ask nothing: whoever types them means any letter."""
_DATE_WORDS = 6
"""Words that a date may have: ``mercredi 12 de marzo de 2014``."""
_WORD_BREAK = re.compile(rf"[\s()（）{_DOUBLE_QUOTES}«»「」『』]")


class Kind(Enum):
    """The kinds of lexemes."""

    WORD = "word"
    PREFIX = "prefix"
    WILDCARD = "wildcard"
    FUZZY = "fuzzy"
    EVERYTHING = "everything"
    QUOTED = "quoted"
    FIELD = "field"
    NOT = "not"
    AND = "and"
    OR = "or"
    OPEN = "("
    CLOSE = ")"


_LEAVES = (Kind.WORD, Kind.PREFIX, Kind.WILDCARD, Kind.FUZZY, Kind.QUOTED, Kind.EVERYTHING)


class Lexeme(NamedTuple):
    """Characters ``start`` to ``end`` of a query; ``text`` is without quotes, star and tilde.

    ``number`` is N of ``"..."~N`` and of ``word~N``. The text of a FIELD is its canonical name.
    """

    kind: Kind
    text: str
    start: int
    end: int
    number: int | None = None


def clean(text: str, notices: Notices) -> str:
    """Return ``text`` with control characters replaced by spaces, cut at ``MAX_QUERY``.

    Marks that are no operators inside a word become what the word is written with otherwise.
    Offsets into the result are offsets into ``text``.
    """
    if len(text) > MAX_QUERY:
        notices.add("query_cut", limit=str(MAX_QUERY))
        text = _cut(text)
    text = _GERSHAYIM.sub("״", _GENDER_STAR.sub("-", text))
    if text.isprintable():
        return text
    cleaned = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text
    )
    if any(old != new and not old.isspace() for old, new in zip(text, cleaned, strict=True)):
        notices.add("control_characters")
    return cleaned


def lex(text: str, notices: Notices, language: str = "") -> list[Lexeme]:
    """Return the balanced and bounded lexemes of a cleaned query.

    ``language`` is that of the reader, in which a word may be an operator.
    """
    lexemes = _joined(_Lexer(text, notices).run(), text, language, notices)
    return _bounded(_balanced(lexemes, notices), notices)


def written(kind: Kind, text: str, field: str | None = None) -> str:
    """Return a leaf as it is written in a normal form, ``text`` with its star or tilde.

    It is quoted if it would be read as something else: ``date:2024`` as a word, not a filter.
    """
    name = f"{field}:" if field else ""
    bare = f"{name}{text}"
    if text.isalnum() and not operator(text):
        return bare
    if is_row(text):  # 10 000
        return f"{name}({text})" if field else text
    kinds = [lexeme.kind for lexeme in lex(bare, Notices())]
    read_as = kinds[1:] if field and kinds[:1] == [Kind.FIELD] else kinds
    return bare if read_as in ([kind], [Kind.QUOTED]) else f"{name}{quoted(text)}"


def written_filter(field: str, value: str) -> str:
    """Return a filter as it is written in a normal form."""
    return f"{field}:{quoted(value)}" if " " in value else written(Kind.WORD, value, field)


def unmistakable(text: str) -> str:
    """Return a normal form in parentheses if its operators would be read as words of a title."""
    if not text.isupper():
        return text
    notices = Notices()
    lex(text, notices)
    return f"({text})" if reads_operators_as_words(notices) else text


def reads_operators_as_words(notices: Sequence[Notice]) -> bool:
    """Tell whether a query was read as a pasted title, with operators as words."""
    return any(notice.code == "operators_are_words" for notice in notices)


def is_row(text: str) -> bool:
    """Tell whether a text is read as several words in a row."""
    kinds = [lexeme.kind for lexeme in lex(text, Notices())] if " " in text else []
    return len(kinds) > 1 and set(kinds) == {Kind.WORD}


def quoted(text: str) -> str:
    """Quote with marks that do not end inside ``text``."""
    for opening, closing in ('""', "«»", "「」", "『』"):
        if not any(closer in text for closer in _CLOSERS[opening]):
            return f"{opening}{text}{closing}"
    return f'"{_ANY_DOUBLE_QUOTE.sub(" ", text)}"'


def _cut(text: str) -> str:
    """Cut at ``MAX_QUERY``, or before the word there if it has at most 50 characters."""
    head = text[:MAX_QUERY]
    if text[MAX_QUERY].isspace():
        return head
    shorter = re.sub(r"\S{1,50}\Z", "", head)
    return shorter if shorter.strip() and shorter[-1].isspace() else head


class _Lexer:
    """One pass over the text; every step moves ``position`` forward."""

    def __init__(self, text: str, notices: Notices) -> None:
        self.text = text
        self.notices = notices
        self.position = 0
        self.lexemes: list[Lexeme] = []

    def run(self) -> list[Lexeme]:
        while self.position < len(self.text):
            char = self.text[self.position]
            if char.isspace():
                self.position += 1
            elif char in "(（":
                self._add(Kind.OPEN, char, self.position + 1)
            elif char in ")）":
                self._add(Kind.CLOSE, char, self.position + 1)
            elif char in _CLOSERS:
                self._quoted(char)
            elif char in "-−+" and self._is_sign():
                if char != "+":
                    self._add(Kind.NOT, char, self.position + 1)
                else:
                    self.position += 1
            else:
                self._chunk()
        return self.lexemes

    def _add(self, kind: Kind, text: str, end: int, number: int | None = None) -> None:
        self.lexemes.append(Lexeme(kind, text, self.position, end, number))
        self.position = end

    def _is_sign(self) -> bool:
        """Tell whether ``-`` or ``+`` stands before a word or group, and not inside a word."""
        before = self.text[self.position - 1] if self.position else " "
        after = self.text[self.position + 1 : self.position + 2]
        if self.text[self.position] == "−" and after.isdigit():
            return False  # of a negative number: nobody types this sign to exclude
        starts_something = bool(after) and (after.isalnum() or after in _CLOSERS or after in "(（")
        return starts_something and (before.isspace() or before in "(（")

    def _quoted(self, quote: str) -> None:
        ends = [self.text.find(closer, self.position + 1) for closer in _CLOSERS[quote]]
        end = min((end for end in ends if end >= 0), default=None)
        if end is None:
            self.notices.add("unbalanced_quote")
            self.position += 1
            return
        content = self.text[self.position + 1 : end]
        for word in content.split():
            if re.fullmatch(r"[^\W_][\w?*]*", word) and (
                "*" in word or _QUESTION_MARK.search(word)
            ):
                self.notices.add("wildcard_unsupported", word=word)
        near = _NEAR.match(self.text, end + 1)
        if near is None:
            self._add(Kind.QUOTED, content, end + 1)
        else:
            words = min(int(near[1] or 0), MAX_NEAR)
            self._add(Kind.QUOTED, content, near.end(), words or None)

    def _chunk(self) -> None:
        end = self._chunk_end(self.position)
        chunk = self.text[self.position : end]
        field = _FIELD.match(self.text, self.position)
        canonical = FIELDS.get(fold(field[1])) if field else None
        if field and canonical and self._has_value(field, canonical):
            self._add(Kind.FIELD, canonical, field.end())
            char = self.text[self.position]
            last = self._date_end(self.position) if canonical == "date" else None
            if char in _CLOSERS or char in "(（":
                return
            if last is not None:
                self._add(Kind.WORD, self.text[self.position : last], last)
            else:
                # A value, even where it is spelt like an operator.
                self._word(self._chunk_end(self.position))
        elif joining := operator(chunk):
            self._add(Kind[joining], chunk, end)
        else:
            self._word(end)

    def _chunk_end(self, start: int) -> int:
        # From the next character on: a closing mark that closes nothing begins a chunk.
        stop = _WORD_BREAK.search(self.text, start + 1)
        return stop.start() if stop else len(self.text)

    def _has_value(self, field: re.Match[str], canonical: str) -> bool:
        """Tell whether a field is meant, and not a word before a colon: ``Langue : le débat``.

        Where there are spaces, a value that can be known must be known.
        """
        _, before, behind = field.groups()
        start = field.end()
        word = self.text[start : self._chunk_end(start)]
        if not before and not behind:
            return True
        if canonical in KEY_FIELDS:
            return False  # they are words that stand before a colon elsewhere: De : Paul
        if word[0] in _CLOSERS or word[0] in "(（":
            return True
        if operator(word):
            return False
        if canonical == "date":
            return self._date_end(start) is not None
        facet = VALUE_FACETS.get(canonical)
        if facet is None or facet.vocabulary is None:
            return True
        return facet.known_label(facet.canonical(word), LANGUAGES[0]) is not None

    def _date_end(self, start: int) -> int | None:
        """Return the end of a date of one word or, if that is none, of the longest; else None."""
        ends = [start + word.end() for word in re.finditer(r"[^\s()（）]+", self.text[start:])]
        for end in (*ends[:1], *ends[1:_DATE_WORDS][::-1]):
            if typed_period(self.text[start:end]):
                return end
        return None

    def _word(self, end: int) -> None:
        chunk = self.text[self.position : end]
        if _QUESTION_MARK.search(chunk) and re.fullmatch(r"[\w?*]+", chunk):
            self.notices.add("wildcard_unsupported", word=chunk)
        stem = chunk.rstrip("*")
        if not stem:
            self._add(Kind.EVERYTHING, chunk, end)
        elif "*" in stem:
            self._add(Kind.WILDCARD, chunk, end)
        elif stem != chunk:
            self._add(Kind.PREFIX, stem, end)
        elif (fuzzy := _FUZZY.fullmatch(chunk)) and self._is_fuzzy(*fuzzy.groups()):
            self._add(Kind.FUZZY, fuzzy[1], end, int(fuzzy[2]) if fuzzy[2] else None)
        else:
            self._add(Kind.WORD, chunk, end)

    def _is_fuzzy(self, word: str, number: str) -> bool:
        """Exclude values of fields, in which a tilde means nothing, and ranges (``5~10``)."""
        field = self.lexemes[-1] if self.lexemes else None
        is_value = (
            field is not None
            and (field.kind, field.end) == (Kind.FIELD, self.position)
            and field.text != "title"
        )
        return not is_value and not (number and word[-1].isdigit())


_BEGIN = (*_LEAVES, Kind.OPEN, Kind.FIELD, Kind.NOT)
_END = (*_LEAVES, Kind.CLOSE)
_OPERATORS = (Kind.AND, Kind.OR, Kind.NOT)
_NAME_WORDS = 4
"""Words of a name that a possible operator may belong to, on each side of it."""


def _joined(lexemes: list[Lexeme], text: str, language: str, notices: Notices) -> list[Lexeme]:
    """Decide which words are operators; see ``operators``."""
    always = [
        place
        for place, lexeme in enumerate(lexemes)
        if lexeme.kind in _OPERATORS and operator(lexeme.text)
    ]
    sometimes = [
        place
        for place, lexeme in enumerate(lexemes)
        if lexeme.kind is Kind.WORD and possible(lexeme.text, language)
    ]
    if not always and not sometimes:
        return lexemes
    joined = list(lexemes)
    of_sentence = _Title(lexemes).has if _may_be_title(lexemes) else lambda place: False
    for place in always:
        if of_sentence(place):
            notices.add("operators_are_words", word=joined[place].text)
            joined[place] = joined[place]._replace(kind=Kind.WORD)
    for place in sometimes:
        word = joined[place].text
        meaning = Kind[possible(word, language) or "AND"]
        before = joined[place - 1].kind if place else None
        after = joined[place + 1].kind if place + 1 < len(joined) else None
        follows = before in _END or (meaning is Kind.NOT and before in (Kind.AND, Kind.OR))
        if not follows or after not in _BEGIN:
            continue
        if arabic(word):
            is_word = is_sentence(text)
        else:
            is_word = is_lettered(joined[place - 1].text, word) or _is_of_name(lexemes, place)
        if not is_word and of_sentence(place):
            notices.add("operators_are_words", word=word)
        elif not is_word:
            joined[place] = joined[place]._replace(kind=meaning)
    return joined


def _may_be_title(lexemes: Sequence[Lexeme]) -> bool:
    """Tell whether a query has but words, and all their letters are capitals.

    Fields, signs, quotation marks and parentheses are typed to search. One that closes nothing is
    of a list: ``1) MINISTER SAYS``.
    """
    return all(
        (lexeme.kind is Kind.WORD or (lexeme.kind in _OPERATORS and operator(lexeme.text)))
        and all(map(str.isupper, filter(str.isalpha, lexeme.text)))
        for lexeme in lexemes
        if lexeme.kind is not Kind.CLOSE
    )


class _Title:
    """Words in capitals that may be a pasted title."""

    def __init__(self, lexemes: Sequence[Lexeme]) -> None:
        self.lexemes = lexemes
        self.function_words: dict[frozenset[str], dict[int, str]] = {}

    def has(self, place: int) -> bool:
        """Tell whether an operator is a word of the title: a function word of its language stands
        beside it, or as many as show it stand elsewhere."""
        languages, enough = signs_of_sentence(self.lexemes[place].text)
        if languages not in self.function_words:
            self.function_words[languages] = self._function_words(languages)
        found = self.function_words[languages]
        if any(len(found.get(beside, "")) > 1 for beside in (place - 1, place + 1)):
            return True
        return len({*found.values()}) >= enough

    def _function_words(self, languages: frozenset[str]) -> dict[int, str]:
        """Return the function words by place, but for those that name something.

        A letter may belong to any word (*GROUPE A*), but not to one where a title begins.
        """
        return {
            place: lexeme.text
            for place, lexeme in enumerate(self.lexemes)
            if (len(lexeme.text) > 1 or not place) and is_function_word(lexeme.text, languages)
            if not is_named(lexeme.text) and not _is_of_name(self.lexemes, place)
        }


def _is_of_name(lexemes: Sequence[Lexeme], place: int) -> bool:
    """Tell whether a word stands in a known name, as the O of *O Globo*."""
    start = max(place - _NAME_WORDS, 0)
    near = lexemes[start : place + _NAME_WORDS]
    words = [lexeme.text if lexeme.kind is Kind.WORD else "" for lexeme in near]
    return any(
        all(run := words[first:last]) and is_named(" ".join(run))
        for first in range(place - start + 1)
        for last in range(place - start + 1, len(words) + 1)
        if last - first > 1
    )


def _balanced(lexemes: Sequence[Lexeme], notices: Notices) -> list[Lexeme]:
    """Close open parentheses; drop those that close nothing or are nested too deep."""
    balanced: list[Lexeme] = []
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
        balanced.append(lexeme)
    if depth:
        notices.add("unbalanced_parenthesis")
        end = lexemes[-1].end
        balanced.extend(Lexeme(Kind.CLOSE, ")", end, end) for _ in range(min(depth, MAX_DEPTH)))
    return balanced


def _bounded(lexemes: Sequence[Lexeme], notices: Notices) -> list[Lexeme]:
    """Drop the leaves beyond ``MAX_LEAVES``."""
    leaves = [number for number, lexeme in enumerate(lexemes) if lexeme.kind in _LEAVES]
    if len(leaves) <= MAX_LEAVES:
        return list(lexemes)
    notices.add("too_many_words", limit=str(MAX_LEAVES))
    dropped = set(leaves[MAX_LEAVES:])
    return [lexeme for number, lexeme in enumerate(lexemes) if number not in dropped]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part without operators; its text begins at character ``start`` of the query.

    - a ``WORD`` has the words in a row, with nothing but spaces between them;
    - ``PREFIX`` and ``FUZZY`` are without star and tilde, a ``WILDCARD`` has its stars in the text;
    - ``number`` is N of ``acord~N`` and of ``"..."~N``.
    """

    kind: Kind
    text: str
    start: int
    field: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    clause: "Syntax"


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction; ``explicit`` if an AND was typed anywhere in it."""

    clauses: tuple["Syntax", ...]
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction."""

    clauses: tuple["Syntax", ...]


Syntax = Leaf | Not | And | Or


def parse_syntax(text: str, lexemes: Sequence[Lexeme], notices: Notices) -> Syntax | None:
    """Return the syntax tree of balanced lexemes of ``text``; None if nothing was asked."""
    return _Parser(text, lexemes, notices).disjunction(None)


def running_text(text: str, language: str = "") -> str:
    """Return the words that a cleaned query asks for as they were typed, without what narrows it:
    operators, negations, values of fields."""
    return _words_of(parse_syntax(text, lex(text, Notices(), language), Notices()))


def _words_of(syntax: Syntax | None) -> str:
    match syntax:
        case And(clauses) | Or(clauses):
            return " ".join(filter(None, map(_words_of, clauses)))
        case Leaf(kind, text, field=None | "title") if kind is not Kind.EVERYTHING:
            return text
    return ""


class _Parser:
    """Recursive descent; the lexer bounds its depth."""

    def __init__(self, text: str, lexemes: Sequence[Lexeme], notices: Notices) -> None:
        self.text = text
        self.lexemes = lexemes
        self.notices = notices
        self.position = 0

    def disjunction(self, field: str | None) -> Syntax | None:
        """Parse up to the end or the closing parenthesis."""
        clauses, _ = self._operands(Kind.OR, (Kind.CLOSE,), lambda: self._conjunction(field))
        if len(clauses) > 1:
            return Or(tuple(clauses))
        return clauses[0] if clauses else None

    def _conjunction(self, field: str | None) -> Syntax | None:
        """Parse up to an OR, the end or the closing parenthesis."""
        ends = (Kind.CLOSE, Kind.OR)
        clauses, explicit = self._operands(Kind.AND, ends, lambda: self._unit(field))
        if len(clauses) > 1:
            return And(tuple(clauses), explicit)
        return clauses[0] if clauses else None

    def _operands(
        self, operator: Kind, ends: Sequence[Kind], parse_operand: Callable[[], Syntax | None]
    ) -> tuple[list[Syntax], bool]:
        """Parse operands up to an end; tell whether an operator was typed between any two."""
        operands: list[Syntax] = []
        pending: str | None = None  # an operator whose left or right side is missing so far
        explicit = False
        while (lexeme := self._peek()) and lexeme.kind not in ends:
            if lexeme.kind is operator:
                if pending or not operands:
                    self.notices.add("lone_operator", operator=lexeme.text)
                pending = lexeme.text
                self.position += 1
            elif operand := parse_operand():
                explicit = explicit or (pending is not None and bool(operands))
                operands.append(operand)
                pending = None
        if pending and operands:
            self.notices.add("lone_operator", operator=pending)
        return operands, explicit

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
            self.position += 1
        clause = self._leaf(own_field, single=negative or own_field != field)
        if clause is None:
            if operator is not None:
                self.notices.add("lone_operator", operator=operator.text)
            return None
        return Not(clause) if negative else clause

    def _leaf(self, field: str | None, single: bool) -> Syntax | None:
        lexeme = self._peek()
        if lexeme is None:
            return None
        if lexeme.kind is Kind.WORD:
            return self._words(field, single)
        if lexeme.kind is not Kind.OPEN and lexeme.kind not in _LEAVES:
            return None
        self.position += 1
        if lexeme.kind is Kind.OPEN:
            clause = self.disjunction(field)
            self.position += 1  # the closing parenthesis, which the lexer guarantees
            return clause
        start = lexeme.start + (lexeme.kind is Kind.QUOTED)
        return Leaf(lexeme.kind, lexeme.text, start, field, lexeme.number)

    def _words(self, field: str | None, single: bool) -> Leaf:
        """Parse words in a row; a ``single`` one after NOT or a field, which bind to one word."""
        first = last = self.lexemes[self.position]
        self.position += 1
        texts = [first.text]
        while not single and (lexeme := self._peek()) and lexeme.kind is Kind.WORD:
            # A quotation mark that was left out may stand there.
            texts.append(" " * (lexeme.start - last.end) + lexeme.text)
            last = lexeme
            self.position += 1
        return Leaf(Kind.WORD, "".join(texts), first.start, field)

    def _peek(self) -> Lexeme | None:
        return self.lexemes[self.position] if self.position < len(self.lexemes) else None
