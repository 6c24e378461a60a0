"""The same lifecycle with a journal that is on the disk: many orders an append, and one append an order; wall time."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from benchmarks.arms import FloorArm, OmsArm, acknowledgement, final_fill, partial_fill
from benchmarks.measuring import Figure, figure, ratios, take_turns
from oms.codec.event_codec import encode
from oms.model.ids import ClOrdId
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore

BATCH = 100
MAX_OF_MEMORY = 3.0
"""A lifecycle on the disk, 100 in a batch, in lifecycles in memory: a target set with the first design."""
MAX_FLOORS = 4.0
"""What a lifecycle with a commit of its own may cost beyond the bare commit, in floors: set with it."""


def in_batches(folder: Path, batches: int, rounds: int) -> list[Figure]:
    """A hundred orders submitted in one append, and all that their broker says of them in another."""
    memory, disk = OmsArm(MemoryEventStore()), OmsArm(SQLiteEventStore(folder / "batches.db"))

    def on_the_disk() -> int:
        for _ in range(batches):
            disk.lifecycles_in_one_append(range(disk.done, disk.done + BATCH))
        return batches * BATCH

    def in_memory() -> int:
        for number in range(memory.done, memory.done + batches * BATCH):
            memory.lifecycle(number)
        return batches * BATCH

    samples = take_turns(
        {"memory": in_memory, "disk": on_the_disk}, clock=time.perf_counter_ns, rounds=rounds
    )
    memory.check()
    disk.check()
    disk.om.close()
    return [
        figure("lifecycle in memory (wall)", samples["memory"], "us"),
        figure(f"lifecycle in SQLite, {BATCH} in a batch (wall)", samples["disk"], "us"),
        figure(
            "SQLite in batches, in lifecycles in memory",
            ratios(samples["disk"], samples["memory"]),
            "x",
            MAX_OF_MEMORY,
        ),
    ]


class _OneCommitEach:
    """One batch, and so one commit, an order: it ends the order before and submits the next one."""

    def __init__(self, arm: OmsArm) -> None:
        self.arm = arm
        self.working: tuple[int, ClOrdId] | None = None

    def step(self, number: int) -> None:
        """Take in all that the broker said of the last order, and submit one."""
        arm = self.arm
        with arm.om.batch():
            self.end_last()
            arm.om.submit(*arm.order(number))
        self.working = number, arm.sent[-1].cl_ord_id

    def end_last(self) -> None:
        """Take in all that the broker said of the last order."""
        if self.working is not None:
            last, identity = self.working
            self.arm.put(acknowledgement(last, identity))
            self.arm.put(partial_fill(last, identity))
            self.arm.put(final_fill(last, identity))
            self.arm.om.poll()
            self.arm.done += 1
            self.working = None


def commit_each(folder: Path, count: int, rounds: int) -> list[Figure]:
    """A commit an order, beside as many bare commits of the same five records, and beside those with a floor after each."""
    arm, floor, cold = OmsArm(SQLiteEventStore(folder / "each.db")), FloorArm(), FloorArm()
    ours = _OneCommitEach(arm)
    bare, texts = _bare(folder / "bare.db"), _texts()
    turns = {"ours": 0, "bare": 0, "floor": 0}

    def with_oms() -> int:
        for number in range(turns["ours"], turns["ours"] + count):
            ours.step(number)
        turns["ours"] += count
        return count

    def commit() -> None:
        number = turns["bare"]
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(
            "INSERT INTO events VALUES (?, ?)",
            [(5 * number + place, text) for place, text in enumerate(texts)],
        )
        bare.execute("COMMIT")
        turns["bare"] += 1

    def with_nothing() -> int:
        for _ in range(count):
            commit()
        return count

    def with_the_floor() -> int:
        # After a wait for the disk the caches are cold: the floor is slower here too.
        for number in range(cold.done, cold.done + count):
            commit()
            cold.lifecycle(number)
        return count

    def at_the_floor() -> int:
        for number in range(turns["floor"], turns["floor"] + 10 * count):
            floor.lifecycle(number)
        turns["floor"] += 10 * count
        return 10 * count

    arms = {"ours": with_oms, "bare": with_nothing, "cold": with_the_floor, "floor": at_the_floor}
    samples = take_turns(arms, clock=time.perf_counter_ns, rounds=rounds)
    ours.end_last()
    arm.check()
    arm.om.close()
    assert bare.execute("SELECT count(*) FROM events").fetchone()[0] == 5 * turns["bare"]
    bare.close()
    beyond = [one - two for one, two in zip(samples["ours"], samples["bare"], strict=True)]
    after_commits = [one - two for one, two in zip(samples["cold"], samples["bare"], strict=True)]
    return [
        figure("bare SQLite commit of five records (wall)", samples["bare"], "us"),
        figure("lifecycle in SQLite, a commit each (wall)", samples["ours"], "us"),
        figure("what a floor after each bare commit adds to it (wall)", after_commits, "us"),
        figure("beyond the bare commit, in floors", ratios(beyond, samples["floor"]), "x", MAX_FLOORS),
        figure("beyond the bare commit, in floors after commits", ratios(beyond, after_commits), "x"),
    ]


def _bare(path: Path) -> sqlite3.Connection:
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE events (sequence INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
    return bare


def _texts() -> list[str]:
    store = MemoryEventStore()
    arm = OmsArm(store)
    arm.lifecycle(1)
    return [encode(event) for event in store.read(arm.base)]
