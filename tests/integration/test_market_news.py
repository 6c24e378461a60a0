"""Orders at work and what is said of their market beside prices: limits of prices, losses and corrections. Cases worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.errors import ValidationError
from oms.model.enums import Side
from oms.model.events import SliceDecided, WorkHeld, WorkNoted
from oms.model.ids import Symbol
from oms.model.market import PrintCorrection, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.trading_session import TradingSession
from oms.model.work import Pace
from tests.algo_desk import NOON_NS, AlgoDesk, X, even_curve

S = 1_000_000_000


def held(desk: AlgoDesk) -> list[Pace | None]:
    return [event.why for event in desk.store.read() if isinstance(event, WorkHeld)]


def skipped(desk: AlgoDesk) -> list[tuple[int, Pace]]:
    decided = [event for event in desk.store.read() if isinstance(event, SliceDecided)]
    return [(event.number, event.pace) for event in decided if event.child is None]


# ---------------------------------------------------------------- limits of prices


@pytest.mark.parametrize(
    ("side", "low", "high", "px"),
    [
        pytest.param(Side.BUY, "90", "100.507", "100.5", id="a purchase, down to the grid"),
        pytest.param(Side.SELL, "100.493", "110", "100.5", id="a sale, up to the grid"),
        pytest.param(Side.BUY, "100.493", None, "101", id="a purchase above the lowest price"),
        pytest.param(
            Side.BUY, "101.5", "110", "101.5", id="a purchase of what is shown below the lowest price"
        ),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_childs_price_is_held_to_the_limits(
    side: Side, low: str, high: str | None, px: str, *, restarts: bool
) -> None:
    desk = AlgoDesk()
    if restarts:
        desk.restart()
        desk.quote()
    desk.limits(low, high)
    order = desk.submit("twap", side=side, duration=40, slices=4)
    assert [child.split(" @ ")[1].split()[0] for child in desk.children(order)] == [px]
    assert held(desk) == []
    desk.check()


@pytest.mark.parametrize(
    ("parameters", "low", "high", "px"),
    [
        ({}, None, "100.5", "100.5"),
        ({"limit_price": 102}, None, "100.5", "100.5"),
        ({"limit_price": 102}, "99", "110", "102"),
        ({}, "99", None, "market"),
    ],
)
def test_what_goes_out_at_any_price_goes_out_at_the_worst_that_may_be(
    parameters: dict[str, Any], low: str | None, high: str | None, px: str
) -> None:
    desk = AlgoDesk()
    desk.limits(low, high)
    order = desk.submit("twap", duration=40, slices=4, child_style="market", **parameters)
    assert [child.split(" @ ")[1].split()[0] for child in desk.children(order)] == [px]


def test_where_the_limits_leave_no_price_it_waits_and_says_so() -> None:
    """It waits at 99 at most, and may trade at 99.5 at least: the first slice passes, the second goes out once it may trade at 98."""
    desk = AlgoDesk()
    desk.limits("99.5", "110")
    order = desk.submit("twap", duration=40, slices=4, child_style="passive_then_cross", limit_price=99)
    assert desk.children(order) == []
    assert held(desk) == [Pace.BEYOND_BAND]
    assert desk.om.work(order).held is Pace.BEYOND_BAND
    desk.wait(10)
    assert skipped(desk) == [(0, Pace.BEYOND_BAND)]
    desk.wait(5)
    desk.limits("98", "110")
    # The first slice would be crossed by now, but for the market, which is beyond the limit.
    assert desk.children(order) == ["0/25 @ 99 live"]
    assert held(desk) == [Pace.BEYOND_BAND, None]
    desk.check()


def test_what_waits_is_moved_within_the_limits() -> None:
    desk = AlgoDesk()
    desk.quote("98", "101")
    order = desk.submit("twap", duration=40, slices=4, child_style="passive_then_cross")
    assert desk.children(order) == ["0/25 @ 98 live"]
    desk.limits("99", "110")
    assert desk.children(order) == ["0/25 @ 99 live"]


def test_an_iceberg_waits_for_limits_that_allow_its_price() -> None:
    desk = AlgoDesk()
    desk.limits("99.5", "110")
    order = desk.submit("iceberg", limit_price=99, display_qty=10)
    assert (desk.children(order), held(desk)) == ([], [Pace.BEYOND_BAND])
    desk.limits("90", "98.5")
    assert desk.children(order) == ["0/10 @ 98.5 live"]
    assert held(desk) == [Pace.BEYOND_BAND, None]


def test_the_levels_of_a_ladder_wait_each_for_itself() -> None:
    """Levels of 99, 98 and 97, of which nobody may trade at the last."""
    desk = AlgoDesk()
    desk.limits("97.5", "110")
    order = desk.submit("scale", 30, levels=3, first_price=99, step=1)
    assert desk.children(order) == ["0/10 @ 99 live", "0/10 @ 98 live"]
    desk.quote(bid_size=7)
    desk.limits("97.2", "110")
    assert skipped(desk) == [(2, Pace.BEYOND_BAND)]
    desk.limits("97", "110")
    assert desk.children(order) == ["0/10 @ 99 live", "0/10 @ 98 live", "0/10 @ 97 live"]
    desk.check()


def test_limits_without_a_price_between_them_are_none() -> None:
    with pytest.raises(ValidationError, match="at most high_limit_price 9"):
        PriceLimits(X, 0, 10, 9)


# ---------------------------------------------------------------- market data that was lost


def test_nothing_is_sent_by_prices_from_before_a_loss() -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4)
    desk.wait(5)
    desk.lose()
    assert held(desk) == []  # nothing was due
    desk.wait(5)
    assert len(desk.children(order)) == 1
    assert held(desk) == [Pace.FEED_GAP]
    desk.quote()  # the same prices as before
    assert desk.sizes(order) == [25, 25]
    assert held(desk) == [Pace.FEED_GAP, None]
    desk.wait(10)
    assert desk.sizes(order) == [25, 25, 25]


def test_a_slice_that_a_loss_has_cost_is_skipped_with_that_reason() -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, catch_up="give_up")
    desk.wait(1)
    desk.lose()
    desk.wait(9)
    desk.wait(10)
    assert skipped(desk) == [(1, Pace.FEED_GAP)]
    assert held(desk) == [Pace.FEED_GAP]
    desk.quote()
    assert desk.sizes(order) == [25, 25]


def test_what_waits_in_the_book_stays_there_through_a_loss() -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, child_style="passive_then_cross")
    desk.lose()
    desk.wait(1)
    assert desk.children(order) == ["0/25 @ 100 live"]


def test_a_market_of_prints_alone_goes_on_with_the_next_one() -> None:
    desk = AlgoDesk(quotes=False)
    desk.trade(100)
    order = desk.submit("twap", duration=40, slices=4, child_style="market")
    assert desk.sizes(order) == [25]
    desk.wait(5)
    desk.lose()
    desk.wait(5)
    assert desk.sizes(order) == [25]
    desk.trade(100)
    # Nobody took the first child: 25 are due, and a third of the 25 that were missed.
    assert desk.sizes(order) == [25, 34]


def test_a_quote_that_is_too_old_is_told_of_and_waited_out() -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, max_quote_age=5)
    desk.wait(10)
    assert held(desk) == [Pace.STALE]
    desk.wait(10)
    assert skipped(desk) == [(1, Pace.STALE)]
    assert held(desk) == [Pace.STALE]
    desk.quote()
    assert held(desk) == [Pace.STALE, None]
    # 25 are due, and half of the 25 that were missed.
    assert desk.sizes(order) == [25, 38]


@pytest.mark.parametrize("loses", [False, True])
def test_participation_goes_on_after_a_loss_without_a_burst(*, loses: bool) -> None:
    """Half of what others trade, looked at every ten seconds.

    Of 40 that were printed right before the loss, half is due: 20. They are not sent at once after it: the 10 printed then are half
    sent, 5. Without a loss the 20 go out at the next look, and 5 at the one after.
    """
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.5", rate_basis="of_others", interval=10, duration=600)
    desk.wait(2)
    desk.trade(40)
    desk.wait(3)
    if loses:
        desk.lose()
        assert held(desk) == [Pace.FEED_GAP]
        desk.wait(1)
        desk.quote()
        assert held(desk) == [Pace.FEED_GAP, None]
        desk.wait(4)
    else:
        desk.wait(5)
    before = desk.sizes(order)
    desk.trade(10)
    desk.wait(10)
    assert (before, desk.sizes(order)) == (([], [5]) if loses else ([20], [20, 5]))
    # What is behind is caught up as the others trade: of 60 in all, 30 are due, and no more than half of the last 10 is sent.
    desk.trade(10)
    desk.wait(10)
    assert desk.sizes(order)[-1] == 5
    desk.check()


def test_participation_looks_at_once_where_it_need_not_wait() -> None:
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.5", rate_basis="of_others", duration=600)
    desk.wait(1)
    desk.trade(10)
    assert desk.sizes(order) == [5]
    desk.lose()
    desk.trade(1000)
    # There is no price to send it by, and what was due then is not sent later.
    assert desk.sizes(order) == [5]
    desk.quote()
    assert sum(desk.sizes(order)) <= 505
    desk.check()


def test_what_a_venue_has_printed_in_the_loss_of_ours_is_not_taken_off_the_others() -> None:
    from oms.algos.pov import OthersVolume  # for this one alone

    others = OthersVolume(start_ns=0, is_buy=True, total=Decimal(500))
    prints = [TradePrint(X, 1, 100, 80)]
    # 300 of ours have executed; 80 were printed.
    assert others.after_all(prints, Decimal(300)).total == 280
    assert others.after_all(prints, Decimal(300), had_gap=True).total == 500
    assert others.after_all(prints, Decimal(30), had_gap=True).total == 550


# ---------------------------------------------------------------- corrections


def test_a_print_that_is_void_makes_the_target_smaller_and_no_child_negative() -> None:
    """Half of others: 100 make 50. They are void then; after 100 more nothing is due, and after 20 more 10 are."""
    desk = AlgoDesk()
    order = desk.submit("pov", 500, participation_rate="0.5", rate_basis="of_others", duration=600)
    desk.wait(1)
    first = desk.trade(100)
    assert desk.sizes(order) == [50]
    desk.correct(first)
    desk.wait(1)
    desk.trade(100)
    assert desk.sizes(order) == [50]
    desk.trade(20)
    assert sum(desk.sizes(order)) == 60
    desk.check()


def test_a_print_that_was_larger_is_taken_part_in() -> None:
    desk = AlgoDesk()
    order = desk.submit("pov", 500, participation_rate="0.5", rate_basis="of_others", duration=600)
    desk.wait(1)
    first = desk.trade(10)
    assert desk.sizes(order) == [5]
    desk.correct(first, 100)
    assert desk.sizes(order) == [5, 45]


def test_a_print_that_was_within_the_limit_after_all_counts_and_one_from_before_does_not() -> None:
    desk = AlgoDesk()
    early = desk.trade(1000)
    order = desk.submit(
        "pov", 500, participation_rate="0.5", rate_basis="of_others", duration=600, limit_price=101
    )
    desk.wait(1)
    beyond = desk.trade(100, "102")
    desk.correct(early, 5000)
    assert desk.sizes(order) == []
    desk.correct(beyond, 100, "101")
    assert desk.sizes(order) == [50]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_correction_while_trading_is_halted_counts_and_outlives_a_restart(*, restarts: bool) -> None:
    desk = AlgoDesk()
    order = desk.submit(
        "pov", 500, participation_rate="0.5", rate_basis="of_others", duration=600, interval=10
    )
    desk.wait(1)
    first = desk.trade(100)
    desk.halt()
    desk.correct(first, 20)
    if restarts:
        desk.restart()
        order = desk.om.order(order.order_id)
    desk.halt(is_over=True)
    desk.quote()
    desk.wait(9)
    desk.trade(20)
    desk.wait(10)
    # Of 40 in all, 20 are due: half of what each interval has brought, be it that the manager was started again within the first.
    assert desk.sizes(order) == [10, 10]


def test_within_an_interval_a_thousandth_of_an_order_is_not_on_record_at_most() -> None:
    """A twentieth of what others trade: a thousandth of 20,000 is 20, of 400 printed."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov", 20_000, participation_rate="0.05", rate_basis="of_others", duration=600, interval=60
    )
    for printed in range(70, 2101, 70):
        desk.wait(1)
        desk.trade(70)
        assert printed - 400 < int(dict(desk.om.work(order.order_id).memo)["others"]) <= printed
    # 420 is the first of them that is enough.
    noted = [event for event in desk.store.read() if isinstance(event, WorkNoted)]
    assert len(noted) == 1 + 2100 // 420
    desk.restart()
    desk.quote()
    desk.wait(30)
    assert desk.sizes(desk.om.order(order.order_id)) == [105]


CURVE = even_curve(4, 900)
HOUR = TradingSession("20260105", NOON_NS, NOON_NS + 3600 * S)


@pytest.mark.parametrize(
    ("corrected_to", "second"),
    [
        # With the 25 of our own, 500 have traded: 500 / (500 + 750) are 0.4, and 0.65 with the slice: 65 less 25.
        pytest.param(None, 40, id="as it was"),
        # 250 of a quarter of 1000: as expected.
        pytest.param(225, 25, id="less"),
        # 750 / 1500 are 0.5, and 0.75 with the slice.
        pytest.param(725, 50, id="more"),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_dynamic_vwap_goes_by_the_volume_as_it_was_corrected(
    corrected_to: int | None, second: int, *, restarts: bool
) -> None:
    """Four slices of 25, and 1,000 expected in all; after the first quarter 475 were printed."""
    desk = AlgoDesk(curve=CURVE, session=HOUR)
    order = desk.submit("vwap", duration=3600, dynamic_band="0.5", expected_volume=1000)
    desk.wait(1)
    first = desk.trade(475)
    if corrected_to is not None:
        desk.correct(first, corrected_to)
    if restarts and corrected_to is not None:
        desk.restart()
        order = desk.om.order(order.order_id)
    desk.wait(898)
    desk.quote()
    desk.wait(1)
    assert desk.sizes(order) == [25, second]
    desk.check()


def test_a_cap_goes_by_the_volume_as_it_was_corrected() -> None:
    """A tenth of others at most: 500 leave room for 50, of which 25 have gone; of 300 there are 5 left."""
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, max_participation="0.1")
    desk.wait(1)
    first = desk.trade(500)
    desk.wait(4)
    assert desk.sizes(order) == [25]
    desk.correct(first, 300)
    desk.wait(5)
    assert desk.sizes(order) == [25, 5]


def test_a_correction_of_two_instruments_is_none() -> None:
    one = TradePrint(X, 0, 1, 1)
    with pytest.raises(ValidationError, match="pass one of X"):
        PrintCorrection(0, one, evolve(one, symbol=Symbol("Y")))
    with pytest.raises(ValidationError, match="pass a TradePrint"):
        PrintCorrection(0, 5)  # type: ignore[arg-type]
    assert FeedGap("X", 5).symbol == "X"  # type: ignore[arg-type]  # a text will do
