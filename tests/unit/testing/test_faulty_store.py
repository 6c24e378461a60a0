"""The store that fails as it is told to: each fault does what its name says, and is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oms.errors import ConcurrencyConflictError, StoreError, ValidationError
from oms.model.events import Cause, Event, IdBlockReserved
from oms.runtime.manual_clock import ManualClock
from oms.stores.memory import MemoryEventStore
from oms.testing.faulty_store import (
    KEEPS,
    LASTING,
    OF_READS,
    FaultyStore,
    SimulatedCrashError,
    StoreFault,
    StorePlan,
)

ONE_CALL = tuple(fault for fault in StoreFault if fault not in LASTING | OF_READS)
CRASHES = (StoreFault.CRASHES_BEFORE, StoreFault.CRASHES_AFTER)


def event(sequence: int) -> Event:
    return IdBlockReserved(sequence, 1, Cause("Start", "clock"), 1, 0, 8)


def kept(store: FaultyStore) -> list[int]:
    """What is behind it, whatever it says itself."""
    return [event.sequence for event in store.inner.read()]


def planned(*faults: StoreFault) -> FaultyStore:
    """Two events are in; then one append meets each of these faults."""
    store = FaultyStore(MemoryEventStore(), StorePlan(appends=dict(enumerate(faults, 2))))
    store.append([event(1), event(2)], 0)
    return store


@pytest.mark.parametrize("fault", ONE_CALL, ids=lambda fault: fault.name)
def test_an_append_raises_and_the_events_are_kept_or_not(fault: StoreFault) -> None:
    store = planned(fault)
    with pytest.raises(SimulatedCrashError if fault in CRASHES else StoreError):
        store.append([event(3)], 2)
    assert kept(store) == ([1, 2, 3] if fault in KEEPS else [1, 2])
    assert store.fired == {fault: 1}


@pytest.mark.parametrize("ask", [lambda store: store.version, lambda store: list(store.read())])
def test_nothing_is_taken_after_a_failure_until_the_journal_was_asked(
    ask: Callable[[FaultyStore], object],
) -> None:
    store = planned(StoreFault.FAILS_BEFORE)
    with pytest.raises(StoreError):
        store.append([event(3)], 2)
    with pytest.raises(StoreError, match="read the journal again"):
        store.append([event(3)], 2)
    assert store.appends == 2
    ask(store)
    store.append([event(3)], 2)
    assert kept(store) == [1, 2, 3]


def test_the_version_tells_whether_the_append_in_doubt_was_kept() -> None:
    before, after = planned(StoreFault.FAILS_BEFORE), planned(StoreFault.FAILS_AFTER)
    for store in (before, after):
        with pytest.raises(StoreError):
            store.append([event(3)], 2)
    assert (before.version, after.version) == (2, 3)


@pytest.mark.parametrize("fault", [StoreFault.FULL, StoreFault.READ_ONLY])
def test_a_fault_that_lasts_refuses_every_append_and_no_reading_until_it_is_repaired(
    fault: StoreFault,
) -> None:
    store = planned(fault)
    for _ in range(3):
        with pytest.raises(StoreError):
            store.append([event(3)], 2)
        assert [each.sequence for each in store.read()] == [1, 2]
    assert store.fired == {fault: 3}
    store.repair()
    store.append([event(3)], 2)
    assert kept(store) == [1, 2, 3]


def test_a_journal_that_is_gone_gives_nothing_either() -> None:
    store = planned(StoreFault.GONE)
    with pytest.raises(StoreError):
        store.append([event(3)], 2)
    with pytest.raises(StoreError):
        store.read()
    with pytest.raises(StoreError):
        _ = store.version
    assert store.fired == {StoreFault.GONE: 3}
    store.repair()
    assert store.version == 2


def test_there_is_room_for_so_many_events_and_an_append_does_not_get_half_in() -> None:
    store = FaultyStore(MemoryEventStore(), StorePlan(capacity=3))
    store.append([event(1), event(2)], 0)
    with pytest.raises(StoreError):
        store.append([event(3), event(4)], 2)
    assert (store.version, kept(store)) == (2, [1, 2])
    store.append([event(3)], 2)
    assert store.fired == {StoreFault.FULL: 1}
    store.repair()
    store.append([event(4)], 3)
    assert kept(store) == [1, 2, 3, 4]


def test_a_store_that_hangs_is_waited_for_on_the_clock_and_no_longer_than_planned() -> None:
    clock = ManualClock()
    plan = StorePlan(appends={1: StoreFault.HANGS, 2: StoreFault.HANGS_AFTER}, wait_s=7)
    store = FaultyStore(MemoryEventStore(), plan, clock=clock)
    with pytest.raises(StoreError, match="gives up waiting"):
        store.append([event(1)], 0)
    assert (clock.now_ns(), store.version) == (7_000_000_000, 0)
    with pytest.raises(StoreError, match="gives up waiting"):
        store.append([event(1)], 0)
    assert (clock.now_ns(), store.version) == (14_000_000_000, 1)


def test_a_torn_append_leaves_what_the_store_lets_it_leave() -> None:
    torn: list[tuple[int, int]] = []
    inner = MemoryEventStore()
    plan = StorePlan(appends={1: StoreFault.TEARS})
    store = FaultyStore(inner, plan, tear=lambda events, expected: torn.append((len(events), expected)))
    with pytest.raises(StoreError):
        store.append([event(1), event(2)], 0)
    assert torn == [(2, 0)]


@pytest.mark.parametrize("fault", CRASHES, ids=lambda fault: fault.name)
def test_a_dead_process_answers_nothing_until_it_is_started_again(fault: StoreFault) -> None:
    store = planned(fault)
    with pytest.raises(SimulatedCrashError):
        store.append([event(3)], 2)
    for call in (lambda: store.version, store.read, lambda: store.append([event(3)], 2)):
        with pytest.raises(SimulatedCrashError):
            call()
    store.close()  # a dead process closes nothing: what is behind is still there
    store.restart()
    assert store.version == (3 if fault in KEEPS else 2)


def test_a_crash_is_no_exception_that_somebody_might_handle() -> None:
    assert not issubclass(SimulatedCrashError, Exception)


def test_what_was_acknowledged_and_never_synced_is_lost_with_the_process() -> None:
    store = FaultyStore(MemoryEventStore(), StorePlan(unsynced=2))
    for sequence in range(1, 6):
        store.append([event(sequence)], sequence - 1)
    assert (store.version, [each.sequence for each in store.read(2)]) == (5, [3, 4, 5])
    with pytest.raises(ConcurrencyConflictError):
        store.append([event(4)], 3)
    store.crash()
    store.restart()
    assert (store.version, kept(store)) == (3, [1, 2, 3])


def test_closing_keeps_what_was_acknowledged() -> None:
    inner = FaultyStore(MemoryEventStore())
    store = FaultyStore(inner, StorePlan(unsynced=2))
    store.append([event(1)], 0)
    seen: list[int] = []
    inner.close = lambda: seen.append(inner.version)  # type: ignore[method-assign]  # the moment of closing is looked at
    store.close()
    assert seen == [1]


def test_reading_fails_at_once_or_halfway() -> None:
    plan = StorePlan(reads={1: StoreFault.READ_FAILS, 2: StoreFault.READ_BREAKS})
    store = FaultyStore(MemoryEventStore(), plan)
    store.append([event(number) for number in range(1, 7)], 0)
    with pytest.raises(StoreError):
        store.read()
    breaking = store.read(2)
    assert [next(breaking).sequence, next(breaking).sequence] == [3, 4]
    with pytest.raises(StoreError):
        next(breaking)
    assert [each.sequence for each in store.read(2)] == [3, 4, 5, 6]
    assert store.fired == {StoreFault.READ_FAILS: 1, StoreFault.READ_BREAKS: 1}


def test_chance_comes_from_the_dice_that_were_handed_in() -> None:
    # 300 of 1000 fail before, the next 200 after: a throw of 299 is the last of the first, 499 the last of the second.
    throws = iter([299, 300, 499, 500])
    plan = StorePlan(per_mille={StoreFault.FAILS_BEFORE: 300, StoreFault.FAILS_AFTER: 200})
    store = FaultyStore(MemoryEventStore(), plan, dice=lambda _: next(throws))
    for sequence, version in ((1, 0), (1, 1), (2, 2)):
        with pytest.raises(StoreError):
            store.append([event(sequence)], sequence - 1)
        assert store.version == version
    store.append([event(3)], 2)
    assert store.fired == {StoreFault.FAILS_BEFORE: 1, StoreFault.FAILS_AFTER: 2}


def test_reads_and_appends_are_drawn_for_apart() -> None:
    bounds: list[int] = []

    def dice(bound: int) -> int:
        bounds.append(bound)
        return 999

    store = FaultyStore(MemoryEventStore(), StorePlan(per_mille={StoreFault.READ_FAILS: 1}), dice=dice)
    store.append([event(1)], 0)
    assert bounds == []
    list(store.read())
    assert bounds == [1000]


@pytest.mark.parametrize(
    "plan",
    [
        {"appends": {0: StoreFault.FULL}},
        {"appends": {1: StoreFault.READ_FAILS}},
        {"reads": {1: StoreFault.FULL}},
        {"per_mille": {StoreFault.FULL: 1001}},
        {"per_mille": {StoreFault.FULL: -1}},
    ],
    ids=[
        "the call before the first",
        "a read in an append",
        "an append in a read",
        "too much",
        "less than none",
    ],
)
def test_a_plan_that_can_never_happen_is_refused(plan: dict[str, dict[object, object]]) -> None:
    with pytest.raises(ValidationError):
        StorePlan(**plan)  # type: ignore[arg-type]  # that is what is tried


def test_chance_without_dice_is_refused() -> None:
    with pytest.raises(ValidationError, match="dice"):
        FaultyStore(MemoryEventStore(), StorePlan(per_mille={StoreFault.FULL: 1}))


def test_without_a_plan_it_is_the_store_behind_it() -> None:
    store = FaultyStore(MemoryEventStore())
    store.append([event(1), event(2)], 0)
    assert (store.version, list(store.read(1)), store.fired) == (2, [event(2)], {})
    with pytest.raises(ConcurrencyConflictError):
        store.append([event(2)], 1)
    store.append([event(3)], 2)
