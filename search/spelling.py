"""Did you mean: words of the archive that are spelt nearly like one that finds nothing.

Words are compared as the unstemmed fields have them, without case and accents, by
Damerau-Levenshtein distance (see ``index.store.spell``), as fuzzy words are.
"""

from math import log10

from whoosh import query

from index.analysis import fold
from index.document import PARTS
from index.snapshot import Snapshot
from index.store import MAX_LENGTH, Near
from search.query import (
    ParsedQuery,
    PhraseQuery,
    QueryWord,
    WordQuery,
    default_edits,
    near_words,
    parse,
)
from search.scoring import Evaluation, answer
from search.suggest import surface

MIN_LENGTH = 4
MAX_CORRECTED = 3
"""Words of one query that are looked up, the rarest first."""
RARE = 3
"""A word that so many documents have may be a slip too, if a neighbour is far more common."""
MORE_COMMON = 20
PLENTY = 20
"""Documents found with which nobody asks how a word is spelt."""


def did_you_mean(
    parsed: ParsedQuery, generation: Snapshot, total: int, deadline: float | None = None
) -> str | None:
    """Return the query with misspelt words replaced, if that finds more; else None.

    ``total`` is how many documents the query itself found (0 if it had to be relaxed), before
    any facets. Everything but the replaced words stays as typed. Raises SearchTimeout.
    """
    if total >= PLENTY:
        return None
    evaluation = Evaluation(generation, scored=False, deadline=deadline)

    def find() -> tuple[str | None, int]:
        return _corrected(parsed, evaluation, total), 500 + 4 * len(parsed.text)

    # The next page asks the same again.
    found: str | None = evaluation.words.cached(("spelling", parsed.text, total), find)
    return found


def _corrected(parsed: ParsedQuery, evaluation: Evaluation, total: int) -> str | None:
    generation = evaluation.snapshot
    replacements = []
    for word, count in _doubtful(parsed, evaluation):
        evaluation.time.check()
        better = _better(fold(word.text), count, generation)
        if better is not None:
            replacements.append((word, surface(better, generation)))
    if not replacements:
        return None
    text = parsed.text
    for word, written in sorted(replacements, key=lambda item: item[0].start, reverse=True):
        text = text[: word.start] + _cased(written, word.text) + text[word.end :]
    corrected = answer(parse(text, parsed.analyzers), generation, False, evaluation.deadline)
    found = 0 if corrected.relaxed else len(corrected.matches.docs)
    return text.strip() if found > total else None


def _ranked(word: str, generation: Snapshot) -> list[Near]:
    """Return the words that a folded word may stand for, the best first."""
    near = near_words(word, default_edits(word), generation)
    near.pop(word, None)
    # One more edit has to be paid for by ten times as many documents, another first letter too.
    return sorted(
        near.values(),
        key=lambda each: (
            each.distance + (each.term[0] != word[0]) - log10(each.frequency),
            each.term,
        ),
    )


def _doubtful(parsed: ParsedQuery, evaluation: Evaluation) -> list[tuple[QueryWord, int]]:
    """Return the words that hardly any document has, with the number of those, rarest first."""
    doubtful = []
    for word in parsed.words:
        folded = fold(word.text)
        if MIN_LENGTH <= len(folded) <= MAX_LENGTH and folded.isalpha():
            if _is_common(word.node, evaluation):
                continue
            count = len(evaluation.hits(word.node).docs)
            if count <= RARE:
                doubtful.append((word, count))
    return sorted(doubtful, key=lambda item: (item[1], item[0].start))[:MAX_CORRECTED]


def _is_common(node: query.Query, evaluation: Evaluation) -> bool:
    """Tell, where possible without evaluating it, whether more than a few documents have a word."""
    match node:
        case WordQuery(literal=word):
            if len(evaluation.words.find(node).docs) > RARE:
                return True
        case PhraseQuery(words=(word,)):
            pass
        case _:
            return False
    # Most often a word stands in some text as it was typed.
    fields = reversed(node.fields)
    return any(evaluation.snapshot.inverted_index.exceeds(field, word, RARE) for field in fields)


def _better(word: str, count: int, generation: Snapshot) -> str | None:
    """Return the best word that is much more frequent than one that so many documents have."""
    enough = max(count * MORE_COMMON, 1) if count else 0
    for candidate in _ranked(word, generation):
        if candidate.frequency > enough and any(
            generation.inverted_index.exceeds(part, candidate.term, enough) for part in PARTS
        ):
            return candidate.term
    return None


def _cased(written: str, typed: str) -> str:
    if len(typed) > 1 and typed.isupper():
        return written.upper()
    return written.capitalize() if typed[:1].isupper() else written
