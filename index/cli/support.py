"""What every command of ``trouvaille`` shares: options, errors as one line, JSON as one object."""

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

P = ParamSpec("P")
T = TypeVar("T")
Command = Callable[..., Any]

DEFAULT_INDEX = "trouvaille-index"


def index_option(command: Command) -> Command:
    """Add ``--index DIR``, passed as ``index: Path``."""
    return click.option(
        "--index",
        metavar="DIR",
        type=click.Path(path_type=Path),
        default=DEFAULT_INDEX,
        show_default=True,
        envvar="TROUVAILLE_INDEX",
        show_envvar=True,
        help="The index directory.",
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json``, passed as ``as_json: bool``."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        envvar="TROUVAILLE_JSON",
        show_envvar=True,
        help="Print one JSON object and nothing else.",
    )(command)


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
            fail(error, as_json=bool(kwargs.get("as_json")))
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
            fail(unforeseen, as_json=bool(kwargs.get("as_json")))

    return guarded


def fail(error: TrouvailleError, *, as_json: bool = False) -> NoReturn:
    """Write an error as one line and end with its exit status."""
    if as_json:
        print_json({"error": error.message, "remedy": error.remedy})
    click.echo(f"trouvaille: {error}", err=True)
    sys.exit(error.exit_status)


def print_json(value: Any) -> None:
    """Print one JSON object: dataclasses as objects, named tuples too."""
    click.echo(orjson.dumps(_plain(value), option=orjson.OPT_INDENT_2).decode())


def _plain(value: Any) -> Any:
    """Turn named tuples and mappings, which orjson does not know, into dictionaries."""
    if hasattr(value, "_asdict"):
        return {name: _plain(item) for name, item in value._asdict().items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "items"):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
