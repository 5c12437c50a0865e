"""The commands that write and examine an index, and what they share with the other commands.

Rebuild, update, check, stats, rollback and learn. Every option can be set by a variable of the
environment; errors are one line; with ``--json`` a command prints one object and nothing else.
"""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import datetime
from functools import partial, wraps
from os import environ
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
import orjson

from index import teaching
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
from index.errors import IndexMissing, SettingError, TrouvailleError, UsageError
from index.extract import ExtractionOptions
from index.extract.organizations import require_models
from index.flags import Command, flag, index_option, options
from index.formats import table, unread_lines
from index.location import InDirectory, Location
from index.overview import lines, size
from index.readers import ReadOptions, require_ocr
from index.vectors import compute, coverage
from index.vocabularies import VARIABLE, own_file

P = ParamSpec("P")
T = TypeVar("T")
Options = TypeVar("Options", ReadOptions, ExtractionOptions)


def _bound_flag(name: str, help: str) -> Callable[[Command], Command]:
    """Declare an option for a bound of documents, from 1."""
    return flag(name, None, help, type=click.IntRange(min=1))


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


@command(
    click.argument("labelled", metavar="[LABELLED.csv]", required=False, type=Path),
    click.option(
        "--from-tags", is_flag=True, help="Learn from the tags of the documents in the index."
    ),
    click.option("--dry-run", is_flag=True, help="Print the scores and save nothing."),
    click.option("--forget", is_flag=True, help="Return to the curated themes."),
    index_option,
    mode_option,
    json_option,
)
def learn(
    labelled: Path | None,
    from_tags: bool,
    dry_run: bool,
    forget: bool,
    index: Location,
    index_mode: str,
    as_json: bool,
) -> None:
    """Learn themes from labelled documents.

    The next rebuild or update uses them. LABELLED.csv has a column themes (ids or labels, separated
    by “;” or “|”) and a column id (of a document in the index) or text; title and language are
    optional.
    """
    if (labelled is not None) + from_tags + forget != 1:
        raise UsageError(
            "It is not clear what to learn from.",
            "Give one of LABELLED.csv, --from-tags, --forget.",
        )
    if forget:
        forgotten = learning.forget(index.root, int(index_mode, 8))
        if as_json:
            print_json({"forgotten": forgotten})
        else:
            click.echo(
                "Forgotten. Rebuild or update the index."
                if forgotten
                else "Nothing had been learned."
            )
        return
    lesson = learning.learn(_labelled_documents(labelled, index))
    if not dry_run:
        learning.save(index.root, lesson.model, int(index_mode, 8))
    if as_json:
        figures = {item.name: getattr(lesson, item.name) for item in fields(lesson)}
        del figures["model"]
        print_json({"version": lesson.model.version, "kept": not dry_run, **figures})
        return
    for line in _lesson_lines(lesson):
        click.echo(line)
    if not dry_run:
        click.echo(f"Saved as {lesson.model.version}; the next rebuild or update uses it.")


def _labelled_documents(path: Path | None, index: Location) -> list[Labelled]:
    """Read a labelled file, or the tags of the indexed documents if there is no file."""
    with ExitStack() as stack:
        try:
            documents = stack.enter_context(index.documents())
        except IndexMissing:
            if path is None:
                raise
            return read_labelled(path, lambda id: None)
        return read_labelled(path, documents.find) if path else from_tags(documents)


def _lesson_lines(lesson: Lesson) -> Iterator[str]:
    spoken = ", ".join(f"{code} {count:,}" for code, count in sorted(lesson.languages.items()))
    yield f"{lesson.documents:,} labelled documents ({spoken}); {learning.FOLDS}-fold"
    yield "cross-validation, per cent: precision, recall, F1."
    yield ""
    width = max(len(score.theme) for score in lesson.themes)
    yield f"{'theme':{width}} {'documents':>9}  {'curated':>14}  {'learned':>14}  {'joined':>14}"
    for score in lesson.themes:
        figures = _percents(score.curated, score.learned, score.joined)
        yield f"{score.theme:{width}} {score.documents:>9,}  {figures}  {score.decider}"
    yield f"{'all':{width}} {'':>9}  {_percents(lesson.curated, lesson.learned, lesson.joined)}"
    if lesson.left_out:
        few = ", ".join(f"{theme} {count}" for theme, count in lesson.left_out.items())
        yield (
            f"Left to the curated list (under {learning.MIN_EXAMPLES} examples for or against):"
            f" {few}."
        )


def _percents(*scores: Score) -> str:
    return "  ".join(" ".join(f"{100 * value:4.0f}" for value in score) for score in scores)


# rebuild and update

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


@command(index_option, json_option)
def check(index: Location, as_json: bool) -> None:
    """Check that the index is complete and undamaged.

    Compares every checksum and all counts, and runs searches with known answers. Vectors are
    compared with their checksums.
    """
    result = index.check()
    covered = coverage(index.root) if isinstance(index, InDirectory) else None
    damaged = [
        f"“{index.root / name}” is damaged: write it anew with `trouvaille vectors`."
        for name in (covered.damaged if covered else ())
    ]
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
    computed = compute(index.directory("vectors"), int(index_mode, 8), progress)
    if as_json:
        print_json(computed)
    else:
        click.echo(
            f"{computed.documents:,} documents have a vector, {computed.encoded:,} of them new, in"
            f" {monotonic() - began:.0f} s; {computed.without:,} have none, as the model does not"
            " know their language or they have no text."
        )


@command(
    click.argument("action", type=click.Choice(["check", "show", "test"])),
    click.argument("what", metavar="[FILE|THEME|SENTENCE]", required=False),
    json_option,
)
def vocabulary(action: str, what: str | None, as_json: bool) -> None:
    """Check the archive's own vocabulary, show a theme, or test what a sentence says.

    check FILE reads a file as TROUVAILLE_VOCABULARY would and says what is in it. show THEME lists
    the labels and expressions of a theme, show alone all themes. test SENTENCE says which themes
    it speaks for, how much, and by which expressions.
    """
    if action == "check":
        path = Path(what) if what else own_file()
        if path is None:
            raise UsageError("No file is named.", f"Give one, or set {VARIABLE}.")
        answer = teaching.checked(path)
    elif action == "show":
        answer = teaching.shown(what)
    else:
        answer = teaching.tested(what or "")
    if as_json:
        print_json(answer)
    else:
        for line in teaching.lines(answer):
            click.echo(line)


commands: tuple[click.Command, ...] = (
    *(rebuild, update, check, stats, rollback, learn, vectors, vocabulary),
)
"""What the command ``trouvaille`` takes from this package."""


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
