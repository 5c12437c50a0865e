"""Completions of what is being typed: organizations, themes, titles, words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer, fold, tokenize
from index.generations import Generation
from search.lookup import Lookup
from search.response import Suggestion
from search.surface import as_written

MAX_TEXT = 100
_LISTED = 2_000
"""Terms with a prefix among which the most frequent are looked for."""
_TITLE_TERMS = 50
_LAST_WORD = re.compile(r"\w+\Z")


def suggest(
    text: str, limit: int, locale: str, generation: Generation, lookup: Lookup
) -> tuple[Suggestion, ...]:
    """Return at most ``limit`` completions; each kind gets its turn, best first.

    Organizations and themes complete the whole text (any word of any of their names may start
    so) and come with the number of documents that carry them; titles and words complete its
    last word.
    """
    text = text[-MAX_TEXT:].lstrip()
    if not fold(text).strip() or limit < 1:
        return ()
    kinds = [
        list(islice(kind, limit))
        for kind in (
            _values("organization", text, limit, lookup),
            _values("theme", text, limit, lookup),
            _words(text, limit, locale, generation),
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
    docs = _union(generation.postings("title", term).docs for term, _ in terms[:_TITLE_TERMS])
    for word in words[:-1]:
        docs = np.intersect1d(docs, generation.postings("title", word).docs, assume_unique=True)
    for doc in docs[np.argsort(generation.order[docs])][:limit].tolist():
        document, _ = generation.stored(doc)
        yield Suggestion("title", document.title, document.id, 1)


def _words(text: str, limit: int, locale: str, generation: Generation) -> Iterator[Suggestion]:
    """Yield the most frequent words that complete the last one, after what stands before it."""
    last = _LAST_WORD.search(text)
    if last is None:
        return
    prefix = fold(last[0])
    if not prefix:
        return
    terms = sorted(generation.terms("body", prefix, _LISTED), key=lambda term: (-term[1], term[0]))
    stopping = _stopping(locale, generation)
    for term, count in terms:
        if len(term) > 2 and not any(_stops(term, language) for language in stopping):
            written = text[: last.start()] + as_written(term, generation)
            yield Suggestion("word", written, written, count)


def _stopping(locale: str, generation: Generation) -> Sequence[str]:
    """Return the languages whose stop words are not worth suggesting."""
    most = max(generation.languages, key=generation.languages.__getitem__, default=locale)
    return tuple(dict.fromkeys((locale, most)))


def _stops(term: str, language: str) -> bool:
    return all(analyzer(language).is_stop(token) for token in tokenize(term))


def _union(parts: Iterable[NDArray[np.int32]]) -> NDArray[np.int32]:
    arrays = list(parts)
    return np.unique(np.concatenate(arrays)) if arrays else np.empty(0, dtype=np.int32)
