"""What a reader with a mouse does: search, narrow, widen, zoom into dates, read."""

import re
from typing import Any
from zipfile import ZipFile

from playwright.sync_api import expect

from .conftest import Reader, Readers
from .states import found

NUMBER = re.compile(r"\d+")


def total(reader: Reader) -> int:
    """Return how many documents the page says that it found."""
    said = reader.page.get_by_role("main").get_by_role("status").first
    # The live region is empty for a moment, so that it is read aloud.
    text = said.evaluate(
        """one => new Promise((done) => {
          const look = () => /\\d/.test(one.textContent) ? done(one.textContent)
            : setTimeout(look, 20);
          look();
        })"""
    )
    return int(NUMBER.findall(text)[0])


def facet(reader: Reader, name: str) -> Any:
    """Return the section of a facet."""
    return reader.page.get_by_role("region", name=name, exact=True)


def count(link: Any) -> int:
    """Return the number that a facet value ends with."""
    return int(NUMBER.findall(link.inner_text())[-1])


def chips(reader: Reader) -> Any:
    """Return the removable filters."""
    return reader.page.get_by_role("list", name="Chosen filters").get_by_role("listitem")


def test_search_read_and_return(reader: Readers) -> None:
    one = reader("en")
    one.goes("/")
    box = one.page.locator("#q")
    box.fill("sécurité des frontières")
    one.page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(one.page).to_have_url(re.compile(r"/search\?q="))
    assert total(one) >= 1
    expect(one.page.locator("main mark").first).to_be_visible()
    results = one.page.get_by_role("main").get_by_role("article")
    title = results.first.get_by_role("heading").inner_text()
    results.first.get_by_role("heading").get_by_role("link").click()
    expect(one.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(one.page.get_by_role("article").locator("mark").first).to_be_visible()
    one.page.get_by_role("link", name="All results for").click()
    expect(one.page.get_by_role("main").get_by_role("article").first).to_contain_text(title)
    # The address alone brings the same answer.
    again = reader("en")
    again.page.goto(one.page.url)
    assert total(again) == total(one)


def test_walk_through_the_results(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=ONU")
    links = one.page.get_by_role("main").get_by_role("article").get_by_role("heading")
    titles = links.all_inner_texts()[:3]
    links.first.get_by_role("link").click()
    heading = one.page.get_by_role("heading", level=1)
    for title in titles:
        expect(heading).to_have_text(title)
        one.page.get_by_role("link", name="Next").first.click()
    one.page.get_by_role("link", name="Previous").first.click()
    expect(heading).to_have_text(titles[-1])


def test_choose_widen_exclude_and_remove(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=")
    whole = total(one)
    value = facet(one, "Organization").get_by_role("listitem").first.get_by_role("link").first
    promised = count(value)
    value.click()
    assert total(one) == promised
    expect(chips(one)).to_have_count(1)
    # A second value of the same facet widens.
    second = facet(one, "Organization").locator("li:not(li li)").nth(1).get_by_role("link").first
    second.click()
    widened = total(one)
    assert widened >= promised
    # Another facet narrows, and keeps its promise under the filters there are.
    language = facet(one, "Language").get_by_role("listitem").first.get_by_role("link").first
    promised = count(language)
    language.click()
    assert total(one) == promised
    chosen = chips(one)
    for _ in range(10):
        if not chosen.count():
            break
        with one.page.expect_navigation():
            chosen.first.get_by_role("link").click()
    assert total(one) == whole
    # Excluding is its own link.
    theme = facet(one, "Theme").get_by_role("listitem").first
    promised = count(theme.get_by_role("link").first)
    theme.get_by_role("link", name="Exclude").first.click()
    assert total(one) == whole - promised
    expect(chips(one).first).to_contain_text("not")
    chips(one).first.get_by_role("link").click()
    assert total(one) == whole


def test_search_inside_a_facet(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=")
    facet(one, "Organization").get_by_role("link", name="See all").click()
    # The name in another language finds it, accents or not.
    one.page.get_by_role("searchbox", name="Search in this list").fill("nations")
    one.page.get_by_role("main").get_by_role("button", name="Search").click()
    expect(one.page.get_by_role("main").get_by_role("status")).to_contain_text("organization")
    box = one.page.get_by_role("checkbox", name="United Nations").first
    box.check()
    one.page.get_by_role("button", name="Apply selection").click()
    expect(chips(one)).to_have_count(1)
    assert 0 < total(one) < 80


def test_zoom_into_dates_and_out(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=")
    whole = total(one)
    urls = [one.page.url]
    for _ in range(3):
        bars = one.page.get_by_role("group", name="Documents by date").get_by_role("link")
        if bars.count() == 0:
            break
        tallest = max(bars.all(), key=lambda bar: said(bar))
        promised = said(tallest)
        tallest.click()
        expect(one.page).not_to_have_url(urls[-1])
        urls.append(one.page.url)
        assert total(one) == promised
        expect(chips(one)).to_have_count(1)
        if re.search(r"from=(\d{4}-\d\d-\d\d)&to=\1", one.page.url):
            break
    assert len(urls) >= 3
    one.page.get_by_role("main").get_by_role("link", name="All dates").click()
    assert total(one) == whole
    # A range by hand, then undated documents, which are never dropped in silence.
    one.page.get_by_label("From", exact=True).fill("2016")
    one.page.get_by_label("To", exact=True).fill("2018-06")
    facet(one, "Date").get_by_role("button", name="Apply").click()
    ranged = total(one)
    assert 0 < ranged < whole
    facet(one, "Date").get_by_role("link", name="undated", exact=False).first.click()
    assert total(one) < whole


def test_dates_as_people_write_them_and_what_is_folded(reader: Readers) -> None:
    one = reader("de")
    one.goes("/search?q=ONU")
    whole = total(one)
    first, last = one.page.locator("#from"), one.page.locator("#to")
    first.fill("1. März 2016")
    last.fill("31.12.2018")
    last.press("Enter")
    expect(one.page).to_have_url(re.compile("from="))
    expect(first).to_have_value("2016-03-01")
    assert total(one) < whole
    # What is no date is told at its field; the words stay.
    first.fill("neulich")
    first.press("Enter")
    expect(first).to_have_value("neulich")
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(one.page.locator("#q")).to_have_value("ONU")
    expect(one.page.locator("#dates-wrong")).to_be_visible()
    one.page.locator("aside summary").nth(1).click()
    one.page.reload()
    expect(one.page.locator("aside details").nth(1)).not_to_have_attribute("open", "")
    expect(one.page.locator("aside details").nth(0)).to_have_attribute("open", "")
    # The timeline is as wide as the results, and says what its highest bar stands for.
    one.goes("/search?q=")
    timeline = one.page.locator(".timeline").bounding_box()
    results = one.page.locator(".results").bounding_box()
    assert abs(timeline["width"] - results["width"]) < 2
    bars = one.page.get_by_role("group", name="Dokumente nach Datum").get_by_role("link")
    highest = max(said(bar) for bar in bars.all())
    expect(one.page.locator(".scale")).to_contain_text(str(highest))


def said(bar: Any) -> int:
    """Return the count that a bar of the histogram says."""
    return int(NUMBER.findall(bar.get_attribute("aria-label") or "")[-1])


def test_suggestions(reader: Readers) -> None:
    one = reader("en")
    one.goes("/")
    box = one.page.locator("#q")
    box.press_sequentially("united n", delay=20)
    options = one.page.get_by_role("option")
    expect(options.first).to_be_visible()
    options.filter(has_text="United Nations").first.click()
    expect(one.page).to_have_url(re.compile("organization=onu"))
    expect(chips(one)).to_have_count(1)


def test_better_spelling_and_nothing_found(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=zzzzqqqq&lang=fr")
    assert total(one) == 0
    expect(one.page.get_by_text("No document matches this search.")).to_be_visible()
    one.page.get_by_role("link", name="Search again without the filters").click()
    expect(one.page).not_to_have_url(re.compile("lang=fr"))


def test_pages_and_order(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=de&per_page=5")
    whole = total(one)
    one.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(one.page).to_have_url(re.compile("page=2"))
    assert total(one) == whole
    one.page.locator(".toolbar summary").first.click()
    one.page.get_by_role("link", name="Oldest first").click()
    times = [
        time.get_attribute("datetime") or "" for time in one.page.locator("article time").all()
    ]
    assert times == sorted(times)


def test_matches_of_a_document(reader: Readers, address: str) -> None:
    one = reader("en")
    one.goes(f"/document/{found(address, 'q=terrorisme')}?q=terrorisme")
    place = one.page.get_by_role("navigation", name="Matches in the text").get_by_role("status")
    one.page.get_by_role("button", name="Next match").click()
    expect(place).to_have_text(re.compile(r"\b1\b"))
    expect(one.page.locator("mark:focus")).to_have_count(1)
    one.page.get_by_role("button", name="Previous match").click()
    expect(one.page.locator("mark:focus")).to_have_count(1)


def test_results_are_taken_away(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=ONU")
    menus = one.page.locator(".toolbar details")
    export, order = menus.last, menus.first
    export.locator("summary").click()
    with one.page.expect_download() as begun:
        one.page.get_by_role("link", name="Excel", exact=True).click()
    assert re.fullmatch(r"trouvaille-ONU-[\d-]+\.xlsx", begun.value.suggested_filename)
    with ZipFile(begun.value.path()) as parts:
        assert "xl/worksheets/sheet2.xml" in parts.namelist()
    # One menu at a time; Escape closes it and gives the focus back.
    order.locator("summary").click()
    expect(export).not_to_have_attribute("open", re.compile(""))
    one.page.get_by_role("link", name="Newest first").focus()
    one.page.keyboard.press("Escape")
    expect(order).not_to_have_attribute("open", re.compile(""))
    expect(order.locator("summary")).to_be_focused()
    one.page.keyboard.press("Enter")
    one.page.get_by_role("link", name="Newest first").click()
    expect(one.page).to_have_url(re.compile("sort=-date"))
    expect(order.locator("summary")).to_contain_text("Newest first")


def test_print_says_what_was_searched(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=ONU&lang=fr")
    printed = one.page.locator(".printed")
    expect(printed).to_be_hidden()
    one.page.emulate_media(media="print")
    expect(printed).to_be_visible()
    expect(printed).to_contain_text("/search?q=ONU&lang=fr")
    expect(one.page.get_by_role("heading", level=1)).to_be_visible()
    expect(chips(one).first).to_be_visible()
    expect(one.page.locator(".toolbar")).to_be_hidden()


def test_searches_are_saved_in_the_browser_only(reader: Readers) -> None:
    one = reader("en")
    one.goes("/search?q=ONU&lang=fr")
    one.page.get_by_text("Export and share").click()
    one.page.get_by_role("button", name="Save this search").click()
    expect(one.page.get_by_role("button", name="first page")).to_be_visible()
    one.goes("/")
    saved = one.page.get_by_role("region", name="Saved searches")
    saved.get_by_role("link", name="ONU").click()
    expect(one.page).to_have_url(re.compile(r"q=ONU&lang=fr"))
    one.goes("/")
    saved.get_by_role("button").first.click()
    expect(saved).to_be_hidden()


def test_the_language_of_the_interface(reader: Readers) -> None:
    one = reader("fr")
    one.goes("/search?q=ONU")
    expect(one.page.locator("html")).to_have_attribute("lang", "fr")
    one.page.locator("details.languages summary").click()
    one.page.get_by_role("link", name="Deutsch").click()
    expect(one.page.locator("html")).to_have_attribute("lang", "de")
    one.page.get_by_role("main").get_by_role("article").first.get_by_role("heading").get_by_role(
        "link"
    ).click()
    expect(one.page.locator("html")).to_have_attribute("lang", "de")


def test_a_reader_asks_in_german(reader: Readers) -> None:
    """Operators, offers and suggestions in the reader's language."""
    one = reader("de")
    one.goes("/")
    one.page.locator("#q").press_sequentially("secur", delay=20)
    options = one.page.get_by_role("option")
    expect(options.first).to_be_visible()
    counts = [int(text) for text in one.page.locator("[role=option] b").all_inner_texts()]
    assert counts
    assert all(count > 0 for count in counts)
    one.goes("/search?q=terrorisme+ODER+frontières")
    either = total(one)
    expect(one.page.locator(".understood")).to_have_count(0)
    one.goes("/search?q=terrorisme+UND+frontières")
    both = total(one)
    one.goes("/search?q=terrorisme+NICHT+frontières")
    assert 0 < both + total(one) <= either
    # A theme by its name is found in all languages.
    one.goes("/search?q=Grenzsicherung")
    offer = one.page.locator(".meant").first
    documents = int(NUMBER.findall(offer.inner_text())[0])
    offer.get_by_role("link").click()
    assert total(one) == documents
