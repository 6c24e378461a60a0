"""What an entry brings that is too little for an order: somebody is told, and the exits come as soon as it is enough. Every figure worked by hand."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.state import State
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto
from oms.model.enums import AnomalyCode, Life, Side
from oms.model.instructions import INSTRUCTIONS, Instructions
from oms.model.instrument import Instrument
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit, Stop
from oms.order_types.registry import default_handlers
from tests.fakes import BTC, CAN_ALL, CAN_MORE
from tests.unit.engine.desk import PAPER
from tests.unit.engine.floor import Floor, simple

# 1,000 dollars at least: at 95 that is 11 shares.
LEAST = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, min_notional=1000)


def begun() -> Floor:
    desk = Floor({"paper": CAN_MORE}, instruments=(LEAST, BTC))
    desk.quote(100, 101)
    desk.place(simple())
    desk.new(1)
    desk.news()
    return desk


def told(desk: Floor) -> list[tuple[AnomalyCode, int | None]]:
    return [(one.code, one.order_id) for one in desk.journal if isinstance(one, ev.AnomalyRaised)]


def test_a_fill_that_is_too_small_for_an_exit_is_told_of_once_and_protected_with_the_next() -> None:
    desk = begun()

    desk.fill(1, 3)
    desk.fill(1, 2)
    assert (desk.news(), desk.waiting()) == ([], [])
    assert told(desk) == [(AnomalyCode.EXIT_WAITS, 1)]
    text = next(one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised))
    assert text.startswith("3 of AAPL in group 1 may be without an exit at a venue: ")

    desk.fill(1, 6)

    assert (desk.news(), desk.waiting()) == (["new 2: SELL 11 Stop"], [Limit(110)])
    assert told(desk) == [(AnomalyCode.EXIT_WAITS, 1)]


def test_a_small_fill_more_makes_the_exit_larger_at_once() -> None:
    desk = begun()
    desk.fill(1, 40)
    desk.new(2)
    desk.news()

    desk.fill(1, 2)

    assert (desk.news(), told(desk)) == (["replace 2: 42"], [])


def test_what_stays_too_little_once_the_entry_has_ended_is_lost_and_told_of_again() -> None:
    desk = begun()
    desk.fill(1, 5)
    desk.cancel(1)
    desk.done(1)

    assert told(desk)[0] == (AnomalyCode.EXIT_WAITS, 1)
    assert {code for code, _ in told(desk)[1:]} == {AnomalyCode.EXIT_LOST}
    assert desk.news() == ["cancel 1"]
    assert Stop(95) not in desk.waiting()


# What the venue takes no order for less than.
TEN_AT_LEAST = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, min_qty=10)
_ENTRY = Leg("AAPL", Side.BUY, Limit(100), order_qty=100)
_EXITS = (Leg("AAPL", Side.SELL, Stop(95)), Leg("AAPL", Side.SELL, Limit(110)))
SMALL: dict[str, tuple[Capabilities, Contingency]] = {
    "a stop that rests": (CAN_MORE, simple()),
    "a target that rests, and a stop that is held": (CAN_ALL, simple()),
    "one exit alone": (CAN_MORE, Oto(_ENTRY, (_EXITS[1],))),
    "exits once something has filled": (CAN_MORE, Oto(_ENTRY, (Oco(_EXITS),), Arm.FIRST_FILL)),
    "exits that cannot be changed": (evolve(CAN_MORE, amendable=frozenset()), simple()),
    "an exit of its own quantity first": (
        CAN_MORE,
        Oto(_ENTRY, (Leg("AAPL", Side.SELL, Limit(105), order_qty=40), Oco(_EXITS))),
    ),
}


@pytest.mark.parametrize("way", SMALL)
def test_a_first_fill_below_the_least_order_of_its_venue_is_told_of_while_the_entry_works(way: str) -> None:
    can, tree = SMALL[way]
    desk = Floor({"paper": can}, instruments=(TEN_AT_LEAST, BTC))
    desk.place(tree)
    desk.new(1)
    desk.news()

    desk.fill(1, 4)

    assert (desk.news(), desk.waiting()) == ([], [])
    assert told(desk) == [(AnomalyCode.EXIT_WAITS, 1)]
    text = next(one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised))
    assert "4 of AAPL" in text
    assert "BELOW_MIN_QTY: order_qty = 4; allowed: at least 10" in text
    # What comes next is protected with it, and nobody is told again.
    desk.fill(1, 96)
    assert [type(one) for one in desk.sent[1:]][:1] == [NewOrderSingle]
    assert len(told(desk)) == 1


# ---------------------------------------------------------------- a least quantity of an exit

CAN_LEAST = evolve(CAN_MORE, instructions=INSTRUCTIONS)


def waiting_for_50(
    order_qty: int | None = None, can: Capabilities = CAN_LEAST, *, both: bool = False
) -> Floor:
    """An entry of 100, with a target whose first execution is to be for 50 at least; with both, so is its stop's."""
    desk = Floor({"paper": can})
    least = Instructions(min_qty=50)
    target = Leg("AAPL", Side.SELL, Limit(110), order_qty=order_qty, instructions=least)
    stop = Leg("AAPL", Side.SELL, Stop(95), instructions=least)
    desk.place(
        Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), (Oco((stop, target)) if both else target,))
    )
    desk.new(1)
    desk.news()
    return desk


def sent(desk: Floor) -> list[tuple[int, int]]:
    """For how much the exits went to their venue, and their least quantities; 0 for none."""
    told = []
    for one in desk.sent:
        if isinstance(one, NewOrderSingle) and one.side is Side.SELL:
            least = None if one.instructions is None else one.instructions.min_qty
            told.append((int(one.order_qty), int(least or 0)))
    return told


def test_an_exit_waits_until_its_entry_has_brought_its_least_quantity_and_somebody_is_told() -> None:
    desk = waiting_for_50()

    desk.fill(1, 20)
    desk.fill(1, 29)
    assert (sent(desk), told(desk)) == ([], [(AnomalyCode.EXIT_WAITS, 1)])
    text = next(one.text for one in desk.journal if isinstance(one, ev.AnomalyRaised))
    assert "order_qty = 20; allowed: at least 50, its min_qty" in text

    desk.fill(1, 1)
    assert sent(desk) == [(50, 50)]
    desk.new(2)
    desk.news()
    desk.fill(1, 10)
    assert (desk.news(), told(desk)) == (["replace 2: 60"], [(AnomalyCode.EXIT_WAITS, 1)])


def test_more_of_an_exit_that_cannot_be_changed_is_for_all_of_it_at_once() -> None:
    desk = waiting_for_50(can=evolve(CAN_LEAST, amendable=frozenset()))
    desk.fill(1, 60)

    desk.fill(1, 10)

    assert sent(desk) == [(60, 50), (10, 10)]


def test_what_an_entry_has_brought_as_it_ends_is_for_all_of_it_at_once() -> None:
    desk = waiting_for_50()
    desk.fill(1, 20)
    desk.cancel(1)
    desk.done(1)

    assert sent(desk) == [(20, 20)]
    assert told(desk) == [(AnomalyCode.EXIT_WAITS, 1)]


def test_what_a_sibling_leaves_of_an_exit_that_is_held_here_is_for_all_of_it_at_once() -> None:
    desk = waiting_for_50(both=True)
    desk.fill(1, 100)
    assert (sent(desk), desk.waiting()) == ([(100, 50)], [Limit(110)])
    desk.new(2)
    desk.fill(2, 70)
    desk.quote(110, 111)
    desk.done(2)

    assert sent(desk) == [(100, 50), (30, 30)]


def test_a_group_is_denied_of_which_an_exit_has_a_least_quantity_above_all_of_it() -> None:
    desk = Floor({"paper": CAN_LEAST})
    target = Leg("AAPL", Side.SELL, Limit(110), order_qty=40, instructions=Instructions(min_qty=50))

    desk.place(Oto(Leg("AAPL", Side.BUY, Limit(100), order_qty=100), (target,)))

    assert (desk.order(1).life, desk.news()) == (Life.DENIED, [])
    assert [str(one) for one in desk.order(1).reasons] == [
        "ABOVE_ORDER_QTY: min_qty = 50; allowed: at most the total, 40"
    ]


def test_an_exit_that_goes_out_with_a_lower_least_quantity_is_shown_with_that() -> None:
    desk = waiting_for_50(both=True)
    desk.fill(1, 100)
    desk.new(2)
    target = desk.order(3)
    assert target.instructions == Instructions(min_qty=50)
    desk.fill(2, 70)

    desk.quote(110, 111)
    desk.done(2)

    (sent,) = (one for one in desk.sent if isinstance(one, NewOrderSingle) and one.order_id == 3)
    assert sent.instructions == target.instructions == Instructions(min_qty=30)
    replayed = Engine({PAPER: CAN_LEAST}, default_handlers(), State())
    replayed.replay(desk.journal)
    assert describe(replayed.state) == describe(desk.engine.state)
