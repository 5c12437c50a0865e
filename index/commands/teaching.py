"""The command ``learn``."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

import click

from index.build import Labelled, Lesson, Score, from_tags, learning, read_labelled
from index.commands.options import command, index_option, json_option, mode_option, print_json
from index.errors import IndexMissing, UsageError
from index.location import Location


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
