"""What becomes of the children of a POV, a sniper and an order over several brokers as trading is halted: cases worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.enums import ExecType, Life, SecurityTradingStatus
from oms.model.events import OrderStatusRequested
from oms.model.ids import Symbol
from oms.model.order import Order
from oms.model.requests import OrderCancelRequest
from oms.model.security_status import SecurityStatus
from oms.model.time_in_force import IOC
from oms.simulation.latency import Constant, Latency
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import STOCK, AlgoDesk
from tests.fakes import ScriptedBroker
from tests.smart_desk import Desk as SmartDesk

S = 1_000_000_000
BOTH = pytest.mark.parametrize("on_halt", ["cancel", "keep"])


class SlowDesk(AlgoDesk):
    """A desk whose requests take a second."""

    def __init__(self) -> None:
        super().__init__(quotes=False)
        self.om.close()
        self.broker = PaperBroker([STOCK], latency=Latency(to_venue=Constant(S)))
        self.store = MemoryEventStore()
        self.om = self._open()
        self.quote()


def asked_about(desk: AlgoDesk) -> list[int]:
    return [event.order_id for event in desk.store.read() if isinstance(event, OrderStatusRequested)]


@BOTH
def test_participation_over_a_halt(on_halt: str) -> None:
    """Half of 20 waits at the bid; of the 500 of the halt nothing counts, and of the 20 after it again half is sent, no burst."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov",
        participation_rate="0.5",
        rate_basis="of_others",
        child_style="passive_then_cross",
        duration=600,
        on_halt=on_halt,
    )
    desk.wait(1)
    desk.trade(20)
    assert desk.children(order) == ["0/10 @ 100 live"]
    desk.wait(1)
    desk.halt()
    first = f"0/10 @ 100 {'canceled' if on_halt == 'cancel' else 'live'}"
    assert desk.children(order) == [first]
    assert desk.om.work(order).working == (0 if on_halt == "cancel" else 10)
    desk.wait(1)
    desk.trade(500)
    desk.quote(bid="100.2", bid_size=7)
    assert desk.children(order) == [first]
    desk.wait(1)
    desk.halt(is_over=True)
    assert asked_about(desk) == ([] if on_halt == "cancel" else [2])
    desk.wait(1)
    desk.quote(bid_size=101)
    desk.trade(20)
    assert desk.children(order) == [first, "0/10 @ 100 live"]
    desk.check()


@BOTH
def test_a_shot_that_comes_into_a_halt(on_halt: str) -> None:
    """It is on its way as the halt begins, and waits at its venue then; with the end of the halt it trades, if it is kept."""
    desk = SlowDesk()
    order = desk.submit("sniper", limit_price=101, min_size=50, max_child=30, on_halt=on_halt)
    assert desk.children(order) == ["0/30 @ 101 sent"]
    desk.halt()
    assert desk.children(order) == ["0/30 @ 101 sent"]
    desk.wait(1)
    kept = on_halt == "keep"
    assert desk.children(order) == [f"0/30 @ 101 {'live' if kept else 'canceled'}"]
    desk.wait(1)
    desk.quote(bid_size=101)
    assert len(desk.children(order)) == 1
    desk.wait(1)
    desk.halt(is_over=True)
    assert desk.om.work(order).filled == (30 if kept else 0)
    assert len(desk.children(order)) == 1
    desk.wait(1)
    desk.quote(bid_size=102)
    assert desk.sizes(order) == [30, 30]
    desk.check()


class Brokers(SmartDesk):
    """Two brokers, one instrument, and what is said of its trading."""

    def halt(self, *, is_over: bool = False) -> None:
        status = SecurityTradingStatus.RESUME if is_over else SecurityTradingStatus.TRADING_HALT
        self.clock.advance_by(1)
        self.om.update(SecurityStatus(Symbol("AAPL"), self.clock.now_ns(), status))

    def canceled(self) -> list[str]:
        """The brokers that were asked to cancel something."""
        return [
            str(broker.name)
            for broker in (self.one, self.two)
            for request in broker.requests
            if isinstance(request, OrderCancelRequest)
        ]


@BOTH
def test_parts_at_several_brokers_over_a_halt(on_halt: str) -> None:
    """Of a hundred thirty are on their way to what is shown, and seventy rest; in the halt nothing is sent, whatever is shown, and what is left rests with the first quote after it."""
    desk = Brokers()
    desk.shows("one", "10.00", 30)
    desk.shows("two", "10.50")
    order = desk.buy(100, on_halt=on_halt)
    taking, resting = desk.om.children(order)
    assert [(int(one.order_qty), one.time_in_force == IOC) for one in (taking, resting)] == [
        (30, True),
        (70, False),
    ]
    for one in (taking, resting):
        desk.says(_broker(desk, one), one, ExecType.NEW)
    desk.halt()
    both = sorted(str(one.broker) for one in (taking, resting))
    assert sorted(desk.canceled()) == (both if on_halt == "cancel" else [])
    desk.says(_broker(desk, taking), taking, ExecType.CANCELED)
    if on_halt == "cancel":
        desk.says(_broker(desk, resting), resting, ExecType.CANCELED)
        assert desk.om.work(order).available == Decimal(100)
    desk.shows("two", "10.00", 50)
    assert len(desk.om.children(order)) == 2
    desk.shows("two", "10.50")
    desk.check(order)

    desk.halt(is_over=True)
    assert len(desk.om.children(order)) == 2  # what was shown before it ended counts no more
    desk.clock.advance_by(1)
    desk.shows("two", "10.50")
    assert desk.parts(order)[2:] == [("one", 100 if on_halt == "cancel" else 30, "rest 10.05")]
    assert (resting.life is Life.LIVE) is (on_halt == "keep")
    desk.check(order)


def _broker(desk: Brokers, child: Order) -> ScriptedBroker:
    return desk.one if child.broker == "one" else desk.two
