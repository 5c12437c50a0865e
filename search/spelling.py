"""Did you mean: words of the archive that are spelt nearly like one that finds nothing.

Words are compared as the unstemmed fields have them, without case and accents. Candidates begin
with the first or the second letter of the word as typed (or with h, which French does not
pronounce); words of one beginning are kept as arrays once they were needed, and compared all at
once: first by the letters they are made of, then by Damerau-Levenshtein distance (optimal string
alignment: insertion, deletion, substitution, transposition of neighbours).
"""

from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from whoosh import query

from index.analysis import fold
from index.generations import Generation
from search.evaluate import Evaluation
from search.nodes import Quoted, Word
from search.query import ParsedQuery, QueryWord, parse
from search.relaxation import answer
from search.surface import surface

MAX_TERMS = 60_000
"""Words of one beginning that are looked at."""
MAX_LENGTH = 24
MIN_LENGTH = 4
MAX_CORRECTED = 3
"""Words of one query that are looked up, the rarest first."""
RARE = 3
"""A word that so many documents have may be a slip too, if a neighbour is far more common."""
MORE_COMMON = 20
PLENTY = 20
"""Documents found with which nobody asks how a word is spelt."""

Codes = NDArray[np.uint32]


class Lexicon(NamedTuple):
    """Words of one beginning as arrays: ``codes`` are their characters, padded with zeros.

    ``letters`` has a bit for each letter of a word (and one more for its second occurrence),
    modulo 64.
    """

    terms: list[str]
    codes: Codes
    lengths: NDArray[np.int32]
    letters: NDArray[np.uint64]
    frequencies: NDArray[np.int32]


class Candidate(NamedTuple):
    """A word of the archive near to one that was typed."""

    term: str
    distance: int
    frequency: int


def did_you_mean(
    parsed: ParsedQuery, generation: Generation, total: int, deadline: float | None = None
) -> str | None:
    """Return the query with misspelt words replaced, if that finds more; else None.

    ``total`` is how many documents the query itself found (0 if it had to be relaxed), before
    any facets. Everything but the replaced words stays as typed. Raises SearchTimeout.
    """
    if total >= PLENTY:
        return None
    evaluation = Evaluation(generation, scored=False, deadline=deadline)
    replacements = []
    for word, count in _doubtful(parsed, evaluation):
        evaluation.check_deadline()
        better = _better(fold(word.text), count, generation)
        if better is not None:
            replacements.append((word, surface(better.term, generation).text))
    if not replacements:
        return None
    text = parsed.text
    for word, written in sorted(replacements, key=lambda item: item[0].start, reverse=True):
        text = text[: word.start] + _cased(written, word.text) + text[word.end :]
    corrected = answer(parse(text, parsed.analyzers), generation, False, deadline)
    found = 0 if corrected.relaxed else len(corrected.matches.docs)
    return text.strip() if found > total else None


def near(word: str, generation: Generation, distance: int) -> list[Candidate]:
    """Return the words of the archive within a distance of a folded word, the best first."""
    found: list[Candidate] = []
    for beginning in _beginnings(word):
        lexicon = _lexicon(beginning, generation)
        likely = _likely(lexicon, word, distance)
        distances = _distances(lexicon.codes[likely], lexicon.lengths[likely], word, distance)
        for at in np.flatnonzero(distances <= distance):
            index = likely[at]
            term, frequency = lexicon.terms[index], int(lexicon.frequencies[index])
            if term != word:
                found.append(Candidate(term, int(distances[at]), frequency))
    # One more slip has to be paid for by ten times as many documents, another first letter too.
    return sorted(
        found,
        key=lambda each: (
            each.distance + (each.term[0] != word[0]) - np.log10(each.frequency),
            each.term,
        ),
    )


def _doubtful(parsed: ParsedQuery, evaluation: Evaluation) -> list[tuple[QueryWord, int]]:
    """Return the words that hardly any document has, with the number of those, rarest first."""
    doubtful = []
    for word in parsed.words:
        folded = fold(word.text)
        if MIN_LENGTH <= len(folded) <= MAX_LENGTH and folded.isalpha():
            if _is_common(word.node, evaluation.generation):
                continue
            count = len(evaluation.hits(word.node).docs)
            if count <= RARE:
                doubtful.append((word, count))
    return sorted(doubtful, key=lambda item: (item[1], item[0].start))[:MAX_CORRECTED]


def _is_common(node: query.Query, generation: Generation) -> bool:
    """Tell, without evaluating it, whether more than a few documents have a word."""
    # The postings are those that the search has just read.
    return any(len(generation.postings(*each).docs) > RARE for each in _terms(node))


def _terms(node: query.Query) -> Iterator[tuple[str, str]]:
    """Yield fields and terms that documents are found under that have a word."""
    match node:
        case Word(forms=forms, fields=fields):
            for suffix, found in forms.items():
                for form in found:
                    yield from ((f"{field}_{suffix}", form) for field in reversed(fields))
        case Quoted(words=(word,), fields=fields):
            yield from ((field, word) for field in reversed(fields))


def _better(word: str, count: int, generation: Generation) -> Candidate | None:
    for candidate in near(word, generation, 1 if len(word) < 6 else 2):
        if candidate.frequency > max(count * MORE_COMMON, 1) or (not count):
            return candidate
    return None


def _beginnings(word: str) -> list[str]:
    return list(dict.fromkeys([word[0], word[1], *("h" if word[0] in "aeiouy" else "")]))


_known: WeakKeyDictionary[Generation, dict[str, Lexicon]] = WeakKeyDictionary()
_lock = Lock()


def _lexicon(beginning: str, generation: Generation) -> Lexicon:
    with _lock:
        lexicons = _known.setdefault(generation, {})
    if beginning not in lexicons:
        lexicons[beginning] = _read(beginning, generation)
    return lexicons[beginning]


def _read(beginning: str, generation: Generation) -> Lexicon:
    counts: Counter[str] = Counter()
    for field in ("title", "body"):
        for term, count in generation.terms(field, beginning, MAX_TERMS):
            if MIN_LENGTH - 1 <= len(term) <= MAX_LENGTH and term.isalpha():
                counts[term] = max(counts[term], count)
    terms = list(counts)
    codes = np.zeros((len(terms), MAX_LENGTH), np.uint32)
    if terms:
        flat = np.array(terms, dtype=f"<U{MAX_LENGTH}")
        codes = flat.view(np.uint32).reshape(len(terms), MAX_LENGTH)
    lengths = np.count_nonzero(codes, axis=1).astype(np.int32)
    letters = np.fromiter(map(_letters, terms), np.uint64, len(terms))
    return Lexicon(terms, codes, lengths, letters, np.fromiter(counts.values(), np.int32))


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bit = 1 << (ord(letter) * 2 % 64)
        bits |= bit << 1 if bits & bit else bit
    return bits


def _likely(lexicon: Lexicon, word: str, distance: int) -> NDArray[np.intp]:
    """Return the words whose length and letters do not rule them out."""
    differing = np.bitwise_count(lexicon.letters ^ np.uint64(_letters(word)))
    return np.flatnonzero(
        (np.abs(lexicon.lengths - len(word)) <= distance) & (differing <= 2 * distance)
    )


def _distances(codes: Codes, lengths: NDArray[np.int32], word: str, most: int) -> NDArray[np.int8]:
    """Return the optimal string alignment distance from ``word`` to each row of ``codes``.

    Distances above ``most`` may come out as any number above it; lengths differ by no more. The
    usual table, of which one row holds the distances of a beginning of ``word`` to all
    beginnings of every candidate at once; those that differ in length by more than ``most`` are
    not looked at (Ukkonen, "Algorithms for approximate string matching", 1985).
    """
    count, width = len(codes), min(codes.shape[1], len(word) + most)
    # A column of the table is contiguous, and so is what it is compared with.
    columns = np.ascontiguousarray(codes[:, :width].T)
    far = np.full((width + 1, count), most + 1, np.int8)
    before, last = far, far.copy()
    for j in range(min(most, width) + 1):
        last[j] = j
    for i, letter in enumerate(word, 1):
        row = far.copy()
        if i <= most:
            row[0] = i
        for j in range(max(1, i - most), min(width, i + most) + 1):
            cost = np.minimum(last[j], row[j - 1]) + np.int8(1)
            np.minimum(cost, last[j - 1] + (columns[j - 1] != ord(letter)), out=cost)
            if i > 1 and j > 1:
                swapped = columns[j - 2] == ord(letter)
                swapped &= columns[j - 1] == ord(word[i - 2])
                np.minimum(cost, before[j - 2] + np.int8(1), out=cost, where=swapped)
            row[j] = cost
        before, last = last, row
    return last[lengths, np.arange(count)]


def _cased(written: str, typed: str) -> str:
    if len(typed) > 1 and typed.isupper():
        return written.upper()
    return written.capitalize() if typed[:1].isupper() else written
