"""A drafted document as what is sent to OpenSearch: tokens, columns, and what is stored.

Every position of a text is one word between spaces. What stands at one position is joined by ``|``:
the word as written, folded, and its terms in the language of that part of the text, each behind a
mark, ``/fr/``. A mark begins with what no word has, so that neither a prefix nor a fuzzy word ever
meets a term.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from index.analysis import ANALYZERS, CHUNK, Part, analyzer, chunk_tokens
from index.calendar import DAY_SECONDS, UNDATED_SECOND, day_of
from index.document import fit
from index.facets import VALUE_FACETS, Values
from index.opensearch.mapping import facet_field
from index.segments import Draft

MAX_KEY_BYTES: Final = 512
"""Bytes of an ``_id``; ids of documents may be twice as long."""
_MAX_CACHED: Final = 200
_CACHE_SIZE: Final = 131_072


class WordList(NamedTuple):
    """A word as documents of one language write it: what is counted for the words of an index."""

    suffix: str
    normal: str
    folded: str
    kind: str


class Encoded(NamedTuple):
    """A document ready to be sent, with what is counted of it.

    ``source`` is JSON without ``place`` and ``hash``, and ends with a brace. ``titled`` and
    ``words`` are the distinct words of title and body. ``embargo`` is the second since 1970 until
    which nobody may find it, 0 without one.
    """

    id: str
    source: bytes
    titled: frozenset[WordList]
    words: frozenset[WordList]
    facets: Sequence[Values]
    embargo: int


def term(suffix: str, form: str) -> str:
    """Return a term of an analyzer as it is indexed."""
    return f"/{suffix}/{fit(form)}"


def document_key(id: str) -> str:
    """Return the ``_id`` of a document: its id, or a digest of a long one."""
    encoded = id.encode()
    if len(encoded) <= MAX_KEY_BYTES and not id.startswith("#"):
        return id
    return "#" + blake2b(encoded, digest_size=20).hexdigest()


def key_term(digest: int) -> str:
    """Return a digest of ``index.store.key_digest`` as it is indexed."""
    return format(digest, "x")


class _Chunk(NamedTuple):
    text: str
    positions: int
    words: tuple[WordList, ...]


def _encode_chunk(suffix: str, surface: str) -> _Chunk:
    chunk = chunk_tokens(surface)
    at: list[dict[str, None]] = [{} for _ in range(chunk.positions)]
    words = []
    forms = analyzer(suffix).forms
    for token in chunk.tokens:
        at[token.position][fit(token.folded)] = None
        words.append(WordList(suffix, token.normal, fit(token.folded), token.kind))
    for token in chunk.tokens:
        for form in forms(token):
            at[token.position][term(suffix, form)] = None
    return _Chunk(" ".join(map("|".join, at)), chunk.positions, tuple(words))


_short_chunk = lru_cache(_CACHE_SIZE)(_encode_chunk)


class _Text(NamedTuple):
    parts: list[str]
    length: int
    words: frozenset[WordList]


def _encode_text(parts: Sequence[Part]) -> _Text:
    texts = []
    length = 0
    words: set[WordList] = set()
    for part in parts:
        suffix = ANALYZERS[part.suffix]
        encoded = [
            (_short_chunk if len(surface) <= _MAX_CACHED else _encode_chunk)(suffix, surface)
            for surface in CHUNK.findall(part.data.decode())
        ]
        texts.append(" ".join([chunk.text for chunk in encoded if chunk.positions]))
        length += sum([chunk.positions for chunk in encoded])
        words.update(*[chunk.words for chunk in encoded])
    return _Text(texts, length, frozenset(words))


def encode(draft: Draft) -> Encoded:
    """Return what is sent of a document."""
    record = draft.record
    title, body = _encode_text(draft.title), _encode_text(draft.body)
    used = {ANALYZERS[part.suffix] for part in (*draft.title, *draft.body)}
    source: dict[str, Any] = {
        "id": record.id,
        "title": title.parts,
        "body": body.parts,
        "analyzer": ANALYZERS[draft.title[0].suffix],
        "analyzers": sorted(used),
        "stored": {
            "head": record.packed.head.decode(),
            "text": [piece.decode() for piece in record.packed.text],
        },
    }
    for name, text in (("title", title), ("body", body)):
        if text.length:
            source[f"{name}_length"] = text.length
    for name, values in zip(VALUE_FACETS, record.facets, strict=True):
        if values:
            source[facet_field(name)] = [value for value, _ in values]
    if record.published != UNDATED_SECOND:
        source["day"] = _iso(record.published // DAY_SECONDS)
        source["second"] = record.published
    if record.mentioned:
        ranges = [sorted(days) for days in record.mentioned]
        source["mentioned"] = [{"gte": _iso(first), "lte": _iso(last)} for first, last in ranges]
        source["mentioned_first"] = _iso(min(first for first, _ in ranges))
        source["mentioned_last"] = _iso(max(last for _, last in ranges))
    if record.keys:
        source["keys"] = [key_term(digest) for digest in record.keys]
    if record.embargo:
        source["embargo"] = record.embargo
    made = orjson.dumps(source)
    return Encoded(record.id, made, title.words, body.words, record.facets, record.embargo)


def _iso(day: int) -> str:
    return day_of(day).isoformat()


def encode_drafts(drafts: Sequence[Draft]) -> list[Encoded]:
    """Return what is sent of documents."""
    return [encode(draft) for draft in drafts]
