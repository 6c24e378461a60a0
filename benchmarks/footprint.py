"""What stays and what is waited for: bytes an order, the import."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from benchmarks.arms import OmsArm
from benchmarks.measuring import Figure, figure
from oms.ports.event_store import EventStore
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore

MAX_OPEN_BYTES = 2_048
MAX_IMPORT_MS = 60.0
"""Targets set with the first design."""
THIRD_PARTY = frozenset({"attr", "attrs", "sortedcontainers", "dateutil", "six"})
"""What may be imported besides the standard library; `attr` is attrs, and dateutil brings six."""

_BARE = "pass"
_IMPORT = "import oms"
_DOOR = "import oms; [getattr(oms, name) for name in oms.__all__]"
_STRANGERS = (
    f"{_DOOR}; import sys; tops = {{name.partition('.')[0] for name in sys.modules}}; "
    "print(*sorted(name for name in tops - set(sys.stdlib_module_names) - {'oms', '__main__'} if not name.startswith('_')))"
)


def bytes_an_order(folder: Path, count: int) -> list[Figure]:
    """What an order keeps while it is open and when it is closed, with the journal on the disk and in memory."""
    stores: dict[str, tuple[EventStore, float | None]] = {
        "journal on the disk": (SQLiteEventStore(folder / "bytes.db"), MAX_OPEN_BYTES),
        "journal in memory too": (MemoryEventStore(), None),
    }
    figures: list[Figure] = []
    for name, (store, limit) in stores.items():
        arm = OmsArm(store)
        arm.lifecycles(500)
        opened = _kept(arm.open_orders, count)
        closed = _kept(arm.lifecycles, count)
        arm.check()
        arm.om.close()
        figures += [
            figure(f"bytes an open order, {name}", [opened], "B", limit),
            figure(f"bytes a closed order, {name}", [closed], "B"),
        ]
    return figures


def _kept(work: Callable[[int], None], count: int) -> float:
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work(count)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / count


def import_time(rounds: int) -> list[Figure]:
    """`import oms` above the bare interpreter, and everything that the front door leads to."""
    samples: dict[str, list[float]] = {_BARE: [], _IMPORT: [], _DOOR: []}
    for turn in range(rounds + 1):
        for code, took in samples.items():
            start = time.perf_counter_ns()
            subprocess.run([sys.executable, "-c", code], check=True)
            if turn:
                took.append((time.perf_counter_ns() - start) / 1e6)
    listed = subprocess.run(
        [sys.executable, "-c", _STRANGERS], check=True, capture_output=True, text=True
    ).stdout.split()
    strangers = [name for name in listed if name not in THIRD_PARTY]
    bare = min(samples[_BARE])
    return [
        figure(
            "import oms, above the bare interpreter",
            [took - bare for took in samples[_IMPORT]],
            "ms",
            MAX_IMPORT_MS,
        ),
        figure("all names of the front door, above it", [took - bare for took in samples[_DOOR]], "ms"),
        figure(
            f"third-party packages beyond the three ({', '.join(strangers) or 'none'})",
            [float(len(strangers))],
            "",
            0.0,
        ),
    ]
