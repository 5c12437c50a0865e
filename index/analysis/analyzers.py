"""Analyzers: the terms of a text, one analyzer per language.

Each is a composition of Whoosh's parts. That of French is ``WordTokenizer() | ElisionFilter() |
FoldFilter() | StopWordFilter("fr") | StemFilter("fr")``; the analyzer of words as written is
``WordTokenizer() | FoldFilter()``. Tokens are Whoosh's, with our own ``Token`` as their attribute
``word``. Documents and queries go through the same filters; ``Analyzer.analyse_words`` does the
same to many words at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from whoosh.analysis import Filter, Tokenizer
from whoosh.analysis import Token as WhooshToken
from whoosh.analysis.analyzers import CompositeAnalyzer

from index.analysis.folding import fold, normalize
from index.analysis.stemming import ALGORITHMS, Stemming, stop_words
from index.analysis.tokenizer import Token, folded_words, kind_of
from index.analysis.tokenizer import tokenize as cut_words
from index.document import Span

_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "hr": "sr", "bs": "sr", "sh": "sr"}
"""Languages that are analysed as another one."""
_RTL: Final = frozenset({"ar", "fa", "he", "iw", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"})

UNDETERMINED: Final = "und"
ANALYZERS: Final[tuple[str, ...]] = (*ALGORITHMS, UNDETERMINED)
"""The suffixes of all analyzers: ISO 639-1 codes, and ``und`` for every other language."""

PART_GAP: Final = 100
"""Positions between parts of a text in different languages: no phrase reaches across."""

_MAX_FORMS: Final = 16_384

Stream = Iterator[Any]


class WordTokenizer(Tokenizer):  # type: ignore[misc]
    """Cuts a text into words, numbers and compounds (see ``tokenize``); ``text`` is ``normal``.

    In the mode ``query``, a compound is only its parts: ``porte-avions`` is two words of a phrase.
    """

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        tokenize: bool = True,
        mode: str = "",
        **kwargs: Any,
    ) -> Stream:
        """Yield the tokens of a text, with positions and characters if they are asked for.

        Without ``tokenize`` the whole text is one token, which no filter but folding changes: a
        query parser asks so for the pattern ``gouv*ment``.
        """
        whole = Token(normalize(value), fold(value), 0, 0, len(value), "pattern")
        for word in cut_words(value) if tokenize else (whole,):
            if mode == "query" and word.kind == "compound":
                continue
            token = WhooshToken(positions, chars, removestops=removestops, mode=mode, **kwargs)
            token.word, token.text = word, word.normal
            if positions:
                token.pos = start_pos + word.position
            if chars:
                token.startchar, token.endchar = start_char + word.start, start_char + word.end
            yield token


class ElisionFilter(Filter):  # type: ignore[misc]
    """Drops elided words: the *l* of *l'accord*."""

    def __call__(self, tokens: Stream) -> Stream:
        """Yield every token that is not elided."""
        return (token for token in tokens if token.word.kind != "elision")


class FoldFilter(Filter):  # type: ignore[misc]
    """Removes case, accents, ligatures and spelling variants (see ``fold``)."""

    def __call__(self, tokens: Stream) -> Stream:
        """Yield every token, folded."""
        for token in tokens:
            token.text = token.word.folded
            yield token


class StopWordFilter(Filter):  # type: ignore[misc]
    """Drops the function words of a language (see ``stop_words``)."""

    def __init__(self, suffix: str) -> None:
        self._words, self._folded = stop_words(suffix)

    def is_stop_word(self, normal: str, folded: str) -> bool:
        """Tell whether a word is a function word; without accents, it may be one with accents."""
        return normal in self._words or (normal == folded and folded in self._folded)

    def __call__(self, tokens: Stream) -> Stream:
        """Yield the other words; function words too, marked ``stopped``, if they are asked for."""
        for token in tokens:
            word = token.word
            token.stopped = word.kind == "word" and self.is_stop_word(word.normal, word.folded)
            if not (token.stopped and token.removestops):
                yield token


class StemFilter(Filter):  # type: ignore[misc]
    """Replaces a word by the forms under which it is found, all at its position.

    The first is stem(normal), with accents; then fold(stem(folded)) where it differs, so that
    neither accents nor inflection hide a word. In the mode ``query``, there is only the latter,
    which every document with the word has. Numbers, patterns and pairs of characters of scripts
    without spaces stay as they are.
    """

    def __init__(self, suffix: str) -> None:
        self.stemming = Stemming(suffix)

    def __call__(self, tokens: Stream) -> Stream:
        """Yield each token once for each of its forms."""
        for token in tokens:
            word: Token = token.word
            if token.stopped or word.kind not in ("word", "compound", "elision"):
                yield token
            elif token.mode == "query":
                token.text = fold(self.stemming.forms([word.folded], [word.folded])[0][0])
                yield token
            else:
                for form in self.stemming.forms([word.normal], [word.folded])[0]:
                    token.text = form
                    yield token


EXACT_ANALYZER: Final = CompositeAnalyzer(WordTokenizer(), FoldFilter())
"""The analyzer of words as written, the same for every language."""


class AnalysedWords(NamedTuple):
    """The folded form and the stemmed forms of words, in their order."""

    folded: list[str]
    forms: list[tuple[str, ...]]


class Analyzer:
    """The analyzer of one language; safe for threads. ``analyzer()`` returns it.

    ``suffix`` names the fields that hold its terms (``title_fr``, ``body_fr``). ``chain`` is the
    Whoosh analyzer of texts in the language.
    """

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix
        self._stops, self._stems = StopWordFilter(suffix), StemFilter(suffix)
        self.chain = WordTokenizer() | ElisionFilter() | FoldFilter() | self._stops | self._stems
        self._forms = lru_cache(_MAX_FORMS)(self._filtered)

    def is_stop(self, token: Token) -> bool:
        """Tell whether a token is a function word of the language, or elided."""
        if token.kind == "word":
            return self._stops.is_stop_word(token.normal, token.folded)
        return token.kind == "elision"

    def forms(self, token: Token) -> tuple[str, ...]:
        """Return the terms of a token in the stemmed fields: what the filters of ``chain`` yield.

        A function word has none. Of the others, the closest form comes first (see ``StemFilter``).
        """
        return self._forms(token.normal, token.folded, token.kind)

    def _filtered(self, normal: str, folded: str, kind: str) -> tuple[str, ...]:
        # Whoosh's filters say the same, for whole texts.
        if kind == "elision" or (kind == "word" and self._stops.is_stop_word(normal, folded)):
            return ()
        if kind not in ("word", "compound"):
            return (folded,)
        return self._stems.stemming.of(normal, folded)

    def analyse_words(self, normals: Sequence[str]) -> AnalysedWords:
        """Analyse many words by their ``Token.normal``; none may be elided.

        The forms are those that ``forms`` returns for each, several times faster.
        """
        folded = folded_words(normals)
        forms: list[tuple[str, ...]] = [()] * len(normals)
        stemmed = []
        for number, (normal, plain) in enumerate(zip(normals, folded, strict=True)):
            kind = kind_of(normal)
            if kind == "number" or kind == "cjk":
                forms[number] = (plain,)
            elif kind == "compound" or not self._stops.is_stop_word(normal, plain):
                stemmed.append(number)
        words = [normals[number] for number in stemmed], [folded[number] for number in stemmed]
        for number, stems in zip(stemmed, self._stems.stemming.forms(*words), strict=True):
            forms[number] = stems
        return AnalysedWords(folded, forms)


@cache
def _of_suffix(suffix: str) -> Analyzer:
    return Analyzer(suffix)


@lru_cache(maxsize=1024)
def analyzer(language: str) -> Analyzer:
    """Return the analyzer of a language: an ISO 639-1 code, with or without a region.

    Languages without a stemmer share the analyzer ``und``. The same suffix gives the same object.
    """
    code = language.lower().replace("_", "-").partition("-")[0]
    code = _SAME.get(code, code)
    return _of_suffix(code if code in ALGORITHMS else UNDETERMINED)


def forms_of(word: str, language: str) -> tuple[str, ...]:
    """Return the terms of a word in the stemmed field of a language; none of a function word."""
    return next((analyzer(language).forms(token) for token in cut_words(word)), ())


def direction(language: str) -> str:
    """Return ``rtl`` for a language written from right to left, else ``ltr``."""
    return "rtl" if language.lower().replace("_", "-").partition("-")[0] in _RTL else "ltr"


class AnalysedText(NamedTuple):
    """The terms of a text, each with its ascending positions.

    ``exact`` are words as written, folded; ``stems`` maps the suffix of an analyzer to its terms.
    ``length`` counts positions, those of function words included, gaps between parts excluded.
    """

    exact: dict[str, list[int]]
    stems: dict[str, dict[str, list[int]]]
    length: int


def analyse(text: str, parts: Sequence[tuple[Span, str]] = ()) -> AnalysedText:
    """Analyse a text as it is indexed, word by word; ``tokens`` does the same to many texts.

    ``parts`` are spans of the text with their languages; without them the language is ``und``.
    What lies in no part is not indexed. Positions continue from one part to the next after a gap
    of ``PART_GAP``.
    """
    exact: dict[str, list[int]] = defaultdict(list)
    stems: dict[str, dict[str, list[int]]] = {}
    base = length = 0
    for (start, end), language in parts or ((Span(0, len(text)), UNDETERMINED),):
        part_analyzer = analyzer(language)
        terms = stems.setdefault(part_analyzer.suffix, defaultdict(list))
        words, options = text[start:end], {"positions": True, "start_pos": base}
        positions = 0
        for token in EXACT_ANALYZER(words, **options):
            exact[token.text].append(token.pos)
            positions = max(positions, token.pos - base + 1)
        for token in part_analyzer.chain(words, **options):
            terms[token.text].append(token.pos)
        length += positions
        base += positions + PART_GAP
    return AnalysedText(exact, stems, length)
