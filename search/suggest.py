"""Suggestions: completions of a text being typed, and better spellings of a query.

Completions are organizations, themes, words and titles. A query is corrected in words that few
documents have; candidates are the words of the index within an edit distance of a query word, both
without case and accents (see ``index.store.suggest``).
"""

import re
from collections.abc import Callable
from math import log10

from whoosh import query

from index.analysis import fold, tokenize
from index.document import PARTS
from index.facets import SUGGESTED
from index.store import MAX_LENGTH, Near
from search.engine import Lexicon, Suggestion, Terms
from search.facets import LocalizedFacet, LocalizedFacets
from search.query import (
    ParsedQuery,
    PhraseQuery,
    QueryWord,
    WordQuery,
    default_edits,
    parse,
)

MAX_TEXT = 100
"""A text of more characters gets no suggestions."""
RARE_SHARE = 50
"""Completions that so many times fewer documents have than the first make room for others."""
CONSIDERED = 4
"""Words that are looked at for each that is suggested, to find those in the reader's language."""
OWN_SHARE = 4
"""A word is of a language in which one in so many of its documents is."""
_LAST_WORD = re.compile(r"\w+\Z")
MIN_LENGTH = 4
MAX_CORRECTED = 3
"""Words of a query that are replaced at most, the rarest ones."""
RARE = 3
"""A word that so many documents have may be misspelt, if a similar one is far more frequent."""
MORE_FREQUENT = 20
"""How many times more documents must have the replacement of a word that any document has."""
PLENTY = 20
"""A query that finds so many documents is not corrected."""

Count = Callable[[query.Query], int]
"""Returns how many documents match a query tree."""


def suggest(
    text: str,
    limit: int,
    lexicon: Lexicon,
    localized: LocalizedFacets,
    locale: str,
) -> tuple[Suggestion, ...]:
    """Return at most ``limit`` suggestions: what most documents have first, titles last.

    Facet values complete the whole text: any word of any of their names may begin with it. Words
    and titles complete its last word. If there are too many, the kinds share the limit evenly, but
    what few documents have makes room for what many have. Words of the language ``locale`` come
    before those of others.
    """
    text = text.lstrip()
    if not fold(text).strip() or limit < 1 or len(text) > MAX_TEXT:
        return ()
    values = [_values(localized.facet(name), text, limit) for name in SUGGESTED]
    words, foreign = _words(text, limit, lexicon, locale)
    titles = _titles(text, limit, lexicon)
    most = max((item.count for kind in (*values, words) for item in kind), default=0)

    def turn(kind: int, rank: int, item: Suggestion) -> tuple[bool, int, int]:
        return item.kind != "title" and item.count * RARE_SHARE < most, rank, kind

    def order(entry: tuple[tuple[bool, int, int], Suggestion]) -> tuple[object, ...]:
        (_, rank, kind), item = entry
        if item.kind == "title":
            return True, False, 0, rank, kind
        return False, item.kind == "word" and item.value in foreign, -item.count, rank, kind

    in_turn = sorted(
        (turn(kind, rank, item), item)
        for kind, items in enumerate((*values, words, titles))
        for rank, item in enumerate(items)
    )
    return tuple(item for _, item in sorted(in_turn[:limit], key=order))


def _values(facet: LocalizedFacet, text: str, limit: int) -> list[Suggestion]:
    return [
        Suggestion(facet.names.name, facet.label(value), value, count)
        for value, count in facet.starting(text, limit)
    ]


def _words(
    text: str, limit: int, lexicon: Lexicon, locale: str
) -> tuple[list[Suggestion], set[str]]:
    """Complete the last word, in the documents that have the words before it.

    Return the completions, those in the reader's language first, and which are in others.
    """
    last = _LAST_WORD.search(text)
    prefix = fold(last[0]) if last else ""
    if last is None or not prefix:
        return [], set()
    typed = text[: last.start()]
    counts = dict(lexicon.completions(prefix, limit * CONSIDERED, _folded_words(typed)))
    own = lexicon.of_language({word: n // OWN_SHARE for word, n in counts.items()}, locale)
    suggestions = []
    for word in sorted(counts, key=lambda word: word not in own)[:limit]:
        completed = typed + lexicon.surface_form(word)
        suggestions.append((word in own, Suggestion("word", completed, completed, counts[word])))
    return [one for _, one in suggestions], {one.value for is_own, one in suggestions if not is_own}


def _titles(text: str, limit: int, lexicon: Lexicon) -> list[Suggestion]:
    """Return the newest documents whose titles have the words, the last of them as a prefix."""
    *before, prefix = _folded_words(text) or [""]
    if len(prefix) < 2 and not before:
        return []
    heads = lexicon.titles(prefix, limit, before)
    return [Suggestion("title", head.title, head.id, 1) for head in heads]


def _folded_words(text: str) -> list[str]:
    return [token.folded for token in tokenize(text) if token.kind != "compound"]


def did_you_mean(
    parsed: ParsedQuery, total: int, lexicon: Lexicon, terms: Terms, count: Count
) -> str | None:
    """Return the query with misspelt words replaced if that finds more documents; else None.

    ``total`` is how many documents the query finds without facet filters; 0 if it had to be
    relaxed. Everything but the replaced words stays as typed. Raises what ``count`` raises.
    """
    if total >= PLENTY:
        return None
    replacements = []
    for word, documents in _doubtful(parsed, terms, count):
        better = _better(fold(word.text), documents, lexicon, terms)
        if better is not None:
            replacements.append((word, lexicon.surface_form(better)))
    if not replacements:
        return None
    text = parsed.text
    for word, form in sorted(replacements, key=lambda item: item[0].start, reverse=True):
        text = text[: word.start] + _cased(form, word.text) + text[word.end :]
    tree = parse(text, parsed.analyzers, parsed.language).tree
    return text.strip() if tree is not None and count(tree) > total else None


def _doubtful(parsed: ParsedQuery, terms: Terms, count: Count) -> list[tuple[QueryWord, int]]:
    """Return the words that at most RARE documents have, with their number, rarest first."""
    doubtful = []
    for word in parsed.words:
        folded = fold(word.text)
        if (
            MIN_LENGTH <= len(folded) <= MAX_LENGTH
            and folded.isalpha()
            and not _is_frequent(word.node, terms)
            and (documents := count(word.node)) <= RARE
        ):
            doubtful.append((word, documents))
    return sorted(doubtful, key=lambda item: (item[1], item[0].start))[:MAX_CORRECTED]


def _is_frequent(node: query.Query, terms: Terms) -> bool:
    """Tell whether the word as typed is enough to know that more than RARE documents match."""
    match node:
        case WordQuery(literal=word) | PhraseQuery(words=(word,)):
            # Most words stand in more bodies than titles.
            return any(terms.exceeds(field, word, RARE) for field in reversed(node.fields))
    return False


def _better(word: str, documents: int, lexicon: Lexicon, terms: Terms) -> str | None:
    """Return the best word for a folded one that ``documents`` documents have; None if none is.

    A further edit must be outweighed by ten times as many documents; so must another first letter.
    """

    def cost(near: Near) -> tuple[float, str]:
        return near.distance + (near.term[0] != word[0]) - log10(near.frequency), near.term

    enough = documents * MORE_FREQUENT
    candidates = dict(lexicon.near_words(word, default_edits(word)))
    candidates.pop(word, None)
    for near in sorted(candidates.values(), key=cost):
        # The frequency counts deleted documents too.
        if near.frequency > enough and any(
            terms.exceeds(part, near.term, enough) for part in PARTS
        ):
            return near.term
    return None


def _cased(word: str, typed: str) -> str:
    """Return a word with the capitals of what was typed."""
    if len(typed) > 1 and typed.isupper():
        return word.upper()
    return word.capitalize() if typed[:1].isupper() else word
