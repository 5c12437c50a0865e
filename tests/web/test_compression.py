"""Answers are the same compressed and not, and streams stay streams."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from zstandard import ZstdDecompressor

from web.operate.compression import SMALLEST

DECODERS: dict[str, Callable[[], Any]] = {
    "zstd": lambda: ZstdDecompressor().decompressobj(),
    "gzip": lambda: zlib.decompressobj(wbits=31),
}
LARGE = (
    *("/?hl=en", "/search?q=ONU", "/api/facets/theme", "/api/openapi.json", "/static/style.css"),
    *("/search.csv", "/search.ndjson", "/search.atom", "/docs/errors", "/absent"),
)


@pytest.mark.parametrize("encoding", DECODERS)
@pytest.mark.parametrize("address", LARGE)
def test_a_compressed_answer_says_the_same(
    client: FlaskClient, address: str, encoding: str
) -> None:
    same = {"X-Request-Id": "x"}
    plain = client.get(address, headers=same, buffered=True)
    accepting = {**same, "Accept-Encoding": f"{encoding}, x"}
    packed = client.get(address, headers=accepting, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    decoder = DECODERS[encoding]()
    assert decoder.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 1.5
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers.get("Content-Length", len(answer.data))) == len(answer.data)
    assert packed.status_code == plain.status_code
    tag = packed.headers.get("ETag", "")
    assert tag.removeprefix("W/") == plain.headers.get("ETag", "").removeprefix("W/")
    head = client.head(address, headers=accepting, buffered=True)
    assert head.headers["Content-Encoding"] == encoding
    assert not head.data
    if tag:
        assert tag.startswith("W/")
        for form in (encoding, "identity"):
            headers = {"If-None-Match": tag, "Accept-Encoding": form}
            known = client.get(address, headers=headers, buffered=True)
            assert (known.status_code, known.data) == (304, b"")
            assert "Accept-Encoding" in known.headers["Vary"]
            assert "Content-Encoding" not in known.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("br, deflate", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0, gzip;q=0.001", "gzip"),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=x", None),
    ],
)
def test_the_reader_chooses(client: FlaskClient, accepted: str, encoding: str | None) -> None:
    answer = client.get("/search?q=ONU", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding


def test_what_is_small_stays_as_it_is(client: FlaskClient) -> None:
    for address in ("/healthz", "/api/suggest?q=zzzz", "/api/suggest?q=a"):
        size = len(client.get(address).data)
        answer = client.get(address, headers={"Accept-Encoding": "zstd, gzip"})
        assert ("Content-Encoding" in answer.headers) is (size >= SMALLEST)


@pytest.mark.parametrize("encoding", DECODERS)
def test_an_export_can_be_read_while_it_comes(client: FlaskClient, encoding: str) -> None:
    answer = client.get("/search.ndjson", headers={"Accept-Encoding": encoding}, buffered=False)
    decoder = DECODERS[encoding]()
    read = [decoder.decompress(piece) for piece in answer.iter_encoded()]
    lines = [b"".join(read[: number + 1]).count(b"\n") for number in range(len(read))]
    assert lines[-1] > 0
    # Every piece has whole lines, as soon as it is there.
    assert all(not text or text.endswith(b"\n") for text in read)
    answer.close()
