"""Synthetic documents of any number: Zipfian words, growing vocabulary, facets and dates.

Words follow the double power law of Ferrer i Cancho and Solé (2001): rank frequencies fall as
1/r up to a kernel vocabulary and faster behind it, so that the number of distinct words grows as
a power of the number of words (Heaps) with an exponent near 1/``TAIL``. Nothing is kept from one
document to the next: a million of them need the memory of one.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.document import Document, Fields, Language, Organization, PublicationDate, Span, Theme
from index.vocabularies import themes
from tools.bench.question import Entry

RANKS = 2_000_000
KERNEL = 8_000
TAIL = 1.7
FUNCTION_WORDS = 120
"""Ranks that play the part of stop words."""
MEAN_WORDS = 150
ORGANIZATIONS = 2_000
FIRST_DAY = date(2010, 1, 1)
DAYS = 5_478
BATCH = 1_000

_ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "gr", "j", "k", "l", "m", "n", "p", "pl", "r", "v")
_VOWELS = ("a", "o", "u", "i", "ou", "an")
_SYLLABLES = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)


@lru_cache(maxsize=100_000)
def word(rank: int) -> str:
    """Return the word of a rank (from 0): the more frequent, the shorter."""
    number, parts = rank + len(_SYLLABLES), []
    while number:
        number, digit = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[digit])
    return "".join(parts) + "k"


def stop_words() -> frozenset[str]:
    """Return the words that play the part of stop words: no question asks for them."""
    return frozenset(map(word, range(FUNCTION_WORDS)))


def entries(documents: int, seed: int = 4) -> Iterator[Entry]:
    """Yield documents with their fields; the first ``n`` of any number are the same."""
    law = _cumulative_law()
    organizations = _cumulative(1.0 / np.arange(1, ORGANIZATIONS + 1))
    names = sorted(themes().entries)
    topics = _cumulative(1.0 / np.arange(1, len(names) + 1))
    for begin in range(0, documents, BATCH):
        chance = np.random.default_rng((seed, begin))
        sizes = np.clip(chance.lognormal(np.log(MEAN_WORDS * 0.8), 0.65, BATCH), 15, 3_000)
        sizes = sizes.astype(np.int64)
        ranks = law.searchsorted(chance.random(int(sizes.sum()) + 8 * BATCH)).tolist()
        orgs = organizations.searchsorted(chance.random((BATCH, 4)))
        org_counts = chance.choice(5, BATCH, p=(0.25, 0.3, 0.25, 0.12, 0.08))
        tops = topics.searchsorted(chance.random((BATCH, 3)))
        top_counts = chance.choice(4, BATCH, p=(0.2, 0.4, 0.25, 0.15))
        days = chance.integers(0, DAYS, BATCH)
        dated, french = chance.random(BATCH) < 0.95, chance.random(BATCH) < 0.85
        at = 0
        for row in range(min(BATCH, documents - begin)):
            title = ranks[at : at + 8]
            body = ranks[at + 8 : at + 8 + int(sizes[row])]
            at += 8 + int(sizes[row])
            day = FIRST_DAY + timedelta(int(days[row]))
            yield _entry(
                f"synthetic-{begin + row:07}",
                title,
                body,
                "fr" if french[row] else "en",
                day.isoformat() if dated[row] else "",
                sorted(set(orgs[row, : org_counts[row]].tolist())),
                sorted({names[n] for n in tops[row, : top_counts[row]].tolist()}),
            )


def _entry(
    id: str,
    title: list[int],
    body: list[int],
    language: str,
    day: str,
    organizations: list[int],
    topics: list[str],
) -> Entry:
    # A full stop now and then, so that the text has sentences to cut snippets at.
    words = [word(rank) for rank in body]
    sentences = [" ".join(words[n : n + 18]) for n in range(0, len(words), 18)]
    document = Document(
        id=id,
        text=". ".join(sentences) + ".",
        title=" ".join(word(rank) for rank in title),
        language=language,
        date=day,
    )
    fields = Fields(
        language=Language(language, origin="metadata"),
        organizations=tuple(
            Organization(f"~synthetic-{n}", f"Synthetic {n}", (Span(0, 1),), known=False)
            for n in organizations
        ),
        themes=tuple(Theme(id) for id in topics),
        published=PublicationDate(day, "day", "metadata") if day else None,
    )
    return document, fields


@lru_cache(maxsize=1)
def _cumulative_law() -> NDArray[np.float64]:
    ranks = np.arange(1, RANKS + 1, dtype=np.float64)
    # Mandelbrot's shift keeps the first few words from being everything.
    weights = 1.0 / (ranks + 2.7)
    tail = ranks > KERNEL
    weights[tail] = weights[KERNEL - 1] * (KERNEL / ranks[tail]) ** TAIL
    return _cumulative(weights)


def _cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.cumsum(weights)
    law: NDArray[np.float64] = total / total[-1]
    law[-1] = 1.0
    return law
