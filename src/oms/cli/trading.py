"""A trading run: a bot, a simulated exchange, a journal; what `oms demo` and `oms run` have in common."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

from oms.analytics.market_trace import MarketTrace
from oms.analytics.order_trace import OrderTrace
from oms.brokers.paper import PaperBroker
from oms.cli.journal import begun
from oms.cli.market_maker import MarketMaker
from oms.cli.unasked import Unasked, UnaskedActs
from oms.model.bars import Bar
from oms.model.decimals import EXACT
from oms.model.define import record
from oms.model.events import Event, OrderEvent, OrderSubmitted
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import NEWS, MarketData, Quote, TradePrint
from oms.model.sessions import to_datetime
from oms.model.time_in_force import GTC, Day, GoodTillCancel
from oms.ports.calendar import SessionSource
from oms.projections.blotter import Blotter
from oms.projections.executions import Executions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.bar_path import BarPath
from oms.simulation.opening_hours import NEVER_NS

EXIT_EARLY: Final = 75
"""The exit code of a run that was told to break off."""

_EVERY: Final = 2_000
_PATIENCE_NS: Final = 60_000_000_000


@record(kw_only=True)
class Plan:
    """What a run is to do.

    Attributes:
        db: Where the journal goes.
        instrument: What is traded.
        updates: The market.
        broker: Where it is traded.
        size: How much each of the bot's orders is for.
        max_qty: How much the bot may hold.
        pace: The bot looks at every so-manieth quote.
        share: Tells how much of the market has been read, from 0 to 1, for the progress; None if nobody knows.
        exit_after: Break the process off, without any clean-up, when this many orders were sent; None for never.
        reconciles: Compare the books with the venue's every minute of the market's time: reports may get lost.
        bar_path: Which extreme of a bar comes first, where there are bars.
        sessions: When sessions open and close; always open unless given.
        tif: How long the bot's orders are good that wait for somebody.
        trades_alone: Whether trades are all that is known of the market: the bot then takes a tick on each side of the last one
            for what is offered.
        display_qty: How much the bot's orders show at a time, where they wait for somebody; None for all of it.
        unasked: What the venue does that nobody asked for; nothing unless given.
    """

    db: Path
    instrument: Instrument
    updates: Iterable[MarketData]
    broker: PaperBroker
    size: Decimal
    max_qty: Decimal
    pace: int
    share: Callable[[], float] | None = None
    exit_after: int | None = None
    reconciles: bool = False
    bar_path: BarPath = BarPath.ADAPTIVE
    sessions: SessionSource | None = None
    tif: Day | GoodTillCancel = GTC
    trades_alone: bool = False
    display_qty: Decimal | None = None
    unasked: Unasked | None = None


@record
class Result:
    """What a run came to.

    Attributes:
        blotter: Every order.
        executions: Every execution.
        manager: The manager, closed; its positions can still be read.
        state_hash: What it held to be true at the end.
        events: How many events the journal holds.
        updates: How many quotes and trades there were.
        last_quote: The last quote.
        took_s: How long it took, in seconds.
        has_finished: Whether the time has come at which orders were to be done for the day.
        market: What the market did, for a chart.
        orders: What the orders did, for a chart.
    """

    blotter: Blotter
    executions: Executions
    manager: OrderManager
    state_hash: str
    events: int
    updates: int
    last_quote: Quote | None
    took_s: float
    has_finished: bool
    market: MarketTrace
    orders: OrderTrace


def limits_for(plan: Plan) -> RiskLimits:
    """Give the limits that the bot trades under: wide for it, and yet there."""
    return RiskLimits(
        max_order_qty=plan.size * 10,
        max_order_notional=None,
        price_collar="0.05",
        max_open_orders=100,
        max_messages=1_000,
        off_by="the run's author: the quantity limit bounds the value",
    )


def trade(plan: Plan, progress: TextIO) -> Result:
    """Trade the market to its end, with every event journaled; a run that breaks off says so before it raises."""
    blotter, executions = Blotter(), Executions()
    market, orders = MarketTrace(), OrderTrace(plan.instrument.symbol)
    clock, updates = _begun(plan)
    started = time.perf_counter()
    last_quote: Quote | None = None
    seen = 0
    with OrderManager(
        brokers=[plan.broker],
        store=begun(plan.db),
        limits=limits_for(plan),
        clock=clock,
        bar_path=plan.bar_path,
        sessions=plan.sessions,
        projections=[(OrderEvent, blotter.apply), (OrderEvent, orders.apply), (Event, executions.apply)],
    ) as om:
        if plan.exit_after is not None:
            om.on(OrderSubmitted, _breaker(om, plan.exit_after))
        symbol, watch = plan.instrument.symbol, _Watch(om, clock, plan)
        bot = _bot(om, plan)
        show = _progress(progress, plan.share, started)
        is_closed = om.state.sessions.is_closed
        try:
            for update in updates:
                watch.go_on(update.time_ns)
                clock.advance_to(update.time_ns)
                watch.reconcile(update.time_ns)
                with om.batch():  # One durable append for what a tick does and what the bot makes of it.
                    om.update(update)
                    quote = _quote(om, update, plan)
                    if quote is not None and quote is not last_quote:
                        last_quote = quote
                        market.apply(quote)
                        if not is_closed(symbol):
                            bot.on_quote(quote)
                    if type(update) is not Quote:
                        market.apply(update)
                seen += 1
                if not seen % _EVERY:
                    show(seen, len(blotter), update.time_ns)
        except BaseException:
            progress.write(f"\nbroken off after {seen:,} market updates: the journal {plan.db} is partial\n")
            raise
        bot.stop()
        watch.wait_for_answers()
        show(seen, len(blotter), clock.now_ns())
        progress.write("\n")
        took_s, done = time.perf_counter() - started, watch.has_finished
        state_hash, events = om.state_hash(), om.state.version
        return Result(
            blotter, executions, om, state_hash, events, seen, last_quote, took_s, done, market, orders
        )


def _bot(om: OrderManager, plan: Plan) -> MarketMaker:
    return MarketMaker(
        om,
        plan.instrument.symbol,
        size=plan.size,
        max_qty=plan.max_qty,
        pace=plan.pace,
        tif=plan.tif,
        display_qty=plan.display_qty,
    )


def _begun(plan: Plan) -> tuple[ManualClock, Iterable[MarketData]]:
    """Give the clock, where there are sessions set to the first update, and the updates."""
    if plan.sessions is None:
        return ManualClock(), plan.updates
    updates = iter(plan.updates)
    first = next(updates, None)
    if first is None:
        return ManualClock(), ()
    return ManualClock(first.time_ns), chain((first,), updates)


def _quote(om: OrderManager, update: MarketData, plan: Plan) -> Quote | None:
    """Give what the bot sees of an update: a quote, the best prices of a book, or a tick on each side of the last price."""
    if type(update) is Quote:
        return update
    if type(update) is Bar:
        return _around(update, update.close, update.volume, plan.instrument)
    if type(update) is TradePrint:
        return _around(update, update.price, update.size, plan.instrument) if plan.trades_alone else None
    return None if isinstance(update, NEWS) else om.quote(update.symbol)


def _around(update: MarketData, px: Decimal, size: Decimal | None, instrument: Instrument) -> Quote:
    tick, shown = instrument.tick_at(px), size or Decimal(1)
    return Quote(update.symbol, update.time_ns, EXACT.subtract(px, tick), shown, EXACT.add(px, tick), shown)


class _Watch:
    """Lets happen what is due between two updates, each at its time."""

    def __init__(self, om: OrderManager, clock: ManualClock, plan: Plan) -> None:
        self._om, self._clock = om, clock
        self._broker, self._sessions = plan.broker, plan.sessions
        self._session_ns: int | None = None
        self._reconcile_ns = 0 if plan.reconciles else None
        unasked = plan.unasked
        self._acts = None if unasked is None else UnaskedActs(unasked, om, plan.broker, plan.instrument)

    @property
    def has_finished(self) -> bool:
        """Whether the time has come at which orders were to be done for the day."""
        return self._acts is not None and self._acts.has_finished

    def go_on(self, until_ns: int) -> None:
        acts = self._acts
        if acts is not None:
            acts.begin(until_ns)
        while (due_ns := self._due_ns()) is not None and due_ns <= until_ns:
            self._clock.advance_to(due_ns)
            if acts is not None and acts.due_ns <= due_ns:
                acts.act(due_ns)
            self._om.poll()

    def reconcile(self, time_ns: int) -> None:
        if self._reconcile_ns is not None and time_ns >= self._reconcile_ns:
            self._reconcile_ns = time_ns + _PATIENCE_NS
            self._om.reconcile()

    def wait_for_answers(self) -> None:
        """Let what is under way arrive, for up to a minute of the market's time."""
        om, end_ns = self._om, self._clock.now_ns() + _PATIENCE_NS
        self.go_on(end_ns)
        if om.open_orders() or om.in_doubt():
            self._clock.advance_to(end_ns)
            om.poll()
            om.reconcile()
            self.go_on(end_ns + _PATIENCE_NS)

    def _due_ns(self) -> int | None:
        due_ns, sessions = self._broker.due_ns, self._sessions
        if self._acts is not None and self._acts.due_ns != NEVER_NS:
            due_ns = self._acts.due_ns if due_ns is None else min(due_ns, self._acts.due_ns)
        if sessions is None:
            return due_ns
        now_ns = self._clock.now_ns()
        if self._session_ns is None or self._session_ns <= now_ns:
            self._session_ns = sessions.next_ns(now_ns)
        changes_ns = self._session_ns
        return due_ns if changes_ns is None else changes_ns if due_ns is None else min(due_ns, changes_ns)


def _breaker(om: OrderManager, exit_after: int) -> Callable[[OrderSubmitted], None]:
    sent = 0

    def on_submitted(_: OrderSubmitted) -> None:
        nonlocal sent
        sent += 1
        if sent == exit_after:
            print(f"breaking off after {sent} orders and {om.state.version} events")
            print(f"state hash {om.state_hash()}")
            sys.stdout.flush()
            os._exit(EXIT_EARLY)

    return on_submitted


def _progress(
    out: TextIO, share: Callable[[], float] | None, started: float
) -> Callable[[int, int, int], None]:
    is_terminal = out.isatty()

    def show(seen: int, orders: int, time_ns: int) -> None:
        took_s = max(time.perf_counter() - started, 1e-9)
        at = to_datetime(time_ns).strftime("%H:%M:%S")
        line = f"{seen:,} market updates, {orders:,} orders, market time {at}, {seen / took_s:,.0f} updates/s"
        done = 0.0 if share is None else share()
        if done:
            line += f", {done:.0%}, {took_s * (1 - done) / done:,.0f} s left"
        if is_terminal:
            out.write(f"\r\x1b[K{line}")
        elif not seen % (_EVERY * 10):
            out.write(f"{line}\n")
        out.flush()

    return show
