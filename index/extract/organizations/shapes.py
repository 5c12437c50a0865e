"""Names that their shape shows: in quotation marks, a web address, German with an adjective."""

import re
from collections.abc import Iterator

from index.document import Span
from index.extract.organizations.words import Candidate, Word, Words, capital_run, span_of
from index.vocabularies import Grammar, organizations

LANGUAGES = frozenset(("es", "it", "de"))
"""Languages whose rules these are; the figures of the others do without."""

_QUOTED = re.compile(
    r"((?: [a-zß-ÿ]+){0,2}),? ?[\"“«„] ?([A-ZÀ-Þ][^\"”“»«„\n.,;:!?()]{1,48}?) ?[\"”“»]"
)
_MOST_WORDS = 6
_TITLED = frozenset(("editorial",))
"""Cues behind which a title stands in quotation marks."""
_SITE = re.compile(r"[A-Z][A-Za-z0-9]{2,}\.(?:com|net|it|at|de|es)")

_PRESS = (
    "zeitung nachrichten anzeiger rundschau tagblatt tageblatt abendblatt volksblatt morgenpost"
    " abendpost kurier merkur"
)
_BODIES = (
    "partei universitat gesellschaft verband akademie institut kammer gericht gerichtshof agentur"
    " kommission armee kirche stiftung verein zentralbank nationalbank notenbank volkspartei"
    " gewerkschaftsbund"
)
_EXACT_BODIES = "bank bund amt rat union front fonds allianz"
_GENITIVES = ("es", "s", "")
_PRESS_TAILS = tuple(_PRESS.split())
_TAILS = tuple(_BODIES.split())
_EXACT = frozenset(_EXACT_BODIES.split())
_ALL_TAILS = tuple(tail + end for tail in (*_PRESS_TAILS, *_TAILS) for end in _GENITIVES)
_ALL_EXACT = frozenset(noun + end for noun in _EXACT for end in _GENITIVES)
_CLUBS = frozenset(["sv", "sc", "fc", "ac", "sk", "ak", "bsc"])
_ADJECTIVE = re.compile(r".{2,}(?:isch|deutsch|lich|al|iv|ell|oberst|vereint|frei|neu)e[nrsm]?")
_PLACED = ("universitat", "akademie")
_ACRONYM = re.compile(r"  ?\(?([A-ZÄÖÜ]{3,6})\b")
_TOWN = re.compile(r".{3,}er")
_INDEFINITE = re.compile(r"k?eine?[nrsm]?|mehrere[nr]?|viele[nr]?|andere[nr]?|jede[nrs]?")


def is_site(written: str) -> bool:
    """Say whether a word is a company's or a newspaper's web address: ``Despegar.com``."""
    return _SITE.fullmatch(written) is not None


def is_tail(written: str, folded: str) -> bool:
    """Say whether a German word may end a name that an adjective begins."""
    if folded in _CLUBS:
        return written.isupper()
    return folded.endswith(_ALL_TAILS) or folded in _ALL_EXACT


def find_shapes(text: str, words: Words, grammar: Grammar, language: str) -> Iterator[Candidate]:
    """Yield names behind a cue in quotation marks, web addresses, and German names of adjective
    and noun, whose capital shows that the adjective is part of the name."""
    for index in words.where("cue"):
        yield from _quoted(text, words[index], grammar)
    for index in words.where("site"):
        if text[words[index].end : words[index].end + 1] != "/":
            yield Candidate(span_of(words, index, index), "site")
    if language == "de":
        for index in words.where("tail"):
            first = _beginning(words, index)
            if first is not None:
                last = _end(words, index)
                span = span_of(words, first, last)
                if not _explains_known(text, span):
                    yield Candidate(span, "head", (), last - first + 1)


def _quoted(text: str, cue: Word, grammar: Grammar) -> Iterator[Candidate]:
    match = _QUOTED.match(text, cue.end)
    if match is None or cue.folded in _TITLED or len(match.group(2).split()) > _MOST_WORDS:
        return
    if all(grammar.is_adjective(word) for word in match.group(1).split()):
        yield Candidate(Span(*match.span(2)), "quoted")


def _beginning(words: Words, index: int) -> int | None:
    """Return the adjective with which the German name that ends with word ``index`` begins.

    Behind a word in lower case an adjective has a capital only as part of a name; one made of
    the name of a town always has one, so that it counts for newspapers and clubs alone.
    """
    if index < 1 or not words[index].tight:
        return None
    adjective, noun = words[index - 1], _without_genitive(words[index].folded)
    if not adjective.capital or adjective.first:
        return None
    if noun in _CLUBS:
        alone = index + 1 == len(words) or not (words[index + 1].tight and words[index + 1].capital)
        return index - 1 if alone and len(adjective.text) > 5 and _town(adjective) else None
    before = words[index - 2] if index > 1 else None
    if before is None or not adjective.tight or before.capital or not before.text.isalpha():
        return None
    if _INDEFINITE.fullmatch(before.folded):
        return None
    press = noun.endswith(_PRESS_TAILS)
    if _ADJECTIVE.fullmatch(adjective.folded) or (press and noun != "zeitung" and _town(adjective)):
        return index - 1
    return None


def _end(words: Words, index: int) -> int:
    """Return the last word of a German name: ``Technische Universität Graz``, ``Rat für X``."""
    following = words[index + 1 : index + 3]
    if not following or not following[0].tight:
        return index
    if words[index].folded.endswith(_PLACED) and following[0].capital:
        return index + 1
    if len(following) > 1 and following[0].text == "für" and following[1].capital:
        return capital_run(words, index + 2, frozenset(), 3)
    return index


def _explains_known(text: str, span: Span) -> bool:
    """Say whether a known acronym stands behind a name: ``Kurdische Arbeiterpartei (PKK)``."""
    match = _ACRONYM.match(text, span.end)
    return match is not None and organizations().resolve(match.group(1)) is not None


def _town(adjective: Word) -> bool:
    return _TOWN.fullmatch(adjective.folded) is not None


def _without_genitive(folded: str) -> str:
    for ending in _GENITIVES:
        noun = folded.removesuffix(ending) if ending else folded
        if noun.endswith((*_PRESS_TAILS, *_TAILS)) or noun in _EXACT:
            return noun
    return folded
