"""Keys: what documents are found by exactly, beside the words of their texts. All declared here.

``from:``, ``to:`` and ``cc:`` have the words of names and addresses, folded, and every two that
stand beside each other, so that what is typed in one piece is found in one piece. So have
``person:``, ``place:``, ``keyword:`` and ``slug:``, as agencies give them; ``person:`` also has the
names of persons in texts. The others have identifiers. The keys on disk (``index.store.keys``) and
the fields of the query language follow from the declaration.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.analysis import tokenize
from index.document import Agency, Document, Mail, NamedPerson, Person
from index.vocabularies import known_persons

_KEPT = 1 << 12
"""Persons whose terms are kept."""


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field by which documents are found exactly; ``terms`` returns those of a document.

    ``fields`` are further names in the query language, folded. A value of a field of ``words`` is
    a name or an address; of the others, it is one identifier.
    """

    name: str
    terms: Callable[[Document], Iterable[str]]
    fields: tuple[str, ...] = ()
    words: bool = False

    def asked(self, value: str) -> tuple[str, ...]:
        """Return the terms that a document must have for a value that was asked for."""
        if not self.words:
            return (value,)
        words = _words(value)
        return tuple(_beside(words)) if len(words) > 1 else tuple(words)


def _words(text: str) -> list[str]:
    return [token.folded for token in tokenize(text) if token.kind != "compound"]


def _beside(words: list[str]) -> Iterator[str]:
    return (f"{left} {right}" for left, right in pairwise(words))


def _people(of: Callable[[Mail], tuple[Person, ...]]) -> Callable[[Document], Iterable[str]]:
    def terms(document: Document) -> Iterator[str]:
        for person in of(document.mail) if document.mail else ():
            for text in (person.name, person.address):
                words = _words(text)
                yield from words
                yield from _beside(words)

    return terms


def _given(of: Callable[[Agency], tuple[str, ...]]) -> Callable[[Document], Iterable[str]]:
    def terms(document: Document) -> Iterator[str]:
        for text in of(document.agency) if document.agency else ():
            words = _words(text)
            yield from words
            yield from _beside(words)

    return terms


def _given_as_they_are(
    of: Callable[[Agency], tuple[str, ...]],
) -> Callable[[Document], Iterable[str]]:
    return lambda document: of(document.agency) if document.agency else ()


KEY_FIELDS = {
    field.name: field
    for field in (
        KeyField("from", _people(lambda mail: mail.sender), ("de", "von", "da", "من"), words=True),
        KeyField("to", _people(lambda mail: mail.to), ("an", "para", "الي"), words=True),
        KeyField("cc", _people(lambda mail: mail.cc), words=True),
        KeyField("thread", lambda document: document.mail.thread if document.mail else ()),
        KeyField("parent", lambda document: (document.parent,) if document.parent else ()),
        KeyField("person", _given(lambda agency: agency.persons), ("personne",), words=True),
        KeyField("place", _given(lambda agency: agency.places), ("lieu",), words=True),
        KeyField("keyword", _given(lambda agency: agency.keywords), ("motcle",), words=True),
        KeyField("slug", _given(lambda agency: (agency.slug,)), words=True),
        KeyField("subject", _given_as_they_are(lambda agency: agency.subjects)),
        KeyField(
            "urgency",
            _given_as_they_are(lambda agency: (str(agency.urgency),) if agency.urgency else ()),
            ("urgence",),
        ),
        KeyField("digest", lambda document: (document.digest,) if document.digest else ()),
    )
}


def document_keys(
    document: Document, persons: Sequence[NamedPerson] = ()
) -> frozenset[tuple[str, str]]:
    """Return the keys of a document and of the persons that it names: field and term."""
    named = {("person", term) for person in persons for term in _named(person.id, person.label)}
    if not (document.mail or document.agency or document.parent or document.digest):
        return frozenset(named)
    return frozenset(
        (field.name, term) for field in KEY_FIELDS.values() for term in field.terms(document)
    ).union(named)


@lru_cache(_KEPT)
def _named(id: str, label: str) -> tuple[str, ...]:
    """Return the words of all names of a person, and every two beside each other."""
    names = {label, *known_persons().names(id)}
    words = [_words(name) for name in names]
    return tuple({term for each in words for term in (*each, *_beside(each))})
