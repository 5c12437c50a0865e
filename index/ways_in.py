"""Commands that bring documents in while the product runs: ``watch``, and ``fetch`` for feeds."""

import signal
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import click

from index import build
from index.build import BuildOptions, BuildResult, Watching
from index.cli import (
    build_options,
    command,
    deletions_option,
    flag,
    index_option,
    merged_options,
    sources_argument,
)
from index.errors import IndexMissing, IndexVersion, TrouvailleError, UsageError
from index.publishing import open_published


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
    index: Path,
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
        with open_published(index) as before:
            options = merged_options(build.options_of(before.manifest.settings), **given)
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


commands: tuple[click.Command, ...] = (watch,)
"""What the command ``trouvaille`` takes from this module."""
