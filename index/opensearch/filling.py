"""A new generation while it is filled: sent, counted, checked, published.

A document's ``_id`` is its place, in the order that documents came. So nothing that was sent is
ever written over: what a build takes away again is deleted at its end, by its place.
"""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from threading import Thread
from typing import Any, Final, Self

import orjson

from index.analysis import ANALYZERS
from index.document import PARTS
from index.errors import BuildFailed
from index.opensearch import mapping
from index.opensearch.bulk import Action, batches, bulk
from index.opensearch.client import Cluster
from index.opensearch.encode import Encoded, entry_key
from index.opensearch.generations import (
    Published,
    delete_leftovers,
    delete_unserved,
    new_name,
    point,
    published,
)
from index.opensearch.lock import Lock, now
from index.opensearch.read_back import Stored, by_places, encoded, stored
from index.opensearch.reports import keep_report
from index.opensearch.words import Counts, Value, Word
from index.segments import BuildRecord
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION, PRODUCT

SENT_TOGETHER: Final = 512
"""Documents that are collected before they are sent."""
_PENDING: Final = 2
"""Bulk requests on their way at once."""
_ENTRIES: Final = 5_000
"""Words or values that are collected before they are sent."""
_LONG_SECONDS: Final = 3600.0
"""Seconds that a merge may take."""
_MOST_DELETED: Final = 0.25
"""The share of deleted documents beyond which an index is merged."""
_HEALTH_SECONDS: Final = 600
"""Seconds to wait for copies on other nodes."""
_PROBED: Final = 5
_PROBED_WORDS: Final = 8
"""Documents that are looked up before a generation is published, and words of each."""
_STILL: Final = "The published generation still serves. Build again."

_log: Final = logging.getLogger("trouvaille")

Json = dict[str, Any]


FILLED: Final = {
    "index.blocks.write": None,
    "index.auto_expand_replicas": "false",
    "index.number_of_replicas": 0,
}
"""Settings of an index that is being filled."""


class Filling:
    """An index that is filled. Use as a context: what is not published is deleted."""

    _told: Mapping[str, str] = {}
    """What the control index says of it beside its report."""

    def __init__(self, cluster: Cluster, name: str, index: str, lock: Lock, first: int) -> None:
        """Begin to fill an index that is there; its documents get places from ``first`` on."""
        self._cluster = cluster
        self._name = name
        self.index = index
        self._lock = lock
        self._next = first
        self._counts = Counts()
        self._place_of: dict[str, int] = {}
        self._removed: list[int] = []
        self._ready: list[Action] = []
        self._pool = ThreadPoolExecutor(_PENDING)
        self._pending: deque[Future[None]] = deque()
        self._published = False
        self._beside: dict[str, int] = {}
        """How many words and values were written, where all were."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.abandon()

    @property
    def writer(self) -> Self:
        """What takes its documents."""
        return self

    def add(
        self, document: Encoded, hash: str = "", failures: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Send a document, now or soon."""
        self._place_of[document.id] = self._next
        self._counts.add(document)
        self._send(document, self._next, hash, failures)
        self._next += 1

    def _send(
        self, document: Encoded, place: int, hash: str, failures: Iterable[tuple[str, str]]
    ) -> None:
        self._ready.append(written(document, place, hash, failures))
        if len(self._ready) >= SENT_TOGETHER:
            self._flush()

    def remove(self, id: str) -> None:
        """Take the last document away that was added with an id."""
        self._removed.append(self._place_of.pop(id))

    def _flush(self) -> None:
        self._lock.require()
        for batch in batches(self._ready):
            self._submit(self.index, batch)
        self._ready = []

    def _submit(self, index: str, batch: Sequence[Action]) -> None:
        """Have a bulk request sent; waits while too many are on their way."""
        if len(self._pending) >= _PENDING:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(bulk, self._cluster, index, batch))

    def _settle(self) -> None:
        """Wait until everything is written, and can be found."""
        self._flush()
        self._await_sent()
        refresh(self._cluster, self.index)

    def _await_sent(self) -> None:
        while self._pending:
            self._pending.popleft().result()

    def _take_away_removed(self) -> None:
        """Delete what was added and removed, and count it no longer."""
        for query in by_places(self._removed):
            self._take_away(encoded(stored(self._cluster, self.index, query)))
        self._delete(self._removed)
        self._removed = []

    def _take_away(self, documents: Iterator[tuple[Stored, Encoded]]) -> None:
        for _, document in documents:
            self._counts.take_away(document)

    def _delete(self, places: Iterable[int]) -> None:
        for batch in batches(Action(str(place), None, f"at {place}") for place in places):
            bulk(self._cluster, self.index, batch)

    def abandon(self) -> None:
        """Delete what was sent, unless it is published."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        # Who has taken the lock over may go on with it.
        if not self._published and not self._lock.is_lost:
            with suppress(Exception):
                delete_unserved(self._cluster, self._name, self.index)

    def publish(self, record: BuildRecord) -> Published:
        """Complete, check and publish the generation. Raises BuildFailed."""
        self._gather()
        merged = _meanwhile(partial(merge, self._cluster, self.index))
        self._counts.settle()
        self._write_beside()
        merge(self._cluster, ",".join(self._beside))
        merged.result()
        return self._complete(record)

    def _gather(self) -> None:
        """Have exactly the documents that are to be published, all of them counted."""
        self._settle()
        self._take_away_removed()

    def _complete(self, record: BuildRecord) -> Published:
        """Check and publish the index, when words and values are written. Raises BuildFailed."""
        cluster, index, documents = self._cluster, self.index, len(record.hashes)
        # One request for all three: each costs most by being waited for.
        names = f"{index},{index}-words,{index}-values"
        refresh(cluster, names)
        for one, count in {index: documents, **self._beside}.items():
            self._require_count(one, count)
        self._probe()
        meta = {
            "format": FORMAT_VERSION,
            "analysis": ANALYSIS_VERSION,
            "mapping": mapping.version(),
            "product": PRODUCT,
            "built": now(),
            "documents": documents,
            "made_by": record.made_by,
            "settings": dict(record.settings),
            "embargoes": self._embargoes(),
            "skipped": _counted(item.kind for item in record.report.skipped),
            **self._statistics(),
        }
        cluster.request("PUT", f"/{index}/_mapping", {"_meta": meta})
        told = {**self._told, "time": meta["built"]}
        keep_report(cluster, self._name, index, record.report, told)
        settled = {"index": {"auto_expand_replicas": "0-1", "blocks": {"write": True}}}
        cluster.request("PUT", f"/{names}/_settings", settled)
        self._wait_for_copies(names)
        _allow_clauses(cluster)
        self._fence()
        point(cluster, self._name, index)
        self._published = True
        delete_leftovers(cluster, self._name)
        return published(cluster, self._name)

    def _fence(self) -> None:
        """Hold the lock while the aliases are moved. Raises BuildFailed if it was lost."""
        self._lock.fence()

    def _require_count(self, index: str, count: int) -> None:
        there = self._cluster.request("GET", f"/{index}/_count")["count"]
        if there != count:
            raise BuildFailed(f"“{index}” should have {count} entries and has {there}.", _STILL)

    def _probe(self) -> None:
        """Find some documents by their ids and words. Raises BuildFailed."""
        chosen = {"function_score": {"random_score": {"seed": 1, "field": "place"}}}
        body = {"query": chosen, "size": _PROBED, "_source": False, "docvalue_fields": ["place"]}
        hits = self._cluster.search(self.index, body)["hits"]["hits"]
        places = [hit["fields"]["place"][0] for hit in hits]
        queries: list[tuple[str, Json]] = []
        for query in by_places(places):
            for one, document in encoded(stored(self._cluster, self.index, query)):
                here = {"term": {"place": one.entry.place}}
                id = one.document.id
                queries.append((f"the document “{id}”", _filter({"term": {"id": id}}, here)))
                for field, text, phrase in _probes(document):
                    kind = "match_phrase" if phrase else "term"
                    what = f"“{text}” in the {field} of “{id}”"
                    queries.append((what, _filter({kind: {field: text}}, here)))
        answers = self._cluster.searches(
            [
                (self.index, {"query": query, "size": 0, "track_total_hits": True})
                for _, query in queries
            ]
        )
        for (what, _), answer in zip(queries, answers, strict=True):
            if answer["hits"]["total"]["value"] != 1:
                raise BuildFailed(f"The new generation does not find {what}.", _STILL)

    def _wait_for_copies(self, names: str) -> None:
        """Wait until every shard has its copies on other nodes, if there are any."""
        path = f"/_cluster/health/{names}?wait_for_status=green&timeout={_HEALTH_SECONDS}s"
        answer = self._cluster.request(
            "GET", path, {}, {"ignore": 408}, seconds=_HEALTH_SECONDS + 30.0
        )
        if answer["status"] == "red":
            raise BuildFailed(f"Shards of “{self.index}” are missing.", _STILL)
        if answer["status"] == "yellow":
            _log.warning(
                "Copies of “%s” are still missing on other nodes; it is served without them.",
                self.index,
            )

    def _embargoes(self) -> list[int]:
        """Return the seconds at which an embargo ends, ascending."""
        seconds: list[int] = []
        source = {"second": {"terms": {"field": "embargo"}}}
        composite: Json = {"size": 10_000, "sources": [source]}
        while True:
            body = {"size": 0, "aggs": {"ends": {"composite": composite}}}
            answer = self._cluster.search(self.index, body)["aggregations"]["ends"]
            seconds += [bucket["key"]["second"] for bucket in answer["buckets"]]
            if "after_key" not in answer:
                return seconds
            composite["after"] = answer["after_key"]

    def _statistics(self) -> Json:
        """Return the number of documents by language, and mean lengths by analyzer."""
        means = {part: {"avg": {"field": f"{part}_length"}} for part in PARTS}
        answer = self._cluster.search(
            self.index,
            {
                "size": 0,
                "aggs": {
                    "lang": {"terms": {"field": mapping.facet_field("lang"), "size": 10_000}},
                    "analyzers": {"terms": {"field": "analyzers", "size": 1_000}},
                    "analyzer": {"terms": {"field": "analyzer", "size": 1_000}, "aggs": means},
                    **means,
                },
            },
        )["aggregations"]
        used = {bucket["key"] for bucket in answer["analyzers"]["buckets"]}
        used |= {bucket["key"] for bucket in answer["analyzer"]["buckets"]}
        lengths = {bucket["key"]: _means(bucket) for bucket in answer["analyzer"]["buckets"]}
        languages = {bucket["key"]: bucket["doc_count"] for bucket in answer["lang"]["buckets"]}
        return {
            "languages": languages,
            "analyzers": [suffix for suffix in ANALYZERS if suffix in used],
            "lengths": {**lengths, "": _means(answer)},
        }

    def _write_beside(self) -> None:
        """Write all words and values that were counted into new indexes."""
        for kind, made_with, sources in (
            ("words", mapping.words(), map(_word_action, self._counts.words())),
            ("values", mapping.values(), map(_value_action, self._counts.values())),
        ):
            index = f"{self.index}-{kind}"
            self._cluster.request("DELETE", f"/{index}", params={"ignore": 404})
            self._cluster.create(f"/{index}", made_with)
            self._beside[index] = self._bulk_beside(index, sources)

    def _bulk_beside(self, index: str, actions: Iterator[Action]) -> int:
        count = 0
        while some := list(islice(actions, _ENTRIES)):
            self._lock.require()
            self._submit(index, some)
            count += len(some)
        self._await_sent()
        return count


def written(
    document: Encoded,
    place: int,
    hash: str,
    failures: Iterable[tuple[str, str]],
    **beside: object,
) -> Action:
    """Return what writes a document at its place, and some fields ``beside`` its own."""
    beside |= {"place": place, "hash": hash}
    if failures:
        beside["failures"] = list(failures)
    source = document.source[:-1] + b"," + orjson.dumps(beside)[1:]
    return Action(str(place), source, document.id)


def merge(cluster: Cluster, index: str) -> None:
    """Merge every shard into one segment."""
    # A merge keeps what was sent of documents that are not safely on disk: up to twice as much.
    cluster.request("POST", f"/{index}/_flush", seconds=_LONG_SECONDS)
    cluster.request(
        "POST", f"/{index}/_forcemerge", params={"max_num_segments": 1}, seconds=_LONG_SECONDS
    )
    refresh(cluster, index)  # the merge is not seen without it


def is_worn(cluster: Cluster, index: str) -> bool:
    """Tell whether so many documents of an index are deleted that it should be merged."""
    stats = cluster.request("GET", f"/{index}/_stats/docs")["_all"]["primaries"]
    deleted, there = stats["docs"]["deleted"], stats["docs"]["count"]
    return bool(deleted > _MOST_DELETED * (there + deleted))


def refresh(cluster: Cluster, index: str) -> None:
    """Let everything be found that is written."""
    cluster.request("POST", f"/{index}/_refresh", seconds=_LONG_SECONDS)


class Generation(Filling):
    """A new generation that begins empty."""

    def __init__(self, cluster: Cluster, name: str, lock: Lock, shards: int = 1) -> None:
        index = new_name(name)
        cluster.create(f"/{index}", mapping.documents(shards, {}))
        super().__init__(cluster, name, index, lock, 0)


def _meanwhile(work: Callable[[], None]) -> Future[None]:
    """Do something while this thread goes on; the process does not wait for it to end."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            work()
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def _filter(*clauses: Json) -> Json:
    return {"bool": {"filter": list(clauses)}}


def _probes(document: Encoded) -> Iterator[tuple[str, str, bool]]:
    """Yield words and pairs of neighbours of a document: field, text, whether it is a phrase."""
    source = orjson.loads(document.source)
    chance = random.Random(document.id)
    for field in PARTS:
        positions = [position.split("|") for part in source[field] for position in part.split()]
        for place in chance.sample(range(len(positions)), min(_PROBED_WORDS, len(positions))):
            yield field, positions[place][-1], False
        joined = [part.split(" ") for part in source[field] if " " in part]
        for words in joined[:1]:
            pair = [word.split("|")[0] for word in words[:2]]
            if all(pair):
                yield field, " ".join(pair), True


def _allow_clauses(cluster: Cluster) -> None:
    """Let queries have the clauses that a long question in many languages takes."""
    name = "indices.query.bool.max_clause_count"
    params = {"include_defaults": "true", "flat_settings": "true", "filter_path": f"*.{name}"}
    settings = cluster.request("GET", "/_cluster/settings", params=params)
    if max((int(group[name]) for group in settings.values()), default=0) < mapping.MAX_CLAUSES:
        body = {"persistent": {name: mapping.MAX_CLAUSES}}
        cluster.request("PUT", "/_cluster/settings", body)


def _means(answer: Json) -> dict[str, float]:
    return {part: answer[part]["value"] or 1.0 for part in PARTS}


def _counted(kinds: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


def word_key(word: str) -> str:
    """Return the ``_id`` of a word in an index of words."""
    return entry_key(word)


def value_key(facet: str, value: str) -> str:
    """Return the ``_id`` of a value in an index of values."""
    return entry_key(f"{facet}:{value}")


def _word_action(word: Word) -> Action:
    source = {name: value for name, value in word._asdict().items() if value or name == "body"}
    return Action(word_key(word.word), orjson.dumps(source), word.word)


def _value_action(value: Value) -> Action:
    key = value_key(value.facet, value.value)
    return Action(key, orjson.dumps(value._asdict()), value.value)


def changed_beside(
    counts: Counts, entries: Callable[[str, list[str]], Iterator[Json]]
) -> tuple[list[Action], list[Action]]:
    """Return what is done to the entries of words and of values that some counts change.

    ``entries`` yields those of “words” or “values” that are there, of some keys.
    """
    touched_words, touched_values = counts.of_words, counts.of_values
    words = {word_key(word): word for word in touched_words}
    values = {value_key(*value): value[1] for value in touched_values}
    for entry in entries("words", sorted(words)):
        counts.add_word(entry)
    for entry in entries("values", sorted(values)):
        counts.add_value(entry)
    counts.settle()
    new_words = {action.key: action for action in map(_word_action, counts.words())}
    new_values = {action.key: action for action in map(_value_action, counts.values())}
    return (
        [new_words.get(key) or Action(key, None, word) for key, word in sorted(words.items())],
        [new_values.get(key) or Action(key, None, one) for key, one in sorted(values.items())],
    )
