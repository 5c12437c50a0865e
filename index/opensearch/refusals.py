"""What a cluster answers instead of an answer, as an error with its remedy."""

from typing import Any, Final

from index.errors import (
    ClusterRefused,
    ClusterUnavailable,
    IndexMissing,
    IndexUnavailable,
    IndexVersion,
)

OLDEST: Final = (2, 12)
"""The oldest version of OpenSearch that has what is asked of it."""
NEWEST: Final = 3
"""The newest major version that is known."""
AGAIN: Final = frozenset({429, 502, 503, 504})
"""Statuses after which a request is sent again."""
DISK: Final = "read-only-allow-delete"
"""Stands in the reason of what is refused because the disk of a node is nearly full."""

_CERTIFICATES: Final = {
    "hostname mismatch": (
        "is for another host",
        "Give the host that stands in it with --opensearch-url.",
    ),
    "ip address mismatch": (
        "is for another address",
        "Give the host that stands in it with --opensearch-url.",
    ),
    "has expired": ("has expired", "Renew it."),
}

Json = dict[str, Any]


def away(where: str, reason: object) -> ClusterUnavailable:
    """Return the error of a cluster of which no node answers."""
    remedy = "Start it, or wait until it is back."
    # This is what a node with TLS does to those who ask without.
    if "http://" in where and ("RemoteDisconnected" in str(reason) or "reset" in str(reason)):
        remedy = "Start it; if it uses TLS, give its address with https://."
    return ClusterUnavailable(f"The cluster at {where} does not answer ({reason}).", remedy)


def of_tls(where: str, reason: str) -> ClusterRefused:
    """Return the error of a connection without a certificate that is accepted."""
    reason = reason.lower()
    if "certificate_verify_failed" not in reason:
        if "wrong_version_number" in reason or "record layer" in reason:
            return ClusterRefused(
                f"The cluster at {where} does not use TLS.", "Give its address with http://."
            )
        return ClusterRefused(
            f"TLS with the cluster at {where} fails ({reason}).", "Compare its settings of TLS."
        )
    for words, (fault, remedy) in _CERTIFICATES.items():
        if words in reason:
            return ClusterRefused(f"The certificate of the cluster at {where} {fault}.", remedy)
    return ClusterRefused(
        f"The certificate of the cluster at {where} is not of a known authority.",
        "Name the file with the certificate of its authority with --opensearch-ca.",
    )


def of_status(where: str, who: str, status: int, answer: object) -> IndexUnavailable:
    """Return the error of an answer with a status from 400 on. ``who`` asks."""
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    kind, reason = _told(error)
    index = error.get("index", "") if isinstance(error, dict) else ""
    if status == 401:
        if not who:
            return ClusterRefused(
                f"The cluster at {where} wants to know who asks.",
                "Give a user with --opensearch-user, or an API key.",
            )
        return ClusterRefused(
            f"The cluster at {where} does not accept {who}.",
            "Check the user and the password, or the API key.",
        )
    if DISK in reason:
        return ClusterUnavailable(
            f"The cluster at {where} takes nothing: the disk of a node is nearly full.",
            "Free disk space; OpenSearch then lifts the block by itself.",
        )
    if kind == "cluster_block_exception":
        return ClusterRefused(
            f"The index is blocked on the cluster at {where} ({reason}).",
            "Take the setting back with which somebody blocked it.",
        )
    if status == 403:
        return ClusterRefused(
            f"The cluster at {where} does not allow this to {who or 'everybody'} ({reason}).",
            "Give the user the rights that docs/opensearch.md names.",
        )
    if status == 404:
        return IndexMissing(
            f"The cluster at {where} has no index{f' “{index}”' if index else ' of this name'}.",
            "Build it with `trouvaille rebuild`.",
        )
    if status == 503 and is_red(error):
        return ClusterUnavailable(
            f"Parts of the index on the cluster at {where} are missing (it is red).",
            "Start the nodes that have them, or restore a snapshot.",
        )
    if status in AGAIN:
        return away(where, f"{status}, {reason}")
    return ClusterUnavailable(
        f"The cluster at {where} cannot do this ({status}, {reason}).", "See its log."
    )


def is_red(error: object) -> bool:
    """Tell whether no copy of a part of an index is there."""
    if not isinstance(error, dict):
        return False
    causes = [error, *error.get("root_cause", ()), *map(_reason, error.get("failed_shards", ()))]
    kinds = {cause.get("type") for cause in causes if isinstance(cause, dict)}
    if "no_shard_available_action_exception" in kinds:
        return True
    return kinds == {"search_phase_execution_exception"} and not error.get("failed_shards")


def _reason(shard: Json) -> object:
    return shard.get("reason")


def _told(error: object) -> tuple[str, str]:
    """Return the type and the reason of an error, as OpenSearch tells them."""
    if not isinstance(error, dict):
        return "", str(error)
    return str(error.get("type", "")), str(error.get("reason", error))


def check_root(where: str, answer: Json) -> None:
    """Raise IndexVersion unless ``GET /`` was answered by an OpenSearch that has what is needed."""
    version = answer.get("version")
    number = str(version.get("number", "")) if isinstance(version, dict) else ""
    if not isinstance(version, dict) or version.get("distribution") != "opensearch":
        is_elasticsearch = "You Know, for Search" in str(answer.get("tagline"))
        name = f"Elasticsearch {number}" if is_elasticsearch else "no OpenSearch"
        raise IndexVersion(
            f"What answers at {where} is {name}.", "Give the address of an OpenSearch cluster."
        )
    major, minor = (int(part) for part in [*number.split("."), "0"][:2])
    supported = f"{'.'.join(map(str, OLDEST))} to {NEWEST}.x"
    if (major, minor) < OLDEST:
        raise IndexVersion(f"OpenSearch {number} at {where} is too old.", f"Use {supported}.")
    if major > NEWEST:
        raise IndexVersion(
            f"OpenSearch {number} at {where} is newer than this version knows.",
            f"Use {supported}, or a newer version of Trouvaille.",
        )
