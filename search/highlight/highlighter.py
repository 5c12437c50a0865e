"""The words of one query, marked in the documents of a page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from index.analysis import analyzer
from index.document import Span
from index.snapshot import Snapshot
from index.store import Details, Head, LongText, spans, word_end
from search.highlight import snippets
from search.highlight.matcher import Hit, Marker, joined, wanted
from search.query import Mark, ParsedQuery, expand_fuzzy
from search.response import Highlights

MARGIN = 2 * snippets.FRAGMENT
"""Characters around a piece of a long text in which marks are looked for too."""
PHRASE_MARGIN = 1_000


class Highlighter:
    """Marks the words of one query in documents of a generation, within a budget of seconds."""

    def __init__(self, parsed: ParsedQuery, generation: Snapshot, seconds: float) -> None:
        self._generation = generation
        self._marks = [_expanded(mark, generation) for mark in parsed.marks]
        self._title = Marker(wanted(self._marks, "title"))
        self._body = Marker(wanted(self._marks, "body"))
        self._organizations = {
            id: len(self._marks) + number for number, id in enumerate(parsed.organizations)
        }
        self._deadline = perf_counter() + seconds

    def html(self, doc: int, head: Head) -> Highlights:
        """Return the title and fragments of the body as HTML."""
        details = self._generation.stored_fields.details(doc, head)
        text = self._generation.stored_fields.text(doc, details)
        mentions = self._mentions(head, details)
        parts = details.language_parts()
        if isinstance(text, LongText):
            body = self._in_pieces(doc, text, head.language, parts, mentions)
        else:
            body = self._body.hits(text, head.language, parts, self._deadline)
            body = joined(body, mentions) if mentions else body
        return Highlights(
            title=snippets.title(head.title, self._title.hits(head.title, head.language)),
            body=snippets.body(text, body),
        )

    def offsets(self, doc: int, head: Head) -> Highlights:
        """Return all matches as offsets."""
        return replace(self.everything(doc, head), title=(), body=())

    def everything(self, doc: int, head: Head) -> Highlights:
        """Return all matches as offsets, and the title and fragments as HTML."""
        details = self._generation.stored_fields.details(doc, head)
        text = self._generation.stored_fields.text(doc, details)[:]
        parts = details.language_parts()
        title = self._title.hits(head.title, head.language)
        body = self._body.hits(text, head.language, parts, self._deadline, thorough=True)
        body = joined(body, self._mentions(head, details))
        return Highlights(
            title=snippets.title(head.title, title),
            body=snippets.body(text, body),
            title_offsets=snippets.offsets(title),
            body_offsets=snippets.offsets(body),
        )

    def _mentions(self, head: Head, details: Details) -> list[Hit]:
        """Return where a document names organizations that the query names, whatever the name."""
        if not self._organizations:
            return []
        return [
            Hit(start, end, self._organizations[id])
            for (id, _), flat in zip(head.organizations, details.mentions, strict=True)
            if id in self._organizations
            for start, end in spans(flat)
        ]

    def _in_pieces(
        self,
        doc: int,
        text: LongText,
        language: str,
        parts: Sequence[tuple[Span, str]],
        mentions: Sequence[Hit],
    ) -> list[Hit]:
        """Return hits in those pieces of a long text that show most words of the query."""
        suffixes = {analyzer(code).suffix for code in (language, *(code for _, code in parts))}
        held: dict[int, list[int]] = defaultdict(list)
        for number, mark in enumerate(self._marks):
            if "body" in mark.fields:
                for position in _positions(self._generation, doc, mark, suffixes).tolist():
                    held[text.at_position(position)].append(number)
        for hit in mentions:
            held[text.at_character(hit.start)].append(hit.word)
        chosen = _best(held)
        found: list[Hit] = []
        for piece in chosen:
            found += self._in_piece(text, piece, language, parts)
        started = {number for _, number in self._body.wanted.prefixes}
        for piece in range(text.pieces):
            # Where the words with a prefix stand the postings would not say soon enough.
            seen = {hit.word for hit in found}
            if started <= seen or perf_counter() > self._deadline:
                break
            if piece not in chosen:
                chosen.append(piece)
                found += self._in_piece(text, piece, language, parts)
        near = [hit for hit in mentions if text.at_character(hit.start) in chosen]
        return joined(found, near)

    def _in_piece(
        self, text: LongText, piece: int, language: str, parts: Sequence[tuple[Span, str]]
    ) -> Iterator[Hit]:
        """Yield the hits in one piece and a margin around it, which no word reaches across."""
        margin = PHRASE_MARGIN if self._body.wanted.phrases else MARGIN
        begin, end = text.start(piece), text.start(piece + 1)
        before = text[max(0, begin - margin) : begin]
        start = begin - len(before) + (word_end(before, 0) if len(before) == margin else 0)
        after = text[end : end + margin]
        cut = word_end(after, margin // 2)
        stop = end + (cut if cut < len(after) or len(after) < margin else 0)
        moved = [
            (Span(max(0, span.start - start), span.end - start), code)
            for span, code in parts
            if span.end > start and span.start < stop
        ]
        hits = self._body.hits(text[start:stop], language, moved, self._deadline, thorough=True)
        for hit in hits:
            yield Hit(start + hit.start, start + hit.end, hit.word)


def _expanded(mark: Mark, generation: Snapshot) -> Mark:
    """Replace a fuzzy word by the words of the archive that it stands for."""
    if not mark.edits:
        return mark
    near = expand_fuzzy(mark.words[0], mark.edits, generation)
    return mark._replace(words=tuple(each.term for each in near.terms), edits=0)


def _positions(
    generation: Snapshot, doc: int, mark: Mark, suffixes: Iterable[str]
) -> NDArray[np.integer]:
    """Return at which positions of the body of a document a mark may be; none for a prefix."""
    if len(mark.words) > 1 and mark.near is None:
        found: NDArray[np.integer] = generation.inverted_index.positions("body", mark.words[0], doc)
        for distance, word in enumerate(mark.words[1:], 1):
            following = generation.inverted_index.positions("body", word, doc)
            found = np.intersect1d(found, following - distance)
        return found
    terms = [("body", word) for word in mark.words]
    terms += [
        (f"body_{suffix}", form) for suffix in suffixes for form in mark.stems.get(suffix, ())
    ]
    places = [generation.inverted_index.positions(field, term, doc) for field, term in terms]
    return np.unique(np.concatenate(places)) if places else np.empty(0, np.int32)


def _best(held: dict[int, list[int]]) -> list[int]:
    """Return the pieces to be read, of those that hold words of the query (their numbers).

    The first has the most different words, then the most hits; there is a second where there
    can be one, and further ones only for words that none before them has.
    """
    chosen: list[int] = []
    seen: set[int] = set()
    while held and len(chosen) < snippets.MAX_FRAGMENTS:
        left = [piece for piece in held if piece not in chosen]
        if not left:
            break
        best = max(left, key=lambda one: (len(set(held[one]) - seen), len(held[one]), -one))
        if len(chosen) > 1 and seen.issuperset(held[best]):
            break
        chosen.append(best)
        seen.update(held[best])
    return chosen
