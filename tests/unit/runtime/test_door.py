"""What cannot be meant is refused at the manager's door: nothing moves, nothing waits, and whoever asked sees the error."""
# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oms.bus import SubscriberFailed
from oms.errors import HaltedError, UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.enums import OrdStatus, SessionPhase, Side
from oms.model.ids import Symbol
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.reports import Absent
from oms.model.sessions import SessionChange
from oms.model.terms import Limit
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from tests.fakes import AAPL, T0, ScriptedBroker, WatchedStore
from tests.junk import JUNK

PX = Limit(100)


class Listening(ScriptedBroker):
    """Hears of the market, as simulated exchanges do."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def on_market(self, update: MarketData) -> None:
        self.heard.append(update)

    def on_session(self, change: SessionChange) -> None:
        self.heard.append(change)


class House:
    """A manager with one open order."""

    def __init__(self, **made: Any) -> None:
        self.broker, self.store = Listening(), WatchedStore()
        self.om = OrderManager(
            brokers=[self.broker], store=self.store, instruments=[AAPL], clock=ManualClock(T0), **made
        )
        self.order = self.om.submit("AAPL", Side.BUY, 100, PX)

    def standing(self) -> tuple[Any, ...]:
        """All that must not move."""
        counts = (self.store.version, len(self.broker.requests), len(self.broker.heard))
        return self.om.state_hash(), *counts, len(self.om._loop.inbox), self.om._loop.halted


ASKED: dict[str, tuple[Callable[[House], object], str]] = {
    "a submit by no text": (
        lambda house: house.om.submit("AAPL", Side.BUY, 1, PX, asked_by=[]),  # type: ignore[arg-type]
        "asked_by = ",
    ),
    "a submit by too long a text": (
        lambda house: house.om.submit("AAPL", Side.BUY, 1, PX, asked_by="x" * 2_000_000),
        "asked_by = .*at most 256",
    ),
    "a submit in the name of a group": (
        lambda house: house.om.submit("AAPL", Side.BUY, 1, PX, asked_by="contingency"),
        "asked_by = .*another name",
    ),
    "a cancel in the name of a group": (
        lambda house: house.om.cancel(house.order, asked_by="contingency"),
        "asked_by = .*another name",
    ),
    "a replace in the name of a group": (
        lambda house: house.om.replace(house.order, price=101, asked_by="contingency"),
        "asked_by = .*another name",
    ),
    "a mass cancel in the name of a group": (
        lambda house: house.om.mass_cancel(asked_by="contingency"),
        "asked_by = .*another name",
    ),
    "a cancel in the name of whoever reduces": (
        lambda house: house.om.cancel(house.order, asked_by="reduce-only"),
        "asked_by = .*another name",
    ),
    "a cancel by nobody": (
        lambda house: house.om.cancel(house.order, asked_by=None),  # type: ignore[arg-type]
        "asked_by = None",
    ),
    "a replace by a number": (
        lambda house: house.om.replace(house.order, price=101, asked_by=7),  # type: ignore[arg-type]
        "asked_by = 7",
    ),
    "a kill without a reason": (lambda house: house.om.kill(None), "reason = None: say why"),  # type: ignore[arg-type]
    "a kill for an empty reason": (lambda house: house.om.kill("", cancel_all=True), "reason = ''"),
    "a kill by no text": (
        lambda house: house.om.kill("why", cancel_all=True, asked_by=b"me"),  # type: ignore[arg-type]
        "asked_by = b'me'",
    ),
    "a release without a reason": (lambda house: house.om.release_kill(None), "reason = None"),  # type: ignore[arg-type]
    "nothing as an update": (lambda house: house.om.update(None), "update = None: pass a Quote"),  # type: ignore[arg-type]
    "a symbol as an update": (lambda house: house.om.update("AAPL"), "update = 'AAPL'"),  # type: ignore[arg-type]
    "a session as an update": (
        lambda house: house.om.update(SessionChange(T0, SessionPhase.OPEN, "20260105")),  # type: ignore[arg-type]
        "pass a Quote, a TradePrint, a MarkPrice, depth",
    ),
    "nothing as a session": (lambda house: house.om.session(None), "change = None: pass a SessionChange"),  # type: ignore[arg-type]
    "a cancel of a list": (lambda house: house.om.cancel([1]), r"order = \[1\]"),  # type: ignore[arg-type]
    "a cancel of a truth": (lambda house: house.om.cancel(True), "order = True"),
    "anomalies of a code in words": (
        lambda house: house.om.anomalies(code="overfill"),  # type: ignore[arg-type]
        "code = 'overfill': pass an AnomalyCode",
    ),
    "a listener for a class by name": (
        lambda house: house.om.on("Traded", print),  # type: ignore[arg-type]
        "kind = 'Traded': pass a class of events",
    ),
    "a listener that cannot be called": (
        lambda house: house.om.on(ev.Traded, None),  # type: ignore[arg-type]
        "listener = None: pass what takes one event",
    ),
    "the position of a list": (lambda house: house.om.position([]), r"symbol = \[\]: pass a text"),  # type: ignore[arg-type]
    "the position of a nameless account": (
        lambda house: house.om.position("AAPL", account=7),  # type: ignore[arg-type]
        "account = 7: pass a text",
    ),
    "a mass cancel at a list": (
        lambda house: house.om.mass_cancel(broker=[]),  # type: ignore[arg-type]
        r"broker = \[\]: attached are paper",
    ),
    "an order adopted from a broker that is not there": (
        lambda house: house.om.adopt("papre", venue_order_id="V-1", by="ann", reason="by phone"),
        "broker = 'papre': attached are paper",
    ),
    "an order adopted by a number": (
        lambda house: house.om.adopt("paper", venue_order_id=7, by="ann", reason="by phone"),  # type: ignore[arg-type]
        "venue_order_id = 7: pass a text, or leave it out",
    ),
    "a doubt resolved by a number": (
        lambda house: house.om.resolve(house.order, Absent(True), cl_ord_id=7, by="ann", reason="by phone"),  # type: ignore[arg-type]
        "cl_ord_id = 7: pass a text, or leave it out",
    ),
    "a replace of a float": (lambda house: house.om.replace(1.0, price=101), "order = 1.0"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("ask", "said"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_meant_is_refused_and_nothing_moves(ask: Callable[[House], object], said: str) -> None:
    house = House()
    before = house.standing()

    with pytest.raises(ValidationError, match=said):
        ask(house)

    assert house.standing() == before
    assert house.om.submit("AAPL", Side.BUY, 1, PX).status is OrdStatus.PENDING_NEW


@pytest.mark.parametrize(("ask", "said"), ASKED.values(), ids=ASKED)
def test_within_a_listener_it_is_the_listener_that_sees_the_refusal(
    ask: Callable[[House], object], said: str
) -> None:
    house = House()
    failed: list[SubscriberFailed] = []
    house.om.on(SubscriberFailed, failed.append)

    def listen(_: ev.KillSwitchEngaged) -> None:
        ask(house)

    house.om.on(ev.KillSwitchEngaged, listen)

    house.om.kill("so that the listener is told something")

    assert len(failed) == 1
    assert (len(house.om._loop.inbox), house.om._loop.halted, house.om.state.handles) == (0, None, {})
    assert house.store.version == house.om.state.version
    with pytest.raises(ValidationError, match=said):
        raise failed[0].error


def test_no_kind_of_junk_gets_past_the_door() -> None:
    house = House()
    before = house.standing()

    for junk in JUNK.values():
        for ask in (house.om.update, house.om.session):
            with pytest.raises(ValidationError):
                ask(junk)
        with pytest.raises(UnknownOrderError):
            house.om.order(junk)
        with pytest.raises(UnknownOrderError):
            house.om.cancel(junk)

    assert house.standing() == before


def test_quotes_trades_and_sessions_come_in() -> None:
    house = House()
    heard: tuple[Quote, TradePrint, SessionChange] = (
        Quote(Symbol("AAPL"), T0, 99, 5, 101, 5),
        TradePrint(Symbol("AAPL"), T0, 100, 5),
        SessionChange(T0, SessionPhase.OPEN, "20260105"),
    )

    house.om.update(heard[0])
    house.om.update(heard[1])
    house.om.session(heard[2])

    assert house.broker.heard == list(heard)


@pytest.mark.parametrize("namespace", [None, "", "x" * 65, 5, b"oms", "\ud800"], ids=ascii)
def test_a_namespace_that_cannot_be_is_refused_before_anything_happens(namespace: Any) -> None:
    broker, store = ScriptedBroker(), WatchedStore()

    with pytest.raises(ValidationError, match=r"namespace = .*pass a text of 1 to 64 characters"):
        OrderManager(brokers=[broker], store=store, namespace=namespace)

    assert (store.version, broker.sink) == (0, None)


MADE: dict[str, tuple[dict[str, Any], str]] = {
    "a broker that is no list": ({"brokers": ScriptedBroker()}, "brokers = .*pass a list of brokers"),
    "a broker by name": ({"brokers": "paper"}, "brokers = 'paper': pass a list of brokers"),
    "a class of brokers": ({"brokers": [ScriptedBroker]}, "brokers = .*it has no name"),
    "a broker without members": ({"brokers": [object()]}, "it has no name, capabilities, .*, query"),
    "a broker without a name": ({"brokers": [ScriptedBroker(name="")]}, "broker = '': use 1 to 32"),
    "a path as the journal": ({"store": "orders.db"}, "store = 'orders.db': pass a journal, such as SQLite"),
    "a clock that has no time": ({"clock": 0}, "clock = 0: pass a clock"),
    "limits as a mapping": ({"limits": {}}, r"limits = {}: pass RiskLimits\(\.\.\.\)"),
    "an instrument that is no list": ({"instruments": AAPL}, "instruments = .*pass a list of instruments"),
    "an instrument by its symbol": ({"instruments": ["AAPL"]}, "instruments = 'AAPL': pass a list"),
    "handlers as a list": ({"handlers": []}, r"handlers = \[\]: pass a mapping"),
    "no read models": ({"projections": None}, "projections = None: pass pairs"),
    "a read model alone": ({"projections": [print]}, "projections = <built-in function print>: pass pairs"),
    "a read model of no class": ({"projections": [("Traded", print)]}, "projections = .*: pass pairs"),
}


@pytest.mark.parametrize(("made", "said"), MADE.values(), ids=MADE)
def test_a_manager_is_not_made_of_other_things(made: dict[str, Any], said: str) -> None:
    parts: dict[str, Any] = {"brokers": [ScriptedBroker()], "store": WatchedStore(), "clock": ManualClock(T0)}

    with pytest.raises(ValidationError, match=said):
        OrderManager(**(parts | made))


def test_what_is_asked_of_a_closed_manager_says_that_it_is_closed_and_changes_nothing() -> None:
    house = House()
    house.om.close()
    before = house.om.state_hash()

    for ask in (
        lambda: house.om.submit("AAPL", Side.BUY, 1, PX),
        lambda: house.om.cancel(house.order),
        lambda: house.om.kill("why"),
        house.om.poll,
    ):
        with pytest.raises(HaltedError, match="this manager is closed: open another one on the journal"):
            ask()

    assert house.om.state_hash() == before
    assert house.om.orders() == [house.order]
