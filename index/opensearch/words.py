"""What is counted while documents are sent: the words of an archive, the values of its facets.

An index of words, or of values, has in each of its entries what the entry was counted from. So the
counts of some documents can be added to it or taken away.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
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


class _Written(NamedTuple):
    """One way to write a word in one language, and how many titles and bodies have it."""

    of: WordList
    titles: int
    bodies: int
    is_stop: bool
    terms: Sequence[str]


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

    _titled: Counter[str] = field(default_factory=Counter)
    _lists: Counter[str] = field(default_factory=Counter)
    _bodies: Counter[str] = field(default_factory=Counter)
    _values: Counter[tuple[str, str]] = field(default_factory=Counter)
    _labels: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, document: Encoded) -> None:
        """Count a document."""
        self._titled.update(document.titled)
        self._lists.update(document.words)
        self._bodies.update(_folded(document.words))
        for name, values in zip(VALUE_FACETS, document.facets, strict=True):
            for value, label in values:
                self._values[name, value] += 1
                if label:
                    self._labels[name, value, label] += 1

    def take_away(self, document: Encoded) -> None:
        """Count a document no longer."""
        self._titled.subtract(document.titled)
        self._lists.subtract(document.words)
        self._bodies.subtract(_folded(document.words))
        for name, values in zip(VALUE_FACETS, document.facets, strict=True):
            for value, label in values:
                self._values[name, value] -= 1
                if label:
                    self._labels[name, value, label] -= 1

    @property
    def of_words(self) -> set[str]:
        """The words that are counted, folded."""
        return _folded(self._lists.keys() | self._titled.keys())

    @property
    def of_values(self) -> set[tuple[str, str]]:
        """The values that are counted, with their facets."""
        return set(self._values)

    def add_word(self, entry: dict[str, Any]) -> None:
        """Count the documents of an entry of an index of words."""
        word = entry["word"]
        self._bodies[word] += entry["body"]
        for suffix, normal, kind, titles, bodies in entry["lists"]:
            one = WordList(suffix, normal, word, kind).key
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
        for word, entries in self._by_word().items():
            of_body = [entry for entry in entries if entry.bodies]
            of_title = [entry for entry in entries if entry.titles]
            count = self._bodies[word]
            stopped = sum(entry.bodies for entry in of_body if entry.is_stop)
            is_speakable = word.isalpha() and MIN_LENGTH <= len(word) <= MAX_LENGTH
            yield Word(
                word,
                count,
                bool(count) and len(word) > _SHORT and 2 * stopped <= count,
                max(
                    sum(entry.bodies for entry in of_body),
                    sum(entry.titles for entry in of_title),
                ),
                word if is_speakable else "",
                _usual_form(of_body, word),
                _terms(of_title),
                _terms(of_body),
                sorted(
                    (one.suffix, one.normal, one.kind, titles, bodies)
                    for one, titles, bodies, _, _ in entries
                ),
            )

    def _by_word(self) -> dict[str, list[_Written]]:
        """Return the ways in which each word is written, with their terms."""
        by_suffix: defaultdict[str, list[WordList]] = defaultdict(list)
        for one in map(WordList.of, self._lists.keys() | self._titled.keys()):
            by_suffix[one.suffix].append(one)
        by_word: defaultdict[str, list[_Written]] = defaultdict(list)
        for suffix, lists in by_suffix.items():
            of_suffix, forms = analyzer(suffix), forms_of(suffix)
            tokens = [Token(one.normal, one.folded, 0, 0, 0, one.kind) for one in lists]
            forms.learn(tokens)
            for one, token in zip(lists, tokens, strict=True):
                terms = [term(suffix, form) for form in forms.of(token)]
                titles, bodies = self._titled[one.key], self._lists[one.key]
                written = _Written(one, titles, bodies, of_suffix.is_stop(token), terms)
                by_word[one.folded].append(written)
        return by_word

    def values(self) -> Iterator[Value]:
        """Yield every value of a facet."""
        labels: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for (name, value, label), count in self._labels.items():
            labels[name, value].append((label, count))
        for (name, value), count in self._values.items():
            ranked = sorted(labels.get((name, value), ()), key=lambda one: (-one[1], one[0]))
            yield Value(name, value, ranked[0][0] if ranked else "", count, ranked)


_KEYS: Final[dict[str, Callable[[list[str]], Any]]] = {
    "_titled": itemgetter(0),
    "_lists": itemgetter(0),
    "_bodies": itemgetter(0),
    "_values": tuple,
    "_labels": tuple,
}
"""The counters, and how their keys are made of strings."""


def _flat(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else tuple(key)


def _folded(keys: Iterable[str]) -> set[str]:
    # ``WordList.of(key).folded`` in half the time: this is done of every word of every document.
    return {key.split("\0", 3)[2] for key in keys}


def _usual_form(entries: Sequence[_Written], word: str) -> str:
    documents: Counter[str] = Counter()
    for entry in entries:
        documents[entry.of.normal] += entry.bodies
    return min(documents, key=lambda form: (-documents[form], form), default=word)


def _terms(entries: Sequence[_Written]) -> list[str]:
    return sorted({term for entry in entries for term in entry.terms})
