"""How the loops of this package are compiled: types, and what every loop has in common.

Importing this needs numba. Arrays that a loop only reads are declared read-only, so that mapped
files can be given as well as arrays in memory.
"""

import logging
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit, types

_log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])


def _folder() -> Path | None:
    """Return where compiled code is kept: beside the source, else in the user's cache, if any.

    A loop is compiled anew when any source changes, not only its own, as numba would have it.
    """
    here = Path(__file__).parent
    written = zlib.crc32(b"".join(path.read_bytes() for path in sorted(here.glob("*.py"))))
    name, beside = f"loops-{written:08x}", here / "__pycache__"
    if os.access(beside if beside.exists() else here, os.W_OK):
        for old in beside.glob("loops-*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        return beside / name
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    # Code is loaded from there: never from where this happens to be run.
    return cache / "trouvaille" / name if cache.is_absolute() else None


_KEPT_IN = _folder()
if _KEPT_IN and not os.environ.get("NUMBA_CACHE_DIR"):
    config.CACHE_DIR = str(_KEPT_IN)


def reads(kind: Any) -> Any:
    """Return the type of a contiguous array that is only read."""
    return types.Array(kind, 1, "C", readonly=True)


U1, U2, U4 = reads(types.uint8), reads(types.uint16), reads(types.uint32)
I4, I8 = reads(types.int32), reads(types.int64)
F4, B1 = reads(types.float32), reads(types.boolean)
INTEGER, REAL, FLAG = types.int64, types.float64, types.boolean


def compiled(*signatures: tuple[Any, ...]) -> Callable[[F], F]:
    """Compile a loop at once for arguments of these types; it lets other threads run."""
    return lambda function: _compile(function, list(signatures))


def inlined(function: F) -> F:
    """Compile what only loops of this package call; it is kept with them."""
    return cast("F", njit(nogil=True)(function))


def _compile(function: F, signatures: list[tuple[Any, ...]]) -> F:
    if _KEPT_IN:
        try:
            return cast("F", njit(signatures, cache=True, nogil=True)(function))
        except Exception:
            _log.debug("%s is compiled and not kept", function.__name__, exc_info=True)
    return cast("F", njit(signatures, nogil=True)(function))


_DE_BRUIJN, _SHIFT = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
_LOWEST = np.zeros(64, np.int64)
_LOWEST[((np.uint64(1) << np.arange(64, dtype=np.uint64)) * _DE_BRUIJN) >> _SHIFT] = np.arange(64)


@inlined
def listed(marks: Any, count: Any) -> Any:
    """Return the documents whose bits are set, ascending; there are at most ``count``.

    The lowest bit of a word is found as in Leiserson, Prokop and Randall, 1998.
    """
    found, size, one = np.empty(count, np.int32), 0, np.uint64(1)
    for block in range(len(marks)):
        word = marks[block]
        while word:
            found[size] = (block << 6) + _LOWEST[((word & (~word + one)) * _DE_BRUIJN) >> _SHIFT]
            size += 1
            word &= word - one
    return found[:size]


@inlined
def number_at(blob: Any, at: Any, width: Any) -> Any:
    """Return the little-endian number of ``width`` bytes that begins at a place."""
    value = np.int64(blob[at])
    for byte in range(1, width):
        value |= np.int64(blob[at + byte]) << (8 * byte)
    return value
