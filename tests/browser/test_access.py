"""axe-core on every page and state, in three languages, light, dark, enlarged, on a phone."""

from typing import Any

import pytest

from .axe import findings
from .conftest import Readers
from .states import states


@pytest.mark.parametrize(
    ("locale", "more"),
    [
        ("fr", {}),
        ("en", {"colors": "dark"}),
        ("ar", {}),
        ("ar", {"colors": "dark", "width": 320}),
        ("fr", {"forced_colors": "active"}),
    ],
    ids=["fr", "en dark", "ar", "ar dark phone", "fr forced colours"],
)
def test_axe_finds_nothing(
    reader: Readers, address: str, locale: str, more: dict[str, Any]
) -> None:
    one = reader(locale, **more)
    found = {}
    for name, path in states(address).items():
        one.goes(path)
        told = findings(one.page)
        if told:
            found[name] = told
    assert not found


@pytest.mark.parametrize("locale", ["fr", "en", "ar"])
def test_axe_finds_nothing_in_what_unfolds(reader: Readers, locale: str) -> None:
    one = reader(locale)
    one.goes("/search?q=ONU")
    one.page.locator("#q").press_sequentially(" un", delay=20)
    one.page.wait_for_timeout(600)
    assert not findings(one.page, "header")
    one.page.keyboard.press("Escape")
    unfold = "selector => document.querySelectorAll(selector).forEach(one => one.open = true)"
    one.page.evaluate(unfold, "main details, footer details")
    assert not findings(one.page)
    one.page.evaluate(unfold, "header details")
    assert not findings(one.page, "header")
    one.page.evaluate(
        "() => localStorage.setItem('trouvaille.saved', JSON.stringify("
        "[{name: 'ONU', address: '/search?q=ONU'}]))"
    )
    one.goes("/")
    assert not findings(one.page)
