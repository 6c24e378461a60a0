"""From typed parameters to slices, and whether they fit an order: worked schedules of each algorithm."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.algorithms import Algorithm
from oms.algos.order_checks import check, display_of
from oms.algos.reacting import Iceberg, Scale
from oms.algos.scheduled import Shortfall, TargetClose, Twap, Vwap
from oms.algos.schedules import Occasion, slices_of, span_of, windows_of
from oms.algos.slicing import Progress, Slice, replanned
from oms.algos.volume_curve import VolumeCurve
from oms.algos.wire import read
from oms.algos.working import Working
from oms.errors import ValidationError
from oms.model.instrument import Instrument
from oms.model.reasons import ReasonCode
from oms.model.trading_session import TradingSession

D = Decimal
S = 1_000_000_000
OPEN = 1_000 * S
SESSION = TradingSession("20260105", OPEN, OPEN + 30 * S)
CURVE = VolumeCurve(
    bucket_ns=10 * S,
    length_ns=30 * S,
    shares=(D("0.5"), D("0.1"), D("0.2")),
    opening=D("0.05"),
    closing=D("0.15"),
    days=("20260102",),
    dropped=(),
)
AT_OPEN = Occasion(qty=D(1000), lot=D(100), now_ns=OPEN, sessions=(SESSION,), curve=CURVE)
ALL_DAY = Working(start_time=OPEN, end_time=OPEN + 30 * S)


def table(algorithm: Any, occasion: Occasion = AT_OPEN) -> list[tuple[int, int]]:  # noqa: ANN401  # any with a schedule
    """When each slice is due, in seconds from the opening, and how much it is."""
    return [((each.start_ns - OPEN) // S, int(each.qty)) for each in slices_of(algorithm, occasion, 1)]


def later(seconds: int) -> Occasion:
    return evolve(AT_OPEN, now_ns=OPEN + seconds * S)


def test_twap() -> None:
    assert table(Twap(working=ALL_DAY, interval=D(10))) == [(0, 400), (10, 300), (20, 300)]
    assert table(Twap(working=ALL_DAY, slices=4)) == [(0, 300), (7, 300), (15, 200), (22, 200)]
    # Children of 400: 12 seconds apart.
    assert table(Twap(working=ALL_DAY, child_qty=D(400))) == [(0, 400), (12, 400), (24, 200)]


def test_a_late_twap_is_compressed_unless_it_is_to_catch_up() -> None:
    assert table(Twap(working=ALL_DAY, interval=D(10)), later(15)) == [(15, 500), (25, 500)]
    assert table(read("twap", {**WINDOW, "interval": "10", "late_start": "catch_up"}), later(15)) == [
        (15, 700),
        (20, 300),
    ]


WINDOW = {"start_time": "19700101-00:16:40", "duration": "30"}


def test_a_duration_counts_from_the_start_or_from_now() -> None:
    assert span_of(Working(duration=D(5)), OPEN) == (OPEN, OPEN + 5 * S)
    assert span_of(Working(start_time=OPEN, duration=D(5)), OPEN + S) == (OPEN, OPEN + 5 * S)
    assert span_of(Working(), OPEN, OPEN + S) == (OPEN, OPEN + S)
    with pytest.raises(ValidationError, match="end_time"):
        span_of(Working(), OPEN)
    with pytest.raises(ValidationError, match="end_time"):
        span_of(Working(end_time=OPEN), OPEN)


def test_small_children_go_together() -> None:
    assert table(Twap(working=evolve(ALL_DAY, min_child=D(400)), interval=D(10))) == [(0, 400), (20, 600)]


def test_vwap_follows_the_curve() -> None:
    # 5 : 1 : 2 of ten lots: 6.25, 1.25 and 2.5, so that the last gets the lot that is left over.
    assert table(Vwap(working=ALL_DAY)) == [(0, 600), (10, 100), (20, 300)]
    # With the auctions, 0.05, 0.5, 0.1, 0.2, 0.15: 0.5 goes up before 1.5 by coming first.
    assert table(Vwap(working=ALL_DAY, in_open=True, in_close=True)) == [
        (0, 100),
        (0, 500),
        (10, 100),
        (20, 200),
        (30, 100),
    ]
    # Every 15 seconds: 0.55 and 0.25 of 0.8: 6.9 and 3.1 lots.
    assert table(Vwap(working=ALL_DAY, interval=D(15))) == [(0, 700), (15, 300)]


def test_what_goes_by_a_curve_needs_one() -> None:
    with pytest.raises(ValidationError, match="curve = none"):
        windows_of(Vwap(working=ALL_DAY), evolve(AT_OPEN, curve=None))
    with pytest.raises(ValidationError, match="session = none"):
        windows_of(Vwap(working=ALL_DAY), evolve(AT_OPEN, sessions=()))
    outside = Working(start_time=OPEN + 40 * S, end_time=OPEN + 50 * S)
    with pytest.raises(ValidationError, match="the curve has volume"):
        windows_of(Vwap(working=outside), AT_OPEN)


def test_shortfall_by_urgency_and_by_a_model() -> None:
    assert table(Shortfall(working=ALL_DAY, slices=2, urgency=1)) == [(0, 500), (15, 500)]
    # kappa T = 8: e^-4 of it is left at the middle, 1.8%.
    assert table(Shortfall(working=ALL_DAY, slices=2, urgency=5)) == [(0, 1000)]
    # The example of the paper, in days of six seconds and whole shares: 458,044.45, 252,101.33,
    # 141,956.73, 85,755.69 and 62,141.80, of which the last three get the three that are left over.
    paper = Shortfall(
        working=ALL_DAY,
        slices=5,
        risk_aversion=D("0.000001"),
        volatility=D("0.95"),
        temporary_impact=D("0.0000025"),
        permanent_impact=D("0.00000025"),
        time_unit=D(6),
    )
    assert table(paper, evolve(AT_OPEN, qty=D(1_000_000), lot=D(1))) == [
        (0, 458_044),
        (6, 252_101),
        (12, 141_957),
        (18, 85_756),
        (24, 62_142),
    ]


def test_target_close_begins_as_late_as_it_can() -> None:
    # 1,000 are half of what 25% of 8,000 is: half of the weight of 0.95 from the first bucket to the closing auction,
    # 0.475. The last three have 0.45; 0.025 is a twentieth of the first one's 0.5: its last half second.
    target = TargetClose(
        participation_rate=D("0.25"),
        expected_volume=D(8000),
        rate_basis="of_others",  # type: ignore[arg-type]  # as text
    )
    windows = windows_of(target, AT_OPEN)

    assert [(window.start_ns - OPEN) // 10**6 for window in windows] == [9_500, 10_000, 20_000, 30_000]
    assert sum(qty for _, qty in table(target)) == 1000
    # One that the auction is enough for.
    assert table(target, evolve(AT_OPEN, qty=D(200))) == [(30, 200)]
    assert len(windows_of(evolve(target, slices=3), AT_OPEN)) == 4


def test_the_same_draws_again_and_others_for_another_order() -> None:
    random = Twap(
        working=evolve(ALL_DAY, randomise_size=D("0.5"), randomise_time=D(1), random_band=5, seed=3),
        slices=10,
    )
    large = evolve(AT_OPEN, qty=D(10_000))
    drawn = slices_of(random, large, 1)

    assert slices_of(random, large, 1) == drawn
    assert slices_of(random, large, 2) != drawn
    assert sum(each.qty for each in drawn) == 10_000
    even = [each.qty for each in slices_of(evolve(random, working=ALL_DAY), large, 1)]
    assert even == [D(1000)] * 10
    assert [each.qty for each in drawn] != even


def test_what_is_left_is_planned_anew_over_the_windows_that_are_left() -> None:
    windows = windows_of(Twap(working=ALL_DAY, interval=D(10)), AT_OPEN)
    left = replanned(Progress(qty=D(1000), filled=D(300), working=D(100)), D(100), windows[1:])

    assert left == (
        Slice(1, OPEN + 10 * S, OPEN + 20 * S, D(300)),
        Slice(2, OPEN + 20 * S, OPEN + 30 * S, D(300)),
    )


INSTRUMENT = Instrument(symbol="X", currency="USD", tick=D("0.05"), lot=D(100))


def reasons(algorithm: Algorithm, qty: int = 1000, *, is_buy: bool = True, now_ns: int = OPEN) -> list[str]:
    return [
        str(reason)
        for reason in check(algorithm, D(qty), is_buy=is_buy, instrument=INSTRUMENT, now_ns=now_ns)
    ]


def test_what_fits_has_nothing_against_it() -> None:
    assert reasons(Twap(working=evolve(ALL_DAY, limit_price=D("10.05")), child_qty=D(300))) == []
    assert reasons(Twap(working=ALL_DAY, child_qty=D(1000))) == []


def test_all_that_does_not_fit_the_order_is_told_at_once() -> None:
    working = Working(
        end_time=OPEN,
        limit_price=D("10.02"),
        i_would_price=D("10.10"),
        max_child=D(150),
        min_child=D(50),
    )

    assert reasons(Twap(working=working, child_qty=D(2000))) == [
        "OFF_TICK: limit_price = 10.02; allowed: 10 or 10.05",
        "OFF_LOT: max_child = 150; allowed: a multiple of 100",
        "OFF_LOT: min_child = 50; allowed: a multiple of 100",
        "ABOVE_ORDER_QTY: child_qty = 2000; allowed: at most the order's 1000",
        "OTHER: i_would_price = 10.1; allowed: at or below the limit price 10.02",
        f"IN_THE_PAST: end_time = ends at {OPEN}; allowed: after {OPEN}",
    ]


def test_a_sale_would_be_taken_above_its_limit() -> None:
    def one(would: str) -> Twap:
        working = evolve(ALL_DAY, limit_price=D(10), i_would_price=D(would))
        return Twap(working=working, slices=1)

    assert reasons(one("11"), is_buy=False) == []
    assert reasons(one("9"), is_buy=False) != []
    assert reasons(one("9")) == []


def test_a_duration_that_is_over_is_told() -> None:
    over = Twap(working=Working(start_time=OPEN, duration=D(5)), slices=1)

    assert [
        reason.code for reason in check(over, D(1), is_buy=True, instrument=INSTRUMENT, now_ns=OPEN + 5 * S)
    ] == [ReasonCode.IN_THE_PAST]


def test_a_display_must_leave_room_for_a_lot() -> None:
    limit = Working(limit_price=D(10))
    given = {"limit_price": "10", "display_qty": "100", "display_method": "3"}
    narrow = read("iceberg", {**given, "display_low_qty": "110", "display_high_qty": "190"})

    assert reasons(narrow) == [
        "OFF_LOT: display_qty = 110 to 190; allowed: leave room for a multiple of the lot 100"
    ]
    assert reasons(Iceberg(working=limit, display_qty=D(2000))) == [
        "ABOVE_ORDER_QTY: display_qty = 2000; allowed: at most the order's 1000"
    ]
    around = read("iceberg", {**given, "display_qty": "500", "display_variance": "0.5"})
    assert isinstance(around, Iceberg)
    assert display_of(around, D(100)).sizes == (D(300), D(100), 5)


def test_a_ladder_off_the_grid_is_told() -> None:
    assert reasons(Scale(levels=2, first_price=D("10.01"), step=D("0.05"))) == [
        "OFF_TICK: first_price = 10.01; allowed: 10 or 10.05"
    ]
