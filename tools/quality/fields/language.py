"""How often the language of short snippets is detected, in small letters and in capitals.

Run from the root: ``python -m tools.quality.fields.language``. Snippets of 200 and 60 characters
are drawn with a fixed seed from running text: sentences of at least eight words without a digit, of
press archives (Italian: encyclopedic passages), so that rows of prices and results do not count.
"""

import argparse
import random
import re
import time
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from index import Document
from index.extract import detect_language
from tools.quality import DATA, press, rows

LANGUAGES = ("fr", "en", "es", "de", "pt", "ar", "it")
SEED = 20
SNIPPETS = 500
_SENTENCE = re.compile(r"(?<=[.!?؟])\s+|\n+")
_LEAST_WORDS = 8


class Snippet(NamedTuple):
    """A piece of running text and the language of the archive it is from."""

    text: str
    language: str


def texts(code: str) -> Iterator[str]:
    """Yield the texts of the archive of one language."""
    source = rows(DATA / "ir" / "it-squad" / "docs.jsonl") if code == "it" else press(code)
    return (row["text"] for row in source)


def running(text: str) -> str:
    """Return the sentences of a text that are running text, joined by spaces."""
    sentences = (" ".join(sentence.split()) for sentence in _SENTENCE.split(text))
    return " ".join(
        sentence
        for sentence in sentences
        if len(sentence.split()) >= _LEAST_WORDS and not re.search(r"\d", sentence)
    )


def draw(length: int, seed: int = SEED, count: int = SNIPPETS) -> list[Snippet]:
    """Draw ``count`` snippets of so many characters in each language, whole words, seeded."""
    drawn = []
    for code in LANGUAGES:
        chance = random.Random(f"{seed} {code} {length}")
        pool = list(texts(code))
        chance.shuffle(pool)
        found = 0
        for text in pool:
            sentences = running(text)
            if len(sentences) < length + 20:
                continue
            start = chance.randrange(len(sentences) - length - 10)
            start = sentences.find(" ", start) + 1 if start else 0
            snippet = sentences[start : start + length]
            if len(snippet) == length:
                drawn.append(Snippet(snippet.rsplit(" ", 1)[0], code))
                found += 1
            if found == count:
                break
    return drawn


def score(snippets: list[Snippet]) -> tuple[dict[str, list[int]], list[str], float]:
    """Return right and all by language, the errors, and documents a second."""
    counts = {code: [0, 0] for code in LANGUAGES}
    errors = []
    began = time.process_time()
    answers = [detect_language(Document("", snippet.text)) for snippet in snippets]
    took = time.process_time() - began
    for snippet, answer in zip(snippets, answers, strict=True):
        counts[snippet.language][0] += answer.code == snippet.language
        counts[snippet.language][1] += 1
        if answer.code != snippet.language:
            errors.append(
                f"{snippet.language} not {answer.code} {answer.confidence}: {snippet.text}"
            )
    return counts, errors, len(snippets) / took


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Score language detection.")
    parser.add_argument("--errors", action="store_true", help="list the errors")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    codes = list(LANGUAGES)
    print(f"| characters | case | snippets | all | {' | '.join(codes)} | a second |")
    print("|" + " --- |" * (len(codes) + 5))
    listed = []
    for length in (200, 60):
        snippets = draw(length, options.seed)
        for case in ("as written", "capitals"):
            if case == "capitals":
                snippets = [Snippet(text.upper(), code) for text, code in snippets]
            counts, errors, speed = score(snippets)
            right = sum(count[0] for count in counts.values())
            shares = " | ".join(f"{100 * a / max(b, 1):.1f}" for a, b in counts.values())
            share = f"{100 * right / len(snippets):.2f} %"
            print(f"| {length} | {case} | {len(snippets)} | {share} | {shares} | {speed:,.0f} |")
            listed += errors if case == "as written" else []
    whole = [Document("", text) for code in LANGUAGES for text in islice(texts(code), 100)]
    began = time.process_time()
    for document in whole:
        detect_language(document)
    print(f"\nWhole documents: {len(whole) / (time.process_time() - began):,.0f} a second")
    if options.errors:
        print("\n".join(listed))


if __name__ == "__main__":
    main()
