"""Field filters as they are typed: ``lang:fr``, ``org:ONU``, ``date:2024..2025-02``.

A syntax tree -> query nodes, with what was understood and what to highlight.

What was typed -> a query tree; never an error. See docs/query-language.md.

The tree is made of Whoosh's nodes and those of ``search.query.nodes``. A plain word is looked
for in every language of the index. A stop word of a language asks nothing of the documents of that
language when it stands beside words that do; on its own it is looked for as written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from whoosh import query

from index.analysis import tokenize
from index.facets import VALUE_FACETS
from search.query.entities import is_question, named
from search.query.nodes import (
    TEXT_FIELDS,
    CompoundQuery,
    DateFilter,
    FacetFilter,
    FuzzyQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WordQuery,
)
from search.query.parser import (
    And,
    Everything,
    FuzzyWord,
    Not,
    Notices,
    Or,
    Prefix,
    QuotedText,
    Syntax,
    Words,
    clean,
    lex,
    read,
)
from search.query.words import Unit, fuzzy_units, parts, phrase_tokens, prefix_units, units
from search.request import period
from search.response import Notice


def condition(field: str, typed: str, notices: Notices) -> tuple[query.Query, str] | None:
    """Return the filter and its normal form; None, with a notice, for what is no value."""
    typed = " ".join(typed.split())
    if not typed:
        return None
    if field == "date":
        return _dated(typed, notices)
    value = VALUE_FACETS[field].canonical(typed)
    shown = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
    return FacetFilter(field, value, typed), shown


def _dated(typed: str, notices: Notices) -> tuple[query.Query, str] | None:
    earliest, dots, latest = typed.partition("..")
    if not dots:
        latest = earliest
    try:
        periods = [period(text) for text in (earliest, latest) if text]
    except ValueError:
        periods = []
    if not periods:
        notices.add("invalid_date", value=typed)
        return None
    first: date | None = min(each.first for each in periods) if earliest else None
    last: date | None = max(each.last for each in periods) if latest else None
    shown = f"{first or ''}..{last or ''}" if first != last else f"{first}"
    return DateFilter(first, last), f"date:{shown}"


MAX_UNITS = 128
"""Words of a query, counted after analysis: one word as typed may be several (``a.b/c``)."""


class Clause(NamedTuple):
    """A part of a conjunction; ``text`` is its normal form.

    ``stops`` are the analyzers for which it is a stop word. A ``condition`` (a filter or a
    negation) is never given up when a search is relaxed. ``members`` are the clauses that
    alternatives are made of. A clause that names an ``organization`` has the ``typed`` words.
    """

    node: query.Query
    text: str
    stops: frozenset[str] = frozenset()
    condition: bool = False
    alternatives: bool = False
    members: tuple["Clause", ...] = ()
    organization: str = ""
    typed: tuple["Clause", ...] = ()


class QueryWord(NamedTuple):
    """A word that was asked for: characters ``start`` to ``end`` of the query as typed.

    ``node`` finds the documents that have it, in every language.
    """

    text: str
    start: int
    end: int
    node: query.Query


class Mark(NamedTuple):
    """What to highlight, in ``fields`` (``title``, ``body``) of a document.

    ``stems`` maps an analyzer's suffix to forms: a word any of whose forms is among them is
    marked. ``words`` are folded words that are marked where they follow one another, or, with
    ``near``, wherever they stand. ``prefix`` marks the folded words that start so. With ``slips``,
    the one word stands for all of the archive that are at most so many slips away from it.
    """

    fields: tuple[str, ...] = TEXT_FIELDS
    stems: Mapping[str, tuple[str, ...]] = {}
    words: tuple[str, ...] = ()
    near: int | None = None
    prefix: str = ""
    slips: int = 0


@dataclass
class Compiler:
    """Syntax to clauses. Its depth is that of the tree, which the lexer bounds."""

    analyzers: tuple[str, ...]
    notices: Notices
    words: list[QueryWord] = field(default_factory=list)
    positive: bool = True
    units: int = 0

    def expand(self, syntax: Syntax) -> list[Clause]:
        """Return the clauses that ``syntax`` adds to the conjunction it stands in."""
        match syntax:
            case And(clauses):
                return [clause for each in clauses for clause in self.expand(each)]
            case Or(clauses):
                return self._alternatives(clauses)
            case Not(clause):
                return self._negation(clause)
            case Everything():
                return [Clause(query.Every(), "*", condition=True)]
            case Words() | Prefix() | FuzzyWord() | QuotedText() if syntax.field not in (
                None,
                "title",
            ):
                return self._conditions(syntax)
            case Words(text, start, name):
                found = units(text, self.analyzers, _fields(name))
                if name is None and self.positive:
                    return self._plain(text, found, start)
                return self._units(found, start, name)
            case Prefix():
                return self._prefix(syntax)
            case FuzzyWord():
                return self._fuzzy(syntax)
            case QuotedText():
                return self._quoted(syntax)

    def settle(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Decide what the stop words of a conjunction ask, and leave out what is said twice.

        A stop word asks nothing of the documents of its language when another clause asks
        something of them; when all the clauses are stop words they are looked for as written.
        """
        asking = {
            suffix
            for suffix in self.analyzers
            if any(not clause.condition and suffix not in clause.stops for clause in clauses)
        }
        settled: dict[query.Query, Clause] = {}
        for clause in clauses:
            if clause.stops and isinstance(clause.node, WordQuery):
                node = clause.node.with_stop_words(clause.stops - asking, clause.stops & asking)
                if not node.forms and not node.literal_in:
                    continue
                clause = clause._replace(node=node)
            settled.setdefault(clause.node, clause)
        return list(settled.values())

    def join(self, clauses: Sequence[Clause]) -> Clause:
        """Return the conjunction of settled clauses, which are not empty, as one clause."""
        if len(clauses) == 1 and not isinstance(clauses[0].node, query.Not):
            return clauses[0]
        nodes = [clause.node for clause in clauses]
        if all(isinstance(node, query.Not) for node in nodes):
            nodes.insert(0, query.Every())
        text = " AND ".join(
            f"({clause.text})" if clause.alternatives else clause.text for clause in clauses
        )
        return Clause(query.And(nodes), text)

    def _together(self, syntax: Syntax) -> Clause | None:
        """Return what ``syntax`` means as a conjunction of its own."""
        clauses = self.settle(self.expand(syntax))
        return self.join(clauses) if clauses else None

    def either(self, clauses: Sequence[Clause]) -> Clause:
        """Return alternatives, which are not empty, as one clause."""
        members = [each for clause in clauses for each in clause.members or (clause,)]
        found: dict[query.Query, Clause] = {}
        for clause in members:
            found.setdefault(clause.node, clause)
        distinct = list(found.values())
        if len(distinct) == 1:
            return distinct[0]
        text = " OR ".join(
            f"({clause.text})" if isinstance(clause.node, query.And) else clause.text
            for clause in distinct
        )
        conditions = all(clause.condition for clause in distinct)
        node = query.Or([clause.node for clause in distinct])
        return Clause(node, text, condition=conditions, alternatives=True, members=tuple(distinct))

    def wished(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Return settled clauses as a question means them, each once.

        They only ask of documents where they are no stop words, and a compound is its words:
        "boundary-layer equations" is about equations of the boundary, wherever they stand.
        """
        wished: dict[query.Query, Clause] = {}
        for clause in clauses:
            for each in self._divided(clause) or [clause]:
                if each.condition:
                    wished.setdefault(each.node, each)
                    continue
                if isinstance(each.node, WordQuery):
                    each = each._replace(node=each.node.required())
                wished.setdefault(each.node, each)
        return list(wished.values())

    def _divided(self, clause: Clause) -> list[Clause]:
        """Return the words of a compound or a name that are no stop words everywhere."""
        if clause.organization:
            words = [each for word in clause.typed for each in self._divided(word) or [word]]
            return [*words, _naming(clause.organization, clause.text)]
        if not isinstance(clause.node, CompoundQuery):
            return []
        return [
            Clause(unit.node, unit.text, unit.stops)
            for unit in parts(clause.text, self.analyzers, clause.node.joined.fields)
            if not unit.stops.issuperset(self.analyzers)
        ]

    def _alternatives(self, syntaxes: Iterable[Syntax]) -> list[Clause]:
        clauses = [clause for each in syntaxes if (clause := self._together(each))]
        return [self.either(clauses)] if clauses else []

    def _negation(self, syntax: Syntax) -> list[Clause]:
        self.positive = not self.positive
        clause = self._together(syntax)
        self.positive = not self.positive
        if clause is None:
            return []
        grouped = clause.alternatives or isinstance(clause.node, query.And)
        text = f"NOT ({clause.text})" if grouped else f"NOT {clause.text}"
        return [Clause(query.Not(clause.node), text, condition=True)]

    def _conditions(self, syntax: Words | Prefix | FuzzyWord | QuotedText) -> list[Clause]:
        if isinstance(syntax, Prefix):
            self.notices.add("wildcard_unsupported", word=f"{syntax.field}:{syntax.text}*")
        elif isinstance(syntax, FuzzyWord):
            self.notices.add("fuzzy_unsupported", word=f"{syntax.field}:{syntax.text}~")
        values = syntax.text.split() if isinstance(syntax, Words) else [syntax.text]
        found = [condition(str(syntax.field), value, self.notices) for value in values]
        return [Clause(*each, condition=True) for each in found if each]

    def _plain(self, text: str, found: Sequence[Unit], start: int) -> list[Clause]:
        """Return the clauses of words in a row; names of organizations have all their names."""
        clauses: list[Clause] = []
        done = 0
        for first, last, id in named(text, found):
            clauses += self._units(found[done:first], start, None)
            known = len(self.words)
            typed = self.settle(self._units(found[first:last], start, None))
            del self.words[known:]  # a name is spelt as it is
            done = last
            if typed:
                shown = text[found[first].start : found[last - 1].end]
                either = self.either([self.join(typed), _naming(id, shown)])
                clauses.append(either._replace(organization=id, typed=tuple(typed)))
        return [*clauses, *self._units(found[done:], start, None)]

    def _units(self, found: Sequence[Unit], start: int, field: str | None) -> list[Clause]:
        clauses: list[Clause] = []
        for unit in found:
            if self.units == MAX_UNITS:
                self.notices.add("too_many_words", limit=str(MAX_UNITS))
                break
            self.units += 1
            clauses.append(Clause(unit.node, _titled(unit.text, field), unit.stops))
            if self.positive and isinstance(unit.node, WordQuery | CompoundQuery | PhraseQuery):
                self.words.append(
                    QueryWord(unit.text, start + unit.start, start + unit.end, unit.node)
                )
        return clauses

    def _prefix(self, syntax: Prefix) -> list[Clause]:
        found = prefix_units(syntax.text, self.analyzers, _fields(syntax.field))
        last = found[-1].node if found else None
        if isinstance(last, PrefixQuery) and len(last.prefix) < 2 and last.prefix.isascii():
            self.notices.add("prefix_too_short", prefix=f"{syntax.text}*")
            found = units(syntax.text, self.analyzers, _fields(syntax.field))
        return self._units(found, syntax.start, syntax.field)

    def _fuzzy(self, syntax: FuzzyWord) -> list[Clause]:
        fields = _fields(syntax.field)
        found = fuzzy_units(syntax.text, syntax.slips, self.analyzers, fields)
        if not found:
            found = units(syntax.text, self.analyzers, fields)
            if found:
                self.notices.add("fuzzy_unsupported", word=f"{syntax.text}~")
        return self._units(found, syntax.start, syntax.field)

    def _quoted(self, syntax: QuotedText) -> list[Clause]:
        tokens = phrase_tokens(syntax.text)
        words = [token.folded for token in tokens]
        if not words:
            self.notices.add("empty_phrase")
            return []
        text = '"' + " ".join(syntax.text.split()) + '"'
        fields = _fields(syntax.field)
        node: query.Query
        if syntax.near and len(words) > 1:
            node = NearQuery(words, syntax.near, fields)
            text += f"~{syntax.near}"
        else:
            node = PhraseQuery(words, fields)
        if self.positive:
            for token in tokens:
                start = syntax.start + token.start
                end = syntax.start + token.end
                found = PhraseQuery([token.folded], fields)
                self.words.append(
                    QueryWord(syntax.text[token.start : token.end], start, end, found)
                )
        return [Clause(node, _titled(text, syntax.field))]


def _naming(id: str, typed: str) -> Clause:
    """Return the filter for documents that name an organization."""
    node = FacetFilter("organization", id, typed, implied=True)
    return Clause(node, f"organization:{id}", condition=True)


def _fields(name: str | None) -> tuple[str, ...]:
    return ("title",) if name == "title" else TEXT_FIELDS


def _titled(text: str, name: str | None) -> str:
    return f"{name}:{text}" if name else text


def marks(node: query.Query) -> list[Mark]:
    """Return what to highlight for the positive part of a settled tree, each thing once."""
    found: list[Mark] = []
    for mark in _marks(node):
        if mark not in found:
            found.append(mark)
    return found


def _marks(node: query.Query) -> Iterator[Mark]:
    match node:
        case WordQuery():
            if node.forms:
                yield Mark(node.fields, stems=node.forms)
            if node.literal_in:
                yield Mark(node.fields, words=(node.literal,))
        case PhraseQuery():
            yield Mark(node.fields, words=node.words)
        case NearQuery():
            yield Mark(node.fields, words=node.words, near=node.distance)
        case PrefixQuery():
            yield Mark(node.fields, prefix=node.prefix)
        case FuzzyQuery():
            yield Mark(node.fields, words=(node.word,), near=0, slips=node.distance)
        case query.And() | query.Or() | query.DisjunctionMax():
            for child in node.subqueries:
                yield from _marks(child)


def implied(node: query.Query) -> list[str]:
    """Return the organizations that words in the positive part of a tree name, each once."""
    match node:
        case FacetFilter(implied=True, value=value):
            return [value]
        case (
            WordQuery()
            | CompoundQuery()
            | PhraseQuery()
            | NearQuery()
            | PrefixQuery()
            | FuzzyQuery()
        ):
            return []
        case query.And() | query.Or():
            found = (implied(child) for child in node.subqueries)
            return list(dict.fromkeys(id for each in found for id in each))
    return []


_KEPT_LENGTH = 64
"""Characters of the queries that are kept understood: the next page asks the same again."""


@dataclass(frozen=True)
class ParsedQuery:
    """A query, understood.

    ``text`` is the query as far as it was read, every character in its place. ``tree`` is None
    when nothing was asked: every document matches. ``words`` are those that should be in the
    documents found, for spelling. ``clauses`` are the parts of the outermost conjunction, when
    it has several and no AND was typed in it: what a search may be relaxed to. ``pairs`` are
    words that stand side by side in the query, stop words aside. ``organizations`` are those
    that words of it name.
    """

    text: str
    tree: query.Query | None
    understood: str
    warnings: tuple[Notice, ...] = ()
    words: tuple[QueryWord, ...] = ()
    marks: tuple[Mark, ...] = ()
    clauses: tuple[Clause, ...] = ()
    pairs: tuple[tuple[WordQuery, WordQuery], ...] = ()
    organizations: tuple[str, ...] = ()
    analyzers: tuple[str, ...] = ()


def parse(q: str, analyzers: Sequence[str]) -> ParsedQuery:
    """Return what ``q`` means in an index with these analyzers (suffixes). Never raises."""
    known = tuple(analyzers)
    return _kept(q, known) if len(q) <= _KEPT_LENGTH else _parse(q, known)


@lru_cache(maxsize=512)
def _kept(q: str, analyzers: tuple[str, ...]) -> ParsedQuery:
    return _parse(q, analyzers)


def _parse(q: str, analyzers: tuple[str, ...]) -> ParsedQuery:
    notices = Notices()
    text = clean(q, notices)
    syntax = read(text, lex(text, notices), notices)
    compiler = Compiler(analyzers, notices)
    clauses = compiler.settle(compiler.expand(syntax)) if syntax else []
    if not clauses:
        if text.strip():
            notices.add("nothing_understood")
        return ParsedQuery(text, None, "", tuple(notices.found), analyzers=analyzers)
    if _is_plain(syntax) and _is_question(text, clauses, analyzers):
        notices.add("question")
        clauses = compiler.wished(clauses)
        joined = compiler.either(clauses)
    else:
        joined = compiler.join(clauses)
    relaxable = len(clauses) > 1 and not joined.alternatives
    written = isinstance(syntax, And) and syntax.written
    return ParsedQuery(
        text=text,
        tree=joined.node,
        understood=joined.text,
        warnings=tuple(notices.found),
        words=tuple(compiler.words),
        marks=tuple(marks(joined.node)),
        clauses=tuple(clauses) if relaxable and not written else (),
        pairs=_pairs(clauses),
        organizations=tuple(implied(joined.node)),
        analyzers=analyzers,
    )


def _is_plain(syntax: Syntax | None) -> bool:
    """Only words, asides in parentheses too, make a question: operators and quotes are meant."""
    match syntax:
        case Words(field=None):
            return True
        case And(clauses, written=False):
            return all(_is_plain(clause) for clause in clauses)
    return False


def _is_question(text: str, clauses: Sequence[Clause], analyzers: Sequence[str]) -> bool:
    content = sum(not each.stops for clause in clauses for each in clause.typed or (clause,))
    return len(clauses) > 1 and is_question(text, tokenize(text), content, analyzers)


def _pairs(clauses: Sequence[Clause]) -> tuple[tuple[WordQuery, WordQuery], ...]:
    words = [each for clause in clauses for each in clause.typed or (clause,)]
    content = [clause for clause in words if not clause.stops]
    return tuple(
        (left.node, right.node)
        for left, right in pairwise(content)
        if isinstance(left.node, WordQuery) and isinstance(right.node, WordQuery)
        if left.node.fields == right.node.fields
    )
