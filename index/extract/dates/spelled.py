"""Days of the month that are written in words: *le quinze mars*, *the fifteenth of March*.

Each language has words for days, and patterns of the classes of words around them (``spelled`` in
its file), by which a word that counts other things too is one for a day.
"""

import re
from collections.abc import Callable
from typing import Final

_DAYS: Final = r"[Ci](?:[,ea]a?[tl]?[Ci]){0,6}"
_SEVERAL: Final = r"[Ci](?:[,ea]a?[tl]?[Ci]){1,6}"
_WORD: Final = re.compile("[Ci]")


def spelled_pattern(rows: list[str]) -> re.Pattern[str] | None:
    """Return the pattern of the rows of a language, ``{days}`` being one or more; None for none."""
    joined = "|".join(rows)
    if not joined:
        return None
    return re.compile(joined.replace("{days}", _DAYS).replace("{several}", _SEVERAL))


def with_spelled_days(letters: str, pattern: re.Pattern[str], is_led: Callable[[int], bool]) -> str:
    """Return the classes of words with ``O``, a day, for words in which the pattern finds one.

    What is found as ``led`` counts where ``is_led`` says so of its place.
    """

    def days(found: re.Match[str]) -> str:
        counts = found.lastgroup != "led" or is_led(found.start())
        return _WORD.sub("O", found[0]) if counts else found[0]

    return pattern.sub(days, letters)
