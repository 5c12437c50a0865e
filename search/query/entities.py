"""Entity linking and question detection: what the words of a query are, beyond words.

Entity linking finds the organizations that words of a query name, by any of their names. A name is
the longest run of words from the left. Capitals count as they do in documents: names that mean
something else in lower case must be typed with their capitals. These are the names marked ambiguous
or exact in the authority, acronyms of two letters, and acronyms that are stop words.

The words of a question are optional. A question such as "Comment renouveler mon passeport ?"
describes a document, it does not quote one: few documents have all the words, and the one that
answers may lack some. Requiring them all costs up to 0.12 of MRR@10 on judged questions
(docs/retrieval.md). docs/query-language.md has the rule for readers.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.analysis import Token, analyzer, fold, fold_key, name_key, tokenize
from index.vocabularies import LANGUAGES, Name, organizations
from search.query.nodes import WordQuery
from search.query.words import Unit

MAX_NAME_WORDS = 16
_SHORT_ACRONYM = 3

QUESTION_WORDS = 7
"""Content words from which on a query is taken for a sentence."""
_FIRST = 3
"""An interrogative must be among so many first words."""


class OrganizationSpan(NamedTuple):
    """The units ``first`` to ``last`` (excluded) name the organization ``id``."""

    first: int
    last: int
    id: str


class _NamedBy(NamedTuple):
    id: str
    name: Name


def link_organizations(text: str, units: Sequence[Unit]) -> list[OrganizationSpan]:
    """Return the organizations that units of ``text`` name, in order, without overlaps."""
    names, max_words = _names()
    keys = [_key(unit) for unit in units]
    spans: list[OrganizationSpan] = []
    first = 0
    while first < len(units):
        longest = max_words.get(keys[first].partition(" ")[0], 0)
        for last in range(min(first + min(longest, MAX_NAME_WORDS), len(units)), first, -1):
            key = " ".join(filter(None, keys[first:last]))
            id = _resolve(names.get(key, ()), text[units[first].start : units[last - 1].end])
            if id:
                spans.append(OrganizationSpan(first, last, id))
                first = last
                break
        else:
            first += 1
    return spans


def _key(unit: Unit) -> str:
    """Return a unit folded as names are; ``O.N.U.`` is one word here."""
    if "." in unit.text and isinstance(unit.node, WordQuery):
        return _folded(unit.node.literal)
    return _folded(unit.text)


_folded = lru_cache(maxsize=4096)(fold_key)


def _resolve(candidates: Sequence[_NamedBy], typed: str) -> str | None:
    """Return the only organization that a name may mean; None if there are several or none."""
    possible = [candidate for candidate in candidates if _case_matches(candidate.name, typed)]
    likely = [each for each in possible if not each.name.ambiguous and not each.name.former]
    ids = {candidate.id for candidate in likely or possible}
    return ids.pop() if len(ids) == 1 else None


def _case_matches(name: Name, typed: str) -> bool:
    """Tell whether a name was typed with its capitals, if it needs them."""
    if typed.replace(".", "") in (name.text, name.text.upper()):
        return True
    if name.ambiguous or name.exact:
        return False
    if name.acronym:
        return len(name.text) >= _SHORT_ACRONYM and not _is_stop_word(name.text)
    return True


@cache
def _is_stop_word(text: str) -> bool:
    token = tokenize(text)[0]
    return any(analyzer(suffix).is_stop(token) for suffix in LANGUAGES)


@cache
def _names() -> tuple[dict[str, tuple[_NamedBy, ...]], dict[str, int]]:
    """Return organizations by folded name, and the most words of a name by its first word."""
    by_name: dict[str, dict[_NamedBy, None]] = {}
    max_words: dict[str, int] = {}
    for id, entry in organizations().entries.items():
        for name in entry.names:
            if name.sought:
                key = name_key(name.text)
                by_name.setdefault(key, {})[_NamedBy(id, name)] = None
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
_BY_LANGUAGE = {
    suffix: frozenset(fold(word) for word in words.split())
    for suffix, words in _INTERROGATIVES.items()
}


def is_question(
    text: str, tokens: Sequence[Token], content_words: int, analyzers: Sequence[str]
) -> bool:
    """Tell whether words in a row are a question in one of the languages of the index.

    ``content_words`` is how many of the words are not stop words in any language.
    """
    words = [token for token in tokens if token.kind in ("word", "cjk")]
    if len(words) < 2:
        return False
    if content_words >= QUESTION_WORDS or text.rstrip().endswith(_MARKS):
        return True
    if len(words) < 3:
        return False
    if "en" in analyzers and words[0].folded in _AUXILIARIES:
        return True
    if "fr" in analyzers and _is_inverted(text, words):
        return True
    return any(_has_interrogative(text, words[:_FIRST], suffix) for suffix in analyzers)


def _has_interrogative(text: str, words: Sequence[Token], suffix: str) -> bool:
    """Tell whether an interrogative comes first or after stop words only (in which, de quel)."""
    interrogatives, language = _BY_LANGUAGE.get(suffix, ()), analyzer(suffix)
    for token in words:
        if token.folded in interrogatives:
            return not text[token.start : token.end].isupper()
        if not language.is_stop(token):
            return False
    return False


def _is_inverted(text: str, words: Sequence[Token]) -> bool:
    """Tell whether a pronoun is hyphenated to a verb (peut-on)."""
    return any(
        pronoun.folded in _INVERTED and text[verb.end : pronoun.start] in _HYPHENS
        for verb, pronoun in pairwise(words[: _FIRST + 1])
    )
