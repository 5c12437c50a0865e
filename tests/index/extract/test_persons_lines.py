"""Which names make one line of persons, over many names, and how the work grows with a text."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_text
from index.document import Document, NamedPerson
from index.extract import ExtractionOptions, extract
from index.extract.organizations import Words
from index.extract.persons import find_persons, given_person
from index.facets import VALUE_FACETS
from index.vocabularies import known_persons, never_persons, person_key

PERSON = VALUE_FACETS["person"]


def persons_of(text: str, language: str = "fr") -> tuple[NamedPerson, ...]:
    """Return the persons of a text."""
    fields = extract(Document("d", text, language=language), ExtractionOptions())
    assert not fields.failures
    return fields.persons


def ids(text: str, language: str = "fr") -> list[str]:
    """Return the ids of the persons of a text."""
    return [one.id for one in persons_of(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # A title and a surname that one known person is called by.
        ("fr", "Le président Macron a parlé à M. Poutine.", ["emmanuel-macron", "vladimir-putin"]),
        ("de", "Bundeskanzlerin Merkel und Präsident Putin.", ["angela-merkel", "vladimir-putin"]),
        ("pt", "O presidente Bolsonaro falou.", ["jair-bolsonaro"]),
        ("fr", "Brigitte Macron est là. Mme Macron repart.", ["~brigitte-macron"]),
        ("fr", "Mme Macron est là. Brigitte Macron repart.", ["~brigitte-macron"]),
        ("fr", "Mme Le Pen répond à Mme La Rochère.", ["~le-pen", "~la-rochere"]),
        # Initials, and spellings of Arabic names.
        ("en", "Donald J. Trump met Joe R. Biden.", ["donald-trump", "joe-biden"]),
        ("fr", "Mohamed bin Salmane est là.", ["mohammed-bin-salman"]),
        ("en", "George W. Bush met George Bush.", ["george-w-bush", "~george-bush"]),
        # Sovereigns.
        ("fr", "Le roi Mohammed VI est à Fès. Mohammed VI repart.", ["mohammed-vi"]),
        ("en", "King Charles III came. Charles III left.", ["~charles-iii"]),
        ("es", "El rey Felipe VI y el rey Mohamed VI.", ["~felipe-vi", "mohammed-vi"]),
        ("en", "King Hussein came.", ["~king-hussein"]),
        # Compound given names.
        ("fr", "Jean-Pierre Roy voit Jean-Marie Roy.", ["~jean-pierre-roy", "~jean-marie-roy"]),
        ("en", "Ivan F. Delaware met Ivan Frank Delaware.", ["~ivan-frank-delaware"]),
        # Letters for names, and what is named after persons.
        ("fr", "M. X est mort, dit Mme Y. Mme B., 45 ans. M. Ⅷ.", []),
        ("de", "Herr K. sprach mit Frau M. gestern.", []),
        ("en", "Martin Luther King Boulevard, the Charles River and Johnson County.", []),
        ("en", "Prince Edward Island is far.", []),
        ("en", "Jerry Hall came.", ["~jerry-hall"]),
        ("fr", "L'Ehpad Jean Moulin et le passage Pierre Bourdan.", []),
        ("fr", "Le passage de Pierre Bourdan à Lyon.", ["~pierre-bourdan"]),
        ("fr", "Ils vont à Marie-Galante, ou Marie Galante.", []),
        ("es", "Vive en Villa Carlos Paz.", []),
        ("pt", "O município de Pedro Osório, em João Pessoa. Nossa Senhora Aparecida.", []),
        ("de", "Im Karl Marx Hof und in Maria Taferl.", []),
    ],
)
def test_lines(language: str, text: str, expected: list[str]) -> None:
    assert ids(text, language) == expected


def test_every_known_person_is_found_by_every_name_with_and_without_initials() -> None:
    for id, entry in known_persons().entries.items():
        for name in entry.all_names():
            assert PERSON.canonical(name) == id
            front, space, last = name.rpartition(" ")
            if space and name.isascii() and "." not in name and "Abdel" not in name:
                person = given_person(f"{front} J. {last}")
                assert (person.id if person else None) == id, name


NAMES = [
    f"{first} {last}"
    for first, last in product(
        ("Jean", "Jean-Marie", "Jean-Pierre", "Jean Marc", "Jean P.", "Anne", "Donald J.", "Paul"),
        ("Martin", "Trump", "MARTIN", "de Roux", "Le Goff"),
    )
]
TITLED = ["M. Martin", "Mme Trump", "M. Le Goff", "le président Macron", "Martin", "Trump", "M. X"]
TEXTS = st.lists(st.sampled_from(NAMES + TITLED), min_size=1, max_size=8).map(
    lambda names: " ".join(f"Hier {name} est venu à la fête." for name in names)
)


@given(TEXTS)
def test_what_is_counted_is_found_when_asked_for(text: str) -> None:
    for one in persons_of(text):
        assert PERSON.canonical(one.id) == one.id
        if " " in one.label:
            asked = PERSON.canonical(one.label)
            assert asked in (one.id, one.label), "the label is no name of somebody else"


@given(TEXTS)
def test_names_of_a_line_do_not_contradict_each_other(text: str) -> None:
    for one in persons_of(text):
        written = {text[start:end].casefold() for start, end in one.spans}
        first_names = {name.split()[0] for name in written if " " in name} - {"le", "de"}
        assert len(first_names) <= 1, one


@pytest.fixture
def never(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Make names that are never a line."""
    path = tmp_path_factory.mktemp("own") / "own.txt"
    monkeypatch.setenv("TROUVAILLE_VOCABULARY", str(path))

    def write(names: str) -> None:
        path.write_text(f"never | person | {names}\n", "utf-8")
        never_persons.cache_clear()

    yield write
    never_persons.cache_clear()


@pytest.mark.parametrize("name", ["Jean Martin", "Jean-Marie Martin", "Donald Trump"])
def test_no_line_holds_a_name_that_is_never_one(name: str, never: Callable[[str], None]) -> None:
    never(name)

    @given(TEXTS)
    def check(text: str) -> None:
        for one in persons_of(text):
            assert one.id not in never_persons()
            for start, end in one.spans:
                assert person_key(text[start:end]) != person_key(name), one

    check()


def test_a_surname_behind_a_title_is_no_line_where_it_stands_for_a_name_that_is_none(
    never: Callable[[str], None],
) -> None:
    never("Emmanuel Macron ; Jean Martin")
    assert ids("M. Macron a parlé.") == []
    assert ids("Jean Martin est venu. M. Martin est parti.") == []
    assert ids("Jean Martin est venu. Jean-Marie Martin aussi.") == ["~jean-marie-martin"]


class Counted(str):
    """A text that counts the characters that are read of it."""

    work = 0

    def __getitem__(self, key: object) -> str:
        part = super().__getitem__(key)  # type: ignore[index]
        self.work += len(part)
        return part

    def count(self, *args: object) -> int:
        self.work += len(self)
        return super().count(*args)  # type: ignore[arg-type]

    def find(self, *args: object) -> int:
        place = super().find(*args)  # type: ignore[arg-type]
        start = args[1] if len(args) > 1 and isinstance(args[1], int) else 0
        stop = args[2] if len(args) > 2 and isinstance(args[2], int) else len(self)
        self.work += (place if place >= 0 else stop) - start
        return place


def work(text: str, language: str) -> int:
    """Return the calls that persons of a text cost, and the characters that are read."""
    counted, calls = Counted(text), count()
    roles: defaultdict[str, Sequence[str]] = defaultdict(tuple)
    words, folded = Words(text, roles), fold_text(text)

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            next(calls)

    sys.setprofile(profile)
    try:
        find_persons(counted, language, folded, words)
    finally:
        sys.setprofile(None)
    return next(calls) + counted.work


def surnames(pattern: str) -> Callable[[int], str]:
    """Return a text of so many surnames, each another one."""
    return lambda size: " ".join(
        pattern.format("".join(chr(97 + int(digit)) for digit in str(number)).capitalize() + "ov")
        for number in range(1000, 1000 + size)
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", lambda size: "Jean Dupont vient. Anne Dupont aussi. Dupont dit que Dupont. " * size),
        ("fr", lambda size: "Poutine " * size),
        ("en", lambda size: "King " * size),
        ("fr", surnames("Florence {} est venue.")),
        ("fr", surnames("Jean {} est venu.")),
        ("fr", surnames("M. {} est venu.")),
        ("fr", surnames("Jean {} Martin est venu.")),
    ],
)
def test_work_grows_with_the_length(language: str, text: Callable[[int], str]) -> None:
    work(text(200), language)  # names are cached
    small, large = work(text(200), language), work(text(1600), language)
    assert large < 13 * small  # eight times the text
