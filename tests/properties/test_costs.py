"""Laws of what trading cost: no digit depends on the side, the scale, the order or how executions were split."""

from decimal import Decimal
from fractions import Fraction
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from oms.model.costs import Average, CostSample, Drift, cost, cost_bps, mean_cost
from oms.model.decimals import EXACT, exact_arithmetic
from oms.model.enums import Side
from oms.model.timetable import Timetable
from oms.model.work import Slice

Fills = list[tuple[Decimal, Decimal]]
SCALE = st.sampled_from(["0.001", "0.37", "1", "3", "1000", "123456.789"]).map(Decimal)


def numbers(places: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(1, most).map(lambda number: Decimal(number).scaleb(-places))


PRICES = st.one_of(numbers(2, 10**7), numbers(18, 10**24))
SIZES = st.one_of(numbers(0, 10**6), numbers(8, 10**20))
FILLS = st.lists(st.tuples(PRICES, SIZES), min_size=1, max_size=8)
SIDES = st.sampled_from(Side)


def average(fills: Fills) -> Average:
    return reduce(lambda so_far, fill: so_far.plus(*fill), fills, Average())


def as_fraction(side: Side, fills: Fills, market: Fills) -> Fraction:
    """The cost in basis points, by the definition: s (P - B) / B x 10^4."""

    def px_of(given_fills: Fills) -> Fraction:
        notional = sum((Fraction(px) * Fraction(qty) for px, qty in given_fills), Fraction(0))
        return notional / sum((Fraction(qty) for _, qty in given_fills), Fraction(0))

    ours, theirs = px_of(fills), px_of(market)
    return side.sign * (ours - theirs) / theirs * 10_000


@given(SIDES, FILLS, FILLS)
def test_cost_is_the_definition_rounded_once(side: Side, fills: Fills, market: Fills) -> None:
    """Law: to 28 digits, the cost is s (P - B) / B x 10^4, and in money s X (P - B)."""
    found = cost_bps(side, average(fills), average(market)).value
    exact = as_fraction(side, fills, market)
    assert found is not None
    assert abs(Fraction(found) - exact) <= abs(exact) / 10**27


@given(FILLS, PRICES)
def test_a_purchase_and_its_mirror_image_cost_the_same(fills: Fills, benchmark: Decimal) -> None:
    """Law: each price as far below the benchmark as it was above it, and the other side: the same cost to the last digit."""
    with exact_arithmetic():
        mirrored = [(2 * benchmark - px, qty) for px, qty in fills]
    bought, sold = average(fills), average(mirrored)
    at = Average.at(benchmark)
    assert cost(Side.BUY, bought, at) == cost(Side.SELL, sold, at)
    assert cost_bps(Side.BUY, bought, at) == cost_bps(Side.SELL_SHORT, sold, at)


@given(SIDES, FILLS, FILLS)
def test_what_one_side_loses_the_other_gains(side: Side, fills: Fills, market: Fills) -> None:
    """Law: the same executions on the other side cost the same with the other sign."""
    other = Side.SELL if side is Side.BUY else Side.BUY
    ours, theirs = (cost_bps(each, average(fills), average(market)).value for each in (side, other))
    assert ours is not None
    assert theirs is not None
    assert ours == -theirs


@given(SIDES, FILLS, FILLS, SCALE, SCALE)
def test_scaling_prices_or_sizes_leaves_basis_points(
    side: Side, fills: Fills, market: Fills, of_prices: Decimal, of_sizes: Decimal
) -> None:
    """Law: prices times k, or sizes times k, leave every digit of the cost in basis points."""

    def scaled(given_fills: Fills) -> Average:
        with exact_arithmetic():
            return average([(px * of_prices, qty * of_sizes) for px, qty in given_fills])

    assert cost_bps(side, scaled(fills), scaled(market)) == cost_bps(side, average(fills), average(market))


@given(SIDES, FILLS, FILLS, st.integers(1, 99))
def test_splitting_an_execution_changes_nothing(
    side: Side, fills: Fills, market: Fills, percent: int
) -> None:
    """Law: an execution in two parts, here and in the market, is the execution."""

    def split(given_fills: Fills) -> Fills:
        (px, qty), *rest = given_fills
        with exact_arithmetic():
            head = qty * percent / 100
            return [(px, head), *rest, (px, qty - head)]

    assert average(split(fills)) == average(fills)
    assert cost_bps(side, average(split(fills)), average(split(market))) == cost_bps(
        side, average(fills), average(market)
    )


@given(st.data(), FILLS)
def test_the_order_of_prints_changes_no_benchmark(data: st.DataObject, fills: Fills) -> None:
    """Law: an average is the same in whatever order its prints are heard, and a print that is taken back leaves no trace."""
    shuffled = data.draw(st.permutations(fills))
    px, qty = data.draw(st.tuples(PRICES, SIZES))
    with exact_arithmetic():
        back_and_forth = average([(px, qty), *shuffled, (px, -qty)])
    assert back_and_forth == average(fills)
    assert back_and_forth.px == average(fills).px


@given(FILLS, FILLS)
def test_a_window_is_what_came_in_it(before: Fills, inside: Fills) -> None:
    """Law: the difference of the sums at its ends is the average of a window."""
    start = average(before)
    assert average([*before, *inside]).since(start) == average(inside)


SAMPLES = st.lists(
    st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**12)).map(
        lambda pair: CostSample(Decimal(pair[0]).scaleb(-4), Decimal(pair[1]).scaleb(-2))
    ),
    min_size=2,
    max_size=12,
)


@given(st.data(), SAMPLES)
def test_a_mean_has_no_order_and_no_unit(data: st.DataObject, samples: list[CostSample]) -> None:
    """Law: mean and standard error are the same in any order, and in any currency."""
    found = mean_cost(samples)
    assert mean_cost(data.draw(st.permutations(samples))) == found
    dearer = [CostSample(EXACT.scaleb(s.cost, 3), EXACT.scaleb(s.base, 3)) for s in samples]
    assert mean_cost(dearer) == found
    worst, best = (max(s.bps for s in samples), min(s.bps for s in samples))
    assert found.mean_bps.value is not None
    slack = Decimal("1E-18") * (abs(worst) + abs(best))
    assert best - slack <= found.mean_bps.value <= worst + slack


BPS = st.integers(-(10**6), 10**6).map(lambda number: Decimal(number).scaleb(-2))


@given(st.lists(BPS, max_size=30), BPS, st.integers(0, 500).map(Decimal), st.integers(1, 10**4).map(Decimal))
def test_drift_stays_within_its_bounds_and_is_the_same_on_both_sides(
    costs: list[Decimal], expected: Decimal, slack: Decimal, cap: Decimal
) -> None:
    """Law: the sums lie from 0 to the cap, and the mirror image of the costs has them the other way round."""
    drift, mirrored = Drift(), Drift()
    for bps in costs:
        drift = drift.after(bps, expected=expected, slack=slack, cap=cap)
        mirrored = mirrored.after(-bps, expected=-expected, slack=slack, cap=cap)
        assert 0 <= drift.worse <= cap
        assert 0 <= drift.better <= cap
        assert (mirrored.worse, mirrored.better) == (drift.better, drift.worse)


PARTS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(1, 9)).map(
        lambda drawn: Slice(0, drawn[0], drawn[0] + drawn[1], Decimal(drawn[2]))
    ),
    max_size=8,
)


@given(PARTS, st.integers(-1, 90))
def test_what_is_due_is_what_a_walk_through_the_slices_finds(parts: list[Slice], time_ns: int) -> None:
    """Law: least, ideal and most are the sums over all slices, they come in this order, and none ever falls as time goes on."""
    timetable = Timetable(parts)
    due = timetable.due(time_ns)
    assert due.least == sum(part.qty for part in parts if part.end_ns <= time_ns and part.start_ns <= time_ns)
    assert due.most == sum(part.qty for part in parts if part.start_ns <= time_ns)
    ideal = sum(
        Fraction(part.qty)
        * (1 if part.end_ns <= time_ns else Fraction(time_ns - part.start_ns, part.end_ns - part.start_ns))
        for part in parts
        if part.start_ns <= time_ns
    )
    assert abs(Fraction(due.ideal) - ideal) < Fraction(1, 10**24)
    later = timetable.due(time_ns + 1)
    assert due.least <= later.least
    assert due.ideal <= later.ideal
    assert due.most <= later.most <= timetable.qty
