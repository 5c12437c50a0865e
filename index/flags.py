"""The options of commands: how one is declared, and those that say where the index is."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from index.location import ClusterSettings, InDirectory, Location, OnCluster

Command = Callable[..., Any]
ENGINES = ("embedded", "opensearch")


def flag(
    flag: str, default: Any, help: str, *names: str, **more: Any
) -> Callable[[Command], Command]:
    """Return the option of a setting; its variable is named after the flag.

    ``names`` and ``more`` are passed on to ``click.option``.
    """
    variable = flag.partition("/")[0].removeprefix("--").upper().replace("-", "_")
    return click.option(
        flag,
        *names,
        default=default,
        show_default=default not in (None, "", ()),
        envvar=f"TROUVAILLE_{variable}",
        show_envvar=True,
        help=help,
        **more,
    )


def options(*flags: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Combine options into one decorator."""

    def add(command: Command) -> Command:
        for option in reversed(flags):
            command = option(command)
        return command

    return add


_FILE = click.Path(path_type=Path)
_flags = options(
    flag(
        "--index",
        "trouvaille-index",
        "The index directory; with OpenSearch, that of learned themes and texts of pictures.",
        metavar="DIR",
        type=_FILE,
    ),
    flag(
        "--engine",
        "embedded",
        "What holds the index: the index directory, or a cluster of OpenSearch.",
        type=click.Choice(ENGINES),
    ),
    flag(
        "--opensearch-url",
        (),
        "The address of a node, https://HOST:9200; repeatable.",
        metavar="URL",
        multiple=True,
    ),
    flag("--opensearch-index", "trouvaille", "The name of the index there.", metavar="NAME"),
    flag("--opensearch-user", "", "The user that asks the cluster.", metavar="NAME"),
    flag(
        "--opensearch-password-file",
        None,
        "The file with the password of the user.",
        metavar="FILE",
        type=_FILE,
    ),
    flag(
        "--opensearch-api-key-file",
        None,
        "The file with an API key, instead of user and password.",
        metavar="FILE",
        type=_FILE,
    ),
    flag(
        "--opensearch-ca",
        None,
        "The file with the certificate of the authority that signs those of the nodes.",
        metavar="FILE",
        type=_FILE,
    ),
    flag(
        "--opensearch-seconds",
        30.0,
        "Seconds after which a request to the cluster is given up.",
        metavar="S",
        type=click.FloatRange(min=0, min_open=True),
    ),
)


def index_option(command: Command) -> Command:
    """Add the options that say where the index is; the command gets a ``Location`` as ``index``."""

    @wraps(command)
    def located(
        *arguments: Any,
        index: Path,
        engine: str,
        opensearch_url: tuple[str, ...],
        opensearch_index: str,
        opensearch_user: str,
        opensearch_password_file: Path | None,
        opensearch_api_key_file: Path | None,
        opensearch_ca: Path | None,
        opensearch_seconds: float,
        **given: Any,
    ) -> Any:
        location: Location = InDirectory(index)
        if engine == "opensearch":
            settings = ClusterSettings(
                opensearch_url,
                opensearch_index,
                opensearch_user,
                opensearch_password_file,
                opensearch_api_key_file,
                opensearch_ca,
                opensearch_seconds,
            )
            location = OnCluster(index, settings)
        return command(*arguments, index=location, **given)

    return _flags(located)
