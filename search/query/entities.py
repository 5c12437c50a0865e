"""Known organizations among the words of a query, whichever of their names was typed.

A name is a run of words as long as possible, from the left. Capitals decide as they do in
documents: names that mean something else in lower case (marked ambiguous or exact in the
authority, acronyms of two letters, acronyms that are stop words) must be typed with them.

Questions: sentences whose words are wished for, not required.

Who asks "Comment renouveler mon passeport ?" describes a document rather than quoting it: few
documents have all those words, and the one that answers need not be among them. Asking for all
of them costs up to 0.12 of MRR@10 on judged questions (docs/retrieval.md; docs/query-language.md
has the rule as readers see it).
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.analysis import Token, analyzer, fold, tokenize
from index.vocabularies import LANGUAGES, Name, fold_key, name_key, organizations
from search.query.nodes import WordQuery
from search.query.words import Unit

LONGEST = 16
"""Words of a name that are compared."""
_SHORT_ACRONYM = 3


class Named(NamedTuple):
    """The units ``first`` to ``last`` (excluded) name the organization ``id``."""

    first: int
    last: int
    id: str


class _Bearer(NamedTuple):
    id: str
    name: Name


def named(text: str, units: Sequence[Unit]) -> list[Named]:
    """Return the organizations that units of ``text`` name, in order, none overlapping."""
    names, beginnings = _names()
    keys = [_key(unit) for unit in units]
    found: list[Named] = []
    at = 0
    while at < len(units):
        longest = min(beginnings.get(keys[at].partition(" ")[0], 0), LONGEST, len(units) - at)
        for last in range(at + longest, at, -1):
            key = " ".join(filter(None, keys[at:last]))
            id = _meant(names.get(key, ()), text[units[at].start : units[last - 1].end])
            if id:
                found.append(Named(at, last, id))
                at = last
                break
        else:
            at += 1
    return found


def _key(unit: Unit) -> str:
    """Return a unit as the names are folded; ``O.N.U.`` is one word here."""
    if "." in unit.text and isinstance(unit.node, WordQuery):
        return _folded(unit.node.literal)
    return _folded(unit.text)


_folded = lru_cache(maxsize=4096)(fold_key)


def _meant(bearers: Sequence[_Bearer], typed: str) -> str | None:
    """Return the organization of those that bear a name, None if it may be several or none."""
    meant = [each for each in bearers if _is_written(each.name, typed)]
    plain = [each for each in meant if not each.name.ambiguous and not each.name.former]
    ids = {each.id for each in plain or meant}
    return ids.pop() if len(ids) == 1 else None


def _is_written(name: Name, typed: str) -> bool:
    """Say whether the capitals that were typed are those of the name, where they matter."""
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
def _names() -> tuple[dict[str, tuple[_Bearer, ...]], dict[str, int]]:
    """Return who bears a folded name, and how many words names with a first word have at most."""
    bearers: dict[str, dict[_Bearer, None]] = {}
    beginnings: dict[str, int] = {}
    for key, bearer in _all():
        bearers.setdefault(key, {})[bearer] = None
        first, words = key.partition(" ")[0], key.count(" ") + 1
        beginnings[first] = max(beginnings.get(first, 0), words)
    return {key: tuple(found) for key, found in bearers.items()}, beginnings


def _all() -> Iterator[tuple[str, _Bearer]]:
    for id, entry in organizations().entries.items():
        for name in entry.names:
            if name.sought:
                yield name_key(name.text), _Bearer(id, name)


LONG = 7
"""Content words from which on a query is taken for a sentence."""
_FIRST = 3
"""An interrogative is looked for among so many first words."""

# Words that are common in another language (was, come, who in capitals) need the question mark.
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
# Verbs that open an English question, and hardly a list of words.
_AUXILIARIES = frozenset(
    fold(word)
    for word in (
        *("is", "are", "was", "were", "do", "does", "did", "has", "have"),
        *("can", "could", "should", "would", "will"),
    )
)
# Pronouns that a French question puts behind its verb: peut-on, y a-t-il, est-ce.
_INVERTED = frozenset({"on", "il", "elle", "ils", "elles", "ce", "t"})
_HYPHENS = frozenset("-‐‑")
_MARKS = ("?", "؟", "？")
_BY_LANGUAGE = {
    suffix: frozenset(fold(word) for word in words.split())
    for suffix, words in _INTERROGATIVES.items()
}


def is_question(text: str, tokens: Sequence[Token], content: int, analyzers: Sequence[str]) -> bool:
    """Tell whether words in a row are a question in one of the languages of the index.

    ``content`` is how many of the words are stop words in no language.
    """
    words = [token for token in tokens if token.kind in ("word", "cjk")]
    if len(words) < 2:
        return False
    if content >= LONG or text.rstrip().endswith(_MARKS):
        return True
    if len(words) < 3:
        return False
    if "en" in analyzers and words[0].folded in _AUXILIARIES:
        return True
    if "fr" in analyzers and _is_inverted(text, words):
        return True
    return any(_is_asked(text, words[:_FIRST], suffix) for suffix in analyzers)


def _is_asked(text: str, words: Sequence[Token], suffix: str) -> bool:
    """Tell whether an interrogative comes first, or behind stop words only (in which, de quel)."""
    interrogatives, found = _BY_LANGUAGE.get(suffix, ()), analyzer(suffix)
    for token in words:
        if token.folded in interrogatives:
            return not text[token.start : token.end].isupper()
        if not found.is_stop(token):
            return False
    return False


def _is_inverted(text: str, words: Sequence[Token]) -> bool:
    return any(
        pronoun.folded in _INVERTED and text[verb.end : pronoun.start] in _HYPHENS
        for verb, pronoun in pairwise(words[: _FIRST + 1])
    )
