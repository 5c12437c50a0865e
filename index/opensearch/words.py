"""What is counted while documents are sent: the words of an archive, the values of its facets."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.analysis import Token, analyzer
from index.facets import VALUE_FACETS
from index.opensearch.encode import Encoded, WordList, forms_of, term
from index.store import MAX_LENGTH, MIN_LENGTH

_SHORT = 2
"""Letters of a word that nobody wants completed."""


class Word(NamedTuple):
    """A word of the archive, folded, as the index of words has it.

    - ``body``: how many documents have it in the body;
    - ``completes``: it is neither very short nor a stop word in most of these;
    - ``frequency``: about how many documents have it, those of its ways to be written added up;
    - ``spelt``: the word again if others may be misspellings of it, else empty;
    - ``form``: how most documents write it;
    - ``title_terms``, ``body_terms``: the terms that it has in any language.
    """

    word: str
    body: int
    completes: bool
    frequency: int
    spelt: str
    form: str
    title_terms: Sequence[str]
    body_terms: Sequence[str]


class Value(NamedTuple):
    """A value of a facet, the label that most documents write, and how many have the value."""

    facet: str
    value: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count


@dataclass
class Counts:
    """Counts of the documents that were sent, without those taken away again."""

    _titled: Counter[WordList] = field(default_factory=Counter)
    _lists: Counter[WordList] = field(default_factory=Counter)
    _bodies: Counter[str] = field(default_factory=Counter)
    _values: Counter[tuple[str, str]] = field(default_factory=Counter)
    _labels: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, document: Encoded) -> None:
        """Count a document."""
        self._titled.update(document.titled)
        self._lists.update(document.words)
        self._bodies.update({word.folded for word in document.words})
        for name, values in zip(VALUE_FACETS, document.facets, strict=True):
            for value, label in values:
                self._values[name, value] += 1
                if label:
                    self._labels[name, value, label] += 1

    def words(self) -> Iterator[Word]:
        """Yield every word, in no order."""
        in_body, in_title = _by_word(self._lists), _by_word(self._titled)
        by_suffix: defaultdict[str, list[Token]] = defaultdict(list)
        for one in self._lists.keys() | self._titled.keys():
            by_suffix[one.suffix].append(_token(one))
        for suffix, tokens in by_suffix.items():
            forms_of(suffix).learn(tokens)
        for word in in_body.keys() | in_title.keys():
            of_body, of_title = in_body.get(word, []), in_title.get(word, [])
            count = self._bodies[word]
            stopped = sum(self._lists[one] for one in of_body if _is_stop(one))
            is_speakable = word.isalpha() and MIN_LENGTH <= len(word) <= MAX_LENGTH
            yield Word(
                word,
                count,
                bool(count) and len(word) > _SHORT and 2 * stopped <= count,
                max(
                    sum(self._lists[one] for one in of_body),
                    sum(self._titled[one] for one in of_title),
                ),
                word if is_speakable else "",
                self._usual_form(of_body, word),
                _terms(of_title),
                _terms(of_body),
            )

    def _usual_form(self, lists: Sequence[WordList], word: str) -> str:
        documents: Counter[str] = Counter()
        for one in lists:
            documents[one.normal] += self._lists[one]
        return min(documents, key=lambda form: (-documents[form], form), default=word)

    def values(self) -> Iterator[Value]:
        """Yield every value of a facet."""
        best: dict[tuple[str, str], tuple[int, str]] = {}
        for (name, value, label), count in self._labels.items():
            key = name, value
            best[key] = min(best.get(key, (0, "")), (-count, label))
        for (name, value), count in self._values.items():
            yield Value(name, value, best.get((name, value), (0, ""))[1], count)


def _by_word(lists: Counter[WordList]) -> dict[str, list[WordList]]:
    by_word: defaultdict[str, list[WordList]] = defaultdict(list)
    for one in lists:
        by_word[one.folded].append(one)
    return by_word


def _token(one: WordList) -> Token:
    return Token(one.normal, one.folded, 0, 0, len(one.normal), one.kind)


def _is_stop(one: WordList) -> bool:
    return analyzer(one.suffix).is_stop(_token(one))


def _terms(lists: Sequence[WordList]) -> list[str]:
    terms = {
        term(one.suffix, form) for one in lists for form in forms_of(one.suffix).of(_token(one))
    }
    return sorted(terms)
