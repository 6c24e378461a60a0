"""Where the orders of groups go, and those that are held here: by their account, and to a broker that can take them."""
# ruff: noqa: ANN401  # what a desk is told may be anything

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.contingency import Leg, Oto, bracket
from oms.model.enums import OrdStatus, Side, WorkedBy
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.routing_table import HealthRules, RouteRule, Routing
from oms.model.terms import Limit, Stop, StopLimit
from oms.model.time_in_force import GTC
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.admission import ORDER_TYPES
from oms.simulation.faults import Outages
from oms.stores.jsonl import JSONLEventStore
from tests.algo_desk import NOON_NS, STOCK

S = 1_000_000_000
NO_STOPS = frozenset(pair for pair in ORDER_TYPES if pair[0] not in (Stop, StopLimit))
BOTH = (RouteRule(brokers=("near", "cheap")),)
BY_ACCOUNT = (RouteRule(brokers=("near",), accounts=("hedge",)), RouteRule(brokers=("cheap",)))

OPENED: list[OrderManager] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every manager lets go of its journal."""
    yield
    while OPENED:
        OPENED.pop().close()


class Two:
    """A manager with two brokers, which can be started again with one of them out."""

    def __init__(self, path: Path, rules: tuple[RouteRule, ...] = BOTH, **told: Any) -> None:
        self.path, self.rules, self.told = path / "a.db", rules, told
        self.clock = ManualClock(NOON_NS)
        self.om = self.open()
        self.quote("9.99", "10.00")

    def open(self, *out: str) -> OrderManager:
        instrument: Instrument = self.told.get("instrument", STOCK)
        now_ns = self.clock.now_ns()
        outages = Outages([(now_ns, now_ns + 10**6 * S)])
        brokers = [
            PaperBroker(
                [instrument], name=name, faults=outages if name in out else None,
                order_types=self.told.get("order_types", ORDER_TYPES),
            )
            for name in ("near", "cheap")
        ]  # fmt: skip
        om = OrderManager(
            brokers=brokers,
            store=JSONLEventStore(self.path),
            clock=self.clock,
            instruments=[instrument],
            routing=Routing(rules=self.rules, health=HealthRules(degraded_after=1, down_after=2)),
        )
        OPENED.append(om)
        return om

    def restart(self, *out: str) -> None:
        self.om.close()
        self.clock.advance_by(1)
        self.om = self.open(*out)
        self.quote("9.99", "10.00")

    def quote(self, bid: str, ask: str) -> None:
        for broker in ("near", "cheap"):
            self.om.update(Quote(Symbol("X"), self.clock.now_ns(), bid, 500, ask, 500), venue=broker)
        self.om.update(TradePrint(Symbol("X"), self.clock.now_ns(), bid, 10))
        self.om.poll()

    def bracket(self, entry: str = "9", account: str | None = None) -> Group:
        tree = bracket("X", Side.BUY, 10, entry=Limit(entry), target=Limit("12"), stop=Stop("8"))
        return self.om.submit_group(tree) if account is None else self.om.submit_group(tree, account=account)


def places(group: Group) -> set[str | None]:
    return {order.broker for order in group.orders}


def test_a_group_goes_where_the_rule_for_its_account_says(tmp_path: Path) -> None:
    two = Two(tmp_path, BY_ACCOUNT)
    assert places(two.bracket(account="main")) == {"cheap"}
    assert places(two.bracket(account="hedge")) == {"near"}


def test_where_no_rule_is_about_its_account_it_goes_where_the_instrument_does(tmp_path: Path) -> None:
    own = Instrument(symbol="X", currency="USD", tick="0.01", lot=1, broker="cheap")
    two = Two(tmp_path, BY_ACCOUNT[:1], instrument=own)
    assert places(two.bracket(account="main")) == {"cheap"}
    assert places(two.bracket(account="hedge")) == {"near"}


def test_a_group_goes_to_a_broker_that_is_up(tmp_path: Path) -> None:
    two = Two(tmp_path)
    two.restart("near")
    for _ in range(2):
        two.om.submit("X", Side.BUY, 1, Limit("9"), broker="near")
    group = two.bracket()
    assert places(group) == {"cheap"}
    assert group.orders[0].status is OrdStatus.NEW


def test_a_group_goes_to_a_broker_that_is_reconciled(tmp_path: Path) -> None:
    two = Two(tmp_path)
    two.bracket()
    two.restart("near")
    assert set(two.om.state.breaks.unreconciled) == {"near"}
    assert places(two.bracket()) == {"cheap"}


def test_one_that_has_begun_stays_with_its_broker(tmp_path: Path) -> None:
    two = Two(tmp_path, order_types=NO_STOPS)
    tree = Oto(
        Leg("X", Side.BUY, Limit("10.00"), order_qty=10), (Leg("X", Side.SELL, Stop("8"), time_in_force=GTC),)
    )
    group = two.om.submit_group(tree)  # bought at once, and its stop is held here
    assert (group.orders[0].is_filled, group.orders[0].broker) == (True, "near")
    two.restart("near")
    for bid, ask in (("9.00", "9.01"), ("7.90", "7.91"), ("7.80", "7.81")):
        two.clock.advance_by(1)
        two.quote(bid, ask)
    (group,) = two.om.groups()
    stop = next(order for order in group.orders if isinstance(order.given_terms, Stop))
    assert stop.cum_qty == 0  # what it is to sell is not at the other broker
    assert places(group) <= {"near", None}


def test_one_of_which_nothing_is_there_goes_elsewhere(tmp_path: Path) -> None:
    two = Two(tmp_path, order_types=NO_STOPS)
    tree = bracket("X", Side.BUY, 10, entry=Stop("10.50"), target=Limit("12"), stop=Stop("8"))
    group = two.om.submit_group(tree)
    assert group.orders[0].worked_by is WorkedBy.OMS
    two.restart("near")
    two.quote("10.50", "10.60")
    (group,) = two.om.groups()
    assert (group.orders[0].is_filled, group.orders[0].broker) == (True, "cheap")
    assert places(group) == {"cheap", None}  # its stop is held here


@pytest.mark.parametrize(("out", "where"), [("near", "cheap"), ("cheap", "near")])
def test_a_protective_stop_held_here_fires_at_the_broker_that_is_reconciled(
    tmp_path: Path, out: str, where: str
) -> None:
    two = Two(tmp_path, order_types=NO_STOPS)
    number = two.om.submit("X", Side.SELL, 5, Stop("9.50")).order_id
    two.restart(out)
    for bid, ask in (("9.80", "9.81"), ("9.45", "9.46"), ("9.30", "9.31")):
        two.clock.advance_by(30)
        two.quote(bid, ask)
    order: Order = two.om.order(number)
    assert (order.status, order.broker) == (OrdStatus.FILLED, where)


def test_while_no_broker_of_its_rule_is_reconciled_it_waits(tmp_path: Path) -> None:
    two = Two(tmp_path, order_types=NO_STOPS)
    number = two.om.submit("X", Side.SELL, 5, Stop("9.50")).order_id
    two.restart("near", "cheap")
    two.clock.advance_by(30)
    two.quote("9.30", "9.31")
    assert two.om.order(number).status is OrdStatus.UNSENT


def test_a_rule_without_a_broker_that_is_reconciled_makes_its_instrument_wait(tmp_path: Path) -> None:
    two = Two(tmp_path, BY_ACCOUNT, order_types=NO_STOPS)
    number = two.om.submit("X", Side.SELL, 5, Stop("9.50"), account="hedge").order_id
    two.restart("near")
    two.clock.advance_by(30)
    two.quote("9.30", "9.31")
    assert two.om.order(number).status is OrdStatus.UNSENT  # not denied
