"""The compiler: a syntax tree becomes a query tree, with its normal form and what to highlight.

``parse`` never raises: what cannot be understood is left out with a notice. docs/query-language.md
describes the language.

A plain word is searched in every language of the index. A stop word asks nothing of documents in
its language while it stands beside other words; alone it is searched as typed. Stop words of the
language in which the query is written ask nothing in any language: French *quelle* is a rare word
in Arabic documents, and says nothing of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from whoosh import query

from index.analysis import ANALYZERS, Token, analyzer, tokenize
from index.facets import VALUE_FACETS
from index.keys import KEY_FIELDS
from search.engine import Notice, Notices
from search.query.entities import (
    QUESTION_WORDS,
    QuestionKind,
    link_names,
    named_themes,
    question_kind,
)
from search.query.marks import Mark, marks_of
from search.query.nodes import (
    TEXT_FIELDS,
    CompoundQuery,
    DateFilter,
    FacetFilter,
    FuzzyQuery,
    KeyFilter,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordQuery,
)
from search.query.operators import is_spelt_as_operator
from search.query.parser import (
    And,
    Kind,
    Leaf,
    Not,
    Or,
    Syntax,
    clean,
    is_row,
    lex,
    parse_syntax,
    quoted,
    unmistakable,
    written,
    written_filter,
)
from search.query.pieces import typed_units, with_neighbours
from search.query.words import (
    Unit,
    compound_parts,
    function_word_runs,
    fuzzy_units,
    phrase_tokens,
    prefix_units,
    units,
    wildcard_pattern,
    word_node,
)
from search.typed import typed_period

_KINDS: Mapping[type[query.Query], Kind] = {
    PrefixQuery: Kind.PREFIX,
    FuzzyQuery: Kind.FUZZY,
    WildcardQuery: Kind.WILDCARD,
}
"""How the units that are not words are read."""

MAX_UNITS = 128
"""Words of a query after analysis: one word as typed may be several (``a.b/c``)."""

_SENTENCE = 3
"""Words beside a quotation from which on they may be a sentence."""
_QUOTATION_MARK = re.compile('["“”„‟＂«»「」『』]')
_TELLING = 2
"""Stop words of a language that tell it: one may be a word of another language."""
_CACHED_LENGTH = 64
"""Queries up to this length are cached: the next page of results parses the same one again."""


class Clause(NamedTuple):
    """A part of a conjunction.

    - ``text``: its normal form; ``texts``: those of the parts of a conjunction;
    - ``stops``: the analyzers for which it is a stop word;
    - ``condition``: it is a filter or a negation, which relaxation never drops;
    - ``members``: the alternatives of a disjunction, else empty;
    - ``quoted``: it was typed in quotation marks, and documents without it are no answer;
    - ``named``, ``typed``: the filter for what it names, and the clauses of its words.
    """

    node: query.Query
    text: str
    stops: frozenset[str] = frozenset()
    condition: bool = False
    quoted: bool = False
    members: tuple["Clause", ...] = ()
    named: "Clause | None" = None
    typed: tuple["Clause", ...] = ()
    texts: tuple[str, ...] = ()


class QueryWord(NamedTuple):
    """A word of a query, which is characters ``start`` to ``end`` of it.

    ``node`` matches the documents that have the word in any language.
    """

    text: str
    start: int
    end: int
    node: query.Query


@dataclass(frozen=True)
class ParsedQuery:
    """A compiled query.

    - ``text``: the query as far as it was read; offsets into it are offsets into the query;
    - ``tree``: the query tree; None if nothing was asked, which every document matches. It is
      ``NullQuery``, which none matches, if nothing of what was typed was understood;
    - ``understood``: the normal form;
    - ``words``: the words that documents should have, for spelling suggestions;
    - ``marks``: what to highlight;
    - ``clauses``: what relaxation may drop: the clauses of the outermost conjunction, if it has
      several and no AND was typed in it;
    - ``pairs``: words side by side in the query, stop words aside;
    - ``organizations``, ``countries``: those that words of the query name;
    - ``analyzers``, ``language``: what it was compiled for;
    - ``closer``: the tree with the function words in a row that it has, three or more (*pour ou
      contre la corrida*), for documents that have these too; they come alone if there are any;
    - ``question``: what the query is if no document matches it, as it may be a question;
    - ``names``: the facets and values that the whole query names;
    - ``parts``: what was joined, each of which adds to the score of a document;
    - ``wishes``: of which documents below the answer have most: ``clauses``, runs of a script
      without spaces as their pairs. Empty if nothing may be missing.
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
    countries: tuple[str, ...] = ()
    analyzers: tuple[str, ...] = ()
    language: str = ""
    closer: query.Query | None = None
    question: "ParsedQuery | None" = None
    names: tuple[tuple[str, str], ...] = ()
    parts: tuple[Clause, ...] = ()
    wishes: tuple[Clause, ...] = ()

    def wished(self) -> "ParsedQuery":
        """Return the query of the wishes, as ranking and highlighting need it."""
        wishes = [clause for clause in self.wishes if not clause.condition]
        marks = [mark for clause in wishes for mark in marks_of(clause.node)]
        return replace(self, pairs=_pairs(wishes), marks=tuple(marks), parts=self.wishes)


def parse(q: str, analyzers: Sequence[str], language: str = "") -> ParsedQuery:
    """Compile a query for an index with these analyzers (suffixes). Never raises.

    ``language`` is that of the reader; it decides which words are operators.
    """
    compile_ = _cached if len(q) <= _CACHED_LENGTH else _compile
    return compile_(q, tuple(analyzers), language)


def _compile(q: str, analyzers: tuple[str, ...], language: str = "") -> ParsedQuery:
    notices = Notices()
    text = clean(q, notices)
    syntax = parse_syntax(text, lex(text, notices, language), notices)
    quotations = _pasted_quotations(syntax)
    if quotations:
        syntax = Leaf(Kind.WORD, _QUOTATION_MARK.sub(" ", text), 0)
    compiler = _Compiler(analyzers, notices, language)
    clauses = compiler.conjunction(syntax) if syntax else []
    if not clauses:
        nothing = None
        if text.strip():  # something was asked for that no document can have
            notices.add("nothing_understood")
            nothing = query.NullQuery
        return ParsedQuery(
            text, nothing, "", tuple(notices), analyzers=analyzers, language=language
        )
    joined = compiler.all_of(clauses)
    explicit = isinstance(syntax, And) and syntax.explicit
    parsed = _of_clause(text, joined, clauses, compiler)
    if len(clauses) > 1 and not joined.members and not explicit:
        wishes = tuple(compiler.wishes(clauses))
        parsed = replace(parsed, clauses=tuple(clauses), wishes=wishes)
    elif _is_run(clauses[0]) and len(pairs := compiler.optional(clauses)) > 1:
        parsed = replace(parsed, clauses=tuple(pairs), wishes=tuple(pairs), pairs=_pairs(pairs))
    kind = QuestionKind.NONE
    if _is_plain(syntax):
        parsed = replace(parsed, names=_names(text, clauses))
        kind = QuestionKind.CERTAIN if quotations else _question_kind(text, clauses, analyzers)
        runs = [PhraseQuery(words) for words in function_word_runs(text, analyzers)]
        if runs:
            parsed = replace(parsed, closer=query.And([joined.node, *runs]))
    if kind is QuestionKind.NONE:
        return parsed
    wished = compiler.optional(clauses) or clauses
    wished += [clause for leaf in quotations for clause in compiler.conjunction(leaf)]
    question = _of_clause(text, compiler.any_of(wished), wished, compiler)
    question = replace(question, warnings=(*parsed.warnings, Notice("question")))
    return question if kind is QuestionKind.CERTAIN else replace(parsed, question=question)


def _names(text: str, clauses: Sequence[Clause]) -> tuple[tuple[str, str], ...]:
    """Return the facets and values that a whole query names."""
    names = [("theme", id) for id in named_themes(text)]
    if len(clauses) == 1 and clauses[0].named:
        node = clauses[0].named.node
        names += [(node.facet, node.value)] if isinstance(node, FacetFilter) else []
    return tuple(names)


def _of_clause(
    text: str, joined: Clause, clauses: Sequence[Clause], compiler: "_Compiler"
) -> ParsedQuery:
    """Return the compiled query of a clause that joins all clauses."""
    marks = list(marks_of(joined.node))
    return ParsedQuery(
        text=text,
        tree=joined.node,
        understood=unmistakable(joined.text),
        warnings=tuple(compiler.notices),
        words=tuple(compiler.words),
        marks=tuple(mark for at, mark in enumerate(marks) if mark not in marks[:at]),
        pairs=_pairs(clauses),
        organizations=tuple(dict.fromkeys(_named(joined.node, "organization"))),
        countries=tuple(dict.fromkeys(_named(joined.node, "country"))),
        analyzers=compiler.analyzers,
        language=compiler.language,
        parts=joined.members or tuple(clauses),
    )


_cached = lru_cache(maxsize=512)(_compile)


@dataclass
class _Compiler:
    """Turns syntax into clauses, recursively; the lexer bounds the depth of the tree."""

    analyzers: tuple[str, ...]
    notices: Notices
    language: str = ""
    words: list[QueryWord] = field(default_factory=list)
    positive: bool = True
    units: int = 0

    def conjunction(self, syntax: Syntax) -> list[Clause]:
        """Return the clauses of ``syntax`` as a conjunction of its own, without duplicates.

        A stop word asks nothing of the documents in its language if another clause asks something
        of them; if all clauses are stop words, they are searched as typed.
        """
        return self._resolve_stop_words(self._clauses(syntax))

    def all_of(self, clauses: Sequence[Clause]) -> Clause:
        """Return the conjunction of at least one clause."""
        if len(clauses) == 1 and not isinstance(clauses[0].node, query.Not):
            return clauses[0]
        nodes = [clause.node for clause in clauses]
        if all(isinstance(node, query.Not) for node in nodes):
            nodes.insert(0, query.Every())
        bound = {clause.node.word for clause in clauses if isinstance(clause.node, LetterQuery)}
        texts = _distinct_texts(
            text
            for clause in clauses
            if clause.node not in bound
            for text in clause.texts or [f"({clause.text})" if clause.members else clause.text]
        )
        return Clause(query.And(nodes), " AND ".join(texts), texts=texts)

    def any_of(self, clauses: Sequence[Clause]) -> Clause:
        """Return the disjunction of at least one clause; nested disjunctions are flattened."""
        members = [member for clause in clauses for member in clause.members or (clause,)]
        distinct = _distinct(members)
        if len(distinct) == 1:
            return distinct[0]
        texts = _distinct_texts(
            f"({clause.text})" if isinstance(clause.node, query.And) else clause.text
            for clause in distinct
        )
        node = query.Or([clause.node for clause in distinct])
        conditions = all(clause.condition for clause in distinct)
        return Clause(node, " OR ".join(texts), condition=conditions, members=tuple(distinct))

    def optional(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Return the clauses of a question, of which no document must have all.

        Stop words count where they are none. A compound becomes its words: "boundary-layer
        equations" asks for equations of the boundary, wherever the words stand.
        """
        parts = [part for clause in clauses for part in self._split(clause)]
        return _distinct(
            part._replace(node=part.node.required())
            if isinstance(part.node, WordQuery) and not part.condition
            else part
            for part in parts
        )

    def wishes(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Return the clauses of which some may be missing; quoted ones may not.

        Runs of a script without spaces become their pairs; other compounds stay whole.
        """
        parts = (self._split(clause) if _is_run(clause) else [clause] for clause in clauses)
        return _distinct(
            part._replace(condition=part.condition or part.quoted)
            for of_clause in parts
            for part in of_clause
        )

    def _clauses(self, syntax: Syntax) -> list[Clause]:
        """Return the clauses that ``syntax`` adds to the conjunction it stands in."""
        match syntax:
            case And(clauses):
                return [clause for part in clauses for clause in self._clauses(part)]
            case Or(clauses):
                alternatives = [self.conjunction(part) for part in clauses]
                present = [alternative for alternative in alternatives if alternative]
                if len(present) < 2:
                    return present[0] if present else []
                return [self.any_of([self.all_of(alternative) for alternative in present])]
            case Not(clause):
                return self._negation(clause)
            case Leaf(Kind.EVERYTHING):
                return [Clause(query.Every(), "*", condition=True)]
            case Leaf(Kind.WILDCARD):
                return self._wildcard(syntax)
            case Leaf(field=str(name)) if name != "title":
                return self._filters(syntax, name)
            case Leaf(Kind.WORD, text, start, name):
                found = typed_units(text, self.analyzers, _fields(name))
                if self.positive:
                    found = with_neighbours(text, found)
                if name is None and self.positive:
                    return self._words(text, found, start)
                return self._units(found, start, name)
            case Leaf(Kind.PREFIX):
                return self._prefix(syntax)
            case Leaf(Kind.FUZZY):
                return self._fuzzy(syntax)
            case Leaf(Kind.QUOTED):
                return self._quoted(syntax)
        raise TypeError(f"not syntax: {syntax!r}")

    def _nested(self, syntax: Syntax) -> Clause | None:
        clauses = self.conjunction(syntax)
        return self.all_of(clauses) if clauses else None

    def _negation(self, syntax: Syntax) -> list[Clause]:
        self.positive = not self.positive
        clause = self._nested(syntax)
        self.positive = not self.positive
        if clause is None:
            return []
        grouped = clause.members or isinstance(clause.node, query.And) or is_row(clause.text)
        text = f"NOT ({clause.text})" if grouped else f"NOT {clause.text}"
        return [Clause(query.Not(clause.node), text, condition=True)]

    def _filters(self, syntax: Leaf, field: str) -> list[Clause]:
        if syntax.kind is Kind.PREFIX:
            self.notices.add("wildcard_unsupported", word=f"{field}:{syntax.text}*")
        elif syntax.kind is Kind.FUZZY:
            self.notices.add("fuzzy_unsupported", word=f"{field}:{syntax.text}~")
        text, is_date = syntax.text, field == "date" and typed_period(syntax.text)
        values = text.split() if syntax.kind is Kind.WORD and not is_date else [text]
        clauses = [self._filter(field, " ".join(value.split())) for value in values]
        return [clause for clause in clauses if clause]

    def _filter(self, field: str, typed: str) -> Clause | None:
        if not typed:
            return None
        if field == "date":
            return self._date_filter(typed)
        if key := KEY_FIELDS.get(field):
            node = KeyFilter(field, key.asked(typed), typed)
            text = written_filter(field, typed)
            return Clause(node, text, condition=True) if node.having else None
        facet = VALUE_FACETS[field]
        value = facet.canonical(typed)
        shown = value if facet.vocabulary else typed
        return Clause(
            FacetFilter(field, value, typed), written_filter(field, shown), condition=True
        )

    def _date_filter(self, typed: str) -> Clause | None:
        """Compile ``2024``, ``mars 2024``, ``2024-02..``, ``>=2024`` or ``2024..2025-02``."""
        days = typed_period(typed)
        if not days:
            self.notices.add("invalid_date", value=typed)
            return None
        first, last = days
        text = f"{first or ''}..{last or ''}" if first != last else f"{first}"
        return Clause(DateFilter(first, last), f"date:{text}", condition=True)

    def _words(self, text: str, found: Sequence[Unit], start: int) -> list[Clause]:
        """Compile words in a row; a name of an organization or country also matches others."""
        clauses: list[Clause] = []
        done = 0
        for first, last, facet, id in link_names(text, found, self.language):
            clauses += self._units(found[done:first], start, None)
            before = len(self.words)
            typed = self._resolve_stop_words(self._units(found[first:last], start, None))
            del self.words[before:]  # names are not corrected
            done = last
            if typed:
                name = text[found[first].start : found[last - 1].end]
                node = FacetFilter(facet, id, name, implied=True)
                named = Clause(node, f"{facet}:{id}", condition=True)
                either = self.any_of([self.all_of(typed), named])
                clauses.append(either._replace(named=named, typed=tuple(typed)))
        return [*clauses, *self._units(found[done:], start, None)]

    def _prefix(self, syntax: Leaf) -> list[Clause]:
        fields = _fields(syntax.field)
        found = prefix_units(syntax.text, self.analyzers, fields)
        last = found[-1].node if found else None
        if isinstance(last, PrefixQuery) and len(last.prefix) < 2 and last.prefix.isascii():
            self.notices.add("prefix_too_short", prefix=f"{syntax.text}*")
            found = units(syntax.text, self.analyzers, fields)
        return self._units(found, syntax.start, syntax.field)

    def _wildcard(self, syntax: Leaf) -> list[Clause]:
        pattern = wildcard_pattern(syntax.text) if syntax.field in (None, "title") else ""
        if not pattern:
            self.notices.add("wildcard_unsupported", word=_in_field(syntax.text, syntax.field))
            parts = Leaf(Kind.WORD, syntax.text.replace("*", " "), syntax.start, syntax.field)
            return self._clauses(parts)
        node = WildcardQuery(pattern, _fields(syntax.field))
        written_as = syntax.text.lstrip("-−+")  # not a sign inside a word
        unit = Unit(written_as, 0, len(written_as), node)
        return self._units([unit], syntax.start, syntax.field)

    def _fuzzy(self, syntax: Leaf) -> list[Clause]:
        fields = _fields(syntax.field)
        found = fuzzy_units(syntax.text, syntax.number, self.analyzers, fields)
        if not found:
            found = units(syntax.text, self.analyzers, fields)
            if found:
                self.notices.add("fuzzy_unsupported", word=f"{syntax.text}~")
        return self._units(found, syntax.start, syntax.field)

    def _quoted(self, syntax: Leaf) -> list[Clause]:
        tokens = phrase_tokens(syntax.text)
        if not tokens:
            self.notices.add("empty_phrase")
            return []
        fields = _fields(syntax.field)
        words = tuple(token.folded for token in tokens)
        text = quoted(" ".join(syntax.text.split()))
        node: query.Query = PhraseQuery(words, fields)
        if syntax.number and len(words) > 1:
            node = NearQuery(words, syntax.number, fields)
            text += f"~{syntax.number}"
        for token in tokens:
            word = syntax.text[token.start : token.end]
            start, end = syntax.start + token.start, syntax.start + token.end
            self._add_word(word, start, end, PhraseQuery((token.folded,), fields))
        return [Clause(node, _in_field(text, syntax.field), quoted=True)]

    def _units(self, found: Sequence[Unit], start: int, field: str | None) -> list[Clause]:
        """Return one clause for each unit, up to ``MAX_UNITS`` in the whole query."""
        clauses: list[Clause] = []
        for unit in found:
            if self.units == MAX_UNITS:
                self.notices.add("too_many_words", limit=str(MAX_UNITS))
                break
            self.units += 1
            # A word that is written as an operator is one in small letters only.
            text = unit.text.lower() if is_spelt_as_operator(unit.text) else unit.text
            kind = _KINDS.get(type(unit.node), Kind.WORD)
            clauses.append(Clause(unit.node, written(kind, text, field), unit.stops))
            if isinstance(unit.node, WordQuery | CompoundQuery | PhraseQuery):
                self._add_word(unit.text, start + unit.start, start + unit.end, unit.node)
        return clauses

    def _add_word(self, text: str, start: int, end: int, node: query.Query) -> None:
        if self.positive:
            self.words.append(QueryWord(text, start, end, node))

    def _resolve_stop_words(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Decide in which languages each stop word asks nothing; see ``conjunction``."""
        every = frozenset(self.analyzers)
        written_in = _written_in(clauses, every)
        clauses = [
            clause._replace(stops=every) if written_in and written_in <= clause.stops else clause
            for clause in clauses
        ]
        asking = {
            suffix
            for suffix in self.analyzers
            if any(not clause.condition and suffix not in clause.stops for clause in clauses)
        }
        resolved: list[Clause] = []
        for clause in clauses:
            if clause.stops and isinstance(clause.node, WordQuery):
                node = replace(
                    clause.node,
                    literal_in=clause.stops - asking,
                    optional_in=clause.stops & asking,
                )
                if not node.literal_in and (not node.forms or every == asking == clause.stops):
                    continue
                clause = clause._replace(node=node)
            resolved.append(clause)
        return _distinct(resolved)

    def _split(self, clause: Clause) -> list[Clause]:
        """Return the words of a compound or name that are not stop words in every language.

        What has nothing between its letters and figures (``A320``) stays whole, as other words do.
        """
        if clause.named:
            words = [part for word in clause.typed for part in self._split(word)]
            return [*words, clause.named]
        if clause.quoted or not isinstance(clause.node, CompoundQuery | PhraseQuery):
            return [clause]
        if isinstance(clause.node, PhraseQuery) and _is_run(clause):
            tokens = [Token(word, word, 0, 0, 0, "cjk") for word in clause.node.words]
            nodes = [word_node(token, self.analyzers, clause.node.fields) for token in tokens]
            return [Clause(node, node.literal) for node in nodes]
        if clause.text.isalnum() or clause.text.startswith('"'):  # a letter before its word
            return [clause]
        found = compound_parts(clause.text, self.analyzers, clause.node.fields)
        return [
            Clause(unit.node, unit.text, unit.stops)
            for unit in found
            if not unit.stops.issuperset(self.analyzers)
        ] or ([] if found else [clause])


def _written_in(clauses: Sequence[Clause], analyzers: frozenset[str]) -> frozenset[str]:
    """Return the languages that the words of a query are likely written in, by their stop words.

    Empty if too few tell. There are several where all stop words are those of several languages.
    """
    counts = Counter(
        suffix
        for clause in _distinct(clauses)
        if clause.stops < analyzers  # an elided article is a stop word everywhere
        for suffix in clause.stops
    )
    most = max(counts.values(), default=0)
    if most < _TELLING:
        return frozenset()
    return frozenset(suffix for suffix, count in counts.items() if count == most)


def _distinct(clauses: Iterable[Clause]) -> list[Clause]:
    """Return the first clause of each node."""
    by_node: dict[query.Query, Clause] = {}
    for clause in clauses:
        by_node.setdefault(clause.node, clause)
    return list(by_node.values())


def _distinct_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Drop normal forms that differ in case only."""
    distinct: dict[str, str] = {}
    for text in texts:
        distinct.setdefault(text.casefold(), text)
    return tuple(distinct.values())


def _is_run(clause: Clause) -> bool:
    """Tell whether a clause is a run of a script written without spaces."""
    if clause.quoted or not isinstance(clause.node, PhraseQuery):
        return False
    return all(token.kind == "cjk" for token in phrase_tokens(" ".join(clause.node.words)))


def _fields(field: str | None) -> tuple[str, ...]:
    return ("title",) if field == "title" else TEXT_FIELDS


def _in_field(text: str, field: str | None) -> str:
    return f"{field}:{text}" if field else text


def _named(node: query.Query, facet: str) -> Iterator[str]:
    """Yield the values of a facet that words in the positive part of a tree name."""
    match node:
        case FacetFilter(implied=True, value=value) if node.facet == facet:
            yield value
        case query.And() | query.Or():
            for child in node.subqueries:
                yield from _named(child, facet)


def _pasted_quotations(syntax: Syntax | None) -> list[Leaf]:
    """Return what stands in quotation marks in a sentence that was pasted, as a headline is.

    Whoever asks for a phrase types it alone or beside a few words. A sentence has more words
    outside the marks, or a function word or a colon among them. Documents quote it otherwise than
    it does, so that its quotations are a wish and no demand.
    """
    if not isinstance(syntax, And) or syntax.explicit:
        return []
    quotations = [leaf for leaf in syntax.clauses if isinstance(leaf, Leaf) and _is_quotation(leaf)]
    rest = [clause for clause in syntax.clauses if clause not in quotations]
    if not quotations or not all(_is_plain(clause) for clause in rest):
        return []
    outside = " ".join(leaf.text for leaf in rest if isinstance(leaf, Leaf))
    words = [token for token in tokenize(outside) if token.kind != "compound"]
    function_words = any(analyzer(suffix).is_stop(word) for word in words for suffix in ANALYZERS)
    telling = ":" in outside or function_words
    return quotations if len(words) >= (_SENTENCE if telling else QUESTION_WORDS) else []


def _is_quotation(leaf: Leaf) -> bool:
    return leaf.kind is Kind.QUOTED and leaf.field is None and leaf.number is None


def _is_plain(syntax: Syntax | None) -> bool:
    """Tell whether there are only words and parentheses; operators and quotes are meant."""
    match syntax:
        case Leaf(Kind.WORD, field=None):
            return True
        case And(clauses, explicit=False):
            return all(_is_plain(clause) for clause in clauses)
    return False


def _question_kind(text: str, clauses: Sequence[Clause], analyzers: Sequence[str]) -> QuestionKind:
    if len(clauses) < 2:
        return QuestionKind.NONE
    content_words = sum(not word.stops for word in _typed(clauses))
    return question_kind(text, tokenize(text), content_words, analyzers)


def _pairs(clauses: Sequence[Clause]) -> tuple[tuple[WordQuery, WordQuery], ...]:
    content = [clause.node for clause in _typed(clauses) if not clause.stops]
    return tuple(
        (left, right)
        for left, right in pairwise(content)
        if isinstance(left, WordQuery) and isinstance(right, WordQuery)
        if left.fields == right.fields
    )


def _typed(clauses: Sequence[Clause]) -> list[Clause]:
    """Return clauses with the words of a name in its place."""
    return [word for clause in clauses for word in clause.typed or (clause,)]
