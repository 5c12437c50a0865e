"""The authority of organizations, and the grammar by which others are recognised.

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

A former name may end with its period, as in ``<I-Télé @1999/2017-02-27``: from the first day to
the day before the second, either of which may be missing, or be a year or a month. Documents of
that period are shown with it.

``organizations-grammar.txt`` lists words by language and role, and says what the roles are.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from index.analysis import fold_key, name_key
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
_KIND_NAMES = (
    "igo un eu agency court bank company media ngo party union armed sport"
    " ministry parliament police university research religion forum"
)
_KINDS = frozenset(_KIND_NAMES.split())
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

    ``near`` holds those that must stand beside the name: a body that has them is that of one
    country, and other countries have bodies of the same name.
    """

    id: str
    kind: str
    parent: str
    context: tuple[str, ...]
    names: tuple[Name, ...]
    near: tuple[str, ...] = ()

    def label(self, locale: str) -> str:
        """Return the name in ``locale``, else the one in all languages, in French, in English.

        A full name goes before an acronym, but for bodies that everybody calls by it because their
        name is long (SNCF, CGT). Former names are not shown.
        """
        called = self.kind in _CALLED_BY_ACRONYM
        for language in (locale, "mul", "fr", "en"):
            shown = [n for n in self.names if n.language in (language, "mul") and not n.former]
            full = next((n.text for n in shown if not n.acronym), "")
            long = len(name_key(full).split()) > _SHORT_NAME
            for name in shown if called and long else ():
                if name.acronym and not name.ambiguous and len(name.text) >= _SHORT_ACRONYM:
                    return name.text
            for acronym in (False, True):
                for name in shown:
                    if name.language == language and name.acronym == acronym:
                        return name.text
        return self.names[0].text

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
        """Return the name of ``id`` in ``locale``; an unknown ``id`` is returned as it is."""
        return self.national.label(id, locale) or Vocabulary.label(self, id, locale)

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
        """Return the id that ``text`` is, or is a name of, whatever its case and accents."""
        return Vocabulary.resolve(self, text) or self.national.resolve(text)

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
        is not sought in texts counts in its own language alone.
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
        return None

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
                language = "mul" if name.sought else name.language
                for each in keys:
                    if ids.setdefault((each, language), entry.id) != entry.id:
                        ids[each, language] = ""
        return ids


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
    context, near = _cues(cued)
    return OrganizationEntry(id, kind, parent, context, tuple(names), near)


@cache
def _cues(listed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the folded cues of a cell, and those of them that must stand near; many are alike."""
    cues = split_list(listed)
    context = tuple(fold_key(cue) for cue in cues if cue[0] != "@")
    return context, tuple(fold_key(cue) for cue in cues if cue[0] == "@")


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
    unknown parent. Names that differ by an article, a legal form, a word such as *group* or spaces
    are one name, but for those of the pairs of ``apart``, each of which must be needed.
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
    for entry in entries.values():
        above, steps = entry.parent, {entry.id}
        while above:
            if above in steps:
                raise rows[entry.id].error(f"{entry.id} is above itself: its parents are a circle")
            steps.add(above)
            above = entries[above].parent
    if checked:
        _check_names(entries.values(), rows, read_apart(apart) if apart else {})
    return OrganizationAuthority(
        entries,
        Lazy(lambda: best_claims(_claims(entries.values()))),
        read_phrases(traps),
        load_national(national, entries) if national else NationalBodies({}, {}, {}),
    )


def _check_names(
    entries: Iterable[OrganizationEntry],
    rows: Mapping[str, Row],
    apart: Mapping[frozenset[str], Row],
) -> None:
    """Refuse an unmarked name that two organizations bear, or that is too short."""
    bearers: dict[tuple[str, str], str] = {}
    needless = dict(apart)
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


_HEAD_ROLES = frozenset(("bare", "direct", "head", "lower", "ministry", "court", "titled"))
_ROLE_NAMES = (
    "legal suffix loan of ordinary leading office cue plural article said small and stop generic"
    " nation adjective ideology club clubarticle acronymstop member given indefinite definite"
    " region joiner weak common own named alone body place purpose compound nocompound joined"
    " joinedsport nojoined called nocalled match matchend nomatch contest contestend"
    " commonclub reports reportsbehind quoted quoting opponent plain press giant industry"
)
_ROLES = frozenset(_ROLE_NAMES.split()) | _HEAD_ROLES
_PHRASES = frozenset(("cue", "generic", "place", "match"))
"""Roles of several words too."""


def _as_in_texts(written: str) -> set[str]:
    """Fold a listed word or phrase in the ways that it stands in texts.

    A word with marks inside (``start-up``, ``s.a``) is one word to the rules, and several where a
    name is folded as a whole.
    """
    return {" ".join(fold_key(word).replace(" ", "") for word in written.split())} | {
        fold_key(written)
    } - {""}


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words of one language, with those common to all, folded, by role."""

    language: str
    words: Mapping[str, frozenset[str]]
    nation: tuple[str, ...]
    adjective: tuple[str, ...]
    generic: tuple[str, ...]
    heads: frozenset[str]
    """Every word that a name may begin with and be recognised by."""

    def __getitem__(self, role: str) -> frozenset[str]:
        return self.words[role]

    def is_nation(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives of nation do."""
        return len(word) > 3 and word.endswith(self.nation)

    def is_adjective(self, word: str) -> bool:
        """Say whether a folded word ends as adjectives do."""
        return len(word) > 3 and word.endswith(self.adjective)


def load_grammars(path: Path) -> dict[str, Grammar]:
    """Read the grammars of all languages, and of ``und`` with what is common to all.

    Raises VocabularyError, with file, line and reason, for a malformed row.
    """
    words: dict[str, dict[str, set[str]]] = {code: defaultdict(set) for code in (*LANGUAGES, "und")}
    for row in read_rows(path, "|"):
        if len(row.cells) != 3:
            raise row.error("expected: language | role | words")
        code, role, listed = row.cells
        if code != "*" and code not in LANGUAGES:
            raise row.error(f"unknown language {code!r}")
        if role not in _ROLES:
            raise row.error(f"unknown role {role!r}")
        folded = set()
        for word in filter(None, map(str.strip, listed.split(";"))):
            if " " in word and role not in _PHRASES:
                raise row.error(f"{word!r} is no single word, as a {role} must be")
            folded |= _as_in_texts(word)
        for language in words if code == "*" else (code,):
            words[language][role] |= folded
    return {code: _grammar(code, roles) for code, roles in words.items()}


def _grammar(language: str, roles: Mapping[str, set[str]]) -> Grammar:
    words = {role: frozenset(roles.get(role, ())) for role in _ROLES}
    nation = words["nation"]
    return Grammar(
        language,
        words,
        tuple(nation),
        tuple(nation | words.get("adjective", frozenset())),
        tuple(f"{beginning} " for beginning in words.get("generic", ())),
        frozenset().union(*(words.get(role, ()) for role in _HEAD_ROLES)),
    )


@cache
def _grammars() -> dict[str, Grammar]:
    return load_grammars(Path(__file__).parent / "organizations-grammar.txt")


def grammar(language: str) -> Grammar:
    """Return the grammar of a language; what is common to all for one without its own."""
    grammars = _grammars()
    return grammars.get(language, grammars["und"])
