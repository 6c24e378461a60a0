"""Commands through the engine: what becomes true, what is sent, and what is refused with which words."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.inputs import Start
from oms.errors import UnknownInstrumentError, UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.cl_ord_id_rules import ClOrdIdRule, IntegerIds, TextIds, UpperCase
from oms.model.commands import EngageKillSwitch, ReleaseKillSwitch
from oms.model.enums import ExecType, OrdStatus, RequestKind, SessionPhase, Side
from oms.model.ids import OrderId, Symbol, VenueOrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote, TradePrint
from oms.model.outstanding import OutstandingRequest
from oms.model.reasons import Reason, ReasonCode
from oms.model.reports import NotSent, Refused, Sent, Unknown
from oms.model.requests import NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.sessions import SessionChange
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
)
from oms.model.time_in_force import DAY, FOK, GTC, IOC, Day
from oms.model.venue_profile import ReplaceSupport, VenueProfile
from oms.order_types.limit import LimitHandler
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE, T0, S, d
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id

CODE = ReasonCode
ZERO = Decimal(0)


def limits(**fields: Any) -> RiskLimits:
    """Limits of which only these are on."""
    off: dict[str, Any] = dict.fromkeys(
        ("max_order_qty", "max_order_notional", "price_collar", "max_open_orders", "max_messages")
    )
    return RiskLimits(**{**off, **fields}, off_by="a test")


def quote(bid: Any, ask: Any, at_ns: int = T0, symbol: str = "AAPL") -> Quote:
    return Quote(Symbol(symbol), at_ns, bid, 5, ask, 5)


# ---------------------------------------------------------------- a good order's way


def test_a_start_says_under_which_rules_it_begins() -> None:
    desk = Desk()
    begin = (1, ev.Cause("Start", "clock"), 1, T0)

    assert desk.journal == [
        # The epoch begins with this event; it is still told by the one before.
        ev.EpochStarted(1, *begin, "desk", TIMEOUT_NS),
        ev.IdBlockReserved(2, *begin, 65_536),
        ev.LimitsSet(3, *begin, OFF),
        ev.InstrumentDefined(4, *begin, AAPL),
        ev.InstrumentDefined(5, *begin, BTC),
    ]


def test_a_good_order_is_created_recorded_as_sent_and_then_sent() -> None:
    desk = Desk(limits(price_collar="0.5"))
    desk.tell(quote("99", "100", T0 + 5))
    desk.now_ns += 7

    events = desk.submit(client_ref="mine")

    envelope = (1, ev.Cause("SubmitOrder", "bot"), 6, T0 + 7, OrderId(1))
    after: dict[str, Any] = {"leaves_qty": d(100)}
    assert events == (
        ev.OrderCreated(
            6, *envelope, SYMBOL, Side.BUY, d(100), Limit(100), DAY, MAIN, "mine", Decimal("99.5"), T0 + 5, **after
        ),
        ev.OrderSubmitted(7, *envelope, request_id(1), PAPER, status=OrdStatus.PENDING_NEW, **after),
    )  # fmt: skip
    assert desk.sent == [
        NewOrderSingle(
            PAPER, OrderId(1), request_id(1), T0 + 7, SYMBOL, Side.BUY, d(100), Limit(100), DAY, MAIN
        )
    ]
    assert desk.next_due_ns == T0 + 7 + TIMEOUT_NS


def test_an_order_of_each_kind_is_sent_as_it_was_asked_for() -> None:
    desk = Desk()
    desk.tell(quote("99", "101"))

    for terms in (Market(), Limit("100.01")):
        for tif in (DAY, GTC, IOC, FOK):
            desk.submit(side=Side.SELL_SHORT, qty="3", terms=terms, tif=tif, account="other")

    asked = [
        (request.terms, request.time_in_force)
        for request in desk.sent
        if isinstance(request, NewOrderSingle) and request.account == "other"
    ]
    assert asked == [(terms, tif) for terms in (Market(), Limit("100.01")) for tif in (DAY, GTC, IOC, FOK)]
    assert [request.cl_ord_id for request in desk.sent] == [request_id(number) for number in range(1, 9)]


def test_a_cancel_names_what_it_cancels_and_leaves_the_order_as_it_is() -> None:
    desk = Desk()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=VenueOrderId("v1"))
    desk.now_ns += 1

    events = desk.cancel()

    envelope = (9, 1, ev.Cause("CancelOrder", "bot"), 9, T0 + 1, OrderId(1))
    after: dict[str, Any] = {"status": OrdStatus.NEW, "leaves_qty": d(100)}
    assert events == (ev.CancelRequested(*envelope, request_id(2), request_id(1), **after),)
    assert desk.sent[1:] == [
        OrderCancelRequest(
            PAPER, OrderId(1), request_id(2), T0 + 1, request_id(1), desk.order().venue_order_id, SYMBOL, Side.BUY,
            d(100), MAIN,
        )
    ]  # fmt: skip
    assert desk.order().outstanding_requests == (
        OutstandingRequest(request_id(2), RequestKind.CANCEL, T0 + 1, None, None),
    )


def test_replaces_are_chained_on_the_last_one_sent_and_the_old_terms_stay_in_force() -> None:
    desk = Desk().acknowledged()

    first = desk.replace(order_qty=150)
    second = desk.replace(price="101")

    cause = ev.Cause("ReplaceOrder", "bot")
    after: dict[str, Any] = {"status": OrdStatus.NEW, "leaves_qty": d(100)}
    assert first == (
        ev.ReplaceRequested(
            9, 1, cause, 9, T0, OrderId(1), request_id(2), request_id(1), d(150), Limit(100), **after
        ),
    )
    assert second == (
        ev.ReplaceRequested(10, 1, cause, 10, T0, OrderId(1), request_id(3), request_id(2), d(150), Limit(101), **after),
    )  # fmt: skip
    assert desk.sent[1] == OrderCancelReplaceRequest(
        PAPER,
        OrderId(1),
        request_id(2),
        T0,
        request_id(1),
        None,
        SYMBOL,
        Side.BUY,
        d(150),
        Limit(100),
        DAY,
        MAIN,
    )
    # While a replace is unanswered the larger total may still trade.
    assert desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_buy_qty == d(150)
    assert desk.order().terms == Limit(100)


# ---------------------------------------------------------------- refusals of a new order


def denied(desk: Desk, **fields: Any) -> tuple[Reason, ...]:
    """Why an order is refused; it is created and denied, nothing is sent, and nothing else moves."""
    before = desk.looks()
    sent = list(desk.sent)
    version, order_id = desk.version, desk.engine.state.next_order_id

    created, denial = desk.submit(**fields)

    assert isinstance(created, ev.OrderCreated)
    assert isinstance(denial, ev.OrderDenied)
    assert (created.sequence, denial.sequence) == (version + 1, version + 2)
    assert created.input_sequence == denial.input_sequence == version + 1
    assert (denial.order_id, denial.status, denial.leaves_qty) == (order_id, OrdStatus.DENIED, ZERO)
    order = desk.order(order_id)
    assert (order.reasons, order.broker, order.cl_ord_id) == (denial.reasons, None, None)
    assert desk.sent == sent
    after = desk.looks()
    orders = after.pop("orders")
    assert isinstance(orders, list)
    assert {**after, "orders": orders[:-1], "client_refs": 0} == {**before, "client_refs": 0}
    return denial.reasons


NARROW = Capabilities(order_types=frozenset({(Limit, Day)}), simulated=True)
LADDER = Instrument(symbol="AAPL", currency="USD", tick=((0, "0.01"), (100, "0.05")), lot=5, min_qty=10)
SPREAD = Instrument(
    symbol="AAPL", currency="USD", tick="0.01", multiplier=50, negative_px=True, min_notional=100
)
ELSEWHERE = Instrument(symbol="AAPL", currency="USD", tick="0.01", broker="other")

REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[Reason, ...]]] = {
    "a price between two ticks": (
        {}, {"terms": Limit("100.005")},
        (Reason(CODE.OFF_TICK, "price", "100.005", "100 or 100.01 (ticks of 0.01)"),),
    ),
    "a price between two ticks of a ladder's second step": (
        {"instruments": (LADDER,)}, {"terms": Limit("100.01")},
        (Reason(CODE.OFF_TICK, "price", "100.01", "100 or 100.05 (ticks of 0.05)"),),
    ),
    "a negative price between two ticks": (
        {"instruments": (SPREAD,)}, {"terms": Limit("-0.015")},
        (Reason(CODE.OFF_TICK, "price", "-0.015", "-0.02 or -0.01 (ticks of 0.01)"),),
    ),
    "a quantity between two lots": (
        {}, {"qty": "100.5"}, (Reason(CODE.OFF_LOT, "order_qty", "100.5", "100 or 101 (lots of 1)"),),
    ),
    "a quantity on the lot and below the minimum": (
        {"instruments": (LADDER,)}, {"qty": 5}, (Reason(CODE.BELOW_MIN_QTY, "order_qty", "5", "at least 10"),),
    ),
    "a value below the minimum": (
        {}, {"symbol": "BTC-USD", "qty": "0.002", "terms": Limit("4999.5")},
        (Reason(CODE.BELOW_MIN_NOTIONAL, "order_qty", "a value of 9.999", "at least 10 USD"),),
    ),
    "a price of zero": ({}, {"terms": Limit(0)}, (Reason(CODE.PRICE_NOT_POSITIVE, "price", "0", "more than zero"),)),
    "a price below zero": (
        {}, {"terms": Limit("-1")}, (Reason(CODE.PRICE_NOT_POSITIVE, "price", "-1", "more than zero"),),
    ),
    "a kind of order that the broker does not take": (
        {"can": {"paper": NARROW}}, {"tif": IOC},
        (Reason(CODE.UNSUPPORTED, "terms and time_in_force", "Limit ImmediateOrCancel", "Limit Day", "paper"),),
    ),
    "a kind of order, of a broker that takes none": (
        {"can": {"paper": Capabilities(order_types=frozenset())}}, {},
        (Reason(CODE.UNSUPPORTED, "terms and time_in_force", "Limit Day", "nothing", "paper"),),
    ),
    "one unit above the largest quantity": (
        {"limits": limits(max_order_qty=99)}, {}, (Reason(CODE.MAX_ORDER_QTY, "order_qty", "100", "at most 99"),),
    ),
    "one cent above the largest value": (
        {"limits": limits(max_order_notional="9999.99")}, {},
        (Reason(CODE.MAX_ORDER_VALUE, "notional", "10000", "at most 9999.99 USD"),),
    ),
    "a value above the largest, for the multiplier": (
        {"limits": limits(max_order_notional=499_999), "instruments": (SPREAD,)}, {"terms": Limit(-100)},
        (Reason(CODE.MAX_ORDER_VALUE, "notional", "500000", "at most 499999 USD"),),
    ),
    "a market order of unknown value": (
        {"limits": limits(max_order_notional=1)}, {"terms": Market()},
        (Reason(CODE.INPUT_UNAVAILABLE, "reference_px", "none", "a market price to compute the value with"),),
    ),
    "a collar with nothing to hold it against": (
        {"limits": limits(price_collar="0.1")}, {},
        (Reason(CODE.INPUT_UNAVAILABLE, "reference_px", "none", "a market price to hold the collar against"),),
    ),
    "an instrument that names a broker who is not there": (
        {"instruments": (ELSEWHERE,)}, {},
        # What it can do is unknown too, and not held against the order a second time.
        (Reason(CODE.NO_ROUTE, "broker", "other", "an instrument that names its broker, one of: paper"),),
    ),
    "two brokers and no choice": (
        {"can": {"paper": CAN_ALL, "real": CAN_ALL}}, {},
        (Reason(CODE.NO_ROUTE, "broker", "None", "an instrument that names its broker, one of: paper, real"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "asked", "reasons"), REFUSALS.values(), ids=REFUSALS)
def test_an_order_is_denied_with_field_value_and_what_is_allowed(
    made: dict[str, Any], asked: dict[str, Any], reasons: tuple[Reason, ...]
) -> None:
    assert denied(Desk(**made), **asked) == reasons


def test_without_limits_nothing_leaves() -> None:
    desk = Desk()
    desk.engine.state.book.limits = None

    assert denied(desk) == (
        Reason(CODE.INPUT_UNAVAILABLE, "limits", "none", "risk limits, or RiskLimits.off(...)"),
    )


def test_a_denied_order_hears_every_reason_at_once() -> None:
    desk = Desk(
        limits(
            max_order_qty=50, max_order_notional=60, price_collar="0.01", max_open_orders=1, max_messages=1
        ),
        instruments=(
            Instrument(symbol="AAPL", currency="USD", tick="0.5", lot=2, min_qty=10, min_notional=10**6),
        ),
        can={"paper": NARROW},
    )
    desk.engine.state.book.set_limits(OFF)
    desk.submit(qty=10_000, terms=Limit(100), client_ref="taken")
    desk.engine.state.book.set_limits(
        limits(
            max_order_qty=50, max_order_notional=60, price_collar="0.01", max_open_orders=1, max_messages=1
        )
    )
    desk.engine.state.book.sent_ns.append(T0)
    desk.tell(quote(98, 100))
    desk.tell(EngageKillSwitch("maintenance", "ops"))

    reasons = desk.submit(qty=101, terms=Limit("100.3"), tif=GTC, client_ref="taken")[1]

    assert isinstance(reasons, ev.OrderDenied)
    assert reasons.reasons == (
        Reason(CODE.UNSUPPORTED, "terms and time_in_force", "Limit GoodTillCancel", "Limit Day", "paper"),
        Reason(CODE.OFF_TICK, "price", "100.3", "100 or 100.5 (ticks of 0.5)"),
        Reason(CODE.OFF_LOT, "order_qty", "101", "100 or 102 (lots of 2)"),
        Reason(CODE.BELOW_MIN_NOTIONAL, "order_qty", "a value of 10130.3", "at least 1000000 USD"),
        Reason(
            CODE.DUPLICATE_CLIENT_REF, "client_ref", "taken", "a reference that is not in use; order 1 has it"
        ),
        Reason(CODE.KILL_SWITCH, "kill switch", "maintenance", "nothing new until it is released"),
        Reason(CODE.MAX_OPEN_ORDERS, "open orders", "1 open", "at most 1"),
        Reason(CODE.MSG_RATE, "message rate", "one more", "at most 1 requests in 1 s"),
        Reason(CODE.MAX_ORDER_QTY, "order_qty", "101", "at most 50"),
        Reason(CODE.MAX_ORDER_VALUE, "notional", "10130.3", "at most 60 USD"),
        Reason(CODE.PRICE_COLLAR, "price", "100.3", "at most 99.99 (99 and 0.01 of it)"),
    )
    assert len(desk.sent) == 1


def test_a_reference_stays_taken_by_an_order_that_was_denied() -> None:
    desk = Desk()
    denied(desk, qty="0.5", client_ref="mine")

    assert denied(desk, client_ref="mine") == (
        Reason(
            CODE.DUPLICATE_CLIENT_REF, "client_ref", "mine", "a reference that is not in use; order 1 has it"
        ),
    )


# ---------------------------------------------------------------- the edges of the limits

COLLAR_EDGES: dict[str, tuple[Side, str, bool]] = {
    # The market is at 100 and the collar at 5 % of it.
    "a buy at the bound": (Side.BUY, "105.00", True),
    "a buy one tick above it": (Side.BUY, "105.01", False),
    "a buy far below the market": (Side.BUY, "0.01", True),
    "a sale at the bound": (Side.SELL, "95.00", True),
    "a sale one tick below it": (Side.SELL, "94.99", False),
    "a sale far above the market": (Side.SELL, "100000", True),
    "a short sale one tick below the bound": (Side.SELL_SHORT, "94.99", False),
}


@pytest.mark.parametrize(("side", "price", "passes"), COLLAR_EDGES.values(), ids=COLLAR_EDGES)
def test_the_collar_binds_the_bad_side_only_and_includes_its_bound(
    side: Side, price: str, passes: bool
) -> None:
    desk = Desk(limits(price_collar="0.05"))
    desk.tell(quote("99.98", "100.02"))

    if passes:
        assert kinds(desk.submit(side=side, terms=Limit(price))) == ["OrderCreated", "OrderSubmitted"]
        return
    bound = "at most 105" if side is Side.BUY else "at least 95"
    assert denied(desk, side=side, terms=Limit(price)) == (
        Reason(CODE.PRICE_COLLAR, "price", price, f"{bound} (100 and 0.05 of it)"),
    )


WAITING: dict[str, tuple[Side, Any, str | None]] = {
    # The market is at 100 and the collar at 5 % of where the market is once the order works.
    "a stop that sells far below the market": (Side.SELL, Stop(50), None),
    "a stop that buys far above it": (Side.BUY, Stop(200), None),
    "a market-if-touched order that buys far below it": (Side.BUY, MarketIfTouched(50), None),
    "a stop limit that sells down to the bound": (Side.SELL, StopLimit(80, 76), None),
    "a stop limit that sells below it": (Side.SELL, StopLimit(80, "75.99"), "at least 76 (80 and 0.05 of it)"),
    "a stop limit that buys up to the bound": (Side.BUY, StopLimit(120, 126), None),
    "a stop limit that buys above it": (Side.BUY, StopLimit(120, "126.01"), "at most 126 (120 and 0.05 of it)"),
    "one that sells at once": (Side.SELL, StopLimit(120, "94.99"), "at least 95 (100 and 0.05 of it)"),
    "one that buys at once": (Side.BUY, StopLimit(80, "105.01"), "at most 105 (100 and 0.05 of it)"),
    "a limit-if-touched order that sells down to the bound": (Side.SELL, LimitIfTouched(120, 114), None),
    "one that sells below it": (
        Side.SELL, LimitIfTouched(120, "113.99"), "at least 114 (120 and 0.05 of it)",
    ),
    "one that buys above it": (Side.BUY, LimitIfTouched(80, "84.01"), "at most 84 (80 and 0.05 of it)"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("can", "what"), [(CAN_ALL, "OrderHeld"), (CAN_MORE, "OrderSubmitted")], ids=["held here", "at its venue"]
)
@pytest.mark.parametrize(("side", "terms", "bound"), WAITING.values(), ids=WAITING)
def test_the_collar_of_what_waits_for_a_price_is_about_the_market_as_it_is_then(
    side: Side, terms: Any, bound: str | None, can: Capabilities, what: str
) -> None:
    desk = Desk(limits(price_collar="0.05"), can={"paper": can})
    desk.tell(quote("99.98", "100.02"))

    if bound is None:
        assert kinds(desk.submit(side=side, terms=terms)) == ["OrderCreated", what]
        return
    price = str(terms.price)
    assert denied(desk, side=side, terms=terms) == (Reason(CODE.PRICE_COLLAR, "price", price, bound),)


def test_a_stop_still_needs_a_market_price_that_is_not_too_old() -> None:
    desk = Desk(limits(price_collar="0.05"))

    (reason,) = denied(desk, side=Side.SELL, terms=Stop(90))

    assert reason.code is CODE.INPUT_UNAVAILABLE


def test_a_market_order_trades_at_the_reference_and_so_within_any_collar() -> None:
    desk = Desk(limits(price_collar="0.0001", max_order_notional=10_000))
    desk.tell(quote(99, 101))

    assert kinds(desk.submit(terms=Market())) == ["OrderCreated", "OrderSubmitted"]


REFERENCES: dict[str, tuple[Any, str | None]] = {
    "the middle of a quote": (quote("99", "100.01"), "99.505"),
    "the last trade": (TradePrint(SYMBOL, T0, 98, 1), "98"),
    "a quote without a bid": (quote(None, "100"), None),
    "a quote without an offer": (quote("100", None), None),
    "a quote of something else": (quote("99", "100", symbol="BTC-USD"), None),
}


@pytest.mark.parametrize(("update", "px"), REFERENCES.values(), ids=REFERENCES)
def test_an_order_is_judged_by_the_last_thing_that_the_market_said(update: Any, px: str | None) -> None:
    desk = Desk(limits(price_collar="0.5"))
    desk.tell(quote("1", "2", T0 - 1))
    if update.symbol == "BTC-USD":
        desk = Desk(limits(price_collar="0.5"))
    desk.tell(update)

    created, judged = desk.submit()

    assert isinstance(created, ev.OrderCreated)
    assert created.reference_px == (None if px is None else Decimal(px))
    assert isinstance(judged, ev.OrderDenied) is (px is None)


AGES: dict[str, tuple[int, str | None]] = {
    "as old as it may be": (60 * S, None),
    "a nanosecond too old": (60 * S + 1, "60.000000001 s old"),
    "an hour old": (3600 * S, "3600 s old"),
    "from a clock that runs a minute ahead": (-60 * S, None),
    "from further in the future": (-60 * S - 1, "-60.000000001 s old"),
}


@pytest.mark.parametrize(("age_ns", "said"), AGES.values(), ids=AGES)
def test_a_reference_price_counts_for_a_minute(age_ns: int, said: str | None) -> None:
    desk = Desk(limits(price_collar="0.05"))
    desk.tell(quote(100, 100, T0 - age_ns))

    if said is None:
        assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]
    else:
        allowed = "a market price no older than 60 s, and no further ahead"
        reason = Reason(CODE.INPUT_UNAVAILABLE, "reference_px", said, allowed)
        assert denied(desk) == (reason,)


def test_the_message_window_is_open_again_when_the_first_of_it_is_a_window_old() -> None:
    desk = Desk(limits(max_messages=3, message_window_s=2))
    for _ in range(3):
        desk.submit()
        desk.now_ns += 1
    full = (Reason(CODE.MSG_RATE, "message rate", "one more", "at most 3 requests in 2 s"),)

    desk.now_ns = T0 + 2 * S - 1
    assert denied(desk) == full
    desk.now_ns = T0 + 2 * S
    assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]
    # The second of the first three is still in the window, and the fourth has taken the first one's place.
    assert denied(desk) == full
    desk.now_ns += 1
    assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]


def test_cancels_count_as_messages_and_are_never_stopped_by_them() -> None:
    desk = Desk(limits(max_messages=2))
    desk.submit()
    assert kinds(desk.cancel()) == ["CancelRequested"]

    assert [reason.code for reason in denied(desk)] == [CODE.MSG_RATE]
    desk.now_ns += S
    desk.submit()
    desk.submit()
    assert kinds(desk.cancel(3)) == ["CancelRequested"]


def test_a_refused_replace_for_the_rate_names_it() -> None:
    desk = Desk(limits(max_messages=1)).acknowledged()

    (event,) = desk.replace(order_qty=150)

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == (Reason(CODE.MSG_RATE, "message rate", "one more", "at most 1 requests in 1 s"),)


@pytest.mark.parametrize(
    "limit",
    [{"max_messages": 1}, {"max_order_qty": 10}, {"max_order_notional": 10}, {"price_collar": "0.0001"}],
    ids=lambda limit: next(iter(limit)),
)
def test_no_limit_stands_in_the_way_of_having_less(limit: dict[str, Any]) -> None:
    desk = Desk(limits()).acknowledged()
    desk.tell(Start("desk", TIMEOUT_NS, limits(**limit), (AAPL, BTC)))
    assert kinds(desk.replace(order_qty=50)) == ["ReplaceRequested"]


@pytest.mark.parametrize(
    "more", [{"price": 101}, {"order_qty": 100, "price": 99}, {"order_qty": 50, "price": 99}]
)
def test_what_also_changes_something_else_is_held_to_the_limits(more: dict[str, Any]) -> None:
    desk = Desk(limits(max_messages=1)).acknowledged()
    assert kinds(desk.replace(**more)) == ["ReplaceDenied"]


def test_less_than_was_asked_for_last_is_what_counts_as_less() -> None:
    desk = Desk().acknowledged()
    desk.replace(order_qty=50)
    desk.tell(EngageKillSwitch("fat finger", "ops"))
    # 80 is less than the order is, and more than it may be by now.
    assert kinds(desk.replace(order_qty=80)) == ["ReplaceDenied"]
    assert kinds(desk.replace(order_qty=40)) == ["ReplaceRequested"]


def test_a_hundred_orders_that_are_not_answered_yet_see_one_another() -> None:
    desk = Desk(limits(max_open_orders=60))
    desk.is_watched = False  # two hundred looks take longer than a unit test may

    told = [kinds(desk.submit())[1] for _ in range(100)]

    assert told == ["OrderSubmitted"] * 60 + ["OrderDenied"] * 40
    assert desk.order(100).reasons == (Reason(CODE.MAX_OPEN_ORDERS, "open orders", "60 open", "at most 60"),)
    # One that ends makes room for one.
    desk.say(ExecType.REJECTED)
    assert [kinds(desk.submit())[1] for _ in range(2)] == ["OrderSubmitted", "OrderDenied"]


# ---------------------------------------------------------------- the kill switch


def test_the_kill_switch_stops_orders_and_replaces_and_lets_cancels_and_reductions_through() -> None:
    desk = Desk().acknowledged()

    engaged = desk.tell(EngageKillSwitch("fat finger", "ops"))

    cause = ev.Cause("EngageKillSwitch", "ops")
    assert engaged == (ev.KillSwitchEngaged(9, 1, cause, 9, T0, "fat finger"),)
    assert desk.tell(EngageKillSwitch("again", "ops")) == ()
    killed = (Reason(CODE.KILL_SWITCH, "kill switch", "fat finger", "nothing new until it is released"),)
    assert denied(desk) == killed
    (event,) = desk.replace(order_qty=150)
    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == killed
    assert kinds(desk.replace(order_qty=50)) == ["ReplaceRequested"]
    assert kinds(desk.cancel()) == ["CancelRequested"]


def test_a_released_kill_switch_lets_orders_through_again() -> None:
    desk = Desk()
    assert desk.tell(ReleaseKillSwitch("nothing to release", "ops")) == ()
    desk.tell(EngageKillSwitch("a drill", "ops"))

    assert kinds(desk.tell(ReleaseKillSwitch("over", "ops"))) == ["KillSwitchReleased"]
    assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]


# ---------------------------------------------------------------- what names nothing


@pytest.mark.parametrize("order_id", [0, -1, 2, 10**9])
def test_an_order_that_was_never_submitted_cannot_be_canceled_or_replaced(order_id: int) -> None:
    desk = Desk().acknowledged()
    before = desk.looks(), desk.version

    with pytest.raises(UnknownOrderError, match="an order id from 1 to 1"):
        desk.cancel(order_id)
    with pytest.raises(UnknownOrderError):
        desk.replace(order_id, order_qty=1)

    assert (desk.looks(), desk.version) == before
    assert desk.cancel()[0].sequence == before[1] + 1


def test_before_the_first_order_an_unknown_one_is_told_so() -> None:
    with pytest.raises(UnknownOrderError, match="nothing has been submitted yet"):
        Desk().cancel()


def test_an_instrument_that_was_never_defined_cannot_be_traded() -> None:
    desk = Desk()
    before = desk.looks(), desk.version

    with pytest.raises(UnknownInstrumentError, match="MSFT"):
        desk.submit(symbol="MSFT")

    assert (desk.looks(), desk.version) == before


# ---------------------------------------------------------------- refusals of a cancel or replace


def ended(desk: Desk) -> None:
    desk.say(ExecType.CANCELED)


def filled(desk: Desk) -> None:
    desk.trade("x1", 100)


def cancel_asked(desk: Desk) -> None:
    desk.cancel()


CANCEL_REFUSALS: dict[str, tuple[Any, Reason]] = {
    "an order that is canceled": (
        ended, Reason(CODE.NOT_WORKING, "order_id", "1, which is canceled", "an order that still works"),
    ),
    "an order that is filled": (
        filled, Reason(CODE.NOT_WORKING, "order_id", "1, which is filled", "an order that still works"),
    ),
    "a cancel that is unanswered": (
        cancel_asked,
        Reason(CODE.ALREADY_PENDING, "order_id", f"1, cancel {request_id(2)} unanswered", "one cancel at a time"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("happened", "reason"), CANCEL_REFUSALS.values(), ids=CANCEL_REFUSALS)
def test_a_cancel_is_denied_where_it_makes_no_sense(happened: Any, reason: Reason) -> None:
    desk = Desk().acknowledged()
    happened(desk)
    before = desk.looks()
    sent = len(desk.sent)

    (event,) = desk.cancel()

    order = desk.order()
    after: dict[str, Any] = {
        "status": order.status,
        "cum_qty": order.cum_qty,
        "leaves_qty": order.leaves_qty,
        "avg_px": order.avg_px,
    }
    envelope = (desk.version, 1, ev.Cause("CancelOrder", "bot"), desk.version, T0)
    assert event == ev.CancelDenied(*envelope, OrderId(1), (reason,), **after)
    assert desk.looks() == before
    assert len(desk.sent) == sent


def test_a_denied_order_cannot_be_canceled() -> None:
    desk = Desk()
    denied(desk, qty="0.5")

    (event,) = desk.cancel()

    assert isinstance(event, ev.CancelDenied)
    assert event.reasons == (
        Reason(CODE.NOT_WORKING, "order_id", "1, which is denied", "an order that still works"),
    )


def test_a_cancel_that_is_in_doubt_may_be_repeated_under_another_id() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.answer(Unknown("line cut"))

    (event,) = desk.cancel()

    assert isinstance(event, ev.CancelRequested)
    assert (event.cl_ord_id, event.orig_cl_ord_id) == (request_id(3), request_id(1))


def unable(replace: ReplaceSupport, *amendable: str, chains: bool = False) -> dict[str, Capabilities]:
    profile = VenueProfile(name="a test's", replace=replace, chains_replaces=chains)
    types = CAN_ALL.order_types
    return {"paper": Capabilities(order_types=types, amendable=frozenset(amendable), profile=profile)}


BOTH = ("order_qty", "price")
REPLACE_REFUSALS: dict[str, tuple[dict[str, Any], Any, dict[str, Any], tuple[Reason, ...]]] = {
    "a broker that amends nothing": (
        {"can": unable(ReplaceSupport.NONE)}, None, {"price": 101},
        (Reason(CODE.UNSUPPORTED, "replace", "asked for", "cancel and submit anew", "paper"),),
    ),
    "a field that the broker does not amend": (
        {"can": unable(ReplaceSupport.IN_PLACE, "order_qty")}, None, {"price": 101, "order_qty": 50},
        (Reason(CODE.UNSUPPORTED, "price", "101", "to change order_qty", "paper"),),
    ),
    "a second replace at a broker that does not chain them": (
        {"can": unable(ReplaceSupport.IN_PLACE, *BOTH)}, lambda desk: desk.replace(order_qty=50), {"order_qty": 60},
        (Reason(CODE.ALREADY_PENDING, "order_id", f"1, replace {request_id(2)} unanswered", "one replace at a time", "paper"),),
    ),
    "an order whose cancel is unanswered": (
        {}, cancel_asked, {"order_qty": 60},
        (Reason(CODE.ALREADY_PENDING, "order_id", f"1, cancel {request_id(2)} unanswered", "one cancel at a time"),),
    ),
    "the terms in force": (
        {}, None, {"order_qty": 100, "price": "100.00"},
        (Reason(CODE.NO_CHANGE, "replace", "what is asked for already", "something else than what was asked for last"),),
    ),
    "an order that is filled": (
        {}, filled, {"order_qty": 200},
        (Reason(CODE.NOT_WORKING, "order_id", "1, which is filled", "an order that still works", "paper"),),
    ),
    "a quantity and a price off the grid": (
        {}, None, {"order_qty": "50.5", "price": "100.001"},
        (
            Reason(CODE.OFF_TICK, "price", "100.001", "100 or 100.01 (ticks of 0.01)"),
            Reason(CODE.OFF_LOT, "order_qty", "50.5", "50 or 51 (lots of 1)"),
        ),
    ),
    "more than may be bought": (
        {"limits": limits(max_order_qty=100, max_order_notional=10_000)}, None, {"order_qty": 101},
        (
            Reason(CODE.MAX_ORDER_QTY, "order_qty", "101", "at most 100"),
            Reason(CODE.MAX_ORDER_VALUE, "notional", "10100", "at most 10000 USD"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("made", "happened", "asked", "reasons"), REPLACE_REFUSALS.values(), ids=REPLACE_REFUSALS
)
def test_a_replace_is_denied_with_every_reason(
    made: dict[str, Any], happened: Any, asked: dict[str, Any], reasons: tuple[Reason, ...]
) -> None:
    desk = Desk(**made).acknowledged()
    if happened is not None:
        happened(desk)
    before = desk.looks()
    sent = len(desk.sent)

    (event,) = desk.replace(**asked)

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == reasons
    assert desk.looks() == before
    assert len(desk.sent) == sent


def test_a_market_order_has_no_price_to_change() -> None:
    desk = Desk()
    desk.submit(terms=Market())

    (event,) = desk.replace(price=101)

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == (Reason(CODE.UNSUPPORTED, "price", "101", "no price for a market order"),)


def test_a_replace_out_of_the_collar_is_denied() -> None:
    desk = Desk(limits(price_collar="0.05"))
    desk.tell(quote(100, 100))
    desk.acknowledged()

    (event,) = desk.replace(price="105.01")

    assert isinstance(event, ev.ReplaceDenied)
    assert event.reasons == (
        Reason(CODE.PRICE_COLLAR, "price", "105.01", "at most 105 (100 and 0.05 of it)"),
    )


# ---------------------------------------------------------------- what became of the send

REFUSED_SENDS: dict[str, tuple[Any, str, str]] = {
    "refused by the broker": (Refused("no credit", "25"), "no credit", "25"),
    "never sent": (NotSent("no line"), "never sent: no line", ""),
}


@pytest.mark.parametrize(("result", "text", "code"), REFUSED_SENDS.values(), ids=REFUSED_SENDS)
def test_a_send_that_certainly_failed_undoes_what_was_asked(result: Any, text: str, code: str) -> None:
    desk = Desk()
    desk.submit()
    cause = ev.Cause(type(result).__name__, "paper")
    assert desk.answer(result) == (
        ev.OrderRejected(
            8, 1, cause, 8, T0, OrderId(1), text, code, type(result) is NotSent, status=OrdStatus.REJECTED
        ),
    )
    assert desk.answer(result) == ()
    assert desk.engine.state.book.exposure.open_orders == {}

    desk = Desk().acknowledged()
    desk.replace(order_qty=150)
    desk.cancel()
    after: dict[str, Any] = {"status": OrdStatus.NEW, "leaves_qty": d(100)}
    assert desk.answer(result) == (
        ev.CancelRejected(11, 1, cause, 11, T0, OrderId(1), request_id(3), text, code, **after),
    )
    assert desk.answer(result, 1) == (
        ev.ReplaceRejected(12, 1, cause, 12, T0, OrderId(1), request_id(2), text, code, **after),
    )
    assert desk.order().outstanding_requests == ()
    assert desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_buy_qty == d(100)


DOUBTS: dict[str, tuple[Any, str]] = {
    "an outcome that is unknown": (Unknown("timed out"), "timed out"),
    "an answer that is none": ("ok", "the adapter answered ok"),
    "no answer at all": (None, "the adapter answered None"),
}


@pytest.mark.parametrize(("result", "text"), DOUBTS.values(), ids=DOUBTS)
def test_a_send_of_which_nobody_knows_is_in_doubt_and_stays_open(result: Any, text: str) -> None:
    desk = Desk()
    desk.submit()

    events = desk.answer(result)

    cause = ev.Cause(type(result).__name__, "paper")
    after: dict[str, Any] = {"status": OrdStatus.PENDING_NEW, "leaves_qty": d(100)}
    assert events == (
        ev.RequestInDoubt(8, 1, cause, 8, T0, OrderId(1), request_id(1), text, **after),
        ev.OrderStatusRequested(9, 1, cause, 8, T0, OrderId(1), request_id(1), 0, text, **after),
    )
    assert desk.answer(result, 0) == ()
    assert desk.order().is_in_doubt
    assert list(desk.engine.state.book.exposure.open_orders) == [1]
    # Evidence, and only that, resolves it.
    assert kinds(desk.say(ExecType.NEW)) == ["DoubtResolved", "OrderAcknowledged"]
    assert not desk.order().is_in_doubt


def test_a_send_that_went_well_is_no_news() -> None:
    desk = Desk()
    desk.submit()

    assert desk.answer(Sent()) == ()
    assert desk.version == 7


def test_a_result_that_comes_after_the_answer_changes_nothing() -> None:
    desk = Desk().acknowledged()

    assert kinds(desk.answer(Refused("too late", "0"))) == ["AnomalyRaised"]
    assert desk.answer(Unknown("timed out")) == ()
    assert desk.order().status is OrdStatus.NEW


# ---------------------------------------------------------------- time limits of requests


def test_requests_fall_into_doubt_in_the_order_in_which_they_were_sent_and_before_the_input() -> None:
    desk = Desk()
    desk.submit()
    desk.now_ns += 1
    desk.submit()
    desk.submit()
    desk.say(ExecType.NEW, cl_ord_id=request_id(2))
    desk.now_ns = T0 + TIMEOUT_NS + 1

    doubts = desk.submit()

    cause = ev.Cause("TimerDue", "clock")
    now, after = desk.now_ns, {"status": OrdStatus.PENDING_NEW, "leaves_qty": d(100)}
    text = "no answer within 30 s"
    assert doubts[:2] == (
        ev.RequestInDoubt(13, 1, cause, 13, now, OrderId(1), request_id(1), text, **after),  # type: ignore[arg-type]
        ev.RequestInDoubt(14, 1, cause, 14, now, OrderId(3), request_id(3), text, **after),  # type: ignore[arg-type]
    )
    assert kinds(doubts[2:4]) == ["OrderCreated", "OrderSubmitted"]
    assert {event.input_sequence for event in doubts[2:4]} == {15}
    # What the input says goes before the questions: it might have been the answer.
    assert [(type(event), event.cause) for event in doubts[4:]] == [(ev.OrderStatusRequested, cause)] * 2
    # Once is enough, until it is asked again.
    desk.now_ns += TIMEOUT_NS - 1
    assert desk.tell(quote(1, 2)) == ()


def test_a_request_is_not_in_doubt_a_nanosecond_before_its_time() -> None:
    desk = Desk()
    desk.submit()

    desk.now_ns = T0 + TIMEOUT_NS - 1
    assert desk.tell(quote(1, 2)) == ()
    desk.now_ns += 1
    assert kinds(desk.tell(quote(1, 2))) == ["RequestInDoubt", "OrderStatusRequested"]


def test_a_cancel_that_the_broker_is_deciding_has_arrived_and_does_not_fall_into_doubt() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.say(ExecType.PENDING_CANCEL, cl_ord_id=request_id(2))

    desk.now_ns += 2 * TIMEOUT_NS

    assert kinds(desk.tell(quote(1, 2))) == ["OrderStatusRequested"]
    assert (desk.order().status, desk.order().is_in_doubt) == (OrdStatus.PENDING_CANCEL, False)


def test_a_cancel_in_doubt_that_the_broker_turns_out_to_be_deciding_is_not_waited_for_again() -> None:
    desk = Desk().acknowledged()
    desk.cancel()
    desk.now_ns += TIMEOUT_NS
    assert kinds(desk.tell(quote(1, 2))) == ["RequestInDoubt", "OrderStatusRequested"]

    desk.say(ExecType.PENDING_CANCEL, cl_ord_id=request_id(2))

    assert not desk.order().is_in_doubt
    assert desk.engine.state.timers.waiting() == []


def test_time_never_goes_back() -> None:
    desk = Desk()
    desk.now_ns = T0 - 3600 * S

    events = desk.submit()

    assert {event.time_ns for event in events} == {T0}
    assert desk.sent[0].time_ns == T0


# ---------------------------------------------------------------- sessions

SESSIONS: dict[str, tuple[SessionPhase, str | None, list[int]]] = {
    "all sessions close": (SessionPhase.CLOSED, None, [1, 3]),
    "the named one closes": (SessionPhase.CLOSED, "AAPL", [1]),
    "another one closes": (SessionPhase.CLOSED, "MSFT", []),
    "all sessions open": (SessionPhase.OPEN, None, []),
}


@pytest.mark.parametrize(("phase", "symbol", "expired"), SESSIONS.values(), ids=SESSIONS)
def test_a_closing_session_ends_the_confirmed_day_orders_of_its_instrument(
    phase: SessionPhase, symbol: str | None, expired: list[int]
) -> None:
    desk = Desk()
    desk.submit()
    desk.submit(tif=GTC)
    desk.submit(symbol="BTC-USD", qty=2)
    desk.submit()  # never confirmed
    desk.submit()  # in doubt
    desk.answer(Unknown("line cut"))
    for number in (1, 2, 3):
        desk.say(ExecType.NEW, cl_ord_id=request_id(number))
    desk.trade("x1", 40)
    version = desk.version

    events = desk.tell(SessionChange(T0, phase, "20260105", None if symbol is None else Symbol(symbol)))

    envelope = (1, ev.Cause("SessionChange", "clock"), version + 1, T0)
    told = None if symbol is None else Symbol(symbol)
    assert events[0] == ev.SessionChanged(version + 1, *envelope, phase, "20260105", told, T0)
    assert [event.order_id for event in events[1:] if isinstance(event, ev.OrderExpired)] == expired
    assert len(events) == 1 + len(expired)
    if expired:
        after: dict[str, Any] = {"status": OrdStatus.EXPIRED, "cum_qty": d(40), "avg_px": d(100)}
        assert events[1] == ev.OrderExpired(version + 2, *envelope, OrderId(1), "the session closed", **after)
    assert {int(number) for number in desk.engine.state.book.exposure.open_orders} == {1, 2, 3, 4, 5} - set(
        expired
    )


# ---------------------------------------------------------------- what not every venue takes

STOPS: dict[str, Terms] = {
    "a stop": Stop(105),
    "a stop limit": StopLimit(105, 106),
    "a limit that shows a part": Limit(100, 10),
}


@pytest.mark.parametrize("terms", STOPS.values(), ids=STOPS)
def test_what_a_broker_takes_is_sent_as_it_was_asked_for_and_comes_back_from_the_journal(
    terms: Terms,
) -> None:
    desk = Desk(can={"paper": CAN_MORE})

    assert kinds(desk.submit(terms=terms)) == ["OrderCreated", "OrderSubmitted"]

    (request,) = desk.sent
    assert isinstance(request, NewOrderSingle)
    assert request.terms == terms
    assert desk.order().terms == terms


# Nor is it held here where the market shows nothing to take, and where no price can be replaced.
UNABLE: dict[str, tuple[Terms, tuple[Reason, ...]]] = {
    "a market to limit": (
        MarketToLimit(),
        (
            Reason(CODE.UNSUPPORTED, "terms and time_in_force", "MarketToLimit Day", "Limit Day, Market Day", "paper"),
            Reason(
                CODE.INPUT_UNAVAILABLE, "ask", "none",
                "a market-to-limit order, which is worked here, while the market shows ask and size",
            ),
        ),
    ),
    "a peg": (
        Pegged(),
        (
            Reason(CODE.UNSUPPORTED, "terms and time_in_force", "Pegged Day", "Limit Day, Market Day", "paper"),
            Reason(CODE.UNSUPPORTED, "terms", "pegged", "a venue that pegs, or one whose orders can be given another price", "paper"),
        ),
    ),
    "a limit that shows a part": (
        Limit(100, 10), (Reason(CODE.UNSUPPORTED, "display_qty", "10", "none: the whole order is shown", "paper"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("terms", "reasons"), UNABLE.values(), ids=UNABLE)
def test_what_a_broker_does_not_take_is_refused_in_its_name(
    terms: Terms, reasons: tuple[Reason, ...]
) -> None:
    pairs: frozenset[Any] = frozenset({(Limit, Day), (Market, Day)})
    can = Capabilities(order_types=pairs, profile=VenueProfile(name="plain"))

    assert denied(Desk(can={"paper": can}), terms=terms) == reasons


IDS: dict[str, tuple[ClOrdIdRule, str | None]] = {
    "texts like ours": (TextIds(max_length=18, characters="a-z2-7"), None),
    "shorter texts": (TextIds(max_length=17), "1 to 17 of [A-Za-z0-9_-]"),
    "texts of other characters": (TextIds(characters="A-Z0-9"), "1 to 36 of [A-Z0-9]"),
    "texts of other characters, with a codec": (TextIds(characters="A-Z0-9", codec=UpperCase()), None),
    "integers": (IntegerIds(31), None),
}


@pytest.mark.parametrize(("rule", "allowed"), IDS.values(), ids=IDS)
def test_a_venue_that_takes_no_id_of_ours_is_not_sent_one(rule: ClOrdIdRule, allowed: str | None) -> None:
    able = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, cl_ord_ids=rule))
    desk = Desk(can={"paper": able})

    if allowed is None:
        assert kinds(desk.submit()) == ["OrderCreated", "OrderSubmitted"]
    else:
        assert denied(desk) == (Reason(CODE.UNSUPPORTED, "cl_ord_id", request_id(1), allowed, "paper"),)


def test_terms_that_nobody_works_cannot_be_asked_for() -> None:
    desk = Desk(handlers={Limit: LimitHandler()}, can={"paper": CAN_MORE})
    before = desk.looks(), desk.version

    with pytest.raises(ValidationError, match="open the manager with a handler of them"):
        desk.submit(terms=Stop(105))

    assert (desk.looks(), desk.version) == before


STOP_VALUES: dict[str, tuple[Side, Terms, int, str | None]] = {
    # The market is at 100, and 50 are asked for.
    "a purchase at its trigger": (Side.BUY, Stop(110), 5_500, None),
    "a purchase at its trigger, a cent more": (Side.BUY, Stop("110.01"), 5_500, "5500.5"),
    "a purchase that the market is past": (Side.BUY, Stop(90), 4_999, "5000"),
    "a purchase at the limit behind the trigger": (Side.BUY, StopLimit(110, 112), 5_599, "5600"),
    "a sale at the market, which is above its trigger": (Side.SELL, Stop(90), 4_999, "5000"),
    "a sale at the market, which is above its limit": (Side.SELL, StopLimit(90, 89), 4_999, "5000"),
}


@pytest.mark.parametrize(("side", "terms", "most", "value"), STOP_VALUES.values(), ids=STOP_VALUES)
def test_a_stop_is_valued_at_the_worst_price_that_can_be_expected(
    side: Side, terms: Terms, most: int, value: str | None
) -> None:
    desk = Desk(limits(max_order_notional=most), can={"paper": CAN_MORE})
    desk.tell(quote(100, 100))

    if value is None:
        assert kinds(desk.submit(side=side, qty=50, terms=terms)) == ["OrderCreated", "OrderSubmitted"]
    else:
        assert denied(desk, side=side, qty=50, terms=terms) == (
            Reason(CODE.MAX_ORDER_VALUE, "notional", value, f"at most {most} USD"),
        )
