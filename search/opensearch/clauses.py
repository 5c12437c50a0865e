"""Clauses of OpenSearch's query language, put together: what was typed is only ever a value."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from index.opensearch import HOLE, HOLES

Json = dict[str, Any]

NOTHING: Final[Json] = {"match_none": {}}
EVERYTHING: Final[Json] = {"match_all": {}}


def any_of(clauses: Iterable[Json]) -> Json:
    """Return what matches any of the clauses; scores are added."""
    some = [clause for clause in clauses if clause != NOTHING]
    if len(some) < 2:
        return some[0] if some else NOTHING
    return {"bool": {"should": some, "minimum_should_match": 1}}


def all_of(clauses: Iterable[Json], but: Iterable[Json] = ()) -> Json:
    """Return what matches all of the clauses and none of ``but``; it adds nothing to a score."""
    some, others = [clause for clause in clauses if clause != EVERYTHING], list(but)
    if not some and not others:
        return EVERYTHING
    made: Json = {"filter": some} if some else {}
    if others:
        made["must_not"] = others
    return {"bool": made}


def best_of(clauses: Sequence[Json]) -> Json:
    """Return what matches any of the clauses; the best score counts."""
    some = [clause for clause in clauses if clause != NOTHING]
    if len(some) < 2:
        return some[0] if some else NOTHING
    return {"dis_max": {"queries": some}}


def terms(field: str, values: Iterable[str]) -> Json:
    """Return what has any of the values in a field."""
    distinct = list(dict.fromkeys(values))
    if not distinct:
        return NOTHING
    return {"term": {field: distinct[0]}} if len(distinct) == 1 else {"terms": {field: distinct}}


def scored(matching: Json, scores: Iterable[Json]) -> Json:
    """Return what matches one clause, with the scores of others added up."""
    should = [clause for clause in scores if clause != NOTHING]
    made: Json = {"filter": [matching]}
    if should:
        made |= {"should": should, "minimum_should_match": 0}
    return {"bool": made}


def narrowed(clause: Json, filters: Sequence[Json], added: Sequence[Json] = ()) -> Json:
    """Return what matches a clause and some filters, with the score of the clause.

    What is ``added`` to the score need not match.
    """
    made: Json = {"must": [clause], "filter": list(filters)}
    if added:
        made |= {"should": list(added), "minimum_should_match": 0}
    return {"bool": made}


def within(words: Sequence[Json], gaps: int, ordered: bool) -> Json:
    """Return an interval rule: all of some rules with so many other words among them."""
    mode = "ordered" if ordered else "unordered"
    return {"all_of": {"intervals": list(words), "mode": mode, "max_gaps": gaps}}


def one_word(words: Sequence[str]) -> Json:
    """Return an interval rule: any of some words."""
    return any_rule([{"match": {"query": word}} for word in words])


def reaching(words: Sequence[str], before: int) -> Json:
    """Return an interval rule: any of some words, with so many positions before it.

    One that two words have is two of them: a single one would have no positions before it.
    """
    apart = "|".join(words if len(words) > 1 else [*words, *words])
    return {"match": {"query": f"{HOLE} " * before + apart, "analyzer": HOLES}}


def contained(rule: Json, outer: Json) -> Json:
    """Return an interval rule: what is inside of another."""
    return {"all_of": {"intervals": [rule], "filter": {"contained_by": outer}}}


def any_rule(rules: Sequence[Json]) -> Json:
    """Return an interval rule: any of several, each place once."""
    return rules[0] if len(rules) == 1 else {"any_of": {"intervals": list(rules)}}
