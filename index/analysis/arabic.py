"""Arabic: what is written on to a word before and after it.

Light stemming in the manner of light10 (L. S. Larkey, L. Ballesteros, M. E. Connell, "Light
stemming for Arabic information retrieval", 2007), with two changes. Where a first letter may be
a particle or belong to the root (و in وزارة, ل in لجنة), both readings are given. Endings that
light10 takes from short names (لبنان) stay. Snowball's stemmer reads such letters one way
(بيان becomes يان) and leaves others (والأمم), so it is not used.
"""

import re

# A conjunction, a preposition, the article. At least two letters stay, three behind a particle:
# والد and وكالة have none.
_ARTICLE = re.compile("^(?:ال(?=..)|(?:[وف][بك]?|[بك])ال(?=...))")
_LAM_ARTICLE = re.compile("^[وف]?لل(?=..)")
_PARTICLE = re.compile("^(?:[وف](?=...)|[بلك](?=....)|[وف][بلك](?=....))")
_CONJUNCTION = re.compile("^[وف](?=...)")
_SUFFIX = re.compile("(?:(?<=....)(?:ان|ون|ين|ت)|(?<=...)(?:ات|ها|هم|نا|وا|يه|ه|ي))$")


def stems(folded: str) -> tuple[str, ...]:
    """Return the light stems of a folded word, the likeliest first, without duplicates."""
    return tuple(dict.fromkeys(_without_suffixes(word) for word in _readings(folded)))


def _readings(word: str) -> list[str]:
    """Return the word without what may be written before it, in each way it may be read."""
    if article := _ARTICLE.match(word):
        return [word[article.end() :]]
    if article := _LAM_ARTICLE.match(word):
        # The article vanishes between two lam: للجنة is for the committee or for a garden.
        rest = word[article.end() :]
        return [rest, f"ل{rest}"]
    readings = [word]
    if conjunction := _CONJUNCTION.match(word):
        readings.append(word[conjunction.end() :])
    if particle := _PARTICLE.match(word):
        rest = word[particle.end() :]
        readings.append(_ARTICLE.sub("", rest))
    return readings


def _without_suffixes(word: str) -> str:
    previous = ""
    while previous != word:
        previous, word = word, _SUFFIX.sub("", word)
    return word
