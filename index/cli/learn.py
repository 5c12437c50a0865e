"""The command ``learn``: themes taught by labelled documents."""

from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import click

from index.build import Labelled, Lesson, Score, from_tags, read_labelled
from index.build import training as learning
from index.cli.support import index_option, json_option, plain_errors, print_json
from index.commit import prepare
from index.directory import read_pointer
from index.document import Document
from index.errors import IndexMissing, UsageError
from index.lock import lock
from index.snapshot import Snapshot


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
        prepare(index)
        with lock(index):
            learning.save(index, lesson.model)
    if as_json:
        print_json(_plain(lesson, kept=not dry_run))
        return
    for line in _lines(lesson):
        click.echo(line)
    if not dry_run:
        click.echo(f"Kept as {lesson.model.version}; the next rebuild or update uses it.")


def _documents(path: Path | None, index: Path) -> list[Labelled]:
    if path is None:
        with closing(Snapshot(index, read_pointer(index).current)) as generation:
            return from_tags(generation)
    try:
        generation = Snapshot(index, read_pointer(index).current)
    except IndexMissing:
        return read_labelled(path, lambda id: None)

    def known(id: str) -> Document | None:
        doc = generation.docnum(id)
        return generation.stored(doc)[0] if doc is not None else None

    with closing(generation):
        return read_labelled(path, known)


def _plain(lesson: Lesson, *, kept: bool) -> dict[str, object]:
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
