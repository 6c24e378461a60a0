"""Children of an order that one broker refuses go to another one of their rule; the order is suspended once none is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.algos.handlers import with_algorithms
from oms.engine.invariants import check_state
from oms.model.enums import ExecType, Life, OrdStatus, Side
from oms.model.ids import BrokerName, ExecId, VenueOrderId
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.routing import RouteVerdict
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Strategy
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK, X
from tests.fakes import ScriptedBroker

S = 1_000_000_000
ZERO = Decimal(0)


class Desk:
    """Two brokers, of which "one" is a cent better, and of which some refuse all."""

    def __init__(self, *refusing: str, code: str = "2") -> None:
        self.refusing, self.code = refusing, code
        self.brokers = {name: ScriptedBroker(name=name) for name in ("one", "two")}
        self.clock = ManualClock(NOON_NS)
        self.om = OrderManager(
            brokers=list(self.brokers.values()),
            store=MemoryEventStore(),
            instruments=[STOCK],
            clock=self.clock,
            handlers=with_algorithms(),
            routing=Routing(rules=(RouteRule(brokers=("one", "two")),)),
        )
        self.show()

    def show(self) -> None:
        for broker, ask in (("one", "101.00"), ("two", "101.01")):
            quote = Quote(X, self.clock.now_ns(), "100", 500, ask, 500)
            self.om.update(quote, venue=BrokerName(broker))
        self.om.poll()

    def work(self, seconds: int = 60, *, answers: bool = True, broker: str | None = None) -> Order:
        """Place a TWAP of 100 in four slices, and let brokers answer once a second."""
        terms = Strategy("twap", {"duration": 600, "slices": 4})
        order = self.om.submit("X", Side.BUY, 100, terms, broker=broker)
        for _ in range(seconds):
            for child in self.om.children(order):
                if child.life is Life.SENT and answers:
                    self.answer(child)
            self.clock.advance_by(1)
            self.show()
        return order

    def answer(self, child: Order) -> None:
        assert child.broker is not None
        sink = self.brokers[child.broker].sink
        assert sink is not None
        is_refused = child.broker in self.refusing
        kinds = [ExecType.REJECTED] if is_refused else [ExecType.NEW, ExecType.TRADE]
        for kind in kinds:
            done = child.order_qty if kind is ExecType.TRADE else ZERO
            status = {ExecType.REJECTED: OrdStatus.REJECTED, ExecType.NEW: OrdStatus.NEW}
            sink.put(
                ExecutionReport(
                    exec_type=kind,
                    ord_status=status.get(kind, OrdStatus.FILLED),
                    symbol=X,
                    side=Side.BUY,
                    cl_ord_id=child.cl_ord_id,
                    venue_order_id=VenueOrderId(f"v{child.order_id}"),
                    exec_id=ExecId(f"x{child.order_id}-{kind.name}"),
                    order_qty=child.order_qty,
                    cum_qty=done,
                    leaves_qty=ZERO if kind is not ExecType.NEW else child.order_qty,
                    last_qty=done or None,
                    last_px=Decimal(101) if done else None,
                    avg_px=Decimal(101) if done else None,
                    reject_code=self.code if is_refused else "",
                    text="no" if is_refused else "",
                )
            )
        self.om.poll()

    def places(self, order: Order) -> list[str | None]:
        return [child.broker for child in self.om.children(order)]


@pytest.mark.parametrize("code", ["0", "2", "3", "11"])
def test_what_one_broker_refuses_goes_to_the_other_one(code: str) -> None:
    """Whether the refusal stays or may pass: what is due goes out again a second later, elsewhere, and so do the next slices."""
    desk = Desk("one", code=code)
    order = desk.work(460)
    assert desk.places(order) == ["one", "two", "two", "two", "two"]
    assert desk.om.work(order).suspended is None
    assert order.is_filled
    assert check_state(desk.om.state) == ()


def test_the_decision_says_who_was_left_out_and_why() -> None:
    desk = Desk("one")
    order = desk.work(5)
    refused, sent = desk.om.children(order)
    assert sent.routing is not None
    left_out = [one for one in sent.routing.candidates if one.verdict is RouteVerdict.TRIED]
    assert [(one.broker, one.text) for one in left_out] == [("one", f"it refused order {refused.order_id}")]


@pytest.mark.parametrize(
    ("code", "places"), [("3", ["one", "two"]), ("2", ["one", "two", "one", "one", "one"])]
)
def test_it_is_suspended_once_no_broker_is_left(code: str, places: list[str]) -> None:
    """For good where the last one refuses for good; where it may pass, after five in a row."""
    desk = Desk("one", "two", code=code)
    order = desk.work(60)
    assert desk.places(order) == places
    assert desk.om.work(order).suspended is not None


def test_the_broker_that_was_named_is_not_left_for_another() -> None:
    desk = Desk("one", code="3")
    order = desk.work(10, broker="one")
    assert desk.places(order) == ["one"]
    assert desk.om.work(order).suspended == "its child 2 was rejected [3]: no"


def test_what_is_unanswered_goes_nowhere_else() -> None:
    desk = Desk("one")
    order = desk.work(60, answers=False)
    assert desk.places(order) == ["one"]
    assert desk.om.work(order).working == 25
