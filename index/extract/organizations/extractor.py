"""Extraction of organizations from a text: who is named, and where.

1. ``authority`` finds the names of the authority, ``rules`` (``arabic``) other names of bodies.
2. ``Long form (ACRONYM)`` binds an acronym for the whole document.
3. Where a known name and a longer unknown one overlap, one of them is dropped.
4. In full mode, a spaCy model adds what it finds where nothing was found yet.
5. Unknown names that differ in case, accents, article, plural or legal form become one
   organization. Its id is ``~`` and a slug, or that of the authority if it knows the name so.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

import ahocorasick
from babel import Locale

from index.analysis import Folded, fold_key, fold_text
from index.document import Organization, Span
from index.extract.countries import PlaceMatch, place_forms
from index.extract.organizations import heads, rules
from index.extract.organizations.abbreviations import Abbreviation, find_abbreviations
from index.extract.organizations.arabic import find_arabic
from index.extract.organizations.authority import BESIDE, AuthorityMatcher, Cues, Mention
from index.extract.organizations.automata import TRAP, Automata
from index.extract.organizations.learned import GIVEN, LEARNED, LearnedNames, may_be_surname
from index.extract.organizations.model import add_named_by_model
from index.extract.organizations.national import Places
from index.extract.organizations.words import (
    PERSON_ROLE,
    Candidate,
    Taken,
    Words,
    fold_word,
)
from index.vocabularies import (
    LANGUAGES,
    body_key,
    countries,
    grammar,
    never_organizations,
    organizations,
    person_grammar,
    slug,
)


class OrganizationMatches(NamedTuple):
    """Organizations, and the ranges of the folded text that names of the authority cover.

    ``places`` are the forms of countries that the same pass has found, ``words`` the words that
    rules have looked at; None for Arabic. ``candidates`` are the names that rules have found,
    ``acronyms`` those that the text explains, with the organization of each.
    """

    organizations: tuple[Organization, ...]
    covered: tuple[tuple[int, int], ...]
    places: tuple[PlaceMatch, ...] = ()
    words: Words | None = None
    candidates: tuple[Candidate, ...] = ()
    acronyms: Mapping[str, str] = MappingProxyType({})


def find_organizations(
    text: str,
    language: str,
    folded: Folded | None = None,
    *,
    ner: bool = False,
    names: LearnedNames | None = None,
    dated: str | None = None,
) -> OrganizationMatches:
    """Return the organizations that ``text`` names, by first mention, with all mentions of each.

    ``language`` is that of the document, an ISO 639-1 code or ``und``. It decides which acronyms
    and which rules count; full names of the authority are found in any language. ``folded`` is
    ``fold_text(text)``. With ``ner``, a model adds names where nothing else was found. ``names``
    are those that other documents of the archive have established. ``dated`` is the country of the
    dateline.
    """
    folded = folded or fold_text(text)
    matcher = _matcher(names)
    mentions, places = matcher.mentions(text, folded, language)
    learned: list[Mention] = []
    if names is not None:
        learned = [mention for mention in mentions if mention.form.kind == LEARNED]
        mentions = [mention for mention in mentions if mention.form.kind != LEARNED]
    words = None if language == "ar" else Words(text, _roles(language))
    candidates = list(_sober(text, _find_candidates(text, language, words)))
    abbreviations = find_abbreviations(text, language)
    abbreviations += _abbreviated_candidates(
        text, candidates, {abbreviation.acronym for abbreviation in abbreviations}
    )
    bound = _bind(abbreviations, mentions)
    cues = Cues(matcher, mentions, text, folded, places, language, dated)
    mentions = [mention for mention in mentions if not _is_redefined(mention, bound)]
    undecided = cues.shared(mentions)
    mentions = _settle(mentions, cues)
    undecided -= {mention.span for mention in mentions}
    candidates = [candidate for candidate in candidates if candidate.span not in undecided]
    covered = tuple((mention.start, mention.end) for mention in mentions)
    candidates, mentions = _contend(text, candidates, mentions)

    taken = Taken(len(text))
    spans: dict[str, list[Span]] = defaultdict(list)
    labels: dict[str, str] = {}
    for mention in mentions:
        taken.take(mention.span)
        if mention.form.id != TRAP:
            spans[mention.form.id].append(mention.span)
    for acronym, _, span in abbreviations:
        id = bound[acronym]
        if id.startswith("~"):
            labels.setdefault(id, text[span.start : span.end])
            spans[id].append(span)
        taken.take(span)
    for acronym, written in _occurrences(text, bound).items():
        spans[bound[acronym]].extend(taken.take_free(written))

    candidates = [candidate for candidate in candidates if taken.is_free(candidate.span)]
    found = tuple(candidates)
    if learned:
        _add_learned(text, language, learned, candidates, spans, taken)
    if ner:
        named = [span for written in spans.values() for span in written]
        add_named_by_model(text, language, candidates, named, taken)
    bearers: dict[str, str] = {}
    known = _first_words(text, language, mentions, places)
    placed = _placed(text, folded, candidates, places) if candidates else frozenset()
    for id, joined in _join(text, language, candidates, known, placed).items():
        for candidate in joined:
            spans[id].append(candidate.span)
            taken.take(candidate.span)
            for alias in candidate.aliases:
                bearers.setdefault(alias, id)
    for alias, written in _occurrences(text, bearers).items():
        spans[bearers[alias]].extend(taken.take_free(written))

    result = []
    never = never_organizations() | (names.never if names else frozenset())
    for id, written in spans.items():
        if never:
            written = [span for span in written if not _is_never(text, span, never)]
        if not written:
            continue
        written.sort()
        forms = (text[span.start : span.end] for span in written)
        is_known = not id.startswith("~")
        label = labels.get(id) or next(
            (name for name in forms if is_known or _new_id(name) == id),
            text[written[0].start : written[0].end],
        )
        result.append(Organization(id, " ".join(label.split()), tuple(written), is_known))
    result.sort(key=lambda organization: (organization.spans[0], organization.id))
    return OrganizationMatches(tuple(result), covered, tuple(places), words, found, bound)


def explain_names(text: str, language: str) -> list[tuple[Span, str, str]]:
    """Return the names of the authority in a text: where, the organization, why it does not count.

    The reason is empty for a name that counts.
    """
    folded = fold_text(text)
    matcher = _matcher(None)
    mentions, _ = matcher.mentions(text, folded, language)
    result = find_organizations(text, language, folded).organizations
    counted = {(span, one.id) for one in result for span in one.spans}
    told = {(span, id): reason for span, id, reason in matcher.refused(text, folded, language)}
    for mention in mentions:
        key = mention.span, mention.form.id
        if mention.form.id == TRAP:
            continue
        if key in counted:
            told[key] = ""
        elif mention.form.ambiguous:
            told.setdefault(key, "it is ambiguous, and nothing here says which is meant")
        else:
            told.setdefault(key, "it is part of another name, or refused by the archive")
    return sorted((span, id, reason) for (span, id), reason in told.items())


def _is_never(text: str, span: Span, never: frozenset[str]) -> bool:
    """Say whether a mention is of no organization, as the archive says of the name."""
    return fold_key(text[span.start : span.end]) in never


def find_places(folded: Folded) -> list[PlaceMatch]:
    """Return the forms of countries in a text in which no organizations are looked for."""
    return _matcher(None).places(folded)


@lru_cache(2)
def _matcher(names: LearnedNames | None) -> AuthorityMatcher:
    learned = (Automata(names.entries()),) if names else ()
    return AuthorityMatcher((*learned, _authority()))


@cache
def _authority() -> Automata:
    authority = organizations()
    entries = authority.entries.values()
    return Automata(entries, authority.traps, place_forms, countries().traps)


def _add_learned(
    text: str,
    language: str,
    learned: list[Mention],
    candidates: list[Candidate],
    spans: dict[str, list[Span]],
    taken: Taken,
) -> None:
    """Add names that other documents establish, where nothing else was found.

    An acronym that others explain is of the body that they name. A word that is a person's name
    somewhere in the text is so everywhere.
    """
    claimed = Taken(len(text))
    meant = {one.span: one.form.id for one in learned}
    for candidate in candidates[:]:
        id = meant.get(candidate.span)
        if id and candidate.rule == "acronym" and id != _new_id(text[slice(*candidate.span)]):
            candidates.remove(candidate)
        else:
            claimed.take(candidate.span)
    free = [one for one in learned if taken.is_free(one.span) and claimed.is_free(one.span)]
    persons = {
        name
        for name, start in ((text[slice(*one.span)], one.span.start) for one in free)
        if not re.search(r"\s", name) and may_be_surname(text, start, language)
    }
    for mention in sorted(free, key=lambda one: (one.span.start, -one.span.end)):
        span, name = mention.span, text[mention.span.start : mention.span.end]
        if name in persons or not claimed.is_free(span):
            continue
        if name.isupper() and _is_shouted_line(text, *span):
            continue
        claimed.take(span)
        if mention.form.id == _new_id(name):
            candidates.append(Candidate(span, "learned"))
        else:
            spans[mention.form.id].append(span)
            taken.take(span)


# Names of the authority.

_FOREIGN = "foreign"
"""The kind of a name beside the adjective of a nation that its bearer is not of."""


def _settle(mentions: list[Mention], cues: Cues) -> list[Mention]:
    """Drop ambiguous names that nothing supports, then keep the longest of overlapping ones.

    Of two bodies with the same name, the usual one is not marked as ambiguous: it gives way to the
    other where a cue of that stands beside the name, or where more speaks for that in the text.
    Of two that are both marked, and of different countries, neither is meant if as much speaks for
    both.
    """
    sure = {mention.form.id for mention in mentions if not mention.form.ambiguous}
    in_full = {mention.form.id for mention in mentions if mention.form.words > 1}
    settled: list[Mention] = []
    foreign_end = 0
    hidden: Mention | None = None
    undecided: tuple[int, int, int] | None = None
    for mention in mentions:
        id = mention.form.id
        if cues.is_foreign(mention):
            foreign_end = mention.end
            if not mention.form.ambiguous:  # the name must not be known by itself either
                hidden = mention._replace(form=mention.form._replace(id=TRAP, kind=_FOREIGN))
                settled.append(hidden)
            continue
        if mention.end < foreign_end:  # a part of that name
            continue
        if mention.form.ambiguous and id not in sure and not cues.strength(mention):
            continue
        if hidden and settled[-1] is hidden and hidden[:2] == mention[:2]:
            settled[-1] = mention
            continue
        if undecided and undecided[:2] == mention[:2] and cues.strength(mention) <= undecided[2]:
            continue
        if not settled or mention.start >= settled[-1].end:
            settled.append(mention)
            continue
        usual = settled[-1].form.id  # and perhaps of another country: of the one that is told
        shared = settled[-1][:2] == mention[:2] and TRAP not in (id, usual)
        if not shared or settled[-1].form.kind == GIVEN or id == usual:
            continue
        strength = cues.strength(mention)
        if usual in in_full and strength < BESIDE:
            continue
        if cues.outweighs(mention, settled[-1]):
            settled[-1] = mention
        elif cues.are_rivals(settled[-1], mention):
            settled.pop()
            undecided = (mention.start, mention.end, strength)
    return settled


def _first_words(
    text: str, language: str, mentions: list[Mention], places: list[PlaceMatch]
) -> dict[str, str]:
    """Return the organizations by those first words of their names that may stand alone.

    Names with a country in them are left out: bare ``Sénat`` need not be the ``Sénat américain``;
    so are parliaments where the text names two.
    """
    national = organizations().national.whole
    alone = grammar(language)["bare"]
    sites = sorted(match.start for match in places if match.forms)
    ids: dict[str, str] = {}
    for mention in mentions:
        if mention.form.words > 1 and not mention.form.acronym and mention.form.id != TRAP:
            first = fold_key(text[mention.span.start : mention.span.end]).partition(" ")[0]
            at = bisect_left(sites, mention.start)
            if first in alone and not (at < len(sites) and sites[at] < mention.end):
                id = mention.form.id
                if ids.setdefault(first, id) != id and first in national:
                    ids[first] = ""
    return ids


def _contend(
    text: str, candidates: list[Candidate], mentions: list[Mention]
) -> tuple[list[Candidate], list[Mention]]:
    """Decide between known names and longer unknown ones that contain them.

    A known name with more words and a legal form behind it is that of the known body as a whole:
    ``Suzuki Motor Co Ltd``.
    """
    starts = [mention.span.start for mention in mentions]
    ends = [mention.span.end for mention in mentions]
    winners: list[Candidate] = []
    beaten: set[int] = set()
    for candidate in candidates:
        touched = range(
            bisect_right(ends, candidate.span.start), bisect_left(starts, candidate.span.end)
        )
        if all(_is_part(text, mentions[at], candidate) for at in touched):
            winners.append(candidate)
            beaten.update(touched)
        elif candidate.rule == "legal" and starts[touched.start] == candidate.span.start:
            mentions[touched.start] = mentions[touched.start]._replace(span=candidate.span)
            beaten.update(touched[1:])
    return winners, [mention for at, mention in enumerate(mentions) if at not in beaten]


_OTHER_HOUSE = frozenset(("bank", "banking", "trust", "insurance"))
"""Nouns behind the name of a company that make another one: ``Mitsui Trust and Banking Co``."""


def _is_part(text: str, mention: Mention, candidate: Candidate) -> bool:
    """Say whether a known name is only a part of a longer name.

    It is if the head of the longer one stands before it (``Association des correspondants de la
    Maison-Blanche``), or a noun for a body ends it (``Sony Pictures Television``).
    """
    span, whole = mention.span, candidate.span
    if mention.form.id == TRAP and mention.form.kind != _FOREIGN:
        return False
    if span.end > whole.end or span.start < whole.start:
        return False
    if mention.form.id == TRAP:  # Parti socialiste espagnol
        return candidate.rule == "head" and span != whole
    length, whole_length = span.end - span.start, whole.end - whole.start
    if candidate.rule == "quoted":  # "Folha de São Paulo"
        return 2 * length < whole_length
    if 4 * length >= 3 * whole_length:
        return False
    if candidate.rule == "suffix":
        return True
    if candidate.rule == "legal" and mention.form.words == 1:
        return not _OTHER_HOUSE.isdisjoint(fold_key(text[span.end : whole.end]).split())
    one_more_word = span.end == whole.end and candidate.words == mention.form.words + 1
    return candidate.rule in ("head", "arabic") and span.start > whole.start and not one_more_word


# Acronyms that the document explains.

_NEARLY = 0.6
"""Share of content words that a long form has in common with a name that it varies."""
_ACRONYM_AFTER = re.compile(
    r"(?: ?[\"”»])? ?\((?:[\"«“] ?)?([A-ZÀ-Þ][A-Za-zÀ-ÿ]{0,9}[A-ZÀ-Þ][A-Za-z-]{0,3})(?: ?[\"»”])?\)"
)
_ACRONYM_BEFORE = re.compile(r"\b([A-ZÀ-Þ]{2,9}) \((?:l[ae'’] ?|les )?$")


def _abbreviated_candidates(
    text: str, candidates: list[Candidate], explained: set[str]
) -> list[Abbreviation]:
    """Return ``Long form (ACR)`` and ``ACR (Long form)`` where a rule has found the long form.

    ``explained`` are the acronyms that are explained already; it grows.
    """
    abbreviations = []
    for candidate in candidates:
        if candidate.rule in ("acronym", "club"):
            continue
        start, end = candidate.span
        match = _ACRONYM_AFTER.match(text, end)
        if match is None and text[end : end + 1] == ")":
            match = _ACRONYM_BEFORE.search(text, max(0, start - 16), start)
        if match:
            acronym, name = match.group(1), text[start:end]
            if acronym not in explained and acronym[0] in name.upper():
                explained.add(acronym)
                joined = " ".join(name.split())
                abbreviations.append(Abbreviation(acronym, joined, candidate.span))
    return abbreviations


def _bind(abbreviations: list[Abbreviation], mentions: list[Mention]) -> dict[str, str]:
    """Return what each acronym means that the document explains: a known id, or a new one."""
    bound: dict[str, str] = {}
    for acronym, name, span in abbreviations:
        if acronym not in bound:
            covering = (
                mention.form.id
                for mention in mentions
                if mention.span.end == span.end
                and mention.span.start <= span.start
                and mention.form.id != TRAP
            )
            id = next(covering, None) or _nearly_named(acronym, name, mentions)
            bound[acronym] = id or _new_id(name)
    return bound


def _nearly_named(acronym: str, name: str, mentions: list[Mention]) -> str | None:
    """Return the organization that has this acronym and a name that is nearly the long form."""
    words = _content_words(name)
    for mention in mentions:
        if mention.form.acronym and mention.form.text == acronym:
            for known_name in organizations().names(mention.form.id):
                known_words = _content_words(known_name)
                shared = len(words & known_words)
                if shared >= _NEARLY * max(len(words), len(known_words), 1):
                    return mention.form.id
    return None


def _content_words(name: str) -> set[str]:
    return {word[:5] for word in fold_key(name).split() if len(word) > 3}


def _is_redefined(mention: Mention, bound: Mapping[str, str]) -> bool:
    """Say whether the document uses this acronym for something else."""
    meaning = bound.get(mention.form.text) if mention.form.acronym else None
    return meaning is not None and meaning != mention.form.id


def _occurrences(text: str, names: Iterable[str]) -> dict[str, list[Span]]:
    """Return where each of ``names`` stands in ``text`` as words of their own, in one pass."""
    spans: dict[str, list[Span]] = {name: [] for name in names}
    if not spans:
        return spans
    automaton = ahocorasick.Automaton()
    for name in spans:
        automaton.add_word(name, name)
    automaton.make_automaton()
    for last, name in automaton.iter(text):
        start, end = last + 1 - len(name), last + 1
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            spans[name].append(Span(start, end))
    return spans


# Names that the authority does not know.

_WITH_SHAPES = frozenset(("es", "it", "de"))
"""Languages in which names in quotation marks and web addresses count; others do better without."""
_CACHED_WORDS = 60_000
_LONGEST_CACHED = 40


def _find_candidates(text: str, language: str, words: Words | None) -> list[Candidate]:
    """Return the names that the rules find in ``text``, the longest of overlapping ones."""
    if words is None:
        return _longest(find_arabic(text))
    words_of = grammar(language)
    places = _places(language)
    candidates = list(rules.find_companies(words, words_of, places))
    if language != "und":
        candidates += heads.find_heads(words, words_of)
        candidates += rules.find_cued(words, words_of, places)
        candidates += rules.find_clubs(words, words_of)
        candidates += rules.find_acronyms(words, words_of)
    if language in _WITH_SHAPES:
        candidates += rules.find_quoted(text, words, words_of)
        candidates += rules.find_sites(text, words)
        candidates += rules.find_adjectival(text, words)
        candidates += rules.find_joined(words)
        candidates += rules.find_reporters(words, words_of)
    return _longest(candidates)


_HEADLINE_WORDS = re.compile(
    r"\b(?:says?|said|sees?|sets?|to|of|in|for|on|by|with|from|at|gets?|raises?|cuts?|buys?|sells?"
    r"|seeks?|names?|plans?|ends?|makes?|has|is|may|will|wins?|files?|votes?|completes?|acquires?"
    r"|declares?|reports?|offers?|agrees?|holds?|takes?|urges?|asks?|drops?|issues?|unit|and) ",
    re.IGNORECASE,
)
_HEADLINE = 4
"""Spaces of a line that is no mere name."""
_SHOUTED_WORD = 7
"""Letters of a word in capitals that is no acronym."""


def _sober(text: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the candidates; of those in lines of capitals only companies by their legal form.

    There a name begins behind the last word of a headline: ``ALLIED SAYS INTERCO INC``.
    """
    for candidate in candidates:
        start, end = candidate.span
        name = text[start:end]
        long = " " in name or len(name) > _SHOUTED_WORD or candidate.rule == "cue"
        if not (long and name.isupper() and _is_shouted_line(text, start, end)):
            yield candidate
        elif candidate.rule == "legal":
            cuts = list(_HEADLINE_WORDS.finditer(name))
            if text[start - 1 : start] in ("", "\n"):  # Esquire Radio and Electronics
                cuts = [cut for cut in cuts if cut[0].lower() != "and "]
            behind = max((cut.end() for cut in cuts), default=0)
            if " " in name[behind:]:
                yield candidate._replace(span=Span(start + behind, end), aliases=())


def _is_shouted_line(text: str, start: int, end: int) -> bool:
    """Say whether the line of a name is in capitals, and says more than a name does."""
    line = text[text.rfind("\n", 0, start) + 1 : _line_end(text, end)]
    return line.isupper() and (len(line) > end - start or line.count(" ") >= _HEADLINE)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _longest(candidates: Iterable[Candidate]) -> list[Candidate]:
    longest: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: (one.span.start, -one.span.end)):
        start, end = candidate.span
        if not longest or start >= longest[-1].span.end:
            longest.append(candidate)
        elif end - start > longest[-1].span.end - longest[-1].span.start:
            longest[-1] = candidate
    return longest


class _Roles(dict[str, tuple[str, ...]]):
    """The rules that each word as written may set off in a language, computed when first needed."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._words_of = grammar(language)
        cues = self._words_of["cue"]
        self._cue_ends = {cue.rpartition(" ")[2] for cue in cues if " " in cue}
        self._listed = self._words_of.heads | cues | self._cue_ends | self._words_of["reports"]
        self._persons = person_grammar(language if language in LANGUAGES else "und")

    def __missing__(self, text: str) -> tuple[str, ...]:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        roles = tuple(self._roles(text, fold_word(text)))
        if len(text) <= _LONGEST_CACHED:
            self[text] = roles
        return roles

    def _roles(self, text: str, folded: str) -> Iterator[str]:
        words_of, language = self._words_of, self._words_of.language
        capital = text[0].isupper()
        if self._persons.sets_off(text, folded):  # they are looked for in the same words
            yield PERSON_ROLE
        if not capital and folded not in self._listed:
            return
        if heads.is_head(folded, words_of):
            yield "head"
        if folded in words_of["cue"]:
            yield "cue"
        if folded in self._cue_ends:
            yield "cue end"
        if not capital:
            if folded in words_of["reports"]:
                yield "reports"
            return
        if rules.is_decisive(folded, words_of):
            yield "company"
        if folded in words_of["club"]:
            yield "club"
        if rules.is_acronym(text, folded, words_of):
            yield "acronym"
        if language in _WITH_SHAPES and rules.is_site(text):
            yield "site"
        if (
            language == "de"
            and folded not in words_of["cue"]
            and rules.is_compound_cue(folded, words_of)
        ):
            yield "cue"
        if language == "de" and rules.is_tail(text, folded):
            yield "tail"
        if language == "de" and "-" in text and rules.is_joined(text, words_of):
            yield "joined"


_roles = cache(_Roles)


@cache
def _places(language: str) -> frozenset[str]:
    """Return the folded names of countries in a language and in English."""
    codes = (language, "en") if language in LANGUAGES else ("en",)
    return frozenset(
        fold_key(name)
        for code in codes
        for territory, name in Locale(code).territories.items()
        if territory.isalpha()  # not 001, the world
    )


def _placed(
    text: str, folded: Folded, candidates: list[Candidate], places: list[PlaceMatch]
) -> frozenset[Span]:
    """Return the candidates that a country stands in or beside, if one is a parliament or so."""
    whole = organizations().national.whole
    if not any(body_key(text[start:end]) in whole for (start, end), *_ in candidates):
        return frozenset()
    sites = Places.of((*folded.span(match.start, match.end), "") for match in places if match.forms)
    return frozenset(span for span, *_ in candidates if sites.beside(text, span) is not None)


def _join(
    text: str,
    language: str,
    candidates: list[Candidate],
    known: Mapping[str, str],
    placed: frozenset[Span],
) -> dict[str, list[Candidate]]:
    """Return the candidates that name one organization together, by its id.

    ``known`` gives the known organizations of the document by the first word of their names: bare
    ``Senado`` is the ``Senado Federal`` named elsewhere. Not so if it is one of the ``placed``: it
    is of the country beside it.
    """
    national = organizations().national.whole
    by_key: dict[str, list[Candidate]] = defaultdict(list)
    alone: list[Candidate] = []
    for candidate in candidates:
        key = body_key(text[candidate.span.start : candidate.span.end])
        if candidate.span in placed and key in national:
            alone.append(candidate)
        elif len(key) > 1:
            by_key[key].append(candidate)
    longer: dict[str, str] = {}  # the longest name that begins with these words
    for key in sorted(by_key, key=len, reverse=True):
        words, of_country = key.split(), any(one.span in placed for one in by_key[key])
        for count in range(1, len(words)):
            short = " ".join(words[:count])
            if short not in national:
                longer.setdefault(short, key)
            elif not of_country and not longer.setdefault(short, key).startswith(key):
                longer[short] = short  # it may be of either of two
    joined: dict[str, list[Candidate]] = defaultdict(list)
    for key, named in by_key.items():
        whole = longer.get(key, key)
        name = next(text[one.span.start : one.span.end] for one in by_key[whole])
        joined[known.get(whole) or _id(name, language)] += named
    for candidate in alone:
        joined[_id(text[candidate.span.start : candidate.span.end], language)].append(candidate)
    return joined


def _id(name: str, language: str) -> str:
    return organizations().known(name, language) or _new_id(name)


def given_organization(name: str, language: str) -> Organization:
    """Return the organization that a name given beside a text stands for, without mentions."""
    id = organizations().resolve(name) or _id(name, language)
    return Organization(id, name, (), not id.startswith("~"))


def _new_id(name: str) -> str:
    """Return the identifier of a body that the authority does not know."""
    return "~" + slug(body_key(name))
