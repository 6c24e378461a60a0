"""Orders that were not given here, and order ids that a broker uses again."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start
from oms.engine.invariants import check_state
from oms.errors import ValidationError
from oms.model import events as ev
from oms.model.commands import AdoptOrder
from oms.model.enums import ExecType, Life, OrdStatus, SessionPhase, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.reports import ExecutionReport, Unknown
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market
from oms.model.time_in_force import DAY, GTC
from oms.model.venue_profile import ExternalOrders, IdScope
from oms.order_types.registry import default_handlers
from oms.projections.blotter import Blotter
from tests.fakes import AAPL, CAN_ALL, T0, d
from tests.unit.engine.desk import MAIN, OFF, PAPER, SYMBOL, TIMEOUT_NS, Desk, kinds, request_id

ADOPTS = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, external_orders=ExternalOrders.ADOPTED))
BY_SESSION = evolve(CAN_ALL, profile=evolve(CAN_ALL.profile, venue_id_scope=IdScope.SESSION))
V1, V9 = VenueOrderId("v1"), VenueOrderId("v9")


def said(exec_type: ExecType = ExecType.NEW, **changed: Any) -> ExecutionReport:
    """What a broker says of an order for 50 AAPL at 99 that we never gave."""
    told: dict[str, Any] = {
        "venue_order_id": V9, "symbol": SYMBOL, "side": Side.SELL, "order_qty": d(50), "price": d(99), **changed,
    }  # fmt: skip
    return ExecutionReport(exec_type, **told)


def fill(exec_id: str, qty: int, **changed: Any) -> ExecutionReport:
    return said(
        ExecType.TRADE,
        exec_id=ExecId(exec_id),
        last_qty=d(qty),
        last_px=d(99),
        transact_time_ns=T0,
        **changed,
    )


def adopts() -> Desk:
    return Desk(can={"paper": ADOPTS})


def same_after_a_restart(desk: Desk) -> None:
    engine = Engine({PAPER: ADOPTS}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)
    assert check_state(engine.state) == ()


# ---------------------------------------------------------------- by the broker's profile


def test_an_order_given_elsewhere_is_taken_into_the_books() -> None:
    desk = adopts()

    events = desk.report(said())

    cause = ev.Cause("ExecutionReport", "paper")
    envelope = (1, cause, 6, T0, OrderId(1))
    assert events == (
        ev.OrderAdopted(
            6, *envelope, SYMBOL, Side.SELL, d(50), Limit(99), DAY, MAIN, PAPER, None, V9, "the broker's profile says so",
            status=OrdStatus.PENDING_NEW, leaves_qty=d(50),
        ),
        ev.OrderAcknowledged(7, *envelope, V9, status=OrdStatus.NEW, leaves_qty=d(50)),
    )  # fmt: skip
    order = desk.order()
    assert (order.is_external, order.life, order.broker, order.cl_ord_id) == (True, Life.LIVE, PAPER, None)
    assert desk.engine.state.book.exposure.of(MAIN, SYMBOL).open_sell_qty == d(50)
    same_after_a_restart(desk)


def test_what_executes_of_it_counts_like_anything_else() -> None:
    desk = adopts()

    events = desk.report(fill("x1", 20, price=None, account=Account("other"), cl_ord_id=ClOrdId("phone-1")))

    assert kinds(events) == ["OrderAdopted", "Traded"]
    order = desk.order()
    assert (order.terms, order.account, order.cum_qty, order.leaves_qty) == (Market(), "other", d(20), d(30))
    assert kinds(desk.report(ExecutionReport(ExecType.CANCELED, cl_ord_id=ClOrdId("phone-1")))) == [
        "OrderCanceled"
    ]
    same_after_a_restart(desk)


def test_the_blotter_shows_it_from_its_adoption_on() -> None:
    desk, blotter = adopts(), Blotter()
    for event in desk.report(fill("x1", 20, cl_ord_id=ClOrdId("phone-1"))):
        assert isinstance(event, ev.OrderEvent)
        blotter.apply(event)

    (row,) = blotter
    assert (row.broker, row.cl_ord_id, row.client_ref, row.cum_qty) == (PAPER, "phone-1", None, d(20))
    assert row.last_text == "the broker's profile says so"


def test_it_can_be_canceled_by_us() -> None:
    desk = adopts()
    desk.report(said())

    assert kinds(desk.cancel()) == ["CancelRequested"]
    assert desk.sent[0].venue_order_id == V9  # type: ignore[union-attr]


def test_an_order_whose_time_in_force_nobody_has_told_does_not_expire_by_our_clock() -> None:
    desk = adopts()
    desk.report(said())

    assert kinds(desk.tell(SessionChange(T0, SessionPhase.CLOSED, "20260105", None))) == ["SessionChanged"]
    assert desk.order().life is Life.LIVE


LACKING: dict[str, dict[str, Any]] = {
    "a symbol": {"symbol": None},
    "a symbol that is defined": {"symbol": Symbol("MSFT")},
    "a side": {"side": None},
    "a side that is one": {"side": "2"},
    "a quantity": {"order_qty": None},
    "a quantity above zero": {"order_qty": d(0)},
    "a quantity that is a number": {"order_qty": d("NaN")},
}


@pytest.mark.parametrize("changed", LACKING.values(), ids=LACKING)
def test_a_report_that_says_too_little_is_kept_until_one_says_enough(changed: dict[str, Any]) -> None:
    desk = adopts()

    assert kinds(desk.report(fill("x1", 20, **changed))) == ["AnomalyRaised", "ReportHeld"]
    assert kinds(desk.report(said())) == [
        "OrderAdopted",
        "ReportReleased",
        *first_of(changed),
        *then_of(changed),
    ]


def first_of(changed: dict[str, Any]) -> list[str]:
    """What the kept execution amounts to: it is set aside where it contradicts what the order is."""
    return ["AnomalyRaised"] if changed == {"symbol": "MSFT"} else ["Traded"]


def then_of(changed: dict[str, Any]) -> list[str]:
    return ["OrderAcknowledged"] if changed == {"symbol": "MSFT"} else ["ReportIgnored"]


def test_a_broker_whose_profile_does_not_adopt_has_its_reports_kept() -> None:
    desk = Desk()

    assert kinds(desk.report(said())) == ["AnomalyRaised", "ReportHeld"]


def test_the_id_of_an_order_at_another_broker_is_not_adopted() -> None:
    desk = adopts()
    desk.submit()
    desk.engine.state.profiles[BrokerName("elsewhere")] = ADOPTS.profile

    events = desk.report(said(cl_ord_id=request_id(1)), broker="elsewhere")

    assert kinds(events) == ["AnomalyRaised", "ReportHeld"]
    assert isinstance(events[0], ev.AnomalyRaised)
    assert events[0].text.endswith(f"not adopted: {request_id(1)} is an order of ours at another broker")


# ---------------------------------------------------------------- it could be ours


def test_while_it_could_be_an_order_of_ours_it_is_kept() -> None:
    desk = adopts()
    desk.submit(side=Side.SELL)

    assert kinds(desk.report(said(order_qty=d(100)))) == ["AnomalyRaised", "ReportHeld"]
    # It was: the broker says what it calls ours.
    assert kinds(desk.say(ExecType.NEW, venue_order_id=V9)) == [
        "OrderAcknowledged",
        "ReportReleased",
        "ReportIgnored",
    ]
    assert len(desk.engine.state.index.by_id) == 1


SETTLING: dict[str, tuple[ExecType, dict[str, Any], str]] = {
    "acknowledged under another name": (ExecType.NEW, {"venue_order_id": V1}, "OrderAcknowledged"),
    "rejected": (ExecType.REJECTED, {}, "OrderRejected"),
}


@pytest.mark.parametrize(("exec_type", "fields", "event"), SETTLING.values(), ids=SETTLING)
def test_it_is_adopted_as_soon_as_it_cannot_be_ours(
    exec_type: ExecType, fields: dict[str, Any], event: str
) -> None:
    desk = adopts()
    desk.submit(side=Side.SELL)
    desk.report(said())
    desk.report(fill("x1", 20))

    events = desk.say(exec_type, **fields)

    assert kinds(events) == [
        event, "OrderAdopted", "ReportReleased", "OrderAcknowledged", "ReportReleased", "Traded",
    ]  # fmt: skip
    assert (desk.order(2).is_external, desk.order(2).cum_qty) == (True, d(20))
    same_after_a_restart(desk)


def test_an_order_of_ours_on_the_other_side_is_no_doubt() -> None:
    desk = adopts()
    desk.submit(side=Side.BUY)

    assert kinds(desk.report(said())) == ["OrderAdopted", "OrderAcknowledged"]


def test_what_was_kept_is_adopted_after_a_restart_with_a_profile_that_adopts() -> None:
    desk = Desk()
    desk.report(said())
    engine = Engine({PAPER: ADOPTS}, default_handlers())
    engine.replay(desk.journal)

    outcome = engine.handle(Start("desk", TIMEOUT_NS, OFF, (AAPL,), Account("house")), T0)

    assert kinds(tuple(outcome.events))[-3:] == ["OrderAdopted", "ReportReleased", "OrderAcknowledged"]
    assert engine.state.index.by_id[OrderId(1)].account == "house"


def test_what_could_be_ours_is_still_waited_for_after_a_restart() -> None:
    desk = adopts()
    desk.submit(side=Side.SELL)
    desk.answer(Unknown("timed out"))
    desk.report(said())
    again = adopts()
    again.engine = Engine({PAPER: ADOPTS}, default_handlers())
    again.engine.replay(desk.journal)

    assert "OrderAdopted" not in kinds(again.tell(Start("desk", TIMEOUT_NS, OFF, (AAPL,))))
    assert "OrderAdopted" in kinds(again.say(ExecType.REJECTED))


# ---------------------------------------------------------------- by a person


def adopt(
    venue_order_id: str | None = V9, cl_ord_id: str | None = None, by: str = "ann", reason: str = "phoned"
) -> AdoptOrder:
    venue_id = None if venue_order_id is None else VenueOrderId(venue_order_id)
    return AdoptOrder(PAPER, venue_id, None if cl_ord_id is None else ClOrdId(cl_ord_id), by, reason)


def test_a_person_adopts_what_is_kept() -> None:
    desk = Desk()
    desk.report(said())

    adopted, *rest = desk.tell(adopt())

    assert isinstance(adopted, ev.OrderAdopted)
    assert (adopted.text, adopted.cause) == ("ann: phoned", ev.Cause("AdoptOrder", "ann"))
    assert kinds(tuple(rest)) == ["ReportReleased", "OrderAcknowledged"]


def test_a_person_may_know_that_it_is_not_ours() -> None:
    desk = adopts()
    desk.submit(side=Side.SELL)
    desk.report(said())

    assert kinds(desk.tell(adopt()))[0] == "OrderAdopted"


def test_what_nobody_has_reported_or_not_well_enough_is_not_adopted() -> None:
    desk = Desk()
    with pytest.raises(ValidationError, match="v9 at paper"):
        desk.tell(adopt())
    desk.report(said(order_qty=None))
    with pytest.raises(ValidationError, match="for how much"):
        desk.tell(adopt())
    with pytest.raises(ValidationError, match="venue_order_id"):
        adopt(None)


# ---------------------------------------------------------------- ids that begin anew with each session


def opened(desk: Desk, trade_date: str, symbol: Symbol | None = None) -> None:
    desk.tell(SessionChange(T0, SessionPhase.OPEN, trade_date, symbol))


def working(desk: Desk, number: int, **fields: Any) -> None:
    desk.submit(tif=GTC)
    desk.say(ExecType.NEW, cl_ord_id=request_id(number), **fields)


def test_an_id_that_is_used_again_means_the_new_order() -> None:
    desk = Desk(can={"paper": BY_SESSION})
    opened(desk, "20260105")
    working(desk, 1, venue_order_id=V1)
    desk.say(ExecType.CANCELED)
    index = desk.engine.state.index
    assert index.named_at_venue(PAPER, V1) is desk.order(1)

    opened(desk, "20260106")
    assert index.named_at_venue(PAPER, V1) is None
    working(desk, 2, venue_order_id=V1)

    assert index.named_at_venue(PAPER, V1) is desk.order(2)
    (traded,) = desk.report(fill("x1", 1, venue_order_id=V1, symbol=None, side=None))
    assert isinstance(traded, ev.Traded)
    assert traded.order_id == 2
    same_after_a_restart_by_session(desk)


def same_after_a_restart_by_session(desk: Desk) -> None:
    """The journal knows which brokers' ids begin anew; no profile is needed to read it."""
    engine = Engine({}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)


def test_an_order_that_is_still_open_keeps_its_id_until_another_has_it() -> None:
    desk = Desk(can={"paper": BY_SESSION})
    working(desk, 1, venue_order_id=V1)
    opened(desk, "20260106")
    index = desk.engine.state.index

    assert index.named_at_venue(PAPER, V1) is desk.order(1)
    working(desk, 2, venue_order_id=V1)
    assert index.named_at_venue(PAPER, V1) is desk.order(2)
    desk.say(ExecType.CANCELED, cl_ord_id=request_id(2))
    opened(desk, "20260107")
    assert index.named_at_venue(PAPER, V1) is desk.order(1)
    assert desk.order(2).is_ended


def test_the_same_session_opened_twice_forgets_nothing() -> None:
    desk = Desk(can={"paper": BY_SESSION})
    opened(desk, "20260105")
    working(desk, 1, venue_order_id=V1)
    desk.say(ExecType.CANCELED)

    opened(desk, "20260105")
    opened(desk, "20260105", SYMBOL)

    assert desk.engine.state.index.named_at_venue(PAPER, V1) is desk.order(1)


def test_a_report_kept_under_an_id_of_yesterday_is_not_about_the_order_that_has_it_today() -> None:
    desk = Desk(can={"paper": BY_SESSION})
    opened(desk, "20260105")
    desk.report(fill("x1", 10, venue_order_id=V1))
    opened(desk, "20260106")

    desk.submit()
    assert kinds(desk.say(ExecType.NEW, venue_order_id=V1)) == ["OrderAcknowledged"]
    with pytest.raises(ValidationError, match="earlier session"):
        desk.tell(adopt(V1))


def test_where_ids_are_good_for_ever_a_session_changes_nothing() -> None:
    desk = Desk().acknowledged()
    desk.trade("x1", 100, venue_order_id=V1)
    opened(desk, "20260106")

    assert desk.engine.state.index.named_at_venue(PAPER, V1) is desk.order(1)


# ---------------------------------------------------------------- ClOrdIDs that are none of ours

PHONE = ClOrdId("phone-1")
EAST, WEST = BrokerName("east"), BrokerName("west")


def test_an_order_that_was_adopted_by_its_venue_id_learns_the_name_that_the_broker_tells_later() -> None:
    desk, blotter = adopts(), Blotter()
    for event in desk.report(said()):
        assert isinstance(event, ev.OrderEvent)
        blotter.apply(event)

    named, traded = desk.report(fill("x1", 20, cl_ord_id=PHONE))

    cause = ev.Cause("ExecutionReport", "paper")
    assert named == ev.OrderNamed(
        8, 1, cause, 8, T0, OrderId(1), None, PHONE, status=OrdStatus.NEW, leaves_qty=d(50)
    )
    assert (type(traded), traded.sequence) == (ev.Traded, 9)
    assert desk.order().cl_ord_id == PHONE
    assert isinstance(named, ev.OrderEvent)
    blotter.apply(named)
    assert [row.cl_ord_id for row in blotter] == [PHONE]
    assert kinds(desk.report(ExecutionReport(ExecType.CANCELED, cl_ord_id=PHONE))) == ["OrderCanceled"]
    same_after_a_restart(desk)


def test_what_was_kept_under_that_name_is_understood_then() -> None:
    desk = adopts()
    desk.report(said())
    assert kinds(desk.report(ExecutionReport(ExecType.CANCELED, cl_ord_id=PHONE))) == [
        "AnomalyRaised",
        "ReportHeld",
    ]

    assert kinds(desk.report(fill("x1", 20, cl_ord_id=PHONE))) == [
        "OrderNamed", "Traded", "ReportReleased", "OrderCanceled",
    ]  # fmt: skip


NO_NAME: dict[str, Any] = {
    "none": None,
    "an empty one": "",
    "no text": 7,
    "too long": "x" * 257,
    "one of ours": request_id(1),
}


@pytest.mark.parametrize("name", NO_NAME.values(), ids=NO_NAME)
def test_what_can_be_no_name_of_it_is_not_learnt(name: Any) -> None:
    desk = adopts()
    desk.submit()
    desk.say(ExecType.NEW, venue_order_id=V1)
    desk.report(said())

    desk.report(said(ExecType.TRIGGERED, cl_ord_id=name))

    assert desk.order(2).cl_ord_id is None


@pytest.mark.parametrize(
    "changed", [{"symbol": Symbol("BTC-USD")}, {"side": Side.BUY}], ids=["symbol", "side"]
)
def test_a_report_that_contradicts_the_order_names_it_not(changed: dict[str, Any]) -> None:
    desk = adopts()
    desk.report(said())

    assert kinds(desk.report(said(cl_ord_id=PHONE, **changed))) == ["AnomalyRaised"]
    assert desk.order().cl_ord_id is None


def two_brokers() -> Desk:
    """Each of two brokers has an order under the same ClOrdID that we never gave."""
    desk = Desk(can={"east": ADOPTS, "west": ADOPTS})
    assert kinds(desk.report(said(cl_ord_id=PHONE), "east")) == ["OrderAdopted", "OrderAcknowledged"]
    assert kinds(desk.report(said(cl_ord_id=PHONE), "west")) == ["OrderAdopted", "OrderAcknowledged"]
    return desk


def test_two_brokers_may_use_one_cl_ord_id_and_each_is_understood_about_its_own_order() -> None:
    desk = two_brokers()

    assert [desk.order(number).broker for number in (1, 2)] == [EAST, WEST]
    for broker, number in (("west", 2), ("east", 1)):
        desk.report(fill("x1", 5 * number, venue_order_id=None, cl_ord_id=PHONE), broker)
    assert [desk.order(number).cum_qty for number in (1, 2)] == [d(5), d(10)]
    desk.report(ExecutionReport(ExecType.CANCELED, cl_ord_id=PHONE), "west")
    assert [desk.order(number).life for number in (1, 2)] == [Life.LIVE, Life.CANCELED]
    assert [order.order_id for order in desk.engine.state.index.called(PHONE)] == [1, 2]
    engine = Engine({EAST: ADOPTS, WEST: ADOPTS}, default_handlers())
    engine.replay(desk.journal)
    assert describe(engine.state) == describe(desk.engine.state)


def test_a_broker_that_uses_our_cl_ord_id_for_its_own_order_is_understood_by_its_own_id() -> None:
    at_east = evolve(AAPL, broker="east")
    desk = Desk(can={"east": ADOPTS, "west": ADOPTS}, instruments=(at_east,))
    desk.report(said(), "west")
    desk.submit()
    ours = desk.order(2).cl_ord_id
    assert ours is not None

    assert kinds(desk.report(fill("x1", 5, cl_ord_id=ours), "west")) == ["Traded"]
    assert (desk.order(1).cum_qty, desk.order(2).cum_qty) == (d(5), d(0))
    (flagged, held) = desk.report(fill("x2", 5, cl_ord_id=ours, venue_order_id=None), "west")
    assert isinstance(flagged, ev.AnomalyRaised)
    assert flagged.text.endswith("is an order of ours at another broker")
    assert isinstance(held, ev.ReportHeld)
