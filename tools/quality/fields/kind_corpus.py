"""Italian running text out of the CoNLL sentences of KIND (its Wikinews part).

There is no Italian press set, and the file has neither spaces nor ends of articles: a document is a
range of consecutive sentences, named ``kind-wikinews:<first>-<last>`` (counted from 0, last
included), and `rebuild` gives its text. The rules are fixed, since the offsets of the gold hang on
them:

- no space before a closing mark or after an opening one, nor after an elided word (``dell'``);
- straight quotation marks open and close in turn within a sentence;
- a space between two sentences, but a new line after one that ends in a letter or a figure
  (a headline).
"""

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path

SOURCE = "kind-wikinews"
CLOSING = frozenset([".", ",", ";", ":", "!", "?", ")", "]", "}", "»", "”", "…", "%"])
OPENING = frozenset(["(", "[", "{", "«", "“"])
APOSTROPHES = ("'", "’")
CLIPPED = frozenset({"po'", "pa'", "e'"})  # words cut short, not articles


def document(identifier: str, path: Path) -> str:
    """Return the text of a range of sentences such as ``kind-wikinews:41-54``.

    Raises ValueError for an identifier of another form, and OSError for a file that cannot be read.
    """
    source, _, span = identifier.partition(":")
    first, _, last = span.partition("-")
    if source != SOURCE or not (first.isdecimal() and last.isdecimal()):
        raise ValueError(f"{identifier} names no range of sentences of {SOURCE}")
    return rebuild(sentences(path)[int(first) : int(last) + 1])


@cache
def sentences(path: Path) -> tuple[tuple[str, ...], ...]:
    """Return the tokens of each sentence of a gzipped CoNLL file (token first on its line)."""
    found: list[tuple[str, ...]] = []
    tokens: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                tokens.append(line.split()[0])
            elif tokens:
                found.append(tuple(tokens))
                tokens = []
    if tokens:
        found.append(tuple(tokens))
    return tuple(found)


def rebuild(parts: Sequence[Sequence[str]]) -> str:
    """Return the running text of sentences given as tokens."""
    text = ""
    for part in parts:
        sentence = _join(part)
        if text:
            text += "\n" if text[-1].isalnum() else " "
        text += sentence
    return text


def _join(tokens: Sequence[str]) -> str:
    text = ""
    glued, quoted = True, False
    for token in tokens:
        closes = token == '"' and quoted
        text += token if glued or closes or token in CLOSING else f" {token}"
        if token == '"':
            quoted = not quoted
        opens = token in OPENING or (token == '"' and quoted)
        glued = opens or _elided(token)
    return text


def _elided(token: str) -> bool:
    return len(token) > 1 and token.endswith(APOSTROPHES) and token.lower() not in CLIPPED
