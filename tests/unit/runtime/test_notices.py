"""What a store has repaired or passed over by itself, as the manager gives it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from oms.errors import StoreError, ValidationError
from oms.model.enums import Side
from oms.model.terms import Limit
from oms.ports.event_store import SnapshotPassedOver, StoreCapabilities, StoreNotice, TailCut
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.jsonl import JSONLEventStore
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, WatchedStore


def manager(store: MemoryEventStore | JSONLEventStore) -> OrderManager:
    return OrderManager(brokers=[ScriptedBroker()], store=store, instruments=[AAPL], clock=ManualClock(T0))


class Noting(WatchedStore):
    """A journal whose notices the test writes."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[StoreNotice] = []
        self.found: tuple[int, str] | None = None

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        return tuple(self.noted)

    def snapshot(self) -> tuple[int, str] | None:
        return self.found


def test_where_all_is_well_there_are_none() -> None:
    assert manager(MemoryEventStore()).notices == ()


def test_a_torn_end_that_was_cut_off_is_told_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    manager(JSONLEventStore(path)).close()
    with path.open("ab") as file:
        file.write(b'{"type":"Traded","seq')

    with manager(JSONLEventStore(path)) as om:
        (notice,) = om.notices

    assert notice == TailCut(
        5, 21, f"{path}-torn-1"
    )  # after the start, the ids, the limits and the instrument
    assert str(notice) == (
        "21 bytes at the end, from event 5 on, were no whole append: they were cut off, and are kept in "
        f"{path}-torn-1"
    )


def test_a_snapshot_that_the_store_trusts_and_the_manager_does_not_is_among_them() -> None:
    store = Noting()
    store.noted = [SnapshotPassedOver(0, "it cannot be read")]
    store.found = (0, '{"snapshot":99}')

    om = manager(store)
    store.noted.append(TailCut(3, 1, ""))

    first, second, third = om.notices
    assert (first, third) == tuple(store.noted)
    assert isinstance(second, SnapshotPassedOver)
    assert second.reason == om.began_from.passed_over != ""


def test_what_is_repaired_as_the_manager_is_resumed_is_published_once() -> None:
    store = Noting()
    store.noted = [TailCut(1, 9, "old")]
    om = manager(store)
    told: list[TailCut] = []
    om.on(TailCut, told.append)
    for sequence in (5, 6):
        store.failure = StoreError("no room")
        with pytest.raises(StoreError):
            om.submit("AAPL", Side.BUY, 1, Limit(100))
        store.failure = None
        store.noted.append(TailCut(sequence, 7, "new"))
        om.resume("ops", "there is room again")

    assert told == [TailCut(5, 7, "new"), TailCut(6, 7, "new")]
    assert om.notices == (TailCut(1, 9, "old"), *told)


@pytest.mark.parametrize(
    ("notice", "text"),
    [
        (SnapshotPassedOver(7, "it was changed"), "the snapshot at event 7 was passed over: it was changed"),
        (SnapshotPassedOver(0, "it was changed"), "a snapshot was passed over: it was changed"),
        (TailCut(4, 3, ""), "3 bytes at the end, from event 4 on, are no whole append, and are left out"),
    ],
    ids=["snapshot", "snapshot of no known number", "tear"],
)
def test_each_is_told_in_words(notice: StoreNotice, text: str) -> None:
    assert str(notice) == text


class WithoutSnapshots(MemoryEventStore):
    """A journal that promises no snapshots."""

    @property
    def capabilities(self) -> StoreCapabilities:
        return StoreCapabilities(snapshots=False)


def test_a_journal_that_keeps_no_snapshots_is_asked_for_none() -> None:
    om = manager(WithoutSnapshots())
    with pytest.raises(StoreError, match="keeps no snapshots"):
        om.snapshot()
    with pytest.raises(ValidationError, match="snapshot_every = 5: leave it out"):
        OrderManager(brokers=[ScriptedBroker()], store=WithoutSnapshots(), snapshot_every=5)
