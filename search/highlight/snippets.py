"""Snippets: the title and the best pieces of a text, with the words of the query marked.

What comes out is HTML in which nothing but ``<mark>`` is markup, so it is safe as the content of
an element. Directional and other controls are left out: they would act on the rest of a page.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from typing import Protocol

from search.highlight.matcher import Hit

FRAGMENT = 200
"""Characters of a fragment, about."""
MAX_FRAGMENTS = 3
MAX_TITLE = 500
MAX_OFFSETS = 10_000
_EDGE = 10_000
"""Characters around a fragment that decide whether anything was left out there."""
_STEP = 10_000

_SENTENCE_END = re.compile(r"[.!?…؟。！？]+[»”\"')\]]*\s+|\s*\n\s*|[。！？]")
# White space that is not one plain space already.
_SPACES = re.compile(r"\s{2,}|[^\S ]")
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f]+"
)
# A letter with dozens of accents draws over the lines around it.
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


class Text(Protocol):
    """A text or what reads one as far as it is asked for: it has a length, and slices."""

    def __len__(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> str: ...


def title(text: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the title, hits marked; cut only when it is longer than any title is."""
    if not text.strip():
        return ()
    end = min(len(text), MAX_TITLE)
    return (_html(text, 0, end, hits),)


def body(text: Text, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the best one to three fragments in their order; without hits, the beginning."""
    if not hits:
        start = _first_shown(text)
        return (_html(text, *_fragment(text, start, start), ()),) if start < len(text) else ()
    fragments: list[tuple[int, int]] = []
    for first, last in sorted(_best(hits)):
        start, end = _fragment(text, hits[first].start, hits[last].end)
        if fragments and start <= fragments[-1][1]:
            fragments[-1] = (fragments[-1][0], max(end, fragments[-1][1]))
        else:
            fragments.append((start, end))
    return tuple(_html(text, start, end, hits) for start, end in fragments)


def offsets(hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
    """Return the hits as pairs of characters, at most MAX_OFFSETS of them."""
    return tuple((hit.start, hit.end) for hit in hits[:MAX_OFFSETS])


def _best(hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return stretches of hits (first and last index) that show most words of the query.

    Each stretch fits a fragment. The first has the most different words, then the most hits;
    each further one must show a word that none before it shows, but a second one is always
    given where hits are left.
    """
    stretches = _stretches(hits)
    chosen: list[tuple[int, int]] = []
    seen: set[int] = set()
    while len(chosen) < MAX_FRAGMENTS:
        best, best_gain = None, (0, 0, 0)
        for first, last in stretches:
            if any(first <= b and last >= a for a, b in chosen):
                continue
            words = {hit.word for hit in hits[first : last + 1]}
            gain = (len(words - seen), last - first + 1, -first)
            if best is None or gain > best_gain:
                best, best_gain = (first, last), gain
        if best is None or (len(chosen) >= 2 and best_gain[0] == 0):
            break
        chosen.append(best)
        seen.update(hit.word for hit in hits[best[0] : best[1] + 1])
    return chosen


def _stretches(hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """Return, for every hit (of the first thousand), the stretch that begins with it."""
    stretches = []
    last = 0
    for first in range(min(len(hits), 1_000)):
        last = max(last, first)
        while last + 1 < len(hits) and hits[last + 1].end - hits[first].start <= FRAGMENT * 3 // 4:
            last += 1
        stretches.append((first, last))
    return stretches


def _first_shown(text: Text) -> int:
    """Return the place of the first character that is not white, or the length of the text."""
    for start in range(0, len(text), _STEP):
        stretch = text[start : start + _STEP]
        if shown := stretch.lstrip():
            return start + len(stretch) - len(shown)
    return len(text)


def _fragment(text: Text, first: int, last: int) -> tuple[int, int]:
    """Return a piece of about FRAGMENT characters around ``first`` to ``last``.

    It begins and ends with a sentence where one is near enough, else between words.
    """
    last = min(last, first + FRAGMENT)
    # Whatever lies further away cannot be in it.
    base = max(0, first - 2 * FRAGMENT)
    start, end = _within(text[base : last + 2 * FRAGMENT], first - base, last - base)
    return base + start, base + end


def _within(text: str, first: int, last: int) -> tuple[int, int]:
    room = FRAGMENT - (last - first)
    start = _start(text, first, room)
    end = min(len(text), max(last, start + FRAGMENT))
    if end == len(text):
        return start, end
    sentences = [m.end() for m in _SENTENCE_END.finditer(text, last, end)]
    if sentences and sentences[-1] - start >= FRAGMENT // 2:
        return start, sentences[-1]
    space = max(text.rfind(" ", last, end), text.rfind("\n", last, end))
    return start, space if space > last else end


def _start(text: str, first: int, room: int) -> int:
    earliest = max(0, first - room)
    if earliest == 0 and room >= first:
        return 0
    sentences = [m.end() for m in _SENTENCE_END.finditer(text, earliest, first)]
    if sentences:
        return sentences[0] if first - sentences[0] <= room // 2 else sentences[-1]
    start = max(0, first - room // 2)
    space = text.find(" ", start, first)
    return space + 1 if space >= 0 else start


def _html(text: Text, start: int, end: int, hits: Sequence[Hit]) -> str:
    shown = text[start:end]
    clean = _escape if _is_clean(shown) else _clean
    pieces = []
    at = 0
    for number in range(max(0, bisect_left(hits, (start,)) - 1), len(hits)):
        hit = hits[number]
        if hit.start >= end:
            break
        first, last = max(hit.start - start, at), min(hit.end, end) - start
        if last > 0:
            pieces += [clean(shown[at:first]), "<mark>", clean(shown[first:last]), "</mark>"]
            at = last
    pieces.append(clean(shown[at:]))
    html = "".join(pieces).strip()
    before = "… " if _shows(text, max(0, start - _EDGE), start, backwards=True) else ""
    return before + html + (" …" if _shows(text, end, min(len(text), end + _EDGE)) else "")


def _shows(text: Text, start: int, end: int, backwards: bool = False) -> bool:
    """Tell whether a stretch of a text is more than white space; its near end tells mostly."""
    near = text[max(start, end - 50) : end] if backwards else text[start : min(end, start + 50)]
    return bool(near.strip() or (end - start > 50 and text[start:end].strip()))


def _is_clean(text: str) -> bool:
    """Tell, in most cases in which it is so, that ``_clean`` would only escape."""
    return text.isprintable() and "  " not in text and not _STACKED.search(text)


def _escape(text: str) -> str:
    return escape(text, quote=False)


def _clean(text: str) -> str:
    text = _STACKED.sub(r"\1", _REMOVED.sub("", text))
    return _escape(_SPACES.sub(" ", text))
