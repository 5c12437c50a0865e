"""The text of a document as safe HTML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

Offsets = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Annotation:
    """An element around the characters ``start`` to ``end`` of a text.

    Elements of a higher ``layer`` stand inside those of a lower one and are cut at their ends;
    of one layer none may touch another. The attribute ``id`` is only given to the first piece.
    """

    start: int
    end: int
    layer: int
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def opening(self, first: bool) -> Markup:
        """Return the start tag of the first or a later piece."""
        written = "".join(
            f' {name}="{escape(value)}"'
            for name, value in self.attributes.items()
            if first or name != "id"
        )
        return Markup(f"<{self.tag}{written}>")

    @property
    def closing(self) -> Markup:
        """Return the end tag."""
        return Markup(f"</{self.tag}>")


def marked(text: str, marks: Offsets) -> Markup:
    """Return ``text`` escaped, with ``<mark>`` around the marks (ascending and apart)."""
    marks = [(start, end) for start, end in marks if start < end]
    return annotated(text, [Annotation(start, end, 0, "mark") for start, end in marks])


def joined(pieces: Sequence[str]) -> Markup:
    """Return the fragments of a highlight (escaped already) as one, with one ellipsis between."""
    return Markup(" ".join(pieces).replace("… …", "…"))


def apart(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Return the annotations of one layer without those that touch an earlier or longer one."""
    kept: list[Annotation] = []
    for one in sorted(annotations, key=lambda a: (a.start, -a.end)):
        if one.start < one.end and (not kept or one.start >= kept[-1].end):
            kept.append(one)
    return kept


def annotated(text: str, annotations: Sequence[Annotation]) -> Markup:
    """Return a text escaped, with its annotations as elements that nest properly."""
    return Markup("").join(_pieces(text, 0, sorted(annotations, key=_order), set()))


def paragraphs(text: str, annotations: Sequence[Annotation]) -> list[Markup]:
    """Return the paragraphs of a text, one a line of it, empty ones left out.

    An annotation that runs over the end of a line goes on in the next paragraph.
    """
    waiting = sorted(annotations, key=_order, reverse=True)
    begun: set[int] = set()
    inside: list[Annotation] = []
    found: list[Markup] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while waiting and waiting[-1].start < end:
            inside.append(waiting.pop())
        if line.strip():
            found.append(Markup("").join(_pieces(line, start, inside, begun)))
        start = end + 1
        inside = [one for one in inside if one.end > start]
    return found


def _order(one: Annotation) -> tuple[int, int]:
    return one.start, one.layer


def _pieces(
    text: str, base: int, annotations: Sequence[Annotation], begun: set[int]
) -> Iterator[Markup]:
    """Yield the markup of a text that begins at ``base``; ``begun`` are those that have an id."""
    edges: dict[int, tuple[list[Annotation], list[Annotation]]] = {}
    for one in annotations:
        start, end = max(one.start - base, 0), min(one.end - base, len(text))
        if start < end:
            edges.setdefault(start, ([], []))[0].append(one)
            edges.setdefault(end, ([], []))[1].append(one)
    open_now: list[Annotation] = []
    at = 0
    for edge in sorted(edges):
        yield escape(text[at:edge])
        at = edge
        starting, ending = edges[edge]
        wanted = sorted(
            [one for one in open_now if one not in ending] + starting, key=lambda a: a.layer
        )
        kept = 0
        while kept < min(len(open_now), len(wanted)) and open_now[kept] is wanted[kept]:
            kept += 1
        for one in reversed(open_now[kept:]):
            yield one.closing
        for one in wanted[kept:]:
            yield one.opening(id(one) not in begun)
            begun.add(id(one))
        open_now = wanted
    yield escape(text[at:])
