"""The lexicon of a snapshot: its words as documents write them.

It completes words and titles that are being typed, finds words that are spelt nearly like one, and
gives a folded word (lower case, no accents) its accents back. Each segment has the dictionaries
for that (``index.store.suggest``); the lexicon asks those of all
segments. Where it counts documents, deleted ones are left out unless a method says otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.analysis import forms_of
from index.segments.snapshot import Snapshot
from index.store import Head, Near, TermCount

_TITLE_TERMS = 50
"""Words that complete a title at most, if ``_TITLE_POSTINGS`` are exceeded."""
_TITLE_POSTINGS = 50_000
_COUNTED = 100
"""Words that are counted together with the words before them, the most frequent ones."""
_POSTINGS = 100_000
"""Postings that are read to count them, after those of the first word."""

Mask = NDArray[np.bool_]


class SnapshotLexicon:
    """Reads the words of a snapshot; safe for threads. Every method may raise IndexDamaged."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._index = snapshot.inverted_index

    def near_words(self, word: str, edits: int) -> dict[str, Near]:
        """Return the words within an edit distance of a folded word, itself included, by word.

        Frequencies are upper bounds: deleted documents are counted.
        """
        near: dict[str, Near] = {}
        for segment in self._index.segments:
            for entry in segment.spelling.near(word, edits):
                before = near[entry.term].frequency if entry.term in near else 0
                near[entry.term] = entry._replace(frequency=before + entry.frequency)
        return near

    def surface_form(self, word: str) -> str:
        """Return how most documents write a folded word, in lower case; an unknown word as it is.

        If segments differ, the one with most documents that have the word decides.
        """
        documents, form = 0, word
        for segment in self._index.segments:
            entry = segment.completion.word(word)
            if entry is not None and abs(entry.documents) > documents:
                documents, form = abs(entry.documents), entry.form
        return form

    def completions(
        self, prefix: str, limit: int, before: Sequence[str] = ()
    ) -> list[tuple[str, int]]:
        """Return words with a prefix and how many documents have them and all words ``before``.

        Most documents first. Words of one or two letters are left out, and those that are stop
        words in most documents of a segment. With words ``before``, only the most frequent words
        with the prefix are considered.
        """
        if before:
            return self._counted_within(prefix, limit, self._having("body", before))
        candidates = limit
        while True:
            missed = 0
            terms: dict[str, int] = {}
            for segment in self._index.segments:
                numbers = segment.postings.prefix("body", prefix)
                counts = segment.completion.most_frequent("body", numbers, candidates)
                terms.update((segment.postings.term(term), count) for term, count in counts)
                if len(counts) == candidates:
                    missed += counts[-1].documents
            if self._index.whole:
                return list(terms.items())
            ranked = _ranked(
                (term, self._index.document_frequency("body", term)) for term in self._shown(terms)
            )
            if not missed or (len(ranked) >= limit and ranked[limit - 1][1] >= missed):
                return ranked[:limit]
            # A word that is not among the first of any segment may yet be among the first of all.
            candidates *= 4

    def _counted_within(self, prefix: str, limit: int, mask: Mask) -> list[tuple[str, int]]:
        terms: dict[str, int] = {}
        for segment in self._index.segments:
            postings = segment.postings
            frequent = segment.completion.most_frequent(
                "body", postings.prefix("body", prefix), _COUNTED
            )
            numbers = _affordable(frequent, _POSTINGS)
            counts = postings.count_within(numbers, mask[segment.base :])
            best = np.argsort(-counts, kind="stable")[: 2 * limit]
            terms.update((postings.term(numbers[n]), int(counts[n])) for n in best if counts[n])
        if not self._index.whole:
            terms = {
                term: int(np.count_nonzero(mask[self._index.postings("body", term).docs]))
                for term in self._shown(terms)
            }
        return _ranked(terms.items())[:limit]

    def _shown(self, terms: Iterable[str]) -> list[str]:
        """Return the terms that complete something in all segments that have them."""
        dictionaries = [segment.completion for segment in self._index.segments]
        return [
            term
            for term in terms
            if all(
                entry is None or entry.documents > 0
                for entry in (dictionary.word(term) for dictionary in dictionaries)
            )
        ]

    def of_language(self, words: Mapping[str, int], suffix: str) -> frozenset[str]:
        """Return those words a form of which more documents have in a language than they say."""
        return frozenset(
            word
            for word, documents in words.items()
            if any(
                self._index.exceeds(f"body_{suffix}", form, documents)
                for form in forms_of(word, suffix)
            )
        )

    def titles(self, prefix: str, limit: int, before: Sequence[str] = ()) -> list[Head]:
        """Return the newest documents with all words ``before`` and one with a prefix in the title.

        If very many titles have such a word, only the most frequent such words are considered.
        """
        titled = np.zeros(self._snapshot.size, np.bool_)
        for segment in self._index.segments:
            starting = segment.postings.prefix("title", prefix)
            terms: Sequence[int] = starting
            if segment.completion.total("title", starting) > _TITLE_POSTINGS:
                frequent = segment.completion.most_frequent("title", starting, _TITLE_TERMS)
                terms = _affordable(frequent, _TITLE_POSTINGS)
            titled[segment.postings.docs_of(terms) + np.int32(segment.base)] = True
        docs = (titled & self._having("title", before)).nonzero()[0]
        ranks = self._snapshot.order[docs]
        if len(docs) > limit:
            newest = np.argpartition(ranks, limit)[:limit]
            docs, ranks = docs[newest], ranks[newest]
        return [self._snapshot.stored_fields.head(doc) for doc in docs[np.argsort(ranks)].tolist()]

    def _having(self, part: str, words: Sequence[str]) -> Mask:
        """Return which documents have all the words in a part."""
        having = self._snapshot.live
        for word in words:
            present = np.zeros(self._snapshot.size, np.bool_)
            present[self._index.postings(part, word).docs] = True
            having = having & present
        return having


def _ranked(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the words that any document has, most documents first, then by word."""
    return sorted(((word, n) for word, n in counts if n), key=lambda entry: (-entry[1], entry[0]))


def _affordable(terms: Sequence[TermCount], postings: int) -> list[int]:
    """Return the numbers of the first terms with so many postings together; at least one."""
    totals = np.cumsum([term.documents for term in terms])
    return [term.number for term in terms[: max(int(np.searchsorted(totals, postings)), 1)]]
