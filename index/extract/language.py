"""Function words and letters that tell the languages of the Latin script apart.

The parts of a text that are in another language than the rest of it.

A part is a long run in another script, or a paragraph whose function words speak for another
language; what is short stays with the language of the document.

The language of a document: declared where that is plausible, else detected.

Scripts that one language writes need no model. The rest is langdetect's naive Bayes over
character n-grams with the profiles of the languages on offer, seeded, on lower-cased running
text; where it hesitates, function words and letters of one language decide with it.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import langdetect
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from index.document import Document, Language, Span
from index.vocabularies import DETECTED_LANGUAGES

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


LEAST = 120
"""Characters that a part in another language has at least; fewer are read with the rest."""
_LEAST_EVIDENCE = 4.0
_TIMES = 3.0
"""Another language must have so many times the evidence of that of the document."""
_LEAST_PART_CONFIDENCE = 0.95
_READ = 1_000
"""Characters of a paragraph whose function words are counted."""
_SHARE = 0.08
"""Text with such a share of function words that only one language has is in that language."""

_LATIN = "a-zA-Z\u00c0-\u024f"
_OTHER = "\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_FOREIGN = re.compile(f"[{_OTHER}]")
_RUN = re.compile(
    rf"(?:[{_LATIN}][^{_OTHER}]{{{LEAST - 1},}}|[{_OTHER}](?:[^{_LATIN}]|[{_LATIN}]{{1,20}}"
    rf"(?=[^{_LATIN}]{{15}})){{{LEAST - 1},}})"
)
_PARAGRAPH = re.compile(r"[^\n]+")
_PART_WORD = re.compile(r"[a-zà-öø-ÿ]++(?!\w)|[^\W\d_]+")  # the first finds most words, and fast

Detect = Callable[[str], tuple[str, float]]


def divide(text: str, code: str, detect: Detect) -> tuple[tuple[Span, str], ...]:
    """Divide a text in language ``code`` where paragraphs or long runs are in another.

    The parts cover the text in order; neighbours differ in language. Empty where all of the text
    is in one language. ``detect`` returns the language of a piece and its probability.
    """
    foreign = [
        (piece, language)
        for piece in _pieces(text)
        if (language := _language(text[piece.start : piece.end], code, detect)) != code
    ]
    if not foreign:
        return ()
    parts: list[tuple[Span, str]] = []
    for piece, language in [*foreign, (Span(len(text), len(text)), code)]:
        done = parts[-1][0].end if parts else 0
        same = bool(parts) and parts[-1][1] == language
        if same and not text[done : piece.start].strip():
            parts[-1] = (Span(parts[-1][0].start, piece.end), language)
            continue
        if done < piece.start:
            parts.append((Span(done, piece.start), code))
        if piece.start < piece.end:
            parts.append((piece, language))
    return tuple(parts)


def _pieces(text: str) -> Iterator[Span]:
    """Yield what may be a part: long paragraphs, cut where the script changes for long."""
    mixed = not text.isascii() and _FOREIGN.search(text) is not None
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        if end - start < LEAST:
            continue
        if not mixed:
            yield Span(start, end)
            continue
        for run in _RUN.finditer(text, start, end):
            yield Span(run.start(), run.end())


def _language(piece: str, code: str, detect: Detect) -> str:
    """Return the language of a piece, that of the document unless it clearly is another."""
    if not piece.isascii() and _FOREIGN.search(piece):
        found, confidence = detect(piece)
        return found if confidence >= _LEAST_PART_CONFIDENCE and found != "und" else code
    lowered = piece[:_READ].lower()
    words = _PART_WORD.findall(lowered)
    own = EXCLUSIVE.get(code, frozenset())
    if sum(map(own.__contains__, words)) > _SHARE * len(words):
        return code
    said = evidence(words, lowered)
    best = max(said, key=lambda each: said[each], default=code)
    enough = max(_LEAST_EVIDENCE, _TIMES * said.get(code, 0.0))
    if best == code or said[best] < enough:
        return code
    found, confidence = detect(piece)
    return found if confidence >= _LEAST_PART_CONFIDENCE and found == best else code


SAMPLE = 400
"""Characters of running text that detection reads."""
_LEAST_LETTERS = 12
_LEAST_CONFIDENCE = 0.5
_SURE = 0.999
_LONG = 300
"""Beyond so many characters a sure answer of the model stands alone."""
_LEAST_PROBABILITY = 0.02
_DECLARED_SHARE = 3
"""A declared language is plausible where one character in so many is in it."""
_WEIGHT = 1.6
"""What a function word of one language alone adds to the logarithm of its probability."""
_RARE = frozenset(("nl", "sv"))
"""Languages that rows of names and abbreviations are taken for: they must show their words."""
_RARITY = 0.02
_MARKS = r"[#@]\w+|[\d_]+|[<>{}\[\]|*=~^\\/]+"
_NOISE = re.compile(rf"https?://\S+|www\.\S+|{_MARKS}")
_NOISE_AND_MAIL = re.compile(rf"https?://\S+|www\.\S+|\S+@\S+|{_MARKS}")

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff\u3400-\u4dbf]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("ar", re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("latin", re.compile("[a-zà-öø-ÿœāăąćčďđēęěğīıłńňőřśşšťūůűźżž]", re.IGNORECASE)),
)
_PERSIAN = re.compile("[پچژگ]")
_URDU = re.compile("[ٹڈڑےں]")
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_LATIN_SCRIPT = _SCRIPTS[-1][0]
_OWN_SCRIPT = frozenset(code for code, _ in _SCRIPTS[:-1])
"""Languages that their script tells."""
_OF_SCRIPT = {"fa": "ar", "ur": "ar", "uk": "ru", "bg": "ru", "sr": "ru", "be": "ru", "mk": "ru"}

_WORD = re.compile(r"[^\W\d_]+")

# Names of languages as metadata write them, beside two-letter codes with a region.
_DECLARED = {
    "fra": "fr",
    "fre": "fr",
    "french": "fr",
    "français": "fr",
    "francais": "fr",
    "eng": "en",
    "english": "en",
    "anglais": "en",
    "spa": "es",
    "spanish": "es",
    "español": "es",
    "espagnol": "es",
    "deu": "de",
    "ger": "de",
    "german": "de",
    "deutsch": "de",
    "allemand": "de",
    "ita": "it",
    "italian": "it",
    "italiano": "it",
    "italien": "it",
    "por": "pt",
    "portuguese": "pt",
    "português": "pt",
    "portugais": "pt",
    "ara": "ar",
    "arabic": "ar",
    "arabe": "ar",
    "العربية": "ar",
    "rus": "ru",
    "russian": "ru",
    "nld": "nl",
    "dut": "nl",
    "dutch": "nl",
    "swe": "sv",
    "swedish": "sv",
    "zho": "zh",
    "chi": "zh",
    "jpn": "ja",
    "kor": "ko",
    "ell": "el",
    "heb": "he",
    "tha": "th",
}


class _ScriptOf(dict[str, str]):
    """The script or language of a character, empty for other characters than letters."""

    def __missing__(self, character: str) -> str:
        names = (name for name, pattern in _SCRIPTS if pattern.match(character))
        found = self[character] = next(names, "")
        return found


_SCRIPT_OF = _ScriptOf()


def running_text(text: str) -> str:
    """Return the first characters of ``text`` fit for detection: lower case, no addresses."""
    begin = text[: 2 * SAMPLE]
    noise = _NOISE_AND_MAIL if "@" in begin else _NOISE
    return " ".join(noise.sub(" ", begin).split()).lower()[:SAMPLE]


def declared_code(declared: str) -> str:
    """Return the ISO 639-1 code that a declaration such as ``fr-FR`` or ``French`` means."""
    written = declared.strip().lower()
    if written in _DECLARED:
        return _DECLARED[written]
    code = re.split("[-_]", written)[0]
    return _DECLARED.get(code, code if len(code) == 2 and code.isalpha() else "")


def dominant_script(sample: str) -> str:
    """Return ``latin``, or the language that stands for the script of most letters, or ``""``."""
    if sample.isascii():
        return _LATIN_SCRIPT if any(map(str.isalpha, sample)) else ""
    found = Counter(map(_SCRIPT_OF.__getitem__, sample))
    if found[_LATIN_SCRIPT] * 2 > len(sample):
        return _LATIN_SCRIPT
    counts = {code: found[code] for code, _ in _SCRIPTS}
    if counts["ja"] and counts["ja"] * 8 > counts["zh"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


def _plausible(code: str, sample: str, script: str) -> bool:
    """Say whether a declared language may be that of the sample: script, then common words."""
    if not script:
        return True
    expected = _OF_SCRIPT.get(code, code)
    if script != _LATIN_SCRIPT:
        return expected == script
    if expected in _OWN_SCRIPT:
        return False
    if code not in WORDS:
        return True
    words = _WORD.findall(sample)
    hits = Counter(name for word in words for name in languages_of(word))
    return len(words) < 20 or hits[code] * 3 >= max(hits.values(), default=0)


class _Profiles(DetectorFactory):  # type: ignore[misc]
    """langdetect's factory with some of its profiles and a fixed seed."""

    def __init__(self, languages: Iterable[str]) -> None:
        super().__init__()
        folder = Path(langdetect.__file__).parent / "profiles"
        found = [folder / code for code in languages if (folder / code).is_file()]
        self.load_json_profile([path.read_text(encoding="utf-8") for path in found])
        self.seed = 0


@cache
def _profiles(languages: tuple[str, ...]) -> _Profiles:
    return _Profiles(languages)


def _guess(sample: str, languages: tuple[str, ...]) -> tuple[str, float]:
    """Return the most probable language and its probability."""
    detector: Detector = _profiles(languages).create()
    detector.append(sample)
    try:
        best = detector.get_probabilities()
    except LangDetectException:
        return "und", 0.0
    if not best:
        return "und", 0.0
    if best[0].prob > _SURE and len(sample) >= _LONG and best[0].lang not in _RARE:
        return best[0].lang, min(1.0, best[0].prob)
    weights = dict.fromkeys(languages, _LEAST_PROBABILITY)
    weights.update((each.lang, max(each.prob, _LEAST_PROBABILITY)) for each in best)
    said = evidence(_WORD.findall(sample), sample)
    for code in weights:
        weights[code] *= math.exp(_WEIGHT * said.get(code, 0.0))
        if code in _RARE:
            weights[code] *= _RARITY if said.get(code, 0.0) < 1.0 else 0.5
    code = max(weights, key=lambda code: weights[code])
    return code, weights[code] / sum(weights.values())


def detect_text(text: str, languages: tuple[str, ...] = DETECTED_LANGUAGES) -> Language:
    """Detect the language of ``text`` among ``languages``; ``und`` where it is too short."""
    sample = running_text(text)
    script = dominant_script(sample)
    letters = sum(map(str.isalpha, sample))
    if not script or (script == _LATIN_SCRIPT and letters < _LEAST_LETTERS):
        return Language("und", 0.0, "none")
    if script != _LATIN_SCRIPT:
        return Language(_of_script(script, sample), 1.0 if letters >= _LEAST_LETTERS else 0.8)
    latin = tuple(code for code in languages if code not in _OWN_SCRIPT)
    code, confidence = _guess(sample, latin)
    if code == "und" or confidence < _LEAST_CONFIDENCE:
        return Language("und", round(confidence, 3), "none")
    return Language(code, round(confidence, 3))


def _of_script(script: str, sample: str) -> str:
    if script == "ar":
        if len(_URDU.findall(sample)) * 30 > len(sample):
            return "ur"
        return "fa" if len(_PERSIAN.findall(sample)) * 60 > len(sample) else "ar"
    if script == "ru":
        return "uk" if len(_UKRAINIAN.findall(sample)) * 50 > len(sample) else "ru"
    return script


def detect(document: Document, languages: tuple[str, ...] = DETECTED_LANGUAGES) -> Language:
    """Return the language of a document: as declared where plausible, else as detected.

    Long paragraphs in another language are its ``parts``; the language of the document is that
    of most of the text where it was detected.
    """
    spoken = _whole(document, languages)

    def of_piece(piece: str) -> tuple[str, float]:
        found = detect_text(piece, languages)
        return found.code, found.confidence

    parts = divide(document.text, spoken.code, of_piece)
    if not parts:
        return spoken
    if spoken.origin != "metadata":
        sizes: Counter[str] = Counter()
        for span, code in parts:
            sizes[code] += span.end - span.start
        most = max(sizes, key=lambda code: (sizes[code], code == spoken.code))
        declared = declared_code(document.language)
        if sizes[declared] * _DECLARED_SHARE >= sizes.total():
            spoken = Language(declared, 1.0, "metadata")
        elif most != spoken.code:
            spoken = Language(most, detect_text(_joined(document.text, parts, most)).confidence)
    return replace(spoken, parts=parts)


def _joined(text: str, parts: tuple[tuple[Span, str], ...], code: str) -> str:
    return " ".join(text[span.start : span.end] for span, each in parts if each == code)


def _whole(document: Document, languages: tuple[str, ...]) -> Language:
    code = declared_code(document.language)
    if code and code != "und":
        sample = running_text(document.text)
        if _plausible(code, sample, dominant_script(sample)):
            return Language(code, 1.0, "metadata")
    return detect_text(document.text, languages)
