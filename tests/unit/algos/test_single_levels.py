"""Close targeting, ladders, icebergs and snipers: worked cases."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from oms.algos.close_targeting import CloseTarget, latest_start
from oms.algos.iceberg import Display, around, fixed, refresh_delay_ns
from oms.algos.pov import RateBasis
from oms.algos.scale import MAX_LEVELS, Level, Sizes, ladder, weights_of
from oms.algos.slicing import Window
from oms.algos.sniper import Holding, Shot, snipe
from oms.errors import ValidationError
from oms.model.draws import Draws
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.price_grid import PriceGrid

D = Decimal
LOT = D(100)
X = Symbol("X")
# 40% in the first hour of a hundred, 20% in the second, 40% in the closing auction.
DAY = (
    Window(1, 0, 100, Fraction(2, 5)),
    Window(2, 100, 200, Fraction(1, 5)),
    Window(3, 200, 200, Fraction(2, 5)),
)


def test_an_order_that_the_auction_is_enough_for_waits_for_it() -> None:
    # 10% of the others: 10,000 x 40% x 10% = 400.
    assert latest_start(D(400), LOT, DAY, D(10_000), D("0.1"), RateBasis.OF_OTHERS) == CloseTarget(
        200, DAY[2:], D(0)
    )


def test_a_larger_one_begins_as_late_as_the_volume_allows() -> None:
    # 400 in the auction, 200 in the second span, and 100 of the 400 of the first: its last quarter.
    target = latest_start(D(700), LOT, DAY, D(10_000), D("0.1"), RateBasis.OF_OTHERS)

    assert target == CloseTarget(75, (Window(1, 75, 100, Fraction(1, 10)), *DAY[1:]), D(0))


def test_one_for_which_the_day_is_not_enough_begins_at_once_and_says_so() -> None:
    # 1,000 in all at 10%, of 1,250.
    assert latest_start(D(1250), LOT, DAY, D(10_000), D("0.1"), RateBasis.OF_OTHERS) == CloseTarget(
        0, DAY, D(250)
    )


def test_the_start_is_rounded_to_the_earlier_nanosecond() -> None:
    # A seventh of everything is a sixth of the others; 100 of 1,000/6 is 60% of the span of 7, or 4.2 nanoseconds.
    [window] = latest_start(
        D(100), D(1), [Window(0, 0, 7, Fraction(1))], D(1000), D("0.142857142857142857")
    ).windows

    assert window.start_ns == 2


def test_a_target_without_volume_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected_volume"):
        latest_start(D(1), LOT, DAY, D(0), D("0.1"))
    with pytest.raises(ValidationError, match="windows"):
        latest_start(D(1), LOT, (), D(1), D("0.1"))


GRID = PriceGrid(Instrument(symbol=X, currency="USD", tick=D("0.05")))


def rungs(levels: tuple[Level, ...]) -> list[tuple[str, int]]:
    return [(str(level.price), int(level.qty)) for level in levels]


def test_a_ladder_of_equal_levels() -> None:
    weights = weights_of(Sizes.EQUAL, 3)

    assert rungs(
        ladder(D(1000), LOT, GRID, is_buy=True, first_px=D("10.00"), step=D("0.10"), weights=weights)
    ) == [("10.00", 400), ("9.90", 300), ("9.80", 300)]
    assert rungs(
        ladder(D(1000), LOT, GRID, is_buy=False, first_px=D("10.00"), step=D("0.10"), weights=weights)
    ) == [("10.00", 400), ("10.10", 300), ("10.20", 300)]


def test_a_ladder_that_grows() -> None:
    # 1 : 2 : 4 of 700.
    weights = weights_of(Sizes.GEOMETRIC, 3, ratio=D(2))

    assert rungs(ladder(D(700), LOT, GRID, is_buy=True, first_px=D(10), step=D("0.50"), weights=weights)) == [
        ("10.00", 100),
        ("9.50", 200),
        ("9.00", 400),
    ]


def test_a_ladder_by_weights_off_the_grid_goes_away_from_the_market() -> None:
    # 0.08 a level: 9.92 and 9.84 lie between prices of 0.05.
    weights = weights_of(Sizes.WEIGHTED, 3, weights=[3, 0, 1])
    args = {"first_px": D(10), "step": D("0.08"), "weights": weights}

    assert ladder(D(400), LOT, GRID, is_buy=True, **args)[1] == Level(2, D("9.80"), LOT)  # type: ignore[arg-type]
    assert ladder(D(400), LOT, GRID, is_buy=False, **args)[1] == Level(2, D("10.20"), LOT)  # type: ignore[arg-type]


def test_a_level_that_is_too_small_goes_with_the_further_one() -> None:
    weights = weights_of(Sizes.WEIGHTED, 3, weights=[1, 3, 1])

    assert rungs(
        ladder(
            D(500),
            LOT,
            GRID,
            is_buy=True,
            first_px=D(10),
            step=D("1.00"),
            weights=weights,
            min_child=D(200),
        )
    ) == [("9.00", 500)]


@pytest.mark.parametrize(
    ("sizes", "levels", "ratio", "weights"),
    [
        (Sizes.EQUAL, 0, None, ()),
        (Sizes.EQUAL, MAX_LEVELS + 1, None, ()),
        (Sizes.GEOMETRIC, 3, None, ()),
        (Sizes.GEOMETRIC, 3, D(0), ()),
        (Sizes.WEIGHTED, 3, None, (1, 2)),
    ],
)
def test_levels_that_cannot_be_are_refused(
    sizes: Sizes, levels: int, ratio: Decimal | None, weights: tuple[int, ...]
) -> None:
    with pytest.raises(ValidationError):
        weights_of(sizes, levels, ratio=ratio, weights=weights)


def test_a_step_below_zero_is_refused() -> None:
    with pytest.raises(ValidationError, match="step"):
        ladder(D(1), D(1), GRID, is_buy=True, first_px=D(1), step=D(-1), weights=[1])


class Loaded(Draws):
    """A draw is its own number."""

    def number(self, k: int) -> int:
        return k


LOADED = Loaded(1, 1)


def test_a_fixed_display_shows_the_same_and_in_the_end_what_is_left() -> None:
    assert [fixed(D(300), LOT).shown(D(left), LOADED, 5) for left in (1000, 300, 250)] == [300, 300, 250]


def test_a_random_display_is_drawn_in_whole_lots_with_the_bounds_rounded_inwards() -> None:
    # 500 +/- 50% is 250 to 750: 300, 400, 500, 600 or 700.
    display = around(D(500), D("0.5"), LOT)

    assert display.sizes == (D(300), LOT, 5)
    assert [display.shown(D(9999), LOADED, k) for k in range(6)] == [300, 400, 500, 600, 700, 300]
    assert display.shown(D(350), LOADED, 4) == 350


def test_an_increment_says_how_far_apart_sizes_are() -> None:
    # 300, 500, 700.
    display = Display(D(300), D(750), LOT, D(200))

    assert [display.shown(D(9999), LOADED, k) for k in range(4)] == [300, 500, 700, 300]


def test_the_size_before_is_not_shown_again() -> None:
    # Four are left without 400: 300, 500, 600, 700.
    display = around(D(500), D("0.5"), LOT)

    assert [display.shown(D(9999), LOADED, k, D(400)) for k in range(5)] == [300, 500, 600, 700, 300]
    # A size that is none of them, such as a last piece, rules nothing out.
    assert display.shown(D(9999), LOADED, 1, D(450)) == 400
    assert display.shown(D(9999), LOADED, 1, D(9000)) == 400
    assert fixed(D(300), LOT).shown(D(999), LOADED, 0, D(300)) == 300


@pytest.mark.parametrize(
    ("low", "high", "increment", "field"),
    [
        ("500", "300", "0", "display_high_qty"),
        ("-1", "300", "0", "display_high_qty"),
        ("110", "190", "0", "display_qty"),
        ("0", "50", "0", "display_qty"),
        ("100", "300", "150", "display_min_incr"),
    ],
)
def test_a_display_with_nothing_to_show_is_refused(low: str, high: str, increment: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Display(D(low), D(high), LOT, D(increment))
    assert caught.value.field == field


def test_a_variance_out_of_its_bounds_and_a_delay_backwards_are_refused() -> None:
    with pytest.raises(ValidationError, match="display_variance"):
        around(D(500), D(1), LOT)
    with pytest.raises(ValidationError, match="refresh_delay"):
        refresh_delay_ns(5, 4, LOADED, 0)


def test_a_refresh_waits_for_a_drawn_time() -> None:
    assert [refresh_delay_ns(5, 7, LOADED, k) for k in range(4)] == [5, 6, 7, 5]
    assert refresh_delay_ns(0, 0, LOADED, 3) == 0


def quote(bid: str | None = "9", ask: str | None = "10", ask_size: int = 500, bid_size: int = 400) -> Quote:
    return Quote(X, 1000, D(bid) if bid else None, D(bid_size), D(ask) if ask else None, D(ask_size))


def shot(
    seen: Quote | None,
    *,
    is_buy: bool = True,
    limit: str = "10",
    size: int = 300,
    left: int = 1000,
    now: int = 1005,
    most: int | None = None,
) -> Shot:
    return snipe(
        seen,
        is_buy=is_buy,
        limit_px=D(limit),
        min_size=D(size),
        left=D(left),
        lot=LOT,
        now_ns=now,
        max_age_ns=10,
        max_child=None if most is None else D(most),
    )


def test_all_that_is_shown_is_taken_where_it_is_enough() -> None:
    assert shot(quote()) == Shot(D(500), D(10), None)
    assert shot(quote(), is_buy=False, limit="9") == Shot(D(400), D(9), None)
    assert shot(quote(), left=250) == Shot(D(250), D(10), None)
    assert shot(quote(), most=250) == Shot(D(200), D(10), None)
    assert shot(quote(ask_size=550)) == Shot(D(500), D(10), None)
    # Enough for what is left is enough, and a quote is fresh up to its greatest age.
    assert shot(quote(ask_size=260), left=250) == Shot(D(250), D(10), None)
    assert shot(quote(), now=1010) == Shot(D(500), D(10), None)


@pytest.mark.parametrize(
    ("seen", "changes", "why"),
    [
        (None, {}, Holding.NO_QUOTE),
        (quote(bid=None, bid_size=0), {}, Holding.NO_QUOTE),
        (quote(ask=None, ask_size=0), {}, Holding.NO_QUOTE),
        (quote(bid="11"), {}, Holding.NO_QUOTE),
        (quote(), {"now": 1011}, Holding.STALE),
        (quote(ask="11"), {}, Holding.BEYOND_LIMIT),
        (quote(bid="8"), {"is_buy": False, "limit": "9"}, Holding.BEYOND_LIMIT),
        (quote(ask_size=200), {}, Holding.TOO_FEW),
        (quote(ask_size=50), {"size": 0}, Holding.TOO_FEW),
        (quote(), {"left": 0}, Holding.NOTHING_LEFT),
    ],
)
def test_nothing_is_taken_and_the_reason_is_told(
    seen: Quote | None, changes: dict[str, int], why: Holding
) -> None:
    taken = shot(seen, **changes)  # type: ignore[arg-type]  # numbers of several kinds

    assert (taken.qty, taken.why_not) == (D(0), why)
