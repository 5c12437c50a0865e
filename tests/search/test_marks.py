"""Marks are found by looking for the words of the index, and are those of every token."""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import IndexDirectory, Snapshot, SnapshotLexicon, Span
from index.analysis import squeeze, squeeze_word, tokenize
from index.build import index_documents
from index.document import Document, Fields, Language
from search.highlight import matcher
from search.highlight.highlighter import expanded
from search.highlight.matcher import Matcher, field_terms
from search.query import parse
from search.request import SearchRequest
from search.whoosh_engine import WhooshEngine

PRESS = Path(__file__).parents[3] / "shared" / "data" / "press"
"""Dispatches in several languages, beside the project; without them the texts below do."""
SEED = 20
TEXTS = {
    "fr": "Les accords de pêche de l’Union européenne ont été signés à Bruxelles en 2015. Le "
    "porte-avions d'aujourd'hui quitte le port ; le cœur des négociations reste ouvert.",
    "en": "The women's team was running for the children's-book prize. Its 1,500 members met in "
    "the U.S.A. and at AT&T; O'Brien's wives and the man’s yachts followed.",
    "es": "Los acuerdos de pesca y las elecciones de noviembre: más de 10 000 personas votaron.",
    "de": "Die Häuser an der Straße und das Haus; große STRASSEN, Müllers Kanzler-Kandidatur.",
    "pt": "As eleições e a eleição; os cidadãos querem ações, disse-se em São Paulo.",
    "it": "L'accordo dell'Unione e gli accordi dell' Italia, sant'Agostino e le città.",
    "ar": "رحبت الأمم المتحدة بالاتفاق، واتفاقات الصيد في المَدرسة والمـدارس ٢٠١٥.",
    "ru": "Договор о рыболовстве подписан; министры договорились, ещё ёлки й.",
    "tr": "Türkiye'de Erdoğan çağrı yaptı; İstanbul'un ışıkları.",
    "ja": "東京都は大きい。accord東accord 漢字と漢文。",
}
STRANGE_WORDS = """
東京 accord東accord 10 000 1.000,5 U.S.A. children's-book l'O'Brien d'aujourd'hui C++ c# AT&T x é 1ª
cœur-de-bœuf œil yeux Straße GROẞ ﬁnance pe\u0302che coop\u00adération ١٢٣ ٣٢ ٠٠٠ كِتَاب 5 100-covid
covid-19 000 porte-d'avion sant'Agostino dell' 50\u202f000 m² ½ n.º Sp3 COP21 A320 A-320 1re 1ère
Ier 1er 2ème 2e XIXe XIXème xixème 21st étudiant·e·s directeur·rice·s L.123-4 20h 3-1 col·legi"""
STRANGE = STRANGE_WORDS.split()
"""Words at which squeezing a text might differ from dividing it."""


MARKED = st.text(
    st.sampled_from("aèeéиıŭœßأويهकか\u0301\u0306\u0308\u0654\u3099\u094d\u00ad"), max_size=6
)
"""Letters and the marks that may change them."""


def press(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield language, title and text of some dispatches of each language."""
    chance = random.Random(SEED)
    for file in sorted(PRESS.glob("*/dispatches.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            records = list(lines)
        for line in chance.sample(records, min(count, len(records))):
            record = json.loads(line)
            yield record["lang"], record["title"], record["text"]
    for language, text in TEXTS.items():
        yield language, text[:40], text


def documents(count: int) -> Iterator[tuple[Document, Fields]]:
    """Yield documents: of the press, of two languages each, and of strange words."""
    chance = random.Random(SEED)
    texts = list(press(count))
    words = [word for *_, text in texts for word in text.split()]
    for number, (language, title, text) in enumerate(texts):
        spans: tuple[tuple[Span, str], ...] = ()
        if number % 4 == 0:
            other, _, more = chance.choice(texts)
            spans = ((Span(0, len(text)), language), (Span(len(text), len(text + more)), other))
            text += more
        fields = Fields(Language(language, parts=spans))
        yield Document(id=f"press-{number}", title=title, text=text), fields
    for number in range(2 * count):
        some = [
            chance.choice(STRANGE) if chance.random() < 0.7 else chance.choice(words)
            for _ in range(chance.choice((4, 40, 900)))
        ]
        text = chance.choice((" ", " ", "\n", "\u202f", "")).join(some)[:9_000]
        language = chance.choice([*TEXTS, "und"])
        yield Document(id=f"strange-{number}", text=text), Fields(Language(language))


def queries(texts: Sequence[str], count: int) -> Iterator[str]:
    """Yield queries of every kind from words of texts."""
    chance = random.Random(SEED)
    for number in range(count):
        words = chance.choice(texts).replace('"', "").split() or ["x"]
        first = chance.randrange(len(words))
        word, other = words[first], chance.choice(words)
        phrase = " ".join(words[first : first + chance.randint(1, 5)])
        kinds = (
            f"{word} {other} {chance.choice(words)}",
            f'"{phrase}"',
            f"{word[: chance.randint(1, 5)]}* {other}",
            f"{word[:3]}*{word[-2:]}",
            f"{word}~",
            f'"{word} {other}"~4',
            f"{word} -{other}",
            f"title:{word} OR {other}",
            f'{chance.choice(STRANGE)} "{chance.choice(STRANGE)} {word}"',
        )
        yield kinds[number % len(kinds)]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    root = tmp_path_factory.mktemp("marks")
    index_documents(root, documents(8))
    return IndexDirectory(root).current()


def matchers(q: str, snapshot: Snapshot, part: str) -> tuple[Matcher, Matcher]:
    """Return the matcher that knows the words of the index, and one that reads every chunk."""
    lexicon = SnapshotLexicon(snapshot)
    marks = [expanded(mark, lexicon) for mark in parse(q, snapshot.analyzers).marks]
    terms = field_terms(marks, part)
    return Matcher(terms, partial(snapshot.inverted_index.written_words, part)), Matcher(terms)


def test_marks_are_those_of_reading_every_word(snapshot: Snapshot) -> None:
    stored = [snapshot.stored_fields.get(doc) for doc in range(snapshot.documents)]
    marks = 0
    for number, q in enumerate(queries([document.text for document, _ in stored], 36)):
        for part in ("title", "body"):
            quick, exhaustive = matchers(q, snapshot, part)
            together, _ = matchers(q, snapshot, part)
            shown = stored[number % 4 :: 4]
            together.prepare(
                [
                    (getattr(document, "title" if part == "title" else "text"), one.language.code)
                    for document, one in shown
                ]
            )
            for document, fields in shown:
                text, spans = (
                    (document.title, ())
                    if part == "title"
                    else (document.text, fields.language.parts)
                )
                of_text = text, fields.language.code, spans
                for thorough in (False, True):
                    expected = exhaustive.hits(*of_text, thorough=thorough)
                    assert quick.hits(*of_text, thorough=thorough) == expected, (q, document.id)
                    assert together.hits(*of_text, thorough=thorough) == expected, (q, document.id)
                    marks += len(expected)
    assert marks > 500


@given(
    words=st.lists(st.sampled_from(STRANGE) | st.text(max_size=5) | MARKED, max_size=12),
    glue=st.sampled_from(" -'.\u00a0"),
)
@settings(max_examples=2 * settings.default.max_examples)
def test_every_token_stands_in_the_squeezed_text(words: list[str], glue: str) -> None:
    text = glue.join(words)
    squeezed = squeeze(text)
    if squeezed is None:
        return
    pieces = [*squeezed.irregular(0, len(squeezed.data))]
    uncertain = [(squeezed.start(begin), squeezed.stop(end)) for begin, end in pieces]
    for token in tokenize(text):
        if any(begin <= token.start and token.end <= end for begin, end in uncertain):
            continue
        word = squeeze_word(token.folded)
        spelt = matcher.spellings(word)
        begin, end = squeezed.index(token.start), squeezed.index(token.end)
        assert any(needle in squeezed.data[begin:end] for needle in spelt), (text, token)


def test_few_words_of_a_page_are_analysed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analysed: list[str] = []
    made = matcher.chunk_tokens

    def counting(surface: str) -> Any:
        analysed.append(surface)
        return made(surface)

    monkeypatch.setattr(matcher, "chunk_tokens", counting)
    index_documents(tmp_path, [entry for entry in documents(8) if entry[0].id.startswith("press")])
    engine = WhooshEngine(IndexDirectory(tmp_path))
    marks = results = 0
    for q in ("accord pêche 2015", "women OR members OR personas", "elec* OR ministre~1"):
        for result in engine.search(SearchRequest(q=q, per_page=10)).results:
            results += 1
            marks += "".join(result.highlights.body).count("<mark>")
    assert marks >= results > 3
    # All words of these texts are some thousands.
    assert len(analysed) <= 5 * results
