"""The client of a cluster: requests with retries, bulk requests with back-pressure, clear errors.

Nothing else imports opensearch-py.
"""

import logging
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from urllib3 import Timeout

from index.errors import (
    ClusterUnavailable,
    IndexUnavailable,
    SearchTimeout,
    UsageError,
)
from index.opensearch import refusals
from index.opensearch.breaker import Breaker
from index.opensearch.refusals import AGAIN

INSTALL: Final = "pip install 'trouvaille[opensearch]'"
_READ_AGAIN: Final = AGAIN | {500}
"""Statuses after which a search is sent again; 500 is what a node breaks off with that dies."""
_PAUSE: Final = 0.05
"""Seconds before a search that a shard did not answer is sent again, and so many more each time."""
_ATTEMPTS: Final = 4
"""Times that a request is sent, each time to another node if there is one."""
_PAUSES: Final = (1.0, 4.0, 10.0)
"""Seconds between these in a build: a node may restart, or the cluster choose another manager."""
_EOF: Final = "EOF"
"""What an error of TLS says where a node hung up: its settings are not at fault."""
_CONNECT_SECONDS: Final = 1.0
"""After which a node that takes no connection is given up, if an answer is waited for."""
_CANCELLED_AT: Final = 0.9
"""The share of the time of a search after which the cluster gives it up by itself."""
_PING_SECONDS: Final = 0.5
"""After which a cluster counts as silent that did not answer a search in time."""
_CONNECTIONS: Final = 32
"""Connections to each node that are kept open: about as many as there are threads."""
_DEAD_SECONDS: Final = 1.0
"""After which a node that failed is tried again; up to eight times as long if it fails again."""

Json = dict[str, Any]

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When what is answered in this thread has to be there; see ``Cluster.answering``."""


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
            if not _is_address(url):
                raise UsageError(
                    f"“{url}” is no address of a cluster.", "Give it as https://HOST:9200."
                )
        if not urls:
            raise UsageError(
                "No address of a cluster is given.",
                "Give it with --opensearch-url https://HOST:9200.",
            )
        return cls(urls, **others)


class Cluster:
    """Sends requests to a cluster; safe for threads. Raises IndexUnavailable."""

    def __init__(self, address: Address) -> None:
        try:
            import opensearchpy
        except ImportError as error:
            raise UsageError("The client of OpenSearch is not installed.", INSTALL) from error
        # It logs every attempt with a trace; what comes of a request is in our errors.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)
        self.address = address
        self.breaker = Breaker()
        self._wished = threading.local()
        self._is_checked = False
        self._errors = opensearchpy.exceptions

        class Orjson(opensearchpy.JSONSerializer):  # type: ignore[misc]
            """Reads answers several times faster than json."""

            def loads(self, s: str) -> Any:
                try:
                    return orjson.loads(s)
                except orjson.JSONDecodeError as error:
                    raise opensearchpy.SerializationError(s, error) from error

        options: Json = {"ca_certs": address.ca_file} if address.ca_file else {}
        if address.user:
            pair = b64encode(f"{address.user}:{address.password}".encode()).decode()
            options["headers"] = {"Authorization": f"Basic {pair}"}
        if address.api_key:
            options["headers"] = {"Authorization": f"ApiKey {address.api_key}"}
        self._transport = opensearchpy.OpenSearch(
            hosts=list(address.urls),
            timeout=address.seconds,
            # ``request`` sends again; the transport only notes which nodes do not answer.
            max_retries=0,
            retry_on_timeout=True,
            retry_on_status=tuple(AGAIN),
            dead_timeout=_DEAD_SECONDS,
            timeout_cutoff=3,
            pool_maxsize=_CONNECTIONS,
            http_compress=False,
            serializer=Orjson(),
            connection_class=_hearing(opensearchpy, self._wished),
            **options,
        ).transport

    @contextmanager
    def answering(self, seconds: float) -> Iterator[None]:
        """Let all requests in this context take so many seconds together.

        What takes longer ends with SearchTimeout, here and in the cluster. While the cluster is
        away, requests end with ClusterUnavailable at once.
        """
        outer, end = _deadline.get(), monotonic() + seconds
        token = _deadline.set(end if outer is None else min(end, outer))
        try:
            yield
        finally:
            _deadline.reset(token)

    def check_time(self) -> None:
        """Raise SearchTimeout if the time of ``answering`` is over."""
        _left()

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, object] | None = None,
        seconds: float | None = None,
    ) -> Json:
        """Send a request, to several nodes if need be, and return the answer."""
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        given = dict(params or {})
        if seconds is not None:
            given["request_timeout"] = seconds
        try:
            if _deadline.get() is None:
                answer = self._attempted(method, path, sent, given)
            else:
                answer = self._in_time(method, path, sent, given)
        except self._errors.OpenSearchException as error:
            raise self._raised(error) from error
        return answer if isinstance(answer, dict) else {"found": answer}

    def once(
        self, method: str, path: str, body: bytes, params: Mapping[str, object], seconds: float
    ) -> Json:
        """Send a request to one node only, one time.

        ClusterUnavailable has the status of the answer, and what ``Retry-After`` says.
        """
        self._wished.seconds = 0.0
        given = {**params, "request_timeout": seconds}
        try:
            answer = self._transport.perform_request(method, path, params=given, body=body)
        except self._errors.OpenSearchException as error:
            raised = self._raised(error)
            if isinstance(raised, ClusterUnavailable):
                status = getattr(error, "status_code", 0)
                raised.status = status if isinstance(status, int) else 0
                raised.retry_after = ceil(self._wished.seconds)
            raise raised from error
        return answer if isinstance(answer, dict) else {}

    def _in_time(self, method: str, path: str, sent: bytes | None, given: Json) -> Any:
        """Send a request that somebody waits for, unless the cluster is away."""
        if wait := self.breaker.wait():
            away = refusals.away(self.where, "it did not answer before")
            away.retry_after = ceil(wait)
            raise away
        try:
            answer = self._attempted(method, path, sent, given)
        except self._errors.TransportError as error:
            if not self._is_unanswered(error):
                self.breaker.succeeded()
                raise
            if error.status_code == "TIMEOUT" and self._is_there():
                raise too_long() from error
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer

    def _attempted(self, method: str, path: str, sent: bytes | None, given: Json) -> Any:
        """Send a request until a node answers it."""
        attempt = 0
        while True:
            attempt += 1
            left = _left()
            if left is not None:
                given["request_timeout"] = _timeout(left)
            try:
                # The transport takes what it understands out of the parameters.
                return self._transport.perform_request(method, path, params=dict(given), body=sent)
            except self._errors.TransportError as error:
                late = left is not None and error.status_code == "TIMEOUT"
                if attempt == _ATTEMPTS or late or not self._is_unanswered(error):
                    raise
                if left is None and self._is_checked:  # nobody waits for it: a node may come back
                    time.sleep(_PAUSES[attempt - 1])

    def _is_unanswered(self, error: Any) -> bool:
        """Tell whether another node may answer what this one did not."""
        if isinstance(error, self._errors.SSLError):
            return _EOF in str(error)
        return isinstance(error, self._errors.ConnectionError) or error.status_code in AGAIN

    def _is_there(self) -> bool:
        """Tell whether any node answers at all, when a request was not answered in time."""
        try:
            given = {"request_timeout": _timeout(_PING_SECONDS)}
            return bool(self._transport.perform_request("HEAD", "/", params=given))
        except self._errors.OpenSearchException:
            return False

    @property
    def where(self) -> str:
        """The addresses of its nodes, for messages."""
        return ", ".join(self.address.urls)

    def _raised(self, error: Any) -> IndexUnavailable | SearchTimeout:
        status, info = getattr(error, "status_code", "N/A"), getattr(error, "info", None)
        if isinstance(error, self._errors.SSLError) and _EOF not in str(error):
            return refusals.of_tls(self.where, str(error))
        if _is_cancelled(info):
            return too_long()
        if isinstance(status, int):
            return self._refusal(status, info)
        return refusals.away(self.where, error)

    def _refusal(self, status: int, answer: object) -> IndexUnavailable:
        address = self.address
        who = f"the user “{address.user}”" if address.user else ""
        return refusals.of_status(
            self.where, "the API key" if address.api_key else who, status, answer
        )

    def check_version(self) -> None:
        """Raise IndexVersion unless this is an OpenSearch that has what is needed; asks once."""
        if not self._is_checked:
            refusals.check_root(self.where, self.request("GET", "/"))
            self._is_checked = True

    def search(self, index: str, body: Json, preference: str = "") -> Json:
        """Return the answer of all shards to one search; there is none of some of them."""
        return self.searches([(index, body)], preference)[0]

    def searches(self, searches: Sequence[tuple[str, Json]], preference: str = "") -> list[Json]:
        """Return the answers to several searches, each of an index: one request for all.

        Raises ClusterUnavailable if one has none, SearchTimeout.
        """
        answers: list[Json] = []
        for attempt in range(1, _ATTEMPTS + 1):
            wanted = searches[len(answers) :]
            if not wanted:
                return answers
            sent = b"".join(
                orjson.dumps(_header(index, preference)) + b"\n" + orjson.dumps(body) + b"\n"
                for index, body in wanted
            )
            for answer in self.request("POST", "/_msearch", sent)["responses"]:
                if "error" in answer:
                    if _is_cancelled(answer):
                        raise too_long()
                    if attempt == _ATTEMPTS or answer["status"] not in _READ_AGAIN:
                        raise self._refusal(answer["status"], answer)
                    time.sleep(_PAUSE * attempt)
                    break
                answers.append(answer)
        return answers

    def create(
        self,
        path: str,
        body: Json,
        params: Mapping[str, object] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Make an index of a name that nobody else takes.

        If a node dies after it was made, the request is sent again, and told that it is there.
        """
        answer = self.request("PUT", path, body, {**(params or {}), "ignore": 400}, seconds)
        if "error" in answer and answer["error"]["type"] != "resource_already_exists_exception":
            raise self._refusal(answer["status"], answer)

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
        only = {"_source": list(includes)} if includes else {}
        return (hit["_source"] for hit in self.walk(index, query, sort, size, **only))

    def walk(
        self, index: str, query: Json, sort: list[Any], size: int = 5_000, **others: Any
    ) -> Iterator[Json]:
        """Yield all documents that match, ``size`` of a request, in an order without ties."""
        body: Json = {"query": query, "sort": sort, "size": size, "track_total_hits": False}
        body |= others
        while True:
            hits = self.search(index, body)["hits"]["hits"]
            yield from hits
            if len(hits) < size:
                return
            body["search_after"] = hits[-1]["sort"]


def _hearing(opensearchpy: Any, wished: threading.local) -> type:
    """Return a class of connections that notes after how many seconds a node wants to be asked."""

    class Connection(opensearchpy.Urllib3HttpConnection):  # type: ignore[misc]
        def get_response_headers(self, response: Any) -> Any:
            headers = super().get_response_headers(response)
            after = headers.get("retry-after", "")
            wished.seconds = float(after) if after.isdigit() else 0.0
            return headers

    return Connection


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def too_long() -> SearchTimeout:
    """Return the error of a search that does not end within its time."""
    return SearchTimeout("The search took longer than it may.", "Ask for fewer or longer words.")


def _left() -> float | None:
    """Return the seconds that are left of ``Cluster.answering``. Raises SearchTimeout."""
    end = _deadline.get()
    if end is None:
        return None
    left = end - monotonic()
    if left <= 0:
        raise too_long()
    return left


def _timeout(seconds: float) -> Timeout:
    return Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds)


def _header(index: str, preference: str) -> Json:
    """Return the line before a search in a request of several."""
    header: Json = {"index": index, "allow_partial_search_results": False}
    if preference:
        header["preference"] = preference
    left = _left()
    if left is not None:
        header["cancel_after_time_interval"] = f"{max(1, int(1000 * _CANCELLED_AT * left))}ms"
    return header


def _is_cancelled(answer: object) -> bool:
    """Tell whether a search was given up by the cluster because its time was over."""
    error = answer.get("error") if isinstance(answer, dict) else None
    causes = [error, *error.get("root_cause", ())] if isinstance(error, dict) else []
    return any(cause.get("type") == "task_cancelled_exception" for cause in causes)
