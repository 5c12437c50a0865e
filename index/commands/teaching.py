"""The command ``learn``."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path

import click

from index.build import Labelled, Lesson, Score, from_tags, learning, names, read_labelled
from index.commands.options import command, index_option, json_option, mode_option, print_json
from index.errors import IndexMissing, UsageError
from index.location import Location


@command(
    click.argument("labelled", metavar="[LABELLED.csv]", required=False, type=Path),
    click.option(
        "--from-tags", is_flag=True, help="Learn from the tags of the documents in the index."
    ),
    click.option(
        "--names",
        "of_names",
        is_flag=True,
        help="Learn names of organizations: from the documents of the index, or LABELLED.csv.",
    ),
    click.option("--dry-run", is_flag=True, help="Print the scores and save nothing."),
    click.option("--forget", is_flag=True, help="Delete what was learned: themes, or names."),
    index_option,
    mode_option,
    json_option,
)
def learn(
    labelled: Path | None,
    from_tags: bool,
    of_names: bool,
    dry_run: bool,
    forget: bool,
    index: Location,
    index_mode: str,
    as_json: bool,
) -> None:
    """Learn themes from labelled documents, or names of organizations.

    The next rebuild or update uses them. LABELLED.csv has a column themes (ids or labels, separated
    by “;” or “|”) and a column id (of a document in the index) or text; title and language are
    optional. With --names alone, names that documents of the index establish count in others where
    they stand bare; with a file, its columns are name and organization (a name or an id; empty: it
    is none), or id and organizations.
    """
    if of_names:
        if from_tags or (forget and labelled is not None):
            raise UsageError("--names goes with a file, or alone.", "Leave the rest out.")
        _names(labelled, index, int(index_mode, 8), dry_run, forget, as_json)
        return
    if (labelled is not None) + from_tags + forget != 1:
        raise UsageError(
            "It is not clear what to learn from.",
            "Give one of LABELLED.csv, --from-tags, --forget.",
        )
    if forget:
        _tell_forgotten(learning.forget(index.root, int(index_mode, 8)), as_json)
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


def _tell_forgotten(forgotten: bool, as_json: bool) -> None:
    if as_json:
        print_json({"forgotten": forgotten})
    else:
        click.echo(
            "Forgotten. Rebuild or update the index." if forgotten else "Nothing had been learned."
        )


def _names(
    given: Path | None, index: Location, mode: int, dry_run: bool, forget: bool, as_json: bool
) -> None:
    """Learn names from the documents of the index, or take those of a file beside them."""
    if forget:
        _tell_forgotten(names.forget(index.root, mode), as_json)
        return
    before = names.load_lesson(index.root)
    with ExitStack() as stack:
        documents = None
        try:
            documents = stack.enter_context(index.documents())
        except IndexMissing:
            if given is None:
                raise
        if given is not None:
            said = names.read_given(given, documents.find if documents else lambda id: None)
            lesson = replace(said, learned=before.learned if before else ())
        elif documents is not None:
            lesson = names.learn(documents, before, index.options().extraction.languages)
    if not dry_run:
        names.save(index.root, lesson, mode)
    version = lesson.names.version
    if as_json:
        print_json(
            {
                "version": version,
                "kept": not dry_run,
                "documents": lesson.documents,
                "learned": [
                    {**name._asdict(), "documents": count} for name, count in lesson.learned
                ],
                "given": [name._asdict() for name in lesson.given],
                "never": lesson.never,
            }
        )
        return
    for name, count in lesson.learned:
        click.echo(f"{name.text} ({name.language}): {name.id}, established by {count:,} documents")
    for name in lesson.given:
        click.echo(f"{name.text}: {name.id}, given")
    for text in lesson.never:
        click.echo(f"{text}: no organization, given")
    if not dry_run:
        click.echo(f"Saved as {version}; the next rebuild or update uses it.")


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
