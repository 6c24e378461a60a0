"""A crash at every bytecode of a way through the house, at every bytecode of the recovery from it, and interrupts.

What a process leaves that dies before a bytecode is what lies in its files at that moment. So a way is gone once, and before
every bytecode its files are looked at; whenever they are others than before they are copied, and each copy is judged: it is
what every crash leaves between two changes. That this is so is seen by crashing for good at some of the bytecodes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Final

from attrs import define, field

from oms.errors import HaltedError
from oms.model import events as ev
from oms.model.enums import OrdStatus, Side
from oms.model.terms import Limit
from oms.runtime.order_manager import OrderManager
from tests.disasters.judging import Place, events_of, live_findings, outcome_findings, record_findings
from tests.disasters.paths import PATHS, Way, copied, prepare
from tests.disasters.stepping import in_a_process, step
from tests.disasters.venue import read_truth

CRASHED: Final = 42
NEAR: Final = 8
"""By how many bytecodes two runs of one way may differ."""

RECOVERY: Final = PATHS["recover"]


@define(frozen=True)
class Left:
    """What crashes leave before some bytecodes in a row.

    Attributes:
        place: A copy of it.
        first: The first of the bytecodes.
        last: The last of them.
        where: Where the first one stands in the code.
    """

    place: Place
    first: int
    last: int
    where: str


@define
class Tried:
    """What became of the disasters of one way.

    Attributes:
        name: Which way.
        bytecodes: How many it has.
        crashes: Before how many of them a crash was judged.
        doubled: Before how many bytecodes of recoveries from those.
        died: How many processes were ended for good, to see that they leave what was judged.
        interrupts: How many were interrupted.
        outcomes: How many different ends the crashes had.
        findings: What was wrong.
        seen: How often what is worth counting was met.
    """

    name: str
    bytecodes: int = 0
    crashes: int = 0
    doubled: int = 0
    died: int = 0
    interrupts: int = 0
    outcomes: int = 0
    findings: list[str] = field(factory=list)
    seen: Counter[str] = field(factory=Counter)


class Crashes:
    """The disasters of one way, from one beginning, in a folder that should lie in memory.

    With `every` above 1 only every so many bytecodes are looked at, so that what lies between two looks may be missed.
    """

    def __init__(self, name: str, folder: Path, every: int = 1) -> None:
        self._every = every
        self.tried = Tried(name)
        self._path: Way = PATHS[name]
        self._folder = folder
        folder.mkdir()
        (folder / "base").mkdir()
        self._base = Place(folder / "base") if self._path.is_new else prepare(folder / "base")
        # Gone once before, here: what is made at its first use (readers of classes, above all) is then there, as it is in a
        # process that has been up for a while.
        self._path.run(copied(self._base, folder / "warm"), lambda code: code())
        self._expected: list[ev.Event] = []
        self._left: list[Left] = []
        self._judged: dict[bytes, list[str]] = {}

    def everywhere(self) -> None:
        """Judge what a crash leaves before every bytecode."""
        tried = self.tried
        tried.bytecodes, self._left, self._expected = self._watch(self._path, self._base, "crashes")
        tried.outcomes = len(self._left)
        for left in self._left:
            crashes = left.last - left.first + 1
            tried.crashes += crashes
            self._judge(left, self._expected, f"{tried.name}, crash at {left.first} ({left.where})", crashes)

    def within_recovery(self, most: int) -> None:
        """Judge what a crash leaves before every bytecode of the recovery from each of so many different ends, evenly spread."""
        tried = self.tried
        chosen = self._left[:: max(len(self._left) // most, 1)][:most]
        for number, end in enumerate(chosen):
            held = len(events_of(end.place.journal))
            bytecodes, lefts, expected = self._watch(RECOVERY, end.place, f"recovery{number}")
            tried.doubled += bytecodes
            tried.seen["crashes within recovery"] += bytecodes
            for left in lefts:
                crashes = left.last - left.first + 1
                if len(events_of(left.place.journal)) > held:
                    tried.seen["crashes of a recovery that had written"] += crashes
                what = f"{tried.name}, crash at {end.first}, then at {left.first} of recovery ({left.where})"
                self._judge(left, expected, what, 0)
            shutil.rmtree(self._folder / f"recovery{number}")

    def dies(self, bytecode: int) -> None:
        """End a process for good before a bytecode, and see that it leaves what was judged."""
        # As deep as where it was watched: each part of a path costs bytecodes.
        place = copied(self._base, self._folder / "endings" / "run")

        def die(_: int, __: str) -> None:
            os._exit(CRASHED)

        status = in_a_process(lambda: self._path.run(place, lambda code: step(code, die, bytecode)))
        self.tried.died += 1
        self.tried.seen["processes ended for good"] += status == CRASHED
        near = [left for left in self._left if left.first - NEAR <= bytecode <= left.last + NEAR]
        if status != CRASHED and bytecode <= self.tried.bytecodes - NEAR:
            self.tried.findings.append(f"{self.tried.name}: the process at {bytecode} ended with {status}")
        elif _content(place) not in [_content(left.place) for left in near]:
            self.tried.findings.append(
                f"{self.tried.name}: the process that died at {bytecode} left something else"
            )
        shutil.rmtree(place.folder)

    def interrupted(self, bytecode: int, error: type[BaseException]) -> None:
        """Raise an exception before a bytecode, and judge what the manager makes of it, and then what is left."""
        place = copied(self._base, self._folder / "run")
        tried = self.tried
        what = f"{tried.name}, {error.__name__} at {bytecode}"

        def interrupt(_: int, __: str) -> None:
            raise error

        def through(code: Callable[[], object]) -> None:
            try:
                step(code, interrupt, bytecode)
            except error:
                (place.folder / "raised").touch()

        def child() -> None:
            said = [*_after_interrupt(self._path, place, through, self._expected, error)]
            (place.folder / "said").write_text("\n".join(said))

        status = in_a_process(child)
        tried.interrupts += 1
        if status:
            tried.findings.append(f"{what}: status {status}")
        else:
            said = (place.folder / "said").read_text().splitlines()
            tried.seen.update(f"interrupts: {line[1:]}" for line in said if line.startswith("#"))
            tried.findings += [f"{what}: {line}" for line in said if not line.startswith("#")]
            tried.seen["interrupts: let out"] += (place.folder / "raised").exists()
        self._judge(Left(place, bytecode, bytecode, ""), None, what, 0)
        shutil.rmtree(place.folder)

    def _watch(self, path: Way, base: Place, name: str) -> tuple[int, list[Left], list[ev.Event]]:
        """Go a way from a beginning; give how many bytecodes it has, what is left before each, and its journal."""
        folder = self._folder / name
        folder.mkdir()
        place = copied(base, folder / "run")
        notes = folder / "notes"

        def child() -> None:
            changes: list[tuple[int, str]] = []
            last = [b""]

            def look(number: int, where: str) -> None:
                if number % self._every and number > 1:
                    return
                now = _fingerprint(place)
                if now != last[0]:
                    last[0] = now
                    shutil.copytree(place.folder, folder / str(len(changes)))
                    changes.append((number, where))

            counts: list[int] = []
            path.run(place, lambda code: counts.append(step(code, look)))
            notes.write_text(json.dumps([counts[0], changes]))

        if in_a_process(child):
            self.tried.findings.append(f"{self.tried.name}: {name} did not come to its end")
            return 0, [], []
        count, changes = json.loads(notes.read_text())
        ends = [number for number, _ in changes[1:]] + [count + 1]
        lefts = [
            Left(Place(folder / str(number)), first, end - 1, where)
            for number, ((first, where), end) in enumerate(zip(changes, ends, strict=True))
        ]
        return count, lefts, events_of(place.journal)

    def _judge(self, left: Left, expected: list[ev.Event] | None, what: str, crashes: int) -> None:
        tried, place = self.tried, left.place
        try:
            # The copy is judged on a copy: what it is opened for must not change what is recovered from it.
            copy = copied(place, self._folder / "judged")
            found = events_of(copy.journal)
            findings = [] if expected is None else list(record_findings(copy, found, expected))
            self._count(copy, found, crashes)
            content = _content(copy)
            if content not in self._judged:
                self._judged[content] = list(outcome_findings(copy, found))
            findings += self._judged[content]
        except Exception as error:  # noqa: BLE001  # what cannot be judged is a finding too
            findings = [f"{type(error).__name__}: {error}"]
        shutil.rmtree(self._folder / "judged", ignore_errors=True)
        tried.findings += [f"{what}: {finding}" for finding in findings]

    def _count(self, place: Place, found: list[ev.Event], crashes: int) -> None:
        seen, truth = self.tried.seen, read_truth(place.truth)
        kinds = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
        asked = {event.cl_ord_id for event in found if isinstance(event, kinds)}
        heard = {event.exec_id for event in found if isinstance(event, ev.Traded)}
        at_venue = {report.exec_id for report in truth.reports if report.last_qty is not None}
        seen["durable, not yet acknowledged"] += crashes * (len(found) > place.acked())
        seen["recorded, not yet sent"] += crashes * bool(asked - set(truth.orders))
        seen["executed, not yet recorded"] += crashes * bool(at_venue - heard)
        seen["no journal yet"] += crashes * (not place.journal.exists())


def _fingerprint(place: Place) -> bytes:
    """Everything in the folder but what maps SQLite's memory, which those who open a file after a crash begin anew."""
    digest = blake2b()
    for path in sorted(os.scandir(place.folder), key=lambda entry: entry.name):
        if not path.name.endswith("-shm"):
            file = os.open(path.path, os.O_RDONLY)
            digest.update(b"%s %d " % (path.name.encode(), os.fstat(file).st_size))
            digest.update(os.read(file, 1 << 24))
            os.close(file)
    return digest.digest()


def _content(place: Place) -> bytes:
    """What the journal and the venue hold, apart from how SQLite has laid it out."""
    events = events_of(place.journal)
    truth = place.truth.read_bytes() if place.truth.exists() else b""
    return blake2b(repr((place.journal.exists(), events)).encode() + truth).digest()


def _after_interrupt(
    path: Way,
    place: Place,
    through: Callable[[Callable[[], object]], object],
    expected: list[ev.Event],
    error: type[BaseException],
) -> Iterator[str]:
    """Go a way that is interrupted; give what is wrong with the manager after it, and with `#` what is worth counting."""
    venue, om = path.begin(place)
    if om is None:
        managers: list[OrderManager] = []
        through(lambda: managers.append(place.opened(venue)))
        if not managers:
            yield "#no manager"
            return
        om = managers[0]
    else:
        through(partial(path.go, om, venue))
    found = events_of(place.journal)
    # A lack of memory within a send is a send of which nobody knows what became: what follows is another history.
    is_another = path.has_parts or error is MemoryError
    yield from record_findings(place, found, found if is_another else expected)
    aside = [event for event in found if isinstance(event, ev.AnomalyRaised)]
    if aside:
        yield f"for an interrupt it set aside {aside}"
    if om.halted is not None:
        yield "#halted"
        try:
            om.submit("COIN", Side.BUY, 1, Limit("9"))
        except HaltedError:
            pass
        else:
            yield "it is halted, and takes an order"
    else:
        yield "#goes on"
        om.poll()
        yield from live_findings(om, place)
        order = om.submit("COIN", Side.BUY, 1, Limit("9"))
        om.poll()
        if order.status not in (OrdStatus.NEW, OrdStatus.PENDING_NEW):
            yield f"the next order is {order.status}"
        yield from live_findings(om, place)
    om.close()
    venue.close()
