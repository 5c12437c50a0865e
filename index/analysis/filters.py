"""The parts of an analyzer, as Whoosh composes them: a tokenizer and token filters.

The analyzer of French is ``WordTokenizer() | ElisionFilter() | StopWordFilter("fr") |
StemFilter("fr")``; that of words as written is ``WordTokenizer() | FoldFilter()``. Tokens are
Whoosh's, with our own ``Token`` as their attribute ``word``.
"""

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Filter, Tokenizer
from whoosh.analysis import Token as WhooshToken

from index.analysis.folding import fold, normalize
from index.analysis.stemming import Stemming
from index.analysis.stop_words import stop_words
from index.analysis.tokenizer import Token
from index.analysis.tokenizer import tokenize as words_of

Stream = Iterator[Any]


class WordTokenizer(Tokenizer):  # type: ignore[misc]
    """Cuts a text into words, numbers and compounds, see ``tokenize``; ``text`` is ``normal``."""

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
        """Yield the tokens of a text; positions and characters if they are asked for.

        Without ``tokenize`` the whole text is one token: a parser asks so for ``gouv*ment``.
        """
        whole = Token(normalize(value), fold(value), 0, 0, len(value), "pattern")
        for word in words_of(value) if tokenize else (whole,):
            token = WhooshToken(positions, chars, removestops=removestops, mode=mode, **kwargs)
            token.word, token.text = word, word.normal
            if positions:
                token.pos = start_pos + word.position
            if chars:
                token.startchar, token.endchar = start_char + word.start, start_char + word.end
            yield token


class FoldFilter(Filter):  # type: ignore[misc]
    """Takes case, accents and ligatures away: words as written are looked up so."""

    def __call__(self, tokens: Stream) -> Stream:
        """Yield every token, folded."""
        for token in tokens:
            token.text = token.word.folded
            yield token


class ElisionFilter(Filter):  # type: ignore[misc]
    """Leaves out what elides: the *l* of *l'accord*."""

    def __call__(self, tokens: Stream) -> Stream:
        """Yield every token that is no elision."""
        return (token for token in tokens if token.word.kind != "elision")


class StopWordFilter(Filter):  # type: ignore[misc]
    """Leaves out the function words of a language; a word without accents may be one with."""

    def __init__(self, suffix: str) -> None:
        self._words, self._folded = stop_words(suffix)

    def is_stop_word(self, normal: str, folded: str) -> bool:
        """Tell whether a word is a function word."""
        return normal in self._words or (normal == folded and folded in self._folded)

    def __call__(self, tokens: Stream) -> Stream:
        """Yield what is no function word; the others too, as ``stopped``, where they are wanted."""
        for token in tokens:
            word = token.word
            token.stopped = word.kind == "word" and self.is_stop_word(word.normal, word.folded)
            if not (token.stopped and token.removestops):
                yield token


class StemFilter(Filter):  # type: ignore[misc]
    """Yields the forms under which a word is found, all at its position.

    The first is stem(normal), with accents; then comes fold(stem(folded)) where it differs, so
    that neither accents nor inflection hide a word. Numbers, pairs of characters of scripts
    without spaces, and patterns are their own form.
    """

    def __init__(self, suffix: str) -> None:
        self.stemming = Stemming(suffix)

    def __call__(self, tokens: Stream) -> Stream:
        """Yield each token once for each of its forms."""
        for token in tokens:
            word: Token = token.word
            if token.stopped or word.kind in ("number", "cjk", "pattern"):
                token.text = word.folded
                yield token
                continue
            for form in self.stemming.forms([word.normal], [word.folded])[0]:
                token.text = form
                yield token
