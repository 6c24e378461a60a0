"""The slippage monitor beside orders that are really worked, on the simulated exchange: what it says is worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from oms.algos.handlers import with_algorithms
from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.costs import Figure, Missing
from oms.model.decimals import QUOTIENT
from oms.model.draws import drawn
from oms.model.enums import OrdStatus, Side
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote, TradePrint
from oms.model.market_news import FeedGap
from oms.model.order import Order
from oms.model.routing_table import RouteRule, Routing
from oms.model.slippage import AlertState, DriftRules, Liquidity, Measure, SlippageRules
from oms.model.terms import Strategy
from oms.projections.slippage_monitor import SlippageMonitor
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.venue_acts import BustTrade, CorrectTrade
from oms.stores.jsonl import JSONLEventStore

D = Decimal
T0: Final = 1_767_623_400_000_000_000
AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01")
OK, WARN, BREACH = AlertState
ARRIVAL, SCHEDULE = Measure.ARRIVAL, Measure.SCHEDULE
Said = tuple[Measure, AlertState, AlertState]


OPENED: list[JSONLEventStore] = []


def opened(path: Path) -> JSONLEventStore:
    """A journal that is closed at the end of the test."""
    OPENED.append(JSONLEventStore(path))
    return OPENED[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every journal is let go of."""
    yield
    while OPENED:
        OPENED.pop().close()


class House:
    """A manager with algorithms and a simulated exchange, and a monitor attached."""

    def __init__(
        self, journal: Path, *, start_s: int = 0, watched: bool = True, venue: str | None = None
    ) -> None:
        self.venue = venue
        self.clock = ManualClock(T0 + start_s * 1_000_000_000)
        self.broker = PaperBroker([AAPL])
        self.store = opened(journal)
        self.om = OrderManager(
            brokers=[self.broker],
            store=self.store,
            clock=self.clock,
            handlers=with_algorithms(),
        )
        self.monitor = SlippageMonitor(
            # Of the 56,250 that the others trade, a timing risk of 30 basis points; so has 240 seconds of 3,200.
            {"AAPL": Liquidity(volatility="0.3", daily_volume=750_000, session_s=3_200)},
            rules=SlippageRules(own_prints=False),
            drift=DriftRules(expected_bps=1, slack_bps=1, threshold_bps=100),
        )
        self.alerts: list[ev.SlippageAlerted] = []
        self.om.on(ev.SlippageAlerted, self.alerts.append)
        if watched:
            self.om.attach(self.monitor)

    def said(self) -> list[Said]:
        """What was put on record since the last time."""
        said = [(one.finding.measure, one.finding.before, one.finding.state) for one in self.alerts]
        self.alerts.clear()
        return said

    def quote(self, ask: str | None, bid: str | None = "") -> None:
        below = None if ask is None else D(ask) - D("0.02")
        best_bid = below if bid == "" else None
        sizes = [D(0) if px is None else D(500) for px in (best_bid, ask)]
        self.om.update(
            Quote(
                Symbol("AAPL"),
                self.clock.now_ns(),
                best_bid,
                sizes[0],
                None if ask is None else D(ask),
                sizes[1],
            ),
            venue=self.venue,
        )

    def begin(self) -> Order:
        """1,000 in ten minutes, the first hundred at once at 100.01; arrived at 100."""
        self.quote("100.01")
        order = self.om.submit("AAPL", Side.BUY, 1000, Strategy("twap", {"duration": 600, "slices": 10}))
        self.clock.advance_by(1)
        self.om.update(
            TradePrint(Symbol("AAPL"), self.clock.now_ns(), D("100.70"), D(56_250)), venue=self.venue
        )
        return order

    def slice(self, ask: str | None, *, bid: str | None = "") -> None:
        """A minute goes by; the next slice meets this offer, quoted a second before."""
        now_s = (self.clock.now_ns() - T0) // 1_000_000_000
        next_s = (now_s // 60 + 1) * 60
        self.clock.advance_by(next_s - 1 - now_s)
        self.quote(ask, bid)
        self.clock.advance_by(1)
        self.om.poll()

    def events(self) -> list[ev.Event]:
        return list(self.store.read())

    def executions(self) -> list[ev.Traded]:
        return [event for event in self.events() if isinstance(event, ev.Traded)]


def at_a_breach(journal: Path) -> House:
    """A hundred each at 100.01, 101.00, 101.10 and 101.49: 70.3 basis points after the third, 90 after the fourth."""
    house = House(journal)
    house.begin()
    house.slice("101.00")
    assert house.said() == []
    house.slice("101.10")
    assert house.said() == [(ARRIVAL, OK, WARN)]
    house.slice("101.49")
    assert house.said() == [(ARRIVAL, WARN, BREACH)]
    return house


def test_an_order_that_is_worked_is_watched(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    row = house.monitor.row(1)
    assert (row.cum_qty, row.children, row.arrival_bps, row.arrival_cost) == (
        D(400),
        4,
        Figure(D(90)),
        Figure(D(360)),
    )
    assert (row.arrival_px, row.timing_risk_bps, row.risk_multiple) == (
        Figure(D(100)),
        Figure(D(30)),
        Figure(D(3)),
    )
    assert row.participation == Figure(D("0.007060900264783759929390997352"))  # 400 of 56,650
    assert row.off_schedule == Figure(D(0))
    (event,) = [e for e in house.events() if isinstance(e, ev.SlippageAlerted)][1:]
    assert (event.cause, event.order_id) == (ev.Cause("RaiseSlippageAlert", "slippage monitor"), 1)
    assert (event.finding.figure, event.finding.breach) == (D(90), D(90))
    # Each child paid a cent over the mid of its decision: of 402.60 x 100 in all.
    (costs,) = house.monitor.costs()
    assert (costs.strategy, costs.broker, costs.mean.count) == ("twap", "paper", 4)
    assert costs.mean.mean_bps == Figure(D(40_000) / D(40_356))
    house.om.close()


def test_what_is_said_at_a_venue_is_heard_as_what_is_said_of_all(tmp_path: Path) -> None:
    """The same prices, told by their venue."""
    house = House(tmp_path / "journal", venue="paper")
    house.begin()
    for ask in ("101.00", "101.10", "101.49"):
        house.slice(ask)
    assert house.said() == [(ARRIVAL, OK, WARN), (ARRIVAL, WARN, BREACH)]
    row = house.monitor.row(1)
    assert (row.is_stale, row.vwap_px) == (False, at_a_breach(tmp_path / "beside").monitor.row(1).vwap_px)


def test_the_mid_of_all_venues_is_what_an_order_is_measured_by(tmp_path: Path) -> None:
    """99.98 to 100.02 at one, 99.96 to 100.00 at the other: 99.98 to 100.00, and the mid is 99.99."""
    clock, store = ManualClock(T0), opened(tmp_path / "journal")
    brokers = [PaperBroker([AAPL], name=name) for name in ("near", "far")]
    both = Routing(rules=(RouteRule(brokers=("near", "far")),))
    om = OrderManager(brokers=brokers, store=store, clock=clock, handlers=with_algorithms(), routing=both)
    monitor = SlippageMonitor()
    om.attach(monitor)
    at_near = Quote(Symbol("AAPL"), T0, D("99.98"), D(100), D("100.02"), D(100))
    om.update(at_near, venue="near")
    order = om.submit("AAPL", Side.BUY, 100, Strategy("twap", {"duration": 600, "slices": 10}))
    assert monitor.row(order.order_id).quote_ns == T0
    clock.advance_by(1)
    om.update(Quote(Symbol("AAPL"), clock.now_ns(), D("99.96"), D(100), D("100.00"), D(100)), venue="far")
    row = monitor.row(order.order_id)
    # Ninety are left, against an arrival at 100.00: 0.01 less each.
    assert (row.quote_ns, row.cum_qty, row.open_cost) == (clock.now_ns(), D(10), Figure(D("-0.90")))


def test_a_bust_and_a_correction_are_computed_again(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    traded = house.executions()
    house.broker.act(BustTrade(traded[3].exec_id), house.clock.now_ns())
    house.om.poll()
    assert house.said() == [(ARRIVAL, BREACH, WARN)]
    assert house.monitor.row(1).avg_px == D("100.7033333333333333333333333")
    # 100.01, 101.00 and 100.31 are 44 basis points: under four fifths of the 60.
    house.broker.act(CorrectTrade(traded[2].exec_id, D(100), D("100.31")), house.clock.now_ns())
    house.om.poll()
    assert house.said() == [(ARRIVAL, WARN, OK)]
    row = house.monitor.row(1)
    assert (row.cum_qty, row.children, row.arrival_bps) == (D(300), 3, Figure(D(44)))
    house.om.close()


def test_a_restart_knows_what_was_said_and_says_it_not_again(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    before = house.monitor.row(1)
    house.om.close()

    again = House(tmp_path / "journal", start_s=185)
    assert again.said() == []
    row = again.monitor.row(1)
    assert row.states == {ARRIVAL: BREACH}
    for name in ("arrival_px", "arrival_cost", "arrival_bps", "cum_qty", "children"):
        assert getattr(row, name) == getattr(before, name)
    assert row.vwap_bps == Figure(None, Missing.NOT_HEARD)
    assert again.monitor.costs() == house.monitor.costs()
    # By the clock it has been 240 seconds: 30 basis points still. A hundred at 100.01 makes 72.2: a breach, until it is under 72.
    again.slice("100.01")
    assert again.said() == []
    again.slice("100.01")
    assert (ARRIVAL, BREACH, WARN) in again.said()
    again.om.close()


def test_a_restart_that_is_told_what_was_traded_judges_by_it_as_before(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    before = house.monitor.row(1)
    house.om.close()
    kept = [
        TradePrint(Symbol("AAPL"), T0 + 1_000_000_000, D("100.70"), D(56_250)),
        TradePrint(Symbol("MSFT"), T0 + 1_000_000_000, D("300"), D(1)),
    ]

    again = House(tmp_path / "journal", start_s=185)
    assert again.monitor.row(1).vwap_px == Figure(None, Missing.NOT_HEARD)
    again.monitor.recall(kept, since_ns=T0)

    row = again.monitor.row(1)
    assert before.vwap_px.value is not None
    for name in ("vwap_px", "vwap_bps", "participation", "timing_risk_bps", "arrival_bps", "states"):
        assert getattr(row, name) == getattr(before, name), name
    assert again.said() == []
    # What is traded from here on is added to that.
    again.quote("100.01")
    again.om.update(TradePrint(Symbol("AAPL"), again.clock.now_ns(), D("100.70"), D(56_250)))
    volume = 2 * 56_250 + row.cum_qty
    assert again.monitor.row(1).participation == Figure(QUOTIENT.divide(row.cum_qty, volume))
    again.om.close()


@pytest.mark.parametrize("venue", [None, "paper"])
def test_market_data_that_was_lost_leaves_no_average_and_no_quote(tmp_path: Path, venue: str | None) -> None:
    """A warning stands, as of what is not known nothing new is said; costs against arrival are judged by the clock."""
    house = House(tmp_path / "journal")
    house.begin()
    house.slice("101.00")
    house.slice("101.10")
    assert house.said() == [(ARRIVAL, OK, WARN)]
    house.om.update(FeedGap(Symbol("AAPL"), house.clock.now_ns()), venue=venue)
    assert house.monitor.row(1).is_stale
    house.slice("101.49")
    row = house.monitor.row(1)
    assert row.vwap_px == row.vwap_bps == row.participation == Figure(None, Missing.NOT_HEARD)
    assert (row.is_stale, row.arrival_bps, row.states) == (False, Figure(D(90)), {ARRIVAL: BREACH})
    house.om.close()


def test_where_nothing_was_traded_before_a_restart_there_was_our_own_alone(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    house.om.close()
    again = House(tmp_path / "journal", start_s=185)

    again.monitor.recall([], since_ns=T0)

    row = again.monitor.row(1)
    assert (row.vwap_px.value, row.participation) == (row.avg_px, Figure(D(1)))
    again.om.close()


def test_a_market_that_has_gone_on_or_an_order_from_before_is_not_recalled(tmp_path: Path) -> None:
    house = at_a_breach(tmp_path / "journal")
    house.om.close()
    again = House(tmp_path / "journal", start_s=185)
    kept = [TradePrint(Symbol("AAPL"), T0 + 1_000_000_000, D("100.70"), D(56_250))]

    again.monitor.recall(kept, since_ns=T0 + 1)
    assert again.monitor.row(1).vwap_px == Figure(None, Missing.NOT_HEARD)
    with pytest.raises(ValidationError, match="trades of AAPL were heard already"):
        again.monitor.recall(kept, since_ns=T0)
    with pytest.raises(ValidationError):
        again.monitor.recall(kept, since_ns=1.5)  # type: ignore[arg-type]
    again.om.close()


def test_on_one_sided_quotes_nothing_is_said_and_then_all_of_it(tmp_path: Path) -> None:
    """Nobody bids for three minutes: nothing is sent, which puts the order behind; that is told as the first good quote comes."""
    house = House(tmp_path / "journal")
    house.begin()
    for _ in range(4):
        house.slice("100.01", bid=None)
    assert house.monitor.row(1).cum_qty == D(100)
    assert house.said() == []
    house.quote("100.01")
    said = house.said()
    assert said[0] == (SCHEDULE, OK, BREACH)
    house.om.close()


def test_orders_that_are_changed_and_canceled_are_followed(tmp_path: Path) -> None:
    """Halved after 200 of 1,000: the 300 that are left are planned over the rest; canceled, it is watched no more."""
    house = House(tmp_path / "journal")
    order = house.begin()
    house.slice("100.01")
    house.om.replace(order, order_qty=500)
    row = house.monitor.row(1)
    assert (row.order_qty, row.cum_qty, row.off_schedule) == (D(500), order.cum_qty, Figure(D(0)))
    assert row.due_qty.value is not None
    assert row.due_qty.value <= 500
    house.om.cancel(order)
    assert order.status is OrdStatus.CANCELED
    assert house.monitor.rows() == []
    (row,) = house.monitor.rows(live_only=False)
    assert row.expected_residual == Figure(D(500) - order.cum_qty)
    assert house.said() == []
    house.om.close()


def test_an_order_that_is_changed_to_what_it_has_executed_is_watched_no_more(tmp_path: Path) -> None:
    """As the market moves nothing is said of it, and after a restart neither."""
    house = House(tmp_path / "journal")
    order = house.begin()
    house.slice("100.01")
    house.om.replace(order, order_qty=order.cum_qty)
    assert house.monitor.rows() == []
    (row,) = house.monitor.rows(live_only=False)
    house.om.close()

    again = House(tmp_path / "journal", start_s=62)
    for each in (house, again):
        assert each.monitor.rows() == []
    for ask in ("90.01", "90.02", "90.01"):
        again.clock.advance_by(3)
        again.om.update(TradePrint(Symbol("AAPL"), again.clock.now_ns(), D("90"), D(40_000)))
        again.quote(ask)
    assert again.said() == []
    (after,) = again.monitor.rows(live_only=False)
    for name in ("cum_qty", "order_qty", "arrival_bps", "expected_residual", "is_live", "states"):
        assert getattr(after, name) == getattr(row, name), name
    again.om.close()


def test_a_sale_is_the_mirror_image_of_a_purchase(tmp_path: Path) -> None:
    """A sale at 99.99, 99.00, 98.90 and 98.51 costs what a purchase at 100.01, 101.00, 101.10 and 101.49 did."""
    house = House(tmp_path / "journal")
    house.quote("100.01")
    house.om.submit("AAPL", Side.SELL, 1000, Strategy("twap", {"duration": 600, "slices": 10}))
    house.clock.advance_by(1)
    house.om.update(TradePrint(Symbol("AAPL"), house.clock.now_ns(), D("99.30"), D(56_250)))
    for ask in ("99.02", "98.92", "98.53"):
        house.slice(ask)
    assert house.said() == [(ARRIVAL, OK, WARN), (ARRIVAL, WARN, BREACH)]
    assert house.monitor.row(1).arrival_bps == Figure(D(90))
    house.om.close()


def test_an_order_that_goes_by_volume_has_a_part_in_it_and_no_schedule(tmp_path: Path) -> None:
    """A tenth of everything: of 2,700 that the others trade at most 300 are added, and never more than a tenth of all."""
    house = House(tmp_path / "journal")
    house.quote("100.01")
    house.om.submit("AAPL", Side.BUY, 1000, Strategy("pov", {"duration": 600, "participation_rate": "0.1"}))
    for _ in range(30):
        house.clock.advance_by(2)
        house.om.update(TradePrint(Symbol("AAPL"), house.clock.now_ns(), D(100), D(90)))
        house.quote("100.01")
        house.om.poll()
        row = house.monitor.row(1)
        assert row.participation.value is not None
        assert row.participation.value <= D("0.1")
    row = house.monitor.row(1)
    assert 250 <= row.cum_qty <= 300
    assert close(row.participation, Fraction(row.cum_qty) / (2_700 + Fraction(row.cum_qty)))
    assert row.due_qty == row.off_schedule == Figure(None, Missing.NO_SCHEDULE)
    assert row.arrival_bps == Figure(D(1))
    assert house.said() == []
    house.om.close()


def test_the_figures_are_those_of_the_fill_log_and_of_the_tape(tmp_path: Path) -> None:
    """Three orders at once, prices that jump about, busts: each figure is the one that a walk through fills and prints gives."""
    house, prints = House(tmp_path / "journal"), list[tuple[int, Fraction, int]]()
    house.quote("100.01")
    started: dict[int, int] = {}
    for minute in range(12):
        if minute in {0, 2, 5}:
            side = Side.SELL if minute == 2 else Side.BUY
            terms = Strategy("twap", {"duration": 300 + 60 * minute, "slices": 5})
            order = house.om.submit("AAPL", side, 700 + 100 * minute, terms)
            started[order.order_id] = house.clock.now_ns()
        for draw in range(3):
            cents = drawn(1, "tape", 3 * minute + draw) % 400 - 200
            prints.append((house.clock.now_ns(), 100 + Fraction(cents, 100), 100 * (draw + 1)))
            px = D(100) + D(cents) / 100
            house.om.update(TradePrint(Symbol("AAPL"), house.clock.now_ns(), px, D(100 * (draw + 1))))
        if minute in {3, 8}:
            house.broker.act(BustTrade(house.executions()[minute].exec_id), house.clock.now_ns())
            house.om.poll()
        house.slice(str(D(100) + D(drawn(1, "offer", minute) % 300) / 100))

    busted = {event.exec_ref_id for event in house.events() if isinstance(event, ev.TradeCanceled)}
    assert len(busted) == 2
    parent_of = {
        event.child: event.order_id for event in house.events() if isinstance(event, ev.SliceDecided)
    }
    for order_id, start_ns in started.items():
        row = house.monitor.row(order_id)
        fills = [
            (Fraction(fill.last_px), Fraction(fill.last_qty))
            for fill in house.executions()
            if parent_of[fill.order_id] == order_id and fill.exec_id not in busted
        ]
        qty = sum((size for _, size in fills), Fraction(0))
        paid = sum((px * size for px, size in fills), Fraction(0))
        assert row.cum_qty == qty > 0
        assert row.arrival_px.value is not None
        excess = row.side.sign * (paid - qty * Fraction(row.arrival_px.value))
        assert row.arrival_cost.value == excess
        assert close(row.arrival_bps, excess / (qty * Fraction(row.arrival_px.value)) * 10_000)
        if not row.is_live:
            continue  # Its window has ended.
        printed = [(px, size) for time_ns, px, size in prints if time_ns >= start_ns]
        volume = sum(size for _, size in printed) + qty
        vwap = sum((px * size for px, size in printed), paid) / volume
        assert close(row.vwap_px, vwap)
        assert close(row.vwap_bps, row.side.sign * (paid / qty - vwap) / vwap * 10_000)
        assert close(row.participation, qty / volume)
    assert any(row.is_live for row in house.monitor.rows())
    house.om.close()


def close(figure: Figure, exact: Fraction) -> bool:
    """It is the exact number, to 25 digits."""
    assert figure.value is not None
    return abs(Fraction(figure.value) - exact) <= abs(exact) / 10**25


def test_to_be_watched_changes_nothing(tmp_path: Path) -> None:
    """The journal of an order that is watched is the one of the order that is not, but for the alerts and the numbers."""
    told = []
    for watched in (True, False):
        house = House(tmp_path / f"{watched}", watched=watched)
        order = house.begin()
        for ask in ("101.00", "101.10", "101.49", "100.00", "100.01", "100.02", "100.01", "100.02", "100.01"):
            house.slice(ask)
        assert order.status is OrdStatus.FILLED
        told.append([(type(e), e.time_ns) for e in house.events() if type(e) is not ev.SlippageAlerted])
        house.om.close()
    assert told[0] == told[1]
