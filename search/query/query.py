"""What was typed -> a query tree; never an error. See docs/query-language.md.

The tree is made of Whoosh's nodes and those of ``search.query.nodes``. A plain word is looked
for in every language of the index. A stop word of a language asks nothing of the documents of that
language when it stands beside words that do; on its own it is looked for as written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from whoosh import query

from index.analysis import tokenize
from search.query.compiler import Clause, Compiler, Mark, QueryWord, implied, marks
from search.query.lexer import Notices, clean, lex
from search.query.nodes import Word
from search.query.parser import And, Syntax, Words, read
from search.query.questions import is_question
from search.response import Notice

_KEPT_LENGTH = 64
"""Characters of the queries that are kept understood: the next page asks the same again."""

__all__ = ["Clause", "Mark", "ParsedQuery", "QueryWord", "parse"]


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
    pairs: tuple[tuple[Word, Word], ...] = ()
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


def _pairs(clauses: Sequence[Clause]) -> tuple[tuple[Word, Word], ...]:
    words = [each for clause in clauses for each in clause.typed or (clause,)]
    content = [clause for clause in words if not clause.stops]
    return tuple(
        (left.node, right.node)
        for left, right in pairwise(content)
        if isinstance(left.node, Word) and isinstance(right.node, Word)
        if left.node.fields == right.node.fields
    )
