"""Timing of several systems side by side.

Systems take turns, in another order each time, so that what else the machine does meets all of
them alike. A turn is the whole list of questions, which is how a server finds the processor's
caches: full of its own data; or one question, after which the caches are full of the others'
data. The first round is kept apart (nothing of a question has been read before); of the later
rounds each question counts with its median.

The clock is that of the wall, or that of the processor for machines on which others work too:
everything measured so runs in one thread and waits for nothing.
"""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, thread_time
from typing import Any, Literal, get_args

import numpy as np

Ask = Callable[[Any], object]
Clock = Literal["wall", "cpu"]
Turns = Literal["list", "question"]
TURNS: tuple[Turns, ...] = get_args(Turns)
CLOCKS: dict[Clock, Callable[[], float]] = {"wall": perf_counter, "cpu": thread_time}


@dataclass
class Times:
    """Seconds a question took: in the first round, and in each round after it."""

    first: list[float] = field(default_factory=list)
    later: list[list[float]] = field(default_factory=list)

    def add(self, seconds: list[float]) -> None:
        """Add a round."""
        if self.first:
            self.later.append(seconds)
        else:
            self.first = seconds

    @property
    def spent(self) -> float:
        """The seconds of all rounds."""
        return sum(map(sum, (self.first, *self.later)))

    @property
    def only_first(self) -> "Times":
        """The first round alone."""
        return Times(self.first)

    @property
    def settled(self) -> list[float]:
        """The median of the later rounds for each question; of the first if there is none."""
        if not self.later:
            return self.first
        return [median(round_) for round_ in zip(*self.later, strict=True)]

    def ms(self, percent: float) -> float:
        """Return a percentile over questions, in milliseconds."""
        return percentile(self.settled, percent)


def percentile(seconds: Sequence[float], percent: float) -> float:
    """Return a percentile in milliseconds."""
    return float(np.percentile(seconds, percent)) * 1000


def race(
    systems: dict[str, Ask],
    questions: Sequence[Any],
    rounds: int,
    budget: float,
    clock: Clock = "wall",
    turns: Turns = "list",
) -> dict[str, Times]:
    """Ask every system every question, once and then in ``rounds`` rounds.

    A system that has used its ``budget`` of seconds takes part in no further round.
    """
    now = CLOCKS[clock]
    # What the benchmark itself holds would be looked through by every full collection of garbage.
    gc.collect()
    gc.freeze()
    times = {name: Times() for name in systems}
    size = 1 if turns == "question" else max(1, len(questions))
    portions = [questions[first : first + size] for first in range(0, len(questions), size)]
    for number in range(1 + rounds):
        running = [name for name in systems if number == 0 or times[name].spent < budget]
        took: dict[str, list[float]] = {name: [] for name in running}
        for turn, portion in enumerate(portions):
            shift = (turn + number) % len(running) if running else 0
            for name in running[shift:] + running[:shift]:
                ask = systems[name]
                for question in portion:
                    start = now()
                    ask(question)
                    took[name].append(now() - start)
        for name, seconds in took.items():
            times[name].add(seconds)
    gc.unfreeze()
    return times


def repeated(action: Callable[[], object], times: int, clock: Clock = "wall") -> float:
    """Return the median seconds of an action."""
    now = CLOCKS[clock]
    found = []
    for _ in range(times):
        start = now()
        action()
        found.append(now() - start)
    return median(found)
