"""What trading cost, worked by hand."""

from decimal import Decimal
from typing import Final

import pytest

from oms.errors import ValidationError
from oms.model.costs import (
    Average,
    CostSample,
    Drift,
    Figure,
    MeanCost,
    Missing,
    PrevailingMid,
    cost,
    cost_bps,
    expected_volume,
    mean_cost,
    mid,
    part,
    prevailing_mid,
    timing_risk_bps,
    traded_between,
)
from oms.model.enums import Side
from oms.model.ids import Symbol
from oms.model.market import Quote, TradePrint

D = Decimal
X = Symbol("X")


def traded(*fills: tuple[str, str]) -> Average:
    """Executions as size and price."""
    average = Average()
    for qty, px in fills:
        average = average.plus(D(px), D(qty))
    return average


# name: (bid, ask; mid)
MIDS: Final[dict[str, tuple[str | None, str | None, str | None]]] = {
    "both sides": ("99", "101", "100"),
    "half a tick is kept": ("99.99", "100.00", "99.995"),
    "locked": ("100", "100", "100"),
    "crossed": ("101", "100", None),
    "no bid": (None, "101", None),
    "no offer": ("99", None, None),
    "nothing": (None, None, None),
    "below zero": ("-3", "-1", "-2"),
}


@pytest.mark.parametrize(("bid", "ask", "expected"), MIDS.values(), ids=MIDS)
def test_mid(bid: str | None, ask: str | None, expected: str | None) -> None:
    found = mid(None if bid is None else D(bid), None if ask is None else D(ask))
    assert found == (None if expected is None else D(expected))


def quotes(*shown: tuple[int, str | None, str | None]) -> list[Quote]:
    """Quotes as time, bid and offer, of a size of 5."""
    return [
        Quote(X, time_ns, bid, 0 if bid is None else 5, ask, 0 if ask is None else 5)
        for time_ns, bid, ask in shown
    ]


SHOWN: Final = quotes(
    (10, "99", "101"), (20, "99", None), (30, "103", "102"), (40, "100", "100"), (40, "101", "103"), (50, None, None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("time_ns", "expected"),
    [
        (9, PrevailingMid(None, 0, 0)),
        (10, PrevailingMid(D(100), 10, 0)),
        (29, PrevailingMid(D(100), 10, 1)),
        (39, PrevailingMid(D(100), 10, 2)),
        (40, PrevailingMid(D(102), 40, 0)),
        (99, PrevailingMid(D(102), 40, 1)),
    ],
    ids=["before the first", "as it comes", "one-sided", "crossed", "of two at once the later", "empty"],
)
def test_the_mid_at_a_moment_is_that_of_the_last_good_quote(time_ns: int, expected: PrevailingMid) -> None:
    assert prevailing_mid(SHOWN, time_ns) == expected


def test_without_a_good_quote_there_is_no_mid() -> None:
    assert prevailing_mid(quotes((1, "5", None), (2, "5", "4")), 9) == PrevailingMid(None, 0, 2)
    no_size = [Quote(X, 1, "5", 0, "6", 5)]
    assert prevailing_mid(no_size, 1) == PrevailingMid(None, 0, 1)


def test_a_locked_quote_has_a_mid() -> None:
    assert prevailing_mid(SHOWN[:4], 45) == PrevailingMid(D(100), 40, 0)


def test_the_average_of_a_window_has_its_first_moment_and_not_its_last() -> None:
    prints = [TradePrint(X, time_ns, px, 10) for time_ns, px in ((9, 1), (10, 5), (30, 1), (29, 8), (20, 2))]
    assert traded_between(prints, 10, 30) == Average(D(150), D(30))
    assert traded_between(prints, 31, 40) == Average()


# name: (side, executions, the benchmark's; the cost in money and in basis points)
COSTS: Final[dict[str, tuple[Side, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], str, str]]] = {
    # 100 x (100.10 - 100) = 10, of 10,000.
    "a purchase above its benchmark": (Side.BUY, (("100", "100.10"),), (("1", "100"),), "10", "10"),
    "a purchase below it": (Side.BUY, (("100", "99.90"),), (("1", "100"),), "-10", "-10"),
    "a sale below it": (Side.SELL, (("100", "99.90"),), (("1", "100"),), "10", "10"),
    "a sale above it": (Side.SELL, (("100", "100.10"),), (("1", "100"),), "-10", "-10"),
    "a short sale below it": (Side.SELL_SHORT, (("100", "99.90"),), (("1", "100"),), "10", "10"),
    "at its benchmark": (Side.BUY, (("7", "100"),), (("1", "100"),), "0", "0"),
    # 100 at 50.02 and 300 at 50.06 cost 2 + 18 = 20 of 20,000.
    "each by its size": (Side.BUY, (("100", "50.02"), ("300", "50.06")), (("1", "50"),), "20", "10"),
    # The market's average is (100 x 10 + 300 x 14) / 400 = 13; 20 bought at 13.13 cost 2.6 of 260.
    "against an average of the market": (
        Side.BUY,
        (("20", "13.13"),),
        (("100", "10"), ("300", "14")),
        "2.6",
        "100",
    ),
    # 3 x (1 - 1/3) of an average of 1/3 that does not end: 2 of 1.
    "against an average that does not end": (
        Side.BUY,
        (("3", "1"),),
        (("1", "1"), ("2", "0")),
        "2",
        "20000",
    ),
    "a busted execution is taken out": (
        Side.BUY,
        (("100", "100.10"), ("50", "110"), ("-50", "110")),
        (("1", "100"),),
        "10",
        "10",
    ),
}


@pytest.mark.parametrize(("side", "fills", "market", "money", "bps"), COSTS.values(), ids=COSTS)
def test_cost_is_above_zero_where_it_is_worse(
    side: Side,
    fills: tuple[tuple[str, str], ...],
    market: tuple[tuple[str, str], ...],
    money: str,
    bps: str,
) -> None:
    assert cost(side, traded(*fills), traded(*market)) == D(money)
    assert cost_bps(side, traded(*fills), traded(*market)) == Figure(D(bps))


def test_what_cannot_be_computed_says_why() -> None:
    fills, at_100 = traded(("1", "100")), Average.at(D(100))
    assert cost_bps(Side.BUY, Average(), at_100) == Figure(None, Missing.NOTHING_TRADED)
    assert cost_bps(Side.BUY, fills, Average()) == Figure(None, Missing.NO_VOLUME)
    assert cost_bps(Side.BUY, fills, Average(), Missing.NO_QUOTE) == Figure(None, Missing.NO_QUOTE)
    assert cost_bps(Side.BUY, fills, Average.at(D(0))) == Figure(None, Missing.NO_BASE)
    assert cost_bps(Side.BUY, fills, Average.at(D(-1))) == Figure(None, Missing.NO_BASE)
    assert cost(Side.BUY, fills, Average()) is None
    assert cost(Side.BUY, Average(), at_100) == 0
    assert part(D(1), D(0), Missing.NO_VOLUME) == Figure(None, Missing.NO_VOLUME)
    assert part(D(1), D(8), Missing.NO_VOLUME) == Figure(D("0.125"))


@pytest.mark.parametrize("given", [(None, None), (D(1), Missing.NO_QUOTE)], ids=["neither", "both"])
def test_a_figure_is_a_number_or_a_reason(given: tuple[Decimal | None, Missing | None]) -> None:
    with pytest.raises(ValidationError):
        Figure(*given)


def test_a_figure_as_text() -> None:
    assert str(Figure(D("1.500"))) == "1.5"
    assert str(Figure(None, Missing.NO_QUOTE)) == "none: there was no quote of both sides"


def test_an_average_has_no_price_without_a_quantity() -> None:
    assert Average().px is None
    assert traded(("2", "3"), ("1", "4")).px == D("3.333333333333333333333333333")
    assert Average.at(D("1.000000000000000000000000000000001")).px == D("1.000000000000000000000000000000001")


def test_the_average_of_a_window_is_that_of_what_came_in_it() -> None:
    before = traded(("10", "7"))
    after = before.plus(D(9), D(5)).plus(D(12), D(10))
    assert after.since(before) == Average(D(165), D(15))
    assert after.since(before).px == D(11)


def test_a_sum_in_money_loses_no_digit() -> None:
    """A trillion units with 8 decimals at a price with 18: the cent at the end is there."""
    qty, px = D("1000000000000.00000001"), D("100.000000000000000001")
    # (10^12 + 10^-8) x 10^-18 = 10^-6 + 10^-26
    assert cost(Side.BUY, Average().plus(px, qty), Average.at(D(100))) == D("0.00000100000000000000000001")


# name: (volatility of a year, days of volume; basis points)
RISKS: Final = {
    # 0.3 x sqrt(750/750) x 10^4
    "a year's worth of variance": ("0.3", "750", "3000"),
    # 0.3 x sqrt(0.075/750) = 0.3 x 0.01
    "a few hundredths of a day": ("0.3", "0.075", "30"),
    "no volatility": ("0", "1", "0"),
    "no volume yet": ("0.3", "0", "0"),
}


@pytest.mark.parametrize(("volatility", "days", "bps"), RISKS.values(), ids=RISKS)
def test_timing_risk(volatility: str, days: str, bps: str) -> None:
    assert timing_risk_bps(D(volatility), D(days)) == D(bps)


@pytest.mark.parametrize(("volatility", "days"), [("-0.1", "1"), ("0.1", "-1")])
def test_timing_risk_of_what_cannot_be(volatility: str, days: str) -> None:
    with pytest.raises(ValidationError):
        timing_risk_bps(D(volatility), D(days))


def test_timing_risk_before_the_trade_is_that_of_the_volume_of_the_others() -> None:
    """10% of a day's volume at a fifth of everything: the others trade 40% of a day's meanwhile."""
    others = expected_volume(D(500_000), D("0.2"))
    assert others == D(2_000_000)
    # 0.3 x sqrt(0.4 / 750) = 0.3 x 0.0230940107675850305803659512201
    assert timing_risk_bps(D("0.3"), others / D(5_000_000)) == D("69.28203230275509174109785366")
    assert expected_volume(D(10), D(1)) == 0
    for wrong in ("0", "-0.1", "1.1"):
        with pytest.raises(ValidationError):
            expected_volume(D(10), D(wrong))


def test_a_mean_counts_by_size_and_says_how_sure_it_is() -> None:
    """2 of 1,000 is 20 bps, 18 of 3,000 is 60: 20 of 4,000 is 50.

    Off the mean: 2 - 5 = -3 and 18 - 15 = 3; 2/1 x (9 + 9) = 36, of which the root is 6, of 4,000: 15 bps.
    """
    found = mean_cost([CostSample(D(2), D(1_000)), CostSample(D(18), D(3_000))])
    assert found == MeanCost(count=2, mean_bps=Figure(D(50)), standard_error_bps=Figure(D(15)))


def test_equal_costs_leave_no_doubt() -> None:
    found = mean_cost([CostSample(D(1), D(1_000)), CostSample(D(3), D(3_000)), CostSample(D(7), D(7_000))])
    assert found == MeanCost(count=3, mean_bps=Figure(D(10)), standard_error_bps=Figure(D(0)))


def test_too_few_costs_have_no_error_and_none_no_mean() -> None:
    few = Figure(None, Missing.TOO_FEW)
    assert mean_cost([]) == MeanCost(count=0, mean_bps=few, standard_error_bps=few)
    one = mean_cost([CostSample(D(2), D(1_000))])
    assert one == MeanCost(count=1, mean_bps=Figure(D(20)), standard_error_bps=few)


def test_drift_adds_up_what_is_beyond_the_slack() -> None:
    """Expected 2, slack 1: 5 counts 2 for the worse, 4 counts 1 more, 0 takes 3 away and counts 1 for the better."""
    drift = Drift()
    course = []
    for bps in ("5", "4", "0", "-9", "100"):
        drift = drift.after(D(bps), expected=D(2), slack=D(1), cap=D(20))
        course.append((int(drift.worse), int(drift.better)))
    assert course == [(2, 0), (3, 0), (0, 1), (0, 11), (20, 0)]


def test_the_cost_of_a_sample_in_basis_points() -> None:
    assert CostSample(D(-3), D(1_500)).bps == D(-20)
