"""What an order costs while it is worked, and when that is worth an alert: worked by hand."""
# ruff: noqa: ANN401  # cases are data of any kind

from typing import Any, Final

import pytest

from oms.errors import UnknownOrderError, ValidationError
from oms.model.alert_commands import RaiseCostDrift, RaiseSlippageAlert
from oms.model.costs import Average, Drift, Figure, MeanCost, Missing, timing_risk_bps
from oms.model.enums import Side
from oms.model.ids import BrokerName, OrderId
from oms.model.market import MarkPrice, PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap
from oms.model.slippage import AlertState, Bands, DriftRules, Liquidity, Measure, SlippageRules
from oms.model.terms import Market, Strategy
from oms.model.work import NEVER_NS, Memo, Pace, Slice
from oms.projections.market_tape import MarketTape
from oms.projections.slippage_monitor import SlippageMonitor, SourceCost
from tests.unit.projections.watched import AAPL, PARENT, T0, D, S, Told, a_drift, a_finding, ten_slices

OK, WARN, BREACH = AlertState
ARRIVAL, VWAP, SCHEDULE, PARTICIPATION = Measure

# With a volatility of 0.3 and 750,000 a day, n^2 x 562.5 that the others trade make a timing risk of 3n basis points:
# 0.3 x sqrt(562.5 / 750,000 / 750) = 0.3 x 0.001.
LIQUIDITY: Final = {"AAPL": Liquidity(volatility="0.3", daily_volume=750_000)}
NO_SCHEDULE: Final[dict[str, Any]] = {"schedule_warn": None, "schedule_breach": None}


def watching(echoes: bool = True, **made: Any) -> Told:
    rules = made.pop("rules", {})
    return Told(
        SlippageMonitor(made.pop("liquidity", LIQUIDITY), rules=SlippageRules(**rules), **made), echoes
    )


def at_work(side: Side = Side.BUY, **made: Any) -> Told:
    """A thousand, of which the others have traded 56,250 since, 70 cents worse: a timing risk of 30 basis points."""
    rules = {**NO_SCHEDULE, "own_prints": False, **made.pop("rules", {})}
    told = watching(rules=rules, **made)
    told.defined("5")
    told.begun(side=side)
    told.now_s = 1
    told.quote()
    told.trade("100.70" if side is Side.BUY else "99.30", "56250")
    return told


# ---------------------------------------------------------------- the figures


def test_the_figures_of_an_order() -> None:
    """A purchase of 1,000, arrived at 100; 100 at 100.60 and 100 at 100.80 after 90 seconds, the market at 101 by now."""
    told = at_work(rules={"own_prints": True})
    told.now_s = 90
    told.quote("100.99", "101.01")
    told.child(8, ("100", "100.60"))
    told.child(9, ("60", "100.80"), ("40", "100.80"))
    row = told.monitor.row(PARENT)

    assert (row.symbol, row.side, row.strategy, row.order_qty, row.cum_qty) == (
        AAPL,
        Side.BUY,
        "twap",
        D(1000),
        D(200),
    )
    assert (row.avg_px, row.children, row.is_live, row.is_stale) == (D("100.70"), 2, True, False)
    assert row.arrival_px == Figure(D(100))
    # 200 x 0.70 x 5 a point, and 70 basis points of 100.
    assert (row.arrival_cost, row.arrival_bps) == (Figure(D(700)), Figure(D(70)))
    # The market's prints include ours: 56,250 at 100.70 is what we paid too.
    assert (row.vwap_px, row.vwap_bps) == (Figure(D("100.70")), Figure(D(0)))
    # 56,050 of the 56,250 are the others'.
    assert row.timing_risk_bps.value is not None
    assert D("29.94") < row.timing_risk_bps.value < 30
    assert row.participation == Figure(D(200) / D(56250))
    # A slice and a half is due; no more than what has begun has traded.
    assert (row.due_qty, row.deviation_qty, row.deviation) == (
        Figure(D(150)),
        Figure(D(50)),
        Figure(D("0.05")),
    )
    assert row.off_schedule == Figure(D(0))
    assert row.expected_residual == Figure(D(0))
    # 800 left x 1 x 5.
    assert row.open_cost == Figure(D(4000))
    assert (row.state, row.states, row.bad_quotes) == (OK, {}, 0)


def test_what_is_printed_without_us_counts_us_besides() -> None:
    """Where the market's prints hold none of ours: 300 of theirs at 100 and 100 of ours at 101 are 400 at 100.25."""
    told = watching(rules={"own_prints": False})
    told.begun()
    told.quote()
    told.trade("100", "300")
    told.child(8, ("100", "101"))
    row = told.monitor.row(PARENT)
    assert row.vwap_px == Figure(D("100.25"))
    assert row.participation == Figure(D("0.25"))
    # 0.75 of 100.25
    assert row.vwap_bps == Figure(D("74.81296758104738154613466334"))


def test_an_order_that_is_behind_will_leave_something() -> None:
    """Half of what was due has traded: half of it will be left."""
    told = watching()
    told.begun()
    told.now_s = 120
    told.quote()
    told.child(8, ("100", "100"))
    row = told.monitor.row(PARENT)
    assert (row.due_qty, row.deviation, row.expected_residual) == (
        Figure(D(200)),
        Figure(D("-0.1")),
        Figure(D(500)),
    )


def test_without_a_schedule_what_will_be_left_goes_by_the_clock() -> None:
    """A tenth after a quarter of the time: four tenths at the end."""
    told = watching()
    told.begun(slices=(), end_s=400)
    assert told.monitor.row(PARENT).expected_residual == Figure(None, Missing.TOO_EARLY)
    told.now_s = 100
    told.quote()
    told.child(8, ("100", "100"))
    row = told.monitor.row(PARENT)
    assert row.expected_residual == Figure(D(600))
    told.now_s = 500  # Past its end.
    told.quote()
    assert told.monitor.row(PARENT).expected_residual == Figure(D(900))
    told.now_s = 100
    assert row.due_qty == row.deviation == row.off_schedule == Figure(None, Missing.NO_SCHEDULE)


def test_what_has_no_end_leaves_nothing_that_could_be_told_before() -> None:
    told = watching()
    told.begun(slices=(), end_s=-((T0 - NEVER_NS) // S))
    told.now_s = 100
    told.quote()
    told.child(8, ("100", "100"))
    assert told.monitor.row(PARENT).expected_residual == Figure(None, Missing.NO_END)


def test_what_is_not_known_says_why() -> None:
    told = watching(liquidity={})
    told.begun(bid=None, start_s=60)
    row = told.monitor.row(PARENT)
    assert row.arrival_px == row.arrival_cost == row.open_cost == Figure(None, Missing.NO_QUOTE)
    assert row.arrival_bps == row.vwap_bps == row.risk_multiple == Figure(None, Missing.NOTHING_TRADED)
    assert row.vwap_px == row.participation == Figure(None, Missing.TOO_EARLY)
    assert row.timing_risk_bps == Figure(None, Missing.NO_RISK)
    assert (row.avg_px, row.is_stale, row.quote_ns) == (None, True, 0)

    told.now_s = 61
    told.trade("100", "0")
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.NO_VOLUME)
    told.child(8, ("100", "100"))
    row = told.monitor.row(PARENT)
    assert row.arrival_bps == Figure(None, Missing.NO_QUOTE)
    told.trade("100", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(100))


def test_prints_count_from_the_start_on_whenever_they_are_heard() -> None:
    """One at the start counts, one before it does not, neither in time nor late."""
    told = watching()
    told.begun(start_s=60)
    told.trade("1", "1", at_s=59)
    told.trade("100", "300", at_s=60)
    told.trade("1", "7", at_s=59.5)
    told.trade("104", "100", at_s=61)
    assert told.monitor.row(PARENT).vwap_px == Figure(D(101))


def test_a_print_that_is_late_counts_where_it_belongs() -> None:
    """Between the starts of two orders: for the first one alone, at whose start it was."""
    told = watching()
    told.begun(start_s=60)
    told.begun(9, start_s=70)
    told.trade("104", "100", at_s=71)
    told.trade("100", "300", at_s=60)
    assert told.monitor.row(PARENT).vwap_px == Figure(D(101))
    assert told.monitor.row(9).vwap_px == Figure(D(104))


@pytest.mark.parametrize("recalled", [False, True], ids=["heard", "recalled"])
def test_a_print_that_is_corrected_counts_as_it_is_now(*, recalled: bool) -> None:
    """Of 100 at 100 and 300 at 102 the latter are 100 at 104, and then none; what was printed before its start is nobody's."""
    told = watching(rules=NO_SCHEDULE)
    told.begun()
    monitor, before = told.monitor, TradePrint(AAPL, T0 - S, "90", "50")
    first, second = TradePrint(AAPL, T0 + S, "100", "100"), TradePrint(AAPL, T0 + 2 * S, "102", "300")
    now = TradePrint(AAPL, T0 + 2 * S, "104", "100")

    def hear(*updates: Any) -> None:
        for update in updates:
            monitor.on_market(update)

    if recalled:
        monitor.recall([first, second, PrintCorrection(T0 + 3 * S, second, now)], since_ns=T0)
    else:
        hear(first, second, PrintCorrection(T0 + 3 * S, second, now))
    assert monitor.row(PARENT).vwap_px == Figure(D(102))
    hear(PrintCorrection(T0 + 4 * S, now))
    hear(PrintCorrection(T0 + 5 * S, before, TradePrint(AAPL, T0 - S, "91", "50")))
    assert monitor.row(PARENT).vwap_px == Figure(D(100))
    told.child(8, ("50", "100"))
    assert monitor.row(PARENT).participation == Figure(D("0.5"))


def test_a_correction_counts_in_each_window_that_its_print_was_in() -> None:
    tape = MarketTape(AAPL)
    one = tape.open(1, T0, T0, is_heard=True)
    was = TradePrint(AAPL, T0 + S, "100", "10")
    tape.on_trade(was)
    other = tape.open(2, T0 + 2 * S, T0 + 2 * S, is_heard=True)
    tape.on_trade(TradePrint(AAPL, T0 + 3 * S, "101", "10"))
    tape.on_correction(PrintCorrection(T0 + 4 * S, was, TradePrint(AAPL, T0 + S, "99", "30")))

    assert tape.traded(one) == Average(D(3980), D(40))
    assert tape.traded(other) == Average(D(1010), D(10))
    # What was heard before a window that begins at the same moment is not in it.
    third = tape.open(3, T0 + 3 * S, T0 + 3 * S, is_heard=True)
    last = TradePrint(AAPL, T0 + 3 * S, "101", "10")
    tape.on_correction(PrintCorrection(T0 + 4 * S, last, TradePrint(AAPL, T0 + 3 * S, "102", "10")))
    assert tape.traded(other) == Average(D(1020), D(10))
    tape.on_correction(PrintCorrection(T0 + 4 * S, TradePrint(AAPL, T0 + 3 * S, "102", "10"), last))
    assert tape.traded(third) == Average(D(0), D(0))
    tape.close(1)
    tape.on_correction(PrintCorrection(T0 + 5 * S, was))
    assert tape.traded(one) == Average(D(3980), D(40))
    assert tape.traded(other) == Average(D(1010), D(10))


def test_each_order_has_its_own_window_of_the_same_market() -> None:
    told = watching()
    told.begun()
    told.trade("100", "100")
    told.begun(9, Side.SELL)
    told.trade("103", "50")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(101))
    assert told.monitor.row(9).vwap_px == Figure(D(103))


def test_bad_quotes_are_counted_and_leave_the_last_good_one() -> None:
    told = watching()
    told.begun()
    told.quote("99.98", "100.02")
    told.quote(None, "100.02")
    told.quote("100.03", "100.02")
    row = told.monitor.row(PARENT)
    assert (row.bad_quotes, row.is_stale, row.quote_ns) == (2, True, T0)
    told.quote("100", "100")
    assert (told.monitor.row(PARENT).bad_quotes, told.monitor.row(PARENT).is_stale) == (2, False)
    told.market(Quote(AAPL, told.now_ns, D(99), D(0), D(101), D(5)))  # Nobody bids.
    assert (told.monitor.row(PARENT).bad_quotes, told.monitor.row(PARENT).is_stale) == (3, True)
    told.begun(9)
    assert told.monitor.row(9).bad_quotes == 0


def test_an_order_comes_with_the_quote_that_it_was_planned_by() -> None:
    told = watching()
    told.begun()
    row = told.monitor.row(PARENT)
    assert (row.quote_ns, row.is_stale, row.open_cost) == (T0, False, Figure(D(0)))
    told.now_s = 3
    told.quote("100.99", "101.01")
    told.begun(9, quote_age_s=2)  # Of an older quote than that.
    assert told.monitor.row(9).quote_ns == told.now_ns
    assert told.monitor.row(PARENT).open_cost == Figure(D(1000))
    told.now_s = 9
    told.trade("100", "1")
    assert told.monitor.row(PARENT).open_cost == Figure(None, Missing.STALE_QUOTE)


def test_splitting_an_execution_changes_no_figure() -> None:
    rows = []
    for fills in ((("100", "100.60"),), (("1", "100.60"), ("39", "100.60"), ("60", "100.60"))):
        told = at_work()
        told.child(8, *fills)
        rows.append((told.monitor.row(PARENT), told.monitor.costs()))
    assert rows[0] == rows[1]


def test_a_sale_is_the_mirror_image_of_a_purchase() -> None:
    bought, sold = at_work(), at_work(Side.SELL)
    for told, sign in ((bought, 1), (sold, -1)):
        for child, cents in ((8, 60), (9, 75), (10, 80)):
            told.child(child, ("100", str(D(100) + sign * D(cents) / 100)))
    ours, theirs = bought.monitor.row(PARENT), sold.monitor.row(PARENT)
    assert ours.arrival_bps == theirs.arrival_bps
    assert ours.arrival_cost == theirs.arrival_cost
    assert ours.states == theirs.states == {ARRIVAL: WARN}


# ---------------------------------------------------------------- bands


def test_a_cost_goes_through_its_bands_and_back() -> None:
    """A risk of 30 basis points to date: worth a warning from 60 on, a breach from 90, left at 48 and 72."""
    told = at_work()
    for child in (8, 9):
        told.child(child, ("100", "100.70"))
    assert told.changes() == []  # Too few children.
    told.child(10, ("100", "100.70"))
    assert told.changes() == [(ARRIVAL, OK, WARN)]
    told.child(11, ("100", "101.50"))  # 70 x 3 and 150 make 90: at the edge.
    assert told.changes() == [(ARRIVAL, WARN, BREACH)]
    told.executed(11, "-100", "101.50")  # Busted: 70 again.
    assert told.changes() == [(ARRIVAL, BREACH, WARN)]
    assert told.monitor.row(PARENT).children == 3
    told.moved(10, D(0), D(-60))  # Corrected to 100.10: 50.
    assert told.changes() == []
    told.moved(9, D(0), D(-100))  # Corrected to 99.70: 50 / 3.
    assert told.changes() == [(ARRIVAL, WARN, OK)]
    assert told.monitor.row(PARENT).states == {}


def test_where_too_little_is_left_to_judge_by_it_is_well() -> None:
    told = at_work()
    for child in (8, 9, 10):
        told.child(child, ("100", "101"))
    assert told.changes() == [(ARRIVAL, OK, BREACH)]
    told.executed(10, "-100", "101")
    assert told.changes() == [(ARRIVAL, BREACH, OK)]
    assert told.monitor.row(PARENT).arrival_bps == Figure(D(100))


@pytest.mark.parametrize(
    ("before", "figure", "after"),
    [
        (OK, "9.99", OK), (OK, "10", WARN), (OK, "20", BREACH), (OK, "-99", OK),
        (WARN, "8", WARN), (WARN, "7.99", OK), (WARN, "19.99", WARN), (WARN, "20", BREACH),
        (BREACH, "16", BREACH), (BREACH, "15.99", WARN), (BREACH, "8", WARN), (BREACH, "7.99", OK),
    ],
)  # fmt: skip
def test_a_band_is_entered_at_its_edge_and_left_a_fifth_inside(
    before: AlertState, figure: str, after: AlertState
) -> None:
    assert Bands(D(0), D(10), D(20), D("0.2")).state(before, D(figure)) is after


def test_bands_begin_at_what_is_expected() -> None:
    assert Bands(D(5), D(10), D(20), D(0)).state(OK, D("14.99")) is OK
    assert Bands(D(5), D(10), D(20), D(0)).state(OK, D(15)) is WARN
    assert Bands(D(5), D(10), D(20), D(0)).state(BREACH, D("24.99")) is WARN


def test_an_alert_carries_what_it_was_computed_from() -> None:
    told = at_work(rules={"expected_bps": 1}, echoes=False)
    told.quote(None)
    told.quote("100.68", "100.72")
    for child in (8, 9, 10):
        told.child(child, ("100", "100.70"))
    (asked,) = told.asked
    assert (asked.asked_by, asked.order_id) == ("slippage monitor", PARENT)  # type: ignore[union-attr]
    found: Any = asked.finding
    assert (found.measure, found.before, found.state, found.figure) == (ARRIVAL, OK, WARN, 70)
    assert (found.warn, found.breach, found.timing_risk_bps, found.days_of_volume) == (61, 91, 30, D("0.075"))
    assert (found.symbol, found.side, found.strategy) == (AAPL, Side.BUY, "twap")
    assert (found.order_qty, found.cum_qty, found.notional, found.children) == (1000, 300, 30210, 3)
    assert (found.arrival_px, found.arrival_ns, found.volatility, found.expected_bps) == (
        100,
        T0,
        D("0.3"),
        1,
    )
    assert (found.market_notional, found.market_qty) == (D("5694585.00"), 56550)
    assert (found.due_least, found.due_most) == (0, 100)
    assert (found.bid, found.ask, found.quote_ns, found.bad_quotes) == (D("100.68"), D("100.72"), T0 + S, 1)


def test_nothing_is_asked_again_before_it_is_heard() -> None:
    told = at_work(echoes=False)
    for child in (8, 9, 10, 11):
        told.child(child, ("100", "100.70"))
    asked = list(told.asked)
    assert told.changes() == [(ARRIVAL, OK, WARN)]
    told.record(asked[0])
    told.child(12, ("100", "100.70"))
    assert told.changes() == []
    assert told.monitor.row(PARENT).states == {ARRIVAL: WARN}


def test_what_was_refused_is_asked_again() -> None:
    told = at_work(echoes=False)
    for child in (8, 9, 10):
        told.child(child, ("100", "100.70"))
    told.monitor.on_refused("something else")
    (refused,) = told.asked
    told.monitor.on_refused(refused)
    told.child(11, ("100", "100.70"))
    assert told.changes() == [(ARRIVAL, OK, WARN)] * 2


def test_the_running_average_is_judged_by_the_same_bands() -> None:
    """Bought at 100.70 while everybody traded at 100 on average: both costs are 70, and both are worth a warning."""
    told = watching(rules=NO_SCHEDULE)
    told.begun()
    told.quote()
    told.trade("100", "56550")
    for child in (8, 9, 10):
        told.child(child, ("100", "100.70"))
    assert told.changes() == [(ARRIVAL, OK, WARN), (VWAP, OK, WARN)]


def test_participation_is_judged_where_it_is_asked_for() -> None:
    told = at_work(
        rules={
            "own_prints": True,
            "participation_warn": "0.005",
            "participation_breach": "0.01",
            "min_children": 1,
        }
    )
    told.child(8, ("281", "100.01"))
    assert told.changes() == []
    told.child(9, ("1", "100.01"))  # 282 of 56,250
    assert told.changes() == [(PARTICIPATION, OK, WARN)]


def test_an_order_behind_its_schedule_is_told_as_time_goes_on() -> None:
    """A slice that goes on may still come: behind is what has ended. Nobody has traded anything."""
    told = watching()
    told.begun()
    told.now_s = 59
    told.quote()
    assert told.changes() == []
    told.now_s = 60
    told.quote()
    assert told.changes() == [(SCHEDULE, OK, WARN)]  # A tenth.
    told.now_s = 180
    told.quote()
    assert told.changes() == [(SCHEDULE, WARN, BREACH)]  # Three tenths.
    told.child(8, ("100", "100"))
    assert told.changes() == []  # Two tenths: left below a fifth.
    told.child(9, ("100", "100"))
    assert told.changes() == [(SCHEDULE, BREACH, WARN)]
    told.child(10, ("100", "100"))
    assert told.changes() == [(SCHEDULE, WARN, OK)]


def test_an_order_ahead_of_its_schedule_is_told_too() -> None:
    told = watching()
    told.begun()
    told.quote()
    told.child(8, ("199", "100"))
    assert told.changes() == []
    told.child(9, ("1", "100"))
    assert told.changes() == [(SCHEDULE, OK, WARN)]


def test_another_plan_of_the_same_order_moves_no_schedule_and_an_amendment_does() -> None:
    told = watching()
    told.begun()
    told.now_s = 60
    told.planned(slices=ten_slices(start_s=60), why="caught up")
    assert told.monitor.row(PARENT).due_qty == Figure(D(100))
    told.child(8, ("100", "100"))
    # 500 more over ten minutes from now on; 40 of the 1,140 left are at work.
    told.amended(1240, ten_slices(110, start_s=60))
    assert told.monitor.row(PARENT).due_qty == Figure(D(140))
    told.now_s = 90
    told.quote()
    row = told.monitor.row(PARENT)
    assert (row.order_qty, row.due_qty, row.off_schedule) == (D(1240), Figure(D(195)), Figure(D(0)))


def test_an_order_of_which_all_was_sent_keeps_its_schedule_as_its_limit_is_changed() -> None:
    """A tenth has executed, and the rest works: nothing is planned any more, and all of it may have traded by now."""
    told = watching()
    told.begun()
    told.child(8, ("100", "100"))
    told.amended(1000, ())
    told.now_s = 60
    told.quote()
    row = told.monitor.row(PARENT)
    assert (row.off_schedule, row.due_qty) == (Figure(D(0)), Figure(D(1000)))
    told.child(9, ("900", "100"))
    assert told.changes() == []


# ---------------------------------------------------------------- a time that stands


def halted(since_s: int) -> Memo:
    return (("halted", str(T0 + since_s * S)),)


def test_while_the_time_of_an_order_stands_nothing_more_is_due_and_then_it_goes_on() -> None:
    """From 30 s to 330 s: of the first slice half is due for all that time, and it ends at 360 s; the others come as is planned."""
    told = watching()
    told.begun()
    told.child(8, ("100", "100"))
    told.now_s = 30
    told.noted(halted(30))
    told.now_s = 330
    told.quote()
    assert told.monitor.row(PARENT).due_qty == Figure(D(50))
    told.planned(slices=ten_slices(start_s=300)[1:], end_s=900, why="trading was halted")
    assert told.monitor.row(PARENT).due_qty == Figure(D(50))
    for now_s, due in ((345, 75), (360, 100), (420, 200)):
        told.now_s = now_s
        told.quote()
        assert told.monitor.row(PARENT).due_qty == Figure(D(due))
    assert told.changes() == [(SCHEDULE, OK, WARN)]  # The second slice has ended, at 420 s.


def test_a_plan_for_more_than_was_left_puts_nothing_off() -> None:
    """To catch up is to be behind: two slices have ended, and what was missed is planned again."""
    told = watching()
    told.begun()
    for number in (0, 1):
        told.skipped(number, Pace.MISSED)
    told.now_s = 120
    told.noted(halted(120))
    told.now_s = 180
    told.planned(slices=ten_slices(125, start_s=60)[2:], end_s=660, why="caught up")
    assert told.monitor.row(PARENT).due_qty == Figure(D(300))


def test_what_was_refused_and_is_planned_again_is_put_off_with_the_rest() -> None:
    """Sent before somebody changed the order, refused after it: a hundred that were at work are planned."""
    told = watching()
    told.begun()
    told.amended(1000, ten_slices()[1:])
    told.now_s = 30
    told.skipped(1, Pace.BEYOND_LIMIT, halted(30))
    again = (*ten_slices(start_s=60)[:1], *ten_slices(start_s=60)[2:])
    told.now_s = 60
    told.planned(slices=again, end_s=660, why="trading was halted")
    told.now_s = 90
    told.quote()
    # Half of the first one, and nothing at work beside it; and of the second, which was decided early.
    assert told.monitor.row(PARENT).due_qty == Figure(D(100))
    told.now_s = 660
    told.quote()
    assert told.monitor.row(PARENT).due_qty == Figure(D(1000))


def test_what_comes_after_the_close_goes_with_the_slice_before_it() -> None:
    told = watching()
    told.begun()
    told.noted(halted(0))
    told.now_s = 300
    last = Slice(0, T0 + 300 * S, T0 + 600 * S, D(1000))
    told.planned(slices=(last,), end_s=600, why="trading was halted")
    told.now_s = 450
    told.quote()
    assert told.monitor.row(PARENT).due_qty == Figure(D(500))


def test_the_end_of_an_order_comes_though_its_time_stands() -> None:
    """The close: what was not sent by then is behind, whatever is kept of it."""
    told = watching()
    told.begun()
    told.noted(halted(0))
    told.now_s = 600
    told.skipped(9, Pace.PAST_END)
    told.noted(halted(0))
    assert told.monitor.row(PARENT).due_qty == Figure(D(1000))
    told.noted(halted(0), 99)  # An order of nobody's.


def test_what_has_no_schedule_has_none_after_its_time_stood() -> None:
    told = watching()
    told.begun(slices=())
    told.noted((("halted", "since noon"),))
    told.noted(halted(0))
    told.planned(slices=(), why="trading was halted")
    assert told.monitor.row(PARENT).due_qty == Figure(None, Missing.NO_SCHEDULE)


# ---------------------------------------------------------------- when nothing is said


@pytest.mark.parametrize(
    ("bid", "ask", "later_s"),
    [("99.99", "100.01", 6), (None, "100.01", 0), ("100.02", "100.01", 0)],
    ids=["old", "one-sided", "crossed"],
)
def test_on_stale_quotes_nothing_is_said(bid: str | None, ask: str | None, later_s: int) -> None:
    told = at_work()
    told.quote(bid, ask)
    told.now_s += later_s
    for child in (8, 9, 10):
        told.child(child, ("100", "101"))
    assert told.changes() == []
    told.quote()
    told.now_s += 1
    told.quote()
    assert told.changes() == [(ARRIVAL, OK, BREACH)]


def test_an_arrival_price_of_an_old_quote_is_shown_and_not_judged() -> None:
    told = watching()
    told.begun(quote_age_s=6)
    told.quote()
    told.trade("100.70", "56250")
    for child in (8, 9, 10):
        told.child(child, ("100", "101"))
    assert told.monitor.row(PARENT).arrival_bps == Figure(D(100))
    assert (ARRIVAL, OK, BREACH) not in told.changes()


def test_without_liquidity_or_volume_costs_are_not_judged() -> None:
    for told in (at_work(liquidity={}), watching()):
        if not told.events:
            told.begun()
            told.quote()
        for child in (8, 9, 10):
            told.child(child, ("50", "150"))
        assert told.changes() == []


def test_orders_that_are_not_worked_here_are_not_watched() -> None:
    told = watching()
    told.created(terms=Market())
    told.created(9)
    told.child(9)  # Sent as it is: its broker works it.
    told.planned(9)
    assert told.monitor.rows() == []
    with pytest.raises(UnknownOrderError):
        told.monitor.row(9)


def test_the_market_of_nobody_is_not_kept() -> None:
    told = watching()
    told.quote()
    told.trade("100", "5")
    told.begun()
    told.trade("50", "9", symbol="MSFT")
    told.market(MarkPrice(AAPL, told.now_ns, D(1)))
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.NO_VOLUME)


def test_one_order_is_looked_at_with_each_update_and_none_twice_in_a_second() -> None:
    told = watching(echoes=False)
    for order_id in (7, 8, 9):
        told.begun(order_id)
    told.now_s = 120
    for _ in range(5):
        told.quote()
    assert [one.order_id for one in told.asked] == [7, 8, 9]  # type: ignore[union-attr]


def test_an_order_that_executes_all_the_time_keeps_no_other_from_being_looked_at() -> None:
    told = watching()
    told.begun(7, slices=())
    told.begun(8)
    for second in range(1, 61):
        told.now_s = second
        told.child(100 + second, ("1", "100"), order_id=7)
        told.quote()
    assert told.changes() == [(SCHEDULE, OK, WARN)]  # At 60 s the first of ten slices has ended.


def test_an_order_that_is_seldom_looked_at_keeps_no_other_from_it() -> None:
    told = watching(by_strategy={"iceberg": SlippageRules(check_every_ms=3_600_000)})
    told.created(7, terms=Strategy("iceberg"))
    told.planned(7, slices=())
    told.begun(8)
    for second in range(1, 61):
        told.now_s = second
        told.quote()
    assert told.changes() == [(SCHEDULE, OK, WARN)]


def test_a_clock_that_goes_back_keeps_nobody_from_looking() -> None:
    told = watching()
    told.begun()
    told.now_s = 120
    told.quote(None)
    told.now_s = 119.5
    told.quote()
    assert told.changes() == [(SCHEDULE, OK, WARN)]


# ---------------------------------------------------------------- market data that was lost


def test_of_what_was_traded_nothing_is_known_where_some_of_it_was_lost() -> None:
    """Neither the average nor the part in the volume, however much is heard from then on; what follows from executions is."""
    rules = {"participation_warn": "0.1", "participation_breach": "0.2", "min_children": 1}
    told = at_work(rules=rules)
    told.lost()
    told.now_s = 2
    told.quote()
    told.trade("90", "100")
    told.child(8, ("900", "101"))
    row = told.monitor.row(PARENT)
    assert row.vwap_px == row.vwap_bps == row.participation == Figure(None, Missing.NOT_HEARD)
    assert row.timing_risk_bps == Figure(None, Missing.NOT_HEARD)
    assert row.arrival_bps == Figure(D(100))
    assert told.changes() == []


def test_a_window_that_begins_after_the_loss_is_whole() -> None:
    """Lost from 10 s on, as is told then, and up to 30 s, as is told at that time: what begins at 20 s has a hole, and at 31 s none."""
    told = watching()
    told.now_s = 10
    told.begun()
    told.begun(9, start_s=20)
    told.begun(11, start_s=30)
    told.begun(13, start_s=31)
    told.lost()
    told.now_s = 20
    told.begun(15)
    told.now_s = 30
    told.lost()
    told.begun(17)
    told.now_s = 40
    told.trade("100", "5")
    known = {row.order_id for row in told.monitor.rows() if row.vwap_px == Figure(D(100))}
    assert known == {13, 17}
    others = [row.vwap_px for row in told.monitor.rows() if row.order_id not in known]
    assert others == [Figure(None, Missing.NOT_HEARD)] * 4


def test_a_loss_that_is_told_late_leaves_what_has_begun_after_it() -> None:
    told = watching()
    told.begun()
    told.now_s = 10
    told.begun(9)
    told.lost(at_s=5)
    told.trade("100", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.NOT_HEARD)
    assert told.monitor.row(9).vwap_px == Figure(D(100))


def test_nothing_is_judged_by_a_quote_from_before_a_loss() -> None:
    """Nor by one that is heard after it and was made before. The risk goes by the clock then."""
    told = at_work(liquidity={"AAPL": Liquidity(volatility="0.3", daily_volume=1, session_s=100)})
    told.lost()
    assert told.monitor.row(PARENT).is_stale
    assert told.monitor.row(PARENT).open_cost == Figure(None, Missing.STALE_QUOTE)
    told.market(Quote(AAPL, told.now_ns - 1, D("99.99"), D(5), D("100.01"), D(5)))
    for child in (8, 10, 12):
        told.child(child, ("100", "101"))
    assert told.changes() == []
    assert told.monitor.row(PARENT).is_stale
    told.begun(9)  # By the quote that somebody else has still.
    assert (told.monitor.row(9).is_stale, told.monitor.row(9).bad_quotes) == (True, 0)
    told.now_s = 2
    told.quote()
    assert not told.monitor.row(9).is_stale
    assert told.changes() == [(ARRIVAL, OK, BREACH)]


def test_an_order_that_comes_after_a_loss_has_no_quote_before_the_next() -> None:
    """Its market was nobody's as that was told."""
    told = watching()
    told.now_s = 2
    told.lost()
    told.begun(quote_age_s=1)
    assert told.monitor.row(PARENT).is_stale
    told.trade("100", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(100))
    told.quote()
    assert not told.monitor.row(PARENT).is_stale


def test_what_had_ended_before_a_loss_is_known_still() -> None:
    told = at_work()
    told.begun(9)
    told.child(8, ("100", "100.70"))
    told.canceled()
    before = told.monitor.row(PARENT).vwap_px
    told.lost()
    assert told.monitor.row(PARENT).vwap_px == before != Figure(None, Missing.NOT_HEARD)


def test_a_loss_among_what_is_recalled_counts_as_one() -> None:
    told, again = watching(), watching()
    told.begun()
    told.begun(9, start_s=60)
    again.goes_on_from(told)
    kept: list[Any] = [
        TradePrint(AAPL, T0 + S, "100", "5"),
        FeedGap(AAPL, T0 + 2 * S),
        TradePrint(AAPL, T0 + 61 * S, "100", "5"),
    ]
    again.monitor.recall(kept, since_ns=T0)
    assert again.monitor.row(PARENT).vwap_px == Figure(None, Missing.NOT_HEARD)
    assert again.monitor.row(9).vwap_px == Figure(D(100))


# ---------------------------------------------------------------- the end


def test_the_last_execution_is_judged_and_what_ended_is_kept_for_its_busts() -> None:
    told = at_work()
    for child in range(8, 17):
        told.child(child, ("100", "100.10"))
    assert told.changes() == []
    told.child(17, ("100", "110"))
    assert told.changes() == [(ARRIVAL, OK, BREACH)]
    assert told.monitor.rows() == []
    told.now_s = 2
    told.trade("1", "999999")  # After its end.
    (row,) = told.monitor.rows(live_only=False)
    assert (row.cum_qty, row.is_live, row.expected_residual) == (D(1000), False, Figure(D(0)))
    # 56,250 x 100.70 and our 900 x 100.10 and 100 x 110 by 57,250.
    assert row.vwap_px == Figure(D("100.7068122270742358078602620"))
    told.moved(17, D(0), D(-1000))  # Corrected to 100.
    (row,) = told.monitor.rows(live_only=False)
    assert row.arrival_bps == Figure(D(9))


@pytest.mark.parametrize("recorded", [False, True], ids=["live", "replayed"])
def test_the_figures_of_what_has_ended_are_those_of_its_end(*, recorded: bool) -> None:
    """Canceled at 90 s: no more is due of it, and no more is at risk, as time goes on."""
    guessed = {"AAPL": Liquidity(volatility="0.3", daily_volume=1, session_s=5000)}
    told = watching(liquidity=guessed)
    told.begun()
    told.lost()
    told.now_s = 90
    told.quote()
    told.canceled()
    if recorded:
        again = watching(liquidity=guessed)
        again.goes_on_from(told)
        told = again
    before = told.monitor.row(PARENT)
    told.now_s = 500
    told.begun(9)
    row = told.monitor.row(PARENT)
    assert row.due_qty == before.due_qty == Figure(D(150))
    assert row.timing_risk_bps == before.timing_risk_bps == Figure(timing_risk_bps(D("0.3"), D("0.018")))


def test_from_its_start_on_nobody_has_traded_where_nobody_has() -> None:
    """As with an order that begins at once: all of it was our own."""
    told = watching(rules={"own_prints": False})
    told.begun(start_s=60)
    told.now_s = 59
    told.quote()
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.TOO_EARLY)
    told.now_s = 60
    told.quote()
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.NO_VOLUME)
    told.child(8, ("100", "100"))
    row = told.monitor.row(PARENT)
    assert (row.vwap_px, row.participation, row.timing_risk_bps) == (
        Figure(D(100)),
        Figure(D(1)),
        Figure(D(0)),
    )
    told.canceled()
    told.now_s = 61
    told.begun(9)
    assert told.monitor.row(PARENT).participation == Figure(D(1))


def test_of_what_has_ended_nothing_more_is_said() -> None:
    """Though another order keeps their market: a correction is shown, and takes no alert back."""
    told = at_work()
    told.begun(50)
    for child in (8, 9, 10):
        told.child(child, ("100", "101"))
    told.canceled()
    assert told.changes() == [(ARRIVAL, OK, BREACH)]
    told.moved(10, D(0), D(-300))
    told.quote()
    assert told.changes() == []
    row = told.monitor.row(PARENT)
    assert (row.arrival_bps, row.states, row.is_live) == (Figure(D(0)), {ARRIVAL: BREACH}, False)


def test_a_bust_after_the_end_brings_an_order_back() -> None:
    """What was traded between is not known, so that there is no average any more; the rest goes on."""
    told = at_work(rules={"schedule_warn": "0.1", "schedule_breach": "0.25"})
    for child in range(8, 18):
        told.child(child, ("100", "100.10"))
    assert told.changes() == [(SCHEDULE, OK, WARN), (SCHEDULE, WARN, BREACH)]
    told.executed(17, "-100", "100.10")
    (row,) = told.monitor.rows()
    assert (row.cum_qty, row.is_live) == (D(900), True)
    assert row.vwap_px == Figure(None, Missing.NOT_HEARD)
    told.now_s = 1000
    told.quote()
    assert told.changes() == [(SCHEDULE, BREACH, WARN)]  # A tenth behind, after the end.


@pytest.mark.parametrize("recorded", [False, True], ids=["live", "replayed"])
def test_an_order_that_is_changed_to_what_has_executed_has_ended(*, recorded: bool) -> None:
    """Its market is let go, and of what the others trade from then on nothing is said."""
    told = at_work(rules={"min_children": 1})
    told.child(8, ("100", "100"))
    told.amended(100, ())
    if recorded:
        again = watching(rules={**NO_SCHEDULE, "own_prints": False, "min_children": 1})
        again.goes_on_from(told)
        told = again
    told.now_s = 2
    told.quote("49.99", "50.01")
    told.trade("50", "999999")
    told.quote("49.99", "50.01")
    assert told.changes() == []
    assert told.monitor.rows() == []
    (row,) = told.monitor.rows(live_only=False)
    assert (row.is_live, row.order_qty, row.expected_residual) == (False, D(100), Figure(D(0)))
    assert row.vwap_px == (
        Figure(None, Missing.NOT_HEARD) if recorded else Figure(D("100.6987577639751552795031056"))
    )
    assert repr(told.monitor).startswith("<SlippageMonitor 0 orders at work;")


def test_an_order_with_more_to_do_than_it_had_is_watched_again() -> None:
    """All of it has executed while a child still worked, and somebody wants more: what was traded between is not known."""
    told = at_work()
    told.child(8, ("1000", "100"))
    assert told.monitor.rows() == []
    told.amended(2000, ten_slices())
    (row,) = told.monitor.rows()
    assert (row.order_qty, row.vwap_px) == (D(2000), Figure(None, Missing.NOT_HEARD))


def test_what_is_canceled_is_behind_no_schedule() -> None:
    told = watching()
    told.begun()
    told.now_s = 59.5
    told.quote()
    told.now_s = 60.25
    told.canceled()
    assert told.changes() == []


def test_a_bust_brings_an_order_back_into_the_market_of_another() -> None:
    told = at_work()
    told.begun(50)
    for child in range(8, 18):
        told.child(child, ("100", "100.10"))
    row = told.monitor.row(PARENT)
    assert (row.is_live, row.open_cost) == (False, Figure(D(0)))
    told.executed(17, "-100", "100.10")
    told.quote("100.99", "101.01")
    row = told.monitor.row(PARENT)
    # The market is heard still, and its prints count for the other one alone.
    assert (row.is_live, row.is_stale, row.vwap_px) == (True, False, Figure(None, Missing.NOT_HEARD))
    assert row.open_cost == Figure(D(500))
    assert [one.order_id for one in told.monitor.rows()] == [7, 50]


def test_what_ends_before_its_time_has_no_window() -> None:
    told = watching()
    told.begun(start_s=60, end_s=60, slices=())
    assert told.monitor.row(PARENT).expected_residual == Figure(None, Missing.NO_END)
    told.begun(50)
    told.canceled()
    told.trade("100", "5", at_s=61)
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.TOO_EARLY)
    assert told.monitor.row(50).vwap_px == Figure(D(100))


def test_events_of_orders_that_are_not_watched_change_nothing() -> None:
    told = watching()
    told.created(9)
    told.canceled(9)
    told.planned(9)
    told.child(10, ("5", "100"), order_id=9)
    told.amended(1200, ten_slices(), 9)
    told.record(RaiseSlippageAlert(OrderId(9), a_finding()))
    told.record(RaiseCostDrift("twap", BrokerName("paper"), a_drift()))
    told.monitor.on_refused(RaiseSlippageAlert(OrderId(9), a_finding()))
    told.monitor.on_refused(RaiseCostDrift("twap", BrokerName("paper"), a_drift()))
    assert told.monitor.rows(live_only=False) == []
    assert told.monitor.costs() == []
    assert told.asked == []


def test_what_ended_long_ago_is_forgotten() -> None:
    told = watching(keep_ended=1)
    for order_id in (7, 20, 30):
        told.begun(order_id)
        told.child(order_id + 1, ("5", "100"), order_id=order_id)
        told.canceled(order_id)
    assert [row.order_id for row in told.monitor.rows(live_only=False)] == [30]
    told.executed(8, "-5", "100", order_id=7)
    assert told.monitor.row(30).expected_residual == Figure(D(995))


# ---------------------------------------------------------------- a replay


def test_a_replay_asks_for_nothing_and_knows_what_was_said() -> None:
    told = at_work()
    for child in (8, 9, 10):
        told.child(child, ("100", "100.70"))
    assert told.changes() == [(ARRIVAL, OK, WARN)]

    again = watching(rules={**NO_SCHEDULE, "own_prints": False})
    again.goes_on_from(told)
    row, before = again.monitor.row(PARENT), told.monitor.row(PARENT)
    assert row.states == {ARRIVAL: WARN}
    for name in ("arrival_bps", "arrival_cost", "due_qty", "expected_residual", "children", "cum_qty"):
        assert getattr(row, name) == getattr(before, name)
    assert again.monitor.costs() == told.monitor.costs()
    assert row.vwap_px == row.participation == row.timing_risk_bps == Figure(None, Missing.NOT_HEARD)

    again.now_s = 2
    again.quote()
    again.child(11, ("100", "100.70"))
    assert again.changes() == []


def test_after_a_restart_the_risk_may_go_by_the_clock() -> None:
    """375 seconds of a session of 5,000 are the 0.075 days' volume of before."""
    told = watching(liquidity={"AAPL": Liquidity(volatility="0.3", daily_volume=1, session_s=5000)})
    told.created()
    told.planned()
    again = watching(liquidity={"AAPL": Liquidity(volatility="0.3", daily_volume=1, session_s=5000)})
    again.goes_on_from(told)
    again.now_s = 375
    again.quote()
    for child in (8, 9, 10):
        again.child(child, ("200", "100.70"))
    assert again.monitor.row(PARENT).timing_risk_bps == Figure(D(30))
    assert (ARRIVAL, OK, WARN) in again.changes()
    again.now_s = 1500  # Past its end, at 600: 0.12 of a day.
    again.quote()
    assert again.monitor.row(PARENT).timing_risk_bps == Figure(timing_risk_bps(D("0.3"), D("0.12")))


# ---------------------------------------------------------------- many orders


def test_what_children_cost_by_strategy_and_broker() -> None:
    """Against the mid at each decision: 2 of 1,000 and 18 of 3,000 are 50 basis points, sure to 15; elsewhere one."""
    told = watching()
    told.begun()
    told.child(8, ("6", "100.20"), ("4", "100.20"))
    told.child(9, ("30", "100.60"))
    told.child(10, ("10", "99.90"), broker="other")
    told.child(11, ("10", "150"), quote_age_s=6)
    told.child(12, ("10", "150"), bid=None)
    few = Figure(None, Missing.TOO_FEW)
    assert told.monitor.costs() == [
        SourceCost(
            strategy="twap", broker=BrokerName(broker), mean=mean, drift=Drift(), state=OK
        )
        for broker, mean in (
            ("other", MeanCost(count=1, mean_bps=Figure(D(-10)), standard_error_bps=few)),
            ("paper", MeanCost(count=2, mean_bps=Figure(D(50)), standard_error_bps=Figure(D(15)))),
        )
    ]  # fmt: skip
    assert told.monitor.unpriced == 2
    told.executed(9, "-30", "100.60")
    assert told.monitor.costs()[1].mean == MeanCost(count=1, mean_bps=Figure(D(20)), standard_error_bps=few)


def test_only_the_last_children_are_in_a_mean() -> None:
    told = watching(window=2)
    told.begun()
    for child, px in ((8, "150"), (9, "100.10"), (10, "100.30")):
        told.child(child, ("10", px))
    assert told.monitor.costs()[0].mean.mean_bps == Figure(D(20))
    told.executed(8, "-10", "150")
    assert told.monitor.costs()[0].mean.count == 2


def test_costs_that_drift_are_told_once_and_once_they_are_back() -> None:
    """Expected 10, slack 5: 25 adds 10 each time; worth a warning from 20 on, a breach from 40, left at 16 and 32; 0 takes 15 off."""
    told = watching(drift=DriftRules(expected_bps=10, slack_bps=5, threshold_bps=40))
    told.begun()
    said = []
    for child, bps in enumerate([25, 25, 25, 25, 25, 25, 0, 0, 0], 8):
        told.child(child, ("10", str(D(100) + D(bps) / 100)))
        said.append(told.drifts())
    warn, breach, ok = ([("twap", "paper", state)] for state in (WARN, BREACH, OK))
    # 10, 20, 30, 40, 50, 60, 45, 30, 15
    assert said == [[], warn, [], breach, [], [], [], warn, ok]
    assert told.monitor.costs()[0].drift == Drift(D(15), D(15))


def test_a_drift_goes_on_beyond_the_window_of_the_mean() -> None:
    told = watching(window=2, drift=DriftRules(expected_bps=10, slack_bps=5, threshold_bps=40))
    told.begun()
    for child in range(8, 12):
        told.child(child, ("10", "100.25"))
    assert told.drifts() == [("twap", "paper", WARN), ("twap", "paper", BREACH)]
    assert told.monitor.costs()[0].mean.count == 2


def test_a_drift_is_computed_again_where_a_child_is_corrected() -> None:
    told = watching(drift=DriftRules(expected_bps=0, slack_bps=0, threshold_bps=40))
    told.begun()
    for child in (8, 9, 10, 11):
        told.child(child, ("10", "100.10"))
    assert told.drifts() == [("twap", "paper", WARN), ("twap", "paper", BREACH)]
    told.executed(8, "-10", "100.10")  # 30: a breach is left below 32.
    assert told.drifts() == [("twap", "paper", WARN)]


def test_a_drift_tells_what_it_was_computed_from_and_is_asked_once() -> None:
    told = watching(drift=DriftRules(expected_bps=1, slack_bps=2, threshold_bps=10), echoes=False)
    told.begun()
    told.child(8, ("10", "100.20"))
    told.child(9, ("30", "100.60"))
    (asked,) = told.asked
    found: Any = asked.finding
    # 20 - 3 = 17, which is capped where twice the threshold is, and not yet.
    assert (found.before, found.state, found.worse_bps, found.better_bps) == (OK, BREACH, 17, 0)
    assert (found.expected_bps, found.slack_bps, found.threshold_bps) == (1, 2, 10)
    assert (found.children, found.mean_bps, found.standard_error_bps) == (1, 20, None)
    told.monitor.on_refused(asked)
    told.executed(9, "1", "100.60")
    assert told.drifts() == [("twap", "paper", BREACH)] * 2


# ---------------------------------------------------------------- for people


ROWS: Final = """\
order  symbol  side  strategy  state  done    of  average  arrival  cost_bps  x risk  vwap_cost_bps  schedule  participation  will be left  remark
-----  ------  ----  --------  -----  ----  ----  -------  -------  --------  ------  -------------  --------  -------------  ------------  --------------------------
    7  AAPL    BUY   twap      warn    300  1000    100.7      100      70.0     2.3            0.0     29.8%           0.5%             0  cost against arrival: warn
   20  AAPL    SELL  twap      ok        0  1000        -        -         -       -              -     -0.2%              -          1000"""
COSTS: Final = """\
strategy  broker  children  mean_cost_bps  standard error  worse  better  drift
--------  ------  --------  -------------  --------------  -----  ------  -----
twap      paper          3           70.0             0.0    0.0     0.0  ok"""


def test_the_tables() -> None:
    told = at_work()
    told.child(8, ("60", "100.70"), ("40", "100.70"))
    told.child(9, ("100", "100.70"))
    told.child(10, ("100", "100.70"))
    told.begun(20, Side.SELL, bid=None)
    assert told.monitor.table() == ROWS
    assert told.monitor.costs_table() == COSTS
    assert repr(told.monitor) == "<SlippageMonitor 2 orders at work: 1 ok, 1 warn; 0 of 1 sources drift>"
    told.now_s = 30
    told.trade("100", "1")
    told.canceled(20)
    remarks = [line[140:] for line in told.monitor.table(live_only=False).splitlines()[2:]]
    assert remarks == ["cost against arrival: warn, no fresh quote", "ended"]
    assert repr(watching().monitor) == "<SlippageMonitor 0 orders at work; 0 of 0 sources drift>"


# ---------------------------------------------------------------- the door


@pytest.mark.parametrize(
    "wrong",
    [
        {"warn": 0}, {"warn": 4}, {"hysteresis": "1.1"}, {"min_children": 0}, {"schedule_warn": None},
        {"participation_warn": "0.1"}, {"max_quote_age_ms": 0}, {"check_every_ms": 1.5}, {"own_prints": "no"},
        {"schedule_warn": "0.3"}, {"min_children": "3"}, {"expected_bps": 0.5},
    ],
    ids=str,
)  # fmt: skip
def test_rules_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SlippageRules(**wrong)


def test_liquidity_and_drift_that_cannot_be_meant() -> None:
    for session_s in (0, 1.5, 86_401):
        with pytest.raises(ValidationError):
            Liquidity(volatility="0.3", daily_volume=1, session_s=session_s)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Liquidity(volatility=0, daily_volume=1)
    with pytest.raises(ValidationError):
        Liquidity(volatility=1, daily_volume=0)
    with pytest.raises(ValidationError):
        DriftRules(expected_bps=0, slack_bps=-1, threshold_bps=1)
    with pytest.raises(ValidationError):
        DriftRules(expected_bps=0, slack_bps=0, threshold_bps=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"liquidity": [1]}, {"liquidity": {"AAPL": 1}}, {"liquidity": {1: LIQUIDITY["AAPL"]}}, {"rules": 1}, {"drift": 1},
        {"window": 1}, {"keep_ended": -1}, {"by_strategy": {"twap": 1}},
    ],
    ids=str,
)  # fmt: skip
def test_a_monitor_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SlippageMonitor(**wrong)


def test_strategies_may_have_their_own_rules() -> None:
    told = watching(by_strategy={"twap": SlippageRules(schedule_warn=None, schedule_breach=None)})
    told.begun()
    told.now_s = 300
    told.quote()
    assert told.changes() == []
