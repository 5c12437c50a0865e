"""OpenSearch twice: asked by our engine, and as it is, with its own analyzer for French."""

from collections.abc import Iterable
from typing import Any

import orjson

from index.opensearch import Address, Cluster, facet_field, publish_documents
from index.opensearch.bulk import Action, batches, bulk
from search.opensearch import OpenSearchEngine
from search.opensearch.counting import Counter, Filters
from search.request import SearchRequest
from tools.bench.question import FACETS, PER_PAGE, Answer, Entry, Question, published_day
from tools.bench.question import with_parents as themes_of
from tools.bench.trouvaille_system import Trouvaille, request

OURS = "Trouvaille on OpenSearch"
STOCK = "OpenSearch, french"

Json = dict[str, Any]
_TEXT = {"type": "text", "analyzer": "french"}
_KEYWORD = {"type": "keyword", "eager_global_ordinals": True}


class OnCluster(Trouvaille):
    """Our engine over a cluster; ``requests`` counts what it asks."""

    name = OURS

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.engine = OpenSearchEngine(cluster, name)  # type: ignore[assignment]

    def ask(self, question: Question) -> Any:
        """Search."""
        return self.engine.search(request(question))

    def close(self) -> None:
        """Nothing is open."""


class Stock:
    """One request to OpenSearch for each question, with the aggregations that we ask for."""

    name = STOCK

    def __init__(self, cluster: Cluster, index: str, ours: OpenSearchEngine) -> None:
        self._cluster = cluster
        self._index = index
        asked = SearchRequest(facets=FACETS)
        counter = Counter(ours._open(), Filters(asked), FACETS)
        self._aggregations = counter.aggregations()

    def ask(self, question: Question) -> Json:
        """Search."""
        body: Json = {
            "query": self._query(question),
            "size": PER_PAGE,
            "track_total_hits": True,
            "_source": ["id", "title"],
        }
        if question.newest:
            body["sort"] = [{"day": "desc"}]
        if question.facets:
            body["aggs"] = self._aggregations
        if question.snippets:
            body["highlight"] = {"fields": {"title": {}, "body": {}}}
        return self._cluster.search(self._index, body)

    def _query(self, question: Question) -> Json:
        text, fields = " ".join(question.words), ["title^2", "body"]
        match: Json = {"query": text, "fields": fields}
        query: Json = {"match_all": {}}
        if question.operator == "prefix":
            ways = [{"prefix": {field: {"value": text}}} for field in ("title", "body")]
            query = {"bool": {"should": ways}}
        elif question.operator == "phrase":
            query = {"multi_match": {**match, "type": "phrase"}}
        elif question.words:
            both = {"type": "cross_fields", "operator": question.operator}
            query = {"multi_match": {**match, **both}}
        if question.first is None and question.last is None:
            return query
        bounds = {"gte": question.first, "lte": question.last}
        days = {end: day.isoformat() for end, day in bounds.items() if day}
        return {"bool": {"must": [query], "filter": [{"range": {"day": days}}]}}

    def read(self, answer: Json) -> Answer:
        """Put an answer into the common form."""
        ids = tuple(hit["_source"]["id"] for hit in answer["hits"]["hits"])
        return Answer(answer["hits"]["total"]["value"], ids)

    def close(self) -> None:
        """Nothing is open."""


def build_ours(cluster: Cluster, name: str, entries: Iterable[Entry], shards: int) -> None:
    """Publish documents as our engine has them.

    Shards keep no counts: those of OpenSearch as it is, which come with a page, they never keep.
    """
    made = publish_documents(cluster, name, entries, shards)
    kept = {"index.requests.cache.enable": False}
    cluster.request("PUT", f"/{made.index}/_settings", kept)


def build_stock(cluster: Cluster, index: str, entries: Iterable[Entry], shards: int) -> None:
    """Index documents by OpenSearch's own analyzer, merged as ours are."""
    properties = {
        "id": {"type": "keyword"},
        "title": _TEXT,
        "body": _TEXT,
        "day": {"type": "date", "format": "strict_date"},
        **{facet_field(name): _KEYWORD for name in FACETS},
    }
    settings = {"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1"}
    mappings = {"dynamic": "strict", "properties": properties}
    cluster.request("PUT", f"/{index}", {"settings": settings, "mappings": mappings})
    for batch in batches(map(_action, entries)):
        bulk(cluster, index, batch)
    cluster.request("POST", f"/{index}/_refresh")
    path = f"/{index}/_forcemerge"
    cluster.request("POST", path, params={"max_num_segments": 1}, seconds=600.0)
    cluster.request("POST", f"/{index}/_refresh")


def _action(entry: Entry) -> Action:
    document, fields = entry
    day = published_day(fields)
    source = {
        "id": document.id,
        "title": document.title,
        "body": document.text,
        "day": day.isoformat() if day else None,
        facet_field("organization"): [one.id for one in fields.organizations],
        facet_field("theme"): themes_of(fields),
        facet_field("lang"): [fields.language.code],
    }
    return Action(document.id, orjson.dumps(source), document.id)


def address(urls: str) -> Cluster:
    """Return the cluster at some addresses."""
    return Cluster(Address.parse(urls))


def delete(cluster: Cluster, *names: str) -> None:
    """Delete indexes and whatever belongs to them."""
    for name in names:
        for index in cluster.request("GET", f"/{name}*/_settings"):
            cluster.request("DELETE", f"/{index}")
