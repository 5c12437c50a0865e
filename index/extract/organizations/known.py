"""Names of the authority in a text: one pass of an automaton, then case, language and context."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import ahocorasick

from index.document import Span
from index.extract.organizations.cues import quoted_as_press
from index.vocabularies import Folded, Name, OrganizationEntry, fold_key, grammar

TRAP = ""
_ARABIC_ARTICLE = "ال"
_PREFIXES = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")
_ARTICLE_PREFIXES = ("و", "ف", "ب", "ك", "وب", "فب")
_CONTRACTED = ("لل", "ولل", "فلل")
_TITLE_CASE_LENGTH = 4
_WORD_LENGTH = 3
"""Acronyms up to this length are taken for words where everything is in capitals."""


class Form(NamedTuple):
    """One way in which a name may stand in folded text. ``id`` is empty for a trap."""

    id: str
    text: str
    languages: frozenset[str]
    acronym: bool
    ambiguous: bool
    words: int
    exact: bool = False
    dotted: bool = False
    prefix: int = 0
    """Characters of an Arabic prefix, or a contracted article, that are not part of the name."""
    cued: bool = False
    """Whether it counts only beside a word of the press: ``du Monde``, ``le Point``."""


class Mention(NamedTuple):
    """A name found in the text: characters of the folded text and of the original."""

    start: int
    end: int
    span: Span
    form: Form


class Matcher:
    """The automaton over all names and the cues of ambiguous ones."""

    def __init__(self, entries: Iterable[OrganizationEntry], traps: Iterable[str]) -> None:
        forms: dict[str, list[Form]] = defaultdict(list)
        for entry in entries:
            for name in entry.names:
                if name.sought:
                    for key, form in _forms(entry.id, name):
                        forms[key].append(form)
        for trap in traps:
            anywhere: frozenset[str] = frozenset()
            forms[trap].append(Form(TRAP, trap, anywhere, False, False, len(trap.split())))
        self._automaton = ahocorasick.Automaton()
        for key, alternatives in forms.items():
            self._automaton.add_word(f" {key} ", (len(key), tuple(alternatives)))
        self._automaton.make_automaton()
        self.context = {entry.id: entry.context for entry in entries}

    def mentions(self, text: str, folded: Folded, language: str) -> list[Mention]:
        """Return the names that case and language allow, longest first where they overlap."""
        found = []
        persons: set[str] = set()
        for last, (length, forms) in self._automaton.iter(folded.text):
            start, end = last - length, last
            span = folded.span(start, end)
            written = text[span.start : span.end]
            for form in forms:
                if not _speaks(form, language) or not _looks_right(form, written, language):
                    continue
                if _is_born(form, written, text, span, language):
                    continue
                if _is_person(form, text, span):
                    persons.add(form.id)
                    continue
                if form.cued and not quoted_as_press(text, span):
                    continue
                if not (form.acronym and _in_capitals(text, span, form)):
                    if form.prefix:
                        span = folded.span(start + form.prefix, end)
                    found.append(Mention(start, end, span, form))
        if persons:  # whose surname stands alone in the rest of the text
            articles = grammar(language)["article"]
            found = [
                each
                for each in found
                if each.form.id not in persons
                or each.form.words > 1
                or each.form.acronym
                or _word_before(text, each.span) in articles
            ]
        found.sort(key=lambda mention: (mention.start, -mention.end, mention.form.ambiguous))
        return found


_BEFORE_SURNAME = re.compile(r"(?:([A-ZÀ-Þ][\w’'-]+) )?([A-ZÀ-Þ][\w’'-]+) $")
_NAMES_LENGTH = 32
_BEGINNING = re.compile(r"(?:^|[.!?\n»\"”]) ?$")


def _is_person(form: Form, text: str, span: Span) -> bool:
    """Say whether a company's name is a surname here: ``Juan Carlos Ferrero``."""
    if form.words > 1 or form.acronym or text[span.start - 1 : span.start] != " ":
        return False
    match = _BEFORE_SURNAME.search(text[max(0, span.start - _NAMES_LENGTH) : span.start])
    given = grammar("und")["given"]
    return match is not None and any(fold_key(each) in given for each in match.groups() if each)


def _word_before(text: str, span: Span) -> str:
    before = text[max(0, span.start - _NAMES_LENGTH) : span.start].replace("’", "'")
    return fold_key(before.replace("'", " ").rpartition(" ")[0].rpartition(" ")[2])


def _is_born(form: Form, written: str, text: str, span: Span, language: str) -> bool:
    """Say whether Italian ``Nato`` begins a sentence, as the participle does, not the alliance."""
    if language != "it" or written != "Nato" or not form.acronym:
        return False
    return _BEGINNING.search(text, max(0, span.start - 2), span.start) is not None


def _forms(id: str, name: Name) -> Iterable[tuple[str, Form]]:
    key = fold_key(name.text)
    words = len(key.split())
    languages = frozenset() if name.language == "mul" else frozenset((name.language,))
    if not name.acronym and not name.exact:
        languages = frozenset()  # a name in full is found in texts of any language
    form = Form(id, name.text, languages, name.acronym, name.ambiguous, words, name.exact)
    yield key, form
    if name.acronym and name.text.isalpha() and 2 <= len(name.text) <= 6:
        yield " ".join(key), form._replace(dotted=True)
    if name.language == "ar" and not name.text.isascii():
        yield from _arabic_forms(key, form)
        first, space, rest = key.partition(" ")
        if space and not rest.startswith(_ARABIC_ARTICLE):  # الجوهرة "أف أم"
            yield f"{first}  {rest}", form
            yield from _arabic_forms(f"{first}  {rest}", form)
    elif name.language == "mul" and words == 1 and _takes_genitive(name):
        yield f"{key}s", form._replace(text=f"{name.text}s", languages=_IN_GERMAN)
    elif (name.language == "de" and not name.acronym) or _is_german(name):
        for variant in _german(name.text):
            yield fold_key(variant), form._replace(text=variant) if name.exact else form
    if name.exact and name.text.startswith("Le "):
        for contracted in ("au", "du", "le"):
            yield f"{contracted}{key[2:]}", form._replace(prefix=3, cued=True)
    if not name.acronym and " de l" in key:
        yield key.replace(" de l ", " d "), form


def _arabic_forms(key: str, form: Form) -> Iterable[tuple[str, Form]]:
    if key.startswith(_ARABIC_ARTICLE):
        for prefix in _ARTICLE_PREFIXES:
            yield prefix + key, form._replace(prefix=len(prefix))
        for prefix in _CONTRACTED:
            yield prefix + key[2:], form._replace(prefix=len(prefix) - 2)
    else:
        for prefix in _PREFIXES:
            yield prefix + key, form._replace(prefix=len(prefix))


def _german(name: str) -> Iterable[str]:
    """Yield the cases of a German name: endings of its first adjective, genitive of its noun."""
    first, space, rest = name.partition(" ")
    for ending in ("er", "es", "en", "e"):
        if space and first.endswith(ending) and len(first) > 5:
            stem = first[: -len(ending)]
            for other in ("e", "en", "er", "es", "em"):
                for tail in _genitives(rest) if " " not in rest else (rest,):
                    yield f"{stem}{other} {tail}"
            return
    if not space:
        yield from _genitives(name)


def _genitives(noun: str) -> tuple[str, ...]:
    return (noun,) if noun.endswith("s") else (noun, noun + "s", noun + "es")


_IN_GERMAN = frozenset(("de",))


def _takes_genitive(name: Name) -> bool:
    """Say whether German texts write a name with an ``s`` too: ``Nintendos Spiel``."""
    proper = name.text.isalpha() and name.text.istitle() and not name.acronym
    return proper and len(name.text) > _WORD_LENGTH and not name.text.endswith(("s", "x", "z"))


_GERMAN_NOUNS = ("Zeitung", "Nachrichten", "Presse", "Rundschau", "Tageszeitung", "Bank", "Bahn")


def _is_german(name: Name) -> bool:
    """Say whether a name that all languages use is a German one with an adjective."""
    first, _, rest = name.text.partition(" ")
    return name.language == "mul" and first.endswith("e") and rest.endswith(_GERMAN_NOUNS)


def _speaks(form: Form, language: str) -> bool:
    """Say whether a form is used in the language of the document."""
    return not form.languages or language in form.languages or language == "und"


def _looks_right(form: Form, written: str, language: str) -> bool:
    """Say whether the case of what is written fits a name or an acronym."""
    if form.id == TRAP:
        return True
    if form.exact:
        return written[form.prefix :].replace("’", "'") == form.text[form.prefix :]
    if form.dotted:
        return "." in written and written.upper() == written
    if form.acronym:
        if written.upper() == written or written == form.text:
            return written.isascii() or not form.text.isascii()
        letters = sum(character.isalpha() for character in written)
        long_enough = letters >= (_TITLE_CASE_LENGTH if language != "it" else 3)
        titled = written[:1].isupper() and written.isascii() and not written.islower()
        return long_enough and titled and not form.ambiguous
    first = written[:1]
    if first.isupper() or not (first.islower() or first.isupper()):
        return True
    if written == form.text:
        return form.words > 1 or not form.text.islower()
    if first == "a" and written[:3] in ("al-", "al "):  # al-Qaeda, wherever it stands
        return written[3:4].isupper()
    return form.words >= 4 or (form.words == 3 and written.lower() != written)


def _in_capitals(text: str, span: Span, form: Form) -> bool:
    """Say whether a short acronym stands among words in capitals, where it may be a word."""
    if len(form.text) > _WORD_LENGTH:
        return False
    around = text[max(0, span.start - 25) : span.start] + text[span.end : span.end + 25]
    letters = [letter for letter in around if letter.isalpha()]
    return len(letters) > 10 and sum(map(str.isupper, letters)) * 10 > len(letters) * 8
