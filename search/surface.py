"""Folded words with the accents that documents give them."""

from collections import Counter
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from index.analysis import analyzer
from index.analysis.tokenizer import CHUNK, Token, chunk_tokens
from index.generations import Generation
from index.heads import Head

_DOCUMENTS = 5
_CHARACTERS = 20_000
_KEPT = 10_000


class Surface(NamedTuple):
    """A word in lower case as most of a few documents write it.

    ``stop`` says that it is a stop word in the language of most of them.
    """

    text: str
    stop: bool


_known: WeakKeyDictionary[Generation, dict[str, Surface]] = WeakKeyDictionary()
_lock = Lock()


def surface(term: str, generation: Generation) -> Surface:
    """Return how a few documents, spread over those that hold a folded word, write it."""
    with _lock:
        known = _known.setdefault(generation, {})
        if term in known:
            return known[term]
    found = _read(term, generation)
    with _lock:
        if len(known) >= _KEPT:
            known.clear()
        known[term] = found
    return found


def _read(term: str, generation: Generation) -> Surface:
    for field in ("body", "title"):
        docs = generation.postings(field, term).docs
        if not len(docs):
            continue
        written: Counter[str] = Counter()
        stops = 0
        sample = docs[:: -(-len(docs) // _DOCUMENTS)].tolist()
        for doc in sample:
            head = generation.head(doc)
            text = head.title if field == "title" else _beginning(doc, head, generation)
            token = _first(term, text)
            if token is not None:
                written[token.normal] += 1
                stops += analyzer(head.language).is_stop(token)
        if written:
            best = min(written, key=lambda word: (-written[word], word))
            return Surface(best, 2 * stops > written.total())
    return Surface(term, False)


def _beginning(doc: int, head: Head, generation: Generation) -> str:
    return generation.text(doc, generation.details(doc, head))[:_CHARACTERS]


def _first(term: str, text: str) -> Token | None:
    for chunk in CHUNK.finditer(text):
        for token in chunk_tokens(chunk.group()).tokens:
            if token.folded == term:
                return token
    return None
