"""Function words and letters that tell the languages of the Latin script apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

_FUNCTION_WORDS = {
    "fr": (
        "le la les des du une un est dans pour que qui sur au aux avec par pas il elle et ce cette"
        " ces son sa ses en ne se plus ont été être sont mais ou où nous vous leur leurs d l qu n s"
        " c j a à de après avant entre même aussi comme tout tous très fait dont sans sous depuis"
    ),
    "en": (
        "the of and to in is that for was on with as by it at from are has be this which have not"
        " had been were will would its their his her an a said or but they he she who when there"
        " all more about than into up out if no so one can after"
    ),
    "es": (
        "el la los las del una un es en para que por con se su sus al lo como más y de no ha fue"
        " este esta pero sobre entre también donde cuando hasta desde está son muy sin ser hay"
        " le les ya o porque todo han dos años tiene puede era ni esto sí e"
    ),
    "de": (
        "der die das und ist in den von zu mit dem des nicht ein eine auf für im sich auch es an"
        " werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so"
        " zum haben nur oder aber vor zur bis mehr durch man sein wurde sei wenn war als hatte"
        " unter gegen will soll"
    ),
    "it": (
        "il la i gli le di che è per una un del della dei delle dell non sono si da dal nel nella"
        " ha con su come più anche alla al lo ma o se questo questa suo sua loro nei e a ed degli"
        " dalla sul sulla agli tra essere stato furono fu cui quando quale"
    ),
    "pt": (
        "o a os as de que do da em um uma para com não por no na se ao dos das mais foi como é ou"
        " pelo pela à são também já nos nas seu sua ele ela entre sobre até isso está sem ser tem"
        " ter mas muito e eu me quando após segundo num numa aos às era disse"
    ),
    "nl": (
        "de het een en van in is dat op te zijn met voor niet aan er om ook als door maar bij nog"
        " uit wordt naar worden heeft hebben deze dit over hij ze wij werd kan was tot geen dan"
    ),
    "sv": (
        "och att det i en som på är av för med till den har inte om ett men var jag från vi så kan"
        " man när de under också efter eller nu sin där vid mot ska skulle kommer ut får finns"
    ),
}
WORDS: Mapping[str, frozenset[str]] = {
    code: frozenset(words.split()) for code, words in _FUNCTION_WORDS.items()
}
EXCLUSIVE: Mapping[str, frozenset[str]] = {
    code: words.difference(*(other for name, other in WORDS.items() if name != code))
    for code, words in WORDS.items()
}
"""The function words that only one of the languages has."""
_LETTERS = {
    "fr": "œçèêëîïûù",
    "es": "ñ¿¡ó",
    "de": "ßäöü",
    "it": "ìòù",
    "pt": "ãõçêâ",
    "sv": "åäö",
}
_LETTER_WEIGHT = 0.7


def _shares(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Share what speaks for several languages among them, the more the less."""
    owners: dict[str, list[str]] = defaultdict(list)
    for code, members in groups.items():
        for member in members:
            owners[member].append(code)
    return {
        member: tuple((code, 1.0 / len(codes)) for code in codes)
        for member, codes in owners.items()
    }


_WORD_SHARES = _shares(WORDS)
_OWNERS = {word: tuple(code for code, _ in shares) for word, shares in _WORD_SHARES.items()}
_LETTER_SHARES = _shares(_LETTERS)


def languages_of(word: str) -> tuple[str, ...]:
    """Return the languages that have a function word."""
    return _OWNERS.get(word, ())


def evidence(words: Iterable[str], text: str) -> dict[str, float]:
    """Return how much the words and letters of a text in small letters speak for each language.

    A function word that only one language has counts 1, one of ``n`` languages ``1 / n`` for
    each; letters count less, and once each.
    """
    weights: dict[str, float] = defaultdict(float)
    for word in words:
        for code, share in _WORD_SHARES.get(word, ()):
            weights[code] += share
    if not text.isascii():
        for letter in set(text):
            for code, share in _LETTER_SHARES.get(letter, ()):
                weights[code] += _LETTER_WEIGHT * share
    return weights
