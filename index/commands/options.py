"""What commands have in common: how one is declared, its options, its errors in one line.

Every option can be set by a variable of the environment. With ``--json`` a command prints one
object and nothing else.
"""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from os import environ
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
import orjson

from index.errors import TrouvailleError
from index.location import ClusterSettings, InDirectory, Location, OnCluster

P = ParamSpec("P")
T = TypeVar("T")
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


mode_option = flag(
    "--index-mode",
    "0640",
    "The permissions of files of the index; folders can also be entered.",
    type=click.Choice(["0600", "0640", "0644", "0660", "0664"]),
)
json_option = flag(
    "--json", False, "Print one JSON object and nothing else.", "as_json", is_flag=True
)


def plain_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Turn an error into one line on standard error and an exit status, never a traceback.

    Under ``--json`` the object on standard output is then ``{"error": ..., "remedy": ...}``.
    With TROUVAILLE_DEBUG set, an error that nobody foresaw shows its traceback.
    """

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except TrouvailleError as error:
            _fail(error, as_json=bool(kwargs.get("as_json")))
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            # Whoever read our output has gone; that is their decision.
            sys.stderr.close()
            sys.exit(1)
        except Exception as error:
            if environ.get("TROUVAILLE_DEBUG"):
                traceback.print_exc()
            unforeseen = TrouvailleError(
                f"An unforeseen error: {type(error).__name__}: {error}.".replace("\n", " "),
                "Set TROUVAILLE_DEBUG=1 to see where, and report it.",
            )
            _fail(unforeseen, as_json=bool(kwargs.get("as_json")))

    return guarded


def _fail(error: TrouvailleError, *, as_json: bool) -> NoReturn:
    """Write an error as one line and end with its exit status."""
    if as_json:
        print_json({"error": error.message, "remedy": error.remedy})
    click.echo(f"trouvaille: {error}", err=True)
    sys.exit(error.exit_status)


def print_json(value: Any) -> None:
    """Print one JSON object: dataclasses as objects, named tuples too."""
    data = orjson.dumps(value, default=_as_dict, option=orjson.OPT_INDENT_2)
    click.echo(data.decode())


def _as_dict(value: Any) -> dict[str, Any]:
    """Turn what orjson does not know, named tuples and read-only mappings, into a dictionary."""
    return value._asdict() if hasattr(value, "_asdict") else dict(value)


def command(
    *parameters: Callable[[Command], Command],
) -> Callable[[Callable[..., None]], click.Command]:
    """Return what makes a function a command whose errors are one line."""
    return lambda function: click.command()(options(*parameters)(plain_errors(function)))
