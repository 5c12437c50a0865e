"""The parts of a text that are in another language than the rest of it.

A part is a long run in another script, or a paragraph whose function words speak for another
language; what is short stays with the language of the document.
"""

import re
from collections.abc import Callable, Iterator

from index.document import Span
from index.extract.language.words import EXCLUSIVE, evidence

LEAST = 120
"""Characters that a part in another language has at least; fewer are read with the rest."""
_LEAST_EVIDENCE = 4.0
_TIMES = 3.0
"""Another language must have so many times the evidence of that of the document."""
_LEAST_CONFIDENCE = 0.95
_READ = 1_000
"""Characters of a paragraph whose function words are counted."""
_SHARE = 0.08
"""Text with such a share of function words that only one language has is in that language."""

_LATIN = "a-zA-Z\u00c0-\u024f"
_OTHER = "\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_FOREIGN = re.compile(f"[{_OTHER}]")
_RUN = re.compile(
    rf"(?:[{_LATIN}][^{_OTHER}]{{{LEAST - 1},}}|[{_OTHER}](?:[^{_LATIN}]|[{_LATIN}]{{1,20}}"
    rf"(?=[^{_LATIN}]{{15}})){{{LEAST - 1},}})"
)
_PARAGRAPH = re.compile(r"[^\n]+")
_WORD = re.compile(r"[a-zà-öø-ÿ]++(?!\w)|[^\W\d_]+")  # the first finds most words, and fast

Detect = Callable[[str], tuple[str, float]]


def divide(text: str, code: str, detect: Detect) -> tuple[tuple[Span, str], ...]:
    """Divide a text in language ``code`` where paragraphs or long runs are in another.

    The parts cover the text in order; neighbours differ in language. Empty where all of the text
    is in one language. ``detect`` returns the language of a piece and its probability.
    """
    foreign = [
        (piece, language)
        for piece in _pieces(text)
        if (language := _language(text[piece.start : piece.end], code, detect)) != code
    ]
    if not foreign:
        return ()
    parts: list[tuple[Span, str]] = []
    for piece, language in [*foreign, (Span(len(text), len(text)), code)]:
        done = parts[-1][0].end if parts else 0
        same = bool(parts) and parts[-1][1] == language
        if same and not text[done : piece.start].strip():
            parts[-1] = (Span(parts[-1][0].start, piece.end), language)
            continue
        if done < piece.start:
            parts.append((Span(done, piece.start), code))
        if piece.start < piece.end:
            parts.append((piece, language))
    return tuple(parts)


def _pieces(text: str) -> Iterator[Span]:
    """Yield what may be a part: long paragraphs, cut where the script changes for long."""
    mixed = not text.isascii() and _FOREIGN.search(text) is not None
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        if end - start < LEAST:
            continue
        if not mixed:
            yield Span(start, end)
            continue
        for run in _RUN.finditer(text, start, end):
            yield Span(run.start(), run.end())


def _language(piece: str, code: str, detect: Detect) -> str:
    """Return the language of a piece, that of the document unless it clearly is another."""
    if not piece.isascii() and _FOREIGN.search(piece):
        found, confidence = detect(piece)
        return found if confidence >= _LEAST_CONFIDENCE and found != "und" else code
    lowered = piece[:_READ].lower()
    words = _WORD.findall(lowered)
    own = EXCLUSIVE.get(code, frozenset())
    if sum(map(own.__contains__, words)) > _SHARE * len(words):
        return code
    said = evidence(words, lowered)
    best = max(said, key=lambda each: said[each], default=code)
    enough = max(_LEAST_EVIDENCE, _TIMES * said.get(code, 0.0))
    if best == code or said[best] < enough:
        return code
    found, confidence = detect(piece)
    return found if confidence >= _LEAST_CONFIDENCE and found == best else code
