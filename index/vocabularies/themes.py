"""The themes of news: two levels, labels and deciding expressions in seven languages.

``themes.tsv`` has the columns id, iptc (Media Topics code), eurovoc, then the label in fr, en,
es, de, it, pt, ar. An id is ``parent`` or ``parent/child``. ``themes-LANGUAGE.txt`` has rows
``id | expression ; ~weak expression ; -plain expression ; =exact word ; +sure expression``, a row
``! | phrase`` of phrases whose words speak for nothing, a row ``? | word`` of words that may stand
between those of an expression, and a row ``^ | word`` of negations. ``themes-weights.tsv`` has the
weights that were learned: language, id, expression, weight. ``themes-organizations.txt`` has rows
``id | organization ; ~organization ; ~~organization``: naming the organization decides for the
theme, or speaks for it as a word (``~``) or a weak word (``~~``) does.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from index.analysis import fold_key
from index.vocabularies.vocabulary import (
    LANGUAGES,
    ByLanguage,
    Lazy,
    Row,
    Vocabulary,
    read_rows,
    split_list,
)

_AND = {
    "fr": "et ",
    "en": "and ",
    "es": "[ye] ",
    "de": "und ",
    "it": "ed? ",
    "pt": "e ",
    "ar": "و",
}


_CODE = re.compile(
    r"(?:(?:medtop|mediatopic|\w{0,10}subj|subject|iptc|tobject):|https?://cv\.iptc\.org/newscodes/[\w-]+/)?"
    r"(?:IPTC:)?(\d{8})",
    re.IGNORECASE,
)


SURE, SEVERAL_WORDS, ONE_WORD, WEAK = 2.5, 2.0, 1.0, 0.5
"""Points of a sure expression, of one of several words, of one word, and of a weak one."""


class Expression(NamedTuple):
    """An expression that speaks for a theme.

    A weak one counts only beside others. A plain one of several words counts as one word does.
    An exact one matches no inflected form but its plural. A sure one is enough wherever it stands.
    A rare one of one word is never enough by itself.
    """

    text: str
    weak: bool = False
    plain: bool = False
    exact: bool = False
    sure: bool = False
    learned: float | None = None
    """The weight learned from labelled documents, in points, if it is not that of its class."""
    rare: bool = False
    """Whether too few labelled documents have it to say what it is worth."""

    def weight_of(self, words: int) -> float:
        """Return the weight in points of the expression, which has so many words."""
        if self.sure:
            return SURE
        if self.learned is not None:
            return self.learned
        if self.weak:
            return WEAK
        return ONE_WORD if words == 1 or self.plain else SEVERAL_WORDS


class Spelling(NamedTuple):
    """An expression that is enough to name a theme, as its file has it, without its weight."""

    theme: str
    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme: its labels and expressions by language, and the organizations that imply it."""

    id: str
    labels: Mapping[str, str]
    expressions: Mapping[str, tuple[Expression, ...]]
    organizations: Mapping[str, float] = field(default_factory=dict)
    """The points of a mention by organization, or by all of a kind (``kind:party``)."""

    def label(self, locale: str) -> str:
        """Return the label in ``locale``, else in French."""
        return self.labels.get(locale) or self.labels["fr"]

    def all_names(self) -> Iterable[str]:
        """Return the labels in all languages."""
        return self.labels.values()


@dataclass(frozen=True, eq=False)
class ThemeVocabulary(Vocabulary[ThemeEntry]):
    """All themes, parents before their children."""

    traps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phrases whose words speak for no theme, by language."""
    stop_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Folded words without meaning in an expression, by language."""
    negations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Folded words that deny what follows them, by language."""

    codes: Mapping[str, str] = field(default_factory=dict)
    """Ids by the eight digits of their codes of IPTC."""
    languages: frozenset[str] = frozenset(LANGUAGES)
    """The languages of the expressions."""
    spellings: Callable[[str], Iterable[Spelling]] = lambda language: ()
    """What names the themes in a language: its expressions that are not weak. Quick to read."""

    def of_code(self, code: str) -> str | None:
        """Return the theme that a subject code of IPTC stands for; None for any other code.

        A Media Topic (``medtop:20000373``), a code of the older scheme (``subj:04008000``), or an
        address of either. One without a theme of its own is that of the first two digits, which
        both schemes share.
        """
        match = _CODE.fullmatch(code.strip())
        if match is None:
            return None
        return self.codes.get(match[1]) or self.codes.get(f"{match[1][:2]}000000")

    def points(self, expression: Expression, language: str) -> float:
        """Return what an expression counts: stop words among its words count for none."""
        stop_words = self.stop_words.get(language, frozenset())
        words = fold_key(expression.text).split()
        return expression.weight_of(sum(word not in stop_words for word in words))

    def says_something(self, expression: Expression, language: str) -> bool:
        """Return whether an expression has another word than stop words."""
        stop_words = self.stop_words.get(language, frozenset())
        return not stop_words.issuperset(fold_key(expression.text).split())

    def parent(self, id: str) -> str | None:
        """Return the theme above ``id``, None at the top."""
        return id.rpartition("/")[0] or None


def load_themes(folder: Path) -> ThemeVocabulary:
    """Read and check the vocabulary in ``folder``, with the expressions of all languages.

    Raises VocabularyError, with file, line and reason, for a malformed row, a duplicate or an
    unknown id, a missing parent or label, an empty or a repeated expression.
    """
    vocabulary = open_themes(folder)
    for entry in vocabulary.entries.values():
        len(entry.expressions)  # reads them
    return vocabulary


def open_themes(folder: Path) -> ThemeVocabulary:
    """Return what :func:`load_themes` does; a language is read when it is first asked for."""
    labels: dict[str, dict[str, str]] = {}
    codes: dict[str, str] = {}
    for row in read_rows(folder / "themes.tsv", "\t"):
        if len(row.cells) != 3 + len(LANGUAGES):
            raise row.error(f"{len(row.cells)} columns where {3 + len(LANGUAGES)} are expected")
        id, code, _, *translations = row.cells
        if code and codes.setdefault(code, id) != id:
            raise row.error(f"the code {code} is that of {codes[code]}")
        if id in labels:
            raise row.error(f"the id {id} stands twice")
        if "/" in id and id.rpartition("/")[0] not in labels:
            raise row.error(f"the parent of {id} does not stand above it")
        if not all(translations):
            raise row.error(f"{id} needs a label in each of {', '.join(LANGUAGES)}")
        labels[id] = dict(zip(LANGUAGES, translations, strict=True))
    implied: dict[str, dict[str, float]] = {}
    for row in read_rows(folder / "themes-organizations.txt", "|"):
        if len(row.cells) != 2 or row.cells[0] not in labels:
            raise row.error("expected: a known theme | organizations")
        named = split_list(row.cells[1])
        marks = {name: len(name) - len(name.lstrip("~")) for name in named}
        implied[row.cells[0]] = {name[n:]: (SURE, ONE_WORD, WEAK)[n] for name, n in marks.items()}

    weights = cache(partial(_weights, folder / "themes-weights.tsv"))
    listed = cache(partial(_listed, folder, frozenset((*labels, *_MARKS)), weights))
    entries = {
        id: ThemeEntry(
            id,
            translations,
            _of(listed, id),
            implied.get(id, {}),
        )
        for id, translations in labels.items()
    }
    traps, stop_words, negations = (_of(listed, mark) for mark in _MARKS)
    return ThemeVocabulary(
        entries,
        Lazy(lambda: _aliases(entries.values())),
        ByLanguage(cache(lambda code: tuple(phrase.text for phrase in traps.get(code, ())))),
        ByLanguage(cache(lambda code: _folded_words(stop_words.get(code, ())))),
        ByLanguage(cache(lambda code: _folded_words(negations.get(code, ())))),
        codes,
        spellings=partial(_spellings, folder, frozenset(labels)),
    )


_MARKS = ("!", "?", "^")
"""What stands instead of a theme before traps, stop words and negations."""
_Listed = dict[str, tuple[Expression, ...]]
_Weights = dict[str, dict[str, dict[str, float | None]]]
"""Weights by language, theme and expression; None: that of its class."""


def _of(listed: Callable[[str], _Listed], id: str) -> ByLanguage[tuple[Expression, ...]]:
    return ByLanguage(lambda code: listed(code).get(id))


def _folded_words(words: Iterable[Expression]) -> frozenset[str]:
    return frozenset(fold_key(word.text) for word in words)


def _listed(
    folder: Path, ids: frozenset[str], learned: Callable[[], _Weights], language: str
) -> _Listed:
    """Read the expressions of a language by theme, with the weights that were learned."""
    listed: _Listed = {}
    weights = learned()[language]
    complete = any(None in weighed.values() for weighed in weights.values())
    for row in _expression_rows(folder, language):
        id = row.cells[0]
        if id not in ids:
            raise row.error(f"unknown theme {id}")
        if id in listed:
            raise row.error(f"the theme {id} stands twice")
        listed[id] = read_expressions(
            row, id, row.cells[1], weights.get(id, {}), complete=complete and id not in _MARKS
        )
    return listed


def _expression_rows(folder: Path, language: str) -> Iterator[Row]:
    for row in read_rows(folder / f"themes-{language}.txt", "|"):
        if len(row.cells) != 2:
            raise row.error("expected: theme | expression ; expression")
        yield row


def _spellings(folder: Path, ids: frozenset[str], language: str) -> Iterator[Spelling]:
    """Yield what names the themes in a language."""
    for row in _expression_rows(folder, language) if language in LANGUAGES else ():
        id, listed = row.cells
        for marked in split_list(listed) if id in ids else ():
            marks, text = _marked(marked)
            if "~" not in marks:
                yield Spelling(id, text, "=" in marks)


_UNMARKED = (False, False, False, False)


def _marked(item: str) -> tuple[str, str]:
    """Return the marks before an expression, and the expression."""
    text = item.lstrip("~-=+")
    return item[: len(item) - len(text)], text.strip()


def _weights(path: Path) -> _Weights:
    """Read the weights that were learned; ``=`` stands for that of the class."""
    weights: _Weights = {code: defaultdict(dict) for code in LANGUAGES}
    for row in read_rows(path, "\t") if path.exists() else ():
        try:
            language, id, text, weight = row.cells
            weights[language][id][text] = None if weight == "=" else float(weight)
        except (KeyError, ValueError) as error:
            raise row.error("expected: language, theme, expression, weight") from error
    return weights


def read_expressions(
    row: Row,
    id: str,
    listed: str,
    weights: Mapping[str, float | None] = MappingProxyType({}),
    *,
    complete: bool = False,
) -> tuple[Expression, ...]:
    """Return the expressions that a cell lists, with the ``weights`` that were learned.

    Where these are ``complete``, expressions without one are rare. Raises VocabularyError.
    """
    expressions: dict[str, Expression] = {}
    for marked in split_list(listed):
        marks, text = _marked(marked)
        folded = fold_key(text)
        if not folded:
            raise row.error(f"the expression {marked!r} has no letter")
        if folded in expressions:
            raise row.error(f"the expression {folded!r} stands twice for {id}")
        weak, plain, exact, sure = (mark in marks for mark in "~-=+") if marks else _UNMARKED
        rare = complete and not sure and text not in weights
        expressions[folded] = Expression(text, weak, plain, exact, sure, weights.get(text), rare)
    return tuple(expressions.values())


def made_of(
    entries: dict[str, ThemeEntry],
    ours: "ThemeVocabulary",
    taught: Mapping[str, Mapping[str, Sequence[Expression]]],
) -> "ThemeVocabulary":
    """Return a vocabulary of these entries; the rest is that of ``ours``.

    ``taught`` are the expressions that ``ours`` lacks, by theme and language.
    """

    def spellings(language: str) -> Iterator[Spelling]:
        yield from ours.spellings(language)
        for id, by_language in taught.items():
            for each in by_language.get(language, ()):
                if not each.weak:
                    yield Spelling(id, each.text, each.exact)

    return ThemeVocabulary(
        entries,
        Lazy(lambda: _aliases(entries.values())),
        ours.traps,
        ours.stop_words,
        ours.negations,
        ours.codes,
        ours.languages.union(*taught.values()),
        spellings,
    )


def _aliases(entries: Iterable[ThemeEntry]) -> dict[str, str]:
    """Return ids by folded id and label, and by such parts of labels as only one theme has.

    A parent's label goes before a child's. A part is "business" of "Economy, business and
    finance"; one that a theme shares with those below it is the theme's.
    """
    aliases: dict[str, str] = {}
    bearers: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for name in (entry.id, *entry.labels.values()):
            aliases.setdefault(fold_key(name), entry.id)
        for language, label in entry.labels.items():
            for part in re.split(rf",|،| (?:{_AND[language]})", label):
                if entry.id.rpartition("/")[0] not in bearers[fold_key(part)]:
                    bearers[fold_key(part)].add(entry.id)
    for part, ids in bearers.items():
        if len(ids) == 1:
            aliases.setdefault(part, *ids)
    return aliases
