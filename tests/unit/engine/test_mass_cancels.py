"""A mass cancel is one input: an event for itself, then one for each open order that fits, oldest first."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.inputs import Start, WatchedMassCancel
from oms.model import events as ev
from oms.model.cl_ord_id_rules import IntegerIds
from oms.model.commands import EngageKillSwitch, MassCancel
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.mass_cancel import MassCancelResult
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import OrderCancelRequest
from oms.model.venue_profile import EXCHANGE
from oms.order_types.registry import default_handlers
from tests.fakes import BTC, CAN_ALL, T0, d
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS, Desk, kinds, request_id

HERE = Instrument(symbol="AAPL", currency="USD", tick="0.01", broker="paper")
THERE = Instrument(symbol="MSFT", currency="USD", tick="0.01", broker="real")


def busy() -> Desk:
    """A desk with six orders: the fourth is canceled already, the rest are open."""
    desk = Desk(instruments=(HERE, THERE), can={"paper": CAN_ALL, "real": CAN_ALL})
    desk.submit()
    desk.submit(side=Side.SELL, terms=None, account="hedge")
    desk.submit(symbol="MSFT")
    desk.submit()
    desk.submit(side=Side.SELL_SHORT)
    desk.submit(symbol="MSFT", account="hedge")
    desk.say(ExecType.CANCELED, cl_ord_id=request_id(4))
    desk.sent.clear()
    return desk


FILTERS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "everything": ({}, [1, 2, 3, 5, 6]),
    "an instrument": ({"symbol": Symbol("AAPL")}, [1, 2, 5]),
    "an instrument without orders": ({"symbol": Symbol("BTC-USD")}, []),
    "purchases": ({"side": Side.BUY}, [1, 3, 6]),
    "sales, of which short ones are none": ({"side": Side.SELL}, [2]),
    "an account": ({"account": Account("hedge")}, [2, 6]),
    "a broker": ({"broker": BrokerName("real")}, [3, 6]),
    "an account at a broker": ({"account": Account("hedge"), "broker": BrokerName("real")}, [6]),
}


@pytest.mark.parametrize(("filters", "orders"), FILTERS.values(), ids=FILTERS)
def test_every_open_order_that_fits_is_asked_for_oldest_first(
    filters: dict[str, Any], orders: list[int]
) -> None:
    desk = busy()
    version = desk.version
    result = MassCancelResult()

    events = desk.tell(WatchedMassCancel(MassCancel(**filters, asked_by="ops"), result))

    cause = ev.Cause("MassCancel", "ops")
    asked = [filters.get(name) for name in ("symbol", "side", "account", "broker")]
    first = version + 1
    after: dict[str, Any] = {"status": OrdStatus.PENDING_NEW, "leaves_qty": d(100)}
    assert events == (
        ev.MassCancelRequested(first, 1, cause, first, T0, *asked),
        *(
            ev.CancelRequested(
                first + place, 1, cause, first, T0, OrderId(number), request_id(6 + place), request_id(number), **after
            )
            for place, number in enumerate(orders, 1)
        ),
    )  # fmt: skip
    assert [request.order_id for request in desk.sent if isinstance(request, OrderCancelRequest)] == orders
    assert len(desk.sent) == len(orders)
    assert result.is_handled
    assert [order.order_id for order in result.requested] == orders
    assert result.refused == []


def test_an_order_that_opened_again_keeps_its_place() -> None:
    desk = Desk().acknowledged()
    desk.trade("E1", 100)
    desk.submit()
    desk.say(ExecType.TRADE_CANCEL, exec_id="B1", exec_ref_id="E1", leaves_qty=d(100), transact_time_ns=T0)
    assert list(desk.engine.state.book.exposure.open_orders) == [2, 1]

    events = desk.tell(MassCancel())

    assert [event.order_id for event in events if isinstance(event, ev.CancelRequested)] == [1, 2]


def test_what_cannot_be_canceled_is_told_with_the_reason_and_the_rest_is_asked_for() -> None:
    desk = Desk(instruments=(HERE, THERE), can={"paper": CAN_ALL, "real": CAN_ALL})
    desk.submit()
    desk.submit(symbol="MSFT")
    desk.submit()
    # A restart, without the second order's broker.
    desk.engine = Engine({PAPER: CAN_ALL}, default_handlers())
    desk.engine.replay(desk.journal)
    desk.tell(Start("desk", TIMEOUT_NS, OFF, (HERE, THERE)))
    desk.cancel(3)
    (asked,) = [request.cl_ord_id for request in desk.sent if isinstance(request, OrderCancelRequest)]
    result = MassCancelResult()

    events = desk.tell(WatchedMassCancel(MassCancel(asked_by="ops"), result))

    gone = Reason(ReasonCode.NO_ROUTE, "broker", "real", "an order whose broker is attached")
    pending = Reason(
        ReasonCode.ALREADY_PENDING,
        "order_id",
        f"3, cancel {asked} unanswered",
        "one cancel at a time",
    )
    assert kinds(events) == ["MassCancelRequested", "CancelRequested", "CancelDenied", "CancelDenied"]
    assert [order.order_id for order in result.requested] == [1]
    assert [(order.order_id, reasons) for order, reasons in result.refused] == [(2, (gone,)), (3, (pending,))]
    assert [event.reasons for event in events if isinstance(event, ev.CancelDenied)] == [(gone,), (pending,)]


def test_nothing_open_is_no_error() -> None:
    desk = Desk()
    result = MassCancelResult()

    assert kinds(desk.tell(WatchedMassCancel(MassCancel(), result))) == ["MassCancelRequested"]
    assert (result.is_handled, result.requested, result.refused) == (True, [], [])


def test_nothing_closes_the_way_of_a_mass_cancel() -> None:
    desk = Desk(
        RiskLimits(
            max_order_qty=None,
            max_order_notional=None,
            price_collar=None,
            max_open_orders=None,
            max_messages=2,
            off_by="a test",
        )
    )
    desk.submit()
    desk.submit()
    desk.tell(EngageKillSwitch("maintenance", "ops"))

    assert kinds(desk.tell(MassCancel())) == ["MassCancelRequested", "CancelRequested", "CancelRequested"]


def test_an_id_that_the_venue_would_not_take_is_not_sent() -> None:
    able = evolve(CAN_ALL, profile=evolve(EXCHANGE, cl_ord_ids=IntegerIds(16)))
    desk = Desk(instruments=(HERE, BTC), can={"paper": able})
    desk.submit()
    desk.engine.state.next_counter = 57_342  # the last 8,192 of 65,536 are kept for emergencies
    assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]
    assert kinds(desk.cancel(2)) == ["CancelRequested"]

    (_, denied) = desk.submit()
    (canceled,) = desk.cancel()
    (replaced,) = desk.replace(order_qty=50)

    # 57,344 is 1 x 32^3 + 24 x 32^2.
    identity = request_id(1)[:-4] + "byaa"
    reason = Reason(ReasonCode.UNSUPPORTED, "cl_ord_id", identity, "integers from 1 to 2^16 - 1", "paper")
    assert isinstance(denied, ev.OrderDenied)
    assert denied.reasons == (reason,)
    assert isinstance(canceled, ev.CancelDenied)
    assert canceled.reasons == (reason,)
    assert isinstance(replaced, ev.ReplaceDenied)
    assert replaced.reasons == (reason,)
