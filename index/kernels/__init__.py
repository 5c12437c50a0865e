"""The innermost loops: in NumPy and, where that is much faster, compiled by numba as well.

``active`` is the module in use: callers write ``kernels.active.decode_postings(...)`` and need not
know which one answers. It is NumPy until ``activate`` loads the compiled one, where numba is
installed. Both return the same values in the same order; scores may differ in the last bit.

A kernel takes arrays and numbers. It knows no file, no segment and no query.
"""

import logging
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

from index.kernels import _numpy

if TYPE_CHECKING:
    from index.kernels import _numpy as active  # what is in use has its functions
else:
    active = _numpy

__all__ = ["activate", "active", "available", "deactivate", "is_compiled"]

_log = logging.getLogger(__name__)
_loaded: ModuleType | None = None


def available() -> bool:
    """Tell whether numba is installed."""
    return find_spec("numba") is not None


def activate() -> bool:
    """Use the compiled loops in this process from now on; return whether they are in use.

    The first call ever compiles for some seconds; later ones load what was compiled. Where that
    fails although numba is installed, the reason is logged and NumPy stays in use.
    """
    global _loaded
    if _loaded is None and available():
        try:
            _loaded = _load()
        except Exception as error:
            _log.warning("Compiled loops are not used: %s: %s", type(error).__name__, error)
    use(_loaded or _numpy)
    return is_compiled()


def deactivate() -> None:
    """Use NumPy again."""
    use(_numpy)


def use(module: ModuleType) -> None:
    """Use the kernels of a module."""
    globals()["active"] = module


def is_compiled() -> bool:
    """Tell whether the compiled loops are in use."""
    return active is not _numpy


def _load() -> ModuleType:
    from index.kernels import _compiled

    return _compiled
