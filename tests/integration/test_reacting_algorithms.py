"""Iceberg, sniper, scale and participation on the simulated exchange: cases worked by hand."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from oms.model.enums import Life, OrdStatus, Side
from oms.model.events import OrderCanceled, SliceDecided
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.terms import Limit, display_qty, limit_px
from oms.simulation.venue_acts import CancelOrder
from tests.algo_desk import NOON_NS, AlgoDesk, X

# ---------------------------------------------------------------- iceberg


def test_an_iceberg_shows_the_next_part_once_one_is_exhausted() -> None:
    """A hundred in parts of thirty: 30, 30, 30 and the last 10, and never more than one part at work."""
    desk = AlgoDesk()
    order = desk.submit("iceberg", display_qty=30, limit_price="100.5")
    assert desk.children(order) == ["0/30 @ 100.5 live"]
    desk.quote(ask="100.5", ask_size=20)
    assert desk.children(order) == ["20/30 @ 100.5 live"]
    desk.wait(1)
    desk.quote(ask="100.5", ask_size=25)
    # Ten of what was shown, fifteen of the next part.
    assert desk.children(order) == ["30/30 @ 100.5 live", "15/30 @ 100.5 live"]
    desk.wait(1)
    desk.quote(ask="100.4", ask_size=500)
    assert desk.sizes(order) == [30, 30, 30, 10]
    assert order.is_filled
    desk.check()


def test_an_iceberg_is_topped_up_after_each_execution_where_that_is_asked_for() -> None:
    """What an execution takes comes back at once, as a child of its own at the back of the queue."""
    desk = AlgoDesk()
    order = desk.submit("iceberg", display_qty=30, limit_price="100.5", display_when=1)
    desk.quote(ask="100.5", ask_size=12)
    assert desk.children(order) == ["12/30 @ 100.5 live", "0/12 @ 100.5 live"]
    assert desk.om.work(order).working == 30
    desk.wait(1)
    desk.quote(ask="100.5", ask_size=70)
    # Eighteen and twelve that were shown; then thirty; then ten of the last thirty-eight.
    assert order.cum_qty == 82
    assert desk.om.work(order).working == 18
    desk.check()


def test_random_parts_lie_between_their_bounds_and_never_repeat() -> None:
    """First what is to be shown, then twenty to forty, no size twice in a row, and their sum is the order."""
    desk = AlgoDesk()
    order = desk.submit(
        "iceberg",
        500,
        display_qty=50,
        display_low_qty=20,
        display_high_qty=40,
        display_method=3,
        limit_price="100.5",
        seed=7,
    )
    for number in range(100):
        desk.wait(1)
        desk.quote(ask="100.5", ask_size=35 + number % 2)
    assert order.is_filled
    sizes = desk.sizes(order)
    assert sum(sizes) == 500
    assert sizes[0] == 50
    assert all(20 <= size <= 40 for size in sizes[1:-1])
    assert all(one != other for one, other in pairwise(sizes[:-1]))
    assert len(set(sizes)) > 5


def test_the_same_parts_are_shown_after_a_restart() -> None:
    """Sizes and delays are the order's own draws: which process asks for them changes nothing."""
    told = []
    for restarts in (False, True):
        desk = AlgoDesk()
        order = desk.submit(
            "iceberg",
            300,
            display_qty=30,
            display_variance="0.5",
            display_method=3,
            limit_price="100.5",
            min_refresh_delay=1,
            max_refresh_delay=9,
            seed=3,
        )
        created = []
        for number in range(200):
            desk.wait(1)
            desk.quote(ask="100.5", ask_size=20 + number % 2)
            if restarts:
                desk.restart()
            order = desk.om.order(order.order_id)
            created = [(child.created_ns, child.order_qty) for child in desk.om.children(order)]
        assert order.is_filled
        told.append(created)
        desk.check()
    assert told[0] == told[1]
    gaps = {later[0] - sooner[0] for sooner, later in zip(told[0], told[0][1:], strict=False)}
    assert len(gaps) > 3, "the delays differ"


def test_the_venue_works_an_iceberg_itself_where_it_is_to() -> None:
    """One order that says how much of it is shown."""
    desk = AlgoDesk()
    order = desk.submit("iceberg", display_qty=30, limit_price="100.5", iceberg_mode="native")
    (child,) = desk.om.children(order)
    assert child.order_qty == 100
    assert display_qty(child.terms) == 30
    desk.quote(ask="100.5", ask_size=500)
    # A taker larger than what is shown goes on into the rest.
    assert order.is_filled


def test_the_parts_after_the_first_may_be_of_another_size() -> None:
    """DisplayMethod 2: thirty are shown at first, then twenty at a time."""
    desk = AlgoDesk()
    order = desk.submit("iceberg", display_qty=30, refresh_qty=20, display_method=2, limit_price="100.5")
    for number in range(8):
        desk.wait(1)
        desk.quote(ask="100.5", ask_size=60 + number % 2)
    assert desk.sizes(order) == [30, 20, 20, 20, 10]
    assert order.is_filled


@pytest.mark.parametrize("mode", ["synthetic", "native"])
def test_an_iceberg_that_must_only_wait_takes_nothing(mode: str) -> None:
    """The offer is within its limit: nothing is shown before it has gone, and what is shown may only wait."""
    desk = AlgoDesk()
    desk.quote("100", "101", 50, 50)
    order = desk.submit(
        "iceberg", display_qty=30, limit_price="101", no_take_liquidity="Y", iceberg_mode=mode
    )
    desk.wait(1)
    desk.quote("100", "101", 50, 60)
    assert desk.children(order) == []
    desk.wait(1)
    desk.quote("100", "101.5", 50, 50)
    (child,) = desk.om.children(order)
    assert not child.cum_qty
    assert (child.life, child.instructions) == (Life.LIVE, Instructions(post_only=True))
    desk.check()


def test_a_tail_that_the_instrument_does_not_take_goes_with_the_part_before_it() -> None:
    """Parts of 30 of 100 would leave 10; the least order is 20: the last part is 40."""
    desk = AlgoDesk(Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_qty=20))
    order = desk.submit("iceberg", display_qty=30, limit_price="100.5")
    for number in range(4):
        desk.wait(1)
        desk.quote(ask="100.5", ask_size=60 + number % 2)
    assert desk.sizes(order) == [30, 30, 40]
    assert order.is_filled


@pytest.mark.parametrize(
    ("qty", "min_child", "sizes"),
    [
        (12, 4, [8, 4]),  # twelve at once would be more than max_child; ten would leave two
        (12, 8, [10, 2]),  # two parts of eight are not to be had: the last may be less
        (21, 4, [10, 7, 4]),
        (24, 4, [10, 10, 4]),
        (21, 8, [10, 10, 1]),
    ],
)
def test_the_tail_of_an_iceberg_makes_no_part_larger_than_the_largest_child(
    qty: int, min_child: int, sizes: list[int]
) -> None:
    """Parts of twelve, at most ten at a time: what is too little for a part of its own gets more from the one before it."""
    desk = AlgoDesk()
    order = desk.submit(
        "iceberg", qty, display_qty=12, limit_price="100.5", max_child=10, min_child=min_child
    )
    for number in range(4):
        desk.wait(1)
        desk.quote(ask="100.5", ask_size=60 + number % 2)
    assert desk.sizes(order) == sizes
    assert order.is_filled
    desk.check()


def test_parts_that_are_too_small_for_the_instrument_are_refused_at_once() -> None:
    """Five at 100.5 are worth 502.50; the least order is worth 1,000: parts of ten at least."""
    desk = AlgoDesk(Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_notional=1000))
    order = desk.submit("iceberg", display_qty=5, limit_price="100.5")
    assert order.life is Life.DENIED
    assert str(order.reasons[0]) == "BELOW_MIN_QTY: display_qty = 5; allowed: parts of 10 at least"


# ---------------------------------------------------------------- sniper


def test_a_sniper_takes_only_what_is_large_enough_and_no_quote_twice() -> None:
    """Fifty at least: thirty are let pass, sixty are taken, and the same quote is not shot at again."""
    desk = AlgoDesk()
    desk.quote(ask_size=30)
    order = desk.submit("sniper", min_size=50, limit_price="101")
    assert desk.children(order) == []
    desk.wait(1)
    desk.quote(ask_size=60)
    assert desk.children(order) == ["60/60 @ 101 live"]
    desk.wait(1)
    desk.quote(ask="101.01", ask_size=90)
    assert len(desk.children(order)) == 1, "beyond the limit"
    desk.wait(1)
    desk.quote(ask_size=45)
    # Forty are left: less than fifty must be shown only for the last of it.
    assert desk.children(order)[1:] == ["40/40 @ 101 live"]
    assert order.is_filled


def test_a_sniper_that_sells_looks_at_the_bid() -> None:
    """The mirrored case."""
    desk = AlgoDesk()
    desk.quote(bid_size=30)
    order = desk.submit("sniper", side=Side.SELL, min_size=50, limit_price="100")
    desk.wait(1)
    desk.quote(bid_size=60)
    assert desk.children(order) == ["60/60 @ 100 live"]


# ---------------------------------------------------------------- scale


def test_no_level_of_a_ladder_is_beyond_its_limit() -> None:
    """Bought from 101 down with a limit of 100: refused. Sold from 101 up with a limit of 102 likewise."""
    desk = AlgoDesk()
    for side, limit, allowed in ((Side.BUY, "100", "at or below"), (Side.SELL, "102", "at or above")):
        order = desk.submit("scale", side=side, levels=2, first_price="101", step=1, limit_price=limit)
        told = [(reason.field, reason.value, reason.allowed) for reason in order.reasons]
        assert told == [("first_price", "101", f"{allowed} the limit price {limit}")]


def test_levels_beyond_a_limit_that_was_changed_are_left_out() -> None:
    """At 99, 98, 97, of 30, 30 and 15. The limit becomes 98 before it begins: nothing stands at 99."""
    desk = AlgoDesk()
    given: dict[str, Any] = {
        "levels": 3,
        "first_price": "99",
        "step": 1,
        "weights": "2 2 1",
        "sizes": "weighted",
    }
    given["start_time"] = "20260105-15:00:10"
    order = desk.submit("scale", 75, limit_price="99", **given)
    assert not order.reasons
    desk.om.replace(order, price="98")
    desk.wait(11)
    assert desk.children(order) == ["0/30 @ 98 live", "0/15 @ 97 live"]


def test_a_ladder_that_must_only_wait_takes_nothing() -> None:
    """The offer is at 101: of 102, 101 and 100 the first two wait until it has gone."""
    desk = AlgoDesk()
    order = desk.submit("scale", 75, levels=3, first_price="102", step=1, no_take_liquidity="Y")
    assert desk.children(order) == ["0/25 @ 100 live"]
    desk.wait(1)
    desk.quote("100", "101.5", 50, 50)
    assert sorted(desk.children(order)) == ["0/25 @ 100 live", "0/25 @ 101 live"]
    assert {child.instructions for child in desk.om.children(order)} == {Instructions(post_only=True)}


def test_a_ladder_stands_at_all_its_prices() -> None:
    """Four levels, a dollar apart: what the market reaches executes, the others stay."""
    desk = AlgoDesk()
    order = desk.submit("scale", levels=4, first_price="100", step=1)
    assert desk.children(order) == [f"0/25 @ {px} live" for px in (100, 99, 98, 97)]
    desk.quote("97", "98")
    assert [child.cum_qty for child in desk.om.children(order)] == [25, 25, 25, 0]
    assert order.cum_qty == 75


def test_the_next_part_of_a_level_goes_out_once_the_one_before_is_done() -> None:
    """Thirty at 99 and at 98, ten at a time: a part that has executed in part is waited for, and so is the other level's."""
    desk = AlgoDesk()
    order = desk.submit("scale", 60, levels=2, first_price="99", step=1, max_child=10)
    assert desk.children(order) == ["0/10 @ 99 live", "0/10 @ 98 live"]
    desk.quote("98.5", "99", ask_size=4)
    desk.wait(1)
    assert desk.children(order) == ["4/10 @ 99 live", "0/10 @ 98 live"]
    desk.quote("98.5", "99", ask_size=6)
    desk.quote()
    assert desk.children(order) == ["10/10 @ 99 live", "0/10 @ 98 live", "0/10 @ 99 live"]
    for number in range(2):
        child = desk.om.children(order)[-1]
        desk.quote("98.5", "99", ask_size=10)
        desk.quote("99", "100")
        assert child.cum_qty == 10, number
    desk.wait(60)
    assert order.cum_qty == 30
    assert desk.sizes(order) == [10] * 4
    desk.check()


def test_a_restart_sends_no_part_of_a_level_beside_another() -> None:
    """Ten of thirty work at each of two prices, before the restart and after it; the next is due as these have ended."""
    desk = AlgoDesk()
    number = desk.submit("scale", 60, levels=2, first_price="99", step=1, max_child=10).order_id
    desk.restart()
    desk.quote()
    desk.wait(1)
    order = desk.om.order(number)
    assert desk.children(order) == ["0/10 @ 99 live", "0/10 @ 98 live"]
    child = desk.om.children(order)[1]
    assert child.cl_ord_id is not None
    desk.broker.act(CancelOrder(child.cl_ord_id), desk.clock.now_ns())
    desk.om.poll()
    desk.wait(1)
    assert desk.children(order)[2:] == ["0/10 @ 98 live"]
    desk.check()


def test_the_next_part_of_a_level_waits_for_its_rest() -> None:
    """The levels go out at 0 and 5 seconds; the first part executes at 7 and the next one goes out at 10."""
    desk = AlgoDesk()
    order = desk.submit("scale", 40, levels=2, first_price="99", step=1, max_child=10, min_rest=5)
    for second in range(1, 25):
        desk.wait(1)
        if second == 7:
            desk.quote("98.5", "99", ask_size=10)
            desk.quote()
    children = desk.om.children(order)
    assert [(child.created_ns - NOON_NS) // 10**9 for child in children] == [0, 5, 10]
    assert desk.children(order) == ["10/10 @ 99 live", "0/10 @ 98 live", "0/10 @ 99 live"]
    desk.check()


def test_what_ends_of_a_level_is_placed_again() -> None:
    """The venue takes back the level at 98 of which five have executed: twenty are placed there again."""
    desk = AlgoDesk()
    order = desk.submit("scale", levels=3, first_price="99", step=1, qty=75)
    desk.quote("97", "98", ask_size=55)
    child = desk.om.children(order)[1]
    assert child.cum_qty == 25
    assert desk.om.children(order)[2].cum_qty == 0
    third = desk.om.children(order)[2]
    assert third.cl_ord_id is not None
    desk.broker.act(CancelOrder(third.cl_ord_id), desk.clock.now_ns())
    desk.om.poll()
    desk.wait(1)
    desk.quote("97", "98", ask_size=1)
    assert desk.children(order)[3:] == ["0/25 @ 97 live"]
    desk.check()


def test_a_quote_of_a_clock_that_is_ahead_is_shot_at_once() -> None:
    """A hundred are shown once, stamped five milliseconds ahead: a hundred are bought, also after a restart."""
    desk = AlgoDesk()
    order = desk.submit("sniper", limit_price="101", min_size=10, qty=500)
    before = order.cum_qty
    desk.wait(1)
    desk.om.update(Quote(X, desk.clock.now_ns() + 5_000_000, "100", 100, "100.50", 100))
    for _ in range(3):
        desk.om.poll()
    assert order.cum_qty == before + 100
    desk.restart()
    desk.wait(1)
    assert [child.order_qty for child in desk.om.children(desk.om.orders()[0])] == [100, 100]


# ---------------------------------------------------------------- participation

POV = [
    # What is printed, one after the other, and the children that follow, with a fifth of everything: a quarter of the others.
    ([17, 17, 17, 17, 17], [4, 4, 4, 5, 4]),
    ([3, 1, 40], [1, 10]),
    ([100, 0, 300], [25, 75]),
    ([1000], [100]),
]


@pytest.mark.parametrize(("prints", "children"), POV)
@pytest.mark.parametrize("side", Side)
def test_participation_follows_the_others(prints: list[int], children: list[int], side: Side) -> None:
    """Cumulative, rounded down to lots; a child as soon as one is due."""
    desk = AlgoDesk()
    order = desk.submit("pov", side=side, participation_rate="0.2", duration=600)
    for size in prints:
        desk.wait(1)
        desk.trade(size)
        desk.quote()
    assert desk.sizes(order) == children
    desk.check()


def test_participation_of_the_others_alone() -> None:
    """A fifth of 17 is 3, of 34 is 6, of 51 is 10."""
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.2", rate_basis="of_others", duration=600)
    for _ in range(3):
        desk.wait(1)
        desk.trade(17)
        desk.quote()
    assert desk.sizes(order) == [3, 3, 4]


def test_participation_looks_once_an_interval() -> None:
    """Ten seconds: five prints of 17 are 85, a quarter of which is 21."""
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.2", interval=10, duration=600)
    for _ in range(5):
        desk.wait(2)
        desk.trade(17)
    desk.quote()
    desk.wait(10)
    assert desk.sizes(order)[0] == 17  # the first four prints came before ten seconds were over
    assert sum(desk.sizes(order)) == 21


def test_volume_beyond_the_limit_does_not_count_unless_it_is_to() -> None:
    """Eighty at 102.5 against a limit of 101, then twenty: five; where they count 25 are due, of which the half of everything may go."""
    for counts, first in (("N", 5), ("Y", 20)):
        desk = AlgoDesk()
        order = desk.submit(
            "pov",
            participation_rate="0.2",
            duration=600,
            limit_price="101",
            count_volume_outside_limit=counts,
            max_participation="0.5",
        )
        desk.wait(1)
        desk.quote("102", "103")
        desk.trade(80, "102.5")
        desk.wait(1)
        desk.quote()
        desk.trade(20)
        assert sum(desk.sizes(order)) == first, counts


def test_what_is_printed_in_a_halt_does_not_count() -> None:
    """A halt, prints all the same, and the first print after it: a quarter of that alone."""
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.2", duration=600)
    desk.wait(1)
    desk.halt()
    desk.trade(400)
    desk.wait(60)
    desk.halt(is_over=True)
    desk.quote()
    desk.wait(1)
    desk.trade(40)
    assert desk.sizes(order) == [10]


def test_what_was_missed_is_caught_up_only_as_fast_as_is_allowed() -> None:
    """Without a quote nothing is sent of 100 prints; then of each 40 at most the half of everything: 40, not 10 and all that was missed."""
    desk = AlgoDesk()
    order = desk.submit("pov", 1000, participation_rate="0.2", max_participation="0.5", duration=600)
    desk.wait(1)
    desk.om.update(Quote(X, desk.clock.now_ns(), None, 0, "101", 100))
    desk.trade(400)
    assert desk.sizes(order) == []
    desk.wait(1)
    desk.quote()
    for _ in range(3):
        desk.wait(1)
        desk.trade(40)
        desk.quote()
    # Due are 110, 120, 130 in all; each time at most 40.
    assert desk.sizes(order) == [40, 40, 40]


def test_the_rate_moves_with_the_price() -> None:
    """A buyer takes the half of everything below 99, and a tenth above 102."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov",
        1000,
        participation_rate="0.2",
        lower_band_price="99",
        lower_band_rate="0.5",
        upper_band_price="102",
        upper_band_rate="0.1",
        interval=10,
        duration=600,
    )
    sent = []
    for bid, ask in (("100", "101"), ("98", "99"), ("101", "102")):
        desk.quote(bid, ask)
        before = sum(desk.sizes(order))
        desk.wait(5)
        desk.trade(36, bid)
        desk.wait(5)
        sent.append(sum(desk.sizes(order)) - before)
    # A quarter of 36, all of 36, and a ninth of 36.
    assert sent == [9, 36, 4]


def test_passive_participation_crosses_under_its_least() -> None:
    """It waits at the bid; once the least rate is not kept, what waits is taken back and crossed."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov",
        participation_rate="0.2",
        min_participation="0.1",
        child_style="passive_then_cross",
        duration=600,
    )
    desk.wait(1)
    desk.trade(17)
    assert desk.children(order) == ["0/4 @ 100 live"]
    desk.quote()
    desk.wait(1)
    desk.trade(10)
    desk.quote()
    # A ninth of 17 and of 27 is 1 and 3: nothing has executed, so that one and three are taken across.
    assert order.cum_qty >= 1
    assert any(child.life is Life.CANCELED for child in desk.om.children(order))
    desk.check()


def under_its_least(**parameters: int | str) -> tuple[AlgoDesk, Order]:
    """A fifth of everything, a tenth at least: of eight printed two wait; of eleven, one should have executed, and none has."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov", 100, Side.BUY, participation_rate="0.2", min_participation="0.1", child_style="passive_then_cross", duration=600, **parameters
    )  # fmt: skip
    desk.wait(1)
    desk.trade(8)
    desk.quote(ask_size=101)
    desk.wait(1)
    assert desk.children(order) == ["0/2 @ 100 live"]
    desk.trade(3)
    desk.quote(ask_size=102)
    return desk, order


def test_what_waits_is_taken_back_before_the_least_is_crossed() -> None:
    """Two are all that a fifth allows: nothing crosses beside the two that wait."""
    desk, order = under_its_least()
    assert desk.children(order) == ["0/2 @ 100 canceled", "1/1 @ 101 live"]
    events = [event for event in desk.store.read() if isinstance(event, OrderCanceled | SliceDecided)]
    assert [type(event) for event in events] == [SliceDecided, OrderCanceled, SliceDecided]
    desk.quote(ask_size=103)
    desk.trade(3)
    # Inside of the band it waits again.
    assert desk.children(order)[1:] == ["1/1 @ 101 live", "0/1 @ 100 live"]


def test_what_waits_stays_where_the_most_has_room_for_the_least_beside_it() -> None:
    """Eleven may be at work: one is crossed, and the two keep their place in the queue."""
    desk, order = under_its_least(max_participation="0.5")
    assert desk.children(order) == ["0/2 @ 100 live", "1/1 @ 101 live"]
    assert not any(isinstance(event, OrderCanceled) for event in desk.store.read())


def test_what_waits_stays_where_its_limit_keeps_the_least_from_being_crossed() -> None:
    desk, order = under_its_least(limit_price="100.5")
    assert desk.children(order) == ["0/2 @ 100 live"]


def test_with_an_interval_the_least_is_crossed_as_soon_as_what_waited_is_back() -> None:
    """Of 42 ten may be at work, and four must have executed."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov", participation_rate="0.2", min_participation="0.1", child_style="passive_then_cross", duration=600, interval=10
    )  # fmt: skip
    desk.wait(5)
    desk.trade(40)
    desk.wait(5)
    desk.trade(2)
    desk.quote(ask_size=101)
    # It is looked at as its interval is over.
    assert desk.children(order) == ["0/10 @ 100 live"]
    desk.wait(10)
    assert desk.children(order) == ["0/10 @ 100 canceled", "4/4 @ 101 live"]


def test_that_the_least_is_to_be_crossed_is_known_after_a_restart() -> None:
    """Its rest between children is not over as the manager dies; the next one crosses then."""
    desk, order = under_its_least(min_rest=30)
    known = desk.om.work(order).memo
    assert desk.children(order) == ["0/2 @ 100 canceled"]
    assert "under" in dict(known)
    desk.restart()
    desk.quote()
    assert dict(desk.om.work(order.order_id).memo) == dict(known)
    desk.wait(40)
    desk.quote(ask_size=104)
    assert desk.children(desk.om.order(order.order_id))[:2] == ["0/2 @ 100 canceled", "1/1 @ 101 live"]


def test_participation_ends_with_what_it_has() -> None:
    """There is no promise: what is left at the end is not executed, and that is said."""
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.2", duration=60)
    desk.wait(1)
    desk.trade(40)
    desk.quote()
    desk.wait(60)
    assert (order.life, order.cum_qty) == (Life.EXPIRED, Decimal(10))
    assert "90 of 100" in order.text


def test_participation_is_finished_by_the_end_where_it_must_be() -> None:
    """In its last ten seconds it takes all that is left across the spread."""
    desk = AlgoDesk()
    order = desk.submit(
        "pov", participation_rate="0.2", duration=60, force_completion="Y", completion_window=10
    )
    desk.wait(49)
    assert desk.sizes(order) == []
    desk.wait(1)
    desk.quote()
    assert order.is_filled


def test_the_count_goes_on_over_a_restart() -> None:
    """What was counted stands in the journal; what is printed while nobody listens does not count."""
    desk = AlgoDesk()
    order = desk.submit("pov", participation_rate="0.2", duration=600)
    desk.wait(1)
    desk.trade(18)
    desk.quote()
    assert desk.sizes(order) == [4]
    desk.restart()
    order = desk.om.order(order.order_id)
    desk.quote()
    desk.wait(1)
    desk.trade(2)
    # Eighteen and two are twenty: five in all.
    desk.quote()
    assert desk.sizes(order) == [4, 1]


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("iceberg", {"display_qty": 30}, "limit_price"),
        ("iceberg", {"display_qty": 300, "limit_price": "100"}, "display_qty"),
        ("sniper", {"limit_price": "100"}, "min_size"),
        ("pov", {"participation_rate": 2, "duration": 60}, "participation_rate"),
        ("pov", {"participation_rate": "0.1", "duration": 60, "catch_up": "carry"}, "catch_up"),
        ("scale", {"levels": 4, "first_price": "100.001", "step": 1}, "first_price"),
    ],
)
def test_what_cannot_be_meant_is_denied_with_its_reasons(
    name: str, parameters: dict[str, int | str | Decimal], field: str
) -> None:
    """Each reason names the parameter."""
    order = AlgoDesk().submit(name, **parameters)  # type: ignore[arg-type]  # none of them is the quantity or the side
    assert order.life is Life.DENIED
    assert field in [reason.field for reason in order.reasons]


# ---------------------------------------------------------------- the least order of an instrument


LEAST = [
    Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_qty=20),
    Instrument(symbol="X", currency="USD", tick="0.01", lot=1, min_notional=1900),  # 19 at 100, 20 below 100
]


@pytest.mark.parametrize("instrument", LEAST, ids=["by quantity", "by value"])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("twap", {"slices": 10, "duration": 100}),
        ("shortfall", {"urgency": 4, "slices": 4, "duration": 100}),
        ("pov", {"participation_rate": "0.1", "duration": 100}),
        ("sniper", {"limit_price": "101", "min_size": 1}),
        ("scale", {"levels": 10, "first_price": "101", "step": "0.01"}),
    ],
    ids=["twap", "shortfall", "pov", "sniper", "scale"],
)
def test_no_child_and_no_rest_is_too_little_for_the_instrument(
    instrument: Instrument, name: str, given: dict[str, Any]
) -> None:
    """Fifteen, then forty-five are offered, so that children execute in part; none is refused, and all is bought but such a rest."""
    desk = AlgoDesk(instrument)
    order = desk.submit(name, 100, **given)
    for second in range(110):
        desk.wait(1)
        desk.trade(60, "100.5")
        desk.quote("100", "101", 45 if second % 2 else 15, 45 if second % 2 else 15)
    least = 20 if instrument.min_qty else 19
    assert min(desk.sizes(order)) >= least
    assert not any(child.life in (Life.DENIED, Life.REJECTED) for child in desk.om.children(order))
    assert 100 - order.cum_qty < least
    desk.check()


def test_children_that_could_never_be_sent_are_refused_at_once() -> None:
    desk = AlgoDesk(LEAST[0])
    order = desk.submit("twap", 100, duration=100, slices=4, max_child=19)
    told = [(reason.field, reason.value, reason.allowed) for reason in order.reasons]
    assert told == [("max_child", "19", "at least 20, the least order in X")]


# ---------------------------------------------------------------- what an algorithm does not do, it does not take


IGNORED = [
    ("sniper", {"limit_price": "101", "min_size": 10}, "max_participation", "0.1"),
    ("sniper", {"limit_price": "101", "min_size": 10}, "min_child", 20),
    ("sniper", {"limit_price": "101", "min_size": 10}, "i_would_price", "100"),
    ("iceberg", {"limit_price": "100", "display_qty": 10}, "i_would_price", "100"),
    ("iceberg", {"limit_price": "100", "display_qty": 10}, "max_quote_age", 1),
    ("iceberg", {"limit_price": "100", "display_qty": 10}, "display_method", 4),
    ("scale", {"levels": 2, "first_price": "101", "step": 1}, "i_would_price", "100"),
    ("scale", {"levels": 2, "first_price": "101", "step": 1}, "max_quote_age", 1),
]


@pytest.mark.parametrize(
    ("name", "given", "more", "what"), IGNORED, ids=[f"{name} {more}" for name, _, more, _ in IGNORED]
)
def test_what_an_algorithm_would_ignore_is_refused(
    name: str,
    given: dict[str, Any],
    more: str,
    what: Any,  # noqa: ANN401
) -> None:
    desk = AlgoDesk()
    order = desk.submit(name, **given, **{more: what})
    assert order.status is OrdStatus.DENIED
    assert [reason.field for reason in order.reasons] == [more]


WAITS: dict[str, Any] = {
    "duration": 40,
    "slices": 4,
    "child_style": "passive_then_cross",
    "no_take_liquidity": "Y",
}


@pytest.mark.parametrize(
    ("more", "what"),
    [("i_would_price", "101"), ("min_participation", "0.2"), ("catch_up", "cross"), ("on_residual", "sweep")],
)
def test_an_order_that_must_only_wait_is_told_of_nothing_that_crosses(
    more: str,
    what: Any,  # noqa: ANN401
) -> None:
    desk = AlgoDesk()
    order = desk.submit("twap", **WAITS, **{more: what})
    assert [reason.field for reason in order.reasons] == ["no_take_liquidity"]
    assert more in order.reasons[0].allowed


def test_a_native_iceberg_is_changed_where_it_stands() -> None:
    desk = AlgoDesk()
    order = desk.submit("iceberg", display_qty=30, limit_price="100.5", iceberg_mode="native")
    (child,) = desk.om.children(order)
    desk.om.replace(order, order_qty=150)
    desk.om.poll()
    assert desk.children(order) == ["0/150 @ 100.5 live"]
    desk.om.replace(order, display_qty=20)
    desk.om.poll()
    assert child.terms == Limit("100.5", display_qty=20)
    desk.om.replace(order, order_qty=200, display_qty=40)
    desk.om.poll()
    desk.om.poll()
    assert desk.children(order) == ["0/200 @ 100.5 live"]
    assert child.terms == Limit("100.5", display_qty=40)
    assert desk.om.work(order).available == 0
    desk.check()
    desk.restart()
    assert desk.children(desk.om.order(1)) == ["0/200 @ 100.5 live"]


def test_an_order_that_looks_seldom_and_is_to_be_finished_goes_on_with_the_next_quote() -> None:
    desk = AlgoDesk()
    told: dict[str, Any] = {"duration": 60, "interval": 25, "force_completion": "Y", "completion_window": 20}
    order = desk.submit("pov", 100, participation_rate="0.1", **told)
    desk.om.update(Quote(X, desk.clock.now_ns(), "100", 100, None, 0))
    desk.wait(42)
    assert desk.sizes(order) == []
    desk.quote()
    assert desk.sizes(order) == [100]


def test_an_order_that_looks_seldom_is_finished_as_its_last_minute_begins() -> None:
    desk = AlgoDesk()
    order = desk.submit(
        "pov",
        100,
        duration=1000,
        participation_rate="0.1",
        interval=800,
        force_completion="Y",
        completion_window=60,
    )
    assert order.life is Life.LIVE
    for _ in range(9):
        desk.wait(100)
        desk.quote()
    assert order.cum_qty == 0

    desk.wait(40)

    assert order.cum_qty == 100
    desk.check()


def test_a_ladder_rests_between_its_levels_where_that_is_asked_for() -> None:
    """Three prices, one every five seconds, the nearest first."""
    desk = AlgoDesk()
    order = desk.submit("scale", 90, levels=3, first_price="99", step="1", min_rest=5)
    for _ in range(12):
        desk.wait(1)
    children = desk.om.children(order)
    assert [(child.created_ns - NOON_NS) // 10**9 for child in children] == [0, 5, 10]
    assert [str(limit_px(child.terms)) for child in children] == ["99", "98", "97"]
    desk.check()
