"""One analyzer per language: tokens to the terms under which documents are found."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from whoosh.analysis import Token as WhooshToken
from whoosh.analysis.analyzers import CompositeAnalyzer

from index.analysis.filters import (
    ElisionFilter,
    FoldFilter,
    StemFilter,
    StopWordFilter,
    WordTokenizer,
)
from index.analysis.stemming import ALGORITHMS
from index.analysis.tokenizer import Token, folded_words, kind_of
from index.document import Span

_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "hr": "sr", "bs": "sr", "sh": "sr"}
_RTL: Final = frozenset({"ar", "fa", "he", "iw", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"})

UNDETERMINED: Final = "und"
ANALYZERS: Final[tuple[str, ...]] = (*ALGORITHMS, UNDETERMINED)
"""The suffixes of all analyzers: ISO 639-1 codes, and ``und`` for every other language."""

PART_GAP: Final = 100
"""Positions between parts of a text in different languages: no phrase reaches across."""

_MAX_FORMS: Final = 16_384

WRITTEN: Final = CompositeAnalyzer(WordTokenizer(), FoldFilter())
"""The analyzer of words as written, the same for every language."""


class Analysed(NamedTuple):
    """Many words, by place: each as it is folded, and its forms."""

    folded: list[str]
    forms: list[tuple[str, ...]]


class Analyzer:
    """What is done to the words of one language. Obtained from ``analyzer()``; thread-safe.

    ``suffix`` names the pair of fields that holds its terms; ``language`` is what was asked for.
    """

    def __init__(self, suffix: str) -> None:
        self.language = suffix
        self.suffix = suffix
        self._stops, self._stems = StopWordFilter(suffix), StemFilter(suffix)
        self._filters = (ElisionFilter(), self._stops, self._stems)
        self.chain = CompositeAnalyzer(WordTokenizer(), *self._filters)
        self._forms: dict[tuple[str, str], tuple[str, ...]] = {}

    def is_stop(self, token: Token) -> bool:
        """Tell whether the token is a function word of this language, or an elision."""
        if token.kind == "word":
            return self._stops.is_stop_word(token.normal, token.folded)
        return token.kind == "elision"

    def forms(self, token: Token) -> tuple[str, ...]:
        """Return the terms of a token in the stemmed fields: what the filters let through.

        None for a function word; see ``StemFilter`` for the others, the closest form first.
        """
        key = token.normal, token.kind
        forms = self._forms.get(key)
        if forms is None:
            stream: Iterator[Any] = iter([WhooshToken(word=token, text=token.normal)])
            for token_filter in self._filters:
                stream = token_filter(stream)
            forms = tuple([each.text for each in stream])
            if len(self._forms) >= _MAX_FORMS:
                self._forms.clear()
            self._forms[key] = forms
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
            elif kind == "compound" or not self._stops.is_stop_word(normal, plain):
                places.append(at)
        words = [normals[at] for at in places], [folded[at] for at in places]
        for at, found in zip(places, self._stems.stemming.forms(*words), strict=True):
            forms[at] = found
        return Analysed(folded, forms)


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
    exact: dict[str, list[int]] = defaultdict(list)
    stems: dict[str, dict[str, list[int]]] = {}
    base = length = 0
    for (start, end), language in parts or ((Span(0, len(text)), UNDETERMINED),):
        part_analyzer = analyzer(language)
        terms = stems.setdefault(part_analyzer.suffix, defaultdict(list))
        words, options = text[start:end], {"positions": True, "start_pos": base}
        positions = 0
        for token in WRITTEN(words, **options):
            exact[token.text].append(token.pos)
            positions = max(positions, token.pos - base + 1)
        for token in part_analyzer.chain(words, **options):
            terms[token.text].append(token.pos)
        length += positions
        base += positions + PART_GAP
    return AnalysedText(exact, stems, length)
