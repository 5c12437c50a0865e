"""Completions of what is being typed: organizations, themes, titles, words."""

import re
from collections.abc import Iterator
from itertools import islice

import numpy as np

from index.analysis import fold, tokenize
from index.generations import Generation
from search.lookup import Lookup
from search.occurrences import union
from search.response import Suggestion
from search.surface import surface

MAX_TEXT = 100
_LISTED = 2_000
"""Terms with a prefix among which the most frequent are looked for."""
_TITLE_TERMS = 50
_CONSIDERED = 30
_TOGETHER = 200
"""Terms that are counted together with the words before them."""
_LAST_WORD = re.compile(r"\w+\Z")


def suggest(
    text: str, limit: int, generation: Generation, lookup: Lookup
) -> tuple[Suggestion, ...]:
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
            _values("organization", text, limit, lookup),
            _values("theme", text, limit, lookup),
            _words(text, generation),
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


def _titles(text: str, limit: int, generation: Generation) -> Iterator[Suggestion]:
    """Yield the newest documents whose titles have the words, the last one only begun."""
    words = [token.folded for token in tokenize(text) if token.kind != "compound"]
    if not words or (len(words) == 1 and len(words[0]) < 2):
        return
    terms = sorted(generation.terms("title", words[-1], _LISTED), key=lambda term: -term[1])
    docs = union([generation.postings("title", term).docs for term, _ in terms[:_TITLE_TERMS]])
    for word in words[:-1]:
        docs = np.intersect1d(docs, generation.postings("title", word).docs, assume_unique=True)
    for doc in docs[np.argsort(generation.order[docs])][:limit].tolist():
        head = generation.head(doc)
        yield Suggestion("title", head.title, head.id, 1)


def _words(text: str, generation: Generation) -> Iterator[Suggestion]:
    """Yield the words that complete the last one in most documents that have the words before."""
    last = _LAST_WORD.search(text)
    prefix = fold(last[0]) if last else ""
    if last is None or not prefix:
        return
    before = [token for token in tokenize(text[: last.start()]) if token.kind != "compound"]
    listed = generation.terms("body", prefix, _LISTED)
    terms = sorted((t for t in listed if len(t[0]) > 2), key=lambda term: (-term[1], term[0]))
    if before:
        terms = _together([token.folded for token in before], terms[:_TOGETHER], generation)
    for term, count in terms[:_CONSIDERED]:
        word = surface(term, generation)
        if not word.stop:
            written = text[: last.start()] + word.text
            yield Suggestion("word", written, written, count)


def _together(
    words: list[str], terms: list[tuple[str, int]], generation: Generation
) -> list[tuple[str, int]]:
    """Count the documents that have each term and all the words; most first."""
    having = generation.live.copy()
    for word in words:
        present = np.zeros(generation.size, dtype=np.bool_)
        present[generation.postings("body", word).docs] = True
        having &= present
    counts = [
        (term, int(np.count_nonzero(having[generation.postings("body", term).docs])))
        for term, _ in terms
    ]
    return sorted((each for each in counts if each[1]), key=lambda term: (-term[1], term[0]))
