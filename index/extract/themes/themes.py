"""Themes by curated expressions: matched by stems, word after word, with the spans that decided.

Names of organizations are masked first, so that a civil aviation body makes no transport story.
One span may be evidence for several themes. A theme needs one expression of several words, or
single words that recur or stand in the title or the lead. A long text needs more evidence.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import Stemmer

from index.document import Span, Theme
from index.extract.organizations import OrganizationMatches
from index.vocabularies import LANGUAGES, Expression, Folded, fold_key, fold_text, inflected
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
    return with_parents(
        {theme: spans for theme, spans in evidence.items() if scores[theme] >= needed}
    )


def with_parents(evidence: Mapping[str, set[Span]]) -> tuple[Theme, ...]:
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
    order = _order()
    themes = sorted(spans.keys() & order.keys(), key=order.__getitem__)
    return tuple(Theme(theme, tuple(sorted(spans[theme]))) for theme in themes)


@cache
def _order() -> dict[str, int]:
    return {id: number for number, id in enumerate(theme_vocabulary().entries)}


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
    """The stem of a word, and the patterns that begin with the word.

    The stem is empty for a stop word. Words that stand in no expression share one meaning.
    """

    stem: str
    alone: tuple[_Pattern, ...] = ()
    followed: Mapping[str, tuple[_Pattern, ...]] = {}
    """Patterns of several words, by the stem of the second."""


class _Match(NamedTuple):
    span: Span
    pattern: _Pattern


def _matches(
    text: str, folded: Folded, language: str, covered: Sequence[tuple[int, int]]
) -> list[_Match]:
    """Return the expressions in a text, in order; ``covered`` are folded ranges to leave out."""
    words, starts = folded.words, folded.starts
    meanings = list(map(_TOOLS.lexicons[language].__getitem__, words))
    masked = bytearray(len(words))
    for start, end in covered:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        masked[first:last] = b"\1" * (last - first)
    matches = []
    for index, (_, patterns, followed) in enumerate(meanings):
        if not (patterns or followed) or masked[index]:
            continue
        if followed:
            longer = followed.get(meanings[_next(meanings, masked, index)].stem)
            patterns = (*longer, *patterns) if longer else patterns
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
            matches.append(_Match(span, pattern))
    traps = [span for span, pattern in matches if pattern.theme == _TRAP]
    if not traps:
        return matches
    return [
        match
        for match in matches
        if match.pattern.theme != _TRAP
        and not any(start <= match.span.start < match.span.end < end for start, end in traps)
        and not any(start < match.span.start < match.span.end <= end for start, end in traps)
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

_STOP = {
    "fr": "de des du d la le les l et en a au aux un une sur dans par ou",
    "en": "of the and to in on for a an by or s",
    "es": "de del la el los las y en a al un una por o e",
    "de": "der die das den dem des und in im von vom zu zur zum ein eine einer eines fur am an",
    "it": "di del della dello dei degli delle d la il lo le gli i l e ed in nel nella a al alla"
    " un una per da dal dalla",
    "pt": "de do da dos das o a os as e em no na nos nas um uma por ao",
    "ar": "في من علي الي عن و",
}
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
        followed: dict[str, tuple[_Pattern, ...]] = defaultdict(tuple)
        for pattern in patterns:
            if len(pattern.stems) > 1:
                followed[pattern.stems[1]] += (pattern,)
        alone = tuple(pattern for pattern in patterns if len(pattern.stems) == 1)
        return _Meaning(stem, alone, dict(followed))


class _Tools(threading.local):
    """Stemmers and lexicons by language; a Stemmer serves one thread."""

    def __init__(self) -> None:
        self.stemmers = {code: Stemmer.Stemmer(code, 0) for code in LANGUAGES}
        self.lexicons = {code: _Lexicon(code) for code in LANGUAGES}


_TOOLS = _Tools()


def _stem(words: Sequence[str], language: str) -> list[str]:
    """Return the stem of each word, an empty string for a stop word."""
    stemmer, stop_words = _TOOLS.stemmers[language], _stop_words(language)
    return ["" if word in stop_words else stemmer.stemWord(word) for word in words]


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(_STOP[language].split())


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
