"""Handlers of somebody's own that raise or give what is no answer: their order alone is the worse for it, and it is told."""
# ruff: noqa: ANN401  # what they give is of any kind

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oms.codec.event_codec import decode, encode
from oms.model import events as ev
from oms.model.commands import CancelOrder, SubmitOrder
from oms.model.contingency import Leg, Oto
from oms.model.enums import AnomalyCode, Life, Side
from oms.model.ids import OrderId
from oms.model.market import TradePrint
from oms.model.order import Order
from oms.model.requests import NewOrderSingle
from oms.model.terms import Market, Stop, Strategy, Terms
from oms.model.time_in_force import GTC
from oms.model.triggers import TriggerHit, stop
from oms.order_types.market import MarketHandler
from oms.order_types.registry import default_handlers
from oms.order_types.strategy import StrategyHandler
from tests.fakes import T0
from tests.unit.engine.desk import OFF, SYMBOL, Desk, kinds, submit
from tests.unit.engine.floor import Floor
from tests.unit.engine.test_failed_releases import PLAIN


class Own(MarketHandler):
    """A stop of somebody's own, of which one method is another."""

    def __init__(self, **methods: Callable[..., Any]) -> None:
        self.methods = methods
        self.heard: list[str] = []
        self.wants_events = True

    def trigger(self, order: SubmitOrder) -> Any:
        trigger = self.methods.get("trigger")
        return stop(order.side, 95) if trigger is None else trigger(order)

    def released(self, order: SubmitOrder, hit: TriggerHit) -> Terms:
        return Market()

    def on_event(self, order: Order, event: ev.OrderEvent) -> Any:
        self.heard.append(type(event).__name__)
        answer = self.methods.get("on_event")
        return () if answer is None else answer(order, event)


def desk_of(own: Own, kind: type[Desk] = Desk) -> Any:
    handlers = {**default_handlers(), Strategy: StrategyHandler({"mine": own})}
    if kind is Floor:
        return Floor({"paper": PLAIN}, handlers=handlers)
    return Desk(OFF, can={"paper": PLAIN}, handlers=handlers)


def fails(*_: Any) -> Any:
    raise LookupError("its table")


def trade(px: Any) -> TradePrint:
    return TradePrint(SYMBOL, T0, px, 100)


TRIGGERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "raises": (fails, "LookupError: its table"),
    "gives a number": (
        lambda _: 3.5,
        "TypeError: trigger() gave 3.5; give a trigger of the order's side",
    ),
    "gives one of the other side": (
        lambda _: stop(Side.BUY, 105),
        "TypeError: trigger() gave PriceTrigger(side=",
    ),
    "makes one that is none": (lambda order: stop(order.side, "NaN"), "ValidationError: trigger_px"),
}


@pytest.mark.parametrize("way", TRIGGERS)
def test_an_order_of_which_it_is_not_known_what_it_waits_for_is_denied(way: str) -> None:
    trigger, said = TRIGGERS[way]
    desk = desk_of(Own(trigger=trigger))
    desk.submit(side=Side.SELL, terms=Stop(96), tif=GTC)

    events = desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)

    assert kinds(events)[:2] == ["OrderCreated", "OrderDenied"]
    assert said in "\n".join(reason.value for reason in events[1].reasons)
    assert [decode(encode(event)) for event in events] == list(events)
    desk.tell(trade(94))
    assert desk.order(1).life is Life.SENT


@pytest.mark.parametrize("way", ["raises", "gives a number"])
@pytest.mark.parametrize("is_late", [False, True])
def test_an_exit_of_which_it_is_not_known_halts_nothing(way: str, *, is_late: bool) -> None:
    calls = [0]

    def trigger(order: SubmitOrder) -> Any:
        calls[0] += 1
        return stop(order.side, 95) if is_late and order.order_qty != 60 else TRIGGERS[way][0](order)

    desk = desk_of(Own(trigger=trigger), Floor)
    desk.submit(side=Side.SELL, terms=Stop(96), tif=GTC)
    entry = Leg("AAPL", Side.BUY, Market(), order_qty=100)
    desk.place(Oto(entry, exits=(Leg("AAPL", Side.SELL, Strategy("mine"), time_in_force=GTC),)))

    if is_late:
        desk.new(2)
        desk.fill(2, 60)
        codes = [one.code for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
        assert codes == [AnomalyCode.EXIT_LOST]
    else:
        assert desk.order(2).life is Life.DENIED
    desk.tell(trade(94))
    assert desk.order(1).life is Life.SENT
    desk.restart(has_snapshot=False)


def test_a_held_order_is_told_of_to_its_handler_until_it_ends() -> None:
    own = Own()
    desk = desk_of(own)
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)

    desk.tell(trade(94))
    desk.trade("x1", 40, 94, side=Side.SELL)

    assert own.heard == ["OrderCreated", "OrderHeld", "OrderReleased", "OrderSubmitted", "Traded"]


EVENTS: dict[str, tuple[Callable[..., Any], str]] = {
    "raises": (fails, "LookupError: its table"),
    "gives a number": (lambda *_: 3.5, "on_event"),
    "gives what is no command": (lambda *_: ["cancel"], "on_event"),
}


@pytest.mark.parametrize("way", EVENTS)
def test_what_else_the_same_price_has_reached_is_sent_where_a_handler_fails_at_an_event(way: str) -> None:
    answer, said = EVENTS[way]
    desk = desk_of(Own(on_event=lambda order, event: answer(order, event) if order.life is Life.SENT else ()))
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)
    desk.submit(side=Side.SELL, terms=Stop(95), tif=GTC)

    events = desk.tell(trade(94))

    assert [one.order_id for one in desk.sent if isinstance(one, NewOrderSingle)] == [1, 2]
    told = [one for one in events if isinstance(one, ev.AnomalyRaised)]
    assert {(one.code, one.order_id) for one in told} == {(AnomalyCode.HANDLER_FAILED, OrderId(1))}
    assert "handler mine" in told[0].text
    assert said in told[0].text
    assert [decode(encode(event)) for event in events] == list(events)


def test_a_command_that_cannot_be_meant_is_told_of_and_those_beside_it_are_done() -> None:
    def answer(_: Order, event: ev.OrderEvent) -> Any:
        if not isinstance(event, ev.Traded):
            return ()
        return [CancelOrder(OrderId(77), "mine"), submit(symbol="NONE"), submit(side=Side.SELL, qty=7)]

    desk = desk_of(Own(on_event=answer))
    desk.submit(side=Side.SELL, terms=Strategy("mine"), tif=GTC)
    desk.tell(trade(94))

    events = desk.trade("x1", 40, 94, side=Side.SELL)

    assert kinds(events) == ["Traded", "AnomalyRaised", "AnomalyRaised", "OrderCreated", "OrderSubmitted"]
    told = [one for one in events if isinstance(one, ev.AnomalyRaised)]
    assert {(one.code, one.order_id) for one in told} == {(AnomalyCode.HANDLER_FAILED, None)}
    assert "CancelOrder: UnknownOrderError" in told[0].text
    assert "SubmitOrder: UnknownInstrumentError" in told[1].text
    assert desk.order(2).order_qty == 7
