import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from search.request import PARAMETERS
from web.cli import cli

ROOT = Path(__file__).parents[2]
WRITTEN = (ROOT / "docs" / "settings.md").read_text("utf-8")


def options() -> Iterator[tuple[str, click.Option]]:
    for name, command in sorted(cli.commands.items()):
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield name, parameter


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_option_is_documented_with_its_variable(command: str, option: click.Option) -> None:
    for flag in (*option.opts, *option.secondary_opts):
        assert re.search(rf"`{flag}[` ]", WRITTEN), f"{command} {flag}"
    for variable in [option.envvar] if isinstance(option.envvar, str) else option.envvar or ():
        assert f"`{variable}`" in WRITTEN, f"{command} {variable}"
        line = next(line for line in WRITTEN.splitlines() if f"`{variable}`" in line)
        assert option.opts[0] in line, f"{variable} stands in the line of its flag"


def test_every_documented_flag_and_variable_exists() -> None:
    flags = {flag for _, one in options() for flag in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"`(--[a-z-]+)", WRITTEN)) <= flags | {"--version", "--help"}
    variables = {str(one.envvar) for _, one in options() if one.envvar}
    assert set(re.findall(r"`(TROUVAILLE_\w+)`", WRITTEN)) == variables | {"TROUVAILLE_DEBUG"}


def test_every_command_is_documented() -> None:
    for name in cli.commands:
        assert f"`{name}`" in WRITTEN, name


def test_search_takes_the_parameters_of_the_endpoint() -> None:
    flags = {flag for command, one in options() if command == "search" for flag in one.opts}
    missing = [
        name
        for name in PARAMETERS
        if name not in ("q", "date_field") and "--" + name.replace("_", "-") not in flags
    ]
    assert not missing
