"""Schedules that somebody changes while they are at work: the pace stays that of the plan. Cases worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from oms.algos.volume_curve import VolumeCurve
from oms.model.enums import SessionPhase, Side
from oms.model.events import ReplaceDenied
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, AlgoDesk, even_curve

S = 1_000_000_000
MINUTE = 60


def deep_desk() -> AlgoDesk:
    """Open one with more shown than any child asks for."""
    desk = AlgoDesk()
    desk.quote(bid_size=5_000, ask_size=5_000)
    return desk


def go(desk: AlgoDesk, seconds: int) -> None:
    """Let seconds pass, and quote."""
    desk.wait(seconds)
    desk.quote(bid_size=5_000, ask_size=5_000)


def to_come(desk: AlgoDesk, order: Order) -> list[tuple[int, int, int]]:
    """From when to when each slice is that is left, in seconds after noon, and how large."""
    slices = desk.om.work(order).slices
    return [((one.start_ns - NOON_NS) // S, (one.end_ns - NOON_NS) // S, int(one.qty)) for one in slices]


def end_of(desk: AlgoDesk, order: Order) -> int:
    """When the order ends, in seconds after noon."""
    return (desk.om.work(order).end_ns - NOON_NS) // S


def refused(desk: AlgoDesk) -> list[ReplaceDenied]:
    """The changes that were refused."""
    return [event for event in desk.store.read() if isinstance(event, ReplaceDenied)]


def test_ten_changes_of_the_limit_within_a_slice_send_nothing_more() -> None:
    """Ten slices of 100, one every hundred seconds: the first is sent once, whatever is changed meanwhile, and so are the others."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10, limit_price=105)
    for second in range(10):
        go(desk, 1)
        desk.om.replace(order, price=106 + second)
        desk.om.poll()
    assert desk.sizes(order) == [100]
    for _ in range(9):
        go(desk, 100)
    assert desk.sizes(order) == [100] * 10
    desk.check()


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"child_style": "market"}},
        {"parameters": {"max_child": 100}},
        {"parameters": {"catch_up": "give_up"}},
        {"parameters": {"on_residual": "sweep"}},
        {"price": 107},
    ],
    ids=["the style", "a cap", "the catch-up", "the residual", "the limit"],
)
def test_what_does_not_change_the_schedule_leaves_the_slices_as_they_are(change: dict[str, Any]) -> None:
    """Sizes and times are drawn, and a slice was missed while the order was paused: all of that stays."""
    desk = deep_desk()
    drawn: dict[str, Any] = {"randomise_size": "0.5", "randomise_time": "0.5", "random_band": 50, "seed": 3}
    order = desk.submit("twap", 1_000, duration=1_000, slices=10, limit_price=105, **drawn)
    go(desk, 90)
    desk.om.pause_order(order, "a test")
    go(desk, 110)
    desk.om.resume_order(order, "a test")
    before = desk.om.work(order)
    desk.om.replace(order, **change)
    after = desk.om.work(order)
    assert refused(desk) == []
    assert (after.slices, after.end_ns, after.memo) == (before.slices, before.end_ns, before.memo)


def test_a_larger_total_is_worked_as_if_it_had_been_so_from_the_beginning() -> None:
    """1,900 in ten slices is 190 each: 90 more are due of the first, which had 100, and 190 of each that is left."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10)
    go(desk, 10)
    desk.om.replace(order, order_qty=1_900)
    assert desk.sizes(order) == [100, 90]
    assert [qty for _, _, qty in to_come(desk, order)] == [190] * 9


def test_a_total_that_grows_again_and_again_is_no_reason_to_hurry() -> None:
    """By a lot each second: what the first slice has of 1,010 is 101, so that one more was due of it."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10)
    for second in range(1, 11):
        go(desk, 1)
        desk.om.replace(order, order_qty=1_000 + second)
    assert sum(desk.sizes(order)) == 101
    assert sum(qty for _, _, qty in to_come(desk, order)) == 909


def test_a_smaller_total_is_waited_for_until_its_schedule_has_caught_up() -> None:
    """500 is 50 a slice: of the 300 that have traded 150 were due, so that the next three have nothing to do."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10)
    go(desk, 100)
    go(desk, 100)
    go(desk, 50)
    desk.om.replace(order, order_qty=500)
    assert to_come(desk, order) == [(600, 700, 50), (700, 800, 50), (800, 900, 50), (900, 1_000, 50)]
    # Who thinks better of it has the old schedule again.
    desk.om.replace(order, order_qty=1_000)
    assert to_come(desk, order) == [(100 * k, 100 * (k + 1), 100) for k in range(3, 10)]


def test_another_end_counts_what_was_done_by_what_the_new_schedule_had_due() -> None:
    """Ten slices of 50 s: the first of them was sent already. Ten of 200 s: so it was of these."""
    for duration, begins in ((500, 50), (2_000, 200)):
        desk = deep_desk()
        order = desk.submit("twap", 1_000, duration=1_000, slices=10)
        go(desk, 10)
        desk.om.replace(order, parameters={"duration": duration})
        assert desk.sizes(order) == [100]
        expected = [(begins * k, begins * (k + 1), 100) for k in range(1, 10)]
        assert to_come(desk, order) == expected
        assert end_of(desk, order) == duration


def test_what_was_missed_goes_with_all_that_are_left_as_the_total_is_changed() -> None:
    """Of 400 that were due by 350 s none was sent beyond the limit; 990 over the seven slices, the one in force too, which waits."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10, limit_price=99)
    for _ in range(3):
        go(desk, 100)
    go(desk, 50)
    assert desk.sizes(order) == []
    desk.om.replace(order, order_qty=980)
    assert to_come(desk, order)[0] == (350, 400, 140)
    assert [qty for _, _, qty in to_come(desk, order)] == [140] * 7


def test_a_late_order_keeps_the_pace_that_it_was_pressed_into() -> None:
    """From 14:00 to 15:10, and it is 15:00: ten slices of a minute. A change half a minute later leaves them."""
    desk = deep_desk()
    times: dict[str, Any] = {"start_time": "20260105-14:00:00", "end_time": "20260105-15:10:00"}
    order = desk.submit("twap", 1_000, slices=10, limit_price=105, **times)
    go(desk, 30)
    desk.om.replace(order, price=106)
    expected = [(60 * k, 60 * (k + 1), 100) for k in range(1, 10)]
    assert (desk.sizes(order), to_come(desk, order)) == ([100], expected)
    desk.om.replace(order, order_qty=1_900)
    assert desk.sizes(order) == [100, 90]
    assert to_come(desk, order) == [(begin, end, 190) for begin, end, _ in expected]


def test_a_start_that_is_put_off_is_that_of_the_new_plan() -> None:
    """From 15:01 on for 100 s, and half a minute before that from 15:05 on; then from 15:02."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, start_time="20260105-15:01:00", duration=100, slices=4)
    go(desk, 30)
    for minute in (5, 2):
        desk.om.replace(order, parameters={"start_time": f"20260105-15:0{minute}:00"})
        begin = minute * MINUTE
        assert to_come(desk, order) == [(begin + 25 * k, begin + 25 * (k + 1), 250) for k in range(4)]
        assert end_of(desk, order) == begin + 100


# ---------------------------------------------------------------- halts


def halted(*, amends_in_it: bool = False) -> tuple[AlgoDesk, Order]:
    """Ten slices of 100, ten seconds apart, whose time stands from second 5 to 305; it is second 306."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=100, slices=10, halt_clock="pause", limit_price=105)
    desk.wait(5)
    desk.halt()
    desk.wait(100)
    if amends_in_it:
        desk.om.replace(order, price=107)
        desk.om.replace(order, order_qty=1_900)
        desk.om.replace(order, order_qty=1_000)
    desk.wait(200)
    desk.halt(is_over=True)
    go(desk, 1)
    return desk, order


MOVED = [(300 + 10 * k, 310 + 10 * k, 100) for k in range(1, 10)]


@pytest.mark.parametrize("amends_in_it", [False, True])
def test_what_a_halt_has_put_off_stays_so_whatever_is_changed(*, amends_in_it: bool) -> None:
    desk, order = halted(amends_in_it=amends_in_it)
    assert (to_come(desk, order), end_of(desk, order)) == (MOVED, 400)
    desk.om.replace(order, price=106)
    assert (to_come(desk, order), end_of(desk, order)) == (MOVED, 400)
    assert desk.sizes(order) == [100]
    # The end that was asked for is long past: the one that is in force is not.
    for second in (310, 320):
        go(desk, 10)
        desk.om.replace(order, price=second)
    assert refused(desk) == []
    assert desk.sizes(order) == [100, 100, 100]
    desk.check()


def test_another_total_after_a_halt_is_planned_in_the_time_that_it_has_left_open() -> None:
    """At second 306 six are over. 1,900 are 190 a slice: 90 are due of the first, whose last four seconds are worth 76 of 1,800."""
    desk, order = halted()
    desk.om.replace(order, order_qty=1_900)
    assert desk.sizes(order)[0] == 100
    now = desk.sizes(order)[1]
    assert now == 1_800 * 4 // 94 + 1
    left = to_come(desk, order)
    assert [(begin, end) for begin, end, _ in left] == [(begin, end) for begin, end, _ in MOVED]
    assert sum(qty for _, _, qty in left) == 1_800 - now
    assert end_of(desk, order) == 400


def test_a_longer_time_after_a_halt_has_the_halt_beside_it() -> None:
    """200 s in ten: by second 16 of its own time 100 were due and 200 have traded, so that the next slice is left out."""
    desk, order = halted()
    go(desk, 10)
    assert desk.sizes(order) == [100, 100]
    desk.om.replace(order, parameters={"duration": 200})
    assert to_come(desk, order) == [(300 + 20 * k, 320 + 20 * k, 100) for k in range(2, 10)]
    assert end_of(desk, order) == 500


def test_an_end_that_is_set_after_a_halt_is_meant_as_it_is_said() -> None:
    desk = deep_desk()
    times: dict[str, Any] = {"end_time": "20260105-15:01:40", "slices": 10, "halt_clock": "pause"}
    order = desk.submit("twap", 1_000, **times)
    desk.wait(5)
    desk.halt()
    desk.wait(300)
    desk.halt(is_over=True)
    go(desk, 1)
    assert (to_come(desk, order), end_of(desk, order)) == (MOVED, 400)
    desk.om.replace(order, parameters={"end_time": "20260105-15:10:00"})
    assert end_of(desk, order) == 600
    assert sum(qty for _, _, qty in to_come(desk, order)) + sum(desk.sizes(order)) == 1_000
    assert to_come(desk, order)[-1][1] == 600


# ---------------------------------------------------------------- auctions

HOURS = TradingSession("20260105", NOON_NS, NOON_NS + 60 * MINUTE * S)
CURVE = VolumeCurve(
    bucket_ns=30 * MINUTE * S,
    length_ns=60 * MINUTE * S,
    shares=(Decimal("0.35"), Decimal("0.35")),
    opening=Decimal(0),
    closing=Decimal("0.3"),
    days=("20260102",),
    dropped=(),
)
OF_THE_CLOSE = {"expected_volume": 10_000, "participation_rate": "0.01", "rate_basis": "of_others"}
BY_THE_CURVE = [("vwap", {"duration": 3_600}), ("target_close", OF_THE_CLOSE)]


def auction_of(
    name: str,
    told: dict[str, Any],
    change: dict[str, Any],
    at_minute: int = 40,
    limit: Mapping[str, Any] = MappingProxyType({"limit_price": 105}),
) -> list[tuple[int, str, int]]:
    """When each child went out, in minutes after noon, for how long, and how large, where something is changed."""
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
    desk.quote()
    order = desk.submit(name, 100, in_close="Y", **limit, **told)
    for minute in range(1, 63):
        desk.wait(MINUTE)
        if minute == at_minute:
            desk.om.replace(order, **change)
        if minute == 60:
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        desk.quote(bid_size=100 + minute, ask_size=100 + minute)
    assert order.is_filled
    desk.check()
    return [
        ((one.created_ns - NOON_NS) // S // MINUTE, type(one.time_in_force).__name__, int(one.order_qty))
        for one in desk.om.children(order)
    ]


@pytest.mark.parametrize(("name", "told"), BY_THE_CURVE, ids=["vwap", "target close"])
def test_another_limit_leaves_the_slice_of_the_closing_auction(name: str, told: dict[str, Any]) -> None:
    expected = [(0, "Day", 35), (30, "Day", 35), (50, "AtTheClose", 30)]
    assert auction_of(name, told, {"price": 110}) == expected
    # Also while the child is at work that it was sent with.
    assert auction_of(name, told, {"price": 110}, at_minute=55) == expected


@pytest.mark.parametrize("limit", [{}, {"limit_price": 105}], ids=["no limit before", "a looser one"])
@pytest.mark.parametrize(("name", "told"), BY_THE_CURVE, ids=["vwap", "target close"])
def test_a_tighter_limit_does_not_cost_the_closing_auction(
    name: str, told: dict[str, Any], limit: dict[str, Any]
) -> None:
    """Its child at a worse price, or at any, is taken back; another one goes in its place, at the limit."""
    before = [(0, "Day", 35), (30, "Day", 35), (50, "AtTheClose", 30)]
    found = auction_of(name, told, {"price": 103}, at_minute=55, limit=limit)
    assert found in (before, [*before, (55, "AtTheClose", 30)])
    assert found != before or limit


def test_another_total_changes_the_slice_of_the_closing_auction_with_the_others() -> None:
    """200 are 70, 70 and 60. At minute 40 130 are left, and 20 of 30 minutes weigh 0.35 x 20 / 30 against 0.3: 57 and 73."""
    assert auction_of("vwap", {"duration": 3_600}, {"order_qty": 200}) == [
        (0, "Day", 35),
        (30, "Day", 35),
        (40, "Day", 57),
        (50, "AtTheClose", 73),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_no_drawn_child_of_a_new_plan_is_less_than_the_smallest(seed: int) -> None:
    """1,000 in 5 slices, of which 200 are sent; of 1,100 the four that are left have 225 each: drawn anew none has less than 200."""
    desk = deep_desk()
    terms: dict[str, Any] = {"duration": 100, "slices": 5, "min_child": 200}
    order = desk.submit("twap", 1_000, randomise_size="0.5", random_band=1_000, seed=seed, **terms)
    desk.om.replace(order, order_qty=1_100)
    desk.om.poll()
    slices = to_come(desk, order)
    for _ in range(100):
        go(desk, 1)
    assert desk.sizes(order) == [200, *(qty for _, _, qty in slices)]
    assert min(desk.sizes(order)) >= 200
    assert len(set(desk.sizes(order)[1:])) > 1
    assert desk.om.order(1).cum_qty == 1_100


# ---------------------------------------------------------------- today's volume

EVEN = even_curve(10, 10)


def by_volume(total: int, volume: int, **dynamic: str | int) -> tuple[AlgoDesk, Order, list[int]]:
    """1,000 in ten slices of ten seconds, of which more is wanted after 65; the children that go out at once with that."""
    desk = AlgoDesk(curve=EVEN, session=TradingSession("20260105", NOON_NS, NOON_NS + 100 * S))
    desk.quote(bid_size=5_000, ask_size=5_000)
    order = desk.submit("vwap", 1_000, Side.BUY, duration=100, **dynamic)
    for _ in range(65):
        desk.trade(volume)
        go(desk, 1)
    before = len(desk.sizes(order))
    desk.om.replace(order, order_qty=total)
    desk.om.poll()
    return desk, order, desk.sizes(order)[before:]


@pytest.mark.parametrize("total", [1_010, 1_500, 2_000])
@pytest.mark.parametrize("volume", [20, 100, 400], ids=["a quiet day", "a day as expected", "a busy day"])
def test_a_larger_total_is_no_reason_to_hurry_whatever_the_volume(total: int, volume: int) -> None:
    """What is sent at once is what the slice in force has, as the curve alone would: 1,500 less what was done, by 5 of 35 seconds."""
    dynamic: dict[str, str | int] = {"dynamic_band": "0.2", "expected_volume": 10_000}
    desk, order, at_once = by_volume(total, volume, **dynamic)
    left = total - (sum(desk.sizes(order)) - sum(at_once))
    # Ahead of the new schedule nothing is due; behind it no more than the slice in force has of it.
    assert sum(at_once) <= left * 5 // 35 + 1
    count = len(desk.sizes(order))
    for _ in range(35):
        desk.trade(volume)
        go(desk, 1)
    assert order.is_filled
    # By the curve each of the three slices that follow has ten of 35 parts, or its tenth of all; the band is a part of what is left.
    assert max(desk.sizes(order)[count:]) <= max(left * 10 / 35, total / 10) + left * 0.2 + 1
    desk.check()


def test_a_larger_total_on_a_day_as_expected_is_worked_as_the_curve_has_it() -> None:
    """10,000 of others and 1,000 of ours were expected, and are printed: seven slices of 100, and of 800 five of 35 parts are 114."""
    found = []
    dynamic: dict[str, str | int] = {"dynamic_band": "0.2", "expected_volume": 11_000}
    nothing: dict[str, str | int] = {}
    for told in (nothing, dynamic):
        desk, order, at_once = by_volume(1_500, 100, **told)
        for _ in range(35):
            desk.trade(100)
            go(desk, 1)
        assert order.is_filled
        found.append(desk.sizes(order)[-4:])
        assert at_once == [114]
    assert found[1] == pytest.approx(found[0], abs=25)


def test_from_where_on_the_volume_counts_holds_after_a_restart() -> None:
    found = []
    for restarts in (False, True):
        desk, order, _ = by_volume(1_500, 400, dynamic_band="0.2", expected_volume=10_000)
        if restarts:
            desk.restart()
            order = desk.om.order(order.order_id)
            go(desk, 0)
        found.append((desk.om.work(order).memo, desk.sizes(order)))
    assert dict(found[0][0])["since"] == dict(found[1][0])["since"]
    assert found[0][1] == found[1][1]


def test_a_parameter_that_says_nothing_without_another_is_dropped_with_it() -> None:
    """Left alone it would be ignored, which is refused with its name, its value and what to do."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10, force_completion="Y", completion_window=50)
    go(desk, 10)
    desk.om.replace(order, parameters={"force_completion": "N"})
    assert [str(one) for event in refused(desk) for one in event.reasons] == [
        "UNSUPPORTED: completion_window = completion_window 50, force_completion False; allowed: give force_completion with it, or drop it"
    ]
    desk.om.replace(order, parameters={"force_completion": "N", "completion_window": None})
    desk.check()
    desk.restart()
    order = desk.om.order(order.order_id)
    assert order.terms == Strategy("twap", {"duration": 1000, "force_completion": "N", "slices": 10})
    assert len(refused(desk)) == 1
    desk.om.replace(order, parameters={"force_completion": None})
    assert order.terms == Strategy("twap", {"duration": 1000, "slices": 10})


def test_dice_are_dropped_with_what_they_were_for() -> None:
    """Without anything drawn the slices that are left are even again, and a seed would be ignored."""
    desk = deep_desk()
    order = desk.submit("twap", 1_000, duration=1_000, slices=10, randomise_time=1, seed=3)
    desk.om.replace(order, parameters={"randomise_time": None, "seed": None})
    assert refused(desk) == []
    assert [start for start, _, _ in to_come(desk, order)][-1] == 900


@pytest.mark.parametrize(
    ("policy", "later"), [("spread", [200] * 4), ("give_up", [100] * 4), ("carry", [500, 100, 100, 100])]
)
def test_after_a_pause_what_was_missed_is_seen_to_by_the_policy_whatever_the_volume(
    policy: str, later: list[int]
) -> None:
    desk = AlgoDesk(curve=EVEN, session=TradingSession("20260105", NOON_NS, NOON_NS + 100 * S))
    go(desk, 0)
    order = desk.submit(
        "vwap", 1000, duration=100, catch_up=policy, dynamic_band="0.1", expected_volume=11_000
    )
    for second in range(100):
        if second == 15:
            desk.om.pause_order(order, "a test")
        if second == 55:
            desk.om.resume_order(order, "a test")
        desk.trade(100)
        go(desk, 1)

    sizes = [int(child.order_qty) for child in desk.om.children(order)]
    assert sizes[:2] == [100, 100]
    assert len(sizes) == 6
    # Today's volume is as was expected: it moves no slice by as much as a fifth of one.
    assert all(abs(size - wanted) <= 20 for size, wanted in zip(sizes[2:], later, strict=True))
