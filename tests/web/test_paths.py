"""Paths are written where routes are declared, and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

WEB = Path(__file__).parents[2] / "web"
ROUTES = {"get", "post", "add_url_rule"}


def first_steps(client: FlaskClient) -> str:
    """Return a pattern of what begins as a path of the application does."""
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    steps = {re.split(r"[/.<]", rule[1:])[0] for rule in rules} - {""}
    assert {"search", "document", "facet", "api", "static", "help", "metrics"} <= steps
    return rf"/(?:{'|'.join(sorted(steps))})(?![\w-])"


def written(module: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that are neither routes nor documentation."""
    passed: set[ast.AST] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ROUTES and node.args:
            passed.update(ast.walk(node.args[0]))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed:
            yield node.value


@pytest.mark.parametrize("kind", ["py", "html", "js"])
def test_no_path_is_written_by_hand(client: FlaskClient, kind: str) -> None:
    step = first_steps(client)
    files = [file for file in WEB.rglob(f"*.{kind}") if file.name != "paths.py"]
    assert len(files) >= 3
    for file in files:
        text = file.read_text("utf-8")
        if kind == "py":
            found = [one for one in written(ast.parse(text)) if re.match(step, one)]
        else:
            found = re.findall(rf"[\"'`=]{step}", text)
        assert not found, (file.name, found)


def test_the_check_sees_a_path(client: FlaskClient) -> None:
    step = first_steps(client)
    code = (
        '@room.get("/search")\ndef x():\n    """/search"""\n    return f"/search?q={1}", "/api/x"'
    )
    found = [one for one in written(ast.parse(code)) if re.match(step, one)]
    assert found == ["/api/x", "/search?q="] or found == ["/search?q=", "/api/x"]
    assert re.findall(rf"[\"'`=]{step}", '<a href="/status">') == ['"/status']
