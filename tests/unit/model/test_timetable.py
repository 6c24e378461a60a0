"""What a schedule says should have traded, worked by hand."""

from decimal import Decimal
from typing import Final

import pytest

from oms.model.timetable import Due, Timetable
from oms.model.work import Slice


def plan(*parts: tuple[int, int, str]) -> Timetable:
    return Timetable(
        Slice(number, start, end, Decimal(qty)) for number, (start, end, qty) in enumerate(parts)
    )


THIRDS: Final = ((100, 200, "10"), (200, 300, "30"), (300, 400, "20"))

# name: (the slices, the moment; least, ideal and most)
CASES: Final[dict[str, tuple[tuple[tuple[int, int, str], ...], int, str, str, str]]] = {
    "no slices": ((), 5, "0", "0", "0"),
    "before the first begins": (THIRDS, 99, "0", "0", "0"),
    "as the first begins": (THIRDS, 100, "0", "0", "10"),
    "a quarter into the first": (THIRDS, 125, "0", "2.5", "10"),
    "as the first ends, the second has begun": (THIRDS, 200, "10", "10", "40"),
    "half into the second": (THIRDS, 250, "10", "25", "40"),
    "as the last ends": (THIRDS, 400, "60", "60", "60"),
    "long after": (THIRDS, 9_999, "60", "60", "60"),
    "given in another order": (THIRDS[::-1], 250, "10", "25", "40"),
    "in a pause between slices": (((0, 10, "4"), (50, 60, "6")), 30, "4", "4", "4"),
    "an auction, which has no length": (((10, 10, "7"),), 10, "7", "7", "7"),
    # The long one is half through; of the two inside it one has ended, and one is a fifth through.
    "slices within one another": (((0, 100, "8"), (10, 20, "3"), (40, 90, "5")), 50, "3", "8", "16"),
}


@pytest.mark.parametrize(("slices", "time_ns", "least", "ideal", "most"), CASES.values(), ids=CASES)
def test_what_is_due_by_a_moment(
    slices: tuple[tuple[int, int, str], ...], time_ns: int, least: str, ideal: str, most: str
) -> None:
    assert plan(*slices).due(time_ns) == Due(Decimal(least), Decimal(ideal), Decimal(most))


def test_all_of_it_together() -> None:
    assert plan(*THIRDS).qty == Decimal(60)


def test_what_is_under_way_goes_on_after_its_time_stood_and_what_comes_is_put_off() -> None:
    """Stood from 250 to 1,250, and again from 1,260 to 1,300: the second of three ends at 1,340, and has half of its time before."""
    once = plan(*THIRDS).put_off(250, 1_250, [Slice(2, 1_300, 1_400, Decimal(20))], {0, 1})
    twice = once.put_off(1_260, 1_300, [Slice(2, 1_340, 1_440, Decimal(20))], {0, 1})
    for moment, ideal in ((250, "25"), (1_250, "25"), (1_275, "32.5"), (1_350, "50")):
        assert once.due(moment).ideal == Decimal(ideal)
    assert once.due(1_299) == Due(Decimal(10), Decimal("39.7"), Decimal(40))
    assert twice.due(1_320) == Due(Decimal(10), Decimal(34), Decimal(40))
    assert twice.due(1_440) == Due(Decimal(60), Decimal(60), Decimal(60))
    assert (once.qty, twice.qty) == (Decimal(60), Decimal(60))


def test_what_had_ended_stays_and_an_auction_keeps_its_time() -> None:
    """The second, which had begun and was not decided, gets its end from the plan; the auction was sent meanwhile."""
    with_auction = plan(*THIRDS, (320, 330, "5"))
    left = [Slice(1, 1_250, 1_300, Decimal(30)), Slice(2, 1_300, 1_400, Decimal(20))]
    after = with_auction.put_off(250, 1_250, left, {0, 3})
    assert after.due(1_250) == Due(Decimal(15), Decimal(30), Decimal(45))
    assert after.due(1_275) == Due(Decimal(15), Decimal("37.5"), Decimal(45))
    # As a clock that goes back sees it: all of its time stood.
    assert after.due(325).ideal == Decimal(25)


# name: (what has traded; by how much it is off a schedule by which 10 to 40 are due)
BEYOND: Final = {
    "behind what has ended": ("4", "-6"),
    "as much as has ended": ("10", "0"),
    "within the slice under way": ("25", "0"),
    "as much as has begun": ("40", "0"),
    "ahead of what has begun": ("41.5", "1.5"),
}


@pytest.mark.parametrize(("traded", "off"), BEYOND.values(), ids=BEYOND)
def test_how_far_off_the_schedule_an_order_is(traded: str, off: str) -> None:
    assert Due(Decimal(10), Decimal(25), Decimal(40)).beyond(Decimal(traded)) == Decimal(off)
