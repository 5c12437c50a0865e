"""What the words of a language say of themes: curated expressions by their stems.

Themes: curated expressions, stemmed and contiguous, with the spans that decided.

Names of organizations are masked first, so that a civil aviation body makes no transport
story; one span may speak for several themes. A theme is given to a document for one expression
of several words, or for single words that recur or stand in the title or the lead; a long text
must say more than a short one.
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
from index.vocabularies import organizations as organization_authority
from index.vocabularies import themes as theme_vocabulary

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
ENOUGH = 2.0
"""What a theme needs, and an expression of several words gives."""
WEAK = 0.5
"""What a weak expression gives."""
_LONGER, _LONGER_GERMAN = 3, 5
"""Letters that an inflected form may have more than the word it is a form of."""
_CACHED_WORDS = 100_000
_LONGEST_CACHED = 40
_COMPOUNDED = 5
"""Letters that a part of a German compound has at least."""
TRAP = ""
"""The theme of phrases that speak for none."""


class Pattern(NamedTuple):
    """An expression that speaks for a theme: its stems, stop words aside, and what it weighs."""

    stems: tuple[str, ...]
    theme: str
    weight: float
    word: str
    """The folded word of an expression of one word (stop words aside), else empty."""
    capitals: bool
    exact: bool = False
    accented: str = ""
    """That word as it is written, in lower case."""


class Meaning(NamedTuple):
    """The stem of a word, and what the word says if what follows does not contradict it.

    The stem is empty for a stop word; words that are in no expression share one.
    """

    stem: str
    alone: tuple[Pattern, ...] = ()
    followed: Mapping[str, tuple[Pattern, ...]] = {}
    """What it says with others, by the stem of the second."""


_STOP_WORD = Meaning("")
_MEANINGLESS = Meaning("?")


class Lexicon(dict[str, Meaning]):
    """The meanings of the folded words of a language, found when first asked for."""

    def __init__(self, language: str) -> None:
        super().__init__({"": _STOP_WORD})
        self._language = language

    def __missing__(self, word: str) -> Meaning:
        if len(self) >= _CACHED_WORDS:
            self.clear()
            self[""] = _STOP_WORD
        found = self._meaning(word)
        if len(word) <= _LONGEST_CACHED:
            self[word] = found
        return found

    def _meaning(self, word: str) -> Meaning:
        stem = _stem([word], self._language)[0]
        if not stem:
            return _STOP_WORD
        patterns = _patterns(self._language).get(stem, ())
        if not patterns and self._language == "de" and len(stem) > 2 * _COMPOUNDED:
            patterns = _compounded(stem)
        said = tuple(each for each in patterns if _may_say(word, each, self._language))
        if said or stem in _all_stems(self._language):
            alone = tuple(each for each in said if len(each.stems) == 1)
            followed: dict[str, tuple[Pattern, ...]] = defaultdict(tuple)
            for each in said[: len(said) - len(alone)]:
                followed[each.stems[1]] += (each,)
            return Meaning(stem, alone, dict(followed))
        return _MEANINGLESS


class _Tools(threading.local):
    """Stemmers and lexicons; a Stemmer serves one thread."""

    def __init__(self) -> None:
        self.stemmers = {code: Stemmer.Stemmer(code, 0) for code in LANGUAGES}
        self.lexicons = {code: Lexicon(code) for code in LANGUAGES}


_TOOLS = _Tools()


def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language, for this thread."""
    return _TOOLS.lexicons[language]


def _stem(words: Sequence[str], language: str) -> list[str]:
    """Return the stem of each word, an empty string for a stop word."""
    stemmer, stop = _TOOLS.stemmers[language], _stop_words(language)
    return ["" if word in stop else stemmer.stemWord(word) for word in words]


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(_STOP[language].split())


@cache
def _patterns(language: str) -> dict[str, tuple[Pattern, ...]]:
    """Return the expressions of a language by their first stem, longest first."""
    patterns: dict[str, list[Pattern]] = defaultdict(list)
    for id, entry in theme_vocabulary().entries.items():
        listed = entry.expressions.get(language, ())
        further = [
            expression._replace(text=text)
            for expression in listed
            for text in inflected(expression.text, language)
        ]
        known = set()
        for number, expression in enumerate([*listed, *further]):
            pattern = _pattern(id, expression, language)
            if pattern and (number < len(listed) or pattern.stems not in known):
                known.add(pattern.stems)
                patterns[pattern.stems[0]].append(pattern)
    for phrase in theme_vocabulary().traps.get(language, ()):
        stems = tuple(filter(None, _stem(fold_key(phrase).split(), language)))
        patterns[stems[0]].append(Pattern(stems, TRAP, 0.0, "", False))
    return {stem: tuple(sorted(found, reverse=True)) for stem, found in patterns.items()}


def _pattern(theme: str, expression: Expression, language: str) -> Pattern | None:
    """Return what an expression is looked for as, None if it is nothing but stop words."""
    words = fold_key(expression.text).split()
    stems = _stem(words, language)
    kept = tuple(filter(None, stems))
    if not kept:
        return None
    single = len(kept) == 1
    strong = 1.0 if single or expression.plain else ENOUGH
    word = next(text for text, stem in zip(words, stems, strict=True) if stem)
    accented = expression.text.lower() if len(words) == 1 else word
    return Pattern(
        kept,
        theme,
        WEAK if expression.weak else strong,
        word if single else "",
        single and expression.text.isupper() and expression.text.isascii(),
        expression.exact,
        accented if single else "",
    )


@cache
def _all_stems(language: str) -> frozenset[str]:
    patterns = (pattern for found in _patterns(language).values() for pattern in found)
    return frozenset(stem for pattern in patterns for stem in pattern.stems)


def _may_say(word: str, pattern: Pattern, language: str) -> bool:
    """Say whether a folded word may begin an expression; it has the stem of its first word."""
    if pattern.exact and word.rstrip("sx") != pattern.word.rstrip("sx"):
        return False
    return not pattern.word or _alike(pattern.word, word, language)


def _compounded(stem: str) -> tuple[Pattern, ...]:
    """Return what a German compound says: what its last part does, else weakly what its first."""
    for at in range(3, len(stem) - _COMPOUNDED + 1):
        found = _single(stem[at:])
        if found:
            return found
    for end in range(len(stem) - 3, _COMPOUNDED - 1, -1):
        found = _single(stem[:end])
        if found:
            return tuple(pattern._replace(weight=WEAK) for pattern in found)
    return ()


def _single(stem: str) -> tuple[Pattern, ...]:
    return tuple(
        pattern._replace(word="")
        for pattern in _patterns("de").get(stem, ())
        if pattern.word and not pattern.capitals and not pattern.exact
    )


def _alike(word: str, written: str, language: str) -> bool:
    """Say whether a word that shares the stem of another is near enough to be a form of it.

    Stemmers join ``parado`` and ``para``, ``importación`` and ``importante``.
    """
    if language == "ar":
        core = word.removeprefix("ال")
        if core.endswith("ه"):
            return core in written or core[:-1] + "ت" in written
        return core[: max(3, len(core) - 1)] in written
    longest = len(word) + (_LONGER_GERMAN if language == "de" else _LONGER)
    return len(written) <= longest and written.startswith(word[: max(4, len(word) - 2)])


NOTHING_FOUND = OrganizationMatches((), ())
_LEAD = 400
_MOST_WEAK = 2.0
_WEAK_APIECE = 1.0
"""What weak expressions may add up to: together, and for each different one."""
_CHARACTERS_A_POINT = 1_400
_MOST_NEEDED = 4.0
"""A long text must say more: a point for so many characters, from ``ENOUGH`` to this."""


class _Hit(NamedTuple):
    span: Span
    pattern: Pattern


@cache
def _implied() -> dict[str, tuple[tuple[str, bool], ...]]:
    """Return the themes that naming an organization decides (True) or hints at, by its id."""
    implied: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for id, entry in theme_vocabulary().entries.items():
        for organization in entry.organizations:
            implied[organization].append((id, True))
        for organization in entry.hinting:
            for member in _members(organization):
                implied[member].append((id, False))
    return {organization: tuple(themes) for organization, themes in implied.items()}


def _members(written: str) -> tuple[str, ...]:
    """Return the organizations that a row means: one, or all of a kind (``kind:party``)."""
    if not written.startswith("kind:"):
        return (written,)
    kind = written.removeprefix("kind:")
    known = organization_authority().entries
    return tuple(id for id, entry in known.items() if entry.kind == kind)


def assign(
    text: str,
    language: str,
    folded: Folded | None = None,
    found: OrganizationMatches = NOTHING_FOUND,
    title_length: int = 0,
) -> tuple[Theme, ...]:
    """Return the themes of ``text``, parents with their children, with the spans that decided.

    ``found`` are the organizations of the text: their names speak for no theme, but some of them
    imply one. ``title_length`` is the part of ``text`` that is a title.
    """
    scores: dict[str, float] = defaultdict(float)
    weak: dict[str, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    evidence: dict[str, set[Span]] = defaultdict(set)
    last_end: dict[str, int] = defaultdict(int)
    enough = ENOUGH
    if language in LANGUAGES:
        folded = folded or fold_text(text)
        enough = min(max(ENOUGH, len(text) / _CHARACTERS_A_POINT), _MOST_NEEDED)
        for span, pattern in _hits(text, folded, language, found.covered):
            theme, weight = pattern.theme, pattern.weight
            if span.end <= last_end[theme]:
                continue  # within a longer expression for the same theme
            last_end[theme] = span.end
            evidence[theme].add(span)
            if weight < 1.0:
                weak[theme][pattern.stems] += weight + 0.25 * (span.start < title_length)
            elif span.start < title_length:
                scores[theme] += enough
            else:
                scores[theme] += weight + 0.5 * (span.start < title_length + _LEAD)
    for organization in found.organizations:
        for theme, decides in _implied().get(organization.id, ()):
            titled = any(span.start < title_length for span in organization.spans)
            scores[theme] += enough if decides or titled else 1.0 * len(organization.spans)
            evidence[theme].update(organization.spans)
    chosen = {theme for theme in evidence if scores[theme] + _weakly(weak.get(theme, {})) >= enough}
    return _with_parents(chosen, evidence)


def _weakly(found: Mapping[tuple[str, ...], float]) -> float:
    """Return what weak expressions count: the more different ones, the more."""
    return min(sum(min(score, _WEAK_APIECE) for score in found.values()), _MOST_WEAK)


def _hits(
    text: str, folded: Folded, language: str, covered: Sequence[tuple[int, int]]
) -> list[_Hit]:
    words, starts = folded.words, folded.starts
    meanings = list(map(lexicon(language).__getitem__, words))
    masked = bytearray(len(words))
    for first, last in covered:
        begin, stop = bisect_left(starts, first), bisect_left(starts, last)
        masked[begin:stop] = b"\1" * (stop - begin)
    hits = []
    for index, (_, patterns, followed) in enumerate(meanings):
        if not (patterns or followed) or masked[index]:
            continue
        if followed:
            longer = followed.get(meanings[_next(meanings, masked, index)].stem)
            patterns = (*longer, *patterns) if longer else patterns
        for pattern in patterns:
            end = _last(meanings, masked, index, pattern.stems)
            if end is None:
                continue
            span = folded.span(starts[index], starts[end] + len(words[end]))
            surface = text[span.start : span.end]
            if pattern.capitals and not surface.isupper():
                continue
            if pattern.word and not _accented_alike(pattern.accented, surface):
                continue
            hits.append(_Hit(span, pattern))
    trapped = [span for span, pattern in hits if pattern.theme == TRAP]
    if not trapped:
        return hits
    return [
        hit
        for hit in hits
        if hit.pattern.theme != TRAP
        and not any(start <= hit.span.start < hit.span.end < end for start, end in trapped)
        and not any(start < hit.span.start < hit.span.end <= end for start, end in trapped)
    ]


def _last(
    meanings: Sequence[Meaning], masked: Sequence[int], index: int, stems: tuple[str, ...]
) -> int | None:
    """Return the index of the last word of an expression that begins at ``index``, if it does.

    Stop words may stand between its words, but no name.
    """
    for stem in stems[1:]:
        index = _next(meanings, masked, index)
        if masked[index] or meanings[index].stem != stem:
            return None
    return index


def _next(meanings: Sequence[Meaning], masked: Sequence[int], index: int) -> int:
    """Return the index of the next word that is no stop word, or of the last word."""
    for following in range(index + 1, len(meanings)):
        if meanings[following].stem or masked[following]:
            return following
    return len(meanings) - 1


def _accented_alike(word: str, surface: str) -> bool:
    """Say whether the accents of a word are those of another, as far as both go.

    French ``élève`` is not ``élevé``. A word in capitals, or without any accents, may have lost
    them, and the last letter may be an ending.
    """
    if surface.isascii() or not word.isalpha() or not surface.islower():
        return True
    size = min(len(word), len(surface)) - 1
    return word.isascii() or word[:size] == surface[:size]


@cache
def _order() -> dict[str, int]:
    return {id: number for number, id in enumerate(theme_vocabulary().entries)}


def _with_parents(chosen: set[str], evidence: dict[str, set[Span]]) -> tuple[Theme, ...]:
    vocabulary = theme_vocabulary()
    spans: dict[str, set[Span]] = {}
    for theme in chosen:
        spans.setdefault(theme, set()).update(evidence[theme])
        parent = vocabulary.parent(theme)
        if parent:
            spans.setdefault(parent, set()).update(evidence[theme])
    order = _order()
    return tuple(
        Theme(theme, tuple(sorted(spans[theme]))) for theme in sorted(spans, key=order.__getitem__)
    )
