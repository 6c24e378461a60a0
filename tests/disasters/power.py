"""The campaign on power cuts: a journal is written, and then found as a cut at any of its system calls may leave it."""
# ruff: noqa: T201  # its lines are its output

from __future__ import annotations

import random  # noqa: TID251  # cuts are drawn from the seed
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import define, field

from oms.errors import StoreError
from oms.model import events as ev
from oms.stores.sqlite import SQLiteEventStore
from tests.disasters.campaign import Page, Tally, playground
from tests.disasters.disk import Disk
from tests.disasters.system_calls import Call, traced
from tests.disasters.workload import appends

SEED: Final = 20260105
JOURNAL: Final = "orders.db"

RARE: Final = (
    "cuts before there was a journal",
    "cuts while it was made",
    "cuts within an append",
    "cuts within a checkpoint",
    "cuts that tore or lost something",
    "unacknowledged appends that survived",
    "unacknowledged appends that were lost",
    "lost without FULL: cuts that lost acknowledged events",
    "lost without syncs: cuts that corrupted the file",
)

PAGE: Final = Page(
    "power-cuts",
    "Power cuts",
    """
A process appends to a journal in SQLite with the library's own store, and `strace` writes down what it asks of the operating
system. From that the files are rebuilt as a cut of the power at one of those calls may leave them: what was synced is there;
of what was not, each sector of 512 bytes is there or is not, in any order; files may have grown without their new part; names
may be those of before the folder was last synced. What is in the file that maps SQLite's shared memory is random. The journal
is then opened by the store: it must open, hold every event whose append had returned, hold nothing but what was appended, in
order, stand SQLite's integrity check, and take the next append. A process exit is no power cut, and none is used here.

The last two rows are checks of the check: the same cuts with `synchronous=NORMAL` must lose acknowledged events, and with
`synchronous=OFF` they must corrupt the file.
""",
    "nox -s power_cuts",
    RARE,
)


@define(frozen=True)
class Workload:
    """One journal that is written, and how many cuts there are of it.

    Attributes:
        name: In words.
        appends: How many.
        options: Of `workload.py`.
        cuts: How many.
        promises: It may lose nothing; otherwise it is a check of the check.
    """

    name: str
    appends: int
    options: tuple[str, ...]
    cuts: int
    promises: bool = True


@define
class Line:
    """What became of one workload."""

    workload: Workload
    calls: int = 0
    lost: int = 0
    corrupt: int = 0
    seconds: float = 0.0
    tally: Tally = field(factory=Tally)


def workloads(cuts: int) -> list[Workload]:
    """Give what is written, the cuts shared out."""
    busy = ("--checkpoint-every", "8", "--reopen-every", "37")
    some, few, first = max(cuts // 20, 40), cuts * 6 // 100, cuts // 10
    return [
        Workload("checkpoints every 8 pages, reopened every 37 appends", 120, busy, cuts - few - first),
        Workload("the first appends", 3, (), first),
        Workload("as it is, up to a checkpoint of SQLite's own", 1_000, (), few),
        Workload("synchronous=NORMAL", 120, (*busy, "--synchronous", "NORMAL"), some, promises=False),
        Workload("synchronous=OFF", 120, (*busy, "--synchronous", "OFF"), some, promises=False),
    ]


def run(workload: Workload, seed: int) -> Line:
    """Write a journal, and cut its power."""
    began = perf_counter()
    line = Line(workload)
    expected = list(chain.from_iterable(appends(seed, workload.appends)))
    with tempfile.TemporaryDirectory(dir=playground(), prefix="oms-power-") as root:
        folder = Path(root).resolve() / "journal"
        folder.mkdir()
        program = ["-m", "tests.disasters.workload", str(folder / JOURNAL), str(seed), str(workload.appends)]
        calls = traced([*program, *workload.options], folder)
        line.calls = len(calls)
        dice = random.Random(f"{seed} {workload.name}")
        places = sorted(dice.randint(0, len(calls)) for _ in range(workload.cuts))
        disk = Disk(str(folder))
        done = 0
        for place in places:
            for call in calls[done:place]:
                disk.take(call)
            done = place
            under_way = calls[place] if place < len(calls) else None
            _cut(line, disk, under_way, expected, Path(root).resolve() / "after", dice)
    line.seconds = perf_counter() - began
    return line


def _cut(
    line: Line,
    disk: Disk,
    under_way: Call | None,
    expected: Sequence[ev.Event],
    folder: Path,
    dice: random.Random,
) -> None:
    seen = line.tally.seen
    line.tally.tried += 1
    left = disk.after_a_cut(dice)
    folder.mkdir()
    for name, content in left.items():
        if not name.endswith("-shm"):
            (folder / Path(name).name).write_bytes(content)
        elif dice.random() < 0.5:
            (folder / Path(name).name).write_bytes(dice.randbytes(32_768))
    whole = {name: file.length for name, file in disk.names.items()}
    seen["cuts that tore or lost something"] += disk.is_unsynced()
    seen["cuts before there was a journal"] += not (folder / JOURNAL).exists()
    seen["cuts while it was made"] += f"{disk.folder}/{JOURNAL}-unfinished" in whole
    if under_way is not None:
        seen["cuts within an append"] += under_way.file.endswith("-wal")
        seen["cuts within a checkpoint"] += under_way.file == f"{disk.folder}/{JOURNAL}"
    try:
        found = _found(folder / JOURNAL, expected)
    except (StoreError, AssertionError) as error:
        line.corrupt += 1
        if line.workload.promises:
            line.tally.findings.append(
                f"{line.workload.name}, call {under_way}: {type(error).__name__}: {error}"
            )
        else:
            seen["lost without syncs: cuts that corrupted the file"] += "OFF" in line.workload.name
    else:
        if found < disk.acked:
            line.lost += 1
            if line.workload.promises:
                line.tally.findings.append(f"{line.workload.name}: {disk.acked} acknowledged, {found} found")
            else:
                seen["lost without FULL: cuts that lost acknowledged events"] += (
                    "NORMAL" in line.workload.name
                )
        if line.workload.promises and under_way is not None and under_way.file.endswith("-wal"):
            seen["unacknowledged appends that survived"] += found > disk.acked
            seen["unacknowledged appends that were lost"] += found == disk.acked
    shutil.rmtree(folder)


def _found(journal: Path, expected: Sequence[ev.Event]) -> int:
    """Open a journal as anybody would, and give how many events are in it; all of them are what was appended."""
    with SQLiteEventStore(journal) as store:
        found = list(store.read())
        assert store.version == len(found), "version and content differ"
        assert found == list(expected[: len(found)]), "it holds what was not appended"
        following = [expected[len(found)]] if len(found) < len(expected) else []
        store.append(following, len(found))
        assert list(store.read(len(found))) == following, "it does not take the next append"
    with closing(sqlite3.connect(journal)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchall()
    assert said == [("ok",)], f"SQLite finds {said}"
    return len(found)


def campaign(*, is_full: bool, seed: int, jobs: int) -> int:
    """Run it, print what becomes of it, and write its page where it was a long one; gives the exit status."""
    began = perf_counter()
    tally = Tally()
    lines: list[Line] = []
    given = workloads(10_000 if is_full else 300)
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for line in pool.map(run, given, [seed] * len(given)):
            lines.append(line)
            tally.add(line.tally)
            print(
                f"{line.workload.name:55} {line.calls:7,} calls {line.tally.tried:6,} cuts: {line.lost:5} lost, "
                f"{line.corrupt:5} corrupt, {line.seconds:6.1f} s{'  FAILED' if line.tally.findings else ''}",
                flush=True,
            )
    faults = tally.faults(RARE)
    print("\n".join(faults[:50]))
    if is_full and not faults:
        table = [
            "## Every journal",
            "",
            "| journal | system calls | cuts | that lost acknowledged events | that corrupted it | seconds |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {line.workload.name} | {line.calls:,} | {line.tally.tried:,} | {line.lost:,} | {line.corrupt:,} "
                f"| {line.seconds:.0f} |"
                for line in lines
            ),
            "",
        ]
        print(f"written: {PAGE.write(tally, perf_counter() - began, [f'Seed: {seed}'], table)}")
    return 1 if faults else 0
