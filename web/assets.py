"""Style sheet, scripts and icon: each version of them has addresses of its own, kept for ever."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from flask import Response, send_from_directory

_FOLDER: Final = Path(__file__).parent / "static"
ENDPOINT: Final = "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """Return what stands in the addresses of the files: another word if any of them is another."""
    digest = blake2b(digest_size=6)
    for path in sorted(_FOLDER.iterdir()):
        digest.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    return digest.hexdigest()


def serve(path: str) -> Response:
    """Answer with a file; at the address of another version, for this once."""
    named, _, name = path.rpartition("/")
    response = send_from_directory(_FOLDER, name)
    if named == version():
        response.headers["Cache-Control"] = _FOR_EVER
    return response
