"""A trading run: a bot, a simulated exchange, a journal; what `oms demo` and `oms run` have in common."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from oms.analytics.market_trace import MarketTrace
from oms.analytics.order_trace import OrderTrace
from oms.brokers.paper import PaperBroker
from oms.cli.journal import begun
from oms.cli.market_maker import MarketMaker
from oms.model.bars import Bar
from oms.model.decimals import EXACT
from oms.model.define import record
from oms.model.events import Event, OrderEvent, OrderSubmitted
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.market import MarketData, Quote, TradePrint
from oms.model.sessions import to_datetime
from oms.projections.blotter import Blotter
from oms.projections.executions import Executions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.bar_path import BarPath

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
    clock = ManualClock()
    started = time.perf_counter()
    last_quote: Quote | None = None
    seen = 0
    with OrderManager(
        brokers=[plan.broker],
        store=begun(plan.db),
        limits=limits_for(plan),
        clock=clock,
        bar_path=plan.bar_path,
        projections=[(OrderEvent, blotter.apply), (OrderEvent, orders.apply), (Event, executions.apply)],
    ) as om:
        if plan.exit_after is not None:
            om.on(OrderSubmitted, _breaker(om, plan.exit_after))
        bot = MarketMaker(om, plan.instrument.symbol, size=plan.size, max_qty=plan.max_qty, pace=plan.pace)
        show = _progress(progress, plan.share, started)
        tick = plan.instrument.tick_at
        reconcile_ns = 0
        try:
            for update in plan.updates:
                _go_on(om, clock, plan.broker, update.time_ns)
                clock.advance_to(update.time_ns)
                if plan.reconciles and update.time_ns >= reconcile_ns:
                    reconcile_ns = update.time_ns + _PATIENCE_NS
                    om.reconcile()
                with om.batch():  # One durable append for what a tick does and what the bot makes of it.
                    om.update(update)
                    quote = _quote(om, update, tick)
                    if quote is not None and quote is not last_quote:
                        last_quote = quote
                        market.apply(quote)
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
        _wait_for_answers(om, clock, plan.broker)
        show(seen, len(blotter), clock.now_ns())
        progress.write("\n")
        took_s = time.perf_counter() - started
        state_hash, events = om.state_hash(), om.state.version
        return Result(blotter, executions, om, state_hash, events, seen, last_quote, took_s, market, orders)


def _quote(om: OrderManager, update: MarketData, tick: Callable[[Decimal], Decimal]) -> Quote | None:
    """Give what the bot sees of an update: a quote, the best prices of a book, or a tick around a bar's last price."""
    if type(update) is Quote:
        return update
    if type(update) is Bar:
        px, size = update.close, update.volume or Decimal(1)
        bid, ask = EXACT.subtract(px, tick(px)), EXACT.add(px, tick(px))
        return Quote(update.symbol, update.time_ns, bid, size, ask, size)
    return None if type(update) is TradePrint else om.quote(update.symbol)


def _wait_for_answers(om: OrderManager, clock: ManualClock, broker: PaperBroker) -> None:
    """Let what is under way arrive, for up to a minute of the market's time."""
    end_ns = clock.now_ns() + _PATIENCE_NS
    _go_on(om, clock, broker, end_ns)
    if om.open_orders() or om.in_doubt():
        clock.advance_to(end_ns)
        om.poll()
        om.reconcile()
        _go_on(om, clock, broker, end_ns + _PATIENCE_NS)


def _go_on(om: OrderManager, clock: ManualClock, broker: PaperBroker, until_ns: int) -> None:
    """Let arrive what is under way, each at its time."""
    while (due_ns := broker.due_ns) is not None and due_ns <= until_ns:
        clock.advance_to(due_ns)
        om.poll()


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
