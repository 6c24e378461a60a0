"""Laws of the simulated exchange where only bars are known, beside one that goes through each bar tick by tick."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oms.model.bars import Bar
from oms.model.enums import ExecType, Side
from oms.model.reports import ExecutionReport, Report
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms
from oms.model.time_in_force import FOK, GTC, IOC, TimeInForce
from oms.simulation.bar_path import BarPath
from oms.simulation.rules import MatchingRules
from tests.properties.slow_exchange import Fill
from tests.properties.test_simulated_exchange import as_fill
from tests.unit.simulation.venue import NOON_NS, Venue, X, bar, order

TICK = Decimal("0.01")
Happening: TypeAlias = tuple[Any, ...]
MANY = settings(max_examples=max(300, settings().max_examples))


@dataclass
class SlowOrder:
    """Prices in ticks; a stop of None has been reached, a price of None is any."""

    name: str
    is_buy: bool
    price: int | None
    stop: int | None
    leaves: int
    rests: bool
    in_full: bool
    is_new: bool = True

    def is_beyond(self, px: int, *, touches: bool) -> bool:
        assert self.price is not None
        if self.price == px:
            return touches
        return self.price > px if self.is_buy else self.price < px


class SlowBars:
    """All orders in a list, searched from end to end at each tick of the way."""

    def __init__(self, *, touches: bool) -> None:
        self.orders: list[SlowOrder] = []
        self.late: list[SlowOrder] = []
        self.touches = touches
        self.volume = 0
        self.fills: list[Fill] = []

    def bar(self, path: list[int], volume: int) -> list[Fill]:
        """Go through a bar."""
        self.volume, self.fills = volume, []
        if volume:
            self._go(path)
        self.orders += self.late
        self.late = []
        return self.fills

    def _go(self, path: list[int]) -> None:
        self._open(path[0])
        for before, px in pairwise(path):
            step = 1 if px > before else -1
            for tick in range(before, px + step, step):
                self._tick(tick, is_up=step > 0)
        for one in self.orders:
            one.is_new = False

    def _open(self, px: int) -> None:
        for is_buy in (True, False):
            for one in self._resting(is_buy):
                if one.is_beyond(px, touches=False):
                    self._fill(one, px, is_maker=not one.is_new)
            for one in self._resting(is_buy):
                if one.is_beyond(px, touches=self.touches):
                    self._fill(one, px, is_maker=True)
        self._wait(px)
        reached = [
            one
            for one in self.orders
            if one.stop is not None and (px >= one.stop if one.is_buy else px <= one.stop)
        ]
        rises = sorted((one for one in reached if one.is_buy), key=lambda one: one.stop or 0)
        falls = sorted((one for one in reached if not one.is_buy), key=lambda one: -(one.stop or 0))
        for one in (*rises, *falls):
            one.stop = None
            self._last(one)
        for one in (*rises, *falls):
            if one.price is not None and one.rests and one.is_beyond(px, touches=False):
                self._fill(one, px, is_maker=False)
        self._wait(px)

    def _tick(self, px: int, *, is_up: bool) -> None:
        for one in self._resting(not is_up):
            if one.is_beyond(px, touches=self.touches):
                self._fill(one, one.price or 0, is_maker=True)
        for one in [one for one in self.orders if one.stop is not None and one.is_buy is is_up]:
            if one.stop == px:
                one.stop = None
                self._last(one)
                if one.price is not None and one.rests and one.is_beyond(px, touches=False):
                    self._fill(one, px, is_maker=False)
                self._wait(px)

    def _last(self, one: SlowOrder) -> None:
        # Who is released arrives then.
        self.orders.remove(one)
        self.orders.append(one)

    def _wait(self, px: int) -> None:
        for one in [one for one in self.orders if one.stop is None]:
            if one.price is not None and one.rests:
                continue
            is_met = one.price is None or one.is_beyond(px, touches=self.touches)
            if is_met and not (one.in_full and one.leaves > self.volume):
                self._fill(one, px, is_maker=False)
            if one in self.orders and not one.rests:
                self.orders.remove(one)

    def _resting(self, is_buy: bool) -> list[SlowOrder]:
        side = [
            one
            for one in self.orders
            if one.is_buy is is_buy and one.stop is None and one.price is not None and one.rests
        ]
        return sorted(side, key=lambda one: -(one.price or 0) if is_buy else one.price or 0)

    def _fill(self, one: SlowOrder, px: int, *, is_maker: bool) -> None:
        qty = min(one.leaves, self.volume)
        if qty:
            self.volume -= qty
            one.leaves -= qty
            self.fills.append((one.name, qty, px, is_maker))
            if not one.leaves:
                self.orders.remove(one)


PRICES = st.integers(995, 1005)
SIZES = st.integers(1, 6)
TIMES_IN_FORCE = st.sampled_from([GTC, GTC, GTC, IOC, FOK])
NEWS = st.tuples(
    st.just("new"),
    st.sampled_from([Side.BUY, Side.SELL]),
    SIZES,
    st.one_of(st.none(), PRICES, PRICES),
    st.one_of(st.none(), st.none(), PRICES),
    TIMES_IN_FORCE,
    st.sampled_from([False, False, False, True]),
)
BARS = st.tuples(
    st.just("bar"), PRICES, PRICES, st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 3, 5, 8, 20])
)


def terms(price: int | None, stop: int | None) -> Terms:
    if stop is None:
        return Market() if price is None else Limit(price * TICK)
    return Stop(stop * TICK) if price is None else StopLimit(stop * TICK, price * TICK)


RELEASED_BEFORE_WHO_IS_LATE: list[Happening] = [
    ("bar", 995, 995, 0, 0, 0),
    ("bar", 995, 995, 0, 0, 0),
    ("bar", 995, 995, 0, 0, 0),
    ("new", Side.SELL, 1, 995, 995, GTC, False),
    ("new", Side.BUY, 1, None, None, GTC, True),
    ("new", Side.SELL, 1, 995, None, GTC, False),
    ("bar", 995, 995, 0, 0, 3),
    ("new", Side.BUY, 1, None, None, GTC, False),
    ("bar", 995, 995, 0, 0, 0),
    ("bar", 995, 995, 1, 0, 3),
]
"""A bar releases a stop to a price at which somebody rests who came after that bar began, and who is therefore behind it."""


@pytest.mark.slow
@MANY
@given(
    st.sampled_from([BarPath.OHLC, BarPath.OLHC]),
    st.booleans(),
    st.lists(st.one_of(NEWS, NEWS, BARS), min_size=10, max_size=40),
)
@example(BarPath.OHLC, False, RELEASED_BEFORE_WHO_IS_LATE)
def test_fills_are_those_of_who_goes_through_each_bar_tick_by_tick(
    path: BarPath, touches: bool, happenings: list[Happening]
) -> None:
    """Who fills, how much, where, as maker or taker, in which order; and no more than the volume of a bar, nor outside it."""
    venue = Venue(rules=MatchingRules(bar_path=path, fills_on_touch=touches))
    slow = SlowBars(touches=touches)
    venue.exchange.on_market(bar(NOON_NS, "10,10,10,10x1"))
    start_ns = now_ns = NOON_NS

    for number, (kind, *what) in enumerate(happenings):
        if kind == "new":
            side, qty, price, stop, tif, is_late = what
            if is_late:
                now_ns = start_ns + 1
            place_order(venue, slow, f"o{number}", side, qty, price, stop, tif, now_ns, start_ns)
            continue
        opening, closing, above, below, volume = what
        high, low = max(opening, closing) + above, min(opening, closing) - below
        way = [opening, high, low, closing] if path is BarPath.OHLC else [opening, low, high, closing]
        told = Bar(
            X,
            start_ns + 2,
            start_ns,
            opening * TICK,
            high * TICK,
            low * TICK,
            closing * TICK,
            Decimal(volume),
        )
        fills = trades(venue.exchange.on_market(told))
        start_ns = now_ns = told.time_ns
        # A price that stays is one of the path.
        assert fills == slow.bar(
            [px for place, px in enumerate(way) if not place or px != way[place - 1]], volume
        )
        assert sum(fill[1] for fill in fills) <= volume
        assert all(low <= fill[2] <= high for fill in fills)


def place_order(
    venue: Venue,
    slow: SlowBars,
    name: str,
    side: Side,
    qty: int,
    price: int | None,
    stop: int | None,
    time_in_force: TimeInForce,
    time_ns: int,
    start_ns: int,
) -> None:
    request = order(name, side, Decimal(qty), terms(price, stop), time_in_force, time_ns=time_ns)
    assert trades(venue.exchange.new_order(request)) == []
    (slow.late if time_ns > start_ns else slow.orders).append(
        SlowOrder(
            name, side is Side.BUY, price, stop, qty, rests=time_in_force is GTC, in_full=time_in_force is FOK
        )
    )


def trades(reports: list[Report]) -> list[Fill]:
    return [
        as_fill(report)
        for report in reports
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE
    ]
