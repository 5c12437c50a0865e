"""Stemming: the forms under which a word is found; and function words, which are not stemmed.

``languages.txt`` lists the Snowball stemmer and the function words of each language. The stems of
base forms that Snowball leaves apart are added (see ``inflection``), and Arabic has light stems.
All words of a text are stemmed together, which is several times faster than one by one.

Arabic light stemming follows light10 (L. S. Larkey, L. Ballesteros, M. E. Connell, "Light stemming
for Arabic information retrieval", 2007), with two changes. Where a first letter may be a particle
or belong to the root (و in وزارة, ل in لجنة), both readings are stems. Endings that light10 takes
from short names (لبنان) stay. Snowball's Arabic stemmer reads such letters one way (بيان becomes
يان) and leaves others (والأمم), so it is not used.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Sequence, Set
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

import Stemmer

from index.analysis.folding import fold, fold_all, normalize
from index.analysis.inflection import base_forms


def _read_languages() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the Snowball algorithms and the function words of ``languages.txt``, by language."""
    algorithms: dict[str, str] = {}
    words: dict[str, list[str]] = defaultdict(list)
    language = ""
    for line in Path(__file__).with_name("languages.txt").read_text("utf-8").splitlines():
        if line.startswith(" "):
            words[language] += line.split()
        elif line and not line.startswith("#"):
            language, algorithms[language] = line.split()
    return algorithms, words


ALGORITHMS, _FUNCTION_WORDS = _read_languages()
"""The Snowball algorithm of each language with a stemmer, by ISO 639-1 code."""

# Folded forms that are words of their own: على is a function word, the name علي is not.
_NOT_FOLDED = {"ar": frozenset({"علي"})}


@cache
def stop_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the function words of a language: normalised, and folded. Both may be empty.

    A word with accents is looked up in the first set, one without accents in the second: *ou* for
    *où* is a function word, *sûr* is not.
    """
    words = _FUNCTION_WORDS.get(language, [])
    folded = frozenset(map(fold, words)) - _NOT_FOLDED.get(language, frozenset())
    return frozenset(map(normalize, words)), folded


@cache
def function_words() -> frozenset[str]:
    """Return the function words of all languages, in small letters."""
    return frozenset(word.casefold() for words in _FUNCTION_WORDS.values() for word in words)


# Arabic prefixes: conjunctions, prepositions, the article. At least two letters stay, after a
# particle three: والد and وكالة have no prefix.
_ARTICLE = re.compile("^(?:ال(?=..)|(?:[وف][بك]?|[بك])ال(?=...))")
_LAM_ARTICLE = re.compile("^[وف]?لل(?=..)")
_PARTICLE = re.compile("^(?:[وف](?=...)|[بلك](?=....)|[وف][بلك](?=....))")
_CONJUNCTION = re.compile("^[وف](?=...)")
_ARABIC_SUFFIX = re.compile("(?:(?<=....)(?:ان|ون|ين|ت)|(?<=...)(?:ات|ها|هم|نا|وا|يه|ه|ي))$")


def light_stems(folded: str) -> tuple[str, ...]:
    """Return the light stems of a folded Arabic word, the likeliest first."""
    return tuple(dict.fromkeys(_without_suffixes(word) for word in _readings(folded)))


def _readings(word: str) -> list[str]:
    """Return a word without its prefixes, in each way it may be read."""
    if article := _ARTICLE.match(word):
        return [word[article.end() :]]
    if article := _LAM_ARTICLE.match(word):
        # The article vanishes between two lam: للجنة is "for the committee" or "for a garden".
        rest = word[article.end() :]
        return [rest, f"ل{rest}"]
    readings = [word]
    if conjunction := _CONJUNCTION.match(word):
        readings.append(word[conjunction.end() :])
    if particle := _PARTICLE.match(word):
        rest = word[particle.end() :]
        readings.append(_ARTICLE.sub("", rest))
    return readings


def _without_suffixes(word: str) -> str:
    previous = ""
    while previous != word:
        previous, word = word, _ARABIC_SUFFIX.sub("", word)
    return word


STEMMED_TWICE: Final = frozenset({"tr", "eu", "el"})
"""Languages of many endings: the stemmer removes one, and another in a second pass."""


_HAMZA = re.compile("(?<=.)[أإؤئ]")
_HAMZA_LANGUAGES: Final = frozenset({"ar", "fa", "und"})


_local = threading.local()


def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    """Return this thread's stemmer; threads must not share one."""
    stemmers: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer.Stemmer(algorithm, 0)
    return stemmers[algorithm]


class Stemming:
    """Stems the words of one language; safe for threads.

    In a language without an algorithm, a word is its own stem.
    """

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._arabic = suffix == "ar"
        self._algorithm = ALGORITHMS.get(suffix)
        self._simple = suffix not in {"ar", *_HAMZA_LANGUAGES, *STEMMED_TWICE}

    def of(self, normal: str, folded: str) -> tuple[str, ...]:
        """Return the forms of one word; of most, in a fraction of the time that ``forms`` takes."""
        if self._algorithm is None or not self._simple or "-" in normal:
            return self.forms([normal], [folded])[0]
        stem, bases = _stemmer(self._algorithm).stemWord, base_forms(self._suffix, (normal, folded))
        further = [fold(stem(base)) for word in (normal, folded) for base in bases.get(word, ())]
        return tuple(filter(None, dict.fromkeys((stem(normal), fold(stem(folded)), *further))))

    def forms(self, normals: Sequence[str], folded: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the forms of each word, given by its ``Token.normal`` and ``Token.folded``.

        stem(normal) comes first, then fold(stem(folded)) if it differs, then the stems of base
        forms, of other readings, and of the parts of a compound.
        """
        typed = normals
        if self._arabic:
            normals = fold_all(normals)
        whole = folded if self._arabic else [normal.replace("-", "") for normal in normals]
        compounds = {
            number: normal.split("-") for number, normal in enumerate(normals) if "-" in normal
        }
        parts = list(set(chain.from_iterable(compounds.values())))
        plain = dict(zip(parts, fold_all(parts), strict=True))
        stem, further = self._stems({*whole, *folded, *parts, *plain.values()})
        first = list(map(stem.__getitem__, whole))
        second = fold_all(list(map(stem.__getitem__, folded)))
        forms: list[tuple[str, ...]] = [
            (accented,) if accented == plain_stem else (accented, plain_stem)
            for accented, plain_stem in zip(first, second, strict=True)
        ]
        more: dict[int, list[str]] = {}
        if further:
            for number, (word, flat) in enumerate(zip(whole, folded, strict=True)):
                if word in further or flat in further:
                    more[number] = [*further.get(word, ()), *further.get(flat, ())]
        for number, word in enumerate(typed if self._suffix in _HAMZA_LANGUAGES else ()):
            if _HAMZA.search(word):
                # One form for all seats: مسؤول, مسئول.
                seatless = fold(_HAMZA.sub("ء", word))
                more.setdefault(number, []).extend(light_stems(seatless))
        for number, parts_of_word in compounds.items():
            # Each part has an inflection of its own: accord-cadre, accords-cadres.
            accented = "".join([stem[part] for part in parts_of_word])
            unaccented = "".join([stem[plain[part]] for part in parts_of_word])
            more.setdefault(number, []).extend((accented, unaccented))
            if any(part in further for part in parts_of_word):
                bases = [further.get(part, [stem[plain[part]]])[0] for part in parts_of_word]
                more[number].append("".join(bases))
        for number, others in more.items():
            forms[number] = tuple(dict.fromkeys((*forms[number], *others)))
        if not (all(first) and all(second) and all(chain.from_iterable(more.values()))):
            forms = [tuple(filter(None, forms_of_word)) for forms_of_word in forms]
        return forms

    def _stems(self, words: Set[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Return the first stem of each word, and the further stems, folded, of those with more."""
        bases = base_forms(self._suffix, words)
        if self._arabic:
            light = {word: light_stems(word) for word in words}
            first = {word: stems[0] for word, stems in light.items()}
            further = {word: [*stems[1:]] for word, stems in light.items() if len(stems) > 1}
            for word, of_word in bases.items():
                further[word] = [*light[word][1:], *chain(*map(light_stems, of_word))]
            return first, further
        first = self._by_algorithm(words)
        stem = self._by_algorithm(set(chain.from_iterable(bases.values())))
        plain = dict(zip(stem, fold_all(list(stem.values())), strict=True))
        further = {word: [plain[base] for base in of_word] for word, of_word in bases.items()}
        if self._suffix in STEMMED_TWICE:
            twice = self._by_algorithm(set(first.values()))
            second = dict(zip(twice, fold_all(list(twice.values())), strict=True))
            for word, stem_of_word in first.items():
                further.setdefault(word, []).append(second[stem_of_word])
        return first, further

    def _by_algorithm(self, words: Set[str]) -> dict[str, str]:
        """Return the Snowball stem of each word, or the word itself without an algorithm."""
        ordered = list(words)
        if self._algorithm is None:
            return dict(zip(ordered, ordered, strict=True))
        return dict(zip(ordered, _stemmer(self._algorithm).stemWords(ordered), strict=True))
