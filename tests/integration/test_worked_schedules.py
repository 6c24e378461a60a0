"""Schedules at work on the simulated exchange, from the order to its last child: what goes out when, worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oms.algos.volume_curve import VolumeCurve
from oms.model.decimals import ZERO, plain
from oms.model.enums import Life, Side
from oms.model.events import SliceDecided
from oms.model.order import Order
from oms.model.terms import limit_px
from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, AlgoDesk

S = 1_000_000_000
HOURS = TradingSession("20260105", NOON_NS, NOON_NS + 100 * S)
CURVE = VolumeCurve(
    bucket_ns=25 * S,
    length_ns=100 * S,
    shares=(Decimal("0.4"), Decimal("0.1"), Decimal("0.2"), Decimal("0.3")),
    opening=Decimal(0),
    closing=Decimal(0),
    days=("20260102",),
    dropped=(),
)

Sent = list[tuple[int, int]]
"""When each child went out, in seconds after the order, and how large it was."""


def play(desk: AlgoDesk, seconds: int, *, size: int = 500, prints: int = 0) -> None:
    """Let seconds pass, each with a quote of 100 to 101 and so much on either side."""
    for second in range(1, seconds + 1):
        desk.wait(1)
        if prints:
            desk.trade(prints)
        desk.quote(bid_size=size + second % 2, ask_size=size + second % 2)


def sent(desk: AlgoDesk) -> Sent:
    """When each child of the first order went out, and how large it was."""
    return [
        ((one.created_ns - NOON_NS) // S, int(one.order_qty)) for one in desk.om.children(desk.om.order(1))
    ]


CASES: dict[str, tuple[str, dict[str, int | str], Sent]] = {
    "TWAP by slices": (
        "twap",
        {"duration": 100, "slices": 4},
        [(0, 250), (25, 250), (50, 250), (75, 250)],
    ),
    "TWAP by an interval that does not divide its time": (
        "twap",
        {"duration": 100, "interval": 30},
        # 1,000 over 30, 30, 30 and 30 cut to 10 seconds: four equal slices.
        [(0, 250), (30, 250), (60, 250), (90, 250)],
    ),
    "TWAP by the size of a child": (
        "twap",
        {"duration": 100, "child_qty": 300},
        # 300 x 100 s / 1,000 is 30 s; the last is what is left.
        [(0, 300), (30, 300), (60, 300), (90, 100)],
    ),
    "VWAP by the curve": ("vwap", {"duration": 100}, [(0, 400), (25, 100), (50, 200), (75, 300)]),
    "VWAP over a part of the day": (
        "vwap",
        {"duration": 50},
        # Four tenths and one tenth, of five tenths.
        [(0, 800), (25, 200)],
    ),
    "VWAP in slices of its own": (
        "vwap",
        {"duration": 100, "slices": 2},
        [(0, 500), (50, 500)],
    ),
    "shortfall without haste": (
        "shortfall",
        {"duration": 100, "slices": 4, "urgency": 1},
        [(0, 250), (25, 250), (50, 250), (75, 250)],
    ),
    "shortfall that halves what is left": (
        "shortfall",
        # 0.125 x 2 x 2 / 1 = 0.5 = 2 (cosh k - 1): cosh k = 1.25, k = ln 2. The holdings are as sinh(n ln 2): 255/32, 63/16, 15/8, 3/4.
        {
            "duration": 100,
            "slices": 4,
            "risk_aversion": "0.125",
            "volatility": "2",
            "temporary_impact": 1,
            "time_unit": 25,
        },
        [(0, 506), (25, 259), (50, 141), (75, 94)],
    ),
    "target close": (
        "target_close",
        # A fifth of everything is a quarter of the others: 4,000 of their 10,000 are needed, the last 0.3 and half of the 0.2 before
        # it, from 62.5 s on; the clock is looked at each second.
        {"expected_volume": 10_000, "participation_rate": "0.2", "in_close": "N"},
        [(63, 250), (75, 750)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schedule_goes_out_as_it_was_worked_by_hand(name: str) -> None:
    """Every child at its second and of its size, and all of it executes."""
    algorithm, parameters, children = CASES[name]
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    desk.quote(bid_size=5_000, ask_size=5_000)
    order = desk.submit(algorithm, 1_000, Side.BUY, **parameters)
    play(desk, 99, size=5_000)
    assert sent(desk) == children
    assert order.is_filled
    desk.check()


def test_all_that_is_left_is_taken_at_a_price_that_is_good_enough() -> None:
    """100 of 400 at once; at an offer of 99 everything, the schedule aside."""
    desk = AlgoDesk()
    order = desk.submit("twap", 400, duration=100, slices=4, i_would_price="99")
    play(desk, 10)
    desk.quote("98", "99", ask_size=1_000)
    play(desk, 1)
    assert sent(desk) == [(0, 100), (10, 300)]
    assert order.is_filled


def test_only_so_much_is_taken_at_a_price_as_is_wanted_there() -> None:
    """The same with at most 120: the rest goes on by its schedule."""
    desk = AlgoDesk()
    desk.submit("twap", 400, duration=100, slices=4, i_would_price="99", i_would_qty=120)
    play(desk, 10)
    desk.quote("98", "99", ask_size=1_000)
    desk.wait(1)
    desk.quote("98", "99", ask_size=1_001)
    assert sent(desk) == [(0, 100), (10, 120)]
    play(desk, 60)
    assert sum(qty for _, qty in sent(desk)[:3]) <= 300


@pytest.mark.parametrize(
    ("residual", "life", "executed"),
    [("cancel", Life.EXPIRED, 160), ("sweep", Life.LIVE, 400), ("extend", Life.LIVE, 400)],
)
def test_what_is_left_at_the_end(residual: str, life: Life, executed: int) -> None:
    """Sixty of the first slice, then an offer beyond the limit until second 99, in the last slice: its hundred still executes.

    What is left is dropped at the end, swept, or worked on.
    """
    desk = AlgoDesk()
    desk.quote(ask_size=60)
    order = desk.submit(
        "twap",
        400,
        duration=100,
        slices=4,
        catch_up="give_up",
        on_residual=residual,
        allow_past_end="Y" if residual == "extend" else "N",
        limit_price="101",
    )
    for second in range(1, 100):
        desk.wait(1)
        desk.quote("101", "102", ask_size=100 + second)
    desk.quote(ask_size=1_000)
    desk.wait(1)
    desk.quote(ask_size=1_001)
    play(desk, 20, size=1_000)
    assert (order.life, order.cum_qty) == (life, Decimal(executed))
    desk.check()


def test_it_is_finished_in_its_last_seconds_where_it_must_be() -> None:
    """Slices that found nothing to trade with are given up, and taken in the last ten seconds."""
    desk = AlgoDesk()
    order = desk.submit(
        "twap",
        400,
        duration=100,
        slices=4,
        catch_up="give_up",
        force_completion="Y",
        completion_window=10,
        limit_price="101",
    )
    for second in range(1, 90):
        desk.wait(1)
        desk.quote("101", "102", ask_size=100 + second)
    desk.wait(1)
    desk.quote(ask_size=1_000)
    play(desk, 9, size=1_000)
    assert order.is_filled
    assert [at for at, _ in sent(desk)][-1] in range(90, 100)


def test_under_its_least_participation_it_goes_ahead_of_what_it_had_given_up() -> None:
    """The limit held two slices back; with 30 printed a second a tenth of that is taken at least."""
    desk = AlgoDesk()
    order = desk.submit(
        "twap",
        400,
        duration=100,
        slices=4,
        catch_up="give_up",
        min_participation="0.1",
        limit_price="101",
    )
    for second in range(1, 60):
        desk.wait(1)
        desk.trade(30)
        desk.quote("101", "102", ask_size=100 + second)
    before = order.cum_qty
    play(desk, 10, size=1_000, prints=30)
    # A tenth of 30 a second for sixty seconds and more, which the schedule has due by then.
    assert order.cum_qty >= before + 80
    desk.check()


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [("twap", {"slices": 2}), ("pov", {"participation_rate": "0.5"})],
)
def test_a_child_that_waits_follows_the_best_price_of_its_side(
    algorithm: str, parameters: dict[str, int | str]
) -> None:
    """At the bid of 100, at that of 100.50, at the limit of 100.70 where that is passed; and not back again as the bid falls."""
    desk = AlgoDesk()
    order = desk.submit(
        algorithm,
        100,
        Side.BUY,
        duration=100,
        child_style="passive_then_cross",
        limit_price="100.7",
        **parameters,
    )
    desk.wait(1)
    desk.trade(50, "100.5")
    stood = [desk.children(order)[0]]
    for bid in ("100.5", "101", "100.2"):
        desk.wait(1)
        desk.quote(bid, "102")
        stood.append(desk.children(order)[0])
    assert stood == [f"0/50 @ {px} live" for px in ("100", "100.5", "100.7", "100.7")]
    desk.check()


def went_out(desk: AlgoDesk, order: Order) -> list[tuple[int, int, str, int]]:
    """Of each child: in which second it went out, how much, at what price, and what it has executed."""
    return [
        ((child.created_ns - NOON_NS) // 1_000_000_000, int(child.order_qty), plain(limit_px(child.terms) or ZERO), int(child.cum_qty))
        for child in desk.om.children(order)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "crossed"),
    [
        ({"slices": 4}, [(10, 25), (20, 25), (30, 25), (39, 25)]),
        ({"slices": 1}, [(36, 100)]),
        ({"slices": 1, "duration": 600}, [(595, 100)]),
    ],
    ids=["a tenth of the last slice", "of the only one", "five seconds at most"],
)
def test_what_waits_crosses_as_its_slice_ends_and_in_the_last_one_a_little_before(
    given: dict[str, int], crossed: list[tuple[int, int]]
) -> None:
    """Nobody sells at the bid: all of it is bought at the offer of 101."""
    desk = AlgoDesk()
    order = desk.submit("twap", 100, **{"duration": 40, **given}, child_style="passive_then_cross")  # type: ignore[arg-type]
    for _ in range(given.get("duration", 40)):
        desk.wait(1)
    assert [
        (second, qty) for second, qty, px, done in went_out(desk, order) if px == "101" and done
    ] == crossed
    assert order.is_filled
    desk.check()


def test_what_the_caps_keep_back_of_a_slice_waits_until_it_ends() -> None:
    """Two slices of 200 with children of 50: the second fifty waits as the first has executed; what is left crosses at the end.

    A hundred are offered there, so that the third of these fifties waits for more.
    """
    desk = AlgoDesk()
    order = desk.submit("twap", 400, duration=400, slices=2, child_style="passive_then_cross", max_child=50)
    desk.wait(60)
    # Fifty are offered at its price, and then not.
    desk.quote("99.99", "100", 100, 50)
    desk.quote("99.99", "101")
    first = [(0, 50, "100", 50), (60, 50, "100", 0)]
    assert went_out(desk, order) == first
    desk.wait(139)
    assert went_out(desk, order) == first
    desk.wait(1)
    assert sorted(went_out(desk, order)[2:]) == [
        (200, 50, "101", 0),
        (200, 50, "101", 50),
        (200, 50, "101", 50),
        (200, 50, "99.99", 0),
    ]
    desk.check()


@pytest.mark.parametrize("seed", range(5))
def test_no_drawn_child_is_less_than_the_smallest(seed: int) -> None:
    """1,000 in 5 slices are 200 each: with 200 for the smallest child and a half for the draw, nothing can differ."""
    desk = AlgoDesk()
    desk.quote(bid_size=5_000, ask_size=5_000)
    terms: dict[str, Any] = {"duration": 100, "slices": 5, "min_child": 200}
    order = desk.submit("twap", 1_000, randomise_size="0.5", random_band=1_000, seed=seed, **terms)
    play(desk, 100, size=5_000)
    assert desk.sizes(order) == [200] * 5
    assert desk.om.order(1).cum_qty == 1_000


def test_what_was_missed_and_what_is_due_rest_between_them() -> None:
    """Beyond the limit twenty-five are missed, and cross as twenty-five more are due: those go out once the rest is over."""
    desk = AlgoDesk()
    order = desk.submit("twap", duration=80, slices=4, catch_up="cross", limit_price=100, min_rest=6)
    for second in range(1, 31):
        desk.wait(1)
        if second >= 22:
            desk.quote(bid="99", ask="100")
    sent = [(child.created_ns - NOON_NS) // 10**9 for child in desk.om.children(order)]
    assert sent == [22, 28]
    assert desk.sizes(order) == [25, 25]
    desk.check()


def test_parent_and_slice_of_each_child_are_known_after_a_restart() -> None:
    """The ids of children do not spell their parent: two orders at once, whose children's numbers take turns."""
    desk = AlgoDesk()
    orders = [desk.submit("twap", 40, duration=80, slices=4).order_id for _ in range(2)]
    play(desk, 30)
    desk.restart()
    desk.quote()
    play(desk, 30)
    decided = [
        event for event in desk.store.read() if isinstance(event, SliceDecided) and event.child is not None
    ]
    for order_id in orders:
        children = [child.order_id for child in desk.om.children(order_id)]
        assert [desk.om.parent(child) for child in children] == [desk.om.order(order_id)] * 4
        slices = [(child, number) for child, number, *_ in desk.om.work(order_id).children]
        assert slices == list(zip(children, range(4), strict=True))
        assert slices == [(event.child, event.number) for event in decided if event.order_id == order_id]
    desk.check()
