"""Orders that could go to several brokers: where they go, why, and what happens when one of the brokers fails."""
# ruff: noqa: ANN401  # an answer of a script, and an argument of `submit`, may be anything
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.errors import UnknownBrokerError, ValidationError
from oms.model import events as ev
from oms.model.contingency import bracket
from oms.model.decimals import exact_arithmetic
from oms.model.depth import BookUpdate
from oms.model.enums import Side
from oms.model.ids import BrokerName, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.reports import Absent, NotSent, Refused, Unknown
from oms.model.routing import RouteVerdict, VenueHealth
from oms.model.routing_table import HealthRules, RouteBy, RouteRule, Routing, Venue
from oms.model.terms import Limit, Market, Stop, Terms
from oms.model.time_in_force import IOC
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import state_hash
from oms.simulation.faults import Outages
from oms.simulation.fees import MakerTaker
from oms.simulation.latency import Constant, Latency
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, CAN_MORE, T0, S, ScriptedBroker, all_events, d

MSFT: Final = Instrument(symbol="MSFT", currency="USD", tick="0.01")
BOTH: Final = Routing(rules=(RouteRule(brokers=("one", "two")),))
AT_11: Final = Limit("11")
UP, DEGRADED, DOWN = VenueHealth.UP, VenueHealth.DEGRADED, VenueHealth.DOWN


class House:
    """A manager with two brokers that do as they are told, and its journal."""

    def __init__(
        self, routing: Routing | None = BOTH, *brokers: Any, store: MemoryEventStore | None = None
    ) -> None:
        self.one, self.two = ScriptedBroker(name="one"), ScriptedBroker(name="two")
        self.store = MemoryEventStore() if store is None else store
        self.clock = ManualClock(T0)
        self.om = OrderManager(
            brokers=brokers or [self.one, self.two],
            store=self.store,
            instruments=[AAPL, MSFT],
            clock=self.clock,
            routing=routing,
        )

    def shows(self, broker: str, ask: str, size: int = 100, bid: str = "9.00", symbol: str = "AAPL") -> None:
        self.om.update(
            Quote(Symbol(symbol), self.clock.now_ns(), d(bid), d(100), d(ask), d(size)), venue=broker
        )

    def buy(self, qty: int = 10, terms: Terms = AT_11, **how: Any) -> Order:
        return self.om.submit("AAPL", Side.BUY, qty, terms, **how)

    def told(self, *kinds: type[ev.Event]) -> list[Any]:
        return [event for event in all_events(self.store) if isinstance(event, kinds)]

    def health(self) -> list[tuple[str, VenueHealth, str]]:
        return [(event.broker, event.health, event.text) for event in self.told(ev.VenueHealthChanged)]

    def check_replay(self) -> None:
        """What is read from a snapshot, and what the journal makes again, is what is held to be true."""
        text = dump(self.om.state, self.om.positions)
        state, positions = State(), Positions()
        load(text, state, positions)
        assert state_hash(state, positions) == self.om.state_hash()
        assert dump(state, positions) == text
        again = State()
        with exact_arithmetic():
            for event in all_events(self.store):
                again.apply(event)
        assert describe(again) == describe(self.om.state)


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """The codecs of the rows of a snapshot are made when the first is written: no test is to pay for that."""
    house = House()
    house.shows("one", "10.00")
    house.buy()
    house.check_replay()


# ------------------------------------------------------------ where they go


def test_an_order_goes_where_it_costs_least_and_says_why() -> None:
    fees = (Venue(broker="one", taker_bps=5), Venue(broker="two"))
    house = House(evolve(BOTH, venues=fees))
    house.shows("one", "10.00")
    house.shows("two", "10.001")

    order = house.buy()

    assert order.broker == "two"
    assert order.routing is not None
    assert [(one.broker, one.verdict, one.net_px) for one in order.routing.candidates] == [
        ("two", RouteVerdict.TAKEN, d("10.001")),
        ("one", RouteVerdict.COSTS_MORE, d("10.005")),
    ]
    assert (order.routing.best_broker, order.routing.best_px) == ("one", d("10.00"))
    assert [type(event) for event in all_events(house.store)][-3:] == [
        ev.OrderCreated,
        ev.OrderRouted,
        ev.OrderSubmitted,
    ]
    assert house.told(ev.OrderRouted)[0].decision == order.routing
    house.check_replay()


def test_where_there_is_one_way_out_nothing_is_told_and_nothing_is_written() -> None:
    rules = (
        RouteRule(brokers=("two",), symbols=("AAPL",)),
        RouteRule(brokers=("one", "two"), accounts=("hedge",)),
    )
    house = House(Routing(rules=rules))

    order = house.buy()

    assert (order.broker, order.routing) == ("two", None)
    assert "_routing" not in {slot for slot in Order.__slots__ if hasattr(order, slot)}
    assert house.told(ev.OrderRouted) == []


def test_rules_are_by_instrument_and_account_and_else_the_instrument_says() -> None:
    rules = (
        RouteRule(brokers=("two",), symbols=("AAPL",), accounts=("hedge",)),
        RouteRule(brokers=("two", "one"), accounts=("swap",), by=RouteBy.IN_TURN),
    )
    house = House(Routing(rules=rules))
    house.om = OrderManager(
        brokers=[ScriptedBroker(name="one"), ScriptedBroker(name="two")],
        store=MemoryEventStore(),
        instruments=[evolve(AAPL, broker="one"), MSFT],
        clock=house.clock,
        routing=Routing(rules=rules),
    )

    assert house.buy(account="hedge").broker == "two"
    assert house.buy(account="swap").broker == "two"
    assert house.buy().broker == "one"
    lost = house.om.submit("MSFT", Side.BUY, 1, Market())
    assert [reason.code for reason in lost.reasons] == [ReasonCode.NO_ROUTE]


def test_an_order_can_be_sent_to_a_broker_by_name() -> None:
    house = House(evolve(BOTH, rules=(RouteRule(brokers=("one", "two"), by=RouteBy.IN_TURN),)))

    assert house.buy().broker == "one"
    directed = house.buy(broker="two")
    assert directed.broker == "two"
    assert directed.routing is not None
    assert [(one.broker, one.verdict) for one in directed.routing.candidates] == [
        ("one", RouteVerdict.ANOTHER_NAMED),
        ("two", RouteVerdict.NAMED),
    ]
    with pytest.raises(UnknownBrokerError, match=r"'three'.*attached are one, two"):
        house.buy(broker="three")


def test_a_broker_that_cannot_take_the_order_is_passed_over_with_its_reasons() -> None:
    plain, more = ScriptedBroker(name="one", can=CAN_ALL), ScriptedBroker(name="two", can=CAN_MORE)
    house = House(BOTH, plain, more)

    order = house.buy(terms=Stop("12"))

    assert order.broker == "two"
    assert order.routing is not None
    # The first would have it held here: who takes it as it is goes before.
    assert [one.verdict for one in order.routing.candidates] == [RouteVerdict.TAKEN, RouteVerdict.CANNOT]
    money = house.om.submit("AAPL", Side.BUY, None, Market(), cash_order_qty=500)
    assert money.broker == "two"
    assert money.routing is not None
    assert "cash_order_qty = 500; allowed: none: give order_qty" in money.routing.candidates[1].text


def test_an_order_that_nobody_can_take_is_denied_and_says_of_each_why() -> None:
    house = House()

    order = house.om.submit("AAPL", Side.BUY, None, Market(), cash_order_qty=500)

    (reason,) = [one for one in order.reasons if one.code is ReasonCode.NO_ROUTE]
    assert reason.value.startswith("one cannot take it (cash_order_qty = 500; allowed: none")
    assert reason.allowed == "an order that one of them takes, or another broker in rule 1"
    assert order.routing is not None
    assert order.routing.taken == ()


def test_the_orders_of_a_group_all_go_where_the_instrument_goes_first() -> None:
    house = House()
    house.shows("two", "10.00")
    house.shows("one", "10.50")
    tree = bracket("AAPL", Side.BUY, 10, entry=Limit("11"), target=Limit("12"), stop=Stop("9"))

    group = house.om.submit_group(tree)

    assert group.entry is not None
    assert group.entry.broker == "one"
    assert house.buy().broker == "two"


def test_an_order_that_is_held_here_is_routed_as_it_is_released() -> None:
    house = House()
    house.shows("one", "10.50")
    house.shows("two", "10.60")
    order = house.buy(terms=Stop("11"))
    assert order.routing is not None

    house.om.update(TradePrint(Symbol("AAPL"), T0, d("10.90"), d(1)))
    house.shows("one", "11.30")
    house.shows("two", "11.20")
    house.om.update(TradePrint(Symbol("AAPL"), T0, d("11.10"), d(1)))

    assert order.broker == "two"
    assert [event.decision.taken[0].broker for event in house.told(ev.OrderRouted)] == ["one", "two"]
    house.check_replay()


def test_a_held_order_goes_to_the_broker_that_was_named_for_it() -> None:
    house = House()
    house.shows("one", "10.00")
    house.shows("two", "10.01")
    order = house.om.submit("AAPL", Side.BUY, 10, Stop("11"), broker="one")
    assert house.om.state.held_orders.orders
    house.om.replace(order, stop_px="11.05")
    house.check_replay()
    house.shows("one", "11.50")
    house.shows("two", "11.20")
    house.om.update(TradePrint(Symbol("AAPL"), T0, d("11.10"), d(1)))

    assert order.broker == "one"
    assert [[one.broker for one in each.decision.taken] for each in house.told(ev.OrderRouted)] == [
        ["one"],
        ["one"],
    ]
    assert order.routing is not None
    assert (order.routing.best_broker, order.routing.best_px) == ("two", d("11.20"))
    house.check_replay()


# ------------------------------------------------------------ quotes of each


def test_what_the_brokers_show_together_is_the_market() -> None:
    house = House()
    house.shows("one", "10.02", 5, bid="9.98")
    house.shows("two", "10.02", 7, bid="9.99")

    assert house.om.quote("AAPL") == Quote(Symbol("AAPL"), T0, d("9.99"), d(100), d("10.02"), d(12))
    house.buy(terms=Stop("10.02"))
    assert house.om.state.held_orders.orders


def test_a_quote_that_is_too_old_is_none() -> None:
    house = House(evolve(BOTH, max_quote_age_s=5))
    house.shows("one", "10.00")
    house.clock.advance_by(6)
    house.shows("two", "10.50")

    order = house.buy()

    assert house.om.quote("AAPL") == Quote(Symbol("AAPL"), T0 + 6 * S, d("9.00"), d(100), d("10.50"), d(100))
    assert order.broker == "two"
    assert order.routing is not None
    assert order.routing.candidates[1].verdict is RouteVerdict.NO_QUOTE


def test_what_was_sent_against_a_quote_is_not_counted_on_again() -> None:
    house = House()
    house.shows("one", "10.00", 15)
    house.shows("two", "10.01", 15)

    assert [house.buy().broker for _ in range(3)] == ["one", "two", "one"]
    house.shows("one", "10.00", 15)
    assert house.buy().broker == "one"


def test_without_quotes_of_their_own_all_brokers_show_the_market() -> None:
    house = House()
    house.om.update(Quote(Symbol("AAPL"), T0, d("9.00"), d(1), d("10.00"), d(50)))

    order = house.buy()

    assert order.routing is not None
    assert [one.px for one in order.routing.candidates] == [d("10.00")] * 2
    assert order.broker == "one"


def papers(outage: Outages | None = None) -> list[PaperBroker]:
    """Two simulated venues with different fees, of which the first may fail."""
    return [
        PaperBroker([AAPL], name="one", fees=MakerTaker(maker_bps=0, taker_bps=5), faults=outage),
        PaperBroker([AAPL], name="two", fees=MakerTaker(maker_bps=0, taker_bps=1)),
    ]


def test_each_simulated_broker_trades_against_its_own_market_alone() -> None:
    one, two = papers()
    house = House(BOTH, one, two)
    house.om.update(BookUpdate(Symbol("AAPL"), T0, (), [("10.00", 30)]), venue="one")
    house.om.update(BookUpdate(Symbol("AAPL"), T0, (), [("10.05", 70)]), venue="two")

    first, second = house.buy(20), house.buy(60, Limit("10.05"))

    assert (first.broker, first.avg_px, second.broker, second.avg_px) == (
        "one",
        d("10.00"),
        "two",
        d("10.05"),
    )
    with pytest.raises(UnknownBrokerError, match="'three'"):
        house.shows("three", "10.00")
    with pytest.raises(ValidationError, match="pass a Quote"):
        house.om.update("10.00", venue="one")  # type: ignore[arg-type]


# ------------------------------------------------------------ failing brokers

STRICT: Final = HealthRules(degraded_after=1, down_after=2, backoff_s=2, max_backoff_s=60, up_after=2)


def failing(*answers: Any) -> House:
    """A house of which the first broker answers so, and is preferred as long as it is up."""
    house = House(Routing(rules=(RouteRule(brokers=("one", "two"), by=RouteBy.IN_TURN),), health=STRICT))
    house.one.answers.extend(answers)
    return house


def brokers_of(orders: Sequence[Order]) -> list[str | None]:
    return [order.broker for order in orders]


def test_a_broker_that_fails_is_left_for_the_next_until_its_back_off_is_over() -> None:
    house = failing(NotSent("no line"), NotSent("no line"))

    first = house.buy()
    assert first.is_ended
    assert house.om.venues()[0].health is DEGRADED
    assert house.buy(broker="one").is_ended
    assert brokers_of([house.buy(), house.buy()]) == ["two", "two"]
    assert house.health() == [
        ("one", DEGRADED, "1 failure in a row"),
        ("one", DOWN, "2 failures in a row; back-off 2 s"),
    ]
    decision = house.om.orders()[-1].routing
    assert decision is not None
    assert [(one.verdict, one.text) for one in decision.candidates] == [
        (RouteVerdict.TAKEN, ""),
        (RouteVerdict.DOWN, "until 14:30:02 UTC"),
    ]
    house.check_replay()


def test_one_that_cannot_be_asked_is_tried_by_one_order_where_there_is_no_other() -> None:
    house = failing(NotSent("no line"), NotSent("no line"))
    house.two.answers.extend([NotSent("no line")] * 2)
    for broker in ("one", "one", "two", "two"):
        house.buy(broker=broker)

    denied = house.buy()
    assert [(one.code, one.value) for one in denied.reasons] == [
        (ReasonCode.VENUE_DOWN, "one down (until 14:30:02 UTC); two down (until 14:30:02 UTC)")
    ]
    assert denied.reasons[0].allowed == "the order again once one of them is back; rule 1 names no other"
    house.clock.advance_by(2)
    tried = [house.buy(), house.buy(), house.buy()]

    assert brokers_of(tried) == ["one", "two", None]
    assert tried[0].routing is not None
    assert tried[0].routing.candidates[0].verdict is RouteVerdict.PROBE
    assert "an order is under way that tries it" in tried[2].reasons[0].value


def test_a_request_in_doubt_counts_as_a_failure_and_its_answer_brings_the_broker_back() -> None:
    house = failing(Unknown("timeout"), Unknown("timeout"))
    first, second = house.buy(), house.buy(broker="one")
    assert house.om.venues()[0].health is DOWN
    assert (first.is_in_doubt, second.is_in_doubt) == (True, True)

    house.om.resolve(
        first,
        evidence=Absent(is_authoritative=True, text="they do not have it"),
        by="desk",
        reason="rang them up",
    )
    assert house.om.venues()[0].health is DOWN  # A person's word is none of the broker's.
    assert house.buy().broker == "two"
    house.check_replay()


def test_refusals_are_counted_apart_and_a_refused_order_is_not_sent_again() -> None:
    house = failing(*[Refused("no", "99")] * 3)

    orders = [house.buy() for _ in range(4)]

    assert brokers_of(orders) == ["one", "one", "one", "two"]
    assert house.health() == [("one", DEGRADED, "3 refusals in a row")]
    # 125 000, 234 375, and an eighth of 765 625 more.
    assert house.om.venues()[0].reject_ppm == 330_078


def test_a_degraded_broker_gets_one_order_at_a_time_once_its_back_off_is_over() -> None:
    house = failing(NotSent("no line"))
    house.buy()
    assert brokers_of([house.buy(), house.buy()]) == ["two", "two"]

    house.clock.advance_by(2)

    # The first is unanswered, so that the second shows nothing more.
    assert brokers_of([house.buy(), house.buy()]) == ["one", "two"]


def test_what_was_unanswered_at_a_restart_says_nothing_of_the_broker() -> None:
    house = House(evolve(BOTH, health=STRICT))
    house.buy()
    again = House(evolve(BOTH, health=STRICT), store=house.store)

    assert again.om.in_doubt()
    assert [one.health for one in again.om.venues()] == [UP, UP]
    assert again.told(ev.RoutingSet) == house.told(ev.RoutingSet)
    assert len(again.told(ev.RoutingSet)) == 1


def test_without_a_table_nothing_is_remembered_any_more() -> None:
    house = failing(NotSent("no line"))
    house.buy()
    again = House(None, store=house.store)

    assert again.om.venues() == []
    assert again.told(ev.RoutingSet)[-1].routing is None
    assert again.om.orders()[0].routing is not None
    again.check_replay()


def test_a_restart_knows_which_broker_is_down() -> None:
    house = failing(NotSent("no line"), NotSent("no line"))
    house.buy()
    house.buy(broker="one")
    again = House(
        Routing(rules=(RouteRule(brokers=("one", "two"), by=RouteBy.IN_TURN),), health=STRICT),
        store=house.store,
    )

    assert [one.health for one in again.om.venues()] == [DOWN, UP]
    assert again.buy().broker == "two"
    again.check_replay()


def test_a_simulated_venue_in_an_outage_is_asked_whether_it_is_back_and_then_used_again() -> None:
    outage = Outages([(T0 + S, T0 + 6 * S)])
    house = House(evolve(BOTH, health=STRICT), *papers(outage))
    house.shows("one", "10.00", 1_000)
    house.shows("two", "10.50", 1_000)
    assert house.buy().broker == "one"

    house.clock.advance_by(1)
    lost = [house.buy(), house.buy(broker="one")]
    assert [order.is_ended for order in lost] == [True, True]
    assert house.buy().broker == "two"
    for _ in range(40):
        house.clock.advance_by(1)
        house.om.poll()
    house.shows("one", "10.00", 1_000)
    house.shows("two", "10.50", 1_000)

    assert [text for _, _, text in house.health()] == [
        "1 failure in a row",
        "2 failures in a row; back-off 2 s",
        "it was compared with the books",
    ]
    # Degraded, and its back-off is over: it may show by one order at a time that it is up.
    assert brokers_of([house.buy(), house.buy()]) == ["one", "one"]
    assert house.om.venues()[0].health is UP
    house.check_replay()


def test_latency_is_measured_from_the_answers() -> None:
    near = PaperBroker(
        [AAPL], name="one", latency=Latency(to_venue=Constant(3_000_000), from_venue=Constant(2_000_000))
    )
    house = House(BOTH, near, PaperBroker([AAPL], name="two"))
    house.shows("one", "10.00")
    house.buy(terms=Limit("9.50"), broker="one")
    house.clock.advance_to(T0 + 5_000_000)
    house.om.poll()

    standing = house.om.venues()[0]
    assert (standing.latency_ns, standing.sent, standing.waiting) == (5_000_000, 1, 0)


def test_the_share_that_executed_is_counted_of_what_was_not_taken_back() -> None:
    house = House(BOTH, *papers())
    house.shows("one", "10.00", 5)
    house.buy(20, Limit("10.00"), tif=IOC, broker="one")  # a quarter of it
    taken_back = house.buy(20, Limit("9.00"), broker="one")
    house.om.cancel(taken_back)

    assert house.om.venues()[0].fill_ppm == 1_000_000 - 750_000 // 8
    house.check_replay()


def test_what_a_venue_shows_while_the_manager_is_halted_counts_when_it_is_resumed() -> None:
    house = House()
    house.shows("one", "10.00")
    house.om._loop._halt(RuntimeError("for this test"), ())
    house.shows("one", "10.70")
    house.shows("two", "10.60")
    house.om.resume("desk", "nothing was wrong")

    assert house.buy().broker == "two"


# ------------------------------------------------------------ at the door


def test_a_table_names_brokers_that_are_attached() -> None:
    with pytest.raises(ValidationError, match=r"routing.*three.*those are: one, two"):
        House(Routing(rules=(RouteRule(brokers=("one", "three")),)))
    with pytest.raises(ValidationError, match=r"four"):
        House(evolve(BOTH, venues=(Venue(broker="four"),)))
    with pytest.raises(ValidationError, match=r"pass Routing\(\.\.\.\)"):
        House({"AAPL": "one"})  # type: ignore[arg-type]
    assert BrokerName("one") in {one.broker for one in House().om.venues()}
