"""Orders that would trade with one of their own account: refused here where the limits say so, never sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.invariants import check_state
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.commands import SubmitOrder
from oms.model.enums import CxlRejResponseTo, ExecType, Life, Side
from oms.model.ids import Account, OrderId, Symbol
from oms.model.limits import RiskLimits
from oms.model.market import TradePrint
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import OrderCancelReject
from oms.model.terms import Limit, Market, MarketToLimit, Pegged, Stop, StopLimit, Terms
from oms.model.time_in_force import CLS, DAY, GFA, OPG, TimeInForce
from oms.projections.positions import Positions
from oms.risk.book import RiskBook
from tests.fakes import AAPL, BTC, CAN_MORE, T0
from tests.unit.engine.desk import MAIN, OFF, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id
from tests.unit.engine.test_held_orders import PLAIN

ON = evolve(OFF, blocks_self_match=True)
BUY, SELL = Side.BUY, Side.SELL


def why(value: str, allowed: str) -> tuple[Reason, ...]:
    return (Reason(ReasonCode.SELF_MATCH, "price", value, allowed),)


def desk(limits: RiskLimits = ON, **fields: Any) -> Desk:  # noqa: ANN401  # an order's fields
    """A desk with one order, of which the broker has said nothing yet."""
    here = Desk(limits)
    here.submit(**fields)
    assert here.order().life is Life.SENT
    return here


REFUSED: dict[str, tuple[Side, Terms, Side, Terms, str, str]] = {
    "a purchase beyond a sale": (SELL, Limit("100.50"), BUY, Limit(101), "101", "below 100.5, where order 1"),
    "a purchase at its price": (SELL, Limit("100.50"), BUY, Limit("100.50"), "100.5", "below 100.5, where order 1"),
    "a purchase at the market": (SELL, Limit("100.50"), BUY, Market(), "any", "below 100.5, where order 1"),
    "one whose rest gets a limit": (SELL, Limit(200), BUY, MarketToLimit(), "any", "below 200, where order 1"),
    "a sale beyond a purchase": (BUY, Limit(100), SELL, Limit("99.50"), "99.5", "above 100, where order 1"),
    "a sale at its price": (BUY, Limit(100), SELL, Limit(100), "100", "above 100, where order 1"),
    "a short sale": (BUY, Limit(100), Side.SELL_SHORT, Limit(100), "100", "above 100, where order 1"),
    "a sale at the market": (BUY, Limit(100), SELL, Market(), "any", "above 100, where order 1"),
    "one that waits at its broker and has a limit": (
        SELL, StopLimit(95, 94), BUY, Limit(94), "94", "below 94, where order 1",
    ),
    "one that its broker pegs, with a limit": (
        SELL, Pegged(price=Decimal(90)), BUY, Limit(90), "90", "below 90, where order 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("side", "rests", "other", "terms", "value", "allowed"), REFUSED.values(), ids=REFUSED
)
def test_an_order_that_would_trade_with_an_own_one_is_denied_and_never_sent(
    side: Side, rests: Terms, other: Side, terms: Terms, value: str, allowed: str
) -> None:
    here = Desk(ON, can={"paper": CAN_MORE})
    here.submit(side=side, terms=rests)
    events = here.submit(side=other, terms=terms, qty=1)

    assert [type(event).__name__ for event in events] == ["OrderCreated", "OrderDenied"]
    assert here.order(2).life is Life.DENIED
    assert here.order(2).reasons == why(value, f"{allowed} of this account rests")
    assert len(here.sent) == 1


def test_nothing_passes_one_that_is_open_at_the_market() -> None:
    here = desk(side=SELL, terms=Market())
    here.submit(side=BUY, terms=Limit(1))

    assert here.order(2).reasons == why("1", "nothing while order 1 of this account is open at the market")


TAKEN: dict[str, tuple[Side, Terms, dict[str, Any]]] = {
    "a purchase below the sale": (SELL, Limit("100.50"), {"side": BUY, "terms": Limit("100.49")}),
    "a sale above the purchase": (BUY, Limit(100), {"side": SELL, "terms": Limit("100.01")}),
    "one of the same side": (SELL, Limit("100.50"), {"side": SELL, "terms": Limit(90)}),
    "one of another account": (
        SELL,
        Limit("100.50"),
        {"side": BUY, "terms": Limit(101), "account": "other"},
    ),
    "one of another symbol": (
        SELL,
        Limit(50),
        {"side": BUY, "terms": Limit(101), "symbol": "BTC-USD", "qty": 1},
    ),
    "one that waits at its broker for a price": (SELL, Limit("100.50"), {"side": BUY, "terms": Stop(100)}),
    "one against what waits at its broker, and has no limit": (
        SELL,
        Stop(95),
        {"side": BUY, "terms": Limit(100)},
    ),
}


@pytest.mark.parametrize(("side", "rests", "fields"), TAKEN.values(), ids=TAKEN)
def test_what_would_meet_none_of_its_account_is_sent(
    side: Side, rests: Terms, fields: dict[str, Any]
) -> None:
    here = Desk(ON, can={"paper": CAN_MORE})
    here.submit(side=side, terms=rests)
    here.submit(**fields)

    assert [here.order(number).life for number in (1, 2)] == [Life.SENT, Life.SENT]


@pytest.mark.parametrize("tif", [CLS, OPG, GFA], ids=["close", "opening", "auction"])
def test_what_is_for_an_auction_meets_nobody_before(tif: TimeInForce) -> None:
    # In auctions orders of one account may trade with one another (CME 534).
    here = Desk(ON, can={"paper": CAN_MORE})
    here.submit(side=SELL, terms=Market(), tif=tif)
    here.submit(side=BUY, terms=Limit(100))
    here.submit(side=SELL, terms=Limit(99), tif=tif)
    assert [here.order(number).life for number in (1, 2, 3)] == [Life.SENT] * 3

    here.submit(side=SELL, terms=Limit(99))
    assert here.order(4).reasons == why("99", "above 100, where order 2 of this account rests")


def test_what_is_left_of_market_to_limit_is_in_the_way_at_the_price_it_has_traded_at() -> None:
    here = Desk(ON, can={"paper": CAN_MORE})
    here.submit(side=SELL, terms=MarketToLimit(), qty=5)
    here.say(ExecType.NEW)
    here.submit(side=BUY, terms=Limit(1))
    here.trade("E1", 3, px="100")
    here.submit(side=BUY, terms=Limit("99.99"))
    here.submit(side=BUY, terms=Limit(100))

    assert here.order(2).reasons == why("1", "nothing while order 1 of this account is open at the market")
    assert here.order(3).life is Life.SENT
    assert here.order(4).reasons == why("100", "below 100, where order 1 of this account rests")


def test_nothing_is_refused_for_it_unless_it_is_asked_for() -> None:
    here = desk(OFF, side=SELL, terms=Limit(100))
    here.submit(side=BUY, terms=Limit(101))

    assert here.order(2).life is Life.SENT
    assert here.engine.state.book.exposure.matchable is None


def test_the_nearest_own_order_is_the_one_that_is_named() -> None:
    here = desk(side=SELL, terms=Limit(102))
    here.submit(side=SELL, terms=Limit(101))
    here.submit(side=SELL, terms=Limit(103))
    here.submit(side=BUY, terms=Limit(110))

    assert here.order(4).reasons == why("110", "below 101, where order 2 of this account rests")


def test_an_order_that_has_ended_is_in_nobodys_way() -> None:
    here = desk(side=SELL, terms=Limit(100), qty=5)
    here.say(ExecType.NEW)
    here.trade("E1", 4)
    here.submit(side=BUY, terms=Limit(100))
    here.trade("E2", 1)
    here.submit(side=BUY, terms=Limit(100))

    assert [here.order(number).life for number in (2, 3)] == [Life.DENIED, Life.SENT]


def test_a_cancel_that_is_unanswered_leaves_its_order_in_the_way() -> None:
    here = desk(side=SELL, terms=Limit(100))
    here.say(ExecType.NEW)
    here.cancel()
    here.submit(side=BUY, terms=Limit(100))

    assert here.order(2).life is Life.DENIED


# ---------------------------------------------------------------- replaces


def two() -> Desk:
    """A desk with a sale at 101 and a purchase at 99, both acknowledged."""
    here = desk(side=SELL, terms=Limit(101))
    here.submit(side=BUY, terms=Limit(99))
    here.say(ExecType.NEW)
    here.say(ExecType.NEW, cl_ord_id=request_id(2))
    return here


def test_a_replace_may_come_up_to_an_own_order_and_not_to_its_price() -> None:
    here = two()
    denied = here.replace(2, price=Decimal(101))[-1]
    assert (type(denied).__name__, here.order(2).terms) == ("ReplaceDenied", Limit(99))
    assert denied.reasons == why("101", "below 101, where order 1 of this account rests")  # type: ignore[attr-defined]  # of its class
    here.replace(1, price=Decimal(98))
    assert len(here.sent) == 2

    here.replace(2, price=Decimal("100.99"))
    assert len(here.sent) == 3


def test_while_a_replace_is_unanswered_its_order_stands_at_both_prices() -> None:
    here = two()
    here.replace(1, price=Decimal(105))  # Away: it may be at 101 still.
    here.submit(side=BUY, terms=Limit(101))
    assert here.order(3).reasons == why("101", "below 101, where order 1 of this account rests")

    here.replace(2, price=Decimal(100))  # Nearer: it may be at 100 already.
    here.submit(side=SELL, terms=Limit(100))
    assert here.order(4).reasons == why("100", "above 100, where order 2 of this account rests")
    assert len(here.sent) == 4


def test_once_a_replace_is_answered_only_the_price_in_force_counts() -> None:
    here = two()
    here.replace(1, price=Decimal(105))
    here.say(ExecType.REPLACED, cl_ord_id=request_id(3), orig_cl_ord_id=request_id(1))
    here.submit(side=BUY, terms=Limit(101))
    assert here.order(3).life is Life.SENT

    here.replace(2, price=Decimal(103))
    here.report(OrderCancelReject(request_id(5), CxlRejResponseTo.REPLACE, orig_cl_ord_id=request_id(2)))
    here.submit(side=SELL, terms=Limit(102))
    assert here.order(4).life is Life.SENT


def test_a_replace_for_less_is_never_in_question() -> None:
    here = two()
    here.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    here.replace(2, price=Decimal(101))
    here.say(ExecType.REPLACED, cl_ord_id=here.sent[-1].cl_ord_id, orig_cl_ord_id=request_id(2))
    here.tell(Start("desk", TIMEOUT_NS, ON, (AAPL, BTC)))

    assert kinds(here.replace(2, order_qty=Decimal(50))) == ["ReplaceRequested"]
    assert kinds(here.replace(2, order_qty=Decimal(60))) == ["ReplaceDenied"]


# ---------------------------------------------------------------- held orders


def test_a_held_stop_is_judged_when_it_is_released() -> None:
    here = Desk(ON, can={"paper": PLAIN})
    here.submit(side=BUY, terms=Limit(94))
    here.submit(side=SELL, terms=Stop(95))
    here.submit(side=SELL, terms=StopLimit(95, "94.50"))
    assert [here.order(number).life for number in (2, 3)] == [Life.UNSENT, Life.UNSENT]

    here.tell(TradePrint(SYMBOL, T0, 95, 100))

    assert here.order(2).reasons == why("any", "above 94, where order 1 of this account rests")
    assert here.order(3).life is Life.SENT
    assert len(here.sent) == 2


def test_a_held_order_is_in_nobodys_way() -> None:
    here = Desk(ON, can={"paper": PLAIN})
    here.submit(side=SELL, terms=StopLimit(95, 94))
    here.submit(side=BUY, terms=Limit(100))
    assert here.order(2).life is Life.SENT

    here.tell(TradePrint(SYMBOL, T0, 95, 100))
    assert here.order(1).reasons == why("94", "above 100, where order 2 of this account rests")


# ---------------------------------------------------------------- what is kept


def test_orders_that_were_open_before_it_is_asked_for_count() -> None:
    here = desk(OFF, side=SELL, terms=Limit(100))
    here.tell(Start("desk", TIMEOUT_NS, ON, (AAPL, BTC)))
    here.submit(side=BUY, terms=Limit(100))
    assert here.order(2).life is Life.DENIED

    here.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    here.submit(side=BUY, terms=Limit(100))
    assert here.order(3).life is Life.SENT


def check_same(here: Desk, state: State) -> None:
    assert describe(state) == describe(here.engine.state)
    assert check_state(state) == ()
    reasons = state.book.why_self_match(SubmitOrder(SYMBOL, BUY, 1, Limit(101), DAY, MAIN))
    assert reasons == why("101", "below 101, where order 1 of this account rests")


def test_a_replay_knows_what_is_in_the_way() -> None:
    here, replayed = two(), State()
    for event in here.journal:
        replayed.apply(event)

    check_same(here, replayed)


@pytest.mark.slow
def test_a_snapshot_knows_what_is_in_the_way() -> None:
    here, loaded = two(), State()
    load(dump(here.engine.state, Positions()), loaded, Positions())

    check_same(here, loaded)


def test_an_order_that_is_not_kept_by_account_and_symbol_is_told_of() -> None:
    here = two()
    matchable = here.engine.state.book.exposure.matchable
    assert matchable is not None
    del matchable[MAIN, SYMBOL][OrderId(1)]
    assert [text.split(",")[0][:16] for text in check_state(here.engine.state)] == ["open orders are "]
    here.engine.state.book.exposure.matchable = None
    assert len(check_state(here.engine.state)) == 1


def test_a_book_with_nothing_open_has_nothing_against_anything() -> None:
    book = RiskBook()
    book.set_limits(ON)

    assert book.why_self_match(SubmitOrder(Symbol("AAPL"), BUY, 1, Market(), DAY, Account("new"))) == ()
