"""Why an order went where it went is told also where no price has decided: where a broker was named, and of groups."""

from __future__ import annotations

import pytest

from oms.brokers.paper import PaperBroker
from oms.model import events as ev
from oms.model.contingency import bracket
from oms.model.enums import Life, Side
from oms.model.group import Group
from oms.model.ids import Symbol
from oms.model.market import TradePrint
from oms.model.order import Order
from oms.model.reports import NotSent
from oms.model.routing import RouteDecision, RouteVerdict
from oms.model.routing_table import RouteRule, Routing
from oms.model.terms import Limit, Stop
from oms.projections.route_sentences import routed
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, T0, ScriptedBroker, all_events, d
from tests.unit.runtime.test_routing import AT_11, BOTH, MSFT, House

NAMED, ANOTHER_NAMED = RouteVerdict.NAMED, RouteVerdict.ANOTHER_NAMED
TAKEN, LATER = RouteVerdict.TAKEN, RouteVerdict.LATER_IN_TURN
THERE, ELSEWHERE = RouteVerdict.WITH_ITS_GROUP, RouteVerdict.GROUP_ELSEWHERE


def verdicts(order: Order) -> dict[str, RouteVerdict]:
    assert order.routing is not None
    return {one.broker: one.verdict for one in order.routing.candidates}


def best(order: Order) -> tuple[str | None, object]:
    assert order.routing is not None
    return order.routing.best_broker, order.routing.best_px


def decisions(house: House) -> list[RouteDecision]:
    return [event.decision for event in house.told(ev.OrderRouted)]


def papers() -> tuple[PaperBroker, PaperBroker]:
    return PaperBroker([AAPL], name="one"), PaperBroker([AAPL], name="two")


def bracket_in(house: House) -> Group:
    tree = bracket("AAPL", Side.BUY, 10, entry=AT_11, target=Limit("12"), stop=Stop("9"))
    return house.om.submit_group(tree)


# ------------------------------------------------------------ brokers that are named


def test_of_a_named_broker_the_others_and_the_best_price_are_told_too() -> None:
    house = House()
    house.shows("one", "10.50")
    house.shows("two", "10.00")

    order = house.buy(broker="one")

    assert order.broker == "one"
    assert verdicts(order) == {"one": NAMED, "two": ANOTHER_NAMED}
    assert best(order) == ("two", d("10.00"))
    assert decisions(house) == [order.routing]
    assert [one.qty for one in decisions(house)[0].taken] == [d(10)]
    told = routed(house.told(ev.OrderRouted)[0])
    assert "10 to one at 10.5 (named with the order)" in told
    assert "two another was named" in told
    house.check_replay()


def test_a_named_broker_that_the_rule_does_not_name_is_told_beside_those_that_it_does() -> None:
    house = House(Routing(rules=(RouteRule(brokers=("two",)),)))
    house.shows("two", "10.00")

    assert verdicts(house.buy(broker="one")) == {"two": ANOTHER_NAMED, "one": NAMED}
    assert house.buy(broker="two").routing is None
    house.check_replay()


@pytest.mark.parametrize("routing", [None, Routing(rules=(RouteRule(brokers=("one",), symbols=("MSFT",)),))])
def test_where_no_rule_is_about_an_order_nothing_is_told_of_a_named_broker(routing: Routing | None) -> None:
    house = House(routing)

    assert house.buy(broker="one").broker == "one"
    assert decisions(house) == []


def test_a_manager_with_one_broker_tells_nothing_of_its_name() -> None:
    store = MemoryEventStore()
    om = OrderManager(
        brokers=[ScriptedBroker(name="one")], store=store, instruments=[AAPL, MSFT], clock=ManualClock(T0)
    )
    om.submit("AAPL", Side.BUY, 10, AT_11, broker="one")

    assert not [event for event in all_events(store) if isinstance(event, ev.OrderRouted)]


def test_a_named_broker_that_cannot_take_the_order_says_why() -> None:
    house = House(BOTH, ScriptedBroker(name="one", can=CAN_ALL), ScriptedBroker(name="two", can=CAN_ALL))

    order = house.om.submit("AAPL", Side.BUY, None, AT_11, cash_order_qty=500, broker="one")

    assert order.life is Life.DENIED
    assert verdicts(order)["one"] is RouteVerdict.CANNOT
    assert order.routing is not None
    assert order.routing.taken == ()


def test_a_named_broker_that_is_down_gets_the_order_all_the_same() -> None:
    house = House()
    house.one.answers += [NotSent("line down")] * 4
    for _ in range(3):
        house.buy(broker="one")

    order = house.buy(broker="one")

    assert order.broker == "one"
    assert verdicts(order) == {"one": NAMED, "two": ANOTHER_NAMED}
    house.check_replay()


# ------------------------------------------------------------ groups


def test_of_a_group_each_order_says_who_could_have_had_it() -> None:
    house = House(BOTH, *papers())
    house.shows("one", "10.50")
    house.shows("two", "10.00")

    group = bracket_in(house)

    entry, *exits = group.orders
    assert entry.broker == "one"
    assert verdicts(entry) == {"one": TAKEN, "two": LATER}
    assert best(entry) == ("two", d("10.00"))
    assert len(exits) == 2
    for order in exits:
        assert verdicts(order) == {"one": THERE, "two": ELSEWHERE}
        assert order.broker == "one"
    assert [event.order_id for event in house.told(ev.OrderRouted)] == [one.order_id for one in group.orders]
    house.check_replay()


def test_what_a_group_holds_here_says_it_as_it_is_held_and_as_it_is_released() -> None:
    one, two = (ScriptedBroker(name=name, can=CAN_ALL) for name in ("one", "two"))
    house = House(BOTH, one, two)
    house.shows("one", "10.50")
    house.shows("two", "10.00")
    tree = bracket("AAPL", Side.BUY, 10, entry=Stop("10.60"), target=Limit("12"), stop=Stop("9"))

    entry = house.om.submit_group(tree).orders[0]

    assert (entry.life, verdicts(entry)) == (Life.UNSENT, {"one": TAKEN, "two": LATER})
    house.shows("one", "10.70", bid="10.65")
    house.shows("two", "10.72", bid="10.65")
    house.om.update(_print("10.66"))
    assert entry.broker == "one"
    assert len(decisions(house)) == 2
    assert best(entry) == ("one", d("10.70"))
    house.check_replay()


def test_a_group_with_one_broker_by_its_rule_says_nothing() -> None:
    house = House(Routing(rules=(RouteRule(brokers=("two",)),)), *papers())
    house.shows("two", "10.00")

    assert [order.broker for order in bracket_in(house).orders] == ["two"] * 3
    assert decisions(house) == []


def _print(px: str) -> TradePrint:
    return TradePrint(Symbol("AAPL"), T0, d(px), d(1))
