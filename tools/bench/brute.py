"""Answers by brute force: every document is analysed and looked at, nothing is indexed.

What counts as the same word is the product's own analysis; which documents match and how many
carry a facet value is worked out here from nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index import Document, Fields, Span
from index.analysis import ANALYZERS, analyse, analyzer, tokenize
from tools.bench.question import Entry, Question, published_day, with_parents


@dataclass
class Expected:
    """What a question has to be answered."""

    total: int = 0
    facets: dict[str, Counter[str]] = field(
        default_factory=lambda: {"organization": Counter(), "theme": Counter(), "lang": Counter()}
    )


class _Contents:
    """The terms of one document, and where its words as written stand."""

    def __init__(self, document: Document, fields: Fields) -> None:
        language = fields.language
        parts = language.parts or ((Span(0, len(document.text)), language.code),)
        title = analyse(document.title, [(Span(0, len(document.title)), language.code)])
        body = analyse(document.text, parts)
        self.stems: dict[str, set[str]] = {}
        self.written: list[dict[str, set[int]]] = []
        for text in (title, body):
            for suffix, terms in text.stems.items():
                self.stems.setdefault(suffix, set()).update(terms)
            self.written.append({term: set(at) for term, at in text.exact.items()})

    def has(self, forms: dict[str, frozenset[str]]) -> bool:
        return any(forms[suffix] & terms for suffix, terms in self.stems.items())

    def has_phrase(self, words: Sequence[str]) -> bool:
        return any(
            any(all(at + n in part.get(word, ()) for n, word in enumerate(words)) for at in starts)
            for part in self.written
            if (starts := part.get(words[0], set()))
        )

    def has_beginning(self, prefix: str) -> bool:
        return any(term.startswith(prefix) for part in self.written for term in part)


def answers(entries: Iterable[Entry], questions: Sequence[Question]) -> list[Expected]:
    """Answer every question by looking at every document."""
    found = [Expected() for _ in questions]
    forms = {word: _forms(word) for question in questions for word in question.words}
    folded = {word: tokenize(word)[0].folded for word in forms}
    for document, fields in entries:
        contents = _Contents(document, fields)
        day = published_day(fields)
        for question, expected in zip(questions, found, strict=True):
            if (
                question.first
                and question.last
                and not (day and question.first <= day <= question.last)
            ):
                continue
            if not _matches(question, contents, forms, folded):
                continue
            expected.total += 1
            expected.facets["organization"].update({one.id for one in fields.organizations})
            expected.facets["theme"].update(with_parents(fields))
            expected.facets["lang"][fields.language.code] += 1
    return found


def _matches(
    question: Question,
    contents: _Contents,
    forms: dict[str, dict[str, frozenset[str]]],
    folded: dict[str, str],
) -> bool:
    if not question.words:
        return True
    match question.operator:
        case "phrase":
            return contents.has_phrase([folded[word] for word in question.words])
        case "prefix":
            return contents.has_beginning(folded[question.words[0]])
        case "and":
            return all(contents.has(forms[word]) for word in question.words)
        case "or":
            return any(contents.has(forms[word]) for word in question.words)


def _forms(word: str) -> dict[str, frozenset[str]]:
    token = tokenize(word)[0]
    return {suffix: frozenset(analyzer(suffix).forms(token)) for suffix in ANALYZERS}
