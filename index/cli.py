"""What every command of ``trouvaille`` shares: options, errors as one line, JSON as one object.

Overview: what an index holds, in figures.

The command ``learn``: themes taught by labelled documents.

The commands that write and examine an index: rebuild, update, check, stats, rollback.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from os import environ
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, NoReturn, ParamSpec, TypeVar

import click
import numpy as np
import orjson
from numpy.typing import NDArray

from index import build, commit
from index.build import (
    BuildOptions,
    BuildResult,
    Labelled,
    Lesson,
    Progress,
    Score,
    from_tags,
    learning,
    read_labelled,
)
from index.days import UNDATED_DAY, day_of
from index.directory import lock, open_published, read_pointer
from index.document import PARTS, Document, Skipped
from index.errors import IndexMissing, SettingError, TrouvailleError, UsageError
from index.extract import ExtractionOptions
from index.extract.organizations import require_models
from index.snapshot import Snapshot
from index.store import FacetColumn
from index.vocabularies import organizations, themes

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


TOP = 10


class ValueCount(NamedTuple):
    """A facet value, its label, and how many documents carry it."""

    value: str
    label: str
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What ``trouvaille stats`` tells.

    ``filled`` counts the documents that have a field, ``terms`` the different terms of each field
    that has any, ``bytes`` what lies on disk for the published generation.
    """

    generation: str
    previous: str
    built: str
    product: str
    documents: int
    deleted: int
    segments: int
    bytes: int
    languages: Mapping[str, int]
    filled: Mapping[str, int]
    terms: Mapping[str, int]
    first_date: str | None
    last_date: str | None
    organizations: tuple[ValueCount, ...]
    themes: tuple[ValueCount, ...]
    skipped: tuple[Skipped, ...]
    skipped_kinds: Mapping[str, int]
    failures: Mapping[str, int]


def overview(root: Path, locale: str = "fr") -> Overview:
    """Describe the published generation. Raises IndexMissing, IndexDamaged, IndexVersion."""
    pointer = read_pointer(root)
    with Snapshot(root, pointer.current) as generation:
        manifest = generation.manifest
        docs = np.flatnonzero(generation.live).astype(np.int32)
        days = generation.dates.days[docs]
        days = days[days != UNDATED_DAY]
        known = organizations()
        named = generation.columns["organization"]
        return Overview(
            generation=generation.name,
            previous=pointer.previous,
            built=manifest.built,
            product=manifest.product,
            documents=generation.documents,
            deleted=generation.size - generation.documents,
            segments=len(manifest.segments),
            bytes=sum(manifest.sizes()),
            languages=generation.languages,
            filled={
                "title": int(np.count_nonzero(generation.lengths["title"][docs])),
                "date": len(days),
                **{
                    name: generation.documents - column.missing(docs)
                    for name, column in generation.columns.items()
                },
            },
            terms=_terms(generation),
            first_date=day_of(int(days.min())).isoformat() if len(days) else None,
            last_date=day_of(int(days.max())).isoformat() if len(days) else None,
            organizations=_top(
                named, docs, lambda id: named.labels.get(id) or known.label(id, locale)
            ),
            themes=_top(generation.columns["theme"], docs, lambda id: themes().label(id, locale)),
            skipped=tuple(generation.report().skipped),
            skipped_kinds=manifest.skipped,
            failures=manifest.failures,
        )


def _terms(generation: Snapshot) -> dict[str, int]:
    fields = [
        name for part in PARTS for name in (part, *(f"{part}_{s}" for s in generation.analyzers))
    ]
    sizes = {name: generation.inverted_index.vocabulary_size(name) for name in fields}
    return {name: size for name, size in sizes.items() if size}


def _top(
    column: FacetColumn, docs: NDArray[np.int32], label: Callable[[str], str]
) -> tuple[ValueCount, ...]:
    counts = column.counts(docs)
    best = np.lexsort((np.arange(len(counts)), -counts))[:TOP]
    values = ((column.values[at], int(counts[at])) for at in best.tolist())
    return tuple(ValueCount(value, label(value), count) for value, count in values)


@click.command()
@click.argument("labelled", metavar="[LABELLED.csv]", required=False, type=Path)
@click.option("--from-tags", is_flag=True, help="Learn from the tags of the indexed documents.")
@click.option("--dry-run", is_flag=True, help="Print the scores and keep nothing.")
@click.option("--forget", is_flag=True, help="Return to the curated themes.")
@index_option
@json_option
@plain_errors
def learn(
    labelled: Path | None,
    from_tags: bool,
    dry_run: bool,
    forget: bool,
    index: Path,
    as_json: bool,
) -> None:
    """Learn themes from labelled documents, for the next rebuild or update.

    LABELLED.csv has the columns themes (ids or labels, separated by “;” or “|”) and id (of a
    document in the index) or text, and if you like title and language.
    """
    if (labelled is not None) + from_tags + forget != 1:
        raise UsageError(
            "What to learn from is not clear.", "Give one of LABELLED.csv, --from-tags, --forget."
        )
    if forget:
        with lock(index) if index.is_dir() else nullcontext():
            known = learning.forget(index)
        if as_json:
            print_json({"forgotten": known})
        else:
            click.echo("Forgotten; rebuild or update." if known else "Nothing had been learned.")
        return
    lesson = learning.learn(_documents(labelled, index))
    if not dry_run:
        commit.prepare(index)
        with lock(index):
            learning.save(index, lesson.model)
    if as_json:
        print_json(_summary(lesson, kept=not dry_run))
        return
    for line in _lines(lesson):
        click.echo(line)
    if not dry_run:
        click.echo(f"Kept as {lesson.model.version}; the next rebuild or update uses it.")


def _documents(path: Path | None, index: Path) -> list[Labelled]:
    if path is None:
        with closing(open_published(index)) as generation:
            return from_tags(generation)
    try:
        generation = open_published(index)
    except IndexMissing:
        return read_labelled(path, lambda id: None)

    def known(id: str) -> Document | None:
        doc = generation.docnum(id)
        return generation.stored_fields.get(doc)[0] if doc is not None else None

    with closing(generation):
        return read_labelled(path, known)


def _summary(lesson: Lesson, *, kept: bool) -> dict[str, object]:
    return {
        "version": lesson.model.version,
        "kept": kept,
        "documents": lesson.documents,
        "languages": dict(lesson.languages),
        "themes": list(lesson.themes),
        "curated": lesson.curated,
        "learned": lesson.learned,
        "joined": lesson.joined,
        "left_out": dict(lesson.left_out),
    }


def _lines(lesson: Lesson) -> Iterator[str]:
    spoken = ", ".join(f"{code} {count:,}" for code, count in sorted(lesson.languages.items()))
    yield f"{lesson.documents:,} labelled documents ({spoken}); {learning.FOLDS}-fold"
    yield "cross-validation, per cent: precision, recall, F1."
    yield ""
    width = max(len(each.theme) for each in lesson.themes)
    yield f"{'theme':{width}} {'documents':>9}  {'curated':>14}  {'learned':>14}  {'joined':>14}"
    for each in lesson.themes:
        scores = "  ".join(map(_percent, (each.curated, each.learned, each.joined)))
        yield f"{each.theme:{width}} {each.documents:>9,}  {scores}  {each.decider}"
    scores = "  ".join(map(_percent, (lesson.curated, lesson.learned, lesson.joined)))
    yield f"{'all':{width}} {'':>9}  {scores}"
    if lesson.left_out:
        few = ", ".join(f"{theme} {count}" for theme, count in lesson.left_out.items())
        yield (
            f"Left to the curated list (under {learning.MIN_EXAMPLES} examples for or against):"
            f" {few}."
        )


def _percent(score: Score) -> str:
    return " ".join(f"{100 * value:4.0f}" for value in score)


SHOWN = 20
"""Skipped documents that are named on the terminal; ``stats --skipped`` names all."""


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
        require_models()
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
    with open_published(index) as before:
        options = merged_options(build.options_of(before.manifest.settings), **said)
    progress = _progress(quiet, as_json)
    _carry_out(lambda: build.update(index, sources, options, progress), progress, strict, as_json)


@click.command()
@index_option
@json_option
@plain_errors
def check(index: Path, as_json: bool) -> None:
    """Verify every checksum of the index, its counts, and searches with known answers."""
    result = commit.check(index)
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
    generation = commit.rollback(index)
    if as_json:
        print_json({"generation": generation.name, "documents": generation.documents})
    else:
        click.echo(f"Serving {generation.name} again: {generation.documents:,} documents.")


commands: tuple[click.Command, ...] = (rebuild, update, check, stats, rollback, learn)
"""What the command ``trouvaille`` takes from this package."""


def _progress(quiet: bool, as_json: bool) -> Progress:
    return Progress(None if quiet or as_json else sys.stderr)


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
