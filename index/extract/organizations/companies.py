"""Proper names that end with what the body is: ``Interco Inc``, ``Iran Aseman Airlines``."""

from collections.abc import Iterator, Sequence

from index.extract.organizations.words import Candidate, Word, Words, capital_run, span_of
from index.vocabularies import Grammar

_JOINTS = frozenset(("of", "and", "for", "the", "de", "du", "der", "di"))
_LEADING_WORDS = (
    "the a an in at on for by but and or as it its he she they this that these those if when"
    " while mr mrs ms dr u.s us with from under after before both all some new le la les un"
    " une des du au l d chairman president minister analysts shares later meanwhile however"
    " earlier also last el los las der die das den dem il lo gli o os um uma una et y e und"
    " nach bei von selon im am beim laut zum zur vom"
)
_LEADING = frozenset(_LEADING_WORDS.split())
_OPEN = frozenset(("bank", "court", "university", "institute", "group", "trust", "co", "school"))
_GERMAN_JOINTS = frozenset(("of", "and", "for", "the"))
_ENGLISH_WORDS = (
    "airlines airways university foundation securities industries pictures entertainment"
    " society cavaliers warriors lakers globe herald tribune college federation council"
    " authority army studios records bank"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_SINGLE = frozenset(("bank", "university", "church", "court"))
"""Of these ``and`` joins another (``Bank of America and Sanwa``)."""
_PLACES = frozenset(("los", "las", "la", "el", "des"))
_DAUGHTERS = frozenset(("tochter", "tochterfirma", "mutter", "chef", "betreiber"))
_LEARNED = frozenset(("university", "journal", "academy", "college", "school"))
_OFFICES = frozenset(("minister", "president", "chairman", "governor", "secretary", "senator"))
_LONGEST = 9
_SHORT = 3
_INITIALS = 2
_COMMON_WORDS = (
    "first general national american united new international central southern northern"
    " western eastern federal standard royal great pacific atlantic british french german"
    " canadian continental texas california york bank home state union republic trans global"
    " world"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def is_decisive(folded: str, grammar: Grammar) -> bool:
    """Say whether a word with a capital may make a company of the words beside it."""
    return folded in grammar["legal"] or folded in grammar["suffix"] or folded in grammar["of"]


def find_companies(
    words: Words, grammar: Grammar, language: str, common: frozenset[str]
) -> Iterator[Candidate]:
    """Yield runs of capitalised words that end with a legal form or a noun for a body.

    ``common`` are words that do not stand for a company by themselves, such as countries.
    """
    for phrase in words.phrases("company"):
        yield from _in_phrase(words, phrase, grammar, language, common)


def _in_phrase(
    words: Words, phrase: range, grammar: Grammar, language: str, common: frozenset[str]
) -> Iterator[Candidate]:
    index = phrase.start
    while index < phrase.stop:
        if not words[index].capital or _leads(words[index], grammar, language):
            index += 1
            continue
        joints = _GERMAN_JOINTS if language == "de" else _JOINTS
        last = capital_run(words, index, joints, _LONGEST)
        end = _ending(words, index, last, grammar, language)
        if end is None:
            index = last + 1
            continue
        begin = _after_and(words, index, end, grammar["legal"])
        if begin > index:
            before = _ending(words, index, begin - 2, grammar, language)
            if before is not None:
                yield Candidate(span_of(words, index, before), "suffix")
            index = begin
        legal = words[end].folded in grammar["legal"]
        aliases = _aliases(words, index, end, common) if legal else ()
        yield Candidate(span_of(words, index, end), "legal" if legal else "suffix", aliases)
        index = end + 1


def _after_and(words: Sequence[Word], first: int, end: int, legal: frozenset[str]) -> int:
    """Return where the name begins: behind an ``and`` that joins it to another name.

    ``Trust and Investment Corp`` is one name, ``NATO and World Bank`` are two.
    """
    for index in range(end - 1, first, -1):
        if words[index].folded == "and":
            own = end - index - 1
            one = own == 0 or (own == 1 and words[end].folded in (*legal, "association"))
            return first if one or words[index + 1].folded == "of" else index + 1
    return first


def _leads(word: Word, grammar: Grammar, language: str) -> bool:
    """Say whether a capitalised word stands before a name and is no part of it."""
    if language == "en" and word.folded in _PLACES:
        return False
    if language == "de" and word.folded in grammar["cue"] | _DAUGHTERS:
        return True
    if word.folded in _OFFICES:
        return True
    if (
        word.folded in _LEADING
        or word.folded in grammar["legal"]
        or word.text.endswith(("-based", "-owned"))
    ):
        return True
    return word.first and (word.folded in grammar["small"] or word.folded in grammar["stop"])


def _ending(
    words: Sequence[Word], first: int, last: int, grammar: Grammar, language: str
) -> int | None:
    """Return the word with which the name ends, if it ends as names of bodies do."""
    legal, suffix = grammar["legal"], grammar["suffix"]
    if language == "de":  # every noun has a capital: what may be a German one does not count
        suffix = suffix & _ENGLISH
    best = None
    for index in range(first + 1, last + 1):
        word = words[index]
        if word.folded in _OFFICES:
            return None
        if word.folded in legal and _is_legal(word, language):
            shouted = len(word.text) == _INITIALS and words[index - 1].text.isupper()
            if shouted and language != "en":
                return None
            if index == first + 1 and words[first].folded in _COMMON:
                return None
            banking = words[index - 1].folded in ("trust", "bank")
            if banking:
                return _prolonged(words, index, last)
            while index < last and words[index + 1].folded in legal and words[index + 1].capital:
                index += 1  # Co Ltd
            return index
        if word.folded in suffix and word.capital:
            best = index
        elif word.folded == "and" and best is not None and best == index - 1:
            following = {each.folded for each in words[index + 1 : index + 3]}
            if following.isdisjoint(legal) and "association" not in following:
                return best
    if best is not None:
        return _prolonged(words, best, last) if words[best].folded in _OPEN else best
    begins = words[first].folded in grammar["of"] and last > first + 1
    if not begins or words[first + 1].folded not in ("of", "for"):
        return None
    if language == "de" and words[first].folded not in _LEARNED:
        return None
    if words[first].folded in _SINGLE:
        for index in range(first + 2, last):
            if words[index].folded == "and":
                return index - 1
    return last


def _is_legal(word: Word, language: str) -> bool:
    if word.folded in ("se", "sa", "ag", "ab", "nv", "kg", "bv", "spa", "asa"):
        return word.text.isupper() or word.text in ("SpA", "Spa")
    if word.folded == "co":
        return word.text == "Co" or word.text == "CO"
    return word.capital


def _prolonged(words: Sequence[Word], index: int, last: int) -> int:
    """Take in what follows the noun: ``Royal Bank of Scotland``, ``Trust Co of Ohio NA``."""
    if index + 2 <= last and words[index + 1].folded == "of":
        end = index + 2
        while end + 1 <= last and words[end + 1].capital:
            end += 1
        return end
    return index


def _aliases(
    words: Sequence[Word], first: int, end: int, common: frozenset[str]
) -> tuple[str, ...]:
    """Return the name without its legal form, and its first word where that may stand alone."""
    names = [word.text for word in words[first:end]]
    if not names:
        return ()
    aliases = [" ".join(names)]
    leading = words[first].folded
    if len(leading) > _SHORT and leading not in common and leading not in _COMMON:
        aliases.append(names[0])
    return tuple(alias for alias in aliases if alias.lower() not in _COMMON and len(alias) > 2)
