"""The configuration file: every setting of every command, under the flags.

A file, ``trouvaille.toml``, gives what neither a flag nor a variable gives. Its keys are the names
of the flags: ``max-bytes = 1000`` for ``--max-bytes 1000``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from index.errors import SettingError

DEFAULT = "trouvaille.toml"
"""Read from the folder that the command is run in, if it is there and none is named."""

Values = dict[str, Any]


def add_config_option(commands: Iterable[click.Command]) -> None:
    """Give every command ``--config FILE``, read before its other options."""
    known = list(commands)

    def apply(context: click.Context, _: click.Parameter, named: Path | None) -> None:
        path = named or Path(DEFAULT)
        if named or path.is_file():
            context.default_map = {**(context.default_map or {}), **read(path, known)}

    for command in known:
        option = click.Option(
            ["--config"],
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="TROUVAILLE_CONFIG",
            show_envvar=True,
            is_eager=True,
            expose_value=False,
            callback=apply,
            help=f"The configuration file.  [default: {DEFAULT}, if there is one]",
        )
        command.params.append(option)


def read(path: Path, commands: Iterable[click.Command]) -> Values:
    """Return what a file sets, by the name of the parameter that takes it.

    Raises SettingError for a file that cannot be read, a key that no command knows, a value that
    its setting does not take.
    """
    try:
        with path.open("rb") as file:
            written = tomllib.load(file)
    except OSError as error:
        raise SettingError(
            f"The configuration “{path}” cannot be read: {error.strerror}.",
            "Name a file that can be with --config, or leave the option out.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"“{path}” is not TOML: {error}.", "Mend that line.") from error
    settings = keys(commands)
    return {
        option.name or key: _value(path, key, value, option)
        for key, value in written.items()
        for option in [_known(path, key, settings)]
    }


def keys(commands: Iterable[click.Command]) -> dict[str, click.Option]:
    """Return every key that a file may hold: the flags that have a variable too."""
    return {
        parameter.opts[0].removeprefix("--"): parameter
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        and parameter.envvar
        and parameter.name not in ("config", "as_json")
    }


def _known(path: Path, key: str, settings: Mapping[str, click.Option]) -> click.Option:
    found = settings.get(key)
    if found is not None:
        return found
    nearest = get_close_matches(key.lower().replace("_", "-"), settings, n=1, cutoff=0.6)
    raise SettingError(
        f"“{path}” sets “{key}”, which is no setting.",
        f"Did you mean “{nearest[0]}”?" if nearest else "docs/settings.md lists them all.",
    )


def _value(path: Path, key: str, value: Any, option: click.Option) -> Any:
    """Return a value as the variable of its setting would give it. Raises SettingError."""
    if isinstance(value, bool) != option.is_flag:
        wanted = "true or false" if option.is_flag else option.metavar or option.type.name
        raise SettingError(f"“{path}”: {key} takes {wanted}, not {value!r}.", "Change that line.")
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        value = [f"{ours}={theirs}" for ours, theirs in value.items()]
    given = [_text(one) for one in (value if isinstance(value, list) else [value])]
    whole: Any = given if option.multiple else ",".join(given)
    try:
        option.type_cast_value(_NOWHERE, whole)
    except click.BadParameter as error:
        raise SettingError(f"“{path}”: {key}: {error.message}", "Change that line.") from error
    return whole


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_NOWHERE = click.Context(click.Command("trouvaille"))
