"""The vocabulary of an archive: its own themes and expressions, merged over those of the product.

A text file in UTF-8, named by ``TROUVAILLE_VOCABULARY``. Rows are

    theme | ID | LANGUAGE: LABEL ; LANGUAGE: LABEL
    LANGUAGE | ID | expression ; ~weak ; -plain ; =exact ; +sure
    never | person | NAME ; NAME
    never | organization | NAME ; NAME

An id is that of a theme at the top (``harbour``), or of one below it (``harbour/docks``), whose
parent must stand above or be one of ours. Expressions may be given for our themes too, in any
language. Names behind ``never`` are never those of a person, or of an organization. The whole file
is checked before anything of it is used.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from os import environ
from pathlib import Path
from typing import Final

from index.analysis import fold_key, name_key
from index.errors import VocabularyError
from index.vocabularies.organizations import (
    Name,
    OrganizationAuthority,
    OrganizationEntry,
    check_period,
    parse_name,
)
from index.vocabularies.organizations import organizations as shipped
from index.vocabularies.persons import known_persons, person_key
from index.vocabularies.themes import (
    Expression,
    ThemeEntry,
    ThemeVocabulary,
    made_of,
    open_themes,
    read_expressions,
)
from index.vocabularies.vocabulary import (
    LANGUAGES,
    ByLanguage,
    Row,
    locale_of,
    rows_of,
    split_list,
)

VARIABLE: Final = "TROUVAILLE_VOCABULARY"
_NEVER: Final = "never"
_ORGANIZATION = "organization"
_MOST_ROWS = 20_000
_LEAST_LETTERS = 3
_PART = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_ID = re.compile(rf"{_PART}(?:/{_PART})?")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def own_file() -> Path | None:
    """Return the file that the environment names, if any."""
    name = environ.get(VARIABLE, "").strip()
    return Path(name) if name else None


def with_own(ours: ThemeVocabulary, path: Path) -> ThemeVocabulary:
    """Return our themes with those of a file.

    Raises VocabularyError, with file, line and reason, for a file that cannot be read or is not
    UTF-8, too many rows, a malformed row, an id, a label or an expression that stands twice, a
    theme without its parent, an unknown language, an expression of fewer than three letters or of
    stop words only.
    """
    entries = dict(ours.entries)
    labelled = {fold_key(label): id for id, entry in entries.items() for label in entry.all_names()}
    taught: dict[str, dict[str, list[Expression]]] = defaultdict(lambda: defaultdict(list))
    known: dict[tuple[str, str], set[str]] = {}
    for row in _rows(path):
        kind, id, listed, *_ = row.cells
        if kind in (_NEVER, _ORGANIZATION):
            continue
        if kind == "theme":
            entries[id] = _theme(row, id, listed, entries, labelled)
        elif id not in entries:
            raise row.error(f"the theme {id} is neither one of ours nor in a row above")
        else:
            if (id, kind) not in known:
                before = entries[id].expressions.get(kind, ())
                known[id, kind] = {fold_key(each.text) for each in before}
            new = _expressions(row, id, known[id, kind])
            for expression in new:
                if not ours.says_something(expression, kind):
                    raise row.error(f"“{expression.text}” has only stop words, which say nothing")
            taught[id][kind] += new
    with_own_organizations(shipped(), path)  # the whole file is checked
    for id, by_language in taught.items():
        entry = entries[id]
        expressions = _with_taught(entry.expressions, by_language)
        entries[id] = ThemeEntry(id, entry.labels, expressions, entry.organizations)
    return made_of(entries, ours, taught)


def _with_taught(
    ours: Mapping[str, tuple[Expression, ...]], taught: Mapping[str, list[Expression]]
) -> Mapping[str, tuple[Expression, ...]]:
    """Return our expressions with those of a file behind them; ours are read when asked for."""
    merged = {code: (*ours.get(code, ()), *new) for code, new in taught.items()}
    languages = tuple(dict.fromkeys((*LANGUAGES, *merged)))
    return ByLanguage(lambda code: merged.get(code) or ours.get(code), languages)


def _rows(path: Path) -> Iterator[Row]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VocabularyError(
            f"“{path}” cannot be read ({error.strerror}).", f"Correct {VARIABLE}, or unset it."
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Row(path.name, line, ()).error("it is not UTF-8") from error
    for number, row in enumerate(rows_of(path.name, text, "|"), 1):
        if number > _MOST_ROWS:
            raise row.error(f"the file has more than {_MOST_ROWS:,} rows")
        if any(map(_CONTROL.search, row.cells)):
            raise row.error("it holds a control character: remove it")
        if len(row.cells) != 3 and not (len(row.cells) == 4 and row.cells[0] == _ORGANIZATION):
            raise row.error("expected: theme | id | labels, or language | id | expressions")
        if not _ID.fullmatch(row.cells[1]):
            raise row.error(f"“{row.cells[1]}” is no id: small letters, figures, one /, - inside")
        if row.cells[0] == _NEVER:
            names = split_list(row.cells[2])
            kinds = ("person", _ORGANIZATION)
            if row.cells[1] not in kinds or not names or not all(map(fold_key, names)):
                raise row.error("expected: never | person or organization | names")
        elif row.cells[0] not in ("theme", _ORGANIZATION) and (
            not _LANGUAGE.fullmatch(row.cells[0]) or row.cells[0] not in locale_of("en").languages
        ):
            raise row.error(f"“{row.cells[0]}” is neither “theme” nor the code of a language")
        yield row


def _theme(
    row: Row, id: str, listed: str, entries: dict[str, ThemeEntry], labelled: dict[str, str]
) -> ThemeEntry:
    if id in entries:
        raise row.error(f"the theme {id} stands twice, or is one of ours")
    parent = id.rpartition("/")[0]
    if parent and parent not in entries:
        raise row.error(f"the parent of {id} is neither one of ours nor in a row above")
    labels: dict[str, str] = {}
    for item in split_list(listed):
        language, colon, label = map(str.strip, item.partition(":"))
        if not colon or language not in LANGUAGES or len(fold_key(label)) < _LEAST_LETTERS:
            raise row.error(f"“{item}” is no label: fr: Port autonome ; en: Harbour")
        if labelled.setdefault(fold_key(label), id) != id:
            raise row.error(f"“{label}” is the label of {labelled[fold_key(label)]}")
        labels[language] = label
    if not labels:
        raise row.error(f"the theme {id} has no label")
    first = next(iter(labels.values()))
    return ThemeEntry(id, {code: labels.get(code, first) for code in LANGUAGES}, {})


def _expressions(row: Row, id: str, known: set[str]) -> tuple[Expression, ...]:
    """Return the expressions of a row; ``known``, to which they are added, are those before."""
    new = read_expressions(row, id, row.cells[2])
    for expression in new:
        folded = fold_key(expression.text)
        if folded in known:
            raise row.error(f"“{expression.text}” speaks for {id} already")
        if folded.isascii() and len(folded) < _LEAST_LETTERS:
            raise row.error(f"“{expression.text}” has fewer than {_LEAST_LETTERS} letters")
        known.add(folded)
    return new


def with_own_organizations(ours: OrganizationAuthority, path: Path) -> OrganizationAuthority:
    """Return our organizations with those of a file; a row of one of ours adds names to it.

    Raises VocabularyError as :func:`with_own` does, also for a name that another body has in that
    language, an unknown parent and a circle of parents.
    """
    given = [row for row in _rows(path) if row.cells[0] == _ORGANIZATION]
    if not given:
        return ours
    entries = dict(ours.entries)
    rows: dict[str, Row] = {}
    bearers = {
        (name_key(name.text), language): entry.id
        for entry in entries.values()
        for name in entry.names
        for language in name.languages
        if not name.ambiguous
    }
    for row in given:
        _, id, listed, *parents = row.cells
        if id in rows or "/" in id:
            raise row.error(f"the organization {id} stands twice, or has a slash")
        before = entries.get(id) or OrganizationEntry(id, "agency", "", (), ())
        names = (*before.names, *_names(row, id, listed, bearers))
        parent = parents[0] if parents else before.parent
        entries[id] = replace(before, parent=parent, names=names)
        rows[id] = row
    for id, row in rows.items():
        steps, at = {id}, id
        while above := entries[at].parent:
            if above not in entries:
                raise row.error(f"the parent {above} is neither one of ours nor in the file")
            if above in steps:
                raise row.error(f"{above} is above itself: the parents are a circle")
            steps.add(above)
            at = above
    return ours.made_of(entries)


def _names(row: Row, id: str, listed: str, bearers: dict[tuple[str, str], str]) -> Iterator[Name]:
    items = split_list(listed)
    if not items:
        raise row.error(f"the organization {id} has no name")
    for item in items:
        language, colon, marked = map(str.strip, item.partition(":"))
        name = parse_name(marked, language)
        key = name_key(name.text)
        if not colon or language not in LANGUAGES or len(key.replace(" ", "")) < _LEAST_LETTERS:
            raise row.error(f"“{item}” is no name of three letters or more: fr: Port ; en: =PAD")
        check_period(row, marked, name)
        if (key, language) in bearers:
            raise row.error(f"“{name.text}” is a name of {bearers[key, language]}")
        bearers[key, language] = id
        yield name


@cache
def organizations() -> OrganizationAuthority:
    """Return the organizations of the product, with those of the archive's own file, read once.

    Raises VocabularyError as :func:`with_own_organizations` does.
    """
    path = own_file()
    return with_own_organizations(shipped(), path) if path else shipped()


@cache
def themes() -> ThemeVocabulary:
    """Return the themes of the product, with those of the archive's own file, read once.

    Raises VocabularyError as :func:`with_own` does.
    """
    ours, path = open_themes(Path(__file__).parent), own_file()
    return with_own(ours, path) if path else ours


@cache
def never_persons() -> frozenset[str]:
    """Return what the archive's own file says is no person: ids of known ones, keys of all names.

    Raises VocabularyError as :func:`with_own` does.
    """
    names = _never("person")
    ids = filter(None, map(known_persons().resolve, names))
    return frozenset((*map(person_key, names), *ids))


@cache
def never_organizations() -> frozenset[str]:
    """Return the folded names that the archive's own file says are of no organization.

    Raises VocabularyError as :func:`with_own` does.
    """
    return frozenset(map(fold_key, _never(_ORGANIZATION)))


def _never(kind: str) -> list[str]:
    path = own_file()
    rows = [row for row in _rows(path) if row.cells[:2] == (_NEVER, kind)] if path else []
    return [name for row in rows for name in split_list(row.cells[2])]
