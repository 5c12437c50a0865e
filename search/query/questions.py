"""Questions: sentences whose words are wished for, not required.

Who asks "Comment renouveler mon passeport ?" describes a document rather than quoting it: few
documents have all those words, and the one that answers need not be among them. Asking for all
of them costs up to 0.12 of MRR@10 on judged questions (docs/retrieval.md; docs/query-language.md
has the rule as readers see it).
"""

from collections.abc import Sequence
from itertools import pairwise

from index.analysis import Token, analyzer, fold

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
