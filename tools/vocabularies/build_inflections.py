"""Make the tables of inflection from the dictionaries of simplemma.

    python -m tools.vocabularies.build_inflections [LANGUAGE ...]

Needs ``simplemma==2.0.0``, which the product does not, and the press of ``tools.quality``. A table
has the words for which the rules of ``index/analysis/inflection.py`` are not enough:

- words that the rules, and the stemmer, leave apart from their lemma (*children*, *yeux*);
- words that the rules would bring together with another word (*paris* and *pari*), if the
  dictionary does not know them as its inflection, or the press writes them with a capital;
- what ``inflections.txt`` beside this file says, which was judged by hand.

It makes the tables that are in the repository, byte for byte; to change one, change the rules or
``inflections.txt``.

Verbs are left out, except in English.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from index.analysis import INFLECTIONS, analyzer, fold, normalize, plural_rules
from tools.quality import press

_HAND = Path(__file__).with_name("inflections.txt")
_HEADER = """\
# Words and their base forms; "-" if the rules of inflection.py are not to apply.
# Made by tools/vocabularies/build_inflections.py from the dictionaries of simplemma 2.0.0. Offered,
# as a file, under the Open Database License 1.0; see index/vocabularies/README.md.
"""
_VERBS = {
    "fr": r"(?:er|ir|re|oir)$",
    "es": r"(?:ar|er|ir|ír)(?:se)?$",
    "pt": r"(?:ar|er|ir|or|ôr)(?:-?se)?$",
    "it": r"(?:are|ere|ire|rre|arsi|ersi|irsi)$",
    "de": r"(?:en|ern|eln|n)$",
    "en": r"$^",
}
"""How lemmas end that are verbs."""
_DERIVED = re.compile(
    r"[íi]ssim[oa]s?$|[ée]rrim[oa]s?$|z?inh[oa]s?$|[oa]n[oa]s?$|[ãa]s?$|[õa]es$|z?it[oa]s?$"
)
"""Endings of superlatives, diminutives and augmentatives in Spanish and Portuguese."""
_CAPITALIZED, _NAME = 0.9, 0.97
"""Share of occurrences with a capital from which on a word is a name; that of a known plural."""
_SEEN = 5
_NO_NAMES = ("de", "it")
"""Languages in which nouns have capitals, or which have no press."""
_WORD = re.compile(r"[^\W\d_]+")


def dictionary(language: str) -> dict[str, str]:
    """Return the lemma of each word that simplemma knows, normalised."""
    module: Any = import_module("simplemma.strategies.dictionaries.dictionary_factory")
    words: Mapping[str, str] = module.DefaultDictionaryFactory().get_dictionary(language)
    return {
        normalize(word): normalize(lemma)
        for word, lemma in words.items()
        if word.isalpha() and lemma.isalpha()
    }


def names(language: str) -> dict[str, float]:
    """Return words of the press that are mostly capitalised, with the share of those that are."""
    count: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    if language in _NO_NAMES:
        return {}
    for row in press(language):
        for word in _WORD.findall(row["text"]):
            normal = normalize(word)
            count[normal] += 1
            capitals[normal] += word[0].isupper()
    shares = {word: capitals[word] / n for word, n in count.items() if n >= _SEEN}
    return {word: share for word, share in shares.items() if share > _CAPITALIZED}


def stems(language: str, words: Iterable[str]) -> dict[str, str]:
    """Return the folded stem of each word, without the forms that inflection adds."""
    ordered = list(words)
    forms = analyzer(language).analyse_words(list(map(fold, ordered))).forms
    return {
        word: of_word[0] if of_word else "" for word, of_word in zip(ordered, forms, strict=True)
    }


def table(language: str, hand: Mapping[str, str]) -> dict[str, str]:
    """Return the base forms of words, joined by spaces, or ``-``."""
    lemma_of, share = dictionary(language), names(language)
    lemmas = set(lemma_of.values())
    verb = re.compile(_VERBS[language])

    def is_stop(word: str) -> bool:
        return not analyzer(language).analyse_words([word]).forms[0]

    bases = {
        word: found
        for word in {*lemma_of, *share}
        if (found := plural_rules(language, word)) and not is_stop(word)
    }
    inflected = {
        word
        for word, lemma in lemma_of.items()
        if word != lemma and len(word) > 2 and len(lemma) > 2 and not verb.search(lemma)
        if language not in ("es", "pt") or not _DERIVED.search(word)
    }
    known = {base for found in bases.values() for base in found}
    stem = stems(language, {*lemma_of, *lemmas, *bases, *known})
    lemma_stems = {stem[lemma] for lemma in lemmas}
    entries: dict[str, str] = {}
    for word, found in bases.items():
        lemma = lemma_of.get(word)
        kept = []
        for base in found:
            same = lemma is not None and (stem[lemma] == stem[base] or lemma_of.get(base) == lemma)
            ambiguous = lemma not in (None, word) and base in lemmas and len(base) > 3
            unknown = lemma is None and word not in share
            chance = stem[base] in lemma_stems and stem[base] != stem[word]
            is_name = share.get(word, 0.0) > (_NAME if same else _CAPITALIZED)
            if not chance or ((same or ambiguous or unknown) and not is_name):
                kept.append(base)
        if len(kept) < len(found) and not any(
            lemma is not None and stem[base] == stem[lemma] != stem[word] for base in kept
        ):
            entries[word] = " ".join(kept)
    for word in inflected:
        lemma = lemma_of[word]
        others = entries[word].split() if word in entries else bases.get(word, ())
        is_name = share.get(word, 0.0) > _NAME
        if not is_name and stem[lemma] not in (stem[word], *(stem[base] for base in others)):
            entries[word] = " ".join([lemma, *others])
    return {word: of_word or "-" for word, of_word in entries.items()} | dict(hand)


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Make the tables of inflection.")
    parser.add_argument("languages", nargs="*", default=sorted(_VERBS))
    by_hand: dict[str, dict[str, str]] = {}
    for line in _HAND.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, word, bases = line.split(maxsplit=2)
            by_hand.setdefault(language, {})[word] = bases
    for language in parser.parse_args().languages:
        made = by_hand.get(language, {})
        if language in _VERBS:
            made = table(language, made)
        lines = [f"{word} {bases}\n" for word, bases in sorted(made.items())]
        (INFLECTIONS / f"{language}.txt").write_text(_HEADER + "".join(lines), encoding="utf-8")
        print(language, len(lines))


if __name__ == "__main__":
    main()
