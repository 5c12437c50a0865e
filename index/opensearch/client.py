"""The client of a cluster: requests with retries, bulk requests with back-pressure, clear errors.

Nothing else imports opensearch-py.
"""

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from index.errors import BuildFailed, IndexMissing, IndexUnavailable, IndexVersion, UsageError

INSTALL: Final = "pip install 'trouvaille[opensearch]'"
OLDEST: Final = (2, 12)
"""The oldest version of OpenSearch that has what is asked of it."""
BULK_DOCUMENTS: Final = 500
BULK_BYTES: Final = 8 * 1024 * 1024
"""Documents and bytes of a bulk request at most."""
_AGAIN: Final = frozenset({429, 502, 503, 504})
"""Statuses after which a request, or an item of a bulk request, is sent again."""
_TOLD: Final = "errors,items.*.status,items.*.error"
"""What is wanted of the answer to a bulk request."""
_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds before a bulk request is sent again, each up to half as long again."""

Json = dict[str, Any]


class ClusterUnavailable(IndexUnavailable):
    """The cluster does not answer, or says that it cannot."""


class ClusterRefused(IndexUnavailable):
    """The cluster does not know who asks, or forbids it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a cluster is, and who asks.

    ``urls`` are those of its nodes. ``ca_file`` has the certificates that theirs are signed by.
    """

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca_file: str = ""
    seconds: float = 30.0
    """After which a request that gets no answer is given up."""

    @classmethod
    def parse(cls, text: str, **others: Any) -> "Address":
        """Return the address of URLs with commas between them. Raises UsageError."""
        urls = tuple(url.strip() for url in text.split(",") if url.strip())
        for url in urls:
            if "@" in url:  # the user and the password would be shown with it
                raise UsageError(
                    f"The address of the cluster, “…@{url.rpartition('@')[2]}”, has a user in it.",
                    "Give the user with --opensearch-user, and the password in a file or variable.",
                )
            if not url.startswith(("http://", "https://")):
                raise UsageError(
                    f"“{url}” is no address of a cluster.", "Give it as https://HOST:9200."
                )
        if not urls:
            raise UsageError(
                "No address of a cluster is given.",
                "Give it with --opensearch-url https://HOST:9200.",
            )
        return cls(urls, **others)


class Action(NamedTuple):
    """What is done to one document: it is written as ``source`` (JSON), or deleted without one.

    ``id`` is the document as it is named in messages. Of several with one key, the highest
    ``version`` stays, in whatever order they arrive.
    """

    key: str
    source: bytes | None
    id: str
    version: int = 0


class Cluster:
    """Sends requests to a cluster; safe for threads. Raises IndexUnavailable."""

    def __init__(self, address: Address) -> None:
        try:
            import opensearchpy
        except ImportError as error:
            raise UsageError("The client of OpenSearch is not installed.", INSTALL) from error
        self.address = address
        self._errors = opensearchpy.exceptions
        options: Json = {"ca_certs": address.ca_file} if address.ca_file else {}
        if address.user:
            options["http_auth"] = (address.user, address.password)
        if address.api_key:
            options["headers"] = {"Authorization": f"ApiKey {address.api_key}"}
        self._transport = opensearchpy.OpenSearch(
            hosts=list(address.urls),
            timeout=address.seconds,
            max_retries=3,
            retry_on_timeout=True,
            retry_on_status=tuple(_AGAIN),
            http_compress=False,
            **options,
        ).transport

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, object] | None = None,
        seconds: float | None = None,
    ) -> Json:
        """Send a request, several times if need be, and return the answer."""
        given = dict(params or {})
        if seconds is not None:
            given["request_timeout"] = seconds
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        try:
            answer = self._transport.perform_request(method, path, params=given, body=sent)
        except self._errors.OpenSearchException as error:
            raise self._unavailable(error) from error
        return answer if isinstance(answer, dict) else {"found": answer}

    def _unavailable(self, error: Any) -> IndexUnavailable:
        where = ", ".join(self.address.urls)
        status = getattr(error, "status_code", "N/A")
        if isinstance(error, self._errors.SSLError):
            return ClusterRefused(
                f"The certificate of the cluster at {where} is not accepted.",
                "Give the file of its authority, or http:// if it has no TLS.",
            )
        if status == "N/A" or status in _AGAIN or status == "TIMEOUT":
            return ClusterUnavailable(
                f"The cluster at {where} does not answer ({error}).",
                "Start it, or wait until it is back.",
            )
        if status in (401, 403):
            return ClusterRefused(
                f"The cluster at {where} refuses ({status}).",
                "Check the user, the password and the rights of the user.",
            )
        if status == 404:
            return IndexMissing(
                f"The cluster at {where} has no such index.", "Build it with `trouvaille rebuild`."
            )
        return ClusterUnavailable(f"The cluster at {where} cannot do this ({error}).", "See there.")

    def check_version(self) -> None:
        """Raise IndexVersion unless this is an OpenSearch that has what is needed."""
        version = self.request("GET", "/")["version"]
        number = str(version.get("number", "0"))
        if version.get("distribution") != "opensearch":
            raise IndexVersion(
                f"What answers is no OpenSearch (version {number}).",
                "Give the address of an OpenSearch cluster.",
            )
        if tuple(int(part) for part in number.split(".")[:2]) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise IndexVersion(f"OpenSearch {number} is too old.", f"Use {oldest} or later.")

    def search(self, index: str, body: Json, preference: str = "") -> Json:
        """Return the answer of all shards to one search; there is none of some of them."""
        params = {"allow_partial_search_results": "false"}
        if preference:
            params["preference"] = preference
        return self.request("POST", f"/{index}/_search", body, params)

    def searches(self, index: str, bodies: Sequence[Json]) -> list[Json]:
        """Return the answers to several searches. Raises ClusterUnavailable if one has none."""
        if not bodies:
            return []
        line = orjson.dumps({"index": index, "allow_partial_search_results": False})
        sent = b"".join(line + b"\n" + orjson.dumps(body) + b"\n" for body in bodies)
        answers: list[Json] = self.request("POST", "/_msearch", sent)["responses"]
        for answer in answers:
            if "error" in answer:
                where = ", ".join(self.address.urls)
                raise ClusterUnavailable(
                    f"The cluster at {where} cannot do this ({answer['error']}).", "See there."
                )
        return answers

    def exists(self, path: str) -> bool:
        """Tell whether there is something at a path."""
        return bool(self.request("HEAD", path)["found"])

    def everything(
        self,
        index: str,
        query: Json,
        sort: list[object],
        includes: Sequence[str] = (),
        size: int = 5_000,
    ) -> Iterator[Json]:
        """Yield the sources of all documents that match, in an order without ties.

        So many are asked for at once. With ``includes``, only these fields of theirs.
        """
        body: Json = {"query": query, "sort": sort, "size": size, "track_total_hits": False}
        if includes:
            body["_source"] = list(includes)
        while True:
            hits = self.search(index, body)["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]

    def bulk(self, index: str, actions: Sequence[Action]) -> None:
        """Do what the actions say; what the cluster has no room for yet is sent again.

        Raises BuildFailed for a document that the cluster refuses, and names it.
        """
        for pause in (*_PAUSES, None):
            actions = self._sent(index, actions)
            if not actions:
                return
            if pause is None:
                break
            time.sleep(pause * (1 + random.random() / 2))
        raise BuildFailed(
            f"The cluster takes no more documents ({len(actions)} were left).",
            "Give it more memory or nodes, or build again later.",
        )

    def _sent(self, index: str, actions: Sequence[Action]) -> Sequence[Action]:
        """Send actions once; return those to be sent again."""
        lines = []
        for action in actions:
            kind = "delete" if action.source is None else "index"
            target: Json = {"_id": action.key}
            if action.version:
                target |= {"version": action.version, "version_type": "external_gte"}
            lines.append(orjson.dumps({kind: target}))
            if action.source is not None:
                lines.append(action.source)
        try:
            body = b"\n".join(lines) + b"\n"
            answer = self.request("POST", f"/{index}/_bulk", body, {"filter_path": _TOLD})
        except ClusterUnavailable:
            return actions
        if not answer["errors"]:
            return ()
        again = []
        for action, item in zip(actions, answer["items"], strict=True):
            (result,) = item.values()
            if result["status"] in _AGAIN:
                again.append(action)
            elif "error" in result and result["status"] != 409:  # a later version is there
                reason = result["error"].get("reason", result["error"])
                raise BuildFailed(
                    f"The cluster refuses the document {action.id}: {reason}",
                    "Leave the document out, or report this.",
                )
        return again


def batches(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Divide actions into what one bulk request has."""
    batch: list[Action] = []
    size = 0
    for action in actions:
        batch.append(action)
        size += len(action.source or b"")
        if len(batch) == BULK_DOCUMENTS or size >= BULK_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
