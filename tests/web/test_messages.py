import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from index.vocabularies import LANGUAGES
from search.engine import NOTICES, Notice
from search.request import FAULTS
from search.scoring.deadline import Part
from web.i18n import TRANSLATIONS

ROOT = Path(__file__).parents[2]


def calls(*packages: str) -> Iterator[tuple[str, ast.Call]]:
    for package in packages:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    called = node.func
                    name = called.attr if isinstance(called, ast.Attribute) else ""
                    owner = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
                    yield (f"{owner.split('.')[-1]}.{name}" if name else ast.unparse(called), node)


def codes(names: dict[str, int]) -> set[str]:
    """Return the constant codes given to calls of these names, at their argument's position."""
    found = set()
    for name, call in calls("search", "web"):
        if name in names and len(call.args) > names[name]:
            code = call.args[names[name]]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                found.add(code.value)
    return found


def test_every_code_of_the_search_has_its_sentence() -> None:
    faults = codes({"Fault": 1, "self.fault": 1})
    notices = codes({"Notice": 0, "notices.add": 0})
    assert len(faults) >= 10
    assert len(notices) >= 15
    assert faults == set(FAULTS)
    assert notices == set(NOTICES)


@pytest.fixture(scope="module")
def extracted() -> Catalog:
    """The messages of the source as it is now."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)
    catalogue = Catalog()
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    found = extract_from_dir(ROOT, mapping, options, keywords=keywords)
    for _, _, message, _, context in found:
        catalogue.add(message, context=context)
    return catalogue


@pytest.mark.parametrize("locale", LANGUAGES)
def test_catalogues_are_complete(extracted: Catalog, locale: str) -> None:
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    wanted = {(message.id, message.context) for message in extracted if message.id}
    there = {(message.id, message.context): message for message in catalogue if message.id}
    assert len(wanted) > 100
    assert set(there) == wanted
    for message in there.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        assert not message.fuzzy, message.id
        assert not [str(error) for error in message.check(catalogue)], message.id
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        names = {name for one in ids for name in re.findall(r"%\((\w+)\)", one)}
        for string in strings:
            assert set(re.findall(r"%\((\w+)\)", string)) <= names, message.id


def test_french_is_typeset_as_french() -> None:
    with (TRANSLATIONS / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in catalogue:
        if message.id:
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for string in strings:
                assert not re.search(r" [;:?!»]|« |'", string), string


def test_every_part_that_time_may_leave_out_has_its_sentence() -> None:
    parts = get_args(Part)
    told = {Notice("out_of_time", {"part": part, "left_out": "mot*"}).detail() for part in parts}
    assert len(told) == len(parts) == 4
    assert Notice("out_of_time").detail() not in told
