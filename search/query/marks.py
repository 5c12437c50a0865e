"""What to highlight of a query in the documents that it finds."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from whoosh import query

from search.query.nodes import (
    TEXT_FIELDS,
    FuzzyQuery,
    LetterQuery,
    NearQuery,
    PhraseQuery,
    PrefixQuery,
    WildcardQuery,
    WordQuery,
)


class Mark(NamedTuple):
    """What to highlight in ``fields`` (``title``, ``body``) of a document.

    - ``stems``: by analyzer, index terms; words with any of them are highlighted;
    - ``words``: folded words, highlighted in this order only or, with ``near``, anywhere;
    - ``prefix``: folded words that begin so are highlighted if they match the ``pattern``, in
      which ``*`` stands for any letters, or if there is none;
    - ``edits``: the only word stands for all indexed words within this edit distance.
    """

    fields: tuple[str, ...] = TEXT_FIELDS
    stems: Mapping[str, tuple[str, ...]] = {}
    words: tuple[str, ...] = ()
    near: int | None = None
    prefix: str = ""
    pattern: str = ""
    edits: int = 0


def marks_of(node: query.Query) -> Iterator[Mark]:
    """Yield what to highlight for the positive part of a tree, with duplicates."""
    match node:
        case WordQuery():
            if node.forms:
                yield Mark(node.fields, stems=node.forms)
            if node.literal_in:
                yield Mark(node.fields, words=(node.literal,))
            for word in node.joined:
                yield Mark(node.fields, words=(word,))
        case PhraseQuery():
            yield Mark(node.fields, words=node.words[:-1] if node.open else node.words)
        case LetterQuery():
            yield Mark(node.fields, words=(node.word.literal, node.letter))
        case NearQuery():
            yield Mark(node.fields, words=node.words, near=node.distance)
        case PrefixQuery():
            yield Mark(node.fields, prefix=node.prefix)
        case WildcardQuery():
            yield Mark(node.fields, prefix=node.prefix, pattern=node.pattern)
        case FuzzyQuery():
            yield Mark(node.fields, words=(node.word,), near=0, edits=node.distance)
        case query.And() | query.Or() | query.DisjunctionMax():
            for child in node.subqueries:
                yield from marks_of(child)
