"""Folded words with the accents that documents give them.

Completions of what is being typed: organizations, themes, titles, words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.analysis import fold, tokenize
from index.facets import SUGGESTED
from index.snapshot import Snapshot
from index.store import TermCount
from search.facets import Lookup
from search.response import Suggestion


def surface(term: str, generation: Snapshot) -> str:
    """Return how most documents write a folded word, in lower case.

    Where segments differ, the one counts that has most documents with the word.
    """
    best, form = 0, term
    for segment in generation.inverted_index.segments:
        found = segment.completion.word(term)
        if found is not None and abs(found.documents) > best:
            best, form = abs(found.documents), found.form
    return form


MAX_TEXT = 100
_TITLE_TERMS = 50
_TOGETHER = 100
"""Words that are counted together with the words before them."""
_POSTINGS = 100_000
"""Postings that are read for one completion, of the most frequent words."""
_TITLE_POSTINGS = 50_000
"""The same of words of titles, if there are more."""
_LAST_WORD = re.compile(r"\w+\Z")

Mask = NDArray[np.bool_]


def suggest(text: str, limit: int, generation: Snapshot, lookup: Lookup) -> tuple[Suggestion, ...]:
    """Return at most ``limit`` completions; each kind gets its turn, best first.

    Organizations and themes complete the whole text (any word of any of their names may start
    so) and come with the number of documents that carry them; titles and words complete its
    last word.
    """
    text = text.lstrip()
    if not fold(text).strip() or limit < 1 or len(text) > MAX_TEXT:
        return ()
    kinds = [
        list(islice(kind, limit))
        for kind in (
            *(_values(name, text, limit, lookup) for name in SUGGESTED),
            _words(text, limit, generation),
            _titles(text, limit, generation),
        )
    ]
    taken = [0] * len(kinds)
    left = limit
    while left and any(taken[at] < len(kind) for at, kind in enumerate(kinds)):
        for at, kind in enumerate(kinds):
            if left and taken[at] < len(kind):
                taken[at] += 1
                left -= 1
    return tuple(s for at, kind in enumerate(kinds) for s in kind[: taken[at]])


def _values(name: str, text: str, limit: int, lookup: Lookup) -> Iterator[Suggestion]:
    facet = lookup.facet(name)
    ordinals = facet.names.starting(text)
    counts = np.zeros(len(facet.column.values), dtype=np.int64)
    counts[ordinals] = facet.names.totals[ordinals]
    for ordinal in facet.most_frequent(counts, limit):
        value = facet.column.values[ordinal]
        yield Suggestion(name, facet.label(value), value, int(counts[ordinal]))


def _titles(text: str, limit: int, generation: Snapshot) -> Iterator[Suggestion]:
    """Yield the newest documents whose titles have the words, the last one only begun."""
    words = [token.folded for token in tokenize(text) if token.kind != "compound"]
    if not words or (len(words) == 1 and len(words[0]) < 2):
        return
    titled = _titled(words[-1], generation) & _having("title", words[:-1], generation)
    docs = titled.nonzero()[0]
    ranks = generation.order[docs]
    if len(docs) > limit:
        newest = np.argpartition(ranks, limit)[:limit]
        docs, ranks = docs[newest], ranks[newest]
    for doc in docs[np.argsort(ranks)].tolist():
        head = generation.stored_fields.head(doc)
        yield Suggestion("title", head.title, head.id, 1)


def _titled(prefix: str, generation: Snapshot) -> Mask:
    """Return which documents have a word with a prefix in their title.

    Of very many, those that have one of the most frequent such words.
    """
    titled = np.zeros(generation.size, np.bool_)
    for segment in generation.inverted_index.segments:
        starting = segment.postings.prefix("title", prefix)
        terms: Sequence[int] = starting
        if segment.completion.total("title", starting) > _TITLE_POSTINGS:
            frequent = segment.completion.most_frequent("title", starting, _TITLE_TERMS)
            terms = _affordable(frequent, _TITLE_POSTINGS)
        titled[segment.postings.docs_of(terms) + np.int32(segment.base)] = True
    return titled


def _words(text: str, limit: int, generation: Snapshot) -> Iterator[Suggestion]:
    """Yield the words that complete the last one in most documents that have the words before."""
    last = _LAST_WORD.search(text)
    prefix = fold(last[0]) if last else ""
    if last is None or not prefix:
        return
    before = [token.folded for token in tokenize(text[: last.start()]) if token.kind != "compound"]
    if before:
        found = together(before, prefix, limit, generation)
    else:
        found = most_frequent(prefix, limit, generation)
    for term, count in found:
        written = text[: last.start()] + surface(term, generation)
        yield Suggestion("word", written, written, count)


def most_frequent(prefix: str, limit: int, generation: Snapshot) -> list[tuple[str, int]]:
    """Return the words with a prefix that most live documents have, and how many; most first.

    Words of one or two letters are left out, and what is a stop word in most documents of a
    segment that have it.
    """
    wanted = limit
    while True:
        unseen = 0
        terms: dict[str, int] = {}
        for segment in generation.inverted_index.segments:
            found = segment.completion.most_frequent(
                "body", segment.postings.prefix("body", prefix), wanted
            )
            terms.update((segment.postings.term(number), count) for number, count in found)
            if len(found) == wanted:
                unseen += found[-1].documents
        if generation.inverted_index.whole:
            return list(terms.items())
        ranked = _ranked(
            (term, generation.inverted_index.document_frequency("body", term))
            for term in _kept(terms, generation)
        )
        if not unseen or (len(ranked) >= limit and ranked[limit - 1][1] >= unseen):
            return ranked[:limit]
        # What is not among the first of any segment may yet be among the first of all.
        wanted *= 4


def together(
    words: Sequence[str], prefix: str, limit: int, generation: Snapshot
) -> list[tuple[str, int]]:
    """Return words with a prefix and how many live documents have them and all ``words``.

    Most first; looked for among the most frequent words with the prefix.
    """
    having = _having("body", words, generation)
    terms: dict[str, int] = {}
    for segment in generation.inverted_index.segments:
        numbers = segment.postings.prefix("body", prefix)
        some = _affordable(segment.completion.most_frequent("body", numbers, _TOGETHER), _POSTINGS)
        counts = segment.postings.count_within(some, having[segment.base :])
        best = np.argsort(-counts, kind="stable")[: 2 * limit]
        terms.update(
            (segment.postings.term(some[at]), int(counts[at])) for at in best[counts[best] > 0]
        )
    if not generation.inverted_index.whole:
        terms = {
            term: int(
                np.count_nonzero(having[generation.inverted_index.postings("body", term).docs])
            )
            for term in _kept(terms, generation)
        }
    return _ranked(terms.items())[:limit]


def _kept(terms: Iterable[str], generation: Snapshot) -> list[str]:
    """Return the terms that no segment leaves out."""
    return [
        term
        for term in terms
        if all(
            found is None or found.documents > 0
            for found in (
                segment.completion.word(term) for segment in generation.inverted_index.segments
            )
        )
    ]


def _ranked(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted((each for each in counts if each[1]), key=lambda term: (-term[1], term[0]))


def _affordable(terms: Sequence[TermCount], postings: int) -> list[int]:
    """Return the numbers of the first terms that have so many postings together, at least one."""
    totals = np.cumsum([term.documents for term in terms])
    return [term.number for term in terms[: max(int(np.searchsorted(totals, postings)), 1)]]


def _having(part: str, words: Sequence[str], generation: Snapshot) -> Mask:
    """Return which live documents have all the words in a part."""
    having = generation.live
    for word in words:
        present = np.zeros(generation.size, np.bool_)
        present[generation.inverted_index.postings(part, word).docs] = True
        having = having & present
    return having
