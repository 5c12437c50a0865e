"""Entity linking and question detection: what the words of a query are, beyond words.

A query that is the label or an expression of a theme names the theme, which is offered as a filter.

Entity linking finds the organizations and countries that words of a query name, by any of their
names. A name is the longest run of words from the left. Capitals count as they do in documents:
names that mean something else in lower case must be typed with their capitals. These are the names
marked ambiguous or exact in the vocabularies, acronyms of two letters, and names that are stop
words or other common words (*oil*, *bid*). The ambiguous name of a country (*Jordan*) must be all
that is asked for. Demonyms and capitals are words.

The words of a question are optional. A question such as "Comment renouveler mon passeport ?"
describes a document, it does not quote one: few documents have all the words, and the one that
answers may lack some. Requiring them all costs up to 0.12 of MRR@10 on judged questions
(docs/retrieval.md). Names and headlines look like questions too (*Will Smith*, *The Who*), so what
is not certainly a question is one only if no document has all of its words. docs/query-language.md
has the rule for readers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.analysis import Token, analyzer, fold, fold_key, name_key, tokenize
from index.vocabularies import (
    LANGUAGES,
    CountryForm,
    Name,
    Spelling,
    countries,
    exact_forms,
    function_words,
    organizations,
    themes,
    written_forms,
)
from search.query.nodes import WordQuery
from search.query.words import Unit

MAX_NAME_WORDS = 16
_SHORT_ACRONYM = 3

QUESTION_WORDS = 7
"""Content words from which on a query is taken for a sentence."""
_FIRST = 3
"""An interrogative must be among so many first words."""


_COMMON = frozenset(
    (
        *("aie", "apa", "att", "aua", "barca", "bid", "cade", "cese", "cis", "cope", "cut", "ema"),
        *("fab", "faz", "fed", "fia", "gao", "god", "imo", "miti", "oil", "oma", "omi", "osa"),
        *("pis", "sec", "seco", "uci", "uff", "unido", "utica", "voz", "برشلونه"),
    )
)
"""Folded names of organizations that in small letters are common words of one language at least."""
_COMMON_IN = {"it": frozenset(("nato",))}
"""Those that are so common in one language only that its readers alone mean the word."""
_ELSEWHERE = frozenset(("island", "man"))
"""Folded names of countries that are common words of another language, with a capital, too."""


class NameSpan(NamedTuple):
    """The units ``first`` to ``last`` (excluded) name the value ``id`` of ``facet``."""

    first: int
    last: int
    facet: str
    id: str


class _NamedBy(NamedTuple):
    facet: str
    id: str
    name: Name | CountryForm


def link_names(text: str, units: Sequence[Unit], language: str = "") -> list[NameSpan]:
    """Return what units of ``text`` name, in order, without overlaps.

    ``language`` is that of the reader.
    """
    names, max_words = _names()
    keys = [_key(unit) for unit in units]
    spans: list[NameSpan] = []
    first = 0
    while first < len(units):
        longest = max_words.get(keys[first].partition(" ")[0], 0)
        for last in range(min(first + min(longest, MAX_NAME_WORDS), len(units)), first, -1):
            key = " ".join(filter(None, keys[first:last]))
            typed = text[units[first].start : units[last - 1].end]
            is_word = key in _COMMON or key in _COMMON_IN.get(language, ())
            if is_word and typed == typed.lower():
                continue
            candidates = names.get(key, ())
            named = _of_country(candidates, _countries_beside(keys, first, last))
            named = named or _resolve(candidates, typed, last - first == len(units), language)
            if named:
                spans.append(NameSpan(first, last, named.facet, named.id))
                first = last
                break
        else:
            first += 1
    return spans


_BETWEEN = frozenset(("de", "du", "del", "do", "da", "of", "in", "di", "la", "the", "l", "d"))
"""What may stand between a body and its country: ``la CUT de Chile``."""
_LONGEST_COUNTRY = 4


def _countries_beside(keys: Sequence[str], first: int, last: int) -> frozenset[str]:
    """Return the countries that units directly before or behind a name are."""
    behind = last
    while behind < len(keys) and keys[behind] in _BETWEEN:
        behind += 1
    runs = [keys[behind : behind + count] for count in range(1, _LONGEST_COUNTRY + 1)]
    runs += [keys[max(0, first - count) : first] for count in range(1, _LONGEST_COUNTRY + 1)]
    named = (countries().aliases.get(" ".join(filter(None, run))) for run in runs)
    return frozenset(country for country in named if country)


def _of_country(candidates: Sequence[_NamedBy], beside: frozenset[str]) -> _NamedBy | None:
    """Return the one body of several that is of a country typed beside the name."""
    bodies = {each.id: each for each in candidates if each.facet == "organization"}
    if len(bodies) < 2 or not beside:
        return None
    entries = organizations().entries
    chosen = [one for id, one in bodies.items() if not beside.isdisjoint(entries[id].countries)]
    return chosen[0] if len(chosen) == 1 else None


def is_named(text: str) -> bool:
    """Tell whether a text is a name of an organization or country, whatever its capitals."""
    return fold_key(text) in _names()[0]


def named_themes(text: str) -> tuple[str, ...]:
    """Return the themes that a whole query names, in any language.

    It is a label, a part of one that no other theme has, or an expression, or an inflected form of
    an expression of one word. Accents that are typed must be those of the name (*élevé* is not
    *élève*), an Arabic article does not matter, and a function word names none.
    """
    key, typed = fold_key(text), text.strip().casefold()
    is_word = typed in _function_words() and not text.isupper()
    if not key or is_word or (key in _COMMON_THEMES and text == text.lower()):
        return ()
    found = _themes_of(key, typed)
    without = key.removeprefix(_ARABIC_ARTICLE)
    if not found and without != key:
        found = _themes_of(without, without)
    part = themes().aliases.get(key)
    return found or ((part,) if part else ())


_COMMON_THEMES = frozenset(("podemos", "shell", "tempo", "uber", "who"))
"""Folded expressions of themes that are common words of a language in small letters."""


@cache
def _function_words() -> frozenset[str]:
    return frozenset().union(*function_words().values())


def _themes_of(key: str, typed: str) -> tuple[str, ...]:
    names, forms = _theme_names(_beginning(key))
    found = names.get(key) or forms.get(key) or {}
    if typed.isascii() or not key.isascii():  # no accent that tells words apart
        return tuple(found)
    return tuple(theme for theme, spelt in found.items() if any(_agrees(typed, s) for s in spelt))


def _agrees(typed: str, spelt: str) -> bool:
    """Say whether accents that were typed are those of a name of the same letters."""
    return fold_key(typed) != fold_key(spelt) or typed == spelt


_Spelt = Mapping[str, Mapping[str, set[str]]]
"""What is spelt, with the themes that it names, and how each of them spells it."""


@lru_cache(maxsize=4096)
def _theme_names(beginning: str) -> tuple[_Spelt, _Spelt]:
    """Return the themes by folded name, and by folded form of a name of one word.

    Those of this ``beginning``: a process that answers one query needs no others. An
    expression that needs another one names none.
    """
    names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    forms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for language, spelling in _spellings().get(beginning, ()):
        spelt = spelling.text.casefold()
        names[fold_key(spelling.text)][spelling.theme].add(spelt)
        if language and spelling.text.isalpha():
            written = exact_forms if spelling.exact else written_forms
            for form in written(spelling.text, language):
                forms[form][spelling.theme].add(spelt)
    order = {id: place for place, id in enumerate(themes().entries)}

    def ordered(found: _Spelt) -> _Spelt:
        return {
            name: {id: spelt[id] for id in sorted(spelt, key=order.__getitem__)}
            for name, spelt in found.items()
        }

    return ordered(names), ordered(forms)


_ARABIC_ARTICLE = "ال"
_SHARED = 2


@cache
def _spellings() -> dict[str, list[tuple[str, Spelling]]]:
    """Return what names themes, with its language, by how it begins. Labels have no language."""
    vocabulary = themes()
    found: dict[str, list[tuple[str, Spelling]]] = defaultdict(list)

    def add(language: str, spelling: Spelling) -> None:
        beginning = _beginning(spelling.text)
        found[beginning].append((language, spelling))
        if beginning == _ARABIC_ARTICLE:
            without = fold_key(spelling.text).removeprefix(_ARABIC_ARTICLE)
            found[_beginning(without)].append((language, spelling))

    for id, entry in vocabulary.entries.items():
        for name in entry.all_names():
            add("", Spelling(id, name, exact=True))
    for language in vocabulary.languages:
        for spelling in vocabulary.spellings(language):
            add(language, spelling)
    return found


def _beginning(text: str) -> str:
    """Return the folded letters that a name shares with its forms (Arabic: but for *al-*)."""
    folded = _folded(text[:_SHARED])
    return (folded if len(folded) >= _SHARED else fold_key(text))[:_SHARED]


def _key(unit: Unit) -> str:
    """Return a unit folded as names are; ``O.N.U.`` is one word here."""
    if "." in unit.text and isinstance(unit.node, WordQuery):
        return _folded(unit.node.literal)
    return _folded(unit.text)


_folded = lru_cache(maxsize=4096)(fold_key)


def _resolve(
    candidates: Sequence[_NamedBy], typed: str, alone: bool, language: str
) -> _NamedBy | None:
    """Return the only thing that a name may mean; None if there are several or none.

    An organization goes before a country. ``alone``: nothing else is asked for. An acronym that
    bodies of several countries have means the usual one to readers of its language only.
    """
    if typed[:1].islower() and any(map(_is_word, candidates)):
        candidates = [each for each in candidates if each.facet == "organization"]
    possible = [each for each in candidates if _is_typed(each.name, typed, alone)]
    likely = [each for each in possible if not (each.name.ambiguous or _is_former(each.name))]
    chosen = likely or possible
    facets = {each.facet for each in chosen}
    facet = "organization" if "organization" in facets else "country"
    chosen = [each for each in chosen if each.facet == facet]
    if len({each.id for each in chosen}) != 1 or _is_elsewhere(chosen, candidates, language):
        return None
    return chosen[0]


def _is_elsewhere(
    chosen: Sequence[_NamedBy], candidates: Sequence[_NamedBy], language: str
) -> bool:
    """Say whether an acronym of one country's body, which others have, is of other languages."""
    names = [each.name for each in chosen if isinstance(each.name, Name)]
    if not language or not names or not all(name.acronym for name in names):
        return False
    rivals = {each.id for each in candidates if each.facet == "organization"}
    national = bool(organizations().entries[chosen[0].id].countries) and len(rivals) > 1
    return national and not any(language in name.languages for name in names)


def _is_word(named: _NamedBy) -> bool:
    """Tell whether the name of a country is a word in small letters, in one language at least."""
    name = named.name
    if isinstance(name, Name):
        return False
    return name.capital_needed or name.ambiguous or name.placed


def _is_former(name: Name | CountryForm) -> bool:
    return isinstance(name, Name) and name.former


def _is_typed(name: Name | CountryForm, typed: str, alone: bool) -> bool:
    if isinstance(name, Name):
        return _case_matches(name, typed)
    if (name.ambiguous or name.placed) and not alone:
        return False
    if name.acronym:
        letters = typed.replace(".", "").replace(" ", "")
        return letters.isupper() or (len(letters) >= _SHORT_ACRONYM and not name.ambiguous)
    return not name.accented or typed.lower() == name.text.lower()


def _case_matches(name: Name, typed: str) -> bool:
    """Tell whether a name was typed with its capitals, if it needs them."""
    if typed.replace(".", "") in (name.text, name.text.upper()):
        return True
    if name.ambiguous or name.exact:
        return False
    if name.acronym:
        # *età* is not ETA.
        accented = name.text.isascii() and not typed.isascii()
        return len(name.text) >= _SHORT_ACRONYM and not accented and not _is_stop_word(name.text)
    return True


@cache
def _is_stop_word(text: str) -> bool:
    token = tokenize(text)[0]
    return any(analyzer(suffix).is_stop(token) for suffix in LANGUAGES)


@cache
def _names() -> tuple[dict[str, tuple[_NamedBy, ...]], dict[str, int]]:
    """Return what is named by folded name, and the most words of a name by its first word."""
    by_name: dict[str, dict[_NamedBy, None]] = {}
    max_words: dict[str, int] = {}
    sought = [
        _NamedBy("organization", id, name)
        for id, entry in organizations().entries.items()
        for name in entry.names
        if name.sought
    ]
    sought += [
        _NamedBy("country", id, form)
        for id, country in countries().entries.items()
        for form in country.forms
        if form.kind == "name" and name_key(form.text) not in _ELSEWHERE
    ]
    for named in sought:
        key = name_key(named.name.text)
        by_name.setdefault(key, {})[named] = None
        first, words = key.partition(" ")[0], key.count(" ") + 1
        max_words[first] = max(max_words.get(first, 0), words)
    return {key: tuple(candidates) for key, candidates in by_name.items()}, max_words


# Words that are common in another language (was, come) are missing: they need the question mark.
_INTERROGATIVES = {
    "fr": "comment pourquoi quand où quel quelle quels quelles combien quoi lequel laquelle qui",
    "en": "how why when where what which whose who whom",
    "es": "cómo qué cuándo dónde cuál cuáles quién quiénes cuánto cuánta cuántos cuántas",
    "pt": "quando onde qual quais quem quanto quanta quantos quantas porquê",
    "it": "perché quando dove quale quali chi quanto quanta quanti quante",
    "de": "wie warum wann wo welche welcher welches wer wem wen wessen wieviel weshalb",
    "nl": "hoe waarom wanneer waar welke wie hoeveel",
    "sv": "hur varför när vilken vilket vilka vem",
    "ru": "как почему когда где какой какая какие кто сколько зачем",
    "ar": "كيف لماذا متى أين ماذا كم هل لمن",
}
# Verbs that begin English questions and rarely lists of words.
_AUXILIARIES = frozenset(
    fold(word)
    for word in (
        *("is", "are", "was", "were", "do", "does", "did", "has", "have"),
        *("can", "could", "should", "would", "will"),
    )
)
# Pronouns that follow the verb in French questions: peut-on, y a-t-il, est-ce.
_INVERTED = frozenset({"on", "il", "elle", "ils", "elles", "ce", "t"})
_HYPHENS = frozenset("-‐‑")
_MARKS = ("?", "؟", "？")
_AS_SPELT = {suffix: frozenset(words.split()) for suffix, words in _INTERROGATIVES.items()}
_BY_LANGUAGE = {
    suffix: frozenset(fold(word) for word in words.split())
    for suffix, words in _INTERROGATIVES.items()
}


class QuestionKind(Enum):
    """Whether words are a question: surely, or only if no document has them all."""

    NONE = "none"
    POSSIBLE = "possible"
    CERTAIN = "certain"


def question_kind(
    text: str, tokens: Sequence[Token], content_words: int, analyzers: Sequence[str]
) -> QuestionKind:
    """Tell whether words in a row are a question in one of the languages of the index.

    ``content_words`` is how many of the words are not stop words in any language. A question mark
    is certain. So is an interrogative or auxiliary at the beginning, spelt with its accents, if
    another function word of its language follows and it is not written as a name. All other signs
    may as well be those of a name or a headline.
    """
    words = [token for token in tokens if token.kind in ("word", "cjk")]
    if len(words) < 2:
        return QuestionKind.NONE
    if text.rstrip().endswith(_MARKS):
        return QuestionKind.CERTAIN
    kinds = {QuestionKind.POSSIBLE} if content_words >= QUESTION_WORDS else set()
    if len(words) >= 3:
        if "en" in analyzers and words[0].folded in _AUXILIARIES:
            certain = analyzer("en").is_stop(words[1]) and words[1].kind == "word"
            certain = certain and not text[words[1].start].isupper()
            kinds.add(QuestionKind.CERTAIN if certain else QuestionKind.POSSIBLE)
        if "fr" in analyzers and _is_inverted(text, words):
            kinds.add(QuestionKind.POSSIBLE)
        kinds.update(_interrogative(text, words, suffix) for suffix in analyzers)
    order = (QuestionKind.CERTAIN, QuestionKind.POSSIBLE)
    return next((kind for kind in order if kind in kinds), QuestionKind.NONE)


def _interrogative(text: str, words: Sequence[Token], suffix: str) -> QuestionKind:
    """Tell whether an interrogative comes first or after stop words only (in which, de quel)."""
    interrogatives, language = _BY_LANGUAGE.get(suffix, ()), analyzer(suffix)
    for place, token in enumerate(words[:_FIRST]):
        if token.folded in interrogatives:
            typed = text[token.start : token.end]
            if typed.isupper():
                return QuestionKind.NONE
            name = place > 0 and typed[0].isupper()
            exact = token.normal in _AS_SPELT[suffix]
            certain = exact and not name and any(map(language.is_stop, words[place + 1 :]))
            return QuestionKind.CERTAIN if certain else QuestionKind.POSSIBLE
        if not language.is_stop(token):
            return QuestionKind.NONE
    return QuestionKind.NONE


def _is_inverted(text: str, words: Sequence[Token]) -> bool:
    """Tell whether a pronoun is hyphenated to a verb (peut-on)."""
    return any(
        pronoun.folded in _INVERTED and text[verb.end : pronoun.start] in _HYPHENS
        for verb, pronoun in pairwise(words[: _FIRST + 1])
    )
