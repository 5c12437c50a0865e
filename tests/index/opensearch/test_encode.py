"""What is sent of a text is what the embedded index has of it, position by position."""

from collections import defaultdict

import orjson
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import PART_GAP, analyse
from index.document import Document, Fields, Language, Span
from index.opensearch import encode_drafts
from index.opensearch.encode import WordList
from index.segments import draft

ALPHABET = st.sampled_from("aeéà lLsxz'’-.0123 A320 日本 عبد\n,|/ ßœ")
TEXTS = st.text(ALPHABET, max_size=60)
LANGUAGES = st.sampled_from(["fr", "en", "ar", "de", "ja", "und"])


def positions_of(parts: list[str]) -> tuple[dict[str, list[int]], int]:
    """Return at which positions OpenSearch finds each token, and the number of positions."""
    found: dict[str, list[int]] = defaultdict(list)
    base = length = 0
    for part in parts:
        words = part.split(" ") if part else []
        for place, word in enumerate(words):
            for token in word.split("|"):
                found[token].append(base + place)
        length += len(words)
        base += len(words) + PART_GAP
    return found, length


@given(st.lists(st.tuples(TEXTS, LANGUAGES), min_size=1, max_size=3))
def test_tokens_and_positions_are_those_of_the_analyzers(pieces: list[tuple[str, str]]) -> None:
    text, parts = "", []
    for piece, language in pieces:
        parts.append((Span(len(text), len(text) + len(piece)), language))
        text += piece
    fields = Fields(Language(pieces[0][1], parts=tuple(parts)))
    (encoded,) = encode_drafts([draft(Document("d", text, title=pieces[0][0]), fields)])
    source = orjson.loads(encoded.source)
    found, length = positions_of(source["body"])
    expected = analyse(text, parts)
    terms = {word: sorted(set(places)) for word, places in expected.exact.items()}
    for suffix, stems in expected.stems.items():
        terms |= {f"/{suffix}/{stem}": sorted(set(places)) for stem, places in stems.items()}
    assert dict(found) == {term: places for term, places in terms.items() if places}
    assert length == expected.length == source.get("body_length", 0)


@given(TEXTS, LANGUAGES)
def test_no_word_looks_like_a_term(text: str, language: str) -> None:
    (encoded,) = encode_drafts([draft(Document("d", text), Fields(Language(language)))])
    for word in encoded.words:
        assert not set(WordList.of(word).folded) & set("/| ")
