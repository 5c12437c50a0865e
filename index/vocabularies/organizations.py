"""The authority of organizations.

``organizations.tsv`` has one row per organization. Its columns, separated by tabs, are: id, kind,
parent, wikidata, eurovoc, source, context, then the names in every language (``mul``), fr, en, es,
de, it, pt, ar. ``;`` separates the names of a cell. Marks stand before a name:

=X    an acronym: recognised in capitals (or as written here), in the languages of its cell
=!X   an acronym of two letters that was checked to mean nothing else in its languages
~X    ambiguous: counts only beside a cue of ``context`` or an unambiguous name of the same
      organization; ``=~X`` for an acronym
<X    a former name
^X    exact: written with these capitals and no others
-X    resolves when somebody asks for it, never looked for in texts

In a context ``@X`` is a cue that must stand beside the name, ``+fr`` says that the body is one of
France, and that other countries have bodies of the same name.

A former name may end with its period, as in ``<I-Télé @1999/2017-02-27``: from the first day to
the day before the second, either of which may be missing, or be a year or a month. Documents of
that period are shown with it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

from index.analysis import fold_key, name_key
from index.vocabularies.countries import countries
from index.vocabularies.grammar import grammar
from index.vocabularies.national import NationalBodies, load_national
from index.vocabularies.vocabulary import (
    LANGUAGES,
    Lazy,
    Row,
    Vocabulary,
    best_claims,
    read_phrases,
    read_rows,
    split_list,
)

COLUMNS = ("id", "kind", "parent", "wikidata", "eurovoc", "source", "context", "mul", *LANGUAGES)
_FIRST_NAMES = COLUMNS.index("mul")
_WIKIDATA = COLUMNS.index("wikidata")
_KIND_NAMES = (
    "igo un eu agency court bank company media ngo party union armed sport"
    " ministry parliament police university research religion forum"
)
_KINDS = frozenset(_KIND_NAMES.split())
_INTERNATIONAL = frozenset(("igo", "un", "eu", "forum"))
"""Kinds of bodies that act in all countries."""
_CALLED_BY_ACRONYM = frozenset(("company", "media", "union", "police"))
"""Kinds of bodies that readers know by their acronym, where nothing else is called so."""
_SHORT_NAME = 2
"""Words of a name that nobody abbreviates."""
_SHORT_ACRONYM = 3
"""Letters that an acronym needs to count without a mark."""


class Name(NamedTuple):
    """One name of an organization, in ``language`` (``mul``: in all of them)."""

    text: str
    language: str
    acronym: bool = False
    ambiguous: bool = False
    former: bool = False
    sought: bool = True
    checked: bool = False
    exact: bool = False
    since: str = ""
    until: str = ""
    """The period of a former name: the first day, and the first day behind it (ISO 8601)."""

    def was_borne(self, day: str) -> bool:
        """Say whether this is a former name, with a period that a day lies in.

        A month or a year (``2017``) lies in it as a whole.
        """
        dated = self.former and bool(self.since or self.until)
        return dated and self.since <= day and (not self.until or day < self.until[: len(day)])

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the organization bears the name."""
        return LANGUAGES if self.language == "mul" else (self.language,)


@dataclass(frozen=True, slots=True)
class OrganizationEntry:
    """One organization. ``context`` holds folded cues for its ambiguous names.

    ``near`` holds those that must stand beside the name. A body that has such cues, or
    ``countries`` (ISO 3166), is of these alone: others have bodies of the same name.
    """

    id: str
    kind: str
    parent: str
    context: tuple[str, ...]
    names: tuple[Name, ...]
    near: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def label(self, locale: str) -> str:
        """Return the text of the name that ``name`` returns."""
        return self.name(locale).text

    def name(self, locale: str) -> Name:
        """Return the name in ``locale``, else the one in all languages, in French, in English.

        A full name goes before an acronym, but for bodies that everybody calls by it because their
        name is long (SNCF, CGT), and any other before an ambiguous acronym. Former names are not
        shown.
        """
        called = self.kind in _CALLED_BY_ACRONYM
        names = [n for n in self.names if not (n.former or (n.acronym and n.ambiguous))]
        for language in (locale, "mul", "fr", "en"):
            shown = [n for n in names if n.language in (language, "mul")]
            full = next((n.text for n in shown if not n.acronym), "")
            long = len(name_key(full).split()) > _SHORT_NAME
            for name in shown if called and long else ():
                if name.acronym and len(name.text) >= _SHORT_ACRONYM:
                    return name
            for acronym in (False, True):
                for name in shown:
                    if name.language == language and name.acronym == acronym:
                        return name
        return next(iter(names), self.names[0])

    def label_apart(self, locale: str) -> str:
        """Return the label with the country behind it, or else another full name of the body."""
        label = self.label(locale)
        if self.countries:
            return f"{label} ({countries().label(self.countries[0], locale)})"
        full = [name for name in self.names if not (name.acronym or name.former)]
        order = (locale, "mul", "fr", "en")
        full.sort(key=lambda name: order.index(name.language) if name.language in order else 9)
        return next((n.text for n in full if n.text.casefold() != label.casefold()), label)

    def label_at(self, locale: str, day: str) -> str | None:
        """Return the name that the body bore on a day (ISO 8601) if it has another now."""
        shown = [n for n in self.names if n.language in (locale, "mul")] or self.names
        return next((name.text for name in shown if name.was_borne(day)), None)

    def all_names(self) -> Iterator[str]:
        """Yield every name and acronym, in all languages."""
        return (name.text for name in self.names)


@dataclass(frozen=True)
class OrganizationAuthority(Vocabulary[OrganizationEntry]):
    """All organizations known by name."""

    traps: tuple[str, ...] = ()
    """Folded phrases that contain a known name and name something else, or nothing."""
    national: NationalBodies = field(default_factory=lambda: NationalBodies({}, {}, {}))

    def label(self, id: str, locale: str) -> str:
        """Return the name of ``id`` in ``locale``; an unknown ``id`` is returned as it is.

        No two have the same, and none has that of a body outside the authority.
        """
        return (
            self.national.label(id, locale)
            or self._labels_apart(locale).get(id)
            or Vocabulary.label(self, id, locale)
        )

    def _labels_apart(self, locale: str) -> Mapping[str, str]:
        """Return the labels of the bodies whose names others bear too, by id."""
        labels = self._apart.get(locale)
        if labels is None:
            labels = self._apart[locale] = self._make_apart(locale)
        return labels

    @cached_property
    def _apart(self) -> dict[str, Mapping[str, str]]:
        return {}

    def _make_apart(self, locale: str) -> Mapping[str, str]:
        by_label: dict[str, list[OrganizationEntry]] = defaultdict(list)
        for entry in self._namesakes:
            by_label[entry.label(locale).casefold()].append(entry)
        return {
            entry.id: entry.label_apart(locale)
            for label, bearers in by_label.items()
            for entry in bearers
            if len(bearers) > 1 or not all(self.known(label, code) for code in LANGUAGES)
        }

    @cached_property
    def _namesakes(self) -> tuple[OrganizationEntry, ...]:
        """The bodies of one country, and those that have a name of another body."""
        bearers: dict[str, set[str]] = defaultdict(set)
        for entry in self.entries.values():
            for name in entry.names:
                bearers[name.text.casefold()].add(entry.id)
        shared = {id for ids in bearers.values() if len(ids) > 1 for id in ids}
        return tuple(one for one in self.entries.values() if one.countries or one.id in shared)

    def label_at(self, id: str, locale: str, day: str) -> str | None:
        """Return the name that ``id`` bore on a day (ISO 8601); None if it is that of today."""
        entry = self.entries.get(id)
        return entry.label_at(locale, day) if entry else None

    def names(self, id: str) -> Iterable[str]:
        """Return every name of ``id``, in all languages, each once."""
        if self.national.parts(id) is None:
            return Vocabulary.names(self, id)
        return dict.fromkeys(self.label(id, locale) for locale in LANGUAGES)

    def resolve(self, text: str) -> str | None:
        """Return the id that ``text`` is, or is a name of, whatever its case and accents.

        A country in brackets behind the name tells which of several is meant.
        """
        return (
            Vocabulary.resolve(self, text)
            or self.national.resolve(text)
            or self._resolve_apart(text)
        )

    def _resolve_apart(self, text: str) -> str | None:
        name, bracket, country = text.rstrip().removesuffix(")").rpartition("(")
        code, key = countries().resolve(country.strip()) if bracket else None, name_key(name)
        for entry in self._namesakes if code else ():
            if code in entry.countries and key in map(name_key, entry.all_names()):
                return entry.id
        return None

    def made_of(self, entries: Mapping[str, OrganizationEntry]) -> "OrganizationAuthority":
        """Return an authority of other entries, with the same traps and national bodies."""
        aliases = Lazy(lambda: best_claims(_claims(entries.values())))
        return OrganizationAuthority(entries, aliases, self.traps, self.national)

    def parent(self, id: str) -> str | None:
        """Return the body that ``id`` is an organ of."""
        entry = self.entries.get(id)
        return entry.parent or None if entry else None

    def known(self, name: str, language: str) -> str | None:
        """Return the one body that a name is of without doubt, in whatever way it is written.

        Case, accents, a legal form and words such as *group* beside it do not matter. A name that
        is not sought in texts, or an acronym or exact name of a body of one country, counts in its
        own language alone; so does an acronym that another body has, but for one of all countries.
        One that is ambiguous in texts counts as it is, if it is that of one body only, and of no
        single country.
        """
        folded = _without_legal(fold_key(name).split(), _SHORT_ACRONYM)
        whole = _ARTICLE.sub("", " ".join(folded)).split()
        for words in (*_without_corporate(folded), *_without_corporate(whole)):
            key = " ".join(words)
            if len(key) < _SHORT_ACRONYM:
                continue
            id = self._known.get((key, language)) or self._known.get((key, "mul"))
            if id:
                return id
        return self._known_as_written.get(name_key(name)) or None

    @cached_property
    def _known_as_written(self) -> Mapping[str, str]:
        """Bodies by key of their ambiguous and shortest names; empty where two have one."""
        ids: dict[str, str] = {}
        for entry in self.entries.values():
            full = any(not (name.acronym or name.former) for name in entry.names)
            for name in entry.names:
                doubtful = name.ambiguous or len(name.text) < _SHORT_ACRONYM
                if doubtful and name.sought and not (name.acronym and full):
                    id = "" if entry.countries else entry.id
                    if ids.setdefault(name_key(name.text), id) != id:
                        ids[name_key(name.text)] = ""
        return ids

    @cached_property
    def _known(self) -> Mapping[tuple[str, str], str]:
        """Bodies by key of their unambiguous names and language; empty where two have one."""
        ids: dict[tuple[str, str], str] = {}
        for entry in self.entries.values():
            for name in entry.names:
                if name.ambiguous:
                    continue
                key = _without_legal(name_key(name.text).split(), _SHORT_ACRONYM)
                keys = {" ".join(key)}
                if entry.kind in _CALLED_WITHOUT_ARTICLE:
                    keys.add(_ARTICLE.sub("", " ".join(key)))
                several = name.sought and not self._is_of_own(entry, name)
                for each in keys:
                    for language in ("mul",) if several else name.languages:
                        if ids.setdefault((each, language), entry.id) != entry.id:
                            ids[each, language] = ""
        return ids

    def _is_of_own(self, entry: OrganizationEntry, name: Name) -> bool:
        """Say whether a name counts in its own languages alone."""
        if not name.acronym:
            return name.exact and bool(entry.countries)
        shared = len(self._by_acronym[name.text]) > 1 and entry.kind not in _INTERNATIONAL
        return shared or bool(entry.countries)

    @cached_property
    def _by_acronym(self) -> Mapping[str, set[str]]:
        """The bodies that have an acronym in some language."""
        bearers: dict[str, set[str]] = defaultdict(set)
        for entry in self.entries.values():
            for name in entry.names:
                if name.acronym:
                    bearers[name.text].add(entry.id)
        return bearers


_CALLED_WITHOUT_ARTICLE = frozenset(("company", "party"))
_CORPORATE = frozenset(
    ("group", "groupe", "grupo", "gruppo", "gruppe", "konzern", "holding", "company", "concern")
)
_ARTICLE = re.compile(r"^(?:the|le|la|les|l|el|los|las|il|lo|gli|i|der|die|das|o|a|os|as) ")
_LONGEST_WITH_S = 5
_KEPT = 1 << 14
"""Names whose keys are kept: archives name the same bodies again and again."""


def _without_legal(words: list[str], least: int = 0) -> list[str]:
    """Return words without the legal forms at their end, but with ``least`` letters at least."""
    legal = grammar("und")["legal"]
    while len(words) > 1:
        count = 1 if words[-1] in legal else 2 if " ".join(words[-2:]) in legal else 0
        if not count or len(" ".join(words[:-count])) < max(least, 1):
            return words
        words = words[:-count]
    return words


def _without_corporate(words: list[str]) -> Iterator[list[str]]:
    """Yield words, then the same without one more word such as *group* at their ends."""
    yield words
    while len(words) > 1 and words[-1] in _CORPORATE:
        words = _without_legal(words[:-1], _SHORT_ACRONYM)
        yield words
    while len(words) > 1 and words[0] in _CORPORATE:
        words = words[1:]
        yield words


@lru_cache(_KEPT)
def body_key(name: str) -> str:
    """Return what all ways to write an unknown name have in common, in whatever language.

    No article, no legal form, no final *s* of a long last word: the key of a name is that of the
    label under which it is shown.
    """
    words = _without_legal(_ARTICLE.sub("", fold_key(name)).split())
    if words and len(words[-1]) > _LONGEST_WITH_S and words[-1].endswith("s"):
        words = [*words[:-1], words[-1].removesuffix("s")]
    return " ".join(words)


def bare_key(name: str) -> str:
    """Return what is left of a name without what makes no other body.

    That is an article before it, legal forms and words such as *group* beside it, and spaces.
    """
    *_, bare = _without_corporate(_without_legal(_ARTICLE.sub("", fold_key(name)).split()))
    return "".join(bare)


def names_body(name: str) -> bool:
    """Say whether a name holds a word that bodies are called by, in whatever language."""
    called, endings = _called()
    words = fold_key(name).split()
    return any(
        word in called or word.removeprefix("ال") in called or word.endswith(endings)
        for word in words
    )


@cache
def _called() -> tuple[frozenset[str], tuple[str, ...]]:
    roles = ("head", "ministry", "court", "bare", "lower", "direct", "legal", "suffix", "of", "own")
    words = {
        word
        for code in LANGUAGES
        for role in roles
        for word in grammar(code)[role]
        if len(word) > 2
    }
    endings = ("ministerium", "verband", "verein", "gesellschaft", "gericht", "bund", "zeitung")
    return frozenset(words), endings


def slug(name: str) -> str:
    """Make an identifier of a name: folded words joined by hyphens."""
    return fold_key(name).replace("&", "and").replace("+", "plus").replace(" ", "-")


_DAY = r"(?:\d{4}(?:-\d\d(?:-\d\d)?)?)?"
_PERIOD = re.compile(rf" @({_DAY})/({_DAY})$")


def parse_name(marked: str, language: str) -> Name:
    """Read one name with its marks, and the period of a former name."""
    text = marked.lstrip("=!~<^-")
    marks = marked[: len(marked) - len(text)]
    if not marks and "@" not in text:
        return Name(text, language)
    period = _PERIOD.search(text)
    since, until = period.groups() if period else ("", "")
    return Name(
        (text[: period.start()] if period else text).strip(),
        language,
        acronym="=" in marks,
        ambiguous="~" in marks,
        former="<" in marks,
        sought="-" not in marks,
        checked="!" in marks,
        exact="^" in marks,
        since=since,
        until=until,
    )


def check_period(row: Row, marked: str, name: Name) -> None:
    """Refuse a period that is malformed, ends before it begins, or is that of a present name.

    Raises VocabularyError.
    """
    dated = bool(name.since or name.until)
    if "@" in name.text or (dated and not name.former) or name.since >= name.until > "":
        raise row.error(f"“{marked}” is no former name with its period: <Name @1999/2017-02-27")


def _entry(row: Row) -> OrganizationEntry:
    if len(row.cells) != len(COLUMNS):
        raise row.error(f"{len(row.cells)} columns where {len(COLUMNS)} are expected")
    id, kind, parent, _, _, source, cued, *written = row.cells
    if not id or id != id.lower() or " " in id:
        raise row.error(f"{id!r} is not an identifier (lower case, no spaces)")
    if kind not in _KINDS:
        raise row.error(f"unknown kind {kind!r}")
    if not source:
        raise row.error("the source is missing")
    names = []
    for language, cell in zip(COLUMNS[_FIRST_NAMES:], written, strict=True):
        for marked in split_list(cell):
            name = parse_name(marked, language)
            if not name.text[:1].isalnum() and not fold_key(name.text):
                raise row.error(f"the name {marked!r} has no letter")
            check_period(row, marked, name)
            names.append(name)
    if not any(name.sought for name in names):
        raise row.error(f"{id} has no name")
    context, near, of = _cues(cued)
    return OrganizationEntry(id, kind, parent, context, tuple(names), near, of)


@cache
def _cues(listed: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the folded cues of a cell, those that must stand near, and countries.

    Many cells are alike.
    """
    by_mark: dict[str, list[str]] = {"": [], "@": [], "+": []}
    for cue in split_list(listed):
        mark = cue[0] if cue[0] in by_mark else ""
        by_mark[mark].append(fold_key(cue.removeprefix(mark)))
    return tuple(by_mark[""]), tuple(by_mark["@"]), tuple(by_mark["+"])


def read_apart(path: Path) -> dict[frozenset[str], Row]:
    """Read the pairs of ids whose names are alike but for a legal form and the like.

    Raises VocabularyError for a malformed row.
    """
    pairs = {}
    for row in read_rows(path, "|"):
        if len(row.cells) != 3 or not all(row.cells):
            raise row.error("expected: id | id of the other body | why they are two")
        pairs[frozenset(row.cells[:2])] = row
    return pairs


def load_organizations(
    path: Path,
    traps: Path | None = None,
    national: Path | None = None,
    apart: Path | None = None,
    *,
    checked: bool = True,
) -> OrganizationAuthority:
    """Read an authority, and check it; that names have one bearer only if ``checked``.

    Raises VocabularyError, with file, line and reason, for a malformed row, a duplicate id, a
    name that two organizations bear in one language, a short acronym that is not marked, and an
    unknown parent. ``apart`` lists bodies that are two though their names are alike.
    """
    entries: dict[str, OrganizationEntry] = {}
    rows: dict[str, Row] = {}
    for row in read_rows(path, "\t"):
        entry = _entry(row)
        if entry.id in entries:
            raise row.error(f"the id {entry.id} stands also in line {rows[entry.id].line}")
        entries[entry.id], rows[entry.id] = entry, row
    for entry in entries.values():
        if entry.parent and entry.parent not in entries:
            raise rows[entry.id].error(f"the parent {entry.parent} is not in the authority")
        unknown = [code for code in entry.countries if code not in countries().entries]
        if unknown:
            raise rows[entry.id].error(f"{unknown[0]!r} is no code of a country")
    for entry in entries.values():
        above, steps = entry.parent, {entry.id}
        while above:
            if above in steps:
                raise rows[entry.id].error(f"{entry.id} is above itself: its parents are a circle")
            steps.add(above)
            above = entries[above].parent
    if checked:
        _check_distinct(entries.values(), rows, read_apart(apart) if apart else {})
    return OrganizationAuthority(
        entries,
        Lazy(lambda: best_claims(_claims(entries.values()))),
        read_phrases(traps),
        load_national(national, entries) if national else NationalBodies({}, {}, {}),
    )


def _check_distinct(
    entries: Iterable[OrganizationEntry],
    rows: Mapping[str, Row],
    apart: Mapping[frozenset[str], Row],
) -> None:
    """Refuse an unmarked name that two organizations bear, or that is too short.

    Each pair of ``apart`` must be needed.
    """
    entries = tuple(entries)
    bearers: dict[tuple[str, str], str] = {}
    needless = dict(apart)
    for pair in repeated_rows(entries):
        *_, id = sorted(pair, key=lambda id: rows[id].line)
        items = {rows[each].cells[_WIKIDATA] for each in pair} - {""}
        if pair in apart:
            needless.pop(pair, None)
        elif len(items) < len(pair):
            raise rows[id].error(
                f"{' and '.join(sorted(pair))} have an acronym in common, and similar names:"
                " make them one row, or say that they are apart"
            )
    for entry in entries:
        for name in entry.names:
            if name.ambiguous or not name.sought:
                continue
            key = name_key(name.text)
            bare = f"~{bare_key(name.text)}"  # no key has this sign
            for language, each in product(name.languages, (key, bare)):
                bearer = bearers.setdefault((each, language), entry.id)
                pair = frozenset((bearer, entry.id))
                if each == bare and pair in apart:
                    needless.pop(pair, None)
                elif bearer != entry.id:
                    raise rows[entry.id].error(
                        f"{name.text!r} ({language}) is also a name of {bearer}, perhaps but for a"
                        " legal form or an article: make them one row, or mark it ~"
                    )
            short = len(key.replace(" ", "")) < _SHORT_ACRONYM
            if name.acronym and short and not name.checked:
                raise rows[entry.id].error(
                    f"{name.text!r} is too short an acronym to stand without ~ or !"
                )
    for row in needless.values():
        raise row.error("these two have no names that are alike")


_SIMILAR = 0.7
"""The share of words that similar names have in common."""
_WORD_STEM = 4
"""Letters that tell a word in a name: *Centre* is *Center*, *organisation* is *organization*."""


def repeated_rows(entries: Iterable[OrganizationEntry]) -> Iterator[frozenset[str]]:
    """Yield the pairs of bodies that have an acronym in common and similar names.

    Those of two different countries are two.
    """
    by_acronym: dict[str, dict[str, OrganizationEntry]] = defaultdict(dict)
    for entry in entries:
        for name in entry.names:
            if name.acronym:
                by_acronym[name.text][entry.id] = entry
    for bearers in by_acronym.values():
        for one, other in combinations(bearers.values(), 2):
            if not (one.countries and other.countries) and _are_similar(one, other):
                yield frozenset((one.id, other.id))


def _are_similar(one: OrganizationEntry, other: OrganizationEntry) -> bool:
    return any(
        similar_names(name.text, second.text)
        for name, second in product(one.names, other.names)
        if name.language == second.language and not (name.acronym or second.acronym)
    )


def similar_names(one: str, other: str) -> bool:
    """Say whether two names in one language have almost all long words in common."""
    words, others = _stems(one), _stems(other)
    return len(words & others) >= _SIMILAR * max(len(words), len(others), 2)


def _stems(name: str) -> set[str]:
    return {word[:_WORD_STEM] for word in fold_key(name).split() if len(word) >= _WORD_STEM}


def _claims(entries: Iterable[OrganizationEntry]) -> Iterator[tuple[int, str, str]]:
    """Yield strength, folded name and id of every claim to a name."""
    for entry in entries:
        yield 4, fold_key(entry.id), entry.id
        for name in entry.names:
            strength = 3 - name.ambiguous - name.former - (not name.sought)
            yield strength, name_key(name.text), entry.id


@cache
def organizations() -> OrganizationAuthority:
    """Return the authority that comes with the product, read once."""
    folder = Path(__file__).parent
    files = (folder / f"{name}.txt" for name in ("organizations-traps", "national-bodies"))
    return load_organizations(folder / "organizations.tsv", *files, checked=False)
