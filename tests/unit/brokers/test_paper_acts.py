"""What the paper broker's venue does of its own accord, as a whole manager sees it; statuses are those of FIX's matrices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.enums import ExecRestatementReason, SessionPhase, Side
from oms.model.ids import Account
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import CLS, DAY, FOK, GTC, IOC, GoodForTime, GoodTillDate, TimeInForce
from oms.simulation.accounts import CashAccount
from oms.simulation.fee_schedules import Bounded, PaidIn, Tiers, Together
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Constant, Latency
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.venue_acts import (
    BustTrade,
    CancelOrder,
    CorrectTrade,
    FinishDay,
    ResumeOrder,
    StopOrder,
    SuspendOrder,
    VenueAct,
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


@pytest.mark.parametrize("order_qty", [6, 4, 3, 2])
def test_what_is_left_of_a_busted_order_is_what_a_replace_says(order_qty: int) -> None:
    # 3 of 5 executed and were busted: 2 work. A total of which nothing has executed works as a whole.
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.replace(order, order_qty=order_qty)
    desk.to(20)
    assert f"{shown(order)} leaves {order.leaves_qty}" == f"NEW 0/{order_qty} leaves {order_qty}"
    desk.om.reconcile(asked_by="ops")
    desk.to(30)
    assert desk.om.breaks() == []

    desk.trade(40, "99.5", 9)
    assert shown(order) == f"FILLED {order_qty}/{order_qty} @100"
    assert [one.last_qty for one in desk.broker.executed[2:]] == [order_qty]


@pytest.mark.parametrize("act", ["a bust", "a correction"])
@pytest.mark.parametrize("is_said_first", [True, False], ids=["before a total", "after a total"])
def test_what_is_taken_back_and_a_total_of_one_moment_are_told_apart_by_their_numbers(
    act: str, *, is_said_first: bool
) -> None:
    # 3 of 5 executed and are taken back, or 1 of them stands; 6 are asked for in the same moment.
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    exec_id, stood = str(desk.broker.executed[0].exec_id), 0 if act == "a bust" else 1
    taken_back = BustTrade(exec_id) if act == "a bust" else CorrectTrade(exec_id, 1, 100)
    if is_said_first:
        desk.broker.act(taken_back, now(desk))
    desk.om.replace(order, order_qty=6)
    if not is_said_first:
        desk.broker.act(taken_back, now(desk))
    desk.om.poll()

    # A total that is said afterwards works as a whole; of an earlier one 3 are left.
    left = 6 - stood if is_said_first else 3
    assert (order.cum_qty, order.leaves_qty) == (Decimal(stood), Decimal(left))
    assert desk.om.anomalies() == []


def test_a_correction_that_would_make_an_execution_larger_is_refused_by_the_quantity_that_was_passed() -> (
    None
):
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    with pytest.raises(ValidationError) as refused:
        desk.broker.act(CorrectTrade(str(desk.broker.executed[0].exec_id), 5, 100), now(desk))

    assert str(refused.value) == "last_qty = 5: pass at most 3"
    assert (shown(order), len(desk.broker.executed)) == ("PARTIALLY_FILLED 3/5 @100", 1)


def act(desk: House, order: Order, what: str, order_qty: int) -> None:
    """One thing that happens to an order of which something has executed."""
    cl_ord_id, exec_id = str(order.cl_ord_id), str(desk.broker.executed[0].exec_id)
    if what == "replace":
        desk.om.replace(order, order_qty=order_qty)
        return
    told: dict[str, VenueAct] = {
        "bust": BustTrade(exec_id),
        "correct": CorrectTrade(exec_id, 1, 100),
        "suspend": SuspendOrder(cl_ord_id),
        "resume": ResumeOrder(cl_ord_id),
        "done for day": FinishDay(cl_ord_id),
    }
    desk.broker.act(told[what], now(desk))


@pytest.mark.parametrize(
    "acts",
    [
        ("replace", "bust"),
        ("replace", "bust", "replace"),
        ("replace", "correct", "replace"),
        ("replace", "suspend"),
        ("replace", "done for day"),
        ("suspend", "resume"),
        ("suspend", "bust", "resume", "suspend"),
        ("replace", "suspend", "replace", "resume"),
    ],
    ids=", ".join,
)
def test_whatever_happens_in_one_moment_is_told_apart(acts: tuple[str, ...]) -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(0, "99.5", 3)
    for number, what in enumerate(acts):
        act(desk, order, what, 6 + number)
    desk.om.poll()

    assert desk.om.anomalies() == []
    desk.om.reconcile(asked_by="ops")
    desk.to(10)
    assert desk.om.breaks() == []


def test_what_is_left_of_a_corrected_order_is_what_a_replace_says() -> None:
    # 3 of 5 become 1, and 2 work; a total of 4 leaves 3, one of 1 stops there (FIX C.3.c).
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    desk.broker.act(CorrectTrade(str(desk.broker.executed[0].exec_id), 1, 100), now(desk))
    desk.om.poll()
    assert order.leaves_qty == 2
    desk.om.replace(order, order_qty=4)
    desk.to(20)
    assert f"{shown(order)} leaves {order.leaves_qty}" == "PARTIALLY_FILLED 1/4 @100 leaves 3"
    desk.trade(30, "99.5", 2)
    assert f"{shown(order)} leaves {order.leaves_qty}" == "PARTIALLY_FILLED 3/4 @100 leaves 1"
    desk.om.replace(order, order_qty=3)
    desk.to(40)
    assert shown(order) == "FILLED 3/3 @100"


def test_an_account_holds_for_what_a_replace_lets_work() -> None:
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    held = [_held(desk)]
    desk.om.replace(order, price="90")
    desk.to(20)
    held.append(_held(desk))
    desk.om.replace(order, order_qty=5)
    desk.to(30)
    held.append(_held(desk))
    desk.om.cancel(order)
    desk.to(40)
    # 2 x 100 and 2 x 0.01 work after the bust, and with another price alone 2 x 90; then 5 x 90 and 5 x 0.01, and nothing.
    assert [*held, _held(desk)] == [Decimal("200.02"), Decimal("180.02"), Decimal("450.05"), 0]
    assert shown(order) == "CANCELED 0/5"


def test_what_a_replace_adds_to_a_busted_order_waits_its_turn() -> None:
    # 2 of 5 are left; the total of 4 is less than 5 and more than 2: the other order of the price goes first.
    desk = house()
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    other = desk.buy(2, "100")
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.replace(order, order_qty=4)
    desk.to(20)
    desk.trade(30, "100", 2)
    assert (shown(order), shown(other)) == ("NEW 0/4", "FILLED 2/2 @100")


def test_what_was_busted_stays_lost_when_an_order_meets_one_of_its_own_account() -> None:
    # 2 of 5 are left, and 1 is taken off them.
    desk = House(PaperBroker([INSTRUMENT], rules=MatchingRules(self_match=SelfMatch.DECREMENT_BOTH)))
    order = desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.submit("X", Side.SELL, 1, Limit(100))
    desk.to(20)
    assert f"{shown(order)} leaves {order.leaves_qty}" == "NEW 0/1 leaves 1"
    desk.trade(30, "99.5", 9)
    assert shown(order) == "FILLED 1/1 @100"


def _held(desk: House) -> Decimal:
    funds = desk.broker.funds()
    assert funds is not None
    return funds.balances[0].held


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


def test_every_fee_of_an_execution_is_paid_back() -> None:
    fees = Together([PerUnit("0.01"), PaidIn(PerUnit("0.02"), "EUR", {"USD": 1})])
    desk = House(PaperBroker([INSTRUMENT], fees=fees, account=CashAccount({"USD": 10_000, "EUR": 1})))
    desk.buy(5, "101")
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.om.poll()

    position = desk.om.position("X", Account("main"))
    assert position is not None
    assert position.fees == {"USD": 0, "EUR": 0}


def test_a_minimum_is_owed_again_after_a_bust() -> None:
    # 3 x 0.01 pay the minimum of 1; it is paid back, and 2 x 0.01 pay it again.
    desk = House(PaperBroker([INSTRUMENT], fees=Bounded(PerUnit("0.01"), minimum=1)))
    desk.buy(5, "100")
    desk.trade(10, "99.5", 3)
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.trade(20, "99.5", 2)
    position = desk.om.position("X", Account("main"))
    assert position is not None
    assert position.fees == {"USD": 1}


def test_what_was_busted_is_no_volume() -> None:
    # 5 x 101 = 505 is 0.505 at 10 basis points; without it the next one is in the first tier again.
    desk = House(PaperBroker([INSTRUMENT], fees=Tiers(((0, 10, 10), (500, 0, 0)))))
    desk.buy(5, "101")
    desk.broker.act(BustTrade(str(desk.broker.executed[0].exec_id)), now(desk))
    desk.quote(10, ask="101x6")
    desk.buy(5, "101")
    assert [one.commission for one in desk.broker.executed] == [Decimal("0.505"), None, Decimal("0.505")]


def bust(desk: House, at: int = -1) -> None:
    desk.broker.act(BustTrade(str(desk.broker.executed[at].exec_id)), now(desk))
    desk.om.poll()


def test_a_day_order_of_which_all_was_busted_expires_at_the_close() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(101), tif=DAY)
    bust(desk)
    assert f"{shown(order)} leaves {order.leaves_qty}" == "NEW 0/5 leaves 0"

    session(desk, SessionPhase.CLOSED, "20240108")
    assert desk.heard() == ["0 new", "0 traded", "0 busted", "0 expired"]
    assert shown(order) == "EXPIRED 0/5"
    assert desk.om.open_orders() == []


def test_a_part_that_was_busted_ends_so_too() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(100), tif=DAY)
    desk.trade(10, "99.5", 2)
    desk.trade(20, "99.5", 3)
    bust(desk, 0)
    assert f"{shown(order)} leaves {order.leaves_qty}" == "PARTIALLY_FILLED 3/5 @100 leaves 0"

    session(desk, SessionPhase.CLOSED, "20240108")
    assert shown(order) == "EXPIRED 3/5 @100"


@pytest.mark.parametrize("terms", [Limit(101), Market()], ids=["limit", "market"])
@pytest.mark.parametrize("tif", [IOC, FOK], ids=["ioc", "fok"])
def test_what_trades_at_once_or_not_at_all_is_canceled_as_it_is_busted(
    tif: TimeInForce, terms: Terms
) -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, terms, tif=tif)
    bust(desk)

    assert desk.heard() == ["0 new", "0 traded", "0 busted", "0 canceled"]
    assert shown(order) == "CANCELED 0/5"


def test_a_correction_that_takes_some_off_counts_like_a_bust() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(101), tif=IOC)
    desk.broker.act(CorrectTrade(str(desk.broker.executed[0].exec_id), 5, 100), now(desk))
    desk.om.poll()
    assert shown(order) == "FILLED 5/5 @100"
    desk.broker.act(CorrectTrade(str(desk.broker.executed[-1].exec_id), 4, 100), now(desk))
    desk.om.poll()

    assert desk.heard() == ["0 new", "0 traded", "0 corrected", "0 corrected", "0 canceled"]
    assert shown(order) == "CANCELED 4/5 @100"


@pytest.mark.parametrize("tif", [DAY, GoodTillDate("20240108"), CLS], ids=["day", "gtd", "cls"])
def test_an_order_whose_day_is_over_expires_as_it_is_busted(tif: TimeInForce) -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(101), tif=tif)
    session(desk, SessionPhase.CLOSED, "20240108")
    assert shown(order) == "FILLED 5/5 @101"
    bust(desk)
    assert desk.heard()[-2:] == ["0 busted", "0 expired"]
    assert shown(order) == "EXPIRED 0/5"


def test_so_does_one_that_is_busted_on_a_later_day() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 5, Limit(101), tif=DAY)
    session(desk, SessionPhase.CLOSED, "20240108")
    session(desk, SessionPhase.OPEN, "20240109")
    bust(desk)
    assert shown(order) == "EXPIRED 0/5"


def test_one_that_is_good_for_a_time_expires_when_that_has_passed() -> None:
    desk = house()
    soon = desk.om.submit("X", Side.BUY, 2, Limit(101), tif=GoodForTime("0.010"))
    later = desk.om.submit("X", Side.BUY, 2, Limit(101), tif=GoodForTime("0.050"))
    desk.to(20)
    bust(desk, 0)
    bust(desk, 1)
    assert [shown(soon), shown(later)] == ["EXPIRED 0/2", "NEW 0/2"]
    desk.to(60)
    assert shown(later) == "EXPIRED 0/2"
    assert desk.heard()[-4:] == ["20 busted", "20 expired", "20 busted", "50 expired"]


def test_one_that_no_time_ends_is_canceled_at_once() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 2, Limit(101), tif=GTC)
    bust(desk)
    assert desk.heard() == ["0 new", "0 traded", "0 busted", "0 canceled"]
    assert shown(order) == "CANCELED 0/2"


def test_nothing_of_it_is_held_back() -> None:
    desk = house()
    order = desk.om.submit("X", Side.BUY, 2, Limit(101), tif=DAY)
    bust(desk)
    with pytest.raises(ValidationError, match="of which something works"):
        desk.broker.act(SuspendOrder(str(order.cl_ord_id)), now(desk))
