"""A whole order that its broker refuses or does not execute: what goes to the next one, when, and that nothing is there twice."""
# pyright: reportPrivateUsage=false
# ruff: noqa: ANN401  # an answer of a script may be anything

from __future__ import annotations

from typing import Any, Final

import pytest
from attrs import evolve

from oms.brokers.paper import PaperBroker
from oms.engine.fingerprint import describe
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.errors import ValidationError
from oms.model.decimals import exact_arithmetic
from oms.model.enums import ExecType, Life, OrdStatus, RequestKind, Side
from oms.model.events import OrderRejected
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.reports import Absent, ExecutionReport, NotSent, Refused, Unknown
from oms.model.routing import RouteVerdict
from oms.model.routing_table import Reroute, RouteBy, RouteRule, Routing
from oms.model.terms import Limit, Strategy, Terms
from oms.model.time_in_force import DAY, FOK, IOC, TimeInForce
from oms.projections.positions import Positions
from oms.projections.story import tell_story
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import state_hash
from oms.simulation.fees import MakerTaker
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_ALL, T0, ScriptedBroker, d
from tests.smart_desk import Desk

BOTH_KINDS: Final = (Reroute.REFUSED, Reroute.EXPIRED)
RULE: Final = RouteRule(brokers=("one", "two"), reroute=BOTH_KINDS)
LIMIT: Final = Limit("10.05")


def desk_of(*brokers: Any, rule: RouteRule = RULE, store: MemoryEventStore | None = None) -> Desk:
    """A manager whose orders go to another broker where they are refused."""
    desk = Desk(*brokers, rule=rule, store=store)
    desk.shows("one", "10.00")
    desk.shows("two", "10.01")
    return desk


def buy(desk: Desk, qty: int = 100, tif: TimeInForce = DAY, terms: Terms = LIMIT, **more: Any) -> Order:
    return desk.om.submit("AAPL", Side.BUY, qty, terms, tif=tif, **more)


def orders(desk: Desk) -> list[tuple[int, str | None, int, str]]:
    """Give every order: its number, broker, quantity, and how it lives."""
    return [
        (order.order_id, order.broker, int(order.order_qty), order.life.value) for order in desk.om.orders()
    ]


def check_replay(desk: Desk) -> None:
    """What the journal makes again, and what a snapshot holds, is what is held to be true."""
    again = State()
    with exact_arithmetic():
        for event in desk.store.read():
            again.apply(event)
    assert describe(again) == describe(desk.om.state)
    text = dump(desk.om.state, desk.om.positions)
    state, positions = State(), Positions()
    load(text, state, positions)
    assert state_hash(state, positions) == desk.om.state_hash()


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    desk = desk_of()
    desk.one.answers.append(Refused("no", "99"))
    buy(desk)
    check_replay(desk)


# ------------------------------------------------------------ what goes on


def test_an_order_that_is_refused_goes_to_the_next_broker_and_both_say_so() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("not today", "99"))

    order = buy(desk)

    assert orders(desk) == [(1, "one", 100, "rejected"), (2, "two", 100, "sent")]
    second = desk.om.order(2)
    decision = order.routing
    assert decision is not None
    assert second.routing == decision
    assert (decision.after, decision.successor, decision.qty) == (1, 2, d(100))
    assert [(one.broker, one.verdict, one.text) for one in decision.candidates] == [
        ("two", RouteVerdict.TAKEN, ""),
        ("one", RouteVerdict.TRIED, "it refused order 1"),
    ]
    assert (decision.best_broker, decision.best_px) == ("one", d("10.00"))
    assert str(decision).startswith(
        "100 left of order 1 to place by rule 1; the best price was 100 at 10 at one\n"
    )
    assert [second.terms, second.time_in_force, second.account] == [LIMIT, DAY, order.account]
    told = [step.text for step in tell_story(desk.store.read(), order.order_id).steps]
    assert any("100 left: 100 to two at 10.01 as order 2; one tried before" in line for line in told)
    check_replay(desk)


def test_an_order_that_never_left_goes_on_too() -> None:
    desk = desk_of()
    desk.one.answers.append(NotSent("no line"))
    buy(desk)

    assert orders(desk) == [(1, "one", 100, "rejected"), (2, "two", 100, "sent")]


@pytest.mark.parametrize("kind", [ExecType.CANCELED, ExecType.EXPIRED])
def test_what_a_broker_does_not_execute_at_once_goes_on(kind: ExecType) -> None:
    desk = desk_of()
    order = buy(desk, tif=IOC)
    desk.says(desk.one, order, ExecType.TRADE, cum=60, last=60)
    assert len(orders(desk)) == 1

    desk.says(desk.one, order, kind, cum=60)

    assert orders(desk)[1:] == [(2, "two", 40, "sent")]
    assert desk.om.order(2).time_in_force == IOC
    routing = order.routing
    assert routing is not None
    assert [one.text for one in routing.candidates] == ["", "it did not execute order 1"]
    check_replay(desk)


def test_where_every_broker_was_tried_it_ends_and_says_so() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("no", "99"))
    desk.two.answers.append(Refused("no", "99"))

    buy(desk)

    assert orders(desk) == [(1, "one", 100, "rejected"), (2, "two", 100, "rejected")]
    decision = desk.om.order(2).routing
    assert decision is not None
    assert (decision.after, decision.successor, decision.taken) == (2, None, ())
    assert [(one.broker, one.text) for one in decision.candidates] == [
        ("one", "it refused order 1"),
        ("two", "it refused order 2"),
    ]
    assert [len(broker.requests) for broker in (desk.one, desk.two)] == [1, 1]
    check_replay(desk)


def test_what_was_done_about_an_end_is_not_done_again_where_its_events_are_still_there() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("no", "99"))
    buy(desk)
    (rejected,) = [event for event in desk.store.read() if isinstance(event, OrderRejected)]
    engine = desk.om._engine
    # As after an input that has failed.
    engine.state.fresh.append(rejected)
    with exact_arithmetic():
        engine._venues._rerouting.follow([])
    engine.state.fresh.clear()

    assert len(orders(desk)) == 2


def test_in_turn_it_goes_to_the_next_of_the_rule() -> None:
    three = ScriptedBroker(name="three")
    one, two = ScriptedBroker(Refused("no", "99"), name="one"), ScriptedBroker(Refused("no", "1"), name="two")
    rule = RouteRule(brokers=("one", "two", "three"), by=RouteBy.IN_TURN, reroute=(Reroute.REFUSED,))
    desk = Desk(one, two, three, rule=rule)

    buy(desk)

    assert [order[1] for order in orders(desk)] == ["one", "two", "three"]


def test_each_of_them_passes_the_gate() -> None:
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar=None, max_open_orders=None, max_messages=1,
        message_window_s=60, off_by="me",
    )  # fmt: skip
    om = OrderManager(
        brokers=[ScriptedBroker(Refused("no", "99"), name="one"), ScriptedBroker(name="two")],
        store=MemoryEventStore(), instruments=[AAPL], clock=ManualClock(T0), limits=limits, routing=Routing(rules=(RULE,)),
    )  # fmt: skip

    om.submit("AAPL", Side.BUY, 10, LIMIT)

    first, second = om.orders()
    assert (first.life, second.life) == (Life.REJECTED, Life.DENIED)
    assert [reason.code for reason in second.reasons] == [ReasonCode.MSG_RATE]
    assert first.routing is not None
    assert first.routing.successor == second.order_id


# ------------------------------------------------------------ what does not


def test_nothing_goes_on_unless_the_rule_says_so() -> None:
    plain = desk_of(rule=RouteRule(brokers=("one", "two")))
    plain.one.answers.append(Refused("no", "99"))
    buy(plain)
    expired = desk_of(rule=RouteRule(brokers=("one", "two"), reroute=(Reroute.EXPIRED,)))
    expired.one.answers.append(Refused("no", "99"))
    buy(expired)
    refused = desk_of(rule=RouteRule(brokers=("one", "two"), reroute=(Reroute.REFUSED,)))
    refused.says(refused.one, buy(refused, tif=FOK), ExecType.EXPIRED)

    assert [len(orders(desk)) for desk in (plain, expired, refused)] == [1, 1, 1]


def test_what_rests_and_expires_or_is_taken_off_by_its_venue_is_not_sent_elsewhere() -> None:
    for kind in (ExecType.EXPIRED, ExecType.CANCELED):
        desk = desk_of()
        desk.says(desk.one, buy(desk), kind)
        assert len(orders(desk)) == 1


def test_what_somebody_wants_back_is_not_sent_elsewhere() -> None:
    desk = desk_of()
    order = buy(desk, tif=IOC)
    desk.om.cancel(order)
    desk.says(desk.one, order, ExecType.EXPIRED)
    asked = buy(desk)
    desk.om.cancel(asked)
    desk.says(desk.one, asked, ExecType.REJECTED)

    assert len(orders(desk)) == 2


def test_what_somebody_makes_smaller_or_cheaper_is_not_sent_elsewhere_as_it_was() -> None:
    refused = desk_of()
    order = buy(refused)
    refused.om.replace(order, order_qty=30, price="10.00")
    refused.says(refused.one, order, ExecType.REJECTED)
    expired = desk_of()
    cut = buy(expired, tif=IOC)
    expired.says(expired.one, cut, ExecType.TRADE, cum=30, last=30)
    expired.om.replace(cut, order_qty=40)
    expired.says(expired.one, cut, ExecType.EXPIRED, cum=30)

    assert orders(refused) == [(1, "one", 100, "rejected")]
    assert orders(expired) == [(1, "one", 100, "expired")]


@pytest.mark.parametrize("known", [0, 10])
def test_an_order_of_which_its_broker_has_executed_more_than_is_known_is_not_sent_elsewhere(
    known: int,
) -> None:
    desk = desk_of()
    order = buy(desk, tif=IOC)
    if known:
        desk.says(desk.one, order, ExecType.TRADE, cum=known, last=known)

    desk.says(desk.one, order, ExecType.EXPIRED, cum=30)

    assert orders(desk) == [(1, "one", 100, "expired")]
    assert desk.om.anomalies()[-1].counted_qty == d(30)


def test_a_replace_that_is_denied_changes_nothing_of_what_goes_on() -> None:
    desk = desk_of()
    order = buy(desk)
    desk.om.replace(order, price="10.001")
    assert len(order.outstanding_requests) == 1

    desk.says(desk.one, order, ExecType.REJECTED)

    assert orders(desk)[1:] == [(2, "two", 100, "sent")]


def test_what_may_be_there_after_all_is_not_sent_elsewhere() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("duplicate order", "6"))

    buy(desk)

    assert len(orders(desk)) == 1


def test_an_order_to_a_named_broker_stays_there() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("no", "99"))
    buy(desk, broker="one")

    assert len(orders(desk)) == 1


def test_parts_of_orders_that_are_worked_here_are_for_their_algorithm() -> None:
    desk = desk_of()
    desk.one.answers.append(Refused("no", "99"))
    desk.om.submit("AAPL", Side.BUY, 20, Strategy("twap", {"duration": 60, "slices": 1}))

    assert orders(desk)[1:] == [(2, "one", 20, "rejected")]


def test_after_a_while_nothing_goes_on_any_more() -> None:
    rule = RouteRule(brokers=("one", "two"), reroute=BOTH_KINDS, reroute_within_s=5)
    late, in_time = desk_of(rule=rule), desk_of(rule=rule)
    for desk, seconds in ((late, 6), (in_time, 5)):
        order = buy(desk)
        desk.clock.advance_by(seconds)
        desk.says(desk.one, order, ExecType.REJECTED)

    assert (len(orders(late)), len(orders(in_time))) == (1, 2)


@pytest.mark.parametrize(("seconds", "count"), [(4, 4), (5, 3)])
def test_how_long_it_goes_on_counts_from_the_first_order(seconds: int, count: int) -> None:
    names = ("one", "two", "three", "four")
    brokers = {name: ScriptedBroker(name=name) for name in names}
    rule = RouteRule(brokers=names, by=RouteBy.IN_TURN, reroute=BOTH_KINDS, reroute_within_s=14)
    store = MemoryEventStore()
    desk = Desk(*brokers.values(), rule=rule, store=store)
    first = buy(desk)
    for _ in range(3):
        desk.clock.advance_by(seconds)
        last = desk.om.orders()[-1]
        desk.says(brokers[last.broker or ""], last, ExecType.REJECTED)

    assert [order[1] for order in orders(desk)] == list(names[:count])
    assert first.routing is not None
    assert first.routing.after == first.order_id
    following = desk.om.orders()[-1].routing
    assert following is not None
    assert following.after == first.order_id
    check_replay(desk)


def test_while_the_kill_switch_is_engaged_nothing_goes_on() -> None:
    desk = desk_of()
    order = buy(desk)
    desk.om.kill("too much")
    desk.says(desk.one, order, ExecType.REJECTED)

    assert len(orders(desk)) == 1


# ------------------------------------------------------------ no double exposure


def test_an_order_in_doubt_is_not_sent_elsewhere_before_its_broker_has_spoken() -> None:
    desk = desk_of()
    desk.one.answers.append(Unknown("timeout"))
    order = buy(desk)
    desk.clock.advance_by(20)
    desk.om.poll()

    assert order.is_in_doubt
    assert len(orders(desk)) == 1
    desk.says(desk.one, order, ExecType.REJECTED)
    assert orders(desk)[1:] == [(2, "two", 100, "sent")]


def test_an_order_in_doubt_that_a_person_settles_is_not_sent_elsewhere() -> None:
    desk = desk_of()
    desk.one.answers.append(Unknown("timeout"))
    order = buy(desk)

    desk.om.resolve(order, Absent(is_authoritative=True, text="not there"), by="desk", reason="rang them up")

    assert orders(desk) == [(1, "one", 100, "rejected")]


def test_a_restart_in_between_sends_nothing_twice() -> None:
    desk = desk_of()
    buy(desk)
    again = desk_of(store=desk.store)
    order = again.om.order(1)
    assert order.is_in_doubt
    assert orders(again) == [(1, "one", 100, "sent")]

    # What its broker says now of the order of before goes on; a second restart does not repeat it.
    again.says(again.one, order, ExecType.REJECTED)
    assert orders(again)[1:] == [(2, "two", 100, "sent")]
    third = desk_of(store=desk.store)
    third.says(third.one, third.om.order(1), ExecType.REJECTED)

    assert [(order[0], order[1]) for order in orders(third)] == [(1, "one"), (2, "two")]
    assert third.two.requests == []
    assert third.om.order(2).is_in_doubt
    check_replay(third)


def test_what_was_sent_in_place_of_an_order_that_executes_after_all_is_taken_back() -> None:
    desk = desk_of()
    order = buy(desk, tif=IOC)
    desk.says(desk.one, order, ExecType.EXPIRED)
    second = desk.om.order(2)
    desk.says(desk.two, second, ExecType.NEW)

    desk.says(desk.one, order, ExecType.TRADE, cum=30, last=30)

    assert [one.kind for one in second.outstanding_requests] == [RequestKind.CANCEL]
    desk.says(desk.two, second, ExecType.CANCELED)
    # It was taken back here, and so goes nowhere either.
    assert len(orders(desk)) == 2


def test_what_was_sent_in_place_of_an_order_that_lives_after_all_is_taken_back() -> None:
    can = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, reinstates=True))
    one, two = ScriptedBroker(name="one", can=can), ScriptedBroker(name="two")
    desk = desk_of(one, two)
    order = buy(desk)
    desk.says(one, order, ExecType.NEW)
    desk.says(one, order, ExecType.REJECTED)
    second = desk.om.order(2)
    desk.says(two, second, ExecType.NEW)
    assert one.sink is not None
    one.sink.put(
        ExecutionReport(
            exec_type=ExecType.RESTATED, ord_status=OrdStatus.NEW, symbol=order.symbol, side=order.side,
            cl_ord_id=order.cl_ord_id, venue_order_id=order.venue_order_id, order_qty=order.order_qty, cum_qty=d(0),
            leaves_qty=order.order_qty,
        )
    )  # fmt: skip
    desk.om.poll()

    assert order.life is Life.LIVE
    assert [asked.kind for asked in second.outstanding_requests] == [RequestKind.CANCEL]


# ------------------------------------------------------------ two simulated venues


def test_what_the_cheaper_venue_has_not_goes_to_the_dearer_one() -> None:
    venues = [
        PaperBroker([AAPL], name=name, fees=MakerTaker(maker_bps=0, taker_bps=bps))
        for name, bps in (("one", 1), ("two", 5))
    ]
    desk = desk_of(*venues)
    desk.shows("one", "10.00", 30)
    desk.shows("two", "10.01", 50)

    order = buy(desk, 70, tif=IOC)

    assert [(one.broker, one.order_qty, one.cum_qty, one.avg_px) for one in desk.om.orders()] == [
        ("one", d(70), d(30), d("10.00")),
        ("two", d(40), d(40), d("10.01")),
    ]
    assert order.routing is not None
    assert order.routing.successor == 2


def test_a_venue_that_does_not_know_the_instrument_is_passed_by() -> None:
    other = Instrument(symbol="MSFT", currency="USD", tick="0.01")
    desk = desk_of(PaperBroker([other], name="one"), PaperBroker([AAPL], name="two"))

    buy(desk, 10)

    assert [(order.broker, order.life) for order in desk.om.orders()] == [
        ("one", Life.REJECTED),
        ("two", Life.LIVE),
    ]


# ------------------------------------------------------------ at the door


def test_a_rule_that_sends_on_names_another_broker() -> None:
    with pytest.raises(ValidationError, match="name another broker"):
        RouteRule(brokers=("one",), reroute=BOTH_KINDS)
    with pytest.raises(ValidationError, match="members of Reroute"):
        RouteRule(brokers=("one", "two"), reroute=("refused",))
    with pytest.raises(ValidationError, match="each once"):
        RouteRule(brokers=("one", "two"), reroute=(Reroute.REFUSED, Reroute.REFUSED))
    with pytest.raises(ValidationError, match="reroute_within_s"):
        RouteRule(brokers=("one", "two"), reroute_within_s=0)
