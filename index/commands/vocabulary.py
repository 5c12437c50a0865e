"""The command ``vocabulary``: what is in a file, in a theme, in a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from index.analysis import fold_text
from index.commands.options import command, json_option, print_json
from index.document import Document
from index.errors import UsageError
from index.extract import (
    ExtractionOptions,
    candidates,
    chances,
    detect_language,
    given,
    score_themes,
)
from index.extract.organizations import explain_names, find_organizations
from index.vocabularies import (
    VARIABLE,
    Name,
    ThemeVocabulary,
    load_themes,
    organizations,
    own_file,
    themes,
    with_own,
)
from index.vocabularies import __file__ as _vocabularies

Answer = dict[str, Any]


@command(
    click.argument("action", type=click.Choice(["check", "show", "test"])),
    click.argument("what", metavar="[FILE|THEME|ORGANIZATION|SENTENCE]", required=False),
    json_option,
)
def vocabulary(action: str, what: str | None, as_json: bool) -> None:
    """Check the archive's own vocabulary, show an entry, or test what a sentence says.

    check FILE reads a file as TROUVAILLE_VOCABULARY would and says what is in it. show THEME lists
    the labels and expressions of a theme, show ORGANIZATION the names and the parent of a body,
    show alone all themes. test SENTENCE says which themes it speaks for, how much, and by which
    expressions, which organizations it names, and which names in it do not count, and why.
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
    """Return what a theme or an organization has, or all themes. Raises UsageError."""
    vocabulary = themes()
    if not name:
        return {"themes": list(vocabulary.entries)}
    id = vocabulary.resolve(name)
    if id is None and organizations().resolve(name):
        return _shown_organization(organizations().resolve(name) or "")
    if id is None:
        raise UsageError(
            f"“{name}” is neither a theme nor an organization that is known.",
            "List the themes with `trouvaille vocabulary show`.",
        )
    entry = vocabulary.entries[id]
    return {
        "id": id,
        "labels": dict(entry.labels),
        "expressions": {
            code: [{"text": each.text, "points": vocabulary.points(each, code)} for each in listed]
            for code, listed in entry.expressions.items()
        },
    }


def _shown_organization(id: str) -> Answer:
    """Return the names of an organization, with what each demands, and its parent."""
    entry = organizations().entries.get(id)
    return {
        "organization": id,
        "kind": entry.kind if entry else "",
        "parent": organizations().parent(id),
        "names": [
            {"text": name.text, "language": name.language, "marks": _marks(name)}
            for name in (entry.names if entry else ())
        ]
        or [{"text": name, "language": "", "marks": []} for name in organizations().names(id)],
        "cues": list(entry.context) if entry else [],
    }


def _marks(name: Name) -> list[str]:
    marks = ("acronym", "ambiguous", "former", "exact")
    period = [f"{name.since}/{name.until}"] if name.since or name.until else []
    return [mark for mark in marks if getattr(name, mark)] + period


def _tested(sentence: str) -> Answer:
    """Return what a sentence says for each theme. Raises UsageError for an empty one."""
    if not sentence.strip():
        raise UsageError("There is nothing to test.", 'Give a sentence: `vocabulary test "..."`.')
    language = detect_language(Document("", sentence), ExtractionOptions().languages).code
    folded = fold_text(sentence)
    matches = find_organizations(sentence, language, folded)
    scores = score_themes(sentence, language, folded, matches)
    supported = candidates(scores)
    likely = chances(supported)
    decided = given(likely)
    scores |= {id: each.score for id, each in supported.items()}
    return {
        "language": language,
        "organizations": [
            {"organization": one.id, "by": [sentence[start:end] for start, end in one.spans]}
            for one in matches.organizations
        ],
        "names": [
            {"name": sentence[span.start : span.end], "organization": id, "refused": reason}
            for span, id, reason in explain_names(sentence, language)
        ],
        "said": [
            {
                "theme": id,
                "points": round(score.total, 2),
                "needed": score.needed,
                "likely": round(likely.get(id, 0.0), 2),
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
    elif "organization" in answer:
        parent = f", below {answer['parent']}" if answer["parent"] else ""
        yield f"{answer['organization']} ({answer['kind'] or 'national'}{parent})"
        for name in answer["names"]:
            marks = f" ({', '.join(name['marks'])})" if name["marks"] else ""
            yield f"  {name['language']}: {name['text']}{marks}"
        if answer["cues"]:
            yield f"  ambiguous names count beside: {'; '.join(answer['cues'])}"
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
                f"{mark} {said['theme']}: {said['points']:g} of {said['needed']:g} points,"
                f" {said['likely']:.0%} likely, by {', '.join(said['by'])}"
            )
        for one in answer["organizations"]:
            yield f"* {one['organization']}: {', '.join(one['by'])}"
        for name in answer["names"]:
            if name["refused"]:
                yield f"  {name['name']} is not {name['organization']}: {name['refused']}"
        if not any(said["given"] for said in answer["said"]):
            yield "No theme: it says too little for any."
