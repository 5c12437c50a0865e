"""Organizations that the authority does not know, by the rules for their names.

Every rule yields candidates; of overlapping ones the longest counts. Names that differ in case,
accents, article, plural or legal form are one organization.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import ahocorasick
from babel import Locale

from index.document import Span
from index.extract.organizations.acronyms import find_acronyms, is_acronym
from index.extract.organizations.arabic import find_arabic
from index.extract.organizations.companies import find_companies, is_decisive
from index.extract.organizations.cues import find_clubs, find_cued
from index.extract.organizations.heads import find_heads, is_head
from index.extract.organizations.pairs import Pair
from index.extract.organizations.shapes import LANGUAGES as SHAPED
from index.extract.organizations.shapes import find_shapes, is_site, is_tail
from index.extract.organizations.words import Candidate, Roles, Words
from index.vocabularies import LANGUAGES, fold_key, grammar, organizations, slug

_ARTICLES = re.compile(r"^(?:the|le|la|les|l|el|los|las|il|lo|gli|i|der|die|das|o|a|os|as) ")
_SHORTEST = 4


def find_candidates(text: str, language: str) -> list[Candidate]:
    """Return the names that the rules find in ``text``, none of them overlapping."""
    if language == "ar":
        return _longest(find_arabic(text))
    words = Words(text, _roles(language))
    rules = grammar(language)
    places = _places(language)
    found = list(find_companies(words, rules, language, places))
    if language != "und":
        found += find_heads(words, rules, language)
        found += find_cued(words, rules, places)
        found += find_clubs(words, rules)
        found += find_acronyms(words, rules)
    if language in SHAPED:
        found += find_shapes(text, words, rules, language)
    return _longest(found)


@cache
def _roles(language: str) -> Roles:
    """Return which rules a word may set off in a language, so that they look at no other."""
    rules = grammar(language)
    listed = rules.heads | rules["cue"]

    def of_word(written: str, folded: str) -> tuple[str, ...]:
        if folded not in listed and not written[0].isupper():
            return ()
        found = []
        if is_head(folded, rules, language):
            found.append("head")
        if folded in rules["cue"]:
            found.append("cue")
        if written[0].isupper():
            if is_decisive(folded, rules):
                found.append("company")
            if folded in rules["club"]:
                found.append("club")
            if is_acronym(written, folded, rules):
                found.append("acronym")
            if language in SHAPED and is_site(written):
                found.append("site")
            if language == "de" and is_tail(written, folded):
                found.append("tail")
        return tuple(found)

    return Roles(of_word)


def key_of(name: str, language: str) -> str:
    """Return what names of one organization have in common: no article, no legal form."""
    folded = _ARTICLES.sub("", fold_key(name))
    legal = grammar(language)["legal"]
    words = folded.split()
    while len(words) > 1 and words[-1] in legal:
        words.pop()
    if words and language in ("de", "en") and len(words[-1]) > 5 and words[-1].endswith("s"):
        words[-1] = words[-1].removesuffix("s")
    return " ".join(words)


def _longest(candidates: Iterable[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda one: (one.span.start, -one.span.end)):
        if kept and each.span.start < kept[-1].span.end:
            longer = each.span.end - each.span.start > kept[-1].span.end - kept[-1].span.start
            if longer:
                kept[-1] = each
            continue
        kept.append(each)
    return kept


@cache
def _places(language: str) -> frozenset[str]:
    """Return the folded names of countries, nations' alliances left out, in a language."""
    codes = (language, "en") if language in LANGUAGES else ("en",)
    return frozenset(
        fold_key(name)
        for code in codes
        for territory, name in Locale(code).territories.items()
        if territory.isalpha()
    )


def occurrences(text: str, names: Iterable[str]) -> dict[str, list[Span]]:
    """Return where each of ``names`` stands in ``text`` as words of their own, in one pass."""
    automaton = ahocorasick.Automaton()
    found: dict[str, list[Span]] = {}
    for name in names:
        automaton.add_word(name, name)
        found[name] = []
    if not found:
        return found
    automaton.make_automaton()
    for last, name in automaton.iter(text):
        start, end = last + 1 - len(name), last + 1
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() or after.isalnum()):
            found[name].append(Span(start, end))
    return found


class Taken:
    """Which characters of a text belong to a name already."""

    def __init__(self, length: int) -> None:
        self._flags = bytearray(length)

    def take(self, span: Span) -> None:
        """Note that the characters of ``span`` belong to a name."""
        self._flags[span.start : span.end] = b"\1" * (span.end - span.start)

    def is_free(self, span: Span) -> bool:
        """Say whether no character of ``span`` belongs to a name."""
        return not any(self._flags[span.start : span.end])

    def free(self, spans: Iterable[Span]) -> list[Span]:
        """Return those of ``spans`` that are free, and take them."""
        found = [span for span in spans if self.is_free(span)]
        for span in found:
            self.take(span)
        return found


_AFTER = re.compile(
    r"(?: ?[\"”»])? ?\((?:[\"«“] ?)?([A-ZÀ-Þ][A-Za-zÀ-ÿ]{0,9}[A-ZÀ-Þ][A-Za-z-]{0,3})(?: ?[\"»”])?\)"
)
_BEFORE = re.compile(r"\b([A-ZÀ-Þ]{2,9}) \((?:l[ae'’] ?|les )?$")


def pairs_of(text: str, candidates: list[Candidate], explained: set[str]) -> list[Pair]:
    """Return ``Long form (ACR)`` and ``ACR (Long form)`` where a rule has found the long form.

    ``explained`` are the acronyms that need no explanation any more.
    """
    pairs = []
    for each in candidates:
        if each.rule in ("acronym", "club"):
            continue
        long = text[each.span.start : each.span.end]
        after = _AFTER.match(text, each.span.end)
        if after is None and text[each.span.end : each.span.end + 1] == ")":
            after = _BEFORE.search(text, max(0, each.span.start - 16), each.span.start)
        if after and after.group(1) not in explained and after.group(1)[0] in long.upper():
            explained.add(after.group(1))
            pairs.append(Pair(" ".join(long.split()), each.span, after.group(1)))
    return pairs


class Named(NamedTuple):
    """An organization that candidates name: its id, where it stands, what else it is called."""

    id: str
    spans: tuple[Span, ...]
    aliases: tuple[str, ...]


def name_candidates(
    text: str, language: str, candidates: list[Candidate], begun: Mapping[str, str]
) -> list[Named]:
    """Join candidates that name one organization and give each an id.

    The id is the authority's where it knows the name without its legal form. ``begun`` gives the
    known organizations of the document by the first word of their names: bare ``Senado`` is the
    ``Senado Federal`` named elsewhere.
    """
    spans: dict[str, list[Span]] = {}
    aliases: dict[str, list[str]] = {}
    for each in candidates:
        key = key_of(text[each.span.start : each.span.end], language)
        if len(key) > 1:
            spans.setdefault(key, []).append(each.span)
            aliases.setdefault(key, []).extend(each.aliases)
    longer: dict[str, str] = {}
    for key in sorted(spans, key=len, reverse=True):
        words = key.split()
        for count in range(1, len(words)):
            longer.setdefault(" ".join(words[:count]), key)
    joined: dict[str, Named] = {}
    for key, where in spans.items():
        whole = longer.get(key, key)
        id = begun.get(whole) or _known(whole, language) or "~" + slug(whole)
        before = joined.get(id, Named(id, (), ()))
        joined[id] = Named(
            id, (*before.spans, *where), tuple(dict.fromkeys((*before.aliases, *aliases[key])))
        )
    return list(joined.values())


def _known(key: str, language: str) -> str | None:
    """Return the organization of the authority that bears a folded name without ambiguity.

    A name that is not looked for counts in its own language alone.
    """
    authority = organizations()
    id = authority.resolve(key)
    if id is None or len(key) < _SHORTEST:
        return None
    entry = authority.entries[id]
    sure = any(
        not name.ambiguous
        and fold_key(name.text) == key
        and (name.sought or name.language == language)
        for name in entry.names
    )
    return id if sure else None
