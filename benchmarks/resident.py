"""Resident memory over very many lifecycles, with closed orders leaving memory and the journal on the disk."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

from benchmarks.arms import OmsArm
from benchmarks.durable import BATCH
from benchmarks.measuring import Figure, figure
from oms.runtime.retention import Retention
from oms.stores.order_archive import SQLiteOrderArchive
from oms.stores.sqlite import SQLiteEventStore

CLOSED_ORDERS = 10_000
"""How many closed orders stay in memory."""
MAX_GROWTH = 1.05
"""Resident memory at the end, in that at a quarter of the way: flat, and what a process grows by anyway."""


def resident_mib() -> float:
    """Give what the process holds in memory, in MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def flat(folder: Path, orders: int) -> list[Figure]:
    """Take orders through in batches, and look at the process at a tenth, each quarter, and the end."""
    marks = [orders // 10, orders // 4, orders // 2, 3 * orders // 4, orders]
    closed = min(CLOSED_ORDERS, orders // 20)
    with SQLiteOrderArchive(folder / "resident-archive.db") as archive:
        arm = OmsArm(
            SQLiteEventStore(folder / "resident.db"),
            retention=Retention(closed_orders=closed),
            archive=archive,
        )
        held: dict[int, float] = {}
        most = 0
        start_ns = time.perf_counter_ns()
        for mark in marks:
            while arm.done < mark:
                arm.lifecycles_in_one_append(range(arm.done, arm.done + BATCH))
                arm.om.poll()
                most = max(most, len(arm.om.orders()))
            gc.collect()
            held[mark] = resident_mib()
        took_us = (time.perf_counter_ns() - start_ns) / 1e3 / orders
        assert most <= 2 * closed + BATCH, f"{most} orders were in memory at once"
        assert arm.om.state.retired + len(arm.om.orders()) == orders
        assert arm.om.order(1).is_closed
        arm.om.close()
    growth = held[orders] / held[orders // 4]
    return [
        *(figure(f"resident after {mark:,} lifecycles", [mib], "MiB") for mark, mib in held.items()),
        figure("resident at the end, in that at a quarter", [growth], "x", MAX_GROWTH),
        figure(f"orders in memory at most, {closed:,} of them to stay", [float(most)], ""),
        figure("a lifecycle, its leaving included (wall)", [took_us], "us"),
    ]
