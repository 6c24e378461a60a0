"""A group that its venue works and the same group worked here give the same fills, wherever the library can do the same.

It can where what rests at the venue is what rests there natively: the limit of a bracket, while its stop waits here. Where
it cannot, each difference has a case of its own below; `docs/how-to/brackets.md` lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import inf
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings
from oms.model.enums import Side, TriggerPriceType, WorkedBy
from oms.model.events import Traded
from oms.model.market import MarketUpdate, MarkPrice, Quote, TradePrint
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.properties.test_parity import INSTRUMENT, X, prices, updates

Fills: TypeAlias = list[tuple[Any, ...]]
KINDS = st.sampled_from(
    [TriggerPriceType.LAST, TriggerPriceType.BID_ASK, TriggerPriceType.MID, TriggerPriceType.MARK]
)


def fills(tree: Contingency, market: list[MarketUpdate], worked_by: WorkedBy) -> list[Fills]:
    """What each leg traded, in the order in which it did, after which update."""
    broker = (
        PaperBroker([INSTRUMENT], contingencies=None)
        if worked_by is WorkedBy.OMS
        else PaperBroker([INSTRUMENT])
    )
    traded: list[tuple[int, int, Decimal, Decimal]] = []
    market = [Quote(X, 0, 100, 20, Decimal("100.5"), 20), *market]
    with OrderManager(brokers=[broker], store=MemoryEventStore(), clock=ManualClock()) as om:
        at = 0
        om.on(Traded, lambda event: traded.append((event.order_id, at, event.last_qty, event.last_px)))
        om.update(market[0])
        group = om.submit_group(tree)
        assert group.worked_by is worked_by
        for at, update in enumerate(market[1:], 1):  # noqa: B007  # the listener reads it
            om.update(update)
        assert check_state(om.state) == ()
        leg_of: dict[int, int] = {order.order_id: leg.number for leg in group.legs for order in leg.orders}
    told: list[Fills] = [[] for _ in group.legs]
    for order_id, when, qty, px in traded:
        told[leg_of[order_id]].append((when, qty, px))
    return told


@st.composite
def groups(draw: st.DrawFn) -> Contingency:
    """Trees of which the limit comes first, and the others wait for a price."""
    target = Leg("X", Side.SELL, Limit(draw(st.integers(200, 210)) / Decimal(2)), GTC)
    stop_px = draw(st.integers(190, 199)) / Decimal(2)
    kind = draw(KINDS)
    stop = Leg("X", Side.SELL, Stop(stop_px, kind), GTC)
    # Once a stop limit rests, it is the target that waits here: see below.
    limited = Leg("X", Side.SELL, StopLimit(stop_px, stop_px - 1, kind), GTC)
    siblings = draw(st.sampled_from(Siblings))
    oco = Oco((target, stop), siblings)
    shapes: list[tuple[Contingency, ...]] = [(oco,), (oco,), (oco,), (target,), (stop,), (limited,)]
    exits = draw(st.sampled_from(shapes))
    # No update may both fill an entry and reach the price of its stop: see below.
    terms = Limit(draw(prices())) if kind is TriggerPriceType.MARK else Market()
    entry = Leg("X", Side.BUY, terms, GTC, None, draw(st.integers(1, 12)))
    return Oto(
        entry,
        exits,
        draw(st.sampled_from(Arm)),
        draw(st.sampled_from(Remainder)),
    )


@st.composite
def alternatives(draw: st.DrawFn) -> Oco:
    """Entries of which only one is to execute, on both sides of the market: limits, or stops."""
    size, other = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    low, high = draw(st.integers(190, 199)) / Decimal(2), draw(st.integers(202, 210)) / Decimal(2)
    kind = draw(KINDS)
    buy, sell = (Limit(low), Limit(high)) if draw(st.booleans()) else (Stop(high, kind), Stop(low, kind))
    legs = (Leg("X", Side.BUY, buy, GTC, None, size), Leg("X", Side.SELL, sell, GTC, None, other))
    return Oco(legs, Siblings.CANCEL)


def walks() -> st.SearchStrategy[list[MarketUpdate]]:
    steps = st.lists(st.one_of(st.integers(-4, 4), st.integers(-4, 4), updates()), min_size=5, max_size=40)
    return steps.map(_walked)


def _walked(steps: list[int | MarketUpdate]) -> list[MarketUpdate]:
    px, told = Decimal(100), list[MarketUpdate]()
    for step in steps:
        if not isinstance(step, int):
            told.append(step)
            continue
        px += Decimal(step) / 2
        told.append(Quote(X, 0, px, abs(step) * 2 + 1, px + Decimal("0.5"), 5))
        told.append(TradePrint(X, 0, px, 3))
        told.append(MarkPrice(X, 0, px))
    return told


def brought_too_late(told: list[Fills]) -> float:
    """Give the first update with or after which an entry trades though its exits have sold all that had come by then."""
    entry, *exits = told
    whens: set[int] = {when for leg in exits for when, *_ in leg}
    for end in sorted(whens):
        sold = _qty_of(fill for leg in exits for fill in leg if fill[0] <= end)
        if entry[-1][0] >= end and sold >= _qty_of(fill for fill in entry if fill[0] < end):
            return end
    return inf


def lost_its_place(tree: Contingency, told: list[Fills]) -> float:
    """Give the update after the one with which the stop beside a target first sells: here, the target is placed anew then."""
    assert isinstance(tree, Oto)
    beside = isinstance(tree.exits[0], Oco) and told[2]
    return told[2][0][0] + 1 if beside else inf


def _qty_of(told: Iterable[tuple[Any, ...]]) -> Decimal:
    return sum((qty for _, qty, *_ in told), Decimal(0))


def fired_in_parts(order_qty: int) -> Oto:
    """So many bought, and a stop limit that rests in part once the mark has fired it."""
    stop = Leg("X", Side.SELL, StopLimit(95, 94, TriggerPriceType.MARK), GTC)
    return Oto(Leg("X", Side.BUY, Limit("95.5"), GTC, None, order_qty), (stop,))


def falls(first: int, second: int) -> list[MarketUpdate]:
    """The entry trades, the stop limit fires and sells one of it, and a print reaches both."""
    top = Quote(X, 0, 100, 1, Decimal("100.5"), 5)
    return [top, TradePrint(X, 0, 95, first), MarkPrice(X, 0, 95), TradePrint(X, 0, 95, second)]


@settings(max_examples=200, deadline=None)
@example(fired_in_parts(8), falls(6, 4))
@example(fired_in_parts(4), [*falls(3, 3), TradePrint(X, 0, 95, 1)])
@given(groups(), walks())
def test_a_group_gives_the_same_fills_native_and_worked_here(
    tree: Contingency, market: list[MarketUpdate]
) -> None:
    """The fills of each leg are equal, whoever works the group; where its entry is to end with its exits, until it should."""
    here, native = (fills(tree, market, worked_by) for worked_by in (WorkedBy.OMS, WorkedBy.VENUE))
    # What comes later goes another way: see below.
    end = min(lost_its_place(tree, here), lost_its_place(tree, native))
    assert isinstance(tree, Oto)
    if tree.remainder is Remainder.CANCEL:
        end = min(end, *map(brought_too_late, (here, native)))
    assert [[fill for fill in leg if fill[0] < end] for leg in here] == [
        [fill for fill in leg if fill[0] < end] for leg in native
    ]


@settings(max_examples=200, deadline=None)
@given(alternatives(), walks())
def test_of_alternatives_only_one_executes_whoever_works_them(tree: Oco, market: list[MarketUpdate]) -> None:
    """The fills of each leg are equal, and what one has canceled never trades, also where its own rest was canceled."""
    here, native = (fills(tree, market, worked_by) for worked_by in (WorkedBy.OMS, WorkedBy.VENUE))
    assert here == native
    assert not all(here)


@settings(max_examples=100, deadline=None)
@given(st.integers(200, 204), st.integers(2, 12), st.integers(1, 9), walks(), walks())
def test_a_target_that_lost_its_place_sells_as_much_or_later(
    half_ticks: int, order_qty: int, size: int, before: list[MarketUpdate], after: list[MarketUpdate]
) -> None:
    """Beside a stop that sells a part, the target never comes to more here, where it is placed anew, than natively."""
    px = Decimal(half_ticks) / 2
    exits = (Leg("X", Side.SELL, Limit(px), GTC), Leg("X", Side.SELL, Stop(90), GTC))
    tree = Oto(Leg("X", Side.BUY, Market(), GTC, None, order_qty), (Oco(exits),))
    queue: list[MarketUpdate] = [Quote(X, 0, 99, 1, px, 5), TradePrint(X, 0, px, 5)]
    market = [*before, *queue, TradePrint(X, 0, 90, 1), TradePrint(X, 0, px, size), *after]
    here, native = (fills(tree, market, worked_by) for worked_by in (WorkedBy.OMS, WorkedBy.VENUE))
    assert here[2] == native[2]
    for end, *_ in here[1]:
        sold_here, sold = (_qty_of(fill for fill in leg if fill[0] <= end) for leg in (here[1], native[1]))
        assert sold_here <= sold


def bracket_of(
    first: Terms, second: Terms, siblings: Siblings = Siblings.REDUCE, entry: Terms | None = None
) -> Oto:
    """Ten bought, and two exits; where the library works them, the first one lies at the venue."""
    exits = (Leg("X", Side.SELL, first, GTC), Leg("X", Side.SELL, second, GTC))
    return Oto(Leg("X", Side.BUY, entry or Market(), GTC, None, 10), (Oco(exits, siblings),))


def quote(bid: float, size: int) -> Quote:
    """A market one wide, with as much on either side."""
    px = Decimal(str(bid))
    return Quote(X, 0, px, size, px + 1, size)


BOUGHT = [(0, Decimal(10), Decimal("100.5"))]
DIFFERENCES: dict[str, tuple[Contingency, list[MarketUpdate], list[Fills], list[Fills]]] = {
    "a limit that rests trades at its own price, one that waits here takes what is shown": (
        bracket_of(Stop(95), Limit(105)),
        [quote(107, 20)],
        [BOUGHT, [], [(1, Decimal(10), Decimal(105))]],
        [BOUGHT, [], [(1, Decimal(10), Decimal(107))]],
    ),
    "a limit that rests trades with prints beyond its price, one that waits here waits for a quote": (
        bracket_of(Stop(95), Limit(105)),
        [TradePrint(X, 0, 106, 10), quote(100, 20)],
        [BOUGHT, [], [(1, Decimal(10), Decimal(105))]],
        [BOUGHT, [], []],
    ),
    "a limit that waits here has no place in the queue when a trade comes to its price": (
        bracket_of(Stop(95), Limit(105)),
        [quote(104, 5), TradePrint(X, 0, 105, 9)],
        [BOUGHT, [], [(2, Decimal(4), Decimal(105))]],
        [BOUGHT, [], []],
    ),
    "once a stop limit rests, the target that waits here takes its turn when its price comes": (
        bracket_of(Limit(105), StopLimit(95, 95)),
        [quote(94, 20), TradePrint(X, 0, 95, 1), quote(105, 4), TradePrint(X, 0, 105, 20)],
        [BOUGHT, [], [(3, Decimal(4), Decimal(95)), (4, Decimal(6), Decimal(95))]],
        [BOUGHT, [(4, Decimal(6), Decimal(105))], [(3, Decimal(4), Decimal(95))]],
    ),
    "a target keeps its place in the queue while a stop sells a part, or is placed behind the others for the rest": (
        bracket_of(Limit(105), Stop(95)),
        [quote(104, 5), TradePrint(X, 0, 105, 5), TradePrint(X, 0, 95, 1), TradePrint(X, 0, 105, 6)],
        [BOUGHT, [(4, Decimal(5), Decimal(105))], [(3, Decimal(5), Decimal(104))]],
        [BOUGHT, [(4, Decimal(1), Decimal(105))], [(3, Decimal(5), Decimal(104))]],
    ),
    "an exit that waits here looks at the very update that has filled its entry": (
        bracket_of(Limit(105), Stop(99, TriggerPriceType.BID_ASK), entry=Limit(100)),
        [quote(99, 20), quote(100, 20)],
        [[(1, Decimal(10), Decimal(100))], [], []],
        [[(1, Decimal(10), Decimal(100))], [], [(1, Decimal(10), Decimal(99))]],
    ),
}


@pytest.mark.parametrize("worked_by", WorkedBy)
def test_a_canceled_sibling_sells_what_the_first_one_has_left(worked_by: WorkedBy) -> None:
    tree = bracket_of(Stop(95), Limit(105), Siblings.CANCEL)
    market: list[MarketUpdate] = [quote(94, 4), TradePrint(X, 0, 95, 1), quote(105, 20)]

    assert fills(tree, market, worked_by) == [
        BOUGHT,
        [(2, Decimal(4), Decimal(94))],
        [(3, Decimal(6), Decimal(105))],
    ]


@pytest.mark.parametrize(("tree", "market", "native", "here"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_where_they_differ(
    tree: Contingency, market: list[MarketUpdate], native: list[Fills], here: list[Fills]
) -> None:
    assert fills(tree, market, WorkedBy.VENUE) == native
    assert fills(tree, market, WorkedBy.OMS) == here
