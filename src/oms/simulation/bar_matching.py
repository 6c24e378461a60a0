"""How our orders trade where of a market only bars are known: along a stated path through the four prices of each bar.

A bar is gone through once it is heard, unless it begins before the last one has ended: from its open along its path (`oms.simulation.bar_path`) to its close. Its volume is
used once over all our orders, in the order of the path; where it is not known it has no limit. At the open:

- Resting orders whose limit the open has gone beyond trade at the open, the better limit first, then the earlier order. Those
  that only add (post-only) trade at their limit.
- Then orders that wait for the next price trade at the open, in order of arrival: market orders, and what is IOC or FOK.
- Then the stops that the open has reached are released, and market orders among them trade at the open, beyond their stop
  price.

On the way from one price of the path to the next:

- A resting order trades at its limit as soon as the way goes beyond it. A price that is only touched may have traded with
  others alone, and fills nobody unless the rules say so.
- A stop is released when the way comes to its stop price. A market order trades there, and so does a limit order whose limit
  is better for whoever trades with it; else it rests. At one price, what rests comes first.
- Trails follow from price to price.

Orders in full, or by a least quantity, are looked at at each price of the path, once it is beyond their limit. A market order
that the volume was not enough for waits for the next bar. Whoever came after the start of a bar takes no part in it
(`oms.simulation.late_orders`).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final

from oms.model.bars import Bar
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import LastLiquidityInd
from oms.model.market import TradePrint
from oms.simulation.bar_path import SOME, path_of
from oms.simulation.book import Book
from oms.simulation.executions import NO_MONEY
from oms.simulation.ladder import ENDLESS, Ladder
from oms.simulation.late_orders import put_back, set_late_apart
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch, rival_of
from oms.simulation.venue_order import Stage, VenueOrder

_SUBTRACT: Final = EXACT.subtract
_NO_MORE: Final = "nothing more to trade with in the bar"


def on_bar(matching: Matching, book: Book, bar: Bar, rules: MatchingRules) -> Reports:
    """Take a bar: the market of an instrument of which nothing more is known; beside more it moves those who wait for trades."""
    if bar.start_ns < book.bar_end_ns:
        return []  # a part of it, at least, was heard before
    if bar.volume is not None:
        matching.executions.note_volume(bar.symbol, bar.volume, bar.time_ns)
        if not bar.volume:
            return []
    path = path_of(bar, rules.bar_path)
    reports: Reports = []
    late = set_late_apart(book, bar.start_ns, stops_alone=book.is_still or book.is_beside)
    if book.is_still or book.is_beside:
        if not book.is_still:
            reports += matching.work_due(book, bar.time_ns)
        for px in path:
            book.last_px = px
            reports += matching.release_by(book, TradePrint(bar.symbol, bar.time_ns, px, SOME))
    else:
        book.is_by_bar = True
        _Bar(matching, book, bar, rules, reports).go(path)
    put_back(book, late)
    book.bar_start_ns, book.bar_end_ns = bar.start_ns, bar.time_ns
    return reports


class _Bar:
    """One bar, while it is gone through; `left` is what is left of its volume."""

    __slots__ = ("_book", "_left", "_matching", "_reports", "_start_ns", "_time_ns", "_touches")

    def __init__(
        self, matching: Matching, book: Book, bar: Bar, rules: MatchingRules, reports: Reports
    ) -> None:
        self._matching = matching
        self._book = book
        self._start_ns = bar.start_ns
        self._time_ns = bar.time_ns
        self._left = ENDLESS if bar.volume is None else book.whole(bar.volume)
        self._touches = rules.fills_on_touch
        self._reports = reports

    def go(self, path: tuple[Decimal, ...]) -> None:
        self._open(path[0])
        for before, px in pairwise(path):
            self._way(px, is_up=px > before)
            self._stay(px)

    def _open(self, px: Decimal) -> None:
        book = self._book
        book.last_px = px
        for ladder in (book.buys, book.sells):
            while self._left and ladder.is_beyond(px):
                order = ladder.best().first()
                adds = order.since_ns <= book.bar_start_ns or order.is_post_only
                liquidity = LastLiquidityInd.ADDED if adds else LastLiquidityInd.REMOVED
                self._fill_first(ladder, order.resting_px if order.is_post_only else px, liquidity)
            self._meet(ladder, px)
        self._fill_waiting(px)
        self._stay(px)

    def _meet(self, ladder: Ladder, px: Decimal) -> None:
        # Whoever rests and is gone beyond trades at its own limit.
        while self._left and (ladder.reaches(px) if self._touches else ladder.is_beyond(px)):
            self._fill_first(ladder, ladder.best_px, LastLiquidityInd.ADDED)

    def _fill_first(self, ladder: Ladder, px: Decimal, liquidity: LastLiquidityInd) -> None:
        qty = self._matching.fill_first(
            self._book, ladder, self._left, self._time_ns, self._reports, px=px, liquidity=liquidity
        )
        self._left = _SUBTRACT(self._left, qty)

    def _way(self, px: Decimal, *, is_up: bool) -> None:
        book = self._book
        ladder = book.sells if is_up else book.buys
        while True:
            # Whoever stands on the way to the next stop trades before it is released.
            stop = self._next_stop(px, is_up=is_up)
            if stop is None:
                self._meet(ladder, px)
                return
            stop_px = stop.watch.stop_px if stop.watch is not None else None
            assert stop_px is not None
            self._meet(ladder, stop_px)
            book.last_px = stop_px
            self._release([stop], stop_px)

    def _next_stop(self, px: Decimal, *, is_up: bool) -> VenueOrder | None:
        found: tuple[Decimal, int, VenueOrder] | None = None
        for order in self._book.stops.values():
            watch = order.watch
            stop_px = None if watch is None else watch.reached_on_the_way_to(px, is_up=is_up)
            if stop_px is not None:
                key = stop_px if is_up else stop_px.copy_negate()
                if found is None or (key, order.place) < found[:2]:
                    found = key, order.place, order
        return None if found is None else found[2]

    def _release(self, orders: list[VenueOrder], px: Decimal) -> None:
        matching, book = self._matching, self._book
        self._reports += matching.release(book, orders, self._time_ns)
        for order in sorted(orders, key=lambda one: one.place):
            order.since_ns = self._start_ns
            # A limit order that is released at a price beyond its limit trades there like whoever arrives.
            rests = order.stage is Stage.OPEN and order.room is None and bool(self._left)
            if rests and order.price is not None and order.price != px and order.is_met_by(px):
                book.remove(order)
                self._trade(order, px)
                self._put_back(order)
        self._fill_waiting(px)

    def _stay(self, px: Decimal) -> None:
        book = self._book
        book.last_px = px
        released = book.released_by(TradePrint(book.instrument.symbol, self._time_ns, px, SOME))
        if released:
            self._release(released, px)
        for order in sorted(book.aside.values(), key=lambda one: one.place):
            if order.room is book.aside and order.price is not None and order.is_met_by(px):
                mode = self._matching.rules.self_match_of(order.account)
                if mode is not SelfMatch.REST_BOTH and rival_of(book, order) is not None:
                    continue
                wanted = self._matching.executions.wanted(order)
                is_beyond = order.price != px or self._touches
                if wanted and is_beyond and min(self._left, wanted) >= order.least_qty(wanted):
                    book.remove(order)
                    self._trade(order, order.price, LastLiquidityInd.ADDED)
                    self._put_back(order)

    def _fill_waiting(self, px: Decimal) -> None:
        book = self._book
        for order in list(book.due.values()):
            if order.room is not book.due:
                continue  # it has ended with what it depended on
            book.remove(order)
            self._trade(order, px)
            if order.stage is not Stage.OPEN or not order.leaves_qty:
                continue
            if order.price is None and order.may_rest and self._matching.executions.wanted(order):
                book.set_apart(order, book.due)
            elif not order.may_rest:
                self._matching.executions.cancel(book, order, _NO_MORE, self._time_ns, self._reports)
            else:
                self._put_back(order)

    def _trade(
        self, order: VenueOrder, px: Decimal, liquidity: LastLiquidityInd = LastLiquidityInd.REMOVED
    ) -> None:
        # An order that is in no book, at a price of the bar: as much of it as its limit, its least and the volume allow.
        executions = self._matching.executions
        wanted = executions.wanted(order)
        qty = min(wanted, self._left)
        takes = liquidity is LastLiquidityInd.REMOVED
        if takes:
            qty = executions.may_take(self._book, qty, self._time_ns)
        is_met = order.price is None or (
            order.is_met_by(px) and (order.price != px or order.may_rest or self._touches)
        )
        least = order.least_qty(wanted)
        if least and order.cash_left is not None:
            least = self._book.instrument.lots_for(order.cash_left, px)
        if not qty or not is_met or qty < least:
            return
        payable = qty
        if order.cash_left is not None:
            payable = qty = executions.affordable(self._book, order, qty, px, self._time_ns)
            if not qty:
                executions.cancel_money(self._book, order, px, self._time_ns, self._reports)
                return
        else:
            payable = executions.payable(self._book, order, qty, px, liquidity, self._time_ns)
            payable = payable if payable >= least else ZERO
        if payable:
            if order.becomes_limit:
                order.price = px
            self._left = _SUBTRACT(self._left, payable)
            executions.execute(self._book, order, payable, px, liquidity, self._time_ns, self._reports)
        if payable < qty and order.stage is Stage.OPEN:
            executions.cancel(self._book, order, NO_MONEY, self._time_ns, self._reports)

    def _put_back(self, order: VenueOrder) -> None:
        if order.stage is not Stage.OPEN or not order.leaves_qty:
            return
        executions, book = self._matching.executions, self._book
        if not executions.wanted(order) or order.price is None:
            executions.lay_off(book, order, self._time_ns, self._reports)
        elif order.cash_left is None or executions.set_quantity(
            book, order, order.price, self._time_ns, self._reports
        ):
            book.rest(order, order.price)
