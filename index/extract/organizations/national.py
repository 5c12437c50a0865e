"""The country of bodies that every country has: *ministère de l'Intérieur* is one of several.

``place_national`` gives each mention the country that the text says of it, or else that of the
document.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.analysis import fold_key
from index.document import Country, Organization, Span
from index.vocabularies import body_key, organizations

_LEAD = 400
"""Characters of title and text, of which one country is that of the document."""
_GAP = 8
"""Characters between a body and its country: ``ministère de l'Intérieur de la Tunisie``."""
_BEFORE = frozenset((" ", "\xa0", "'s ", "’s ", "' ", "’ "))
"""What stands between a country and its body: ``Kenyan Senate``, ``Japan's Senate``."""
_LONGEST_BEFORE = 3
_SMALL = frozenset(
    (
        *(
            "de",
            "du",
            "des",
            "d",
            "la",
            "le",
            "les",
            "l",
            "del",
            "della",
            "dello",
            "di",
            "do",
            "da",
        ),
        *("dos", "das", "der", "von", "of", "the", "in", "en"),
    )
)


class Places(NamedTuple):
    """The mentions of countries in a text, in order: where each begins and ends, and its id."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    ids: tuple[str, ...]

    @classmethod
    def of(cls, mentions: Iterable[tuple[int, int, str]]) -> "Places":
        """Return the places of mentions that stand in any order and do not overlap."""
        rows = sorted(mentions)
        return cls(
            tuple(start for start, _, _ in rows),
            tuple(end for _, end, _ in rows),
            tuple(id for _, _, id in rows),
        )

    def within(self, span: Span) -> range:
        """Return the numbers of the mentions that begin in a span."""
        return range(bisect_left(self.starts, span.start), bisect_left(self.starts, span.end))

    def span(self, number: int) -> Span:
        """Return the characters of a mention."""
        return Span(self.starts[number], self.ends[number])

    def beside(self, text: str, span: Span) -> str | None:
        """Return the country that stands in a name, directly before it, or directly behind it."""
        inside = self.within(span)
        if inside:
            return self.ids[inside.start]
        before, behind = inside.start - 1, inside.stop
        near = before >= 0 and span.start - self.ends[before] <= _LONGEST_BEFORE
        if near and text[self.ends[before] : span.start] in _BEFORE:
            return self.ids[before]
        if behind < len(self.starts) and self.starts[behind] - span.end <= _GAP:
            gap = text[span.end : self.starts[behind]]
            small = all(word in _SMALL for word in fold_key(gap).split())
            if small and not any(mark in gap for mark in ".,;:()\n"):
                return self.ids[behind]
        return None


class _Mention(NamedTuple):
    """A mention of a national body; ``said`` is the country that stands in it or beside it."""

    span: Span
    one: Organization
    said: str | None
    bare: bool


def place_national(
    text: str,
    found: Sequence[Organization],
    countries: Sequence[Country],
    body_start: int = 0,
) -> tuple[Organization, ...]:
    """Return organizations of which the national ones have their country in the id.

    Each mention is of the country that stands in it or beside it; else of that of the mention
    before it; else of that of the dateline (a country without a place in the text), of the one
    country that the first 400 characters name, of the only one of the document, or of the only one
    that stands beside another mention. Where none of these says it, the body stays one without a
    country. The title, which ends before ``body_start``, is read behind the text: it is short, and
    the text says what it means.
    """
    places = Places.of((*span, each.id) for each in countries for span in each.spans)
    mentions: dict[str, list[_Mention]] = defaultdict(list)
    for one in found:
        body = _body(text, one, places)
        if body:
            mentions[body] += _mentions(text, one, places)
    if not mentions:
        return tuple(found)
    dated = next((each.id for each in reversed(countries) if not each.spans), None)
    of_document = dated or country_of_text(countries)
    ids: dict[tuple[str, Span], str] = {}
    for body, of_body in mentions.items():
        of_body.sort(key=lambda mention: (mention.span.start < body_start, mention.span))
        named = {mention.said for mention in of_body if mention.said}
        only = next(iter(named)) if len(named) == 1 else None
        last: str | None = None
        for span, one, said, bare in of_body:
            # What is known is of one country, unless the text says another.
            last = said or last or (dated if one.known else of_document or only)
            if bare and last:
                ids[one.id, span] = organizations().national.of(body, last)
    return _renamed(text, found, ids)


def _mentions(text: str, one: Organization, places: Places) -> Iterator[_Mention]:
    """Yield the mentions of a national body. A known name that is not bare has its own country."""
    own = organizations().national.country_of(one.id) if one.known else None
    for span in one.spans:
        bare = not one.known or _is_bare(text[span.start : span.end])
        yield _Mention(span, one, places.beside(text, span) if bare else own, bare)


def _renamed(
    text: str, found: Sequence[Organization], ids: Mapping[tuple[str, Span], str]
) -> tuple[Organization, ...]:
    """Return the organizations with the mentions that each of the new ids has."""
    labels: dict[str, str] = {}
    spans: dict[str, list[Span]] = defaultdict(list)
    known: dict[str, bool] = {}
    for one in found:
        by_id: dict[str, list[Span]] = {} if one.spans else {one.id: []}
        for span in one.spans:
            by_id.setdefault(ids.get((one.id, span), one.id), []).append(span)
        for id, written in by_id.items():
            keeps = id == one.id or len(by_id) == 1
            label = one.label if keeps else text[written[0].start : written[0].end]
            labels.setdefault(id, " ".join(label.split()))
            spans[id] += written
            known[id] = known.get(id, False) or one.known or id != one.id
    return tuple(
        Organization(id, label, tuple(sorted(spans[id])), known[id]) for id, label in labels.items()
    )


def _body(text: str, one: Organization, places: Places) -> str | None:
    """Return the national body that an organization is; None for any other."""
    national = organizations().national
    if one.known:
        return national.body_of(one.id) if one.spans else None
    name = _without_countries(text, one, places)
    return national.find(name) or national.find(body_key(name))


@lru_cache(10_000)
def _is_bare(name: str) -> bool:
    return organizations().national.find(name) is not None


def _without_countries(text: str, one: Organization, places: Places) -> str:
    """Return the name without the countries in it, and the small words that led to them."""
    if not one.spans:
        return one.label
    whole = next(
        (span for span in one.spans if " ".join(text[span.start : span.end].split()) == one.label),
        one.spans[0],
    )
    pieces, at = [], whole.start
    for place in places.within(whole):
        pieces.append(text[at : places.starts[place]])
        at = max(at, places.ends[place])
    pieces.append(text[at : whole.end])
    words = fold_key(" ".join(pieces)).split()
    while len(words) > 1 and words[-1] in _SMALL:
        words.pop()
    return " ".join(words)


def country_of_text(countries: Sequence[Country]) -> str | None:
    """Return the country that a text is of: the one of its lead, or the only one."""
    early = [country.id for country in countries if any(s.start < _LEAD for s in country.spans)]
    if len(early) == 1:
        return early[0]
    return countries[0].id if len(countries) == 1 else None
