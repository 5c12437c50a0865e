"""Arabic: the conjunctions, prepositions and article that are written on to a word.

Snowball's Arabic stemmer removes the article with some particles before it (بالأمم) and leaves
others (والأمم). Here they are removed first, after the rules of light stemming (L. S. Larkey,
L. Ballesteros, M. E. Connell, "Light stemming for Arabic information retrieval", 2007, light10),
so that بالأمم, والأمم, للأمم and الأمم are one word.
"""

import re

# A conjunction, then a preposition, then the article; at least two letters stay.
_ARTICLE = re.compile("^[وف]?(?:[بك]?ال|لل)(?=..)")
_CONJUNCTION = re.compile("^و(?=...)")
# One letter before a word without article: as often a root letter as a preposition.
_PREPOSITION = re.compile("^[وف]?[بلك](?=....)|^ف(?=....)")
_SUFFIX = re.compile("(?<=..)(?:ها|ان|ات|ون|ين|يه|يت|ه|ي)$")


def strip_proclitics(folded: str) -> str:
    """Return a folded word without the article and what is written before it."""
    stripped = _ARTICLE.sub("", folded)
    return stripped if stripped != folded else _CONJUNCTION.sub("", folded)


def strip_preposition(folded: str) -> str:
    """Return a folded word without one letter that may be a preposition (بمساعدة)."""
    return _PREPOSITION.sub("", folded)


def light_stem(stripped: str) -> str:
    """Return a word without proclitics, further without its suffixes (light10)."""
    previous = ""
    while previous != stripped and len(stripped) > 3:
        previous, stripped = stripped, _SUFFIX.sub("", stripped)
    return stripped
