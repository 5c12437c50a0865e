"""The command ``trouvaille``: every command of the packages, and ``serve``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from index import build
from index.build import BuildOptions, BuildResult
from index.cli import build_options, merged_options
from index.cli import commands as index_commands
from index.cli_support import index_option, plain_errors
from index.errors import IndexLocked, IndexMissing, IndexVersion, SettingError
from index.generations import Archive
from index.progress import progress_on
from search.cli import search
from search.whoosh_engine import WhooshEngine
from web import server
from web.app import create_app
from web.context import VERSION
from web.settings import Settings
from web.wsgi import Application


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="trouvaille")
def cli() -> None:
    """Search archives of dispatches and documents in many languages."""


@click.command()
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=Path)
@index_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="TROUVAILLE_HOST",
    show_envvar=True,
    help="The address to serve at; 0.0.0.0 for every network of this machine.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    envvar="TROUVAILLE_PORT",
    show_envvar=True,
    help="The port to serve at; 0 takes a free one.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    envvar="TROUVAILLE_THREADS",
    show_envvar=True,
    help="Connections that each process answers at once.",
)
@click.option(
    "--base-url",
    metavar="URL",
    default="",
    envvar="TROUVAILLE_BASE_URL",
    show_envvar=True,
    help="The address that readers see behind a reverse proxy: https://example.org/archive.",
)
@click.option(
    "--proxy",
    "proxies",
    metavar="N",
    type=click.IntRange(0, 10),
    default=0,
    show_default=True,
    envvar="TROUVAILLE_PROXY",
    show_envvar=True,
    help="Reverse proxies in front, whose X-Forwarded headers are believed.",
)
@click.option(
    "--cors",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    envvar="TROUVAILLE_CORS",
    show_envvar=True,
    help="A site whose pages may read the endpoint; repeatable; * for every site.",
)
@build_options
@plain_errors
def serve(
    sources: tuple[Path, ...],
    index: Path,
    host: str,
    port: int,
    threads: int,
    base_url: str,
    proxies: int,
    origins: tuple[str, ...],
    workers: int | None,
    **said: Any,
) -> None:
    """Serve the search page and the JSON endpoint.

    SOURCEs are all files and folders of the archive. Without an index they are indexed first;
    with one, what is new, changed or gone is brought in first. Without SOURCEs the index is
    served as it is. --workers is the number of processes for both.
    """
    settings = Settings(
        base_url=_web_address(base_url, "--base-url"),
        proxies=proxies,
        cors_origins=tuple(_origin(one) for one in origins),
    )
    taken = server.bind(host, port)
    try:
        _prepare(index, sources, {**said, "workers": workers})
        address = server.address_of(taken)

        def make() -> Application:
            return create_app(WhooshEngine(Archive(index)), settings)

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


def _prepare(index: Path, sources: Sequence[Path], said: dict[str, Any]) -> None:
    """Build what is missing. Raises IndexMissing without sources, and whatever a build raises."""
    try:
        published = Archive(index).current()
    except IndexMissing as error:
        if sources:
            return _build(index, sources, merged_options(BuildOptions(), **said), anew=True)
        raise IndexMissing(
            error.message,
            "Name the documents, `trouvaille serve FOLDER`, or an index with --index.",
        ) from error
    except IndexVersion as error:
        if not sources:
            raise
        click.echo(f"trouvaille: {error.message} It is built anew.", err=True)
        return _build(index, sources, merged_options(BuildOptions(), **said), anew=True)
    with published:
        if sources:
            remembered = build.options_of(published.manifest.settings)
            _build(index, sources, merged_options(remembered, **said), anew=False)
    return None


def _build(index: Path, sources: Sequence[Path], options: BuildOptions, *, anew: bool) -> None:
    progress = progress_on()
    try:
        work = build.rebuild if anew else build.update
        result = work(index, sources, options, progress)
    except IndexLocked as error:
        if anew:
            raise
        # There is something to serve, and whoever builds will publish: we move to it then.
        click.echo(f"trouvaille: {error.message} The published index is served.", err=True)
        return
    finally:
        progress.finish()
    _tell(result)


def _tell(result: BuildResult) -> None:
    skipped = len(result.skipped)
    left_out = f", {skipped} skipped (trouvaille stats --skipped)" if skipped else ""
    noun = "document" if result.documents == 1 else "documents"
    click.echo(f"{result.documents:,} {noun}{left_out}")


def _web_address(text: str, option: str) -> str:
    """Return an address without a slash at its end. Raises SettingError."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise SettingError(
            f"{option} “{text}” is no web address.",
            "Give scheme, host and path, as in https://example.org/archive.",
        )
    return text.rstrip("/")


def _origin(text: str) -> str:
    if text == "*":
        return text
    address = _web_address(text, "--cors")
    if not address or urlsplit(address).path:
        raise SettingError(
            f"--cors “{text}” is no origin.", "Give scheme and host, as in https://example.org."
        )
    return address
