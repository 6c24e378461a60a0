"""With which time in force a held order is sent: its own, or one that its venue takes for the market order that it becomes."""
# pyright: reportPrivateUsage=false

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any

import pytest

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.leg_entry import sent_of
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.lifecycle.machine import become
from oms.model.capabilities import Capabilities
from oms.model.enums import ExecType, Life, SessionPhase, Side
from oms.model.market import TradePrint
from oms.model.offset import Offset
from oms.model.requests import NewOrderSingle
from oms.model.sessions import SessionChange
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
)
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    Day,
    FillOrKill,
    GoodForTime,
    GoodTillCancel,
    GoodTillDate,
    GoodTillTime,
    ImmediateOrCancel,
    TimeInForce,
)
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import T0, S
from tests.unit.engine.desk import DATE, PAPER, SYMBOL, Desk, kinds
from tests.unit.engine.floor import Floor, simple

LIMITS: frozenset[Any] = frozenset({(Limit, Day), (Limit, GoodTillCancel)})
LATER = GoodTillTime(T0 + 60 * S)


def desk(*taken: type[TimeInForce]) -> Desk:
    """A desk whose broker takes market orders with these times in force alone, and limit orders for the day or until canceled."""
    return Desk(can={"paper": Capabilities(order_types=LIMITS | {(Market, one) for one in taken})})


def trade(px: int) -> TradePrint:
    return TradePrint(SYMBOL, T0, px, 100)


def hold(of: Desk, tif: TimeInForce, terms: Terms | None = None) -> list[str]:
    return kinds(of.submit(side=Side.SELL, qty=10, terms=terms or Stop(95), tif=tif))


def sent(of: Desk) -> list[tuple[Terms, TimeInForce]]:
    return [(one.terms, one.time_in_force) for one in of.sent if isinstance(one, NewOrderSingle)]


@pytest.mark.parametrize("own", [DAY, GTC, GoodTillDate(DATE), LATER, GoodForTime(60)], ids=repr)
@pytest.mark.parametrize(
    ("taken", "best"),
    [
        ((ImmediateOrCancel, FillOrKill), IOC),
        ((FillOrKill,), FOK),
        ((GoodTillCancel, ImmediateOrCancel, FillOrKill), GTC),
        ((Day, GoodTillCancel, ImmediateOrCancel, FillOrKill), DAY),
    ],
    ids=["iocs and foks", "foks alone", "all but day", "all four"],
)
def test_a_stop_is_sent_with_its_own_time_in_force_or_with_the_best_that_its_venue_takes(
    own: TimeInForce, taken: tuple[Any, ...], best: TimeInForce
) -> None:
    here = desk(*taken)
    wanted = own if type(own) in taken else best

    assert hold(here, own) == ["OrderCreated", "OrderHeld"]
    assert (here.order().time_in_force, here.order().given_time_in_force) == (own, own)
    events = here.tell(trade(94))

    assert kinds(events) == ["OrderReleased", "OrderSubmitted"]
    assert sent(here) == [(Market(), wanted)]
    assert (here.order().time_in_force, here.order().given_time_in_force) == (wanted, own)


@pytest.mark.parametrize(
    "terms",
    [TrailingStop(Offset(1)), MarketIfTouched(98)],
    ids=["a trail", "if touched"],
)
def test_so_is_whatever_becomes_a_market_order(terms: Terms) -> None:
    here = desk(ImmediateOrCancel)
    hold(here, DAY, terms)
    here.tell(trade(97))
    here.tell(trade(99))
    here.tell(trade(94))
    assert sent(here) == [(Market(), IOC)]


@pytest.mark.parametrize("own", [IOC, FOK, OPG, CLS, GFA], ids=repr)
def test_one_that_says_how_to_trade_is_never_replaced(own: TimeInForce) -> None:
    here = desk(Day, GoodTillCancel)
    assert hold(here, own) == ["OrderCreated", "OrderDenied"]


@pytest.mark.parametrize("terms", [StopLimit(95, 94), LimitIfTouched(105, 106)], ids=["stop", "if touched"])
def test_what_becomes_a_limit_keeps_its_own_and_is_denied_by_what_the_venue_takes(terms: Terms) -> None:
    here = desk(Day)
    assert hold(here, LATER, terms) == ["OrderCreated", "OrderDenied"]
    asked = {(reason.value, reason.allowed) for reason in here.order().reasons}
    taken = "Limit Day, Limit GoodTillCancel, Market Day"
    assert asked == {(f"{type(terms).__name__} GoodTillTime", taken), ("Limit GoodTillTime", taken)}


def test_a_market_order_that_was_given_as_one_keeps_its_own() -> None:
    here = desk(ImmediateOrCancel)
    assert hold(here, DAY, Market()) == ["OrderCreated", "OrderDenied"]


@pytest.mark.parametrize("own", [DAY, LATER, GoodForTime(60)], ids=repr)
def test_until_it_is_released_its_own_ends_it_here(own: TimeInForce) -> None:
    here = desk(ImmediateOrCancel)
    hold(here, own)
    here.now_ns += 60 * S
    here.tell(SessionChange(here.now_ns, SessionPhase.CLOSED, DATE))
    assert here.order().life is Life.EXPIRED
    assert here.sent == []


@pytest.mark.parametrize("own", [DAY, LATER, GoodForTime(60)], ids=repr)
def test_once_it_is_released_what_was_sent_is_in_force(own: TimeInForce) -> None:
    # Its venue works it until it is canceled: that it has ended nobody here may say.
    here = desk(GoodTillCancel)
    hold(here, own)
    here.tell(trade(94))
    here.say(ExecType.NEW)
    here.now_ns += 3_600 * S
    assert kinds(here.tell(SessionChange(here.now_ns, SessionPhase.CLOSED, DATE))) == ["SessionChanged"]
    assert here.order().life is Life.LIVE
    here.trade("E1", 10)
    assert here.order().is_filled


@pytest.mark.parametrize("own", [DAY, LATER], ids=repr)
def test_a_replay_and_a_snapshot_know_both(own: TimeInForce) -> None:
    here = desk(ImmediateOrCancel)
    hold(here, own)
    here.tell(trade(94))
    replayed, state = Engine({PAPER: here.can[PAPER]}, default_handlers()), State()
    replayed.replay(here.journal)
    load(dump(here.engine.state, Positions()), state, Positions())
    for one in (replayed.state, state):
        assert describe(one) == describe(here.engine.state)
        order = one.index.by_id[here.order().order_id]
        assert (order.time_in_force, order.given_time_in_force) == (IOC, own)


def test_a_handle_that_stands_for_another_order_says_what_that_was_asked_for() -> None:
    here = desk(ImmediateOrCancel)
    hold(here, DAY)
    here.tell(trade(94))
    hold(here, GTC)
    sent_one, held_one = here.order(1), copy(here.order(2))
    handle = copy(held_one)
    become(handle, sent_one)
    assert (handle.time_in_force, handle.given_time_in_force) == (IOC, DAY)
    become(handle, held_one)
    assert (handle.time_in_force, handle.given_time_in_force) == (GTC, GTC)


@pytest.mark.parametrize("has_snapshot", [False, True], ids=["replay", "snapshot"])
def test_a_bracket_stands_where_market_orders_are_at_once_or_not_at_all(*, has_snapshot: bool) -> None:
    taken: frozenset[Any] = LIMITS | {(Market, ImmediateOrCancel), (Market, FillOrKill)}
    here = Floor(can={"paper": Capabilities(order_types=taken)})
    group = here.place(simple())
    here.fill(1, 100)
    here.print(94)  # the target lies at the venue: it is taken back first
    here.restart(has_snapshot=has_snapshot)
    here.done(2)
    here.fill(3, 100, 94)

    stop = here.order(3)
    assert here.news() == [
        "new 1: BUY 100 Limit",
        "new 2: SELL 100 Limit",
        "cancel 2",
        "new 3: SELL 100 Market",
    ]
    assert (stop.terms, stop.time_in_force, stop.given_time_in_force) == (Market(), IOC, GTC)
    group = here.engine.state.groups.by_id[group.group_id]
    assert [leg.executed_qty for leg in group.legs] == [100, 100, 0]


def test_of_a_stop_that_has_fired_at_its_venue_the_rest_is_sent_as_that_takes_market_orders() -> None:
    taken: frozenset[Any] = LIMITS | {(Market, ImmediateOrCancel), (Stop, GoodTillCancel)}
    here = Floor(can={"paper": Capabilities(order_types=taken)})
    group = here.place(simple())
    leg = group.legs[1]
    leg.reached, leg.terms = 1, Market()
    assert sent_of(here.engine._entry, leg, Decimal(1)).time_in_force == IOC
    leg.reached = 0
    assert sent_of(here.engine._entry, leg, Decimal(1)).time_in_force == GTC
