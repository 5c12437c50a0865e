"""The written forms of the words of an expression: singular and plural, feminine, Arabic affixes.

Themes are found by written forms and not by stems: a stemmer joins ``vacuna`` (vaccine) with
``vacuno`` (cattle) and ``أمام`` (before) with ``إمام`` (imam). A form that no rule gives is
written in the vocabulary as an expression of its own.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache

from index.analysis import fold_key

_Rules = Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]
"""Endings and what replaces them, by the last letter of a word; "" for all other letters."""


def _compiled(tables: dict[str, dict[str, tuple[tuple[str, str], ...]]]) -> dict[str, _Rules]:
    return {
        language: {
            letter: tuple((re.compile(ending), new) for ending, new in (*pairs, *table.get("", ())))
            for letters, pairs in table.items()
            for letter in letters or ("",)
        }
        for language, table in tables.items()
    }


_PLURALS = _compiled(
    {
        "fr": {
            "sxz": (("$", ""),),
            "l": (("al$", "aux"), (r"(?<=\w)ail$", "aux")),
            "u": (("eau$|eu$", r"\g<0>x"),),
            "": (("$", "s"),),
        },
        "en": {
            "sxzh": ((r"(s|x|z|ch|sh)$", r"\1es"),),
            "y": ((r"([^aeiou])y$", r"\1ies"),),
            "": (("$", "s"),),
        },
        "es": {
            "aeioué": (("$", "s"),),
            "z": (("z$", "ces"),),
            "n": (("án$", "anes"), ("én$", "enes"), ("ín$", "ines"), ("ón$", "ones")),
            "s": (("$", ""),),
            "": (("$", "es"),),
        },
        "pt": {
            "o": (("ão$", "ões"),),
            "l": (
                ("([aou])l$", r"\1is"),
                ("el$", "eis"),
                # Not stressed at the end: mísseis, but barris.
                (r"^(\w*[áéíóúâêô]\w*)il$", r"\1eis"),
                ("il$", "is"),
            ),
            "m": (("m$", "ns"),),
            "rz": (("$", "es"),),
            "s": (("ês$", "eses"), ("$", "")),
            "": (("$", "s"),),
        },
        "it": {
            "a": (("ista$", "isti"), ("([cg])a$", r"\1he"), ("([cg])ia$", r"\1e"), ("a$", "e")),
            "o": (
                ("ico$", "ici"),
                ("logo$", "logi"),
                ("([cg])o$", r"\1hi"),
                ("io$", "i"),
                ("o$", "i"),
            ),
            "e": (("e$", "i"),),
        },
    }
)
"""The plural; the first that fits counts."""

_OTHERS = _compiled(
    {
        "fr": {
            "éu": (("$", "e"),),
            "r": (("teur$", "trice"), ("eur$", "euse"), ("eur$", "eure"), ("er$", "ère")),
            "x": (("eux$", "euse"),),
            "l": (("al$", "als"), ("el$", "elle"), ("(?<=...)al$", "ale")),
            "f": (("if$", "ive"),),
            "n": (("(ien|yen|éen)$", r"\g<0>ne"), ("(?<=...)(ain|an|in)$", r"\g<0>e")),
            "t": (("(?<=...)(ant|ent|at)$", r"\g<0>e"),),
            "d": (("(?<=...)(and|ard)$", r"\g<0>e"),),
            "s": (("(?<=...)(ois|ais)$", r"\g<0>e"),),
        },
        "es": {
            "o": (("(ic|iv|ari|er|ad|id|an|in|os|óg|ógraf|ólog|ct)o$", r"\1a"),),
            "r": (("or$", "ora"),),
            "s": (("és$", "esa"),),
            "n": (("án$", "ana"),),
        },
        "pt": {
            "o": (
                ("(ic|iv|ári|eir|ad|id|an|in|os|óg|ógraf|ólog|ct)o$", r"\1a"),
                ("ão$", "ã"),
                ("ão$", "ão"),
            ),
            "r": (("or$", "ora"),),
            "s": (("ês$", "esa"),),
        },
        "it": {
            "o": (("(ic|iv|ari|ier|at|it|ut|an|in|os|og|ograf|olog|tt)o$", r"\1a"),),
            "e": (("tore$", "trice"),),
            "a": (("ista$", "iste"),),
        },
    }
)
"""Feminines of persons, adjectives and participles, in the singular. Each that fits counts.

Not every word in ``o`` has one: ``puerto`` is not ``puerta``.
"""

_SINGULARS = _compiled(
    {
        "fr": {
            "x": (("aux$", "al"), ("eux$", "eu"), ("eaux$", "eau")),
            "s": (("([^sïî])s$", r"\1"),),
        },
        "en": {"s": (("ies$", "y"), ("(ss|x|z|ch|sh)es$", r"\1"), ("([^s])s$", r"\1"))},
        "es": {"s": (("ces$", "z"), ("ones$", "ón"), ("([^aeiou])es$", r"\1"), ("s$", ""))},
        "pt": {"s": (("ões$", "ão"), ("ns$", "m"), ("([rz])es$", r"\1"), ("s$", ""))},
        "it": {},
    }
)
"""The singular of an expression in the plural, without its last letter where that is ``s``."""


def _by_last_letter(endings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for ending in dict.fromkeys(endings):
        found[ending[-1]] = (*found.get(ending[-1], ()), ending)
    return found


_GERMAN = ("n", "en", "e", "er", "ern", "s", "es", "em", "nen", "se", "in", "innen")
_ARABIC_FEMININE = ("ه", "ات", "تها", "ته", "تهم", "تنا", "تين", "تان", "اتها", "اته", "اتهم")
_ARABIC = ("ها", "هم", "نا", "ا", "ين", "ون", "ان")
_ARABIC_PLURAL = ("ات", "اتها", "اتهم")
_ARABIC_RELATION = ("ه", "ات")
"""Endings of the feminine of an adjective of relation."""
_ENDINGS = {
    "de": _by_last_letter(_GERMAN),
    "ar": _by_last_letter((*_ARABIC_FEMININE, *_ARABIC, *_ARABIC_PLURAL)),
}
"""What words of any kind may end with, by language and last letter."""
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
    others = list(_each(word, _OTHERS.get(language, {})))
    forms = [word, plural, *others, *(_first(other, _PLURALS[language]) for other in others)]
    forms += _each(word, _SINGULARS[language])
    return frozenset(fold_key(form) for form in forms)


def exact_forms(word: str, language: str) -> frozenset[str]:
    """Return the folded singular and plural of a word."""
    if language not in _PLURALS:
        return frozenset((fold_key(word), f"{fold_key(word)}s"))
    plural = _first(word.lower(), _PLURALS[language])
    return frozenset(map(fold_key, (word, plural, *_each(word.lower(), _SINGULARS[language]))))


def bases(word: str, language: str) -> Collection[str]:
    """Return what a word of an expression is listed by, to be found from any of its written forms.

    A form is one of these, or becomes one :func:`without_endings`. They are few where all words
    have the same endings, of which a German word has thirteen; elsewhere they are all forms.
    """
    if language not in _ENDINGS:
        return written_forms(word, language)
    folded = fold_key(word)
    if language == "de":
        return (folded,)
    core = _arabic_core(folded)
    return {core, core.removesuffix("ه"), _arabic_singular(core)}


def without_endings(form: str, language: str) -> list[str]:
    """Return what is left of a folded word without each ending that it may have."""
    endings = _ENDINGS[language].get(form[-1:], ()) if language in _ENDINGS else ()
    return [form[: -len(ending)] for ending in endings if form.endswith(ending)]


@lru_cache(maxsize=20_000)
def without_prefixes(word: str) -> tuple[str, ...]:
    """Return a folded Arabic word, and what is left of it without the prefixes it may have."""
    least = _LEAST_ARABIC
    rest = [word[len(p) :] for p in _ARABIC_PREFIXES if word.startswith(p)]
    return (word, *(each for each in rest if len(each) >= least))


def words_of(text: str) -> list[str]:
    """Return the words of an expression as they are written."""
    return [text] if text.isalnum() else _WORD.findall(text)


def _arabic(word: str) -> Iterator[str]:
    core = _arabic_core(word)
    yield core
    if core.endswith("ه"):
        yield from (core[:-1] + ending for ending in _ARABIC_FEMININE)
        return
    singular = _arabic_singular(core)
    if singular != core:  # other words may be written as it: مدنيين, but المجتمع المدني
        yield from (singular + ending for ending in ("ين", "ون"))
    yield from (core + ending for ending in _ARABIC)
    if len(core) >= _LEAST_ACTION:
        yield from (core + ending for ending in _ARABIC_PLURAL)
    if core.endswith("ي"):
        yield from (core + ending for ending in _ARABIC_RELATION)


def _arabic_core(word: str) -> str:
    return word.removeprefix("ال") if len(word) > _LEAST_ARABIC + 2 else word


def _arabic_singular(core: str) -> str:
    return core[:-2] if core[-2:] in ("ين", "ون") and len(core) > _LEAST_ARABIC + 2 else core


def _first(word: str, rules: _Rules) -> str:
    return next(_each(word, rules), word)


def _each(word: str, rules: _Rules) -> Iterator[str]:
    for ending, replacement in rules.get(word[-1:]) or rules.get("", ()):
        form, count = ending.subn(replacement, word, count=1)
        if count:
            yield form
