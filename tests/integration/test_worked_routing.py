"""Where the children of orders go that are worked here: to the broker that was named, or wherever plain orders could go."""
# ruff: noqa: ANN401  # what a handler answers may be anything

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.model.enums import Life, OrdStatus, Side
from oms.model.ids import Symbol
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Limit, Strategy
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.faults import Outages
from oms.stores.jsonl import JSONLEventStore
from oms.stores.memory import MemoryEventStore
from tests.algo_desk import NOON_NS, STOCK

S = 1_000_000_000
LATER = [(NOON_NS, NOON_NS + 10**6 * S)]
BOTH = RouteRule(brokers=("near", "cheap"))

OPENED: list[OrderManager] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every manager lets go of its journal."""
    yield
    while OPENED:
        OPENED.pop().close()


class Two:
    """A manager with two brokers that can be started again on its journal."""

    def __init__(self, path: Path | None = None, **others: Any) -> None:
        self.path, self.others = path, others
        self.clock = ManualClock(NOON_NS)
        self.om = self.open()
        self.quote()

    def open(self, *out: str, rules: tuple[RouteRule, ...] = (BOTH,)) -> OrderManager:
        brokers = [
            PaperBroker([STOCK], name=name, faults=Outages(LATER) if name in out else None)
            for name in ("near", "cheap")
        ]
        om = OrderManager(
            brokers=brokers,
            store=MemoryEventStore() if self.path is None else JSONLEventStore(self.path),
            clock=self.clock,
            handlers=with_algorithms(**self.others),
            routing=Routing(rules=rules),
        )
        OPENED.append(om)
        return om

    def restart(self, *out: str) -> None:
        self.om.close()
        self.om = self.open(*out)
        self.quote()

    def quote(self, near: str = "10.00", cheap: str = "10.00") -> None:
        for broker, ask in (("near", near), ("cheap", cheap)):
            self.om.update(Quote(Symbol("X"), self.clock.now_ns(), "9.90", 500, ask, 500), venue=broker)
        self.om.poll()

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance_by(1)
            self.quote()

    def buy(self, name: str = "twap", broker: str | None = None, **told: Any) -> Order:
        usual = {"duration": 60, "slices": 3} if name == "twap" else {}
        return self.om.submit("X", Side.BUY, 90, Strategy(name, {**usual, **told}), broker=broker)

    def places(self, order: Order) -> list[str | None]:
        return [child.broker for child in self.om.children(order)]


def test_all_children_go_to_the_broker_that_was_named(tmp_path: Path) -> None:
    two = Two(tmp_path / "a.db")
    order = two.buy(broker="cheap")
    two.wait(20)
    two.restart()
    order = two.om.order(order.order_id)
    two.wait(1)
    two.om.replace(order, price="10.10")
    two.wait(40)
    assert two.places(order) == ["cheap", "cheap", "cheap"]
    assert order.status is OrdStatus.FILLED


def test_without_a_name_they_go_where_their_rule_says() -> None:
    two = Two()
    order = two.buy()
    two.wait(60)
    assert two.places(order) == ["near", "near", "near"]  # the first of its rule, of equally good ones


def test_one_whose_algorithm_says_where_children_go_takes_no_name() -> None:
    order = Two().buy("smart", "cheap", limit_price="10.10")
    assert order.life is Life.DENIED
    allowed = "no broker: its algorithm says where its children go; or another algorithm"
    assert order.reasons == (Reason(ReasonCode.UNSUPPORTED, "broker", "cheap", allowed),)


@pytest.mark.parametrize(("out", "other"), [("near", "cheap"), ("cheap", "near")])
def test_it_goes_on_at_the_broker_that_is_reconciled(tmp_path: Path, out: str, other: str) -> None:
    two = Two(tmp_path / "a.db")
    order = two.buy()
    two.restart(out)
    order = two.om.order(order.order_id)
    assert set(two.om.state.breaks.unreconciled) == {out}
    two.wait(60)
    assert two.places(order) == ["near", other, other]
    assert order.status is OrdStatus.FILLED


def test_it_waits_while_no_broker_of_its_rule_is_reconciled(tmp_path: Path) -> None:
    two = Two(tmp_path / "a.db")
    order = two.buy()
    two.restart("near", "cheap")
    two.wait(45)
    order = two.om.order(order.order_id)
    assert dict(two.om.work(order).decided)[1].value == "not_reconciled"
    fresh = two.buy()
    assert fresh.life is Life.DENIED
    assert [one.code for one in fresh.reasons] == [ReasonCode.NOT_RECONCILED]


class Failing:
    """An algorithm of somebody's own that fails as it is asked for a plan, or gives none."""

    wants_events = False
    needs_prints = False

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def check(self, order: object, instrument: object) -> tuple[Reason, ...]:
        return ()

    def worst_px(self, order: object, reference_px: Any) -> Any:
        return reference_px

    def on_event(self, order: object, event: object) -> tuple[Any, ...]:
        return ()

    def begin(self, order: object, order_id: object, view: object) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    amend: Any = None
    step: Any = None


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(ValueError("no number"), "its algorithm failed: ValueError: no number", id="it raises"),
        pytest.param(None, "its algorithm gave NoneType, neither a Plan nor reasons", id="it gives nothing"),
        pytest.param((), "its algorithm gave tuple, neither a Plan nor reasons", id="it gives no reasons"),
    ],
)
def test_an_algorithm_that_gives_no_plan_is_a_denied_order(answer: object, told: str) -> None:
    two = Two(others={"own": Failing(answer)})
    order = two.buy("own")
    assert order.reasons == (Reason(ReasonCode.OTHER, "terms", told, "terms that its algorithm can plan"),)
    plain = two.om.submit("X", Side.BUY, 1, Limit("10.00"))
    assert plain.status is OrdStatus.FILLED
