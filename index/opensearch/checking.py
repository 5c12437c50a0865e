"""What is wrong with a published generation: what is missing, and what somebody changed."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from index.opensearch import mapping
from index.opensearch.client import Cluster
from index.opensearch.generations import Published, published

_PROBES: Final = 50
"""Words from either end of the alphabet that are searched."""
_FIXED: Final = ("analysis", "similarity", "max_result_window")
"""Settings of an index that are ours; copies, refreshes and places are the operator's."""

Json = dict[str, Any]


class Checked(NamedTuple):
    """What a check found: a sentence for each fault, and how many searches had the known answer."""

    generation: Published
    faults: tuple[str, ...]
    searches: int


def check(cluster: Cluster, name: str) -> Checked:
    """Compare the published generation with what was sent, and do searches of known answers.

    Raises what ``published`` does.
    """
    generation = published(cluster, name)
    made_with = {
        generation.index: mapping.documents(1, {}),
        generation.words: mapping.words(),
        generation.values: mapping.values(),
    }
    faults: list[str] = []
    searched = True
    for index, made in made_with.items():
        state = _state(cluster, index)
        if state in ("missing", "red"):
            searched = False
            faults.append(
                f"The index “{index}” is missing: rebuild it."
                if state == "missing"
                else f"Parts of “{index}” are missing: start the nodes that have them."
            )
        if state != "missing":
            faults += _altered(cluster, index, made)
    answered = 0
    if searched:
        count = cluster.request("GET", f"/{generation.index}/_count")["count"]
        if count != generation.documents:
            faults.append(
                f"“{generation.index}” has {count} documents instead of {generation.documents}:"
                " rebuild it."
            )
        elif not faults:
            answered = _probe(cluster, generation, faults)
    return Checked(generation, tuple(faults), answered)


def _state(cluster: Cluster, index: str) -> str:
    """Return ``missing``, or the color of an index."""
    if not cluster.exists(f"/{index}"):
        return "missing"
    return str(cluster.request("GET", f"/_cluster/health/{index}")["status"])


def _altered(cluster: Cluster, index: str, made: Json) -> Iterator[str]:
    """Yield a sentence for each setting, and for the mapping, that is not as it was made."""
    answer = cluster.request("GET", f"/{index}", params={"flat_settings": "true"})[index]
    settings, found = answer["settings"], answer["mappings"]
    if settings.get("index.blocks.read_only_allow_delete") == "true":
        yield (
            f"“{index}” takes no documents, as the disk of a node is nearly full: free disk space;"
            " OpenSearch then lifts the block by itself."
        )
    wanted = {
        name: value
        for name, value in _flat("index", made["settings"]).items()
        if name.split(".")[1] in _FIXED
    }
    ours = tuple(f"index.{name}." for name in _FIXED)
    present = {name: value for name, value in settings.items() if name.startswith(ours)}
    present |= {name: settings[name] for name in wanted if name in settings}
    changed = sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )
    if changed:
        yield f"Somebody changed the setting {changed[0]} of “{index}”: rebuild it."
    mappings = made["mappings"]
    if found.get("dynamic") != mappings["dynamic"]:
        yield f"Somebody changed the mapping of “{index}” (dynamic): rebuild it."
    fields, expected = found.get("properties", {}), mappings["properties"]
    altered = sorted(
        name
        for name in fields.keys() | expected.keys()
        if name not in fields or name not in expected or not _is(fields[name], expected[name])
    )
    if altered:
        yield f"Somebody changed the field {altered[0]} of “{index}”: rebuild it."


def _is(found: Json, expected: Json) -> bool:
    """Tell whether a field is as it was made; what the cluster says by default does not matter."""
    return all(found.get(name) == value for name, value in expected.items())


def _flat(prefix: str, settings: Json) -> dict[str, Any]:
    """Return settings as OpenSearch lists them: names with dots, values as text."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            flat |= _flat(key, value)
        elif isinstance(value, list):
            flat[key] = [str(one) for one in value]
        else:
            flat[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


def _probe(cluster: Cluster, generation: Published, faults: list[str]) -> int:
    """Search words whose number of documents is known; return how many were counted right."""
    ends = [
        (
            generation.words,
            {"size": _PROBES, "sort": [{"word": order}], "query": {"range": {"body": {"gt": 0}}}},
        )
        for order in ("asc", "desc")
    ]
    words = {
        hit["_source"]["word"]: hit["_source"]["body"]
        for answer in cluster.searches(ends)
        for hit in answer["hits"]["hits"]
    }
    counts = cluster.searches(
        [
            (
                generation.index,
                {"size": 0, "track_total_hits": True, "query": {"term": {"body": word}}},
            )
            for word in words
        ]
    )
    wrong = [
        f"“{word}” is found in {answer['hits']['total']['value']} documents of"
        f" “{generation.index}” instead of {documents}: rebuild it."
        for (word, documents), answer in zip(words.items(), counts, strict=True)
        if answer["hits"]["total"]["value"] != documents
    ]
    faults += wrong[:1]
    return len(words) - len(wrong)
