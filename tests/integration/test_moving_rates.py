"""Participation whose rate moves: what is printed counts by the rate under which it is printed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from oms.model.enums import Side
from oms.model.events import WorkNoted
from oms.model.order import Order
from tests.algo_desk import AlgoDesk

BASE, BETTER, WORSE = ("100", "101"), ("98", "99"), ("102", "103")
UPPER_WORSE: dict[str, Any] = {"upper_band_price": "103", "upper_band_rate": "0.02"}
LOWER_BETTER: dict[str, Any] = {"lower_band_price": "99", "lower_band_rate": "0.4"}
UPPER_BETTER: dict[str, Any] = {"upper_band_price": "102", "upper_band_rate": "0.4"}
LOWER_WORSE: dict[str, Any] = {"lower_band_price": "98", "lower_band_rate": "0.02"}


def opened(side: Side = Side.BUY, **parameters: int | str) -> tuple[AlgoDesk, Order]:
    """Take a part of what the others trade, in a market with enough of it."""
    desk = AlgoDesk()
    desk.quote(*BASE, 10**6, 10**6)
    return desk, desk.submit("pov", 10**6, side, rate_basis="of_others", **parameters)


def traded_at(desk: AlgoDesk, order: Order, prices: list[tuple[str, str]], prints: int = 5) -> list[int]:
    """Give how much executes at each of these prices, with some prints of a thousand each."""
    found = [int(order.cum_qty)]
    for bid, ask in prices:
        for number in range(prints):
            desk.wait(1)
            desk.quote(bid, ask, 10**6 + number % 2, 10**6 + number % 2)
            desk.trade(1000)
            desk.wait(1)
        found.append(int(order.cum_qty))
    return [after - before for before, after in pairwise(found)]


@pytest.mark.parametrize("interval", [{}, {"interval": 2}], ids=["at once", "by intervals"])
@pytest.mark.parametrize(
    ("side", "bands", "prices", "traded"),
    [
        (Side.BUY, UPPER_WORSE, [BASE, WORSE, BASE, BASE], [500, 100, 500, 500]),
        (Side.BUY, LOWER_BETTER, [BASE, BETTER, BASE, BETTER], [500, 2000, 500, 2000]),
        (Side.SELL, UPPER_BETTER, [BASE, WORSE, BASE, WORSE], [500, 2000, 500, 2000]),
        (Side.SELL, LOWER_WORSE, [BASE, BETTER, BASE, BASE], [500, 100, 500, 500]),
        (Side.BUY, {**UPPER_WORSE, **LOWER_BETTER}, [WORSE, BETTER, WORSE, BASE], [100, 2000, 100, 500]),
    ],
    ids=["worse for a buyer", "better for a buyer", "better for a seller", "worse for a seller", "both"],
)
def test_the_rate_of_a_price_holds_for_what_is_printed_at_it(
    side: Side,
    bands: dict[str, Any],
    prices: list[tuple[str, str]],
    traded: list[int],
    interval: dict[str, Any],
) -> None:
    desk, order = opened(side, participation_rate="0.1", duration=3600, **bands, **interval)
    assert traded_at(desk, order, prices) == traded
    desk.check()


def test_what_waits_for_volume_goes_by_the_new_rate_as_soon_as_the_price_is_there() -> None:
    """At 1% a child of a hundred is due after ten thousand; at 40% after 250 more."""
    desk, order = opened(participation_rate="0.01", min_child=100, duration=3600, **LOWER_BETTER)
    desk.wait(1)
    desk.trade(1000)  # of which ten are due
    desk.wait(1)
    desk.quote(*BETTER, 10**6, 10**6)
    desk.trade(225)
    assert desk.sizes(order) == [100]


@pytest.mark.parametrize(
    ("first", "last", "parts"),
    [("0.5", "0.1", [460, 380, 300, 220, 140]), ("0.1", "0.5", [140, 220, 300, 380, 460])],
    ids=["falling", "rising"],
)
@pytest.mark.parametrize("interval", [{}, {"interval": 10}], ids=["at once", "by intervals"])
def test_a_rate_that_moves_with_time_holds_for_what_is_printed_at_it(
    first: str, last: str, parts: list[int], interval: dict[str, Any]
) -> None:
    """A thousand are printed in each fifth of the time, ten each second: on average by the rate of its middle."""
    desk, order = opened(
        participation_rate=first, end_rate=last, rate_linked_to="time", duration=500, **interval
    )
    found, before = [], 0
    for second in range(499):
        desk.wait(1)
        desk.quote(*BASE, 10**6 + second % 2, 10**6)
        desk.trade(10)
        if second % 100 == 98:
            found.append(int(order.cum_qty) - before)
            before = int(order.cum_qty)
    # Less by a little where ten seconds are looked at later.
    assert all(abs(one - part) <= (5 if not interval else 60) for one, part in zip(found, parts, strict=True))
    assert abs(order.cum_qty - 1500) <= (5 if not interval else 60)
    desk.check()


def test_a_rate_that_falls_with_size_does_not_stop_the_order() -> None:
    """From a half to a tenth: after a thousand of two thousand it is three tenths of what is printed then."""
    desk = AlgoDesk()
    desk.quote(*BASE, 10**6, 10**6)
    order = desk.submit(
        "pov", 2000, participation_rate="0.5", end_rate="0.1", rate_linked_to="size", rate_basis="of_others", duration=3600
    )  # fmt: skip
    while order.cum_qty < 1000:
        desk.wait(1)
        desk.quote(*BASE, 10**6 + desk.clock.now_ns() // 10**9 % 2, 10**6)
        desk.trade(10)
    before = order.cum_qty
    desk.wait(1)
    desk.trade(100)
    desk.wait(1)
    assert order.cum_qty - before == 30


def test_the_most_and_the_least_stay_parts_of_all_that_was_printed() -> None:
    """At most so much of everything since the beginning, whatever the rate of a price."""
    desk, order = opened(participation_rate="0.1", max_participation="0.4", duration=3600, **LOWER_BETTER)
    assert traded_at(desk, order, [BASE, BETTER, BETTER]) == [500, 2000, 2000]
    desk, order = opened(participation_rate="0.3", max_participation="0.3", duration=3600, **LOWER_BETTER)
    assert traded_at(desk, order, [BASE, BETTER]) == [1500, 1500]


def test_a_print_that_is_void_is_taken_off_by_the_rate_under_which_it_counted() -> None:
    """A thousand at a tenth, and two thousand at four tenths of which a thousand are void: nothing is sent back."""
    desk, order = opened(participation_rate="0.1", duration=3600, **LOWER_BETTER)
    desk.wait(1)
    desk.trade(1000)
    desk.wait(1)
    desk.quote(*BETTER, 10**6, 10**6)
    desk.trade(1000)
    void = desk.trade(1000)
    assert order.cum_qty == 900
    desk.correct(void)
    desk.wait(1)
    desk.trade(1000)
    assert order.cum_qty == 900
    desk.trade(1000)
    assert order.cum_qty == 1300
    desk.check()


def test_what_was_due_by_the_rates_of_before_is_known_after_a_restart() -> None:
    desk, order = opened(participation_rate="0.1", duration=3600, **LOWER_BETTER)
    assert traded_at(desk, order, [BETTER, BASE]) == [2000, 500]
    desk.restart()
    order = desk.om.order(order.order_id)
    assert traded_at(desk, order, [BASE, BETTER]) == [500, 2000]


def test_prices_that_change_nothing_for_it_are_not_looked_at() -> None:
    """A better price is waited for, and none of those before it makes a look: nothing is noted."""
    desk, _ = opened(participation_rate="0.1", duration=3600, **LOWER_BETTER)
    desk.wait(1)
    desk.trade(5)
    seen = len(list(desk.store.read()))
    for number in range(20):
        desk.wait(1)
        desk.quote("100", f"101.{number:02}", 10**6, 10**6)
    assert len(list(desk.store.read())) == seen
    desk.quote(*BETTER, 10**6, 10**6)
    assert [type(one) for one in desk.store.read(seen)] == [WorkNoted]


def test_a_rate_that_does_not_move_keeps_no_line() -> None:
    desk, order = opened(participation_rate="0.1", duration=3600)
    desk.wait(1)
    desk.trade(100)
    assert sorted(dict(desk.om.work(order).memo)) == ["lately", "number", "others", "owed"]
