"""The mapping of an index: which fields documents have, and how OpenSearch treats them."""

from functools import cache
from hashlib import blake2b
from typing import Any, Final

import orjson

from index.analysis import PART_GAP
from index.facets import VALUE_FACETS
from index.versions import ANALYSIS_VERSION, FORMAT_VERSION

Json = dict[str, Any]

MAX_VALUES: Final = 10_000
"""Values of a facet up to which all are counted at once."""
MAX_CLAUSES: Final = 16_384
HOLE: Final = "_"
"""Any position, in what the analyzer ``HOLES`` reads."""
HOLES: Final = "holes"
MAX_RESULTS: Final = 20_000
"""Results that can be skipped; pages end at ``search.request.MAX_DEPTH``."""

SHARD_BYTES: Final = 30 * 1024**3
"""Bytes that a shard of documents should have: OpenSearch advises 10 to 50 GiB."""
_MOST_SHARDS: Final = 1_024
_TEXT: Final = {
    "type": "text",
    "analyzer": "analysed",
    "search_analyzer": "as_sent",
    "similarity": "frequency",
    "norms": False,
    "position_increment_gap": PART_GAP,
}
_KEYWORD: Final = {"type": "keyword"}
_DATE: Final = {"type": "date", "format": "strict_date"}
_STORED: Final = {"type": "object", "enabled": False}
# Read for a page of results without what is stored, which has to be decompressed.
_BYTES: Final = {"type": "binary", "doc_values": True}
# Read by itself: all of ``_source`` would be parsed.
_PIECES: Final = {"type": "keyword", "index": False, "doc_values": False, "store": True}
_LENGTH: Final = {"type": "integer", "index": False}

_ANALYSIS: Final = {
    # A position has some words and terms of up to MAX_TERM_BYTES.
    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 8192}},
    "filter": {
        "apart": {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]},
        "hole": {"type": "stop", "stopwords": [HOLE]},
    },
    "analyzer": {
        "analysed": {"type": "custom", "tokenizer": "spaces", "filter": ["apart"]},
        "as_sent": {"type": "custom", "tokenizer": "spaces"},
        # Of queries: words behind positions where anything may stand.
        HOLES: {"type": "custom", "tokenizer": "spaces", "filter": ["hole", "apart"]},
    },
}


def documents(shards: int, meta: Json) -> Json:
    """Return what an index of documents is made with, to be filled before anybody searches it."""
    properties: Json = {
        "id": _KEYWORD,
        "title": _TEXT,
        "body": _TEXT,
        "title_length": _LENGTH,
        "body_length": _LENGTH,
        "analyzer": _KEYWORD,
        "analyzers": _KEYWORD,
        **{facet_field(name): {**_KEYWORD, "eager_global_ordinals": True} for name in VALUE_FACETS},
        "day": _DATE,
        "second": {"type": "long"},
        "inferred": {"type": "boolean"},
        "mentioned": {"type": "date_range", "format": "strict_date"},
        "mentioned_first": _DATE,
        "mentioned_last": _DATE,
        "keys": _KEYWORD,
        "embargo": {"type": "long"},
        "place": {"type": "long"},
        "hash": {"type": "keyword", "index": False},
        "failures": _STORED,
        "head": _BYTES,
        "text": _PIECES,
        # Absent until ``vectors`` has given the document one.
        "vector": _BYTES,
        "vector_signs": _BYTES,
        "vector_key": {"type": "long", "doc_values": False},
        "vector_model": _KEYWORD,
    }
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "max_result_window": MAX_RESULTS,
            "similarity": {
                "frequency": {
                    "type": "scripted",
                    "script": {"source": "return query.boost * doc.freq;"},
                }
            },
            "analysis": _ANALYSIS,
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": meta,
            "_source": {"excludes": ["title", "body", "head", "text", "vector*"]},
            "properties": properties,
        },
    }


def shards_for(size: int) -> int:
    """Return how many shards an index of documents is made with that will have so many bytes."""
    return max(1, min(_MOST_SHARDS, -(-size // SHARD_BYTES)))


def words() -> Json:
    """Return what the index of the words of an archive is made with; see ``words.Word``."""
    return _beside(
        {
            "word": _KEYWORD,
            "spelt": _KEYWORD,
            "body": {"type": "integer"},
            "completes": {"type": "boolean"},
            "frequency": {"type": "integer", "index": False},
            "form": {"type": "keyword", "index": False, "doc_values": False},
            "title_terms": {**_KEYWORD, "doc_values": False},
            "body_terms": {**_KEYWORD, "doc_values": False},
            "lists": _STORED,
        }
    )


def values() -> Json:
    """Return what the index of the values of facets is made with; see ``words.Value``."""
    return _beside(
        {
            "facet": _KEYWORD,
            "value": _KEYWORD,
            "label": {"type": "keyword", "index": False, "doc_values": False},
            "count": {"type": "integer", "index": False},
            "labels": _STORED,
        }
    )


def control() -> Json:
    """Return what the index of locks and reports is made with."""
    return _leased(
        {
            "base": _KEYWORD,
            "index": _KEYWORD,
            "work": _KEYWORD,
            "began": {"type": "double"},
            "mapping": _KEYWORD,
            "report": _STORED,
        }
    )


def units() -> Json:
    """Return what the index of the units of work of a shared rebuild is made with."""
    return _leased(
        {"attempt": {"type": "integer"}, "pieces": {"type": "integer"}, "report": _STORED}
    )


def pieces() -> Json:
    """Return what an index is made with that has pieces of long lists."""
    return _small({"report": _STORED})


def _leased(properties: Json) -> Json:
    """Return what an index is made with whose documents are leases; see ``lock.Lease``."""
    of_lease = {
        "owner": _KEYWORD,
        "time": {"type": "date"},
        "token": _KEYWORD,
        "ends": {"type": "double"},
    }
    return _small({**of_lease, **properties})


def _small(properties: Json) -> Json:
    """Return what an index is made with that is written to and read by keys only."""
    return {
        "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
        "mappings": {"dynamic": "strict", "properties": properties},
    }


def _beside(properties: Json) -> Json:
    return {
        "settings": {
            "number_of_shards": 1,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "max_result_window": MAX_RESULTS,
        },
        "mappings": {"dynamic": "strict", "properties": properties},
    }


def facet_field(name: str) -> str:
    """Return the field that has the values of a facet."""
    return f"facet_{name}"


@cache
def version() -> str:
    """Return a digest of all mappings and versions: an index with another is not searched."""
    made = [FORMAT_VERSION, ANALYSIS_VERSION, documents(1, {}), words(), values()]
    digest = blake2b(orjson.dumps(made, option=orjson.OPT_SORT_KEYS), digest_size=8)
    return digest.hexdigest()
