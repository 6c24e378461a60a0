"""Groups that their venue works: what goes out, what is noticed of what the venue does, and when a group is worked here instead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import dump, load
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.cl_ord_id_rules import IntegerIds
from oms.model.commands import EngageKillSwitch
from oms.model.contingency import (
    Arm,
    CancelGroup,
    Contingency,
    Leg,
    Oco,
    Oto,
    Siblings,
)
from oms.model.enums import AnomalyCode, ExecType, LegEnd, Life, Side, WorkedBy
from oms.model.group import Group
from oms.model.ids import ListId
from oms.model.instructions import Instructions
from oms.model.limits import RiskLimits
from oms.model.reports import NotSent, Refused, Unknown
from oms.model.requests import NewOrderList
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.simulation.list_admission import CONTINGENCIES
from tests.fakes import AAPL, BTC, CAN_MORE, T0, S
from tests.unit.engine.desk import OFF, PAPER, PREFIX, TIMEOUT_NS
from tests.unit.engine.floor import Floor, simple

CAN_LISTS = evolve(CAN_MORE, contingencies=CONTINGENCIES)
SENT = "list -1: new 1: BUY 100 Limit, new 2: SELL 100 Stop, new 3: SELL 100 Limit"


def floor(can: Capabilities = CAN_LISTS, limits: RiskLimits = OFF) -> Floor:
    desk = Floor({"paper": can})
    if limits is not OFF:
        desk.engine.state.book.set_limits(limits)
    return desk


def placed(tree: Contingency | None = None) -> tuple[Floor, Group]:
    """A floor on which a bracket was taken by its venue."""
    desk = floor()
    group = desk.place(simple() if tree is None else tree)
    for order in group.orders:
        desk.new(order.order_id)
    desk.news()
    return desk, group


def restated(desk: Floor, order_id: int, qty: int) -> None:
    desk.say(ExecType.RESTATED, cl_ord_id=desk.order(order_id).cl_ord_id, order_qty=Decimal(qty))


def told(desk: Floor) -> list[tuple[AnomalyCode, int | None]]:
    """The anomalies, with the orders that they are about."""
    return [(one.code, one.order_id) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_a_bracket_goes_out_as_one_list_where_its_venue_works_it() -> None:
    desk = floor()
    group = desk.place(simple())

    assert desk.news() == [SENT]
    (request,) = desk.sent
    assert isinstance(request, NewOrderList)
    assert request.contingency == group.contingency
    assert request.list_id == group.list_id == ListId(f"{PREFIX}-1")
    assert group.worked_by is WorkedBy.VENUE
    assert [order.worked_by for order in group.orders] == [WorkedBy.VENUE] * 3
    assert [len(leg.orders) for leg in group.legs] == [1, 1, 1]
    assert desk.waiting() == []


def test_what_the_venue_does_is_followed_and_nothing_more_is_asked_for() -> None:
    desk, group = placed()
    desk.fill(1, 60)
    desk.fill(3, 20, 110)
    restated(desk, 2, 80)
    desk.fill(1, 40)
    desk.fill(3, 80, 110)
    desk.done(2)

    assert desk.news() == []
    assert told(desk) == []
    assert [leg.executed_qty for leg in group.legs] == [100, 0, 100]
    assert [order.life for order in group.orders] == [Life.LIVE, Life.CANCELED, Life.LIVE]
    assert not any(leg.end for leg in group.legs)
    assert desk.engine.state.groups.is_over(group)


def test_reports_that_overtake_one_another_change_nothing() -> None:
    desk, _ = placed()
    desk.fill(3, 100, 110)  # before anything was heard of the entry
    assert told(desk) == [(AnomalyCode.EXITS_EXCEED_ENTRY, 1)]
    desk.done(2)
    desk.fill(1, 100)

    assert told(desk) == [(AnomalyCode.EXITS_EXCEED_ENTRY, 1)]
    assert desk.news() == []


WORKED_HERE: dict[str, tuple[Capabilities, Contingency]] = {
    "the venue takes no lists": (CAN_MORE, simple()),
    "not with this policy": (
        evolve(CAN_LISTS, contingencies=evolve(CONTINGENCIES, arms=frozenset({Arm.COMPLETE}))),
        simple(),
    ),
    "not with these terms": (
        evolve(
            CAN_LISTS, order_types=frozenset(pair for pair in CAN_MORE.order_types if pair[0] is not Stop)
        ),
        simple(),
    ),
    "not with so few ids left": (
        evolve(CAN_LISTS, profile=evolve(CAN_LISTS.profile, cl_ord_ids=IntegerIds(16))),
        simple(),
    ),
    "not with these instructions": (
        CAN_LISTS,
        Oto(
            Leg("AAPL", Side.BUY, Limit(100), order_qty=100),
            (Leg("AAPL", Side.SELL, Limit(110), GTC, instructions=Instructions(reduce_only=True)),),
        ),
    ),
    "an exit for which nothing is left": (
        CAN_LISTS,
        Oto(
            Leg("AAPL", Side.BUY, Limit(100), order_qty=100),
            (
                Leg("AAPL", Side.SELL, Limit(110), GTC, None, 100),
                Leg("AAPL", Side.SELL, Limit(120), GTC),
            ),
        ),
    ),
}


@pytest.mark.parametrize(("can", "tree"), WORKED_HERE.values(), ids=WORKED_HERE)
def test_what_its_venue_does_not_work_exactly_is_worked_here(can: Capabilities, tree: Contingency) -> None:
    desk = floor(can)
    group = desk.place(tree)

    assert desk.news() == ["new 1: BUY 100 Limit"]
    assert group.worked_by is WorkedBy.OMS


def test_a_group_across_brokers_is_worked_here() -> None:
    desk = Floor({"paper": CAN_LISTS, "other": CAN_LISTS})
    instruments = (evolve(AAPL, broker="paper"), evolve(BTC, broker="other"))
    desk.tell(Start("desk", TIMEOUT_NS, OFF, instruments))
    desk.place(
        Oto(Leg("AAPL", Side.BUY, Limit(100), GTC, None, 1), (Leg("BTC-USD", Side.SELL, Limit(90), GTC),))
    )

    assert desk.news() == ["new 1: BUY 1 Limit"]


def test_a_group_of_two_instruments_at_one_broker_goes_out_as_a_list() -> None:
    desk = floor()
    desk.place(
        Oto(Leg("AAPL", Side.BUY, Limit(100), GTC, None, 1), (Leg("BTC-USD", Side.SELL, Limit(90), GTC),))
    )

    assert desk.news() == ["list -1: new 1: BUY 1 Limit, new 2: SELL 1 Limit"]


LIMITS = {"open orders": evolve(OFF, max_open_orders=2), "messages": evolve(OFF, max_messages=2)}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_what_would_not_pass_the_gate_together_is_worked_here(limits: RiskLimits) -> None:
    desk = floor(limits=limits)
    desk.place(simple())

    assert desk.news() == ["new 1: BUY 100 Limit"]


def test_what_passes_the_gate_together_goes_out_as_a_list() -> None:
    desk = floor(limits=evolve(OFF, max_open_orders=3, max_messages=3))
    desk.place(simple())

    assert desk.news() == [SENT]


def test_while_the_kill_switch_is_engaged_nothing_goes_out() -> None:
    desk = floor()
    desk.tell(EngageKillSwitch("a test", "me"))
    group = desk.place(simple())

    assert desk.news() == []
    assert [order.life for order in group.orders] == [Life.DENIED]


def test_a_group_is_canceled_by_canceling_its_orders() -> None:
    desk, group = placed()
    desk.fill(1, 40)
    desk.tell(CancelGroup(group.group_id))

    assert desk.news() == ["cancel 1", "cancel 2", "cancel 3"]
    for order_id in (1, 2, 3):
        desk.done(order_id)
    assert desk.news() == []
    assert told(desk) == []
    assert desk.engine.state.groups.is_over(group)


def test_a_cancel_of_the_group_that_comes_too_late_for_an_exit_is_not_asked_again() -> None:
    desk, group = placed()
    desk.tell(CancelGroup(group.group_id))
    desk.done(1)
    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(2).cl_ord_id)
    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(3).cl_ord_id)

    assert desk.news() == ["cancel 1", "cancel 2", "cancel 3"]
    assert told(desk) == []


def test_a_refused_list_leaves_nothing_behind() -> None:
    desk = floor()
    group = desk.place(simple())
    desk.answer(Refused("no lists today", "9"))

    assert [order.life for order in group.orders] == [Life.REJECTED] * 3
    assert {order.text for order in group.orders} == {"no lists today"}
    assert told(desk) == []
    assert desk.news() == [SENT]
    assert desk.engine.state.groups.is_over(group)


def test_a_list_that_never_left_is_rejected() -> None:
    desk = floor()
    group = desk.place(simple())
    desk.answer(NotSent("the line is down"))

    assert [order.life for order in group.orders] == [Life.REJECTED] * 3


def test_of_a_list_whose_answer_is_lost_each_order_is_in_doubt() -> None:
    desk = floor()
    group = desk.place(simple())
    desk.answer(Unknown("a time-out"))

    assert [order.is_in_doubt for order in group.orders] == [True] * 3
    asked = desk.news()
    assert asked == [SENT, *["OrderStatusRequest"] * 3]
    for order in group.orders:
        desk.new(order.order_id)
    assert not any(order.is_in_doubt for order in group.orders)


def test_a_list_that_is_refused_order_by_order_tells_of_no_lost_exit() -> None:
    desk = floor()
    group = desk.place(simple())
    for order in group.orders:
        desk.say(ExecType.REJECTED, cl_ord_id=order.cl_ord_id)

    assert told(desk) == []
    assert [leg.end for leg in group.legs] == [LegEnd.LOST, None, None]


# ---------------------------------------------------------------- groups that are worked here from then on


def unlisted(desk: Floor) -> int:
    """How often a group was taken back from its venue."""
    return sum(isinstance(one, ev.GroupUnlisted) for one in desk.journal)


def test_an_exit_that_the_venue_refuses_is_held_here_once_there_is_something_to_exit() -> None:
    desk = floor()
    group = desk.place(simple())
    desk.new(1)
    desk.say(ExecType.REJECTED, cl_ord_id=desk.order(2).cl_ord_id, text="too far from the market")
    desk.new(3)
    desk.news()
    assert (told(desk), group.worked_by) == ([], WorkedBy.VENUE)

    desk.fill(1, 30)

    assert (unlisted(desk), group.worked_by) == (1, WorkedBy.OMS)
    # What lies at the venue is for what has been brought by now, as with any group that is worked here.
    assert (desk.news(), desk.waiting()) == (["replace 3: 30"], [Stop(95)])
    raised = [(one.code, one.order_id, one.text) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    text = "its venue has refused an exit of group 1: too far from the market; it waits here for its price"
    assert raised == [(AnomalyCode.EXIT_REFUSED, 2, text)]
    desk.replaced(3)
    desk.print(95)
    assert desk.news() == ["cancel 3"]
    desk.done(3)
    assert desk.news() == ["new 4: SELL 30 Market"]


def test_an_exit_whose_list_was_done_with_it_is_placed_here_when_another_one_is_busted() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    desk.fill(3, 100, 110)
    desk.done(2)
    desk.news()

    desk.bust(3, 2, leaves_qty=Decimal(0))

    assert (told(desk), unlisted(desk), group.worked_by) == ([], 1, WorkedBy.OMS)
    assert (desk.news(), desk.waiting()) == (["new 4: SELL 100 Stop"], [Limit(110)])
    assert desk.engine.state.groups.is_over(group) is False


def test_what_works_again_of_a_busted_exit_goes_on_until_the_other_one_has_its_turn() -> None:
    desk, _ = placed(simple(stop=Limit(120)))  # two limits, of which the library lets the first lie
    desk.fill(1, 100)
    desk.fill(2, 100, 120)
    desk.done(3)
    desk.news()

    desk.bust(2, 2, leaves_qty=Decimal(100))

    assert (told(desk), unlisted(desk)) == ([], 1)
    assert (desk.news(), desk.waiting()) == ([], [Limit(110)])
    assert desk.order(2).leaves_qty == 100


def test_the_only_exit_of_a_list_is_placed_again_for_what_is_busted_of_it() -> None:
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, None, 100)
    desk, _ = placed(Oto(entry, (Leg("AAPL", Side.SELL, Limit(110), GTC),)))
    desk.fill(1, 100)
    desk.fill(2, 100, 110)
    assert unlisted(desk) == 0

    desk.bust(2, 2, leaves_qty=Decimal(0))

    assert (desk.news(), unlisted(desk), told(desk)) == (["new 3: SELL 100 Limit"], 1, [])


def test_a_late_fill_of_an_entry_whose_list_is_done_gets_exits_here() -> None:
    desk, _ = placed()
    desk.fill(1, 40)
    desk.fill(3, 40, 110)
    for order_id in (1, 2, 3):
        desk.done(order_id)
    desk.news()

    desk.fill(1, 10)

    assert (desk.news(), desk.waiting()) == (["new 4: SELL 10 Stop"], [Limit(110)])
    assert (unlisted(desk), AnomalyCode.EXIT_LOST in dict(told(desk))) == (1, False)


def test_a_canceled_sibling_is_placed_here_for_what_the_first_one_left_as_it_ended() -> None:
    # The stop was first, and its venue cancels what nobody was there to take.
    desk, group = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.fill(2, 60, 95)
    desk.done(3)
    assert unlisted(desk) == 0

    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(2).cl_ord_id)

    assert told(desk) == [(AnomalyCode.EXIT_LOST, 2)]
    assert (desk.news(), group.legs[1].end) == (["new 4: SELL 40 Limit"], LegEnd.LOST)


@pytest.mark.slow
def test_what_is_worked_here_from_then_on_stays_so_through_a_restart() -> None:
    desk, _ = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.fill(3, 60, 110)
    desk.done(2)
    desk.bust(3, 2, cum_qty=Decimal(0), leaves_qty=Decimal(0))

    replayed = Engine({PAPER: CAN_LISTS}, default_handlers(), State())
    replayed.replay(desk.journal)
    assert describe(replayed.state) == describe(desk.engine.state)
    loaded = State()
    load(dump(desk.engine.state, Positions()), loaded, Positions())
    assert describe(loaded) == describe(desk.engine.state)
    assert loaded.groups.by_id[1].worked_by is WorkedBy.OMS


# ---------------------------------------------------------------- exits that are lost


def test_an_exit_that_ends_while_something_is_held_is_lost() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    desk.fill(3, 30, 110)
    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(2).cl_ord_id)

    raised = [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert [(one.code, one.text) for one in raised] == [
        (AnomalyCode.EXIT_LOST, "an exit of group 1 is lost (canceled): 70 of AAPL may be without it")
    ]
    assert group.legs[1].end is LegEnd.LOST
    assert desk.news() == []


def test_a_sibling_that_was_canceled_by_the_first_execution_is_not_lost() -> None:
    desk, group = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.fill(3, 30, 110)
    desk.done(2)

    assert told(desk) == []
    assert group.legs[1].end is None


def test_an_exit_whose_part_another_one_takes_is_not_lost() -> None:
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, None, 100)
    first = Leg("AAPL", Side.SELL, Limit(105), GTC, None, 40)
    oco = Oco((Leg("AAPL", Side.SELL, Stop(95), GTC), Leg("AAPL", Side.SELL, Limit(110), GTC)))
    desk, _ = placed(Oto(entry, (first, oco)))
    desk.fill(1, 100)
    desk.fill(4, 60, 110)
    desk.done(3)

    assert told(desk) == []


def test_an_exit_that_its_owner_cancels_is_withdrawn() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    desk.cancel(2)
    desk.done(2)

    assert group.legs[1].end is LegEnd.WITHDRAWN
    assert told(desk) == []


def test_an_entry_whose_exits_have_sold_all_it_brought_is_completed() -> None:
    desk, group = placed()
    desk.fill(1, 40)
    desk.fill(3, 40, 110)
    for order_id in (1, 2, 3):
        desk.done(order_id)

    assert [leg.end for leg in group.legs] == [LegEnd.COMPLETED, None, None]
    assert told(desk) == []
    assert desk.engine.state.groups.is_over(group)


def test_a_venue_that_sells_more_than_the_entry_brought_is_told_of_whenever_it_grows() -> None:
    desk, _ = placed()
    desk.fill(1, 50)
    desk.fill(3, 50, 110)
    desk.fill(2, 20, 95)
    once = [(AnomalyCode.EXITS_EXCEED_ENTRY, 1)]
    assert told(desk) == once
    desk.fill(1, 10)
    assert told(desk) == once

    desk.fill(2, 5, 95)

    assert told(desk) == once * 2


def test_the_cancel_of_an_order_in_a_list_that_is_refused_is_told_of_and_asked_for_again() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    desk.tell(CancelGroup(group.group_id))
    assert desk.news() == ["cancel 2", "cancel 3"]
    desk.done(3)
    desk.refuse_cancel(2)
    assert told(desk) == [(AnomalyCode.NOT_TAKEN_BACK, 2)]
    assert desk.news() == []

    desk.tell(CancelGroup(group.group_id))
    assert desk.news() == ["cancel 2"]
    desk.refuse_cancel(2)
    desk.now_ns += 30_000_000_000
    desk.tell(TimerDue())

    assert desk.news() == ["cancel 2"]


def test_a_bust_of_the_first_exit_gives_its_sibling_back_that_was_canceled_for_it() -> None:
    desk, group = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.fill(3, 60, 110)
    desk.done(2)
    desk.fill(3, 40, 110)
    desk.news()

    # What was busted does not work again; the first one goes on alone for it.
    desk.bust(3, 3, leaves_qty=Decimal(0))

    assert (unlisted(desk), told(desk), group.legs[1].end) == (1, [], None)
    assert desk.news() == ["new 4: SELL 40 Limit"]


@pytest.mark.parametrize("works", [40, 100])
def test_after_a_bust_of_all_that_the_first_exit_had_executed_the_stop_has_its_turn_for_all(
    works: int,
) -> None:
    # 60 are busted. They work again, or they do not: then 40 do.
    desk, _ = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.fill(3, 60, 110)
    desk.done(2)
    desk.news()

    desk.bust(3, 2, cum_qty=Decimal(0), leaves_qty=Decimal(works))

    assert desk.order(3).leaves_qty == works
    assert (told(desk), unlisted(desk)) == ([], 1)
    # Beside what still works there is room for the rest of the other one.
    assert desk.news() == (["cancel 3", "new 4: SELL 60 Stop"] if works == 40 else ["cancel 3"])
    desk.done(3)
    assert desk.news() == (["replace 4: 100"] if works == 40 else ["new 5: SELL 100 Stop"])
    assert desk.waiting() == [Limit(110)]


def test_an_exit_that_was_made_smaller_and_is_first_is_put_right_here() -> None:
    desk, _ = placed(simple(siblings=Siblings.CANCEL))
    desk.fill(1, 100)
    desk.replace(3, order_qty=10)
    desk.replaced(3)
    desk.news()
    desk.fill(3, 4, 110)
    desk.done(2)

    assert (desk.news(), told(desk), unlisted(desk)) == (["replace 3: 100"], [], 1)


def test_legs_without_an_entry_go_out_as_a_list_too() -> None:
    desk = floor()
    oco = Oco(
        (
            Leg("AAPL", Side.BUY, Limit(90), GTC, None, 10),
            Leg("AAPL", Side.BUY, Stop(110), GTC, None, 10),
        ),
        Siblings.CANCEL,
    )
    group = desk.place(oco)
    assert desk.news() == ["list -1: new 1: BUY 10 Limit, new 2: BUY 10 Stop"]
    desk.fill(1, 10, 90)
    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(2).cl_ord_id)

    assert told(desk) == []
    assert desk.engine.state.groups.is_over(group)


def test_an_order_that_is_replaced_is_its_venues_to_put_right() -> None:
    desk, group = placed()
    desk.replace(2, order_qty=50)
    desk.replaced(2)
    desk.fill(1, 100)

    assert desk.news() == ["replace 2: 50"]
    assert group.orders[1].order_qty == 50


@pytest.mark.slow
def test_it_survives_a_restart_and_a_snapshot() -> None:
    desk, group = placed()
    desk.fill(1, 60)
    desk.fill(3, 20, 110)

    replayed = Engine({PAPER: CAN_LISTS}, default_handlers(), State())
    replayed.replay(desk.journal)
    assert describe(replayed.state) == describe(desk.engine.state)
    loaded = State()
    load(dump(desk.engine.state, Positions()), loaded, Positions())
    assert describe(loaded) == describe(desk.engine.state)
    again = loaded.groups.by_id[1]
    assert (again.list_id, again.worked_by) == (group.list_id, WorkedBy.VENUE)


# ---------------------------------------------------------------- a cancel that is heard before what it was for

LATER = T0 + 5 * S


def canceled_at(desk: Floor, order_id: int, time_ns: int) -> None:
    identity = desk.order(order_id).cl_ord_id
    desk.say(ExecType.CANCELED, cl_ord_id=identity, orig_cl_ord_id=identity, transact_time_ns=time_ns)


@pytest.mark.parametrize("has_snapshot", [False, True])
@pytest.mark.parametrize("siblings", Siblings)
def test_an_exit_whose_cancel_is_heard_before_the_fill_of_its_sibling_is_not_lost(
    siblings: Siblings, has_snapshot: bool
) -> None:
    desk, _ = placed(simple(siblings=siblings))
    desk.fill(1, 100)
    canceled_at(desk, 2, LATER)
    # As far as anybody knows by then.
    assert told(desk) == [(AnomalyCode.EXIT_LOST, 2)]

    desk.fill(3, 100, 110)

    (group,) = desk.engine.state.groups.by_id.values()
    assert [leg.end for leg in group.legs] == [None, None, None]
    desk.restart(has_snapshot=has_snapshot)
    desk.bust(3, 2, leaves_qty=Decimal(0))
    assert desk.news() == ["new 4: SELL 100 Stop"]
    assert desk.waiting() == [Limit(110)]


def test_of_several_fills_the_last_that_is_heard_puts_it_right() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    canceled_at(desk, 2, LATER)

    desk.fill(3, 40, 110)
    assert group.legs[1].end is LegEnd.LOST
    desk.fill(3, 60, 110)

    assert group.legs[1].end is None


def test_an_exit_that_was_canceled_before_its_sibling_filled_stays_lost() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    canceled_at(desk, 2, T0 - S)

    desk.fill(3, 100, 110)

    assert group.legs[1].end is LegEnd.LOST
    desk.bust(3, 2, leaves_qty=Decimal(0))
    assert Stop(95) not in [order.terms for order in group.orders if not order.is_closed]


def test_an_exit_whose_cancel_is_heard_before_the_bust_of_its_entry_is_not_lost() -> None:
    desk, group = placed()
    desk.fill(1, 100)
    canceled_at(desk, 1, LATER)
    canceled_at(desk, 2, LATER)
    assert group.legs[1].end is LegEnd.LOST

    desk.bust(1, 1, leaves_qty=Decimal(0))

    assert [leg.end for leg in group.legs[1:]] == [None, None]
