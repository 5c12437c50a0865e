"""Regular plurals and feminines of the expressions, where stemming folded words misses them.

The Snowball stemmers know suffixes by their accents (``inundación``, ``inundações``) and see words
without, and some of their plurals keep another stem than the singular (``vulcani``, ``métros``).
English and German forms fall together once folded.
"""

import re
from collections.abc import Iterable

_PLURALS: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": ((r"[sxz]$", r"\g<0>"), ("al$", "aux"), ("eau$|eu$", r"\g<0>x"), ("$", "s")),
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
        ("[ei]l$|ível$", "eis"),
        ("m$", "ns"),
        ("[rz]$", r"\g<0>es"),
        ("s$", "s"),
        ("$", "s"),
    ),
    "it": (
        ("ista$", "isti"),
        ("ico$", "ici"),
        ("logo$", "logi"),
        ("([cg])o$", r"\1hi"),
        ("([cg])a$", r"\1he"),
        ("io$", "i"),
        ("[oe]$", "i"),
        ("a$", "e"),
    ),
}
"""Ending and what stands for it in the plural, the first that fits; none: no plural."""
_FEMININES: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (("[éu]$", r"\g<0>e"), ("teur$", "trice")),
    "es": (("oso$", "osa"),),
    "pt": (("ário$", "ária"),),
    "it": (("tore$", "trice"),),
}
_PREPOSITIONS = re.compile(
    r"(?:[dl]['’].*|d[eou]s?|del|della|dell['’].*|degli|delle|dei|di|d[ao]s?|à|aux?|al?|an|en|in|em|su"
    r"|sur|para|per|pour|par|contra|contre|contro|con|com|avec|n[ao]s?|nella|nel|la|le|les|e|et|y)$",
    re.IGNORECASE,
)


def inflected(text: str, language: str) -> tuple[str, ...]:
    """Return further forms of an expression of ``language``: plurals and feminines, each once.

    What stands before the first preposition agrees (``arma química``, ``armas químicas``); what
    follows stays (``accidente de tráfico``, ``accidentes de tráfico``). Words in capitals have no
    other forms. Empty for languages without rules.
    """
    words = text.split()
    cut = next((at for at, word in enumerate(words) if _PREPOSITIONS.match(word)), len(words))
    if language not in _PLURALS or not cut:
        return ()
    head, rest = words[:cut], words[cut:]
    forms = [_each(head, _PLURALS[language])]
    if len(words) == 1:
        feminine = _each(head, _FEMININES[language])
        if feminine != head:
            forms += [feminine, _each(feminine, _PLURALS[language])]
    joined = (" ".join([*form, *rest]) for form in forms)
    return tuple(form for form in dict.fromkeys(joined) if form != text)


def _each(words: Iterable[str], rules: tuple[tuple[str, str], ...]) -> list[str]:
    return [_changed(word, rules) for word in words]


def _changed(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    if word.isupper():
        return word
    for ending, other in rules:
        if re.search(ending, word):
            return re.sub(f"(?:{ending})", other, word, count=1)
    return word
