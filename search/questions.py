"""Questions: sentences whose words are wished for, not required.

Who asks "Comment renouveler mon passeport ?" describes a document rather than quoting it: few
documents have all those words, and the one that answers need not be among them. Asking for all
of them found the right document first 12 to 2 points less often on four sets of judged
questions (docs/query-language.md has the rule as readers see it).
"""

from collections.abc import Sequence

from index.analysis import Token, fold

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
    "it": "perché quando dove quale quali chi quanto quanta quanti quante cosa",
    "de": "wie warum wann wo welche welcher welches wer wem wen wessen wieviel weshalb",
    "nl": "hoe waarom wanneer waar welke wie hoeveel",
    "sv": "hur varför när vilken vilket vilka vem",
    "ru": "как почему когда где какой какая какие кто сколько зачем",
    "ar": "كيف لماذا متى أين ماذا كم هل لمن",
}
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
    return len(words) > 2 and any(
        token.folded in _BY_LANGUAGE.get(suffix, ())
        for token in words[:_FIRST]
        for suffix in analyzers
        if not text[token.start : token.end].isupper()
    )
