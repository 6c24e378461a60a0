"""Laws of the slippage monitor: what it shows follows from what was executed, and what it says from what it shows."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oms.model import events as ev
from oms.model.alert_commands import RaiseSlippageAlert
from oms.model.decimals import EXACT, ONE, exact_arithmetic
from oms.model.enums import Side
from oms.model.slippage import AlertState, DriftRules, Liquidity, Measure, SlippageRules
from oms.projections.slippage_monitor import SlippageMonitor
from tests.unit.projections.watched import PARENT, D, Told

# What happens, one after another: a child executes so much at so many cents from 100, everybody trades, the best prices move (or
# are one-sided), an execution is busted or corrected, time goes by.
CENTS = st.integers(-200, 200)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("child"), CENTS, st.integers(1, 90)),
        st.tuples(st.just("print"), CENTS, st.integers(1, 50_000)),
        st.tuples(st.just("quote"), CENTS, st.just(0)),
        st.tuples(st.just("one-sided"), CENTS, st.just(0)),
        st.tuples(st.just("bust"), CENTS, st.just(0)),
        st.tuples(st.just("correct"), CENTS, st.just(0)),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 90)),
    ),
    max_size=25,
)
Actions = list[tuple[str, int, int]]
ARRIVAL_FIGURES = (
    "arrival_px",
    "arrival_cost",
    "arrival_bps",
    "due_qty",
    "deviation",
    "off_schedule",
    "expected_residual",
)
OF_EXECUTIONS = ("arrival_cost", "arrival_bps", "order_qty", "cum_qty", "avg_px", "children")
OF_RATIOS = (
    "arrival_bps",
    "vwap_bps",
    "risk_multiple",
    "participation",
    "deviation",
    "off_schedule",
    "timing_risk_bps",
)


WINDOW = 4


def monitor() -> SlippageMonitor:
    return SlippageMonitor(
        {"AAPL": Liquidity(volatility="0.3", daily_volume=750_000)},
        rules=SlippageRules(own_prints=False, min_children=2, hysteresis="0.3"),
        drift=DriftRules(expected_bps=0, slack_bps=5, threshold_bps=60),
        window=WINDOW,
    )


def lived(actions: Actions, side: Side = Side.BUY, *, scale: Decimal = ONE, split: bool = False) -> Told:
    """A day of an order, told to a monitor."""

    def px(cents: int) -> str:
        return str(EXACT.multiply(D(100) + D(side.sign * cents) / 100, scale))

    told, fills = Told(monitor()), dict[int, tuple[Decimal, Decimal]]()
    bid, ask = (str(EXACT.multiply(D(each), scale)) for each in ("99.99", "100.01"))
    told.begun(side=side, bid=bid, ask=ask)
    told.quote(bid, ask)
    for kind, cents, size in actions:
        match kind:
            case "child":
                child = 8 + len(fills)
                fills[child] = (D(size), D(px(cents)))
                parts = [("1", px(cents)), (str(size - 1), px(cents))] if split and size > 1 else []
                told.child(child, *(parts or [(str(size), px(cents))]), bid=bid, ask=ask)
            case "print":
                told.trade(px(cents), str(size))
            case "quote":
                told.quote(px(cents), px(cents))
            case "one-sided":
                told.quote(None, px(cents))
            case "wait":
                told.now_s += size
            case _ if fills:
                child, (qty, old) = fills.popitem()
                fills[child] = (D(0), old)
                if kind == "bust":
                    told.moved(child, -qty, EXACT.multiply(-qty, old))
                elif qty:
                    fills[child] = (qty, D(px(cents)))
                    told.moved(child, D(0), EXACT.multiply(qty, D(px(cents)) - old))
            case _:
                pass  # Nothing to bust.
    return told


def figures(told: Told, names: tuple[str, ...]) -> dict[str, Any]:
    row = told.monitor.row(PARENT)
    return {name: getattr(row, name) for name in names}


@given(ACTIONS)
def test_a_sale_in_a_mirror_costs_what_a_purchase_costs(actions: Actions) -> None:
    """Law: with every price as far on the other side of arrival, a sale has the figures against arrival of a purchase."""
    bought, sold = lived(actions), lived(actions, Side.SELL)
    assert figures(bought, ARRIVAL_FIGURES) == figures(sold, ARRIVAL_FIGURES)


@given(ACTIONS, st.sampled_from(["0.01", "3", "1234.5"]).map(Decimal))
def test_the_unit_of_prices_changes_no_ratio_and_no_alert(actions: Actions, scale: Decimal) -> None:
    """Law: with every price times k the same is said at the same times, and every ratio is the same to the last digit."""
    plainly, scaled = lived(actions), lived(actions, scale=scale)
    assert figures(plainly, OF_RATIOS) == figures(scaled, OF_RATIOS)
    for one, other in zip(plainly.asked, scaled.asked, strict=True):
        assert type(one) is type(other)
        assert one.finding.state is other.finding.state
        if isinstance(one, RaiseSlippageAlert) and isinstance(other, RaiseSlippageAlert):
            assert one.finding.figure == other.finding.figure
            assert one.finding.measure is other.finding.measure


@given(ACTIONS)
def test_how_executions_were_split_changes_no_figure(actions: Actions) -> None:
    """Law: each execution in two has the same figures, and the same costs by strategy and broker."""
    whole, split = lived(actions), lived(actions, split=True)
    names = (*OF_EXECUTIONS, "vwap_px", *OF_RATIOS)
    assert figures(whole, names) == figures(split, names)
    ours, theirs = ([(one.mean, one.drift) for one in told.monitor.costs()] for told in (whole, split))
    assert ours == theirs


@given(ACTIONS)
def test_a_replay_knows_what_was_known_and_asks_for_nothing(actions: Actions) -> None:
    """Law: what follows from events alone is the same after a replay, with what was said, and a replay says nothing."""
    told, again = lived(actions), Told(monitor())
    for event in told.events:
        again.monitor.on_recorded(event)
    names = (*OF_EXECUTIONS, "arrival_px", "is_live", "states")
    assert figures(again, names) == figures(told, names)
    assert again.monitor.costs() == told.monitor.costs()


@given(st.data(), ACTIONS)
def test_the_order_of_executions_changes_no_figure(data: st.DataObject, actions: Actions) -> None:
    """Law: executions, corrections and busts heard in another order come to the same."""
    told, again = lived(actions), Told(monitor())
    executions = [event for event in told.events if isinstance(event, ev.ChildExecuted)]
    for event in told.events:
        if not isinstance(event, ev.ChildExecuted):
            again.monitor.on_recorded(event)
    for event in data.draw(st.permutations(executions)):
        again.monitor.on_recorded(event)
    assert figures(again, OF_EXECUTIONS) == figures(told, OF_EXECUTIONS)
    # Beyond the window it is the last ones that count.
    if len({event.child for event in executions}) <= WINDOW:
        assert [one.mean for one in again.monitor.costs()] == [one.mean for one in told.monitor.costs()]


@given(ACTIONS)
def test_what_is_said_goes_from_band_to_band_and_never_on_a_stale_quote(actions: Actions) -> None:
    """Law: each alert begins where the last one of its kind ended, on a fresh quote, and what stands is what was said last."""
    told = lived(actions)
    stands: dict[Measure, AlertState] = defaultdict(lambda: AlertState.OK)
    for event in told.events:
        if isinstance(event, ev.SlippageAlerted):
            found = event.finding
            assert found.before is stands[found.measure]
            assert found.state is not found.before
            stands[found.measure] = found.state
            assert found.bid <= found.ask
            assert event.time_ns - found.quote_ns <= 5_000_000_000
            _check_inputs(event)
    row = told.monitor.row(PARENT)
    assert row.states == {measure: state for measure, state in stands.items() if state is not AlertState.OK}


def _check_inputs(event: ev.SlippageAlerted) -> None:
    # What an alert says follows from what it carries.
    found = event.finding
    if found.figure is None:
        return
    with exact_arithmetic():
        if found.measure is Measure.ARRIVAL:
            assert found.arrival_px is not None
            excess, base = found.notional - found.cum_qty * found.arrival_px, found.cum_qty * found.arrival_px
        elif found.measure is Measure.VWAP:
            excess = found.notional * found.market_qty - found.cum_qty * found.market_notional
            base = found.cum_qty * found.market_notional
        else:
            return
    assert abs(found.figure - excess * 10_000 / base) < D("1e-20")
    assert (found.warn, found.breach) != (None, None)
