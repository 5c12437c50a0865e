"""What the tasks of docs/pages.md cost: ``python -m tests.browser.tasks ADDRESS [PHRASE]``.

Does each task that needs no other program in a browser, from the first page of a service in French,
and prints how many actions it took. An action is a search typed and sent, a field filled in, or a
click. ``PHRASE`` stands in some document.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from tests.browser.screenshots import ARGUMENTS

EXPORTS = ".toolbar summary:has-text('Exporter')"


@dataclass
class Reader:
    """Whoever does a task, and what it took."""

    page: Page
    phrase: str
    actions: int = 0

    def search(self, words: str) -> None:
        self.actions += 1
        self.page.fill("#q", words)
        self.page.press("#q", "Enter")
        self.page.wait_for_load_state()

    def fill(self, field: str, text: str) -> None:
        self.actions += 1
        self.page.fill(field, text)

    def click(self, what: str) -> None:
        self.actions += 1
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()

    def download(self, what: str) -> None:
        with self.page.expect_download() as download:
            self.click(what)
        assert download.value.path().stat().st_size > 100


def without_a_source(reader: Reader) -> None:
    reader.search("UE")
    reader.fill("#from", "2016")
    reader.fill("#to", "2016")
    reader.click("form.range button")
    reader.click("section:has(#facet-source) a[href*=exclude_source]")


def phrase(reader: Reader) -> None:
    reader.search(f'"{reader.phrase}"')
    reader.click(".results h3 a")
    assert reader.page.locator("mark").count()


def other_languages(reader: Reader) -> None:
    reader.search("réfugiés")
    reader.click("p.meant a")


def follow(reader: Reader) -> None:
    reader.search("ONU")
    reader.click("p.meant a")
    assert reader.page.locator(".timeline").count()


def table(reader: Reader) -> None:
    reader.search("ONU")
    reader.click(EXPORTS)
    reader.download(".toolbar a:text-is('CSV')")


def spreadsheet(reader: Reader) -> None:
    reader.search("ONU")
    reader.click(EXPORTS)
    reader.download(".toolbar a:has-text('Excel')")


def feed(reader: Reader) -> None:
    reader.search("ONU")
    reader.click(EXPORTS)
    reader.click(".toolbar a[href*='search.atom']")


def save(reader: Reader) -> None:
    reader.search("ONU")
    reader.click(EXPORTS)
    reader.click(".toolbar [data-save]")


def cite(reader: Reader) -> None:
    reader.page.locator(".results h3 a").first.click()
    reader.click("[aria-labelledby=about-citation] [data-copy]")


def come_back(reader: Reader) -> None:
    reader.page.locator(".results h3 a").first.click()
    reader.page.wait_for_load_state()
    reader.actions += 1
    reader.page.go_back()
    assert reader.page.locator(".results h3 a").count()


def last_day(reader: Reader) -> None:
    reader.search("ONU")
    reader.click(".presets a")


def order(reader: Reader) -> None:
    reader.search("accord")
    reader.click("a[href*='explain=true']")


def language(reader: Reader) -> None:
    reader.click(".languages summary")
    reader.click(".languages a[lang=de]")
    assert reader.page.locator("html").get_attribute("lang") == "de"


def status(reader: Reader) -> None:
    reader.click("footer a[href$='/status']")


TASKS: dict[str, Callable[[Reader], None]] = {
    "an organization in 2016, without one source": without_a_source,
    "who said a phrase": phrase,
    "versions of a story in other languages": other_languages,
    "follow an organization": follow,
    "results as CSV": table,
    "open in a spreadsheet": spreadsheet,
    "feed": feed,
    "save a search": save,
    "cite": cite,
    "come back to the list": come_back,
    "new since yesterday": last_day,
    "understand the order": order,
    "language of the interface": language,
    "the administrator's view": status,
}


def main() -> None:
    """Do all tasks; one that cannot be done says where it failed."""
    address, phrase = sys.argv[1].rstrip("/"), (sys.argv[2:] or ["Banque mondiale"])[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        for name, do in TASKS.items():
            context = browser.new_context(
                viewport={"width": 1440, "height": 900}, locale="fr-FR", accept_downloads=True
            )
            context.set_default_timeout(30_000)
            reader = Reader(context.new_page(), phrase)
            reader.page.goto(address)
            try:
                do(reader)
                print(f"| {name} | {reader.actions} |", flush=True)
            except Exception as error:
                print(f"| {name} | failed at {reader.actions}: {str(error)[:300]!r} |", flush=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
