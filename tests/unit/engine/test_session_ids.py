"""Order ids of venues where they begin anew with each trading session."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from oms.model.enums import ExecType, Life, SessionPhase, Side
from oms.model.ids import Symbol, VenueOrderId
from oms.model.reports import ExecutionReport
from oms.model.sessions import SessionChange
from oms.model.time_in_force import GTC, IOC
from oms.model.venue_profile import EXCHANGE, IdScope
from tests.fakes import CAN_ALL, T0, d
from tests.unit.engine.desk import SYMBOL, Desk, kinds, request_id

SEVEN: Final = VenueOrderId("7")
MONDAY: Final = "20260105"
TUESDAY: Final = "20260106"


def opened(symbol: Symbol | None = None) -> Desk:
    """A desk on the morning of the first day."""
    desk = Desk(can={"paper": evolve(CAN_ALL, profile=evolve(EXCHANGE, venue_id_scope=IdScope.SESSION))})
    open_session(desk, MONDAY, symbol)
    return desk


def open_session(desk: Desk, day: str, symbol: Symbol | None = None) -> None:
    desk.tell(SessionChange(T0, SessionPhase.OPEN, day, symbol))


def test_the_id_of_an_order_that_is_still_open_from_an_earlier_day_says_nothing_against_a_new_one() -> None:
    desk = opened()
    desk.submit(tif=GTC)
    desk.say(ExecType.NEW, venue_order_id=SEVEN)
    open_session(desk, TUESDAY)
    desk.submit(tif=IOC)

    assert kinds(desk.say(ExecType.CANCELED, cl_ord_id=request_id(2), venue_order_id=SEVEN)) == [
        "OrderCanceled"
    ]
    # And what is said late of the old one, under the id that it had, says nothing against it either.
    desk.submit()
    desk.say(ExecType.NEW, cl_ord_id=request_id(3), venue_order_id=SEVEN)
    assert kinds(desk.say(ExecType.CANCELED, venue_order_id=SEVEN)) == ["OrderCanceled"]


def test_an_execution_of_an_earlier_day_does_not_give_its_order_an_id_of_today() -> None:
    desk = opened()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=SEVEN)
    desk.say(ExecType.CANCELED)
    open_session(desk, TUESDAY)
    desk.trade("late", 5, venue_order_id=SEVEN)
    desk.submit()

    assert kinds(desk.say(ExecType.NEW, cl_ord_id=request_id(2), venue_order_id=SEVEN)) == [
        "OrderAcknowledged"
    ]
    desk.trade("x", 10, cl_ord_id=None, venue_order_id=SEVEN, trade_date=TUESDAY)

    assert (desk.order(1).cum_qty, desk.order(2).cum_qty) == (d(5), d(10))


def test_an_instrument_s_own_session_is_over_when_one_opens_for_all() -> None:
    desk = opened(SYMBOL)
    open_session(desk, TUESDAY)
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=SEVEN)
    desk.say(ExecType.CANCELED)

    open_session(desk, TUESDAY, SYMBOL)

    assert desk.engine.state.index.named_at_venue(desk.order().broker, SEVEN) is desk.order()  # type: ignore[arg-type]


def test_what_waits_under_an_instrument_s_id_of_yesterday_is_not_about_today_s_order() -> None:
    desk = opened(SYMBOL)
    desk.report(ExecutionReport(ExecType.CANCELED, venue_order_id=SEVEN, symbol=SYMBOL))
    open_session(desk, TUESDAY, SYMBOL)
    desk.submit()

    assert kinds(desk.say(ExecType.NEW, venue_order_id=SEVEN)) == ["OrderAcknowledged"]
    assert desk.order().life is Life.LIVE


def test_what_waits_under_an_id_of_another_instrument_still_waits() -> None:
    desk = opened(SYMBOL)
    desk.report(ExecutionReport(ExecType.CANCELED, venue_order_id=SEVEN, symbol=Symbol("BTC-USD")))
    open_session(desk, TUESDAY, SYMBOL)
    desk.submit(symbol="BTC-USD", side=Side.SELL, qty=1)

    events = desk.say(ExecType.NEW, venue_order_id=SEVEN)

    assert kinds(events) == ["OrderAcknowledged", "ReportReleased", "OrderCanceled"]
