"""Folded words with the accents that documents give them."""

from index.snapshot import Snapshot


def surface(term: str, generation: Snapshot) -> str:
    """Return how most documents write a folded word, in lower case.

    Where segments differ, the one counts that has most documents with the word.
    """
    best, form = 0, term
    for segment, _ in generation.segments():
        found = segment.written.word(term)
        if found is not None and abs(found.documents) > best:
            best, form = abs(found.documents), found.form
    return form
