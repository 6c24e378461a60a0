"""A pegged order at a venue that does not peg is a limit order there, whose price is replaced as the market moves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model.capabilities import Capabilities
from oms.model.commands import EngageKillSwitch, ReleaseKillSwitch
from oms.model.enums import (
    CxlRejResponseTo,
    ExecType,
    Life,
    PegPriceType,
    SessionPhase,
    Side,
    WorkedBy,
)
from oms.model.events import Event
from oms.model.ids import BrokerName, ExecId, OrderId
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.reports import OrderCancelReject
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market, Pegged, Terms
from oms.model.time_in_force import (
    DAY,
    GTC,
    IOC,
    AtTheOpening,
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    TimeInForce,
)
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, ReplaceSupport
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, T0, S
from tests.unit.engine.desk import OFF, SYMBOL, TIMEOUT_NS, Desk, kinds, submit

PAIRS: frozenset[Any] = frozenset(
    (terms, tif)
    for terms in (Market, Limit)
    for tif in (Day, GoodTillCancel, ImmediateOrCancel, AtTheOpening)
)
PLAIN = Capabilities(
    order_types=PAIRS,
    amendable=frozenset({"order_qty", "price", "time_in_force"}),
    instructions=frozenset({"post_only"}),
)
PRIMARY, MID, MARKET = PegPriceType.PRIMARY, PegPriceType.MID, PegPriceType.MARKET
HELD = ["OrderCreated", "OrderHeld", "OrderReleased", "OrderSubmitted"]


def desk(limits: RiskLimits = OFF, **can: Any) -> Desk:  # noqa: ANN401  # whatever a broker can do
    """A desk whose only broker takes market and limit orders, and replaces prices."""
    return Desk(limits, can={"paper": evolve(PLAIN, **can)})


def quote(bid: int | str | None, ask: int | str | None, bid_size: int = 5, ask_size: int = 5) -> Quote:
    return Quote(SYMBOL, T0, bid, bid_size if bid is not None else 0, ask, ask_size if ask is not None else 0)


def limits(of: Desk) -> list[Decimal]:
    """The prices that the venue was asked for, in order."""
    asked = [one for one in of.sent if isinstance(one, NewOrderSingle | OrderCancelReplaceRequest)]
    assert all(type(one.terms) is Limit for one in asked)
    return [one.terms.price for one in asked if isinstance(one.terms, Limit)]


def px(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def only(**fields: Any) -> RiskLimits:  # noqa: ANN401  # the limits to test
    off: dict[str, Any] = dict.fromkeys(
        ("max_order_qty", "max_order_notional", "price_collar", "max_open_orders", "max_messages")
    )
    return RiskLimits(**{**off, **fields}, off_by="a test")


def answer(of: Desk) -> tuple[Event, ...]:
    """Let the venue take the last replace."""
    last = of.sent[-1]
    assert isinstance(last, OrderCancelReplaceRequest)
    return of.say(ExecType.REPLACED, cl_ord_id=last.cl_ord_id, orig_cl_ord_id=last.orig_cl_ord_id)


def refuse(of: Desk) -> tuple[Event, ...]:
    """Let it refuse the last replace."""
    last = of.sent[-1]
    assert isinstance(last, OrderCancelReplaceRequest)
    return of.report(
        OrderCancelReject(last.cl_ord_id, CxlRejResponseTo.REPLACE, orig_cl_ord_id=last.orig_cl_ord_id)
    )


def pegged(
    terms: Terms | None = None, side: Side = Side.BUY, tif: TimeInForce = GTC, of: Desk | None = None
) -> Desk:
    """A desk with a pegged order for 10 that its venue has acknowledged, beside a market of 100.00 to 100.04."""
    here = desk() if of is None else of
    here.tell(quote(100, "100.04"))
    events = here.submit(side=side, qty=10, terms=Pegged() if terms is None else terms, tif=tif)
    assert kinds(events) == HELD
    here.say(ExecType.NEW)
    return here


BEGINS: dict[str, tuple[Side, Pegged, str]] = {
    "a purchase at its own side": (Side.BUY, Pegged(), "100"),
    "a sale at its own side": (Side.SELL, Pegged(), "100.04"),
    "a purchase at the middle": (Side.BUY, Pegged(MID), "100.02"),
    "a sale above the middle": (Side.SELL, Pegged(MID, "0.01"), "100.03"),
    "a purchase at the other side": (Side.BUY, Pegged(MARKET), "100.04"),
    "a sale beyond the other side": (Side.SELL, Pegged(MARKET, "-0.01"), "99.99"),
    "a purchase behind its own side": (Side.BUY, Pegged(PRIMARY, "-0.02"), "99.98"),
    "a purchase no worse than its limit": (Side.BUY, Pegged(MARKET, 0, "100.01"), "100.01"),
    "a sale no worse than its limit": (Side.SELL, Pegged(MARKET, 0, "100.03"), "100.03"),
}


@pytest.mark.parametrize(("side", "terms", "expected"), BEGINS.values(), ids=BEGINS)
def test_it_begins_at_its_place(side: Side, terms: Pegged, expected: str) -> None:
    here = pegged(terms, side)

    assert limits(here) == px(expected)
    order = here.order()
    assert (order.terms, order.given_terms, order.worked_by) == (Limit(expected), terms, WorkedBy.OMS)
    assert order.life is Life.LIVE


@pytest.mark.parametrize(("side", "expected"), [(Side.BUY, "100.25"), (Side.SELL, "100.50")])
def test_a_middle_between_two_prices_is_rounded_away_from_the_other_side(side: Side, expected: str) -> None:
    coarse = Instrument(symbol=SYMBOL, currency="USD", tick="0.25")
    here = Desk(instruments=(coarse,), can={"paper": PLAIN})
    here.tell(quote("100.25", "100.50"))

    here.submit(side=side, qty=10, terms=Pegged(MID), tif=GTC)

    assert limits(here) == px(expected)


def test_it_waits_for_a_market() -> None:
    here = desk()
    here.tell(TradePrint(SYMBOL, T0, 100, 5))

    assert kinds(here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)) == ["OrderCreated", "OrderHeld"]
    for one in (quote(100, None), quote(None, 101), quote(102, 101), quote(100, 101, bid_size=0)):
        assert here.tell(one) == ()
    events = here.tell(quote(100, 101))

    assert kinds(events) == ["OrderReleased", "OrderSubmitted"]
    assert (events[0].cause.kind, events[0].cause.origin) == ("Quote", "market")
    assert limits(here) == px("100")


def test_it_follows_the_market() -> None:
    here = pegged()

    events = here.tell(quote("100.01", "100.04"))
    assert kinds(events) == ["ReplaceRequested"]
    assert (events[0].cause.kind, events[0].cause.origin) == ("Quote", "market")
    answer(here)
    here.tell(quote("99.90", "100"))
    answer(here)

    assert limits(here) == px("100", "100.01", "99.90")
    assert here.order().terms == Limit("99.90")


def test_the_other_side_moves_only_who_looks_at_it() -> None:
    here = pegged()

    assert here.tell(quote(100, "100.10")) == ()


@pytest.mark.parametrize(
    "update",
    [
        quote(101, None),
        quote(None, 99),
        quote(102, 101),
        quote(101, 102, ask_size=0),
        TradePrint(SYMBOL, T0, 99, 5),
    ],
    ids=["one side", "the other side", "crossed", "of no size", "a trade"],
)
def test_what_is_no_market_moves_nobody(update: Quote | TradePrint) -> None:
    here = pegged()

    assert here.tell(update) == ()


def test_a_locked_market_moves_it() -> None:
    here = pegged()

    here.tell(quote("100.04", "100.04"))

    assert limits(here) == px("100", "100.04")


def test_it_never_follows_beyond_its_limit_and_comes_back_from_it() -> None:
    here = pegged(Pegged(PRIMARY, 0, "100.02"))

    for bid in ("100.01", "100.05", "100.09", "100.03", "99.99"):
        here.tell(quote(bid, "100.10"))
        if len(limits(here)) > 1:
            answer(here)

    assert limits(here) == px("100", "100.01", "100.02", "99.99")


def test_it_does_not_move_more_often_than_the_least_move_says() -> None:
    here = pegged(Pegged(PRIMARY, 0, None, "0.03"))

    for bid in ("100.02", "99.98", "100.03", "100.05", "100.06"):
        before = len(here.sent)
        here.tell(quote(bid, "100.10"))
        if len(here.sent) > before:
            answer(here)

    # From 100 to 100.03 it is three ticks, and from there three more to 100.06.
    assert limits(here) == px("100", "100.03", "100.06")


def test_what_is_unanswered_is_waited_for_and_made_up_for() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10"))

    assert here.tell(quote("100.02", "100.10")) == ()
    assert here.tell(quote("100.03", "100.10")) == ()
    events = answer(here)

    assert kinds(events) == ["OrderReplaced", "ReplaceRequested"]
    assert limits(here) == px("100", "100.01", "100.03")


def test_a_new_order_is_waited_for() -> None:
    here = desk()
    here.tell(quote(100, "100.04"))
    here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)

    assert here.tell(quote("100.01", "100.04")) == ()
    events = here.say(ExecType.NEW)

    assert kinds(events) == ["OrderAcknowledged", "ReplaceRequested"]
    assert limits(here) == px("100", "100.01")


def test_a_market_that_came_back_while_it_was_asked_is_followed_back() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10"))
    assert here.tell(quote("100", "100.10")) == ()

    assert kinds(answer(here)) == ["OrderReplaced", "ReplaceRequested"]

    assert limits(here) == px("100", "100.01", "100")


def test_a_price_that_was_refused_is_asked_for_again_once_the_market_has_asked_for_another() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10"))

    assert kinds(refuse(here)) == ["ReplaceRejected"]
    assert here.tell(quote("100.01", "100.10")) == ()
    assert here.tell(quote("100.01", "100.09")) == ()
    here.tell(quote("100.02", "100.10"))
    assert kinds(refuse(here)) == ["ReplaceRejected"]
    here.tell(quote("100.01", "100.10"))

    assert limits(here) == px("100", "100.01", "100.02", "100.01")
    assert here.order().terms == Limit(100)


def test_a_price_that_was_refused_is_asked_for_again_once_it_was_left() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10"))
    refuse(here)
    assert here.tell(quote("100", "100.10")) == ()

    here.tell(quote("100.01", "100.10"))

    assert limits(here) == px("100", "100.01", "100.01")


def test_nothing_is_asked_for_while_it_is_in_doubt() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10"))
    here.now_ns += TIMEOUT_NS
    assert "RequestInDoubt" in kinds(here.tell(TimerDue()))
    asked = len(limits(here))

    assert here.tell(quote("100.05", "100.10")) == ()
    assert len(limits(here)) == asked
    here.say(
        ExecType.REPLACED, cl_ord_id=_replace(here).cl_ord_id, orig_cl_ord_id=_replace(here).orig_cl_ord_id
    )

    assert limits(here) == px("100", "100.01", "100.05")


def _replace(of: Desk) -> OrderCancelReplaceRequest:
    return [one for one in of.sent if isinstance(one, OrderCancelReplaceRequest)][-1]


def test_a_cancel_ends_it_and_is_waited_for() -> None:
    here = pegged()
    assert kinds(here.cancel()) == ["CancelRequested"]

    assert here.tell(quote("100.05", "100.10")) == ()
    last = here.sent[-1]
    assert isinstance(last, OrderCancelRequest)
    here.say(ExecType.CANCELED, cl_ord_id=last.cl_ord_id, orig_cl_ord_id=last.orig_cl_ord_id)

    assert here.tell(quote("100.06", "100.10")) == ()
    assert not here.engine.state.held_orders.quoted


def test_a_cancel_that_is_refused_lets_it_follow_again() -> None:
    here = pegged()
    here.cancel()
    here.tell(quote("100.05", "100.10"))
    last = here.sent[-1]
    assert isinstance(last, OrderCancelRequest)

    here.report(
        OrderCancelReject(last.cl_ord_id, CxlRejResponseTo.CANCEL, orig_cl_ord_id=last.orig_cl_ord_id)
    )

    assert limits(here) == px("100", "100.05")


def test_what_has_filled_does_not_follow_and_follows_again_after_a_bust() -> None:
    here = pegged(of=desk(profile=FIX_BROKER))
    here.trade("e1", 10)
    assert here.tell(quote("100.05", "100.10")) == ()

    here.say(ExecType.TRADE_CANCEL, exec_id=ExecId("e2"), exec_ref_id=ExecId("e1"), transact_time_ns=T0)
    here.tell(quote("100.06", "100.10"))

    assert limits(here) == px("100", "100.06")


def test_a_part_that_has_filled_stays_filled_as_it_moves() -> None:
    here = pegged()
    here.trade("e1", 4)

    here.tell(quote("100.05", "100.10"))

    last = _replace(here)
    assert (last.order_qty, last.terms) == (Decimal(10), Limit("100.05"))


def test_its_quantity_can_be_replaced_and_its_price_cannot() -> None:
    here = pegged()

    assert kinds(here.replace(price="100.01")) == ["ReplaceDenied"]
    assert kinds(here.replace(price="100.01", order_qty=5)) == ["ReplaceDenied"]
    assert kinds(here.replace(order_qty=5)) == ["ReplaceRequested"]
    answer(here)
    here.tell(quote("100.05", "100.10"))

    last = _replace(here)
    assert (last.order_qty, last.terms) == (Decimal(5), Limit("100.05"))


def test_while_it_waits_its_limit_can_be_changed() -> None:
    here = desk()
    here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)

    assert kinds(here.replace(price="99.50")) == ["OrderAmended"]
    here.tell(quote(100, 101))

    assert limits(here) == px("99.50")
    assert here.order().given_terms == Pegged(price="99.50")


def test_while_it_waits_it_is_canceled_and_expires_here() -> None:
    here = desk()
    here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)
    here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=DAY)

    assert kinds(here.cancel(1)) == ["OrderCanceled"]
    events = here.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))
    assert kinds(events) == ["SessionChanged", "OrderExpired"]

    assert here.tell(quote(100, 101)) == ()
    assert here.sent == []


@pytest.mark.parametrize(
    "can",
    [
        {"amendable": frozenset({"order_qty"})},
        {"profile": evolve(EXCHANGE, replace=ReplaceSupport.NONE)},
        {"order_types": frozenset({(Limit, Day)})},
    ],
    ids=["no price is amended", "nothing is replaced", "no such limit order"],
)
def test_it_is_denied_where_it_could_not_follow(can: dict[str, Any]) -> None:
    here = desk(**can)
    here.tell(quote(100, 101))

    events = here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)

    assert kinds(events) == ["OrderCreated", "OrderDenied"]


@pytest.mark.parametrize("tif", [IOC, AtTheOpening()], ids=["at once", "for an auction"])
def test_what_does_not_rest_cannot_follow(tif: TimeInForce) -> None:
    here = desk()
    here.tell(quote(100, 101))

    assert kinds(here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=tif)) == [
        "OrderCreated",
        "OrderDenied",
    ]


def test_what_never_takes_does_not_follow_to_where_it_would() -> None:
    here = desk()
    here.tell(quote(100, "100.04"))
    command = submit(side=Side.BUY, qty=10, terms=Pegged(PRIMARY, "0.02"), tif=GTC)
    here.tell(evolve(command, instructions=Instructions(post_only=True)))
    here.say(ExecType.NEW)

    assert here.tell(quote(100, "100.02")) == ()
    assert here.tell(quote("100.01", "100.03")) == ()
    here.tell(quote("100.01", "100.04"))

    assert limits(here) == px("100.02", "100.03")


def test_nobody_moves_while_the_session_is_closed() -> None:
    here = pegged()
    here.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105"))

    assert here.tell(quote("100.01", "100.10")) == ()
    events = here.tell(SessionChange(T0, SessionPhase.OPEN, "20260106"))

    assert kinds(events) == ["SessionChanged", "ReplaceRequested"]
    assert limits(here) == px("100", "100.01")


def test_nobody_moves_while_the_kill_switch_is_engaged() -> None:
    here = pegged()
    here.tell(EngageKillSwitch("a test"))

    assert here.tell(quote("100.01", "100.10")) == ()
    here.tell(ReleaseKillSwitch("it is over"))
    here.tell(quote("100.01", "100.10"))

    assert limits(here) == px("100", "100.01")


def test_the_message_rate_bounds_how_often_it_moves() -> None:
    here = pegged(of=desk(only(max_messages=2)))
    here.tell(quote("100.01", "100.10"))
    answer(here)

    assert here.tell(quote("100.02", "100.10")) == ()
    here.now_ns += 2 * S
    here.tell(quote("100.03", "100.10"))

    assert limits(here) == px("100", "100.01", "100.03")


def test_what_the_message_rate_held_up_moves_later_though_the_market_shows_the_same() -> None:
    here = pegged(of=desk(only(max_messages=2)))
    here.tell(quote("100.01", "100.10"))
    answer(here)
    here.tell(quote("100.02", "100.10"))

    here.now_ns += 2 * S
    here.tell(quote("100.02", "100.10"))

    assert limits(here) == px("100", "100.01", "100.02")


def test_the_same_prices_with_nothing_shown_at_them_are_another_market() -> None:
    here = pegged()
    here.tell(quote("100.01", "100.10", ask_size=0))

    here.tell(quote("100.01", "100.10"))

    assert limits(here) == px("100", "100.01")


def test_a_limit_of_risk_that_refuses_a_price_is_told_once() -> None:
    here = pegged(of=desk(only(max_order_notional="1001")))

    assert kinds(here.tell(quote("100.20", "100.30"))) == ["ReplaceDenied"]
    assert here.tell(quote("100.20", "100.31")) == ()
    assert kinds(here.tell(quote("100.05", "100.31"))) == ["ReplaceRequested"]


def _replayed(of: Desk) -> State:
    again = Engine({BrokerName("paper"): PLAIN}, default_handlers())
    again.replay(of.journal)
    return again.state


def _loaded(of: Desk) -> State:
    state = State()
    load(dump(of.engine.state, Positions()), state, Positions())
    return state


@pytest.mark.slow
@pytest.mark.parametrize("come_back", [_replayed, _loaded], ids=["the journal", "a snapshot"])
def test_after_a_restart_it_goes_to_its_place_with_the_first_quote(
    come_back: Callable[[Desk], State],
) -> None:
    here = pegged(Pegged(PRIMARY, 0, None, "0.03"))
    here.tell(submit("BTC-USD", Side.BUY, 1, Pegged(), GTC))
    assert here.order(2).life is Life.UNSENT

    state = come_back(here)
    assert describe(state) == describe(here.engine.state)

    here.engine, here.sent = Engine({BrokerName("paper"): PLAIN}, default_handlers(), state), []
    here.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    # Less than the least move; from where it had moved last is not known any more.
    assert kinds(here.tell(quote("100.01", "100.10"))) == ["ReplaceRequested"]
    assert limits(here) == px("100.01")
    first = Quote(BTC.symbol, T0, 50_000, 5, 50_001, 5)
    assert kinds(here.tell(first)) == ["OrderReleased", "OrderSubmitted"]


def test_nothing_moves_before_its_broker_is_reconciled() -> None:
    here = pegged()
    here.engine.state.breaks.unreconciled[BrokerName("paper")] = None
    here.is_watched = False

    assert here.tell(quote("100.05", "100.10")) == ()


def test_the_oldest_order_moves_first_also_where_it_was_released_last() -> None:
    here = desk()
    capped = Pegged(PRIMARY, "-101", None)
    here.submit(side=Side.BUY, qty=1, terms=capped, tif=GTC)
    here.tell(quote(100, "100.10"))  # below zero: there is no such price
    here.submit(side=Side.BUY, qty=2, terms=Pegged(), tif=GTC)
    here.say(ExecType.NEW)

    here.tell(quote("102", "102.10"))

    assert [one.order_id for one in here.sent[1:]] == [1, 2]


def test_a_venue_that_pegs_works_it() -> None:
    here = desk(order_types=PAIRS | {(Pegged, GoodTillCancel)})

    assert kinds(here.submit(side=Side.BUY, qty=10, terms=Pegged(), tif=GTC)) == [
        "OrderCreated",
        "OrderSubmitted",
    ]
    here.say(ExecType.NEW)
    assert here.tell(quote(100, 101)) == ()
    assert here.order().worked_by is WorkedBy.VENUE
    assert OrderId(1) in here.engine.state.book.exposure.open_orders
