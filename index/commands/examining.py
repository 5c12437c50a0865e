"""The commands that look after an index: ``check``, ``stats``, ``rollback`` and ``vectors``."""

import sys
from dataclasses import replace
from time import monotonic

import click

from index.commands.options import (
    command,
    flag,
    index_option,
    json_option,
    mode_option,
    print_json,
)
from index.formats import table, unread_lines
from index.location import Location
from index.overview import lines, size


@command(index_option, json_option)
def check(index: Location, as_json: bool) -> None:
    """Check that the index is complete and undamaged.

    Compares every checksum and all counts, and runs searches with known answers. Vectors are
    compared with their checksums.
    """
    result = index.check()
    damaged = index.damaged_vectors()
    if as_json:
        print_json(replace(result, problems=(*result.problems, *damaged)))
    else:
        for problem in (*result.problems, *damaged):
            click.echo(f"trouvaille: {problem}", err=True)
        if not result.problems and not damaged:
            click.echo(
                f"Sound: {result.documents:,} documents,"
                f" {f'{result.files} files, ' if result.files else ''}{size(result.bytes)},"
                f" {result.terms} known searches answered."
            )
    if result.problems:
        click.echo(
            "trouvaille: Rebuild the index, or return to the previous generation with"
            " `trouvaille rollback`.",
            err=True,
        )
    if result.problems or damaged:
        sys.exit(1)


@command(
    index_option,
    click.option(
        "--skipped",
        is_flag=True,
        help="List every document that was skipped, or not understood whole, with the reason.",
    ),
    click.option("--formats", is_flag=True, help="Count files, documents and parts by format."),
    json_option,
)
def stats(index: Location, skipped: bool, formats: bool, as_json: bool) -> None:
    """Show what the index holds and what was skipped."""
    figures = index.overview(formats=formats)
    if as_json:
        print_json(figures if skipped else replace(figures, skipped=(), failed=()))
        return
    for line in lines(figures):
        click.echo(line)
    for line in table(figures.formats or ()):
        click.echo(line)
    for line in unread_lines(figures.skipped):
        click.echo(line)
    if skipped:
        for item in figures.skipped:
            click.echo(f"  {item.path}: {item.reason} ({item.kind})")
        for path, name, reason in figures.failed:
            click.echo(f"  {path}: {name}: {reason}")


@command(index_option, mode_option, json_option)
def rollback(index: Location, index_mode: str, as_json: bool) -> None:
    """Publish the previous generation again.

    A second rollback returns to the newer one.
    """
    generation = index.rollback(int(index_mode, 8))
    if as_json:
        print_json({"generation": generation.name, "documents": generation.documents})
    else:
        click.echo(f"Serving {generation.name} again: {generation.documents:,} documents.")


@command(
    index_option,
    mode_option,
    flag("--quiet", False, "Show no progress.", is_flag=True),
    json_option,
)
def vectors(index: Location, index_mode: str, quiet: bool, as_json: bool) -> None:
    """Compute the vectors that search across languages needs.

    Only what the published generation lacks is computed. The command may be interrupted and run
    again; searches use what there is.
    """
    shown = sys.stderr.isatty() and not quiet and not as_json

    def progress(done: int, size: int) -> None:
        if shown:
            click.echo(f"\r{done:,} of {size:,} documents", nl=done == size, err=True)

    began = monotonic()
    computed = index.compute_vectors(int(index_mode, 8), progress)
    if as_json:
        print_json(computed)
    else:
        click.echo(
            f"{computed.documents:,} documents have a vector, {computed.encoded:,} of them new, in"
            f" {monotonic() - began:.0f} s; {computed.without:,} have none, as the model does not"
            " know their language or they have no text."
        )
