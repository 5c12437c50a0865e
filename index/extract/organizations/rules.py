"""The rules that recognise names of organizations in texts in Latin script.

Each yields the names that it finds, in order. They overlap: ``extractor`` chooses. The words that
they go by stand in ``organizations-grammar.txt``, under the roles that ``grammar[...]`` asks for.
"""

import re
from collections.abc import Iterator

from index.document import Span
from index.extract.organizations.heads import GENITIVES
from index.extract.organizations.words import Candidate, Word, Words, fold_word
from index.vocabularies import Grammar, organizations

_NO_JOINTS: frozenset[str] = frozenset()

# Proper names that end with what the body is: ``Interco Inc``, ``Iran Aseman Airlines``.

_COMPANY_JOINTS = frozenset(("of", "and", "for", "the", "de", "du", "der", "di"))
_ENGLISH_JOINTS = frozenset(("of", "for", "the"))
_ANGLICISM_JOINTS = _ENGLISH_JOINTS | {"and"}
_OPEN = frozenset(
    (
        *("bank", "court", "university", "institute", "group", "trust", "co", "school"),
        *("society", "college", "academy", "association"),
    )
)
"""Nouns that an ``of`` may follow: ``Royal Bank of Scotland``."""
_SINGLE = frozenset(("bank", "university", "church", "court"))
"""Behind these ``and`` joins another name: ``Bank of America and Sanwa``."""
_OF_FOR = frozenset(("of", "for"))
_LEARNED = frozenset(("university", "journal", "academy", "college", "school"))
_PLACE_ARTICLES = frozenset(("los", "las", "la", "el", "des"))
"""With these begin names of places in English: ``Los Angeles Lakers``."""
_CAPITAL_FORMS = frozenset(("se", "sa", "ag", "ab", "nv", "kg", "bv", "spa", "asa"))
"""Legal forms that count in capitals only."""
_NATIONS_SHORT = frozenset(("U.S.", "U.K."))
"""Before one noun these are adjectives, whatever its capital: ``U.S. Banks``."""
_LONGEST_COMPANY = 9
_SHORT_ALIAS = 3
_INITIALS = 2


def is_decisive(folded: str, grammar: Grammar) -> bool:
    """Say whether a word with a capital may make a company of the words beside it."""
    return folded in grammar["legal"] or folded in grammar["suffix"] or folded in grammar["of"]


def find_companies(words: Words, grammar: Grammar, places: frozenset[str]) -> Iterator[Candidate]:
    """Yield runs of capitalised words that end with a legal form or a noun for a body.

    ``places`` are names of countries, which do not stand for a company by themselves.
    """
    joints = _ANGLICISM_JOINTS if grammar.language == "de" else _COMPANY_JOINTS
    for phrase in words.phrases("company"):
        index = phrase.start
        while index < phrase.stop:
            if not words.is_capital(index) or _leads(words[index], grammar):
                index += 1
                continue
            last = words.capital_run(index, joints, _LONGEST_COMPANY)
            end = _company_end(words, index, last, grammar)
            if end is None:
                index = last + 1
                continue
            first = _behind_and(words, index, end, grammar["legal"])
            if grammar.language == "de":
                first = _behind_noun(words, first, end, grammar)
            if first > index and words[first - 1].folded == "and":
                end_before = _company_end(words, index, first - 2, grammar)
                if end_before is not None:
                    yield Candidate(words.span(index, end_before), "suffix")
            if words[end].folded in grammar["legal"]:
                aliases = _aliases(words, first, end, places, grammar["ordinary"])
                yield Candidate(words.span(first, end), "legal", aliases)
            elif end - first != 1 or words[first].text not in _NATIONS_SHORT:
                yield Candidate(words.span(first, end), "suffix")
            index = end + 1


def _behind_and(words: Words, first: int, end: int, legal: frozenset[str]) -> int:
    """Return where the name begins: behind an ``and`` that joins it to another name.

    ``Trust and Investment Corp`` is one name, ``NATO and World Bank`` are two.
    """
    for index in range(end - 1, first, -1):
        if words[index].folded == "and":
            between = sum(word.folded not in legal for word in words.slice(index + 1, end))
            ending = words[end].folded
            one = between == 0 or (between == 1 and (ending in legal or ending == "association"))
            return first if one or words[index + 1].folded == "of" else index + 1
    return first


_ADVISERS = frozenset(("berater", "unternehmensberater", "leiter"))
"""Persons before a name, which German writes with a capital as well."""


def _behind_noun(words: Words, first: int, end: int, grammar: Grammar) -> int:
    """Return where an English name begins behind a German noun: ``US-Autohersteller General X``."""
    for index in range(end - 1, first, -1):
        folded = words[index].folded
        if folded in grammar["cue"] or is_compound_cue(folded, grammar) or folded in _ADVISERS:
            return index + 1
    return first


def _leads(word: Word, grammar: Grammar) -> bool:
    """Say whether a capitalised word stands before a name and is no part of it."""
    folded = word.folded
    if grammar.language == "en" and folded in _PLACE_ARTICLES:
        return False
    if folded in grammar["leading"] or folded in grammar["office"] or folded in grammar["legal"]:
        return True
    if grammar.language == "de" and (folded in grammar["cue"] or is_compound_cue(folded, grammar)):
        return True
    if word.text.endswith(("-based", "-owned")):
        return True
    return word.first and (folded in grammar["small"] or folded in grammar["stop"])


def _company_end(words: Words, first: int, last: int, grammar: Grammar) -> int | None:
    """Return the word with which a run ends as names of bodies do, None if none does."""
    legal = grammar["legal"]
    # In German every noun has a capital: what may be a German word does not count.
    suffix = grammar["loan"] if grammar.language == "de" else grammar["suffix"]
    best = None
    last = _before_body(words, first, last, grammar)
    for index in range(first + 1, last + 1):
        word, before = words[index], words[index - 1]
        if word.folded in grammar["office"]:
            return None
        if word.folded in legal and _is_legal_form(word):
            shouted = len(word.text) == _INITIALS and before.text.isupper()
            if shouted and grammar.language != "en":
                return None
            if index == first + 1 and before.folded in grammar["ordinary"]:
                return None
            if before.folded in ("trust", "bank"):
                return _with_of(words, index, last)
            while index < last and words[index + 1].folded in legal and words[index + 1].capital:
                index += 1  # Co Ltd
            return index
        if word.folded in suffix and word.capital:
            if not _is_inflected(before, word, grammar):
                best = index
        elif word.folded == "and" and best is not None and best == index - 1:
            following = {word.folded for word in words.slice(index + 1, index + 3)}
            if following.isdisjoint(legal) and "association" not in following:
                return best
    if best is not None:
        return _with_of(words, best, last) if words[best].folded in _OPEN else best
    if words[first].folded not in grammar["of"] or last <= first + 1:
        return None
    if words[first + 1].folded not in _OF_FOR:
        return None
    if grammar.language == "de" and words[first].folded not in _LEARNED:
        return None
    if words[first].folded in _SINGLE:
        for index in range(first + 2, last):
            if words[index].folded == "and":
                return index - 1
    return last


def _is_inflected(adjective: Word, noun: Word, grammar: Grammar) -> bool:
    """Say whether a German adjective stands before a noun that is German too: ``Letzte Bank``."""
    return grammar.language == "de" and noun.folded == "bank" and adjective.folded[-1] == "e"


def _before_body(words: Words, first: int, last: int, grammar: Grammar) -> int:
    """Return the last word of ``Department of X`` before ``and the Y`` or ``and Ministry``."""
    if last > first and words[first].folded in grammar["of"] and words[first + 1].folded in _OF_FOR:
        for index in range(first + 3, last):
            following = words[index + 1].folded
            if words[index].folded == "and" and (following == "the" or following in grammar.heads):
                return index - 1
    return last


def _is_legal_form(word: Word) -> bool:
    if word.folded in _CAPITAL_FORMS:
        return word.text.isupper() or word.text in ("SpA", "Spa")
    return word.text in ("Co", "CO") if word.folded == "co" else word.capital


def _with_of(words: Words, index: int, last: int) -> int:
    """Take in what follows a noun: ``Royal Bank of Scotland``, ``Trust Co of Ohio NA``."""
    if index + 2 > last or words[index + 1].folded != "of":
        return index
    end = index + 2
    while end < last and words[end + 1].capital:
        end += 1
    return end


def _aliases(
    words: Words, first: int, end: int, places: frozenset[str], ordinary: frozenset[str]
) -> tuple[str, ...]:
    """Return the name without its legal form, and its first word where that may stand alone."""
    names = [word.text for word in words.slice(first, end)]
    if not names:
        return ()
    aliases = [" ".join(names)]
    leading = words[first].folded
    if len(leading) > _SHORT_ALIAS and leading not in places and leading not in ordinary:
        aliases.append(names[0])
    return tuple(alias for alias in aliases if alias.lower() not in ordinary and len(alias) > 2)


# Proper names behind a word that says what they are: ``le quotidien X``, ``la société X``.

_MOST_ADJECTIVES = 2
_KIN = re.compile(r".*jahrigen?|(?:sein|ihr|mein)e[rn]?|kleinen?|altest.*|jungst.*")
_OF = frozenset(("di", "de"))
_SHORT_NOUN = 4
_ABSTRACT = (
    *("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tionen"),
    *("tag", "abend", "nacht", "morgen", "mittag", "vormittag", "personen", "angaben", "leute"),
    "werte",
)
"""Endings of German nouns that are no names: ``der Konzern Mittwochabend``."""
_CLUB_INITIALS = frozenset(
    ["CD", "UD", "SD", "RCD", "CF", "RC", "AD", "CA", "FC", "AC", "AS", "US", "SS", "SSC"]
)


def cues(words: Words, grammar: Grammar) -> Iterator[int]:
    """Yield the words that are cues, then the last words of cues of two: ``think tank``."""
    yield from words.with_role("cue")
    for index in words.with_role("cue end"):
        cue = f"{words[index - 1].folded} {words[index].folded}" if index else ""
        if cue in grammar["cue"] and words[index].tight:
            yield index


def find_cued(words: Words, grammar: Grammar, places: frozenset[str]) -> Iterator[Candidate]:
    """Yield proper names behind a cue; adjectives may stand between them.

    ``places`` are names of countries, which name no organization.
    """
    stop, small = grammar["stop"], grammar["small"]
    joints = {"de": _ENGLISH_JOINTS, "en": _NO_JOINTS}.get(grammar.language, small)
    for cue in cues(words, grammar):
        if words[cue].folded == "tochter" and _is_kin(words, cue):
            continue
        first = _behind_phrase(words, cue, grammar)
        if words.joined(first) and words[first].folded in grammar["called"]:
            if not _may_be_called(words, cue, first + 1, grammar):
                continue
            first += 1
        most = first + _MOST_ADJECTIVES
        while first < most and words.joined(first) and _is_adjective(words[first], grammar):
            first += 1
        if not words.joined(first):
            continue
        word = words[first]
        if not word.capital and not (grammar.language == "de" and _LOWER_SITE.fullmatch(word.text)):
            continue
        last = words.capital_run(first, joints, 4)
        last = words.before_common(first, last, grammar["common"])
        if last > first:
            if word.folded in grammar["given"]:
                continue
        elif len(word.text) == 1 or _is_common(word, grammar):  # gruppo B
            continue
        elif word.folded in grammar["club"] and words[cue].folded not in grammar["cue"]:
            continue  # a German compound: Heimatverein Köln
        name = " ".join(word.folded for word in words.slice(first, last + 1))
        titled = word.folded in small and (last == first or word.text.isupper())
        if (
            name.removesuffix("s") not in places
            and name not in places
            and not titled
            and word.folded not in stop
        ):
            yield Candidate(words.span(first, last), "cue")
            if words[cue].folded in grammar["plural"]:
                yield from _second(words, last + 1, grammar)


_ALSO_VERBS = frozenset(("called", "named"))
_MOST_BEFORE_CUE = 3


def _may_be_called(words: Words, cue: int, name: int, grammar: Grammar) -> bool:
    """Say whether *called* stands between a cue and a name, and is no verb.

    In English only behind an indefinite article: ``a company called X``, but ``the paper called
    Mr X a liar``.
    """
    if words[cue].folded in grammar["commoncue"] or words[cue].folded in grammar["chain"]:
        return False
    if name < len(words) and words[name].folded in grammar["nocalled"]:
        return False
    if words[name - 1].folded not in _ALSO_VERBS:
        return True
    before = words.slice(cue - _MOST_BEFORE_CUE, cue + 1)
    articles = [at for at, word in enumerate(before[:-1]) if word.folded in ("a", "an")]
    return bool(articles) and all(word.tight for word in before[articles[-1] + 1 :])


_SHORTEST_COMPOUND = 2
_AMERICAN = "us"
"""``US-``: words are folded without hyphens."""


def is_compound_cue(folded: str, grammar: Grammar) -> bool:
    """Say whether a German compound ends with a cue: ``Festplattenhersteller``, ``US-Modekette``.

    Nouns for persons and mountains do not count: ``Filmproduzent``, ``Gebirgskette``. A giant is a
    company only with what it makes or sells: ``Ölriese``, but ``Frostriese``.
    """
    plain = folded.removeprefix(_AMERICAN)
    if plain in grammar["cue"]:
        return True
    if any(
        plain.endswith(giant) and plain.removesuffix(giant) in grammar["industry"]
        for giant in grammar["giant"]
    ):
        return True
    if not folded.endswith(tuple(grammar["compound"])):  # most; found out at once
        return False
    return not folded.endswith(tuple(grammar["nocompound"])) and any(
        folded.endswith(noun) and len(folded) >= len(noun) + _SHORTEST_COMPOUND
        for noun in grammar["compound"]
    )


def _is_adjective(word: Word, grammar: Grammar) -> bool:
    if word.capital or word.folded in grammar["stop"]:
        return False
    return grammar.is_adjective(word.folded)


def _is_kin(words: Words, index: int) -> bool:
    """Say whether a German ``Tochter`` is a child, as the word before shows."""
    named = index + 1 < len(words) and words[index + 1].text.isupper()
    return not named and index > 0 and _KIN.fullmatch(words[index - 1].folded) is not None


def _second(words: Words, joint: int, grammar: Grammar) -> Iterator[Candidate]:
    """Yield the second of two names behind a cue: ``i sindacati X e Y``."""
    first = joint + 1
    if words.joined(joint) and words[joint].folded in grammar["and"] and words.joined(first):
        word = words[first]
        if word.capital and word.folded not in grammar["given"]:
            last = words.capital_run(first, _NO_JOINTS, 4)
            if last > first or word.folded not in grammar["small"]:
                yield Candidate(words.span(first, last), "cue")


def _behind_phrase(words: Words, cue: int, grammar: Grammar) -> int:
    """Return the word behind a cue and what it is of: ``agenzia di stampa X``."""
    of, noun = cue + 1, cue + 2
    if noun >= len(words) or words[of].text not in _OF or words[cue].folded in grammar["commoncue"]:
        return of
    word = words[noun]
    plain = (
        words[of].tight
        and word.tight
        and word.text.islower()
        and word.folded not in grammar["stop"]
    )
    long = len(word.folded) > _SHORT_NOUN and word.folded not in grammar["street"]
    return noun + 1 if plain and long else of


def _is_common(word: Word, grammar: Grammar) -> bool:
    """Say whether a capitalised German word is a common noun, or a place, and no name."""
    if grammar.language != "de" or word.text.isupper():
        return False
    if {word.folded, word.folded.removesuffix("s")} & grammar["place"]:
        return True
    return word.folded in grammar["common"] or word.folded.endswith(_ABSTRACT)


def find_clubs(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield towns that stand for their club, as initials or the article before them show."""
    for index in words.with_role("club"):
        if index and words[index].tight:
            if words[index - 1].text in _CLUB_INITIALS:
                yield Candidate(words.span(index - 1, index), "club")
            elif words[index - 1].folded in grammar["clubarticle"]:
                yield Candidate(words.span(index, index), "club")


# German compounds that a hyphen joins to the name of a body: ``VW-Konzern``, ``Bayern-Trainer``.

_FORMER = "Ex-"
_SHORT_ACRONYM = re.compile(r"[A-ZÄÖÜ]{2,7}")


def joined_noun(text: str, grammar: Grammar, sport: bool = False) -> bool:
    """Say whether a word is a noun that a hyphen joins to bodies, or to clubs alone."""
    folded = fold_word(text)
    return folded in grammar["joinedsport"] or (not sport and folded in grammar["joined"])


def is_joined(text: str, grammar: Grammar) -> bool:
    """Say whether a German compound begins with an acronym, and ends as those of bodies do.

    Clubs are known to the authority.
    """
    name, hyphen, noun = text.removeprefix(_FORMER).rpartition("-")
    if not hyphen or not joined_noun(noun, grammar):
        return False
    folded = fold_word(name)
    if any(folded in grammar[role] for role in ("club", "acronymstop", "nojoined", "legal")):
        return False
    return _SHORT_ACRONYM.fullmatch(name) is not None and not _ROMAN.fullmatch(name)


def find_joined(words: Words) -> Iterator[Candidate]:
    """Yield the names that such compounds begin with."""
    for index in words.with_role("joined"):
        word = words[index]
        start = word.start + (len(_FORMER) if word.text.startswith(_FORMER) else 0)
        yield Candidate(Span(start, word.start + word.text.rindex("-")), "acronym")


# German names of whoever reports: ``wie PhoneArena berichtet``, ``…, berichtete Kathpress``.

_AS = "wie"
_REPORT_ENDS = tuple(",.;:)–-")
_BEFORE_REPORT = re.compile(r"[,–»“”\"] ?[–-]? ?$")
_INNER_CAPITAL = re.compile(
    r"(?!(?:Mc|Mac|De|Di|Da|Du|Le|La|Van|Von|Fitz)[A-Z])[A-Z][A-Za-z0-9]*[a-z][A-Z]"
    r"(?![a-z]*[Ii]nn?(?:en)?$)[A-Za-z0-9]*(?<!In)(?<!Innen)"
)
"""``PhoneArena``, but neither ``McZorva`` nor ``AutorIn``."""
_REPORTING_SITE = re.compile(r"[A-Z][\w-]{2,}\.[a-z]{2,4}")


def find_reporters(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield bare names of whoever reports something: ``wie X berichtet``, ``…, berichtet X``.

    Persons report too, and German nouns have a capital: the form of the name must show a body, by
    a capital inside, as a web address, or by an ending of the press.
    """
    for index in words.with_role("reports"):
        if index > 1 and words[index - 2].folded == _AS and words[index - 1].tight:
            at = index - 1
        elif (
            words.joined(index + 1)
            and words.gap(index + 2).lstrip().startswith(_REPORT_ENDS)
            and _BEFORE_REPORT.search(words.gap(index))
        ):
            at = index + 1
        else:
            continue
        if _is_reporter(words[at], grammar):
            yield Candidate(words.span(at, at), "reporter")


def _is_reporter(word: Word, grammar: Grammar) -> bool:
    """Say whether the form of a word shows that it names a body, and no person or thing."""
    if _INNER_CAPITAL.fullmatch(word.text) or _REPORTING_SITE.fullmatch(word.text):
        return True
    ending = next((one for one in grammar["press"] if word.folded.endswith(one)), word.folded)
    return word.capital and len(word.folded) > len(ending) + _SHORT_ALIAS


# Acronyms that nobody explains.

_ACRONYM = re.compile(r"[A-ZÀ-Þ]{3,7}(?:-[A-Z]{2,5})?")
_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,4})"
_ROMAN = re.compile(rf"{_NUMERAL}(?:-{_NUMERAL})?")


def is_acronym(text: str, folded: str, grammar: Grammar) -> bool:
    """Say whether a word may be the acronym of a body."""
    if not _ACRONYM.fullmatch(text) or _ROMAN.fullmatch(text):
        return False
    return folded not in grammar["acronymstop"]


def find_acronyms(words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield words of three to seven capitals that an article or a verb of speech shows to be names.

    A German adjective of nation may follow the article (``die amerikanische FCC``). ``sector
    crítico de CDC`` shows it too: whoever is a ``member`` is one of a body. In a line of capitals
    nothing is shown.
    """
    for index in words.with_role("acronym"):
        named = words.joined(index + 1) and words[index + 1].folded in grammar["said"]
        if not named and index and words[index].tight:
            before = words[index - 1]
            named = before.folded in grammar["article"] and not before.text.isupper()
            if not named and grammar.language == "de" and not before.capital:
                named = _follows_nation(words, index, grammar)
            if not named and before.folded in _OF:
                governing = words.slice(index - 3, index - 1)
                named = any(word.folded in grammar["member"] for word in governing)
        if named and not _is_shouted(words, index):
            yield Candidate(words.span(index, index), "acronym")


def _follows_nation(words: Words, index: int, grammar: Grammar) -> bool:
    """Say whether an article and an adjective of nation precede what may be a body."""
    return (
        index > 1
        and words[index].folded not in grammar["nojoined"]
        and grammar.is_nation(words[index - 1].folded)
        and words[index - 2].folded in grammar["article"]
    )


def _is_shouted(words: Words, index: int) -> bool:
    near = words.slice(index - 2, index) + words.slice(index + 1, index + 3)
    upper = [word.text.isupper() for word in near if len(word.text) > 1]
    return len(upper) > 1 and all(upper)


# Names that their form shows: in quotation marks, a web address, German with an adjective.

_QUOTED = re.compile(
    r"((?: [a-zß-ÿ]+){0,2}),? ?[\"“«„] ?([A-ZÀ-Þ][^\"”“»«„\n.,;:!?()]{1,48}?) ?[\"“”»]"
)
_MOST_QUOTED_WORDS = 6
_LOWER_SITE = re.compile(r"[a-z][a-z0-9-]{2,}\.(?:com|net|org|at|de|ch)")
_SITE = re.compile(r"[A-Z][A-Za-z0-9]{2,}\.(?:com|net|it|at|de|es)")
_PRESS = (
    "zeitung nachrichten anzeiger rundschau tagblatt tageblatt abendblatt volksblatt morgenpost"
    " abendpost kurier merkur"
)
_INSTITUTIONS = (
    "partei universitat gesellschaft verband akademie institut kammer gericht gerichtshof agentur"
    " kommission armee kirche stiftung verein zentralbank nationalbank notenbank volkspartei"
    " gewerkschaftsbund sicherheitsrat verfassungsrat wissenschaftsrat presserat laienrat"
)
_PRESS_TAILS = tuple(_PRESS.split())
_TAILS = (*_PRESS_TAILS, *_INSTITUTIONS.split())
_BODIES = frozenset(("bank", "bund", "amt", "rat", "union", "front", "fonds", "allianz", "aktion"))
_INFLECTED_TAILS = tuple(tail + ending for tail in _TAILS for ending in GENITIVES)
_INFLECTED_BODIES = frozenset(noun + ending for noun in _BODIES for ending in GENITIVES)
_CLUBS = frozenset(("sv", "sc", "fc", "ac", "sk", "ak", "bsc"))
_ADJECTIVE = re.compile(r".{2,}(?:isch|deutsch|lich|al|iv|ell|oberst|vereint|frei|neu)e[nrsm]?")
_OF_A_TOWN = re.compile(r".{3,}er")
_INDEFINITE = re.compile(r"k?eine?[nrsm]?|mehrere[nr]?|viele[nr]?|andere[nr]?|jede[nrs]?")
_PLACED = ("universitat", "akademie")
_ACRONYM_BEHIND = re.compile(r"  ?\(?([A-ZÄÖÜ]{3,6})\b")


def is_site(text: str) -> bool:
    """Say whether a word is a company's or a newspaper's web address: ``Despegar.com``."""
    return _SITE.fullmatch(text) is not None


def is_tail(text: str, folded: str) -> bool:
    """Say whether a German word may end a name that an adjective begins."""
    if folded in _CLUBS:
        return text.isupper()
    return folded.endswith(_INFLECTED_TAILS) or folded in _INFLECTED_BODIES


def find_quoted(text: str, words: Words, grammar: Grammar) -> Iterator[Candidate]:
    """Yield names in quotation marks behind a cue: ``il quotidiano "Gazzetta di Valdora"``."""
    for index in cues(words, grammar):
        cue = words[index]
        match = _QUOTED.match(text, cue.end)
        if match and cue.folded not in grammar["essay"]:
            few = len(match.group(2).split()) <= _MOST_QUOTED_WORDS
            if few and all(map(grammar.is_adjective, match.group(1).split())):
                yield Candidate(Span(*match.span(2)), "quoted")


def find_sites(text: str, words: Words) -> Iterator[Candidate]:
    """Yield web addresses that no path follows."""
    for index in words.with_role("site"):
        if text[words[index].end : words[index].end + 1] != "/":
            yield Candidate(words.span(index, index), "site")


def find_adjectival(text: str, words: Words) -> Iterator[Candidate]:
    """Yield German names of adjective and noun: ``Oberpfälzische Volkszeitung``.

    A name that explains a known acronym is left out: ``Kurdische Arbeiterpartei (PKK)``.
    """
    for index in words.with_role("tail"):
        if _follows_adjective(words, index):
            last = _adjectival_end(words, index)
            span = words.span(index - 1, last)
            acronym = _ACRONYM_BEHIND.match(text, span.end)
            if acronym is None or organizations().resolve(acronym.group(1)) is None:
                yield Candidate(span, "head", (), last - index + 2)


def _follows_adjective(words: Words, index: int) -> bool:
    """Say whether a German name begins with the adjective before its noun ``index``.

    Behind a word in lower case, and behind a bracket, as in ``Eva Muster (Katholische Aktion)``,
    an adjective has a capital only as part of a name. One made of the
    name of a town always has a capital, so that it counts for newspapers and clubs alone.
    """
    if index < 1 or not words[index].tight:
        return False
    adjective, noun = words[index - 1], _without_genitive(words[index].folded)
    if not adjective.capital or adjective.first:
        return False
    of_a_town = _OF_A_TOWN.fullmatch(adjective.folded) is not None
    if noun in _CLUBS:
        alone = not (words.joined(index + 1) and words[index + 1].capital)
        return alone and len(adjective.text) > 5 and of_a_town
    if words.gap(index - 1).endswith("("):
        return _ADJECTIVE.fullmatch(adjective.folded) is not None
    if index < 2 or not adjective.tight:
        return False
    before = words[index - 2]
    if before.capital or not before.text.isalpha() or _INDEFINITE.fullmatch(before.folded):
        return False
    if _ADJECTIVE.fullmatch(adjective.folded):
        return True
    return of_a_town and noun.endswith(_PRESS_TAILS) and noun != "zeitung"


def _adjectival_end(words: Words, index: int) -> int:
    """Return the last word of a German name: ``Technische Universität Graz``, ``Rat für X``."""
    following = words.slice(index + 1, index + 3)
    if not following or not following[0].tight:
        return index
    if words[index].folded.endswith(_PLACED) and following[0].capital:
        return index + 1
    if len(following) > 1 and following[0].text == "für" and following[1].capital:
        return words.capital_run(index + 2, _NO_JOINTS, 3)
    return index


def _without_genitive(folded: str) -> str:
    for ending in GENITIVES:
        noun = folded.removesuffix(ending)
        if noun.endswith(_TAILS) or noun in _BODIES:
            return noun
    return folded
