"""One value for the ways to write a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Fields, Language
from index.facets import VALUE_FACETS
from index.vocabularies import source_names

SOURCE = VALUE_FACETS["source"]


def spelt(name: str) -> str:
    """Return the one value of a document whose source is a name, and its label."""
    assert SOURCE.values is not None
    ((value, label),) = SOURCE.values(
        Document(id="a", text="", source=name), Fields(Language("fr"))
    )
    assert SOURCE.canonical(name) == SOURCE.canonical(label) == value
    return value


@pytest.mark.parametrize(
    "alike",
    [
        ("BFMTV", "Source BFMTV", "source BFMTV", "Source : BFMTV", "Source BFM TV", "bfm-tv"),
        ("Le Monde", "« Le Monde »", "Source: “Le Monde”", "lemonde.fr", "LE MONDE."),
        ("L'Équipe", "L’Équipe", "L’ Équipe", "source\u00a0: L`équipe"),
        ("AFP", "A.F.P.", "(AFP)", "Agence France-Presse"),
        ("الجزيرة", "المصدر: الجزيرة"),
    ],
)
def test_the_ways_to_write_a_source_are_one(alike: tuple[str, ...]) -> None:
    assert len({spelt(name) for name in alike}) == 1


def test_different_sources_stay_apart() -> None:
    names = ("France 2", "France 24", "France 3", "Source", "Les Échos", "Les Echos du Sud", "C8")
    assert len({spelt(name) for name in names}) == len(names)


def test_every_other_name_stands_for_its_source() -> None:
    for name, others in source_names().items():
        assert {spelt(other) for other in others} == {spelt(name)}


@given(
    name=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12),
    before=st.sampled_from(("", "Source : ", "source ", "«", "( ")),
    after=st.sampled_from(("", ".", " »", ")", " ;")),
)
def test_what_stands_around_a_name_does_not_count(name: str, before: str, after: str) -> None:
    value = SOURCE.canonical(name)
    assert value
    assert SOURCE.canonical(value) == value
    assert SOURCE.canonical(f"{before}{name}{after}") == value
