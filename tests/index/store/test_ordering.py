"""Texts in order, against sorting them one by one."""

from hypothesis import given
from hypothesis import strategies as st

from index.store.terms import ordered

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), max_size=20)
# Alike for eight bytes and more, and ending there.
ALIKE = st.text("abé漢", max_size=3).map(lambda end: f"abcdefgh{end}")
LONG = st.integers(0, 40).map(lambda length: "ab" * length)


@given(st.lists(st.one_of(ANY, ALIKE, LONG), max_size=30), st.integers(0, 3))
def test_texts_are_put_in_the_order_of_their_bytes(texts: list[str], again: int) -> None:
    given_texts = texts + texts[:again]
    found, place = ordered(given_texts)
    assert found == sorted({text.encode() for text in texts})
    assert [found[at].decode() for at in place.tolist()] == given_texts
