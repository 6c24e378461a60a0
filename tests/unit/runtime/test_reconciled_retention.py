"""The books held against what brokers say while orders are out of memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import BreakKind, ExecType, OrdStatus, Side
from oms.model.ids import Symbol, VenueOrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, PositionLine
from oms.model.venue_profile import ExternalOrders
from oms.runtime.recovery import recover, state_hash
from oms.runtime.retention import Retention
from oms.stores.order_archive import MemoryOrderArchive
from tests.fakes import d
from tests.unit.runtime.test_reconciliation import House, Venue, only


@pytest.fixture
def house() -> Iterator[House]:
    # A venue whose unknown orders are adopted: what is forgotten would come back as somebody else's.
    venue = Venue(external_orders=ExternalOrders.ADOPTED)
    house = House(venue, retention=Retention(closed_orders=0), archive=MemoryOrderArchive())
    yield house
    recovered = recover(house.store.read())
    assert state_hash(recovered.state, recovered.positions) == house.om.state_hash()


def filled(house: House, exec_id: str = "E1") -> Order:
    """An order for 10 that executes at once, and is out of memory."""
    order = house.submit()
    house.venue.sink.put(house.venue.trade(order, exec_id, 10))  # type: ignore[union-attr]
    house.om.poll()
    held = sum(fill.last_qty or 0 for fill in house.venue.fills)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(int(held))),)
    assert house.om.retire() == 1
    return order


def net_qty(house: House) -> object:
    position = house.om.position("AAPL")
    return None if position is None else position.net_qty


def test_executions_that_are_listed_again_book_nothing(house: House) -> None:
    filled(house, "E1")
    filled(house, "E2")
    assert only(house.reconcile(), "Traded", "BreakOpened", "OrderAdopted") == []
    house.venue.fills = house.venue.fills[:1]
    house.om.retire()
    house.restart()
    assert net_qty(house) == d(20)
    assert house.om.breaks() == []


def test_a_list_that_still_names_an_ended_order_opens_a_break_and_keeps_it(house: House) -> None:
    order = filled(house)
    house.venue.change(order, leaves_qty=d(4), cum_qty=d(6), ord_status=OrdStatus.PARTIALLY_FILLED)
    assert "OrderRecalled" in house.reconcile()
    kinds = {one.kind for one in house.om.breaks()}
    assert BreakKind.UNKNOWN_FILL in kinds
    assert house.om.retire() == 0
    for one in house.om.breaks():
        house.om.resolve_break(one, by="ops", reason="theirs is wrong")
    for anomaly in house.om.anomalies():
        house.om.acknowledge(anomaly, by="ops", reason="seen")
    assert house.om.retire() == 1


def test_an_execution_that_is_listed_otherwise_is_found_to_differ(house: House) -> None:
    filled(house)
    house.venue.fills[0] = evolve(house.venue.fills[0], last_px=d(98))
    house.reconcile()
    (fill,) = house.om.breaks(kind=BreakKind.FILL)
    assert (fill.order_id, fill.expected, fill.said) == (1, "10 at 100", "10 at 98")
    assert house.om.retire() == 0


def test_an_order_out_of_memory_that_is_listed_by_its_venue_id_alone_is_not_adopted(house: House) -> None:
    order = filled(house)
    listed = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=order.venue_order_id, ord_status=OrdStatus.FILLED, order_qty=d(10),
        cum_qty=d(10), leaves_qty=d(0), symbol=order.symbol, side=order.side,
    )  # fmt: skip
    house.venue.orders = {"listed": evolve(listed, leaves_qty=d(1), ord_status=OrdStatus.PARTIALLY_FILLED)}
    assert only(house.reconcile(), "OrderAdopted", "Traded") == []
    assert house.om.breaks(kind=BreakKind.UNKNOWN_ORDER) == []


def test_what_was_inferred_of_an_order_out_of_memory_gives_way_to_what_is_reported(house: House) -> None:
    order = house.submit()
    real = house.venue.trade(order, "E1", 10, is_told=False)
    house.venue.held = (PositionLine(Symbol("AAPL"), d(10)),)
    assert only(house.reconcile(), "Traded") == ["Traded"]
    for anomaly in house.om.anomalies():
        house.om.acknowledge(anomaly, by="ops", reason="seen")
    assert (order.cum_qty, house.om.retire()) == (d(10), 1)
    assert house.om.state.executions.synthetic == {}

    house.venue.fills.append(real)
    assert only(house.reconcile(), "OrderRecalled", "Traded", "TradeCanceled") == [
        "OrderRecalled",
        "TradeCanceled",
        "Traded",
    ]
    assert (net_qty(house), order.cum_qty) == (d(10), d(10))


def test_a_journal_whose_orders_are_all_out_of_memory_is_reconciled_before_new_orders(house: House) -> None:
    filled(house)
    house.venue.is_up = False
    house.restart()
    assert house.om.orders() == []
    assert house.om.unreconciled() == ["venue"]


def test_an_order_that_ends_while_it_is_compared_stays_until_that_is_over(house: House) -> None:
    order = house.submit()
    house.wait(1)
    first = house.venue.trade(order, "E1", 4, is_told=False)
    house.om.reconcile()
    for told in (first, house.venue.trade(order, "E2", 6, is_told=False)):
        house.venue.sink.put(told)  # type: ignore[union-attr]
    house.om.poll()
    assert (order.is_closed, house.om.retire()) == (True, 0)
    house.wait()
    house.wait()
    assert [(one.kind, one.key) for one in house.om.breaks()] == [(BreakKind.POSITION, "main AAPL")]
    assert house.om.retire() == 1
    assert [type(event) for event in house.store.read()].count(ev.Traded) == 2


def test_an_order_that_was_unknown_when_it_was_listed_and_has_left_since_is_not_adopted(house: House) -> None:
    listed = ExecutionReport(
        ExecType.ORDER_STATUS, venue_order_id=VenueOrderId("V1"), ord_status=OrdStatus.NEW, order_qty=d(10), cum_qty=d(0),
        leaves_qty=d(10), symbol=Symbol("AAPL"), side=Side.BUY,
    )  # fmt: skip
    house.venue.orders["listed"] = listed
    house.om.reconcile()
    del house.venue.orders["listed"]
    assert filled(house).venue_order_id == "V1"
    version = house.om.state.version
    house.wait()
    house.wait()
    assert only(house.since(version), "OrderAdopted") == []
