"""Answers compressed for those who accept it: zstd, else gzip.

Compression can betray secrets that stand beside what a reader sends (the attack BREACH). Our
answers have none: no session, no token.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

from flask import Flask, Response, g, request
from zstandard import COMPRESSOBJ_FLUSH_BLOCK, ZstdCompressor

from web.kept import ZSTD_LEVEL

SMALLEST = 1_000
"""Bytes of an answer that is compressed; a smaller one fits into one packet."""

GZIP_LEVEL = 4

_TEXTS = ("text/", "application/json", "application/x-ndjson", "application/javascript")
_SUFFIXES = ("+json", "+xml")


def install(app: Flask) -> None:
    """Compress every answer that is text and not small."""
    app.after_request(_compress)


def vary(response: Response, header: str) -> None:
    """Tell caches that one more header of requests decides the answer; once for each header."""
    given = response.headers.get("Vary")
    response.headers["Vary"] = f"{given}, {header}" if given else header


def _compress(response: Response) -> Response:
    vary(response, "Accept-Encoding")
    kind = response.mimetype or ""
    if (
        response.status_code in (204, 206, 304)
        or response.content_encoding
        or not (kind.startswith(_TEXTS) or kind.endswith(_SUFFIXES))
    ):
        return response
    # The first of these, unless the reader prefers another.
    encoding = request.accept_encodings.best_match(("zstd", "gzip", "identity"))
    if encoding not in ("zstd", "gzip"):
        return response
    # A file is read at once, an export is not.
    response.direct_passthrough = False
    compress, flush, finish = _compressor(encoding)
    if response.is_streamed and response.content_length is None:
        response.response = _pieces(response.iter_encoded(), compress, flush, finish)
    else:
        data = response.get_data()
        if len(data) < SMALLEST:
            return response
        of, kept = g.get("by_zstd", (None, b""))
        ready = encoding == "zstd" and of is response
        response.set_data(kept if ready else compress(data) + finish())
    response.content_encoding = encoding
    tag, weak = response.get_etag()
    if tag and not weak:
        # The same tag stands for both forms.
        response.set_etag(tag, weak=True)
    return response


Step = Callable[[bytes], bytes]
End = Callable[[], bytes]


def _compressor(encoding: str) -> tuple[Step, End, End]:
    """Return what compresses a piece, ends a block of pieces, and ends all."""
    if encoding == "zstd":
        zstd = ZstdCompressor(level=ZSTD_LEVEL).compressobj()
        return zstd.compress, lambda: zstd.flush(COMPRESSOBJ_FLUSH_BLOCK), zstd.flush
    gzip = zlib.compressobj(GZIP_LEVEL, wbits=31)
    return gzip.compress, lambda: gzip.flush(zlib.Z_SYNC_FLUSH), gzip.flush


def _pieces(pieces: Iterable[bytes], compress: Step, flush: End, finish: End) -> Iterator[bytes]:
    """Compress a stream so that its reader can read each piece when it comes."""
    for piece in pieces:
        yield compress(piece) + flush()
    yield finish()
