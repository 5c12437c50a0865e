"""The highlighter: the words of one query, highlighted in the documents of one page of results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from index import Span
from index.analysis import analyzer
from index.document import page_at
from index.store import Details, Head, LongText, spans, word_end
from search.engine import Highlights, Lexicon, StoredTexts, Terms
from search.highlight import snippets
from search.highlight.matcher import Hit, Matcher, field_terms, joined
from search.query import Mark, ParsedQuery, expand_fuzzy

MARGIN = 2 * snippets.FRAGMENT
"""Characters before and after a piece of a long text that are matched too."""
PHRASE_MARGIN = 1_000
"""The same if the query has phrases."""


class Highlighter:
    """Highlights the words of one query in documents, for a limited number of seconds.

    What is not found in time is not highlighted.
    """

    def __init__(
        self,
        parsed: ParsedQuery,
        texts: StoredTexts,
        terms: Terms,
        lexicon: Lexicon,
        seconds: float,
    ) -> None:
        self._texts = texts
        self._terms = terms
        self._marks = [expanded(mark, lexicon) for mark in parsed.marks]
        written = terms.written_words
        self._title = Matcher(field_terms(self._marks, "title"), partial(written, "title"))
        self._body = Matcher(field_terms(self._marks, "body"), partial(written, "body"))
        named = [("organization", id) for id in parsed.organizations]
        named += [("country", id) for id in parsed.countries]
        self._named = {value: len(self._marks) + number for number, value in enumerate(named)}
        self._deadline = perf_counter() + seconds
        self._late = False

    def html(self, documents: Sequence[tuple[int, Head]]) -> list[Highlights]:
        """Return the title and fragments of the body of each document as HTML."""
        texts: list[tuple[Details, str | LongText]] = []
        for doc, head in documents:
            details = self._texts.details(doc, head)
            texts.append((details, self._texts.text(doc, details)))
        languages = [head.language for _, head in documents]
        self._title.prepare([(head.title, head.language) for _, head in documents])
        self._body.prepare(
            [
                (text, language)
                for (details, text), language in zip(texts, languages, strict=True)
                if isinstance(text, str) and not details.parts
            ]
        )
        return [
            self._html(doc, head, details, text)
            for (doc, head), (details, text) in zip(documents, texts, strict=True)
        ]

    def _html(self, doc: int, head: Head, details: Details, text: str | LongText) -> Highlights:
        mentions = self._mentions(head, details)
        parts = details.language_parts()
        if isinstance(text, LongText):
            hits = self._hits_of_long(doc, text, head.language, parts, mentions)
        else:
            hits = self._body.hits(text, head.language, parts, self._deadline)
            self._late = self._body.late
            hits = joined(hits, mentions) if mentions else hits
        fragments = snippets.body(text, hits)
        return Highlights(
            title=snippets.title(head.title, self._title.hits(head.title, head.language)),
            body=tuple([fragment.html for fragment in fragments]),
            pages=_pages(details, [fragment.start for fragment in fragments] if hits else ()),
            truncated=self._late,
        )

    def offsets(self, documents: Sequence[tuple[int, Head]]) -> list[Highlights]:
        """Return all matches of each document as character offsets."""
        return [replace(self.complete(*document), title=(), body=()) for document in documents]

    def complete(self, doc: int, head: Head) -> Highlights:
        """Return all matches as character offsets, and the title and fragments as HTML."""
        details = self._texts.details(doc, head)
        text = self._texts.text(doc, details)[:]
        parts = details.language_parts()
        title = self._title.hits(head.title, head.language)
        body = self._body.hits(text, head.language, parts, self._deadline, thorough=True)
        self._late = self._body.late
        body = joined(body, self._mentions(head, details))
        fragments = snippets.body(text, body)
        return Highlights(
            title=snippets.title(head.title, title),
            body=tuple([fragment.html for fragment in fragments]),
            pages=_pages(details, [fragment.start for fragment in fragments] if body else ()),
            title_offsets=snippets.offsets(title),
            body_offsets=snippets.offsets(body),
            truncated=self._late or max(len(title), len(body)) > snippets.MAX_OFFSETS,
        )

    def _mentions(self, head: Head, details: Details) -> list[Hit]:
        """Return where a document mentions what the query names, by any of its names, in order."""
        if not self._named:
            return []
        organizations = [("organization", id) for id, _ in head.organizations]
        countries = [("country", id) for id in head.countries]
        mentioned = [
            *zip(organizations, details.mentions, strict=True),
            *zip(countries, details.country_mentions, strict=True),
        ]
        return sorted(
            Hit(start, end, self._named[value])
            for value, flat in mentioned
            if value in self._named
            for start, end in spans(flat)
        )

    def _hits_of_long(
        self,
        doc: int,
        text: LongText,
        language: str,
        parts: Sequence[tuple[Span, str]],
        mentions: Sequence[Hit],
    ) -> list[Hit]:
        """Return the hits in those pieces of a long text that have most words of the query."""
        suffixes = {analyzer(code).suffix for code in (language, *(code for _, code in parts))}
        marks_in: dict[int, list[int]] = defaultdict(list)
        for number, mark in enumerate(self._marks):
            if "body" in mark.fields:
                for position in self._positions(doc, mark, suffixes).tolist():
                    marks_in[text.at_position(position)].append(number)
        for hit in mentions:
            marks_in[text.at_character(hit.start)].append(hit.word)
        chosen = snippets.best(dict(sorted(marks_in.items())))
        hits: list[Hit] = []
        self._late = False
        for piece in chosen:
            hits += self._hits_of_piece(text, piece, language, parts)
        # The positions of words with a prefix would take too long to read: look for them instead.
        prefixes = {number for _, number in self._body.terms.prefixes}
        for piece in range(text.pieces):
            if prefixes <= {hit.word for hit in hits}:
                break
            if perf_counter() > self._deadline:
                self._late = True
                break
            if piece not in chosen:
                chosen.append(piece)
                hits += self._hits_of_piece(text, piece, language, parts)
        return joined(hits, [hit for hit in mentions if text.at_character(hit.start) in chosen])

    def _hits_of_piece(
        self, text: LongText, piece: int, language: str, parts: Sequence[tuple[Span, str]]
    ) -> Iterator[Hit]:
        """Yield the hits in a piece and in a margin around it, which ends between words."""
        margin = PHRASE_MARGIN if self._body.terms.phrases else MARGIN
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
        self._late = self._late or self._body.late
        for hit in hits:
            yield Hit(start + hit.start, start + hit.end, hit.word)

    def _positions(
        self, doc: int, mark: Mark, suffixes: Iterable[str]
    ) -> NDArray[np.signedinteger]:
        """Return the positions in the body where a mark may match; none for a prefix."""
        positions = self._terms.positions
        if len(mark.words) > 1 and mark.near is None:
            starts = positions("body", mark.words[0], doc)
            for distance, word in enumerate(mark.words[1:], 1):
                starts = np.intersect1d(starts, positions("body", word, doc) - distance)
            return starts
        terms = [("body", word) for word in mark.words]
        terms += [
            (f"body_{suffix}", form) for suffix in suffixes for form in mark.stems.get(suffix, ())
        ]
        found = [positions(field, term, doc) for field, term in terms]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _pages(details: Details, characters: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers of the pages that characters stand on; none without pages."""
    if not details.pages:
        return ()
    return tuple(page_at(details.pages, character) or 1 for character in characters)


def expanded(mark: Mark, lexicon: Lexicon) -> Mark:
    """Replace a fuzzy word by the words of the index that it stands for."""
    if not mark.edits:
        return mark
    near = expand_fuzzy(mark.words[0], mark.edits, lexicon)
    return mark._replace(words=tuple(entry.term for entry in near.terms), edits=0)
