"""Legs of groups that the gate does not let go: what lies at the venue stays there, and they go once they may. Every figure worked by hand."""
# ruff: noqa: ANN401  # cases are data of any kind
# pyright: reportPrivateUsage=false

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.commands import EngageKillSwitch, ReleaseKillSwitch
from oms.model.contingency import Leg, Oco, Oto, bracket
from oms.model.enums import AnomalyCode, LegEnd, Life, Side
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import AtTheOpening, Day
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE, S
from tests.unit.engine.desk import OFF, PAPER, TIMEOUT_NS
from tests.unit.engine.floor import Floor, simple


def limits(**some: Any) -> RiskLimits:
    """These limits and no others."""
    none = {
        "max_order_qty": None,
        "max_order_notional": None,
        "price_collar": None,
        "max_open_orders": None,
        "max_messages": None,
    }
    return RiskLimits(**{**none, **some}, off_by="a test")


def told(desk: Floor) -> list[tuple[AnomalyCode, int | None]]:
    return [(one.code, one.order_id) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def lying(desk: Floor, order_id: int) -> list[int]:
    """What is open of an order, in units; nothing where it has ended."""
    order = desk.order(order_id)
    return [] if order.is_closed else [int(order.leaves_qty)]


def waits(order_id: int) -> tuple[AnomalyCode, int]:
    return AnomalyCode.EXIT_WAITS, order_id


def stood(can: Any = CAN_MORE, qty: int = 100, **fields: Any) -> Floor:
    """A bracket whose entry (1) has filled so much: one exit at the venue (2), the other held here (3).

    The one at the venue is the stop, where it takes stops, or else the target.
    """
    desk = Floor({"paper": can}, **fields)
    desk.place(simple())
    desk.new(1)
    desk.fill(1, qty)
    desk.new(2)
    desk.news()
    return desk


# ---------------------------------------------------------------- the kill switch


def test_a_target_that_is_reached_while_the_kill_switch_is_engaged_leaves_the_stop_where_it_is() -> None:
    desk = stood()
    desk.tell(EngageKillSwitch("pause", "ops"))

    for bid in (110, 111, 112):
        desk.quote(bid, bid + 1)

    assert (desk.news(), lying(desk, 2)) == ([], [100])
    assert told(desk) == [waits(3)]

    desk.tell(ReleaseKillSwitch("on again", "ops"))
    assert desk.news() == ["cancel 2"]
    desk.done(2)
    assert desk.news() == ["new 3: SELL 100 Limit"]
    assert told(desk) == [waits(3)]


def test_a_stop_that_is_reached_while_the_kill_switch_is_engaged_is_sent_once_it_is_released() -> None:
    desk = stood(CAN_ALL)
    desk.tell(EngageKillSwitch("pause", "ops"))

    for px in (95, 94, 93):
        desk.print(px)
    desk.wait(31)
    desk.wait(31)

    assert (desk.news(), lying(desk, 2), told(desk)) == ([], [100], [waits(3)])
    text = next(one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised))
    assert text == (
        "the price of an exit of group 1 was reached, and it may not go to its venue now: "
        "KILL_SWITCH: kill switch = pause; allowed: nothing new until it is released; it is asked again"
    )

    desk.fill(2, 40, 110)
    desk.tell(ReleaseKillSwitch("on again", "ops"))
    desk.done(2)

    assert desk.news() == ["cancel 2", "new 3: SELL 60 Market"]


def test_one_that_is_barred_can_be_canceled_and_its_sibling_goes_on() -> None:
    desk = stood(CAN_ALL)
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.print(95)

    desk.cancel(3)
    desk.tell(ReleaseKillSwitch("on again", "ops"))

    assert (desk.news(), lying(desk, 2)) == ([], [100])


def test_what_an_entry_brings_while_the_kill_switch_is_engaged_is_held_here_and_goes_out_after_it() -> None:
    desk = Floor({"paper": CAN_MORE})
    group = desk.place(simple())
    desk.new(1)
    desk.news()
    desk.tell(EngageKillSwitch("pause", "ops"))

    desk.fill(1, 100)

    assert desk.news() == []
    assert told(desk) == [waits(1)]
    assert sorted(map(repr, desk.waiting())) == sorted(map(repr, [Stop(95), Limit(110)]))
    assert [leg.end for leg in group.legs] == [None, None, None]
    desk.wait(31)
    desk.wait(31)
    assert (desk.news(), told(desk)) == ([], [waits(1)])

    desk.tell(ReleaseKillSwitch("on again", "ops"))

    assert desk.news() == ["new 4: SELL 100 Stop"]
    assert desk.waiting() == [Limit(110)]


def test_what_is_held_for_the_kill_switch_is_reached_like_any_other() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.fill(1, 100)
    desk.news()

    desk.print(94)
    assert desk.news() == []
    desk.tell(ReleaseKillSwitch("on again", "ops"))

    assert desk.news() == ["new 3: SELL 100 Market"]


def test_what_an_entry_brings_more_while_the_kill_switch_is_engaged_leaves_its_exits_as_they_are() -> None:
    desk = stood(qty=40)
    desk.tell(EngageKillSwitch("pause", "ops"))

    desk.fill(1, 60)

    assert desk.news() == []
    assert [*lying(desk, 2), *lying(desk, 3)] == [40, 100]
    assert told(desk) == [waits(1)]

    desk.tell(ReleaseKillSwitch("on again", "ops"))
    assert desk.news() == ["replace 2: 100"]
    desk.replaced(2)
    # What comes while it is engaged again is told of again.
    desk.bust(1, 2)
    desk.replaced(2)
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.fill(1, 30)
    assert told(desk) == [waits(1), waits(1)]


def test_a_kill_switch_between_the_cancel_of_one_and_the_order_for_the_other_holds_both_here() -> None:
    desk = stood()
    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    desk.tell(EngageKillSwitch("pause", "ops"))

    desk.done(2)

    assert (desk.news(), desk.order(3).life) == ([], Life.UNSENT)
    assert sorted(map(repr, desk.waiting())) == sorted(map(repr, [Stop(95), Limit(110)]))
    assert told(desk) == [waits(3), waits(1)]

    desk.tell(ReleaseKillSwitch("on again", "ops"))
    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_an_exit_of_a_kind_that_cannot_wait_here_goes_out_after_the_kill_switch() -> None:
    desk = Floor()
    entry = Leg("AAPL", Side.BUY, Limit(100), order_qty=100)
    desk.place(Oto(entry, (Leg("AAPL", Side.SELL, Market()),)))
    desk.new(1)
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.news()

    desk.fill(1, 100)
    assert (desk.news(), told(desk)) == ([], [waits(1)])

    desk.tell(ReleaseKillSwitch("on again", "ops"))
    assert desk.news() == ["new 2: SELL 100 Market"]


def test_a_single_exit_goes_to_its_venue_after_the_kill_switch() -> None:
    desk = Floor()
    entry = Leg("AAPL", Side.BUY, Limit(100), order_qty=100)
    desk.place(Oto(entry, (Leg("AAPL", Side.SELL, Limit(110)),)))
    desk.new(1)
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.news()
    desk.fill(1, 100)
    assert (desk.news(), desk.waiting()) == ([], [Limit(110)])

    desk.tell(ReleaseKillSwitch("on again", "ops"))

    assert (desk.news(), desk.waiting()) == (["new 3: SELL 100 Limit"], [])


# ---------------------------------------------------------------- limits


def test_a_limit_on_messages_counts_the_cancel_that_goes_ahead() -> None:
    # Three requests a minute: the entry and the stop have left, so that the cancel of the stop would be the last one.
    desk = stood(limits=limits(max_messages=3, message_window_s=60))

    desk.quote(110, 111)

    assert (desk.news(), told(desk)) == ([], [waits(3)])
    assert desk.next_due_ns == desk.now_ns + TIMEOUT_NS
    desk.wait(30)
    assert (desk.news(), desk.next_due_ns) == ([], desk.now_ns + TIMEOUT_NS)
    desk.wait(29.9)
    assert (desk.news(), desk.next_due_ns) == ([], desk.now_ns + S // 10)
    desk.wait(0.1)
    assert desk.news() == ["cancel 2"]
    desk.done(2)
    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_an_exit_that_a_limit_on_messages_keeps_back_is_held_here_until_it_is_free() -> None:
    desk = Floor({"paper": CAN_MORE}, limits=limits(max_messages=1, message_window_s=10))
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    assert (desk.news(), told(desk)) == (["new 1: BUY 100 Limit"], [waits(1)])
    assert desk.next_due_ns == desk.now_ns + 10 * S

    desk.wait(10)
    assert desk.news() == ["new 4: SELL 100 Stop"]
    desk.new(4)

    # Of two requests at once there never is room for the second: the stop stays.
    desk.quote(110, 111)
    desk.wait(3600)
    assert (desk.news(), lying(desk, 4)) == ([], [100])
    assert told(desk) == [waits(1), waits(2)]


def test_a_limit_on_value_lets_the_target_go_once_the_price_is_back() -> None:
    desk = Floor({"paper": CAN_MORE}, limits=limits(max_order_notional=11_060))
    desk.quote(100, 101)
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.news()

    # A sale is worth the market where that is above its limit: 111.5 of each at first, then 110.5.
    desk.quote(111, 112)
    desk.quote(111, 112)
    assert (desk.news(), told(desk)) == ([], [waits(3)])
    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    desk.done(2)

    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_an_exit_that_is_denied_for_want_of_a_price_waits_for_one_and_is_not_lost() -> None:
    desk = Floor({"paper": CAN_MORE}, limits=limits(max_order_notional=11_000))
    desk.place(simple())
    desk.new(1)
    desk.news()

    desk.fill(1, 100)
    assert (desk.order(2).life, desk.order(2).terms) == (Life.DENIED, Stop(95))
    assert (desk.news(), desk.waiting()) == ([], [Limit(110), Stop(95)])
    assert told(desk) == [waits(1)]

    desk.quote(100, 101)

    assert (desk.news(), desk.waiting()) == (["new 5: SELL 100 Stop"], [Limit(110)])
    assert told(desk) == [waits(1)]


def test_a_limit_on_open_orders_does_not_count_the_one_that_gives_way() -> None:
    desk = stood(limits=limits(max_open_orders=1))

    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    desk.done(2)

    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_a_limit_on_open_orders_lets_an_exit_go_once_another_order_has_ended() -> None:
    desk = Floor({"paper": CAN_MORE}, limits=limits(max_open_orders=1))
    desk.place(simple())
    desk.new(1)
    desk.news()
    desk.fill(1, 40)
    assert (desk.news(), told(desk)) == ([], [waits(1)])

    desk.fill(1, 60)

    assert desk.news() == ["new 4: SELL 100 Stop"]


def test_what_is_left_below_the_least_of_an_order_does_not_give_way_to_it() -> None:
    # 100 dollars at least: the 1 that is left of the target may rest on, and could not be sent anew.
    least = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, min_notional=100)
    desk = stood(CAN_ALL, instruments=(least, BTC))
    desk.fill(2, 99, 110)

    desk.print(95)

    assert (desk.news(), lying(desk, 2), told(desk)) == ([], [1], [waits(3)])


# ---------------------------------------------------------------- whoever may be no exit


def test_a_leg_that_no_entry_feeds_is_denied_before_the_other_one_is_taken_back() -> None:
    desk = Floor()
    legs = (
        Leg("AAPL", Side.SELL, Limit(110), order_qty=100),
        Leg("AAPL", Side.SELL, Stop(95), order_qty=100),
    )
    group = desk.place(Oco(legs))
    desk.new(1)
    desk.news()
    desk.tell(EngageKillSwitch("pause", "ops"))

    desk.print(95)

    assert (desk.news(), desk.order(2).life, lying(desk, 1)) == ([], Life.DENIED, [100])
    assert [leg.end for leg in group.legs] == [None, LegEnd.LOST]
    desk.tell(ReleaseKillSwitch("on again", "ops"))
    assert desk.news() == []


def either(*terms: Any, **of_second: Any) -> Oco:
    """Legs that no entry feeds; the second one of another instrument, if that is given."""
    first, second = (Leg("AAPL", Side.SELL, one, order_qty=100) for one in terms)
    return Oco((first, evolve(second, **of_second)))


BEGUN: dict[str, tuple[Any, Any, int]] = {
    "two exits of a position": (CAN_MORE, either(Limit(110), Stop(95)), 2),
    "two of which both would be held here": (CAN_ALL, either(Stop(95), Stop(94)), 2),
    "two instruments": (CAN_ALL, either(Limit(110), Limit(20_000), symbol="BTC-USD"), 2),
    "two entries with exits": (
        CAN_ALL,
        Oco((simple(), bracket("AAPL", Side.SELL, 100, entry=Limit(120), target=Limit(110), stop=Stop(130)))),
        2,
    ),
    "an entry that would be held here": (CAN_ALL, simple(entry=Stop(105)), 1),
    "an entry that would go out": (CAN_ALL, simple(), 1),
}


@pytest.mark.parametrize(("can", "tree", "count"), BEGUN.values(), ids=BEGUN)
def test_a_group_that_is_asked_for_while_the_kill_switch_is_engaged_is_denied_as_a_whole(
    can: Any, tree: Any, count: int
) -> None:
    desk = Floor({"paper": can})
    desk.tell(EngageKillSwitch("pause", "ops"))

    group = desk.place(tree)

    assert (desk.news(), desk.waiting(), told(desk)) == ([], [], [])
    assert [order.life for order in group.orders] == [Life.DENIED] * count
    assert {str(one) for order in group.orders for one in order.reasons} == {
        "KILL_SWITCH: kill switch = pause; allowed: nothing new until it is released"
    }
    desk.tell(ReleaseKillSwitch("on again", "ops"))
    for px in (95, 94, 110, 120, 105):
        desk.quote(px, px + 1)
        desk.print(px)
    assert (desk.news(), desk.waiting()) == ([], [])


LIMITED: dict[str, tuple[RiskLimits, str]] = {
    "open orders": (limits(max_open_orders=1), "open orders = 0 open, and 2 more; allowed: at most 1"),
    "messages": (
        limits(max_messages=1, message_window_s=10),
        "message rate = 2 more; allowed: at most 1 requests in 10 s",
    ),
    "the size of one of them": (limits(max_order_qty=150), "order_qty = 200; allowed: at most 150"),
}


@pytest.mark.parametrize(("limited", "why"), LIMITED.values(), ids=LIMITED)
def test_a_group_of_which_not_all_may_begin_is_denied_as_a_whole(limited: RiskLimits, why: str) -> None:
    desk = Floor({"paper": CAN_ALL}, limits=limited)

    group = desk.place(either(Limit(110), Limit(20_000), symbol="BTC-USD", order_qty=200))

    assert (desk.news(), desk.waiting()) == ([], [])
    assert [order.life for order in group.orders] == [Life.DENIED] * 2
    assert [len(order.reasons) for order in group.orders] == [1, 1]
    assert all(str(one).endswith(why) for order in group.orders for one in order.reasons)
    assert not desk.engine.state.groups.may_act(group.orders[0].order_id)


OF_ITSELF: dict[str, tuple[Any, Any, str]] = {
    "a price between two ticks, of one that is sent": (
        CAN_ALL,
        either(Limit("110.001"), Limit(20_000), symbol="BTC-USD"),
        "OFF_TICK",
    ),
    "a price between two ticks, of one that is held": (
        CAN_ALL,
        either(Limit(110), Stop("95.001")),
        "OFF_TICK",
    ),
    "a part of a lot": (
        CAN_ALL,
        either(Limit(110), Limit(20_000), symbol="BTC-USD", order_qty=Decimal("0.123456789")),
        "OFF_LOT",
    ),
    "a time in force that its venue does not take": (
        evolve(CAN_ALL, order_types=frozenset({(Limit, Day)})),
        either(Limit(110), Limit(20_000), symbol="BTC-USD", time_in_force=AtTheOpening()),
        "UNSUPPORTED",
    ),
    "the stop of a bracket": (CAN_MORE, simple(stop=Stop("95.001")), "OFF_TICK"),
    "an exit of an exit": (
        CAN_MORE,
        Oto(
            Leg("AAPL", Side.BUY, Limit(100), order_qty=100),
            (Oto(Leg("AAPL", Side.SELL, Limit(110)), (Leg("AAPL", Side.BUY, Limit("100.001")),)),),
        ),
        "OFF_TICK",
    ),
}


@pytest.mark.parametrize(("can", "tree", "code"), OF_ITSELF.values(), ids=OF_ITSELF)
def test_a_group_of_which_one_could_not_be_placed_is_denied_as_a_whole(
    can: Any, tree: Any, code: str
) -> None:
    desk = Floor({"paper": can})

    group = desk.place(tree)

    assert (desk.news(), desk.waiting()) == ([], [])
    assert {order.life for order in group.orders} == {Life.DENIED}
    assert len(group.orders) == sum(leg._entry is None for leg in group.legs)
    assert {one.code.value for order in group.orders for one in order.reasons} == {code}


def test_what_is_held_here_of_a_group_meets_the_limits_as_it_is_released() -> None:
    # Of the two one lies at the venue, and takes the only place.
    desk = Floor({"paper": CAN_ALL}, limits=limits(max_open_orders=1))

    desk.place(either(Limit(110), Stop(95)))

    assert (desk.news(), desk.waiting()) == (["new 1: SELL 100 Limit"], [Stop(95)])


# ---------------------------------------------------------------- a restart


@pytest.mark.slow
@pytest.mark.parametrize("has_snapshot", [False, True], ids=["the journal", "a snapshot"])
def test_one_that_is_barred_waits_on_after_a_restart_and_nobody_is_told_again(*, has_snapshot: bool) -> None:
    desk = stood()
    desk.tell(EngageKillSwitch("pause", "ops"))
    desk.quote(110, 111)
    state = State()
    if has_snapshot:
        load(dump(desk.engine.state, Positions()), state, Positions())
    engine = Engine({PAPER: CAN_MORE}, default_handlers(), state)
    if not has_snapshot:
        engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    other = Floor({"paper": CAN_MORE})
    other.engine, other.sent, other.now_ns = engine, [], desk.now_ns + S
    other.journal = list(desk.journal)
    other.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    other.quote(100, 101)
    assert (other.news(), told(other)) == ([], [waits(3)])

    other.tell(ReleaseKillSwitch("on again", "ops"))

    assert other.news() == ["cancel 2"]
