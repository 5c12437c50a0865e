"""Other ways to read: by keyboard alone, right to left, without scripts, on a phone, enlarged."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from index.facets import FACETS

from .conftest import Reader, Readers
from .states import states
from .test_journeys import chips, count, facet, total


def focused(page: Any) -> dict[str, Any]:
    """Return what has the focus: its text, tag, and whether the eye can tell."""
    told: dict[str, Any] = page.evaluate(
        """() => {
          const one = document.activeElement, style = getComputedStyle(one);
          return {
            tag: one.localName, text: one.textContent.trim(), href: one.getAttribute("href"),
            seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
            inMain: !!one.closest("main"), inResult: !!one.closest("article h3, article h2"),
            inFacet: !!one.closest("aside .values"), chip: !!one.closest(".chips"),
          };
        }"""
    )
    return told


def tab_to(reader: Reader, what: str) -> dict[str, Any]:
    """Press Tab until the focus is where it is wanted; every stop must be visible."""
    for _ in range(250):
        reader.page.keyboard.press("Tab")
        now = focused(reader.page)
        if now["tag"] != "body":
            assert now["seen"], now
        if now[what]:
            return now
    raise AssertionError(f"Tab never reaches {what}")


def test_by_keyboard_alone(reader: Readers) -> None:
    one = reader("en")
    one.goes("/")
    keys = one.page.keyboard
    keys.press("Tab")
    assert focused(one.page)["text"] == "Skip to the content"
    assert focused(one.page)["seen"]
    for _ in range(10):
        keys.press("Tab")
        if focused(one.page)["tag"] == "input":
            break
    keys.type("secur", delay=20)
    box = one.page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("."))
    expect(one.page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    keys.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    keys.press("Control+a")
    keys.type("terrorisme")
    keys.press("Enter")
    expect(one.page).to_have_url(re.compile("q=terrorisme"))
    whole = total(one)
    # Over the skip link straight to the answer, into a document, along its matches, and back.
    keys.press("Tab")
    keys.press("Enter")
    tab_to(one, "inResult")
    keys.press("Enter")
    expect(one.page).to_have_url(re.compile("/document/"))
    keys.press("n")
    expect(one.page.locator("mark:focus")).to_have_count(1)
    keys.press("p")
    expect(one.page.locator("mark:focus")).to_have_count(1)
    one.page.go_back()
    # A facet value and its chip.
    tab_to(one, "inFacet")
    value = focused(one.page)
    promised = int(re.findall(r"\d+", value["text"])[-1])
    keys.press("Enter")
    expect(chips(one)).to_have_count(1)
    assert total(one) == promised
    tab_to(one, "chip")
    keys.press("Enter")
    expect(chips(one)).to_have_count(0)
    assert total(one) == whole


def test_few_keys_lead_far(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=ONU")
    keys = one.page.keyboard
    one.page.locator("#q").focus()
    for _ in range(5):
        keys.press("Tab")
        if focused(one.page)["inResult"]:
            break
    assert focused(one.page)["inResult"]
    # From result to result, to the box, and not while typing.
    first = focused(one.page)["text"]
    keys.press("j")
    assert focused(one.page)["inResult"]
    assert focused(one.page)["text"] != first
    keys.press("k")
    assert focused(one.page)["text"] == first
    keys.press("/")
    assert focused(one.page)["tag"] == "input"
    keys.press("End")
    keys.type("/jk")
    expect(one.page.locator("#q")).to_have_value("ONU/jk")
    # The second skip link leads to the filters; a choice there keeps its place.
    one.goes("/search?q=ONU")
    keys.press("Tab")
    keys.press("Tab")
    assert focused(one.page)["text"] == "Go to the filters"
    keys.press("Enter")
    tab_to(one, "inFacet")
    label = focused(one.page)["text"]
    keys.press("Enter")
    expect(chips(one)).to_have_count(1)
    expect(one.page.locator("aside a:focus")).to_have_count(1)
    assert focused(one.page)["text"].split()[0] == label.split()[0]


def test_in_arabic_everything_runs_from_right_to_left(reader: Readers) -> None:
    one = reader("ar")
    one.goes("/")
    page = one.page
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.locator("#q").fill("الأمم المتحدة")
    page.get_by_role("search").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile("q="))
    found = page.get_by_role("main").get_by_role("article")
    assert found.count() > 0
    # The facets stand where the reading begins: to the right of the results.
    facets, first = page.locator("aside").bounding_box(), found.first.bounding_box()
    assert facets
    assert first
    assert facets["x"] > first["x"]
    labels = page.locator("aside h3").all_inner_texts()
    assert len(labels) == len(FACETS)
    assert all(re.search("[\u0621-\u064a]", label) for label in labels)
    # French titles keep their own direction.
    french = page.locator("article [lang=fr][dir=ltr]")
    assert french.count() > 0 or page.locator("article [lang=ar][dir=rtl]").count() > 0
    assert page.locator("article time").first.inner_text().strip()
    found.first.get_by_role("heading").get_by_role("link").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_have_attribute("dir", re.compile("rtl|ltr"))
    page.go_back()
    page.locator("aside ul a[href]").first.click()
    expect(page.locator(".chips li").first).to_be_visible()


def test_without_scripts(reader: Readers) -> None:
    one = reader("en", javascript=False)
    one.goes("/")
    page = one.page
    page.locator("#q").fill("terrorisme")
    page.locator("#q").press("Enter")
    whole = total(one)
    value = facet(one, "Language").get_by_role("listitem").first.get_by_role("link").first
    promised = count(value)
    value.click()
    assert total(one) == promised
    chips(one).first.get_by_role("link").click()
    assert total(one) == whole
    facet(one, "Theme").get_by_role("link", name="Exclude").first.click()
    assert total(one) < whole
    chips(one).first.get_by_role("link").click()
    page.get_by_role("group", name="Documents by date").get_by_role("link").first.click()
    expect(chips(one)).to_have_count(1)
    page.get_by_role("main").get_by_role("article").first.get_by_role("heading").get_by_role(
        "link"
    ).click()
    expect(page.locator("article mark").first).to_be_visible()
    # Nothing is offered that needs a script.
    for button in page.locator("button[type=button]").all():
        assert not button.is_visible()
    matches = page.get_by_role("navigation", name="Matches in the text").get_by_role("link")
    matches.first.click()
    expect(page).to_have_url(re.compile("#m1$"))
    page.locator("details.languages summary").click()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


@pytest.mark.parametrize(("locale", "width"), [("fr", 320), ("ar", 320), ("de", 320), ("en", 640)])
def test_no_page_is_wider_than_the_window(
    reader: Readers, address: str, locale: str, width: int
) -> None:
    """320 px is a small phone; 640 is a window of 1280 at 200 %."""
    one = reader(locale, width=width, height=640)
    wide = []
    for name, path in states(address).items():
        one.goes(path)
        told = one.page.evaluate(
            """() => {
              const page = document.documentElement, width = page.clientWidth;
              const out = [...document.querySelectorAll("body *")].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.width > 1 && (box.right > width + 1 || box.left < -1)
                  && !one.closest(".unseen, .skip, pre, svg")
                  && !one.closest("details:not([open]) > :not(summary)")
                  && getComputedStyle(one).position !== "absolute";
              });
              return { over: page.scrollWidth - width,
                       out: out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)) };
            }"""
        )
        if told["over"] > 0 or told["out"]:
            wide.append((name, told))
    assert not wide


def test_on_a_phone(reader: Readers) -> None:
    one = reader("en", width=320, height=640, has_touch=True, is_mobile=True)
    one.goes("/search?q=ONU")
    # The button of the box is a sign, which has its name.
    button = one.page.get_by_role("search").get_by_role("button", name="Search")
    assert button.bounding_box()["width"] < 64
    assert one.page.locator("#q").bounding_box()["width"] > 200
    whole = total(one)
    value = facet(one, "Language").get_by_role("listitem").first.get_by_role("link").first
    promised = count(value)
    # The filters come over the page, and go again.
    one.page.get_by_role("link", name="Filters", exact=True).tap()
    sheet = one.page.locator("#filters")
    expect(sheet).to_be_in_viewport()
    assert sheet.bounding_box()["y"] == 0
    one.page.get_by_role("link", name="Back to the results").tap()
    assert sheet.bounding_box()["y"] > 640
    one.page.get_by_role("link", name="Filters", exact=True).tap()
    value.tap()
    assert total(one) == promised <= whole
    for snippet in one.page.locator(".snippet").all()[:5]:
        assert snippet.bounding_box()["height"] <= 2 * 32
    one.page.get_by_role("main").get_by_role("article").first.get_by_role("heading").get_by_role(
        "link"
    ).tap()
    expect(one.page).to_have_url(re.compile("/document/"))
