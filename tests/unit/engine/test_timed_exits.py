"""Exits that are good for so many seconds: these count from when the first order of the exit was made, whatever becomes of it then."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model import events as ev
from oms.model.contingency import Arm, Leg, Oco, Oto, Remainder
from oms.model.enums import AnomalyCode, ExecType, LegEnd, Side
from oms.model.ids import OrderId
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import DAY, GTC, GoodForTime, TimeInForce
from tests.fakes import CAN_MORE, T0, S
from tests.unit.engine.floor import Floor, simple

MINUTE = GoodForTime(60)
NO_REPLACES = evolve(CAN_MORE, amendable=frozenset())


def stood(qty: int = 100, exit_tif: TimeInForce = MINUTE, **choices: object) -> Floor:
    """A bracket whose entry has filled so much: the stop (2) lies at the venue, and the target (3) is held here."""
    desk = Floor({"paper": choices.pop("can", CAN_MORE)})  # type: ignore[dict-item]  # what a desk is made with
    desk.place(simple(exit_tif=exit_tif, **choices))
    desk.new(1)
    desk.fill(1, qty)
    desk.new(2)
    desk.news()
    return desk


def sent(desk: Floor, order_id: int) -> TimeInForce:
    """For how long an order was sent."""
    return next(
        one.time_in_force for one in desk.sent if isinstance(one, NewOrderSingle) and one.order_id == order_id
    )


def due_s(desk: Floor, order_id: int) -> float:
    """How many seconds after the start an order is due."""
    return (desk.engine.state.timers.expiries.known[OrderId(order_id)].due_ns - T0) / S


def lost(desk: Floor) -> list[str]:
    return [
        one.text
        for one in desk.journal
        if isinstance(one, ev.AnomalyRaised) and one.code is AnomalyCode.EXIT_LOST
    ]


def ends(desk: Floor) -> list[LegEnd | None]:
    return [leg.end for leg in desk.engine.state.groups.by_id[1].legs]


# ------------------------------------------------------------ what is left of the seconds


def test_what_an_entry_brings_later_has_an_exit_for_what_is_left_of_the_seconds() -> None:
    desk = stood(40, can=NO_REPLACES)
    desk.wait(20)

    desk.fill(1, 60)

    assert desk.news() == ["new 4: SELL 60 Stop"]
    assert (sent(desk, 4), due_s(desk, 2), due_s(desk, 3), due_s(desk, 4)) == (GoodForTime(40), 60, 60, 60)


def test_an_exit_that_has_its_turn_again_goes_on_with_what_is_left_of_its_seconds() -> None:
    desk = stood(40)
    desk.wait(10)
    desk.quote(110, 111)
    desk.done(2)
    desk.new(3)
    assert (sent(desk, 3), desk.waiting()) == (GoodForTime(50), [Stop(95)])
    assert due_s(desk, 4) == 60
    desk.wait(10)

    desk.print(95)
    desk.done(3)
    desk.new(4)

    assert (desk.order(4).terms, sent(desk, 4)) == (Market(), GoodForTime(40))
    assert [due_s(desk, number) for number in (2, 3, 4)] == [60] * 3


@pytest.mark.parametrize("has_snapshot", [False, True], ids=["the journal", "a snapshot"])
def test_the_seconds_of_an_exit_go_on_over_a_restart(has_snapshot: bool) -> None:
    desk = stood(40, can=NO_REPLACES)
    desk.wait(20)

    desk.restart(has_snapshot=has_snapshot)
    desk.wait(10)
    desk.fill(1, 60)

    assert sent(desk, 4) == GoodForTime(30)


def test_the_seconds_of_an_exit_go_on_as_it_is_busted() -> None:
    desk = stood()
    desk.fill(2, 100, 94)
    desk.wait(20)
    desk.news()

    desk.bust(2, 2, leaves_qty=Decimal(0))

    assert desk.news() == ["new 4: SELL 100 Stop"]
    assert (sent(desk, 4), desk.waiting()) == (GoodForTime(40), [Limit(110)])
    assert [due_s(desk, number) for number in (4, 5)] == [60, 60]


def test_of_entries_that_take_turns_the_seconds_of_each_count_from_its_first_order() -> None:
    desk = Floor({"paper": CAN_MORE})
    legs = (
        Leg("AAPL", Side.BUY, Stop(105), MINUTE, None, 10),
        Leg("AAPL", Side.BUY, Limit(90), MINUTE, None, 10),
    )
    desk.place(Oco(legs))
    desk.new(1)
    desk.wait(20)
    desk.quote(89, 90)
    desk.done(1)
    assert (desk.order(2).terms, sent(desk, 2)) == (Limit(90), GoodForTime(40))
    assert (desk.waiting(), due_s(desk, 3)) == ([Stop(105)], 60)


def test_the_seconds_that_somebody_gives_an_exit_are_those_of_what_follows_it() -> None:
    desk = stood(40, can=evolve(CAN_MORE, amendable=frozenset({"time_in_force"})))
    desk.wait(20)
    desk.replace(2, time_in_force=GoodForTime(300))
    desk.replaced(2)
    desk.wait(80)
    desk.news()

    desk.fill(1, 60)

    assert desk.news() == ["new 4: SELL 60 Stop"]
    assert sent(desk, 4) == GoodForTime(220)


def test_an_exit_that_somebody_has_made_good_until_it_is_canceled_grows_on() -> None:
    desk = stood(40)
    desk.wait(20)
    desk.replace(2, time_in_force=GTC)
    desk.replaced(2)
    desk.wait(80)
    desk.news()

    desk.fill(1, 60)

    assert desk.news() == ["replace 2: 100"]


# ------------------------------------------------------------ once they have passed


def test_no_exit_is_made_of_what_is_brought_once_the_seconds_have_passed() -> None:
    """Nothing is known yet of the end of the one that lies at the venue: it is left alone, and made no larger."""
    desk = stood(40)
    desk.wait(61)
    assert desk.news() == []

    desk.fill(1, 20)
    assert desk.news() == []
    waits = [one for one in desk.journal if isinstance(one, ev.AnomalyRaised)][-1]
    assert waits.code is AnomalyCode.EXIT_WAITS
    assert waits.text.startswith("20 of AAPL in group 1 may be without an exit at a venue: IN_THE_PAST: ")
    desk.done(2, ExecType.EXPIRED)

    assert desk.news() == ["cancel 1"]
    assert (desk.waiting(), ends(desk)[1:]) == ([], [LegEnd.LOST, LegEnd.LOST])
    assert lost(desk)[-1] == "an exit of group 1 is lost (expired): 60 of AAPL may be without it"
    desk.fill(1, 10)
    assert (desk.news(), desk.waiting()) == ([], [])


def test_an_exit_whose_seconds_have_passed_is_made_smaller_all_the_same() -> None:
    desk = stood(40)
    desk.wait(61)

    desk.bust(1, 1)

    assert desk.news() == ["cancel 2"]


def test_an_exit_whose_seconds_have_passed_before_its_cancel_was_answered_does_not_come_back() -> None:
    """What it was for was busted, and is brought again."""
    desk = stood(40)
    desk.wait(50)
    desk.bust(1, 1)
    assert desk.news() == ["cancel 2"]
    desk.wait(11)

    desk.fill(1, 20)
    assert (desk.news(), desk.waiting()) == ([], [])
    desk.done(2)

    assert (desk.news(), desk.waiting()) == (["cancel 1"], [])
    assert ends(desk)[1:] == [LegEnd.LOST, LegEnd.LOST]
    assert lost(desk) == ["an exit of group 1 is lost (expired): 20 of AAPL may be without it"] * 2


@pytest.mark.parametrize("has_snapshot", [None, False, True], ids=["no restart", "the journal", "a snapshot"])
@pytest.mark.parametrize("says", ["nothing works of it", "it is canceled", "it has expired", "nothing"])
def test_an_exit_that_is_busted_once_its_seconds_have_passed_does_not_come_out_again(
    says: str, has_snapshot: bool | None
) -> None:
    """Where its venue says nothing of what is left, that may work again: as of any order whose time has passed it is found out."""
    desk = stood()
    desk.fill(2, 100, 94)
    desk.wait(61)
    if has_snapshot is not None:
        desk.restart(has_snapshot=has_snapshot)
    desk.news()

    desk.bust(2, 2, **({} if says == "nothing" else {"leaves_qty": Decimal(0)}))
    if says.startswith("it"):
        desk.done(2, ExecType.EXPIRED if "expired" in says else ExecType.CANCELED)
    desk.wait(31)

    assert (desk.news(), desk.waiting()) == ([], [])
    assert [desk.order(number).is_closed for number in (2, 3)] == [
        True,
        True,
    ] or says == "nothing works of it"
    assert ends(desk)[1:] == [LegEnd.LOST, LegEnd.LOST]
    assert lost(desk) == ["an exit of group 1 is lost (expired): 100 of AAPL may be without it"] * 2


def test_an_exit_without_seconds_takes_over_from_one_whose_have_passed() -> None:
    desk = Floor({"paper": CAN_MORE})
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, None, 100)
    exits = Oco((Leg("AAPL", Side.SELL, Limit(110), MINUTE), Leg("AAPL", Side.SELL, Stop(95), GTC)))
    desk.place(Oto(entry, (exits,), remainder=Remainder.REARM))
    desk.new(1)
    desk.fill(1, 40)
    desk.new(2)
    desk.fill(2, 40, 110)
    desk.wait(61)
    desk.news()

    desk.fill(1, 60)

    assert desk.news() == ["new 5: SELL 60 Stop"]
    assert (ends(desk), len(lost(desk))) == ([None, LegEnd.LOST, None], 1)


def test_seconds_that_nothing_was_placed_for_yet_have_not_begun() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple(exit_tif=MINUTE, arm=Arm.COMPLETE))
    desk.new(1)
    desk.fill(1, 40)
    desk.wait(600)
    desk.news()

    desk.fill(1, 60)

    assert desk.news() == ["new 2: SELL 100 Stop"]
    assert sent(desk, 2) == MINUTE


def test_seconds_pass_though_what_the_stop_became_was_sent_for_the_day() -> None:
    """The venue takes no stop, and no market order that is good for so many seconds."""
    without = {(Stop, GoodForTime), (Market, GoodForTime)}
    desk = Floor(
        {"paper": evolve(CAN_MORE, order_types=CAN_MORE.order_types - without, amendable=frozenset())}
    )
    entry = Leg("AAPL", Side.BUY, Limit(100), GTC, None, 100)
    desk.place(Oto(entry, (Leg("AAPL", Side.SELL, Stop(95), MINUTE),), remainder=Remainder.REARM))
    desk.new(1)
    desk.fill(1, 40)
    desk.print(95)
    assert (desk.news()[-1], sent(desk, 2)) == ("new 2: SELL 40 Market", DAY)
    desk.new(2)
    desk.fill(1, 20)
    assert (desk.news()[-1], sent(desk, 3)) == ("new 3: SELL 20 Market", DAY)
    desk.new(3)
    desk.wait(61)

    desk.fill(1, 20)
    desk.fill(2, 40, 94)
    desk.fill(3, 20, 94)

    assert desk.news() == ["cancel 1"]
    assert lost(desk) == ["an exit of group 1 is lost (expired): 20 of AAPL may be without it"]
