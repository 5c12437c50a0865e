"""Commands that bring documents in while the product runs: ``watch``, and ``fetch`` for feeds."""

import signal
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import click

from index.build import BuildOptions, BuildResult, Watching
from index.commands.building import (
    build_options,
    deletions_option,
    merged_options,
    sources_argument,
)
from index.commands.options import command, flag, index_option, json_option, print_json
from index.errors import IndexMissing, IndexVersion, TrouvailleError, UsageError
from index.fetch import FetchOptions, read_feeds
from index.fetch import fetch as fetch_feeds
from index.location import Location


@command(
    sources_argument,
    index_option,
    build_options,
    deletions_option,
    flag(
        "--every",
        10.0,
        "Seconds between two publications, at least.",
        metavar="SECONDS",
        type=click.FloatRange(min=0.1),
    ),
    flag(
        "--poll/--no-poll",
        False,
        "Look every so many seconds, where the system does not tell of changes: network folders.",
    ),
    flag("--quiet", False, "Tell only of troubles.", is_flag=True),
)
def watch(
    sources: tuple[Path, ...],
    index: Location,
    max_deletions: float,
    every: float,
    poll: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Keep the index up to date as files come, change and go.

    Name all sources, as for update. Files are read when they are no longer written to; what has
    changed is published together. SIGTERM ends it.
    """
    if Path("-") in sources:
        raise UsageError("Standard input cannot be watched.", "Use `trouvaille update -`.")
    try:
        options = merged_options(index.options(), **given)
    except (IndexMissing, IndexVersion):
        options = merged_options(BuildOptions(), **given)
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        raise SystemExit(0)  # what is not published is taken up at the next start

    signal.signal(signal.SIGTERM, end)

    def tell(what: BuildResult | TrouvailleError | None) -> None:
        if isinstance(what, TrouvailleError):
            click.echo(f"trouvaille: {what} It is tried again.", err=True)
        elif what is None:
            click.echo("trouvaille: The trouble is over.", err=True)
        elif not quiet:
            click.echo(
                f"{what.documents:,} documents: {what.added:,} added, {what.changed:,} changed,"
                f" {what.deleted:,} deleted. Generation {what.generation}."
            )

    options = replace(options, max_deletions=max_deletions)
    Watching(index, sources, options, every=every, poll=poll, told=tell, stop=stop).run()


@command(
    click.argument("feeds", metavar="FEEDS.txt", type=Path),
    flag(
        "--into",
        None,
        "The folder to which entries are written.",
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        required=True,
    ),
    flag("--pages/--no-pages", False, "Keep the page that an entry links to in its place."),
    flag(
        "--delay",
        1.0,
        "Seconds between two requests to one host, at least.",
        metavar="SECONDS",
        type=click.FloatRange(min=0),
    ),
    flag(
        "--timeout",
        30.0,
        "Seconds that an answer may take.",
        metavar="SECONDS",
        type=click.FloatRange(min=0.1),
    ),
    flag(
        "--allow-private/--no-allow-private",
        False,
        "Also ask addresses of this machine and of its network.",
    ),
    flag("--strict", False, "Exit with status 1 if a feed could not be fetched.", is_flag=True),
    flag("--quiet", False, "Tell only of troubles.", is_flag=True),
    json_option,
)
def fetch(
    feeds: Path,
    into: Path,
    pages: bool,
    delay: float,
    timeout: float,
    allow_private: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Fetch feeds into a folder of files, one for each entry.

    FEEDS.txt has one address a line. Only what has changed is asked for. Index the folder with
    rebuild, update or watch.
    """
    options = FetchOptions(delay, timeout, pages, allow_private)
    results = []
    for result in fetch_feeds(read_feeds(feeds), into, options):
        results.append(result)
        if as_json:
            continue
        if result.trouble:
            click.echo(f"{result.feed}: not fetched, {result.trouble}", err=True)
        elif not quiet:
            click.echo(f"{result.feed}: {result.new:,} new, {result.changed:,} changed")
    if as_json:
        print_json({"feeds": results})
    failed = sum(bool(result.trouble) for result in results)
    if failed and (strict or failed == len(results)):
        raise SystemExit(1)
