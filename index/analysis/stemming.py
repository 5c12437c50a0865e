"""Words to the forms under which they are found: their stems, with accents and without.

All stems of many words are made together, which is several times quicker than one by one.
"""

import threading
from collections.abc import Sequence, Set
from itertools import chain
from typing import Final

import Stemmer

from index.analysis import arabic, inflection
from index.analysis.folding import fold, fold_all

# ISO 639-1 codes to Snowball algorithms.
ALGORITHMS: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

_local = threading.local()


def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    """Return this thread's stemmer: PyStemmer's objects must not be shared."""
    stemmers: dict[str, Stemmer.Stemmer] | None = getattr(_local, "stemmers", None)
    if stemmers is None:
        stemmers = _local.stemmers = {}
    found = stemmers.get(algorithm)
    if found is None:
        found = stemmers[algorithm] = Stemmer.Stemmer(algorithm, 0)
    return found


class Stemming:
    """How the words of one language are stemmed: Snowball, and what it misses; thread-safe.

    Arabic is stemmed by rules of its own; a language without an algorithm not at all.
    """

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._arabic = suffix == "ar"
        self._algorithm = ALGORITHMS.get(suffix)

    def forms(self, normals: Sequence[str], folded: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the forms of words by their ``normal`` and ``folded``, see ``Token``.

        The first of a word is stem(normal), then comes fold(stem(folded)) where it differs.
        """
        if self._arabic:
            normals = fold_all(normals)
        whole = folded if self._arabic else [normal.replace("-", "") for normal in normals]
        compounds = {at: normal.split("-") for at, normal in enumerate(normals) if "-" in normal}
        parts = list(set(chain.from_iterable(compounds.values())))
        plain = dict(zip(parts, fold_all(parts), strict=True))
        stem, further = self._stems({*whole, *folded, *parts, *plain.values()})
        first = list(map(stem.__getitem__, whole))
        second = fold_all(list(map(stem.__getitem__, folded)))
        found: list[tuple[str, ...]] = [
            (one,) if one == other else (one, other)
            for one, other in zip(first, second, strict=True)
        ]
        more: dict[int, list[str]] = {}
        if further:
            for at, (word, flat) in enumerate(zip(whole, folded, strict=True)):
                if word in further or flat in further:
                    more[at] = [*further.get(word, ()), *further.get(flat, ())]
        for at, mine in compounds.items():
            # Each part has an inflection of its own: accord-cadre, accords-cadres.
            more.setdefault(at, []).extend(
                (
                    "".join([stem[part] for part in mine]),
                    "".join([stem[plain[part]] for part in mine]),
                )
            )
        for at, forms in more.items():
            found[at] = tuple(dict.fromkeys((*found[at], *forms)))
        if not (all(first) and all(second) and all(chain.from_iterable(more.values()))):
            found = [tuple(filter(None, forms)) for forms in found]
        return found

    def _stems(self, words: Set[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Return the first stem of each word; the others of those that have more, folded."""
        if self._arabic:
            every = {word: arabic.stems(word) for word in words}
            first = {word: stems[0] for word, stems in every.items()}
            return first, {word: [*stems[1:]] for word, stems in every.items() if len(stems) > 1}
        first = self._by_algorithm(words)
        further: dict[str, list[str]] = {}
        if bases := inflection.bases(self._suffix, words):
            stem = self._by_algorithm(set(bases.values()))
            further = {word: [fold(stem[base])] for word, base in bases.items()}
        if self._suffix in inflection.STEMMED_TWICE:
            twice = self._by_algorithm(set(first.values()))
            second = dict(zip(twice, fold_all(list(twice.values())), strict=True))
            for word, stem_of_word in first.items():
                further.setdefault(word, []).append(second[stem_of_word])
        return first, further

    def _by_algorithm(self, words: Set[str]) -> dict[str, str]:
        """Return the stem of each word that Snowball gives, the word itself without it."""
        given = list(words)
        if self._algorithm is None:
            return dict(zip(given, given, strict=True))
        return dict(zip(given, _stemmer(self._algorithm).stemWords(given), strict=True))
