"""Pictures of the main pages for the documentation: ``python -m tests.browser.screenshots``.

Serves the sample archive, opens it in Chromium and writes docs/images/*.png, with a palette, so
that each stays small; Pillow must be installed for that. Names of pictures on the command line
limit it to those.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]
COLORS = 128
MAX_BYTES = 150_000


class Picture(NamedTuple):
    """A page to show: where, to whom, how large, and what to do first."""

    name: str
    path: str
    locale: str = "en"
    colors: str = "light"
    width: int = 1200
    height: int = 800
    typed: str = ""


SEARCH = "/search?q=s%C3%A9curit%C3%A9+des+fronti%C3%A8res"
PICTURES = (
    Picture("search-light", "/search?q=ONU", "fr"),
    Picture("search-dark", f"{SEARCH}&organization=ue", "fr", "dark"),
    Picture("search-arabic", "/search?q=%D8%A7%D9%84%D8%A3%D9%85%D9%86", "ar"),
    Picture("search-phone", SEARCH, "fr", width=360, height=720),
    Picture("suggestions", "/", typed="united n", height=640),
    Picture("document", "document", "fr"),
    Picture("document-arabic", "document in Arabic", "ar"),
    Picture("facet", "/facet/organization?q=", "en", height=700),
    Picture("status", "/status", "en", height=700),
)


def main(names: list[str]) -> None:
    """Take the pictures that are named, or all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        process, address = _serve(Path(folder))
        try:
            with sync_playwright() as driver:
                chromium = shutil.which("chromium") or shutil.which("google-chrome")
                browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                for picture in PICTURES:
                    if not names or picture.name in names:
                        _take(browser, address, picture)
                browser.close()
        finally:
            process.terminate()
            process.wait()


def _serve(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    script = "from web.cli import main; main()"
    # Relative, so that no picture shows where this checkout lies.
    command = [sys.executable, "-c", script, "serve", "seeds", "--port", "0", "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--index", str(folder / "index"), "--log-format", "off"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = re.match(r"Serving on (\S+)/$", line)
        if found:
            return process, found[1]
    raise SystemExit("serve ended early")


def _take(browser: Any, address: str, picture: Picture) -> None:
    from .states import states

    context = browser.new_context(
        locale=picture.locale,
        color_scheme=picture.colors,
        viewport={"width": picture.width, "height": picture.height},
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    path = picture.path if picture.path.startswith("/") else states(address)[picture.path]
    page.goto(address + path, wait_until="networkidle")
    if picture.typed:
        page.locator("#q").press_sequentially(picture.typed)
        page.get_by_role("option").first.wait_for()
    target = IMAGES / f"{picture.name}.png"
    page.screenshot(path=target)
    context.close()
    _shrink(target)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


def _shrink(path: Path) -> None:
    """Give a picture a palette, with fewer colours until it is small enough."""
    from PIL import Image

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    for colors in (COLORS, 64, 32, 16):
        reduced = picture.quantize(
            colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        reduced.save(path, optimize=True)
        if path.stat().st_size <= MAX_BYTES:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
