"""The commands that write and examine an index: rebuild, update, check, stats, rollback."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import click

from index.build import BuildOptions, BuildResult, Progress, Silent, progress_on
from index.build import plan as build
from index.cli.learn import learn
from index.cli.overview import Overview, overview
from index.cli.support import index_option, json_option, plain_errors, print_json
from index.directory import read_pointer
from index.document import Skipped
from index.errors import SettingError
from index.extract import ExtractionOptions
from index.extract.organizations import ner as organizations_ner
from index.snapshot import Snapshot
from index.verify import check as check_index

SHOWN = 20
"""Skipped documents that are named on the terminal; ``stats --skipped`` names all."""

Command = Callable[..., Any]


def build_options(command: Command) -> Command:
    """Add what ``rebuild`` and ``update`` have in common, and ``serve`` passes on."""
    options = [
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            envvar="TROUVAILLE_WORKERS",
            show_envvar=True,
            help="Worker processes; 0 works in this one.  [default: one for each processor]",
        ),
        click.option(
            "--reference-date",
            metavar="YYYY-MM-DD",
            type=click.DateTime(["%Y-%m-%d"]),
            envvar="TROUVAILLE_REFERENCE_DATE",
            show_envvar=True,
            help="The day that “jeudi” or “yesterday” in undated documents refers to.",
        ),
        click.option(
            "--languages",
            metavar="CODES",
            envvar="TROUVAILLE_LANGUAGES",
            show_envvar=True,
            help="The languages that a document may be in, as ISO 639-1 codes: fr,en,ar.",
        ),
        click.option(
            "--file-times/--no-file-times",
            default=None,
            envvar="TROUVAILLE_FILE_TIMES",
            show_envvar=True,
            help="Date a document that nothing else dates by the time of its file.",
        ),
        click.option(
            "--ner/--no-ner",
            default=None,
            envvar="TROUVAILLE_NER",
            show_envvar=True,
            help="Find organizations with a language model too: slow, needs trouvaille[ner].",
        ),
        click.option(
            "--max-bytes",
            type=click.IntRange(min=1),
            envvar="TROUVAILLE_MAX_BYTES",
            show_envvar=True,
            help="The largest document that is read, in bytes.  [default: 64 MiB]",
        ),
        click.option(
            "--encoding",
            envvar="TROUVAILLE_ENCODING",
            show_envvar=True,
            help="The encoding of text that declares none.  [default: detected]",
        ),
        click.option(
            "--field-map",
            metavar="OURS=THEIRS",
            multiple=True,
            envvar="TROUVAILLE_FIELD_MAP",
            show_envvar=True,
            help="The name of one of our fields in records, such as title=headline; repeatable.",
        ),
        click.option(
            "--hidden/--no-hidden",
            default=None,
            envvar="TROUVAILLE_HIDDEN",
            show_envvar=True,
            help="Read hidden files and folders too.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """Add how a build reports: --strict, --quiet, --json."""
    command = json_option(command)
    command = click.option(
        "--quiet", is_flag=True, envvar="TROUVAILLE_QUIET", show_envvar=True, help="No progress."
    )(command)
    return click.option(
        "--strict",
        is_flag=True,
        envvar="TROUVAILLE_STRICT",
        show_envvar=True,
        help="Exit with status 1 if any document was skipped or lacks a field by a fault.",
    )(command)


def merged_options(
    base: BuildOptions,
    *,
    workers: int | None,
    reference_date: datetime | None,
    languages: str | None,
    file_times: bool | None,
    ner: bool | None,
    max_bytes: int | None,
    encoding: str | None,
    field_map: tuple[str, ...],
    hidden: bool | None,
) -> BuildOptions:
    """Return ``base`` with what was said on the command line. Raises SettingError."""
    reading = replace(
        base.reading,
        mapping=_mapping(field_map) or base.reading.mapping,
        max_bytes=max_bytes or base.reading.max_bytes,
        include_hidden=base.reading.include_hidden if hidden is None else hidden,
        encoding=encoding or base.reading.encoding,
    )
    day: date | None = reference_date.date() if reference_date else None
    extraction = ExtractionOptions(
        reference_date=day or base.extraction.reference_date,
        languages=_languages(languages) or base.extraction.languages,
        file_times=base.extraction.file_times if file_times is None else file_times,
        ner=base.extraction.ner if ner is None else ner,
    )
    if extraction.ner:
        organizations_ner.require()
    return BuildOptions(reading, extraction, base.workers if workers is None else workers)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise SettingError(
                f"“{pair}” is not a field map.", "Give OURS=THEIRS, such as title=headline."
            )
        mapping[ours.strip()] = theirs.strip()
    return mapping


def _languages(text: str | None) -> tuple[str, ...]:
    codes = tuple((text or "").replace(",", " ").lower().split())
    for code in codes:
        if not (code.isascii() and code.isalpha() and len(code) == 2):
            raise SettingError(
                f"“{code}” is not a language code.", "Give ISO 639-1 codes, such as fr,en,ar."
            )
    return codes


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=Path)
@index_option
@build_options
@click.option(
    "--fresh",
    is_flag=True,
    envvar="TROUVAILLE_FRESH",
    show_envvar=True,
    help="Extract every document, also those whose fields the index has already.",
)
@output_options
@plain_errors
def rebuild(
    sources: tuple[Path, ...],
    index: Path,
    fresh: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Index files and folders anew, and serve the result once it is complete.

    Fields are extracted from what is new or changed since the last build; see --fresh.
    """
    options = replace(merged_options(BuildOptions(), **said), fresh=fresh)
    progress = _progress(quiet, as_json)
    _carry_out(lambda: build.rebuild(index, sources, options, progress), progress, strict, as_json)


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=Path)
@index_option
@build_options
@output_options
@plain_errors
def update(
    sources: tuple[Path, ...],
    index: Path,
    strict: bool,
    quiet: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Index what is new or changed in SOURCE and forget what is gone from it.

    Name all sources, as for rebuild. Options that are not given are those of the last build.
    """
    with Snapshot(index, read_pointer(index).current) as before:
        options = merged_options(build.options_of(before.manifest.settings), **said)
    progress = _progress(quiet, as_json)
    _carry_out(lambda: build.update(index, sources, options, progress), progress, strict, as_json)


@click.command()
@index_option
@json_option
@plain_errors
def check(index: Path, as_json: bool) -> None:
    """Verify every checksum of the index, its counts, and searches with known answers."""
    result = check_index(index)
    if as_json:
        print_json(result)
    else:
        for problem in result.problems:
            click.echo(f"trouvaille: {problem}", err=True)
        if not result.problems:
            click.echo(
                f"Sound: {result.documents:,} documents, {result.files} files,"
                f" {_size(result.bytes)}, {result.terms} known searches answered."
            )
    if result.problems:
        click.echo(
            "trouvaille: Rebuild the index, or return to the previous generation with"
            " `trouvaille rollback`.",
            err=True,
        )
        sys.exit(1)


@click.command()
@index_option
@click.option("--skipped", is_flag=True, help="Name every skipped document, with the reason.")
@json_option
@plain_errors
def stats(index: Path, skipped: bool, as_json: bool) -> None:
    """Describe the index: documents, languages, fields, terms, dates, what was skipped."""
    found = overview(index)
    if as_json:
        print_json(found if skipped else replace(found, skipped=()))
        return
    for line in _overview_lines(found):
        click.echo(line)
    if skipped:
        for item in found.skipped:
            click.echo(f"  {item.path}: {item.reason} ({item.kind})")


@click.command()
@index_option
@json_option
@plain_errors
def rollback(index: Path, as_json: bool) -> None:
    """Serve the generation before this one; once more returns to this one."""
    generation = build.rollback(index)
    if as_json:
        print_json({"generation": generation.name, "documents": generation.documents})
    else:
        click.echo(f"Serving {generation.name} again: {generation.documents:,} documents.")


commands: tuple[click.Command, ...] = (rebuild, update, check, stats, rollback, learn)
"""What the command ``trouvaille`` takes from this package."""


def _progress(quiet: bool, as_json: bool) -> Progress:
    return Silent() if quiet or as_json else progress_on()


def _carry_out(
    work: Callable[[], BuildResult], progress: Progress, strict: bool, as_json: bool
) -> None:
    """Do a build, report it, and end as it asks for."""
    began = monotonic()
    try:
        result = work()
    finally:
        progress.finish()
    _report(result, monotonic() - began, as_json)
    _end(result, strict)


def _end(result: BuildResult, strict: bool) -> None:
    if strict and (result.skipped or result.failures):
        sys.exit(1)


def _report(result: BuildResult, seconds: float, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    _name_skipped(result)
    if not result.published:
        click.echo(f"Nothing has changed: {result.documents:,} documents.")
        return
    reused = f", {result.reused:,} with the fields they had" if result.reused else ""
    click.echo(
        f"{result.documents:,} documents in {seconds:.0f} s:"
        f" {result.added:,} added, {result.changed:,} changed, {result.deleted:,} deleted,"
        f" {len(result.skipped):,} skipped{reused}. Generation {result.generation}."
    )


def _name_skipped(result: BuildResult) -> None:
    reports: list[str] = [_line(item) for item in result.skipped]
    reports += [f"{path}: no {name} ({reason})" for path, name, reason in result.failures]
    for line in reports[:SHOWN]:
        click.echo(line, err=True)
    if len(reports) > SHOWN:
        click.echo(f"… and {len(reports) - SHOWN:,} more: `trouvaille stats --skipped`.", err=True)


def _line(item: Skipped) -> str:
    return f"{item.path}: skipped, {item.reason}"


def _overview_lines(found: Overview) -> list[str]:
    def counted(counts: Any) -> str:
        return ", ".join(f"{name} {count:,}" for name, count in counts) or "none"

    by_count = sorted(found.languages.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"Generation     {found.generation}, built by {found.product}",
        f"Previous       {found.previous or 'none kept'}",
        f"Documents      {found.documents:,} in {found.segments} segments"
        f" ({found.deleted:,} deleted ones wait for compaction)",
        f"On disk        {_size(found.bytes)}",
        f"Languages      {counted(by_count)}",
        f"Fields         {counted(found.filled.items())}",
        f"Terms          {counted(found.terms.items())}",
        f"Dates          {found.first_date or '–'} to {found.last_date or '–'}",
        f"Organizations  {counted((item.label, item.documents) for item in found.organizations)}",
        f"Themes         {counted((item.label, item.documents) for item in found.themes)}",
        f"Skipped        {counted(found.skipped_kinds.items())}",
        f"Failures       {counted(found.failures.items())}",
    ]


def _size(count: int) -> str:
    return f"{count / 1024**2:,.1f} MiB"
