"""Learning names of organizations: from the archive's own documents, and from what a desk says.

A name that documents establish (by a cue, a legal form, ``Long form (ACR)``) counts in others where
it stands bare. It must be established in several documents and in a good share of those that have
it, and be no common word, given name or surname there. A desk adds names and refuses others by a
CSV file. What was learned is ``learned/names.json`` in the index directory; content hashes cover
its version.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ahocorasick
import orjson

from index.analysis import fold_key, fold_text
from index.build.kept import discard, keep, kept
from index.build.taught import read_table
from index.document import Document
from index.extract import ExtractionOptions, LearnedName, LearnedNames, detect_language
from index.extract.organizations import find_organizations, given_organization, may_be_surname
from index.publishing import FILE_MODE
from index.versions import LEARNING_VERSION
from index.vocabularies import LANGUAGES, countries, grammar, organizations

FILE = "names.json"
ESTABLISHED = 3
"""Documents that must establish a name."""
EXPLAINED = 2
"""Documents that must explain an acronym."""
SHARE = 0.2
"""Share of the documents with a name that must establish it."""
SHORTENED = 5
SHORTENED_SHARE = 0.6
SHORTENED_SURNAME = 0.15
"""The same for names that are a company's without its legal form."""
COMMON = 0.1
"""Share of documents in which a name may be written in small letters."""
SURNAME = 0.4
"""Share of documents in which a title or another name may stand before a name."""
_LEAST_LETTERS = 3
_MOST_ROWS = 100_000
_RULES = frozenset(("cue", "quoted", "acronym"))
"""Rules whose names do not show by themselves that they are of a body.

Clubs are left out, which are called as towns are."""
_STRENGTH = ("explained", "cue", "shortened")
"""How a document may establish a name, the strongest first; it counts once."""
_REMEDY = (
    "Give a UTF-8 CSV file with the columns name and organization (empty: it is none), or id and"
    " organizations; several names are separated by “;” or “|”."
)
_AGAIN = "Learn again, or delete it with `trouvaille learn --names --forget`."
_NOTHING = "none"
"""The version of names where there are none."""


@dataclass(frozen=True, slots=True)
class NameLesson:
    """What the archive and the desk teach; ``documents`` were read, copies left out."""

    learned: tuple[tuple[LearnedName, int], ...]
    """Names, and how many documents establish each."""
    given: tuple[LearnedName, ...]
    never: tuple[str, ...]
    documents: int = 0

    @property
    def names(self) -> LearnedNames:
        """What extraction uses. How many documents establish a name makes no other version."""
        names = tuple(name for name, _ in self.learned)
        rows = [*map(list, names)], [*map(list, self.given)], self.never
        content = orjson.dumps((LEARNING_VERSION, *rows))
        version = hashlib.blake2b(content, digest_size=8).hexdigest()
        if not (names or self.given or self.never):
            version = _NOTHING
        return LearnedNames(version, names, self.given, frozenset(self.never))


def learn(
    documents: Iterable[Document],
    before: NameLesson | None = None,
    languages: tuple[str, ...] = ExtractionOptions().languages,
) -> NameLesson:
    """Learn names from documents, which are read twice; what the desk gave ``before`` stays.

    ``languages`` are those that extraction tells apart. Of documents with the same text one counts.
    """
    number, established = _gather(documents, languages)
    counts = _count(documents, established, languages)
    learned = [
        (LearnedName(name, _commonest(ids), language), _documents(found))
        for (language, name), (found, ids) in established.items()
        if _counts(name, language, found, *counts[language, name])
    ]
    given, never = (before.given, before.never) if before else ((), ())
    return NameLesson(tuple(sorted(learned)), given, never, number)


_Key = tuple[str, str]
_Established = dict[_Key, tuple[Counter[str], Counter[str]]]
"""By language and name: documents by rule, and documents by organization."""


def _gather(documents: Iterable[Document], languages: tuple[str, ...]) -> tuple[int, _Established]:
    """Return the number of documents, and the names that enough of them may establish."""
    once: dict[_Key, tuple[str, str]] = {}  # most names stand in one document: a tuple is small
    found: _Established = {}
    number = 0
    for text, language in _distinct(documents, languages):
        number += 1
        strongest: dict[str, tuple[str, str]] = {}
        for name, rule, id in _establishing(text, language):
            said = rule, id
            strongest[name] = min(strongest.get(name, said), said, key=_by_strength)
        for name, said in strongest.items():
            key = language, name
            earlier = once.setdefault(key, said)
            if earlier is not said:
                if key not in found:
                    found[key] = Counter((earlier[0],)), Counter((earlier[1],))
                rules, ids = found[key]
                rules[said[0]] += 1
                ids[said[1]] += 1
    return number, dict(sorted(found.items()))


def _by_strength(said: tuple[str, str]) -> tuple[int, str]:
    return _STRENGTH.index(said[0]), said[1]


def _distinct(
    documents: Iterable[Document], languages: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield title and text, and the language, of documents; of copies of one text only the first.

    Titles of copies may differ.
    """
    seen: set[bytes] = set()
    for document in documents:
        body = " ".join((document.text or document.title or "").split())
        digest = hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=12).digest()
        if digest not in seen:
            seen.add(digest)
            lead = f"{document.title}\n\n" if document.title else ""
            yield lead + document.text, detect_language(document, languages).code


def _establishing(text: str, language: str) -> Iterator[tuple[str, str, str]]:
    """Yield the names that a text establishes: the name, the rule, the organization."""
    if language not in LANGUAGES:
        return
    matches = find_organizations(text, language)
    of_span = {span: one.id for one in matches.organizations for span in one.spans}
    for candidate in matches.candidates:
        id = of_span.get(candidate.span)
        if id and candidate.rule in _RULES:
            yield " ".join(text[candidate.span.start : candidate.span.end].split()), "cue", id
        if id:
            yield from ((alias, "shortened", id) for alias in candidate.aliases)
    for acronym, id in matches.acronyms.items():
        yield acronym, "explained", id


def _documents(rules: Mapping[str, int]) -> int:
    return sum(rules.values())


def _commonest(ids: Mapping[str, int]) -> str:
    return min(ids, key=lambda id: (-ids[id], id))


def _count(
    documents: Iterable[Document], names: Iterable[_Key], languages: tuple[str, ...]
) -> dict[_Key, tuple[int, int, int]]:
    """Count the documents that have each name: as it is, in small letters, as a surname."""
    by_key: dict[str, list[_Key]] = defaultdict(list)
    for language, name in names:
        by_key[fold_key(name)].append((language, name))
    automaton = ahocorasick.Automaton()
    for key, listed in by_key.items():
        automaton.add_word(f" {key} ", (len(key), tuple(listed)))
    counts: dict[_Key, list[int]] = {key: [0, 0, 0] for key in names}
    if not counts:
        return {}
    automaton.make_automaton()
    for text, language in _distinct(documents, languages):
        folded = fold_text(text)
        seen: set[tuple[_Key, int]] = set()
        for end, (length, listed) in automaton.iter(folded.text):
            span = folded.span(end - length, end)
            written = " ".join(text[span.start : span.end].split())
            for key in listed:
                if key[0] != language:
                    continue
                if written == key[1]:
                    seen.add((key, 0))
                    if may_be_surname(text, span.start, language):
                        seen.add((key, 2))
                elif written.islower():
                    seen.add((key, 1))
        for sought, kind in seen:
            counts[sought][kind] += 1
    return {key: (each[0], each[1], each[2]) for key, each in counts.items()}


def _counts(
    name: str, language: str, rules: Mapping[str, int], written: int, small: int, surname: int
) -> bool:
    """Say whether a name is established well enough to count where it stands bare."""
    clear, explained = _documents(rules) - rules.get("shortened", 0), rules.get("explained", 0)
    if clear >= ESTABLISHED or explained >= EXPLAINED:
        established = clear >= SHARE * written and surname <= SURNAME * written
    else:
        all = clear + rules.get("shortened", 0)
        enough = all >= SHORTENED and all >= SHORTENED_SHARE * written
        established = enough and surname <= SHORTENED_SURNAME * written
    if not established or small > COMMON * written:
        return False
    folded = fold_key(name)
    words = grammar(language)
    first, last = folded.split()[0], folded.split()[-1]
    if last in words["small"] or last in words["and"]:
        return False
    if first in words["given"] or folded in words["acronymstop"] or len(name) < _LEAST_LETTERS:
        return False
    return countries().resolve(name) is None


# What a desk says


def read_given(path: Path, indexed: Callable[[str], Document | None]) -> NameLesson:
    """Read names that a desk gives; ``indexed`` returns the document of the index with an id.

    Raises VocabularyError with file, line and reason at the first row that is malformed.
    """
    given: set[LearnedName] = set()
    bodies: dict[str, str] = {}
    never: set[str] = set()

    def take(row: Mapping[str, str], line: int) -> None:
        if line > _MOST_ROWS:
            raise ValueError(f"there are more than {_MOST_ROWS:,} rows")
        for name, body in _said(row, indexed):
            key = fold_key(name)
            if len(key) < _LEAST_LETTERS:
                raise ValueError(f"“{name}” has fewer than {_LEAST_LETTERS} letters")
            if key in (never if body else bodies):
                raise ValueError(f"“{name}” is an organization in one row, in one none")
            if not body:
                never.add(key)
                continue
            one = _given(name, body)
            if bodies.setdefault(key, one.id) != one.id:
                raise ValueError(f"“{name}” is of {bodies[key]} in a row above")
            given.add(one)

    read_table(path, _are_columns, take, _REMEDY)
    return NameLesson((), tuple(sorted(given)), tuple(sorted(never)))


_BY_NAME = frozenset(("name", "organization"))
_BY_DOCUMENT = frozenset(("id", "organizations"))


def _are_columns(names: Collection[str]) -> bool:
    return any(pair.issubset(names) for pair in (_BY_NAME, _BY_DOCUMENT))


def _said(
    row: Mapping[str, str], indexed: Callable[[str], Document | None]
) -> Iterator[tuple[str, str]]:
    """Yield what a row says: a name, and the organization that it is of (empty: none).

    A document is about organizations that are named as it writes them. Raises ValueError.
    """
    if row.keys() >= _BY_NAME and (row["name"] or not row.keys() >= _BY_DOCUMENT):
        if not row["name"]:
            raise ValueError("the name is empty")
        yield row["name"], row["organization"]
        return
    document = indexed(row["id"])
    if document is None:
        raise ValueError(f"the index has no document “{row['id']}”")
    text = f"{document.title}\n{document.text}"
    for name in filter(None, map(str.strip, row["organizations"].replace("|", ";").split(";"))):
        if name in text:
            yield name, name
        elif organizations().resolve(name) is None:
            raise ValueError(f"“{name}” does not stand in that document as it is written here")


def _given(name: str, body: str) -> LearnedName:
    return LearnedName(name, given_organization(body, "und").id, "")


# The file


def dumps(lesson: NameLesson) -> bytes:
    """Return names as JSON."""
    content = {
        "format": LEARNING_VERSION,
        "learned": [[*name, documents] for name, documents in lesson.learned],
        "given": [list(name) for name in lesson.given],
        "never": lesson.never,
    }
    return orjson.dumps(content)


def _lesson(data: bytes) -> NameLesson:
    raw: dict[str, Any] = orjson.loads(data)
    if raw["format"] != LEARNING_VERSION:
        raise ValueError(f"format {raw['format']}")
    return NameLesson(
        tuple((_name(each[:3]), int(each[3])) for each in raw["learned"]),
        tuple(map(_name, raw["given"])),
        tuple(map(str, raw["never"])),
    )


def _name(cells: Sequence[str]) -> LearnedName:
    text, id, language = map(str, cells)
    if not fold_key(text) or not id:
        raise ValueError(f"the name {text!r}")
    return LearnedName(text, id, language)


def save(root: Path, lesson: NameLesson, mode: int = FILE_MODE) -> None:
    """Keep names in the index directory. Raises what ``writing`` does."""
    keep(root, FILE, dumps(lesson), mode)


def load(root: Path) -> LearnedNames | None:
    """Return the names of an index directory, None where there are none.

    Raises IndexDamaged, and IndexUnavailable where the system does not let it be read.
    """
    lesson = load_lesson(root)
    names = lesson.names if lesson else None
    return None if names is None or names.version == _NOTHING else names


def load_lesson(root: Path) -> NameLesson | None:
    """Return all that was learned about names. Raises what ``load`` does."""
    return kept(root, FILE, _lesson, _AGAIN)


def forget(root: Path, mode: int = FILE_MODE) -> bool:
    """Delete the names of an index directory; return whether there were any."""
    return discard(root, FILE, mode)
