"""The language of a document and of its parts: declared if plausible, else detected.

A script that one language writes decides alone. Between languages of the Latin script langdetect
decides: naive Bayes over character n-grams, with a fixed seed, on lower-cased running text. Where
it hesitates, function words and letters of single languages are counted too. Long paragraphs in
another language are parts of their own.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TypeVar

import langdetect
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from index.document import Document, Language, Span
from index.vocabularies import DETECTED_LANGUAGES, function_words

# The document

_DECLARED_SHARE = 3
"""A declared language is plausible if one character in so many is in it."""
# Names of languages in metadata, beside two-letter codes with or without a region.
_DECLARED_NAMES = {
    "fr": "fra fre french français francais",
    "en": "eng english anglais",
    "es": "spa spanish español espagnol",
    "de": "deu ger german deutsch allemand",
    "it": "ita italian italiano italien",
    "pt": "por portuguese português portugais",
    "ar": "ara arabic arabe العربية",
    "ru": "rus russian",
    "nl": "nld dut dutch",
    "sv": "swe swedish",
    "zh": "zho chi",
    "ja": "jpn",
    "ko": "kor",
    "el": "ell",
    "he": "heb",
    "th": "tha",
}
_DECLARED_CODES = {name: code for code, names in _DECLARED_NAMES.items() for name in names.split()}


def detect_language(
    document: Document, languages: tuple[str, ...] = DETECTED_LANGUAGES
) -> Language:
    """Return the language of a document, chosen among ``languages`` if it has to be detected.

    Long paragraphs in other languages are its ``parts``. A detected language is that of most of
    the text.
    """
    language = _whole(document, languages)
    parts = _parts(document.text, language.code, languages)
    if not parts:
        return language
    if language.origin != "metadata":
        sizes: Counter[str] = Counter()
        for span, code in parts:
            sizes[code] += span.end - span.start
        most = max(sizes, key=lambda code: (sizes[code], code == language.code))
        declared = declared_code(document.language)
        if sizes[declared] * _DECLARED_SHARE >= sizes.total():
            language = Language(declared, 1.0, "metadata")
        elif most != language.code:
            joined = " ".join(
                document.text[span.start : span.end] for span, code in parts if code == most
            )
            language = Language(most, detect_text(joined).confidence)
    return replace(language, parts=parts)


def declared_code(declared: str) -> str:
    """Return the ISO 639-1 code of a declaration such as ``fr-FR`` or ``French``, or ``""``."""
    name = declared.strip().lower()
    if name in _DECLARED_CODES:
        return _DECLARED_CODES[name]
    code = re.split("[-_]", name)[0]
    return _DECLARED_CODES.get(code, code if len(code) == 2 and code.isalpha() else "")


def _whole(document: Document, languages: tuple[str, ...]) -> Language:
    code = declared_code(document.language)
    if code and code != "und":
        sample = _running_text(document.text)
        if _plausible(code, sample, _dominant_script(sample)):
            return Language(code, 1.0, "metadata")
    return detect_text(document.text, languages)


def _plausible(code: str, sample: str, script: str) -> bool:
    """Return whether script and function words of the sample allow a declared language."""
    if not script:
        return True
    expected = _SCRIPT_OF_LANGUAGE.get(code, code)
    if script != _LATIN_SCRIPT:
        return expected == script
    if expected in _OWN_SCRIPT:
        return False
    if code not in _WORDS:
        return True
    words = _WORD.findall(sample)
    counts = Counter(chain.from_iterable(map(_WORD_OWNERS.get, words, repeat(()))))
    return len(words) < 20 or counts[code] * 3 >= max(counts.values(), default=0)


# Detection

_SAMPLE = 400
"""Characters of running text that detection reads."""
_PROBABLY_ENOUGH = _SAMPLE + 50
"""Characters of a text that mostly have a sample of running text in them."""
_LEAST_LETTERS = 12
_LEAST_CONFIDENCE = 0.5
_SURE = 0.999
_LONG = 300
"""In a sample of so many characters, a sure answer of the model stands alone."""
_LEAST_PROBABILITY = 0.02
_WEIGHT = 1.6
"""What a function word of a single language adds to the logarithm of its probability."""
_RARE = frozenset(("nl", "pl", "ro", "sv", "tr", "vi"))
"""Languages that lists of names and abbreviations are mistaken for: their words must be there."""
_RARITY = 0.02
_MARK = r"<>{}\[\]|*=~^\\/"
# A pattern that begins with a class of characters skips all others fast.
_NOISE = re.compile(
    rf"[hw#@\d_{_MARK}](?:(?<=h)ttps?://\S+|(?<=w)ww\.\S+|(?<=[#@])\w+|(?<=[\d_])[\d_]*"
    rf"|(?<=[{_MARK}])[{_MARK}]*)"
)
_MAIL = re.compile(r"\S+@\S+")
_WORD = re.compile(r"[^\W\d_]+")

# The language that stands for a script, the likeliest first.
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
# Other languages of a script: the letters that show them, and how few characters hold one.
_OTHERS = {
    "ar": (("ur", "ٹڈڑےں", 30), ("fa", "پچژگکی", 40)),
    "ru": (("uk", "іїєґ", 50),),
}
_LATIN_SCRIPT = _SCRIPTS[-1][0]
_OWN_SCRIPT = frozenset(code for code, _ in _SCRIPTS[:-1])
"""Languages that are recognized by their script."""
_SCRIPT_OF_LANGUAGE = {
    **dict.fromkeys(("fa", "ur"), "ar"),
    **dict.fromkeys(("uk", "bg", "sr", "be", "mk"), "ru"),
}


def detect_text(text: str, languages: tuple[str, ...] = DETECTED_LANGUAGES) -> Language:
    """Detect the language of ``text`` among ``languages``; ``und`` if the text is too short."""
    sample = _running_text(text)
    script = _dominant_script(sample)
    letters = sum(1 for _ in islice(filter(str.isalpha, sample), _LEAST_LETTERS))
    if not script or (script == _LATIN_SCRIPT and letters < _LEAST_LETTERS):
        return Language("und", 0.0, "none")
    if script != _LATIN_SCRIPT:
        code = _language_of_script(script, sample)
        return Language(code, 1.0 if letters >= _LEAST_LETTERS else 0.8)
    code, confidence = _guess(sample, tuple(code for code in languages if code not in _OWN_SCRIPT))
    confidence = round(confidence, 3)
    if code == "und" or confidence < _LEAST_CONFIDENCE:
        return Language("und", confidence, "none")
    return Language(code, confidence)


def _running_text(text: str) -> str:
    """Return the start of ``text`` in lower case, without addresses, numbers and marks."""
    # Most texts have little noise. It never reaches across a space: words may be cut off there.
    if len(text) > _PROBABLY_ENOUGH:
        sample = _without_noise(text[:_PROBABLY_ENOUGH].rpartition(" ")[0])
        if len(sample) >= _SAMPLE:
            return sample[:_SAMPLE]
    return _without_noise(text[: 2 * _SAMPLE])[:_SAMPLE]


def _without_noise(text: str) -> str:
    if "@" in text:
        text = _MAIL.sub(" ", text)
    return " ".join(_NOISE.sub(" ", text).split()).lower()


class _ScriptTable(dict[str, str]):
    """The script of each character; empty if it is not a letter."""

    def __missing__(self, character: str) -> str:
        names = (name for name, pattern in _SCRIPTS if pattern.match(character))
        return self.setdefault(character, next(names, ""))


_SCRIPT_TABLE = _ScriptTable()


# Texts in a code page, a byte a character, are read several times as fast.


def _encoded(text: str, page: str) -> bytes | None:
    """Return a text in a code page; None if the page lacks one of its characters."""
    try:
        return text.encode(page)
    except UnicodeEncodeError:
        return None


def _page(name: str, script: str) -> tuple[str, bytes]:
    """Return the name of a code page, and those of its bytes that are letters of a script."""
    letters = (char for char in _characters(name) if _SCRIPT_TABLE[char] == script)
    return name, "".join(letters).encode(name)


def _characters(page: str) -> str:
    return bytes(range(256)).decode(page, "replace")


_PAGES = {script: _page(page, script) for script, page in (("latin", "cp1252"), ("ar", "cp1256"))}


def _dominant_script(sample: str) -> str:
    """Return ``latin``, or the language that stands for the script of most letters, or ``""``."""
    if sample.isascii():
        return _LATIN_SCRIPT if any(map(str.isalpha, sample)) else ""
    for script, (page, letters) in _PAGES.items():
        encoded = _encoded(sample, page)
        if encoded and 2 * (len(encoded) - len(encoded.translate(None, letters))) > len(encoded):
            return script
    counts = Counter(map(_SCRIPT_TABLE.__getitem__, sample))
    if counts[_LATIN_SCRIPT] * 2 > len(sample):
        return _LATIN_SCRIPT
    if counts["ja"] and counts["ja"] * 8 > counts["zh"]:
        counts["ja"] += counts["zh"]
    best = max((script for script, _ in _SCRIPTS), key=counts.__getitem__)
    return best if counts[best] else ""


def _language_of_script(script: str, sample: str) -> str:
    for code, letters, share in _OTHERS.get(script, ()):
        if sum(map(sample.count, letters)) * share > len(sample):
            return code
    return script


class _Profiles(DetectorFactory):  # type: ignore[misc]
    """langdetect's factory with the profiles of some languages and a fixed seed."""

    def __init__(self, languages: Iterable[str]) -> None:
        super().__init__()
        folder = Path(langdetect.__file__).parent / "profiles"
        paths = [folder / code for code in languages if (folder / code).is_file()]
        self.load_json_profile([path.read_text(encoding="utf-8") for path in paths])
        self.seed = 0


_profiles = cache(_Profiles)


def _guess(sample: str, languages: tuple[str, ...]) -> tuple[str, float]:
    """Return the most probable language of the Latin script and its probability."""
    detector: Detector = _profiles(languages).create()
    detector.append(sample)
    try:
        answers = detector.get_probabilities()
        best = answers[0]
    except (LangDetectException, IndexError):
        return "und", 0.0
    if best.prob > _SURE and len(sample) >= _LONG and best.lang not in _RARE:
        return best.lang, min(1.0, best.prob)
    weights = dict.fromkeys(languages, _LEAST_PROBABILITY)
    weights.update((answer.lang, max(answer.prob, _LEAST_PROBABILITY)) for answer in answers)
    evidence = _evidence(_WORD.findall(sample), sample)
    for code in weights:
        weights[code] *= math.exp(_WEIGHT * evidence.get(code, 0.0))
        if code in _RARE:
            weights[code] *= _RARITY if evidence.get(code, 0.0) < 1.0 else 0.5
    code = max(weights, key=weights.__getitem__)
    return code, weights[code] / sum(weights.values())


# Function words and letters

_WORDS = function_words()
_EXCLUSIVE: Mapping[str, frozenset[str]] = {
    code: words.difference(*(other for name, other in _WORDS.items() if name != code))
    for code, words in _WORDS.items()
}
"""The function words that only one of the languages has."""
_LETTERS = {
    "fr": "œçèêëîïûù",
    "es": "ñ¿¡ó",
    "de": "ßäöü",
    "it": "ìòù",
    "pt": "ãõçêâ",
    "sv": "åäö",
    "pl": "ąćęłńśźż",
    "ro": "ăâîșțşţ",
    "tr": "ğışçöü",
    "vi": "ăđơưạảấầẩậắằặẻẽếềểệỉịọỏốồổộớờởợụủứừửữựỳỷỹ",
}
_LETTER_WEIGHT = 0.7


def _shares(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return, for each member of the groups, its groups, each with the share ``1 / groups``."""
    owners: dict[str, list[str]] = defaultdict(list)
    for code, members in groups.items():
        for member in members:
            owners[member].append(code)
    return {
        member: tuple((code, 1.0 / len(codes)) for code in codes)
        for member, codes in owners.items()
    }


_WORD_SHARES = _shares(_WORDS)
_WORD_OWNERS = {word: tuple(code for code, _ in shares) for word, shares in _WORD_SHARES.items()}
_LETTER_SHARES = _shares(_LETTERS)


def _evidence(words: Iterable[str], text: str) -> dict[str, float]:
    """Return the evidence for each language in a text in lower case.

    A function word of one language counts 1; one of ``n`` languages counts ``1 / n`` for each. A
    letter counts less, and once.
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


# Parts in other languages

_LEAST_PART = 120
"""Characters of a part in another language; a shorter one belongs to the text around it."""
_LEAST_EVIDENCE = 4.0
_MORE_EVIDENCE = 3.0
"""Evidence for another language must be so many times that for the document's."""
_LEAST_PART_CONFIDENCE = 0.95
_PART_SAMPLE = 1_000
"""Characters of a paragraph whose function words are counted."""
_OWN_SHARE = 0.08
"""A paragraph is in the document's language if such a share of words is only of that language."""
_LATIN = "a-zA-Z\u00c0-\u024f"
_OTHER = "\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_FOREIGN = re.compile(f"[{_OTHER}]")
_LATIN_LETTER = re.compile(f"[{_LATIN}]")
_RUN = re.compile(
    rf"(?:[{_LATIN}][^{_OTHER}]{{{_LEAST_PART - 1},}}"
    rf"|[{_OTHER}](?:[^{_LATIN}]|[{_LATIN}]{{1,20}}(?=[^{_LATIN}]{{15}})){{{_LEAST_PART - 1},}})"
)
_PARAGRAPH = re.compile(r"[^\n]+")
_PART_WORD = re.compile(r"[a-zà-öø-ÿ]++(?!\w)|[^\W\d_]+")  # the first finds most words, and fast
_WESTERN = "cp1252"
_WORD_BYTES = "".join(
    character.lower() if _PART_WORD.match(character) else " " for character in _characters(_WESTERN)
).encode(_WESTERN)
_EXCLUSIVE_BYTES = {
    code: frozenset(filter(None, (_encoded(word, _WESTERN) for word in words)))
    for code, words in _EXCLUSIVE.items()
}


def _parts(text: str, code: str, languages: tuple[str, ...]) -> tuple[tuple[Span, str], ...]:
    """Divide a text in language ``code`` where paragraphs or long runs are in another language.

    The parts cover the text in order; neighbours differ in language. Empty if all of the text is in
    one language.
    """
    words = _words_by_character(text)
    own = _EXCLUSIVE_BYTES.get(code, frozenset())
    foreign = [
        (piece, language)
        for piece in _pieces(text, mixed=words is None and _FOREIGN.search(text) is not None)
        if not (words and _are_own(words[piece.start : piece.end][:_PART_SAMPLE].split(), own))
        and (language := _piece_language(text[piece.start : piece.end], code, languages)) != code
    ]
    if not foreign:
        return ()
    parts: list[tuple[Span, str]] = []
    for piece, language in [*foreign, (Span(len(text), len(text)), code)]:
        end = parts[-1][0].end if parts else 0
        if parts and parts[-1][1] == language and not text[end : piece.start].strip():
            parts[-1] = (Span(parts[-1][0].start, piece.end), language)
            continue
        if end < piece.start:
            parts.append((Span(end, piece.start), code))
        if piece.start < piece.end:
            parts.append((piece, language))
    return tuple(parts)


def _words_by_character(text: str) -> bytes | None:
    """Return the words of a text in lower case, between spaces, a byte for each of its characters.

    None if it has a character that Western European texts have not.
    """
    encoded = _encoded(text, _WESTERN)
    return None if encoded is None else encoded.translate(_WORD_BYTES)


_Word = TypeVar("_Word", str, bytes)


def _are_own(words: Sequence[_Word], own: Container[_Word]) -> bool:
    """Return whether a share of words that decides is only of the document's language."""
    return sum(map(own.__contains__, words)) > _OWN_SHARE * len(words)


def _pieces(text: str, mixed: bool) -> Iterator[Span]:
    """Yield the candidates for parts: long paragraphs, cut where the script changes for long.

    Only if the text has ``mixed`` scripts, or another than the Latin one, can it change.
    """
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        if end - start < _LEAST_PART:
            continue
        if not mixed:
            yield Span(start, end)
        elif _LATIN_LETTER.search(text, start, end):
            yield from (Span(*run.span()) for run in _RUN.finditer(text, start, end))
        else:
            first = _FOREIGN.search(text, start, end)
            if first and end - first.start() >= _LEAST_PART:
                yield Span(first.start(), end)


def _piece_language(piece: str, code: str, languages: tuple[str, ...]) -> str:
    """Return the language of a piece: that of the document unless it clearly is another."""
    expected = None
    if piece.isascii() or not _FOREIGN.search(piece):
        lowered = piece[:_PART_SAMPLE].lower()
        words = _PART_WORD.findall(lowered)
        own = _EXCLUSIVE.get(code, frozenset())
        if _are_own(words, own):
            return code
        evidence = _evidence(words, lowered)
        expected = max(evidence, key=evidence.__getitem__, default=code)
        least = max(_LEAST_EVIDENCE, _MORE_EVIDENCE * evidence.get(code, 0.0))
        if expected == code or evidence[expected] < least:
            return code
    detected = detect_text(piece, languages)
    sure = detected.confidence >= _LEAST_PART_CONFIDENCE and detected.code != "und"
    return detected.code if sure and expected in (None, detected.code) else code
