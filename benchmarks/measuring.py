"""How everything here is measured: arms that take turns, the median of the rounds, a limit beside each figure."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 9
"""How often each arm has its turn; the first turn is for warming up and is not counted."""

YOUNG: Final = 50_000
"""How many objects the opt-in lets live before the collector looks at them; Python's own number is 700."""


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        what: What was measured.
        value: The median.
        unit: What it is in.
        low: The lowest of the rounds.
        high: The highest of the rounds.
        limit: What the median may be at most; None where nothing was promised.
    """

    what: str
    value: float
    unit: str
    low: float
    high: float
    limit: float | None = None

    @property
    def is_kept(self) -> bool:
        """The limit, if there is one, holds."""
        return self.limit is None or self.value <= self.limit


def figure(what: str, samples: Sequence[float], unit: str, limit: float | None = None) -> Figure:
    """Give the median of samples, with how far they spread."""
    return Figure(what, statistics.median(samples), unit, min(samples), max(samples), limit)


def ratios(ours: Sequence[float], base: Sequence[float]) -> list[float]:
    """Give the ratio of each round: what both arms suffered from in it falls out."""
    return [one / other for one, other in zip(ours, base, strict=True)]


def take_turns(
    arms: Mapping[str, Callable[[], int]],
    *,
    clock: Callable[[], int] = time.process_time_ns,
    rounds: int = ROUNDS,
) -> dict[str, list[float]]:
    """Time arms in alternation.

    Args:
        arms: By name, what does some work and gives how many pieces of it were done.
        clock: Processor time, unless the disk is part of the work.
        rounds: How many turns each arm has after the first, which is not counted.

    Returns:
        For each arm the microseconds a piece, round by round.
    """
    samples: dict[str, list[float]] = {name: [] for name in arms}
    for turn in range(rounds + 1):
        for name, arm in arms.items():
            start = clock()
            done = arm()
            took = (clock() - start) / 1_000 / done
            if turn:
                samples[name].append(took)
    return samples


@contextmanager
def held_off() -> Iterator[None]:
    """Keep the collector from running inside the block, and what is there already out of its sight."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def opted_in() -> Iterator[None]:
    """Do inside the block what the documentation offers to those who mind about latency."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 100, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def percentile(samples: Sequence[float], share: float) -> float:
    """Give the value that this share of the samples does not exceed."""
    return sorted(samples)[min(len(samples) - 1, int(share * len(samples)))]
