"""How the loops of this package are compiled: types, and what every loop has in common.

Importing this needs numba. Arrays that a loop only reads are declared read-only, so that mapped
files can be given as well as arrays in memory.
"""

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit, types

F = TypeVar("F", bound=Callable[..., Any])


def _folder() -> Path:
    """Return where compiled code is kept: beside the source, else in the user's cache.

    A loop is compiled anew when any source changes, not only its own, as numba would have it.
    """
    here = Path(__file__).parent
    written = zlib.crc32(b"".join(path.read_bytes() for path in sorted(here.glob("*.py"))))
    beside = here / "__pycache__"
    if os.access(beside if beside.exists() else here, os.W_OK):
        return beside / f"loops-{written:08x}"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache, "trouvaille", f"loops-{written:08x}")


config.CACHE_DIR = str(_folder())


def reads(kind: Any) -> Any:
    """Return the type of a contiguous array that is only read."""
    return types.Array(kind, 1, "C", readonly=True)


U1, U2, U4 = reads(types.uint8), reads(types.uint16), reads(types.uint32)
I1, I4, I8 = reads(types.int8), reads(types.int32), reads(types.int64)
F4, F8, B1 = reads(types.float32), reads(types.float64), reads(types.boolean)
INTEGER, REAL, FLAG = types.int64, types.float64, types.boolean


def compiled(*signatures: tuple[Any, ...]) -> Callable[[F], F]:
    """Compile a loop at once for arguments of these types; it lets other threads run."""
    return lambda function: _compile(function, list(signatures))


def inlined(function: F) -> F:
    """Compile what only loops of this package call."""
    return _compile(function, None)


def _compile(function: F, signatures: list[tuple[Any, ...]] | None) -> F:
    try:
        return cast("F", njit(signatures, cache=True, nogil=True)(function))
    except RuntimeError:  # there is no place to keep it in: it is compiled at every start
        return cast("F", njit(signatures, nogil=True)(function))


_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_SHIFT = np.uint64(58)
_LOWEST = np.zeros(64, np.int64)
for _bit in range(64):
    _LOWEST[((1 << _bit) * 0x03F79D71B4CB0A89 & 0xFFFFFFFFFFFFFFFF) >> 58] = _bit


@inlined
def lowest(word: Any) -> Any:
    """Return the number of the lowest bit that is set (Leiserson, Prokop and Randall, 1998)."""
    return _LOWEST[((word & (~word + np.uint64(1))) * _DE_BRUIJN) >> _SHIFT]
