"""The campaign on disks that fail: every write, sync and naming of an opening and of appends fails in its turn."""
# ruff: noqa: T201  # its lines are its output

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import define

from oms.stores.sqlite import SQLiteEventStore
from tests.disasters.campaign import Page, Tally, playground
from tests.disasters.failing_program import SEED
from tests.disasters.system_calls import failing
from tests.disasters.workload import appends

APPENDS: Final = 4
JOURNAL: Final = "orders.db"
BESIDE: Final = ("", "-wal", "-shm", "-writer", "-writer-journal", "-unfinished", "-unfinished-journal")
PROGRAM: Final = ["-m", "tests.disasters.failing_program"]
MOST_POSITIONS: Final = 300
MANY_APPENDS: Final = 12
LARGEST: Final = 98_304
"""How long a file becomes by as many, in bytes, at most."""

ERRORS: Final[dict[str, tuple[str, ...]]] = {
    "pwrite64": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO",),
    "fsync": ("EIO",),
    "ftruncate": ("EIO", "ENOSPC"),
    "openat": ("EROFS", "EACCES"),
    "unlink": ("EROFS",),
    "rename": ("EROFS", "EIO"),
}
_INJECTED: Final = re.compile(r"^\d+ +(\d+)\.(\d+) (\w+)\((.*)\(INJECTED\)$", re.MULTILINE)

RARE: Final = (
    "faults while the journal was opened",
    "faults within an append",
    "appends refused",
    "appends refused that were kept",
    "appends refused that were not kept",
    "appends that went on after a fault",
    "openings refused",
    "too long a file: appends refused",
)

PAGE: Final = Page(
    "failing-disks",
    "Failing disks",
    """
A process opens a new journal in SQLite and appends to it, and `strace` lets one of its system calls fail: every write, sync,
truncation, opening, removal and renaming of the journal's files in its turn, once only, and from then on. Calls that fail may
raise nothing but a `StoreError`; an append within which a write or a sync of the log failed has raised one. After it the store
is asked what it holds: what it tells is what is found later, when the disk works again, and that is every acknowledged event,
no part of an append, and nothing else. Further runs limit the size of files instead (`RLIMIT_FSIZE`), in steps of 1,024 bytes.
""",
    "nox -s failing_disks",
    RARE,
)


@define(frozen=True)
class Fault:
    """One call that fails.

    Attributes:
        call: The system call.
        error: With what.
        number: Which of its calls, from 1.
        is_lasting: All those after it fail too.
    """

    call: str
    error: str
    number: int
    is_lasting: bool

    def __str__(self) -> str:
        return f"{self.call}:error={self.error}:when={self.number}{'+' if self.is_lasting else ''}"


def positions(call: str, error: str, every: int) -> Iterator[Tally]:
    """Let a system call fail at every so many of its positions, until there are no more; gives what became of each."""
    for number in range(1, MOST_POSITIONS, every):
        for is_lasting in (False, True):
            tally = Tally(1)
            if not _try(Fault(call, error, number, is_lasting), tally):
                return
            yield tally
    raise RuntimeError(f"{call} has more than {MOST_POSITIONS} positions")


def _try(fault: Fault, tally: Tally) -> bool:
    """Run with a fault, and judge; give whether the fault came about."""
    with tempfile.TemporaryDirectory(dir=playground(), prefix="oms-disks-") as root:
        folder = Path(root).resolve() / "journal"
        folder.mkdir()
        files = [folder, *(folder / f"{JOURNAL}{end}" for end in BESIDE)]
        log = Path(root) / "log"
        done = failing([*PROGRAM, str(folder / JOURNAL), str(APPENDS)], log, [str(fault)], files)
        found = _INJECTED.findall(log.read_text())
        if not found:
            return False
        tally.findings += [f"{fault}: {what}" for what in _judge(done, folder, tally, APPENDS)]
        faults = [(int(s) * 10**9 + int(us) * 1_000, given) for s, us, _, given in found]
        tally.findings += [f"{fault}: {what}" for what in _within_appends(done, faults, tally)]
    return True


def _within_appends(
    done: subprocess.CompletedProcess[str], faults: Iterable[tuple[int, str]], tally: Tally
) -> Iterator[str]:
    lines = [line.split() for line in done.stdout.splitlines()]
    is_open = next((int(line[0]) for line in lines if line[1] == "opened"), None)
    for time_ns, given in faults:
        # A line is written after the call that it tells of.
        following = next((line for line in lines if int(line[0]) > time_ns), None)
        if is_open is None or time_ns < is_open:
            tally.seen["faults while the journal was opened"] += 1
        elif following is not None and (following[1] == "appended" or following[1] == "failed"):
            tally.seen["faults within an append"] += 1
            if following[1] == "appended" and f"{JOURNAL}-wal" in given:
                yield f"an append went on as if nothing had happened: {given[:80]}"


def _judge(
    done: subprocess.CompletedProcess[str], folder: Path, tally: Tally, count: int, kind: str = ""
) -> Iterator[str]:
    if done.returncode or done.stderr:
        yield f"it ended with {done.returncode}: {done.stderr[-300:]}"
    said = [line.split()[1:] for line in done.stdout.splitlines()]
    expected = list(chain.from_iterable(appends(SEED, count)))
    ends = {group[-1].sequence for group in appends(SEED, count)} | {0}
    with SQLiteEventStore(folder / JOURNAL) as store:
        found = list(store.read())
    acked = max((int(line[1]) for line in said if line[0] == "appended"), default=0)
    if found != expected[: len(found)] or len(found) not in ends:
        yield f"it holds {len(found)} events, which are no whole appends"
    if len(found) < acked:
        yield f"{acked} were acknowledged, {len(found)} are there"
    told = [int(line[1]) for line in said if line[0] in {"holds", "appended"}]
    if told and told[-1] != len(found):
        yield f"the store told that it holds {told[-1]}, and it held {len(found)}"
    was_open, last = False, 0
    for line, following in zip(said, [*said[1:], ["nothing"]], strict=True):
        was_open = was_open or line[0] == "opened"
        if line[0] == "failed":
            tally.seen["appends refused" if was_open else "openings refused"] += 1
            tally.seen[f"{kind}appends refused"] += bool(kind) and was_open
            if following[0] == "holds":
                is_kept = int(following[1]) > last
                tally.seen[f"appends refused that were {'' if is_kept else 'not '}kept"] += 1
        elif line[0] in {"holds", "appended"}:
            tally.seen["appends that went on after a fault"] += line[0] == "appended" and ["failed"] in [
                x[:1] for x in said
            ]
            last = int(line[1])


def too_long(size: int) -> Tally:
    """Let no file become longer than so many bytes, and judge."""
    tally = Tally(1)
    with tempfile.TemporaryDirectory(dir=playground(), prefix="oms-disks-") as root:
        folder = Path(root).resolve() / "journal"
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, *PROGRAM, str(folder / JOURNAL), str(MANY_APPENDS), str(size)],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            cwd=Path(__file__).parents[2],
        )
        tally.findings += [
            f"files of {size} bytes: {what}"
            for what in _judge(done, folder, tally, MANY_APPENDS, "too long a file: ")
        ]
        shutil.rmtree(folder)
    return tally


def _all(every: int, call_and_error: tuple[str, str]) -> list[Tally]:
    return list(positions(*call_and_error, every))


def campaign(*, is_full: bool, seed: int, jobs: int) -> int:  # noqa: ARG001  # called as the others are
    """Run it, print what becomes of it, and write its page where everything was tried; gives the exit status.

    Nothing in it is drawn: the seed changes nothing.
    """
    began = perf_counter()
    tally = Tally()
    table: list[str] = []
    pairs = [(call, error) for call, errors in ERRORS.items() for error in errors]
    with ThreadPoolExecutor(jobs) as pool:
        for (call, error), tallies in zip(
            pairs, pool.map(partial(_all, 1 if is_full else 9), pairs), strict=True
        ):
            for one in tallies:
                tally.add(one)
            table.append(f"| `{call}` | {error} | {len(tallies):,} |")
            print(table[-1], "FAILED" if any(one.findings for one in tallies) else "", flush=True)
        sizes = range(0, LARGEST, 1_024 if is_full else 16_384)
        for one in pool.map(too_long, sizes):
            tally.add(one)
        table.append(f"| any write | EFBIG | {len(sizes)} |")
    faults = tally.faults(RARE)
    print("\n".join(faults[:50]))
    print(dict(tally.seen))
    if is_full and not faults:
        head = ["## Every call", "", "| system call | fails with | runs |", "|---|---|---:|"]
        facts = ["Seed: none, since nothing is drawn"]
        print(f"written: {PAGE.write(tally, perf_counter() - began, facts, [*head, *table, ''])}")
    return 1 if faults else 0
