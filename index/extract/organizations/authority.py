"""Names whose meaning is known: those of the authority, and abbreviations that a text explains.

``AuthorityMatcher`` finds the names of the authority, and forms of countries, in one pass of an
automaton over the folded text; case, language and context then decide. ``find_abbreviations``
finds ``Long form (ACRONYM)``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from index.analysis import Folded, fold_key
from index.document import Span
from index.extract.countries import PlaceMatch
from index.extract.organizations.automata import TRAP, Automata, Form, Found
from index.extract.organizations.learned import GIVEN
from index.extract.organizations.rules import joined_noun
from index.vocabularies import grammar

_TITLE_CASE_LENGTH = 4
_TITLE_CASE_LENGTH_ITALIAN = 3
"""Letters from which on an acronym may be written as a name is: ``Unesco``."""
_WORD_LENGTH = 3
"""Acronyms up to this length are taken for words where everything is in capitals."""


class Mention(NamedTuple):
    """A name in the text: ``start`` and ``end`` in the folded text, ``span`` in the original."""

    start: int
    end: int
    span: Span
    form: Form


class AuthorityMatcher:
    """Finds names that automata hold; of equal ones those of the first automata come first.

    ``context`` has the folded cues of ambiguous names, by id; ``near`` those that must stand
    beside the name.
    """

    def __init__(self, automata: Sequence[Automata]) -> None:
        self._automata = automata
        entries = [entry for each in automata for entry in each.entries]
        self.context = {entry.id: entry.context for entry in entries}
        self.near = {entry.id: entry.near for entry in entries if entry.near}

    def _found(self, text: str) -> Iterator[tuple[int, Found]]:
        return chain.from_iterable(each.found(text) for each in self._automata)

    def places(self, folded: Folded) -> list[PlaceMatch]:
        """Return the forms of countries and their traps, in no order."""
        return [
            PlaceMatch(end - length, end, places)
            for end, (length, _, places) in self._found(folded.text)
            if places is not None
        ]

    def mentions(
        self, text: str, folded: Folded, language: str
    ) -> tuple[list[Mention], list[PlaceMatch]]:
        """Return the names that case and language allow, by start, the longest first.

        Beside them, what ``places`` returns.
        """
        mentions = []
        matched = []
        persons: set[str] = set()
        for end, (length, forms, places) in self._found(folded.text):
            start = end - length
            if places is not None:
                matched.append(PlaceMatch(start, end, places))
            own = [form for form in forms if _is_of(form, language)]
            if not own:
                continue
            span = folded.span(start, end)
            original = text[span.start : span.end]
            for form in own:
                refusal = _refusal(form, original, text, span, language)
                if refusal is not None:
                    if refusal == SURNAME:
                        persons.add(form.id)
                    continue
                several = form.id in self.near
                if form.ambiguous and _is_shown(form, text, span, language, several):
                    form = form._replace(ambiguous=False)
                if form.prefix:
                    span = folded.span(start + form.prefix, end)
                mentions.append(Mention(start, end, span, form))
        if persons:  # whose surname stands alone in the rest of the text
            articles = grammar(language)["article"]
            mentions = [
                mention
                for mention in mentions
                if mention.form.id not in persons
                or mention.form.words > 1
                or mention.form.acronym
                or _word_before(text, mention.span) in articles
            ]
        if language == "de":
            mentions = _with_opponents(mentions, text)
        mentions.sort(
            key=lambda mention: (
                *(mention.start, -mention.end, mention.form.kind != GIVEN),
                *(mention.form.ambiguous, mention.form.exact),
            )
        )
        return mentions, matched

    def refused(self, text: str, folded: Folded, language: str) -> Iterator[tuple[Span, str, str]]:
        """Yield the names that do not count by themselves, with the organization and the reason."""
        for end, (length, forms, _) in self._found(folded.text):
            span = folded.span(end - length, end)
            for form in forms:
                reason = _refusal(form, text[span.start : span.end], text, span, language)
                if reason is not None and form.id != TRAP:
                    yield span, form.id, reason


class Cues:
    """What a text says of the bodies that its ambiguous names may be of."""

    def __init__(
        self,
        matcher: AuthorityMatcher,
        mentions: Iterable[Mention],
        text: str,
        folded: Folded,
        places: Iterable[PlaceMatch],
    ) -> None:
        self._matcher, self._text, self._folded = matcher, text, folded
        demonyms = [
            place for place in places if any(one.form.kind == "demonym" for one in place.forms)
        ]
        self._by_start = {place.start: folded.text[place.start : place.end] for place in demonyms}
        self._by_end = {place.end: folded.text[place.start : place.end] for place in demonyms}
        self._beside = {mention.form.id for mention in mentions if self._is_beside(mention)}
        self._told: dict[str, bool] = {}

    def strength(self, mention: Mention) -> int:
        """Return 2 where a cue stands beside a name, 1 where one is in the text, and else 0."""
        if self._is_beside(mention):
            return 2
        id = mention.form.id
        if id not in self._told:
            cues = self._matcher.context.get(id, ())
            said = any(f" {cue}" in self._folded.text for cue in cues)
            self._told[id] = said or id in self._beside
        return int(self._told[id])

    def is_foreign(self, mention: Mention) -> bool:
        """Say whether the adjective of another nation stands beside one country's body."""
        near = self._matcher.near.get(mention.form.id)
        if not near:
            return False
        beside = self._by_start.get(mention.end + 1) or self._by_end.get(mention.start - 1)
        return beside is not None and not beside.startswith(near)

    def _is_beside(self, mention: Mention) -> bool:
        near = self._matcher.near.get(mention.form.id)
        if not near:
            return False
        start, end = mention.span
        before = _CLAUSE_END.split(self._text[max(0, start - _NEAR_LENGTH) : start])[-1]
        behind = _CLAUSE_END.split(self._text[end : end + _NEAR_LENGTH])[0]
        words = [*fold_key(before).split()[-_NEAR_WORDS:], "|"]
        words += fold_key(behind).split()[:_NEAR_WORDS]
        around = f" {' '.join(words)}"
        return any(f" {cue}" in around for cue in near)


_CLAUSE_END = re.compile(r"[.!?;\n] ?")
_NEAR_LENGTH = 40
_NEAR_WORDS = 2
"""Words on either side of a name among which its near cues count."""

SURNAME: Final = "it is a surname here"


def _is_of(form: Form, language: str) -> bool:
    """Say whether a form counts in texts of a language."""
    return not form.languages or language in form.languages or language == "und"


def _refusal(form: Form, original: str, text: str, span: Span, language: str) -> str | None:
    """Return why a name does not count where it stands; None if it counts."""
    if not _is_of(form, language):
        return "it is a name in other languages"
    if not _fits_case(form, original, language):
        return "its capitals are not those of the name"
    if _is_participle(form, original, text, span, language):
        return "it is a participle here"
    if _is_surname(form, text, span):
        return SURNAME
    if form.cued and not _is_quoted_as_press(text, span):
        return "no word of the press stands near"
    if form.acronym and _is_among_capitals(text, span, form):
        return "it stands among words in capitals"
    if form.words == 1 and _is_other_name(form, text, span):
        return "it is another kind of name here, or a word in capitals"
    return None


def _fits_case(form: Form, original: str, language: str) -> bool:
    """Say whether the case of the original fits a name or an acronym."""
    if form.id == TRAP:
        return True
    if form.exact:
        written = original[form.prefix :].replace("’", "'")
        if language == "de" and "-" not in form.text:  # Puls-4-Interview
            written = written.replace("-", " ")
        return _is_as_exact(written, form.text[form.prefix :])
    if form.dotted:
        return "." in original and original.upper() == original
    if form.acronym:
        if original.upper() == original or original == form.text:
            return original.isascii() or not form.text.isascii()
        letters = sum(map(str.isalpha, original))
        shortest = _TITLE_CASE_LENGTH_ITALIAN if language == "it" else _TITLE_CASE_LENGTH
        titled = original[:1].isupper() and original.isascii() and not original.islower()
        return letters >= shortest and titled and not form.ambiguous
    first = original[:1]
    if first.isupper() or not first.islower():
        return True
    if original == form.text:
        return form.words > 1 or not form.text.islower()
    if original[:3] in ("al-", "al "):  # al-Qaeda, wherever it stands
        return original[3:4].isupper()
    return form.words >= 4 or (form.words == 3 and original.lower() != original)


def _is_as_exact(original: str, name: str) -> bool:
    """Say whether a name is written as it is, or with a capital at more of its words.

    One with capitals inside may be written without these (``Whatsapp``).
    """
    if original == name:
        return True
    if " " not in name:
        inner = name.isalpha() and name[1:] != name[1:].lower() and not name.isupper()
        return inner and len(name) > _SHORT_NAME and original == name.capitalize()
    if original.lower() != name.lower():
        return False
    pairs = zip(original, name, f" {name}", strict=False)
    return all(one == other or (one.isupper() and before in " '-") for one, other, before in pairs)


def _is_among_capitals(text: str, span: Span, form: Form) -> bool:
    """Say whether a short acronym stands among words in capitals, where it may be a word."""
    if len(form.text) > _WORD_LENGTH:
        return False
    around = text[max(0, span.start - 25) : span.start] + text[span.end : span.end + 25]
    letters = sum(map(str.isalpha, around))
    return letters > 10 and sum(map(str.isupper, around)) * 10 > letters * 8


_SHORT_NAME = 4
"""Letters up to which a name is written with all its capitals."""
_BEFORE_SURNAME = re.compile(r"(?:([A-ZÀ-Þ][\w’'-]+) )?([A-ZÀ-Þ][\w’'-]+) $")
_NAMES_LENGTH = 32
_SENTENCE_START = re.compile(r"(?:^|[.!?\n»\"”]) ?$")


def _is_surname(form: Form, text: str, span: Span) -> bool:
    """Say whether a company's name is a surname here: ``Juan Carlos Ferrero``."""
    if (
        form.words > 1
        or form.acronym
        or form.text.isupper()
        or text[span.start - 1 : span.start] != " "
    ):
        return False
    match = _BEFORE_SURNAME.search(text[max(0, span.start - _NAMES_LENGTH) : span.start])
    given = grammar("und")["given"]
    return match is not None and any(fold_key(name) in given for name in match.groups() if name)


_FACILITY = re.compile(
    r"\b(?:cadeia|pres[ií]dio|penitenci[aá]ria|pris[oó]n|prison|prigione|c[aá]rcel|carcere"
    r"|gef[aä]ngnis"
    r"|centre p[eé]nitentiaire|maison d['’]arr[eê]t|bairro|rua|avenida|barrio|calle|rue|quartier"
    r"|via"
    r"|playa|praia|aeropuerto|aeroporto|a[eé]roport|est[aá]dio|stade)"
    r"(?: p[uú]blic[ao]| feminina?| central)? (?:d[eoai]s? |d['’]|del? |della |la )?$",
    re.IGNORECASE,
)
_FACILITY_LENGTH = 40


def _is_other_name(form: Form, text: str, span: Span) -> bool:
    """Say whether one word is a stock symbol, or the name of a prison, a street or a stadium.

    In a line of capitals a name that is no acronym may be any word: ``STANDARD LIFE``.
    """
    if text[span.end : span.end + 1] == ">" and text[span.start - 1 : span.start] == "<":
        return True
    if form.acronym:
        return False
    if form.kind == "sport" and _FACILITY.search(
        text, max(0, span.start - _FACILITY_LENGTH), span.start
    ):
        return True
    return text[span.start : span.end].isupper() and not form.text.isupper()


_MEMBER = re.compile(
    r"\b(?:maires?|maire adjointe?|d[ée]put[ée]e?s?|s[ée]nat(?:eurs?|rices?)|[ée]lue?s?|adjointe?s?"
    r"|conseill(?:ers?|[èe]res?)(?: \w+)?|candidate?s?|pr[ée]sidente?s?|ministres?"
    r"|eurod[ée]put[ée]e?s?"
    r"|groupes?|majorit[ée]|liste|militante?s?|cadres?|secr[ée]taire|primaire|f[ée]d[ée]ration|motion"
    r"|diputad[oa]s?|alcalde(?:sa)?|senador[ae]?s?|deputad[oa]s?|prefeit[oa]s?|governador[a]?|sindaco"
    r"|deputat[oi]|senatore|vereador[ae]?s?) $",
    re.IGNORECASE,
)
_MEMBER_LENGTH = 36
_AFTER_PERSON = re.compile(
    r"[A-ZÀ-Þ][\w’'-]+ (?:(?:da|de|do|dos|di|von|van|le|la) )?[A-ZÀ-Þ][\w’'-]+ \($"
)
_PARTY_END = re.compile(r"\)|, |[-/][A-Z]{2}\)")


def _is_membership(text: str, span: Span) -> bool:
    """Say whether a party's acronym stands behind a person of it: ``la maire PS``, ``X Y (PT)``."""
    start = max(0, span.start - _MEMBER_LENGTH)
    if _MEMBER.search(text, start, span.start):
        return True
    return (
        _PARTY_END.match(text, span.end) is not None
        and _AFTER_PERSON.search(text, start, span.start) is not None
    )


_JOINED = re.compile(r"-([A-ZÄÖÜ][a-zäöüß]+)\b")


def _is_shown(form: Form, text: str, span: Span, language: str, several: bool) -> bool:
    """Say whether the words beside an ambiguous name show that a body is meant.

    That of a party stands behind a person of it; in German a hyphen joins a noun for what only
    bodies have (``Amazon-Sprecherin``), or only clubs (``Bayern-Trainer``), and one plays against
    a town that is a club (``2:0 gegen Köln``). A hyphen does not show which of ``several``
    bodies of the name is meant.
    """
    if form.kind == "party" and form.acronym and _is_membership(text, span):
        return True
    if language != "de" or form.words > 1 or several:
        return False
    if form.kind == "sport":
        if _is_common_club(form):
            return False
        return _is_of_club(form, text, span) or (
            _is_against(form, text, span) and _is_of_match(text, span)
        )
    joined = _JOINED.match(text, span.end)
    return joined is not None and joined_noun(joined[1], grammar("de"))


_COMMON_CLUBS = frozenset(("roma", "sturm", "union", "real"))
"""Clubs called by a word that is a people, a party or a shop as often."""
_AGAINST = "gegen"
_NO_OPPONENT = re.compile(r" ?\d| [A-ZÄÖÜ]\.")
"""What follows a word that is no club behind *against*: ``Stuttgart 21``, ``Hertha K.``."""
_CONTEST = re.compile(
    r"\b(?:\w*(?:klage|verfahren|prozess|urteil|beschwerde|ermittlung(?:en)?|vorw[uü]rfe?|protest\w*"
    r"|demonstration(?:en)?|gewalt|versicherung|widerstand|krieg|hetze|anschl[aä]ge?)"
    r"|\w*klag(?:t|te|ten|en)|(?:ab)?gestimmt|stimm(?:t|te|ten|en)|ermittel(?:t|te|n)"
    r"|protestier(?:t|te|ten|en)) gegen $",
    re.IGNORECASE,
)
"""What one does against a town that is no match."""
_MATCH = re.compile(
    r"(?<!\d)\d:\d(?!\d)|\b(?:\w*(?:(?<!bei)spiel(?:s|e|es|en|ten?|t)?|niederlagen?|liga|pokal|turnier"
    r"|halbfinale|viertelfinale|achtelfinale|trainer|mannschaft|kicker|st[uü]rmer)"
    r"|(?:heim|ausw[aä]rts|kanter|derby)?siege?n?|finale|teams?|tor(?:e|en|s)?|treffer|gewann(?:en)?"
    r"|verlor(?:en)?|remis|unentschieden|derby|cup|saison|halbzeit)\b",
    re.IGNORECASE,
)
"""A score, or a word of sport; ``Beispiel`` is none."""
_SENTENCE_LENGTH = 150
_SENTENCE_ENDS = re.compile(r"[!?\n]|(?<!\d)\. ")


def _with_opponents(mentions: list[Mention], text: str) -> list[Mention]:
    """Return the mentions; beside a club that is sure, towns that seem to be clubs are sure too."""
    if not any(one.form.kind == "sport" and not one.form.ambiguous for one in mentions):
        return mentions
    return [
        one._replace(form=one.form._replace(ambiguous=False))
        if one.form.kind == "sport" and one.form.ambiguous and _is_opponent(one, text)
        else one
        for one in mentions
    ]


def _is_opponent(mention: Mention, text: str) -> bool:
    _, _, span, form = mention
    if _is_of_club(form, text, span):
        return True
    return not _is_common_club(form) and _is_against(form, text, span)


def _is_common_club(form: Form) -> bool:
    return fold_key(form.text) in _COMMON_CLUBS


def _is_of_club(form: Form, text: str, span: Span) -> bool:
    """Say whether a hyphen joins what only clubs have to the town of one."""
    words, joined = grammar("de"), _JOINED.match(text, span.end)
    if joined is None or fold_key(form.text) not in words["club"]:  # the name of a land: FC Kärnten
        return False
    return joined_noun(joined[1], words, sport=True)


def _is_against(form: Form, text: str, span: Span) -> bool:
    """Say whether *against* stands before the town of a club, and does not speak of a trial."""
    return (
        fold_key(form.text) in grammar("de")["club"]
        and _word_before(text, span) == _AGAINST
        and _NO_OPPONENT.match(text, span.end) is None
        and _CONTEST.search(text, max(0, span.start - _NAMES_LENGTH), span.start) is None
    )


def _is_of_match(text: str, span: Span) -> bool:
    """Say whether the sentence around a name tells of a match."""
    before = _SENTENCE_ENDS.split(text[max(0, span.start - _SENTENCE_LENGTH) : span.start])[-1]
    after = _SENTENCE_ENDS.split(text[span.end : span.end + _SENTENCE_LENGTH])[0]
    return _MATCH.search(before) is not None or _MATCH.search(after) is not None


def _word_before(text: str, span: Span) -> str:
    before = text[max(0, span.start - _NAMES_LENGTH) : span.start].replace("’", "'")
    return fold_key(before.replace("'", " ").rpartition(" ")[0].rpartition(" ")[2])


def _is_participle(form: Form, original: str, text: str, span: Span, language: str) -> bool:
    """Say whether Italian ``Nato`` begins a sentence: there it is *born*, not the alliance."""
    if language != "it" or original != "Nato" or not form.acronym:
        return False
    return _SENTENCE_START.search(text, max(0, span.start - 2), span.start) is not None


_PRESS_BEFORE = re.compile(
    r"\b(?:selon|journal|journaux|journaliste|quotidien|hebdomadaire|mensuel|magazine|colonnes|dans"
    r"|d['’]après|interview|entretien|site|édition|rapporte|révèle|indique|affirme|explique|raconte"
    r"|écrit|cité|citée|cités|confié|déclaré|expliqué|précisé|assuré|raconté|accordé|accordée|révélé"
    r"|indiqué|affirmé|confie|relate|relaie|relayé|rédaction|lecteurs|tribune|correspondant|une"
    r"|sondage|pour|par|information|informations|publié|publiée|repéré|contacté|interrogé|reprises)"
    r"(?: \w+)?(?: \w+)? ?$"
)
_PRESS_AFTER = re.compile(
    r"[\"»]?,? (?:a |avait |qui |s['’])?(?:rapport|révél|indiqu|affirm|écri|précis|assur|racont"
    r"|publi|expliqu|relat|détaill|cit|annon|not|titr|évoqu|soulign|rappel)"
)
_PRESS_CONTEXT = 45


def _is_quoted_as_press(text: str, span: Span) -> bool:
    """Say whether the French around ``span`` speaks of the press as a source."""
    before = text[max(0, span.start - _PRESS_CONTEXT) : span.start]
    return (
        _PRESS_BEFORE.search(before) is not None or _PRESS_AFTER.match(text, span.end) is not None
    )


_PARENTHESIS = re.compile(r"\(([A-ZÀ-Þ][A-Za-zÀ-ÿ0-9.&\-]{1,11})\)")
_LONGEST_NAME = 140
_HEAD = re.compile(
    "^(?:organi[sz]a[tcz]|associa|asocia|agen[ct]|autorit|autorid|author|ban[qkc]|bureau|buro"
    "|caisse|cent[rer]|chamb|camara|camera|comit|commi|comisi|comiss|communaut|comunid|comunit"
    "|confed|consei|consej|consig|conselh|council|cour$|court|corte|direction|direcci"
    "|f[eo]dera[tcz]i|fonda|funda|fonds|fund|fondo|front|frente|fronte|group|grupo|gruppo"
    "|institu|istitu|ligue|liga|league|lega$|mission|mouvement|movim|movement|bewegung"
    "|observato|osservato|offic|oficina|parti|partido|partei|poli[cz]|rassembl|reseau|network"
    "|service|servici|servizi|societ|sociedad|society|syndic|sindica|gewerk|tribun|union"
    "|universi|verband|verein|bund$|amt$|kammer|ministe|agenzia|administration|corps"
    "|alliance|alian|forum|haut|high|mutuel|collecti|coordinat|coalition|parlament|parliament"
    "|assembl|asambl|academ|compan|compagn|company|corporation|board)"
    "|(?:verband|verein|bund|amt|kammer|rat|gesellschaft)$"
)
"""Folded words that only bodies are called by."""
_HEAD_FIRST = frozenset(("fr", "es", "it", "pt"))
"""Languages in which such a word begins the name."""
_PLURALS = frozenset(
    ("organisations", "organizaciones", "organizacoes", "associations", "entreprises", "services")
)
_GENERIC = re.compile(
    r"^(?:service|servico|servicio|unite|unidade|police|policias?) d[eo] "
    r"|world trade center|parlement\w+ d enquete|parlamentar\w* de inquerito|^comissao parlamentar"
    r"|hospitalier|hopital"
    r"|^policia (?:militar|civil|rodoviaria)|^ministerio publico(?: estadual)?$|^instituto medico"
    r"|^instituto de medicina legal|republique|republik|republic of|champions|ligue des champions"
    r"|^agence regionale de sante$|^tribunal regional|^tribunal de (?:justica|contas do estado)$"
    r"|comite d hygiene|^banco central$|^centro de detencao|^fundo de garantia|^caisse primaire"
)


class Abbreviation(NamedTuple):
    """An acronym as written, the long form that explains it, and where the long form stands."""

    acronym: str
    name: str
    span: Span


def find_abbreviations(text: str, language: str) -> list[Abbreviation]:
    """Return ``Long form (ACRONYM)`` in a text of ``language``, in order.

    The words before the parenthesis must supply the letters of the acronym as initials, in order
    (Schwartz and Hearst, 2003, narrowed to initials). They must begin with a capital and hold a
    word that only bodies are called by.
    """
    abbreviations = []
    for match in _PARENTHESIS.finditer(text):
        acronym, end = match.group(1), match.start()
        start = _long_form_start(text, end, acronym)
        if start is not None:
            name = text[start:end].rstrip()
            if _names_body(fold_key(name).split(), language):
                span = Span(start, start + len(name))
                abbreviations.append(Abbreviation(acronym, " ".join(name.split()), span))
    return abbreviations


def _long_form_start(text: str, end: int, acronym: str) -> int | None:
    """Return the start of the words before ``end`` whose initials are ``acronym``."""
    letters = [letter for letter in fold_key(acronym).replace(" ", "") if letter.isalpha()]
    if len(letters) < 2 or sum(map(str.isupper, acronym)) < 2:
        return None
    start = max(0, end - _LONGEST_NAME)
    start += max(text[start:end].rfind(mark) for mark in '.;:()\n»"“') + 1
    words = list(re.finditer(r"[^\W_]+", text[start:end]))
    joiners = grammar("und")["joiner"]
    for word in reversed(words):
        folded = fold_key(word.group())
        if folded[:1] == letters[-1]:
            letters.pop()
            if not letters:
                return start + word.start() if word.group()[0].isupper() else None
        elif folded not in joiners:
            return None
    return None


def _names_body(words: list[str], language: str) -> bool:
    if len(words) < 2 or _GENERIC.search(" ".join(words)):
        return False
    if language in _HEAD_FIRST:
        return words[0] not in _PLURALS and any(map(_HEAD.search, words[:2]))
    return any(map(_HEAD.search, words))
