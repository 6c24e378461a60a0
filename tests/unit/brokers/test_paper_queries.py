"""What the paper broker answers when it is asked about its own book."""

from __future__ import annotations

from oms.brokers.paper import PaperBroker
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol, VenueOrderId
from oms.model.reports import Absent, ExecutionReport, Found, Report, Undetermined
from oms.model.requests import NewOrderSingle, OrderCancelRequest, OrderStatusRequest
from oms.model.terms import Limit
from oms.model.time_in_force import DAY
from tests.fakes import AAPL, T0, d

A, B, C = ClOrdId("a"), ClOrdId("b"), ClOrdId("c")
WHOSE = (BrokerName("paper"), OrderId(1))
ABSENT = Absent(True, "it is not in the book of the paper broker")


class Sink:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def put(self, report: Report) -> None:
        self.reports.append(report)


def working() -> PaperBroker:
    """A broker with one order for 100 AAPL at 99 in its book."""
    broker = PaperBroker([AAPL])
    broker.start(Sink())
    broker.submit(
        NewOrderSingle(*WHOSE, A, T0, Symbol("AAPL"), Side.BUY, d(100), Limit(99), DAY, Account("main"))
    )
    return broker


def cancel(broker: PaperBroker, identity: ClOrdId) -> None:
    broker.cancel(
        OrderCancelRequest(*WHOSE, identity, T0, A, None, Symbol("AAPL"), Side.BUY, d(100), Account("main"))
    )


def asked(identity: str, venue_order_id: VenueOrderId | None = None) -> OrderStatusRequest:
    side, account = Side.BUY, Account("main")
    return OrderStatusRequest(
        *WHOSE, ClOrdId(identity), T0 + 5, None, venue_order_id, Symbol("AAPL"), side, account
    )


def status(ord_status: OrdStatus, cl_ord_id: ClOrdId, leaves: int) -> Found:
    return Found(
        ExecutionReport(
            ExecType.ORDER_STATUS, cl_ord_id=cl_ord_id, venue_order_id=VenueOrderId("va"), ord_status=ord_status,
            order_qty=d(100), cum_qty=d(0), leaves_qty=d(leaves), price=d(99), transact_time_ns=T0 + 5, symbol=Symbol("AAPL"),
            side=Side.BUY, account=Account("main"),
        )
    )  # fmt: skip


def test_an_order_in_the_book_is_found_by_its_client_id_or_its_venue_id_alone() -> None:
    broker = working()

    assert broker.query(asked("a")) == status(OrdStatus.NEW, A, 100)
    assert broker.query(asked("", VenueOrderId("va"))) == status(OrdStatus.NEW, A, 100)


def test_what_never_came_is_absent_with_authority() -> None:
    broker = working()

    assert broker.query(asked("b", VenueOrderId("va"))) == ABSENT
    assert broker.query(asked("", VenueOrderId("vz"))) == ABSENT


def test_a_cancel_that_was_done_is_found_and_one_that_was_refused_came_to_nothing() -> None:
    broker = working()
    cancel(broker, B)
    cancel(broker, C)

    assert broker.query(asked("b")) == status(OrdStatus.CANCELED, B, 0)
    assert broker.query(asked("c")) == ABSENT


def test_to_be_asked_changes_nothing() -> None:
    broker, untouched = working(), working()
    broker.query(asked("a"))
    sinks = Sink(), Sink()
    for one, sink in zip((broker, untouched), sinks, strict=True):
        one.start(sink)
        cancel(one, B)

    assert sinks[0].reports == sinks[1].reports


def test_a_broker_that_is_not_started_cannot_say() -> None:
    broker = working()
    broker.stop()

    assert broker.query(asked("a")) == Undetermined("the paper broker is not started")
