"""A real browser in front of a real ``trouvaille serve`` on the sample archive."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that ``-m 'not browser'`` leaves them out."""
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service on the sample archive, without a slash at its end."""
    folder = tmp_path_factory.mktemp("service")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TROUVAILLE")}
    script = "from web.cli import main; main()"
    arguments = ["serve", str(ROOT / "seeds"), "--port", "0", "--workers", "1"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments, "--log-format", "json"],
            cwd=folder,
            env={**ours, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        watch = Timer(PATIENCE, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                found = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+)/\n", line)
                if found:
                    watch.cancel()
                    yield found[1]
                    break
            else:
                pytest.fail(f"serve ended early: {(folder / 'log').read_text()}")
        finally:
            watch.cancel()
            process.terminate()
            process.communicate(timeout=PATIENCE)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium, as a distribution packages it; skips where there is none, but not in CI."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed", exc_type=ImportError
    )
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: install the package chromium.")
        pytest.skip("Chromium is not installed (package chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Reader:
    """Somebody at a browser: a page, and everything that went wrong in it."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def goes(self, path: str) -> None:
        """Open an address of the service."""
        self.page.goto(self.address + path, wait_until="load")


Readers = Callable[..., Reader]


@pytest.fixture
def reader(browser: Any, address: str) -> Iterator[Readers]:
    """Make readers: ``reader(locale="ar", javascript=False, width=320, colors="dark")``.

    At the end none of them may have seen an error of a script, a break of the Content-Security-
    Policy, an answer of 500, a cookie, or a request to anywhere else.
    """
    made: list[tuple[Any, Reader]] = []

    def make(
        locale: str = "fr",
        javascript: bool = True,
        width: int = 1280,
        height: int = 900,
        colors: str = "light",
        **more: Any,
    ) -> Reader:
        context = browser.new_context(
            locale=locale,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            color_scheme=colors,
            **more,
        )
        context.set_default_timeout(15_000)
        one = Reader(context.new_page(), address)

        def watch(page: Any) -> None:
            page.on("pageerror", lambda error: one.complaints.append(str(error)))
            page.on(
                "console",
                lambda said: one.complaints.append(said.text) if _serious(said) else None,
            )
            page.on(
                "response",
                lambda answer: (
                    one.complaints.append(f"{answer.status} {answer.url}")
                    if answer.status >= 500
                    else None
                ),
            )
            page.on(
                "request",
                lambda asked: (
                    one.elsewhere.append(asked.url)
                    if not asked.url.startswith((address, "data:", "blob:"))
                    else None
                ),
            )

        watch(one.page)
        made.append((context, one))
        return one

    yield make
    for context, one in made:
        cookies = context.cookies()
        context.close()
        assert not one.complaints
        assert not one.elsewhere
        assert not cookies


def _serious(said: Any) -> bool:
    # Pages of errors are asked for on purpose; the browser mentions their status.
    return said.type in ("error", "warning") and "Failed to load resource" not in said.text
