"""Words written apart: the two words that one word may be divided into.

``youtube`` finds *you tube* and ``عبدالله`` *عبد الله*, if the two stand side by side. A word that
many documents have is found well enough as it is, and dividing it would read long posting lists.
"""

import re
from collections.abc import Iterator
from typing import Final

MOST_DOCUMENTS: Final = 1000
"""Documents that have a word, above which it is not divided."""
_SHORTEST = 3
_LONGEST = 40
_DOUBLED = re.compile(r"(\w)\1(\w)\2")


def halves(word: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to divide a folded word into two of three letters or more.

    Acronyms of doubled letters are shorter: EEUU is *EE UU*.
    """
    if not word.isalpha() or len(word) > _LONGEST:
        return
    if _DOUBLED.fullmatch(word):
        yield word[:2], word[2:]
    for place in range(_SHORTEST, len(word) - _SHORTEST + 1):
        first, second = word[:place], word[place:]
        # A compound stands where its first part does: cha-cha would be *chacha cha*.
        if second not in first[1:]:
            yield first, second
