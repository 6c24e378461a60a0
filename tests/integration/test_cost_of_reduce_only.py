"""What orders cost beside reduce-only orders of the same position: in calls, which no load of the machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

from oms import Instructions, Instrument, Limit, ManualClock, Market, Order, OrderManager, Quote, Side
from oms.brokers.paper import PaperBroker
from oms.model.ids import Symbol
from oms.model.time_in_force import GTC
from oms.stores.memory import MemoryEventStore

ONLY = Instructions(reduce_only=True)


class Counter:
    """Counts the calls of functions in Python."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, frame: FrameType, what: str, _: object) -> None:
        self.calls += what == "call"

    def of(self, done: Callable[[], object]) -> int:
        before, self.calls = sys.getprofile(), 0
        sys.setprofile(self)
        try:
            done()
        finally:
            sys.setprofile(before)
        return self.calls


def desk(others: int) -> OrderManager:
    apple = Instrument(symbol="AAPL", currency="USD", tick="0.01")
    om = OrderManager(brokers=[PaperBroker([apple])], store=MemoryEventStore(), clock=ManualClock(0))
    om.update(Quote(Symbol("AAPL"), 0, 100, 10_000, "100.02", 10_000))
    om.submit("AAPL", Side.BUY, 1_000, Market())
    for _ in range(others):
        reduce_by_one(om)
    return om


def reduce_by_one(om: OrderManager) -> Order:
    return om.submit("AAPL", Side.SELL, 1, Limit(110), tif=GTC, instructions=ONLY)


def test_a_submit_a_cancel_and_a_fill_call_no_more_beside_many_reduce_only_orders_than_beside_few() -> None:
    costs: list[list[int]] = []
    for others in (20, 120):
        om, counter = desk(others), Counter()
        last = reduce_by_one(om)
        costs.append(
            [
                counter.of(partial(reduce_by_one, om)),
                counter.of(partial(om.cancel, last)),
                counter.of(partial(om.submit, "AAPL", Side.SELL, 1, Market())),
            ]
        )
        assert len(om.open_orders()) == others + 1
    few, many = costs
    # 100 more orders, and not one call for each: what is sorted may be, a little deeper.
    assert all(more - less < 50 for less, more in zip(few, many, strict=True)), (few, many)
