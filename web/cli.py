"""The command ``trouvaille``: every command of the packages, ``serve``, and the settings file.

Each setting has a flag and a variable. The file ``trouvaille.toml`` gives what neither of them
gives; its keys are the names of the flags: ``max-bytes = 1000`` for ``--max-bytes 1000``.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple, fields, replace
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click
from flask import Flask

from index.build import cores
from index.commands import (
    COMMANDS,
    build_options,
    deletions_option,
    flag,
    index_option,
    options,
    plain_errors,
)
from index.errors import SettingError
from index.location import Location, OnCluster
from search import Budget, open_engine
from search.cli import search
from web.app import MAX_WAITING, WORKBOOKS, create_app
from web.context import VERSION, Settings
from web.operate import (
    address_of,
    bind,
    configure_log,
    is_host,
    is_loopback,
    is_prefix,
    preload,
    prepare,
    run,
)

DEFAULT_FILE = "trouvaille.toml"
"""Read from the current folder if it exists and no other file is named."""

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="trouvaille")
def cli() -> None:
    """Search archives of dispatches and documents in many languages."""


def main() -> None:
    """Run the command line: one line and an exit status for every error."""
    plain_errors(cli)()


_SERVER_FLAGS = (
    flag(
        "--host",
        "127.0.0.1",
        "The address to listen on; 0.0.0.0 for every network.",
        callback=lambda _context, _parameter, host: host.strip("[]"),  # as addresses have IPv6
    ),
    flag("--port", 8080, "The port; 0 takes a free one.", type=click.IntRange(0, 65535)),
    flag(
        "--threads",
        4,
        "Requests that take long and are under way at the same time in each process.",
        type=click.IntRange(1, 256),
    ),
    flag(
        "--compiled/--no-compiled",
        True,
        "Use compiled loops where numba is installed (trouvaille[fast]).",
    ),
)
_SECONDS = {
    "search": "Seconds after which a search leaves out optional parts or fails.",
    "facet": "Seconds after which the remaining facets are truncated.",
    "snippet": "Seconds after which no more matches are marked.",
    "spelling": "Seconds after which no better spelling is suggested.",
    "across": "Seconds after which a page over a cluster has no documents in other languages.",
}
"""The flags of a ``Budget``, in its order."""


def _setting_flags() -> Iterator[Callable[..., Any]]:
    """Yield the flags of all settings and of the budget."""
    for setting in fields(Settings):
        if setting.metadata:
            name = setting.metadata["flag"] or "--" + setting.name.replace("_", "-")
            if isinstance(setting.default, bool):
                name = f"{name}/--no-{name.removeprefix('--')}"
            text, more = setting.metadata["help"], setting.metadata["option"]
            yield flag(name, setting.default, text, setting.name, **more)
    positive = click.FloatRange(min=0, min_open=True)
    for (part, text), seconds in zip(_SECONDS.items(), astuple(Budget()), strict=True):
        yield flag(f"--{part}-seconds", seconds, text, metavar="S", type=positive)


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=Path)
@index_option
@options(*_SERVER_FLAGS, *_setting_flags())
@build_options
@deletions_option
@plain_errors
def serve(
    sources: tuple[Path, ...],
    index: Location,
    host: str,
    port: int,
    threads: int,
    compiled: bool,
    workers: int | None,
    **flags: Any,
) -> None:
    """Serve the search page and the JSON endpoint.

    SOURCEs are all files and folders of the archive. They are indexed first or, if there is an
    index, it is updated first, unless the update would delete too much. Without SOURCEs the index
    is served as it is. --workers is the number of processes for both.
    """
    names = flags.keys() & {field.name for field in fields(Settings)}
    settings = _settings(host, Settings(**{name: flags.pop(name) for name in names}))
    budget = Budget(*(flags.pop(f"{name}_seconds") for name in _SECONDS))
    configure_log(settings.log_format)
    listener = bind(host, port)
    try:
        if isinstance(index, OnCluster) and not settings.originals_in:
            settings = replace(settings, originals=False)
        prepare(index, sources, {**flags, "workers": workers})
        preload(compiled)
        address = address_of(listener)

        def make() -> Flask:
            return create_app(open_engine(index, budget), settings)

        run(
            listener,
            make,
            workers=cores() if workers is None else max(workers, 1),
            # Beside exports, which wait for readers, and dear searches, which wait for each other.
            threads=threads + settings.exports + WORKBOOKS + MAX_WAITING + 1,
            ready=lambda: click.echo(f"Serving on {address}"),
        )
    finally:
        listener.close()


def _settings(host: str, given: Settings) -> Settings:
    """Return the settings as the application takes them. Raises SettingError."""
    address = _web_address(given.base_url, "--base-url")
    return replace(
        given,
        base_url=address,
        hosts=allowed_hosts(host, address, given.proxies, given.hosts),
        cors_origins=tuple(_origin(origin) for origin in given.cors_origins),
    )


def allowed_hosts(
    host: str, base_url: str, proxies: int, named: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the host names that requests may ask for; an empty tuple allows any name.

    A service for this machine alone accepts only names of this machine. Any other name would be
    a website that resolves its own name to this machine in order to read what its user may read
    (DNS rebinding). Raises SettingError.
    """
    for name in named:
        if not name or set(name) & set("/@ ?#") or (":" in name and not _is_ipv6(name)):
            raise SettingError(
                f"--allowed-host “{name}” is not a host name.", "Give it without scheme and port."
            )
    local_only = host == "localhost" or is_loopback(host)
    if not named and (proxies or not local_only):
        return ()
    public = urlsplit(base_url).hostname
    given = [f"[{name.strip('[]')}]" if ":" in name else name.lower() for name in named]
    return tuple(dict.fromkeys((*LOCAL_NAMES, *([public] if public else []), *given)))


def _is_ipv6(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).version == 6
    except ValueError:
        return False


def _web_address(text: str, flag: str) -> str:
    """Return an address without a slash at its end. Raises SettingError."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        path = parts.path.rstrip("/")
        valid = (
            parts.scheme in ("http", "https")
            and is_host(parts.netloc)
            and (not path or is_prefix(path))
        )
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        raise SettingError(
            f"{flag} “{text}” is not a web address.",
            "Give scheme, host and path, as in https://example.org/archive.",
        )
    return text.rstrip("/")


def _origin(text: str) -> str:
    """Return an origin without a slash at its end, or ``*``. Raises SettingError."""
    if text == "*":
        return text
    address = _web_address(text, "--cors")
    if not address or urlsplit(address).path:
        raise SettingError(
            f"--cors “{text}” is not an origin.", "Give scheme and host, as in https://example.org."
        )
    return address


# The settings file.


def _add_config_flag(commands: Mapping[str, click.Command]) -> None:
    """Give every command ``--config FILE``, which is read before its other options."""

    def apply(context: click.Context, _: click.Parameter, named: Path | None) -> None:
        path = named or Path(DEFAULT_FILE)
        if named or path.is_file():
            values = read_settings(path, commands.values())
            context.default_map = {**(context.default_map or {}), **values}

    for command in commands.values():
        flag = click.Option(
            ["--config"],
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            envvar="TROUVAILLE_CONFIG",
            show_envvar=True,
            is_eager=True,
            expose_value=False,
            callback=apply,
            help=f"The configuration file.  [default: {DEFAULT_FILE}, if there is one]",
        )
        command.params.append(flag)


def read_settings(path: Path, commands: Iterable[click.Command]) -> dict[str, Any]:
    """Return the values of a settings file by the name of the parameter that takes each.

    Raises SettingError for an unreadable file, an unknown key, or a value that is not valid.
    """
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise SettingError(
            f"The configuration “{path}” cannot be read: {error.strerror}.",
            "Name a readable file with --config, or leave the option out.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"“{path}” is not TOML: {error}.", "Correct that line.") from error
    options = setting_keys(commands)
    settings: dict[str, Any] = {}
    for key, value in values.items():
        option = options.get(key) or _unknown_key(path, key, options)
        settings[option.name or key] = _setting_value(path, key, value, option)
    return settings


def setting_keys(commands: Iterable[click.Command]) -> dict[str, click.Option]:
    """Return every key of a settings file with its option: the flags that have a variable."""
    return {
        parameter.opts[0].removeprefix("--"): parameter
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        and parameter.envvar
        and parameter.name not in ("config", "as_json")
    }


def _unknown_key(path: Path, key: str, options: Iterable[str]) -> NoReturn:
    nearest = get_close_matches(key.lower().replace("_", "-"), options, n=1, cutoff=0.6)
    raise SettingError(
        f"“{path}” sets “{key}”, which is not a setting.",
        f"Did you mean “{nearest[0]}”?" if nearest else "docs/settings.md lists them all.",
    )


def _setting_value(path: Path, key: str, value: Any, option: click.Option) -> Any:
    """Return a value as the variable of its setting would give it. Raises SettingError."""
    if isinstance(value, bool) != option.is_flag:
        expected = "true or false" if option.is_flag else option.metavar or option.type.name
        raise SettingError(f"“{path}”: {key} takes {expected}, not {value!r}.", "Change that line.")
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        value = [f"{name}={mapped}" for name, mapped in value.items()]
    items = value if isinstance(value, list) else [value]
    texts = [item.isoformat() if isinstance(item, date) else str(item) for item in items]
    whole = texts if option.multiple else ",".join(texts)
    try:
        option.type_cast_value(click.Context(cli), whole)
    except click.BadParameter as error:
        raise SettingError(f"“{path}”: {key}: {error.message}", "Change that line.") from error
    return whole


for command in (*COMMANDS, search, serve):
    cli.add_command(command)
_add_config_flag(cli.commands)
