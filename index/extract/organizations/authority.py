"""The names of the authority that a text has.

``AuthorityMatcher`` finds them, and forms of countries, in one pass of an automaton over the folded
text. ``refusals`` says which do not count, ``shown`` which ambiguous ones do; ``Cues`` tells what
the text says of the others.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain
from operator import itemgetter
from typing import Final, NamedTuple

from babel.languages import get_official_languages

from index.analysis import Folded, fold_key
from index.document import Country, Span
from index.extract.countries import PlaceMatch, find_countries
from index.extract.organizations.automata import TRAP, Automata, Form, Found
from index.extract.organizations.learned import GIVEN
from index.extract.organizations.national import Places, country_of_text
from index.extract.organizations.refusals import SURNAME, is_of, refusal
from index.extract.organizations.shown import is_opponent, is_shown
from index.extract.organizations.words import word_before
from index.vocabularies import grammar


class Mention(NamedTuple):
    """A name in the text: ``start`` and ``end`` in the folded text, ``span`` in the original."""

    start: int
    end: int
    span: Span
    form: Form


class AuthorityMatcher:
    """Finds names that automata hold; of equal ones those of the first automata come first.

    ``context`` has the folded cues of ambiguous names, by id; ``near`` those that must stand
    beside the name; ``countries`` the countries of bodies that others have by the same name.
    """

    def __init__(self, automata: Sequence[Automata]) -> None:
        self._automata = automata
        entries = [entry for each in automata for entry in each.entries]
        self.context = {entry.id: entry.context for entry in entries}
        self.near = {entry.id: entry.near for entry in entries if entry.near}
        self.countries = {entry.id: entry.countries for entry in entries if entry.countries}

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
            own = [form for form in forms if is_of(form, language)]
            if not own:
                continue
            span = folded.span(start, end)
            original = text[span.start : span.end]
            for form in own:
                reason = refusal(form, original, text, span, language)
                if reason is not None:
                    if reason == SURNAME:
                        persons.add(form.id)
                    continue
                several = form.id in self.near or form.id in self.countries
                rival = form.id in self.countries and any(one.id != form.id for one in own)
                if form.ambiguous and not rival and is_shown(form, text, span, language, several):
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
                or word_before(text, mention.span) in articles
            ]
        if language == "de":
            mentions = _with_opponents(mentions, text)
        if any(mention.form.ambiguous and mention.form.kind in _LISTED for mention in mentions):
            mentions = _with_listed(mentions, text, grammar(language)["listing"])
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
                reason = refusal(form, text[span.start : span.end], text, span, language)
                if reason is not None and form.id != TRAP:
                    yield span, form.id, reason


def _with_opponents(mentions: list[Mention], text: str) -> list[Mention]:
    """Return the mentions; beside a club that is sure, towns that seem to be clubs are sure too."""
    if not any(one.form.kind == "sport" and not one.form.ambiguous for one in mentions):
        return mentions
    return [
        one._replace(form=one.form._replace(ambiguous=False))
        if one.form.kind == "sport" and one.form.ambiguous and is_opponent(one.form, text, one.span)
        else one
        for one in mentions
    ]


_LISTED = frozenset(("company", "bank"))
"""Kinds of bodies that lists name together."""


def _with_listed(mentions: list[Mention], text: str, joints: frozenset[str]) -> list[Mention]:
    """Return the mentions; those that a list joins to a company that is sure are sure too.

    A list has a word between its last two names: ``Zorva, Interco or Zynga``.
    """
    firms = sorted({one.span: one for one in mentions if one.form.kind in _LISTED}.items())
    sure = {one.span for one in mentions if not one.form.ambiguous}
    shown: set[Span] = set()
    run: list[Span] = []
    joined = False
    for number, (span, _) in enumerate(firms):
        run.append(span)
        behind = firms[number + 1][0].start if number + 1 < len(firms) else len(text)
        gap = text[span.end : behind] if behind - span.end <= _LONGEST_JOINT else ""
        joined = joined or gap.strip(" ,") in joints
        if gap == ", " or gap.strip(" ,") in joints:
            continue
        if joined and not sure.isdisjoint(run):
            shown.update(run)
        run, joined = [], False
    return [
        one._replace(form=one.form._replace(ambiguous=False))
        if one.form.ambiguous and one.form.kind in _LISTED and one.span in shown
        else one
        for one in mentions
    ]


_LONGEST_JOINT = 8


_NAMED, _COUNTRY, _SAID, _CLOSE = 1, 2, 3, 4
"""What speaks for a body: the text names its country, is of it, has a cue, has the country near."""
BESIDE: Final = 5
"""A cue of the body or its country stands directly beside the name."""
_BY_COUNTRY = frozenset((_NAMED, _COUNTRY, _CLOSE))
_CLAUSE_END = re.compile(r"[.!?;\n] ?")
_SENTENCE = re.compile(r"[.!?\n](?= |$)")
_NEAR_LENGTH = 40
_NEAR_WORDS = 2
"""Words on either side of a name among which its near cues count."""
_SENTENCE_LENGTH = 150
_OPENING = 40
"""Characters in which a text may begin with the place that it comes from."""
_SHORT_GAP = 5
"""Letters of the small words between a body and its country."""
_WHERE = frozenset(("in", "en", "au", "aux", "a", "em", "na", "no", "nas", "nos", "im"))
"""Words that say where a body acts, and not of which country it is: ``RSF au Soudan``."""


@cache
def _spoken_in(country: str) -> tuple[str, ...]:
    """Return the official languages of a country, ISO 639-1 (CLDR)."""
    return get_official_languages(country.upper(), de_facto=True)


class Cues:
    """What a text says of the bodies that its ambiguous names may be of."""

    def __init__(
        self,
        matcher: AuthorityMatcher,
        mentions: Iterable[Mention],
        text: str,
        folded: Folded,
        places: Collection[PlaceMatch],
        language: str,
        dated: str | None = None,
    ) -> None:
        self._matcher, self._text, self._folded = matcher, text, folded
        self._places, self._language, self._dated = places, language, dated
        demonyms = [
            place for place in places if any(one.form.kind == "demonym" for one in place.forms)
        ]
        self._by_start = {place.start: folded.text[place.start : place.end] for place in demonyms}
        self._by_end = {place.end: folded.text[place.start : place.end] for place in demonyms}
        self._mentions = [one for one in mentions if one.form.id in matcher.countries]
        besides = ((one.form.id, self._beside(one)) for one in mentions)
        self._sides = {id: beside for id, beside in sorted(besides, key=itemgetter(1)) if beside}
        self._told: dict[str, bool] = {}

    def strength(self, mention: Mention) -> int:
        """Say how much speaks for the body of a name.

        That is ``BESIDE`` where a cue or its country stands directly beside the name; less, in
        this order, where the country is near it, a cue is in the text, the text is of the country,
        or names it; and else 0. A country in the text says nothing of a name that is a word
        (``Podemos``).
        """
        beside = self._beside(mention)
        if beside:
            return beside
        id = mention.form.id
        elsewhere = self._sides.get(id, 0)
        if id not in self._told:
            cues = self._matcher.context.get(id, ())
            self._told[id] = any(f" {cue}" in self._folded.text for cue in cues)
        if self._told[id] or elsewhere == BESIDE:
            return _SAID
        if elsewhere or self._is_named(mention, (self._country,)):
            return _COUNTRY
        return _NAMED if self._is_named(mention, self._named_countries) else 0

    def _is_named(self, mention: Mention, named: Collection[str | None]) -> bool:
        """Say whether the country of a body that others have by its name is among some."""
        countries = self._matcher.countries.get(mention.form.id, ())
        word = mention.form.words == 1 and not mention.form.text.isupper()
        return not word and any(country in named for country in countries)

    def outweighs(self, one: Mention, usual: Mention) -> bool:
        """Say whether more speaks for one body than for the usual bearer of the same name.

        A text about a country does not speak against the usual bearer: one of no country acts in
        all, and those of a country are written of from abroad (*In Prag kritisierte die SPD*). The
        country of the other one counts against a body of another country where a text in a
        language of that country comes from there, or names a place there beside the body.
        """
        strength = self.strength(one)
        if strength in _BY_COUNTRY and not usual.form.ambiguous:
            if usual.form.id not in self._matcher.countries or not self._is_at_home(one.form.id):
                return False
            if strength == _NAMED:
                return self.strength(usual) == 0
        return strength > self.strength(usual)

    def are_rivals(self, one: Mention, other: Mention) -> bool:
        """Say whether as much speaks for two bodies of one country each, whose names are alike."""
        countries = self._matcher.countries
        both = one.form.id in countries and other.form.id in countries
        alike = both and one.form.ambiguous == other.form.ambiguous
        return alike and self.strength(one) == self.strength(other)

    def shared(self, mentions: Iterable[Mention]) -> set[Span]:
        """Return where acronyms stand that several bodies of single countries have."""
        bearers: dict[Span, set[str]] = defaultdict(set)
        for one in mentions:
            if one.form.acronym and one.form.id in self._matcher.countries:
                bearers[one.span].add(one.form.id)
        return {span for span, ids in bearers.items() if len(ids) > 1}

    def is_foreign(self, mention: Mention) -> bool:
        """Say whether another nation stands beside one country's body.

        The countries of a body tell it, and its near cues where it has no countries.
        """
        near = self._matcher.near.get(mention.form.id)
        countries = self._matcher.countries.get(mention.form.id)
        if countries:
            beside = self._sites.beside(self._text, mention.span)
            return beside is not None and beside not in countries
        if not near:
            return False
        beside = self._by_start.get(mention.end + 1) or self._by_end.get(mention.start - 1)
        return beside is not None and not beside.startswith(near)

    def _is_at_home(self, id: str) -> bool:
        """Say whether a text is in a language of the country of a body, and comes from there.

        That a place there stands in a sentence with the name says so too, an adjective does not.
        """
        countries = [
            country
            for country in self._matcher.countries[id]
            if self._language in _spoken_in(country)
        ]
        if not countries or self._dated in countries:
            return bool(countries)
        opening = Span(0, min(self._sentence(Span(0, 0)).end, _OPENING))
        sentences = [self._sentence(one.span) for one in self._mentions if one.form.id == id]
        return any(
            self._sites.ids[at] in countries and self._sites.starts[at] not in self._adjectives
            for sentence in (opening, *sentences)
            for at in self._sites.within(sentence)
        )

    def _sentence(self, span: Span) -> Span:
        before = self._text[max(0, span.start - _SENTENCE_LENGTH) : span.start]
        behind = self._text[span.end : span.end + _SENTENCE_LENGTH]
        start = span.start - len(_SENTENCE.split(before)[-1])
        return Span(start, span.end + len(_SENTENCE.split(behind)[0]))

    def _beside(self, mention: Mention) -> int:
        """Say what stands beside a name: ``BESIDE``, or ``_CLOSE``, or 0 for nothing."""
        near = self._matcher.near.get(mention.form.id, ())
        countries = self._matcher.countries.get(mention.form.id, ())
        if not (near or countries):
            return 0
        start, end = mention.span
        before = _CLAUSE_END.split(self._text[max(0, start - _NEAR_LENGTH) : start])[-1]
        behind = _CLAUSE_END.split(self._text[end : end + _NEAR_LENGTH])[0]
        words = [*fold_key(before).split()[-_NEAR_WORDS:], "|"]
        words += fold_key(behind).split()[:_NEAR_WORDS]
        around = f" {' '.join(words)}"
        if any(f" {cue}" in around for cue in near):
            return BESIDE
        clause = Span(start - len(before), end + len(behind))
        return self._nearest(mention.span, clause, countries) if countries else 0

    def _nearest(self, span: Span, clause: Span, countries: Collection[str]) -> int:
        """Say how near to a name one of some countries stands."""
        nearest = 0
        for at in self._sites.within(clause):
            site = self._sites.span(at)
            first, last = sorted((span, site))
            gap = self._text[first.end : last.start]
            words = fold_key(gap).split()
            if self._sites.ids[at] not in countries or len(gap.split()) >= _NEAR_WORDS:
                continue
            touches = not any(mark in gap for mark in ",:()") and len("".join(words)) <= _SHORT_GAP
            where = site.start > span.start and not _WHERE.isdisjoint(words)
            nearest = max(nearest, BESIDE if touches and not where else _CLOSE)
        return nearest

    @cached_property
    def _adjectives(self) -> frozenset[int]:
        """Where the adjectives of nations begin in the text."""
        return frozenset(
            self._folded.span(start, start + len(word)).start
            for start, word in self._by_start.items()
        )

    @cached_property
    def _countries(self) -> Sequence[Country]:
        return find_countries(self._text, self._language, self._folded, self._places)

    @cached_property
    def _sites(self) -> Places:
        return Places.of((*span, each.id) for each in self._countries for span in each.spans)

    @cached_property
    def _named_countries(self) -> frozenset[str]:
        return frozenset(each.id for each in self._countries)

    @cached_property
    def _country(self) -> str | None:
        """The country that the text is of."""
        return self._dated or country_of_text(self._countries)
