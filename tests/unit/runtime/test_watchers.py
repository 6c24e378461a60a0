"""Who watches and acts: told of events and of the market, and what it wants waits its turn."""
# ruff: noqa: ANN401  # what is wanted may be anything

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from oms.bus import SubscriberFailed
from oms.errors import StoreError, ValidationError
from oms.model import events as ev
from oms.model.alert_commands import RaiseSlippageAlert
from oms.model.commands import CancelOrder
from oms.model.depth import BookUpdate
from oms.model.ids import OrderId, Symbol
from oms.model.market import PrintCorrection, Quote, TradePrint, WatchedUpdate
from oms.model.market_news import FeedGap, PriceLimits
from tests.fakes import T0, all_events, d
from tests.unit.projections.watched import a_finding
from tests.unit.runtime.test_order_manager import House

QUOTE = Quote(Symbol("AAPL"), T0, d("99"), d("5"), d("101"), d("5"))
ALERT = RaiseSlippageAlert(OrderId(1), a_finding())


class Onlooker:
    """Notes what it is told, and wants what it is made to want."""

    def __init__(self, wants: Callable[[object], Sequence[Any]] = lambda _: ()) -> None:
        self.events: tuple[type[ev.Event], ...] = (ev.OrderCreated, ev.SlippageAlerted)
        self.recorded: list[ev.Event] = []
        self.told: list[ev.Event] = []
        self.market: list[WatchedUpdate] = []
        self.refused: list[object] = []
        self.wants = wants

    def on_recorded(self, event: ev.Event) -> None:
        self.recorded.append(event)

    def on_event(self, event: ev.Event) -> Sequence[Any]:
        self.told.append(event)
        return self.wants(event)

    def on_market(self, update: WatchedUpdate) -> Sequence[Any]:
        self.market.append(update)
        return self.wants(update)

    def on_refused(self, command: Any) -> None:
        self.refused.append(command)


def after(kind: type[Any], *wishes: Any) -> Callable[[object], Sequence[Any]]:
    return lambda heard: wishes if isinstance(heard, kind) else ()


def test_it_hears_the_journal_first_and_then_what_happens() -> None:
    house = House()
    house.buy()
    onlooker = Onlooker()
    house.om.attach(onlooker)
    assert [type(event) for event in onlooker.recorded] == [ev.OrderCreated]
    assert onlooker.told == []

    house.buy()
    house.om.update(QUOTE)
    assert [(type(event), event.order_id) for event in onlooker.told if isinstance(event, ev.OrderEvent)] == [
        (ev.OrderCreated, 2)
    ]
    assert onlooker.market == [QUOTE]


def test_of_depth_it_hears_what_the_engine_hears() -> None:
    house, onlooker = House(), Onlooker()
    house.om.attach(onlooker)
    house.om.update(BookUpdate(Symbol("AAPL"), T0, ((99, 5),), ((101, 5),)))
    last = onlooker.market[-1]
    assert isinstance(last, Quote)
    assert (last.bid, last.ask) == (d(99), d(101))
    house.om.update(TradePrint(Symbol("AAPL"), T0, d("100"), d("1")))
    assert isinstance(onlooker.market[-1], TradePrint)


@pytest.mark.parametrize("venue", [None, "paper"])
def test_of_what_is_said_beside_prices_it_hears_what_is_to_be_known_of_prints(venue: str | None) -> None:
    """That some are missing, and that one was another: what was lost at one venue is missing in the whole too."""
    house, onlooker = House(), Onlooker()
    house.om.attach(onlooker)
    gap = FeedGap(Symbol("AAPL"), T0)
    correction = PrintCorrection(T0 + 1, TradePrint(Symbol("AAPL"), T0, d("100"), d("1")))
    for update in (gap, PriceLimits(Symbol("AAPL"), T0, d("90"), d("110")), correction):
        house.om.update(update, venue=venue)
    assert onlooker.market == [gap, correction]


def test_what_it_wants_after_an_event_waits_its_turn() -> None:
    """An alert, and a cancel, of an order that was created: they come after all that the order led to."""
    house = House()
    onlooker = Onlooker(after(ev.OrderCreated, ALERT, CancelOrder(OrderId(1))))
    house.om.attach(onlooker)
    house.buy()
    kinds = [type(event) for event in house.store.read(5)]
    assert kinds.index(ev.OrderSubmitted) < kinds.index(ev.SlippageAlerted) < kinds.index(ev.CancelRequested)
    assert [type(event) for event in onlooker.told] == [ev.OrderCreated, ev.SlippageAlerted]


def test_what_it_wants_after_a_tick_is_done_before_the_engine_hears_of_that() -> None:
    house = House()
    house.buy()
    house.om.attach(Onlooker(after(Quote, ALERT)))
    house.om.update(QUOTE)
    assert isinstance(all_events(house.store)[-1], ev.SlippageAlerted)
    assert house.om.quote("AAPL") == QUOTE


def test_what_is_refused_it_is_told_and_so_are_others() -> None:
    house, unknown = House(), RaiseSlippageAlert(OrderId(99), a_finding())
    for kind, act in ((Quote, lambda: house.om.update(QUOTE)), (ev.OrderCreated, house.buy)):
        onlooker = Onlooker(after(kind, unknown))
        detach = house.om.attach(onlooker)
        act()
        assert onlooker.refused == [unknown]
        assert house.failed.pop().heard is unknown
        assert house.failed == []
        detach()


def test_it_may_fail_without_harm() -> None:
    def fail(_: object) -> Sequence[Any]:
        raise KeyError("its own fault")

    house = House()
    onlooker = Onlooker(fail)
    house.om.attach(onlooker)
    assert house.buy().order_id == 1
    assert isinstance(house.failed[0].error, KeyError)
    assert onlooker.refused == []


def test_while_halted_it_hears_the_market_and_wants_in_vain() -> None:
    house = House()
    house.buy()
    onlooker = Onlooker(after(Quote, ALERT))
    house.om.attach(onlooker)
    house.store.fail()
    with pytest.raises(StoreError):
        house.om.update(QUOTE)
    assert onlooker.refused == [ALERT]
    assert house.om.halted is not None
    house.om.update(QUOTE)
    assert onlooker.refused == [ALERT, ALERT]


def test_detached_it_hears_nothing() -> None:
    house, onlooker = House(), Onlooker()
    detach = house.om.attach(onlooker)
    detach()
    detach()
    house.buy()
    house.om.update(QUOTE)
    assert (onlooker.told, onlooker.market) == ([], [])
    house.om.bus.fail("x", CancelOrder(OrderId(1)), KeyError())
    assert onlooker.refused == []
    house.om.attach(onlooker)
    house.om.bus.fail("x", SubscriberFailed, KeyError())
    assert onlooker.refused == []


def test_what_is_no_watcher_or_attached_is_refused() -> None:
    house, onlooker = House(), Onlooker()
    house.om.attach(onlooker)
    for wrong in (onlooker, None, Onlooker, object()):
        with pytest.raises(ValidationError):
            house.om.attach(wrong)  # type: ignore[arg-type]
    with house.om.batch(), pytest.raises(ValidationError):
        house.om.attach(Onlooker())
