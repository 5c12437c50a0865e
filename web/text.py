"""The text of a document as safe HTML."""

from collections.abc import Sequence

from markupsafe import Markup, escape

Offsets = Sequence[tuple[int, int]]


def marked(text: str, marks: Offsets, start: int = 0) -> Markup:
    """Return ``text`` escaped, with ``<mark>`` around the marks.

    Marks are pairs of offsets, ascending and apart, into a text of which ``text`` is the piece
    that begins at ``start``; marks outside of it are left out, marks across its ends are cut.
    """
    pieces: list[Markup] = []
    at = 0
    for begin, end in marks:
        first, last = max(begin - start, at), min(end - start, len(text))
        if first < last:
            pieces += [escape(text[at:first]), Markup("<mark>"), escape(text[first:last])]
            pieces.append(Markup("</mark>"))
            at = last
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


def joined(pieces: Sequence[str]) -> Markup:
    """Return the fragments of a highlight (escaped already) as one, with one ellipsis between."""
    return Markup(" ".join(pieces).replace("… …", "…"))


def paragraphs(text: str, marks: Offsets) -> list[Markup]:
    """Return the paragraphs of a text, one a line of it, empty ones left out."""
    found: list[Markup] = []
    start = 0
    ordered = sorted(marks)
    for line in text.split("\n"):
        if line.strip():
            end = start + len(line)
            inside = [mark for mark in ordered if mark[1] > start and mark[0] < end]
            found.append(marked(line, inside, start))
        start += len(line) + 1
    return found
