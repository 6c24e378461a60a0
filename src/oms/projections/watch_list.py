"""The orders that are worked here, their markets and what their children cost, as events tell of them."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from oms.model import events as ev
from oms.model.costs import Average, mid
from oms.model.decimals import EXACT, ZERO
from oms.model.ids import BrokerName, OrderId, Symbol
from oms.model.market_news import FeedGap
from oms.model.slippage import NS_PER_MS, AlertState, DriftRules, SlippageRules
from oms.model.terms import Strategy
from oms.model.timetable import Timetable
from oms.model.work import NEVER_NS, STANDS_SINCE, Memo, Pace
from oms.projections.cost_series import ChildCost, CostSeries
from oms.projections.market_tape import MarketTape
from oms.projections.watched_order import WatchedOrder

Source = tuple[str, BrokerName]
"""A strategy, and where its children execute."""


class Market:
    """A symbol in which orders are worked.

    Attributes:
        tape: What is heard of it.
        turns: Its orders, by how often they are looked at, in nanoseconds: of each of these the one that was looked at the
            longest ago is the first.
    """

    __slots__ = ("_is_heard", "tape", "turns")

    def __init__(self, symbol: Symbol, lost_ns: int) -> None:
        """Begin with nothing heard, where what was said before a moment, in nanoseconds UTC, was lost."""
        self.tape = MarketTape(symbol)
        self.tape.lose(lost_ns)
        self.turns: dict[int, OrderedDict[OrderId, WatchedOrder]] = {}
        self._is_heard = False

    def add(self, order: WatchedOrder) -> None:
        """Look at an order from now on."""
        self.turns.setdefault(order.every_ns, OrderedDict())[order.order_id] = order

    def remove(self, order: WatchedOrder) -> None:
        """Look at an order no more."""
        turn = self.turns[order.every_ns]
        del turn[order.order_id]
        if not turn:
            del self.turns[order.every_ns]

    def looked(self, order: WatchedOrder, now_ns: int) -> None:
        """Take in that an order was looked at: it is the last of its turn now."""
        order.looked_ns = now_ns
        if not self._is_heard:
            self._is_heard = True  # Whoever looks listens: all that begins later is heard.
            self.tape.hear_from(now_ns + 1)
        turn = self.turns.get(order.every_ns)
        if turn is not None and order.order_id in turn:
            turn.move_to_end(order.order_id)

    def due(self, now_ns: int) -> WatchedOrder | None:
        """Give an order that was not looked at for as long as it may be; None where there is none."""
        for every_ns, turn in self.turns.items():
            order = next(iter(turn.values()))
            # A clock that has gone back must not keep anybody from looking.
            if not 0 <= now_ns - order.looked_ns < every_ns:
                return order
        return None


class WatchedChild:
    """A child, as far as its cost is watched.

    Attributes:
        parent: The order that it was made of.
        cost: What it costs; None where there was no fresh quote as it was decided.
        source: Its strategy and its broker; None before it was sent.
        is_counted: It is one of the children of its series.
    """

    __slots__ = ("cost", "is_counted", "parent", "source")

    def __init__(self, parent: WatchedOrder, cost: ChildCost | None) -> None:
        """Begin with a child that was not sent yet."""
        self.parent = parent
        self.cost = cost
        self.source: Source | None = None
        self.is_counted = False


class WatchList:
    """What is watched. Moved by events alone, but for the markets.

    Attributes:
        orders: Every order that is worked here, those that have ended too as far as they are kept.
        markets: The symbols in which orders are worked now.
        series: What children cost, by strategy and broker.
        multipliers: What a price of each instrument is worth.
        lost_ns: Up to when what a market has said was lost, in nanoseconds UTC, of those of which some was.
        unpriced: How many children were decided without a fresh quote, and are in no series.
        fresh: The series that the last event has changed; None where it has changed none.
    """

    __slots__ = (
        "_amended", "_asked", "_children", "_drift", "_ended", "_keep", "_rules", "_window", "fresh", "lost_ns", "markets", "multipliers",
        "orders", "series", "unpriced",
    )  # fmt: skip

    def __init__(
        self, rules: Callable[[str], SlippageRules], drift: DriftRules | None, window: int, keep_ended: int
    ) -> None:
        """Begin with nothing.

        Args:
            rules: Gives the rules of a strategy.
            drift: What is taken for a drift; None for nothing.
            window: How many children a series keeps.
            keep_ended: How many orders are kept that have ended.
        """
        self._rules = rules
        self._drift = drift
        self._window = window
        self._keep = keep_ended
        # Orders with a strategy that are not at work here yet; another broker may work them.
        self._asked: dict[OrderId, ev.OrderCreated] = {}
        self._amended: set[OrderId] = set()
        self._ended: deque[OrderId] = deque()
        self._children: dict[OrderId, WatchedChild] = {}
        self.orders: dict[OrderId, WatchedOrder] = {}
        self.markets: dict[Symbol, Market] = {}
        self.series: dict[Source, CostSeries] = {}
        self.multipliers: dict[Symbol, Decimal] = {}
        self.lost_ns: dict[Symbol, int] = {}
        self.unpriced = 0
        self.fresh: Source | None = None

    def take(self, event: ev.Event, *, is_live: bool) -> WatchedOrder | None:
        """Take an event in, and give the order of which it has changed a figure.

        Args:
            event: What has happened.
            is_live: It has happened now; the market is heard from here on.
        """
        self.fresh = None
        take = TAKES.get(type(event))
        return None if take is None else take(self, event, is_live)

    def lose(self, gap: FeedGap) -> None:
        """Take in that some of what a market has said was lost."""
        self.lost_ns[gap.symbol] = gap.time_ns
        market = self.markets.get(gap.symbol)
        if market is not None:
            market.tape.lose(gap.time_ns)

    def _market(self, symbol: Symbol) -> Market:
        market = self.markets.get(symbol)
        if market is None:
            market = self.markets[symbol] = Market(symbol, self.lost_ns.get(symbol, -1))
        return market

    # ------------------------------------------------------------ one method a class of event

    def on_defined(self, event: ev.InstrumentDefined, _: bool) -> None:
        """Take in what a price is worth."""
        self.multipliers[event.instrument.symbol] = event.instrument.multiplier

    def on_created(self, event: ev.OrderCreated, _: bool) -> None:
        """Take in an order with a strategy, which may be worked here."""
        if type(event.terms) is Strategy:
            self._asked[event.order_id] = event

    def on_sent(self, event: ev.OrderSubmitted, _: bool) -> None:
        """Take in where a child goes."""
        child = self._children.get(event.order_id)
        if child is not None:
            child.source = child.parent.strategy, event.broker
        elif self._asked:
            # Its broker works it.
            self._asked.pop(event.order_id, None)

    def on_planned(self, event: ev.WorkPlanned, is_live: bool) -> WatchedOrder | None:
        """Take in that an order goes to work here, or that what is left of it was planned anew."""
        order = self.orders.get(event.order_id)
        if order is None:
            created = self._asked.pop(event.order_id, None)
            if created is None or not isinstance(created.terms, Strategy):
                return None
            order = self._begin(created, created.terms.name, event, is_live)
        elif event.order_id in self._amended:
            self._amended.discard(event.order_id)
            # Of what has a schedule all may be sent, or done: then nothing is planned any more, and there is one still.
            if event.slices or order.timetable is not None:
                order.timetable = Timetable(event.slices)
                working = EXACT.subtract(event.leaves_qty, order.timetable.qty)
                order.planned_before = order.cum_qty, max(working, ZERO)
            order.decided.clear()
            order.is_overrun = False
        elif STANDS_SINCE not in dict(event.memo):
            _put_off(order, event)
        _keep(order, event.memo)
        if order.symbol in self.markets:
            begins_ns = max(event.start_ns, event.time_ns)
            self.markets[order.symbol].tape.move(order.order_id, begins_ns, event.time_ns)
        order.start_ns, order.end_ns = event.start_ns, event.end_ns
        order.has_end = event.end_ns < NEVER_NS
        return order

    def _begin(
        self, created: ev.OrderCreated, strategy: str, event: ev.WorkPlanned, is_live: bool
    ) -> WatchedOrder:
        order = WatchedOrder(created.order_id, created.symbol, created.side, strategy, created.order_qty)
        order.every_ns = self._rules(strategy).check_every_ms * NS_PER_MS
        self.orders[order.order_id] = order
        order.arrival_ns, order.arrival_quote_ns = event.time_ns, event.quote_ns
        order.arrival = mid(event.bid, event.ask)
        order.timetable = Timetable(event.slices) if event.slices else None
        market = self._market(order.symbol)
        market.tape.seed(event.bid, event.ask, event.quote_ns)
        # What was traded before it came is no part of its window, whenever that is heard.
        start_ns = max(event.start_ns, event.time_ns)
        order.span = market.tape.open(order.order_id, start_ns, event.time_ns, is_heard=is_live)
        market.add(order)
        return order

    def on_decided(self, event: ev.SliceDecided, _: bool) -> None:
        """Take in which child is made, and what the market showed then."""
        order = self.orders.get(event.order_id)
        if order is None:
            return
        order.decided.add(event.number)
        order.is_overrun = order.is_overrun or event.pace is Pace.PAST_END
        if order.is_overrun:
            order.stands_ns = None
        elif event.memo is not None:
            _keep(order, event.memo)
        if event.child is None:
            return
        benchmark = mid(event.bid, event.ask)
        rules = self._rules(order.strategy)
        if benchmark is None or event.time_ns - event.quote_ns > rules.max_quote_age_ms * NS_PER_MS:
            self.unpriced += 1
            priced = None
        else:
            priced = ChildCost(event.child, order.side, benchmark)
        self._children[event.child] = WatchedChild(order, priced)
        order.children.append(event.child)

    def on_noted(self, event: ev.WorkNoted, _: bool) -> None:
        """Take in whether the time of an order stands."""
        order = self.orders.get(event.order_id)
        if order is not None:
            _keep(order, event.memo)

    def on_executed(self, event: ev.ChildExecuted, _: bool) -> WatchedOrder | None:
        """Take in that a child has executed more or less than was known."""
        order = self.orders.get(event.order_id)
        if order is None:
            return None
        qty, notional = event.qty_change, event.notional_change
        traded = order.traded = _moved(order.traded, notional, qty)
        order.cum_qty = traded.qty
        done = EXACT.add(order.qty_of.get(event.child, ZERO), qty)
        if done:
            order.qty_of[event.child] = done
        else:
            order.qty_of.pop(event.child, None)
        self._charge(event)
        order.is_ended = not event.leaves_qty
        return order

    def _charge(self, event: ev.ChildExecuted) -> None:
        child = self._children.get(event.child)
        if child is None or child.cost is None or child.source is None:
            return
        child.cost.traded = _moved(child.cost.traded, event.notional_change, event.qty_change)
        series = self.series.get(child.source)
        if series is None:
            series = self.series[child.source] = CostSeries(self._window, self._drift)
        self.fresh = child.source
        if child.is_counted:
            series.changed(child.cost)
        else:
            child.is_counted = True
            series.add(child.cost)

    def on_amended(self, event: ev.WorkAmended, _: bool) -> WatchedOrder | None:
        """Take in that an order has another total; the next plan is the one that it is measured by.

        One that is for what has executed is over with that.
        """
        order = self.orders.get(event.order_id)
        if order is not None:
            order.order_qty, order.is_ended = event.order_qty, not event.leaves_qty
            self._amended.add(event.order_id)
        return order

    def on_over(self, event: ev.OrderEvent, _: bool) -> WatchedOrder | None:
        """Take in that an order executes no more."""
        order = self.orders.get(event.order_id)
        if order is not None:
            order.is_ended = True
        else:
            self._asked.pop(event.order_id, None)
        return order

    def on_alerted(self, event: ev.SlippageAlerted, _: bool) -> None:
        """Take in what was said of an order."""
        order = self.orders.get(event.order_id)
        if order is not None:
            measure, state = event.finding.measure, event.finding.state
            order.asked.pop(measure, None)
            if state is AlertState.OK:
                order.states.pop(measure, None)
            else:
                order.states[measure] = state

    def on_drifted(self, event: ev.CostDriftAlerted, _: bool) -> None:
        """Take in what was said of a series."""
        series = self.series.get((event.strategy, event.broker))
        if series is not None:
            series.state, series.asked = event.finding.state, None

    # ------------------------------------------------------------ the end of an order

    def tidy(self, order: WatchedOrder, now_ns: int) -> None:
        """Listen to no market for an order that has ended, once it was looked at; forget the oldest that have."""
        if order.is_ended is order.is_put_away:
            return
        order.is_put_away = order.is_ended
        if not order.is_ended:
            self._revive(order)
            return
        order.ended_ns = now_ns
        market = self.markets[order.symbol]
        market.tape.close(order.order_id)
        market.remove(order)
        if not market.turns:
            del self.markets[order.symbol]
        self._ended.append(order.order_id)
        while len(self._ended) > self._keep:
            self._forget(self._ended.popleft())

    def _revive(self, order: WatchedOrder) -> None:
        # A bust or a change has given it something to trade again. What was traded meanwhile was not heard.
        self._ended.remove(order.order_id)
        market = self._market(order.symbol)
        # Prints of the time between were not heard, or were not counted.
        order.span = market.tape.open(order.order_id, order.start_ns, order.start_ns, is_heard=False)
        market.add(order)

    def _forget(self, order_id: OrderId) -> None:
        order = self.orders.pop(order_id)
        self._amended.discard(order_id)
        for child in order.children:
            del self._children[child]


def _keep(order: WatchedOrder, memo: Memo) -> None:
    since = None if order.is_overrun else dict(memo).get(STANDS_SINCE)
    order.stands_ns = int(since) if since is not None and since.isdecimal() else None


def _put_off(order: WatchedOrder, event: ev.WorkPlanned) -> None:
    # Its time goes on after it stood, with the plan of what is left; one for more than was left puts nothing off.
    if order.timetable is None or order.stands_ns is None:
        return
    moved = order.timetable.put_off(order.stands_ns, event.time_ns, event.slices, order.decided)
    done, working = order.planned_before
    # What was refused since it was planned may be planned again.
    working = EXACT.subtract(working, EXACT.subtract(moved.qty, order.timetable.qty))
    if working >= ZERO:
        order.timetable, order.planned_before = moved, (done, working)


def _moved(before: Average, notional: Decimal, qty: Decimal) -> Average:
    return Average(EXACT.add(before.notional, notional), EXACT.add(before.qty, qty))


_Take = Callable[[WatchList, Any, bool], WatchedOrder | None]
TAKES: Final[Mapping[type[ev.Event], _Take]] = {
    ev.InstrumentDefined: WatchList.on_defined,
    ev.OrderCreated: WatchList.on_created,
    ev.OrderSubmitted: WatchList.on_sent,
    ev.WorkPlanned: WatchList.on_planned,
    ev.SliceDecided: WatchList.on_decided,
    ev.WorkNoted: WatchList.on_noted,
    ev.ChildExecuted: WatchList.on_executed,
    ev.WorkAmended: WatchList.on_amended,
    ev.OrderCanceled: WatchList.on_over,
    ev.OrderExpired: WatchList.on_over,
    ev.OrderDenied: WatchList.on_over,
    ev.SlippageAlerted: WatchList.on_alerted,
    ev.CostDriftAlerted: WatchList.on_drifted,
}
"""What takes in each class of event; the others change nothing."""
