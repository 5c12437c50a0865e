"""The tense of the sentence around a date: the nearest cue decides.

The cues are in ``words-LANGUAGE.txt``.
"""

import re
from functools import cache

from index.extract.dates.words import table

_TENSE_REACH = 160
"""Characters before and behind a date in which cues are looked for."""
_CLAUSE = 45
"""Characters that a comma, a colon or a conjunction between cue and date counts for."""
_BEHIND = 12
"""Characters by which a cue behind the date is farther than one before it."""
_AHEAD = 10
"""Characters by which a cue of the future may be farther than one of the past."""
_ENDS = re.compile(r"[.!?…]+(?=[\s\"»”])|\n|[؟]")
_ASIDE = re.compile(r"\s?[\"»”]?\s?,\s")
"""Between a date and a verb of saying behind it: *lundi, a dit X*."""
_LIMITS = re.compile(r"[,;:()«»\"“”]|\s(?:que|qui|dont|alors|mais|and|who|that|but|ma|mas|pero)\s")
_NOUN = re.compile(r"(?<=[\w,] )[A-ZÄÖÜ][a-zäöüß]+|\b[A-ZÄÖÜ][a-zäöüß]+te[nrsm]?\b")
"""A German noun: a word with a capital inside a sentence, and one like a verb of the past."""
_NO_CUE = float("inf")
_ESCAPED_OR_NOT = re.compile(r"\\.|[^\\]+")


def tense(text: str, language: str, start: int, end: int) -> int:
    """Return the tense of the sentence around a date: 1 future, -1 past, 0 unknown."""
    cues = _cues(language)
    if cues is None:
        return 0
    begin = max(0, start - _TENSE_REACH)
    for sentence_end in _ENDS.finditer(text, begin, start):
        begin = sentence_end.end()
    stop = _ENDS.search(text, end, end + _TENSE_REACH)
    before = _without_nouns(text, language, begin, start)
    after = _without_nouns(text, language, end, stop.start() if stop else end + _TENSE_REACH)
    future = _distance(cues[0], before, after)
    past = _distance(cues[1], before, after, past=True)
    if future == past == _NO_CUE:
        return 0
    return 1 if future <= past + _AHEAD else -1


def _without_nouns(text: str, language: str, start: int, end: int) -> str:
    """Return a part of a text, with marks for nouns where a capital tells them from verbs."""
    if "capital-nouns" not in table(language).rules:
        return text[start:end]
    parts: list[str] = []
    at = start
    for noun in _NOUN.finditer(text, start, end):
        parts += (text[at : noun.start()], "_" * len(noun[0]))
        at = noun.end()
    return "".join(parts) + text[at:end]


def _lowered(text: str) -> str:
    """Return a text in lower case, each character in its place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(character.lower()[0] for character in text)


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return the patterns of future and past for texts in lower case; None without any.

    Patterns that ignore case take up to six times as long.
    """
    words = table(language)
    if not words.future:
        return None
    future, past = (
        re.compile(rf"(?<!\w)(?:{_ESCAPED_OR_NOT.sub(_lowered_literal, cues)})(?!\w)")
        for cues in (words.future, words.past)
    )
    return future, past


def _lowered_literal(part: re.Match[str]) -> str:
    return part[0] if part[0][0] == "\\" else part[0].lower()


def _distance(cues: re.Pattern[str], before: str, after: str, past: bool = False) -> float:
    """Return how far the nearest cue is from the date between the two texts.

    A cue of the ``past`` behind the date and a comma is a verb of saying.
    """
    distance = _NO_CUE
    for cue in cues.finditer(_lowered(before)):
        between = before[cue.end() :]
        distance = min(distance, len(between) + _CLAUSE * len(_LIMITS.findall(between)))
    cue_after = cues.search(_lowered(after))
    if cue_after and not (past and _ASIDE.fullmatch(after, 0, cue_after.start())):
        between = after[: cue_after.start()]
        far = len(between) + _BEHIND + _CLAUSE * len(_LIMITS.findall(between))
        distance = min(distance, far)
    return distance


def is_past(word: str, language: str) -> bool:
    """Return whether a word in lower case is a verb of the past."""
    cues = _cues(language)
    if word[0].isupper() and "capital-nouns" in table(language).rules:
        return False
    return cues is not None and cues[1].fullmatch(word) is not None
