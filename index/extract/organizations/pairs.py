"""``Long form (ACRONYM)``: the organizations that a document introduces itself.

The words before the parenthesis must supply the letters of the acronym as initials, in order
(Schwartz and Hearst, 2003, narrowed to initials), begin with a capital and hold a word that only
bodies are called by.
"""

import re
from typing import NamedTuple

from index.document import Span
from index.vocabularies import fold_key

_PARENTHESIS = re.compile(r"\(([A-ZÀ-Þ][A-Za-zÀ-ÿ0-9.&\-]{1,11})\)")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_LONGEST = 140
_SMALL_WORDS = (
    "de du des d la le les l et en pour a au aux sur dans par contre of the and for in on to at"
    " del y e para los las el der die das und fur von di della dei delle degli per il lo"
    " do da dos no na em com"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_HEADS = (
    "organi[sz]a[tcz]|associa|asocia|agen[ct]|autorit|autorid|author|ban[qkc]|bureau|buro|caisse"
    "|cent[rer]|chamb|camara|camera|comit|commi|comisi|comiss|communaut|comunid|comunit"
    "|confed|consei|consej|consig|conselh|council|cour$|court|corte|direction|direcci"
    "|f[eo]dera[tcz]i|fonda|funda|fonds|fund|fondo|front|frente|fronte|group|grupo|gruppo"
    "|institu|istitu|ligue|liga|league|lega$|mission|mouvement|movim|movement|bewegung"
    "|observato|osservato|offic|oficina|parti|partido|partei|poli[cz]|rassembl|r[eé]seau|network"
    "|service|servici|servizi|soci[eé]t|sociedad|society|syndic|sindica|gewerk|tribun|union|uni[oó]n"
    "|universi|verband|verein|bund$|amt$|kammer|ministe|minist[eè]r|agenzia|administration|corps"
    "|alliance|alian|forum|haut|high|mutuel|collecti|coordinat|coalition|parlament|parliament"
    "|assembl|asambl|academ|acad[eé]m|compan|compagn|company|corporation|board|bureau"
)
_HEAD = re.compile(rf"^(?:{_HEADS})|(?:{'verband|verein|bund|amt|kammer|rat|gesellschaft'})$")

_HEAD_FIRST = frozenset(("fr", "es", "it", "pt"))
_PLURAL_WORDS = "organisations organizaciones organizacoes associations entreprises services"
_PLURAL = frozenset(_PLURAL_WORDS.split())
_GENERIC = re.compile(
    r"^(?:service|servico|servicio|unite|unidade|police|policias?) d[eo] "
    r"|world trade center|parlement\w+ d enquete|parlamentar\w* de inquerito|^comissao parlamentar"
    r"|hospitalier|hopital"
    r"|^policia (?:militar|civil|rodoviaria)|^ministerio publico(?: estadual)?$|^instituto medico"
    r"|^instituto de medicina legal|republique|republik|republic of|champions|ligue des champions"
    r"|^agence regionale de sante$|^tribunal regional|^tribunal de (?:justica|contas do estado)$"
    r"|comite d hygiene|^banco central$|^centro de detencao|^fundo de garantia|^caisse primaire"
)


class Pair(NamedTuple):
    """A long form, where it stands, and its acronym as written in the parenthesis."""

    name: str
    long: Span
    acronym: str


def find_pairs(text: str, language: str) -> list[Pair]:
    """Return the pairs of ``text`` in order. ``language`` is that of the document."""
    pairs = []
    for found in _PARENTHESIS.finditer(text):
        pair = _before(text, found.start(), found.group(1), language)
        if pair:
            pairs.append(pair)
    return pairs


def _before(text: str, end: int, acronym: str, language: str) -> Pair | None:
    """Return the long form that ends at ``end`` and whose initials are ``acronym``."""
    letters = [letter for letter in fold_key(acronym).replace(" ", "") if letter.isalpha()]
    if len(letters) < 2 or sum(letter.isupper() for letter in acronym) < 2:
        return None
    begin = max(0, end - _LONGEST)
    window = text[begin:end]
    cut = max(window.rfind(mark) for mark in '.;:()\n»"“')
    words = [
        (part.start() + begin, part.group()) for part in re.finditer(r"[^\W_]+", window[cut + 1 :])
    ]
    words = [(start + cut + 1, word) for start, word in words]
    remaining = len(letters) - 1
    for start, word in reversed(words):
        initial = fold_key(word)[:1]
        if initial == letters[remaining]:
            if remaining == 0:
                if not word[:1].isupper():
                    return None
                return _checked(text, start, end, acronym, language)
            remaining -= 1
        elif fold_key(word) not in _SMALL:
            return None
    return None


def _checked(text: str, start: int, end: int, acronym: str, language: str) -> Pair | None:
    name = text[start:end].rstrip()
    folded = fold_key(name).split()
    if len(folded) < 2 or _GENERIC.search(" ".join(folded)):
        return None
    if language in _HEAD_FIRST:
        if folded[0] in _PLURAL or not any(_HEAD.search(word) for word in folded[:2]):
            return None
    elif not any(_HEAD.search(word) for word in folded):
        return None
    return Pair(" ".join(name.split()), Span(start, start + len(name)), acronym)
