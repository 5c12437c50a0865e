"""A generation on a cluster, opened for searching, with what is kept beside it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson

from index.analysis import forms_of
from index.document import fit
from index.facets import VALUE_FACETS
from index.opensearch import HEADS, MAX_VALUES, Cluster, Published, facet_field, head_of, term
from index.store import ByteCache, Head, Near, Tally
from search.opensearch.clauses import Json, all_of, terms
from search.opensearch.statistics import Statistics

NEWEST: Sequence[Json] = (
    {"second": {"order": "desc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)
"""Newest first, undated last, then by id."""
_CORRECTIONS_BYTES = 1 << 20
_CLAUSES_BYTES = 4 << 20
_COUNTED = 100
"""Words that are counted together with the words before them, the most frequent ones."""
_KEPT = 20_000
"""Words whose spelling is kept."""


Row = tuple[str, str, int]
"""A value of a facet, its label, and how many documents have it."""


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """The values of one facet; see ``search.facets.Column``."""

    values: tuple[str, ...]
    ordinal: Mapping[str, int]
    labels: Mapping[str, str]
    totals: Tally
    lower: tuple[str, ...] = ()
    """The values that lie below another."""


class Words:
    """The words of a generation: a ``Lexicon``; safe for threads."""

    def __init__(
        self,
        cluster: Cluster,
        generation: Published,
        statistics: Statistics,
        search: Callable[[Json], Json],
        partial: bool,
    ) -> None:
        """Begin; if only a part of the documents is there, words are counted in these."""
        self._cluster = cluster
        self._search, self._partial = search, partial
        self._generation = generation
        self._statistics = statistics
        self._forms: dict[str, str] = {}
        self._having: dict[tuple[str, ...], frozenset[str]] = {}
        self._near: dict[tuple[str, int], dict[str, Near]] = {}

    def _found(self, query: Json, size: int, **others: object) -> list[Json]:
        body = {"query": query, "size": size, "track_total_hits": False, **others}
        hits: list[Json] = self._cluster.search(self._generation.words, body)["hits"]["hits"]
        return hits

    def near_words(self, word: str, edits: int) -> Mapping[str, Near]:
        """Return the words within an edit distance of a folded word, by word."""
        key = word, edits
        known = self._near.get(key)
        if known is not None:
            return known
        levels: list[Json] = [{"term": {"spelt": {"value": word, "_name": "0"}}}]
        levels += [
            {
                "fuzzy": {
                    "spelt": {
                        "value": word,
                        "fuzziness": distance,
                        "prefix_length": 0,
                        "transpositions": True,
                        "rewrite": "constant_score",
                        "_name": str(distance),
                    }
                }
            }
            for distance in range(1, edits + 1)
        ]
        hits = self._found({"bool": {"should": levels}}, 10_000)
        near = {
            hit["_source"]["word"]: Near(
                hit["_source"]["word"],
                min(map(int, hit["matched_queries"])),
                hit["_source"].get("frequency", 0),
            )
            for hit in hits
        }
        self._near = {**(self._near if len(self._near) < 1_000 else {}), key: near}
        return near

    def surface_form(self, word: str) -> str:
        """Return how most documents write a word, in lower case; an unknown word as it is."""
        form = self._forms.get(word)
        if form is None:
            hits = self._found(terms("word", [word]), 1)
            form = hits[0]["_source"].get("form", word) if hits else word
            self._forms = {**(self._forms if len(self._forms) < _KEPT else {}), word: form}
        return form

    def beginning(self, prefix: str, limit: int) -> list[str]:
        """Return the words with a prefix, those of most bodies first."""
        order = [{"body": {"order": "desc", "missing": "_last"}}, {"word": "asc"}]
        hits = self._found({"prefix": {"word": {"value": prefix}}}, limit, sort=order)
        return [hit["_source"]["word"] for hit in hits]

    def completions(
        self, prefix: str, limit: int, before: Sequence[str] = ()
    ) -> list[tuple[str, int]]:
        """Return words with a prefix and how many documents have them and all words ``before``."""
        beginning: Json = {"prefix": {"word": {"value": fit(prefix)}}}
        wanted = all_of([beginning, {"term": {"completes": True}}])
        order = [{"body": "desc"}, {"word": "asc"}]
        counted_again = before or self._partial
        hits = self._found(wanted, _COUNTED if counted_again else limit, sort=order)
        words = [(hit["_source"]["word"], hit["_source"]["body"]) for hit in hits]
        if not counted_again:
            return words
        given = [terms("body", [fit(word)]) for word in before]
        counts = self._statistics.counts(
            [all_of([*given, terms("body", [word])]) for word, _ in words]
        )
        counted = [(word, count) for (word, _), count in zip(words, counts, strict=True) if count]
        return sorted(counted, key=lambda entry: (-entry[1], entry[0]))[:limit]

    def of_language(self, words: Mapping[str, int], suffix: str) -> frozenset[str]:
        """Return those words a form of which more documents have in a language than they say."""
        forms = [(word, form) for word in words for form in forms_of(word, suffix)]
        counts = self._statistics.counts([terms("body", [term(suffix, form)]) for _, form in forms])
        return frozenset(
            word for (word, _), count in zip(forms, counts, strict=True) if count > words[word]
        )

    def titles(self, prefix: str, limit: int, before: Sequence[str] = ()) -> list[Head]:
        """Return the newest documents with all words ``before`` and one with a prefix in titles."""
        wanted = [{"prefix": {"title": {"value": fit(prefix)}}}]
        wanted += [terms("title", [fit(word)]) for word in before]
        body = {
            "query": all_of(wanted),
            "size": limit,
            "sort": list(NEWEST),
            "track_total_hits": False,
            **HEADS,
        }
        hits = self._search(body)["hits"]["hits"]
        return [head_of(hit) for hit in hits]

    def having(self, part: str, indexed: Sequence[str]) -> frozenset[str]:
        """Return the words of all titles, or bodies, that have any of some terms as indexed."""
        if not indexed:
            return frozenset()
        key = part, *indexed
        words = self._having.get(key)
        if words is None:
            body = {"includes": ["word"]}
            hits = self._found(terms(f"{part}_terms", indexed), 10_000, _source=body)
            words = frozenset(hit["_source"]["word"] for hit in hits)
            self._having = {**(self._having if len(self._having) < 1_000 else {}), key: words}
        return words


class Opened:
    """A generation with its statistics, words and facet values; safe for threads.

    Documents whose embargo has not ended at the moment ``now`` (seconds since 1970) are not there;
    ``name`` is another after each end of one, and ``changes`` is the next. ``columns`` are the
    values of every facet.
    """

    def __init__(self, cluster: Cluster, generation: Published, now: float) -> None:
        self.cluster = cluster
        passed = [second for second in generation.embargoes if second <= now]
        hidden = [second for second in generation.embargoes if second > now]
        self.changes = float(hidden[0]) if hidden else float("inf")
        self.name = f"{generation.name}+{passed[-1]}" if passed else generation.name
        self._hidden: Json | None = {"range": {"embargo": {"gt": int(now)}}} if hidden else None
        self.generation = self._visible(generation) if hidden else generation
        generation = self.generation
        self.statistics = Statistics(self.search, generation)
        self.words = Words(cluster, generation, self.statistics, self.search, bool(hidden))
        self.corrections = ByteCache(_CORRECTIONS_BYTES)
        self._clauses = ByteCache(_CLAUSES_BYTES)
        self.columns = self._columns()

    def search(self, body: Json, preference: str = "") -> Json:
        """Search the documents."""
        return self.cluster.search(self.generation.index, self.narrowed(body), preference)

    def searches(self, bodies: Sequence[Json]) -> list[Json]:
        """Search the documents several times at once."""
        index = self.generation.index
        return self.cluster.searches([(index, self.narrowed(body)) for body in bodies])

    def kept(self, key: Hashable, make: Callable[[], Json]) -> Json:
        """Return the clause that a word is translated to; it is kept by ``key``."""

        def sized() -> tuple[Json, int]:
            clause = make()
            return clause, len(orjson.dumps(clause))

        clause: Json = self._clauses.get(key, sized)
        return clause

    def narrowed(self, body: Json) -> Json:
        """Return a search without the documents under an embargo."""
        if self._hidden is None:
            return body
        query = {"must": [body.get("query", {"match_all": {}})], "must_not": [self._hidden]}
        return {**body, "query": {"bool": query}}

    def _visible(self, generation: Published) -> Published:
        """Return a generation with the numbers of those documents that are there."""
        field = facet_field("lang")
        body = {
            "size": 0,
            "track_total_hits": True,
            "aggs": {"lang": {"terms": {"field": field, "size": MAX_VALUES}}},
        }
        answer = self.cluster.search(generation.index, self.narrowed(body))
        buckets = answer["aggregations"]["lang"]["buckets"]
        languages = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        total = answer["hits"]["total"]["value"]
        return replace(generation, documents=total, languages=dict(sorted(languages.items())))

    def _visible_rows(self, name: str, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the values of a facet that documents have which are there."""
        if self._hidden is None:
            return rows
        parts = len(rows) // (MAX_VALUES // 2) + 1  # about half of what is asked for is in each
        bodies: list[Json] = []
        for part in range(parts):
            values: Json = {"field": facet_field(name), "size": MAX_VALUES}
            if parts > 1:
                values["include"] = {"partition": part, "num_partitions": parts}
            bodies.append({"size": 0, "aggs": {"values": {"terms": values}}})
        counts = {
            bucket["key"]: bucket["doc_count"]
            for answer in self.searches(bodies)
            for bucket in answer["aggregations"]["values"]["buckets"]
        }
        return [(value, label, counts[value]) for value, label, _ in rows if value in counts]

    def _columns(self) -> Mapping[str, ValueColumn]:
        found: dict[str, list[Row]] = {name: [] for name in VALUE_FACETS}
        order: list[object] = [{"facet": "asc"}, {"value": "asc"}]
        everything = self.cluster.everything
        for one in everything(self.generation.values, {"match_all": {}}, order):
            found[one["facet"]].append((one["value"], one["label"], one["count"]))
        return {
            name: self._column(name, self._visible_rows(name, sorted(rows)))
            for name, rows in found.items()
        }

    def _column(self, name: str, rows: Sequence[Row]) -> ValueColumn:
        values = tuple(value for value, _, _ in rows)
        above = VALUE_FACETS[name].above
        counts = np.array([count for _, _, count in rows], np.int64)
        return ValueColumn(
            values,
            {value: ordinal for ordinal, value in enumerate(values)},
            {value: label for value, label, _ in rows if label},
            Tally(counts, 0),
            tuple(value for value in values if above(value)),
        )
