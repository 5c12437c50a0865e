"""Behind a proxy: no header leads a reader to another site."""

import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from werkzeug.test import TestResponse

from index import IndexDirectory
from index.build import BuildOptions, rebuild
from search.whoosh_engine import WhooshEngine
from web import Settings, create_app
from web.operate import is_host, is_prefix
from web.operate.guard import MAX_PREFIX

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
HEADERS = ("For", "Proto", "Host", "Port", "Prefix")
EVIL = (
    *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "@evil"),
    *("/a//evil.example", "/../evil", "/a/./b", "/a\tb", '/"><a href=//evil.example>', "evil", "/"),
    *("/?evil", "/#evil", "javascript:evil", "/evil " + "x" * MAX_PREFIX, "/é", "/%zz", "'"),
)
EVIL_PORTS = ("0", "65536", "80@evil.example", "-1", "+80", "8_0", "٨٠", "8080/evil", "x", "000080")
EVIL_HOSTS = (
    *("evil.example/", "evil.example:", "evil.example:0", "evil.example:99999", "evil example"),
    *("press.example.org@evil.example", "evil.example\\", "evil..example", "[evil]", "[::1", "::1"),
    *(
        "evil.example?",
        "#evil",
        "",
        "evil.example:80:80",
        "é.evil",
        "[::1]evil",
        ".evil",
        "e" * 260,
    ),
)
EVIL_SCHEMES = ("javascript", "data", "ftp", "http:", "HTTP", "https://evil.example/", "")
SPACES = (
    *("http://www.w3.org/", "http://a9.com/-/spec/", "https://json-schema.org/"),
    *("https://spec.openapis.org/", "http://purl.org/"),
)
"""Beginnings of names that look like addresses, and that nobody follows."""


class Case(NamedTuple):
    """Settings, and where every address must lead then: an origin, or some, and a path."""

    settings: Settings
    origins: frozenset[str]
    prefixes: tuple[str, ...]


ASKED = "http://press.example.org"
PUBLIC = frozenset(
    f"{scheme}://press.example.org{port}"
    for scheme in ("http", "https")
    for port in ("", ":8443", ":443", ":80")
)
CASES = (
    Case(Settings(rate_limit=0), frozenset({ASKED}), ("",)),
    Case(Settings(rate_limit=0, proxies=1), PUBLIC, ("", "/archive", "/a/b%20c")),
    Case(Settings(rate_limit=0, proxies=2), PUBLIC, ("", "/archive", "/a/b%20c")),
    *(
        Case(
            Settings(rate_limit=0, proxies=proxies, base_url="https://press.example.org/archive"),
            frozenset({"https://press.example.org"}),
            ("/archive",),
        )
        for proxies in (0, 1)
    ),
)
PATHS = (
    *(
        "/",
        "/search?q=accord",
        "/document/un",
        "/status",
        "/docs/errors",
        "/nothing",
        "/search?x",
    ),
    *(
        "/search.csv?q=accord",
        "/search.ndjson?q=accord",
        "/search.atom?q=accord",
        "/opensearch.xml",
    ),
    *(
        "/api/search?q=accord",
        "/api/search?x=1",
        "/api/document/un",
        "/api/openapi.json",
        "/api/no",
    ),
    *("/facet/theme", "/search/", "//evil.example/", "/\\evil.example", "/api/facets/theme"),
)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, ...]:
    """Clients of the cases, of an archive that names no address itself."""
    folder = tmp_path_factory.mktemp("forwarded")
    for name in ("un", "deux"):
        (folder / f"{name}.txt").write_text(f"Accord {name}\n\nUn accord sur la pêche.", "utf-8")
    rebuild(folder / "index", [folder / "un.txt", folder / "deux.txt"], BuildOptions(workers=0))
    engine = WhooshEngine(IndexDirectory(folder / "index"))
    return tuple(create_app(engine, case.settings).test_client() for case in CASES)


@pytest.fixture(scope="module")
def proxied(archive: Path) -> FlaskClient:
    """A client of the sample archive behind one proxy."""
    engine = WhooshEngine(IndexDirectory(archive))
    return create_app(engine, Settings(proxies=1)).test_client()


def as_browsers_read(address: str, base: str) -> SplitResult:
    """Resolve an address: browsers drop line ends, and read backslashes as slashes."""
    plain = re.sub(r"[\t\r\n]", "", address).strip().replace("\\", "/")
    return urlsplit(urljoin(base, plain))


def followed(response: TestResponse) -> list[str]:
    """Return every address in an answer that a reader or a program may follow."""
    found = [response.headers[name] for name in ("Location",) if name in response.headers]
    found += re.findall("<([^>]*)>", response.headers.get("Link", ""))
    text = response.get_data(as_text=True)
    if response.mimetype == "text/html":
        page = html.document_fromstring(text)
        return found + page.xpath("//@href|//@src|//@action|//@formaction|//@data-src")
    if response.mimetype.endswith("xml"):
        tree = etree.fromstring(response.data)
        found += [str(value) for value in tree.xpath("//@href|//@src|//@template")]
    written = re.findall(r"""(?:\w+:)?//[^\s"'<>\\,]+""", text)
    return found + [address for address in written if not address.startswith(SPACES)]


def of_proxies(*values: str, valid: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Values that a reader sent, then those that two trusted proxies wrote or passed on."""
    sent, wrote = st.lists(st.sampled_from(values), max_size=2), st.sampled_from([*values, *valid])
    return st.builds(lambda sent, *wrote: ", ".join([*sent, *wrote]), sent, wrote, wrote)


FORWARDED = st.fixed_dictionaries(
    {},
    optional={
        "X-Forwarded-Prefix": of_proxies(*EVIL, valid=("/archive", "/a/b%20c"))
        | st.text(max_size=12).map("/".__add__),
        "X-Forwarded-Port": of_proxies(*EVIL_PORTS, *EVIL, valid=("8443", "443", "80")),
        "X-Forwarded-Host": of_proxies(*EVIL_HOSTS, valid=("press.example.org",)),
        "X-Forwarded-Proto": of_proxies(*EVIL_SCHEMES, valid=("http", "https")),
        "X-Forwarded-For": st.sampled_from([*EVIL, *EVIL_HOSTS]),
        "X-Forwarded-Server": st.just("evil.example"),
        "X-Forwarded-Path": st.just("//evil.example"),
        "Forwarded": st.just("for=evil;host=evil.example;proto=ftp"),
        "X-Original-Url": st.just("//evil.example/"),
        "X-Rewrite-Url": st.just("//evil.example/"),
        "X-Script-Name": st.just("//evil.example"),
        "Referer": st.just("https://evil.example/"),
        "Origin": st.just("https://evil.example"),
    },
)


def allowed(values: dict[str, str]) -> dict[str, str]:
    """Leave out what no server passes on: header values are Latin-1 without line ends."""
    return {
        name: value
        for name, value in values.items()
        if all(char < "\u0100" and char not in "\r\n\0" for char in value)
    }


@settings(max_examples=settings.default.max_examples * 3 // 2)
@given(st.integers(0, len(CASES) - 1), st.sampled_from(PATHS), FORWARDED.map(allowed))
@example(1, "/", {"X-Forwarded-Prefix": "//evil.example"})
@example(1, "/search?q=accord", {"X-Forwarded-Port": "80@evil.example"})
@example(1, "/api/search?x=1", {"X-Forwarded-Host": "press.example.org@evil.example"})
@example(4, "/search?q=accord", {"X-Forwarded-Prefix": "/x"})
def test_no_header_leads_to_another_site(
    clients: tuple[FlaskClient, ...], number: int, path: str, sent: dict[str, str]
) -> None:
    case, client = CASES[number], clients[number]
    response = client.get(path, base_url=ASKED, headers=sent, buffered=True)
    assert response.status_code < 500
    leads_home(case, followed(response))


def test_the_addresses_tried_have_answers_with_links(clients: tuple[FlaskClient, ...]) -> None:
    answers = [clients[0].get(path, base_url=ASKED, buffered=True) for path in PATHS]
    assert sum(answer.status_code == 200 for answer in answers) >= 14
    assert sum(bool(followed(answer)) for answer in answers) >= len(PATHS) - 1


@given(
    st.integers(0, len(CASES) - 1),
    st.sampled_from([*EVIL, *EVIL_HOSTS, "/search?q=x"]) | st.text(max_size=20).map("/".__add__),
    FORWARDED.map(allowed),
)
@example(1, "/", {"X-Forwarded-Prefix": "//evil.example"})
@example(3, "/../evil", {})
@example(3, "/%2e./evil", {})
def test_no_redirect_leads_to_another_site(
    clients: tuple[FlaskClient, ...], number: int, to: str, sent: dict[str, str]
) -> None:
    form = {"hl": "fr", "to": to}
    response = clients[number].post("/language", base_url=ASKED, headers=sent, data=form)
    assert response.status_code == 303
    leads_home(CASES[number], [response.headers["Location"]])


def leads_home(case: Case, addresses: list[str]) -> None:
    for address in addresses:
        where = as_browsers_read(address, min(case.origins) + case.prefixes[0] + "/")
        assert f"{where.scheme}://{where.netloc}" in case.origins, address
        if not case.prefixes[0]:
            continue
        assert f"{where.path}/".startswith(f"{case.prefixes[0]}/"), address


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Host", "press.example.org", "http://press.example.org/api/search"),
        ("Host", "press.example.org:8443", "http://press.example.org:8443/api/search"),
        ("Host", "[2001:db8::1]:8443", "http://[2001:db8::1]:8443/api/search"),
        ("Host", "evil.example, 192.0.2.1", "http://192.0.2.1/api/search"),
        ("Port", "8443", "http://localhost:8443/api/search"),
        ("Proto", "https", "https://localhost/api/search"),
        ("Prefix", "/archive", "http://localhost/archive/api/search"),
        ("Prefix", "/a/b%20c/", "http://localhost/a/b%20c/api/search"),
        *(("Prefix", value, "") for value in EVIL),
        *(("Port", value, "") for value in EVIL_PORTS if value.isascii()),
        *(("Host", value, "") for value in EVIL_HOSTS),
        *(("Proto", value, "") for value in EVIL_SCHEMES),
    ],
)
def test_a_valid_header_is_believed_and_no_other(
    proxied: FlaskClient, name: str, value: str, expected: str
) -> None:
    headers = {f"X-Forwarded-{name}": value}
    answer: Any = proxied.get("/api/search", headers=headers).get_json()
    assert answer["links"]["self"] == (expected or "http://localhost/api/search")


@given(st.text(max_size=30))
def test_hosts_and_prefixes_stay_where_they_are(text: str) -> None:
    if is_host(text):
        assert urlsplit(f"http://{text}/x").netloc == text
        assert "@" not in text
    if is_prefix(text):
        assert as_browsers_read(text + "/x", ASKED).netloc == "press.example.org"


@pytest.mark.parametrize(
    "host", [host for host in EVIL_HOSTS if host and host.isascii() and ":80:80" not in host]
)
def test_a_request_for_a_malformed_host_is_refused(
    clients: tuple[FlaskClient, ...], host: str
) -> None:
    assert clients[0].get("/api/search", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("proxy", ["nginx", "apache", "caddy"])
def test_the_documented_proxies_set_or_delete_each_header(proxy: str) -> None:
    written = re.search(rf"```{proxy}\n(.*?)```", OPERATING.read_text("utf-8"), re.DOTALL)
    assert written
    handled = set(re.findall(r"-?X-Forwarded-(\w+)", written[1]))
    by_itself = {"For", "Proto", "Host"} if proxy == "caddy" else set()
    assert handled | by_itself == set(HEADERS)
