"""A market-to-limit order that its venue does not take is sent as a limit order at the best price of the other side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.model.capabilities import Capabilities
from oms.model.commands import EngageKillSwitch
from oms.model.enums import Life, Side, WorkedBy
from oms.model.events import Event, OrderDenied, OrderReleased
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.reasons import Reason, ReasonCode
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market, MarketToLimit, Terms
from oms.model.time_in_force import (
    DAY,
    IOC,
    AtTheOpening,
    Day,
    GoodTillCancel,
    ImmediateOrCancel,
    TimeInForce,
)
from tests.fakes import T0
from tests.unit.engine.desk import SYMBOL, Desk, kinds

PAIRS: frozenset[Any] = frozenset(
    (terms, tif)
    for terms in (Market, Limit)
    for tif in (Day, GoodTillCancel, ImmediateOrCancel, AtTheOpening)
)
PLAIN = Capabilities(order_types=PAIRS, amendable=frozenset({"order_qty", "price"}))
HELD = ["OrderCreated", "OrderHeld", "OrderReleased", "OrderSubmitted"]


def desk(**can: Any) -> Desk:  # noqa: ANN401  # whatever a broker can do
    """A desk whose only broker takes market and limit orders."""
    return Desk(can={"paper": evolve(PLAIN, **can)})


def quote(bid: int | str | None, ask: int | str | None, bid_size: int = 5, ask_size: int = 5) -> Quote:
    return Quote(SYMBOL, T0, bid, bid_size if bid is not None else 0, ask, ask_size if ask is not None else 0)


def place(of: Desk, side: Side = Side.BUY, tif: TimeInForce = DAY) -> tuple[Event, ...]:
    return of.submit(side=side, qty=10, terms=MarketToLimit(), tif=tif)


def sent(of: Desk) -> list[Terms]:
    return [request.terms for request in of.sent if isinstance(request, NewOrderSingle)]


@pytest.mark.parametrize(("side", "px"), [(Side.BUY, "100.02"), (Side.SELL, "100")])
def test_it_is_sent_at_once_as_a_limit_order_at_the_best_price_of_the_other_side(side: Side, px: str) -> None:
    here = desk()
    here.tell(quote(100, "100.02"))

    events = place(here, side)

    assert kinds(events) == HELD
    released = events[2]
    assert isinstance(released, OrderReleased)
    assert (released.terms, released.trigger_px, released.px) == (Limit(px), Decimal(px), Decimal(px))
    assert sent(here) == [Limit(px)]
    order = here.order()
    assert (order.life, order.terms, order.given_terms) == (Life.SENT, Limit(px), MarketToLimit())
    assert order.worked_by is WorkedBy.OMS


def test_what_cannot_be_had_at_once_may_be_let_go() -> None:
    here = desk()
    here.tell(quote(100, "100.02"))

    assert kinds(place(here, tif=IOC)) == HELD
    assert here.sent[0].time_in_force == IOC  # type: ignore[union-attr]  # a new order


@pytest.mark.parametrize(
    "before",
    [(), (quote(100, None),), (quote(100, "100.02", ask_size=0),), (quote(100, "100.02"), quote(100, None))],
    ids=["no quote", "nobody offers", "an offer of nothing", "not any more"],
)
def test_it_is_denied_while_there_is_nothing_to_take(before: tuple[Quote, ...]) -> None:
    here = desk()
    for one in before:
        here.tell(one)

    events = place(here)

    assert kinds(events) == ["OrderCreated", "OrderDenied"]
    denied = events[1]
    assert isinstance(denied, OrderDenied)
    allowed = "a market-to-limit order, which is worked here, while the market shows ask and size"
    assert denied.reasons[1:] == (Reason(ReasonCode.INPUT_UNAVAILABLE, "ask", "none", allowed),)
    assert (denied.reasons[0].code, denied.reasons[0].value) == (ReasonCode.UNSUPPORTED, "MarketToLimit Day")


def test_the_other_side_alone_is_enough() -> None:
    here = desk()
    here.tell(quote(None, "100.02"))

    assert kinds(place(here)) == HELD
    assert sent(here) == [Limit("100.02")]


def test_a_trade_does_not_hide_what_is_shown() -> None:
    here = desk()
    here.tell(quote(100, "100.02"))
    here.tell(TradePrint(SYMBOL, T0, 101, 5))

    place(here)

    assert sent(here) == [Limit("100.02")]


@pytest.mark.parametrize(("side", "px"), [(Side.BUY, "100.25"), (Side.SELL, "100")])
def test_a_price_off_the_grid_is_taken_by_the_next_one_that_does(side: Side, px: str) -> None:
    coarse = Instrument(symbol=SYMBOL, currency="USD", tick="0.25")
    here = Desk(instruments=(coarse,), can={"paper": PLAIN})
    here.tell(quote("100.10", "100.15"))

    place(here, side)

    assert sent(here) == [Limit(px)]


def test_it_is_for_no_auction() -> None:
    here = desk()
    here.tell(quote(100, "100.02"))

    assert kinds(place(here, tif=AtTheOpening())) == ["OrderCreated", "OrderDenied"]
    assert here.order().reasons[0].code is ReasonCode.UNSUPPORTED


def test_it_passes_the_gate() -> None:
    here = desk()
    here.tell(quote(100, "100.02"))
    here.tell(EngageKillSwitch("a test"))

    assert kinds(place(here)) == ["OrderCreated", "OrderDenied"]
    assert here.sent == []


def test_a_venue_that_takes_it_works_it() -> None:
    here = desk(order_types=PAIRS | {(MarketToLimit, Day)})

    assert kinds(place(here)) == ["OrderCreated", "OrderSubmitted"]
    assert sent(here) == [MarketToLimit()]
    assert here.order().worked_by is WorkedBy.VENUE


def test_its_limit_can_be_replaced_once_it_is_one() -> None:
    here = desk()
    here.tell(quote(100, "100.02"))
    place(here)

    assert kinds(here.replace(price="100.03")) == ["ReplaceRequested"]
