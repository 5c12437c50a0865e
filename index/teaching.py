"""What ``trouvaille vocabulary`` answers: what is in a file, in a theme, in a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.analysis import fold_text
from index.document import Document
from index.errors import UsageError
from index.extract import ExtractionOptions, decided_themes, detect_language, score_themes
from index.extract.organizations import find_organizations
from index.vocabularies import ThemeVocabulary, load_themes, themes, with_own
from index.vocabularies import __file__ as _vocabularies

Answer = dict[str, Any]


def checked(path: Path) -> Answer:
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


def shown(name: str | None) -> Answer:
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


def tested(sentence: str) -> Answer:
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


def lines(answer: Answer) -> Iterator[str]:
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
