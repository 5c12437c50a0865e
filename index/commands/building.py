"""The commands ``rebuild`` and ``update``, and the options of every build."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import click

from index.build import BuildOptions, BuildResult, Progress
from index.commands.options import (
    Command,
    command,
    flag,
    index_option,
    json_option,
    mode_option,
    options,
    print_json,
)
from index.errors import SettingError
from index.extract import ExtractionOptions
from index.extract.organizations import require_models
from index.formats import unread_lines
from index.location import Location
from index.readers import ReadOptions, require_ocr

Options = TypeVar("Options", ReadOptions, ExtractionOptions)


def _bound_flag(name: str, help: str) -> Callable[[Command], Command]:
    """Declare an option for a bound of documents, from 1."""
    return flag(name, None, help, type=click.IntRange(min=1))


SHOWN = 20
"""Skipped documents that are named on the terminal; ``stats --skipped`` names all."""

build_options = options(
    flag(
        "--workers",
        None,
        "Worker processes; 0 for none.  [default: one per processor]",
        type=click.IntRange(min=0),
    ),
    flag(
        "--reference-date",
        None,
        "The day from which “jeudi” or “yesterday” is counted in undated documents.",
        metavar="YYYY-MM-DD",
        type=click.DateTime(["%Y-%m-%d"]),
    ),
    flag(
        "--languages",
        None,
        "The languages among which detection chooses, as ISO 639-1 codes: fr,en,ar.",
        metavar="CODES",
    ),
    flag(
        "--time-zone",
        None,
        "The zone in which days are counted and times shown: Europe/Paris.  [default: written]",
        metavar="NAME",
    ),
    flag(
        "--file-times/--no-file-times",
        None,
        "Use the time of the file for documents without any other date.",
    ),
    flag(
        "--ner/--no-ner",
        None,
        "Also find organizations with a language model: slow, needs trouvaille[ner].",
    ),
    flag(
        "--persons/--no-persons",
        None,
        "Find persons, or keep nothing of those that texts name.  [default: find]",
    ),
    _bound_flag("--max-bytes", "Skip documents of more bytes than this.  [default: 64 MiB]"),
    _bound_flag(
        "--max-characters",
        "Skip documents whose text has more characters than this.  [default: 5,000,000]",
    ),
    _bound_flag(
        "--max-seconds",
        "Skip documents that take more seconds of processor time than this.  [default: 60]",
    ),
    _bound_flag(
        "--max-memory", "Skip documents that need more MiB of memory than this.  [default: 1024]"
    ),
    _bound_flag("--max-depth", "Open containers that lie in so many others.  [default: 10]"),
    _bound_flag("--max-parts", "Read so many parts of a file at most.  [default: 10,000]"),
    _bound_flag("--max-unpacked", "Read so many MiB of the parts of a file.  [default: 1024]"),
    flag(
        "--ocr",
        None,
        "Read text in scans and pictures, in these languages of Tesseract: fra+ara; or none.",
        metavar="LANGUAGES",
    ),
    _bound_flag("--ocr-pages", "Read so many pages of a file as pictures.  [default: 200]"),
    _bound_flag("--ocr-seconds", "Seconds that a page may take to be read.  [default: 60]"),
    flag(
        "--tika",
        None,
        "The address of a Tika server, which is given files of formats that are not read.",
        metavar="URL",
    ),
    flag("--encoding", None, "The encoding of text files that declare none.  [default: detected]"),
    flag(
        "--field-map",
        (),
        "The name that records have for one of our fields: title=headline; repeatable.",
        metavar="OURS=THEIRS",
        multiple=True,
    ),
    flag("--hidden/--no-hidden", None, "Also read hidden files and folders."),
    flag(
        "--follow-links/--no-follow-links",
        None,
        "Also follow symbolic links that lead out of their source.",
    ),
    mode_option,
)
"""What ``rebuild`` and ``update`` have in common, and ``serve`` passes to ``merged_options``."""

deletions_option = flag(
    "--max-deletions",
    0.1,
    "The share of all documents that an update may delete; 1 for any number.",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
)
sources_argument = click.argument(
    "sources", metavar="SOURCE...", nargs=-1, required=True, type=Path
)
_forget_option = click.option(
    "--forget-withdrawals",
    is_flag=True,
    help="Admit again what agencies withdrew, unless the sources withdraw it.",
)
_report_options = options(
    flag(
        "--strict",
        False,
        "Exit with status 1 if a document was skipped or a field could not be extracted.",
        is_flag=True,
    ),
    flag("--quiet", False, "Show no progress.", is_flag=True),
    json_option,
)


def merged_options(
    base: BuildOptions,
    *,
    workers: int | None,
    reference_date: datetime | None,
    languages: str | None,
    time_zone: str | None,
    file_times: bool | None,
    ner: bool | None,
    persons: bool | None,
    max_bytes: int | None,
    max_characters: int | None,
    max_seconds: int | None,
    max_memory: int | None,
    max_depth: int | None,
    max_parts: int | None,
    max_unpacked: int | None,
    ocr: str | None,
    ocr_pages: int | None,
    ocr_seconds: int | None,
    tika: str | None,
    encoding: str | None,
    field_map: tuple[str, ...],
    hidden: bool | None,
    follow_links: bool | None,
    index_mode: str | None,
) -> BuildOptions:
    """Return ``base`` with the ``build_options`` that were given. Raises SettingError."""
    reading = _replaced(
        base.reading,
        mapping=_mapping(field_map),
        max_bytes=max_bytes,
        max_characters=max_characters,
        max_seconds=max_seconds,
        max_memory=max_memory,
        max_depth=max_depth,
        max_parts=max_parts,
        max_unpacked=max_unpacked,
        include_hidden=hidden,
        follow_links=follow_links,
        encoding=encoding,
        tika=tika,
        ocr=ocr,
        ocr_pages=ocr_pages,
        ocr_seconds=ocr_seconds,
    )
    if reading.ocr == "none":
        reading = replace(reading, ocr="")
    if reading.ocr:
        require_ocr(reading.ocr)
    extraction = _replaced(
        base.extraction,
        reference_date=reference_date and reference_date.date(),
        languages=_languages(languages),
        time_zone=time_zone,
        file_times=file_times,
        ner=ner,
        persons=persons,
    )
    if extraction.ner:
        require_models()
    workers = base.workers if workers is None else workers
    mode = int(index_mode, 8) if index_mode else base.mode
    return replace(base, reading=reading, extraction=extraction, workers=workers, mode=mode)


def _replaced(options: Options, **values: Any) -> Options:
    given = [name for name, value in values.items() if value or value is False]
    return replace(options, **{name: values[name] for name in given})


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


@command(
    sources_argument,
    index_option,
    build_options,
    flag(
        "--fresh",
        False,
        "Extract the fields of every document again.",
        is_flag=True,
    ),
    flag(
        "--shared",
        False,
        "Share the work with all machines that begin the same rebuild on a cluster.",
        is_flag=True,
    ),
    _forget_option,
    _report_options,
)
def rebuild(
    sources: tuple[Path, ...],
    index: Location,
    fresh: bool,
    shared: bool,
    forget_withdrawals: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Index files and folders from scratch.

    The new index replaces the old one when it is complete. Documents that have not changed since
    the last build keep their extracted fields, unless --fresh is given.
    """
    options = replace(
        merged_options(BuildOptions(), **given),
        fresh=fresh,
        forget_withdrawals=forget_withdrawals,
    )
    rebuild = index.rebuild_shared if shared else index.rebuild
    _carry_out(partial(rebuild, sources, options), strict, quiet, as_json)


@command(
    sources_argument,
    index_option,
    build_options,
    deletions_option,
    click.option("--yes", is_flag=True, help="Delete as many documents as are gone."),
    _forget_option,
    _report_options,
)
def update(
    sources: tuple[Path, ...],
    index: Location,
    max_deletions: float,
    yes: bool,
    forget_withdrawals: bool,
    strict: bool,
    quiet: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Index what is new or changed, delete what is gone.

    Name all sources, as for rebuild: a document that is in none of them is deleted. If too many
    would be, or all of one source, nothing is changed unless --yes is given. With - alone, JSON
    Lines of standard input are added or replace what is there, and nothing else is deleted. Options
    that are not given are those of the last build.
    """
    options = replace(
        merged_options(index.options(), **given),
        max_deletions=1.0 if yes else max_deletions,
        forget_withdrawals=forget_withdrawals,
    )
    _carry_out(partial(index.update, sources, options), strict, quiet, as_json)


def _carry_out(
    build: Callable[[Progress], BuildResult], strict: bool, quiet: bool, as_json: bool
) -> None:
    """Build, report it, and under --strict end with status 1 if anything was left out."""
    progress = Progress(None if quiet or as_json else sys.stderr)
    began = monotonic()
    try:
        result = build(progress)
    finally:
        progress.finish()
    if as_json:
        print_json(result)
    else:
        _report(result, monotonic() - began)
    # A column that is not used costs no document anything.
    if strict and (result.skipped or any(name != "columns" for _, name, _ in result.failures)):
        sys.exit(1)


def _report(result: BuildResult, seconds: float) -> None:
    reports = [
        f"{item.path}: skipped, {item.reason}" for item in result.skipped if item.kind != "unknown"
    ]
    reports += [f"{path}: {name}: {reason}" for path, name, reason in result.failures]
    for line in reports[:SHOWN]:
        click.echo(line, err=True)
    if len(reports) > SHOWN:
        click.echo(f"… and {len(reports) - SHOWN:,} more: `trouvaille stats --skipped`.", err=True)
    for line in unread_lines(result.skipped):
        click.echo(line, err=True)
    if not result.published:
        click.echo(f"Nothing has changed: {result.documents:,} documents.")
        return
    reused = f", {result.reused:,} with reused fields" if result.reused else ""
    click.echo(
        f"{result.documents:,} documents in {seconds:.0f} s:"
        f" {result.added:,} added, {result.changed:,} changed, {result.deleted:,} deleted,"
        f" {len(result.skipped):,} skipped{reused}. Generation {result.generation}."
    )
