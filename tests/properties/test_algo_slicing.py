"""Laws of slicing, of plans made anew and of what is drawn."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from oms.algos.jitter import jittered_sizes, jittered_times
from oms.algos.slicing import (
    Progress,
    Rounding,
    Window,
    apportioned,
    clipped,
    continued,
    merged,
    planned,
    replanned,
    sliced,
    without,
)
from oms.algos.twap import by_child, by_count, by_interval, caught_up
from oms.model.draws import Draws

lots_of = st.integers(0, 10**13)
lot_sizes = st.sampled_from([Decimal(1), Decimal(100), Decimal("0.001"), Decimal("1E-8")])
some_weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)
shares = st.integers(0, 99).map(lambda percent: Decimal(percent) / 100)


@st.composite
def spans(draw: st.DrawFn, weights: st.SearchStrategy[list[int]] = some_weights) -> tuple[Window, ...]:
    time, windows = draw(st.integers(0, 10**18)), []
    for number, weight in enumerate(draw(weights)):
        end = time + draw(st.integers(1, 10**12))
        windows.append(Window(number, time, end, Fraction(weight)))
        time = end
    return tuple(windows)


def total(qtys: object) -> Decimal:
    return sum(qtys, Decimal(0))  # type: ignore[call-overload, no-any-return]  # of decimals


@given(lots_of, some_weights, st.sampled_from(Rounding))
def test_the_sum_is_exact_and_each_part_within_a_lot_of_its_share(
    lots: int, weights: list[int], rounding: Rounding
) -> None:
    counts = apportioned(lots, weights, rounding)

    assert sum(counts) == lots
    assert min(counts) >= 0
    for count, weight in zip(counts, weights, strict=True):
        assert abs(count - Fraction(lots * weight, sum(weights))) < 1


@given(lots_of, some_weights)
def test_sums_that_are_rounded_stay_within_half_a_lot(lots: int, weights: list[int]) -> None:
    sums = zip(accumulate(apportioned(lots, weights, Rounding.CUMULATIVE)), accumulate(weights), strict=True)

    assert all(abs(due - Fraction(lots * share, sum(weights))) <= Fraction(1, 2) for due, share in sums)


@given(lots_of, some_weights)
def test_the_shares_of_whole_quotas_are_the_same_in_a_mirror(lots: int, weights: list[int]) -> None:
    """Ties aside, which go to the earlier slice, no place is better than another."""
    whole = sum(weights)
    rests = [lots * weight % whole for weight in weights]
    if len(set(rests)) == len(rests):
        assert apportioned(lots, weights) == apportioned(lots, weights[::-1])[::-1]


@given(lots_of, st.integers(0, 99), lot_sizes, some_weights, st.integers(0, 100), st.sampled_from(Rounding))
def test_a_cut_is_exact_and_no_slice_but_a_lonely_one_is_too_small(
    lots: int, tail: int, lot: Decimal, weights: list[int], min_lots: int, rounding: Rounding
) -> None:
    qty = lots * lot + tail * lot / 100
    cut = sliced(qty, lot, weights, min_child=min_lots * lot, rounding=rounding)
    sent = [each for each in cut if each]

    assert total(cut) == qty
    assert len(cut) == len(weights)
    assert all(each >= min_lots * lot for each in sent) or len(sent) == 1
    assert sum(bool(each % lot) for each in cut) <= 1


@given(st.lists(st.integers(0, 50).map(Decimal), max_size=20), st.integers(0, 60).map(Decimal))
def test_what_is_merged_is_never_earlier_but_for_the_last(qtys: list[Decimal], least: Decimal) -> None:
    result = merged(qtys, least)

    assert total(result) == total(qtys)
    late = [before - after for before, after in zip(accumulate(qtys), accumulate(result), strict=True)]
    last = max((place for place, qty in enumerate(result) if qty), default=-1)
    assert all(behind >= 0 for behind in late[: max(last, 0)])
    assert all(behind <= 0 for behind in late[last:] if last >= 0)


@given(spans(), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 29))
def test_filled_working_and_planned_are_the_quantity_after_every_new_plan(
    windows: tuple[Window, ...], qty: int, filled: int, working: int, sent: int
) -> None:
    progress = Progress(qty=Decimal(qty), filled=Decimal(filled), working=Decimal(working))
    left = windows[sent:]
    plan = replanned(progress, Decimal(1), left)

    if any(window.weight for window in left):
        assert progress.filled + progress.working + total(each.qty for each in plan) == (
            progress.qty + progress.excess
        )
    assert {each.number for each in plan} <= {window.number for window in left}
    assert all(each.qty > 0 for each in plan)


@given(spans(), st.data())
def test_a_span_taken_out_and_the_span_itself_are_the_whole_weight(
    windows: tuple[Window, ...], data: st.DataObject
) -> None:
    start = data.draw(st.integers(windows[0].start_ns, windows[-1].end_ns))
    end = data.draw(st.integers(start, windows[-1].end_ns))
    rest = without(windows, start, end)

    inside = sum(window.weight for window in clipped(windows, start, end))
    assert inside + sum(window.weight for window in rest) == sum(window.weight for window in windows)
    assert [window.number for window in rest] == [window.number for window in windows]


@given(st.integers(0, 10**18), st.integers(1, 10**15), st.integers(1, 500), st.integers(1, 10**6))
def test_every_way_to_a_time_schedule_fills_the_window_without_a_gap(
    start: int, length: int, slices: int, qty: int
) -> None:
    end = start + length
    ways = [by_interval(start, end, -(-length // slices)), by_count(start, end, min(slices, length))]
    child = -(-qty // min(slices, length))
    ways.append(by_child(start, end, Decimal(qty), Decimal(child), Decimal(1)))
    for windows in ways:
        assert (windows[0].start_ns, windows[-1].end_ns) == (start, end)
        assert all(before.end_ns == after.start_ns for before, after in pairwise(windows))
        plan = planned(Decimal(qty), Decimal(1), windows)
        assert total(each.qty for each in plan) == qty
        now = start + length // 3
        assert total(each.qty for each in caught_up(plan, now)) == qty
        assert all(each.start_ns >= now for each in caught_up(plan, now))


@given(
    spans(),
    st.integers(0, 100) | lots_of,
    st.integers(0, 99),
    shares,
    st.integers(0, 1000),
    st.integers(0, 2**63),
)
def test_jitter_keeps_the_sum_the_lots_the_band_the_order_and_the_window(
    windows: tuple[Window, ...], lots: int, tail: int, share: Decimal, band: int, seed: int
) -> None:
    lot = Decimal(100)
    plan = planned(lots * lot + tail, lot, windows)
    draws = Draws(seed, 1)
    drawn = jittered_times(jittered_sizes(plan, lot, share, band, draws), share, draws)

    assert total(each.qty for each in drawn) == total(each.qty for each in plan)
    sums = zip(
        accumulate(each.qty // lot for each in plan),
        accumulate(each.qty // lot for each in drawn),
        strict=True,
    )
    assert all(abs(ideal - sent) <= band for ideal, sent in sums)
    for before, after in zip(plan, drawn, strict=True):
        assert before.start_ns <= after.start_ns < before.end_ns == after.end_ns
        assert before.qty % lot == after.qty % lot
        assert (after.qty >= lot) is (before.qty >= lot)
    assert [each.start_ns for each in drawn] == sorted(each.start_ns for each in drawn)


@given(spans(), st.integers(1, 10**6), shares, st.integers(0, 2**63), st.integers(0, 29))
def test_what_is_left_after_a_restart_is_drawn_as_it_would_have_been(
    windows: tuple[Window, ...], qty: int, share: Decimal, seed: int, sent: int
) -> None:
    """The factor and the moment of a slice hang on its number alone."""
    plan = planned(Decimal(qty), Decimal(1), windows)
    draws = Draws(seed, 7)

    assert jittered_times(plan, share, draws)[sent:] == jittered_times(plan[sent:], share, Draws(seed, 7))


@given(spans(), lots_of, lots_of, lots_of, lot_sizes, st.data())
def test_a_schedule_that_goes_on_plans_all_that_is_available_and_nothing_too_soon(
    windows: tuple[Window, ...], lots: int, filled: int, working: int, lot: Decimal, data: st.DataObject
) -> None:
    """Wherever it is cut, and whether its window in force was decided: the sum is exact, and no more is sent at once than was due."""
    progress = Progress(qty=lots * lot, filled=filled * lot, working=working * lot)
    at_ns = data.draw(st.integers(windows[0].start_ns, windows[-1].end_ns - 1))
    left = [window for window in windows if window.start_ns > at_ns]
    (now,) = [window for window in windows if window.start_ns <= at_ns < window.end_ns]
    rest = clipped([now], at_ns, now.end_ns)[0] if data.draw(st.booleans()) else None
    if rest is None and data.draw(st.booleans()):
        left = [now, *left]
    small = data.draw(st.sampled_from([0, 3])) * lot
    plan = continued(progress, lot, windows, left, in_force=rest, min_child=small)

    weights = [window.weight for window in (*left, *(() if rest is None else (rest,)))]
    assert total(each.qty for each in plan) == (progress.available if any(weights) else 0)
    assert all(each.qty > 0 for each in plan)
    if rest is not None and any(window.weight for window in left):
        whole = planned(progress.qty, lot, windows, min_child=small)
        due = total(each.qty for each in whole if each.number <= now.number)
        at_once = total(each.qty for each in plan if each.number == now.number)
        assert at_once <= max(due - progress.filled - progress.working, Decimal(0))


@given(spans(), st.integers(1, 10**6), lot_sizes, st.data())
def test_a_schedule_that_goes_on_as_it_was_planned_stays_the_same(
    windows: tuple[Window, ...], lots: int, lot: Decimal, data: st.DataObject
) -> None:
    """Where what was due has traded, each slice that is left differs by the rounding at most."""
    whole = planned(lots * lot, lot, windows)
    cut = data.draw(st.integers(0, len(windows)))
    done = total(each.qty for each in whole if each.number < cut)
    plan = continued(Progress(qty=lots * lot, filled=done), lot, windows, windows[cut:])

    before, after = ({each.number: each.qty for each in each_plan} for each_plan in (whole, plan))
    for number in range(cut, len(windows)):
        assert abs(before.get(number, Decimal(0)) - after.get(number, Decimal(0))) <= lot
