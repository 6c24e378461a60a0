"""Laws of curves, participation, targets, displays and decisions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from oms.algos.choices import OnResidual
from oms.algos.close_targeting import latest_start
from oms.algos.ending import EndStep, at_end
from oms.algos.iceberg import around
from oms.algos.pacing import CatchUp, Facts, Pace, Rule, decide
from oms.algos.pov import OthersVolume, RateBasis, Stance, next_child, part_of, stance
from oms.algos.scale import ladder
from oms.algos.shortfall import ImpactModel, decaying, trajectory
from oms.algos.slicing import Progress, Window
from oms.algos.sniper import snipe
from oms.algos.volume_curve import Average, DayVolumes, volume_curve
from oms.algos.vwap import dynamic_share
from oms.model.draws import Draws
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.price_grid import PriceGrid
from oms.model.trading_session import TradingSession

qtys = st.integers(0, 10**7).map(Decimal)
lot_sizes = st.sampled_from([Decimal(1), Decimal(100)])
rates = st.integers(1, 99).map(lambda percent: Decimal(percent) / 100)
bases = st.sampled_from(RateBasis)
prices = st.integers(900, 1100).map(lambda cents: Decimal(cents) / 100)


@st.composite
def histories(draw: st.DrawFn) -> list[DayVolumes]:
    buckets = draw(st.integers(1, 8))
    rows = draw(
        st.lists(st.lists(st.integers(1, 10**6), min_size=buckets, max_size=buckets), min_size=1, max_size=6)
    )
    return [
        DayVolumes(trade_date=f"2026010{n + 1}", length_ns=10 * buckets, volumes=tuple(map(Decimal, row)))
        for n, row in enumerate(rows)
    ]


@given(histories(), st.sampled_from(Average), st.integers(1, 10**6))
def test_a_curve_sums_to_one_and_the_size_of_a_day_is_no_matter(
    days: list[DayVolumes], average: Average, factor: int
) -> None:
    curve = volume_curve(days, 10, average)
    busy = [evolve(days[0], volumes=tuple(factor * volume for volume in days[0].volumes)), *days[1:]]

    assert sum(curve.shares) == 1
    assert min(curve.shares) >= 0
    assert volume_curve(busy, 10, average) == curve


@given(histories(), st.integers(0, 80), st.integers(0, 80))
def test_windows_on_both_sides_of_a_moment_are_the_whole(
    days: list[DayVolumes], cut: int, early: int
) -> None:
    curve = volume_curve(days, 10)
    session = TradingSession("20260201", 1000, 1000 + max(curve.length_ns - early, 1))
    moment = 1000 + cut

    def weight(start: int, end: int) -> Fraction:
        return sum((each.weight for each in curve.windows(session, start, end)), Fraction(0))

    assert weight(1000, moment) + weight(moment, 5000) == weight(1000, 5000) <= 1


@given(st.fractions(0, 1), qtys, qtys, st.integers(0, 100))
def test_a_dynamic_share_stays_within_its_band(
    share: Fraction, volume: Decimal, expected: Decimal, percent: int
) -> None:
    band = Decimal(percent) / 100
    due = dynamic_share(share, volume, expected, band)

    assert abs(due - share) <= Fraction(band)
    assert 0 <= due <= 1


@given(
    st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 100)), min_size=1, max_size=30),
    qtys,
    lot_sizes,
    rates,
    bases,
)
def test_participation_never_passes_its_rate_and_never_takes_back(
    steps: list[tuple[int, int]], qty: Decimal, lot: Decimal, rate: Decimal, basis: RateBasis
) -> None:
    """Whatever part of each child trades, and whatever was not sent for a while."""
    others, filled = OthersVolume(start_ns=0, is_buy=True), Decimal(0)
    for volume, percent in steps:
        others = others.next_interval().after(Decimal(volume), Decimal(10), 1)
        child = next_child(Progress(qty=qty, filled=filled), others, rate, lot, basis=basis)
        assert child >= 0
        assert filled + child <= qty
        assert filled + child <= part_of(others.total, rate, basis) or not child
        assert child <= part_of(others.lately, rate, basis) + Fraction(lot)
        filled += (child * percent / 100) // lot * lot if percent < 100 else child


@given(qtys, qtys, qtys, lot_sizes, rates, bases, qtys)
def test_a_band_never_sends_what_would_pass_the_most(
    qty: Decimal,
    filled: Decimal,
    working: Decimal,
    lot: Decimal,
    rate: Decimal,
    basis: RateBasis,
    volume: Decimal,
) -> None:
    progress = Progress(qty=qty, filled=filled, working=working)

    if stance(progress, volume, lot, min_rate=rate / 2, max_rate=rate, basis=basis) is not Stance.WAIT:
        assert filled + working + min(lot, progress.available) <= part_of(volume, rate, basis)


@given(st.lists(st.tuples(st.booleans(), prices, st.integers(-50, 10**4)), max_size=20), prices)
def test_a_purchase_and_a_sale_count_the_same_volume_in_a_mirror(
    prints: list[tuple[bool, Decimal, int]], limit: Decimal
) -> None:
    """Prices are mirrored at 10."""
    buy = OthersVolume(start_ns=0, is_buy=True, limit_px=limit)
    sale = OthersVolume(start_ns=0, is_buy=False, limit_px=20 - limit)
    for is_own, px, qty in prints:
        buy = buy.after(Decimal(qty), px, 1, is_own=is_own)
        sale = sale.after(Decimal(qty), 20 - px, 1, is_own=is_own)

    assert (buy.total, buy.lately) == (sale.total, sale.lately)
    assert buy.total >= 0


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=10).filter(any),
    st.integers(1, 10**6).map(Decimal),
    st.integers(1, 10**7).map(Decimal),
    rates,
    bases,
)
def test_the_volume_from_the_latest_start_on_is_enough_and_a_nanosecond_later_it_is_not(
    weights: list[int], qty: Decimal, volume: Decimal, rate: Decimal, basis: RateBasis
) -> None:
    windows = [Window(n, 1000 * n, 1000 * n + 1000, Fraction(weight)) for n, weight in enumerate(weights)]
    target = latest_start(qty, Decimal(1), windows, volume, rate, basis)
    reach = part_of(volume, rate, basis) * sum(each.weight for each in target.windows) / sum(weights)

    assert reach >= qty or target.shortfall > 0
    if target.shortfall:
        assert target.start_ns == 0
        assert int(reach) + target.shortfall == qty
    else:
        later = [each for each in target.windows if each.weight]
        lost = later[0].weight / (later[0].end_ns - later[0].start_ns)
        assert reach - lost * part_of(volume, rate, basis) / sum(weights) < qty


@given(
    st.integers(1, 10**6).map(Decimal),
    lot_sizes,
    prices,
    st.integers(0, 50).map(lambda cents: Decimal(cents) / 100),
    st.lists(st.integers(0, 9), min_size=1, max_size=20).filter(any),
)
def test_a_ladder_is_the_whole_order_and_the_same_in_a_mirror(
    qty: Decimal, lot: Decimal, first: Decimal, step: Decimal, weights: list[int]
) -> None:
    grid = PriceGrid(Instrument(symbol="X", currency="USD", tick=Decimal("0.05"), negative_px=True))
    down = ladder(qty, lot, grid, is_buy=True, first_px=first, step=step, weights=weights)
    up = ladder(qty, lot, grid, is_buy=False, first_px=20 - first, step=step, weights=weights)

    assert sum(level.qty for level in down) == qty
    assert [(level.number, 20 - level.price, level.qty) for level in up] == [
        (level.number, level.price, level.qty) for level in down
    ]
    assert all(level.price <= first and not level.price % Decimal("0.05") for level in down)


@given(
    st.integers(2, 10**4),
    st.integers(0, 90),
    st.integers(1, 10**6),
    st.integers(0, 2**63),
    st.integers(1, 50),
)
def test_a_display_stays_within_its_bounds_and_does_not_repeat(
    lots: int, percent: int, left: int, seed: int, refreshes: int
) -> None:
    share = Decimal(percent) / 100
    display, draws = around(Decimal(lots), share, Decimal(1)), Draws(seed, 3)
    last, rest = None, Decimal(left)
    for k in range(refreshes):
        shown = display.shown(rest, draws, k, last)
        assert 0 < shown <= rest
        assert shown == rest or lots * (1 - share) <= shown <= lots * (1 + share)
        if last is not None and display.sizes[2] > 1 and shown < rest:
            assert shown != last
        last, rest = shown, rest - shown
        if not rest:
            break


@given(
    prices, prices, prices, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999), st.integers(0, 999)
)
def test_a_sniper_takes_the_same_in_a_mirror_and_never_beyond_its_limit(
    bid: Decimal, ask: Decimal, limit: Decimal, bid_size: int, ask_size: int, least: int, left: int
) -> None:
    symbol = Symbol("X")
    quote = Quote(symbol, 0, bid, Decimal(bid_size), ask, Decimal(ask_size))
    mirrored = Quote(symbol, 0, 20 - ask, Decimal(ask_size), 20 - bid, Decimal(bid_size))
    common = {
        "min_size": Decimal(least),
        "left": Decimal(left),
        "lot": Decimal(10),
        "now_ns": 0,
        "max_age_ns": 0,
    }
    bought = snipe(quote, is_buy=True, limit_px=limit, **common)  # type: ignore[arg-type]
    sold = snipe(mirrored, is_buy=False, limit_px=20 - limit, **common)  # type: ignore[arg-type]

    assert (bought.qty, bought.why_not) == (sold.qty, sold.why_not)
    assert not bought.qty or (ask <= limit and bought.qty <= min(ask_size, left))


small = st.integers(0, 10**6).map(lambda number: Decimal(number) / 10**6)


@given(
    small,
    small,
    small,
    st.integers(1, 40),
    st.integers(1, 10**6).map(Decimal),
    st.integers(1, 20).map(Decimal),
)
def test_holdings_only_fall_and_more_aversion_never_holds_more(
    aversion: Decimal, volatility: Decimal, impact: Decimal, steps: int, qty: Decimal, horizon: Decimal
) -> None:
    model = ImpactModel(
        volatility=volatility, temporary_impact=impact + Decimal("0.000001"), risk_aversion=aversion
    )
    plan = trajectory(qty, horizon, steps, model)
    hasty = trajectory(qty, horizon, steps, evolve(model, risk_aversion=aversion * 2))

    assert sum(plan.trades) == 1
    assert min(plan.trades) >= 0
    assert all(less <= more for less, more in zip(hasty.holdings, plan.holdings, strict=True))
    # The optimum for one aversion is no worse by its own measure than the one for another.
    assert plan.expected_cost + aversion * plan.variance <= (
        hasty.expected_cost + aversion * hasty.variance
    ) * (1 + Decimal("1E-9"))


@given(st.integers(0, 10**9).map(lambda number: Decimal(number) / 1000), st.integers(1, 50))
def test_any_decay_is_stable(kappa_t: Decimal, steps: int) -> None:
    parts = decaying(kappa_t, steps)

    assert sum(parts) == 1
    assert all(before >= after - Decimal("1E-17") for before, after in pairwise(parts))


flags = st.booleans()
maybe_qty = st.none() | st.integers(-100, 2000).map(Decimal)


@st.composite
def situations(draw: st.DrawFn) -> Facts:
    return Facts(
        progress=Progress(
            qty=Decimal(1000),
            filled=Decimal(draw(st.integers(0, 1100))),
            working=Decimal(draw(st.integers(0, 500))),
        ),
        now_ns=draw(st.integers(-10, 110)),
        start_ns=0,
        end_ns=100,
        lot=draw(st.sampled_from([Decimal(1), Decimal(100)])),
        is_buy=draw(flags),
        is_killed=draw(st.sampled_from([False, False, False, True])),
        is_halted=draw(st.sampled_from([False, False, False, True])),
        has_quote=draw(st.sampled_from([True, True, True, False])),
        px=draw(st.none() | prices),
        limit_px=draw(st.none() | prices),
        cap_qty=draw(maybe_qty),
        max_child=draw(maybe_qty),
        min_child=Decimal(draw(st.integers(0, 300))),
        rested_ns=draw(st.integers(0, 100)),
        i_would_px=draw(st.none() | prices),
        touch_px=draw(st.none() | prices),
        i_would_qty=draw(st.none() | st.integers(0, 1000).map(Decimal)),
        target=draw(st.none() | st.integers(0, 1000).map(Decimal)),
        slice_qty=Decimal(draw(st.integers(0, 500))),
        left_qty=draw(st.integers(0, 1000).map(Decimal)),
        slice_ends=draw(flags),
        catch_up=draw(st.sampled_from(CatchUp)),
        min_qty=Decimal(draw(st.integers(0, 500))),
        completing=draw(flags),
        completion_ignores_caps=draw(flags),
    )


@given(situations())
def test_no_decision_sends_what_must_not_be_sent(facts: Facts) -> None:
    decision = decide(facts)

    assert 0 <= decision.qty <= facts.progress.available
    if not decision.qty:
        return
    assert decision.pace.rule in {Rule.I_WOULD, Rule.SCHEDULE, Rule.MIN_PARTICIPATION, Rule.COMPLETION}
    assert not facts.is_killed
    assert not facts.is_halted
    assert facts.has_quote
    assert 0 <= facts.now_ns < 100
    assert facts.limit_px is None or (
        facts.px is not None and (facts.px <= facts.limit_px if facts.is_buy else facts.px >= facts.limit_px)
    )
    if not (decision.pace is Pace.COMPLETING and facts.completion_ignores_caps):
        assert facts.now_ns >= facts.rested_ns
        assert all(cap is None or decision.qty <= cap for cap in (facts.cap_qty, facts.max_child))
    if decision.pace is not Pace.I_WOULD and facts.deficit is not None:
        assert decision.qty <= facts.deficit
    assert decision.qty == facts.progress.available or not decision.qty % facts.lot


@given(situations())
def test_a_purchase_and_a_sale_are_decided_alike_in_a_mirror(facts: Facts) -> None:
    """Prices are mirrored at 10."""
    mirrored = evolve(
        facts,
        is_buy=not facts.is_buy,
        px=_mirror(facts.px),
        limit_px=_mirror(facts.limit_px),
        i_would_px=_mirror(facts.i_would_px),
        touch_px=_mirror(facts.touch_px),
    )

    assert decide(mirrored) == decide(facts)


def _mirror(px: Decimal | None) -> Decimal | None:
    return None if px is None else 20 - px


@given(
    st.integers(0, 150), st.integers(0, 150), st.sampled_from(OnResidual), st.integers(0, 150), st.booleans()
)
def test_every_order_comes_to_an_end_and_sends_one_child_at_most(
    filled: int, working: int, on_residual: OnResidual, more: int, can_send: bool
) -> None:
    """Whatever part of what works trades while it is canceled, and of what is swept."""
    now, canceled, sent, steps = _progress(filled, working), False, 0, []
    for _ in range(6):
        ending = at_end(now, on_residual, are_canceled=canceled, was_sent=sent > 0, can_send=can_send)
        steps.append(ending.step)
        if ending.step is EndStep.CANCEL_CHILDREN:
            canceled = True
        elif ending.step is EndStep.AWAIT_CHILDREN:
            now, canceled = _progress(int(now.filled) + min(more, int(now.working))), False
        elif ending.step in {EndStep.SWEEP, EndStep.AUCTION}:
            sent += 1
            assert ending.qty == now.available
            now = _progress(int(now.filled), int(ending.qty))
        else:
            break

    assert steps[-1] in {EndStep.FILLED, EndStep.OVERFILLED, EndStep.RESIDUAL, EndStep.EXTEND}
    assert sent <= 1
    assert (steps[-1] is EndStep.EXTEND) is (
        on_residual is OnResidual.EXTEND and (filled < 100 or working > 0)
    )


def _progress(filled: int, working: int = 0) -> Progress:
    return Progress(qty=Decimal(100), filled=Decimal(filled), working=Decimal(working))
