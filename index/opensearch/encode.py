"""A drafted document as what is sent to OpenSearch: tokens, columns, and what is stored.

Every position of a text is one word between spaces. What stands at one position is joined by ``|``:
the word as written, folded, and its terms in the language of that part of the text, each behind a
mark, ``/fr/``. A mark begins with what no word has, so that neither a prefix nor a fuzzy word ever
meets a term.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple, Self

import orjson

from index.analysis import ANALYZERS, CHUNK, Part, Token, analyzer, chunk_tokens
from index.calendar import DAY_SECONDS, UNDATED_SECOND, day_of
from index.document import fit
from index.facets import VALUE_FACETS, Values
from index.opensearch.mapping import facet_field
from index.segments import Draft

MAX_KEY_BYTES: Final = 512
"""Bytes of an ``_id``; words and values may be longer."""
_MAX_CACHED: Final = 200
_CACHE_SIZE: Final = 131_072


class WordList(NamedTuple):
    """A word as documents of one language write it: what is counted for the words of an index."""

    suffix: str
    normal: str
    folded: str
    kind: str

    @property
    def key(self) -> str:
        """The same as one string: it costs a fraction to send from a worker, and to count."""
        return "\0".join(self)

    @classmethod
    def of(cls, key: str) -> Self:
        """Return what a key stands for."""
        return cls(*key.split("\0"))


class Encoded(NamedTuple):
    """A document ready to be sent, with what is counted of it.

    ``source`` is JSON without ``place`` and ``hash``, and ends with a brace. ``titled`` and
    ``words`` are the keys of the distinct words of title and body. ``embargo`` is the second since
    1970 until which nobody may find it, 0 without one.
    """

    id: str
    source: bytes
    titled: frozenset[str]
    words: frozenset[str]
    facets: Sequence[Values]
    embargo: int


def term(suffix: str, form: str) -> str:
    """Return a term of an analyzer as it is indexed."""
    return f"/{suffix}/{fit(form)}"


def entry_key(name: str) -> str:
    """Return the ``_id`` of a word or value: its name, or a digest of a long one."""
    encoded = name.encode()
    if len(encoded) <= MAX_KEY_BYTES and not name.startswith("#"):
        return name
    return "#" + blake2b(encoded, digest_size=20).hexdigest()


def key_term(digest: int) -> str:
    """Return a digest of ``index.store.key_digest`` as it is indexed."""
    return format(digest, "x")


class Forms:
    """The terms of words in the language of one analyzer; those of many are made together."""

    def __init__(self, suffix: str) -> None:
        self._analyzer = analyzer(suffix)
        self._of_word: dict[str, tuple[str, ...]] = {}

    def learn(self, tokens: Iterable[Token]) -> None:
        """Make the terms of tokens."""
        known = self._of_word
        words = list(
            {
                token.normal
                for token in tokens
                if token.normal not in known and token.kind != "elision"
            }
        )
        if len(known) + len(words) > _CACHE_SIZE:
            known.clear()
        known.update(zip(words, self._analyzer.analyse_words(words).forms, strict=True))

    def of(self, token: Token) -> tuple[str, ...]:
        """Return the terms of a token."""
        if token.kind == "elision":
            return ()
        forms = self._of_word.get(token.normal)
        return self._analyzer.forms(token) if forms is None else forms


@cache
def forms_of(suffix: str) -> Forms:
    """Return the terms of an analyzer."""
    return Forms(suffix)


class _Chunk(NamedTuple):
    text: str
    positions: int
    words: tuple[str, ...]


_chunks: dict[tuple[str, str], _Chunk] = {}


def _encode_chunk(suffix: str, surface: str) -> _Chunk:
    known = _chunks.get((suffix, surface))
    if known is not None:
        return known
    chunk = chunk_tokens(surface)
    at: list[dict[str, None]] = [{} for _ in range(chunk.positions)]
    words = []
    forms = forms_of(suffix)
    for token in chunk.tokens:
        at[token.position][fit(token.folded)] = None
        words.append(WordList(suffix, token.normal, fit(token.folded), token.kind).key)
    for token in chunk.tokens:
        for form in forms.of(token):
            at[token.position][term(suffix, form)] = None
    made = _Chunk(" ".join(map("|".join, at)), chunk.positions, tuple(words))
    if len(surface) <= _MAX_CACHED:
        if len(_chunks) >= _CACHE_SIZE:
            _chunks.clear()
        _chunks[suffix, surface] = made
    return made


_Divided = list[tuple[str, list[str]]]
"""The parts of a text: the suffix of an analyzer, and chunks."""


def _divided(parts: Sequence[Part]) -> _Divided:
    return [(ANALYZERS[part.suffix], CHUNK.findall(part.data.decode())) for part in parts]


class _Text(NamedTuple):
    parts: list[str]
    length: int
    words: frozenset[str]


def _encode_text(parts: _Divided) -> _Text:
    texts = []
    length = 0
    words: set[str] = set()
    for suffix, surfaces in parts:
        encoded = [_encode_chunk(suffix, surface) for surface in surfaces]
        texts.append(" ".join([chunk.text for chunk in encoded if chunk.positions]))
        length += sum([chunk.positions for chunk in encoded])
        words.update(*[chunk.words for chunk in encoded])
    return _Text(texts, length, frozenset(words))


def _encode(draft: Draft, titled: _Divided, written: _Divided) -> Encoded:
    record = draft.record
    title, body = _encode_text(titled), _encode_text(written)
    used = {ANALYZERS[part.suffix] for part in (*draft.title, *draft.body)}
    source: dict[str, Any] = {
        "id": record.id,
        "title": title.parts,
        "body": body.parts,
        "analyzer": ANALYZERS[draft.title[0].suffix],
        "analyzers": sorted(used),
        "head": b64encode(record.packed.head).decode(),
        "text": [piece.decode() for piece in record.packed.text],
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
        if record.inferred:
            source["inferred"] = True
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
    """Return what is sent of documents; the more there are, the less each costs."""
    divided = [(draft, _divided(draft.title), _divided(draft.body)) for draft in drafts]
    new: dict[str, set[str]] = {}
    for _, *texts in divided:
        for suffix, surfaces in chain(*texts):
            new.setdefault(suffix, set()).update(surfaces)
    for suffix, distinct in new.items():
        unknown = (surface for surface in distinct if (suffix, surface) not in _chunks)
        forms_of(suffix).learn(
            token for surface in unknown for token in chunk_tokens(surface).tokens
        )
    return [_encode(*one) for one in divided]
