"""Orders given as an amount of money: what they are judged by, and what becomes of them."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import OrderId
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY
from tests.fakes import AAPL, CAN_ALL, CAN_MORE, T0, d
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, Desk, kinds, request_id

CODE = ReasonCode
ZERO = Decimal(0)
AFTER_ITS_SENDING: dict[str, Any] = {"status": OrdStatus.PENDING_NEW}


def desk_of(
    limits: RiskLimits = OFF, bid: Any = None, ask: Any = None, instrument: Instrument = AAPL
) -> Desk:
    desk = Desk(limits, (instrument,), {"paper": CAN_MORE})
    if bid is not None:
        desk.tell(Quote(SYMBOL, T0, d(bid), d(1), d(ask), d(1)))
    return desk


def limits(**fields: Any) -> RiskLimits:
    off: dict[str, Any] = dict.fromkeys(
        ("max_order_qty", "max_order_notional", "price_collar", "max_open_orders", "max_messages")
    )
    return RiskLimits(**{**off, **fields}, off_by="a test")


def test_an_order_in_money_is_sent_as_an_amount_and_without_a_quantity() -> None:
    desk = desk_of(bid=99, ask=101)

    events = desk.submit(qty=None, terms=Market(), cash=2_550)

    envelope = (1, ev.Cause("SubmitOrder", "bot"), 5, T0, OrderId(1))
    assert events == (
        ev.OrderCreated(
            5, *envelope, SYMBOL, Side.BUY, ZERO, Market(), DAY, MAIN, None, d(100), T0, d(2_550)
        ),
        ev.OrderSubmitted(6, *envelope, request_id(1), PAPER, **AFTER_ITS_SENDING),
    )
    assert desk.sent == [
        NewOrderSingle(
            PAPER, OrderId(1), request_id(1), T0, SYMBOL, Side.BUY, ZERO, Market(), DAY, MAIN, d(2_550)
        )
    ]
    assert not desk.order().is_closed


EXPOSED: dict[str, tuple[Any, Any, str]] = {
    # 2,550 in money, in lots of 1: 2550 / 100 = 25.5, and 2550 / 90 = 28.3…, and 2550 / 110 = 23.1…
    "at the market": (100, Market(), "26"),
    "at a limit below the market": (100, Limit(90), "29"),
    "at the market where the limit is above it": (100, Limit(110), "26"),
    "at the limit, without a market": (None, Limit(110), "24"),
    "as one lot, without any price": (None, Market(), "1"),
}


@pytest.mark.parametrize(("px", "terms", "qty"), EXPOSED.values(), ids=EXPOSED)
def test_it_counts_with_an_estimate_until_the_broker_says_how_many_units_it_is(
    px: Any, terms: Any, qty: str
) -> None:
    desk = desk_of(bid=px, ask=px)
    desk.submit(qty=None, terms=terms, cash=2_550)
    book = desk.engine.state.book.exposure

    assert list(book.open_orders) == [1]
    assert book.of(MAIN, SYMBOL).open_buy_qty == d(qty)

    desk.say(ExecType.NEW, order_qty=d(27))
    assert (desk.order().order_qty, desk.order().leaves_qty) == (d(27), d(27))
    assert book.of(MAIN, SYMBOL).open_buy_qty == 27
    desk.trade("E1", 27)
    assert desk.order().status is OrdStatus.FILLED
    assert book.open_orders == {}


def test_what_executes_before_the_units_are_known_is_taken_off_the_estimate() -> None:
    desk = desk_of(bid=100, ask=100)
    desk.submit(qty=None, terms=Market(), cash=2_550)
    exposure = desk.engine.state.book.exposure.of(MAIN, SYMBOL)

    desk.trade("E1", 20)
    assert (desk.order().cum_qty, exposure.open_buy_qty) == (d(20), d(6))
    # It may always trade once more, as long as the broker has not said that it is done.
    desk.trade("E2", 6)
    assert (desk.order().cum_qty, exposure.open_buy_qty, exposure.open_orders) == (d(26), d(1), 1)
    desk.say(ExecType.CANCELED)
    assert (exposure.open_buy_qty, exposure.open_orders) == (ZERO, 0)


COIN = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot="0.5", min_qty=10, min_notional=100)
JUDGED: dict[str, tuple[Any, Any, Any, dict[str, Any], tuple[Reason, ...]]] = {
    # limits, instrument, market, what is asked, reasons
    "of the smallest value": (OFF, COIN, None, {"cash": 100}, ()),
    "of less than the smallest value": (
        OFF, COIN, 100, {"cash": "99.99"},
        (Reason(CODE.BELOW_MIN_NOTIONAL, "cash_order_qty", "99.99", "at least 100 USD"),),
    ),
    "of the largest value": (limits(max_order_notional=2_500), AAPL, None, {"cash": 2_500}, ()),
    "of a larger value, whatever it costs": (
        limits(max_order_notional=2_500), AAPL, None, {"cash": "2500.01"},
        (Reason(CODE.MAX_ORDER_VALUE, "cash_order_qty", "2500.01", "at most 2500 USD"),),
    ),
    "of the largest quantity": (limits(max_order_qty=25), AAPL, 100, {"cash": 2_500}, ()),
    "of a larger quantity, as it is estimated": (
        limits(max_order_qty=25), AAPL, 100, {"cash": "2500.01"},
        (Reason(CODE.MAX_ORDER_QTY, "order_qty", "about 26", "at most 25"),),
    ),
    "of a quantity that its limit gives": (limits(max_order_qty=25), AAPL, None, {"cash": 2_500, "terms": Limit(100)}, ()),
    "of a quantity that nothing gives": (
        limits(max_order_qty=25, max_order_notional=1), AAPL, None, {"cash": 2_500},
        (
            Reason(CODE.INPUT_UNAVAILABLE, "reference_px", "none", "a market price to estimate the quantity with"),
            Reason(CODE.MAX_ORDER_VALUE, "cash_order_qty", "2500", "at most 1 USD"),
        ),
    ),
    "of contracts that are worth more": (
        limits(max_order_qty=1), evolve(AAPL, multiplier=50), 100, {"cash": 5_001},
        (Reason(CODE.MAX_ORDER_QTY, "order_qty", "about 2", "at most 1"),),
    ),
    "at a price out of the collar": (
        limits(price_collar="0.05"), AAPL, 100, {"cash": 2_500, "terms": Limit(106)},
        (Reason(CODE.PRICE_COLLAR, "price", "106", "at most 105 (100 and 0.05 of it)"),),
    ),
    "after another one, of the one that may be open": (
        limits(max_open_orders=1), AAPL, None, {"cash": 1, "before": True},
        (Reason(CODE.MAX_OPEN_ORDERS, "open orders", "1 open", "at most 1"),),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("set_limits", "instrument", "px", "asked", "reasons"), JUDGED.values(), ids=JUDGED)
def test_the_amount_is_its_value_and_its_quantity_is_estimated(
    set_limits: RiskLimits,
    instrument: Instrument,
    px: Any,
    asked: dict[str, Any],
    reasons: tuple[Reason, ...],
) -> None:
    desk = desk_of(set_limits, px, px, instrument)
    if asked.get("before"):
        desk.submit(qty=None, terms=Market(), cash=1)
    sent = len(desk.sent)

    created, judged = desk.submit(
        qty=None, **{"terms": Market(), **{k: v for k, v in asked.items() if k != "before"}}
    )

    assert isinstance(created, ev.OrderCreated)
    if reasons:
        assert isinstance(judged, ev.OrderDenied)
        assert judged.reasons == reasons
        assert len(desk.sent) == sent
    else:
        assert isinstance(judged, ev.OrderSubmitted)


def test_a_broker_that_takes_no_money_is_not_asked_while_nothing_is_shown() -> None:
    desk = Desk(can={"paper": CAN_ALL})

    denied = desk.submit(qty=None, terms=Market(), cash=2_500)[1]

    assert isinstance(denied, ev.OrderDenied)
    assert denied.reasons == (
        Reason(CODE.UNSUPPORTED, "cash_order_qty", "2500", "none: give order_qty, in units", "paper"),
        Reason(
            CODE.INPUT_UNAVAILABLE,
            "ask",
            "none",
            "an order in money, which is turned into units here, while the market shows ask and size",
        ),
    )


def test_it_is_replaced_only_when_its_units_are_known() -> None:
    desk = desk_of()
    desk.submit(qty=None, terms=Limit(100), cash=2_500)
    desk.say(ExecType.NEW)

    (too_early,) = desk.replace(order_qty=30)
    desk.trade("E1", 10)
    (again,) = desk.replace(price=101)
    desk.say(ExecType.RESTATED, order_qty=d(25))
    (asked,) = desk.replace(order_qty=20)

    reason = Reason(
        CODE.UNSUPPORTED,
        "cash_order_qty",
        "2500, in units not known yet",
        "a replace once the broker has said how many units it is",
    )
    for event in (too_early, again):
        assert isinstance(event, ev.ReplaceDenied)
        assert event.reasons == (reason,)
    assert isinstance(asked, ev.ReplaceRequested)
    assert (asked.order_qty, asked.terms) == (d(20), Limit(100))


def test_it_can_be_canceled_at_any_time() -> None:
    desk = desk_of()
    desk.submit(qty=None, terms=Market(), cash=2_500)

    assert kinds(desk.cancel()) == ["CancelRequested"]
    desk.say(ExecType.CANCELED, cl_ord_id=request_id(2), orig_cl_ord_id=request_id(1))
    assert desk.order().status is OrdStatus.CANCELED
    assert desk.engine.state.book.exposure.open_orders == {}


def test_an_execution_that_brings_the_total_ends_the_estimate() -> None:
    desk = desk_of(bid=100, ask=100)
    desk.submit(qty=None, terms=Market(), cash=2_550)

    desk.trade("E1", 20, order_qty=d(25))

    assert (desk.order().order_qty, desk.order().leaves_qty) == (d(25), d(5))
    assert desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_buy_qty == 5
