"""Folded words with the accents that documents give them."""

from collections import Counter

from index.analysis import tokenize
from index.generations import Generation

_DOCUMENTS = 3
_CHARACTERS = 20_000


def as_written(term: str, generation: Generation) -> str:
    """Return a folded word as most of a few documents that hold it write it, in lower case."""
    for field in ("title", "body"):
        written: Counter[str] = Counter()
        for doc in generation.postings(field, term).docs[:_DOCUMENTS].tolist():
            document, _ = generation.stored(doc)
            text = document.title if field == "title" else document.text[:_CHARACTERS]
            written.update(token.normal for token in tokenize(text) if token.folded == term)
        if written:
            return min(written, key=lambda word: (-written[word], word))
    return term
