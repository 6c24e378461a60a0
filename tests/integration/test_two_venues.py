"""Two simulated venues with different fees and latency: what it costs to go to either, or to let it be decided."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Final

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.draws import Draws
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.routing import VenueHealth
from oms.model.routing_table import HealthRules, RouteRule, Routing, Venue
from oms.model.terms import Limit
from oms.model.time_in_force import IOC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.faults import FaultModel, Outages
from oms.simulation.fees import MakerTaker
from oms.simulation.latency import Constant, Latency
from oms.stores.memory import MemoryEventStore

AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01")
T0: Final = 1_767_623_400_000_000_000
MS: Final = 1_000_000
ORDERS: Final = 400
FEES: Final = {"near": Decimal(2), "cheap": Decimal(1)}
LATENCY_MS: Final = {"near": 1, "cheap": 20}


def day(brokers: tuple[str, ...], outage: FaultModel | None = None) -> tuple[Decimal, Decimal, OrderManager]:
    """Buy by the same quotes each time; give how much was bought, what a share cost with fees, and the manager."""
    venues = [
        PaperBroker(
            [AAPL],
            name=name,
            fees=MakerTaker(maker_bps=0, taker_bps=FEES[name]),
            latency=Latency(
                to_venue=Constant(LATENCY_MS[name] * MS), from_venue=Constant(LATENCY_MS[name] * MS)
            ),
            faults=outage if name == "cheap" else None,
        )
        for name in ("near", "cheap")
    ]
    clock, draws, drawn = ManualClock(T0), Draws(7, 1), count()
    om = OrderManager(
        brokers=venues,
        store=MemoryEventStore(),
        clock=clock,
        routing=Routing(
            rules=(RouteRule(brokers=brokers),),
            venues=tuple(Venue(broker=name, taker_bps=FEES[name]) for name in FEES),
            health=HealthRules(degraded_after=1, down_after=2, backoff_s=1, up_after=1),
        ),
    )

    def dice(least: int, most: int) -> int:
        return draws.between(next(drawn), least, most)

    mid = 10_000
    for _ in range(ORDERS):
        mid += dice(-1, 1)
        for name in FEES:
            # Each venue has its own spread and size, and is the better one now and then; either has enough.
            half, size = dice(1, 6), dice(40, 80)
            quote = Quote(
                Symbol("AAPL"), clock.now_ns(), Decimal(mid - half) / 100, Decimal(size), Decimal(mid + half) / 100, Decimal(size)
            )  # fmt: skip
            om.update(quote, venue=name)
        om.submit("AAPL", Side.BUY, dice(1, 40), Limit(Decimal(mid + 9) / 100), tif=IOC)
        for wait_ms in (1, 1, 18, 20, 60):  # when requests and reports arrive
            clock.advance_to(clock.now_ns() + wait_ms * MS)
            om.poll()
    held = om.position("AAPL")
    assert held is not None
    spent = sum((order.notional for order in om.orders()), Decimal(0)) + held.fees["USD"]
    return held.net_qty, spent / held.net_qty, om


@pytest.mark.slow
def test_what_is_decided_for_each_order_costs_less_than_either_venue_alone() -> None:
    near, cheap, both = (day(brokers) for brokers in (("near",), ("cheap",), ("near", "cheap")))

    # The same orders, nearly all of them filled: what a share cost can be compared.
    assert max(near[0], cheap[0], both[0]) < min(near[0], cheap[0], both[0]) * Decimal("1.01")
    assert both[1] < min(near[1], cheap[1])
    went = {order.broker for order in both[2].orders()}
    assert went == {"near", "cheap"}
    standing = {one.broker: one.latency_ns for one in both[2].venues()}
    assert standing == {"near": 2 * MS, "cheap": 40 * MS}


@pytest.mark.slow
def test_while_a_venue_is_out_the_other_gets_what_it_can_and_afterwards_both_are_used() -> None:
    outage = Outages([(T0 + 10_000 * MS, T0 + 15_000 * MS)])
    alone, both = day(("cheap",), outage), day(("near", "cheap"), outage)
    om = both[2]

    def failed(manager: OrderManager) -> int:
        return sum(order.text.startswith("never sent") for order in manager.orders())

    out = [order for order in om.orders() if T0 + 11_500 * MS <= order.created_ns < T0 + 15_000 * MS]
    after = [order for order in om.orders() if order.created_ns >= T0 + 25_000 * MS]
    assert {order.broker for order in out} == {"near"}
    assert "cheap" in {order.broker for order in after}
    assert om.venues()[1].health is not VenueHealth.DOWN
    # Two failures take it out; before that one order each, and as often as an order tries it again.
    assert failed(om) <= 3 < failed(alone[2])
    assert both[0] > alone[0]
