"""Schedules over a halt, with a clock that runs or stands, and slices that go into an auction: cases worked by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.algos.volume_curve import VolumeCurve
from oms.model.enums import Life, SessionPhase, Side
from oms.model.events import OrderStatusRequested, SecurityStatusChanged, SliceDecided
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.time_in_force import GTC
from oms.model.trading_session import TradingSession
from oms.model.work import Pace
from tests.algo_desk import NOON_NS, AlgoDesk

S = 1_000_000_000


def sent_after(desk: AlgoDesk, number: int = 1) -> list[tuple[int, int]]:
    """When each child went out, in seconds after noon, and how large it was."""
    order = desk.om.order(number)
    return [((one.created_ns - NOON_NS) // S, int(one.order_qty)) for one in desk.om.children(order)]


def halted_from_5_to_35(desk: AlgoDesk, until: int) -> None:
    """Let seconds pass, each with a quote, and a halt in between."""
    for second in range(1, until + 1):
        desk.wait(1)
        if second == 5:
            desk.halt()
        elif second == 35:
            desk.halt(is_over=True)
        desk.quote(bid_size=100 + second, ask_size=100 + second)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_stands_moves_what_is_left_by_the_length_of_the_halt(*, restarts: bool) -> None:
    """Four slices of 25, ten seconds apart; a halt of thirty seconds after the first: the others come thirty seconds later."""
    desk = AlgoDesk()
    order = desk.submit("twap", duration=40, slices=4, halt_clock="pause")
    for second in range(1, 80):
        desk.wait(1)
        if second == 5:
            desk.halt()
        elif second == 35:
            desk.halt(is_over=True)
        elif restarts and second in (20, 50):
            desk.restart()
        desk.quote(bid_size=100 + second, ask_size=100 + second)
    assert sent_after(desk) == [(0, 25), (40, 25), (50, 25), (60, 25)]
    assert desk.om.order(order.order_id).is_filled
    desk.check()


def test_with_a_clock_that_runs_the_slices_of_the_halt_are_skipped_and_caught_up() -> None:
    """Slices at 10, 20 and 30 fall into the halt: the first two are skipped as halted, the last one takes them with it after it."""
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4)
    halted_from_5_to_35(desk, 39)
    assert sent_after(desk) == [(0, 25), (35, 75)]
    decided = [event for event in desk.store.read() if isinstance(event, SliceDecided)]
    assert [(event.number, event.pace) for event in decided[1:]] == [
        (1, Pace.HALTED),
        (2, Pace.HALTED),
        (3, Pace.CATCHING_UP),
    ]
    desk.check()


MINUTE = 60
HOURS = TradingSession("20260105", NOON_NS + 20 * MINUTE * S, NOON_NS + 80 * MINUTE * S)
CURVE = VolumeCurve(
    bucket_ns=30 * MINUTE * S,
    length_ns=60 * MINUTE * S,
    shares=(Decimal("0.25"), Decimal("0.25")),
    opening=Decimal("0.2"),
    closing=Decimal("0.3"),
    days=("20260102",),
    dropped=(),
)


def test_the_slices_of_the_auctions_are_sent_before_them() -> None:
    """A curve of 20, 25, 25 and 30 hundredths: the first and the last go out ten minutes before the open and the close."""
    desk = AlgoDesk(curve=CURVE, session=HOURS)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    order = desk.submit("vwap", duration=80 * MINUTE, in_open="Y", in_close="Y")
    for minute in range(1, 81):
        desk.wait(MINUTE)
        if minute == 20:
            desk.quote()
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
        elif minute == 80:
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        desk.quote(bid_size=100 + minute, ask_size=100 + minute)
    assert [(at // MINUTE, qty) for at, qty in sent_after(desk)] == [(10, 20), (20, 25), (50, 25), (70, 30)]
    in_force = [type(child.time_in_force).__name__ for child in desk.om.children(order)]
    assert (in_force[0], in_force[-1]) == ("AtTheOpening", "AtTheClose")
    assert order.is_filled
    desk.check()


CLOSING_HOURS = TradingSession("20260105", NOON_NS, NOON_NS + 60 * MINUTE * S)
CLOSING = evolve(CURVE, shares=(Decimal("0.35"), Decimal("0.35")), opening=Decimal(0), closing=Decimal("0.3"))


def an_hour(
    *,
    halted: tuple[int, int],
    curve: VolumeCurve = CLOSING,
    limits_at: int | None = None,
    **told: Any,  # noqa: ANN401  # parameters are data of any kind
) -> tuple[AlgoDesk, list[tuple[int, str, int]]]:
    """Work a VWAP of 100 over the hour before the close, and give when each child went out, in minutes, for how long, and how large."""
    desk = AlgoDesk(curve=curve, session=CLOSING_HOURS)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
    desk.quote()
    order = desk.om.order(desk.submit("vwap", duration=3_600, in_close="Y", **told).order_id)
    for minute in range(1, 63):
        desk.wait(MINUTE)
        if minute in halted:
            desk.halt(is_over=minute == halted[1])
        if minute == limits_at:
            desk.om.replace(order, price=110)
        if minute == 60:
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        desk.quote(bid_size=100 + minute, ask_size=100 + minute)
    desk.check()
    assert order.is_closed
    sent = [(at // MINUTE, qty) for at, qty in sent_after(desk)]
    kinds = [type(child.time_in_force).__name__ for child in desk.om.children(order)]
    return desk, [(at, kind, qty) for (at, qty), kind in zip(sent, kinds, strict=True)]


@pytest.mark.parametrize("at_minute", [None, 30, 53])
def test_slices_of_the_last_minutes_are_traded_beside_the_auctions(at_minute: int | None) -> None:
    """Twelve buckets of five minutes with 5 each, and 40 at the close, sent at minute 50: slices are due then, and five minutes later."""
    curve = evolve(CLOSING, bucket_ns=5 * MINUTE * S, shares=(Decimal("0.05"),) * 12, closing=Decimal("0.4"))
    _, sent = an_hour(halted=(98, 99), curve=curve, limits_at=at_minute, limit_price=105)
    before = [(5 * k, "Day", 5) for k in range(10)]
    assert sent == [*before, (50, "AtTheClose", 40), (50, "Day", 5), (55, "Day", 5)]


@pytest.mark.parametrize("clock", ["run", "pause"])
@pytest.mark.parametrize("over", [52, 58])
def test_a_halt_does_not_keep_the_slice_of_the_closing_auction(clock: str, over: int) -> None:
    """The auction is held when it is held: its slice goes out ten minutes before, halted or not."""
    _, sent = an_hour(halted=(40, over), halt_clock=clock)
    assert sent == [(0, "Day", 35), (30, "Day", 35), (50, "AtTheClose", 30)]


@pytest.mark.parametrize("clock", ["run", "pause"])
def test_an_order_that_is_halted_until_the_close_ends_with_it(clock: str) -> None:
    """The slice that nobody could send is left, whether its time has stood or not, and no auction is held while it is halted."""
    desk, sent = an_hour(halted=(20, 99), halt_clock=clock)
    assert sent == [(0, "Day", 35), (50, "AtTheClose", 30)]
    assert desk.om.order(1).text == "end_time: 65 of 100 did not trade"


def test_a_halt_that_outlives_the_session_ends_what_was_to_end_before_its_close() -> None:
    """From noon to 50 minutes later, halted from 20 on: the time stands until the close, after which nothing is to be had."""
    desk = AlgoDesk(curve=CLOSING, session=CLOSING_HOURS)
    desk.quote()
    order = desk.submit("twap", duration=3_000, slices=5, halt_clock="pause")
    for minute in range(1, 61):
        desk.wait(MINUTE)
        if minute == 15:
            desk.halt()
        assert order.is_closed == (minute >= 60)
    assert order.text == "end_time: 60 of 100 did not trade"
    desk.check()


def test_a_halt_after_its_end_does_not_keep_an_order() -> None:
    """Its child for the auction ends with the session, which is closed in the halt."""
    desk = AlgoDesk()
    told: dict[str, Any] = {
        "duration": 60,
        "slices": 1,
        "halt_clock": "pause",
        "on_residual": "auction",
        "limit_price": 99,
    }
    order = desk.om.submit("X", Side.BUY, 100, Strategy("twap", told), tif=GTC)
    desk.wait(70)
    assert [type(child.time_in_force).__name__ for child in desk.om.children(order)] == ["AtTheClose"]
    desk.halt()
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    desk.wait(1)
    desk.halt(is_over=True)
    desk.wait(1)
    assert order.is_closed
    desk.check()


def test_a_halt_during_which_somebody_pauses_the_order_puts_it_off_by_its_own_length() -> None:
    """Halted from 5 to 15, paused from 8 to 50: slices at 35, 60 and 85, of which the first is skipped; 38 and 37 are left."""
    desk = AlgoDesk()
    order = desk.submit("twap", duration=100, slices=4, halt_clock="pause")
    for second in range(1, 120):
        desk.wait(1)
        if second == 5:
            desk.halt()
        elif second == 8:
            desk.om.pause_order(order, "lunch")
        elif second == 15:
            desk.halt(is_over=True)
        elif second == 50:
            desk.om.resume_order(order, "back")
        desk.quote(bid_size=100 + second, ask_size=100 + second)
    assert sent_after(desk) == [(0, 25), (60, 38), (85, 37)]
    assert desk.om.work(order).end_ns == NOON_NS + 110 * S
    desk.check()


# ---------------------------------------------------------------- what was missed goes by the curve

UNEVEN = evolve(
    CURVE,
    bucket_ns=20 * S,
    length_ns=100 * S,
    shares=tuple(map(Decimal, ("0.1", "0.4", "0.05", "0.05", "0.4"))),
    opening=Decimal(0),
    closing=Decimal(0),
)


def test_the_weight_of_a_halted_bucket_goes_to_later_ones_by_theirs() -> None:
    """400 of 1,000 were halted: 900 over 0.05, 0.05 and 0.4 of the volume are 90, 90 and 720."""
    desk = AlgoDesk(curve=UNEVEN, session=TradingSession("20260105", NOON_NS, NOON_NS + 100 * S))
    desk.quote(bid_size=5_000, ask_size=5_000)
    desk.submit("vwap", 1_000, duration=100)
    for second in range(1, 100):
        desk.wait(1)
        if second in (15, 40):
            desk.halt(is_over=second == 40)
        desk.quote(bid_size=5_000, ask_size=5_000 + second)
    assert sent_after(desk) == [(0, 100), (40, 90), (60, 90), (80, 720)]


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [
        ("spread", [(0, 10), (40, 23), (50, 67)]),
        ("carry", [(0, 10), (40, 60), (50, 30)]),
        ("give_up", [(0, 10), (40, 10), (50, 30)]),
    ],
)
def test_the_closing_auction_takes_its_part_of_what_was_missed(
    catch_up: str, expected: list[tuple[int, int]]
) -> None:
    """Buckets of 10, 50, 10 and 30 hundredths, the second halted: of 50 a quarter goes with the third, 13 in whole lots, 37 with the auction."""
    curve = evolve(
        CLOSING,
        bucket_ns=20 * MINUTE * S,
        shares=tuple(map(Decimal, ("0.1", "0.5", "0.1"))),
        closing=Decimal("0.3"),
    )
    desk, sent = an_hour(halted=(15, 40), curve=curve, catch_up=catch_up)
    assert [(at, qty) for at, _, qty in sent] == expected
    assert desk.om.order(1).cum_qty == sum(qty for _, qty in expected)


# ---------------------------------------------------------------- the volume that counts


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("drawn", ["0", "1"])
def test_volume_before_the_start_leaves_no_room_under_the_cap(*, restarts: bool, drawn: str) -> None:
    """50,000 trade before the start, and 900 after it: a tenth of that is 90."""
    desk = AlgoDesk()
    desk.submit(
        "twap", 1_000, start_time="20260105-15:01:00", duration=100, slices=1, max_participation="0.1",
        randomise_time=drawn,
    )  # fmt: skip
    for _ in range(50):
        desk.wait(1)
        desk.trade(1_000)
    if restarts:
        desk.restart()
    for _ in range(15):
        desk.wait(1)
        desk.quote(bid_size=5_000, ask_size=5_000)
    order = desk.om.order(1)
    assert desk.sizes(order) == []
    desk.trade(900)
    for _ in range(90):
        desk.wait(1)
        desk.quote(bid_size=5_000, ask_size=5_000)
    assert desk.sizes(order) == [90]
    desk.check()


def test_volume_before_the_start_does_not_move_a_schedule_that_follows_the_volume() -> None:
    hours = TradingSession("20260105", NOON_NS + 60 * S, NOON_NS + 160 * S)
    even = evolve(UNEVEN, shares=(Decimal("0.2"),) * 5)
    desk = AlgoDesk(curve=even, session=hours)
    told: dict[str, Any] = {
        "start_time": "20260105-15:01:00",
        "end_time": "20260105-15:02:40",
        "dynamic_band": 1,
    }
    order = desk.submit("vwap", 1_000, expected_volume=1_000, **told)
    for _ in range(50):
        desk.wait(1)
        desk.trade(1_000)
    for _ in range(12):
        desk.wait(1)
        desk.quote(bid_size=5_000, ask_size=5_000)
    assert desk.sizes(order) == [200]


# ---------------------------------------------------------------- restarts, and what is at work


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("run", [(0, 25), (35, 75)]), ("pause", [(0, 25), (40, 25), (50, 25), (60, 25)])],
)
def test_a_halt_is_known_after_a_restart(clock: str, expected: list[tuple[int, int]]) -> None:
    """Halted from 5 to 35, and started again at 12: as if it had not been."""
    desk = AlgoDesk()
    desk.submit("twap", duration=40, slices=4, halt_clock=clock)
    for second in range(1, 80):
        desk.wait(1)
        if second in (5, 35):
            desk.halt(is_over=second == 35)
        if second in (12, 20):
            desk.restart()
        desk.quote(bid_size=100 + second, ask_size=100 + second)
    assert sent_after(desk) == expected
    desk.check()


def test_a_halt_from_before_an_order_is_known_after_a_restart() -> None:
    desk = AlgoDesk()
    desk.halt()
    desk.halt()
    desk.restart()
    desk.quote()
    order = desk.submit("twap", duration=40, slices=1)
    assert desk.sizes(order) == []
    desk.restart()
    desk.quote(bid_size=101)
    desk.halt(is_over=True)
    desk.quote(bid_size=102)
    assert desk.sizes(desk.om.order(order.order_id)) == [100]
    told = [event for event in desk.store.read() if isinstance(event, SecurityStatusChanged)]
    assert [event.security_trading_status.name for event in told] == ["TRADING_HALT", "RESUME"]


WAITING = {"child_style": "passive_then_cross", "duration": 40, "slices": 2}
ALGORITHMS: list[tuple[str, dict[str, Any]]] = [
    ("twap", WAITING),
    ("iceberg", {"limit_price": 99, "display_qty": 40}),
    ("iceberg", {"limit_price": 99, "display_qty": 40, "iceberg_mode": "native"}),
    ("scale", {"levels": 2, "first_price": 99, "step": 1}),
]
IDS = ["schedule", "iceberg", "native iceberg", "ladder"]


@pytest.mark.parametrize(("name", "told"), ALGORITHMS, ids=IDS)
def test_what_is_at_work_as_trading_is_halted_is_taken_back_where_that_is_asked_for(
    name: str, told: dict[str, Any]
) -> None:
    desk = AlgoDesk()
    order = desk.submit(name, on_halt="cancel", **told)
    count = len(desk.om.children(order))
    assert count
    desk.wait(1)
    desk.halt()
    assert {child.life for child in desk.om.children(order)} == {Life.CANCELED}
    desk.wait(1)
    desk.halt(is_over=True)
    desk.wait(1)
    desk.quote(bid_size=101)
    assert order.life is Life.LIVE
    assert desk.om.work(order).suspended is None
    if name != "twap":  # whose slice was sent, and is crossed as it ends
        assert len(desk.om.children(order)) == 2 * count
    desk.check()


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(("name", "told"), ALGORITHMS, ids=IDS)
def test_what_is_kept_over_a_halt_is_asked_about_as_trading_goes_on(
    name: str, told: dict[str, Any], *, restarts: bool
) -> None:
    """Nobody knows whether it has survived: the broker says so."""
    desk = AlgoDesk()
    order = desk.om.order(desk.submit(name, **told).order_id)
    kept = [child.order_id for child in desk.om.children(order)]
    desk.wait(1)
    desk.halt()
    desk.halt()
    if restarts:
        desk.restart()
        desk.quote()
    assert [child.life for child in desk.om.children(1)] == [Life.LIVE] * len(kept)

    def asked() -> list[int]:
        return [event.order_id for event in desk.store.read() if isinstance(event, OrderStatusRequested)]

    assert asked() == []
    desk.halt(is_over=True)
    assert asked() == kept
    desk.halt(is_over=True)
    assert asked() == kept
    desk.check()


def test_an_order_for_an_auction_is_not_taken_back_in_a_halt() -> None:
    _, sent = an_hour(halted=(52, 55), on_halt="cancel")
    assert sent == [(0, "Day", 35), (30, "Day", 35), (50, "AtTheClose", 30)]
