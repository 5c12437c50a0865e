"""Fetching feeds over HTTP into a folder of files, from which the index can always be rebuilt.

Each entry is a file of its own: the feed without its other entries, so that nothing of it is lost.
With pages, the page that an entry links to is kept in its place. What servers said of each feed
(``ETag``, ``Last-Modified``) stands in a hidden file beside them.

A list of feeds may come from anywhere: only public addresses are asked, checked after their names
are resolved and again at every redirect; answers are bounded in time and size.
"""

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from socket import SHUT_RDWR, SOCK_STREAM, getaddrinfo, socket
from threading import Event, Timer
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import orjson

from index.errors import SourceError
from index.versions import PRODUCT

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection

AGENT: Final = "Trouvaille"
"""The name by which robots.txt may speak of us."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Bytes of an answer, uncompressed."""
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
MAX_REDIRECTS: Final = 5
MAX_ENTRIES: Final = 5_000
"""Entries of one feed that are kept."""
_STATE: Final = ".fetched.json"
_HOST: Final = re.compile(r"[a-z0-9_.:-]{1,253}", re.ASCII)
_NAT64: Final = ip_network("64:ff9b::/96")
_CHUNK: Final = 64 * 1024


class FetchError(Exception):
    """Why an address was not fetched, as half a sentence."""


class Fetched(NamedTuple):
    """What came of one feed: new and changed entries; or why there is nothing."""

    feed: str
    new: int
    changed: int
    trouble: str


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How to fetch: ``delay`` seconds at least between two requests to one host, ``timeout``
    seconds at most for each. ``pages`` are kept in place of entries; ``private`` addresses, those
    of this machine and its network, are allowed."""

    delay: float = 1.0
    timeout: float = 30.0
    pages: bool = False
    private: bool = False


class Answer(NamedTuple):
    """The answer to a request after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_feeds(path: Path) -> list[str]:
    """Return the addresses of a file, one a line; ``#`` begins a comment. Raises SourceError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(
            f"The list of feeds “{path}” cannot be read: {reason}.",
            "Give a text file with one address a line.",
        ) from error
    feeds = [line.strip() for line in lines]
    return list(dict.fromkeys(feed for feed in feeds if feed and not feed.startswith("#")))


def fetch(
    feeds: Sequence[str], folder: Path, options: FetchOptions | None = None
) -> Iterator[Fetched]:
    """Fetch feeds one after the other and yield what came of each.

    Raises SourceError if the folder cannot be written.
    """
    options = options or FetchOptions()
    client = Client(options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = _State(folder)
        for feed in feeds:
            try:
                new, changed = _fetch_feed(feed, folder, state, client, options)
                yield Fetched(feed, new, changed, "")
            except FetchError as error:
                yield Fetched(feed, 0, 0, str(error))
            state.save()
    except OSError as error:
        raise SourceError(
            f"“{folder}” could not be written: {error.strerror or error}.",
            "Make room there, or give another folder with --into.",
        ) from error


class _State:
    """What is remembered from one fetch to the next: of feeds, and of entries with a page."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _STATE
        try:
            raw = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raw = {}
        raw = raw if isinstance(raw, dict) else {}
        self.feeds: dict[str, dict[str, str]] = dict(raw.get("feeds") or {})
        self.pages: dict[str, str] = dict(raw.get("pages") or {})

    def save(self) -> None:
        _replace(self._path, orjson.dumps({"feeds": self.feeds, "pages": self.pages}))


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    aside = path.with_name(f".{path.name.lstrip('.')}.new")
    aside.write_bytes(data)
    aside.replace(path)


def _fetch_feed(
    feed: str, folder: Path, state: _State, client: "Client", options: FetchOptions
) -> tuple[int, int]:
    """Return how many entries of a feed are new, and how many have changed."""
    before = state.feeds.get(feed, {})
    conditions = {
        header: before[name]
        for header, name in (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
        if name in before
    }
    answer = client.get(feed, conditions)
    if answer.status == 304:
        return 0, 0
    if answer.status != 200:
        raise FetchError(f"the server answered with status {answer.status}")
    place = folder / (urlsplit(feed).hostname or "").replace(":", "-")
    place.mkdir(exist_ok=True)
    new = changed = 0
    for entry in _entries(answer.body, feed):
        name = blake2b(f"{feed}\n{entry.key}".encode(), digest_size=12).hexdigest()
        paths = [place / f"{name}.html", place / f"{name}.xml"]
        existed = any(path.exists() for path in paths)
        if _keep(entry, paths, state, client, options):
            new += not existed
            changed += existed
    state.feeds[feed] = {
        name: answer.headers[header]
        for name, header in (("etag", "etag"), ("modified", "last-modified"))
        if header in answer.headers
    }
    return new, changed


class _Entry(NamedTuple):
    """An entry of a feed: what tells it from others, its file, the address of its page."""

    key: str
    data: bytes
    link: str


def _keep(
    entry: _Entry, paths: Sequence[Path], state: _State, client: "Client", options: FetchOptions
) -> bool:
    """Write the file of an entry or of its page; return whether there was something to write."""
    page, item = paths
    if options.pages and entry.link:
        digest = blake2b(entry.data, digest_size=12).hexdigest()
        if state.pages.get(page.stem) == digest and page.exists():
            return False
        try:
            answer = client.get(entry.link, {})
        except FetchError:
            answer = None
        if answer and answer.status == 200 and "html" in answer.headers.get("content-type", ""):
            _replace(page, answer.body)
            state.pages[page.stem] = digest
            item.unlink(missing_ok=True)
            return True
    if page.exists() or (item.exists() and item.read_bytes() == entry.data):
        return False
    _replace(item, entry.data)
    return True


# Entries

_ENTRIES: Final = ("item", "entry")
_KEYS: Final = ("guid", "id", "link")


def _entries(data: bytes, feed: str) -> Iterator[_Entry]:
    """Yield the entries of a feed, each as a feed of its own. Raises FetchError if it is none."""
    from lxml import etree

    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _local(root) not in ("rss", "RDF", "feed"):
        raise FetchError("it is no feed")
    channel = next((child for child in root if _local(child) == "channel"), root)
    items = [
        child
        for parent in dict.fromkeys((root, channel))
        for child in parent
        if _local(child) in _ENTRIES
    ]
    parents = [item.getparent() is channel for item in items]
    for item in items:
        item.getparent().remove(item)
    for item, in_channel in list(zip(items, parents, strict=True))[:MAX_ENTRIES]:
        alone = deepcopy(root)
        place = alone
        if in_channel:
            place = next((child for child in alone if _local(child) == "channel"), alone)
        link = _link(item)
        item.tail = "\n"
        key = next(filter(None, (_text(item, name) for name in _KEYS)), "") or _about(item) or link
        place.append(item)
        written = etree.tostring(alone, encoding="utf-8", xml_declaration=True)
        if not key:
            key = blake2b(etree.tostring(item), digest_size=12).hexdigest()
        yield _Entry(key, written, urljoin(feed, link) if link else "")


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(item: Any, name: str) -> str:
    for child in item:
        if _local(child) == name and (text := "".join(child.itertext()).strip()):
            return str(text)
    return ""


def _about(item: Any) -> str:
    about = (value for name, value in item.attrib.items() if name.endswith("}about"))
    return str(next(about, ""))


def _link(item: Any) -> str:
    for child in item:
        if _local(child) == "link" and child.get("rel", "alternate") == "alternate":
            found = child.get("href") or "".join(child.itertext()).strip()
            if found:
                return str(found)
    return ""


# HTTP


@dataclass(slots=True)
class _Host:
    """What is known of a server: its robots.txt, when it was last asked."""

    robots: RobotFileParser | None = None
    delay: float = 0.0
    asked: float | None = None
    busy: str = ""


@dataclass(slots=True)
class Client:
    """Asks servers, politely: one request after another, none that robots.txt forbids."""

    options: FetchOptions
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _tls: ssl.SSLContext | None = None

    def get(self, address: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a request, after redirects. Raises FetchError."""
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(address)
            if host.robots is None:
                self._read_robots(host, address)
            if host.robots is None or not host.robots.can_fetch(AGENT, address):
                raise FetchError(f"robots.txt of {urlsplit(address).netloc} forbids it")
            answer = self._ask(host, address, headers)
            if answer.status not in _REDIRECTS:
                return answer
            location = answer.headers.get("location", "")
            if not location:
                raise FetchError("it redirects to nowhere")
            address = urljoin(address, location)
        raise FetchError(f"it redirects more than {MAX_REDIRECTS} times")

    def _host(self, address: str) -> _Host:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise FetchError(f"“{address}” is not an address ({error})") from error
        if parts.scheme not in ("http", "https"):
            raise FetchError(f"“{address}” is not an address of http or https")
        if parts.username or not _HOST.fullmatch(parts.hostname or ""):
            raise FetchError(f"“{address}” has no plain host name")
        host = self._hosts.setdefault(f"{parts.scheme}://{parts.hostname}:{port}", _Host())
        if host.busy:
            raise FetchError(host.busy)
        return host

    def _read_robots(self, host: _Host, address: str) -> None:
        """Read robots.txt as RFC 9309 says: without one all is allowed; if it fails, nothing."""
        robots = RobotFileParser()
        where = urljoin(address, "/robots.txt")
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(self._host(where), where, {})
            if answer.status not in _REDIRECTS:
                break
            where = urljoin(where, answer.headers.get("location", ""))
        if answer.status >= 500 or answer.status == 429:
            raise FetchError(f"robots.txt of {urlsplit(address).netloc} cannot be read")
        text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
        robots.parse(text.lstrip("\ufeff").splitlines())
        host.robots = robots
        delay = robots.crawl_delay(AGENT)
        host.delay = min(float(delay), 60.0) if delay else 0.0

    def _ask(self, host: _Host, address: str, headers: Mapping[str, str]) -> Answer:
        """Send one request, when it is due."""
        from urllib3.exceptions import HTTPError

        parts = urlsplit(address)
        number = self._resolved(parts.hostname or "", parts.port or 0)
        if host.asked is not None:
            delay = max(self.options.delay, host.delay)
            sleep(max(0.0, host.asked + delay - monotonic()))
        host.asked = monotonic()
        try:
            answer = self._answer(address, number, headers)
        except (HTTPError, OSError, ValueError) as error:
            reason = str(error).rpartition(": ")[2].strip("')\"") or type(error).__name__
            raise FetchError(f"{parts.netloc} could not be asked: {reason}") from error
        if answer.status in (429, 503):
            host.busy = f"{parts.netloc} asks for fewer requests (status {answer.status})"
            raise FetchError(host.busy)
        return answer

    def _resolved(self, host: str, port: int) -> str:
        """Return the number of a host. Raises FetchError if it is of this machine or network.

        The request goes to this number: a name that changes its meaning leads nowhere else.
        """
        try:
            found = getaddrinfo(host, port, type=SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"the host {host} is not known") from error
        numbers = [str(entry[4][0]) for entry in found]
        if not self.options.private:
            for number in numbers:
                if not _is_public(number):
                    raise FetchError(f"{host} is a private address (see --allow-private)")
        return numbers[0]

    def _answer(self, address: str, number: str, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(address)
        connection = self._connection(parts, number)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        asked = {
            "Host": parts.netloc,
            "User-Agent": f"{AGENT} ({PRODUCT})",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
            **headers,
        }
        connection.connect()
        sock = connection.sock
        # Whatever is awaited, byte by byte or not, ends with the time.
        late = Event()
        timer = Timer(self.options.timeout, _cut, (sock, late))
        timer.start()
        try:
            connection.request("GET", target, headers=asked, preload_content=False)
            response = connection.getresponse()
            body = bytearray()
            while chunk := response.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > MAX_BYTES:
                    raise FetchError(f"the answer has more than {MAX_BYTES:,} bytes")
            if late.is_set():
                raise TimeoutError
            told = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, told, bytes(body))
        except Exception as error:
            if late.is_set() and not isinstance(error, FetchError):
                reason = f"the answer took longer than {self.options.timeout:g} seconds"
                raise FetchError(reason) from error
            raise
        finally:
            timer.cancel()
            connection.close()
            sock.close()

    def _connection(self, parts: SplitResult, number: str) -> "HTTPConnection":
        from urllib3.connection import HTTPConnection, HTTPSConnection

        timeout = self.options.timeout
        if parts.scheme == "http":
            return HTTPConnection(number, parts.port, timeout=timeout)
        if self._tls is None:
            import certifi

            self._tls = ssl.create_default_context()  # what the system trusts, and Mozilla
            self._tls.load_verify_locations(certifi.where())
        return HTTPSConnection(
            number,
            parts.port,
            timeout=timeout,
            ssl_context=self._tls,
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
        )


def _cut(sock: socket, late: Event) -> None:
    """End a connection, and say so before its reader can see the end."""
    late.set()
    with suppress(OSError):
        sock.shutdown(SHUT_RDWR)


def _is_public(number: str) -> bool:
    """Return whether an address is one of the public network, also where it holds another."""
    address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ip_address(int(address) & 0xFFFFFFFF)  # type: ignore[assignment]
        if inner is not None:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast
