"""Documents are analysed together and handed on one by one: how many together never shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.pipeline import Extracted, Indexed, Item, Job, run
from index.document import Document, Fields, Language, Skipped, Span
from index.extract import ExtractionOptions, extract
from index.readers import ReadOptions
from index.segments import AnalysedDocument, Draft, analyse_drafts, draft, write_segment

TEXTS = [
    "L'accord de pêche (12 345 tonnes) entre en vigueur. Art. L214-9.",
    "漢字仮名交じり文、漢字。",
    "أعلنت الأمم المتحدة عن اتفاق جديد ١٢ ٣٤٥",
    "ประเทศไทย",
    "",
    "porte-avions, C++ et U.S.A. …",
    "12",
    "345 678",
]

documents = st.lists(
    st.tuples(
        st.sampled_from(TEXTS),
        st.lists(st.sampled_from(TEXTS), max_size=4).map(" ".join),
        st.sampled_from(["fr", "ar", "th", "xx"]),
        st.integers(0, 60),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
Given = tuple[str, str, str, int, bool]


def entry(number: int, given: Given) -> tuple[Document, Fields]:
    title, text, code, cut, _ = given
    document = Document(f"d{number}", text, title=title)
    fields = extract(document, ExtractionOptions())
    cut = min(cut, len(text))
    parts = ((Span(0, cut), code), (Span(cut, len(text)), "de")) if cut else ()
    language = replace(fields.language, code=code, parts=parts)
    return document, replace(fields, language=language)


def encoded(drafts: Sequence[Draft], size: int) -> Iterator[AnalysedDocument]:
    for at in range(0, len(drafts), size):
        yield from analyse_drafts(drafts[at : at + size])


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@settings(
    max_examples=settings.default.max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made=documents)
def test_how_many_are_analysed_together_does_not_show(
    made: list[Given], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [draft(*entry(number, given)) for number, given in enumerate(made)]
    kept = {f"d{number}" for number, given in enumerate(made) if given[-1]}
    written = []
    for size, most in ((1, 1 << 20), (5, 1 << 20), (len(drafts), 1 << 20), (5, 10)):
        monkeypatch.setattr("index.store.merge.RUN_SIZE", most)
        folder = tmp_path_factory.mktemp("segment") / "one"
        write_segment(folder, (one for one in encoded(drafts, size) if one.id in kept))
        written.append(files(folder))
    alone = tmp_path_factory.mktemp("segment") / "one"
    # As if those that are not kept had never been.
    write_segment(alone, encoded([one for one in drafts if one.record.id in kept], 3))
    assert all(each == files(alone) for each in written)


def test_a_document_that_cannot_be_analysed_costs_no_other() -> None:
    def fails(drafts: Sequence[Draft]) -> list[AnalysedDocument]:
        if any(one.record.id == "d3" for one in drafts):
            raise MemoryError("too much")
        return analyse_drafts(drafts)

    items: list[Item] = [Document(f"d{n}", "texte", path=f"{n}.txt") for n in range(6)]
    job = Job(ReadOptions(), ExtractionOptions(), "test", prepare=fails)
    outcomes = list(run(items, job, workers=0))
    assert isinstance(outcomes[3], Skipped)
    assert (outcomes[3].path, outcomes[3].kind) == ("3.txt", "huge")
    assert "memory" in outcomes[3].reason
    rest = [outcome.document.id for outcome in outcomes if isinstance(outcome, Indexed)]
    assert rest == ["d0", "d1", "d2", "d4", "d5"]


def test_processes_number_words_each_in_its_own_way(tmp_path: Path) -> None:
    job = Job(ReadOptions(), ExtractionOptions(), "test")
    fields = Fields(Language("fr"))
    first: list[Item] = [Extracted(Document("a", "un deux trois quatre"), fields, "")]
    second: list[Item] = [Extracted(Document("b", "quatre cinq un six"), fields, "")]
    apart = [outcome for items in (first, second) for outcome in run(items, job, workers=1)]
    together = list(run([*first, *second], job, workers=0))
    for name, outcomes in (("apart", apart), ("together", together)):
        documents = (one.document for one in outcomes if isinstance(one, Indexed))
        write_segment(tmp_path / name, documents)
    assert files(tmp_path / "apart") == files(tmp_path / "together")
