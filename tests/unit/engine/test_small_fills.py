"""What an entry brings that is too little for an order: somebody is told, and the exits come as soon as it is enough. Every figure worked by hand."""

from __future__ import annotations

from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.instrument import Instrument
from oms.model.terms import Limit, Stop
from tests.fakes import BTC, CAN_MORE
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
