"""The campaign over every bytecode: crashes, crashes within the recovery from a crash, and interrupts."""
# ruff: noqa: T201  # its lines are its output

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import define

from tests.disasters.bytecodes import Crashes, Tried
from tests.disasters.campaign import Page, Tally, playground
from tests.disasters.paths import PATHS

CRASHES: Final = Page(
    "crashes",
    "Crashes at every bytecode",
    """
A process goes one way through the library, and before each of its bytecodes (those of the library, and those of the standard
library that it calls) what a crash there would leave is looked at: the journal's files, and the file in which a venue outside
of the process keeps what it has taken. Each different state is judged from these bytes alone. The journal is whole, holds
every acknowledged append, and is a prefix of what the same way leaves without a crash; the venue has no order that the
journal does not know and none twice; three recoveries come to the same hash; what was sent and not answered is in doubt and
asked about before anything else; and once the venue has told its day again, quantities, values and positions are those of the
venue, a second opening finds nothing new, and the next order has an identity of its own. Some processes are ended for good by
`os._exit` before a bytecode, to see that they leave what was judged.

Crashes within recovery are the same before each bytecode of the opening that follows the first crash.
""",
    "nox -s crashes",
    (
        "no journal yet",
        "durable, not yet acknowledged",
        "recorded, not yet sent",
        "executed, not yet recorded",
        "crashes within recovery",
        "crashes of a recovery that had written",
        "processes ended for good",
    ),
)

INTERRUPTS: Final = Page(
    "interrupts",
    "Interrupts",
    """
`KeyboardInterrupt` or `MemoryError` is raised before a bytecode of a way through the library. After it the manager either
halts, and takes no order any more, or goes on, agrees with its journal and takes the next order; no report was set aside
for it. What is then in the journal's files and at the venue is judged as in the campaign on crashes.
""",
    "nox -s interrupts",
    ("interrupts: halted", "interrupts: goes on", "interrupts: no manager", "interrupts: let out"),
)

LONGEST: Final = ("recover", "open a new journal")
"""Opening takes the most bytecodes by far, most of them of the standard library."""


@define(frozen=True)
class Part:
    """What is tried of one way.

    Attributes:
        name: Which way.
        doubled: From how many different ends the recovery is crashed at every bytecode.
        die_every: Every so many bytecodes a process is ended for good.
        interrupt_every: Every so many bytecodes each interrupt strikes.
        look_every: Every so many bytecodes what a crash leaves is looked at.
    """

    name: str
    doubled: int = 0
    die_every: int = 0
    interrupt_every: int = 0
    look_every: int = 1


def crashes(*, is_full: bool) -> list[Part]:
    """Give what the campaign on crashes tries: everything, or enough to see that it works."""
    if not is_full:
        return [Part(name, name in {"submit", "fill"}, 1_499, look_every=16) for name in PATHS]
    # The longest first, so that none is waited for at the end.
    names = sorted(PATHS, key=lambda name: name not in {*LONGEST, "batch", "mass cancel"})
    return [Part(name, 1, 307) for name in names]


def interrupts(*, is_full: bool) -> list[Part]:
    """Give what the campaign on interrupts tries, likewise: of what is done most, every bytecode."""
    every = {"submit": 1, "fill": 1, **dict.fromkeys(LONGEST, 500)}
    if not is_full:
        return [Part(name, interrupt_every=1_499, look_every=64) for name in PATHS]
    return [Part(name, interrupt_every=every.get(name, 60), look_every=64) for name in PATHS]


def run(part: Part) -> tuple[Tried, float]:
    """Try one way; gives what became of it, and how many seconds it took."""
    began = perf_counter()
    with tempfile.TemporaryDirectory(dir=playground(), prefix="oms-crashes-") as folder:
        tried = Crashes(part.name, Path(folder) / "way", part.look_every)
        tried.everywhere()
        bytecodes = range(1, tried.tried.bytecodes + 1)
        if part.doubled:
            tried.within_recovery(part.doubled)
        for bytecode in bytecodes[:: part.die_every] if part.die_every else ():
            tried.dies(bytecode)
        for error in (KeyboardInterrupt, MemoryError) if part.interrupt_every else ():
            for bytecode in bytecodes[:: part.interrupt_every]:
                tried.interrupted(bytecode, error)
    return tried.tried, perf_counter() - began


def crash_campaign(*, is_full: bool, seed: int, jobs: int) -> int:  # noqa: ARG001  # called as the others are
    """Run the campaign on crashes; errors and result as in `campaign`. Nothing in it is drawn: the seed changes nothing."""
    return campaign(CRASHES, crashes(is_full=is_full), jobs, is_full=is_full)


def interrupt_campaign(*, is_full: bool, seed: int, jobs: int) -> int:  # noqa: ARG001  # called as the others are
    """Run the campaign on interrupts, likewise."""
    return campaign(INTERRUPTS, interrupts(is_full=is_full), jobs, is_full=is_full)


def campaign(page: Page, parts: list[Part], jobs: int, *, is_full: bool) -> int:
    """Run one, print what becomes of it, and write its page where everything was tried; gives the exit status."""
    began = perf_counter()
    tally = Tally()
    table: list[str] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for tried, seconds in pool.map(run, parts):
            numbers: tuple[int, ...] = (tried.crashes, tried.outcomes, tried.doubled, tried.died)
            if page is INTERRUPTS:
                numbers = (tried.interrupts,)
            tally.add(
                Tally(sum(numbers) - (tried.outcomes if len(numbers) > 1 else 0), tried.seen, tried.findings)
            )
            cells = " | ".join(f"{number:,}" for number in (tried.bytecodes, *numbers))
            table.append(f"| {tried.name} | {cells} | {seconds:.0f} |")
            print(table[-1], "FAILED" if tried.findings else "", flush=True)
    faults = tally.faults(page.rare)
    print("\n".join(faults[:50]))
    if is_full and not faults:
        columns = ["crashes", "different ends", "crashes within recovery", "ended for good"]
        if page is INTERRUPTS:
            columns = ["interrupts"]
        head = f"| way | bytecodes | {' | '.join(columns)} | seconds |"
        lines = ["## Every way", "", head, f"|---{'|---:' * (len(columns) + 2)}|", *table, ""]
        facts = ["Seed: none, since nothing is drawn"]
        print(f"written: {page.write(tally, perf_counter() - began, facts, lines)}")
    return 1 if faults else 0
