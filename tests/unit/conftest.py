"""The time budget of a unit test."""

import gc
import sys
import time
from collections.abc import Generator

import pytest

MAX_CPU_S = 0.05

# Processor time, not wall time: a busy machine does not fail a test. Nothing is held to it while coverage traces.
_TRACED = "coverage" in sys.modules


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a unit test that computes for longer than the budget, unless it is marked `slow`."""
    start = time.process_time()
    result = yield
    used_s = time.process_time() - start
    if item.get_closest_marker("slow"):
        gc.collect()  # what it leaves behind is swept on its own account, not on that of the next test
    if used_s > MAX_CPU_S and not _TRACED and not item.get_closest_marker("slow"):
        pytest.fail(f"a unit test may take {MAX_CPU_S:.3f} s of processor time, this one took {used_s:.3f} s")
    return result
