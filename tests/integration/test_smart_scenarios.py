"""What an order over two simulated venues does where replies are lost, parts are refused or come back, and what it says of each decision.

Each test is about one promise of smart order routing: no double exposure while a cancel is unanswered; parts that are rejected or expire
go elsewhere; every decision is explained; and the best that was to be had as it was made is on record beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.brokers.paper import PaperBroker
from oms.model import events as ev
from oms.model.enums import ExecType, Life, RequestKind
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.routing import RouteDecision, RouteVerdict
from oms.simulation.faults import Fate, FaultModel, Outages, Rejects, ReportFate
from oms.simulation.latency import Constant, Latency
from tests.fakes import AAPL, T0, S, d
from tests.smart_desk import Desk

MS: Final = 1_000_000
SLOW: Final = Latency(to_venue=Constant(5 * MS), from_venue=Constant(5 * MS))


class Market(Desk):
    """A manager over two simulated venues, of which the first may be at fault."""

    def __init__(self, fault: FaultModel | None = None, latency: Latency | None = None) -> None:
        self.venues = tuple(
            PaperBroker([AAPL], name=name, faults=fault if name == "one" else None, latency=latency)
            for name in ("one", "two")
        )
        super().__init__(*self.venues)

    def wait_ms(self, ms: int) -> None:
        self.clock.advance_to(self.clock.now_ns() + ms * MS)
        self.om.poll()

    def executed(self, venue: int) -> Decimal:
        """Give what a venue has really executed, whoever has heard of it."""
        found: list[ExecutionReport] = list(self.venues[venue].executed)
        return sum((one.last_qty or d(0) for one in found if one.exec_type is ExecType.TRADE), d(0))

    def sent(self, broker: str) -> Decimal:
        """Give how much was sent to a broker in all, as it was sent."""
        created = [event for event in self.store.read() if isinstance(event, ev.OrderCreated)]
        going = (one.order_qty for one in created if self.om.order(one.order_id).broker == broker)
        return sum(going, d(0))

    def decisions(self, order: Order) -> list[RouteDecision]:
        """Give every decision about an order that is on record."""
        told = (event for event in self.store.read() if isinstance(event, ev.OrderRouted))
        return [event.decision for event in told if event.order_id == order.order_id]


# ------------------------------------------------------------ no double exposure while a cancel is unanswered


def test_nothing_is_sent_elsewhere_while_the_reply_to_a_cancel_is_lost() -> None:
    """What rests at one is wanted back for what two shows; one does as it is told, and for ten seconds nobody hears of it."""
    deaf = Outages([(T0 + 10 * S, T0 + 20 * S)], requests=Fate.UNANSWERED, reports=ReportFate.LOST)
    market = Market(deaf)
    market.shows("one", "10.50")
    order = market.buy(40)
    assert market.parts(order) == [("one", 40, "rest 10.05")]
    (rest,) = market.om.children(order)
    market.clock.advance_by(12)

    market.shows("two", "10.02", 500)

    assert [one.kind for one in rest.outstanding_requests] == [RequestKind.CANCEL]
    for second in range(7):
        market.clock.advance_by(1)
        market.shows("two", f"10.0{second % 3}", 500)
        market.om.poll()
        # At one nothing works any more, which nobody here can know.
        assert market.executed(0) == 0
        assert market.parts(order) == [("one", 40, "rest 10.05")]
        assert market.executed(1) == 0
        assert market.om.work(order).working + market.om.work(order).filled == 40
        market.check(order)

    for _ in range(30):
        market.clock.advance_by(5)
        market.shows("two", "10.02", 500)
        market.om.poll()
    assert rest.life is Life.CANCELED
    assert (market.executed(0), market.executed(1)) == (d(0), d(40))
    assert order.cum_qty == 40
    market.check(order)


# ------------------------------------------------------------ parts that are rejected or expire go elsewhere


def test_a_part_that_a_venue_rejects_goes_to_the_other_and_the_first_gets_the_next_once_it_is_forgiven() -> (
    None
):
    closed = Rejects(1, windows=[(T0, T0 + S // 2)], text="closed")
    market = Market(closed, SLOW)
    market.shows("one", "10.01", 60)
    market.shows("two", "10.02", 80)
    order = market.buy(100)
    assert market.parts(order) == [("one", 60, "take 10.01"), ("two", 40, "take 10.02")]

    market.wait_ms(10)

    first = market.om.children(order)[0]
    assert first.life is Life.REJECTED
    # 40 of the 80 were sent for: as much goes there again, and 20 rest, neither of it at the one that refused.
    assert market.parts(order)[2:] == [("two", 40, "take 10.02"), ("two", 20, "rest 10.05")]
    market.wait_ms(10)
    assert market.executed(1) == 80
    market.check(order)

    market.wait_ms(1_000)
    market.shows("one", "10.00", 30)
    for _ in range(6):
        market.wait_ms(10)
    assert (market.executed(0), market.executed(1)) == (d(20), d(80))
    assert order.is_filled
    market.check(order)


def test_a_part_that_expires_since_the_market_was_faster_goes_to_the_other() -> None:
    market = Market(latency=SLOW)
    market.shows("one", "10.01", 60)
    market.shows("two", "10.03", 60)
    order = market.buy(60)
    assert market.parts(order) == [("one", 60, "take 10.01")]
    market.wait_ms(2)
    market.shows("one", "10.20", 60)
    assert len(market.om.children(order)) == 1

    market.wait_ms(8)

    (first, _) = market.om.children(order)
    assert first.life in {Life.EXPIRED, Life.CANCELED}
    assert market.parts(order)[1:] == [("two", 60, "take 10.03")]
    market.wait_ms(10)
    assert (market.executed(0), market.executed(1)) == (d(0), d(60))
    assert order.is_filled
    market.check(order)


# ------------------------------------------------------------ every decision is explained


def test_every_part_follows_a_decision_that_names_each_venue_its_score_and_why() -> None:
    closed = Rejects(1, windows=[(T0, T0 + S // 2)], text="closed")
    market = Market(closed, SLOW)
    market.shows("one", "10.01", 60)
    market.shows("two", "10.02", 80)
    order = market.buy(300)
    for ask in ("10.01", "10.04", None, "10.03"):
        market.wait_ms(400)
        market.shows("one", ask, 30)
        market.wait_ms(400)
        market.shows("two", ask, 20)
    market.wait_ms(100)

    decisions = market.decisions(order)
    assert len(decisions) > 4
    assert order.routing == decisions[-1]
    for decision in decisions:
        assert {one.broker for one in decision.candidates} == {"one", "two"}
        for one in decision.candidates:
            is_wanted = one.verdict in {RouteVerdict.TAKEN, RouteVerdict.ONCE_FREED}
            assert is_wanted is bool(one.qty)
            assert one.score is not None or one.px is None
            assert one.verdict is not RouteVerdict.TRIED or one.text.startswith("it refused a part")
            assert f"{one.broker} ({one.health.value})" in str(decision)
            assert one.verdict.value in str(decision)
    # What the decisions give to each venue is what was sent there, and nothing else was.
    for broker in ("one", "two"):
        given = sum((one.qty for each in decisions for one in each.taken if one.broker == broker), d(0))
        assert given == market.sent(broker), broker
    verdicts = {one.verdict for each in decisions for one in each.candidates}
    assert {RouteVerdict.TAKEN, RouteVerdict.TRIED, RouteVerdict.NOTHING_SHOWN} <= verdicts


# ------------------------------------------------------------ the best that was to be had is beside the choice


def test_the_best_price_that_anybody_showed_is_beside_the_choice_also_where_it_was_not_to_be_had() -> None:
    closed = Rejects(1, windows=[(T0, T0 + S // 2)], text="closed")
    market = Market(closed, SLOW)
    market.shows("one", "10.01", 60)
    market.shows("two", "10.03", 80)
    order = market.buy(50)
    market.wait_ms(10)
    market.shows("one", "10.00", 70)
    market.shows("two", "10.02", 70)

    first, second = market.decisions(order)

    assert [(one.broker, one.px, one.qty) for one in first.taken] == [("one", d("10.01"), d(50))]
    assert (first.best_broker, first.best_px, first.best_size) == ("one", d("10.01"), d(60))
    # The one that showed the better price has refused, and is left alone for a second.
    assert [(one.broker, one.px, one.qty) for one in second.taken] == [("two", d("10.03"), d(50))]
    assert (second.best_broker, second.best_px, second.best_size) == ("one", d("10.01"), d(60))
    assert [one.time_ns for one in (first, second)] == [T0, T0 + 10 * MS]
