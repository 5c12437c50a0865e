"""Themes: curated expressions, stemmed and contiguous, with the spans that decided.

Names of organizations are masked first, so that a civil aviation body makes no transport
story; one span may speak for several themes. A theme is given to a document for one expression
of several words, or for single words that recur or stand in the title or the lead; a long text
must say more than a short one.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from index.document import Span, Theme
from index.extract.organizations import Found
from index.extract.themes.lexicon import ENOUGH, TRAP, Meaning, Pattern, lexicon
from index.vocabularies import LANGUAGES, Folded, fold_text
from index.vocabularies import organizations as organization_authority
from index.vocabularies import themes as theme_vocabulary

NOTHING_FOUND = Found((), ())
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
    found: Found = NOTHING_FOUND,
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
    return {id: number for number, id in enumerate(theme_vocabulary().ids())}


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
