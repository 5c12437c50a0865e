"""Organizations: the authority's names, and those of bodies that it does not know.

``organizations_known`` finds the names of the authority. ``Long form (ACRONYM)`` in the text
binds the acronym for the whole document, to a known organization or to a new one. The rules of
``organizations_unknown`` then find what bears the name of a body, and in full mode a model.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from index.document import Organization, Span
from index.extract.organizations.known import TRAP, Matcher, Mention
from index.extract.organizations.ner import find_named
from index.extract.organizations.pairs import Pair, find_pairs
from index.extract.organizations.unknown import (
    Taken,
    find_candidates,
    name_candidates,
    occurrences,
    pairs_of,
)
from index.extract.organizations.words import Candidate
from index.vocabularies import Folded, fold_key, fold_text, grammar, slug
from index.vocabularies import organizations as authority_of_organizations

_NEARLY = 0.6
"""Share of content words that a long form has in common with a name it varies."""


class OrganizationMatches(NamedTuple):
    """Organizations, and the ranges of the folded text that names of the authority cover."""

    organizations: tuple[Organization, ...]
    covered: tuple[tuple[int, int], ...]


@cache
def _matcher() -> Matcher:
    authority = authority_of_organizations()
    return Matcher(authority.entries.values(), authority.traps)


def _settle(
    mentions: list[Mention], folded: Folded, context: dict[str, tuple[str, ...]]
) -> list[Mention]:
    """Drop ambiguous names that nothing supports, then keep the longest of overlapping ones."""
    sure = {mention.form.id for mention in mentions if not mention.form.ambiguous}
    supported: dict[str, bool] = {}
    kept: list[Mention] = []
    for mention in mentions:
        id = mention.form.id
        if mention.form.ambiguous and id not in sure:
            if id not in supported:
                supported[id] = any(f" {cue}" in folded.text for cue in context.get(id, ()))
            if not supported[id]:
                continue
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def find_organizations(
    text: str, language: str, folded: Folded | None = None, *, ner: bool = False
) -> OrganizationMatches:
    """Find the organizations that ``text`` names, with every mention of each.

    ``language`` is that of the document, an ISO 639-1 code or ``und``; it decides which
    acronyms are read. Long names are found in any language. With ``ner``, what a model takes for
    the name of an organization counts where it touches nothing that was found without.
    """
    folded = folded or fold_text(text)
    matcher = _matcher()
    mentions = matcher.mentions(text, folded, language)
    candidates = find_candidates(text, language)
    pairs = find_pairs(text, language)
    pairs += pairs_of(text, candidates, {pair.acronym for pair in pairs})
    bound = _bind(pairs, mentions)
    kept = _settle(
        [mention for mention in mentions if not _redefined(mention, bound)],
        folded,
        matcher.context,
    )
    covered = tuple((mention.start, mention.end) for mention in kept)
    candidates, kept = _contend(candidates, kept)
    spans: dict[str, list[Span]] = defaultdict(list)
    labels: dict[str, str] = {}
    for mention in kept:
        if mention.form.id != TRAP:
            spans[mention.form.id].append(mention.span)
    taken = Taken(len(text))
    for mention in kept:
        taken.take(mention.span)
    for pair in pairs:
        id = bound[pair.acronym]
        if id.startswith("~"):
            labels.setdefault(id, text[pair.long.start : pair.long.end])
            spans[id].append(pair.long)
        taken.take(pair.long)
    for acronym, where in occurrences(text, bound).items():
        spans[bound[acronym]].extend(taken.free(where))
    rest = [each for each in candidates if taken.is_free(each.span)]
    if ner:
        written = {text[span.start : span.end] for where in spans.values() for span in where}
        written.update(text[each.span.start : each.span.end] for each in rest)
        names = " | ".join(written)
        named = [
            each
            for each in find_named(text, language)
            if text[each.span.start : each.span.end] not in names
        ]
        rest += _untouched(named, rest, taken)
    bearers: dict[str, str] = {}
    for name in name_candidates(text, language, rest, _begun(text, language, kept)):
        spans[name.id].extend(name.spans)
        for span in name.spans:
            taken.take(span)
        for alias in name.aliases:
            bearers.setdefault(alias, name.id)
    for alias, where in occurrences(text, bearers).items():
        spans[bearers[alias]].extend(taken.free(where))
    organizations = []
    for id, where in spans.items():
        where.sort()
        first = where[0]
        label = labels.get(id) or text[first.start : first.end]
        known = not id.startswith("~")
        organizations.append(Organization(id, " ".join(label.split()), tuple(where), known))
    organizations.sort(key=lambda organization: (organization.spans[0], organization.id))
    return OrganizationMatches(tuple(organizations), covered)


def _begun(text: str, language: str, kept: list[Mention]) -> dict[str, str]:
    """Return the organizations by those first words of their names that may stand alone."""
    alone = grammar(language)["bare"]
    begun: dict[str, str] = {}
    for mention in kept:
        if mention.form.words > 1 and not mention.form.acronym:
            first = fold_key(text[mention.span.start : mention.span.end]).partition(" ")[0]
            if first in alone and mention.form.id != TRAP:
                begun.setdefault(first, mention.form.id)
    return begun


def _untouched(
    named: list[Candidate], others: list[Candidate], taken: Taken
) -> Iterator[Candidate]:
    for each in named:
        touches = any(
            each.span.start < other.span.end and other.span.start < each.span.end
            for other in others
        )
        if not touches and taken.is_free(each.span):
            yield each


def _contend(
    candidates: list[Candidate], kept: list[Mention]
) -> tuple[list[Candidate], list[Mention]]:
    """Decide between known names and longer unknown ones that contain them.

    A longer name wins if its head stands before the known one (``Association des correspondants
    de la Maison-Blanche``) or a noun for a body ends it (``Sony Pictures Television``).
    """
    winners: list[Candidate] = []
    beaten: set[int] = set()
    position = 0
    for candidate in candidates:
        while position and kept[position - 1].span.end > candidate.span.start:
            position -= 1
        while position < len(kept) and kept[position].span.end <= candidate.span.start:
            position += 1
        touched = []
        index = position
        while index < len(kept) and kept[index].span.start < candidate.span.end:
            touched.append(index)
            index += 1
        if all(_is_part(kept[each], candidate) for each in touched):
            winners.append(candidate)
            beaten.update(touched)
    return winners, [each for index, each in enumerate(kept) if index not in beaten]


def _is_part(mention: Mention, candidate: Candidate) -> bool:
    span = mention.span
    if (
        mention.form.id == TRAP
        or span.end > candidate.span.end
        or span.start < candidate.span.start
    ):
        return False
    shorter = 4 * (span.end - span.start) < 3 * (candidate.span.end - candidate.span.start)
    if candidate.rule == "suffix":
        return shorter
    if candidate.rule == "quoted":  # "Folha de São Paulo"
        return 2 * (span.end - span.start) < candidate.span.end - candidate.span.start
    behind = span.end == candidate.span.end and candidate.words == mention.form.words + 1
    headed = candidate.rule in ("head", "arabic")
    return headed and shorter and span.start > candidate.span.start and not behind


def _bind(pairs: list[Pair], mentions: list[Mention]) -> dict[str, str]:
    """Say what each acronym that the document explains means: a known id, or a new one."""
    ending: dict[int, list[Mention]] = defaultdict(list)
    if pairs:
        for mention in mentions:
            ending[mention.span.end].append(mention)
    bound: dict[str, str] = {}
    for pair in pairs:
        if pair.acronym not in bound:
            known = _known_long_form(pair, ending[pair.long.end])
            known = known or _nearly_named(pair, mentions)
            bound[pair.acronym] = known or "~" + slug(pair.name)
    return bound


def _known_long_form(pair: Pair, ending: list[Mention]) -> str | None:
    """Return the organization whose name ends with the long form and covers it."""
    for mention in ending:
        if mention.span.start <= pair.long.start and mention.form.id != TRAP:
            return mention.form.id
    return None


def _nearly_named(pair: Pair, mentions: list[Mention]) -> str | None:
    """Return the organization whose acronym this is if a name of it is nearly the long form."""
    words = _content(pair.name)
    for mention in mentions:
        if mention.form.acronym and mention.form.text == pair.acronym:
            for name in authority_of_organizations().names(mention.form.id):
                other = _content(name)
                if len(words & other) >= _NEARLY * max(len(words), len(other), 1):
                    return mention.form.id
    return None


def _content(name: str) -> set[str]:
    return {word[:5] for word in fold_key(name).split() if len(word) > 3}


def _redefined(mention: Mention, bound: dict[str, str]) -> bool:
    """Say whether the document uses this acronym for something else."""
    other = bound.get(mention.form.text) if mention.form.acronym else None
    return other is not None and other != mention.form.id
