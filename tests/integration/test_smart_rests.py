"""What an order over several brokers leaves in their books, with answers that take their time."""

from __future__ import annotations

from oms.brokers.paper import PaperBroker
from oms.model.time_in_force import IOC
from oms.simulation.latency import Constant, Latency
from tests.fakes import AAPL
from tests.smart_desk import Desk

SLOW = Latency(to_venue=Constant(5_000_000))


def test_what_rests_does_not_fall_into_ever_more_parts() -> None:
    """Both brokers show a little within the limit again and again: what comes back of it rests, in three parts at most."""
    desk = Desk(*(PaperBroker([AAPL], name=name, latency=SLOW) for name in ("one", "two")))
    order = desk.buy(10_000)
    most = 0
    for number in range(60):
        for name in ("one", "two"):
            desk.shows(name, "10.00", 10 + number % 3)
            desk.om.poll()
        desk.clock.advance_to(desk.clock.now_ns() + 10_000_000)
        desk.om.poll()
        at_work = [child for child in desk.om.children(order) if not child.is_closed]
        most = max(most, sum(child.time_in_force != IOC for child in at_work))
        desk.check(order)
    assert most <= 3
    assert order.cum_qty > 500
    assert len(desk.om.children(order)) < 6 * 60
