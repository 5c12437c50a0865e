"""The bounds of one document: what is beyond is refused early, with the bound in the reason."""

import gzip

import pytest

from index.analysis import tokenize
from index.readers import ReadOptions, html, mapping, records


def reason(found) -> str:
    """The reason of the only item that was skipped, of kind ``huge``."""
    (skipped,) = found.skipped
    assert skipped.kind == "huge"
    return skipped.reason


FILES = {
    "a.txt": "%s",
    "a.html": "<p>%s</p>",
    "a.jsonl": '{"text": "%s"}',
    "a.json": '[{"text": "%s"}]',
    "a.csv": "text\n%s\n",
}


@pytest.mark.parametrize("name", FILES)
def test_characters(reading, name):
    options = ReadOptions(max_characters=1000)
    assert len(reading({name: FILES[name] % ("é" * 1000)}, options).only.text) == 1000
    assert reason(reading({name: FILES[name] % ("é" * 1001)}, options)) == (
        "its text is longer than 1,000 characters"
    )


@pytest.mark.parametrize("field", ["title", "source", "tags"])
def test_other_fields(reading, field):
    record = '{"text": "un", "%s": "%s"}'
    assert reading({"a.jsonl": record % (field, "é" * mapping.MAX_FIELD)}).documents
    found = reading({"a.jsonl": record % (field, "é" * (mapping.MAX_FIELD + 1))})
    assert reason(found) == f"its {field} is longer than 65,536 characters"


@pytest.mark.parametrize("values", ["[%s]", '{"a": [%s]}', '{"text": "un", "a": [%s]}'])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_values_of_json(reading, monkeypatch, name, values):
    monkeypatch.setattr(records, "MAX_VALUES", 1000)
    found = reading({name: values % ",".join(["{}"] * 1000)})
    assert reason(found) == "it has more than 1,000 values"


def test_nested_json(reading):
    found = reading({"a.jsonl": '{"text": "un", "a": %s}' % ("[" * 100_000)})
    assert found.kinds == [("a.jsonl:1", "broken")]


def test_columns_and_cells(reading, monkeypatch):
    found = reading({"a.csv": "text" + ",x" * (records.MAX_COLUMNS + 1) + "\nun\n"})
    assert reason(found) == "its first line has more than 10,000 columns"
    monkeypatch.setattr(records, "MAX_VALUES", 100)
    found = reading({"a.csv": "text,title\nun,\n" + "," * 101 + "\ntrois,\n"})
    assert [document.text for document in found.documents] == ["un", "trois"]
    assert reason(found) == "it has more than 100 cells"


def test_lines_of_a_row(reading):
    """A quotation mark that is never closed keeps no more than one document in memory."""
    lines = ['un,"' + "x" * 400, *["y" * 400] * 10]
    found = reading({"a.csv": "\n".join(["text,title", *lines])}, ReadOptions(max_bytes=1000))
    assert found.kinds[0] == ("a.csv:2", "broken")
    assert len(found.documents) == 10


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
@pytest.mark.parametrize("packed", [False, True])
def test_empty_lines(reading, monkeypatch, suffix, packed):
    monkeypatch.setattr("index.readers.content.MAX_EMPTY_LINES", 1000)
    head = {".csv": "text\nun\n", ".jsonl": '{"text": "un"}\n'}[suffix]
    data = (head + "\n" * 1001 + head).encode()
    name = f"a{suffix}.gz" if packed else f"a{suffix}"
    found = reading({name: gzip.compress(data) if packed else data})
    assert [document.text for document in found.documents] == ["un"]
    assert reason(found) == "it has more than 1,000 empty lines one after another"


def test_tags_of_a_page(reading, monkeypatch):
    monkeypatch.setattr(html, "MAX_TAGS", 100)
    assert reading({"a.html": "<p>un mot</p>" * 50}).documents
    found = reading({"a.html": "<table>" + "<tr><td>" * 50 + "un mot</table>"})
    assert reason(found) == "the page has more than 100 tags"


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "blockquote"])
def test_nesting_of_a_page(reading, tag):
    """The parser drops what is too deep, and all that follows: such a page is read without it."""
    page = "<html><body><p>avant</p>%s<p>dedans</p></body></html>"
    assert "dedans" in reading({"a.html": page % (f"<{tag}>" * 50)}).only.text
    for depth in (245, 260, 1000, 30_000):
        text = reading({"a.html": page % (f"<{tag}>" * depth)}).only.text
        assert text.split() == ["avant", "dedans"], depth


@pytest.mark.parametrize("join", ["-", "’", "&"])
def test_one_word_without_end_is_read_in_parts(join):
    tokens = tokenize(join.join(["abc"] * 1000))
    assert [token.position for token in tokens] == list(range(1000))
    assert {token.normal for token in tokens} == {"abc"}
