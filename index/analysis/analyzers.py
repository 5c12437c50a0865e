"""One analyzer per language: tokens to the terms under which documents are found."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import Stemmer

from index.analysis import arabic, inflection
from index.analysis.folding import fold
from index.analysis.stop_words import stop_words
from index.analysis.tokenizer import CHUNK, Token, analyse_chunk, word_token
from index.document import Span

# ISO 639-1 codes to Snowball algorithms.
_ALGORITHMS: Final = {
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
_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "hr": "sr", "bs": "sr", "sh": "sr"}
_RTL: Final = frozenset({"ar", "fa", "he", "iw", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"})

UNDETERMINED: Final = "und"
ANALYZERS: Final[tuple[str, ...]] = (*_ALGORITHMS, UNDETERMINED)
"""The suffixes of all analyzers: ISO 639-1 codes, and ``und`` for every other language."""

PART_GAP: Final = 100
"""Positions between parts of a text in different languages: no phrase reaches across."""

_MAX_ENTRIES: Final = 65_536
_MAX_FORMS: Final = 16_384
_MAX_CACHED: Final = 40

# Words that are their own folded form, as their stems are.
_PLAIN: Final = re.compile("[a-z]{1,100}")
_NUMERAL: Final = re.compile("[0-9][0-9.]{0,99}")

_local = threading.local()


def _stem(algorithm: str, word: str) -> str:
    """Stem with this thread's stemmer: PyStemmer's objects must not be shared."""
    stemmers: dict[str, Callable[[str], str]] | None = getattr(_local, "stemmers", None)
    if stemmers is None:
        stemmers = _local.stemmers = {}
    stem = stemmers.get(algorithm)
    if stem is None:
        stem = stemmers[algorithm] = Stemmer.Stemmer(algorithm, 0).stemWord
    return stem(word)


def _stem_all(algorithm: str | None, words: list[str]) -> list[str]:
    found: list[str] = Stemmer.Stemmer(algorithm, 0).stemWords(words)
    return found


class _Entry(NamedTuple):
    """A chunk analysed: its terms with their relative positions."""

    positions: int
    exact: tuple[tuple[str, int], ...]
    stems: tuple[tuple[str, int], ...]


class Analyzer:
    """What is done to the words of one language. Obtained from ``analyzer()``; thread-safe.

    ``suffix`` names the pair of fields that holds its terms; ``language`` is what was asked for.
    """

    def __init__(self, suffix: str) -> None:
        self.language = suffix
        self.suffix = suffix
        self._algorithm = _ALGORITHMS.get(suffix)
        self._stop_words, self._folded_stop_words = stop_words(suffix)
        self._forms: dict[str, tuple[str, ...]] = {}
        self._entries: dict[str, _Entry] = {}

    def is_stop(self, token: Token) -> bool:
        """Tell whether the token is a function word of this language, or an elision."""
        if token.kind == "word":
            if token.normal in self._stop_words:
                return True
            return token.normal == token.folded and token.folded in self._folded_stop_words
        return token.kind == "elision"

    def forms(self, token: Token) -> tuple[str, ...]:
        """Return the terms of a token in the stemmed fields: none for a function word.

        The first is stem(normal), with its accents; then fold(stem(folded)) where it differs,
        so that neither accents nor inflection hide a word. Numbers and pairs of characters
        are their own form.
        """
        if token.kind in ("number", "cjk"):
            return (token.folded,)
        if self.is_stop(token):
            return ()
        known = self._forms.get(token.normal)
        if known is not None:
            return known
        forms = tuple(dict.fromkeys(form for form in self._stems(token) if form))
        if len(self._forms) >= _MAX_FORMS:
            self._forms.clear()
        self._forms[token.normal] = forms
        return forms

    def _stems(self, token: Token) -> Iterator[str]:
        parts = token.normal.split("-") if token.kind == "compound" else [token.normal]
        yield from self._stems_of("".join(parts), token.folded)
        if len(parts) > 1:
            # Each part has an inflection of its own: accord-cadre, accords-cadres.
            yield "".join(next(self._stems_of(part, fold(part))) for part in parts)
            yield "".join(next(self._stems_of(fold(part), fold(part))) for part in parts)

    def _stems_of(self, normal: str, folded: str) -> Iterator[str]:
        if self._algorithm is None:
            yield normal
            yield folded
        elif self.suffix == "ar":
            yield from arabic.stems(folded)
        else:
            stem = _stem(self._algorithm, normal)
            yield stem
            if normal == folded and stem.isascii():
                # The same again.
                yield from self._further_stems(normal)
                return
            yield fold(_stem(self._algorithm, folded))
            for word in (normal, folded):
                yield from self._further_stems(word)

    def _further_stems(self, word: str) -> Iterator[str]:
        """Yield the stems that Snowball alone does not find, folded."""
        assert self._algorithm is not None
        base = inflection.BASES.get(self.suffix)
        if base is not None and (singular := base(word)):
            yield fold(_stem(self._algorithm, singular))
        if self.suffix in inflection.STEMMED_TWICE:
            yield fold(_stem(self._algorithm, _stem(self._algorithm, word)))

    def forms_of(self, normals: Sequence[str]) -> list[tuple[str, ...]]:
        """Return ``forms`` of many words by their ``Token.normal``, none being an elision.

        What ``forms(word_token(normal))`` gives, several times as quickly for plain words.
        """
        found: list[tuple[str, ...]] = [()] * len(normals)
        plain = []
        for at, normal in enumerate(normals):
            if self._algorithm and self.suffix != "ar" and _PLAIN.fullmatch(normal):
                if normal not in self._stop_words and normal not in self._folded_stop_words:
                    plain.append(at)
            elif _NUMERAL.fullmatch(normal):
                found[at] = (normal,)
            else:
                found[at] = self.forms(word_token(normal))
        stems = _stem_all(self._algorithm, [normals[at] for at in plain]) if plain else []
        further = self.suffix in inflection.BASES or self.suffix in inflection.STEMMED_TWICE
        for at, stem in zip(plain, stems, strict=True):
            rest = self._further_stems(normals[at]) if further else ()
            found[at] = tuple(dict.fromkeys(form for form in (stem, *rest) if form))
        return found

    def entry(self, surface: str) -> _Entry:
        """Return the terms of one chunk of a text; short chunks are kept."""
        entry = self._entries.get(surface)
        if entry is None:
            chunk = analyse_chunk(surface)
            entry = _Entry(
                chunk.positions,
                tuple((token.folded, token.position) for token in chunk.tokens),
                tuple(
                    (form, token.position) for token in chunk.tokens for form in self.forms(token)
                ),
            )
            if len(surface) <= _MAX_CACHED:
                if len(self._entries) >= _MAX_ENTRIES:
                    self._entries.clear()
                self._entries[surface] = entry
        return entry


@cache
def _of_suffix(suffix: str) -> Analyzer:
    return Analyzer(suffix)


@lru_cache(maxsize=1024)
def analyzer(language: str) -> Analyzer:
    """Return the analyzer of a language (ISO 639-1, region ignored), ``und`` for all others.

    Also accepts a suffix of ``ANALYZERS``. The same object for the same suffix.
    """
    code = language.lower().replace("_", "-").partition("-")[0]
    code = _SAME.get(code, code)
    return _of_suffix(code if code in _ALGORITHMS else UNDETERMINED)


def direction(language: str) -> str:
    """Return ``rtl`` for a language written from right to left, else ``ltr``."""
    return "rtl" if language.lower().replace("_", "-").partition("-")[0] in _RTL else "ltr"


class AnalysedText(NamedTuple):
    """The terms of a text with their positions, ascending.

    ``exact`` are folded words; ``stems`` are keyed by analyzer suffix, then term. ``length`` is
    the number of positions, function words included, gaps between parts not.
    """

    exact: dict[str, list[int]]
    stems: dict[str, dict[str, list[int]]]
    length: int


def analyse(text: str, parts: Sequence[tuple[Span, str]] = ()) -> AnalysedText:
    """Analyse a text, each of its parts in its own language (``und`` when there are none).

    The parts should cover the text: what lies in none is not indexed. Positions run on from one
    part to the next with a gap of ``PART_GAP``.
    """
    exact: dict[str, list[int]] = {}
    stems: dict[str, dict[str, list[int]]] = {}
    base = length = 0
    for (start, end), language in parts or ((Span(0, len(text)), UNDETERMINED),):
        part_analyzer = analyzer(language)
        terms = stems.setdefault(part_analyzer.suffix, {})
        entries, compute = part_analyzer._entries, part_analyzer.entry
        position = base
        for surface in CHUNK.findall(text, start, end):
            entry = entries.get(surface) or compute(surface)
            for term, offset in entry.exact:
                if term in exact:
                    exact[term].append(position + offset)
                else:
                    exact[term] = [position + offset]
            for term, offset in entry.stems:
                if term in terms:
                    terms[term].append(position + offset)
                else:
                    terms[term] = [position + offset]
            position += entry.positions
        length += position - base
        base = position + PART_GAP
    return AnalysedText(exact, stems, length)
