"""Themes of a text: by curated expressions, and by a model learned from labelled documents.

Expressions are matched by stems, word after word. Names of organizations are masked first, so that
a civil aviation body makes no transport story. A theme needs one expression of several words, or
single words that recur or stand in the title or the lead. A long text needs more evidence.
Models are trained in ``index.build``.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import Stemmer
from numpy.typing import NDArray

from index.analysis import Folded, analyzer, fold_key, fold_text, tokenize
from index.document import Span, Theme
from index.extract.organizations import OrganizationMatches
from index.vocabularies import LANGUAGES, Expression, inflected
from index.vocabularies import organizations as organization_vocabulary
from index.vocabularies import themes as theme_vocabulary

# The score of a theme

_ENOUGH = 2.0
"""The score that a theme needs, and the weight of an expression of several words."""
_WEAK = 0.5
"""The weight of a weak expression."""
_LEAD = 400
"""Characters below the title in which an expression weighs more."""
_MOST_WEAK = 2.0
_MOST_WEAK_EACH = 1.0
"""The most that weak expressions add up to: together, and the same one again and again."""
_CHARACTERS_A_POINT = 1_400
_MOST_NEEDED = 4.0
"""A long text needs a point for so many characters, from ``_ENOUGH`` up to this."""
_NO_ORGANIZATIONS = OrganizationMatches((), ())


def find_themes(
    text: str,
    language: str,
    folded: Folded | None = None,
    organizations: OrganizationMatches = _NO_ORGANIZATIONS,
    title_length: int = 0,
) -> tuple[Theme, ...]:
    """Return the themes of ``text`` with their evidence, parents before their children.

    ``organizations`` are those of the text: their names are masked, but some of them imply a theme.
    The first ``title_length`` characters of ``text`` are a title.
    """
    scores: dict[str, float] = defaultdict(float)
    weak: dict[str, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    evidence: dict[str, set[Span]] = defaultdict(set)
    last_end: dict[str, int] = defaultdict(int)
    needed = _ENOUGH
    if language in LANGUAGES:
        folded = folded or fold_text(text)
        needed = min(max(_ENOUGH, len(text) / _CHARACTERS_A_POINT), _MOST_NEEDED)
        for span, pattern in _matches(text, folded, language, organizations.covered):
            theme, weight = pattern.theme, pattern.weight
            if span.end <= last_end[theme]:
                continue  # within a longer expression for the same theme
            last_end[theme] = span.end
            evidence[theme].add(span)
            if weight < 1.0:
                weak[theme][pattern.stems] += weight + 0.25 * (span.start < title_length)
            elif span.start < title_length:
                scores[theme] += needed
            else:
                scores[theme] += weight + 0.5 * (span.start < title_length + _LEAD)
    for organization in organizations.organizations:
        for theme, decides in _implied().get(organization.id, ()):
            titled = any(span.start < title_length for span in organization.spans)
            scores[theme] += needed if decides or titled else 1.0 * len(organization.spans)
            evidence[theme].update(organization.spans)
    for theme, expressions in weak.items():
        total = sum(min(score, _MOST_WEAK_EACH) for score in expressions.values())
        scores[theme] += min(total, _MOST_WEAK)
    return _with_parents(
        {theme: spans for theme, spans in evidence.items() if scores[theme] >= needed}
    )


def _with_parents(evidence: Mapping[str, set[Span]]) -> tuple[Theme, ...]:
    """Return themes with their evidence, in the order of the vocabulary.

    A parent also has the evidence of its children. Themes that the vocabulary lacks are left out.
    """
    vocabulary = theme_vocabulary()
    spans: dict[str, set[Span]] = defaultdict(set)
    for theme, own in evidence.items():
        spans[theme] |= own
        parent = vocabulary.parent(theme)
        if parent:
            spans[parent] |= own
    return tuple(Theme(id, tuple(sorted(spans[id]))) for id in vocabulary.entries if id in spans)


@cache
def _implied() -> dict[str, tuple[tuple[str, bool], ...]]:
    """Return the themes that an organization implies, by its id; True: its name alone decides."""
    implied: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for id, entry in theme_vocabulary().entries.items():
        for organization in entry.organizations:
            implied[organization].append((id, True))
        for organization in entry.hinting:
            for member in _members(organization):
                implied[member].append((id, False))
    return {organization: tuple(themes) for organization, themes in implied.items()}


def _members(name: str) -> tuple[str, ...]:
    """Return the organization ids that a row names: one, or all of a kind (``kind:party``)."""
    if not name.startswith("kind:"):
        return (name,)
    kind = name.removeprefix("kind:")
    entries = organization_vocabulary().entries
    return tuple(id for id, entry in entries.items() if entry.kind == kind)


# Expressions in a text

_TRAP = ""
"""The theme of phrases that are evidence for none."""


class _Pattern(NamedTuple):
    """An expression as it is matched: its stems without stop words, its theme and its weight."""

    stems: tuple[str, ...]
    theme: str
    weight: float
    word: str
    """The folded word, if the expression has one word that is not a stop word; else empty."""
    capitals: bool
    exact: bool = False
    accented: str = ""
    """That word with its accents, in lower case."""


class _Meaning(NamedTuple):
    """The stem of a word, and the patterns that begin with the word, the longest first.

    The stem is empty for a stop word. Words that stand in no expression share one meaning.
    """

    stem: str
    patterns: tuple[_Pattern, ...] = ()


def _matches(
    text: str, folded: Folded, language: str, covered: Sequence[tuple[int, int]]
) -> list[tuple[Span, _Pattern]]:
    """Return the expressions in a text, in order; ``covered`` are folded ranges to leave out."""
    words, starts = folded.words, folded.starts
    meanings = list(map(_TOOLS.lexicons[language].__getitem__, words))
    masked = bytearray(len(words))
    for start, end in covered:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        masked[first:last] = b"\1" * (last - first)
    matches = []
    for index, (_, patterns) in enumerate(meanings):
        if not patterns or masked[index]:
            continue
        for pattern in patterns:
            last_word = _last_word(meanings, masked, index, pattern.stems)
            if last_word is None:
                continue
            span = folded.span(starts[index], starts[last_word] + len(words[last_word]))
            surface = text[span.start : span.end]
            if pattern.capitals and not surface.isupper():
                continue
            if pattern.word and not _same_accents(pattern.accented, surface):
                continue
            matches.append((span, pattern))
    traps = [span for span, pattern in matches if pattern.theme == _TRAP]
    return [
        (span, pattern)
        for span, pattern in matches
        if pattern.theme != _TRAP
        and not any(t != span and t.start <= span.start and span.end <= t.end for t in traps)
    ]


def _last_word(
    meanings: Sequence[_Meaning], masked: Sequence[int], index: int, stems: tuple[str, ...]
) -> int | None:
    """Return the index of the last word of an expression that begins at ``index``, or None.

    Stop words may stand between its words, but no name of an organization.
    """
    for stem in stems[1:]:
        index = _next(meanings, masked, index)
        if masked[index] or meanings[index].stem != stem:
            return None
    return index


def _next(meanings: Sequence[_Meaning], masked: Sequence[int], index: int) -> int:
    """Return the index of the next word that is not a stop word, or of the last word."""
    for following in range(index + 1, len(meanings)):
        if meanings[following].stem or masked[following]:
            return following
    return len(meanings) - 1


def _same_accents(word: str, surface: str) -> bool:
    """Return whether the accents of a word are those of an expression, as far as both go.

    French ``élève`` is not ``élevé``. A word in capitals, or without any accents, may have lost
    them, and the last letter may be an ending.
    """
    if surface.isascii() or not word.isalpha() or not surface.islower():
        return True
    size = min(len(word), len(surface)) - 1
    return word.isascii() or word[:size] == surface[:size]


# The meanings of words

_LONGER, _LONGER_GERMAN = 3, 5
"""Letters that an inflected form may have more than its word."""
_LEAST_COMPOUND_PART = 5
"""Letters that a part of a German compound has at least."""
_CACHED_WORDS = 100_000
_LONGEST_CACHED = 40
_STOP_WORD = _Meaning("")
_MEANINGLESS = _Meaning("?")


class _Lexicon(dict[str, _Meaning]):
    """The meanings of the folded words of a language, computed on first use."""

    def __init__(self, language: str) -> None:
        super().__init__({"": _STOP_WORD})
        self._language = language

    def __missing__(self, word: str) -> _Meaning:
        if len(self) >= _CACHED_WORDS:
            self.clear()
            self[""] = _STOP_WORD
        meaning = self._meaning(word)
        if len(word) <= _LONGEST_CACHED:
            self[word] = meaning
        return meaning

    def _meaning(self, word: str) -> _Meaning:
        stem = _stem([word], self._language)[0]
        if not stem:
            return _STOP_WORD
        patterns = _patterns(self._language).get(stem, ())
        if not patterns and self._language == "de" and len(stem) > 2 * _LEAST_COMPOUND_PART:
            patterns = _compound_patterns(stem)
        patterns = tuple(item for item in patterns if _may_begin(word, item, self._language))
        if not patterns and stem not in _all_stems(self._language):
            return _MEANINGLESS
        return _Meaning(stem, patterns)


class _Tools(threading.local):
    """Stemmers and lexicons by language; a Stemmer serves one thread."""

    def __init__(self) -> None:
        self.stemmers = {code: Stemmer.Stemmer(code, 0) for code in LANGUAGES}
        self.lexicons = {code: _Lexicon(code) for code in LANGUAGES}


_TOOLS = _Tools()


def _stem(words: Sequence[str], language: str) -> list[str]:
    """Return the stem of each word, an empty string for a stop word."""
    stemmer, stop_words = _TOOLS.stemmers[language], theme_vocabulary().stop_words[language]
    return ["" if word in stop_words else stemmer.stemWord(word) for word in words]


@cache
def _patterns(language: str) -> dict[str, tuple[_Pattern, ...]]:
    """Return the patterns of a language by their first stem, in descending order of stems."""
    patterns: dict[str, list[_Pattern]] = defaultdict(list)
    for id, entry in theme_vocabulary().entries.items():
        listed = entry.expressions.get(language, ())
        inflections = [
            expression._replace(text=text)
            for expression in listed
            for text in inflected(expression.text, language)
        ]
        seen = set()
        for number, expression in enumerate([*listed, *inflections]):
            pattern = _pattern(id, expression, language)
            if pattern and (number < len(listed) or pattern.stems not in seen):
                seen.add(pattern.stems)
                patterns[pattern.stems[0]].append(pattern)
    for phrase in theme_vocabulary().traps.get(language, ()):
        stems = tuple(filter(None, _stem(fold_key(phrase).split(), language)))
        patterns[stems[0]].append(_Pattern(stems, _TRAP, 0.0, "", False))
    return {stem: tuple(sorted(group, reverse=True)) for stem, group in patterns.items()}


def _pattern(theme: str, expression: Expression, language: str) -> _Pattern | None:
    """Return the pattern of an expression; None if it has only stop words."""
    words = fold_key(expression.text).split()
    stems_of_all = _stem(words, language)
    stems = tuple(filter(None, stems_of_all))
    if not stems:
        return None
    if len(stems) > 1:
        weight = _WEAK if expression.weak else 1.0 if expression.plain else _ENOUGH
        return _Pattern(stems, theme, weight, "", False, expression.exact)
    word = next(text for text, stem in zip(words, stems_of_all, strict=True) if stem)
    return _Pattern(
        stems,
        theme,
        _WEAK if expression.weak else 1.0,
        word,
        expression.text.isupper() and expression.text.isascii(),
        expression.exact,
        expression.text.lower() if len(words) == 1 else word,
    )


@cache
def _all_stems(language: str) -> frozenset[str]:
    groups = _patterns(language).values()
    return frozenset(stem for group in groups for pattern in group for stem in pattern.stems)


def _may_begin(word: str, pattern: _Pattern, language: str) -> bool:
    """Return whether a pattern may begin with a folded word that has the stem of its first."""
    if pattern.exact and word.rstrip("sx") != pattern.word.rstrip("sx"):
        return False
    return not pattern.word or _is_form(word, pattern.word, language)


def _is_form(form: str, word: str, language: str) -> bool:
    """Return whether ``form``, which has the stem of ``word``, is near enough to be a form of it.

    Stemmers join ``parado`` and ``para``, ``importación`` and ``importante``.
    """
    if language == "ar":
        core = word.removeprefix("ال")
        if core.endswith("ه"):
            return core in form or core[:-1] + "ت" in form
        return core[: max(3, len(core) - 1)] in form
    longest = len(word) + (_LONGER_GERMAN if language == "de" else _LONGER)
    return len(form) <= longest and form.startswith(word[: max(4, len(word) - 2)])


def _compound_patterns(stem: str) -> tuple[_Pattern, ...]:
    """Return the patterns of a German compound: those of its last part, or weakly of its first."""
    for start in range(3, len(stem) - _LEAST_COMPOUND_PART + 1):
        patterns = _part_patterns(stem[start:])
        if patterns:
            return patterns
    for end in range(len(stem) - 3, _LEAST_COMPOUND_PART - 1, -1):
        patterns = _part_patterns(stem[:end])
        if patterns:
            return tuple(pattern._replace(weight=_WEAK) for pattern in patterns)
    return ()


def _part_patterns(stem: str) -> tuple[_Pattern, ...]:
    return tuple(
        pattern._replace(word="")
        for pattern in _patterns("de").get(stem, ())
        if pattern.word and not pattern.capitals and not pattern.exact
    )


# Learned themes

Decider = Literal["curated", "learned", "either"]
Vector = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Term numbers in ascending order, and their weights."""

_READ = 20_000
"""Characters of a document that are read."""
_STRONGEST = 5
_MOST_SPANS = 20


class LearnedTheme(NamedTuple):
    """The classifier of one theme; ``weights`` has one number for each term of the model."""

    decider: Decider
    threshold: float
    bias: float
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LearnedThemes:
    """A model: ``terms`` maps a term to its number, ``idf`` has its weight.

    It applies to documents in ``languages``: those with enough labelled documents. ``version``
    changes with everything else.
    """

    version: str
    languages: frozenset[str]
    terms: Mapping[str, int]
    idf: NDArray[np.float32]
    themes: Mapping[str, LearnedTheme]

    def decide(self, text: str, language: str, curated: Sequence[Theme]) -> tuple[Theme, ...]:
        """Return the themes of a document whose expressions gave the ``curated`` ones.

        The evidence of a learned theme is the terms that weighed most for it.
        """
        if language not in self.languages:
            return tuple(curated)
        spans = term_spans(text, language)
        numbers, values = vector({term: len(places) for term, places in spans.items()}, self)
        evidence = {theme.id: set(theme.evidence) for theme in curated}
        names = list(self.terms)
        for id, theme in self.themes.items():
            if theme.decider == "curated":
                continue
            parts = theme.weights[numbers] * values
            if parts.sum() + theme.bias >= theme.threshold:
                strongest = [int(index) for index in np.argsort(-parts)[:_STRONGEST]]
                groups = [spans[names[numbers[index]]] for index in strongest if parts[index] > 0]
                places = sorted(span for group in groups for span in group)
                evidence.setdefault(id, set()).update(places[:_MOST_SPANS])
            elif theme.decider == "learned" and id in evidence:
                removed = evidence.pop(id)
                parent = theme_vocabulary().parent(id)
                if parent in evidence and evidence[parent] <= removed:
                    del evidence[parent]  # this theme was the reason for it
        return _with_parents(evidence)


def term_spans(text: str, language: str) -> dict[str, list[Span]]:
    """Return the terms of a text, as the analyzer of its language makes them, with their spans."""
    analysis = analyzer(language)
    prefix = f"{analysis.suffix}:"
    spans: dict[str, list[Span]] = {}
    for token in tokenize(text[:_READ]):
        forms = analysis.forms(token)
        if forms and token.kind != "number":
            spans.setdefault(prefix + forms[-1], []).append(Span(token.start, token.end))
    return spans


def vector(counts: Mapping[str, int], model: LearnedThemes) -> Vector:
    """Return the vector of a document from the frequencies of its terms.

    The weight of a term of frequency n is (1 + ln n) idf; the vector has length 1.
    """
    rows = sorted((model.terms[term], n) for term, n in counts.items() if term in model.terms)
    numbers = np.array([number for number, _ in rows], np.int32)
    values = 1 + np.log(np.array([max(n, 1) for _, n in rows], np.float32))
    values = (values * model.idf[numbers]).astype(np.float32)
    length = float(np.sqrt(values @ values))
    return numbers, (values / (length or 1.0)).astype(np.float32)
