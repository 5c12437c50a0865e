"""The command ``trouvaille``: every command of the packages, and ``serve``."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from index.cli import build_options, index_option, plain_errors
from index.cli import commands as index_commands
from index.directory import IndexDirectory
from search.cli import search
from search.whoosh_engine import Budget, WhooshEngine
from web.app import create_app
from web.context import VERSION
from web.operate import (
    add_config_option,
    address_options,
    limit_options,
    logs,
    preload,
    prepare,
    server,
    warm_up,
    watch_options,
    web_settings,
)
from web.settings import Settings
from web.wsgi import Application


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="trouvaille")
def cli() -> None:
    """Search archives of dispatches and documents in many languages."""


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=Path)
@index_option
@address_options
@limit_options
@watch_options
@build_options
@plain_errors
def serve(
    sources: tuple[Path, ...],
    index: Path,
    host: str,
    port: int,
    threads: int,
    compiled: bool,
    workers: int | None,
    search_seconds: float,
    facet_seconds: float,
    snippet_seconds: float,
    spelling_seconds: float,
    **said: Any,
) -> None:
    """Serve the search page and the JSON endpoint.

    SOURCEs are all files and folders of the archive. Without an index they are indexed first;
    with one, what is new, changed or gone is brought in first. Without SOURCEs the index is
    served as it is. --workers is the number of processes for both.
    """
    names = {field.name for field in fields(Settings)} | {"hosts", "origins"}
    settings = web_settings(host=host, **{name: said.pop(name) for name in names & said.keys()})
    budget = Budget(search_seconds, facet_seconds, snippet_seconds, spelling_seconds)
    logs.configure(settings.log_format)
    taken = server.bind(host, port)
    try:
        prepare(index, sources, {**said, "workers": workers})
        preload(compiled)
        address = server.address_of(taken)

        def make() -> Application:
            app = create_app(WhooshEngine(IndexDirectory(index), budget), settings)
            warm_up(app)
            return app

        server.serve(
            taken,
            make,
            workers=server.processors() if workers is None else max(workers, 1),
            threads=threads,
            ready=lambda: click.echo(f"Serving on {address}"),
        )
    finally:
        taken.close()


def main() -> None:
    """Run the command line: one line and an exit status for every error."""
    plain_errors(cli)()


for command in (*index_commands, search, serve):
    cli.add_command(command)
add_config_option(cli.commands.values())
