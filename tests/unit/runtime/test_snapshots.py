"""Snapshots of a manager: taken between two inputs, begun from where they can be trusted, and never the record."""

# ruff: noqa: ANN401  # options are of any kind

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from oms.bus import SubscriberFailed
from oms.errors import HaltedError, StoreError, ValidationError
from oms.model import events as ev
from oms.model.enums import Side
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, all_events


class Kept(MemoryEventStore):
    """A journal in memory that several managers use, one after the other, and that says where it was read from."""

    def __init__(self) -> None:
        super().__init__()
        self.read_after: list[int] = []
        self.is_full = False
        self.found: tuple[int, str] | None = None

    def snapshot(self) -> tuple[int, str] | None:
        return self.found or super().snapshot()

    def read(self, after: int = 0) -> Iterator[ev.Event]:
        self.read_after.append(after)
        return super().read(after)

    def save_snapshot(self, version: int, text: str) -> None:
        if self.is_full:
            raise StoreError("the disk is full")
        super().save_snapshot(version, text)

    def close(self) -> None:
        """Stay open."""


def manager(store: MemoryEventStore, **options: Any) -> OrderManager:
    return OrderManager(
        brokers=[ScriptedBroker()], store=store, instruments=[AAPL], clock=ManualClock(T0), **options
    )


def order(om: OrderManager) -> None:
    om.submit("AAPL", Side.BUY, 100, Limit(100))


def test_a_start_reads_only_what_came_after_the_snapshot() -> None:
    store = Kept()
    om = manager(store)
    order(om)
    version = om.snapshot()
    order(om)
    before = om.state_hash()
    again = manager(store)
    assert version == 6  # the start, the ids, the limits, the instrument, and two events of the order
    assert store.read_after == [0, version]
    assert again.began_from.version == version
    assert len(again.orders()) == 2
    started = 6  # the start, its ids, and that each of two unanswered orders is in doubt and asked about
    assert again.state.version == om.state.version + started
    store.save_snapshot(om.state.version, "")
    assert manager(store).began_from.version == 0
    assert before == om.state_hash()


def test_a_snapshot_is_taken_after_so_many_events_and_at_the_end() -> None:
    store = Kept()
    om = manager(store, snapshot_every=4)  # 4 events are in the journal now, and a start polls
    assert _version(store) == 4
    order(om)
    om.poll()
    assert _version(store) == 4
    order(om)
    om.poll()
    assert _version(store) == 8
    order(om)
    om.close()
    assert _version(store) == 10


def test_without_being_asked_for_none_is_taken() -> None:
    store = Kept()
    with manager(store) as om:
        order(om)
        om.poll()
    assert store.snapshot() is None


@pytest.mark.parametrize(
    ("version", "text", "why"),
    [
        (6, "no snapshot at all", "damaged"),
        (6, '{"snapshot":99}', "newer"),
        (5, None, "says that it is 6"),
    ],
    ids=["damaged", "too new", "another version's"],
)
def test_a_snapshot_that_cannot_be_trusted_is_passed_over_and_reported(
    version: int, text: str | None, why: str
) -> None:
    store = Kept()
    om = manager(store)
    order(om)
    om.snapshot()
    found = store.snapshot()
    assert found is not None
    store.found = (version, text or found[1])
    again = manager(store)
    assert (again.began_from.version, store.read_after[-1]) == (0, 0)
    assert why in again.began_from.passed_over
    assert [one.cl_ord_id for one in again.orders()] == [one.cl_ord_id for one in om.orders()]


def test_a_snapshot_that_is_newer_than_the_journal_is_passed_over() -> None:
    store = Kept()
    om = manager(store)
    order(om)
    om.snapshot()
    rolled_back = Kept()
    rolled_back.append(all_events(store)[:5], 0)
    rolled_back.found = store.snapshot()
    again = manager(rolled_back)
    assert "newer than the journal, which ends at 5" in again.began_from.passed_over
    assert again.state.version == 7


def test_within_a_batch_or_a_listener_there_is_nothing_to_take_a_snapshot_of() -> None:
    om = manager(Kept())
    with om.batch(), pytest.raises(ValidationError, match="within a batch"):
        om.snapshot()
    failed: list[SubscriberFailed] = []
    om.on(SubscriberFailed, failed.append)

    def hear(_: ev.OrderCreated) -> None:
        om.snapshot()

    om.on(ev.OrderCreated, hear)
    order(om)
    assert [type(one.error) for one in failed] == [ValidationError]
    om.close()
    with pytest.raises(HaltedError):
        om.snapshot()


def test_one_that_cannot_be_kept_stops_nobody_and_is_published() -> None:
    store = Kept()
    om = manager(store, snapshot_every=2)
    failed: list[SubscriberFailed] = []
    om.on(SubscriberFailed, failed.append)
    store.is_full = True
    order(om)
    om.poll()
    om.poll()
    assert [str(one.error) for one in failed] == ["the disk is full"]
    assert om.orders()[0].leaves_qty == 100
    with pytest.raises(StoreError, match="full"):
        om.snapshot()


def test_read_models_of_ones_own_hear_the_whole_journal() -> None:
    store = Kept()
    om = manager(store)
    order(om)
    om.snapshot()
    heard: list[ev.OrderCreated] = []
    again = manager(store, projections=[(ev.OrderCreated, heard.append)])
    assert again.began_from.version == 0
    assert [event.order_id for event in heard] == [1]


@pytest.mark.parametrize("every", [0, -1, 10**10, "often", True])
def test_an_interval_that_cannot_be_meant_is_refused(every: object) -> None:
    with pytest.raises(ValidationError, match="snapshot_every"):
        manager(Kept(), snapshot_every=every)


def _version(store: MemoryEventStore) -> int:
    found = store.snapshot()
    assert found is not None
    return found[0]
