"""What the paper broker's venue does of its own accord, as a whole manager sees it; statuses are those of FIX's matrices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.enums import ExecRestatementReason, SessionPhase, Side
from oms.model.ids import Account
from oms.model.sessions import SessionChange
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, GTC
from oms.simulation.accounts import CashAccount
from oms.simulation.fee_schedules import PaidIn, Together
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Constant, Latency
from oms.simulation.venue_acts import (
    BustTrade,
    CancelOrder,
    CorrectTrade,
    FinishDay,
    ResumeOrder,
    StopOrder,
    SuspendOrder,
)
from tests.unit.brokers.house import INSTRUMENT, MS, House, X, shown


def house(latency: Latency | None = None) -> House:
    return House(
        PaperBroker([INSTRUMENT], fees=PerUnit("0.01"), account=CashAccount({"USD": 10_000}), latency=latency)
    )


def now(desk: House) -> int:
    return desk.clock.now_ns()


def session(desk: House, phase: SessionPhase, day: str) -> None:
    desk.om.session(SessionChange(now(desk), phase, day))


def test_an_order_is_canceled_that_nobody_asked_to_cancel() -> None:
    # FIX E.1.b: part-filled, then an unsolicited cancel.
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.broker.act(
        CancelOrder(str(order.cl_ord_id), text="halted", reason=ExecRestatementReason.CANCEL_ON_TRADING_HALT),
        now(desk),
    )
    desk.om.poll()

    assert desk.heard() == ["0 new", "10 traded", "10 canceled"]
    assert shown(order) == "CANCELED 2/5 @100"
    with pytest.raises(ValidationError, match="open at the venue"):
        desk.broker.act(CancelOrder(str(order.cl_ord_id)), now(desk))


def test_a_cancel_of_the_venues_own_crosses_ours() -> None:
    desk = house(Latency(to_venue=Constant(10 * MS), from_venue=Constant(5 * MS)))
    order = desk.buy(5, "100")
    desk.to(20)
    desk.om.cancel(order)
    desk.to(25)
    desk.broker.act(CancelOrder(str(order.cl_ord_id)), now(desk))
    desk.to(50)

    # The refusal of ours comes after the end, and changes nothing.
    assert desk.heard() == ["15 new", "30 canceled"]
    assert shown(order) == "CANCELED 0/5"


def test_an_execution_is_busted_and_its_fee_paid_back() -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.trade(11, "99.5", 3)
    assert shown(order) == "FILLED 5/5 @100"
    first = desk.broker.executed[0]
    desk.broker.act(BustTrade(str(first.exec_id), text="clearly erroneous"), now(desk))
    desk.om.poll()

    # FIX J.1.d: the executed quantity falls; nothing of it works again.
    assert desk.heard() == ["0 new", "10 traded", "11 traded", "11 busted"]
    assert shown(order) == "PARTIALLY_FILLED 3/5 @100"
    assert order.leaves_qty == 0
    position = desk.om.position("X")
    assert position is not None
    assert position.net_qty == 3
    assert position.fees == {"USD": Decimal("0.03")}
    funds = desk.broker.funds()
    assert funds is not None
    assert funds.positions == {X: 3}
    assert [funds.balances[0].cash, funds.balances[0].fees] == [Decimal("9699.97"), Decimal("0.03")]
    with pytest.raises(ValidationError, match="that stands"):
        desk.broker.act(BustTrade(str(first.exec_id)), now(desk))


def test_a_bust_of_an_open_order_leaves_what_is_open_as_it_is() -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 2)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.poll()
    assert shown(order) == "NEW 0/5"
    assert order.leaves_qty == 3

    desk.trade(20, "99.5", 9)
    assert shown(order) == "PARTIALLY_FILLED 3/5 @100"
    assert order.leaves_qty == 0


def test_an_execution_is_corrected_twice_and_busted() -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 5)
    for qty, px in ((5, "99.5"), (4, "99.25")):
        last = desk.broker.executed[-1]
        desk.broker.act(CorrectTrade(str(last.exec_id), qty, px), now(desk))
    desk.om.poll()

    assert shown(order) == "PARTIALLY_FILLED 4/5 @99.25"
    funds = desk.broker.funds()
    assert funds is not None
    # 4 x 99.25 and 5 x 0.01: the fee stays.
    assert [funds.balances[0].cash, funds.positions[X]] == [Decimal("9602.95"), 4]
    with pytest.raises(ValidationError, match="at most 4"):
        desk.broker.act(CorrectTrade(str(desk.broker.executed[-1].exec_id), 5, 99), now(desk))

    desk.broker.act(BustTrade(str(desk.broker.executed[-1].exec_id)), now(desk))
    desk.om.poll()
    assert order.cum_qty == 0
    assert desk.heard() == ["0 new", "10 traded", "10 corrected", "10 corrected", "10 busted"]
    funds = desk.broker.funds()
    assert funds is not None
    assert [funds.balances[0].cash, funds.positions] == [10_000, {}]


def test_a_day_order_that_is_done_for_the_day_expires_at_the_close() -> None:
    # FIX A.1.b.
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=DAY)
    desk.trade(10, "99.5", 2)
    desk.broker.act(FinishDay(str(order.cl_ord_id)), now(desk))
    desk.om.poll()
    assert shown(order) == "DONE_FOR_DAY 2/5 @100"

    desk.trade(20, "99", 9)
    assert shown(order) == "DONE_FOR_DAY 2/5 @100"
    session(desk, SessionPhase.CLOSED, "20240108")
    assert desk.heard() == ["0 new", "10 traded", "10 done for day", "20 expired"]


def test_another_order_that_is_done_for_the_day_is_renewed_the_next_morning() -> None:
    # FIX H.1.a.
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=GTC)
    desk.trade(10, "99.5", 2)
    desk.broker.act(FinishDay(str(order.cl_ord_id)), now(desk))
    desk.om.poll()
    assert shown(order) == "DONE_FOR_DAY 2/5 @100"
    session(desk, SessionPhase.CLOSED, "20240108")
    session(desk, SessionPhase.OPEN, "20240109")
    assert shown(order) == "PARTIALLY_FILLED 2/5 @100"

    desk.trade(30, "99", 9)
    assert shown(order) == "FILLED 5/5 @100"
    assert desk.heard() == ["0 new", "10 traded", "10 done for day", "10 restated", "30 traded"]


def test_a_suspended_order_waits_and_cannot_be_replaced() -> None:
    # FIX K.1.a: a trading halt, and the order reinstated when it lifts.
    desk = house()
    order = desk.buy(5, "100")
    desk.broker.act(SuspendOrder(str(order.cl_ord_id)), now(desk))
    desk.om.poll()
    assert shown(order) == "SUSPENDED 0/5"
    desk.trade(10, "99", 9)
    desk.om.replace(order, price="99")
    assert shown(order) == "SUSPENDED 0/5"
    with pytest.raises(ValidationError, match="held back by nothing else"):
        desk.broker.act(FinishDay(str(order.cl_ord_id)), now(desk))

    desk.broker.act(ResumeOrder(str(order.cl_ord_id)), now(desk))
    desk.om.poll()
    assert shown(order) == "NEW 0/5"
    desk.trade(20, "99", 9)
    assert shown(order) == "FILLED 5/5 @100"
    with pytest.raises(ValidationError, match="open at the venue"):
        desk.broker.act(ResumeOrder(str(order.cl_ord_id)), now(desk))


def test_a_suspended_order_can_be_canceled() -> None:
    desk = house()
    order = desk.buy(5, "100")
    with pytest.raises(ValidationError, match="that is suspended"):
        desk.broker.act(ResumeOrder(str(order.cl_ord_id)), now(desk))
    desk.broker.act(SuspendOrder(str(order.cl_ord_id)), now(desk))
    desk.om.cancel(order)

    assert shown(order) == "CANCELED 0/5"
    funds = desk.broker.funds()
    assert funds is not None
    assert funds.balances[0].held == 0


def test_a_price_is_guaranteed() -> None:
    # FIX L.1.a: stopped, then executed at a better price.
    desk = house()
    order = desk.buy(5, "100")
    desk.broker.act(StopOrder(str(order.cl_ord_id), 2, "100.5"), now(desk))
    desk.om.poll()
    assert shown(order) == "STOPPED 0/5"
    desk.trade(10, "99.5", 5)
    assert shown(order) == "FILLED 5/5 @100"


def test_reconciling_after_a_bust_finds_nothing_wrong() -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 5)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.poll()
    desk.om.reconcile(asked_by="ops")
    desk.to(100)

    assert shown(order).startswith("NEW 0/5")
    assert desk.om.breaks() == []


def test_only_the_fee_on_the_execution_is_paid_back() -> None:
    fees = Together([PerUnit("0.01"), PaidIn(PerUnit("0.02"), "EUR", {"USD": 1})])
    desk = House(PaperBroker([INSTRUMENT], fees=fees, account=CashAccount({"USD": 10_000})))
    desk.buy(5, "101")
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.poll()

    position = desk.om.position("X", Account("main"))
    assert position is not None
    assert position.fees == {"USD": 0, "EUR": Decimal("0.1")}
