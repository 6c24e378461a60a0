"""Stops that are held here and reached while they may not be sent: they wait, and go once they may."""

from __future__ import annotations

from typing import Final

import pytest

from oms.model import events as ev
from oms.model.enums import AnomalyCode, ExecType, Life, OrdStatus, SecurityTradingStatus, Side
from oms.model.ids import Symbol, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.market import TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.reasons import ReasonCode
from oms.model.reports import ExecutionReport, NotSent
from oms.model.routing_table import HealthRules, RouteRule, Routing
from oms.model.security_status import SecurityStatus
from oms.model.terms import Market, MarketIfTouched, Stop, StopLimit, Terms, TrailingStopLimit
from oms.model.time_in_force import GTC, GoodForTime, TimeInForce
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, T0, ScriptedBroker, d
from tests.unit.runtime.test_routing import House

RULES: Final = HealthRules(degraded_after=1, down_after=1, backoff_s=20)
ROUTING: Final = Routing(rules=(RouteRule(brokers=("one", "two")),), health=RULES)
AT_8: Final = Stop("8")
TOLD: Final = "its price has come, and it waits until it may be sent: "


class Street(House):
    """The two brokers, and trades that everybody sees."""

    def __init__(self, store: MemoryEventStore | None = None) -> None:
        super().__init__(ROUTING, store=store)

    def prints(self, px: str) -> None:
        self.om.update(TradePrint(Symbol("AAPL"), self.clock.now_ns(), d(px), d(1)))

    def stop(self, terms: Terms = AT_8, tif: TimeInForce = GTC, *, broker: str | None = None) -> Order:
        return self.om.submit("AAPL", Side.SELL, 10, terms, tif=tif, broker=broker)

    def goes_down(self) -> None:
        """Both brokers fail once, and are out for 20 seconds."""
        for name, broker in (("one", self.one), ("two", self.two)):
            broker.answers.append(NotSent("no line"))
            self.buy(1, broker=name)

    def waits(self, seconds: int) -> None:
        self.clock.advance_by(seconds)
        self.om.poll()

    def acknowledges(self, order: Order) -> None:
        """The first broker says that it has an order."""
        assert self.one.sink is not None
        self.one.sink.put(
            ExecutionReport(
                exec_type=ExecType.NEW, ord_status=OrdStatus.NEW, symbol=order.symbol, side=order.side, cl_ord_id=order.cl_ord_id,
                venue_order_id=VenueOrderId("v1"), order_qty=order.order_qty, cum_qty=d(0), leaves_qty=order.order_qty,
            )
        )  # fmt: skip
        self.om.poll()

    def kinds(self, order: Order) -> list[str]:
        return [
            type(event).__name__
            for event in self.store.read()
            if isinstance(event, ev.OrderEvent) and event.order_id == order.order_id
        ]

    def notices(self) -> list[str]:
        return [one.text for one in self.om.anomalies() if one.code is AnomalyCode.NOT_RELEASED]


def reached(terms: Terms = AT_8, tif: TimeInForce = GTC) -> tuple[Street, Order]:
    """Give a street whose brokers are down, and a stop whose price has come."""
    street = Street()
    order = street.stop(terms, tif)
    if isinstance(terms, TrailingStopLimit):
        street.prints("9")
    street.goes_down()
    street.prints("11.5" if isinstance(terms, MarketIfTouched) else "7.90")
    return street, order


@pytest.fixture(scope="module", autouse=True)
def codecs() -> None:
    """What is made once is made before the first test, which is not to pay for it."""
    street, _ = reached()
    street.waits(30)
    street.check_replay()
    Street(street.store).om.poll()
    clock = limited(1)[1]
    clock.advance_by(1)


@pytest.mark.parametrize(
    "terms",
    [
        Stop("8"),
        StopLimit("8", "7.50"),
        MarketIfTouched("11"),
        TrailingStopLimit(Offset("0.50"), Offset("0.10")),
    ],
    ids=["stop", "stop limit", "touched", "trail"],
)
def test_what_is_reached_while_every_broker_is_down_goes_once_one_may_be_tried(terms: Terms) -> None:
    street, order = reached(terms)

    assert (order.life, order.broker, order.reasons) == (Life.UNSENT, None, ())
    assert len(street.notices()) == 1
    assert street.notices()[0].startswith(f"{TOLD}VENUE_DOWN")
    street.check_replay()
    # Nothing is done over and over again meanwhile, nor is its price asked about anew.
    street.prints("10.00")
    before = street.om.state.version
    street.prints("10.00")
    street.waits(19)
    assert (street.om.state.version, order.life) == (before, Life.UNSENT)

    street.waits(1)

    assert (order.life, order.broker) == (Life.SENT, "one")
    assert street.kinds(order)[-3:] == ["OrderReleased", "OrderRouted", "OrderSubmitted"]
    assert len(street.notices()) == 1
    street.check_replay()


def test_one_that_was_put_off_is_sent_after_a_restart_though_its_price_is_gone() -> None:
    before, first = reached()
    street = Street(before.store)
    street.clock.advance_by(30)
    order = street.om.order(first.order_id)
    assert order.life is Life.UNSENT

    street.prints("9.50")
    street.om.poll()

    assert (order.life, order.terms, order.given_terms) == (Life.SENT, Market(), AT_8)
    assert len([one for one in street.told(ev.AnomalyRaised) if one.text.startswith(TOLD)]) == 1
    street.check_replay()


def test_of_several_one_tries_each_broker_and_the_others_follow_with_its_answer() -> None:
    street = Street()
    stops = [street.stop() for _ in range(4)]
    street.goes_down()
    street.prints("7.90")
    street.waits(20)
    assert [one.broker for one in stops] == ["one", "two", None, None]
    street.check_replay()

    street.acknowledges(stops[0])

    assert [one.broker for one in stops] == ["one", "two", "one", "one"]
    assert len(street.notices()) == 4
    street.check_replay()


def test_one_that_was_put_off_can_be_canceled() -> None:
    street, order = reached()
    street.om.cancel(order)
    street.waits(30)

    assert (order.life, order.broker) == (Life.CANCELED, None)
    street.check_replay()


def test_one_that_was_put_off_ends_with_a_mass_cancel() -> None:
    street, order = reached()
    street.om.mass_cancel()

    assert order.life is Life.CANCELED


def test_one_that_was_put_off_expires_in_its_time() -> None:
    street, order = reached(tif=GoodForTime("10"))
    street.waits(10)

    assert (order.life, order.broker) == (Life.EXPIRED, None)
    street.waits(20)
    assert street.kinds(order)[-1] == "OrderExpired"
    street.check_replay()


def test_one_that_was_put_off_is_denied_as_the_kill_switch_is_engaged() -> None:
    street, order = reached()
    street.om.kill("enough")

    assert order.life is Life.DENIED
    assert ReasonCode.KILL_SWITCH in {one.code for one in order.reasons}
    street.check_replay()


def test_one_that_was_put_off_is_not_sent_while_nobody_trades() -> None:
    street, order = reached()
    street.om.update(
        SecurityStatus(Symbol("AAPL"), street.clock.now_ns(), SecurityTradingStatus.TRADING_HALT)
    )
    street.waits(30)
    assert order.life is Life.UNSENT

    street.om.update(SecurityStatus(Symbol("AAPL"), street.clock.now_ns(), SecurityTradingStatus.RESUME))

    assert (order.life, order.broker) == (Life.SENT, "one")


def test_one_that_was_put_off_can_be_made_smaller_and_no_price_of_it_changed() -> None:
    street, order = reached()
    street.om.replace(order, order_qty=4)
    street.om.replace(order, stop_px="5")
    street.waits(20)

    assert (order.life, order.order_qty) == (Life.SENT, d(4))
    (denied,) = street.told(ev.ReplaceDenied)
    assert denied.reasons[0].field == "stop_px"


# ------------------------------------------------------------ the message rate


def limited(count: int) -> tuple[OrderManager, ManualClock, MemoryEventStore]:
    limits = RiskLimits(
        max_order_qty=None, max_order_notional=None, price_collar=None, max_open_orders=None, max_messages=count,
        message_window_s=10, off_by="me",
    )  # fmt: skip
    clock, store = ManualClock(T0), MemoryEventStore()
    om = OrderManager(
        brokers=[ScriptedBroker(name="one")], store=store, instruments=[AAPL], clock=clock, limits=limits
    )
    return om, clock, store


def test_stops_beyond_the_message_rate_go_one_after_the_other_as_it_allows() -> None:
    om, clock, store = limited(2)
    stops = [om.submit("AAPL", Side.SELL, 10, Stop("8"), tif=GTC) for _ in range(5)]
    om.update(TradePrint(Symbol("AAPL"), clock.now_ns(), d("7.90"), d(1)))
    went = [sum(one.life is Life.SENT for one in stops)]
    for _ in range(2):
        clock.advance_by(10)
        om.poll()
        went.append(sum(one.broker is not None for one in stops))

    assert went == [2, 4, 5]
    submitted = [event.order_id for event in store.read() if isinstance(event, ev.OrderSubmitted)]
    assert submitted == [one.order_id for one in stops]
    assert [one.text.startswith(f"{TOLD}MSG_RATE") for one in om.anomalies()] == [True] * 3


def test_what_is_refused_for_good_is_denied_though_the_rate_is_reached_too() -> None:
    om, clock, _ = limited(1)
    stop = om.submit("AAPL", Side.SELL, 10, Stop("8"), tif=GTC)
    om.submit("AAPL", Side.BUY, 10, StopLimit("11", "12"), tif=GTC)
    om.kill("enough")
    om.update(TradePrint(Symbol("AAPL"), clock.now_ns(), d("7.90"), d(1)))

    assert stop.life is Life.DENIED
