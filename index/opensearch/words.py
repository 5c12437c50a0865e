"""What is counted while documents are sent: the words of an archive, the values of its facets.

An index of words, or of values, has in each of its entries what the entry was counted from. So the
counts of some documents can be added to it or taken away.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

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
    - ``title_terms``, ``body_terms``: the terms that it has in any language;
    - ``lists``: how many titles and bodies have it, by analyzer, spelling and kind.
    """

    word: str
    body: int
    completes: bool
    frequency: int
    spelt: str
    form: str
    title_terms: Sequence[str]
    body_terms: Sequence[str]
    lists: Sequence[tuple[str, str, str, int, int]]


class Value(NamedTuple):
    """A value of a facet, the label that most documents write, and how many have the value.

    ``labels`` are all labels with the number of documents that write them.
    """

    facet: str
    value: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count
    labels: Sequence[tuple[str, int]]


@dataclass
class Counts:
    """Counts of documents: of all that an index has, or of what has changed in it."""

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

    def take_away(self, document: Encoded) -> None:
        """Count a document no longer."""
        self._titled.subtract(document.titled)
        self._lists.subtract(document.words)
        self._bodies.subtract({word.folded for word in document.words})
        for name, values in zip(VALUE_FACETS, document.facets, strict=True):
            for value, label in values:
                self._values[name, value] -= 1
                if label:
                    self._labels[name, value, label] -= 1

    @property
    def of_words(self) -> set[str]:
        """The words that are counted, folded."""
        return {one.folded for one in self._lists.keys() | self._titled.keys()}

    @property
    def of_values(self) -> set[tuple[str, str]]:
        """The values that are counted, with their facets."""
        return set(self._values)

    def add_word(self, entry: dict[str, Any]) -> None:
        """Count the documents of an entry of an index of words."""
        word = entry["word"]
        self._bodies[word] += entry["body"]
        for suffix, normal, kind, titles, bodies in entry["lists"]:
            one = WordList(suffix, normal, word, kind)
            if titles:
                self._titled[one] += titles
            if bodies:
                self._lists[one] += bodies

    def add_value(self, entry: dict[str, Any]) -> None:
        """Count the documents of an entry of an index of values."""
        name, value = entry["facet"], entry["value"]
        self._values[name, value] += entry["count"]
        for label, count in entry["labels"]:
            self._labels[name, value, label] += count

    def dump(self) -> Iterator[tuple[str, Iterator[list[Any]]]]:
        """Yield all counts, as ``load`` takes them."""
        for name in _KEYS:
            yield name, ([*_flat(key), count] for key, count in getattr(self, name).items())

    def load(self, name: str, counts: list[list[Any]]) -> None:
        """Add counts that were dumped."""
        counter = getattr(self, name)
        for *key, count in counts:
            counter[_KEYS[name](key)] += count

    def settle(self) -> None:
        """Forget what no document has any more."""
        self._titled, self._lists = +self._titled, +self._lists
        self._bodies, self._values, self._labels = +self._bodies, +self._values, +self._labels

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
                sorted(
                    (one.suffix, one.normal, one.kind, self._titled[one], self._lists[one])
                    for one in {*of_body, *of_title}
                ),
            )

    def _usual_form(self, lists: Sequence[WordList], word: str) -> str:
        documents: Counter[str] = Counter()
        for one in lists:
            documents[one.normal] += self._lists[one]
        return min(documents, key=lambda form: (-documents[form], form), default=word)

    def values(self) -> Iterator[Value]:
        """Yield every value of a facet."""
        labels: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for (name, value, label), count in self._labels.items():
            labels[name, value].append((label, count))
        for (name, value), count in self._values.items():
            ranked = sorted(labels.get((name, value), ()), key=lambda one: (-one[1], one[0]))
            yield Value(name, value, ranked[0][0] if ranked else "", count, ranked)


_KEYS: Final[dict[str, Callable[[list[str]], Any]]] = {
    "_titled": WordList._make,
    "_lists": WordList._make,
    "_bodies": lambda key: key[0],
    "_values": tuple,
    "_labels": tuple,
}
"""The counters, and how their keys are made of strings."""


def _flat(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else tuple(key)


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
