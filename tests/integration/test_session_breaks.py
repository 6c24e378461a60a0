"""A break of Tokyo's session, by its calendar: what waits here and at the venue stands still in it. Cases worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest

from oms.brokers.paper import PaperBroker
from oms.calendars.sessions import CalendarSessions
from oms.calendars.weekly import Hours, WeeklyCalendar
from oms.engine.invariants import check_state
from oms.model.enums import HeldPolicy, Life, PegPriceType, SessionPhase, Side, TriggerPriceType
from oms.model.events import SessionChanged, TriggerMissed
from oms.model.market import Quote, TradePrint
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.sessions import to_ns
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import (
    DAY,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    TimeInForce,
    in_words,
)
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.latency import Constant, Latency
from oms.stores.memory import MemoryEventStore
from tests.properties.test_parity import INSTRUMENT, Plain, X

LUNCH = ((time(11, 30), time(12, 30)),)
TOKYO = WeeklyCalendar(
    "XTKS", "Asia/Tokyo", dict.fromkeys(range(5), Hours(open=time(9), close=time(15, 30), breaks=LUNCH))
)
BOTH = pytest.mark.parametrize("broker", [PaperBroker, Plain], ids=["at the venue", "held here"])


def how(order: Order) -> str:
    """What has become of an order."""
    return "filled" if order.is_filled else order.life.value


def at(hour: int, minute: int, *, day: int = 6, second: int = 0) -> int:
    """A moment of January 2026 in Tokyo; the 6th is a Tuesday."""
    return to_ns(datetime(2026, 1, day, hour, minute, second, tzinfo=UTC)) - 9 * 3_600_000_000_000


class Tokyo:
    """A manager with that calendar, from eleven o'clock on."""

    def __init__(
        self, broker: type[PaperBroker] = Plain, start_ns: int = at(11, 0), latency: Latency | None = None
    ) -> None:
        self.clock, self.store = ManualClock(start_ns), MemoryEventStore()
        self.broker = broker([INSTRUMENT], latency=latency)
        self.om = self._open(HeldPolicy.RELEASE)

    def _open(self, policy: HeldPolicy) -> OrderManager:
        return OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            sessions=CalendarSessions(TOKYO),
            after_restart=policy,
        )

    def restart(
        self, at_ns: int | None = None, policy: HeldPolicy = HeldPolicy.RELEASE, *, snapshot: bool = False
    ) -> None:
        """Another process takes over, at another time if one is given."""
        if snapshot:
            self.om.snapshot()
        journal, saved = list(self.store.read()), self.store.snapshot()
        self.om.close()
        self.store = MemoryEventStore()
        self.store.append(journal, 0)
        if saved is not None:
            self.store.save_snapshot(*saved)
        if at_ns is not None:
            self.clock.advance_to(at_ns)
        self.om = self._open(policy)

    def go(self, to: int) -> None:
        self.clock.advance_to(to)
        self.om.poll()

    def quote(self, bid: str, ask: str) -> None:
        self.om.update(Quote(X, self.clock.now_ns(), bid, 20, ask, 20))

    def trade(self, px: str) -> None:
        self.om.update(TradePrint(X, self.clock.now_ns(), px, 5))

    def buy(self, qty: int, terms: Terms, tif: TimeInForce = GTC) -> Order:
        return self.om.submit(X, Side.BUY, qty, terms, tif=tif)

    def sell(self, qty: int, terms: Terms, tif: TimeInForce = GTC) -> Order:
        return self.om.submit(X, Side.SELL, qty, terms, tif=tif)

    def phases(self) -> list[tuple[SessionPhase, int]]:
        told = (event for event in self.store.read() if isinstance(event, SessionChanged))
        return [(event.phase, event.changed_ns) for event in told]

    def check(self) -> None:
        assert check_state(self.om.state) == ()
        assert self.om.anomalies() == []


@pytest.fixture
def tokyo() -> Iterator[Tokyo]:
    desk = Tokyo()
    yield desk
    desk.check()
    desk.om.close()


MORNING = (SessionPhase.OPEN, at(9, 0))
LUNCH_BEGINS, LUNCH_ENDS = (SessionPhase.HALTED, at(11, 30)), (SessionPhase.OPEN, at(12, 30))


def test_a_break_begins_and_ends_in_its_nanosecond_and_is_journaled(tokyo: Tokyo) -> None:
    seen = []
    for moment in (at(11, 30) - 1, at(11, 30), at(12, 30) - 1, at(12, 30), at(15, 30)):
        tokyo.go(moment)
        sessions = tokyo.om.state.sessions
        seen.append((sessions.is_closed(X), sessions.has_break(X), sessions.trade_date(X)))
    day = "20260106"
    assert seen == [
        (False, False, day),
        (True, True, day),
        (True, True, day),
        (False, False, day),
        (True, False, day),
    ]
    assert tokyo.phases() == [MORNING, LUNCH_BEGINS, LUNCH_ENDS, (SessionPhase.CLOSED, at(15, 30))]


def test_a_manager_that_starts_in_a_break_knows_it() -> None:
    tokyo = Tokyo(start_ns=at(12, 0))
    assert tokyo.phases() == [LUNCH_BEGINS]
    stop = tokyo.sell(5, Stop("95"), DAY)
    tokyo.quote("93", "94")
    tokyo.trade("94")
    assert stop.life is Life.UNSENT
    tokyo.go(at(12, 30))
    tokyo.trade("94")
    assert stop.is_filled
    assert tokyo.om.state.sessions.trade_date(X) == "20260106"
    tokyo.check()


@pytest.mark.parametrize("snapshot", [False, True])
def test_so_does_one_that_takes_over_in_it(tokyo: Tokyo, *, snapshot: bool) -> None:
    tokyo.quote("99", "100")
    stop = tokyo.sell(5, Stop("95"), DAY).order_id
    tokyo.go(at(11, 30))
    before = tokyo.om.state_hash()
    tokyo.restart(at(12, 0), snapshot=snapshot)
    tokyo.trade("94")
    assert tokyo.om.order(stop).life is Life.UNSENT
    tokyo.restart(snapshot=snapshot)
    assert tokyo.phases() == [MORNING, LUNCH_BEGINS]
    assert tokyo.om.state.sessions.has_break(X)
    assert before != tokyo.om.state_hash()  # it has started since
    tokyo.go(at(12, 30))
    tokyo.quote("99", "100")
    tokyo.trade("94")
    assert tokyo.om.order(stop).is_filled


@pytest.mark.parametrize(
    ("stopped", "started", "told"),
    [
        ((11, 20), (12, 0), [MORNING, LUNCH_BEGINS]),
        ((11, 20), (13, 0), [MORNING, LUNCH_BEGINS, LUNCH_ENDS]),
        ((12, 0), (13, 0), [MORNING, LUNCH_BEGINS, LUNCH_ENDS]),
        ((11, 20), (16, 0), [MORNING, LUNCH_BEGINS, LUNCH_ENDS, (SessionPhase.CLOSED, at(15, 30))]),
    ],
    ids=["before it, in it", "before it, after it", "in it, after it", "before it, in the evening"],
)
def test_what_of_it_nobody_heard_is_told_at_the_start(
    tokyo: Tokyo, stopped: tuple[int, int], started: tuple[int, int], told: list[tuple[SessionPhase, int]]
) -> None:
    order = tokyo.buy(5, Limit("90"), DAY).order_id
    tokyo.go(at(*stopped))
    tokyo.restart(at(*started))
    assert tokyo.phases() == told
    assert tokyo.om.order(order).life is (Life.EXPIRED if started == (16, 0) else Life.LIVE)


HELD: list[tuple[str, Side, Terms]] = [
    ("stop", Side.SELL, Stop("95")),
    ("stop by quotes", Side.SELL, Stop("95", TriggerPriceType.BID_ASK)),
    ("stop by two trades", Side.SELL, Stop("95", TriggerPriceType.DOUBLE_LAST)),
    ("stop limit", Side.SELL, StopLimit("95", "90")),
    ("market if touched", Side.BUY, MarketIfTouched("95")),
    ("limit if touched", Side.BUY, LimitIfTouched("95", "99")),
    ("trailing stop", Side.SELL, TrailingStop(Offset("4"))),
    ("trailing stop limit", Side.SELL, TrailingStopLimit(Offset("4"), Offset("5"))),
]


@BOTH
@pytest.mark.parametrize(("side", "terms"), [case[1:] for case in HELD], ids=[case[0] for case in HELD])
def test_what_waits_for_a_price_waits_out_the_break_and_goes_with_the_first_one_after_it(
    broker: type[PaperBroker], side: Side, terms: Terms
) -> None:
    """At 11:00 it trades at 99; in the break far below, and up to 120, to where no trail follows; at 12:30 at 94."""
    tokyo = Tokyo(broker)
    tokyo.quote("98.5", "99.5")
    tokyo.trade("99")
    order = tokyo.om.submit(X, side, 5, terms, tif=GTC)
    tokyo.quote("98.5", "99.5")
    tokyo.trade("99")
    tokyo.go(at(11, 30))
    for px in (90, 120, 90):
        tokyo.quote(str(px - 1), str(px))
        tokyo.trade(str(px))
        tokyo.trade(str(px))
    tokyo.quote("98.5", "99.5")
    tokyo.go(at(12, 30))
    assert (int(order.cum_qty), order.life.value) == (0, "live" if broker is PaperBroker else "unsent")
    tokyo.quote("96", "97")
    tokyo.trade("96")
    assert order.cum_qty == 0
    tokyo.quote("93.5", "94.5")
    tokyo.trade("94")
    tokyo.trade("94")
    assert order.is_filled
    assert str(order.avg_px) == ("93.5" if side is Side.SELL else "94.5")
    tokyo.check()


@BOTH
@pytest.mark.parametrize("is_new", [False, True], ids=["from before", "placed in it"])
def test_a_peg_stays_through_the_break_and_follows_after_it(
    broker: type[PaperBroker], *, is_new: bool
) -> None:
    tokyo = Tokyo(broker)
    tokyo.quote("99", "100")
    if is_new:
        tokyo.go(at(11, 45))
    order = tokyo.buy(5, Pegged(PegPriceType.PRIMARY))
    tokyo.go(at(12, 0))
    tokyo.quote("97", "99.5")
    tokyo.go(at(12, 30))
    tokyo.trade("98.5")
    assert order.cum_qty == 0
    tokyo.trade("96.5")
    assert str(order.avg_px) == "97"
    tokyo.check()


@BOTH
def test_market_to_limit_takes_nothing_before_the_end_of_the_break(broker: type[PaperBroker]) -> None:
    """In it the offer is 102, and 100 as it ends."""
    tokyo = Tokyo(broker)
    tokyo.quote("99", "100")
    tokyo.go(at(12, 0))
    tokyo.quote("101", "102")
    order = tokyo.buy(5, MarketToLimit())
    tokyo.quote("99", "100")
    assert order.cum_qty == 0
    tokyo.go(at(12, 30))
    assert (order.is_filled, str(order.avg_px)) == (True, "100")
    tokyo.check()


@BOTH
@pytest.mark.parametrize(
    ("tif", "life"),
    [
        (DAY, "live"),
        (GTC, "live"),
        (GoodTillDate("20260106"), "live"),
        (GoodForTime(2_400), "expired"),
        (GoodForTime(7_200), "live"),
        (OPG, "live"),
        (GFA, "live"),
    ],
    ids=lambda one: one if isinstance(one, str) else in_words(one),
)
def test_times_in_force_over_a_break(broker: type[PaperBroker], tif: TimeInForce, life: str) -> None:
    """Seconds go on; no day ends, and no opening is held: what waits for one is worked the next morning."""
    tokyo = Tokyo(broker)
    tokyo.quote("99", "100")
    order = tokyo.buy(5, Limit("98"), tif)
    tokyo.go(at(12, 30))
    assert how(order) == life
    if tif in (OPG, GFA):
        tokyo.quote("97", "97.5")
        assert order.cum_qty == 0
        tokyo.go(at(15, 29))
        assert order.life is Life.LIVE
        tokyo.go(at(9, 0, day=7))
        assert (how(order), str(order.avg_px)) == ("filled", "97.5")
    tokyo.check()


@BOTH
@pytest.mark.parametrize("tif", [DAY, IOC, GoodForTime(3_000)], ids=in_words)
def test_a_stop_in_its_time_in_force(broker: type[PaperBroker], tif: TimeInForce) -> None:
    """Given at 11:20; forty minutes later it would have been reached, at 12:30 it is, if its fifty minutes are not over."""
    tokyo = Tokyo(broker)
    tokyo.go(at(11, 20))
    tokyo.quote("99", "100")
    order = tokyo.sell(5, Stop("95"), tif)
    tokyo.go(at(12, 0))
    tokyo.trade("94")
    assert order.cum_qty == 0
    tokyo.go(at(12, 30))
    tokyo.trade("94")
    assert how(order) == ("expired" if isinstance(tif, GoodForTime) else "filled")
    tokyo.check()


@pytest.mark.parametrize("tif", [DAY, IOC], ids=in_words)
def test_a_market_order_of_the_break_waits_at_the_venue(tokyo: Tokyo, tif: TimeInForce) -> None:
    tokyo.quote("99", "100")
    tokyo.go(at(12, 0))
    order = tokyo.buy(5, Market(), tif)
    assert order.life is Life.LIVE
    tokyo.go(at(12, 30))
    assert (order.is_filled, str(order.avg_px)) == (True, "100")


@pytest.mark.parametrize(
    ("policy", "life"),
    [(HeldPolicy.RELEASE, "filled"), (HeldPolicy.CANCEL, "canceled"), (HeldPolicy.WAIT, "unsent")],
)
def test_what_was_missed_over_a_restart_in_the_break_goes_by_the_policy(
    tokyo: Tokyo, policy: HeldPolicy, life: str
) -> None:
    """A price of the break settles nothing: the first one after it may have been reached while nobody listened."""
    tokyo.quote("99", "100")
    stop = tokyo.sell(5, Stop("95")).order_id
    tokyo.go(at(11, 30))
    tokyo.restart(at(12, 0), policy)
    tokyo.trade("99")
    tokyo.go(at(12, 30))
    tokyo.quote("93", "94")
    tokyo.trade("94")
    assert how(tokyo.om.order(stop)) == life
    assert [event.px for event in tokyo.store.read() if isinstance(event, TriggerMissed)] == [94]


def test_without_a_restart_nothing_was_missed(tokyo: Tokyo) -> None:
    tokyo.quote("99", "100")
    stop = tokyo.sell(5, Stop("95"))
    tokyo.go(at(12, 30))
    tokyo.trade("94")
    assert stop.is_filled
    assert not [event for event in tokyo.store.read() if isinstance(event, TriggerMissed)]


def test_exits_whose_entry_is_told_of_in_the_break_are_sent_after_it() -> None:
    """What executes at 11:29:59 is heard of two seconds later."""
    tokyo = Tokyo(latency=Latency(from_venue=Constant(2_000_000_000)))
    tokyo.quote("99", "100")
    group = tokyo.om.bracket("X", Side.BUY, 5, entry=Limit("98"), target=Limit("105"), stop=Stop("95"))
    tokyo.go(at(11, 29, second=59))
    tokyo.quote("97", "98")
    tokyo.go(at(11, 30))
    tokyo.go(at(11, 31))
    exits = [leg for leg in group.legs if leg.orders and leg.orders[-1] is not group.entry]
    assert group.entry is not None
    assert group.entry.is_filled
    assert not exits
    tokyo.go(at(12, 30))
    exits = [leg for leg in group.legs if leg.orders and leg.orders[-1] is not group.entry]
    assert sorted(how(leg.orders[-1]) for leg in exits) == ["sent", "unsent"]
    tokyo.check()
