"""Expressions of themes in a text: where they stand, and how they stand there.

The words of an expression must stand side by side, stop words aside, each in one of its written
forms. Nothing is stemmed here: words that only share a stem are other words.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from index.analysis import Folded, composed, fold_key
from index.document import Span
from index.vocabularies import (
    ONE_WORD,
    Expression,
    ThemeVocabulary,
    bases,
    exact_forms,
    without_endings,
    without_prefixes,
    words_of,
    written_forms,
)

_NAME, _BEGINS = b"\1", b"\2"
"""What masks the words of a name, and those of one that a hyphen joins to more (``EU-Recht``): a
longer expression may begin there.
"""
TRAP = ""
"""The theme of phrases that are evidence for none."""


class Pattern(NamedTuple):
    """An expression as it is matched: the forms of each of its words that is not a stop word."""

    forms: tuple[frozenset[str], ...]
    theme: str
    family: str
    """The theme at the top."""
    expression: Expression
    weight: float
    key: str
    """What an expression and its other forms have in common."""
    capitals: bool = False
    accented: str = ""
    """The word as it is spelt, in lower case, where the folded one does not say enough."""
    compound: bool = False
    """Whether it is the first part of a German compound, which says less than the last."""
    part: tuple[int, int] | None = None
    """The letters of a German compound that it stands for."""
    noun: bool = False
    """Whether it is a German noun, which is another word in small letters (*betrug*, *Betrug*)."""

    @property
    def strict(self) -> bool:
        """Whether the spelling of a word in ASCII may make it another one."""
        return self.capitals or self.noun or self.keeps_accents

    @property
    def is_name(self) -> bool:
        """Whether the expression may be a whole name: *Libération* is not *libération*."""
        return not self.expression.text[:1].islower()

    @property
    def keeps_accents(self) -> bool:
        """Whether a word without the accents is another one, not merely one that lost them.

        *Incendie* is not *incendié*, *Hubschrauber* no *Räuber*, and *geraten* no *Geräten*.
        """
        if self.part:
            return not self.accented.isascii()
        return self.accented != self.accented.translate(_UMLAUTS) or self.accented.endswith("é")


class Hit(NamedTuple):
    """An expression in a text: the indexes of its first and last word.

    A negation before it takes most of its weight.
    """

    first: int
    last: int
    pattern: Pattern
    negated: bool


def span_of(folded: Folded, first: int, last: int) -> Span:
    """Return the characters from one word of a text to another."""
    return folded.span(folded.starts[first], folded.starts[last] + len(folded.words[last]))


def find_expressions(
    text: str,
    folded: Folded,
    language: str,
    covered: Sequence[tuple[int, int]],
    vocabulary: ThemeVocabulary,
) -> list[Hit]:
    """Return the expressions in a text, in order; ``covered`` are folded ranges of names.

    What stands within a name is none, but a whole name may be one (*Guardia Civil*). The places of
    hits are words, since the characters of most are never asked for.
    """
    words, starts = folded.words, folded.starts
    lexicon = _lexicon(language, vocabulary)
    masked = bytearray(len(words))
    last_of_name: dict[int, int] = {}
    for start, end in covered:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        mark = _BEGINS if text.startswith("-", folded.span(start, end).end) else _NAME
        masked[first:last] = mark * (last - first)
        last_of_name[first] = last - 1
    negations = vocabulary.negations.get(language, frozenset())
    stop_words, arabic = lexicon.stop_words, language == "ar"
    hits: list[Hit] = []
    traps: list[tuple[int, int]] = []
    begun = list(map(lexicon.__getitem__, words))
    indexes = compress(range(len(words)), begun)
    for index, (alone, following, spelt, strict) in zip(indexes, filter(None, begun), strict=True):
        found: Sequence[tuple[Pattern, int]] = ()
        name = 0
        if masked[index]:
            name = last_of_name.get(index, 0)
            if not name and masked[index] != _BEGINS[0]:
                continue
            if name != index:
                alone, spelt = (), False
            if name > index and following:
                found = lexicon.whole(words, index, name, following)
        if following and masked[index] != _NAME[0]:
            second = index + 1
            if masked[second] or words[second] in stop_words:
                second = lexicon.next(words, masked, index)
            second_word = words[second]
            if second_word in following or (arabic and _continues(following, second_word)):
                found = [*found, *lexicon.longer(words, masked, second, following)]
        if spelt:
            word = words[index]
            start, end = folded.spelt_span(starts[index], starts[index] + len(word))
            surface = text[start:end]
            if strict or not surface.isascii():
                alone = lexicon.as_spelt(word, surface, alone)
        if name:
            alone = tuple(pattern for pattern in alone if pattern.is_name)
        if not (found or alone):
            continue
        negated = words[index - 1] in negations or words[index - 2] in negations
        if found:
            traps += [(index, last) for pattern, last in found if pattern.theme == TRAP]
            hits += [
                Hit(index, last, pattern, negated)
                for pattern, last in found
                if pattern.theme != TRAP
            ]
        for pattern in alone:
            # Twice as fast as Hit(...), and there are many.
            hits.append(tuple.__new__(Hit, (index, index, pattern, negated)))
    if not traps:
        return hits
    return [
        hit
        for hit in hits
        if not any(
            trap != (hit.first, hit.last) and trap[0] <= hit.first and hit.last <= trap[1]
            for trap in traps
        )
    ]


def _is_spelt(pattern: Pattern, surface: str) -> bool:
    if pattern.capitals:
        return surface.isupper()
    if pattern.noun and surface[:1].islower() and not pattern.compound:
        return False
    if pattern.part:
        surface = surface.translate(_TWO_LETTERS)[slice(*pattern.part)]
    elif pattern.accented.endswith("é") and not surface.isupper():
        end = len(pattern.accented)
        return surface[end - 1 : end] == "é" and _same_accents(pattern.accented, surface)
    plain = surface.isascii() and not pattern.keeps_accents
    return plain or _same_accents(pattern.accented, surface)


def _same_accents(word: str, surface: str) -> bool:
    """Return whether the accents of a word are those of an expression, as far as both go.

    French ``élève`` is not ``élevé``, German ``Burger`` is not ``Bürger``, Arabic ``أمام`` is not
    ``إمام``. A word in capitals, or without any accents, may have lost them, and the last letter
    may be an ending. Plurals differ: German ``Unfälle`` are of ``Unfall`` (but ``Zahlungen`` not of
    ``Zählung``), Portuguese ``explosões`` of ``explosão``.
    """
    carriers = [letter for letter in word if letter in _HAMZA]
    if carriers:
        others = [letter for letter in surface if letter in _HAMZA]
        return not others or others[: len(carriers)] == carriers
    if surface.isupper():
        return True
    written = surface.lower()
    if written[len(word) :] in _UMLAUT_PLURALS and all(
        letter in (own, own.translate(_UMLAUTS)) for own, letter in zip(written, word, strict=False)
    ):
        return True
    start = not surface.islower() and surface[:1].isascii()  # a capital may have lost its accent
    size = min(len(word.removesuffix("ão")), len(word) - 1, len(written) - 1)
    return word[start:size] == written[start:size]


def _says_more(word: str) -> bool:
    """Return whether the spelling of a word can tell it from another of the same folded form."""
    carriers = any(letter in _HAMZA for letter in word)
    return word.isalpha() and (carriers or word.lower() != word.upper())


_HAMZA = "أإآ"
_TWO_LETTERS = str.maketrans({"ß": "ss", "ẞ": "SS", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that folding makes two of; parts of compounds are those of the folded word."""
_UMLAUTS = str.maketrans("äöü", "aou")
_UMLAUT_PLURALS = frozenset({"e", "en", "er", "ern"})
"""What stands behind a German noun whose vowel changes in the plural."""


# What a word may begin

_LEAST_COMPOUND_PART = 5
"""Letters that a part of a German compound has at least."""
_LONGEST_COMPOUND = 80
"""Letters beyond which a word is no compound but data: its parts would take quadratic time."""
_CACHED_WORDS = 100_000
_LONGEST_CACHED = 40
_Patterns = tuple[Pattern, ...]


_Following = dict[str, dict[int, Pattern]]


class _Begun(NamedTuple):
    """What a word may begin: patterns of this word alone, and longer ones.

    ``following`` has the longer ones by each form of their second word, and by their rank: the
    longest come first.
    """

    alone: _Patterns
    following: _Following
    spelt: bool
    """Whether the spelling of the word decides which of ``alone`` are meant."""
    strict: bool
    """Whether it does for a word in ASCII too; otherwise such a word means all."""


def _continues(following: _Following, arabic: str) -> bool:
    """Return whether a pattern has as its second word an Arabic one, with prefixes or without."""
    return not following.keys().isdisjoint(without_prefixes(arabic))


class _Lexicon(dict[str, _Begun | None]):
    """What each folded word of a language may begin; None: no expression.

    Most words begin none, and of the longer patterns that a word begins only those are tried that
    the next word continues.
    """

    def __init__(self, language: str, vocabulary: ThemeVocabulary) -> None:
        super().__init__()
        self._language = language
        self.stop_words = vocabulary.stop_words.get(language, frozenset())
        self._by_form = _by_form(language, vocabulary, self.stop_words)
        self._as_spelt: dict[tuple[str, str], _Patterns] = {}

    def __missing__(self, word: str) -> _Begun | None:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        patterns = () if word in self.stop_words else self._patterns(word)
        begun = self._begun(patterns) if patterns else None
        if len(word) <= _LONGEST_CACHED:
            self[word] = begun
        return begun

    def _begun(self, patterns: _Patterns) -> _Begun:
        following: _Following = defaultdict(dict)
        for rank, pattern in enumerate(patterns):
            for form in pattern.forms[1] if len(pattern.forms) > 1 else ():
                following[form][rank] = pattern
        alone = tuple(
            pattern for pattern in patterns if len(pattern.forms) == 1 and pattern.theme != TRAP
        )
        spelt = any(pattern.accented for pattern in alone)
        strict = any(pattern.accented and pattern.strict for pattern in alone)
        return _Begun(alone, dict(following), spelt, strict)

    def _patterns(self, word: str) -> _Patterns:
        if self._language == "ar":
            found = {
                id(pattern): pattern
                for form in without_prefixes(word)
                for pattern in self._by_form[form]
            }
            return tuple(sorted(found.values(), key=lambda each: -len(each.forms)))
        patterns = self._by_form[word]
        may_be_compound = 2 * _LEAST_COMPOUND_PART < len(word) <= _LONGEST_COMPOUND
        if not patterns and self._language == "de" and may_be_compound:
            return self._compound(word)
        return patterns

    def _compound(self, word: str) -> _Patterns:
        """Return the patterns of a German compound: those of its last part, or of its first.

        A first part that is weak says nothing: many are none (*über* of *überspitzt*).
        """
        for start in range(3, len(word) - _LEAST_COMPOUND_PART + 1):
            if patterns := self._part(word, start, len(word)):
                return patterns
        for end in range(len(word) - 3, _LEAST_COMPOUND_PART - 1, -1):
            if patterns := self._part(word, 0, end):
                strong = (pattern for pattern in patterns if pattern.weight >= ONE_WORD)
                return tuple(pattern._replace(compound=True) for pattern in strong)
        return ()

    def _part(self, word: str, start: int, end: int) -> _Patterns:
        part = word[start:end]
        if not self._by_form.may_begin(part):
            return ()
        return tuple(
            pattern._replace(part=(start, end))
            for pattern in self._by_form[part]
            if len(pattern.forms) == 1 and not pattern.capitals and not pattern.expression.exact
        )

    def as_spelt(self, word: str, surface: str, patterns: _Patterns) -> _Patterns:
        """Return those patterns of a word alone that are spelt as it is in the text."""
        found = self._as_spelt.get((word, surface))
        if found is None:
            if len(self._as_spelt) >= _CACHED_WORDS:
                self._as_spelt.clear()
            spelt = composed(surface)
            found = tuple(p for p in patterns if not p.accented or _is_spelt(p, spelt))
            if len(surface) <= _LONGEST_CACHED:
                self._as_spelt[word, surface] = found
        return found

    def longer(
        self, words: Sequence[str], masked: Sequence[int], second: int, following: _Following
    ) -> list[tuple[Pattern, int]]:
        """Return the patterns whose second word stands there, with their last words."""
        found = []
        for pattern in self._continued(following, words[second]):
            last = second
            for forms in pattern.forms[2:]:
                last = self.next(words, masked, last)
                if not last or not self._is_form(words[last], forms):
                    break
            else:
                found.append((pattern, last))
        return found

    def whole(
        self, words: Sequence[str], index: int, last: int, following: _Following
    ) -> list[tuple[Pattern, int]]:
        """Return the longer patterns that stand from one word to another, as a name does."""
        free = bytes(len(words))
        second = self.next(words, free, index)
        if self._language != "ar" and words[second] not in following:
            return []
        found = self.longer(words, free, second, following)
        return [(pattern, end) for pattern, end in found if end == last and pattern.theme != TRAP]

    def next(self, words: Sequence[str], masked: Sequence[int], index: int) -> int:
        """Return the index of the next word that is no stop word; 0 if it is part of a name.

        Stop words may stand between words of a pattern, but no name of an organization. The word
        of index 0 is empty.
        """
        index += 1
        stop_words = self.stop_words
        while words[index] in stop_words and not masked[index]:
            index += 1  # a text ends with an empty word
        return 0 if masked[index] else index

    def _is_form(self, word: str, forms: frozenset[str]) -> bool:
        return word in forms or (
            self._language == "ar" and not forms.isdisjoint(without_prefixes(word))
        )

    def _continued(self, following: _Following, word: str) -> Iterable[Pattern]:
        """Return the patterns that have a form of a word as their second, the longest first."""
        if self._language != "ar":
            return following[word].values()
        ranked: dict[int, Pattern] = {}
        for form in without_prefixes(word):
            ranked |= following.get(form, {})
        return [ranked[rank] for rank in sorted(ranked)]


class _Lexicons(threading.local):
    """The lexicons of the vocabulary used last, by language; one set for each thread."""

    def __init__(self) -> None:
        self.vocabulary: ThemeVocabulary | None = None
        self.by_language: dict[str, _Lexicon] = {}


_LEXICONS = _Lexicons()


def _lexicon(language: str, vocabulary: ThemeVocabulary) -> _Lexicon:
    if _LEXICONS.vocabulary is not vocabulary:
        _LEXICONS.vocabulary = vocabulary
        _LEXICONS.by_language = {}
    if language not in _LEXICONS.by_language:
        _LEXICONS.by_language[language] = _Lexicon(language, vocabulary)
    return _LEXICONS.by_language[language]


class _ByForm(dict[str, _Patterns]):
    """The patterns of a language by each form of their first word, the longest first.

    Most forms stand in no text: a pattern is made when a form of its first word is looked up.
    """

    def __init__(
        self, language: str, vocabulary: ThemeVocabulary, stop_words: frozenset[str]
    ) -> None:
        super().__init__()
        self._language, self._stop_words = language, stop_words
        self._rows = [
            (id, expression)
            for id, entry in vocabulary.entries.items()
            for expression in entry.expressions.get(language, ())
        ]
        self._rows += [(TRAP, Expression(trap)) for trap in vocabulary.traps.get(language, ())]
        self._made: dict[int, Pattern | None] = {}
        begun: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
        for number, (_, expression) in enumerate(self._rows):
            first = next(_words(expression, stop_words), None)
            if first:
                begun[*first, expression.exact].append(number)
        self._numbers: dict[str, tuple[int, ...]] = {}
        """The rows by the bases of their first words."""
        for (word, plain, exact), listed in begun.items():
            numbers = tuple(listed)
            for base in {plain, *(exact_forms if exact else bases)(word, language)}:
                self._numbers[base] = self._numbers.get(base, ()) + numbers

    def may_begin(self, form: str) -> bool:
        """Say whether an expression may begin with a form: none does if not."""
        numbers = self._numbers
        return form in numbers or not numbers.keys().isdisjoint(
            without_endings(form, self._language)
        )

    def __missing__(self, form: str) -> _Patterns:
        numbers = set(self._numbers.get(form, ()))
        for base in without_endings(form, self._language):
            numbers.update(self._numbers.get(base, ()))
        if not numbers:
            return ()
        made = [self._pattern(number) for number in sorted(numbers)]
        begun = [pattern for pattern in made if pattern and form in pattern.forms[0]]
        self[form] = patterns = tuple(sorted(begun, key=lambda each: -len(each.forms)))
        return patterns

    def _pattern(self, number: int) -> Pattern | None:
        if number not in self._made:
            pattern = pattern_of(*self._rows[number], self._language, self._stop_words)
            counts = pattern.weight or pattern.theme == TRAP
            self._made.setdefault(number, pattern if counts else None)
        return self._made[number]


_by_form = lru_cache(maxsize=64)(_ByForm)


def _words(expression: Expression, stop_words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield each word of an expression that is not a stop word, as it is written and folded."""
    folded, written = fold_key(expression.text).split(), words_of(expression.text)
    if len(written) != len(folded):
        written = folded
    for word, plain in zip(written, folded, strict=True):
        if plain not in stop_words:
            yield word, plain


def _forms_of(word: str, plain: str, exact: bool, language: str) -> frozenset[str]:
    """Return the forms of a word of an expression, its folded one among them."""
    forms = (exact_forms if exact else written_forms)(word, language)
    return forms if plain in forms else forms | {plain}


def pattern_of(
    theme: str, expression: Expression, language: str, stop_words: frozenset[str]
) -> Pattern:
    """Return the pattern of an expression, which has another word than stop words."""
    forms = tuple(
        _forms_of(*word, expression.exact, language) for word in _words(expression, stop_words)
    )
    single = " " not in fold_key(expression.text)
    capitals = single and expression.text.isupper() and expression.text.isascii()
    spelt = capitals or (single and (language == "de" or not expression.text.isascii()))
    accented = expression.text.lower() if spelt else ""
    if not capitals and not _says_more(accented):
        accented = ""
    weight = expression.weight_of(len(forms))
    key = " ".join(min(each, key=lambda form: (len(form), form)) for each in forms)
    family = theme.partition("/")[0]
    noun = language == "de" and bool(accented) and expression.text[0].isupper() and not capitals
    return Pattern(forms, theme, family, expression, weight, key, capitals, accented, noun=noun)
