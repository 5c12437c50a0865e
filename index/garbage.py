"""Python's search for cyclic garbage, made rare while documents are indexed.

Every new word makes objects that stay, and each of the default's many collections walks all of
them: a tenth of the time of a build. What is in cycles is small and waits a little longer.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARE = (1_000_000, 50, 50)


def collect_rarely() -> None:
    """Make collections rare in this process."""
    gc.set_threshold(*_RARE)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Make collections rare for a while."""
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
