"""A journal that fails as it is told to: before it has kept an append, after it, for good, or with the whole process.

It stands in front of any event store. What fails and when is a plan, as data: by the number of the append, by chance from
dice that are handed in, or by how much there is room for. Time passes only on a clock that is handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import chain, islice
from typing import Final, Protocol, TypeAlias

from attrs import Factory, evolve, frozen

from oms.errors import ConcurrencyConflictError, StoreError, ValidationError
from oms.model.events import Event
from oms.ports.event_store import EventStore, StoreCapabilities, StoreNotice


class StoreFault(Enum):
    """What may go wrong with a journal."""

    FAILS_BEFORE = "fails before it has kept anything"
    FAILS_AFTER = "keeps the events, and then fails"
    HANGS = "gives up waiting, and has kept nothing"
    HANGS_AFTER = "gives up waiting, and has kept the events"
    TEARS = "keeps a part of an append"
    FULL = "has no room, from now on"
    READ_ONLY = "takes nothing, from now on"
    GONE = "neither takes nor gives anything, from now on"
    CRASHES_BEFORE = "the process ends before the events are kept"
    CRASHES_AFTER = "the process ends after the events were kept, before anybody was told"
    READ_FAILS = "gives nothing when it is read"
    READ_BREAKS = "breaks off halfway as it is read"


LASTING: Final = frozenset({StoreFault.FULL, StoreFault.READ_ONLY, StoreFault.GONE})
"""Faults that stay until `FaultyStore.repair` is called; the others strike one call."""

OF_READS: Final = frozenset({StoreFault.READ_FAILS, StoreFault.READ_BREAKS})
"""Faults of `read`; the others, GONE too, begin with an `append`."""

KEEPS: Final = frozenset({StoreFault.FAILS_AFTER, StoreFault.HANGS_AFTER, StoreFault.CRASHES_AFTER})
"""Faults after which the events of the append are in the journal, although whoever appended was not told so."""

_CRASHES: Final = frozenset({StoreFault.CRASHES_BEFORE, StoreFault.CRASHES_AFTER})
_HANGS: Final = frozenset({StoreFault.HANGS, StoreFault.HANGS_AFTER})

Tear: TypeAlias = Callable[[Sequence[Event], int], None]
"""Leaves a part of an append in the store behind: it takes what `append` takes, and returns."""

Dice: TypeAlias = Callable[[int], int]
"""Gives a number from 0 to one below what it is given, such as `random.Random(seed).randrange`."""


class SimulatedCrashError(BaseException):
    """The process is dead. No `Exception`: nothing that handles errors may go on after it."""


class MovableClock(Protocol):
    """A clock that can be moved on, such as `oms.runtime.manual_clock.ManualClock`."""

    def advance_by(self, seconds: int) -> None:
        """Move on by whole seconds."""
        ...


@frozen(kw_only=True)
class StorePlan:
    """What fails and when.

    Attributes:
        appends: What happens to which append, counted from 1.
        reads: What happens to which `read`, counted from 1.
        per_mille: How many of 1000 calls meet each fault by chance; needs dice. An append is drawn for once, and so is a read.
        capacity: How many events there is room for; None for no end.
        wait_s: How many whole seconds a store that hangs is waited for.
        unsynced: How many appends may be acknowledged before they are really kept, as by a disk that lies: a crash loses
            them. 0 is what a store has to promise.
    """

    appends: Mapping[int, StoreFault] = Factory(dict)
    reads: Mapping[int, StoreFault] = Factory(dict)
    per_mille: Mapping[StoreFault, int] = Factory(dict)
    capacity: int | None = None
    wait_s: int = 5
    unsynced: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse what can never happen."""
        for field, planned, is_of_reads in (("appends", self.appends, False), ("reads", self.reads, True)):
            for number, fault in planned.items():
                if number < 1:
                    raise ValidationError(field, f"call {number}", "count calls from 1")
                if (fault in OF_READS) is not is_of_reads:
                    allowed = "plan READ_FAILS and READ_BREAKS in `reads`, everything else in `appends`"
                    raise ValidationError(field, fault.name, allowed)
        if sum(self.per_mille.values()) > 1000 or min(self.per_mille.values(), default=0) < 0:
            raise ValidationError("per_mille", str(dict(self.per_mille)), "give shares of 1000 in all")


NO_FAULTS: Final = StorePlan()


class FaultyStore:
    """An event store that fails by plan, and else is the store it stands in front of.

    As a store on a disk does, it takes nothing more after a failed append until `version` or `read` was asked. After a
    crash every call raises `SimulatedCrashError` until `restart`.

    Attributes:
        inner: The store behind it.
        plan: What fails; another one may be put in its place at any time, and calls go on being counted.
        appends: How many appends were asked for.
        reads: How many times `read` was called.
        fired: How often each fault has struck; a lasting one counts for each call that it refused.
    """

    def __init__(
        self,
        inner: EventStore,
        plan: StorePlan = NO_FAULTS,
        *,
        dice: Dice | None = None,
        clock: MovableClock | None = None,
        tear: Tear | None = None,
    ) -> None:
        """Stand in front of a store.

        Args:
            inner: The store, which really keeps the events.
            plan: What fails.
            dice: Where chance comes from.
            clock: What is moved on while the store hangs.
            tear: How a part of an append is left in the store; where there is none, a torn append leaves nothing, as one
                does in a store that keeps all or nothing.

        Raises:
            ValidationError: Something is left to chance, and there are no dice.
        """
        if plan.per_mille and dice is None:
            raise ValidationError("dice", "None", "pass dice, such as random.Random(seed).randrange")
        self.inner = inner
        self.plan = plan
        self.appends = 0
        self.reads = 0
        self.fired: Counter[StoreFault] = Counter()
        self._dice = dice
        self._clock = clock
        self._tear = tear
        self._lasting: StoreFault | None = None
        self._is_in_doubt = False
        self._is_dead = False
        self._unsynced: list[Sequence[Event]] = []

    @property
    def capabilities(self) -> StoreCapabilities:
        """What the store behind it promises."""
        return self.inner.capabilities

    @property
    def notices(self) -> Sequence[StoreNotice]:
        """What the store behind it has repaired or passed over."""
        return self.inner.notices

    @property
    def version(self) -> int:
        """The sequence number of the last event; errors as `read` has them, but for those of its own."""
        self._check_there()
        self._is_in_doubt = False
        return self.inner.version + sum(map(len, self._unsynced))

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        """Keep the events, unless the plan says otherwise.

        Raises:
            StoreError: The plan says so, or whether the append before this one was kept has not been asked.
            SimulatedCrashError: The process has died.
        """
        self._check_there()
        if self._is_in_doubt:
            raise StoreError(
                "the last append is in doubt: read the journal again to learn whether it was kept"
            )
        self.appends += 1
        fault = self.plan.appends.get(self.appends) or self._drawn(of_reads=False)
        if fault in LASTING:
            self._lasting = fault
        fault = self._lasting or fault
        if fault is None and not self._has_room(events):
            fault = StoreFault.FULL
        if fault is None:
            self._keep(events, expected_version)
            return
        self.fired[fault] += 1
        self._is_in_doubt = True
        if fault in _HANGS and self._clock is not None:
            self._clock.advance_by(self.plan.wait_s)
        if fault in KEEPS:
            self._keep(events, expected_version)
        elif fault is StoreFault.TEARS and self._tear is not None:
            self._sync()
            self._tear(events, expected_version)
        if fault in _CRASHES:
            self._is_dead = True
            raise SimulatedCrashError(fault.value)
        raise StoreError(f"the journal {fault.value}: whether the events were kept is in doubt")

    def read(self, after: int = 0) -> Iterator[Event]:
        """Give the events with a sequence number above `after`, unless the plan says otherwise.

        Raises:
            StoreError: The plan says so.
            SimulatedCrashError: The process has died.
        """
        self._check_there()
        self.reads += 1
        fault = self.plan.reads.get(self.reads) or self._drawn(of_reads=True)
        if fault is not None:
            self.fired[fault] += 1
            if fault is StoreFault.READ_FAILS:
                raise StoreError(f"the journal {fault.value}")
        self._is_in_doubt = False
        waiting = [event for events in self._unsynced for event in events if event.sequence > after]
        every = chain(self.inner.read(after), waiting)
        if fault is None:
            return every
        return _broken_off(islice(every, (max(self.inner.version - after, 0) + len(waiting)) // 2))

    def save_snapshot(self, version: int, text: str) -> None:
        """Keep a snapshot; of events that are not really kept yet, it is not kept either.

        Raises:
            StoreError: The store is gone or has no room, or the one behind it said so.
            SimulatedCrashError: The process has died.
        """
        self._check_there()
        if self._lasting is not None:
            raise StoreError(f"the journal {self._lasting.value}")
        if version <= self.inner.version:
            self.inner.save_snapshot(version, text)

    def snapshot(self) -> tuple[int, str] | None:
        """Give the newest snapshot; errors as `version` has them."""
        self._check_there()
        return self.inner.snapshot()

    def close(self) -> None:
        """Let go of the journal behind it; may be called twice. Of a dead process nothing is closed in good order."""
        if not self._is_dead:
            self._sync()
            self.inner.close()

    # ------------------------------------------------------------ what a test does to it

    def crash(self) -> None:
        """Let the process die now: what was acknowledged and not really kept is lost."""
        self._is_dead = True

    def restart(self, inner: EventStore | None = None) -> None:
        """Begin a new process on the journal; on another store object, where the old one died with its process."""
        if inner is not None:
            self.inner = inner
        self._unsynced.clear()
        self._is_dead = False
        self._is_in_doubt = False

    def repair(self) -> None:
        """End a fault that lasts; where there was no room, there is some."""
        self._lasting = None
        self.plan = evolve(self.plan, capacity=None)

    # ------------------------------------------------------------ what is behind

    def _check_there(self) -> None:
        if self._is_dead:
            raise SimulatedCrashError("the process has died; call restart")
        if self._lasting is StoreFault.GONE:
            self.fired[StoreFault.GONE] += 1
            raise StoreError(f"the journal {StoreFault.GONE.value}")

    def _has_room(self, events: Sequence[Event]) -> bool:
        capacity = self.plan.capacity
        return (
            capacity is None or self.inner.version + sum(map(len, self._unsynced)) + len(events) <= capacity
        )

    def _drawn(self, *, of_reads: bool) -> StoreFault | None:
        shares = [
            (fault, share) for fault, share in self.plan.per_mille.items() if (fault in OF_READS) is of_reads
        ]
        if not shares or self._dice is None:
            return None
        drawn = self._dice(1000)
        for fault, share in shares:
            if drawn < share:
                return fault
            drawn -= share
        return None

    def _keep(self, events: Sequence[Event], expected_version: int) -> None:
        if not self.plan.unsynced:
            self._sync()
            self.inner.append(events, expected_version)
            return
        if expected_version != self.version:
            raise ConcurrencyConflictError(expected_version, self.version)
        self._unsynced.append(list(events))
        while len(self._unsynced) > self.plan.unsynced:
            self._sync_one()

    def _sync(self) -> None:
        while self._unsynced:
            self._sync_one()

    def _sync_one(self) -> None:
        events = self._unsynced.pop(0)
        self.inner.append(events, events[0].sequence - 1)


def _broken_off(events: Iterator[Event]) -> Iterator[Event]:
    yield from events
    raise StoreError(f"the journal {StoreFault.READ_BREAKS.value}")
