"""One analyzer per language: tokens to the terms under which documents are found."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from index.analysis.stemming import ALGORITHMS, Stemming
from index.analysis.stop_words import stop_words
from index.analysis.tokenizer import CHUNK, Token, analyse_chunk, folded_words, kind_of
from index.document import Span

_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "hr": "sr", "bs": "sr", "sh": "sr"}
_RTL: Final = frozenset({"ar", "fa", "he", "iw", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"})

UNDETERMINED: Final = "und"
ANALYZERS: Final[tuple[str, ...]] = (*ALGORITHMS, UNDETERMINED)
"""The suffixes of all analyzers: ISO 639-1 codes, and ``und`` for every other language."""

PART_GAP: Final = 100
"""Positions between parts of a text in different languages: no phrase reaches across."""

_MAX_ENTRIES: Final = 65_536
_MAX_FORMS: Final = 16_384
_MAX_CACHED: Final = 40


class Analysed(NamedTuple):
    """Many words, by place: each as it is folded, and its forms."""

    folded: list[str]
    forms: list[tuple[str, ...]]


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
        self._stemming = Stemming(suffix)
        self._stop_words, self._folded_stop_words = stop_words(suffix)
        self._forms: dict[str, tuple[str, ...]] = {}
        self._entries: dict[str, _Entry] = {}

    def is_stop(self, token: Token) -> bool:
        """Tell whether the token is a function word of this language, or an elision."""
        if token.kind == "word":
            return self._is_stop_word(token.normal, token.folded)
        return token.kind == "elision"

    def _is_stop_word(self, normal: str, folded: str) -> bool:
        return normal in self._stop_words or (
            normal == folded and folded in self._folded_stop_words
        )

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
        (forms,) = self._stemming.forms([token.normal], [token.folded])
        if len(self._forms) >= _MAX_FORMS:
            self._forms.clear()
        self._forms[token.normal] = forms
        return forms

    def analysed(self, normals: Sequence[str]) -> Analysed:
        """Analyse many words by their ``Token.normal``, none being an elision.

        What ``word_token`` and ``forms`` give for each, several times as quickly.
        """
        folded = folded_words(normals)
        forms: list[tuple[str, ...]] = [()] * len(normals)
        places = []
        for at, (normal, plain) in enumerate(zip(normals, folded, strict=True)):
            kind = kind_of(normal)
            if kind == "number" or kind == "cjk":
                forms[at] = (plain,)
            elif kind == "compound" or not self._is_stop_word(normal, plain):
                places.append(at)
        words = [normals[at] for at in places], [folded[at] for at in places]
        for at, found in zip(places, self._stemming.forms(*words), strict=True):
            forms[at] = found
        return Analysed(folded, forms)

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
    return _of_suffix(code if code in ALGORITHMS else UNDETERMINED)


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
