"""The campaign on `kill -9`: a process that submits as fast as it can is killed, again and again, and what it left is judged."""
# ruff: noqa: T201  # its lines are its output

from __future__ import annotations

import os
import random  # noqa: TID251  # moments are drawn from the seed
import select
import shutil
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import define, field

from oms.model import events as ev
from oms.model.enums import Side
from oms.model.terms import Limit
from tests.disasters.campaign import Page, Tally, playground
from tests.disasters.judging import Place, events_of, outcome_findings, record_findings
from tests.disasters.venue import FileVenue, read_truth

SEED: Final = 20260105
LIVES: Final = 20
"""How many processes live on one journal, each where the one before it was killed, until it is begun anew."""
MOST_APPENDS: Final = 100
"""After how many appends a process is killed at the latest, and then the rest of a moment later."""
MOST_S: Final = 0.002

RARE: Final = (
    "acknowledged events",
    "orders at the venue",
    "killed while a manager was opening",
    "durable, not yet acknowledged",
    "recorded, not yet sent",
)

PAGE: Final = Page(
    "kills",
    "Kills under load",
    """
A process opens a manager on a journal in SQLite, submits, replaces, cancels and is filled as fast as it can, and tells on a
pipe of every append that has returned. At a moment drawn at random it is killed (`SIGKILL`), and the next process goes on with the journal and the venue
that it left. After each kill the journal is read: every event that was told of is there, in order and without a gap, every
record follows from the one before it, and SQLite's integrity check finds nothing. Every 20 kills the journal is also held
against the venue's own file (no order there that it does not know, none twice, the same quantities, values and positions once
the venue has told its day again), and a new one is begun.
""",
    "nox -s kills",
    RARE,
)


@define
class Line:
    """What became of the processes on some journals."""

    lost: int = 0
    tally: Tally = field(factory=Tally)


def trade(place: Place, pipe: int) -> None:
    """Trade until killed, and tell how far the journal has got."""
    venue = FileVenue(place.truth, resends=False)
    om = place.opened(venue, pipe=pipe)
    om.poll()
    number = len(om.orders())
    while True:
        number += 1
        order = om.submit("COIN", Side.BUY if number % 2 else Side.SELL, 10, Limit("10.00"))
        if number % 3 == 0:
            om.replace(order, order_qty=12)
        if number % 2 == 0:
            venue.fill(order.cl_ord_id or "", f"E{number}", 4, "10.00")
            om.poll()
        om.cancel(order)


def run(lives: int, seed: int) -> Line:
    """Kill so many processes on one journal."""
    line = Line()
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=playground(), prefix="oms-kills-") as root:
        place = Place(Path(root))
        told = 0
        for life in range(lives):
            told = max(told, _one_life(place, dice, line))
            _judge(place, told, line, f"seed {seed}, life {life + 1}")
        last = Place(Path(root) / "last")
        last.folder.mkdir()
        for path in (place.journal, Path(f"{place.journal}-wal"), place.truth):
            if path.exists():
                shutil.copy(path, last.folder)
        line.tally.seen["orders at the venue"] += len(read_truth(place.truth).held())
        line.tally.findings += [
            f"seed {seed}: {what}" for what in outcome_findings(last, events_of(last.journal))
        ]
    line.tally.seen["acknowledged events"] = told
    return line


def _one_life(place: Place, dice: random.Random, line: Line) -> int:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            trade(place, writing)
        finally:
            os._exit(1)
    os.close(writing)
    # Counted in appends and not in time, so that a busy machine changes nothing; the rest of a moment is drawn in time.
    said = b""
    for _ in range(0 if dice.random() < 0.1 else dice.randint(1, MOST_APPENDS)):
        if not select.select([reading], [], [], 60)[0]:
            line.tally.findings.append("a process did nothing for a minute")
            break
        said += os.read(reading, 8)
    death_s = perf_counter() + dice.random() * MOST_S
    while perf_counter() < death_s:
        pass
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while chunk := os.read(reading, 1 << 16):
        said += chunk
    os.close(reading)
    line.tally.tried += 1
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        line.tally.findings.append(f"a process ended by itself: {status}")
    numbers = [int(number) for number in said.split()]
    line.tally.seen["killed while a manager was opening"] += len(numbers) < 2
    return numbers[-1] if numbers else 0


def _judge(place: Place, told: int, line: Line, what: str) -> None:
    try:
        found = events_of(place.journal)
        findings = list(record_findings(place, found, found))
    except Exception as error:  # noqa: BLE001  # what cannot be judged is a finding too
        line.tally.findings.append(f"{what}: {type(error).__name__}: {error}")
        return
    if len(found) < told:
        line.lost += told - len(found)
        findings.append(f"{told} were told of, {len(found)} are there")
    seen = line.tally.seen
    seen["durable, not yet acknowledged"] += len(found) > told
    asked = {event.cl_ord_id for event in found[-8:] if isinstance(event, ev.OrderSubmitted)}
    seen["recorded, not yet sent"] += bool(asked - set(read_truth(place.truth).orders))
    line.tally.findings += [f"{what}: {finding}" for finding in findings]


def campaign(*, is_full: bool, seed: int, jobs: int) -> int:
    """Run it, print what becomes of it, and write its page where it was a long one; gives the exit status."""
    began = perf_counter()
    tally = Tally()
    lost = 0
    journals = 100 if is_full else 3
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for line in pool.map(run, [LIVES] * journals, range(seed, seed + journals)):
            tally.add(line.tally)
            lost += line.lost
    wall_s = perf_counter() - began
    facts = [
        f"Seeds: {seed} to {seed + journals - 1}",
        f"Kills: {tally.tried:,} on {journals} journals, {tally.tried / wall_s:.0f} a second",
        f"Acknowledged events: {tally.seen['acknowledged events']:,}, lost: {lost}",
    ]
    print("\n".join(facts))
    print({what: tally.seen[what] for what in RARE})
    faults = tally.faults(RARE)
    print("\n".join(faults[:50]))
    if is_full and not faults:
        print(f"written: {PAGE.write(tally, wall_s, facts)}")
    return 1 if faults else 0
