"""axe-core, as its package brings it, run in a page."""

from importlib.resources import files
from typing import Any

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Any, within: str = "html") -> list[str]:
    """Return what axe finds wrong with a page as it is shown now, one line a place.

    What lies ``within`` a selector is looked at: the rest may be under a menu that is open.

    It comes in through the debugger: the page's own policy against foreign scripts stays on.
    """
    if not page.evaluate("() => 'axe' in window"):
        script = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
        page.evaluate(f"() => {{ {script} }}")
    told = page.evaluate(
        "([tags, within]) => axe.run(within, {runOnly: {type: 'tag', values: tags}})",
        [TAGS, within],
    )
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for one in told["violations"]
        for node in one["nodes"]
    ]
