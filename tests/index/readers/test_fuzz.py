"""Real files of every format, altered: always documents or an error that names the file."""

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Document, Skipped
from index.readers import SUFFIXES, ReadOptions, SourceFile, format_of, read_file
from index.readers.content import clean

BOUNDS = ReadOptions(max_bytes=200_000, max_characters=100_000)
"""Small, so that what is made to cost much is beyond them soon."""
HEAD = "Un accord de pêche"
TEXT = "L'ONU et l'Union européenne négocient, à Dakar, un accord de pêche. " * 12
REAL = {
    "text": f"---\ntitle: {HEAD}\ndate: 2024-03-12\ntags: [a, b]\n---\n{TEXT}\n\n{TEXT}",
    "html": (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{HEAD}</title>'
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "a",'
        '"datePublished": "2024-03-12T09:41:00Z", "author": [{"name": "x"}]}</script></head>'
        f"<body><article><h1>{HEAD}</h1><p>{TEXT}</p><table><tr><td>1</td></tr></table>"
        f"<ul><li>{TEXT}</li></ul><!-- x --></article></body></html>"
    ),
    "lines": f'{{"id": "a", "title": "{HEAD}", "text": "{TEXT}", "tags": ["a", {{"b": [1]}}]}}\n'
    * 3,
    "json": f'{{"documents": [{{"id": "a", "text": "{TEXT}", "date": 1710}}, {{"text": ""}}]}}',
    "table": f'id,title,text\na,{HEAD},"{TEXT}\n\nfin"\nb;c,"x ""y""",\n' * 3,
}
SAMPLES = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".csv": "table",
    ".tsv": "table",
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "cp037")
TOKENS = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b"'", b"{", b"}", b"["),
    *(b"]", b"<", b">", b"&#xD800;", b"&#0;", b"\\ud800", b"\\u0000", b"---\n", b"<![CDATA["),
    *(b"<?xml version='1.0' encoding='x'?>", b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"&y;", b"1e999"),
    *(
        b"-1",
        b"99999999999999999999",
        b"NaN",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\x1b",
        b"<svg/onload>",
    ),
    *(b'<meta charset="utf-7">', b"<base href='//x'>", b"<html lang='\xff'>", b"encoding: hex\n"),
)
NESTED = ("[", '{"a":', "<div>", "<table><tr><td>", "<b><i>", "(", "&lt;", '"', "- ", "<li>", ">")


def mutated(data: bytes, seed: int, times: int) -> bytes:
    """Return bytes with some parts cut, doubled, moved, replaced or interrupted."""
    chance = random.Random(seed)
    for _ in range(times):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.choice((1, 2, 8, 200)))
        part = data[place:end]
        change = chance.choice(
            (
                b"",
                part * 2,
                bytes(byte ^ 1 << chance.randrange(8) for byte in part),
                chance.choice(TOKENS),
                chance.choice(TOKENS) + part,
                chance.randbytes(len(part)),
            )
        )
        data = data[:place] + change + data[end:]
        if chance.random() < 0.1:
            data = data[: chance.randrange(len(data) + 1)]
    return data


real = st.tuples(st.sampled_from(ENCODINGS), st.integers(0, 2**32), st.integers(0, 12))
nests = st.lists(st.tuples(st.sampled_from(NESTED), st.integers(1, 3000)), max_size=3)
packings = st.sampled_from(("", "", "whole", "cut", "altered"))


def check(folder: Path, suffix: str, data: bytes, packing: str) -> None:
    """Read bytes as a file; hold what comes out to the laws of readers."""
    if packing:
        data = gzip.compress(data, 1, mtime=0)
        suffix += ".gz"
    if packing == "cut":
        data = data[: len(data) * 2 // 3]
    if packing == "altered":
        data = data[: len(data) // 2] + b"\x55" + data[len(data) // 2 + 1 :]
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    items = list(read_file(SourceFile(path, path.name, "a", len(data)), BOUNDS))
    assert items
    for item in items:
        assert isinstance(item, Document | Skipped)
        assert item.path.startswith(path.name)
        if isinstance(item, Skipped):
            assert item.kind
            assert item.reason
            continue
        assert item.id
        assert item.title or item.text
        assert len(item.text) <= BOUNDS.max_characters
        for text in (item.title, item.text, item.source, *item.tags):
            assert text == clean(text)
            text.encode("utf-8")


def file_of(suffix: str, how: tuple[str, int, int], nested: list[tuple[str, int]]) -> bytes:
    encoding, seed, times = how
    text = REAL[SAMPLES[suffix]]
    middle = len(text) // 2
    inner = "".join(piece * count for piece, count in nested)
    data = (text[:middle] + inner + text[middle:]).encode(encoding, "replace")
    return mutated(data, seed, times)


def test_there_is_a_sample_of_every_format() -> None:
    assert set(SAMPLES) == set(SUFFIXES)
    assert len({format_of(f"a{suffix}") for suffix in SAMPLES}) == len(REAL)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(suppress_health_check=list(HealthCheck))
@given(how=real, nested=nests, packing=packings)
def test_an_altered_file(tmp_path: Path, suffix, how, nested, packing) -> None:
    check(tmp_path, suffix, file_of(suffix, how, nested), packing)


@pytest.mark.exhaustive
@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
@given(how=real, nested=nests, packing=packings)
def test_five_thousand_altered_files(tmp_path: Path, suffix, how, nested, packing) -> None:
    check(tmp_path, suffix, file_of(suffix, how, nested), packing)
