"""Groups in the engine: which orders are made, changed and canceled as reports come in; every figure worked by hand."""
# cases are data of any kind

from __future__ import annotations

import pytest

from oms.engine.inputs import Start
from oms.errors import UnknownInstrumentError, ValidationError
from oms.model import events as ev
from oms.model.contingency import Arm, CancelGroup, Leg, Oco, Oto, Remainder, bracket
from oms.model.enums import AnomalyCode, ExecType, LegEnd, Life, Side
from oms.model.offset import Offset
from oms.model.terms import Limit, Market, Stop, StopLimit, Terms, TrailingStop, TrailingStopLimit
from oms.model.time_in_force import GTC
from tests.fakes import AAPL, BTC, CAN_ALL, CAN_MORE
from tests.unit.engine.desk import OFF, TIMEOUT_NS
from tests.unit.engine.floor import Floor, simple


def test_exits_are_sized_to_what_has_filled() -> None:
    desk = Floor()
    group = desk.place(simple())
    assert desk.news() == ["new 1: BUY 100 Limit"]
    desk.new(1)
    assert desk.news() == []

    desk.fill(1, 30)
    assert desk.news() == ["new 2: SELL 30 Limit"]
    desk.new(2)
    desk.fill(1, 70)

    assert desk.news() == ["replace 2: 100"]
    assert [[order.order_qty for order in leg.orders] for leg in group.legs] == [[100], [100], [30]]
    assert group.legs[1].held is desk.order(3)  # The stop, kept equal to what it protects.


def test_a_bracket_ends_with_its_target() -> None:
    desk = Floor()
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.fill(2, 100, 110)
    desk.news()
    assert desk.waiting() == []

    desk.quote(90, 91)
    desk.print(90)

    assert desk.news() == []


def test_where_the_venue_takes_stops_the_stop_rests_and_the_target_waits() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.fill(1, 100)
    assert desk.news() == ["new 1: BUY 100 Limit", "new 2: SELL 100 Stop"]
    desk.new(2)

    desk.quote(110, 111)
    assert desk.news() == ["cancel 2"]
    desk.done(2)

    assert desk.news() == ["new 3: SELL 100 Limit"]


def test_a_stop_that_is_reached_takes_the_target_back_first() -> None:
    desk = Floor()
    desk.place(simple())
    desk.fill(1, 100)
    desk.new(2)
    desk.news()

    desk.print(95)
    assert desk.news() == ["cancel 2"]
    desk.fill(2, 40, 110)
    assert desk.news() == []
    desk.done(2)

    assert desk.news() == ["new 3: SELL 60 Market"]
    desk.fill(3, 60, 94)
    assert desk.news() == []


def test_an_exit_that_completes_what_was_filled_cancels_the_rest_of_the_entry() -> None:
    desk = Floor()
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 50)
    desk.new(2)
    desk.news()
    desk.fill(2, 50, 110)
    assert desk.news() == ["cancel 1"]
    assert group.legs[0].end is LegEnd.COMPLETED

    desk.fill(1, 20)  # on its way when the cancel arrived
    assert desk.news() == ["new 4: SELL 20 Limit"]
    desk.done(1)
    assert desk.news() == []
    desk.fill(4, 20, 110)
    assert desk.news() == []


def test_rearm_lets_the_entry_go_on() -> None:
    desk = Floor()
    desk.place(simple(remainder=Remainder.REARM))
    desk.new(1)
    desk.fill(1, 50)
    desk.new(2)
    desk.fill(2, 50, 110)
    desk.news()

    desk.fill(1, 50)

    assert desk.news() == ["new 4: SELL 50 Limit"]


def test_first_fill_brings_exits_up_to_the_whole_when_the_entry_has_ended() -> None:
    desk = Floor()
    desk.place(simple(arm=Arm.FIRST_FILL))
    desk.new(1)
    desk.fill(1, 30)
    desk.new(2)
    desk.fill(1, 30)
    assert desk.news() == ["new 1: BUY 100 Limit", "new 2: SELL 30 Limit"]

    desk.cancel(1)
    desk.done(1)

    assert desk.news() == ["cancel 1", "replace 2: 60"]


def test_complete_waits_for_the_end_of_the_entry() -> None:
    desk = Floor()
    desk.place(simple(arm=Arm.COMPLETE))
    desk.new(1)
    desk.fill(1, 60)
    assert desk.news() == ["new 1: BUY 100 Limit"]

    desk.fill(1, 40)

    assert desk.news() == ["new 2: SELL 100 Limit"]


def test_a_bust_of_the_entry_shrinks_the_exits() -> None:
    desk = Floor()
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 30)
    desk.fill(1, 70)
    desk.new(2)
    desk.replaced(2)
    desk.news()

    desk.bust(1, 1)

    assert desk.news() == ["replace 2: 70"]


def test_a_bust_after_an_exit_has_filled_takes_back_what_can_be_and_says_so() -> None:
    desk = Floor()
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.fill(2, 40, 110)
    desk.news()

    desk.bust(1, 1)

    assert desk.news() == ["cancel 2"]
    (raised,) = (event for event in desk.journal if isinstance(event, ev.AnomalyRaised))
    assert (raised.code, raised.order_id) == (AnomalyCode.EXITS_EXCEED_ENTRY, 1)


def test_an_exit_that_the_broker_ends_is_said_to_be_lost_and_the_other_takes_its_turn() -> None:
    desk = Floor({"paper": CAN_MORE})
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.news()

    desk.done(2, ExecType.CANCELED)

    assert desk.news() == [
        "new 4: SELL 100 Limit"
    ]  # The venue works it from now on; 3, which was held, is over.
    assert desk.order(3).life is Life.CANCELED
    assert group.legs[1].end is LegEnd.LOST
    assert [e.code for e in desk.journal if isinstance(e, ev.AnomalyRaised)] == [AnomalyCode.EXIT_LOST]


def test_an_exit_that_the_broker_refuses_waits_here_and_the_other_takes_its_turn() -> None:
    desk = Floor({"paper": CAN_MORE})
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 60)
    desk.news()

    desk.done(2, ExecType.REJECTED)

    assert (desk.news(), desk.waiting()) == (["new 4: SELL 60 Limit"], [Stop(95)])
    assert group.legs[1].end is None
    desk.new(4)
    desk.fill(1, 40)
    assert desk.news() == ["replace 4: 100"]
    desk.replaced(4)
    desk.print(95)
    assert desk.news() == ["cancel 4"]
    desk.done(4)
    assert desk.news() == ["new 5: SELL 100 Market"]
    told = [(e.code, e.order_id) for e in desk.journal if isinstance(e, ev.AnomalyRaised)]
    assert told == [(AnomalyCode.EXIT_REFUSED, 2)]


def test_an_exit_that_the_broker_refuses_as_its_price_was_reached_is_lost() -> None:
    desk = Floor({"paper": CAN_MORE})
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.done(2, ExecType.REJECTED)
    desk.print(95)
    desk.done(4)
    desk.news()

    desk.done(5, ExecType.REJECTED)

    assert (group.legs[1].end, desk.news()) == (LegEnd.LOST, ["new 6: SELL 100 Limit"])


def test_an_exit_that_the_broker_refuses_and_that_cannot_wait_is_lost() -> None:
    desk = Floor()
    group = desk.place(Oto(_buy(), (Leg("AAPL", Side.SELL, Market()),)))
    desk.new(1)
    desk.fill(1, 100)
    desk.news()

    desk.done(2, ExecType.REJECTED)

    assert (group.legs[1].end, desk.news()) == (LegEnd.LOST, [])
    assert [e.code for e in desk.journal if isinstance(e, ev.AnomalyRaised)] == [AnomalyCode.EXIT_LOST]


@pytest.mark.parametrize("is_told", [True, False], ids=["as it fires", "as it trades"])
@pytest.mark.parametrize(
    ("stop", "becomes"),
    [(Stop(95), Market()), (StopLimit(95, 94), Limit(94)), (TrailingStopLimit(Offset(5), Offset(1)), None)],
)
def test_what_an_entry_brings_once_a_stop_has_fired_at_its_venue_goes_out_as_that_has_become(
    stop: Terms, becomes: Terms | None, *, is_told: bool
) -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(Oto(_buy(), (Leg("AAPL", Side.SELL, stop, GTC),), remainder=Remainder.REARM))
    desk.new(1)
    desk.fill(1, 40)
    desk.new(2)
    if is_told:
        desk.say(ExecType.TRIGGERED, cl_ord_id=desk.order(2).cl_ord_id)
    desk.fill(2, 40, 95)
    desk.news()

    desk.fill(1, 60)

    # Where nobody knows at which limit it works there, another one waits for its price.
    assert desk.order(3).terms == (becomes or stop)
    assert desk.news() == [f"new 3: SELL 60 {type(becomes or stop).__name__}"]


def test_a_stop_that_has_fired_at_its_venue_waits_as_at_first_once_another_one_has_its_turn() -> None:
    desk = Floor({"paper": CAN_MORE})
    desk.place(simple())
    desk.new(1)
    desk.fill(1, 100)
    desk.new(2)
    desk.replace(2, stop_px=96)
    desk.replaced(2)
    desk.fill(2, 30, 96)
    desk.news()

    desk.quote(110, 111)
    desk.done(2)

    assert (desk.news(), desk.waiting()) == (["cancel 2", "new 3: SELL 70 Limit"], [Stop(96)])


def test_an_exit_that_somebody_cancels_is_not_placed_again() -> None:
    desk = Floor()
    group = desk.place(Oto(_buy(), (Leg("AAPL", Side.SELL, Limit(110)),)))
    desk.new(1)
    desk.fill(1, 60)
    desk.new(2)
    desk.cancel(2)
    desk.done(2)
    desk.news()

    desk.fill(1, 40)

    assert desk.news() == []
    assert group.legs[1].end is LegEnd.WITHDRAWN
    assert [e.code for e in desk.journal if isinstance(e, ev.AnomalyRaised)] == []


def test_a_canceled_group_has_nothing_at_work() -> None:
    desk = Floor()
    group = desk.place(simple())
    desk.new(1)
    desk.fill(1, 30)
    desk.new(2)
    desk.news()

    desk.tell(CancelGroup(group.group_id, "bot"))

    assert desk.news() == ["cancel 1", "cancel 2"]
    desk.tell(CancelGroup(group.group_id, "bot"))
    assert desk.news() == []


def test_an_exit_that_the_library_holds_is_for_its_part_and_needs_no_room_yet() -> None:
    desk = Floor()
    trail = Leg("AAPL", Side.SELL, TrailingStop(Offset(5)), order_qty=40)
    group = desk.place(Oto(_buy(), (trail, Leg("AAPL", Side.SELL, Limit(110)))))
    desk.new(1)

    desk.fill(1, 100)

    assert [[order.order_qty for order in leg.orders] for leg in group.legs] == [[100], [40], [60]]
    assert [leg.open_qty for leg in group.legs] == [0, 0, 60]
    desk.print(100)
    desk.print(95)
    assert desk.news()[-1] == "new 3: SELL 40 Market"
    assert [leg.open_qty for leg in group.legs] == [0, 40, 60]


def test_entries_in_two_instruments_reduce_one_another() -> None:
    desk = Floor()
    desk.place(Oco((_buy(), Leg("BTC-USD", Side.BUY, Limit(9), order_qty=100))))
    desk.new(1)
    desk.new(2)
    desk.news()

    desk.fill(1, 30)

    assert desk.news() == ["replace 2: 70"]


def test_after_a_restart_a_stop_waits_for_its_price_again() -> None:
    desk = Floor()
    desk.place(simple())
    desk.fill(1, 100)
    desk.new(2)
    other = Floor()
    other.engine = type(other.engine)({"paper": CAN_ALL}, desk.engine._handlers)  # type: ignore[dict-item]  # a name
    other.engine.replay(desk.journal)
    other.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC)))
    assert other.news() == []

    other.print(95)

    assert other.news() == ["cancel 2"]


def test_what_cannot_be_meant_is_refused() -> None:
    desk = Floor()
    with pytest.raises(UnknownInstrumentError):
        desk.place(bracket("MSFT", Side.BUY, 1, entry=Limit(1), target=Limit(2), stop=Stop(1)))
    with pytest.raises(ValidationError):
        desk.tell(CancelGroup(1))
    desk.place(simple(), client_ref="g")
    with pytest.raises(ValidationError):
        desk.place(simple(), client_ref="g")


def _buy() -> Leg:
    return Leg("AAPL", Side.BUY, Limit(100), order_qty=100)
