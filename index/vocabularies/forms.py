"""The written forms of the words of an expression: singular and plural, feminine, Arabic affixes.

Themes are found by written forms and not by stems: a stemmer joins ``vacuna`` (vaccine) with
``vacuno`` (cattle) and ``أمام`` (before) with ``إمام`` (imam). A form that no rule gives is
written in the vocabulary as an expression of its own.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from index.analysis import fold_key

_Rules = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(rules: dict[str, tuple[tuple[str, str], ...]]) -> dict[str, _Rules]:
    return {
        language: tuple((re.compile(ending), replacement) for ending, replacement in pairs)
        for language, pairs in rules.items()
    }


_PLURALS = _compiled(
    {
        "fr": (
            (r"[sxz]$", r"\g<0>"),
            ("al$", "aux"),
            (r"(?<=\w)ail$", "aux"),
            ("eau$|eu$", r"\g<0>x"),
            ("$", "s"),
        ),
        "en": ((r"(s|x|z|ch|sh)$", r"\1es"), (r"([^aeiou])y$", r"\1ies"), ("$", "s")),
        "es": (
            ("([aeiou])$|é$", r"\g<0>s"),
            ("z$", "ces"),
            ("án$", "anes"),
            ("én$", "enes"),
            ("ín$", "ines"),
            ("ón$", "ones"),
            ("s$", "s"),
            ("$", "es"),
        ),
        "pt": (
            ("ão$", "ões"),
            ("([aou])l$", r"\1is"),
            ("el$", "eis"),
            (r"^(\w*[áéíóúâêô]\w*)il$", r"\1eis"),  # not stressed at the end: mísseis, but barris
            ("il$", "is"),
            ("m$", "ns"),
            ("[rz]$", r"\g<0>es"),
            ("ês$", "eses"),
            ("s$", "s"),
            ("$", "s"),
        ),
        "it": (
            ("ista$", "isti"),
            ("ico$", "ici"),
            ("logo$", "logi"),
            ("([cg])o$", r"\1hi"),
            ("([cg])a$", r"\1he"),
            ("([cg])ia$", r"\1e"),
            ("io$", "i"),
            ("[oe]$", "i"),
            ("a$", "e"),
        ),
    }
)
"""Endings and what replaces them in the plural; the first that fits counts."""

_OTHERS = _compiled(
    {
        "fr": (
            ("[éu]$", r"\g<0>e"),
            ("teur$", "trice"),
            ("eur$|eux$", "euse"),
            ("eur$", "eure"),
            ("al$", "als"),
            ("if$", "ive"),
            ("er$", "ère"),
            ("el$", "elle"),
            ("(ien|yen|éen)$", r"\g<0>ne"),
            ("(?<=...)(ant|ent|ain|at|and|ard|ois|ais|al|an|in)$", r"\g<0>e"),
        ),
        "es": (
            ("(ic|iv|ari|er|ad|id|an|in|os|óg|ógraf|ólog|ct)o$", r"\1a"),
            ("or$", "ora"),
            ("és$", "esa"),
            ("án$", "ana"),
        ),
        "pt": (
            ("(ic|iv|ári|eir|ad|id|an|in|os|óg|ógraf|ólog|ct)o$", r"\1a"),
            ("or$", "ora"),
            ("ês$", "esa"),
            ("ão$", "ã"),
            ("ão$", "ão"),
        ),
        "it": (
            ("(ic|iv|ari|ier|at|it|ut|an|in|os|og|ograf|olog|tt)o$", r"\1a"),
            ("tore$", "trice"),
            ("ista$", "iste"),
        ),
    }
)
"""Feminines of persons, adjectives and participles, in the singular. Each that fits counts.

Not every word in ``o`` has one: ``puerto`` is not ``puerta``.
"""

_SINGULARS = _compiled(
    {
        "fr": (("aux$", "al"), ("([^sïî])s$", r"\1"), ("eux$", "eu"), ("eaux$", "eau")),
        "en": (("ies$", "y"), ("(ss|x|z|ch|sh)es$", r"\1"), ("([^s])s$", r"\1")),
        "es": (("ces$", "z"), ("ones$", "ón"), ("([^aeiou])es$", r"\1"), ("s$", "")),
        "pt": (("ões$", "ão"), ("ns$", "m"), ("([rz])es$", r"\1"), ("s$", "")),
        "it": (),
    }
)
"""The singular of an expression in the plural, without its last letter where that is ``s``."""

_GERMAN = ("n", "en", "e", "er", "ern", "s", "es", "em", "nen", "se", "in", "innen")
_ARABIC_FEMININE = ("ه", "ات", "تها", "ته", "تهم", "تنا", "تين", "تان", "اتها", "اته", "اتهم")
_ARABIC = ("ها", "هم", "نا", "ا", "ين", "ون", "ان")
_ARABIC_PLURAL = ("ات", "اتها", "اتهم")
_LEAST_ACTION = 5
"""Letters of a noun of action, which has a plural in ``ات``; shorter words would meet others."""
_ARABIC_PREFIXES = (
    "ال", "و", "وال", "ب", "بال", "ل", "لل", "ك", "كال", "ف", "فال", "ول", "ولل", "وب", "وبال",
)  # fmt: skip
_LEAST_ARABIC = 3
"""Letters that an Arabic word keeps without its prefix."""
_WORD = re.compile(r"\w+")


@cache
def written_forms(word: str, language: str) -> frozenset[str]:
    """Return the folded forms in which a word of an expression is written, itself among them.

    A word in capitals has no other form. Arabic forms are without prefixes, as are those that
    :func:`without_prefixes` returns.
    """
    folded = fold_key(word)
    if len(word) > 1 and word.isupper() and word.isascii():
        return frozenset((folded,))
    if language == "ar":
        return frozenset(_arabic(folded))
    if language == "de":
        return frozenset((folded, *(folded + ending for ending in _GERMAN)))
    if language not in _PLURALS:
        return frozenset((folded,))
    word = word.lower()
    plural = _first(word, _PLURALS[language])
    others = list(_each(word, _OTHERS.get(language, ())))
    forms = [word, plural, *others, *(_first(other, _PLURALS[language]) for other in others)]
    forms += _each(word, _SINGULARS[language])
    return frozenset(fold_key(form) for form in forms)


def exact_forms(word: str, language: str) -> frozenset[str]:
    """Return the folded singular and plural of a word."""
    if language not in _PLURALS:
        return frozenset((fold_key(word), f"{fold_key(word)}s"))
    plural = _first(word.lower(), _PLURALS[language])
    return frozenset(map(fold_key, (word, plural, *_each(word.lower(), _SINGULARS[language]))))


@lru_cache(maxsize=20_000)
def without_prefixes(word: str) -> tuple[str, ...]:
    """Return a folded Arabic word, and what is left of it without the prefixes it may have."""
    least = _LEAST_ARABIC
    rest = [word[len(p) :] for p in _ARABIC_PREFIXES if word.startswith(p)]
    return (word, *(each for each in rest if len(each) >= least))


def words_of(text: str) -> list[str]:
    """Return the words of an expression as they are written."""
    return _WORD.findall(text)


def _arabic(word: str) -> Iterator[str]:
    core = word.removeprefix("ال") if len(word) > _LEAST_ARABIC + 2 else word
    yield core
    if core.endswith("ه"):
        yield from (core[:-1] + ending for ending in _ARABIC_FEMININE)
        return
    if core[-2:] in ("ين", "ون") and len(core) > _LEAST_ARABIC + 2:
        core = core[:-2]
        yield core
    yield from (core + ending for ending in _ARABIC)
    if len(core) >= _LEAST_ACTION:
        yield from (core + ending for ending in _ARABIC_PLURAL)
    if core.endswith("ي"):  # an adjective of relation: its feminine
        yield from (core + ending for ending in ("ه", "ات"))


def _first(word: str, rules: _Rules) -> str:
    return next(_each(word, rules), word)


def _each(word: str, rules: _Rules) -> Iterator[str]:
    for ending, replacement in rules:
        form, count = ending.subn(replacement, word, count=1)
        if count:
            yield form
