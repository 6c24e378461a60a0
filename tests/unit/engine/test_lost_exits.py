"""Exits that are lost while their entry still works: nothing more is brought without one, or it is told. Every figure worked by hand."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.contingency import CancelGroup, Leg, Oco, Oto
from oms.model.enums import AnomalyCode, ExecType, LegEnd, Life, Side, WorkedBy
from oms.model.group import Group
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.simulation.list_admission import CONTINGENCIES
from tests.fakes import CAN_MORE
from tests.unit.engine.floor import Floor, simple

WAYS = {
    "by its venue": evolve(CAN_MORE, contingencies=CONTINGENCIES),
    "here": CAN_MORE,
}
STOP, TARGET = Leg("AAPL", Side.SELL, Stop(95), GTC), Leg("AAPL", Side.SELL, Limit(110), GTC)


def lost(desk: Floor) -> list[str]:
    """What was said of exits that are lost: for how much."""
    raised = [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert {one.code for one in raised} <= {AnomalyCode.EXIT_LOST}
    return [one.text.split(": ")[1] for one in raised]


def stood(can: Capabilities, tree: Oto | None = None) -> tuple[Floor, Group]:
    """A group of whose entry (1) 40 of 100 have executed; its first exit is 2."""
    desk = Floor({"paper": can})
    group = desk.place(simple() if tree is None else tree)
    for order in group.orders:
        desk.new(order.order_id)
    desk.fill(1, 40)
    if group.worked_by is WorkedBy.OMS:
        desk.new(2)
    desk.news()
    return desk, group


def ended(desk: Floor, order_id: int) -> None:
    """Its venue cancels an order of its own accord."""
    desk.say(ExecType.CANCELED, cl_ord_id=desk.order(order_id).cl_ord_id)


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_the_entry_of_a_stop_that_is_lost_brings_no_more(can: Capabilities) -> None:
    desk, group = stood(can)

    ended(desk, 2)

    assert "cancel 1" in desk.news()
    assert [leg.end for leg in group.legs] == [LegEnd.UNPROTECTED, LegEnd.LOST, None]
    assert lost(desk) == ["40 of AAPL may be without it"]
    desk.done(1)
    assert desk.order(1).life is Life.CANCELED
    assert desk.news() == []


@pytest.mark.parametrize("has_snapshot", [None, False, True], ids=["no restart", "the journal", "a snapshot"])
@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_what_an_entry_brings_before_its_cancel_is_told_of_with_all_that_has_no_exit(
    can: Capabilities, has_snapshot: bool | None
) -> None:
    desk, _ = stood(can)
    ended(desk, 2)
    if has_snapshot is not None:
        desk.restart(has_snapshot=has_snapshot)
        assert lost(desk) == ["40 of AAPL may be without it"]

    desk.fill(1, 20)
    desk.fill(1, 5)

    told = ["40 of AAPL may be without it", "60 of AAPL may be without it", "65 of AAPL may be without it"]
    assert lost(desk) == told
    desk.done(1)
    desk.wait(60)
    assert lost(desk) == told


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_a_bust_of_the_exit_that_is_left_is_told_of(can: Capabilities) -> None:
    desk, group = stood(can)
    ended(desk, 2)
    desk.done(1)
    target = group.legs[2].orders[-1].order_id
    desk.fill(target, 30, 110)
    assert lost(desk) == ["40 of AAPL may be without it"]

    desk.bust(target, 2)

    assert lost(desk) == ["40 of AAPL may be without it", "40 of AAPL may be without it"]


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_while_a_stop_is_left_the_entry_goes_on_and_what_it_brings_is_told_of(can: Capabilities) -> None:
    desk, group = stood(can)
    if group.worked_by is WorkedBy.OMS:
        desk.quote(110, 111)
        desk.done(2)
        desk.new(3)
    target = group.legs[2].orders[-1].order_id
    desk.news()

    ended(desk, target)

    assert "cancel 1" not in desk.news()
    assert [leg.end for leg in group.legs] == [None, None, LegEnd.LOST]
    desk.fill(1, 60)
    assert lost(desk) == ["40 of AAPL may be without it", "100 of AAPL may be without it"]
    assert group.legs[1].asked_qty == 100


def test_another_stop_must_be_for_as_much_to_take_the_place_of_one_that_is_lost() -> None:
    part = evolve(STOP, terms=Stop(94), order_qty=30)
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=100)
    for stops, end in (((STOP, part), LegEnd.UNPROTECTED), ((part, STOP), None)):
        desk, group = stood(CAN_MORE, Oto(entry, (Oco(stops),)))

        ended(desk, 2)

        assert group.legs[0].end is end


def test_where_there_never_was_a_stop_another_target_will_do() -> None:
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=100)
    desk, group = stood(CAN_MORE, Oto(entry, (Oco((TARGET, evolve(TARGET, terms=Limit(120)))),)))

    ended(desk, 2)
    assert group.legs[0].end is None
    ended(desk, 4)

    assert [leg.end for leg in group.legs] == [LegEnd.UNPROTECTED, LegEnd.LOST, LegEnd.LOST]
    assert desk.news()[-1] == "cancel 1"


def test_an_entry_that_is_an_exit_itself_goes_on_and_what_it_brings_is_told_of() -> None:
    again = Leg("AAPL", Side.BUY, Limit(98), GTC)
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, order_qty=100)
    desk, group = stood(CAN_MORE, Oto(entry, (Oto(TARGET, (again,)),)))
    desk.fill(2, 10, 110)
    desk.new(3)
    desk.news()

    ended(desk, 3)
    desk.fill(2, 5, 110)

    assert [leg.end for leg in group.legs] == [None, None, LegEnd.LOST]
    assert lost(desk) == ["10 of AAPL may be without it", "15 of AAPL may be without it"]
    desk.fill(1, 60)
    assert desk.news() == ["replace 2: 100"]


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_an_entry_of_which_a_bust_works_again_is_canceled_where_its_stop_is_lost(can: Capabilities) -> None:
    desk, group = stood(can)
    desk.fill(1, 60)
    ended(desk, 2)
    assert (group.legs[0].end, [word for word in desk.news() if word == "cancel 1"]) == (None, [])

    desk.bust(1, 2)

    assert (group.legs[0].end, "cancel 1" in desk.news()) == (LegEnd.UNPROTECTED, True)


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_an_entry_that_cannot_be_taken_back_is_told_of(can: Capabilities) -> None:
    desk, _ = stood(can)
    ended(desk, 2)
    desk.refuse_cancel(1)

    told = [(one.code, one.order_id) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]
    assert told == [(AnomalyCode.EXIT_LOST, 2), (AnomalyCode.NOT_TAKEN_BACK, 1)]
    desk.news()
    desk.wait(60)
    assert "cancel 1" in desk.news()


@pytest.mark.parametrize("can", WAYS.values(), ids=WAYS)
def test_of_a_group_that_somebody_has_canceled_no_exit_is_lost_again(can: Capabilities) -> None:
    desk, group = stood(can)
    ended(desk, 2)
    desk.tell(CancelGroup(group.group_id, "somebody"))

    desk.fill(1, 20)

    assert lost(desk) == ["40 of AAPL may be without it"]
