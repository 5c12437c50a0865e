"""What the parts of the benchmark share: documents, indexes, questions and how hard to try."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tools.bench.corpora import Corpus
from tools.bench.drawing import Drawn, draw, sample_of
from tools.bench.question import Entry, Indexed, Metered, System, folder_bytes
from tools.bench.registry import Kind, kinds
from tools.bench.timing import Ask, Clock, Times, Turns, race

SEED = 20_240_312


@dataclass
class Context:
    """One run. ``budget`` is in seconds, for one system and one kind of question."""

    corpus: Corpus
    folder: Path
    questions: int = 60
    rounds: int = 3
    budget: float = 30.0
    quick: bool = False
    clock: Clock = "wall"
    turns: Turns = "list"
    growth_sizes: tuple[int, ...] = (10_000, 100_000)
    figures: Path | None = None
    kinds: dict[str, Kind] = field(default_factory=kinds)
    costs: dict[str, Indexed] = field(default_factory=dict)
    _systems: dict[str, System] = field(default_factory=dict)

    @cached_property
    def sample(self) -> list[Entry]:
        """Documents from which questions are drawn."""
        return sample_of(self.corpus.entries(), self.corpus.drawn_from, SEED)

    @cached_property
    def drawn(self) -> Drawn:
        """The questions."""
        return draw(self.sample, self.questions, SEED, self.corpus.stop_words)

    def race(self, systems: dict[str, Ask], questions: Sequence[Any]) -> dict[str, Times]:
        """Time systems at some questions, as this run does."""
        return race(systems, questions, self.rounds, self.budget, self.clock, self.turns)

    def path(self, name: str) -> Path:
        """Return where the index that a system opens lies, building it when first wanted."""
        name = self.kinds[name].index_name
        folder = self.folder / "indexes" / name.replace(" ", "-").lower()
        if name not in self.costs:
            self.costs[name] = build(self.kinds[name], self.corpus, folder)
        return folder

    def system(self, name: str) -> System:
        """Return a system over the documents, open."""
        if name not in self._systems:
            self._systems[name] = self.kinds[name].open(self.path(name))
        return self._systems[name]

    def systems(self) -> dict[str, System]:
        """Return all systems, open."""
        return {name: self.system(name) for name in self.kinds}

    def close(self) -> None:
        """Close every index."""
        for system in self._systems.values():
            system.close()


def build(kind: Kind, corpus: Corpus, folder: Path) -> Indexed:
    """Index documents in this process and measure it without the making of the documents."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    metered = Metered(corpus.entries())
    cpu, wall = process_time(), perf_counter()
    kind.build(metered, folder)
    return Indexed(
        metered.documents,
        process_time() - cpu - metered.cpu_seconds,
        perf_counter() - wall - metered.seconds,
        folder_bytes(folder),
        metered.text_bytes,
    )
