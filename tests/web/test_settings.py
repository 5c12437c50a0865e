import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from index.errors import SettingError
from index.location import API_KEY, PASSWORD
from index.vocabularies import VARIABLE
from search.request import PARAMETERS
from web.cli import cli, read_settings, serve, setting_keys

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
    assert set(re.findall(r"`(TROUVAILLE_\w+)`", WRITTEN)) == {
        *variables,
        "TROUVAILLE_DEBUG",
        PASSWORD,
        API_KEY,
        VARIABLE,
    }


def test_every_command_is_documented() -> None:
    for name in cli.commands:
        assert f"`{name}`" in WRITTEN, name


def test_search_takes_the_parameters_of_the_endpoint() -> None:
    flags = {flag for command, one in options() if command == "search" for flag in one.opts}
    missing = [
        name for name in PARAMETERS if name != "q" and "--" + name.replace("_", "-") not in flags
    ]
    assert not missing


# The file


def configured(path: Path, text: str) -> dict[str, object]:
    path.write_text(text, "utf-8")
    return read_settings(path, cli.commands.values())


def test_every_setting_with_a_variable_is_a_key_of_the_file() -> None:
    documented = {
        line.split("`")[1].split()[0].removeprefix("--")
        for line in WRITTEN.splitlines()
        if re.match(r"\| `--[^|]*\| `TROUVAILLE_", line)
    }
    assert set(setting_keys(cli.commands.values())) == documented - {"json", "config"}


def test_the_file_of_the_documentation(tmp_path: Path) -> None:
    written = re.search(r"```toml\n(.*?)```", WRITTEN, re.DOTALL)
    assert written
    told = configured(tmp_path / "trouvaille.toml", written[1])
    assert told["proxies"] == "1"
    assert told["languages"] == "fr,en,ar"
    assert told["field_map"] == ["title=headline", "text=story"]
    assert told["cors_origins"] == ["https://desk.example.org"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 80", "Did you mean “port”?"),
        ("log_format = 'json'", "Did you mean “log-format”?"),
        ("xyzzy = 1", "docs/settings.md"),
        ("port = 70000", "port"),
        ("port = true", "port takes"),
        ("hidden = 'yes'", "hidden takes true or false"),
        ("metrics = 'all'", "metrics"),
        ("search-seconds = 0", "search-seconds"),
        ("port = ", "not TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.toml"
    with pytest.raises(SettingError, match=re.escape(said)) as raised:
        configured(path, text)
    assert str(path) in str(raised.value)
    assert raised.value.exit_status == 2


def test_a_flag_wins_over_its_variable_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trouvaille.toml").write_text("index = 'of-the-file'", "utf-8")
    (tmp_path / "other.toml").write_text("index = 'of-another-file'", "utf-8")
    variable = {"TROUVAILLE_INDEX": "of-the-variable"}
    named = {"TROUVAILLE_CONFIG": "other.toml"}
    for arguments, environment, used in (
        ([], {}, "of-the-file"),
        ([], named, "of-another-file"),
        (["--config", "other.toml"], {}, "of-another-file"),
        ([], named | variable, "of-the-variable"),
        (["--index", "of-the-flag"], named | variable, "of-the-flag"),
    ):
        # There is no index anywhere: the error names the folder that was looked in.
        ended = CliRunner().invoke(cli, ["stats", *arguments], env=environment)
        assert ended.exit_code == 1
        assert f"“{used}”" in ended.output
    gone = CliRunner().invoke(cli, ["stats", "--config", "absent.toml"])
    assert isinstance(gone.exception, SettingError)


def test_an_ipv6_address_may_have_brackets() -> None:
    for host in ("::1", "[::1]"):
        assert serve.make_context("serve", ["--host", host]).params["host"] == "::1"
