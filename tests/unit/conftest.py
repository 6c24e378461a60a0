"""The time budget of a unit test."""

import gc
import os
import sys
import time
from collections.abc import Generator

import pytest

MAX_CPU_S = 1.0 if os.environ.get("CI") else 0.05
"""At a desk the budget itself; where a verdict hangs on it, only what no busy neighbour explains."""

YARDSTICK_S = 0.010
"""What the loop of `_slowness` takes on the machine that the budget is meant for."""

# Nothing is held to the budget while coverage traces.
_TRACED = "coverage" in sys.modules


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a unit test that computes for longer than the budget, unless it is marked `slow`.

    Processor time, not wall time; less what the collector took, which sweeps up after other tests too; and in units of
    what the machine can do at the time, so that a busy one does not fail a test.
    """
    if _TRACED or item.get_closest_marker("slow"):
        return (yield)
    swept = _Swept()
    gc.callbacks.append(swept)
    start = time.process_time()
    try:
        result = yield
    finally:
        used_s = time.process_time() - start - swept.took_s
        gc.callbacks.remove(swept)
    if used_s > MAX_CPU_S and used_s > MAX_CPU_S * _slowness():
        pytest.fail(f"a unit test may take {MAX_CPU_S:.3f} s of processor time, this one took {used_s:.3f} s")
    return result


class _Swept:
    """How long the collector was at work."""

    def __init__(self) -> None:
        self.took_s = 0.0
        self._since = 0.0

    def __call__(self, phase: str, details: dict[str, int]) -> None:
        if phase == "start":
            self._since = time.process_time()
        else:
            self.took_s += time.process_time() - self._since


def _slowness() -> float:
    # Twice, and the slower one: what slows a machine down comes in bursts.
    return max(_loop_s(), _loop_s()) / YARDSTICK_S


def _loop_s() -> float:
    start = time.process_time()
    total = 0
    for number in range(200_000):
        total += number & 7
    return time.process_time() - start
