"""Learning themes: labelled documents in, a classifier with cross-validated scores out.

One-vs-rest logistic regression on TF-IDF vectors by AdaGrad (Duchi, Hazan and Singer, JMLR 2011)
over small batches, in NumPy alone, always with the same result. Thresholds, and who decides a
theme, are chosen on other documents than those that score them.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from index.analysis import fold_text
from index.build.kept import discard, keep, kept
from index.build.taught import read_table
from index.document import Document
from index.errors import UsageError
from index.extract import (
    Decider,
    ExtractionOptions,
    LearnedTheme,
    LearnedThemes,
    Vector,
    detect_language,
    find_themes,
    term_spans,
    vector,
)
from index.extract.organizations import find_organizations
from index.publishing import FILE_MODE
from index.versions import LEARNING_VERSION
from index.vocabularies import themes as theme_vocabulary

_AGAIN = "Learn again, or return to the curated themes with `trouvaille learn --forget`."
REMEDY = (
    "Give a UTF-8 CSV file with the columns themes and id or text; several themes are separated"
    " by “;” or “|”."
)


class Labelled(NamedTuple):
    """A document in its language, and the themes it was given, with their parents."""

    text: str
    title_length: int
    language: str
    themes: frozenset[str]


def read_labelled(path: Path, indexed: Callable[[str], Document | None]) -> list[Labelled]:
    """Read a labelled file; ``indexed`` returns the document of the index with an id.

    Raises VocabularyError with file, line and reason at the first row that is malformed.
    """
    documents: list[Labelled] = []
    line_of: dict[str, int] = {}

    def take(row: Mapping[str, str], line: int) -> None:
        key = row.get("id") or row["text"]
        if line_of.setdefault(key, line) != line:
            raise ValueError(f"the document stands also in line {line_of[key]}")
        documents.append(_document(row, line, indexed))

    read_table(path, _are_columns, take, REMEDY)
    return documents


def _are_columns(names: Collection[str]) -> bool:
    return "themes" in names and not {"id", "text"}.isdisjoint(names)


def _document(
    row: Mapping[str, str], line: int, indexed: Callable[[str], Document | None]
) -> Labelled:
    themes = themes_of(row["themes"])
    text, id = row.get("text", ""), row.get("id", "")
    if text:
        language = row.get("language", "")
        return labelled(Document(str(line), text, row.get("title", ""), language=language), themes)
    document = indexed(id)
    if document is None:
        raise ValueError(f"the index has no document “{id}”")
    return labelled(document, themes)


def labelled(document: Document, themes: frozenset[str]) -> Labelled:
    """Return a document as it is learned from, in the language that extraction would find."""
    lead = f"{document.title}\n\n" if document.title else ""
    language = detect_language(document, ExtractionOptions().languages).code
    return Labelled(lead + document.text, len(lead), language, themes)


def themes_of(cell: str) -> frozenset[str]:
    """Return the themes of a cell, ids or labels, with their parents. Raises ValueError."""
    resolve = theme_vocabulary().resolve
    whole = resolve(cell.strip())
    if whole:
        return _with_parents([whole])
    ids = []
    for part in filter(None, map(str.strip, cell.replace("|", ";").split(";"))):
        id = resolve(part)
        if id is None:
            raise ValueError(f"“{part}” is not a theme")
        ids.append(id)
    return _with_parents(ids)


def _with_parents(ids: Sequence[str]) -> frozenset[str]:
    parents = map(theme_vocabulary().parent, ids)
    return frozenset([*ids, *filter(None, parents)])


def from_tags(documents: Iterable[Document]) -> list[Labelled]:
    """Return the documents with at least one tag that is a theme."""
    found = []
    for document in documents:
        ids = [id for tag in document.tags if (id := theme_vocabulary().resolve(tag))]
        if ids:
            found.append(labelled(document, _with_parents(ids)))
    return found


# Training

MIN_DOCUMENTS = 100
MIN_EXAMPLES = 20
"""Documents that must be labelled: in all, and with a theme that is to be learned."""
FILE = "themes.json"
FOLDS = 5
_EPOCHS = 12
_BATCH = 64
_RATE = 0.5
_DECAY = 1e-6
_MAX_TERMS = 60_000
_DIGITS = 3

Matrix = NDArray[np.float32]
Flags = NDArray[np.bool_]
DECIDERS: tuple[Decider, ...] = ("curated", "learned", "either")


class Score(NamedTuple):
    """Precision, recall and F1, from 0 to 1."""

    precision: float
    recall: float
    f1: float


class ThemeScore(NamedTuple):
    """A theme: how many documents have it, how each way of deciding it did, which was kept."""

    theme: str
    documents: int
    curated: Score
    learned: Score
    joined: Score
    decider: Decider


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned, with cross-validated scores: by theme, and over all decisions."""

    model: LearnedThemes
    documents: int
    languages: Mapping[str, int]
    themes: tuple[ThemeScore, ...]
    curated: Score
    learned: Score
    joined: Score
    left_out: Mapping[str, int]
    """Themes with too few documents, and how many they have."""


def learn(documents: Sequence[Labelled]) -> Lesson:
    """Learn from labelled documents. Raises UsageError where there are too few of them."""
    spoken = Counter(document.language for document in documents)
    languages = {code: n for code, n in spoken.items() if n >= MIN_DOCUMENTS and code != "und"}
    documents = [document for document in documents if document.language in languages]
    if not documents:
        raise UsageError(
            f"{sum(spoken.values())} labelled documents are too few to learn from"
            f" ({_counted(spoken)}).",
            f"Label at least {MIN_DOCUMENTS} documents of one language.",
        )
    given = Counter(theme for document in documents for theme in document.themes)
    ids = [id for id in theme_vocabulary().entries if _is_enough(given[id], len(documents))]
    if not ids:
        raise UsageError(
            f"No theme has enough examples ({_counted(given)}).",
            f"Give at least {MIN_EXAMPLES} documents that have a theme, and as many that do not.",
        )
    truth = np.array([[id in document.themes for id in ids] for document in documents], np.bool_)
    curated = _curated(documents, ids)
    counts = [_term_counts(document) for document in documents]
    order = np.random.Generator(np.random.PCG64(0)).permutation(len(documents))
    fold = np.empty(len(documents), np.int64)
    fold[order] = np.arange(len(documents)) % FOLDS
    scores = _held_out_scores(counts, truth, fold)
    learned, joined = _cross_validated(truth, curated, scores, fold)
    deciders = _deciders(truth, curated, learned)
    space = _space(counts)
    weights, bias = _train([vector(each, space) for each in counts], truth, len(space.terms))
    thresholds = _thresholds(truth, scores)
    themes = {
        id: LearnedTheme(deciders[n], float(thresholds[n]), float(bias[n]), weights[:, n])
        for n, id in enumerate(ids)
    }
    model = replace(space, languages=frozenset(languages), themes=themes)

    def score_all(theme: int | slice) -> tuple[Score, Score, Score]:
        def score(decided: Flags) -> Score:
            return _score(truth[:, theme], decided[:, theme])

        return score(curated), score(learned), score(joined)

    return Lesson(
        loads(dumps(model)),
        len(documents),
        languages,
        tuple(
            ThemeScore(id, int(truth[:, n].sum()), *score_all(n), deciders[n])
            for n, id in enumerate(ids)
        ),
        *score_all(slice(None)),
        {id: n for id, n in sorted(given.items()) if id not in ids},
    )


def _is_enough(examples: int, documents: int) -> bool:
    return MIN_EXAMPLES <= examples <= documents - MIN_EXAMPLES


def _counted(counts: Mapping[str, int]) -> str:
    shown = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
    return ", ".join(f"{name} {count}" for name, count in shown) or "none"


def _term_counts(document: Labelled) -> dict[str, int]:
    spans = term_spans(document.text, document.language)
    return {term: len(places) for term, places in spans.items()}


def _curated(documents: Sequence[Labelled], ids: Sequence[str]) -> Flags:
    """Return which of the themes the curated expressions give to each document."""
    rows = []
    for document in documents:
        text, language, folded = document.text, document.language, fold_text(document.text)
        organizations = find_organizations(text, language, folded)
        themes = find_themes(text, language, folded, organizations, document.title_length)
        present = {theme.id for theme in themes}
        rows.append([id in present for id in ids])
    return np.array(rows, np.bool_)


def _held_out_scores(
    counts: Sequence[Mapping[str, int]], truth: Flags, fold: NDArray[np.int64]
) -> Matrix:
    """Return the scores (documents by themes) of classifiers that have not seen the document."""
    scores = np.zeros(truth.shape, np.float32)
    for number in range(FOLDS):
        inside = np.flatnonzero(fold != number).tolist()
        space = _space([counts[doc] for doc in inside])
        vectors = [vector(each, space) for each in counts]
        weights, bias = _train([vectors[doc] for doc in inside], truth[inside], len(space.terms))
        for doc in np.flatnonzero(fold == number).tolist():
            numbers, values = vectors[doc]
            scores[doc] = values @ weights[numbers] + bias
    return scores


def _space(counts: Sequence[Mapping[str, int]]) -> LearnedThemes:
    """Return the terms that two documents or more have, with their idf, and no themes yet."""
    having = Counter(term for each in counts for term in each)
    ranked = sorted((-n, term) for term, n in having.items() if n > 1)[:_MAX_TERMS]
    terms = {term: number for number, term in enumerate(sorted(term for _, term in ranked))}
    share = np.array([having[term] for term in terms], np.float32)
    idf = np.log((1 + len(counts)) / (1 + share)) + 1
    return LearnedThemes("", frozenset(), terms, idf.astype(np.float32), {})


def _train(
    vectors: Sequence[Vector], truth: Flags, terms: int
) -> tuple[Matrix, NDArray[np.float32]]:
    """Return weights (terms by themes) and biases that separate each theme from the rest."""
    chance = np.random.Generator(np.random.PCG64(1))
    weights = np.zeros((terms, truth.shape[1]), np.float32)
    squares = np.full(weights.shape, 1e-4, np.float32)
    share = truth.mean(axis=0).clip(1e-3, 1 - 1e-3)
    bias = np.log(share / (1 - share)).astype(np.float32)
    bias_squares = np.full(len(bias), 1.0, np.float32)
    for _ in range(_EPOCHS):
        order = chance.permutation(len(vectors))
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            numbers = np.unique(np.concatenate([vectors[at][0] for at in batch]))
            block = np.zeros((len(batch), len(numbers)), np.float32)
            for row, at in enumerate(batch):
                block[row, np.searchsorted(numbers, vectors[at][0])] = vectors[at][1]
            here = weights[numbers]
            chances = 1 / (1 + np.exp(-(block @ here + bias)))
            error = (chances - truth[batch]).astype(np.float32)
            slope = block.T @ error / len(batch) + np.float32(_DECAY) * here
            squares[numbers] += slope * slope
            weights[numbers] = here - _RATE * slope / np.sqrt(squares[numbers])
            bias_slope = error.mean(axis=0)
            bias_squares += bias_slope * bias_slope
            bias -= np.float32(0.1) * bias_slope / np.sqrt(bias_squares)
    return weights, bias


def _cross_validated(
    truth: Flags, before: Flags, scores: Matrix, fold: NDArray[np.int64]
) -> tuple[Flags, Flags]:
    """Return what the classifier, and the best way of deciding, said of documents unseen.

    Thresholds and ways for one fold are those that are best on the others.
    """
    learned, joined = np.zeros_like(truth), np.zeros_like(truth)
    for number in range(FOLDS):
        inside, outside = fold != number, fold == number
        thresholds = _thresholds(truth[inside], scores[inside])
        learned[outside] = scores[outside] >= thresholds
        ways = _deciders(truth[inside], before[inside], scores[inside] >= thresholds)
        for at, way in enumerate(ways):
            joined[outside, at] = _decided(way, before[outside, at], learned[outside, at])
    return learned, joined


def _thresholds(truth: Flags, scores: Matrix) -> NDArray[np.float32]:
    """Return for each theme the score from which on F1 is highest."""
    best = np.empty(truth.shape[1], np.float32)
    for at in range(truth.shape[1]):
        order = np.argsort(-scores[:, at], kind="stable")
        right = np.cumsum(truth[order, at])
        assigned = np.arange(1, len(order) + 1)
        f1 = 2 * right / (assigned + truth[:, at].sum())
        last = int(np.argmax(f1))
        following = min(last + 1, len(order) - 1)
        best[at] = (scores[order[last], at] + scores[order[following], at]) / 2
    return best


def _deciders(truth: Flags, before: Flags, learned: Flags) -> list[Decider]:
    """Return for each theme the way of deciding it that has the best F1; curated in a draw."""
    return [
        max(
            DECIDERS,
            key=lambda way: _score(truth[:, at], _decided(way, before[:, at], learned[:, at])).f1,
        )
        for at in range(truth.shape[1])
    ]


def _decided(way: Decider, before: Flags, learned: Flags) -> Flags:
    if way == "curated":
        return before
    return learned if way == "learned" else before | learned


def _score(truth: Flags, decided: Flags) -> Score:
    right = int((truth & decided).sum())
    precision = right / max(int(decided.sum()), 1)
    recall = right / max(int(truth.sum()), 1)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return Score(round(precision, 4), round(recall, 4), round(f1, 4))


# The file


def dumps(model: LearnedThemes) -> bytes:
    """Return a model as JSON; weights of a theme as pairs of term number and weight."""
    themes = {}
    for id, theme in model.themes.items():
        kept = np.flatnonzero(np.abs(theme.weights) >= 10**-_DIGITS)
        themes[id] = {
            "decider": theme.decider,
            "threshold": round(theme.threshold, 5),
            "bias": round(theme.bias, 5),
            "terms": kept.tolist(),
            "weights": [round(float(theme.weights[at]), _DIGITS) for at in kept],
        }
    content = {
        "format": LEARNING_VERSION,
        "languages": sorted(model.languages),
        "terms": list(model.terms),
        "idf": [round(float(value), 4) for value in model.idf],
        "themes": themes,
    }
    return orjson.dumps(content)


def loads(data: bytes) -> LearnedThemes:
    """Undo ``dumps``. Raises ValueError, KeyError, TypeError or IndexError for anything else."""
    raw: dict[str, Any] = orjson.loads(data)
    if raw["format"] != LEARNING_VERSION:
        raise ValueError(f"format {raw['format']}")
    terms = {term: number for number, term in enumerate(raw["terms"])}
    idf = np.array(raw["idf"], np.float32)
    if len(idf) != len(terms):
        raise ValueError("terms and weights differ in number")
    themes = {}
    for id, theme in raw["themes"].items():
        if theme["decider"] not in DECIDERS:
            raise ValueError(f"decider {theme['decider']}")
        weights = np.zeros(len(terms), np.float32)
        weights[np.array(theme["terms"], np.int64)] = np.array(theme["weights"], np.float32)
        themes[id] = LearnedTheme(theme["decider"], theme["threshold"], theme["bias"], weights)
    version = hashlib.blake2b(data, digest_size=8).hexdigest()
    return LearnedThemes(version, frozenset(raw["languages"]), terms, idf, themes)


def save(root: Path, model: LearnedThemes, mode: int = FILE_MODE) -> None:
    """Keep a model in the index directory, where the next build finds it.

    Raises what ``writing`` does.
    """
    keep(root, FILE, dumps(model), mode)


def load(root: Path) -> LearnedThemes | None:
    """Return the model of an index directory, None where none was learned.

    Raises IndexDamaged, and IndexUnavailable where the system does not let it be read.
    """
    return kept(root, FILE, loads, _AGAIN)


def forget(root: Path, mode: int = FILE_MODE) -> bool:
    """Delete the model of an index directory; return whether there was one.

    Raises what ``writing`` does.
    """
    return discard(root, FILE, mode)
