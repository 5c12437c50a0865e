"""Loops that are compiled, for servers that have numba beside them; all else is NumPy.

``activate`` makes them ready: the first time it compiles for some seconds, later it loads what
was compiled. Where ``active`` is None, as it is until then, whoever would call a loop does the
same with a few operations on arrays: what is found is the same, only slower. A loop is a function
of arrays and numbers; it knows no file, and lets other threads run.
"""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

_log = logging.getLogger(__name__)

Loop = Callable[..., Any]


class Kernels(NamedTuple):
    """The compiled loops; each is described where it is written."""

    decode: Loop
    score_word: Loop
    begins: Loop
    ascending: Loop
    having: Loop
    keys: Loop
    closeness: Loop
    counted: Loop
    shared: Loop
    united: Loop
    best: Loop
    tally: Loop
    most_frequent: Loop
    leading: Loop
    two_levels: Loop


active: Kernels | None = None
"""The loops, while they are used."""

_loaded: Kernels | None = None


def available() -> bool:
    """Tell whether the package that compiles them is installed."""
    return find_spec("numba") is not None


def activate() -> bool:
    """Have the loops used from now on, in this process; return False where they cannot be.

    Why they cannot, though numba is installed, is logged: answers do not depend on them.
    """
    global active, _loaded
    if _loaded is None and available():
        try:
            _loaded = _load()
        except Exception as error:
            _log.warning("Compiled loops are not used: %s: %s", type(error).__name__, error)
    active = _loaded
    return active is not None


def _load() -> Kernels:
    from index.kernels import documents, facets, positions, postings

    modules = (postings, positions, documents, facets)
    named = {name: loop for module in modules for name, loop in vars(module).items()}
    return Kernels(*(named[name] for name in Kernels._fields))


def deactivate() -> None:
    """Have them used no more."""
    global active
    active = None
