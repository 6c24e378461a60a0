"""Which broker an order goes to, and what exactly it is asked."""

from __future__ import annotations

from typing import Final

import pytest

from oms.model import events as ev
from oms.model.approval import Approved
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.decimals import ZERO
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY, GTC
from oms.routing.router import Router
from tests.fakes import CAN_ALL, CAN_MORE, T0, d
from tests.unit.journals import NEW_ID, make, new_order
from tests.unit.model.test_order import moved

PAPER: Final = BrokerName("paper")
REAL: Final = BrokerName("real")
MAIN: Final = Account("main")
AAPL: Final = Symbol("AAPL")
ANY: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01")
ITS_OWN: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", broker="real")
NEXT: Final = ClOrdId("next")

CHOICES: dict[str, tuple[list[BrokerName], Instrument, BrokerName | str]] = {
    "the only one": ([PAPER], ANY, PAPER),
    "the one that the instrument names": ([PAPER, REAL], ITS_OWN, REAL),
    "none, since two could be meant": ([PAPER, REAL], ANY, "one of: paper, real"),
    "none, since the named one is not there": ([PAPER], ITS_OWN, "one of: paper"),
    "none, since there is none": ([], ANY, "one of: none is attached"),
}


@pytest.mark.parametrize(("attached", "instrument", "chosen"), CHOICES.values(), ids=CHOICES)
def test_an_order_goes_to_the_broker_that_can_only_be_meant(
    attached: list[BrokerName], instrument: Instrument, chosen: BrokerName | str
) -> None:
    choice = Router(dict.fromkeys(attached, CAN_ALL)).choose(instrument)

    if isinstance(choice, Reason):
        assert choice.code is ReasonCode.NO_ROUTE
        assert choice.allowed == f"an instrument that names its broker, {chosen}"
    else:
        assert choice == (chosen, CAN_ALL)


def test_a_new_order_carries_its_quantity_or_its_amount() -> None:
    router = Router({PAPER: CAN_MORE})
    units = SubmitOrder(AAPL, Side.BUY, 100, Limit(10, 5), GTC, MAIN)
    money = SubmitOrder(AAPL, Side.SELL, None, Market(), DAY, MAIN, cash_order_qty="2500.50")

    assert router.new_order(Approved(units), OrderId(1), PAPER, NEXT, T0) == NewOrderSingle(
        PAPER, OrderId(1), NEXT, T0, AAPL, Side.BUY, d(100), Limit(10, 5), GTC, MAIN
    )
    assert router.new_order(Approved(money), OrderId(2), PAPER, NEXT, T0) == NewOrderSingle(
        PAPER, OrderId(2), NEXT, T0, AAPL, Side.SELL, ZERO, Market(), DAY, MAIN, d("2500.50")
    )


def test_a_replace_and_a_cancel_carry_the_whole_order_to_the_broker_that_has_it() -> None:
    router = Router({PAPER: CAN_MORE})
    order = moved(new_order(), make(ev.OrderSubmitted, broker=REAL), make(ev.OrderAcknowledged))
    after = SubmitOrder(AAPL, Side.BUY, 200, Limit(10, 5), GTC, MAIN)

    asked = router.replace(Approved(ReplaceOrder(OrderId(1), order_qty=200)), order, NEXT, NEW_ID, after, T0)
    canceled = router.cancel(Approved(CancelOrder(OrderId(1))), order, NEXT, NEW_ID, T0)

    known = order.venue_order_id
    assert asked == OrderCancelReplaceRequest(
        REAL, OrderId(1), NEXT, T0, NEW_ID, known, AAPL, Side.BUY, d(200), Limit(10, 5), GTC, MAIN
    )
    assert canceled == OrderCancelRequest(
        REAL, OrderId(1), NEXT, T0, NEW_ID, known, AAPL, Side.BUY, d(100), MAIN
    )
