"""What goes into an auction, and is more than `max_child`, goes there as several children: nothing of it is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.model.enums import ExecType, Life, SessionPhase, Side
from oms.model.events import SliceDecided
from oms.model.limits import RiskLimits
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.time_in_force import GTC, AtTheClose, AtTheOpening
from oms.model.work import Pace
from tests.algo_desk import STOCK, AlgoDesk
from tests.integration.test_halts_and_auctions import CLOSING, CURVE, HOURS, MINUTE, S, an_hour, sent_after
from tests.integration.test_residuals import Desk as ToldDesk

LIMITS = RiskLimits(
    max_order_qty=10**6, max_order_notional=None, price_collar=None, max_open_orders=500, max_messages=3, off_by="test"
)  # fmt: skip


def into(desk: AlgoDesk, kind: type) -> list[tuple[int, int]]:
    """When each child for an auction went out, in minutes, and how large it was."""
    children = desk.om.children(desk.om.order(1))
    sent = zip(sent_after(desk), children, strict=True)
    return [(at // MINUTE, qty) for (at, qty), child in sent if isinstance(child.time_in_force, kind)]


def a_day(desk: AlgoDesk, minutes: int = 81, restarts: tuple[int, ...] = (), **told: Any) -> AlgoDesk:  # noqa: ANN401
    """Work a VWAP of 100 with both auctions, of 20 and of 30: from noon to the close at minute 80."""
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    desk.submit("vwap", duration=80 * MINUTE, in_open="Y", in_close="Y", **told)
    for minute in range(1, minutes):
        desk.wait(MINUTE - 20)
        for _ in range(20):
            desk.wait(1)
        if minute in restarts:
            desk.restart()
        if minute == 20:
            desk.quote()
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.OPEN, "20260105"))
        elif minute == 80:
            desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
        desk.quote(bid_size=100 + minute, ask_size=100 + minute)
    desk.check()
    return desk


def test_a_slice_of_an_auction_goes_there_in_parts() -> None:
    desk = a_day(AlgoDesk(curve=CURVE, session=HOURS), max_child=8)
    assert into(desk, AtTheOpening) == [(10, 8), (10, 8), (10, 4)]
    assert into(desk, AtTheClose) == [(70, 8), (70, 8), (70, 8), (70, 6)]
    order = desk.om.order(1)
    assert order.is_filled
    decided = [event for event in desk.store.read() if isinstance(event, SliceDecided)]
    assert [(int(one.asked_qty), int(one.qty)) for one in decided[-4:]] == [(30, 8), (22, 8), (14, 8), (6, 6)]
    assert {one.pace for one in decided[-4:]} == {Pace.ON_SCHEDULE}


@pytest.mark.parametrize("restarts", [(), (10, 70)])
def test_parts_for_which_there_are_too_many_messages_go_a_little_later(restarts: tuple[int, ...]) -> None:
    """Three messages may leave in a second: the fourth part waits for the rest after a refusal, and nothing is sent twice."""
    desk = a_day(AlgoDesk(curve=CURVE, session=HOURS, limits=LIMITS), max_child=5, restarts=restarts)
    sent = [child for child in desk.om.children(desk.om.order(1)) if child.life is not Life.DENIED]
    opening = [int(one.order_qty) for one in sent if isinstance(one.time_in_force, AtTheOpening)]
    closing = [int(one.order_qty) for one in sent if isinstance(one.time_in_force, AtTheClose)]
    assert (opening, closing) == ([5] * 4, [5] * 6)
    assert desk.om.order(1).is_filled


def test_what_was_missed_goes_with_the_parts_too() -> None:
    """Buckets of 10, 50, 10 and 30 hundredths, the second halted: 37 of what was missed go with the 30 of the auction, in parts of 20."""
    shares = tuple(map(Decimal, ("0.1", "0.5", "0.1")))
    curve = evolve(CLOSING, bucket_ns=20 * MINUTE * S, shares=shares, closing=Decimal("0.3"))
    desk, sent = an_hour(halted=(15, 40), curve=curve, max_child=20)
    assert sent == [
        *((0, "Day", 10), (40, "Day", 20), (40, "Day", 3)),
        *((50, "AtTheClose", 20), (50, "AtTheClose", 20), (50, "AtTheClose", 20), (50, "AtTheClose", 7)),
    ]
    assert desk.om.order(1).is_filled


def test_parts_that_are_taken_back_for_a_tighter_limit_go_there_again() -> None:
    told: dict[str, Any] = {"max_child": 8, "limit_price": 900, "catch_up": "give_up"}
    desk = a_day(AlgoDesk(curve=CURVE, session=HOURS), minutes=71, **told)
    order = desk.om.order(1)
    desk.om.replace(order, price=800)
    desk.wait(1)
    parts = ["8 @ 900 canceled", "8 @ 900 canceled", "8 @ 900 canceled", "6 @ 900 canceled"]
    again = ["8 @ 800 live", "8 @ 800 live", "8 @ 800 live", "6 @ 800 live"]
    assert desk.children(order)[-8:] == [f"0/{one}" for one in (*parts, *again)]
    assert desk.om.work(order).working == 30
    desk.check()


# ------------------------------------------------------------ what is left at the end


def residual(desk: AlgoDesk, **told: Any) -> list[int]:  # noqa: ANN401
    """Let an order of 100 at 99 end after a minute with nothing done, and give what goes into the auction."""
    given = {"duration": 60, "slices": 1, "on_residual": "auction", "limit_price": 99, **told}
    order = desk.om.submit("X", Side.BUY, 100, Strategy("twap", given), tif=GTC)
    for _ in range(70):
        desk.wait(1)
    assert order.life is Life.LIVE
    desk.check()
    children = desk.om.children(order)
    return [
        int(child.order_qty)
        for child in children
        if isinstance(child.time_in_force, AtTheClose) and child.life is not Life.DENIED
    ]


def test_what_is_left_at_the_end_goes_into_the_auction_in_parts() -> None:
    desk = AlgoDesk()
    assert residual(desk, max_child=30) == [30, 30, 30, 10]
    assert desk.om.work(desk.om.order(1)).working == 100


def test_a_rest_that_is_too_small_by_itself_takes_from_the_part_before_it() -> None:
    assert residual(AlgoDesk(evolve(STOCK, min_qty=20)), max_child=30) == [30, 30, 20, 20]


def test_parts_of_what_is_left_that_are_refused_in_passing_go_again() -> None:
    desk = AlgoDesk(limits=LIMITS)
    assert residual(desk, max_child=15) == [15] * 6 + [10]
    assert desk.om.work(desk.om.order(1)).working == 100


def test_a_part_that_was_taken_is_never_followed_by_another() -> None:
    """The venue takes the first, and throws out the second later: what that leaves is not sent again."""
    desk = ToldDesk()
    order = desk.to_the_end(on_residual="auction", max_child=40)
    desk.end()
    assert desk.sent(order)[-2:] == [40, 35]
    first, second = desk.om.children(order)[-2:]
    desk.says(first, ExecType.NEW)
    desk.says(second, ExecType.NEW)
    desk.says(second, ExecType.CANCELED)
    desk.pause(70)
    assert desk.sent(order)[-2:] == [40, 35]
    desk.says(first, ExecType.TRADE, cum=40)
    assert order.life is Life.EXPIRED
