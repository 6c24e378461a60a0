"""An order that is reached and cannot be released: it is denied and told of, and takes nobody else down."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.codec.event_codec import decode, encode
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import AnomalyCode, Side, TriggerPriceType
from oms.model.ids import OrderId
from oms.model.market import Quote, TradePrint
from oms.model.offset import Offset
from oms.model.reasons import ReasonCode
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market, Stop, StopLimit, Strategy, Terms, TrailingStop
from oms.model.time_in_force import GTC, Day, GoodTillCancel
from oms.model.triggers import QuoteTrigger, Release, TriggerHit, stop
from oms.model.venue_profile import EXCHANGE
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from oms.order_types.strategy import StrategyHandler
from oms.order_types.trailing import TrailingHandler
from tests.fakes import CAN_ALL, T0
from tests.unit.engine.desk import OFF, SYMBOL, Desk, kinds
from tests.unit.engine.floor import Floor, simple

PAIRS: frozenset[Any] = frozenset((terms, tif) for terms in (Market, Limit) for tif in (Day, GoodTillCancel))
PLAIN = Capabilities(order_types=PAIRS, amendable=frozenset({"order_qty", "price"}), profile=EXCHANGE)


class Odd(MarketHandler):
    """A stop of somebody's own that fails in one way or another once its price has come."""

    def __init__(self, way: str) -> None:
        self.way = way

    def trigger(self, order: SubmitOrder) -> Release | None:
        return QuoteTrigger(side=order.side) if self.way == "waits for a quote" else stop(order.side, 95)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        # The first time it is only asked what kind of order it becomes.
        if hit.order_id == OrderId(0):
            return Market()
        match self.way:
            case "is another error":
                return self.released(order, hit)
            case "gives nothing":
                return None  # type: ignore[return-value]  # what a handler of somebody's own may do
            case "has an error without words":
                raise _Mute
            case _:
                return Limit(1 // int(hit.px - hit.px))


class _Mute(Exception):
    def __repr__(self) -> str:
        raise ValueError

    __str__ = __repr__


class Fussy(MarketHandler):
    """Market orders that fail as they are looked at on their way out."""

    def check(self, order: SubmitOrder, instrument: Any) -> Any:
        raise LookupError("no table \ud800")


def desk_of(way: str = "divides by zero", handlers: Any = ()) -> Desk:
    handlers = {**default_handlers(), Strategy: StrategyHandler({"mine": Odd(way)}), **dict(handlers)}
    return Desk(OFF, can={"paper": PLAIN}, handlers=handlers)


def sent(desk: Desk) -> list[tuple[OrderId, Terms]]:
    return [(one.order_id, one.terms) for one in desk.sent if isinstance(one, NewOrderSingle)]


def trade(px: Any) -> TradePrint:
    return TradePrint(SYMBOL, T0, px, 100)


WAYS = {
    "divides by zero": "ZeroDivisionError('",
    "is another error": "RecursionError('",
    "gives nothing": "TypeError('released() gave None; give terms",
    "has an error without words": "a value of type _Mute",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_handler_that_fails_loses_its_own_order_alone(way: str) -> None:
    desk = desk_of(way)
    for terms in (Stop(96), Strategy("mine"), Stop("94.50"), TrailingStop(Offset(3))):
        desk.submit(side=Side.SELL, terms=terms, tif=GTC)
    desk.tell(trade(100))

    events = desk.tell(trade(94))

    # The trail stands at 97.
    assert [order_id for order_id, _ in sent(desk)] == [4, 1, 3]
    released = ["OrderReleased", "OrderSubmitted"]
    assert kinds(events) == [*released, *released, "OrderDenied", "AnomalyRaised", *released]
    denied, told = events[4:6]
    assert isinstance(denied, ev.OrderDenied)
    assert isinstance(told, ev.AnomalyRaised)
    assert (told.code, told.order_id) == (AnomalyCode.NOT_RELEASED, OrderId(2))
    assert told.text.startswith(f"it could not be released; handler mine: {WAYS[way]}")
    assert [(one.code, one.value) for one in denied.reasons] == [(ReasonCode.OTHER, told.text)]
    assert [decode(encode(event)) for event in events] == list(events)
    assert desk.tell(trade(80)) == ()


def test_trails_that_the_same_price_moves_are_on_record() -> None:
    desk = desk_of()
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)
    desk.submit(side=Side.BUY, terms=TrailingStop(Offset(3)), tif=GTC)

    events = desk.tell(trade(94))

    assert kinds(events) == ["TrailsMoved", "OrderDenied", "AnomalyRaised"]
    desk.tell(trade(97))
    assert sent(desk) == [(2, Market())]


def test_what_fails_once_it_is_released_is_denied_too_and_told_by_its_own_name() -> None:
    desk = desk_of(handlers={Market: Fussy()})
    desk.submit(side=Side.SELL, terms=Stop(95), tif=GTC)
    desk.submit(side=Side.SELL, terms=StopLimit(94, 93), tif=GTC)

    events = desk.tell(trade(94))

    denied = ["OrderReleased", "OrderDenied", "AnomalyRaised"]
    assert kinds(events) == [*denied, "OrderReleased", "OrderSubmitted"]
    assert sent(desk) == [(2, Limit(93))]
    told = events[2]
    assert isinstance(told, ev.AnomalyRaised)
    assert told.text == "it could not be released; handler StopHandler: LookupError('no table \\ud800')"
    assert [decode(encode(event)) for event in events] == list(events)


def test_one_that_a_quote_releases_fails_alone_too() -> None:
    desk = desk_of("waits for a quote")
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)
    desk.submit(side=Side.SELL, terms=Stop(95, TriggerPriceType.BID_ASK), tif=GTC)

    events = desk.tell(Quote(SYMBOL, T0, 94, 100, "94.02", 100))

    assert kinds(events) == ["OrderDenied", "AnomalyRaised", "OrderReleased", "OrderSubmitted"]
    assert sent(desk) == [(2, Market())]


def test_the_stop_of_a_bracket_goes_out_beside_an_order_that_fails() -> None:
    handlers = {**default_handlers(), Strategy: StrategyHandler({"mine": Odd("")})}
    desk = Floor({"paper": CAN_ALL}, handlers=handlers)
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)
    desk.news()

    desk.tell(trade(94))

    assert desk.news() == ["cancel 2"]
    assert desk.order(4).is_closed


def test_an_exit_that_fails_as_it_is_reached_is_lost_and_told_of() -> None:
    handlers = {**default_handlers(), TrailingStop: _Lost()}
    desk = Floor({"paper": CAN_ALL}, handlers=handlers)
    desk.place(simple(stop=TrailingStop(Offset(3))))
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.tell(trade(100))

    events = desk.tell(trade(96))

    codes = [one.code for one in events if isinstance(one, ev.AnomalyRaised)]
    assert codes == [AnomalyCode.NOT_RELEASED, AnomalyCode.EXIT_LOST]
    assert desk.order(3).is_closed
    assert not desk.order(2).is_closed


class _Lost(TrailingHandler):
    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        if hit.order_id:
            raise LookupError("its table")
        return Market()


# ---------------------------------------------------------------- money for more than an order can be


MOST = "999999999999999999"


def test_money_for_too_many_units_is_denied_and_takes_no_other_order_with_it() -> None:
    desk = Desk(OFF, can={"paper": PLAIN})
    for terms, qty, cash in ((Stop(95), 50, None), (Stop(96), None, MOST), (Stop(94), 50, None)):
        desk.submit(side=Side.SELL, qty=qty, terms=terms, cash=cash, tif=GTC)

    events = desk.tell(trade("0.05"))

    assert [order_id for order_id, _ in sent(desk)] == [1, 3]
    (denied,) = (one for one in events if isinstance(one, ev.OrderDenied))
    (reason,) = denied.reasons
    assert (denied.order_id, reason.code) == (2, ReasonCode.MAX_ORDER_QTY)
    assert str(reason) == (
        f"MAX_ORDER_QTY: cash_order_qty = {MOST}, which is 19999999999999999980 at 0.05; "
        "allowed: less than 1000000000000000000 units"
    )
    assert [decode(encode(event)) for event in events] == list(events)


REFUSED: dict[str, tuple[Side, Terms, bool]] = {
    "at its trigger": (Side.SELL, Stop("0.05"), True),
    "at its limit, at which a purchase is turned": (Side.BUY, StopLimit(105, "0.05"), True),
    "not above its trigger": (Side.SELL, Stop(96), False),
    "not where its trail is not known": (Side.SELL, TrailingStop(Offset("0.01")), False),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_at_once_where_its_price_says_so(case: str) -> None:
    side, terms, is_refused = REFUSED[case]
    desk = Desk(OFF, can={"paper": PLAIN})

    events = desk.submit(side=side, qty=None, terms=terms, cash=MOST, tif=GTC)

    assert kinds(events) == ["OrderCreated", "OrderDenied" if is_refused else "OrderHeld"]
    if is_refused:
        denied = events[-1]
        assert isinstance(denied, ev.OrderDenied)
        assert ReasonCode.MAX_ORDER_QTY in [reason.code for reason in denied.reasons]


def test_a_venue_that_takes_money_is_given_it_whole() -> None:
    desk = Desk(OFF, can={"paper": evolve(PLAIN, profile=evolve(EXCHANGE, takes_cash_orders=True))})

    assert (
        kinds(desk.submit(side=Side.SELL, qty=None, terms=Stop("0.05"), cash=MOST, tif=GTC))[1] == "OrderHeld"
    )
    desk.tell(trade("0.05"))

    assert desk.order().cash_order_qty == Decimal(MOST)
    assert sent(desk) == [(1, Market())]


# ---------------------------------------------------------------- what a limit refuses


def test_stops_beyond_the_message_rate_are_put_off_and_told_of() -> None:
    limits = evolve(OFF, max_messages=2, message_window_s=1)
    desk = Desk(limits, can={"paper": PLAIN})
    for _ in range(3):
        desk.submit(side=Side.SELL, terms=Stop(95), tif=GTC)

    events = desk.tell(trade(94))

    assert [order_id for order_id, _ in sent(desk)] == [1, 2]
    assert kinds(events)[4:] == ["OrderHeld", "AnomalyRaised"]
    told = events[-1]
    assert isinstance(told, ev.AnomalyRaised)
    assert (told.code, told.order_id) == (AnomalyCode.NOT_RELEASED, OrderId(3))
    assert told.text.startswith("its price has come, and it waits until it may be sent: MSG_RATE")
