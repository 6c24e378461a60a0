"""A part of what the others trade: worked numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from oms.algos.pov import (
    OthersVolume,
    RateBasis,
    Stance,
    linked_rate,
    next_child,
    part_of,
    price_rate,
    stance,
    target_of,
)
from oms.algos.slicing import Progress
from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.market import TradePrint

D = Decimal
LOT = D(100)
TOTAL, OTHERS = RateBasis.OF_TOTAL, RateBasis.OF_OTHERS


def done(filled: int = 0, working: int = 0, qty: int = 10_000) -> Progress:
    return Progress(qty=D(qty), filled=D(filled), working=D(working))


def seen(total: int, lately: int | None = None) -> OthersVolume:
    return OthersVolume(
        start_ns=0, is_buy=True, total=D(total), lately=D(total if lately is None else lately)
    )


def test_a_tenth_of_everything_is_a_ninth_of_the_others() -> None:
    assert part_of(D(9000), D("0.1"), TOTAL) == 1000
    assert part_of(D(9000), D("0.1"), OTHERS) == 900
    assert part_of(D(9000), D(1), OTHERS) == 9000


@pytest.mark.parametrize(("rate", "basis"), [("1", TOTAL), ("0", TOTAL), ("-0.1", OTHERS), ("1.01", OTHERS)])
def test_a_rate_without_an_answer_is_refused(rate: str, basis: RateBasis) -> None:
    with pytest.raises(ValidationError, match="participation_rate"):
        part_of(D(1), D(rate), basis)


def test_the_target_is_rounded_down_to_lots_and_never_more_than_the_order() -> None:
    # 20% of everything: a quarter of 5,999 is 1,499.75.
    assert target_of(done(), D(5_999), D("0.2"), LOT) == 1400
    assert target_of(done(qty=1450), D(5_999), D("0.2"), LOT) == 1450


# Others' volume in each of five intervals, and what is sent after it, at 20% of everything in lots of 100:
# a quarter of 1,000 is 250; of 2,000, 500; of 2,000 again nothing new; of 6,000, 1,500; of 6,100, 1,525.
TABLE = [(1000, 200), (1000, 300), (0, 0), (4000, 1000), (100, 0)]


def test_what_is_sent_follows_the_volume() -> None:
    others, sent = OthersVolume(start_ns=0, is_buy=True), D(0)
    for volume, child in TABLE:
        others = others.next_interval().after(D(volume), D(10), 1)
        assert next_child(done(int(sent)), others, D("0.2"), LOT) == child
        sent += child


def test_a_gap_is_not_followed_by_a_burst() -> None:
    # 10,000 have traded since it last sent; the last interval saw 1,000: a quarter is 250, rounded up to 300.
    assert next_child(done(), seen(10_000, 1_000), D("0.2"), LOT) == 300
    # With 40% allowed to catch up: two thirds of 1,000 is 667, rounded up.
    assert next_child(done(), seen(10_000, 1_000), D("0.2"), LOT, max_rate=D("0.4")) == 700
    assert next_child(done(), seen(10_000, 1_000), D("0.2"), LOT, max_child=D(250)) == 200
    assert next_child(done(), seen(10_000, 0), D("0.2"), LOT) == 0


def test_too_much_is_never_taken_back() -> None:
    assert next_child(done(2000), seen(1_000), D("0.2"), LOT) == 0
    assert next_child(done(0, 300), seen(1_000), D("0.2"), LOT) == 0


def test_what_was_done_in_odd_lots_leaves_whole_lots_to_send() -> None:
    # 2,500 due and 2,350 done: 150 are one lot; the last 150 of an order go together.
    assert next_child(done(2350), seen(10_000), D("0.2"), LOT) == 100
    assert next_child(done(2350, qty=2500), seen(10_000), D("0.2"), LOT) == 150


def a_print(size: int) -> TradePrint:
    return TradePrint(Symbol("X"), 1, D(10), D(size))


def test_an_execution_of_ours_that_is_heard_of_before_its_print_is_taken_off_once() -> None:
    """The others trade 110, we 200; then our print comes: 110 of the others all the same."""
    others = OthersVolume(start_ns=0, is_buy=True).after_all([a_print(110)])
    others = others.after_all((), D(200))
    assert (others.total, others.owed) == (D(0), D(90))
    others = others.after_all([a_print(200)])
    assert (others.total, others.owed) == (D(110), D(0))


def test_our_own_prints_and_those_before_the_start_do_not_count() -> None:
    others = OthersVolume(start_ns=5, is_buy=True)
    others = others.after(D(100), D(10), 5).after(D(200), D(10), 6, is_own=True).after(D(400), D(10), 6)

    assert (others.total, others.lately) == (D(400), D(400))


def test_a_correction_is_taken_off_and_never_below_zero() -> None:
    others = OthersVolume(start_ns=0, is_buy=True).after(D(400), D(10), 1).next_interval()

    assert others.after(D(-100), D(10), 2) == OthersVolume(start_ns=0, is_buy=True, total=D(300))
    assert others.after(D(-900), D(10), 2).total == 0


@pytest.mark.parametrize(("is_buy", "beyond"), [(True, 11), (False, 9)])
def test_volume_beyond_the_limit_does_not_count_unless_asked(is_buy: bool, beyond: int) -> None:
    strict = OthersVolume(start_ns=0, is_buy=is_buy, limit_px=D(10))
    counting = OthersVolume(start_ns=0, is_buy=is_buy, limit_px=D(10), counts_outside_limit=True)

    assert strict.after(D(100), D(10), 1).after(D(200), D(beyond), 1).total == 100
    assert counting.after(D(100), D(10), 1).after(D(200), D(beyond), 1).total == 300


# 10,000 of others, from 10% (1,111 of ours) to 20% (2,500).
@pytest.mark.parametrize(
    ("filled", "working", "expected"),
    [
        (0, 0, Stance.CROSS),
        (1000, 0, Stance.CROSS),  # 10% in whole lots is 1,100
        (1100, 0, Stance.PASSIVE),
        (1000, 500, Stance.CROSS),  # what waits is not done
        (1100, 1300, Stance.PASSIVE),
        (1100, 1400, Stance.WAIT),  # 2,600 would be above 20%
        (2500, 0, Stance.WAIT),
    ],
)
def test_a_band_is_passive_inside_and_crosses_only_under_it(
    filled: int, working: int, expected: Stance
) -> None:
    found = stance(done(filled, working), D(10_000), LOT, min_rate=D("0.1"), max_rate=D("0.2"))

    assert found is expected


def test_nothing_left_waits_and_an_odd_tail_is_sent() -> None:
    assert stance(done(100, qty=100), D(10_000), LOT, min_rate=D("0.1"), max_rate=D("0.2")) is Stance.WAIT
    assert stance(done(100, qty=150), D(10_000), LOT, min_rate=D("0.1"), max_rate=D("0.2")) is Stance.CROSS


def test_a_rate_may_move_with_size_or_time() -> None:
    rates = [linked_rate(D("0.1"), D("0.3"), D(part), D(4)) for part in (-1, 0, 1, 4, 9)]

    assert rates == [Fraction(1, 10), Fraction(1, 10), Fraction(3, 20), Fraction(3, 10), Fraction(3, 10)]


@pytest.mark.parametrize(
    ("is_buy", "px", "rate"),
    [
        (True, 8, "0.3"),
        (True, 9, "0.3"),
        (True, 10, "0.2"),
        (True, 11, "0.1"),
        (False, 11, "0.3"),
        (False, 10, "0.2"),
        (False, 9, "0.1"),
    ],
)
def test_a_rate_may_hang_on_the_price(is_buy: bool, px: int, rate: str) -> None:
    good, bad = (D(9), D(11)) if is_buy else (D(11), D(9))

    assert price_rate(D("0.2"), D(px), is_buy=is_buy, better=(good, D("0.3")), worse=(bad, D("0.1"))) == D(
        rate
    )
    assert price_rate(D("0.2"), D(px), is_buy=is_buy) == D("0.2")
