"""Questions drawn from documents with a seed: the same for every system."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from index import Document
from index.analysis import ANALYZERS, Token, analyzer, tokenize
from tools.bench.question import Entry, Question, published_day

SHORTEST = 3
RESERVOIR = 2_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """Questions by kind, words of one letter wrong, and beginnings of words."""

    questions: dict[str, list[Question]]
    typos: list[str]
    beginnings: list[str]


def sample_of(
    entries: Iterable[Entry], wanted: Callable[[Document], bool], seed: int
) -> list[Entry]:
    """Return at most RESERVOIR entries, each as likely as any other (Vitter's algorithm R)."""
    chance = random.Random(seed)
    kept: list[Entry] = []
    seen = 0
    for entry in entries:
        if not wanted(entry[0]):
            continue
        seen += 1
        if len(kept) < RESERVOIR:
            kept.append(entry)
        else:
            at = chance.randrange(seen)
            if at < RESERVOIR:
                kept[at] = entry
    return kept


def draw(
    sample: list[Entry], count: int, seed: int, stop_words: frozenset[str] = frozenset()
) -> Drawn:
    """Draw ``count`` questions of every kind, none of which asks for a stop word."""
    draws = _Draws(sample, random.Random(seed), stop_words)
    chance = draws.chance
    days = sorted(day for _, fields in sample if (day := published_day(fields)))
    questions: dict[str, list[Question]] = {}
    # Each kind has words of its own, so that what is asked for first has not been met before.
    questions["AND"] = [Question("AND", draws.pair(), "and") for _ in range(count)]
    questions["OR"] = [Question("OR", draws.pair(), "or") for _ in range(count)]
    questions["phrase"] = [Question("phrase", draws.phrase(), "phrase") for _ in range(count)]
    words = [draws.word() for _ in range(count)]
    questions["prefix"] = [
        Question("prefix", (word[: chance.randint(3, max(3, len(word) - 2))],), "prefix")
        for word in words
    ]
    if days:
        ranges = [_range(days, chance) for _ in range(count)]
        questions["date range"] = [
            Question("date range", first=first, last=last) for first, last in ranges
        ]
        questions["OR in a date range"] = [
            Question("OR in a date range", draws.pair(), "or", first, last)
            for first, last in ranges
        ]
    questions["OR, newest first"] = [
        Question("OR, newest first", draws.pair(), "or", newest=True) for _ in range(count)
    ]
    # All the same question: a few are enough.
    questions["everything"] = [Question("everything", newest=True)] * min(5, count)
    longer = [draws.word(6) for _ in range(count)]
    return Drawn(
        questions,
        [_misspelt(word, chance) for word in longer],
        [word[: chance.randint(2, 5)] for word in longer],
    )


@dataclass(frozen=True, slots=True)
class _Draws:
    """Words of documents, drawn by chance."""

    sample: list[Entry]
    chance: random.Random
    stop_words: frozenset[str]

    def word(self, shortest: int = SHORTEST) -> str:
        return self.pair(shortest)[0]

    def pair(self, shortest: int = SHORTEST) -> tuple[str, str]:
        """Draw two words of one document, so that some document has both."""
        while True:
            tokens = [token for token in self._tokens() if _plain(token)]
            if len(tokens) < 2:
                continue
            first, second = self.chance.sample(tokens, 2)
            fit = min(len(first.normal), len(second.normal)) >= shortest
            if fit and first.folded != second.folded and self._usable(first, second):
                return first.normal, second.normal

    def phrase(self) -> tuple[str, str]:
        """Draw two words that stand side by side."""
        while True:
            tokens = self._tokens()
            if len(tokens) < 2:
                continue
            at = self.chance.randrange(len(tokens) - 1)
            first, second = tokens[at : at + 2]
            if second.position == first.position + 1 and self._usable(first, second):
                return first.normal, second.normal

    def _tokens(self) -> list[Token]:
        # The beginning says what a text is about, and no text of a megabyte is cut up for one word.
        return tokenize(self.chance.choice(self.sample)[0].text[:4_000])

    def _usable(self, *tokens: Token) -> bool:
        return all(usable(token) and token.normal not in self.stop_words for token in tokens)


def usable(token: Token) -> bool:
    """Tell whether every system takes a word for one word, and none for a stop word."""
    return _plain(token) and not any(analyzer(suffix).is_stop(token) for suffix in ANALYZERS)


def _plain(token: Token) -> bool:
    return token.kind == "word" and len(token.folded) >= SHORTEST and token.normal.isalpha()


def _range(days: list[date], chance: random.Random) -> tuple[date, date]:
    first = chance.choice(days)
    return first, first + timedelta(chance.choice((6, 30, 91)))


def _misspelt(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return chance.choice((word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))
