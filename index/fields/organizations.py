"""Organizations: the authority's names, and those that a document spells out itself.

One pass of an Aho-Corasick automaton over the folded text finds the names of the authority;
case, language and context decide which of them count. ``Long form (ACRONYM)`` in the text then
binds the acronym for the whole document, to a known organization or to a new one.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import ahocorasick

from index.document import Organization, Span
from index.fields.organizations_cues import quoted_as_press
from index.fields.organizations_unknown import (
    Taken,
    find_candidates,
    name_candidates,
    occurrences,
    pairs_of,
)
from index.fields.organizations_words import Candidate
from index.fields.pairs import Pair, find_pairs
from index.vocabularies import organizations as authority_of_organizations
from index.vocabularies.folding import Folded, fold_key, fold_text
from index.vocabularies.organizations import Name, OrganizationEntry
from index.vocabularies.rows import slug

TRAP = ""
_ARABIC_ARTICLE = "ال"
_PREFIXES = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")
_ARTICLE_PREFIXES = ("و", "ف", "ب", "ك", "وب", "فب")
_CONTRACTED = ("لل", "ولل", "فلل")
_TITLE_CASE_LENGTH = 4
_NEARLY = 0.6
"""Share of content words that a long form has in common with a name it varies."""
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


class Found(NamedTuple):
    """What ``find_all`` found: organizations, and the folded ranges that their names cover."""

    organizations: tuple[Organization, ...]
    covered: tuple[tuple[int, int], ...]


class _Matcher:
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
        for last, (length, forms) in self._automaton.iter(folded.text):
            start, end = last - length, last
            span = folded.span(start, end)
            written = text[span.start : span.end]
            for form in forms:
                if not _speaks(form, language) or not _looks_right(form, written, language):
                    continue
                if form.cued and not quoted_as_press(text, span):
                    continue
                if not (form.acronym and _in_capitals(text, span, form)):
                    if form.prefix:
                        span = folded.span(start + form.prefix, end)
                    found.append(Mention(start, end, span, form))
        found.sort(key=lambda mention: (mention.start, -mention.end, mention.form.ambiguous))
        return found


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
    elif name.language in _INFLECTED and not name.acronym:
        for variant in _INFLECTED[name.language](name.text):
            yield fold_key(variant), form
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


_INFLECTED = {"de": _german}


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


@cache
def _matcher() -> _Matcher:
    authority = authority_of_organizations()
    return _Matcher(authority.entries.values(), authority.traps)


def _settle(
    mentions: list[Mention], folded: Folded, context: dict[str, tuple[str, ...]]
) -> list[Mention]:
    """Drop ambiguous names that nothing supports, then keep the longest of overlapping ones."""
    sure = {mention.form.id for mention in mentions if not mention.form.ambiguous}
    supported: dict[str, bool] = {}
    kept: list[Mention] = []
    for mention in mentions:
        id = mention.form.id
        if mention.form.ambiguous and id not in sure:
            if id not in supported:
                supported[id] = any(f" {cue}" in folded.text for cue in context.get(id, ()))
            if not supported[id]:
                continue
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def find_all(text: str, language: str, folded: Folded | None = None) -> Found:
    """Find the organizations that ``text`` names, with every mention of each.

    ``language`` is that of the document, an ISO 639-1 code or ``und``; it decides which
    acronyms are read. Long names are found in any language.
    """
    folded = folded or fold_text(text)
    matcher = _matcher()
    mentions = matcher.mentions(text, folded, language)
    candidates = find_candidates(text, language)
    pairs = find_pairs(text, language)
    pairs += pairs_of(text, candidates, {pair.acronym for pair in pairs})
    bound = _bind(pairs, mentions)
    kept = _settle(
        [mention for mention in mentions if not _redefined(mention, bound)],
        folded,
        matcher.context,
    )
    covered = tuple((mention.start, mention.end) for mention in kept)
    candidates, kept = _contend(candidates, kept)
    spans: dict[str, list[Span]] = defaultdict(list)
    labels: dict[str, str] = {}
    for mention in kept:
        if mention.form.id != TRAP:
            spans[mention.form.id].append(mention.span)
    taken = Taken(len(text))
    for mention in kept:
        taken.take(mention.span)
    for pair in pairs:
        id = bound[pair.acronym]
        if id.startswith("~"):
            labels.setdefault(id, text[pair.long.start : pair.long.end])
            spans[id].append(pair.long)
        taken.take(pair.long)
    for acronym, id in bound.items():
        spans[id].extend(taken.free(occurrences(text, acronym)))
    for name in name_candidates(
        text, language, [each for each in candidates if taken.is_free(each.span)]
    ):
        spans[name.id].extend(name.spans)
        for span in name.spans:
            taken.take(span)
        for alias in name.aliases:
            spans[name.id].extend(taken.free(occurrences(text, alias)))
    organizations = []
    for id, where in spans.items():
        where.sort()
        first = where[0]
        label = labels.get(id) or text[first.start : first.end]
        known = not id.startswith("~")
        organizations.append(Organization(id, " ".join(label.split()), tuple(where), known))
    organizations.sort(key=lambda organization: (organization.spans[0], organization.id))
    return Found(tuple(organizations), covered)


def _contend(
    candidates: list[Candidate], kept: list[Mention]
) -> tuple[list[Candidate], list[Mention]]:
    """Decide between known names and longer unknown ones that contain them.

    A longer name wins if its head stands before the known one (``Association des correspondants
    de la Maison-Blanche``) or a noun for a body ends it (``Sony Pictures Television``).
    """
    winners: list[Candidate] = []
    beaten: set[int] = set()
    position = 0
    for candidate in candidates:
        while position and kept[position - 1].span.end > candidate.span.start:
            position -= 1
        while position < len(kept) and kept[position].span.end <= candidate.span.start:
            position += 1
        touched = []
        index = position
        while index < len(kept) and kept[index].span.start < candidate.span.end:
            touched.append(index)
            index += 1
        if all(_is_part(kept[each], candidate) for each in touched):
            winners.append(candidate)
            beaten.update(touched)
    return winners, [each for index, each in enumerate(kept) if index not in beaten]


def _is_part(mention: Mention, candidate: Candidate) -> bool:
    span = mention.span
    if (
        mention.form.id == TRAP
        or span.end > candidate.span.end
        or span.start < candidate.span.start
    ):
        return False
    shorter = 4 * (span.end - span.start) < 3 * (candidate.span.end - candidate.span.start)
    if candidate.rule == "suffix":
        return shorter
    behind = span.end == candidate.span.end and candidate.words == mention.form.words + 1
    headed = candidate.rule in ("head", "arabic")
    return headed and shorter and span.start > candidate.span.start and not behind


def find(text: str, language: str) -> tuple[Organization, ...]:
    """Find the organizations that ``text`` names; see ``find_all``."""
    return find_all(text, language).organizations


def _bind(pairs: list[Pair], mentions: list[Mention]) -> dict[str, str]:
    """Say what each acronym that the document explains means: a known id, or a new one."""
    ending: dict[int, list[Mention]] = defaultdict(list)
    if pairs:
        for mention in mentions:
            ending[mention.span.end].append(mention)
    bound: dict[str, str] = {}
    for pair in pairs:
        if pair.acronym not in bound:
            known = _known_long_form(pair, ending[pair.long.end])
            known = known or _nearly_named(pair, mentions)
            bound[pair.acronym] = known or "~" + slug(pair.name)
    return bound


def _known_long_form(pair: Pair, ending: list[Mention]) -> str | None:
    """Return the organization whose name ends with the long form and covers it."""
    for mention in ending:
        if mention.span.start <= pair.long.start and mention.form.id != TRAP:
            return mention.form.id
    return None


def _nearly_named(pair: Pair, mentions: list[Mention]) -> str | None:
    """Return the organization whose acronym this is if a name of it is nearly the long form."""
    words = _content(pair.name)
    for mention in mentions:
        if mention.form.acronym and mention.form.text == pair.acronym:
            for name in authority_of_organizations().names(mention.form.id):
                other = _content(name)
                if len(words & other) >= _NEARLY * max(len(words), len(other), 1):
                    return mention.form.id
    return None


def _content(name: str) -> set[str]:
    return {word[:5] for word in fold_key(name).split() if len(word) > 3}


def _redefined(mention: Mention, bound: dict[str, str]) -> bool:
    """Say whether the document uses this acronym for something else."""
    other = bound.get(mention.form.text) if mention.form.acronym else None
    return other is not None and other != mention.form.id
