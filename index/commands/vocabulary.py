"""The command ``vocabulary``: what is in a file, in a theme, in a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from index.analysis import fold_text
from index.commands.options import command, json_option, print_json
from index.document import Document
from index.errors import UsageError
from index.extract import ExtractionOptions, decided_themes, detect_language, score_themes
from index.extract.organizations import find_organizations
from index.vocabularies import VARIABLE, ThemeVocabulary, load_themes, own_file, themes, with_own
from index.vocabularies import __file__ as _vocabularies

Answer = dict[str, Any]


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
        answer = _checked(path)
    elif action == "show":
        answer = _shown(what)
    else:
        answer = _tested(what or "")
    if as_json:
        print_json(answer)
    else:
        for line in _lines(answer):
            click.echo(line)


def _checked(path: Path) -> Answer:
    """Return how many themes and expressions a file adds. Raises VocabularyError."""
    ours = load_themes(Path(_vocabularies).parent)
    merged = with_own(ours, path)
    return {
        "file": str(path),
        "themes": sorted(merged.entries.keys() - ours.entries.keys()),
        "expressions": _expressions(merged) - _expressions(ours),
    }


def _expressions(vocabulary: ThemeVocabulary) -> int:
    return sum(
        len(listed)
        for entry in vocabulary.entries.values()
        for listed in entry.expressions.values()
    )


def _shown(name: str | None) -> Answer:
    """Return the labels and expressions of a theme, or all themes. Raises UsageError."""
    vocabulary = themes()
    if not name:
        return {"themes": list(vocabulary.entries)}
    id = vocabulary.resolve(name)
    if id is None:
        raise UsageError(f"“{name}” is no theme.", "List them with `trouvaille vocabulary show`.")
    entry = vocabulary.entries[id]
    return {
        "id": id,
        "labels": dict(entry.labels),
        "expressions": {
            code: [{"text": each.text, "points": vocabulary.points(each, code)} for each in listed]
            for code, listed in entry.expressions.items()
        },
    }


def _tested(sentence: str) -> Answer:
    """Return what a sentence says for each theme. Raises UsageError for an empty one."""
    if not sentence.strip():
        raise UsageError("There is nothing to test.", 'Give a sentence: `vocabulary test "..."`.')
    language = detect_language(Document("", sentence), ExtractionOptions().languages).code
    folded = fold_text(sentence)
    scores = score_themes(
        sentence, language, folded, find_organizations(sentence, language, folded)
    )
    decided = decided_themes(scores)
    return {
        "language": language,
        "said": [
            {
                "theme": id,
                "points": round(score.total, 2),
                "needed": score.needed,
                "given": id in decided,
                "by": [sentence[start:end] for start, end in sorted(score.spans)],
            }
            for id, score in sorted(scores.items(), key=lambda item: -item[1].total)
        ],
    }


def _lines(answer: Answer) -> Iterator[str]:
    """Yield the lines of an answer for people."""
    if "file" in answer:
        yield (
            f"{answer['file']} is in order: {len(answer['themes'])} themes and"
            f" {answer['expressions']:,} expressions of its own."
        )
        yield from (f"  {id}" for id in answer["themes"])
    elif "themes" in answer:
        yield from answer["themes"]
    elif "id" in answer:
        yield answer["id"]
        yield from (f"  {code}: {label}" for code, label in answer["labels"].items())
        for code, listed in answer["expressions"].items():
            words = "; ".join(f"{each['text']} {each['points']:g}" for each in listed)
            yield f"  {code}: {words}"
    else:
        yield f"language: {answer['language']}"
        for said in answer["said"]:
            mark = "*" if said["given"] else " "
            yield (
                f"{mark} {said['theme']}: {said['points']:g} of {said['needed']:g} points, by"
                f" {', '.join(said['by'])}"
            )
        if not any(said["given"] for said in answer["said"]):
            yield "No theme: it says too little for any."
