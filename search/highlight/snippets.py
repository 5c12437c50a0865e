"""Snippets: the title and the best fragments of a text, with matches marked.

They are HTML in which ``<mark>`` is the only markup, safe as the content of an element. Control
characters, also those of writing direction, are left out: they would act on the rest of the page.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from html import escape
from operator import eq
from typing import NamedTuple, Protocol, TypeVar

from search.highlight.matcher import Hit

Part = TypeVar("Part", bound=Hashable)
Run = tuple[int, int]

FRAGMENT = 200
"""Characters of a fragment, about."""
MAX_FRAGMENTS = 3
MAX_TITLE = 500
MAX_OFFSETS = 10_000
_MAX_HITS = 1_000
"""Hits at which a fragment may begin."""
_EDGE = 10_000
"""Characters before and after a fragment that decide whether it gets an ellipsis there."""
_STEP = 10_000

# That every match begins with one of some characters makes it several times faster to find.
_SENTENCE_END = re.compile(
    r"[.!?…؟。！？\n](?:(?<!\n)[.!?…؟。！？]*[»”\"')\]]*\s+|(?<=\n)\s*|(?<=[。！？]))"
)
_SPACES = re.compile(r"\s{2,}|[^\S ]")
"""White space that is not a single plain space."""
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f]+"
)
# A letter with dozens of accents is drawn over the lines around it.
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


class Text(Protocol):
    """A string, or a text of which only the slices that are asked for are read."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> str: ...


class Fragment(NamedTuple):
    """A piece of a text as HTML, and the character at which its first hit, or it, begins."""

    html: str
    start: int


def title(text: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the title with its hits marked, at most MAX_TITLE characters; () for an empty one."""
    if not text.strip():
        return ()
    end = min(len(text), MAX_TITLE)
    return (_html(text, 0, end, hits),)


def body(text: Text, hits: Sequence[Hit]) -> list[Fragment]:
    """Return the best fragments in the order of the text; without hits, its beginning."""
    if not hits:
        start = _first_shown(text)
        if start == len(text):
            return []
        return [Fragment(_html(text, *_fragment(text, start, start), ()), start)]
    fragments: list[tuple[int, int]] = []
    marks_of = {run: [hit.word for hit in hits[run[0] : run[1] + 1]] for run in _runs(hits)}
    for first, last in sorted(best(marks_of, _overlap)):
        start, end = _fragment(text, hits[first].start, hits[last].end)
        if fragments and start <= fragments[-1][1]:
            fragments[-1] = (fragments[-1][0], max(end, fragments[-1][1]))
        else:
            fragments.append((start, end))
    return [
        Fragment(_html(text, start, end, hits), hits[bisect_right(hits, start, key=_end)].start)
        for start, end in fragments
    ]


def _end(hit: Hit) -> int:
    return hit.end


def offsets(hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
    """Return start and end of the first MAX_OFFSETS hits."""
    return tuple((hit.start, hit.end) for hit in hits[:MAX_OFFSETS])


def best(
    marks_of: Mapping[Part, Sequence[int]], overlap: Callable[[Part, Part], bool] = eq
) -> list[Part]:
    """Return the parts of a text to show, given the marks of the query that each part has.

    The first has the most different marks, then the most marks, then the first place in the order
    given. There is a second one if any is left that does not ``overlap`` it; further ones must have
    a mark that none before them has.
    """
    chosen: list[Part] = []
    seen: set[int] = set()
    left = list(marks_of)
    distinct = {part: set(marks) for part, marks in marks_of.items()}
    while left and len(chosen) < MAX_FRAGMENTS:
        most, part = (0, 0), left[0]
        for other in left:
            marks = len(distinct[other] - seen if seen else distinct[other]), len(marks_of[other])
            if marks > most:
                most, part = marks, other
        if len(chosen) > 1 and seen.issuperset(marks_of[part]):
            break
        chosen.append(part)
        seen.update(marks_of[part])
        left = [other for other in left if not overlap(part, other)]
    return chosen


def _overlap(run: Run, other: Run) -> bool:
    return run[0] <= other[1] and run[1] >= other[0]


def _runs(hits: Sequence[Hit]) -> list[Run]:
    """Return the longest run from each of the first hits that fits a fragment.

    A run is the index of its first and of its last hit.
    """
    runs = []
    last = 0
    for first in range(min(len(hits), _MAX_HITS)):
        last = max(last, first)
        while last + 1 < len(hits) and hits[last + 1].end - hits[first].start <= FRAGMENT * 3 // 4:
            last += 1
        runs.append((first, last))
    return runs


def _first_shown(text: Text) -> int:
    """Return the offset of the first character that is not white space, or the text's length."""
    for start in range(0, len(text), _STEP):
        step = text[start : start + _STEP]
        if shown := step.lstrip():
            return start + len(step) - len(shown)
    return len(text)


def _fragment(text: Text, first: int, last: int) -> tuple[int, int]:
    """Return start and end of about FRAGMENT characters around ``first`` to ``last``.

    They are ends of sentences if there are any near enough, else ends of words.
    """
    last = min(last, first + FRAGMENT)
    # A fragment cannot reach further than this.
    base = max(0, first - 2 * FRAGMENT)
    near, first, last = text[base : last + 2 * FRAGMENT], first - base, last - base
    start = _fragment_start(near, first, FRAGMENT - (last - first))
    end = min(len(near), max(last, start + FRAGMENT))
    if end < len(near):
        sentences = [match.end() for match in _SENTENCE_END.finditer(near, last, end)]
        space = max(near.rfind(" ", last, end), near.rfind("\n", last, end))
        if sentences and sentences[-1] - start >= FRAGMENT // 2:
            end = sentences[-1]
        elif space > last:
            end = space
    return base + start, base + end


def _fragment_start(text: str, first: int, room: int) -> int:
    """Return a start at most ``room`` characters before ``first``."""
    if room >= first:
        return 0
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, first - room, first)]
    if sentences:
        return sentences[0] if first - sentences[0] <= room // 2 else sentences[-1]
    start = first - room // 2
    space = text.find(" ", start, first)
    return space + 1 if space >= 0 else start


def _html(text: Text, start: int, end: int, hits: Sequence[Hit]) -> str:
    """Return characters ``start`` to ``end`` as HTML, with hits marked and ellipses where cut."""
    shown = text[start:end]
    # Most fragments need no more than one kind of space, if that.
    spaced = shown
    if not shown.isprintable():
        spaced = shown.replace("\n", " ").replace("\xa0", " ").replace("\u202f", " ")
    plain = spaced.isprintable() and "  " not in spaced and not _STACKED.search(spaced)
    if plain:
        shown = spaced
    markup = not plain or "&" in shown or "<" in shown or ">" in shown

    def encoded(part: str) -> str:
        return escape(part if plain else visible_text(part), quote=False) if markup else part

    pieces = []
    offset = 0
    for number in range(max(0, bisect_left(hits, (start,)) - 1), len(hits)):
        hit = hits[number]
        if hit.start >= end:
            break
        first, last = max(hit.start - start, offset), min(hit.end, end) - start
        if last > 0:
            pieces += [
                encoded(shown[offset:first]),
                "<mark>",
                encoded(shown[first:last]),
                "</mark>",
            ]
            offset = last
    pieces.append(encoded(shown[offset:]))
    html = "".join(pieces).strip()
    before = "… " if _shows(text, max(0, start - _EDGE), start, backwards=True) else ""
    return before + html + (" …" if _shows(text, end, min(len(text), end + _EDGE)) else "")


def _shows(text: Text, start: int, end: int, backwards: bool = False) -> bool:
    """Tell whether a part of a text is more than white space; most often its near end tells."""
    near = text[max(start, end - 50) : end] if backwards else text[start : min(end, start + 50)]
    return bool(near.strip() or (end - start > 50 and text[start:end].strip()))


def visible_text(text: str) -> str:
    """Return a text on one line, without control characters and without stacked accents."""
    return _SPACES.sub(" ", _STACKED.sub(r"\1", _REMOVED.sub("", text)))
