"""One order from its submission to its last fill, in memory: beside the floor, beside many open orders, and at the tail."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from benchmarks.arms import FloorArm, OmsArm, acknowledgement
from benchmarks.bound import BoundArm
from benchmarks.measuring import Figure, figure, held_off, opted_in, percentile, ratios, take_turns
from oms.stores.memory import MemoryEventStore

MAX_OF_FLOOR = 2.0
"""From the performance goals: a lifecycle through validation, gate, tables, bus and a subscriber, in floors."""
MAX_GROWTH = 1.15
"""From the same goals: what 100,000 open orders may add, as a factor."""


class _Numbers:
    """Counts the orders of an arm on, so that no id comes twice."""

    def __init__(self, lifecycle: Callable[[int], None], count: int) -> None:
        self._lifecycle = lifecycle
        self._count = count
        self._next = 0

    def __call__(self) -> int:
        for number in range(self._next, self._next + self._count):
            self._lifecycle(number)
        self._next += self._count
        return self._count


def beside_the_floor(count: int, rounds: int) -> list[Figure]:
    """A lifecycle in floors, under the collector as Python has it, and with the opt-in that the documentation offers."""
    figures: list[Figure] = []
    policies: dict[str, tuple[Callable[[], AbstractContextManager[None]], float | None]] = {
        "collector as it comes": (nullcontext, MAX_OF_FLOOR),
        "collector opted in": (opted_in, None),
        "collector held off": (held_off, None),
    }
    for policy, (governed, limit) in policies.items():
        floor, bound, oms = FloorArm(), BoundArm(), OmsArm(MemoryEventStore())
        gc.collect()
        with governed():
            samples = take_turns(
                {arm.name: _Numbers(arm.lifecycle, count) for arm in (floor, bound, oms)}, rounds=rounds
            )
        for arm in (floor, bound, oms):
            arm.check()
        figures += [
            figure(f"lifecycle, {policy}: floor", samples["floor"], "us"),
            figure(f"lifecycle, {policy}: oms", samples["oms"], "us"),
            figure(f"lifecycle, {policy}: in floors", ratios(samples["oms"], samples["floor"]), "x", limit),
            figure(f"bound, {policy}: in floors", ratios(samples["bound"], samples["floor"]), "x"),
        ]
    return figures


def beside_open_orders(few: int, many: int, count: int, rounds: int) -> list[Figure]:
    """What open orders add. The two arms share a heap, so that a collection could be put down to neither: it is held off."""
    arms = {opened: OmsArm(MemoryEventStore()) for opened in (few, many)}
    for opened, arm in arms.items():
        arm.open_orders(opened)
    with held_off():
        works = {str(opened): _Numbers(arm.lifecycle, count) for opened, arm in arms.items()}
        samples = take_turns(works, rounds=rounds)
    for arm in arms.values():
        arm.check()
    growth = ratios(samples[str(many)], samples[str(few)])
    return [
        figure(f"lifecycle beside {few:,} open orders", samples[str(few)], "us"),
        figure(f"lifecycle beside {many:,} open orders", samples[str(many)], "us"),
        figure(f"from {few:,} to {many:,} open orders", growth, "x", MAX_GROWTH),
    ]


def until_acknowledged(count: int) -> list[Figure]:
    """From `submit` to the end of the `poll` that took the acknowledgement in, order by order, with the collector on."""
    figures: list[Figure] = []
    for policy, governed in (("collector as it comes", _as_it_comes), ("collector opted in", opted_in)):
        arm = OmsArm(MemoryEventStore())
        clock = time.perf_counter_ns
        with governed():
            took: list[float] = []
            for number in range(count):
                start = clock()
                identity = arm.submit(number)
                arm.put(acknowledgement(number, identity))
                arm.om.poll()
                took.append((clock() - start) / 1_000)
        arm.open += count
        arm.check()
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
            value = percentile(took, share)
            figures.append(
                Figure(f"submit to acknowledged, {policy}: {name}", value, "us", min(took), max(took))
            )
    return figures


@contextmanager
def _as_it_comes() -> Iterator[None]:
    gc.collect()
    yield
