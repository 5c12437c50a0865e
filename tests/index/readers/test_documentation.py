"""docs/documents.md says what the readers do."""

import re
from pathlib import Path

from index.readers import SUFFIXES
from index.readers.mapping import DEFAULT_NAMES

PAGE = (Path(__file__).parents[3] / "docs" / "documents.md").read_text("utf-8")


def test_every_ending_is_documented():
    section = PAGE.split("\n## Formats\n")[1].split("\n## ")[0]
    assert set(re.findall(r"`(\.\w+)`", section)) == set(SUFFIXES)


def test_every_default_name_is_documented():
    section = PAGE.split("\n## Field mapping\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    documented = {field: tuple(re.findall(r"`(\w+)`", names)) for field, names in rows}
    assert documented == dict(DEFAULT_NAMES)


def test_every_kind_of_skipped_is_documented(reading):
    section = PAGE.split("\n## What is skipped\n")[1].split("\n## ")[0]
    found = reading({".a": "", "b.x": "", "c.txt": "", "d.txt": "\1" * 9, "e.jsonl": "{"})
    kinds = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert {kind for _, kind in found.kinds} <= kinds
    assert len(kinds) == 16


def test_the_example_of_front_matter_is_understood(reading):
    section = PAGE.split("\n## Plain text and front matter\n")[1].split("\n## ")[0]
    example = re.search(r"(?:^    .*\n|^\n)+", section.split("hyphens.\n")[1], re.MULTILINE)
    assert example
    document = reading({"a.txt": re.sub("^    ", "", example[0].strip("\n"), flags=re.M)}).only
    assert document.id == "aep-2019-1114"
    assert document.title == "Rabat : une réunion sur la sécurité des frontières"
    assert document.tags == ("sécurité", "diplomatie")
    assert document.text == "Les travaux ont commencé jeudi à Rabat..."
