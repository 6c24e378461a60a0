"""A process that trades on a made-up market and dies in the middle, and one that looks at the journal it left.

Run as `crashing_process.py trade JOURNAL WHERE NUMBER` or `crashing_process.py look JOURNAL`. The first prints, for each
delivery that is on the disk and told to everybody, the last event's number and the state hash; the second what it finds.
"""
# ruff: noqa: T201  # what it prints is its result

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from oms.brokers.paper import PaperBroker
from oms.engine.invariants import check_state
from oms.feeds.synthetic import SyntheticMarket
from oms.model import events as ev
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import SendResult
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market
from oms.model.time_in_force import GTC, IOC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash
from oms.stores.sqlite import SQLiteEventStore

COIN = Instrument(symbol="COIN", currency="USD", tick="0.01", lot=1)
START_NS = 1_767_623_400_000_000_000
STEPS = 120
EXIT_CODE = 42


def die() -> None:
    """Be gone: no `finally`, no flush, no goodbye."""
    os._exit(EXIT_CODE)


def say(om: OrderManager) -> None:
    """Print what is on the disk; written at once, since what is still in a buffer dies with the process."""
    os.write(1, f"{om.state.version} {om.state_hash()}\n".encode())


class WatchedBroker(PaperBroker):
    """A paper broker that calls somebody inside each send of a new order."""

    def __init__(self) -> None:
        super().__init__([COIN])
        self.on_submit: Callable[[], None] = _nothing

    def submit(self, request: NewOrderSingle) -> SendResult:
        self.on_submit()
        return super().submit(request)


def _nothing() -> None:
    pass


def nth(number: int, act: Callable[[], None]) -> Callable[[], None]:
    """Give what acts when it is called for the n-th time."""
    left = [number]

    def step() -> None:
        left[0] -= 1
        if not left[0]:
            act()

    return step


def trade(path: str, where: str, number: int) -> None:
    """Trade, and die at the n-th chance of this kind."""
    broker = WatchedBroker()
    clock = ManualClock(START_NS)
    om = OrderManager(brokers=[broker], store=SQLiteEventStore(path), clock=clock, namespace="crash")
    said = [om.state.version]
    say(om)

    def say_once(_: ev.Event) -> None:
        if said[-1] != om.state.version:
            said.append(om.state.version)
            say(om)

    om.on(ev.Event, say_once)

    def last_words() -> None:
        # The events of the delivery under way are on the disk, and none of them is an execution.
        say(om)
        die()

    in_batch = _nothing
    if where == "send":
        broker.on_submit = nth(number, last_words)
    elif where == "observe":
        step = nth(number, die)
        om.on(ev.OrderEvent, lambda _: step())
    elif where == "batch":
        in_batch = nth(number, die)
    _make_markets(om, clock, in_batch)
    die()


def _make_markets(om: OrderManager, clock: ManualClock, in_batch: Callable[[], None]) -> None:
    working: list[Order] = []
    for turn, update in enumerate(
        SyntheticMarket(instrument=COIN, start_px=100, start_ns=START_NS, steps=STEPS, seed=7)
    ):
        clock.advance_to(update.time_ns)
        om.update(update)
        if not isinstance(update, Quote) or update.bid is None or update.ask is None:
            continue
        with om.batch():
            working = [order for order in working if not order.is_closed]
            for order in working[:-4]:
                om.cancel(order)
            in_batch()
            side, px = (Side.BUY, update.bid) if turn % 2 else (Side.SELL, update.ask)
            working.append(om.submit("COIN", side, 3, Limit(px), tif=GTC, client_ref=f"t{turn}"))
            if turn % 5 == 0 and len(working) > 2:
                om.replace(working[-2], order_qty=7)
        if turn % 7 == 0:
            om.submit("COIN", Side.BUY, 40, Limit(update.ask), tif=IOC)
        if turn % 11 == 0:
            om.submit("COIN", Side.SELL, 2, Market())


def look(path: str) -> None:
    """Print what the journal amounts to, and what a manager that is opened on it says and does next."""
    with SQLiteEventStore(path, read_only=True) as store:
        found = recover(store.read())
    assert check_state(found.state) == ()
    with SQLiteEventStore(path, read_only=True) as store:
        for event in store.read():
            if isinstance(event, (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)):
                print("sent", event.cl_ord_id)
    print("found", found.count, state_hash(found.state, found.positions))
    clock = ManualClock(START_NS)
    with OrderManager(
        brokers=[PaperBroker([COIN])], store=SQLiteEventStore(path), clock=clock, namespace="crash"
    ) as om:
        order = om.submit("COIN", Side.BUY, 1, Limit(1))
        assert check_state(om.state) == ()
        print("next", order.order_id, order.cl_ord_id, om.state.epoch)


if __name__ == "__main__":
    if sys.argv[1] == "trade":
        trade(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        look(sys.argv[2])
