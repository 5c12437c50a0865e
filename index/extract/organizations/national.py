"""The country of bodies that every country has: *ministère de l'Intérieur* is one of several.

``place_national`` gives them the country that the text says, or else that of the document.
"""

from collections.abc import Sequence

from index.analysis import fold_key
from index.document import Country, Organization, Span
from index.vocabularies import body_key, organizations

_LEAD = 400
"""Characters of title and text, of which one country is that of the document."""
_GAP = 8
"""Characters between a body and its country: ``ministère de l'Intérieur de la Tunisie``."""
_SMALL = frozenset(
    (
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
        "dos",
        "das",
        "der",
        "des",
        "von",
        "of",
        "the",
        "in",
        "en",
    )
)


def place_national(
    text: str,
    found: Sequence[Organization],
    countries: Sequence[Country],
) -> tuple[Organization, ...]:
    """Return organizations of which the national ones have their country in the id.

    A body is of the country that stands in its name or beside it. Otherwise it is of that of the
    dateline (a country without a place in the text), of the one country that the first 400
    characters name, or of the only one of the document. Where none of these says it, the body stays
    one without a country.
    """
    bodies = {one.id: _body(text, one, countries) for one in found}
    if not any(bodies.values()):
        return tuple(found)
    dated = next((each.id for each in reversed(countries) if not each.spans), None)
    of_document = dated or _of_text(countries)
    placed: dict[str, Organization] = {}
    for one in found:
        body = bodies[one.id]
        usual = dated if one.known else of_document  # known: of one country, unless another is said
        country = body and (_beside(text, one.spans, countries) or usual)
        id = organizations().national.of(body, country) if body and country else one.id
        known = one.known or id != one.id
        same = placed.get(id)
        spans = tuple(sorted((*same.spans, *one.spans))) if same else one.spans
        placed[id] = Organization(id, same.label if same else one.label, spans, known)
    return tuple(placed.values())


def _body(text: str, one: Organization, countries: Sequence[Country]) -> str | None:
    """Return the national body that an organization is; None for any other."""
    national = organizations().national
    if one.known:
        return national.body_of(one.id) if one.spans and _is_bare(text, one.spans[0]) else None
    name = _without_countries(text, one, countries)
    return national.find(name) or national.find(body_key(name))


def _is_bare(text: str, span: Span) -> bool:
    return organizations().national.find(text[span.start : span.end]) is not None


def _without_countries(text: str, one: Organization, countries: Sequence[Country]) -> str:
    """Return the name without the countries in it, and the small words that led to them."""
    if not one.spans:
        return one.label
    start, end = next(
        (span for span in one.spans if " ".join(text[span.start : span.end].split()) == one.label),
        one.spans[0],
    )
    inside = sorted(span for each in countries for span in each.spans if start <= span.start < end)
    pieces, at = [], start
    for span in inside:
        pieces.append(text[at : span.start])
        at = max(at, span.end)
    pieces.append(text[at:end])
    words = fold_key(" ".join(pieces)).split()
    while len(words) > 1 and words[-1] in _SMALL:
        words.pop()
    return " ".join(words)


def _beside(text: str, spans: Sequence[Span], countries: Sequence[Country]) -> str | None:
    """Return the country that stands in one of ``spans``, or directly behind it."""
    for span in spans:
        for country in countries:
            for place in country.spans:
                if span.start <= place.start < span.end:
                    return country.id
                gap = text[span.end : place.start]
                if (
                    0 <= place.start - span.end <= _GAP
                    and all(word in _SMALL for word in fold_key(gap).split())
                    and not any(mark in gap for mark in ".,;:()\n")
                ):
                    return country.id
    return None


def _of_text(countries: Sequence[Country]) -> str | None:
    """Return the country of a document: the one of its lead, or the only one."""
    early = [country.id for country in countries if any(s.start < _LEAD for s in country.spans)]
    if len(early) == 1:
        return early[0]
    return countries[0].id if len(countries) == 1 else None
