"""The quick way to the postings of a text gives what analysing it word by word gives."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import inversion
from index.analysis import analyse
from index.codec.runs import FieldPostings
from index.document import Span
from index.inversion import invert
from index.schema import field_postings

WORDS = [
    "L'accord",
    "accords",
    "CEN-SAD",
    "10 000",
    "pêche",
    "les",
    "漢字仮名",
    "U.S.A.",
    "n°5",
    "الأمم",
]


def layout(postings: FieldPostings) -> dict[str, list[int]]:
    assert postings.positions is not None
    positions = iter(postings.positions.tolist())
    return {
        term: [next(positions) for _ in range(count)]
        for term, count in zip(postings.terms, postings.freqs.tolist(), strict=True)
    }


texts = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=60, max_size=90).map(" ".join),
    st.text(min_size=201, max_size=300),
)


@settings(deadline=None, max_examples=80)
@given(text=texts, language=st.sampled_from(["fr", "ar", "de", "xx"]))
@example(text=" ".join(["漢" * 500, "a" * 700, "a" * 701, *WORDS * 30]), language="fr")
@example(text=" " * 300, language="fr")
def test_agrees_with_analysis_word_by_word(text: str, language: str) -> None:
    parts = [(Span(0, len(text)), language)]
    analysed, inverted = analyse(text, parts), invert(text, parts)
    assert inverted.length == analysed.length
    assert layout(inverted.exact) == layout(field_postings(analysed.exact))
    assert {suffix: layout(terms) for suffix, terms in inverted.stems.items()} == {
        suffix: layout(field_postings(terms)) for suffix, terms in analysed.stems.items()
    }


def test_a_full_table_is_begun_anew() -> None:
    text = "accord de pêche " * 50
    parts = [(Span(0, len(text)), "fr")]
    before = invert(text, parts)
    weight, inversion.MAX_WEIGHT = inversion.MAX_WEIGHT, 0
    try:
        after = invert(text, parts)
    finally:
        inversion.MAX_WEIGHT = weight
    assert layout(after.exact) == layout(before.exact)
